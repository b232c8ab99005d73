//! 文书 what a paper says, piece by piece and in order, before it is set: from one model come the PDF (here) and the DOCX (`docx`), so that both say
//! the same words and numbers.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset};
use shiyan_charts::Chart;
use shiyan_foundation::Lang;

use crate::canvas::{Canvas, Colour, mm};
use crate::chart;
use crate::face::{FaceSet, Role};
use crate::flow::{Flow, Sheet, Style};
use crate::office::{Margins, Numbering, Office};
use crate::pdf::Info;
use crate::picture::Picture;
use crate::table::{self, Grid, Table};
use crate::text::{self, Fill};
use crate::wording::{self, Common};
use crate::{Faces, Pages, ReportError, docx};

/// 文书类别 three families, three looks: they differ in their margins and page numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// 公文, 报告: the page of GB/T 9704.
    Document,
    /// 通告, 通报: the same page, and turned annexes that use the whole sheet, because their columns are many.
    Notice,
    /// 检验报告: `第 x 页　共 n 页`.
    Report,
    /// 表格: one page of lines and boxes, without a number.
    Form,
}

/// 标记 across every page, and what it says at the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    pub word: String,
    pub says: String,
    pub red: bool,
}

/// 一行 text of its own, set as it says.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub text: String,
    pub role: Role,
    pub size: f32,
    pub leading: f32,
    pub colour: Colour,
    pub fill: Fill,
    /// Space above it.
    pub before: f32,
    /// Room that must be left under it for what belongs to it.
    pub room: f32,
}

/// A picture of the paper: as it is kept, or made.
#[derive(Debug, Clone)]
pub(crate) enum Image {
    Kept(Picture),
    Code(String),
}

/// 部件 one piece of a paper.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// 标题
    Title(String),
    /// What stands under the title: who, number, day.
    Under(String),
    /// 统计口径 in a box, so that no figure can be read without it.
    Boxed { label: String, text: String },
    /// 目录 of the chapters.
    Contents(String),
    /// 章, 附件
    Chapter { heading: String, annex: bool },
    /// 节
    Sub(String),
    /// 段落
    Paragraph(String),
    /// Nothing to report, and why.
    Nothing(String),
    /// 表 with a caption and one row of headings.
    Table(Table),
    /// 表 of any shape; its widths are points, or shares when they add up to 1.
    Grid(Grid),
    /// 图
    Chart(ChartBlock),
    /// 关键指标
    Figures(Figures),
    /// 落款
    Signature { by: String, on: String },
    /// 一行
    Line(Line),
    /// 图样 with the text for whoever cannot see it; width and height in points.
    Picture { image: Image, alt: String, size: (f32, f32), fill: Fill },
    /// A new page, upright or turned.
    Page { wide: bool },
    /// A new page, however little stands on the one before; `front` leaves the back of a sheet of paper blank rather than begin on it.
    Break { wide: bool, front: bool },
}

/// 自定版式 what the template of one paper sets otherwise than its family: a form that must stand on one page.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Own {
    /// 页边
    pub margins: Option<Margins>,
    /// Size of the text, in points.
    pub size: Option<f32>,
    /// Leading of the text, in points.
    pub leading: Option<f32>,
    /// Each part between two breaks stands on one page: its boxes are set smaller where they must.
    pub fit: bool,
}

/// 文书 everything that a paper says.
#[derive(Debug, Clone)]
pub(crate) struct Paper {
    pub lang: Lang,
    /// A second language of its labels, smaller beside the first.
    pub second: Option<Lang>,
    pub family: Family,
    pub own: Own,
    pub office: Office,
    /// What a reader of files shows.
    pub title: String,
    pub author: String,
    pub subject: String,
    pub created: DateTime<FixedOffset>,
    /// 页眉 from the second page on: left and right.
    pub running: (String, String),
    pub flag: Option<Flag>,
    /// Bookmarks to the chapters.
    pub outline: bool,
    pub pieces: Vec<Piece>,
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

/// 28 characters in 156 mm.
const BODY_SIZE: f32 = 15.79;

const TITLE: Style = Style { role: Role::Title, size: 22.0, leading: 34.0, colour: Colour::BLACK, fill: Fill::Centre, first: 0.0 };

/// The kinds of running text of a paper, as its office and language want them.
pub(crate) struct Styles {
    pub heading: Style,
    pub sub: Style,
    pub body: Style,
}

impl Paper {
    /// English needs neither the size nor the indent of Chinese official paper.
    pub fn styles(&self) -> Styles {
        let base = Style { role: Role::Body, size: 16.0, leading: self.office.leading, colour: Colour::BLACK, fill: Fill::Left, first: 2.0 };
        let adapted = |style: Style| match self.lang {
            Lang::Zh => style,
            Lang::En => Style { size: style.size * 0.75, leading: style.leading * 0.68, first: 0.0, ..style },
        };
        let own = |style: Style| Style { size: self.own.size.unwrap_or(style.size), leading: self.own.leading.unwrap_or(style.leading), ..style };
        Styles {
            heading: own(adapted(Style { role: Role::Heading, ..base })),
            sub: own(adapted(Style { role: Role::Sub, ..base })),
            body: own(adapted(Style { size: BODY_SIZE, fill: Fill::Justify, ..base })),
        }
    }

