//! 抽检计划版式 the layout in which the national sampling plan is handed on: one row an item of a food, cells that hold several
//! alternatives joined by ¦. A row becomes a rule only where everything about it is said once; the rest is for a person.
//!
//! What `0.0` means was settled by looking at a whole plan (11,693 rows of 2014 and 2015): as a minimum it stands in two rows of
//! three and bounds nothing, so there it is the default of the form. As a maximum it stands in a quarter of the rows, for
//! pathogens (a ban), for colours in foods where GB 2760 does not allow them (不得使用, where carry-over counts) and for indices
//! that simply were not filled in. No column tells the three apart, so a maximum of zero is never a rule. The same table keeps m
//! and M of microbiological plans, tolerances around the label (−1 to 1 %vol) and the "not detected to x" of fatty acids in the
//! two columns for the bounds, so that two filled bounds are no range either, and a count without n and c is no maximum.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Label, labels};
use shiyan_judgement::amount::units;
use shiyan_judgement::limit::{self, LimitText};
use shiyan_statute::limits::limits;
use shiyan_statute::{AnalyteGroup, DetectionKind, DetectionLimit, LimitLibrary, LimitRow, LimitRule, LimitStatus, food};

use crate::book::Row;
use crate::code;
use crate::limit_table::{Decimal, Found, Why, plain};

labels! {
    /// 抽检计划的列
    pub enum PlanTableColumn {
        Class = "class", "大类", "Class";
        Subclass = "subclass", "亚类", "Subclass";
        Group = "group", "次亚类", "Group";
        Kind = "kind", "细类", "Kind";
        Item = "item", "检验项目", "Item";
        Method = "method", "检验依据", "Method";
        Basis = "basis", "判定依据", "Basis";
        Lod = "lod", "方法检出限", "Limit of detection";
        LodUnit = "lod_unit", "检出限单位", "Unit of the limit of detection";
        Min = "min", "最小允许限", "Minimum";
        MinUnit = "min_unit", "最小允许限单位", "Unit of the minimum";
        Max = "max", "最大允许限", "Maximum";
        MaxUnit = "max_unit", "最大允许限单位", "Unit of the maximum";
        ResultUnit = "result_unit", "结果单位", "Unit of the result";
    }
}
use PlanTableColumn as C;

/// Where the columns stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(BTreeMap<C, usize>);

impl Columns {
    /// The columns of a header row, if it is one of this layout.
    pub(crate) fn of(cells: &[String]) -> Option<Self> {
        let mut found = BTreeMap::new();
        for (at, text) in cells.iter().enumerate() {
            let text: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
            if let Some(column) = C::parse(&text) {
                found.entry(column).or_insert(at);
            }
        }
        [C::Class, C::Item, C::Basis, C::Max].iter().all(|c| found.contains_key(c)).then_some(Self(found))
    }
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.0.values().copied()
    }
    pub(crate) fn place(&self, column: C) -> Option<usize> {
        self.0.get(&column).copied()
    }
    pub(crate) fn text(&self, row: &Row, column: C) -> String {
        self.place(column).map_or_else(String::new, |at| fold(&crate::out::restore(row.cell(at))))
    }
    /// 大类/亚类/次亚类/细类 as written; empty levels are left out.
    pub(crate) fn category(&self, row: &Row) -> CategoryPath {
        CategoryPath([C::Class, C::Subclass, C::Group, C::Kind].iter().map(|c| self.text(row, *c)).filter(|t| !nothing(t)).collect())
    }
}

/// `/`, `-`, `—` and their kind, an empty cell, or alternatives that are all of this: nothing is meant.
pub(crate) fn nothing(text: &str) -> bool {
    let text = fold(text);
    text == "无" || text.chars().all(|c| matches!(c, '/' | '\\' | '-' | '—' | '–' | '―' | '_' | '~' | ' ' | '¦'))
}

/// The alternatives of a cell.
pub(crate) fn alternatives(text: &str) -> Vec<String> {
    text.split(['¦', '；', ';']).map(fold).collect()
}

