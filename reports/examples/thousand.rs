//! Many different test reports one after the other, as a job of the program issues them, then the same as volumes for the printer, counted and timed;
//! nothing is kept: `cargo run --release -p shiyan-reports --example thousand -- [COUNT] [DIR]`.
//!
//! With a directory it also leaves there what another typesetter needs for the same papers: `N.json` for the reports, the two faces,
//! and `first.pdf`, our own first report, to look at both side by side.
mod samples;

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use shiyan_reports::Faces;
use shiyan_reports::test_report::{BOUND, Model, ResultRow, pdf, volume};

/// Vegetables, as a market has them.
const FOODS: [&str; 12] = ["菠菜", "韭菜", "豇豆", "普通白菜", "芹菜", "辣椒", "茄子", "黄瓜", "番茄", "油麦菜", "结球甘蓝", "山药"];
const MARKETS: [&str; 7] = ["示范农贸市场甲", "示范农贸市场乙", "示范生鲜超市", "示范便民菜店", "示范批发市场", "示范学校食堂", "示范社区直销点"];
const SURNAMES: [&str; 8] = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王"];
const STREETS: [&str; 6] = ["示范路", "文化路", "丰产路", "花园路", "东风路", "未来路"];
/// Item, limit in mg/kg, method.
const ITEMS: [(&str, &str, &str); 24] = [
    ("毒死蜱", "0.02", "GB 23200.113—2018"),
    ("氧乐果", "0.02", "GB 23200.121—2021"),
    ("克百威（以克百威及3-羟基克百威之和计）", "0.02", "GB 23200.121—2021"),
    ("阿维菌素", "0.05", "GB 23200.121—2021"),
    ("氟虫腈（氟虫腈、氟甲腈、氟虫腈砜、氟虫腈硫醚之和，以氟虫腈表示）", "0.02", "GB 23200.121—2021"),
    ("啶虫脒", "5", "GB/T 20769—2008"),
    ("腐霉利", "0.2", "GB 23200.113—2018"),
    ("甲拌磷（以甲拌磷及其氧类似物之和计）", "0.01", "GB 23200.116—2019"),
    ("乙酰甲胺磷", "0.02", "GB 23200.113—2018"),
    ("水胺硫磷", "0.05", "GB 23200.113—2018"),
    ("灭蝇胺", "0.5", "NY/T 1725—2009"),
    ("吡虫啉", "0.5", "GB/T 20769—2008"),
    ("噻虫胺", "0.2", "GB 23200.121—2021"),
    ("噻虫嗪", "0.3", "GB 23200.121—2021"),
    ("氯氟氰菊酯和高效氯氟氰菊酯", "0.2", "GB 23200.113—2018"),
    ("三唑磷", "0.05", "GB 23200.113—2018"),
    ("甲胺磷", "0.05", "GB 23200.113—2018"),
    ("多菌灵", "0.5", "GB/T 20769—2008"),
    ("哒螨灵", "2", "GB 23200.113—2018"),
    ("六六六（以α-六六六、β-六六六、γ-六六六和δ-六六六之和计）", "0.05", "GB/T 5009.19—2008（第一法）"),
    ("甲氨基阿维菌素苯甲酸盐", "0.1", "GB/T 20769—2008"),
    ("虫螨腈", "1", "GB 23200.8—2016"),
    ("铅（以Pb计）", "0.3", "GB 5009.12—2023（第二法）"),
    ("镉（以Cd计）", "0.2", "GB 5009.15—2023（第一法）"),
];
/// Items of one report: as many as fill the page of results.
const ROWS: usize = 15;

fn of<T: Copy>(list: &[T], n: usize) -> T {
    list[n % list.len()]
}

