//! 随程序发布的限量 what a newer program ships: an installation receives it at its next start, all of it 待核实. Rows that the law ended get their
//! last day; a row that a person put to use keeps what it says, and is named where the shipped one says something else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shiyan_foundation::{Instant, Label, Lang, Scope};
use shiyan_statute::{LimitLibrary, LimitRow, LimitStatus, RowChangeKind, difference};
use shiyan_store::records::LimitRecord;
use shiyan_store::{Error, Who};

use crate::App;
use crate::limits::{PAGE, decided_today, limit_today};

/// What the entry about a delivery belongs to.
pub const SUBJECT: &str = "limits:shipped";
/// Rows and samples that are named of each kind; the counts go on.
const NAMED: usize = 200;

/// 收到的版本 what one start brought.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Delivery {
    /// Mark of all shipped rows.
    pub mark: String,
    /// 新增 rows that came, 待核实: standard and how many.
    pub editions: BTreeMap<String, usize>,
    /// Rows that came.
    pub new: usize,
    /// 到期 rows that got their last day.
    pub ended: usize,
    /// 更正 rows that nobody had decided about and that are now as shipped.
    pub mended: usize,
    /// 不同 rows that somebody put to use or retired and that say something else than the shipped ones; they stay as they are.
    pub differing: usize,
    /// 待核实 beside or below an active row: the item gets no verdict in these foods until somebody decides.
    pub in_the_way: usize,
    /// The rows: key, what became of it, in which columns.
    pub rows: Vec<String>,
    /// 在检样品 whose limit is another one now.
    pub samples: usize,
    /// Their numbers.
    pub touched: Vec<String>,
}

impl Delivery {
    /// Names a row and what becomes of it, as long as there is room.
    fn tell(&mut self, id: &str, what: &str, fields: &[&str]) {
        if self.rows.len() < NAMED {
            self.rows.push([id, what, &fields.join(",")].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" "));
        }
    }
}

