//! 复检 the recheck of a failing batch (抽检办法 arts 30–36): who may ask and when it is refused, the body drawn by a recorded seed, the way of the reserve
//! portion from hand to hand, the same method, the conclusion that is final, and who pays. The first result stays beside it.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{CaseId, LabId, UserId};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Actor, Instant, Label, Move, Moves, NaiveDate, Refusal, Tick, WorkCalendar, day_of, labels};
use shiyan_statute::{AnalyteGroup, PauseReason, RuleKey, deadline, suspended_by};

use crate::block::EvidenceRef;
use crate::case::{Case, CaseState, ClockMove, PauseMove, Stepped, clock_moves};
use crate::code;
use crate::draw::{Barred, Candidate, Drawn, draw_lab};
use crate::objection::Objection;
use crate::service::noon;

labels! {
    /// 申请人 who asks.
    pub enum ApplicantKind {
        Sampled = "sampled", "被抽样单位", "Sampled operator";
        Producer = "producer", "标称食品生产者", "Producer named on the label";
        Other = "other", "其他", "Somebody else";
    }
}
labels! {
    /// 备份样品情况
    pub enum ReserveState {
        Kept = "kept", "在库，封条完好", "Kept, seal intact";
        Missing = "missing", "未留取", "None was taken";
        UsedUp = "used_up", "已用尽或已处置", "Used up or disposed of";
        Damaged = "damaged", "已损坏或封条破损", "Damaged, or the seal is broken";
    }
}
labels! {
    /// 复检状态
    pub enum RecheckState {
        Filed = "filed", "已收到申请", "Applied for";
        Accepted = "accepted", "已受理", "Accepted";
        Refused = "refused", "不予受理", "Refused";
        Assigned = "assigned", "已确定复检机构", "Body fixed";
        InTransit = "in_transit", "备份样品已移交", "Reserve portion handed over";
        Testing = "testing", "复检中", "Being tested";
        Concluded = "concluded", "已出复检结论", "Concluded";
        Told = "told", "已通知申请人", "Applicant told";
        Terminated = "terminated", "复检终止", "Ended without a conclusion";
        Withdrawn = "withdrawn", "申请人撤回", "Withdrawn";
    }
}
labels! {
    /// 复检动作
    pub enum RecheckAction {
        Accept = "accept", "受理复检申请", "Accept the application";
        Refuse = "refuse", "不予受理复检申请", "Refuse the application";
        Withdraw = "withdraw", "登记撤回", "Record the withdrawal";
        Draw = "draw", "随机确定复检机构", "Draw the body";
        Decline = "decline", "登记复检机构无法承担", "Record that the body cannot do it";
        HandOver = "hand_over", "登记备份样品移交", "Record the hand-over of the reserve portion";
        Receive = "receive", "登记复检机构收样", "Record the receipt by the body";
        Terminate = "terminate", "终止复检", "End it without a conclusion";
        Conclude = "conclude", "登记复检结论", "Record the conclusion";
        Tell = "tell", "登记通知申请人", "Record that the applicant was told";
    }
}

