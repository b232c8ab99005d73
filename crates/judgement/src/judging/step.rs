//! 判定过程 the working, as data and as sentences.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Decimal, Label, Lang};
use shiyan_statute::{DetectionKind, Natural};

use super::verdict::Verdict;
use crate::limit::LimitRef;
use crate::reading::{ParseNote, Parsed, Why};

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
        /// 天然本底 in this food.
        natural: Natural,
        /// 食品 where the background lies in some foods only, so that the food decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        food: Option<String>,
        /// A recorded ingredient that may bring it.
        ingredient: Option<String>,
        /// 配料 were recorded.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recorded: bool,
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
            Self::Background { name, natural, food, ingredient, recorded } => {
                let natural = natural.label(lang);
                let within = food.as_ref().map_or_else(String::new, |f| if zh { format!("在“{f}”中，") } else { format!("in “{f}”, ") });
                let brought = match ingredient {
                    Some(word) => format!("{}{word}", lang.pick("；记录的配料可能带入：", "; a recorded ingredient may bring it: ")),
                    None if *recorded => lang.pick("；记录的配料不会带入", "; no recorded ingredient brings it").to_owned(),
                    None => String::new(),
                };
                format!("{name}：{within}{}{natural}{brought}", lang.pick("天然本底 ", "natural background "))
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

pub(crate) fn understood(measured: &Parsed) -> Step {
    let canonical = if measured.needs_person().is_some() { String::new() } else { measured.canonical() };
    Step::Understood { raw: measured.raw.clone(), canonical, notes: measured.notes.clone() }
}
