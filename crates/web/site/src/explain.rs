//! 说明 what a rule or a refusal code means.

use rocket::{Route, State, get, routes};
use shiyan_app::explain::explain;
use shiyan_foundation::Label;
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, Visit};
use shiyan_web_kit::site::Site;

use crate::more_codes;
use crate::views::{Explain, Fact, FactGroup};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![explained]
}

#[get("/explain/<wanted>")]
fn explained(site: &State<Site>, visit: Visit, user: Option<User>, wanted: &str) -> Html {
    let lang = visit.lang;
    let found = explain(wanted, visit.now.date_naive(), &more_codes()).ok_or(Failure::NotFound)?;
    let rule = shiyan_statute::RuleKey::ALL.iter().any(|k| k.code() == found.code);
    let title = format!("{} {}", lang.pick("说明", "Explanation"), found.code);
    let p = match &user {
        Some(user) => user.page(site, "", title),
        None => visit.page(site, &title, &title),
    };
    let mut facts = FactGroup::default();
    if !found.article.is_empty() {
        facts.facts.push(Fact::new(lang.pick("依据", "Article"), found.article.clone()));
    }
    if let Some(grade) = found.grade {
        facts.facts.push(Fact::new(lang.pick("核对情况", "Checked"), shiyan_foundation::Label::label(grade, lang)));
    }
    show(&Explain {
        p,
        code: found.code.clone(),
        kind: (if rule { lang.pick("时限规则", "Deadline rule") } else { lang.pick("拒绝代码", "Refusal code") }).to_owned(),
        headline: lang.pick(&found.zh, &found.en).to_owned(),
        next: lang.pick(&found.next_zh, &found.next_en).to_owned(),
        facts: if facts.facts.is_empty() { Vec::new() } else { vec![facts] },
        related: Vec::new(),
    })
}