/// 状态表 of a recheck. Where a receipt leads depends on the seal. The clocks are its own, beside those of the case.
pub const MOVES: Moves<RecheckState, RecheckAction, RuleKey> = Moves {
    noun: ("复检", "recheck"),
    begins: RecheckState::Filed,
    opening: &[Tick::Starts(RuleKey::D08)],
    over: &[RecheckState::Refused, RecheckState::Told, RecheckState::Terminated, RecheckState::Withdrawn],
    table: &[
        Move::new(RecheckState::Filed, RecheckAction::Accept, RecheckState::Accepted, Act::Supervise)
            .ticking(&[Tick::Stops(RuleKey::D08), Tick::Starts(RuleKey::D09)]),
        Move::new(RecheckState::Filed, RecheckAction::Refuse, RecheckState::Refused, Act::Supervise).ticking(&[Tick::Stops(RuleKey::D08)]),
        Move::new(RecheckState::Filed, RecheckAction::Withdraw, RecheckState::Withdrawn, Act::Handle).ticking(ENDS),
        Move::new(RecheckState::Accepted, RecheckAction::Withdraw, RecheckState::Withdrawn, Act::Handle).ticking(ENDS),
        Move::new(RecheckState::Accepted, RecheckAction::Draw, RecheckState::Assigned, Act::Handle)
            .ticking(&[Tick::Stops(RuleKey::D09), Tick::Starts(RuleKey::D11)]),
        // Whoever cannot do it gives way to the next draw, which has the time of a first one.
        Move::new(RecheckState::Assigned, RecheckAction::Decline, RecheckState::Accepted, Act::Handle)
            .ticking(&[Tick::CancelsDuties, Tick::Starts(RuleKey::D09)]),
        Move::new(RecheckState::Assigned, RecheckAction::Withdraw, RecheckState::Withdrawn, Act::Handle).ticking(ENDS),
        Move::new(RecheckState::Assigned, RecheckAction::HandOver, RecheckState::InTransit, Act::Handle).ticking(&[Tick::Stops(RuleKey::D11)]),
        Move::new(RecheckState::InTransit, RecheckAction::HandOver, RecheckState::InTransit, Act::Handle),
        Move::new(RecheckState::InTransit, RecheckAction::Receive, RecheckState::Testing, Act::Handle).ticking(&[Tick::Starts(RuleKey::D12)]),
        Move::new(RecheckState::InTransit, RecheckAction::Receive, RecheckState::Terminated, Act::Handle).ticking(ENDS),
        Move::new(RecheckState::Testing, RecheckAction::Terminate, RecheckState::Terminated, Act::Supervise).ticking(ENDS),
        Move::new(RecheckState::Testing, RecheckAction::Conclude, RecheckState::Concluded, Act::Handle)
            .ticking(&[Tick::Stops(RuleKey::D12), Tick::Starts(RuleKey::D13)]),
        Move::new(RecheckState::Concluded, RecheckAction::Tell, RecheckState::Told, Act::Handle).ticking(&[Tick::Stops(RuleKey::D13)]),
    ],
};
const ENDS: &[Tick<RuleKey>] = &[Tick::CancelsDuties];

/// 申请人
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// Who it is.
    pub kind: ApplicantKind,
    /// 名称
    pub name: String,
}

/// 申请复检的项目 with the method of the first test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// 项目
    pub name: String,
    /// Group code, e.g. `microbe`.
    pub group: String,
    /// 初检方法
    pub method: String,
}

/// 备份样品 as the first laboratory keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserve {
    /// 情况
    pub state: ReserveState,
    /// 保质期至
    pub good_until: Option<NaiveDate>,
    /// 封条编号
    pub seal_no: String,
    /// 保存单位 the first laboratory.
    pub kept_by: String,
}

/// What is known when somebody asks for a recheck.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The case.
    pub case: &'a Case,
    /// 任务类别
    pub kind: TaskKind,
    /// 申请人
    pub applicant: &'a Applicant,
    /// 项目
    pub items: &'a [Disputed],
    /// 备份样品
    pub reserve: &'a Reserve,
    /// 送达日期 on which this applicant received the conclusion.
    pub served_on: Option<NaiveDate>,
    /// 提出日期
    pub filed_on: NaiveDate,
    /// 已有复检结论
    pub rechecked: bool,
}

