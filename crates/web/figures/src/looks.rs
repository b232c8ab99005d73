//! 图览 the pages that are looked at rather than read: streets as tiles, the months of each class, failing items, the way of the batches, and how long
//! laboratories take, each with its table.

use std::collections::BTreeSet;
use std::ops::Deref;

use shiyan_analytics::looks::MONTHS_NEEDED;
use shiyan_analytics::{LabTurn, Part, Rate, Side, TurnMonth};
use shiyan_charts::{Chart, Process, ProcessLine, ProcessPoint, Series, Small};
use shiyan_foundation::{Label, Lang};
use shiyan_indicators::figure::SMALL;
use shiyan_indicators::pick::{class_month, lab_month};
use shiyan_indicators::{By, Pick, What, YearOf};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::ui::{Bar, Svg, num};
use shiyan_web_kit::when::behind;

use crate::stats::{Maker, count, drawn};
use crate::views::{Cell, Flow, Key, Look, Looks, Panel, Tab, Table, Tile};

/// 热力图量 what the tiles of the streets show: code, Chinese, English.
const HEAT: [(&str, &str, &str); 3] = [("done", "完成率", "Done rate"), ("failing", "不合格率", "Failing rate"), ("overdue", "逾期案件", "Overdue cases")];
/// 小多图量
const PANELS: [(&str, &str, &str); 2] = [("batches", "批次", "Batches"), ("rate", "不合格率", "Failing rate")];

/// 所选 what of the charts is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    heat: &'static str,
    panels: &'static str,
}

impl Chosen {
    /// Reads it out of an address; the first where it says nothing that is known.
    pub(crate) fn read(heat: Option<&str>, panels: Option<&str>) -> Self {
        let known = |all: &[(&'static str, &str, &str)], asked: Option<&str>| all.iter().map(|x| x.0).find(|x| Some(*x) == asked).unwrap_or(all[0].0);
        Self { heat: known(&HEAT, heat), panels: known(&PANELS, panels) }
    }
}

/// 档 the step of five that a share of a hundred falls into, by exact comparison; `steps` are the lower ends of the second to the fifth, per thousand.
fn step(n: u64, of: u64, steps: [u64; 4]) -> u8 {
    let above = |s: &&u64| u128::from(n) * 1000 >= u128::from(of) * u128::from(**s);
    1 + u8::try_from(steps.iter().filter(above).count()).unwrap_or(4)
}

/// 档 of a number of overdue cases; none has no colour.
fn step_of_cases(n: u64) -> Option<u8> {
    [1, 2, 3, 5, 10].iter().filter(|low| n >= **low).count().try_into().ok().filter(|s| *s > 0)
}

const DONE: [u64; 4] = [250, 500, 750, 1000];
const FAILING: [u64; 4] = [10, 20, 30, 50];

/// The maker of a page with what is looked at.
struct Looking<'a> {
    maker: &'a Maker<'a>,
    looked: &'a shiyan_analytics::Looks,
}

impl<'a> Deref for Looking<'a> {
    type Target = Maker<'a>;
    fn deref(&self) -> &Maker<'a> {
        self.maker
    }
}

impl Maker<'_> {
    /// Everything of the page; nothing where it was not made.
    pub(crate) fn looks(&self, chosen: Chosen) -> Result<Option<Looks>, Failure> {
        self.tables.looks.as_ref().map(|looked| Looking { maker: self, looked }.page(chosen)).transpose()
    }
}

