//! 食品添加剂 table A.1 of GB 2760-2024 (`data/gb2760_additives.csv`, `gb2760_uses.csv`, `gb2760_a2.csv`): which additive is allowed in which food, up to
//! how much.
//!
//! A food is a 食品分类号. A line reaches every number below its own; the deepest line wins (A.3); a line 各类食品 reaches every food that table A.2
//! does not name. No line at all is 不得使用, as far as the edition goes: later notices, annexes B and C and GB 14880 are not in it, and
//! [`Edition::later_notices`] says so. What words decide (仅限 …), and a food that may be one of several, goes to a person.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Decimal, Label, Lang, NaiveDate, Refusal, labels};

use crate::crosswalk::{self, code_under, trimmed};
use crate::limits::{AnalyteGroup, LimitQuery, LimitRow, LimitRule, LimitStatus, item_key};
use crate::{codes, data, food, limits};

const ADDITIVES: &str = include_str!("../data/gb2760_additives.csv");
const USES: &str = include_str!("../data/gb2760_uses.csv");
const A2: &str = include_str!("../data/gb2760_a2.csv");

labels! {
    /// 混合使用 the groups whose shares of their limits add up to one at most (A.4).
    pub enum MixGroup {
        Preservative = "preservative", "防腐剂", "Preservatives";
        Antioxidant = "antioxidant", "抗氧化剂", "Antioxidants";
        Red = "red", "红色着色剂", "Red colours";
        Yellow = "yellow", "黄色着色剂", "Yellow colours";
        Blue = "blue", "蓝色着色剂", "Blue colours";
    }
}
labels! {
    /// 需人工的原因 why a person has to decide.
    pub enum Doubt {
        NoFood = "no-food", "食品在 GB 2760 中没有确定的食品分类号", "The food has no certain number in GB 2760";
        SeveralFoods = "several-foods", "食品可能属于几个食品分类号", "The food may stand under several numbers";
        DeeperFood = "deeper-food", "下级食品类别另有规定，样品可能属于其中", "A narrower food has a line of its own and the sample may be it";
        Words = "words", "使用范围附有“仅限”等文字，须对照样品", "The line holds under words that must be compared with the sample";
        ExceptedPart = "excepted-part", "部分下级食品除外，样品分类不够细", "Part of the foods below are excepted and the sample is filed too high";
        Reckoned = "reckoned", "限量须按稀释、冲调或浓缩倍数折算", "The limit is reckoned by a rate of dilution";
        Twins = "twins", "同一食品有几条规定", "There are several lines for the same food";
    }
}

/// 食品添加剂 one additive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Additive {
    /// Name in the standard, shortened.
    pub name: String,
    /// Other names, and the words that laboratories write.
    pub names: Vec<String>,
    /// CNS号
    pub cns: String,
    /// 功能
    pub functions: Vec<String>,
    /// 脚注 of the standard.
    pub footnote: String,
    colour: String,
    uses: std::ops::Range<usize>,
}

impl Additive {
    /// The groups that it is added up with (A.4).
    #[must_use]
    pub fn mix_groups(&self) -> Vec<MixGroup> {
        let has = |f: &str| self.functions.iter().any(|x| x == f);
        let mut out = Vec::new();
        if has("防腐剂") {
            out.push(MixGroup::Preservative);
        }
        if has("抗氧化剂") {
            out.push(MixGroup::Antioxidant);
        }
        match self.colour.as_str() {
            "红" => out.push(MixGroup::Red),
            "黄" => out.push(MixGroup::Yellow),
            "蓝" => out.push(MixGroup::Blue),
            _ => {}
        }
        out
    }
}

/// 残留量 the residue limit of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// Of what, e.g. `Al`; empty for the additive itself.
    pub of: String,
    /// The limit itself is too much: `<` instead of `≤`.
    pub strict: bool,
    /// 数值
    pub value: Decimal,
    /// 单位
    pub unit: String,
}

/// 使用规定 one line of table A.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditiveUse {
    /// Stable key, e.g. `A2760-0001`: the number of the line.
    pub id: String,
    /// Name of the additive.
    pub additive: String,
    /// 食品分类号; empty for 各类食品.
    pub code: String,
    /// 食品名称 as the line writes it.
    pub food: String,
    /// Foods left out, by number.
    pub except_codes: Vec<String>,
    /// Foods left out in words.
    pub except_words: Vec<String>,
    /// Numbers of table A.2 that a line 各类食品 leaves out.
    pub a2_except: Vec<u8>,
    /// 仅限 …
    pub only: String,
    /// 最大使用量; none is 按生产需要适量使用.
    pub max: Option<Decimal>,
    /// 单位 of it.
    pub unit: String,
    /// 以…计
    pub expressed_as: String,
    /// 残留量
    pub residue: Option<Residue>,
    /// 备注
    pub remark: String,
    /// Printed page.
    pub page: u16,
    /// What was read: `pdf`, and `pdf+` where a second parse agrees.
    pub check: String,
}

