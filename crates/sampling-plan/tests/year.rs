//! The plan of a year, from an empty draft to its changes, as those who make it go through it.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{PlanId, PlanLineId, PopulationId, UserId};
use shiyan_foundation::task::{Boundary, Link, Population, PopulationBasis, TaskKind, TaskLevel};
use shiyan_foundation::{Actor, Decimal, Instant, Label, Lang, Refusal, Role, Scope, shanghai};
use shiyan_sampling_plan::change::{CellChange, CellKey, LineChange, inverse};
use shiyan_sampling_plan::contents::{Content, General, KeyFood, KeyGroup, Particulars, Written, key_foods};
use shiyan_sampling_plan::draft::{adding, copied, correcting, naming_year, removing};
use shiyan_sampling_plan::grid::{Grid, Turned, as_lines, batches, block, paste, redistributed};
use shiyan_sampling_plan::{Phase, Plan, PlanLine, PlanState, STEPS, Step, YearPlan, population};

fn who(n: u128) -> Actor {
    Actor { id: UserId(uuid::Uuid::from_u128(n)), name: format!("计划{n}"), roles: BTreeSet::from([Role::PlanManager]), scope: Scope::District }
}
fn now() -> Instant {
    chrono::NaiveDate::from_ymd_opt(2026, 1, 5).unwrap().and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn id(n: u128) -> PlanLineId {
    PlanLineId(uuid::Uuid::from_u128(n))
}
fn ids(from: u128) -> impl FnMut() -> PlanLineId {
    let mut n = from;
    move || {
        n += 1;
        id(n)
    }
}
fn line(n: u128, category: &str, street: &str, quarter: u8, batches: u32) -> Written {
    Written {
        line: PlanLine {
            id: id(n),
            category: CategoryPath::parse(category),
            link: Link::Circulation,
            street: street.into(),
            quarter,
            batches,
            level: TaskLevel::District,
            kind: TaskKind::Supervisory,
            method: "随机抽样".into(),
            item_package: "蔬菜农残".into(),
            basis: "GB 2763-2021".into(),
            reporting: "国家系统".into(),
        },
        particulars: Particulars {
            test_method: "GB 23200.121".into(),
            reporting_by: "每月5日前".into(),
            budget: Some(Decimal::from(600 * batches)),
            groups: KeyGroup::ALL.iter().copied().collect(),
        },
    }
}
fn empty(people: u64, boundary: Boundary) -> YearPlan {
    YearPlan::from(Plan {
        id: PlanId(uuid::Uuid::nil()),
        year: 2026,
        title: "2026年金水区食品安全抽检计划".into(),
        target_per_mille: Decimal::from(4),
        population: Population {
            id: PopulationId(uuid::Uuid::nil()),
            year: 2025,
            area_code: "410105".into(),
            people,
            basis: PopulationBasis::YearEnd,
            boundary,
            source: "t".into(),
        },
        state: PlanState::Draft,
        issued_at: None,
        lines: Vec::new(),
        below_target_reason: None,
        demo: false,
        revision: 0,
    })
}
fn with(lines: Vec<Written>) -> YearPlan {
    let plan = empty(10_000, Boundary::Governed).correct_general(&who(1), General { other: "无".into(), ..General::default() }).unwrap();
    plan.correct(&who(1), &adding(&plan, lines)).unwrap()
}
fn issued(lines: Vec<Written>) -> YearPlan {
    with(lines).approve(&who(1), Some("省抽另补"), now()).unwrap().issue(&who(2), now()).unwrap()
}
fn codes(why: &[Refusal]) -> Vec<&'static str> {
    why.iter().map(Refusal::code).collect()
}
const NONE_TAKEN: &dyn Fn(&CellKey) -> u32 = &|_| 0;

