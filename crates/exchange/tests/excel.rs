//! What people see in a spreadsheet is what is read: our own workbooks of every kind, and the small cases that once failed.

#![allow(clippy::unwrap_used)] // helpers outside test functions

use std::path::PathBuf;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};
use shiyan_exchange::book::{self, Hidden};
use shiyan_exchange::instrument;
use shiyan_exchange::{Issue, judge_csv, limit_table, package_table, plan, published};

use shiyan_judgement::judging::Verdict;
use shiyan_judgement::texts::judge_texts;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/import/excel").join(name)).unwrap()
}
fn made(of: impl Fn(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut book = Workbook::new();
    of(book.add_worksheet()).unwrap();
    book.save_to_buffer().unwrap()
}
/// A sheet out of rows of texts.
fn texts(sheet: &mut Worksheet, rows: &[&[&str]]) -> Result<(), XlsxError> {
    for (r, row) in (0u32..).zip(rows) {
        for (c, text) in (0u16..).zip(*row) {
            sheet.write_string(r, c, *text)?;
        }
    }
    Ok(())
}
fn codes(issues: &[Issue]) -> Vec<(&str, u32)> {
    issues.iter().map(|i| (i.code, i.row)).collect()
}
fn verdicts(name: &str) -> Vec<(String, String, String, Verdict)> {
    let table = judge_csv::read(&fixture(name), name).unwrap();
    table
        .rows
        .iter()
        .map(|r| {
            let judged = judge_texts(&r.item, &r.result, &r.limit, r.unit.as_deref(), None);
            (r.item.clone(), r.result.clone(), r.limit.clone(), judged.verdict)
        })
        .collect()
}

// ---- numbers

#[test]
fn a_percentage_is_judged_as_it_is_seen() {
    use Verdict::{Conforming, Nonconforming};
    let got: Vec<Verdict> = verdicts("judge_percent.xlsx").into_iter().map(|v| v.3).collect();
    assert_eq!(got, [Nonconforming, Nonconforming, Nonconforming, Nonconforming, Conforming, Nonconforming]);
    let table = judge_csv::read(&fixture("judge_percent.xlsx"), "x").unwrap();
    let spirit = table.rows.iter().find(|r| r.item == "酒精度").unwrap();
    assert_eq!((spirit.cells[1].as_str(), spirit.result.as_str()), ("42.2%", "42.2"));
    assert_eq!(codes(&table.notes), [("CELL-ROUNDED", 6)], "0.4215 is shown as 42.2%");
}

#[test]
fn noise_behind_the_fifteenth_digit_is_no_result() {
    let got = verdicts("judge_noise.xlsx");
    assert_eq!(got.iter().map(|v| v.1.as_str()).collect::<Vec<_>>(), ["0.3", "0.2", "0.05", "27", "0.0012", "0.1"]);
    assert!(got.iter().all(|v| v.3 == Verdict::Conforming));
}

#[test]
fn a_number_format_is_read_or_given_to_a_person() {
    // each row names its format; 0.56 against ≤0.6 conforms wherever the shown text is a number in mg/kg
    let shown = |format: &str| verdicts("judge_formats.xlsx").into_iter().find(|v| v.0 == format).map(|v| (v.1, v.3)).unwrap();
    for (format, text) in [
        ("0.00", "0.56"),
        ("0.00\"mg/kg\"", "0.56mg/kg"),
        ("0.00 \"mg/kg\"", "0.56 mg/kg"),
        ("0.00\\m\\g\\/\\k\\g", "0.56mg/kg"),
        ("0.00_ ", "0.56"),
        ("[Red]0.00", "0.56"),
        ("#,##0.00", "0.56"),
        ("0.00E+00", "5.60E-01"),
        ("_ * #,##0.00_ ", "0.56"),
        ("[$-804]0.00", "0.56"),
        ("@", "0.56"),
        ("[红色]0.00", "0.56"),
    ] {
        assert_eq!(shown(&format!("毒死蜱 {format}")), (text.to_owned(), Verdict::Conforming), "{format}");
    }
    for format in [
        "[>0.5]0.00\"↑\";0.00",
        "0.00\"d\"",
        "0.00\"次/min\"",
        "[DBNum1][$-804]0.00",
        "\"≤\"0.00",
        "0.00%",
        "0.00‰",
        "0.00,",
        "0.0,,\"×10^6\"",
        "\"未检出\";;",
        "\"未检出\"",
        "# ?/?",
        "[h]:mm",
        "h:mm",
        "yyyy-mm-dd",
        "m/d",
    ] {
        assert_eq!(shown(&format!("毒死蜱 {format}")).1, Verdict::NeedsPerson, "{format}");
    }
    let notes = judge_csv::read(&fixture("judge_formats.xlsx"), "x").unwrap().notes;
    let doubts: Vec<&Issue> = notes.iter().filter(|n| n.code == "CELL-FORMAT").collect();
    assert_eq!(doubts.len(), 6, "format, hidden, scaled, fraction, no date, digits: {doubts:#?}");
    assert!(doubts.iter().all(|n| n.zh.contains("B 列（检验结果）") && n.column.is_some()));
}

#[test]
fn the_limits_of_a_workbook_are_the_ones_that_are_seen() {
    let table = limit_table::read(&fixture("limits_percent_cells.xlsx"), "x", None).unwrap();
    let rules: Vec<String> = table.rules().map(|r| format!("{} {}", r.rule.text(), r.unit)).collect();
    assert_eq!(rules.len(), 3, "{:?}", table.issues().collect::<Vec<_>>());
    assert_eq!((rules[0].as_str(), rules[1].as_str()), ("≤25 %", "≤25 %"));
    assert!(rules[2].contains("38.0") && rules[2].contains("42.0") && rules[2].ends_with("%vol"), "{}", rules[2]);
}

#[test]
fn a_published_percentage_carries_its_unit_once() {
    let table = published::read(&fixture("published_percent_fail.xlsx"), "不合格.xlsx").unwrap();
    let item = &table.rows[0].items[0];
    assert_eq!((item.result.as_str(), item.unit.as_str(), item.limit.as_str()), ("15.2", "%", "≤12.0"));
}

#[test]
fn every_kind_of_workbook_shows_the_same() {
    let formats = [
        ("0.0%", 0.152, "15.2%"),
        ("0.00", 10.5, "10.50"),
        ("General", 27.000000000000004, "27"),
        ("0.00\"mg/kg\"", 0.5, "0.50mg/kg"),
        ("yyyy\"年\"m\"月\"d\"日\"", 46_086.0, "2026-03-05"),
    ];
    let bytes = made(|sheet| {
        for (r, (format, value, _)) in (0u32..).zip(&formats) {
            sheet.write_number_with_format(r, 0, *value, &Format::new().set_num_format(*format))?;
        }
        Ok(())
    });
    let rows = book::read(&bytes, "x").unwrap().sheets.remove(0).rows;
    assert_eq!(rows.iter().map(|r| r.cell(0)).collect::<Vec<_>>(), formats.map(|f| f.2));
}

#[test]
fn a_formula_without_a_result_is_not_an_empty_cell() {
    // a program that does not reckon stores the formula alone
    let bytes = made(|sheet| {
        texts(sheet, &[&["检验项目", "检验结果", "标准值"], &["铅", "", "≤0.2"]])?;
        sheet.write_formula(1, 1, Formula::new("=1/4").set_result("x"))?;
        Ok(())
    });
    let bare = rezip(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        assert!(xml.contains("<v>x</v>"));
        xml.replace("<v>x</v>", "")
    });
    let table = judge_csv::read(&bare, "x").unwrap();
    assert_eq!((table.rows[0].result.as_str(), codes(&table.notes)), ("〔公式没有结果〕", vec![("CELL-FORMULA", 2)]));
}

