//! Fixed models against fixed text: what a paper says, page by page, may only change on purpose. The bytes themselves are
//! compared with each other (twice, and across processes), not kept, because a new version of a library may change them.
//! `cargo xtask golden` writes the texts anew.

#![allow(clippy::unwrap_used)] // a test may stop at the first surprise

#[path = "../examples/samples/mod.rs"]
mod samples;

use std::path::{Path, PathBuf};
use std::process::Command;

use shiyan_reports::forms::service_receipt;
use shiyan_reports::letters::{Letter, Variant};
use shiyan_reports::test_report::{Mark, Wording};
use shiyan_reports::{Faces, Lang, Office, ReportError, annual, test_report};

fn strict() -> Faces {
    Faces { strict: true, ..Faces::default() }
}

fn papers() -> Vec<(&'static str, Vec<u8>)> {
    let faces = strict();
    let mut both = samples::report_pass();
    both.wording = Wording::Both;
    let mut explained = samples::report_working();
    explained.wording = Wording::Both;
    let mut void = samples::report_fail();
    void.mark = Some(Mark::Void);
    let mut bare = samples::report_pass();
    bare.mark = None;
    let office = &Office::default();
    let letter = |made: Result<Letter, ReportError>| made.unwrap().pdf(&faces).unwrap();
    vec![
        ("annual-zh", annual::pdf(&samples::annual_zh(), &faces, &shiyan_reports::Office::default()).unwrap()),
        ("annual-en", annual::pdf(&samples::annual_en(), &faces, &shiyan_reports::Office::default()).unwrap()),
        ("report-pass", test_report::pdf(&bare, &faces).unwrap()),
        ("report-void", test_report::pdf(&void, &faces).unwrap()),
        ("report-both", test_report::pdf(&both, &faces).unwrap()),
        ("report-working", test_report::pdf(&samples::report_working(), &faces).unwrap()),
        ("report-working-both", test_report::pdf(&explained, &faces).unwrap()),
        ("report-en", test_report::pdf(&samples::report_en(), &faces).unwrap()),
        ("p21-zh", service_receipt::pdf(&samples::receipt(Lang::Zh), &faces, &Office::default()).unwrap()),
        ("p21-en", service_receipt::pdf(&samples::receipt(Lang::En), &faces, &Office::default()).unwrap()),
        ("p40-zh", samples::notice(Lang::Zh).notice(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p40-en", samples::notice(Lang::En).notice(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p40-numbered", samples::notice_numbered().notice(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p41-zh", samples::notice(Lang::Zh).annexes(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p62-zh", samples::bulletin(Lang::Zh, false).letter(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p62-month", samples::bulletin(Lang::Zh, true).letter(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p62-en", samples::bulletin(Lang::En, false).letter(&Office::default()).unwrap().pdf(&faces).unwrap()),
        ("p03-zh", letter(samples::sheet(Lang::Zh, Variant::General).letter(office))),
        ("p03-farm", letter(samples::sheet(Lang::Zh, Variant::Farm).letter(office))),
        ("p03-online", letter(samples::sheet(Lang::Zh, Variant::Online).letter(office))),
        ("p03-en", letter(samples::sheet(Lang::En, Variant::General).letter(office))),
        ("p12-zh", letter(samples::timed(Lang::Zh).letter(office))),
        ("p12-en", letter(samples::timed(Lang::En).letter(office))),
        ("p20-zh", letter(samples::result(Lang::Zh).letter(office))),
        ("p20-en", letter(samples::result(Lang::En).letter(office))),
        ("p20-microbe", letter(samples::result_microbe().letter(office))),
        ("p63-zh", letter(samples::lists(Lang::Zh, false).letter(office))),
        ("p63-none", letter(samples::lists(Lang::Zh, true).letter(office))),
        ("p63-en", letter(samples::lists(Lang::En, false).letter(office))),
        ("p21-open", service_receipt::pdf(&samples::receipt_open(), &faces, &Office::default()).unwrap()),
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
        shiyan_skip::skipped("the text of the papers read back", "pdftotext is not installed");
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
        if std::env::var("SHIYAN_BLESS").is_ok_and(|v| v == "1") {
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
            None => shiyan_skip::skipped("the structure of the papers", "qpdf is not installed"),
        }
        match tool("pdffonts", &[&path]) {
            Some((_, text)) => {
                let fonts: Vec<_> = text.lines().skip(2).collect();
                assert!(!fonts.is_empty());
                for font in fonts {
                    assert!(font.contains("+Shiyan") && font.contains("yes yes yes"), "{name}: {font}");
                }
            }
            None => shiyan_skip::skipped("the fonts of the papers", "pdffonts is not installed"),
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
        shiyan_skip::skipped("a face of the site's own", "the Noto CJK fonts are not installed");
        return;
    };
    let faces = Faces { title: Some(title.into()), table: Some(table.into()), ..strict() };
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
    let broken = Faces { body: Some(vec![1, 2, 3].into()), ..Faces::default() };
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
        Some((_, text)) => assert!(text.contains("https://lims.example.com/v/7F3K92QXM4TZB01CD8E2"), "{text}"),
        None => shiyan_skip::skipped("the code on the cover read", "pdftoppm or zbarimg is not installed"),
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
    model.conclusion.0.clone_from(&long);
    model.remark.clone_from(&long);
    model.sample.name = "示范样品名称".repeat(12);
    model.notices.push((long, String::new()));
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
    assert!(annual::pdf(&report, &strict(), &shiyan_reports::Office::default()).is_ok());
    report.sections.clear();
    assert!(matches!(annual::pdf(&report, &strict(), &shiyan_reports::Office::default()), Err(ReportError::Empty(_))));
}

/// The text of a file, page by page, without blanks; `None` when it cannot be read here.
fn pages(name: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let file = written(name, bytes);
    // As drawn: how a reader orders columns that stand close is its own affair.
    let read = tool("pdftotext", &["-raw", "-enc", "UTF-8", &file.to_string_lossy(), "-"]);
    std::fs::remove_file(&file).unwrap();
    match read {
        Some((true, text)) => Some(text.trim_end_matches('\u{c}').split('\u{c}').map(|p| p.split_whitespace().collect()).collect()),
        Some((false, text)) => panic!("{text}"),
        None => {
            shiyan_skip::skipped("the pages of the papers read back", "pdftotext is not installed");
            None
        }
    }
}

#[test]
fn an_annex_of_three_hundred_items_is_whole_on_every_page() {
    for working in [false, true] {
        let mut model = samples::report_working();
        model.wording = Wording::Both;
        let some = model.results.clone();
        model.results = (0..300).map(|i| test_report::ResultRow { item: format!("物{i:03}"), ..some[i % some.len()].clone() }).collect();
        if !working {
            model.results.iter_mut().for_each(|r| r.working.clear());
        }
        let bytes = test_report::pdf(&model, &strict()).unwrap();
        assert_eq!(bytes, test_report::pdf(&model, &strict()).unwrap());
        let Some(pages) = pages(&format!("annex-{working}"), &bytes) else { return };
        let total = pages.len();
        let annex: Vec<&String> = pages.iter().filter(|p| p.contains("标准要求")).collect();
        assert!(annex.len() > 10, "{}", annex.len());
        for (i, page) in pages.iter().enumerate() {
            for wanted in [format!("第{}页", i + 1), format!("共{total}页"), format!("Page{}of{total}", i + 1)] {
                assert!(page.contains(&wanted), "{wanted}: {page}");
            }
        }
        for page in &annex {
            assert!(page.contains("序号") && page.contains("检验方法") && page.contains("单项判定") && page.contains("Verdict"), "the header is on every page");
        }
        assert!(annex.iter().skip(1).all(|p| p.contains("续表")));
        let all = pages.concat();
        for i in 0..300 {
            let times = all.matches(&format!("物{i:03}")).count();
            assert_eq!(times, if working { 2 } else { 1 }, "item {i}");
        }
        // The end is said once, on the last page, after everything else.
        assert_eq!(all.matches("以下空白").count(), 1);
        assert!(pages[total - 1].contains("以下空白"));
        assert_eq!(all.contains("判定过程"), working);
    }
}

/// The summary page is one page in both languages, and longer names make it smaller, not torn.
#[test]
fn a_page_of_facts_stays_one_page() {
    for (name, wording, times) in [("zh", Wording::Zh, 3), ("both", Wording::Both, 1)] {
        let mut model = samples::report_pass();
        model.wording = wording;
        model.mark = None;
        model.sample.name = "示范样品名称".repeat(times);
        model.sample.sampled_unit = "示范农贸市场甲示范蔬菜摊".repeat(times);
        let Some(pages) = pages(&format!("facts-{name}"), &test_report::pdf(&model, &strict()).unwrap()) else { return };
        assert_eq!(pages.len(), 4, "{name}");
        let summary = &pages[2];
        for wanted in ["样品名称", "检验依据", "检验结论", "签发日期", "备注", "批准", "审核", "主检"] {
            assert!(summary.contains(wanted), "{name}: {wanted}");
        }
    }
}

/// P21 is one sheet in the file of the case, with more served on it and longer names too; what is signed by hand is never dated by the program.
#[test]
fn a_proof_of_service_is_one_page_and_leaves_the_pen_its_room() {
    let mut long = samples::receipt(Lang::Zh);
    long.receiver = Some("示范市示范区示范路街道示范农贸市场甲示范蔬菜摊（经营者：示范堃玥）".repeat(2));
    long.papers.extend(long.papers.clone());
    for (name, model) in [("full", samples::receipt(Lang::Zh)), ("open", samples::receipt_open()), ("en", samples::receipt(Lang::En)), ("long", long)] {
        let Some(pages) = pages(&format!("p21-{name}"), &service_receipt::pdf(&model, &strict(), &Office::default()).unwrap()) else { return };
        assert_eq!(pages.len(), 1, "{name}");
        let ticked = pages[0].matches('☑').count();
        assert_eq!((ticked, pages[0].matches('☐').count() + ticked), (usize::from(model.way.is_some()), 6), "{name}");
        if model.lang == Lang::Zh {
            assert_eq!(pages[0].contains("2027年1月15日16时05分"), model.on.is_some(), "{name}");
            assert!(pages[0].contains("签名或者盖章年月日"), "{name}: the receiver writes the day: {}", pages[0]);
        }
    }
}

/// Very long names on the cover and English far longer or far shorter than the Chinese: everything is there and stands alone.
#[test]
fn long_names_and_uneven_languages_find_room() {
    let names = ["示范市示范区示范路街道示范路一号示范农贸市场甲A区十二号摊位经营者示范堃玥个体工商户".repeat(4), "示".to_owned()];
    let sentences = ["A sentence that goes on and on in English only. ".repeat(14), "Short.".to_owned()];
    for (i, (name, english)) in names.iter().flat_map(|n| sentences.iter().map(move |e| (n, e))).enumerate() {
        let mut model = samples::report_fail();
        model.wording = Wording::Both;
        model.mark = None;
        for field in [&mut model.sample.name, &mut model.sample.sampled_unit, &mut model.sample.producer, &mut model.laboratory.name] {
            field.clone_from(name);
        }
        model.conclusion = (format!("经抽样检验，{name}。"), english.clone());
        model.sample.category.1.clone_from(english);
        model.notices.iter_mut().for_each(|n| n.1.clone_from(english));
        model.results[0].verdict.1 = "Nonconforming".to_owned();
        let bytes = test_report::pdf(&model, &strict()).unwrap();
        let Some(pages) = pages(&format!("long-{i}"), &bytes) else { return };
        let flat: String = name.split_whitespace().collect();
        assert!(pages[0].matches(&flat).count() >= 4, "every name is whole on the cover: {}", pages[0]);
        assert!(pages[0].contains("扫码查验报告") && pages[0].contains("7F3K-92QX-M4TZ-B01C-D8E2"));
        let english: String = english.split_whitespace().collect();
        let all = pages.concat();
        assert!(all.matches(&english).count() > model.notices.len(), "{english} in the notices and under the conclusion");
        assert_eq!(all.matches("以下空白").count(), 1);
    }
}

/// A supplied mark and seal are put in their places; without them the places are empty and nothing is drawn as if there were one.
#[test]
fn a_mark_and_a_seal_are_printed_only_when_supplied() {
    let picture = |rgb: [u8; 3]| shiyan_reports::Picture { width: 2, height: 1, rgba: [rgb[0], rgb[1], rgb[2], 255, rgb[0], rgb[1], rgb[2], 0].to_vec() };
    let mut model = samples::report_pass();
    let images = |bytes: &[u8]| bytes.windows(14).filter(|w| w == b"/Subtype/Image" || w == b"/Subtype /Imag").count();
    let bare = test_report::pdf(&model, &strict()).unwrap();
    assert_eq!(images(&bare), 0);
    model.mark_picture = Some(picture([200, 0, 0]));
    model.seal_picture = Some(picture([0, 0, 200]));
    let bytes = test_report::pdf(&model, &strict()).unwrap();
    // Two pictures, each with its opacity.
    assert_eq!(images(&bytes), 4);
    assert_eq!(bytes, test_report::pdf(&model, &strict()).unwrap());
    let Some(pages) = pages("pictures", &bytes) else { return };
    assert!(!pages[2].contains("检验检测专用章") && pages[2].contains("签发日期"), "{}", pages[2]);
}

/// 通用规范汉字表: a name registered today is written with these; none may print as 〓, nor be lost when the text is copied out.
#[test]
fn every_character_of_the_table_of_2013_prints_and_reads_back() {
    let rare = "㛃𠮷𫟷𬍤𬜬𫖯☐☑✔";
    let all: String = shiyan_fonts::standard_characters().collect();
    assert_eq!(all.chars().count(), 8105);
    let mut model = samples::report_pass();
    model.sample.producer = rare.into();
    model.remark = all.clone();
    let file = written("table-of-2013", &test_report::pdf(&model, &strict()).unwrap());
    let read = tool("pdftotext", &["-raw", "-enc", "UTF-8", &file.to_string_lossy(), "-"]);
    std::fs::remove_file(&file).unwrap();
    let Some((true, text)) = read else {
        shiyan_skip::skipped("the table of 2013 read back", "pdftotext is not installed");
        return;
    };
    assert!(text.contains(rare) && !text.contains('〓'));
    let lost: String = all.chars().filter(|c| !text.contains(*c)).collect();
    assert_eq!(lost, "");
}

#[test]
fn the_faces_draw_rare_characters_themselves() {
    let blank = |face: &ttf_parser::Face<'_>, c: char| {
        let glyph = face.glyph_index(c).filter(|g| g.0 != 0);
        glyph.is_none_or(|g| face.glyph_bounding_box(g).is_none())
    };
    for (name, bytes) in [
        ("song", shiyan_fonts::SONG),
        ("song-bold", shiyan_fonts::SONG_BOLD),
        ("hei", shiyan_fonts::HEI),
        ("hei-bold", shiyan_fonts::HEI_BOLD),
        ("kai", shiyan_fonts::KAI),
    ] {
        let face = ttf_parser::Face::parse(bytes, 0).unwrap();
        let lost: String = shiyan_fonts::standard_characters().chain("㛃𬍤𬜬𫖯℃①□√║≤≥".chars()).filter(|c| blank(&face, *c)).collect();
        assert_eq!(lost, "", "{name}");
    }
    // What the others lack the Kai has, the tick boxes among it: every style falls back to it.
    let kai = ttf_parser::Face::parse(shiyan_fonts::KAI, 0).unwrap();
    let lost: String = "𠮷𫟷噁𫫇𬭩☐☑☒✔⁶₁₂₆≒".chars().filter(|c| blank(&kai, *c)).collect();
    assert_eq!(lost, "", "kai");
}

/// Bound together, reports have the pages, the words and the page numbers that they have apart, and a page takes a fraction of the room.
#[test]
fn a_volume_says_what_its_reports_say_apart_and_shares_their_faces() {
    let models: Vec<test_report::Model> =
        (0..12).map(|n| test_report::Model { report_no: format!("SF-{n:03}"), mark: [None, Some(Mark::Void)][n % 2], ..samples::report_pass() }).collect();
    let bound = test_report::volume(&models, &strict()).unwrap();
    assert!(bound == test_report::volume(&models, &strict()).unwrap(), "the same models, the same bytes");
    let apart: Vec<Vec<u8>> = models.iter().map(|m| test_report::pdf(m, &strict()).unwrap()).collect();
    assert!(bound.len() * 4 < apart.iter().map(Vec::len).sum::<usize>(), "{}", bound.len());
    assert!(bound.windows(9).any(|w| w == b"/Outlines"), "a bookmark for each");
    let Some(all) = pages("volume", &bound) else { return };
    let single: Vec<String> = apart.iter().enumerate().flat_map(|(n, bytes)| pages(&format!("single-{n}"), bytes).unwrap()).collect();
    assert_eq!(all, single);
    assert!(test_report::volume(&[], &strict()).is_err() && test_report::volume(&vec![models[0].clone(); test_report::BOUND + 1], &strict()).is_err());
}

/// A copy of the sampling sheet is one page whatever was written on it, and the notes stand on the last.
#[test]
fn a_copy_of_the_sampling_sheet_stays_on_one_page() {
    for variant in [Variant::General, Variant::Farm, Variant::Online] {
        for times in [1, 3] {
            let mut form = samples::sheet(Lang::Zh, variant);
            for key in ["site_name", "site_addr", "prod_name", "prod_addr", "exec_std", "remark"] {
                let long = form.sheet.get(key).repeat(times);
                form.sheet.set(key, long);
            }
            let bytes = form.letter(&Office::default()).unwrap().pdf(&strict()).unwrap();
            let Some(pages) = pages(&format!("p03-{variant:?}-{times}"), &bytes) else { return };
            assert_eq!(pages.len(), 5, "{variant:?} {times}");
            for (page, copy) in pages.iter().zip(["第一联", "第二联", "第三联", "第四联", "填写说明"]) {
                assert!(page.contains(copy), "{variant:?} {times}: {page}");
            }
        }
    }
}
