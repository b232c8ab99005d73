//! One way: the text of a result is judged alike in the laboratory, through the interface for programs and by the command, whether the limit
//! came from the library or was printed beside it.

use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Decimal, Lang};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::{Dried, LimitUsed};
use shiyan_judgement::texts::{Texts, Typed, judge_against, judge_words};
use shiyan_statute::{LimitQuery, LimitRow, LimitRule, LimitStatus, choose, limits};

/// What technicians and notices write.
const RESULTS: [&str; 40] = [
    "0.05",
    "0.5",
    "500",
    "０．０５",
    "0,05",
    "12,5",
    "1,200",
    "3×10^2",
    "3×104",
    "2.5万",
    "未检出",
    "ND",
    "<0.01",
    "＜0.5",
    ">150",
    "检出",
    "阴性",
    "/",
    "0.19±0.03",
    "0.05~0.08",
    "0.1;0.3",
    "12,500,900,800,700",
    "10,20,30,40,50",
    "<10,<10,20,<10,<10",
    "5份均未检出",
    "3/5",
    "未检出/25g×5",
    "均<10",
    "初检：0.35；复检：0.33",
    "恩诺沙星：0.06，环丙沙星：0.055",
    "036",
    "0. 5",
    "1. 5",
    "510E2",
    "10E4",
    "4.4×10",
    "",
    "看不清",
    "1 2",
    "-0.5",
];

#[test]
fn a_text_is_judged_alike_beside_a_printed_limit_and_a_row_of_the_library() {
    let mut seen = 0;
    for row in limits().iter().step_by(5) {
        // the unit of the cell is that of the row, as on the bench
        let unit = Some(row.unit.as_str()).filter(|u| *u != "/");
        for result in RESULTS {
            let text = row.limit_text();
            let by_words = judge_words(&Texts { item: &row.analyte, result, limit: &text, unit, ..Texts::default() });
            let (_, by_row) = judge_against(&Typed::new(&row.analyte, result, unit), &LimitUsed::of(row));
            seen += 1;
            let told = || format!("{} {result:?} {text}\n{}\n{}", row.id, by_words.explain(Lang::En), by_row.explain(Lang::En));
            // the row knows its method besides, so it may settle what the words leave open; never the other way round
            let opposite =
                |a: Verdict, b: Verdict| a == Verdict::Conforming && b == Verdict::Nonconforming || a == Verdict::Nonconforming && b == Verdict::Conforming;
            assert!(!opposite(by_words.verdict, by_row.verdict), "{}", told());
            if row.lod_loq.is_none() && by_row.verdict == Verdict::Conforming {
                assert_eq!(by_words.verdict, Verdict::Conforming, "{}", told());
            }
        }
    }
    assert!(seen > 4_000);
}

#[test]
fn a_dried_food_is_held_against_the_fresh_limit_only_by_its_rate() {
    let shipped: Vec<LimitRow> = limits().iter().map(|r| LimitRow { status: LimitStatus::Active, ..r.clone() }).collect();
    let chosen = |path: &str, item: &str, on: &str| {
        let category = CategoryPath::parse(path);
        let name = category.0.last().cloned().unwrap_or_default();
        let query = LimitQuery { category: &category, food_name: &name, analyte: item, ref_date: on.parse().expect("a date"), prepackaged: Some(true) };
        let row = choose(shipped.iter(), &query).settled(&query).unwrap_or_else(|e| panic!("{path} {item}: {e}")).clone();
        LimitUsed::chosen(&row, &query)
    };
    let judged = |raw: &str, limit: &LimitUsed| judge_against(&Typed::new("镉(以Cd计)", raw, Some("mg/kg")), limit).1;
    let limit = chosen("蔬菜制品/干制食用菌/干制食用菌/香菇", "镉(以Cd计)", "2026-10-01");
    let LimitRule::Max { value: fresh } = limit.rule else { panic!("{limit:?}") };
    assert_eq!(limit.dried.as_ref().map(|d| (d.food.as_str(), d.basis.as_str())), Some(("干制食用菌", "GB 2762-2025")));
    let with = |rate: &str| LimitUsed { dried: limit.dried.clone().map(|d| Dried { rate: rate.parse().ok(), ..d }), ..limit.clone() };
    // at or below the fresh limit no rate is needed
    assert_eq!(judged(&fresh.to_string(), &limit).verdict, Verdict::Conforming);
    let three = (fresh * Decimal::from(3)).to_string();
    let open = judged(&three, &limit);
    assert_eq!((open.verdict, open.reason.0.code), (Verdict::NeedsPerson, "JUDGE-DRIED"), "never a silent failure");
    // 100 g fresh became 20 g dried: the fresh food held a fifth
    assert_eq!(judged(&three, &with("80")).verdict, Verdict::Conforming);
    assert_eq!(judged(&three, &with("50")).verdict, Verdict::Nonconforming);
    assert!(judged(&three, &with("80")).explain(Lang::Zh).contains("脱水率 80%"));
    assert_eq!(judged("/", &limit).verdict, Verdict::NoVerdict);
    assert_eq!(judged("<0.9", &limit).reason.0.code, "JUDGE-DRIED", "a method that misses the fresh limit may reach the dried one");
    // dried meat is judged as it is since 2026-09-02; before, it was converted
    assert!(chosen("肉制品/熟肉制品/熟肉干制品/肉干", "铅(以Pb计)", "2026-10-01").dried.is_none());
    assert!(chosen("肉制品/熟肉制品/熟肉干制品/肉干", "铅(以Pb计)", "2026-08-01").dried.is_some());
}
