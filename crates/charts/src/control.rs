//! 质控图 the control chart of one control material: assigned value, ±1, ±2, ±3 sd, and the points in the order of their runs.
//!
//! Whether a point is in control is decided by the caller on exact numbers; this picture only places it. A point out of control
//! has another shape and the name of its rule beside it, so that the chart reads without colours too.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use crate::draw::{Area, fit, pen, rgb, write, wrong};
use crate::surface::{Bridge, Ink, fine};
use crate::{ChartError, Surface};

/// 质控图: the values of one control material, item and method.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Control {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows; [`Control::told`] gives the points that broke a rule.
    pub desc: String,
    /// The points, oldest first.
    pub points: Vec<ControlPoint>,
    /// 靶值, the centre line.
    pub target: f64,
    /// 标准差; without a positive one nothing is drawn.
    pub sd: f64,
    /// Digits after the point of the values at the axis.
    pub decimals: usize,
    /// Unit of the values.
    pub unit: String,
    /// What the three shapes mean, for the key above the picture; see [`Control::KEY_ZH`].
    pub key: [String; 3],
}

/// 质控点 one value on its day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControlPoint {
    /// Under the point: the day or the run.
    pub label: String,
    /// The value. `NaN` means that there is none: the line is broken.
    pub value: f64,
    /// Whether it is in control.
    pub sign: ControlSign,
    /// The rules it broke, written beside it: `1-3s`.
    pub rules: String,
}

/// 质控点状态, each with a shape of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ControlSign {
    /// 在控: a disc.
    #[default]
    In,
    /// 警告: a triangle.
    Warning,
    /// 失控: a crossed square.
    Out,
}

impl ControlSign {
    const ALL: [Self; 3] = [Self::In, Self::Warning, Self::Out];
    fn ink(self) -> Ink {
        match self {
            Self::In => Ink::First,
            Self::Warning => Ink::Warn,
            Self::Out => Ink::Fail,
        }
    }
}

/// The picture reaches this many sd beyond the centre at least and at most; what lies farther out stands on the edge.
const REACH: (f64, f64) = (3.6, 6.0);

impl Control {
    /// The key in Chinese.
    pub const KEY_ZH: [&str; 3] = ["在控", "警告", "失控"];
    /// The key in English.
    pub const KEY_EN: [&str; 3] = ["in control", "warning", "out of control"];

    /// Whether there is nothing to draw: no value, or no scale to place it on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !(self.sd.is_finite() && self.sd > 0.0 && self.target.is_finite()) || self.points.iter().all(|p| !p.value.is_finite())
    }
    /// The points that broke a rule, label and rules, for the description and for the table beside the picture.
    #[must_use]
    pub fn told(&self) -> String {
        let broke = |p: &&ControlPoint| p.sign != ControlSign::In && !p.rules.is_empty();
        self.points.iter().filter(broke).map(|p| format!("{} {}", p.label, p.rules)).collect::<Vec<_>>().join("；")
    }
    /// Height of a value in sd.
    fn z(&self, value: f64) -> f64 {
        (value - self.target) / self.sd
    }
}

pub(crate) fn height(width: f64, font: f64) -> f64 {
    (width * 0.42).max(font * 19.0)
}

/// Where the points of a control chart stand on the page, and how large its texts are.
struct Sheet {
    width: f64,
    left: f64,
    right: f64,
    top: f64,
    tall: f64,
    each: f64,
    reach: f64,
    font: f64,
    small: f64,
}

impl Sheet {
    fn x_of(&self, i: usize) -> f64 {
        self.left + self.each * (i as f64 + 0.5)
    }

    fn y_of(&self, z: f64) -> f64 {
        self.top + self.tall * (0.5 - z.clamp(-self.reach, self.reach) / (2.0 * self.reach))
    }

    /// The key, from the right so that it never meets the unit.
    fn key(&self, root: &Area<'_>, c: &Control, widths: &[f64]) -> Result<(), ChartError> {
        let Self { font, small, .. } = *self;
        let mut x = self.width;
        for (i, sign) in ControlSign::ALL.into_iter().enumerate().rev().filter(|(i, _)| !c.key[*i].is_empty()) {
            x -= widths[i];
            write(root, (x, font * 0.5), small, (HPos::Left, VPos::Center), Ink::Text, &c.key[i])?;
            x -= font * 0.7;
            shape(root, (x, font * 0.5), font * 0.34, sign, true)?;
            x -= font * 1.0;
        }
        Ok(())
    }