/// The one thing that all alternatives say; `Err` when they differ, `None` when they say nothing.
fn one(parts: &[String], same: impl Fn(&str, &str) -> bool) -> Result<Option<String>, ()> {
    let said: Vec<&String> = parts.iter().filter(|p| !nothing(p)).collect();
    let Some(first) = said.first() else { return Ok(None) };
    // an alternative that says nothing beside one that says something is a difference too
    if said.len() < parts.iter().filter(|p| !p.is_empty()).count() || said.iter().any(|p| !same(p, first)) {
        return Err(());
    }
    Ok(Some((*first).clone()))
}

/// The unit that all alternatives of a cell give.
pub(crate) fn one_unit(text: &str) -> Result<Option<String>, ()> {
    let same = |a: &str, b: &str| a == b || (units::canonical(a).is_some() && units::canonical(a) == units::canonical(b));
    Ok(one(&alternatives(text), same)?.map(|u| units::canonical(&u).map_or(u, str::to_owned)))
}

// ---------------------------------------------------------------- 判定依据

/// 判定依据 as read: the documents it names and the words that change what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Basis {
    /// Documents without their year, each with the years it is named with.
    pub(crate) documents: BTreeMap<String, BTreeSet<String>>,
    /// 产品明示标准 or 质量要求
    pub(crate) claim: bool,
    /// 判定时需换算
    pub(crate) convert: bool,
    /// Dates, conditions or half-named documents.
    pub(crate) words: bool,
    /// Dates that part editions, or an alternative that names nothing.
    pub(crate) parted: bool,
    /// The first alternative that names a document.
    pub(crate) text: String,
}

/// Words that make a basis conditional or borrowed.
const CONDITIONS: [&str; 7] = ["参照", "检出限", "适用", "除外", "仅限", "限于", "参考"];

impl Basis {
    pub(crate) fn read(cell: &str) -> Self {
        let mut out = Self::default();
        let parts = alternatives(cell);
        let said = parts.iter().filter(|p| !nothing(p)).count();
        for part in parts.iter().filter(|p| !nothing(p)) {
            let text: String = part.chars().filter(|c| !c.is_whitespace()).collect();
            let found = documents(&text);
            if out.text.is_empty() && !found.is_empty() {
                out.text = part.trim_end_matches(['；', ';', '、', '，', ',']).trim().to_owned();
            }
            for (name, year) in found {
                let years = out.documents.entry(name).or_default();
                if !year.is_empty() {
                    years.insert(year);
                }
            }
            out.claim |= text.contains("明示") || text.contains("执行标准");
            out.convert |= text.contains("需换算");
            out.words |= CONDITIONS.iter().any(|w| text.contains(w));
            out.parted |= dated(&text);
        }
        out.parted |= said > 0 && said < parts.iter().filter(|p| !p.is_empty()).count() || (parts.len() > 1 && parts.iter().any(String::is_empty) && said > 0);
        out
    }
    pub(crate) fn is_nothing(&self) -> bool {
        self.documents.is_empty() && !self.claim && !self.convert && !self.words && !self.parted
    }
    /// One document in one edition, or without one.
    fn single(&self) -> Option<(&str, Option<&str>)> {
        let (name, years) = self.documents.iter().next().filter(|_| self.documents.len() == 1)?;
        (years.len() <= 1).then(|| (name.as_str(), years.iter().next().map(String::as_str)))
    }
}

/// A recommended standard binds only a product that declares it: GB/T, QB, SB, NY and every other that is not a GB or a notice.
fn recommended(document: &str) -> bool {
    document.chars().next().is_some_and(|c| c.is_ascii_alphabetic()) && !(document.starts_with("GB ") || document.starts_with("DBS"))
}

