//! The program as it is installed: names of commands and flags, shape of the answers, exit codes.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json as made};
use shiyan_testkit::{Side, Temp};

fn shiyan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiyan"));
    for name in
        ["SHIYAN_DATA", "SHIYAN_DATABASE_URL", "SHIYAN_CONFIG", "SHIYAN_LISTEN", "SHIYAN_METRICS_LISTEN", "SHIYAN_PUBLIC_URL", "SHIYAN_PASSWORD", "SHIYAN_LANG"]
    {
        command.env_remove(name);
    }
    command
}
fn run(data: &Path, args: &[&str]) -> Output {
    shiyan().args(args).arg("--data").arg(data).stdin(Stdio::null()).output().unwrap()
}
fn good(data: &Path, args: &[&str]) -> String {
    let out = run(data, args);
    assert!(out.status.success(), "{args:?}: {}\n{}\n{}", out.status, String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}
fn json(data: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&good(data, args)).unwrap()
}
/// The answer of an import that took some rows and refused others: it is whole, and says by the exit code that it is not done.
fn partly(data: &Path, args: &[&str]) -> Value {
    let out = run(data, args);
    assert_eq!(out.status.code(), Some(1), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stderr).contains("行没有取"), "{args:?}");
    serde_json::from_slice(&out.stdout).unwrap()
}
/// The exit code and what was said.
fn bad(data: &Path, args: &[&str]) -> (i32, String) {
    let out = run(data, args);
    assert!(!out.status.success(), "{args:?} was accepted: {}", String::from_utf8_lossy(&out.stdout));
    (out.status.code().unwrap(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
fn fixture(name: &str) -> String {
    root().join("fixtures").join(name).display().to_string()
}
/// A file that is not ours and not in the repository; the test says loudly when it is not there.
fn external(name: &str) -> Option<String> {
    beside(&format!("external/{name}"))
}
fn beside(name: &str) -> Option<String> {
    let found = root().canonicalize().unwrap().ancestors().map(|a| a.join("shared").join(name)).find(|p| p.exists());
    if found.is_none() {
        shiyan_skip::skipped("real files by command", &format!("shared/{name} is not beside the checkout"));
    }
    found.map(|p| p.display().to_string())
}
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
fn sql(data: &Path, statement: &str) {
    let url = format!("sqlite://{}", data.join("shiyan.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let side = Side::open(&url).await;
        side.change(statement).await;
        side.close().await;
    });
}
fn sql_text(data: &Path, statement: &str) -> String {
    let url = format!("sqlite://{}", data.join("shiyan.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let side = Side::open(&url).await;
        let text = side.text(statement).await;
        side.close().await;
        text
    })
}

/// Runs statements that change the schema, not rows.
fn schema(data: &Path, statement: &str) {
    let url = format!("sqlite://{}", data.join("shiyan.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let side = Side::open(&url).await;
        side.must(statement).await;
        side.close().await;
    });
}
/// A new installation with nothing in it.
fn installed() -> Temp {
    let dir = Temp::new("cli");
    good(&dir.0, &["migrate"]);
    dir
}
fn entries(data: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(data).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A small demonstration, loaded once; every test works on a copy of its own.
static DEMO: LazyLock<Temp> = LazyLock::new(|| {
    let dir = Temp::new("cli-demo");
    good(&dir.0, &["demo", "load", "--samples", "60"]);
    dir
});
fn demo() -> Temp {
    let copy = Temp::new("cli");
    for entry in std::fs::read_dir(&DEMO.0).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.join(entry.file_name().to_str().unwrap())).unwrap();
    }
    copy
}
/// The demonstration tells of last year and this one.
fn last_year(data: &Path) -> String {
    sql_text(data, "SELECT CAST(MIN(year) AS TEXT) FROM plan")
}

#[test]
fn a_made_up_nation_gives_figures_from_its_files_without_a_database() {
    let dir = Temp::new("nation");
    let facts = dir.0.join("facts").display().to_string();
    let made = json(&dir.0, &["figures", "generate", "--nation", "--out", &facts, "--scale", "0.00004", "--json"]);
    assert_eq!((made["fictional"].as_bool(), made["families"]["batch"]["rows"].as_u64().unwrap() > 500), (Some(true), true));
    let of = |more: &[&str]| json(&dir.0, &[&["kpi", "--facts", &facts, "--json"], more].concat());
    let figure = |kpi: &Value, key: &str| kpi["indicators"].as_array().unwrap().iter().find(|i| i["key"] == key && i["cut"].is_null()).unwrap().clone();
    let year = of(&["--as-of", "2025-12-31", "--scope", "people=70000"]);
    assert_eq!((year["year"].as_i64(), year["required"].as_u64()), (Some(2025), Some(280)));
    assert!(
        figure(&year, "discovery_rate")["denominator"].as_u64().unwrap() > 50 && figure(&year, "rapid_valid_rate")["denominator"].as_u64().unwrap() > 3_000
    );
    let half = of(&["--year", "2025", "--as-of", "2025-06-30"]);
    assert!(half["required"].is_null(), "files know no population");
    let counted = |kpi: &Value| figure(kpi, "discovery_rate")["denominator"].as_u64().unwrap();
    assert!(counted(&half) < counted(&year));
    let street = year["indicators"].as_array().unwrap().iter().find(|i| i["cut"]["axis"] == "street").unwrap()["cut"]["code"].as_str().unwrap().to_owned();
    let one = of(&["--scope", &format!("streets={street}")]);
    assert!(counted(&one) > 0 && counted(&one) < counted(&year));
    assert!(!dir.0.join("shiyan.db").exists(), "no database was made");
    // a file that was cut off is named, and there is no figure
    let file = dir.0.join("facts/reading/2025-03.parquet");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let (code, said) = bad(&dir.0, &["kpi", "--facts", &facts]);
    assert_eq!(code, 1);
    assert!(said.contains("FACTS-TORN") && said.contains("2025-03.parquet"), "{said}");
    assert!(good(&dir.0, &["explain", "FACTS-TORN"]).contains("不出指标"));
    assert!(bad(&dir.0, &["kpi", "--json"]).1.contains("--year"));
}

#[test]
fn files_of_facts_are_compared_with_the_database_and_the_first_difference_is_named() {
    let dir = Temp::new("facts");
    good(&dir.0, &["demo", "load", "--samples", "60"]);
    let kept = json(&dir.0, &["figures", "keep", "--json"]);
    assert!(kept["written"].as_u64().unwrap() > 12 && kept["unchanged"] == 0, "{kept}");
    let checked = json(&dir.0, &["figures", "check", "--json"]);
    assert_eq!(
        (checked["equal"].as_bool(), checked["first_difference"].is_null(), checked["changed_since"].as_u64()),
        (Some(true), true, Some(0)),
        "{checked}"
    );
    // nothing changed: nothing is written
    assert_eq!(json(&dir.0, &["figures", "keep", "--json"])["written"], 0);
    // of one street the files give the figures that the database gives
    let files = dir.0.join("facts").display().to_string();
    let kpi = |more: &[&str]| json(&dir.0, &[&["kpi", "--year", "2026", "--json"], more].concat());
    let governed = kpi(&[])["scope"]["streets"].as_array().unwrap().clone();
    let cuts = kpi(&["--facts", &files])["indicators"].as_array().unwrap().clone();
    let street = cuts.iter().filter(|i| i["cut"]["axis"] == "street").map(|i| &i["cut"]["code"]).find(|code| governed.contains(code)).unwrap().clone();
    let scope = format!("streets={}", street.as_str().unwrap());
    let (from_files, database) = (kpi(&["--facts", &files, "--scope", &scope]), kpi(&["--scope", &scope]));
    let part = |kpi: &Value, key: &str| {
        let found = kpi["indicators"].as_array().unwrap().iter().find(|i| i["key"] == key && i["cut"].is_null()).unwrap().clone();
        (found["numerator"].clone(), found["denominator"].clone())
    };
    for key in ["discovery_rate", "report_on_time_rate", "disposal_rate", "rapid_valid_rate"] {
        assert_eq!(part(&from_files, key), part(&database, key), "{key}");
    }
    assert!(part(&database, "report_on_time_rate").1.as_u64().unwrap() > 0);
    // a row that was changed behind the journal's back
    sql(&dir.0, "UPDATE sample SET place = 'somewhere else' WHERE id = (SELECT MIN(id) FROM sample WHERE sampled_on <> '')");
    let check = |data: &Path, more: &[&str]| {
        let out = run(data, &[&["figures", "check", "--json"], more].concat());
        (out.status.code(), serde_json::from_slice::<Value>(&out.stdout).unwrap())
    };
    let (code, found) = check(&dir.0, &[]);
    assert_eq!((code, found["equal"].as_bool(), found["first_difference"]["family"].as_str()), (Some(1), Some(false), Some("batch")), "{found}");
    assert_eq!(found["first_difference"]["what"], "other_content");
    // files of another database are told from these
    let other = Temp::new("facts-other");
    good(&other.0, &["demo", "load", "--samples", "60", "--seed", "7"]);
    let (_, found) = check(&other.0, &["--facts", &files]);
    assert_eq!((found["equal"].as_bool(), found["first_difference"]["what"].as_str()), (Some(false), Some("not_of_this_journal")), "{found}");
}

#[test]
fn results_of_the_standard_sample_description_are_checked_by_row_and_element() {
    let dir = Temp::new("cli");
    let file = |name: &str, text: &str| {
        std::fs::write(dir.join(name), text).unwrap();
        dir.join(name).display().to_string()
    };
    let table = |unit: &str, value: &str| format!("labSampCode,prodCode,paramCode,resUnit,resVal,resType\nS1,APPLE,A,{unit},{value},VAL\n");
    let good = file("good.csv", &table("G061A", "0.10"));
    let out = dir.join("again.csv").display().to_string();
    assert_eq!(json(&dir.0, &["exchange", "ssd2", "check", &good, "--out", &out, "--json"])["accepted"], true);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&good).unwrap(), "written back the same");
    for (name, text, element, code) in
        [("unit.csv", table("mg/kg", "0.10"), "resUnit", "SSD-UNIT"), ("value.csv", table("G061A", ""), "resVal", "SSD-MISSING-FOR")]
    {
        let refused = run(&dir.0, &["exchange", "ssd2", "check", &file(name, &text), "--json"]);
        assert_eq!(refused.status.code(), Some(1));
        let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
        let found = &told["files"][0]["findings"][0];
        assert_eq!((&told["accepted"], &found["row"], &found["element"], &found["code"]), (&made!(false), &made!(2), &made!(element), &made!(code)));
        // in words, in both languages
        for (lang, word) in [("zh", "第 2 行"), ("en", "row 2")] {
            let (status, said) = bad(&dir.0, &["exchange", "ssd2", "check", dir.join(name).to_str().unwrap(), "--lang", lang]);
            assert!(status == 1 && said.contains(word) && said.contains(element) && said.contains(code), "{said}");
        }
    }
    let never = dir.join("never.csv");
    let (status, said) = bad(&dir.0, &["exchange", "ssd2", "check", dir.join("unit.csv").to_str().unwrap(), "--out", never.to_str().unwrap()]);
    assert!(status == 1 && said.contains("SSD-NOT-WRITTEN") && !never.exists());
    assert!(bad(&dir.0, &["exchange", "ssd2", "check", &file("broken.xml", "<message>")]).1.contains("SSD-XML"));
    if let Some(set) = external("ssd2/SSD-Complete") {
        let all = json(&dir.0, &["exchange", "ssd2", "check", &set, "--json"]);
        assert_eq!((&all["accepted"], all["files"].as_array().unwrap().len(), &all["warnings"]), (&made!(true), 3, &made!(0)));
    }
}
#[test]
fn results_of_a_year_leave_as_ssd2_and_are_taken_back() {
    let dir = demo();
    let year = last_year(&dir.0);
    let (from, to) = (format!("{year}-01-01"), format!("{year}-12-31"));
    let (xml, csv) = (dir.join("r.xml").display().to_string(), dir.join("r.csv").display().to_string());
    let told = json(&dir.0, &["exchange", "ssd2", "export", "--from", &from, "--to", &to, "--out", &xml, "--json"]);
    let same = json(&dir.0, &["exchange", "ssd2", "export", "--from", &from, "--to", &to, "--out", &csv, "--csv", "--json"]);
    assert_eq!((&told["results_sha256"], &told["extent"]["scope_zh"]), (&same["sha256"], &made!("全区")));
    assert!(told["results"].as_u64().unwrap() > 0 && told["orders"] == told["demo"], "{told}");
    for file in [&xml, &csv] {
        let taken = json(&dir.0, &["exchange", "ssd2", "check", file, "--json"]);
        assert_eq!((&taken["accepted"], taken["files"][0]["rows"].as_array().unwrap().len() as u64), (&made!(true), told["results"].as_u64().unwrap()));
    }
    assert!(std::fs::read_to_string(&xml).unwrap().contains("演示数据"));
    assert!(bad(&dir.0, &["exchange", "ssd2", "export", "--from", &to, "--to", &from, "--out", &xml]).1.contains("SSD-SPAN"));
}
#[test]
fn deadlines_are_counted_in_working_days_of_the_state_council() {
    let dir = Temp::new("cli");
    // Rules by their length: D04 2 working days, D07 7, D02 20.
    for (rule, from, due) in [
        ("D07", "2026-09-24", "2026-10-12"),
        ("D07", "2026-04-30", "2026-05-13"),
        ("D07", "2025-09-26", "2025-10-13"),
        ("D04", "2026-09-24", "2026-09-29"),
        ("D04", "2026-09-30", "2026-10-09"),
        ("D04", "2025-12-31", "2026-01-05"),
        ("D02", "2026-09-18", "2026-10-22"),
        ("D02", "2026-11-23", "2026-12-21"),
        ("D07", "2026/9/24", "2026-10-12"),
    ] {
        let answer = json(&dir.0, &["deadline", "--rule", rule, "--from", from, "--json"]);
        assert_eq!(answer["due_on"], due, "{rule} from {from}");
        assert_eq!(answer["provisional"], false);
        assert!(!answer["article"].as_str().unwrap().is_empty());
        assert_eq!(answer["counted"].as_array().unwrap().last().unwrap(), due, "the counted days end with the due day");
    }
    // 2027 is not published yet: counted all the same, and said so.
    assert_eq!(json(&dir.0, &["deadline", "--rule", "D07", "--from", "2026-12-29", "--json"])["provisional"], true);
    for args in [["deadline", "--rule", "D99", "--from", "2026-09-24"], ["deadline", "--rule", "D07", "--from", "昨天"]] {
        assert_eq!(bad(&dir.0, &args).0, 1);
    }
    assert!(!dir.join("shiyan.db").exists(), "counting days needs no database");
}

