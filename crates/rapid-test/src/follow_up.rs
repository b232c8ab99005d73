//! 阳性跟进 what happens after a positive (domain.md 5.4): rerun, suspension, disposal or objection, confirmation by a laboratory.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{ReadingId, SampleId};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, Decimal, Instant, Refusal, Role, labels};

use crate::code;
use crate::reading::RapidVerdict;

labels! {
    /// 跟进状态
    pub enum FollowUpState {
        AwaitingRetest = "awaiting_retest", "待复测", "Awaiting rerun";
        Suspended = "suspended", "已暂停销售", "Sale suspended";
        Objected = "objected", "已提出异议", "Objected";
        SentToLab = "sent_to_lab", "已转监督抽检", "Sent to the laboratory";
        Disposed = "disposed", "已处置", "Disposed";
        Confirmed = "confirmed", "实验室确认", "Confirmed by laboratory";
        NotConfirmed = "not_confirmed", "实验室未确认", "Not confirmed by laboratory";
        NegativeOnRetest = "negative_on_retest", "复测阴性", "Negative on rerun";
    }
}
labels! {
    /// 跟进动作
    pub enum FollowUpAction {
        Retest = "retest", "登记复测", "Enter the rerun";
        Dispose = "dispose", "登记下架/销毁", "Record withdrawal or destruction";
        Object = "object", "登记异议", "Record an objection";
        SendToLab = "send_to_lab", "转监督抽检", "Send to supervisory sampling";
        Conclude = "conclude", "登记实验室结论", "Record the laboratory conclusion";
    }
}

/// The table of moves: from, action. Where it leads depends on facts and is decided below.
pub const MOVES: &[(FollowUpState, FollowUpAction)] = &[
    (FollowUpState::AwaitingRetest, FollowUpAction::Retest),
    (FollowUpState::Suspended, FollowUpAction::Dispose),
    (FollowUpState::Suspended, FollowUpAction::Object),
    (FollowUpState::Suspended, FollowUpAction::SendToLab),
    (FollowUpState::Disposed, FollowUpAction::SendToLab),
    (FollowUpState::Objected, FollowUpAction::SendToLab),
    (FollowUpState::SentToLab, FollowUpAction::Conclude),
];

/// 阳性跟进 one a positive first reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The positive reading.
    pub reading: ReadingId,
    /// State.
    pub state: FollowUpState,
    /// When the first positive was told (结果告知), start of the 4 hours.
    pub told_at: Instant,
    /// End of the 4 hours for asking for a recheck (D28).
    pub objection_due_at: Option<Instant>,
    /// 复测读数
    pub retest: Option<ReadingId>,
    /// 下架/销毁公斤数
    pub disposed_kg: Option<Decimal>,
    /// How, as written.
    pub disposal_note: String,
    /// SHA-256 of the evidence files.
    pub evidence: Vec<String>,
    /// 异议时间
    pub objected_at: Option<Instant>,
    /// 转抽的抽样单
    pub sample: Option<SampleId>,
    /// When it was disposed of or dismissed.
    pub settled_at: Option<Instant>,
    /// Revision.
    pub revision: i64,
}

