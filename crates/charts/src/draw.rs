//! The charts that plotters draws.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use shiyan_foundation::text::thousands;

use crate::surface::{Bridge, Ink, fine};
use crate::{ChartError, Pareto, Ranking, SMALL_N, Series, Surface, Trend};

pub(crate) type Area<'a> = DrawingArea<Bridge<'a>, Shift>;

pub(crate) fn wrong<E: std::fmt::Display>(e: E) -> ChartError {
    ChartError(e.to_string())
}

pub(crate) fn rgb(ink: Ink) -> RGBColor {
    let (r, g, b) = ink.rgb();
    RGBColor(r, g, b)
}

pub(crate) fn pen(ink: Ink, width: f64) -> ShapeStyle {
    rgb(ink).stroke_width(fine(width).unsigned_abs())
}

pub(crate) fn write(area: &Area<'_>, (x, y): (f64, f64), size: f64, (h, v): (HPos, VPos), ink: Ink, text: &str) -> Result<(), ChartError> {
    let colour = rgb(ink);
    let style = ("sans-serif", f64::from(fine(size))).into_font().color(&colour).pos(Pos::new(h, v));
    area.draw(&Text::new(text.to_owned(), (fine(x), fine(y)), style)).map_err(wrong)
}

/// A round number at or above `max` and the step that divides it into 3 to 5 parts.
pub(crate) fn scale(max: f64) -> (f64, f64) {
    if !(max.is_finite() && max > 0.0) {
        return (1.0, 0.25);
    }
    let power = 10f64.powf(max.log10().floor());
    for step in [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5] {
        let step = step * power;
        let parts = (max / step - 1e-9).ceil();
        if parts <= 5.0 {
            return (step * parts, step);
        }
    }
    (10.0 * power, 2.5 * power)
}

/// The same for what is counted: no step between two whole numbers.
fn scale_whole(max: f64) -> (f64, f64) {
    let (mut power, top) = (1.0, if max.is_finite() { max.max(1.0) } else { 1.0 });
    loop {
        for step in [1.0, 2.0, 5.0] {
            let parts = (top / (step * power) - 1e-9).ceil();
            if parts <= 5.0 {
                return (step * power * parts, step * power);
            }
        }
        power *= 10.0;
    }
}

fn tick(v: f64, step: f64) -> String {
    let digits = if step >= 1.0 && (step.fract()).abs() < 1e-9 {
        0
    } else if (step * 10.0).fract().abs() < 1e-9 {
        1
    } else {
        2
    };
    format!("{v:.digits$}")
}

fn max_of(series: &Series) -> f64 {
    series.points.iter().map(|p| p.1).filter(|v| v.is_finite()).fold(0.0, f64::max)
}

fn shown(texts: &[String], i: usize, v: f64, decimals: usize, unit: &str) -> String {
    match texts.get(i) {
        Some(t) if !t.is_empty() => t.clone(),
        _ if v.is_finite() => format!("{v:.decimals$}{unit}"),
        _ => "--".to_owned(),
    }
}