fn judgements(out: &Path) -> Vec<(String, String)> {
    let bytes = std::fs::read(out).unwrap();
    let mut lines = String::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}').lines().map(str::to_owned).collect::<Vec<_>>().into_iter();
    let head = lines.next().unwrap();
    let column = |name: &str| head.split(',').position(|c| c.trim_matches('"') == name).unwrap_or_else(|| panic!("no column {name}: {head}"));
    let (judgement, code) = (column("judgement"), column("reason_code"));
    lines
        .map(|line| line.split(',').map(|c| c.trim_matches('"').to_owned()).collect::<Vec<_>>())
        .map(|cells| (cells[judgement].clone(), cells[code].clone()))
        .collect()
}

#[test]
fn a_table_of_results_is_judged() {
    let dir = Temp::new("cli");
    let out = dir.join("out.csv");
    let summary = json(&dir.0, &["judge", "--csv", &fixture("judge/results.csv"), "--out", text(&out), "--json"]);
    let words: Vec<String> = judgements(&out)
        .into_iter()
        .map(|(word, code)| {
            assert!(!code.is_empty());
            word
        })
        .collect();
    // 未检出 of 毒死蜱: the methods that the library knows reach far below 0.02 mg/kg
    assert_eq!(words, ["不合格", "合格", "不合格", "合格", "合格", "不判定", "需人工"]);
    assert_eq!((&summary["rows"], &summary["counts"]["不合格"]), (&Value::from(7), &Value::from(2)));
    // The same again gives the same bytes.
    let first = std::fs::read(&out).unwrap();
    good(&dir.0, &["judge", "--csv", &fixture("judge/results.csv"), "--out", text(&out)]);
    assert_eq!(std::fs::read(&out).unwrap(), first);
    assert!(matches!(bad(&dir.0, &["judge", "--csv", &fixture("import/not_a_table.csv"), "--out", text(&out)]).0, 1 | 2));
    assert_eq!(bad(&dir.0, &["judge", "--csv", "no-such-file.csv", "--out", text(&out)]).0, 2);
}

#[test]
fn published_verdicts_are_judged_whole() {
    let Some(file) = external("published_verdicts.csv") else { return };
    let dir = Temp::new("cli");
    let out = dir.join("out.csv");
    let summary = json(&dir.0, &["judge", "--csv", &file, "--out", text(&out), "--json"]);
    let counts = summary["counts"].as_object().unwrap();
    let total: u64 = counts.values().map(|n| n.as_u64().unwrap()).sum();
    println!("{counts:?}");
    assert_eq!(Some(total), summary["rows"].as_u64());
    assert!(total > 50 && counts.keys().all(|k| ["合格", "不合格", "不判定", "需人工", "问题"].contains(&k.as_str())), "{counts:?}");
    assert!(counts["不合格"].as_u64().unwrap() > 0);
}

#[test]
fn one_result_is_judged_with_the_library() {
    let dir = Temp::new("cli");
    let judge = |result: &str, on: &str| {
        json(&dir.0, &["judge", "--food", "食用农产品/蔬菜/鳞茎类/韭菜", "--item", "腐霉利", "--result", result, "--on", on, "--json"])
    };
    let failing = judge("2.4", "2025-06-03");
    assert_eq!((&failing["judgement"], &failing["limit"]["id"], &failing["limit"]["pending"]), (&"不合格".into(), &"L0001".into(), &true.into()));
    assert!(!failing["working"].as_array().unwrap().is_empty());
    assert_eq!(judge("0.2", "2025-06-03")["judgement"], "合格");
    assert_ne!(judge("2.4", "2026-06-03")["limit"]["id"], "L0001", "the row ended on 2026-03-01");
    assert_eq!(json(&dir.0, &["judge", "--item", "镉", "--result", "0.3mg/kg", "--limit", "≤0.2mg/kg", "--json"])["judgement"], "不合格");
    assert_eq!(json(&dir.0, &["judge", "--food", "没有这种食品", "--item", "腐霉利", "--result", "2.4", "--json"])["judgement"], "不判定");
}

#[test]
fn a_label_claim_ingredients_and_a_rate_of_dehydration_are_flags() {
    let dir = Temp::new("cli");
    let judge = |args: &[&str]| json(&dir.0, &[&["judge", "--json"], args].concat())["judgement"].clone();
    for (result, limit, claim, verdict) in [
        ("2.5g/100g", "≥标示值", "3.0g/100g", "不合格"),
        ("3.5g/100g", "≥标示值", "3.0g/100g", "合格"),
        ("7.0g/100g", "≥80%标示值", "10.0g/100g", "不合格"),
        ("8.2g/100g", "≥80%标示值", "10.0g/100g", "合格"),
    ] {
        assert_eq!(judge(&["--item", "蛋白质", "--result", result, "--limit", limit, "--label", claim]), verdict, "{result} {limit} {claim}");
    }
    for (result, limit, claim, verdict) in [("1100mg/100g", "≤120%标示值", "1000mg/100g", "合格"), ("4.0g/100g", "≤5g/100g", "≤3g/100g", "不合格")]
    {
        assert_eq!(judge(&["--item", "钠", "--result", result, "--limit", limit, "--label", claim]), verdict, "{result} {limit} {claim}");
    }
    assert_eq!(judge(&["--item", "蛋白质", "--result", "2.5g/100g", "--limit", "≥标示值"]), "需人工", "no claim, no verdict");
    // a claim beside the library: the stricter of the two decides
    let library = ["--food", "酱油", "--item", "氨基酸态氮", "--result", "0.5g/100mL", "--on", "2026-10-01"];
    assert_eq!(judge(&library), "合格");
    assert_eq!(judge(&[&library[..], &["--label", "≥0.8g/100mL"]].concat()), "不合格");
    let colour = ["--item", "柠檬黄", "--result", "0.02g/kg", "--limit", "不得使用", "--food", "糕点"];
    assert_eq!(judge(&colour), "不合格");
    assert_eq!(judge(&[&colour[..], &["--ingredients", "小麦粉、果酱、白砂糖"]].concat()), "需人工", "an ingredient may bring it");
    // a dried food is held against the fresh limit only by its rate
    let dried = ["--food", "干香菇", "--item", "镉", "--result", "1.5mg/kg", "--on", "2026-10-01"];
    assert_eq!(judge(&dried), "需人工");
    assert_eq!(judge(&[&dried[..], &["--dehydration", "80"]].concat()), "合格");
    assert_eq!(judge(&[&dried[..], &["--dehydration", "50"]].concat()), "不合格");
    // one member of a sum below the limit is no verdict, whether the limit was printed or comes from the library
    assert_eq!(judge(&["--food", "鸡肉", "--item", "恩诺沙星", "--result", "20μg/kg", "--on", "2026-10-01"]), "需人工");
}

