//! The standard sample description: the complete example set is taken and written back byte for byte; every bad file is refused by row,
//! element and code; what this house exports it takes back as it was.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use proptest::prelude::*;
use shiyan_exchange::Severity;
use shiyan_exchange::ssd2::{self, Kind, Left, Line, Message, Model, NOT_IN_LIST, Need, Ssd, Tested, Value, definition};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Decimal, Label};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_statute::{DetectionKind, DetectionLimit, LimitRule};

fn today() -> NaiveDate {
    "2026-11-30".parse().unwrap()
}
fn read(text: &str) -> Ssd {
    ssd2::read(text.as_bytes(), "results", today()).unwrap_or_else(|r| panic!("{}: {}", r.code(), r.what(shiyan_foundation::Lang::En)))
}
fn refused(bytes: &[u8]) -> &'static str {
    ssd2::read(bytes, "results", today()).expect_err("it was read").code()
}

// ---------------------------------------------------------------- the example set

fn example() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/ssd2");
    if folder.is_dir() {
        return Some(folder);
    }
    shiyan_skip::skipped("the complete example set of the standard sample description", "../shared/external/ssd2 is not beside the checkout");
    None
}
fn set(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join("SSD-Complete")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| (f.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(f).unwrap())).collect()
}

#[test]
fn the_complete_example_set_is_taken_whole() {
    let Some(folder) = example() else { return };
    let files = set(&folder);
    let got = ssd2::read_set(&files, today()).unwrap();
    assert_eq!(got.iter().map(|s| s.model).collect::<Vec<_>>(), [Model::Ssd1, Model::Properties, Model::Values]);
    for ssd in &got {
        assert_eq!((ssd.errors, ssd.warnings, &ssd.findings[..]), (0, 0, &[][..]), "{}", ssd.file);
        assert!(ssd.rows.iter().all(|r| r.accepted));
    }
    let results = &got[0];
    assert_eq!(results.rows.len(), 48);
    let first = &results.rows[0];
    assert_eq!((first.row, first.typed("labSampCode"), first.value("resVal")), (2, "1", Some(&Value::Number("0.1".parse().unwrap()))));
    assert_eq!(first.value("sampY"), Some(&Value::Integer(2010)));
}
#[test]
fn the_example_set_is_written_back_the_same() {
    let Some(folder) = example() else { return };
    for (name, bytes) in set(&folder) {
        let got = ssd2::read(&bytes, &name, today()).unwrap();
        let written = got.written().unwrap();
        if name.starts_with("Concentrations") {
            assert!(written == bytes, "{name} differs");
        }
        // quotation marks that nothing needs are not kept; what stands between them is
        let again = ssd2::read(&written, &name, today()).unwrap();
        assert_eq!(again.rows, got.rows, "{name}");
    }
}
#[test]
fn a_wrong_unit_and_a_missing_concentration_are_refused_by_row_and_column() {
    let Some(folder) = example() else { return };
    let (_, bytes) = set(&folder).remove(0);
    let text = String::from_utf8(bytes).unwrap();
    for row in [2usize, 17, 49] {
        let change = |from: &str, to: &str| {
            let lines: Vec<String> = text.lines().enumerate().map(|(i, l)| if i + 1 == row { l.replacen(from, to, 1) } else { l.to_owned() }).collect();
            read(&lines.join("\n"))
        };
        for unit in ["G06lA", "mg/kg", "g061a", "G061", "mgPerKg", "?"] {
            let got = change("G061A", unit);
            let f = &got.findings[0];
            assert_eq!(
                (got.errors, f.row, f.element.as_str(), f.letter.as_str(), f.code),
                (1, u32::try_from(row).unwrap(), "resUnit", "BE", "SSD-UNIT"),
                "{unit}"
            );
            assert!(f.zh.contains("BE 列（resUnit）") && f.value == unit, "{}", f.zh);
            assert_eq!(got.refused_rows(), 1);
        }
        let got = change("G061A", "");
        assert_eq!((got.errors, got.findings[0].element.as_str(), got.findings[0].code), (1, "resUnit", "SSD-MISSING"));
    }
    // every concentration, or limit, taken out in its turn
    for (at, line) in text.lines().enumerate().skip(1) {
        let mut cells: Vec<&str> = line.split(',').collect();
        let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let column = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}') == name).unwrap();
        let wanted = match cells[column("resType")] {
            "VAL" => "resVal",
            "LOQ" => "resLOQ",
            _ => "resLOD",
        };
        cells[column(wanted)] = "";
        let changed: Vec<String> = text.lines().enumerate().map(|(i, l)| if i == at { cells.join(",") } else { l.to_owned() }).collect();
        let got = read(&changed.join("\n"));
        let errors: Vec<_> = got.findings.iter().filter(|f| f.severity == Severity::Error).map(|f| (f.row as usize, f.element.as_str(), f.code)).collect();
        assert_eq!(errors, [(at + 1, wanted, "SSD-MISSING-FOR")]);
    }
}
/// What a definition says of a column: name, mandatory, type, size, other names.
type Column = (String, bool, String, Option<usize>, Vec<String>);

