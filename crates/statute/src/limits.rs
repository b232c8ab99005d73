//! 限量 limits (`data/limits.csv`) and the choice of the one that applies.
//!
//! The shipped rows are all 待核实; a 质量负责人 activates them, the app stores that act and hands the rows with their
//! status to [`choose`]. The choice prefers the most specific category, never falls back to a wider rule, and gives
//! anything that words alone decide (除外, 预包装, 全脂 …) to a person.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Decimal, Label, Lang, Move, Moves, NaiveDate, Refusal, labels};

use crate::exclusion::{self, Covers};
use crate::{codes, data, editions};

/// The shipped files of rows, in the order in which they came.
const FILES: [(&str, &str); 2] =
    [("limits.csv", include_str!("../data/limits.csv")), ("limits_gb2762_2025.csv", include_str!("../data/limits_gb2762_2025.csv"))];
const ALIASES: &str = include_str!("../data/category_aliases.csv");
/// 细类 the fourth level is the finest of the national dictionary.
pub(crate) const FINEST: usize = 4;
/// 任何食品 the path element that stands for every class.
pub(crate) const ANY: &str = "*";
/// 食用农产品 the class whose 亚类 are classes of their own in other lists.
const FARM_PRODUCE: &str = "食用农产品";
/// 食用农产品的亚类
const BRANCHES: [&str; 7] = ["畜禽肉及副产品", "蔬菜", "水产品", "水果", "鲜蛋", "豆类", "生干坚果与籽类食品"];

labels! {
    /// 项目类别 the group an item belongs to.
    pub enum AnalyteGroup {
        Pesticide = "pesticide", "农药残留", "Pesticide residue";
        Veterinary = "veterinary", "兽药残留", "Veterinary drug residue";
        Microbe = "microbe", "微生物", "Microorganism";
        Additive = "additive", "食品添加剂", "Food additive";
        Contaminant = "contaminant", "重金属等污染物", "Heavy metal or other contaminant";
        Toxin = "toxin", "生物毒素", "Biotoxin";
        Quality = "quality", "质量指标", "Quality index";
        Banned = "banned", "禁用物质/非法添加", "Banned or illegally added substance";
        Other = "other", "其他", "Other";
    }
}
labels! {
    /// 限量状态 only an active row decides.
    pub enum LimitStatus {
        Pending = "pending", "待核实", "To be checked";
        Active = "active", "启用", "Active";
        Retired = "retired", "停用", "Retired";
    }
}
labels! {
    /// 限量的动作
    pub enum LimitAction {
        Activate = "activate", "启用", "Activate";
        Retire = "retire", "停用", "Retire";
    }
}

/// 状态表 of a limit: a row in use is never edited and one that was retired never comes back.
pub const LIMIT_MOVES: Moves<LimitStatus, LimitAction> = Moves {
    noun: ("限量", "limit"),
    begins: LimitStatus::Pending,
    opening: &[],
    over: &[LimitStatus::Retired],
    table: &[
        Move::new(LimitStatus::Pending, LimitAction::Activate, LimitStatus::Active, Act::Limits),
        Move::new(LimitStatus::Pending, LimitAction::Retire, LimitStatus::Retired, Act::Limits),
        Move::new(LimitStatus::Active, LimitAction::Retire, LimitStatus::Retired, Act::Limits),
    ],
};
labels! {
    /// 检出限的种类.
    pub enum DetectionKind {
        Lod = "LOD", "检出限", "Limit of detection";
        Loq = "LOQ", "定量限", "Limit of quantification";
    }
}

/// 方法检出限或定量限 of the method named in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectionLimit {
    /// 检出限 or 定量限.
    pub kind: DetectionKind,
    /// 数值
    pub value: Decimal,
    /// 单位
    pub unit: String,
    /// Which of the methods it is for, when the source says so.
    pub note: String,
}

/// 限量规则 what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LimitRule {
    /// ≤
    Max {
        /// 最大允许限
        value: Decimal,
    },
    /// ≥
    Min {
        /// 最小允许限
        value: Decimal,
    },
    /// lo ~ hi, both ends allowed.
    Range {
        /// 最小允许限
        lo: Decimal,
        /// 最大允许限
        hi: Decimal,
    },
    /// 不得检出（`banned`）or 不得使用: the latter may be carried over or be natural, so a number goes to a person.
    NotDetected {
        /// 不得检出/禁用 as against 不得使用.
        banned: bool,
    },
    /// n, c, m, M of a microbiological plan; without M a two-class plan.
    ThreeClass {
        /// 样品数
        n: u32,
        /// 最大可允许超出m值的样品数
        c: u32,
        /// 可接受水平
        m: Decimal,
        /// 最高安全限量
        #[serde(rename = "M")]
        upper: Option<Decimal>,
    },
}

impl LimitRule {
    /// The rule as it is written in a report, without the unit.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Max { value } => format!("≤{value}"),
            Self::Min { value } => format!("≥{value}"),
            Self::Range { lo, hi } => format!("{lo}~{hi}"),
            Self::NotDetected { banned: true } => "不得检出".to_owned(),
            Self::NotDetected { banned: false } => "不得使用".to_owned(),
            Self::ThreeClass { n, c, m, upper: Some(upper) } => format!("n={n},c={c},m={m},M={upper}"),
            Self::ThreeClass { n, c, m, upper: None } => format!("n={n},c={c},m={m}"),
        }
    }
}

