//! 阳性跟进 what happens after a positive (食品安全法 art 112): rerun, suspension, disposal or objection, confirmation by a laboratory.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{ReadingId, SampleId};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, Decimal, Instant, Lang, Move, Moves, Refusal, Tick, labels};
use shiyan_statute::{RuleKey, TimeLeft, calendar, runs_until, said};

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

/// 状态表 of a follow-up. Where a rerun and a conclusion lead depends on what they say. D37 runs from the first positive until it is settled, D28 from a
/// rerun that repeats it.
pub const MOVES: Moves<FollowUpState, FollowUpAction, RuleKey> = Moves {
    noun: ("阳性跟进", "follow-up"),
    begins: FollowUpState::AwaitingRetest,
    opening: &[Tick::Starts(RuleKey::D37)],
    over: &[FollowUpState::Disposed, FollowUpState::Confirmed, FollowUpState::NotConfirmed, FollowUpState::NegativeOnRetest],
    table: &[
        Move::new(FollowUpState::AwaitingRetest, FollowUpAction::Retest, FollowUpState::Suspended, Act::FollowUp).ticking(&[Tick::Starts(RuleKey::D28)]),
        Move::new(FollowUpState::AwaitingRetest, FollowUpAction::Retest, FollowUpState::NegativeOnRetest, Act::FollowUp).ticking(SETTLED),
        Move::new(FollowUpState::AwaitingRetest, FollowUpAction::Retest, FollowUpState::AwaitingRetest, Act::FollowUp),
        Move::new(FollowUpState::Suspended, FollowUpAction::Dispose, FollowUpState::Disposed, Act::FollowUp).ticking(SETTLED),
        Move::new(FollowUpState::Suspended, FollowUpAction::Object, FollowUpState::Objected, Act::FollowUp).ticking(&[Tick::Stops(RuleKey::D28)]),
        Move::new(FollowUpState::Suspended, FollowUpAction::SendToLab, FollowUpState::SentToLab, Act::SendToLab),
        Move::new(FollowUpState::Disposed, FollowUpAction::SendToLab, FollowUpState::SentToLab, Act::SendToLab),
        Move::new(FollowUpState::Objected, FollowUpAction::SendToLab, FollowUpState::SentToLab, Act::SendToLab),
        Move::new(FollowUpState::SentToLab, FollowUpAction::Conclude, FollowUpState::Confirmed, Act::Confirm).ticking(SETTLED),
        Move::new(FollowUpState::SentToLab, FollowUpAction::Conclude, FollowUpState::NotConfirmed, Act::Confirm).ticking(SETTLED),
    ],
};
const SETTLED: &[Tick<RuleKey>] = &[Tick::Stops(RuleKey::D37)];

/// 阳性跟进 one a positive first reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The positive reading.
    pub reading: ReadingId,
    /// State.
    pub state: FollowUpState,
    /// When the first positive was told (结果告知).
    pub told_at: Instant,
    /// Until when a recheck may be asked for (D28).
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

/// 处置期限 until when a positive that was told at a moment is to be settled (D37); nothing where no rule covers that day.
#[must_use]
pub fn settle_by(told_at: Instant) -> Option<Instant> {
    runs_until(RuleKey::D37, told_at, calendar()).ok()
}

impl FollowUp {
    /// 处置期限 until when it is to be settled.
    #[must_use]
    pub fn settle_by(&self) -> Option<Instant> {
        settle_by(self.told_at)
    }
    /// 超时未处置
    #[must_use]
    pub fn is_late(&self, now: Instant) -> bool {
        self.settled_at.is_none() && self.settle_by().is_some_and(|by| by < now)
    }
    /// 处置的剩余时限
    #[must_use]
    pub fn time_left(&self, now: Instant) -> Option<TimeLeft> {
        Some(TimeLeft::hours(self.told_at, self.settle_by()?, self.settled_at, now))
    }
    /// 异议的剩余时限, as long as an objection is possible.
    #[must_use]
    pub fn objection_time_left(&self, now: Instant) -> Option<TimeLeft> {
        let due = self.objection_due_at.filter(|due| self.objected_at.is_none() && self.settled_at.is_none() && now < *due)?;
        Some(TimeLeft::hours(self.told_at, due, None, now))
    }
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
        let retest_first = self.state == FollowUpState::AwaitingRetest && action != FollowUpAction::Retest;
        let mut why = MOVES.why_not(actor, self.state, action, (code::STATE, code::DUTY));
        if retest_first {
            why.iter_mut().filter(|r| r.info == code::STATE).for_each(|r| *r = Refusal::new(code::RETEST_FIRST));
        }
        // Whose duty it is comes first: somebody else learns nothing of the state.
        why.sort_by_key(|r| r.info != code::DUTY);
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
    /// 登记异议 within its time (D28).
    ///
    /// # Errors
    /// State, duty, too late.
    pub fn object(&self, actor: &Actor, now: Instant) -> Result<Self, Refusal> {
        self.allowed(actor, FollowUpAction::Object)?;
        if let Some(due) = self.objection_due_at
            && now > due
        {
            let period = |lang| said("{D28}", self.told_at.date_naive(), lang);
            let late = Refusal::new(code::OBJECT_LATE).with("period", period(Lang::Zh)).with("period_en", period(Lang::En));
            return Err(late.with("due", due.format("%Y-%m-%d %H:%M")));
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
    use shiyan_foundation::{NaiveDate, Role, Scope, shanghai};
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
    fn a_positive_is_late_from_the_end_of_its_72_hours_on() {
        let open = FollowUp::open(ReadingId(Uuid::nil()), at(8));
        let end = open.settle_by().unwrap();
        assert_eq!(end, at(8) + chrono::TimeDelta::hours(72));
        let second = chrono::TimeDelta::seconds(1);
        assert_eq!([open.is_late(end), open.is_late(end + second)], [false, true]);
        let left = |f: &FollowUp, now| f.time_left(now).map(|l| l.text(Lang::Zh).to_owned());
        assert_eq!(left(&open, at(9)).as_deref(), Some("剩 71:00（03-08 08:00 截止）"));
        let settled = FollowUp { settled_at: Some(end + second), ..open.clone() };
        assert!(!settled.is_late(end + second));
        assert_eq!(left(&settled, end + second).as_deref(), Some("逾期完成（3月8日）"));
        let old = FollowUp { told_at: at(8) - chrono::Days::new(4000), ..open };
        assert_eq!((old.settle_by(), old.is_late(at(9))), (None, false), "no rule covers that day");
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
        let late = suspended.object(&operator(), at(14)).unwrap_err();
        assert_eq!(late.code(), "RAPID-OBJECT-LATE");
        assert_eq!(late.what(Lang::Zh), "已超过收到结果后4小时（2026-03-05 13:00）的复检申请时限");
        assert_eq!(late.what(Lang::En), "The 4 hours for asking for a recheck ended at 2026-03-05 13:00");
        let objected = suspended.object(&operator(), at(13)).unwrap();
        let sent = objected.send_to_lab(&operator(), SampleId(Uuid::nil())).unwrap();
        assert_eq!(sent.conclude(&operator(), None, at(20)).unwrap_err().code(), "RAPID-CONFIRM");
        assert_eq!(sent.conclude(&operator(), Some(true), at(20)).unwrap().state, FollowUpState::Confirmed);
    }
}
