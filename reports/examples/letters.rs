//! Writes every letter of the samples into a folder, as PDF and DOCX: `cargo run -p shiyan-reports --example letters -- FOLDER`.

mod samples;

use std::path::Path;

use shiyan_reports::letters::Variant;
use shiyan_reports::{Faces, Lang, Office};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("a folder")?;
    let (office, faces) = (Office::default(), Faces { strict: true, ..Faces::default() });
    for (name, letter) in [
        ("p40-zh", samples::notice(Lang::Zh).notice(&office)?),
        ("p40-en", samples::notice(Lang::En).notice(&office)?),
        ("p40-numbered", samples::notice_numbered().notice(&office)?),
        ("p41-zh", samples::notice(Lang::Zh).annexes(&office)?),
        ("p41-en", samples::notice(Lang::En).annexes(&office)?),
        ("p62-zh", samples::bulletin(Lang::Zh, false).letter(&office)?),
        ("p62-month", samples::bulletin(Lang::Zh, true).letter(&office)?),
        ("p62-en", samples::bulletin(Lang::En, false).letter(&office)?),
        ("p03-zh", samples::sheet(Lang::Zh, Variant::General).letter(&office)?),
        ("p03-farm", samples::sheet(Lang::Zh, Variant::Farm).letter(&office)?),
        ("p03-online", samples::sheet(Lang::Zh, Variant::Online).letter(&office)?),
        ("p03-en", samples::sheet(Lang::En, Variant::General).letter(&office)?),
        ("p12-zh", samples::timed(Lang::Zh).letter(&office)?),
        ("p12-en", samples::timed(Lang::En).letter(&office)?),
        ("p20-zh", samples::result(Lang::Zh).letter(&office)?),
        ("p20-en", samples::result(Lang::En).letter(&office)?),
        ("p20-microbe", samples::result_microbe().letter(&office)?),
        ("p63-zh", samples::lists(Lang::Zh, false).letter(&office)?),
        ("p63-none", samples::lists(Lang::Zh, true).letter(&office)?),
        ("p63-en", samples::lists(Lang::En, false).letter(&office)?),
    ] {
        std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), letter.pdf(&faces)?)?;
        std::fs::write(Path::new(&folder).join(format!("{name}.docx")), letter.docx(&faces)?)?;
    }
    Ok(())
}