fn columns(xml: &str) -> Vec<Column> {
    let of = |text: &str, open: &str, close: &str| -> Vec<String> {
        text.split(open).skip(1).filter_map(|p| p.split_once(close)).map(|(inside, _)| inside.to_owned()).collect()
    };
    of(xml, "<ColumnDefinition ", "</ColumnDefinition>")
        .iter()
        .map(|c| {
            let head = c.split('>').next().unwrap();
            let attribute = |name: &str| of(head, &format!("{name}=\""), "\"").into_iter().next();
            let name = of(c, "<Id>", "</Id>").remove(0);
            let also = of(c, "<string>", "</string>").into_iter().filter(|a| *a != name).collect();
            let size = attribute("FieldSize").map(|s| s.parse().unwrap());
            (name, attribute("Required").as_deref() == Some("true"), attribute("FieldType").unwrap(), size, also)
        })
        .collect()
}
#[test]
fn our_table_says_what_the_definition_says() {
    let Some(folder) = example() else { return };
    let columns = columns(&std::fs::read_to_string(folder.join("ConcentrationsSSD_definition.xml")).unwrap());
    assert_eq!(columns.len(), 22);
    for (name, required, kind, size, also) in columns {
        let ours = definition().of_model(Model::Ssd1).find(|e| e.name == name).unwrap_or_else(|| panic!("{name} is not in our table"));
        let expected = match kind.as_str() {
            "AlphaNumeric" => Kind::Text,
            "Integer" => Kind::Integer,
            "Numeric" => Kind::Number,
            "ConcentrationUnit" | "ResType" => Kind::Code,
            other => panic!("{other}"),
        };
        assert_eq!((ours.kind, ours.length, ours.need == Need::Must), (expected, size, required), "{name}");
        for other in also {
            assert_eq!(definition().element(Model::Ssd1, &other).map(|e| e.name.as_str()), Some(name.as_str()), "{other}");
        }
        assert!(ours.source.contains("definition"), "{name}");
    }
}

// ---------------------------------------------------------------- bad tables

const TABLE: &[(&str, &str)] = &[
    ("labSampCode", "S1"),
    ("sampCountry", "NL"),
    ("prodCode", "APPLE"),
    ("sampY", "2024"),
    ("sampM", "3"),
    ("sampD", "5"),
    ("analysisY", "2024"),
    ("analysisM", "3"),
    ("analysisD", "9"),
    ("paramCode", "A"),
    ("resUnit", "G061A"),
    ("resLOD", "0.01"),
    ("resLOQ", "0.02"),
    ("resVal", "0.3"),
    ("resType", "VAL"),
];

fn table(rows: &[&[(&str, &str)]]) -> String {
    let header = TABLE.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(",");
    let row = |changes: &[(&str, &str)]| {
        let cell = |(name, usual): &(&str, &str)| changes.iter().find(|(n, _)| n == name).map_or(*usual, |(_, v)| v).to_owned();
        TABLE.iter().map(cell).map(|c| if c.contains([',', '"']) { format!("\"{}\"", c.replace('"', "\"\"")) } else { c }).collect::<Vec<_>>().join(",")
    };
    format!("{header}\n{}\n", rows.iter().map(|r| row(r)).collect::<Vec<_>>().join("\n"))
}
/// Errors as (row, element, code).
fn errors(ssd: &Ssd) -> Vec<(u32, &str, &str)> {
    ssd.findings.iter().filter(|f| f.severity == Severity::Error).map(|f| (f.row, f.element.as_str(), f.code)).collect()
}

