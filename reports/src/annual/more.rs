//! 报告中的统计 what the chapters say beside the tables of the year: how the year moved, where its producers sit, how its laboratories, rapid tests and
//! cases stood. Each is counted from the same facts as the figures, and never by a float.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::RoundingStrategy;
use serde::Serialize;
use shiyan_analytics::{Line, Tables};
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::text::thousands;
use shiyan_foundation::{Decimal, Label, Lang};
use shiyan_indicators::figure::{NOTHING, rate};
use shiyan_indicators::{CaseFact, FactId, Figure, Kpis, exact};
use shiyan_nonconformity::{Block as CaseBlock, Case};

use super::words::{Annual, Failing};

/// 增减 of a number of batches against the same period of last year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Growth {
    pub more: bool,
    pub by: u64,
    /// In percent, two decimals.
    pub percent: String,
}

/// 最多的月份
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Busiest {
    /// As text.
    pub month: String,
    pub batches: u64,
}

/// 升降的大类 of the classes with enough batches in both years.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Moved {
    pub tested: usize,
    pub compared: usize,
    pub up: usize,
    pub down: usize,
}

/// 数与占比
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Part {
    pub name: String,
    pub count: u64,
    pub share: String,
}

/// 承检机构
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LabRow {
    pub name: String,
    pub batches: u64,
    pub failing: u64,
    pub rate: String,
    /// Reports that were due.
    pub due: u64,
    pub in_time: u64,
    pub in_time_rate: String,
    /// 平均检验天数, one decimal.
    pub days: String,
}

/// 时限指标
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Timely {
    pub name: String,
    pub total: u64,
    pub hits: u64,
    pub rate: String,
    pub target: String,
}

/// 快检 one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Tested {
    pub name: String,
    pub tests: u64,
    pub valid: u64,
    pub positive: u64,
    pub rate: String,
}

/// 指标说明
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Meaning {
    pub name: String,
    pub hits: u64,
    pub total: u64,
    pub value: String,
    pub target: String,
    /// 未计入 with its reasons.
    pub left_out: String,
}

fn share(n: u64, of: u64) -> String {
    exact::percent(n, of, None).map_or_else(|| NOTHING.to_owned(), |p| format!("{p}%"))
}

pub(super) fn growth(now: u64, before: u64) -> Option<Growth> {
    let by = now.abs_diff(before);
    Some(Growth { more: now > before, by, percent: exact::percent(by, before, None)? }).filter(|g| g.by > 0)
}

pub(super) fn busiest(t: &Tables) -> Option<Busiest> {
    let most = t.by_month.iter().rev().max_by_key(|m| m.now.batches)?;
    (most.now.batches > 0).then(|| Busiest { month: most.month.to_string(), batches: most.now.batches })
}

/// Months whose rate is shown as a percentage; with fewer than these a line of rates says nothing.
pub(super) fn months_compare(t: &Tables) -> bool {
    t.by_month.iter().filter(|m| m.now.percent.is_some()).count() >= 3
}

pub(super) fn moved(lines: &[Line]) -> Moved {
    let sign = |l: &&Line, c: char| l.delta_points.as_ref().is_some_and(|d| d.starts_with(c));
    Moved {
        tested: lines.iter().filter(|l| l.now.batches > 0).count(),
        compared: lines.iter().filter(|l| l.delta_points.is_some()).count(),
        up: lines.iter().filter(|l| sign(l, '+')).count(),
        down: lines.iter().filter(|l| sign(l, '-')).count(),
    }
}

