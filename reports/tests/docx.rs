//! The DOCX of a paper beside its PDF: both say the same, the file is whole by the rules that strict readers hold, and the same model gives the same
//! bytes.

#![allow(clippy::unwrap_used)] // a test may stop at the first surprise

#[path = "../examples/samples/mod.rs"]
mod samples;

use std::collections::BTreeMap;
use std::io::Read;
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::Event;
use shiyan_reports::forms::service_receipt;
use shiyan_reports::letters::Variant;
use shiyan_reports::test_report::{Mark, Wording};
use shiyan_reports::{Faces, Lang, Office, annual, test_report};

fn strict() -> Faces {
    Faces { strict: true, ..Faces::default() }
}

/// Every paper: its name, as PDF, as DOCX.
fn papers(office: &Office) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let faces = strict();
    let mut out = Vec::new();
    for (name, model) in [("annual-zh", samples::annual_zh()), ("annual-en", samples::annual_en())] {
        out.push((name, annual::pdf(&model, &faces, &shiyan_reports::Office::default()).unwrap(), annual::docx(&model, &faces, office).unwrap()));
    }
    for (name, model) in [("p21-zh", samples::receipt(Lang::Zh)), ("p21-en", samples::receipt(Lang::En)), ("p21-open", samples::receipt_open())] {
        out.push((name, service_receipt::pdf(&model, &faces, office).unwrap(), service_receipt::docx(&model, &faces, office).unwrap()));
    }
    for (name, letter) in [
        ("p40-zh", samples::notice(Lang::Zh).notice(office)),
        ("p40-en", samples::notice(Lang::En).notice(office)),
        ("p40-numbered", samples::notice_numbered().notice(office)),
        ("p41-zh", samples::notice(Lang::Zh).annexes(office)),
        ("p41-en", samples::notice(Lang::En).annexes(office)),
        ("p62-zh", samples::bulletin(Lang::Zh, false).letter(office)),
        ("p62-month", samples::bulletin(Lang::Zh, true).letter(office)),
        ("p62-en", samples::bulletin(Lang::En, false).letter(office)),
        ("p03-zh", samples::sheet(Lang::Zh, Variant::General).letter(office)),
        ("p03-farm", samples::sheet(Lang::Zh, Variant::Farm).letter(office)),
        ("p03-online", samples::sheet(Lang::Zh, Variant::Online).letter(office)),
        ("p03-en", samples::sheet(Lang::En, Variant::General).letter(office)),
        ("p12-zh", samples::timed(Lang::Zh).letter(office)),
        ("p12-en", samples::timed(Lang::En).letter(office)),
        ("p20-zh", samples::result(Lang::Zh).letter(office)),
        ("p20-en", samples::result(Lang::En).letter(office)),
        ("p20-microbe", samples::result_microbe().letter(office)),
        ("p63-zh", samples::lists(Lang::Zh, false).letter(office)),
        ("p63-none", samples::lists(Lang::Zh, true).letter(office)),
        ("p63-en", samples::lists(Lang::En, false).letter(office)),
    ] {
        let letter = letter.unwrap();
        out.push((name, letter.pdf(&faces).unwrap(), letter.docx(&faces).unwrap()));
    }
    let mut both = samples::report_working();
    both.wording = Wording::Both;
    let mut void = samples::report_fail();
    void.mark = Some(Mark::Void);
    for (name, model) in [("report-pass", samples::report_pass()), ("report-void", void), ("report-both", both), ("report-en", samples::report_en())] {
        out.push((name, test_report::pdf(&model, &faces).unwrap(), test_report::docx(&model, &faces, office).unwrap()));
    }
    out
}

