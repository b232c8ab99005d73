//! 通配与清理: the small means by which a profile recognises and tidies text. No regular expressions: `*` and `?` are enough
//! for instruments, everybody in a laboratory can read them, and they cannot run away.

use serde::Deserialize;
use shiyan_foundation::text::fold;

/// Longest replicate mark that can be cut off, so that a cell of a thousand characters costs no more than a short one.
const LONGEST_SUFFIX: usize = 12;

/// Whether the whole text fits: `*` stands for any run of characters, `?` for one; case does not matter.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.to_lowercase().chars().collect(), text.to_lowercase().chars().collect());
    let (mut p, mut t) = (0, 0);
    // where to go on when a later part does not fit: the last `*`, and how much it has taken so far
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, taken)) = back else { return false };
                back = Some((star, taken + 1));
                p = star + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

pub(super) fn fits_any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|p| fits(p, text))
}

/// A name as printed, on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form in which headings are compared: half width, one space, lower case.
pub(super) fn heading_key(text: &str) -> String {
    one_line(&fold(text)).to_lowercase()
}

/// The form in which labels are compared: a heading without the colon behind it.
pub(super) fn label_key(text: &str) -> String {
    heading_key(text).trim_end_matches([':', '=']).trim_end().to_owned()
}

/// `label: value` pairs of one cell by their labels: what stands behind `label:` up to the next word with a colon, or to a mark
/// between pairs. `None` when the label is not in the cell.
pub(super) fn pair(cell: &str, label: &str) -> Option<String> {
    let text = fold(cell);
    let wanted = label_key(label);
    // the mark is one byte long in what `fold` gives; words of other scripts are compared in lower case
    let marks = text.char_indices().filter(|(_, c)| matches!(c, ':' | '='));
    for (at, _) in marks {
        let before = &text[..at];
        let start =
            before.char_indices().rev().map(|(i, _)| i).find(|i| heading_key(&before[*i..]) == wanted && !before[*i..].starts_with(char::is_whitespace));
        let Some(start) = start else { continue };
        // the label is a whole word: nothing of a longer one stands before it
        if before[..start].chars().last().is_some_and(|c| !c.is_whitespace() && !",;|，；、/(".contains(c)) {
            continue;
        }
        let rest = text[at + 1..].split([';', '；', '，', ',', '|', '\t', '\n', '\r']).next().unwrap_or_default();
        let rest = rest.trim_start().split("  ").next().unwrap_or_default();
        let words: Vec<&str> = rest.split_whitespace().collect();
        // `A: 1 B: 2` and `A: 1 B : 2`
        let end =
            words.iter().position(|w| w.contains([':', '='])).map_or(words.len(), |p| if words[p].starts_with([':', '=']) { p.saturating_sub(1) } else { p });
        return Some(words[..end].join(" "));
    }
    None
}

/// A cell that holds number and unit, as both: `<0.005 mg/kg`. What is not clearly this stays one text.
pub(super) fn value_and_unit(text: &str, mark: char, known: impl Fn(&str) -> bool) -> (String, String) {
    let whole = || (text.to_owned(), String::new());
    let sign = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    if !text[..sign].chars().all(|c| c.is_whitespace() || "<>≤≥＜＞+-".contains(c)) {
        return whole();
    }
    let number = &text[sign..];
    let digits = number.find(|c: char| !c.is_ascii_digit() && c != mark).unwrap_or(number.len());
    let exponent = number[digits..].strip_prefix(['e', 'E']).map_or(0, |rest| {
        let signed = usize::from(rest.starts_with(['+', '-']));
        let power = rest[signed..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - signed);
        if power == 0 { 0 } else { 1 + signed + power }
    });
    let (value, unit) = number.split_at(digits + exponent);
    let unit = unit.trim();
    let plain = || {
        unit.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '‰' | '°'))
            && !unit.contains(|c: char| c.is_ascii_digit() || "±~,;:×*^<>".contains(c))
    };
    if value.is_empty() || unit.is_empty() || !(known(unit) || plain()) {
        return whole();
    }
    (format!("{}{value}", text[..sign].trim()), unit.to_owned())
}

/// Whether the text is a plain decimal number with this decimal mark: sign, digits, exponent; no grouping marks.
pub(super) fn is_number(text: &str, mark: char) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let body = unsigned(text);
    let (mantissa, exponent) = body.split_once(['e', 'E']).map_or((body, None), |(m, x)| (m, Some(x)));
    let (whole, part) = mantissa.split_once(mark).map_or((mantissa, None), |(w, p)| (w, Some(p)));
    digits(whole) && part.is_none_or(digits) && exponent.is_none_or(|x| digits(unsigned(x)))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// Below zero; `-0.0` is not.