impl Looking<'_> {
    fn choice(&self, all: &[(&'static str, &str, &str)], key: &str, chosen: Chosen, place: &str) -> Vec<Tab> {
        let query = self.when.query();
        let tab = |(code, zh, en): &(&'static str, &str, &str)| {
            let (heat, panels) = if key == "heat" { (*code, chosen.panels) } else { (chosen.heat, *code) };
            let on = *code == if key == "heat" { chosen.heat } else { chosen.panels };
            Tab::new(self.t(zh, en), format!("/stats?{query}&tab=looks&heat={heat}&panels={panels}#{place}"), on)
        };
        all.iter().map(tab).collect()
    }
    fn page(&self, chosen: Chosen) -> Result<Looks, Failure> {
        let mut charts = self.charts("items")?;
        let pareto = charts.pop().map(|c| Look {
            svg: c.svg,
            title: self.t("不合格项目（帕累托）", "Failing items (Pareto)").to_owned(),
            table: self.groups(),
            ..Look::default()
        });
        let (tiles, keys) = self.tiles(chosen.heat);
        Ok(Looks {
            heat_choice: self.choice(&HEAT, "heat", chosen, "streets"),
            heat: chosen.heat.to_owned(),
            tiles,
            keys,
            heat_table: self.heat_table(),
            panel_choice: self.choice(&PANELS, "panels", chosen, "classes"),
            panels: self.panels(chosen.panels == "rate")?,
            panels_note: self.panels_note(chosen.panels == "rate"),
            panel_table: self.panel_table(chosen.panels == "rate"),
            pareto,
            flow: self.flow(),
            flow_table: self.flow_table(),
            turns: self.looked.turns.iter().enumerate().map(|(i, lab)| self.turn(i, lab)).collect::<Result<_, _>>()?,
        })
    }
    /// Every street of the scope, with figures or without.
    fn all_streets(&self) -> BTreeSet<&str> {
        let within = |code: &&str| self.kpis.scope.streets.as_ref().is_none_or(|set| set.contains(*code));
        let known = self.streets.keys().map(String::as_str).filter(within);
        known.chain(self.tables.by_street.iter().map(|s| s.street.as_str())).chain(self.tables.cases_by_street.iter().map(|c| c.street.as_str())).collect()
    }
    fn tiles(&self, heat: &str) -> (Vec<Tile>, Vec<Key>) {
        let tile = |code: &str| {
            let line = self.tables.by_street.iter().find(|s| s.street == code);
            let name = if code.is_empty() { self.t("未分街道", "No street").to_owned() } else { self.street(code) };
            let none = Rate::default();
            let (planned, done, now) = line.map_or((0, 0, &none), |s| (s.planned, s.done, &s.now));
            let (value, note, level, what, n) = match heat {
                "failing" => {
                    let level = (now.batches >= SMALL).then(|| step(now.failing, now.batches, FAILING));
                    let (what, n) = if now.failing > 0 { (What::Failing, now.failing) } else { (What::Supervisory, now.batches) };
                    let note = match (now.batches, self.lang) {
                        (0, _) => self.t("没有批次", "no batches").to_owned(),
                        (n, _) if n < SMALL => self.t("批次不足 30", "fewer than 30").to_owned(),
                        (n, _) => format!("n={n}"),
                    };
                    (if now.batches == 0 { "—".to_owned() } else { now.display.clone() }, note, level, what, n)
                }
                "overdue" => {
                    let cases = self.tables.cases_by_street.iter().find(|c| c.street == code);
                    let (overdue, all) = cases.map_or((0, 0), |c| (c.overdue, c.opened));
                    let note = if self.lang == Lang::Zh { format!("案件 {all} 件") } else { format!("of {all} cases") };
                    (num(overdue), note, step_of_cases(overdue), What::Open, overdue)
                }
                _ => {
                    let display = line.map_or_else(String::new, |s| s.done_display.clone());
                    let (value, note) = match planned {
                        0 if done == 0 => ("—".to_owned(), self.t("没有计划", "no plan").to_owned()),
                        0 => (num(done), self.t("完成，没有计划", "done, no plan").to_owned()),
                        p if p < SMALL => (format!("{done}/{p}"), self.t("计划不足 30", "fewer than 30 planned").to_owned()),
                        p => (display, format!("{done}/{p}")),
                    };
                    (value, note, (planned >= SMALL).then(|| step(done, planned, DONE)), What::Counted, done)
                }
            };
            let href = if n == 0 { String::new() } else { behind(&Pick::of(what, By::Street, code), &self.when) };
            Tile { name, value, note, level, count: n, href }
        };
        let tiles: Vec<Tile> = self.all_streets().into_iter().map(tile).collect();
        let names: [&str; 5] = match heat {
            "failing" => ["<1%", "1%–2%", "2%–3%", "3%–5%", "≥5%"],
            "overdue" => ["1", "2", "3–4", "5–9", "≥10"],
            _ => ["<25%", "25%–50%", "50%–75%", "75%–100%", "≥100%"],
        };
        let keys = (1u8..).zip(names).map(|(level, name)| Key { level, name: name.to_owned(), count: tiles.iter().filter(|t| t.level == Some(level)).count() });
        (tiles.clone(), keys.collect())
    }
    fn heat_table(&self) -> Table {
        let mut table = self.heads(&[
            ("街道", "Street"),
            ("#计划批次", "Planned"),
            ("#完成批次", "Done"),
            ("#完成率", "Done rate"),
            ("#监督抽检批次", "Supervisory batches"),
            ("#不合格", "Failing"),
            ("#不合格率", "Failing rate"),
            ("#案件", "Cases"),
            ("#逾期未结", "Overdue"),
        ]);
        table.caption = self.t("街道", "Streets").to_owned();
        let none = Rate::default();
        for code in self.all_streets() {
            let of = Some((By::Street, code));
            let line = self.tables.by_street.iter().find(|s| s.street == code);
            let cases = self.tables.cases_by_street.iter().find(|c| c.street == code);
            let now = line.map_or(&none, |s| &s.now);
            table.push(vec![
                Cell::from(self.street(code)),
                line.map_or(0, |s| s.planned).into(),
                self.count(line.map_or(0, |s| s.done), What::Counted, of),
                Cell::Num(line.map_or_else(|| "—".to_owned(), |s| s.done_display.clone())),
                self.count(now.batches, What::Supervisory, of),
                self.count(now.failing, What::Failing, of),
                Cell::Num(if now.batches == 0 { "—".to_owned() } else { now.display.clone() }),
                self.count(cases.map_or(0, |c| c.opened), What::Cases, of),
                self.count(cases.map_or(0, |c| c.overdue), What::Open, of),
            ]);
        }
        table
    }
    /// The months up to the day: what has not come has no value.
    fn months_passed(&self) -> usize {
        use chrono::Datelike;
        let t = self.tables;
        if t.as_of.year() == t.year { t.as_of.month() as usize } else { 12 }
    }
    fn panels(&self, rates: bool) -> Result<Vec<Panel>, Failure> {
        let shown = |r: &Rate| if rates { r.percent.as_deref().and_then(|p| p.parse().ok()).unwrap_or(f64::NAN) } else { count(r.batches) };
        let classes = || self.looked.class_months.iter().filter(|c| c.any());
        let passed = self.months_passed();
        let all = classes().flat_map(|c| &c.months).flat_map(|m| [shown(&m.now), shown(&m.whole)]);
        let max = all.filter(|v| v.is_finite()).fold(0.0, f64::max);
        let label = |m: usize| if self.lang == Lang::Zh { format!("{m}月") } else { m.to_string() };
        let panel = |(i, c): (usize, &shiyan_analytics::ClassMonths)| {
            let points =
                |until: usize, of: &dyn Fn(&shiyan_analytics::TwoYears) -> f64| (1..).zip(&c.months).take(until).map(|(m, two)| (label(m), of(two))).collect();
            let last = c.months[..passed].iter().rev().map(|m| &m.now).find(|r| shown(r).is_finite());
            let name = self.lang.pick(&c.zh, &c.en);
            let small = Small {
                title: name.to_owned(),
                desc: self.t("本年各月，细线为上年", "The months of this year, with last year as a thin line").to_owned(),
                now: Series { name: String::new(), points: points(passed, &|m| shown(&m.now)) },
                last_year: Series { name: String::new(), points: points(12, &|m| shown(&m.whole)) },
                max,
                max_text: if rates { format!("{max:.2}%") } else { format!("{max:.0}") },
                last_text: last.map_or_else(String::new, |r| if rates { r.display.clone() } else { r.batches.to_string() }),
            };
            let chart = Chart::Small(small);
            let svg =
                if chart.is_empty() { String::new() } else { shiyan_charts::svg(&chart, &format!("class-{i}")).map_err(|e| Failure::Fault(e.to_string()))? };
            Ok(Panel {
                name: if name.is_empty() { "—".to_owned() } else { name.to_owned() },
                svg: Svg(svg),
                value: if rates { c.total.display.clone() } else { num(c.total.batches) },
            })
        };
        classes().enumerate().map(panel).collect()
    }
    fn panels_note(&self, rates: bool) -> String {
        let list = shiyan_statute::class_scheme(self.tables.year).label(self.lang);
        let none: Vec<&str> = self.looked.class_months.iter().filter(|c| !c.any()).map(|c| self.lang.pick(c.zh.as_str(), c.en.as_str())).collect();
        let mut note = format!("{}{list}{}", self.t("监督抽检，分类口径：", "Supervisory sampling, by the list of "), self.t("。", ". "));
        note += self.t("各格同一刻度，粗线为本年，细线为上年全月；格名右边是本年合计。", "All panels share one scale; the thick line is this year, the thin one the whole months of last year; the total of the year stands beside the name. ");
        if rates {
            note += self.t("批次不足 30 的月份不画。", "Months of fewer than 30 batches are not drawn. ");
        }
        if !none.is_empty() {
            note += &format!("{}{}{}", self.t("两年都没有批次的：", "Without a batch in either year: "), none.join(self.t("、", ", ")), self.t("。", "."));
        }
        note
    }
    fn panel_table(&self, rates: bool) -> Table {
        let months: Vec<(String, String)> = (1..=12).map(|m| (format!("#{m}月"), m.to_string())).collect();
        let mut heads = vec![("食品大类", "Food class"), ("年", "Year")];
        heads.extend(months.iter().map(|(zh, en)| (zh.as_str(), en.as_str())));
        heads.push(("#合计", "Total"));
        let mut table = self.heads(&heads);
        table.caption = self.t("食品大类按月", "Food classes by month").to_owned();
        let (year, passed) = (self.tables.year, self.months_passed());
        // what a rate is made of opens under 批次
        let cell = |r: &Rate, pick: Pick| match rates {
            true if r.batches == 0 => Cell::Num("—".to_owned()),
            true => Cell::Num(r.display.clone()),
            false => Cell::count(r.batches, behind(&pick, &self.when)),
        };
        for c in self.looked.class_months.iter().filter(|c| c.any()) {
            let name = self.lang.pick(c.zh.as_str(), c.en.as_str());
            let class = |year| Pick::of(What::Supervisory, By::Class, c.code.as_str()).in_year(year);
            let month = |m: u32, year| Pick::of(What::Supervisory, By::ClassMonth, class_month(&c.code, m)).in_year(year);
            let now = (1..).zip(&c.months).map(|(m, two)| if m as usize <= passed { cell(&two.now, month(m, YearOf::This)) } else { Cell::Empty });
            let total = cell(&c.total, class(YearOf::This));
            table.push([Cell::from(name), Cell::from(year.to_string())].into_iter().chain(now).chain([total]).collect());
            let whole = c.months.iter().fold((0, 0), |s, m| (s.0 + m.whole.batches, s.1 + m.whole.failing));
            let before = (1..).zip(&c.months).map(|(m, two)| cell(&two.whole, month(m, YearOf::Whole)));
            let all = cell(&Rate::of(whole.0, whole.1), class(YearOf::Whole));
            table.push([Cell::from(name), Cell::from((year - 1).to_string())].into_iter().chain(before).chain([all]).collect());
        }
        table
    }
    fn flow(&self) -> Vec<Flow> {
        let steps = self.looked.funnel.steps();
        // cases are counted by themselves: their bars are of their own number
        let (batches, cases) = (self.looked.funnel.planned.max(self.looked.funnel.sampled), self.looked.funnel.cases);
        let mut of = batches;
        steps
            .into_iter()
            .filter(|s| s.part == Part::Step || s.number != 0)
            .map(|s| {
                if s.code == "cases" {
                    of = cases;
                }
                let n = u64::try_from(s.number).unwrap_or(0);
                let number = match (s.what, s.part) {
                    (Some(what), _) => self.count(n, what, None),
                    _ => Cell::Num(if s.number < 0 { format!("−{}", num(s.number.unsigned_abs())) } else { num(n) }),
                };
                Flow {
                    name: self.t(s.zh, s.en).to_owned(),
                    sign: match s.part {
                        Part::Step => "",
                        Part::Out => "−",
                        Part::In => "+",
                    },
                    unit: if s.code == "cases" { self.t("件", "cases") } else { "" }.to_owned(),
                    begins_cases: s.code == "cases",
                    number,
                    bar: (s.part == Part::Step).then(|| Bar::new(n, of, String::new())),
                }
            })
            .collect()
    }
    fn flow_table(&self) -> Table {
        let mut table = self.heads(&[("步骤", "Step"), ("", ""), ("#数", "Number")]);
        table.caption = self.t("从计划到处置", "From plan to disposal").to_owned();
        for line in self.flow() {
            table.push(vec![Cell::from(line.name), Cell::from(line.sign), line.number]);
        }
        table
    }
    fn turn(&self, at: usize, lab: &LabTurn) -> Result<Look, Failure> {
        let name = if lab.lab.is_empty() { "—" } else { lab.lab.as_str() };
        let title = format!("{}{}{name}", self.t("检验周期", "Turnaround"), self.t("：", ": "));
        let note = self.turn_note(lab);
        let chart = Chart::Process(Process {
            title: title.clone(),
            desc: note.clone(),
            points: lab
                .months
                .iter()
                .map(|m| ProcessPoint { label: month_of(m), value: float(&m.mean), text: m.mean.clone(), outside: m.outside.is_some() })
                .collect(),
            lines: self.turn_lines(lab),
            unit: self.t("天", "days").to_owned(),
        });
        let svg = drawn(&chart, &format!("turn-{at}"), Table::default())?.map(|c| c.svg).unwrap_or_default();
        Ok(Look { title: name.to_owned(), svg, note, table: Table { caption: title, ..self.turn_table(lab) } })
    }
    /// 控制限 as they are drawn.
    fn turn_lines(&self, lab: &LabTurn) -> Vec<ProcessLine> {
        let named = |zh, en, text: &str, limit| ProcessLine { value: float(text), text: format!("{} {text}", self.t(zh, en)), limit };
        lab.limits
            .as_ref()
            .map_or_else(Vec::new, |l| vec![named("上限", "UCL", &l.upper, true), named("中心", "CL", &l.centre, false), named("下限", "LCL", &l.lower, true)])
    }
    /// Which months lie outside, and how many batches are left out.
    fn turn_note(&self, lab: &LabTurn) -> String {
        let outside = |m: &TurnMonth| {
            let side = match m.outside? {
                Side::Above => self.t("高于上控制限", "above the upper limit"),
                Side::Below => self.t("低于下控制限", "below the lower limit"),
            };
            Some(if self.lang == Lang::Zh {
                format!("{}（{} 天，{side}）", month_of(m), m.mean)
            } else {
                format!("{} ({} days, {side})", month_of(m), m.mean)
            })
        };
        let out: Vec<String> = lab.months.iter().filter_map(outside).collect();
        let mut note = match (&lab.limits, out.is_empty()) {
            (None, _) if self.lang == Lang::Zh => format!("有报告的月份不足 {MONTHS_NEEDED} 个，不算控制限。"),
            (None, _) => format!("Fewer than {MONTHS_NEEDED} months with a report: no limits. "),
            (Some(_), true) => self.t("没有界外的月份。", "No month lies outside. ").to_owned(),
            (Some(_), false) => format!("{}{}{}", self.t("界外：", "Outside: "), out.join(self.t("；", "; ")), self.t("。", ". ")),
        };
        if lab.left_out > 0 {
            note += &if self.lang == Lang::Zh {
                format!("另有 {} 批次没有到样日期或到样晚于签发，未计入。", lab.left_out)
            } else {
                format!("{} batches without a day of reception, or received after the report, are left out.", lab.left_out)
            };
        }
        note
    }
    fn turn_table(&self, lab: &LabTurn) -> Table {
        let mut table = self.heads(&[
            ("签发月份", "Month of issue"),
            ("#批次", "Batches"),
            ("#平均天数", "Mean days"),
            ("#移动极差", "Moving range"),
            ("#下控制限", "Lower limit"),
            ("#中心线", "Centre"),
            ("#上控制限", "Upper limit"),
            ("判断", "Finding"),
        ]);
        for m in &lab.months {
            let limit = |of: fn(&shiyan_analytics::Limits) -> &String| lab.limits.as_ref().map_or(Cell::Empty, |l| Cell::Num(of(l).clone()));
            let found = match (&lab.limits, m.outside) {
                (None, _) => Cell::Empty,
                (_, None) => Cell::from(self.t("界内", "within")),
                (_, Some(Side::Above)) => Cell::from(self.t("界外，高于上限", "outside, above")),
                (_, Some(Side::Below)) => Cell::from(self.t("界外，低于下限", "outside, below")),
            };
            table.push(vec![
                Cell::from(month_of(m)),
                self.count(m.batches, What::Timed, Some((By::LabMonth, &lab_month(&lab.lab, m.year, m.month)))),
                Cell::Num(m.mean.clone()),
                m.range.clone().map_or(Cell::Empty, Cell::Num),
                limit(|l| &l.lower),
                limit(|l| &l.centre),
                limit(|l| &l.upper),
                found,
            ]);
        }
        if lab.left_out > 0 {
            let out = [Cell::from(self.t("未计入", "Left out")), self.count(lab.left_out, What::Untimed, Some((By::Lab, &lab.lab)))];
            table.foot = out.into_iter().chain((0..6).map(|_| Cell::Empty)).collect();
        }
        table
    }
}

/// `2026-03`
fn month_of(m: &TurnMonth) -> String {
    format!("{}-{:02}", m.year, m.month)
}

/// A number as a chart needs it.
fn float(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_step_is_chosen_by_the_exact_share() {
        assert_eq!([step(29, 1000, FAILING), step(30, 1000, FAILING), step(3, 100, FAILING), step(0, 40, FAILING), step(5, 100, FAILING)], [3, 4, 4, 1, 5]);
        // what is not reached is not shown as reached, however near
        assert_eq!([step(99_999, 100_000, DONE), step(100_000, 100_000, DONE), step(1, 4, DONE)], [4, 5, 2]);
        assert_eq!([0, 1, 2, 4, 9, 10, 70].map(step_of_cases), [None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(5)]);
    }
    #[test]
    fn an_unknown_choice_is_the_first() {
        assert_eq!(Chosen::read(Some("x"), None), Chosen { heat: "done", panels: "batches" });
        assert_eq!(Chosen::read(Some("overdue"), Some("rate")), Chosen { heat: "overdue", panels: "rate" });
    }
}
