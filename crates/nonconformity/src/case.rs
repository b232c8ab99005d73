//! 案件 one part of the disposal of a failing batch, its moves, and the clocks that each move starts and stops.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{CaseId, SampleId, TestOrderId, UserId};
use shiyan_foundation::task::Link;
use shiyan_foundation::{Actor, Instant, Label, Move, Moves, NaiveDate, Refusal, Tick, labels};
use shiyan_statute::{PauseReason, RuleKey, is_pathogen};

use crate::block::{Block, BlockRecord};
use crate::code;

labels! {
    /// 处置部分 where in the chain the operator stands.
    pub enum Part {
        Production = "SC", "生产", "Production";
        Circulation = "LT", "流通", "Circulation";
        Catering = "CY", "餐饮", "Catering";
        Online = "WC", "网抽", "Online";
    }
}
labels! {
    /// 案件状态
    pub enum CaseState {
        Opened = "opened", "未启动", "Not started";
        Assigned = "assigned", "已部署", "Assigned";
        Acting = "acting", "处置中", "In progress";
        Submitted = "submitted", "待审核", "Awaiting approval";
        Closed = "closed", "已办结", "Closed";
        Cancelled = "cancelled", "已撤销（改判）", "Cancelled (overturned)";
    }
}
labels! {
    /// 案件动作
    pub enum CaseAction {
        Receive = "receive", "签收并部署", "Receive and assign";
        Fill = "fill", "填写处置环节", "Fill in a step";
        Submit = "submit", "提请办结", "Submit for closing";
        Approve = "approve", "审核办结", "Approve the closing";
        Return = "return", "退回补充", "Return for completion";
        Extend = "extend", "批准延期", "Approve an extension";
        Cancel = "cancel", "撤销（改判）", "Cancel (overturned)";
    }
}

/// 状态表 of a case. Reporting (D04, of a severe hazard D05) ends with the receipt, service (D06) with the day on which the notice was served; D20
/// is the disposal.
pub const MOVES: Moves<CaseState, CaseAction, RuleKey> = Moves {
    noun: ("案件", "case"),
    begins: CaseState::Opened,
    opening: &[Tick::Starts(RuleKey::D04), Tick::Starts(RuleKey::D20), Tick::Starts(RuleKey::D05)],
    over: &[CaseState::Closed, CaseState::Cancelled],
    table: &[
        Move::new(CaseState::Opened, CaseAction::Receive, CaseState::Assigned, Act::Handle).ticking(&[
            Tick::Stops(RuleKey::D04),
            Tick::Starts(RuleKey::D06),
            Tick::Stops(RuleKey::D05),
        ]),
        Move::new(CaseState::Assigned, CaseAction::Fill, CaseState::Acting, Act::Handle).ticking(SERVED),
        Move::new(CaseState::Acting, CaseAction::Fill, CaseState::Acting, Act::Handle).ticking(SERVED),
        Move::new(CaseState::Acting, CaseAction::Submit, CaseState::Submitted, Act::Handle),
        // A part handed to another place has no service of its own: what still runs ends with the case.
        Move::new(CaseState::Submitted, CaseAction::Approve, CaseState::Closed, Act::Supervise).ticking(&[Tick::Stops(RuleKey::D20), Tick::CancelsDuties]),
        Move::new(CaseState::Submitted, CaseAction::Return, CaseState::Acting, Act::Supervise),
        Move::new(CaseState::Opened, CaseAction::Extend, CaseState::Opened, Act::Supervise).ticking(LONGER),
        Move::new(CaseState::Assigned, CaseAction::Extend, CaseState::Assigned, Act::Supervise).ticking(LONGER),
        Move::new(CaseState::Acting, CaseAction::Extend, CaseState::Acting, Act::Supervise).ticking(LONGER),
        Move::new(CaseState::Submitted, CaseAction::Extend, CaseState::Submitted, Act::Supervise).ticking(LONGER),
        Move::new(CaseState::Opened, CaseAction::Cancel, CaseState::Cancelled, Act::Supervise).ticking(&[Tick::CancelsAll]),
        Move::new(CaseState::Assigned, CaseAction::Cancel, CaseState::Cancelled, Act::Supervise).ticking(&[Tick::CancelsAll]),
        Move::new(CaseState::Acting, CaseAction::Cancel, CaseState::Cancelled, Act::Supervise).ticking(&[Tick::CancelsAll]),
        Move::new(CaseState::Submitted, CaseAction::Cancel, CaseState::Cancelled, Act::Supervise).ticking(&[Tick::CancelsAll]),
        Move::new(CaseState::Closed, CaseAction::Cancel, CaseState::Cancelled, Act::Supervise).ticking(&[Tick::CancelsAll]),
    ],
};
const SERVED: &[Tick<RuleKey>] = &[Tick::Stops(RuleKey::D06), Tick::Starts(RuleKey::D07)];
const LONGER: &[Tick<RuleKey>] = &[Tick::Extends(RuleKey::D20)];

