//! 质量控制: worked cases with their borders, properties, and ten thousand typed texts.

use proptest::prelude::*;
use shiyan_foundation::ids::{TestItemId, UserId};
use shiyan_foundation::people::Scope;
use shiyan_foundation::{Actor, Decimal, Instant, Label, Lang, Role};
use shiyan_judgement::reasons;
use shiyan_lab_results::qc::{
    Finding, QcCell, QcContext, QcKind, QcOutcome, QcOverride, QcPoint, QcSlot, QcState, QcVerdict, WestgardRule, blocking, code as qc_code, override_run,
    run_state, westgard, why_not_override,
};

use QcVerdict::{Fail, Missing, NeedsPerson, Pass, Warn};

fn d(text: &str) -> Decimal {
    text.parse().expect("decimal")
}
fn some(text: &str) -> Option<Decimal> {
    (!text.is_empty()).then(|| d(text))
}
fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}
fn now() -> Instant {
    "2026-03-12T10:00:00+08:00".parse().expect("instant")
}
fn person(n: u128, name: &str, roles: &[Role]) -> Actor {
    Actor { id: UserId(uuid(n)), name: name.to_owned(), roles: roles.iter().copied().collect(), scope: Scope::District }
}
fn slot(kind: QcKind, unit: &str) -> QcSlot {
    QcSlot::empty(format!("{}-1", kind.code()), kind, "毒死蜱", unit, 0, "质控", Some(TestItemId(uuid(7))))
}
fn judged(slot: &QcSlot, raw: &str, cell: Option<(&str, &str)>, history: &[QcPoint]) -> QcOutcome {
    let with = QcContext { run: "now", cell: cell.map(|(raw, unit)| QcCell { raw, unit }), history };
    let slot = QcSlot { raw: raw.to_owned(), ..slot.clone() }.judged(&with);
    slot.outcome.expect("an outcome")
}
fn check(what: &str, outcome: &QcOutcome, verdict: QcVerdict, code: &str, value: &str) {
    let got = (outcome.verdict, outcome.code.as_str(), outcome.value.map(|v| v.to_string()).unwrap_or_default());
    assert_eq!(got, (verdict, code, value.to_owned()), "{what}: {outcome:#?}");
    for text in [&outcome.zh, &outcome.en] {
        assert!(!text.is_empty() && !text.contains(['{', '}']), "{what}: {text}");
    }
    assert!(outcome.working.iter().all(|(zh, en)| !zh.is_empty() && !en.is_empty()));
}

#[test]
fn blanks() {
    for (raw, loq, verdict, code) in [
        ("未检出", "", Pass, "QC-BLANK-CLEAN"),
        ("ND", "0.01", Pass, "QC-BLANK-CLEAN"),
        ("未检出(检出限:0.003mg/kg)", "0.01", Pass, "QC-BLANK-CLEAN"),
        ("未检出(定量限:0.01mg/kg)", "0.01", Pass, "QC-BLANK-CLEAN"),
        // not detected, but only down to more than the limit of quantification of this method
        ("未检出(定量限:0.02mg/kg)", "0.01", NeedsPerson, "QC-BOUND"),
        ("阴性", "", Pass, "QC-BLANK-CLEAN"),
        ("0.009", "0.01", Pass, "QC-BLANK-CLEAN"),
        ("0", "0.01", Pass, "QC-BLANK-CLEAN"),
        ("0.01", "0.01", Fail, "QC-BLANK-FOUND"),
        ("0.0100", "0.01", Fail, "QC-BLANK-FOUND"),
        ("0.02", "0.01", Fail, "QC-BLANK-FOUND"),
        ("<0.01", "0.01", Pass, "QC-BLANK-CLEAN"),
        ("≤0.01", "0.01", NeedsPerson, "QC-BOUND"),
        ("<0.02", "0.01", NeedsPerson, "QC-BOUND"),
        (">0.01", "0.01", Fail, "QC-BLANK-FOUND"),
        (">0.005", "0.01", NeedsPerson, "QC-BOUND"),
        ("0.009", "", NeedsPerson, "QC-LOQ-UNKNOWN"),
        ("0", "", NeedsPerson, "QC-LOQ-UNKNOWN"),
        ("<0.01", "", NeedsPerson, "QC-LOQ-UNKNOWN"),
        ("0.009", "0", NeedsPerson, "QC-SETTING"),
        ("检出", "0.01", Fail, "QC-BLANK-POSITIVE"),
        ("阳性", "", Fail, "QC-BLANK-POSITIVE"),
        ("弱阳性", "", NeedsPerson, "QC-NUMBER"),
        ("0.001；0.002", "0.01", NeedsPerson, "QC-NUMBER"),
        ("/", "0.01", NeedsPerson, "QC-NOT-DONE"),
        ("-0.001", "0.01", NeedsPerson, "VALUE-NEGATIVE"),
        ("0,001", "0.01", NeedsPerson, "VALUE-THOUSANDS"),
        ("9μg/kg", "0.01", NeedsPerson, "UNIT-CONFLICT"),
        ("", "0.01", Missing, "QC-EMPTY"),
        ("　\u{200b}", "0.01", Missing, "QC-EMPTY"),
    ] {
        let slot = QcSlot { loq: some(loq), of_item: None, ..slot(QcKind::Blank, "mg/kg") };
        check(&format!("{raw} / LOQ {loq}"), &judged(&slot, raw, None, &[]), verdict, code, "");
    }
    let counted = QcSlot { loq: some("10"), ..slot(QcKind::Blank, "CFU/g") };
    check("<10 CFU/g", &judged(&counted, "<10", None, &[]), Pass, "QC-BLANK-CLEAN", "");
}

