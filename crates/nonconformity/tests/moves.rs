//! Every noun moves by its table: beside each stands a second list, written by hand; cases walk at random and stay within theirs; and the pictures in
//! `crates/MOVES.md` are drawn from the tables (`SHIYAN_BLESS=1` draws them anew).
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::ids::{CaseId, SampleId, TestOrderId, UserId};
use shiyan_foundation::task::Link;
use shiyan_foundation::{Actor, Instant, Label, Lang, Moves, NaiveDate, Role, Scope, Tick, shanghai};
use shiyan_lab_results::{bench, order};
use shiyan_nonconformity::block::BlockKind;
use shiyan_nonconformity::case::MOVES as CASES;
use shiyan_nonconformity::objection::MOVES as OBJECTIONS;
use shiyan_nonconformity::recheck::MOVES as RECHECKS;
use shiyan_nonconformity::{Block, BlockRecord, Case, CaseAction, CaseOpening, CaseState, ClockMove, EvidenceRef, open_cases};
use shiyan_rapid_test::follow_up;
use shiyan_sample_intake::sample;
use shiyan_statute::{LIMIT_MOVES, RuleKey};
use uuid::Uuid;

/// `draft submit sampled: sampler` a line, sorted.
fn listed<S: Label + PartialEq, A: Label + PartialEq, R: Copy>(moves: &Moves<S, A, R>) -> Vec<String> {
    assert_eq!(moves.problems(), Vec::<String>::new());
    let roles = |roles: &[Role]| roles.iter().map(|r| r.code()).collect::<Vec<_>>().join("|");
    let mut all: Vec<String> = moves.table.iter().map(|m| format!("{} {} {}: {}", m.from.code(), m.action.code(), m.to.code(), roles(m.act.roles()))).collect();
    all.sort();
    all
}

fn by_hand(list: &str) -> Vec<String> {
    let mut all: Vec<String> = list.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    all.sort();
    all
}

