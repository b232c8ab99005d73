//! 草稿 one paper before it is signed: what would get it returned, its pages, its files, and signing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rocket::http::ContentType;
use rocket::response::{Flash, Redirect};
use rocket::tokio::task::spawn_blocking;
use rocket::{Route, State, get, post, routes};
use shiyan_foundation::{Act, Lang, NaiveDate, Refusal, authority};
use shiyan_papers::Draft;
use shiyan_papers::catalogue::{Kind, Output};

use crate::register::{PaperAnswer, answer, refused};
use crate::views::{ActionView, DraftPage, FieldView, Link, PageView, ProblemView};
use shiyan_web_kit::answer::{Bytes, Html, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;

/// Routes of this part.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![page, picture, file, issue]
}

shapes! {
    /// 签发 as typed.
    IssueForm { kind: 16 "文书种类" / "kind of paper", no: 64 "期间或编号" / "period or number", dated: 16 "成文日期" / "day" }
}

/// Pages that are shown as pictures; longer annexes are read in the PDF.
const SHOWN: usize = 40;
/// Pages that are drawn at once: the paper is set once for all of them.
const TOGETHER: usize = 8;
/// Drafts whose pages are remembered while somebody looks through them.
const REMEMBERED: usize = 3;

/// Which draft: kind, about what, language, and the entry of the journal on which it stands.
type Which = (&'static str, String, Lang, i64);

struct Looked {
    which: Which,
    draft: Arc<Draft>,
    count: usize,
    pages: BTreeMap<usize, Arc<Vec<u8>>>,
}

static LOOKED: LazyLock<Mutex<VecDeque<Looked>>> = LazyLock::new(Mutex::default);

fn remembered<T>(with: impl FnOnce(&mut VecDeque<Looked>) -> T) -> T {
    with(&mut LOOKED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Draws the pages around one, and gives it; how many there are comes with it.
async fn drawn(draft: Arc<Draft>, which: Which, page: usize) -> Result<(usize, Option<Arc<Vec<u8>>>), Failure> {
    let known = remembered(|all| all.iter().find(|l| l.which == which).map(|l| (l.count, l.pages.get(&page).cloned())));
    if let Some((count, image)) = known.filter(|(count, image)| image.is_some() || page >= *count) {
        return Ok((count, image));
    }
    let first = page / TOGETHER * TOGETHER;
    let setting = draft.clone();
    let made = spawn_blocking(move || setting.pages(first..first + TOGETHER)).await.map_err(|e| Failure::Fault(e.to_string()))??;
    let images: BTreeMap<usize, Arc<Vec<u8>>> = made.images.into_iter().enumerate().map(|(i, image)| (first + i, Arc::new(image))).collect();
    let wanted = images.get(&page).cloned();
    remembered(|all| {
        if let Some(looked) = all.iter_mut().find(|l| l.which == which) {
            looked.pages.extend(images);
            return;
        }
        all.truncate(REMEMBERED - 1);
        all.push_front(Looked { which, draft, count: made.count, pages: images });
    });
    Ok((made.count, wanted))
}

/// The draft that was asked for; the one that somebody is looking through, as long as nothing was written.
async fn drafted(site: &Site, user: &User, kind: &'static Kind, no: &str) -> Result<(Arc<Draft>, Which), shiyan_app::Error> {
    authority::may(&user.actor, Act::DraftPaper)?;
    let which = (kind.id, no.trim().to_uppercase(), user.lang(), site.app.head().await?.seq);
    if let Some(draft) = remembered(|all| all.iter().find(|l| l.which == which).map(|l| l.draft.clone())) {
        return Ok((draft, which));
    }
    Ok((Arc::new(Draft::of(&site.app, &user.actor, kind, no, user.lang(), user.now()).await?), which))
}

fn address(kind: &str, no: &str) -> String {
    format!("kind={}&no={}", encoded(kind), encoded(no))
}

/// 签发 what it will bear, or why it cannot be signed.
async fn actions(site: &Site, user: &User, draft: &Draft, no: &str, typed: Option<(&str, &[Refusal])>) -> Result<Vec<ActionView>, Failure> {
    let Some(numbering) = draft.kind.numbering.filter(|_| user.may(Act::IssuePaper)) else { return Ok(Vec::new()) };
    let lang = user.lang();
    let today = user.now().date_naive();
    let action = ActionView::post("issue", user.t("签发", "Issue"), "/papers/issue").primary().with_icon("check");
    if !draft.looked.stops.is_empty() {
        return Ok(vec![action.refused(&draft.looked.stops, lang)]);
    }
    let note = match site.app.paper_signing(&user.actor, draft.kind.id, numbering, today, user.now()).await {
        Ok(signing) => {
            let number = signing.number.map(|n| n.to_string());
            let count = signing.count.map(|n| draft.office.counts.said(chrono::Datelike::year(&today), n, lang));
            let bears = number.into_iter().chain(count).collect::<Vec<_>>().join(" · ");
            let ends = user.t("签发后原样存档，不能改动，只能作废。", "Once issued it is kept byte for byte; it cannot be changed, only made void.");
            if bears.is_empty() { ends.to_owned() } else { format!("{}{bears}{}{ends}", user.t("将编为 ", "It will bear "), user.t("。", ". ")) }
        }
        Err(shiyan_app::Error::Refused(why)) if why.iter().all(|r| r.code() == shiyan_app::code::PAPER_WORD.code) => {
            return Ok(vec![action.refused(&why, lang), ActionView::link(user.t("文书设置", "Settings of papers"), "/papers/settings")]);
        }
        Err(shiyan_app::Error::Refused(why)) => why.first().map(|r| r.what(lang)).unwrap_or_default(),
        Err(other) => return Err(other.into()),
    };
    let mut dated = FieldView::date("dated", user.t("成文日期", "Dated")).required().with(today.to_string());
    if let Some((text, why)) = typed {
        dated = dated.with(text);
        dated.error = why.first().map(|r| r.what(lang)).unwrap_or_default();
    }
    let hidden = |key: &str, value: &str| FieldView::new(crate::views::FieldKind::Hidden, key, "").with(value.to_owned());
    Ok(vec![action.noted(note).asking(vec![hidden("kind", draft.kind.id), hidden("no", no), dated])])
}

async fn view(site: &Site, user: &User, kind: &'static Kind, no: &str, typed: Option<(&str, &[Refusal])>) -> Result<DraftPage, shiyan_app::Error> {
    let lang = user.lang();
    let (draft, which) = drafted(site, user, kind, no).await?;
    let fault = |f: Failure| match f {
        Failure::Refused(why) => shiyan_app::Error::Refused(why),
        other => shiyan_app::Error::Fault(format!("{other:?}")),
    };
    let title = draft.title()?;
    let at = address(kind.id, no);
    let count = if draft.looked.stops.is_empty() { drawn(draft.clone(), which, 0).await.map_err(fault)?.0 } else { 0 };
    let page = |n: usize| PageView {
        alt: format!("{} {} {}", user.t("第", "Page"), n + 1, user.t("页", "")).trim_end().to_owned(),
        src: format!("/papers/draft/page/{n}?{at}"),
        first: n < 2,
    };
    let files = kind
        .outputs
        .iter()
        .map(|o| Link::new(format!("{} {}", user.t("草稿", "Draft"), o.ending().to_uppercase()), format!("/papers/draft/file.{}?{at}", o.ending())));
    let mut p = user.page(site, "papers", title.clone()).crumb(user.t("文书", "Papers"), "/papers").crumb(title.clone(), "");
    p.problems = typed.iter().flat_map(|(_, why)| why.iter()).map(|r| ProblemView::of(r, lang)).collect();
    Ok(DraftPage {
        p,
        title,
        stops: draft.looked.stops.iter().map(|r| ProblemView::of(r, lang)).collect(),
        warns: draft.looked.warns.iter().map(|r| ProblemView::of(r, lang)).collect(),
        files: files.collect(),
        pages: (0..count.min(SHOWN)).map(page).collect(),
        more_pages: count.saturating_sub(SHOWN),
        actions: actions(site, user, &draft, no, typed).await.map_err(fault)?,
    })
}

#[get("/papers/draft?<kind>&<no>")]
async fn page(site: &State<Site>, user: User, kind: Option<&str>, no: Option<&str>) -> Html {
    shiyan_web_kit::parts::reads(&user, Act::DraftPaper)?;
    let (kind, no) = (kind.unwrap_or_default(), no.unwrap_or_default());
    let _turn = user.turn(site, Lane::Papers).await?;
    let read = async {
        let kind = Kind::of(kind)?;
        view(site, &user, kind, no, None).await
    };
    match read.await {
        Ok(view) => show(&view),
        Err(shiyan_app::Error::Refused(why)) => refused(site, &user, (kind, no), &why).await,
        Err(other) => Err(other.into()),
    }
}

#[get("/papers/draft/page/<n>?<kind>&<no>")]
async fn picture(site: &State<Site>, user: User, n: usize, kind: &str, no: &str) -> Result<Bytes, Failure> {
    let _turn = user.turn(site, Lane::Papers).await?;
    let (draft, which) = drafted(site, &user, Kind::of(kind)?, no).await?;
    let image = drawn(draft, which, n).await?.1.filter(|_| n < SHOWN).ok_or(Failure::NotFound)?;
    Ok(Bytes::new(image.to_vec(), ContentType::PNG, "inline", &format!("{}.png", n + 1), "default-src 'none'; sandbox"))
}

#[get("/papers/draft/<name>?<kind>&<no>", rank = 2)]
async fn file(site: &State<Site>, user: User, name: &str, kind: &str, no: &str) -> Result<PaperAnswer, Failure> {
    let ending = name.strip_prefix("file.").ok_or(Failure::NotFound)?;
    let kind = Kind::of(kind)?;
    let output: Output = kind.output(std::path::Path::new(name))?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let (draft, _) = drafted(site, &user, kind, no).await?;
    if !draft.looked.stops.is_empty() {
        return Err(shiyan_app::Error::Refused(draft.looked.stops.clone()).into());
    }
    let title = draft.title()?;
    let bytes = spawn_blocking(move || draft.file(output)).await.map_err(|e| Failure::Fault(e.to_string()))??;
    Ok(answer(bytes, ending, &format!("{title} {}.{ending}", user.t("草稿", "draft"))))
}

#[post("/papers/issue", data = "<form>")]
async fn issue(site: &State<Site>, user: User, form: Result<Sent<IssueForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    authority::may(&user.actor, Act::IssuePaper).map_err(|r| Err(r.into()))?;
    let typed = form.read().map_err(|e| Err(e.into()))?;
    let kind = Kind::of(&typed.kind).map_err(|r| Err(r.into()))?;
    let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
    let day = || typed.dated.parse::<NaiveDate>().map_err(|_| Refusal::new(shiyan_papers::code::DAY).with("typed", &typed.dated).on("dated"));
    let did = async { shiyan_papers::issue(&site.app, &user.actor, kind, &typed.no, user.lang(), day()?, user.now()).await };
    match did.await {
        Ok(paper) => {
            let no = paper.number.as_ref().map_or_else(|| paper.title.clone(), ToString::to_string);
            let (zh, en) = (format!("已签发 {no}"), format!("{no} was issued"));
            Ok(shiyan_web_kit::answer::done(format!("/papers/{}", paper.id), &zh, &en))
        }
        Err(shiyan_app::Error::Refused(why)) => match view(site, &user, kind, &typed.no, Some((&typed.dated, &why))).await {
            Ok(view) => Err(show_why(&view, &why)),
            Err(_) => Err(refused(site, &user, (kind.id, &typed.no), &why).await),
        },
        Err(other) => Err(Err(other.into())),
    }
}
