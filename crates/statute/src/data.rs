//! Reading the embedded files. A file that does not parse gives an empty table and a message, never a panic: an empty
//! table refuses, it does not decide.

use serde::de::DeserializeOwned;

/// Rows of an embedded CSV file whose `#` lines are comments.
pub(crate) fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>, String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().enumerate().map(|(i, row)| row.map_err(|e| format!("{name}: row {}: {e}", i + 1))).collect()
}

/// The value of a `# key=value` line.
pub(crate) fn header<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().take_while(|l| l.starts_with('#')).find_map(|l| l.trim_start_matches(['#', ' ']).strip_prefix(key)?.strip_prefix('=')).map(str::trim)
}

/// An empty cell is no value.
pub(crate) fn optional<T: std::str::FromStr>(text: &str) -> Result<Option<T>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| format!("cannot read {text:?}"))
}