#[test]
fn every_table_of_moves_agrees_with_the_list_by_hand() {
    assert_eq!(
        listed(&sample::MOVES),
        by_hand(
            "draft submit sampled: sampler
             draft void void: sampler
             sampled accept received: sample_keeper
             sampled refuse refused: sample_keeper
             sampled renumber sampled: sampler
             received renumber received: sampler
             sampled void void: sampler"
        )
    );
    assert_eq!(
        listed(&order::MOVES),
        by_hand(
            "testing enter testing: analyst
             testing decide testing: reviewer|quality_manager
             testing submit entered: analyst
             entered check checked: checker
             entered return testing: checker
             checked review reviewed: reviewer
             checked return testing: reviewer
             reviewed approve approved: signatory
             reviewed return testing: signatory
             approved issue issued: report_sender
             approved return testing: signatory
             issued amend testing: quality_manager"
        )
    );
    assert_eq!(listed(&shiyan_dispatch::MOVES), by_hand("issued void voided: supervisor"));
    assert_eq!(
        listed(&bench::MOVES),
        by_hand(
            "open assign open: analyst|reviewer|quality_manager
             open advance open: analyst|reviewer
             open enter open: analyst
             open finish finished: analyst
             open void void: analyst|reviewer
             finished reopen open: checker|reviewer|signatory"
        )
    );
    assert_eq!(
        listed(&CASES),
        by_hand(
            "opened receive assigned: enforcer
             assigned fill acting: enforcer
             acting fill acting: enforcer
             acting submit submitted: enforcer
             submitted approve closed: supervisor
             submitted return acting: supervisor
             opened extend opened: supervisor
             assigned extend assigned: supervisor
             acting extend acting: supervisor
             submitted extend submitted: supervisor
             opened cancel cancelled: supervisor
             assigned cancel cancelled: supervisor
             acting cancel cancelled: supervisor
             submitted cancel cancelled: supervisor
             closed cancel cancelled: supervisor"
        )
    );
    assert_eq!(
        listed(&RECHECKS),
        by_hand(
            "filed accept accepted: supervisor
             filed refuse refused: supervisor
             filed withdraw withdrawn: enforcer
             accepted withdraw withdrawn: enforcer
             accepted draw assigned: enforcer
             assigned decline accepted: enforcer
             assigned withdraw withdrawn: enforcer
             assigned hand_over in_transit: enforcer
             in_transit hand_over in_transit: enforcer
             in_transit receive testing: enforcer
             in_transit receive terminated: enforcer
             testing terminate terminated: supervisor
             testing conclude concluded: enforcer
             concluded tell told: enforcer"
        )
    );
    assert_eq!(
        listed(&OBJECTIONS),
        by_hand(
            "received ask_more waiting: enforcer
             received complete ready: enforcer
             waiting complete ready: enforcer
             received refuse refused: supervisor
             waiting refuse refused: supervisor
             ready refuse refused: supervisor
             ready accept accepted: supervisor
             accepted consult accepted: enforcer
             accepted answer accepted: enforcer
             accepted uphold upheld: supervisor
             accepted dismiss dismissed: supervisor
             received withdraw withdrawn: enforcer
             waiting withdraw withdrawn: enforcer
             ready withdraw withdrawn: enforcer
             accepted withdraw withdrawn: enforcer"
        )
    );
    assert_eq!(
        listed(&follow_up::MOVES),
        by_hand(
            "awaiting_retest retest suspended: point_operator|enforcer
             awaiting_retest retest negative_on_retest: point_operator|enforcer
             awaiting_retest retest awaiting_retest: point_operator|enforcer
             suspended dispose disposed: point_operator|enforcer
             suspended object objected: point_operator|enforcer
             suspended send_to_lab sent_to_lab: enforcer|sampler
             disposed send_to_lab sent_to_lab: enforcer|sampler
             objected send_to_lab sent_to_lab: enforcer|sampler
             sent_to_lab conclude confirmed: enforcer
             sent_to_lab conclude not_confirmed: enforcer"
        )
    );
    assert_eq!(
        listed(&shiyan_sampling_plan::MOVES),
        by_hand("draft add draft: plan_manager\ndraft issue issued: plan_manager\nissued adjust issued: plan_manager")
    );
    assert_eq!(
        listed(&shiyan_sampling_plan::STEPS),
        by_hand(
            "draft correct draft: plan_manager
             draft approve approved: plan_manager
             approved send_back draft: plan_manager
             approved issue issued: plan_manager
             issued propose issued: plan_manager
             issued adopt issued: plan_manager
             issued drop issued: plan_manager"
        )
    );
    assert_eq!(
        listed(&bench::PROFILE_MOVES),
        by_hand(
            "draft activate active: quality_manager
             draft retire retired: quality_manager
             active retire retired: quality_manager
             retired activate active: quality_manager"
        )
    );
    assert_eq!(
        listed(&LIMIT_MOVES),
        by_hand("pending activate active: quality_manager\npending retire retired: quality_manager\nactive retire retired: quality_manager")
    );
}

#[test]
fn what_is_open_is_what_the_list_by_hand_says() {
    fn open<S: Label + PartialEq, A: Label + PartialEq, R: Copy>(moves: &Moves<S, A, R>) -> String {
        assert!(moves.over_codes().all(|over| S::ALL.iter().any(|s| s.code() == over && !moves.is_open(*s))));
        moves.open().map(Label::code).collect::<Vec<_>>().join(" ")
    }
    assert_eq!(open(&sample::MOVES), "draft sampled");
    assert_eq!(open(&order::MOVES), "testing entered checked reviewed approved");
    assert_eq!(open(&bench::MOVES), "open");
    assert_eq!(open(&CASES), "opened assigned acting submitted");
    assert_eq!(open(&RECHECKS), "filed accepted assigned in_transit testing concluded");
    assert_eq!(open(&OBJECTIONS), "received waiting ready accepted");
    assert_eq!(open(&follow_up::MOVES), "awaiting_retest suspended objected sent_to_lab");
    assert_eq!(open(&shiyan_sampling_plan::MOVES), "draft");
    assert_eq!(open(&shiyan_sampling_plan::STEPS), "draft approved");
    assert_eq!(open(&bench::PROFILE_MOVES), "draft active");
    assert_eq!(open(&LIMIT_MOVES), "pending active");
}

fn day(n: u32) -> Instant {
    let first = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap() + chrono::Days::new(u64::from(n));
    first.and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}

fn person(n: u128, role: Role) -> Actor {
    Actor { id: UserId(Uuid::from_u128(n)), name: format!("人员{n}"), roles: BTreeSet::from([role]), scope: Scope::District }
}