    /// The page, upright or turned.
    pub fn sheet(&self, wide: bool) -> Sheet {
        if let Some(Margins { top, right, bottom, left }) = self.own.margins {
            let (width, height) = if wide { (297.0, 210.0) } else { (210.0, 297.0) };
            return Sheet { width: mm(width), height: mm(height), top: mm(top), right: mm(right), bottom: mm(bottom), left: mm(left) };
        }
        let sheet = match self.family {
            Family::Notice if wide => return Sheet { width: mm(297.0), height: mm(210.0), top: mm(24.0), right: mm(20.0), bottom: mm(22.0), left: mm(20.0) },
            Family::Document | Family::Notice => {
                let Margins { top, right, bottom, left } = self.office.margins;
                Sheet { width: mm(210.0), height: mm(297.0), top: mm(top), right: mm(right), bottom: mm(bottom), left: mm(left) }
            }
            Family::Form => Sheet { width: mm(210.0), height: mm(297.0), top: mm(24.0), right: mm(18.5), bottom: mm(20.0), left: mm(18.5) },
            Family::Report => Sheet { width: mm(210.0), height: mm(297.0), top: mm(30.0), right: mm(20.0), bottom: mm(22.0), left: mm(24.0) },
        };
        if wide { sheet.turned() } else { sheet }
    }

    pub fn numbering(&self) -> Numbering {
        match self.family {
            Family::Document | Family::Notice => self.office.numbering,
            Family::Report => Numbering::Total,
            Family::Form => Numbering::Nothing,
        }
    }

    /// Whether the first page is turned: its first piece says so, and begins no other page.
    pub fn begins_wide(&self) -> bool {
        matches!(self.pieces.first(), Some(Piece::Page { wide: true }))
    }

    /// How many lines from a piece on end with the signature: they stay together, so that no page holds a seal and no text.
    pub fn closing(&self, at: usize) -> Option<usize> {
        if self.family != Family::Notice {
            return None;
        }
        let rest = self.pieces.get(at..)?;
        let end = rest.iter().position(|p| !matches!(p, Piece::Paragraph(_)))?;
        (matches!(rest[end], Piece::Signature { .. }) && (1..=4).contains(&end)).then_some(end)
    }