/// Standards by their number and notices by theirs: name, year.
fn documents(text: &str) -> Vec<(String, String)> {
    let chars: Vec<char> = text.chars().map(|c| if matches!(c, '—' | '–' | '―' | '－') { '-' } else { c.to_ascii_uppercase() }).collect();
    let digits = |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut out: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let letters = chars[at..].iter().take_while(|c| c.is_ascii_uppercase()).count();
        if letters >= 2 {
            let mut prefix: String = chars[at..at + letters].iter().collect();
            let mut next = at + letters;
            if chars.get(next) == Some(&'/') && chars.get(next + 1).is_some_and(|c| matches!(c, 'T' | 'Z')) {
                prefix.push('/');
                prefix.push(chars[next + 1]);
                next += 2;
            }
            let whole = digits(next);
            if whole > 0 {
                let mut name = format!("{prefix} {}", chars[next..next + whole].iter().collect::<String>());
                next += whole;
                if chars.get(next) == Some(&'.') && chars.get(next + 1).is_some_and(char::is_ascii_digit) {
                    let part = digits(next + 1);
                    name.push('.');
                    name.extend(&chars[next + 1..next + 1 + part]);
                    next += 1 + part;
                }
                let mut year = String::new();
                if chars.get(next) == Some(&'-') && digits(next + 1) >= 4 {
                    // only four: 2008 may be followed by 2014年 without a blank
                    year = chars[next + 1..next + 5].iter().collect();
                    next += 5;
                }
                out.push((name, year));
                at = next;
                continue;
            }
            at += letters;
            continue;
        }
        let run = digits(at);
        if run > 0 {
            let end = at + run;
            if chars.get(end) == Some(&'号') {
                let number: String = chars[at..end].iter().collect();
                // the year of a notice stands within a few characters before its number: 2011年第10号, [2008]3号
                let before: String = chars[at.saturating_sub(9)..at].iter().collect();
                let year = before.split(|c: char| !c.is_ascii_digit()).rfind(|p| p.len() == 4).unwrap_or_default();
                out.push((format!("{number}号"), year.to_owned()));
            }
            at = end;
            continue;
        }
        at += 1;
    }
    out
}

/// A day in the text: editions are parted by it.
fn dated(text: &str) -> bool {
    let parts: Vec<&str> = text.split('年').collect();
    parts.windows(2).any(|w| {
        let year = w[0].chars().rev().take_while(char::is_ascii_digit).count() == 4;
        let month = w[1].chars().take_while(char::is_ascii_digit).count();
        year && (1..=2).contains(&month) && w[1].chars().nth(month) == Some('月')
    })
}

// ---------------------------------------------------------------- 项目

/// Trade names that the plan puts into brackets behind the chemical one.
const SYNONYMS: [&str; 8] = ["甜蜜素", "安赛蜜", "阿斯巴甜", "吊白块", "酸性红", "烟酰胺", "马来酸", "酸价"];

/// The items that the shipped library knows under one name or another.
static KNOWN: LazyLock<LimitLibrary> = LazyLock::new(|| LimitLibrary::new(limits().to_vec()));

/// Are all brackets of an item name part of the substance's name, and is nothing else said in it.
fn names_a_substance(item: &str) -> bool {
    if KNOWN.about(item).next().is_some() {
        return true;
    }
    let folded = fold(item).replace(['【', '〔', '['], "(").replace(['】', '〕', ']'], ")");
    let mut outside = String::new();
    let mut inside = String::new();
    let mut depth = 0_u32;
    for c in folded.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    let text = std::mem::take(&mut inside);
                    let text = text.trim();
                    let measured_as = text.starts_with('以') && text.ends_with('计') && !text.contains(['、', ',', '，']);
                    let symbols = !text.is_empty()
                        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-:,'+、αβγδω".contains(c))
                        && !text.chars().all(|c| c.is_ascii_digit());
                    if !(measured_as || symbols || SYNONYMS.contains(&text)) {
                        return false;
                    }
                }
            }
            _ if depth > 0 => inside.push(c),
            _ => outside.push(c),
        }
    }
    depth == 0 && !outside.trim().is_empty() && !["限", "除", "仅", "不检", "不含", "：", ":", "注", "年"].iter().any(|w| outside.contains(w))
}