fn part(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The paragraphs of a part, and the words beside its pictures. Numbers of pages are fields and none of its words.
fn said(xml: &str) -> (Vec<String>, Vec<String>) {
    let mut reader = Reader::from_str(xml);
    let (mut paragraphs, mut alts) = (Vec::new(), Vec::new());
    let (mut now, mut inside, mut field) = (String::new(), false, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) if e.name().as_ref() == "w:t" => inside = true,
            Event::End(e) if e.name().as_ref() == "w:t" => inside = false,
            // A tab parts what stands left and right.
            Event::Empty(e) if e.name().as_ref() == "w:tab" => now.push('\t'),
            Event::End(e) if e.name().as_ref() == "w:p" => paragraphs.push(std::mem::take(&mut now)),
            Event::Empty(e) | Event::Start(e) => {
                for attribute in e.attributes().map(Result::unwrap) {
                    match (e.name().as_ref(), attribute.key.as_ref(), attribute.value.as_ref()) {
                        ("wp:docPr", "descr", words) => {
                            alts.push(words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
                        }
                        ("w:fldChar", "w:fldCharType", "separate") => field += 1,
                        ("w:fldChar", "w:fldCharType", "end") => field -= 1,
                        _ => {}
                    }
                }
            }
            // The list of contents is one field around the others.
            Event::Text(text) if inside && (field != 1 || !text.chars().all(|c| c.is_ascii_digit())) => now.push_str(&text),
            Event::GeneralRef(name) if inside => now.push_str(match &*name {
                "lt" => "<",
                "gt" => ">",
                "amp" => "&",
                "quot" => "\"",
                "apos" => "'",
                other => panic!("{other}"),
            }),
            Event::Eof => break,
            _ => {}
        }
    }
    (paragraphs.into_iter().filter(|p| !p.trim().is_empty()).collect(), alts)
}

/// Output of a tool, or `None` if it is not installed.
fn tool(program: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)))
}

struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("shiyan-docx-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Words and numbers of a text, and how often each stands there: runs of digits with their marks, and single characters of everything else.
fn counted(text: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    let mut number = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (c == '.' && !number.is_empty()) {
            number.push(c);
            continue;
        }
        if !number.is_empty() {
            *out.entry(std::mem::take(&mut number)).or_default() += 1;
        }
        if !c.is_whitespace() {
            *out.entry(c.to_string()).or_default() += 1;
        }
    }
    out
}

/// Every paragraph and every cell of the DOCX stands in the PDF, and every line of the PDF in the DOCX: no word and no number is in one alone.
#[test]
fn both_outputs_say_the_same_words_and_numbers() {
    let dir = Folder::new("same");
    for (name, pdf, docx) in papers(&Office::default()) {
        let file = dir.put(&format!("{name}.pdf"), &pdf);
        let Some((done, text)) = tool("pdftotext", &["-raw", "-enc", "UTF-8", &file, "-"]) else {
            shiyan_skip::skipped("the words of PDF and DOCX compared", "pdftotext is not installed");
            return;
        };
        assert!(done, "{text}");
        let (paragraphs, alts) = said(&part(&docx, "word/document.xml"));
        // The words beside a chart begin with its caption, which stands under it as well; those beside a code are in no other place.
        let alts = alts.iter().map(|alt| paragraphs.iter().filter_map(|p| alt.strip_prefix(p.as_str())).min_by_key(|rest| rest.len()).unwrap_or(alt));
        let alts: Vec<&str> = alts.filter(|alt| !alt.contains("https://")).collect();
        let furniture: Vec<String> = (1..=3)
            .flat_map(|n| [said(&part(&docx, &format!("word/header{n}.xml"))).0, said(&part(&docx, &format!("word/footer{n}.xml"))).0].concat())
            .collect();
        let bare = |t: &str| t.split_whitespace().collect::<String>();
        // Lines of a page, those at its head and foot left out: the DOCX has them once, in its own parts.
        let letters = |t: &str| t.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect::<String>();
        let mut heads: Vec<String> = furniture.iter().flat_map(|f| f.split('\t')).map(letters).filter(|f| !f.is_empty()).collect();
        heads.sort_by_key(|f| std::cmp::Reverse(f.len()));
        let around = |page: usize, line: &str| {
            // What the first page says itself does not stand at its head.
            if page == 0 && paragraphs.iter().any(|p| letters(p) == letters(line)) {
                return false;
            }
            // A printed table says that it goes on; a word processor repeats its head and no more.
            if line.trim_start().starts_with("续表") || line.contains("(continued)") {
                return true;
            }
            let left = heads.iter().fold(letters(line), |line, f| line.replace(f.as_str(), ""));
            // A running title may be cut; the letters of a turned watermark stand alone.
            let cut = left.strip_suffix('…').is_some_and(|begun| heads.iter().any(|f| f.starts_with(begun)));
            (left.is_empty() && !letters(line).is_empty())
                || cut
                || ["演示数据", "演示草稿", "草稿", "作废", "内部", "DEMO", "DRAFT", "VOID", "INTERNAL"]
                    .iter()
                    .any(|mark| !left.is_empty() && mark.contains(&left))
        };
        let lines = text.split('\u{c}').enumerate().flat_map(|(page, text)| text.lines().map(move |line| (page, line)));
        let kept: Vec<&str> = lines.filter(|(page, l)| !l.trim().is_empty() && !around(*page, l)).map(|(_, l)| l).collect();
        let (printed, edited) = (bare(&kept.concat()), bare(&paragraphs.concat()));
        let all = edited.clone() + &bare(&alts.concat());

        // A cell that goes over to the next page, or stands beside another, is not one piece of the text read: its words are.
        let count = counted(&kept.join(" "));
        let lost = |p: &&String| !printed.contains(&bare(p)) && counted(p).iter().any(|(word, n)| count.get(word).copied().unwrap_or_default() < *n);
        let lost: Vec<&String> = paragraphs.iter().filter(lost).collect();
        assert!(lost.is_empty(), "{name}: only in the DOCX: {lost:?}");

        let have = counted(&[paragraphs.join(" "), alts.join(" ")].join(" "));
        let only = |l: &&&str| !all.contains(&bare(l)) && counted(l).keys().any(|word| !have.contains_key(word));
        let only: Vec<&&str> = kept.iter().filter(only).collect();
        assert!(only.is_empty(), "{name}: only in the PDF: {only:?}");

        // Every number stands there as often; heads of tables that are repeated have none of two digits.
        let number = |word: &&String| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_digit());
        let differs = |word: &&String| count.get(*word) != have.get(*word);
        let differs: Vec<_> = count.keys().chain(have.keys()).filter(number).filter(differs).map(|w| (w, count.get(w), have.get(w))).collect();
        assert!(differs.is_empty(), "{name}: {differs:?}");
        assert!(edited.chars().count() > if name == "p21-open" { 100 } else { 200 }, "{name}: {}", edited.chars().count());
    }
}

