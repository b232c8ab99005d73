//! Limit tables and packages: every row is exactly one thing, on our own fictional rows and on a whole plan when it is at hand.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use proptest::prelude::*;
use shiyan_exchange::limit_table::{self, Layout, LimitTable, RowClass, content_key};
use shiyan_exchange::{out, package_table};
use shiyan_foundation::Lang;
use shiyan_statute::{AnalyteGroup, LimitRow, LimitRule, LimitStatus, limits};

const PLAN: &str = include_str!("data/plan_items.csv");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn plan() -> LimitTable {
    limit_table::read(PLAN.as_bytes(), "plan_items.csv", Some(day("2015-01-01"))).unwrap()
}
/// The three classes add up, each row is there once, and every rule waits to be checked and names its file.
fn whole(table: &LimitTable) {
    let counts = table.counts();
    assert_eq!(counts.rules + counts.no_limit + counts.needs_person, counts.rows, "{counts:?}");
    assert_eq!(table.reasons().iter().map(|r| r.count).sum::<u64>(), counts.no_limit + counts.needs_person);
    assert_eq!(table.rules().count() as u64, counts.rules - counts.repeated);
    for row in table.rules() {
        assert_eq!(row.status, LimitStatus::Pending);
        assert!(row.confidence.contains(&format!("src={};sha256={}", table.file, table.file_hash)), "{}", row.confidence);
        assert_eq!(row.id, content_key(row));
        assert!(!row.categories.is_empty() && !row.analyte.is_empty() && !row.basis.is_empty());
    }
}
fn reasons(table: &LimitTable) -> BTreeMap<&'static str, u64> {
    table.reasons().into_iter().map(|r| (r.code, r.count)).collect()
}
fn rule(table: &LimitTable, row: u32) -> &LimitRow {
    match &table.rows.iter().find(|r| r.row == row).unwrap().class {
        RowClass::Rule(rule) => rule,
        other => panic!("row {row}: {other:?}"),
    }
}

#[test]
fn the_fictional_rows_meet_every_reason() {
    let table = plan();
    whole(&table);
    let counts = table.counts();
    assert_eq!((counts.rows, counts.rules, counts.repeated, counts.no_limit, counts.needs_person, counts.blank), (36, 8, 1, 2, 26, 1), "{:?}", reasons(&table));
    let wanted: BTreeMap<&str, u64> = [
        ("LT-BASES", 2),
        ("LT-BASIS-WORDS", 1),
        ("LT-BOTH-BOUNDS", 2),
        ("LT-CLASS", 1),
        ("LT-CONTRADICTS", 2),
        ("LT-CONVERT", 1),
        ("LT-COUNT", 1),
        ("LT-ENERGY", 1),
        ("LT-INCOMPLETE", 1),
        ("LT-ITEM-WORDS", 1),
        ("LT-LABEL-CLAIM", 2),
        ("LT-NO-BASIS", 1),
        ("LT-NO-LIMIT", 2),
        ("LT-NO-VALUE", 1),
        ("LT-ONE-OF", 1),
        ("LT-PLAN-TEXT", 1),
        ("LT-UNIT-NONE", 1),
        ("LT-UNIT-UNKNOWN", 1),
        ("LT-UNITS", 1),
        ("LT-VALUES", 1),
        ("LT-WORDS", 1),
        ("LT-ZERO", 2),
    ]
    .into();
    assert_eq!(reasons(&table), wanted);
    assert_eq!(table.layout, Layout::National);
    // what stands in the way is named with its column
    let zero = table.issues().find(|i| i.code == "LT-ZERO").unwrap();
    assert!(zero.zh.starts_with("第 12 行 N 列（最大允许限）：") && zero.en.contains("0.0"), "{}", zero.zh);
}

