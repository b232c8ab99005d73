//! 检验报告 the archived report, its PDF, and the public page that verifies it.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{Route, State, get, routes};
use shiyan_app::Who;
use shiyan_foundation::{Label, Lang};
use shiyan_lab_results::order::{OrderAction, TestItem, TestOrder};
use shiyan_lab_results::report::{ReportContent, TestReport};

use crate::views::{ActionView, Cell, Fact, FactGroup, FileView, ReportPage, RevisionRow, VerifyPage};
use shiyan_web_kit::answer::Bytes;
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, Visit, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::report_badge;
use shiyan_web_kit::parts::{at_text, reason_field, room, size_text};
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Svg, Tone};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![one, pdf, ask, verify]
}

/// 二维码 of an address as SVG; nothing when it is too long for one.
fn qr(address: &str) -> Svg {
    let Ok(code) = qrcode::QrCode::new(address.as_bytes()) else { return Svg::default() };
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(136, 136).quiet_zone(true).build();
    Svg(svg.replace(r#"<?xml version="1.0" standalone="yes"?>"#, ""))
}

async fn found(site: &Site, user: &User, number: &str) -> Result<TestReport, Failure> {
    room(user)?;
    Ok(site.app.read_report(&user.actor, number).await?)
}

fn groups(user: &User, report: &TestReport, content: Option<&ReportContent>) -> Vec<FactGroup> {
    let lang = user.lang();
    let mut facts = vec![
        Fact::new(user.t("结论", "Conclusion"), user.t(&report.conclusion.zh, &report.conclusion.en)),
        Fact::new(user.t("签发", "Issued"), format!("{} {}", report.issued_at.format("%Y-%m-%d %H:%M"), report.issued_by)),
    ];
    for s in &report.signatures {
        facts.push(Fact::new(s.meaning.label(lang), format!("{} {}", s.name, at_text(s.at, user.now()))));
    }
    if let Some(replaces) = &report.replaces {
        facts.push(Fact::new(user.t("替代", "Replaces"), Cell::link(replaces.as_str(), format!("/reports/{replaces}"))));
    }
    if let Some(reason) = &report.reason {
        facts.push(Fact::new(user.t("更改理由", "Reason of the amendment"), reason.as_str()));
    }
    facts.push(Fact::new(user.t("内容指纹", "Fingerprint of the content"), Cell::Code(report.content_sha256.clone())));
    let mut groups = vec![FactGroup { title: user.t("签发与签名", "Issue and signatures").to_owned(), facts }];
    if let Some(content) = content {
        let facts = content.stated().labelled().into_iter().map(|(zh, en, text)| Fact::new(user.t(zh, en), text)).collect();
        groups.push(FactGroup { title: user.t("报告首页", "Summary page").to_owned(), facts });
    }
    groups
}

/// What may be done about a report; only the newest is amended.
fn actions(user: &User, report: &TestReport, order: &TestOrder, items: &[TestItem], newest: bool) -> Vec<ActionView> {
    let (lang, mut actions) = (user.lang(), Vec::new());
    if newest {
        let amend =
            ActionView::post("amend", user.t("更改报告…", "Amend the report…"), format!("/bench/{}/amend", order.id))
                .with_icon("edit")
                .noted(user.t(
                    "重走录入、校核、审核、批准；新报告签发前本报告仍有效。",
                    "The chain runs again; this report stays in force until the new one is issued.",
                ))
                .asking(shiyan_web_kit::parts::asked("amend", reason_field(lang, ""), None, lang));
        actions.push(amend.refused(&order.why_not(&user.actor, OrderAction::Amend, items, &[]), lang));
    }
    actions.push(ActionView::link(user.t("检验任务", "Test order"), format!("/bench/{}", order.id)).with_icon("flask"));
    if !user.blind() {
        actions.push(ActionView::link(user.t("样品页", "Sample page"), format!("/samples/{}?tab=report", report.sample)).with_icon("sample"));
    }
    actions
}

#[get("/reports/<number>")]
async fn one(site: &State<Site>, user: User, number: &str) -> Html {
    room(&user)?;
    let lang = user.lang();
    let shiyan_app::read::ReportPage { report, all, order, items, timeline } = site.app.read_report_page(&user.actor, number).await?;
    let next = site.app.read_next_order(&user.actor, &user.account.sign_scope, &order).await?;
    let content = report.frozen();
    let newest = all.first().is_none_or(|r| r.id == report.id);
    let size = match &report.pdf_sha256 {
        Some(_) => size_text("PDF", site.app.report_pdf(&report).await.map_or(0, |b| b.len() as u64)),
        None => user.t("PDF · 打开时按存档内容排版", "PDF · typeset from the frozen content when opened").to_owned(),
    };
    let file = |r: &TestReport| FileView {
        name: format!("{}.pdf", r.number),
        href: format!("/reports/{}/pdf", r.number),
        size: String::new(),
        sha256: r.pdf_sha256.clone().unwrap_or_default(),
        by: String::new(),
    };
    let revisions = all
        .iter()
        .enumerate()
        .map(|(index, r)| RevisionRow {
            no: r.number.clone(),
            file: FileView { href: format!("/reports/{}", r.number), ..file(r) },
            state: report_badge(index == 0, lang),
            issued: r.issued_at.format("%Y-%m-%d %H:%M").to_string(),
            reason: r.reason.clone().unwrap_or_default(),
        })
        .collect();
    let address = format!("{}/v/{}", site.config.public_url.trim_end_matches('/'), report.verify_code);
    show(&ReportPage {
        p: user
            .page(site, "samples", format!("{} {}", user.t("检验报告", "Test report"), report.number))
            .crumb(user.t("样品", "Samples"), "/samples")
            .crumb(report.number.as_str(), ""),
        no: report.number.clone(),
        state: report_badge(newest, lang),
        outcome: Badge::outcome(Some(report.conclusion.outcome), lang),
        groups: groups(&user, &report, content.as_ref()),
        pdf: Some(FileView { size, ..file(&report) }),
        qr: qr(&address),
        verify_url: address,
        revisions,
        actions: actions(&user, &report, &order, &items, newest),
        next_href: next.map_or_else(String::new, |id| format!("/bench/{id}")),
        timeline: told(&timeline, user.now(), lang),
    })
}

#[get("/reports/<number>/pdf")]
async fn pdf(site: &State<Site>, user: User, number: &str) -> Result<Bytes, Failure> {
    let report = found(site, &user, number).await?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let bytes = site.app.report_pdf(&report).await?;
    site.app.note_printed(&Who::from(&user.actor), &[(report.id, report.number.clone())], "pdf", user.now()).await?;
    Ok(Bytes::pdf(bytes, &format!("检验报告 {}.pdf", report.number)))
}

fn asking(site: &Site, visit: &Visit, code: &str) -> VerifyPage {
    let t = |zh: &str, en: &str| visit.lang.pick(zh, en).to_owned();
    VerifyPage {
        p: visit.page(site, "报告验真", "Verify a report"),
        code: code.to_owned(),
        state: None,
        sentence: if code.is_empty() {
            t("输入报告上的验真编号，或扫描报告上的二维码。", "Type the code printed on the report, or scan its QR code.")
        } else {
            t("请核对编号；编号印在报告封面二维码下方。", "Please check the code; it is printed below the QR code on the cover.")
        },
        facts: Vec::new(),
        sha256: String::new(),
        replaced_by: String::new(),
    }
}

#[get("/v?<code>")]
fn ask(site: &State<Site>, visit: Visit, code: Option<&str>) -> Result<Html, Redirect> {
    match code.map(str::trim).filter(|c| !c.is_empty()) {
        Some(code) => Err(Redirect::to(format!("/v/{}", encoded(&normal(code))))),
        None => Ok(show(&asking(site, &visit, ""))),
    }
}

/// A code as people copy it: spaces, hyphens and small letters do not matter.
fn normal(code: &str) -> String {
    shiyan_foundation::text::fold(code).chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>().to_ascii_uppercase()
}

#[get("/v/<code>")]
async fn verify(site: &State<Site>, visit: Visit, code: &str) -> Html {
    let code = normal(code);
    let lang = visit.lang;
    let Some((report, replaced_by)) = site.app.read_public_report(&code).await? else {
        return shiyan_web_kit::parts::show_as(Status::NotFound, &asking(site, &visit, &code));
    };
    let content = report.frozen();
    let t = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let (badge, sentence) = state(&report, replaced_by.as_deref(), lang);
    let mut facts = vec![Fact::new(t("报告编号", "Report no."), Cell::Code(report.number.clone()))];
    if let Some(content) = &content {
        facts.push(Fact::new(t("检验机构", "Laboratory"), content.lab[0].as_str()));
        facts.push(Fact::new(t("样品名称", "Sample"), content.sample_name.as_str()));
        facts.push(Fact::new(t("被抽样单位", "Sampled operator"), mask_name(&content.site_name)));
    }
    facts.push(Fact::new(t("检验结论", "Conclusion"), Badge::outcome(Some(report.conclusion.outcome), lang)));
    facts.push(Fact::new(t("签发日期", "Issued on"), shiyan_app::day(report.issued_at)));
    show(&VerifyPage {
        p: visit.page(site, "报告验真", "Verify a report"),
        code,
        state: Some(badge),
        sentence,
        facts,
        sha256: report.pdf_sha256.clone().unwrap_or_else(|| report.content_sha256.clone()),
        replaced_by: replaced_by.unwrap_or_default(),
    })
}

fn state(report: &TestReport, replaced_by: Option<&str>, lang: Lang) -> (Badge, String) {
    let t = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    if report.demo {
        return (
            Badge::new(Tone::Warn, t("演示报告，没有效力", "Demonstration report, not valid")),
            t("这是演示数据生成的报告，单位和人员均为虚构。", "This report was made from demonstration data; businesses and people are fictional."),
        );
    }
    match replaced_by {
        Some(_) => (
            Badge::new(Tone::Warn, t("已被替代", "Replaced")).with_icon("repeat"),
            t("本报告已由更改后的报告替代，请以新报告为准。", "An amended report replaces this one; the new report counts."),
        ),
        None => (
            Badge::new(Tone::Pass, t("真实有效", "Genuine and in force")),
            t("本报告由本系统签发，现行有效。", "This report was issued by this system and is in force."),
        ),
    }
}

/// 单位名称 for the public: enough to see that it is the one on the paper. Many operators are people, and many names end in the
/// name of a person, so that of the end only one character is shown.
fn mask_name(name: &str) -> String {
    let chars: Vec<char> = name.trim().chars().collect();
    let (front, back) = match chars.len() {
        0 | 1 => (0, 0),
        2 => (1, 0),
        3..=7 => (1, 1),
        _ => (3, 1),
    };
    let hidden = chars.len() - front - back;
    chars.iter().take(front).chain(std::iter::repeat_n(&'*', hidden)).chain(chars.iter().skip(front + hidden)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_code_is_read_however_it_is_copied() {
        assert_eq!(normal(" 7f3k-92qx "), "7F3K92QX");
        assert_eq!(normal("７Ｆ３Ｋ 92"), "7F3K92");
        assert_eq!(normal("../../etc"), "ETC");
    }
    #[test]
    fn names_are_masked_for_the_public() {
        for (name, shown) in [
            ("", ""),
            ("店", "*"),
            ("示范", "示*"),
            ("示范店", "示*店"),
            ("示范蔬菜店", "示***店"),
            ("示范农贸市场甲十二号", "示范农******号"),
            ("示范蔬菜摊（经营者：示范堃玥）", "示范蔬***********）"),
        ] {
            assert_eq!(mask_name(name), shown);
        }
    }
    #[test]
    fn the_code_of_an_address_is_drawn() {
        assert!(qr("http://127.0.0.1:8000/v/ABC").0.starts_with("<svg"));
        assert_eq!(qr(&"x".repeat(9000)), Svg::default());
    }
}
