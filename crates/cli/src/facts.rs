//! 事实文件 figures without a database: made-up nations to measure on, the indicators from files, and the files of a database kept and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use shiyan_analytics::answers::FactColumns;
use shiyan_analytics::counted::kpis_from;
use shiyan_analytics::files::sheet::Packing;
use shiyan_analytics::files::{FactFamily, FileMonth, Manifest, MonthRows, Trust, read_month, write_month};
use shiyan_analytics::national::{NationOptions, WHOLE, generate};
use shiyan_app::figures::moment;
use shiyan_app::figures::months::{MonthFacts, Since};
use shiyan_app::kept::{Care, open_private};
use shiyan_app::{App, Head};
use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::ids::{CaseId, SampleId};
use shiyan_foundation::{Label, Lang, Refusal, Scope};
use shiyan_indicators::{Divisor, KpiScope};

use crate::code;
use crate::config::GenerateArgs;
use crate::kpi::{read_scope, tell};
use crate::nightly::{refusal_of, remember};
use crate::place::{Place, make_private};
use crate::print::{Failed, json as print_json};
use crate::run::{Done, now};
use crate::say;

/// A part of the nation in millionths.
fn scale(typed: &str) -> Result<u32, Refusal> {
    let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = format!("{whole}{part:0<6}");
    let read = if part.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) { None } else { digits.parse::<u32>().ok() };
    read.filter(|n| (1..=WHOLE).contains(n)).ok_or_else(|| Refusal::new(code::SCALE).with("typed", typed))
}

pub(crate) fn generated(what: GenerateArgs, lang: Lang) -> Done {
    let GenerateArgs { nation: _, out, scale: typed, seed, year, json } = what;
    let options = NationOptions { year, seed, scale: scale(&typed)?, packing: Packing::default() };
    let manifest = generate(&out, options, |month| eprintln!("{month}"))?;
    let rows = |family: FactFamily| manifest.entries(family).map(|(_, entry)| entry.rows).sum::<u64>();
    let bytes = |family: FactFamily| manifest.entries(family).map(|(_, entry)| entry.bytes).sum::<u64>();
    if json {
        let family = |f: &FactFamily| (f.code().to_owned(), json!({ "rows": rows(*f), "bytes": bytes(*f) }));
        let families: serde_json::Map<String, serde_json::Value> = FactFamily::ALL.iter().map(family).collect();
        return print_json(&json!({ "out": out, "fictional": true, "seed": seed, "scale": typed, "year": year, "families": families }));
    }
    say!(
        "{} {}",
        lang.pick("已生成虚构的全国事实文件（演示数据，不是真实数据）：", "made the fact files of a made-up nation (nothing in them is real):"),
        out.display()
    )?;
    for family in FactFamily::ALL {
        say!("{:<10} {:>12}", family.label(lang), rows(*family))?;
    }
    Ok(())
}

/// The streets that occur in the files; files know no names.
fn streets(dir: &Path) -> Result<BTreeMap<String, Street>, Refusal> {
    let codes = FactColumns::open(dir)?.streets()?;
    Ok(codes.into_iter().map(|code| (code.clone(), Street { name: code.clone(), code, admin: AdminBody::Jinshui })).collect())
}

pub(crate) fn kpi(dir: &Path, year: Option<i32>, scope: Option<&str>, as_of: Option<NaiveDate>, json: bool, lang: Lang) -> Done {
    let last = || Manifest::read(dir).map(|m| m.entries(FactFamily::Batch).filter(|(_, entry)| entry.rows > 0).map(|(month, _)| month.year).max());
    let year = match year {
        Some(year) => year,
        None => last()?.ok_or_else(|| Refusal::new(code::NO_YEAR).with("at", dir.display()))?,
    };
    // files know no population: batches per thousand are for whoever says people=N
    let mut wanted = KpiScope { divisor: Divisor::Unknown, ..KpiScope::of_nobody(year, dir.display().to_string())? };
    if let Some(text) = scope {
        wanted = read_scope(wanted, text, &streets(dir)?)?;
    }
    let at = moment(year, as_of, now())?;
    tell(&kpis_from(dir, &wanted, at, shiyan_statute::calendar())?, json, lang)
}

/// The entry of the journal on which files stand, in their manifest.
const STANDS_ON: &str = "journal";

