//! DY-2620: polar compounds in frying oil (rapid-devices 4.1). RS232 115200 8N1, RTS on. Pages are asked for from 0 until the end reply.

use shiyan_rapid_test::{Named, Sent, SentTime};

use super::bytes::{crc16, part, scaled, u8_at, u16_be};
use super::lz4000::put_time;
use super::{Control, Direction, Event, Fault, Frames, Occurrences, Protocol, Step};

/// 极性组分检测仪 DY-2620. It numbers no records, so that equal ones are told apart by their occurrence in one reading of all pages.
#[derive(Debug, Default)]
pub struct Dy2620 {
    frames: Frames,
    seen: Occurrences,
}

/// The most pages that are asked for.
pub const MOST_PAGES: u16 = 1_000;

/// 读一页
#[must_use]
pub fn ask_page(page: u16) -> Vec<u8> {
    let [high, low] = page.to_be_bytes();
    let mut frame = vec![0x01, 0x65, high, low, 0, 1];
    frame.extend(crc16(&frame).to_le_bytes());
    frame
}

/// What the third byte can be: the high byte of a page, the end mark, or the length of a reply.
fn fits(frame: &[u8]) -> bool {
    let n = frame.len();
    n > 2 && crc16(part(frame, 0, n - 2)).to_le_bytes() == [u8_at(frame, n - 2), u8_at(frame, n - 1)]
}

impl Protocol for Dy2620 {
    fn most(&self) -> usize {
        255
    }
    fn start(&self) -> Option<u8> {
        Some(1)
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        if bytes.first() != Some(&1) {
            return Step::Skip(bytes.iter().position(|b| *b == 1).unwrap_or(bytes.len()));
        }
        match bytes.get(1) {
            None => return Step::More,
            Some(0x65 | 0xe5) => {}
            Some(_) => return Step::Skip(1),
        }
        let Some(third) = bytes.get(2).copied() else { return Step::More };
        if third == 2 || u8_at(bytes, 1) == 0xe5 {
            if bytes.len() < 5 {
                return Step::More;
            }
            if third == 2 && fits(part(bytes, 0, 5)) {
                return Step::control(5, Control::new(None, "end"));
            }
            if u8_at(bytes, 1) == 0xe5 {
                return Step::bad(5, Fault::Crc);
            }
        }
        if u16::from(third) <= MOST_PAGES / 256 {
            if bytes.len() < 8 {
                return Step::More;
            }
            if !fits(part(bytes, 0, 8)) {
                return Step::bad(8, Fault::Crc);
            }
            return Step::control(8, Control::new(Some(Direction::Host), "page").with("page", u16_be(bytes, 2)));
        }
        let data = usize::from(third);
        if !data.is_multiple_of(10) || data > 250 {
            return Step::Skip(1);
        }
        if bytes.len() < data + 5 {
            return Step::More;
        }
        let frame = part(bytes, 0, data + 5);
        if !fits(frame) {
            return Step::bad(frame.len(), Fault::Crc);
        }
        let fresh = self.frames.once(frame, Vec::new());
        if !fresh.is_empty() {
            return Step::Take(frame.len(), fresh);
        }
        Step::Take(frame.len(), part(frame, 3, data).chunks_exact(10).map(|r| Event::record(self.seen.count(record(r)))).collect())
    }
}

fn record(raw: &[u8]) -> Sent {
    let n = |at: usize| u32::from(u8_at(raw, at));
    let mut sent =
        Sent {
            item: Named { name: "极性组分".into(), ..Named::default() }, value: scaled(i64::from(u16_be(raw, 8)), 1), unit: "%".into(), ..Sent::default()
        };
    put_time(&mut sent, part(raw, 0, 5), SentTime::minute(2000 + i32::from(u8_at(raw, 0)), n(1), n(2), n(3), n(4)));
    sent.rest.insert("temp".into(), scaled(i64::from(u16_be(raw, 6)), 1));
    sent.rest.insert("temp_unit_code".into(), n(5).to_string());
    sent
}
