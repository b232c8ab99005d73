//! DY-RS-2: meat moisture (rapid-devices 4.9). RS232 9600 8N1. `01`, ASCII payload, two hexadecimal digits, `04`.

use shiyan_rapid_test::{Named, Sent, SentTime};

use super::bytes::{part, scaled, sum, u8_at};
use super::dry_strip::meat;
use super::{Control, Direction, Event, Fault, Frames, Occurrences, Protocol, Step};

/// 肉类水分仪 DY-RS-2, both generations.
#[derive(Debug, Default)]
pub struct Rs2 {
    frames: Frames,
    seen: Occurrences,
}

/// The longest answer of generation 2: 999 records.
const MOST: usize = 19 * 999 + 7;

/// A frame around a payload, as the host sends it.
#[must_use]
pub fn frame(payload: &str) -> Vec<u8> {
    let check = format!("{:02X}", sum(payload.as_bytes()).wrapping_neg());
    [&[1], payload.as_bytes(), check.as_bytes(), &[4]].concat()
}

impl Protocol for Rs2 {
    fn most(&self) -> usize {
        MOST
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        if bytes.first() != Some(&1) {
            return Step::Skip(bytes.iter().position(|b| *b == 1).unwrap_or(bytes.len()));
        }
        let Some(kind) = bytes.get(1) else { return Step::More };
        let length = match kind {
            b'V' | b'E' | b'U' => match bytes.iter().take(44).position(|b| *b == 4) {
                Some(end) => end + 1,
                None if bytes.len() < 44 => return Step::More,
                None => return Step::Skip(1),
            },
            b'R' | b'S' => 17,
            b'D' => 25,
            b'0'..=b'9' => {
                let digits = part(bytes, 1, 3);
                if digits.is_empty() {
                    // fewer than three have come; what is no digit already is no count
                    return if bytes.iter().skip(1).all(u8::is_ascii_digit) { Step::More } else { Step::Skip(1) };
                }
                match std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_digit())).and_then(|d| d.parse::<usize>().ok()) {
                    Some(n) => 19 * n + 7,
                    None => return Step::Skip(1),
                }
            }
            _ => return Step::Skip(1),
        };
        if bytes.len() < length {
            return Step::More;
        }
        let whole = part(bytes, 0, length);
        let payload = part(whole, 1, length.saturating_sub(4));
        let wanted = format!("{:02X}", sum(payload).wrapping_neg());
        if length < 5 || u8_at(whole, length - 1) != 4 || !part(whole, length - 3, 2).eq_ignore_ascii_case(wanted.as_bytes()) {
            return Step::bad(length, Fault::Checksum);
        }
        let text = String::from_utf8_lossy(payload).into_owned();
        let day = |at: usize| text.get(at..at + 6).and_then(date).map_or_else(|| text.get(at..at + 6).unwrap_or_default().to_owned(), |t| t.to_string());
        let control = |dir, message| Control::new(Some(dir), message);
        match kind {
            b'V' if payload.len() == 1 => Step::control(length, control(Direction::Host, "version")),
            b'V' => Step::control(length, control(Direction::Device, "version").with("version", &text)),
            b'U' => Step::control(length, control(Direction::Host, "read_all")),
            b'R' => Step::control(length, control(Direction::Host, "range").with("from", day(1)).with("to", day(7))),
            b'S' => {
                let time = text.get(1..13).and_then(|t| SentTime::read(&format!("20{t}"))).map_or_else(|| text.clone(), |t| t.to_string());
                Step::control(length, control(Direction::Host, "set_clock").with("time", time))
            }
            b'E' => Step::control(length, control(Direction::Device, "end")),
            b'D' => match third(&text) {
                Some(sent) => Step::Take(length, self.frames.once(whole, vec![Event::record(sent)])),
                None => Step::bad(length, Fault::Layout),
            },
            _ => {
                let records: Option<Vec<Sent>> = payload.get(3..).unwrap_or_default().chunks_exact(19).map(second).collect();
                match records {
                    Some(records) if self.frames.once(whole, Vec::new()).is_empty() => {
                        Step::Take(length, records.into_iter().map(|r| Event::record(self.seen.count(r))).collect())
                    }
                    Some(_) => Step::Take(length, vec![Event::Repeat]),
                    None => Step::bad(length, Fault::Layout),
                }
            }
        }
    }
}

fn date(text: &str) -> Option<SentTime> {
    SentTime::read(&format!("20{text}"))
}

fn base(number: &str, value: &str, kind: u8) -> Option<Sent> {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(number) || !digits(value) {
        return None;
    }
    Some(Sent {
        record_no: number.trim_start_matches('0').to_owned(),
        food: Named { name: meat(kind.wrapping_sub(b'0'))?.into(), ..Named::default() },
        item: Named { name: "水分".into(), ..Named::default() },
        value: scaled(value.parse().ok()?, 1),
        unit: "%".into(),
        ..Sent::default()
    })
}

/// `D`, number 4, value 3, kind 1, YYMMDD, and six more digits that are taken for the time of day.
fn third(text: &str) -> Option<Sent> {
    let mut sent = base(text.get(1..5)?, text.get(5..8)?, *text.as_bytes().get(8)?)?;
    sent.tested_text = text.get(9..21)?.to_owned();
    sent.tested = Some(date(&sent.tested_text)?);
    Some(sent)
}

/// `1E`, number 3, value 3, blank, kind 1, blank, date 8 with any separators, blank. The device tells no time of day.
fn second(raw: &[u8]) -> Option<Sent> {
    let text = std::str::from_utf8(raw).ok().filter(|_| u8_at(raw, 0) == 0x1e)?;
    let mut sent = base(text.get(1..4)?, text.get(4..7)?, *raw.get(8)?)?;
    sent.tested_text = text.get(10..18)?.to_owned();
    let part = |at: usize| sent.tested_text.get(at..at + 2);
    sent.tested = Some(date(&format!("{}{}{}", part(0)?, part(3)?, part(6)?))?);
    Some(sent)
}