#[test]
fn every_bad_row_of_a_table_is_refused_by_column() {
    assert_eq!(errors(&read(&table(&[&[]]))), []);
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(u32, &'a str, &'a str)]);
    let long = "x".repeat(41);
    let cases: &[Case<'_>] = &[
        (&[("resUnit", "mg/kg")], &[(2, "resUnit", "SSD-UNIT")]),
        (&[("resUnit", "G999A")], &[(2, "resUnit", "SSD-UNIT")]),
        (&[("resUnit", "")], &[(2, "resUnit", "SSD-MISSING")]),
        (&[("resVal", "")], &[(2, "resVal", "SSD-MISSING-FOR")]),
        (&[("resVal", " ")], &[(2, "resVal", "SSD-MISSING-FOR")]),
        (&[("resType", "LOQ")], &[(2, "resVal", "SSD-NOT-FOR")]),
        (&[("resType", "LOD")], &[(2, "resVal", "SSD-NOT-FOR")]),
        (&[("resType", "LOD"), ("resVal", ""), ("resLOD", "")], &[(2, "resLOD", "SSD-MISSING-FOR")]),
        (&[("resType", "LOQ"), ("resVal", ""), ("resLOQ", "")], &[(2, "resLOQ", "SSD-MISSING-FOR")]),
        (&[("resType", "MV")], &[(2, "resVal", "SSD-NOT-FOR")]),
        (&[("resType", "MV"), ("resVal", "")], &[]),
        (&[("resType", "val")], &[(2, "resType", "SSD-CODE")]),
        (&[("resType", "")], &[(2, "resType", "SSD-MISSING")]),
        (&[("resLOD", "0.05")], &[(2, "resLOD", "SSD-ABOVE")]),
        (&[("resVal", "0.005")], &[(2, "resVal", "SSD-BELOW")]),
        (&[("resVal", "-0.3")], &[(2, "resVal", "SSD-NEGATIVE"), (2, "resVal", "SSD-BELOW")]),
        (&[("resLOQ", "0"), ("resLOD", "")], &[(2, "resLOQ", "SSD-POSITIVE")]),
        (&[("resVal", "0,3")], &[(2, "resVal", "SSD-NUMBER")]),
        (&[("resVal", "<0.3")], &[(2, "resVal", "SSD-NUMBER")]),
        (&[("resVal", "0.3 mg/kg")], &[(2, "resVal", "SSD-NUMBER")]),
        (&[("resVal", "NaN")], &[(2, "resVal", "SSD-NUMBER")]),
        (&[("resVal", "Infinity")], &[(2, "resVal", "SSD-NUMBER")]),
        (&[("resLOQ", "1e400")], &[(2, "resLOQ", "SSD-NUMBER")]),
        (&[("sampM", "13")], &[(2, "sampM", "SSD-DATE")]),
        (&[("sampM", "2"), ("sampD", "30")], &[(2, "sampD", "SSD-DATE")]),
        (&[("sampY", "24")], &[(2, "sampY", "SSD-DATE")]),
        (&[("sampY", "MMXX")], &[(2, "sampY", "SSD-INTEGER")]),
        (&[("sampY", "2024.0")], &[(2, "sampY", "SSD-INTEGER")]),
        (&[("sampY", "20240")], &[(2, "sampY", "SSD-LONG")]),
        (&[("sampM", "")], &[(2, "sampM", "SSD-DATE-PART")]),
        (&[("sampY", "2027"), ("analysisY", "2027")], &[(2, "sampY", "SSD-FUTURE"), (2, "analysisY", "SSD-FUTURE")]),
        (&[("analysisD", "4")], &[(2, "analysisY", "SSD-ORDER")]),
        (&[("labSampCode", "")], &[(2, "labSampCode", "SSD-MISSING")]),
        (&[("labSampCode", &long)], &[(2, "labSampCode", "SSD-LONG")]),
        (&[("sampCountry", "NLD")], &[(2, "sampCountry", "SSD-LONG")]),
        (&[("prodCode", "")], &[(2, "prodCode", "SSD-MISSING")]),
        (&[("paramCode", "")], &[(2, "paramCode", "SSD-MISSING")]),
        (&[("paramCode", NOT_IN_LIST)], &[(2, "paramText", "SSD-MISSING-FOR")]),
    ];
    for (changes, expected) in cases {
        // the bad row alone, and below a good one
        let got = read(&table(&[changes]));
        assert_eq!(errors(&got), *expected, "{changes:?}");
        assert_eq!(got.accepted(), expected.is_empty());
        let below = read(&table(&[&[("labSampCode", "S0"), ("paramCode", "B")], changes]));
        let moved: Vec<_> = expected.iter().map(|(row, e, c)| (row + 1, *e, *c)).collect();
        assert_eq!(errors(&below), moved, "{changes:?}");
        assert_eq!(below.refused_rows(), usize::from(!expected.is_empty()), "{changes:?}");
        for f in &got.findings {
            assert!(!f.zh.is_empty() && !f.en.is_empty() && !f.next_zh.is_empty() && !f.next_en.is_empty());
            assert!(!f.zh.contains('{') && !f.en.contains('{') && !f.next_zh.contains('{') && !f.next_en.contains('{'), "{f:?}");
        }
    }
}
#[test]
fn rows_are_held_against_each_other() {
    let twice = read(&table(&[&[], &[("resVal", "0.4")]]));
    assert_eq!(errors(&twice), [(3, "paramCode", "SSD-REPEATED")]);
    assert!(twice.findings[0].zh.contains("第 2 行"));
    let differs = read(&table(&[&[], &[("paramCode", "B"), ("prodCode", "PEAR"), ("sampD", "6")]]));
    assert_eq!(errors(&differs), [(3, "prodCode", "SSD-DIFFERS"), (3, "sampD", "SSD-DIFFERS")]);
    assert_eq!(errors(&read(&table(&[&[], &[("labSampCode", "S2")], &[("paramCode", "B")]]))), []);
}
#[test]
fn columns_that_are_unknown_twice_or_missing_are_refused_in_the_header() {
    let usual = table(&[&[]]);
    let unknown = read(&usual.replacen("resVal", "resVall", 1));
    assert_eq!(errors(&unknown), [(1, "resVall", "SSD-ELEMENT"), (2, "resVal", "SSD-MISSING-FOR")]);
    let twice = read(&usual.replacen("resLOD", "resLOQ", 1));
    assert!(errors(&twice).contains(&(1, "resLOQ", "SSD-ELEMENT-TWICE")));
    let without = read("labSampCode,prodCode,paramCode,resType,resVal\nS1,APPLE,A,VAL,0.1\n");
    assert_eq!(errors(&without), [(1, "resUnit", "SSD-COLUMN")]);
    assert_eq!(without.refused_rows(), 1);
    let surplus = read(&usual.replacen(",VAL", ",VAL,extra", 1));
    assert_eq!(errors(&surplus), [(2, "", "ROW-SURPLUS")]);
}
#[test]
fn a_table_is_known_in_any_encoding_and_with_any_separator() {
    let usual = table(&[&[]]);
    for (from, to) in [(",", ";"), (",", "\t"), ("\n", "\r\n")] {
        let text = usual.replace(from, to);
        let got = read(&text);
        assert_eq!((got.errors, got.rows.len()), (0, 1), "{to:?}");
        assert_eq!(String::from_utf8(got.written().unwrap()).unwrap(), text);
    }
    let gbk = encoding_rs::GBK.encode("labSampCode,prodCode,prodText,paramCode,resUnit,resType,resVal\nS1,X,苹果,A,G061A,VAL,0.1\n").0.into_owned();
    let got = ssd2::read(&gbk, "gbk.csv", today()).unwrap();
    assert_eq!((got.errors, got.rows[0].typed("prodText")), (0, "苹果"));
    assert_eq!(refused(b""), "FILE-EMPTY");
    assert_eq!(refused(b"a,b\n1,2\n"), "SSD-MODEL");
    assert_eq!(refused(usual.lines().next().unwrap().as_bytes()), "SSD-NO-ROWS");
    assert_eq!(refused(b"%PDF-1.7"), "FILE-KIND");
}
#[test]
fn what_a_set_names_stands_in_it() {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let results = file("r.csv", &table(&[&[]]));
    let properties = file("p.csv", "id,Description\nSeason,Season\n");
    let values = |row: &str| file("v.csv", &format!("idSample,IdProperty,TextValue,DoubleValue\n{row}\n"));
    let with = |row: &str| -> Vec<(String, &'static str)> {
        let got = ssd2::read_set(&[results.clone(), properties.clone(), values(row)], today()).unwrap();
        got.iter().flat_map(|s| s.findings.iter().map(|f| (f.element.clone(), f.code))).collect()
    };
    assert_eq!(with("S1,Season,Winter,"), []);
    assert_eq!(with("S9,Season,Winter,"), [("idSample".to_owned(), "SSD-UNKNOWN")]);
    assert_eq!(with("S1,Colour,Winter,"), [("IdProperty".to_owned(), "SSD-UNKNOWN")]);
    assert_eq!(with("S1,Season,,"), [("TextValue".to_owned(), "SSD-MISSING-ANY")]);
    assert_eq!(with("S1,Season,,cold"), [("DoubleValue".to_owned(), "SSD-NUMBER")]);
}