/// 标称生产企业所在地 of the failing batches: in the district, outside it, or none declared.
pub(super) fn producers(data: &Annual, lang: Lang) -> Vec<Part> {
    let short = data.district.short.pick(Lang::Zh);
    let mut sums = [0u64; 3];
    for Failing { sample, .. } in &data.failing {
        let said = |key: &str| Some(sample.sheet.get(key)).filter(|v| !v.is_empty() && *v != "/");
        let place = match (said("prod_name"), said("prod_addr").or_else(|| said("prod_region"))) {
            (_, Some(at)) if at.contains(short) => 0,
            (_, Some(_)) => 1,
            (_, None) => 2,
        };
        sums[place] += 1;
    }
    let names = [
        lang.pick("本区生产企业", "Producers in the district"),
        lang.pick("外地生产企业", "Producers elsewhere"),
        lang.pick("未标称生产企业（散装、现制现售和食用农产品等）", "No producer declared"),
    ];
    let all = sums.iter().sum();
    names.into_iter().zip(sums).filter(|(_, n)| *n > 0).map(|(name, count)| Part { name: name.to_owned(), count, share: share(count, all) }).collect()
}

/// 不合格原因 as the closed cases of the year record them.
pub(super) fn causes(cases: &[Case], facts: &HashMap<shiyan_foundation::ids::CaseId, &CaseFact>, day: shiyan_foundation::NaiveDate) -> Vec<Part> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for case in cases {
        let closed = facts.get(&case.id).is_some_and(|f| !f.cancelled && f.closed_by(day).is_some());
        let cause = case.blocks.get(&CaseBlock::Cause).map_or("", |b| b.get("cause"));
        if closed && !cause.is_empty() {
            *sums.entry(cause).or_default() += 1;
        }
    }
    let all = sums.values().sum();
    let mut out: Vec<Part> = sums.into_iter().map(|(name, count)| Part { name: name.to_owned(), count, share: share(count, all) }).collect();
    out.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    out
}

/// 承检机构: what each tested, in time or not, and how long it took.
pub(super) fn labs(data: &Annual) -> Vec<LabRow> {
    let of: HashMap<SampleId, &str> = data.facts.batches.iter().map(|b| (b.sample_id, b.lab.as_str())).collect();
    let hits: HashSet<&FactId> = data.kpis.report_on_time.hits.iter().collect();
    let mut times: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for id in &data.kpis.report_on_time.counted {
        let FactId::Sample(sample) = id else { continue };
        let Some(lab) = of.get(sample) else { continue };
        let sum = times.entry(lab).or_default();
        sum[0] += 1;
        sum[1] += u64::from(hits.contains(id));
    }
    let days = |lab: &str| {
        let months = data.tables.looks.iter().flat_map(|l| &l.turns).filter(|t| t.lab == lab).flat_map(|t| &t.months).filter(|m| m.year == data.scope.year);
        let (batches, days) = months.fold((0, 0), |(b, d), m| (b + m.batches, d + m.days));
        exact::half_up(u128::from(days), u128::from(batches), 1).unwrap_or_else(|| NOTHING.to_owned())
    };
    let row = |l: &Line| {
        let [due, in_time] = times.get(l.zh.as_str()).copied().unwrap_or_default();
        LabRow {
            name: l.zh.clone(),
            batches: l.now.batches,
            failing: l.now.failing,
            rate: l.now.display.clone(),
            due,
            in_time,
            in_time_rate: rate(in_time, due, None, false),
            days: days(&l.zh),
        }
    };
    data.tables.by_lab.iter().filter(|l| l.now.batches > 0).map(row).collect()
}

/// 平均检验天数 by the month of the report, all laboratories together, one decimal.
pub(super) fn lab_days(data: &Annual) -> Vec<(u32, String)> {
    let mut sums: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for month in data.tables.looks.iter().flat_map(|l| &l.turns).flat_map(|t| &t.months).filter(|m| m.year == data.scope.year) {
        let sum = sums.entry(month.month).or_default();
        *sum = (sum.0 + month.batches, sum.1 + month.days);
    }
    sums.into_iter().filter_map(|(month, (batches, days))| Some((month, exact::half_up(u128::from(days), u128::from(batches), 1)?))).collect()
}