/// 项目类别 by what the library knows of the item, else by the standard that limits it.
pub(crate) fn group_of(item: &str, basis: &str, unit: &str) -> AnalyteGroup {
    if let Some(known) = KNOWN.about(item).next() {
        return known.analyte_group;
    }
    let by_standard = [
        ("GB 2760", AnalyteGroup::Additive),
        ("GB 2761", AnalyteGroup::Toxin),
        ("GB 2762", AnalyteGroup::Contaminant),
        ("GB 2763", AnalyteGroup::Pesticide),
        ("GB 29921", AnalyteGroup::Microbe),
        ("GB 31607", AnalyteGroup::Microbe),
        ("GB 31650", AnalyteGroup::Veterinary),
    ];
    let named = documents(&basis.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    match by_standard.iter().find(|(standard, _)| named.iter().any(|(name, _)| name == standard || name.starts_with(&format!("{standard}.")))) {
        Some((_, group)) => *group,
        None if units::is_count(unit) => AnalyteGroup::Microbe,
        None if basis.contains("非食用物质") => AnalyteGroup::Banned,
        None => AnalyteGroup::Other,
    }
}

/// A count of microbes, by the unit or by the name.
fn counts_microbes(item: &str, unit: &str) -> bool {
    let known = units::canonical(unit).unwrap_or(unit).to_uppercase();
    known.contains("CFU") || known.contains("MPN") || known.starts_with('个') || ["菌", "酵母", "芽孢"].iter().any(|w| item.contains(w))
}

// ---------------------------------------------------------------- one row

/// What the caller says of the whole file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) from: NaiveDate,
    /// 可信度 with the file and its hash.
    pub(crate) confidence: &'a str,
}

/// One row: a rule, no limit, or what a person has to settle. The first thing that stands in the way is the one named.
pub(crate) fn classify(row: &Row, columns: &Columns, given: Given<'_>) -> Found {
    Told::of(row, columns).limit(given).unwrap_or_else(|found| found)
}

/// What one row tells of its item, its bounds and its document.
struct Told<'a> {
    row: &'a Row,
    columns: &'a Columns,
    path: CategoryPath,
    item: String,
    basis_cell: String,
    basis: Basis,
    min_cell: String,
    max_cell: String,
    min: Bound,
    max: Bound,
}

impl<'a> Told<'a> {
    fn of(row: &'a Row, columns: &'a Columns) -> Self {
        let text = |c: C| columns.text(row, c);
        let (basis_cell, min_cell, max_cell) = (text(C::Basis), text(C::Min), text(C::Max));
        Self {
            row,
            columns,
            path: columns.category(row),
            item: text(C::Item),
            basis: Basis::read(&basis_cell),
            min: bound(&min_cell),
            max: bound(&max_cell),
            basis_cell,
            min_cell,
            max_cell,
        }
    }

    fn text(&self, column: C) -> String {
        self.columns.text(self.row, column)
    }