/// 限量行 one row of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRow {
    /// Stable key, e.g. `L0001`.
    pub id: String,
    /// 分类原文
    pub category_text: String,
    /// The text resolved to paths; `*` stands for any class.
    pub categories: Vec<CategoryPath>,
    /// 条件 that no path can prove, e.g. 预包装; a person confirms them.
    pub conditions: Vec<String>,
    /// 除外 the foods the row does not cover; a person confirms that the sample is none of them.
    pub exceptions: Vec<String>,
    /// Further words of the row that do not decide.
    pub remarks: Vec<String>,
    /// 项目
    pub analyte: String,
    /// Other names of the item.
    pub aliases: Vec<String>,
    /// 项目类别
    pub analyte_group: AnalyteGroup,
    /// 限量
    pub rule: LimitRule,
    /// 单位
    pub unit: String,
    /// 判定依据
    pub basis: String,
    /// 检验依据
    pub method: String,
    /// 检出限或定量限
    pub lod_loq: Option<DetectionLimit>,
    /// 可信度 with its marks (`src`, `V26`, `edition?`).
    pub confidence: String,
    /// First day it applies.
    pub effective_from: NaiveDate,
    /// First day it no longer applies.
    pub effective_to: Option<NaiveDate>,
    /// Version of the row.
    pub version: u32,
    /// 状态
    pub status: LimitStatus,
    /// 出处 table and page of the standard, where the row was read from it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl LimitRow {
    /// In force on that day, whatever its status.
    #[must_use]
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.effective_from <= on && self.effective_to.is_none_or(|end| on < end)
    }
    /// Whether a person has to confirm that the row holds for this food: it names conditions that the sheet does not settle, or exceptions
    /// that path and name do not.
    #[must_use]
    pub fn is_conditional(&self, query: &LimitQuery<'_>) -> bool {
        let sample = canonical(query.category);
        let levels = with_name(&sample, query.food_name);
        let at = canonical_paths(self).iter().filter_map(|p| reach(p, &levels)).max();
        let whole = sample.len() >= FINEST;
        at.is_none_or(|at| self.is_open(query.prepackaged, &levels, at, whole) || exclusion::covers(&self.excluded(), &levels, at, whole) != Covers::Yes)
    }
    /// It names conditions that the sheet does not settle.
    fn is_open(&self, prepackaged: Option<bool>, levels: &[String], at: usize, whole: bool) -> bool {
        let settled = |c: &String| {
            c == "预包装" && prepackaged == Some(true)
                || excluded_word(c).is_some()
                || group_word(c).is_some_and(|word| exclusion::covers(&[word.to_owned()], levels, at, whole) == Covers::No)
        };
        !self.conditions.iter().all(settled)
    }
    /// It holds for a group (属…) that the food certainly is none of.
    fn is_of_others(&self, levels: &[String], at: usize, whole: bool) -> bool {
        self.conditions.iter().filter_map(|c| group_word(c)).any(|word| exclusion::covers(&[word.to_owned()], levels, at, whole) == Covers::Yes)
    }
    /// 除外 the words of its exceptions, and those of its conditions 非… that the list of exclusions knows.
    fn excluded(&self) -> Cow<'_, [String]> {
        let more: Vec<String> = self.conditions.iter().filter_map(|c| excluded_word(c)).map(str::to_owned).collect();
        if more.is_empty() { Cow::Borrowed(&self.exceptions) } else { self.exceptions.iter().cloned().chain(more).collect() }
    }
    /// The row in one phrase: its key, food, days, and the words a person has to confirm.
    #[must_use]
    pub fn named(&self, lang: Lang) -> String {
        let to = self.effective_to.map_or_else(String::new, |end| format!(" {} {end} {}", lang.pick("至", "until"), lang.pick("前", "")));
        let mut text = format!("{} {} {} {}{to}", self.id, self.category_text, lang.pick("自", "from"), self.effective_from).trim_end().to_owned();
        let words = |label: &str, words: &[String]| if words.is_empty() { String::new() } else { format!(" {label}{}", words.join(lang.pick("、", ", "))) };
        text.push_str(&words(lang.pick("条件：", "if "), &self.conditions));
        text.push_str(&words(lang.pick("除外：", "not "), &self.exceptions));
        text
    }
    /// 内容 what makes two rows the same limit, whatever file they came from and whatever became of them since.
    #[must_use]
    pub fn content(&self) -> LimitContent<'_> {
        let Self { categories, conditions, exceptions, analyte, aliases, rule, unit, basis, method, lod_loq, effective_from, effective_to, .. } = self;
        LimitContent {
            categories,
            conditions,
            exceptions,
            analyte,
            aliases,
            rule,
            unit,
            basis,
            method,
            lod_loq: lod_loq.as_ref(),
            effective_from: *effective_from,
            effective_to: *effective_to,
        }
    }
    /// 同一范围 covers the same foods and the same item under the same words: of two such rows only one can be in force on a day.
    #[must_use]
    pub fn same_scope(&self, other: &LimitRow) -> bool {
        fn set<T: Ord + Clone>(list: &[T]) -> Vec<T> {
            let mut out = list.to_vec();
            out.sort();
            out.dedup();
            out
        }
        (self.is_about(&other.analyte) || other.is_about(&self.analyte))
            && set(&self.categories) == set(&other.categories)
            && set(&self.conditions) == set(&other.conditions)
            && set(&self.exceptions) == set(&other.exceptions)
    }
    /// Is about this item.
    #[must_use]
    pub fn is_about(&self, analyte: &str) -> bool {
        let wanted = analyte_key(analyte);
        !wanted.is_empty() && std::iter::once(&self.analyte).chain(&self.aliases).any(|name| analyte_key(name) == wanted)
    }
    /// 限量写法 with the unit, e.g. `≤0.2mg/kg`.
    #[must_use]
    pub fn limit_text(&self) -> String {
        match self.rule {
            LimitRule::NotDetected { banned: false } => self.rule.text(),
            _ if self.unit == "/" => self.rule.text(),
            _ => format!("{}{}", self.rule.text(), self.unit),
        }
    }
    /// 引用 the sentence that cites the row.
    #[must_use]
    pub fn reference(&self, lang: Lang) -> String {
        // Whether the number was checked is the status: a quality manager puts a row to use by signing for it.
        let Self { id, version, category_text, analyte, basis, effective_from, .. } = self;
        let (limit, status) = (self.limit_text(), self.status.label(lang));
        match lang {
            Lang::Zh => format!("{id} 版本{version}：{category_text} {analyte} {limit}；依据 {basis}；自 {effective_from} 起；{status}"),
            Lang::En => format!("{id} version {version}: {category_text} {analyte} {limit}; basis {basis}; from {effective_from}; {status}"),
        }
    }
}

/// What [`LimitRow::content`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LimitContent<'a> {
    categories: &'a [CategoryPath],
    conditions: &'a [String],
    exceptions: &'a [String],
    analyte: &'a str,
    aliases: &'a [String],
    rule: &'a LimitRule,
    unit: &'a str,
    basis: &'a str,
    method: &'a str,
    lod_loq: Option<&'a DetectionLimit>,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    category_text: String,
    categories: String,
    conditions: String,
    exceptions: String,
    remarks: String,
    analyte: String,
    aliases: String,
    analyte_group: AnalyteGroup,
    kind: String,
    value: String,
    upper: String,
    n: String,
    c: String,
    m: String,
    #[serde(rename = "M")]
    big_m: String,
    unit: String,
    basis: String,
    method: String,
    det_kind: Option<DetectionKind>,
    det_value: String,
    det_unit: String,
    det_note: String,
    confidence: String,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
    version: u32,
    status: LimitStatus,
    #[serde(default)]
    source: String,
}

