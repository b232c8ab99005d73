//! Fonts: which face a style is set in, and what to do when it lacks a character.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shiyan_foundation::Refusal;
use ttf_parser::Permissions;

use crate::{ReportError, code};

/// 本单位字体 an office's own font files (TrueType or OpenType, also collections), each for one use. What is absent is set in the embedded
/// faces: 宋 for text, 黑 for headings and tables, 楷 for headings of the second level.
#[derive(Debug, Clone, Default)]
pub struct Faces {
    /// 标题, for example 小标宋.
    pub title: Option<Arc<[u8]>>,
    /// 一级标题, for example 黑体. Also used where a table needs weight.
    pub heading: Option<Arc<[u8]>>,
    /// 二级标题, for example 楷体.
    pub sub: Option<Arc<[u8]>>,
    /// 正文, for example 仿宋.
    pub body: Option<Arc<[u8]>>,
    /// 表格, for example 宋体 or 黑体.
    pub table: Option<Arc<[u8]>>,
    /// A character that no face has: an error if true, 〓 and a line in the log if false.
    pub strict: bool,
}

/// Where a face of the office is kept.
type Place = fn(&mut Faces) -> &mut Option<Arc<[u8]>>;

/// 字体文件名 the names that a file of `fonts_dir` may have, without its ending, and what it is used for.
const SLOTS: [(&str, Place); 5] =
    [("title", |f| &mut f.title), ("hei", |f| &mut f.heading), ("kai", |f| &mut f.sub), ("fangsong", |f| &mut f.body), ("table", |f| &mut f.table)];
/// Longer than any face of Chinese.
const LARGEST: u64 = 100_000_000;

impl Faces {
    /// 读本单位字体 the files `title`, `hei`, `kai`, `fangsong` and `table` (`.ttf`, `.otf`, `.ttc`) of a folder. A face that may not be put into a
    /// document is refused here, where the office can do something about it, and not when a paper is issued.
    ///
    /// # Errors
    /// A file that is no font, is too large, or whose maker forbids embedding.
    pub fn of_folder(dir: &Path) -> Result<Self, Refusal> {
        let mut faces = Self::default();
        for (slot, of) in SLOTS {
            for end in ["ttf", "otf", "ttc"] {
                let path = dir.join(format!("{slot}.{end}"));
                let file = format!("{slot}.{end}");
                let unreadable = |why: &dyn std::fmt::Display| Refusal::new(code::FACE_UNREADABLE).with("file", &file).with("why", why.to_string());
                let meta = match std::fs::metadata(&path) {
                    Ok(meta) => meta,
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(e) => return Err(unreadable(&e)),
                };
                if !meta.is_file() || meta.len() > LARGEST {
                    return Err(unreadable(&format!("{} MB", meta.len() / 1_000_000)));
                }
                let bytes = std::fs::read(&path).map_err(|e| unreadable(&e))?;
                may_be_embedded(&file, &bytes)?;
                *of(&mut faces) = Some(bytes.into());
                break;
            }
        }
        Ok(faces)
    }

    /// 字体版本 which faces these are: those of the office by their use and the beginning of their SHA-256, and that the rest is ours. The same name and the
    /// same paper give the same bytes.
    #[must_use]
    pub fn named(&self) -> String {
        let own = [("title", &self.title), ("hei", &self.heading), ("kai", &self.sub), ("fangsong", &self.body), ("table", &self.table)];
        let short = |bytes: &Arc<[u8]>| Sha256::digest(bytes)[..6].iter().map(|b| format!("{b:02x}")).collect::<String>();
        let said = own.iter().filter_map(|(slot, bytes)| Some(format!("{slot}:{}", short(bytes.as_ref()?))));
        said.chain([concat!("shiyan-fonts ", env!("CARGO_PKG_VERSION")).to_owned()]).collect::<Vec<_>>().join(" ")
    }

    /// 缺字 the characters of a text that no face has, each once, in their order; empty when all of them print.
    ///
    /// # Errors
    /// A face that cannot be read.
    pub fn missing(&self, text: &str) -> Result<String, ReportError> {
        let set = FaceSet::new(self)?;
        let mut seen = BTreeSet::new();
        let lost = |c: &char| set.find(Role::Body, *c).is_some_and(|found| found.c == REPLACEMENT && *c != REPLACEMENT) && seen.insert(*c);
        Ok(text.chars().filter(lost).collect())
    }
}

