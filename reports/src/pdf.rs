//! The canvas written as PDF with printpdf, used as a plain writer: fonts are reduced here, ids and dates are fixed.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use printpdf::{
    Color, FontId, FontMetrics, FontType, Line, LineCapStyle, LineDashPattern, LinePoint, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle,
    PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, RawImage, RawImageData, RawImageFormat, Rgb, TextItem, TextMatrix, WindingOrder, XObject,
    XObjectId, XObjectTransform,
};
use sha2::{Digest, Sha256};

use crate::ReportError;
use crate::canvas::{Canvas, Colour, Glyph};
use crate::face::FaceSet;
use crate::picture::Picture;

/// What a PDF reader shows about the file.
pub(crate) struct Info {
    pub title: String,
    pub author: String,
    pub subject: String,
    pub created: DateTime<FixedOffset>,
    pub lang: &'static str,
    /// Headings and the page (from 0) they are on.
    pub outline: Vec<(String, usize)>,
}

struct Page {
    width: f32,
    height: f32,
    under: Vec<Op>,
    over: Vec<Op>,
}

pub(crate) struct Pdf<'f> {
    faces: &'f FaceSet<'f>,
    pages: Vec<Page>,
    current: usize,
    below: bool,
    used: Vec<BTreeMap<char, u16>>,
    pictures: Vec<Picture>,
    fill: Option<Colour>,
}

const PRODUCER: &str = concat!("Shiyan ", env!("CARGO_PKG_VERSION"));

impl<'f> Pdf<'f> {
    pub fn new(faces: &'f FaceSet<'f>) -> Self {
        let used = vec![BTreeMap::new(); faces.faces.len()];
        Self { faces, pages: Vec::new(), current: 0, below: false, used, pictures: Vec::new(), fill: None }
    }

    fn ops(&mut self) -> &mut Vec<Op> {
        if self.pages.is_empty() {
            self.new_page(595.28, 841.89);
        }
        let page = &mut self.pages[self.current];
        if self.below { &mut page.under } else { &mut page.over }
    }

    fn point(&self, (x, y): (f32, f32)) -> Point {
        Point { x: Pt(short(x)), y: Pt(short(self.size().1 - y)) }
    }

    fn ring(&self, points: &[(f32, f32)]) -> Vec<LinePoint> {
        points.iter().map(|p| LinePoint { p: self.point(*p), bezier: false }).collect()
    }

    fn colour(&mut self, colour: Colour) {
        if self.fill != Some(colour) {
            self.ops().push(Op::SetFillColor { col: rgb(colour) });
            self.fill = Some(colour);
        }
    }