/// What a move does to the clocks; the caller does it in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockMove {
    /// Start this rule's clock at this instant.
    Start(RuleKey, Instant),
    /// Stop it.
    Stop(RuleKey, Instant),
    /// Extend it to this day with a reason.
    Extend(RuleKey, NaiveDate, String),
    /// Cancel every running clock of the case.
    CancelAll,
    /// Cancel the running clocks of duties that fell away; the window of a right runs to its end.
    CancelDuties,
}

/// 中止与恢复 what a step does to the clocks of the case that depend on a conclusion; the caller does it in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PauseMove {
    /// Let this rule's clock stand still from this instant on, by this paper.
    Pause(RuleKey, PauseReason, Instant, String),
    /// Let it run again.
    Resume(RuleKey, PauseReason, Instant, String),
}

/// 一步的结果 of a procedure beside the case: the noun as it is now, what happens to its own clocks, and what to those of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stepped<T> {
    /// As it is now.
    pub now: T,
    /// Its own clocks.
    pub clocks: Vec<ClockMove>,
    /// The clocks of the case.
    pub pauses: Vec<PauseMove>,
}

/// 案件
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Id.
    pub id: CaseId,
    /// 案件编号, e.g. `HC2026-0118-LT`.
    pub no: String,
    /// Which part.
    pub part: Part,
    /// The failing sample.
    pub sample: SampleId,
    /// Its test order.
    pub order: TestOrderId,
    /// 抽样单编号
    pub sampling_no: String,
    /// 样品名称
    pub product: String,
    /// 涉及单位 the operator of this part.
    pub operator: String,
    /// 街道代码
    pub street: String,
    /// 不合格项目
    pub failing: Vec<String>,
    /// 可能严重危害 (art 28): starts the 24-hour clock.
    pub severe: bool,
    /// 微生物不合格, which admits no recheck (art 31).
    pub microbial: bool,
    /// When the failing conclusion opened it.
    pub opened_at: Instant,
    /// State.
    pub state: CaseState,
    /// 签收时间
    pub received_at: Option<Instant>,
    /// 承办人
    pub handler: Option<(UserId, String)>,
    /// 处置环节
    pub blocks: BTreeMap<Block, BlockRecord>,
    /// 退回意见
    pub returned: Option<(String, String)>,
    /// 办结时间
    pub closed_at: Option<Instant>,
    /// 审核人
    pub approver: Option<(UserId, String)>,
    /// 撤销理由
    pub cancel_reason: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