#[test]
fn each_blank_content_is_named_once_with_its_article_and_stops_the_approval() {
    let mut lines: Vec<Written> = (1..=20).map(|n| line(n, "食用农产品/蔬菜", "410105008", 1, 2)).collect();
    for at in [2, 6] {
        lines[at].line.basis.clear();
    }
    lines.iter_mut().for_each(|w| w.particulars.test_method.clear());
    let plan = empty(10_000, Boundary::Governed);
    let plan = plan.correct(&who(1), &adding(&plan, lines)).unwrap();
    let why = plan.approve(&who(1), None, now()).unwrap_err();
    assert_eq!(codes(&why), ["PLAN-BLANK", "PLAN-BLANK", "PLAN-BLANK-GENERAL"]);
    assert_eq!(why[0].what(Lang::Zh), "20 行没有写“检验方法”（第 1、2、3、4、5、6、7、8、9、10、11、12等 行）");
    assert_eq!((why[1].what(Lang::Zh).as_str(), why[1].info.article), ("2 行没有写“判定依据”（第 3、7 行）", "抽检办法 第9条"));
    assert!(
        why[1].next(Lang::Zh).contains("第9条第（三）项") && why[1].what(Lang::En).starts_with("2 lines lack the basis of judging (line 3, 7)"),
        "{}",
        why[1]
    );
    // What the whole plan says need not be said in every line.
    let general = General { test_method: "按判定依据所列方法".into(), other: "无".into(), ..General::default() };
    assert_eq!(codes(&plan.correct_general(&who(1), general).unwrap().approve(&who(1), None, now()).unwrap_err()), ["PLAN-BLANK"]);
}

#[test]
fn an_empty_line_lacks_every_content_in_the_order_of_the_article() {
    let mut bare = line(1, " ", "", 1, 0);
    (bare.particulars, bare.line.method, bare.line.item_package) = (Particulars::default(), " ".into(), String::new());
    (bare.line.basis, bare.line.reporting) = (String::new(), String::new());
    let all: Vec<Content> = Content::ALL.iter().copied().filter(|c| *c != Content::Other).collect();
    assert_eq!(bare.blanks(&General::default()), all, "what the plan itself has to say is not asked of a line");
    assert_eq!(Content::ALL.iter().map(|c| c.paragraph()).collect::<BTreeSet<_>>().len(), 5);
}

#[test]
fn every_kind_of_food_of_article_10_has_a_line_or_a_reason() {
    let mut bare = line(1, "食用农产品/蔬菜", "410105008", 1, 50);
    bare.particulars.groups = BTreeSet::from([KeyGroup::HighRisk, KeyGroup::Widespread, KeyGroup::HiddenDanger, KeyGroup::Canteens, KeyGroup::Illegal]);
    let mut catering = line(2, "餐饮食品", "410105008", 1, 5);
    catering.line.link = Link::Catering;
    catering.particulars.groups.clear();
    let plan = with(vec![bare, catering]);
    assert_eq!(plan.uncovered(), [KeyGroup::Infants, KeyGroup::Abroad], "catering is plain from the link");
    assert_eq!(codes(&plan.why_not_approve(&who(1), None)), ["PLAN-KEY-GROUP", "PLAN-KEY-GROUP"]);
    let plan = plan.explain_group(&who(1), KeyGroup::Abroad, "本年度无通报").unwrap().explain_group(&who(1), KeyGroup::Infants, " ").unwrap();
    assert_eq!(plan.uncovered(), [KeyGroup::Infants]);
    let formula = line(3, "婴幼儿配方食品/乳基", "410105008", 2, 3);
    let plan = plan
        .correct(&who(1), &adding(&plan, vec![Written { particulars: Particulars { groups: BTreeSet::new(), ..formula.particulars }, ..formula }]))
        .unwrap();
    assert_eq!(plan.uncovered(), []);
    assert_eq!(plan.approve(&who(1), None, now()).unwrap().phase(), Phase::Approved);
}

#[test]
fn who_approves_does_not_issue() {
    let plan = with(vec![line(1, "食用农产品/蔬菜", "410105008", 1, 50)]);
    assert_eq!(plan.issue(&who(2), now()).unwrap_err().code(), "PLAN-STAGE");
    let approved = plan.approve(&who(1), None, now()).unwrap();
    assert_eq!(approved.issue(&who(1), now()).unwrap_err().code(), "PLAN-SAME-HAND");
    assert_eq!(approved.correct(&who(1), &[]).unwrap_err().code(), "PLAN-STAGE");
    let issued = approved.issue(&who(2), now()).unwrap();
    assert_eq!((issued.phase(), issued.plan.state, issued.version()), (Phase::Issued, PlanState::Issued, 1));
    let nobody = Actor { roles: BTreeSet::from([Role::Sampler]), ..who(3) };
    assert_eq!(approved.issue(&nobody, now()).unwrap_err().code(), "PLAN-ROLE");
    assert_eq!(approved.send_back(&who(2), " ").unwrap_err().code(), "PLAN-REASON");
    let back = approved.send_back(&who(2), "蔬菜偏少").unwrap();
    assert_eq!(back.phase(), Phase::Draft);
    assert!(back.correct(&who(1), &removing(&back, &BTreeSet::from([id(1)])).unwrap()).unwrap().plan.lines.is_empty());
}