/// Where the facts of a database are kept: where the configuration says, or beside it.
pub(crate) fn home(place: &Place) -> PathBuf {
    place.file.facts_dir.clone().unwrap_or_else(|| place.data.join("facts"))
}

/// Whether the nightly run keeps the files there: they are asked for by the configuration, or the facts of a database were kept there before.
pub(crate) fn is_kept(place: &Place) -> bool {
    place.file.facts_dir.is_some() || Manifest::read(&home(place)).is_ok_and(|manifest| manifest.made.contains_key(STANDS_ON))
}

fn rows(month: MonthFacts) -> MonthRows {
    let MonthFacts { batches, items, readings, cases, services, plan } = month;
    MonthRows { batches, items, readings, cases, services, plan }
}

/// 保存事实文件: the months whose facts are not in the files yet, or otherwise, are written. Tells what it did.
pub(crate) async fn keep_files(app: &App, dir: &Path) -> Result<serde_json::Value, Failed> {
    make_private(dir)?;
    let unwritten = |e: std::io::Error| Failed::io(code::FILE_WRITE, dir.display(), &e);
    let lock = open_private(&dir.join("keep.lock")).map_err(unwritten)?;
    if lock.try_lock().is_err() {
        return Err(Refusal::new(code::FACTS_RUN).with("at", dir.display()).into());
    }
    // asked before the facts are read: what is written meanwhile is known as changed since
    let head = app.journal_head().await?;
    let (mut written, mut same) = (0_u32, 0_u32);
    for first in app.months_of_facts(now()).await? {
        let (month, now) = (FileMonth::of(first), rows(app.month_facts(first).await?));
        let kept = Manifest::read(dir).ok().filter(|m| m.check_month(dir, month, Trust::Hash).is_ok()).and_then(|m| read_month(dir, &m, month).ok());
        if kept.as_ref() == Some(&now) {
            same += 1;
            continue;
        }
        write_month(dir, month, &now)?;
        written += 1;
    }
    let mut manifest = Manifest::read(dir).unwrap_or_default();
    manifest.made.insert(STANDS_ON.to_owned(), head.to_string());
    manifest.write(dir)?;
    Ok(json!({ "facts": dir, "written": written, "unchanged": same, "stands_on": head.to_string() }))
}

/// `figures keep`.
pub(crate) async fn keep(place: &Place, dir: Option<PathBuf>, json: bool, lang: Lang) -> Done {
    let app = place.app().await?;
    let at = dir.clone().unwrap_or_else(|| home(place));
    let outcome = keep_files(&app, &at).await.map_err(refusal_of);
    // files that somebody wants elsewhere are none of the night's
    if dir.is_none_or(|dir| dir == home(place)) {
        remember(place, Care::Facts, &outcome);
    }
    let kept = outcome?;
    // the ledger too, from which the figures of today are answered without reading a fact
    if let Ok(scope) = app.kpi_scope(now().date_naive().year()).await {
        app.figures(scope, &Scope::District, None, now()).await?;
        app.keep_ledger(true).await?;
    }
    if json {
        return print_json(&kept);
    }
    let (written, same) = (&kept["written"], &kept["unchanged"]);
    say!(
        "{} {}：{} {written}，{} {same}",
        lang.pick("事实文件", "fact files"),
        at.display(),
        lang.pick("写入月份", "months written"),
        lang.pick("未变", "unchanged")
    )
}

/// 第一处差异 between a family of the files and of the database, but for what changed since the files were written.
fn differs<T: PartialEq, K: Ord + ToString>(
    family: FactFamily,
    files: &[T],
    database: &[T],
    key: impl Fn(&T) -> K,
    changed: impl Fn(&T) -> bool,
) -> Option<serde_json::Value> {
    let pick = |all: &[T]| -> Vec<usize> { (0..all.len()).filter(|at| !changed(&all[*at])).collect() };
    let (a, b) = (pick(files), pick(database));
    let found = |what: &str, row: &T| Some(json!({ "family": family.code(), "key": key(row).to_string(), "what": what }));
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        match (a.get(i).map(|at| &files[*at]), b.get(j).map(|at| &database[*at])) {
            (Some(x), Some(y)) if x == y => (i, j) = (i + 1, j + 1),
            (Some(x), Some(y)) => {
                return match key(x).cmp(&key(y)) {
                    std::cmp::Ordering::Less => found("only_in_files", x),
                    std::cmp::Ordering::Greater => found("only_in_database", y),
                    std::cmp::Ordering::Equal => found("other_content", x),
                };
            }
            (Some(x), None) => return found("only_in_files", x),
            (None, Some(y)) => return found("only_in_database", y),
            (None, None) => break,
        }
    }
    None
}

