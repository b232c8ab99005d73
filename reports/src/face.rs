//! Fonts: which face a style is set in, and what to do when it lacks a character.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crate::ReportError;

/// A site's own font files (TrueType or OpenType, also collections), each for one use. What is absent is set in the
/// embedded Kai.
#[derive(Debug, Clone, Default)]
pub struct Faces {
    /// 标题, for example 小标宋.
    pub title: Option<Vec<u8>>,
    /// 一级标题, for example 黑体. Also used where a table needs weight.
    pub heading: Option<Vec<u8>>,
    /// 正文, for example 仿宋.
    pub body: Option<Vec<u8>>,
    /// 表格, for example 宋体 or 黑体.
    pub table: Option<Vec<u8>>,
    /// A character that no face has: an error if true, 〓 and a line in the log if false.
    pub strict: bool,
}

/// What a text is, and so which face it is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Title,
    Heading,
    Body,
    Table,
    TableBold,
}

const REPLACEMENT: char = '〓';

pub(crate) struct Face<'a> {
    pub id: &'static str,
    pub bytes: &'a [u8],
    pub index: u32,
    pub parsed: ttf_parser::Face<'a>,
}

impl<'a> Face<'a> {
    fn new(id: &'static str, bytes: &'a [u8]) -> Result<Self, ReportError> {
        let index = simplified_chinese(bytes);
        let parsed = ttf_parser::Face::parse(bytes, index).map_err(|e| ReportError::Font { face: id, why: e.to_string() })?;
        Ok(Self { id, bytes, index, parsed })
    }
}

/// Collections hold one face per region; take the one for Simplified Chinese.
fn simplified_chinese(bytes: &[u8]) -> u32 {
    let count = ttf_parser::fonts_in_collection(bytes).unwrap_or(0);
    (0..count)
        .find(|i| {
            ttf_parser::Face::parse(bytes, *i)
                .is_ok_and(|f| f.names().into_iter().filter_map(|n| n.to_string()).any(|n| n.contains(" SC") || n.contains("-SC")))
        })
        .unwrap_or(0)
}

/// A character, placed: face, glyph, natural width in em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub face: usize,
    pub gid: u16,
    pub c: char,
    pub width: f32,
}

/// All faces of one paper and, per role, the order in which they are asked.
pub(crate) struct FaceSet<'a> {
    pub faces: Vec<Face<'a>>,
    chains: [Vec<usize>; 5],
    strict: bool,
    known: RefCell<HashMap<(Role, char), Found>>,
    missing: RefCell<BTreeSet<char>>,
}

impl<'a> FaceSet<'a> {
    pub fn new(own: &'a Faces) -> Result<Self, ReportError> {
        let mut faces = vec![Face::new("regular", shiyan_fonts::REGULAR)?, Face::new("bold", shiyan_fonts::BOLD)?];
        let mut add = |id, bytes: &'a Option<Vec<u8>>| -> Result<Option<usize>, ReportError> {
            let Some(bytes) = bytes else { return Ok(None) };
            faces.push(Face::new(id, bytes)?);
            Ok(Some(faces.len() - 1))
        };
        let title = add("title", &own.title)?;
        let heading = add("heading", &own.heading)?;
        let body = add("body", &own.body)?;
        let table = add("table", &own.table)?;
        let chain = |own: Option<usize>, rest: &[usize]| own.into_iter().chain(rest.iter().copied()).collect();
        let chains = [chain(title, &[1, 0]), chain(heading, &[1, 0]), chain(body, &[0]), chain(table, &[0]), chain(heading, &[1, 0])];
        Ok(Self { faces, chains, strict: own.strict, known: RefCell::default(), missing: RefCell::default() })
    }

    /// The glyph for a character, or `None` if it prints nothing (joiners, variation selectors, control characters).
    pub fn find(&self, role: Role, c: char) -> Option<Found> {
        if let Some(found) = self.known.borrow().get(&(role, c)) {
            return Some(*found);
        }
        if invisible(c) {
            return None;
        }
        let wanted = if c == '\t' || c == '\u{2003}' || c == '\u{2002}' || c == '\u{2009}' { ' ' } else { c };
        let found = self.look(role, wanted).or_else(|| self.look(role, stand_in(wanted)?)).or_else(|| {
            self.missing.borrow_mut().insert(c);
            self.look(role, REPLACEMENT)
        })?;
        self.known.borrow_mut().insert((role, c), found);
        Some(found)
    }

    fn look(&self, role: Role, c: char) -> Option<Found> {
        self.chains[role as usize].iter().find_map(|i| {
            let face = &self.faces[*i].parsed;
            let gid = face.glyph_index(c).filter(|g| g.0 != 0)?;
            let advance = face.glyph_hor_advance(gid).unwrap_or(face.units_per_em());
            let width = f32::from(advance) / f32::from(face.units_per_em());
            Some(Found { face: *i, gid: gid.0, c, width })
        })
    }

    /// Called when the paper is complete.
    pub fn check(&self) -> Result<(), ReportError> {
        let missing: String = self.missing.borrow().iter().collect();
        if missing.is_empty() {
            return Ok(());
        }
        if self.strict {
            return Err(ReportError::MissingGlyphs(missing));
        }
        tracing::warn!(characters = %missing, "no face has these characters; they were printed as 〓");
        Ok(())
    }
}

/// Characters that look the same and may be in the font when the wanted one is not.
fn stand_in(c: char) -> Option<char> {
    Some(match c {
        '\u{b5}' => 'μ',
        'μ' => '\u{b5}',
        '−' | '‐' | '‑' => '-',
        '\u{a0}' | '\u{202f}' => ' ',
        '〜' => '～',
        '⋅' | '∙' | '・' => '·',
        '☐' => '□',
        '☑' => '√',
        _ => return None,
    })
}

fn invisible(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}')
}
