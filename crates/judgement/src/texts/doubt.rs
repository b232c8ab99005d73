//! 存疑 whether a text that was read and judged once has to be looked at for other readings.

use crate::judging::step::Step;
use crate::judging::{Judgement, Verdict};
use crate::reading::ParseNote;

/// Whether a result that was read and judged once has to be looked at for other readings.
pub(super) fn may_be_read_otherwise(raw: &str, plain: &Judgement) -> bool {
    let code = plain.reason.0.code;
    // several values that are no plain numbers are no two results of one
    let bounds = code == "JUDGE-SEVERAL-VALUES" && raw.contains(['<', '＜', '检']);
    !(is_read(plain) || code == "VALUE-EMPTY" || bounds) || doubtful(raw, plain) && plain.reason.0.code != "JUDGE-NA"
}

pub(super) fn is_certain(judged: &Judgement) -> bool {
    judged.verdict != Verdict::NeedsPerson
}

/// Another reading of the texts could change nothing: there is a verdict, or what keeps it from a person is not how they read.
pub(super) fn is_read(judged: &Judgement) -> bool {
    let code = judged.reason.0.code;
    is_certain(judged) || !(["VALUE-", "UNIT-", "LIMIT-TEXT-"].iter().any(|p| code.starts_with(p)) || code == "JUDGE-SEVERAL-VALUES")
}

/// A text that the strict readers took and that can be read otherwise: a comma before three digits, a repaired power.
pub(super) fn doubtful(text: &str, judged: &Judgement) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let triple = |(at, mark): (usize, char)| {
        let mut behind = text[at + mark.len_utf8()..].chars();
        digit(text[..at].chars().next_back()) && (0..3).all(|_| digit(behind.next()))
    };
    let repaired = |notes: &[ParseNote]| notes.iter().any(|n| matches!(n, ParseNote::LostSuperscript(_) | ParseNote::TenE(_)));
    // 3/5 is two values to the strict reader
    let ratio = text.len() < 12
        && text.trim().split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && a.bytes().chain(b.bytes()).all(|c| c.is_ascii_digit()));
    // 3104 and 510E2 may have lost a ×
    let bytes = text.as_bytes();
    let lost = bytes.windows(3).enumerate().any(|(at, w)| {
        let behind = bytes.get(at + 3);
        let power = w.starts_with(b"10") && (matches!(w[2], b'1'..=b'9') && !behind.is_some_and(|c| c.is_ascii_digit() || *c == b'.'));
        let exponent = w.starts_with(b"10") && matches!(w[2], b'e' | b'E') && behind.is_some_and(u8::is_ascii_digit);
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        (power && before.is_none_or(|c| !matches!(c, b'/' | b'^' | b'{' | b'.'))) || (exponent && before.is_some_and(u8::is_ascii_digit))
    });
    ratio
        || lost
        || text.char_indices().filter(|(_, c)| matches!(c, ',' | '，' | '﹐')).any(triple)
        || judged.working.iter().any(|step| match step {
            Step::Understood { notes, .. } | Step::Limit { notes, .. } => repaired(notes),
            _ => false,
        })
}
