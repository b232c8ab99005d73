//! Instrument files: our own small ones for every layout, the real ones that lie beside the repository, and thousands of
//! damaged ones.

#![allow(clippy::unwrap_used)] // helpers outside test functions

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shiyan_exchange::instrument::{self, Flag, InstrumentFile, InstrumentReading, Profile, ReadingKind, SkipReason};
use shiyan_exchange::out;

const README: &str = include_str!("../profiles/README.md");

fn profile(key: &str) -> &'static Profile {
    instrument::by_key(key).unwrap()
}
fn read(key: &str, text: &str) -> InstrumentFile {
    let file = instrument::read(text.as_bytes(), "x", profile(key)).unwrap();
    whole(&file, profile(key));
    file
}
fn refusal(key: &str, bytes: &[u8]) -> &'static str {
    instrument::read(bytes, "x", profile(key)).unwrap_err().code()
}
/// Sample, analyte, value, kind, flag.
type Short<'a> = (&'a str, &'a str, &'a str, ReadingKind, Option<Flag>);
fn short(r: &InstrumentReading) -> Short<'_> {
    (&r.sample, &r.analyte_clean, &r.value, r.kind, r.flag)
}
fn codes(file: &InstrumentFile) -> BTreeMap<&'static str, usize> {
    let mut out = BTreeMap::new();
    for issue in &file.issues {
        *out.entry(issue.code).or_default() += 1;
    }
    out
}
fn reasons(file: &InstrumentFile) -> BTreeMap<SkipReason, usize> {
    let mut out = BTreeMap::new();
    for skipped in &file.skipped {
        *out.entry(skipped.reason).or_default() += 1;
    }
    out
}

/// What must hold for every file that was read, however damaged it is.
fn whole(file: &InstrumentFile, profile: &Profile) {
    // no row vanishes
    let lists =
        [file.readings.iter().map(|r| r.row).collect::<Vec<_>>(), file.issues.iter().map(|i| i.row).collect(), file.skipped.iter().map(|s| s.row).collect()];
    let rows: BTreeSet<u32> = lists.concat().into_iter().collect();
    assert_eq!(rows.len() as u64, file.totals.rows, "rows that vanished or were made up");
    assert_eq!(file.totals.readings, file.readings.len() as u64);
    assert_eq!(file.totals.readings, file.totals.kinds.values().sum::<u64>());
    assert_eq!(file.totals.skipped, file.skipped.len() as u64);
    let told: BTreeSet<u32> = file.issues.iter().map(|i| i.row).collect();
    let mut taken = BTreeSet::new();
    for r in &file.readings {
        assert!(!r.sample.is_empty() && !r.analyte_clean.is_empty() && !r.value.is_empty(), "{r:?}");
        if r.flag.is_some() {
            assert!(told.contains(&r.row), "a flag that no issue tells of: {r:?}");
            continue;
        }
        // nothing doubtful is taken silently
        let plain = r.value.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) && r.value.bytes().any(|b| b.is_ascii_digit());
        let below = r.value.starts_with('-') && r.value.split(['e', 'E']).next().unwrap().bytes().any(|b| (b'1'..=b'9').contains(&b));
        assert!(r.not_detected || (plain && (profile.result.negative || !below)), "{r:?}");
        let item = r.analyte_mapped.clone().unwrap_or_else(|| r.analyte_clean.clone());
        assert!(r.kind != ReadingKind::Unknown || taken.insert((r.sample.clone(), item)), "a second value is taken: {r:?}");
    }
}

// ---- our own files, one for each layout; samples and values are made up ----

const GENERIC: &str = "样品编号,Pb[mg/kg],镉(以Cd计)[mg/kg],色泽,备注\n空白1,0.001,0.0002,,\nYP-0001,0.12,<0.005,,x\nYP-0002-R01,0.31,0.02,,\nYP-0002-R02,0.33,ND,,\n平均,0.2,0.01,,\n";
const GENERIC_END: &str = ",Pb,Cd,end,\nYP-1,-----,0.2,1,\nend,,,,\n";
const FIASTAR: &str = "List name;Sample name;Sample type;Parameter;Concentration;Error/Warning\nW1;YP-01;Sample;F SO2;     17;\nW1;control A;Sample;F SO2;     38;\nW1;YP-02;Sample;F SO2;     32;Peak 7\nW1;Std 1;Standard;F SO2;;\nW1;YP-03;Mystery;F SO2;     30;\n";
const WINESCAN: &str = "Sample Id,,,Sg,PH,Info,ResultType,BottleType,Remark\nYP-1-R01,,,0.9905,3.54,Mean,Normal,Normal,\nSample Id,,,PH,LacticAcid,Info,ResultType,BottleType,Remark\nYP-2,,,3.74,-0.36,Mean,Normal,Normal,\nQC-001,,,3.50,0.1,Mean,Outlier,Normal,\n";
const FT120: &str = "Sample Id,Rep #,Product,Ethanol,pH,Date,Time,Remark,\nCalibration,,,,,,,,\nYP-9,1,w,10.1,3.1,d,t,,\nYP-1,1,w,12.1,3.41,d,t,,\nYP-1,2,w,12.3,3.43,d,t,,\nYP-1,Mean,w,12.2,3.42,d,t,,\nYP-1,Sd,w,0.1,0.01,d,t,,\nSample ID,Product,pH,Ethanol,Date,Time,Remark,,\nYP-2,w,3.3,11.0,d,t,,,\n";
const TQ8030: &str = "Captan\t\t\t\t\t\t\t\t\t\t\t\t\nf1.qgd\tYP-0001-R001\t-----\t-----\t\t\t\t\t\t1\tUnknown\t\t\nf2.qgd\tYP-0002-R001\t8.7\t0.063\t\"3,794\"\t\t\t\t\t1\tUnknown\t\t\nAverage\t\t8.7\t0.063\t\t\t\t\t\t\t\t\t\n\t\t\t\t\t\t\t\t\t\t\t\t\nBifenthrin\t\t\t\t\t\t\t\t\t\t\t\t\nf1.qgd\tYP-0001-R001\t8.1\t\"1,063\"\t\t\t\t\t\t1\tUnknown\t\t\nf3.qgd\tYP-0003\t8.1\t0.2\t\t\t\t\t\t1\tOther\t\t\nf4.qgd\tYP-0004\t8.1\t0.2\n";
const QP2010: &str = "[Header]\nData File Name\tC:\\Data\\YP-0007_CD_2.qgd\nOutput Date\t1/2/2026\n\n[MS Quantitative Results]\n# of IDs\t3\nID#\tName\tType\tRet.Time\tConc.\tUnit\n1\tLimonene\tTarget\t9.387\t0.31131\tmg\n2\tGeraniol\tTarget\tNot Identified\t\t\n3\td8\tISTD\t5.0\t1.0\tmg\n4\tGuaiol\tTarget\t3.3\t\tmg\n\n[MC Peak Table]\nx\t1\n[MS Quantitative Results]\nID#\tName\tType\tRet.Time\tConc.\tUnit\n1\tLimonene\tTarget\t9.3\t0.4\tmg\n";
const MASSHUNTER: &str = "Sample,,,,,Pb Method,Pb Results,,Cd Results,,IS (ISTD) Results\n,,Name,Data File,Type,Exp. Conc.,RT,Final Conc.,RT,Final Conc.,RT\n,,YP-1,d1,Sample,,5.1,0.10,6.1,0.20,7\n!,,YP-2,d2,Sample,,5.1,0.11,6.1,,7\n,,CAL1,d3,Cal,1,5.1,1.01,6.1,1.02,7\n,,TUNE,d4,TuneCheck,1,5.1,1.01,6.1,1.02,7\n";
const GALLERY: &str = "\t\t\t\t\t\t\nDate\t2026/01/02\t\t\t\t\t\nSample/ctrl ID\tPat/Ctr/cAl\tTest name\tResult\tResult unit\tStatus\tErrors\n\t\t\t\t\t\t\nYP-1\tP\tL-Malic\t0,17298\tg/l\tAR\t18,\nYP-1\tP\tL-Malic\t0,07621\tg/l\tMA\t\nYP-2\tP\tL-Malic\t2.68751\tg/l\tMA\t\nwit QC\tP\tL-Malic\t2,29\tg/l\tMA\t\nYP-3\tP\tL-Malic\t1,5\tg/l\tMA\t\n";
const AQ2: &str = "Sample ID,Sample Details,Test Name,Result,Units,Absorbance\n2ppm NO3,,NO3,  1.283,ppm,0.2\nBLANK,,Chloride,  0.217,mg Cl/L,0.2\nYP-1,,Chloride, 23.299,mg Cl/L,0.1\nYP-1,,NO3,\nYP-2,,Chloride,0,5,mg Cl/L,0.1\n,,Chloride,0.5,mg Cl/L,0.1\n";
const VISTAPRO: &str = "\"Solution Label\",\"Customer Id\",\"A\",\"B\",\"Type\",\"Element\",\"Flags\",\"Soln Conc\",\"Units\",\"Corr Con\",\"Units\"\n\"Blank\",\"\",\"\",\"\",\"Blk\",\"Mn 257.610\",\"\",0,\"mg/L\",0,\"mg/L\"\n\"YP-1*Main \",\"\",\"\",\"\",\"Samp\",\"Mn 257.610\",\"\",0.5,\"mg/L\",0.25,\"mg/L\"\n\"YP-1*Main \",\"\",\"\",\"\",\"Samp\",\"Mn 259.372\",\"\",0.5,\"mg/L\",0.26,\"mg/L\"\n\"YP-2*Main \",\"\",\"\",\"\",\"Samp\",\"Mn 257.610\",\"x\",\"-\",\"mg/L\",\"-\",\"mg/L\"\n";
const WORKLIST: &str = "9,\"[YP-0001] Main-F\",1,,2\r\n10,\"[YP-0001] Main-F\",2,,2\r\n";