#[test]
fn a_food_is_named_as_people_type_it() {
    let dir = Temp::new("cli");
    let judge =
        |food: &str, item: &str, result: &str, on: &str| json(&dir.0, &["judge", "--food", food, "--item", item, "--result", result, "--on", on, "--json"]);
    let dough = judge("油条", "铝", "120mg/kg", "2026-06-03");
    assert_eq!((&dough["judgement"], &dough["food"]), (&"不合格".into(), &serde_json::json!(["餐饮食品", "油条"])));
    assert_eq!(judge("蔬菜/韭菜", "腐霉利", "2.4", "2025-06-03")["food"], serde_json::json!(["食用农产品", "蔬菜", "鳞茎类", "韭菜"]));
    // several foods are listed and none is judged
    let dumplings = judge("水饺", "铅", "0.4mg/kg", "2026-10-01");
    assert_eq!((&dumplings["judgement"], &dumplings["reason_code"]), (&"不判定".into(), &"FOOD-SEVERAL".into()));
    assert_eq!(dumplings["foods"], serde_json::json!(["速冻食品/速冻面米制品/水饺", "餐饮食品/水饺"]));
    assert_eq!(judge("速冻水饺", "铅", "0.4mg/kg", "2026-10-01")["limit"]["basis"], "GB 2762-2025");
    assert_eq!(judge("速冻水饺", "铅", "0.4mg/kg", "2026-09-01")["limit"]["basis"], "GB 2762-2022");
    let unknown = judge("草梅", "铅", "0.1mg/kg", "2026-10-01");
    assert_eq!(unknown["reason_code"], "FOOD-UNKNOWN");
    assert!(unknown["foods"].as_array().unwrap().contains(&"食用农产品/水果/浆果/草莓".into()));
    // the chemist's list
    for (food, item, result, limit) in [
        ("月饼", "过氧化值", "0.3g/100g", "≤0.25g/100g"),
        ("调味品/火锅底料", "罂粟碱", "3μg/kg", "不得检出"),
        ("风味发酵乳", "蛋白质", "2.5g/100g", "≥2.3g/100g"),
        ("矿泉水", "耗氧量", "1.0mg/L", "≤2.0mg/L"),
    ] {
        let judged = judge(food, item, result, "2026-10-01");
        assert!(judged["limit"]["text"].as_str().is_some_and(|t| t.starts_with(limit)), "{food} {item}: {judged}");
    }
    assert_eq!(judge("矿泉水", "耗氧量", "1.0mg/L", "2026-10-01")["limit"]["basis"], "GB 8537-2018");
}

/// The rows of a table as `judge --csv` writes it, each with what the table says and the verdict.
fn judged_table(csv: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let dir = Temp::new("cli");
    let out = dir.join("out.csv");
    good(&dir.0, &["judge", "--csv", csv, "--out", text(&out)]);
    let bytes = std::fs::read(&out).unwrap();
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&bytes);
    csv::Reader::from_reader(plain).deserialize().map(|r| r.unwrap()).collect()
}

#[test]
fn tables_of_clear_rows_have_their_verdict() {
    let (pass, fail) = (Some(fixture("judge/truth_pass.csv")), Some(fixture("judge/truth_fail.csv")));
    for (file, verdict) in [(pass, "合格"), (fail, "不合格"), (beside("cases/judge_pass.csv"), "合格"), (beside("cases/judge_fail.csv"), "不合格")] {
        let Some(file) = file else { continue };
        let rows = judged_table(&file);
        assert!(rows.len() >= 33, "{file}");
        for row in rows {
            assert_eq!(row["judgement"], verdict, "{row:?}");
        }
    }
}

#[test]
fn tables_of_published_failures_fail() {
    if let Some(file) = external("published_failures_2026.csv") {
        let rows: Vec<_> = judged_table(&file).into_iter().filter(|r| r["kind"] == "clean").collect();
        let of = |verdict: &str| {
            rows.iter().filter(|r| r["judgement"] == verdict).map(|r| format!("{} {} {}", r["item"], r["result"], r["limit"])).collect::<Vec<_>>()
        };
        // one row contradicts itself: its printed value meets its printed limit
        assert!(of("合格").len() < 3 && of("不合格").len() * 100 >= rows.len() * 96, "{:?} of {}: {:?}", of("合格"), rows.len(), of("需人工"));
    }
    if let Some(file) = external("published_verdicts.csv") {
        let rows: Vec<_> = judged_table(&file).into_iter().filter(|r| r["reason_code"] != "VALUE-TRUNCATED").collect();
        let of = |verdict: &str| rows.iter().filter(|r| r["judgement"] == verdict).count();
        assert!(of("合格") <= 1 && of("不合格") * 100 >= rows.len() * 92, "{} 合格, {} 不合格 of {}", of("合格"), of("不合格"), rows.len());
    }
}

#[test]
fn published_results_are_imported_once() {
    let Some(file) = external("published_results_2021.csv") else { return };
    let dir = installed();
    let import = |more: &[&str]| json(&dir.0, &[&["import", "published-results", &file, "--json"], more].concat());
    let dry = import(&["--dry-run"]);
    assert_eq!((&dry["new"], &dry["dry_run"]), (&1667.into(), &true.into()));
    let first = import(&[]);
    assert_eq!([&first["totals"]["rows"], &first["totals"]["pass"], &first["totals"]["fail"], &first["new"]], [1667, 1603, 64, 1667]);
    let by_category: u64 = first["totals"]["by_category"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(by_category, 1667, "nothing is dropped silently");
    let head = json(&dir.0, &["checkpoint"])["hash"].clone();
    let second = import(&[]);
    assert_eq!((&second["new"], &second["known"]), (&0.into(), &1667.into()));
    assert_eq!(json(&dir.0, &["checkpoint"])["hash"], head, "the second import writes nothing at all");
    good(&dir.0, &["verify"]);
}

#[test]
fn our_own_files_are_imported_or_refused_with_the_place() {
    let dir = installed();
    let import = |name: &str| json(&dir.0, &["import", "published-results", &fixture(name), "--json"]);
    assert_eq!(import("import/published_fail.csv")["new"], 3);
    assert_eq!(import("import/published_fail.csv")["new"], 0);
    let twice = import("import/published_pass_gbk.csv");
    assert_eq!(twice["totals"]["pass"], twice["totals"]["rows"], "{twice}");
    // Some rows are taken and some refused: the others are written, but it is not done.
    let doubtful = partly(&dir.0, &["import", "published-results", &fixture("import/published_bad.csv"), "--json"]);
    assert!(doubtful["issues"].as_array().unwrap().len() >= 5 && doubtful["refused"].as_u64() > Some(0) && doubtful["new"].as_u64() > Some(0), "{doubtful}");
    for name in ["import/open_quote.csv", "import/mixed_encoding.csv", "import/not_a_table.csv"] {
        assert_eq!(bad(&dir.0, &["import", "published-results", &fixture(name)]).0, 1, "{name}");
    }
    let plan = json(&dir.0, &["import", "plan", &fixture("import/plan_good.csv"), "--year", "2026", "--json"]);
    assert_eq!((&plan["lines"], &plan["batches"], &plan["written"]), (&2.into(), &18.into(), &true.into()));
    let (code, said) = bad(&dir.0, &["import", "plan", &fixture("import/plan_bad.csv"), "--year", "2027"]);
    assert_eq!(code, 1, "{said}");
    assert_eq!(sql_text(&dir.0, "SELECT CAST(COUNT(*) AS TEXT) FROM plan"), "1", "a plan with an error is not written at all");
    let template = dir.join("plan.xlsx");
    good(&dir.0, &["export", "plan-template", "--out", text(&template)]);
    assert!(std::fs::read(&template).unwrap().starts_with(b"PK"));
    good(&dir.0, &["verify"]);
}

/// Counts of an import of limits: they add up to the rows of the file.
fn limit_counts(answer: &Value) -> [u64; 4] {
    let counts = ["rows", "rules", "no_limit", "needs_person"].map(|k| answer["counts"][k].as_u64().unwrap());
    assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "{answer}");
    let reasons: u64 = answer["reasons"].as_array().unwrap().iter().map(|r| r["count"].as_u64().unwrap()).sum();
    assert_eq!(reasons, counts[2] + counts[3]);
    counts
}

