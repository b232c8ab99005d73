//! 单项判定 one result against one limit: the verdict, its reason, and the working as data.
//!
//! Pure and exact. Whatever is not certain is 需人工 or 不判定, never 合格. A first version of the rules is domain.md 4.4.

use serde::{Deserialize, Serialize};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{CodeInfo, Decimal, Label, Lang, labels};
use shiyan_statute::{DetectionKind, LimitRow, LimitRule, Natural, SubstanceKind, background};

use crate::item;
use crate::limit;
pub use crate::readings::{Texts, Why, judge_texts, judge_words};
use crate::reasons::{self, Reason};
use crate::remark::{self, Remark};
use crate::rounding::{Comparison, round_gbt8170};
use crate::units;
use crate::value::{Measured, ParseNote, Parsed};

labels! {
    /// 单项判定 in the words of the national system, and 需人工 for what only a person may decide.
    pub enum Verdict {
        Conforming = "conforming", "合格项", "Conforming";
        Nonconforming = "nonconforming", "不合格项", "Nonconforming";
        Problem = "problem", "问题项", "Problem";
        NoVerdict = "no_verdict", "不判定项", "No verdict";
        NeedsPerson = "needs_person", "需人工", "Needs a person";
    }
}

/// A value with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// 数值
    pub value: Decimal,
    /// 单位
    pub unit: Option<String>,
}

/// 限量出处 which row of the library was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRef {
    /// Key of the row.
    pub id: String,
    /// Version of the row.
    pub version: u32,
    /// 判定依据
    pub basis: String,
}

/// 明示值规则 how far a value may lie from what the label claims; per cent of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum ClaimRule {
    /// ≥ 80 % of the claim, say
    AtLeast {
        /// Per cent of the claim.
        percent: Decimal,
    },
    /// ≤ 120 % of the claim, say
    AtMost {
        /// Per cent of the claim.
        percent: Decimal,
    },
    /// 80 % to 180 % of the claim, say
    Between {
        /// Per cent of the claim.
        lo: Decimal,
        /// Per cent of the claim.
        hi: Decimal,
    },
}

/// 标签明示值 what the label claims, and the tolerance where it is known for this nutrient in this food.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelClaim {
    /// The claim as read.
    pub claimed: Parsed,
    /// The tolerance; without it a person decides.
    pub rule: Option<ClaimRule>,
    /// 依据 of the tolerance.
    pub basis: String,
}

/// 干制品折算 the limit is that of the fresh food (GB 2762 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dried {
    /// 干制品, as the standard calls it.
    pub food: String,
    /// 标准
    pub basis: String,
    /// 脱水率 per cent, once somebody settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Decimal>,
}

/// 判定输入.
#[derive(Debug, Clone)]
pub struct JudgeInput<'a> {
    /// 结果
    pub measured: &'a Parsed,
    /// 限量
    pub limit: &'a LimitRule,
    /// 限量单位
    pub limit_unit: Option<&'a str>,
    /// The limit itself is not allowed: `<` instead of `≤`.
    pub strict: bool,
    /// 限量出处
    pub limit_ref: Option<LimitRef>,
    /// 检出限
    pub lod: Option<Amount>,
    /// 定量限
    pub loq: Option<Amount>,
    /// 比较方法
    pub comparison: Comparison,
    /// 任务类别
    pub kind: TaskKind,
    /// 标签明示值
    pub label_claim: Option<LabelClaim>,
    /// 临界 within this many per cent of the limit.
    pub near_limit_pct: Decimal,
    /// 检验项目; what the tables of additives and sums know hangs on it.
    pub item: &'a str,
    /// 食品 name and class, where they are known.
    pub food: Option<&'a str>,
    /// 配料 as recorded; nothing recorded does not stop a 不合格.
    pub ingredients: Option<&'a str>,
    /// 干制品折算
    pub dried: Option<&'a Dried>,
}

impl<'a> JudgeInput<'a> {
    /// With the defaults: 全数值比较, 监督抽检, near within 10 %.
    #[must_use]
    pub fn new(measured: &'a Parsed, limit: &'a LimitRule, limit_unit: Option<&'a str>) -> Self {
        Self {
            measured,
            limit,
            limit_unit,
            strict: false,
            limit_ref: None,
            lod: None,
            loq: None,
            comparison: Comparison::FullValue,
            kind: TaskKind::Supervisory,
            label_claim: None,
            near_limit_pct: Decimal::TEN,
            item: "",
            food: None,
            ingredients: None,
            dried: None,
        }
    }
    /// Against a row of the library, with the limit of its method.
    #[must_use]
    pub fn for_row(measured: &'a Parsed, row: &'a LimitRow, kind: TaskKind) -> Self {
        let method = |wanted| row.lod_loq.as_ref().filter(|d| d.kind == wanted).map(|d| Amount { value: d.value, unit: Some(d.unit.clone()) });
        Self {
            limit_ref: Some(LimitRef { id: row.id.clone(), version: row.version, basis: row.basis.clone() }),
            lod: method(DetectionKind::Lod),
            loq: method(DetectionKind::Loq),
            kind,
            item: &row.analyte,
            ..Self::new(measured, &row.rule, Some(&row.unit))
        }
    }
}

/// 判定过程 one step, as data that can be retold years later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// 读数
    Understood {
        /// As typed.
        raw: String,
        /// As understood; empty when it was not.
        canonical: String,
        /// What was changed in order to read it.
        notes: Vec<ParseNote>,
    },
    /// 限量
    Limit {
        /// Row of the library, when it came from there.
        source: Option<LimitRef>,
        /// The limit with its unit.
        text: String,
        /// What was changed in order to read it.
        notes: Vec<ParseNote>,
    },
    /// 单位换算
    Converted {
        /// Value before.
        value: Decimal,
        /// Unit before.
        from: String,
        /// Value after.
        result: Decimal,
        /// Unit after.
        to: String,
    },
    /// 修约
    Rounded {
        /// Value before.
        value: Decimal,
        /// Places.
        places: u32,
        /// Value after.
        result: Decimal,
    },
    /// 比较
    Compared {
        /// Left side, e.g. `0.204`.
        left: String,
        /// `≤`, `<`, `≥`, `>`.
        operator: String,
        /// Right side.
        right: String,
        /// Whether it holds.
        holds: bool,
    },
    /// 方法的检出限或定量限
    MethodLimit {
        /// Which.
        kind: Option<DetectionKind>,
        /// Value in the unit of the limit, or in its own when there is none.
        value: Decimal,
        /// Unit.
        unit: Option<String>,
    },
    /// n、c、m、M 计数
    Counted {
        /// 样品数
        n: u32,
        /// 允许数
        c: u32,
        /// m
        m: Decimal,
        /// M
        #[serde(rename = "M")]
        upper: Option<Decimal>,
        /// Certainly above m (those above M included).
        above_m: u32,
        /// Certainly above M.
        above_upper: u32,
        /// Not certain, because only a bound is known.
        open: u32,
    },
    /// 单位未写
    UnitAssumed {
        /// The unit of the result, taken for the plan as well.
        unit: Option<String>,
    },
    /// 结果未写单位
    UnitOfPlan {
        /// The unit of the plan, taken for the values as well.
        unit: String,
    },
    /// 明示值
    Claim {
        /// The claim as printed.
        claimed: String,
        /// 依据
        basis: String,
    },
    /// 比例之和
    Share {
        /// 项目
        name: String,
        /// Value in the unit of its maximum; none when it was not detected.
        value: Option<Decimal>,
        /// Maximum.
        limit: Decimal,
    },
    /// 风险监测: 不合格项 is reported as 问题项.
    RiskMonitoring,
    /// 读法 what else the texts could mean, and what each reading comes to.
    Readings {
        /// The readings.
        list: Vec<ReadingTold>,
        /// All of them come to one verdict.
        agreed: bool,
    },
    /// 方法灵敏度 the limits of the library show how far down the methods of this item reach.
    MethodReaches {
        /// The lowest limit of the library for this item; nothing where it must not be found at all.
        value: Option<Decimal>,
        /// Unit.
        unit: Option<String>,
    },
    /// 本底与带入 what the table says of this additive.
    Background {
        /// As listed.
        name: String,
        /// 天然本底
        natural: Natural,
        /// A recorded ingredient that may bring it.
        ingredient: Option<String>,
    },
    /// 干制品折算 the limit is that of the fresh food, and the sample is dried.
    Dried {
        /// 干制品
        food: String,
        /// 标准
        basis: String,
    },
    /// 折回鲜品 the value on the weight of the fresh food.
    Fresh {
        /// As measured in the dried food.
        value: Decimal,
        /// 脱水率 per cent.
        rate: Decimal,
        /// On the fresh weight.
        result: Decimal,
    },
    /// 干重 the limit is on a dry weight and the result does not say on what it is.
    DryBasis,
    /// 合计项目 the limit is for a sum, and this is one member.
    SumMember {
        /// 项目
        item: String,
        /// The members.
        members: String,
        /// 出处
        source: String,
    },
    /// 合计 the members entered, added.
    Added {
        /// `恩诺沙星 60 + 环丙沙星 55`
        parts: String,
        /// The sum.
        total: Decimal,
    },
}