/// The same workbook with one part changed.
fn rezip(bytes: &[u8], part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..from.len() {
        let mut file = from.by_index(i).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = Vec::new();
        file.read_to_end(&mut text).unwrap();
        let text = if name == part { change(std::str::from_utf8(&text).unwrap()).into_bytes() } else { text };
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&text).unwrap();
    }
    to.finish().unwrap().into_inner()
}

// ---- what is hidden

#[test]
fn hidden_rows_and_sheets_of_a_plan_are_named_and_wait_to_be_asked_for() {
    let bytes = fixture("plan_hidden_rows.xlsx");
    let seen = plan::read(&bytes, "x").unwrap();
    assert_eq!((seen.rows.len(), seen.rows[0].batches), (1, 12));
    assert_eq!(codes(&seen.notes), [("SHEET-HIDDEN", 1), ("ROW-HIDDEN", 3)]);
    assert!(seen.notes[1].zh.contains("被筛选隐藏") && seen.notes[1].zh.contains("花园路街道"), "{}", seen.notes[1].zh);
    let all = plan::read_with(&bytes, "x", Hidden::Take).unwrap();
    assert_eq!(all.rows.iter().map(|r| r.batches).collect::<Vec<_>>(), [12, 500, 99]);
    assert_eq!(codes(&all.notes), [("SHEET-HIDDEN-TAKEN", 1), ("ROW-HIDDEN-TAKEN", 3)]);
}