#[test]
fn limits_and_packages_are_imported_once_and_none_vanishes() {
    let dir = installed();
    let plan = root().join("crates/exchange/tests/data/plan_items.csv").display().to_string();
    let (code, said) = bad(&dir.0, &["import", "limits", &plan]);
    assert!(code == 1 && said.contains("LT-FROM"), "{code} {said}");
    assert_eq!(bad(&dir.0, &["import", "limits", &plan, "--from", "昨天"]).0, 1);
    let import = |more: &[&str]| json(&dir.0, &[&["import", "limits", &plan, "--from", "2015-01-01", "--json"], more].concat());
    let head = json(&dir.0, &["checkpoint"])["hash"].clone();
    let dry = import(&["--dry-run"]);
    assert_eq!(limit_counts(&dry), [36, 8, 2, 26]);
    assert_eq!((&dry["new"], &dry["layout"], &dry["issues"].as_array().unwrap().len()), (&7.into(), &"national".into(), &26));
    assert_eq!(json(&dir.0, &["checkpoint"])["hash"], head, "a dry run writes nothing");
    assert_eq!(import(&[])["new"], 7);
    assert_eq!(sql_text(&dir.0, "SELECT CAST(COUNT(*) AS TEXT) FROM limit_row WHERE id LIKE 'I%' AND status <> 'pending'"), "0");
    let head = json(&dir.0, &["checkpoint"])["hash"].clone();
    let again = import(&[]);
    assert_eq!((&again["new"], &again["known"]), (&0.into(), &7.into()));
    assert_eq!(json(&dir.0, &["checkpoint"])["hash"], head, "the same file again writes nothing at all");
    let said = good(&dir.0, &["import", "limits", &plan, "--from", "2015-01-01"]);
    assert!(said.contains("行 36 = 限量规则 8 + 无限量 2 + 需人工 26") && said.contains("LT-ZERO"), "{said}");
    assert!(good(&dir.0, &["--lang", "en", "import", "limits", &plan, "--from", "2015-01-01"]).contains("rows 36 = rules 8 + no limit 2 + for a person 26"));
    // the library goes out in our own layout and is known when it comes back
    let file = dir.join("limits.xlsx");
    good(&dir.0, &["export", "limits-template", "--rows", "--out", text(&file)]);
    let back = json(&dir.0, &["import", "limits", text(&file), "--json"]);
    assert_eq!(
        (&back["layout"], &back["new"], &back["known"]),
        (&"own".into(), &0.into(), &(shiyan_statute::limits().len() + 7).into()),
        "{}",
        back["reasons"]
    );
    good(&dir.0, &["export", "limits-template", "--out", text(&file)]);
    let (code, said) = bad(&dir.0, &["import", "limits", text(&file)]);
    assert!(code == 1 && said.contains("TABLE-NO-ROWS"), "a header alone is refused: {said}");

    let packages = |year: &str| partly(&dir.0, &["import", "packages", &plan, "--year", year, "--json"]);
    let first = packages("2026");
    let count = |key: &str| first["counts"][key].as_u64().unwrap();
    assert_eq!(count("rows"), count("items") + count("repeated") + count("refused"));
    assert!(first["new"].as_u64().unwrap() > 5 && first["new"] == first["counts"]["packages"]);
    assert_eq!((&packages("2026")["new"], &packages("2025")["known"]), (&0.into(), &0.into()));
    assert_eq!(bad(&dir.0, &["import", "packages", &plan, "--year", "1999"]).0, 1);
    assert_eq!(bad(&dir.0, &["import", "packages", &fixture("import/not_a_table.csv"), "--year", "2026"]).0, 1);
    good(&dir.0, &["export", "packages-template", "--out", text(&file)]);
    assert!(std::fs::read(&file).unwrap().starts_with(b"PK"));
    good(&dir.0, &["verify"]);
}

#[test]
fn a_whole_sampling_plan_is_imported_in_seconds() {
    let Some(file) = external("national_plan_2015/items.csv") else { return };
    let dir = installed();
    let clock = Instant::now();
    let answer = json(&dir.0, &["import", "limits", &file, "--from", "2015-01-01", "--json"]);
    println!("limits in {:?}", clock.elapsed());
    assert_eq!(limit_counts(&answer)[0], 11_693);
    assert!(clock.elapsed() < Duration::from_secs(60));
    assert_eq!(json(&dir.0, &["import", "limits", &file, "--from", "2015-01-01", "--json"])["new"], 0);
    let clock = Instant::now();
    let answer = partly(&dir.0, &["import", "packages", &file, "--year", "2015", "--json"]);
    println!("packages in {:?}: {}", clock.elapsed(), answer["counts"]);
    assert_eq!(answer["counts"]["rows"], 11_693);
    good(&dir.0, &["verify"]);
}

#[test]
fn codes_and_rules_are_explained() {
    let dir = Temp::new("cli");
    let rule = json(&dir.0, &["explain", "D07", "--json"]);
    assert!(rule["article"].as_str().unwrap().contains("88"), "{rule}");
    let code = json(&dir.0, &["explain", "lab-own-work", "--json"]);
    assert!(code["zh"].as_str().unwrap().contains("经手") && code["en"].as_str().unwrap().contains("already acted"));
    assert!(good(&dir.0, &["--lang", "en", "explain", "RACE"]).contains("Somebody has just changed"));
    assert_eq!(bad(&dir.0, &["explain", "NO-SUCH"]).0, 1);
}

#[test]
fn the_figures_of_a_year_name_their_scope_and_what_was_left_out() {
    let dir = demo();
    let year = last_year(&dir.0);
    let kpi = json(&dir.0, &["kpi", "--year", &year, "--json"]);
    assert_eq!(kpi["year"], year.parse::<i32>().unwrap());
    assert!(kpi["required"].as_u64().unwrap() > 0 && kpi["gap"].is_u64());
    let indicators = kpi["indicators"].as_array().unwrap();
    let keys: Vec<&str> = indicators.iter().map(|i| i["key"].as_str().unwrap()).collect();
    for wanted in [
        "batches_per_thousand",
        "discovery_rate",
        "disposal_rate",
        "disposal_on_time_rate",
        "report_on_time_rate",
        "service_on_time_rate",
        "evaluative_pass_rate",
    ] {
        assert!(keys.contains(&wanted), "{wanted}: {keys:?}");
    }
    for figure in indicators {
        for field in ["numerator", "denominator"] {
            assert!(figure[field].is_u64(), "{figure}");
        }
        for field in ["exact", "display", "scope", "name", "name_en"] {
            assert!(figure[field].is_string(), "{field}: {figure}");
        }
        assert!(figure["left_out"].is_object() && figure.get("target").is_some() && figure.get("met").is_some());
    }
    let batches = |scope: &[&str]| {
        let kpi = json(&dir.0, &[&["kpi", "--year", &year, "--json"], scope].concat());
        kpi["indicators"].as_array().unwrap().iter().find(|i| i["key"] == "batches_per_thousand" && i["cut"].is_null()).unwrap()["numerator"].as_u64().unwrap()
    };
    let (all, one) = (batches(&[]), batches(&["--scope", "streets=410105008"]));
    assert!(all > 0 && one < all, "{one} of {all}");
    // The batches of one street are not divided by the people of the district.
    let of = |scope: &str, key: &str| {
        let kpi = json(&dir.0, &["kpi", "--year", &year, "--json", "--scope", scope]);
        let figure = kpi["indicators"].as_array().unwrap().iter().find(|i| i["key"] == key && i["cut"].is_null()).unwrap().clone();
        (kpi, figure)
    };
    let (kpi, figure) = of("streets=410105008", "batches_per_thousand");
    assert_eq!((&figure["display"], &figure["met"], &kpi["required"], &kpi["gap"]), (&"—".into(), &Value::Null, &Value::Null, &Value::Null));
    let (kpi, figure) = of("streets=文化路街道; people=1000", "batches_per_thousand");
    assert_eq!((&figure["denominator"], &kpi["required"], figure["met"].is_boolean()), (&1000.into(), &4.into(), true));
    // What was not applied to a figure is not said beside it.
    for (key, applied) in [
        ("batches_per_thousand", true),
        ("report_on_time_rate", true),
        ("disposal_rate", false),
        ("service_on_time_rate", false),
        ("rapid_positive_rate", false),
    ] {
        let figure = of("levels=district;kinds=supervisory", key).1;
        assert_eq!(figure["scope"].as_str().unwrap().contains("任务级别：区抽"), applied, "{figure}");
        assert_eq!(figure["scope_en"].as_str().unwrap().contains("levels: District"), applied, "{figure}");
    }
    let said = good(&dir.0, &["kpi", "--year", &year, "--scope", "levels=区抽"]);
    assert_eq!((said.matches("统计口径：").count(), said.matches("任务级别：区抽").count()), (3, 1), "{said}");
    for (scope, names) in [
        ("streets=999", ["999", "410105008"]),
        ("levels=没有", ["没有", "district"]),
        ("years=2026", ["years", "people"]),
        ("people=many", ["TYPED-NUMBER", "many"]),
        ("basis=x", ["x", "report_date"]),
        ("target=0", ["TYPED-NUMBER", "0"]),
        ("target=-4", ["TYPED-NUMBER", "-4"]),
    ] {
        let (code, said) = bad(&dir.0, &["kpi", "--year", &year, "--scope", scope]);
        assert!(code == 1 && names.iter().all(|n| said.contains(n)), "{code} {said}");
    }
    let help = good(&dir.0, &["kpi", "--help"]);
    for key in ["levels=", "kinds=", "departments=", "streets=", "people=", "basis=", "target="] {
        assert!(help.contains(key), "{key}");
    }
    assert_eq!(bad(&dir.0, &["kpi", "--year", &year, "--scope", "levels=没有"]).0, 1);
    assert_eq!(bad(&dir.0, &["kpi", "--year", "1999"]).0, 1);
    let (code, said) = bad(&dir.0, &["kpi", "--year", "2099"]);
    assert!(code == 1 && said.contains("YEAR-AHEAD"), "{said}");
    let (code, said) = bad(&dir.0, &["kpi", "--year", &year, "--as-of", "2099-12-31"]);
    assert!(code == 1 && said.contains("AS-OF-AHEAD"), "{said}");
    // As it stood at the end of a day: what was issued later had not been issued.
    let on = |day: &str| {
        let kpi = json(&dir.0, &["kpi", "--year", &year, "--json", "--as-of", &format!("{year}-{day}")]);
        let issued =
            kpi["indicators"].as_array().unwrap().iter().find(|i| i["key"] == "batches_per_thousand" && i["cut"].is_null()).unwrap()["numerator"].as_u64();
        (kpi["as_of"].as_str().unwrap().to_owned(), issued.unwrap())
    };
    let (june, december) = (on("06-30"), on("12-31"));
    assert!(june.0 == format!("{year}-06-30") && 0 < june.1 && june.1 < december.1 && december.1 <= all, "{june:?} {december:?} {all}");
    assert!(good(&dir.0, &["kpi", "--year", &year, "--as-of", &format!("{year}-06-30")]).contains(&format!("统计截止日：{year}-06-30")));
    assert_eq!(of("streets=*", "batches_per_thousand").1["numerator"].as_u64(), Some(all));
}

