//! `cargo xtask tidy`: the house rules that the compiler does not know.

pub mod arrows;
pub mod forms;
pub mod glossary;
pub mod habits;
pub mod law;
pub mod lengths;
pub mod licences;
pub mod references;

use crate::Failure;
use crate::run::{cargo, output};
use std::path::Path;

/// One thing that is refused: where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub place: String,
    pub what: String,
}

impl Finding {
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Finding { place: place.into(), what: what.into() }
    }
}

/// Look at the whole checkout and refuse what is not allowed.
pub fn tidy(root: &Path) -> Result<(), Failure> {
    let metadata = output(cargo(root).args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let packages = arrows::packages(&metadata.stdout)?;
    let mut findings = arrows::check(&packages);
    let everything = output(cargo(root).args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &host()?]))?;
    let (others, unlicensed) = licences::check(&everything.stdout)?;
    findings.extend(unlicensed);
    let files = habits::files(root)?;
    for file in &files {
        findings.extend(habits::check(file));
    }
    findings.extend(habits::too_large(&files));
    findings.extend(habits::off_stage(&files));
    findings.extend(habits::same_refusals(&files));
    findings.extend(habits::named_duties(&files));
    findings.extend(glossary::check(&files));
    findings.extend(law::check(&files));
    findings.extend(lengths::check(&files));
    findings.extend(forms::check(&files));
    findings.extend(references::check(&files, &habits::walk(root)?.into_iter().map(|(path, _)| path).collect()));
    if findings.is_empty() {
        let arrows: usize = packages.iter().map(|package| package.arrows.len()).sum();
        println!("    {} crates, {arrows} dependencies, {others} crates of others, {} files: nothing to refuse", packages.len(), files.len());
        return Ok(());
    }
    findings.sort();
    for finding in &findings {
        eprintln!("{}: {}", finding.place, finding.what);
    }
    Err(format!("tidy: {} refused", findings.len()))
}

/// The machine that is built for, as rustc calls it.
fn host() -> Result<String, Failure> {
    let rustc = output(std::process::Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV"))?;
    let said = String::from_utf8_lossy(&rustc.stdout).into_owned();
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).ok_or_else(|| "rustc -vV names no host".to_owned())
}