#[test]
fn duplicates() {
    for (own, cell, unit, loq, limit, verdict, code, value) in [
        // 0.18 and 0.22: 0.04 of a mean of 0.20 is exactly 20 %
        ("0.22", "0.18", "mg/kg", "", "20", Pass, "QC-DUP-WITHIN", "20.00"),
        ("0.22", "0.18", "mg/kg", "", "19.999", Fail, "QC-DUP-EXCEEDS", "20.00"),
        ("0.2201", "0.18", "mg/kg", "", "20", Fail, "QC-DUP-EXCEEDS", "20.04"),
        ("0.22", "180", "μg/kg", "", "20", Pass, "QC-DUP-WITHIN", "20.00"),
        // 20.0004 % is shown as far as it takes
        ("1.1", "0.899996", "mg/kg", "", "20", Fail, "QC-DUP-EXCEEDS", "20.0004"),
        // 1 and 2: a third of the mean twice, no decimal ends there
        ("1", "2", "mg/kg", "", "66.6666666666666", Fail, "QC-DUP-EXCEEDS", "66.67"),
        ("1", "2", "mg/kg", "", "66.6666666666667", Pass, "QC-DUP-WITHIN", "66.67"),
        ("0.2", "0.2", "mg/kg", "", "10", Pass, "QC-DUP-WITHIN", "0.00"),
        ("0", "0.2", "mg/kg", "", "10", Fail, "QC-DUP-EXCEEDS", "200.00"),
        ("0", "0", "mg/kg", "", "10", NeedsPerson, "QC-DUP-ZERO", ""),
        ("0", "0", "mg/kg", "0.01", "10", Pass, "QC-DUP-BELOW", ""),
        ("未检出", "ND", "mg/kg", "", "", Pass, "QC-DUP-BELOW", ""),
        ("0.009", "未检出", "mg/kg", "0.01", "10", Pass, "QC-DUP-BELOW", ""),
        ("<0.01", "0.004", "mg/kg", "0.01", "10", Pass, "QC-DUP-BELOW", ""),
        ("0.01", "未检出", "mg/kg", "0.01", "10", NeedsPerson, "QC-DUP-MIXED", ""),
        ("0.011", "0.009", "mg/kg", "0.01", "20", NeedsPerson, "QC-DUP-MIXED", ""),
        ("0.011", "未检出", "mg/kg", "", "20", NeedsPerson, "QC-DUP-MIXED", ""),
        ("0.010", "0.011", "mg/kg", "0.01", "10", Pass, "QC-DUP-WITHIN", "9.52"),
        ("<0.05", "未检出", "mg/kg", "0.01", "10", NeedsPerson, "QC-BOUND", ""),
        ("<0.05", "未检出", "mg/kg", "", "10", NeedsPerson, "QC-LOQ-UNKNOWN", ""),
        (">0.05", "0.06", "mg/kg", "0.01", "10", NeedsPerson, "QC-BOUND", ""),
        ("检出", "0.06", "mg/kg", "0.01", "10", NeedsPerson, "QC-NUMBER", ""),
        ("检出", "未检出", "mg/kg", "0.01", "10", NeedsPerson, "QC-DUP-MIXED", ""),
        ("检出", "阳性", "mg/kg", "", "", Pass, "QC-DUP-AGREE", ""),
        ("阴性", "阴性", "mg/kg", "", "", Pass, "QC-DUP-BELOW", ""),
        ("0.2", "0.2", "mg/kg", "", "", NeedsPerson, "QC-DUP-LIMIT", "0.00"),
        ("0.2", "0.2", "mg/kg", "", "0", NeedsPerson, "QC-SETTING", "0.00"),
        ("0.2", "0.2", "mg/L", "", "10", NeedsPerson, "QC-CELL-UNREAD", ""),
        ("0.2", "0.2", "", "", "10", NeedsPerson, "QC-CELL-UNREAD", ""),
        ("0.2", "看不清", "mg/kg", "", "10", NeedsPerson, "QC-CELL-UNREAD", ""),
        ("0.2", "/", "mg/kg", "", "10", NeedsPerson, "QC-CELL-UNREAD", ""),
        ("0.2", "", "mg/kg", "", "10", Missing, "QC-CELL-EMPTY", ""),
        ("看不清", "", "mg/kg", "", "10", Missing, "QC-CELL-EMPTY", ""),
        ("看不清", "0.2", "mg/kg", "", "10", NeedsPerson, "VALUE-UNREADABLE", ""),
        ("", "0.2", "mg/kg", "", "10", Missing, "QC-EMPTY", ""),
        // eighteen digits against fifteen places do not fit into exact whole numbers with a long percentage
        ("999999999999999999", "0.000000000000001", "mg/kg", "", "10.12345678901234567890123456", NeedsPerson, "VALUE-RANGE", "200.00"),
    ] {
        let slot = QcSlot { loq: some(loq), limit_pct: some(limit), ..slot(QcKind::Duplicate, "mg/kg") };
        check(&format!("{own} and {cell}{unit}, LOQ {loq}, {limit} %"), &judged(&slot, own, Some((cell, unit)), &[]), verdict, code, value);
    }
    let nobody = QcSlot { of_item: None, ..slot(QcKind::Duplicate, "mg/kg") };
    check("unlinked", &judged(&nobody, "0.2", Some(("0.2", "mg/kg")), &[]), NeedsPerson, "QC-UNLINKED", "");
    check("no cell", &judged(&slot(QcKind::Duplicate, "mg/kg"), "0.2", None, &[]), Missing, "QC-CELL-EMPTY", "");
}