/// Report `n`: its own sample, place, people, dates, items, results and codes.
fn report(n: usize) -> Model {
    let mut m = samples::report_pass();
    let (food, market) = (of(&FOODS, n * 5), of(&MARKETS, n * 3));
    let person = |k: usize| format!("{}{}", of(&SURNAMES, n + k), of(&["示范", "某某", "明华", "建国", "晓丽"], n / 7 + k));
    let day = |k: usize| format!("2026-{:02}-{:02}", 1 + n / 97 % 12, 1 + (n + k) % 22 + k);
    m.mark = None;
    m.report_no = format!("SY-XBJ26410105{:08}", 41_000_000 + n);
    m.sample.name = food.to_owned();
    m.sample.production = format!("{}（购进日期）", day(0));
    m.sample.sampled_unit = format!("{market}{}号摊（经营者：{}）", n % 180 + 1, person(1));
    m.sample.sampled_address = format!("示范市示范区{}{}号{market}{}区{}号摊位", of(&STREETS, n), n % 300 + 1, of(&["A", "B", "C"], n), n % 180 + 1);
    m.sample.producer = format!("示范县第{}蔬菜种植专业合作社", n % 60 + 1);
    m.sample.producer_address = format!("示范省示范县示范镇{}组", n % 40 + 1);
    m.sample.sampling_no = format!("XBJ26410105{:08}", 41_000_000 + n);
    (m.sample.sampled_on, m.sample.received_on) = (day(1), day(1));
    m.sample.tested_on = format!("{}～{}", day(2), day(6));
    m.sample.samplers = format!("{}、{}", person(2), person(3));
    m.sample.lot = format!("{} kg", 10 + n % 90);
    (m.tester, m.reviewer, m.approver) = (person(4), person(5), person(6));
    m.results = (0..ROWS).map(|k| row(n, k)).collect();
    m.basis = m.results.iter().map(|r| r.method.clone()).collect();
    m.basis.sort_unstable();
    m.basis.dedup();
    m.verify_code = (0..20).map(|k| of(&['2', '3', '7', 'A', 'C', 'F', 'H', 'K', 'M', 'P', 'R', 'T', 'X'], (n + 3) * (k + 5) + n / 13 * k)).collect();
    m.verify_url = format!("https://lims.example.com/v/{}", m.verify_code);
    m
}

fn row(n: usize, k: usize) -> ResultRow {
    let (item, limit, method) = of(&ITEMS, n * 7 + k);
    let found = (n * 31 + k * 17) % 9;
    ResultRow {
        item: item.to_owned(),
        unit: "mg/kg".to_owned(),
        requirement: format!("≤{limit}"),
        result: if found < 6 { format!("未检出（<0.00{}）", found + 1) } else { format!("0.00{}{}", found - 4, n % 10) },
        method: method.to_owned(),
        verdict: samples::both("合格项", "Conforming"),
        note: if (n + k).is_multiple_of(11) { "平行测定".to_owned() } else { String::new() },
        ..ResultRow::default()
    }
}

/// Pages of a file, counted as a reader would.
fn pages(pdf: &[u8]) -> usize {
    pdf.windows(11).filter(|w| *w == b"/Type/Page\n" || *w == b"/Type/Page/").count()
}

/// Most memory of this process so far, MiB; nothing where the system does not say.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib: f64 = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

// ---------------------------------------------------------------- the same data for another typesetter

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
    format!("{{{}}}", fields.join(","))
}

fn list(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(","))
}

/// The code of the cover as one path over a square of modules: another typesetter needs nothing of its own for it.
fn code(text: &str) -> Result<String, Box<dyn Error>> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)?;
    let side = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, c)| *c == qrcode::Color::Dark);
    let path: String = dark.map(|(i, _)| format!("M{} {}h1v1h-1z", i % side + 4, i / side + 4)).collect();
    let all = side + 8;
    Ok(format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {all} {all}"><path d="{path}"/></svg>"#))
}

