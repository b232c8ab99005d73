//! A number of the law stands in `crates/statute/data` and nowhere else: not as a constant, and not in a sentence that a user reads. What is looked
//! for is made from those files: the periods of `deadlines.csv`, the batches per thousand of `numbers.csv`, the names of `pathogens.csv`.
//! Comments are prose and are left alone; so are tests, which say what must come out.

use serde_json::Value;

use super::Finding;
use super::habits::File;
use crate::lexer::{code_only, without_comments, without_tests, without_tests_of};

/// What looks like a number of the law and is none: where, what is found there, why it may stay.
const NOT_LAW: &[(&str, &str, &str)] = &[
    ("crates/web/site/src/home.rs", "24小时", "how far back failed sign-ins are counted"),
    ("crates/web/site/src/home.rs", "24 hour", "how far back failed sign-ins are counted"),
    ("crates/web/site/src/home.rs", "hours(24)", "how far back failed sign-ins are counted"),
    ("crates/cli/src/run.rs", "24小时", "how long a link to set a password is good"),
    ("crates/cli/src/run.rs", "24 hour", "how long a link to set a password is good"),
    (
        "crates/indicators/src/pick.rs",
        "3个工作日",
        "the days before the last one from which a deadline is amber (DUE_SOON_WORKDAYS; a test holds the two together)",
    ),
    (
        "crates/indicators/src/pick.rs",
        "3 working day",
        "the days before the last one from which a deadline is amber (DUE_SOON_WORKDAYS; a test holds the two together)",
    ),
];

/// How a number of the law would stand in a sentence, and where it is to be asked for.
#[derive(Debug, PartialEq, Eq)]
struct Spelling {
    /// Without spaces in Chinese, in lower case in English.
    text: String,
    chinese: bool,
    ask: String,
}

/// What the data of the law says, spelled as people would write it.
struct Law {
    spellings: Vec<Spelling>,
    /// Lengths in hours and how to ask for them.
    hours: Vec<(u32, String)>,
    per_thousand: Vec<(String, String)>,
    pathogens: Vec<String>,
}

/// The rows of a table of the law by the names of their columns.
fn rows(files: &[File], name: &str) -> Result<Vec<Value>, Finding> {
    let path = format!("crates/statute/data/{name}");
    let file = files.iter().find(|f| f.path == path).ok_or_else(|| Finding::new(&path, "the table is not there"))?;
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file.text.as_bytes());
    let bad = |e: csv::Error| Finding::new(&path, e.to_string());
    let head = reader.headers().map_err(bad)?.clone();
    let row = |record: csv::StringRecord| Value::Object(head.iter().zip(record.iter()).map(|(k, v)| (k.to_owned(), Value::from(v))).collect());
    reader.records().map(|r| r.map(row).map_err(bad)).collect()
}

