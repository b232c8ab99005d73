//! 泰扬 TTNJZ24, TTNJZ16: pesticide inhibition in 24 channels (rapid-devices 4.11). USB serial 9600 8N1. Groups of 501 bytes; the end mark counts at their border.

use shiyan_rapid_test::{Doubt, Named, Said, Sent, SentTime};

use super::bytes::{ascii, float32, gbk, hex, part, u8_at, u32_be};
use super::{Control, Direction, Event, Fault, Frames, Protocol, Step};

/// 农药残留速测仪 TTNJZ24.
#[derive(Debug, Default)]
pub struct Ttnjz24 {
    frames: Frames,
    lost: bool,
}

const LENGTH: usize = 501;

impl Protocol for Ttnjz24 {
    fn most(&self) -> usize {
        LENGTH
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        if let [0x1b, second @ (0xfe | 0xc1 | 0xbf | 0xb1), ..] = bytes {
            let (dir, message) = match second {
                0xfe => (Direction::Device, "end"),
                0xc1 => (Direction::Device, "ready"),
                0xbf => (Direction::Host, "link_test"),
                _ => (Direction::Host, "read_all"),
            };
            self.lost = false;
            return Step::control(2, Control::new(Some(dir), message));
        }
        if bytes.len() < LENGTH {
            return Step::More;
        }
        let whole = part(bytes, 0, LENGTH);
        match group(whole) {
            Some(events) => {
                self.lost = false;
                Step::Take(LENGTH, self.frames.once(whole, events))
            }
            None if self.lost => Step::Skip(1),
            None => {
                self.lost = true;
                Step::bad(LENGTH, Fault::Layout)
            }
        }
    }
}

fn group(raw: &[u8]) -> Option<Vec<Event>> {
    let date = ascii(part(raw, 5, 11));
    let tested = SentTime::read(&date)?;
    let operator = gbk(part(raw, 16, 11)).0;
    let mask = u8_at(raw, 28);
    let mut events = Vec::new();
    for (at, block) in part(raw, 29, 472).chunks_exact(59).enumerate().filter(|(at, _)| mask & (1 << at) != 0) {
        let (row, column) = (u8_at(block, 0) >> 4, u8_at(block, 0) & 15);
        if !(2..=4).contains(&row) || !(1..=8).contains(&column) {
            return None;
        }
        let (name, doubts) = gbk(part(block, 3, 15));
        let verdict = u8_at(block, 58);
        let mut sent = Sent {
            record_no: format!("{}-{at}", hex(part(raw, 0, 5))),
            channel: format!("{}{column}", char::from(b'A' + row - 2)),
            food: Named { name, ..Named::default() },
            // the shortest decimal of the fraction, then shifted: nothing is cut to a whole number
            value: float32(u32_be(block, 54), 2)?,
            unit: "%".into(),
            word: format!("{verdict:02}"),
            said: Some(match verdict {
                1 => Said::Negative,
                2 => Said::Positive,
                _ => Said::Invalid,
            }),
            tested_text: date.clone(),
            tested: Some(tested),
            doubts,
            ..Sent::default()
        };
        if !part(block, 3, 15).contains(&0) {
            sent.doubts.insert(Doubt::NameMaybeCut);
        }
        for (key, text) in [
            ("abs", float32(u32_be(block, 46), 0)?),
            ("delta_abs", float32(u32_be(block, 50), 0)?),
            ("number", hex(part(block, 1, 2))),
            ("source", gbk(part(block, 18, 7)).0),
            ("note", gbk(part(block, 25, 21)).0),
            ("device_operator", operator.clone()),
        ] {
            sent.rest.insert(key.into(), text);
        }
        events.push(Event::record(sent));
    }
    (!events.is_empty()).then_some(events)
}
