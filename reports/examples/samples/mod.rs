//! Invented models: every name is made up and says so (示范…), every figure is arithmetic, none is real.
#![allow(dead_code)]

use chrono::{DateTime, FixedOffset, NaiveDate};
use shiyan_reports::annual::{self, Block, ChartBlock, Figures, KeyFigure, Section};
use shiyan_reports::charts::{Chart, Pareto, Progress, Ranking, Series, Standing, Trend};
use shiyan_reports::forms::service_receipt;
use shiyan_reports::letters;
use shiyan_reports::test_report::{self, Laboratory, Mark, Replaced, ResultRow, Said, Sample, Wording};
use shiyan_reports::{Align, Column, Lang, Table};

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap_or_default()
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default()
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn row(items: &[&str]) -> Vec<String> {
    items.iter().map(|t| (*t).to_owned()).collect()
}

/// Chinese and English.
pub fn both(zh: &str, en: &str) -> Said {
    (s(zh), s(en))
}

// ---------------------------------------------------------------- 检验报告

fn laboratory() -> Laboratory {
    Laboratory {
        name: s("示范市示范食品检验检测中心"),
        address: s("示范省示范市示范区示范大道100号3号楼"),
        phone: s("0000-00000000"),
        postcode: s("000000"),
        email: s("lab@example.com"),
    }
}

fn notices() -> Vec<Said> {
    [
        ("报告无“检验检测专用章”无效，无骑缝章无效。", "This report is not valid without the testing seal of the laboratory on the cover and across the edges of its pages."),
        ("报告无主检（编制）、审核、批准人签字无效。", "It is not valid without the names of those who tested, reviewed and approved it."),
        ("报告涂改、增删无效。", "It is not valid if anything in it has been altered, added or removed."),
        (
            "未经本机构书面批准，不得部分复制本报告；复制报告未重新加盖“检验检测专用章”无效。",
            "It may not be copied in part without the written consent of the laboratory; a copy without a new testing seal is not valid.",
        ),
        (
            "对检验结论有异议的，被抽样食品生产经营者可以自收到检验结论之日起7个工作日内，向组织实施监督抽检的市场监督管理部门提出书面复检申请，并提供相关证明材料；逾期未提出的，视为认可检验结论。",
            "A food business that objects to the conclusion may apply in writing for a recheck, with supporting documents, to the market regulator that ordered the sampling, within 7 working days of receiving the conclusion; after that the conclusion is taken as accepted.",
        ),
        (
            "对抽样过程、样品真实性、检验方法、标准适用等事项有异议的，依照《食品安全抽样检验管理办法》规定的时限向组织实施抽检的部门提出。",
            "Objections to the sampling, the authenticity of the sample, the method or the choice of standard are made to the same regulator within the terms of the Measures for Food Safety Sampling.",
        ),
        (
            "检验结果中“未检出”指低于方法检出限，括号内为方法检出限（LOD）；单位以“检验结果”表为准。",
            "“未检出” (not detected) means below the detection limit of the method, which stands in brackets; units are those of the table of results.",
        ),
        ("扫描封面二维码可以核对本报告的真伪及其是否已被替代、作废。", "The code on the cover leads to a page that says whether this report is genuine and still in force."),
    ]
    .into_iter()
    .map(|(zh, en)| both(zh, en))
    .collect()
}

fn sample() -> Sample {
    Sample {
        name: s("菠菜（示范样品）"),
        spec: s("散装称重"),
        brand: s(""),
        grade: s(""),
        production: s("2026-02-27（购进日期）"),
        shelf_life: s(""),
        sampled_unit: s("示范农贸市场甲·示范蔬菜摊（经营者：示范堃玥）"),
        sampled_address: s("示范市示范区示范路街道示范路1号示范农贸市场甲A区12号摊位"),
        producer: s("示范县示范蔬菜种植专业合作社"),
        producer_address: s("示范省示范县示范镇示范村"),
        sampling_no: s("XBJ26410105999900001"),
        sampled_on: s("2026-02-28"),
        samplers: s("示范一、示范二"),
        lot: s("35 kg"),
        quantity: s("2.5 kg（含备样1.0 kg）"),
        reserve: s("1.0 kg，封存于检验机构样品室"),
        state: s("常温，新鲜，封样完好"),
        received_on: s("2026-02-28"),
        tested_on: s("2026-03-01～2026-03-10"),
        task_source: s("示范区市场监督管理局"),
        category: both("监督抽检", "Supervisory sampling"),
    }
}

fn item(item: &str, requirement: &str, result: &str, method: &str, failed: bool) -> ResultRow {
    ResultRow {
        item: s(item),
        unit: s("mg/kg"),
        requirement: s(requirement),
        result: s(result),
        method: s(method),
        verdict: if failed { both("不合格项", "Nonconforming") } else { both("合格项", "Conforming") },
        note: String::new(),
        working: Vec::new(),
        failed,
    }
}

fn items() -> Vec<ResultRow> {
    let mut rows = vec![
        item("毒死蜱", "≤0.02", "未检出（<0.010）", "GB 23200.113—2018", false),
        item("氧乐果", "≤0.02", "未检出（<0.0050）", "GB 23200.121—2021", false),
        item("克百威（以克百威及3-羟基克百威之和计）", "≤0.02", "0.0083", "GB 23200.121—2021", false),
        item("阿维菌素", "≤0.05", "0.018", "GB 23200.121—2021", false),
        item("氟虫腈（氟虫腈、氟甲腈、氟虫腈砜、氟虫腈硫醚之和，以氟虫腈表示）", "≤0.02", "未检出（<0.0010）", "GB 23200.121—2021", false),
        item("啶虫脒", "≤5", "0.36", "GB/T 20769—2008", false),
        item("腐霉利", "≤0.2", "0.012", "GB 23200.113—2018", false),
        item("铅（以Pb计）", "≤0.3", "0.041", "GB 5009.12—2023（第二法）", false),
        item("镉（以Cd计）", "≤0.2", "0.063", "GB 5009.15—2023（第一法）", false),
        item("铬（以Cr计）", "≤0.5", "0.11", "GB 5009.123—2023", false),
        item("总砷（以As计）", "≤0.5", "0.025", "GB 5009.11—2024", false),
    ];
    rows[4].note = s("四种代谢物分别低于检出限");
    rows
}

/// A passing sample.
pub fn report_pass() -> test_report::Model {
    let lab = laboratory();
    test_report::Model {
        wording: Wording::Zh,
        report_no: s("SF-SP2026-000123"),
        laboratory: lab,
        sample: sample(),
        basis: row(&["GB 23200.113—2018", "GB 23200.121—2021", "GB/T 20769—2008", "GB 5009.12—2023", "GB 5009.15—2023"]),
        judged_by: row(&["GB 2763—2021《食品安全国家标准 食品中农药最大残留限量》", "GB 2762—2022《食品安全国家标准 食品中污染物限量》"]),
        conclusion: both(
            "经抽样检验，所检项目符合GB 2763—2021《食品安全国家标准 食品中农药最大残留限量》、GB 2762—2022《食品安全国家标准 食品中污染物限量》要求，检验结论为合格。",
            "The items tested meet the requirements of GB 2763—2021 and GB 2762—2022. Conclusion: conforming.",
        ),
        remark: s("检验结果仅对所抽样品的该批次负责。"),
        results: items(),
        approver: s("示范丙"),
        reviewer: s("示范乙"),
        tester: s("示范甲"),
        issued_on: Some(day(2026, 3, 12)),
        notices: notices(),
        verify_url: s("https://lims.example.com/v/7F3K92QXM4TZB01CD8E2"),
        verify_code: s("7F3K92QXM4TZB01CD8E2"),
        mark_picture: None,
        seal_picture: None,
        replaces: None,
        mark: Some(Mark::Demo),
        created_at: at("2026-03-12T09:30:00+08:00"),
    }
}