/// 能否复检 every reason of the law why not (art 31), on a day.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn can_recheck(asking: &Asking<'_>, today: NaiveDate, cal: &WorkCalendar) -> Result<Vec<Refusal>, Refusal> {
    let mut why = Vec::new();
    let names = |items: &[&Disputed]| items.iter().map(|i| i.name.as_str()).collect::<Vec<_>>().join("、");
    if asking.kind == TaskKind::RiskMonitoring {
        why.push(Refusal::new(code::RECHECK_KIND));
    }
    if asking.applicant.kind == ApplicantKind::Other {
        why.push(Refusal::new(code::RECHECK_WHO).with("name", &asking.applicant.name));
    }
    if asking.rechecked {
        why.push(Refusal::new(code::RECHECK_TWICE));
    }
    if asking.case.state == CaseState::Cancelled {
        why.push(Refusal::new(code::RECHECK_MOOT));
    }
    let strange: Vec<&Disputed> = asking.items.iter().filter(|i| !asking.case.failing.contains(&i.name)).collect();
    if !strange.is_empty() || asking.items.is_empty() {
        why.push(Refusal::new(code::RECHECK_ITEMS).with("items", names(&strange)).on("items"));
    }
    let microbes: Vec<&Disputed> = asking.items.iter().filter(|i| i.group == AnalyteGroup::Microbe.code()).collect();
    if !microbes.is_empty() {
        why.push(Refusal::new(code::RECHECK_MICROBE).with("items", names(&microbes)).on("items"));
    }
    if let Some(expired) = asking.reserve.good_until.filter(|last| *last < today) {
        why.push(Refusal::new(code::RECHECK_EXPIRED).with("expired", expired));
    }
    if asking.reserve.state != ReserveState::Kept {
        let state = asking.reserve.state;
        why.push(Refusal::new(code::RECHECK_RESERVE).with("state", state.zh()).with("state_en", state.en().to_lowercase()));
    }
    // Whoever asks before anything was served is not late.
    if let Some(served) = asking.served_on {
        let last = deadline(RuleKey::D07, noon(served), cal)?.due.due_on;
        if asking.filed_on > last {
            why.push(Refusal::new(code::RECHECK_LATE).with("served", served).with("last", last).with("filed", asking.filed_on));
        }
    }
    Ok(why)
}

/// 可复检至 the last day on which a recheck of some item can still be asked for: the end of the time to ask, or of the shelf life where that comes first;
/// nothing where no item admits one or the portion is gone. Before anybody was served only the shelf life sets an end.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn recheckable_until(items: &[Disputed], reserve: &Reserve, served_on: Option<NaiveDate>, cal: &WorkCalendar) -> Result<Option<NaiveDate>, Refusal> {
    if reserve.state != ReserveState::Kept || items.iter().all(|i| i.group == AnalyteGroup::Microbe.code()) {
        return Ok(None);
    }
    let asked = match served_on {
        Some(on) => deadline(RuleKey::D07, noon(on), cal)?.due.due_on,
        None => NaiveDate::MAX,
    };
    Ok(Some(reserve.good_until.map_or(asked, |good| good.min(asked))))
}

/// 决定 whether it is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// 决定人
    pub by: (UserId, String),
    /// 时间
    pub at: Instant,
    /// 理由
    pub reason: String,
    /// Codes of the grounds of the law.
    pub grounds: Vec<String>,
}

/// 无法承担 a body that was drawn and cannot do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// The body.
    pub lab: LabId,
    /// 名称
    pub name: String,
    /// 书面说明
    pub reason: String,
    /// 时间
    pub at: Instant,
    /// 超过说明期限 (D10), which counts with the sanctions of art 50.
    pub late: bool,
}

/// 交接 the reserve portion passes from one hand to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// 时间
    pub at: Instant,
    /// 移交方
    pub from: String,
    /// 接收方
    pub to: String,
    /// 封条编号
    pub seal_no: String,
    /// 封条完好
    pub intact: bool,
    /// 保存条件
    pub storage: String,
    /// 交接人 who signed.
    pub signed: Vec<String>,
    /// 照片、交接单
    pub evidence: Vec<EvidenceRef>,
}

/// 复检项目结果
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemResult {
    /// 项目
    pub name: String,
    /// 复检方法
    pub method: String,
    /// 复检结果 as the report says it.
    pub value: String,
    /// 合格
    pub passes: bool,
    /// 方法不一致的依据, where the standard of the method was replaced.
    pub other_method_because: Option<String>,
}