const UNIT_ROW: &str = "检验日期,2026-05-08,\n样品编号,铅,Cd\n单位,mg/kg,(μg/kg)\nYP-1,0.12,ND\nYP-2,<0.02,1.5\n平均,0.1,1\n";
const UNIT_BESIDE: &str = "样品编号,铅,单位,镉,单位,备注\nYP-1,0.12,mg/kg,3.5,μg/kg,x\nYP-2,0.2,mg/kg,,,\n";
const LONG: &str = "样品编号,检验项目,检验结果,单位\nYP-1,铅,0.12,mg/kg\n,镉,ND,mg/kg\nYP-2,铅,0.3,mg/kg\n,镉,abc,mg/kg\n";
const LONG_WITH_UNIT: &str = "样品编号,检验项目,检验结果\nYP-1,铅,0.12 mg/kg\n,镉,<0.005mg/kg\nYP-2,菌落总数,1.2×10³CFU/g\n,水分,12.5%\n,总汞,ND\n";
const PAIRS: &str = "紫外可见分光光度计\n样品编号：YP-0001  检测日期：2026-05-08 10:30\n检验项目：亚硝酸盐  单位：mg/kg\n序号,吸光度,浓度\n1,0.123,1.25\n平均,0.123,1.25\n样品编号,YP-0002,检测日期,2026-05-08\n检验项目：亚硝酸盐 单位：mg/kg\n序号,吸光度,浓度\n1,0.2,2.5\n序号,吸光度,浓度\n1,0.3,3.5\n";
const PER_SAMPLE: &str = "Report,x,,\nCompound,RT,Amount,Units\n联苯菊酯,9.1,0.02,mg/kg\n毒死蜱,8.2,N/A,mg/kg\n";
const PH: &str = "1,缓冲4,4.01,pH,25.0,℃\n2,YP-1,6.52,pH,25.1,℃\n3,YP-2,6.7,mV,25.1,℃\n4,YP-3,6.7,pH\n";

fn icpe() -> String {
    let line = |kind: &str, sample: &str, element: &str, mean: &str, mark: &str| {
        let mut cells = vec![""; 44];
        for (at, text) in [(0, "Metals"), (1, kind), (2, sample), (6, element), (7, "QUANT"), (10, "ppb"), (21, mean), (25, mark), (31, "0.1")] {
            cells[at] = text;
        }
        cells.join("\t") + "\r\n"
    };
    [
        line("CAL1", "Blank", "As", "", ""),
        line("UNK", "QC", "As", "10.1", ""),
        line("UNK", "YP-1", "As", "22.9", ""),
        line("UNK", "YP-1", "Cd", "0.1", " L"),
        line("UNK", "YP-2", "As", "", ""),
    ]
    .concat()
}
fn nexion() -> Vec<u8> {
    let header = [" ", "Sample Id", "R", "Acquisition Time", "QC Status", "Dataset File", "Method File", "Pb 208\n(mg/L)", "Fe 57\n(mg/L)", "Fe 56\n(mg/L)"];
    let rows: [[&str; 10]; 6] = [
        ["1", "BLK", "", "t", "", "f", "m", "", "", ""],
        ["2", "STD 250 PPb", "", "t", "", "f", "m", "0.25", "0.25", "0.25"],
        ["6", "Calibration Curves", "", "t", "", "", "", "", "", ""],
        ["7", "YP-1", "", "t", "", "f", "m", "0.111", "", "3.5"],
        ["8", "YP-2", "", "t", "", "f", "m", "0.222", "3.1", "3.2"],
        ["9", "YP-3", "", "t", "Failed", "f", "m", "S", "1.1", ""],
    ];
    let rows: Vec<Vec<out::Cell>> = rows.iter().map(|r| r.iter().map(|c| (*c).into()).collect()).collect();
    out::xlsx("Concentrations", &header, &rows).unwrap()
}
/// Every own file with the profile that reads it.
fn own() -> Vec<(&'static str, Vec<u8>)> {
    let texts = [
        ("generic-2d", GENERIC),
        ("generic-2d", GENERIC_END),
        ("foss-fiastar", FIASTAR),
        ("foss-winescan-auto", WINESCAN),
        ("foss-winescan-ft120", FT120),
        ("shimadzu-gcms-tq8030", TQ8030),
        ("shimadzu-gcms-qp2010", QP2010),
        ("agilent-masshunter-quant", MASSHUNTER),
        ("thermo-gallery-comma", GALLERY),
        ("seal-aq2", AQ2),
        ("varian-vistapro", VISTAPRO),
        ("generic-unit-row", UNIT_ROW),
        ("generic-unit-beside", UNIT_BESIDE),
        ("generic-long", LONG),
        ("generic-long-with-unit", LONG_WITH_UNIT),
        ("label-pairs", PAIRS),
        ("report-per-sample", PER_SAMPLE),
        ("ph-meter-lines", PH),
    ];
    let mut all: Vec<(&str, Vec<u8>)> = texts.iter().map(|(key, text)| (*key, text.as_bytes().to_vec())).collect();
    all.push(("shimadzu-icpe", icpe().into_bytes()));
    all.push(("perkinelmer-nexion", nexion()));
    all
}

use ReadingKind::{Blank, Control, Standard, Unknown};

#[test]
fn the_example_of_the_readme_reads_as_it_says() {
    let fence = |name: &str| README.split_once(&format!("```{name}\n")).unwrap().1.split_once("```").unwrap().0;
    let profile = Profile::parse(fence("toml")).unwrap();
    let file = instrument::read(fence("text").as_bytes(), "t9.txt", &profile).unwrap();
    whole(&file, &profile);
    let got: Vec<Short> = file.readings.iter().map(short).collect();
    let expect = [
        ("BLK", "酸价", "0.02", Blank, None),
        ("YP-0001", "酸价", "1.33", Unknown, None),
        ("YP-0002", "酸价", "n.d.", Unknown, None),
        ("YP-0003", "酸价", "2.07", Unknown, Some(Flag::Instrument)),
    ];
    assert_eq!(got, expect);
    let first = &file.readings[1];
    assert_eq!((first.row, first.column.letter.as_str(), first.column.name.as_str(), first.value_printed.as_str()), (7, "D", "Result", "1,33"));
    assert_eq!((first.analyte_mapped.as_deref(), first.unit.as_str(), first.replicate.as_str()), (Some("酸价(以脂肪计)(KOH)"), "mg/g", "Mean"));
    assert!(file.readings[2].not_detected && file.totals.not_detected == 1);
    assert_eq!(reasons(&file), [(SkipReason::Preamble, 2), (SkipReason::Header, 1), (SkipReason::Replicate, 2)].into());
    assert_eq!(file.issues.len(), 1);
    assert_eq!((file.issues[0].zh.as_str(), file.issues[0].code), ("第 9 行 F 列（Alarm）：仪器在这里有提示：OVERFLOW", "INSTR-FLAG"));
}

/// Sample, analyte, value, unit, flag.
fn with_units(file: &InstrumentFile) -> Vec<(&str, &str, &str, &str, Option<Flag>)> {
    file.readings.iter().map(|r| (r.sample.as_str(), r.analyte_clean.as_str(), r.value.as_str(), r.unit.as_str(), r.flag)).collect()
}

