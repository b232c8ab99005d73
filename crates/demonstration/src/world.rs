//! What stands still while the demonstration runs: people, streets, foods, limits, packages, sites.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, NaiveTime};
use shiyan_app::Error;
use shiyan_app::records::{ItemPackage, LimitRecord, PackageItem};
use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::task::Link;
use shiyan_foundation::{Actor, Decimal, Instant, WorkCalendar, shanghai};
use shiyan_statute::{AnalyteGroup, DetectionKind, DetectionLimit, LimitLibrary, LimitRow, LimitRule, LimitStatus};

use crate::dice::Dice;

const FOODS: &str = include_str!("../data/foods.csv");
/// 天干, the numbering of fictional names.
pub(crate) const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
/// What every fictional food name ends in; no real food is called so, and the limits of the demonstration are about it alone.
const MARK: &str = "（演示）";

/// One food of the demonstration.
#[derive(Debug, Clone)]
pub(crate) struct Food {
    pub(crate) share: usize,
    /// Failing batches per 10,000.
    pub(crate) fail: usize,
    pub(crate) name: String,
    pub(crate) category: CategoryPath,
    pub(crate) links: Vec<(Link, usize)>,
    pub(crate) prepacked: bool,
    pub(crate) bulk: bool,
    pub(crate) unit: String,
    /// Items in the order of the package: the rows they are copied from, and how often they are what fails.
    pub(crate) items: Vec<(LimitRow, usize)>,
    /// 配料表 of what is prepackaged.
    pub(crate) ingredients: String,
}

fn broken(what: &str) -> Error {
    Error::Fault(format!("foods.csv: {what}"))
}

/// Reads the foods; every item is a shipped limit row.
pub(crate) fn foods() -> Result<Vec<Food>, Error> {
    let mut out = Vec::new();
    for line in FOODS.lines().skip(2).filter(|l| !l.trim().is_empty()) {
        let cells: Vec<&str> = line.split('|').collect();
        let [share, fail, name, category, links, pack, unit, items, ingredients] = cells.as_slice() else { return Err(broken(line)) };
        let mut read_links = Vec::new();
        for word in links.split(' ') {
            let (link, weight) = word.split_at_checked(2).ok_or_else(|| broken(line))?;
            let link = match link {
                "LT" => Link::Circulation,
                "CY" => Link::Catering,
                "SC" => Link::Production,
                _ => return Err(broken(line)),
            };
            read_links.push((link, weight.parse().map_err(|_| broken(line))?));
        }
        let mut rows = Vec::new();
        for word in items.split(' ') {
            let (id, weight) = word.split_once('*').ok_or_else(|| broken(line))?;
            let row = shiyan_statute::limits().iter().find(|r| r.id == id).ok_or_else(|| broken(id))?;
            rows.push((row.clone(), weight.parse().map_err(|_| broken(line))?));
        }
        out.push(Food {
            share: share.parse().map_err(|_| broken(line))?,
            fail: fail.parse().map_err(|_| broken(line))?,
            name: format!("{name}{MARK}"),
            category: CategoryPath::parse(category),
            links: read_links,
            prepacked: *pack == "Y",
            bulk: *pack == "B",
            unit: (*unit).to_owned(),
            items: rows,
            ingredients: (*ingredients).to_owned(),
        });
    }
    Ok(out)
}

fn date(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default()
}

