//! One case told from the failing conclusion to its closing, as far as it had come by `now`.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use shiyan_app::Error;
use shiyan_app::seed::Record;
use shiyan_foundation::{Actor, Instant, Scope};
use shiyan_nonconformity::block::BlockKind;
use shiyan_nonconformity::{Block, BlockRecord, Case, CaseState, EvidenceRef, Part};
use shiyan_statute::RuleKey;

use crate::sample::{Clocks, Run};
use crate::world::World;

/// How a case goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// Closed after so many days, approved a little later.
    Days(i64),
    /// Extended to so many days more, closed after so many.
    Extended(i64, i64),
    /// Goes no further than this state.
    Until(CaseState),
    /// The amended report, issued then, no longer fails.
    Overturned(Instant),
}

/// How many cases of a kind are still wanted, so that each is there and none is there too often.
#[derive(Debug)]
pub(crate) struct Quotas {
    overdue: u32,
    extended: u32,
    submitted: u32,
    opened: u32,
    assigned: u32,
    told: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { overdue: 3, extended: 1, submitted: 2, opened: 2, assigned: 2, told: 0 }
    }
}

impl Course {
    /// The course of the next case, by its age and by what is still wanted.
    pub(crate) fn drawn(world: &World, run: &mut Run, case: &Case) -> Course {
        let age = (world.now.date_naive() - case.opened_at.date_naive()).num_days();
        let days = run.dice.within(22, 78);
        let quotas = &mut run.quotas;
        quotas.told += 1;
        if case.part == Part::Production {
            return Course::Days(days.min(50));
        }
        let mut take = |quota: fn(&mut Quotas) -> &mut u32| -> bool {
            let left = quota(quotas);
            let some = *left > 0;
            *left = left.saturating_sub(1);
            some
        };
        match age {
            95..=130 if take(|q| &mut q.overdue) => Course::Until(CaseState::Acting),
            50..=84 if take(|q| &mut q.extended) => Course::Extended(30, 112),
            20..=70 if take(|q| &mut q.submitted) => Course::Until(CaseState::Submitted),
            2..=14 if take(|q| &mut q.assigned) => Course::Until(CaseState::Assigned),
            0..=1 if take(|q| &mut q.opened) => Course::Until(CaseState::Opened),
            140.. if quotas.told.is_multiple_of(45) => Course::Days(96 + days % 14),
            150.. if quotas.told.is_multiple_of(50) => Course::Extended(30, 95 + days % 20),
            _ => Course::Days(days),
        }
    }
}

fn handler<'a>(world: &'a World, case: &Case) -> &'a Actor {
    match &world.people.office.scope {
        Scope::Streets(streets) if streets.contains(&case.street) => &world.people.office,
        _ => &world.people.enforcer,
    }
}

/// The blocks in their order, the last of them on the day of closing.
fn planned(world: &World, run: &mut Run, case: &Case, received: Instant, closing: NaiveDate) -> Vec<(Block, NaiveDate)> {
    let mut plan: Vec<(Block, NaiveDate)> = Vec::new();
    if case.part == Part::Production && case.operator.contains("示范省") {
        plan.push((Block::Start, world.after(received.date_naive(), 2)));
        plan.push((Block::Transfer, world.later(received.date_naive(), 5)));
        plan.push((Block::Transfer, closing));
    } else {
        let serve = if run.dice.chance(400) { 6 } else { run.dice.within(1, 4) };
        let served = world.after(received.date_naive(), serve);
        let blocks = [Block::Start, Block::Control, Block::Risk, Block::Cause, Block::Rectify, Block::Penalty, Block::Transfer, Block::Publicity];
        let span = (closing - served).num_days().max(0);
        for (index, block) in blocks.into_iter().enumerate() {
            let share = i64::try_from(index).unwrap_or(0) * span / 7;
            plan.push((block, world.later(served, share).min(closing)));
        }
    }
    plan
}

/// Tells a case.
pub(crate) fn run_case(world: &World, run: &mut Run, clocks: &mut Clocks<'_>, case: Case, course: Course) -> Result<Case, Error> {
    let officer = handler(world, &case);
    let supervisor = &world.people.supervisor;
    let (subject, opened, mut case) = (case.subject(), case.opened_at.date_naive(), case);
    let until = |case: &Case| matches!(course, Course::Until(state) if state == case.state);
    let overturned = if let Course::Overturned(at) = course { Some(at) } else { None };
    let ends = overturned.unwrap_or(world.now).min(world.now);

    let received =
        if case.severe { case.opened_at + TimeDelta::hours(3) } else { world.at(world.after(opened, 1), 10, 0) + TimeDelta::minutes(run.dice.within(0, 90)) };
    let days = match course {
        Course::Days(days) | Course::Extended(_, days) => days,
        // asked to be closed a few days ago
        Course::Until(CaseState::Submitted) => (world.now.date_naive() - opened).num_days() - 5,
        _ => 60,
    };
    let closing = world.later(opened, days);
    let plan = planned(world, run, &case, received, closing);
    if received > ends || until(&case) {
        return overturn(world, clocks, run, case, overturned);
    }
    let (next, moves) = case.receive(officer, received)?;
    clocks.moves(&mut run.dice, &subject, &moves)?;
    case = next;
    if until(&case) {
        return overturn(world, clocks, run, case, overturned);
    }
    let extended_at = match course {
        Course::Extended(..) => Some(world.at(world.later(opened, 45), 11, 0)),
        _ => None,
    };
    let count = plan.len();
    for (index, (block, on)) in plan.into_iter().enumerate() {
        let at = world.at(on, 16, 0);
        if at > ends || (matches!(course, Course::Until(CaseState::Acting)) && index == 4) {
            extend(world, run, clocks, &mut case, extended_at, course)?;
            return overturn(world, clocks, run, case, overturned);
        }
        let first_letter = block == Block::Transfer && case.part == Part::Production && index + 1 < count;
        let (next, moves) = case.fill(officer, block, record(world, run, &case, officer, block, on, at, first_letter), at)?;
        clocks.moves(&mut run.dice, &subject, &moves)?;
        case = next;
    }
    extend(world, run, clocks, &mut case, extended_at, course)?;
    if overturned.is_some() {
        return overturn(world, clocks, run, case, overturned);
    }
    let submitted = world.at(closing, 17, 0);
    if submitted > world.now {
        return Ok(case);
    }
    case = case.submit(officer)?;
    let approved = world.at(world.after(closing, 1), 11, 0);
    if approved > world.now || until(&case) {
        return Ok(case);
    }
    let (next, moves) = case.approve(supervisor, approved)?;
    clocks.moves(&mut run.dice, &subject, &moves)?;
    Ok(next)
}

