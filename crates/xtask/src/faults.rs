//! `cargo xtask faults`: the fault trials in full. The short form of the same trials is a test and runs with `cargo xtask ci`.

use crate::Failure;
use crate::pg::is_root;
use crate::run::{cargo, run};
use std::path::Path;

/// Between the words of what the trials are asked, in the one variable that carries them.
const BETWEEN: &str = "\u{1f}";
/// The trials, a test of the program's own package, because cargo builds the program for those.
const TRIALS: &str = "what_is_accepted_stays_and_what_is_refused_is_not_there";

pub const HELP: &str =
    "cargo xtask faults [--kills N] [--each N] [--after N] [--only NAME,..] [--seconds N] [--binary PATH] [--seed N] [--threads N] [--no-keys]

  --kills N      kills of the server at random moments (1000)
  --each N       faults of each kind around saves of each kind (50)
  --after N      saves after the faults of a trial, all of which must be there in the end (30)
  --only NAMES   faults or kinds of saves by the names of the table: --only full-disk,result
  --seconds N    begin no further trial after so many seconds
  --binary PATH  try another build of the program, such as one of an older commit, which must fail (the negative control)
  --seed N       begin with this seed; a line of the result names the one it came from
  --threads N    trials side by side (2)
  --no-keys      expect no answer by key to a retry, for a build from before there were keys";

/// Builds the program, runs the trials with these words, and shows what they print.
pub fn faults(root: &Path, args: &[String]) -> Result<(), Failure> {
    if args.iter().any(|arg| matches!(arg.as_str(), "help" | "--help" | "-h")) {
        println!("{HELP}");
        return Ok(());
    }
    if !is_root() {
        eprintln!("SKIPPED in part: not root; faults that need a file system of their own cannot be tried");
    }
    let words = words(args, &|path| std::path::absolute(path).map_err(|e| format!("{path}: {e}")).map(|p| p.display().to_string()))?;
    run(cargo(root)
        .args(["test", "--workspace", "--test", "faults", "--", "--nocapture", "--exact", TRIALS])
        .env("SHIYAN_FAULTS", words.join(BETWEEN) + BETWEEN))
    .map_err(|_| "the trials failed; the lines above say how".to_owned())
}

/// The words as the trials read them; the path of a build means the same from wherever they run.
fn words(args: &[String], absolute: &dyn Fn(&str) -> Result<String, Failure>) -> Result<Vec<String>, Failure> {
    let mut out = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        out.push(word.clone());
        match word.as_str() {
            "--keys" | "--no-keys" => {}
            "--binary" => out.push(absolute(words.next().ok_or("--binary needs a path")?)?),
            "--kills" | "--each" | "--after" | "--only" | "--seconds" | "--seed" | "--threads" => {
                out.push(words.next().ok_or_else(|| format!("{word} needs a value"))?.clone());
            }
            other => return Err(format!("there is no {other}\n\n{HELP}")),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_passed_on_or_refused() {
        let of = |text: &str| words(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), &|path| Ok(format!("/here/{path}")));
        assert_eq!(of("--kills 5 --binary old/shiyan --no-keys").unwrap(), ["--kills", "5", "--binary", "/here/old/shiyan", "--no-keys"]);
        assert!(of("--kills").is_err() && of("--binary").is_err() && of("--what").is_err() && of("5").is_err());
    }
}
