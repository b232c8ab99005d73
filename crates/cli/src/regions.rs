//! 汇总 the figures of several regions and their sum: each region with the entry of its journal on which it stands, or why it is not in the sum.
//!
//! It opens no database. What a region tells is decided there, by the account that its token was handed out for; whoever holds the tokens may add up.

use std::io::Write;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};
use shiyan_app::figures::moment;
use shiyan_foundation::{Label, Lang};
use shiyan_gather::{Answer, Answers, Question, TokenAt, gather, regions};
use shiyan_indicators::{Family, Figure, Gathered, Gatherer};

use crate::kpi::line_of;
use crate::print::{Failed, json as print_json};
use crate::private::exposed_token;
use crate::run::{Done, now};
use crate::say;

/// Keys of the figures in the line of a region.
const SHOWN: [&str; 3] = ["batches_per_thousand", "discovery_rate", "disposal_rate"];

pub(crate) async fn gathered(file: &Path, year: i32, as_of: Option<NaiveDate>, json: bool, lang: Lang) -> Done {
    let at = moment(year, as_of, now())?;
    let asked = regions(file).map_err(Failed::Fault)?;
    for refusal in asked.iter().filter_map(|r| if let TokenAt::File(path) = &r.token { exposed_token(path) } else { None }) {
        let _ = writeln!(std::io::stderr(), "{} [{}] {}\n  {}", lang.pick("警告", "warning"), refusal.code(), refusal.what(lang), refusal.next(lang));
    }
    let gatherer = Gatherer::new(year, at.date_naive(), shiyan_statute::calendar())?;
    let answers = gather(asked, Question { year, as_of }, &gatherer).await;
    if json {
        print_json(&told(&answers, &gatherer))?;
    } else {
        shown(&answers, &gatherer, lang)?;
    }
    // a sum that lacks a region is said to lack it, to programs as well
    if answers.added() == answers.regions.len() { Ok(()) } else { Err(Failed::Found) }
}

fn of<'a>(sum: &'a Gathered, key: &str) -> Option<&'a Figure<u64>> {
    sum.figures.iter().find(|f| f.cut.is_none() && f.key == key)
}

fn figures(sum: &Gathered) -> Value {
    let one = |f: &Figure<u64>| {
        let mut value = serde_json::to_value(f.brief()).unwrap_or_default();
        value["cut"] = json!(f.cut);
        value
    };
    sum.figures.iter().map(one).collect()
}

fn told(answers: &Answers, gatherer: &Gatherer) -> Value {
    let one = |answer: &Answer| {
        let Answer { region, heard, took } = answer;
        let mut value = json!({ "code": region.code, "zh": region.zh, "en": region.en, "added": heard.is_ok(), "microseconds": took.as_micros() });
        match heard {
            Err(why) => value["problem"] = json!(why.problem()),
            Ok(counts) => {
                value["stands_on"] = json!(counts.stands_on);
                value["scope_zh"] = json!(counts.scope.line(Lang::Zh));
                value["scope_en"] = json!(counts.scope.line(Lang::En));
                value["streets"] = json!(counts.streets);
                value["own"] = gatherer.sum(&[counts]).map_or(Value::Null, |own| numbers(&own));
            }
        }
        value
    };
    let missing: Vec<&str> = answers.regions.iter().filter(|r| r.heard.is_err()).map(|r| r.region.code.as_str()).collect();
    let sum = answers.sum.as_ref().map_or(Value::Null, numbers);
    json!({
        "as_of": gatherer.as_of(), "asked": answers.regions.len(), "added": answers.added(), "missing": missing,
        "microseconds": answers.took.as_micros(), "regions": answers.regions.iter().map(one).collect::<Vec<_>>(), "sum": sum,
    })
}

fn numbers(sum: &Gathered) -> Value {
    let mut value = serde_json::to_value(sum).unwrap_or_default();
    value["figures"] = figures(sum);
    value
}

/// Which journal entry, or that it is of a day that has passed.
fn stands(on: Option<i64>, lang: Lang) -> String {
    on.map_or_else(|| lang.pick("（以往某日）", "(a day passed)").to_owned(), |seq| lang.pick("记录 ", "entry ").to_owned() + &seq.to_string())
}

fn shown(answers: &Answers, gatherer: &Gatherer, lang: Lang) -> Done {
    say!("{}{}", lang.pick("统计截止日：", "As of "), gatherer.as_of())?;
    for Answer { region, heard, took } in &answers.regions {
        let (name, ms) = (lang.pick(&region.zh, &region.en), took.as_millis());
        let (milliseconds, colon) = (lang.pick("毫秒", "ms"), lang.pick("：", ": "));
        let Ok(counts) = heard else {
            let Err(why) = heard else { continue };
            say!("{name}{colon}{} [{}] {}", lang.pick("未计入", "NOT ADDED"), why.code(), why.what(lang))?;
            say!("    {} {}", lang.pick("提示：", "hint:"), why.next(lang))?;
            continue;
        };
        let Some(own) = gatherer.sum(&[counts]) else { continue };
        let figure = |key: &str| of(&own, key).map(|f| format!("{} {}", f.name(lang), f.display)).unwrap_or_default();
        let parts: Vec<String> = SHOWN.iter().map(|key| figure(key)).collect();
        let overdue = lang.pick("逾期", "overdue");
        say!("{name}{colon}{}  {}  {overdue} {}  {ms} {milliseconds}", stands(counts.stands_on, lang), parts.join("  "), own.overdue)?;
    }
    let (added, all) = (answers.added(), answers.regions.len());
    let missing: Vec<&str> = answers.regions.iter().filter(|r| r.heard.is_err()).map(|r| lang.pick(&r.region.zh, &r.region.en)).collect();
    match lang {
        Lang::Zh => say!("合计：{all} 个地区中的 {added} 个")?,
        Lang::En => say!("Sum of {added} of {all} regions")?,
    }
    if !missing.is_empty() {
        say!("{}{}", lang.pick("合计不含：", "Not in the sum: "), missing.join(lang.pick("、", ", ")))?;
    }
    let Some(sum) = &answers.sum else { return Ok(()) };
    match (sum.required, sum.gap) {
        (Some(required), Some(gap)) => say!("{} {required} · {} {gap}", lang.pick("应完成", "required"), lang.pick("缺口", "gap"))?,
        _ => say!(
            "{}",
            lang.pick(
                "没有千人批次：有的地区没有写明人口，在地区文件中加 people",
                "no batches per thousand: the people of one region are not given; add people to the file of regions"
            )
        )?,
    }
    if sum.target_per_mille.is_none() {
        say!(
            "{}",
            lang.pick(
                "各地区千人批次目标不同：合计没有目标，应完成为各地区之和",
                "the targets differ: the sum has none, and what is required is that of the regions together"
            )
        )?;
    }
    for family in Family::ALL {
        for figure in sum.figures.iter().filter(|f| f.cut.is_none() && f.family == *family) {
            line_of(figure, lang)?;
        }
    }
    say!("{} {}", lang.pick("逾期", "overdue"), sum.overdue)
}