impl AdditiveUse {
    /// The rule that a result is compared with: the residue where the line has one, else the maximum level; none where neither is a number.
    #[must_use]
    pub fn rule(&self) -> Option<(LimitRule, &str)> {
        match (&self.residue, self.max) {
            (Some(r), _) => Some((LimitRule::Max { value: r.value }, &r.unit)),
            (None, Some(value)) => Some((LimitRule::Max { value }, &self.unit)),
            (None, None) => None,
        }
    }
    /// The line as a row of the limit library for one food, 待核实, for those who keep or show it there; none without a number.
    #[must_use]
    pub fn limit_row(&self, category: &CategoryPath) -> Option<LimitRow> {
        let (rule, unit) = self.rule()?;
        let strict = self.residue.as_ref().filter(|r| r.strict).map(|r| format!("残留量须小于{}{}", r.value, r.unit));
        let only = Some(self.only.clone()).filter(|o| !o.is_empty());
        let additive = additive(&self.additive)?;
        Some(LimitRow {
            id: self.id.clone(),
            category_text: if self.code.is_empty() { "各类食品".to_owned() } else { format!("{} {}", self.code, self.food) },
            categories: vec![category.clone()],
            conditions: strict.into_iter().chain(only).collect(),
            exceptions: self.except_words.clone(),
            remarks: Some(self.remark.clone()).filter(|r| !r.is_empty()).into_iter().collect(),
            analyte: self.additive.clone(),
            aliases: additive.names.clone(),
            analyte_group: AnalyteGroup::Additive,
            rule,
            unit: unit.to_owned(),
            basis: edition().standard.clone(),
            method: String::new(),
            lod_loq: None,
            confidence: format!("high;src;{}", self.check),
            effective_from: edition().effective_from,
            effective_to: None,
            version: 1,
            status: LimitStatus::Pending,
            source: format!("表A.1 第{}页", self.page),
        })
    }
    fn depth(&self) -> usize {
        if self.code.is_empty() { 0 } else { trimmed(&self.code).split('.').count() }
    }
}

/// 版本 of the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// 标准号
    pub standard: String,
    /// First day.
    pub effective_from: NaiveDate,
    /// Whether later notices of the health commission are collected. While they are not, 不得使用 is only as far as the edition goes.
    pub later_notices: bool,
    /// Number of lines.
    pub lines: usize,
}

#[derive(Deserialize)]
struct AdditiveRow {
    name: String,
    names: String,
    cns: String,
    functions: String,
    colour: String,
    footnote: String,
}

#[derive(Deserialize)]
struct UseRow {
    additive: String,
    food_code: String,
    food: String,
    except_codes: String,
    except_words: String,
    a2_except: String,
    only: String,
    max: String,
    unit: String,
    expressed_as: String,
    residue_of: String,
    residue_sign: String,
    residue: String,
    residue_unit: String,
    remark: String,
    page: u16,
    check: String,
}

#[derive(Deserialize)]
struct A2Row {
    no: u8,
    food_code: String,
}

struct Tables {
    edition: Edition,
    additives: Vec<Additive>,
    uses: Vec<AdditiveUse>,
    by_name: BTreeMap<String, usize>,
    /// Codes of table A.2 with their numbers.
    a2: Vec<(u8, String)>,
}

/// `1~4、6~68` written out.
fn numbers(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for part in text.split('、').map(str::trim).filter(|p| !p.is_empty()) {
        let (from, to) = part.split_once('~').unwrap_or((part, part));
        let read = |t: &str| t.trim().parse::<u8>().map_err(|_| format!("cannot read {text:?}"));
        out.extend(read(from)?..=read(to)?);
    }
    Ok(out)
}

impl UseRow {
    fn read(self, line: usize) -> Result<AdditiveUse, String> {
        let value = data::optional::<Decimal>(&self.residue)?;
        Ok(AdditiveUse {
            id: format!("A2760-{:04}", line + 1),
            residue: value.map(|value| Residue { of: self.residue_of, strict: self.residue_sign == "<", value, unit: self.residue_unit }),
            except_codes: limits::list(&self.except_codes),
            except_words: if self.except_words.is_empty() { Vec::new() } else { vec![self.except_words] },
            a2_except: numbers(&self.a2_except)?,
            max: data::optional(&self.max)?,
            additive: self.additive,
            code: self.food_code,
            food: self.food,
            only: self.only,
            unit: self.unit,
            expressed_as: self.expressed_as,
            remark: self.remark,
            page: self.page,
            check: self.check,
        })
    }
}

