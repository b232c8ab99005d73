//! Runs `casebook.csv`: what goes in, which verdict and which reason come out.

use std::collections::BTreeMap;

use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Decimal, Label, Lang};
use shiyan_judgement::amount::Amount;
use shiyan_judgement::amount::rounding::Comparison;
use shiyan_judgement::judging::{JudgeInput, Judgement, judge};
use shiyan_judgement::limit::claim::{ClaimRule, LabelClaim};
use shiyan_judgement::limit::{self, LimitText};
use shiyan_judgement::reading::{Measured, parse};
use shiyan_judgement::texts::judge_texts;

type Case = BTreeMap<String, String>;

fn given<'a>(case: &'a Case, key: &str) -> Option<&'a str> {
    Some(case[key].as_str()).filter(|v| !v.is_empty())
}

fn amount(text: &str) -> Amount {
    let parsed = parse(text, None);
    let Measured::Number { value, .. } = parsed.understood else { panic!("{text}") };
    Amount { value, unit: parsed.unit }
}

fn claim_rule(text: &str) -> ClaimRule {
    let d = |t: &str| t.parse::<Decimal>().expect("per cent");
    match (text.strip_prefix(">="), text.strip_prefix("<="), text.split_once('-')) {
        (Some(p), ..) => ClaimRule::AtLeast { percent: d(p) },
        (_, Some(p), _) => ClaimRule::AtMost { percent: d(p) },
        (_, _, Some((lo, hi))) => ClaimRule::Between { lo: d(lo), hi: d(hi) },
        _ => panic!("{text}"),
    }
}

fn run(case: &Case) -> Judgement {
    let unit = given(case, "unit");
    let plain = ["lod", "loq", "kind", "places", "claim"].iter().all(|k| given(case, k).is_none());
    if plain {
        return judge_texts(&case["item"], &case["result"], &case["limit"], unit, given(case, "label_claim"));
    }
    let measured = parse(&case["result"], unit);
    let wanted = limit::parse(&case["limit"]);
    let LimitText::Rule { rule, strict } = &wanted.understood else { panic!("{case:?}") };
    let mut input = JudgeInput::new(&measured, rule, wanted.unit.as_deref().or(unit));
    input.strict = *strict;
    input.lod = given(case, "lod").map(amount);
    input.loq = given(case, "loq").map(amount);
    if given(case, "kind") == Some("risk") {
        input.kind = TaskKind::RiskMonitoring;
    }
    if let Some(places) = given(case, "places") {
        input.comparison = Comparison::Rounded { places: places.parse().expect("places") };
    }
    input.label_claim =
        given(case, "label_claim").map(|text| LabelClaim { claimed: parse(text, None), rule: given(case, "claim").map(claim_rule), basis: "test".to_owned() });
    judge(&input)
}

#[test]
fn every_case_comes_out_as_written() {
    let text = include_str!("../casebook.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let (mut cases, mut wrong) = (0, Vec::new());
    for case in reader.deserialize::<Case>() {
        let case = case.expect("a case");
        let judged = run(&case);
        cases += 1;
        if (judged.verdict.zh(), judged.reason.code) != (case["verdict"].as_str(), case["code"].as_str()) {
            wrong.push(format!(
                "case {}: {} ({})\nexpected {} {}\n{}",
                case["no"],
                case["result"],
                case["why"],
                case["verdict"],
                case["code"],
                judged.explain(Lang::En)
            ));
        }
        // the working survives storage and can be told in both languages
        let json = serde_json::to_string(&judged).expect("serialises");
        assert_eq!(serde_json::from_str::<Judgement>(&json).expect("reads back"), judged);
        assert!(!judged.explain(Lang::Zh).is_empty() && !judged.working.is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(cases, 397);
}
