//! Properties of reading, rounding and judging over many generated inputs.

use proptest::prelude::*;
use shiyan_foundation::Decimal;
use shiyan_judgement::amount::rounding::round_text;
use shiyan_judgement::amount::units;
use shiyan_judgement::judging::{JudgeInput, Verdict, judge};
use shiyan_judgement::limit;
use shiyan_judgement::reading::{Measured, parse};
use shiyan_judgement::texts::judge_texts;
use shiyan_statute::LimitRule;

const UNITS: [&str; 8] = ["", "mg/kg", "μg/kg", "g/100g", "CFU/g", "CFU/mL", "MPN/100g", "mg/100kJ"];

/// Text with what real cells are made of, so that the deep branches are reached.
fn messy() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,4}",
        "[0-9]\\.[0-9]{1,3}",
        proptest::sample::select(vec![
            "×10",
            "10",
            "^",
            "⁴",
            "<sup>",
            "4",
            "</sup>",
            "<",
            "＜",
            "≤",
            ">",
            "《",
            ",",
            "，",
            "；",
            "/",
            "、",
            "\n",
            " ",
            "CFU/g",
            "mg/kg",
            "μ/g",
            "/25g",
            "检出",
            "未检出",
            "(",
            ")",
            "（",
            "）",
            "n=5",
            "c=2",
            "m=",
            "M=",
            "①",
            "②",
            "n₁：",
            "E",
            "e-3",
            "-",
            "。",
            ".",
            "ND",
            "阴性",
            "不得检出",
            "不得使用",
            "~",
            "±",
            "结果均大于M",
            "单位：CFU/g",
            "检出限",
            "{",
            "}",
            "%",
            "𝟙",
            "é",
            "İ",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|p| p.concat())
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (0_i64..=999_999_999_999, 0_u32..=9).prop_map(|(m, s)| Decimal::new(m, s))
}