#[test]
fn units_stand_under_the_header_beside_the_value_or_in_its_cell() {
    let file = read("generic-unit-row", UNIT_ROW);
    let expect = [
        ("YP-1", "铅", "0.12", "mg/kg", None),
        ("YP-1", "Cd", "ND", "μg/kg", None),
        ("YP-2", "铅", "<0.02", "mg/kg", None),
        ("YP-2", "Cd", "1.5", "μg/kg", None),
    ];
    assert_eq!(with_units(&file), expect);
    assert_eq!(reasons(&file)[&SkipReason::Units], 1);
    // a first sample where the units should be: nothing is read without a unit
    let e = instrument::read("样品编号,铅\nYP-1,0.12\nYP-2,0.2\n".as_bytes(), "x", profile("generic-unit-row")).unwrap();
    assert_eq!((e.readings.len(), codes(&e)), (0, [("INSTR-HEADER", 1), ("INSTR-UNDER", 1)].into()));
    let e = instrument::read("样品编号,铅\nYP-1,ND\nYP-2,ND\n".as_bytes(), "x", profile("generic-unit-row")).unwrap();
    assert_eq!(e.readings.len(), 0, "a sample without a number is no row of units either");

    let file = read("generic-unit-beside", UNIT_BESIDE);
    assert_eq!(with_units(&file), [("YP-1", "铅", "0.12", "mg/kg", None), ("YP-1", "镉", "3.5", "μg/kg", None), ("YP-2", "铅", "0.2", "mg/kg", None)]);
    assert!(instrument::read("样品编号,铅,单位,镉\nYP-1,1,mg/kg,2\n".as_bytes(), "x", profile("generic-unit-beside")).is_err(), "one value has no unit");

    let file = read("generic-long-with-unit", LONG_WITH_UNIT);
    let expect = [
        ("YP-1", "铅", "0.12", "mg/kg", None),
        ("YP-1", "镉", "<0.005", "mg/kg", None),
        ("YP-2", "菌落总数", "1.2×10³CFU/g", "", Some(Flag::NotNumber)),
        ("YP-2", "水分", "12.5", "%", None),
        ("YP-2", "总汞", "ND", "", None),
    ];
    assert_eq!(with_units(&file), expect, "a power of ten is not part of a unit");
}

#[test]
fn a_sample_is_filled_down_under_its_header_only() {
    let file = read("generic-long", LONG);
    let expect = [
        ("YP-1", "铅", "0.12", "mg/kg", None),
        ("YP-1", "镉", "ND", "mg/kg", None),
        ("YP-2", "铅", "0.3", "mg/kg", None),
        ("YP-2", "镉", "abc", "mg/kg", Some(Flag::NotNumber)),
    ];
    assert_eq!(with_units(&file), expect);
    let text = format!("{LONG}样品编号,检验项目,检验结果,单位\n,铅,9,mg/kg\n");
    let file = read("generic-long", &text);
    assert_eq!((file.readings.len(), codes(&file)["INSTR-SAMPLE"]), (4, 1), "a new table does not take the sample of the one before");
}

#[test]
fn label_lines_name_sample_item_and_unit_for_their_own_table() {
    let file = read("label-pairs", PAIRS);
    assert_eq!(with_units(&file), [("YP-0001", "亚硝酸盐", "1.25", "mg/kg", None), ("YP-0002", "亚硝酸盐", "2.5", "mg/kg", None)]);
    // the third table has no lines of its own: its row is nobody's
    assert_eq!(codes(&file), [("INSTR-SAMPLE", 1)].into());
    for (line, sample) in [
        ("样品编号:YP-1;日期:x", "YP-1"),
        ("日期：x  样品编号：YP 1  人：甲", "YP 1"),
        ("样品编号：YP-1 日期：x", "YP-1"),
        ("原样品编号：YP-9", ""),
        ("样品编号：", ""),
    ] {
        let text = format!("{line}\n检验项目：铅\n序号,吸光度,浓度\n1,0.1,0.2\n");
        let file = instrument::read(text.as_bytes(), "x", profile("label-pairs")).unwrap();
        assert_eq!(file.readings.first().map_or("", |r| r.sample.as_str()), sample, "{line}");
    }
}

#[test]
fn a_sample_may_be_the_name_of_the_file_and_columns_may_have_no_headings() {
    let file = instrument::read(PER_SAMPLE.as_bytes(), "YP-0007_20260508.csv", profile("report-per-sample")).unwrap();
    assert_eq!(with_units(&file), [("YP-0007", "联苯菊酯", "0.02", "mg/kg", None), ("YP-0007", "毒死蜱", "N/A", "mg/kg", None)]);
    assert!(file.readings[1].not_detected);
    let file = read("ph-meter-lines", PH);
    assert_eq!(with_units(&file), [("缓冲4", "pH", "4.01", "/", None), ("YP-1", "pH", "6.52", "/", None)]);
    assert_eq!(codes(&file), [("INSTR-ROW-KIND", 1), ("INSTR-WIDTH", 1)].into());
}

#[test]
fn profiles_of_the_house_come_first_and_bad_ones_are_named_by_line() {
    let good = README.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let replaced = good.replace("titrator-t9", "generic-2d");
    let bad = good.replace("shape = \"long\"", "shape = \"broad\"");
    let line = |text: &str, what: &str| text.lines().position(|l| l.contains(what)).unwrap() + 1;
    let senseless = good.replace("[sample]\ncolumn = \"Sample\"", "[sample]");
    let files: [(&str, &[u8]); 5] = [
        ("t9.toml", good.as_bytes()),
        ("again.toml", good.as_bytes()),
        ("ours.toml", replaced.as_bytes()),
        ("bad.toml", bad.as_bytes()),
        ("sense.toml", senseless.as_bytes()),
    ];
    let library = instrument::Profiles::of(files);
    assert_eq!(library.all().count(), instrument::shipped().len() + 1);
    assert_eq!(library.by_key("generic-2d").unwrap().maker, "Example");
    assert_eq!(library.guess("Sample;Rep;Parameter;Result;Unit;Alarm\nYP-1;Mean;酸价;1,31;mg/g;\n".as_bytes(), "x").first(), Some(&"titrator-t9"));
    let refused: Vec<(&str, &str)> = library.refused.iter().map(|(name, r)| (name.as_str(), r.facts["line"].as_str())).collect();
    let (at, sense) = (line(&bad, "broad").to_string(), line(&senseless, "[sample]").to_string());
    assert_eq!(refused, [("again.toml", "1"), ("bad.toml", at.as_str()), ("sense.toml", sense.as_str())]);
    assert!(library.refused[1].1.what(shiyan_foundation::Lang::Zh).contains("bad.toml 第"));
}

#[test]
fn every_shipped_profile_is_readable_and_described() {
    let keys: BTreeSet<&str> = instrument::shipped().iter().map(|p| p.key.as_str()).collect();
    let files = std::fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("profiles")).unwrap();
    let named: BTreeSet<String> = files.filter_map(|f| f.unwrap().file_name().to_str().and_then(|n| n.strip_suffix(".toml")).map(str::to_owned)).collect();
    assert_eq!(keys.len(), 20);
    assert_eq!(keys, named.iter().map(String::as_str).collect(), "each file is shipped under its own name");
    for key in keys {
        assert!(README.contains(&format!("| `{key}` |")), "{key} is missing in the README");
    }
    // each own file is recognised as what it is
    for (key, bytes) in own() {
        assert_eq!(instrument::guess(&bytes, "x").first(), Some(&key));
    }
}

#[test]
fn profiles_that_make_no_sense_are_refused() {
    let good = README.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        Profile::parse(&good.replacen(from, to, 1)).unwrap_err()
    };
    let cases = [
        ("key = \"titrator-t9\"", "key = \"T 9\"", "key"),
        ("version = 1", "version = 0", "version"),
        ("version = 1", "version = 1\ncolour = 2", "colour"),
        ("header = [[\"Sample\", \"Parameter\", \"Result\"]]", "width = 6", "@"),
        ("header = [[\"Sample\", \"Parameter\", \"Result\"]]", "header = [[]]", "header"),
        ("header = [[\"Sample\", \"Parameter\", \"Result\"]]", "", "header"),
        ("shape = \"long\"", "shape = \"wide\"", "wide"),
        ("shape = \"long\"", "shape = \"blocks\"", "blocks"),
        ("[sample]\ncolumn = \"Sample\"", "[sample]", "sample"),
        ("column = \"Result\"", "", "result"),
        ("column = \"Result\"", "column = \"@\"", "column"),
        ("column = \"Result\"", "column = \"@ZZZ\"", "column"),
        ("column = \"Result\"", "column = []", "column"),
        ("column = \"Result\"", "column = \"@sample\"", "@sample"),
        ("marks = [\"Mean\"]", "", "marks"),
        ("kind = \"blank\"", "", "rows"),
        ("kind = \"blank\"", "skip = \"header\"", "skip"),
        ("kind = \"blank\"", "kind = \"blank\"\nskip = \"end\"", "rows"),
        ("column = \"Unit\"", "column = \"Unit\"\nfixed = \"g\"", "unit"),
        ("column = \"Unit\"", "heading = \"()\"", "unit"),
    ];
    for (from, to, word) in cases {
        let e = swap(from, to);
        assert_eq!(e.code(), "INSTR-PROFILE", "{to}");
        assert!(e.facts["detail"].contains(word), "{to}: {}", e.facts["detail"]);
    }
    assert_eq!(Profile::parse(&"#".repeat(70_000)).unwrap_err().code(), "INSTR-PROFILE");
}