/// 复检结论, final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// 复检报告编号
    pub report_no: String,
    /// 结果
    pub results: Vec<ItemResult>,
    /// 时间
    pub at: Instant,
    /// 仍不合格的项目 of the batch, those that nobody disputed among them.
    pub still_failing: Vec<String>,
}

labels! {
    /// 费用承担 (art 36).
    pub enum Payer {
        Applicant = "applicant", "申请人", "The applicant";
        Organiser = "organiser", "组织抽检的市场监督管理部门", "The office that ordered the sampling";
    }
}

/// 复检
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recheck {
    /// The case.
    pub case: CaseId,
    /// 复检编号
    pub no: String,
    /// 申请人
    pub applicant: Applicant,
    /// 项目
    pub items: Vec<Disputed>,
    /// 不合格项目 of the batch.
    pub failing: Vec<String>,
    /// 备份样品
    pub reserve: Reserve,
    /// 初检机构
    pub first_lab: LabId,
    /// 收到申请
    pub filed_at: Instant,
    /// 登记人
    pub registered_by: (UserId, String),
    /// State.
    pub state: RecheckState,
    /// 受理决定
    pub decision: Option<Decision>,
    /// 抽取记录, the last one.
    pub drawn: Option<Drawn>,
    /// 抽取时间
    pub drawn_at: Option<Instant>,
    /// 无法承担的机构, with their draws.
    pub declined: Vec<(Declined, Drawn)>,
    /// 交接
    pub custody: Vec<Handover>,
    /// 预付复检费用, in cents.
    pub fee_cents: Option<u64>,
    /// 复检结论
    pub conclusion: Option<Conclusion>,
    /// 通知申请人
    pub told_at: Option<Instant>,
    /// 终止或撤回的原因
    pub ended: Option<String>,
    /// Revision.
    pub revision: i64,
}

type Next = Result<Stepped<Recheck>, Vec<Refusal>>;