impl Step {
    /// The step as a sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        let unit = |u: &Option<String>| u.clone().unwrap_or_default();
        let notes = |all: &[ParseNote]| all.iter().map(|n| format!(" ({})", n.text(lang))).collect::<String>();
        match self {
            Self::Understood { raw, canonical, notes: n } if canonical.is_empty() => {
                if zh {
                    format!("结果原文“{raw}”，未能读出{}", notes(n))
                } else {
                    format!("result typed “{raw}”, not read{}", notes(n))
                }
            }
            Self::Understood { raw, canonical, notes: n } if zh => format!("结果原文“{raw}”，读作 {canonical}{}", notes(n)),
            Self::Understood { raw, canonical, notes: n } => format!("result typed “{raw}”, read as {canonical}{}", notes(n)),
            Self::Limit { source, text, notes: n } => {
                let source = source.as_ref().map_or_else(String::new, |s| format!(" [{} v{} {}]", s.id, s.version, s.basis));
                format!("{} {text}{source}{}", lang.pick("限量", "limit"), notes(n))
            }
            Self::Converted { value, from, result, to } => format!("{}：{value}{from} = {result}{to}", lang.pick("单位换算", "unit")),
            Self::Rounded { value, places, result } if zh => format!("修约到小数点后{places}位（GB/T 8170）：{value} → {result}"),
            Self::Rounded { value, places, result } => format!("rounded to {places} places (GB/T 8170): {value} → {result}"),
            Self::Compared { left, operator, right, holds } => {
                format!("{left} {operator} {right}：{}", if *holds { lang.pick("成立", "holds") } else { lang.pick("不成立", "does not hold") })
            }
            Self::MethodLimit { kind, value, unit: u } => {
                let name = kind.map_or(lang.pick("检出限/定量限", "limit of the method"), |k| k.label(lang));
                format!("{name} {value}{}", unit(u))
            }
            Self::Counted { n, c, m, upper, above_m, above_upper, open } => {
                let plan = upper.map_or_else(|| format!("n={n},c={c},m={m}"), |upper| format!("n={n},c={c},m={m},M={upper}"));
                if zh {
                    format!("{plan}：大于 m 的 {above_m} 个，其中大于 M 的 {above_upper} 个，不能确定的 {open} 个")
                } else {
                    format!("{plan}: {above_m} above m, {above_upper} of them above M, {open} not certain")
                }
            }
            Self::UnitAssumed { unit: Some(u) } if zh => format!("采样方案未写单位，按结果的单位 {u} 比较"),
            Self::UnitAssumed { unit: Some(u) } => format!("the plan gives no unit; compared in the unit of the result, {u}"),
            Self::UnitAssumed { unit: None } => {
                lang.pick("结果与限量都没有写单位，按同一单位比较", "neither result nor limit has a unit; compared as the same").to_owned()
            }
            Self::UnitOfPlan { unit } if zh => format!("结果未写单位，按采样方案的单位 {unit} 比较"),
            Self::UnitOfPlan { unit } => format!("the values give no unit; compared in the unit of the plan, {unit}"),
            Self::Claim { claimed, basis } => format!("{} {claimed} {basis}", lang.pick("标签明示值", "label claim")),
            Self::Share { name, value, limit } => match value {
                Some(value) => format!("{name}：{value} / {limit}"),
                None => format!("{name}：{}", lang.pick("未检出，计 0", "not detected, counts 0")),
            },
            Self::RiskMonitoring => lang.pick("风险监测：不合格项记为问题项", "risk monitoring: nonconforming is reported as problem").to_owned(),
            Self::Readings { list, agreed } => {
                let told: Vec<String> = list.iter().map(|r| r.text(lang)).collect();
                let head = match (agreed, zh) {
                    (true, true) => "文字可有几种读法，结论都相同：",
                    (true, false) => "the text can be read in several ways, all with one verdict: ",
                    (false, true) => "文字可有几种读法，结论不同：",
                    (false, false) => "the text can be read in several ways, and they do not agree: ",
                };
                format!("{head}{}", told.join(lang.pick("；", "; ")))
            }
            Self::MethodReaches { value: Some(value), unit: u } if zh => format!("限量库中该项目的最低限量为 {value}{}，检验方法的定量限不高于它", unit(u)),
            Self::MethodReaches { value: Some(value), unit: u } => {
                format!("the lowest limit of the library for this item is {value}{}; the methods reach down to it", unit(u))
            }
            Self::MethodReaches { value: None, .. } => lang
                .pick(
                    "限量库中该项目有不得检出的规定，检验方法的检出限低于本限量",
                    "the library forbids this item elsewhere; its methods reach below this limit",
                )
                .to_owned(),
            Self::Background { name, natural, ingredient } => {
                let natural = natural.label(lang);
                let brought = ingredient
                    .as_ref()
                    .map_or_else(String::new, |w| format!("{}{w}", lang.pick("；记录的配料可能带入：", "; a recorded ingredient may bring it: ")));
                format!("{name}：{}{natural}{brought}", lang.pick("天然本底 ", "natural background "))
            }
            Self::Dried { food, basis } if zh => format!("{food}：{basis} 3.5，限量按相应新鲜食品的限量结合脱水率折算；不超过新鲜食品限量的不必折算"),
            Self::Dried { food, basis } => {
                format!(
                    "{food} ({basis} 3.5): the limit is that of the fresh food times the rate of dehydration; at or below the fresh limit no rate is needed"
                )
            }
            Self::Fresh { value, rate, result } => {
                format!("{} {rate}%：{value} × (100 − {rate})% = {result}", lang.pick("脱水率", "rate of dehydration"))
            }
            Self::DryBasis => lang
                .pick(
                    "限量以干重计，结果未写明：折算成干重只会更高",
                    "the limit is on a dry weight, the result does not say: on a dry weight it can only be higher",
                )
                .to_owned(),
            Self::SumMember { item, members, source } if zh => format!("{item} 是合计项目的一个组分（{members} 之和；{source}），这里只录入了它"),
            Self::SumMember { item, members, source } => format!("{item} is one member of a sum ({members}; {source}) and is entered alone"),
            Self::Added { parts, total } => format!("{} {parts} = {total}", lang.pick("组分相加", "members added")),
        }
    }
}

/// 判定 the verdict on one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// 单项判定
    pub verdict: Verdict,
    /// 理由
    pub reason: Reason,
    /// 判定过程
    pub working: Vec<Step>,
    /// 临界
    pub near_limit: bool,
    /// 须第二人复核
    pub needs_second_analyst: bool,
    /// 须说明带入原则 before the check somebody records that carry-over (GB 2760 3.4) was considered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_carry_over_word: bool,
}