/// The number of a reported sample of one purpose.
fn reported(data: &Path, kind: &str) -> String {
    let statement = format!(
        "SELECT COALESCE(MIN(s.sampling_no), '') FROM test_report r JOIN sample s ON s.id = r.sample_id JOIN test_order o ON o.id = r.order_id \
         WHERE s.kind = '{kind}' AND o.state = 'issued'"
    );
    sql_text(data, &statement)
}

/// The number of a reported sample whose failing conclusion has a case that goes on, or went to its end.
fn with_case(data: &Path, more: &str) -> String {
    let statement = format!(
        "SELECT COALESCE(MIN(s.sampling_no), '') FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE c.state <> 'cancelled' {more} \
         AND EXISTS (SELECT 1 FROM test_report r WHERE r.sample_id = s.id)"
    );
    sql_text(data, &statement)
}

/// The number of a reported sample that passed.
fn passing(data: &Path) -> String {
    let statement = "SELECT COALESCE(MIN(s.sampling_no), '') FROM test_report r JOIN sample s ON s.id = r.sample_id JOIN test_order o ON o.id = r.order_id \
                     WHERE o.state = 'issued' AND o.outcome = 'pass' AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.sample_id = s.id)";
    sql_text(data, statement)
}

/// The words of a page of a PDF, or nothing where the tool that reads them is missing.
fn words_of(file: &Path) -> Option<String> {
    let out = std::process::Command::new("pdftotext").args(["-raw", "-enc", "UTF-8", text(file), "-"]).output().ok()?;
    Some(String::from_utf8_lossy(&out.stdout).split_whitespace().collect())
}

#[test]
fn the_papers_of_a_batch_say_what_is_on_record_of_it_and_no_item_that_was_not_reported() {
    let dir = demo();
    let sheet = with_case(
        &dir.0,
        "AND c.part <> 'SC' AND EXISTS (SELECT 1 FROM case_file p WHERE p.sample_id = c.sample_id AND p.part = 'SC' AND p.state <> 'cancelled')",
    );
    let sheet = if sheet.is_empty() { with_case(&dir.0, "") } else { sheet };
    let of_case = |column: &str| sql_text(&dir.0, &format!("SELECT c.{column} FROM case_file c WHERE c.sampling_no = '{sheet}' ORDER BY c.no LIMIT 1"));
    let items: serde_json::Value = serde_json::from_str(&sql_text(
        &dir.0,
        &format!("SELECT r.detail FROM test_report r JOIN sample s ON s.id = r.sample_id WHERE s.sampling_no = '{sheet}' ORDER BY r.amendment DESC LIMIT 1"),
    ))
    .unwrap();
    let content: serde_json::Value = serde_json::from_str(items["content"].as_str().unwrap()).unwrap();
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let (mut failed, mut passed) = (Vec::new(), Vec::new());
    for item in content["items"].as_array().unwrap() {
        let fails = item["failed"].as_bool().unwrap_or(item["verdict"][0] == "不合格项");
        if fails { failed.push(item) } else { passed.push(bare(item["analyte"].as_str().unwrap())) }
    }
    let file = dir.join("p20.pdf");
    let made = json(&dir.0, &["paper", "P20", "--no", &sheet, "--out", text(&file), "--json"]);
    let codes: Vec<&str> = made["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(codes.starts_with(&["PAPER-DRAFT", "PAPER-BLANKS"]), "{codes:?}");
    let Some(notice) = words_of(&file) else {
        shiyan_skip::skipped("the words of the papers of a batch", "pdftotext is not installed");
        return;
    };
    for said in [&sheet, content["number"].as_str().unwrap(), &of_case("operator"), "7个工作日"] {
        assert!(notice.contains(&bare(said)), "{said}: {notice}");
    }
    for item in &failed {
        assert!(notice.contains(&bare(item["analyte"].as_str().unwrap())) && notice.contains(&bare(item["result"].as_str().unwrap())), "{item}: {notice}");
    }
    let other = |name: &String| failed.iter().all(|f| !bare(f["analyte"].as_str().unwrap()).contains(name.as_str()));
    let strange: Vec<&String> = passed.iter().filter(|name| name.chars().count() > 1 && other(name) && notice.contains(name.as_str())).collect();
    assert!(strange.is_empty(), "only what failed is named: {strange:?}");
    assert!(!notice.contains("视为认可") && !notice.contains("5个工作日提出"), "{notice}");

    // a case asks for its own part alone
    let own = dir.join("own.pdf");
    good(&dir.0, &["paper", "P20", "--no", &of_case("no"), "--out", text(&own)]);
    let own = words_of(&own).unwrap();
    assert!(own.len() <= notice.len() && own.contains(&bare(&of_case("operator"))));
    // the proof of service names the same report, and signs for nobody
    let receipt = dir.join("p21.pdf");
    good(&dir.0, &["paper", "P21", "--no", &sheet, "--out", text(&receipt)]);
    let receipt = words_of(&receipt).unwrap();
    assert!(receipt.contains("送达回证") && receipt.contains(&bare(content["number"].as_str().unwrap())), "{receipt}");

    // the three lists name every case of the month once
    let opened = of_case("opened_on");
    let lists = dir.join("p63.xlsx");
    good(&dir.0, &["paper", "P63", "--no", &opened[..7], "--out", text(&lists)]);
    let book = shiyan_exchange::book::read(&std::fs::read(&lists).unwrap(), "x.xlsx").unwrap();
    let named = |sheet: usize| book.sheets[sheet].rows[1..].iter().map(|r| r.cell(1).to_owned()).collect::<Vec<_>>();
    let asked = format!(
        "SELECT COALESCE(GROUP_CONCAT(n, ' '), '') FROM (SELECT no AS n FROM case_file WHERE opened_on LIKE '{}-%' AND state <> 'cancelled' ORDER BY no)",
        &opened[..7]
    );
    let asked: Vec<String> = sql_text(&dir.0, &asked).split_whitespace().map(str::to_owned).collect();
    assert_eq!((named(0), named(1)), (asked.clone(), asked));
    assert_eq!(book.sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["问题清单", "整改清单", "问责清单"]);
    assert!(named(2).iter().all(String::is_empty), "whom to hold to account a person decides");
}

#[test]
fn every_paper_that_is_listed_is_made_as_everything_it_says() {
    let dir = demo();
    let year = last_year(&dir.0);
    let listed = json(&dir.0, &["paper", "list", "--json"]);
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["P03", "P11a", "P11b", "P12", "P20", "P21", "P40", "P41", "P61", "P62", "P63"]);
    assert!(good(&dir.0, &["paper", "list", "--lang", "en"]).contains("Notice of the results of supervisory sampling"));
    let (supervised, monitored) = (reported(&dir.0, "supervisory"), reported(&dir.0, "risk_monitoring"));
    let (failing, severe) = (with_case(&dir.0, ""), with_case(&dir.0, "AND c.detail LIKE '%\"severe\":true%'"));
    assert!(![&failing, &severe].iter().any(|no| no.is_empty()), "the demonstration tells of both");
    for paper in listed.as_array().unwrap() {
        let id = paper["id"].as_str().unwrap();
        let no = match id {
            "P03" | "P11a" => supervised.clone(),
            "P12" => severe.clone(),
            "P20" | "P21" => failing.clone(),
            "P11b" => monitored.clone(),
            _ => year.clone(),
        };
        if no.is_empty() {
            continue;
        }
        for ending in paper["outputs"].as_array().unwrap() {
            let ending = ending.as_str().unwrap();
            let [one, two] = ["one", "two"].map(|name| dir.join(&format!("{name}-{id}.{ending}")));
            good(&dir.0, &["paper", id, "--no", &no, "--out", text(&one)]);
            good(&dir.0, &["paper", &id.to_lowercase(), "--no", &no, "--out", text(&two)]);
            let [one, two] = [one, two].map(|f| std::fs::read(f).unwrap());
            assert!(one.starts_with(if ending == "pdf" { b"%PDF-" } else { b"PK\x03\x04" }), "{id} {ending}");
            assert!(one == two, "{id} {ending}: made twice, two files");
        }
    }
    // several reports bound for the printer: as many pages as they have apart
    let [bound, one, other] = ["bound", "one", "other"].map(|name| dir.join(&format!("{name}.pdf")));
    good(&dir.0, &["paper", "P11a", "--no", &format!("{supervised}, {failing}"), "--out", text(&bound)]);
    good(&dir.0, &["paper", "P11a", "--no", &supervised, "--out", text(&one)]);
    good(&dir.0, &["paper", "P11a", "--no", &failing, "--out", text(&other)]);
    if let [Some(bound), Some(one), Some(other)] = [&bound, &one, &other].map(|f| words_of(f)) {
        assert!(bound.contains(&one) && bound.contains(&other), "bound together they say what they say apart");
    }
    let out = dir.join("x.pdf");
    for (args, code) in [
        (&["paper", "P99", "--no", "2026", "--out", text(&out)][..], "PAPER-UNKNOWN"),
        (&["paper", "P40", "--no", "2026-13", "--out", text(&out)], "PAPER-NO"),
        (&["paper", "P40", "--out", text(&out)], "PAPER-NO"),
        (&["paper", "P40", "--no", "2026"], "PAPER-OUTPUT"),
        (&["paper", "P40", "--no", "2026", "--out", "x.csv"], "PAPER-OUTPUT"),
        (&["paper", "P61", "--no", "2026-03", "--out", text(&out)], "PAPER-NO"),
        (&["paper", "P62", "--no", "2099", "--out", text(&out)], "PAPER-AHEAD"),
        (&["paper", "P40", "--no", "2001", "--out", text(&out)], "PAPER-NOTHING"),
        (&["paper", "P11b", "--no", &supervised, "--out", text(&out)], "PAPER-KIND"),
        (&["paper", "P11b", "--no", &format!("{supervised},{failing}"), "--out", text(&out)], "PAPER-KIND"),
        (&["paper", "P11a", "--no", &format!("{supervised},XBJ01410105000000001"), "--out", text(&out)], "PAPER-UNBOUND"),
        (&["paper", "P11a", "--no", &[supervised.as_str(); 251].join(","), "--out", text(&out)], "PAPER-BOUND"),
        (&["paper", "P11a", "--no", &format!("{supervised},{failing}"), "--out", "x.docx"], "PAPER-OUTPUT"),
        (&["paper", "P03", "--no", "XBJ01410105000000001", "--out", text(&out)], "PAPER-SHEET"),
        (&["paper", "P03", "--no", "抽样单", "--out", text(&out)], "PAPER-NO"),
        (&["paper", "P12", "--no", &passing(&dir.0), "--out", text(&out)], "PAPER-NOT-SEVERE"),
        (&["paper", "P20", "--no", &passing(&dir.0), "--out", text(&out)], "PAPER-NOT-FAILING"),
        (&["paper", "P21", "--no", &passing(&dir.0), "--out", text(&out)], "PAPER-NOT-FAILING"),
        (&["paper", "P63", "--no", "2099", "--out", text(&out)], "PAPER-AHEAD"),
    ] {
        for lang in ["zh", "en"] {
            let (exit, said) = bad(&dir.0, &[args, &["--lang", lang]].concat());
            assert!(exit == 1 && said.contains(&format!("[{code}]")), "{args:?}: {exit} {said}");
            let words = said.lines().next().unwrap();
            assert!(lang == "zh" || words.is_ascii() || words.contains('“'), "{args:?}: {said}");
        }
    }
    assert!(!out.exists(), "what is refused writes nothing");
}