    /// The headings of the chapters.
    pub fn chapters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Chapter { heading, .. } => Some(heading.as_str()),
            _ => None,
        })
    }

    /// The same with its boxes so small that each part stands on one page, as far as that can be read.
    fn fitted(&self, faces: &FaceSet<'_>) -> Result<Cow<'_, Self>, ReportError> {
        if !self.own.fit {
            return Ok(Cow::Borrowed(self));
        }
        let parts = 1 + self.pieces.iter().filter(|p| matches!(p, Piece::Break { .. })).count();
        let mut smaller = Cow::Borrowed(self);
        for tenths in [97, 94, 91, 88, 85, 82, 79, 76, 73, 70] {
            let (flow, _) = smaller.set(faces)?;
            if flow.canvas.pages() <= parts {
                break;
            }
            smaller = Cow::Owned(self.scaled(tenths as f32 / 100.0));
        }
        Ok(smaller)
    }

    /// The same with boxes of another size.
    fn scaled(&self, by: f32) -> Self {
        let mut other = self.clone();
        for piece in &mut other.pieces {
            let Piece::Grid(grid) = piece else { continue };
            for row in &mut grid.rows {
                row.min_height *= by;
                for part in row.cells.iter_mut().flat_map(|c| &mut c.parts) {
                    part.size *= by;
                    part.leading *= by;
                }
            }
        }
        other
    }

    /// As a PDF file.
    pub fn pdf(&self, faces: &Faces) -> Result<Vec<u8>, ReportError> {
        let faces = FaceSet::new(faces)?;
        let (flow, pages) = self.fitted(&faces)?.set(&faces)?;
        let outline = if self.outline { self.chapters().map(str::to_owned).zip(pages).collect() } else { Vec::new() };
        flow.canvas.finish(&Info {
            title: self.title.clone(),
            author: self.author.clone(),
            subject: self.subject.clone(),
            created: self.created,
            lang: self.lang.pick("zh-CN", "en"),
            outline,
        })
    }

    /// Some pages as pictures, drawn from the strokes of the PDF.
    pub fn images(&self, faces: &Faces, wanted: std::ops::Range<usize>) -> Result<Pages, ReportError> {
        let faces = FaceSet::new(faces)?;
        self.set(&faces)?.0.canvas.images(wanted)
    }

    /// As a DOCX file.
    pub fn docx(&self, faces: &Faces) -> Result<Vec<u8>, ReportError> {
        let faces = FaceSet::new(faces)?;
        let pages = if self.has_contents() { self.set(&faces)?.1 } else { Vec::new() };
        let fitted = self.fitted(&faces)?;
        docx::write(&fitted, &faces, &pages)
    }

    fn has_contents(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Contents(_)))
    }

    /// Sets the whole paper; gives the page of every chapter.
    fn set<'f>(&self, faces: &'f FaceSet<'f>) -> Result<(Flow<'f>, Vec<usize>), ReportError> {
        let words = wording::common()?.of(self.lang);
        // The list of contents takes room itself, so the pages are known only after a first setting.
        if !self.has_contents() {
            return self.set_once(words, faces, &[]);
        }
        let (first, known) = self.set_once(words, faces, &[])?;
        let bare = first.bare_pages();
        if bare == 0 || self.family != Family::Document {
            return self.set_once(words, faces, &known);
        }
        // A page that is nearly empty is helped by a leading that offices use as well; of several the nearest to the office's own.
        let mut best = (bare, self.office.leading, known);
        for points in [-0.4, 0.4, -0.8, 0.8, -1.2, 1.2, -1.6] {
            let leading = self.office.leading + points;
            let (flow, known) = self.leaded(leading).set_once(words, faces, &[])?;
            let bare = flow.bare_pages();
            if bare < best.0 {
                best = (bare, leading, known);
            }
            if bare == 0 {
                break;
            }
        }
        self.leaded(best.1).set_once(words, faces, &best.2)
    }

    /// The same with another leading.
    fn leaded(&self, leading: f32) -> Self {
        Self { office: Office { leading, ..self.office.clone() }, ..self.clone() }
    }

    fn set_once<'f>(&self, words: &Common, faces: &'f FaceSet<'f>, known: &[usize]) -> Result<(Flow<'f>, Vec<usize>), ReportError> {
        let mut flow = Flow::new(faces, self.sheet(self.begins_wide()));
        let mut pages = Vec::new();
        for (i, piece) in self.pieces.iter().enumerate() {
            if i == 0 && matches!(piece, Piece::Page { .. }) {
                continue;
            }
            if matches!(piece, Piece::Chapter { .. }) {
                self.set_chapter(&mut flow, i);
                pages.push(flow.page());
            } else {
                if matches!(piece, Piece::Sub(_)) {
                    flow.ensure(self.styles().sub.leading + self.needed(&flow, i + 1, 0));
                }
                if let Some(lines) = self.closing(i) {
                    flow.ensure((lines + 3) as f32 * self.styles().body.leading);
                }
                // Who fills in and signs a list stands under its last row, never alone on a page.
                match (piece, self.pieces.get(i + 1)) {
                    (Piece::Table(table), Some(Piece::Grid(foot))) => {
                        let under = TABLE_END + 10.0 + boxed(&flow, foot).1;
                        set_table(&mut flow, table, words, under);
                    }
                    _ => self.set_piece(&mut flow, piece, words, known)?,
                }
            }
        }
        self.furniture(&mut flow, words)?;
        Ok((flow, pages))
    }

    /// A heading stays with the first piece under it.
    fn set_chapter(&self, flow: &mut Flow<'_>, at: usize) {
        let Some(Piece::Chapter { heading, annex }) = self.pieces.get(at) else { return };
        let style = self.styles().heading;
        let style = if *annex { Style { first: 0.0, ..style } } else { style };
        let next = self.needed(flow, at + 1, 3);
        flow.space(4.0);
        flow.ensure(style.leading + next);
        flow.paragraph(heading, &style);
    }

    /// Room that the piece at a place needs, so that a heading does not stand alone above it.
    fn needed(&self, flow: &Flow<'_>, at: usize, deep: usize) -> f32 {
        let leading = self.styles().heading.leading;
        match self.pieces.get(at) {
            Some(Piece::Sub(_)) if deep > 0 => leading + self.needed(flow, at + 1, deep - 1),
            Some(Piece::Paragraph(_) | Piece::Nothing(_)) => leading * 2.0,
            Some(Piece::Figures(_)) => 110.0,
            Some(Piece::Table(_)) => 110.0,
            Some(Piece::Chart(c)) => shiyan_charts::height(&c.chart, f64::from(flow.width()), 9.5) as f32 * 0.8 + 46.0,
            _ => 0.0,
        }
    }

    fn set_piece(&self, flow: &mut Flow<'_>, piece: &Piece, words: &Common, known: &[usize]) -> Result<(), ReportError> {
        let styles = self.styles();
        match piece {
            Piece::Title(text) => {
                flow.title(text, &TITLE);
                flow.space(6.0);
            }
            Piece::Under(text) => {
                flow.plain(text, Role::Body, 12.0, 20.0, Colour::BLACK, Fill::Centre);
                flow.space(10.0);
            }
            Piece::Boxed { label, text } => {
                scope_box(flow, label, text);
                flow.space(12.0);
            }
            Piece::Contents(heading) => self.contents(flow, heading, known),
            Piece::Chapter { .. } => {}
            Piece::Sub(text) => {
                flow.ensure(styles.sub.leading * 2.0 + 24.0);
                flow.paragraph(text, &styles.sub);
            }
            Piece::Paragraph(text) => {
                flow.paragraph(text, &styles.body);
                if self.lang == Lang::En {
                    flow.space(5.0);
                }
            }
            Piece::Nothing(text) => flow.paragraph(text, &Style { colour: Colour::GREY, ..styles.body }),
            Piece::Table(table) => set_table(flow, table, words, 0.0),
            Piece::Grid(grid) => {
                flow.space(10.0);
                let (grid, height) = boxed(flow, grid);
                flow.ensure(height.min(100.0));
                table::draw(flow, &grid);
            }
            Piece::Chart(block) => self.set_chart(flow, block, words)?,
            Piece::Figures(figures) => set_figures(flow, figures, &words.report.figures_scope),
            Piece::Signature { by, on } => signature(flow, by, on, &styles.body),
            Piece::Line(line) => {
                if line.room > 0.0 {
                    flow.ensure(line.before + line.leading + line.room);
                }
                flow.space(line.before);
                flow.plain(&line.text, line.role, line.size, line.leading, line.colour, line.fill);
            }
            Piece::Picture { image, size, fill, .. } => picture(flow, image, *size, *fill)?,
            Piece::Page { wide } => self.turn_page(flow, *wide),
            Piece::Break { wide, front } => {
                flow.sheet = self.sheet(*wide);
                flow.new_page();
                if *front && flow.page() % 2 == 1 {
                    flow.new_page();
                }
            }
        }
        Ok(())
    }

    fn turn_page(&self, flow: &mut Flow<'_>, wide: bool) {
        let sheet = self.sheet(wide);
        // annexes of one orientation follow each other where one ends early on its page
        if flow.sheet == sheet && flow.filled() < 0.55 {
            flow.space(20.0);
        } else if !(flow.sheet == sheet && flow.at_top()) {
            flow.sheet = sheet;
            flow.new_page();
        }
    }

    /// 目录 stands on the page of the title, set closer when it must.
    fn contents(&self, flow: &mut Flow<'_>, name: &str, known: &[usize]) {
        flow.space(4.0);
        flow.plain(name, Role::Heading, 16.0, 28.0, Colour::BLACK, Fill::Centre);
        let count = self.chapters().count().max(1) as f32;
        let leading = ((flow.bottom() - flow.y) / count).clamp(15.5, 21.0);
        let size = (leading * 0.6).clamp(10.0, 12.0);
        for (i, heading) in self.chapters().enumerate() {
            flow.ensure(leading);
            let number = known.get(i).map_or_else(|| "0".to_owned(), |p| (p + 1).to_string());
            let (left, width, base) = (flow.left(), flow.width(), flow.y + leading * 0.72);
            let room = width - 40.0;
            let heading = text::shortened(flow.faces, Role::Body, size, heading, room);
            let from = flow.put(&heading, (left, base), Role::Body, size, Colour::BLACK, Fill::Left) + 6.0;
            let to = width - text::width(flow.faces, Role::Body, size, &number) - 6.0;
            flow.put(&number, (left + width, base), Role::Body, size, Colour::BLACK, Fill::Right);
            if to > from {
                // Dots on a common raster, so that they stand in columns.
                let start = left + (from / 6.0).ceil() * 6.0;
                flow.canvas.polyline(&[(start, base - 3.0), (left + to, base - 3.0)], 0.9, Colour::PALE, Some([0.0, 6.0]));
            }
            flow.y += leading;
        }
        flow.new_page();
    }

    fn furniture(&self, flow: &mut Flow<'_>, words: &Common) -> Result<(), ReportError> {
        let total = flow.canvas.pages();
        if let Some(flag) = &self.flag {
            flow.watermark(&flag.word, if flag.red { Colour::WATERMARK_RED } else { Colour::WATERMARK }, 0);
        }
        for page in 0..total {
            flow.canvas.select(page);
            let sheet = flow.sheets[page];
            let (left, right) = (sheet.left, sheet.width - sheet.right);
            if page > 0 && !self.running.0.is_empty() {
                let base = sheet.top - 20.0;
                let title = text::shortened(flow.faces, Role::Body, 9.0, &self.running.0, (right - left) * 0.62);
                flow.put(&title, (left, base), Role::Body, 9.0, Colour::GREY, Fill::Left);
                flow.canvas.polyline(&[(left, base + 6.0), (right, base + 6.0)], 0.5, Colour::PALE, None);
            }
            if let Some(flag) = &self.flag {
                flow.put(&flag.says, (right, sheet.top - 20.0), Role::TableBold, 9.0, Colour::FAIL, Fill::Right);
            } else if page > 0 {
                flow.put(&self.running.1, (right, sheet.top - 20.0), Role::Body, 9.0, Colour::GREY, Fill::Right);
            }
            let base = sheet.height - sheet.bottom + mm(7.0) + 12.0;
            match self.numbering() {
                // One character in from the edge, the outer one of a sheet printed on both sides.
                Numbering::Dashes if page % 2 == 0 => drop(flow.put(&dashed(page + 1), (right - 14.0, base), Role::Body, 14.0, Colour::BLACK, Fill::Right)),
                Numbering::Dashes => drop(flow.put(&dashed(page + 1), (left + 14.0, base), Role::Body, 14.0, Colour::BLACK, Fill::Left)),
                Numbering::Total => {
                    let text = wording::page(words, page + 1, total)?;
                    flow.put(&text, (sheet.width / 2.0, base), Role::Body, 10.5, Colour::BLACK, Fill::Centre);
                }
                Numbering::Nothing => {}
            }
        }
        Ok(())
    }

    fn set_chart(&self, flow: &mut Flow<'_>, block: &ChartBlock, words: &Common) -> Result<(), ReportError> {
        if block.chart.is_empty() {
            flow.paragraph(&format!("{}：{}", block.caption, words.report.no_chart), &Style { colour: Colour::GREY, ..self.styles().body });
            return Ok(());
        }
        let font = 9.5;
        let (width, mut tall) = (flow.width(), shiyan_charts::height(&block.chart, f64::from(flow.width()), font) as f32);
        let room = flow.bottom() - flow.top() - 50.0;
        tall = tall.min(room);
        let below = 30.0 + if block.note.is_empty() { 0.0 } else { 16.0 };
        flow.space(8.0);
        // a chart that nearly fits is drawn a little smaller rather than leave the rest of its page empty
        let left = flow.bottom() - flow.y - below;
        if tall > left && tall * 0.8 <= left {
            tall = left;
        }
        flow.ensure(tall + below);
        let (x, y) = (flow.left(), flow.y);
        let mut sheet = chart::Sheet { canvas: &mut flow.canvas, faces: flow.faces, x, y };
        shiyan_charts::draw_in(&block.chart, &mut sheet, (f64::from(width), f64::from(tall)), font).map_err(|e| ReportError::Chart(e.to_string()))?;
        flow.y += tall + 5.0;
        flow.plain(&block.caption, Role::Heading, 12.0, 17.0, Colour::BLACK, Fill::Centre);
        if !block.note.is_empty() {
            flow.plain(&block.note, Role::Table, 9.0, 13.0, Colour::GREY, Fill::Centre);
        }
        flow.space(10.0);
        Ok(())
    }
}