static TABLES: LazyLock<Result<Tables, String>> = LazyLock::new(|| {
    let mut uses = Vec::new();
    for (line, row) in data::rows::<UseRow>("gb2760_uses.csv", USES)?.into_iter().enumerate() {
        uses.push(row.read(line).map_err(|e| format!("gb2760_uses.csv: row {}: {e}", line + 1))?);
    }
    let mut places: BTreeMap<&str, std::ops::Range<usize>> = BTreeMap::new();
    for (at, line) in uses.iter().enumerate() {
        let place = places.entry(&line.additive).or_insert(at..at);
        if place.end != at {
            return Err(format!("gb2760_uses.csv: {} is in two places", line.additive));
        }
        place.end = at + 1;
    }
    let mut additives = Vec::new();
    let mut by_name = BTreeMap::new();
    for row in data::rows::<AdditiveRow>("gb2760_additives.csv", ADDITIVES)? {
        let uses = places.remove(row.name.as_str()).ok_or_else(|| format!("gb2760_additives.csv: {} has no line", row.name))?;
        let names = limits::list(&row.names);
        for name in std::iter::once(&row.name).chain(&names) {
            by_name.insert(item_key(name), additives.len());
        }
        let functions = row.functions.split('、').map(str::to_owned).collect();
        let AdditiveRow { name, cns, colour, footnote, .. } = row;
        additives.push(Additive { name, names, cns, functions, footnote, colour, uses });
    }
    if let Some(name) = places.keys().next() {
        return Err(format!("gb2760_uses.csv: {name} is no additive"));
    }
    let header = |key: &str| data::header(USES, key).ok_or_else(|| format!("gb2760_uses.csv: no {key}"));
    let edition = Edition {
        standard: header("standard")?.to_owned(),
        effective_from: header("effective_from")?.parse().map_err(|_| "gb2760_uses.csv: effective_from".to_owned())?,
        later_notices: header("later_notices")? == "yes",
        lines: uses.len(),
    };
    let a2 = data::rows::<A2Row>("gb2760_a2.csv", A2)?.into_iter().map(|r| (r.no, r.food_code)).collect();
    Ok(Tables { edition, additives, uses, by_name, a2 })
});

static NO_EDITION: LazyLock<Edition> = LazyLock::new(|| Edition { standard: String::new(), effective_from: NaiveDate::MAX, later_notices: false, lines: 0 });

pub(crate) fn problem() -> Option<String> {
    TABLES.as_ref().err().cloned()
}

/// The edition that is shipped.
#[must_use]
pub fn edition() -> &'static Edition {
    TABLES.as_ref().map_or(&NO_EDITION, |t| &t.edition)
}

/// The additives of table A.1.
#[must_use]
pub fn additives() -> &'static [Additive] {
    TABLES.as_ref().map_or(&[], |t| &t.additives)
}

/// The lines of table A.1.
#[must_use]
pub fn uses() -> &'static [AdditiveUse] {
    TABLES.as_ref().map_or(&[], |t| &t.uses)
}

/// An additive by a name that the standard or a laboratory gives it; what follows as 以…计 and 残留量 does not matter.
#[must_use]
pub fn additive(item: &str) -> Option<&'static Additive> {
    let tables = TABLES.as_ref().ok()?;
    let whole = item_key(item);
    let find = |name: &str| tables.by_name.get(name).and_then(|at| tables.additives.get(*at));
    if let Some(known) = find(&whole) {
        return Some(known);
    }
    let mut name = whole.as_str();
    while let Some(cut) = name.strip_suffix("残留量").or_else(|| {
        let (head, tail) = name.rsplit_once('(')?;
        (tail.ends_with("计)")).then_some(head)
    }) {
        name = cut;
        if let Some(known) = find(name) {
            return Some(known);
        }
    }
    None
}

/// 添加剂的问题 what is asked of table A.1.
#[derive(Debug, Clone, Copy)]
pub struct AdditiveQuery<'a> {
    /// 检验项目
    pub item: &'a str,
    /// 食品分类号 of the food: one; none or several are for a person.
    pub codes: &'a [String],
    /// The words of the sample's path and its name: they can settle a 仅限.
    pub words: &'a [String],
    /// The day that counts.
    pub on: NaiveDate,
}