impl Recheck {
    /// 登记申请: every application is taken and answered in writing; whether the law admits it is for [`Recheck::accept`].
    ///
    /// # Errors
    /// `RECHECK-ROLE` for whoever does not handle cases; `RECHECK-ITEMS` without an item.
    pub fn file(asking: &Asking<'_>, no: &str, first_lab: LabId, actor: &Actor, at: Instant) -> Next {
        if !actor.has_any(Act::Handle.roles()) {
            let refusal = Refusal::new(code::RECHECK_ROLE).for_roles(Act::Handle.roles(), RecheckAction::Accept);
            return Err(vec![refusal.with("action", "登记复检申请").with("action_en", "register an application")]);
        }
        if asking.items.is_empty() {
            return Err(vec![Refusal::new(code::RECHECK_ITEMS).with("items", "").on("items")]);
        }
        let now = Self {
            case: asking.case.id,
            no: no.to_owned(),
            applicant: asking.applicant.clone(),
            items: asking.items.to_vec(),
            failing: asking.case.failing.clone(),
            reserve: asking.reserve.clone(),
            first_lab,
            filed_at: at,
            registered_by: (actor.id, actor.name.clone()),
            state: MOVES.begins,
            decision: None,
            drawn: None,
            drawn_at: None,
            declined: Vec::new(),
            custody: Vec::new(),
            fee_cents: None,
            conclusion: None,
            told_at: None,
            ended: None,
            revision: 0,
        };
        Ok(Stepped { now, clocks: clock_moves(MOVES.opening, at, |_| true), pauses: Vec::new() })
    }
    /// What its clocks are about.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("recheck:{}", self.no)
    }
    /// Every reason of state, duty and own work why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: RecheckAction) -> Vec<Refusal> {
        let mut why = MOVES.why_not(actor, self.state, action, (code::RECHECK_STATE, code::RECHECK_ROLE));
        if matches!(action, RecheckAction::Accept | RecheckAction::Refuse) && self.registered_by.0 == actor.id {
            why.push(Refusal::new(code::RECHECK_OWN).with("name", &self.registered_by.1));
        }
        why
    }
    fn step(&self, actor: &Actor, action: RecheckAction) -> Result<Self, Vec<Refusal>> {
        let why = self.why_not(actor, action);
        if !why.is_empty() {
            return Err(why);
        }
        Ok(Self { state: MOVES.to(self.state, action).unwrap_or(self.state), revision: self.revision + 1, ..self.clone() })
    }
    fn done(&self, now: Self, action: RecheckAction, at: Instant) -> Stepped<Self> {
        let ticks: Vec<Tick<RuleKey>> = MOVES.of(self.state, action).filter(|m| m.to == now.state).flat_map(|m| m.ticks.iter().copied()).collect();
        let clocks = clock_moves(&ticks, at, |_| true);
        let waits = |state: RecheckState| !matches!(state, RecheckState::Filed | RecheckState::Concluded) && MOVES.is_open(state);
        let rules = suspended_by(PauseReason::Recheck, day_of(at));
        let paper = now.no.clone();
        // What depends on the verdict stands still from the acceptance to the conclusion; disposal (D20) never does (art 40).
        let pauses = match (waits(self.state), waits(now.state)) {
            (false, true) => rules.map(|rule| PauseMove::Pause(rule, PauseReason::Recheck, at, paper.clone())).collect(),
            (true, false) => rules.map(|rule| PauseMove::Resume(rule, PauseReason::Recheck, at, paper.clone())).collect(),
            _ => Vec::new(),
        };
        Stepped { now, clocks, pauses }
    }
    /// When something was last done to it.
    fn last(&self) -> Instant {
        let moments = [self.decision.as_ref().map(|d| d.at), self.drawn_at, self.custody.last().map(|h| h.at), self.conclusion.as_ref().map(|c| c.at)];
        moments.into_iter().flatten().chain(self.declined.iter().map(|(d, _)| d.at)).fold(self.filed_at, Instant::max)
    }
    fn timed(&self, at: Instant, now: Instant) -> Option<Refusal> {
        let last = self.last();
        let said = |at: Instant| at.format("%Y-%m-%d %H:%M").to_string();
        (at < last || at > now).then(|| Refusal::new(code::RECHECK_TIME).with("at", said(at)).with("last", said(last)).on("at"))
    }
    /// 受理 when the law gives no ground against it; asked again on the day, because shelf life goes on.
    ///
    /// # Errors
    /// State, duty, own application; every ground of art 31.
    pub fn accept(&self, asking: &Asking<'_>, actor: &Actor, at: Instant, cal: &WorkCalendar) -> Next {
        let mut next = self.step(actor, RecheckAction::Accept)?;
        let grounds = can_recheck(asking, day_of(at), cal).map_err(|r| vec![r])?;
        if !grounds.is_empty() {
            return Err(grounds);
        }
        next.decision = Some(Decision { by: (actor.id, actor.name.clone()), at, reason: String::new(), grounds: Vec::new() });
        Ok(self.done(next, RecheckAction::Accept, at))
    }
    /// 不予受理 in writing, with the grounds of the law; where there is none of them the reason must say what stands against it.
    ///
    /// # Errors
    /// State, duty, own application, no reason.
    pub fn refuse(&self, asking: &Asking<'_>, reason: &str, actor: &Actor, at: Instant, cal: &WorkCalendar) -> Next {
        let mut next = self.step(actor, RecheckAction::Refuse)?;
        let grounds = can_recheck(asking, day_of(at), cal).map_err(|r| vec![r])?;
        let reason = reason.trim();
        if grounds.is_empty() && reason.chars().count() < 4 {
            return Err(vec![Refusal::new(code::RECHECK_REASON).on("reason")]);
        }
        let grounds = grounds.iter().map(|g| g.code().to_owned()).collect();
        next.decision = Some(Decision { by: (actor.id, actor.name.clone()), at, reason: reason.to_owned(), grounds });
        Ok(self.done(next, RecheckAction::Refuse, at))
    }
    /// 撤回
    ///
    /// # Errors
    /// State, duty, no reason.
    pub fn withdraw(&self, reason: &str, actor: &Actor, at: Instant) -> Next {
        self.end(RecheckAction::Withdraw, reason, actor, at)
    }
    /// 终止 without a conclusion, e.g. because the portion does not suffice: the first conclusion stands.
    ///
    /// # Errors
    /// State, duty, no reason.
    pub fn terminate(&self, reason: &str, actor: &Actor, at: Instant) -> Next {
        self.end(RecheckAction::Terminate, reason, actor, at)
    }
    fn end(&self, action: RecheckAction, reason: &str, actor: &Actor, at: Instant) -> Next {
        let mut next = self.step(actor, action)?;
        if reason.trim().chars().count() < 4 {
            return Err(vec![Refusal::new(code::RECHECK_REASON).on("reason")]);
        }
        next.ended = Some(reason.trim().to_owned());
        Ok(self.done(next, action, at))
    }
    /// 随机确定复检机构 from the published list. The first laboratory and whoever has declined are barred whatever the list says.
    ///
    /// # Errors
    /// State, duty, `DRAW-SEED`, `DRAW-NONE`.
    pub fn draw(&self, seed: &str, list: &[Candidate], actor: &Actor, at: Instant) -> Next {
        let mut next = self.step(actor, RecheckAction::Draw)?;
        let barred = |c: &Candidate| {
            let ours =
                if c.lab == self.first_lab { Some(Barred::FirstLab) } else { self.declined.iter().any(|(d, _)| d.lab == c.lab).then_some(Barred::Declined) };
            Candidate { barred: ours.or(c.barred), ..c.clone() }
        };
        next.drawn = Some(draw_lab(seed, list.iter().map(barred).collect()).map_err(|r| vec![r])?);
        next.drawn_at = Some(at);
        Ok(self.done(next, RecheckAction::Draw, at))
    }
    /// 复检机构无法承担, in writing and within D10; the draw stays on record and another is drawn.
    ///
    /// # Errors
    /// State, duty, no reason, a time out of order.
    pub fn decline(&self, reason: &str, actor: &Actor, at: Instant, now: Instant, cal: &WorkCalendar) -> Next {
        let mut next = self.step(actor, RecheckAction::Decline)?;
        if reason.trim().chars().count() < 4 {
            return Err(vec![Refusal::new(code::RECHECK_REASON).on("reason")]);
        }
        if let Some(wrong) = self.timed(at, now) {
            return Err(vec![wrong]);
        }
        if let (Some(drawn), Some(since)) = (next.drawn.take(), next.drawn_at.take()) {
            let late = deadline(RuleKey::D10, since, cal).map_err(|r| vec![r])?.due.overdue_at(at);
            next.declined.push((Declined { lab: drawn.chosen, name: drawn.name.clone(), reason: reason.trim().to_owned(), at, late }, drawn));
        }
        Ok(self.done(next, RecheckAction::Decline, at))
    }
    /// 保管人 with whom the reserve portion is now.
    #[must_use]
    pub fn custodian(&self) -> &str {
        self.custody.last().map_or(self.reserve.kept_by.as_str(), |h| h.to.as_str())
    }
    fn custody_problems(&self, handover: &Handover, now: Instant) -> Vec<Refusal> {
        let mut why = Vec::new();
        if handover.from.trim() != self.custodian() {
            why.push(Refusal::new(code::RECHECK_CUSTODY).with("from", self.custodian()).with("said", handover.from.trim()).on("from"));
        }
        // A seal that is broken says so; one that is whole is the one of the sampling.
        if handover.intact && handover.seal_no.trim() != self.reserve.seal_no {
            why.push(Refusal::new(code::RECHECK_SEAL).with("said", handover.seal_no.trim()).with("seal", &self.reserve.seal_no).on("seal_no"));
        }
        if handover.evidence.is_empty() {
            why.push(Refusal::new(code::EVIDENCE).with("block", "备份样品交接").with("block_en", "Hand-over of the reserve portion"));
        }
        why.extend(self.timed(handover.at, now));
        why
    }
    /// 移交备份样品, sealed, to the body or to whoever carries it; the recheck has been paid in advance (art 36).
    ///
    /// # Errors
    /// State, duty, the fee, a gap in the custody, another seal, no evidence, a time out of order.
    pub fn hand_over(&self, handover: Handover, fee_cents: Option<u64>, actor: &Actor, now: Instant) -> Next {
        let mut next = self.step(actor, RecheckAction::HandOver)?;
        let mut why = self.custody_problems(&handover, now);
        next.fee_cents = self.fee_cents.or(fee_cents);
        if next.fee_cents.is_none() {
            why.push(Refusal::new(code::RECHECK_FEE).on("fee"));
        }
        if !handover.intact {
            why.push(Refusal::new(code::RECHECK_SEAL).with("said", handover.seal_no.trim()).with("seal", &self.reserve.seal_no).on("intact"));
        }
        if !why.is_empty() {
            return Err(why);
        }
        let at = handover.at;
        next.custody.push(handover);
        Ok(self.done(next, RecheckAction::HandOver, at))
    }
    /// 复检机构收样: the body that was drawn looks at the seal; a broken one ends the recheck (art 33).
    ///
    /// # Errors
    /// State, duty, a gap in the custody, another body, another seal, no evidence, a time out of order.
    pub fn receive(&self, handover: Handover, actor: &Actor, now: Instant) -> Next {
        let mut next = self.step(actor, RecheckAction::Receive)?;
        let mut why = self.custody_problems(&handover, now);
        let body = self.drawn.as_ref().map_or("", |d| d.name.as_str());
        if handover.to.trim() != body {
            why.push(Refusal::new(code::RECHECK_CUSTODY).with("from", body).with("said", handover.to.trim()).on("to"));
        }
        if !why.is_empty() {
            return Err(why);
        }
        let at = handover.at;
        if !handover.intact {
            next.state = RecheckState::Terminated;
            next.ended = Some("备份样品封条破损".to_owned());
        }
        next.custody.push(handover);
        Ok(self.done(next, RecheckAction::Receive, at))
    }
    /// 登记复检结论: every disputed item, by the method of the first test. It is final; the first results stay where they are.
    ///
    /// # Errors
    /// State, duty, items that are missing or were not asked for, another method without its reason, no report.
    pub fn conclude(&self, results: Vec<ItemResult>, report_no: &str, actor: &Actor, at: Instant, now: Instant) -> Next {
        let mut next = self.step(actor, RecheckAction::Conclude)?;
        let mut why: Vec<Refusal> = self.timed(at, now).into_iter().collect();
        let mut wrong: Vec<&str> = self.items.iter().map(|i| i.name.as_str()).filter(|name| results.iter().filter(|r| r.name == *name).count() != 1).collect();
        wrong.extend(results.iter().map(|r| r.name.as_str()).filter(|name| !self.items.iter().any(|i| i.name == *name)));
        if !wrong.is_empty() {
            why.push(Refusal::new(code::RECHECK_ITEMS).with("items", wrong.join("、")).on("items"));
        }
        for result in &results {
            let first = self.items.iter().find(|i| i.name == result.name).map_or("", |i| i.method.trim());
            let because = result.other_method_because.as_deref().is_some_and(|text| text.trim().chars().count() >= 4);
            if result.method.trim() != first && !because {
                why.push(Refusal::new(code::RECHECK_METHOD).with("item", &result.name).with("first", first).with("said", result.method.trim()).on("method"));
            }
        }
        if report_no.trim().is_empty() {
            why.push(Refusal::new(code::RECHECK_REPORT).on("report_no"));
        }
        if !why.is_empty() {
            return Err(why);
        }
        let passes = |name: &String| results.iter().any(|r| r.name == *name && r.passes);
        let still_failing = self.failing.iter().filter(|name| !passes(name)).cloned().collect();
        next.conclusion = Some(Conclusion { report_no: report_no.trim().to_owned(), results, at, still_failing });
        Ok(self.done(next, RecheckAction::Conclude, at))
    }
    /// 通知申请人
    ///
    /// # Errors
    /// State, duty, a time out of order.
    pub fn tell(&self, actor: &Actor, at: Instant, now: Instant) -> Next {
        let mut next = self.step(actor, RecheckAction::Tell)?;
        if let Some(wrong) = self.timed(at, now) {
            return Err(vec![wrong]);
        }
        next.told_at = Some(at);
        Ok(self.done(next, RecheckAction::Tell, at))
    }
    /// 改判 nothing of the batch fails any more.
    #[must_use]
    pub fn overturned(&self) -> bool {
        self.conclusion.as_ref().is_some_and(|c| c.still_failing.is_empty())
    }
    /// 费用承担 once it is concluded: where the conclusion of the batch was overturned, whoever ordered the sampling; else the applicant, who paid in advance.
    #[must_use]
    pub fn payer(&self) -> Option<Payer> {
        self.conclusion.as_ref().map(|_| if self.overturned() { Payer::Organiser } else { Payer::Applicant })
    }
}