impl Judgement {
    pub(crate) fn person(reason: &'static CodeInfo, working: Vec<Step>) -> Self {
        Self { verdict: Verdict::NeedsPerson, reason: Reason(reason), working, near_limit: false, needs_second_analyst: false, needs_carry_over_word: false }
    }
    /// The reason as a sentence.
    #[must_use]
    pub fn reason_text(&self, lang: Lang) -> &'static str {
        lang.pick(self.reason.0.zh, self.reason.0.en)
    }
    /// The whole working, one step a line.
    #[must_use]
    pub fn explain(&self, lang: Lang) -> String {
        let mut out: Vec<String> = self.working.iter().map(|s| s.text(lang)).collect();
        out.push(format!("{} [{}] {}", self.verdict.label(lang), self.reason.code, self.reason_text(lang)));
        out.join("\n")
    }
}

/// 读法 one reading of the texts and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingTold {
    /// The result as read.
    pub result: String,
    /// The limit as read.
    pub limit: String,
    /// Why the texts can be read so.
    pub why: Vec<Why>,
    /// What it comes to.
    pub verdict: Verdict,
}

impl ReadingTold {
    fn text(&self, lang: Lang) -> String {
        let why: Vec<&str> = self.why.iter().map(|w| w.label(lang)).collect();
        let why = if why.is_empty() { String::new() } else { format!("（{}）", why.join(lang.pick("，", ", "))) };
        let limit = if self.limit.is_empty() { String::new() } else { format!(" {} {}", lang.pick("对", "against"), self.limit) };
        format!("{}{limit}{why} → {}", self.result, self.verdict.label(lang))
    }
}

/// A decision: the verdict and why, or why a person has to decide.
type Decision = Result<(Verdict, &'static CodeInfo), &'static CodeInfo>;

pub(crate) const PASS: Verdict = Verdict::Conforming;
pub(crate) const FAIL: Verdict = Verdict::Nonconforming;

/// Judges one result against one limit.
#[must_use]
pub fn judge(input: &JudgeInput<'_>) -> Judgement {
    judge_beside(input, &Beside::default())
}

/// What stands beside result and limit.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    /// What was changed in order to read the limit.
    pub limit_notes: &'a [ParseNote],
    /// The name of the item says that it counts microbes.
    pub count: bool,
    /// How far down the methods of the item reach, as the limits of the library show.
    pub reaches: Option<&'a Reach>,
    /// The lowest limit of a method that the library names for the item.
    pub method: Option<&'a Amount>,
}

/// The lowest limit of the library for an item; nothing where it must not be found at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach(pub Option<Amount>);

pub(crate) fn judge_beside(input: &JudgeInput<'_>, beside: &Beside<'_>) -> Judgement {
    let unit = known_unit(input.limit_unit);
    let with_unit = matches!(input.limit, LimitRule::NotDetected { banned: false });
    let text = format!("{}{}", limit_text(input.limit, input.strict), if with_unit { "" } else { unit.unwrap_or_default() });
    let mut at = Work {
        input,
        unit,
        beside: *beside,
        steps: vec![understood(input.measured), Step::Limit { source: input.limit_ref.clone(), text, notes: beside.limit_notes.to_vec() }],
        near: false,
        second: false,
        carry: false,
    };
    if input.limit_ref.is_some()
        && let Some(Step::Understood { notes, .. }) = at.steps.first_mut()
    {
        notes.iter_mut().for_each(named_by_the_limit);
    }
    let decision = at.decide().and_then(|d| at.doubtful(d)).and_then(|d| at.claim(d)).and_then(|d| at.dried(d));
    let (mut verdict, reason) = decision.unwrap_or_else(|reason| (Verdict::NeedsPerson, reason));
    if verdict == FAIL && input.kind == TaskKind::RiskMonitoring {
        verdict = Verdict::Problem;
        at.steps.push(Step::RiskMonitoring);
    }
    Judgement {
        verdict,
        reason: Reason(reason),
        working: at.steps,
        near_limit: at.near,
        needs_second_analyst: at.second || at.near,
        needs_carry_over_word: at.carry && verdict != Verdict::NeedsPerson,
    }
}

pub(crate) fn understood(measured: &Parsed) -> Step {
    let canonical = if measured.needs_person().is_some() { String::new() } else { measured.canonical() };
    Step::Understood { raw: measured.raw.clone(), canonical, notes: measured.notes.clone() }
}

/// With a limit of the library there is no column: the unit came from the limit.
fn named_by_the_limit(note: &mut ParseNote) {
    if let ParseNote::UnitFromHint(unit) = note {
        *note = ParseNote::UnitFromLimit(std::mem::take(unit));
    }
}

fn limit_text(rule: &LimitRule, strict: bool) -> String {
    let text = rule.text();
    if strict { text.replace('≤', "<").replace('≥', ">") } else { text }
}

/// `/` and nothing are no unit.
pub(crate) fn known_unit(unit: Option<&str>) -> Option<&str> {
    unit.map(str::trim).filter(|u| !units::is_none(u))
}

/// `1.44103` read as 1.44×10^3: a mantissa with places of its own, then 10 and one digit.
fn with_times(text: &str) -> Option<Decimal> {
    let (mantissa, power) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let power: i32 = power.strip_prefix("10")?.parse().ok().filter(|p| *p > 0)?;
    let (whole, places) = mantissa.split_once('.')?;
    let one_digit = whole.len() == 1 && whole != "0";
    (one_digit && !places.is_empty()).then(|| mantissa.parse().ok().and_then(|m| units::shift(m, power))).flatten()
}

/// What is certain about a value against a bound.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    NotAbove,
    Open,
}

struct Work<'a, 'b> {
    input: &'b JudgeInput<'a>,
    unit: Option<&'b str>,
    beside: Beside<'b>,
    steps: Vec<Step>,
    near: bool,
    second: bool,
    carry: bool,
}

impl Work<'_, '_> {
    fn decide(&mut self) -> Decision {
        if !matches!(self.input.limit, LimitRule::ThreeClass { .. }) && self.remarks().any(|r| r.is_none_or(|r| r.of_a_plan())) {
            return Err(reasons::COMMENT_CONTRADICTS);
        }
        match (&self.input.measured.understood, self.input.limit) {
            (Measured::NeedsPerson { reason }, _) => Err(reason.0),
            (Measured::NotApplicable, _) => Ok((Verdict::NoVerdict, reasons::NOT_APPLICABLE)),
            (_, LimitRule::ThreeClass { n, c, m, upper }) => self.plan(*n, *c, *m, *upper),
            (Measured::Several { .. }, _) => Err(reasons::SEVERAL_VALUES),
            (one, LimitRule::Max { value }) => self.maximum(one, *value),
            (one, LimitRule::Min { value }) => self.minimum(one, *value),
            (one, LimitRule::Range { lo, hi }) => self.range(one, *lo, *hi),
            (one, LimitRule::NotDetected { banned }) => self.not_detected(one, *banned),
        }
    }

    /// The remarks beside the values; nothing where one is not understood.
    fn remarks(&self) -> impl Iterator<Item = Option<Remark>> {
        self.input.measured.notes.iter().filter_map(|n| if let ParseNote::Comment(text) = n { Some(remark::read(text)) } else { None })
    }

