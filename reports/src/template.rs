//! 文书模板 what a paper says and in which order, read from a text file that an office can correct: wording with named placeholders, and marks
//! at the beginning of a line for headings, tables and charts. The engine is `minijinja`; a name that is not known is an error, never a
//! blank. What a fact says can change neither the structure nor the table it stands in: its line ends, bars and marks are text.

use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use shiyan_foundation::text::thousands;
use shiyan_foundation::{Lang, NaiveDate};

use crate::{ReportError, wording};

/// Where a value begins and ends, and what stands for the line ends, bars and backslashes in it: code points that are no characters.
const EDGE: char = '\u{fdd0}';
const LINE_END: char = '\u{fdd1}';
const BAR: char = '\u{fdd2}';
const BACKSLASH: char = '\u{fdd3}';

/// 模板 one file.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// File name.
    pub name: &'static str,
    /// Language.
    pub lang: Lang,
    /// Text.
    pub text: &'static str,
}

/// 年度报告
const ANNUAL: [Source; 2] = [
    Source { name: "annual.zh.txt", lang: Lang::Zh, text: include_str!("../templates/annual.zh.txt") },
    Source { name: "annual.en.txt", lang: Lang::En, text: include_str!("../templates/annual.en.txt") },
];

/// P40 通告, P41 its annexes alone.
pub(crate) const NOTICE: [Source; 2] = [
    Source { name: "p40.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p40.zh.txt") },
    Source { name: "p40.en.txt", lang: Lang::En, text: include_str!("../templates/p40.en.txt") },
];
pub(crate) const NOTICE_ANNEX: [Source; 2] = [
    Source { name: "p41.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p41.zh.txt") },
    Source { name: "p41.en.txt", lang: Lang::En, text: include_str!("../templates/p41.en.txt") },
];

/// P62 通告、通报 of a period.
pub(crate) const BULLETIN: [Source; 2] = [
    Source { name: "p62.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p62.zh.txt") },
    Source { name: "p62.en.txt", lang: Lang::En, text: include_str!("../templates/p62.en.txt") },
];

/// P03 抽样单
pub(crate) const SHEET: [Source; 2] = [
    Source { name: "p03.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p03.zh.txt") },
    Source { name: "p03.en.txt", lang: Lang::En, text: include_str!("../templates/p03.en.txt") },
];

/// P12 限时报告情况表
pub(crate) const TIMED: [Source; 2] = [
    Source { name: "p12.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p12.zh.txt") },
    Source { name: "p12.en.txt", lang: Lang::En, text: include_str!("../templates/p12.en.txt") },
];

/// P20 检验结果通知书
pub(crate) const RESULT: [Source; 2] = [
    Source { name: "p20.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p20.zh.txt") },
    Source { name: "p20.en.txt", lang: Lang::En, text: include_str!("../templates/p20.en.txt") },
];

/// P63 三清单
pub(crate) const LISTS: [Source; 2] = [
    Source { name: "p63.zh.txt", lang: Lang::Zh, text: include_str!("../templates/p63.zh.txt") },
    Source { name: "p63.en.txt", lang: Lang::En, text: include_str!("../templates/p63.en.txt") },
];

/// 模板目录 every template that papers are made from.
#[must_use]
pub fn all() -> Vec<Source> {
    [ANNUAL, SHEET, TIMED, RESULT, NOTICE, NOTICE_ANNEX, BULLETIN, LISTS, wording::COMMON, wording::TEST_REPORT, wording::SERVICE_RECEIPT].concat()
}

/// The template of the annual report in a language.
#[must_use]
pub fn annual(lang: Lang) -> Source {
    of(&ANNUAL, lang)
}

/// The one of a pair in a language.
pub(crate) fn of([zh, en]: &[Source; 2], lang: Lang) -> Source {
    match lang {
        Lang::Zh => *zh,
        Lang::En => *en,
    }
}

/// Words of a part: key and text, in order; a key may come again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<(String, String)>);

