//! The glossary: one concept, one word, both ways. Its source is `crates/foundation/glossary.toml`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Finding;
use super::habits::File;

/// Where the glossary stands.
const SOURCE: &str = "crates/foundation/glossary.toml";

struct Term {
    zh: String,
    en: String,
    names: Vec<String>,
    never: Vec<String>,
}

fn terms(text: &str) -> Result<Vec<Term>, String> {
    let value: Value = toml::from_str(text).map_err(|e| e.to_string())?;
    let text =
        |term: &Value, key: &str| term[key].as_str().filter(|t| !t.trim().is_empty()).map(str::to_owned).ok_or_else(|| format!("a term without `{key}`"));
    let list = |term: &Value, key: &str| term[key].as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect();
    let one = |term: &Value| {
        text(term, "says")?;
        Ok(Term { zh: text(term, "zh")?, en: text(term, "en")?, names: list(term, "names"), never: list(term, "never") })
    };
    value["term"].as_array().into_iter().flatten().map(one).collect()
}

/// Everything in which the glossary and the house disagree.
pub fn check(files: &[File]) -> Vec<Finding> {
    let Some(source) = files.iter().find(|f| f.path == SOURCE) else { return vec![Finding::new(SOURCE, "the glossary is not there")] };
    let terms = match terms(&source.text) {
        Ok(terms) => terms,
        Err(why) => return vec![Finding::new(SOURCE, why)],
    };
    let mut found = Vec::new();
    for word in [|t: &Term| t.zh.clone(), |t: &Term| t.en.clone()] {
        let mut seen = BTreeMap::<String, usize>::new();
        terms.iter().for_each(|t| *seen.entry(word(t)).or_default() += 1);
        found.extend(seen.into_iter().filter(|(_, n)| *n > 1).map(|(w, _)| Finding::new(SOURCE, format!("{w} stands for two concepts"))));
    }
    for term in &terms {
        for name in &term.names {
            let Some((folder, item)) = name.split_once("::") else {
                found.push(Finding::new(SOURCE, format!("{name}: say it as crate::Name")));
                continue;
            };
            let home = format!("crates/{folder}/src/");
            let described = files.iter().filter(|f| f.path.starts_with(&home)).any(|f| described(&f.text, item, &term.zh));
            if !described {
                found.push(Finding::new(SOURCE, format!("{name} is not there, or its description does not begin with {}", term.zh)));
            }
        }
    }
    let texts = files.iter().filter(|f| f.path.starts_with("crates/") && [".rs", ".html"].iter().any(|end| f.path.ends_with(end)));
    for file in texts {
        for (line, zh, en) in pairs(&file.text) {
            let english = en.to_lowercase();
            for term in terms.iter().filter(|t| !t.never.is_empty() && zh.contains(&t.zh)) {
                let wrong = term.never.iter().find(|word| has_word(&english, word) && !terms.iter().any(|t| has_word(&t.en, word) && zh.contains(&t.zh)));
                if let Some(word) = wrong {
                    found.push(Finding::new(format!("{}:{line}", file.path), format!("{} is {}, never {word}: {en}", term.zh, term.en)));
                }
            }
        }
    }
    found
}

fn has_word(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next().filter(|c| *c != 's')))
}

/// Whether a public item of this name is described by the term in its first two lines.
fn described(text: &str, item: &str, zh: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let kinds = ["struct", "enum", "trait", "type"];
    let is_it = |line: &str| {
        kinds
            .iter()
            .any(|kind| line.strip_prefix(&format!("pub {kind} {item}")).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')))
    };
    lines.iter().enumerate().filter(|(_, l)| is_it(l)).any(|(at, _)| {
        let docs: Vec<&str> =
            lines[..at].iter().rev().take_while(|l| l.starts_with("///") || l.starts_with("#[")).filter_map(|l| l.strip_prefix("///")).collect();
        docs.iter().rev().take(2).any(|doc| doc.contains(zh))
    })
}

fn chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Texts that stand in Chinese and in English beside each other on a line.
fn pairs(text: &str) -> Vec<(usize, &str, &str)> {
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (at, between) in line.match_indices("\", \"") {
            let zh = line[..at].rsplit('"').next().unwrap_or_default();
            let en = line[at + between.len()..].split('"').next().unwrap_or_default();
            if chinese(zh) && !chinese(en) {
                out.push((number + 1, zh, en));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str, glossary: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let files = [file("crates/rapid-test/src/lib.rs", code), file(SOURCE, glossary)];
        check(&files).into_iter().map(|f| f.what).collect()
    }
    const GLOSSARY: &str =
        "[[term]]\nzh = \"快检点\"\nen = \"rapid-test point\"\nsays = \"a market\"\nnames = [\"rapid-test::Point\"]\nnever = [\"station\"]\n";

    #[test]
    fn a_term_is_held_by_its_name_and_its_words() {
        let good = "/// 快检点 a market.\n#[derive(Debug)]\npub struct Point {\n}\nt(\"快检点名称\", \"Name of the point\")\n";
        assert_eq!(found(good, GLOSSARY), Vec::<String>::new());
        assert_eq!(found(&good.replace("/// 快检点", "/// 检测点"), GLOSSARY).len(), 1, "another word");
        assert_eq!(found(&good.replace("pub struct Point", "pub struct Points"), GLOSSARY).len(), 1, "another name");
        assert_eq!(found(&good.replace("the point", "the stations"), GLOSSARY).len(), 1, "a word that is never used for it");
        assert_eq!(found(&good.replace("快检点名称", "车站名称").replace("the point", "the station"), GLOSSARY).len(), 0);
        assert_eq!(found(good, &format!("{GLOSSARY}{}", GLOSSARY.replace("rapid-test point", "market"))).len(), 1, "two words for one concept");
        assert_eq!(found(good, &GLOSSARY.replace("says", "meaning")).len(), 1);
    }
}