/// 时限 every figure of timeliness with something to measure.
pub(super) fn timely(k: &Kpis, lang: Lang) -> Vec<Timely> {
    let all = [&k.report_on_time, &k.urgent_on_time, &k.serve_on_time, &k.publish_on_time, &k.disposal_on_time];
    let row = |f: &&Figure| Timely {
        name: f.name(lang),
        total: f.denominator,
        hits: f.numerator,
        rate: f.display.clone(),
        target: f.target.as_ref().map_or_else(|| NOTHING.to_owned(), |t| format!("{t}%")),
    };
    all.iter().filter(|f| f.denominator > 0).map(row).collect()
}

/// 处置漏斗 the cases of the year, step by step.
pub(super) fn funnel(k: &Kpis, cases: u64, cancelled: u64, closed: u64, lang: Lang) -> Vec<Part> {
    let steps = [
        (lang.pick("启动核查处置", "Cases opened"), cases + cancelled),
        (lang.pick("扣除改判撤销", "Less overturned"), cases),
        (lang.pick("到期或已办结", "Due or closed"), k.disposal.denominator),
        (lang.pick("已办结", "Closed"), closed),
        (lang.pick("按期办结", "Closed in time"), k.disposal_on_time.numerator),
    ];
    let all = cases + cancelled;
    steps.into_iter().map(|(name, count)| Part { name: name.to_owned(), count, share: share(count, all) }).collect()
}

pub(super) fn tested(lines: &[shiyan_analytics::RapidLine]) -> Vec<Tested> {
    lines.iter().map(|r| Tested { name: r.key.clone(), tests: r.tests, valid: r.valid, positive: r.positive, rate: r.display.clone() }).collect()
}

/// By positives, then by tests.
pub(super) fn tested_items(lines: &[shiyan_analytics::RapidLine]) -> Vec<Tested> {
    let mut out = tested(lines);
    out.sort_by(|a, b| (b.positive, b.tests, &a.name).cmp(&(a.positive, a.tests, &b.name)));
    out
}

/// 指标说明 of the figures that the report names.
pub(super) fn meanings(figures: &[&Figure], lang: Lang) -> Vec<Meaning> {
    let one = |f: &&Figure| {
        let reasons: Vec<String> =
            f.left_out.iter().filter(|(_, ids)| !ids.is_empty()).map(|(why, ids)| format!("{} {}", why.label(lang), ids.len())).collect();
        Meaning {
            name: f.name(lang),
            hits: f.numerator,
            total: f.denominator,
            value: f.display.clone(),
            target: f.target.clone().unwrap_or_else(|| "/".to_owned()),
            left_out: if reasons.is_empty() { "/".to_owned() } else { reasons.join(lang.pick("；", "; ")) },
        }
    };
    figures.iter().map(one).collect()
}

/// 罚没款 in 万元 where it reaches one, as papers tell it.
pub(super) fn money(yuan: &str, lang: Lang) -> String {
    let ten_thousand = Decimal::from(10_000);
    match yuan.replace(',', "").parse::<Decimal>() {
        Ok(sum) if lang == Lang::Zh && sum >= ten_thousand => {
            let told = (sum / ten_thousand).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize();
            format!("{}万元", thousands(&told.to_string()))
        }
        _ => lang.pick("{}元", "{} yuan").replace("{}", &thousands(yuan)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_told_in_ten_thousands_where_it_reaches_one() {
        for (yuan, zh) in
            [("5000.5", "5,000.5元"), ("9999", "9,999元"), ("10000", "1万元"), ("75500", "7.55万元"), ("123456789", "12,345.68万元"), ("—", "—元")]
        {
            assert_eq!(money(yuan, Lang::Zh), zh);
        }
        assert_eq!(money("75500", Lang::En), "75,500 yuan");
    }
    #[test]
    fn growth_is_counted_exactly_and_nothing_to_compare_with_is_no_growth() {
        assert_eq!(growth(110, 100), Some(Growth { more: true, by: 10, percent: "10.00".into() }));
        assert_eq!(growth(90, 120).map(|g| (g.more, g.percent)), Some((false, "25.00".into())));
        assert_eq!((growth(5, 0), growth(5, 5)), (None, None));
    }
}