// ---------------------------------------------------------------- bad messages

const RESULT: &[(&str, &str)] = &[
    ("sampId", "S1"),
    ("sampCountry", "CN"),
    ("sampY", "2025"),
    ("sampM", "6"),
    ("sampD", "3"),
    ("sampMatText", "韭菜"),
    ("sampAnId", "S1-1"),
    ("paramCode", "RF-0356-001-PPP"),
    ("resId", "R1"),
    ("resUnit", "G061A"),
    ("resLOD", "0.01"),
    ("resLOQ", "0.02"),
    ("resVal", "0.3"),
    ("resType", "VAL"),
];

fn result(changes: &[(&str, &str)]) -> String {
    let known = RESULT.iter().map(|(n, v)| (*n, changes.iter().find(|(c, _)| c == n).map_or(*v, |(_, v)| *v)));
    let more = changes.iter().filter(|(n, _)| RESULT.iter().all(|(k, _)| k != n)).copied();
    known.chain(more).filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("<{n}>{v}</{n}>")).collect()
}
fn message_of(results: &[String]) -> String {
    let rows: String = results.iter().map(|r| format!("<result>{r}</result>\n")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<message><header><type>dcfmsg</type></header><payload><operation><dcTable>SSD2</dcTable></operation>\n<dataset>\n{rows}</dataset></payload></message>\n"
    )
}

