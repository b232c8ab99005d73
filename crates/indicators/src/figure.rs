//! 指标 one figure: what was counted, what was left out and why, the exact value and how it is shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};
use shiyan_foundation::ids::{CaseId, ClockId, ReadingId, SampleId};
use shiyan_foundation::{Lang, labels};
use shiyan_statute::said;

use crate::exact;
use crate::scope::Family;

labels! {
    /// 未计入原因 why a fact is not in a figure; of several reasons the first of this list that applies.
    pub enum LeftOut {
        OtherYear = "other_year", "不属于统计年度", "Of another year";
        AfterAsOf = "after_as_of", "晚于统计截止日", "Later than the cut-off date";
        OutsideBoundary = "outside_boundary", "不在人口行的范围内（由郑东新区管辖）", "Outside the boundary of the population row (run by Zhengdong)";
        OtherStreet = "other_street", "不在所选街道内", "Outside the chosen streets";
        OtherDepartment = "other_department", "其他部门", "Of another department";
        OtherLevel = "other_level", "其他任务级别", "Of another task level";
        OtherKind = "other_kind", "任务类别不在统计口径内", "Of a task kind outside the scope";
        KindOfOtherFigure = "kind_of_other_figure", "本指标不统计该任务类别", "Of a task kind that this figure does not count";
        Void = "void", "作废", "Void";
        Refused = "refused", "拒收", "Refused on reception";
        InTransit = "in_transit", "已抽样（在途）", "Sampled, in transit";
        InLab = "in_lab", "在检，报告未签发", "In the laboratory, report not issued";
        NoIssueDate = "no_issue_date", "已出报告但没有签发日期", "Issued without a date of issue";
        NoConclusion = "no_conclusion", "没有检验结论", "Without a conclusion";
        TemporaryNumber = "temporary_number", "没有正式抽样单编号", "Without an official sampling number";
        DuplicateNumber = "duplicate_number", "抽样单编号重复，只计一次", "Sampling number already counted once";
        Cancelled = "cancelled", "改判或撤销", "Overturned or cancelled";
        NoDeadline = "no_deadline", "期限未起算", "The period has not begun";
        NotDueYet = "not_due_yet", "期限未到，在办", "Open and not due yet";
        InvalidData = "invalid_data", "无效数据", "Record does not meet the data rules";
        InvalidReading = "invalid_reading", "检测结果无效", "Invalid reading";
        NotPositive = "not_positive", "不是阳性", "Not positive";
        NotConfirmed = "not_confirmed", "没有实验室确证结果", "Without a laboratory's confirmation test";
        NotWritten = "not_written", "案件中没有填写", "Not written in the case";
        OtherDecision = "other_decision", "处罚决定是另一种", "Another decision on the penalty";
        OtherUnit = "other_unit", "单位不是公斤，没有折算", "In another unit than kilograms, not converted";
        Unreadable = "unreadable", "填写的不是数", "What is written is not a number";
    }
}

labels! {
    /// 单位 how the value of a figure is expressed.
    pub enum Unit {
        PerThousand = "per_thousand", "批次/千人", "batches per thousand people";
        Percent = "percent", "%", "%";
        Kilogram = "kilogram", "公斤", "kg";
        Yuan = "yuan", "元", "yuan";
        Case = "case", "件", "cases";
    }
}

labels! {
    /// 维度 by which a figure was cut.
    pub enum Axis {
        KeyFood = "key_food", "重点食品", "Key food";
        Link = "link", "抽样环节", "Link";
        Street = "street", "街道", "Street";
        Lab = "lab", "承检机构", "Laboratory";
        Point = "point", "快检点", "Rapid-test point";
    }
}

/// One member of an axis; a figure with a cut knows only the facts of that member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Axis.
    pub axis: Axis,
    /// Code of the member.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// Identity of a counted fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactId {
    /// Batch.
    Sample(SampleId),
    /// Case.
    Case(CaseId),
    /// Clock.
    Clock(ClockId),
    /// Rapid test.
    Reading(ReadingId),
}

impl std::fmt::Display for FactId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FactId::Sample(id) => id.fmt(f),
            FactId::Case(id) => id.fmt(f),
            FactId::Clock(id) => id.fmt(f),
            FactId::Reading(id) => id.fmt(f),
        }
    }
}

/// 计法 how counted facts are kept: each by its identity, to be listed, or only how many they are.
pub trait Heap: Default + Clone + PartialEq + Eq + std::fmt::Debug + Serialize {
    /// One more fact, or several alike that were folded into one.
    fn add(&mut self, id: FactId, n: u64);
    /// How many.
    fn number(&self) -> u64;
}

