//! `cargo xtask fonts`: makes the faces of `crates/fonts/data` anew out of the packages that hold them. A maintainer's step: it needs npm, Python and a
//! network, and nothing else of the house calls it.

use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::run::run;

/// What the faces are made from; `make.py` knows the SHA-256 of each file inside.
const NPM: [&str; 2] = ["@expo-google-fonts/noto-serif-sc@0.4.3", "@expo-google-fonts/noto-sans-sc@0.4.3"];
const TOOLS: [&str; 2] = ["fonttools==4.60.1", "brotli==1.2.1"];

/// The crates that carry the Kai name a GUI framework only to register themselves; an empty stand-in spares fetching it.
const MANIFEST: &str = r#"[package]
name = "fetch"
version = "0.0.0"
edition = "2024"
[workspace]
[dependencies]
makepad-fonts-chinese-regular = "=1.0.1"
makepad-fonts-chinese-regular-2 = "=1.0.1"
[patch.crates-io]
makepad-platform = { path = "stand-in" }
"#;
const STAND_IN: &str = "[package]\nname = \"makepad-platform\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";

/// Fetches, checks, reduces and packs.
pub fn fonts(root: &Path) -> Result<(), Failure> {
    let work = std::env::temp_dir().join(format!("shiyan-fonts-{}", std::process::id()));
    let made = make(root, &work);
    let _ = std::fs::remove_dir_all(&work);
    made?;
    println!("the faces are made anew; `cargo test -p shiyan-fonts -p shiyan-reports`, then look at a paper before you commit them");
    Ok(())
}

fn make(root: &Path, work: &Path) -> Result<(), Failure> {
    let put = |file: &str, text: &str| -> Result<(), Failure> {
        let path = work.join(file);
        let dir = path.parent().unwrap_or(work);
        std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, text)).map_err(|e| format!("{}: {e}", path.display()))
    };
    put("Cargo.toml", MANIFEST)?;
    put("src/lib.rs", "")?;
    put("stand-in/Cargo.toml", STAND_IN)?;
    put("stand-in/src/lib.rs", "")?;
    run(Command::new("cargo").args(["vendor", "--quiet", "vendor"]).current_dir(work).stdout(std::process::Stdio::null()))?;
    run(Command::new("npm").arg("pack").args(NPM).current_dir(work))?;
    run(Command::new("python3").args(["-m", "venv", "python"]).current_dir(work))?;
    let python = work.join("python/bin/python");
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(TOOLS).current_dir(work))?;
    run(Command::new(&python).arg(root.join("crates/fonts/make.py")).arg(work))
}
