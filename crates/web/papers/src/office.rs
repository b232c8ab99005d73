//! 文书设置 how papers are numbered and laid out.

use chrono::Datelike;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::papers::office::TypedOffice;
use shiyan_dispatch::{CountStyle, OfficePapers, PageStyle};
use shiyan_foundation::{Act, Label, Refusal};
use shiyan_papers::catalogue::{KINDS, Kind};

use crate::views::{Choice, FieldView, OfficePage, ProblemView};
use shiyan_web_kit::answer::{Html, done, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::parts::reads;
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::{Shape, bounded};
use shiyan_web_kit::site::Site;

/// Routes of this part.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![page, save]
}

fn numbered() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|k| k.numbering.is_some_and(|n| n.number))
}
fn counted() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|k| k.numbering.is_some_and(|n| n.count))
}

/// Fields whose key does not depend on a kind.
const PLAIN: [(&str, &str, &str); 15] = [
    ("word", "机关代字", "letters of the office"),
    ("given", "本年已用到的号", "last number of this year"),
    ("counts", "期数样式", "style of counts"),
    ("top", "天头", "top margin"),
    ("right", "切口", "right margin"),
    ("bottom", "地脚", "bottom margin"),
    ("left", "订口", "left margin"),
    ("leading", "行距", "leading"),
    ("pages", "页码样式", "page numbers"),
    ("face_title", "标题字体", "face of titles"),
    ("face_heading", "一级标题字体", "face of headings"),
    ("face_sub", "二级标题字体", "face of second headings"),
    ("face_body", "正文字体", "face of the text"),
    ("face_table", "表格字体", "face of tables"),
    ("face_digits", "数字和西文字体", "face of digits"),
];
/// Characters of a field.
const LONGEST: u64 = 80;

/// 文书设置 as typed: which fields there are depends on the kinds that bear numbers.
struct OfficeForm(Vec<(String, String)>);

impl Shape for OfficeForm {
    fn read(form: &Posted, _: &str) -> Self {
        let of_kinds = numbered().map(|k| format!("word_{}", k.id)).chain(counted().map(|k| format!("counted_{}", k.id)));
        let keys = PLAIN.iter().map(|(key, ..)| (*key).to_owned()).chain(of_kinds);
        Self(keys.map(|key| (form.get(&key).to_owned(), key)).map(|(value, key)| (key, value)).collect())
    }
    fn too_long(&self) -> Vec<Refusal> {
        let called = |key: &str| PLAIN.iter().find(|(k, ..)| *k == key).map_or(("机关代字、期数", "letters and counts"), |(_, zh, en)| (*zh, *en));
        bounded(LONGEST, self.0.iter().map(|(key, value)| (key.as_str(), called(key), value.as_str())))
    }
}

impl OfficeForm {
    fn get(&self, key: &str) -> String {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone()).unwrap_or_default()
    }
    fn command(&self, year: i32) -> TypedOffice {
        let word = self.get("word").trim().to_owned();
        TypedOffice {
            words: numbered().map(|k| (k.id.to_owned(), self.get(&format!("word_{}", k.id)))).collect(),
            counts: self.get("counts"),
            year,
            given: if word.is_empty() { Vec::new() } else { vec![(word.clone(), self.get("given"))] },
            counted: counted().map(|k| (k.id.to_owned(), self.get(&format!("counted_{}", k.id)))).collect(),
            margins: ["top", "right", "bottom", "left"].map(|key| self.get(key)),
            leading: self.get("leading"),
            pages: self.get("pages"),
            faces: ["face_title", "face_heading", "face_sub", "face_body", "face_table", "face_digits"].map(|key| self.get(key)),
            word,
        }
    }
}