    /// A verdict against which the cell itself speaks.
    fn doubtful(&self, decided: (Verdict, &'static CodeInfo)) -> Decision {
        let said = |verdict: bool| if verdict { PASS } else { FAIL };
        if self.remarks().flatten().any(|r| r.verdict.is_some_and(|v| said(v) != decided.0)) {
            return Err(reasons::COMMENT_CONTRADICTS);
        }
        let bound = |v: &Measured| matches!(v, Measured::LessThan { inclusive: true, .. } | Measured::GreaterThan { inclusive: true, .. });
        let repeats = match &self.input.measured.understood {
            Measured::Several { values } => values.iter().any(bound),
            one => bound(one),
        };
        if repeats && decided.0 == PASS { Err(reasons::REPEATS_LIMIT) } else { Ok(decided) }
    }

    /// A dried food above the limit of the fresh one: only its rate of dehydration decides.
    fn dried(&mut self, decided: (Verdict, &'static CodeInfo)) -> Decision {
        let Some(dried) = self.input.dried.filter(|_| matches!(self.input.limit, LimitRule::Max { .. })) else { return Ok(decided) };
        let step = Step::Dried { food: dried.food.clone(), basis: dried.basis.clone() };
        self.steps.insert(2.min(self.steps.len()), step);
        // a method that does not reach the fresh limit may reach the one of the dried food
        let open = dried.rate.is_none() && (decided.0 == FAIL || decided.1 == reasons::LOQ_ABOVE_LIMIT);
        if open { Err(reasons::DRIED) } else { Ok(decided) }
    }

    /// The value on the weight of the fresh food, where the rate of dehydration is known.
    fn on_fresh_weight(&mut self, value: Decimal) -> Result<Decimal, &'static CodeInfo> {
        let Some(rate) = self.input.dried.and_then(|d| d.rate) else { return Ok(value) };
        let result =
            Decimal::ONE_HUNDRED.checked_sub(rate).and_then(|left| value.checked_mul(left)).and_then(|v| units::shift(v, -2)).ok_or(reasons::OUT_OF_RANGE)?;
        self.note(Step::Fresh { value, rate, result });
        Ok(result)
    }

    /// A number that passes or fails only because a unit may be wrong by a thousand, or because a × may be lost.
    fn slip(&self, number: Decimal, text: &str, converted: Decimal, limit: Decimal, least: bool) -> Result<(), &'static CodeInfo> {
        let meets = |v: Decimal| if least { v >= limit } else { v <= limit };
        let far = if least {
            limit.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|l| converted > l)
        } else {
            converted.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|v| v < limit)
        };
        if number != converted && !meets(number) && far {
            return Err(reasons::UNIT_SLIP);
        }
        self.lost_times(text, converted, meets)
    }

    /// `1.44103` where 1.44×10^3 would lie on the other side of the limit.
    fn lost_times(&self, text: &str, converted: Decimal, meets: impl Fn(Decimal) -> bool) -> Result<(), &'static CodeInfo> {
        let Some(other) = with_times(text) else { return Ok(()) };
        let other = match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(from), Some(to)) => units::convert(other, from, to)?,
            _ => other,
        };
        if meets(other) == meets(converted) { Ok(()) } else { Err(reasons::LOST_TIMES) }
    }

    /// A value of the result in the unit of the limit.
    fn convert(&mut self, value: Decimal) -> Result<Decimal, &'static CodeInfo> {
        match (self.input.measured.unit.as_deref(), self.unit) {
            (None, None) => {
                self.note(Step::UnitAssumed { unit: None });
                Ok(value)
            }
            (Some(from), Some(to)) => {
                let result = units::convert(value, from, to)?;
                // none in 1 mL is not none in 100 mL
                if value.is_zero() && units::is_count(from) && units::convert(Decimal::ONE, from, to)? > Decimal::ONE {
                    return Err(reasons::BOUND_ONLY);
                }
                if units::canonical(from) != units::canonical(to) {
                    self.note(Step::Converted { value, from: from.to_owned(), result, to: to.to_owned() });
                }
                Ok(result)
            }
            _ => Err(reasons::UNIT_MISSING),
        }
    }

    fn note(&mut self, step: Step) {
        if !self.steps.contains(&step) {
            self.steps.push(step);
        }
    }

    fn compare(&mut self, left: Decimal, operator: &str, right: Decimal, holds: bool) {
        self.steps.push(Step::Compared { left: left.to_string(), operator: operator.to_owned(), right: right.to_string(), holds });
    }

    /// The number that is compared: the full value, or the rounded one where the standard says so.
    fn compared_value(&mut self, value: Decimal) -> Decimal {
        match self.input.comparison {
            Comparison::FullValue => value,
            Comparison::Rounded { places } => {
                let result = round_gbt8170(value, places);
                self.steps.push(Step::Rounded { value, places, result });
                result
            }
        }
    }

    /// Flags a number close to a limit.
    fn mark_near(&mut self, value: Decimal, limit: Decimal) {
        if limit.is_zero() {
            return;
        }
        let off = (value - limit).abs().checked_mul(Decimal::ONE_HUNDRED);
        let room = limit.abs().checked_mul(self.input.near_limit_pct);
        if let (Some(off), Some(room)) = (off, room) {
            self.near |= off <= room;
        }
    }

    /// A limit of the method in a given unit.
    fn method(&mut self, kind: DetectionKind, to: Option<&str>) -> Result<Option<Decimal>, &'static CodeInfo> {
        let amount = match kind {
            DetectionKind::Lod => &self.input.lod,
            DetectionKind::Loq => &self.input.loq,
        };
        let Some(amount) = amount else { return Ok(None) };
        let value = match (amount.unit.as_deref(), to) {
            (Some(from), Some(to)) => units::convert(amount.value, from, to)?,
            (None, _) => amount.value,
            (Some(_), None) => return Err(reasons::UNIT_MISSING),
        };
        let unit = to.map(str::to_owned).or_else(|| amount.unit.clone());
        self.note(Step::MethodLimit { kind: Some(kind), value, unit });
        Ok(Some(value))
    }

    /// The greatest limit of the method that is known, in the unit of the limit.
    fn method_bound(&mut self, from_text: Option<Decimal>) -> Result<Option<Decimal>, &'static CodeInfo> {
        let mut bound = match from_text {
            Some(value) => {
                let value = self.convert(value)?;
                self.note(Step::MethodLimit { kind: None, value, unit: self.unit.map(str::to_owned) });
                Some(value)
            }
            None => None,
        };
        for kind in [DetectionKind::Lod, DetectionKind::Loq] {
            bound = bound.max(self.method(kind, self.unit)?);
        }
        Ok(bound)
    }

    /// A count that cannot be what the plate gave: 103 where the method writes 1.0×10², 2.1103 where a × has gone, 10^-4.
    fn plausible_count(&self, one: &Measured) -> Result<(), &'static CodeInfo> {
        let unit = self.input.measured.unit.as_deref().or(self.unit);
        let plan = matches!(self.input.limit, LimitRule::ThreeClass { .. });
        if !unit.map_or(plan || self.beside.count, units::is_count) {
            return Ok(());
        }
        let mpn = unit.is_some_and(|u| u.starts_with("MPN"));
        match one {
            Measured::Number { text, .. } if text.contains("^-") => Err(reasons::COUNT_POWER),
            Measured::Number { text, .. } if text.contains('^') => Ok(()),
            Measured::Number { value, .. } if !value.fract().is_zero() && !mpn => Err(reasons::COUNT_FRACTION),
            Measured::Number { value, .. } if limit::ends_like_a_power(value) => Err(reasons::LOST_POWER),
            Measured::LessThan { value, .. } | Measured::GreaterThan { value, .. } | Measured::NotDetected { limit: Some(value), .. } => {
                if limit::ends_like_a_power(value) {
                    return Err(reasons::LOST_POWER);
                }
                let least = if unit.is_some() && !mpn { Decimal::ONE } else { Decimal::new(1, 2) };
                if !value.is_zero() && *value < least { Err(reasons::COUNT_POWER) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn maximum(&mut self, one: &Measured, limit: Decimal) -> Decision {
        self.plausible_count(one)?;
        let strict = self.input.strict;
        let operator = if strict { "<" } else { "≤" };
        match one {
            Measured::Number { value: number, text, .. } => {
                let value = self.convert(*number)?;
                self.slip(*number, text, value, limit, false)?;
                if self.below_method(value, limit)? {
                    return Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT));
                }
                let value = self.on_fresh_weight(value)?;
                let value = self.compared_value(value);
                self.mark_near(value, limit);
                let holds = value < limit || (value == limit && !strict);
                self.compare(value, operator, limit, holds);
                Ok(if holds { (PASS, reasons::WITHIN) } else { (FAIL, reasons::EXCEEDS) })
            }
            Measured::LessThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let value = self.on_fresh_weight(value)?;
                let holds = value < limit || (value == limit && !(*inclusive && strict));
                self.compare(value, operator, limit, holds);
                Ok(if holds { (PASS, reasons::BELOW_LIMIT_OF_METHOD) } else { (Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT) })
            }
            Measured::GreaterThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let value = self.on_fresh_weight(value)?;
                let above = value > limit || (value == limit && (!inclusive || strict));
                self.compare(value, operator, limit, !above);
                if above { Ok((FAIL, reasons::EXCEEDS)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::NotDetected { limit: text, .. } => match self.method_bound(*text)? {
                None if self.reached(limit) => Ok((PASS, reasons::BELOW_LIMIT_OF_METHOD)),
                None => Err(reasons::LOQ_UNKNOWN),
                Some(bound) => {
                    self.compare(bound, "≤", limit, bound <= limit);
                    Ok(if bound <= limit { (PASS, reasons::BELOW_LIMIT_OF_METHOD) } else { (Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT) })
                }
            },
            _ => Err(reasons::WRONG_KIND),
        }
    }

    /// A limit that the methods of the item reach, because the library holds one as low: the standards name methods that do.
    fn reached(&mut self, limit: Decimal) -> bool {
        let Some(Reach(lowest)) = self.beside.reaches else { return false };
        let (value, unit) = match lowest {
            None => (None, None),
            Some(Amount { value, unit }) => match (unit.as_deref(), self.unit) {
                (Some(from), Some(to)) => match units::convert(*value, from, to) {
                    Ok(value) => (Some(value), Some(to.to_owned())),
                    Err(_) => return false,
                },
                _ => return false,
            },
        };
        let holds = value.is_none_or(|v| v <= limit);
        if holds {
            self.note(Step::MethodReaches { value, unit });
        }
        holds
    }

    /// A number under the limit of the method while that limit lies above the limit of the food.
    fn below_method(&mut self, value: Decimal, limit: Decimal) -> Result<bool, &'static CodeInfo> {
        let (lod, loq) = (self.method(DetectionKind::Lod, self.unit)?, self.method(DetectionKind::Loq, self.unit)?);
        if let Some(loq) = loq
            && value < loq
        {
            self.second = true;
        }
        Ok(lod.max(loq).is_some_and(|bound| bound > limit && value < bound))
    }

    fn minimum(&mut self, one: &Measured, limit: Decimal) -> Decision {
        self.plausible_count(one)?;
        let strict = self.input.strict;
        let operator = if strict { ">" } else { "≥" };
        match one {
            Measured::Number { value: number, text, .. } => {
                let value = self.convert(*number)?;
                self.slip(*number, text, value, limit, true)?;
                let value = self.compared_value(value);
                self.mark_near(value, limit);
                let holds = value > limit || (value == limit && !strict);
                self.compare(value, operator, limit, holds);
                Ok(if holds { (PASS, reasons::WITHIN) } else { (FAIL, reasons::BELOW) })
            }
            Measured::LessThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let below = value < limit || (value == limit && (!inclusive || strict));
                self.compare(value, operator, limit, !below);
                if below { Ok((FAIL, reasons::BELOW)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::GreaterThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let holds = value > limit || (value == limit && !(*inclusive && strict));
                self.compare(value, operator, limit, holds);
                if holds { Ok((PASS, reasons::WITHIN)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::NotDetected { limit: text, .. } => match self.method_bound(*text)? {
                None => Err(reasons::LOQ_UNKNOWN),
                Some(bound) if bound <= limit => {
                    self.compare(bound, "≥", limit, bound >= limit);
                    Ok((FAIL, reasons::BELOW))
                }
                Some(_) => Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT)),
            },
            _ => Err(reasons::WRONG_KIND),
        }
    }

    fn range(&mut self, one: &Measured, lo: Decimal, hi: Decimal) -> Decision {
        self.plausible_count(one)?;
        match one {
            Measured::Number { value, text, .. } => {
                let value = self.convert(*value)?;
                self.lost_times(text, value, |v| v >= lo && v <= hi)?;
                let value = self.compared_value(value);
                self.mark_near(value, lo);
                self.mark_near(value, hi);
                self.compare(value, "≥", lo, value >= lo);
                self.compare(value, "≤", hi, value <= hi);
                Ok(if value < lo {
                    (FAIL, reasons::BELOW)
                } else if value > hi {
                    (FAIL, reasons::EXCEEDS)
                } else {
                    (PASS, reasons::WITHIN)
                })
            }
            Measured::LessThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let below = value < lo || (value == lo && !inclusive);
                if below { Ok((FAIL, reasons::BELOW)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::GreaterThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let above = value > hi || (value == hi && !inclusive);
                if above { Ok((FAIL, reasons::EXCEEDS)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::NotDetected { limit: text, .. } => match self.method_bound(*text)? {
                None => Err(reasons::LOQ_UNKNOWN),
                Some(bound) if bound <= lo => Ok((FAIL, reasons::BELOW)),
                Some(_) => Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT)),
            },
            _ => Err(reasons::WRONG_KIND),
        }
    }

    fn not_detected(&mut self, one: &Measured, banned: bool) -> Decision {
        // the limit has no number, so values are compared with the limit of the method, in the unit of the result
        let own = self.input.measured.unit.clone();
        let lod = self.method(DetectionKind::Lod, own.as_deref());
        let loq = self.method(DetectionKind::Loq, own.as_deref());
        match one {
            Measured::NotDetected { limit: text, .. } => {
                let known = [lod.unwrap_or(None), loq.unwrap_or(None)].into_iter().flatten().max();
                match (*text, known) {
                    // not detected by a method that is less sensitive than the one that is required
                    (Some(text), Some(known)) if text > known => Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT)),
                    _ => Ok((PASS, reasons::NOT_FOUND)),
                }
            }
            Measured::Negative => Ok((PASS, reasons::NOT_FOUND)),
            Measured::LessThan { value, inclusive } => {
                // fewer than one colony in the very portion of the limit is none
                if own.as_deref().is_some_and(|u| units::is_count(u) && self.unit.and_then(units::canonical) == units::canonical(u))
                    && *value <= Decimal::ONE
                    && !inclusive
                {
                    return Ok((PASS, reasons::NOT_FOUND));
                }
                let (lod, loq) = (lod?, loq?);
                let bound = if banned { lod } else { loq.or(lod) };
                match bound {
                    Some(bound) if *value <= bound => {
                        self.compare(*value, "≤", bound, true);
                        Ok((PASS, reasons::NOT_FOUND))
                    }
                    // a result is only written so below the limit of the method: where nothing else is known of the method, and
                    // the number is no greater than methods for such substances give, that is 未检出
                    None if lod.or(loq).is_none() && self.a_method_limit(*value, banned) => Ok((PASS, reasons::NOT_FOUND)),
                    _ => {
                        self.second = true;
                        Err(reasons::TRACE)
                    }
                }
            }
            Measured::Number { value, .. } if value.is_zero() => Err(reasons::ZERO_NUMBER),
            Measured::WeakPositive => {
                self.second = true;
                Err(reasons::TRACE)
            }
            Measured::Number { .. } | Measured::GreaterThan { .. } | Measured::Detected | Measured::Positive if !banned => {
                self.not_to_be_used(one, loq.unwrap_or(None).or(lod.unwrap_or(None)))
            }
            Measured::Number { value, .. } => {
                let (lod, loq) = (lod?, loq?);
                if let Some(bound) = lod.or(loq) {
                    self.compare(*value, "≥", bound, *value >= bound);
                    if *value < bound {
                        self.second = true;
                        return Err(if lod.is_some() { reasons::ZERO_NUMBER } else { reasons::TRACE });
                    }
                }
                self.second |= loq.is_some_and(|loq| *value < loq);
                Ok((FAIL, reasons::FOUND))
            }
            Measured::GreaterThan { .. } | Measured::Detected | Measured::Positive => Ok((FAIL, reasons::FOUND)),
            _ => Err(reasons::WRONG_KIND),
        }
    }

    /// 10 μg/kg for what is banned, 0.05 g/kg for additives: no method for them stops higher.
    fn a_method_limit(&self, value: Decimal, banned: bool) -> bool {
        let most = if banned { Decimal::new(1, 2) } else { Decimal::new(50, 0) };
        let Some(unit) = self.input.measured.unit.as_deref() else { return false };
        if let Some(Amount { value: known, unit: Some(of) }) = self.beside.method {
            return units::convert(value, unit, of).is_ok_and(|v| v <= *known);
        }
        ["mg/kg", "mg/L"].iter().any(|to| units::convert(value, unit, to).is_ok_and(|v| v <= most))
    }

    /// 不得使用 with something found: what has no natural background and came with no recorded ingredient was used (GB 2760 3.4 is
    /// asked about before the check); anything else is for a technical assessment.
    fn not_to_be_used(&mut self, one: &Measured, loq: Option<Decimal>) -> Decision {
        let known = background(self.input.item);
        let additive = known.map_or_else(
            || match &self.input.limit_ref {
                Some(row) => row.basis.is_empty() || row.basis.contains("2760"),
                None => item::may_be_an_additive(self.input.item),
            },
            |b| b.kind == SubstanceKind::Additive,
        );
        if !additive {
            return Err(reasons::FORBIDDEN);
        }
        let Some(known) = known else { return Err(reasons::CARRY_OVER) };
        let ingredient = self.input.ingredients.and_then(|all| known.brought_by(all)).map(str::to_owned);
        let name = known.names.first().cloned().unwrap_or_default();
        let natural = if known.may_be_natural(self.input.food) { known.natural } else { Natural::No };
        let brought = ingredient.is_some();
        self.note(Step::Background { name, natural, ingredient });
        let quantified = match one {
            Measured::Number { value, .. } => {
                if let Some(loq) = loq {
                    self.compare(*value, "≥", loq, *value >= loq);
                }
                loq.is_none_or(|loq| *value >= loq)
            }
            Measured::GreaterThan { .. } => true,
            _ => false,
        };
        if natural != Natural::No || brought || !quantified {
            return Err(reasons::CARRY_OVER);
        }
        self.carry = true;
        Ok((FAIL, reasons::NOT_TO_BE_USED))
    }

    /// n, c, m, M (domain.md 4.4). Values that are only bounds count both ways: the verdict must hold either way.
    fn plan(&mut self, n: u32, c: u32, m: Decimal, upper: Option<Decimal>) -> Decision {
        let single = [self.input.measured.understood.clone()];
        let values: &[Measured] = match &self.input.measured.understood {
            Measured::Several { values } => values,
            _ => &single,
        };
        if values.iter().any(|v| matches!(v, Measured::NeedsPerson { .. } | Measured::NotApplicable | Measured::Several { .. })) {
            return Err(reasons::UNREADABLE);
        }
        let wanted = usize::try_from(n).unwrap_or(usize::MAX);
        if values.len() > wanted {
            return Err(reasons::PLAN_COUNT);
        }
        values.iter().try_for_each(|v| self.plausible_count(v))?;
        self.plan_unit(values, m, upper)?;
        let (mut above_m, mut above_upper, mut open_m, mut open_upper, mut unknown) = (0_u32, 0_u32, 0_u32, 0_u32, false);
        for one in values {
            let side_m = self.side(one, m, &mut unknown)?;
            let side_upper = match upper {
                Some(upper) => self.side(one, upper, &mut unknown)?,
                None => Side::NotAbove,
            };
            above_m += u32::from(side_m == Side::Above);
            open_m += u32::from(side_m == Side::Open);
            above_upper += u32::from(side_upper == Side::Above);
            open_upper += u32::from(side_upper == Side::Open);
        }
        self.steps.push(Step::Counted { n, c, m, upper, above_m, above_upper, open: open_m.max(open_upper) });
        self.check_remarks(values, m, upper)?;
        if above_upper > 0 {
            return Ok((FAIL, reasons::PLAN_OVER_M));
        }
        if above_m > c {
            return Ok((FAIL, reasons::PLAN_OVER_C));
        }
        // the missing values could still go either way
        if values.len() < wanted {
            return Err(reasons::PLAN_COUNT);
        }
        if open_upper == 0 && above_m + open_m <= c {
            return Ok((PASS, reasons::PLAN_MET));
        }
        if unknown { Err(reasons::LOQ_UNKNOWN) } else { Err(reasons::BOUND_ONLY) }
    }

    /// A plan printed without its unit is in the unit of the counts; none at all (m = 0) is none in every unit.
    fn plan_unit(&mut self, values: &[Measured], m: Decimal, upper: Option<Decimal>) -> Result<(), &'static CodeInfo> {
        let none_at_all = m.is_zero() && upper.is_none();
        let word = |v: &Measured| matches!(v, Measured::NotDetected { limit: None, .. } | Measured::Negative | Measured::Detected | Measured::Positive);
        match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(own), None) if matches!(own, "CFU/g" | "CFU/mL" | "MPN/g" | "MPN/mL") || own.starts_with('/') || (none_at_all && units::is_count(own)) => {
                let own = own.to_owned();
                self.note(Step::UnitAssumed { unit: Some(own) });
                Ok(())
            }
            // 检出 and 未检出 are without a unit what they are with /25g
            (None, Some(unit)) if unit.starts_with('/') => Ok(()),
            (None, Some(_)) if none_at_all && values.iter().all(word) => Ok(()),
            // n values without a unit are in the unit of their plan
            (None, Some(unit)) if units::is_count(unit) => {
                let unit = unit.to_owned();
                self.note(Step::UnitOfPlan { unit });
                Ok(())
            }
            (Some(_), Some(_)) | (None, None) => self.convert(Decimal::ZERO).map(|_| ()),
            _ => Err(reasons::UNIT_MISSING),
        }
    }

    fn in_plan_unit(&mut self, value: Decimal) -> Result<Decimal, &'static CodeInfo> {
        match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(_), Some(_)) => self.convert(value),
            _ => Ok(value),
        }
    }

    /// Where one value of a plan lies against m or M.
    fn side(&mut self, one: &Measured, bound: Decimal, unknown: &mut bool) -> Result<Side, &'static CodeInfo> {
        let count = self.unit.or(self.input.measured.unit.as_deref()).map_or(self.beside.count, units::is_count);
        let under = |value: Decimal| {
            // "<10" counts as none against m ≥ 10; "<1" is no colony at all
            if value <= bound || (count && bound.is_zero() && value <= Decimal::ONE) { Side::NotAbove } else { Side::Open }
        };
        Ok(match one {
            Measured::Number { value, .. } => {
                if self.in_plan_unit(*value)? > bound {
                    Side::Above
                } else {
                    Side::NotAbove
                }
            }
            Measured::LessThan { value, .. } => under(self.in_plan_unit(*value)?),
            Measured::GreaterThan { value, inclusive } => {
                let value = self.in_plan_unit(*value)?;
                if value > bound || (value == bound && !inclusive) { Side::Above } else { Side::Open }
            }
            Measured::NotDetected { limit: Some(limit), .. } => under(self.in_plan_unit(*limit)?),
            Measured::NotDetected { limit: None, .. } | Measured::Negative if bound.is_zero() => Side::NotAbove,
            Measured::NotDetected { limit: None, .. } => match self.method_bound(None)? {
                Some(value) => under(value),
                None => {
                    *unknown = true;
                    Side::Open
                }
            },
            Measured::Detected | Measured::Positive if bound.is_zero() => Side::Above,
            _ => return Err(reasons::WRONG_KIND),
        })
    }

    /// 结果均大于M beside the values has to be true.
    fn check_remarks(&self, values: &[Measured], m: Decimal, upper: Option<Decimal>) -> Result<(), &'static CodeInfo> {
        let mut remarks = self.remarks().peekable();
        if remarks.peek().is_none() {
            return Ok(());
        }
        // m and M in the unit of the values
        let own = |bound: Decimal| match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(to), Some(from)) if from != to => {
                units::convert(bound, from, to).ok().or_else(|| units::convert(Decimal::ONE, to, from).ok().filter(|one| *one == Decimal::ONE).map(|_| bound))
            }
            _ => Some(bound),
        };
        let (Some(m), upper) = (own(m), upper.and_then(own)) else { return Err(reasons::COMMENT_CONTRADICTS) };
        if remarks.all(|r| r.is_some_and(|r| r.holds(values, m, upper))) { Ok(()) } else { Err(reasons::COMMENT_CONTRADICTS) }
    }

    /// A value that passes the limit still has to be what the label says.
    fn claim(&mut self, decided: (Verdict, &'static CodeInfo)) -> Decision {
        let Some(claim) = self.input.label_claim.as_ref() else { return Ok(decided) };
        self.steps.push(Step::Claim { claimed: claim.claimed.canonical(), basis: claim.basis.clone() });
        if decided.0 != PASS {
            return Ok(decided);
        }
        let (Some(rule), Measured::Number { value, .. }, Measured::Number { value: claimed, .. }) =
            (&claim.rule, &self.input.measured.understood, &claim.claimed.understood)
        else {
            return Err(reasons::CLAIM_RULE_UNKNOWN);
        };
        let value = match (self.input.measured.unit.as_deref(), claim.claimed.unit.as_deref()) {
            (Some(from), Some(to)) => units::convert(*value, from, to)?,
            (None, None) => *value,
            _ => return Err(reasons::UNIT_MISSING),
        };
        let percent = |p: Decimal| claimed.checked_mul(p).and_then(|v| units::shift(v, -2)).ok_or(reasons::OUT_OF_RANGE);
        let holds = match rule {
            ClaimRule::AtLeast { percent: p } => {
                let bound = percent(*p)?;
                self.compare(value, "≥", bound, value >= bound);
                value >= bound
            }
            ClaimRule::AtMost { percent: p } => {
                let bound = percent(*p)?;
                self.compare(value, "≤", bound, value <= bound);
                value <= bound
            }
            ClaimRule::Between { lo, hi } => {
                let (lo, hi) = (percent(*lo)?, percent(*hi)?);
                self.compare(value, "≥", lo, value >= lo);
                self.compare(value, "≤", hi, value <= hi);
                value >= lo && value <= hi
            }
        };
        Ok(if holds { (PASS, reasons::CLAIM_MET) } else { (FAIL, reasons::CLAIM_FAILED) })
    }
}

