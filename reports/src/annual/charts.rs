//! 年度报告的图 the charts that the template may name, from the same tables as the sentences. A chart with too little to show is none.

use chrono::Datelike;
use shiyan_analytics::{Line, Month, Rate, StreetLine, Tables};
use shiyan_charts::{Chart, Pair, Pairs, Pareto, Ranking, Series, Tile, Tiles, Trend};
use shiyan_foundation::text::thousands;
use shiyan_foundation::{Decimal, Lang};

use super::words::{Annual, Told, leading};
use crate::ReportError;
use crate::paper::ChartBlock;
use crate::template::{Source, Words};

fn percent(rate: &Rate) -> f64 {
    rate.percent.as_deref().and_then(|p| p.parse().ok()).unwrap_or(f64::NAN)
}

#[allow(clippy::cast_precision_loss)] // a bar has no more digits than a screen
fn bar(n: u64) -> f64 {
    n as f64
}

/// What stands before a bracket: the whole name is in the table beside.
fn short(name: &str) -> String {
    let cut = name.split(['(', '（']).next().unwrap_or_default().trim();
    if cut.is_empty() { name.to_owned() } else { cut.to_owned() }
}

/// The words of one chart.
struct Say<'w> {
    words: &'w Words,
    lang: Lang,
}

impl Say<'_> {
    fn get(&self, key: &str) -> String {
        self.words.get(key)
    }
    fn name<'l>(&self, line: &'l Line) -> &'l str {
        self.lang.pick(&line.zh, &line.en)
    }
    /// Counts, most first unless they are steps.
    fn counts(&self, rows: impl IntoIterator<Item = (String, u64, String)>) -> Chart {
        let rows: Vec<(String, u64, String)> = rows.into_iter().collect();
        let unit = self.get("unit");
        let texts = rows.iter().map(|(_, n, more)| format!("{}{unit}{more}", thousands(&n.to_string()))).collect();
        Chart::Ranking(Ranking {
            title: self.get("title"),
            desc: self.get("desc"),
            series: Series { name: self.get("series"), points: rows.into_iter().map(|(name, n, _)| (name, bar(n))).collect() },
            texts,
            unit,
            ..Ranking::default()
        })
    }
    /// Rates with their n.
    fn rates(&self, rows: Vec<(String, f64, String, u64)>) -> Chart {
        Chart::Ranking(Ranking {
            title: self.get("title"),
            desc: self.get("desc"),
            texts: rows.iter().map(|r| r.2.clone()).collect(),
            n: rows.iter().map(|r| r.3).collect(),
            series: Series { name: self.get("series"), points: rows.into_iter().map(|(name, v, ..)| (name, v)).collect() },
            decimals: 2,
            unit: "%".into(),
            mark: None,
        })
    }
    /// This year over last.
    fn pairs(&self, lines: &[&Line]) -> Option<Chart> {
        let value = |r: &Rate| (percent(r), r.display.clone(), r.batches);
        let rows: Vec<Pair> = lines.iter().map(|l| Pair { label: self.name(l).to_owned(), now: value(&l.now), before: value(&l.before) }).collect();
        let drawn = rows.iter().any(|r| r.now.0.is_finite() && r.before.0.is_finite());
        let names = self.words.list("label");
        let [now, before] = names.as_slice() else { return None };
        drawn.then(|| Chart::Pairs(Pairs { title: self.get("title"), desc: self.get("desc"), now: now.clone(), before: before.clone(), rows }))
    }
    fn months(
        &self,
        months: &[Month],
        of: impl Fn(&Month) -> f64,
        last: impl Fn(&Month) -> f64,
        (year, until): (i32, u8),
        rate: bool,
    ) -> Result<Chart, String> {
        let labels = self.words.list("label");
        if labels.len() != months.len() {
            return Err("not one label a month".to_owned());
        }
        let series =
            |year: i32, of: &dyn Fn(&Month) -> f64| Series { name: year.to_string(), points: labels.iter().cloned().zip(months.iter().map(of)).collect() };
        Ok(Chart::Trend(Trend {
            title: self.get("title"),
            desc: self.get("desc"),
            now: series(year, &|m| if m.month > until { f64::NAN } else { of(m) }),
            last_year: Some(series(year - 1, &last)),
            texts: if rate { months.iter().map(|m| m.now.display.clone()).collect() } else { Vec::new() },
            n: if rate { months.iter().map(|m| m.now.batches).collect() } else { Vec::new() },
            decimals: 0,
            unit: if rate { "%".into() } else { self.get("unit") },
        }))
    }
    fn tiles(&self, tiles: Vec<Tile>) -> Chart {
        Chart::Tiles(Tiles { title: self.get("title"), desc: self.get("desc"), tiles, key: self.words.list("label") })
    }
}