impl Case {
    /// 复检改判 the case is cancelled by a recheck that overturned the conclusion; by any other it is not.
    ///
    /// # Errors
    /// `CASE-STANDS`, state, duty.
    pub fn overturned_by(&self, recheck: &Recheck, actor: &Actor) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        let report = recheck.conclusion.as_ref().map_or("", |c| c.report_no.as_str());
        let stands = recheck.case != self.id || !recheck.overturned();
        self.cancel(actor, &format!("复检改判，复检报告 {report}"), stands)
    }
}

labels! {
    /// 等待 why a conclusion is not final yet.
    pub enum Wait {
        NotServed = "not_served", "结果通知书尚未送达", "The notice has not been served";
        Window = "window", "复检、异议期限未满", "The time for recheck or objection still runs";
        Recheck = "recheck", "复检中", "A recheck is under way";
        Objection = "objection", "异议审核中", "An objection is being examined";
    }
}

/// 结论是否最终; publication waits for it, disposal does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// Final, since that day.
    Final(NaiveDate),
    /// Not yet.
    Waits(Wait),
}

/// Whether the conclusion of a batch is final on a day: everybody who may ask has been served, their time has run out, and nothing that they asked for is
/// open. The conclusion of a recheck is final by itself.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn finality(
    served: &[Option<NaiveDate>],
    microbial: bool,
    rechecks: &[Recheck],
    objections: &[Objection],
    today: NaiveDate,
    cal: &WorkCalendar,
) -> Result<Finality, Refusal> {
    let concluded: Vec<Instant> = rechecks.iter().filter_map(|r| r.conclusion.as_ref().map(|c| c.at)).collect();
    if rechecks.iter().any(|r| MOVES.is_open(r.state) && r.conclusion.is_none()) {
        return Ok(Finality::Waits(Wait::Recheck));
    }
    if objections.iter().any(|o| crate::objection::MOVES.is_open(o.state)) {
        return Ok(Finality::Waits(Wait::Objection));
    }
    let mut since = concluded.into_iter().map(day_of).chain(objections.iter().filter_map(Objection::ended_on)).max();
    if served.is_empty() || served.iter().any(Option::is_none) {
        return Ok(Finality::Waits(Wait::NotServed));
    }
    let rechecked = rechecks.iter().any(|r| r.conclusion.is_some());
    for on in served.iter().flatten() {
        for rule in [RuleKey::D07, RuleKey::D15] {
            if rule == RuleKey::D07 && (microbial || rechecked) {
                continue;
            }
            let last = deadline(rule, noon(*on), cal)?.due.due_on;
            since = since.max(last.succ_opt());
        }
    }
    Ok(match since {
        Some(since) if since <= today => Finality::Final(since),
        _ => Finality::Waits(Wait::Window),
    })
}