/// 嵌入权 what the maker of a font allows (OS/2 fsType): only a face that may be put into a document for good and reduced to the characters it uses.
fn may_be_embedded(file: &str, bytes: &[u8]) -> Result<(), Refusal> {
    let wrong = |e: &dyn std::fmt::Display| Refusal::new(code::FACE_UNREADABLE).with("file", file).with("why", e.to_string());
    let face = ttf_parser::Face::parse(bytes, simplified_chinese(bytes)).map_err(|e| wrong(&e))?;
    let Some(os2) = face.tables().os2 else { return Err(wrong(&"no OS/2 table")) };
    let right = match os2.permissions() {
        Some(Permissions::Installable | Permissions::Editable) if !os2.is_subsetting_allowed() => "no subsetting",
        Some(Permissions::Installable | Permissions::Editable) if !os2.is_outline_embedding_allowed() => "bitmaps only",
        Some(Permissions::Installable | Permissions::Editable) => return Ok(()),
        Some(Permissions::PreviewAndPrint) => "preview and print only",
        Some(Permissions::Restricted) => "restricted",
        None => "unknown",
    };
    Err(Refusal::new(code::FACE_FORBIDDEN).with("file", file).with("right", right))
}

/// What a text is, and so which face it is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Title,
    Heading,
    Sub,
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
    chains: [Vec<usize>; 6],
    strict: bool,
    known: RefCell<HashMap<(Role, char), Found>>,
    missing: RefCell<BTreeSet<char>>,
}

impl<'a> FaceSet<'a> {
    pub fn new(own: &'a Faces) -> Result<Self, ReportError> {
        const SONG: usize = 0;
        const SONG_BOLD: usize = 1;
        const HEI: usize = 2;
        const HEI_BOLD: usize = 3;
        const KAI: usize = 4;
        let mut faces = vec![
            Face::new("song", shiyan_fonts::SONG)?,
            Face::new("song-bold", shiyan_fonts::SONG_BOLD)?,
            Face::new("hei", shiyan_fonts::HEI)?,
            Face::new("hei-bold", shiyan_fonts::HEI_BOLD)?,
            Face::new("kai", shiyan_fonts::KAI)?,
        ];
        let mut add = |id, bytes: &'a Option<Arc<[u8]>>| -> Result<Option<usize>, ReportError> {
            let Some(bytes) = bytes else { return Ok(None) };
            faces.push(Face::new(id, bytes)?);
            Ok(Some(faces.len() - 1))
        };
        let title = add("title", &own.title)?;
        let heading = add("heading", &own.heading)?;
        let sub = add("sub", &own.sub)?;
        let body = add("body", &own.body)?;
        let table = add("table", &own.table)?;
        let chain = |own: Option<usize>, rest: &[usize]| own.into_iter().chain(rest.iter().copied()).collect();
        let chains = [
            chain(title, &[SONG_BOLD, KAI]),
            chain(heading, &[HEI_BOLD, KAI]),
            chain(sub, &[KAI, SONG]),
            chain(body, &[SONG, KAI]),
            chain(table, &[HEI, KAI]),
            chain(heading, &[HEI_BOLD, KAI]),
        ];
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
        _ => return None,
    })
}

fn invisible(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of ours with other rights in its table OS/2.
    fn with_rights(fs_type: u16) -> Vec<u8> {
        let mut bytes = shiyan_fonts::HEI.to_vec();
        let tables = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
        let entry = (0..tables).map(|i| 12 + 16 * i).find(|at| &bytes[*at..at + 4] == b"OS/2").unwrap();
        let start = u32::from_be_bytes(bytes[entry + 8..entry + 12].try_into().unwrap()) as usize;
        bytes[start + 8..start + 10].copy_from_slice(&fs_type.to_be_bytes());
        bytes
    }

    #[test]
    fn a_face_is_taken_only_with_the_right_to_put_it_into_papers() {
        let dir = std::env::temp_dir().join(format!("shiyan-faces-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let tried = |file: &str, bytes: &[u8]| {
            std::fs::write(dir.join(file), bytes).unwrap();
            let found = Faces::of_folder(&dir);
            std::fs::remove_file(dir.join(file)).unwrap();
            found
        };
        assert!(Faces::of_folder(&dir).unwrap().body.is_none(), "no file, no face");
        for (rights, code) in [(0, None), (8, None), (2, Some("FT-2")), (4, Some("FT-2")), (0x108, Some("FT-2")), (0x208, Some("FT-2"))] {
            let found = tried("fangsong.ttf", &with_rights(rights));
            assert_eq!(found.as_ref().err().map(|r| r.code()), code, "{rights}");
            assert!(found.is_err() || found.unwrap().body.is_some());
        }
        assert_eq!(tried("title.otf", b"no font").unwrap_err().code(), "FT-1");
        assert!(tried("kai.ttf", shiyan_fonts::KAI).unwrap().sub.is_some());
        assert!(tried("song.txt", b"x").unwrap().table.is_none());
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn what_no_face_has_is_named_before_a_paper_is_set() {
        let faces = Faces::default();
        assert_eq!(faces.missing("示范𠮷𫟷☐☑✔⁶ 第1页〓").unwrap(), "");
        assert_eq!(faces.missing("甲\u{1f600}乙\u{e000}\u{1f600}").unwrap(), "\u{1f600}\u{e000}");
        let all: String = shiyan_fonts::standard_characters().collect();
        assert_eq!(faces.missing(&all).unwrap(), "");
    }
}
