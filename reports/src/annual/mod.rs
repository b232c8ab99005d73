//! 年度食品安全抽样检验工作报告: title, scope line, sections in the order of the model, annexes, and at the end the
//! version and the hash of the data it was made from.

pub mod words;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use shiyan_charts::Chart;
use shiyan_foundation::Lang;

use crate::canvas::{Canvas, Colour, mm};
use crate::chart;
use crate::face::{FaceSet, Role};
use crate::flow::{Flow, Sheet, Style};
use crate::pdf::Info;
use crate::table::{self, Table};
use crate::text::{self, Fill};
use crate::wording::{self, Common, CommonReport};
use crate::{Faces, ReportError};

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

/// 图 with its caption.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartBlock {
    /// 图题, with its number; stands under the chart.
    pub caption: String,
    /// The chart.
    pub chart: Chart,
    /// 注; may be empty.
    pub note: String,
}

/// 关键指标 side by side, with the scope they count in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// The figures.
    pub items: Vec<KeyFigure>,
    /// 统计口径 of these figures.
    pub scope: String,
}

/// 一个指标.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyFigure {
    /// Name.
    pub name: String,
    /// Value with unit.
    pub value: String,
    /// How it came about: `5,412 ÷ 1,333千人`.
    pub note: String,
    /// Its goal and whether it is met: `目标4.00 达标`; may be empty.
    pub goal: String,
    /// Whether the goal is met, if there is one.
    pub met: Option<bool>,
}

const SHEET: Sheet = Sheet { width: mm(210.0), height: mm(297.0), top: mm(37.0), right: mm(26.0), bottom: mm(35.0), left: mm(28.0) };
const LEADING: f32 = 28.99;
/// 28 characters in 156 mm.
const BODY_SIZE: f32 = 15.79;

const TITLE: Style = Style { role: Role::Title, size: 22.0, leading: 34.0, colour: Colour::BLACK, fill: Fill::Centre, first: 0.0 };
const HEADING: Style = Style { role: Role::Heading, size: 16.0, leading: LEADING, colour: Colour::BLACK, fill: Fill::Left, first: 2.0 };
const SUB: Style = Style { role: Role::Body, size: 16.0, leading: LEADING, colour: Colour::BLACK, fill: Fill::Left, first: 2.0 };
const BODY: Style = Style { role: Role::Body, size: BODY_SIZE, leading: LEADING, colour: Colour::BLACK, fill: Fill::Justify, first: 2.0 };

/// English needs neither the size nor the indent of Chinese official paper.
fn adapted(style: Style, lang: Lang) -> Style {
    match lang {
        Lang::Zh => style,
        Lang::En => Style { size: style.size * 0.75, leading: style.leading * 0.68, first: 0.0, ..style },
    }
}

/// The report as a PDF file. The same model gives the same bytes.
///
/// # Errors
/// A face that cannot be read; in strict mode a character that no face has.
pub fn pdf(model: &Model, faces: &Faces) -> Result<Vec<u8>, ReportError> {
    if model.sections.is_empty() {
        return Err(ReportError::Empty("the report has no sections"));
    }
    let words = wording::common()?.of(model.lang);
    let faces = FaceSet::new(faces)?;
    // The list of contents takes room itself, so the pages are known only after a first setting.
    let mut pages = Vec::new();
    if model.contents {
        pages = set(model, words, &faces, &[])?.1;
    }
    let (flow, pages) = set(model, words, &faces, &pages)?;
    let outline = model.sections.iter().zip(&pages).map(|(s, p)| (s.heading.clone(), *p)).collect();
    flow.canvas.finish(&Info {
        title: model.title.replace('\n', ""),
        author: model.issuer.clone(),
        subject: model.scope.clone(),
        created: model.created_at,
        lang: model.lang.pick("zh-CN", "en"),
        outline,
    })
}