    /// Writes the file.
    pub fn finish(self, info: &Info) -> Result<Vec<u8>, ReportError> {
        self.faces.check()?;
        let mut doc = PdfDocument::new(&info.title);
        for (i, chars) in self.used.iter().enumerate() {
            if !chars.is_empty() {
                doc.resources.fonts.map.insert(font_id(i), PdfFont::new(self.reduced(i, chars)?));
            }
        }
        for (i, picture) in self.pictures.into_iter().enumerate() {
            let Picture { width, height, rgba } = picture;
            let image = RawImage { pixels: RawImageData::U8(rgba), width, height, data_format: RawImageFormat::RGBA8, tag: Vec::new() };
            doc.resources.xobjects.map.insert(picture_id(i), XObject::Image(image));
        }
        doc.pages = self
            .pages
            .into_iter()
            .map(|p| {
                let mut ops = p.under;
                ops.extend(p.over);
                PdfPage::new(Mm(p.width * 25.4 / 72.0), Mm(p.height * 25.4 / 72.0), ops)
            })
            .collect();
        doc.metadata.info.author.clone_from(&info.author);
        doc.metadata.info.subject.clone_from(&info.subject);
        doc.metadata.info.producer = PRODUCER.to_owned();
        doc.metadata.info.creator = PRODUCER.to_owned();

        let mut raw = doc.to_lopdf_document(&PdfSaveOptions { subset_fonts: false, ..PdfSaveOptions::default() }, &mut Vec::new());
        // the pages as they were drawn take more room than as they are written
        drop(doc);
        let wrong = |e: &dyn std::fmt::Display| ReportError::Write(e.to_string());

        // printpdf counts documents to make its file id; ours follows from the contents.
        let mut hash = Sha256::new();
        hash.update(info.title.as_bytes());
        hash.update(info.created.to_rfc3339().as_bytes());
        for object in raw.objects.values() {
            if let Ok(stream) = object.as_stream() {
                hash.update(&stream.content);
            }
        }
        let id = hash.finalize()[..16].to_vec();
        for entry in raw.trailer.get_mut(b"ID").and_then(|o| o.as_array_mut()).map_err(|e| wrong(&e))? {
            *entry.as_str_mut().map_err(|e| wrong(&e))? = id.clone();
        }

        let info_id = raw.trailer.get(b"Info").and_then(|o| o.as_reference()).map_err(|e| wrong(&e))?;
        let catalog_id = raw.trailer.get(b"Root").and_then(|o| o.as_reference()).map_err(|e| wrong(&e))?;
        let stamp = info.created.format("D:%Y%m%d%H%M%S%:z").to_string().replace(':', "'").replacen("D'", "D:", 1) + "'";
        let mut text = raw.get_dictionary(info_id).and_then(|d| d.get(b"Title")).map_err(|e| wrong(&e))?.clone();
        let mut string = |bytes: Vec<u8>| -> Result<_, ReportError> {
            *text.as_str_mut().map_err(|e| ReportError::Write(e.to_string()))? = bytes;
            Ok(text.clone())
        };

        let (date, lang) = (string(stamp.into_bytes())?, string(info.lang.as_bytes().to_vec())?);
        let entry = raw.get_object_mut(info_id).and_then(|o| o.as_dict_mut()).map_err(|e| wrong(&e))?;
        for key in ["GTS_PDFXVersion", "Identifier", "Trapped", "Keywords"] {
            entry.remove(key.as_bytes());
        }
        entry.set("CreationDate", date.clone());
        entry.set("ModDate", date);

        let catalog = raw.get_object_mut(catalog_id).and_then(|o| o.as_dict_mut()).map_err(|e| wrong(&e))?;
        let mut blank = catalog.clone();
        drop(std::mem::take(&mut blank));
        let mut preferences = blank.clone();
        preferences.set("DisplayDocTitle", true);
        catalog.set("ViewerPreferences", preferences);
        catalog.set("Lang", lang);

        if !info.outline.is_empty() {
            let pages: Vec<_> = raw.get_pages().into_values().collect();
            let root = raw.new_object_id();
            let ids: Vec<_> = info.outline.iter().map(|_| raw.new_object_id()).collect();
            for (i, (heading, page)) in info.outline.iter().enumerate() {
                let Some(page) = pages.get(*page) else { continue };
                let mut wide = vec![0xfe, 0xff];
                wide.extend(heading.encode_utf16().flat_map(u16::to_be_bytes));
                let mut item = blank.clone();
                item.set("Title", string(wide)?);
                item.set("Parent", root);
                item.set("Dest", vec![(*page).into(), "Fit".into()]);
                if i > 0 {
                    item.set("Prev", ids[i - 1]);
                }
                if let Some(next) = ids.get(i + 1) {
                    item.set("Next", *next);
                }
                raw.set_object(ids[i], item);
            }
            let mut outlines = blank.clone();
            outlines.set("Type", "Outlines");
            outlines.set("Count", ids.len() as i64);
            outlines.set("First", ids[0]);
            outlines.set("Last", ids[ids.len() - 1]);
            raw.set_object(root, outlines);
            let catalog = raw.get_object_mut(catalog_id).and_then(|o| o.as_dict_mut()).map_err(|e| wrong(&e))?;
            catalog.set("Outlines", root);
            catalog.set("PageMode", "UseOutlines");
        }

        raw.version = "1.7".to_owned();
        raw.compress();
        let mut out = Vec::new();
        raw.save_to(&mut out).map_err(|e| wrong(&e))?;
        Ok(out)
    }