#[test]
fn every_bad_result_of_a_message_is_refused_by_element() {
    let good = read(&message_of(&[result(&[])]));
    assert_eq!((good.model, errors(&good), good.rows.len()), (Model::Ssd2, vec![], 1));
    assert_eq!((good.rows[0].line, good.message.as_ref().unwrap().part("dcTable")), (4, "SSD2"));
    let long = "x".repeat(101);
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(u32, &'a str, &'a str)]);
    let cases: &[Case<'_>] = &[
        (&[("resUnit", "mg/kg")], &[(1, "resUnit", "SSD-UNIT")]),
        (&[("resUnit", "")], &[(1, "resUnit", "SSD-MISSING-WITH")]),
        (&[("resVal", "")], &[(1, "resVal", "SSD-MISSING-FOR")]),
        (&[("resType", "LOQ")], &[(1, "resVal", "SSD-NOT-FOR")]),
        (&[("resType", "LOQ"), ("resVal", ""), ("resLOQ", "")], &[(1, "resLOQ", "SSD-MISSING-FOR")]),
        (&[("resType", "LOQ"), ("resVal", ""), ("resLOQ", ""), ("resInfo", "notSummed=Y")], &[]),
        (&[("resType", "LOQ"), ("resVal", ""), ("resLOQ", ""), ("resInfo.notSummed", "Y")], &[]),
        (&[("resType", "LOD"), ("resVal", ""), ("resLOD", "")], &[(1, "resLOD", "SSD-MISSING-FOR")]),
        (&[("resType", "CCA")], &[(1, "CCalpha", "SSD-MISSING-FOR")]),
        (&[("resType", "BIN"), ("resVal", ""), ("resLOQ", "")], &[(1, "resQualValue", "SSD-MISSING-FOR")]),
        (&[("resType", "BIN"), ("resVal", ""), ("resQualValue", "NEG")], &[(1, "resLOQ", "SSD-NOT-FOR")]),
        (&[("resQualValue", "NEG")], &[(1, "resQualValue", "SSD-NOT-FOR")]),
        (&[("resType", "MV")], &[(1, "resType", "SSD-CODE")]),
        (&[("resVal", "0")], &[(1, "resVal", "SSD-POSITIVE"), (1, "resVal", "SSD-BELOW")]),
        (&[("resVal", "-1")], &[(1, "resVal", "SSD-POSITIVE"), (1, "resVal", "SSD-BELOW")]),
        (&[("resLOQ", "99999"), ("resVal", "100000")], &[(1, "resLOQ", "SSD-PLACEHOLDER")]),
        (&[("resLOD", "0.05")], &[(1, "resLOD", "SSD-ABOVE")]),
        (&[("resVal", "0,3")], &[(1, "resVal", "SSD-NUMBER")]),
        (&[("sampM", "2"), ("sampD", "30")], &[(1, "sampD", "SSD-DATE")]),
        (&[("analysisY", "2024")], &[(1, "analysisY", "SSD-ORDER")]),
        (&[("sampCountry", "ZZ")], &[(1, "sampCountry", "SSD-CODE")]),
        (&[("evalCode", "J999A")], &[(1, "evalCode", "SSD-CODE")]),
        (&[("sampStrategy", "random")], &[(1, "sampStrategy", "SSD-CODE")]),
        (&[("evalLowLimit", "0.2"), ("evalLimitType", "W000A")], &[(1, "evalLimitType", "SSD-CODE")]),
        (&[("sampMatText", "")], &[(1, "sampMatCode", "SSD-MISSING-ANY")]),
        (&[("sampMatText", ""), ("sampMatCode.base", "A00EZ")], &[]),
        (&[("sampId", "")], &[(1, "sampId", "SSD-MISSING")]),
        (&[("resId", "")], &[(1, "resId", "SSD-MISSING")]),
        (&[("resId", &long)], &[(1, "resId", "SSD-LONG")]),
        (&[("labSampCode", "S1")], &[(1, "labSampCode", "SSD-ELEMENT")]),
        (&[("resUnit", "<code>G061A</code>")], &[(1, "resUnit", "SSD-NESTED"), (1, "resUnit", "SSD-MISSING-WITH")]),
        (&[("paramText", "a&#7;b")], &[(1, "paramText", "SSD-TEXT")]),
        (&[("paramCode", NOT_IN_LIST)], &[(1, "paramText", "SSD-MISSING-FOR")]),
    ];
    for (changes, expected) in cases {
        let got = read(&message_of(&[result(changes)]));
        assert_eq!(errors(&got), *expected, "{changes:?}");
        let below = read(&message_of(&[result(&[("sampId", "S0"), ("sampAnId", "S0-1"), ("resId", "R0")]), result(changes)]));
        assert_eq!(errors(&below), expected.iter().map(|(row, e, c)| (row + 1, *e, *c)).collect::<Vec<_>>(), "{changes:?}");
        assert_eq!((below.rows[0].accepted, below.rows[1].accepted), (true, expected.is_empty()), "{changes:?}");
        for f in below.findings.iter().filter(|f| f.severity == Severity::Error) {
            assert_eq!((f.line, f.letter.as_str()), (5, ""), "{f:?}");
            assert!(f.zh.starts_with("第 2 条结果（第 5 行）") && !f.zh.contains('{') && !f.en.contains('{') && !f.next_en.contains('{'), "{f:?}");
        }
    }
    let twice = read(&message_of(&[result(&[]), result(&[("paramCode", "RF-0001-001-PPP")])]));
    assert_eq!(errors(&twice), [(2, "resId", "SSD-REPEATED")]);
    let again = read(&message_of(&[result(&[]), result(&[("resId", "R2")])]));
    assert_eq!(errors(&again), [(2, "paramCode", "SSD-REPEATED")]);
    let element_twice = read(&message_of(&[format!("{}<resVal>0.4</resVal>", result(&[]))]));
    assert_eq!(errors(&element_twice), [(1, "resVal", "SSD-ELEMENT-TWICE")]);
}
#[test]
fn what_a_data_collection_asks_for_is_noted_once_and_refuses_nothing() {
    let got = read(&message_of(&[result(&[]), result(&[("resId", "R2"), ("paramCode", "RF-0001-001-PPP")])]));
    let noted: Vec<_> = got.findings.iter().filter(|f| f.code == "SSD-ASKED").collect();
    assert!(got.accepted() && noted.len() == 7, "{noted:?}");
    assert!(noted.iter().all(|f| f.severity == Severity::Warning && f.zh.contains("2 条结果")));
}
#[test]
fn a_broken_message_is_refused_by_its_place() {
    let whole = message_of(&[result(&[])]);
    let place = |text: &str| {
        let refusal = ssd2::read(text.as_bytes(), "m.xml", today()).unwrap_err();
        (refusal.code(), refusal.facts.get("row").cloned().unwrap_or_default())
    };
    assert_eq!(place(&whole.replacen("</resVal>", "</resLOD>", 1)), ("SSD-XML", "4".to_owned()));
    assert_eq!(place(whole.split_once("</dataset>").unwrap().0), ("SSD-XML", "5".to_owned()));
    assert_eq!(place(&whole.replacen("<resVal>", "<resVal", 1)).0, "SSD-XML");
    assert_eq!(place(&format!("{whole}<more/>")).0, "SSD-XML");
    assert_eq!(place(&format!("{whole}more")).0, "SSD-XML");
    assert_eq!(place(&whole.replacen("<result>", "<result>loose", 1)).0, "SSD-XML");
    assert_eq!(place(&whole.replacen("<result>", "<result a=\"1\" a=\"2\">", 1)).0, "SSD-XML");
    assert_eq!(place("<"), ("SSD-XML", "1".to_owned()));
    assert_eq!(place("<!-- nothing -->").0, "SSD-XML");
}
#[test]
fn a_document_type_or_an_entity_is_never_expanded() {
    let whole = message_of(&[result(&[])]);
    let laughs = whole.replacen("<message>", "<!DOCTYPE message [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><message>", 1);
    assert_eq!(refused(laughs.as_bytes()), "SSD-DTD");
    let outside = whole.replacen("<message>", "<!DOCTYPE message SYSTEM \"file:///etc/passwd\"><message>", 1);
    assert_eq!(refused(outside.as_bytes()), "SSD-DTD");
    assert_eq!(refused(whole.replacen("0.3", "&xxe;", 1).as_bytes()), "SSD-DTD");
    // the five of XML, and characters by their number, are text
    let text = read(&message_of(&[result(&[("paramText", "a&lt;b&amp;&#x97ED;")])]));
    assert_eq!((errors(&text), text.rows[0].typed("paramText")), (vec![], "a<b&韭"));
    let section = read(&message_of(&[result(&[("paramText", "<![CDATA[a<b&c]]>")])]));
    assert_eq!(section.rows[0].typed("paramText"), "a<b&c");
}
#[test]
fn another_model_is_refused_by_what_it_is() {
    let whole = message_of(&[result(&[])]);
    for (from, to) in [("<dcTable>SSD2<", "<dcTable>ADR_2016<"), ("<message>", "<report>"), ("<dataset>", "<prevalence>"), ("<payload>", "<body>")] {
        let other = whole.replacen(from, to, 1).replacen(&from.replace('<', "</"), &to.replace('<', "</"), 1);
        assert_eq!(refused(other.as_bytes()), "SSD-MODEL", "{to}");
    }
    let of_2010 = "<labSampCode>1</labSampCode><prodCode>P</prodCode><paramCode>A</paramCode><resultCode>1</resultCode>";
    assert_eq!(refused(message_of(&[of_2010.to_owned()]).as_bytes()), "SSD-MODEL");
    assert_eq!(refused(b"<!DOCTYPE html><html></html>"), "SSD-DTD");
    assert_eq!(refused(message_of(&[]).as_bytes()), "SSD-NO-ROWS");
}
#[test]
fn the_encoding_is_the_one_declared() {
    let whole = message_of(&[result(&[])]);
    let gbk = encoding_rs::GBK.encode(&whole.replacen("UTF-8", "GBK", 1)).0.into_owned();
    assert_eq!(ssd2::read(&gbk, "m.xml", today()).unwrap().rows[0].typed("sampMatText"), "韭菜");
    let false_word = encoding_rs::GBK.encode(&whole).0.into_owned();
    assert_eq!(refused(&false_word), "SSD-ENCODING");
    assert_eq!(refused(whole.replacen("UTF-8", "ISO-8859-1", 1).as_bytes()), "SSD-ENCODING");
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(whole.replacen("UTF-8", "UTF-16", 1).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(ssd2::read(&wide, "m.xml", today()).unwrap().rows.len(), 1);
    let marked = [b"\xef\xbb\xbf".as_slice(), whole.as_bytes()].concat();
    assert_eq!(ssd2::read(&marked, "m.xml", today()).unwrap().rows.len(), 1);
}
#[test]
fn size_depth_and_number_of_findings_are_bounded() {
    let large = vec![b' '; (20 << 20) + 1];
    let large = [b"<message>".as_slice(), &large].concat();
    assert_eq!(refused(&large), "FILE-SIZE");
    let deep = message_of(&[format!("{}{}", "<a>".repeat(100), "</a>".repeat(100))]);
    assert_eq!(refused(deep.as_bytes()), "SSD-XML");
    assert_eq!(refused(message_of(&[result(&[("paramText", &"x".repeat(200_000))])]).as_bytes()), "FILE-CELL-TEXT");
    let many: Vec<String> =
        (0..3_000).map(|i| result(&[("resId", &format!("R{i}")), ("sampId", &format!("S{i}")), ("sampAnId", &format!("A{i}")), ("resUnit", "x")])).collect();
    let got = read(&message_of(&many));
    assert_eq!((got.errors, got.findings.len(), got.refused_rows()), (3_000, 1_000, 3_000));
    let set: Vec<(String, Vec<u8>)> = (0..21).map(|i| (format!("{i}"), table(&[&[]]).into_bytes())).collect();
    assert_eq!(ssd2::read_set(&set, today()).unwrap_err().code(), "FILE-ROWS");
}

// ---------------------------------------------------------------- our own results

fn lead_limit() -> LimitUsed {
    LimitUsed::task("p", &LimitRule::Max { value: "0.2".parse().unwrap() }, "mg/kg", "GB 2763-2021", None)
}
fn tested<'a>(raw: &'a str, unit: &'a str, limit: Option<&'a LimitUsed>) -> Tested<'a> {
    Tested {
        result_id: "item-1",
        sample_id: "XBJ25410105000000001",
        order_id: "order-1",
        sampled_on: NaiveDate::from_ymd_opt(2025, 6, 3),
        tested_on: NaiveDate::from_ymd_opt(2025, 6, 9),
        food: "韭菜（食用农产品/蔬菜）",
        kind: TaskKind::Supervisory,
        laboratory: "示范检验中心",
        analyte: "腐霉利",
        method: "GB 23200.8-2016",
        raw,
        unit,
        limit,
        verdict: Some(Verdict::Nonconforming),
    }
}