/// Sets the whole report; gives the page of every section.
fn set<'f>(model: &Model, words: &Common, faces: &'f FaceSet<'f>, known: &[usize]) -> Result<(Flow<'f>, Vec<usize>), ReportError> {
    let lang = model.lang;
    let mut flow = Flow::new(faces, SHEET);
    flow.title(&model.title, &TITLE);
    flow.space(6.0);
    let mut under = vec![model.issuer.clone()];
    under.extend(model.doc_no.clone());
    under.push(date(model.date, lang));
    flow.plain(&under.join(lang.pick("　", "   ")), Role::Body, 12.0, 20.0, Colour::BLACK, Fill::Centre);
    flow.space(10.0);
    scope_box(&mut flow, &words.report.scope, &model.scope);
    if model.contents {
        contents(&mut flow, model, &words.report.contents, known);
    }
    flow.space(12.0);

    let mut pages = Vec::new();
    let mut signed = false;
    for section in &model.sections {
        if section.annex && !signed {
            signature(&mut flow, model);
            signed = true;
        }
        let sheet = if section.landscape { SHEET.turned() } else { SHEET };
        if sheet != flow.sheet || section.annex {
            flow.sheet = sheet;
            flow.new_page();
        }
        block_heading(&mut flow, section, lang);
        pages.push(flow.page());
        for block in &section.blocks {
            set_block(&mut flow, block, words, lang)?;
        }
    }
    if flow.sheet != SHEET {
        flow.sheet = SHEET;
        flow.new_page();
    }
    if !signed {
        signature(&mut flow, model);
    }
    colophon(&mut flow, model, &words.report);
    furniture(&mut flow, model, words)?;
    Ok((flow, pages))
}

fn block_heading(flow: &mut Flow<'_>, section: &Section, lang: Lang) {
    let style = if section.annex { Style { first: 0.0, ..HEADING } } else { HEADING };
    let style = adapted(style, lang);
    // A heading stays with the first piece under it.
    let next = match section.blocks.first() {
        Some(Block::SubHeading(_)) => style.leading * 3.0,
        Some(Block::Paragraph(_) | Block::Empty(_)) => style.leading * 2.0,
        Some(Block::Figures(_)) => 110.0,
        Some(Block::Table(_)) => 90.0,
        Some(Block::Chart(c)) => shiyan_charts::height(&c.chart, f64::from(flow.width()), 9.5) as f32 + 40.0,
        None => 0.0,
    };
    flow.space(4.0);
    flow.ensure(style.leading + next);
    flow.paragraph(&section.heading, &style);
}

fn set_block(flow: &mut Flow<'_>, block: &Block, words: &Common, lang: Lang) -> Result<(), ReportError> {
    match block {
        Block::SubHeading(text) => {
            let style = adapted(SUB, lang);
            flow.ensure(style.leading * 2.0 + 24.0);
            flow.paragraph(text, &style);
        }
        Block::Paragraph(text) => {
            flow.paragraph(text, &adapted(BODY, lang));
            if lang == Lang::En {
                flow.space(5.0);
            }
        }
        Block::Empty(text) => {
            flow.paragraph(text, &Style { colour: Colour::GREY, ..adapted(BODY, lang) });
        }
        Block::Table(table) => {
            flow.space(7.0);
            table::set(flow, table, &words.continued);
            flow.space(11.0);
        }
        Block::Chart(block) => set_chart(flow, block, words, lang)?,
        Block::Figures(figures) => set_figures(flow, figures, &words.report.figures_scope),
    }
    Ok(())
}

fn set_chart(flow: &mut Flow<'_>, block: &ChartBlock, words: &Common, lang: Lang) -> Result<(), ReportError> {
    if block.chart.is_empty() {
        flow.paragraph(&format!("{}：{}", block.caption, words.report.no_chart), &Style { colour: Colour::GREY, ..adapted(BODY, lang) });
        return Ok(());
    }
    let font = 9.5;
    let (width, mut tall) = (flow.width(), shiyan_charts::height(&block.chart, f64::from(flow.width()), font) as f32);
    let room = flow.bottom() - flow.top() - 50.0;
    let mut font = font;
    if tall > room {
        font *= f64::from(room / tall);
        tall = room;
    }
    let below = 30.0 + if block.note.is_empty() { 0.0 } else { 16.0 };
    flow.space(8.0);
    flow.ensure(tall + below);
    let (x, y) = (flow.left(), flow.y);
    let mut sheet = chart::Sheet { canvas: &mut flow.canvas, faces: flow.faces, x, y };
    shiyan_charts::draw(&block.chart, &mut sheet, f64::from(width), font).map_err(|e| ReportError::Chart(e.to_string()))?;
    flow.y += tall + 5.0;
    flow.plain(&block.caption, Role::Heading, 12.0, 17.0, Colour::BLACK, Fill::Centre);
    if !block.note.is_empty() {
        flow.plain(&block.note, Role::Table, 9.0, 13.0, Colour::GREY, Fill::Centre);
    }
    flow.space(10.0);
    Ok(())
}