#[test]
fn a_plan_below_the_target_is_approved_with_a_reason_that_goes_with_it() {
    let plan = with(vec![line(1, "食用农产品/蔬菜", "410105008", 1, 39)]);
    assert_eq!(codes(&plan.why_not_approve(&who(1), Some(" "))), ["PLAN-BELOW-TARGET"]);
    let issued = plan.approve(&who(1), Some("省抽另补1批次"), now()).unwrap().issue(&who(2), now()).unwrap();
    assert_eq!(issued.plan.below_target_reason.as_deref(), Some("省抽另补1批次"));
}

#[test]
fn an_issued_plan_changes_by_number_and_tells_every_version() {
    let first = vec![line(1, "食用农产品/蔬菜", "410105008", 1, 30), line(2, "食用农产品/水果类", "410105008", 2, 20)];
    let plan = issued(first.clone());
    assert_eq!(plan.correct(&who(1), &[]).unwrap_err().code(), "PLAN-STAGE");
    let mut more = plan.lines()[0].clone();
    more.line.batches = 36;
    let change = correcting(&plan, more).unwrap();
    assert_eq!(codes(&plan.propose(&who(1), change.clone(), " ", NONE_TAKEN, now()).unwrap_err()), ["PLAN-REASON"]);
    assert_eq!(codes(&plan.propose(&who(1), Vec::new(), "舆情", NONE_TAKEN, now()).unwrap_err()), ["PLAN-CHANGE-EMPTY"]);
    let proposed = plan.propose(&who(1), change, "舆情专项", NONE_TAKEN, now()).unwrap();
    assert_eq!(proposed.plan.allocated(), 50, "what is proposed does not count yet");
    assert_eq!(proposed.adopt(&who(1), now()).unwrap_err().code(), "PLAN-SAME-HAND");
    assert_eq!(codes(&proposed.propose(&who(1), Vec::new(), "又一个", NONE_TAKEN, now()).unwrap_err()), ["PLAN-CHANGE-WAITS"]);
    assert!(proposed.drop_change(&who(1)).unwrap().pending.is_none());
    let second = proposed.adopt(&who(2), now()).unwrap();
    assert_eq!((second.version(), second.plan.allocated(), second.changes[0].number, second.changes[0].balance()), (2, 56, 1, (6, 0)));
    let seen: Vec<_> = second.changes[0].cells.iter().map(|c| (c.key.to_string(), c.before, c.after)).collect();
    assert_eq!(seen, [("食用农产品/蔬菜 流通 410105008 Q1".to_owned(), 30, 36)]);
    let third =
        second.propose(&who(2), removing(&second, &BTreeSet::from([id(2)])).unwrap(), "并入省抽", NONE_TAKEN, now()).unwrap().adopt(&who(1), now()).unwrap();
    assert_eq!((third.version(), third.changes[1].number, third.changes[1].balance()), (3, 2, (0, 20)));
    assert_eq!(third.lines_of(3).unwrap(), third.lines());
    assert_eq!(third.lines_of(2).unwrap(), second.lines());
    assert_eq!(third.lines_of(1).unwrap(), first);
    assert_eq!((third.lines_of(0).unwrap_err().code(), third.lines_of(4).unwrap_err().code()), ("PLAN-VERSION", "PLAN-VERSION"));
}

#[test]
fn a_change_neither_lowers_a_cell_below_what_was_sampled_nor_leaves_a_content_blank() {
    let plan = issued(vec![line(1, "食用农产品/蔬菜", "410105008", 1, 50)]);
    let mut less = plan.lines()[0].clone();
    less.line.batches = 20;
    let change = correcting(&plan, less).unwrap();
    assert_eq!(codes(&plan.propose(&who(1), change.clone(), "调减", &|_| 21, now()).unwrap_err()), ["PLAN-CHANGE-BELOW"]);
    assert!(plan.propose(&who(1), change, "调减", &|_| 20, now()).is_ok());
    let mut blank = plan.lines()[0].clone();
    blank.line.basis = " ".into();
    assert_eq!(codes(&plan.propose(&who(1), correcting(&plan, blank).unwrap(), "改依据", NONE_TAKEN, now()).unwrap_err()), ["PLAN-BLANK"]);
}

