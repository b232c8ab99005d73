//! 从文件计数 the indicators of a year from fact files alone, without a database and without the facts of a nation in memory.
//!
//! The files are counted one row group after the other, by as many threads as there are processors, each by the exact functions of `indicators`; what
//! they counted is added up as numbers, which is exact for everything that counts facts. What looks at several facts together is kept together:
//! batches that share a number are counted in one go at the end, cases and clocks are few and are counted at once, and streets, laboratories and
//! points get their lines after the last row group. Plans are no fact files: a forecast from files knows none.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;

use rust_decimal::Decimal;
use shiyan_foundation::ids::{PointId, ReadingId};
use shiyan_foundation::{Instant, Label, Refusal, WorkCalendar};
use shiyan_indicators::exact;
use shiyan_indicators::figure::{Ids, NOTHING, SMALL, rate};
use shiyan_indicators::kpis::{RapidPlanLine, kpis_of, outside_scope, quarter};
use shiyan_indicators::sets::Sets;
use shiyan_indicators::{Axis, BatchFact, Cut, FactId, Facts, Figure, History, KpiScope, Kpis, LeftOut, RapidFact, RapidVerdict, Unit};

use chrono::Datelike;

use crate::files::{FactFamily, FileMonth, Group, Manifest, Trust, open};
use crate::work::{each, locked};

/// Counts of the facts of one figure.
#[derive(Debug, Clone, Default)]
struct Counted {
    counted: u64,
    hits: u64,
    provisional: bool,
    left_out: BTreeMap<LeftOut, u64>,
    /// Whether one of them lies within the scope.
    inside: bool,
}

impl Counted {
    fn of(figure: &Figure<u64>) -> Self {
        Self { counted: figure.counted, hits: figure.hits, provisional: figure.provisional, left_out: figure.left_out.clone(), inside: true }
    }
    fn add(&mut self, other: &Self) {
        self.counted += other.counted;
        self.hits += other.hits;
        self.provisional |= other.provisional;
        self.inside |= other.inside;
        for (reason, n) in &other.left_out {
            *self.left_out.entry(*reason).or_default() += n;
        }
    }
    /// The figure of these counts, made as `indicators` makes it of facts.
    fn figure(self, like: &Figure<u64>) -> Figure<u64> {
        let target = like.target.as_ref().and_then(|t| t.parse::<Decimal>().ok());
        let (value, denominator, exactly, display, small) = match like.unit {
            Unit::PerThousand => {
                let (value, people) = (u128::from(self.counted) * 1000, like.denominator);
                let display = exact::display(value, u128::from(people), target).unwrap_or_else(|| NOTHING.to_owned());
                ((value, u128::from(people)), people, format!("{value}/{people}"), display, false)
            }
            _ => {
                let sampled = SAMPLED.contains(&like.key);
                let small = sampled && (1..SMALL).contains(&self.counted);
                let value = (u128::from(self.hits) * 100, u128::from(self.counted));
                (value, self.counted, format!("{}/{}", self.hits, self.counted), rate(self.hits, self.counted, target, sampled), small)
            }
        };
        let decimal = exact::truncated(value.0, value.1, 4);
        Figure {
            numerator: self.hits,
            denominator,
            exact: if decimal.is_some() { exactly } else { NOTHING.to_owned() },
            decimal: decimal.filter(|_| !small).unwrap_or_else(|| NOTHING.to_owned()),
            display,
            met: target.and_then(|t| exact::at_least(value.0, value.1, t)),
            small,
            provisional: self.provisional,
            counted: self.counted,
            hits: self.hits,
            left_out: self.left_out,
            ..like.clone()
        }
    }
}

/// Statistics of samples, whose percentage is not shown where there are few.
const SAMPLED: [&str; 4] = ["discovery_rate", "evaluative_pass_rate", "rapid_positive_rate", "rapid_confirmation_rate"];

/// 快检点 in one quarter: how many readings count, and its names as the first of them has them.
#[derive(Debug, Clone)]
struct Point {
    first: (usize, ReadingId),
    street: String,
    point: String,
    done: u64,
}

