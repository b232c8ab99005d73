//! Habits of single files, looked at as text.

use super::{Finding, arrows};
use crate::Failure;
use crate::lexer::{code_only, matching, tokens, without_tests};
use std::path::Path;

/// A text file of the checkout, with its path from the root.
#[derive(Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

const MOST_LINES: usize = 1_500;

/// Names of namespaces look like addresses, but nobody asks a host for them.
const NAMESPACES: &[&str] = &[
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/XML/1998/namespace",
];

/// Every file below the root, leaving out what is never committed: path from the root, path on this machine.
pub fn walk(root: &Path) -> Result<Vec<(String, std::path::PathBuf)>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let refused = |e: std::io::Error| format!("{}: {e}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let kind = entry.file_type().map_err(refused)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            let top = folder == root;
            if kind.is_dir() {
                let kept_out = name == ".git" || name == "node_modules" || top && (name == "data" || name.starts_with("target"));
                if !kept_out {
                    folders.push(path);
                }
            } else if kind.is_file() && name != ".git" {
                // a second checkout has a file named .git that says where the first is
                found.push((path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/"), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// All text files below the root, leaving out what is never committed.
pub fn files(root: &Path) -> Result<Vec<File>, Failure> {
    let mut found = Vec::new();
    for (path, at) in walk(root)? {
        if let Ok(text) = String::from_utf8(std::fs::read(&at).map_err(|e| format!("{path}: {e}"))?)
            && !text.contains('\0')
        {
            found.push(File { path, text });
        }
    }
    Ok(found)
}

/// The largest share of all Rust lines that one crate may have, tests included, in percent.
const MOST_OF_ALL: usize = 12;

/// The folder of the crate in which a file lies: `crates/statute`, `crates/web/bench`, `tests`.
fn crate_of(path: &str) -> &str {
    let deep = if path.starts_with("crates/web/") {
        3
    } else if path.starts_with("crates/") {
        2
    } else {
        1
    };
    path.match_indices('/').nth(deep - 1).map_or(path, |(end, _)| &path[..end])
}

/// A crate that has grown into a third of the house: nobody finds their way in it, and each change builds it anew.
pub fn too_large(files: &[File]) -> Vec<Finding> {
    let mut lines = std::collections::BTreeMap::<&str, usize>::new();
    for file in files.iter().filter(|f| f.path.ends_with(".rs")) {
        *lines.entry(crate_of(&file.path)).or_default() += file.text.lines().count();
    }
    let all: usize = lines.values().sum();
    let large = lines.iter().filter(|(_, n)| **n * 100 > all * MOST_OF_ALL);
    large.map(|(at, n)| Finding::new(*at, format!("{n} of {all} lines of Rust are more than {MOST_OF_ALL} %: cut it along the way of a sample"))).collect()
}

/// Modules that only tests have: declared under `#[cfg(test)]`, in a file or a folder of their name.
pub fn test_modules(files: &[File]) -> std::collections::BTreeSet<String> {
    let mut found = std::collections::BTreeSet::new();
    for file in files.iter().filter(|f| f.path.ends_with(".rs")) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = file.path.trim_end_matches(".rs");
        let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            let Some(name) = pair[1].trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) else { continue };
            found.insert(format!("{folder}/{name}"));
            found.insert(format!("{own}/{name}"));
        }
    }
    found
}

pub fn is_test(path: &str, modules: &std::collections::BTreeSet<String>) -> bool {
    let own = path.trim_end_matches(".rs");
    path.starts_with("tests/")
        || path.starts_with("crates/testkit/")
        || path.contains("/tests/")
        || modules.iter().any(|t| own == t || own.starts_with(&format!("{t}/")))
}

/// The database itself is on the stage of tests only: what is released asks the application, which asks who may.
pub fn off_stage(files: &[File]) -> Vec<Finding> {
    let tests = test_modules(files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|f| f.path.ends_with(".rs") && !is_test(&f.path, &tests)) {
        let made_up = ["crates/demonstration/", "crates/app/"].iter().any(|folder| file.path.starts_with(folder));
        let shipped = without_tests(&code_only(&file.text));
        for (number, line) in shipped.lines().enumerate() {
            let mut refuse = |what: &str| findings.push(Finding::new(format!("{}:{}", file.path, number + 1), what));
            if line.contains(".stage()") {
                refuse("the stage of tests in what is released: ask `app::read`");
            }
            if !made_up && (line.contains(".seed()") || line.contains("app::seed")) {
                refuse("the door for made-up data; only the demonstration goes through it");
            }
        }
    }
    findings
}

/// The one file of the pages that may name duties: whose day it is, which opens and closes nothing.
const WHOSE_DAY: &str = "crates/web/kit/src/views/whose_day.rs";

/// A page that names a duty decides by itself who may do what; the table of duties does that.
pub fn named_duties(files: &[File]) -> Vec<Finding> {
    let tests = test_modules(files);
    let is_page = |path: &str| path.starts_with("crates/web/") && path.ends_with(".rs") && path != WHOSE_DAY && !is_test(path, &tests);
    let mut findings = Vec::new();
    for file in files.iter().filter(|f| is_page(&f.path)) {
        let shipped = without_tests(&code_only(&file.text));
        for (number, line) in shipped.lines().enumerate() {
            let mut names = line.match_indices("Role::").map(|(at, word)| &line[at + word.len()..]);
            // `Role::ALL` and `Role::parse` name none
            if names.any(|rest| rest.starts_with(char::is_uppercase) && !rest.starts_with("ALL")) {
                findings.push(Finding::new(format!("{}:{}", file.path, number + 1), "a page that names a duty: ask `Act`".to_owned()));
            }
        }
    }
    findings
}

/// Everything that is refused in one file.
pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let path = file.path.as_str();
    let mut refuse = |line: usize, what: String| findings.push(Finding::new(format!("{path}:{line}"), what));

    machine_paths(&file.text, &mut refuse);
    if is_page_part(path) {
        hosts(&file.text, &mut refuse);
    }
    if path.ends_with("Cargo.toml") && path != "Cargo.toml" && !inherits_lints(&file.text) {
        refuse(1, "must inherit the lints: `[lints]` with `workspace = true`".to_owned());
    }
    if path.ends_with(".rs") {
        rust(path, &file.text, &mut refuse);
    }
    findings
}

