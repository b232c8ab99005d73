//! 异议 objections to the sampling, to whose product it is, to the method and to the standard (抽检办法 arts 37–39), each with its own time.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{CaseId, UserId};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Actor, Instant, Label, Move, Moves, NaiveDate, Refusal, Tick, WorkCalendar, day_of, labels};
use shiyan_statute::{PauseReason, RuleKey, deadline, suspended_by};

use crate::case::{Case, ClockMove, Part, PauseMove, Stepped, clock_moves};
use crate::code;
use crate::recheck::{Applicant, ApplicantKind, Decision};
use crate::service::noon;

labels! {
    /// 异议事项
    pub enum ObjectionKind {
        Sampling = "sampling", "抽样过程", "How it was sampled";
        Authenticity = "authenticity", "样品真实性", "Whose product it is";
        Method = "method", "检验方法", "Test method";
        Standard = "standard", "标准适用", "Standard applied";
    }
}

impl ObjectionKind {
    /// 提出期限 the time within which it is raised.
    #[must_use]
    pub fn window(self) -> RuleKey {
        if self == ObjectionKind::Sampling { RuleKey::D14 } else { RuleKey::D15 }
    }
    /// 审核期限 the time within which it is decided.
    #[must_use]
    pub fn decided_within(self) -> RuleKey {
        if self == ObjectionKind::Sampling { RuleKey::D18 } else { RuleKey::D19 }
    }
}

labels! {
    /// 异议状态
    pub enum ObjectionState {
        Received = "received", "已收到申请", "Received";
        Waiting = "waiting", "待补正", "Papers missing";
        Ready = "ready", "材料齐全，待受理", "Papers complete";
        Accepted = "accepted", "已受理，审核中", "Being examined";
        Refused = "refused", "不予受理", "Not accepted";
        Upheld = "upheld", "异议成立", "Upheld";
        Dismissed = "dismissed", "异议不成立", "Dismissed";
        Withdrawn = "withdrawn", "申请人撤回", "Withdrawn";
    }
}
labels! {
    /// 异议动作
    pub enum ObjectionAction {
        AskMore = "ask_more", "一次告知补正", "Tell once what is missing";
        Complete = "complete", "登记材料齐全", "Record that the papers are complete";
        Accept = "accept", "受理异议", "Accept the objection";
        Refuse = "refuse", "不予受理异议", "Refuse the objection";
        Consult = "consult", "登记商请有关部门", "Record that authorities are consulted";
        Answer = "answer", "登记收到复函", "Record the answer";
        Uphold = "uphold", "认定异议成立", "Uphold the objection";
        Dismiss = "dismiss", "认定异议不成立", "Dismiss the objection";
        Withdraw = "withdraw", "登记撤回", "Record the withdrawal";
    }
}

