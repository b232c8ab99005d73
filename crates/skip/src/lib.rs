//! 未运行 what a test could not try on this machine, said where nobody overlooks it. The runner hides what a passing test prints, so a
//! skipped test looks like one that passed: this writes past the runner, and into the file that `cargo xtask ci` reads for its closing lines.

use std::io::Write;

/// Names the file in which `cargo xtask ci` collects what was not tried.
pub const FILE: &str = "SHIYAN_SKIPPED";

/// Says what was not tried and why: `skipped("the limits of the national tables", "../shared/external is not beside the checkout")`.
pub fn skipped(what: &str, why: &str) {
    let line = line(what, why);
    // Nothing can be done when even this cannot be written; the test itself says nothing false.
    let _ = write!(std::io::stderr(), "SKIPPED: {line}");
    if let Some(path) = std::env::var_os(FILE)
        && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path)
    {
        // one write, so that lines of tests that run side by side stay whole
        let _ = file.write_all(line.as_bytes());
    }
}

fn line(what: &str, why: &str) -> String {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}: {}\n", flat(what), flat(why))
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_line_says_what_and_why() {
        assert_eq!(super::line("the grid\nin a browser", "no  browser"), "the grid in a browser: no browser\n");
    }
}