fn extend(world: &World, run: &mut Run, clocks: &mut Clocks<'_>, case: &mut Case, at: Option<Instant>, course: Course) -> Result<(), Error> {
    let (Some(_), Course::Extended(more, _)) = (at.filter(|at| *at <= world.now), course) else { return Ok(()) };
    let subject = case.subject();
    let Some(due) = clocks.due(RuleKey::D20, &subject) else { return Ok(()) };
    let to = world.later(due, more);
    let (next, moves) = case.extend(&world.people.supervisor, &to.to_string(), "涉及外地供货方，协查尚未回复（演示）", due)?;
    clocks.moves(&mut run.dice, &subject, &moves)?;
    *case = next;
    Ok(())
}

fn overturn(world: &World, clocks: &mut Clocks<'_>, run: &mut Run, case: Case, at: Option<Instant>) -> Result<Case, Error> {
    if at.is_none() {
        return Ok(case);
    }
    let subject = case.subject();
    let (next, moves) = case.cancel(&world.people.supervisor, "检验报告更改后结论为合格，撤销本案（演示）", false)?;
    clocks.moves(&mut run.dice, &subject, &moves)?;
    Ok(next)
}

/// The record of a block, every required field, with the one evidence file.
#[allow(clippy::too_many_arguments)]
fn record(world: &World, run: &mut Run, case: &Case, officer: &Actor, block: Block, on: NaiveDate, at: Instant, first_letter: bool) -> BlockRecord {
    let evidence = EvidenceRef { sha256: world.evidence.0.clone(), name: "演示证据.png".into(), size: world.evidence.1, by: officer.name.clone(), at };
    let mut record = BlockRecord { evidence: vec![evidence], ..BlockRecord::default() };
    if block == Block::Transfer && (case.part != Part::Production || !case.operator.contains("示范省")) {
        record.inapplicable = Some("本案不涉及外地移送（演示）".into());
        return record;
    }
    if block == Block::Risk && !case.severe {
        record.inapplicable = Some("一般不合格，无需专门评估（演示）".into());
        return record;
    }
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for field in block.fields().iter().filter(|f| f.required) {
        let value = match field.kind {
            BlockKind::Text => format!("示范{}", field.zh),
            BlockKind::Date => on.to_string(),
            BlockKind::Number => "0".to_owned(),
            BlockKind::Choice(choices) => choices.first().copied().unwrap_or_default().to_owned(),
        };
        fields.insert(field.key.to_owned(), value);
    }
    let mut set = |key: &str, value: String| {
        fields.insert(key.to_owned(), value);
    };
    match block {
        Block::Start => {
            set("office", "示范街道市场监督管理所".into());
            set("served_to", case.operator.clone());
        }
        Block::Control => {
            let sold = run.dice.within(4, 40);
            let (sealed, recalled) = (run.dice.within(0, 12), run.dice.within(0, 8));
            set("bought", (sold + sealed + recalled).to_string());
            set("sold", sold.to_string());
            set("sealed", sealed.to_string());
            set("recalled", recalled.to_string());
            set("unit", "公斤".into());
        }
        Block::Cause => set("cause", run.dice.pick(&["原料问题", "过程控制不严", "储运不当", "未找出原因"]).to_owned()),
        Block::Penalty => penalty(run, at.year(), &mut set),
        Block::Transfer => {
            set("to", "示范省示范市市场监督管理局".into());
            set("letter_no", format!("金市监函〔{}〕演示{}号", case.opened_at.year(), case.no));
            set("sent_on", case.received_at.map_or(on, |r| r.date_naive() + Days::new(1)).min(on).to_string());
            set("reply", if first_letter { "未收到回执".into() } else { "已收到回执".into() });
        }
        _ => {}
    }
    record.fields = fields;
    record
}

/// 行政处罚: a fine, or why there is none.
fn penalty(run: &mut Run, year: i32, set: &mut dyn FnMut(&str, String)) {
    let number = run.quotas.serial();
    if run.dice.chance(3_000) {
        set("filed", "免予处罚（食品安全法第136条）".into());
        set("why_not", "履行了进货查验等义务（演示）".into());
        set("doc_no", format!("金市监不罚〔{year}〕演示{number}号"));
    } else {
        set("filed", "立案处罚".into());
        set("fine", (run.dice.within(4, 60) * 500).to_string());
        set("doc_no", format!("金市监处罚〔{year}〕演示{number}号"));
    }
    set("basis", "食品安全法（演示）".into());
}

impl Quotas {
    fn serial(&self) -> u32 {
        self.told
    }
}