#[test]
fn a_notice_names_each_final_batch_once_and_nothing_pending_as_passing() {
    let dir = demo();
    let year = last_year(&dir.0);
    let file = dir.join("p41.xlsx");
    let made = json(&dir.0, &["paper", "P41", "--no", &year, "--out", text(&file), "--json"]);
    assert!(made["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "PAPER-DRAFT"), "{made}");
    let numbers = |file: &Path| -> std::collections::BTreeMap<String, Vec<String>> {
        let book = shiyan_exchange::book::read(&std::fs::read(file).unwrap(), "x.xlsx").unwrap();
        let of = |s: &shiyan_exchange::book::Sheet| s.rows[1..].iter().map(|r| r.cell(1).to_owned()).collect();
        book.sheets.iter().map(|s| (s.name.clone(), of(s))).collect()
    };
    let named = numbers(&file);
    let asked = |outcome: &str| {
        let statement = format!(
            "SELECT COALESCE(GROUP_CONCAT(n, ' '), '') FROM (SELECT s.sampling_no AS n FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE s.kind = 'supervisory' \
             AND s.level = 'district' AND s.department = 'market' AND NOT s.temporary AND o.state = 'issued' AND o.outcome = '{outcome}' \
             AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.sample_id = s.id AND c.state <> 'cancelled' AND '{outcome}' = 'pass') \
             AND ('{outcome}' = 'fail' OR o.issued_on LIKE '{year}-%') ORDER BY 1)"
        );
        sql_text(&dir.0, &statement).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let (passing, failing) = (named.get("合格产品信息").cloned().unwrap_or_default(), named.get("不合格产品信息").cloned().unwrap_or_default());
    assert_eq!(passing, asked("pass"));
    let failed = asked("fail");
    assert!(failing.iter().all(|n| failed.contains(n)), "{failing:?} of {failed:?}");
    // the months of the year name the same batches, each once
    let mut by_month: Vec<String> = Vec::new();
    for month in 1..=12 {
        let file = dir.join(&format!("m{month}.xlsx"));
        let output = run(&dir.0, &["paper", "P41", "--no", &format!("{year}-{month:02}"), "--out", text(&file)]);
        if output.status.success() {
            by_month.extend(numbers(&file).into_values().flatten());
        } else {
            assert!(String::from_utf8_lossy(&output.stderr).contains("PAPER-NOTHING"));
        }
    }
    by_month.sort();
    let mut of_year = [passing, failing].concat();
    of_year.sort();
    assert_eq!(by_month, of_year);
}

#[test]
fn reports_are_the_same_bytes_each_time() {
    let dir = demo();
    let year = last_year(&dir.0);
    let files = ["one.pdf", "two.pdf"].map(|name| dir.join(name));
    for file in &files {
        good(&dir.0, &["report", "annual", "--year", &year, "--out", text(file)]);
    }
    // The same year as it stood on an earlier day is another report, and the same each time.
    let earlier = ["three.pdf", "four.pdf"].map(|name| dir.join(name));
    for file in &earlier {
        good(&dir.0, &["report", "annual", "--year", &year, "--as-of", &format!("{year}-06-30"), "--out", text(file)]);
    }
    let [three, four] = earlier.map(|f| std::fs::read(f).unwrap());
    assert!(three == four && three != std::fs::read(&files[0]).unwrap());
    let [one, two] = files.map(|f| std::fs::read(f).unwrap());
    assert!(one.starts_with(b"%PDF-") && one == two, "two runs, two files");
    let number = sql_text(&dir.0, "SELECT s.sampling_no FROM test_report r JOIN sample s ON s.id = r.sample_id ORDER BY r.number LIMIT 1");
    let file = dir.join("test.pdf");
    assert!(good(&dir.0, &["report", "test", "--sample", &number, "--out", text(&file)]).contains(&format!("SY-{number}")));
    assert!(std::fs::read(&file).unwrap().starts_with(b"%PDF-"));
    assert_eq!(bad(&dir.0, &["report", "test", "--sample", "XBJ00000000000000000", "--out", text(&file)]).0, 1);
    // An issued report is its archived file; options were chosen when it was issued.
    let (code, said) = bad(&dir.0, &["report", "test", "--sample", &number, "--out", text(&file), "--bilingual"]);
    assert!(code == 1 && said.contains("REPORT-FROZEN"), "{said}");
    let kept = std::fs::read(&file).unwrap();
    good(&dir.0, &["report", "test", "--sample", &number, "--out", text(&file)]);
    assert_eq!(kept, std::fs::read(&file).unwrap(), "the same bytes");
    // What awaits issue is printed as a draft, with whatever is asked for; what is still on the bench has no report.
    let waiting =
        "SELECT s.sampling_no FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE o.issued_on IS NULL AND o.state = 'approved' ORDER BY o.id LIMIT 1";
    let waiting = sql_text(&dir.0, waiting);
    let plain = dir.join("draft.pdf");
    assert!(good(&dir.0, &["report", "test", "--sample", &waiting, "--out", text(&plain)]).contains(&waiting));
    let both = dir.join("draft-both.pdf");
    good(&dir.0, &["report", "test", "--sample", &waiting, "--out", text(&both), "--bilingual", "--working"]);
    let sizes = [&plain, &both].map(|f| std::fs::read(f).unwrap().len());
    assert!(sizes[1] > sizes[0], "{sizes:?}");
    let testing = sql_text(
        &dir.0,
        "SELECT s.sampling_no FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE o.issued_on IS NULL AND o.state = 'testing' LIMIT 1",
    );
    assert_eq!(bad(&dir.0, &["report", "test", "--sample", &testing, "--out", text(&file)]).0, 1);
    let list = dir.join("list.csv");
    good(&dir.0, &["export", "samples", "--year", &year, "--out", text(&list)]);
    assert!(std::fs::read_to_string(&list).unwrap().contains(&number));
}

#[test]
fn tampering_is_found_with_an_exit_code() {
    let dir = demo();
    assert!(json(&dir.0, &["verify", "--json"])["ok"].as_bool().unwrap());
    let kept = dir.join("kept.json");
    std::fs::write(&kept, good(&dir.0, &["checkpoint"])).unwrap();
    good(&dir.0, &["verify", "--checkpoint", text(&kept)]);
    // Yesterday's database put back: whole in itself, older than the checkpoint.
    std::fs::copy(dir.join("shiyan.db"), dir.join("old.db")).unwrap();
    let mut add = shiyan();
    add.args(["user", "add", "somebody", "--name", "某某", "--role", "supervisor", "--data"]).arg(&dir.0).env("SHIYAN_PASSWORD", "a long enough one");
    assert!(add.output().unwrap().status.success());
    std::fs::write(&kept, good(&dir.0, &["checkpoint"])).unwrap();
    for name in ["shiyan.db-wal", "shiyan.db-shm"] {
        let _ = std::fs::remove_file(dir.join(name));
    }
    std::fs::copy(dir.join("old.db"), dir.join("shiyan.db")).unwrap();
    good(&dir.0, &["verify"]);
    let (code, said) = bad(&dir.0, &["verify", "--checkpoint", text(&kept)]);
    assert!(code == 1 && said.contains("换回了旧数据库"), "{code} {said}");
    // One value edited.
    let id = sql_text(&dir.0, "SELECT id FROM test_item WHERE verdict = 'nonconforming' ORDER BY id LIMIT 1");
    sql(&dir.0, &format!("UPDATE test_item SET detail = replace(detail, 'nonconforming', 'conforming') WHERE id = '{id}'"));
    let (code, said) = bad(&dir.0, &["verify"]);
    assert!(code == 1 && said.contains(&format!("item:{id}")), "{code} {said}");
    let out = run(&dir.0, &["verify", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&out.stdout).unwrap()["ok"], false);
    // Nothing is accepted as a checkpoint that is none.
    for none in [b"{}".as_slice(), b"\xff\xfe\x00"] {
        std::fs::write(&kept, none).unwrap();
        let (code, said) = bad(&dir.0, &["verify", "--checkpoint", text(&kept)]);
        assert!(code == 2 && said.contains("[CLI-CHECKPOINT]") && said.contains(text(&kept)), "{code} {said}");
    }
}

#[test]
fn a_journal_without_its_protection_is_found() {
    for trigger in ["journal_no_update", "journal_no_delete"] {
        let dir = installed();
        good(&dir.0, &["verify"]);
        schema(&dir.0, &format!("DROP TRIGGER {trigger}"));
        let (code, said) = bad(&dir.0, &["verify"]);
        assert!(code == 1 && said.contains(trigger), "{code} {said}");
        let verb = if trigger.ends_with("update") { "UPDATE" } else { "DELETE" };
        schema(&dir.0, &format!("CREATE TRIGGER {trigger} BEFORE {verb} ON journal BEGIN SELECT 1; END"));
        let (code, said) = bad(&dir.0, &["--lang", "en", "verify"]);
        assert!(code == 1 && said.contains(&format!("the trigger {trigger}")), "{code} {said}");
    }
}

#[test]
fn what_reads_a_database_makes_none() {
    let home = Temp::new("cli");
    let (typo, out) = (home.join("typo"), home.join("out"));
    let plan = fixture("import/plan_good.csv");
    let out = text(&out);
    for args in [
        &["verify"] as &[&str],
        &["verify", "--json"],
        &["checkpoint"],
        &["kpi", "--year", "2026"],
        &["export", "samples", "--year", "2026", "--out", out],
        &["export", "plan-template", "--out", out],
        &["export", "limits-template", "--rows", "--out", out],
        &["report", "annual", "--year", "2026", "--out", out],
        &["report", "test", "--sample", "XBJ26410105000000001", "--out", out],
        &["paper", "P40", "--no", "2026", "--out", "x.pdf"],
        &["backup", out],
        &["import", "plan", &plan, "--year", "2026"],
        &["import", "limits", &plan, "--dry-run"],
        &["import", "published-results", &fixture("import/published_fail.csv")],
        &["user", "list"],
        &["user", "disable", "somebody"],
        &["demo", "remove"],
    ] {
        for (lang, says) in [("zh", "这里没有数据库"), ("en", "There is no database here")] {
            let (code, said) = bad(&typo, &[args, &["--lang", lang]].concat());
            assert!(code == 1 && said.contains("[CLI-NO-DATABASE]") && said.contains(says) && said.contains("typo"), "{args:?}: {code} {said}");
        }
        assert!(entries(&home.0).is_empty(), "{args:?}: {:?}", entries(&home.0));
    }
    // An empty file is no database either.
    std::fs::create_dir(&typo).unwrap();
    std::fs::write(typo.join("shiyan.db"), "").unwrap();
    assert_eq!(bad(&typo, &["verify"]).0, 1);
    assert_eq!(entries(&typo), ["shiyan.db"]);
    // What the house ships is known without a database.
    let bare = home.join("bare");
    assert_eq!(json(&bare, &["judge", "--food", "韭菜", "--item", "腐霉利", "--result", "2.4", "--on", "2025-06-03", "--json"])["limit"]["pending"], true);
    assert_eq!(json(&bare, &["deadline", "--rule", "D07", "--from", "2026-09-24", "--json"])["due_on"], "2026-10-12");
    assert_eq!(json(&bare, &["explain", "CLI-NO-DATABASE", "--json"])["code"], "CLI-NO-DATABASE");
    assert!(!bare.exists());
    // A name that cannot be a role makes nothing.
    let (code, said) = bad(&bare, &["user", "add", "li", "--name", "某某", "--role", "boss"]);
    assert!(code == 1 && said.contains("point_operator") && said.contains("快检点操作员") && !bare.exists(), "{code} {said}");
}

#[test]
fn a_plan_is_imported_once() {
    let dir = installed();
    let file = fixture("import/plan_good.csv");
    let import = |more: &[&str]| json(&dir.0, &[&["import", "plan", &file, "--year", "2026", "--json"], more].concat());
    assert_eq!([&import(&["--dry-run"])["new"], &import(&[])["new"]], [2, 2]);
    let head = json(&dir.0, &["checkpoint"])["hash"].clone();
    for more in [&["--dry-run"] as &[&str], &[]] {
        let again = import(more);
        assert_eq!((&again["new"], &again["known"], &again["written"]), (&0.into(), &2.into(), &false.into()));
    }
    assert!(good(&dir.0, &["import", "plan", &file, "--year", "2026"]).contains("已写入 0 · 已有 2"));
    assert_eq!(json(&dir.0, &["checkpoint"])["hash"], head, "the second import writes nothing at all");
    // Another number for a line that stands, and a new line beside it: named by its row, and nothing is written.
    let changed = dir.join("changed.csv");
    let rows = std::fs::read_to_string(&file).unwrap().replace(",1,12,", ",1,15,") + "餐饮食品,,餐饮,410105001,3,4,,,,,\n";
    std::fs::write(&changed, rows).unwrap();
    for more in [&["--dry-run"] as &[&str], &[]] {
        let (code, said) = bad(&dir.0, &[&["import", "plan", text(&changed), "--year", "2026"], more].concat());
        assert!(code == 1 && ["行 2", "PLAN-STANDS", "批次是“12”", "“15”", "计划页"].iter().all(|w| said.contains(w)), "{code} {said}");
    }
    assert_eq!(json(&dir.0, &["checkpoint"])["hash"], head);
    // A template without rows is no plan.
    let template = dir.join("plan.xlsx");
    good(&dir.0, &["export", "plan-template", "--out", text(&template)]);
    for more in [&["--dry-run"] as &[&str], &[]] {
        let (code, said) = bad(&dir.0, &[&["import", "plan", text(&template), "--year", "2027"], more].concat());
        assert!(code == 1 && said.contains("[PLAN-FILE-EMPTY]"), "{code} {said}");
    }
    assert_eq!(sql_text(&dir.0, "SELECT CAST(COUNT(*) AS TEXT) FROM plan"), "1");
}

#[test]
fn what_the_machine_refuses_is_coded_with_the_next_step() {
    let dir = installed();
    let none = "/nonexistent/file";
    let config = dir.join("wrong.toml");
    std::fs::write(&config, "database_url = [\"postgres://u:secretpw@h/db\"]\n").unwrap();
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = held.local_addr().unwrap().to_string();
    for (args, code, names) in [
        (&["judge", "--csv", none, "--out", "out.csv"] as &[&str], "CLI-FILE-READ", none),
        (&["import", "plan", none, "--year", "2026"], "CLI-FILE-READ", none),
        (&["restore", none], "CLI-FILE-READ", none),
        (&["verify", "--checkpoint", none], "CLI-FILE-READ", none),
        (&["verify", "--config", none], "CLI-FILE-READ", none),
        (&["verify", "--config", text(&config)], "CLI-CONFIG", "wrong.toml:1"),
        (&["backup", none], "CLI-FILE-WRITE", none),
        (&["export", "samples", "--year", "2026", "--out", none], "CLI-FILE-WRITE", none),
        (&["serve", "--listen", &taken], "CLI-LISTEN", &taken),
        (&["serve", "--listen", "192.0.2.7:8000"], "CLI-LISTEN", "192.0.2.7:8000"),
        (&["verify", "--database-url", "mysql://u:secretpw@h/db"], "DB-ADDRESS", "mysql://h/db"),
        (&["migrate", "--database-url", "postgres://u:secretpw@127.0.0.1:1/db"], "DB-SILENT", "127.0.0.1:1"),
    ] {
        for lang in ["zh", "en"] {
            let clock = Instant::now();
            let (exit, said) = bad(&dir.0, &[args, &["--lang", lang]].concat());
            let hint = if lang == "zh" { "提示：" } else { "hint:" };
            assert!(exit == 2 && said.contains(&format!("[{code}]")) && said.contains(names) && said.contains(hint), "{args:?}: {exit} {said}");
            assert!(!said.contains("secretpw") && !said.contains("Shiyan is up") && !said.contains("食验已启动"), "{args:?}: {said}");
            assert!(!said.contains("os error"), "{args:?}: {said}");
            assert!(clock.elapsed() < Duration::from_secs(10), "{args:?}: {:?}", clock.elapsed());
        }
    }
    let (code, said) = bad(Path::new("/etc/passwd"), &["verify"]);
    assert!(code == 1 && said.contains("[CLI-DATA-DIR]"), "{code} {said}");
    let (code, said) = bad(&dir.0, &["user", "disable", "nobody"]);
    assert!(code == 1 && said.contains("[CLI-NOT-FOUND]") && said.contains("nobody") && !said.contains("页面"), "{code} {said}");
    let (code, said) = bad(&dir.0, &["explain", "NOPE"]);
    assert!(code == 1 && said.contains("D07") && said.contains("LAB-OWN-WORK"), "{code} {said}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let dir = Temp::new("cli");
    let mut judge = shiyan();
    judge.args(["judge", "--item", "镉", "--result", "0.3mg/kg", "--limit", "≤0.2mg/kg", "--json", "--data"]).arg(&dir.0);
    let mut child = judge.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success() && out.stderr.is_empty(), "{}: {}", out.status, String::from_utf8_lossy(&out.stderr));
}

/// Lines of a backup with their number and checksum made to fit again.
fn repacked(lines: &str) -> Vec<u8> {
    let (body, _) = lines.trim_end().rsplit_once('\n').unwrap();
    let body = format!("{body}\n");
    let rows = body.lines().count() - 1;
    let closing = format!("{{\"rows\":{rows},\"sha256\":\"{}\"}}\n", shiyan_app::sha256_hex(body.as_bytes()));
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(body.as_bytes()).and_then(|()| out.write_all(closing.as_bytes())).unwrap();
    out.finish().unwrap()
}

#[test]
fn a_backup_is_restored_elsewhere_and_a_damaged_one_is_refused() {
    let dir = demo();
    let file = dir.join("copy.gz");
    good(&dir.0, &["backup", text(&file)]);
    let elsewhere = Temp::new("cli");
    good(&elsewhere.0, &["restore", text(&file)]);
    let finding = |data: &Path| json(data, &["verify", "--json"]);
    assert_eq!(finding(&elsewhere.0)["head"], finding(&dir.0)["head"]);
    assert_eq!(bad(&elsewhere.0, &["restore", text(&file)]).0, 2, "not into a database that holds something");
    let bytes = std::fs::read(&file).unwrap();
    let mut flipped = bytes.clone();
    let middle = bytes.len() / 2;
    flipped[middle] ^= 0x10;
    for (name, damaged) in [("flipped", flipped), ("cut", bytes[..middle].to_vec())] {
        let path = dir.join(name);
        std::fs::write(&path, damaged).unwrap();
        let fresh = Temp::new("cli");
        assert_eq!(bad(&fresh.0, &["restore", text(&path)]).0, 2, "{name}");
        assert!(entries(&fresh.0).is_empty(), "{name}: {:?}", entries(&fresh.0));
        let deep = fresh.join("not/there");
        assert_eq!(bad(&deep, &["restore", text(&path)]).0, 2, "{name}");
        assert!(entries(&fresh.0).is_empty(), "{name}: {:?}", entries(&fresh.0));
    }
    // A copy whose checksum holds but whose rows do not: what it began is taken away again, and nothing else.
    let unfit = dir.join("unfit");
    let mut lines = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&file).unwrap()).read_to_string(&mut lines).unwrap();
    std::fs::write(&unfit, repacked(&lines.replace("\"table\":\"street\"", "\"table\":\"alley\""))).unwrap();
    let fresh = Temp::new("cli");
    std::fs::write(fresh.join("note.txt"), "mine").unwrap();
    for data in [fresh.0.clone(), fresh.join("not/there")] {
        let (code, said) = bad(&data, &["restore", text(&unfit)]);
        assert!(code == 2 && said.contains("alley"), "{code} {said}");
        assert_eq!(entries(&fresh.0), ["note.txt"]);
    }
    // A file that is there is not overwritten unasked.
    let (code, said) = bad(&dir.0, &["backup", text(&file)]);
    assert!(code == 1 && said.contains("CLI-FILE-THERE") && std::fs::read(&file).unwrap() == bytes, "{code} {said}");
    good(&dir.0, &["backup", text(&file), "--force"]);
    good(&dir.0, &["demo", "remove"]);
    good(&dir.0, &["verify"]);
    assert_eq!(json(&dir.0, &["user", "list", "--json"]), Value::Array(vec![]));
}

#[test]
fn users_are_added_listed_and_disabled() {
    let dir = Temp::new("cli");
    let add = |name: &str, role: &str, password: &str| {
        let mut command = shiyan();
        command.args(["user", "add", name, "--name", "某某", "--role", role, "--data"]).arg(&dir.0).env("SHIYAN_PASSWORD", password);
        command.output().unwrap().status.code().unwrap()
    };
    assert_eq!(add("zhang", "supervisor", "a long enough one"), 0);
    assert_eq!(add("zhang", "supervisor", "a long enough one"), 1, "the name is taken");
    assert_eq!(add("li", "supervisor", "short"), 1);
    assert_eq!(add("li", "no-such-role", "a long enough one"), 1);
    assert_eq!(add("wang", "point-operator", "a long enough one"), 0, "with a hyphen as well as with an underscore");
    good(&dir.0, &["user", "disable", "wang"]);
    good(&dir.0, &["user", "disable", "zhang"]);
    let list = json(&dir.0, &["user", "list", "--json"]);
    assert!(list.as_array().unwrap().len() == 2 && list.as_array().unwrap().iter().all(|u| u["active"] == false), "{list}");
    assert!(!list.to_string().contains("argon2"), "no hash in the list");
}

#[test]
fn a_user_without_a_given_password_gets_a_one_time_link() {
    let dir = Temp::new("cli");
    let link = |args: &[&str]| {
        let said = good(&dir.0, args);
        let found = said.split_whitespace().find(|w| w.contains("/set-password/")).unwrap_or_else(|| panic!("{said}")).to_owned();
        assert_eq!(found.rsplit('/').next().unwrap().len(), 64, "256 bits");
        found
    };
    let first = link(&["user", "add", "zhang", "--name", "某某", "--role", "supervisor", "--public-url", "https://shiyan.example/"]);
    assert!(first.starts_with("https://shiyan.example/set-password/"), "{first}");
    let second = link(&["user", "reset", "zhang"]);
    assert!(second.starts_with("http://127.0.0.1:8000/set-password/") && second.rsplit('/').next() != first.rsplit('/').next());
    let mut unknown = shiyan();
    unknown.args(["user", "reset", "nobody", "--data"]).arg(&dir.0);
    assert_eq!(unknown.output().unwrap().status.code(), Some(1));
    let mut none = shiyan();
    none.args(["user", "reset", "zhang", "--second", "--data"]).arg(&dir.0);
    assert_eq!(none.output().unwrap().status.code(), Some(1), "there is no second factor to reset");
    good(&dir.0, &["verify"]);
}

/// A server of ours; stopped however the test ends.
struct Server(Child);
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn one_server_a_data_directory_with_a_set_up_link_and_an_end() {
    let dir = Temp::new("cli");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let mut server = Server(
        shiyan().args(["serve", "--listen", &listen, "--data"]).arg(&dir.0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap(),
    );
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let link = loop {
        let line = lines.next().expect("the set-up link is printed").unwrap();
        if let Some(at) = line.find("/setup/") {
            break line[at..].trim().to_owned();
        }
    };
    assert_eq!(link.len(), "/setup/".len() + 64);
    let start = Instant::now();
    while get(port, "/readyz").is_none_or(|a| !a.starts_with("HTTP/1.1 200")) {
        assert!(start.elapsed() < Duration::from_secs(30), "the server is not ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(get(port, &link).unwrap().starts_with("HTTP/1.1 200"));
    assert!(get(port, "/setup/0000").unwrap().starts_with("HTTP/1.1 410"));
    assert!(!get(port, "/metrics").unwrap().contains("shiyan_http"), "not on the public listener");

    let other = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (code, said) = bad(&dir.0, &["--lang", "en", "serve", "--listen", &other]);
    assert!(code == 2 && said.contains("another server is already running"), "{code} {said}");
    assert!(get(port, "/healthz").unwrap().ends_with("ok\n"), "the first one goes on");

    assert!(Command::new("kill").arg("-TERM").arg(server.0.id().to_string()).status().unwrap().success());
    let start = Instant::now();
    let status = loop {
        match server.0.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > Duration::from_secs(20) => panic!("SIGTERM does not stop it"),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(status.success(), "{status}");
    good(&dir.0, &["verify"]);
}

#[test]
fn hidden_rows_are_named_and_taken_only_when_asked_for() {
    let dir = installed();
    let file = fixture("import/excel/plan_hidden_rows.xlsx");
    let import = |more: &[&str]| json(&dir.0, &[&["import", "plan", &file, "--year", "2026", "--dry-run", "--json"], more].concat());
    let seen = import(&[]);
    assert_eq!((&seen["lines"], &seen["batches"]), (&1.into(), &12.into()), "{seen}");
    let notes: Vec<&str> = seen["notes"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect();
    assert_eq!(notes, ["SHEET-HIDDEN", "ROW-HIDDEN"]);
    assert_eq!(import(&["--include-hidden"])["batches"], 12 + 500 + 99);
    let file = fixture("import/excel/published_hidden_rows.xlsx");
    let rows = |more: &[&str]| json(&dir.0, &[&["import", "published-results", &file, "--dry-run", "--json"], more].concat())["new"].clone();
    assert_eq!((rows(&[]), rows(&["--include-hidden"])), (1.into(), 3.into()));
    let (file, out) = (fixture("import/excel/judge_percent.xlsx"), dir.join("judged.csv"));
    let counts = json(&dir.0, &["judge", "--csv", &file, "--out", text(&out), "--json"])["counts"].clone();
    assert_eq!(counts, serde_json::json!({ "不合格": 5, "合格": 1 }));
}

#[test]
fn a_file_of_which_nothing_is_taken_is_refused() {
    let dir = installed();
    let path = dir.join("unknown.csv");
    std::fs::write(&path, "食品名称,分类,商标\n韭菜,食用农产品,/\n").unwrap();
    let (code, said) = bad(&dir.0, &["import", "published-results", text(&path)]);
    assert!(code == 1 && said.contains("TABLE-KIND"), "{code} {said}");
    std::fs::write(&path, "食品名称,分类,判定\n").unwrap();
    let (code, said) = bad(&dir.0, &["import", "published-results", text(&path)]);
    assert!(code == 1 && said.contains("TABLE-NO-ROWS"), "{code} {said}");
}

#[test]
fn a_new_instrument_is_a_file_in_the_data_directory() {
    let dir = installed();
    let profile = include_str!("../../exchange/profiles/README.md").split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let print = include_str!("../../exchange/profiles/README.md").split_once("```text\n").unwrap().1.split_once("```").unwrap().0;
    let file = dir.join("t9.txt");
    std::fs::write(&file, print).unwrap();
    assert_eq!(bad(&dir.0, &["instrument", "try", text(&file), "--profile", "titrator-t9"]).0, 1, "nobody knows it yet");
    let own = dir.join("mine.toml");
    std::fs::write(&own, profile).unwrap();
    let tried = json(&dir.0, &["instrument", "try", text(&file), "--profile", text(&own), "--json"]);
    assert_eq!((&tried["profile"], tried["readings"].as_array().unwrap().len()), (&"titrator-t9".into(), 4), "{tried}");
    let folder = dir.join("profiles");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("t9.toml"), profile).unwrap();
    assert!(good(&dir.0, &["instrument", "try", text(&file)]).contains("YP-0003"));
    assert!(good(&dir.0, &["instrument", "list"]).contains("profiles/t9.toml"));
    std::fs::write(folder.join("bad.toml"), "key = \"x\"\nversion = \"one\"\n").unwrap();
    let (code, said) = bad(&dir.0, &["instrument", "list"]);
    assert!(code == 1 && said.contains("bad.toml 第 2 行"), "{code} {said}");

    // One that was activated on the page is known as well, and stands before a file of the folder.
    let dir = installed();
    let at = "2026-05-08T09:00:00+08:00";
    let who = made!(["00000000-0000-0000-0000-000000000000", "虚构甲"]);
    let detail = made!({
        "key": "titrator-t9", "version": 1, "name": ["滴定仪 T9", "Titrator T9"], "file": "t9.toml", "text": profile, "state": "active", "added_by": who, "added_at": at,
        "trials": [], "turns": [], "revision": 0,
    });
    let detail = detail.to_string().replace('\'', "''");
    sql(
        &dir.0,
        &format!(
            "INSERT INTO instrument_profile (id, revision, key, version, state, detail, content_hash) VALUES ('titrator-t9@1', 0, 'titrator-t9', 1, 'active', '{detail}', '')"
        ),
    );
    let listed = good(&dir.0, &["instrument", "list"]);
    assert!(listed.contains("页面上启用") && listed.contains("随程序提供"), "{listed}");
    assert_eq!(json(&dir.0, &["instrument", "list", "--json"])["profiles"][0]["from"], "page");
    assert!(good(&dir.0, &["instrument", "try", text(&file)]).contains("YP-0003"));
    std::fs::create_dir_all(dir.join("profiles")).unwrap();
    std::fs::write(dir.join("profiles").join("t9.toml"), profile).unwrap();
    let (code, said) = bad(&dir.0, &["instrument", "list"]);
    assert!(code == 1 && said.contains("t9.toml") && said.contains("key 与 titrator-t9@1 相同"), "{code} {said}");
}