#[test]
fn a_result_is_exported_only_as_what_it_is() {
    let limit = lead_limit();
    let one = ssd2::line(&tested("0.560", "mg/kg", Some(&limit))).unwrap();
    let has = |line: &Line, pairs: &[(&str, &str)]| pairs.iter().for_each(|(n, v)| assert_eq!(line.text(n), *v, "{n}"));
    has(&one, &[("resVal", "0.560"), ("resType", "VAL"), ("resUnit", "G061A"), ("evalLowLimit", "0.2"), ("evalLimitType", "W990A"), ("evalCode", "J003A")]);
    has(
        &one,
        &[("paramCode", NOT_IN_LIST), ("paramText", "腐霉利"), ("sampCountry", "CN"), ("sampStrategy", "ST20A"), ("sampMatCode", ""), ("analysisD", "9")],
    );
    // a limit in another unit is no limit of this number
    let micro = ssd2::line(&tested("560", "μg/kg", Some(&limit))).unwrap();
    has(&micro, &[("resVal", "560"), ("resUnit", "G050A"), ("evalLowLimit", ""), ("evalLimitType", "")]);
    let lod = ssd2::line(&tested("未检出(检出限:0.01mg/kg)", "mg/kg", None)).unwrap();
    has(&lod, &[("resLOD", "0.01"), ("resType", "LOD"), ("resVal", ""), ("resQualValue", "")]);
    let loq = ssd2::line(&tested("未检出（定量限：0.02mg/kg）", "mg/kg", None)).unwrap();
    has(&loq, &[("resLOQ", "0.02"), ("resType", "LOQ")]);
    let bare = ssd2::line(&tested("未检出", "mg/kg", None)).unwrap();
    has(&bare, &[("resType", "BIN"), ("resQualValue", "NEG"), ("resLOD", ""), ("resUnit", "G061A")]);
    // the row gives the limit of its method; the text does not say that it is the one meant
    let with_row = LimitUsed {
        lod_loq: Some(DetectionLimit { kind: DetectionKind::Lod, value: "0.005".parse().unwrap(), unit: "mg/kg".into(), note: String::new() }),
        ..lead_limit()
    };
    has(&ssd2::line(&tested("未检出", "mg/kg", Some(&with_row))).unwrap(), &[("resType", "BIN"), ("resLOD", "")]);
    for (raw, unit, why) in [
        ("<0.01", "mg/kg", Left::LessThan),
        (">100", "mg/kg", Left::GreaterThan),
        ("0", "mg/kg", Left::Zero),
        ("12", "CFU/g", Left::NoUnit),
        ("1.2", "", Left::NoUnit),
        ("弱阳性", "", Left::Weak),
        ("/", "mg/kg", Left::NotApplicable),
        ("<10;<10;<10;<10;<10", "CFU/g", Left::Several),
        ("约 0.3 左右?", "mg/kg", Left::Unread),
    ] {
        assert_eq!(ssd2::line(&tested(raw, unit, None)), Err(why), "{raw}");
    }
    assert_eq!(ssd2::line(&Tested { sampled_on: None, ..tested("1", "mg/kg", None) }), Err(Left::Undated));
    for left in Left::ALL {
        assert!(!left.zh().is_empty() && !left.en().is_empty());
    }
}

