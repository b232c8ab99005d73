//! 页面图 pages as pictures, to be looked at in a browser before a paper is signed. They are drawn from the same strokes that the PDF is written from, so
//! that what somebody looks at is what leaves the house.

use std::ops::Range;

use printpdf::{Color, Op, PdfFontHandle, TextItem, TextMatrix};
use tiny_skia::{FillRule, LineCap, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Rect, Stroke, StrokeDash, Transform};

use crate::ReportError;
use crate::face::FaceSet;
use crate::pdf::{Page, Pdf, face_of, picture_of};
use crate::picture::Picture;
use crate::raster::{Outline, png_of};

/// Pixels a point: 108 an inch, which is read on a phone and is one to one on a desk.
const SCALE: f32 = 1.5;

/// What the strokes have said so far.
struct State {
    fill: Paint<'static>,
    line: Paint<'static>,
    width: f32,
    round: bool,
    dash: Option<StrokeDash>,
    face: usize,
    size: f32,
    matrix: [f32; 6],
}

impl State {
    fn new() -> Self {
        Self { fill: ink(None), line: ink(None), width: 1.0, round: false, dash: None, face: 0, size: 12.0, matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0] }
    }
}

fn ink(colour: Option<&Color>) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let (r, g, b) = match colour {
        Some(Color::Rgb(c)) => (c.r, c.g, c.b),
        _ => (0.0, 0.0, 0.0),
    };
    let part = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    paint.set_color_rgba8(part(r), part(g), part(b), 255);
    paint
}

struct Sketch<'f> {
    faces: &'f FaceSet<'f>,
    pixels: Pixmap,
    /// From points that count from the lower left corner.
    to_page: Transform,
    state: State,
}

impl Sketch<'_> {
    fn fill(&mut self, path: Option<Path>, transform: Transform) {
        if let Some(path) = path {
            self.pixels.fill_path(&path, &self.state.fill, FillRule::Winding, transform, None);
        }
    }
    fn path(points: impl Iterator<Item = (f32, f32)>, closed: bool) -> Option<Path> {
        let mut builder = PathBuilder::new();
        for (i, (x, y)) in points.enumerate() {
            if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        if closed {
            builder.close();
        }
        builder.finish()
    }
    fn text(&mut self, used: &std::collections::BTreeMap<char, u16>, items: &[TextItem]) {
        let face = &self.faces.faces[self.state.face].parsed;
        let size = self.state.size;
        let scale = size / f32::from(face.units_per_em());
        let [a, b, c, d, e, f] = self.state.matrix;
        let placed = Transform::from_row(a, b, c, d, e, f).post_concat(self.to_page);
        let mut along = 0.0;
        for item in items {
            match item {
                TextItem::Text(text) => {
                    for id in text.chars().filter_map(|c| used.get(&c).copied()).map(ttf_parser::GlyphId) {
                        // the outline counts downwards; the page of the strokes counts upwards
                        let mut outline = Outline::upright(along, 0.0, scale);
                        face.outline_glyph(id, &mut outline);
                        self.fill(outline.finish(), placed);
                        along += f32::from(face.glyph_hor_advance(id).unwrap_or(face.units_per_em())) * scale;
                    }
                }
                TextItem::Offset(extra) => along -= extra / 1000.0 * size,
                _ => {}
            }
        }
    }
    fn picture(&mut self, picture: &Picture, x: f32, y: f32, (w, h): (f32, f32)) -> Option<()> {
        let size = tiny_skia::IntSize::from_wh(u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?)?;
        let mut rgba = picture.rgba.clone();
        for p in rgba.chunks_exact_mut(4) {
            let alpha = u16::from(p[3]);
            p[..3].iter_mut().for_each(|c| *c = u8::try_from(u16::from(*c) * alpha / 255).unwrap_or(*c));
        }
        let image = Pixmap::from_vec(rgba, size)?;
        let (sx, sy) = (w / picture.width as f32, h / picture.height as f32);
        // upside down twice: its first row is the upper one
        let placed = Transform::from_row(sx, 0.0, 0.0, -sy, x, y + h).post_concat(self.to_page);
        let smooth = PixmapPaint { quality: tiny_skia::FilterQuality::Bilinear, ..PixmapPaint::default() };
        self.pixels.draw_pixmap(0, 0, image.as_ref(), &smooth, placed, None);
        Some(())
    }
    fn draw(&mut self, pdf: &Pdf<'_>, op: &Op) {
        let state = &mut self.state;
        match op {
            Op::SetFillColor { col } => state.fill = ink(Some(col)),
            Op::SetOutlineColor { col } => state.line = ink(Some(col)),
            Op::SetOutlineThickness { pt } => state.width = pt.0,
            Op::SetLineCapStyle { cap } => state.round = matches!(cap, printpdf::LineCapStyle::Round),
            Op::SetLineDashPattern { dash } => {
                state.dash = match dash.pattern.as_slice() {
                    [on, off] => StrokeDash::new(vec![(*on).max(0.01), *off], 0.0),
                    _ => None,
                }
            }
            Op::SetFont { font: PdfFontHandle::External(id), size } => {
                state.face = face_of(id).unwrap_or(state.face);
                state.size = size.0;
            }
            Op::SetTextMatrix { matrix: TextMatrix::Raw(matrix) } => state.matrix = *matrix,
            Op::ShowText { items } => {
                if let Some(used) = pdf.used.get(self.state.face) {
                    self.text(used, items);
                }
            }
            Op::DrawLine { line } => {
                let path = Self::path(line.points.iter().map(|p| (p.p.x.0, p.p.y.0)), line.is_closed);
                let cap = if self.state.round { LineCap::Round } else { LineCap::Butt };
                let stroke = Stroke { width: self.state.width, line_cap: cap, dash: self.state.dash.clone(), ..Stroke::default() };
                if let Some(path) = path {
                    self.pixels.stroke_path(&path, &self.state.line, &stroke, self.to_page, None);
                }
            }
            Op::DrawPolygon { polygon } => {
                let mut builder = PathBuilder::new();
                for ring in &polygon.rings {
                    for (i, p) in ring.points.iter().enumerate() {
                        if i == 0 { builder.move_to(p.p.x.0, p.p.y.0) } else { builder.line_to(p.p.x.0, p.p.y.0) }
                    }
                    builder.close();
                }
                self.fill(builder.finish(), self.to_page);
            }
            Op::UseXobject { id, transform } => {
                let at = |v: Option<printpdf::Pt>| v.map_or(0.0, |v| v.0);
                let size = (transform.scale_x.unwrap_or(1.0), transform.scale_y.unwrap_or(1.0));
                if let Some(picture) = picture_of(id).and_then(|i| pdf.pictures.get(i)) {
                    self.picture(picture, at(transform.translate_x), at(transform.translate_y), size);
                }
            }
            _ => {}
        }
    }
}

