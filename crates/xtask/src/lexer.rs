//! Just enough of Rust's grammar to look at code without being fooled by comments and strings.

/// The same text with comments, strings and character literals blanked; every line keeps its number.
pub fn code_only(source: &str) -> String {
    blanked(source, true)
}

/// The same text with comments blanked and strings kept: what the program does and what it says.
pub fn without_comments(source: &str) -> String {
    blanked(source, false)
}

fn blanked(source: &str, strings: bool) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let comment = chars[at] == '/' && matches!(chars.get(at + 1), Some('/' | '*'));
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => find(&chars, at, |c| c == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment_end(&chars, at),
            '"' => string_end(&chars, at),
            'r' if !follows_word(&chars, at) => raw_string_end(&chars, at).unwrap_or(at),
            '\'' => char_literal_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            let keep = !comment && !strings;
            out.extend(chars[at..end].iter().map(|c| if keep || *c == '\n' { *c } else { ' ' }));
            at = end;
        }
    }
    out
}

fn find(chars: &[char], from: usize, is: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| is(*c)).map_or(chars.len(), |ahead| from + ahead)
}

/// Is the character before this one part of a word? `b` and `c` may stand before a raw string.
fn follows_word(chars: &[char], at: usize) -> bool {
    let word = |i: usize| chars.get(i).is_some_and(|c| c.is_alphanumeric() || *c == '_');
    match at.checked_sub(1) {
        None => false,
        Some(before) if matches!(chars[before], 'b' | 'c') => before.checked_sub(1).is_some_and(word),
        Some(before) => word(before),
    }
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_string_end(chars: &[char], from: usize) -> Option<usize> {
    let open = find(chars, from + 1, |c| c != '#');
    let hashes = open - from - 1;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |at: &usize| chars[*at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    Some((open + 1..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes))
}

/// `'x'`, `'\n'`, `'\u{200b}'`; a lifetime is none.
fn char_literal_end(chars: &[char], from: usize) -> Option<usize> {
    match (chars.get(from + 1)?, chars.get(from + 2)?) {
        ('\\', _) => Some(find(chars, from + 3, |c| c == '\'') + 1).filter(|end| *end <= chars.len()),
        (_, '\'') => Some(from + 3),
        _ => None,
    }
}

/// A word or a number of the code, with its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub line: usize,
    pub text: &'a str,
}

/// The words and numbers of blanked code. A number takes its fraction and suffix along: `1.5`, `2_f64`; a range, a method
/// call and a field of a tuple do not become fractions.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let bytes = line.as_bytes();
        let word = |i: usize| bytes.get(i).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        let mut at = 0;
        while at < bytes.len() {
            if !word(at) {
                at += 1;
                continue;
            }
            let start = at;
            let field = start > 0 && bytes[start - 1] == b'.' && !(start > 1 && bytes[start - 2] == b'.');
            while word(at) {
                at += 1;
            }
            if digit(start) && !field && bytes.get(at) == Some(&b'.') && bytes.get(at + 1) != Some(&b'.') && (digit(at + 1) || !word(at + 1)) {
                at += 1;
                while word(at) {
                    at += 1;
                }
            }
            found.push(Token { line: number + 1, text: &line[start..at] });
        }
    }
    found
}

/// Blank the bodies of `#[cfg(test)] mod`, so that a rule can speak about shipped code only.
pub fn without_tests(code: &str) -> String {
    without_tests_of(code, code)
}

/// The same of another text of the same characters, such as one in which the strings still stand.
pub fn without_tests_of(text: &str, code: &str) -> String {
    let mut out: Vec<char> = text.chars().collect();
    let mut from = 0;
    while let Some(mark) = code[from..].find("#[cfg(test)]").map(|ahead| from + ahead) {
        from = mark + "#[cfg(test)]".len();
        let item = code[from..].trim_start();
        if !item.starts_with("mod ") && !item.starts_with("pub mod ") && !item.starts_with("pub(crate) mod ") {
            continue;
        }
        let Some(open) = code[from..].find(['{', ';']).map(|ahead| from + ahead).filter(|at| code.as_bytes()[*at] == b'{') else { continue };
        let end = matching(code, open).unwrap_or(code.len());
        let (first, last) = (code[..open].chars().count(), code[..end].chars().count());
        out[first..last].iter_mut().filter(|c| **c != '\n').for_each(|c| *c = ' ');
        from = end;
    }
    out.into_iter().collect()
}

/// The end of the group that opens at this byte of blanked code.
pub fn matching(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        tokens(&code_only(source)).into_iter().map(|token| token.text.to_owned()).collect()
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        let source = "a // f64\n/* f64 /* nested */ f64 */ b \"f64 \\\" f64\" c r#\"f64 \" f64\"# d 'x' '\\'' e b\"f64\" br\"f64\" 'life for_r";
        assert_eq!(words(source), ["a", "b", "c", "d", "e", "b", "b", "life", "for_r"]);
        assert_eq!(code_only("x\n/*\n\n*/y\n").lines().count(), 4);
        assert_eq!(words("'\\u{200b}' z '\"' y"), ["z", "y"]);
        assert_eq!(without_comments("a // b\n\"c // d\" /* e */ 'f'"), "a     \n\"c // d\"         'f'");
    }

    #[test]
    fn numbers_take_their_fraction_along() {
        assert_eq!(words("let x = 1.5 + 2_f64 + 3. ;"), ["let", "x", "1.5", "2_f64", "3."]);
        assert_eq!(words("1..2 t.0.1 1.max(2) 0x1f 1..=9"), ["1", "2", "t", "0", "1", "1", "max", "2", "0x1f", "1", "9"]);
        assert_eq!(tokens("\n\nab").first().map(|t| t.line), Some(3));
    }

    #[test]
    fn test_modules_can_be_left_out() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { c(); }\n}\nfn d() {}\n#[cfg(test)]\nmod far;\n#[cfg(test)]\nfn e() {}";
        let left = without_tests(code);
        assert!(left.contains("fn a") && left.contains("fn d") && left.contains("fn e") && !left.contains("c()"), "{left}");
        assert_eq!(left.lines().count(), code.lines().count());
        let source = "fn a() { t(\"甲乙\") }\n#[cfg(test)]\nmod tests {\n fn b() { t(\"丙\") }\n}\nconst D: &str = \"丁\";";
        let said = without_tests_of(&without_comments(source), &code_only(source));
        assert!(said.contains("甲乙") && said.contains("丁") && !said.contains("丙"), "{said}");
    }
}