fn set_figures(flow: &mut Flow<'_>, figures: &Figures, scope: &str) {
    flow.space(6.0);
    let columns = if figures.items.len() == 4 || figures.items.len() < 3 { 2 } else { 3 };
    let gap = 8.0;
    let each = (flow.width() - gap * (columns as f32 - 1.0)) / columns as f32;
    let (pad, faces) = (8.0, flow.faces);
    let inner = each - 2.0 * pad;
    for row in figures.items.chunks(columns) {
        let notes: Vec<_> = row.iter().map(|f| text::lines(faces, Role::Table, 9.0, &f.note, inner, 0.0)).collect();
        let lines = notes.iter().zip(row).map(|(n, f)| if f.note.is_empty() { 0 } else { n.len() }).max().unwrap_or(0);
        let goals = row.iter().any(|f| !f.goal.is_empty());
        let tall = 54.0 + lines as f32 * 12.5 + if goals { 15.0 } else { 0.0 };
        flow.ensure(tall + 16.0);
        let top = flow.y;
        for (i, figure) in row.iter().enumerate() {
            let x = flow.left() + i as f32 * (each + gap);
            let ink = match figure.met {
                Some(true) => Colour::PASS,
                Some(false) => Colour::FAIL,
                None => Colour(0x0b, 0x5c, 0xad),
            };
            flow.canvas.frame(x, top, each, tall, 0.5, Colour::PALE);
            flow.canvas.rect(x, top, 2.4, tall, ink);
            flow.put(&figure.name, (x + pad, top + 17.0), Role::Table, 10.5, Colour::GREY, Fill::Left);
            let mut size = 20.0;
            while size > 11.0 && text::width(faces, Role::Heading, size, &figure.value) > inner {
                size -= 1.0;
            }
            flow.put(&figure.value, (x + pad, top + 42.0), Role::Heading, size, Colour::BLACK, Fill::Left);
            let mut y = top + 57.0;
            if !figure.note.is_empty() {
                for line in &notes[i] {
                    flow.canvas.text(x + pad, y, 9.0, Colour::GREY, &line.glyphs, 0.0);
                    y += 12.5;
                }
            }
            if !figure.goal.is_empty() {
                flow.put(&figure.goal, (x + pad, top + tall - 8.0), Role::TableBold, 9.5, ink, Fill::Left);
            }
        }
        flow.y += tall;
        flow.space(gap);
    }
    if !figures.scope.is_empty() {
        let text = format!("{scope}{}", figures.scope);
        flow.plain(&text, Role::Table, 9.0, 13.0, Colour::GREY, Fill::Left);
    }
    flow.space(6.0);
}

/// The scope line stands in a box, so that no figure can be read without it.
fn scope_box(flow: &mut Flow<'_>, name: &str, scope: &str) {
    let pad = 9.0;
    let (faces, width) = (flow.faces, flow.width());
    let label = text::width(faces, Role::TableBold, 10.5, name) + 14.0;
    let lines = text::lines(faces, Role::Table, 10.5, scope, width - 2.0 * pad - label, 0.0);
    let tall = lines.len() as f32 * 16.0 + 2.0 * pad - 4.0;
    flow.ensure(tall);
    let (x, top) = (flow.left(), flow.y);
    flow.canvas.rect(x, top, width, tall, Colour::SHADE);
    flow.canvas.rect(x, top, 2.4, tall, Colour(0x0b, 0x5c, 0xad));
    let base = top + pad + 10.0;
    flow.put(name, (x + pad + 2.0, base), Role::TableBold, 10.5, Colour::BLACK, Fill::Left);
    for (i, line) in lines.iter().enumerate() {
        flow.canvas.text(x + pad + label, base + i as f32 * 16.0, 10.5, Colour::BLACK, &line.glyphs, 0.0);
    }
    flow.y += tall;
}

fn contents(flow: &mut Flow<'_>, model: &Model, name: &str, known: &[usize]) {
    flow.space(16.0);
    flow.plain(name, Role::Heading, 16.0, 30.0, Colour::BLACK, Fill::Centre);
    let size = 12.0;
    for (i, section) in model.sections.iter().enumerate() {
        flow.ensure(21.0);
        let number = known.get(i).map_or_else(|| "0".to_owned(), |p| (p + 1).to_string());
        let (left, width, base) = (flow.left(), flow.width(), flow.y + 15.0);
        let room = width - 40.0;
        let heading = text::shortened(flow.faces, Role::Body, size, &section.heading, room);
        let from = flow.put(&heading, (left, base), Role::Body, size, Colour::BLACK, Fill::Left) + 6.0;
        let to = width - text::width(flow.faces, Role::Body, size, &number) - 6.0;
        flow.put(&number, (left + width, base), Role::Body, size, Colour::BLACK, Fill::Right);
        if to > from {
            // Dots on a common raster, so that they stand in columns.
            let start = left + (from / 6.0).ceil() * 6.0;
            flow.canvas.polyline(&[(start, base - 3.0), (left + to, base - 3.0)], 0.9, Colour::PALE, Some([0.0, 6.0]));
        }
        flow.y += 21.0;
    }
    flow.new_page();
}

