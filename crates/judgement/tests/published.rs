//! Published failing items: none may come out as 合格项, except where the published row contradicts its own numbers.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shiyan_foundation::{Decimal, Label};
use shiyan_judgement::judging::{Judgement, Verdict};
use shiyan_judgement::texts::{Texts, judge_texts, judge_words};

/// What lies beside the checkout on the machines of the developers; never part of it.
fn beside(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(path)).find(|p| p.exists());
    if found.is_none() {
        shiyan_skip::skipped("published results judged again", &format!("shared/{path} is not beside the checkout"));
    }
    found
}

type Row = BTreeMap<String, String>;

fn rows(file: &Path) -> Vec<Row> {
    csv::Reader::from_path(file).expect("readable").deserialize().map(|r| r.expect("a row")).collect()
}

/// A row with all that it tells, the food included.
fn judge_row(row: &Row) -> Judgement {
    let of = |key: &str| row.get(key).map(|t| t.trim()).filter(|t| !t.is_empty());
    let food: Vec<&str> = ["food", "sample", "category"].iter().filter_map(|k| of(k)).collect();
    let food = food.join(" ");
    judge_words(&Texts {
        item: &row["item"],
        result: &row["result"],
        limit: &row["limit"],
        unit: of("unit"),
        label_claim: of("label_claim"),
        food: Some(food.as_str()).filter(|f| !f.is_empty()),
        ingredients: None,
    })
}

/// `61.1mg/kg` as number and unit, read by a second, deliberately simple reader.
fn plain(text: &str) -> Option<(Decimal, String)> {
    let text = text.trim();
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let unit: String = text[digits..].trim().to_lowercase();
    if unit.contains(|c: char| c.is_ascii_digit() && !text.contains("/100")) || unit.contains(['×', ';', ',']) {
        return None;
    }
    Some((text[..digits].parse().ok()?, unit))
}

/// The row itself says that the value lies within the limit.
fn contradicts_itself(result: &str, limit: &str) -> bool {
    let Some((value, unit)) = plain(result) else { return false };
    let (limit, most) = match (limit.trim().strip_prefix('≤'), limit.trim().strip_prefix('≥')) {
        (Some(l), _) => (l, true),
        (_, Some(l)) => (l, false),
        _ => return false,
    };
    plain(limit).is_some_and(|(limit, other)| unit == other && if most { value <= limit } else { value >= limit })
}

#[test]
fn no_published_failure_passes() {
    let Some(file) = beside("external/published_verdicts.csv") else { return };
    let mut reader = csv::Reader::from_path(&file).expect("readable");
    let mut table: BTreeMap<(Verdict, &str), u32> = BTreeMap::new();
    let mut contradictions = Vec::new();
    let mut rows = 0;
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let judged = judge_row(&row);
        rows += 1;
        *table.entry((judged.verdict, judged.reason.code)).or_default() += 1;
        println!("{} [{}] {:?} / {:?} {:?}", judged.verdict.zh(), judged.reason.code, row["result"], row["limit"], row["label_claim"]);
        if judged.verdict == Verdict::Conforming {
            assert!(contradicts_itself(&row["result"], &row["limit"]), "a published failure passed: {row:?}\n{judged:#?}");
            contradictions.push(format!("{} against {}: the printed value meets the printed limit", row["result"], row["limit"]));
        }
        if judged.verdict == Verdict::Nonconforming {
            assert!(!contradicts_itself(&row["result"], &row["limit"]), "{row:?}");
        }
        assert_ne!(judged.verdict, Verdict::NoVerdict, "{row:?}");
    }
    println!("{rows} rows");
    // 4 rows are cut off behind ×10 and nobody can read them
    let readable = rows - table.iter().filter(|((_, code), _)| *code == "VALUE-TRUNCATED").map(|(_, n)| n).sum::<u32>();
    let failed: u32 = table.iter().filter(|((verdict, _), _)| *verdict == Verdict::Nonconforming).map(|(_, n)| n).sum();
    assert!(failed * 100 >= readable * 92, "{failed} of {readable} readable rows fail");
    for ((verdict, code), count) in &table {
        println!("{count:4} {} {code}", verdict.zh());
    }
    println!("published rows that contradict their own numbers: {contradictions:#?}");
}