/// What is known when a failing conclusion opens the cases.
#[derive(Debug, Clone)]
pub struct CaseOpening {
    /// The sample.
    pub sample: SampleId,
    /// Its order.
    pub order: TestOrderId,
    /// 抽样单编号
    pub sampling_no: String,
    /// 样品名称
    pub product: String,
    /// 环节
    pub link: Link,
    /// 网络抽样
    pub online: bool,
    /// 被抽样单位
    pub site: String,
    /// 标称生产者, for prepackaged food.
    pub producer: Option<String>,
    /// 街道
    pub street: String,
    /// 不合格项目 with their group codes.
    pub failing: Vec<(String, String)>,
    /// When the conclusion was made.
    pub at: Instant,
    /// 演示数据
    pub demo: bool,
}

/// The cases that a failing conclusion opens: the part of the sampled operator, and for prepackaged food of another
/// producer the production part too; with the clocks that start at once: D04 reporting, D05 when severe, D20 disposal.
///
/// D20 counts from the conclusion, the earliest day that can be meant; the trigger is graded "medium" in the sources and an
/// earlier start never hides an overdue case.
#[must_use]
pub fn open_cases(opening: &CaseOpening, ids: [CaseId; 2], no: &str) -> Vec<(Case, Vec<ClockMove>)> {
    let seller = if opening.online {
        Part::Online
    } else {
        match opening.link {
            Link::Production => Part::Production,
            Link::Circulation => Part::Circulation,
            Link::Catering => Part::Catering,
        }
    };
    let severe = opening.failing.iter().any(|(item, group)| group == "banned" || is_pathogen(item, opening.at.date_naive()));
    let mut parts = vec![(seller, opening.site.clone())];
    if seller != Part::Production
        && let Some(producer) = opening.producer.as_ref().filter(|p| !matches!(p.trim(), "" | "/") && **p != opening.site)
    {
        parts.push((Part::Production, producer.clone()));
    }
    parts
        .into_iter()
        .zip(ids)
        .map(|((part, operator), id)| {
            let case = Case {
                id,
                no: format!("{no}-{}", part.code()),
                part,
                sample: opening.sample,
                order: opening.order,
                sampling_no: opening.sampling_no.clone(),
                product: opening.product.clone(),
                operator,
                street: opening.street.clone(),
                failing: opening.failing.iter().map(|(item, _)| item.clone()).collect(),
                severe,
                microbial: opening.failing.iter().any(|(_, group)| group == "microbe"),
                opened_at: opening.at,
                state: CaseState::Opened,
                received_at: None,
                handler: None,
                blocks: BTreeMap::new(),
                returned: None,
                closed_at: None,
                approver: None,
                cancel_reason: None,
                demo: opening.demo,
                revision: 0,
            };
            let clocks = clock_moves(MOVES.opening, opening.at, |rule| severe || rule != RuleKey::D05);
            (case, clocks)
        })
        .collect()
}

/// What the table says of the clocks, at a moment, for the rules that the facts of the case ask for.
pub(crate) fn clock_moves(ticks: &[Tick<RuleKey>], at: Instant, applies: impl Fn(RuleKey) -> bool) -> Vec<ClockMove> {
    let one = |tick: &Tick<RuleKey>| match *tick {
        Tick::Starts(rule) => applies(rule).then_some(ClockMove::Start(rule, at)),
        Tick::Stops(rule) => applies(rule).then_some(ClockMove::Stop(rule, at)),
        Tick::CancelsAll => Some(ClockMove::CancelAll),
        Tick::CancelsDuties => Some(ClockMove::CancelDuties),
        // to which day and why is said where it is approved
        Tick::Extends(_) => None,
    };
    ticks.iter().filter_map(one).collect()
}