fn rust(path: &str, text: &str, refuse: &mut dyn FnMut(usize, String)) {
    let lines = text.lines().count();
    if path.contains("/src/") && lines > MOST_LINES {
        refuse(lines, format!("{lines} lines; a file has at most {MOST_LINES}, cut it where it has two subjects"));
    }
    let code = code_only(text);
    for token in tokens(&code).iter().filter(|token| token.text == "unsafe") {
        refuse(token.line, "unsafe code".to_owned());
    }
    // A migration writes the names of tables and triggers from its own constants, which cannot be bound; tests make up databases.
    if !["tests/", "crates/testkit/", "migrations/"].iter().any(|folder| path.starts_with(folder)) {
        built_statements(&code, refuse);
    }
    // `tests.rs` is the test module of its crate: it never ships.
    let ships = !path.ends_with("/tests.rs");
    if ships && arrows::domain_folders().any(|folder| path.starts_with(&format!("crates/{folder}/src/"))) {
        domain(&code, refuse);
    }
}

/// What clippy does not see of a decision: a floating-point number without its type. Types, clocks, random ids and I/O are refused by the
/// `clippy.toml` of the crate, so nothing that ships may lift it.
fn domain(code: &str, refuse: &mut dyn FnMut(usize, String)) {
    for token in tokens(code) {
        let number = token.text.starts_with(|c: char| c.is_ascii_digit());
        let hex = token.text.starts_with("0x");
        if number && !hex && (token.text.contains('.') || token.text.ends_with("f32") || token.text.ends_with("f64")) {
            refuse(token.line, format!("the floating-point number {} in a domain crate; quantities are exact decimals", token.text));
        }
    }
    for (number, line) in without_tests(code).lines().enumerate() {
        let dense: String = line.split_whitespace().collect();
        if dense.contains("clippy::disallowed") && !dense.starts_with("#![cfg_attr(test,") {
            refuse(number + 1, "lifts what `clippy.toml` refuses in a domain crate; pass it in from the edge".to_owned());
        }
    }
}