/// A whole number of parts as a length: 285 tenths are `28.5`.
fn length(parts: u32, places: u32) -> String {
    let unit = 10u32.pow(places);
    let text = format!("{}.{:0width$}", parts / unit, parts % unit, width = places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn some(n: u32) -> String {
    if n == 0 { String::new() } else { n.to_string() }
}

fn fields(user: &User, office: &OfficePapers) -> [Vec<FieldView>; 3] {
    let (lang, year) = (user.lang(), user.now().year());
    let mut numbers = vec![
        FieldView::text("word", user.t("机关代字", "Letters of the office"))
            .with(office.word.clone())
            .hint(user.t("例如 金市监；没有填写不能签发带文号的文书", "For example 金市监; without them nothing that bears a number is issued")),
        FieldView::number("given", format!("{year} {}", user.t("年已用到的号", ": last number given elsewhere")), "")
            .with(some(office.given_in(&office.word, year)))
            .hint(user.t(
                "年中开始使用时填写，从下一号接着编；本年第一号签发后不能再改",
                "When you begin in the middle of a year: the register goes on with the next; not after its first number of the year",
            )),
    ];
    for k in numbered() {
        numbers.push(
            FieldView::text(format!("word_{}", k.id), format!("{} {}", k.id, user.t("的代字", ": letters")))
                .with(office.words.get(k.id).cloned().unwrap_or_default())
                .hint(format!("{}{}", k.name(lang), user.t("；留空用机关代字", "; empty: those of the office"))),
        );
    }
    for k in counted() {
        let label = format!("{} {year} {}", k.id, user.t("年已出到第几期", ": last issue made elsewhere"));
        numbers.push(FieldView::number(format!("counted_{}", k.id), label, "").with(some(office.counted_in(k.id, year))));
    }
    numbers.push(FieldView::radio("counts", user.t("期数样式", "Style of counts"), Choice::all::<CountStyle>(lang)).with(office.counts.code()));
    let l = &office.layout;
    let margin = |key: &str, zh, en, value| FieldView::number(key, user.t(zh, en), "mm").with(length(value, 1)).required();
    let layout = vec![
        margin("top", "天头", "Top", l.top),
        margin("right", "切口", "Right", l.right),
        margin("bottom", "地脚", "Bottom", l.bottom),
        margin("left", "订口", "Left", l.left),
        FieldView::number("leading", user.t("行距", "Leading"), user.t("磅", "pt")).with(length(l.leading, 2)).required(),
        FieldView::radio("pages", user.t("页码样式", "Page numbers"), Choice::all::<PageStyle>(lang)).with(l.pages.code()),
    ];
    let n = &office.names;
    let face = |key: &str, zh, en, name: &str| FieldView::text(key, user.t(zh, en)).with(name.to_owned()).required();
    let faces = vec![
        face("face_title", "标题", "Titles", &n.title),
        face("face_heading", "一级标题", "Headings", &n.heading),
        face("face_sub", "二级标题", "Headings of the second level", &n.sub),
        face("face_body", "正文", "Text", &n.body),
        face("face_table", "表格", "Tables", &n.table),
        face("face_digits", "数字和西文", "Digits and Latin", &n.digits),
    ];
    [numbers, layout, faces]
}

async fn view(site: &Site, user: &User, filled: Option<&shiyan_web_kit::views::forms::Filled>, why: &[Refusal]) -> Result<OfficePage, Failure> {
    let office = site.app.office_papers().await?;
    let [numbers, layout, faces] = fields(user, &office).map(|list| list.into_iter().map(|f| filled.map_or(f.clone(), |filled| f.filled(filled))).collect());
    let mut p = user.page(site, "papers", user.t("文书设置", "Settings of papers")).crumb(user.t("文书", "Papers"), "/papers");
    p = p.crumb(user.t("文书设置", "Settings of papers"), "");
    p.problems = why.iter().map(|r| ProblemView::of(r, user.lang())).collect();
    Ok(OfficePage { p, numbers, layout, faces, set_in: shiyan_papers::own_faces().named() })
}

#[get("/papers/settings")]
async fn page(site: &State<Site>, user: User) -> Html {
    reads(&user, Act::PaperSettings)?;
    show(&view(site, &user, None, &[]).await?)
}

#[post("/papers/settings", data = "<form>")]
async fn save(site: &State<Site>, user: User, form: Result<Sent<OfficeForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    reads(&user, Act::PaperSettings).map_err(Err)?;
    let did = async { site.app.set_office_papers(&user.actor, &form.read()?.command(user.now().year()), user.now()).await };
    match did.await {
        Ok(_) => Ok(done("/papers/settings", "已保存文书设置", "The settings of papers were saved")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_why(&view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?, &why)),
        Err(other) => Err(Err(other.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_shown_as_they_are_typed() {
        assert_eq!((length(285, 1), length(370, 1), length(2899, 2), length(5, 1)), ("28.5".into(), "37".into(), "28.99".into(), "0.5".into()));
    }
}