#[test]
fn what_a_rule_says_is_what_the_row_says() {
    let table = plan();
    let lead = rule(&table, 2);
    assert_eq!(lead.limit_text(), "≤0.3mg/kg");
    let paths: Vec<String> = lead.categories.iter().map(|p| p.text()).collect();
    assert_eq!(paths, ["饮料/示范饮料/示范甲饮料、示范乙饮料", "饮料/示范饮料/示范甲饮料", "饮料/示范饮料/示范乙饮料"]);
    assert_eq!(
        (lead.category_text.as_str(), lead.method.as_str(), lead.analyte_group),
        ("饮料/饮料/示范饮料/示范甲饮料、示范乙饮料", "GB 5009.12", AnalyteGroup::Contaminant)
    );
    assert_eq!((lead.effective_from, lead.effective_to), (day("2015-01-01"), None));
    assert_eq!(lead.lod_loq.as_ref().map(|d| d.value.to_string()).as_deref(), Some("0.005"));
    // the same limit without the edition is the same limit, stored once
    assert_eq!(table.rows[1].same_as, Some(2));
    let cadmium = rule(&table, 4);
    assert_eq!((cadmium.limit_text().as_str(), cadmium.lod_loq.is_none()), ("≤0.2mg/kg", true), "two detection limits are none");
    let sorbic = rule(&table, 5);
    assert_eq!(
        (sorbic.limit_text().as_str(), sorbic.categories[0].text().as_str(), sorbic.analyte_group),
        ("≤0.075g/kg", "肉制品/熟肉制品/示范熟肉/示范熟肉等", AnalyteGroup::Additive)
    );
    assert_eq!((sorbic.conditions.len(), sorbic.remarks.len()), (0, 1));
    assert_eq!(rule(&table, 6).conditions, ["产品明示执行 GB/T 15691"], "a recommended standard binds whoever declares it");
    assert_eq!(rule(&table, 7).rule, LimitRule::Min { value: "8.1".parse().unwrap() });
    assert_eq!((rule(&table, 8).rule.clone(), rule(&table, 8).unit.as_str()), (LimitRule::NotDetected { banned: true }, "μg/kg"));
    assert_eq!((rule(&table, 9).rule.clone(), rule(&table, 9).unit.as_str()), (LimitRule::NotDetected { banned: false }, "/"));
}

#[test]
fn the_plan_has_no_dates_and_says_so() {
    assert_eq!(limit_table::read(PLAN.as_bytes(), "x.csv", None).unwrap_err().code(), "LT-FROM");
    assert_eq!(limit_table::read("甲,乙\n1,2\n".as_bytes(), "x.csv", None).unwrap_err().code(), "TABLE-HEADER");
}

#[test]
fn the_same_file_gives_the_same_keys_in_any_form() {
    let first: Vec<String> = plan().rules().map(|r| r.id.clone()).collect();
    assert_eq!(first, plan().rules().map(|r| r.id.clone()).collect::<Vec<_>>());
    // another file name, another kind of file: other source, same limits
    let rows: Vec<Vec<out::Cell>> =
        csv::ReaderBuilder::new().has_headers(false).from_reader(PLAN.as_bytes()).records().map(|r| r.unwrap().iter().map(out::Cell::from).collect()).collect();
    let header: Vec<String> = rows[0].iter().map(|c| if let out::Cell::Text(t) = c { t.clone() } else { String::new() }).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let book = out::xlsx("示范", &header, &rows[1..]).unwrap();
    let table = limit_table::read(&book, "other.xlsx", Some(day("2015-01-01"))).unwrap();
    whole(&table);
    assert_eq!(first, table.rules().map(|r| r.id.clone()).collect::<Vec<_>>());
    // another first day is another limit
    let later = limit_table::read(PLAN.as_bytes(), "x.csv", Some(day("2016-01-01"))).unwrap();
    assert!(later.rules().all(|r| !first.contains(&r.id)));
}