/// Every domain crate refuses the same to clippy, which reads the nearest `clippy.toml` and no other.
pub fn same_refusals(files: &[File]) -> Vec<Finding> {
    let rules: Vec<(String, Option<&File>)> = arrows::domain_folders()
        .map(|folder| format!("crates/{folder}/clippy.toml"))
        .map(|path| (path.clone(), files.iter().find(|file| file.path == path)))
        .collect();
    let first = rules.iter().find_map(|(_, file)| *file);
    let differs = rules.iter().filter(|(_, file)| file.is_none() || file.map(|f| &f.text) != first.map(|f| &f.text));
    differs.map(|(path, _)| Finding::new(path, "every domain crate has the same `clippy.toml`: clock, ids, floats and I/O are refused there")).collect()
}

/// SQL is made by the query builder or bound; never by pasting text into it.
fn built_statements(code: &str, refuse: &mut dyn FnMut(usize, String)) {
    for call in ["Statement::from_string", "Statement::from_sql_and_values", "execute_unprepared"] {
        let mut from = 0;
        while let Some(at) = code[from..].find(call).map(|ahead| from + ahead) {
            from = at + call.len();
            let Some(open) = code[from..].find(|c: char| !c.is_whitespace()).map(|ahead| from + ahead).filter(|at| code.as_bytes()[*at] == b'(') else {
                continue;
            };
            let end = matching(code, open).unwrap_or(code.len());
            if code[open..end].contains("format!") {
                refuse(code[..at].lines().count().max(1), format!("{call} with format!: bind the values instead"));
            }
        }
    }
}

/// A path of somebody's machine. The patterns are put together here so that this file does not refuse itself.
fn machine_paths(text: &str, refuse: &mut dyn FnMut(usize, String)) {
    let patterns = [concat!("/wo", "rk/"), concat!("/ro", "ot")];
    for (number, line) in text.lines().enumerate() {
        for pattern in patterns {
            for (at, _) in line.match_indices(pattern) {
                let before = line[..at].chars().next_back();
                let after = line[at + pattern.len()..].chars().next();
                let absolute = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '/' | '<' | '}' | ')' | '*' | ':'));
                let whole = pattern.ends_with('/') || after.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
                if absolute && whole {
                    refuse(number + 1, format!("{pattern} is a path of one machine; say it relative to the checkout"));
                }
            }
        }
    }
}

/// Templates, styles, scripts and pictures that a page is made of.
fn is_page_part(path: &str) -> bool {
    let folder = path.contains("/templates/") || path.contains("/assets/") || path.contains("/static/");
    let kind = [".html", ".css", ".js", ".mjs", ".svg", ".webmanifest"].iter().any(|end| path.ends_with(end));
    path.starts_with("crates/web/") && (folder || kind)
}