/// What the shipped rows come to beside those that are there.
struct Sorted {
    new: Vec<LimitRecord>,
    /// Each with its verb and its facts.
    changed: Vec<(LimitRecord, &'static str, serde_json::Value)>,
    /// Rows in use that differ and are left as they are.
    differing: usize,
}

/// Sorts the shipped rows into new ones, changes and differences, and tells of each.
fn sorted(have: &[LimitRecord], old: &[LimitRow], known: &LimitLibrary, out: &mut Delivery) -> Sorted {
    let records: BTreeMap<&str, &LimitRecord> = have.iter().map(|r| (r.row.id.as_str(), r)).collect();
    let (mut new, mut changed, mut differing) = (Vec::new(), Vec::new(), 0_usize);
    for change in difference(old, shiyan_statute::limits()) {
        let row = change.shipped;
        let Some(record) = change.have.and_then(|h| records.get(h.id.as_str())) else {
            // the same rule may have been imported under another key
            if !known.about(&row.analyte).any(|r| r.content() == row.content()) {
                out.tell(&row.id, RowChangeKind::New.code(), &[]);
                new.push(LimitRecord { row: LimitRow { status: LimitStatus::Pending, ..row.clone() }, activated_by: None, activated_at: None, revision: 0 });
            }
            continue;
        };
        let ends = row.effective_to.filter(|end| record.row.effective_to.is_none_or(|own| own > *end));
        let others: Vec<&str> = change.fields.iter().copied().filter(|f| *f != "effective_to").collect();
        if record.row.status == LimitStatus::Pending && !others.is_empty() {
            out.tell(&row.id, RowChangeKind::Changed.code(), &change.fields);
            let row = LimitRow { status: LimitStatus::Pending, ..row.clone() };
            changed.push((LimitRecord { row, revision: record.revision + 1, ..(*record).clone() }, "limit.mend", json!({ "fields": change.fields })));
            continue;
        }
        if !others.is_empty() {
            differing += 1;
            out.tell(&row.id, "differs", &others);
        }
        if let Some(end) = ends.filter(|_| record.row.status != LimitStatus::Retired) {
            out.tell(&row.id, RowChangeKind::Ended.code(), &[]);
            let mut next = LimitRecord { revision: record.revision + 1, ..(*record).clone() };
            next.row.effective_to = Some(end);
            changed.push((next, "limit.superseded", json!({ "to": end })));
        }
    }
    Sorted { new, changed, differing }
}

impl App {
    /// 接收随程序发布的限量: new rows come as 待核实, superseded ones end, one entry of the journal tells all of it with the open samples that it
    /// touches. A second start has nothing to do.
    ///
    /// # Errors
    /// The database does not answer; another server was faster.
    pub async fn receive_editions(&self, now: Instant) -> Result<Option<Delivery>, Error> {
        let mut unit = self.store.begin(now).await?;
        let have: Vec<LimitRecord> = self.store.all().await?;
        let shipped = shiyan_statute::limits();
        let old: Vec<LimitRow> = have.iter().map(|r| r.row.clone()).collect();
        let known = LimitLibrary::new(old.clone());
        let who = Who::system("随程序发布的限量");
        let mut out = Delivery { mark: LimitLibrary::new(shipped.to_vec()).revision().to_owned(), ..Delivery::default() };
        let Sorted { new, changed, differing } = sorted(&have, &old, &known, &mut out);
        let before = self.store.timeline(&[SUBJECT.to_owned()]).await?;
        let said_before = before.iter().any(|e| e.facts.get("mark").and_then(serde_json::Value::as_str) == Some(out.mark.as_str()));
        if new.is_empty() && changed.is_empty() && (differing == 0 || said_before) {
            return Ok(None);
        }
        out.new = new.len();
        out.differing = differing;
        out.mended = changed.iter().filter(|(_, verb, _)| *verb == "limit.mend").count();
        out.ended = changed.len() - out.mended;
        out.in_the_way = new.iter().filter(|r| decided_today(&known, &r.row, now.date_naive())).count();
        for record in &new {
            let standard = shiyan_statute::editions::edition_of(&record.row).map_or(record.row.basis.as_str(), |e| e.id.as_str());
            *out.editions.entry(standard.to_owned()).or_default() += 1;
        }
        let mut rows: BTreeMap<String, LimitRow> = old.into_iter().map(|r| (r.id.clone(), r)).collect();
        rows.extend(new.iter().chain(changed.iter().map(|(r, ..)| r)).map(|r| (r.row.id.clone(), r.row.clone())));
        let touched = self.open_samples_between(&known, &LimitLibrary::new(rows.into_values().collect())).await?;
        out.samples = touched.len();
        out.touched = touched.into_iter().take(NAMED).collect();
        unit.insert_many(&new, &who, "limit.edition").await?;
        for (record, verb, facts) in &changed {
            unit.save(record, &who, verb, facts.clone()).await?;
        }
        unit.note(&who, "limit.editions", SUBJECT.to_owned(), serde_json::to_value(&out)?).await?;
        unit.commit().await?;
        Ok(Some(out))
    }
    /// 在检样品 numbers of the samples under way for which the two libraries choose differently.
    async fn open_samples_between(&self, old: &LimitLibrary, new: &LimitLibrary) -> Result<BTreeSet<String>, Error> {
        let packages = self.packages_by_key().await?;
        let (mut out, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = self.store.orders_to_rejudge(None, &after, &Scope::District, PAGE).await?;
            let Some((last, ..)) = page.last() else { return Ok(out) };
            after = last.id.to_string();
            for (order, sample, items) in &page {
                let differs = items.iter().any(|item| limit_today(order, sample, item, &packages, old) != limit_today(order, sample, item, &packages, new));
                if differs {
                    out.insert(sample.sample.number().to_owned());
                }
            }
        }
    }
}

impl Delivery {
    /// The delivery in one sentence.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let list = self.editions.iter().map(|(standard, n)| format!("{standard} {n}")).collect::<Vec<_>>().join(lang.pick("、", ", "));
        let Self { new, ended, mended, differing, samples, in_the_way, .. } = self;
        match lang {
            Lang::Zh => format!(
                "收到随程序发布的限量：新增 {new} 条，待核实（{list}）；到期 {ended} 条；未启用而更正 {mended} 条；与本库已启用或已停用的行不同、保持原样 {differing} 条；在检样品 {samples} 个的限量有变化；{in_the_way} 条与启用的行并存，核实前有关项目不判定。详见操作日志 {SUBJECT}"
            ),
            Lang::En => format!(
                "limits shipped with the program were received: {new} new, to be checked ({list}); {ended} ended; {mended} mended that nobody had put to use; {differing} differ from rows that were put to use or retired and stay as they are; {samples} samples under way have another limit; {in_the_way} stand beside an active row, and those items are not judged until they are checked. See the journal, {SUBJECT}"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
