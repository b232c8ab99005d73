//! Tables: columns that suit their contents, cells that wrap, rows that go on over pages under a repeated header.

use serde::{Deserialize, Serialize};

use crate::canvas::{Canvas, Colour};
use crate::face::{FaceSet, Role};
use crate::flow::Flow;
use crate::text::{self, Fill, Line};

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Align {
    /// Text.
    #[default]
    Left,
    /// Short words, dates, numbers of a sequence.
    Centre,
    /// Figures.
    Right,
}

/// 列: heading, alignment and share of the width.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// How its cells stand. Headings are always centred.
    pub align: Align,
    /// Share of the width; 0 lets the contents decide.
    pub weight: f32,
}

impl Column {
    /// A column whose width follows from its contents.
    #[must_use]
    pub fn new(title: &str, align: Align) -> Self {
        Self { title: title.to_owned(), align, weight: 0.0 }
    }
    /// The same column with a share of the width.
    #[must_use]
    pub fn weight(mut self, weight: f32) -> Self {
        self.weight = weight;
        self
    }
}

/// 表: caption above, rows, a note below.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// 表题, with its number; may be empty.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows; missing cells are left empty.
    pub rows: Vec<Vec<String>>,
    /// The last row is a total (合计) and is set bold.
    pub total: bool,
    /// 注, below the table; may be empty.
    pub note: String,
}

/// A piece of text in a cell.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub text: String,
    pub role: Role,
    pub size: f32,
    pub leading: f32,
    pub colour: Colour,
    /// Where it stands, if not where its cell says.
    pub align: Option<Align>,
}

impl Part {
    pub fn new(text: &str, role: Role, size: f32) -> Self {
        Self { text: text.to_owned(), role, size, leading: size * 1.42, colour: Colour::BLACK, align: None }
    }
    pub fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub parts: Vec<Part>,
    pub align: Align,
    pub shade: bool,
    /// Stand at the top of the cell, not in the middle.
    pub top: bool,
    /// How many columns it covers (0 counts as 1).
    pub span: usize,
    /// How many rows it covers from its own on (0 counts as 1). The rows below hold a cell in its place that is `under`.
    pub down: usize,
    /// Covered by a cell of a row above.
    pub under: bool,
}

impl Cell {
    pub fn new(part: Part, align: Align) -> Self {
        Self { parts: vec![part], align, ..Self::default() }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub cells: Vec<Cell>,
    pub min_height: f32,
}

/// A row with its lines broken.
struct Laid {
    cells: Vec<LaidCell>,
    height: f32,
}

struct LaidCell {
    x: f32,
    width: f32,
    lines: Vec<(Line, usize)>,
    height: f32,
    /// Of the rows that it covers together; 0 for one row.
    over: f32,
    cell: Cell,
}

pub(crate) const PAD_X: f32 = 1.5 * 72.0 / 25.4;
pub(crate) const PAD_Y: f32 = 1.2 * 72.0 / 25.4;
const OUTER: f32 = 0.75;
const INNER: f32 = 0.5;

/// What stands above a table; on every page but the first `continued` stands before it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caption {
    pub text: String,
    pub continued: String,
    /// The same in the second language, smaller; may be empty.
    pub second: String,
    pub continued_second: String,
    pub size: f32,
}

