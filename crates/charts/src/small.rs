//! 小多图 one panel of many: twelve months of this year as a line, last year's as a thin one, on the scale that all panels share.

use crate::{Anchor, Ink, Series, Surface};

/// 小图 one panel; its name stands above it on the page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Small {
    /// Title, for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// This year, month by month. `NaN` breaks the line.
    pub now: Series,
    /// The same months of last year.
    pub last_year: Series,
    /// The end of the axis, the same for all panels.
    pub max: f64,
    /// Text of the end of the axis.
    pub max_text: String,
    /// Text of the last value of this year.
    pub last_text: String,
}

/// A panel is drawn this wide on a page.
pub(crate) const WIDTH: f64 = 180.0;
/// And with this font.
pub(crate) const FONT: f64 = 11.0;

impl Small {
    pub(crate) fn is_empty(&self) -> bool {
        self.max <= 0.0 || [&self.now, &self.last_year].iter().all(|s| s.points.iter().all(|p| !p.1.is_finite()))
    }
}

pub(crate) fn height(width: f64, font: f64) -> f64 {
    (width * 0.42).max(font * 6.0)
}

pub(crate) fn draw(c: &Small, s: &mut dyn Surface, (width, tall): (f64, f64), font: f64) {
    let count = c.now.points.len().max(c.last_year.points.len()).max(1);
    let right = s.text_width(font, &c.last_text) + font * 0.6;
    let (left, top, bottom) = (font * 0.4, font * 1.4, font * 1.5);
    let each = (width - left - right) / count as f64;
    let x_of = |i: usize| left + each * (i as f64 + 0.5);
    let y_of = |v: f64| top + (tall - top - bottom) * (1.0 - (v / c.max).clamp(0.0, 1.0));
    let base = tall - bottom;
    s.polyline(&[(0.0, top), (width - right, top)], Ink::Grid, font * 0.07);
    s.polyline(&[(0.0, base), (width - right, base)], Ink::Axis, font * 0.07);
    s.text((0.0, top - font * 0.3), font * 0.9, Anchor::Start, Ink::Muted, &c.max_text);
    for (series, ink, pen) in [(&c.last_year, Ink::Before, 0.09), (&c.now, Ink::First, 0.18)] {
        let points: Vec<(usize, f64)> = series.points.iter().map(|p| p.1).enumerate().collect();
        for run in points.split(|(_, v)| !v.is_finite()).filter(|r| !r.is_empty()) {
            let path: Vec<(f64, f64)> = run.iter().map(|(i, v)| (x_of(*i), y_of(*v))).collect();
            match path.as_slice() {
                [alone] => s.circle(*alone, font * pen, ink, None),
                _ => s.polyline(&path, ink, font * pen),
            }
        }
    }
    if let Some((i, v)) = c.now.points.iter().map(|p| p.1).enumerate().rev().find(|(_, v)| v.is_finite()) {
        s.circle((x_of(i), y_of(v)), font * 0.26, Ink::First, None);
        let y = (y_of(v) + font * 0.35).clamp(top, base);
        s.text((width - right + font * 0.4, y), font, Anchor::Start, Ink::First, &c.last_text);
    }
    let labels = if c.now.points.len() >= c.last_year.points.len() { &c.now } else { &c.last_year };
    for (i, anchor) in [(0, Anchor::Start), (count / 2, Anchor::Middle), (count - 1, Anchor::End)] {
        let Some((label, _)) = labels.points.get(i) else { continue };
        let x = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => x_of(i),
            Anchor::End => width - right,
        };
        s.text((x, tall - font * 0.3), font * 0.9, anchor, Ink::Muted, label);
    }
}
