//! Charts (图表): plain series in, a picture out. The same drawing goes to SVG for pages (`svg`) and, through the
//! [`Surface`] trait, as vectors onto paper.
//!
//! Habits kept everywhere: axes of rates and counts begin at zero, values stand beside what they measure instead of in a
//! legend, every rate states its n, and rates with n < 30 are drawn in grey.

mod control;
mod draw;
mod pairs;
mod process;
mod progress;
mod small;
mod surface;
mod svg;
mod tiles;

use std::fmt;

pub use control::{Control, ControlPoint, ControlSign};
pub use pairs::{Pair, Pairs};
pub use process::{Process, ProcessLine, ProcessPoint};
pub use small::Small;
pub use surface::{Anchor, Ink, Surface};
pub use svg::svg;
pub use tiles::{Tile, Tiles};

/// Below this n a rate is drawn in grey, because one batch more or less would move it too far.
pub const SMALL_N: u64 = 30;

/// 数据系列: what is counted, and a value for each label. `NaN` means "no data": the bar or the point is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Name of the series, written beside its line.
    pub name: String,
    /// Label and value, in the order in which they are to be drawn.
    pub points: Vec<(String, f64)>,
}

/// 排名条形图: horizontal bars, value at the end. The caller sorts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranking {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// The bars.
    pub series: Series,
    /// Exact text of each value; where it is empty the value is printed with `decimals` and `unit`.
    pub texts: Vec<String>,
    /// n of each value; empty when the values are counts.
    pub n: Vec<u64>,
    /// Digits after the point for values without a text.
    pub decimals: usize,
    /// Unit behind the values: `%`, `批次`.
    pub unit: String,
    /// A line across all bars, with its name: the average of the district.
    pub mark: Option<(String, f64)>,
}

/// 月度趋势图: this year as a line with points, last year as a thin line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trend {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// This year.
    pub now: Series,
    /// The same months of last year.
    pub last_year: Option<Series>,
    /// Exact text of each value of this year; where it is empty the value is printed with `decimals`.
    pub texts: Vec<String>,
    /// n of each value of this year, written under the label; empty when the values are counts.
    pub n: Vec<u64>,
    /// Digits after the point.
    pub decimals: usize,
    /// Unit of the axis.
    pub unit: String,
}

/// 帕累托图: bars from the most frequent down, and the cumulative share as a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pareto {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// The bars. Sorted here, largest first.
    pub series: Series,
    /// Exact text of the cumulative share at each bar, largest bar first; a share without a text is drawn and not written.
    pub texts: Vec<String>,
    /// Unit of the bars: `项次`.
    pub unit: String,
    /// Name of the line: `累计占比`.
    pub cumulative: String,
}

/// How far a goal is reached, for the colour of a [`Progress`] bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// 进行中
    #[default]
    Running,
    /// 达标
    Met,
    /// 预警
    Warning,
    /// 未达标
    Missed,
}

/// 进度条: one value against its goal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// Title, written above the bar.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// The value.
    pub value: f64,
    /// The goal; drawn as a tick.
    pub target: Option<f64>,
    /// Exact text of the value.
    pub text: String,
    /// Text of the goal: `目标4.00`.
    pub target_text: String,
    /// Whether the goal is met: decided by the caller on exact numbers, never by this picture.
    pub standing: Standing,
}

/// Any chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// 排名条形图
    Ranking(Ranking),
    /// 月度趋势图
    Trend(Trend),
    /// 帕累托图
    Pareto(Pareto),
    /// 进度条
    Progress(Progress),
    /// 质控图
    Control(Control),
    /// 过程控制图
    Process(Process),
    /// 小多图 one panel
    Small(Small),
    /// 对比条形图
    Pairs(Pairs),
    /// 方块图
    Tiles(Tiles),
}