    /// As many labels under the points as fit: the newest and those that broke a rule before the others.
    fn labels(&self, root: &Area<'_>, c: &Control, labels: &[String], widths: &[f64]) -> Result<(), ChartError> {
        let Self { top, tall, font, small, .. } = *self;
        let mut order: Vec<usize> = (0..c.points.len()).rev().collect();
        order.sort_by_key(|i| (i + 1 < c.points.len(), c.points[*i].sign == ControlSign::In));
        let mut under: Vec<(f64, f64)> = Vec::new();
        for i in order {
            let half = widths[i] / 2.0;
            let x = self.x_of(i).min(self.width - half).max(half);
            let (from, to) = (x - half - font * 0.4, x + half + font * 0.4);
            if !under.iter().any(|u| from < u.1 && u.0 < to) {
                write(root, (x, top + tall + font * 0.5), small, (HPos::Center, VPos::Top), Ink::Text, &labels[i])?;
                under.push((from, to));
            }
        }
        Ok(())
    }

    /// The names of the rules, away from the centre line, from the points and from each other.
    fn rules(&self, root: &Area<'_>, c: &Control, widths: &[f64], radius: f64) -> Result<(), ChartError> {
        let Self { left, right, top, tall, font, small, .. } = *self;
        let shown = || c.points.iter().enumerate().filter(|(_, p)| p.value.is_finite());
        let mut taken: Vec<[f64; 4]> =
            shown().map(|(i, p)| (self.x_of(i), self.y_of(c.z(p.value)), radius * 1.2)).map(|(x, y, r)| [x - r, x + r, y - r, y + r]).collect();
        for (i, p) in shown().filter(|(_, p)| !p.rules.is_empty()) {
            let (half, high) = (widths[i] / 2.0, font * 1.05);
            let x = self.x_of(i).min(self.width - right - half).max(left + half);
            let (y, away) = (self.y_of(c.z(p.value)), if c.z(p.value) >= 0.0 { -1.0 } else { 1.0 });
            let lanes = [1.0, 2.0, 3.0, -1.0, 4.0, -2.0, 5.0, -3.0, 6.0];
            let mut areas = lanes.iter().map(|lane: &f64| {
                let at = y + away * lane.signum() * (radius + high * (lane.abs() - 0.4));
                [x - half, x + half, at - high / 2.0, at + high / 2.0]
            });
            let free = |a: &[f64; 4]| {
                let inside = a[2] >= font && a[3] <= top + tall + font * 0.4;
                inside && !taken.iter().any(|t| a[0] < t[1] && t[0] < a[1] && a[2] < t[3] && t[2] < a[3])
            };
            // Where many in a row leave no room, the shapes and the table beside the chart still say it.
            let Some(area) = areas.find(free) else { continue };
            taken.push(area);
            // The lines stop at a text.
            let corners = [(fine(area[0]), fine(area[2])), (fine(area[1]), fine(area[3]))];
            root.draw(&Rectangle::new(corners, rgb(Ink::Paper).filled())).map_err(wrong)?;
            write(root, (x, (area[2] + area[3]) / 2.0), small, (HPos::Center, VPos::Center), p.sign.ink(), &p.rules)?;
        }
        Ok(())
    }
}

/// Colour and width of the line that stands so many deviations from the target.
fn stroke(k: i32) -> (Ink, f64) {
    match k.abs() {
        0 => (Ink::Axis, 0.14),
        1 => (Ink::Grid, 0.06),
        2 => (Ink::Warn, 0.07),
        _ => (Ink::Fail, 0.12),
    }
}

