//! 检验报告 the PDF of a test report, for the application to freeze, and the same to be edited.

use shiyan_app::reports::Unset;
use shiyan_lab_results::report::ReportContent;
use shiyan_reports::test_report::{self, content};
use shiyan_reports::{Faces, Office, ReportError};

use crate::draft::own_faces;

/// The PDF of a test report out of its frozen facts.
///
/// # Errors
/// A picture that the report names was not put in; what the typesetter says.
pub fn test_report_pdf(content: &ReportContent, public_url: &str) -> Result<Vec<u8>, Unset> {
    // A draft shows what would be missing; what is issued never lacks a character that nobody was told of.
    let faces = Faces { strict: !content.draft && !content.options.rare, ..own_faces() };
    let model = content::model(content, public_url).map_err(Unset::Failed)?;
    test_report::pdf(&model, &faces).map_err(|e| match e {
        ReportError::MissingGlyphs(characters) => Unset::Missing(characters),
        other => Unset::Failed(other.to_string()),
    })
}

/// 可编辑副本 the same as DOCX. It says what the archived PDF says and is not that file.
///
/// # Errors
/// See [`test_report_pdf`].
pub fn test_report_docx(content: &ReportContent, public_url: &str) -> Result<Vec<u8>, Unset> {
    let model = content::model(content, public_url).map_err(Unset::Failed)?;
    test_report::docx(&model, &own_faces(), &Office::default()).map_err(|e| Unset::Failed(e.to_string()))
}

/// 合订 many issued reports as one file for the printer, with a bookmark each. In force is the archived file of each.
///
/// # Errors
/// See [`test_report_pdf`].
pub fn test_report_volume(contents: &[ReportContent], public_url: &str) -> Result<Vec<u8>, Unset> {
    let models = contents.iter().map(|content| content::model(content, public_url)).collect::<Result<Vec<_>, _>>().map_err(Unset::Failed)?;
    // what was issued with a character that no face has was issued so on purpose
    test_report::volume(&models, &Faces::default()).map_err(|e| Unset::Failed(e.to_string()))
}
