//! Fixed models against fixed text: what a paper says, page by page, may only change on purpose. The bytes themselves are
//! compared with each other (twice, and across processes), not kept, because a new version of a library may change them.
//! `SHIYAN_GOLDEN=write cargo test -p shiyan-reports` writes the texts anew.

#![allow(clippy::unwrap_used)] // a test may stop at the first surprise

#[path = "../examples/samples/mod.rs"]
mod samples;

use std::path::{Path, PathBuf};
use std::process::Command;

use shiyan_reports::test_report::{Mark, Wording};
use shiyan_reports::{Faces, ReportError, annual, test_report};

fn strict() -> Faces {
    Faces { strict: true, ..Faces::default() }
}

fn papers() -> Vec<(&'static str, Vec<u8>)> {
    let faces = strict();
    let mut both = samples::report_pass();
    both.wording = Wording::Both;
    let mut void = samples::report_fail();
    void.mark = Some(Mark::Void);
    let mut bare = samples::report_pass();
    bare.mark = None;
    vec![
        ("annual-zh", annual::pdf(&samples::annual_zh(), &faces).unwrap()),
        ("annual-en", annual::pdf(&samples::annual_en(), &faces).unwrap()),
        ("report-pass", test_report::pdf(&bare, &faces).unwrap()),
        ("report-void", test_report::pdf(&void, &faces).unwrap()),
        ("report-both", test_report::pdf(&both, &faces).unwrap()),
        ("report-en", test_report::pdf(&samples::report_en(), &faces).unwrap()),
    ]
}

fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("shiyan-{}-{name}.pdf", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Output of a tool, or `None` if it is not installed.
fn tool(program: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), text))
}

/// The text of a paper without what depends on the tool: blanks, and the order of the letters of a turned watermark.
fn normal(text: &str) -> String {
    let pages = text.split('\u{c}').map(|page| {
        let lines = page.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|l| l.chars().count() > 1 || l.chars().all(|c| c.is_ascii_digit())).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
    });
    pages.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n----\n") + "\n"
}

