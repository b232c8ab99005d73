//! Published failing items: none may come out as 合格项, except where the published row contradicts its own numbers.

use std::collections::BTreeMap;
use std::path::Path;

use shiyan_foundation::{Decimal, Label};
use shiyan_lab_results::judge::{Verdict, judge_texts};

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
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/published_verdicts.csv");
    if !file.exists() {
        println!("SKIPPED: {} is absent; the published verdicts were NOT checked", file.display());
        return;
    }
    let mut reader = csv::Reader::from_path(&file).expect("readable");
    let mut table: BTreeMap<(Verdict, &str), u32> = BTreeMap::new();
    let mut contradictions = Vec::new();
    let mut rows = 0;
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let judged = judge_texts(&row["item"], &row["result"], &row["limit"], None, Some(&row["label_claim"]));
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
    for ((verdict, code), count) in &table {
        println!("{count:4} {} {code}", verdict.zh());
    }
    println!("published rows that contradict their own numbers: {contradictions:#?}");
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
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/published_verdicts.csv");
    if !file.exists() {
        println!("SKIPPED: {} is absent; the mangled verdicts were NOT checked", file.display());
        return;
    }
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