/// A series from z values in tenths, assigned value 5, sd 0.2; a run each unless told otherwise.
fn series(z: &[i64]) -> Vec<QcPoint> {
    z.iter()
        .enumerate()
        .map(|(i, z)| QcPoint {
            run: format!("r{i}"), label: format!("第{i}批"), value: d("5") + d("0.02") * Decimal::from(*z), target: d("5"), sd: d("0.2")
        })
        .collect()
}
fn rules(findings: &[Finding]) -> Vec<(&'static str, Vec<usize>)> {
    findings.iter().map(|f| (f.rule.code(), f.points.clone())).collect()
}

#[test]
fn westgard_cases() {
    let from = |n: usize, m: usize| (n..=m).collect::<Vec<usize>>();
    for (z, expected) in [
        (vec![0, 5, -5, 10, -10], vec![]),
        (vec![20], vec![]),
        (vec![-20], vec![]),
        (vec![21], vec![("1-2s", vec![0])]),
        (vec![30], vec![("1-2s", vec![0])]),
        (vec![-31], vec![("1-3s", vec![0])]),
        // two in succession beyond 2 sd: same side, exactly on the line, other side
        (vec![21, 22], vec![("1-2s", vec![0]), ("1-2s", vec![1]), ("2-2s", vec![0, 1])]),
        (vec![20, 21], vec![("1-2s", vec![1])]),
        (vec![21, -21], vec![("1-2s", vec![0]), ("1-2s", vec![1])]),
        (vec![21, 0, 21], vec![("1-2s", vec![0]), ("1-2s", vec![2])]),
        // four beyond 1 sd: same side, on the line, across zero
        (vec![11, 11, 11, 11], vec![("4-1s", from(0, 3))]),
        (vec![11, 11, 10, 11, 11], vec![]),
        (vec![11, 11, -11, 11, 11], vec![]),
        (vec![-11, -12, -13, -14, -15], vec![("4-1s", from(0, 3)), ("4-1s", from(1, 4))]),
        // ten on one side against nine, one on the line, eleven
        (vec![1; 9], vec![]),
        (vec![1; 10], vec![("10x", from(0, 9))]),
        (vec![1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1], vec![]),
        (vec![-1; 11], vec![("10x", from(0, 9)), ("10x", from(1, 10))]),
        (vec![25, 25, 31], vec![("1-2s", vec![0]), ("1-2s", vec![1]), ("2-2s", vec![0, 1]), ("1-3s", vec![2]), ("2-2s", vec![1, 2])]),
    ] {
        assert_eq!(rules(&westgard(&series(&z))), expected, "{z:?}");
    }
}

#[test]
fn r_4s_only_within_a_run() {
    let of = |z: &[i64], runs: &[&str]| {
        let mut points = series(z);
        for (point, run) in points.iter_mut().zip(runs) {
            point.run = (*run).to_owned();
        }
        rules(&westgard(&points)).into_iter().filter(|f| f.0 == "R-4s").collect::<Vec<_>>()
    };
    assert_eq!(of(&[21, -21], &["a", "b"]), vec![]);
    assert_eq!(of(&[21, -21], &["a", "a"]), vec![("R-4s", vec![0, 1])]);
    // exactly 4 sd apart; a little more; not both beyond 2 sd, yet more than 4 sd apart
    assert_eq!(of(&[20, -20], &["a", "a"]), vec![]);
    assert_eq!(of(&[20, -21], &["a", "a"]), vec![("R-4s", vec![0, 1])]);
    assert_eq!(of(&[-28, 13], &["a", "a"]), vec![("R-4s", vec![0, 1])]);
    // another run in between does not part them
    assert_eq!(of(&[21, 0, 1, -21], &["a", "b", "a", "a"]), vec![("R-4s", vec![0, 3])]);
    assert_eq!(of(&[21, 22, -21], &["a", "a", "a"]), vec![("R-4s", vec![0, 1, 2])]);
}

#[test]
fn a_point_that_cannot_be_placed_interrupts() {
    for spoil in [
        QcPoint { sd: d("0"), ..series(&[1])[0].clone() },
        QcPoint { sd: d("-0.2"), ..series(&[1])[0].clone() },
        QcPoint { value: d("99999999999999999999"), ..series(&[1])[0].clone() },
    ] {
        assert_eq!(spoil.z(), None);
        let mut points = series(&[1; 10]);
        points[4] = spoil;
        assert_eq!(westgard(&points), vec![]);
    }
}

#[test]
fn every_point_counts_in_its_own_sd() {
    // a new assigned value in between: 4 in its own sd each time
    let mut points = series(&[11, 11, 11, 11]);
    points[2] = QcPoint { value: d("103"), target: d("100"), sd: d("2.5"), ..points[2].clone() };
    assert_eq!(rules(&westgard(&points)), vec![("4-1s", vec![0, 1, 2, 3])]);
    points[3] = QcPoint { run: points[0].run.clone(), value: d("92"), target: d("100"), sd: d("2.5"), ..points[3].clone() };
    assert_eq!(rules(&westgard(&points)), vec![("1-3s", vec![3]), ("R-4s", vec![0, 3])]);
}