/// 添加剂的规定 the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdditiveAnswer<'a> {
    /// A number: [`AdditiveUse::rule`].
    Rule(&'a AdditiveUse),
    /// 按生产需要适量使用: there is no number to compare with.
    AsNeeded(&'a AdditiveUse),
    /// 不得使用, as far as the edition goes.
    NotAllowed(&'a Edition),
    /// A person decides: the lines that come into question, and why. `no_line` when 不得使用 is one of the readings.
    Several {
        /// Lines, the nearest first.
        uses: Vec<&'a AdditiveUse>,
        /// Why.
        doubts: Vec<Doubt>,
        /// 不得使用 is among the readings.
        no_line: bool,
    },
    /// The item is no additive of table A.1.
    Unknown,
    /// The edition is not in force on the day.
    NotInForce(&'a Edition),
}

enum Fit {
    No,
    Yes,
    Perhaps(Doubt),
}

/// Whether a line reaches a food.
fn fit(line: &AdditiveUse, code: &str, words: &[String], a2: &[(u8, String)]) -> Fit {
    let mut part = false;
    // what a drink may hold, the powder it is made from may hold too, the more the further it is diluted
    if code_under(code, "14.06") && code_under(&line.code, "14") && line.remark.contains("固体饮料") {
        return Fit::Perhaps(Doubt::Reckoned);
    }
    if line.code.is_empty() {
        for (no, excepted) in a2 {
            if line.a2_except.contains(no) {
                if code_under(code, excepted) {
                    return Fit::No;
                }
                part |= code_under(excepted, code);
            }
        }
    } else if !code_under(code, &line.code) {
        return Fit::No;
    }
    for excepted in &line.except_codes {
        if code_under(code, excepted) {
            return Fit::No;
        }
        part |= code_under(excepted, code);
    }
    if line.except_words.iter().any(|w| words.iter().any(|x| item_key(x) == item_key(w))) {
        return Fit::No;
    }
    if part {
        return Fit::Perhaps(Doubt::ExceptedPart);
    }
    let only = line.only.trim_start_matches("仅限于").trim_start_matches("仅限");
    if !line.except_words.is_empty() || !(only.is_empty() || only.split('、').any(|w| words.iter().any(|x| item_key(x) == item_key(w)))) {
        return Fit::Perhaps(Doubt::Words);
    }
    let remark = line.remark.as_str();
    let reckoned = (remark.contains("浓缩倍数") && code_under(code, "14.02.02"))
        || (remark.contains("果冻粉") && words.iter().any(|w| w.contains('粉')))
        || ["稀释10倍", "粉状产品", "即食状态"].iter().any(|w| remark.contains(w));
    if reckoned {
        return Fit::Perhaps(Doubt::Reckoned);
    }
    if ["甜型", "月龄"].iter().any(|w| remark.contains(w)) {
        return Fit::Perhaps(Doubt::Words);
    }
    Fit::Yes
}

/// 添加剂规定 what table A.1 says of an additive in a food.
#[must_use]
pub fn additive_rule(query: &AdditiveQuery<'_>) -> AdditiveAnswer<'static> {
    let Ok(tables) = TABLES.as_ref() else { return AdditiveAnswer::Unknown };
    let Some(additive) = additive(query.item) else { return AdditiveAnswer::Unknown };
    if query.on < tables.edition.effective_from {
        return AdditiveAnswer::NotInForce(&tables.edition);
    }
    let lines = &tables.uses[additive.uses.clone()];
    let code = match query.codes {
        [one] => one,
        [] => return AdditiveAnswer::Several { uses: Vec::new(), doubts: vec![Doubt::NoFood], no_line: true },
        several => {
            let mut uses: Vec<&AdditiveUse> = Vec::new();
            let mut no_line = false;
            for code in several {
                match answer_for(lines, code, query.words, tables) {
                    AdditiveAnswer::Rule(one) | AdditiveAnswer::AsNeeded(one) => uses.push(one),
                    AdditiveAnswer::Several { uses: more, no_line: none, .. } => {
                        uses.extend(more);
                        no_line |= none;
                    }
                    _ => no_line = true,
                }
            }
            uses.dedup();
            return AdditiveAnswer::Several { uses, doubts: vec![Doubt::SeveralFoods], no_line };
        }
    };
    answer_for(lines, code, query.words, tables)
}

fn answer_for(lines: &'static [AdditiveUse], code: &str, words: &[String], tables: &'static Tables) -> AdditiveAnswer<'static> {
    let (mut sure, mut perhaps): (Vec<&AdditiveUse>, Vec<(&AdditiveUse, Doubt)>) = (Vec::new(), Vec::new());
    for line in lines {
        match fit(line, code, words, &tables.a2) {
            Fit::Yes => sure.push(line),
            Fit::Perhaps(doubt) => perhaps.push((line, doubt)),
            // a narrower food that the sample may be
            Fit::No if !line.code.is_empty() && trimmed(&line.code) != trimmed(code) && code_under(&line.code, code) => perhaps.push((line, Doubt::DeeperFood)),
            Fit::No => {}
        }
    }
    let deepest = sure.iter().map(|u| u.depth()).max();
    sure.retain(|u| Some(u.depth()) == deepest);
    // a line in doubt counts only where it would win
    perhaps.retain(|(u, _)| deepest.is_none_or(|d| u.depth() >= d));
    let (first, twins) = (sure.first().copied(), sure.len() > 1);
    if perhaps.is_empty() && !twins {
        return match first {
            None => AdditiveAnswer::NotAllowed(&tables.edition),
            Some(one) if one.rule().is_some() => AdditiveAnswer::Rule(one),
            Some(one) => AdditiveAnswer::AsNeeded(one),
        };
    }
    let mut doubts: Vec<Doubt> = perhaps.iter().map(|(_, d)| *d).chain(twins.then_some(Doubt::Twins)).collect();
    doubts.sort_by_key(|d| shiyan_foundation::Label::code(*d));
    doubts.dedup();
    let mut uses: Vec<&AdditiveUse> = sure.into_iter().chain(perhaps.iter().map(|(u, _)| *u)).collect();
    uses.sort_by_key(|u| std::cmp::Reverse(u.depth()));
    AdditiveAnswer::Several { uses, doubts, no_line: deepest.is_none() }
}

/// [`additive_rule`] for a food by its path and name.
#[must_use]
pub fn additive_rule_for(item: &str, category: &CategoryPath, food_name: &str, on: NaiveDate) -> AdditiveAnswer<'static> {
    let place = crosswalk::standard_food(category, food_name);
    let words = food::levels_with_name(category, food_name);
    additive_rule(&AdditiveQuery { item, codes: &place.gb2760, words: &words, on })
}

/// 添加剂限量 what table A.1 gives for an item where the library of limits has no row for the food: the line as a row, 待核实; 不得使用 as a row of its
/// own where no line reaches a food whose number is certain. `None` where the item is no additive of the table or the edition is not in force.
///
/// # Errors
/// A person decides, and why; or there is no number.
#[must_use]
pub fn additive_limit(query: &LimitQuery<'_>) -> Option<Result<LimitRow, Refusal>> {
    let refused = |info, uses: &[&AdditiveUse], doubts: &[Doubt], no_line: bool| {
        let said = |lang: Lang| doubts.iter().map(|d| d.label(lang)).collect::<Vec<_>>().join(lang.pick("；", "; "));
        let line = |u: &&AdditiveUse| {
            let rule = u.rule().map_or_else(|| "适量使用".to_owned(), |(rule, unit)| format!("{}{unit}", rule.text()));
            [u.id.as_str(), u.code.as_str(), u.food.as_str(), u.only.as_str(), &rule].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" ")
        };
        let lines = uses.iter().take(6).map(line).chain(no_line.then(|| "或不得使用".to_owned())).collect::<Vec<_>>().join("；");
        let told = Refusal::new(info).with("standard", &edition().standard).with("analyte", query.analyte).with("why", said(Lang::Zh));
        told.with("why_en", said(Lang::En)).with("lines", if lines.is_empty() { "-".to_owned() } else { lines })
    };
    match additive_rule_for(query.analyte, query.category, query.food_name, query.ref_date) {
        AdditiveAnswer::Unknown | AdditiveAnswer::NotInForce(_) => None,
        AdditiveAnswer::Several { uses, doubts, no_line } => Some(Err(refused(codes::ADDITIVE_DOUBT, &uses, &doubts, no_line))),
        AdditiveAnswer::AsNeeded(one) => Some(Err(refused(codes::ADDITIVE_AS_NEEDED, &[one], &[], false))),
        // a line whose own limit is already too much has no rule among ours
        AdditiveAnswer::Rule(one) if one.residue.as_ref().is_some_and(|r| r.strict) => {
            Some(Err(refused(codes::ADDITIVE_DOUBT, &[one], &[Doubt::Words], false)))
        }
        AdditiveAnswer::Rule(one) => one.limit_row(query.category).map(|row| Ok(LimitRow { conditions: Vec::new(), ..row })),
        AdditiveAnswer::NotAllowed(edition) => additive(query.analyte).map(|known| {
            Ok(LimitRow {
                id: NOT_LISTED.to_owned(),
                category_text: "表A.1未列入的食品".to_owned(),
                categories: vec![query.category.clone()],
                conditions: Vec::new(),
                exceptions: Vec::new(),
                remarks: vec!["其后的公告未收入，须考虑带入原则（3.4）".to_owned()],
                analyte: known.name.clone(),
                aliases: known.names.clone(),
                analyte_group: AnalyteGroup::Additive,
                rule: LimitRule::NotDetected { banned: false },
                unit: "g/kg".to_owned(),
                basis: edition.standard.clone(),
                method: String::new(),
                lod_loq: None,
                confidence: "high;src".to_owned(),
                effective_from: edition.effective_from,
                effective_to: None,
                version: 1,
                status: LimitStatus::Pending,
                source: "表A.1".to_owned(),
            })
        }),
    }
}

/// 未列入 the key of the rule that no line of table A.1 reaches a food.
pub const NOT_LISTED: &str = "A2760-0000";

/// 混合使用 additives of one group in one food, each with what its amount is divided by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mixture<'a> {
    /// The group.
    pub group: MixGroup,
    /// Items as they were asked, with their rules. One without a number makes the sum a matter for a person.
    pub members: Vec<(&'a str, AdditiveAnswer<'static>)>,
}