#[test]
fn published_failures_of_2026_fail() {
    let Some(file) = beside("external/published_failures_2026.csv") else { return };
    let (mut all, mut failed, mut passed) = (0, 0, 0);
    for row in rows(&file).iter().filter(|r| r["kind"] == "clean") {
        let judged = judge_row(row);
        all += 1;
        match judged.verdict {
            Verdict::Nonconforming => failed += 1,
            // the printed value meets the printed limit
            Verdict::Conforming if contradicts_itself(&row["result"], &row["limit"]) => passed += 1,
            Verdict::Conforming => panic!("a published failure passed: {row:?}\n{judged:#?}"),
            _ => println!("{} {row:?}", judged.reason.code),
        }
        // without its food a person may be needed; a pass never comes of it
        let bare = judge_texts(&row["item"], &row["result"], &row["limit"], None, None);
        assert!(bare.verdict != Verdict::Conforming || judged.verdict == Verdict::Conforming, "{row:?}");
    }
    println!("{failed} of {all} fail, {passed} contradict themselves");
    assert!(all >= 437 && failed * 100 >= all * 96 && passed < 3, "{failed} of {all}");
}

/// Every row has the verdict, with and without what else the row tells.
fn all_are(file: &Path, verdict: Verdict) -> usize {
    let rows = rows(file);
    for row in &rows {
        let judged = judge_row(row);
        assert_eq!(judged.verdict, verdict, "{row:?}\n{}", judged.explain(shiyan_foundation::Lang::En));
        let bare = judge_texts(&row["item"], &row["result"], &row["limit"], Some(&row["unit"]), Some(&row["label_claim"]));
        assert_eq!(bare.verdict, verdict, "without its food: {row:?}");
    }
    rows.len()
}

#[test]
fn clear_rows_have_their_verdict() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/judge");
    assert!(all_are(&ours.join("truth_pass.csv"), Verdict::Conforming) >= 33);
    assert!(all_are(&ours.join("truth_fail.csv"), Verdict::Nonconforming) >= 33);
    for (name, verdict) in [("judge_pass.csv", Verdict::Conforming), ("judge_fail.csv", Verdict::Nonconforming)] {
        if let Some(file) = beside(&format!("cases/{name}")) {
            all_are(&file, verdict);
        }
    }
}

/// What copying, pasting and converting does to such cells. None of it may turn a failure into a pass.
fn mangled(text: &str) -> Vec<String> {
    let raised = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    let superscripts = |to: &dyn Fn(usize) -> String| raised.iter().enumerate().fold(text.to_owned(), |t, (i, r)| t.replace(r, &to(i)));
    let wide: String = text.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c }).collect();
    let mut out = vec![
        superscripts(&|i| i.to_string()),
        superscripts(&|i| format!("^{i}")),
        superscripts(&|i| format!("<sup>{i}</sup>")),
        superscripts(&|_| String::new()),
        superscripts(&|i| format!(" {i}")),
        text.replace("<sup>", "").replace("</sup>", ""),
        text.replace('×', "*"),
        text.replace('×', "x"),
        text.replace('×', ""),
        text.replace('μ', "µ"),
        text.replace('μ', "u"),
        text.replace('.', "。"),
        text.replace('.', ","),
        text.replace('.', " "),
        text.replace(['；', ';'], ","),
        text.replace([',', '，'], "、"),
        text.replace([';', '；', ',', '，'], "/"),
        text.replace([';', '；', ',', '，'], " "),
        text.replace('\n', ""),
        text.replace("CFU/g", ""),
        text.to_lowercase(),
        text.to_uppercase(),
        wide,
        format!("{text}{text}"),
        format!("{text}；{text}"),
    ];
    // cut off at every place
    out.extend(text.char_indices().skip(1).map(|(i, _)| text[..i].to_owned()).filter(|t| !t.ends_with(|c: char| c.is_ascii_digit() || c == '.')));
    out
}

#[test]
fn no_mangling_turns_a_failure_into_a_pass() {
    let Some(file) = beside("external/published_verdicts.csv") else { return };
    let mut reader = csv::Reader::from_path(&file).expect("readable");
    let (mut tried, mut passed) = (0, Vec::new());
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        if contradicts_itself(&row["result"], &row["limit"]) {
            continue;
        }
        let pairs = mangled(&row["result"])
            .into_iter()
            .map(|r| (r, row["limit"].clone()))
            .chain(mangled(&row["limit"]).into_iter().map(|l| (row["result"].clone(), l)))
            .chain(mangled(&row["result"]).into_iter().zip(mangled(&row["limit"])));
        for (result, limit) in pairs {
            let judged = judge_texts(&row["item"], &result, &limit, None, Some(&row["label_claim"]));
            tried += 1;
            if judged.verdict == Verdict::Conforming {
                passed.push(format!("{result:?} / {limit:?} was {:?} / {:?}\n{}", row["result"], row["limit"], judged.explain(shiyan_foundation::Lang::En)));
            }
        }
    }
    println!("{tried} mangled pairs");
    assert!(passed.is_empty(), "{} of {tried}:\n{}", passed.len(), passed.join("\n\n"));
}
