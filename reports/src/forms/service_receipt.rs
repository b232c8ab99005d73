//! P21 送达回证: proof that papers reached whom they concern. It stays in the file of the case.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike};
use shiyan_foundation::Lang;

use crate::canvas::{Colour, mm};
use crate::face::Role;
use crate::letters::Letter;
use crate::paper::{Family, Flag, Line, Own, Paper, Piece};
use crate::table::{Align, Cell, Grid, Part, Row};
use crate::text::Fill;
use crate::wording;
use crate::{Faces, Office, ReportError};

/// 送达方式
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// 直接送达
    Direct,
    /// 留置送达
    Left,
    /// 邮寄送达
    Post,
    /// 委托送达
    Entrusted,
    /// 电子送达
    Electronic,
    /// 公告送达
    Public,
}

/// 送达的文书
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// 名称
    pub title: String,
    /// 文号; empty for a paper without one.
    pub number: String,
}

/// 送达回证 what is known before the pen; what is not is left open.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Language of the form.
    pub lang: Lang,
    /// 送达单位
    pub office: String,
    /// 编号
    pub number: Option<String>,
    /// 送达文书 served on the same person at the same time.
    pub papers: Vec<Served>,
    /// 受送达人: whom the papers concern, not who took them.
    pub receiver: Option<String>,
    /// 送达地点
    pub place: Option<String>,
    /// 送达方式
    pub way: Option<Way>,
    /// 送达日期
    pub on: Option<NaiveDate>,
    /// 送达时刻 to the minute; a day without one leaves it to the pen.
    pub time: Option<NaiveTime>,
    /// 代收人及与受送达人关系
    pub collector: Option<String>,
    /// 备注
    pub remark: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// When the file was made.
    pub created_at: DateTime<FixedOffset>,
}

/// The form as a PDF file. The same model gives the same bytes.
///
/// # Errors
/// A face that cannot be read; in strict mode a character that no face has.
pub fn pdf(model: &Model, faces: &Faces, office: &Office) -> Result<Vec<u8>, ReportError> {
    letter(std::slice::from_ref(model), office)?.pdf(faces)
}

/// The form as a DOCX file.
///
/// # Errors
/// As [`pdf`].
pub fn docx(model: &Model, faces: &Faces, office: &Office) -> Result<Vec<u8>, ReportError> {
    letter(std::slice::from_ref(model), office)?.docx(faces)
}

/// Several forms in one file, a page each: those of one batch, for everybody whom it was served on.
///
/// # Errors
/// What its template says.
pub fn letter(models: &[Model], office: &Office) -> Result<Letter, ReportError> {
    Ok(Letter::form(paper(models, office)?))
}

const SIZE: f32 = 14.0;
/// Room for a line of handwriting, and for several.
const LOW: f32 = mm(13.0);
const HIGH: f32 = mm(25.5);

/// The time to the minute, as the form writes it.
fn minute(on: NaiveDate, time: Option<NaiveTime>, lang: Lang) -> String {
    match (lang, time) {
        (Lang::Zh, Some(at)) => format!("{}年{}月{}日{}时{:02}分", on.year(), on.month(), on.day(), at.hour(), at.minute()),
        (Lang::Zh, None) => format!("{}年{}月{}日　　时　　分", on.year(), on.month(), on.day()),
        (Lang::En, Some(at)) => on.and_time(at).format("%-d %B %Y, %H:%M").to_string(),
        (Lang::En, None) => format!("{}, time:", on.format("%-d %B %Y")),
    }
}

fn pieces(model: &Model) -> Result<Vec<Piece>, ReportError> {
    let words = wording::service_receipt()?.of(model.lang);
    let common = wording::common()?.of(model.lang);
    let size = if model.lang == Lang::Zh { SIZE } else { 11.5 };
    let part = |text: &str| Part::new(text, Role::Table, size);
    let row = |label: &str, parts: Vec<Part>, high: bool| Row {
        cells: vec![Cell::new(part(label), Align::Centre), Cell { parts, ..Cell::default() }],
        min_height: if high { HIGH } else { LOW },
    };
    let told = |text: &Option<String>| vec![part(text.as_deref().unwrap_or_default())];
    // What is signed by hand is dated by hand, on the right under the signature.
    let dated = || vec![part(" "), Part { align: Some(Align::Right), ..part(&words.signed_open) }];
    let served = |paper: &Served| if paper.number.is_empty() { paper.title.clone() } else { format!("{} {}", paper.title, paper.number) };
    let papers = if model.papers.is_empty() { vec![part("")] } else { model.papers.iter().map(|p| part(&served(p))).collect() };
    let ways = [
        (Way::Direct, &words.ways.direct),
        (Way::Left, &words.ways.left),
        (Way::Post, &words.ways.post),
        (Way::Entrusted, &words.ways.entrusted),
        (Way::Electronic, &words.ways.electronic),
        (Way::Public, &words.ways.public),
    ];
    let ticked = |(way, word): &(Way, &String)| format!("{}{word}", if model.way == Some(*way) { '☑' } else { '☐' });
    let ways: Vec<Part> = ways.chunks(3).map(|some| part(&some.iter().map(ticked).collect::<Vec<_>>().join(model.lang.pick("　", "   ")))).collect();
    let rows = vec![
        row(&words.papers, papers, true),
        row(&words.receiver, told(&model.receiver), false),
        row(&words.place, told(&model.place), false),
        row(&words.way, ways, false),
        row(&words.at, vec![part(&model.on.map_or_else(|| words.at_open.clone(), |on| minute(on, model.time, model.lang)))], false),
        row(&words.signed, dated(), true),
        row(&words.collector, told(&model.collector), true),
        row(&words.witness, vec![part("")], false),
        row(&words.officers, vec![part("")], false),
        row(&words.remark, told(&model.remark), true),
    ];
    let line = |text: &str, role: Role, size: f32, fill: Fill| {
        Piece::Line(Line { text: text.to_owned(), role, size, leading: size * 1.6, colour: Colour::BLACK, fill, before: 0.0, room: 0.0 })
    };
    let number = format!("{}{}{}", words.number, common.colon, model.number.as_deref().unwrap_or("　　　　　　"));
    Ok(vec![
        line(&model.office, Role::Heading, 16.0, Fill::Centre),
        line(&words.title, Role::Title, 22.0, Fill::Centre),
        line(&number, Role::Table, 12.0, Fill::Right),
        Piece::Grid(Grid { widths: vec![0.27, 0.73], rows, ..Grid::default() }),
    ])
}

fn paper(models: &[Model], office: &Office) -> Result<Paper, ReportError> {
    let first = models.first().ok_or_else(|| ReportError::Template { file: "p21", why: "nobody to serve it on".to_owned() })?;
    let words = wording::service_receipt()?.of(first.lang);
    let common = wording::common()?.of(first.lang);
    let mut all = Vec::new();
    for (i, model) in models.iter().enumerate() {
        if i > 0 {
            all.push(Piece::Break { wide: false, front: false });
        }
        all.extend(pieces(model)?);
    }
    Ok(Paper {
        lang: first.lang,
        second: None,
        family: Family::Form,
        own: Own::default(),
        office: office.clone(),
        title: words.title.clone(),
        author: first.office.clone(),
        subject: first.receiver.clone().unwrap_or_default(),
        created: first.created_at,
        running: Default::default(),
        flag: first.demo.then(|| Flag { word: common.mark.demo.clone(), says: common.mark.demo_says.clone(), red: false }),
        outline: false,
        pieces: all,
    })
}