#[test]
fn hidden_rows_and_sheets_of_published_results_are_named() {
    let bytes = fixture("published_hidden_rows.xlsx");
    let seen = published::read(&bytes, "x").unwrap();
    assert_eq!((seen.rows.len(), seen.counts.rows_in, seen.rows[0].food.as_str()), (1, 1, "可见行样品"));
    assert_eq!(codes(&seen.notes)[..2], [("SHEET-HIDDEN", 1), ("ROW-HIDDEN", 3)]);
    assert!(seen.notes[0].zh.contains("草稿不合格") && seen.notes[0].zh.contains("veryHidden"));
    let all = published::read_with(&bytes, "x", Hidden::Take).unwrap();
    assert_eq!(all.rows.iter().map(|r| r.food.as_str()).collect::<Vec<_>>(), ["可见行样品", "隐藏行样品", "隐藏表样品"]);
}

#[test]
fn every_other_import_leaves_hidden_rows_out_too() {
    let hidden = |rows: &[&[&str]]| {
        made(|sheet| {
            texts(sheet, rows)?;
            sheet.set_row_hidden(2)?;
            Ok(())
        })
    };
    let judge = hidden(&[&["检验项目", "检验结果", "标准值"], &["铅", "0.1", "≤0.2"], &["镉", "9", "≤0.2"]]);
    assert_eq!(judge_csv::read(&judge, "x").unwrap().rows.len(), 1);
    assert_eq!(judge_csv::read_with(&judge, "x", Hidden::Take).unwrap().rows.len(), 2);
    let limits = hidden(&[
        &["食品分类", "检验项目", "限量种类", "限量", "限量单位", "判定依据", "实施日期"],
        &["糕点/月饼", "水分", "不大于", "25", "%", "Q/T 1-2025", "2025-01-01"],
        &["糕点/月饼", "灰分", "不大于", "5", "%", "Q/T 1-2025", "2025-01-01"],
    ]);
    assert_eq!(limit_table::read(&limits, "x", None).unwrap().rows.len(), 1);
    assert_eq!(limit_table::read_with(&limits, "x", None, Hidden::Take).unwrap().rows.len(), 2);
    let packages = hidden(&[&["食品分类", "检验项目", "检验依据"], &["糕点", "铅", "GB 5009.12"], &["糕点", "镉", "GB 5009.15"]]);
    assert_eq!(package_table::read(&packages, "x").unwrap().counts.items, 1);
    assert_eq!(package_table::read_with(&packages, "x", Hidden::Take).unwrap().counts.items, 2);
    let readings = hidden(&[&["样品编号", "Pb"], &["YP-1", "0.1"], &["YP-2", "0.2"]]);
    let profile = instrument::by_key("generic-2d").unwrap();
    let file = instrument::read(&readings, "x", profile).unwrap();
    assert_eq!((file.readings.len(), codes(&file.notes)), (1, vec![("ROW-HIDDEN", 3)]));
    assert_eq!(instrument::read_with(&readings, "x", profile, Hidden::Take).unwrap().readings.len(), 2);
}

