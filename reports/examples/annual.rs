//! Writes sample annual reports of an invented year: `cargo run -p shiyan-reports --example annual -- OUT.pdf|OUT.docx [en]`.

mod samples;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().unwrap_or_else(|| "annual.pdf".to_owned());
    let model = if arguments.next().as_deref() == Some("en") { samples::annual_en() } else { samples::annual_zh() };
    let faces = shiyan_reports::Faces { strict: true, ..Default::default() };
    let start = std::time::Instant::now();
    let bytes = if out.ends_with(".docx") {
        shiyan_reports::annual::docx(&model, &faces, &shiyan_reports::Office::default())?
    } else {
        shiyan_reports::annual::pdf(&model, &faces, &shiyan_reports::Office::default())?
    };
    println!("{out}: {} bytes in {:?}", bytes.len(), start.elapsed());
    std::fs::write(out, bytes)?;
    Ok(())
}