pub(crate) fn draw(c: &Control, s: &mut dyn Surface, size: (f64, f64), font: f64) -> Result<(), ChartError> {
    if c.is_empty() {
        return Ok(());
    }
    let small = font * 0.85;
    let farthest = c.points.iter().filter(|p| p.value.is_finite()).map(|p| c.z(p.value).abs()).fold(0.0, f64::max);
    let reach = (farthest + 0.5).clamp(REACH.0, REACH.1);
    let levels: Vec<i32> = (-3..=3).collect();
    let value = |k: i32| format!("{:.*}", c.decimals, c.target + f64::from(k) * c.sd);
    let name = |k: i32| if k == 0 { "T".to_owned() } else { format!("{k:+}s") };
    let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|t| s.text_width(small, &t)).fold(0.0, f64::max);
    let left = widest(&mut levels.iter().map(|k| value(*k))) + font * 0.6;
    let right = widest(&mut levels.iter().map(|k| name(*k))) + font * 0.6;
    let (top, bottom) = (font * 2.2, font * 1.7);
    let (room, tall) = (size.0 - left - right, size.1 - top - bottom);
    let each = room / c.points.len() as f64;
    let sheet = Sheet { width: size.0, left, right, top, tall, each, reach, font, small };

    let labels: Vec<String> = c.points.iter().map(|p| fit(s, small, &p.label, (font * 8.0).min(room))).collect();
    let label_widths: Vec<f64> = labels.iter().map(|l| s.text_width(small, l)).collect();
    let rule_widths: Vec<f64> = c.points.iter().map(|p| s.text_width(small, &p.rules)).collect();
    let key_widths: Vec<f64> = c.key.iter().map(|k| s.text_width(small, k)).collect();

    let root = Bridge { surface: s, size }.into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_left(fine(left))
        .margin_right(fine(right))
        .margin_top(fine(top))
        .margin_bottom(fine(bottom))
        .build_cartesian_2d(0f64..c.points.len() as f64, -reach..reach)
        .map_err(wrong)?;
    let lines = levels.iter().map(|k| {
        let (ink, width) = stroke(*k);
        PathElement::new(vec![(0.0, f64::from(*k)), (c.points.len() as f64, f64::from(*k))], pen(ink, font * width))
    });
    chart.draw_series(lines).map_err(wrong)?;
    for run in c.points.iter().enumerate().collect::<Vec<_>>().split(|(_, p)| !p.value.is_finite()) {
        let path = run.iter().map(|(i, p)| (*i as f64 + 0.5, c.z(p.value).clamp(-reach, reach)));
        chart.draw_series(LineSeries::new(path, pen(Ink::Before, font * 0.09))).map_err(wrong)?;
    }
    for k in &levels {
        let y = sheet.y_of(f64::from(*k));
        let ink = match k.abs() {
            2 => Ink::Warn,
            3 => Ink::Fail,
            _ => Ink::Muted,
        };
        write(&root, (left - font * 0.4, y), small, (HPos::Right, VPos::Center), Ink::Muted, &value(*k))?;
        write(&root, (size.0 - right + font * 0.4, y), small, (HPos::Left, VPos::Center), ink, &name(*k))?;
    }
    write(&root, (0.0, 0.0), small, (HPos::Left, VPos::Top), Ink::Muted, &c.unit)?;
    sheet.key(&root, c, &key_widths)?;
    sheet.labels(&root, c, &labels, &label_widths)?;
    let radius = (each * 0.4).clamp(font * 0.16, font * 0.34);
    for (i, p) in c.points.iter().enumerate().filter(|(_, p)| p.value.is_finite()) {
        shape(&root, (sheet.x_of(i), sheet.y_of(c.z(p.value))), radius, p.sign, c.z(p.value) >= 0.0)?;
    }
    sheet.rules(&root, c, &rule_widths, radius)?;
    root.present().map_err(wrong)
}

