//! JSON 报文 read without guessing: a number is its digits as sent, a field that stands there twice is refused, and size, depth and count are bounded before
//! anything is made of them.

use shiyan_foundation::Refusal;
use shiyan_rapid_test::code;

/// 上限
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes.
    pub bytes: usize,
    /// Levels of objects and lists.
    pub depth: usize,
    /// Members and elements in all.
    pub members: usize,
}

/// 一个值; a number keeps its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The digits as sent.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    Array(Vec<Json>),
    /// Members in their order; no name stands there twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The text of a plain value; `null` says nothing. Nothing for lists and objects.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(b) => Some(b.to_string()),
            Self::Number(t) | Self::Text(t) => Some(t.clone()),
            Self::Array(_) | Self::Object(_) => None,
        }
    }
    /// A member by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
}

/// Reads one whole value, UTF-8, with nothing behind it.
///
/// # Errors
/// `RAPID-SENT-EMPTY`, `-SIZE`, `-BROKEN`, `-DEEP`, `-MANY`, `-TWICE`.
pub fn read(bytes: &[u8], bounds: &Bounds) -> Result<Json, Refusal> {
    if bytes.len() > bounds.bytes {
        return Err(Refusal::new(code::SENT_SIZE).with("size", bytes.len()).with("limit", bounds.bytes));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| broken(e.valid_up_to(), "UTF-8"))?;
    if text.trim().is_empty() {
        return Err(Refusal::new(code::SENT_EMPTY));
    }
    let mut reader = Reader { text, at: 0, left: bounds.members, bounds };
    let value = reader.value(0)?;
    reader.space();
    if reader.at < text.len() { Err(broken(reader.at, "…")) } else { Ok(value) }
}

fn broken(at: usize, what: &str) -> Refusal {
    Refusal::new(code::SENT_BROKEN).with("format", "JSON").with("detail", format!("{what} @{at}"))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    left: usize,
    bounds: &'t Bounds,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }
    fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        self.space();
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(broken(self.at, &format!("'{}'", char::from(byte))))
    }
    fn counted(&mut self) -> Result<(), Refusal> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Refusal::new(code::SENT_MANY).with("limit", self.bounds.members))?;
        Ok(())
    }
    /// `depth` is bounded, so this calls itself only so often.
    fn value(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.space();
        self.counted()?;
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        match self.peek() {
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'{' | b'[') if depth >= self.bounds.depth => Err(Refusal::new(code::SENT_DEEP).with("limit", self.bounds.depth)),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(broken(self.at, "?")),
        }
    }
    fn object(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut names = std::collections::BTreeSet::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(broken(self.at, "\""));
            }
            let name = self.string()?;
            if !names.insert(name.clone()) {
                return Err(Refusal::new(code::SENT_TWICE).with("field", name));
            }
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            members.push((name, value));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return Err(broken(self.at, "}")),
            }
        }
    }
    fn array(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.at += 1;
        let mut elements = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(elements));
                }
                _ => return Err(broken(self.at, "]")),
            }
        }
    }
    /// `-? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)?`
    fn number(&mut self) -> Result<Json, Refusal> {
        let from = self.at;
        let digits = |r: &mut Self| {
            let begin = r.at;
            while matches!(r.peek(), Some(b'0'..=b'9')) {
                r.at += 1;
            }
            r.at - begin
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let whole = digits(self);
        let mut good = whole > 0 && !(zero && whole > 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            good &= digits(self) > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            good &= digits(self) > 0;
        }
        if good { Ok(Json::Number(self.text.get(from..self.at).unwrap_or_default().to_owned())) } else { Err(broken(from, "0-9")) }
    }
    fn string(&mut self) -> Result<String, Refusal> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.find(['"', '\\']).ok_or_else(|| broken(self.text.len(), "\""))?;
            let piece = rest.get(..plain).unwrap_or_default();
            if piece.bytes().any(|b| b < 0x20) {
                return Err(broken(self.at, "\\u00"));
            }
            out.push_str(piece);
            self.at += plain;
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Ok(out);
            }
            let escape = self.text.as_bytes().get(self.at + 1).copied();
            self.at += 2;
            out.push(match escape {
                Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => self.unicode()?,
                _ => return Err(broken(self.at, "\\")),
            });
        }
    }
    fn four(&mut self) -> Result<u32, Refusal> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let n = digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or_else(|| broken(self.at, "\\u"))?;
        self.at += 4;
        Ok(n)
    }
    fn unicode(&mut self) -> Result<char, Refusal> {
        let high = self.four()?;
        let code = if (0xd800..0xdc00).contains(&high) && self.text.get(self.at..).is_some_and(|r| r.starts_with("\\u")) {
            self.at += 2;
            let low = self.four()?;
            if !(0xdc00..0xe000).contains(&low) {
                return Err(broken(self.at, "\\u"));
            }
            0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
        } else {
            high
        };
        char::from_u32(code).ok_or_else(|| broken(self.at, "\\u"))
    }
}