    /// The face with only the glyphs that this paper uses.
    fn reduced(&self, face: usize, chars: &BTreeMap<char, u16>) -> Result<ParsedFont, ReportError> {
        let face = &self.faces.faces[face];
        let mut remapper = subsetter::GlyphRemapper::new();
        let mut codes = BTreeMap::new();
        let mut widths = BTreeMap::new();
        let mut hash = Sha256::new();
        for (c, gid) in chars {
            let new = remapper.remap(*gid);
            codes.insert(*c as u32, new);
            let id = ttf_parser::GlyphId(*gid);
            widths.insert(new, face.parsed.glyph_hor_advance(id).unwrap_or(face.parsed.units_per_em()));
            hash.update((*c as u32).to_be_bytes());
        }
        let bytes = subsetter::subset(face.bytes, face.index, &remapper).map_err(|e| ReportError::Font { face: face.id, why: e.to_string() })?;
        // Readers tell reduced fonts apart by six letters before the name.
        let tag: String = hash.finalize()[..6].iter().map(|b| char::from(b'A' + b % 26)).collect();
        let name = face
            .parsed
            .names()
            .into_iter()
            .filter(|n| n.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
            .find_map(|n| n.to_string())
            .filter(|n| n.is_ascii() && !n.is_empty())
            .unwrap_or_else(|| face.id.to_owned());
        let cff = bytes.starts_with(b"OTTO");
        let metrics = FontMetrics { ascent: face.parsed.ascender(), descent: face.parsed.descender() };
        let upem = face.parsed.units_per_em();
        let mut font = ParsedFont::with_glyph_data(bytes, 0, Some(format!("{tag}+{name}")), codes, widths, upem, metrics);
        if cff {
            font.font_type = FontType::OpenTypeCFF(());
        }
        let bounds = face.parsed.global_bounding_box();
        font.pdf_font_metrics.x_min = bounds.x_min;
        font.pdf_font_metrics.y_min = bounds.y_min;
        font.pdf_font_metrics.x_max = bounds.x_max;
        font.pdf_font_metrics.y_max = bounds.y_max;
        font.pdf_font_metrics.us_weight_class = face.parsed.weight().to_number();
        Ok(font)
    }
}

fn font_id(face: usize) -> FontId {
    FontId(format!("SY{face}"))
}

fn picture_id(index: usize) -> XObjectId {
    XObjectId(format!("SYP{index}"))
}

fn rgb(c: Colour) -> Color {
    let part = |v: u8| (f32::from(v) / 255.0 * 1000.0).round() / 1000.0;
    Color::Rgb(Rgb { r: part(c.0), g: part(c.1), b: part(c.2), icc_profile: None })
}

/// A hundredth of a point is finer than any printer, and short to write.
fn short(v: f32) -> f32 {
    (v * 100.0).round() / 100.0
}

impl Canvas for Pdf<'_> {
    fn new_page(&mut self, width: f32, height: f32) {
        self.pages.push(Page { width, height, under: Vec::new(), over: Vec::new() });
        self.current = self.pages.len() - 1;
        self.below = false;
        self.fill = None;
    }

    fn select(&mut self, page: usize) {
        if page < self.pages.len() {
            self.current = page;
            self.fill = None;
        }
    }

    fn pages(&self) -> usize {
        self.pages.len()
    }

    fn size(&self) -> (f32, f32) {
        self.pages.get(self.current).map_or((595.28, 841.89), |p| (p.width, p.height))
    }

