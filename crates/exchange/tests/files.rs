//! Whole files: our own good and bad samples, the real material that lies beside the repository, and hostile bytes.

#![allow(clippy::unwrap_used)] // helpers outside test functions

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use shiyan_exchange::guard::{FileKind, Limits};
use shiyan_exchange::published::{PublishedTable, TableKind};
use shiyan_exchange::text::TextEncoding;
use shiyan_exchange::{Severity, book, judge_csv, out, plan, published};
use shiyan_foundation::Label;
use shiyan_foundation::task::Outcome;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("fixtures/import").join(name)).unwrap()
}
/// Real material is used where it is at hand and never committed.
fn external(name: &str) -> Option<Vec<u8>> {
    let bytes = std::fs::read(root().join("../shared/external").join(name)).ok();
    if bytes.is_none() {
        shiyan_skip::skipped("real tables of the national system", &format!("../shared/external/{name} is not beside the checkout"));
    }
    bytes
}
fn sums(t: &PublishedTable) {
    assert_eq!(t.counts.rows_in, t.counts.rows_ok + t.counts.rows_with_issue + t.counts.blank);
    assert_eq!(t.totals.rows, t.totals.pass + t.totals.fail + t.totals.other);
    assert_eq!(t.totals.rows, t.totals.by_category.values().sum::<u64>());
    assert_eq!(t.totals.rows, t.rows.len() as u64);
    let ids: std::collections::BTreeSet<String> = t.rows.iter().map(published::PublishedRow::identity).collect();
    assert_eq!(ids.len(), t.rows.len(), "identities are unique within a file");
}

#[test]
fn the_totals_of_a_real_file_are_the_files() {
    let Some(bytes) = external("published_results_2021.csv") else { return };
    let t = published::read(&bytes, "published_results_2021.csv").unwrap();
    sums(&t);
    assert_eq!((t.totals.rows, t.totals.pass, t.totals.fail, t.totals.other), (1667, 1603, 64, 0));
    let expect = [("食品添加剂/食品添加剂", 1608), ("食品相关产品/食品机械设备", 52), ("食品相关产品/洗涤剂/消毒剂", 7)];
    assert_eq!(t.totals.by_category, expect.map(|(k, v)| (k.to_owned(), v)).into_iter().collect::<BTreeMap<_, _>>());
    assert_eq!((t.counts.rows_in, t.counts.blank), (1667, 0));
    assert!(t.rows.iter().all(|r| !r.error && r.published_on.is_some()), "{:#?}", t.issues.iter().take(3).collect::<Vec<_>>());
    let recheck = t.rows.iter().find(|r| r.fields.values().any(|v| v.contains("复检结果"))).unwrap();
    assert_eq!((recheck.items.len(), recheck.items[0].result.as_str()), (1, "初检结果:2.9mg/kg;复检结果:2.7mg/kg"));
    // the same rows out of a workbook are the same rows
    let rows: Vec<Vec<out::Cell>> = t.rows.iter().map(|r| r.cells.iter().map(|c| c.as_str().into()).collect()).collect();
    let names: Vec<&str> = t.tables[0].columns.iter().map(|c| c.at.name.as_str()).collect();
    let again = published::read(&out::xlsx("结果", &names, &rows).unwrap(), "again.xlsx").unwrap();
    sums(&again);
    assert_eq!(again.totals, t.totals);
    assert!(again.rows.iter().zip(&t.rows).all(|(a, b)| a.identity() == b.identity()));
}