/// One component of a sum of shares.
#[derive(Debug, Clone)]
pub struct Component<'a> {
    /// 项目
    pub name: &'a str,
    /// 结果
    pub measured: &'a Parsed,
    /// 限量 of this component in this food.
    pub limit: &'a LimitRule,
    /// 限量单位
    pub limit_unit: Option<&'a str>,
    /// 定量限
    pub loq: Option<Amount>,
}

/// 各自用量占其最大使用量的比例之和 Σ(x/limit) ≤ 1, exactly (no division). It applies when at least two were detected; a
/// component below the limit of the method counts 0; one without a numeric maximum leaves the sum without a verdict.
#[must_use]
pub fn sum_of_shares(components: &[Component<'_>]) -> Judgement {
    let mut steps = Vec::new();
    let decision = shares(components, &mut steps);
    let (verdict, reason) = decision.unwrap_or_else(|reason| (Verdict::NeedsPerson, reason));
    Judgement { verdict, ..Judgement::person(reason, steps) }
}

fn shares(components: &[Component<'_>], steps: &mut Vec<Step>) -> Decision {
    let mut parts: Vec<(Decimal, Decimal)> = Vec::new();
    for part in components {
        steps.push(understood(part.measured));
        let detected = match &part.measured.understood {
            Measured::Number { value, .. } => {
                let limit = match part.limit {
                    LimitRule::Max { value } if !value.is_zero() => *value,
                    _ => return Ok((Verdict::NoVerdict, reasons::SUM_NO_LIMIT)),
                };
                let value = match (part.measured.unit.as_deref(), known_unit(part.limit_unit)) {
                    (Some(from), Some(to)) => units::convert(*value, from, to)?,
                    (None, None) => *value,
                    _ => return Err(reasons::UNIT_MISSING),
                };
                let loq = match (&part.loq, known_unit(part.limit_unit)) {
                    (Some(Amount { value, unit: Some(from) }), Some(to)) => Some(units::convert(*value, from, to)?),
                    (Some(Amount { value, unit: None }), _) => Some(*value),
                    _ => None,
                };
                loq.is_none_or(|loq| value >= loq).then_some((value, limit))
            }
            Measured::NotDetected { .. } | Measured::LessThan { .. } | Measured::Negative => None,
            Measured::NeedsPerson { reason } => return Err(reason.0),
            _ => return Err(reasons::WRONG_KIND),
        };
        match detected {
            Some((value, limit)) => {
                steps.push(Step::Share { name: part.name.to_owned(), value: Some(value), limit });
                if !value.is_zero() {
                    parts.push((value, limit));
                }
            }
            None => steps.push(Step::Share { name: part.name.to_owned(), value: None, limit: Decimal::ZERO }),
        }
    }
    if parts.len() < 2 {
        return Ok((Verdict::NoVerdict, reasons::SUM_ONE));
    }
    // Σ xᵢ·Πⱼ≠ᵢ lⱼ ≤ Π lⱼ
    let product = |skip: Option<usize>| -> Option<Decimal> {
        parts.iter().enumerate().try_fold(Decimal::ONE, |acc, (j, (_, limit))| if Some(j) == skip { Some(acc) } else { exact_product(acc, *limit) })
    };
    let whole = product(None).ok_or(reasons::OUT_OF_RANGE)?;
    let mut sum = Decimal::ZERO;
    for (i, (value, _)) in parts.iter().enumerate() {
        let share = product(Some(i)).and_then(|p| exact_product(p, *value)).ok_or(reasons::OUT_OF_RANGE)?;
        sum = sum.checked_add(share).ok_or(reasons::OUT_OF_RANGE)?;
    }
    let holds = sum <= whole;
    steps.push(Step::Compared { left: sum.normalize().to_string(), operator: "≤".to_owned(), right: whole.normalize().to_string(), holds });
    Ok(if holds { (PASS, reasons::SUM_MET) } else { (FAIL, reasons::SUM_EXCEEDED) })
}

/// A product without rounding, or nothing.
fn exact_product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let mantissa = a.mantissa().checked_mul(b.mantissa())?;
    Decimal::try_from_i128_with_scale(mantissa, a.scale() + b.scale()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;
    use shiyan_statute::limits;

    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    fn amount(value: &str, unit: &str) -> Option<Amount> {
        Some(Amount { value: d(value), unit: Some(unit.to_owned()) })
    }
    #[test]
    fn every_row_of_the_library_can_be_judged_by() {
        for row in limits() {
            let unit = known_unit(Some(&row.unit));
            if let Some(unit) = unit {
                assert!(units::canonical(unit).is_some(), "{}: {unit}", row.id);
            }
            let nothing = value::parse("未检出", unit.filter(|u| !u.starts_with('/')));
            let judged = judge(&JudgeInput::for_row(&nothing, row, TaskKind::Supervisory));
            assert!(!["UNIT-INCOMPATIBLE", "UNIT-UNKNOWN", "UNIT-MISSING"].contains(&judged.reason.code), "{}: {}", row.id, judged.explain(Lang::En));
            assert!(judged.explain(Lang::Zh).contains(&row.basis));
            if let LimitRule::Max { value } = row.rule {
                let at = value::parse(&value.to_string(), unit);
                let step = if unit.is_some_and(units::is_count) { Decimal::TEN } else { Decimal::new(1, 6) };
                let over = value::parse(&(value + step).to_string(), unit);
                assert_eq!(judge(&JudgeInput::for_row(&at, row, TaskKind::Supervisory)).verdict, Verdict::Conforming, "{}", row.id);
                assert_eq!(judge(&JudgeInput::for_row(&over, row, TaskKind::Supervisory)).verdict, Verdict::Nonconforming, "{}", row.id);
            }
        }
    }
    #[test]
    fn the_working_cites_row_conversion_and_comparison() {
        let row = limits().iter().find(|r| r.id == "L0001").expect("L0001");
        let measured = value::parse("204μg/kg", None);
        let judged = judge(&JudgeInput::for_row(&measured, row, TaskKind::Supervisory));
        assert_eq!(judged.verdict, Verdict::Nonconforming);
        assert!(judged.near_limit && judged.needs_second_analyst);
        let told = judged.explain(Lang::En);
        for part in ["L0001 v1 GB 2763-2021", "204μg/kg = 0.204mg/kg", "0.204 ≤ 0.2", "does not hold", "JUDGE-EXCEEDS"] {
            assert!(told.contains(part), "{told}");
        }
    }
    #[test]
    fn near_the_limit_on_either_side() {
        let rule = LimitRule::Max { value: d("0.2") };
        for (text, near) in [("0.179", false), ("0.18", true), ("0.2", true), ("0.22", true), ("0.221", false)] {
            let measured = value::parse(text, Some("mg/kg"));
            assert_eq!(judge(&JudgeInput::new(&measured, &rule, Some("mg/kg"))).near_limit, near, "{text}");
        }
        let measured = value::parse("0.185", Some("mg/kg"));
        let input = JudgeInput { near_limit_pct: d("5"), ..JudgeInput::new(&measured, &rule, Some("mg/kg")) };
        assert!(!judge(&input).near_limit);
    }
    #[test]
    fn between_lod_and_loq_a_second_analyst_confirms() {
        let rule = LimitRule::NotDetected { banned: true };
        for (text, second) in [("0.4μg/kg", true), ("0.6μg/kg", false)] {
            let measured = value::parse(text, None);
            let input = JudgeInput { lod: amount("0.3", "μg/kg"), loq: amount("0.5", "μg/kg"), ..JudgeInput::new(&measured, &rule, Some("μg/kg")) };
            let judged = judge(&input);
            assert_eq!((judged.verdict, judged.needs_second_analyst), (Verdict::Nonconforming, second), "{text}");
        }
    }
    #[test]
    fn sums_of_shares_are_exact() {
        let (max, used) = (LimitRule::Max { value: d("1.0") }, LimitRule::NotDetected { banned: false });
        let third = LimitRule::Max { value: d("0.3") };
        let of = |values: &[(&str, &LimitRule)]| {
            let read: Vec<Parsed> = values.iter().map(|(t, _)| value::parse(t, Some("g/kg"))).collect();
            let parts: Vec<Component<'_>> = values
                .iter()
                .zip(&read)
                .map(|((_, limit), measured)| Component { name: "防腐剂", measured, limit, limit_unit: Some("g/kg"), loq: amount("0.01", "g/kg") })
                .collect();
            let judged = sum_of_shares(&parts);
            (judged.verdict, judged.reason.code)
        };
        assert_eq!(of(&[("0.4", &max), ("0.6", &max)]), (Verdict::Conforming, "JUDGE-SUM-MET"));
        assert_eq!(of(&[("0.4", &max), ("0.601", &max)]), (Verdict::Nonconforming, "JUDGE-SUM-EXCEEDED"));
        // three thirds are one, which no decimal division would give
        assert_eq!(of(&[("0.1", &third), ("0.1", &third), ("0.1", &third)]), (Verdict::Conforming, "JUDGE-SUM-MET"));
        assert_eq!(of(&[("0.9", &max), ("未检出", &max)]), (Verdict::NoVerdict, "JUDGE-SUM-ONE"));
        assert_eq!(of(&[("0.9", &max), ("0.005", &max)]), (Verdict::NoVerdict, "JUDGE-SUM-ONE"));
        assert_eq!(of(&[("0.4", &max), ("0.1", &used)]), (Verdict::NoVerdict, "JUDGE-SUM-NO-LIMIT"));
        assert_eq!(of(&[("0.4", &max), ("1,2", &max)]), (Verdict::NeedsPerson, "VALUE-THOUSANDS"));
    }
    #[test]
    fn the_working_says_where_a_unit_came_from_and_what_was_not_read() {
        let told = |item, result, limit, unit| judge_texts(item, result, limit, unit, None).explain(Lang::Zh);
        assert!(told("铅", "0.1", "≤0.2", Some("mg/kg")).contains("单位取自单位栏：mg/kg"));
        assert!(told("铅(mg/kg)", "0.1", "≤0.2", None).contains("单位取自项目名称：mg/kg"));
        let row = limits().iter().find(|r| r.id == "L0001").expect("L0001");
        let measured = value::parse("0.1", Some(&row.unit));
        let judged = judge(&JudgeInput::for_row(&measured, row, TaskKind::Supervisory));
        assert!(judged.explain(Lang::Zh).contains("未写单位，按限量的单位读：mg/kg"));
        let unread = told("铅", "约0.1mg/kg", "≤0.2mg/kg", None);
        assert!(unread.contains("未能读出") && !unread.contains("读作"), "{unread}");
        assert!(told("甲醇", "0.45g/L", "≤0.6g/L(以100%酒精度计)", None).contains("计法：以100%酒精度计"));
        let slip = told("恩诺沙星", "126μg/kg", "≤100mg/kg", None);
        assert!(slip.contains("126μg/kg") && slip.contains("0.126mg/kg"), "{slip}");
    }
    #[test]
    fn only_one_sided_texts_never_pass() {
        for k in 1..10_u32 {
            for head in ["", "1", "2", "21", "2.", "2.1"] {
                // what the text stands for when a power lost its superscript or its ×
                let mantissa = if head.is_empty() { Decimal::ONE } else { d(head.trim_end_matches('.')) };
                let power = units::shift(mantissa, i32::try_from(k).expect("small")).expect("fits");
                for (item, unit) in [("菌落总数", None), ("菌落总数", Some("CFU/g")), ("大肠菌群", Some("MPN/g")), ("", Some("CFU/mL"))] {
                    let result = format!("{head}10{k}");
                    let judged = judge_texts(item, &result, "≤100000", unit, None);
                    assert!(judged.verdict != Verdict::Conforming || power <= d("100000"), "{item} {result}");
                    let limit = format!("≥{head}10{k}");
                    let below = format!("9.9×10^{}", k - 1);
                    let judged = judge_texts(item, &below, &limit, unit, None);
                    assert!(judged.verdict != Verdict::Conforming || mantissa < Decimal::ONE, "{item} {below} {limit}");
                }
            }
        }
        for words in ["以脂肪计", "以乙醇计", "按干重计", "干样品,以Al计", "以每份计", "以乳固体计", "以可食部计"] {
            for (result, limit) in [(format!("0.1mg/kg({words})"), "≤0.2mg/kg".to_owned()), ("0.1mg/kg".to_owned(), format!("≤0.2mg/kg（{words}）"))] {
                let judged = judge_texts("镉", &result, &limit, None, None);
                assert_eq!(judged.reason.code, "UNIT-BASIS", "{result} {limit}");
                assert_eq!(judge_texts(&format!("镉({words})"), &result, &limit, None, None).verdict, Verdict::Conforming, "{result} {limit}");
            }
        }
    }
    #[test]
    fn the_unit_may_stand_in_the_item() {
        assert_eq!(judge_texts("菌落总数﹙CFU/g﹚", "2.1×10⁴", "≤1000CFU/g", None, None).verdict, Verdict::Nonconforming);
        assert_eq!(judge_texts("没有这一项(以Pb计)", "0.5", "≤0.2mg/kg", None, None).reason.code, "UNIT-MISSING");
        assert_eq!(judge_texts("铅", "0.5", "≤0.2", Some("mg/kg"), Some("/")).verdict, Verdict::Nonconforming);
    }
}