impl Words {
    /// The text of a key; empty when the template does not have it.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.all(key).next().map(plain).unwrap_or_default()
    }
    /// The texts of a key that may come again.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<String> {
        self.all(key).map(plain).collect()
    }
    /// The texts of a key, each cut into its cells.
    #[must_use]
    pub fn cells(&self, key: &str) -> Vec<Vec<String>> {
        self.all(key).map(|line| line.split('|').map(|cell| plain(&cell.replace("\\n", "\n"))).collect()).collect()
    }
    /// The texts of a key as they stand, with the edges of their values.
    pub(crate) fn raw<'w>(&'w self, key: &'w str) -> impl Iterator<Item = &'w str> {
        self.all(key)
    }
    fn all<'w>(&'w self, key: &'w str) -> impl Iterator<Item = &'w str> {
        self.0.iter().filter(move |(k, _)| k == key).map(|(_, text)| text.as_str())
    }
}

/// 部件 one piece of a paper, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// 章, 附件: heading without its number.
    Chapter {
        /// Its heading.
        heading: String,
        /// 附件
        annex: bool,
        /// The paper is turned.
        wide: bool,
        /// 摘要 without a number.
        plain: bool,
    },
    /// 节
    Sub(String),
    /// 段落
    Paragraph(String),
    /// Nothing to report, and why.
    Nothing(String),
    /// 表, 图, 关键指标: kind, name, words.
    Part(String, String, Words),
}

/// 文书 a template filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// Words of the paper as a whole.
    pub paper: Words,
    /// 标题, line by line.
    pub title: Vec<String>,
    /// What follows.
    pub pieces: Vec<Piece>,
}

impl Source {
    /// 版本 as the file itself says it.
    #[must_use]
    pub fn version(&self) -> &'static str {
        let said = self.text.lines().find_map(|line| line.strip_prefix("version:").or_else(|| line.strip_prefix("version =")));
        said.map_or("", |version| version.trim().trim_matches('"'))
    }
    /// Fills the template in.
    ///
    /// # Errors
    /// A name that is not among the facts, a mark that is not known, a placeholder that was not closed: with file and line.
    pub fn fill(&self, facts: &impl Serialize) -> Result<Filled, ReportError> {
        self.filled(&alone(self.text), facts)
    }
    /// Fills the template in with the periods and numbers of the law as they are on a day: `{D07}` in it becomes `7个工作日`. What a fact says is no key.
    ///
    /// # Errors
    /// As [`Source::fill`].
    pub fn fill_on(&self, day: NaiveDate, facts: &impl Serialize) -> Result<Filled, ReportError> {
        self.filled(&shiyan_statute::said(&alone(self.text), day, self.lang), facts)
    }
    fn filled(&self, text: &str, facts: &impl Serialize) -> Result<Filled, ReportError> {
        let rendered = ENGINE.render_named_str(self.name, text, Value::from(Serde(facts))).map_err(|e| self.wrong(&said(&e)))?;
        self.read(&rendered)
    }
    /// The names that it uses in any case, whatever the facts are.
    ///
    /// # Errors
    /// The template cannot be read.
    #[cfg(test)]
    pub(crate) fn names(&self) -> Result<std::collections::BTreeSet<String>, ReportError> {
        let text = alone(self.text);
        let template = ENGINE.template_from_named_str(self.name, &text).map_err(|e| self.wrong(&said(&e)))?;
        Ok(template.undeclared_variables(false).into_iter().collect())
    }
    pub(crate) fn wrong(&self, why: &str) -> ReportError {
        ReportError::Template { file: self.name, why: why.to_owned() }
    }
    /// Reads the marks at the beginning of the lines.
    fn read(&self, rendered: &str) -> Result<Filled, ReportError> {
        let mut out = Filled::default();
        let mut paragraph: Vec<&str> = Vec::new();
        let joint = self.lang.pick("", " ");
        let end = |paragraph: &mut Vec<&str>, pieces: &mut Vec<Piece>| {
            if !paragraph.is_empty() {
                pieces.push(Piece::Paragraph(plain(&std::mem::take(paragraph).join(joint))));
            }
        };
        let mut part: Option<(String, String, Words)> = None;
        for line in rendered.lines().map(str::trim).chain([""]) {
            let marked = line.is_empty() || line.starts_with(['#', '=', '>', '[']);
            if marked {
                end(&mut paragraph, &mut out.pieces);
                match part.take() {
                    Some((kind, _, words)) if kind == "paper" => out.paper = words,
                    Some((kind, name, words)) => out.pieces.push(Piece::Part(kind, name, words)),
                    None => {}
                }
            }
            if line.is_empty() {
                continue;
            }
            if let Some((_, _, words)) = &mut part {
                let (key, text) = line.split_once(':').ok_or_else(|| self.wrong(&format!("no key before a colon: {line}")))?;
                if !KEYS.contains(&key) {
                    return Err(self.wrong(&format!("unknown key {key}: {line}")));
                }
                words.0.push((key.to_owned(), text.trim().to_owned()));
                continue;
            }
            if !marked {
                paragraph.push(line);
                continue;
            }
            let heading = |annex, wide, text: &str| Piece::Chapter { heading: plain(text.trim()), annex, wide, plain: false };
            match line.split_once(' ').unwrap_or((line, "")) {
                ("=", text) => out.title.push(plain(text.trim())),
                ("#", text) => out.pieces.push(heading(false, false, text)),
                ("#plain", text) => out.pieces.push(Piece::Chapter { heading: plain(text.trim()), annex: false, wide: false, plain: true }),
                ("#annex", text) => out.pieces.push(heading(true, false, text)),
                ("#wide", text) => out.pieces.push(heading(true, true, text)),
                ("##", text) => out.pieces.push(Piece::Sub(plain(text.trim()))),
                (">", text) => out.pieces.push(Piece::Nothing(plain(text.trim()))),
                _ => {
                    let inner = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')).ok_or_else(|| self.wrong(&format!("unknown mark: {line}")))?;
                    let (kind, name) = inner.split_once(' ').unwrap_or((inner, ""));
                    if !KINDS.contains(&kind) {
                        return Err(self.wrong(&format!("unknown part: {line}")));
                    }
                    part = Some((kind.to_owned(), name.trim().to_owned(), Words::default()));
                }
            }
        }
        Ok(out)
    }
}

