//! Sampling sheets and reception.

pub mod parties;
pub(crate) mod read;

use chrono::Datelike;
use serde_json::json;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{SampleId, TestItemId, TestOrderId};
use shiyan_foundation::{Actor, Instant, Lang, Refusal, WorkCalendar};
use shiyan_judgement::judging::FoodFacts;
use shiyan_judgement::limit::LimitUsed;
use shiyan_lab_results::order::history::Peers;
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder};
use shiyan_sample_intake::sample::MOVES;
use shiyan_sample_intake::sheet::{Sheet, SheetContext};
use shiyan_sample_intake::{CheckedSheet, Reception, Sample, SampleAction, code};
use shiyan_statute::additives::NOT_LISTED;
use shiyan_statute::codes::NO_LIMIT;
use shiyan_statute::editions::{SampleDays, edition_day};
use shiyan_statute::{AnalyteGroup, LimitChoice, LimitLibrary, LimitQuery, RuleKey};
use shiyan_store::records::{ItemPackage, PackageItem, SampleRecord};
use shiyan_store::{Error, Unit, Who};

use crate::authority::{Act, may};
use crate::clocks::tick;
use crate::intake::parties::{Chosen, Picked};
use crate::{App, fresh};

impl App {
    /// Begins a sheet. What is typed is kept from the first save on.
    ///
    /// # Errors
    /// Not a sampler.
    pub async fn begin_sheet(
        &self,
        actor: &Actor,
        sheet: Sheet,
        from_reading: Option<shiyan_foundation::ids::ReadingId>,
        now: Instant,
    ) -> Result<SampleId, Error> {
        self.begin_sheet_of(actor, sheet, &Picked::default(), from_reading, now).await
    }
    /// The same with what was chosen from the register.
    ///
    /// # Errors
    /// Not a sampler; what was chosen is not there for them.
    pub async fn begin_sheet_of(
        &self,
        actor: &Actor,
        sheet: Sheet,
        picked: &Picked,
        from_reading: Option<shiyan_foundation::ids::ReadingId>,
        now: Instant,
    ) -> Result<SampleId, Error> {
        may(actor, Act::Sheet)?;
        self.sheet_within(actor, &sheet, false).await?;
        let mut sample = Sample::draft(SampleId(fresh()), sheet);
        sample.from_reading = from_reading;
        sample.demo = self.is_demo(actor).await?;
        let chosen = self.picked(actor, picked).await?;
        let mut unit = self.store.begin(now).await?;
        sample.parties = self.settled(&unit, None, &sample.sheet, &chosen).await?;
        let record = SampleRecord { sample, created_by: actor.id };
        unit.insert(&record, &actor.into(), "sample.draft", json!({})).await?;
        unit.commit().await?;
        Ok(record.sample.id)
    }
    /// Saves a draft as typed, unchecked.
    ///
    /// # Errors
    /// Not a sampler; not a draft any more; somebody else saved in between.
    pub async fn save_sheet(&self, actor: &Actor, id: &str, seen: i64, sheet: Sheet, now: Instant) -> Result<i64, Error> {
        self.save_sheet_of(actor, id, seen, sheet, &Picked::default(), now).await
    }
    /// The same with what was chosen from the register.
    ///
    /// # Errors
    /// Not a sampler; not a draft any more; somebody else saved in between; what was chosen is not there for them.
    pub async fn save_sheet_of(&self, actor: &Actor, id: &str, seen: i64, sheet: Sheet, picked: &Picked, now: Instant) -> Result<i64, Error> {
        let chosen = self.picked(actor, picked).await?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        let why = old.sample.why_not(actor, shiyan_sample_intake::SampleAction::Submit);
        if !why.is_empty() {
            return Err(why.into());
        }
        self.sheet_within(actor, &sheet, false).await?;
        let parties = self.settled(&unit, Some(&old.sample), &sheet, &chosen).await?;
        let sample = Sample { sheet, parties, revision: seen + 1, ..old.sample };
        let record = SampleRecord { sample, created_by: old.created_by };
        unit.save(&record, &actor.into(), "sample.save_draft", json!({})).await?;
        unit.commit().await?;
        Ok(record.sample.revision)
    }
    /// 提交抽样单: checked whole; D01 (delivery to the laboratory) starts.
    ///
    /// # Errors
    /// Every problem of the sheet; the number is taken.
    pub async fn submit_sheet(&self, actor: &Actor, id: &str, now: Instant) -> Result<(), Error> {
        let streets = self.streets().await?.into_keys().collect();
        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        self.sheet_within(actor, &old.sample.sheet, true).await?;
        let mut sample = old.sample.submit(actor, now, &SheetContext { today: now.date_naive(), streets: &streets })?;
        // the register may have learnt the code since the draft was saved
        sample.parties = self.settled(&unit, Some(&old.sample), &sample.sheet, &Chosen::default()).await?;
        if unit.number_taken(sample.number(), id).await? {
            return Err(Refusal::new(code::SAMPLING_NO).with("no", sample.number()).on("sampling_no").into());
        }
        let sampled_at = sampling_instant(&sample, now);
        let facts = json!({ "no": sample.number(), "unknown_prefix": sample.core.as_ref().is_some_and(|c| c.unknown_prefix) });
        let record = SampleRecord { sample, created_by: old.created_by };
        unit.save(&record, &actor.into(), "sample.submit", facts).await?;
        tick(&mut unit, &actor.into(), &MOVES.ticks(old.sample.state, SampleAction::Submit), &record, sampled_at, &calendar).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 接收样品: D01 stops, D02 (report) starts, the test order is made with the items of the food's package.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn accept_sample(&self, actor: &Actor, id: &str, reception: Reception, now: Instant) -> Result<TestOrderId, Error> {
        let calendar = self.calendar().await?;
        let limits = self.limit_rows().await?;
        let class = self.store.sample(id, &actor.scope).await?.and_then(|s| s.sample.core).map_or_else(String::new, |c| c.category.class().to_owned());
        let packages = self.store.packages_of_class(&class).await?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        let blind = format!("M{}", fresh().simple().to_string()[20..].to_uppercase());
        let sample = old.sample.accept(actor, now, reception, blind)?;
        let who = Who::from(actor);
        let record = SampleRecord { sample, created_by: old.created_by };
        unit.save(&record, &who, "sample.accept", json!({ "seals": record.sample.reception.as_ref().map(|r| (&r.test_seal, &r.backup_seal)) })).await?;
        tick(&mut unit, &who, &MOVES.ticks(old.sample.state, SampleAction::Accept), &record, now, &calendar).await?;
        let (order, items) = new_order(&record.sample, &packages, &limits, &calendar, now)?;
        unit.insert(&order, &who, "order.open", json!({ "items": items.len(), "package": order.package })).await?;
        for item in &items {
            unit.insert(item, &who, "item.add", json!({ "analyte": item.analyte, "limit": item.limit.as_ref().map(|l| &l.text) })).await?;
        }
        unit.commit().await?;
        Ok(order.id)
    }
    /// 拒收样品 with a reason; the sample never counts.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn refuse_sample(&self, actor: &Actor, id: &str, reception: Reception, reason: &str, now: Instant) -> Result<(), Error> {
        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        let sample = old.sample.refuse(actor, now, reception, reason)?;
        let record = SampleRecord { sample, created_by: old.created_by };
        unit.save(&record, &actor.into(), "sample.refuse", json!({ "reason": reason.trim() })).await?;
        tick(&mut unit, &actor.into(), &MOVES.ticks(old.sample.state, SampleAction::Refuse), &record, now, &calendar).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 作废 before reception.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn void_sample(&self, actor: &Actor, id: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        let sample = old.sample.void(actor, reason)?;
        let record = SampleRecord { sample, created_by: old.created_by };
        unit.save(&record, &actor.into(), "sample.void", json!({ "reason": reason.trim() })).await?;
        tick(&mut unit, &actor.into(), &MOVES.ticks(old.sample.state, SampleAction::Void), &record, now, &calendar).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 补登正式编号
    ///
    /// # Errors
    /// Every reason why not; the number is taken.
    pub async fn renumber_sample(&self, actor: &Actor, id: &str, number: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        let before = old.sample.number().to_owned();
        let sample = old.sample.renumber(actor, number)?;
        if unit.number_taken(sample.number(), id).await? {
            return Err(Refusal::new(code::SAMPLING_NO).with("no", sample.number()).on("sampling_no").into());
        }
        let facts = json!({ "from": before, "to": sample.number() });
        let record = SampleRecord { sample, created_by: old.created_by };
        unit.save(&record, &actor.into(), "sample.renumber", facts).await?;
        unit.commit().await?;
        Ok(())
    }
    /// The sample, if this person's scope holds it.
    pub(crate) async fn visible_sample(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<SampleRecord, Error> {
        // The scope is asked of the committed state; the content is loaded inside the transaction.
        self.store.sample(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
}

/// The instant D01 counts from: the sampling day at noon, or the submission when that is earlier.
fn sampling_instant(sample: &Sample, now: Instant) -> Instant {
    let noon = chrono::NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let sampled = sample.core.as_ref().and_then(|c| c.sampled_on.and_time(noon).and_local_timezone(now.timezone()).single());
    sampled.map_or(now, |at| at.min(now))
}

/// 检验项目包 of a food in a year: of the year itself, else of the latest year before it (a package without a year comes last), and
/// within that year the most specific one.
pub(crate) fn package_for<'a>(packages: &'a [ItemPackage], category: &CategoryPath, year: i32) -> Option<&'a ItemPackage> {
    let fits = |p: &&ItemPackage| !p.retired && !p.draft && p.year <= year && covers(p, category);
    packages.iter().filter(fits).max_by_key(|p| (p.year, shiyan_statute::food::without_repeats(&p.category).0.len()))
}

/// Is the food of a sample one that a package is for. The shipped ones name foods without the levels in between.
pub(crate) fn covers(package: &ItemPackage, category: &CategoryPath) -> bool {
    shiyan_statute::food::covers(&package.category, category) || (package.is_shipped() && shiyan_statute::food::lies_under(&package.category, category))
}

/// The order of a received sample with the items of its food's package, which it pins.
pub(crate) fn new_order(
    sample: &Sample,
    packages: &[ItemPackage],
    limits: &LimitLibrary,
    calendar: &WorkCalendar,
    now: Instant,
) -> Result<(TestOrder, Vec<TestItem>), Error> {
    let core = sample.core.as_ref().ok_or_else(|| Error::Fault(format!("sample {} has no checked sheet", sample.id)))?;
    let due = shiyan_statute::deadline(RuleKey::D02, now, calendar)?;
    let package = package_for(packages, &core.category, core.sampled_on.year());
    let order = TestOrder {
        id: TestOrderId(fresh()),
        sample: sample.id,
        kind: core.kind,
        samplers: core.samplers.clone(),
        state: OrderState::Testing,
        received_at: now,
        signatures: Vec::new(),
        conclusion: None,
        in_force: None,
        returned: None,
        issued_at: None,
        report_due_on: due.due.due_on,
        reports_issued: 0,
        amending: None,
        package: package.map(|p| p.key.clone()),
        demo: sample.demo,
        revision: 0,
    };
    let items = package.map(|p| p.items.as_slice()).unwrap_or_default();
    let items = items.iter().enumerate().map(|(position, item)| new_item(sample, &order, u32::try_from(position).unwrap_or(u32::MAX), item, limits)).collect();
    Ok((order, items))
}

/// One item with the limit that applies, or the reason why none does.
pub(crate) fn new_item(sample: &Sample, order: &TestOrder, position: u32, item: &PackageItem, limits: &LimitLibrary) -> TestItem {
    let (limit, no_limit, group) = limit_under(sample, order.package.as_deref(), item, limits);
    TestItem {
        id: TestItemId(fresh()),
        order: order.id,
        sample: sample.id,
        position,
        analyte: item.analyte.clone(),
        group,
        unit: if item.unit.trim().is_empty() { limit.as_ref().map_or_else(String::new, |l| l.unit.clone()) } else { item.unit.clone() },
        method: item.method.clone(),
        limit,
        no_limit,
        raw: String::new(),
        understood: String::new(),
        judgement: None,
        decision: None,
        analyst: None,
        entered_at: None,
        worksheet: None,
        returned: None,
        label_claim: None,
        picked: None,
        food: food_of(sample),
        peers: peers_of(sample),
        above_p99: None,
        carry_over: None,
        remark: String::new(),
        demo: sample.demo,
        revision: 0,
    }
}

/// 同类 whose earlier results those of this sample are compared with.
pub(crate) fn peers_of(sample: &Sample) -> Option<Peers> {
    let core = sample.core.as_ref()?;
    Some(Peers { lab: sample.sheet.get("lab_org").to_owned(), category: core.category.text() })
}

/// 食品与配料 of a sample as its results are judged with them.
pub(crate) fn food_of(sample: &Sample) -> Option<FoodFacts> {
    let core = sample.core.as_ref()?;
    Some(FoodFacts::of(&core.category, &core.name, sample.sheet.ingredients()))
}

/// The limit of an item, why there is none, and the group of the item.
pub(crate) type Limited = (Option<LimitUsed>, Option<(String, String)>, String);

/// The limit of a package's item: what the task itself sets stands above the library, because its laboratories are bound by the task.
pub(crate) fn limit_under(sample: &Sample, package: Option<&str>, item: &PackageItem, limits: &LimitLibrary) -> Limited {
    let (library, no_limit, group) = limit_for(sample, &item.analyte, limits);
    let (Some(key), Some(task)) = (package, &item.limit) else { return (library, no_limit, group) };
    // the detection limit belongs to the method, so it is taken over where the row of the library names the same one
    let same_method = limits.about(&item.analyte).find(|r| library.as_ref().is_some_and(|l| l.id == r.id) && r.method == item.method);
    let detection = same_method.and_then(|r| r.lod_loq.clone());
    (Some(LimitUsed::task(key, &task.rule, &task.unit, &task.basis, detection)), None, group)
}

/// The question that a sample puts to the library: its food, on the day that counts.
pub(crate) fn query_of<'a>(core: &'a CheckedSheet, analyte: &'a str) -> LimitQuery<'a> {
    let days = SampleDays { made_on: Some(core.made_on), sampled_on: core.sampled_on, prepackaged: core.prepacked };
    let ref_date = edition_day("", &days).map_or(core.sampled_on, |(day, _)| day);
    LimitQuery { category: &core.category, food_name: &core.name, analyte, ref_date, prepackaged: Some(core.prepacked) }
}

/// The limit of an item on the day that counts, or why there is none; and the group of the item.
pub(crate) fn limit_for(sample: &Sample, analyte: &str, limits: &LimitLibrary) -> Limited {
    let known = limits.about(analyte).next().map_or(AnalyteGroup::Other, |r| r.analyte_group);
    let group = |g: AnalyteGroup| shiyan_foundation::Label::code(g).to_owned();
    let Some(core) = &sample.core else { return (None, None, group(known)) };
    let query = query_of(core, analyte);
    let choice = limits.choose(&query);
    // An additive without a row in the library stands in table A.1, or may not be used there as far as the edition goes: the judgement then asks
    // for the word about carry-over. A number of the table decides only as a row that the quality manager put to use.
    let table = matches!(choice, LimitChoice::None { reason } if reason.code == NO_LIMIT.code).then(|| shiyan_statute::additive_limit(&query)).flatten();
    match (table, choice.settled(&query)) {
        (Some(Ok(row)), _) if row.id == NOT_LISTED => (Some(LimitUsed::chosen(&row, &query)), None, group(row.analyte_group)),
        (Some(Ok(row)), _) => {
            let why = LimitChoice::OnlyPending(vec![&row]).settled(&query).err();
            (None, why.map(|why| (why.what(Lang::Zh), why.what(Lang::En))), group(row.analyte_group))
        }
        (Some(Err(why)), _) => (None, Some((why.what(Lang::Zh), why.what(Lang::En))), group(AnalyteGroup::Additive)),
        (None, Ok(row)) => (Some(LimitUsed::chosen(row, &query)), None, group(row.analyte_group)),
        (None, Err(why)) => (None, Some((why.what(Lang::Zh), why.what(Lang::En))), group(known)),
    }
}