#[test]
fn the_general_table_in_both_its_forms() {
    let file = read("generic-2d", GENERIC);
    let got: Vec<Short> = file.readings.iter().map(short).collect();
    let expect = [
        ("空白1", "Pb", "0.001", Blank, None),
        ("空白1", "镉(以Cd计)", "0.0002", Blank, None),
        ("YP-0001", "Pb", "0.12", Unknown, None),
        ("YP-0001", "镉(以Cd计)", "<0.005", Unknown, None),
        ("YP-0002", "Pb", "0.31", Unknown, Some(Flag::Twice)),
        ("YP-0002", "镉(以Cd计)", "0.02", Unknown, Some(Flag::Twice)),
        ("YP-0002", "Pb", "0.33", Unknown, Some(Flag::Twice)),
        ("YP-0002", "镉(以Cd计)", "ND", Unknown, Some(Flag::Twice)),
    ];
    assert_eq!(got, expect);
    let r = &file.readings[6];
    assert_eq!((r.sample_printed.as_str(), r.replicate.as_str(), r.unit.as_str(), r.column.letter.as_str()), ("YP-0002-R02", "R02", "mg/kg", "B"));
    assert_eq!((r.analyte.as_str(), r.analyte_mapped.as_deref()), ("Pb[mg/kg]", Some("铅(以Pb计)")));
    // 色泽 was measured for nobody: four empty cells, counted
    assert_eq!((file.totals.empty_cells, file.totals.not_detected, file.totals.samples), (4, 2, 2));
    assert_eq!(reasons(&file), [(SkipReason::Header, 1), (SkipReason::Summary, 1)].into());
    assert_eq!(codes(&file), [("INSTR-TWICE", 4)].into());
    assert!(file.issues[0].zh.contains("第 4、5 行"), "{}", file.issues[0].zh);

    let file = read("generic-2d", GENERIC_END);
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), [("YP-1", "Pb", "-----", Unknown, None), ("YP-1", "Cd", "0.2", Unknown, None)]);
    assert_eq!(reasons(&file), [(SkipReason::Header, 1), (SkipReason::End, 1)].into());
    // content under no heading is a sign of a shifted row
    let file = read("generic-2d", ",Pb,Cd,end,\nYP-1,0.1,0.2,1,7\n");
    assert!(file.readings.iter().all(|r| r.flag == Some(Flag::Shape)));
    // the same as a workbook
    let file = instrument::read(&out::xlsx("表", &["样品编号", "Pb"], &[vec!["YP-1".into(), "0.10".into()]]).unwrap(), "x", profile("generic-2d")).unwrap();
    assert_eq!((short(&file.readings[0]), file.sheet.as_str()), (("YP-1", "Pb", "0.10", Unknown, None), "表"));
}

#[test]
fn a_unit_in_any_brackets_of_the_heading_is_no_part_of_the_name_and_a_footer_is_no_sample() {
    let text = "序号,样品编号,样品名称,铅(mg/kg),总砷（以As计）（mg/kg）,水分【%】,酸价(以脂肪计)(KOH),灰分(干基),浊度(NTU),备注\n1,YP-1,韭菜,0.10,ND,12.5,0.3,1.1,2,\n2,YP-2,芹菜,0.2,0.05,10.5,0.4,1.2,3,\n合计,2,,,,,,,,\n制表人：甲,,审核人：乙,,,,,,,\n";
    let file = read("generic-2d", text);
    let got: Vec<(&str, &str, &str)> =
        file.readings.iter().filter(|r| r.sample == "YP-1").map(|r| (r.analyte_clean.as_str(), r.value.as_str(), r.unit.as_str())).collect();
    let expect = [
        ("铅", "0.10", "mg/kg"),
        ("总砷（以As计）", "ND", "mg/kg"),
        ("水分", "12.5", "%"),
        ("酸价(以脂肪计)(KOH)", "0.3", ""),
        ("灰分(干基)", "1.1", ""),
        ("浊度", "2", "NTU"),
    ];
    assert_eq!(got, expect);
    assert_eq!(file.readings[0].analyte, "铅(mg/kg)", "as printed");
    assert_eq!((file.totals.samples, file.issues.len()), (2, 0), "{:?} {:?}", file.issues, file.skipped);
    for (key, text) in [
        ("generic-long", "样品编号,检验项目,检验结果,单位\nYP-1,铅,0.12,mg/kg\n合计,1项,,\n制表人：甲,,,\n以下空白,,,\n"),
        ("generic-long-with-unit", "样品编号,检验项目,检验结果\nYP-1,铅,0.12 mg/kg\n合计,1项,\n说明：略,,\n"),
        ("generic-unit-row", "样品编号,铅\n单位,mg/kg\nYP-1,0.12\n平均,0.12\n审核人：乙,\n"),
        ("generic-unit-beside", "样品编号,铅,单位\nYP-1,0.12,mg/kg\n合计,,\n"),
    ] {
        let file = read(key, text);
        assert_eq!((file.readings.len(), file.issues.len()), (1, 0), "{key}: {:?}", file.issues);
    }
}

#[test]
fn long_tables_name_flags_kinds_and_holes() {
    let file = read("foss-fiastar", FIASTAR);
    let expect =
        [("YP-01", "F SO2", "17", Unknown, None), ("control A", "F SO2", "38", Control, None), ("YP-02", "F SO2", "32", Unknown, Some(Flag::Instrument))];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[0].value_printed.as_str(), file.readings[0].analyte_mapped.as_deref()), ("     17", Some("游离二氧化硫")));
    assert_eq!(codes(&file), [("INSTR-FLAG", 1), ("INSTR-ROW-KIND", 1)].into());
    assert_eq!(reasons(&file), [(SkipReason::Header, 1), (SkipReason::NoResult, 1)].into());

    let file = read("seal-aq2", AQ2);
    let expect = [
        ("2ppm NO3", "NO3", "1.283", Standard, None),
        ("BLANK", "Chloride", "0.217", Blank, None),
        ("YP-1", "Chloride", "23.299", Unknown, None),
        // an unquoted decimal comma shifts the row: 0 would be wrong
        ("YP-2", "Chloride", "0", Unknown, Some(Flag::Shape)),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    // row 5 is cut off before its result, row 7 has no sample
    let issues: Vec<(u32, &str)> = file.issues.iter().map(|i| (i.row, i.code)).collect();
    assert_eq!(issues, [(5, "INSTR-WIDTH"), (5, "INSTR-RESULT"), (6, "INSTR-WIDTH"), (7, "INSTR-SAMPLE")]);

    let file = read("varian-vistapro", VISTAPRO);
    let expect = [
        ("Blank", "Mn", "0", Blank, None),
        // two lines of one element
        ("YP-1", "Mn", "0.25", Unknown, Some(Flag::Twice)),
        ("YP-1", "Mn", "0.26", Unknown, Some(Flag::Twice)),
        ("YP-2", "Mn", "-", Unknown, Some(Flag::Instrument)),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[1].analyte.as_str(), file.readings[1].sample_printed.as_str()), ("Mn 257.610", "YP-1*Main"));
    assert_eq!(codes(&file), [("INSTR-FLAG", 1), ("INSTR-NUMBER", 1), ("INSTR-TWICE", 2)].into());

    let file = read("thermo-gallery-comma", GALLERY);
    let expect = [
        ("YP-1", "L-Malic", "0.17298", Unknown, Some(Flag::Instrument)),
        ("YP-1", "L-Malic", "0.07621", Unknown, Some(Flag::Twice)),
        // with a decimal comma a point is not a decimal mark
        ("YP-2", "L-Malic", "2.68751", Unknown, Some(Flag::NotNumber)),
        ("wit QC", "L-Malic", "2.29", Control, None),
        ("YP-3", "L-Malic", "1.5", Unknown, None),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[0].value_printed.as_str(), file.readings[0].unit_printed.as_str(), file.readings[0].unit.as_str()), ("0,17298", "g/l", "g/L"));

    // what is no number stays as printed
    let file = read("thermo-gallery-comma", &GALLERY.replace("\t1,5\t", "\t1,5,1\t"));
    assert_eq!(file.readings.last().map(short), Some(("YP-3", "L-Malic", "1,5,1", Unknown, Some(Flag::NotNumber))));

    let file = read("shimadzu-icpe", &icpe());
    let expect = [("QC", "As", "10.1", Control, None), ("YP-1", "As", "22.9", Unknown, None), ("YP-1", "Cd", "0.1", Unknown, Some(Flag::Instrument))];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[1].unit.as_str(), file.readings[1].column.letter.as_str()), ("ppb", "V"));
    assert_eq!((codes(&file), reasons(&file)), ([("INSTR-FLAG", 1), ("INSTR-RESULT", 1)].into(), [(SkipReason::NoResult, 1)].into()));
}