/// What the standard and the rules for office documents ask of the file, without a word processor.
#[test]
fn the_file_has_real_styles_heads_headings_fields_and_words_beside_pictures() {
    let office = Office { names: shiyan_reports::office::FaceNames { body: "方正仿宋_GBK".into(), ..Default::default() }, ..Office::default() };
    for (name, _, docx) in papers(&office) {
        let (document, styles) = (part(&docx, "word/document.xml"), part(&docx, "word/styles.xml"));
        // Every style names its faces, the office's own among them; nothing leaves it to a theme.
        for style in styles.split("<w:style ").skip(1) {
            let faces = style.split("<w:rFonts").nth(1).unwrap_or_else(|| panic!("{name}: {style}"));
            for slot in ["w:ascii=", "w:hAnsi=", "w:eastAsia="] {
                assert!(faces.contains(slot), "{name}: {style}");
            }
        }
        assert!(styles.contains("方正仿宋_GBK") && !styles.contains("仿宋_GB2312") && !(styles + &document).contains("Theme"), "{name}");
        if name.starts_with('p') {
            // a form has neither, a letter an annex of its own style and no pictures
            let annexed = name.starts_with("p40") || name.starts_with("p62");
            let form = name.starts_with("p21") || name.starts_with("p03");
            assert_eq!((document.contains("<w:tblHeader/>"), document.contains("w:val=\"Annex\"")), (!form, annexed), "{name}");
            continue;
        }
        let tables = document.matches("<w:tbl>").count();
        assert!(tables > 2 && document.contains("<w:tblHeader/>"), "{name}");
        assert_eq!(document.matches("<w:cantSplit/>").count(), document.matches("<w:tr>").count(), "{name}: a row is not torn");
        let pictures: Vec<&str> = document.split("<wp:docPr ").skip(1).map(|p| p.split('>').next().unwrap()).collect();
        assert!(!pictures.is_empty() && pictures.iter().all(|p| p.contains("descr=\"") && !p.contains("descr=\"\"")), "{name}: {pictures:?}");
        let feet: String = (1..=3).map(|n| part(&docx, &format!("word/footer{n}.xml"))).collect();
        assert!(feet.contains("PAGE") && (name.starts_with("annual") || feet.contains("NUMPAGES")), "{name}");
        assert_eq!(document.contains("w:val=\"Heading1\""), name.starts_with("annual"), "{name}");
        if name == "annual-zh" {
            assert!(document.contains("TOC \\o") && document.contains("PAGEREF _Toc00000001"));
            assert!(document.contains("w:orient=\"landscape\""), "wide tables stand on turned paper");
            assert!(document.contains("w:val=\"Heading2\""));
            assert!(feet.contains("— ") && part(&docx, "word/settings.xml").contains("evenAndOddHeaders"));
        }
        for never in ["w:txbx", "vbaProject", "w:embedRegular", "w:paraId"] {
            assert!(!document.contains(never), "{name}: {never}");
        }
    }
}

