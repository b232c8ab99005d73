//! The length of functions. One that is too long has two subjects, unless it is a table or follows a format; tests and examples tell a
//! whole story and are left alone.
//!
//! Clippy's `too_many_lines` counts the same, but it would have to be lifted in each of these places, and in tests too; and it reads the
//! nearest `clippy.toml`, of which every domain crate has its own.

use super::Finding;
use super::habits::{File, is_test, test_modules};
use crate::lexer::{code_only, matching, tokens, without_tests};

/// Lines of code in the body of a function: without empty ones, comments, and lines inside a text.
const MOST_LINES: usize = 60;

/// A function that may be longer, and why.
struct Long {
    path: &'static str,
    name: &'static str,
    /// What it is a table of, or which format it follows.
    why: &'static str,
}

const fn long(path: &'static str, name: &'static str, why: &'static str) -> Long {
    Long { path, name, why }
}

/// Tables and formats.
const LONG: &[Long] = &[
    long("crates/analytics/src/sheets.rs", "sheets", "table: every table of the statistics with its columns"),
    long("crates/demonstration/src/sample.rs", "sheet", "table: every field of the sampling sheet, as it is made up"),
    long("crates/devices/src/upload/declared.rs", "record", "table: where the text of each declared field goes"),
    long("crates/devices/src/wire/dry_strip.rs", "step", "format: the frames of the dry-strip analysers, in the order in which they are told apart"),
    long("crates/devices/src/wire/rs2.rs", "step", "format: the frames of RS2, in the order in which they are told apart"),
    long("crates/exchange/src/number_format.rs", "sections", "format: the signs of a number format, one arm each"),
    long("crates/judgement/src/judging/step.rs", "text", "table: one sentence in two languages for each step of a judgement"),
    long("crates/web/kit/src/timeline.rs", "note_of", "table: what is told of each kind of entry"),
    long("reports/src/annual/charts.rs", "chart", "table: what each chart shows that the template may name"),
    long("reports/src/annual/words.rs", "told", "table: each fact that the annual report may name"),
    long("reports/src/test_report/content.rs", "model", "table: each field of a test report out of its frozen facts"),
];

/// Those that are neither and still stand, with the lines they have: they may become shorter and no longer, and nothing is added.
const TO_CUT: &[(&str, &str, usize)] = &[
    ("crates/analytics/src/national.rs", "batches", 108),
    ("crates/app/src/reports/mod.rs", "report_content", 104),
    ("crates/charts/src/control.rs", "draw", 61),
    ("crates/charts/src/draw.rs", "pareto", 63),
    ("crates/cli/src/run.rs", "import_limits", 63),
    ("crates/cli/src/run.rs", "instrument", 79),
    ("crates/cli/src/run.rs", "judging", 70),
    ("crates/cli/src/run.rs", "serve", 73),
    ("crates/devices/src/upload/xml.rs", "read", 63),
    ("crates/indicators/src/kpis.rs", "kpis_with", 74),
    ("crates/indicators/src/kpis.rs", "rapid", 64),
    ("crates/statute/src/retell.rs", "retell", 64),
    ("crates/store/src/verify/chain.rs", "read", 64),
    ("crates/web/figures/src/figures.rs", "figure", 86),
    ("crates/web/figures/src/figures.rs", "table", 67),
    ("crates/web/figures/src/looks.rs", "turn", 82),
    ("crates/web/site/src/api.rs", "completed", 67),
    ("crates/xtask/src/bench/figures.rs", "told", 64),
    ("reports/src/docx.rs", "piece", 64),
    ("reports/src/pdf.rs", "finish", 97),
    ("reports/src/table.rs", "draw", 62),
    ("reports/src/test_report/mod.rs", "cover", 88),
];

/// A function of what is released: its name, its line, and the lines of its body.
struct Function<'a> {
    name: &'a str,
    line: usize,
    lines: usize,
}

fn functions(shipped: &str) -> Vec<Function<'_>> {
    let mut starts = vec![0];
    starts.extend(shipped.match_indices('\n').map(|(at, _)| at + 1));
    let words = tokens(shipped);
    let named = words.windows(2).filter(|pair| pair[0].text == "fn");
    let measured = named.filter_map(|pair| {
        let (keyword, name) = (&pair[0], &pair[1]);
        // a pointer to a function, `fn(u8)`, has no name
        let begin = *starts.get(keyword.line - 1)?;
        let line = shipped[begin..].lines().next()?;
        let from = begin + line.find(&format!("fn {}", name.text))?;
        let mut open = None;
        let mut depth = 0_i32;
        for (at, c) in shipped[from..].char_indices() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                ';' if depth == 0 => return None,
                '{' if depth == 0 => {
                    open = Some(from + at);
                    break;
                }
                _ => {}
            }
        }
        let open = open?;
        let end = matching(shipped, open)?;
        let body = shipped.get(open + 1..end.saturating_sub(1))?;
        let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
        Some(Function { name: name.text, line: keyword.line, lines })
    });
    measured.collect()
}

/// Functions that are too long, and names in the lists that have no business there any more.
pub fn check(files: &[File]) -> Vec<Finding> {
    judged(files, LONG, TO_CUT)
}