/// Space under a table.
const TABLE_END: f32 = 11.0;

/// A table; `under` is the height of what must stand under its last row.
fn set_table(flow: &mut Flow<'_>, table: &Table, words: &Common, under: f32) {
    flow.space(7.0);
    table::set(flow, table, &words.continued, under);
    flow.space(TABLE_END);
}

/// A form as wide as the page where its widths are shares, and how tall it is.
fn boxed(flow: &Flow<'_>, grid: &Grid) -> (Grid, f32) {
    let scale = if grid.widths.iter().sum::<f32>() <= 1.01 { flow.width() } else { 1.0 };
    let grid = Grid { widths: grid.widths.iter().map(|w| w * scale).collect(), ..grid.clone() };
    let height = table::height(flow.faces, &grid);
    (grid, height)
}

/// `— 1 —`
fn dashed(page: usize) -> String {
    format!("— {page} —")
}

/// Who signs, and when: the date four characters in from the right, the name centred over it.
fn signature(flow: &mut Flow<'_>, by: &str, on: &str, style: &Style) {
    flow.ensure(style.leading * 3.0);
    flow.space(style.leading);
    let (right, size) = (flow.left() + flow.width(), style.size);
    let wide = text::width(flow.faces, Role::Body, size, on);
    let name = text::width(flow.faces, Role::Body, size, by);
    let inset = size * if name > wide { 2.0 } else { 4.0 };
    let middle = right - inset - wide.max(name) / 2.0;
    let base = flow.y + size;
    flow.put(by, (middle, base), Role::Body, size, Colour::BLACK, Fill::Centre);
    flow.put(on, (middle, base + style.leading), Role::Body, size, Colour::BLACK, Fill::Centre);
    flow.y += style.leading * 2.0;
}

