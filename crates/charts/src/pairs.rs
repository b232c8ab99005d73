//! 对比条形图: two bars a row, this year filled and last year hollow, so that they are told apart in grey print too.

use shiyan_foundation::text::thousands;

use crate::draw::fit;
use crate::{Anchor, Ink, SMALL_N, Surface};

/// 对比条形图: each row this year over the same period of last year.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pairs {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// Name of the filled bars.
    pub now: String,
    /// Name of the hollow bars.
    pub before: String,
    /// The rows.
    pub rows: Vec<Pair>,
}

/// One row; `NaN` draws no bar, its text stands all the same.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pair {
    /// Label.
    pub label: String,
    /// Value, text and n of this year.
    pub now: (f64, String, u64),
    /// The same of last year.
    pub before: (f64, String, u64),
}

impl Pairs {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.iter().all(|r| !r.now.0.is_finite() && !r.before.0.is_finite())
    }
}

const ROW: f64 = 2.9;
const HEAD: f64 = 2.0;

pub(crate) fn height(c: &Pairs, font: f64) -> f64 {
    font * (HEAD + ROW * c.rows.len().max(1) as f64 + 0.3)
}

pub(crate) fn draw(c: &Pairs, s: &mut dyn Surface, width: f64, font: f64) {
    let small = font * 0.88;
    let text = |v: &(f64, String, u64)| format!("{}（n={}）", v.1, thousands(&v.2.to_string()));
    let labels: Vec<String> = c.rows.iter().map(|r| fit(s, font, &r.label, width * 0.34)).collect();
    let left = labels.iter().map(|l| s.text_width(font, l)).fold(0.0, f64::max) + font * 0.8;
    let right = c.rows.iter().flat_map(|r| [&r.now, &r.before]).map(|v| s.text_width(small, &text(v))).fold(0.0, f64::max) + font * 0.8;
    let max = c.rows.iter().flat_map(|r| [r.now.0, r.before.0]).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let room = (width - left - right).max(font) / if max > 0.0 { max } else { 1.0 };
    // what the two kinds of bars are
    let mut x = left;
    for (name, hollow) in [(&c.now, false), (&c.before, true)] {
        bar(s, (x, font * 0.35), (font * 1.4, font * 0.75), Ink::First, hollow, font);
        s.text((x + font * 1.8, font * 1.08), small, Anchor::Start, Ink::Text, name);
        x += font * 3.2 + s.text_width(small, name);
    }
    let end = font * (HEAD + ROW * c.rows.len() as f64);
    for (i, row) in c.rows.iter().enumerate() {
        let top = font * (HEAD + ROW * i as f64);
        s.text((left - font * 0.5, top + font * 1.55), font, Anchor::End, Ink::Text, &labels[i]);
        for (value, hollow, y) in [(&row.now, false, top + font * 0.2), (&row.before, true, top + font * 1.35)] {
            let long = if value.0.is_finite() { value.0.max(0.0) * room } else { 0.0 };
            let ink = if value.2 < SMALL_N { Ink::Small } else { Ink::First };
            if long > 0.0 {
                bar(s, (left, y), (long, font * 0.95), ink, hollow, font);
            }
            let shade = if value.2 < SMALL_N || hollow { Ink::Muted } else { Ink::Text };
            s.text((left + long + font * 0.4, y + font * 0.82), small, Anchor::Start, shade, &text(value));
        }
    }
    s.polyline(&[(left, font * HEAD), (left, end)], Ink::Axis, font * 0.07);
}

fn bar(s: &mut dyn Surface, (x, y): (f64, f64), (w, h): (f64, f64), ink: Ink, hollow: bool, font: f64) {
    if hollow {
        s.rect(x, y, w, h, Ink::Track);
        s.polyline(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], Ink::Before, font * 0.07);
    } else {
        s.rect(x, y, w, h, ink);
    }
}