/// Shortens a label to a width, with an ellipsis.
pub(crate) fn fit(s: &dyn Surface, size: f64, text: &str, width: f64) -> String {
    if s.text_width(size, text) <= width {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    while out.pop().is_some() {
        let short = format!("{out}…");
        if s.text_width(size, &short) <= width {
            return short;
        }
    }
    "…".to_owned()
}

/// Breaks a label into at most `lines` lines of a width; the last is shortened if it must be.
pub(crate) fn fold(s: &dyn Surface, size: f64, text: &str, width: f64, lines: usize) -> Vec<String> {
    // Lines of even length read better than one character left over.
    let wanted = (s.text_width(size, text) / width).ceil().max(1.0);
    let width = if wanted <= lines as f64 { (s.text_width(size, text) / wanted + size).min(width) } else { width };
    let mut out = vec![String::new()];
    for c in text.chars() {
        let last = out.len() - 1;
        let mut tried = out[last].clone();
        tried.push(c);
        if s.text_width(size, &tried) > width && !out[last].is_empty() && out.len() < lines {
            out.push(c.to_string());
        } else {
            out[last] = tried;
        }
    }
    out.into_iter().map(|l| fit(s, size, &l, width)).collect()
}

const ROW: f64 = 1.95;

pub(crate) fn ranking_height(c: &Ranking, font: f64) -> f64 {
    let rows = c.series.points.len().max(1) as f64;
    rows * font * ROW + if c.mark.is_some() { font * 1.6 } else { font * 0.4 }
}

pub(crate) fn ranking(c: &Ranking, s: &mut dyn Surface, size: (f64, f64), font: f64) -> Result<(), ChartError> {
    let points = &c.series.points;
    let count = points.len();
    let small = |i: usize| c.n.get(i).is_some_and(|n| *n < SMALL_N);
    let values: Vec<String> = (0..count).map(|i| shown(&c.texts, i, points[i].1, c.decimals, &c.unit)).collect();
    let counts: Vec<String> = (0..count).map(|i| c.n.get(i).map_or(String::new(), |n| format!("（n={}）", thousands(&n.to_string())))).collect();
    let labels: Vec<String> = points.iter().map(|p| fit(s, font, &p.0, size.0 * 0.34)).collect();
    let widest = |texts: &[String], f: f64| texts.iter().map(|t| s.text_width(f, t)).fold(0.0, f64::max);
    let left = widest(&labels, font) + font * 0.7;
    let value_widths: Vec<f64> = values.iter().map(|t| s.text_width(font, t)).collect();
    let count_widths: Vec<f64> = counts.iter().map(|t| s.text_width(font * 0.88, t)).collect();
    let right = values.iter().zip(&counts).map(|(v, n)| s.text_width(font, v) + s.text_width(font * 0.88, n));
    let right = right.fold(0.0, f64::max) + font * 0.8;
    let top = if c.mark.is_some() { font * 1.4 } else { 0.0 };
    let room = (size.0 - left - right).max(font);
    let max = max_of(&c.series).max(c.mark.as_ref().map_or(0.0, |m| m.1));
    let max = if max > 0.0 { max } else { 1.0 };

    let root = Bridge { surface: s, size }.into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_left(fine(left))
        .margin_right(fine(right))
        .margin_top(fine(top))
        .margin_bottom(fine(font * 0.4))
        .build_cartesian_2d(0f64..max, (count.max(1) as f64)..0f64)
        .map_err(wrong)?;
    let bars = points.iter().enumerate().filter(|(_, p)| p.1.is_finite()).map(|(i, p)| {
        let y = i as f64;
        let ink = if small(i) { Ink::Small } else { Ink::First };
        Rectangle::new([(0.0, y + 0.2), (p.1.max(0.0), y + 0.8)], rgb(ink).filled())
    });
    chart.draw_series(bars).map_err(wrong)?;
    let base = PathElement::new(vec![(0.0, 0.0), (0.0, count as f64)], pen(Ink::Axis, font * 0.07));
    chart.draw_series(std::iter::once(base)).map_err(wrong)?;
    if let Some((_, v)) = &c.mark {
        let line = PathElement::new(vec![(*v, 0.0), (*v, count as f64)], pen(Ink::Second, font * 0.09));
        chart.draw_series(std::iter::once(line)).map_err(wrong)?;
    }

    for (i, p) in points.iter().enumerate() {
        let y = top + (i as f64 + 0.5) * font * ROW;
        let mid = (HPos::Left, VPos::Center);
        write(&root, (left - font * 0.5, y), font, (HPos::Right, VPos::Center), Ink::Text, &labels[i])?;
        let long = if p.1.is_finite() { p.1.max(0.0) / max } else { 0.0 };
        let x = left + room * long + font * 0.4;
        // The line of the average stops at a text.
        if let Some((_, v)) = &c.mark {
            let line = left + room * v / max;
            if x < line + font * 0.2 && x + value_widths[i] + count_widths[i] > line - font * 0.2 {
                let (a, b) = ((fine(line - font * 0.15), fine(y - font * 0.6)), (fine(line + font * 0.15), fine(y + font * 0.6)));
                root.draw(&Rectangle::new([a, b], rgb(Ink::Paper).filled())).map_err(wrong)?;
            }
        }
        let ink = if small(i) { Ink::Muted } else { Ink::Text };
        write(&root, (x, y), font, mid, ink, &values[i])?;
        if !counts[i].is_empty() {
            write(&root, (x + value_widths[i], y), font * 0.88, mid, Ink::Muted, &counts[i])?;
        }
    }
    if let Some((name, v)) = &c.mark {
        let x = left + room * v / max;
        write(&root, (x, 0.0), font * 0.9, (HPos::Center, VPos::Top), Ink::Second, name)?;
    }
    root.present().map_err(wrong)
}

/// Value of a line between its points; `None` where it is broken or over.
fn height_at(series: &Series, at: f64) -> Option<f64> {
    if at < 0.0 {
        return None;
    }
    let i = at.floor() as usize;
    let a = series.points.get(i)?.1;
    let b = series.points.get(i + 1).map_or(a, |p| p.1);
    let over = series.points.get(i + 1).is_none() && at - at.floor() > 1e-9;
    let v = a + (b - a) * (at - at.floor());
    (v.is_finite() && !over).then_some(v)
}

/// The runs of a series without a gap.
fn runs(series: &Series) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (i, p) in series.points.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if p.1.is_finite() => run.push((i as f64 + 0.5, p.1)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|r| !r.is_empty());
    runs
}