#[test]
fn controls() {
    let control = QcSlot { target: some("5"), sd: some("0.2"), of_item: None, ..slot(QcKind::Control, "mg/kg") };
    for (raw, history, verdict, code, value) in [
        ("5.0", vec![], Pass, "QC-CONTROL-IN", "0.00"),
        ("5.4", vec![], Pass, "QC-CONTROL-IN", "2.00"),
        ("4.6", vec![], Pass, "QC-CONTROL-IN", "-2.00"),
        ("5.4001", vec![], Warn, "QC-CONTROL-WARN", "2.0005"),
        ("5.6", vec![], Warn, "QC-CONTROL-WARN", "3.00"),
        ("5.61", vec![], Fail, "QC-CONTROL-REJECT", "3.05"),
        ("4.39", vec![], Fail, "QC-CONTROL-REJECT", "-3.05"),
        ("5.42", vec![22], Fail, "QC-CONTROL-REJECT", "2.10"),
        ("5.42", vec![-22], Warn, "QC-CONTROL-WARN", "2.10"),
        ("5.22", vec![11, 11, 11], Fail, "QC-CONTROL-REJECT", "1.10"),
        ("4.78", vec![11, 11, 11], Pass, "QC-CONTROL-IN", "-1.10"),
        ("5.01", vec![1; 9], Fail, "QC-CONTROL-REJECT", "0.05"),
        ("5.01", vec![1; 8], Pass, "QC-CONTROL-IN", "0.05"),
        ("5", vec![1; 9], Pass, "QC-CONTROL-IN", "0.00"),
        // what went before does not fail the present run
        ("5", vec![40, 40], Pass, "QC-CONTROL-IN", "0.00"),
        ("未检出", vec![], NeedsPerson, "QC-NUMBER", ""),
        ("<5", vec![], NeedsPerson, "QC-NUMBER", ""),
        ("/", vec![], NeedsPerson, "QC-NOT-DONE", ""),
        ("5mg/L", vec![], NeedsPerson, "UNIT-CONFLICT", ""),
        ("", vec![], Missing, "QC-EMPTY", ""),
    ] {
        check(&format!("{raw} after {history:?}"), &judged(&control, raw, None, &series(&history)), verdict, code, value);
    }
    for (target, sd) in [("", "0.2"), ("5", ""), ("5", "0"), ("5", "-0.2")] {
        let bare = QcSlot { target: some(target), sd: some(sd), ..control.clone() };
        check(&format!("{target} ± {sd}"), &judged(&bare, "5", None, &[]), NeedsPerson, "QC-SETTING", "");
    }
    let huge = QcSlot { sd: some("0.0000000001"), ..control.clone() };
    check("beyond exact arithmetic", &judged(&huge, "123456789012", None, &[]), NeedsPerson, "VALUE-RANGE", "");
    let far = judged(&control, "5.42", None, &series(&[0, 22]));
    assert!(far.zh.contains("1-2s、2-2s"), "{}", far.zh);
    let told: Vec<&str> = far.working.iter().map(|w| w.0.as_str()).collect();
    assert!(told.iter().any(|w| w.contains("2-2s") && w.contains("第1批 (z=2.20)、本次 (z=2.10)")), "{told:?}");
    // the same run, the other level of it measured before
    let mut before = series(&[-22]);
    before[0].run = "now".to_owned();
    let range = judged(&control, "5.42", None, &before);
    assert_eq!(range.verdict, Fail);
    assert!(range.en.contains("1-2s、R-4s"), "{}", range.en);
    let mut lost = series(&[1; 9]);
    lost[8].sd = Decimal::ZERO;
    let lost = judged(&control, "5.01", None, &lost);
    assert!(lost.verdict == Pass && lost.working.iter().any(|w| w.1.contains("1 of them cannot be used")), "{lost:?}");
}

