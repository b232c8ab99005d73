//! 公文 papers whose words and order stand in a template: notices, bulletins, lists. The facts that a template may name are typed; PDF, DOCX and the tables of
//! a workbook come from one filled template, so that all three say the same.

mod bulletin;
mod form;
mod lists;
mod notice;
mod result;
mod sheet;
mod timed;

pub use bulletin::{Bulletin, ClassLine, Disposal, Share, Totals};
pub use lists::{Correction, Lists, Problem};
pub use notice::{Batch, Notice};
pub use result::{Addressee, FailingItem, Goods, ResultNotice, Standing};
pub use sheet::{SheetForm, Variant};
pub use timed::{Timed, TimedRow};

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use shiyan_foundation::Lang;

use crate::canvas::{Colour, mm};
use crate::face::Role;
use crate::office::Margins;
use crate::paper::{Family, Flag, Image, Line, Own, Paper, Piece};
use crate::table::{Align, Column, Table};
use crate::template::{self, Source, Words};
use crate::text::Fill;
use crate::wording::CommonMark;
use crate::{Faces, Office, Pages, ReportError, annual, wording};

/// What is not there is a stroke.
fn said(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { "/".to_owned() } else { text.to_owned() }
}

/// 值 a value with its unit, unless it has one, needs none, or is no number.
#[must_use]
pub fn with_unit(text: &str, unit: &str) -> String {
    notice::with_unit(text, unit)
}

/// 签发情况 what stands on every page whatever the paper says.
#[derive(Debug, Clone)]
pub struct Front {
    /// 文号 once it has one; a draft leaves room for it.
    pub number: Option<String>,
    /// 期数 in words, `2026年第二期`, once it has one.
    pub count: Option<String>,
    /// 成文日期 once it was signed.
    pub date: Option<NaiveDate>,
    /// 演示数据
    pub demo: bool,
    /// When the file was made.
    pub created_at: DateTime<FixedOffset>,
}

/// 文书 filled in: to be set, to be edited, and its tables.
#[derive(Debug, Clone)]
pub struct Letter {
    paper: Paper,
    tables: Vec<(String, Table)>,
}

impl Letter {
    /// A form whose shape is not that of a template.
    pub(crate) fn form(paper: Paper) -> Self {
        Self { paper, tables: Vec::new() }
    }
    /// As a PDF file. The same letter gives the same bytes.
    ///
    /// # Errors
    /// A face that cannot be read; in strict mode a character that no face has.
    pub fn pdf(&self, faces: &Faces) -> Result<Vec<u8>, ReportError> {
        self.paper.pdf(faces)
    }
    /// As a DOCX file, to be edited; it says what the PDF says.
    ///
    /// # Errors
    /// As [`Letter::pdf`].
    pub fn docx(&self, faces: &Faces) -> Result<Vec<u8>, ReportError> {
        self.paper.docx(faces)
    }
    /// Some of its pages as pictures, to be looked at.
    ///
    /// # Errors
    /// As [`Letter::pdf`].
    pub fn images(&self, faces: &Faces, wanted: std::ops::Range<usize>) -> Result<Pages, ReportError> {
        self.paper.images(faces, wanted)
    }
    /// 附表 its tables by name, as they are printed.
    #[must_use]
    pub fn tables(&self) -> &[(String, Table)] {
        &self.tables
    }
    /// 标题 without its breaks.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.paper.title
    }
}

/// 文号 as the template names it: a draft leaves room for the number and the day.
#[derive(Debug, Serialize)]
struct Marks {
    number: String,
    issue: String,
    date: String,
}

impl Marks {
    fn of(front: &Front, lang: Lang) -> Self {
        let year = chrono::Datelike::year(&front.created_at);
        Self {
            number: front.number.clone().unwrap_or_else(|| match lang {
                Lang::Zh => format!("　　〔{year}〕　　号"),
                Lang::En => format!("No. ____ ({year})"),
            }),
            issue: front.count.clone().unwrap_or_default(),
            date: front.date.map_or_else(|| lang.pick("　　　　年　　月　　日", "____________").to_owned(), |on| annual::date(on, lang)),
        }
    }
}

fn line(text: String, role: Role, size: f32, fill: Fill) -> Piece {
    Piece::Line(Line { text, role, size, leading: size * 1.5, colour: Colour::BLACK, fill, before: 0.0, room: 0.0 })
}

