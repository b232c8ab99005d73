//! Writes sample test reports of invented samples:
//! `cargo run -p shiyan-reports --example test_report -- OUT.pdf [pass|fail|void|both|en|time]`.
mod samples;

use std::error::Error;

use shiyan_reports::test_report::{Mark, Wording, pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().unwrap_or_else(|| "report.pdf".to_owned());
    let kind = arguments.next().unwrap_or_else(|| "pass".to_owned());
    let mut model = if kind == "fail" || kind == "void" { samples::report_fail() } else { samples::report_pass() };
    match kind.as_str() {
        "void" => model.mark = Some(Mark::Void),
        "both" => model.wording = Wording::Both,
        "en" => model = samples::report_en(),
        _ => {}
    }
    let faces = shiyan_reports::Faces { strict: true, ..Default::default() };
    if kind == "time" {
        let rounds = 50u32;
        pdf(&model, &faces)?;
        let start = std::time::Instant::now();
        for _ in 0..rounds {
            pdf(&model, &faces)?;
        }
        println!("{:?} per report", start.elapsed() / rounds);
        return Ok(());
    }
    let start = std::time::Instant::now();
    let bytes = pdf(&model, &faces)?;
    println!("{out}: {} bytes in {:?}", bytes.len(), start.elapsed());
    std::fs::write(out, bytes)?;
    Ok(())
}