impl Chart {
    /// Title of the chart.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Chart::Ranking(c) => &c.title,
            Chart::Trend(c) => &c.title,
            Chart::Pareto(c) => &c.title,
            Chart::Progress(c) => &c.title,
            Chart::Control(c) => &c.title,
            Chart::Process(c) => &c.title,
            Chart::Small(c) => &c.title,
            Chart::Pairs(c) => &c.title,
            Chart::Tiles(c) => &c.title,
        }
    }
    /// What the chart shows, in a sentence.
    #[must_use]
    pub fn desc(&self) -> &str {
        match self {
            Chart::Ranking(c) => &c.desc,
            Chart::Trend(c) => &c.desc,
            Chart::Pareto(c) => &c.desc,
            Chart::Progress(c) => &c.desc,
            Chart::Control(c) => &c.desc,
            Chart::Process(c) => &c.desc,
            Chart::Small(c) => &c.desc,
            Chart::Pairs(c) => &c.desc,
            Chart::Tiles(c) => &c.desc,
        }
    }
    /// Whether there is anything to draw. A chart without data must be replaced by a sentence that says why.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let none = |s: &Series| s.points.iter().all(|(_, v)| !v.is_finite());
        match self {
            Chart::Ranking(c) => none(&c.series),
            Chart::Trend(c) => none(&c.now) && c.last_year.as_ref().is_none_or(none),
            Chart::Pareto(c) => none(&c.series),
            Chart::Progress(c) => !c.value.is_finite(),
            Chart::Control(c) => c.is_empty(),
            Chart::Process(c) => c.is_empty(),
            Chart::Small(c) => c.is_empty(),
            Chart::Pairs(c) => c.is_empty(),
            Chart::Tiles(c) => c.is_empty(),
        }
    }
    fn kind(&self) -> &'static str {
        match self {
            Chart::Ranking(_) => "ranking",
            Chart::Trend(_) => "trend",
            Chart::Pareto(_) => "pareto",
            Chart::Progress(_) => "progress",
            Chart::Control(_) => "control",
            Chart::Process(_) => "process",
            Chart::Small(_) => "small",
            Chart::Pairs(_) => "pairs",
            Chart::Tiles(_) => "tiles",
        }
    }
}

/// Why a chart could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartError(pub String);

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chart: {}", self.0)
    }
}

impl std::error::Error for ChartError {}

/// Gives plotters a font to measure with. Charts do not need it (a [`Surface`] measures its own text); call it once at
/// start if plotters is used directly as well.
///
/// # Errors
/// If the bytes are not a font.
pub fn init(font: &'static [u8]) -> Result<(), ChartError> {
    plotters::style::register_font("sans-serif", plotters::style::FontStyle::Normal, font).map_err(|_| ChartError("the font could not be read".to_owned()))
}

/// Height that the chart needs at this width and font size.
#[must_use]
pub fn height(chart: &Chart, width: f64, font: f64) -> f64 {
    match chart {
        Chart::Ranking(c) => draw::ranking_height(c, font),
        Chart::Trend(_) => (width * 0.40).max(font * 16.0),
        Chart::Pareto(_) => (width * 0.44).max(font * 18.0),
        Chart::Progress(_) => progress::height(font),
        Chart::Control(_) => control::height(width, font),
        Chart::Process(_) => process::height(width, font),
        Chart::Small(_) => small::height(width, font),
        Chart::Pairs(c) => pairs::height(c, font),
        Chart::Tiles(c) => tiles::height(c, width, font),
    }
}

/// Draws the chart on the surface, its upper left corner at (0, 0), in a box of `width` × [`height`].
///
/// # Errors
/// If the drawing library refuses; nothing that a value can cause.
pub fn draw(chart: &Chart, surface: &mut dyn Surface, width: f64, font: f64) -> Result<(), ChartError> {
    draw_in(chart, surface, (width, height(chart, width, font)), font)
}