impl Case {
    /// The blocks that must be complete. A production part handed to another place is complete with the letter and its
    /// receipt; every other part needs all but the risk assessment.
    #[must_use]
    pub fn required_blocks(&self) -> Vec<Block> {
        if self.part == Part::Production && self.blocks.get(&Block::Transfer).is_some_and(|b| b.inapplicable.is_none() && !b.get("to").is_empty()) {
            return vec![Block::Transfer];
        }
        Block::ALL.iter().copied().filter(|b| *b != Block::Risk).collect()
    }
    /// What is missing before it may be closed (能否办结).
    #[must_use]
    pub fn missing(&self) -> Vec<Refusal> {
        let empty = BlockRecord::default();
        let mut missing = Vec::new();
        for block in self.required_blocks() {
            let record = self.blocks.get(&block).unwrap_or(&empty);
            missing.extend(record.missing(block));
            if block == Block::Transfer && self.part == Part::Production && record.inapplicable.is_none() && record.get("reply") == "未收到回执" {
                missing.push(
                    Refusal::new(code::FIELD).with("block", block.zh()).with("block_en", block.en()).with("label", "回执").with("label_en", "the receipt"),
                );
            }
        }
        missing
    }
    /// Every mandatory block is evidenced.
    #[must_use]
    pub fn evidenced(&self) -> bool {
        self.missing().is_empty()
    }
    /// Every reason why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: CaseAction) -> Vec<Refusal> {
        let mut why = MOVES.why_not(actor, self.state, action, (code::STATE, code::ROLE));
        if action == CaseAction::Approve {
            let handled = self.handler.iter().chain(self.blocks.values().filter_map(|b| b.by.as_ref())).find(|(id, _)| *id == actor.id);
            if let Some((_, name)) = handled {
                why.push(Refusal::new(code::OWN_CASE).with("name", name));
            }
        }
        if matches!(action, CaseAction::Submit | CaseAction::Approve) {
            why.extend(self.missing());
        }
        why
    }
    /// Whose duty an action is, whatever the state of the case: asked before anything that was sent is looked at.
    ///
    /// # Errors
    /// `CASE-ROLE`.
    pub fn duty(actor: &Actor, action: CaseAction) -> Result<(), Refusal> {
        MOVES.duty(actor, action, code::ROLE)
    }
    fn step(&self, actor: &Actor, action: CaseAction) -> Result<Case, Vec<Refusal>> {
        let why = self.why_not(actor, action);
        if !why.is_empty() {
            return Err(why);
        }
        let state = MOVES.to(self.state, action).unwrap_or(self.state);
        Ok(Case { state, revision: self.revision + 1, ..self.clone() })
    }
    /// 签收并部署: the office takes the case; reporting (D04, D05) is done, service (D06) is due.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn receive(&self, actor: &Actor, now: Instant) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        let mut next = self.step(actor, CaseAction::Receive)?;
        next.received_at = Some(now);
        next.handler = Some((actor.id, actor.name.clone()));
        let moves = clock_moves(&MOVES.ticks(self.state, CaseAction::Receive), now, |rule| self.severe || rule != RuleKey::D05);
        Ok((next, moves))
    }
    /// 填写处置环节. The date of service stops D06 and starts the recheck window D07.
    ///
    /// # Errors
    /// State, duty, what was typed, a mandatory block marked as not applicable.
    pub fn fill(&self, actor: &Actor, block: Block, record: BlockRecord, now: Instant) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        let mut next = self.step(actor, CaseAction::Fill)?;
        if let Some(reason) = &record.inapplicable {
            if !block.may_be_inapplicable() {
                return Err(vec![Refusal::new(code::NOT_OPTIONAL).with("block", block.zh()).with("block_en", block.en())]);
            }
            if reason.trim().chars().count() < 4 {
                return Err(vec![Refusal::new(code::REASON).on("inapplicable")]);
            }
        }
        let problems = record.problems(block, self.opened_at.date_naive(), now.date_naive());
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut moves = Vec::new();
        if block == Block::Start
            && let Some(served) = record.date("served_on")
            && self.blocks.get(&Block::Start).and_then(|b| b.date("served_on")).is_none()
        {
            let noon = chrono::NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
            let at = served.and_time(noon).and_local_timezone(now.timezone()).single().unwrap_or(now);
            // A clock never stops before it started: service on the day of receipt stops it at the receipt.
            let at = self.received_at.map_or(at, |received| at.max(received)).min(now);
            moves = clock_moves(&MOVES.ticks(self.state, CaseAction::Fill), at, |rule| !self.microbial || rule != RuleKey::D07);
        }
        next.blocks.insert(block, BlockRecord { by: Some((actor.id, actor.name.clone())), at: Some(now), ..record });
        Ok((next, moves))
    }
    /// 提请办结
    ///
    /// # Errors
    /// The list of what is missing.
    pub fn submit(&self, actor: &Actor) -> Result<Case, Vec<Refusal>> {
        let mut next = self.step(actor, CaseAction::Submit)?;
        next.returned = None;
        Ok(next)
    }
    /// 审核办结 by another person; the disposal clock stops.
    ///
    /// # Errors
    /// The list of what is missing; own case.
    pub fn approve(&self, actor: &Actor, now: Instant) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        let mut next = self.step(actor, CaseAction::Approve)?;
        next.closed_at = Some(now);
        next.approver = Some((actor.id, actor.name.clone()));
        Ok((next, clock_moves(&MOVES.ticks(self.state, CaseAction::Approve), now, |_| true)))
    }
    /// 退回补充
    ///
    /// # Errors
    /// State, duty, no reason.
    pub fn send_back(&self, actor: &Actor, reason: &str) -> Result<Case, Vec<Refusal>> {
        let mut next = self.step(actor, CaseAction::Return)?;
        next.returned = Some((actor.name.clone(), written(reason)?));
        Ok(next)
    }
    /// 批准延期 of the disposal, in writing (art 45).
    ///
    /// # Errors
    /// State, duty, no reason, a date that is not later.
    pub fn extend(&self, actor: &Actor, typed: &str, reason: &str, due: NaiveDate) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        let next = self.step(actor, CaseAction::Extend)?;
        let reason = written(reason)?;
        match shiyan_sample_intake::sheet::read_date(typed).filter(|d| *d > due) {
            Some(to) => {
                let longer = MOVES.ticks(self.state, CaseAction::Extend).into_iter().filter_map(|tick| match tick {
                    Tick::Extends(rule) => Some(ClockMove::Extend(rule, to, reason.clone())),
                    _ => None,
                });
                Ok((next, longer.collect()))
            }
            None => Err(vec![Refusal::new(code::EXTENSION).with("typed", typed).with("due", due).on("new_due_on")]),
        }
    }
    /// 撤销（改判）: only when the final conclusion no longer fails; it leaves the denominator and stays in the log.
    ///
    /// # Errors
    /// State, duty, no reason, the conclusion still stands.
    pub fn cancel(&self, actor: &Actor, reason: &str, still_failing: bool) -> Result<(Case, Vec<ClockMove>), Vec<Refusal>> {
        if still_failing {
            return Err(vec![Refusal::new(code::FINAL_FAIL)]);
        }
        let mut next = self.step(actor, CaseAction::Cancel)?;
        next.cancel_reason = Some(written(reason)?);
        Ok((next, clock_moves(&MOVES.ticks(self.state, CaseAction::Cancel), self.opened_at, |_| true)))
    }
}

