//! What a paper is drawn on. Coordinates are points from the upper left corner of the page; a text's y is its base line.

use crate::picture::Picture;

/// A glyph at its place in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    pub face: usize,
    pub gid: u16,
    pub c: char,
    /// Width that the font gives it, in points.
    pub natural: f32,
    /// Distance to the next glyph, in points.
    pub advance: f32,
}

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    pub const BLACK: Colour = Colour(0, 0, 0);
    pub const GREY: Colour = Colour(0x4a, 0x55, 0x65);
    pub const RULE: Colour = Colour(0x33, 0x3a, 0x44);
    pub const SHADE: Colour = Colour(0xf1, 0xf3, 0xf6);
    pub const FAIL: Colour = Colour(0xb4, 0x23, 0x18);
    pub const PASS: Colour = Colour(0x14, 0x6c, 0x43);
    pub const WATERMARK: Colour = Colour(0xf1, 0xf1, 0xf1);
    pub const WATERMARK_RED: Colour = Colour(0xf8, 0xdc, 0xd9);
    pub const PALE: Colour = Colour(0x8a, 0x94, 0xa3);
}

/// The handful of things that a paper needs to be able to draw.
pub(crate) trait Canvas {
    /// Starts a page; what follows is drawn on it.
    fn new_page(&mut self, width: f32, height: f32);
    /// Goes back to a page, to add what could not be known before (the number of pages).
    fn select(&mut self, page: usize);
    /// Number of pages.
    fn pages(&self) -> usize;
    /// Size of the selected page.
    fn size(&self) -> (f32, f32);
    /// Draws what follows under everything else on its page (watermarks), or normally again.
    fn under(&mut self, on: bool);
    /// Text, turned counter-clockwise by an angle in degrees.
    fn text(&mut self, x: f32, y: f32, size: f32, colour: Colour, glyphs: &[Glyph], angle: f32);
    /// A line, with a dash pattern (dash, gap) if given.
    fn polyline(&mut self, points: &[(f32, f32)], width: f32, colour: Colour, dash: Option<[f32; 2]>);
    /// A picture, stretched over a rectangle.
    fn picture(&mut self, picture: &Picture, x: f32, y: f32, w: f32, h: f32);
    /// Filled areas, painted together.
    fn fill(&mut self, rings: &[Vec<(f32, f32)>], colour: Colour);

    /// A filled rectangle.
    fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, colour: Colour) {
        self.fill(&[rectangle(x, y, w, h)], colour);
    }
    /// A rectangle's outline.
    fn frame(&mut self, x: f32, y: f32, w: f32, h: f32, width: f32, colour: Colour) {
        let mut ring = rectangle(x, y, w, h);
        ring.push((x, y));
        self.polyline(&ring, width, colour, None);
    }
}

pub(crate) fn rectangle(x: f32, y: f32, w: f32, h: f32) -> Vec<(f32, f32)> {
    vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
}

/// Points of a circle.
pub(crate) fn circle(cx: f32, cy: f32, r: f32) -> Vec<(f32, f32)> {
    let steps = if r > 20.0 { 144 } else { 24 };
    (0..=steps)
        .map(|i| {
            let a = i as f32 / steps as f32 * std::f32::consts::TAU;
            (cx + r * a.cos(), cy + r * a.sin())
        })
        .collect()
}

/// Millimetres to points.
pub(crate) const fn mm(v: f32) -> f32 {
    v * 72.0 / 25.4
}