impl Point {
    fn add(&mut self, other: &Self) {
        let done = self.done + other.done;
        if other.first < self.first {
            self.clone_from(other);
        }
        self.done = done;
    }
}

/// What was counted so far.
#[derive(Default)]
struct Sum {
    /// The figures of batches and readings, in the order of [`figures`].
    figures: Vec<Counted>,
    in_lab: u64,
    in_transit: u64,
    undetermined: u64,
    streets: HashMap<String, Counted>,
    labs: HashMap<String, Counted>,
    points: HashMap<(PointId, u8), Point>,
}

/// The figures that are added up: all of batches and readings that are not told apart by a text.
fn figures<H>(k: &mut Kpis<H>) -> Vec<&mut Figure<H>> {
    let rapid = &mut k.rapid;
    let mut all = vec![&mut k.per_thousand, &mut k.discovery, &mut k.evaluative, &mut k.report_on_time];
    all.extend([&mut rapid.valid, &mut rapid.positive, &mut rapid.handled, &mut rapid.confirmed]);
    all.extend(k.discovery_by_group.iter_mut().chain(&mut k.discovery_by_link));
    all
}

/// What is asked.
#[derive(Clone, Copy)]
struct Question<'a> {
    scope: &'a KpiScope,
    at: Instant,
    calendar: &'a WorkCalendar,
}

impl Question<'_> {
    fn kpis(self, facts: &Facts) -> Kpis<u64> {
        kpis_of(&Sets::plain(facts, &[]), self.scope, self.at, self.calendar)
    }
}

impl Sum {
    /// Batches, each for itself.
    fn batches(&mut self, batches: Vec<BatchFact>, asked: Question<'_>) {
        let facts = Facts { batches, ..Facts::default() }.as_they_stood(asked.at, &History::default());
        let mut k: Kpis<u64> = kpis_of(&Sets::plain(&facts, &[]), asked.scope, asked.at, asked.calendar);
        self.in_lab += k.in_lab;
        self.in_transit += k.in_transit;
        self.undetermined += k.undetermined;
        let counted: Vec<Counted> = figures(&mut k).into_iter().map(|f| Counted::of(f)).collect();
        self.add_figures(&counted);
        for (into, told) in [(&mut self.streets, &k.discovery_by_street), (&mut self.labs, &k.discovery_by_lab)] {
            told.iter().filter_map(|f| Some((f.cut.as_ref()?, f))).for_each(|(cut, f)| of(into, &cut.code).add(&Counted::of(f)));
        }
        // what lies outside the scope altogether has no figure there; elsewhere the same street or laboratory may have one
        let told = |figures: &[Figure<u64>]| figures.iter().filter_map(|f| Some(f.cut.as_ref()?.code.clone())).collect::<HashSet<String>>();
        let (streets, labs) = (told(&k.discovery_by_street), told(&k.discovery_by_lab));
        for b in &facts.batches {
            for (into, told, text) in [(&mut self.streets, &streets, &b.street), (&mut self.labs, &labs, &b.lab)] {
                if let Some(reason) = outside_scope(b, asked.scope, asked.at.date_naive()).filter(|_| !told.contains(text)) {
                    *of(into, text).left_out.entry(reason).or_default() += 1;
                }
            }
        }
    }
    /// Readings, each with how many are alike.
    fn readings(&mut self, piece: usize, alike: Vec<(RapidFact, u64)>, asked: Question<'_>) {
        let (mut facts, mut many) = (Facts::default(), HashMap::new());
        for (reading, n) in alike {
            many.insert(FactId::Reading(reading.reading_id), n);
            facts.rapid.push(reading);
        }
        let facts = facts.as_they_stood(asked.at, &History::default());
        let mut k: Kpis<Ids> = kpis_of(&Sets::plain(&facts, &[]), asked.scope, asked.at, asked.calendar);
        let all = |ids: &Ids| ids.iter().map(|id| many.get(id).copied().unwrap_or(0)).sum::<u64>();
        let counted: Vec<Counted> = figures(&mut k)
            .into_iter()
            .map(|f| Counted {
                counted: all(&f.counted),
                hits: all(&f.hits),
                provisional: f.provisional,
                left_out: f.left_out.iter().map(|(reason, ids)| (*reason, all(ids))).collect(),
                inside: true,
            })
            .collect();
        self.add_figures(&counted);
        for r in facts.rapid.iter().filter(|r| usable(r, asked)) {
            let done = many.get(&FactId::Reading(r.reading_id)).copied().unwrap_or(0);
            // the ids are the rows of the group
            self.point((r.point_id, quarter(r.tested_on)), &Point { first: (piece, r.reading_id), street: r.street.clone(), point: r.point.clone(), done });
        }
    }
    fn point(&mut self, key: (PointId, u8), more: &Point) {
        match self.points.get_mut(&key) {
            Some(point) => point.add(more),
            None => {
                self.points.insert(key, more.clone());
            }
        }
    }
    fn add_figures(&mut self, counted: &[Counted]) {
        if self.figures.is_empty() {
            self.figures = vec![Counted::default(); counted.len()];
        }
        self.figures.iter_mut().zip(counted).for_each(|(sum, more)| sum.add(more));
    }
    fn add(&mut self, other: &Self) {
        self.add_figures(&other.figures);
        self.in_lab += other.in_lab;
        self.in_transit += other.in_transit;
        self.undetermined += other.undetermined;
        other.streets.iter().for_each(|(street, counted)| of(&mut self.streets, street).add(counted));
        other.labs.iter().for_each(|(lab, counted)| of(&mut self.labs, lab).add(counted));
        other.points.iter().for_each(|(key, point)| self.point(*key, point));
    }
}