/// A text as a JSON string, for answers.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    const SMALL: Bounds = Bounds { bytes: 1_000, depth: 4, members: 50 };

    #[test]
    fn a_number_keeps_its_digits_and_a_text_its_characters() {
        let json = read("{\"a\": 0.10, \"b\":\"\\u9752\\ud83d\\ude00\\n\" , \"c\":[1e5,-0,null]}".as_bytes(), &SMALL).unwrap();
        assert_eq!(json.get("a"), Some(&Json::Number("0.10".into())));
        assert_eq!(json.get("b"), Some(&Json::Text("青😀\n".into())));
        assert_eq!(json.get("c"), Some(&Json::Array(vec![Json::Number("1e5".into()), Json::Number("-0".into()), Json::Null])));
    }
    #[test]
    fn what_is_no_json_is_refused_with_its_code_and_never_panics() {
        let code = |text: &[u8]| read(text, &SMALL).unwrap_err().code();
        for text in [
            "{",
            "{}}",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "-",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "{a:1}",
            "nul",
            "\"a\nb\"",
            "{\"a\" 1}",
            ",",
            "\"\\u00\"",
            "\"\\",
        ] {
            assert_eq!(code(text.as_bytes()), "RAPID-SENT-BROKEN", "{text}");
        }
        assert_eq!(code(b"{\"a\":1,\"\\u0061\":2}"), "RAPID-SENT-TWICE");
        assert_eq!(code(b"[[[[[1]]]]]"), "RAPID-SENT-DEEP");
        assert_eq!(code("[".repeat(900).as_bytes()), "RAPID-SENT-DEEP");
        assert_eq!(code(format!("[{}1]", "1,".repeat(60)).as_bytes()), "RAPID-SENT-MANY");
        assert_eq!(code(&[b' '; 1_001]), "RAPID-SENT-SIZE");
        assert_eq!(code(b"  "), "RAPID-SENT-EMPTY");
        assert_eq!(code(b"\"\xff\""), "RAPID-SENT-BROKEN");
    }
    #[test]
    fn it_agrees_with_another_reader_on_every_cut_and_flip() {
        let text = "{\"detail\":[{\"样品\":\"鲫鱼\",\"n\":-1.50e+3,\"x\":[true,null,\"\\u0041\\\\\"]}],\"y\":{}}";
        let wide = Bounds { bytes: 10_000, depth: 100, members: 10_000 };
        for cut in 0..=text.len() {
            let part = &text.as_bytes()[..cut];
            assert_eq!(read(part, &wide).is_ok(), serde_json::from_slice::<serde_json::Value>(part).is_ok(), "{cut}");
            for bit in 0..8 {
                let mut bytes = text.as_bytes().to_vec();
                if let Some(byte) = bytes.get_mut(cut) {
                    *byte ^= 1 << bit;
                }
                let (ours, theirs) = (read(&bytes, &wide), serde_json::from_slice::<serde_json::Value>(&bytes));
                assert_eq!(ours.is_ok(), theirs.is_ok(), "{cut}.{bit}: {ours:?}");
            }
        }
    }
    #[test]
    fn a_quoted_text_reads_back() {
        let text = "参数\"x\"\\\n\u{1}";
        assert_eq!(read(quoted(text).as_bytes(), &SMALL).unwrap(), Json::Text(text.into()));
    }
}