/// A failing sample with many items, amended once.
pub fn report_fail() -> test_report::Model {
    let mut model = report_pass();
    model.report_no = s("SF-SP2026-000124-1");
    model.sample.sampling_no = s("XBJ26410105999900002");
    let mut rows = items();
    for (i, name) in [
        "甲拌磷（以甲拌磷及其氧类似物之和计）",
        "乙酰甲胺磷",
        "水胺硫磷",
        "灭蝇胺",
        "吡虫啉",
        "噻虫胺",
        "噻虫嗪",
        "氯氟氰菊酯和高效氯氟氰菊酯",
        "三唑磷",
        "涕灭威",
        "甲胺磷",
        "多菌灵",
        "哒螨灵",
        "六六六（以α-六六六、β-六六六、γ-六六六和δ-六六六之和计）",
        "滴滴涕",
        "氯氰菊酯和高效氯氰菊酯",
        "甲氨基阿维菌素苯甲酸盐",
        "虫螨腈",
        "联苯菊酯",
        "敌敌畏",
    ]
    .into_iter()
    .enumerate()
    {
        let mut r = item(name, "≤0.05", "未检出（<0.010）", if i % 3 == 0 { "GB 23200.113—2018" } else { "GB 23200.121—2021" }, false);
        if name == "噻虫胺" {
            r = item(name, "≤0.05", "0.12", "GB 23200.121—2021", true);
            r.note = s("复测0.12");
        }
        rows.push(r);
    }
    let mut micro = item("菌落总数", "n=5，c=2，m=10⁴，M=10⁵", "3.2×10³；4.1×10³；<10；2.0×10³；1.1×10⁴", "GB 4789.2—2022", false);
    micro.unit = s("CFU/g");
    micro.note = s("五份样品分别列出");
    rows.push(micro);
    model.results = rows;
    model.conclusion = both(
        "经抽样检验，噻虫胺项目不符合GB 2763—2021《食品安全国家标准 食品中农药最大残留限量》要求，检验结论为不合格。",
        "Of the items tested, 噻虫胺 does not meet GB 2763—2021. Conclusion: nonconforming.",
    );
    model.replaces = Some(Replaced { report_no: s("SF-SP2026-000124"), reason: s("被抽样单位名称录入有误") });
    model
}

/// The failing sample with the working of every item.
pub fn report_working() -> test_report::Model {
    let mut model = report_fail();
    model.replaces = None;
    model.mark = None;
    model.report_no = s("SF-SP2026-000125");
    for r in &mut model.results {
        let limit = both(&format!("限量 {}mg/kg [L0007 v2 GB 2763-2021]", r.requirement), &format!("limit {}mg/kg [L0007 v2 GB 2763-2021]", r.requirement));
        let read = both(&format!("结果原文 \"{}\"，读作 {}mg/kg", r.result, r.result), &format!("result typed \"{}\", read as {}mg/kg", r.result, r.result));
        r.working = vec![read, limit];
        if r.unit == "CFU/g" {
            r.working = vec![
                both(
                    "结果原文 \"3200；4100；＜10；2000；11000\"，读作 3.2×10³；4.1×10³；<10；2.0×10³；1.1×10⁴CFU/g",
                    "result typed \"3200；4100；＜10；2000；11000\", read as five values",
                ),
                both("限量 n=5，c=2，m=10⁴，M=10⁵CFU/g [L0291 v1 GB 19295-2021]", "limit n=5, c=2, m=10⁴, M=10⁵CFU/g [L0291 v1 GB 19295-2021]"),
                both(
                    "n=5,c=2,m=10000,M=100000：大于 m 的 1 个，其中大于 M 的 0 个，不能确定的 0 个",
                    "n=5,c=2,m=10000,M=100000: 1 above m, 0 of them above M, 0 not certain",
                ),
            ];
        } else if r.failed {
            r.working.push(both("单位换算：120µg/kg = 0.12mg/kg", "unit: 120µg/kg = 0.12mg/kg"));
            r.working.push(both("0.12 ≤ 0.05：不成立", "0.12 ≤ 0.05: does not hold"));
            r.working.push(both("不合格项：大于最大限量", "nonconforming: above the maximum"));
        } else {
            r.working.push(both("低于限量，合格项", "below the limit: conforming"));
        }
    }
    model
}

/// The passing sample for a reader of English.
pub fn report_en() -> test_report::Model {
    let mut m = report_pass();
    m.wording = Wording::En;
    m.laboratory.name = s("Model City Food Testing Centre (invented)");
    m.laboratory.address = s("100 Model Avenue, Model District, Model City");
    m.sample.name = s("Spinach (invented sample)");
    m.sample.spec = s("Loose, by weight");
    m.sample.production = s("2026-02-27 (bought in)");
    m.sample.sampled_unit = s("Model Market A, Model Vegetable Stall");
    m.sample.sampled_address = s("Stall A-12, Model Market A, 1 Model Road, Model District, Model City");
    m.sample.producer = s("Model County Vegetable Growers' Cooperative");
    m.sample.producer_address = s("Model Village, Model Town, Model County");
    m.sample.samplers = s("Model One, Model Two");
    m.sample.quantity = s("2.5 kg (1.0 kg of it in reserve)");
    m.sample.reserve = s("1.0 kg, sealed at the laboratory");
    m.sample.state = s("Fresh, seals intact");
    m.sample.tested_on = s("2026-03-01 to 2026-03-10");
    m.sample.task_source = s("Market Regulation Bureau of Model District");
    m.judged_by = row(&["GB 2763-2021 Maximum residue limits for pesticides in food", "GB 2762-2022 Limits of contaminants in food"]);
    m.conclusion = both("", "The items tested meet the requirements of GB 2763-2021 and GB 2762-2022. Conclusion: pass.");
    m.remark = s("The results hold for the sampled lot only.");
    m.notices = [
        "This report is not valid without the testing seal of the laboratory.",
        "This report is not valid without the names of those who tested, reviewed and approved it.",
        "This report is not valid if it has been altered.",
        "It may not be copied in part without the written consent of the laboratory.",
        "Whoever objects to the conclusion may apply in writing for a recheck to the regulator that ordered the sampling, within 7 working days of receiving it.",
    ]
    .into_iter()
    .map(|en| both("", en))
    .collect();
    for (r, name) in m.results.iter_mut().zip([
        "Chlorpyrifos",
        "Omethoate",
        "Carbofuran (sum with 3-hydroxycarbofuran)",
        "Abamectin",
        "Fipronil (sum of fipronil and three metabolites)",
        "Acetamiprid",
        "Procymidone",
        "Lead (as Pb)",
        "Cadmium (as Cd)",
        "Chromium (as Cr)",
        "Total arsenic (as As)",
    ]) {
        r.item = s(name);
        r.result = r.result.replace("未检出（", "Not detected (").replace('）', ")");
        r.method = r.method.replace("（第二法）", " (2)").replace("（第一法）", " (1)").replace('—', "-");
        r.verdict = both("合格项", "Pass");
        r.note = String::new();
    }
    for t in &mut m.basis {
        *t = t.replace('—', "-");
    }
    m.approver = s("Model C");
    m.reviewer = s("Model B");
    m.tester = s("Model A");
    m
}

