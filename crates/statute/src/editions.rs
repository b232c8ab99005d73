//! 随程序发布的版本 shipped editions of the limit tables, what differs between them and the rows that an installation has, and the day of a
//! sample that chooses the edition (`data/edition_days.csv`, `data/drying.csv`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{NaiveDate, labels};

use crate::limits::{self, LimitRow, limits};
use crate::{data, food};

const STANDARDS: &str = include_str!("../data/standards.csv");
const DAYS: &str = include_str!("../data/edition_days.csv");
const DRYING: &str = include_str!("../data/drying.csv");

/// FNV-1a over 128 bits: a mark that tells contents apart, no protection against anybody.
#[derive(Clone, Copy)]
struct Mark(u128);

impl Mark {
    const fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

impl std::io::Write for Mark {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The mark of one row as it is stored.
fn row_mark(row: &LimitRow) -> u128 {
    let mut mark = Mark::new();
    // a row is plain data and always writes; a row that did not would still differ by its key
    if serde_json::to_writer(&mut mark, row).is_err() {
        mark.add(row.id.as_bytes());
    }
    mark.0
}

/// The mark of rows in whatever order.
pub(crate) fn mark_of<'a>(rows: impl IntoIterator<Item = &'a LimitRow>) -> String {
    let mut marks: Vec<u128> = rows.into_iter().map(row_mark).collect();
    marks.sort_unstable();
    let mut all = Mark::new();
    for mark in &marks {
        all.add(&mark.to_le_bytes());
    }
    format!("{:032x}", all.0)
}

/// 发布的版本 the rows of one standard as this program brings them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShippedEdition {
    /// 标准号 the key of `standards.csv`, e.g. `GB 2762-2025`.
    pub id: String,
    /// 名称
    pub name: String,
    /// First day of the standard.
    pub effective_from: NaiveDate,
    /// First day it no longer applies.
    pub effective_to: Option<NaiveDate>,
    /// 来源
    pub source: String,
    /// 可信度 of the dates.
    pub confidence: String,
    /// Number of rows.
    pub rows: usize,
    /// Mark of the rows: equal marks, equal rows.
    pub mark: String,
}

#[derive(Deserialize)]
struct StandardRow {
    key: String,
    name: String,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
    source: String,
    confidence: String,
    whole: String,
}

static STANDARD_ROWS: LazyLock<Result<Vec<StandardRow>, String>> = LazyLock::new(|| data::rows("standards.csv", STANDARDS));

/// 标准号 of a basis without its year: two editions of one standard have the same.
pub(crate) fn standard_number(basis: &str) -> &str {
    basis.split_once("-20").map_or(basis, |(number, _)| number)
}

/// Every limit of the edition is among our rows.
pub(crate) fn is_whole(basis: &str) -> bool {
    STANDARD_ROWS.as_ref().is_ok_and(|all| all.iter().any(|s| s.whole == "yes" && basis.starts_with(&s.key)))
}

static EDITIONS: LazyLock<Result<Vec<ShippedEdition>, String>> = LazyLock::new(|| {
    let standards = STANDARD_ROWS.as_ref().map_err(Clone::clone)?;
    let keys: Vec<&str> = standards.iter().map(|s| s.key.as_str()).collect();
    let mut held: BTreeMap<&str, Vec<&LimitRow>> = BTreeMap::new();
    for row in limits() {
        if let Some(key) = keys.iter().filter(|k| row.basis.starts_with(**k)).max_by_key(|k| k.len()) {
            held.entry(key).or_default().push(row);
        }
    }
    let edition = |s: &StandardRow| {
        let rows = held.get(s.key.as_str()).map_or(&[][..], Vec::as_slice);
        ShippedEdition {
            id: s.key.clone(),
            name: s.name.clone(),
            effective_from: s.effective_from,
            effective_to: s.effective_to,
            source: s.source.clone(),
            confidence: s.confidence.clone(),
            rows: rows.len(),
            mark: mark_of(rows.iter().copied()),
        }
    };
    Ok(standards.iter().map(edition).collect())
});

/// The editions behind the shipped rows, in the order of `standards.csv`.
#[must_use]
pub fn shipped_editions() -> &'static [ShippedEdition] {
    EDITIONS.as_ref().map_or(&[], Vec::as_slice)
}

/// The edition that a shipped or stored row belongs to, by its basis.
#[must_use]
pub fn edition_of(row: &LimitRow) -> Option<&'static ShippedEdition> {
    shipped_editions().iter().filter(|e| row.basis.starts_with(&e.id)).max_by_key(|e| e.id.len())
}

