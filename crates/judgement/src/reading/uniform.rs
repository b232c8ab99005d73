//! 文字归一 the text of a cell made uniform before it is read: width, look-alikes, entities, markup of raised and lowered digits.

use shiyan_foundation::text::fold;

use super::measured::ParseNote;

/// Text made uniform: width, look-alikes, markup of raised and lowered digits. Line breaks stay.
pub(crate) fn prepare(raw: &str, notes: &mut Vec<ParseNote>) -> String {
    let mut text = unescape(raw);
    let folded = fold(&text);
    if folded != text.trim() {
        notes.push(ParseNote::Folded);
    }
    text = folded;
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        let before = chars[..i].iter().rev().find(|c| !c.is_whitespace()).copied();
        let after = chars.get(i + 1).copied();
        if let Some(first) = raised(c) {
            let mut digits = String::from(first);
            while let Some(d) = chars.get(i + 1).copied().and_then(raised) {
                digits.push(d);
                i += 1;
            }
            out.push_str("^{");
            out.push_str(&digits);
            out.push('}');
        } else {
            match c {
                '。' | '｡' if before.is_some_and(|b| b.is_ascii_digit()) && after.is_some_and(|a| a.is_ascii_digit()) => {
                    notes.push(ParseNote::StopAsPoint);
                    out.push('.');
                }
                '《' | '〈' => {
                    notes.push(ParseNote::BracketAsLess);
                    out.push('<');
                }
                // 0. 5mg/kg: a blank that slipped in behind the point; behind another digit it may be the number of a value
                ' ' if chars[..i].ends_with(&['0', '.'])
                    && !chars[..i - 2].last().is_some_and(|c| c.is_ascii_digit() || *c == '.')
                    && after.is_some_and(|a| a.is_ascii_digit()) => {}
                // 2.5万CFU/g
                '万' if before.is_some_and(|b| b.is_ascii_digit()) && !after.is_some_and(|a| a.is_ascii_digit() || a == '分') => out.push_str("×10^{4}"),
                '\r' => {}
                c => out.push(like(c)),
            }
        }
        i += 1;
    }
    out.trim().trim_end_matches(['。', '；', ';', '、', ',', '，']).trim().to_owned()
}

/// The character that a look-alike stands for.
fn like(c: char) -> char {
    match c {
        '》' | '〉' | '﹥' | '›' => '>',
        '﹤' | '‹' => '<',
        '≦' | '⩽' | '≲' => '≤',
        '≧' | '⩾' | '≳' => '≥',
        '✕' | '✖' | 'Χ' | 'χ' | '╳' | '⨯' | '∗' | '＊' => '×',
        'µ' => 'μ',
        '₀'..='₉' => char::from_u32(u32::from(c) - 0x2080 + 0x30).unwrap_or(c),
        '−' | '‐' | '‑' | '‒' => '-',
        '∶' | '：' => ':',
        '﹙' | '【' | '〔' => '(',
        '﹚' | '】' | '〕' => ')',
        '﹐' => ',',
        '\t' => ' ',
        c => c,
    }
}

fn raised(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴'..='⁹' => char::from_u32(u32::from(c) - 0x2074 + 0x34)?,
        '⁻' => '-',
        '⁺' => '+',
        _ => return None,
    })
}

/// Markup of notices copied from web pages: `<sup>4</sup>` becomes `^{4}`, `<sub>1</sub>` becomes `1`, `<br>` a line break.
fn unescape(raw: &str) -> String {
    // Markup has an & or ends in >; hardly any result has either.
    if !raw.contains(['&', '>']) {
        return raw.to_owned();
    }
    let mut text = raw.to_owned();
    if text.contains('&') {
        for (name, to) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&times;", "×"),
            ("&nbsp;", " "),
            ("&le;", "≤"),
            ("&ge;", "≥"),
            ("&mu;", "μ"),
            ("&micro;", "μ"),
            ("&middot;", "·"),
            ("&plusmn;", "±"),
            ("&minus;", "-"),
        ] {
            text = text.replace(name, to);
        }
        text = numbered_entities(&text);
    }
    if text.contains("<su") || text.contains("<SU") {
        text = without_attributes(&text);
    }
    for (tag, to) in
        [("<sup>", "^{"), ("</sup>", "}"), ("<sub>", ""), ("</sub>", ""), ("<br>", "\n"), ("<br/>", "\n"), ("<br />", "\n"), ("<p>", ""), ("</p>", "\n")]
    {
        text = replace_ignoring_case(&text, tag, to);
    }
    text
}

/// `&#8804;` and `&#x2264;` as the characters they stand for; what is no such entity stays as it is.
fn numbered_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let body = &rest[at + 2..];
        let found = body.find(';').filter(|end| *end < 8).and_then(|end| {
            let number = &body[..end];
            let code = number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            Some((char::from_u32(code).filter(|c| !c.is_control())?, &body[end + 1..]))
        });
        match found {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push_str("&#");
                rest = body;
            }
        }
    }
    out.push_str(rest);
    out
}

/// `<sup style="…">` as `<sup>`.
fn without_attributes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let named = tag.get(..5).is_some_and(|t| ["<sup ", "<sub "].iter().any(|n| t.eq_ignore_ascii_case(n)));
        match tag.find('>').filter(|end| named && !tag[1..*end].contains('<')) {
            Some(end) => {
                out.push_str(&tag[..4]);
                out.push('>');
                rest = &tag[end + 1..];
            }
            None => {
                out.push('<');
                rest = &tag[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn replace_ignoring_case(text: &str, from: &str, to: &str) -> String {
    let lower = text.to_ascii_lowercase(); // same byte offsets
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for (at, hit) in lower.match_indices(from) {
        out.push_str(&text[last..at]);
        out.push_str(to);
        last = at + hit.len();
    }
    out.push_str(&text[last..]);
    out
}