// ---------------------------------------------------------------- 年度报告

fn series(name: &str, points: &[(&str, f64)]) -> Series {
    Series { name: s(name), points: points.iter().map(|(l, v)| (s(l), *v)).collect() }
}

const STREETS: [(&str, f64, &str, u64); 17] = [
    ("示范南阳新村街道", 4.26, "4.26%", 282),
    ("示范大石桥街道", 3.54, "3.54%", 339),
    ("示范花园路街道", 3.17, "3.17%", 410),
    ("示范杜岭街道", 2.98, "2.98%", 302),
    ("示范北林路街道", 2.71, "2.71%", 369),
    ("示范文化路街道", 2.60, "2.60%", 346),
    ("示范丰产路街道", 2.47, "2.47%", 324),
    ("示范人民路街道", 2.30, "2.30%", 348),
    ("示范未来路街道", 2.17, "2.17%", 322),
    ("示范经八路街道", 2.05, "2.05%", 293),
    ("示范东风路街道", 1.96, "1.96%", 357),
    ("示范凤凰台街道", 1.75, "1.75%", 286),
    ("示范南阳路街道", 1.62, "1.62%", 371),
    ("示范国基路街道", 1.46, "1.46%", 412),
    ("示范丰庆路街道", 1.20, "1.20%", 334),
    ("示范兴达路街道", 0.96, "0.96%", 313),
    ("示范杨金路街道", 3.85, "1/26", 26),
];

const MONTHS: [&str; 12] = ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"];

fn trend(name_now: &str, name_last: &str, title: &str, labels: &[&str; 12]) -> Chart {
    let now = [1.62, 1.10, 1.95, 2.24, 2.61, 3.02, 3.18, 2.97, 2.40, 2.05, 1.71, 1.48];
    let last = [1.80, 1.52, 2.10, 2.36, 2.88, 2.95, 3.40, 3.31, 2.58, 2.30, 1.92, 1.77];
    Chart::Trend(Trend {
        title: s(title),
        desc: s("每月问题发现率，与上年同月比较"),
        now: series(name_now, &labels.iter().copied().zip(now).collect::<Vec<_>>()),
        last_year: Some(series(name_last, &labels.iter().copied().zip(last).collect::<Vec<_>>())),
        texts: Vec::new(),
        n: vec![371, 182, 462, 491, 498, 530, 535, 506, 542, 488, 468, 339],
        decimals: 2,
        unit: s("%"),
    })
}

fn ranking(title: &str, names: &[&str], mark: &str) -> Chart {
    let mut rows: Vec<_> = STREETS.to_vec();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    Chart::Ranking(Ranking {
        title: s(title),
        desc: s("各街道问题发现率，由高到低"),
        series: Series { name: String::new(), points: rows.iter().enumerate().map(|(i, r)| (names.get(i).map_or_else(|| s(r.0), |n| s(n)), r.1)).collect() },
        texts: rows.iter().map(|r| s(r.2)).collect(),
        n: rows.iter().map(|r| r.3).collect(),
        decimals: 2,
        unit: s("%"),
        mark: Some((s(mark), 2.28)),
    })
}

const KINDS: [(&str, f64); 8] = [
    ("农药残留超标", 58.0),
    ("微生物污染", 21.0),
    ("超范围超限量使用食品添加剂", 16.0),
    ("兽药残留超标", 13.0),
    ("质量指标不达标", 9.0),
    ("重金属等污染", 7.0),
    ("生物毒素", 3.0),
    ("其他", 2.0),
];

const CLASSES: [(&str, u32, u32, &str); 24] = [
    ("粮食加工品", 268, 2, "0.40"),
    ("食用油、油脂及其制品", 142, 1, "0.66"),
    ("调味品", 251, 3, "1.52"),
    ("肉制品", 196, 2, "1.10"),
    ("乳制品", 118, 0, "0.00"),
    ("饮料", 163, 2, "1.91"),
    ("方便食品", 84, 1, "1.05"),
    ("饼干", 61, 0, "0.00"),
    ("罐头", 37, 0, "0.00"),
    ("冷冻饮品", 33, 1, "2.70"),
    ("速冻食品", 88, 1, "0.95"),
    ("薯类和膨化食品", 46, 0, "0.00"),
    ("糖果制品", 52, 0, "1.64"),
    ("茶叶及相关制品", 64, 0, "0.00"),
    ("酒类", 137, 2, "2.05"),
    ("蔬菜制品", 91, 3, "3.81"),
    ("水果制品", 58, 1, "2.94"),
    ("炒货食品及坚果制品", 97, 2, "2.22"),
    ("蛋制品", 43, 0, "0.00"),
    ("水产制品", 39, 1, "0.00"),
    ("淀粉及淀粉制品", 71, 2, "3.30"),
    ("糕点", 184, 5, "3.06"),
    ("餐饮食品", 1012, 26, "2.93"),
    ("食用农产品", 2077, 68, "3.61"),
];

fn percent(part: u32, whole: u32) -> String {
    if whole == 0 {
        return s("--");
    }
    let scaled = (u64::from(part) * 100_000 / u64::from(whole) + 5) / 10;
    format!("{}.{:02}", scaled / 100, scaled % 100)
}