fn of<'a>(all: &'a mut HashMap<String, Counted>, text: &str) -> &'a mut Counted {
    if !all.contains_key(text) {
        all.insert(text.to_owned(), Counted::default());
    }
    all.entry(text.to_owned()).or_default()
}

/// A reading that a plan counts.
fn usable(r: &RapidFact, asked: Question<'_>) -> bool {
    let within = asked.scope.streets.as_ref().is_none_or(|set| set.contains(&r.street));
    within && r.tested_on.year() == asked.scope.year && r.tested_on <= asked.at.date_naive() && r.valid && r.verdict != RapidVerdict::Invalid
}

/// 指标 of a year from the files of a directory, as they stood at a moment: how many facts each figure counts, not which.
///
/// # Errors
/// `FACTS-MISSING`, `FACTS-TORN`, `FACTS-FORMAT` with the name of the file: every byte that is counted was compared with the manifest.
pub fn kpis_from(dir: &Path, scope: &KpiScope, at: Instant, calendar: &WorkCalendar) -> Result<Kpis<u64>, Refusal> {
    let manifest = Manifest::read(dir)?;
    let asked = Question { scope, at, calendar };
    let files: Vec<_> = FactFamily::ALL.iter().filter(|f| **f != FactFamily::Item).flat_map(|f| manifest.entries(*f)).map(|(_, entry)| entry).collect();
    all_well(files.len(), |n| files[n].check(dir, Trust::Hash))?;

    let shared = shared_numbers(dir, &manifest)?;
    let mut opened = Vec::new();
    for family in [FactFamily::Batch, FactFamily::Reading] {
        for (month, entry) in manifest.entries(family) {
            opened.push((family, open(dir, entry)?, month == FileMonth::of(at.date_naive())));
        }
    }
    let pieces: Vec<(usize, usize, usize)> =
        opened.iter().enumerate().flat_map(|(file, (_, o, _))| o.groups().enumerate().map(move |(group, rows)| (file, group, rows))).collect();
    let (failed, alone) = (Mutex::new(None), Mutex::new(Vec::new()));
    let sums = each(pieces.len(), Sum::default, |sum, n| {
        let (file, group, rows) = pieces[n];
        let (family, opened, by_day) = &opened[file];
        let mut count = || {
            if *family == FactFamily::Reading {
                sum.readings(n, Group::but(opened, *family, group, &["reading_id", "item", "district"])?.alike(rows, *by_day)?, asked);
                return Ok(());
            }
            let group = Group::but(opened, *family, group, &["district", "class", "subclass", "days_to_report", "area_kind", "place", "online"])?;
            let mut batches = Vec::with_capacity(rows);
            for row in 0..rows {
                let (_, batch) = group.batch(row)?;
                if shared.contains(&number_of(&batch.sampling_no)) {
                    locked(&alone).push(batch);
                } else {
                    batches.push(batch);
                }
            }
            sum.batches(batches, asked);
            Ok(())
        };
        if let Err(refusal) = count() {
            *locked(&failed) = Some(refusal);
        }
    });
    if let Some(refusal) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(refusal);
    }
    let mut sum = Sum::default();
    // of several that count the same otherwise the order of the facts decides: that of the files is not kept, that of their days and ids is
    let batches = alone.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    sum.batches(batches, asked);
    sums.iter().for_each(|part| sum.add(part));
    Ok(whole(asked, sum, few(dir, &manifest, at)?))
}

