//! 泰扬 TTNJ16, TTJ, sold as TY16 and TY8 (rapid-devices 4.10). USB serial 9600 8N1. Records of 73 bytes without mark or check: only what fits everywhere is one.

use shiyan_foundation::labels;
use shiyan_rapid_test::{Doubt, Named, Sent, SentTime};

use super::bytes::{float32, hex, part, u8_at, u32_be};
use super::lz4000::put_time;
use super::{Control, Direction, Event, Fault, Occurrences, Protocol, Step};

labels! {
    /// 位图方向 which bit of the channel mask is the first slot.
    pub enum Orientation {
        BitN = "bit_n_slot_n", "最低位为第一通道", "Lowest bit is slot 0";
        MsbFirst = "msb_first", "最高位为第一通道", "Highest bit is slot 0";
    }
}

/// 多功能食品安全检测仪 TY16.
#[derive(Debug, Default)]
pub struct Ty16 {
    seen: Occurrences,
    lost: bool,
    /// Proven by a record in which only one of the two fits; then it holds for the device.
    orientation: Option<Orientation>,
}

impl Ty16 {
    /// 位图方向 as far as it is proven; to be kept with the device.
    #[must_use]
    pub fn orientation(&self) -> Option<Orientation> {
        self.orientation
    }
}

const LENGTH: usize = 73;

impl Protocol for Ty16 {
    fn most(&self) -> usize {
        LENGTH
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        // 1B could be the second 27, but no minute is above 59
        if let [0x1b, second, ..] = bytes
            && *second >= 60
        {
            let (dir, message) = match second {
                0xfe => (Direction::Device, "end"),
                0xc1 => (Direction::Device, "ready"),
                0xbf => (Direction::Host, "link_test"),
                0xb1 => (Direction::Host, "read_all"),
                0xff => (Direction::Host, "finish"),
                _ => return Step::Skip(1),
            };
            self.lost = false;
            return Step::control(2, Control::new(Some(dir), message));
        }
        if let [0x1b, model @ (0x01 | 0x02 | 0x05 | 0x21)] = bytes
            && quiet
        {
            return Step::control(2, Control::new(Some(Direction::Device), "model").with("model", format!("{model:02X}")));
        }
        if bytes.len() < LENGTH {
            return Step::More;
        }
        match self.record(part(bytes, 0, LENGTH)) {
            Some(events) => {
                self.lost = false;
                Step::Take(LENGTH, events)
            }
            None if self.lost => Step::Skip(1),
            None => {
                self.lost = true;
                Step::bad(LENGTH, Fault::Layout)
            }
        }
    }
}

impl Ty16 {
    fn record(&mut self, raw: &[u8]) -> Option<Vec<Event>> {
        let n = |at: usize| u32::from(u8_at(raw, at));
        let tested = SentTime::second(2000 + i32::from(u8_at(raw, 6)), n(4), n(3), n(2), n(1), n(0))?;
        let slots: Vec<(String, String, bool)> = part(raw, 9, 64)
            .chunks_exact(8)
            .map(|s| Some((float32(u32_be(s, 0), 0)?, float32(u32_be(s, 4), 0)?, s.iter().any(|b| *b != 0))))
            .collect::<Option<_>>()?;
        let filled = slots.iter().enumerate().fold(0u8, |mask, (at, (.., full))| if *full { mask | 1 << at } else { mask });
        let mask = u8_at(raw, 7);
        if filled == 0 && mask == 0 {
            return None;
        }
        match (mask == filled, mask == filled.reverse_bits()) {
            (false, false) => return Some(vec![Event::Raw(Doubt::MaskUndecidable, raw.to_vec())]),
            (true, false) => self.orientation = Some(Orientation::BitN),
            (false, true) => self.orientation = Some(Orientation::MsbFirst),
            (true, true) => {}
        }
        let info = hex(part(raw, 8, 1));
        let one = |(at, (abs, value, _)): (usize, (String, String, bool))| {
            let mut sent = Sent { channel: (at + 1).to_string(), item: Named { code: n(5).to_string(), ..Named::default() }, value, ..Sent::default() };
            sent.rest.insert("abs".into(), abs);
            sent.rest.insert("info".into(), info.clone());
            put_time(&mut sent, part(raw, 0, 7), Some(tested));
            Event::record(self.seen.count(sent))
        };
        Some(slots.into_iter().enumerate().filter(|(_, (.., full))| *full).map(one).collect())
    }
}