/// 完成率 in five steps: below a quarter, a half, three quarters, the whole, and done.
fn done_shade(done: u64, planned: u64) -> Option<usize> {
    let quarters = done.checked_mul(4)?.checked_div(planned)?;
    usize::try_from(quarters.min(4)).ok()
}

/// 不合格率 in steps of two percent.
fn rate_shade(rate: &Rate) -> Option<usize> {
    let percent = rate.percent.as_deref()?.parse::<Decimal>().ok()?;
    let step = [2, 4, 6, 8].iter().filter(|edge| percent >= Decimal::from(**edge)).count();
    Some(step)
}

/// 项次 of the items, whatever food they were found in.
fn items(t: &Tables) -> Vec<(String, u64)> {
    let mut sums: Vec<(String, u64)> = Vec::new();
    for top in &t.top_items {
        let name = short(&top.analyte);
        match sums.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += top.count,
            None => sums.push((name, top.count)),
        }
    }
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sums.truncate(10);
    sums
}

/// The chart of a name; `None` when there is too little to draw.
pub(super) fn chart(data: &Annual, told: &Told<'_>, source: Source, name: &str, words: &Words) -> Result<Option<ChartBlock>, ReportError> {
    let t = &data.tables;
    let say = Say { words, lang: source.lang };
    let wrong = |why: &str| source.wrong(&format!("[chart {name}]: {why}"));
    let street = |s: &StreetLine| data.streets.get(&s.street).map_or_else(|| s.street.clone(), |known| known.name.clone());
    let year = data.scope.year;
    // a month that has not come is no month without batches
    let until = if data.kpis.as_of.year() == year { u8::try_from(data.kpis.as_of.month()).unwrap_or(12) } else { 12 };
    let none = String::new;
    let chart = match name {
        "months" => told
            .months_compare
            .then(|| say.months(&t.by_month, |m| percent(&m.now), |m| percent(&m.whole), (year, until), true))
            .transpose()
            .map_err(|why| wrong(&why))?,
        "months_batches" => Some(say.months(&t.by_month, |m| bar(m.now.batches), |m| bar(m.whole.batches), (year, until), false).map_err(|why| wrong(&why))?),
        "months_failing" => Some(say.months(&t.by_month, |m| bar(m.now.failing), |m| bar(m.whole.failing), (year, until), false).map_err(|why| wrong(&why))?),
        "class_batches" => {
            let mut lines: Vec<&Line> = t.by_class.iter().filter(|l| l.now.batches > 0).collect();
            lines.sort_by_key(|line| std::cmp::Reverse(line.now.batches));
            Some(say.counts(lines.into_iter().take(15).map(|l| (say.name(l).to_owned(), l.now.batches, none()))))
        }
        "classes" => {
            let lines = leading(t);
            let rows: Vec<_> = lines.into_iter().take(15).map(|l| (say.name(l).to_owned(), percent(&l.now), l.now.display.clone(), l.now.batches)).collect();
            (rows.len() > 1).then(|| say.rates(rows))
        }
        "links" => say.pairs(&t.by_link.iter().filter(|l| l.now.batches + l.before.batches > 0).collect::<Vec<_>>()),
        "farm" => say.pairs(&t.farm_subclasses.iter().filter(|l| l.now.batches + l.before.batches > 0).take(10).collect::<Vec<_>>()),
        "key_foods" => say.pairs(&t.key_foods.iter().filter(|l| l.now.batches + l.before.batches > 0).collect::<Vec<_>>()),
        "places" => {
            let rows = t.by_place.iter().filter(|l| l.now.batches > 0).take(12);
            Some(say.counts(rows.map(|l| (say.name(l).to_owned(), l.now.batches, none()))))
        }
        "streets_done" => {
            let tile = |s: &StreetLine| Tile {
                label: street(s),
                text: s.done_display.clone(),
                note: format!("{}/{}", thousands(&s.done.to_string()), thousands(&s.planned.to_string())),
                shade: done_shade(s.done, s.planned),
            };
            let tiles: Vec<Tile> = t.by_street.iter().filter(|s| !s.street.is_empty() && s.planned > 0).map(tile).collect();
            (tiles.len() > 1).then(|| say.tiles(tiles))
        }
        "streets_rate" => {
            let tile = |s: &StreetLine| Tile {
                label: street(s),
                text: s.now.display.clone(),
                note: format!("n={}", thousands(&s.now.batches.to_string())),
                shade: rate_shade(&s.now),
            };
            let tiles: Vec<Tile> = t.by_street.iter().filter(|s| !s.street.is_empty() && s.now.batches > 0).map(tile).collect();
            (tiles.iter().filter(|t| t.shade.is_some()).count() > 2).then(|| say.tiles(tiles))
        }
        "groups" => Some(Chart::Pareto(Pareto {
            title: say.get("title"),
            desc: say.get("desc"),
            series: Series { name: say.get("series"), points: t.failing_groups.iter().map(|g| (g.group.clone(), bar(g.count))).collect() },
            texts: t.failing_groups.iter().map(|g| g.cumulative.clone()).collect(),
            unit: say.get("unit"),
            cumulative: say.get("cumulative"),
        })),
        "items" => {
            let rows = items(t);
            (rows.len() > 1).then(|| say.counts(rows.into_iter().map(|(name, n)| (name, n, none()))))
        }
        "producers" => (told.producers.len() > 1)
            .then(|| say.counts(told.producers.iter().map(|p| (short(&p.name), p.count, format!("{}{}", say.lang.pick("，", ", "), p.share))))),
        "labs" => {
            let rows: Vec<_> =
                told.labs.iter().filter(|l| l.due > 0).map(|l| (l.name.clone(), share(l.in_time, l.due), l.in_time_rate.clone(), l.due)).collect();
            (rows.len() > 1).then(|| say.rates(rows))
        }
        "lab_days" => {
            let points: Vec<_> =
                told.lab_days.iter().map(|(month, days)| (format!("{month}{}", say.get("series")), days.parse().unwrap_or(f64::NAN))).collect();
            (points.len() > 2).then(|| {
                Chart::Trend(Trend {
                    title: say.get("title"),
                    desc: say.get("desc"),
                    texts: told.lab_days.iter().map(|(_, days)| days.clone()).collect(),
                    now: Series { name: year.to_string(), points },
                    decimals: 1,
                    unit: say.get("unit"),
                    ..Trend::default()
                })
            })
        }
        "timely" => {
            let rows: Vec<_> = told.timely.iter().map(|l| (l.name.clone(), share(l.hits, l.total), l.rate.clone(), l.total)).collect();
            (rows.len() > 1).then(|| say.rates(rows))
        }
        "funnel" => Some(say.counts(told.funnel.iter().map(|p| (p.name.clone(), p.count, none())))),
        "causes" => (told.causes.len() > 1)
            .then(|| say.counts(told.causes.iter().map(|p| (p.name.clone(), p.count, format!("{}{}", say.lang.pick("，", ", "), p.share))))),
        "rapid_points" => (told.points.len() > 1).then(|| say.counts(told.points.iter().map(|p| (p.name.clone(), p.tests, none())))),
        "rapid_items" => {
            let rows: Vec<_> = told.rapid_items.iter().filter(|p| p.positive > 0).take(12).collect();
            (rows.len() > 1).then(|| say.counts(rows.into_iter().map(|p| (p.name.clone(), p.positive, none()))))
        }
        "rapid_months" => {
            let points = told.rapid_months.iter().map(|p| (p.name.trim_start_matches('0').to_owned() + &say.get("series"), bar(p.tests))).collect::<Vec<_>>();
            (points.len() > 2).then(|| {
                Chart::Trend(Trend {
                    title: say.get("title"),
                    desc: say.get("desc"),
                    now: Series { name: year.to_string(), points },
                    unit: say.get("unit"),
                    ..Trend::default()
                })
            })
        }
        _ => return Err(wrong("there is no such chart")),
    };
    Ok(chart.filter(|c| !c.is_empty()).map(|chart| ChartBlock { caption: words.get("caption"), chart, note: words.get("note") }))
}

/// For the length of a bar only; what is written beside it is exact.
fn share(n: u64, of: u64) -> f64 {
    if of == 0 { f64::NAN } else { bar(n) * 100.0 / bar(of) }
}
