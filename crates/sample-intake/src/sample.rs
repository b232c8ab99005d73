//! 样品 one sample from the sheet to reception: the table of moves and the decisions.

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::{Actor, Instant, Label, Move, Moves, Refusal, Tick, labels};
use shiyan_statute::RuleKey;

use crate::code;
use crate::parties::Linked;
use crate::reception::Reception;
use crate::sheet::{CheckedSheet, Sheet, SheetContext, check};

labels! {
    /// 样品状态
    pub enum SampleState {
        Draft = "draft", "填写中", "Being written";
        Sampled = "sampled", "已抽样", "Sampled";
        Received = "received", "已收样", "Received";
        Refused = "refused", "已拒收", "Refused";
        Void = "void", "已作废", "Voided";
    }
}
labels! {
    /// 动作
    pub enum SampleAction {
        Submit = "submit", "提交抽样单", "Submit the sheet";
        Accept = "accept", "接收样品", "Accept the sample";
        Refuse = "refuse", "拒收样品", "Refuse the sample";
        Renumber = "renumber", "补登正式编号", "Register the official number";
        Void = "void", "作废", "Void";
    }
}

/// 状态表 of a sample: D01 runs until it is delivered, D02 from its reception to the report.
pub const MOVES: Moves<SampleState, SampleAction, RuleKey> = Moves {
    noun: ("样品", "sample"),
    begins: SampleState::Draft,
    opening: &[],
    over: &[SampleState::Received, SampleState::Refused, SampleState::Void],
    table: &[
        Move::new(SampleState::Draft, SampleAction::Submit, SampleState::Sampled, Act::Sheet).ticking(&[Tick::Starts(RuleKey::D01)]),
        Move::new(SampleState::Draft, SampleAction::Void, SampleState::Void, Act::Sheet).ticking(&[Tick::CancelsAll]),
        Move::new(SampleState::Sampled, SampleAction::Accept, SampleState::Received, Act::Receive)
            .ticking(&[Tick::Stops(RuleKey::D01), Tick::Starts(RuleKey::D02)]),
        Move::new(SampleState::Sampled, SampleAction::Refuse, SampleState::Refused, Act::Receive).ticking(&[Tick::CancelsAll]),
        Move::new(SampleState::Sampled, SampleAction::Renumber, SampleState::Sampled, Act::Sheet),
        Move::new(SampleState::Received, SampleAction::Renumber, SampleState::Received, Act::Sheet),
        Move::new(SampleState::Sampled, SampleAction::Void, SampleState::Void, Act::Sheet).ticking(&[Tick::CancelsAll]),
    ],
};

/// 样品
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Id.
    pub id: SampleId,
    /// State.
    pub state: SampleState,
    /// The sheet as typed.
    pub sheet: Sheet,
    /// Its typed core, once submitted.
    pub core: Option<CheckedSheet>,
    /// Reception record.
    pub reception: Option<Reception>,
    /// 盲号 code under which the laboratory sees it.
    pub blind_code: Option<String>,
    /// When the samplers submitted it.
    pub submitted_at: Option<Instant>,
    /// 快检阳性转抽 the rapid reading that asked for it.
    pub from_reading: Option<shiyan_foundation::ids::ReadingId>,
    /// Reason of voiding.
    pub void_reason: Option<String>,
    /// 关联的主体 whom the sheet is about, by id.
    #[serde(default, skip_serializing_if = "Linked::is_empty")]
    pub parties: Linked,
    /// 演示数据
    pub demo: bool,
    /// Revision, compare-and-set.
    pub revision: i64,
}

