//! Why a paper could not be made.

use std::fmt;

/// Why a paper could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportError {
    /// A font file that the site configured cannot be read.
    Font {
        /// Which face: `title`, `heading`, `body`, `table`.
        face: &'static str,
        /// What the reader of the file said.
        why: String,
    },
    /// No face has these characters (only in strict mode; otherwise they print as 〓).
    MissingGlyphs(String),
    /// A chart could not be drawn.
    Chart(String),
    /// A supplied picture cannot be printed.
    Picture(String),
    /// The text for the QR code is too long.
    QrCode(String),
    /// The model holds nothing that could be printed.
    Empty(&'static str),
    /// A template cannot be filled in.
    Template {
        /// File.
        file: &'static str,
        /// What is wrong, with the line.
        why: String,
    },
    /// The file could not be written.
    Write(String),
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportError::Font { face, why } => write!(f, "font for {face}: {why}"),
            ReportError::MissingGlyphs(chars) => write!(f, "no face has these characters: {chars}"),
            ReportError::Chart(why) => f.write_str(why),
            ReportError::Picture(why) => write!(f, "picture: {why}"),
            ReportError::QrCode(why) => write!(f, "QR code: {why}"),
            ReportError::Empty(what) => write!(f, "nothing to print: {what}"),
            ReportError::Template { file, why } => write!(f, "template {file}: {why}"),
            ReportError::Write(why) => write!(f, "writing the PDF: {why}"),
        }
    }
}

impl std::error::Error for ReportError {}