fn picture(flow: &mut Flow<'_>, image: &Image, (w, h): (f32, f32), fill: Fill) -> Result<(), ReportError> {
    flow.ensure(h);
    let x = match fill {
        Fill::Left | Fill::Justify => flow.left(),
        Fill::Centre => flow.left() + (flow.width() - w) / 2.0,
        Fill::Right => flow.left() + flow.width() - w,
    };
    let y = flow.y;
    match image {
        Image::Kept(picture) => flow.canvas.picture(picture, x, y, w, h),
        Image::Code(text) => crate::qr::draw(&mut flow.canvas, text, x, y, w.min(h))?,
    }
    flow.y += h;
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
            // a long name is set smaller rather than run out of its box
            let wide = text::width(faces, Role::Table, 10.5, &figure.name);
            let size = if wide > inner { (10.5 * inner / wide).max(6.0) } else { 10.5 };
            flow.put(&figure.name, (x + pad, top + 17.0), Role::Table, size, Colour::GREY, Fill::Left);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(lines: usize) -> Paper {
        let body = "全年按计划完成抽检任务，按规定公布结果。".repeat(lines * 28 / 20);
        Paper {
            lang: Lang::Zh,
            second: None,
            family: Family::Document,
            own: Own::default(),
            office: Office::default(),
            title: "报告".into(),
            author: String::new(),
            subject: String::new(),
            created: DateTime::default(),
            running: (String::new(), String::new()),
            flag: None,
            outline: false,
            pieces: vec![
                Piece::Contents("目录".into()),
                Piece::Chapter { heading: "一、总体情况".into(), annex: false },
                Piece::Paragraph(body),
                Piece::Page { wide: true },
                Piece::Chapter { heading: "附件A".into(), annex: true },
            ],
        }
    }

    #[test]
    fn a_page_that_would_be_nearly_empty_is_filled_by_a_leading_that_offices_use() {
        let faces = Faces::default();
        let faces = FaceSet::new(&faces).unwrap();
        let words = wording::common().unwrap().of(Lang::Zh);
        // the list of contents of a paper of one chapter leaves its own page bare, whatever the leading
        let bare = |flow: &Flow<'_>| flow.bare_pages() - 1;
        let (mut helped, mut tried) = (0, 0);
        for lines in 90..112 {
            let paper = paper(lines);
            let (before, after) = (bare(&paper.set_once(words, &faces, &[]).unwrap().0), bare(&paper.set(&faces).unwrap().0));
            assert!(after <= before, "{lines}");
            tried += before;
            helped += before - after;
        }
        assert!(tried > 2 && helped * 2 > tried, "{helped} of {tried}");
    }
}