fn written(reason: &str) -> Result<String, Vec<Refusal>> {
    let reason = reason.trim();
    if reason.chars().count() < 4 { Err(vec![Refusal::new(code::REASON).on("reason")]) } else { Ok(reason.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::EvidenceRef;
    use shiyan_foundation::{Role, Scope, shanghai};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn at(day: u32) -> Instant {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn actor(n: u128, role: Role) -> Actor {
        Actor { id: UserId(Uuid::from_u128(n)), name: format!("人员{n}"), roles: BTreeSet::from([role]), scope: Scope::District }
    }
    fn opening() -> CaseOpening {
        CaseOpening {
            sample: SampleId(Uuid::nil()),
            order: TestOrderId(Uuid::nil()),
            sampling_no: "XBJ26410105000000001".into(),
            product: "韭菜".into(),
            link: Link::Circulation,
            online: false,
            site: "示范蔬菜店".into(),
            producer: None,
            street: "410105008".into(),
            failing: vec![("腐霉利".into(), "pesticide".into())],
            at: at(2),
            demo: false,
        }
    }
    fn ids() -> [CaseId; 2] {
        [CaseId(Uuid::from_u128(1)), CaseId(Uuid::from_u128(2))]
    }
    fn evidence() -> EvidenceRef {
        EvidenceRef { sha256: "0".repeat(64), name: "a.jpg".into(), size: 1, by: "人员1".into(), at: at(4) }
    }
    /// A full record of a block.
    fn full(block: Block) -> BlockRecord {
        let mut record = BlockRecord { evidence: vec![evidence()], ..BlockRecord::default() };
        for field in block.fields() {
            let value = match field.kind {
                crate::block::BlockKind::Text => "示范".to_owned(),
                crate::block::BlockKind::Date => "2026-03-05".to_owned(),
                crate::block::BlockKind::Number => "0".to_owned(),
                crate::block::BlockKind::Choice(choices) => choices[0].to_owned(),
            };
            record.fields.insert(field.key.into(), value);
        }
        record
    }
    fn filled() -> Case {
        let officer = actor(1, Role::Enforcer);
        let mut case = open_cases(&opening(), ids(), "HC2026-0001")[0].0.receive(&officer, at(3)).unwrap().0;
        for block in case.required_blocks() {
            case = case.fill(&officer, block, full(block), at(6)).unwrap().0;
        }
        case
    }

    #[test]
    fn a_failing_conclusion_opens_the_case_with_its_clocks() {
        let (case, clocks) = open_cases(&opening(), ids(), "HC2026-0001").remove(0);
        assert_eq!((case.no.as_str(), case.state), ("HC2026-0001-LT", CaseState::Opened));
        assert_eq!(clocks, [ClockMove::Start(RuleKey::D04, at(2)), ClockMove::Start(RuleKey::D20, at(2))]);
    }
    #[test]
    fn banned_substances_and_pathogens_start_the_24_hour_clock() {
        let banned = CaseOpening { failing: vec![("孔雀石绿".into(), "banned".into())], ..opening() };
        let pathogen = CaseOpening { failing: vec![("沙门氏菌".into(), "microbe".into())], ..opening() };
        for severe in [banned, pathogen] {
            assert!(open_cases(&severe, ids(), "n")[0].1.contains(&ClockMove::Start(RuleKey::D05, at(2))), "{severe:?}");
        }
    }
    #[test]
    fn prepackaged_food_of_another_producer_opens_two_parts() {
        let both = CaseOpening { producer: Some("示范食品厂".into()), ..opening() };
        let parts: Vec<Part> = open_cases(&both, ids(), "n").iter().map(|(c, _)| c.part).collect();
        assert_eq!(parts, [Part::Circulation, Part::Production]);
        let none = CaseOpening { producer: Some("/".into()), ..opening() };
        assert_eq!(open_cases(&none, ids(), "n").len(), 1);
    }
    #[test]
    fn receipt_stops_reporting_and_starts_service_and_service_starts_the_recheck_window() {
        let officer = actor(1, Role::Enforcer);
        let (case, moves) = open_cases(&opening(), ids(), "n")[0].0.receive(&officer, at(3)).unwrap();
        assert_eq!(moves, [ClockMove::Stop(RuleKey::D04, at(3)), ClockMove::Start(RuleKey::D06, at(3))]);
        let (_, moves) = case.fill(&officer, Block::Start, full(Block::Start), at(6)).unwrap();
        assert!(matches!(moves[..], [ClockMove::Stop(RuleKey::D06, _), ClockMove::Start(RuleKey::D07, _)]));
    }
    #[test]
    fn a_microbial_failure_has_no_recheck_window() {
        let officer = actor(1, Role::Enforcer);
        let microbes = CaseOpening { failing: vec![("菌落总数".into(), "microbe".into())], ..opening() };
        let case = open_cases(&microbes, ids(), "n")[0].0.receive(&officer, at(3)).unwrap().0;
        let (_, moves) = case.fill(&officer, Block::Start, full(Block::Start), at(6)).unwrap();
        assert_eq!(moves.len(), 1);
    }
    #[test]
    fn closing_is_refused_with_the_list_of_what_is_missing() {
        let officer = actor(1, Role::Enforcer);
        let mut case = filled();
        case.blocks.remove(&Block::Publicity);
        if let Some(control) = case.blocks.get_mut(&Block::Control) {
            control.evidence.clear();
            control.fields.insert("bought".into(), "9".into());
        }
        let codes: Vec<&str> = case.submit(&officer).unwrap_err().iter().map(Refusal::code).collect();
        assert_eq!(codes, ["CASE-BALANCE", "CASE-EVIDENCE", "CASE-BLOCK"]);
    }
    #[test]
    fn the_handler_never_approves_their_own_case() {
        let submitted = filled().submit(&actor(1, Role::Enforcer)).unwrap();
        let both = Actor { roles: BTreeSet::from([Role::Supervisor, Role::Enforcer]), ..actor(1, Role::Supervisor) };
        assert_eq!(submitted.approve(&both, at(9)).unwrap_err()[0].code(), "CASE-OWN");
        let (closed, moves) = submitted.approve(&actor(2, Role::Supervisor), at(9)).unwrap();
        assert_eq!((closed.state, moves), (CaseState::Closed, vec![ClockMove::Stop(RuleKey::D20, at(9)), ClockMove::CancelDuties]));
    }
    #[test]
    fn a_production_part_is_done_by_letter_and_receipt() {
        let officer = actor(1, Role::Enforcer);
        let both = CaseOpening { producer: Some("示范食品厂".into()), ..opening() };
        let case = open_cases(&both, ids(), "n")[1].0.receive(&officer, at(3)).unwrap().0;
        let mut letter = full(Block::Transfer);
        letter.fields.insert("reply".into(), "未收到回执".into());
        let waiting = case.fill(&officer, Block::Transfer, letter, at(6)).unwrap().0;
        assert_eq!(waiting.submit(&officer).unwrap_err().len(), 1);
        let done = waiting.fill(&officer, Block::Transfer, full(Block::Transfer), at(7)).unwrap().0;
        assert!(done.submit(&officer).is_ok());
    }
    #[test]
    fn free_of_penalty_is_a_complete_outcome_with_its_reason() {
        let mut record = full(Block::Penalty);
        record.fields.insert("filed".into(), "免予处罚（食品安全法第136条）".into());
        record.fields.insert("why_not".into(), String::new());
        assert_eq!(record.missing(Block::Penalty).len(), 1);
        record.fields.insert("why_not".into(), "履行了进货查验义务".into());
        assert!(record.missing(Block::Penalty).is_empty());
    }
    #[test]
    fn every_state_is_reachable_and_a_closed_case_is_only_ever_overturned() {
        assert_eq!(MOVES.problems(), Vec::<String>::new());
        let after = |state| CaseAction::ALL.iter().copied().filter(|action| MOVES.allows(state, *action)).collect::<Vec<_>>();
        assert_eq!((after(CaseState::Closed), after(CaseState::Cancelled)), (vec![CaseAction::Cancel], vec![]));
    }
    #[test]
    fn a_case_whose_conclusion_stands_is_not_cancelled() {
        assert_eq!(filled().cancel(&actor(2, Role::Supervisor), "改判理由", true).unwrap_err()[0].code(), "CASE-STANDS");
        assert_eq!(filled().cancel(&actor(2, Role::Supervisor), "复检改判", false).unwrap().0.state, CaseState::Cancelled);
    }
}
