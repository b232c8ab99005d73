//! Writes sample test reports of invented samples:
//! `cargo run -p shiyan-reports --example test_report -- OUT.pdf|OUT.docx [pass|fail|void|both|fail-both|working|working-both|en|time|p21|p21-open] [MARK.png]`.
mod samples;

use std::error::Error;

use shiyan_reports::forms::service_receipt;
use shiyan_reports::test_report::{Mark, Wording, docx, pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().unwrap_or_else(|| "report.pdf".to_owned());
    let kind = arguments.next().unwrap_or_else(|| "pass".to_owned());
    let mut model = match kind.split('-').next() {
        Some("fail" | "void") => samples::report_fail(),
        Some("working") => samples::report_working(),
        _ => samples::report_pass(),
    };
    match kind.as_str() {
        "void" => model.mark = Some(Mark::Void),
        "both" | "fail-both" | "working-both" => model.wording = Wording::Both,
        "en" => model = samples::report_en(),
        _ => {}
    }
    if kind.starts_with("p21") {
        let form = if kind == "p21-open" { samples::receipt_open() } else { samples::receipt(shiyan_reports::Lang::Zh) };
        let (faces, office) = (shiyan_reports::Faces::default(), shiyan_reports::Office::default());
        let set = if out.ends_with(".docx") { service_receipt::docx } else { service_receipt::pdf };
        std::fs::write(out, set(&form, &faces, &office)?)?;
        return Ok(());
    }
    if let Some(file) = arguments.next() {
        let picture = shiyan_reports::Picture::read(&std::fs::read(file)?)?;
        model.mark_picture = Some(picture.clone());
        model.seal_picture = Some(picture);
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
    let bytes = if out.ends_with(".docx") { docx(&model, &faces, &shiyan_reports::Office::default())? } else { pdf(&model, &faces)? };
    println!("{out}: {} bytes in {:?}", bytes.len(), start.elapsed());
    std::fs::write(out, bytes)?;
    Ok(())
}