fn image(pdf: &Pdf<'_>, page: &Page) -> Result<Vec<u8>, ReportError> {
    let side = |points: f32| (points * SCALE).ceil() as u32;
    let mut pixels = Pixmap::new(side(page.width), side(page.height)).ok_or_else(|| ReportError::Picture(format!("{} by {}", page.width, page.height)))?;
    let white = Paint { shader: tiny_skia::Shader::SolidColor(tiny_skia::Color::WHITE), ..Paint::default() };
    if let Some(all) = Rect::from_xywh(0.0, 0.0, pixels.width() as f32, pixels.height() as f32) {
        pixels.fill_rect(all, &white, Transform::identity(), None);
    }
    let to_page = Transform::from_row(SCALE, 0.0, 0.0, -SCALE, 0.0, page.height * SCALE);
    let mut sketch = Sketch { faces: pdf.faces, pixels, to_page, state: State::new() };
    for op in page.under.iter().chain(&page.over) {
        sketch.draw(pdf, op);
    }
    let rgb: Vec<u8> = sketch.pixels.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    Ok(png_of(sketch.pixels.width(), sketch.pixels.height(), &rgb)?.bytes)
}

/// 页面图 how many pages a paper has, and some of them as PNG files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// 页数
    pub count: usize,
    /// Those that were asked for, as PNG files.
    pub images: Vec<Vec<u8>>,
}

impl Pdf<'_> {
    /// Some pages as pictures; none of a range that lies behind the last.
    pub(crate) fn images(&self, wanted: Range<usize>) -> Result<Pages, ReportError> {
        self.faces.check()?;
        let some = self.pages.get(wanted.start.min(self.pages.len())..wanted.end.min(self.pages.len())).unwrap_or_default();
        Ok(Pages { count: self.pages.len(), images: some.iter().map(|page| image(self, page)).collect::<Result<_, _>>()? })
    }
}