fn grid(parts: usize, step: f64, count: usize, font: f64) -> impl Iterator<Item = PathElement<(f64, f64)>> {
    (0..=parts).map(move |i| {
        let y = i as f64 * step;
        let ink = if i == 0 { Ink::Axis } else { Ink::Grid };
        PathElement::new(vec![(0.0, y), (count as f64, y)], pen(ink, font * 0.06))
    })
}

/// Where the values of a chart stand on the page, and how large its texts are.
struct Plot {
    left: f64,
    top: f64,
    room: f64,
    tall: f64,
    count: usize,
    max: f64,
    font: f64,
    small: f64,
}

impl Plot {
    fn x_of(&self, i: usize) -> f64 {
        self.left + self.room * (i as f64 + 0.5) / self.count as f64
    }

    fn y_of(&self, v: f64) -> f64 {
        self.top + self.tall * (1.0 - v / self.max)
    }

    fn ticks(&self, root: &Area<'_>, ticks: &[String]) -> Result<(), ChartError> {
        let parts = ticks.len() - 1;
        for (i, text) in ticks.iter().enumerate() {
            let y = self.top + self.tall * (1.0 - i as f64 / parts as f64);
            write(root, (self.left - self.font * 0.4, y), self.small, (HPos::Right, VPos::Center), Ink::Muted, text)?;
        }
        Ok(())
    }

    /// The middle of the text of a point: beside the point where no line runs, else beyond all of them.
    fn beside(&self, c: &Trend, i: usize, v: f64, half: f64) -> f64 {
        let each = self.room / self.count as f64;
        let lines = [Some(&c.now), c.last_year.as_ref()];
        let mut crossing = Vec::new();
        for k in 0..=8 {
            let x = self.x_of(i) - half + half * 2.0 * f64::from(k) / 8.0;
            crossing.extend(lines.into_iter().flatten().filter_map(|l| height_at(l, (x - self.left) / each - 0.5)).map(|v| self.y_of(v)));
        }
        let free = |a: f64, b: f64| a >= 0.0 && b <= self.top + self.tall && !crossing.iter().any(|y| *y > a && *y < b);
        let (gap, high) = (self.font * 0.35, self.font * 0.95);
        let (highest, lowest) = crossing.iter().fold((f64::MAX, f64::MIN), |(h, l), y| (h.min(*y), l.max(*y)));
        let y = self.y_of(v);
        let mut tries = [y - gap - high, y + gap, highest - gap - high, lowest + gap];
        tries[2..].sort_by(|a, b| (a - y).abs().total_cmp(&(b - y).abs()));
        tries.into_iter().find(|t| free(*t, t + high)).unwrap_or(tries[0]) + high / 2.0
    }

    /// Names at the ends of the lines, moved apart if they would touch.
    fn names(&self, root: &Area<'_>, c: &Trend) -> Result<(), ChartError> {
        let (font, small) = (self.font, self.small);
        let end = |series: &Series| series.points.iter().enumerate().rev().find(|(_, p)| p.1.is_finite()).map(|(i, p)| (self.x_of(i), self.y_of(p.1)));
        let now = end(&c.now);
        let mut last = c.last_year.as_ref().and_then(end);
        if let (Some((nx, ny)), Some((lx, ly))) = (now, last)
            && (nx - lx).abs() < font * 3.0
            && (ny - ly).abs() < font * 1.1
        {
            last = Some((lx, if ly >= ny { ny + font * 1.1 } else { ny - font * 1.1 }));
        }
        let beside = (HPos::Left, VPos::Center);
        if let Some((x, y)) = now {
            write(root, (x + font * 1.3, y), small, beside, Ink::First, &c.now.name)?;
        }
        if let (Some((x, y)), Some(l)) = (last, &c.last_year) {
            write(root, (x + font * 1.3, y), small, beside, Ink::Before, &l.name)?;
        }
        Ok(())
    }