pub(crate) fn list(text: &str) -> Vec<String> {
    text.split('|').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

impl Row {
    fn limit(self) -> Result<LimitRow, String> {
        self.rule().map_err(|e| format!("{}: {e}", self.id)).map(|(rule, lod_loq)| LimitRow {
            categories: list(&self.categories).iter().map(|p| CategoryPath::parse(p)).collect(),
            conditions: list(&self.conditions),
            exceptions: list(&self.exceptions),
            remarks: list(&self.remarks),
            aliases: list(&self.aliases),
            id: self.id,
            category_text: self.category_text,
            analyte: self.analyte,
            analyte_group: self.analyte_group,
            rule,
            unit: self.unit,
            basis: self.basis,
            method: self.method,
            lod_loq,
            confidence: self.confidence,
            effective_from: self.effective_from,
            effective_to: self.effective_to,
            version: self.version,
            status: self.status,
            source: self.source,
        })
    }
    fn rule(&self) -> Result<(LimitRule, Option<DetectionLimit>), String> {
        fn must<T: std::str::FromStr>(text: &str) -> Result<T, String> {
            data::optional(text)?.ok_or_else(|| "a value is missing".to_owned())
        }
        let rule = match self.kind.as_str() {
            "max" => LimitRule::Max { value: must(&self.value)? },
            "min" => LimitRule::Min { value: must(&self.value)? },
            "range" => LimitRule::Range { lo: must(&self.value)?, hi: must(&self.upper)? },
            "not_detected" => LimitRule::NotDetected { banned: true },
            "not_used" => LimitRule::NotDetected { banned: false },
            "three_class" => LimitRule::ThreeClass { n: must(&self.n)?, c: must(&self.c)?, m: must(&self.m)?, upper: data::optional(&self.big_m)? },
            other => return Err(format!("unknown kind {other}")),
        };
        let detection = match self.det_kind {
            None => None,
            Some(kind) => Some(DetectionLimit { kind, value: must(&self.det_value)?, unit: self.det_unit.clone(), note: self.det_note.clone() }),
        };
        Ok((rule, detection))
    }
}

static LIMITS: LazyLock<Result<Vec<LimitRow>, String>> = LazyLock::new(|| {
    let mut out = Vec::new();
    for (name, text) in FILES {
        for row in data::rows::<Row>(name, text)? {
            out.push(row.limit()?);
        }
    }
    Ok(out)
});

#[derive(Deserialize)]
struct AliasRow {
    alias: String,
    canonical: String,
    under: String,
}
struct Alias {
    canonical: String,
    under: CategoryPath,
}
static CATEGORY_ALIASES: LazyLock<Result<BTreeMap<String, Vec<Alias>>, String>> = LazyLock::new(|| {
    let mut out: BTreeMap<String, Vec<Alias>> = BTreeMap::new();
    for row in data::rows::<AliasRow>("category_aliases.csv", ALIASES)? {
        out.entry(row.alias).or_default().push(Alias { canonical: row.canonical, under: CategoryPath::parse(&row.under) });
    }
    Ok(out)
});

pub(crate) fn problem() -> Option<String> {
    LIMITS.as_ref().err().or(CATEGORY_ALIASES.as_ref().err()).cloned()
}

/// The shipped rows, all 待核实.
#[must_use]
pub fn limits() -> &'static [LimitRow] {
    LIMITS.as_ref().map_or(&[], Vec::as_slice)
}

/// An item name with what does not matter taken out: width, spaces, brackets of either kind, subscript digits.
fn analyte_key(name: &str) -> String {
    fold(name)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '₀'..='₉' => char::from_u32(u32::from(c) - 0x2080 + 0x30).unwrap_or(c),
            '﹙' | '[' | '【' | '〔' => '(',
            '﹚' | ']' | '】' | '〕' => ')',
            '、' | '，' => ',',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

/// 项目的写法 what two spellings of one item have in common; good for comparing, not for showing.
#[must_use]
pub fn item_key(name: &str) -> String {
    analyte_key(name)
}

/// 项目的主名 the same without the brackets behind it, the words 残留量 and what a notice writes in front (初检结果：): `铝的残留量(干样品,以Al计)` is 铝.
#[must_use]
pub fn item_core(name: &str) -> String {
    let key = analyte_key(name);
    let mut key = ["初检结果:", "复检结果:", "初检:", "复检:"].iter().find_map(|w| key.strip_prefix(w)).unwrap_or(&key);
    if key.ends_with(')')
        && let Some(at) = key.find('(').filter(|at| *at > 0)
    {
        key = &key[..at];
    }
    key.trim_end_matches("残留量").trim_end_matches('的').to_owned()
}

/// Two names of the same item, as far as spelling goes.
#[must_use]
pub fn same_analyte(a: &str, b: &str) -> bool {
    analyte_key(a) == analyte_key(b)
}

/// 选限量的问题 what is asked of the library.
#[derive(Debug, Clone, Copy)]
pub struct LimitQuery<'a> {
    /// 食品分类 of the sample.
    pub category: &'a CategoryPath,
    /// 样品名称, taken as one more level below the path; it must be the food itself, e.g. 韭菜.
    pub food_name: &'a str,
    /// 检验项目
    pub analyte: &'a str,
    /// 生产日期 of prepackaged food, otherwise the day it was bought or taken.
    pub ref_date: NaiveDate,
    /// 预包装, when the sheet says so; it settles that one condition.
    pub prepackaged: Option<bool>,
}

