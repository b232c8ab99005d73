//! Cases of disposal.

use std::collections::BTreeMap;

use serde_json::json;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Actor, Instant, Refusal, WorkCalendar};
use shiyan_nonconformity::{Block, BlockRecord, Case, ClockMove, EvidenceRef};
use shiyan_statute::{Extension, RuleKey};
use shiyan_store::records::ClockRecord;
use shiyan_store::{Error, Record, Unit, Who, lost_race};

use crate::samples::{cancel_clocks, start_clock, stop_clock};
use crate::{App, code};

/// Largest evidence file.
pub const EVIDENCE_BYTES: usize = 8 * 1024 * 1024;

/// A file as uploaded.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Name, for display only.
    pub name: String,
    /// Bytes.
    pub bytes: Vec<u8>,
}

/// The media type by content; only what can be evidence.
///
/// # Errors
/// Too large, empty, or of another type.
pub fn evidence_type(upload: &Upload) -> Result<&'static str, Refusal> {
    let size = upload.bytes.len();
    if size == 0 || size > EVIDENCE_BYTES {
        return Err(Refusal::new(code::FILE_SIZE).with("name", &upload.name).with("size", size).with("most", EVIDENCE_BYTES).on("file"));
    }
    match shiyan_store::media_type(&upload.bytes) {
        known @ ("image/jpeg" | "image/png" | "application/pdf") => Ok(known),
        _ => {
            let head: String = upload.bytes.iter().take(4).map(|b| format!("{b:02x}")).collect();
            Err(Refusal::new(code::FILE_TYPE).with("name", &upload.name).with("found", head).on("file"))
        }
    }
}

/// Does to the clocks what a move of a case asks for.
pub(crate) async fn move_clocks(unit: &mut Unit, who: &Who, subject: &str, moves: &[ClockMove], calendar: &WorkCalendar, demo: bool) -> Result<(), Error> {
    for step in moves {
        match step {
            ClockMove::Start(rule, at) => start_clock(unit, who, *rule, subject.to_owned(), *at, calendar, demo).await?,
            ClockMove::Stop(rule, at) => stop_clock(unit, who, *rule, subject, *at).await?,
            ClockMove::CancelAll => cancel_clocks(unit, who, subject, |_| true).await?,
            ClockMove::CancelDuties => cancel_clocks(unit, who, subject, |rule| !rule.is_window()).await?,
            ClockMove::Extend(rule, to, reason) => extend_clock(unit, who, *rule, subject, *to, reason).await?,
        }
    }
    Ok(())
}

async fn extend_clock(unit: &mut Unit, who: &Who, rule: RuleKey, subject: &str, to: chrono::NaiveDate, reason: &str) -> Result<(), Error> {
    for old in unit.clocks_of(subject).await? {
        if old.clock.rule == rule && old.clock.stopped_at.is_none() && !old.clock.cancelled {
            let mut clock = old.clock.clone();
            let approved_by = who.user().ok_or_else(|| Error::Fault("an extension needs a person".into()))?;
            clock.extend(Extension { new_due_on: to, approved_by, reason: reason.to_owned() })?;
            unit.save(&ClockRecord { clock, revision: old.revision + 1, ..old }, who, "clock.extend", json!({ "to": to, "reason": reason })).await?;
        }
    }
    Ok(())
}