/// No page makes a request to another host; links to one do not belong into the templates either.
fn hosts(text: &str, refuse: &mut dyn FnMut(usize, String)) {
    for (number, line) in text.lines().enumerate() {
        let line = NAMESPACES.iter().fold(line.to_owned(), |line, namespace| line.replace(namespace, ""));
        let lower = line.to_ascii_lowercase();
        for host in ["http://", "https://", "src=\"//", "href=\"//", "src='//", "href='//", "url(//", "url(\"//", "url('//"] {
            if lower.contains(host) {
                refuse(number + 1, format!("`{host}` in a page: everything a page needs is embedded in the binary"));
            }
        }
    }
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.find(|line| !line.is_empty() && !line.starts_with('#')).is_some_and(|line| line.replace(' ', "") == "workspace=true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&File { path: path.to_owned(), text: text.to_owned() }).into_iter().map(|f| format!("{}: {}", f.place, f.what)).collect()
    }

    fn refused(path: &str, text: &str) -> usize {
        found(path, text).len()
    }

    #[test]
    fn a_crate_that_is_a_third_of_the_house_is_refused() {
        let file = |path: &str, lines: usize| File { path: path.into(), text: "x\n".repeat(lines) };
        let mut files: Vec<File> = (0..9).map(|i| file(&format!("crates/c{i}/src/lib.rs"), 110)).collect();
        files.push(file("crates/web/bench/src/lib.rs", 60));
        files.push(file("crates/web/bench/tests/a.rs", 60));
        files.push(file("crates/web/site/src/lib.rs", 110));
        assert_eq!(too_large(&files), []);
        files.push(file("crates/web/bench/src/b.rs", 60));
        let found = too_large(&files);
        assert_eq!((found.len(), found[0].place.as_str()), (1, "crates/web/bench"));
    }
    #[test]
    fn the_stage_of_tests_is_refused_in_what_is_released() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let files = [
            file("crates/web/site/src/lib.rs", "#[cfg(test)]\nmod walk;\nmod home;\n"),
            file("crates/web/site/src/walk.rs", "app.stage().head()"),
            file("crates/web/site/src/home.rs", "// app.stage()\nlet x = \".stage()\";\n#[cfg(test)]\nmod tests { fn a() { app.stage(); } }\n"),
            file("tests/it/way.rs", "app.stage()"),
        ];
        assert_eq!(off_stage(&files), []);
        let bad = [file("crates/web/site/src/lib.rs", "mod walk;\n"), file("crates/web/site/src/walk.rs", "\nlet head = app.stage().head();")];
        assert_eq!(off_stage(&bad).iter().map(|f| f.place.as_str()).collect::<Vec<_>>(), ["crates/web/site/src/walk.rs:2"]);
    }
    #[test]
    fn a_page_that_names_a_duty_is_refused() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let bad = [file("crates/web/bench/src/a.rs", "\nif user.actor.has(Role::Analyst) {}")];
        assert_eq!(named_duties(&bad).iter().map(|f| f.place.as_str()).collect::<Vec<_>>(), ["crates/web/bench/src/a.rs:2"]);
        let good = [
            file("crates/web/bench/src/a.rs", "// Role::Analyst\nfor r in Role::ALL { Role::parse(x); }\n#[cfg(test)]\nmod tests { fn a() { Role::Admin; } }"),
            file(WHOSE_DAY, "Role::Admin"),
            file("crates/app/src/a.rs", "Role::Admin"),
        ];
        assert_eq!(named_duties(&good), []);
    }
    #[test]
    fn only_the_demonstration_goes_through_the_door_for_made_up_data() {
        let file = |path: &str| File { path: path.into(), text: "use shiyan_app::seed::Sowing;\nfn a() { app.seed().open(now); }\n".into() };
        assert_eq!(off_stage(&[file("crates/demonstration/src/lib.rs"), file("crates/app/src/seed.rs"), file("tests/it/way.rs")]), []);
        assert_eq!(off_stage(&[file("crates/web/kit/src/a.rs"), file("crates/cli/src/run.rs")]).len(), 4);
    }
    #[test]
    fn floats_are_refused_in_domain_crates_only() {
        let room = "crates/judgement/src/reading/value.rs";
        for bad in ["let x = 1.5;", "let x = 2_f64;", "let x = 2f32;", "let x = 3.;"] {
            assert_eq!(refused(room, bad), 1, "{bad}");
            assert_eq!(refused("crates/charts/src/lib.rs", bad), 0, "{bad}");
        }
        for good in ["// 1.5 f64", "let x = \"1.5 f64\";", "t.0.1", "1..2", "1.max(2)", "let buf64 = 1;", "0x1f32"] {
            assert_eq!(refused(room, good), 0, "{good}");
        }
        assert_eq!(
            found(room, "\n\nlet x = 1.5;"),
            ["crates/judgement/src/reading/value.rs:3: the floating-point number 1.5 in a domain crate; quantities are exact decimals"]
        );
    }

    #[test]
    fn what_clippy_refuses_in_a_domain_crate_stays_refused() {
        let room = "crates/statute/src/lib.rs";
        for bad in ["#![allow(clippy::disallowed_methods)]", "#[expect(clippy::disallowed_types)]", "#![cfg_attr(not(test), allow(clippy::disallowed_macros))]"]
        {
            assert_eq!(refused(room, bad), 1, "{bad}");
            assert_eq!(refused("crates/app/src/lib.rs", bad), 0, "{bad}");
        }
        assert_eq!(refused(room, "#![cfg_attr(test, allow(clippy::disallowed_methods))]"), 0, "a test may read a file");
        let file = |folder: &str, text: &str| File { path: format!("crates/{folder}/clippy.toml"), text: text.to_owned() };
        let mut all: Vec<File> = arrows::domain_folders().map(|folder| file(folder, "x")).collect();
        assert_eq!(same_refusals(&all), []);
        all[3].text = "y".to_owned();
        assert_eq!(same_refusals(&all).len(), 1);
        all.remove(4);
        assert_eq!(same_refusals(&all).len(), 2);
        assert_eq!(same_refusals(&[]).len(), 10);
    }

    #[test]
    fn unsafe_is_refused_as_code_and_not_as_a_word() {
        assert_eq!(refused("crates/app/src/lib.rs", "unsafe { x() }"), 1);
        assert_eq!(refused("crates/app/src/lib.rs", "#![forbid(unsafe_code)] // unsafe"), 0);
    }

    #[test]
    fn statements_are_not_pasted_together() {
        let bad = "db.query_one_raw(Statement::from_string(\n  DbBackend::Sqlite,\n  format!(\"select {x}\"),\n))";
        assert_eq!(found("crates/store/src/a.rs", bad), ["crates/store/src/a.rs:1: Statement::from_string with format!: bind the values instead"]);
        assert_eq!(refused("crates/app/src/a.rs", "db.execute_unprepared(&format!(\"drop {t}\"))"), 1);
        assert_eq!(refused("migrations/src/a.rs", "db.execute_unprepared(&format!(\"drop {t}\"))"), 0);
        assert_eq!(refused("crates/testkit/src/pg.rs", bad), 0, "a test creates databases with made-up names");
        assert_eq!(refused("crates/store/src/a.rs", "Statement::from_string(b, \"select 1\"); format!(\"x\")"), 0);
    }

    #[test]
    fn paths_of_one_machine_are_refused() {
        for bad in [concat!("see /wo", "rk/x"), concat!("\"/ro", "ot/.cargo\""), concat!("cd /ro", "ot")] {
            assert_eq!(refused("README.md", bad), 1, "{bad}");
        }
        for good in ["net/work/x", "</root>", "/rooted", "https://example.org/work/x", "../root", "{base}/work/x"] {
            assert_eq!(refused("README.md", good), 0, "{good}");
        }
    }

    #[test]
    fn pages_know_no_other_host() {
        let page = "crates/web/templates/home.html";
        for bad in ["<script src=\"https://cdn.example/x.js\">", "<img src='//cdn.example/x'>", "url(//x.example/f)", "<a href=\"HTTP://x.example\">"] {
            assert_eq!(refused(page, bad), 1, "{bad}");
        }
        assert_eq!(refused(page, "<svg xmlns=\"http://www.w3.org/2000/svg\"><a href=\"/samples\">"), 0);
        assert_eq!(refused(page, "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"http://www.w3.org/x.png\">"), 1);
        assert_eq!(refused("crates/web/assets/a.js", "fetch('https://x.example')"), 1);
        assert_eq!(refused("crates/web/src/lib.rs", "// https://docs.rs"), 0);
        assert_eq!(refused("docs/a.html", "https://x.example"), 0);
    }

    #[test]
    fn long_files_are_refused() {
        assert_eq!(refused("crates/web/src/a.rs", &"\n".repeat(MOST_LINES)), 0);
        assert_eq!(refused("crates/web/src/a.rs", &"\n".repeat(MOST_LINES + 1)), 1);
        assert_eq!(refused("tests/http.rs", &"\n".repeat(MOST_LINES + 1)), 0);
    }

    #[test]
    fn a_crate_inherits_the_lints() {
        assert_eq!(refused("crates/a/Cargo.toml", "[package]\nname = \"a\"\n[lints]\nworkspace = true\n"), 0);
        assert_eq!(refused("crates/a/Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nx = { workspace = true }\n"), 1);
        assert_eq!(refused("Cargo.toml", "[workspace]\n"), 0);
    }
}