/// Standards that were replaced while the demonstration runs: beginning of the basis, its name from that day on, the former one.
fn successions() -> [(&'static str, NaiveDate, &'static str, &'static str); 2] {
    [
        ("GB 2763-20", date(2026, 3, 1), "GB 2763-2026（演示数据，数值沿用2021版，待核实）", "GB 2763-2021（演示数据）"),
        ("GB 2760-2024", date(2025, 2, 8), "GB 2760-2024（演示数据）", "GB 2760-2014（演示数据，数值沿用2024版，待核实）"),
    ]
}

/// Which of the successions have happened on a day; items of the same era carry the same limits.
pub(crate) fn era(on: NaiveDate) -> usize {
    successions().iter().filter(|s| on >= s.1).count()
}

/// The limits of the demonstration: copies of shipped rows, active, about the fictional food alone (`*` and its name), so that
/// they decide for the demonstration and never stand beside a shipped row in the question about a real food.
pub(crate) fn limits(foods: &[Food], by: &str, at: Instant) -> Vec<LimitRecord> {
    let mut out = Vec::new();
    let long_ago = date(2020, 1, 1);
    for (number, food) in foods.iter().enumerate() {
        for (index, (row, _)) in food.items.iter().enumerate() {
            let id = format!("DEMO-{:02}{}", number + 1, index + 1);
            let detection = row.lod_loq.clone().or(match &row.rule {
                LimitRule::Max { value } if row.unit != "/" => {
                    Some(DetectionLimit { kind: DetectionKind::Loq, value: *value / Decimal::TEN, unit: row.unit.clone(), note: "演示".into() })
                }
                _ => None,
            });
            let base = LimitRow {
                id: id.clone(),
                category_text: format!("{}/{}", food.category, food.name),
                categories: vec![CategoryPath(vec!["*".into(), food.name.clone()])],
                conditions: Vec::new(),
                exceptions: Vec::new(),
                lod_loq: detection,
                confidence: format!("演示（抄自 {}）", row.id),
                basis: format!("{}（演示数据）", row.basis),
                effective_from: long_ago,
                effective_to: None,
                status: LimitStatus::Active,
                ..row.clone()
            };
            let mut keep = |row: LimitRow| out.push(LimitRecord { row, activated_by: Some(by.to_owned()), activated_at: Some(at), revision: 0 });
            match successions().iter().find(|s| row.basis.starts_with(s.0)) {
                Some((_, from, new, old)) => {
                    keep(LimitRow { id: format!("{id}A"), basis: (*old).to_owned(), effective_to: Some(*from), ..base.clone() });
                    keep(LimitRow { id: format!("{id}B"), basis: (*new).to_owned(), effective_from: *from, version: 2, ..base });
                }
                None => keep(base),
            }
        }
    }
    out
}

/// The item packages: one a food, for its national category.
pub(crate) fn packages(foods: &[Food]) -> Vec<ItemPackage> {
    foods
        .iter()
        .enumerate()
        .map(|(number, food)| ItemPackage {
            key: format!("DEMO-{:02}", number + 1),
            year: 0,
            category: food.category.clone(),
            items: food
                .items
                .iter()
                .map(|(row, _)| PackageItem {
                    analyte: row.analyte.clone(),
                    unit: row.unit.clone(),
                    method: row.method.clone(),
                    limit: None,
                    ..PackageItem::default()
                })
                .collect(),
            retired: false,
            source: "演示数据：项目抄自随机附带的限量表".into(),
            demo: true,
            ..ItemPackage::default()
        })
        .collect()
}

/// A result as a technician would type it.
pub(crate) fn typed_result(dice: &mut Dice, row: &LimitRow, fails: bool) -> String {
    /// Per cent of the limit: log-normal by its quantiles, median 160, one in twenty above 600.
    const ABOVE: [i64; 20] = [104, 108, 113, 118, 123, 129, 135, 142, 148, 155, 164, 175, 188, 205, 228, 255, 300, 370, 480, 720];
    let percent = |value: Decimal, p: i64| (value * Decimal::new(p, 2)).round_sf(3).unwrap_or(value).normalize();
    match &row.rule {
        LimitRule::Max { value } if row.analyte_group == AnalyteGroup::Microbe => {
            if fails {
                let count = (*value * Decimal::new(dice.within(15, 60), 1)).round();
                // between 101 and 109 the judgement suspects a lost power of ten
                if count > Decimal::ONE_HUNDRED && count < Decimal::from(110) { "130".to_owned() } else { count.normalize().to_string() }
            } else {
                "<10".to_owned()
            }
        }
        LimitRule::Max { value } => {
            if fails {
                return percent(*value, ABOVE[dice.below(ABOVE.len())]).to_string();
            }
            let measurable = row.analyte_group == AnalyteGroup::Quality;
            if measurable {
                percent(*value, dice.within(15, 75)).to_string()
            } else if dice.chance(7_000) {
                "未检出".to_owned()
            } else {
                percent(*value, dice.within(12, 60)).to_string()
            }
        }
        LimitRule::Min { value } => percent(*value, if fails { dice.within(60, 94) } else { dice.within(104, 160) }).to_string(),
        LimitRule::Range { lo, hi } => {
            if fails {
                percent(*lo, dice.within(90, 98)).to_string()
            } else {
                ((*lo + *hi) / Decimal::TWO + Decimal::new(dice.within(-3, 3), 1)).normalize().to_string()
            }
        }
        LimitRule::NotDetected { .. } => {
            if !fails {
                "未检出".to_owned()
            } else if row.analyte_group == AnalyteGroup::Microbe {
                "检出".to_owned()
            } else if row.unit.starts_with("g/") {
                Decimal::new(dice.within(12, 240), 3).normalize().to_string()
            } else {
                // well above what the method can see
                let least = row.lod_loq.as_ref().map_or(Decimal::ONE, |d| d.value);
                (least * Decimal::new(dice.within(22, 190), 1)).round_sf(3).unwrap_or(least).normalize().to_string()
            }
        }
        // a comma before three digits could mark thousands
        LimitRule::ThreeClass { m, upper, .. } => five_counts(dice, *m, *upper, fails).join("；"),
    }
}

/// Five counts of a sampling plan; none of them looks like a lost power of ten.
fn five_counts(dice: &mut Dice, m: Decimal, upper: Option<Decimal>, fails: bool) -> [String; 5] {
    if m.is_zero() {
        let mut values = ["未检出", "未检出", "未检出", "未检出", "未检出"].map(str::to_owned);
        if fails {
            values[dice.below(5)] = "检出".to_owned();
        }
        return values;
    }
    if fails {
        let upper = upper.unwrap_or(m * Decimal::TEN);
        return [(); 5].map(|()| (upper * Decimal::new(dice.within(12, 55), 1)).round().normalize().to_string());
    }
    if m <= Decimal::TEN {
        return [(); 5].map(|()| format!("<{m}"));
    }
    let most: i64 = (m / Decimal::from(20)).try_into().unwrap_or(5);
    [(); 5].map(|()| {
        let count = dice.within(1, most.max(2)) * 10;
        if (101..=109).contains(&count) || Decimal::from(count) > m { "<10".to_owned() } else { count.to_string() }
    })
}

/// The people of the demonstration.
#[derive(Debug, Clone)]
pub(crate) struct People {
    pub(crate) samplers: [Actor; 2],
    pub(crate) keeper: Actor,
    pub(crate) analyst: Actor,
    pub(crate) checker: Actor,
    pub(crate) reviewer: Actor,
    pub(crate) signatory: Actor,
    pub(crate) quality: Actor,
    pub(crate) sender: Actor,
    pub(crate) enforcer: Actor,
    pub(crate) office: Actor,
    pub(crate) supervisor: Actor,
    pub(crate) operator: Actor,
    pub(crate) planner: Actor,
}

/// What stands still.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) calendar: WorkCalendar,
    pub(crate) streets: BTreeMap<String, Street>,
    pub(crate) street_codes: BTreeSet<String>,
    pub(crate) own: Vec<String>,
    pub(crate) neighbours: Vec<String>,
    pub(crate) foods: Vec<Food>,
    pub(crate) limits: LimitLibrary,
    pub(crate) packages: Vec<ItemPackage>,
    pub(crate) labs: Vec<shiyan_app::records::Laboratory>,
    pub(crate) people: People,
    /// SHA-256 and size of the one evidence file.
    pub(crate) evidence: (String, u64),
}