/// 四舍六入五成双 on the digits of the text, without any decimal type.
fn slow_round(text: &str, places: usize) -> String {
    let (whole, frac) = text.split_once('.').unwrap_or((text, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(frac.bytes()).map(|b| b - b'0').collect();
    let keep = whole.len() + places;
    let rest: Vec<u8> = digits.iter().skip(keep).copied().collect();
    digits.resize(keep, 0);
    let up = match rest.first() {
        None | Some(0..=4) => false,
        Some(6..) => true,
        Some(5) => rest[1..].iter().any(|d| *d > 0) || digits.last().is_some_and(|d| d % 2 == 1),
    };
    if up {
        let mut i = digits.len();
        loop {
            if i == 0 {
                digits.insert(0, 1);
                break;
            }
            i -= 1;
            if digits[i] == 9 {
                digits[i] = 0;
            } else {
                digits[i] += 1;
                break;
            }
        }
    }
    let split = digits.len() - places;
    let show = |d: &[u8]| d.iter().map(|d| char::from(b'0' + d)).collect::<String>();
    let whole = show(&digits[..split]);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if places == 0 { whole.to_owned() } else { format!("{whole}.{}", show(&digits[split..])) }
}

fn severity(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Conforming => Some(0),
        Verdict::Nonconforming => Some(1),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_number_reads_back_as_itself(value in decimal(), unit in proptest::sample::select(UNITS.to_vec())) {
        let parsed = parse(&format!("{value}{unit}"), None);
        let Measured::Number { value: read, .. } = &parsed.understood else { panic!("{parsed:?}") };
        prop_assert_eq!(*read, value);
        prop_assert_eq!(parsed.unit.as_deref().unwrap_or_default(), unit);
    }

    #[test]
    fn what_was_understood_reads_back_from_its_canonical_text(text in messy()) {
        let first = parse(&text, None);
        if first.needs_person().is_none() {
            let second = parse(&first.canonical(), first.unit.as_deref());
            prop_assert_eq!(&second.understood, &first.understood, "{:?} -> {:?}", text, first.canonical());
        }
    }

    #[test]
    fn a_power_is_the_same_in_every_spelling(m in 10_i64..100, k in 1_i32..8) {
        let mantissa = Decimal::new(m, 1);
        let plain = units::shift(mantissa, k).expect("fits");
        for text in [format!("{mantissa}×10^{k}"), format!("{mantissa}E{k}"), format!("{mantissa}×10<sup>{k}</sup>"), format!("{mantissa}×10{k}"), format!("{plain}")] {
            let parsed = parse(&text, None);
            let Measured::Number { value, .. } = parsed.understood else { panic!("{text}") };
            prop_assert_eq!(value, plain);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC*", other in messy(), unit in messy()) {
        let _ = parse(&text, Some(&unit));
        let _ = parse(&other, None);
        let _ = limit::parse(&text);
        let _ = limit::parse(&other);
        for (r, l) in [(&text, &other), (&other, &text)] {
            let judged = judge_texts(&unit, r, l, Some(&unit), Some(r));
            prop_assert!(!judged.explain(shiyan_foundation::Lang::En).is_empty());
        }
    }

    #[test]
    fn a_maximum_judges_monotonically(a in decimal(), b in decimal(), limit in decimal()) {
        let rule = LimitRule::Max { value: limit };
        let (small, large) = (a.min(b), a.max(b));
        let of = |v: Decimal| { let p = parse(&format!("{v}mg/kg"), None); severity(judge(&JudgeInput::new(&p, &rule, Some("mg/kg"))).verdict).expect("a verdict") };
        prop_assert!(of(small) <= of(large));
        prop_assert_eq!(of(small) == 0, small <= limit);
        let rule = LimitRule::Min { value: limit };
        let of = |v: Decimal| { let p = parse(&format!("{v}mg/kg"), None); severity(judge(&JudgeInput::new(&p, &rule, Some("mg/kg"))).verdict).expect("a verdict") };
        prop_assert!(of(small) >= of(large));
        prop_assert_eq!(of(large) == 0, large >= limit);
    }

    #[test]
    fn a_plan_judges_monotonically(values in proptest::collection::vec(0_u32..2000, 5), which in 0_usize..5, more in 0_u32..2000) {
        let rule = LimitRule::ThreeClass { n: 5, c: 2, m: Decimal::from(100), upper: Some(Decimal::from(1000)) };
        let of = |v: &[u32]| {
            // written with an exponent so that no count looks like a power that lost its superscript
            let text = v.iter().map(|x| format!("{x}×10^0CFU/g")).collect::<Vec<_>>().join(";");
            let parsed = parse(&text, None);
            severity(judge(&JudgeInput::new(&parsed, &rule, Some("CFU/g"))).verdict).expect("a verdict")
        };
        let mut larger = values.clone();
        larger[which] += more;
        prop_assert!(of(&values) <= of(&larger));
        let fails = values.iter().any(|v| *v > 1000) || values.iter().filter(|v| **v > 100).count() > 2;
        prop_assert_eq!(of(&values) == 1, fails);
    }

    #[test]
    fn a_bound_never_passes_beyond_the_limit(bound in decimal(), limit in decimal()) {
        let rule = LimitRule::Max { value: limit };
        let p = parse(&format!("<{bound}mg/kg"), None);
        let verdict = judge(&JudgeInput::new(&p, &rule, Some("mg/kg"))).verdict;
        prop_assert_eq!(verdict == Verdict::Conforming, bound <= limit);
    }

    #[test]
    fn rounds_as_the_slow_model(m in 0_u64..10_000_000_000, scale in 0_u32..9, places in 0_u32..6) {
        let text = Decimal::from_i128_with_scale(i128::from(m), scale).to_string();
        prop_assert_eq!(round_text(&text, places), Some(slow_round(&text, places as usize)), "{} to {}", text, places);
    }
}