fn judged(files: &[File], tables: &[Long], standing: &[(&str, &str, usize)]) -> Vec<Finding> {
    let tests = test_modules(files);
    let mut findings = Vec::new();
    let (mut long, mut stood) = (vec![false; tables.len()], vec![false; standing.len()]);
    let ships = |path: &str| path.ends_with(".rs") && !path.contains("examples/") && !path.ends_with("/tests.rs") && !is_test(path, &tests);
    for file in files.iter().filter(|f| ships(&f.path)) {
        let shipped = without_tests(&code_only(&file.text));
        for function in functions(&shipped).iter().filter(|f| f.lines > MOST_LINES) {
            let at = format!("{}:{}", file.path, function.line);
            let Function { name, lines, .. } = function;
            if let Some(place) = tables.iter().position(|l| l.path == file.path && l.name == *name) {
                long[place] = true;
            } else if let Some(place) = standing.iter().position(|(path, known, _)| *path == file.path && known == name) {
                stood[place] = true;
                let was = standing[place].2;
                if *lines > was {
                    findings.push(Finding::new(at, format!("`{name}` has grown from {was} lines to {lines}: cut it where it has two subjects")));
                }
            } else {
                let what = format!(
                    "`{name}` has {lines} lines, more than {MOST_LINES}: cut it where it has two subjects; a table or a format stands in tidy/lengths.rs"
                );
                findings.push(Finding::new(at, what));
            }
        }
    }
    let over = |path: &str, name: &str| Finding::new(path, format!("`{name}` is no longer too long: take it out of tidy/lengths.rs"));
    findings.extend(tables.iter().zip(&long).filter(|(_, seen)| !**seen).map(|(l, _)| over(l.path, l.name)));
    findings.extend(standing.iter().zip(&stood).filter(|(_, seen)| !**seen).map(|((path, name, _), _)| over(path, name)));
    findings.extend(tables.iter().filter(|l| l.why.is_empty()).map(|l| Finding::new(l.path, format!("`{}` is long for no reason", l.name))));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_lines(n: usize) -> String {
        format!("fn told(x: [u8; 2]) -> u8 {{\n{}}}\n", "    let a = 1;\n".repeat(n))
    }

    fn found(path: &str, text: &str, tables: &[Long], standing: &[(&str, &str, usize)]) -> Vec<String> {
        let files = [File { path: path.to_owned(), text: text.to_owned() }];
        judged(&files, tables, standing).into_iter().map(|f| format!("{}: {}", f.place, f.what)).collect()
    }

    const PATH: &str = "crates/a/src/lib.rs";

    #[test]
    fn a_function_above_sixty_lines_is_refused() {
        assert_eq!(found(PATH, &of_lines(60), &[], &[]), [""; 0]);
        let refused = found(PATH, &of_lines(61), &[], &[]);
        assert_eq!(refused.len(), 1);
        assert!(refused[0].starts_with("crates/a/src/lib.rs:1: `told` has 61 lines"), "{refused:?}");
        let method = format!("impl A {{\n    pub async {}}}\n", of_lines(61));
        assert_eq!(found(PATH, &method, &[], &[]).len(), 1);
    }

    #[test]
    fn only_lines_of_code_are_counted() {
        let padded = of_lines(60).replace("{\n", "{\n    // why\n\n    /* and\n    more */\n");
        assert_eq!(found(PATH, &padded, &[], &[]), [""; 0]);
        let declared = format!("trait A {{\n    fn told();\n{}}}\n", "    const B: u8 = 1;\n".repeat(70));
        assert_eq!(found(PATH, &declared, &[], &[]), [""; 0]);
    }

    #[test]
    fn a_test_may_tell_a_whole_story() {
        let story = of_lines(61);
        for path in ["tests/it/way.rs", "crates/a/tests/b.rs", "reports/examples/c.rs"] {
            assert_eq!(found(path, &story, &[], &[]), [""; 0], "{path}");
        }
        assert_eq!(found(PATH, &format!("#[cfg(test)]\nmod tests {{\n{story}}}\n"), &[], &[]), [""; 0]);
    }

    #[test]
    fn a_table_stands_in_the_list_with_its_reason_and_only_while_it_is_long() {
        let table = |why| [long(PATH, "told", why)];
        assert_eq!(found(PATH, &of_lines(61), &table("a table of a"), &[]), [""; 0]);
        assert_eq!(found(PATH, &of_lines(61), &table(""), &[]).len(), 1);
        assert_eq!(found(PATH, &of_lines(60), &table("a table of a"), &[]).len(), 1);
    }

    #[test]
    fn what_is_still_to_be_cut_grows_no_longer() {
        assert_eq!(found(PATH, &of_lines(70), &[], &[(PATH, "told", 70)]), [""; 0]);
        assert_eq!(found(PATH, &of_lines(65), &[], &[(PATH, "told", 70)]), [""; 0]);
        assert_eq!(found(PATH, &of_lines(71), &[], &[(PATH, "told", 70)]).len(), 1);
        assert_eq!(found(PATH, &of_lines(60), &[], &[(PATH, "told", 70)]).len(), 1);
    }
}