#[test]
fn the_same_model_gives_the_same_file() {
    for ((name, _, a), (_, _, b)) in papers(&Office::default()).into_iter().zip(papers(&Office::default())) {
        assert!(a == b, "{name} differs");
        assert!(a.len() < 600_000, "{name}: {} bytes", a.len());
    }
}

/// A character that the office's face may lack is set in the one that has it.
#[test]
fn a_rare_character_names_the_face_that_has_it() {
    let mut model = samples::annual_zh();
    model.sections[0].blocks.insert(0, annual::Block::Paragraph("经营者某堃玥，商号𠮷祥".into()));
    let document = part(&annual::docx(&model, &strict(), &Office::default()).unwrap(), "word/document.xml");
    let run = document.split("<w:r>").find(|r| r.contains("堃玥")).unwrap();
    assert!(run.contains("w:eastAsia=\"仿宋\"") && !run.contains("经营者"), "{run}");
    model.sections[0].blocks.push(annual::Block::Paragraph("\u{1f600}".into()));
    let refused = annual::docx(&model, &strict(), &Office::default());
    assert_eq!(refused, Err(shiyan_reports::ReportError::MissingGlyphs("\u{1f600}".into())), "named as in the PDF");
}

/// Opened by a word processor with the same faces, it has as many pages as the PDF, within a tenth, and the same words.
#[test]
fn a_word_processor_opens_it_with_as_many_pages() {
    if tool("soffice", &["--version"]).is_none() || tool("pdfinfo", &["-v"]).is_none() {
        shiyan_skip::skipped("the DOCX opened in LibreOffice", "LibreOffice Writer or pdfinfo is not installed");
        return;
    }
    let dir = Folder::new("office");
    for (name, bytes) in [
        ("song", shiyan_fonts::SONG),
        ("song-bold", shiyan_fonts::SONG_BOLD),
        ("hei", shiyan_fonts::HEI),
        ("hei-bold", shiyan_fonts::HEI_BOLD),
        ("kai", shiyan_fonts::KAI),
    ] {
        dir.put(&format!("home/.fonts/{name}.ttf"), bytes);
    }
    let office = Office {
        names: shiyan_reports::office::FaceNames {
            title: "Shiyan Song".into(),
            heading: "Shiyan Hei".into(),
            sub: "Shiyan Kai".into(),
            body: "Shiyan Song".into(),
            table: "Shiyan Hei".into(),
            digits: "Shiyan Hei".into(),
            page: "Shiyan Song".into(),
            wide_body: "Shiyan Kai".into(),
            wide_sub: "Shiyan Kai".into(),
        },
        ..Office::default()
    };
    let pages = |file: &str| -> f64 {
        let (_, text) = tool("pdfinfo", &[file]).unwrap();
        text.lines().find_map(|l| l.strip_prefix("Pages:")).unwrap_or_else(|| panic!("{text}")).trim().parse().unwrap()
    };
    let papers = papers(&office);
    let mut arguments =
        vec!["--headless".to_owned(), "--convert-to".to_owned(), "pdf".to_owned(), "--outdir".to_owned(), dir.0.join("out").to_string_lossy().into_owned()];
    arguments.extend(papers.iter().map(|(name, _, docx)| dir.put(&format!("{name}.docx"), docx)));
    let done = Command::new("soffice").args(&arguments).env("HOME", dir.0.join("home")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for (name, pdf, _) in &papers {
        let ours = pages(&dir.put(&format!("ours-{name}.pdf"), pdf));
        let theirs = pages(&dir.0.join(format!("out/{name}.pdf")).to_string_lossy());
        // A paper of few pages may differ by none; of many by a tenth.
        assert!((theirs - ours).abs() <= ours / 10.0, "{name}: {ours} pages as PDF, {theirs} in the word processor");
    }
}