#[test]
fn spikes() {
    for (found, native, added, unit, loq, verdict, code, value) in [
        // 1 to 100 mg/kg: 90 to 110 %; 1 and 100 themselves are in it
        ("9", "未检出", "10", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "90.00"),
        ("8.9999", "未检出", "10", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", "89.999"),
        ("11", "未检出", "10", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "110.00"),
        ("11.001", "未检出", "10", "mg/kg", "0.01", Fail, "QC-SPIKE-HIGH", "110.01"),
        ("0.89", "未检出", "1", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", "89.00"),
        ("94", "未检出", "100", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "94.00"),
        // above 100 mg/kg: 95 to 105 %
        ("94", "未检出", "100.1", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", "93.91"),
        ("105", "未检出", "0.1", "g/kg", "0.01", NeedsPerson, "UNIT-CONFLICT", ""),
        ("1.05", "未检出", "1", "g/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "105.00"),
        ("1.051", "未检出", "1", "g/kg", "0.01", Fail, "QC-SPIKE-HIGH", "105.10"),
        // 0.1 to 1 mg/kg: 80 to 110 %; 0.1 itself is in it
        ("0.08", "未检出", "0.1", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "80.00"),
        ("0.0799", "未检出", "0.1", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", "79.90"),
        ("0.89", "未检出", "0.999", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "89.09"),
        // below 0.1 mg/kg: 60 to 120 %
        ("0.03", "未检出", "0.05", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "60.00"),
        ("60", "未检出", "50", "μg/kg", "10", Pass, "QC-SPIKE-WITHIN", "120.00"),
        ("60.1", "未检出", "50", "μg/kg", "10", Fail, "QC-SPIKE-HIGH", "120.20"),
        // the native content: subtracted, below LOQ counts 0, LOQ unknown is taken as typed
        ("0.25", "0.05", "0.2", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "100.00"),
        ("0.2", "0.009", "0.2", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "100.00"),
        ("0.21", "0.01", "0.2", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "100.00"),
        ("0.2", "<0.01", "0.2", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "100.00"),
        ("0.21", "0.01", "0.2", "mg/kg", "", Pass, "QC-SPIKE-WITHIN", "100.00"),
        ("0.2", "<0.05", "0.2", "mg/kg", "0.01", NeedsPerson, "QC-BOUND", ""),
        ("0.2", "<0.01", "0.2", "mg/kg", "", NeedsPerson, "QC-LOQ-UNKNOWN", ""),
        ("0.2", "检出", "0.2", "mg/kg", "0.01", NeedsPerson, "QC-CELL-UNREAD", ""),
        ("0.1", "0.2", "0.2", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", "-50.00"),
        // thirds
        ("2.7", "未检出", "3", "mg/kg", "0.01", Pass, "QC-SPIKE-WITHIN", "90.00"),
        ("0.2", "未检出", "0.3", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", "66.67"),
        // nothing found: certainly too low, or not certain
        ("未检出", "未检出", "0.2", "mg/kg", "0.01", Fail, "QC-SPIKE-LOW", ""),
        ("<0.01", "未检出", "0.2", "mg/kg", "", Fail, "QC-SPIKE-LOW", ""),
        ("未检出", "未检出", "0.2", "mg/kg", "", NeedsPerson, "QC-SPIKE-NOTHING", ""),
        ("未检出", "未检出", "0.2", "mg/kg", "0.16", NeedsPerson, "QC-SPIKE-NOTHING", ""),
        ("未检出", "未检出", "0.2", "mg/kg", "0.159", Fail, "QC-SPIKE-LOW", ""),
        (">0.2", "未检出", "0.2", "mg/kg", "0.01", NeedsPerson, "QC-BOUND", ""),
        ("检出", "未检出", "0.2", "mg/kg", "0.01", NeedsPerson, "QC-NUMBER", ""),
        // units without an exact way to mg/kg: the figure is given, the verdict is a person's
        ("0.2", "未检出", "0.2", "mg/L", "0.01", NeedsPerson, "QC-SPIKE-LEVEL", "100.00"),
        ("98", "90", "10", "%", "", NeedsPerson, "QC-SPIKE-LEVEL", "80.00"),
        ("0.2", "未检出", "", "mg/kg", "0.01", NeedsPerson, "QC-SETTING", ""),
        ("0.2", "未检出", "0", "mg/kg", "0.01", NeedsPerson, "QC-SETTING", ""),
        ("0.2", "", "0.2", "mg/kg", "0.01", Missing, "QC-CELL-EMPTY", ""),
        ("", "0.1", "0.2", "mg/kg", "0.01", Missing, "QC-EMPTY", ""),
    ] {
        let spike = QcSlot { added: some(added), loq: some(loq), ..slot(QcKind::Spike, unit) };
        let found_text = if code == "UNIT-CONFLICT" { format!("{found}mg/kg") } else { found.to_owned() };
        check(&format!("{found} of {added}{unit} on {native}, LOQ {loq}"), &judged(&spike, &found_text, Some((native, unit)), &[]), verdict, code, value);
    }
    let told = judged(&QcSlot { added: some("0.2"), loq: some("0.01"), ..slot(QcKind::Spike, "mg/kg") }, "0.2", Some(("9", "μg/kg")), &[]);
    let all = told.working.iter().map(|w| w.0.clone()).collect::<Vec<_>>().join("\n");
    for part in ["计 0", "≥0.1，<1 mg/kg", "80%~110%", "GB/T 27404-2008 附录F", "回收率 = (0.2 − 0) ÷ 0.2", "9μg/kg"] {
        assert!(all.contains(part), "{part}: {all}");
    }
}

fn with_verdict(id: &str, verdict: QcVerdict) -> QcSlot {
    let blank = QcSlot { id: id.to_owned(), loq: some("0.01"), ..slot(QcKind::Blank, "mg/kg") };
    let raw = match verdict {
        Pass => "ND",
        Fail => "0.5",
        NeedsPerson => "<0.5",
        Missing => "",
        Warn => {
            let control = QcSlot { id: id.to_owned(), target: some("5"), sd: some("0.2"), ..slot(QcKind::Control, "mg/kg") };
            return QcSlot { raw: "5.5".to_owned(), ..control }.judged(&QcContext::default());
        }
    };
    let slot = QcSlot { raw: raw.to_owned(), ..blank }.judged(&QcContext::default());
    assert_eq!(slot.verdict(), verdict);
    slot
}

#[test]
fn the_state_of_a_run_is_its_gravest_control() {
    for (verdicts, state, blocked) in [
        (&[][..], QcState::None, &[][..]),
        (&[Pass, Pass], QcState::Pass, &[]),
        (&[Pass, Warn], QcState::Warn, &[]),
        (&[Warn, Missing], QcState::Incomplete, &["QC-RUN-MISSING"]),
        (&[Missing, NeedsPerson], QcState::NeedsPerson, &["QC-RUN-MISSING", "QC-RUN-PERSON"]),
        (&[Missing, NeedsPerson, Fail, Warn, Pass], QcState::Fail, &["QC-RUN-MISSING", "QC-RUN-PERSON", "QC-RUN-FAIL"]),
    ] {
        let slots: Vec<QcSlot> = verdicts.iter().enumerate().map(|(i, v)| with_verdict(&format!("q{i}"), *v)).collect();
        let (got, why) = run_state(&slots);
        assert_eq!((got, why.iter().map(|r| r.code()).collect::<Vec<_>>()), (state, blocked.to_vec()));
        for refusal in &why {
            for lang in [Lang::Zh, Lang::En] {
                assert!(!refusal.what(lang).contains('{') && refusal.what(lang).contains("毒死蜱"), "{refusal}");
            }
            assert!(slots.iter().any(|s| refusal.field.as_deref() == Some(s.id.as_str())));
        }
    }
    // never judged is not entered
    assert_eq!(run_state(&[slot(QcKind::Blank, "mg/kg")]).0, QcState::Incomplete);
}

#[test]
fn an_override_takes_the_right_person_a_reason_and_something_to_override() {
    let boss = person(1, "质负", &[Role::QualityManager]);
    let analyst = person(2, "检一", &[Role::Analyst]);
    let failing = [with_verdict("q1", Fail), with_verdict("q2", Pass)];
    let codes = |slots: &[QcSlot], hands: &[(UserId, String)], actor: &Actor, reason: &str| -> Vec<&'static str> {
        override_run(slots, hands, actor, reason, now()).err().unwrap_or_default().iter().map(|r| r.code()).collect()
    };
    assert_eq!(codes(&failing, &[], &boss, "已复查仪器"), Vec::<&str>::new());
    assert_eq!(codes(&failing, &[], &boss, " 已复查 "), vec!["LAB-REASON"]);
    assert_eq!(codes(&failing, &[], &boss, ""), vec!["LAB-REASON"]);
    assert_eq!(codes(&failing, &[], &analyst, "已复查仪器"), vec!["LAB-ROLE"]);
    assert_eq!(codes(&failing, &[(boss.id, boss.name.clone())], &boss, "已复查仪器"), vec!["QC-OVERRIDE-OWN"]);
    let own: Vec<QcSlot> = failing.iter().map(|s| s.enter(&boss, now(), &s.raw, &QcContext::default())).collect();
    assert_eq!(codes(&own, &[], &boss, "已复查仪器"), vec!["QC-OVERRIDE-OWN"]);
    for calm in [Pass, Warn, Missing] {
        assert_eq!(codes(&[with_verdict("q1", calm)], &[], &boss, "已复查仪器"), vec!["QC-OVERRIDE-NOTHING"]);
    }
    assert_eq!(codes(&[], &[], &analyst, "x"), vec!["LAB-ROLE", "QC-OVERRIDE-NOTHING", "LAB-REASON"]);
    assert_eq!(why_not_override(&failing, &[], &boss), vec![]);
}

#[test]
fn an_override_covers_what_stood_there_and_nothing_later() {
    let boss = person(1, "质负", &[Role::QualityManager]);
    let analyst = person(2, "检一", &[Role::Analyst]);
    let mut slots = vec![with_verdict("q1", Fail), with_verdict("q2", Missing), with_verdict("q3", NeedsPerson)];
    let over = override_run(&slots, &[], &boss, "已复查仪器", now()).expect("allowed");
    let json = serde_json::to_string(&over).expect("serialises");
    assert_eq!(serde_json::from_str::<QcOverride>(&json).expect("reads back"), over);
    let left = |slots: &[QcSlot]| blocking(slots, Some(&over)).iter().filter_map(|r| r.field.clone()).collect::<Vec<_>>();
    assert_eq!(left(&slots), vec!["q2"], "what is not entered is not covered");
    slots[1] = slots[1].enter(&analyst, now(), "ND", &QcContext::default());
    assert_eq!(left(&slots), Vec::<String>::new());
    slots[1] = slots[1].enter(&analyst, now(), "0.3", &QcContext::default());
    assert_eq!(left(&slots), vec!["q2"], "a control that fails later blocks again");
    slots[0] = slots[0].enter(&analyst, now(), "0.9", &QcContext::default());
    assert_eq!(left(&slots), vec!["q1", "q2"], "another failing value is another thing");
}

#[test]
fn entering_keeps_what_was_typed_and_by_whom() {
    let analyst = person(2, "检一", &[Role::Analyst]);
    let with = QcContext { cell: Some(QcCell { raw: "０．１８", unit: "mg/kg" }), ..QcContext::default() };
    let before = QcSlot { limit_pct: some("20"), ..slot(QcKind::Duplicate, "mg/kg") };
    let entered = before.enter(&analyst, now(), " ０。２２ ", &with);
    assert_eq!((entered.raw.as_str(), entered.understood.as_str(), entered.revision), (" ０。２２ ", "0.22mg/kg", 1));
    assert_eq!((entered.entered_by.clone(), entered.entered_at), (Some((analyst.id, "检一".to_owned())), Some(now())));
    assert_eq!(entered.verdict(), Pass);
    // the sample cell changes: judged again, entered by nobody else
    let again = entered.judged(&QcContext { cell: Some(QcCell { raw: "0.1", unit: "mg/kg" }), ..QcContext::default() });
    assert_eq!((again.verdict(), again.revision, &again.entered_by, &again.raw), (Fail, 1, &entered.entered_by, &entered.raw));
    let json = serde_json::to_string(&again).expect("serialises");
    assert_eq!(serde_json::from_str::<QcSlot>(&json).expect("reads back"), again);
}

#[test]
fn only_a_control_with_a_number_is_a_point() {
    let control = QcSlot { target: some("5"), sd: some("0.2"), raw: "5.1".to_owned(), ..slot(QcKind::Control, "mg/kg") };
    let point = control.point("W1", "3月12日").expect("a point");
    assert_eq!((point.run.as_str(), point.label.as_str(), point.z()), ("W1", "3月12日", Some(d("0.5"))));
    for other in [
        QcSlot { raw: "ND".to_owned(), ..control.clone() },
        QcSlot { sd: some("0"), ..control.clone() },
        QcSlot { sd: None, ..control.clone() },
        QcSlot { kind: QcKind::Blank, ..control.clone() },
    ] {
        assert_eq!(other.point("W1", ""), None);
    }
}

#[test]
fn rules_and_codes_speak_both_languages() {
    let mut seen = std::collections::BTreeSet::new();
    for info in qc_code::ALL {
        assert!(seen.insert(info.code) && reasons::find(info.code).is_none(), "{} twice", info.code);
        assert!(![info.zh, info.en, info.next_zh, info.next_en].contains(&""), "{}", info.code);
    }
    for rule in WestgardRule::ALL {
        assert!(!rule.meaning(Lang::Zh).is_empty() && rule.meaning(Lang::Zh) != rule.meaning(Lang::En));
        assert_eq!(rule.rejects(), rule.code() != "1-2s");
    }
}

/// z in tenths with whole and half steps, so that the lines themselves are hit often.
fn tenths() -> impl Strategy<Value = Vec<(i64, u8)>> {
    let z = prop_oneof![-45_i64..=45, proptest::sample::select(vec![-30, -20, -10, 0, 10, 20, 30])];
    proptest::collection::vec((z, 0_u8..5), 0..30)
}

/// The rules again, slowly and over exact tenths of an sd, for comparison.
fn slow(z: &[(i64, u8)]) -> Vec<(&'static str, Vec<usize>)> {
    let mut out = Vec::new();
    for i in 0..z.len() {
        let now = z[i].0;
        if now.abs() > 30 {
            out.push(("1-3s", vec![i]));
        } else if now.abs() > 20 {
            out.push(("1-2s", vec![i]));
        }
        let last =
            |n: usize, holds: &dyn Fn(i64) -> bool| (i + 1 >= n && z[i + 1 - n..=i].iter().all(|p| holds(p.0))).then(|| (i + 1 - n..=i).collect::<Vec<_>>());
        for (rule, n, beyond) in [("2-2s", 2, 20), ("4-1s", 4, 10), ("10x", 10, 0)] {
            if rule == "4-1s" {
                let mut wide: Vec<usize> = (0..i).filter(|j| z[*j].1 == z[i].1 && (z[*j].0 - now).abs() > 40).collect();
                if !wide.is_empty() {
                    wide.push(i);
                    out.push(("R-4s", wide));
                }
            }
            if let Some(points) = last(n, &|v| v > beyond).or_else(|| last(n, &|v| v < -beyond)) {
                out.push((rule, points));
            }
        }
    }
    out
}

fn runs(z: &[(i64, u8)], target: Decimal, sd: Decimal) -> Vec<QcPoint> {
    z.iter().map(|(z, run)| QcPoint { run: run.to_string(), label: String::new(), value: target + sd * Decimal::new(*z, 1), target, sd }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn westgard_agrees_with_a_slow_model_wherever_the_series_lies(
        z in tenths(), target in -1_000_000_i64..1_000_000, places in 0_u32..5, sd in 1_i64..100_000, sd_places in 0_u32..6,
    ) {
        // shifting and scaling the series leaves the findings as they are
        let points = runs(&z, Decimal::new(target, places), Decimal::new(sd, sd_places));
        let found = westgard(&points);
        prop_assert_eq!(rules(&found), slow(&z));
        for finding in &found {
            prop_assert_eq!(Some(&finding.at()), finding.points.iter().max());
        }
        // and so does mirroring it
        let mirrored: Vec<(i64, u8)> = z.iter().map(|(z, run)| (-z, *run)).collect();
        prop_assert_eq!(rules(&westgard(&runs(&mirrored, Decimal::new(target, places), Decimal::new(sd, sd_places)))), rules(&found));
    }

    #[test]
    fn the_newest_point_says_what_the_whole_series_says(z in tenths()) {
        let points = runs(&z, d("5"), d("0.2"));
        let Some((last, history)) = points.split_last() else { return Ok(()) };
        let control = QcSlot { target: Some(last.target), sd: Some(last.sd), raw: last.value.to_string(), ..slot(QcKind::Control, "mg/kg") };
        let outcome = control.evaluate(&QcContext { run: &last.run, cell: None, history }).1;
        let here: Vec<Finding> = westgard(&points).into_iter().filter(|f| f.at() == history.len()).collect();
        let expected = if here.iter().any(|f| f.rule.rejects()) { Fail } else if here.is_empty() { Pass } else { Warn };
        prop_assert_eq!(outcome.verdict, expected);
        for finding in here {
            prop_assert!(outcome.zh.contains(finding.rule.code()), "{}", outcome.zh);
        }
    }

    #[test]
    fn swapping_the_duplicates_changes_nothing(a in cell_text(), b in cell_text(), loq in proptest::option::of(1_i64..200), limit in proptest::option::of(1_i64..400)) {
        let of = QcSlot { loq: loq.map(|v| Decimal::new(v, 2)), limit_pct: limit.map(|v| Decimal::new(v, 1)), ..slot(QcKind::Duplicate, "mg/kg") };
        let one = judged(&of, &a, Some((&b, "mg/kg")), &[]);
        let two = judged(&of, &b, Some((&a, "mg/kg")), &[]);
        prop_assert_eq!((one.verdict, one.value), (two.verdict, two.value), "{} and {}", a, b);
    }

    #[test]
    fn duplicates_are_decided_by_the_exact_percentage(a in 0_i64..2000, b in 1_i64..2000, limit in 1_i64..500) {
        let of = QcSlot { limit_pct: Some(Decimal::new(limit, 1)), ..slot(QcKind::Duplicate, "mg/kg") };
        let (x, y) = (Decimal::new(a, 3).to_string(), Decimal::new(b, 3).to_string());
        let outcome = judged(&of, &x, Some((&y, "mg/kg")), &[]);
        prop_assert_eq!(outcome.verdict == Pass, (a - b).abs() * 2000 <= limit * (a + b));
        // the figure shown never contradicts the verdict
        let shown = outcome.value.expect("a figure");
        prop_assert_eq!(outcome.verdict == Pass, shown <= Decimal::new(limit, 1), "{} {}", shown, limit);
    }

    #[test]
    fn recovery_rises_with_what_is_found(small in 0_i64..200_000, more in 1_i64..100_000, native in 0_i64..100_000, added in 1_i64..200_000) {
        let spike = QcSlot { added: Some(Decimal::new(added, 3)), ..slot(QcKind::Spike, "mg/kg") };
        let of = |found: i64| judged(&spike, &Decimal::new(found, 3).to_string(), Some((&Decimal::new(native, 3).to_string(), "mg/kg")), &[]);
        let (low, high) = (of(small), of(small + more));
        prop_assert!(low.value.expect("a figure") <= high.value.expect("a figure"));
        let rank = |o: &QcOutcome| ["QC-SPIKE-LOW", "QC-SPIKE-WITHIN", "QC-SPIKE-HIGH"].iter().position(|c| *c == o.code).expect("a verdict");
        prop_assert!(rank(&low) <= rank(&high), "{low:?} {high:?}");
        let (lo, hi) = if added > 100_000 { (95, 105) } else if added >= 1_000 { (90, 110) } else if added >= 100 { (80, 110) } else { (60, 120) };
        let gain = (small - native) * 100;
        let expected = if gain < lo * added { 0 } else if gain > hi * added { 2 } else { 1 };
        prop_assert_eq!(rank(&low), expected);
    }
}

/// Readable and unreadable cells, with both sides of a limit of quantification.
fn cell_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_i64..400, 1_u32..4).prop_map(|(m, s)| Decimal::new(m, s).to_string()),
        1 => proptest::sample::select(vec!["未检出", "ND", "<0.05", "≤0.5", ">0.1", "检出", "阳性", "阴性", "弱阳性", "/", "", " ", "看不清", "1,2", "1;2", "未检出(定量限:0.5)"])
            .prop_map(str::to_owned),
    ]
}

/// xorshift with a fixed seed: the same ten thousand texts every time.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides as u64)).expect("small")
    }
}

#[test]
fn ten_thousand_typed_texts_never_panic_and_are_kept() {
    const SEEDS: [&str; 24] = [
        "0.05",
        "０．０５",
        "<0.01",
        "未检出",
        "ND",
        "未检出(定量限:0.01mg/kg)",
        "2.5×10^6",
        "2.5E6",
        "1e-3",
        "5.8×103CFU/g",
        "0,05",
        "-0.1",
        "检出",
        "阳性",
        "/",
        "10",
        "99999999999999999",
        "0.000000000000001",
        "n=5,c=2",
        "①1②2",
        "0。05",
        "mg/kg",
        "",
        "{found}",
    ];
    const PIECES: [&str; 24] = [
        "0",
        "9",
        ".",
        "<",
        "≤",
        ">",
        "×10^",
        "E12",
        "e-15",
        "未检出",
        "检出",
        "(",
        ")",
        "；",
        ",",
        " ",
        "mg/kg",
        "μg/kg",
        "CFU/g",
        "%",
        "-",
        "\u{200b}",
        "𝟙",
        "{",
    ];
    const UNITS: [&str; 7] = ["mg/kg", "μg/kg", "CFU/g", "mg/L", "%", "", "个"];
    const NUMBERS: [&str; 9] =
        ["", "0", "-1", "0.01", "20", "1000000000000000", "0.0000000000000000000000000001", "79228162514264337593543950335", "3.3333333333333333"];
    let mut dice = Dice(0x5EED_2026_0312);
    let text = |dice: &mut Dice| {
        let mut text: Vec<char> = SEEDS[dice.roll(SEEDS.len())].chars().collect();
        for _ in 0..dice.roll(5) {
            let at = dice.roll(text.len() + 1);
            match dice.roll(3) {
                0 if at < text.len() => drop(text.remove(at)),
                1 if at < text.len() => text[at] = char::from_u32(u32::try_from(dice.roll(0x3000)).expect("small")).unwrap_or('x'),
                _ => drop(text.splice(at..at, PIECES[dice.roll(PIECES.len())].chars())),
            }
        }
        text.into_iter().collect::<String>()
    };
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..10_000 {
        let number = |dice: &mut Dice| some(NUMBERS[dice.roll(NUMBERS.len())]);
        let (raw, cell) = (text(&mut dice), text(&mut dice));
        let kind = QcKind::ALL[dice.roll(4)];
        let of = QcSlot {
            limit_pct: number(&mut dice),
            target: number(&mut dice),
            sd: number(&mut dice),
            added: number(&mut dice),
            loq: number(&mut dice),
            ..slot(kind, UNITS[dice.roll(UNITS.len())])
        };
        let history = [QcPoint {
            run: "now".to_owned(),
            label: cell.clone(),
            value: number(&mut dice).unwrap_or_default(),
            target: number(&mut dice).unwrap_or_default(),
            sd: number(&mut dice).unwrap_or_default(),
        }];
        let with = QcContext { run: "now", cell: Some(QcCell { raw: &cell, unit: UNITS[dice.roll(UNITS.len())] }), history: &history };
        let entered = of.enter(&person(2, "检一", &[]), now(), &raw, &with);
        assert_eq!(entered.raw, raw);
        let outcome = entered.outcome.clone().expect("an outcome");
        assert!(!outcome.zh.is_empty() && !outcome.en.is_empty(), "{raw:?}");
        // what a person could not settle is never released by itself
        assert_eq!(run_state(std::slice::from_ref(&entered)).1.is_empty(), matches!(outcome.verdict, Pass | Warn), "{raw:?}");
        *seen.entry(outcome.code).or_insert(0_u32) += 1;
        assert!(westgard(&history).iter().all(|f| f.points == [0]), "{history:?}");
    }
    assert!(seen.len() >= 25, "the texts reach too little: {seen:?}");
}