#[test]
fn wide_tables_follow_every_header() {
    let file = read("foss-winescan-auto", WINESCAN);
    let expect = [
        ("YP-1", "Sg", "0.9905", Unknown, None),
        ("YP-1", "PH", "3.54", Unknown, None),
        ("YP-2", "PH", "3.74", Unknown, None),
        ("YP-2", "LacticAcid", "-0.36", Unknown, Some(Flag::Negative)),
        ("QC-001", "PH", "3.50", Control, Some(Flag::Instrument)),
        ("QC-001", "LacticAcid", "0.1", Control, Some(Flag::Instrument)),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[1].column.letter.as_str(), file.readings[2].column.letter.as_str()), ("E", "D"));

    let file = read("foss-winescan-ft120", FT120);
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), [("YP-1", "Ethanol", "12.2", Unknown, None), ("YP-1", "pH", "3.42", Unknown, None)]);
    // YP-9 has no mean; the last header has no column of replicates
    let issues: Vec<(u32, &str)> = file.issues.iter().map(|i| (i.row, i.code)).collect();
    assert_eq!(issues, [(3, "INSTR-REPLICATE"), (8, "INSTR-HEADER"), (9, "INSTR-UNDER")]);
    assert!(file.issues[1].zh.contains("rep #"), "{}", file.issues[1].zh);
    let expect = [(SkipReason::Header, 1), (SkipReason::Summary, 1), (SkipReason::Calibration, 1), (SkipReason::Replicate, 2)];
    assert_eq!(reasons(&file), expect.into());
    // a damaged header does not leave its rows to the columns of the header before: PH and LacticAcid are not Sg and PH
    let damaged = WINESCAN.replace("Sample Id,,,PH,LacticAcid,Info", "Sxmple Id,,,PH,LacticAcid,Info");
    let file = read("foss-winescan-auto", &damaged);
    assert_eq!((file.readings.len(), codes(&file)), (2, [("INSTR-HEADER", 1), ("INSTR-UNDER", 2)].into()));

    let file = instrument::read(&nexion(), "x", profile("perkinelmer-nexion")).unwrap();
    whole(&file, profile("perkinelmer-nexion"));
    let expect = [
        ("STD 250 PPb", "Pb", "0.25", Standard, None),
        ("STD 250 PPb", "Fe", "0.25", Standard, None),
        ("STD 250 PPb", "Fe", "0.25", Standard, None),
        ("YP-1", "Pb", "0.111", Unknown, None),
        ("YP-1", "Fe", "3.5", Unknown, None),
        ("YP-2", "Pb", "0.222", Unknown, None),
        ("YP-2", "Fe", "3.1", Unknown, Some(Flag::Twice)),
        ("YP-2", "Fe", "3.2", Unknown, Some(Flag::Twice)),
        ("YP-3", "Pb", "S", Unknown, Some(Flag::Instrument)),
        ("YP-3", "Fe", "1.1", Unknown, Some(Flag::Instrument)),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[3].analyte.as_str(), file.readings[3].unit.as_str(), file.totals.empty_cells), ("Pb 208 (mg/L)", "mg/L", 2));
    assert_eq!(reasons(&file), [(SkipReason::Header, 1), (SkipReason::Calibration, 1), (SkipReason::NoResult, 1)].into());

    let file = read("agilent-masshunter-quant", MASSHUNTER);
    let expect = [
        ("YP-1", "Pb", "0.10", Unknown, None),
        ("YP-1", "Cd", "0.20", Unknown, None),
        ("YP-2", "Pb", "0.11", Unknown, Some(Flag::Instrument)),
        ("CAL1", "Pb", "1.01", Standard, None),
        ("CAL1", "Cd", "1.02", Standard, None),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((codes(&file), file.totals.empty_cells), ([("INSTR-FLAG", 1), ("INSTR-ROW-KIND", 1)].into(), 1));
}

#[test]
fn blocks_and_sections() {
    let file = read("shimadzu-gcms-tq8030", TQ8030);
    let expect = [
        ("YP-0001", "Captan", "-----", Unknown, None),
        ("YP-0002", "Captan", "0.063", Unknown, None),
        // a grouping mark is not a decimal mark
        ("YP-0001", "Bifenthrin", "1,063", Unknown, Some(Flag::NotNumber)),
    ];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!(
        (file.readings[0].not_detected, file.readings[0].replicate.as_str(), file.readings[1].analyte_mapped.as_deref()),
        (true, "R001", Some("克菌丹"))
    );
    assert_eq!(codes(&file), [("INSTR-NUMBER", 1), ("INSTR-ROW-KIND", 1), ("INSTR-WIDTH", 1)].into());
    assert_eq!(reasons(&file), [(SkipReason::Title, 2), (SkipReason::Summary, 1)].into());
    // statistics end a block: without its title the next one is nobody's, not the one before
    let file = read("shimadzu-gcms-tq8030", &TQ8030.replace("Bifenthrin\t", "\t"));
    assert_eq!((file.readings.len(), codes(&file)), (2, [("INSTR-ANALYTE", 1), ("INSTR-ROW-KIND", 1), ("INSTR-WIDTH", 1)].into()));
    // a row cut off after its first cell looks like a title, and is told
    let file = read("shimadzu-gcms-tq8030", &TQ8030.replace("f4.qgd\tYP-0004\t8.1\t0.2", "f4.qgd"));
    assert_eq!(file.issues.last().map(|i| (i.row, i.code)), Some((9, "INSTR-TITLE")));

    let file = read("shimadzu-gcms-qp2010", QP2010);
    let expect = [("YP-0007", "Limonene", "0.31131", Unknown, None), ("YP-0007", "Geraniol", "Not Identified", Unknown, None)];
    assert_eq!(file.readings.iter().map(short).collect::<Vec<_>>(), expect);
    assert_eq!((file.readings[1].column.letter.as_str(), file.readings[1].not_detected), ("D", true));
    assert_eq!(file.readings[0].sample_printed, r"C:\Data\YP-0007_CD_2.qgd");
    // no concentration is not the same as not found; and the second table has no sample of its own
    let issues: Vec<(u32, &str)> = file.issues.iter().map(|i| (i.row, i.code)).collect();
    assert_eq!(issues, [(11, "INSTR-RESULT"), (17, "INSTR-SAMPLE")]);
    assert_eq!(reasons(&file)[&SkipReason::InternalStandard], 1);
    // a section without its header is told, its rows are not taken for a preamble
    let file = read("shimadzu-gcms-qp2010", &QP2010.replacen("ID#\tName\tType\tRet.Time\tConc.\tUnit\n", "", 1));
    let issues: Vec<(u32, &str)> = file.issues.iter().map(|i| (i.row, i.code)).collect();
    assert_eq!((file.readings.len(), issues), (0, vec![(5, "INSTR-HEADER"), (16, "INSTR-SAMPLE")]));
}