#[test]
fn a_hidden_column_names_nothing_and_a_table_that_is_all_hidden_says_so() {
    let bytes = made(|sheet| {
        texts(sheet, &[&["检验项目", "检验结果", "检验结果", "标准值"], &["铅", "0.9", "0.1", "≤0.2"]])?;
        sheet.set_column_hidden(1)?;
        Ok(())
    });
    let table = judge_csv::read(&bytes, "x").unwrap();
    assert_eq!((table.rows[0].result.as_str(), codes(&table.notes)), ("0.1", vec![("COLUMN-HIDDEN", 1)]));
    assert_eq!(judge_csv::read_with(&bytes, "x", Hidden::Take).unwrap().rows[0].result, "0.9");
    let bytes = made(|sheet| {
        texts(sheet, &[&["检验项目", "检验结果", "标准值"], &["铅", "0.9", "≤0.2"]])?;
        sheet.set_row_hidden(1)?;
        Ok(())
    });
    assert_eq!(judge_csv::read(&bytes, "x").unwrap_err().code(), "TABLE-NO-ROWS-HIDDEN");
    let bytes = made(|sheet| {
        texts(sheet, &[&["检验项目", "检验结果", "标准值"], &["铅", "0.9", "≤0.2"]])?;
        sheet.set_row_hidden(0)?;
        Ok(())
    });
    assert_eq!(judge_csv::read(&bytes, "x").unwrap_err().code(), "TABLE-HEADER-HIDDEN");
}

// ---- merged cells

#[test]
fn merged_cells_fill_down_and_right() {
    let plain = Format::new();
    let bytes = made(|sheet| {
        sheet.merge_range(0, 0, 0, 6, "2026年不合格食品公示表", &plain)?;
        texts(sheet, &[&[], &["序号", "食品名称", "被抽样单位名称", "不合格项目", "检验结果", "标准值", "分类"]])?;
        sheet.merge_range(2, 1, 3, 1, "韭菜", &plain)?;
        sheet.merge_range(2, 2, 3, 2, "示范超市", &plain)?;
        sheet.merge_range(2, 6, 3, 6, "食用农产品", &plain)?;
        for (r, row) in [(2, ["1", "腐霉利", "0.56", "≤0.2"]), (3, ["2", "毒死蜱", "0.9", "≤0.02"])] {
            for (c, text) in [0u16, 3, 4, 5].into_iter().zip(row) {
                sheet.write_string(r, c, text)?;
            }
        }
        sheet.merge_range(4, 0, 4, 6, "备注：以上为第一季度", &plain)?;
        Ok(())
    });
    let table = published::read(&bytes, "不合格.xlsx").unwrap();
    assert_eq!((table.rows.len(), table.tables[0].title.as_slice()), (2, &["2026年不合格食品公示表".to_owned()][..]));
    assert!(table.rows.iter().all(|r| r.food == "韭菜" && r.operator.as_deref() == Some("示范超市") && r.category.text() == "食用农产品"));
    assert_eq!(table.rows[1].items[0].name, "毒死蜱");
    assert_eq!(codes(&table.notes), [("CELL-MERGED", 4)]);
    assert_eq!(codes(&table.issues), [("ROW-FOOTER", 5)]);
}