/// The cases and clocks, of which there are few.
fn few(dir: &Path, manifest: &Manifest, at: Instant) -> Result<Facts, Refusal> {
    let mut facts = Facts::default();
    for (family, entry) in [FactFamily::CasePart, FactFamily::Service].into_iter().flat_map(|f| manifest.entries(f).map(move |(_, entry)| (f, entry))) {
        let opened = open(dir, entry)?;
        for (at, rows) in opened.groups().enumerate() {
            let group = Group::take(&opened, family, at)?;
            for row in 0..rows {
                if family == FactFamily::CasePart {
                    facts.cases.push(group.case(row)?);
                } else {
                    facts.services.push(group.service(row)?);
                }
            }
        }
    }
    Ok(facts.as_they_stood(at, &History::default()))
}

/// Everything together: what was added up, beside what is counted from cases and clocks.
fn whole(asked: Question<'_>, sum: Sum, few: Facts) -> Kpis<u64> {
    let mut k = asked.kpis(&few);
    for (figure, counted) in figures(&mut k).into_iter().zip(sum.figures) {
        *figure = counted.figure(figure);
    }
    (k.in_lab, k.in_transit, k.undetermined) = (sum.in_lab, sum.in_transit, sum.undetermined);
    let counted = k.per_thousand.numerator;
    k.gap = k.required.saturating_sub(counted);
    k.pace.behind = u128::from(counted) * u128::from(k.pace.workdays_in_year) < u128::from(k.required) * u128::from(k.pace.workdays_elapsed);
    let forecast = &mut k.forecast;
    (forecast.counted, forecast.in_lab, forecast.in_transit) = (counted, sum.in_lab, sum.in_transit);
    forecast.total = counted + sum.in_lab + sum.in_transit + forecast.plan_remaining;
    forecast.reaches = asked.scope.people().is_some() && forecast.total >= k.required;
    let asked_streets = asked.scope.streets.iter().flatten().map(|street| (street.clone(), Counted { inside: true, ..Counted::default() }));
    let mut streets: BTreeMap<String, Counted> = asked_streets.collect();
    for (street, counted) in sum.streets {
        streets.entry(street).or_default().add(&counted);
    }
    k.discovery_by_street = by_text(streets, Axis::Street, &k.discovery);
    k.discovery_by_lab = by_text(sum.labs.into_iter().collect(), Axis::Lab, &k.discovery);
    let line = |((_, quarter), p): ((PointId, u8), Point)| RapidPlanLine {
        point: p.point,
        street: p.street,
        quarter,
        planned: 0,
        done: p.done,
        display: NOTHING.to_owned(),
        met: None,
    };
    // as `indicators` orders them: by street, name and quarter, and those of one name by their ids
    let by_id: BTreeMap<(PointId, u8), Point> = sum.points.into_iter().collect();
    let mut plan: Vec<RapidPlanLine> = by_id.into_iter().map(line).collect();
    plan.sort_by(|a, b| (&a.street, &a.point, a.quarter).cmp(&(&b.street, &b.point, b.quarter)));
    k.rapid.plan = plan;
    k
}

fn by_text(all: BTreeMap<String, Counted>, axis: Axis, like: &Figure<u64>) -> Vec<Figure<u64>> {
    let kept = all.into_iter().filter(|(_, counted)| counted.inside);
    kept.map(|(code, counted)| {
        let cut = Cut { axis, zh: code.clone(), en: code.clone(), code };
        Figure { cut: Some(cut), ..counted.figure(like) }
    })
    .collect()
}