#[test]
fn what_does_not_fit_is_refused_with_its_reason() {
    let e = instrument::read(WORKLIST.as_bytes(), "import.csv", profile("varian-vistapro")).unwrap_err();
    assert_eq!((e.code(), e.facts["first"].as_str()), ("INSTR-WORKLIST", "9 | [YP-0001] Main-F | 1 | 2"));
    assert!(e.what(shiyan_foundation::Lang::Zh).contains("样品清单"));
    assert!(instrument::guess(WORKLIST.as_bytes(), "import.csv").is_empty());
    for p in instrument::shipped() {
        assert!(instrument::read(WORKLIST.as_bytes(), "import.csv", p).is_err(), "{}", p.key);
    }
    assert_eq!(refusal("foss-fiastar", AQ2.as_bytes()), "TABLE-HEADER");
    assert_eq!(refusal("foss-fiastar", FIASTAR.replace(';', ",").as_bytes()), "TABLE-HEADER");
    assert_eq!(refusal("shimadzu-icpe", AQ2.as_bytes()), "INSTR-NOTHING");
    assert_eq!(refusal("foss-fiastar", &nexion()), "INSTR-KIND");
    assert_eq!(refusal("perkinelmer-nexion", AQ2.as_bytes()), "INSTR-KIND");
    let other = out::xlsx("Sheet1", &["Sample Id", "Acquisition Time", "QC Status"], &[]).unwrap();
    assert_eq!(refusal("perkinelmer-nexion", &other), "INSTR-SHEET");
    assert_eq!(refusal("seal-aq2", b""), "FILE-EMPTY");
    assert_eq!(refusal("seal-aq2", &vec![b'a'; 9 << 20]), "FILE-SIZE");
    assert_eq!(refusal("seal-aq2", format!("{AQ2}\"open").as_bytes()), "CSV-QUOTE");
    assert_eq!(refusal("seal-aq2", "x".repeat(2_000).as_bytes()), "FILE-CELL-TEXT");
    // a heading that stands twice names no column
    let e = instrument::read(AQ2.replace("Absorbance", "Result").as_bytes(), "x", profile("seal-aq2")).unwrap_err();
    assert_eq!((e.code(), e.facts["wanted"].as_str()), ("TABLE-HEADER", "result"));
    // the header lacks one column: it is named
    let e = instrument::read(FIASTAR.replace("Error/Warning", "Err").as_bytes(), "x", profile("foss-fiastar")).unwrap_err();
    assert_eq!((e.code(), e.facts["wanted"].as_str()), ("TABLE-HEADER", "error/warning"));
    // too many findings: the profile is the wrong one
    let many = format!("样品编号,Pb\n{}", (0..20_001).map(|i| format!("YP-{i},?\n")).collect::<String>());
    assert_eq!(refusal("generic-2d", many.as_bytes()), "INSTR-TOO-MUCH");
    // a long heading over many rows: the text of the readings is bounded too
    let wide = format!("样品编号{}\n{}", format!(",{}", "铅".repeat(900)).repeat(2_000), format!("YP{}\n", ",0".repeat(2_000)).repeat(20));
    assert_eq!(refusal("generic-2d", wide.as_bytes()), "INSTR-TOO-MUCH");
    let large = format!("样品编号{}\n{}", (0..10_001).map(|i| format!(",P{i}")).collect::<String>(), format!("YP{}\n", ",0".repeat(10_001)).repeat(20));
    let e = instrument::read(large.as_bytes(), "x", profile("generic-2d")).unwrap_err();
    assert_eq!((e.code(), e.facts["limit"].as_str()), ("INSTR-TOO-MUCH", "200000"));
    // western letters where the profile says so
    let latin = FT120.replace("YP-1,Mean,w", "YP-1,Mean,Dro\u{eb} ").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let file = instrument::read(&latin, "x", profile("foss-winescan-ft120")).unwrap();
    assert_eq!((file.readings.len(), file.encoding), (2, None));
    assert_eq!(refusal("seal-aq2", &[AQ2.as_bytes(), b"\xeb ,,,1,,\n"].concat()), "FILE-ENCODING");
}

// ---- the real files ----

fn real(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/instruments").join(name);
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        shiyan_skip::skipped("real files of instruments", &format!("../shared/external/instruments/{name} is not beside the checkout"));
    }
    bytes
}
fn real_read(key: &str, name: &str) -> Option<InstrumentFile> {
    let bytes = real(name)?;
    assert_eq!(instrument::guess(&bytes, name).first(), Some(&key), "{name}");
    let file = instrument::read(&bytes, name, profile(key)).unwrap();
    whole(&file, profile(key));
    Some(file)
}
/// Rows, readings, samples among the unknowns, not detected, flagged, skipped: counted by hand or with another program.
fn counts(file: &InstrumentFile) -> (u64, u64, u64, u64, u64, u64) {
    let t = &file.totals;
    (t.rows, t.readings, t.samples, t.not_detected, t.flagged, t.skipped)
}
fn kind(file: &InstrumentFile, kind: ReadingKind) -> u64 {
    file.totals.kinds.get(&kind).copied().unwrap_or(0)
}
/// The reading of a row and a column.
fn at<'a>(file: &'a InstrumentFile, row: u32, letter: &str) -> &'a InstrumentReading {
    file.readings.iter().find(|r| r.row == row && r.column.letter == letter).unwrap_or_else(|| panic!("no reading in row {row}, column {letter}"))
}
fn cell<'a>(file: &'a InstrumentFile, row: u32, letter: &str) -> (&'a str, &'a str, &'a str, &'a str, Option<Flag>) {
    let r = at(file, row, letter);
    (&r.sample, &r.analyte, &r.value, &r.unit, r.flag)
}

#[test]
fn real_generic_and_fiastar() {
    if let Some(f) = real_read("generic-2d", "generic__2dimension.csv") {
        assert_eq!(counts(&f), (4, 12, 2, 2, 0, 2));
        assert_eq!(cell(&f, 2, "B"), ("1-0001", "Pentachloronitrobenzene", "-----", "", None));
        assert_eq!(cell(&f, 3, "D"), ("1-0002", "Ca", "6", "", None));
        assert_eq!((at(&f, 3, "B").value.as_str(), at(&f, 3, "B").not_detected, at(&f, 3, "B").analyte_mapped.as_deref()), ("ND", true, Some("五氯硝基苯")));
        assert_eq!((at(&f, 2, "C").sample_printed.as_str(), at(&f, 2, "C").replicate.as_str()), ("1-0001-R01", "R01"));
    }
    if let Some(f) = real_read("foss-fiastar", "foss_fiastar__4357.csv") {
        assert_eq!((counts(&f), kind(&f, Control), f.issues.len()), ((35, 34, 15, 0, 0, 1), 4, 0));
        assert_eq!(cell(&f, 2, "N"), ("V15-024828", "F SO2", "17", "", None));
        assert_eq!(cell(&f, 19, "N"), ("V15-024828", "T SO2", "110", "", None));
        assert_eq!((cell(&f, 35, "N"), at(&f, 35, "N").kind), (("kontrole", "T SO2", "96", "", None), Control));
        assert_eq!((at(&f, 16, "N").value.as_str(), at(&f, 16, "N").value_printed.as_str()), ("0", "      0"));
    }
    for (name, last) in [("foss_fiastar__JC15-0008.csv", "96"), ("foss_fiastar__JC15-0025.csv", "105")] {
        if let Some(f) = real_read("foss-fiastar", name) {
            assert_eq!((counts(&f), kind(&f, Control)), ((7, 6, 2, 0, 0, 1), 2));
            assert_eq!(cell(&f, 7, "N"), ("kontrole", "T SO2", last, "", None));
        }
    }
}

