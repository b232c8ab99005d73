//! What people type with an input method left on: full-width forms folded to half-width.

/// Folds full-width ASCII, the ideographic space and stray invisible characters; trims. Nothing else changes.
#[must_use]
pub fn fold(text: &str) -> String {
    let folded: String = text
        .chars()
        .filter_map(|c| match c {
            '\u{3000}' | '\u{a0}' => Some(' '),
            '\u{200b}'..='\u{200f}' | '\u{feff}' => None,
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
            c => Some(c),
        })
        .collect();
    folded.trim().to_owned()
}

/// English that fits its numbers: `3 (cell was|cells were) saved` → `3 cells were saved`. The number is the last one before the brackets; where
/// there is none, or the brackets hold no choice, the text stays as it is.
#[must_use]
pub fn plural(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        let choice = after.split_once(')').and_then(|(inside, further)| Some((inside.split_once('|')?, further)));
        let number = out.rsplit(|c: char| !c.is_ascii_digit() && c != ',').find(|n| n.bytes().any(|b| b.is_ascii_digit()));
        match (choice, number) {
            (Some(((one, many), further)), Some(number)) => {
                let word = if number == "1" { one } else { many };
                out.push_str(word);
                rest = further;
            }
            _ => {
                out.push('(');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// 看不见的字符 a character that nobody sees, that turns the direction of what stands around it, or that stands for a broken one: two
/// texts that look alike may differ in it.
#[must_use]
pub fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
}

/// 脱敏 a phone number or an id for display: the first three and the last four stay.
#[must_use]
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 8 {
        return "*".repeat(chars.len());
    }
    let head: String = chars[..3].iter().collect();
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}{}{tail}", "*".repeat(chars.len() - 7))
}

/// 千分位 a number with its thousands parted, `12,345.6`; what is no plain number stays.
#[must_use]
pub fn thousands(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    if whole.len() < 4 || !digits(whole) || !part.is_none_or(digits) {
        return number.to_owned();
    }
    let mut out = sign.to_owned();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    part.into_iter().for_each(|part| out.extend(['.'].into_iter().chain(part.chars())));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn folds_what_an_input_method_leaves() {
        assert_eq!(fold("　０．０１２＜ＮＤ\u{200b} "), "0.012<ND");
    }
    #[test]
    fn what_nobody_sees_is_known() {
        for c in ['\0', '\u{1b}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{feff}', '\u{fffd}', '\u{e0041}', '\u{3164}'] {
            assert!(unseen(c), "{c:?}");
        }
        assert!(!"张三·买买提 O’Neil-Żółć 〇㐂𠮷".chars().any(unseen));
    }
    #[test]
    fn masks_phones_and_ids() {
        assert_eq!(mask("18612341402"), "186****1402");
        assert_eq!(mask("12345"), "*****");
    }
    #[test]
    fn english_fits_its_numbers() {
        for (text, said) in [
            ("1 (cell was|cells were) saved", "1 cell was saved"),
            ("21 (cell was|cells were) saved, 1 (was|were) not (changed just now)", "21 cells were saved, 1 was not (changed just now)"),
            ("1,001 (row|rows)", "1,001 rows"),
            ("0 (row|rows)", "0 rows"),
            ("no number (one|many) (see below", "no number (one|many) (see below"),
        ] {
            assert_eq!(plural(text), said);
        }
    }
    #[test]
    fn thousands_are_parted_and_what_is_no_number_stays() {
        for (number, said) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1588611", "1,588,611"),
            ("-1234567.05", "-1,234,567.05"),
            ("12345.60", "12,345.60"),
            ("2026-01-05", "2026-01-05"),
            ("", ""),
        ] {
            assert_eq!(thousands(number), said);
        }
    }
}