/// 明细 every fact by its identity.
pub type Ids = Vec<FactId>;

impl Heap for Ids {
    fn add(&mut self, id: FactId, n: u64) {
        debug_assert_eq!(n, 1, "what was folded has no identity");
        self.push(id);
    }
    fn number(&self) -> u64 {
        self.len() as u64
    }
}

/// 标记 which facts, or which cells stand for them, and how many they are in all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Marks {
    /// Facts, and cells of one set.
    pub ids: Vec<FactId>,
    /// How many facts.
    pub number: u64,
}

impl Heap for Marks {
    fn add(&mut self, id: FactId, n: u64) {
        self.ids.push(id);
        self.number += n;
    }
    fn number(&self) -> u64 {
        self.number
    }
}

impl Heap for u64 {
    fn add(&mut self, _: FactId, n: u64) {
        *self += n;
    }
    fn number(&self) -> u64 {
        *self
    }
}

impl Serialize for FactId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// 样本量 below which the percentage of a sampling statistic is not shown.
pub const SMALL: u64 = 30;

/// One figure. `counted` and `left_out` together hold every fact it looked at, each once: by identity, or as numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure<H = Ids> {
    /// Stable key, e.g. `discovery_rate`.
    pub key: &'static str,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// 指标族: which parts of the scope narrowed it.
    pub family: Family,
    /// The part it is cut to, if any.
    pub cut: Option<Cut>,
    /// 分子
    pub numerator: u64,
    /// 分母
    pub denominator: u64,
    /// Unit of `decimal` and `display`.
    pub unit: Unit,
    /// The exact value as a fraction, `6355000/1588611` (per thousand) or `2303/75798` (a rate); `—` when nothing divides.
    pub exact: String,
    /// The value in the unit, cut off after four decimals, `3.0383`; `—` when nothing divides.
    pub decimal: String,
    /// What a page prints: `4.00`, `3.04%`, `2/17`, `—`.
    pub display: String,
    /// Target in the unit.
    pub target: Option<String>,
    /// 达标 by exact comparison; `None` without a target or without a denominator.
    pub met: Option<bool>,
    /// 样本量小 the denominator of a sampling statistic is below [`SMALL`], so its percentage is shown nowhere.
    pub small: bool,
    /// 暂定 something pending may still change it.
    pub provisional: bool,
    /// Facts of the denominator (of the numerator, for batches per thousand).
    pub counted: H,
    /// Those of `counted` that are in the numerator.
    pub hits: H,
    /// Facts left out, by reason.
    pub left_out: BTreeMap<LeftOut, H>,
}

/// A rate as it is printed everywhere: `3.04%`; of a sampling statistic below [`SMALL`] `2/17` instead; `—` for none.
#[must_use]
pub fn rate(hits: u64, total: u64, target: Option<Decimal>, sampled: bool) -> String {
    match exact::percent(hits, total, target) {
        None => NOTHING.to_owned(),
        Some(_) if sampled && total < SMALL => format!("{hits}/{total}"),
        Some(text) => format!("{text}%"),
    }
}

/// 统计口径 as people read it: the scope line with the names of the streets, without its own heading.
#[must_use]
pub fn scope_line(line: &str, streets: &BTreeMap<String, shiyan_foundation::area::Street>) -> String {
    let line = line.trim_start_matches("统计口径：").trim_start_matches("Scope: ");
    streets.values().fold(line.to_owned(), |text, s| text.replace(&s.code, s.name.trim_end_matches("街道")))
}