impl World {
    pub(crate) fn at(&self, on: NaiveDate, hour: i64, minute: i64) -> Instant {
        let clock = u32::try_from(hour * 60 + minute).ok().and_then(|m| NaiveTime::from_num_seconds_from_midnight_opt(m * 60, 0)).unwrap_or_default();
        on.and_time(clock).and_local_timezone(shanghai()).single().unwrap_or(self.now)
    }
    /// So many working days after a day.
    pub(crate) fn after(&self, on: NaiveDate, workdays: i64) -> NaiveDate {
        let mut day = on;
        let mut left = workdays;
        while left > 0 {
            day = day.succ_opt().unwrap_or(day);
            left -= i64::from(self.calendar.is_workday(day));
        }
        day
    }
    /// So many working days before a day.
    pub(crate) fn before(&self, on: NaiveDate, workdays: i64) -> NaiveDate {
        let mut day = on;
        let mut left = workdays;
        while left > 0 {
            day = day.pred_opt().unwrap_or(day);
            left -= i64::from(self.calendar.is_workday(day));
        }
        day
    }
    /// The working day so many days on, or the next one.
    pub(crate) fn later(&self, on: NaiveDate, days: i64) -> NaiveDate {
        let mut day = on + Days::new(days.max(0).unsigned_abs());
        while !self.calendar.is_workday(day) {
            day = day.succ_opt().unwrap_or(day);
        }
        day
    }
    pub(crate) fn split(streets: &BTreeMap<String, Street>) -> (Vec<String>, Vec<String>) {
        let of = |admin: AdminBody| streets.values().filter(|s| s.admin == admin).map(|s| s.code.clone()).collect();
        (of(AdminBody::Jinshui), of(AdminBody::Zhengdong))
    }
    /// Weight of a street that Jinshui runs: they are not alike.
    pub(crate) fn street_weight(index: usize) -> usize {
        6 + (index * 7) % 11
    }
    /// Is this food spread over all streets, or found in three only.
    pub(crate) fn everywhere(food: &Food) -> bool {
        matches!(food.category.class(), "食用农产品" | "餐饮食品")
    }
    /// The three streets where the lesser classes are taken.
    pub(crate) fn homes(&self, class: &str) -> Vec<String> {
        let start: usize = class.bytes().map(usize::from).sum();
        (0..3).filter_map(|k| self.own.get((start + k * 5) % self.own.len().max(1)).cloned()).collect()
    }
}