#[test]
fn a_header_of_two_merged_rows_is_one_header() {
    let plain = Format::new();
    let bytes = made(|sheet| {
        for (c, name) in [(0u16, "序号"), (1, "食品名称"), (2, "被抽样单位名称"), (6, "分类")] {
            sheet.merge_range(0, c, 1, c, name, &plain)?;
        }
        sheet.merge_range(0, 3, 0, 5, "不合格项目", &plain)?;
        for (c, name) in [(3u16, "检验项目"), (4, "检验结果"), (5, "标准值")] {
            sheet.write_string(1, c, name)?;
        }
        for (c, text) in (0u16..).zip(["1", "韭菜", "示范超市", "腐霉利", "0.56", "≤0.2", "食用农产品"]) {
            sheet.write_string(2, c, text)?;
        }
        Ok(())
    });
    let table = published::read(&bytes, "不合格.xlsx").unwrap();
    assert_eq!((table.rows.len(), table.issues.len()), (1, 0), "{:?}", table.issues);
    assert_eq!((table.rows[0].items[0].result.as_str(), table.rows[0].items[0].limit.as_str()), ("0.56", "≤0.2"));
}

#[test]
fn merged_batches_of_a_plan_are_asked_about() {
    let bytes = made(|sheet| {
        texts(sheet, &[&["食品大类", "抽样环节", "街道", "季度", "批次"], &["糕点", "流通", "文化路街道", "1"], &["糕点", "流通", "花园路街道", "1"]])?;
        sheet.merge_range(1, 4, 2, 4, "12", &Format::new())?;
        Ok(())
    });
    let read = plan::read(&bytes, "x").unwrap();
    assert_eq!((read.rows.len(), codes(&read.issues)), (1, vec![("PLAN-MERGED", 3)]));
}