const ZH: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const EN: [&str; 20] = [
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// `24`, `二十四`; of two also `两`.
fn in_chinese(n: u32) -> Vec<String> {
    let (ten, one) = (n as usize / 10, n as usize % 10);
    let mut all = vec![n.to_string()];
    if n < 100 {
        let tens = if ten == 1 { "" } else { ZH[ten] };
        all.push(if ten == 0 { ZH[one].to_owned() } else { format!("{tens}十{}", ZH[one]) });
    }
    if n == 2 {
        all.push("两".to_owned());
    }
    all
}

/// `24`, `twenty-four`
fn in_english(n: u32) -> Vec<String> {
    let (ten, one) = (n as usize / 10, n as usize % 10);
    let mut all = vec![n.to_string()];
    match n {
        0..20 => all.push(EN[n as usize].to_owned()),
        20..100 => all.push(if one == 0 { TENS[ten].to_owned() } else { format!("{}-{}", TENS[ten], EN[one]) }),
        _ => {}
    }
    all
}

fn law(files: &[File]) -> Result<Law, Finding> {
    let mut law = Law { spellings: Vec::new(), hours: Vec::new(), per_thousand: Vec::new(), pathogens: Vec::new() };
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    for row in rows(files, "deadlines.csv")? {
        let ask = format!("rule {}", text(&row, "key"));
        let Ok(n) = text(&row, "value").parse::<u32>() else { continue };
        // Years are left out: they are said of shelf lives, plans and populations all the time.
        let (zh, en): (&[&str], &str) = match (row["unit"].as_str(), row["day_type"].as_str()) {
            (Some("day"), Some("working")) => (&["个工作日", "工作日"], "working day"),
            (Some("day"), _) => (&["日内", "天内", "个自然日"], "calendar day"),
            (Some("hour"), _) => (&["小时", "个小时"], "hour"),
            (Some("month"), _) => (&["个月"], "month"),
            _ => continue,
        };
        if en == "hour" {
            law.hours.push((n, ask.clone()));
        }
        for unit in zh {
            law.spellings.extend(in_chinese(n).into_iter().map(|n| Spelling { text: format!("{n}{unit}"), chinese: true, ask: ask.clone() }));
        }
        for between in [" ", "-"] {
            law.spellings.extend(in_english(n).into_iter().map(|n| Spelling { text: format!("{n}{between}{en}"), chinese: false, ask: ask.clone() }));
        }
    }
    for row in rows(files, "numbers.csv")?.iter().filter(|row| row["key"] == "N01") {
        let (n, ask) = (text(row, "value"), "number N01");
        let zh = [format!("{n}批次/千人"), format!("{n}‰"), format!("每千人{n}")];
        let en = ["1,000", "1000", "thousand"].into_iter().flat_map(|of| [format!("{n} per {of}"), format!("{n}-per-{of}")]);
        law.spellings.extend(zh.into_iter().map(|text| Spelling { text, chinese: true, ask: ask.to_owned() }));
        law.spellings.extend(en.map(|text| Spelling { text, chinese: false, ask: ask.to_owned() }));
        law.per_thousand.push((n, ask.to_owned()));
    }
    law.pathogens.extend(rows(files, "pathogens.csv")?.iter().map(|row| text(row, "name")));
    Ok(law)
}

/// Everything that says a number of the law instead of asking for it.
pub fn check(files: &[File]) -> Vec<Finding> {
    let law = match law(files) {
        Ok(law) => law,
        Err(finding) => return vec![finding],
    };
    let mut found: Vec<Finding> = files.iter().filter(|f| speaks(&f.path)).flat_map(|f| in_file(f, &law)).collect();
    let idle = |(path, what, _): &&(&str, &str, &str)| files.iter().any(|f| f.path == *path && !in_text(f, what));
    found.extend(
        NOT_LAW.iter().filter(idle).map(|(path, what, _)| Finding::new(*path, format!("{what} is excused in crates/xtask/src/tidy/law.rs and is not there"))),
    );
    found
}

/// Shipped code and pages outside the law itself.
fn speaks(path: &str) -> bool {
    let kind = [".rs", ".html", ".js"].iter().any(|end| path.ends_with(end));
    let place = path.starts_with("crates/") || path.starts_with("reports/src/");
    let elsewhere = ["crates/statute/", "crates/testkit/", "crates/xtask/"].iter().any(|folder| path.starts_with(folder));
    let test = path.contains("/tests/") || path.contains("/examples/") || path.ends_with("tests.rs") || path.ends_with("/tour.rs");
    kind && place && !elsewhere && !test
}

/// What a file says and does, without its comments and tests.
fn shipped(file: &File) -> (String, String) {
    if !file.path.ends_with(".rs") {
        return (file.text.clone(), String::new());
    }
    let code = code_only(&file.text);
    (without_tests_of(&without_comments(&file.text), &code), without_tests(&code))
}

fn in_text(file: &File, what: &str) -> bool {
    let (said, code) = shipped(file);
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    said.to_lowercase().contains(what) || dense(&said).contains(what) || dense(&code).contains(what)
}

fn in_file(file: &File, law: &Law) -> Vec<Finding> {
    let (said, code) = shipped(file);
    let mut found = Vec::new();
    let mut refuse = |line: usize, what: &str, ask: &str| {
        if !NOT_LAW.iter().any(|(path, excused, _)| *path == file.path && *excused == what) {
            found.push(Finding::new(format!("{}:{line}", file.path), format!("{what} stands in the law: ask the statute for {ask}")));
        }
    };
    for (number, line) in said.lines().enumerate() {
        let dense: String = line.split(' ').collect();
        let lower = line.to_lowercase();
        for spelling in &law.spellings {
            let (text, letters): (&str, fn(char) -> bool) = if spelling.chinese {
                (&dense, |c| c.is_ascii_digit() || "一二三四五六七八九十百千第.".contains(c))
            } else {
                (&lower, |c| c.is_alphanumeric() || ".-".contains(c))
            };
            let whole = text.match_indices(&spelling.text).any(|(at, _)| !text[..at].chars().next_back().is_some_and(letters));
            if whole {
                refuse(number + 1, &spelling.text, &spelling.ask);
            }
        }
        for name in law.pathogens.iter().filter(|name| line.contains(&format!("\"{name}\""))) {
            refuse(number + 1, name, "is_pathogen");
        }
    }
    for (number, line) in code.lines().enumerate() {
        let dense: String = line.split_whitespace().collect();
        for unit in ["WorkingDays", "CalendarDays", "Months", "Years", "Hours"] {
            let call = format!("Period::{unit}(");
            if dense.match_indices(&call).any(|(at, _)| dense[at + call.len()..].starts_with(|c: char| c.is_ascii_digit()))
                && !file.path.starts_with("crates/foundation/")
            {
                refuse(number + 1, &call, "a rule by its key");
            }
        }
        for (n, ask) in &law.hours {
            let call = format!("hours({n})");
            if dense.contains(&call) {
                refuse(number + 1, &call, ask);
            }
        }
        for (n, ask) in &law.per_thousand {
            let call = format!("Decimal::from({n})");
            if dense.contains(&call) {
                refuse(number + 1, &call, ask);
            }
        }
    }
    found.sort();
    found.dedup_by(|a, b| a.place == b.place);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINES: &str = "# x\nkey,event_en,value,unit,day_type\nD06,\"Served, both\",5,day,working\nD37,Handled,72,hour,clock\nD05,Told,24,hour,clock\nD20,Done,90,day,calendar\nD39,Posted,08:00,clock_time,same_day\n";
    const NUMBERS: &str = "key,value\nN01,4\nN02,98\n";
    const PATHOGENS: &str = "name\n沙门氏菌\n";

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let data = |name: &str| format!("crates/statute/data/{name}");
        let files = [file(&data("deadlines.csv"), DEADLINES), file(&data("numbers.csv"), NUMBERS), file(&data("pathogens.csv"), PATHOGENS), file(path, text)];
        check(&files).into_iter().map(|f| format!("{}: {}", f.place, f.what)).collect()
    }
    fn refused(path: &str, text: &str) -> bool {
        !found(path, text).is_empty()
    }

    #[test]
    fn a_number_of_the_law_is_found_however_it_is_written() {
        let page = "crates/web/cases/src/cases.rs";
        for bad in [
            "t(\"送达期限（5 个工作日）\")",
            "t(\"五个工作日内\")",
            "t(\"within five working days\")",
            "t(\"超过72小时\")",
            "t(\"七十二小时\")",
            "t(\"Past their 72 hours\")",
            "t(\"the seventy-two-hour clock\")",
            "t(\"90日内\")",
            "t(\"4 批次/千人\")",
            "t(\"the 4 per 1,000\")",
            "told + TimeDelta::hours( 72 )",
            "Period::WorkingDays(7)",
            "let target = Decimal::from(4);",
            "const P: &[&str] = &[\"沙门氏菌\"];",
        ] {
            assert!(refused(page, bad), "{bad}");
            assert!(!refused("crates/statute/src/a.rs", bad), "the law itself: {bad}");
            assert!(!refused("crates/web/site/src/walk_tests.rs", bad), "a test: {bad}");
            assert!(!refused(page, &format!("#[cfg(test)]\nmod tests {{ fn a() {{ {bad} }} }}")), "a test: {bad}");
        }
        for good in [
            "t(\"送达期限（{D06}）\")",
            "// within 72 hours",
            "/// 五个工作日",
            "t(\"15个工作日\")",
            "t(\"十五个工作日\")",
            "t(\"剩 0 个工作日\")",
            "t(\"172 hours\")",
            "t(\"3.72 hours\")",
            "t(\"14 per 1,000\")",
            "t(\"1990日内\")",
            "TimeDelta::hours(7)",
            "Period::WorkingDays(n)",
            "Decimal::from(40)",
            "t(\"沙门氏菌检验\")",
        ] {
            assert_eq!(found(page, good), Vec::<String>::new(), "{good}");
        }
        assert_eq!(found(page, "\nt(\"5 个工作日\")"), ["crates/web/cases/src/cases.rs:2: 5个工作日 stands in the law: ask the statute for rule D06"]);
        assert!(refused("crates/web/site/templates/home.html", "<dt>72小时内待处置</dt>"));
    }
    #[test]
    fn what_is_excused_must_still_be_there() {
        let home = "crates/web/site/src/home.rs";
        let excused = "names_under_attack(now - TimeDelta::hours(24)); t(\"24 小时内有 {n} 个\", \"{n} within 24 hours\")";
        assert_eq!(found(home, excused), Vec::<String>::new());
        assert_eq!(found(home, &excused.replace("24 小时", "最近")).len(), 1);
        assert_eq!(found("crates/web/site/src/other.rs", "TimeDelta::hours(72)").len(), 1);
    }
}
