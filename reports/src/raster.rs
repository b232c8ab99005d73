//! 图作图片: charts and codes as PNG, for papers that are edited in a word processor. The same chart gives the same bytes.

use shiyan_charts::{Anchor, Ink, Surface};
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

use crate::canvas::Glyph;
use crate::face::{FaceSet, Role};
use crate::{Picture, ReportError, text};

/// Pixels a point: about 200 an inch.
const SCALE: f32 = 2.8;

/// A drawing in points, kept in pixels.
pub(crate) struct Raster<'f> {
    faces: &'f FaceSet<'f>,
    pixels: Pixmap,
    /// What was written, in order: the words of the picture for whoever cannot see it.
    pub said: Vec<String>,
}

impl<'f> Raster<'f> {
    pub fn new(faces: &'f FaceSet<'f>, width: f32, height: f32) -> Result<Self, ReportError> {
        let pixels = Pixmap::new((width * SCALE).ceil() as u32, (height * SCALE).ceil() as u32);
        let mut pixels = pixels.ok_or_else(|| ReportError::Picture(format!("{width} by {height}")))?;
        pixels.fill(Color::WHITE);
        Ok(Self { faces, pixels, said: Vec::new() })
    }

    fn fill(&mut self, path: Option<Path>, ink: Ink) {
        if let Some(path) = path {
            self.pixels.fill_path(&path, &paint(ink), FillRule::Winding, Transform::from_scale(SCALE, SCALE), None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, ink: Ink, width: f64) {
        if let Some(path) = path {
            let stroke = Stroke { width: width as f32, line_cap: LineCap::Butt, line_join: LineJoin::Miter, ..Stroke::default() };
            self.pixels.stroke_path(&path, &paint(ink), &stroke, Transform::from_scale(SCALE, SCALE), None);
        }
    }

    fn glyphs(&mut self, glyphs: &[Glyph], (mut x, y): (f32, f32), size: f32, ink: Ink) {
        for glyph in glyphs {
            let face = &self.faces.faces[glyph.face].parsed;
            let scale = size / f32::from(face.units_per_em());
            let mut outline = Outline { path: PathBuilder::new(), x, y, scale, down: 1.0 };
            face.outline_glyph(ttf_parser::GlyphId(glyph.gid), &mut outline);
            self.fill(outline.path.finish(), ink);
            x += glyph.advance;
        }
    }

    /// As a PNG file.
    pub fn png(&self) -> Result<Png, ReportError> {
        let rgb: Vec<u8> = self.pixels.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
        png(self.pixels.width(), self.pixels.height(), png::ColorType::Rgb, &rgb)
    }
}

/// A PNG file with its size in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Png {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

/// A PNG file of three bytes a pixel.
pub(crate) fn png_of(width: u32, height: u32, rgb: &[u8]) -> Result<Png, ReportError> {
    png(width, height, png::ColorType::Rgb, rgb)
}

fn png(width: u32, height: u32, colour: png::ColorType, pixels: &[u8]) -> Result<Png, ReportError> {
    let wrong = |e: png::EncodingError| ReportError::Picture(e.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(wrong)?;
    writer.write_image_data(pixels).map_err(wrong)?;
    writer.finish().map_err(wrong)?;
    Ok(Png { width, height, bytes })
}

impl Picture {
    /// The picture as a PNG file.
    pub(crate) fn png(&self) -> Result<Png, ReportError> {
        png(self.width as u32, self.height as u32, png::ColorType::Rgba, &self.rgba)
    }
}

/// QR 码 with its quiet zone, `module` pixels a module.
pub(crate) fn code(text: &str) -> Result<Png, ReportError> {
    const QUIET: usize = 4;
    const MODULE: usize = 8;
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).map_err(|e| ReportError::QrCode(e.to_string()))?;
    let (count, colours) = (code.width(), code.to_colors());
    let side = (count + 2 * QUIET) * MODULE;
    let dark = |x: usize, y: usize| {
        let at = |v: usize| (v / MODULE).checked_sub(QUIET).filter(|v| *v < count);
        at(x).zip(at(y)).is_some_and(|(x, y)| colours[y * count + x] == qrcode::Color::Dark)
    };
    let pixels: Vec<u8> = (0..side * side).map(|i| if dark(i % side, i / side) { 0 } else { 255 }).collect();
    png(side as u32, side as u32, png::ColorType::Grayscale, &pixels)
}

fn paint(ink: Ink) -> Paint<'static> {
    let (r, g, b) = ink.rgb();
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, 255);
    paint
}

/// The outline of a glyph: its y grows upwards, that of the page downwards.
pub(crate) struct Outline {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
    /// 1 where y grows downwards, -1 where it grows upwards as in the glyph itself.
    down: f32,
}

impl Outline {
    /// On a page whose y grows upwards.
    pub fn upright(x: f32, y: f32, scale: f32) -> Self {
        Self { path: PathBuilder::new(), x, y, scale, down: -1.0 }
    }
    pub fn finish(self) -> Option<Path> {
        self.path.finish()
    }
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale * self.down)
    }
}

impl ttf_parser::OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}

fn line(points: &[(f64, f64)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let (x, y) = (*x as f32, *y as f32);
        if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    if closed {
        path.close();
    }
    path.finish()
}

impl Surface for Raster<'_> {
    fn polyline(&mut self, points: &[(f64, f64)], ink: Ink, width: f64) {
        self.stroke(line(points, points.len() > 2 && points.first() == points.last()), ink, width);
    }
    fn polygon(&mut self, points: &[(f64, f64)], ink: Ink) {
        self.fill(line(points, true), ink);
    }
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, ink: Ink) {
        self.fill(Rect::from_xywh(x as f32, y as f32, width as f32, height as f32).map(PathBuilder::from_rect), ink);
    }
    fn circle(&mut self, centre: (f64, f64), radius: f64, ink: Ink, outline: Option<f64>) {
        let path = PathBuilder::from_circle(centre.0 as f32, centre.1 as f32, radius as f32);
        match outline {
            None => self.fill(path, ink),
            Some(width) => self.stroke(path, ink, width),
        }
    }
    fn text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, ink: Ink, said: &str) {
        let size = size as f32;
        let glyphs = text::glyphs(self.faces, Role::Table, size, said);
        let width: f32 = glyphs.iter().map(|g| g.advance).sum();
        let x = at.0 as f32
            - match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => width / 2.0,
                Anchor::End => width,
            };
        self.glyphs(&glyphs, (x, at.1 as f32), size, ink);
        self.said.push(said.to_owned());
    }
    fn text_width(&self, size: f64, said: &str) -> f64 {
        f64::from(text::width(self.faces, Role::Table, size as f32, said))
    }
}
