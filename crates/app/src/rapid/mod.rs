//! Rapid readings and their follow-up.

pub(crate) mod read;

use serde_json::json;
use shiyan_foundation::ids::{PointId, ReadingId, SampleId};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Actor, Instant, Refusal, Scope, text::fold};
use shiyan_rapid_test::{FollowUp, FollowUpAction, Observed, Point, RapidVerdict, Reading, ReadingInput, code, decide};
use shiyan_sample_intake::sheet::Sheet;
use shiyan_statute::{RapidMethod, RuleKey, rapid_method};
use shiyan_store::records::{FollowUpRecord, ReadingRecord};
use shiyan_store::{Error, Unit, Who};

use crate::authority::{Act, covers_street, may};
use crate::bounds::reading_in_turn;
use crate::cases::{Upload, evidence_type};
use crate::typed::needed;
use crate::{App, fresh};

/// A reading as typed on the page.
#[derive(Debug, Clone, Default)]
pub struct TypedReading {
    /// 快检点
    pub point: String,
    /// 摊位
    pub stall: String,
    /// 样品
    pub food: String,
    /// 方法代码
    pub method: String,
    /// 检测项目, when the method covers several.
    pub analyte: String,
    /// 读数
    pub value: String,
    /// 观察: negative, weak_positive, positive, invalid.
    pub observed: String,
    /// 试剂批号
    pub reagent_lot: String,
    /// 产地或供货商
    pub origin: String,
    /// 备注
    pub note: String,
    /// 照片
    pub photo: Option<Upload>,
    /// 复测 of this reading.
    pub retest_of: Option<String>,
}

/// 快检点 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedPoint {
    /// 名称
    pub name: String,
    /// 街道
    pub street: String,
    /// 市场
    pub market: String,
}

