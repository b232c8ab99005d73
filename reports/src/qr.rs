//! QR 码 as one filled shape: no seams between the modules, sharp at any size.

use qrcode::{EcLevel, QrCode};

use crate::ReportError;
use crate::canvas::{Canvas, Colour, rectangle};

/// Modules of white that must surround a code.
const QUIET: f32 = 4.0;

/// Draws the code into a square of `side`, the quiet zone included.
pub(crate) fn draw(canvas: &mut dyn Canvas, text: &str, x: f32, y: f32, side: f32) -> Result<(), ReportError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|e| ReportError::QrCode(e.to_string()))?;
    let count = code.width();
    let module = side / (count as f32 + 2.0 * QUIET);
    let colours = code.to_colors();
    let mut rings = Vec::new();
    for row in 0..count {
        let mut col = 0;
        while col < count {
            let dark = |c: usize| c < count && colours[row * count + c] == qrcode::Color::Dark;
            if !dark(col) {
                col += 1;
                continue;
            }
            let start = col;
            while dark(col) {
                col += 1;
            }
            let at = |v: usize| (v as f32 + QUIET) * module;
            rings.push(rectangle(x + at(start), y + at(row), (col - start) as f32 * module, module));
        }
    }
    canvas.rect(x, y, side, side, Colour(255, 255, 255));
    canvas.fill(&rings, Colour::BLACK);
    Ok(())
}