impl Caption {
    fn leading(&self) -> f32 {
        self.size * 1.42
    }
    fn height(&self) -> f32 {
        if self.text.is_empty() { 0.0 } else { self.leading() + 5.0 }
    }
    fn draw(&self, flow: &mut Flow<'_>, go_on: bool) {
        let full = |before: &str, text: &str| if go_on { format!("{before}{text}") } else { text.to_owned() };
        let first = full(&self.continued, &self.text);
        if self.second.is_empty() {
            flow.plain(&first, Role::Heading, self.size, self.leading(), Colour::BLACK, Fill::Centre);
            return;
        }
        let second = full(&self.continued_second, &self.second);
        let (small, gap) = (self.size * 0.62, self.size * 0.5);
        let widths = [text::width(flow.faces, Role::Heading, self.size, &first), text::width(flow.faces, Role::Table, small, &second)];
        let x = flow.left() + (flow.width() - widths[0] - gap - widths[1]) / 2.0;
        let base = flow.y + (self.leading() - self.size) / 2.0 + self.size * 0.88;
        flow.put(&first, (x, base), Role::Heading, self.size, Colour::BLACK, Fill::Left);
        flow.put(&second, (x + widths[0] + gap, base), Role::Table, small, Colour::GREY, Fill::Left);
        flow.y += self.leading();
    }
}

/// A table of any shape: rows over common columns, cells may cover several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    pub widths: Vec<f32>,
    pub header: Vec<Row>,
    pub rows: Vec<Row>,
    pub caption: Caption,
    /// Room that must be left under the last row, for what belongs to the table.
    pub tail: f32,
    /// No frame and no upright rules: lines to write on.
    pub open: bool,
}

/// Text size that suits a number of columns.
fn size_for(columns: usize, room: f32) -> f32 {
    let each = room / columns.max(1) as f32;
    if columns >= 12 {
        8.5
    } else if columns >= 10 {
        9.0
    } else if each >= 46.0 {
        10.5
    } else if each >= 36.0 {
        9.5
    } else {
        9.0
    }
}

/// Sets a plain table; `under` is the height of what must stand under its last row.
pub(crate) fn set(flow: &mut Flow<'_>, table: &Table, continued: &str, under: f32) {
    let mut grid = grid(flow.faces, table, flow.width(), continued);
    grid.tail += under;
    draw(flow, &grid);
    if !table.note.is_empty() {
        flow.space(3.0);
        flow.plain(&table.note, Role::Table, 9.0, 13.0, Colour::GREY, Fill::Left);
    }
}

/// A plain table as a grid for a width.
pub(crate) fn grid(faces: &FaceSet<'_>, table: &Table, room: f32, continued: &str) -> Grid {
    // Many columns whose widths were given are those of an annex that must fit.
    let given = table.columns.len() > 11 && table.columns.iter().all(|c| c.weight > 0.0);
    let size = if given { 9.0 } else { size_for(table.columns.len(), room) };
    let sum: f32 = table.columns.iter().map(|c| c.weight).sum();
    let widths = if given { table.columns.iter().map(|c| c.weight / sum * room).collect() } else { widths(faces, table, size, room) };
    let head = |c: &Column| Cell { shade: true, ..Cell::new(Part::new(&c.title, Role::TableBold, size), Align::Centre) };
    let header = Row { cells: table.columns.iter().map(head).collect(), min_height: 0.0 };
    let rows = table.rows.iter().enumerate().map(|(i, row)| {
        let bold = table.total && i + 1 == table.rows.len();
        let role = if bold { Role::TableBold } else { Role::Table };
        let cells = table.columns.iter().enumerate().map(|(k, column)| {
            let text = row.get(k).map_or("", String::as_str);
            Cell::new(Part::new(text, role, size), column.align)
        });
        Row { cells: cells.collect(), min_height: 0.0 }
    });
    Grid {
        widths,
        header: if table.columns.iter().all(|c| c.title.is_empty()) { Vec::new() } else { vec![header] },
        rows: rows.collect(),
        caption: Caption { text: table.caption.clone(), continued: continued.to_owned(), size: 12.0, ..Caption::default() },
        open: false,
        tail: if table.note.is_empty() { 0.0 } else { text::lines(faces, Role::Table, 9.0, &table.note, room, 0.0).len() as f32 * 13.0 + 3.0 },
    }
}