/// A number as it is compared, as a hash: two that differ and hash alike are looked at together once too often, and counted rightly.
fn number_of(number: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    // most numbers are written as they are compared
    if number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        number.hash(&mut hasher);
    } else {
        shiyan_foundation::text::fold(number).to_ascii_uppercase().hash(&mut hasher);
    }
    hasher.finish()
}

/// The numbers that more than one batch has.
fn shared_numbers(dir: &Path, manifest: &Manifest) -> Result<HashSet<u64>, Refusal> {
    let entries: Vec<_> = manifest.entries(FactFamily::Batch).map(|(_, entry)| entry).collect();
    let failed = Mutex::new(None);
    let mut numbers = each(entries.len(), Vec::new, |numbers: &mut Vec<u64>, n| {
        let hashed = open(dir, entries[n]).and_then(|opened| {
            for group in 0..opened.groups().len() {
                numbers.extend(Group::only(&opened, FactFamily::Batch, "sampling_no", group)?.iter().map(|number| number_of(number)));
            }
            Ok(())
        });
        if let Err(refusal) = hashed {
            *locked(&failed) = Some(refusal);
        }
    })
    .concat();
    if let Some(refusal) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(refusal);
    }
    numbers.sort_unstable();
    Ok(numbers.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect())
}

/// Each of so many checks, by all processors; the first refusal, if there is one.
fn all_well(pieces: usize, check: impl Fn(usize) -> Result<(), Refusal> + Sync) -> Result<(), Refusal> {
    let failed = Mutex::new(None);
    each(
        pieces,
        || (),
        |(), n| {
            if let Err(refusal) = check(n) {
                *locked(&failed) = Some(refusal);
            }
        },
    );
    failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::NaiveDate;
    use proptest::prelude::*;
    use shiyan_foundation::ids::PopulationId;
    use shiyan_foundation::task::{Boundary, Department, Population, PopulationBasis, TaskKind, TaskLevel};
    use shiyan_indicators::{Divisor, YearBasis, end_of};
    use uuid::Uuid;

    use super::*;
    use crate::files::sheet::Packing;
    use crate::files::tests::{Scratch, month_of};
    use crate::files::{read_dir, write_month};
    use crate::national::{NationOptions, generate};

    fn scope(year: i32, boundary: Boundary) -> KpiScope {
        let population = Population {
            id: PopulationId(Uuid::nil()),
            year: 2020,
            area_code: "900001".into(),
            people: 70_000,
            basis: PopulationBasis::Census7,
            boundary,
            source: "演示".into(),
        };
        KpiScope::standard(year, population).unwrap()
    }
    fn calendar() -> WorkCalendar {
        WorkCalendar { version: String::new(), years: BTreeSet::new(), off: BTreeSet::new(), work: BTreeSet::new() }
    }
    fn day(y: i32, m: u32, d: u32) -> Instant {
        end_of(NaiveDate::from_ymd_opt(y, m, d).unwrap())
    }
    /// The same by the indicators themselves, over every fact at once. Lines of the plan stand in the files for whoever reads them; a forecast from files
    /// knows none, because they cannot be taken back to an earlier day.
    fn at_once(dir: &Path, scope: &KpiScope, at: Instant) -> Kpis<u64> {
        let mut facts = read_dir(dir).unwrap().0.as_they_stood(at, &History::default());
        facts.plan.clear();
        kpis_of(&Sets::plain(&facts, &[]), scope, at, &calendar())
    }
    fn same(dir: &Path, scope: &KpiScope, at: Instant) -> Kpis<u64> {
        let (from, once) = (kpis_from(dir, scope, at, &calendar()).unwrap(), at_once(dir, scope, at));
        for (a, b) in from.figures().zip(once.figures()) {
            assert_eq!(a, b);
        }
        assert_eq!(from.rapid.plan, once.rapid.plan);
        assert_eq!(from, once);
        from
    }

    #[test]
    fn from_files_comes_what_comes_from_all_facts_at_once() {
        let dir = Scratch::new("kpis");
        generate(&dir.0, NationOptions { year: 2025, seed: 5, scale: 120, packing: Packing::default() }, |_| {}).unwrap();
        for at in [day(2025, 12, 31), day(2025, 6, 30), day(2026, 3, 1)] {
            let k = same(&dir.0, &scope(2025, Boundary::Division), at);
            assert!(k.per_thousand.numerator > 100 && k.discovery.numerator > 0 && k.rapid.valid.numerator > 0 && k.serve_on_time.denominator > 0);
        }
        same(&dir.0, &scope(2024, Boundary::Division), day(2025, 12, 31));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn of_any_facts_and_scope_too(seed in any::<u64>(), months in 1_usize..4, size in 0_usize..60, choice in 0_u8..64) {
            let dir = Scratch::new("kpis");
            for n in 0..months {
                let (month, rows) = month_of(seed.wrapping_add(n as u64 * 104_729), size);
                write_month(&dir.0, month, &rows).unwrap();
            }
            let bit = |n: u8| choice >> n & 1 == 1;
            let mut scope = scope(2025, if bit(0) { Boundary::Division } else { Boundary::Governed });
            if bit(1) {
                scope.basis = YearBasis::ReportDate;
            }
            if bit(2) {
                scope.streets = Some(["", "410105001", "没有"].map(str::to_owned).into());
                scope.divisor = Divisor::Unknown;
            }
            if bit(3) {
                scope.departments = Department::ALL.iter().copied().collect();
                scope.levels = BTreeSet::from([TaskLevel::ALL[usize::from(choice) % 5]]);
            }
            if bit(4) {
                scope.discovery_target_percent = Some(Decimal::new(35, 1));
            }
            same(&dir.0, &scope, if bit(5) { day(2025, 8, 3) } else { day(2026, 12, 31) });
        }
    }

    #[test]
    fn a_number_entered_twice_counts_once_though_the_months_are_counted_apart() {
        let dir = Scratch::new("kpis");
        let (month, mut rows) = (2..).map(|seed| month_of(seed, 30)).find(|(month, _)| month.year == 2025 && month.month < 12).unwrap();
        let mut batch = rows.batches[0].clone();
        (batch.stage, batch.outcome, batch.recheck_pending) = (shiyan_indicators::BatchStage::Issued, Some(shiyan_foundation::task::Outcome::Pass), false);
        (batch.kind, batch.department, batch.temporary_no) = (TaskKind::Supervisory, Department::Market, false);
        batch.issued_on = Some(batch.sampled_on);
        batch.sampling_no = " XBJ250001".into();
        let mut again = BatchFact { sample_id: shiyan_foundation::ids::SampleId(Uuid::from_u128(99)), sampling_no: "xbj250001".into(), ..batch.clone() };
        again.sampled_on = NaiveDate::from_ymd_opt(2025, month.month + 1, 3).unwrap();
        again.issued_on = Some(again.sampled_on);
        again.outcome = Some(shiyan_foundation::task::Outcome::Fail);
        (rows.batches, rows.items) = (vec![batch], Vec::new());
        write_month(&dir.0, month, &rows).unwrap();
        write_month(&dir.0, FileMonth::of(again.sampled_on), &crate::files::MonthRows { batches: vec![again], ..Default::default() }).unwrap();
        let k = same(&dir.0, &scope(2025, Boundary::Division), day(2025, 12, 31));
        assert_eq!((k.discovery.numerator, k.discovery.denominator), (1, 1), "the failing one stays");
    }

    #[test]
    fn a_torn_file_gives_no_figure() {
        let dir = Scratch::new("kpis");
        let (month, rows) = month_of(11, 40);
        write_month(&dir.0, month, &rows).unwrap();
        let file = dir.0.join(Manifest::file(FactFamily::Service, month));
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        let refusal = kpis_from(&dir.0, &scope(2025, Boundary::Division), day(2025, 12, 31), &calendar()).unwrap_err();
        assert_eq!(refusal.code(), "FACTS-TORN");
        assert!(refusal.facts["at"].contains("service/"));
    }
}