/// Parts that a template may name.
const KINDS: &[&str] = &["paper", "table", "chart", "figures", "own", "line", "attached", "signature", "heading", "form", "text", "page", "code"];
/// What may be said of a part.
const KEYS: &[&str] = &[
    "version",
    "issuer",
    "scope",
    "data",
    "caption",
    "columns",
    "widths",
    "row",
    "sum",
    "note",
    "none",
    "figure",
    "title",
    "desc",
    "label",
    "series",
    "unit",
    "cumulative",
    "total",
    "wide",
    "family",
    "placed",
    "mark",
    "margins",
    "size",
    "leading",
    "height",
    "align",
    "space",
    "room",
    "fit",
    "draft",
    "front",
];

/// One sentence with placeholders, for papers whose form is fixed: report of a test, page numbers.
///
/// # Errors
/// As [`Source::fill`].
pub fn sentence(file: &'static str, text: &str, facts: &impl Serialize) -> Result<String, ReportError> {
    let wrong = |e: minijinja::Error| ReportError::Template { file, why: said(&e) };
    ENGINE.render_named_str(file, text, Value::from(Serde(facts))).map(|filled| plain(&filled)).map_err(wrong)
}

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    // a box of a form, ticked or to be ticked by pen
    engine.add_function("tick", |on: bool| if on { "☑" } else { "☐" });
    engine.set_formatter(|out, _, value| {
        if value.is_undefined() {
            return Err(minijinja::ErrorKind::UndefinedError.into());
        }
        let said = if value.is_integer() { thousands(&value.to_string()) } else { value.to_string() };
        let text: String = said.chars().filter(|c| !matches!(*c, EDGE | LINE_END | BAR | BACKSLASH)).map(kept).collect();
        Ok(write!(out, "{EDGE}{text}{EDGE}")?)
    });
    engine
});

/// A character of a value as it travels through the marks of the template.
fn kept(c: char) -> char {
    match c {
        '\n' => LINE_END,
        '\r' => ' ',
        '|' => BAR,
        '\\' => BACKSLASH,
        c => c,
    }
}

/// The text as it is printed.
fn plain(text: &str) -> String {
    bare(text.trim())
}

/// The same with the blanks at its ends, which leave room for a pen.
pub(crate) fn bare(text: &str) -> String {
    let back = |c| match c {
        LINE_END => '\n',
        BAR => '|',
        BACKSLASH => '\\',
        c => c,
    };
    text.chars().filter(|c| *c != EDGE).map(back).collect()
}

