//! 年度报告 the page of the report itself: the same PDF as the browser shows it, the DOCX to edit, and beside each chapter the office's own paragraphs
//! with every earlier version.

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::figures::words::{MOST, TypedWords, Version};
use shiyan_foundation::{Act, Label, Refusal};
use shiyan_indicators::ReportChapter;

use crate::views::{AnnualPage, ChapterView, Link, VersionView};
use shiyan_web_kit::answer::{Html, done, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::{Code, Given};
use shiyan_web_kit::guard::User;
use shiyan_web_kit::parts::at_text;
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::views::ProblemView;
use shiyan_web_kit::when::When;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![page, write]
}

shapes! {
    /// 年度报告文字 as typed.
    WordsForm { text: 8_000 "本单位文字" / "the office's paragraphs", seen: 64 "版本" / "version" }
}

/// What was typed and not taken, of one chapter.
struct Refused<'a> {
    chapter: ReportChapter,
    text: String,
    why: &'a [Refusal],
}

async fn view(site: &Site, user: &User, year: i32, refused: Option<Refused<'_>>) -> Result<AnnualPage, Failure> {
    let now = user.now();
    let all = site.app.read_report_words(&user.actor, year).await?;
    let version = |v: &Version| VersionView { by: v.by.clone(), at: at_text(v.at, now), lines: v.text.lines().map(str::to_owned).collect() };
    let chapters = all.into_iter().map(|written| {
        let mine = refused.as_ref().filter(|r| r.chapter == written.chapter);
        ChapterView {
            code: written.chapter.code(),
            title: written.chapter.label(user.lang()).to_owned(),
            action: format!("/stats/annual/{}?year={year}", written.chapter.code()),
            text: mine.map_or_else(|| written.text().to_owned(), |r| r.text.clone()),
            seen: written.versions.last().map_or_else(String::new, |v| v.at.to_rfc3339()),
            error: mine.and_then(|r| r.why.first()).map_or_else(String::new, |r| r.what(user.lang())),
            written: written.versions.last().map(version),
            earlier: written.versions.iter().rev().skip(1).map(version).collect(),
        }
    });
    let mut p = user.page(site, "stats", user.t("年度报告", "Annual report")).crumb(user.t("统计", "Statistics"), format!("/stats?year={year}"));
    p.problems = refused.iter().flat_map(|r| r.why).map(|r| ProblemView::of(r, user.lang())).collect();
    Ok(AnnualPage {
        p: p.crumb(user.t("年度报告", "Annual report"), ""),
        year,
        may_write: user.may(Act::ReportText),
        most: MOST,
        chapters: chapters.collect(),
        files: vec![
            Link::new(user.t("逐页预览 PDF", "Preview the PDF"), format!("/stats/annual.pdf?year={year}")),
            Link::new(user.t("下载 DOCX（在 WPS 或 Word 中修改）", "Download DOCX to edit"), format!("/stats/annual.docx?year={year}")),
        ],
    })
}

#[get("/stats/annual?<year>")]
async fn page(site: &State<Site>, user: User, year: Given<i32>) -> Html {
    let When { year, .. } = When::read(year, Given::Nothing, user.now())?;
    show(&view(site, &user, year, None).await?)
}

#[post("/stats/annual/<chapter>?<year>", data = "<form>")]
async fn write(
    site: &State<Site>,
    user: User,
    chapter: Code<ReportChapter>,
    year: Given<i32>,
    form: Result<Sent<WordsForm>, Failure>,
) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let When { year, .. } = When::read(year, Given::Nothing, user.now()).map_err(Err)?;
    let did = async {
        let WordsForm { text, seen } = form.read()?;
        site.app.write_report_words(&user.actor, year, chapter.0, &TypedWords { text, seen }, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/stats/annual?year={year}#c-{}", chapter.0.code()), "已保存本章文字", "The paragraphs were saved")),
        Err(shiyan_app::Error::Refused(why)) => {
            let text = form.filled(&why, user.lang()).values.get("text").cloned().unwrap_or_default();
            let view = view(site, &user, year, Some(Refused { chapter: chapter.0, text, why: &why })).await.map_err(Err)?;
            Err(show_why(&view, &why))
        }
        Err(other) => Err(Err(other.into())),
    }
}