impl App {
    async fn visible_case(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<Case, Error> {
        self.store.case(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
    async fn save_case(&self, mut unit: Unit, actor: &Actor, case: &Case, moves: &[ClockMove], verb: &str, facts: serde_json::Value) -> Result<(), Error> {
        let calendar = self.calendar().await?;
        let who = Who::from(actor);
        unit.save(case, &who, verb, facts).await?;
        move_clocks(&mut unit, &who, &case.subject(), moves, &calendar, case.demo).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 签收并部署
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn receive_case(&self, actor: &Actor, id: &str, now: Instant) -> Result<(), Error> {
        let unit = self.store.begin(now).await?;
        let (next, moves) = self.visible_case(&unit, actor, id).await?.receive(actor, now)?;
        self.save_case(unit, actor, &next, &moves, "case.receive", json!({})).await
    }
    /// 填写处置环节 with new evidence files, if any. Files already there stay.
    ///
    /// # Errors
    /// Every reason why not; a file of another type.
    #[allow(clippy::too_many_arguments)]
    pub async fn fill_block(
        &self,
        actor: &Actor,
        id: &str,
        seen: i64,
        block: Block,
        fields: BTreeMap<String, String>,
        inapplicable: Option<String>,
        files: Vec<Upload>,
        now: Instant,
    ) -> Result<(), Error> {
        for file in &files {
            evidence_type(file)?;
        }
        let mut unit = self.store.begin(now).await?;
        let case = self.visible_case(&unit, actor, id).await?;
        if case.revision != seen {
            return Err(lost_race(seen, case.revision).into());
        }
        let mut record = BlockRecord { fields, inapplicable, ..BlockRecord::default() };
        record.evidence = case.blocks.get(&block).map(|b| b.evidence.clone()).unwrap_or_default();
        for file in &files {
            let sha256 = unit.keep_blob(&file.bytes).await?;
            if record.evidence.iter().all(|e| e.sha256 != sha256) {
                let name = file.name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(80).collect();
                record.evidence.push(EvidenceRef { sha256, name, size: file.bytes.len() as u64, by: actor.name.clone(), at: now });
            }
        }
        let facts = json!({ "block": block, "fields": record.fields, "inapplicable": record.inapplicable, "evidence": record.evidence.len() });
        let (next, moves) = case.fill(actor, block, record, now)?;
        self.save_case(unit, actor, &next, &moves, "case.fill", facts).await
    }
    /// 提请办结
    ///
    /// # Errors
    /// The list of what is missing.
    pub async fn submit_case(&self, actor: &Actor, id: &str, now: Instant) -> Result<(), Error> {
        let unit = self.store.begin(now).await?;
        let next = self.visible_case(&unit, actor, id).await?.submit(actor)?;
        self.save_case(unit, actor, &next, &[], "case.submit", json!({})).await
    }
    /// 审核办结
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn approve_case(&self, actor: &Actor, id: &str, now: Instant) -> Result<(), Error> {
        let unit = self.store.begin(now).await?;
        let (next, moves) = self.visible_case(&unit, actor, id).await?.approve(actor, now)?;
        self.save_case(unit, actor, &next, &moves, "case.close", json!({})).await
    }
    /// 退回补充
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn return_case(&self, actor: &Actor, id: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let unit = self.store.begin(now).await?;
        let next = self.visible_case(&unit, actor, id).await?.send_back(actor, reason)?;
        self.save_case(unit, actor, &next, &[], "case.return", json!({ "reason": reason.trim() })).await
    }
    /// 批准延期
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn extend_case(&self, actor: &Actor, id: &str, to: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let unit = self.store.begin(now).await?;
        let case = self.visible_case(&unit, actor, id).await?;
        let clocks = unit.clocks_of(&case.subject()).await?;
        let due = clocks.iter().find(|c| c.clock.rule == RuleKey::D20).map(|c| c.clock.effective_due_on()).ok_or(Error::NotFound)?;
        let (next, moves) = case.extend(actor, to, reason, due)?;
        self.save_case(unit, actor, &next, &moves, "case.extend", json!({ "from": due, "to": to, "reason": reason.trim() })).await
    }
    /// 撤销（改判）
    ///
    /// # Errors
    /// Every reason why not; the conclusion in force still fails.
    pub async fn cancel_case(&self, actor: &Actor, id: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let unit = self.store.begin(now).await?;
        let case = self.visible_case(&unit, actor, id).await?;
        let order = unit.order_of_sample(&case.sample.to_string()).await?.ok_or(Error::NotFound)?;
        let in_force = order.in_force.as_ref().or(order.conclusion.as_ref());
        let still_failing = in_force.is_none_or(|c| c.outcome == Outcome::Fail);
        let (next, moves) = case.cancel(actor, reason, still_failing)?;
        self.save_case(unit, actor, &next, &moves, "case.cancel", json!({ "reason": reason.trim() })).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn evidence_is_known_by_its_content_not_its_name() {
        let file = |bytes: &[u8]| Upload { name: "a.jpg".into(), bytes: bytes.to_vec() };
        assert_eq!(evidence_type(&file(&[0xff, 0xd8, 0xff, 0xe0])).unwrap(), "image/jpeg");
        assert_eq!(evidence_type(&file(b"%PDF-1.7")).unwrap(), "application/pdf");
        assert_eq!(evidence_type(&file(b"<html>")).unwrap_err().code(), "FILE-TYPE");
        assert_eq!(evidence_type(&file(b"")).unwrap_err().code(), "FILE-SIZE");
    }
}
