//! 搜索 a complete number opens its object; anything else lists what the person may see.

use rocket::response::Redirect;
use rocket::{Route, State, get, routes};
use shiyan_app::read::{CaseRow, PartyRow, SampleFilter, SampleRow, Search};
use shiyan_foundation::Label;
use shiyan_foundation::task::Outcome;
use shiyan_nonconformity::case::CaseState;
use shiyan_web_intake::samples::list_state;

use crate::views::{Cell, SearchPage, Tab, Table};
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![search]
}

#[get("/search?<q>")]
async fn search(site: &State<Site>, user: User, q: Option<&str>) -> Result<Html, Redirect> {
    match found(site, &user, q.unwrap_or_default()).await {
        Ok(Found::Exactly(to)) => Err(Redirect::to(to)),
        Ok(Found::Page(page)) => Ok(page),
        Err(failure) => Ok(Err(failure)),
    }
}

enum Found {
    Exactly(String),
    Page(Html),
}

async fn found(site: &Site, user: &User, q: &str) -> Result<Found, Failure> {
    let q: String = q.trim().chars().take(100).collect();
    let _turn = user.turn(site, Lane::Figures).await?;
    let (samples, total, cases, parties) = match site.app.search(&user.actor, &q).await? {
        Search::Sample(id) => return Ok(Found::Exactly(format!("/samples/{id}"))),
        Search::Report(number) => return Ok(Found::Exactly(format!("/reports/{}", encoded(&number)))),
        Search::Case(id) => return Ok(Found::Exactly(format!("/cases/{id}"))),
        Search::Operator(id) => return Ok(Found::Exactly(format!("/parties/operators/{id}"))),
        Search::Rows { samples, total, cases, parties } => (samples, total, cases, parties),
    };
    let (mut groups, mut tabs) = (Vec::new(), Vec::new());
    if !samples.is_empty() {
        let all = SampleFilter { q: Some(q.clone()), ..SampleFilter::default() };
        let tab = Tab::new(user.t("样品", "Samples"), shiyan_web_intake::samples::address_of(&all), false);
        // of a syllable that thousands hold no number is promised
        tabs.push(if total > 10_000 { tab } else { tab.counted(total) });
        groups.push(samples_table(user, &samples, total));
    }
    if !cases.is_empty() {
        tabs.push(Tab::new(user.t("案件", "Cases"), format!("/cases?q={}", encoded(&q)), false).counted(cases.len() as u64));
        groups.push(cases_table(user, &cases));
    }
    for (rows, key, zh, en) in [(parties.0, "operators", "经营者", "Operators"), (parties.1, "producers", "生产者", "Producers")] {
        if !rows.is_empty() {
            tabs.push(Tab::new(user.t(zh, en), format!("/parties/{key}?q={}", encoded(&q)), false));
            groups.push(parties_table(user, &rows, key, user.t(zh, en)));
        }
    }
    Ok(Found::Page(show(&SearchPage { p: user.page(site, "", user.t("搜索", "Search")), q, tabs, groups })))
}

fn samples_table(user: &User, samples: &[SampleRow], total: u64) -> Table {
    let lang = user.lang();
    let mut table = Table::new(&[
        user.t("抽样单编号", "Sheet number"),
        user.t("样品", "Sample"),
        user.t("被抽样单位", "Sampled operator"),
        user.t("抽样日期", "Sampled on"),
        user.t("状态", "State"),
        user.t("结论", "Conclusion"),
    ]);
    table.caption = user.t("样品", "Samples").to_owned();
    if total > samples.len() as u64 {
        table.note = user.t("只列出最近 50 个，请写得更具体", "Only the newest 50; be more specific").to_owned();
    }
    for s in samples {
        let number = s.sampling_no.clone().filter(|n| !n.is_empty()).unwrap_or_else(|| user.t("草稿", "Draft").to_owned());
        table.push(vec![
            Cell::link(number, format!("/samples/{}", s.id)),
            Cell::from(s.name.clone()),
            Cell::from(s.site_name.clone()),
            Cell::from(s.sampled_on.clone()),
            list_state(s, lang).into(),
            Badge::outcome(s.outcome.as_deref().and_then(Outcome::parse).filter(|_| s.issued_on.is_some()), lang).into(),
        ]);
    }
    table
}

fn parties_table(user: &User, rows: &[PartyRow], key: &str, caption: &str) -> Table {
    let mut table = Table::new(&[user.t("名称", "Name"), user.t("统一社会信用代码", "Credit code"), user.t("许可证编号", "Permit")]);
    table.caption = caption.to_owned();
    for row in rows {
        let permit = if row.permit_no.is_empty() { Cell::Empty } else { Cell::Code(row.permit_no.clone()) };
        table.push(vec![Cell::link(&row.name, format!("/parties/{key}/{}", row.id)), row.credit_code.clone().map_or(Cell::Empty, Cell::Code), permit]);
    }
    table
}

fn cases_table(user: &User, cases: &[CaseRow]) -> Table {
    let lang = user.lang();
    let mut table = Table::new(&[
        user.t("案件编号", "Case"),
        user.t("样品", "Sample"),
        user.t("单位", "Operator"),
        user.t("立案", "Opened"),
        user.t("截止", "Due"),
        user.t("状态", "State"),
    ]);
    table.caption = user.t("核查处置案件", "Cases").to_owned();
    for c in cases.iter().take(50) {
        table.push(vec![
            Cell::link(&c.no, format!("/cases/{}", c.id)),
            Cell::from(c.product.clone()),
            Cell::from(c.operator.clone()),
            Cell::from(c.opened_on.clone()),
            c.due_on.clone().map_or(Cell::Empty, Cell::from),
            CaseState::parse(&c.state).map_or_else(|| Cell::from(c.state.clone()), |s| Badge::new(Tone::Info, s.label(lang)).into()),
        ]);
    }
    table
}