impl Sample {
    /// A new draft.
    #[must_use]
    pub fn draft(id: SampleId, sheet: Sheet) -> Self {
        Self {
            id,
            state: SampleState::Draft,
            sheet,
            core: None,
            reception: None,
            blind_code: None,
            submitted_at: None,
            from_reading: None,
            void_reason: None,
            parties: Linked::default(),
            demo: false,
            revision: 0,
        }
    }
    /// The sheet number: the checked one, or the one typed so far.
    #[must_use]
    pub fn number(&self) -> &str {
        self.core.as_ref().map_or_else(|| self.sheet.get("sampling_no"), |c| c.sampling_no.as_str())
    }
    /// 盲样遮盖 the sample as whoever tests blind may see it.
    #[must_use]
    pub fn veiled(&self) -> Self {
        let core = self.core.clone().map(|core| CheckedSheet { site_name: String::new(), street: String::new(), ..core });
        Self { sheet: self.sheet.veiled(), core, parties: Linked::default(), ..self.clone() }
    }
    /// Reasons of state and duty why this person may not do this now; empty means the action may be tried.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: SampleAction) -> Vec<Refusal> {
        let mut why = MOVES.why_not(actor, self.state, action, (code::STATE, code::ROLE));
        if matches!(action, SampleAction::Accept | SampleAction::Refuse)
            && let Some(core) = &self.core
            && let Some((_, name)) = core.samplers.iter().find(|(id, _)| *id == actor.id)
        {
            why.push(Refusal::new(code::SAMPLER_KEEPS).with("name", name));
        }
        why
    }
    fn allowed(&self, actor: &Actor, action: SampleAction) -> Result<SampleState, Vec<Refusal>> {
        let why = self.why_not(actor, action);
        match MOVES.to(self.state, action) {
            Some(to) if why.is_empty() => Ok(to),
            _ => Err(why),
        }
    }
    /// 提交抽样单: checks the sheet; the sample is now taken.
    ///
    /// # Errors
    /// Duty, state, or every problem of the sheet.
    pub fn submit(&self, actor: &Actor, now: Instant, context: &SheetContext<'_>) -> Result<Sample, Vec<Refusal>> {
        let state = self.allowed(actor, SampleAction::Submit)?;
        let core = check(&self.sheet, context)?;
        Ok(Sample { state, core: Some(core), submitted_at: Some(now), revision: self.revision + 1, ..self.clone() })
    }
    /// 接收样品
    ///
    /// # Errors
    /// Duty, state, seals missing or equal, a failed check without an explanation.
    pub fn accept(&self, actor: &Actor, now: Instant, reception: Reception, blind_code: String) -> Result<Sample, Vec<Refusal>> {
        let state = self.allowed(actor, SampleAction::Accept)?;
        let mut problems = Vec::new();
        let no_reserve = self.sheet.get("backup_qty") == "0";
        let (test, backup) = (reception.test_seal.trim(), reception.backup_seal.trim());
        if test.is_empty() || (!no_reserve && backup.is_empty()) || test == backup {
            problems.push(Refusal::new(code::SEALS).on("test_seal"));
        }
        if !reception.failed.is_empty() && reception.note.trim().chars().count() < 4 {
            let items: Vec<&str> = reception.failed.iter().map(|c| c.zh()).collect();
            problems.push(Refusal::new(code::CHECKLIST).with("items", items.join("、")).on("note"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let reception = Reception { keeper: actor.name.clone(), at: Some(now), refusal_reason: None, ..reception };
        Ok(Sample { state, reception: Some(reception), blind_code: Some(blind_code), revision: self.revision + 1, ..self.clone() })
    }
    /// 拒收样品 with a written reason.
    ///
    /// # Errors
    /// Duty, state, no reason.
    pub fn refuse(&self, actor: &Actor, now: Instant, reception: Reception, reason: &str) -> Result<Sample, Vec<Refusal>> {
        let state = self.allowed(actor, SampleAction::Refuse)?;
        let reason = written(reason).map_err(|r| vec![r])?;
        let reception = Reception { keeper: actor.name.clone(), at: Some(now), refusal_reason: Some(reason), ..reception };
        Ok(Sample { state, reception: Some(reception), revision: self.revision + 1, ..self.clone() })
    }
    /// 补登正式编号 replaces a temporary number.
    ///
    /// # Errors
    /// Duty, state, a bad number.
    pub fn renumber(&self, actor: &Actor, typed: &str) -> Result<Sample, Vec<Refusal>> {
        self.allowed(actor, SampleAction::Renumber)?;
        let (number, kind) = crate::number::check_number(typed).map_err(|r| vec![r])?;
        let mut next = self.clone();
        if let Some(core) = &mut next.core {
            core.sampling_no.clone_from(&number);
            core.temporary_no = kind == crate::number::NumberKind::Temporary;
            core.unknown_prefix = kind == crate::number::NumberKind::Unknown;
            core.other_year = crate::number::number_year(&number).is_some_and(|year| year != core.sampled_on.year());
        }
        next.sheet.set("sampling_no", number);
        next.revision += 1;
        Ok(next)
    }
    /// 作废 before reception, with a reason. Nothing is deleted.
    ///
    /// # Errors
    /// Duty, state, no reason.
    pub fn void(&self, actor: &Actor, reason: &str) -> Result<Sample, Vec<Refusal>> {
        let state = self.allowed(actor, SampleAction::Void)?;
        let reason = written(reason).map_err(|r| vec![r])?;
        Ok(Sample { state, void_reason: Some(reason), revision: self.revision + 1, ..self.clone() })
    }
}

fn written(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.chars().count() < 4 { Err(Refusal::new(code::REASON).on("reason")) } else { Ok(reason.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::{good_sheet, streets};
    use shiyan_foundation::ids::UserId;
    use shiyan_foundation::{NaiveDate, Role, Scope, shanghai};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn actor(n: u128, role: Role) -> Actor {
        Actor { id: UserId(Uuid::from_u128(n)), name: format!("人员{n}"), roles: BTreeSet::from([role]), scope: Scope::District }
    }
    fn now() -> Instant {
        NaiveDate::from_ymd_opt(2026, 3, 6).unwrap().and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn submitted() -> Sample {
        let today = now().date_naive();
        Sample::draft(SampleId(Uuid::nil()), good_sheet()).submit(&actor(1, Role::Sampler), now(), &SheetContext { today, streets: &streets() }).unwrap()
    }
    fn seals() -> Reception {
        Reception { test_seal: "F1".into(), backup_seal: "F2".into(), ..Reception::default() }
    }
    fn code_of<T: std::fmt::Debug>(result: Result<T, Vec<Refusal>>) -> &'static str {
        result.unwrap_err()[0].code()
    }

    #[test]
    fn the_way_to_the_laboratory() {
        let sample = submitted();
        assert_eq!(sample.state, SampleState::Sampled);
        let received = sample.accept(&actor(3, Role::SampleKeeper), now(), seals(), "B001".into()).unwrap();
        assert_eq!((received.state, received.revision), (SampleState::Received, 2));
    }
    #[test]
    fn every_pair_of_state_and_action_outside_the_table_is_refused() {
        let everyone = Actor { roles: Role::ALL.iter().copied().collect(), ..actor(9, Role::Admin) };
        // written by hand, apart from MOVES
        let legal = [
            ("draft", "submit"),
            ("draft", "void"),
            ("sampled", "accept"),
            ("sampled", "refuse"),
            ("sampled", "renumber"),
            ("received", "renumber"),
            ("sampled", "void"),
        ];
        for state in SampleState::ALL {
            for action in SampleAction::ALL {
                let sample = Sample { state: *state, ..submitted() };
                let allowed = sample.why_not(&everyone, *action).is_empty();
                assert_eq!(allowed, legal.contains(&(state.code(), action.code())), "{state:?} {action:?}");
            }
        }
    }
    #[test]
    fn a_sampler_cannot_receive_what_they_took() {
        assert_eq!(code_of(submitted().accept(&actor(1, Role::SampleKeeper), now(), seals(), "B".into())), "INTAKE-SAMPLER");
    }
    #[test]
    fn a_broken_seal_needs_words() {
        let mut reception = seals();
        reception.failed.push(crate::ReceptionCheck::Seal);
        assert_eq!(code_of(submitted().accept(&actor(3, Role::SampleKeeper), now(), reception.clone(), "B".into())), "INTAKE-CHECK");
        assert_eq!(code_of(submitted().refuse(&actor(3, Role::SampleKeeper), now(), reception.clone(), " 破 ")), "INTAKE-REASON");
        let refused = submitted().refuse(&actor(3, Role::SampleKeeper), now(), reception, "封条破损").unwrap();
        assert_eq!(refused.state, SampleState::Refused);
    }
    #[test]
    fn seals_must_be_two() {
        let same = Reception { test_seal: "F1".into(), backup_seal: "F1".into(), ..Reception::default() };
        assert_eq!(code_of(submitted().accept(&actor(3, Role::SampleKeeper), now(), same, "B".into())), "INTAKE-SEALS");
    }
}
