//! DY-6260: gold card reader on Android (rapid-devices 4.2). TCP through adb; `READ` is answered by one JSON object without length, check or number, so
//! nothing is stored before it is whole.

use chrono::{NaiveDate, NaiveDateTime};
use shiyan_rapid_test::{Doubt, Named, Said, Sent, SentTime};

use super::{Control, Direction, Event, Fault, Occurrences, Protocol, Step};
use crate::upload::json::{self, Json};

/// Longest answer.
const MOST: usize = 8 << 20;

/// 胶体金读卡仪 DY-6260.
#[derive(Debug)]
pub struct Dy6260 {
    since: NaiveDate,
    now: NaiveDateTime,
    seen: Occurrences,
    scan: Scan,
}

/// How far the braces were counted; the bytes before are not looked at again.
#[derive(Debug, Default)]
struct Scan {
    at: usize,
    depth: usize,
    string: bool,
    escape: bool,
}

impl Dy6260 {
    /// The clock of such tablets is often at its factory date: a test before the day of purchase or after now is held.
    #[must_use]
    pub fn new(since: NaiveDate, now: NaiveDateTime) -> Self {
        Self { since, now, seen: Occurrences::default(), scan: Scan::default() }
    }
    fn records(&mut self, text: &[u8]) -> Option<Vec<Event>> {
        let object = json::read(text, &json::Bounds { bytes: MOST, depth: 4, members: 400_000 }).ok()?;
        let Json::Object(fields) = object else { return None };
        let Some((_, Json::Array(rows))) = fields.into_iter().find(|(name, _)| name == "detail") else { return None };
        if rows.is_empty() {
            return Some(vec![Event::Control(Control::new(None, "no_record"))]);
        }
        rows.into_iter().map(|row| self.record(row).map(Event::record)).collect()
    }
    fn record(&mut self, row: Json) -> Option<Sent> {
        let Json::Object(fields) = row else { return None };
        let mut sent = Sent::default();
        for (name, value) in fields {
            let text = value.text()?;
            match name.as_str() {
                "样品编号" => sent.sample_no = text,
                "样品名称" => sent.food = Named { name: text, ..Named::default() },
                "检测项目" => sent.item = Named { name: text, ..Named::default() },
                "检测结果" => sent.word = text,
                "检测时间" => sent.tested_text = text,
                _ => {
                    sent.rest.insert(name, text);
                }
            }
        }
        sent.said = match sent.word.trim() {
            "阴性" => Some(Said::Negative),
            "阳性" => Some(Said::Positive),
            "无效" => Some(Said::Invalid),
            _ => None,
        };
        if sent.said.is_none() {
            sent.doubts.insert(Doubt::UnknownWord);
        }
        sent.tested = SentTime::read(&sent.tested_text);
        match sent.tested {
            None => {
                sent.doubts.insert(Doubt::BadTime);
            }
            Some(at) if at.day() < self.since || at.moment().is_some_and(|m| m > self.now) => {
                sent.doubts.insert(Doubt::ClockImplausible);
            }
            Some(_) => {}
        }
        Some(self.seen.count(sent))
    }
}

/// Where behind a cut answer the next one begins.
fn next(bytes: &[u8]) -> Option<usize> {
    let begin = b"{\"detail\"";
    bytes.windows(begin.len()).skip(1).position(|w| w == begin).map(|at| at + 1)
}

impl Protocol for Dy6260 {
    fn most(&self) -> usize {
        MOST
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        for (word, message) in [(&b"READ"[..], "read_all"), (b"SAKJ", "link_test")] {
            if bytes.starts_with(word) {
                return Step::control(4, Control::new(Some(Direction::Host), message));
            }
            if word.starts_with(bytes) {
                return Step::More;
            }
        }
        if bytes.first() != Some(&b'{') {
            self.scan = Scan::default();
            return Step::Skip(bytes.iter().skip(1).position(|b| matches!(b, b'{' | b'R' | b'S')).map_or(bytes.len(), |at| at + 1));
        }
        let scan = &mut self.scan;
        while let Some(byte) = bytes.get(scan.at) {
            scan.at += 1;
            match byte {
                _ if scan.escape => scan.escape = false,
                b'\\' if scan.string => scan.escape = true,
                b'"' => scan.string = !scan.string,
                b'{' | b'[' if !scan.string => scan.depth += 1,
                b'}' | b']' if !scan.string => {
                    scan.depth = scan.depth.saturating_sub(1);
                    if scan.depth == 0 {
                        let length = std::mem::take(scan).at;
                        let Some(whole) = bytes.get(..length) else { return Step::More };
                        return match self.records(whole) {
                            Some(events) => Step::Take(length, events),
                            None => Step::Bad { skip: next(whole).unwrap_or(length), frame: length, fault: Fault::Layout },
                        };
                    }
                }
                _ => {}
            }
        }
        if quiet {
            self.scan = Scan::default();
            let skip = next(bytes).unwrap_or(bytes.len());
            return Step::Bad { skip, frame: skip, fault: Fault::Truncated };
        }
        Step::More
    }
}
