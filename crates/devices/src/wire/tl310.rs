//! TL-310: pesticide inhibition by two methods (rapid-devices 2.2). RS232 115200 8N1.

use shiyan_rapid_test::{Doubt, Said, Sent};

use super::bytes::{binary_date, binary_time, crc8, hex, part, u8_at, u16_le};
use super::lz4000::{frame_7e, put_signed, put_time};
use super::{Control, Direction, Event, Frames, Protocol, Step};

/// 农药残留速测仪 TL-310.
#[derive(Debug, Default)]
pub struct Tl310(Frames);

/// Host 01 link, 15 read; device 02 link, 16 record.
const COMMANDS: &[(u8, u16)] = &[(0x01, 1), (0x15, 4), (0x02, 4), (0x16, 21)];

impl Protocol for Tl310 {
    fn most(&self) -> usize {
        2 * 27
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        let length = match frame_7e(bytes, COMMANDS, 0xaa, crc8, quiet) {
            Ok(length) => length,
            Err(step) => return step,
        };
        let frame = part(bytes, 0, length);
        match u8_at(frame, 1) {
            0x01 => Step::control(length, Control::new(Some(Direction::Host), "link_test")),
            0x02 => Step::control(length, Control::new(Some(Direction::Device), "link_ok")),
            0x15 => match part(frame, 5, 3) {
                [0, 0, 0] => Step::control(length, Control::new(Some(Direction::Host), "read_last")),
                [0xff, 0xff, 0xff] => Step::control(length, Control::new(Some(Direction::Host), "read_all")),
                day => {
                    let text = binary_date(day).map_or_else(|| hex(day), |d| d.to_string());
                    Step::control(length, Control::new(Some(Direction::Host), "read_day").with("date", text))
                }
            },
            _ => Step::Take(length, self.0.once(frame, vec![Event::record(record(frame))])),
        }
    }
}

fn record(frame: &[u8]) -> Sent {
    let verdict = u8_at(frame, 23);
    let mut sent = Sent {
        place: Some((u32::from(u16_le(frame, 7)), u32::from(u16_le(frame, 5)))),
        channel: u8_at(frame, 9).to_string(),
        // an unknown byte names no method, so nothing is compared
        method: match u8_at(frame, 10) {
            0 => "GB/T 5009.199-2003".into(),
            1 => "NY/T 448-2001".into(),
            other => format!("{other:02X}"),
        },
        // The order of its two bytes is inferred, so that the number is told but identifies nothing.
        unit: "%".into(),
        word: if verdict == 0 { String::new() } else { format!("{verdict:02X}") },
        said: match verdict {
            1 => Some(Said::Positive),
            2 => Some(Said::Negative),
            _ => None,
        },
        ..Sent::default()
    };
    if verdict > 2 {
        sent.doubts.insert(Doubt::UnknownWord);
    }
    sent.rest.insert("test_no".into(), u16_le(frame, 17).to_string());
    sent.rest.insert("absorbance_raw".into(), u16_le(frame, 19).to_string());
    sent.rest.insert("byte24".into(), hex(part(frame, 24, 1)));
    put_time(&mut sent, part(frame, 11, 6), binary_time(part(frame, 11, 6)));
    match u16_le(frame, 21) {
        0x7ffe => {
            sent.doubts.insert(Doubt::NotAvailable);
        }
        raw => put_signed(&mut sent, raw, 1),
    }
    sent
}