#[test]
fn two_people_who_correct_the_same_line_do_not_overwrite_each_other() {
    let plan = with(vec![line(1, "食用农产品/蔬菜", "410105008", 1, 50)]);
    let (mut mine, mut theirs) = (plan.lines()[0].clone(), plan.lines()[0].clone());
    (mine.line.batches, theirs.line.batches) = (51, 52);
    let (mine, theirs) = (correcting(&plan, mine).unwrap(), correcting(&plan, theirs).unwrap());
    assert_eq!(plan.correct(&who(1), &theirs).unwrap().correct(&who(2), &mine).unwrap_err().code(), "PLAN-MOVED-ON");
    let mut none = plan.lines()[0].clone();
    none.line.batches = 0;
    assert_eq!(plan.correct(&who(1), &correcting(&plan, none).unwrap()).unwrap_err().code(), "PLAN-BATCHES");
}

fn grid(turned: Turned) -> Grid {
    let foods = ["食用农产品/蔬菜", "食用农产品/水果类"].map(|c| (CategoryPath::parse(c), Link::Circulation)).to_vec();
    let places = (1..=24).flat_map(|s| (1..=4).map(move |q| (format!("4101050{s:02}"), q))).collect();
    Grid { foods, places, turned }
}

#[test]
fn a_pasted_block_becomes_cells_lines_and_one_undo() {
    let plan = with(vec![line(1, "食用农产品/蔬菜", "410105001", 1, 5), line(2, "食用农产品/蔬菜", "410105001", 2, 7)]);
    // Four quarters down would be streets down: 24 × 4 in one column each, as the table is turned.
    let down = grid(Turned::StreetsDown);
    assert_eq!((down.size(), grid(Turned::FoodsDown).size()), ((96, 2), (2, 96)));
    let text = "5\t1\r\n0\t\r\n１２\t\"1,240\"\r\n";
    let pasted = paste(&down, &plan, (0, 0), text).unwrap();
    assert!(pasted.issues.is_empty() && pasted.same == 2, "{pasted:?}");
    let seen: Vec<_> = pasted.cells.iter().map(|c| (c.key.category.0[1].as_str(), c.key.quarter, c.before, c.after)).collect();
    assert_eq!(seen, [("水果类", 1, 0, 1), ("蔬菜", 2, 7, 0), ("蔬菜", 3, 0, 12), ("水果类", 3, 0, 1_240)]);
    let changes = as_lines(&plan, &pasted.cells, ids(100)).unwrap();
    let after = plan.correct(&who(1), &changes).unwrap();
    assert_eq!(after.plan.allocated(), 5 + 1 + 12 + 1_240);
    let grown = after.lines().into_iter().find(|w| w.line.quarter == 3 && w.line.category.0[1] == "蔬菜").unwrap();
    assert_eq!((grown.line.item_package.as_str(), grown.particulars.test_method.as_str(), grown.particulars.budget), ("蔬菜农残", "GB 23200.121", None));
    let back = after.correct(&who(1), &inverse(&changes)).unwrap();
    assert_eq!(back.lines(), plan.lines());
    // The same block turned on its side, into the table turned on its side.
    assert_eq!(paste(&down.turned(), &plan, (0, 0), "5\t0\t12\n1\t\t1240").unwrap().cells.len(), 4);
}

#[test]
fn a_whole_block_of_a_quarter_by_24_streets_is_taken_at_once() {
    let plan = with(Vec::new());
    let text: String = (0..2).map(|f| (0..96).map(|c| (c + f).to_string()).collect::<Vec<_>>().join("\t") + "\n").collect();
    let pasted = paste(&grid(Turned::FoodsDown), &plan, (0, 0), &text).unwrap();
    assert_eq!((pasted.cells.len(), pasted.same, pasted.issues.len()), (191, 1, 0));
    let after = plan.correct(&who(1), &as_lines(&plan, &pasted.cells, ids(0)).unwrap()).unwrap();
    assert_eq!(after.plan.allocated(), (0..96).sum::<u64>() + (1..97).sum::<u64>());
    assert_eq!(paste(&grid(Turned::FoodsDown), &after, (0, 0), &text).unwrap().same, 192, "pasted again it changes nothing");
}

