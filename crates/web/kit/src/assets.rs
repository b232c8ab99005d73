//! 静态资源 what the pages need, inside the binary: one style sheet, one script and another for the result grid, one icon
//! sprite, one mark. The address carries the hash of the content, so a browser may keep it for ever and never shows an old one.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

/// One embedded file.
#[derive(Debug, Clone)]
pub struct Asset {
    /// File name with the hash, e.g. `app-<hash>.css`.
    pub name: String,
    /// Content type.
    pub mime: &'static str,
    /// The bytes.
    pub bytes: &'static [u8],
    /// The same, packed with brotli.
    pub brotli: &'static [u8],
}

/// All files, hashed once.
#[must_use]
pub fn all() -> &'static [Asset] {
    static ALL: OnceLock<Vec<Asset>> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            (
                "app",
                "css",
                "text/css; charset=utf-8",
                include_bytes!("../assets/app.css").as_slice(),
                include_bytes!(concat!(env!("OUT_DIR"), "/app.css.br")).as_slice(),
            ),
            (
                "app",
                "js",
                "text/javascript; charset=utf-8",
                include_bytes!("../assets/app.js").as_slice(),
                include_bytes!(concat!(env!("OUT_DIR"), "/app.js.br")).as_slice(),
            ),
            (
                "grid",
                "js",
                "text/javascript; charset=utf-8",
                include_bytes!("../assets/grid.js").as_slice(),
                include_bytes!(concat!(env!("OUT_DIR"), "/grid.js.br")).as_slice(),
            ),
            (
                "icons",
                "svg",
                "image/svg+xml",
                include_bytes!("../assets/icons.svg").as_slice(),
                include_bytes!(concat!(env!("OUT_DIR"), "/icons.svg.br")).as_slice(),
            ),
            (
                "mark",
                "svg",
                "image/svg+xml",
                include_bytes!("../assets/mark.svg").as_slice(),
                include_bytes!(concat!(env!("OUT_DIR"), "/mark.svg.br")).as_slice(),
            ),
        ]
        .into_iter()
        .map(|(stem, ext, mime, bytes, brotli)| {
            let hash = hex::encode(Sha256::digest(bytes));
            Asset { name: format!("{stem}-{}.{ext}", hash.get(..10).unwrap_or_default()), mime, bytes, brotli }
        })
        .collect()
    })
}

/// The file asked for under `/assets/`, if the name is one of ours.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    all().iter().find(|a| a.name == name)
}

fn url(stem: &str, ext: &str) -> String {
    all().iter().find(|a| a.name.starts_with(stem) && a.name.ends_with(ext)).map_or_else(String::new, |a| format!("/assets/{}", a.name))
}

/// Address of the style sheet.
#[must_use]
pub fn css() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| url("app-", ".css"))
}
/// Address of the script.
#[must_use]
pub fn js() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| url("app-", ".js"))
}
/// Address of the script of the result grid, which only that page loads.
#[must_use]
pub fn grid_js() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| url("grid-", ".js"))
}
/// Address of the icon sprite.
#[must_use]
pub fn icons() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| url("icons-", ".svg"))
}
/// Address of the mark (favicon).
#[must_use]
pub fn mark() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| url("mark-", ".svg"))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_file_is_found_by_its_own_address_and_nothing_else() {
        for address in [css(), js(), grid_js(), icons(), mark()] {
            assert!(find(address.trim_start_matches("/assets/")).is_some(), "{address}");
        }
        assert!(find("app.css").is_none());
        assert!(find("../Cargo.toml").is_none());
    }
}
