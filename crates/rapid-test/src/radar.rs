//! 数据质量雷达 what looks wrong about readings, in both directions: made up because nobody tested, and made up because positives were wanted. Each flag names its reason
//! and its rows; a supervisor clears or confirms it, and nothing changes by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{DeviceId, PointId, ReadingId};
use shiyan_foundation::{Decimal, NaiveDate, NaiveDateTime, labels};

use crate::reading::RapidVerdict;
use crate::screen::number;

labels! {
    /// 疑似问题
    pub enum Suspicion {
        Impossible = "impossible", "读数不可能出现", "Impossible value";
        TooFast = "too_fast", "快于方法所需时间", "Faster than the method";
        RoundNumbers = "round_numbers", "末位数字分布异常", "Last digits unevenly spread";
        OneValue = "one_value", "同一数值反复出现", "One value over and over";
        CopiedSeries = "copied_series", "整段数据重复", "A series copied";
        NeverFinds = "never_finds", "长期零检出", "Never finds anything";
        OnlyNearAssessment = "only_near_assessment", "阳性集中在考核前后", "Positives only near assessments";
    }
}

/// 读数 as far as the radar looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Id.
    pub id: ReadingId,
    /// 快检点
    pub point: PointId,
    /// 设备
    pub device: Option<DeviceId>,
    /// 方法
    pub method: String,
    /// 读数 as sent; empty where there is none.
    pub value: String,
    /// 结果
    pub verdict: RapidVerdict,
    /// 检测时间
    pub tested: NaiveDateTime,
}

/// 雷达标记
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blip {
    /// What.
    pub suspicion: Suspicion,
    /// Whose.
    pub point: PointId,
    /// Which device, where it is about one.
    pub device: Option<DeviceId>,
    /// Numbers of the reason, by name.
    pub facts: BTreeMap<&'static str, String>,
    /// The readings that it is about.
    pub rows: Vec<ReadingId>,
}

/// 检测节奏 how long one run of a method takes at least, and how many samples one run holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Minutes of one run.
    pub minutes: u32,
    /// Samples in one run.
    pub channels: u32,
}

/// 雷达参数 from the settings of the district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// By method; a method without one is not looked at.
    pub pace: BTreeMap<String, Pace>,
    /// Values at least, before last digits are looked at.
    pub digits_from: usize,
    /// Equal values in a row.
    pub equal_run: usize,
    /// Length of a copied series.
    pub series: usize,
    /// Days and tests without any positive.
    pub zero_days: u32,
    /// Tests in those days.
    pub zero_tests: usize,
    /// Days before and after an assessment that count as near.
    pub near_days: u32,
    /// Positives at least, before their dates are looked at.
    pub near_from: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { pace: BTreeMap::new(), digits_from: 50, equal_run: 5, series: 6, zero_days: 90, zero_tests: 300, near_days: 7, near_from: 5 }
    }
}

