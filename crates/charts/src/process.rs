//! 过程控制图 the means of a process month by month with their limits. Which point lies outside is decided by the caller on exact numbers; a point outside
//! has another shape and its value beside it, so that the chart reads without colours too.

use crate::draw::scale;
use crate::{Anchor, Ink, Surface};

/// 过程控制图
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Process {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// The points, oldest first.
    pub points: Vec<ProcessPoint>,
    /// Lines across: value, exact text and name; the middle one is the centre.
    pub lines: Vec<ProcessLine>,
    /// Unit of the values.
    pub unit: String,
}

/// 点 one month.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessPoint {
    /// Under the point.
    pub label: String,
    /// The value.
    pub value: f64,
    /// Exact text, written beside a point that lies outside.
    pub text: String,
    /// 界外
    pub outside: bool,
}

/// 线 a limit or the centre.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessLine {
    /// Where it is.
    pub value: f64,
    /// What is written at its end.
    pub text: String,
    /// A limit, and not the centre.
    pub limit: bool,
}

impl Process {
    pub(crate) fn is_empty(&self) -> bool {
        self.points.iter().all(|p| !p.value.is_finite())
    }
}

pub(crate) fn height(width: f64, font: f64) -> f64 {
    (width * 0.36).max(font * 16.0)
}

/// A broken line: a limit.
fn dashed(s: &mut dyn Surface, (left, right): (f64, f64), y: f64, font: f64) {
    let (dash, gap) = (font * 0.6, font * 0.35);
    let mut x = left;
    while x < right {
        s.polyline(&[(x, y), ((x + dash).min(right), y)], Ink::Fail, font * 0.1);
        x += dash + gap;
    }
}

/// A crossed square: a point outside the limits.
fn crossed(s: &mut dyn Surface, (x, y): (f64, f64), r: f64) {
    s.rect(x - r, y - r, r * 2.0, r * 2.0, Ink::Fail);
    s.polyline(&[(x - r * 0.6, y - r * 0.6), (x + r * 0.6, y + r * 0.6)], Ink::Paper, r * 0.35);
    s.polyline(&[(x - r * 0.6, y + r * 0.6), (x + r * 0.6, y - r * 0.6)], Ink::Paper, r * 0.35);
}

/// As many labels as fit, from the newest back.
fn newest_labels(s: &mut dyn Surface, shown: &[(usize, &ProcessPoint)], x_of: &dyn Fn(usize) -> f64, (width, tall): (f64, f64), font: f64) {
    let small = font * 0.85;
    let mut free = f64::MAX;
    for (i, p) in shown.iter().rev() {
        let half = s.text_width(small, &p.label) / 2.0;
        let x = x_of(*i).min(width - half);
        if x + half + font * 0.4 <= free {
            s.text((x, tall - font * 0.3), small, Anchor::Middle, Ink::Text, &p.label);
            free = x - half;
        }
    }
}

pub(crate) fn draw(c: &Process, s: &mut dyn Surface, (width, tall): (f64, f64), font: f64) {
    let small = font * 0.85;
    let highest = c.points.iter().map(|p| p.value).chain(c.lines.iter().map(|l| l.value)).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let (max, step) = scale(highest * 1.08);
    let parts = (max / step).round() as usize;
    let tick = |i: usize| {
        let text = format!("{:.2}", i as f64 * step);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let left = (0..=parts).map(|i| s.text_width(small, &tick(i))).fold(0.0, f64::max) + font * 0.6;
    let right = c.lines.iter().map(|l| s.text_width(small, &l.text)).fold(0.0, f64::max) + font * 0.7;
    let (top, bottom) = (font * 1.9, font * 1.7);
    let (room, high) = (width - left - right, tall - top - bottom);
    let each = room / c.points.len().max(1) as f64;
    let x_of = |i: usize| left + each * (i as f64 + 0.5);
    let y_of = |v: f64| top + high * (1.0 - v / max);
    for i in 0..=parts {
        let y = y_of(i as f64 * step);
        s.polyline(&[(left, y), (width - right, y)], if i == 0 { Ink::Axis } else { Ink::Grid }, font * 0.06);
        s.text((left - font * 0.4, y + small * 0.35), small, Anchor::End, Ink::Muted, &tick(i));
    }
    s.text((0.0, small), small, Anchor::Start, Ink::Muted, &c.unit);
    // the names of the lines, apart from each other
    let mut written: Vec<f64> = Vec::new();
    for line in c.lines.iter().filter(|l| l.value.is_finite()) {
        let (y, ink) = (y_of(line.value), if line.limit { Ink::Fail } else { Ink::Axis });
        if line.limit {
            dashed(s, (left, width - right), y, font);
        } else {
            s.polyline(&[(left, y), (width - right, y)], ink, font * 0.12);
        }
        let mut at = y;
        while written.iter().any(|w| (w - at).abs() < small * 1.05) {
            at -= small * 0.3;
        }
        written.push(at);
        s.text((width - right + font * 0.4, at + small * 0.35), small, Anchor::Start, if line.limit { Ink::Fail } else { Ink::Muted }, &line.text);
    }
    let shown: Vec<(usize, &ProcessPoint)> = c.points.iter().enumerate().collect();
    for run in shown.split(|(_, p)| !p.value.is_finite()).filter(|r| r.len() > 1) {
        let path: Vec<(f64, f64)> = run.iter().map(|(i, p)| (x_of(*i), y_of(p.value))).collect();
        s.polyline(&path, Ink::First, font * 0.12);
    }
    let radius = (each * 0.35).clamp(font * 0.18, font * 0.32);
    for (i, p) in shown.iter().filter(|(_, p)| p.value.is_finite()) {
        let (x, y) = (x_of(*i), y_of(p.value));
        if p.outside {
            let r = radius * 1.3;
            crossed(s, (x, y), r);
            let half = s.text_width(small, &p.text) / 2.0;
            let middle = x.clamp(left + half, width - right - half);
            let above = y - r - font * 0.35;
            s.text((middle, if above < top * 0.6 { y + r + small } else { above }), small, Anchor::Middle, Ink::Fail, &p.text);
        } else {
            s.circle((x, y), radius, Ink::First, None);
        }
    }
    newest_labels(s, &shown, &x_of, (width, tall), font);
}