pub(super) fn is_negative(number: &str) -> bool {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    number.starts_with('-') && mantissa.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

/// 清理 what is cut away from a sample number or an analyte, in this order. What does not apply changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cleanup {
    /// Keep what follows the last of these, e.g. `\` for a path.
    pub after_last: Option<String>,
    /// Keep what stands in the first square brackets.
    #[serde(default)]
    pub bracketed: bool,
    /// Keep what precedes the first of these, e.g. a space in `Mn 257.610`.
    pub before: Option<String>,
    /// Cut off an ending that fits one of these patterns, e.g. `-R??`; of a sample it is the replicate. At most 12 characters.
    #[serde(default)]
    pub suffix: Vec<String>,
}

impl Cleanup {
    /// The cleaned text, and the ending that was cut off.
    pub(super) fn apply(&self, text: &str) -> (String, String) {
        let mut rest = text.trim();
        if let Some((_, after)) = self.after_last.as_deref().and_then(|mark| rest.rsplit_once(mark)) {
            rest = after;
        }
        if self.bracketed
            && let Some((inside, _)) = rest.split_once('[').and_then(|(_, after)| after.split_once(']'))
        {
            rest = inside;
        }
        if let Some((before, _)) = self.before.as_deref().and_then(|mark| rest.split_once(mark)) {
            rest = before;
        }
        let rest = one_line(rest);
        let starts = rest.char_indices().rev().take(LONGEST_SUFFIX).map(|(at, _)| at);
        match starts.into_iter().find(|at| *at > 0 && fits_any(&self.suffix, &rest[*at..])) {
            Some(at) => (rest[..at].trim_end().to_owned(), rest[at..].to_owned()),
            None => (rest, String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_the_whole_text() {
        for (pattern, text) in
            [("*", ""), ("QC*", "qc-001"), ("*blk*", "rBLK"), ("?ppm *", "2ppm NO3"), ("a*b*c", "aXbYbZc"), ("<*", "<0.01"), ("平行?", "平行1")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "x"), ("QC*", "aQC"), ("?", ""), ("a*b", "ac"), ("ND", "ND1")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
        // a pattern of many stars over a long text stays quick
        assert!(!fits(&format!("{}b", "*a".repeat(30)), &"a".repeat(2_000)));
    }
    #[test]
    fn numbers_are_told_by_their_shape() {
        for text in ["0", "-0.222", "+5", "4.1213e+008", "3.72E-6", "007"] {
            assert!(is_number(text, '.'), "{text}");
        }
        for text in ["", "-", "1,5", "1.2.3", ".5", "5.", "1e", "NaN", "inf", "0x1", "1 2", "３", "<1", "-----", "3,794"] {
            assert!(!is_number(text, '.'), "{text}");
        }
        assert!(is_number("141,4722", ',') && !is_number("141.4722", ','));
        assert!(is_negative("-0.01") && is_negative("-1e-9") && !is_negative("-0.0") && !is_negative("-0e-5") && !is_negative("3"));
    }
    #[test]
    fn names_are_cleaned_as_declared() {
        let clean = |c: Cleanup, text: &str| c.apply(text);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let path = Cleanup { after_last: Some("\\".into()), before: Some("_".into()), ..Cleanup::default() };
        assert_eq!(clean(path, r"C:\data\1-16-02249-001_CD_2.qgd"), pair("1-16-02249-001", ""));
        let suffix = Cleanup { suffix: vec!["-R??".into(), "-R???".into()], ..Cleanup::default() };
        assert_eq!(clean(suffix.clone(), "V15-0060-R01"), pair("V15-0060", "-R01"));
        assert_eq!(clean(suffix.clone(), "FL-0001-R001"), pair("FL-0001", "-R001"));
        assert_eq!(clean(suffix, "-R01"), pair("-R01", ""));
        let bracket = Cleanup { bracketed: true, ..Cleanup::default() };
        assert_eq!(clean(bracket.clone(), "[A001]  Main"), pair("A001", ""));
        assert_eq!(clean(bracket, " A001 \n x"), pair("A001 x", ""));
        let every = Cleanup { suffix: vec!["*".into()], ..Cleanup::default() };
        assert_eq!(clean(every, "样品一"), pair("样品", "一"));
    }
}