fn blip(suspicion: Suspicion, of: &Seen, by_device: bool, facts: &[(&'static str, String)], rows: Vec<ReadingId>) -> Blip {
    Blip { suspicion, point: of.point, device: of.device.filter(|_| by_device), facts: facts.iter().cloned().collect(), rows }
}

/// Readings by who measured them, in the order of time.
fn by_setup(seen: &[Seen]) -> BTreeMap<(PointId, Option<DeviceId>, &str), Vec<&Seen>> {
    let mut out: BTreeMap<_, Vec<&Seen>> = BTreeMap::new();
    for s in seen {
        out.entry((s.point, s.device, s.method.as_str())).or_default().push(s);
    }
    out.values_mut().for_each(|v| v.sort_by_key(|s| (s.tested, s.id)));
    out
}

/// 不可能的读数 outside the range of its method.
#[must_use]
pub fn impossible(seen: &[Seen]) -> Vec<Blip> {
    let outside = |s: &&Seen| {
        let method = shiyan_statute::rapid_method(&s.method);
        method.zip(number(&s.value)).is_some_and(|(m, v)| !m.plausible(v))
    };
    seen.iter().filter(outside).map(|s| blip(Suspicion::Impossible, s, true, &[("value", s.value.clone())], vec![s.id])).collect()
}

/// 过快 more results of one device than its channels hold, within the time of one run.
#[must_use]
pub fn too_fast(seen: &[Seen], rules: &Rules) -> Vec<Blip> {
    let mut out = Vec::new();
    for ((.., method), rows) in by_setup(seen).into_iter().filter(|((_, device, _), _)| device.is_some()) {
        let Some(pace) = rules.pace.get(method) else { continue };
        let (run, channels) = (chrono::TimeDelta::minutes(i64::from(pace.minutes)), pace.channels as usize);
        let mut from = 0;
        while let Some(first) = rows.get(from) {
            let within: Vec<&&Seen> = rows.iter().skip(from).take_while(|s| s.tested - first.tested < run).collect();
            if within.len() > channels {
                let facts = [("count", within.len().to_string()), ("minutes", pace.minutes.to_string()), ("channels", channels.to_string())];
                out.push(blip(Suspicion::TooFast, first, true, &facts, within.iter().map(|s| s.id).collect()));
                from += within.len();
            } else {
                from += 1;
            }
        }
    }
    out
}

/// 末位数字 whether the last digits of measured values are spread as measured values are: the test of chi square against equal shares, in whole numbers. Only values with a
/// decimal place and the same number of places are compared.
#[must_use]
pub fn round_numbers(seen: &[Seen], rules: &Rules) -> Vec<Blip> {
    // 27.877: with nine degrees of freedom one honest device in a thousand is above
    const LIMIT: (u64, u64) = (27_877, 1_000);
    let mut out = Vec::new();
    for (_, rows) in by_setup(seen) {
        let mut by_places: BTreeMap<usize, Vec<&Seen>> = BTreeMap::new();
        for s in rows {
            if let Some((_, fraction)) = s.value.split_once('.').filter(|_| number(&s.value).is_some()) {
                by_places.entry(fraction.len()).or_default().push(s);
            }
        }
        for rows in by_places.into_values().filter(|r| r.len() >= rules.digits_from.max(50)) {
            let mut counts = [0u64; 10];
            for s in &rows {
                let digit = s.value.bytes().last().map_or(0, |b| usize::from(b.wrapping_sub(b'0')));
                if let Some(count) = counts.get_mut(digit) {
                    *count += 1;
                }
            }
            let n = rows.len() as u64;
            let squares: u64 = counts.iter().map(|c| c * c).sum();
            // χ² = 10·Σc²/n − n > limit, without a division
            if (10 * squares).saturating_sub(n * n) * LIMIT.1 > LIMIT.0 * n
                && let Some(first) = rows.first()
            {
                let (digit, most) = counts.iter().enumerate().max_by_key(|(_, c)| **c).unwrap_or((0, &0));
                let facts = [("digit", digit.to_string()), ("count", most.to_string()), ("all", n.to_string())];
                let ends = |s: &&&Seen| s.value.ends_with(&digit.to_string());
                out.push(blip(Suspicion::RoundNumbers, first, true, &facts, rows.iter().filter(ends).map(|s| s.id).collect()));
            }
        }
    }
    out
}

/// 同一数值 over and over, with at least three digits that could differ; zero is what a clean sample often shows and is left out.
#[must_use]
pub fn one_value(seen: &[Seen], rules: &Rules) -> Vec<Blip> {
    let mut out = Vec::new();
    for (_, rows) in by_setup(seen) {
        for run in rows.chunk_by(|a, b| a.value == b.value) {
            let Some(first) = run.first().filter(|_| run.len() >= rules.equal_run.max(2)) else { continue };
            let digits = first.value.bytes().filter(u8::is_ascii_digit).count();
            if digits >= 3 && number(&first.value).is_some_and(|v| !v.is_zero()) {
                let facts = [("value", first.value.clone()), ("count", run.len().to_string())];
                out.push(blip(Suspicion::OneValue, first, true, &facts, run.iter().map(|s| s.id).collect()));
            }
        }
    }
    out
}

/// 复制的数据 a series of values that comes again in the same order, at the same point or another. A series of one value is [`one_value`]'s.
#[must_use]
pub fn copied_series(seen: &[Seen], rules: &Rules) -> Vec<Blip> {
    let length = rules.series.max(3);
    let setups = by_setup(seen);
    let mut first: BTreeMap<Vec<&str>, (usize, usize)> = BTreeMap::new();
    let mut out = Vec::new();
    let rows: Vec<&Vec<&Seen>> = setups.values().collect();
    for (which, series) in rows.iter().enumerate() {
        let mut at = 0;
        while at + length <= series.len() {
            let Some(window) = series.get(at..at + length) else { break };
            let key: Vec<&str> = window.iter().map(|s| s.value.as_str()).collect();
            let telling = key.iter().all(|v| v.bytes().filter(u8::is_ascii_digit).count() >= 3)
                && key.iter().collect::<std::collections::BTreeSet<_>>().len() >= length / 2;
            let method = window.first().map(|s| s.method.as_str());
            match first.get(&key) {
                Some((w, b)) if telling && (*w != which || b + length <= at) && rows.get(*w).and_then(|r| r.get(*b)).map(|s| s.method.as_str()) == method => {
                    // as far as the two go on alike
                    let source = rows.get(*w).and_then(|r| r.get(*b..)).unwrap_or_default();
                    let copy = series.get(at..).unwrap_or_default();
                    let most = if *w == which { at - b } else { copy.len() };
                    let n = source.iter().zip(copy).take(most).take_while(|(a, b)| a.value == b.value).count();
                    let ids = |part: &[&Seen]| part.iter().take(n).map(|s| s.id).collect::<Vec<_>>();
                    if let Some(begin) = copy.first() {
                        out.push(blip(Suspicion::CopiedSeries, begin, true, &[("count", n.to_string())], [ids(source), ids(copy)].concat()));
                    }
                    at += n.max(1);
                }
                _ => {
                    if telling {
                        first.entry(key).or_insert((which, at));
                    }
                    at += 1;
                }
            }
        }
    }
    out
}

/// 长期零检出 a point with many tests and not one positive in the days up to a day.
#[must_use]
pub fn never_finds(seen: &[Seen], rules: &Rules, today: NaiveDate) -> Vec<Blip> {
    let since = today - chrono::TimeDelta::days(i64::from(rules.zero_days));
    let mut points: BTreeMap<PointId, Vec<&Seen>> = BTreeMap::new();
    for s in seen.iter().filter(|s| s.tested.date() > since && s.tested.date() <= today && s.verdict != RapidVerdict::Invalid) {
        points.entry(s.point).or_default().push(s);
    }
    let silent = |rows: &&Vec<&Seen>| rows.len() > rules.zero_tests && rows.iter().all(|s| s.verdict == RapidVerdict::Negative);
    let told = |rows: &Vec<&Seen>| {
        let facts = [("count", rows.len().to_string()), ("days", rules.zero_days.to_string())];
        rows.first().map(|first| blip(Suspicion::NeverFinds, first, false, &facts, rows.iter().map(|s| s.id).collect()))
    };
    points.values().filter(silent).filter_map(told).collect()
}

/// 考核前后 a point all of whose positives fall near assessments, although most of its tests do not: flagged where chance would do so less than once in a thousand.
#[must_use]
pub fn only_near_assessments(seen: &[Seen], rules: &Rules, assessments: &[NaiveDate]) -> Vec<Blip> {
    let near = |day: NaiveDate| assessments.iter().any(|a| (day - *a).num_days().unsigned_abs() <= u64::from(rules.near_days));
    let mut points: BTreeMap<PointId, Vec<&Seen>> = BTreeMap::new();
    for s in seen.iter().filter(|s| s.verdict != RapidVerdict::Invalid) {
        points.entry(s.point).or_default().push(s);
    }
    let mut out = Vec::new();
    for rows in points.into_values() {
        let positives: Vec<&&Seen> = rows.iter().filter(|s| s.verdict == RapidVerdict::Positive).collect();
        if positives.len() < rules.near_from.max(2) || !positives.iter().all(|s| near(s.tested.date())) {
            continue;
        }
        let in_window = rows.iter().filter(|s| near(s.tested.date())).count();
        // the chance that so many of all tests, drawn without looking, all lie in the window: (w/n)·((w−1)/(n−1))·…
        let mut chance = Decimal::ONE;
        for drawn in 0..positives.len() {
            chance = chance * Decimal::from(in_window - drawn) / Decimal::from(rows.len() - drawn);
        }
        if chance < Decimal::new(1, 3)
            && let Some(first) = positives.first()
        {
            let facts = [("positives", positives.len().to_string()), ("near", in_window.to_string()), ("all", rows.len().to_string())];
            out.push(blip(Suspicion::OnlyNearAssessment, first, false, &facts, positives.iter().map(|s| s.id).collect()));
        }
    }
    out
}

/// 全部 of it.
#[must_use]
pub fn sweep(seen: &[Seen], rules: &Rules, assessments: &[NaiveDate], today: NaiveDate) -> Vec<Blip> {
    [
        impossible(seen),
        too_fast(seen, rules),
        round_numbers(seen, rules),
        one_value(seen, rules),
        copied_series(seen, rules),
        never_finds(seen, rules, today),
        only_near_assessments(seen, rules, assessments),
    ]
    .concat()
}