    fn person(&self, info: &'static CodeInfo, column: C, facts: &[(&'static str, &str)]) -> Found {
        Found::NeedsPerson(Why::new(info, self.columns.place(column), column.zh(), facts))
    }

    /// The bounds as printed.
    fn value(&self) -> String {
        match (nothing(&self.min_cell), nothing(&self.max_cell)) {
            (true, _) => self.max_cell.clone(),
            (false, true) => self.min_cell.clone(),
            (false, false) => format!("{} | {}", self.min_cell, self.max_cell),
        }
    }

    /// A minimum of zero bounds nothing.
    fn no_min(&self) -> bool {
        matches!(&self.min, Bound::Nothing) || matches!(&self.min, Bound::Value(v) if v.is_zero())
    }

    /// The product claims its own limit and no document stands beside the claim.
    fn only_claimed(&self) -> bool {
        self.basis.claim && self.basis.documents.is_empty()
    }

    fn limit(self, given: Given<'_>) -> Result<Found, Found> {
        if nothing(&self.item) {
            return Err(self.person(code::LIMIT_INCOMPLETE, C::Item, &[("name", C::Item.zh())]));
        }
        self.bounded()?;
        if self.path.0.is_empty() {
            return Err(self.person(code::LIMIT_INCOMPLETE, C::Class, &[("name", C::Class.zh())]));
        }
        self.numbers_alone()?;
        let (rule, unit_column) = self.rule()?;
        let unit = the_unit(self.columns, self.row, unit_column, &rule)?;
        if !matches!(rule, LimitRule::NotDetected { .. }) && counts_microbes(&self.item, &unit) {
            return Err(self.person(code::LIMIT_COUNT, unit_column, &[("value", &self.value())]));
        }
        self.one_substance()?;
        let (document, year) = self.document()?;
        let Some(ours) = food::in_our_classes(&self.path) else {
            return Err(self.person(code::LIMIT_CLASS, C::Class, &[("value", &self.path.text())]));
        };
        let document = (document.to_owned(), year.map(str::to_owned));
        let methods = self.text(C::Method);
        let found = LimitRow {
            id: String::new(),
            category_text: self.path.text(),
            categories: listed(&food::without_repeats(&ours)),
            conditions: if recommended(&document.0) { vec![format!("产品明示执行 {}", document.0)] } else { Vec::new() },
            exceptions: Vec::new(),
            remarks: if self.basis.claim { vec!["另有产品明示标准或质量要求，明示值更严的从严".to_owned()] } else { Vec::new() },
            analyte_group: group_of(&self.item, &self.basis.text, &unit),
            lod_loq: detection(&self.text(C::Lod), &self.text(C::LodUnit), &unit),
            analyte: self.item,
            aliases: Vec::new(),
            rule,
            unit,
            basis: self.basis.text,
            method: if nothing(&methods) { "/".to_owned() } else { unique(&alternatives(&methods)).join("；") },
            confidence: given.confidence.to_owned(),
            effective_from: given.from,
            effective_to: None,
            version: 1,
            status: LimitStatus::Pending,
            source: String::new(),
        };
        Ok(Found::Rule { row: Box::new(found), document })
    }

    /// There is a bound of some kind; without one the row is no limit, or what it rests on asks for a person.
    fn bounded(&self) -> Result<(), Found> {
        if !self.no_min() || !matches!(self.max, Bound::Nothing) {
            return Ok(());
        }
        Err(match self.basis.is_nothing() {
            true if nothing(&self.basis_cell) => Found::NoLimit(code::LIMIT_NOTHING),
            true => self.person(code::LIMIT_BASIS_WORDS, C::Basis, &[("value", &self.basis_cell)]),
            false if self.only_claimed() => self.person(code::LIMIT_CLAIM, C::Basis, &[]),
            false => self.person(code::LIMIT_NO_VALUE, C::Max, &[("value", &self.basis_cell)]),
        })
    }

    /// The bounds mean what they say: nothing to convert, no claim, no sampling plan, no words, not several numbers.
    fn numbers_alone(&self) -> Result<(), Found> {
        if self.basis.convert {
            return Err(self.person(code::LIMIT_CONVERT, C::Basis, &[]));
        }
        let unit_cells = [C::MinUnit, C::MaxUnit, C::ResultUnit].map(|c| self.text(c));
        if let Some(unit) = unit_cells.iter().find(|u| per_energy(u)) {
            return Err(self.person(code::LIMIT_ENERGY, C::MaxUnit, &[("value", unit)]));
        }
        let worded = |b: &Bound| matches!(b, Bound::Claim);
        if worded(&self.min) || worded(&self.max) || self.only_claimed() {
            return Err(self.person(code::LIMIT_CLAIM, C::Basis, &[]));
        }
        let bounds = [(&self.max, &self.max_cell, C::Max), (&self.min, &self.min_cell, C::Min)];
        for (bound, cell, column) in bounds {
            match bound {
                Bound::Plan(read) => return Err(self.person(code::LIMIT_PLAN, column, &[("value", cell), ("read", read)])),
                Bound::Words => return Err(self.person(code::LIMIT_WORDS, column, &[("value", cell)])),
                _ => {}
            }
        }
        match bounds.into_iter().find(|(bound, ..)| matches!(bound, Bound::Several)) {
            Some((_, cell, column)) => Err(self.person(code::LIMIT_VALUES, column, &[("value", cell)])),
            None => Ok(()),
        }
    }

    /// What the two bounds come to, and the column of its unit.
    fn rule(&self) -> Result<(LimitRule, C), Found> {
        let no_min = self.no_min();
        Ok(match (&self.min, &self.max) {
            (Bound::Banned(banned), Bound::Nothing) => (LimitRule::NotDetected { banned: *banned }, C::MinUnit),
            (Bound::Banned(a), Bound::Banned(b)) if a == b => (LimitRule::NotDetected { banned: *a }, C::MaxUnit),
            (Bound::Banned(banned), Bound::Value(v)) if v.is_zero() => (LimitRule::NotDetected { banned: *banned }, C::MinUnit),
            (_, Bound::Banned(banned)) if no_min => (LimitRule::NotDetected { banned: *banned }, C::MaxUnit),
            (Bound::Value(_), Bound::Value(v)) if !no_min && !v.is_zero() => {
                return Err(self.person(code::LIMIT_BOTH, C::Max, &[("value", &self.value())]));
            }
            (_, Bound::Value(v)) if v.is_zero() => return Err(self.person(code::LIMIT_ZERO, C::Max, &[("value", &self.max_cell)])),
            (_, Bound::Value(v)) if no_min => (LimitRule::Max { value: *v }, C::MaxUnit),
            (Bound::Value(v), Bound::Nothing) if v.is_sign_positive() => (LimitRule::Min { value: *v }, C::MinUnit),
            _ => return Err(self.person(code::LIMIT_WORDS, C::Max, &[("value", &self.value())])),
        })
    }

    fn one_substance(&self) -> Result<(), Found> {
        if self.item.contains("界限指标") {
            return Err(self.person(code::LIMIT_ONE_OF, C::Item, &[("value", &self.item)]));
        }
        if !names_a_substance(&self.item) {
            return Err(self.person(code::LIMIT_ITEM_WORDS, C::Item, &[("value", &self.item)]));
        }
        Ok(())
    }

    /// The one document that the row rests on, with its edition.
    fn document(&self) -> Result<(&str, Option<&str>), Found> {
        let cell: &[(&'static str, &str)] = &[("value", &self.basis_cell)];
        let basis = &self.basis;
        if basis.is_nothing() && nothing(&self.basis_cell) {
            return Err(self.person(code::LIMIT_NO_BASIS, C::Basis, &[("value", &self.value())]));
        }
        if basis.is_nothing() {
            return Err(self.person(code::LIMIT_BASIS_WORDS, C::Basis, cell));
        }
        if basis.documents.len() > 1 || basis.parted {
            return Err(self.person(code::LIMIT_BASES, C::Basis, cell));
        }
        if basis.words || basis.documents.is_empty() {
            return Err(self.person(code::LIMIT_BASIS_WORDS, C::Basis, cell));
        }
        basis.single().ok_or_else(|| self.person(code::LIMIT_BASES, C::Basis, cell))
    }
}

/// The path as it is and each food that its last level lists.
fn listed(path: &CategoryPath) -> Vec<CategoryPath> {
    let Some((last, above)) = path.0.split_last() else { return Vec::new() };
    food::alternatives(last).into_iter().map(|food| CategoryPath(above.iter().cloned().chain([food]).collect())).collect()
}

fn unique(parts: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in parts.iter().filter(|p| !nothing(p)) {
        if !out.contains(part) {
            out.push(part.clone());
        }
    }
    out
}

/// One bound as it is written.
#[derive(Debug, Clone, PartialEq)]
enum Bound {
    Nothing,
    Value(Decimal),
    /// 不得检出, or 不得使用 when false.
    Banned(bool),
    /// n, c, m, M; what was read of it.
    Plan(String),
    /// 按产品明示
    Claim,
    Words,
    Several,
}

fn bound(cell: &str) -> Bound {
    let parts = alternatives(cell);
    if parts.iter().all(|p| nothing(p)) {
        return Bound::Nothing;
    }
    let compact: String = fold(cell).chars().filter(|c| !c.is_whitespace()).collect();
    let lower = compact.to_lowercase();
    if ["n=", "n:", "n＝", "n："].iter().any(|k| lower.contains(k)) {
        let read = parts.iter().find_map(|p| match limit::parse(p).understood {
            LimitText::Rule { rule, .. } => Some(rule.text()),
            _ => None,
        });
        return Bound::Plan(read.unwrap_or_else(|| "—".to_owned()));
    }
    if compact.contains("明示") || compact.contains("执行标准") {
        return Bound::Claim;
    }
    let read: Vec<Bound> = parts
        .iter()
        .map(|part| {
            if nothing(part) {
                return Bound::Nothing;
            }
            if let Some(value) = plain(part) {
                return Bound::Value(value);
            }
            match limit::parse(part).understood {
                LimitText::Rule { rule: LimitRule::NotDetected { banned }, .. } => Bound::Banned(banned),
                LimitText::Rule { rule: LimitRule::Max { value }, strict: false } if part.starts_with(['≤', '<']) => Bound::Value(value),
                _ => Bound::Words,
            }
        })
        .collect();
    if read.contains(&Bound::Words) {
        return Bound::Words;
    }
    match read.split_first() {
        Some((first, rest)) if rest.iter().all(|r| r == first) => first.clone(),
        _ => Bound::Several,
    }
}

fn per_energy(unit: &str) -> bool {
    let unit: String = unit.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    unit.contains("100kj") || unit.contains("100kcal")
}

/// The unit of the limit: one, known, and exact against the unit of the result. 不得检出 may stand without one.
fn the_unit(columns: &Columns, row: &Row, column: C, rule: &LimitRule) -> Result<String, Found> {
    let text = |c: C| columns.text(row, c);
    let person = |info: &'static CodeInfo, at: C, facts: &[(&'static str, &str)]| Found::NeedsPerson(Why::new(info, columns.place(at), at.zh(), facts));
    let differ = |at: C, a: &str, b: &str| person(code::LIMIT_UNITS, at, &[("value", a), ("other", b)]);
    let two = |c: C| {
        let parts = alternatives(&text(c));
        let first = parts.first().cloned().unwrap_or_default();
        let second = parts.into_iter().find(|p| *p != first).unwrap_or_default();
        differ(c, &first, &second)
    };
    let own = one_unit(&text(column)).map_err(|()| two(column))?;
    let result = one_unit(&text(C::ResultUnit)).map_err(|()| two(C::ResultUnit))?;
    let other = if column == C::MaxUnit { C::MinUnit } else { C::MaxUnit };
    if let (Some(own), Ok(Some(beside))) = (&own, one_unit(&text(other)))
        && *own != beside
    {
        return Err(differ(other, own, &beside));
    }
    let ban = matches!(rule, LimitRule::NotDetected { .. });
    let Some(own) = own else {
        return if ban {
            Ok(result.filter(|u| units::canonical(u).is_some()).unwrap_or_else(|| "/".to_owned()))
        } else {
            Err(person(code::LIMIT_UNIT_NONE, column, &[]))
        };
    };
    if units::canonical(&own).is_none() {
        return Err(person(code::LIMIT_UNIT_UNKNOWN, column, &[("value", &own)]));
    }
    match result {
        Some(result) if units::convert(Decimal::ONE, &result, &own).is_err() => Err(differ(C::ResultUnit, &own, &result)),
        _ => Ok(own),
    }
}

