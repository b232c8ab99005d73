//! 限量库与检验项目包: imports, and what an activation does to the row before it.

pub mod check;
pub mod editions;
pub mod packages;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Actor, Instant, Label, Lang, Refusal};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_statute::{LIMIT_MOVES, LimitChoice, LimitLibrary, LimitQuery, LimitRow, LimitStatus};
use shiyan_store::records::{ItemPackage, LimitRecord, PackageItem, SampleRecord};
use shiyan_store::{Error, Unit, Who, sha256_hex};

use crate::authority::{Act, may};
use crate::intake::{Limited, limit_for, limit_under};
use crate::reference::imports::import_run;
use crate::{App, code};

/// Orders loaded at once for a re-judgement.
pub(crate) const PAGE: u64 = 200;
/// A limit table as read, ready to be stored.
#[derive(Debug, Clone)]
pub struct LimitFile {
    /// File name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The rules, each once, 待核实, under keys made of their content.
    pub rows: Vec<LimitRow>,
    /// Rows of the file.
    pub row_count: u64,
    /// Counts by class and reason, as read.
    pub totals: serde_json::Value,
}

/// Ties that are told in full.
const TIES: usize = 200;

/// What an import of limits did or would do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LimitsImported {
    /// Rules in the file.
    pub rules: usize,
    /// Rules that are new to the library.
    pub new: usize,
    /// Rules that the library has already, under whatever key.
    pub known: usize,
    /// 改动 new rows about a food and item for which a row is active: new key, active key. The active one ends only when the
    /// quality manager activates the new one.
    pub changes: Vec<(String, String)>,
    /// 待核实 beside or below an active row: until the quality manager activates or retires them, the item gets no verdict in
    /// these foods (never a wider rule, never one of two that disagree).
    pub in_the_way: usize,
    /// 冲突 the first of them, each with the active rows that it would stand beside.
    pub ties: Vec<Tie>,
    /// Nothing was written.
    pub dry_run: bool,
}

/// 冲突 a new row, and the active rows that decide its item in its foods until it is written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tie {
    /// The new row in words: Chinese, English.
    pub new: (String, String),
    /// The active rows, each in words: Chinese, English.
    pub active: Vec<(String, String)>,
}

/// Packages as read, ready to be stored: food and items in order.
#[derive(Debug, Clone)]
pub struct PackageFile {
    /// File name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Food and items.
    pub packages: Vec<(CategoryPath, Vec<PackageItem>)>,
    /// Rows of the file.
    pub row_count: u64,
    /// Counts, as read.
    pub totals: serde_json::Value,
}

/// What an import of packages did or would do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PackagesImported {
    /// 年份
    pub year: i32,
    /// Packages in the file.
    pub packages: usize,
    /// New packages.
    pub new: usize,
    /// Packages that are there already, item for item.
    pub known: usize,
    /// 替换 earlier packages of the same year and food that the new ones take the place of.
    pub replaced: usize,
    /// Nothing was written.
    pub dry_run: bool,
}