    /// The name under a bar and its value above it: inside the bar when the point of the line would sit on the number.
    fn bar(&self, root: &Area<'_>, x: f64, (value, bar, dot): (f64, f64, f64), lines: &[String]) -> Result<(), ChartError> {
        let Self { top, tall, font, small, .. } = *self;
        for (k, line) in lines.iter().enumerate() {
            let y = top + tall + font * (0.4 + 1.1 * k as f64);
            write(root, (x, y), small, (HPos::Center, VPos::Top), Ink::Text, line)?;
        }
        let text = tick(value, if value.fract().abs() < 1e-9 { 1.0 } else { 0.1 });
        let inside = dot > bar - font * 0.5 && dot < bar + font * 1.6;
        if inside && bar > font * 1.5 {
            write(root, (x, top + tall - bar + font * 0.55), small, (HPos::Center, VPos::Top), Ink::Paper, &text)?;
        } else {
            write(root, (x, top + tall - bar - font * 0.15), small, (HPos::Center, VPos::Bottom), Ink::Text, &text)?;
        }
        Ok(())
    }
}

pub(crate) fn trend(c: &Trend, s: &mut dyn Surface, size: (f64, f64), font: f64) -> Result<(), ChartError> {
    let count = c.now.points.len().max(c.last_year.as_ref().map_or(0, |l| l.points.len())).max(1);
    let most = max_of(&c.now).max(c.last_year.as_ref().map_or(0.0, max_of)) * 1.08;
    let whole = c.decimals == 0 && c.unit != "%";
    let (max, step) = if whole { scale_whole(most) } else { scale(most) };
    let parts = (max / step).round() as usize;
    let ticks: Vec<String> = (0..=parts).map(|i| format!("{}{}", tick(i as f64 * step, step), if c.unit == "%" { "%" } else { "" })).collect();
    let small = font * 0.9;
    let left = ticks.iter().map(|t| s.text_width(small, t)).fold(0.0, f64::max) + font * 0.6;
    let names = [Some(&c.now), c.last_year.as_ref()];
    let right = names.iter().flatten().map(|n| s.text_width(small, &n.name)).fold(0.0, f64::max) + font * 0.9 + font * 0.6;
    let top = font * 1.5;
    let bottom = if c.n.is_empty() { font * 1.6 } else { font * 2.8 };
    let (room, tall) = (size.0 - left - right, size.1 - top - bottom);
    let label_widths: Vec<f64> = c.now.points.iter().enumerate().map(|(i, p)| s.text_width(small, &shown(&c.texts, i, p.1, c.decimals, ""))).collect();

    let root = Bridge { surface: s, size }.into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_left(fine(left))
        .margin_right(fine(right))
        .margin_top(fine(top))
        .margin_bottom(fine(bottom))
        .build_cartesian_2d(0f64..count as f64, 0f64..max)
        .map_err(wrong)?;
    chart.draw_series(grid(parts, step, count, font)).map_err(wrong)?;
    if let Some(last) = &c.last_year {
        for run in runs(last) {
            chart.draw_series(LineSeries::new(run, pen(Ink::Before, font * 0.08))).map_err(wrong)?;
        }
    }
    for run in runs(&c.now) {
        chart.draw_series(LineSeries::new(run, pen(Ink::First, font * 0.2))).map_err(wrong)?;
    }
    let dots = c.now.points.iter().enumerate().filter(|(_, p)| p.1.is_finite()).map(|(i, p)| {
        let ink = if c.n.get(i).is_some_and(|n| *n < SMALL_N) { Ink::Small } else { Ink::First };
        Circle::new((i as f64 + 0.5, p.1), fine(font * 0.28), rgb(ink).filled())
    });
    chart.draw_series(dots).map_err(wrong)?;

    let plot = Plot { left, top, room, tall, count, max, font, small };
    plot.ticks(&root, &ticks)?;
    if c.unit != "%" {
        write(&root, (0.0, 0.0), small, (HPos::Left, VPos::Top), Ink::Muted, &c.unit)?;
    }
    for i in 0..count {
        let label = c.now.points.get(i).or_else(|| c.last_year.as_ref().and_then(|l| l.points.get(i)));
        let under = top + tall;
        if let Some((label, _)) = label {
            write(&root, (plot.x_of(i), under + font * 0.4), small, (HPos::Center, VPos::Top), Ink::Text, label)?;
        }
        if let Some(n) = c.n.get(i) {
            let text = format!("n={}", thousands(&n.to_string()));
            write(&root, (plot.x_of(i), under + font * 1.6), font * 0.78, (HPos::Center, VPos::Top), Ink::Muted, &text)?;
        }
        if let Some((_, v)) = c.now.points.get(i).filter(|p| p.1.is_finite()) {
            let half = label_widths.get(i).copied().unwrap_or(0.0) / 2.0;
            let y = plot.beside(c, i, *v, half);
            let text = shown(&c.texts, i, *v, c.decimals, "");
            write(&root, (plot.x_of(i), y), small, (HPos::Center, VPos::Center), Ink::First, &text)?;
        }
    }
    plot.names(&root, c)?;
    root.present().map_err(wrong)
}

