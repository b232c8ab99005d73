//! SVG for pages: a viewBox and no fixed size, real text in the reader's own font, colours as classes with a fallback.

use std::fmt::Write;

use crate::{Anchor, Chart, ChartError, Ink, Surface, draw, height, small};

const WIDTH: f64 = 640.0;
const FONT: f64 = 13.0;

/// The chart as an `<svg>` element to be put into a page. `id` must be unique on the page; it names the title and the
/// description for screen readers.
///
/// # Errors
/// If the drawing library refuses; nothing that a value can cause.
pub fn svg(chart: &Chart, id: &str) -> Result<String, ChartError> {
    let mut canvas = Svg::default();
    let (width, font) = if let Chart::Small(_) = chart { (small::WIDTH, small::FONT) } else { (WIDTH, FONT) };
    draw(chart, &mut canvas, width, font)?;
    let h = height(chart, width, font);
    let id = escape(id);
    let (title, desc, kind) = (escape(chart.title()), escape(chart.desc()), chart.kind());
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" role=\"img\" \
         aria-labelledby=\"{id}-t {id}-d\" class=\"chart chart-{kind}\" font-family=\"inherit\">\
         <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{desc}</desc>{}</svg>",
        num(h),
        canvas.body
    ))
}

#[derive(Default)]
struct Svg {
    body: String,
}

impl Svg {
    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(text);
    }
}

/// At most two digits after the point, none needed if it is whole.
fn num(v: f64) -> String {
    let text = format!("{v:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn hex(ink: Ink) -> String {
    let (r, g, b) = ink.rgb();
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn path(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", num(*x), num(*y))).collect::<Vec<_>>().join(" ")
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in XML, whatever they came from.
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

impl Surface for Svg {
    fn polyline(&mut self, points: &[(f64, f64)], ink: Ink, width: f64) {
        let (class, hex, p, w) = (ink.class(), hex(ink), path(points), num(width));
        self.push(format_args!(
            "<polyline class=\"s {class}\" points=\"{p}\" fill=\"none\" stroke=\"{hex}\" stroke-width=\"{w}\" \
             stroke-linejoin=\"round\"/>"
        ));
    }
    fn polygon(&mut self, points: &[(f64, f64)], ink: Ink) {
        let (class, hex, p) = (ink.class(), hex(ink), path(points));
        self.push(format_args!("<polygon class=\"{class}\" points=\"{p}\" fill=\"{hex}\"/>"));
    }
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, ink: Ink) {
        let (class, hex) = (ink.class(), hex(ink));
        let (x, y, w, h) = (num(x), num(y), num(width), num(height));
        self.push(format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{hex}\"/>"));
    }
    fn circle(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink, outline: Option<f64>) {
        let (class, hex) = (ink.class(), hex(ink));
        let (x, y, r) = (num(x), num(y), num(radius));
        match outline {
            None => {
                self.push(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{hex}\"/>"));
            }
            Some(w) => self.push(format_args!(
                "<circle class=\"s {class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"none\" stroke=\"{hex}\" \
                 stroke-width=\"{}\"/>",
                num(w)
            )),
        }
    }
    fn text(&mut self, (x, y): (f64, f64), size: f64, anchor: Anchor, ink: Ink, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (class, hex, text) = (ink.class(), hex(ink), escape(text));
        let (x, y, size) = (num(x), num(y), num(size));
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
             fill=\"{hex}\">{text}</text>"
        ));
    }
    fn text_width(&self, size: f64, text: &str) -> f64 {
        // The reader's font is unknown: one em for a Chinese character, the widest usual figure for the rest.
        let em = |c: char| match c {
            '%' | 'm' | 'M' | 'w' | 'W' | '@' => 0.96,
            '.' | ',' | ' ' | 'i' | 'l' | ':' => 0.34,
            c if (c as u32) < 0x2e80 => 0.64,
            _ => 1.0,
        };
        text.chars().map(em).sum::<f64>() * size
    }
}