/// The annual report in Chinese, all seventeen sections and two annexes.
pub fn annual_zh() -> annual::Model {
    let classes_total: u32 = CLASSES.iter().map(|c| c.1).sum();
    let classes_bad: u32 = CLASSES.iter().map(|c| c.2).sum();
    let mut class_rows: Vec<Vec<String>> = CLASSES
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let rate = percent(c.2, c.1);
            vec![(i + 1).to_string(), s(c.0), c.1.to_string(), (c.1 - c.2).to_string(), c.2.to_string(), rate, s(c.3)]
        })
        .collect();
    class_rows.push(vec![
        String::new(),
        s("合计"),
        classes_total.to_string(),
        (classes_total - classes_bad).to_string(),
        classes_bad.to_string(),
        percent(classes_bad, classes_total),
        s("2.45"),
    ]);
    let p = |t: &str| Block::Paragraph(s(t));
    let sub = |t: &str| Block::SubHeading(s(t));
    let section = |heading: &str, blocks: Vec<Block>| Section { heading: s(heading), blocks, ..Section::default() };
    let left = |t: &str| Column::new(t, Align::Left);
    let mid = |t: &str| Column::new(t, Align::Centre);
    let num = |t: &str| Column::new(t, Align::Right);

    let sections = vec![
        section(
            "一、总体情况",
            vec![
                p(
                    "2026年，示范区市场监督管理部门认真贯彻《中华人民共和国食品安全法》和《食品安全抽样检验管理办法》，坚持问题导向，突出重点品种、重点区域、重点环节，统筹推进国抽、省抽、市抽、区抽任务。全年计划抽检5332批次，实际完成5412批次，完成率101.50%；抽检量4.06批次/千人，较上年增加0.21批次/千人。监督抽检发现不合格样品123批次，问题发现率2.28%，较上年下降0.17个百分点。",
                ),
                Block::Figures(Figures {
                    items: vec![
                        KeyFigure {
                            name: s("千人批次"),
                            value: s("4.06批次/千人"),
                            note: s("5412批次÷1333.0千人"),
                            goal: s("目标4.00　达标"),
                            met: Some(true),
                        },
                        KeyFigure { name: s("问题发现率"), value: s("2.28%"), note: s("监督抽检123÷5405批次"), goal: s("上年2.45%"), met: None },
                        KeyFigure {
                            name: s("评价性抽检合格率"), value: s("97.60%"), note: s("合格244÷250批次"), goal: s("目标98%　未达标"), met: Some(false)
                        },
                        KeyFigure {
                            name: s("核查处置率"), value: s("100%"), note: s("已完成118÷到期118件"), goal: s("目标100%　达标"), met: Some(true)
                        },
                        KeyFigure { name: s("报告及时率"), value: s("99.24%"), note: s("按期5371÷应出5412份"), goal: String::new(), met: None },
                        KeyFigure { name: s("公示及时率"), value: s("100%"), note: s("按期36÷36期"), goal: String::new(), met: None },
                    ],
                    scope: s("按抽样日期计2026年；国抽、省抽、市抽、区抽；监督抽检与评价性抽检；示范区实际管辖17个街道。"),
                }),
                Block::Chart(ChartBlock {
                    caption: s("图1　全年任务完成进度"),
                    chart: Chart::Progress(Progress {
                        title: s("千人批次"),
                        desc: s("全年千人批次与目标"),
                        value: 4.06,
                        target: Some(4.0),
                        text: s("4.06批次/千人"),
                        target_text: s("目标4.00"),
                        standing: Standing::Met,
                    }),
                    note: String::new(),
                }),
                Block::Table(Table {
                    caption: s("表1　按任务级别与任务类别统计（批次）"),
                    columns: vec![left("任务级别"), num("监督抽检"), num("评价性抽检"), num("风险监测"), num("合计"), num("不合格"), num("不合格率（%）")],
                    rows: vec![
                        row(&["国家抽检（转移地方）", "412", "0", "30", "442", "7", "1.58"]),
                        row(&["省级抽检", "538", "50", "24", "612", "14", "2.29"]),
                        row(&["市级抽检", "1126", "200", "0", "1326", "33", "2.49"]),
                        row(&["区级抽检", "3329", "0", "0", "3329", "75", "2.25"]),
                        row(&["合计", "5405", "250", "54", "5709", "129", "2.26"]),
                    ],
                    total: true,
                    note: s("注：风险监测不计入千人批次和问题发现率。"),
                }),
            ],
        ),
        section(
            "二、分环节抽检情况",
            vec![
                p(
                    "从抽样环节看，流通环节抽检3216批次，不合格71批次，不合格率2.21%；餐饮环节抽检1744批次，不合格43批次，不合格率2.47%；生产环节抽检312批次，不合格3批次，不合格率0.96%；网络交易第三方平台抽检133批次，不合格6批次，不合格率4.51%。",
                ),
                Block::Chart(ChartBlock {
                    caption: s("图2　月度问题发现率（细线为上年同月）"),
                    chart: trend("2026年", "2025年", "月度问题发现率", &MONTHS),
                    note: s("n为当月监督抽检批次数。"),
                }),
            ],
        ),
        section(
            "三、分食品大类抽检情况",
            vec![
                p(
                    "全年抽检覆盖24个食品大类。不合格率较高的是蔬菜制品、食用农产品、冷冻饮品；乳制品、饼干、罐头、薯类和膨化食品、糖果制品、茶叶及相关制品、蛋制品未检出不合格样品。",
                ),
                Block::Table(Table {
                    caption: s("表2　各食品大类监督抽检情况"),
                    columns: vec![
                        mid("序号"),
                        left("食品类别"),
                        num("样品总量（批次）"),
                        num("合格（批次）"),
                        num("不合格（批次）"),
                        num("不合格率（%）"),
                        num("上年（%）"),
                    ],
                    rows: class_rows,
                    total: true,
                    note: s("注：食品类别按国家食品安全监督抽检实施细则（2026年版）划分；上年按同口径重算。"),
                }),
            ],
        ),
        section(
            "四、食用农产品与重点食品",
            vec![
                p("食用农产品抽检2077批次，不合格68批次，不合格率3.27%，主要集中在豇豆、韭菜、姜、辣椒等品种的农药残留和淡水鱼的兽药残留。"),
                Block::Table(Table {
                    caption: s("表3　重点食品抽检情况"),
                    columns: vec![left("重点食品"), num("抽检（批次）"), num("不合格（批次）"), num("不合格率"), left("主要不合格项目")],
                    rows: vec![
                        row(&["主要农产品", "2077", "68", "3.27%", "噻虫胺、毒死蜱、镉、恩诺沙星"]),
                        row(&["水产品", "318", "9", "2.83%", "恩诺沙星、孔雀石绿"]),
                        row(&["畜产品", "402", "6", "1.49%", "氟苯尼考、磺胺类（总量）"]),
                        row(&["乳品", "131", "0", "0%", "—"]),
                        row(&["食用油", "142", "1", "0.70%", "过氧化值（以脂肪计）"]),
                        row(&["蔬菜", "986", "47", "4.77%", "噻虫胺、腐霉利、甲氨基阿维菌素苯甲酸盐"]),
                        row(&["肉及肉制品", "27", "1", "1/27", "菌落总数"]),
                    ],
                    total: false,
                    note: s("注：各组之间有意重叠，不可相加；样本量不足30批次的只列批次数，不列比率。"),
                }),
            ],
        ),
        section(
            "五、按街道（监管所）统计",
            vec![
                p("17个街道均已开展抽检。问题发现率最高的是示范南阳新村街道（4.26%），最低的是示范兴达路街道（0.96%）。"),
                Block::Chart(ChartBlock {
                    caption: s("图3　各街道问题发现率"),
                    chart: ranking("各街道问题发现率", &[], "全区2.28%"),
                    note: s("灰色表示样本量不足30批次，仅供参考。"),
                }),
            ],
        ),
        section(
            "六、不合格项目分析",
            vec![
                p(
                    "全年检出不合格项目129项次。按性质分，农药残留超标58项次，占44.96%；微生物污染21项次，占16.28%；超范围超限量使用食品添加剂16项次，占12.40%。前三类合计占73.64%。",
                ),
                Block::Chart(ChartBlock {
                    caption: s("图4　不合格项目类别帕累托图"),
                    chart: Chart::Pareto(Pareto {
                        title: s("不合格项目类别"),
                        desc: s("各类不合格项目的项次与累计占比"),
                        series: series("项次", &KINDS),
                        unit: s("项次"),
                        cumulative: s("累计占比"),
                        texts: ["44.96%", "61.24%", "73.64%", "83.72%", "90.70%", "96.12%", "98.45%", "100.00%"].map(s).to_vec(),
                    }),
                    note: s("n=129项次；一批次样品可有多个不合格项目。"),
                }),
            ],
        ),
        section(
            "七、区域类型",
            vec![p(
                "城市区域抽检4987批次，不合格112批次，不合格率2.25%；城乡结合部抽检362批次，不合格9批次，不合格率2.49%；旅游景点周边抽检63批次，不合格2批次，不合格率3.17%。",
            )],
        ),
        section(
            "八、重点主体",
            vec![p(
                "对学校（含幼儿园）食堂抽检416批次，不合格5批次；对农贸市场抽检1384批次，不合格49批次；对大中型商场超市抽检1027批次，不合格13批次；对网络食品经营者抽检133批次，不合格6批次。",
            )],
        ),
        section(
            "九、快速检测工作情况",
            vec![p(
                "全年设快检点31个，开展快速检测24186项次，阳性163项次，阳性率0.67%；阳性样品送实验室确认148批次，确证不合格121批次，确证率81.76%；当场销毁问题食用农产品1862.5公斤。快速检测不计入4批次/千人。",
            )],
        ),
        section(
            "十、核查处置情况",
            vec![
                sub("（一）核查处置进度"),
                p("全年应启动核查处置123件，已启动123件；到期118件，已办结118件，核查处置率100%，按期办结116件，按期率98.31%。在办5件均未到期，无逾期。"),
                sub("（二）风险控制与行政处罚"),
                p("下架、封存问题食品2316.8公斤，召回412.0公斤；立案87件，罚没款46.35万元，移送公安机关2件，依法免予处罚12件。"),
                Block::Empty(s("逾期未办结清单：无。截至2026年12月31日，没有超过法定期限的核查处置任务。")),
            ],
        ),
        section(
            "十一、复检与异议",
            vec![p(
                "受理复检申请4件，其中维持原结论3件、改判1件；受理异议申请6件，其中真实性异议4件、检验方法异议2件，均已办结。改判的1批次已从不合格数中剔除，并保留记录。",
            )],
        ),
        section("十二、信息公示", vec![p("全年发布监督抽检信息公告36期，公示合格样品5241批次、不合格样品122批次；公示风险控制和行政处罚情况97件。")]),
        section(
            "十三、与上年比较",
            vec![Block::Table(Table {
                caption: s("表4　主要指标同比"),
                columns: vec![left("指标"), num("2026年"), num("2025年"), num("变化")],
                rows: vec![
                    row(&["抽检批次", "5412", "5136", "+276（+5.37%）"]),
                    row(&["千人批次", "4.06", "3.85", "上升0.21"]),
                    row(&["问题发现率", "2.28%", "2.45%", "下降0.17个百分点"]),
                    row(&["评价性抽检合格率", "97.60%", "98.40%", "下降0.80个百分点"]),
                    row(&["核查处置按期率", "98.31%", "96.08%", "上升2.23个百分点"]),
                ],
                total: false,
                note: String::new(),
            })],
        ),
        section(
            "十四、典型案例",
            vec![
                p(
                    "案例一：示范农贸市场甲豇豆噻虫胺超标案。3月12日监督抽检发现该市场示范蔬菜摊销售的豇豆噻虫胺残留量0.62 mg/kg，超过标准限量（≤0.01 mg/kg）。辖区监管所于收到报告当日封存剩余豇豆15.5公斤，追溯至外省示范县种植基地并移送线索，对经营者依法作出行政处罚。",
                ),
                p("案例二：示范餐饮店复用餐饮具阴离子合成洗涤剂超标案。责令更换集中消毒单位，复查合格。"),
            ],
        ),
        section(
            "十五、风险分析与下年工作重点",
            vec![p(
                "一是农药残留仍是首要风险，豇豆、韭菜等品种在5月至8月集中超标，应当前移抽检时间、加密频次；二是餐饮环节复用餐饮具问题反复，应当对集中消毒单位开展延伸检查；三是网络食品经营不合格率高于平均水平，应当扩大网络抽检覆盖面；四是个别街道样本量不足，应当在计划中予以均衡。",
            )],
        ),
        section("十六、经费使用", vec![p("全年抽检经费决算428.60万元，其中检验费361.20万元、购样费41.90万元、其他25.50万元，平均每批次792元。")]),
        Section {
            heading: s("附件1　不合格样品清单"),
            blocks: vec![Block::Table(Table {
                caption: s("不合格样品清单（节选）"),
                columns: vec![
                    mid("序号"),
                    left("被抽样单位"),
                    left("地址"),
                    left("标称生产者"),
                    left("样品名称"),
                    mid("规格"),
                    mid("生产/购进日期"),
                    left("不合格项目"),
                    left("检验结果"),
                    left("标准值"),
                    left("检验机构"),
                    left("处置状态"),
                ],
                rows: (1..=34)
                    .map(|i| {
                        let (item, result, limit) = [
                            ("噻虫胺", "0.62 mg/kg", "≤0.01 mg/kg"),
                            ("恩诺沙星", "268 µg/kg", "≤100 µg/kg"),
                            ("菌落总数", "5.6×10⁵ CFU/g", "n=5，c=2，m=10⁴，M=10⁵"),
                            ("甜蜜素（以环己基氨基磺酸计）", "1.3 g/kg", "≤0.65 g/kg"),
                        ][i % 4];
                        vec![
                            i.to_string(),
                            format!("示范食品商行{i}号"),
                            format!("示范路街道示范路{i}号"),
                            s(if i % 4 == 0 { "/" } else { "示范县示范种植专业合作社" }),
                            s(["豇豆", "鲫鱼", "酱卤肉", "蜜饯"][i % 4]),
                            s(["散装", "散装", "200 g/袋", "150 g/袋"][i % 4]),
                            format!("2026-{:02}-{:02}", i % 12 + 1, i % 27 + 1),
                            s(item),
                            s(result),
                            s(limit),
                            s("示范检验中心"),
                            s(["处置完毕", "处置完毕", "在办（未到期）", "已移送"][i % 4]),
                        ]
                    })
                    .collect(),
                total: false,
                note: s("注：本清单与历次公告一致；经复检改判的样品已剔除。"),
            })],
            annex: true,
            landscape: true,
        },
        Section {
            heading: s("附件2　问题、措施、责任三清单"),
            blocks: vec![Block::Table(Table {
                caption: s("三清单"),
                columns: vec![
                    mid("序号").weight(0.6),
                    left("问题").weight(3.0),
                    left("措施").weight(4.0),
                    left("责任单位").weight(2.0),
                    mid("完成时限").weight(1.6),
                ],
                rows: vec![
                    row(&["1", "豇豆、韭菜农药残留超标集中", "5月至8月每周抽检，入市快检全覆盖，对连续两次超标的产地暂停入市", "食品流通监管科", "2027-08-31"]),
                    row(&["2", "复用餐饮具不合格反复", "对3家集中消毒单位开展延伸检查，公布结果", "餐饮监管科", "2027-03-31"]),
                    row(&["3", "示范杨金路街道样本量不足30批次", "在2027年计划中增加至120批次", "抽检监测科", "2027-01-31"]),
                ],
                total: false,
                note: String::new(),
            })],
            annex: true,
            landscape: false,
        },
    ];
    annual::Model {
        lang: Lang::Zh,
        title: s("示范市示范区2026年食品安全抽样检验工作报告"),
        issuer: s("示范区市场监督管理局"),
        doc_no: Some(s("示市监〔2027〕3号")),
        date: day(2027, 1, 15),
        scope: s(
            "按抽样日期计2026年1月1日至12月31日；任务级别：国抽（含转移地方）、省抽、市抽、区抽；任务类别：监督抽检、评价性抽检；部门：市场监管；区域：示范区实际管辖17个街道；人口：1,333,000人（2019年末常住，不含示范新区）。",
        ),
        contents: true,
        sections,
        data_version: s("2026-annual/seq-184233"),
        data_hash: s("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        demo: true,
        created_at: at("2027-01-15T16:20:05+08:00"),
    }
}