/// A tag alone on its line leaves no line behind: a comment takes the line end, so that errors still name the right line.
fn alone(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let bare = line.trim();
        let tag = bare.strip_prefix("{%").and_then(|l| l.strip_suffix("%}")).is_some_and(|inner| !inner.contains("{%"));
        if tag {
            out.push_str(bare);
            out.push_str("{#\n#}");
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn said(e: &minijinja::Error) -> String {
    format!("{}{e}", e.line().map_or_else(String::new, |n| format!("line {n}: ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(text: &'static str, facts: serde_json::Value) -> Result<Filled, ReportError> {
        Source { name: "test", lang: Lang::Zh, text }.fill(&facts)
    }

    /// Whoever changes the words of a template changes its version: papers say by which version they were made.
    #[test]
    fn a_template_that_changes_has_a_new_version() {
        use sha2::{Digest, Sha256};
        let line = |s: &Source| format!("{} {} {}\n", s.name, s.version(), hex::encode(Sha256::digest(s.text)));
        let now: String = all().iter().map(line).collect();
        let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/templates.txt");
        let old = std::fs::read_to_string(&kept).unwrap_or_default();
        for source in all() {
            assert!(!source.version().is_empty(), "{} has no version", source.name);
            let same_version = old.lines().find(|l| l.starts_with(&format!("{} {} ", source.name, source.version())));
            assert!(same_version.is_none_or(|l| format!("{l}\n") == line(&source)), "{} changed: give it a new version", source.name);
        }
        if std::env::var("SHIYAN_BLESS").is_ok_and(|v| v == "1") {
            std::fs::write(&kept, &now).unwrap();
            return;
        }
        assert_eq!(now, old, "`cargo xtask golden` writes the list anew");
    }
    #[test]
    fn thousands_are_parted_and_years_are_not() {
        let got = filled("{{ count }} {{ year }} {{ rate }}", json!({ "count": 12345, "year": "2026", "rate": "2026.5%" })).unwrap();
        assert_eq!(got.pieces, [Piece::Paragraph("12,345 2026 2026.5%".into())]);
    }
    #[test]
    fn a_fact_cannot_change_the_structure_of_a_paper() {
        let text =
            "= {{ name }}\n\n# 章\n\n{{ name }}\n第二行\n\n[table t]\n{% for n in names %}\nrow: {{ n }} | {% if n %}有{% endif %}\n{% endfor %}\nnone: 无\n";
        for evil in ["# 假章", "[table t]", "a | b", "x\nrow: y", "> 无", "{{ other }}", "{% if %}", "\\n", "a\n\nb", ": :"] {
            let got = filled(text, json!({ "name": evil, "names": [evil, ""] })).unwrap();
            assert_eq!(got.title, [evil], "{evil}");
            let [Piece::Chapter { heading, .. }, Piece::Paragraph(said), Piece::Part(kind, name, words)] = got.pieces.as_slice() else {
                panic!("{evil}: {:?}", got.pieces)
            };
            assert_eq!((heading.as_str(), said.as_str(), kind.as_str(), name.as_str()), ("章", format!("{evil}第二行").as_str(), "table", "t"));
            assert_eq!(words.cells("row"), [vec![evil.to_owned(), "有".to_owned()], vec![String::new(), String::new()]]);
        }
    }
    #[test]
    fn a_slip_in_a_template_is_an_error_with_its_place() {
        for (text, place) in [
            ("a\n{{ nobody }}", "line 2"),
            ("a {{ name", "test"),
            ("{% if name %}a", "test"),
            ("[tabel x]\nrow: a", "unknown part"),
            ("[table x]\nrwo: a", "unknown key"),
            ("[table x]\njust text", "no key"),
            ("#? x", "unknown mark"),
        ] {
            let why = filled(text, json!({ "name": "x" })).unwrap_err().to_string();
            assert!(why.contains(place), "{text}: {why}");
        }
    }
    #[test]
    fn lines_of_a_paragraph_are_joined_and_tags_alone_leave_no_line() {
        let text = "一。\n{% if name %}\n二。\n{% endif %}\n三。\n\n四 {{ name }}";
        let got = filled(text, json!({ "name": "x" })).unwrap();
        assert_eq!(got.pieces, [Piece::Paragraph("一。二。三。".into()), Piece::Paragraph("四 x".into())]);
        let english = Source { name: "t", lang: Lang::En, text: "One.\nTwo." }.fill(&json!({})).unwrap();
        assert_eq!(english.pieces, [Piece::Paragraph("One. Two.".into())]);
    }
}