impl FollowUp {
    /// Opens the follow-up of a positive.
    #[must_use]
    pub fn open(reading: ReadingId, told_at: Instant) -> Self {
        Self {
            reading,
            state: FollowUpState::AwaitingRetest,
            told_at,
            objection_due_at: None,
            retest: None,
            disposed_kg: None,
            disposal_note: String::new(),
            evidence: Vec::new(),
            objected_at: None,
            sample: None,
            settled_at: None,
            revision: 0,
        }
    }
    /// Reasons why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: FollowUpAction) -> Vec<Refusal> {
        let mut why = Vec::new();
        let roles: &[Role] = match action {
            FollowUpAction::Retest | FollowUpAction::Object => &[Role::PointOperator, Role::Enforcer],
            FollowUpAction::Dispose => &[Role::PointOperator, Role::Enforcer],
            FollowUpAction::SendToLab => &[Role::Enforcer, Role::Sampler],
            FollowUpAction::Conclude => &[Role::Enforcer],
        };
        // Whose duty it is comes first: somebody else learns nothing of the state.
        if !actor.has_any(roles) {
            why.push(Refusal::new(code::DUTY).for_roles(roles, action));
        }
        if !MOVES.contains(&(self.state, action)) {
            let retest_first = self.state == FollowUpState::AwaitingRetest && action != FollowUpAction::Retest;
            why.push(if retest_first { Refusal::new(code::RETEST_FIRST) } else { Refusal::new(code::STATE).in_state(self.state, action) });
        }
        why
    }
    fn allowed(&self, actor: &Actor, action: FollowUpAction) -> Result<(), Refusal> {
        self.why_not(actor, action).into_iter().next().map_or(Ok(()), Err)
    }
    fn next(&self) -> Self {
        Self { revision: self.revision + 1, ..self.clone() }
    }
    /// 登记复测: both readings stay; negative settles it, positive suspends the sale and starts the time to object (D28), invalid
    /// keeps waiting.
    ///
    /// # Errors
    /// State or duty.
    pub fn retest(&self, actor: &Actor, retest: ReadingId, verdict: RapidVerdict, objection_due_at: Option<Instant>, now: Instant) -> Result<Self, Refusal> {
        self.allowed(actor, FollowUpAction::Retest)?;
        let mut next = self.next();
        match verdict {
            RapidVerdict::Invalid => {}
            RapidVerdict::Negative => {
                next.retest = Some(retest);
                next.state = FollowUpState::NegativeOnRetest;
                next.settled_at = Some(now);
            }
            RapidVerdict::Positive => {
                next.retest = Some(retest);
                next.state = FollowUpState::Suspended;
                next.objection_due_at = objection_due_at;
            }
        }
        Ok(next)
    }
    /// 登记下架/销毁 with kilograms and evidence.
    ///
    /// # Errors
    /// State, duty, kilograms, no evidence.
    pub fn dispose(&self, actor: &Actor, kilograms: &str, note: &str, evidence: Vec<String>, now: Instant) -> Result<Self, Refusal> {
        self.allowed(actor, FollowUpAction::Dispose)?;
        let kg: Decimal = fold(kilograms)
            .parse()
            .ok()
            .filter(|v: &Decimal| !v.is_sign_negative())
            .ok_or_else(|| Refusal::new(code::KILOGRAMS).with("typed", kilograms).on("kg"))?;
        if evidence.is_empty() {
            return Err(Refusal::new(code::EVIDENCE).on("photo"));
        }
        Ok(Self {
            state: FollowUpState::Disposed,
            disposed_kg: Some(kg),
            disposal_note: note.trim().to_owned(),
            evidence,
            settled_at: Some(now),
            ..self.next()
        })
    }
    /// 登记异议 within the four hours.
    ///
    /// # Errors
    /// State, duty, too late.
    pub fn object(&self, actor: &Actor, now: Instant) -> Result<Self, Refusal> {
        self.allowed(actor, FollowUpAction::Object)?;
        if let Some(due) = self.objection_due_at
            && now > due
        {
            return Err(Refusal::new(code::OBJECT_LATE).with("due", due.format("%Y-%m-%d %H:%M")));
        }
        Ok(Self { state: FollowUpState::Objected, objected_at: Some(now), ..self.next() })
    }
    /// 转监督抽检: links the sampling sheet. A recheck never uses a rapid method.
    ///
    /// # Errors
    /// State or duty.
    pub fn send_to_lab(&self, actor: &Actor, sample: SampleId) -> Result<Self, Refusal> {
        self.allowed(actor, FollowUpAction::SendToLab)?;
        Ok(Self { state: FollowUpState::SentToLab, sample: Some(sample), ..self.next() })
    }
    /// 登记实验室结论: `failing` is the final conclusion of the linked sample, or nothing while there is none.
    ///
    /// # Errors
    /// State, duty, no conclusion yet.
    pub fn conclude(&self, actor: &Actor, failing: Option<bool>, now: Instant) -> Result<Self, Refusal> {
        self.allowed(actor, FollowUpAction::Conclude)?;
        let failing = failing.ok_or_else(|| Refusal::new(code::CONFIRM_LINK))?;
        let state = if failing { FollowUpState::Confirmed } else { FollowUpState::NotConfirmed };
        Ok(Self { state, settled_at: self.settled_at.or(Some(now)), ..self.next() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Observed, Point, ReadingInput, ReadingSource, decide};
    use shiyan_foundation::ids::{PointId, UserId};
    use shiyan_foundation::{NaiveDate, Scope, shanghai};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn at(hour: u32) -> Instant {
        NaiveDate::from_ymd_opt(2026, 3, 5).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn operator() -> Actor {
        Actor { id: UserId(Uuid::nil()), name: "快检甲".into(), roles: BTreeSet::from([Role::PointOperator, Role::Enforcer]), scope: Scope::District }
    }
    fn point() -> Point {
        Point {
            id: PointId(Uuid::nil()),
            name: "示范".into(),
            street: "410105008".into(),
            market: "m".into(),
            active: true,
            photo_required: true,
            planned_per_quarter: 360,
            demo: false,
        }
    }
    fn input(value: &str, observed: Option<Observed>) -> ReadingInput {
        ReadingInput {
            stall: "A-12".into(),
            food: "韭菜".into(),
            value: value.into(),
            observed,
            reagent_lot: String::new(),
            origin: String::new(),
            note: String::new(),
            tested_at: at(8),
            photo: None,
            source: ReadingSource::Manual,
            retest_of: None,
        }
    }
    fn verdict(method: &str, value: &str, observed: Option<Observed>) -> Result<RapidVerdict, &'static str> {
        decide(&point(), shiyan_statute::rapid_method(method).unwrap(), &input(value, observed), at(9)).map(|d| d.0).map_err(|p| p[0].code())
    }

    #[test]
    fn the_server_reads_the_inhibition_rate() {
        assert_eq!(verdict("GB/T 5009.199-2003", "49.9", None), Ok(RapidVerdict::Negative));
        assert_eq!(verdict("GB/T 5009.199-2003", "50", Some(Observed::Negative)), Ok(RapidVerdict::Positive));
        assert_eq!(verdict("NY/T 448-2001", "５０％", None), Ok(RapidVerdict::Negative));
        assert_eq!(verdict("GB/T 5009.199-2003", "118", None), Ok(RapidVerdict::Invalid));
        assert_eq!(verdict("GB/T 5009.199-2003", "abc", None), Err("RAPID-VALUE"));
        assert_eq!(verdict("GB/T 5009.199-2003", "", None), Err("RAPID-NOTHING"));
    }
    #[test]
    fn a_positive_card_needs_its_photo() {
        assert_eq!(verdict("KJ201701", "", Some(Observed::Positive)), Err("RAPID-PHOTO"));
        assert_eq!(verdict("KJ201701", "", Some(Observed::Negative)), Ok(RapidVerdict::Negative));
        assert_eq!(verdict("KJ201701", "", Some(Observed::Invalid)), Ok(RapidVerdict::Invalid));
    }
    #[test]
    fn a_positive_is_rerun_before_anything_else() {
        let open = FollowUp::open(ReadingId(Uuid::nil()), at(8));
        assert_eq!(open.dispose(&operator(), "1", "", vec!["x".into()], at(9)).unwrap_err().code(), "RAPID-RETEST");
        let again = ReadingId(Uuid::from_u128(2));
        assert_eq!(open.retest(&operator(), again, RapidVerdict::Negative, None, at(9)).unwrap().state, FollowUpState::NegativeOnRetest);
        assert_eq!(open.retest(&operator(), again, RapidVerdict::Invalid, None, at(9)).unwrap().state, FollowUpState::AwaitingRetest);
        let suspended = open.retest(&operator(), again, RapidVerdict::Positive, Some(at(13)), at(9)).unwrap();
        assert_eq!(suspended.dispose(&operator(), "12", "下架", vec![], at(9)).unwrap_err().code(), "RAPID-EVIDENCE");
        assert_eq!(suspended.object(&operator(), at(14)).unwrap_err().code(), "RAPID-OBJECT-LATE");
        let objected = suspended.object(&operator(), at(13)).unwrap();
        let sent = objected.send_to_lab(&operator(), SampleId(Uuid::nil())).unwrap();
        assert_eq!(sent.conclude(&operator(), None, at(20)).unwrap_err().code(), "RAPID-CONFIRM");
        assert_eq!(sent.conclude(&operator(), Some(true), at(20)).unwrap().state, FollowUpState::Confirmed);
    }
}