    fn under(&mut self, on: bool) {
        self.below = on;
        self.fill = None;
    }

    fn text(&mut self, x: f32, y: f32, size: f32, colour: Colour, glyphs: &[Glyph], angle: f32) {
        if glyphs.is_empty() {
            return;
        }
        self.colour(colour);
        let (sin, cos) = angle.to_radians().sin_cos();
        let mut along = 0.0;
        self.ops().push(Op::StartTextSection);
        for run in glyphs.chunk_by(|a, b| a.face == b.face) {
            let face = run[0].face;
            let p = self.point((x + along * cos, y - along * sin));
            let mut items = Vec::new();
            let mut word = String::new();
            for (i, g) in run.iter().enumerate() {
                self.used[face].insert(g.c, g.gid);
                word.push(g.c);
                let extra = ((g.natural - g.advance) / size * 1000.0).round();
                if extra != 0.0 && i + 1 < run.len() {
                    items.push(TextItem::Text(std::mem::take(&mut word)));
                    items.push(TextItem::Offset(extra));
                }
                along += g.advance;
            }
            if !word.is_empty() {
                items.push(TextItem::Text(word));
            }
            let ops = self.ops();
            ops.push(Op::SetFont { font: PdfFontHandle::External(font_id(face)), size: Pt(size) });
            let matrix = if angle == 0.0 { TextMatrix::Raw([1.0, 0.0, 0.0, 1.0, p.x.0, p.y.0]) } else { TextMatrix::Raw([cos, sin, -sin, cos, p.x.0, p.y.0]) };
            ops.push(Op::SetTextMatrix { matrix });
            ops.push(Op::ShowText { items });
        }
        self.ops().push(Op::EndTextSection);
    }

    fn polyline(&mut self, points: &[(f32, f32)], width: f32, colour: Colour, dash: Option<[f32; 2]>) {
        if points.len() < 2 {
            return;
        }
        let closed = points.len() > 2 && points.first() == points.last();
        let line = if closed { &points[..points.len() - 1] } else { points };
        let points = self.ring(line);
        let ops = self.ops();
        ops.push(Op::SetOutlineColor { col: rgb(colour) });
        ops.push(Op::SetOutlineThickness { pt: Pt(short(width)) });
        if let Some([on, off]) = dash {
            ops.push(Op::SetLineCapStyle { cap: if on == 0.0 { LineCapStyle::Round } else { LineCapStyle::Butt } });
            ops.push(Op::SetLineDashPattern { dash: LineDashPattern::new(0.0, &[on, off]) });
        }
        ops.push(Op::DrawLine { line: Line { points, is_closed: closed } });
        if dash.is_some() {
            ops.push(Op::SetLineDashPattern { dash: LineDashPattern::new(0.0, &[]) });
            ops.push(Op::SetLineCapStyle { cap: LineCapStyle::Butt });
        }
    }

    fn picture(&mut self, picture: &Picture, x: f32, y: f32, w: f32, h: f32) {
        let index = self.pictures.iter().position(|known| known == picture).unwrap_or_else(|| {
            self.pictures.push(picture.clone());
            self.pictures.len() - 1
        });
        let at = self.point((x, y + h));
        let transform = XObjectTransform {
            translate_x: Some(at.x),
            translate_y: Some(at.y),
            scale_x: Some(short(w)),
            scale_y: Some(short(h)),
            no_auto_scale: true,
            ..XObjectTransform::default()
        };
        self.ops().push(Op::UseXobject { id: picture_id(index), transform });
    }

    fn fill(&mut self, rings: &[Vec<(f32, f32)>], colour: Colour) {
        if rings.is_empty() {
            return;
        }
        self.colour(colour);
        let rings = rings.iter().map(|r| PolygonRing { points: self.ring(r) }).collect();
        let polygon = Polygon { rings, mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
        self.ops().push(Op::DrawPolygon { polygon });
    }
}
