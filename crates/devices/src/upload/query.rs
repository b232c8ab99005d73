//! 查询串 one record as parameters, by address or posted form, with declared names and a declared encoding.

use chrono::NaiveDateTime;
use shiyan_foundation::{Lang, Refusal};
use shiyan_rapid_test::code;

use super::declared::{Declared, Encoding, Slot};
use super::{Answer, Dialect, Outcome, Parcel};

/// 查询串 by a declaration.
#[derive(Debug, Clone)]
pub struct Query(Declared);

/// Bytes of one query string.
const MOST: usize = 64 << 10;
/// Parameters of one query string.
const MOST_PAIRS: usize = 200;

impl Query {
    /// With a declaration.
    #[must_use]
    pub fn new(declared: Declared) -> Self {
        Self(declared)
    }
    fn said(&self, text: &str) -> Answer {
        Answer { status: 200, content_type: "text/plain; charset=utf-8", body: text.as_bytes().to_vec() }
    }
}

/// `%E8%8F%9C` and `+` to bytes; a percent sign without two digits is refused.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        match rest {
            [] => return Some(out),
            [b'%', high, low, after @ ..] => {
                out.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
                rest = after;
            }
            [b'%', ..] => return None,
            [b'+', after @ ..] => {
                out.push(b' ');
                rest = after;
            }
            [byte, after @ ..] => {
                out.push(*byte);
                rest = after;
            }
        }
    }
}

impl Dialect for Query {
    fn key(&self) -> &str {
        &self.0.key
    }
    fn read(&self, bytes: &[u8]) -> Result<Parcel, Refusal> {
        if bytes.len() > MOST {
            return Err(Refusal::new(code::SENT_SIZE).with("size", bytes.len()).with("limit", MOST));
        }
        let bytes = bytes.trim_ascii();
        let bytes = bytes.strip_prefix(b"?").unwrap_or(bytes);
        if bytes.is_empty() {
            return Err(Refusal::new(code::SENT_EMPTY));
        }
        let broken = |detail: &str| Refusal::new(code::SENT_BROKEN).with("format", "query string").with("detail", detail);
        let pieces: Vec<&[u8]> = bytes.split(|b| *b == b'&').filter(|p| !p.is_empty()).collect();
        if pieces.len() > MOST_PAIRS {
            return Err(Refusal::new(code::SENT_MANY).with("limit", MOST_PAIRS));
        }
        let raw: Vec<(Vec<u8>, Vec<u8>)> = pieces
            .iter()
            .map(|piece| {
                let at = piece.iter().position(|b| *b == b'=').unwrap_or(piece.len());
                let (name, value) = piece.split_at(at);
                Some((unescape(name)?, unescape(value.get(1..).unwrap_or_default())?))
            })
            .collect::<Option<_>>()
            .ok_or_else(|| broken("%"))?;
        let encoding = match self.0.encoding {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Gbk => encoding_rs::GB18030,
        };
        let text = |b: &[u8]| encoding.decode_without_bom_handling_and_without_replacement(b).map(std::borrow::Cow::into_owned);
        let fields: Vec<(String, String)> =
            raw.iter().map(|(n, v)| Some((text(n)?, text(v)?))).collect::<Option<_>>().ok_or_else(|| broken(shiyan_foundation::Label::zh(self.0.encoding)))?;
        let mut names = std::collections::BTreeSet::new();
        for (name, _) in &fields {
            if !names.insert(name) {
                return Err(Refusal::new(code::SENT_TWICE).with("field", name));
            }
        }
        let token = fields.iter().find(|(n, _)| self.0.slot(n) == Some(Slot::Token)).map_or_else(String::new, |(_, v)| v.clone());
        Ok(Parcel { records: vec![self.0.record(&fields)], token })
    }
    fn answer(&self, outcomes: &[Outcome], _now: NaiveDateTime) -> Answer {
        let error = |text: &str| self.said(&self.0.error.replace("{text}", text));
        match outcomes.iter().find(|o| **o != Outcome::Stored) {
            None => self.said(&self.0.ok),
            Some(Outcome::Rejected(refusal)) => error(&refusal.what(Lang::Zh)),
            Some(_) => error("编号已存在且内容不同，已留存待人工核对"),
        }
    }
    fn refuse(&self, refusal: &Refusal, _now: NaiveDateTime) -> Answer {
        self.said(&self.0.error.replace("{text}", &refusal.what(Lang::Zh)))
    }
}