#[test]
fn papers_say_what_they_said() {
    if tool("pdftotext", &["-v"]).is_none() {
        println!("SKIPPED: pdftotext is not installed, the text of the papers was not read back");
        return;
    }
    let mut changed = Vec::new();
    for (name, bytes) in papers() {
        let file = written(name, &bytes);
        let (done, text) = tool("pdftotext", &["-layout", "-enc", "UTF-8", &file.to_string_lossy(), "-"]).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert!(done, "{text}");
        let text = normal(&text);
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.txt"));
        if std::env::var("SHIYAN_GOLDEN").is_ok_and(|v| v == "write") {
            std::fs::write(&kept, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&kept).unwrap_or_default();
        if text != expected {
            let at = text.lines().zip(expected.lines()).find(|(a, b)| a != b);
            changed.push(format!("{name}: {at:?}"));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn papers_are_sound_files_with_their_fonts_inside() {
    for (name, bytes) in papers() {
        assert!(bytes.starts_with(b"%PDF-1.7"), "{name}");
        let has = |what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
        assert!(has("/Lang") && has("/DisplayDocTitle"), "{name}");
        assert!(bytes.len() < 400_000, "{name}: {} bytes", bytes.len());
        let file = written(&format!("sound-{name}"), &bytes);
        let path = file.to_string_lossy().into_owned();
        match tool("qpdf", &["--check", &path]) {
            Some((done, text)) => assert!(done, "{name}: {text}"),
            None => println!("SKIPPED: qpdf is not installed, the structure of {name} was not checked"),
        }
        match tool("pdffonts", &[&path]) {
            Some((_, text)) => {
                let fonts: Vec<_> = text.lines().skip(2).collect();
                assert!(!fonts.is_empty());
                for font in fonts {
                    assert!(font.contains("+ShiyanKai") && font.contains("yes yes yes"), "{name}: {font}");
                }
            }
            None => println!("SKIPPED: pdffonts is not installed, the fonts of {name} were not checked"),
        }
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    for ((name, a), (_, b)) in papers().into_iter().zip(papers()) {
        assert!(a == b, "{name} differs");
    }
    let faces = strict();
    let mut other = samples::report_pass();
    let before = test_report::pdf(&other, &faces).unwrap();
    other.report_no.push('0');
    assert_ne!(before, test_report::pdf(&other, &faces).unwrap());
}

const ASKED: &str = "SHIYAN_REPORTS_HASH";

fn hashes() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let one = |bytes: &[u8]| {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    };
    papers().iter().map(|(n, b)| format!("{n}={}", one(b))).collect::<Vec<_>>().join(" ")
}

/// Runs itself again in another process and compares.
#[test]
fn another_process_gives_the_same_bytes() {
    let here = hashes();
    if std::env::var_os(ASKED).is_some() {
        println!("HASHES {here}");
        return;
    }
    let me = std::env::current_exe().unwrap();
    let output = Command::new(me)
        .args(["--exact", "another_process_gives_the_same_bytes", "--nocapture"])
        .env(ASKED, "1")
        .env("TZ", "America/New_York")
        .env("LANG", "C")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(&format!("HASHES {here}")), "{text}");
}

#[test]
fn a_character_without_a_glyph_is_an_error_or_a_mark() {
    let mut model = samples::report_pass();
    model.remark = "笑脸\u{1f600}".to_owned();
    assert_eq!(test_report::pdf(&model, &strict()), Err(ReportError::MissingGlyphs("\u{1f600}".to_owned())));
    assert!(test_report::pdf(&model, &Faces::default()).is_ok());
}

#[test]
fn a_site_may_bring_its_own_faces() {
    let found =
        ["/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"].map(|p| std::fs::read(p).ok());
    let [Some(title), Some(table)] = found else {
        println!("SKIPPED: the Noto CJK fonts are not installed, no foreign face was tried");
        return;
    };
    let faces = Faces { title: Some(title), table: Some(table), ..strict() };
    let bytes = test_report::pdf(&samples::report_pass(), &faces).unwrap();
    assert_eq!(bytes, test_report::pdf(&samples::report_pass(), &faces).unwrap());
    let file = written("faces", &bytes);
    if let Some((_, text)) = tool("pdffonts", &[&file.to_string_lossy()]) {
        assert!(text.contains("NotoSansCJKsc") && text.contains("NotoSerifCJKsc"), "{text}");
    }
    if let Some((_, text)) = tool("pdftotext", &[&file.to_string_lossy(), "-"]) {
        assert!(text.contains("样品名称") && text.contains("毒死蜱"), "{text}");
    }
    std::fs::remove_file(&file).unwrap();
    let broken = Faces { body: Some(vec![1, 2, 3]), ..Faces::default() };
    assert!(matches!(test_report::pdf(&samples::report_pass(), &broken), Err(ReportError::Font { face: "body", .. })));
}

#[test]
fn the_code_on_the_cover_can_be_read() {
    let bytes = test_report::pdf(&samples::report_pass(), &strict()).unwrap();
    let file = written("code", &bytes);
    let stem = file.with_extension("");
    let drawn = tool("pdftoppm", &["-r", "120", "-f", "1", "-l", "1", "-singlefile", "-png", &file.to_string_lossy(), &stem.to_string_lossy()]);
    let picture = stem.with_extension("png");
    match drawn.and_then(|_| tool("zbarimg", &["-q", "--raw", &picture.to_string_lossy()])) {
        Some((_, text)) => assert!(text.contains("https://lims.example.com/p/R7K2-9QXM-4TZB"), "{text}"),
        None => println!("SKIPPED: pdftoppm or zbarimg is not installed, the code was not read"),
    }
    let _ = std::fs::remove_file(&picture);
    std::fs::remove_file(&file).unwrap();
}

/// Long texts in every place: nothing may be lost, loop or fail.
#[test]
fn long_contents_find_room() {
    let mut model = samples::report_fail();
    let long = "示范文字".repeat(300);
    model.results[0].note.clone_from(&long);
    model.results[1].item = "ABCDEFGHIJ".repeat(40);
    model.conclusion = long.clone();
    model.remark.clone_from(&long);
    model.sample.name = "示范样品名称".repeat(12);
    model.notices.push(long);
    let bytes = test_report::pdf(&model, &strict()).unwrap();
    let file = written("long", &bytes);
    if let Some((_, text)) = tool("pdftotext", &[&file.to_string_lossy(), "-"]) {
        let flat: String = text.split_whitespace().collect();
        assert!(flat.matches("示范").count() > 900, "{}", flat.matches("示范").count());
    }
    std::fs::remove_file(&file).unwrap();

    let mut report = samples::annual_zh();
    report.sections[0].blocks.push(annual::Block::Table(shiyan_reports::Table {
        caption: "极长的单元格".into(),
        columns: vec![Default::default(), Default::default()],
        rows: vec![vec!["甲".into(), "乙丙丁".repeat(2000)], vec![]],
        ..Default::default()
    }));
    assert!(annual::pdf(&report, &strict()).is_ok());
    report.sections.clear();
    assert!(matches!(annual::pdf(&report, &strict()), Err(ReportError::Empty(_))));
}