#[test]
fn a_new_total_is_divided_as_the_cells_stand_and_shows_which_moved() {
    let plan = with(vec![
        line(1, "饮料", "410105001", 1, 10),
        line(2, "饮料", "410105001", 2, 20),
        line(3, "饮料", "410105001", 3, 30),
        line(4, "糕点", "410105001", 1, 7),
    ]);
    let cells: Vec<CellKey> = plan.lines()[..3].iter().map(|w| CellKey::of(&w.line)).collect();
    let changes = redistributed(&plan, &cells, 66).unwrap();
    assert_eq!(changes.iter().map(|c| (c.key.quarter, c.before, c.after)).collect::<Vec<_>>(), [(1, 10, 11), (2, 20, 22), (3, 30, 33)]);
    let after = plan.correct(&who(1), &as_lines(&plan, &changes, ids(0)).unwrap()).unwrap();
    assert_eq!(after.plan.allocated(), 73);
    // 60 gives everybody what they have, and an empty row is filled evenly.
    assert_eq!(redistributed(&plan, &cells, 60).unwrap(), []);
    let empty: Vec<CellKey> = (1..=4).map(|quarter| CellKey { category: CategoryPath::parse("酒类"), quarter, ..cells[0].clone() }).collect();
    assert_eq!(redistributed(&plan, &empty, 10).unwrap().iter().map(|c| c.after).collect::<Vec<_>>(), [3, 3, 2, 2]);
    assert_eq!(redistributed(&plan, &[], 10).unwrap_err().code(), "ALLOCATE-WEIGHTS");
}

#[test]
fn the_target_is_chosen_while_it_is_a_draft() {
    let plan = with(vec![line(1, "饮料", "410105001", 1, 10)]);
    let more = Population { people: 20_000, ..plan.plan.population.clone() };
    assert_eq!(plan.correct_target(&who(1), more.clone(), Decimal::from(5)).unwrap().plan.required(), 100);
    assert_eq!(plan.correct_target(&who(1), more.clone(), Decimal::ZERO).unwrap_err().code(), "PLAN-TARGET");
    assert_eq!(issued(vec![line(1, "饮料", "410105001", 1, 50)]).correct_target(&who(1), more, Decimal::from(5)).unwrap_err().code(), "PLAN-STAGE");
}

#[test]
fn a_year_of_39_foods_24_streets_and_4_quarters_is_pasted_and_undone() {
    let foods = (0..39).map(|n| (CategoryPath::parse(&format!("食品{n:02}")), Link::Circulation)).collect();
    let places = (1..=24).flat_map(|s| (1..=4).map(move |q| (format!("4101050{s:02}"), q))).collect();
    let grid = Grid { foods, places, turned: Turned::FoodsDown };
    let text: String = (0..39).map(|f| (0..96).map(|c| (1 + (c + f) % 3).to_string()).collect::<Vec<_>>().join("\t") + "\r\n").collect();
    let plan = with(Vec::new());
    let pasted = paste(&grid, &plan, (0, 0), &text).unwrap();
    let changes = as_lines(&plan, &pasted.cells, ids(0)).unwrap();
    let after = plan.correct(&who(1), &changes).unwrap();
    assert_eq!((after.plan.lines.len(), after.plan.allocated()), (39 * 96, 39 * 96 * 2));
    assert_eq!(after.correct(&who(1), &inverse(&changes)).unwrap().lines(), []);
    assert_eq!(after.blanks().iter().map(|b| b.lines.len()).collect::<Vec<_>>(), [3_744; 6], "the contents are still to be written, each named once");
}

