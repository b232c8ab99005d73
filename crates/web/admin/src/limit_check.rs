//! 核对限量 standard by standard: what waits, beside what stood before it, put to use or rejected with one signed statement.

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::limits::check::{LineToCheck, Statement};
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_statute::LimitStatus;

use super::admin::words_of;
use crate::views::admin::{LimitCheckPage, WaitingLimit};
use crate::views::{AdminTab, Choice, FieldKind, FieldView, Pager, Tab};
use shiyan_web_kit::admin::{enter, page};
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;

/// Rows of one page.
const ROWS: usize = 100;

/// Routes of this page.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, check]
}

fn line(l: &LineToCheck, lang: Lang) -> WaitingLimit {
    let row = &l.row;
    let (before, differs) = match &l.before {
        None if !l.cut_anew.is_empty() => {
            let named = |r: &shiyan_statute::LimitRow| {
                let words = words_of(r, lang);
                let food = if words.is_empty() { r.category_text.clone() } else { format!("{}（{words}）", r.category_text) };
                format!("{food} {}", r.limit_text())
            };
            let list: Vec<String> = l.cut_anew.iter().map(named).collect();
            let same = l.cut_anew.iter().all(|r| r.rule == row.rule && r.unit == row.unit);
            let said = match same {
                true => lang.pick("食品范围的写法不同，数值相同：", "Foods cut differently, same number: "),
                false => lang.pick("食品范围不同，数值也不同：", "Foods cut differently, other numbers: "),
            };
            (format!("{said}{}（{}）", list.join(lang.pick("；", "; ")), l.cut_anew[0].basis), !same)
        }
        None => (lang.pick("上一版没有这一行", "No such row before").to_owned(), true),
        Some(old) if old.rule == row.rule && old.unit == row.unit => (format!("{} {}", lang.pick("与上一版相同：", "As before:"), old.basis), false),
        Some(old) => (format!("{} {}（{}）", lang.pick("上一版", "Before:"), old.limit_text(), old.basis), true),
    };
    WaitingLimit {
        id: row.id.clone(),
        item: row.analyte.clone(),
        food: row.category_text.clone(),
        words: words_of(row, lang),
        limit: row.limit_text(),
        basis: row.basis.clone(),
        source: if row.source.is_empty() { known_from(&row.confidence, lang).to_owned() } else { row.source.clone() },
        from: shiyan_web_kit::ui::date(row.effective_from),
        before,
        differs,
    }
}

/// 可信度 in words: what the marks of a row say of where it comes from.
fn known_from(confidence: &str, lang: Lang) -> &'static str {
    if confidence.contains("edition?") {
        lang.pick("版本存疑，请核对是否现行", "Edition in doubt: is it the one in force?")
    } else if !confidence.starts_with("high") {
        lang.pick("可信度不高", "Of low confidence")
    } else if confidence.contains("src") {
        lang.pick("见于公开资料", "Seen in a public source")
    } else {
        lang.pick("没有原文出处", "No page of the standard at hand")
    }
}