labels! {
    /// 变化 what became of a shipped row since the installation received it.
    pub enum RowChangeKind {
        New = "new", "新增", "New";
        Ended = "ended", "到期日变更", "Its last day changed";
        Changed = "changed", "内容变更", "Changed";
        Same = "same", "相同", "Same";
    }
}

/// 行的变化 one shipped row beside the one an installation has under the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange<'a> {
    /// What kind of change.
    pub kind: RowChangeKind,
    /// The row that the installation has.
    pub have: Option<&'a LimitRow>,
    /// The row as shipped.
    pub shipped: &'a LimitRow,
    /// Names of the columns that differ, as in the files.
    pub fields: Vec<&'static str>,
}

/// The columns in which two rows differ; their status and version are an installation's own.
#[must_use]
pub fn differing_fields(a: &LimitRow, b: &LimitRow) -> Vec<&'static str> {
    let columns: [(&'static str, bool); 18] = [
        ("category_text", a.category_text != b.category_text),
        ("categories", a.categories != b.categories),
        ("conditions", a.conditions != b.conditions),
        ("exceptions", a.exceptions != b.exceptions),
        ("remarks", a.remarks != b.remarks),
        ("analyte", a.analyte != b.analyte),
        ("aliases", a.aliases != b.aliases),
        ("analyte_group", a.analyte_group != b.analyte_group),
        ("rule", a.rule != b.rule),
        ("unit", a.unit != b.unit),
        ("basis", a.basis != b.basis),
        ("method", a.method != b.method),
        ("lod_loq", a.lod_loq != b.lod_loq),
        ("confidence", a.confidence != b.confidence),
        ("effective_from", a.effective_from != b.effective_from),
        ("effective_to", a.effective_to != b.effective_to),
        ("source", a.source != b.source),
        ("id", a.id != b.id),
    ];
    columns.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// What the shipped rows bring to an installation that has these rows. Rows that were never shipped (imported, of the
/// demonstration) are left alone. One entry a shipped row, in their order.
#[must_use]
pub fn difference<'a>(have: &'a [LimitRow], shipped: &'a [LimitRow]) -> Vec<RowChange<'a>> {
    let known: BTreeMap<&str, &LimitRow> = have.iter().map(|r| (r.id.as_str(), r)).collect();
    shipped
        .iter()
        .map(|row| {
            let Some(old) = known.get(row.id.as_str()).copied() else {
                return RowChange { kind: RowChangeKind::New, have: None, shipped: row, fields: Vec::new() };
            };
            let fields = differing_fields(old, row);
            let kind = match fields.as_slice() {
                [] => RowChangeKind::Same,
                ["effective_to"] => RowChangeKind::Ended,
                _ => RowChangeKind::Changed,
            };
            RowChange { kind, have: Some(old), shipped: row, fields }
        })
        .collect()
}

labels! {
    /// 选版本的日期 which day of a sample counts.
    pub enum DayKind {
        Production = "production", "生产日期", "Day of production";
        Sampling = "sampling", "购进或抽样日期", "Day of purchase or sampling";
    }
}

/// 选版本的规则 one line of `edition_days.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRule {
    /// Beginning of the standard's name, `*` for any other.
    pub basis: String,
    /// `prepackaged` or `other`.
    pub food: String,
    /// The day that counts.
    pub day: DayKind,
    /// 来源
    pub source: String,
    /// 可信度
    pub confidence: String,
}

static DAY_RULES: LazyLock<Result<Vec<DayRule>, String>> = LazyLock::new(|| data::rows("edition_days.csv", DAYS));

/// 样品的日期 the days of a sample that can choose an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleDays {
    /// 标称生产日期
    pub made_on: Option<NaiveDate>,
    /// 购进或抽样日期
    pub sampled_on: NaiveDate,
    /// 预包装
    pub prepackaged: bool,
}

/// The rule that says which day of the sample counts for a standard.
#[must_use]
pub fn day_rule(basis: &str, prepackaged: bool) -> Option<&'static DayRule> {
    let food = if prepackaged { "prepackaged" } else { "other" };
    let rules = DAY_RULES.as_ref().map_or(&[][..], Vec::as_slice);
    rules
        .iter()
        .filter(|r| r.food == food && (r.basis == limits::ANY || basis.starts_with(&r.basis)))
        .max_by_key(|r| if r.basis == limits::ANY { 0 } else { r.basis.len() })
}

