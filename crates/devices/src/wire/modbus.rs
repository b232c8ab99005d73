//! Modbus RTU, answers of functions 03 and 04 with one float32 (rapid-devices 8.2). A polled value is a level and no event: the agent shows it, and a reading is
//! made only by the operator or by a counter of the device.

use shiyan_foundation::{Decimal, labels};
use shiyan_rapid_test::{Doubt, Sent, screen};

use super::bytes::{crc16, float32, part, u8_at, u16_be, u32_be};
use super::{Control, Direction, Event, Fault, Protocol, Step};

labels! {
    /// 字序 of a float over two registers.
    pub enum WordOrder {
        HighFirst = "ABCD", "高字在前", "High word first";
        LowFirst = "CDAB", "低字在前", "Low word first";
    }
}

/// Modbus 仪表. The range of plausible values is mandatory: a wrong order of words gives tiny or huge numbers.
#[derive(Debug)]
pub struct Modbus {
    address: u8,
    order: WordOrder,
    plausible: (Decimal, Decimal),
}

impl Modbus {
    /// With what the profile declares.
    #[must_use]
    pub fn new(address: u8, order: WordOrder, plausible: (Decimal, Decimal)) -> Self {
        Self { address, order, plausible }
    }
}

fn fits(frame: &[u8]) -> bool {
    let n = frame.len();
    n > 3 && crc16(part(frame, 0, n - 2)).to_le_bytes() == [u8_at(frame, n - 2), u8_at(frame, n - 1)]
}

impl Protocol for Modbus {
    fn most(&self) -> usize {
        260
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        if bytes.first() != Some(&self.address) {
            return Step::Skip(1);
        }
        match bytes.get(1) {
            None => return Step::More,
            Some(0x03 | 0x04) => {}
            Some(0x83 | 0x84) if bytes.len() < 5 => return Step::More,
            Some(0x83 | 0x84) if fits(part(bytes, 0, 5)) => {
                return Step::control(5, Control::new(None, "exception").with("code", u8_at(bytes, 2)));
            }
            Some(_) => return Step::Skip(1),
        }
        let Some(third) = bytes.get(2) else { return Step::More };
        if bytes.len() < 8 {
            return Step::More;
        }
        // our own request on a line that echoes
        if fits(part(bytes, 0, 8)) {
            return Step::control(8, Control::new(Some(Direction::Host), "read").with("address", u16_be(bytes, 2)).with("count", u16_be(bytes, 4)));
        }
        let data = usize::from(*third);
        if data == 0 || data % 2 == 1 {
            return Step::Skip(1);
        }
        if bytes.len() < data + 5 {
            return Step::More;
        }
        let frame = part(bytes, 0, data + 5);
        if !fits(frame) {
            return Step::bad(frame.len(), Fault::Crc);
        }
        if data != 4 {
            return Step::control(frame.len(), Control::new(Some(Direction::Device), "registers"));
        }
        let raw = u32_be(frame, 3);
        let raw = if self.order == WordOrder::HighFirst { raw } else { raw.rotate_left(16) };
        let mut sent = Sent { value: float32(raw, 0).unwrap_or_default(), occurrence: 1, ..Sent::default() };
        let (low, high) = self.plausible;
        if screen::number(&sent.value).is_none_or(|v| v < low || v > high || (v.is_zero() && raw << 1 != 0)) {
            sent.doubts.insert(Doubt::OutOfRange);
        }
        Step::Take(frame.len(), vec![Event::record(sent)])
    }
}