/// 状态表 of an objection. D18 is for the sampling, D19 for everything else, which alone stands still while authorities are consulted.
pub const MOVES: Moves<ObjectionState, ObjectionAction, RuleKey> = Moves {
    noun: ("异议", "objection"),
    begins: ObjectionState::Received,
    opening: &[Tick::Starts(RuleKey::D16)],
    over: &[ObjectionState::Refused, ObjectionState::Upheld, ObjectionState::Dismissed, ObjectionState::Withdrawn],
    table: &[
        Move::new(ObjectionState::Received, ObjectionAction::AskMore, ObjectionState::Waiting, Act::Handle).ticking(&[Tick::Stops(RuleKey::D16)]),
        Move::new(ObjectionState::Received, ObjectionAction::Complete, ObjectionState::Ready, Act::Handle)
            .ticking(&[Tick::Stops(RuleKey::D16), Tick::Starts(RuleKey::D17)]),
        Move::new(ObjectionState::Waiting, ObjectionAction::Complete, ObjectionState::Ready, Act::Handle).ticking(&[Tick::Starts(RuleKey::D17)]),
        Move::new(ObjectionState::Received, ObjectionAction::Refuse, ObjectionState::Refused, Act::Supervise).ticking(ENDS),
        Move::new(ObjectionState::Waiting, ObjectionAction::Refuse, ObjectionState::Refused, Act::Supervise).ticking(ENDS),
        Move::new(ObjectionState::Ready, ObjectionAction::Refuse, ObjectionState::Refused, Act::Supervise).ticking(&[Tick::Stops(RuleKey::D17)]),
        Move::new(ObjectionState::Ready, ObjectionAction::Accept, ObjectionState::Accepted, Act::Supervise).ticking(&[
            Tick::Stops(RuleKey::D17),
            Tick::Starts(RuleKey::D18),
            Tick::Starts(RuleKey::D19),
        ]),
        Move::new(ObjectionState::Accepted, ObjectionAction::Consult, ObjectionState::Accepted, Act::Handle),
        Move::new(ObjectionState::Accepted, ObjectionAction::Answer, ObjectionState::Accepted, Act::Handle),
        Move::new(ObjectionState::Accepted, ObjectionAction::Uphold, ObjectionState::Upheld, Act::Supervise).ticking(DECIDED),
        Move::new(ObjectionState::Accepted, ObjectionAction::Dismiss, ObjectionState::Dismissed, Act::Supervise).ticking(DECIDED),
        Move::new(ObjectionState::Received, ObjectionAction::Withdraw, ObjectionState::Withdrawn, Act::Handle).ticking(ENDS),
        Move::new(ObjectionState::Waiting, ObjectionAction::Withdraw, ObjectionState::Withdrawn, Act::Handle).ticking(ENDS),
        Move::new(ObjectionState::Ready, ObjectionAction::Withdraw, ObjectionState::Withdrawn, Act::Handle).ticking(ENDS),
        Move::new(ObjectionState::Accepted, ObjectionAction::Withdraw, ObjectionState::Withdrawn, Act::Handle).ticking(ENDS),
    ],
};
const ENDS: &[Tick<RuleKey>] = &[Tick::CancelsDuties];
const DECIDED: &[Tick<RuleKey>] = &[Tick::Stops(RuleKey::D18), Tick::Stops(RuleKey::D19)];

/// 异议
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// The case.
    pub case: CaseId,
    /// 异议编号
    pub no: String,
    /// 事项
    pub kind: ObjectionKind,
    /// 任务类别
    pub task: TaskKind,
    /// 申请人
    pub applicant: Applicant,
    /// 理由和证明材料
    pub statement: String,
    /// 起算日 of its time: the sampling, or the service of the notice; nothing while nothing was served.
    pub counted_from: Option<NaiveDate>,
    /// 收到申请
    pub received_at: Instant,
    /// 登记人
    pub registered_by: (UserId, String),
    /// State.
    pub state: ObjectionState,
    /// 一次告知 what was missing, and when it was told.
    pub told_missing: Option<(String, Instant)>,
    /// 受理决定
    pub accepted: Option<Decision>,
    /// 商请 with the paper that went out, and when an answer came.
    pub consulted: Vec<(String, Instant, Option<Instant>)>,
    /// 审核决定
    pub decision: Option<Decision>,
    /// 撤回原因
    pub ended: Option<(String, Instant)>,
    /// Revision.
    pub revision: i64,
}

type Next = Result<Stepped<Objection>, Vec<Refusal>>;