fn opened(n: u32) -> (Case, Vec<ClockMove>) {
    let opening = CaseOpening {
        sample: SampleId(Uuid::nil()),
        order: TestOrderId(Uuid::nil()),
        sampling_no: "XBJ26410105000000001".into(),
        product: "韭菜".into(),
        link: Link::Circulation,
        online: false,
        site: "示范蔬菜店".into(),
        producer: None,
        street: "410105008".into(),
        failing: vec![(
            ["腐霉利", "孔雀石绿", "菌落总数", "沙门氏菌"][n as usize % 4].into(),
            ["pesticide", "banned", "microbe", "microbe"][n as usize % 4].into(),
        )],
        at: day(0),
        demo: false,
    };
    open_cases(&opening, [CaseId(Uuid::from_u128(1)), CaseId(Uuid::from_u128(2))], "HC2026-0001").remove(0)
}

/// A record of a block, whole or without its evidence.
fn record(block: Block, whole: bool) -> BlockRecord {
    let evidence = EvidenceRef { sha256: "0".repeat(64), name: "a.jpg".into(), size: 1, by: "人员1".into(), at: day(1) };
    let mut record = BlockRecord { evidence: if whole { vec![evidence] } else { Vec::new() }, ..BlockRecord::default() };
    for field in block.fields() {
        let value = match field.kind {
            BlockKind::Text => "示范".to_owned(),
            BlockKind::Date => "2026-03-03".to_owned(),
            BlockKind::Number => "0".to_owned(),
            BlockKind::Choice(choices) => choices[0].to_owned(),
        };
        record.fields.insert(field.key.into(), value);
    }
    record
}

fn is_of(tick: &Tick<RuleKey>, moved: &ClockMove) -> bool {
    match (tick, moved) {
        (Tick::Starts(a), ClockMove::Start(b, _)) | (Tick::Stops(a), ClockMove::Stop(b, _)) | (Tick::Extends(a), ClockMove::Extend(b, ..)) => a == b,
        (Tick::CancelsAll, ClockMove::CancelAll) | (Tick::CancelsDuties, ClockMove::CancelDuties) => true,
        _ => false,
    }
}

#[test]
fn a_case_that_is_moved_at_random_stays_within_its_table_and_never_closes_without_evidence() {
    let (officer, chief) = (person(1, Role::Enforcer), person(2, Role::Supervisor));
    let mut seed: u32 = 20_261_129;
    let mut draw = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    let mut seen: BTreeMap<(CaseState, CaseAction), usize> = BTreeMap::new();
    let mut ticked: BTreeSet<String> = BTreeSet::new();
    for n in 0..1_500 {
        let (mut case, clocks) = opened(n);
        assert!(clocks.iter().all(|c| CASES.opening.iter().any(|t| is_of(t, c))));
        for step in 1..40 {
            let action = CaseAction::ALL[draw(CaseAction::ALL.len() as u32) as usize];
            let who = if draw(5) == 0 {
                if draw(2) == 0 { &officer } else { &chief }
            } else if CASES.roles(action) == [Role::Enforcer] {
                &officer
            } else {
                &chief
            };
            // now and then the blocks are all filled in, so that the walk also reaches the end
            let all = draw(6) == 0;
            let block = Block::ALL[draw(Block::ALL.len() as u32) as usize];
            let done = match action {
                CaseAction::Receive => case.receive(who, day(step)),
                CaseAction::Fill if all => case.required_blocks().into_iter().try_fold((case.clone(), Vec::new()), |(case, mut moves), block| {
                    let (next, more) = case.fill(who, block, record(block, true), day(step))?;
                    moves.extend(more);
                    Ok((next, moves))
                }),
                CaseAction::Fill => case.fill(who, block, record(block, draw(3) > 0), day(step)),
                CaseAction::Submit => case.submit(who).map(|case| (case, Vec::new())),
                CaseAction::Approve => case.approve(who, day(step)),
                CaseAction::Return => case.send_back(who, "材料不全").map(|case| (case, Vec::new())),
                CaseAction::Extend => case.extend(who, "2026-12-01", "等待复检结论", NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()),
                CaseAction::Cancel => case.cancel(who, "复检改判合格", draw(4) > 0),
            };
            let Ok((next, moved)) = done else { continue };
            assert!(CASES.of(case.state, action).any(|m| m.to == next.state), "{:?} {action:?} {:?}", case.state, next.state);
            assert!(who.has_any(&CASES.roles_in(case.state, action)), "{action:?} by somebody whose duty it is not");
            let mut ticks = CASES.ticks(case.state, action);
            if all {
                ticks.extend(CASES.ticks(next.state, action));
            }
            assert!(moved.iter().all(|c| ticks.iter().any(|t| is_of(t, c))), "{action:?}: {moved:?}");
            ticked.extend(ticks.iter().filter(|t| moved.iter().any(|c| is_of(t, c))).map(|t| format!("{action:?} {t:?}")));
            *seen.entry((case.state, action)).or_default() += 1;
            assert!(next.revision > case.revision);
            if next.state == CaseState::Closed {
                assert!(next.evidenced() && next.approver.is_some() && next.closed_at.is_some());
            }
            assert!(case.state != CaseState::Cancelled, "nothing leads out of it");
            case = next;
        }
    }
    for m in CASES.table {
        assert!(seen.contains_key(&(m.from, m.action)), "no walk went {:?} {:?}", m.from, m.action);
    }
    // every clock that the table names was moved by some walk
    let named: BTreeSet<String> = CASES.table.iter().flat_map(|m| m.ticks.iter().map(move |t| format!("{:?} {t:?}", m.action))).collect();
    assert_eq!(ticked, named);
}