/// The first difference of a month.
fn month_differs(files: &MonthRows, database: &MonthRows, since: &Since) -> Option<serde_json::Value> {
    let (samples, cases) = (|id: &SampleId| since.samples.contains(id), |id: &CaseId| since.cases.contains(id));
    differs(FactFamily::Batch, &files.batches, &database.batches, |b| b.sample_id.to_string(), |b| samples(&b.sample_id))
        .or_else(|| differs(FactFamily::Item, &files.items, &database.items, |i| (i.sample_id.to_string() + " ") + &i.analyte, |i| samples(&i.sample_id)))
        .or_else(|| differs(FactFamily::Reading, &files.readings, &database.readings, |r| r.reading_id.to_string(), |r| since.readings.contains(&r.reading_id)))
        .or_else(|| differs(FactFamily::CasePart, &files.cases, &database.cases, |c| c.case_id.to_string(), |c| cases(&c.case_id)))
        .or_else(|| differs(FactFamily::Service, &files.services, &database.services, |s| s.clock_id.to_string(), |s| cases(&s.case_id)))
        .or_else(|| differs(FactFamily::Plan, &files.plan, &database.plan, |p| p.line_id.to_string(), |_| since.plans))
}

/// 核对事实文件 with the database, as far as it has not changed since they were written.
pub(crate) async fn check(place: &Place, dir: Option<PathBuf>, json: bool, lang: Lang) -> Done {
    let (app, dir) = (place.app().await?, dir.unwrap_or_else(|| home(place)));
    let manifest = Manifest::read(&dir)?;
    manifest.check(&dir, Trust::Hash)?;
    let stands_on = manifest.made.get(STANDS_ON).cloned().unwrap_or_default();
    let since = match stands_on.parse::<Head>() {
        Ok(head) => app.changed_since(&head).await?,
        Err(_) => None,
    };
    let mut first = None;
    if since.is_none() {
        first = Some(json!({ "family": "journal", "key": stands_on, "what": "not_of_this_journal" }));
    }
    let since = since.unwrap_or_default();
    let mut months: BTreeSet<FileMonth> = manifest.months();
    let begins: BTreeMap<FileMonth, NaiveDate> = app.months_of_facts(now()).await?.into_iter().map(|day| (FileMonth::of(day), day)).collect();
    months.extend(begins.keys());
    for month in &months {
        if first.is_some() {
            break;
        }
        let files = read_month(&dir, &manifest, *month)?;
        let database = match begins.get(month) {
            Some(day) => rows(app.month_facts(*day).await?),
            None => MonthRows::default(),
        };
        first = month_differs(&files, &database, &since).map(|mut found| {
            found["month"] = json!(month.to_string());
            found
        });
    }
    let equal = first.is_none();
    let changed = since.samples.len() + since.readings.len() + since.cases.len();
    if json {
        print_json(&json!({ "equal": equal, "first_difference": first, "months": months.len(), "stands_on": stands_on, "changed_since": changed }))?;
    } else if let Some(first) = &first {
        say!("{} {first}", lang.pick("不一致，第一处：", "They differ, first in:"))?;
    } else {
        say!("{} {} {}，{} {changed}", lang.pick("一致：", "Equal:"), months.len(), lang.pick("个月", "months"), lang.pick("之后改动", "changed since"))?;
    }
    if equal { Ok(()) } else { Err(Failed::Found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_decimal_of_at_most_one() {
        assert_eq!(["1", "0.01", "0.000001", ".5"].map(|s| scale(s).ok()), [Some(WHOLE), Some(10_000), Some(1), Some(500_000)]);
        for bad in ["0", "1.01", "-1", "x", "", "0.0000001", "1e-2", "+1"] {
            assert_eq!(scale(bad).unwrap_err().code(), "CLI-SCALE", "{bad}");
        }
    }
}