/// Columns as wide as their contents want, never narrower than their longest word.
pub(crate) fn widths(faces: &FaceSet<'_>, table: &Table, size: f32, room: f32) -> Vec<f32> {
    let count = table.columns.len().max(1);
    let mut least = vec![0.0f32; count];
    let mut want = vec![0.0f32; count];
    for (k, column) in table.columns.iter().enumerate() {
        let head = text::width(faces, Role::TableBold, size, &column.title);
        // A heading of up to four characters stands on one line, a longer one breaks before its bracket.
        let pieces = heading(&column.title);
        let piece = pieces.split('\n').map(|p| text::width(faces, Role::TableBold, size, p)).fold(0.0, f32::max);
        let word = text::longest(faces, Role::TableBold, size, &column.title).min(size * 8.0);
        least[k] = head.min(piece).min(size * 4.1).max(word) + 2.0 * PAD_X;
        want[k] = head.min(size * 5.0).max(piece.min(size * 6.0)) + 2.0 * PAD_X;
        for row in table.rows.iter().take(200) {
            let Some(text) = row.get(k) else { continue };
            let long = text::width(faces, Role::TableBold, size, text) + 2.0 * PAD_X;
            want[k] = want[k].max(long.min(size * 16.0));
            let numeric = column.align == Align::Right;
            let need = if numeric { long } else { text::longest(faces, Role::TableBold, size, text).min(size * 13.0) + 2.0 * PAD_X };
            least[k] = least[k].max(need.min(room / 2.0));
        }
        want[k] = want[k].max(least[k]);
    }
    if table.columns.iter().all(|c| c.weight > 0.0) {
        let sum: f32 = table.columns.iter().map(|c| c.weight).sum();
        want = table.columns.iter().map(|c| c.weight / sum * room).collect();
    }
    // Give every column its least, then share what is left by what each still wants.
    let fixed: f32 = least.iter().sum();
    if fixed >= room {
        return least.iter().map(|w| w / fixed * room).collect();
    }
    let more: Vec<f32> = want.iter().zip(&least).map(|(w, l)| (w - l).max(0.0)).collect();
    let sum: f32 = more.iter().sum();
    let left = room - fixed;
    if sum >= left {
        return least.iter().zip(&more).map(|(l, m)| l + m / sum * left).collect();
    }
    // Everything fits: spread the rest evenly in proportion.
    let used: f32 = least.iter().zip(&more).map(|(l, m)| l + m).sum();
    least.iter().zip(&more).map(|(l, m)| (l + m) / used * room).collect()
}

/// A heading with a bracket breaks before it, if it must break.
fn heading(text: &str) -> String {
    if let Some((a, b)) = text.split_once('/').filter(|(a, b)| a.chars().all(text::is_cjk) && b.chars().all(text::is_cjk)) {
        return format!("{a}/\n{b}");
    }
    text.replacen('（', "\n（", 1).replacen(" (", "\n(", 1).trim_start_matches('\n').to_owned()
}

fn lay(faces: &FaceSet<'_>, widths: &[f32], row: &Row) -> Laid {
    let mut cells = Vec::new();
    let (mut x, mut k, mut height) = (0.0, 0, row.min_height);
    for cell in &row.cells {
        let span = cell.span.max(1);
        let width: f32 = widths.iter().skip(k).take(span).sum();
        k += span;
        let mut lines = Vec::new();
        let mut tall = 0.0;
        for (i, part) in cell.parts.iter().enumerate() {
            let inner = width - 2.0 * PAD_X;
            let folded = cell.shade && text::width(faces, part.role, part.size, &part.text) > inner;
            let text = if folded { heading(&part.text) } else { part.text.clone() };
            for line in text::lines(faces, part.role, part.size, &text, inner, 0.0) {
                tall += part.leading;
                lines.push((line, i));
            }
        }
        if cell.down < 2 {
            height = f32::max(height, tall + 2.0 * PAD_Y);
        }
        cells.push(LaidCell { x, width, lines, height: tall, over: 0.0, cell: cell.clone() });
        x += width;
    }
    Laid { cells, height }
}