#[test]
fn every_known_header_of_every_province_is_understood() {
    let Some(bytes) = external("announcement_header_synonyms.json") else { return };
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let mut wrong = Vec::new();
    for (canonical, variants) in json["canonical_to_variants"].as_object().unwrap() {
        let field = |text: &str| match shiyan_exchange::header::meaning(text) {
            Some(shiyan_exchange::header::Meaning::Single(f)) => f.code(),
            Some(shiyan_exchange::header::Meaning::Combined(list)) => list[0].code(),
            None => "",
        };
        let expected = field(canonical);
        if expected.is_empty() {
            wrong.push(canonical.clone());
        }
        for v in variants.as_array().unwrap() {
            let v = v.as_str().unwrap();
            if field(v) != expected {
                wrong.push(format!("{v} -> {} not {expected}", field(v)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn real_templates_open() {
    for name in ["baosong_tmpl.xls", "chachongmuban.xls", "publish_tmpl.xls"] {
        let Some(bytes) = external(&format!("national_templates/{name}")) else { return };
        let book = book::read(&bytes, name).unwrap();
        assert_eq!(book.kind, FileKind::Xls);
        assert!(book.sheets.iter().all(|s| !s.rows.is_empty()), "{name}");
        // no food names in them: refused with a code, never misread
        assert_eq!(published::read(&bytes, name).map(|t| t.rows.len()).unwrap_or(0), 0);
    }
}

#[test]
fn a_table_of_failing_batches() {
    let bytes = fixture("published_fail.csv");
    let t = published::read(&bytes, "published_fail.csv").unwrap();
    sums(&t);
    assert_eq!((t.encoding, t.tables[0].kind, t.tables[0].header_row, t.tables[0].title.len()), (Some(TextEncoding::Utf8Bom), TableKind::Fail, 3, 2));
    assert_eq!((t.counts.rows_in, t.counts.rows_ok, t.counts.rows_with_issue, t.counts.blank), (5, 2, 2, 1));
    assert_eq!((t.totals.rows, t.totals.fail), (3, 3));
    let codes: Vec<(&str, u32)> = t.issues.iter().map(|i| (i.code, i.row)).collect();
    assert_eq!(codes, [("CELL-SAMPLING-NO", 6), ("ROW-FOOTER", 8)], "rows as a spreadsheet shows them: a cell of two lines is one row");
    assert_eq!(t.issues[0].column.as_ref().unwrap().letter, "B");
    assert_eq!(t.rows[1].items.len(), 2);
    assert_eq!((t.rows[1].items[1].name.as_str(), t.rows[1].items[1].limit.as_str()), ("脱氢乙酸", "≤0.5g/kg"));
    assert_eq!((t.rows[0].producer.as_deref(), t.rows[0].verdict), (None, Some(Outcome::Fail)));
    assert_eq!(published::read(&bytes, "other name.csv").unwrap().rows[0].identity(), t.rows[0].identity());
}

#[test]
fn a_table_of_passing_batches_in_gbk_keeps_equal_rows_apart() {
    let t = published::read(&fixture("published_pass_gbk.csv"), "x.csv").unwrap();
    sums(&t);
    assert_eq!((t.encoding, t.tables[0].kind, t.totals.pass, t.counts.rows_ok), (Some(TextEncoding::Gbk), TableKind::Pass, 3, 2));
    assert_eq!(t.issues.iter().map(|i| (i.code, i.row)).collect::<Vec<_>>(), [("ROW-TWICE", t.rows[2].row)]);
    assert_eq!((t.rows[1].hash == t.rows[2].hash, t.rows[1].occurrence, t.rows[2].occurrence), (true, 1, 2));
}

#[test]
fn a_table_full_of_errors_loses_nothing() {
    let t = published::read(&fixture("published_bad.csv"), "x.csv").unwrap();
    sums(&t);
    assert_eq!((t.counts.rows_in, t.counts.rows_ok, t.counts.rows_with_issue), (7, 0, 7));
    let codes: Vec<(&str, u32)> = t.issues.iter().map(|i| (i.code, i.row)).collect();
    let expect =
        [("CELL-DATE", 2), ("ROW-NO-FOOD", 3), ("CELL-VERDICT", 4), ("CELL-ITEM-COUNT", 5), ("ROW-NO-ITEM", 6), ("ROW-HEADER-AGAIN", 7), ("ROW-SURPLUS", 8)];
    assert_eq!(codes, expect);
    assert_eq!((t.totals.rows, t.totals.pass, t.totals.fail, t.totals.other), (6, 2, 3, 1));
    assert_eq!(t.rows.iter().filter(|r| r.error).count(), 3);
    assert!(
        t.issues.iter().filter(|i| i.severity == Severity::Error).all(|i| i.zh.starts_with("第 ") && i.en.starts_with("row ") && !i.suggestion_zh.is_empty())
    );
}

#[test]
fn without_verdict_and_title_no_row_is_clean() {
    let t = published::read("食品名称,分类,商标\n韭菜,食用农产品,/\n".as_bytes(), "x.csv").unwrap();
    sums(&t);
    assert_eq!((t.tables[0].kind, t.totals.other, t.rows[0].error), (TableKind::Unknown, 1, true));
}

#[test]
fn headers_of_two_rows() {
    let text = "序号,食品名称,被抽样单位,不合格项目,,,分类\n,,,项目,检验结果,标准值,\n1,韭菜,甲,腐霉利,0.56,0.2,食用农产品\n";
    let text = text.replace(",项目,", ",检验项目,");
    let t = published::read(text.as_bytes(), "不合格.csv").unwrap();
    sums(&t);
    assert_eq!((t.totals.rows, t.rows[0].items[0].result.as_str(), t.rows[0].items[0].limit.as_str()), (1, "0.56", "0.2"));
}

#[test]
fn plans_and_judgements() {
    let good = plan::read(&fixture("plan_good.csv"), "x.csv").unwrap();
    assert_eq!((good.rows.len(), good.issues.len(), good.rows[1].quarter), (2, 0, 2));
    let bad = plan::read(&fixture("plan_bad.csv"), "x.csv").unwrap();
    assert_eq!((bad.rows.len(), bad.rows_refused, bad.issues.len()), (0, 2, 6));
    let good = judge_csv::read(&fixture("judge_good.csv"), "x.csv").unwrap();
    assert_eq!((good.rows.len(), good.issues.len(), good.rows[2].label_claim.as_deref()), (3, 0, Some("42")));
    assert_eq!(judge_csv::read(&fixture("judge_bad.csv"), "x.csv").unwrap().issues.len(), 2);
    if let Some(bytes) = external("published_verdicts.csv") {
        let table = judge_csv::read(&bytes, "published_verdicts.csv").unwrap();
        assert_eq!((table.rows.len(), table.blank), (83, 0));
    }
}

#[test]
fn refusals_name_the_place() {
    let code = |name: &str| published::read(&fixture(name), name).unwrap_err();
    let quote = code("open_quote.csv");
    assert_eq!((quote.code(), quote.facts["row"].as_str(), quote.facts["column"].as_str()), ("CSV-QUOTE", "2", "C"));
    assert_eq!((code("mixed_encoding.csv").code(), code("mixed_encoding.csv").facts["row"].as_str()), ("FILE-ENCODING", "3"));
    assert_eq!(code("not_a_table.csv").code(), "FILE-KIND");
    assert_eq!(published::read(b"", "x").unwrap_err().code(), "FILE-EMPTY");
    assert_eq!(book::read(&vec![b'a'; 21 << 20], "x").unwrap_err().code(), "FILE-SIZE");
}

fn workbook(sheet: &str, extra: Option<(&str, usize)>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let mut part = |name: &str, text: &[u8]| {
        zip.start_file(name, options).unwrap();
        zip.write_all(text).unwrap();
    };
    part("[Content_Types].xml", br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#);
    part("_rels/.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#);
    part("xl/workbook.xml", br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#);
    part("xl/_rels/workbook.xml.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#);
    part("xl/worksheets/sheet1.xml", format!(r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{sheet}</sheetData></worksheet>"#).as_bytes());
    if let Some((name, size)) = extra {
        part(name, &vec![b' '; size]);
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn workbooks_that_would_explode_are_refused() {
    let fine = workbook(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#, None);
    assert_eq!(book::read(&fine, "x").unwrap().sheets[0].rows[0].cells, ["1"]);
    let bomb = workbook("", Some(("xl/media/a.bin", 140 << 20)));
    assert!(bomb.len() < 1 << 20);
    let start = std::time::Instant::now();
    assert_eq!(book::read(&bomb, "x").unwrap_err().code(), "FILE-BOMB");
    assert!(start.elapsed().as_secs() < 2);
    // the directory is made to lie: every declared unpacked size becomes small
    let mut liar = bomb.clone();
    let big = (140u32 << 20).to_le_bytes();
    for at in (0..liar.len() - 4).filter(|at| bomb[*at..*at + 4] == big).collect::<Vec<_>>() {
        liar[at..at + 4].copy_from_slice(&7u32.to_le_bytes());
    }
    assert!(matches!(book::read(&liar, "x").unwrap_err().code(), "FILE-BOMB" | "FILE-BROKEN"));
    let corner = workbook(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, None);
    let e = book::read(&corner, "x").unwrap_err();
    assert_eq!((e.code(), e.facts["row"].as_str()), ("FILE-ROWS", "1048576"));
    let wide = workbook(r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#, None);
    assert_eq!(book::read(&wide, "x").unwrap_err().code(), "FILE-COLUMNS");
    let empty: String = (1..=300_000).map(|i| format!(r#"<row r="{i}"><c r="A{i}"/></row>"#)).collect();
    let limits = Limits { cells: 1_000, ..Limits::default() };
    assert_eq!(book::read_within(&workbook(&empty, None), "x", &limits, book::Hidden::LeaveOut).unwrap_err().code(), "FILE-CELLS");
    let long = workbook(&format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>"#, "x".repeat(40_000)), None);
    assert_eq!(book::read(&long, "x").unwrap_err().code(), "FILE-CELL-TEXT");
    let plain = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"x").unwrap();
        zip.finish().unwrap().into_inner()
    };
    assert_eq!(book::read(&plain, "x").unwrap_err().code(), "FILE-KIND");
}

fn read_all(bytes: &[u8]) {
    if let Ok(t) = published::read(bytes, "x") {
        sums(&t);
    }
    if let Ok(p) = plan::read(bytes, "x") {
        assert_eq!(p.rows_in, p.rows.len() as u64 + p.rows_refused + p.blank);
    }
    if let Ok(j) = judge_csv::read(bytes, "x") {
        judge_csv::write(&j, |_| judge_csv::Judged::default()).unwrap();
    }
}

#[test]
fn damaged_old_workbooks_are_refused_or_read() {
    for name in ["baosong_tmpl.xls", "publish_tmpl.xls"] {
        let Some(bytes) = external(&format!("national_templates/{name}")) else { return };
        // a fixed walk over the file: every mutant is the same on every run
        for i in 0..150usize {
            let mut mutant = bytes.clone();
            let at = (i * 7919 + 13) % mutant.len();
            mutant[at] ^= 1 << (i % 8);
            if i % 10 == 0 {
                mutant.truncate(at);
            }
            let _ = book::read(&mutant, name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read_all(&bytes);
        read_all(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        read_all(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &bytes].concat());
        read_all(&[b"\xff\xfe".as_slice(), &bytes].concat());
    }
    #[test]
    fn arbitrary_tables_never_panic_and_always_sum(rows in prop::collection::vec(prop::collection::vec("[韭菜合格不║；,\"\n/0-9 .]{0,12}", 0..7), 0..20)) {
        let body: String = rows.iter().map(|r| r.join(",") + "\n").collect();
        read_all(format!("食品名称,判定,检测项目,检测结果,限量值,发布日期\n{body}").as_bytes());
        read_all(format!("不合格\n食品名称,分类,不合格项目║检验结果║标准值,备注\n{body}").as_bytes());
        read_all(format!("食品大类,抽样环节,街道,季度,批次\n{body}").as_bytes());
        read_all(format!("item,result,limit\n{body}").as_bytes());
    }
    #[test]
    fn mutants_of_a_workbook_never_panic(at in 0usize..6_000, value in any::<u8>(), cut in 0usize..6_000) {
        static TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(|| plan::template_xlsx(shiyan_foundation::Lang::Zh, &plan::Lists::default()).unwrap());
        let mut bytes = TEMPLATE.clone();
        let len = bytes.len();
        bytes[at % len] = value;
        read_all(&bytes);
        bytes.truncate(cut % len);
        read_all(&bytes);
    }
}