/// 混合使用之和 the additives among these items that add up (A.4): the shares of their limits are one at most together.
#[must_use]
pub fn mixtures<'a>(items: &[&'a str], codes: &[String], words: &[String], on: NaiveDate) -> Vec<Mixture<'a>> {
    let mut out: Vec<Mixture<'a>> = Vec::new();
    for item in items {
        for group in additive(item).map(Additive::mix_groups).unwrap_or_default() {
            let member = (*item, additive_rule(&AdditiveQuery { item, codes, words, on }));
            match out.iter_mut().find(|m| m.group == group) {
                Some(mixture) => mixture.members.push(member),
                None => out.push(Mixture { group, members: vec![member] }),
            }
        }
    }
    out.retain(|m| m.members.len() > 1);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }
    fn of(item: &str, code: &str) -> AdditiveAnswer<'static> {
        additive_rule(&AdditiveQuery { item, codes: &[code.to_owned()], words: &[], on: day("2026-06-01") })
    }
    fn food(item: &str, path: &str, name: &str) -> AdditiveAnswer<'static> {
        additive_rule_for(item, &CategoryPath::parse(path), name, day("2026-06-01"))
    }
    fn text(answer: &AdditiveAnswer<'_>) -> String {
        match answer {
            AdditiveAnswer::Rule(line) => line.rule().map_or_else(String::new, |(rule, unit)| format!("{}{unit}", rule.text())),
            AdditiveAnswer::AsNeeded(_) => "适量使用".into(),
            AdditiveAnswer::NotAllowed(_) => "不得使用".into(),
            AdditiveAnswer::Several { doubts, no_line, .. } => {
                format!("{}{}", doubts.iter().map(|d| shiyan_foundation::Label::code(*d)).collect::<Vec<_>>().join("+"), if *no_line { "?" } else { "" })
            }
            AdditiveAnswer::Unknown => "unknown".into(),
            AdditiveAnswer::NotInForce(_) => "not in force".into(),
        }
    }
    #[test]
    fn the_table_is_whole() {
        assert_eq!((additives().len(), uses().len(), TABLES.as_ref().map(|t| t.a2.len())), (287, 2_311, Ok(68)));
        assert_eq!((edition().standard.as_str(), edition().effective_from, edition().later_notices), ("GB 2760-2024", day("2025-02-08"), false));
        for line in uses() {
            assert_eq!(line.code.is_empty(), !line.a2_except.is_empty(), "{}", line.id);
            assert!(line.max.is_some() != line.unit.is_empty(), "{}", line.id);
            assert!(line.a2_except.iter().all(|n| (1..=68).contains(n)), "{}", line.id);
        }
    }
    #[test]
    fn the_deepest_number_wins() {
        assert_eq!(text(&of("山梨酸及其钾盐(以山梨酸计)", "08.03.01")), "≤0.075g/kg");
        assert_eq!(text(&of("山梨酸", "08.03.05")), "≤1.5g/kg", "肉灌肠类 has its own");
        assert_eq!(text(&of("苯甲酸及其钠盐（以苯甲酸计）", "04.02.02.03")), "≤1.0g/kg");
        assert_eq!(text(&of("脱氢乙酸及其钠盐(以脱氢乙酸计)", "04.02.02.03")), "≤0.3g/kg");
    }
    #[test]
    fn a_line_reaches_what_stands_below_it_and_not_what_it_leaves_out() {
        // 03.0 冷冻饮品 without 03.04
        assert_eq!(text(&of("β-胡萝卜素", "03.01")), "≤1.0g/kg");
        assert_eq!(text(&of("β-胡萝卜素", "03.04")), "不得使用");
        assert_eq!(text(&of("β-胡萝卜素", "03")), "excepted-part?", "the whole class holds the excepted food too");
        assert_eq!(text(&of("L-丙氨酸", "12.04")), "适量使用");
        assert_eq!(text(&of("L-丙氨酸", "12.09.01")), "不得使用");
        // 熟肉制品 but the cans
        assert_eq!(text(&of("脱氢乙酸", "08.03.01")), "≤0.5g/kg");
        assert_eq!(text(&of("脱氢乙酸", "08.03.08")), "不得使用");
    }
    #[test]
    fn all_foods_is_all_but_table_a2() {
        assert_eq!(text(&of("柠檬酸", "05.02")), "适量使用");
        assert_eq!(text(&of("DL-苹果酸", "14.04")), "适量使用");
        assert_eq!(text(&of("DL-苹果酸", "11.03.01")), "不得使用", "honey is number 48");
        assert_eq!(text(&of("DL-苹果酸", "08.01")), "excepted-part?", "fresh meat is three numbers of table A.2");
        assert_eq!(text(&of("D-异抗坏血酸及其钠盐", "15.03.01")), "≤0.15g/kg", "a line of its own stands above 各类食品");
    }
    #[test]
    fn a_residue_is_what_is_judged() {
        assert_eq!(text(&of("亚硝酸盐(以亚硝酸钠计)", "08.03.01")), "≤30mg/kg");
        assert_eq!(text(&of("亚硝酸盐", "08.03.04")), "≤70mg/kg");
        assert_eq!(text(&of("铝的残留量(干样品，以Al计)", "06.03.02.05")), "≤100mg/kg");
        assert_eq!(text(&of("铝的残留量(干样品，以Al计)", "07.02.03")), "≤100mg/kg", "月饼 is a baked food");
        assert_eq!(text(&of("铝的残留量(干样品，以Al计)", "06.03.02.03")), "不得使用");
        assert_eq!(text(&of("二氧化硫残留量", "04.02.02.02")), "≤0.2g/kg");
        let AdditiveAnswer::Rule(line) = of("纳他霉素", "07.02") else { panic!("a rule") };
        let row = line.limit_row(&CategoryPath::parse("糕点/糕点")).expect("a row");
        assert_eq!(row.conditions, ["残留量须小于10mg/kg"], "ten itself is too much");
        assert!(row.status == LimitStatus::Pending && row.source == format!("表A.1 第{}页", line.page) && row.aliases.is_empty());
    }
    #[test]
    fn no_line_is_not_allowed_as_far_as_the_edition_goes() {
        let AdditiveAnswer::NotAllowed(edition) = of("脱氢乙酸及其钠盐", "07.01") else { panic!("不得使用") };
        assert!(!edition.later_notices, "later notices are not in it, and the answer says so");
        assert_eq!(text(&of("甜蜜素", "15.01.01")), "不得使用");
        assert_eq!(text(&of("糖精钠(以糖精计)", "06.03.02.03")), "不得使用");
        assert_eq!(text(&of("三聚氰胺", "01.01.02")), "unknown");
        assert_eq!(text(&additive_rule(&AdditiveQuery { item: "糖精钠", codes: &["07.01".into()], words: &[], on: day("2025-02-07") })), "not in force");
    }
    #[test]
    fn what_is_not_certain_is_for_a_person_and_never_not_allowed() {
        assert_eq!(text(&food("脱氢乙酸", "保健食品/保健食品", "某胶囊")), "no-food?");
        assert_eq!(text(&food("脱氢乙酸", "其他食品", "某食品")), "no-food?");
        assert_eq!(text(&food("亚硝酸盐", "肉制品/熟肉制品/熏煮香肠火腿制品/熏煮香肠火腿制品", "午餐肉")), "several-foods");
        assert_eq!(text(&food("亚硝酸盐", "肉制品/熟肉制品/熏煮香肠火腿制品/熏煮香肠火腿制品", "火腿肠")), "≤30mg/kg");
        assert_eq!(text(&of("柠檬黄", "07.02")), "deeper-food?", "a cake may carry coloured icing");
        assert_eq!(text(&of("4-己基间苯二酚", "09.01")), "words?");
        let prawns = additive_rule(&AdditiveQuery { item: "4-己基间苯二酚", codes: &["09.01".into()], words: &["虾类".into()], on: day("2026-06-01") });
        assert_eq!(text(&prawns), "≤1mg/kg", "the words of the sample settle it");
        assert_eq!(text(&of("苯甲酸", "14.06")), "reckoned?", "a powder is diluted before it is drunk");
        // 糕点 filed at its class alone: bread or cake
        assert!(matches!(food("丙酸及其钠盐、钙盐", "糕点", "某糕点"), AdditiveAnswer::Several { .. }));
    }
    #[test]
    fn the_rows_of_the_library_say_what_the_table_says() {
        // every row of limits.csv under GB 2760, food by food, beside the official table
        let (mut same, mut open) = (0, Vec::new());
        for row in limits::limits().iter().filter(|r| r.basis.starts_with("GB 2760") && r.conditions.is_empty() && !r.basis.contains("A.4")) {
            for path in row.categories.iter().filter(|p| p.class() != "*") {
                let answer = food(&row.analyte, &path.text(), "");
                match (&row.rule, &answer) {
                    (LimitRule::NotDetected { .. }, AdditiveAnswer::NotAllowed(_)) => same += 1,
                    (rule, AdditiveAnswer::Rule(line)) => {
                        assert_eq!(line.rule().map(|(r, u)| (r, u.to_owned())), Some((rule.clone(), row.unit.clone())), "{} {path} {}", row.id, line.id);
                        same += 1;
                    }
                    (_, AdditiveAnswer::Several { .. }) => open.push(format!("{} {path} {} {}", row.id, row.analyte, text(&answer))),
                    other => panic!("{} {path}: {other:?}", row.id),
                }
            }
        }
        println!("{same} the same, for a person: {open:#?}");
        assert!(same > 45, "{same}");
    }
    #[test]
    fn shares_add_up_within_a_group() {
        let on = day("2026-06-01");
        let code = ["04.02.02.03".to_owned()];
        let found = mixtures(&["苯甲酸", "山梨酸及其钾盐(以山梨酸计)", "糖精钠(以糖精计)", "脱氢乙酸及其钠盐", "铅"], &code, &[], on);
        let group = found.iter().find(|m| m.group == MixGroup::Preservative).expect("preservatives");
        assert_eq!(
            group.members.iter().map(|(item, a)| (*item, text(a))).collect::<Vec<_>>(),
            [("苯甲酸", "≤1.0g/kg".to_owned()), ("山梨酸及其钾盐(以山梨酸计)", "≤1.0g/kg".to_owned()), ("脱氢乙酸及其钠盐", "≤0.3g/kg".to_owned())]
        );
        assert!(mixtures(&["柠檬黄", "日落黄", "亮蓝"], &["05.02".into()], &[], on).iter().any(|m| m.group == MixGroup::Yellow && m.members.len() == 2));
        assert!(mixtures(&["安赛蜜", "甜蜜素"], &code, &[], on).is_empty(), "sweeteners do not add up");
    }
    #[test]
    fn a_name_is_known_as_laboratories_write_it() {
        for (item, name) in [
            ("苯甲酸及其钠盐（以苯甲酸计）", "苯甲酸及其钠盐"),
            ("特丁基对苯二酚（TBHQ）", "特丁基对苯二酚"),
            ("甜蜜素（以环己基氨基磺酸计）", "甜蜜素,环己基氨基磺酸钙"),
            ("安赛蜜（以乙酰磺胺酸钾计）", "安赛蜜"),
            ("铝的残留量（干样品，以Al计）", "硫酸铝钾,硫酸铝铵"),
            ("亚硝酸盐（以NaNO2计）", "亚硝酸钠,亚硝酸钾"),
            ("对羟基苯甲酸酯类及其钠盐（以对羟基苯甲酸计）", "对羟基苯甲酸酯类及其钠盐"),
            ("诱惑红", "诱惑红及其铝色淀"),
        ] {
            assert_eq!(additive(item).map(|a| a.name.as_str()), Some(name), "{item}");
        }
        assert!(additive("苏丹红Ⅰ").is_none() && additive("").is_none());
    }
    #[test]
    fn what_no_line_reaches_is_not_permitted_and_what_is_uncertain_is_for_a_person() {
        let of = |path: &str, name: &str, item: &str| {
            let path = CategoryPath::parse(path);
            match additive_limit(&LimitQuery { category: &path, food_name: name, analyte: item, ref_date: day("2026-06-01"), prepackaged: None }) {
                None => "none".to_owned(),
                Some(Ok(row)) => format!("{} {}", row.id, row.limit_text()),
                Some(Err(why)) => why.code().to_owned(),
            }
        };
        assert_eq!(of("粮食加工品/挂面/挂面/普通挂面", "挂面", "柠檬黄"), "A2760-0000 不得使用");
        assert_eq!(of("其他食品/没有编号的食品", "甲", "柠檬黄"), "LIMIT-ADDITIVE");
        assert_eq!(of("粮食加工品/挂面/挂面/普通挂面", "挂面", "铅"), "none");
        assert!(of("食用农产品/水果/浆果/草莓", "草莓", "不是添加剂").starts_with("none"));
    }
}