fn json(m: &Model) -> Result<String, Box<dyn Error>> {
    let s = &m.sample;
    let said = [
        ("report_no", &m.report_no),
        ("lab", &m.laboratory.name),
        ("lab_address", &m.laboratory.address),
        ("lab_phone", &m.laboratory.phone),
        ("lab_postcode", &m.laboratory.postcode),
        ("lab_email", &m.laboratory.email),
        ("name", &s.name),
        ("spec", &s.spec),
        ("brand", &s.brand),
        ("grade", &s.grade),
        ("production", &s.production),
        ("shelf_life", &s.shelf_life),
        ("sampled_unit", &s.sampled_unit),
        ("sampled_address", &s.sampled_address),
        ("producer", &s.producer),
        ("producer_address", &s.producer_address),
        ("sampling_no", &s.sampling_no),
        ("sampled_on", &s.sampled_on),
        ("samplers", &s.samplers),
        ("lot", &s.lot),
        ("quantity", &s.quantity),
        ("reserve", &s.reserve),
        ("state", &s.state),
        ("received_on", &s.received_on),
        ("tested_on", &s.tested_on),
        ("task_source", &s.task_source),
        ("category", &s.category.0),
        ("conclusion", &m.conclusion.0),
        ("remark", &m.remark),
        ("approver", &m.approver),
        ("reviewer", &m.reviewer),
        ("tester", &m.tester),
        ("verify_code", &m.verify_code),
    ];
    let mut fields: Vec<(&str, String)> = said.iter().map(|(key, text)| (*key, quoted(text))).collect();
    fields.push(("issued_on", quoted(&m.issued_on.map(|d| d.format("%Y年%-m月%-d日").to_string()).unwrap_or_default())));
    fields.push(("basis", quoted(&m.basis.join("；"))));
    fields.push(("judged_by", quoted(&m.judged_by.join("；"))));
    fields.push(("notices", list(m.notices.iter().map(|n| quoted(&n.0)))));
    fields.push(("code", quoted(&code(&m.verify_url)?)));
    let cells = |r: &ResultRow| list([&r.item, &r.unit, &r.requirement, &r.result, &r.method, &r.verdict.0, &r.note].into_iter().map(|t| quoted(t)));
    fields.push(("results", list(m.results.iter().map(cells))));
    Ok(object(&fields))
}

fn leave(dir: &Path, count: usize, faces: &Faces) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(dir)?;
    for n in 0..count {
        std::fs::write(dir.join(format!("{n}.json")), json(&report(n))?)?;
    }
    std::fs::write(dir.join("regular.ttf"), shiyan_fonts::HEI)?;
    std::fs::write(dir.join("bold.ttf"), shiyan_fonts::HEI_BOLD)?;
    std::fs::write(dir.join("first.pdf"), pdf(&report(0), faces)?)?;
    Ok(())
}

/// Reports, pages and bytes of some work, how long it took, and the most memory so far.
fn told(name: &str, (pages, bytes): (usize, usize), start: Instant) -> String {
    let time = start.elapsed().as_secs_f64();
    let peak = peak().map_or_else(|| "?".to_owned(), |mib| format!("{mib:.1}"));
    let all = pages.max(1) as f64;
    format!(
        "{name}pages={pages} {name}ms={:.0} {name}pages_per_s={:.1} {name}kb_per_page={:.2} {name}peak_mib={peak}",
        time * 1000.0,
        pages as f64 / time,
        bytes as f64 / 1000.0 / all
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(1000), |n| n.parse())?;
    let faces = Faces { strict: true, ..Faces::default() };
    let (mut all, mut bytes) = (0, 0);
    let start = Instant::now();
    for n in 0..count {
        let file = pdf(&report(n), &faces)?;
        all += pages(&file);
        bytes += file.len();
    }
    let files = told("", (all, bytes), start);
    let start = Instant::now();
    let (mut bytes, mut first) = (0, Vec::new());
    for from in (0..count).step_by(BOUND) {
        let bound = volume(&(from..count.min(from + BOUND)).map(report).collect::<Vec<_>>(), &faces)?;
        bytes += bound.len();
        if from == 0 {
            first = bound;
        }
    }
    let volumes = told("volume_", (all, bytes), start);
    println!("reports={count} {files} {volumes}");
    if let Some(dir) = arguments.next() {
        leave(Path::new(&dir), count, &faces)?;
        std::fs::write(Path::new(&dir).join("volume.pdf"), first)?;
    }
    Ok(())
}