/// A disc, a triangle that points away from the centre line, or a crossed square.
fn shape(root: &Area<'_>, (x, y): (f64, f64), r: f64, sign: ControlSign, up: bool) -> Result<(), ChartError> {
    let at = |dx: f64, dy: f64| (fine(x + dx * r), fine(y + dy * r));
    let fill = rgb(sign.ink()).filled();
    match sign {
        ControlSign::In => root.draw(&Circle::new(at(0.0, 0.0), fine(r * 0.85), fill)).map_err(wrong),
        ControlSign::Warning => {
            let tip = if up { -1.3 } else { 1.3 };
            root.draw(&Polygon::new(vec![at(0.0, tip), at(1.3, -tip * 0.75), at(-1.3, -tip * 0.75)], fill)).map_err(wrong)
        }
        ControlSign::Out => {
            root.draw(&Polygon::new(vec![at(-1.2, -1.2), at(1.2, -1.2), at(1.2, 1.2), at(-1.2, 1.2)], fill)).map_err(wrong)?;
            for (from, to) in [(at(-0.7, -0.7), at(0.7, 0.7)), (at(-0.7, 0.7), at(0.7, -0.7))] {
                root.draw(&PathElement::new(vec![from, to], pen(Ink::Paper, r * 0.35))).map_err(wrong)?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chart, svg};

    fn chart(values: &[(f64, ControlSign, &str)]) -> Control {
        Control {
            title: "质控图".into(),
            desc: "毒死蜱质控样".into(),
            points: values
                .iter()
                .enumerate()
                .map(|(i, (value, sign, rules))| ControlPoint { label: format!("W{i}"), value: *value, sign: *sign, rules: (*rules).into() })
                .collect(),
            target: 5.0,
            sd: 0.2,
            decimals: 2,
            unit: "mg/kg".into(),
            key: Control::KEY_ZH.map(Into::into),
        }
    }
    fn drawn(c: &Control) -> String {
        svg(&Chart::Control(c.clone()), "c").unwrap()
    }

    #[test]
    fn every_line_is_named_and_valued() {
        let out = drawn(&chart(&[(5.0, ControlSign::In, "")]));
        for text in [">T<", ">+1s<", ">-1s<", ">+2s<", ">-2s<", ">+3s<", ">-3s<", ">5.00<", ">4.40<", ">5.60<", ">mg/kg<", ">在控<", ">警告<", ">失控<", ">W0<"]
        {
            assert!(out.contains(text), "{text}");
        }
    }

    #[test]
    fn shapes_and_rule_names_tell_without_colours() {
        let count = |out: &str, what: &str| out.matches(what).count();
        let calm = drawn(&chart(&[(5.1, ControlSign::In, ""); 3]));
        let warned = drawn(&chart(&[(5.1, ControlSign::In, ""), (5.5, ControlSign::Warning, "1-2s"), (5.1, ControlSign::In, "")]));
        let failed = drawn(&chart(&[(5.1, ControlSign::In, ""), (4.3, ControlSign::Out, "1-3s"), (5.1, ControlSign::In, "")]));
        // the key holds one of each
        assert_eq!([count(&calm, "<circle"), count(&calm, "<polygon")], [4, 2]);
        assert_eq!([count(&warned, "<circle"), count(&warned, "<polygon")], [3, 3]);
        assert_eq!([count(&failed, "<circle"), count(&failed, "<polygon")], [3, 3]);
        assert_eq!(count(&failed, "class=\"s k-paper\""), 4, "the cross on the square, in the key and at the point");
        assert!(warned.contains(">1-2s<") && failed.contains(">1-3s<"));
        assert_eq!(chart(&[(5.5, ControlSign::Warning, "1-2s"), (5.0, ControlSign::In, ""), (4.3, ControlSign::Out, "1-3s")]).told(), "W0 1-2s；W2 1-3s");
    }

    #[test]
    fn what_lies_far_out_stands_on_the_edge_and_inside_the_picture() {
        let out = drawn(&chart(&[(5.0, ControlSign::In, ""), (50.0, ControlSign::Out, "1-3s"), (-50.0, ControlSign::Out, "1-3s")]));
        let (_, rest) = out.split_once("viewBox=\"0 0 640 ").unwrap();
        let tall: f64 = rest.split('"').next().unwrap().parse().unwrap();
        for points in out.split("points=\"").skip(1).map(|p| p.split('"').next().unwrap()) {
            for point in points.split(' ') {
                let (x, y) = point.split_once(',').unwrap();
                assert!((0.0..=640.0).contains(&x.parse::<f64>().unwrap()) && (0.0..=tall).contains(&y.parse::<f64>().unwrap()), "{point}");
            }
        }
        assert_eq!(out.matches(">1-3s<").count(), 2);
    }

    #[test]
    fn rule_names_never_lie_on_each_other() {
        let out = drawn(&chart(&[(5.45, ControlSign::Out, "1-2s、2-2s"); 24]));
        let mut places: Vec<&str> = out.split("<text ").filter(|t| t.contains(">1-2s、2-2s<")).map(|t| t.split(" font-size").next().unwrap()).collect();
        let all = places.len();
        places.dedup();
        assert!(all == places.len() && all > 4, "{places:?}");
    }

    #[test]
    fn nothing_to_draw_is_said_and_draws_nothing() {
        let none = [
            chart(&[]),
            chart(&[(f64::NAN, ControlSign::In, "")]),
            Control { sd: 0.0, ..chart(&[(5.0, ControlSign::In, "")]) },
            Control { sd: f64::NAN, ..chart(&[(5.0, ControlSign::In, "")]) },
            Control { target: f64::INFINITY, ..chart(&[(5.0, ControlSign::In, "")]) },
        ];
        for c in none {
            assert!(c.is_empty() && Chart::Control(c.clone()).is_empty());
            let out = drawn(&c);
            assert!(!out.contains("NaN") && !out.contains("inf") && out.contains("<title"));
        }
        let gap = chart(&[(5.0, ControlSign::In, ""), (f64::NAN, ControlSign::In, ""), (5.1, ControlSign::In, "")]);
        assert!(!gap.is_empty() && !drawn(&gap).contains("NaN"));
    }
}