#[test]
fn merged_areas_cannot_be_used_to_fill_the_memory() {
    let bytes = made(|sheet| {
        texts(sheet, &[&["检验项目", "检验结果", "标准值"], &["铅", "0.1", "≤0.2"], &["镉", "0.1", "≤0.2"]])?;
        sheet.merge_range(1, 3, 2, 3, "备注", &Format::new())?;
        Ok(())
    });
    let many: String = (0..90_000).map(|_| r#"<mergeCell ref="A1:XFD1048576"/>"#).collect();
    let bytes = rezip(&bytes, "xl/worksheets/sheet1.xml", |xml| xml.replace("<mergeCell ", &format!("{many}<mergeCell ")));
    let start = std::time::Instant::now();
    let read = judge_csv::read(&bytes, "x");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert!(read.is_err() || read.unwrap().rows.len() == 2);
}

// ---- rows and lines

#[test]
fn footers_are_no_data_and_a_header_alone_is_refused() {
    let footers = "合计,,,,12,\n制表人：甲,,审核人：乙,,,\n说明：按季度填写,,,,,\n备注,,,,,\n";
    let text = format!("食品大类,抽样环节,街道,季度,批次,供应商\n糕点,流通,文化路街道,1,12,某某\n{footers}");
    let read = plan::read(text.as_bytes(), "x.csv").unwrap();
    assert_eq!((read.rows.len(), read.rows_refused), (1, 0), "{:?}", read.issues);
    assert_eq!(codes(&read.issues), [("ROW-FOOTER", 3), ("ROW-FOOTER", 4), ("ROW-FOOTER", 5), ("ROW-FOOTER", 6)]);
    assert_eq!(codes(&read.notes), [("COLUMN-NOT-KEPT", 1)]);
    assert!(read.notes[0].zh.contains("供应商"));
    let read = judge_csv::read("检验项目,检验结果,标准值\n铅,0.1,≤0.2\n制表人：甲,审核：乙,\n合计,1项,\n".as_bytes(), "x.csv").unwrap();
    assert_eq!((read.rows.len(), codes(&read.issues)), (1, vec![("ROW-FOOTER", 3), ("ROW-FOOTER", 4)]));
    let head = "食品名称,被抽样单位名称,分类,判定\n";
    let read = published::read(format!("{head}韭菜,甲超市,糕点,合格\n合计,1批,,\n填报单位：某局,,联系电话：1,\n").as_bytes(), "x.csv").unwrap();
    assert_eq!((read.rows.len(), codes(&read.issues)), (1, vec![("ROW-FOOTER", 3), ("ROW-FOOTER", 4)]));

    let only = |text: &str, refused: Option<&'static str>| assert_eq!(refused, Some("TABLE-NO-ROWS"), "{text}");
    only("published", published::read(head.as_bytes(), "x.csv").err().map(|e| e.code()));
    only("plan", plan::read("食品大类,抽样环节,街道,季度,批次\n,,,,\n".as_bytes(), "x.csv").err().map(|e| e.code()));
    only("judge", judge_csv::read("检验项目,检验结果,标准值\n".as_bytes(), "x.csv").err().map(|e| e.code()));
    only("limits", limit_table::read("食品分类,检验项目,限量种类,判定依据\n".as_bytes(), "x.csv", None).err().map(|e| e.code()));
    only("packages", package_table::read("食品分类,检验项目,检验依据\n".as_bytes(), "x.csv").err().map(|e| e.code()));
    only("instrument", instrument::read("样品编号,Pb\n".as_bytes(), "x.csv", instrument::by_key("generic-2d").unwrap()).err().map(|e| e.code()));
}

#[test]
fn footers_of_every_kind_are_recognised() {
    for footer in [
        "统计时间：2026-06-01",
        "共12条",
        "以上共2批次",
        "（以下空白）",
        "——以下空白——",
        "打印日期：2026-06-01",
        "第1页 共3页",
        "制表单位：某局",
        "※ 未检出表示低于检出限",
        "1.以上产品已下架",
        "（2）未检出按检出限计",
        "报送日期",
        "导出时间：2026-06-01 10:00",
        "本表一式两份",
        "数据截至2026年6月1日",
        "声明：略",
        "经办人：甲",
        "本页小计",
        "汇总",
    ] {
        let judge = judge_csv::read(format!("检验项目,检验结果,标准值\n铅,0.1,≤0.2\n{footer},,\n").as_bytes(), "x.csv").unwrap();
        assert_eq!((judge.rows.len(), codes(&judge.issues)), (1, vec![("ROW-FOOTER", 3)]), "{footer}");
        let plan = plan::read(format!("食品大类,抽样环节,街道,季度,批次\n糕点,流通,文化路街道,1,3\n,{footer},,,\n").as_bytes(), "x.csv").unwrap();
        assert_eq!((plan.rows.len(), plan.rows_refused, codes(&plan.issues)), (1, 0, vec![("ROW-FOOTER", 3)]), "{footer}");
    }
}

#[test]
fn a_row_of_data_is_never_taken_for_a_footer() {
    for (text, rows) in [
        ("检验项目,检验结果,标准值\n1.2-二氯乙烷,,\n", 1),
        ("检验项目,检验结果,标准值\n共轭亚油酸,,\n", 1),
        ("检验项目,检验结果,标准值\n总砷(以As计),0.1,≤0.5\n", 1),
        ("检验项目,检验结果,标准值\n合计,0.1,≤0.5\n", 1),
        ("检验项目,检验结果,标准值\n注射用水,1,≤5\n", 1),
    ] {
        assert_eq!(judge_csv::read(text.as_bytes(), "x.csv").unwrap().rows.len(), rows, "{text}");
    }
    let plan = "食品大类,抽样环节,街道,季度,批次\n注心糕点,流通,文化路街道,1,3\n";
    assert_eq!(plan::read(plan.as_bytes(), "x.csv").unwrap().rows.len(), 1);
}

#[test]
fn exact_repetitions_are_named() {
    let plan = "食品大类,抽样环节,街道,季度,批次\n糕点,流通,文化路街道,1,3\n糕点,流通,文化路街道,1,3\n糕点,流通,文化路街道,1,4\n";
    assert_eq!(codes(&plan::read(plan.as_bytes(), "x.csv").unwrap().issues), [("ROW-TWICE", 3), ("PLAN-TWICE", 4)]);
    let published = "序号,食品名称,被抽样单位名称,分类,判定\n1,韭菜,甲,糕点,合格\n2,韭菜,甲,糕点,合格\n";
    let table = published::read(published.as_bytes(), "x.csv").unwrap();
    assert_eq!((table.rows.len(), codes(&table.issues)), (2, vec![("ROW-TWICE", 3)]), "a running number is no difference, and both rows stay");
    let judge = "检验项目,检验结果,标准值\n铅,0.1,≤0.2\n铅,0.1,≤0.2\n";
    assert_eq!(codes(&judge_csv::read(judge.as_bytes(), "x.csv").unwrap().issues), [("ROW-TWICE", 3)]);
    let limits = "食品分类,检验项目,限量种类,限量,限量单位,判定依据,实施日期\n糕点/月饼,水分,不大于,25,%,Q/T 1-2025,2025-01-01\n糕点/月饼,水分,不大于,25,%,Q/T 1-2025,2025-01-01\n";
    assert_eq!(codes(&limit_table::read(limits.as_bytes(), "x.csv", None).unwrap().notes), [("ROW-TWICE", 3)]);
}

#[test]
fn a_break_inside_a_cell_parts_no_item() {
    let head = "食品名称,被抽样单位名称,分类,判定,不合格项目,检验结果,标准值\n";
    let read = |cells: &str| published::read(format!("{head}韭菜,甲,糕点,不合格,{cells}\n").as_bytes(), "x.csv").unwrap();
    let table = read("\"铅\n(以Pb计)\",0.5mg/kg,≤0.2mg/kg");
    assert_eq!((table.rows[0].items.len(), table.rows[0].items[0].name.as_str(), table.issues.len()), (1, "铅(以Pb计)", 0));
    let table = read("\"脱氢乙酸\n毒死蜱\",\"0.6\n0.9\",\"≤0.5\n≤0.02\"");
    assert_eq!(table.rows[0].items.len(), 2, "as many lines in every column are as many items");
    let table = read("\"腐霉\n利\",\"0.56\nmg/kg\",\"≤0.2\nmg/kg\"");
    let item = &table.rows[0].items[0];
    assert_eq!((table.rows[0].items.len(), item.name.as_str(), item.limit.as_str()), (1, "腐霉利", "≤0.2 mg/kg"), "a unit on a line of its own");
    let table = read("\"腐霉利\n毒死蜱\",\"0.56\nmg/kg\n未检出\",\"≤0.2\nmg/kg\n≤0.05\nmg/kg\"");
    let got: Vec<_> = table.rows[0].items.iter().map(|i| [i.name.as_str(), i.result.as_str(), i.limit.as_str()]).collect();
    assert_eq!(got, [["腐霉利", "0.56mg/kg", "≤0.2mg/kg"], ["毒死蜱", "未检出", "≤0.05mg/kg"]]);
    let broken = published::read("食品名称,被抽样单位名称,分类,判定\n\"本地\n韭菜\",\"甲\n超市\",糕点,合格\n".as_bytes(), "x.csv").unwrap();
    assert_eq!((broken.rows[0].food.as_str(), broken.rows[0].operator.as_deref()), ("本地韭菜", Some("甲超市")));
    let judge = judge_csv::read("检验项目,检验结果,标准值\n\"铅\n(以Pb计)\",\"0.1\nmg/kg\",≤0.2mg/kg\n".as_bytes(), "x.csv").unwrap();
    let row = &judge.rows[0];
    assert_eq!(judge_texts(&row.item, &row.result, &row.limit, None, None).verdict, Verdict::Conforming, "{row:?}");
}

#[test]
fn lines_may_end_with_a_carriage_return_alone() {
    let cr = |text: &str| text.replace('\n', "\r").into_bytes();
    assert_eq!(judge_csv::read(&cr("检验项目,检验结果,标准值\n铅,0.1,≤0.2\n镉,0.1,≤0.2\n"), "x.csv").unwrap().rows.len(), 2);
    assert_eq!(plan::read(&cr("食品大类,抽样环节,街道,季度,批次\n糕点,流通,文化路街道,1,3\n"), "x.csv").unwrap().rows.len(), 1);
    assert_eq!(published::read(&cr("食品名称,被抽样单位名称,分类,判定\n韭菜,甲,糕点,合格\n"), "x.csv").unwrap().rows.len(), 1);
    let profile = instrument::by_key("seal-aq2").unwrap();
    let text = "Sample ID,Test Name,Result,Units\nYP-1,Chloride,1.5,mg/L\n";
    assert_eq!(instrument::read(&cr(text), "x.csv", profile).unwrap().readings, instrument::read(text.as_bytes(), "x.csv", profile).unwrap().readings);
    let e = judge_csv::read(&cr("检验项目,检验结果,标准值\n铅,\"0.1,≤0.2\n"), "x.csv").unwrap_err();
    assert_eq!((e.code(), e.facts["row"].as_str()), ("CSV-QUOTE", "2"));
}

#[test]
fn a_day_without_its_format_is_a_day() {
    let bytes = made(|sheet| {
        texts(
            sheet,
            &[
                &["食品名称", "被抽样单位名称", "分类", "判定", "生产日期", "公告日期"],
                &["韭菜", "甲", "糕点", "合格"],
                &["白菜", "甲", "糕点", "合格", "2026-01-05T00:00:00+08:00"],
            ],
        )?;
        sheet.write_number(1, 4, 46_086.0)?;
        sheet.write_number(1, 5, 46_100.0)?;
        Ok(())
    });
    let table = published::read(&bytes, "x").unwrap();
    let days: Vec<String> = table.rows.iter().map(|r| r.produced_on.map(|d| d.to_string()).unwrap_or_default()).collect();
    assert_eq!(days, ["2026-03-05", "2026-01-05"]);
    assert_eq!(table.rows[0].published_on.unwrap().to_string(), "2026-03-19");
    let plan = plan::read("食品大类,抽样环节,街道,季度,批次,完成期限\n糕点,流通,文化路街道,1,3,46112\n".as_bytes(), "x.csv").unwrap();
    assert_eq!(plan.rows[0].deadline.unwrap().to_string(), "2026-03-31");
}

// ---- instruments

#[test]
fn a_percentage_under_a_heading_of_percent_is_a_number() {
    let profile = instrument::by_key("generic-2d").unwrap();
    let file = instrument::read(&fixture("instrument_percent_cells.xlsx"), "x", profile).unwrap();
    let got: Vec<(&str, &str, bool)> = file.readings.iter().map(|r| (r.value.as_str(), r.unit.as_str(), r.flag.is_some())).collect();
    let expect = [
        ("31.0", "%", false),
        ("28.5", "%", false),
        ("10.50", "%", false),
        ("0.3", "%", false),
        ("20.0", "%", false),
        ("12.40", "%", false),
        ("0.0000001", "%", false),
        ("#DIV/0!", "%", true),
        ("22.4", "%", false),
    ];
    assert_eq!(got, expect);
    assert_eq!(file.readings[0].value_printed, "31.0%");
    let file = instrument::read(&fixture("instrument_digits.xlsx"), "x", profile).unwrap();
    assert_eq!(file.readings[0].value, "27");
}

// ---- the real workbooks that lie beside the repository

#[test]
fn real_workbooks_are_read_whole() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external");
    let mut open = vec![folder.clone()];
    let mut seen = 0;
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for path in entries.flatten().map(|e| e.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| ["xlsx", "xls"].contains(&e.to_string_lossy().to_lowercase().as_str())) {
                let bytes = std::fs::read(&path).unwrap();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let book = book::read_with(&bytes, &name, Hidden::Take).unwrap();
                assert!(book.sheets.iter().any(|s| !s.rows.is_empty()), "{name}");
                for note in book.notes.iter().chain(book.sheets.iter().flat_map(|s| &s.notes)) {
                    println!("{name}: {} {} {}", note.sheet, note.code, note.zh);
                }
                seen += 1;
            }
        }
    }
    if seen == 0 {
        shiyan_skip::skipped("real workbooks read whole", "no workbook under ../shared/external beside the checkout");
    }
}
