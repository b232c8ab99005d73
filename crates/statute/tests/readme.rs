//! What README says of the shipped limits is counted from the data: a table between two marks, standard by standard.

use std::collections::BTreeMap;

use shiyan_foundation::Label;
use shiyan_statute::editions::edition_of;
use shiyan_statute::packages::SourceQuality;
use shiyan_statute::{LimitRow, LimitStatus, draft_packages, limits};

const README: &str = include_str!("../../../README.md");
const BEGIN: &str = "<!-- shipped: counted from the data by crates/statute/tests/readme.rs -->\n";
const END: &str = "<!-- /shipped -->";

/// How far the row was read: from the official text page by page, seen in some source, known, or in doubt.
fn grade(row: &LimitRow) -> usize {
    let doubted = !row.confidence.starts_with("high") || row.confidence.contains("edition?");
    match (doubted, row.source.is_empty(), row.confidence.contains("src")) {
        (true, ..) => 3,
        (_, false, _) => 0,
        (_, true, true) => 1,
        (_, true, false) => 2,
    }
}

fn table() -> String {
    let mut of: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for row in limits() {
        assert_eq!(row.status, LimitStatus::Pending, "{} is shipped to be checked", row.id);
        of.entry(edition_of(row).map_or(row.basis.as_str(), |e| e.id.as_str())).or_default()[grade(row)] += 1;
    }
    let mut rows: Vec<(&str, [usize; 4])> = of.into_iter().collect();
    rows.sort_by_key(|(name, n)| (std::cmp::Reverse(n.iter().sum::<usize>()), *name));
    let mut out =
        String::from("| standard | rows 待核实 | official text, with page | seen in a source | from knowledge | in doubt |\n|---|---|---|---|---|---|\n");
    let shown = |n: usize| if n == 0 { String::from("–") } else { n.to_string() };
    let line = |name: &str, n: [usize; 4]| {
        format!("| {name} | {} | {} | {} | {} | {} |\n", n.iter().sum::<usize>(), shown(n[0]), shown(n[1]), shown(n[2]), shown(n[3]))
    };
    let add = |a: [usize; 4], b: [usize; 4]| [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
    let (many, few): (Vec<_>, Vec<_>) = rows.iter().partition(|(_, n)| n.iter().sum::<usize>() >= 8);
    for (name, n) in &many {
        out.push_str(&line(name, *n));
    }
    out.push_str(&line(&format!("{} further standards", few.len()), few.iter().fold([0; 4], |sum, (_, n)| add(sum, *n))));
    out.push_str(&line("**all**", rows.iter().fold([0; 4], |sum, (_, n)| add(sum, *n))));
    let packages = draft_packages(2026);
    let of_quality = |q: SourceQuality| packages.iter().filter(|p| p.quality == q).count();
    out.push_str(&format!(
        "\nItem packages of 2026: {} tables of {} foods with {} items, all 待核对 ({} of quality {}, {} of quality {} after a look; C and D are not loaded).\n",
        packages.len(),
        packages.iter().map(|p| p.foods.len()).sum::<usize>(),
        packages.iter().map(|p| p.items.len()).sum::<usize>(),
        of_quality(SourceQuality::A),
        SourceQuality::A.code(),
        of_quality(SourceQuality::B),
        SourceQuality::B.code(),
    ));
    out
}

#[test]
fn what_readme_says_of_the_shipped_limits_is_what_is_shipped() {
    let told = README.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(told, _)| told);
    let counted = table();
    assert!(told == Some(counted.as_str()), "README.md should say:\n{BEGIN}{counted}{END}");
}