#[test]
fn real_winescan() {
    for (name, first) in [("foss_winescan__FossWSBika3.csv", "V15-0060"), ("foss_winescan__FossWSBika3V15-0090.csv", "V15-0090")] {
        if let Some(f) = real_read("foss-winescan-auto", name) {
            assert_eq!((counts(&f), codes(&f)), ((8, 64, 4, 0, 4, 4), [("INSTR-NEGATIVE", 4)].into()));
            assert_eq!(cell(&f, 2, "D"), (first, "Ethanol", "12.81", "", None));
            assert_eq!(cell(&f, 2, "R"), (first, "Sorbic acid", "-1588.3", "", Some(Flag::Negative)));
            assert_eq!(at(&f, 8, "Q").value, "11.5");
        }
    }
    if let Some(f) = real_read("foss-winescan-auto", "foss_winescan__auto.csv") {
        assert_eq!((counts(&f), kind(&f, Unknown)), ((14, 70, 7, 0, 6, 7), 70));
        // the header changes within the file: column D is Ash first, then Sg
        assert_eq!(cell(&f, 2, "D"), ("AR-01177-01", "Ash", "0.9905", "", None));
        assert_eq!(cell(&f, 6, "D"), ("V08-024198", "Sg", "0.9922", "", None));
        assert_eq!(cell(&f, 2, "L"), ("AR-01177-01", "LacticAcid", "-0.36", "", Some(Flag::Negative)));
        assert_eq!(cell(&f, 12, "M"), ("V08-024201", "GluFruc", "1", "", None));
    }
    if let Some(f) = real_read("foss-winescan-auto", "foss_winescan__auto_qcsamples.csv") {
        assert_eq!((counts(&f), kind(&f, Control), kind(&f, Unknown)), ((14, 70, 0, 0, 6, 7), 70, 0));
        assert_eq!(cell(&f, 14, "F"), ("QC-002", "Ethanol", "12.86", "", None));
    }
    if let Some(f) = real_read("foss-winescan-ft120", "foss_winescan__ft120.csv") {
        // row 2 is a replicate of a sample that has no mean
        assert_eq!((counts(&f), codes(&f)), ((5, 9, 1, 0, 1, 3), [("INSTR-NEGATIVE", 1), ("INSTR-REPLICATE", 1)].into()));
        assert_eq!(f.issues[0].row, 2);
        assert_eq!(cell(&f, 4, "E"), ("V10-031209", "Extract", "9.79", "", None));
        assert_eq!(cell(&f, 4, "K"), ("V10-031209", "MalicAcid", "-0.80", "", Some(Flag::Negative)));
    }
    if let Some(f) = real_read("foss-winescan-ft120", "foss_winescan__ft120_full_qcsamples_small.csv") {
        assert_eq!((counts(&f), kind(&f, Control), f.issues.len()), ((31, 42, 0, 0, 0, 25), 42, 0));
        assert_eq!(cell(&f, 5, "J"), ("QC-001", "Ethanol", "14.24", "", None));
    }
    if let Some(f) = real_read("foss-winescan-ft120", "foss_winescan__ft120_full_qcsamples.csv") {
        assert_eq!((counts(&f), kind(&f, Control)), ((2150, 2870, 0, 0, 42, 1654), 2870));
        // the last table, from row 2065 on, has no column of replicates: mean and deviation cannot be told apart
        assert_eq!(codes(&f), [("INSTR-HEADER", 1), ("INSTR-NEGATIVE", 42), ("INSTR-UNDER", 85)].into());
        assert_eq!(f.issues.iter().find(|i| i.code == "INSTR-HEADER").map(|i| i.row), Some(2065));
        let expect = [(SkipReason::Header, 14), (SkipReason::Summary, 410), (SkipReason::Calibration, 410), (SkipReason::Replicate, 820)];
        assert_eq!(reasons(&f), expect.into());
        assert_eq!(cell(&f, 161, "D"), ("QC-002", "ReducingSugar", "109.53", "", None));
    }
}

#[test]
fn real_shimadzu() {
    if let Some(f) = real_read("shimadzu-gcms-qp2010", "shimadzu_gcms__QP2010.txt") {
        assert_eq!((counts(&f), codes(&f)), ((34, 23, 1, 3, 5, 11), [("INSTR-NEGATIVE", 5)].into()));
        assert_eq!(cell(&f, 9, "L"), ("1-16-02249-001", "alpha-Pinene", "0.02604", "mg", None));
        assert_eq!(cell(&f, 10, "L"), ("1-16-02249-001", "Camphene", "-0.07825", "mg", Some(Flag::Negative)));
        assert_eq!((cell(&f, 24, "F"), at(&f, 24, "F").not_detected), (("1-16-02249-001", "Geraniol", "Not Identified", "", None), true));
        assert_eq!(cell(&f, 31, "L"), ("1-16-02249-001", "alpha-Bisabolol", "0.15079", "mg", None));
    }
    if let Some(f) = real_read("shimadzu-gcms-tq8030", "shimadzu_gcms__TQ8030.txt") {
        assert_eq!((counts(&f), f.totals.blank), ((60, 30, 6, 24, 6, 30), 4));
        assert_eq!(reasons(&f), [(SkipReason::Title, 5), (SkipReason::Summary, 25)].into());
        assert_eq!(cell(&f, 2, "D"), ("TRY-20170713-FL-0001", "Pentachloronitrobenzene", "-----", "", None));
        assert_eq!(cell(&f, 31, "D"), ("TRY-20170713-FL-0004", "Bifenthrin", "-0.29256", "", Some(Flag::Negative)));
        assert_eq!(at(&f, 59, "D").analyte_mapped.as_deref(), Some("氯氰菊酯和高效氯氰菊酯"));
    }
    for name in ["shimadzu_icpe__icp output.csv", "shimadzu_icpe__icp output.txt"] {
        if let Some(f) = real_read("shimadzu-icpe", name) {
            assert_eq!((counts(&f), kind(&f, Unknown), kind(&f, Control)), ((116, 84, 18, 0, 78, 32), 72, 12));
            assert_eq!((codes(&f), reasons(&f)), ([("INSTR-FLAG", 78), ("INSTR-NEGATIVE", 48)].into(), [(SkipReason::NoResult, 32)].into()));
            assert_eq!(cell(&f, 33, "V"), ("CHECK", "As", "22.9", "ppb", Some(Flag::Instrument)));
            assert_eq!(cell(&f, 34, "V"), ("CHECK", "Cd", "21.7", "ppb", None));
            assert_eq!(cell(&f, 41, "V"), ("1-16-02223", "As", "45.1", "ppb", Some(Flag::Instrument)));
            assert_eq!(at(&f, 42, "V").analyte_mapped.as_deref(), Some("镉(以Cd计)"));
        }
    }
}

#[test]
fn real_masshunter_nexion_gallery() {
    if let Some(f) = real_read("agilent-masshunter-quant", "instruments__agilent.masshunter.quantitative.csv") {
        assert_eq!((counts(&f), codes(&f)), ((3, 1, 1, 0, 1, 2), [("INSTR-FLAG", 2)].into()));
        assert_eq!(cell(&f, 3, "L"), ("H2O-0001", "TestInterims Results", "0.1034", "", Some(Flag::Instrument)));
        assert_eq!(at(&f, 3, "L").analyte_clean, "TestInterims");
    }
    if let Some(f) = real_read("perkinelmer-nexion", "instruments__perkinelmer__nexion350x__nexion350x.xlsx") {
        assert_eq!((counts(&f), f.sheet.as_str(), f.unread_sheets.len()), ((12, 147, 6, 0, 9, 6), "Concentrations", 9));
        assert_eq!((codes(&f), f.totals.empty_cells), ([("INSTR-NEGATIVE", 3), ("INSTR-TWICE", 6)].into(), 3));
        assert_eq!(cell(&f, 3, "H"), ("DU-0001", "Ag 107 (mg/L)", "0.111", "mg/L", None));
        assert_eq!(cell(&f, 6, "Y"), ("PLP21-0003", "Se 80 (mg/L)", "-365.079", "mg/L", Some(Flag::Negative)));
        // the second header: column H is Ce now
        assert_eq!(cell(&f, 11, "H"), ("PLP21-0005", "Ce 140 (mg/L)", "84.201", "mg/L", None));
        assert_eq!(cell(&f, 12, "Z"), ("PLP21-0006", "Hg 202 (mg/L)", "-2.217", "mg/L", Some(Flag::Negative)));
        assert_eq!((at(&f, 4, "AJ").flag, at(&f, 4, "AK").flag, at(&f, 4, "AJ").analyte_clean.as_str()), (Some(Flag::Twice), Some(Flag::Twice), "Fe"));
    }
    if let Some(f) = real_read("thermo-gallery-comma", "thermoscientific_gallery__9861x_v4_01.tsv") {
        assert_eq!((counts(&f), kind(&f, Blank), kind(&f, Control), kind(&f, Unknown)), ((49, 44, 9, 0, 23, 5), 4, 15, 25));
        assert_eq!(cell(&f, 12, "E"), ("pienk QC", "D Lac BBK", "141.4722", "mg/L", None));
        assert_eq!(cell(&f, 13, "E"), ("rooi QC", "D Lac BBK", "327.847", "mg/L", Some(Flag::Instrument)));
        assert_eq!((at(&f, 12, "E").value_printed.as_str(), at(&f, 55, "E").value.as_str()), ("141,4722", "218.0846"));
        // measured, rejected, measured again: both are shown to a person
        assert_eq!((at(&f, 33, "E").flag, at(&f, 49, "E").flag), (Some(Flag::Instrument), Some(Flag::Twice)));
    }
    if let Some(f) = real_read("thermo-gallery", "thermoscientific_gallery__9861x_v4_02.xls") {
        assert_eq!((counts(&f), kind(&f, Unknown)), ((41, 37, 22, 0, 18, 4), 37));
        assert_eq!(cell(&f, 12, "E"), ("5082", "AceticAcid", "0.51329", "g/L", None));
        assert_eq!(cell(&f, 26, "E"), ("972", "AceticAcid", "1.95591", "g/L", Some(Flag::Instrument)));
        assert_eq!(cell(&f, 27, "E"), ("972", "AceticAcid", "1.92276", "g/L", Some(Flag::Twice)));
    }
}