/// Rows with their lines broken; a cell that covers several is as tall as they are together, and makes the last of them taller if it must.
fn lay_all(faces: &FaceSet<'_>, widths: &[f32], rows: &[Row]) -> Vec<Laid> {
    let mut laid: Vec<Laid> = rows.iter().map(|row| lay(faces, widths, row)).collect();
    for i in 0..laid.len() {
        for k in 0..laid[i].cells.len() {
            let down = laid[i].cells[k].cell.down.min(laid.len() - i);
            if down < 2 {
                continue;
            }
            let need = laid[i].cells[k].height + 2.0 * PAD_Y;
            let have: f32 = laid[i..i + down].iter().map(|r| r.height).sum();
            laid[i + down - 1].height += (need - have).max(0.0);
            laid[i].cells[k].over = have.max(need);
        }
    }
    laid
}

/// Splits a row that is taller than what is left; `None` if not even one line fits.
fn split(row: &Laid, room: f32) -> Option<(Laid, Laid)> {
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    for cell in &row.cells {
        let mut used = 0.0;
        let mut take = 0;
        for (_, part) in &cell.lines {
            let leading = cell.cell.parts[*part].leading;
            if used + leading + 2.0 * PAD_Y > room {
                break;
            }
            used += leading;
            take += 1;
        }
        if take == 0 && !cell.lines.is_empty() {
            return None;
        }
        let piece = |lines: &[(Line, usize)]| LaidCell {
            x: cell.x,
            width: cell.width,
            lines: lines.to_vec(),
            height: lines.iter().map(|(_, p)| cell.cell.parts[*p].leading).sum(),
            over: 0.0,
            cell: Cell { top: true, down: 0, ..cell.cell.clone() },
        };
        head.push(piece(&cell.lines[..take]));
        tail.push(piece(&cell.lines[take..]));
    }
    let tall = |cells: &[LaidCell]| cells.iter().map(|c| c.height).fold(0.0, f32::max) + 2.0 * PAD_Y;
    let (h, t) = (tall(&head), tall(&tail));
    Some((Laid { cells: head, height: h }, Laid { cells: tail, height: t }))
}

fn paint(flow: &mut Flow<'_>, row: &Laid, open: bool) {
    let (left, top) = (flow.left(), flow.y);
    for cell in &row.cells {
        if cell.cell.shade {
            flow.canvas.rect(left + cell.x, top, cell.width, row.height, Colour::SHADE);
        }
        let height = row.height.max(cell.over);
        let mut y = if cell.cell.top { top + PAD_Y } else { top + (height - cell.height) / 2.0 };
        for (line, part) in &cell.lines {
            let part = &cell.cell.parts[*part];
            let inner = cell.width - 2.0 * PAD_X;
            let x = match part.align.unwrap_or(cell.cell.align) {
                Align::Left => 0.0,
                Align::Centre => ((inner - line.width) / 2.0).max(0.0),
                Align::Right => (inner - line.width).max(0.0),
            };
            let base = y + (part.leading - part.size) / 2.0 + part.size * 0.88;
            flow.canvas.text(left + cell.x + PAD_X + x, base, part.size, part.colour, &line.glyphs, 0.0);
            y += part.leading;
        }
    }
    for cell in row.cells.iter().skip(1).filter(|_| !open) {
        flow.canvas.polyline(&[(left + cell.x, top), (left + cell.x, top + row.height)], INNER, Colour::RULE, None);
    }
    flow.y += row.height;
}

/// Height of the rows of a grid, without its caption.
pub(crate) fn height(faces: &FaceSet<'_>, grid: &Grid) -> f32 {
    lay_all(faces, &grid.widths, &grid.header).iter().chain(&lay_all(faces, &grid.widths, &grid.rows)).map(|r| r.height).sum()
}