async fn view(site: &Site, user: &User, standard: &str, at: usize, typed: Option<&Posted>, why: &[Refusal]) -> Result<LimitCheckPage, Failure> {
    let lang = user.lang();
    let all = site.app.standards_to_check(&user.actor).await?;
    let shown = all.iter().find(|s| s.standard == standard).or(all.first()).map(|s| s.standard.clone()).unwrap_or_default();
    let lines = if shown.is_empty() { Vec::new() } else { site.app.lines_to_check(&user.actor, &shown).await? };
    let pages = lines.len().div_ceil(ROWS).max(1);
    let at = at.clamp(1, pages);
    let to = |standard: &str| format!("/admin/limits/check?standard={}", encoded(standard));
    let tabs = all.iter().map(|s| Tab::new(s.standard.clone(), to(&s.standard), s.standard == shown).counted(s.pending as u64)).collect();
    let from = (at - 1) * ROWS;
    let ticked = |id: &str| typed.is_some_and(|form| form.many("id").contains(&id));
    let rows: Vec<WaitingLimit> = lines.iter().skip(from).take(ROWS).map(|l| line(l, lang)).collect();
    let said = |key: &str| typed.map_or_else(String::new, |form| form.get(key).to_owned());
    let fields = vec![
        FieldView::select(
            "scope",
            user.t("范围", "Rows"),
            vec![Choice::new("ticked", user.t("勾选的行", "The rows ticked")), Choice::new("page", user.t("本页列出的全部行", "All rows on this page"))],
        )
        .with(said("scope"))
        .required(),
        FieldView::select(
            "to",
            user.t("处理", "Outcome"),
            vec![
                Choice::new(LimitStatus::Active.code(), user.t("与标准原文一致，启用", "As in the standard: put to use")),
                Choice::new(LimitStatus::Retired.code(), user.t("不采用，停用", "Not used: reject")),
            ],
        )
        .with(said("to"))
        .required(),
        FieldView::area("statement", user.t("核对声明", "Statement"))
            .with(said("statement"))
            .hint(user.t("对照的标准文本、页码和核对方式", "Which text of the standard, which pages, how it was compared"))
            .required(),
        FieldView {
            autocomplete: "current-password",
            ..FieldView::new(FieldKind::Password, "password", user.t("本人密码（签名）", "Your password (signature)"))
        }
        .required(),
    ];
    Ok(LimitCheckPage {
        p: page(site, user, "核对限量", "Check limits", why),
        tabs,
        ticked: rows.iter().filter(|r| ticked(&r.id)).map(|r| r.id.clone()).collect(),
        rows,
        standard: shown.clone(),
        fields,
        pager: Pager {
            prev: if at > 1 { format!("{}&page={}", to(&shown), at - 1) } else { String::new() },
            next: if at < pages { format!("{}&page={}", to(&shown), at + 1) } else { String::new() },
            range: if lines.len() > ROWS { format!("{}–{} / {}", from + 1, (from + ROWS).min(lines.len()), lines.len()) } else { String::new() },
        },
        page: at,
    })
}

#[get("/admin/limits/check?<standard>&<page>")]
async fn list(site: &State<Site>, user: User, standard: Option<&str>, page: Option<usize>) -> Html {
    enter(&user, AdminTab::Limits)?;
    let at = page.unwrap_or(1);
    show(&view(site, &user, standard.unwrap_or_default(), at, None, &[]).await?)
}

shapes! {
    /// 核对声明 as typed.
    StatementForm { statement: 2000 "核对声明" / "statement", password: 1024 "本人密码" / "your password" }
}

#[post("/admin/limits/check", data = "<form>")]
async fn check(site: &State<Site>, user: User, form: Result<Sent<StatementForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Limits).map_err(Err)?;
    let ids: Vec<String> = form.many(if form.get("scope") == "page" { "listed" } else { "id" }).into_iter().map(str::to_owned).collect();
    let to = if form.get("to") == LimitStatus::Retired.code() { LimitStatus::Retired } else { LimitStatus::Active };
    let did = async {
        let typed: StatementForm = form.read()?;
        let said = Statement { to, ids: &ids, text: &typed.statement, password: &typed.password };
        site.app.check_limits(&user.account, &user.token, said, user.now()).await
    };
    match did.await {
        Ok(told) => Ok(done(
            format!("/admin/limits/check?standard={}", encoded(form.get("standard"))),
            &format!("{} 条限量已{}，上一版到期 {} 条", told.done, to.zh(), told.ended),
            &format!("{} (limit|limits): {}; {} earlier (one|ones) ended", told.done, to.en().to_lowercase(), told.ended),
        )),
        Err(shiyan_app::Error::Refused(why)) => {
            let at = form.get("page").parse().unwrap_or(1);
            Err(show_refused(&view(site, &user, form.get("standard"), at, Some(&form), &why).await.map_err(Err)?))
        }
        Err(other) => Err(Err(other.into())),
    }
}