/// 选中的限量.
#[derive(Debug, Clone, PartialEq)]
pub enum LimitChoice<'a> {
    /// Exactly one active row.
    One(&'a LimitRow),
    /// No row at all.
    None {
        /// Why.
        reason: &'static CodeInfo,
    },
    /// Several rows are equally near, or a nearer one cannot be ruled out.
    Tie(Vec<&'a LimitRow>),
    /// The nearest row holds only under words (除外, 预包装 …) that a person has to confirm.
    Conditional(Vec<&'a LimitRow>),
    /// The nearest row is not activated yet.
    OnlyPending(Vec<&'a LimitRow>),
    /// The nearest row is not in force on the day, or was retired; a wider one does not take its place.
    Expired(Vec<&'a LimitRow>),
}

impl<'a> LimitChoice<'a> {
    /// The rows that came into question.
    #[must_use]
    pub fn rows(&self) -> &[&'a LimitRow] {
        match self {
            Self::One(row) => std::slice::from_ref(row),
            Self::None { .. } => &[],
            Self::Tie(rows) | Self::Conditional(rows) | Self::OnlyPending(rows) | Self::Expired(rows) => rows,
        }
    }
    /// The row to judge by.
    ///
    /// # Errors
    /// Why there is none; a person decides.
    pub fn settled(&self, query: &LimitQuery<'_>) -> Result<&'a LimitRow, Refusal> {
        let code = match self {
            Self::One(row) => return Ok(row),
            Self::None { reason } => *reason,
            Self::Tie(_) => codes::TIE,
            Self::Conditional(_) => codes::CONDITION,
            Self::OnlyPending(_) => codes::PENDING,
            Self::Expired(_) => codes::EXPIRED,
        };
        let named = |lang: Lang| self.rows().iter().map(|r| r.named(lang)).collect::<Vec<_>>().join(lang.pick("；", "; "));
        let told = Refusal::new(code).with("category", query.category.text()).with("food", query.food_name).with("analyte", query.analyte);
        Err(told.with("on", query.ref_date).with("rows", named(Lang::Zh)).with("rows_en", named(Lang::En)))
    }
}

/// [`choose`] without knowing whether the food is prepackaged.
pub fn choose_limit<'a>(
    rows: impl Iterator<Item = &'a LimitRow>,
    category: &CategoryPath,
    food_name: &str,
    analyte: &str,
    ref_date: NaiveDate,
) -> LimitChoice<'a> {
    choose(rows, &LimitQuery { category, food_name, analyte, ref_date, prepackaged: None })
}

/// The row that applies, or why none does.
pub fn choose<'a>(rows: impl Iterator<Item = &'a LimitRow>, query: &LimitQuery<'_>) -> LimitChoice<'a> {
    choose_among(rows.filter(|r| r.is_about(query.analyte)).map(|r| (r, Cow::Owned(canonical_paths(r)))), canonical(query.category), query)
}

/// Paths of a row in the words of the library.
type Paths = Vec<Vec<String>>;

fn canonical_paths(row: &LimitRow) -> Paths {
    row.categories.iter().map(canonical).collect()
}

/// The choice among rows that are all about the item, for a path in the words of the library.
fn choose_among<'a>(rows: impl Iterator<Item = (&'a LimitRow, Cow<'a, Paths>)>, sample: Vec<String>, query: &LimitQuery<'_>) -> LimitChoice<'a> {
    if sample.is_empty() || analyte_key(query.analyte).is_empty() {
        return LimitChoice::None { reason: codes::NO_QUERY };
    }
    let levels = with_name(&sample, query.food_name);
    let mut matched: Vec<(usize, &LimitRow)> = Vec::new();
    let mut deeper: Vec<(usize, &LimitRow)> = Vec::new();
    for (row, paths) in rows {
        // a condition that the sheet answers with no takes the row out
        if query.prepackaged == Some(false) && row.conditions.iter().any(|c| c == "预包装") {
            continue;
        }
        match paths.iter().filter_map(|p| reach(p, &levels)).max() {
            Some(at) => matched.push((at, row)),
            None => deeper.extend(paths.iter().filter_map(|p| fork(p, &sample)).max().map(|at| (at, row))),
        }
    }
    superseded(&mut matched, query.ref_date);
    matched.retain(|(at, row)| !row.is_of_others(&levels, *at, sample.len() >= FINEST));
    // what a row excludes it says nothing about, and a wider row does not take its place
    let excluded = without_excluded(&mut matched, &levels, sample.len() >= FINEST, query.ref_date);
    let nearest = matched.iter().map(|(at, _)| *at).max();
    if let Some(at) = excluded.iter().map(|(at, _)| *at).max()
        && nearest.is_some_and(|n| n < at)
    {
        return LimitChoice::Conditional(excluded.into_iter().chain(matched).map(|(_, row)| row).collect());
    }
    let Some(nearest) = nearest else {
        return LimitChoice::None { reason: if deeper.iter().any(|(at, _)| *at == sample.len()) { codes::TOO_WIDE } else { codes::NO_LIMIT } };
    };
    matched.retain(|(at, _)| *at == nearest);
    let all: Vec<&LimitRow> = matched.into_iter().map(|(_, row)| row).collect();
    let living: Vec<&LimitRow> = all.iter().copied().filter(|r| r.status != LimitStatus::Retired && r.in_force(query.ref_date)).collect();
    if living.is_empty() {
        return LimitChoice::Expired(all);
    }
    // a sample that is not filed down to 细类 may yet be what a nearer row is about, unless its own name decided
    let deeper: Vec<&LimitRow> =
        deeper.into_iter().filter(|(at, r)| *at >= nearest && r.status != LimitStatus::Retired && r.in_force(query.ref_date)).map(|(_, r)| r).collect();
    if nearest < levels.len() && sample.len() < FINEST && !deeper.is_empty() {
        return LimitChoice::Tie(living.into_iter().chain(deeper).collect());
    }
    let active: Vec<&LimitRow> = living.iter().copied().filter(|r| r.status == LimitStatus::Active).collect();
    if active.len() < living.len() {
        // a pending row beside an active one is a contradiction somebody has not settled
        return if active.is_empty() { LimitChoice::OnlyPending(living) } else { LimitChoice::Tie(living) };
    }
    let whole = sample.len() >= FINEST;
    let open = |r: &LimitRow| r.is_open(query.prepackaged, &levels, nearest, whole) || exclusion::covers(&r.excluded(), &levels, nearest, whole) != Covers::Yes;
    if active.iter().any(|r| open(r)) {
        return LimitChoice::Conditional(active);
    }
    match active.as_slice() {
        [one] => LimitChoice::One(one),
        _ => LimitChoice::Tie(active),
    }
}

/// 新旧版本 two editions of one standard are not of one day: where a row of another edition of the same standard is in force, a row that is not in force
/// yet says nothing, and neither does one that has ended if the edition in force is whole. Within one edition the nearest row stays the
/// nearest, and a wider one never takes its place.
fn superseded(matched: &mut Vec<(usize, &LimitRow)>, on: NaiveDate) {
    if matched.iter().all(|(_, r)| r.in_force(on)) {
        return;
    }
    let living: Vec<&LimitRow> = matched.iter().map(|(_, r)| *r).filter(|r| r.status != LimitStatus::Retired && r.in_force(on)).collect();
    let replaced = |row: &LimitRow| {
        living.iter().any(|other| {
            let (number, basis) = (editions::standard_number(&row.basis), other.basis.as_str());
            number == editions::standard_number(basis) && row.basis != basis && (row.effective_from > on || editions::is_whole(basis))
        })
    };
    matched.retain(|(_, r)| r.in_force(on) || !replaced(r));
}

/// Takes out the rows in force that exclude the food, and gives them back.
fn without_excluded<'a>(matched: &mut Vec<(usize, &'a LimitRow)>, levels: &[String], whole: bool, on: NaiveDate) -> Vec<(usize, &'a LimitRow)> {
    let is_out = |at: usize, row: &LimitRow| {
        row.status != LimitStatus::Retired && row.in_force(on) && exclusion::covers(&row.excluded(), levels, at, whole) == Covers::No
    };
    let out = matched.iter().copied().filter(|(at, row)| is_out(*at, row)).collect();
    matched.retain(|(at, row)| !is_out(*at, row));
    out
}