/// The edge of what was drawn since `top`: a line below an open grid, a frame around any other.
fn edge(flow: &mut Flow<'_>, grid: &Grid, width: f32, top: f32) {
    let (left, bottom) = (flow.left(), flow.y);
    if bottom > top && grid.open {
        flow.canvas.polyline(&[(left, bottom), (left + width, bottom)], INNER, Colour::RULE, None);
    } else if bottom > top {
        flow.canvas.frame(left, top, width, bottom - top, OUTER, Colour::RULE);
    }
}

/// Draws a grid from the current place on.
pub(crate) fn draw(flow: &mut Flow<'_>, grid: &Grid) {
    let faces = flow.faces;
    let header: Vec<Laid> = grid.header.iter().map(|r| lay(faces, &grid.widths, r)).collect();
    let head: f32 = header.iter().map(|r| r.height).sum();
    let mut rows: std::collections::VecDeque<Laid> = lay_all(faces, &grid.widths, &grid.rows).into();
    let caption = grid.caption.height();
    let width: f32 = grid.widths.iter().sum();

    // A small table stays in one piece; of a long one the caption, the header and the first two rows do.
    let room = flow.bottom() - flow.top();
    let all: f32 = rows.iter().map(|r| r.height).sum::<f32>() + grid.tail;
    let first = if caption + head + all <= room * 0.28 { all } else { rows.iter().take(2).map(|r| r.height).sum() };
    if caption + head + first <= room {
        flow.ensure(caption + head + first);
    }
    let mut go_on = false;
    while !rows.is_empty() || !go_on {
        if !grid.caption.text.is_empty() {
            grid.caption.draw(flow, go_on);
            flow.space(4.0);
        }
        let top = flow.y;
        let mut drawn = 0;
        for row in &header {
            paint(flow, row, grid.open);
            drawn += 1;
        }
        let heads = drawn;
        while let Some(row) = rows.pop_front() {
            let tail = if rows.is_empty() && drawn > heads { grid.tail } else { 0.0 };
            let left = flow.bottom() - flow.y - tail;
            // Do not leave the last row alone on the next page when one more fits there with it.
            let lonely = rows.len() == 1 && drawn > heads + 3 && row.height <= left && row.height + rows[0].height > left;
            if row.height <= left + 0.01 && !lonely && !(drawn > heads && torn(&row, left, room - head - caption)) {
                let y = flow.y;
                paint(flow, &row, grid.open);
                rule(flow, &row, y, drawn);
                drawn += 1;
                continue;
            }
            let whole = room - head - caption;
            if row.height > whole
                && let Some((a, b)) = split(&row, left)
            {
                let y = flow.y;
                paint(flow, &a, grid.open);
                rule(flow, &a, y, drawn);
                rows.push_front(b);
            } else if drawn == heads && flow.y - head - caption <= flow.top() + 0.5 {
                // Cannot be split and does not fit an empty page: print it rather than loop.
                paint(flow, &row, grid.open);
            } else {
                rows.push_front(row);
            }
            break;
        }
        edge(flow, grid, width, top);
        go_on = true;
        if !rows.is_empty() {
            flow.new_page();
        }
    }
}

/// Whether the rows under one cell would be torn apart here, although a page holds them.
fn torn(row: &Laid, left: f32, page: f32) -> bool {
    let over = row.cells.iter().map(|c| c.over).fold(0.0, f32::max);
    over > left && over <= page
}

/// The line above a row; drawn after it, because its shade would cover half of the line. It leaves out what a cell from above covers.
fn rule(flow: &mut Flow<'_>, row: &Laid, y: f32, above: usize) {
    if above == 0 {
        return;
    }
    let left = flow.left();
    for cells in row.cells.chunk_by(|a, b| a.cell.under == b.cell.under).filter(|cells| !cells[0].cell.under) {
        let (first, last) = (&cells[0], &cells[cells.len() - 1]);
        flow.canvas.polyline(&[(left + first.x, y), (left + last.x + last.width, y)], INNER, Colour::RULE, None);
    }
}