#[test]
fn the_library_goes_out_and_comes_back_unchanged() {
    for lang in [Lang::Zh, Lang::En] {
        let book = limit_table::template_xlsx(lang, limits()).unwrap();
        let table = limit_table::read(&book, "library.xlsx", None).unwrap();
        whole(&table);
        assert_eq!(
            (table.layout, table.counts().rows, table.counts().rules),
            (Layout::Own, limits().len() as u64, limits().len() as u64),
            "{:?}",
            reasons(&table)
        );
        for (shipped, read) in limits().iter().zip(table.rules()) {
            assert_eq!(content_key(shipped), read.id, "{}", shipped.id);
        }
    }
    let empty = limit_table::template_xlsx(Lang::Zh, &[]).unwrap();
    assert_eq!(limit_table::read(&empty, "t.xlsx", None).unwrap_err().code(), "TABLE-NO-ROWS");
}

#[test]
fn our_own_rows_are_read_or_refused_with_the_column() {
    let head = "食品分类,检验项目,限量种类,限量,上限,n（样品数）,c（可超m数）,m（可接受水平）,M（最高安全限量）,限量单位,判定依据,检出限种类,检出限数值,检出限单位,实施日期,失效日期,项目类别\n";
    let read = |line: &str| {
        let table = limit_table::read(format!("{head}{line}\n").as_bytes(), "own.csv", None).unwrap();
        whole(&table);
        match &table.rows[0].class {
            RowClass::Rule(rule) => rule.limit_text(),
            RowClass::NoLimit(info) => info.code.to_owned(),
            RowClass::NeedsPerson(issue) => format!("{} {}", issue.code, issue.column.as_ref().map_or("", |c| c.letter.as_str())),
        }
    };
    for (line, wanted) in [
        ("糕点/面包,铅,不大于,0.50,,,,,,mg/kg,GB 2762-2022,,,,2023-06-30,,", "≤0.50mg/kg"),
        ("*,铅,max,0.5,,,,,,mg/kg,GB 2762-2022,LOD,0.01,mg/kg,2023-06-30,,contaminant", "≤0.5mg/kg"),
        ("肉及肉制品/熟肉制品,铅,max,0.5,,,,,,mg/kg,GB 2762-2022,,,,2023-06-30,,", "≤0.5mg/kg"),
        ("糕点,示范,范围,1,2,,,,,%,GB 1,,,,2023-06-30,,", "1~2%"),
        ("糕点,菌落总数,采样方案,,,5,2,10000,100000,CFU/g,GB 7099-2015,,,,2016-09-22,,", "n=5,c=2,m=10000,M=100000CFU/g"),
        ("糕点,沙门氏菌,three_class,,,5,0,0,,/25g,GB 29921-2021,,,,2021-11-22,,", "n=5,c=0,m=0/25g"),
        ("糕点,示范,不得使用,,,,,,,,GB 2760-2024,,,,2025-02-08,,", "不得使用"),
        ("糕点,示范,无限量,,,,,,,,,,,,,,", "LT-NO-LIMIT-STATED"),
        ("示范外,铅,max,0.5,,,,,,mg/kg,GB 1,,,,2023-06-30,,", "LT-CLASS A"),
        ("糕点,铅,大约,0.5,,,,,,mg/kg,GB 1,,,,2023-06-30,,", "LT-FIELD C"),
        ("糕点,铅,max,≤0.5,,,,,,mg/kg,GB 1,,,,2023-06-30,,", "LT-FIELD D"),
        ("糕点,铅,max,,,,,,,mg/kg,GB 1,,,,2023-06-30,,", "LT-INCOMPLETE D"),
        ("糕点,示范,range,3,2,,,,,%,GB 1,,,,2023-06-30,,", "LT-FIELD E"),
        ("糕点,菌落总数,three_class,,,5,5,100,1000,CFU/g,GB 1,,,,2023-06-30,,", "LT-FIELD G"),
        ("糕点,菌落总数,three_class,,,5,2,100,100,CFU/g,GB 1,,,,2023-06-30,,", "LT-FIELD I"),
        ("糕点,菌落总数,three_class,,,5,2,100,,CFU/g,GB 1,,,,2023-06-30,,", "LT-FIELD I"),
        ("糕点,铅,max,0.5,,,,,,,GB 1,,,,2023-06-30,,", "LT-UNIT-NONE J"),
        ("糕点,铅,max,0.5,,,,,,斤,GB 1,,,,2023-06-30,,", "LT-UNIT-UNKNOWN J"),
        ("糕点,铅,max,0.5,,,,,,mg/kg,/,,,,2023-06-30,,", "LT-NO-BASIS K"),
        ("糕点,铅,max,0.5,,,,,,mg/kg,GB 1,,0.1,mg/kg,2023-06-30,,", "LT-INCOMPLETE L"),
        ("糕点,铅,max,0.5,,,,,,mg/kg,GB 1,,,,,,", "LT-INCOMPLETE O"),
        ("糕点,铅,max,0.5,,,,,,mg/kg,GB 1,,,,昨天,,", "LT-FIELD O"),
        ("糕点,铅,max,0.5,,,,,,mg/kg,GB 1,,,,2023-06-30,2023-06-30,", "LT-DATES P"),
        ("糕点,铅,max,0.5,,,,,,mg/kg,GB 1,,,,2023-06-30,,没有这一类", "LT-FIELD Q"),
        (",铅,max,0.5,,,,,,mg/kg,GB 1,,,,2023-06-30,,", "LT-INCOMPLETE A"),
    ] {
        assert_eq!(read(line), wanted, "{line}");
    }
}

