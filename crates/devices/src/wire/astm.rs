//! ASTM E1381/E1394, LIS1-A/LIS2-A2 (rapid-devices 8.1). A message is used when its L record and EOT have come, and each frame once, however often it is sent.

use shiyan_rapid_test::{Doubt, Named, Sent, SentTime};

use super::bytes::{part, sum, u8_at};
use super::{Control, Event, Fault, Occurrences, Protocol, Step};

/// ASTM 链路.
#[derive(Debug, Default)]
pub struct Astm {
    gbk: bool,
    raw: Vec<u8>,
    text: Vec<u8>,
    last: Vec<u8>,
    answer: Vec<u8>,
    seen: Occurrences,
}

impl Astm {
    /// Texts are GBK; without it UTF-8.
    #[must_use]
    pub fn gbk() -> Self {
        Self { gbk: true, ..Self::default() }
    }
}

/// A frame: STX, number, at most 240 characters, end, two digits, CR, LF.
const FRAME: usize = 247;
/// What one message may hold.
const MOST: usize = 1 << 20;

impl Protocol for Astm {
    fn most(&self) -> usize {
        FRAME
    }
    fn lost(&mut self) -> Vec<u8> {
        self.text.clear();
        self.last.clear();
        std::mem::take(&mut self.raw)
    }
    fn answer(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answer)
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        match bytes.first() {
            Some(5) => {
                // a new ENQ while a message is open: the link was lost, what came before waits for its repeat
                let lost = self.lost();
                self.raw.push(5);
                self.answer.push(6);
                return Step::Take(1, if lost.len() > 1 { vec![Event::Bad(Fault::Truncated, lost)] } else { Vec::new() });
            }
            Some(4) => {
                let text = std::mem::take(&mut self.text);
                let raw = self.lost();
                return Step::Take(1, self.message(&text, raw));
            }
            Some(2) => {}
            _ => return Step::Skip(1),
        }
        let Some(end) = bytes.iter().take(FRAME).position(|b| matches!(b, 3 | 0x17)) else {
            return if bytes.len() < FRAME { Step::More } else { Step::Skip(1) };
        };
        let length = end + 5;
        if bytes.len() < length {
            return Step::More;
        }
        let frame = part(bytes, 0, length);
        let digits = format!("{:02X}", sum(part(frame, 1, end)));
        if !part(frame, end + 1, 2).eq_ignore_ascii_case(digits.as_bytes()) || part(frame, end + 3, 2) != b"\r\n" {
            self.answer.push(0x15);
            return Step::bad(length, Fault::Checksum);
        }
        if self.last == frame {
            // our ACK was lost
            self.answer.push(6);
            return Step::Take(length, vec![Event::Repeat]);
        }
        let number = u8_at(frame, 1);
        let before = u8_at(&self.last, 1);
        let follows = if self.last.is_empty() { number == b'1' } else { number == b'0' + (before - b'0' + 1) % 8 };
        if self.raw.is_empty() || !follows || self.text.len() + length > MOST {
            self.answer.push(0x15);
            return Step::bad(length, Fault::Layout);
        }
        self.answer.push(6);
        self.raw.extend_from_slice(frame);
        self.text.extend_from_slice(part(frame, 2, end - 2));
        self.last = frame.to_vec();
        Step::Take(length, Vec::new())
    }
}

impl Astm {
    fn message(&mut self, text: &[u8], raw: Vec<u8>) -> Vec<Event> {
        let encoding = if self.gbk { encoding_rs::GBK } else { encoding_rs::UTF_8 };
        let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(text) else { return vec![Event::Bad(Fault::Layout, raw)] };
        let records: Vec<&str> = text.split('\r').filter(|r| !r.is_empty()).collect();
        if records.is_empty() {
            return vec![Event::Control(Control::new(None, "no_record"))];
        }
        let marks: Vec<char> = records.first().and_then(|h| h.strip_prefix('H')).map_or_else(Vec::new, |h| h.chars().take(4).collect());
        let ([field, _, component, escape], true) = (marks.as_slice(), records.last().is_some_and(|l| l.starts_with('L'))) else {
            return vec![Event::Bad(Fault::Truncated, raw)];
        };
        let plain = |text: &str| {
            let mut out = text.to_owned();
            for (code, mark) in [("F", *field), ("S", *component), ("R", marks[1]), ("E", *escape)] {
                out = out.replace(&format!("{escape}{code}{escape}"), &mark.to_string());
            }
            out
        };
        let (mut sample_no, mut events) = (String::new(), Vec::new());
        for record in records {
            let fields: Vec<&str> = record.split(*field).collect();
            let at = |n: usize| fields.get(n).map_or_else(String::new, |f| plain(f));
            match fields.first() {
                Some(&"P") => sample_no.clear(),
                Some(&"O") => sample_no = at(2),
                Some(&"R") => {
                    let test = fields.get(2).map_or("", |t| t.rsplit(*component).next().unwrap_or(""));
                    let mut sent = Sent {
                        sample_no: sample_no.clone(),
                        item: Named { name: plain(test), ..Named::default() },
                        value: at(3),
                        unit: at(4),
                        tested_text: at(12),
                        tested: SentTime::read(&at(12)),
                        ..Sent::default()
                    };
                    if sent.tested.is_none() && !sent.tested_text.is_empty() {
                        sent.doubts.insert(Doubt::BadTime);
                    }
                    for (name, n) in [("reference", 5), ("abnormal", 6), ("status", 8), ("device_operator", 10)] {
                        sent.rest.insert(name.into(), at(n));
                    }
                    events.push(Event::record(self.seen.count(sent)));
                }
                _ => {}
            }
        }
        if events.is_empty() { vec![Event::Control(Control::new(None, "no_record"))] } else { events }
    }
}