/// 方法检出限, where one number with one unit is given that can be compared with the limit.
fn detection(value: &str, unit: &str, limit_unit: &str) -> Option<DetectionLimit> {
    let parts = alternatives(value);
    let [only] = parts.as_slice() else { return None };
    let value = plain(only).filter(|v| v.is_sign_positive() && !v.is_zero())?;
    let unit = one_unit(unit).ok()??;
    units::convert(Decimal::ONE, &unit, limit_unit).ok()?;
    Some(DetectionLimit { kind: DetectionKind::Lod, value, unit, note: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        documents(&text.chars().filter(|c| !c.is_whitespace()).collect::<String>())
            .into_iter()
            .map(|(n, y)| if y.is_empty() { n } else { format!("{n}-{y}") })
            .collect()
    }
    #[test]
    fn documents_are_known_by_their_numbers() {
        for (text, wanted) in [
            ("GB2760-2011《食品安全国家标准 食品添加剂使用标准》", vec!["GB 2760-2011"]),
            ("GB\u{a0}2760—2014", vec!["GB 2760-2014"]),
            ("GB/T22165-20082014年7月1日后按GB29921-2013执行", vec!["GB/T 22165-2008", "GB 29921-2013"]),
            ("GB2759.1-2003", vec!["GB 2759.1-2003"]),
            ("GB9697(GB/T21532)", vec!["GB 9697", "GB/T 21532"]),
            ("农业部公告第235号", vec!["235号"]),
            ("卫生部等5部门公告2011年第10号", vec!["10号-2011"]),
            ("食品整治办〔2008〕3号", vec!["3号-2008"]),
            ("相应产品国家标准", vec![]),
            ("（第1—5批汇总）2011年4月22日发布", vec![]),
        ] {
            assert_eq!(named(text), wanted, "{text}");
        }
        assert!(recommended("GB/T 22165") && recommended("SB/T 10371") && recommended("QB 2076"));
        assert!(!recommended("GB 2760") && !recommended("235号"));
    }
    #[test]
    fn a_basis_tells_editions_claims_and_conditions() {
        let same = Basis::read("GB2761-2011食品真菌毒素限量¦GB 2761-2011  真菌毒素");
        assert_eq!(same.single(), Some(("GB 2761", Some("2011"))));
        assert_eq!(Basis::read("GB29921-2013¦GB29921").single(), Some(("GB 29921", Some("2013"))));
        assert_eq!(Basis::read("GB2760-2011¦GB2760-2014").single(), None);
        let claim = Basis::read("GB2716-2005食用植物油卫生标准¦产品明示标准");
        assert!(claim.claim && claim.single().is_some() && !claim.parted);
        assert!(Basis::read("GB10765-2010（注：判定时需换算）").convert);
        assert!(
            Basis::read("2014年7月1日前按GB11673").parted && Basis::read("-¦卫办监督函〔2011〕551号").parted && Basis::read("¦GB 21911-2008 方法检出限").parted
        );
        assert!(Basis::read("参照GB2761-2011").words);
        assert!(Basis::read("-¦-").is_nothing() && Basis::read("").is_nothing() && Basis::read("相应产品国家标准").is_nothing());
    }
    #[test]
    fn an_item_with_words_is_no_substance() {
        for fine in [
            "铅",
            "环己基氨基磺酸钠（甜蜜素）",
            "乙酰磺胺酸钾（安赛蜜）",
            "苏丹红I",
            "邻苯二甲酸二丁酯（DBP）",
            "铝的残留量（以干基计）",
            "酸价(以脂肪计)(KOH)",
            "苯并[a]芘",
            "铅(以Pb计)",
        ] {
            assert!(names_a_substance(fine), "{fine}");
        }
        for words in [
            "沙门氏菌（限即食类）",
            "苋菜红（除粽子外）",
            "铝（2014年7月1日之后样品）",
            "大肠菌群（再制干酪）",
            "界限指标：锂",
            "限熟制食品：菌落总数",
            "色素（视情况而定）",
            "铅（",
            "（限）",
            "苯并芘（2）",
        ] {
            assert!(!names_a_substance(words), "{words}");
        }
    }
    #[test]
    fn bounds_are_read_as_written() {
        let d = |t: &str| Bound::Value(t.parse().unwrap());
        for (cell, wanted) in [
            ("0.5", d("0.5")),
            ("0.2¦0.2¦0.20", d("0.2")),
            ("≤1.0", d("1")),
            ("不得检出", Bound::Banned(true)),
            ("不得添加", Bound::Banned(false)),
            ("-¦-", Bound::Nothing),
            ("", Bound::Nothing),
            ("0.15¦0.0", Bound::Several),
            ("/¦0.25", Bound::Several),
            ("0；100", Bound::Several),
            ("肉类罐头：0；其它：3.0", Bound::Words),
            ("0.3(蜜饯类）", Bound::Words),
            ("商业无菌", Bound::Words),
            ("＜10", Bound::Words),
            ("产品明示标准及质量要求", Bound::Claim),
            ("n=5,c=1,m=10,M=100", Bound::Plan("n=5,c=1,m=10,M=100".into())),
            ("0.0¦n:5,c:0,m:0/25g", Bound::Plan("n=5,c=0,m=0".into())),
        ] {
            assert_eq!(bound(cell), wanted, "{cell}");
        }
    }
}