#[test]
fn what_cannot_be_taken_is_said_by_row_and_column() {
    let plan = with(vec![line(1, "食用农产品/蔬菜", "410105001", 1, 5), line(2, "食用农产品/蔬菜", "410105001", 1, 7)]);
    let text = "9\t1.5\t-3\n\t1,24\tmany\n\n7\t8";
    let pasted = paste(&grid(Turned::FoodsDown), &plan, (0, 0), text).unwrap();
    let seen: Vec<_> = pasted.issues.iter().map(|i| (i.row, i.column, i.why.code())).collect();
    assert_eq!(
        seen,
        [
            (1, 1, "PLAN-SEVERAL"),
            (1, 2, "PLAN-CELL"),
            (1, 3, "PLAN-CELL"),
            (2, 2, "PLAN-CELL"),
            (2, 3, "PLAN-CELL"),
            (4, 1, "PLAN-OUTSIDE"),
            (4, 2, "PLAN-OUTSIDE")
        ]
    );
    assert!(pasted.issues[0].why.what(Lang::Zh).contains("由 2 行计划组成（共 12 批次）"));
    assert_eq!(paste(&grid(Turned::FoodsDown), &plan, (0, 0), &"1\n".repeat(2_001)).unwrap_err().code(), "PLAN-BLOCK");
    assert_eq!((batches("1,240").unwrap(), batches(" — ").unwrap(), batches("100000").unwrap()), (1_240, 0, 100_000));
    for bad in ["100001", "1 2", "三", ",", "1,2400", "+3", "0x3"] {
        assert_eq!(batches(bad).unwrap_err().code(), "PLAN-CELL", "{bad}");
    }
    assert_eq!(block("a\t\"b\tc\"\"d\ne\"\r\n\r\n"), [vec!["a".to_owned(), "b\tc\"d\ne".into()], vec![String::new()]]);
    // A cell that was seen with another number is not overwritten.
    let key = grid(Turned::FoodsDown).key(0, 1).unwrap();
    assert_eq!(as_lines(&plan, &[CellChange { key, before: 3, after: 4 }], ids(0)).unwrap_err().code(), "PLAN-MOVED-ON");
}

#[test]
fn any_list_of_changes_is_undone_by_its_inverse() {
    let mut seed = 20_260_105_u64;
    let mut below = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((seed >> 33) % n.max(1)).unwrap()
    };
    for _ in 0..100 {
        let plan = with((1..=8).map(|n| line(n, "食用农产品/蔬菜", "410105008", 1, u32::try_from(n).unwrap())).collect());
        let (mut now_stands, mut changes) = (plan.clone(), Vec::<LineChange>::new());
        for step in 0..6_u128 {
            let lines = now_stands.lines();
            let one = match below(3) {
                0 => adding(&now_stands, vec![line(1_000 + step, "饮料", "410105009", 2, 3)]),
                1 if !lines.is_empty() => removing(&now_stands, &BTreeSet::from([lines[below(lines.len() as u64)].line.id])).unwrap(),
                _ if !lines.is_empty() => {
                    let mut other = lines[below(lines.len() as u64)].clone();
                    other.line.batches += 1;
                    correcting(&now_stands, other).unwrap()
                }
                _ => Vec::new(),
            };
            now_stands = now_stands.correct(&who(1), &one).unwrap();
            changes.extend(one);
        }
        assert_eq!(plan.correct(&who(1), &changes).unwrap().lines(), now_stands.lines());
        assert_eq!(now_stands.correct(&who(1), &inverse(&changes)).unwrap().lines(), plan.lines());
    }
}

#[test]
fn a_plan_of_last_year_is_copied_with_its_contents_and_says_where_it_still_names_that_year() {
    let mut dated = line(2, "饮料", "410105009", 2, 3);
    dated.line.basis = "2026年版抽检实施细则".into();
    let last = issued(vec![line(1, "食用农产品/蔬菜", "410105008", 1, 40), dated]);
    let copy = copied(&last, ids(500));
    assert_eq!(copy.iter().map(|w| (w.line.id, w.line.batches)).collect::<Vec<_>>(), [(id(501), 40), (id(502), 3)]);
    assert_eq!(copy[0].particulars, last.lines()[0].particulars);
    assert_eq!(naming_year(&copy, 2026), [2]);
}