/// The rows about one item.
#[derive(Debug, Clone, Default)]
struct ItemRows {
    rows: Vec<usize>,
    /// For a class: the rows that have a path in it or in any class, with those paths. The key `*` is for every other class.
    by_class: BTreeMap<String, Vec<(usize, Paths)>>,
}

/// 限量库 the rows of an installation, in order, with what a choice asks for worked out once: the rows of each item and their
/// paths by class. A choice among ten thousand rows then looks at the few that are about the item and the class.
#[derive(Debug, Clone, Default)]
pub struct LimitLibrary {
    rows: Vec<LimitRow>,
    by_item: BTreeMap<String, ItemRows>,
    revision: OnceLock<String>,
}

impl LimitLibrary {
    /// Over these rows.
    #[must_use]
    pub fn new(rows: Vec<LimitRow>) -> Self {
        let mut by_item: BTreeMap<String, ItemRows> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            for name in std::iter::once(&row.analyte).chain(&row.aliases) {
                let known = &mut by_item.entry(analyte_key(name)).or_default().rows;
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
        }
        by_item.remove("");
        let paths: Vec<Paths> = rows.iter().map(canonical_paths).collect();
        let is = |path: &[String], class: &str| path.first().is_some_and(|own| own == class);
        for item in by_item.values_mut() {
            let own = || item.rows.iter().filter_map(|at| Some((*at, paths.get(*at)?)));
            let classes: BTreeSet<&str> = own().flat_map(|(_, paths)| paths).filter_map(|p| p.first()).map(String::as_str).chain([ANY]).collect();
            let of = |class: &str| -> Vec<(usize, Paths)> {
                let here = |paths: &Paths| paths.iter().filter(|p| is(p, class) || is(p, ANY)).cloned().collect::<Paths>();
                own().map(|(at, paths)| (at, here(paths))).filter(|(_, paths)| !paths.is_empty()).collect()
            };
            item.by_class = classes.into_iter().map(|class| (class.to_owned(), of(class))).collect();
        }
        Self { rows, by_item, revision: OnceLock::new() }
    }
    /// 限量库版本 a short mark of everything that the rows say, their status included, in whatever order: two libraries with the same mark
    /// decide alike. Worked out at the first question.
    #[must_use]
    pub fn revision(&self) -> &str {
        self.revision.get_or_init(|| crate::editions::mark_of(&self.rows))
    }
    /// The rows of one item.
    pub fn about(&self, analyte: &str) -> impl Iterator<Item = &LimitRow> {
        self.places(analyte).iter().filter_map(|at| self.rows.get(*at))
    }
    /// The row that applies, or why none does; the same answer as [`choose`] over all rows.
    #[must_use]
    pub fn choose(&self, query: &LimitQuery<'_>) -> LimitChoice<'_> {
        let sample = canonical(query.category);
        let item = self.by_item.get(&analyte_key(query.analyte)).map(|item| &item.by_class);
        let here = item.zip(sample.first()).and_then(|(classes, class)| classes.get(class).or_else(|| classes.get(ANY)));
        let rows = here.into_iter().flatten().filter_map(|(at, paths)| Some((self.rows.get(*at)?, Cow::Borrowed(paths))));
        choose_among(rows, sample, query)
    }
    /// 候选限量 the rows that come into question where none is certain, each with why it is in doubt: Chinese, English. Where no row fits at
    /// all, those about the item that lie on the path of the sample, above it or below.
    #[must_use]
    pub fn candidates(&self, query: &LimitQuery<'_>) -> Vec<(&LimitRow, (String, String))> {
        let choice = self.choose(query);
        if matches!(choice, LimitChoice::One(_)) {
            return Vec::new();
        }
        let mut rows: Vec<&LimitRow> = choice.rows().to_vec();
        if rows.is_empty() {
            let sample = with_name(&canonical(query.category), query.food_name);
            let on_path = |row: &&LimitRow| canonical_paths(row).iter().any(|path| path.iter().zip(&sample).all(|(a, b)| a == b));
            let living = |row: &&LimitRow| row.status != LimitStatus::Retired && row.in_force(query.ref_date);
            rows = self.about(query.analyte).filter(living).filter(on_path).collect();
        }
        rows.into_iter().map(|row| (row, in_doubt(row, query))).collect()
    }
    fn places(&self, analyte: &str) -> &[usize] {
        self.by_item.get(&analyte_key(analyte)).map_or(&[], |item| item.rows.as_slice())
    }
}

impl std::ops::Deref for LimitLibrary {
    type Target = [LimitRow];
    fn deref(&self) -> &[LimitRow] {
        &self.rows
    }
}

/// Why a row is in doubt for a sample, in words.
fn in_doubt(row: &LimitRow, query: &LimitQuery<'_>) -> (String, String) {
    let mut said: Vec<(String, String)> = Vec::new();
    let mut say = |zh: String, en: String| said.push((zh, en));
    match row.status {
        LimitStatus::Pending => say("待核实，尚未启用".to_owned(), "still to be checked, not in use".to_owned()),
        LimitStatus::Retired => say("已停用".to_owned(), "retired".to_owned()),
        LimitStatus::Active => {}
    }
    if !row.in_force(query.ref_date) {
        let to = row.effective_to.map_or_else(String::new, |d| d.pred_opt().unwrap_or(d).to_string());
        say(
            format!("{} 不在其有效期 {} 至 {to} 内", query.ref_date, row.effective_from),
            format!("{} lies outside its days, {} to {to}", query.ref_date, row.effective_from),
        );
    }
    if !row.conditions.is_empty() {
        say(format!("有条件：{}", row.conditions.join("、")), format!("under words to be confirmed: {}", row.conditions.join(", ")));
    }
    if said.is_empty() {
        said.push(("与别的限量同样接近，或该样品归不到它的食品".to_owned(), "as near as another one, or the food is not filed down to it".to_owned()));
    }
    let (zh, en): (Vec<String>, Vec<String>) = said.into_iter().unzip();
    (zh.join("；"), en.join("; "))
}

/// A class name in the words of the 35 classes, where it is another spelling of one.
pub(crate) fn class_word(class: &str) -> String {
    canonical_level(&fold(class), &[])
}

/// The word of a condition 非… that the list of exclusions settles.
fn excluded_word(condition: &str) -> Option<&str> {
    condition.strip_prefix('非').filter(|word| exclusion::knows(word))
}

/// The group of a condition 属… that the list of exclusions knows.
fn group_word(condition: &str) -> Option<&str> {
    condition.strip_prefix('属').filter(|word| exclusion::knows(word))
}

/// The levels of a sample with its name as one more.
fn with_name(sample: &[String], food_name: &str) -> Vec<String> {
    let mut levels = sample.to_vec();
    let name = canonical_level(&fold(food_name), &levels);
    if !name.is_empty() && levels.last() != Some(&name) {
        levels.push(name);
    }
    levels
}

/// Every level in the words of the library.
pub(crate) fn canonical(path: &CategoryPath) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for level in &path.0 {
        let level = canonical_level(&fold(level), &out);
        if !level.is_empty() {
            out.push(level);
        }
    }
    out
}