/// 累计占比 of each bar and those before it, above its middle.
fn cumulative(points: &[(String, f64)]) -> Vec<(f64, f64)> {
    let total: f64 = points.iter().map(|p| p.1).sum();
    let mut sum = 0.0;
    let share = |(i, p): (usize, &(String, f64))| {
        sum += p.1;
        (i as f64 + 0.5, if total > 0.0 { sum / total * 100.0 } else { 0.0 })
    };
    points.iter().enumerate().map(share).collect()
}

pub(crate) fn pareto(c: &Pareto, s: &mut dyn Surface, size: (f64, f64), font: f64) -> Result<(), ChartError> {
    let mut points: Vec<(String, f64)> = c.series.points.iter().filter(|p| p.1.is_finite()).cloned().collect();
    points.sort_by(|a, b| b.1.total_cmp(&a.1));
    let count = points.len().max(1);
    let (max, step) = scale(points.first().map_or(0.0, |p| p.1) * 1.12);
    let parts = (max / step).round() as usize;
    let ticks: Vec<String> = (0..=parts).map(|i| tick(i as f64 * step, step)).collect();
    let small = font * 0.9;
    let left = ticks.iter().map(|t| s.text_width(small, t)).fold(0.0, f64::max) + font * 0.6;
    let right = s.text_width(small, "100%") + font * 0.7;
    let top = font * 1.9;
    let room = size.0 - left - right;
    let each = room / count as f64;
    let labels: Vec<Vec<String>> = points.iter().map(|p| fold(s, small, &p.0, each * 0.94, 3)).collect();
    let lines = labels.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let bottom = font * (0.7 + 1.1 * lines);
    let tall = size.1 - top - bottom;

    let root = Bridge { surface: s, size }.into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_left(fine(left))
        .margin_right(fine(right))
        .margin_top(fine(top))
        .margin_bottom(fine(bottom))
        .build_cartesian_2d(0f64..count as f64, 0f64..max)
        .map_err(wrong)?
        .set_secondary_coord(0f64..count as f64, 0f64..100f64);
    chart.draw_series(grid(parts, step, count, font)).map_err(wrong)?;
    let bars = points.iter().enumerate().map(|(i, p)| {
        let x = i as f64;
        Rectangle::new([(x + 0.2, 0.0), (x + 0.8, p.1)], rgb(Ink::First).filled())
    });
    chart.draw_series(bars).map_err(wrong)?;
    let shares = cumulative(&points);
    chart.draw_secondary_series(LineSeries::new(shares.clone(), pen(Ink::Second, font * 0.13))).map_err(wrong)?;
    let rings = shares.iter().map(|p| Circle::new(*p, fine(font * 0.26), rgb(Ink::Second).filled()));
    chart.draw_secondary_series(rings).map_err(wrong)?;

    let plot = Plot { left, top, room, tall, count, max, font, small };
    plot.ticks(&root, &ticks)?;
    for share in [0.0, 50.0, 100.0] {
        let y = top + tall * (1.0 - share / 100.0);
        let text = format!("{share:.0}%");
        write(&root, (size.0 - right + font * 0.5, y), small, (HPos::Left, VPos::Center), Ink::Second, &text)?;
    }
    write(&root, (0.0, 0.0), small, (HPos::Left, VPos::Top), Ink::Muted, &c.unit)?;
    write(&root, (size.0, 0.0), small, (HPos::Right, VPos::Top), Ink::Second, &c.cumulative)?;
    for (i, p) in points.iter().enumerate() {
        let x = left + each * (i as f64 + 0.5);
        let (bar, dot) = (tall * p.1 / max, tall * shares[i].1 / 100.0);
        plot.bar(&root, x, (p.1, bar, dot), &labels[i])?;
        let clear = dot - bar > font * 2.6;
        if let Some(text) = c.texts.get(i).filter(|_| clear || i + 1 == points.len()) {
            write(&root, (x, top + tall - dot - font * 0.4), font * 0.82, (HPos::Center, VPos::Bottom), Ink::Second, text)?;
        }
    }
    root.present().map_err(wrong)
}
