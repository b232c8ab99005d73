//! 年度食品安全抽样检验工作报告: title, scope line, sections in the order of the model, annexes, and at the end of the text the version and the
//! hash of the data it was made from.

mod charts;
mod more;
pub mod words;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use shiyan_foundation::Lang;

use crate::face::Role;
use crate::office::Office;
pub use crate::paper::{ChartBlock, Figures, KeyFigure};
use crate::paper::{Family, Flag, Paper, Piece};
use crate::table::{self, Table};
use crate::wording::{self, CommonReport};
use crate::{Faces, Pages, ReportError};

/// 年度报告: everything it says, already worded in its language and with its figures formatted.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Language of what this crate adds: page numbers, 续表, dates.
    pub lang: Lang,
    /// 标题: name of the district, year and 食品安全抽样检验工作报告.
    pub title: String,
    /// 编制单位; stands under the title and signs the report.
    pub issuer: String,
    /// 发文字号, if it has one.
    pub doc_no: Option<String>,
    /// 成文日期.
    pub date: NaiveDate,
    /// 统计口径: the scope that every figure counts in, printed under the title.
    pub scope: String,
    /// Whether to print a list of contents.
    pub contents: bool,
    /// Sections in order, annexes last.
    pub sections: Vec<Section>,
    /// 数据版本.
    pub data_version: String,
    /// 数据摘要: SHA-256 over the data, in hex.
    pub data_hash: String,
    /// 演示数据: say so on every page.
    pub demo: bool,
    /// When the report was made; becomes the date of the file.
    pub created_at: DateTime<FixedOffset>,
}

/// 章 or 附件.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// Heading with its number: 一、总体情况.
    pub heading: String,
    /// What it holds.
    pub blocks: Vec<Block>,
    /// 附件: begins on a new page, after the signature.
    pub annex: bool,
    /// Wide tables: the paper is turned.
    pub landscape: bool,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// 二级标题: （一）…
    SubHeading(String),
    /// 段落.
    Paragraph(String),
    /// 表.
    Table(Table),
    /// 图.
    Chart(ChartBlock),
    /// 关键指标.
    Figures(Figures),
    /// Nothing to report, and why: the sentence stands where a table would.
    Empty(String),
}

/// The report as a PDF file. The same model gives the same bytes.
///
/// # Errors
/// A face that cannot be read; in strict mode a character that no face has.
pub fn pdf(model: &Model, faces: &Faces, office: &Office) -> Result<Vec<u8>, ReportError> {
    paper(model, office)?.pdf(faces)
}

/// The report as a DOCX file, to be edited, with the names of the office's faces. It says what the PDF says; the same model gives the same bytes.
///
/// # Errors
/// As [`pdf`].
pub fn docx(model: &Model, faces: &Faces, office: &Office) -> Result<Vec<u8>, ReportError> {
    paper(model, office)?.docx(faces)
}

/// Some of its pages as pictures, to be looked at.
///
/// # Errors
/// As [`pdf`].
pub fn images(model: &Model, faces: &Faces, office: &Office, wanted: std::ops::Range<usize>) -> Result<Pages, ReportError> {
    paper(model, office)?.images(faces, wanted)
}

/// A block of a chapter as a piece of the paper.
fn piece(block: Block) -> Piece {
    match block {
        Block::SubHeading(text) => Piece::Sub(text),
        Block::Paragraph(text) => Piece::Paragraph(text),
        Block::Empty(text) => Piece::Nothing(text),
        Block::Table(table) => Piece::Table(table),
        Block::Chart(chart) => Piece::Chart(chart),
        Block::Figures(figures) => Piece::Figures(figures),
    }
}

/// What the report says, in order.
pub(crate) fn paper(model: &Model, office: &Office) -> Result<Paper, ReportError> {
    if model.sections.is_empty() {
        return Err(ReportError::Empty("the report has no sections"));
    }
    let lang = model.lang;
    let words = wording::common()?.of(lang);
    let plain = model.title.replace('\n', lang.pick("", ", "));
    let mut under = vec![model.issuer.clone()];
    under.extend(model.doc_no.clone());
    under.push(date(model.date, lang));
    let mut pieces = vec![
        Piece::Title(model.title.clone()),
        Piece::Under(under.join(lang.pick("　", "   "))),
        Piece::Boxed { label: words.report.scope.clone(), text: model.scope.clone() },
    ];
    if model.contents {
        pieces.push(Piece::Contents(words.report.contents.clone()));
    }
    let end = |pieces: &mut Vec<Piece>| {
        pieces.push(Piece::Signature { by: model.issuer.clone(), on: date(model.date, lang) });
        pieces.push(Piece::Grid(colophon(model, &words.report)));
    };
    let (mut signed, mut wide) = (false, false);
    for section in &model.sections {
        if section.annex && !signed {
            end(&mut pieces);
            signed = true;
        }
        if section.landscape != wide || section.annex {
            wide = section.landscape;
            pieces.push(Piece::Page { wide });
        }
        pieces.push(Piece::Chapter { heading: section.heading.clone(), annex: section.annex });
        pieces.extend(section.blocks.iter().cloned().map(piece));
    }
    if !signed {
        pieces.extend(wide.then_some(Piece::Page { wide: false }));
        end(&mut pieces);
    }
    Ok(Paper {
        lang,
        second: None,
        family: Family::Document,
        own: Default::default(),
        office: office.clone(),
        title: plain.clone(),
        author: model.issuer.clone(),
        subject: model.scope.clone(),
        created: model.created_at,
        running: (plain, model.doc_no.clone().unwrap_or_default()),
        flag: model.demo.then(|| Flag { word: words.mark.demo.clone(), says: words.mark.demo_says.clone(), red: false }),
        outline: true,
        pieces,
    })
}

/// 数据版本与摘要: what the report was made from, so that it can be made again and compared.
fn colophon(model: &Model, words: &CommonReport) -> table::Grid {
    let hash: Vec<String> = model.data_hash.as_bytes().chunks(8).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let rows = [
        (&words.data_version, model.data_version.clone()),
        (&words.data_hash, hash.join(" ")),
        (&words.made_at, model.created_at.format("%Y-%m-%d %H:%M:%S %:z").to_string()),
        (&words.note, words.same_bytes.clone()),
    ];
    let part = |text: &str| table::Part::new(text, Role::Table, 9.0);
    let row = |(name, value): &(&String, String)| {
        let head = table::Cell { shade: true, ..table::Cell::new(part(name), table::Align::Left) };
        table::Row { cells: vec![head, table::Cell::new(part(value), table::Align::Left)], min_height: 0.0 }
    };
    table::Grid { widths: vec![0.26, 0.74], rows: rows.iter().map(row).collect(), ..table::Grid::default() }
}

/// 年月日 a date as a paper says it.
#[must_use]
pub fn date(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => date.format("%-d %B %Y").to_string(),
    }
}
