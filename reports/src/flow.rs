//! Filling pages from top to bottom.

use crate::canvas::{Canvas, Colour, mm};
use crate::face::{FaceSet, Role};
use crate::pdf::Pdf;
use crate::text::{self, Fill};

/// A page and its margins, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sheet {
    pub width: f32,
    pub height: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    pub left: f32,
}

impl Sheet {
    /// The paper turned, with narrower margins: only wide tables stand on it.
    pub fn turned(self) -> Self {
        Self { width: self.height, height: self.width, top: mm(26.0), right: mm(18.0), bottom: mm(24.0), left: mm(18.0) }
    }
}

/// A kind of paragraph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub role: Role,
    pub size: f32,
    pub leading: f32,
    pub colour: Colour,
    pub fill: Fill,
    /// Indent of the first line, in em.
    pub first: f32,
}

pub(crate) struct Flow<'f> {
    pub canvas: Pdf<'f>,
    pub faces: &'f FaceSet<'f>,
    pub sheet: Sheet,
    pub y: f32,
    /// The sheet of every page, for what is added at the end.
    pub sheets: Vec<Sheet>,
    /// How far each page that is over was filled, of its height.
    fills: Vec<f32>,
}

impl<'f> Flow<'f> {
    pub fn new(faces: &'f FaceSet<'f>, sheet: Sheet) -> Self {
        let mut flow = Self { canvas: Pdf::new(faces), faces, sheet, y: 0.0, sheets: Vec::new(), fills: Vec::new() };
        flow.new_page();
        flow
    }

    pub fn new_page(&mut self) {
        if let Some(last) = self.sheets.last() {
            let room = last.height - last.top - last.bottom;
            self.fills.push(((self.y - last.top) / room).clamp(0.0, 1.0));
        }
        self.canvas.new_page(self.sheet.width, self.sheet.height);
        self.sheets.push(self.sheet);
        self.y = self.sheet.top;
    }

    /// How far the page is filled.
    pub fn filled(&self) -> f32 {
        (self.y - self.top()) / (self.bottom() - self.top())
    }
    /// Pages under a third full; the last may be.
    pub fn bare_pages(&self) -> usize {
        self.fills.iter().filter(|f| **f < 1.0 / 3.0).count()
    }

    pub fn page(&self) -> usize {
        self.sheets.len() - 1
    }
    pub fn left(&self) -> f32 {
        self.sheet.left
    }
    pub fn width(&self) -> f32 {
        self.sheet.width - self.sheet.left - self.sheet.right
    }
    pub fn top(&self) -> f32 {
        self.sheet.top
    }
    pub fn bottom(&self) -> f32 {
        self.sheet.height - self.sheet.bottom
    }
    pub fn at_top(&self) -> bool {
        self.y <= self.sheet.top + 0.01
    }

    /// Blank space; none at the top of a page.
    pub fn space(&mut self, points: f32) {
        if !self.at_top() {
            self.y += points;
        }
    }

    /// Begins a new page if less than this is left.
    pub fn ensure(&mut self, height: f32) {
        if self.y + height > self.bottom() + 0.01 && !self.at_top() {
            self.new_page();
        }
    }

    /// A paragraph over the full width.
    pub fn paragraph(&mut self, text: &str, style: &Style) {
        let width = self.width();
        let indent = style.first * style.size;
        let lines = text::lines(self.faces, style.role, style.size, text, width, indent);
        let count = lines.len();
        let mut starts = true;
        for (i, line) in lines.iter().enumerate() {
            // Neither the first nor the last line of a paragraph stands alone.
            let with = if i == 0 && count > 1 { 2.0 } else { 1.0 };
            let with = if count > 3 && i + 2 == count { 2.0 } else { with };
            self.ensure(with * style.leading);
            let indent = if starts { indent } else { 0.0 };
            starts = line.last;
            self.line(line, style, indent);
        }
    }

    fn line(&mut self, line: &text::Line, style: &Style, indent: f32) {
        let room = self.width() - indent;
        let x = self.left() + indent;
        let base = self.y + (style.leading - style.size) / 2.0 + style.size * 0.88;
        let (x, glyphs) = match style.fill {
            Fill::Left => (x, line.glyphs.clone()),
            Fill::Centre => (x + (room - line.width) / 2.0, line.glyphs.clone()),
            Fill::Right => (x + room - line.width, line.glyphs.clone()),
            Fill::Justify if line.last => (x, line.glyphs.clone()),
            Fill::Justify => (x, text::justify(line, style.size, room)),
        };
        self.canvas.text(x, base, style.size, style.colour, &glyphs, 0.0);
        self.y += style.leading;
    }

    /// A title in lines of even length.
    pub fn title(&mut self, text: &str, style: &Style) {
        let lines = text::balanced(self.faces, style.role, style.size, text, self.width());
        self.ensure(style.leading * lines.len() as f32);
        for line in &lines {
            self.line(line, style, 0.0);
        }
    }

    /// A paragraph without indent.
    pub fn plain(&mut self, text: &str, role: Role, size: f32, leading: f32, colour: Colour, fill: Fill) {
        self.paragraph(text, &Style { role, size, leading, colour, fill, first: 0.0 });
    }

    /// One line of text anywhere on the page; gives its width.
    pub fn put(&mut self, text: &str, (x, base): (f32, f32), role: Role, size: f32, colour: Colour, fill: Fill) -> f32 {
        let glyphs = text::glyphs(self.faces, role, size, text);
        let width: f32 = glyphs.iter().map(|g| g.advance).sum();
        let x = match fill {
            Fill::Left | Fill::Justify => x,
            Fill::Centre => x - width / 2.0,
            Fill::Right => x - width,
        };
        self.canvas.text(x, base, size, colour, &glyphs, 0.0);
        width
    }

    /// A word across every page from one on, under everything else.
    pub fn watermark(&mut self, word: &str, colour: Colour, first: usize) {
        for page in first..self.canvas.pages() {
            self.canvas.select(page);
            self.canvas.under(true);
            let (w, h) = self.canvas.size();
            let count = word.chars().count().max(1) as f32;
            let size = (w.min(h) * 0.82 / count).min(110.0);
            let glyphs = text::glyphs(self.faces, Role::Title, size, word);
            let long: f32 = glyphs.iter().map(|g| g.advance).sum();
            let angle = 35.0f32;
            let (sin, cos) = angle.to_radians().sin_cos();
            let x = w / 2.0 - long / 2.0 * cos;
            let y = h / 2.0 + long / 2.0 * sin;
            self.canvas.text(x + size * 0.35 * sin, y + size * 0.35 * cos, size, colour, &glyphs, angle);
            self.canvas.under(false);
        }
    }
}