impl Objection {
    /// 登记异议: every one is taken and answered.
    ///
    /// # Errors
    /// `OBJECTION-ROLE`, `OBJECTION-REASON`.
    pub fn file(objection: Objection, actor: &Actor) -> Next {
        if !actor.has_any(Act::Handle.roles()) {
            let refusal = Refusal::new(code::OBJECTION_ROLE).for_roles(Act::Handle.roles(), ObjectionAction::Accept);
            return Err(vec![refusal.with("action", "登记异议").with("action_en", "register an objection")]);
        }
        written(&objection.statement, "statement")?;
        let at = objection.received_at;
        let now = Self { registered_by: (actor.id, actor.name.clone()), state: MOVES.begins, revision: 0, ..objection };
        Ok(Stepped { now, clocks: clock_moves(MOVES.opening, at, |_| true), pauses: Vec::new() })
    }
    /// What its clocks are about.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("objection:{}", self.no)
    }
    /// 能否受理 every reason of the law why not.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn grounds(&self, cal: &WorkCalendar) -> Result<Vec<Refusal>, Refusal> {
        let mut why = Vec::new();
        if self.task == TaskKind::RiskMonitoring {
            why.push(Refusal::new(code::OBJECTION_KIND));
        }
        if self.applicant.kind == ApplicantKind::Other {
            why.push(Refusal::new(code::OBJECTION_WHO).with("name", &self.applicant.name));
        }
        if let Some(from) = self.counted_from {
            let (last, filed) = (deadline(self.kind.window(), noon(from), cal)?.due.due_on, day_of(self.received_at));
            if filed > last {
                why.push(Refusal::new(code::OBJECTION_LATE).with("from", from).with("last", last).with("filed", filed));
            }
        }
        Ok(why)
    }
    /// Every reason of state, duty and own work why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: ObjectionAction) -> Vec<Refusal> {
        let mut why = MOVES.why_not(actor, self.state, action, (code::OBJECTION_STATE, code::OBJECTION_ROLE));
        let decides = matches!(action, ObjectionAction::Accept | ObjectionAction::Refuse | ObjectionAction::Uphold | ObjectionAction::Dismiss);
        if decides && self.registered_by.0 == actor.id {
            why.push(Refusal::new(code::OBJECTION_OWN).with("name", &self.registered_by.1));
        }
        if action == ObjectionAction::AskMore
            && let Some((_, at)) = &self.told_missing
        {
            why.push(Refusal::new(code::OBJECTION_ONCE).with("on", day_of(*at)));
        }
        let open = self.consulted.iter().any(|(_, _, answer)| answer.is_none());
        let state = |zh, en| Refusal::new(code::OBJECTION_STATE).in_state(self.state, action).with("state", zh).with("state_en", en);
        match action {
            ObjectionAction::Consult if open => why.push(state("正在商请有关部门", "under consultation")),
            ObjectionAction::Consult if self.kind == ObjectionKind::Sampling => why.push(state("对抽样过程的异议", "about the sampling")),
            ObjectionAction::Answer if !open => why.push(state("没有商请有关部门", "not under consultation")),
            _ => {}
        }
        why
    }
    fn step(&self, actor: &Actor, action: ObjectionAction) -> Result<Self, Vec<Refusal>> {
        let why = self.why_not(actor, action);
        if !why.is_empty() {
            return Err(why);
        }
        Ok(Self { state: MOVES.to(self.state, action).unwrap_or(self.state), revision: self.revision + 1, ..self.clone() })
    }
    fn done(&self, now: Self, action: ObjectionAction, at: Instant) -> Stepped<Self> {
        let other = if self.kind == ObjectionKind::Sampling { RuleKey::D19 } else { RuleKey::D18 };
        let clocks = clock_moves(&MOVES.ticks(self.state, action), at, |rule| rule != other);
        let rules = suspended_by(PauseReason::Objection, day_of(at));
        let paper = now.no.clone();
        let waits = |o: &Self| o.state == ObjectionState::Accepted;
        let pauses = match (waits(self), waits(&now)) {
            (false, true) => rules.map(|rule| PauseMove::Pause(rule, PauseReason::Objection, at, paper.clone())).collect(),
            (true, false) => rules.map(|rule| PauseMove::Resume(rule, PauseReason::Objection, at, paper.clone())).collect(),
            _ => Vec::new(),
        };
        Stepped { now, clocks, pauses }
    }
    /// 一次告知补正
    ///
    /// # Errors
    /// State, duty, told once already, nothing said.
    pub fn ask_more(&self, missing: &str, actor: &Actor, at: Instant) -> Next {
        let mut next = self.step(actor, ObjectionAction::AskMore)?;
        next.told_missing = Some((written(missing, "missing")?, at));
        Ok(self.done(next, ObjectionAction::AskMore, at))
    }
    /// 材料齐全
    ///
    /// # Errors
    /// State, duty.
    pub fn complete(&self, actor: &Actor, at: Instant) -> Next {
        Ok(self.done(self.step(actor, ObjectionAction::Complete)?, ObjectionAction::Complete, at))
    }
    /// 受理 when the law gives no ground against it.
    ///
    /// # Errors
    /// State, duty, own objection; every ground of the law.
    pub fn accept(&self, actor: &Actor, at: Instant, cal: &WorkCalendar) -> Next {
        let mut next = self.step(actor, ObjectionAction::Accept)?;
        let grounds = self.grounds(cal).map_err(|r| vec![r])?;
        if !grounds.is_empty() {
            return Err(grounds);
        }
        next.accepted = Some(Decision { by: (actor.id, actor.name.clone()), at, reason: String::new(), grounds: Vec::new() });
        Ok(self.done(next, ObjectionAction::Accept, at))
    }
    /// 不予受理 in writing.
    ///
    /// # Errors
    /// State, duty, own objection, no reason where the law gives no ground.
    pub fn refuse(&self, reason: &str, actor: &Actor, at: Instant, cal: &WorkCalendar) -> Next {
        let mut next = self.step(actor, ObjectionAction::Refuse)?;
        let grounds = self.grounds(cal).map_err(|r| vec![r])?;
        let reason = if grounds.is_empty() { written(reason, "reason")? } else { reason.trim().to_owned() };
        let grounds = grounds.iter().map(|g| g.code().to_owned()).collect();
        next.accepted = Some(Decision { by: (actor.id, actor.name.clone()), at, reason, grounds });
        Ok(self.done(next, ObjectionAction::Refuse, at))
    }
    /// 商请有关部门: the time for the decision stands still until an answer comes.
    ///
    /// # Errors
    /// State, duty, about the sampling, under consultation already, no paper.
    pub fn consult(&self, paper: &str, actor: &Actor, at: Instant) -> Next {
        let mut next = self.step(actor, ObjectionAction::Consult)?;
        let paper = written(paper, "paper")?;
        next.consulted.push((paper.clone(), at, None));
        let mut done = self.done(next, ObjectionAction::Consult, at);
        done.pauses.push(PauseMove::Pause(RuleKey::D19, PauseReason::Consultation, at, paper));
        Ok(done)
    }
    /// 收到复函
    ///
    /// # Errors
    /// State, duty, nobody was consulted, no paper.
    pub fn answer(&self, paper: &str, actor: &Actor, at: Instant) -> Next {
        let mut next = self.step(actor, ObjectionAction::Answer)?;
        let paper = written(paper, "paper")?;
        if let Some(open) = next.consulted.iter_mut().find(|(_, _, answer)| answer.is_none()) {
            open.2 = Some(at);
        }
        let mut done = self.done(next, ObjectionAction::Answer, at);
        done.pauses.push(PauseMove::Resume(RuleKey::D19, PauseReason::Consultation, at, paper));
        Ok(done)
    }
    /// 认定异议成立或不成立, with its reason.
    ///
    /// # Errors
    /// State, duty, own objection, no reason.
    pub fn decide(&self, upheld: bool, reason: &str, actor: &Actor, at: Instant) -> Next {
        let action = if upheld { ObjectionAction::Uphold } else { ObjectionAction::Dismiss };
        let mut next = self.step(actor, action)?;
        next.decision = Some(Decision { by: (actor.id, actor.name.clone()), at, reason: written(reason, "reason")?, grounds: Vec::new() });
        Ok(self.done(next, action, at))
    }
    /// 撤回
    ///
    /// # Errors
    /// State, duty, no reason.
    pub fn withdraw(&self, reason: &str, actor: &Actor, at: Instant) -> Next {
        let mut next = self.step(actor, ObjectionAction::Withdraw)?;
        next.ended = Some((written(reason, "reason")?, at));
        Ok(self.done(next, ObjectionAction::Withdraw, at))
    }
    /// 了结日期
    #[must_use]
    pub fn ended_on(&self) -> Option<NaiveDate> {
        if MOVES.is_open(self.state) {
            return None;
        }
        let moments = [self.decision.as_ref().map(|d| d.at), self.accepted.as_ref().map(|d| d.at), self.ended.as_ref().map(|(_, at)| *at)];
        moments.into_iter().flatten().max().map(day_of)
    }
    /// 撤销范围 whether an objection that was upheld ends this part of the disposal: that a product is not the producer's own frees the producer, while the
    /// seller sold it all the same; everything else takes the ground from the conclusion itself.
    #[must_use]
    pub fn frees(&self, part: Part) -> bool {
        self.state == ObjectionState::Upheld && (self.kind != ObjectionKind::Authenticity || part == Part::Production)
    }
}

impl Case {
    /// 异议改判 the case is cancelled by an objection that was upheld and frees this part; by any other it is not.
    ///
    /// # Errors
    /// `CASE-STANDS`, state, duty.
    pub fn freed_by(&self, objection: &Objection, of_same_batch: bool, actor: &Actor) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        let stands = !(of_same_batch || objection.case == self.id) || !objection.frees(self.part);
        self.cancel(actor, &format!("异议成立（{}），{}", objection.kind.zh(), objection.no), stands)
    }
}

fn written(text: &str, field: &str) -> Result<String, Vec<Refusal>> {
    let text = text.trim();
    if text.chars().count() < 4 { Err(vec![Refusal::new(code::OBJECTION_REASON).on(field)]) } else { Ok(text.to_owned()) }
}
