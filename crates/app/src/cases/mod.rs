//! Cases of disposal.

pub(crate) mod read;

use std::collections::BTreeMap;

use serde_json::json;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Actor, Instant, Refusal, WorkCalendar};
use shiyan_nonconformity::{Block, BlockRecord, Case, CaseAction, ClockMove, EvidenceRef};
use shiyan_statute::{Extension, RuleKey};
use shiyan_store::records::ClockRecord;
use shiyan_store::{Error, Record, Unit, Who, lost_race};

use crate::clocks::{cancel_clocks, start_clock, stop_clock};
use crate::{App, code};

/// Largest evidence file.
pub const EVIDENCE_BYTES: usize = 8 * 1024 * 1024;
/// Most pixels of a picture.
const EVIDENCE_PIXELS: u64 = 100_000_000;

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
/// Too large, empty, of another type, or a picture of more pixels than anybody's machine can open.
pub fn evidence_type(upload: &Upload) -> Result<&'static str, Refusal> {
    let size = upload.bytes.len();
    if size == 0 || size > EVIDENCE_BYTES {
        return Err(Refusal::new(code::FILE_SIZE).with("name", &upload.name).with("size", size).with("most", EVIDENCE_BYTES).on("file"));
    }
    // A picture may be small and say that it is enormous: whoever opens it would run out of memory.
    if declared_pixels(&upload.bytes).is_some_and(|pixels| pixels > EVIDENCE_PIXELS) {
        return Err(Refusal::new(code::FILE_PIXELS).with("name", &upload.name).with("most", EVIDENCE_PIXELS / 1_000_000).on("file"));
    }
    match shiyan_store::media_type(&upload.bytes) {
        known @ ("image/jpeg" | "image/png" | "application/pdf") => Ok(known),
        _ => {
            let head: String = upload.bytes.iter().take(4).map(|b| format!("{b:02x}")).collect();
            Err(Refusal::new(code::FILE_TYPE).with("name", &upload.name).with("found", head).on("file"))
        }
    }
}

/// Width times height as the header of a PNG or JPEG declares them; `None` of anything else, or where no header stands.
fn declared_pixels(bytes: &[u8]) -> Option<u64> {
    let word = |at: usize| bytes.get(at..at + 2).map(|b| u64::from(u16::from_be_bytes([b[0], b[1]])));
    if bytes.starts_with(&[0x89, b'P', b'N', b'G']) {
        let long = |at: usize| Some((word(at)? << 16) + word(at + 2)?);
        return long(16)?.checked_mul(long(20)?);
    }
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Start of frame: length, precision, height, width.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return word(at + 5)?.checked_mul(word(at + 7)?),
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(word(at + 2)?).ok()?,
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
        let mut unit = self.store.begin(now).await?;
        let case = self.visible_case(&unit, actor, id).await?;
        Case::duty(actor, CaseAction::Fill)?;
        for file in &files {
            evidence_type(file)?;
        }
        if case.revision != seen {
            return Err(lost_race(seen, case.revision).into());
        }
        let mut record = BlockRecord { fields, inapplicable, ..BlockRecord::default() };
        record.evidence = case.blocks.get(&block).map(|b| b.evidence.clone()).unwrap_or_default();
        for file in &files {
            let sha256 = self.keep_upload(&mut unit, actor, &file.bytes).await?;
            if record.evidence.iter().all(|e| e.sha256 != sha256) {
                let name = file.name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(80).collect();
                record.evidence.push(EvidenceRef { sha256, name, size: file.bytes.len() as u64, by: actor.name.clone(), at: now });
            }
        }
        let facts = json!({ "block": block, "fields": record.fields, "inapplicable": record.inapplicable, "evidence": record.evidence.len() });
        let (next, moves) = case.fill(actor, block, record, now)?;
        self.save_case(unit, actor, &next, &moves, "case.fill", facts).await
    }
    /// 上传证据 to a block whose fields stay as they are.
    ///
    /// # Errors
    /// Every reason why not; no file, or one of another type.
    pub async fn add_evidence(&self, actor: &Actor, id: &str, seen: i64, block: Block, files: Vec<Upload>, now: Instant) -> Result<(), Error> {
        let case = self.store.case(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        Case::duty(actor, CaseAction::Fill)?;
        if files.is_empty() {
            return Err(Refusal::new(code::FILE_SIZE).with("name", "").with("size", 0).with("most", EVIDENCE_BYTES).on("file").into());
        }
        let stored = case.blocks.get(&block).cloned().unwrap_or_default();
        self.fill_block(actor, id, seen, block, stored.fields, stored.inapplicable, files, now).await
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
    #[test]
    fn a_picture_that_declares_two_thousand_million_pixels_is_refused() {
        let png = |width: u32, height: u32| {
            let head = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R'];
            [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
        };
        let jpeg = |width: u16, height: u16| {
            let head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 11, 8];
            [&head[..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat()
        };
        let tried = |bytes: Vec<u8>| evidence_type(&Upload { name: "x".into(), bytes });
        assert_eq!(tried(png(4_000, 3_000)).unwrap(), "image/png");
        assert_eq!(tried(jpeg(8_000, 6_000)).unwrap(), "image/jpeg");
        for bytes in [png(1, 1 << 31), png(1 << 31, 1), png(46_341, 46_341), png(u32::MAX, u32::MAX), jpeg(65_535, 65_535)] {
            assert_eq!(tried(bytes).unwrap_err().code(), "FILE-PIXELS");
        }
        // A header that was cut says nothing; the file is kept as it is and nobody here opens it.
        assert!(tried(vec![0xff, 0xd8, 0xff]).is_ok());
    }
}
