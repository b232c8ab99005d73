//! Words that look like a file of the checkout, in comments and in the notes beside the code, and are none: whoever follows one finds nothing.
//! What somebody else wrote is cited by its name (a standard, an article), never by a file that only its author has.

use super::Finding;
use super::habits::File;
use std::collections::BTreeSet;

/// Endings of files that are kept here.
const ENDINGS: &[&str] =
    &[".rs", ".md", ".toml", ".csv", ".txt", ".html", ".css", ".js", ".json", ".xlsx", ".xls", ".png", ".service", ".timer", ".c", ".lock", ".sql", ".schema"];

/// Files that the program writes or is given; they are named where they are explained and lie on no shelf of ours.
const NOT_OURS: &[&str] = &["shiyan.toml", "results.csv", "titrator-t9.toml"];

/// Refuses what leads nowhere.
pub fn check(files: &[File], paths: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // the history of what changed names what is gone
    for file in files.iter().filter(|f| f.path != "CHANGELOG.md") {
        let (rust, notes) = (file.path.ends_with(".rs"), file.path.ends_with(".md"));
        if !rust && !notes {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            let Some(said) = (if rust { comment(line) } else { Some(line) }) else { continue };
            for word in
                words(said).map(|word| word.split("::").next().unwrap_or(word)).filter(|word| looks_like_a_file(word) && !is_there(word, &file.path, paths))
            {
                let what = format!("`{word}` is no file of the checkout; name the standard or the article, or the file that there is");
                findings.push(Finding::new(format!("{}:{}", file.path, number + 1), what));
            }
        }
    }
    findings
}

/// A comment that has its line for itself.
fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("//").map(|rest| rest.trim_start_matches(['/', '!']))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || "_-./:<>*{}".contains(c))).map(|w| w.trim_matches(['.', ':', '-']))
}

fn looks_like_a_file(word: &str) -> bool {
    let Some(stem) = ENDINGS.iter().find_map(|end| word.strip_suffix(end)) else { return false };
    let name = stem.rsplit('/').next().unwrap_or(stem);
    // an address, a served path, a pattern, a file somebody names on the command line (OUT.pdf)
    let host = word.split_once('/').is_some_and(|(first, _)| first.trim_start_matches('.').contains('.'));
    let elsewhere = host || word.contains(':') || word.starts_with('/') || word.contains(['<', '>', '*', '{', '}']);
    let placeholder = !name.chars().any(|c| c.is_ascii_lowercase());
    let readme = matches!(name, "README" | "CONTRIBUTING" | "CHANGELOG" | "OFL");
    !elsewhere && !name.is_empty() && (!placeholder || readme) && !NOT_OURS.contains(&word)
}

/// As a path from the root, beside the file that names it, or as the end of a path.
fn is_there(word: &str, at: &str, paths: &BTreeSet<String>) -> bool {
    let word = word.trim_start_matches("./");
    let word = word.rsplit("../").next().unwrap_or(word);
    let beside = at.rsplit_once('/').map(|(folder, _)| format!("{folder}/{word}"));
    let end = format!("/{word}");
    paths.contains(word) || beside.is_some_and(|b| paths.contains(&b)) || paths.iter().any(|p| p.ends_with(&end))
        // `app/src/lib.rs` for crates/app/src/lib.rs, `web/kit/...` alike; `it/report.rs` for tests/it/report.rs
        || word.split_once('/').is_some_and(|(first, rest)| paths.iter().any(|p| p.ends_with(&format!("/{first}/src/{rest}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str, text: &str) -> usize {
        let files = [File { path: path.into(), text: text.into() }, File { path: "crates/a/src/lib.rs".into(), text: String::new() }];
        let paths: BTreeSet<String> =
            ["crates/a/src/lib.rs", "crates/a/data/rows.csv", "fixtures/b/c.xlsx", "crates/a/README.md", path].map(str::to_owned).into();
        check(&files, &paths).len()
    }

    #[test]
    fn a_file_that_is_not_there_is_refused_in_comments_and_notes() {
        let gone = concat!("dom", "ain.md");
        for text in [format!("//! See {gone} 4.4."), format!("/// ({gone}, 3)"), format!("    // `report/{gone}`")] {
            assert_eq!(refused("crates/a/src/b.rs", &text), 1, "{text}");
        }
        assert_eq!(refused("README.md", &format!("see [the notes](notes/{gone})")), 1);
        assert_eq!(refused("crates/a/src/b.rs", &format!("let x = \"{gone}\";")), 0, "a string is no reference");
    }
    #[test]
    fn what_is_there_may_be_named_from_anywhere() {
        for text in [
            "`a/src/lib.rs`",
            "data/rows.csv",
            "rows.csv.",
            "b/c.xlsx",
            "crates/a/README.md",
            "shiyan.toml",
            "https://e.org/x.html",
            "OUT.pdf",
            "/v1/x.json",
            "*.csv",
            "a/lib.rs",
        ] {
            assert_eq!(refused("crates/a/src/b.rs", &format!("// {text}")), 0, "{text}");
        }
        assert_eq!(refused("CHANGELOG.md", "gone.rs went"), 0);
    }
}