pub(crate) fn canonical_level(level: &str, above: &[String]) -> String {
    let known = CATEGORY_ALIASES.as_ref().ok().and_then(|all| all.get(level));
    known
        .and_then(|all| all.iter().find(|a| if a.under.0.is_empty() { above.is_empty() } else { in_order(&a.under.0, above) }))
        .map_or_else(|| level.to_owned(), |a| a.canonical.clone())
}

/// The words under which a level is written below others: its own, then its aliases.
pub(crate) fn spellings(level: &str, above: &[String]) -> Vec<String> {
    let aliases = CATEGORY_ALIASES.as_ref().ok().into_iter().flat_map(|all| all.keys());
    let mut out = vec![level.to_owned()];
    out.extend(aliases.filter(|word| *word != level && canonical_level(word, above) == level).cloned());
    out
}

/// All of `part` occurs in `whole`, in order, beginning with the first.
fn in_order(part: &[String], whole: &[String]) -> bool {
    reach(part, whole).is_some()
}

/// How deep into the sample's levels a row reaches: its class is the sample's class and its other levels follow in order.
/// The national dictionary has levels in between that the words of the limits skip, so a gap is allowed, a change is not.
pub(crate) fn reach(row: &[String], sample: &[String]) -> Option<usize> {
    let (class, rest) = row.split_first()?;
    let own = sample.first()?;
    let mut at = usize::from(class == own);
    if at == 0 {
        if class != ANY {
            return None;
        }
        if rest.is_empty() {
            return Some(0);
        }
    }
    // a branch of the farm produce is never skipped: 食用农产品/豆类 is not 食用农产品/蔬菜/豆类
    if let (Some(branch), Some(own)) = (rest.first(), sample.get(1))
        && at == 1
        && class == FARM_PRODUCE
        && branch != own
        && BRANCHES.contains(&branch.as_str())
    {
        return None;
    }
    for level in rest {
        at += sample.get(at..)?.iter().position(|s| s == level)? + 1;
    }
    Some(at)
}