impl<H: Heap> Figure<H> {
    /// A percentage is shown or suppressed, never both: its decimals go with it.
    fn suppressed(mut self) -> Self {
        if self.small {
            NOTHING.clone_into(&mut self.decimal);
        }
        self
    }
    /// The same with the period of the law on a day in its name: `快检阳性{D37}处置率` becomes `快检阳性72小时处置率`.
    #[must_use]
    pub(crate) fn said(self, on: NaiveDate) -> Self {
        Self { zh: said(&self.zh, on, Lang::Zh), en: said(&self.en, on, Lang::En), ..self }
    }
    /// Name with its cut, `问题发现率·文化路街道`.
    #[must_use]
    pub fn name(&self, lang: Lang) -> String {
        let name = lang.pick(&self.zh, &self.en);
        match &self.cut {
            Some(cut) => format!("{name}{}{}", lang.pick("·", ": "), lang.pick(&cut.zh, &cut.en)),
            None => name.to_owned(),
        }
    }
    /// The figure with counts instead of ids.
    #[must_use]
    pub fn brief(&self) -> FigureBrief {
        FigureBrief {
            key: self.key,
            family: self.family,
            name_zh: self.name(Lang::Zh),
            name_en: self.name(Lang::En),
            numerator: self.numerator,
            denominator: self.denominator,
            unit: self.unit,
            exact: self.exact.clone(),
            decimal: self.decimal.clone(),
            display: self.display.clone(),
            target: self.target.clone(),
            met: self.met,
            small: self.small,
            provisional: self.provisional,
            counted: self.counted.number(),
            left_out: self.left_out.iter().map(|(reason, heap)| (*reason, heap.number())).collect(),
        }
    }
    /// The same with how many facts instead of which.
    #[must_use]
    pub fn numbers(&self) -> Figure<u64> {
        Figure {
            key: self.key,
            zh: self.zh.clone(),
            en: self.en.clone(),
            family: self.family,
            cut: self.cut.clone(),
            numerator: self.numerator,
            denominator: self.denominator,
            unit: self.unit,
            exact: self.exact.clone(),
            decimal: self.decimal.clone(),
            display: self.display.clone(),
            target: self.target.clone(),
            met: self.met,
            small: self.small,
            provisional: self.provisional,
            counted: self.counted.number(),
            hits: self.hits.number(),
            left_out: self.left_out.iter().map(|(reason, heap)| (*reason, heap.number())).collect(),
        }
    }
}

impl Figure {
    /// Why this fact is not in the figure: `None` when it is counted or unknown to it.
    #[must_use]
    pub fn why_left_out(&self, id: FactId) -> Option<LeftOut> {
        self.left_out.iter().find(|(_, ids)| ids.contains(&id)).map(|(reason, _)| *reason)
    }
}

/// A [`Figure`] without its ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureBrief {
    /// Stable key.
    pub key: &'static str,
    /// 指标族
    pub family: Family,
    /// Chinese name with its cut.
    pub name_zh: String,
    /// English name with its cut.
    pub name_en: String,
    /// 分子
    pub numerator: u64,
    /// 分母
    pub denominator: u64,
    /// Unit.
    pub unit: Unit,
    /// Exact fraction.
    pub exact: String,
    /// Four decimals, cut off.
    pub decimal: String,
    /// As printed.
    pub display: String,
    /// Target.
    pub target: Option<String>,
    /// 达标
    pub met: Option<bool>,
    /// 样本量小
    pub small: bool,
    /// 暂定
    pub provisional: bool,
    /// Number of facts counted.
    pub counted: u64,
    /// Number of facts left out, by reason.
    pub left_out: BTreeMap<LeftOut, u64>,
}

/// One fact that two figures treat differently; `None` in a side means counted there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The fact.
    pub id: FactId,
    /// Why it is not in the first figure.
    pub first: Option<LeftOut>,
    /// Why it is not in the second figure.
    pub second: Option<LeftOut>,
}

/// 口径差异 the facts that only one of two figures of the same facts counts, with the reason of the other.
#[must_use]
pub fn compare(first: &Figure, second: &Figure) -> Vec<Difference> {
    let place = |f: &Figure| -> BTreeMap<FactId, Option<LeftOut>> {
        let out = f.left_out.iter().flat_map(|(reason, ids)| ids.iter().map(|id| (*id, Some(*reason))));
        out.chain(f.counted.iter().map(|id| (*id, None))).collect()
    };
    let other = place(second);
    place(first)
        .into_iter()
        .filter_map(|(id, first)| {
            let second = *other.get(&id)?;
            (first.is_some() != second.is_some()).then_some(Difference { id, first, second })
        })
        .collect()
}