impl App {
    /// May this person bring in limits and packages.
    ///
    /// # Errors
    /// Not a quality manager of the whole district.
    pub fn may_import_limits(actor: &Actor) -> Result<(), Error> {
        Ok(may(actor, Act::ImportLimits)?)
    }
    /// 导入限量: stores the rules that the library does not have yet, all 待核实; the same file a second time changes nothing, not
    /// even the journal. No row that is there is edited.
    ///
    /// `word`: why rows may suspend verdicts that active rows give today. Without it such a file is not written.
    ///
    /// # Errors
    /// Not the quality manager; rows would suspend verdicts and nobody said why; the database does not answer.
    pub async fn import_limits(&self, actor: &Actor, file: &LimitFile, word: &str, dry_run: bool, now: Instant) -> Result<LimitsImported, Error> {
        Self::may_import_limits(actor)?;
        let library = self.limit_rows().await?;
        let mut unit = self.store.begin(now).await?;
        let ids: Vec<String> = file.rows.iter().map(|r| r.id.clone()).collect();
        let there: BTreeSet<String> = unit.known_limits(&ids).await?.into_iter().collect();
        let known = |row: &LimitRow| there.contains(&row.id) || library.about(&row.analyte).any(|r| r.content() == row.content());
        let rows: Vec<LimitRecord> = file
            .rows
            .iter()
            .filter(|r| !known(r))
            .map(|r| LimitRecord { row: LimitRow { status: LimitStatus::Pending, ..r.clone() }, activated_by: None, activated_at: None, revision: 0 })
            .collect();
        let mut changes = Vec::new();
        let in_the_way: Vec<&LimitRecord> = rows.iter().filter(|new| decided_today(&library, &new.row, now.date_naive())).collect();
        let tie = |new: &&LimitRecord| Tie { new: named(&new.row), active: deciding_today(&library, &new.row, now.date_naive()).map(named).collect() };
        let (in_the_way, ties): (usize, Vec<Tie>) = (in_the_way.len(), in_the_way.iter().take(TIES).map(tie).collect());
        for new in &rows {
            let old = library.about(&new.row.analyte).find(|r| r.status == LimitStatus::Active && overlap(r, &new.row) && r.same_scope(&new.row));
            changes.extend(old.map(|old| (new.row.id.clone(), old.id.clone())));
        }
        let done = LimitsImported { rules: file.rows.len(), new: rows.len(), known: file.rows.len() - rows.len(), changes, in_the_way, ties, dry_run };
        if dry_run || rows.is_empty() {
            return Ok(done);
        }
        let word = word.trim();
        if in_the_way > 0 && word.chars().count() < 4 {
            let first = done.ties.first();
            let beside =
                |pick: fn(&(String, String)) -> &String| first.map_or_else(String::new, |t| t.active.iter().map(pick).cloned().collect::<Vec<_>>().join("；"));
            return Err(Refusal::new(code::LIMIT_TIES)
                .with("count", in_the_way)
                .with("new", first.map_or("", |t| t.new.0.as_str()))
                .with("new_en", first.map_or("", |t| t.new.1.as_str()))
                .with("active", beside(|said| &said.0))
                .with("active_en", beside(|said| &said.1))
                .on("word")
                .into());
        }
        let who = Who::from(actor);
        unit.insert_many(&rows, &who, "limit.import").await?;
        let run = import_run("limits", &file.name, &file.sha256, (file.row_count, done.new), &file.totals, &actor.name, now);
        unit.insert(&run, &who, "import.run", json!({ "file": file.name, "rows": file.row_count, "new": done.new, "in_the_way": in_the_way, "why": word }))
            .await?;
        unit.commit().await?;
        Ok(done)
    }
    /// 导入项目包 of a year. A package is never edited, because orders pin it: a changed one is a new package and the former one of
    /// the same year and food is retired.
    ///
    /// # Errors
    /// Not the quality manager; the year; the database does not answer.
    pub async fn import_packages(&self, actor: &Actor, file: &PackageFile, year: i32, dry_run: bool, now: Instant) -> Result<PackagesImported, Error> {
        Self::may_import_limits(actor)?;
        if !(2000..=2100).contains(&year) {
            return Err(Refusal::new(code::YEAR).with("typed", year).on("year").into());
        }
        let mut unit = self.store.begin(now).await?;
        let there: Vec<ItemPackage> = self.store.all().await?;
        let demo = self.is_demo(actor).await?;
        let source = format!("{} SHA-256 {}", file.name, file.sha256);
        let (mut new, mut replaced, mut known) = (Vec::new(), Vec::new(), 0);
        for (category, items) in &file.packages {
            let mine = |p: &&ItemPackage| !p.retired && !p.draft && p.year == year && p.category == *category;
            match there.iter().find(mine) {
                Some(old) if old.items == *items => {
                    known += 1;
                    continue;
                }
                Some(old) => replaced.push(ItemPackage { retired: true, revision: old.revision + 1, ..old.clone() }),
                None => {}
            }
            let said = serde_json::to_string(&(year, category, items))?;
            let key = format!("P{year}-{}", &sha256_hex(said.as_bytes())[..12]);
            // a package that was replaced and comes back needs a key of its own: the old one is pinned as it was
            let times = there.iter().filter(|p| p.key == key || p.key.starts_with(&format!("{key}-"))).count();
            let key = if times == 0 { key } else { format!("{key}-{}", times + 1) };
            new.push(ItemPackage { key, year, category: category.clone(), items: items.clone(), source: source.clone(), demo, ..ItemPackage::default() });
        }
        let done = PackagesImported { year, packages: file.packages.len(), new: new.len(), known, replaced: replaced.len(), dry_run };
        if dry_run || new.is_empty() {
            return Ok(done);
        }
        let who = Who::from(actor);
        unit.insert_many(&new, &who, "package.import").await?;
        for old in &replaced {
            unit.save(old, &who, "package.retire", json!({ "year": year })).await?;
        }
        let run = import_run("packages", &file.name, &file.sha256, (file.row_count, done.new), &file.totals, &actor.name, now);
        unit.insert(&run, &who, "import.run", json!({ "file": file.name, "rows": file.row_count, "new": done.new, "year": year })).await?;
        unit.commit().await?;
        Ok(done)
    }
    /// 启用 or 停用 one row that stands in one of these states; says how many earlier rows ended with it. `library`: the limits before.
    pub(crate) async fn switch_limit(
        &self,
        unit: &mut Unit,
        actor: &Actor,
        library: &LimitLibrary,
        id: &str,
        (from, to): (&[LimitStatus], LimitStatus),
        now: Instant,
    ) -> Result<(LimitRow, usize), Error> {
        let old: LimitRecord = unit.require(id).await?;
        if !from.contains(&old.row.status) {
            return Err(Refusal::new(code::LIMIT_STATUS)
                .with("id", id)
                .with("status", old.row.status.zh())
                .with("status_en", old.row.status.en())
                .with("action", to.zh())
                .with("action_en", to.en())
                .into());
        }
        let mut next = LimitRecord { revision: old.revision + 1, ..old };
        next.row.status = to;
        let mut ended = 0;
        if to == LimitStatus::Active {
            next.activated_by = Some(actor.name.clone());
            next.activated_at = Some(now);
            ended = end_earlier(unit, actor, library, &next.row).await?;
        }
        unit.save(&next, &actor.into(), "limit.status", json!({ "to": to })).await?;
        Ok((next.row, ended))
    }
    /// 启用 or 停用 a limit row. Only the 质量负责人; a row in use is never edited, but the activation of a later row about the same
    /// food and item ends it on the day before.
    ///
    /// # Errors
    /// Not the quality manager; the row already has that status; an active row about the same food and item does not begin
    /// earlier.
    pub async fn set_limit_status(&self, actor: &Actor, id: &str, to: LimitStatus, now: Instant) -> Result<(), Error> {
        may(actor, Act::Limits)?;
        let from: Vec<LimitStatus> = LIMIT_MOVES.table.iter().filter(|m| m.to == to).map(|m| m.from).collect();
        let mut unit = self.store.begin(now).await?;
        let library = self.limit_rows().await?;
        self.switch_limit(&mut unit, actor, &library, id, (&from, to), now).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 项目包 every package by its key.
    pub(crate) async fn packages_by_key(&self) -> Result<BTreeMap<String, ItemPackage>, Error> {
        Ok(self.store.all::<ItemPackage>().await?.into_iter().map(|p| (p.key.clone(), p)).collect())
    }
}

/// Makes room for a row that becomes active: an active row about the same food and item that began earlier ends where the new one begins.
/// That is the only way in which a row in use gets its last day. Says how many ended.
async fn end_earlier(unit: &mut Unit, actor: &Actor, library: &LimitLibrary, new: &LimitRow) -> Result<usize, Error> {
    let mut count = 0;
    for near in library.about(&new.analyte).filter(|r| r.id != new.id && r.same_scope(new)) {
        let old: LimitRecord = unit.require(&near.id).await?;
        if old.row.status != LimitStatus::Active || !overlap(&old.row, new) {
            continue;
        }
        if old.row.effective_from >= new.effective_from {
            return Err(Refusal::new(code::LIMIT_CLASH).with("id", &new.id).with("other", &near.id).with("from", old.row.effective_from).into());
        }
        let mut ended = LimitRecord { revision: old.revision + 1, ..old };
        ended.row.effective_to = Some(new.effective_from);
        unit.save(&ended, &actor.into(), "limit.end", json!({ "to": new.effective_from, "by": new.id })).await?;
        count += 1;
    }
    Ok(count)
}

/// Some day belongs to both.
fn overlap(a: &LimitRow, b: &LimitRow) -> bool {
    let begins_before = |x: &LimitRow, y: &LimitRow| y.effective_to.is_none_or(|end| x.effective_from < end);
    begins_before(a, b) && begins_before(b, a)
}

/// Does an active row decide the item in the food of this one, today or on the first day of this one.
pub(crate) fn decided_today(library: &LimitLibrary, new: &LimitRow, today: NaiveDate) -> bool {
    deciding_today(library, new, today).next().is_some()
}

/// The active rows that do, each once.
fn deciding_today<'l>(library: &'l LimitLibrary, new: &'l LimitRow, today: NaiveDate) -> impl Iterator<Item = &'l LimitRow> {
    let ref_date = new.effective_from.max(today);
    let mut seen = BTreeSet::new();
    let foods = new.categories.iter().filter(move |_| new.in_force(ref_date));
    let deciding = foods.filter_map(move |category| {
        let query = LimitQuery { category, food_name: "", analyte: &new.analyte, ref_date, prepackaged: None };
        if let LimitChoice::One(row) = library.choose(&query) { Some(row) } else { None }
    });
    deciding.filter(move |row| seen.insert(row.id.clone()))
}

/// A row in words: Chinese, English.
fn named(row: &LimitRow) -> (String, String) {
    (row.named(Lang::Zh), row.named(Lang::En))
}

/// What today's library, and the package that the order pinned, say of an item.
pub(crate) fn limit_today(
    order: &TestOrder,
    sample: &SampleRecord,
    item: &TestItem,
    packages: &BTreeMap<String, ItemPackage>,
    library: &LimitLibrary,
) -> Limited {
    let pinned = order.package.as_ref().and_then(|key| packages.get(key));
    let line = pinned.and_then(|p| p.items.iter().find(|i| shiyan_statute::same_analyte(&i.analyte, &item.analyte)));
    match line {
        Some(line) => limit_under(&sample.sample, order.package.as_deref(), line, library),
        None => limit_for(&sample.sample, &item.analyte, library),
    }
}

#[cfg(test)]
mod tests;
