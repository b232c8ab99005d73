//! Under which licences code of others may be built in. What a crate declares is an expression (SPDX); it is taken when one way to
//! satisfy it uses nothing but the licences of the list.

use super::Finding;
use crate::Failure;
use serde_json::Value;
use std::collections::BTreeSet;

/// Licences that ask for nothing but their own text, and those of data and of single files.
const TAKEN: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Every crate of others that is built for this machine, with its licence; gives how many there were.
pub fn check(metadata: &[u8]) -> Result<(usize, Vec<Finding>), Failure> {
    let metadata: Value = serde_json::from_slice(metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"].as_array().into_iter().flatten().filter_map(|n| n["id"].as_str()).collect();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let others: Vec<&Value> = packages.filter(|p| p["source"].is_string() && p["id"].as_str().is_some_and(|id| used.contains(id))).collect();
    if others.is_empty() {
        return Err("cargo metadata names no dependency at all".to_owned());
    }
    let refused = others.iter().filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or_default();
        let place = format!("{} {}", package["name"].as_str().unwrap_or("?"), package["version"].as_str().unwrap_or("?"));
        let what = if licence.is_empty() { "declares no licence".to_owned() } else { format!("licence `{licence}` is not on the list of tidy/licences.rs") };
        (!taken(licence)).then(|| Finding::new(place, what))
    });
    Ok((others.len(), refused.collect()))
}

/// Whether an expression can be satisfied by the list. What cannot be read is not taken.
fn taken(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at).is_some_and(|fine| fine && at == words.len())
}

fn either(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut fine = both(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        fine |= both(words, at)?;
    }
    Some(fine)
}

fn both(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut fine = one(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        fine &= one(words, at)?;
    }
    Some(fine)
}

fn one(words: &[&str], at: &mut usize) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let fine = either(words, at)?;
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return closed.then_some(fine);
    }
    if matches!(word, ")" | "AND" | "OR" | "WITH") {
        return None;
    }
    let mut name = word.to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{word} WITH {}", words.get(*at + 1)?);
        *at += 2;
    }
    Some(TAKEN.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_expression_is_taken_when_one_way_through_it_is() {
        for expression in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "ISC AND (Apache-2.0 OR ISC) AND Apache-2.0",
        ] {
            assert!(taken(expression), "{expression}");
        }
        for expression in [
            "",
            "GPL-3.0-only",
            "AGPL-3.0-or-later OR LGPL-3.0-only",
            "MIT AND GPL-2.0-only",
            "(MIT OR Apache-2.0) AND CC-BY-NC-4.0",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "MIT OR",
            "(MIT",
            "MIT MIT",
            "AND MIT",
        ] {
            assert!(!taken(expression), "{expression}");
        }
    }
    #[test]
    fn a_crate_under_another_licence_is_named() {
        let package = |name: &str, licence: Value, source: Value| json!({ "id": name, "name": name, "version": "1.0.0", "license": licence, "source": source });
        let told = |packages: Vec<Value>| {
            let nodes: Vec<Value> = packages.iter().map(|p| json!({ "id": p["id"] })).collect();
            check(json!({ "packages": packages, "resolve": { "nodes": nodes } }).to_string().as_bytes())
        };
        let source = json!("registry+https://example.org");
        let (count, found) = told(vec![
            package("good", json!("MIT"), source.clone()),
            package("bad", json!("GPL-3.0-only"), source.clone()),
            package("silent", Value::Null, source),
            package("ours", json!("whatever"), Value::Null),
        ])
        .unwrap();
        let places: Vec<&str> = found.iter().map(|f| f.place.as_str()).collect();
        assert_eq!((count, places), (3, vec!["bad 1.0.0", "silent 1.0.0"]));
        assert!(told(Vec::new()).is_err(), "a list of nothing proves nothing");
    }
}