/// A table of the template; an empty one says why instead.
fn table(source: Source, name: &str, words: &Words) -> Result<Result<Table, String>, ReportError> {
    let (rows, none) = (words.cells("row"), words.get("none"));
    if rows.is_empty() && !none.is_empty() {
        return Ok(Err(none));
    }
    let wrong = |why: &str| source.wrong(&format!("[table {name}]: {why}"));
    let heads = words.cells("columns").concat();
    let widths = words.cells("widths").concat();
    if heads.is_empty() || rows.iter().any(|r| r.len() != heads.len()) {
        return Err(wrong("a row has not as many cells as there are columns"));
    }
    if !widths.is_empty() && widths.len() != heads.len() {
        return Err(wrong("not one width a column"));
    }
    let mut columns = Vec::with_capacity(heads.len());
    for (i, head) in heads.iter().enumerate() {
        let column = match head.strip_prefix('#') {
            Some(title) => Column::new(title, Align::Right),
            None => Column::new(head, Align::Left),
        };
        let weight = widths.get(i).map(|w| w.parse::<f32>().ok().filter(|w| *w > 0.0).ok_or_else(|| wrong("a width is no number")));
        columns.push(column.weight(weight.transpose()?.unwrap_or(0.0)));
    }
    Ok(Ok(Table { caption: words.get("caption"), columns, rows, total: words.get("total") == "yes", note: words.get("note") }))
}

/// 标记: a draft, of demonstration data, both, or neither. A form is no draft: its number and its signatures come by pen.
fn flag(front: &Front, drafts: bool, mark: &CommonMark) -> Option<Flag> {
    let (word, says) = match (front.demo, drafts && front.number.is_none()) {
        (true, true) => (&mark.demo_draft, &mark.demo_draft_says),
        (true, false) => (&mark.demo, &mark.demo_says),
        (false, true) => (&mark.draft, &mark.draft_says),
        (false, false) => return None,
    };
    Some(Flag { word: word.clone(), says: says.clone(), red: false })
}

/// A part of the template as pieces; its table is kept for the workbook too.
fn part(
    source: Source,
    (kind, name, words): (&str, &str, &Words),
    wide: bool,
    pieces: &mut Vec<Piece>,
    tables: &mut Vec<(String, Table)>,
) -> Result<(), ReportError> {
    let lang = source.lang;
    match kind {
        "table" => match table(source, name, words)? {
            Ok(table) => {
                // a head that is broken on paper stands on one line of a workbook
                let columns = table.columns.iter().map(|c| Column { title: c.title.replace('\n', ""), ..c.clone() }).collect();
                tables.push((words.get("title"), Table { columns, ..table.clone() }));
                pieces.push(Piece::Table(table));
            }
            Err(none) => pieces.push(Piece::Nothing(none)),
        },
        "heading" => {
            let size = number(source, words, "size")?.unwrap_or(if wide { 18.0 } else { 22.0 });
            pieces.push(line(words.get("title"), Role::Title, size, Fill::Centre));
            if !words.get("note").is_empty() {
                pieces.push(line(words.get("note"), Role::Body, 10.5, Fill::Centre));
            }
        }
        "line" => pieces.push(Piece::Under(words.get("title"))),
        "attached" => {
            let rows = words.list("row");
            let numbered = |i: usize, row: &String| if rows.len() > 1 { format!("{}.{}{row}", i + 1, lang.pick("", " ")) } else { row.clone() };
            for (i, row) in rows.iter().enumerate() {
                // Further names stand under the first one.
                let before = if i == 0 { words.get("label") + lang.pick("", " ") } else { lang.pick("　　　", "").to_owned() };
                pieces.push(Piece::Paragraph(format!("{before}{}", numbered(i, row))));
            }
        }
        "form" => pieces.push(Piece::Grid(form::grid(source, name, words)?)),
        "text" => pieces.push(text(source, name, words)?),
        "code" => pieces.push(code(source, name, words)?),
        "page" => pieces.push(Piece::Break { wide: words.get("wide") == "yes", front: words.get("front") == "yes" }),
        "signature" => pieces.push(Piece::Signature { by: words.get("title"), on: words.get("note") }),
        other => return Err(source.wrong(&format!("[{other}] is no part of this paper"))),
    }
    Ok(())
}

/// A number of a template, in points or millimetres; `None` where it says nothing.
fn number(source: Source, words: &Words, key: &str) -> Result<Option<f32>, ReportError> {
    let said = words.get(key);
    if said.is_empty() {
        return Ok(None);
    }
    let read = said.parse::<f32>().ok().filter(|n| (-200.0..1000.0).contains(n));
    read.map(Some).ok_or_else(|| source.wrong(&format!("{key}: {said} is no number")))
}