/// The day by which the edition of a standard is chosen for a sample, and the rule that says so. `None` where that day is not
/// known: a person decides.
#[must_use]
pub fn edition_day(basis: &str, days: &SampleDays) -> Option<(NaiveDate, &'static DayRule)> {
    let rule = day_rule(basis, days.prepackaged)?;
    let day = match rule.day {
        DayKind::Production => days.made_on?,
        DayKind::Sampling => days.sampled_on,
    };
    Some((day, rule))
}

/// 干制品折算 one line of `drying.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drying {
    /// 标准
    pub basis: String,
    /// 干制品
    pub food: String,
    /// 可信度
    pub confidence: String,
    /// 来源
    pub source: String,
    paths: Vec<Vec<String>>,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct DryingRow {
    basis: String,
    food: String,
    paths: String,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
    source: String,
    confidence: String,
}

static DRYINGS: LazyLock<Result<Vec<Drying>, String>> = LazyLock::new(|| {
    let read = |r: DryingRow| Drying {
        basis: r.basis,
        food: r.food,
        confidence: r.confidence,
        source: r.source,
        paths: limits::list(&r.paths).iter().map(|p| limits::canonical(&CategoryPath::parse(p))).collect(),
        from: r.effective_from,
        to: r.effective_to,
    };
    Ok(data::rows::<DryingRow>("drying.csv", DRYING)?.into_iter().map(read).collect())
});

/// 干制品折算 the conversion that stands between a row and a dried food on a day: a value above the limit of the row is not yet a failure,
/// because the limit of the fresh food is multiplied by the rate of dehydration. `None` where the row is used as it stands.
#[must_use]
pub fn drying(row: &LimitRow, category: &CategoryPath, food_name: &str, on: NaiveDate) -> Option<&'static Drying> {
    let sample = food::levels_with_name(category, food_name);
    let dried = DRYINGS.as_ref().ok()?.iter().find(|d| {
        row.basis.starts_with(&d.basis) && d.from <= on && d.to.is_none_or(|end| on < end) && d.paths.iter().any(|p| limits::reach(p, &sample).is_some())
    })?;
    // a limit that is set for the dried food by itself is no limit of the fresh one; on a dry weight it needs no rate
    let own: BTreeSet<Vec<String>> = row.categories.iter().map(limits::canonical).collect();
    let only_dried = own.iter().all(|p| dried.paths.iter().any(|d| limits::reach(d, p).is_some()));
    (!only_dried && !row.conditions.iter().any(|c| c == "以干重计")).then_some(dried)
}

/// 上一版 the rows of an earlier edition of the same standard about the same item that lie on the path of a row, above it, below it or on it: where the
/// standard cut its foods anew, these are what the row stands in place of. Nearest first.
#[must_use]
pub fn edition_before<'l>(rows: impl Iterator<Item = &'l LimitRow>, row: &LimitRow) -> Vec<&'l LimitRow> {
    let own: Vec<Vec<String>> = row.categories.iter().map(limits::canonical).collect();
    let distance = |old: &LimitRow| {
        let theirs: Vec<Vec<String>> = old.categories.iter().map(limits::canonical).collect();
        let apart = |a: &Vec<String>, b: &Vec<String>| (limits::reach(a, b).is_some() || limits::reach(b, a).is_some()).then(|| a.len().abs_diff(b.len()));
        own.iter().flat_map(|a| theirs.iter().filter_map(move |b| apart(a, b))).min()
    };
    let earlier = |r: &&LimitRow| {
        r.effective_from < row.effective_from && r.basis != row.basis && standard_number(&r.basis) == standard_number(&row.basis) && r.is_about(&row.analyte)
    };
    let mut near: Vec<(usize, &LimitRow)> = rows.filter(earlier).filter_map(|r| distance(r).map(|d| (d, r))).collect();
    near.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    near.into_iter().map(|(_, r)| r).collect()
}

