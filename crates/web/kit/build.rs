//! The assets of the pages, compressed once while the program is built.

use std::path::Path;

fn main() {
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    for name in ["app.css", "app.js", "grid.js", "icons.svg", "mark.svg"] {
        let from = Path::new("assets").join(name);
        println!("cargo::rerun-if-changed={}", from.display());
        let plain = std::fs::read(&from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
        let mut packed = Vec::new();
        let how = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut plain.as_slice(), &mut packed, &how).unwrap_or_else(|e| panic!("{name}: {e}"));
        std::fs::write(Path::new(&out).join(format!("{name}.br")), packed).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}
