//! 指标的部件 the gauge and the months, which the first page and the statistics share.

use chrono::Datelike;
use shiyan_analytics::Tables;
use shiyan_charts::{Chart, Series, Trend};
use shiyan_foundation::{Decimal, Lang};
use shiyan_indicators::{By, Kpis, Pick, What, YearOf};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::ui::{self, Svg};
use shiyan_web_kit::when::{When, behind};

use crate::views::{Cell, Counted, Gauge, Table};

fn hundredths(value: Decimal) -> u32 {
    (value * Decimal::ONE_HUNDRED).trunc().try_into().unwrap_or(u32::MAX)
}

/// The gauge, number by number from the figures.
pub fn gauge(kpis: &Kpis<u64>, when: &When, scope: String, definition: String) -> Gauge {
    let beside = |what, n| Counted::new(n, behind(&Pick::all(what), when));
    let figure = &kpis.per_thousand;
    let target = kpis.scope.target_per_mille;
    let (elapsed, days) = (u64::from(kpis.pace.workdays_elapsed), u64::from(kpis.pace.workdays_in_year).max(1));
    let value = figure.numerator.saturating_mul(100_000).checked_div(figure.denominator).unwrap_or(0);
    let pace = u128::from(kpis.required) * u128::from(elapsed);
    Gauge {
        count: Counted::new(figure.numerator, behind(&Pick::all(What::Counted), when)),
        required: kpis.required,
        value: figure.display.clone(),
        value_hundredths: u32::try_from(value).unwrap_or(u32::MAX / 1000),
        target: format!("{:.2}", target),
        target_hundredths: hundredths(target),
        pace_hundredths: u32::try_from(u64::from(hundredths(target)) * elapsed / days).unwrap_or(0),
        time_passed: ui::percent_text(elapsed, days),
        done_percent: ui::percent_text(figure.numerator, kpis.required),
        met: figure.met == Some(true),
        is_behind: kpis.pace.behind && figure.met != Some(true),
        gap: kpis.gap,
        pace: u64::try_from(pace.div_ceil(u128::from(days))).unwrap_or(u64::MAX),
        forecast: kpis.forecast.total,
        in_lab: beside(What::InLab, kpis.in_lab),
        in_transit: beside(What::InTransit, kpis.in_transit),
        scope,
        definition,
    }
}

/// Batches by month, this year's line and last year's, and the same as a table.
pub fn trend(tables: &Tables, when: &When, lang: Lang) -> Result<(Svg, Table), Failure> {
    let t = |zh, en| lang.pick(zh, en);
    let last = if tables.as_of.year() == tables.year { tables.as_of.month() } else { 12 };
    let label = |month: u8| if lang == Lang::Zh { format!("{month}月") } else { month.to_string() };
    let count = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let now = tables.by_month.iter().filter(|m| u32::from(m.month) <= last).map(|m| (label(m.month), count(m.now.batches))).collect();
    let before = tables.by_month.iter().map(|m| (label(m.month), count(m.whole.batches))).collect();
    let chart = Chart::Trend(Trend {
        title: t("月度监督抽检批次", "Supervisory batches by month").to_owned(),
        desc: t("本年各月批次与上年同月", "Batches of each month and of the same month last year").to_owned(),
        now: Series { name: tables.year.to_string(), points: now },
        last_year: Some(Series { name: (tables.year - 1).to_string(), points: before }),
        unit: t("批次", "batches").to_owned(),
        ..Trend::default()
    });
    let svg = if chart.is_empty() { String::new() } else { shiyan_charts::svg(&chart, "trend").map_err(|e| Failure::Fault(e.to_string()))? };
    Ok((Svg(svg), month_table(tables, when, lang)))
}

/// Month by month.
pub fn month_table(tables: &Tables, when: &When, lang: Lang) -> Table {
    let t = |zh, en| lang.pick(zh, en);
    let of = |what, n: u64, month: u8, year| Cell::count(n, behind(&Pick::of(what, By::Month, month.to_string()).in_year(year), when));
    let num = |zh, en| format!("#{}", lang.pick(zh, en));
    let mut table = Table::new(&[
        t("月份", "Month"),
        &num("批次", "Batches"),
        &num("不合格", "Failing"),
        &num("不合格率", "Failing rate"),
        &num("上年同期批次", "Batches, same period last year"),
        &num("上年同期不合格率", "Failing rate, same period last year"),
        &num("增减（百分点）", "Change (points)"),
    ]);
    for m in &tables.by_month {
        table.push(vec![
            Cell::from(m.month.to_string()),
            of(What::Supervisory, m.now.batches, m.month, YearOf::This),
            of(What::Failing, m.now.failing, m.month, YearOf::This),
            Cell::Num(m.now.display.clone()),
            of(What::Supervisory, m.before.batches, m.month, YearOf::Before),
            Cell::Num(m.before.display.clone()),
            m.delta_points.clone().map_or(Cell::Empty, Cell::Num),
        ]);
    }
    table
}