pub(crate) fn problem() -> Option<String> {
    EDITIONS.as_ref().err().or(DAY_RULES.as_ref().err()).or(DRYINGS.as_ref().err()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{LimitChoice, LimitLibrary, LimitQuery, LimitRule, LimitStatus};
    use shiyan_foundation::Decimal;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }
    fn active() -> LimitLibrary {
        LimitLibrary::new(limits().iter().cloned().map(|r| LimitRow { status: LimitStatus::Active, ..r }).collect())
    }
    fn ask<'a>(library: &'a LimitLibrary, path: &str, food: &str, analyte: &str, on: &str) -> LimitChoice<'a> {
        let category = CategoryPath::parse(path);
        library.choose(&LimitQuery { category: &category, food_name: food, analyte, ref_date: day(on), prepackaged: None })
    }
    fn limit(choice: &LimitChoice<'_>) -> String {
        match choice {
            LimitChoice::One(row) => format!("{} {}", row.limit_text(), row.basis),
            other => format!("{other:?}"),
        }
    }
    #[test]
    fn every_shipped_row_belongs_to_one_edition() {
        assert_eq!(shipped_editions().iter().map(|e| e.rows).sum::<usize>(), limits().len());
        let edition = |id: &str| shipped_editions().iter().find(|e| e.id == id).expect("an edition");
        let (old, new) = (edition("GB 2762-2022"), edition("GB 2762-2025"));
        assert_eq!((old.effective_to, new.effective_from), (Some(day("2026-09-02")), day("2026-09-02")), "the midnight belongs to the new edition");
        assert_eq!(old.rows, 45);
        assert!(shipped_editions().iter().all(|e| e.rows > 0 && e.mark.len() == 32), "{:?}", shipped_editions());
        assert!(edition_of(&limits()[0]).is_some_and(|e| e.id == "GB 2763-2021"));
    }
    #[test]
    fn an_installation_learns_what_is_new_ended_changed_and_the_same() {
        let shipped: Vec<LimitRow> = limits()[..4].to_vec();
        let mut have = shipped.clone();
        have[0].status = LimitStatus::Active;
        have[1].effective_to = None;
        have[2].rule = LimitRule::Max { value: Decimal::TEN };
        have[2].method = "GB 1".into();
        have.remove(3);
        have.push(LimitRow { id: "I0001".into(), ..shipped[0].clone() });
        let found = difference(&have, &shipped);
        let kinds: Vec<_> = found.iter().map(|c| (c.kind, c.fields.clone())).collect();
        assert_eq!(
            kinds,
            [
                (RowChangeKind::Same, vec![]),
                (RowChangeKind::Ended, vec!["effective_to"]),
                (RowChangeKind::Changed, vec!["rule", "method"]),
                (RowChangeKind::New, vec![])
            ]
        );
        assert!(difference(limits(), limits()).iter().all(|c| c.kind == RowChangeKind::Same));
        assert!(difference(&[], limits()).iter().all(|c| c.kind == RowChangeKind::New));
    }
    #[test]
    fn the_revision_tells_libraries_apart_and_forgets_their_order() {
        let library = LimitLibrary::new(limits().to_vec());
        let mut turned = limits().to_vec();
        turned.reverse();
        assert_eq!(library.revision(), LimitLibrary::new(turned.clone()).revision());
        turned[7].status = LimitStatus::Active;
        assert_ne!(library.revision(), LimitLibrary::new(turned.clone()).revision(), "an activation is another library");
        turned.pop();
        assert_ne!(library.revision(), LimitLibrary::new(turned).revision());
    }
    #[test]
    fn a_stored_row_of_before_keeps_its_bytes() {
        let stored = r#"{"id":"L0001","category_text":"x","categories":[["食用农产品"]],"conditions":[],"exceptions":[],"remarks":[],"analyte":"铅","aliases":[],"analyte_group":"contaminant","rule":{"kind":"max","value":"0.2"},"unit":"mg/kg","basis":"GB","method":"GB","lod_loq":null,"confidence":"high","effective_from":"2021-09-03","effective_to":null,"version":1,"status":"pending"}"#;
        let row: LimitRow = serde_json::from_str(stored).expect("a row");
        assert_eq!(serde_json::to_string(&row).expect("json"), stored);
    }
    #[test]
    fn each_side_of_the_midnight_has_its_edition() {
        let library = active();
        for (path, food, analyte, before, after) in [
            ("食用农产品/蔬菜/叶菜类/菠菜", "菠菜", "铅", "≤0.3mg/kg GB 2762-2022", "≤0.3mg/kg GB 2762-2025"),
            ("粮食加工品/大米/大米/大米", "大米", "镉", "≤0.2mg/kg GB 2762-2022", "≤0.2mg/kg GB 2762-2025"),
            ("调味品/添加酸水解植物蛋白的液态调味品", "", "3-氯-1,2-丙二醇", "≤0.4mg/kg GB 2762-2022", ""),
            ("饮料/包装饮用水/饮用天然矿泉水/饮用天然矿泉水", "矿泉水", "亚硝酸盐（以NO₂⁻计）", "", "≤0.1mg/L GB 2762-2025"),
            ("茶叶及相关制品/茶叶/绿茶/绿茶", "绿茶", "铅", "≤5.0mg/kg GB 2762-2022", "≤5.0mg/kg GB 2762-2025"),
            ("速冻食品/速冻面米食品/速冻面米生制品/水饺", "猪肉水饺", "铅", "≤0.5mg/kg GB 2762-2022", "≤0.5mg/kg GB 2762-2025"),
        ] {
            let (old, new) = (limit(&ask(&library, path, food, analyte, "2026-09-01")), limit(&ask(&library, path, food, analyte, "2026-09-02")));
            assert!(before.is_empty() || old == before, "{path} {analyte}: {old}");
            assert!(after.is_empty() || new == after, "{path} {analyte}: {new}");
        }
        // the number that changed: 0.005 until the first, 0.1 from the second
        let water = "饮料/包装饮用水/饮用纯净水/饮用纯净水";
        assert_eq!(limit(&ask(&library, water, "纯净水", "亚硝酸盐（以NO₂⁻计）", "2026-09-01")), "≤0.005mg/L GB 2762-2022");
        assert_eq!(limit(&ask(&library, water, "纯净水", "亚硝酸盐（以NO₂⁻计）", "2026-09-02")), "≤0.1mg/L GB 2762-2025");
    }
    #[test]
    fn no_food_of_the_old_edition_falls_out_at_the_midnight() {
        let library = active();
        let mut asked = 0;
        for row in limits().iter().filter(|r| r.basis == "GB 2762-2022") {
            for path in row.categories.iter().filter(|p| p.0.len() > 1) {
                // the old row of a condition that is a food of its own has become a condition of the table
                if path.text().contains("酸水解植物蛋白") {
                    continue;
                }
                let query = LimitQuery { category: path, food_name: "", analyte: &row.analyte, ref_date: day("2026-09-02"), prepackaged: None };
                let choice = library.choose(&query);
                assert!(!matches!(choice, LimitChoice::Expired(_) | LimitChoice::None { .. }), "{} {path} {}: {choice:?}", row.id, row.analyte);
                asked += 1;
            }
        }
        assert!(asked > 100, "{asked}");
    }
    #[test]
    fn packed_food_goes_by_its_making_and_the_rest_by_its_sampling() {
        let days = SampleDays { made_on: Some(day("2026-09-01")), sampled_on: day("2026-09-20"), prepackaged: true };
        let (on, rule) = edition_day("GB 2762-2025", &days).expect("a day");
        assert_eq!((on, rule.day), (day("2026-09-01"), DayKind::Production));
        assert!(rule.source.contains("2026-09-02") && rule.basis == "GB 2762");
        let (on, rule) = edition_day("GB 2762-2025", &SampleDays { prepackaged: false, ..days }).expect("a day");
        assert_eq!((on, rule.day), (day("2026-09-20"), DayKind::Sampling));
        assert_eq!(edition_day("GB 2760-2024", &days).map(|(_, r)| r.basis.as_str()), Some("*"));
        assert_eq!(edition_day("GB 2762-2025", &SampleDays { made_on: None, ..days }), None, "an unknown day of production chooses nothing");
    }
    #[test]
    fn dried_meat_is_judged_as_it_is_since_the_new_edition() {
        let library = active();
        let jerky = CategoryPath::parse("肉制品/熟肉制品/熟肉干制品/肉干");
        let fish = CategoryPath::parse("水产制品/干制水产品/预制动物性水产干制品/鱼干");
        let of = |id: &str| library.iter().find(|r| r.id == id).expect("a row");
        assert!(drying(of("L0113"), &jerky, "牛肉干", day("2026-09-01")).is_some_and(|d| d.food == "肉类干制品"));
        assert!(drying(of("L2762-030"), &jerky, "牛肉干", day("2026-09-02")).is_none());
        assert!(
            drying(of("L2762-166"), &fish, "", day("2026-09-02")).is_some_and(|d| d.confidence == "high"),
            "铬 is limited for the fresh and the dried together"
        );
        assert!(drying(of("L2762-197"), &fish, "", day("2026-09-02")).is_none(), "表10 names the dried food itself");
    }
}
