//! The developers' one door: `cargo xtask ci | tidy | bench | golden`.
//!
//! It depends on nothing but a JSON reader, so that a fresh machine has it running seconds after the checkout.

mod bench;
mod ci;
mod faults;
mod fonts;
mod http;
mod lexer;
mod load;
mod needs;
mod pg;
mod run;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

/// What went wrong, in words for the person at the terminal.
type Failure = String;

const HELP: &str = "cargo xtask <command>

  ci       install what the tests need (as root, Debian), then format, tidy, clippy, and every test on SQLite and PostgreSQL
  needs    only say what `ci` needs and what is missing
  tidy     refuse arrows that are not in the architecture table, and a short list of habits
  pg CMD.. start the private PostgreSQL server of `ci`, run CMD with SHIYAN_TEST_PG set, stop the server
  faults   try to lose a save: kill the server, fill the disk, break syncs and writes, cut the database off, and count what is
           there afterwards; `cargo xtask faults --help` lists its flags
  bench    build in release and measure the speeds we promise  [--samples N] [--year Y] [--small-only] [--million] [--load] [--verify] [--lists] [--regions] [--reports-only] [--binary PATH] [--keep]
           --figures [--scale 0.1] [--facts DIR] [--python PATH]: the questions of the annual report beside DuckDB, polars and DataFusion
  golden   write the golden files of the reports and the list of the schema anew; look at the difference before committing it
  fonts    make the faces of crates/fonts/data anew out of their packages; needs npm, Python and a network, and nobody else calls it
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let root = workspace_root();
    let outcome = match command.as_str() {
        "ci" => ci::ci(&root),
        "needs" => ci::needs_only(),
        "tidy" => tidy::tidy(&root),
        "pg" => ci::with_pg(&root, &rest),
        "faults" => faults::faults(&root, &rest),
        "bench" => bench::bench(&root, &rest),
        "golden" => ci::golden(&root),
        "fonts" => fonts::fonts(&root),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The checkout this tool was started in: cargo names the manifest at run time, which stays right with a shared target directory.
fn workspace_root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.ancestors().nth(2).map_or_else(|| manifest.clone(), PathBuf::from)
}