#[test]
fn rows_of_different_days_do_not_contradict_each_other() {
    let head = "食品分类,检验项目,限量种类,限量,限量单位,判定依据,实施日期,失效日期\n";
    let two = |second: &str| {
        let text = format!("{head}糕点,铅,max,0.5,mg/kg,GB 2762-2017,2017-09-17,2023-06-30\n{second}\n");
        let table = limit_table::read(text.as_bytes(), "own.csv", None).unwrap();
        whole(&table);
        (table.counts().rules, table.counts().repeated, table.counts().needs_person)
    };
    assert_eq!(two("糕点,铅,max,0.2,mg/kg,GB 2762-2022,2023-06-30,"), (2, 0, 0));
    assert_eq!(two("糕点,铅,max,0.2,mg/kg,GB 2762-2022,2023-06-29,"), (0, 0, 2));
    assert_eq!(two("糕点,铅,max,0.5,mg/kg,GB 2762-2017,2017-09-17,2023-06-30"), (2, 1, 0));
    assert_eq!(two("糕点,铅,max,0.5,mg/kg,GB 2762-2017,2018-09-17,"), (0, 0, 2), "the same number on other days is not the same row");
    assert_eq!(two("糕点,镉,max,0.5,mg/kg,GB 2762-2017,2017-09-17,"), (2, 0, 0));
}

#[test]
fn packages_follow_the_file_and_list_what_is_not_certain() {
    let table = package_table::read(PLAN.as_bytes(), "plan_items.csv").unwrap();
    let c = table.counts;
    assert_eq!(c.items + c.repeated + c.refused, c.rows);
    assert_eq!((c.rows, c.refused, c.repeated, c.with_limit), (36, 2, 2, 0));
    let first = &table.packages[0];
    assert_eq!((first.category.text().as_str(), first.items.len()), ("饮料/饮料/示范饮料/示范甲饮料、示范乙饮料", 1));
    let all = table.packages.iter().find(|p| p.category.text().ends_with("示范己饮料")).unwrap();
    let items: Vec<(&str, &str)> = all.items.iter().map(|i| (i.item.as_str(), i.unit.as_str())).collect();
    assert_eq!(items[..3], [("示范指标甲", "g/kg"), ("示范指标乙", ""), ("示范指标丙", "")]);
    let listed: Vec<u32> = table.issues.iter().filter(|i| i.code == "PACKAGE-UNIT").map(|i| i.row).collect();
    assert_eq!(listed, [15, 17, 23], "two units, a unit that is not in the table, two units per energy");
}