#[test]
fn the_trap_of_the_area_code_is_sprung_in_the_open() {
    let street = |code: &str, name: &str, admin| (code.to_owned(), Street { code: code.into(), name: name.into(), admin });
    let streets = BTreeMap::from([
        street("410105008", "文化路街道", AdminBody::Jinshui),
        street("410105014", "龙子湖街道", AdminBody::Zhengdong),
        street("410105015", "祭城路街道", AdminBody::Zhengdong),
    ]);
    let said = |boundary, lines: Vec<Written>| {
        let plan = empty(1_333_000, boundary);
        let plan = plan.correct(&who(1), &adding(&plan, lines)).unwrap().plan;
        population::warnings(&plan, &streets, AdminBody::Jinshui)
    };
    let ours = || line(1, "饮料", "410105008", 1, 9);
    let theirs = || line(2, "饮料", "410105014", 1, 4);
    assert_eq!(codes(&said(Boundary::Governed, vec![ours()])), Vec::<&str>::new());
    let why = said(Boundary::Governed, vec![ours(), theirs()]);
    assert_eq!(codes(&why), ["PLAN-BOUNDARY-STREETS"]);
    assert!(why[0].what(Lang::Zh).contains("不含郑东新区，计划却有 4 批次排在其管辖的 1 个街道：龙子湖街道"), "{}", why[0]);
    let why = said(Boundary::Division, vec![ours(), theirs()]);
    assert_eq!((codes(&why), why[0].facts["streets"].as_str()), (vec!["PLAN-BOUNDARY-PEOPLE"], "祭城路街道"));
    assert_eq!(codes(&said(Boundary::Governed, vec![line(3, "饮料", "410105999", 1, 1)])), ["PLAN-STREET"]);
    let mut old = empty(1_333_000, Boundary::Governed).plan;
    old.population.year = 2019;
    assert_eq!(codes(&population::warnings(&old, &streets, AdminBody::Jinshui)), ["PLAN-POPULATION-OLD"]);
}

#[test]
fn key_foods_and_money_are_counted_from_the_lines() {
    let mut unpaid = line(3, "乳制品/液体乳", "410105008", 1, 4);
    unpaid.particulars.budget = None;
    let plan = with(vec![line(1, "食用农产品/蔬菜/叶菜类蔬菜", "410105008", 1, 30), line(2, "食用农产品/水产品", "410105008", 1, 10), unpaid]);
    let group = |name: &str, paths: &[&str]| KeyFood { name: name.into(), paths: paths.iter().map(|p| CategoryPath::parse(p)).collect() };
    let groups =
        [group("主要农产品", &["食用农产品"]), group("蔬菜", &["食用农产品/蔬菜"]), group("乳品", &["乳制品"]), group("食用油", &["食用油、油脂及其制品"])];
    assert_eq!(key_foods(&groups, &plan.lines()), [("主要农产品", 40), ("蔬菜", 30), ("乳品", 4), ("食用油", 0)]);
    assert_eq!(plan.budget(), (Decimal::from(24_000), 1));
}

#[test]
fn a_plan_that_was_kept_before_reads_as_one_that_says_nothing_more_and_every_plan_comes_back_as_it_went() {
    let kept = serde_json::to_string(&with(vec![line(1, "饮料", "410105008", 1, 9)]).plan).unwrap();
    let read: YearPlan = serde_json::from_str(&kept).unwrap();
    assert_eq!((read.phase(), read.changes.len(), read.lines()[0].particulars.clone()), (Phase::Draft, 0, Particulars::default()));
    let plan = issued(vec![line(1, "饮料", "410105008", 1, 9)]);
    let plan =
        plan.propose(&who(1), adding(&plan, vec![line(2, "饮料", "410105008", 2, 9)]), "专项", NONE_TAKEN, now()).unwrap().adopt(&who(2), now()).unwrap();
    let plan = plan.propose(&who(1), removing(&plan, &BTreeSet::from([id(1)])).unwrap(), "撤销", NONE_TAKEN, now()).unwrap();
    let kept = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<YearPlan>(&kept).unwrap(), plan);
    assert_eq!(serde_json::from_str::<Plan>(&kept).unwrap(), plan.plan, "who asks for the plan alone reads it from the same row");
}

#[test]
fn the_steps_are_those_of_the_list_by_hand() {
    let listed: Vec<String> = STEPS.table.iter().map(|m| format!("{} {} {}", m.from.code(), m.action.code(), m.to.code())).collect();
    let by_hand = [
        "draft correct draft",
        "draft approve approved",
        "approved send_back draft",
        "approved issue issued",
        "issued propose issued",
        "issued adopt issued",
        "issued drop issued",
    ];
    assert_eq!((listed, STEPS.problems()), (by_hand.map(str::to_owned).to_vec(), Vec::<String>::new()));
    assert_eq!(STEPS.to(Phase::Approved, Step::Issue), Some(Phase::Issued));
}