fn decimals() -> impl Strategy<Value = String> {
    (1u64..=9_999_999, 0u32..=8).prop_map(|(n, places)| Decimal::from_i128_with_scale(i128::from(n), places).to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn what_is_exported_is_taken_back_as_it_was(
        rows in proptest::collection::vec((decimals(), 0usize..4, "[\\PC&&[^\\p{Cf}\\s'=+@\\-]][\\PC&&[^\\p{Cf}]]{0,12}", 0usize..4), 1..12)
    ) {
        let limit = lead_limit();
        let lines: Vec<Line> = rows.iter().enumerate().filter_map(|(i, (n, kind, name, verdict))| {
            let raw = match kind {
                0 => format!("{n}mg/kg"),
                1 => format!("未检出(检出限:{n}mg/kg)"),
                2 => format!("未检出(定量限:{n}mg/kg)"),
                _ => "未检出".to_owned(),
            };
            let (result_id, sample_id) = (format!("R{i}"), format!("S{i}"));
            let verdict = [Verdict::Conforming, Verdict::Nonconforming, Verdict::Problem, Verdict::NoVerdict][*verdict];
            let name = name.trim();
            let t = Tested { result_id: &result_id, sample_id: &sample_id, order_id: &sample_id, analyte: name, food: name, verdict: Some(verdict), ..tested(&raw, "mg/kg", Some(&limit)) };
            ssd2::line(&t).ok()
        }).collect();
        prop_assert_eq!(lines.len(), rows.len());
        let pairs: Vec<Vec<(String, String)>> = lines.iter().map(|l| l.0.clone()).collect();
        let message = Message::from_here("demo-1", "食验 <示范>", "口径 & 截止");
        let xml = ssd2::message_xml(&message, pairs.clone().into_iter());
        let csv = ssd2::csv(&pairs).unwrap();
        let from_xml = ssd2::read(&xml, "x.xml", today()).unwrap();
        let from_csv = ssd2::read(&csv, "x.csv", today()).unwrap();
        prop_assert_eq!(from_xml.message.as_ref().unwrap(), &message);
        for got in [&from_xml, &from_csv] {
            prop_assert_eq!(errors(got), vec![]);
            for (row, line) in got.rows.iter().zip(&lines) {
                for (name, text) in &line.0 {
                    let typed = shiyan_exchange::out::restore(row.typed(name));
                    prop_assert_eq!(typed.trim(), text.trim(), "{}", name);
                }
                prop_assert_eq!(row.cells.len(), line.0.len());
            }
        }
        // and once more, byte for byte
        prop_assert_eq!(from_xml.written().unwrap(), xml);
    }
    #[test]
    fn no_bytes_bring_the_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..300), xml in "(<[a-z]{1,7}>|</[a-z]{1,7}>|&[a-z]{0,3};|<message>|<payload>|<dataset>|<result>|[ -~]{0,6}){0,20}") {
        let _ = ssd2::read(&bytes, "x", today());
        let _ = ssd2::read(xml.as_bytes(), "x", today());
    }
}