/// The same in a lower box: what is drawn to a scale becomes flatter, what stands in rows smaller.
///
/// # Errors
/// See [`draw`].
pub fn draw_in(chart: &Chart, surface: &mut dyn Surface, size: (f64, f64), font: f64) -> Result<(), ChartError> {
    let (width, natural) = (size.0, height(chart, size.0, font));
    let scaled = matches!(chart, Chart::Trend(_) | Chart::Pareto(_) | Chart::Control(_) | Chart::Process(_) | Chart::Small(_));
    let font = if scaled || natural <= size.1 { font } else { font * size.1 / natural };
    match chart {
        Chart::Ranking(c) => draw::ranking(c, surface, size, font),
        Chart::Trend(c) => draw::trend(c, surface, size, font),
        Chart::Pareto(c) => draw::pareto(c, surface, size, font),
        Chart::Progress(c) => {
            progress::draw(c, surface, width, font);
            Ok(())
        }
        Chart::Control(c) => control::draw(c, surface, size, font),
        Chart::Process(c) => {
            process::draw(c, surface, size, font);
            Ok(())
        }
        Chart::Small(c) => {
            small::draw(c, surface, size, font);
            Ok(())
        }
        Chart::Pairs(c) => {
            pairs::draw(c, surface, width, font);
            Ok(())
        }
        Chart::Tiles(c) => {
            tiles::draw(c, surface, width, font);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(&str, f64)]) -> Series {
        Series { name: "2026年".into(), points: points.iter().map(|(l, v)| ((*l).into(), *v)).collect() }
    }

    fn every() -> Vec<Chart> {
        let s = series(&[("甲<路>", 4.2), ("乙", 1.0), ("丙", f64::NAN), ("丁", 0.0)]);
        vec![
            Chart::Ranking(Ranking {
                title: "排名 & 比率".into(),
                desc: "说明".into(),
                series: s.clone(),
                n: vec![120, 12, 0, 40],
                decimals: 2,
                unit: "%".into(),
                mark: Some(("全区2.00%".into(), 2.0)),
                ..Ranking::default()
            }),
            Chart::Trend(Trend {
                title: "趋势".into(),
                now: s.clone(),
                last_year: Some(s.clone()),
                n: vec![1, 2, 3, 4],
                decimals: 1,
                unit: "%".into(),
                ..Trend::default()
            }),
            Chart::Pareto(Pareto { title: "帕累托".into(), series: s, unit: "项次".into(), cumulative: "累计占比".into(), ..Pareto::default() }),
            Chart::Progress(Progress {
                title: "进度".into(),
                value: 4.1,
                target: Some(4.0),
                text: "4.10".into(),
                standing: Standing::Met,
                ..Progress::default()
            }),
            Chart::Control(Control {
                title: "质控图".into(),
                desc: "说明".into(),
                points: [5.0, 5.5, f64::NAN, 4.0]
                    .into_iter()
                    .map(|value| ControlPoint { label: "甲<路>".into(), value, sign: ControlSign::Warning, rules: "1-2s".into() })
                    .collect(),
                target: 5.0,
                sd: 0.2,
                decimals: 1,
                unit: "mg/kg".into(),
                key: Control::KEY_ZH.map(Into::into),
            }),
            Chart::Process(Process {
                title: "过程".into(),
                points: [8.0, f64::NAN, 9.5, 31.0]
                    .map(|value| ProcessPoint { label: "甲<路>".into(), value, text: value.to_string(), outside: value > 30.0 })
                    .to_vec(),
                lines: vec![
                    ProcessLine { value: 9.0, text: "中心线 9.00".into(), limit: false },
                    ProcessLine { value: 12.0, text: "12.00".into(), limit: true },
                ],
                ..Process::default()
            }),
            Chart::Small(Small {
                title: "小图".into(),
                now: series(&[("1<", 3.0), ("2", f64::NAN), ("3", 5.0)]),
                last_year: series(&[("1", 1.0), ("2", 2.0), ("3", 9.0)]),
                max: 9.0,
                max_text: "9".into(),
                last_text: "5".into(),
                ..Small::default()
            }),
            Chart::Pairs(Pairs {
                title: "对比".into(),
                now: "2026年".into(),
                before: "2025年同期".into(),
                rows: vec![
                    Pair { label: "甲<路>".into(), now: (4.0, "4.00%".into(), 120), before: (3.0, "3.00%".into(), 110) },
                    Pair { label: "乙".into(), now: (f64::NAN, "2/17".into(), 17), before: (0.0, "0.00%".into(), 40) },
                ],
                ..Pairs::default()
            }),
            Chart::Tiles(Tiles {
                title: "方块".into(),
                tiles: [Some(0), Some(2), Some(4), None]
                    .map(|shade| Tile { label: "甲<路>街道".into(), text: "50.00%".into(), note: "1/2".into(), shade })
                    .to_vec(),
                key: ["低", "较低", "中", "较高", "高", "不比较"].map(String::from).to_vec(),
                ..Tiles::default()
            }),
        ]
    }

    #[test]
    fn last_year_is_hollow_and_what_is_too_few_to_compare_has_no_bar() {
        let chart = every().into_iter().find(|c| matches!(c, Chart::Pairs(_))).unwrap();
        let out = svg(&chart, "c").unwrap();
        assert!(out.contains(">4.00%（n=120）<") && out.contains(">2/17（n=17）<") && out.contains(">2025年同期<"), "{out}");
        // two signs of the key and the two bars that are longer than nothing, each year its own
        assert_eq!((out.matches("<rect").count(), out.matches("k-track").count()), (4, 2), "{out}");
    }

    #[test]
    fn a_tile_says_its_number_and_the_shades_say_what_they_mean() {
        let chart = every().into_iter().find(|c| matches!(c, Chart::Tiles(_))).unwrap();
        let out = svg(&chart, "c").unwrap();
        assert_eq!((out.matches(">50.00%<").count(), out.matches(">甲&lt;路&gt;街道<").count(), out.matches(">不比较<").count()), (4, 4, 1), "{out}");
    }

    #[test]
    fn a_point_outside_is_told_by_its_shape_and_its_value() {
        let chart = every().into_iter().find(|c| matches!(c, Chart::Process(_))).unwrap();
        let out = svg(&chart, "c").unwrap();
        assert_eq!((out.matches("<rect").count(), out.matches("<circle").count()), (1, 2));
        assert!(out.contains(">31<") && !out.contains(">9.5<") && out.contains(">中心线 9.00<"));
    }

    #[test]
    fn panels_share_their_scale_and_last_year_runs_beside() {
        let of = |max: f64| {
            let now = Series { name: String::new(), points: vec![("1".into(), 5.0), ("2".into(), 5.0)] };
            let chart = Chart::Small(Small { now: now.clone(), last_year: now, max, last_text: "5".into(), ..Small::default() });
            svg(&chart, "c").unwrap()
        };
        let (near, far) = (of(5.0), of(50.0));
        assert_eq!(near.matches("k-before").count(), 1);
        assert_ne!(near, far, "the same value stands lower on a longer scale");
        assert!(Chart::Small(Small::default()).is_empty());
    }

    #[test]
    fn svg_scales_is_named_and_escaped() {
        for chart in every() {
            let out = svg(&chart, "c1").unwrap();
            assert!(out.starts_with("<svg ") && out.ends_with("</svg>"));
            let wide = if matches!(chart, Chart::Small(_)) { 180 } else { 640 };
            assert!(out.contains(&format!("viewBox=\"0 0 {wide} ")) && out.contains("role=\"img\"") && out.contains("aria-labelledby=\"c1-t c1-d\""));
            let head = out.split('>').next().unwrap();
            assert!(!head.contains(" width=") && !head.contains(" height="));
            assert!(!out.contains("<路>") && !out.contains("NaN") && !out.contains("inf"), "{out}");
            assert_eq!(out.matches('<').count(), out.matches('>').count());
            assert!(!chart.is_empty());
            // Nothing may be drawn in a colour that a page cannot restyle.
            assert_eq!(out.matches("fill=\"#").count() + out.matches("stroke=\"#").count(), out.matches("class=\"").count() - 1);
        }
    }

    #[test]
    fn ranking_states_n_and_greys_what_is_small() {
        let out = svg(&every()[0], "c").unwrap();
        assert!(out.contains("（n=120）") && out.contains("4.20%") && out.contains("甲&lt;路&gt;") && out.contains("--"));
        assert!(out.contains("class=\"k-small\""));
    }

    #[test]
    fn pareto_sorts_and_reaches_a_hundred() {
        let texts = vec!["90.00%".to_owned(), "100.00%".to_owned()];
        let chart = Chart::Pareto(Pareto { series: series(&[("少", 1.0), ("多", 9.0)]), texts, ..Pareto::default() });
        let out = svg(&chart, "c").unwrap();
        assert!(out.find(">多<").unwrap() < out.find(">少<").unwrap());
        // the text given, never one made from a float
        assert!(out.contains(">90.00%<") && out.contains(">100.00%<") && !out.contains("100.0%"));
    }

    #[test]
    fn axes_begin_at_zero_and_end_on_a_round_number() {
        for (max, top) in [(4.26, 5.0), (0.9, 1.0), (58.0, 60.0), (101.0, 125.0), (1234.0, 1250.0), (0.0, 1.0)] {
            let (end, step) = draw::scale(max);
            assert!((end - top).abs() < 1e-6, "{max}: {end}");
            assert!(end >= max && (end / step).round() <= 5.0);
        }
    }

    #[test]
    fn charts_without_data_say_so_and_still_draw() {
        let empty = Chart::Trend(Trend::default());
        assert!(empty.is_empty() && svg(&empty, "c").is_ok());
        let empty = Chart::Ranking(Ranking { series: series(&[("甲", f64::NAN)]), ..Ranking::default() });
        assert!(empty.is_empty() && svg(&empty, "c").is_ok());
        assert!(svg(&Chart::Pareto(Pareto::default()), "c").is_ok());
    }

    #[test]
    fn the_same_chart_gives_the_same_svg() {
        for chart in every() {
            assert_eq!(svg(&chart, "c").unwrap(), svg(&chart, "c").unwrap());
        }
    }
}