#[test]
fn real_aq2_and_vistapro() {
    if let Some(f) = real_read("seal-aq2", "sealanalytical_aq2__13-12-12 ENVASS BH REST ANIONS.csv") {
        assert_eq!((counts(&f), kind(&f, Standard), kind(&f, Unknown)), ((163, 162, 38, 0, 17, 1), 10, 152));
        assert_eq!(cell(&f, 2, "D"), ("1ppm NH3", "Ammonia2", "1.1797", "mg N/L", None));
        assert_eq!(cell(&f, 26, "D"), ("W-B5", "NO3", "-0.222", "ppm", Some(Flag::Negative)));
        assert_eq!(cell(&f, 163, "D"), ("W-S18", "Ammonia2", "0.8586", "mg N/L", None));
    }
    if let Some(f) = real_read("seal-aq2", "sealanalytical_aq2__AQ2 15-03-10 BOG Smpls ANIONS.csv") {
        assert_eq!((counts(&f), kind(&f, Standard), kind(&f, Blank)), ((51, 50, 19, 0, 0, 1), 8, 4));
        assert_eq!(cell(&f, 7, "D"), ("160ppm Cl", "Chloride 200", "159.301", "mg Cl/L", None));
        assert_eq!(cell(&f, 51, "D"), ("BOG - 19", "NO3 _ NO2", "0.292", "mg N/L", None));
    }
    if let Some(f) = real_read("varian-vistapro", "varian_vistapro__export.csv") {
        assert_eq!(counts(&f), (288, 287, 64, 0, 105, 1));
        assert_eq!([Unknown, Blank, Standard, Control].map(|k| kind(&f, k)), [216, 15, 29, 27]);
        assert_eq!(codes(&f), [("INSTR-FLAG", 81), ("INSTR-NEGATIVE", 73), ("INSTR-NUMBER", 7), ("INSTR-TWICE", 48)].into());
        assert_eq!(cell(&f, 16, "J"), ("Lab Control Sample", "Mn 257.610", "1.00648", "mg/L", None));
        assert_eq!(cell(&f, 22, "J"), ("A00035524001", "Mn 257.610", "0.00833809", "mg/L", Some(Flag::Twice)));
        assert_eq!((cell(&f, 28, "J"), at(&f, 28, "J").analyte_clean.as_str()), (("A00035524002", "Mn 257.610", "0.00438498", "mg/L", None), "Mn"));
        assert_eq!(cell(&f, 98, "J"), ("A00035495005", "Fe 259.940", "-0.0117905", "mg/L", Some(Flag::Instrument)));
    }
    if let Some(bytes) = real("varian_vistapro__import.csv") {
        assert_eq!(refusal("varian-vistapro", &bytes), "INSTR-WORKLIST");
        assert!(instrument::guess(&bytes, "import.csv").is_empty());
    }
}

// ---- damage ----

/// A small generator with a fixed seed: the same damage every time.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

fn damage(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=dice.roll(3) {
        if out.is_empty() {
            break;
        }
        let lines: Vec<(usize, usize)> = {
            let mut start = 0;
            let ends = out.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1).chain([out.len()]);
            ends.map(|end| (std::mem::replace(&mut start, end), end)).collect()
        };
        let (from, to) = lines[dice.roll(lines.len())];
        let separators: Vec<usize> = (from..to).filter(|i| b",;\t".contains(&out[*i])).collect();
        let spot = dice.roll(out.len());
        match dice.roll(9) {
            0 => out[spot] = u8::try_from(dice.roll(256)).unwrap(),
            1 => out.truncate(spot),
            2 => {
                let line = out[from..to].to_vec();
                out.splice(to..to, line);
            }
            3 => drop(out.drain(from..to)),
            4 if separators.len() > 1 => {
                let i = dice.roll(separators.len() - 1);
                let cell = out[separators[i]..separators[i + 1]].to_vec();
                out.splice(separators[i]..separators[i], cell);
            }
            5 if separators.len() > 1 => {
                let i = dice.roll(separators.len() - 1);
                out.drain(separators[i]..separators[i + 1]);
            }
            6 => {
                let huge = [&b"9"[..], "铅".as_bytes(), b"x,", b"\"", b"-"][dice.roll(5)].repeat(1 + dice.roll(1_200));
                out.splice(spot..spot, huge);
            }
            7 => {
                let (old, new) = (b",;\t"[dice.roll(3)], b",;\t "[dice.roll(4)]);
                for b in out.iter_mut().filter(|b| **b == old) {
                    *b = new;
                }
            }
            _ => {
                let other = lines[dice.roll(lines.len())];
                let line = out[other.0..other.1].to_vec();
                out.splice(from..from, line);
            }
        }
    }
    out
}

/// Reads one damaged file; what is read must be whole.
fn bear(bytes: &[u8], profile: &Profile, slowest: &mut Duration) -> bool {
    let start = Instant::now();
    let read = instrument::read(bytes, "damaged", profile);
    *slowest = (*slowest).max(start.elapsed());
    read.inspect(|file| whole(file, profile)).is_ok()
}

#[test]
fn four_thousand_damaged_files_lose_no_row_and_take_nothing_doubtful() {
    let mut dice = Dice(0x5EED_F00D);
    let (mut files, mut read, mut slowest) = (0, 0, Duration::ZERO);
    for (_, bytes) in own() {
        let rounds = if bytes.starts_with(b"PK") { 100 } else { 330 };
        for _ in 0..rounds {
            let damaged = damage(&bytes, &mut dice);
            files += 1;
            for profile in instrument::shipped() {
                read += u32::from(bear(&damaged, profile, &mut slowest));
            }
        }
    }
    assert!(files >= 4_000, "{files}");
    // the damage is not so great that nothing is left to test
    assert!(read > files / 3, "{read} of {files}");
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
}

#[test]
fn a_cell_too_many_or_too_few_never_moves_a_value_to_another_column() {
    let mut tried = 0;
    for (key, bytes) in own().into_iter().filter(|(_, b)| !b.starts_with(b"PK")) {
        // without the row that is shifted from the start: two damages can undo each other
        let text = String::from_utf8(bytes).unwrap().replace("YP-2,,Chloride,0,5,mg Cl/L,0.1\n", "");
        let all = |file: &InstrumentFile, taken: bool| -> BTreeSet<(String, String, String)> {
            let list = file.readings.iter().filter(|r| !taken || r.flag.is_none());
            list.map(|r| (r.sample.clone(), r.analyte.clone(), r.value.clone())).collect()
        };
        let original = all(&instrument::read(text.as_bytes(), "x", profile(key)).unwrap(), false);
        let separator = [b';', b'\t', b','].into_iter().max_by_key(|s| text.bytes().filter(|b| b == s).count()).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for (number, line) in lines.iter().enumerate() {
            let cells: Vec<&str> = line.trim_end().split(char::from(separator)).collect();
            // a line of one cell is a line, not a cell
            for place in (0..cells.len()).filter(|_| cells.len() > 1) {
                for twice in [false, true] {
                    let mut changed = cells.clone();
                    if twice {
                        changed.insert(place, cells[place]);
                    } else {
                        changed.remove(place);
                    }
                    let line = changed.join(&char::from(separator).to_string()) + "\n";
                    let damaged = [&lines[..number].concat(), &line, &lines[number + 1..].concat()].map(String::as_str).concat();
                    tried += 1;
                    if let Ok(file) = instrument::read(damaged.as_bytes(), "x", profile(key)) {
                        whole(&file, profile(key));
                        let moved: Vec<_> = all(&file, true).difference(&original).cloned().collect();
                        assert!(moved.is_empty(), "{key}, line {}, cell {place}, twice {twice}: {moved:?}", number + 1);
                    }
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn damaged_real_files_lose_no_row_either() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/instruments");
    let Ok(list) = std::fs::read_dir(folder) else {
        return shiyan_skip::skipped("damaged real files of instruments", "../shared/external/instruments is not beside the checkout");
    };
    let mut paths: Vec<PathBuf> = list.map(|e| e.unwrap().path()).collect();
    paths.sort();
    let mut dice = Dice(0xFEED_5EED);
    let mut slowest = Duration::ZERO;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let fitting = instrument::guess(&bytes, "x");
        for _ in 0..if bytes.len() > 50_000 { 8 } else { 60 } {
            let damaged = damage(&bytes, &mut dice);
            for key in &fitting {
                bear(&damaged, profile(key), &mut slowest);
            }
            bear(&damaged, &instrument::shipped()[dice.roll(instrument::shipped().len())], &mut slowest);
        }
    }
    assert!(slowest < Duration::from_secs(30), "{slowest:?}");
}