impl App {
    /// Adds a point.
    ///
    /// # Errors
    /// Not an administrator; no name; unknown street.
    pub async fn add_point(&self, actor: &Actor, typed: &TypedPoint, now: Instant) -> Result<(), Error> {
        may(actor, Act::Points)?;
        let TypedPoint { name, street, market } = typed;
        if !covers_street(&actor.scope, street) {
            return Err(Act::Points.beyond().on("street").into());
        }
        if !self.streets().await?.contains_key(street) {
            return Err(Refusal::new(shiyan_sample_intake::code::STREET).with("typed", street).on("street").into());
        }
        let point = Point {
            id: PointId(fresh()),
            name: needed(name, 60, "快检点名称", "name of the point", "name")?,
            street: street.clone(),
            market: market.trim().chars().take(60).collect(),
            active: true,
            photo_required: true,
            planned_per_quarter: 360,
            demo: self.is_demo(actor).await?,
        };
        let mut unit = self.store.begin(now).await?;
        unit.insert(&point, &actor.into(), "point.add", json!({ "name": point.name })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Enters a reading; the server gives the verdict; a positive opens its follow-up, a rerun moves it.
    ///
    /// # Errors
    /// Not an operator of this point; every problem of what was typed.
    pub async fn enter_reading(&self, actor: &Actor, typed: TypedReading, now: Instant) -> Result<Reading, Error> {
        let (point, method, retest_of, problems) = self.asked_of_reading(actor, &typed).await?;
        let mut unit = match self.store.begin(now).await {
            // The same reading once more, because no answer came: the first one is the answer.
            Err(Error::Again(first)) => return first.read::<Reading>().ok_or(Error::Again(first)),
            begun => begun?,
        };
        reading_in_turn(&unit, &point).await?;
        let photo = match &typed.photo {
            Some(photo) => Some(self.keep_upload(&mut unit, actor, &photo.bytes).await?),
            None => None,
        };
        let input = input_of(&typed, photo.clone(), retest_of, now);
        let (verdict, why_zh, why_en) = match decide(&point, method, &input, now) {
            Ok(decided) if problems.is_empty() => decided,
            Ok(_) => return Err(problems.into()),
            Err(more) => return Err(problems.into_iter().chain(more).collect::<Vec<_>>().into()),
        };
        let reading = Reading {
            id: ReadingId(fresh()),
            point: point.id,
            device: None,
            operator: actor.id,
            operator_name: actor.name.clone(),
            stall_id: self.stall_of(&point, &input.stall).await?,
            stall: input.stall,
            food: input.food,
            method: method.code.clone(),
            analyte: if typed.analyte.trim().is_empty() { method.analyte.clone() } else { short(&typed.analyte, 60) },
            value: input.value,
            unit: method.unit.clone(),
            observed: input.observed,
            verdict,
            why_zh,
            why_en,
            reagent_lot: input.reagent_lot,
            origin: input.origin,
            note: input.note,
            tested_at: input.tested_at,
            received_at: now,
            photo,
            source: input.source,
            retest_of,
            demo: point.demo,
        };
        let who = Who::from(actor);
        let facts = json!({ "food": reading.food, "verdict": verdict, "value": reading.value });
        unit.insert(&ReadingRecord { reading: reading.clone(), street: point.street.clone() }, &who, "reading.enter", facts).await?;
        self.follow(&mut unit, actor, &reading, now).await?;
        unit.answer(&reading)?;
        unit.commit().await?;
        Ok(reading)
    }
    /// The point, the method and the reading that is rerun. Problems that keep none of them from being found are said with what the verdict refuses.
    async fn asked_of_reading(&self, actor: &Actor, typed: &TypedReading) -> Result<(Point, &'static RapidMethod, Option<ReadingId>, Vec<Refusal>), Error> {
        let point_id = match &actor.scope {
            Scope::Point(point) => point.to_string(),
            _ => typed.point.clone(),
        };
        let mut problems = Vec::new();
        if may(actor, Act::Reading).is_err() {
            problems.push(Refusal::new(code::OPERATOR));
        }
        let points = self.store.points(&actor.scope).await?;
        let point = points.into_iter().find(|p| p.id.to_string() == point_id);
        if point.is_none() {
            problems.push(Refusal::new(code::POINT).on("point"));
        }
        let method = rapid_method(&typed.method);
        if method.is_none() {
            problems.push(Refusal::new(code::METHOD).with("typed", &typed.method).on("method"));
        }
        let media = typed.photo.as_ref().map(evidence_type).transpose();
        if let Err(refusal) = &media {
            problems.push(refusal.clone());
        }
        let retest_of: Option<ReadingId> = typed.retest_of.as_deref().filter(|r| !r.is_empty()).map(str::parse).transpose().map_err(|_| Error::NotFound)?;
        let (Some(point), Some(method), Ok(_)) = (point, method, media) else { return Err(problems.into()) };
        Ok((point, method, retest_of, problems))
    }
    /// 跟进 a rerun moves the follow-up of the first reading, a positive opens its own.
    async fn follow(&self, unit: &mut Unit, actor: &Actor, reading: &Reading, now: Instant) -> Result<(), Error> {
        let (who, verdict) = (Who::from(actor), reading.verdict);
        if let Some(first) = reading.retest_of {
            self.store.reading(&first.to_string(), &actor.scope).await?.ok_or(Error::NotFound)?;
            let old: FollowUpRecord = unit.require(&first.to_string()).await?;
            let due = shiyan_statute::deadline(RuleKey::D28, now, &self.calendar().await?)?.due.due_at;
            let follow_up = old.follow_up.retest(actor, reading.id, verdict, due, now)?;
            unit.save(&FollowUpRecord { follow_up, ..old }, &who, "followup.retest", json!({ "verdict": verdict, "objection_due_at": due })).await?;
        } else if verdict == RapidVerdict::Positive {
            let record = FollowUpRecord { follow_up: FollowUp::open(reading.id, now), point: reading.point, demo: reading.demo };
            unit.insert(&record, &who, "followup.open", json!({})).await?;
        }
        Ok(())
    }
    async fn visible_follow_up(&self, unit: &Unit, actor: &Actor, reading: &str) -> Result<FollowUpRecord, Error> {
        self.store.reading(reading, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(reading).await
    }
    /// 登记下架/销毁
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn dispose_positive(&self, actor: &Actor, reading: &str, kilograms: &str, note: &str, file: Option<Upload>, now: Instant) -> Result<(), Error> {
        file.as_ref().map(evidence_type).transpose()?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_follow_up(&unit, actor, reading).await?;
        let mut evidence = Vec::new();
        if let Some(file) = &file {
            evidence.push(self.keep_upload(&mut unit, actor, &file.bytes).await?);
        }
        let follow_up = old.follow_up.dispose(actor, kilograms, &short(note, 300), evidence, now)?;
        let facts = json!({ "kg": follow_up.disposed_kg, "note": follow_up.disposal_note });
        unit.save(&FollowUpRecord { follow_up, ..old }, &actor.into(), "followup.dispose", facts).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 登记异议 within its time (D28).
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn object_positive(&self, actor: &Actor, reading: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_follow_up(&unit, actor, reading).await?;
        let follow_up = old.follow_up.object(actor, now)?;
        unit.save(&FollowUpRecord { follow_up, ..old }, &actor.into(), "followup.object", json!({})).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 转监督抽检: begins a sampling sheet with what is known and links it. A person who may not write sheets only marks
    /// the sample that a sampler began.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn send_positive_to_lab(&self, actor: &Actor, reading: &str, now: Instant) -> Result<SampleId, Error> {
        let row = self.store.reading(reading, &actor.scope).await?.ok_or(Error::NotFound)?;
        let why = row.follow_up.as_ref().map(|f| f.follow_up.why_not(actor, FollowUpAction::SendToLab)).ok_or(Error::NotFound)?;
        if !why.is_empty() {
            return Err(why.into());
        }
        let mut sheet = Sheet::default();
        for (key, value) in [
            ("purpose", "监督抽检"),
            ("task_level", "区抽"),
            ("department", "市场监管"),
            ("sampling_type", "专项"),
            ("campaign", "快检阳性确证"),
            ("link", "流通"),
            ("place", "农贸市场"),
            ("directed", "否"),
            ("sample_kind", "食用农产品"),
            ("area_kind", "城市"),
            ("has_third_party", "否"),
            ("imported", "否"),
        ] {
            sheet.set(key, value);
        }
        sheet.set("street", row.reading.street.as_str());
        sheet.set("name", row.reading.reading.food.as_str());
        sheet.set("stall", row.reading.reading.stall.as_str());
        sheet.set("market_name", row.point.as_str());
        sheet.set("remark", format!("快检阳性（{} {}）转监督抽检", row.reading.reading.method, row.reading.reading.analyte));
        let parties = self.known_of(&row.reading.reading, &mut sheet).await?;
        let mut unit = self.store.begin(now).await?;
        let old: FollowUpRecord = unit.require(reading).await?;
        let mut sample = shiyan_sample_intake::Sample::draft(SampleId(fresh()), sheet);
        sample.parties = parties;
        sample.from_reading = Some(row.reading.reading.id);
        sample.demo = old.demo;
        let id = sample.id;
        let follow_up = old.follow_up.send_to_lab(actor, id)?;
        let who = Who::from(actor);
        unit.insert(&shiyan_store::records::SampleRecord { sample, created_by: actor.id }, &who, "sample.draft", json!({ "from_reading": reading })).await?;
        unit.save(&FollowUpRecord { follow_up, ..old }, &who, "followup.send", json!({ "sample": id })).await?;
        unit.commit().await?;
        Ok(id)
    }
    /// 登记实验室结论 of the linked sample.
    ///
    /// # Errors
    /// Every reason why not; the sample has no report yet.
    pub async fn conclude_positive(&self, actor: &Actor, reading: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_follow_up(&unit, actor, reading).await?;
        let order = match old.follow_up.sample {
            Some(sample) => unit.order_of_sample(&sample.to_string()).await?,
            None => None,
        };
        let failing = order.and_then(|o| o.in_force).map(|c| c.outcome == Outcome::Fail);
        let follow_up = old.follow_up.conclude(actor, failing, now)?;
        let facts = json!({ "state": follow_up.state });
        unit.save(&FollowUpRecord { follow_up, ..old }, &actor.into(), "followup.conclude", facts).await?;
        unit.commit().await?;
        Ok(())
    }
}

/// What was typed, within its bounds.
fn input_of(typed: &TypedReading, photo: Option<String>, retest_of: Option<ReadingId>, now: Instant) -> ReadingInput {
    ReadingInput {
        stall: short(&typed.stall, 40),
        food: short(&typed.food, 40),
        value: short(&typed.value, 40),
        observed: <Observed as shiyan_foundation::Label>::parse(&typed.observed),
        reagent_lot: short(&typed.reagent_lot, 40),
        origin: short(&typed.origin, 60),
        note: short(&typed.note, 300),
        tested_at: now,
        photo,
        source: shiyan_rapid_test::reading::ReadingSource::Manual,
        retest_of,
    }
}

fn short(text: &str, most: usize) -> String {
    fold(text).chars().take(most).collect()
}