/// Name of a figure, and its family.
#[derive(Clone, Copy)]
pub(crate) struct Name(pub &'static str, pub &'static str, pub &'static str, pub Family);

/// How each fact is treated: in the numerator, only in the denominator, or left out.
pub(crate) enum Treat {
    Hit,
    Miss,
    Out(LeftOut),
}

/// Collects the facts of one figure.
#[derive(Default)]
pub(crate) struct Tally<H> {
    counted: H,
    hits: H,
    left_out: BTreeMap<LeftOut, H>,
    pub provisional: bool,
}

impl<H: Heap> Tally<H> {
    /// Facts with how many stand for each.
    pub fn of(facts: impl Iterator<Item = (FactId, u64, Treat)>) -> Self {
        let mut tally = Self::default();
        for (id, n, treat) in facts {
            tally.add(id, n, treat);
        }
        tally
    }
    pub fn add(&mut self, id: FactId, n: u64, treat: Treat) {
        match treat {
            Treat::Out(reason) => return self.left_out.entry(reason).or_default().add(id, n),
            Treat::Hit => self.hits.add(id, n),
            Treat::Miss => {}
        }
        self.counted.add(id, n);
    }
    /// A rate of the counted facts; `sampled` statistics hide the percentage of a small denominator.
    pub fn rate(self, name: Name, cut: Option<Cut>, target: Option<Decimal>, sampled: bool) -> Figure<H> {
        let (hits, total) = (self.hits.number(), self.counted.number());
        let percent = (u128::from(hits) * 100, u128::from(total));
        let display = rate(hits, total, target, sampled);
        let small = sampled && (1..SMALL).contains(&total);
        Figure { small, ..self.figure(name, cut, total, Unit::Percent, percent, format!("{hits}/{total}"), display, target) }.suppressed()
    }
    /// Counted facts per thousand people; of people whose number is not known there is no value and no verdict.
    pub fn per_thousand(self, name: Name, people: Option<u64>, target: Decimal) -> Figure<H> {
        let people = people.unwrap_or(0);
        let value = (u128::from(self.counted.number()) * 1000, u128::from(people));
        let display = exact::display(value.0, value.1, Some(target)).unwrap_or_else(|| NOTHING.to_owned());
        self.figure(name, None, people, Unit::PerThousand, value, format!("{}/{people}", value.0), display, Some(target))
    }
    #[allow(clippy::too_many_arguments)]
    fn figure(
        self,
        name: Name,
        cut: Option<Cut>,
        denominator: u64,
        unit: Unit,
        value: (u128, u128),
        exact: String,
        display: String,
        target: Option<Decimal>,
    ) -> Figure<H> {
        let decimal = exact::truncated(value.0, value.1, 4);
        Figure {
            key: name.0,
            zh: name.1.to_owned(),
            en: name.2.to_owned(),
            family: name.3,
            cut,
            numerator: self.hits.number(),
            denominator,
            unit,
            exact: if decimal.is_some() { exact } else { NOTHING.to_owned() },
            decimal: decimal.unwrap_or_else(|| NOTHING.to_owned()),
            display,
            target: target.map(|t| t.normalize().to_string()),
            met: target.and_then(|t| exact::at_least(value.0, value.1, t)),
            small: false,
            provisional: self.provisional,
            counted: self.counted,
            hits: self.hits,
            left_out: self.left_out,
        }
    }
}

/// Collects the facts of a sum.
#[derive(Default)]
pub(crate) struct Sum<H> {
    total: Decimal,
    counted: H,
    left_out: BTreeMap<LeftOut, H>,
}

impl<H: Heap> Sum<H> {
    pub fn add(&mut self, id: FactId, part: Result<Decimal, LeftOut>) {
        // what no longer fits into the number is left out and said, not cut off
        match part.and_then(|part| self.total.checked_add(part).ok_or(LeftOut::Unreadable)) {
            Ok(total) => {
                self.total = total;
                self.counted.add(id, 1);
            }
            Err(reason) => self.left_out.entry(reason).or_default().add(id, 1),
        }
    }
    /// The sum, with as many decimals as were typed; numerator and denominator are the facts it adds up.
    pub fn figure(self, name: Name, unit: Unit) -> Figure<H> {
        let (counted, total) = (self.counted.number(), self.total.normalize().to_string());
        Figure {
            key: name.0,
            zh: name.1.to_owned(),
            en: name.2.to_owned(),
            family: name.3,
            cut: None,
            numerator: counted,
            denominator: counted,
            unit,
            exact: total.clone(),
            decimal: total.clone(),
            display: total,
            target: None,
            met: None,
            small: false,
            provisional: false,
            hits: self.counted.clone(),
            counted: self.counted,
            left_out: self.left_out,
        }
    }
}

impl Unit {
    /// 合计 something added up, not something divided.
    #[must_use]
    pub fn is_sum(self) -> bool {
        matches!(self, Unit::Kilogram | Unit::Yuan | Unit::Case)
    }
}

/// Shown when there is nothing to divide by, never `100%`.
pub const NOTHING: &str = "—";