/// Where a row that does not match leaves the sample's levels.
pub(crate) fn fork(row: &[String], sample: &[String]) -> Option<usize> {
    (1..row.len()).rev().find_map(|n| reach(&row[..n], sample))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::NaiveDate;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }
    fn active() -> Vec<LimitRow> {
        limits().iter().cloned().map(|r| LimitRow { status: LimitStatus::Active, ..r }).collect()
    }
    fn of<'a>(rows: &'a [LimitRow], path: &str, food: &str, analyte: &str, on: &str) -> LimitChoice<'a> {
        choose_limit(rows.iter(), &CategoryPath::parse(path), food, analyte, day(on))
    }
    fn one(choice: LimitChoice<'_>) -> String {
        match choice {
            LimitChoice::One(row) => row.limit_text(),
            other => panic!("{other:?}"),
        }
    }
    #[test]
    fn the_file_is_whole_cited_and_pending() {
        assert_eq!((limits().len(), limits().iter().filter(|r| r.basis == "GB 2762-2025").count()), (561, 258));
        let standards: Vec<BTreeMap<String, String>> = data::rows("standards.csv", include_str!("../data/standards.csv")).expect("standards");
        let mut ids = BTreeSet::new();
        for row in limits() {
            assert!(ids.insert(&row.id), "{} twice", row.id);
            assert_eq!(row.status, LimitStatus::Pending, "{}", row.id);
            assert!(!row.categories.is_empty() && !row.basis.is_empty() && !row.method.is_empty() && !row.confidence.is_empty(), "{}", row.id);
            for path in &row.categories {
                assert!(path.class() == ANY || crate::food_class(path.class()).is_some(), "{}: {path}", row.id);
            }
            // words in brackets never disappear: they are a path, a condition, an exception or a remark
            // of the edition of 2025 part of a line may be free of them: its paths hold none of the foods left out
            if row.category_text.contains("除外") && row.source.is_empty() {
                assert!(!row.exceptions.is_empty(), "{}", row.id);
            }
            assert!(!row.category_text.contains("预包装") || row.conditions.iter().any(|c| c == "预包装"), "{}", row.id);
            assert_eq!(row.confidence.contains("V26"), row.effective_to == Some(day("2026-03-01")), "{}", row.id);
            assert_eq!(row.basis == "GB 2762-2022", row.effective_to == Some(day("2026-09-02")), "{}", row.id);
            let standard = standards.iter().filter(|s| row.basis.starts_with(&s["key"])).max_by_key(|s| s["key"].len());
            let standard = standard.unwrap_or_else(|| panic!("{}: {} is not in standards.csv", row.id, row.basis));
            assert_eq!(row.effective_from.to_string(), standard["effective_from"], "{}", row.id);
            assert_eq!(row.effective_to.map_or_else(String::new, |d| d.to_string()), standard["effective_to"], "{}", row.id);
            assert!(row.reference(Lang::Zh).contains(&row.basis) && row.reference(Lang::En).contains(&format!("version {}", row.version)));
        }
        assert!(ids.contains(&"L0001".to_owned()) && ids.contains(&"L0294".to_owned()));
    }
    #[test]
    fn pending_rows_decide_nothing() {
        let library = LimitLibrary::new(limits().to_vec());
        for row in limits() {
            for path in row.categories.iter().filter(|p| p.class() != ANY) {
                let query = LimitQuery { category: path, food_name: "", analyte: &row.analyte, ref_date: row.effective_from, prepackaged: None };
                let choice = library.choose(&query);
                assert!(!matches!(choice, LimitChoice::One(_)), "{}", row.id);
            }
        }
        let choice = of(limits(), "食用农产品/蔬菜/鳞茎类蔬菜/韭菜", "韭菜", "腐霉利", "2025-06-01");
        assert!(matches!(choice, LimitChoice::OnlyPending(rows) if rows[0].id == "L0001"));
    }
    #[test]
    fn the_nearest_category_wins() {
        let rows = active();
        assert_eq!(one(of(&rows, "食用农产品/蔬菜/鳞茎类蔬菜/韭菜", "韭菜", "腐霉利", "2025-06-01")), "≤0.2mg/kg");
        // a name one level below the path
        assert_eq!(one(of(&rows, "食用农产品/蔬菜/鳞茎类", "韭菜", "毒死蜱", "2025-06-01")), "≤0.02mg/kg");
        assert_eq!(one(of(&rows, "食用农产品/蔬菜/叶菜类蔬菜/青菜", "青菜", "毒死蜱", "2025-06-01")), "≤0.02mg/kg");
        // 芹菜 is named, so the group 茎类 and the general row for vegetables step back
        assert_eq!(one(of(&rows, "食用农产品/蔬菜/茎类蔬菜/芹菜", "芹菜", "镉(以Cd计)", "2025-06-01")), "≤0.2mg/kg");
        // levels that the row skips
        assert_eq!(one(of(&rows, "食用农产品/水产品/淡水产品/淡水鱼", "草鱼", "恩诺沙星", "2025-06-01")), "≤100μg/kg");
        assert_eq!(one(of(&rows, "食用油、油脂及其制品/食用植物油/花生油", "花生油", "黄曲霉毒素B₁", "2025-06-01")), "≤20μg/kg");
        assert_eq!(one(of(&rows, "食用油/食用植物油/大豆油", "大豆油", "过氧化值", "2025-06-01")), "≤0.25g/100g");
        assert_eq!(one(of(&rows, "食用农产品/鲜蛋/鸡蛋", "土鸡蛋", "恩诺沙星（以恩诺沙星与环丙沙星之和计）", "2025-06-01")), "≤10μg/kg");
        assert_eq!(one(of(&rows, "蔬菜制品/酱腌菜", "泡菜", "铅", "2025-06-01")), "≤0.5mg/kg");
    }
    #[test]
    fn never_the_wider_rule() {
        let mut rows = active();
        let general = LimitRow {
            id: "T1".to_owned(),
            categories: vec![CategoryPath::parse("食用农产品/蔬菜")],
            rule: LimitRule::Max { value: Decimal::ONE },
            effective_to: None,
            ..rows[0].clone()
        };
        rows.push(general);
        let leek = "食用农产品/蔬菜/鳞茎类/韭菜";
        assert_eq!(one(of(&rows, leek, "韭菜", "腐霉利", "2026-02-28")), "≤0.2mg/kg");
        // the number of 2021 is out of date and the wider row does not take its place
        assert!(matches!(of(&rows, leek, "韭菜", "腐霉利", "2026-03-01"), LimitChoice::Expired(r) if r[0].id == "L0001"));
        rows[0].status = LimitStatus::Retired;
        assert!(matches!(of(&rows, leek, "韭菜", "腐霉利", "2026-02-28"), LimitChoice::Expired(_)));
        rows[0].status = LimitStatus::Pending;
        assert!(matches!(of(&rows, leek, "韭菜", "腐霉利", "2026-02-28"), LimitChoice::OnlyPending(_)));
        rows[0].status = LimitStatus::Active;
        // 韭菜 under a path that stops too high, with a name the row does not know
        assert!(matches!(of(&rows, "食用农产品/蔬菜", "本地韭菜", "腐霉利", "2026-02-28"), LimitChoice::Tie(r) if r.len() == 2));
        assert_eq!(one(of(&rows, "食用农产品/蔬菜/叶菜类/菠菜", "菠菜", "腐霉利", "2026-02-28")), "≤1mg/kg");
        // the same category twice
        rows.push(LimitRow { id: "T2".to_owned(), ..rows[0].clone() });
        assert!(matches!(of(&rows, leek, "韭菜", "腐霉利", "2026-02-28"), LimitChoice::Tie(r) if r.len() == 2));
    }
    #[test]
    fn words_need_a_person() {
        let rows = active();
        let person =
            |path: &str, food: &str, analyte: &str| assert!(matches!(of(&rows, path, food, analyte, "2025-06-01"), LimitChoice::Conditional(_)), "{path}");
        person("食用农产品/水果", "野果", "铅");
        person("食用农产品/水产品", "鱼", "甲基汞");
        person("蜂产品/蜂蜜/蜂蜜", "蜂蜜", "蔗糖");
        person("酒类/白酒/白酒", "白酒", "甲醇");
        person("糕点/糕点/热加工糕点", "糕点", "菌落总数");
        let category = CategoryPath::parse("饼干/饼干/饼干");
        let ask = |prepackaged| {
            choose(rows.iter(), &LimitQuery { category: &category, food_name: "饼干", analyte: "菌落总数", ref_date: day("2025-06-01"), prepackaged })
        };
        assert_eq!(one(ask(Some(true))), "n=5,c=2,m=10000,M=100000CFU/g");
        assert!(matches!(ask(None), LimitChoice::Conditional(_)));
        assert!(matches!(ask(Some(false)), LimitChoice::None { reason } if reason.code == "LIMIT-NONE"));
        // 虾蛄 by its market name is named, so the exception of the crustaceans does not matter
        assert_eq!(one(of(&rows, "食用农产品/水产品/海水产品/海水虾", "皮皮虾", "镉", "2025-06-01")), "≤3.0mg/kg");
    }
    #[test]
    fn a_group_that_a_row_names_or_excludes_is_settled_by_the_same_list() {
        let library = LimitLibrary::new(active());
        let of = |path: &str, food: &str, analyte: &str| {
            let path = CategoryPath::parse(path);
            let query = LimitQuery { category: &path, food_name: food, analyte, ref_date: day("2026-10-01"), prepackaged: None };
            match library.choose(&query) {
                LimitChoice::One(row) => row.id.clone(),
                LimitChoice::Conditional(_) | LimitChoice::Tie(_) => "person".to_owned(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(of("食用农产品/水产品/淡水鱼/草鱼", "草鱼", "甲基汞"), "L2762-110B");
        assert_eq!(of("食用农产品/水产品/淡水鱼/鳜鱼", "鳜鱼", "甲基汞"), "L2762-111");
        assert_eq!(of("食用农产品/水产品/淡水鱼/某鱼", "某鱼", "甲基汞"), "person");
        assert_eq!(of("肉制品/熟肉制品/酱卤肉制品/酱卤肉制品", "酱牛肉", "铅"), "L2762-030");
        assert_ne!(of("肉制品/熟肉制品/酱卤肉制品/酱卤肉制品", "卤肥肠", "铅"), "L2762-030");
    }
    #[test]
    fn what_a_row_excludes_is_data() {
        let mut rows = active();
        assert_eq!(one(of(&rows, "食用农产品/水果/浆果/草莓", "草莓", "铅", "2025-06-01")), "≤0.1mg/kg");
        assert_eq!(one(of(&rows, "食用农产品/水果", "草莓", "铅", "2025-06-01")), "≤0.1mg/kg");
        assert_eq!(one(of(&rows, "食用农产品/水产品/海水产品/海水虾", "对虾", "镉", "2025-06-01")), "≤0.5mg/kg");
        assert!(matches!(of(&rows, "食用农产品/水果/浆果/蔓越莓", "蔓越莓", "铅", "2025-06-01"), LimitChoice::None { .. }));
        assert!(matches!(of(&rows, "食用农产品/水果/浆果", "莓", "铅", "2025-06-01"), LimitChoice::Conditional(_)));
        // a wider row does not take the place of one that excludes the food
        let berries = LimitRow {
            id: "T3".to_owned(),
            categories: vec![CategoryPath::parse("食用农产品/水果/浆果")],
            ..rows.iter().find(|r| r.id == "L0110").expect("fruit").clone()
        };
        let all = LimitRow { id: "T4".to_owned(), exceptions: Vec::new(), ..rows.iter().find(|r| r.id == "L0110").expect("fruit").clone() };
        rows.retain(|r| r.id != "L0110");
        rows.extend([berries, all]);
        assert!(matches!(of(&rows, "食用农产品/水果/浆果/草莓", "草莓", "铅", "2025-06-01"), LimitChoice::One(r) if r.id == "T3"));
        assert!(matches!(of(&rows, "食用农产品/水果/浆果/蔓越莓", "蔓越莓", "铅", "2025-06-01"), LimitChoice::Conditional(r) if r.len() == 2));
        for row in rows.iter().filter(|r| !r.exceptions.is_empty()) {
            for path in row.categories.iter().filter(|p| p.class() != ANY) {
                let query = LimitQuery { category: path, food_name: "", analyte: &row.analyte, ref_date: row.effective_from, prepackaged: None };
                assert!(row.is_conditional(&query), "{}: the group itself may be an excluded food", row.id);
            }
        }
    }
    #[test]
    fn the_library_chooses_as_the_plain_rows_do() {
        // a row under two names, one of them as an alias
        let mut rows = active();
        rows[1].aliases = vec!["腐霉利".to_owned(), rows[1].analyte.clone()];
        let library = LimitLibrary::new(rows.clone());
        let mut asked = 0;
        for row in rows.iter().step_by(5) {
            for path in row.categories.iter().filter(|p| p.class() != ANY) {
                for analyte in [row.analyte.as_str(), "腐霉利", "没有这一项", ""] {
                    let query = LimitQuery { category: path, food_name: "韭菜", analyte, ref_date: row.effective_from, prepackaged: None };
                    assert_eq!(library.choose(&query), choose(rows.iter(), &query), "{} {analyte}", row.id);
                    asked += 1;
                }
            }
        }
        assert!(asked > 1_000);
        assert_eq!(library.len(), rows.len());
        assert_eq!(library.about("腐霉利").count(), rows.iter().filter(|r| r.is_about("腐霉利")).count());
    }
    #[test]
    fn refuses_what_it_does_not_know() {
        let rows = active();
        let none = |path: &str, food: &str, analyte: &str, code: &str| match of(&rows, path, food, analyte, "2025-06-01") {
            LimitChoice::None { reason } => assert_eq!(reason.code, code),
            other => panic!("{other:?}"),
        };
        none("食用农产品/蔬菜/鳞茎类/韭菜", "韭菜", "百菌清", "LIMIT-NONE");
        none("", "韭菜", "腐霉利", "LIMIT-NAME");
        none("食用农产品/蔬菜", "本地韭菜", "腐霉利", "LIMIT-TOO-WIDE");
        // 豆类 of the farm produce is not the vegetable 豆类, 糕点 as a class is not 面包
        none("食用农产品/豆类/豇豆", "豇豆", "灭蝇胺", "LIMIT-NONE");
        none("豆制品/豇豆", "豇豆", "灭蝇胺", "LIMIT-NONE");
        none("水果制品/水果干制品", "香蕉", "吡虫啉", "LIMIT-NONE");
        // before the standard
        assert!(matches!(of(&rows, "糕点/面包", "面包", "脱氢乙酸及其钠盐（以脱氢乙酸计）", "2025-02-07"), LimitChoice::Expired(_)));
        assert_eq!(one(of(&rows, "糕点/面包", "面包", "脱氢乙酸及其钠盐（以脱氢乙酸计）", "2025-02-08")), "不得使用");
    }
    #[test]
    fn every_active_row_is_found_or_explained() {
        let library = LimitLibrary::new(active());
        let (mut found, mut words, mut several) = (0, 0, Vec::new());
        for row in library.iter() {
            for path in row.categories.iter().filter(|p| p.class() != ANY) {
                match library.choose(&LimitQuery { category: path, food_name: "", analyte: &row.analyte, ref_date: row.effective_from, prepackaged: None }) {
                    LimitChoice::One(hit) => {
                        assert_eq!(hit.id, row.id);
                        found += 1;
                    }
                    LimitChoice::Conditional(_) => words += 1,
                    LimitChoice::Tie(_) => several.push((row.id.clone(), path.text())),
                    other => panic!("{}: {other:?}", row.id),
                }
            }
        }
        println!("{found} found, {words} under words, several: {several:?}");
        assert!(found > 300 && words > 0 && several.is_empty(), "{several:?}");
    }
}