const PICTURES: &str = include_str!("../../MOVES.md");

fn pictures() -> String {
    fn one<S: Label + PartialEq, A: Label + PartialEq, R: Copy + std::fmt::Debug>(moves: &Moves<S, A, R>) -> String {
        let mut out = format!("\n## {} {}\n\n```mermaid\n{}```\n", moves.noun.0, moves.noun.1, moves.diagram(Lang::Zh));
        let words = |ticks: &[Tick<R>]| {
            let one = |t: &Tick<R>| match t {
                Tick::Starts(rule) => format!("起算 {rule:?}"),
                Tick::Stops(rule) => format!("停止 {rule:?}"),
                Tick::Extends(rule) => format!("延长 {rule:?}"),
                Tick::CancelsAll => "撤销全部时限".to_owned(),
                Tick::CancelsDuties => "撤销义务时限".to_owned(),
            };
            ticks.iter().map(one).collect::<Vec<_>>().join("、")
        };
        let mut rows = Vec::new();
        if !moves.opening.is_empty() {
            rows.push(format!("| 开始 | {} |\n", words(moves.opening)));
        }
        for m in moves.table.iter().filter(|m| !m.ticks.is_empty()) {
            rows.push(format!("| {} → {}：{} | {} |\n", m.from.zh(), m.to.zh(), m.action.zh(), words(m.ticks)));
        }
        if !rows.is_empty() {
            out.push_str(&format!("\n| 动作 | 时限 |\n|---|---|\n{}", rows.concat()));
        }
        out
    }
    let head = "# 状态图 how the nouns move\n\nDrawn from the tables of moves (`Moves` of foundation) by `crates/nonconformity/tests/moves.rs`; `SHIYAN_BLESS=1 cargo test -p shiyan-nonconformity --test moves` draws them anew.\nThe facts of a noun decide which of the clocks named beside a move it really moves.\n";
    [
        head.to_owned(),
        one(&shiyan_sampling_plan::MOVES),
        one(&shiyan_sampling_plan::STEPS),
        one(&sample::MOVES),
        one(&order::MOVES),
        one(&bench::MOVES),
        one(&shiyan_dispatch::MOVES),
        one(&CASES),
        one(&RECHECKS),
        one(&OBJECTIONS),
        one(&follow_up::MOVES),
        one(&bench::PROFILE_MOVES),
        one(&LIMIT_MOVES),
    ]
    .concat()
}

#[test]
fn the_pictures_show_the_tables() {
    let drawn = pictures();
    if std::env::var_os("SHIYAN_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../MOVES.md"), &drawn).unwrap();
        return;
    }
    assert!(drawn == PICTURES, "crates/MOVES.md is not what the tables say: SHIYAN_BLESS=1 cargo test -p shiyan-nonconformity --test moves");
}