/// Who signs, and when: the date four characters in from the right, the name centred over it.
fn signature(flow: &mut Flow<'_>, model: &Model) {
    let style = adapted(BODY, model.lang);
    let text = date(model.date, model.lang);
    flow.ensure(style.leading * 3.0);
    flow.space(style.leading);
    let (right, size) = (flow.left() + flow.width(), style.size);
    let wide = text::width(flow.faces, Role::Body, size, &text);
    let name = text::width(flow.faces, Role::Body, size, &model.issuer);
    let inset = size * if name > wide { 2.0 } else { 4.0 };
    let middle = right - inset - wide.max(name) / 2.0;
    let base = flow.y + size;
    flow.put(&model.issuer, (middle, base), Role::Body, size, Colour::BLACK, Fill::Centre);
    flow.put(&text, (middle, base + style.leading), Role::Body, size, Colour::BLACK, Fill::Centre);
    flow.y += style.leading * 2.0;
}

/// 数据版本与摘要: what the report was made from, so that it can be made again and compared.
fn colophon(flow: &mut Flow<'_>, model: &Model, words: &CommonReport) {
    let hash: Vec<String> = model.data_hash.as_bytes().chunks(8).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let rows = [
        (&words.data_version, model.data_version.clone()),
        (&words.data_hash, hash.join(" ")),
        (&words.made_at, model.created_at.format("%Y-%m-%d %H:%M:%S %:z").to_string()),
        (&words.note, words.same_bytes.clone()),
    ];
    flow.space(16.0);
    let grid = table::Grid {
        widths: vec![flow.width() * 0.26, flow.width() * 0.74],
        header: Vec::new(),
        rows: rows
            .iter()
            .map(|(name, value)| {
                let mut head = table::Cell::new(table::Part::new(name, Role::Table, 9.0), table::Align::Left);
                head.shade = true;
                table::Row { cells: vec![head, table::Cell::new(table::Part::new(value, Role::Table, 9.0), table::Align::Left)], min_height: 0.0 }
            })
            .collect(),
        caption: table::Caption::default(),
        tail: 0.0,
    };
    flow.ensure(100.0);
    table::draw(flow, &grid);
}

fn furniture(flow: &mut Flow<'_>, model: &Model, words: &Common) -> Result<(), ReportError> {
    let total = flow.canvas.pages();
    if model.demo {
        flow.watermark(&words.mark.demo, Colour::WATERMARK);
    }
    for page in 0..total {
        flow.canvas.select(page);
        let sheet = flow.sheets[page];
        let (left, right) = (sheet.left, sheet.width - sheet.right);
        if page > 0 {
            let base = sheet.top - 20.0;
            let title = text::shortened(flow.faces, Role::Body, 9.0, &model.title.replace('\n', ""), (right - left) * 0.62);
            flow.put(&title, (left, base), Role::Body, 9.0, Colour::GREY, Fill::Left);
            flow.canvas.polyline(&[(left, base + 6.0), (right, base + 6.0)], 0.5, Colour::PALE, None);
        }
        if model.demo {
            flow.put(&words.mark.demo_says, (right, sheet.top - 20.0), Role::TableBold, 9.0, Colour::FAIL, Fill::Right);
        } else if page > 0
            && let Some(no) = &model.doc_no
        {
            flow.put(no, (right, sheet.top - 20.0), Role::Body, 9.0, Colour::GREY, Fill::Right);
        }
        let text = wording::page(words, page + 1, total)?;
        let base = sheet.height - sheet.bottom + mm(7.0) + 12.0;
        flow.put(&text, (sheet.width / 2.0, base), Role::Body, 14.0, Colour::BLACK, Fill::Centre);
    }
    Ok(())
}

pub(crate) fn date(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => date.format("%-d %B %Y").to_string(),
    }
}