/// Where a line or a code stands.
fn side(source: Source, name: &str, words: &Words) -> Result<Fill, ReportError> {
    match words.get("align").as_str() {
        "" | "left" => Ok(Fill::Left),
        "centre" => Ok(Fill::Centre),
        "right" => Ok(Fill::Right),
        other => Err(source.wrong(&format!("[{name}]: {other} is no side"))),
    }
}

/// 二维码 of a text, for whoever has a scanner; its words beside it for whoever cannot see it.
fn code(source: Source, name: &str, words: &Words) -> Result<Piece, ReportError> {
    let side_mm = number(source, words, "size")?.unwrap_or(16.0);
    let size = (mm(side_mm), mm(side_mm));
    Ok(Piece::Picture { image: Image::Code(words.get("title")), alt: words.get("note"), size, fill: side(source, name, words)? })
}

/// A line of its own, anywhere on the page.
fn text(source: Source, name: &str, words: &Words) -> Result<Piece, ReportError> {
    let fill = side(source, name, words)?;
    let size = number(source, words, "size")?.unwrap_or(12.0);
    let before = number(source, words, "space")?.unwrap_or(0.0);
    let room = mm(number(source, words, "room")?.unwrap_or(0.0));
    Ok(Piece::Line(Line { text: words.get("title"), role: Role::Body, size, leading: size * 1.5, colour: Colour::BLACK, fill, before, room }))
}

/// 自定版式 of a paper, as its template says it.
fn own(source: Source, words: &Words) -> Result<Own, ReportError> {
    let margins = words.cells("margins").concat();
    let margins = match margins.iter().map(|m| m.parse::<f32>().ok().filter(|m| (5.0..60.0).contains(m))).collect::<Option<Vec<f32>>>().as_deref() {
        Some([]) => None,
        Some(&[top, right, bottom, left]) => Some(Margins { top, right, bottom, left }),
        _ => return Err(source.wrong("margins: four numbers of millimetres: top, right, bottom, left")),
    };
    Ok(Own { margins, size: number(source, words, "size")?, leading: number(source, words, "leading")?, fit: words.get("fit") == "yes" })
}

/// Fills a template with facts and makes the letter of it.
fn letter(source: Source, facts: &impl Serialize, front: &Front, office: &Office) -> Result<Letter, ReportError> {
    #[derive(Serialize)]
    struct Told<'a, T> {
        #[serde(flatten)]
        facts: &'a T,
        #[serde(flatten)]
        marks: Marks,
    }
    let lang = source.lang;
    let words = wording::common()?.of(lang);
    let filled = source.fill_on(front.created_at.date_naive(), &Told { facts, marks: Marks::of(front, lang) })?;
    let family = match filled.paper.get("family").as_str() {
        "" | "list" => Family::Notice,
        "form" => Family::Form,
        other => return Err(source.wrong(&format!("family: {other} is none"))),
    };
    let drafts = filled.paper.get("family").is_empty() || filled.paper.get("draft") == "yes";
    let title = filled.title.join("\n");
    let (mut tables, mut wide, mut annexes) = (Vec::new(), filled.paper.get("wide") == "yes", 0);
    let mut pieces = vec![Piece::Page { wide }];
    // some papers say themselves where their title stands
    if filled.paper.get("placed") != "yes" {
        pieces.push(Piece::Title(title.clone()));
    }
    for piece in filled.pieces {
        match piece {
            template::Piece::Chapter { heading, annex, wide: turned, plain: _ } => {
                if annex {
                    pieces.push(Piece::Page { wide: turned });
                    wide = turned;
                    annexes += 1;
                }
                pieces.push(Piece::Chapter { heading, annex });
            }
            template::Piece::Sub(text) => pieces.push(Piece::Sub(text)),
            template::Piece::Paragraph(text) => pieces.push(Piece::Paragraph(text)),
            template::Piece::Nothing(text) => pieces.push(Piece::Nothing(text)),
            template::Piece::Part(kind, name, words) => part(source, (&kind, &name, &words), wide, &mut pieces, &mut tables)?,
        }
    }
    let own_mark = filled.paper.cells("mark").concat();
    let own_mark = if let [word, says] = own_mark.as_slice() { Some(Flag { word: word.clone(), says: says.clone(), red: false }) } else { None };
    let flag = flag(front, drafts, &words.mark).or(own_mark);
    let plain = title.replace('\n', lang.pick("", " "));
    Ok(Letter {
        paper: Paper {
            lang,
            second: None,
            family,
            own: own(source, &filled.paper)?,
            office: office.clone(),
            author: filled.paper.get("issuer"),
            subject: filled.paper.get("scope"),
            created: front.created_at,
            running: (String::new(), String::new()),
            flag,
            outline: annexes > 0,
            title: plain,
            pieces,
        },
        tables,
    })
}
