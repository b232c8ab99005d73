//! 事实文件 facts as columns on disk: one Parquet file a month and family, and a manifest that says what belongs to it.
//!
//! Whoever has the files needs no database: the indicators, the queries of the annual report and the programs of others read them as they are. A file
//! is whole or it is not there; one that is missing, torn or altered is noticed and named before anything is counted.

pub mod code;
mod manifest;
mod rows;
pub mod sheet;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::path::Path;

use shiyan_foundation::ids::SampleId;
use shiyan_foundation::{Label, Refusal};
use shiyan_indicators::{Facts, ItemFact};

pub use manifest::{FileEntry, Manifest, Trust};
pub use rows::{FactFamily, FileMonth, MonthRows};
pub(crate) use rows::{Group, NUMBERS, number_of, put_case, put_service};
use rows::{put_batch, put_item, put_plan, put_reading};
use sheet::{Opened, Packing, Sheet};

/// 写一月 the facts of a month, in the order given; the manifest names them when all are on the disk.
///
/// # Errors
/// `FACTS-WRITE`; `FACTS-OTHER-MONTH` for a fact of another month; `FACTS-NO-BATCH` for an item whose batch is not among those of the month.
pub fn write_month(dir: &Path, month: FileMonth, rows: &MonthRows) -> Result<(), Refusal> {
    let mut manifest = if dir.join(manifest::NAME).exists() { Manifest::read(dir)? } else { Manifest::default() };
    let days = rows.batches.iter().map(|b| (b.sampled_on, &b.sampling_no)).chain(rows.cases.iter().map(|c| (c.opened_on, &c.case_no)));
    let days = days.chain(rows.readings.iter().map(|r| (r.tested_on, &r.point))).chain(rows.services.iter().map(|s| (s.started_on, &s.case_no)));
    if let Some(line) = rows.plan.iter().find(|p| FileMonth::of_quarter(p.year, p.quarter) != month) {
        return Err(Refusal::new(code::OTHER_MONTH).with("what", line.line_id).with("month", month));
    }
    if let Some((_, what)) = days.into_iter().find(|(day, _)| FileMonth::of(*day) != month) {
        return Err(Refusal::new(code::OTHER_MONTH).with("what", what).with("month", month));
    }
    if rows.batches.len() as i64 >= NUMBERS {
        return Err(Refusal::new(code::TOO_LARGE).with("what", month));
    }
    let first = month.first_number();
    let numbers: HashMap<SampleId, usize> = rows.batches.iter().enumerate().map(|(at, b)| (b.sample_id, at)).collect();
    for family in FactFamily::ALL {
        let at = dir.join(Manifest::file(*family, month));
        let mut sheet = Sheet::begin(&at, family.columns(), Packing::default())?;
        match family {
            FactFamily::Batch => rows.batches.iter().zip(first..).try_for_each(|(b, number)| put_batch(&mut sheet, number, b))?,
            FactFamily::Item => rows.items.iter().try_for_each(|i| {
                let no_batch = || Refusal::new(code::NO_BATCH).with("what", &i.analyte).with("month", month);
                let place = *numbers.get(&i.sample_id).ok_or_else(no_batch)?;
                put_item(&mut sheet, first + place as i64, rows.batches[place].sampled_on, i)
            })?,
            FactFamily::Reading => rows.readings.iter().try_for_each(|r| put_reading(&mut sheet, r))?,
            FactFamily::CasePart => rows.cases.iter().try_for_each(|c| put_case(&mut sheet, c))?,
            FactFamily::Service => rows.services.iter().try_for_each(|s| put_service(&mut sheet, s))?,
            FactFamily::Plan => rows.plan.iter().try_for_each(|p| put_plan(&mut sheet, p))?,
        }
        manifest.set(*family, month, sheet.finish()?);
    }
    manifest.write(dir)
}

/// 读一月 the facts of a month.
///
/// # Errors
/// `FACTS-MISSING`, `FACTS-TORN`, `FACTS-FORMAT` with the name of the file.
pub fn read_month(dir: &Path, manifest: &Manifest, month: FileMonth) -> Result<MonthRows, Refusal> {
    let mut rows = MonthRows::default();
    let mut samples = HashMap::new();
    each_row(dir, manifest, FactFamily::Batch, month, |group, row| {
        let (number, fact) = group.batch(row)?;
        samples.insert(number, fact.sample_id);
        rows.batches.push(fact);
        Ok(())
    })?;
    each_row(dir, manifest, FactFamily::Item, month, |group, row| {
        rows.items.push(group.item(row, &samples)?);
        Ok(())
    })?;
    each_row(dir, manifest, FactFamily::Reading, month, |group, row| {
        rows.readings.push(group.reading(row)?);
        Ok(())
    })?;
    each_row(dir, manifest, FactFamily::CasePart, month, |group, row| {
        rows.cases.push(group.case(row)?);
        Ok(())
    })?;
    each_row(dir, manifest, FactFamily::Service, month, |group, row| {
        rows.services.push(group.service(row)?);
        Ok(())
    })?;
    each_row(dir, manifest, FactFamily::Plan, month, |group, row| {
        rows.plan.push(group.plan(row)?);
        Ok(())
    })?;
    Ok(rows)
}

/// Each row of a month of a family, a row group in memory at a time.
pub(crate) fn each_row(
    dir: &Path,
    manifest: &Manifest,
    family: FactFamily,
    month: FileMonth,
    mut with: impl FnMut(&Group<'_>, usize) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let Some(entry) = manifest.entry(family, month) else { return Ok(()) };
    let opened = open(dir, entry)?;
    for (at, rows) in opened.groups().enumerate() {
        let group = Group::take(&opened, family, at)?;
        (0..rows).try_for_each(|row| with(&group, row))?;
    }
    Ok(())
}

/// A file of the manifest, with as many rows as that says.
pub(crate) fn open(dir: &Path, entry: &FileEntry) -> Result<Opened, Refusal> {
    let at = dir.join(&entry.file);
    let opened = Opened::open(&at)?;
    let rows: usize = opened.groups().sum();
    if rows as u64 == entry.rows {
        return Ok(opened);
    }
    let (zh, en) = (format!("应有 {} 行，实有 {rows} 行", entry.rows), format!("{rows} rows instead of {}", entry.rows));
    Err(sheet::torn(&at, zh, en))
}

/// 全部读出 every fact of a directory, after every file was compared with the manifest.
///
/// # Errors
/// As [`read_month`].
pub fn read_dir(dir: &Path) -> Result<(Facts, Vec<ItemFact>), Refusal> {
    let manifest = Manifest::read(dir)?;
    manifest.check(dir, Trust::Hash)?;
    let (mut facts, mut items) = (Facts::default(), Vec::new());
    for month in manifest.months() {
        let rows = read_month(dir, &manifest, month)?;
        facts.batches.extend(rows.batches);
        facts.rapid.extend(rows.readings);
        facts.cases.extend(rows.cases);
        facts.services.extend(rows.services);
        facts.plan.extend(rows.plan);
        items.extend(rows.items);
    }
    Ok((facts, items))
}