#[test]
fn a_task_sets_its_own_limit_whole_or_not_at_all() {
    let head = "食品分类,检验项目,结果单位,检验依据,任务限量,限量单位,任务判定依据\n";
    let read = |line: &str| {
        let table = package_table::read(format!("{head}{line}\n").as_bytes(), "own.csv").unwrap();
        let c = table.counts;
        assert_eq!((c.items + c.repeated + c.refused, c.rows), (1, 1));
        match table.packages.first() {
            Some(p) => p.items[0].limit.as_ref().map_or_else(|| "none".to_owned(), |l| format!("{}{} {}", l.rule.text(), l.unit, l.basis)),
            None => table.issues[0].code.to_owned(),
        }
    };
    for (line, wanted) in [
        ("糕点/糕点,铅,mg/kg,GB 5009.12,,,", "none"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,≤0.2,mg/kg,示范实施细则", "≤0.2mg/kg 示范实施细则"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,≤0.2mg/kg,,示范实施细则", "≤0.2mg/kg 示范实施细则"),
        ("糕点/糕点,示范,,GB 1,不得检出,,示范实施细则", "不得检出/ 示范实施细则"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,0.2,mg/kg,示范实施细则", "PACKAGE-LIMIT"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,≤0.2,mg/kg,", "PACKAGE-LIMIT"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,≤0.2,,示范实施细则", "PACKAGE-LIMIT"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,≤0.2mg/kg,g/kg,示范实施细则", "PACKAGE-LIMIT"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,<0.2,mg/kg,示范实施细则", "PACKAGE-LIMIT"),
        ("糕点/糕点,菌落总数,CFU/g,GB 4789.2,\"n=5,c=2,m=102,M=103\",CFU/g,示范实施细则", "PACKAGE-LIMIT"),
        ("糕点/糕点,铅,mg/kg,GB 5009.12,,,示范实施细则", "PACKAGE-LIMIT"),
        ("示范外,铅,mg/kg,GB 5009.12,,,", "LT-CLASS"),
    ] {
        assert_eq!(read(line), wanted, "{line}");
    }
    let template = package_table::template_xlsx(Lang::Zh).unwrap();
    assert_eq!(package_table::read(&template, "t.xlsx").unwrap_err().code(), "TABLE-NO-ROWS");
}

/// The plan as cells, to be spoilt one by one.
fn grid() -> Vec<Vec<String>> {
    csv::ReaderBuilder::new().has_headers(false).from_reader(PLAN.as_bytes()).records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}
fn text(grid: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in grid {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

const SPOILT: &[&str] = &[
    "",
    "/",
    "-",
    "0.0",
    "0",
    "-1.0",
    "0.5",
    "1e309",
    "00000000000000000000000000000001",
    "0.2¦0.5",
    "¦",
    "；；",
    "不得检出",
    "不得使用",
    "产品明示标准",
    "n=5,c=2,m=102,M=103",
    "n=",
    "≤",
    "≤0.2mg/kg",
    "（",
    "）（",
    "GB2760-2011¦GB2760-2014",
    "GB",
    "GB/T",
    "GB2762-20222014年7月1日",
    "号",
    "2011年第号",
    "判定时需换算",
    "mg/kg",
    "mg/100kJ",
    "%",
    "甲/乙",
    "*",
    "\u{0}x",
    "＝1+1",
    "🍞",
    "限即食",
    "、",
    "、、甲、",
    "\n",
    "食用农产品",
    "9999999999999999999999999999999999",
    "0.0000000000000000000000000000001",
    "\u{feff}",
    "-¦-¦-",
];

#[test]
fn no_spoilt_cell_makes_a_row_vanish() {
    let grid = grid();
    let width = grid[0].len();
    for (nth, spoilt) in SPOILT.iter().enumerate() {
        for c in 0..width {
            let mut changed = grid.clone();
            for row in changed.iter_mut().skip(1 + (nth + c) % 2).step_by(2) {
                row[c] = (*spoilt).to_owned();
            }
            let bytes = text(&changed);
            // a NUL makes the file no text; anything else is read whole
            let Ok(table) = limit_table::read(&bytes, "spoilt.csv", Some(day("2015-01-01"))) else {
                assert!(spoilt.contains('\u{0}'), "{spoilt:?}");
                continue;
            };
            whole(&table);
            assert_eq!(table.counts().rows + table.counts().blank, 37, "column {c} {spoilt:?}");
            let packages = package_table::read(&bytes, "spoilt.csv").unwrap().counts;
            assert_eq!(packages.items + packages.repeated + packages.refused, packages.rows);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_cells_at_all_add_up(
        cells in prop::collection::vec((1usize..36, 0usize..16, "[0-9.¦；≤GBT/m()（）n=cM,年月号不得检出限μkg\\- ]{0,14}"), 1..12)
    ) {
        let mut grid = grid();
        for (r, c, value) in &cells {
            grid[*r][*c] = value.clone();
        }
        let table = limit_table::read(&text(&grid), "any.csv", Some(day("2015-01-01"))).unwrap();
        whole(&table);
        // a limit is only ever what one cell says: a number of a rule stands in its row
        for row in &table.rows {
            if let RowClass::Rule(rule) = &row.class
                && let LimitRule::Max { value } | LimitRule::Min { value } = &rule.rule
            {
                let said = &grid[usize::try_from(row.row).unwrap() - 1];
                let found = said.iter().flat_map(|c| c.split(['¦', '；', ';'])).any(|p| {
                    let digits: String = p.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
                    digits.parse::<shiyan_foundation::Decimal>().is_ok_and(|d| d == *value)
                });
                prop_assert!(found, "row {}: {} is not in {:?}", row.row, value, said);
            }
        }
    }
}

/// The plan of 2014 and 2015: counted whole. Not ours and not in the repository.
#[test]
fn a_whole_plan_is_counted_row_by_row() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/national_plan_2015/items.csv");
    let Ok(bytes) = std::fs::read(&file) else {
        shiyan_skip::skipped("a whole national plan counted row by row", "../shared/external/national_plan_2015/items.csv is not beside the checkout");
        return;
    };
    let clock = std::time::Instant::now();
    let table = limit_table::read(&bytes, "items.csv", Some(day("2015-01-01"))).unwrap();
    println!("read in {:?}", clock.elapsed());
    whole(&table);
    let counts = table.counts();
    println!("{counts:?}");
    for r in table.reasons() {
        println!("{:>6} {} (first row {}): {}", r.count, r.code, r.first_row, r.zh);
    }
    assert_eq!(counts.rows, 11_693);
    assert_eq!((counts.rules, counts.repeated, counts.no_limit, counts.needs_person), (2_154, 1_033, 2_335, 7_204));
    let wanted: BTreeMap<&str, u64> = [
        ("LT-BASES", 236),
        ("LT-BASIS-WORDS", 22),
        ("LT-BOTH-BOUNDS", 229),
        ("LT-CLASS", 108),
        ("LT-CONTRADICTS", 74),
        ("LT-CONVERT", 618),
        ("LT-COUNT", 347),
        ("LT-ENERGY", 4),
        ("LT-ITEM-WORDS", 338),
        ("LT-LABEL-CLAIM", 429),
        ("LT-NO-BASIS", 28),
        ("LT-NO-LIMIT", 2_335),
        ("LT-NO-VALUE", 64),
        ("LT-ONE-OF", 30),
        ("LT-PLAN-TEXT", 368),
        ("LT-UNIT-NONE", 25),
        ("LT-UNIT-UNKNOWN", 27),
        ("LT-UNITS", 52),
        ("LT-VALUES", 170),
        ("LT-WORDS", 1_060),
        ("LT-ZERO", 2_975),
    ]
    .into();
    assert_eq!(reasons(&table), wanted);
    let clock = std::time::Instant::now();
    let packages = package_table::read(&bytes, "items.csv").unwrap();
    println!("packages in {:?}: {:?}", clock.elapsed(), packages.counts);
    let c = packages.counts;
    assert_eq!((c.rows, c.items + c.repeated + c.refused), (11_693, 11_693));
}