/// A shorter report in English.
pub fn annual_en() -> annual::Model {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let names: Vec<String> = (1..=17).map(|i| format!("Model Street {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let zh = annual_zh();
    let sections = vec![
        Section {
            heading: s("1  Overview"),
            blocks: vec![
                Block::Paragraph(s(
                    "In 2026 the district planned 5,332 batches and completed 5,412 (101.50%), that is 4.06 batches per thousand residents, 0.21 more than the year before. Supervisory sampling found 123 failing batches, a problem-finding rate of 2.28%, 0.17 percentage points lower than in 2025.",
                )),
                Block::Figures(Figures {
                    items: vec![
                        KeyFigure {
                            name: s("Batches per thousand"),
                            value: s("4.06"),
                            note: s("5,412 batches ÷ 1,333.0 thousand residents"),
                            goal: s("goal 4.00, met"),
                            met: Some(true),
                        },
                        KeyFigure {
                            name: s("Problem-finding rate"),
                            value: s("2.28%"),
                            note: s("123 of 5,405 supervisory batches"),
                            goal: s("2025: 2.45%"),
                            met: None,
                        },
                        KeyFigure {
                            name: s("Pass rate, evaluative"),
                            value: s("97.60%"),
                            note: s("244 of 250 batches"),
                            goal: s("goal 98%, not met"),
                            met: Some(false),
                        },
                        KeyFigure { name: s("Cases closed"), value: s("100%"), note: s("118 of 118 due"), goal: s("goal 100%, met"), met: Some(true) },
                    ],
                    scope: s("by date of sampling, 2026; all levels; supervisory and evaluative sampling; 17 streets run by the district."),
                }),
                Block::Table(Table {
                    caption: s("Table 1  Main figures compared with the year before"),
                    columns: vec![
                        Column::new("Figure", Align::Left),
                        Column::new("2026", Align::Right),
                        Column::new("2025", Align::Right),
                        Column::new("Change", Align::Right),
                    ],
                    rows: vec![
                        row(&["Batches", "5,412", "5,136", "+276 (+5.37%)"]),
                        row(&["Problem-finding rate", "2.28%", "2.45%", "−0.17 pp"]),
                        row(&["Disposal in time", "98.31%", "96.08%", "+2.23 pp"]),
                    ],
                    total: false,
                    note: s("pp: percentage points."),
                }),
            ],
            ..Section::default()
        },
        Section {
            heading: s("2  By month and by street"),
            blocks: vec![
                Block::Chart(ChartBlock {
                    caption: s("Figure 1  Problem-finding rate by month (thin: 2025)"),
                    chart: trend("2026", "2025", "Problem-finding rate by month", &months),
                    note: s("n is the number of supervisory batches of the month."),
                }),
                Block::Chart(ChartBlock {
                    caption: s("Figure 2  Problem-finding rate by street"),
                    chart: ranking("Problem-finding rate by street", &names, "district 2.28%"),
                    note: s("Grey: fewer than 30 batches."),
                }),
                Block::Empty(s("Cases past their deadline: none as of 31 December 2026.")),
            ],
            ..Section::default()
        },
    ];
    annual::Model {
        lang: Lang::En,
        title: s("Report on Food Safety Sampling in Model District, Model City, 2026"),
        issuer: s("Market Regulation Bureau of Model District"),
        doc_no: None,
        scope: s(
            "By date of sampling, 1 January to 31 December 2026; national, provincial, municipal and district tasks; supervisory and evaluative sampling; market regulation only; 17 streets run by the district; population 1,333,000 (residents at the end of 2019).",
        ),
        contents: false,
        sections,
        ..zh
    }
}

/// P21 送达回证 with everything that can be known before the pen.
pub fn receipt(lang: Lang) -> service_receipt::Model {
    let paper = |title: &str, number: &str| service_receipt::Served { title: title.to_owned(), number: number.to_owned() };
    service_receipt::Model {
        lang,
        office: lang.pick("示范区市场监督管理局", "Market Regulation Bureau of Model District").to_owned(),
        number: Some("示市监送〔2027〕12号".to_owned()),
        papers: vec![
            paper(lang.pick("食品安全抽样检验结果通知书", "Notice of the result of sampling inspection"), "示市监检结告〔2027〕8号"),
            paper(lang.pick("检验报告", "Test report"), "SF-SP2026-000124"),
        ],
        receiver: Some("示范农贸市场甲·示范蔬菜摊（经营者：示范堃玥）".to_owned()),
        place: Some("示范市示范区示范路街道示范路1号示范农贸市场甲A区12号摊位".to_owned()),
        way: Some(service_receipt::Way::Direct),
        on: chrono::NaiveDate::from_ymd_opt(2027, 1, 15),
        time: chrono::NaiveTime::from_hms_opt(16, 5, 0),
        collector: None,
        remark: None,
        demo: true,
        created_at: annual_zh().created_at,
    }
}

/// The same before anything is known: to be filled in by hand.
pub fn receipt_open() -> service_receipt::Model {
    let known = receipt(Lang::Zh);
    service_receipt::Model { number: None, papers: Vec::new(), receiver: None, place: None, way: None, on: None, time: None, demo: false, ..known }
}

// ---------------------------------------------------------------- P40、P41 通告

fn batch(n: usize, food: &str, class: &str, items: &str) -> letters::Batch {
    let farm = class == "食用农产品";
    letters::Batch {
        sheet: format!("XBJ27410105{n:09}"),
        producer: if farm { s("/") } else { s("示范省示范食品有限公司") },
        producer_address: if farm { s("/") } else { s("示范省示范市示范县示范镇工业路88号") },
        operator: format!("示范区示范便利店{n}号（个体工商户）"),
        operator_address: format!("示范路街道 示范区示范路{n}号1层"),
        food: s(food),
        spec: if farm { s("/") } else { s("500g/袋") },
        brand: if farm { s("/") } else { s("示范牌+图形") },
        made: if farm { s("2027-01-03（购进日期）") } else { s("2026-12-18（生产日期）/B20261218") },
        items: s(items),
        class: s(class),
        lab: s("示范市示范食品检验检测中心"),
        source: s("2027年示范区食品安全监督抽检"),
    }
}

/// A notice with both annexes, over several pages.
pub fn notice(lang: Lang) -> letters::Notice {
    let name = |zh: &str, en: &str| shiyan_foundation::area::Name { zh: s(zh), en: s(en) };
    letters::Notice {
        lang,
        district: shiyan_foundation::area::District {
            name: name("示范市示范区", "Model District"),
            short: name("示范区", "Model District"),
            body: name("示范区市场监督管理局", "Market Regulation Bureau of Model District"),
        },
        period: s(lang.pick("2027年1月", "January 2027")),
        classes: vec![s("糕点"), s("餐饮食品"), s("食用农产品")],
        failing: vec![
            batch(1, "韭菜", "食用农产品", "腐霉利║56mg/kg║≤2mg/kg"),
            batch(2, "桃酥", "糕点", "菌落总数║n1=250000, n2=110000, n3=90000, n4=320000, n5=100000CFU/g║n=5,c=2,m=10000,M=100000CFU/g\n酸价║6.1mg/g║≤5mg/g"),
        ],
        passing: (3..31).map(|n| if n % 2 == 0 { batch(n, "蛋糕", "糕点", "") } else { batch(n, "豇豆", "食用农产品", "") }).collect(),
        offices: vec![s("示范路街道市场监督管理所")],
        front: letters::Front { number: None, count: None, date: None, demo: false, created_at: at("2027-02-10T00:00:00+08:00") },
    }
}

/// The same with its number, without anything failing.
pub fn notice_numbered() -> letters::Notice {
    let known = notice(Lang::Zh);
    let front =
        letters::Front {
            number: Some(s("示市监通告〔2027〕3号")), count: Some(s("2027年第二期")), date: Some(day(2027, 2, 11)), ..known.front.clone()
        };
    letters::Notice { failing: Vec::new(), offices: Vec::new(), front, ..known }
}

/// A bulletin: of a quarter, or of a month without anything to compare.
pub fn bulletin(lang: Lang, monthly: bool) -> letters::Bulletin {
    let class = |name: &str, batches: u64, failing: u64, rate: &str, change: &str| letters::ClassLine {
        name: s(name),
        batches: batches.to_string(),
        passing: (batches - failing).to_string(),
        failing: failing.to_string(),
        rate: s(rate),
        change: s(change),
    };
    let known = notice(lang);
    let mut classes = vec![
        class(lang.pick("粮食加工品", "Grain products"), 120, 1, "0.83%", "-0.12"),
        class(lang.pick("肉制品", "Meat products"), 96, 3, "3.13%", "+0.41"),
        class(lang.pick("乳制品", "Dairy products"), 17, 0, "0/17", "—"),
        class(lang.pick("糕点", "Pastry"), 210, 6, "2.86%", "0.00"),
        class(lang.pick("食用农产品", "Edible farm produce"), 890, 30, "3.37%", "-0.55"),
    ];
    classes.truncate(if monthly { 3 } else { 5 });
    let change = if monthly { s("") } else { s("0.35") };
    letters::Bulletin {
        lang,
        district: known.district,
        period: s(match (lang, monthly) {
            (Lang::Zh, false) => "2027年第一季度",
            (Lang::Zh, true) => "2027年1月",
            (Lang::En, false) => "the first quarter of 2027",
            (Lang::En, true) => "January 2027",
        }),
        monthly,
        scope: s(lang.pick("统计口径：2027年（按抽样日期）；任务类别：监督抽检。", "Scope: 2027 (by sampling date); kinds: supervisory.")),
        as_of: s(lang.pick("2027年4月6日", "6 April 2027")),
        total: letters::Totals {
            batches: s("1333"),
            passing: s("1293"),
            failing: s("40"),
            rate: s("3.00%"),
            batches_before: s(if monthly { "0" } else { "1290" }),
            rate_before: s("3.35%"),
            change,
            up: false,
            same: false,
        },
        staples: classes[..3].to_vec(),
        moved: (1, 2),
        groups: vec![
            letters::Share { name: s("农药残留"), count: s("31"), share: s("73.81%") },
            letters::Share { name: s("食品添加剂"), count: s("11"), share: s("26.19%") },
        ],
        classes,
        disposal: letters::Disposal { opened: s("41"), closed: s("12") },
        front: letters::Front { demo: true, ..known.front },
    }
}

// ---------------------------------------------------------------- P03、P12、P20、P63

/// A sheet of each of the three kinds, filled in as samplers do.
pub fn sheet(lang: Lang, variant: letters::Variant) -> letters::SheetForm {
    use shiyan_sample_intake::sheet::Sheet;
    let mut sheet = Sheet::default();
    let recorded = [
        ("sampling_no", "XBJ27410105999900001"),
        ("task_source", "示范区市场监督管理局"),
        ("purpose", "监督抽检"),
        ("sampling_type", "常规抽样"),
        ("link", "流通"),
        ("place", "超市"),
        ("area_kind", "城市"),
        ("site_name", "示范区示范便利店（个体工商户）"),
        ("site_addr", "示范省示范市示范区示范路街道示范路1号示范广场1层101"),
        ("uscc", "92410105MA0000000X"),
        ("permit_kind", "食品经营许可证"),
        ("permit_no", "JY14101050000000"),
        ("legal_rep", "示范堃玥"),
        ("site_contact", "示范三"),
        ("site_phone", "00000000000"),
        ("prod_name", "示范省示范食品有限公司"),
        ("prod_addr", "示范省示范市示范县示范镇工业路88号"),
        ("prod_permit", "SC10141010500000"),
        ("prod_phone", "0000-00000000"),
        ("has_third_party", "是"),
        ("tp_role", "委托"),
        ("tp_name", "示范省示范商贸有限公司"),
        ("tp_addr", "示范省示范市示范区示范大道100号"),
        ("name", "桃酥（烘烤类糕点）"),
        ("brand", "示范牌+图形"),
        ("sample_kind", "工业加工食品"),
        ("sample_source", "外购"),
        ("sample_attr", "普通食品"),
        ("pack_kind", "预包装"),
        ("date_kind", "生产日期"),
        ("made_on", "2026-12-18"),
        ("shelf_life", "6个月"),
        ("lot_no", "B20261218"),
        ("spec", "500g/袋"),
        ("grade", "合格"),
        ("unit_price", "12.50"),
        ("imported", "否"),
        ("origin", "示范省示范市"),
        ("sampled_on", "2027-01-05"),
        ("sampling_mode", "非无菌采样"),
        ("form", "固体"),
        ("sample_pack", "塑料袋"),
        ("storage", "常温"),
        ("base_qty", "60"),
        ("sample_qty", "8"),
        ("backup_qty", "4"),
        ("qty_unit", "袋"),
        ("exec_std", "GB/T 20977-2007《糕点通则》"),
        ("sampler_org", "示范市示范食品检验检测中心"),
        ("sampler_addr", "示范省示范市示范区示范大道100号3号楼"),
        ("sampler_phone", "0000-00000000"),
        ("lab_org", "示范市示范食品检验检测中心"),
        ("remark", "实际经营地址与营业执照一致；照片12张。"),
    ];
    recorded.iter().for_each(|(key, text)| sheet.set(key, *text));
    let changed: &[(&str, &str)] = match variant {
        letters::Variant::General => &[],
        letters::Variant::Farm => &[
            ("place", "农贸市场"),
            ("market_name", "示范农贸市场甲"),
            ("stall", "A区12号"),
            ("name", "韭菜"),
            ("brand", ""),
            ("sample_kind", "食用农产品"),
            ("pack_kind", "无包装"),
            ("date_kind", "购进日期"),
            ("made_on", "2027-01-04"),
            ("shelf_life", ""),
            ("lot_no", ""),
            ("spec", ""),
            ("grade", ""),
            ("prod_name", "示范县示范蔬菜种植专业合作社"),
            ("prod_permit", ""),
            ("has_third_party", "否"),
            ("tp_name", ""),
            ("base_qty", "35"),
            ("sample_qty", "2.5"),
            ("backup_qty", "1.0"),
            ("qty_unit", "kg"),
        ],
        letters::Variant::Online => &[
            ("sampling_type", "网络抽样"),
            ("place", "网购"),
            ("platform", "示范购物平台"),
            ("buyer_account", "示范四，尾号0000"),
            ("delivery", "示范市示范区示范大道100号3号楼"),
        ],
    };
    changed.iter().for_each(|(key, text)| sheet.set(key, *text));
    let person = |n: u128| shiyan_foundation::ids::UserId(uuid::Uuid::from_u128(n));
    sheet.samplers = vec![(person(1), s("示范一")), (person(2), s("示范二"))];
    letters::SheetForm {
        lang,
        number: s("XBJ27410105999900001"),
        sheet,
        street: s(lang.pick("示范路街道", "Model Road")),
        deliver_by: Some(s(lang.pick("2027年1月12日", "12 January 2027"))),
        front: letters::Front { number: None, count: None, date: None, demo: false, created_at: at("2027-01-05T00:00:00+08:00") },
    }
}

/// A timed report of a batch with two failing items.
pub fn timed(lang: Lang) -> letters::Timed {
    let row = |item: &str, method: &str, value: &str, limit: &str, note: &str| letters::TimedRow {
        sheet: s("XBJ27410105999900002"),
        food: s("熟制牛肉（示范样品）"),
        made: s("2027-01-02（生产日期）"),
        spec: s("250g/袋"),
        brand: s(""),
        producer: s("示范省示范肉制品有限公司"),
        producer_address: s("示范省示范市示范县示范镇工业路66号"),
        area: s("示范区示范路街道"),
        place: s("超市"),
        item: s(item),
        method: s(method),
        value: s(value),
        limit: s(limit),
        basis: s("GB 29921-2021"),
        note: s(note),
    };
    letters::Timed {
        lang,
        number: None,
        to: s(lang.pick("示范区市场监督管理局", "Market Regulation Bureau of Model District")),
        plan: s("2027年示范区食品安全监督抽检"),
        lab: s("示范市示范食品检验检测中心"),
        phone: Some(s("0000-00000000")),
        rows: vec![
            row("单核细胞增生李斯特氏菌", "GB 4789.30-2016（第一法）", "n1检出/25g", "n=5,c=0,m=0/25g", "不符合要求"),
            row("沙门氏菌", "GB 4789.4-2024", "n2检出/25g", "n=5,c=0,m=0/25g", "不符合要求"),
        ],
        confirmed_at: Some(s(lang.pick("2027年1月12日9时05分", "12 January 2027, 09:05"))),
        due: Some(s(lang.pick("2027年1月13日9时05分", "13 January 2027, 09:05"))),
        front: letters::Front { number: None, count: None, date: None, demo: false, created_at: at("2027-01-12T00:00:00+08:00") },
    }
}

/// The notices of a batch: to the shop, to the market and to the producer; one failing item may be rechecked, the other may not.
pub fn result(lang: Lang) -> letters::ResultNotice {
    let to = |name: &str, standing| letters::Addressee { name: s(name), standing, recheck_until: None, objection_until: None };
    let served = letters::Addressee {
        recheck_until: Some(day(2027, 1, 28)),
        objection_until: Some(day(2027, 1, 28)),
        ..to("示范省示范食品有限公司", letters::Standing::Producer)
    };
    letters::ResultNotice {
        lang,
        body: s(lang.pick("示范区市场监督管理局", "Market Regulation Bureau of Model District")),
        to: vec![
            to("示范农贸市场甲·示范糕点店（经营者：示范堃玥）", letters::Standing::Sampled),
            to("示范农贸市场甲", letters::Standing::MarketOpener),
            served,
        ],
        sampled_on: s(lang.pick("2027年1月5日", "5 January 2027")),
        goods: letters::Goods {
            food: s("桃酥"),
            brand: s("示范牌+图形"),
            spec: s("500g/袋"),
            made: s("2026-12-18（生产日期）/B20261218"),
            grade: s(""),
            sheet: s("XBJ27410105999900003"),
            operator: s("示范农贸市场甲·示范糕点店（经营者：示范堃玥）"),
            producer: s("示范省示范食品有限公司"),
        },
        lab: s("示范市示范食品检验检测中心"),
        report: s("SY-XBJ27410105999900003"),
        items: vec![
            letters::FailingItem {
                item: s("酸价（以脂肪计）（KOH）"), value: s("6.1mg/g"), limit: s("≤5mg/g"), basis: s("GB 7099-2015"), microbial: false
            },
            letters::FailingItem {
                item: s("菌落总数"),
                value: s("n1=250000,n2=110000,n3=90000,n4=320000,n5=100000CFU/g"),
                limit: s("n=5,c=2,m=10000,M=100000CFU/g"),
                basis: s("GB 7099-2015"),
                microbial: true,
            },
        ],
        front: letters::Front { number: None, count: None, date: None, demo: false, created_at: at("2027-01-18T00:00:00+08:00") },
    }
}

/// The same with a number, to the shop alone, of a batch that fails for microbes only.
pub fn result_microbe() -> letters::ResultNotice {
    let known = result(Lang::Zh);
    let front = letters::Front { number: Some(s("示市监检结告〔2027〕8号")), date: Some(day(2027, 1, 18)), ..known.front.clone() };
    letters::ResultNotice { to: known.to[..1].to_vec(), items: known.items[1..].to_vec(), front, ..known }
}

/// The three lists of a month; or of one in which nothing was found.
pub fn lists(lang: Lang, empty: bool) -> letters::Lists {
    let count = if empty { 0 } else { 9 };
    let problem = |i: usize| letters::Problem {
        no: format!("HC2027-{i:04}-LT"),
        found_on: format!("2027-01-{:02}", i + 10),
        source: s(lang.pick("抽检", "Sampling")),
        field: s(["食用农产品", "糕点", "餐饮食品"][i % 3]),
        what: format!(
            "示范区示范便利店{i}号经营的{}不合格：{}",
            ["韭菜", "桃酥", "复用餐饮具"][i % 3],
            ["腐霉利", "酸价（以脂肪计）（KOH）", "阴离子合成洗涤剂"][i % 3]
        ),
        proof: format!("SY-XBJ27410105{i:09}"),
        unit: s("示范路街道市场监督管理所"),
        person: s(if i.is_multiple_of(4) { "" } else { "示范五" }),
        severity: if i == 2 { s(lang.pick("严重", "Severe")) } else { s(lang.pick("一般", "Ordinary")) },
    };
    let done = |i: usize| i % 3 == 1;
    let correction = |i: usize| letters::Correction {
        no: format!("HC2027-{i:04}-LT"),
        measures: s(if done(i) { "下架同批次食品，更换供货商，建立进货查验台账" } else { "" }),
        unit: s("示范路街道市场监督管理所"),
        person: s(if i.is_multiple_of(4) { "" } else { "示范五" }),
        due: s("2027-04-12"),
        progress: s(if done(i) { lang.pick("已办结", "Closed") } else { lang.pick("处置中", "In progress") }),
        done_on: s(if done(i) { "2027-03-20" } else { "" }),
        accepted: s(if done(i) { "示范六 2027-03-20" } else { "" }),
        closed: s(if done(i) { lang.pick("是", "yes") } else { lang.pick("否", "no") }),
        proof: if done(i) { s(lang.pick("附件5份", "5 files")) } else { String::new() },
    };
    letters::Lists {
        lang,
        body: s(lang.pick("示范区市场监督管理局", "Market Regulation Bureau of Model District")),
        period: s(lang.pick("2027年1月", "January 2027")),
        as_of: s(lang.pick("2027年4月6日", "6 April 2027")),
        problems: (1..=count).map(problem).collect(),
        corrections: (1..=count).map(correction).collect(),
        front: letters::Front { number: None, count: None, date: None, demo: false, created_at: at("2027-04-06T00:00:00+08:00") },
    }
}
