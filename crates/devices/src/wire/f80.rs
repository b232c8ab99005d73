//! F80 and its modules (rapid-devices 2.3): the frame of the LZ-4000 with another check or tail. The modules send raw counts, which are no readings; the
//! readings of an F80 come by upload.

use super::bytes::{crc8, hex, part, sum, u8_at};
use super::lz4000::frame_7e;
use super::{Control, Direction, Protocol, Step};

/// 校验方式 of a module; the profile names it, and a driver sticks to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// CRC-8.
    Crc8,
    /// Plain sum of command, length and data.
    Sum,
}

/// F80 模块.
#[derive(Debug)]
pub struct F80 {
    check: Check,
    tail: u8,
}

impl F80 {
    /// With the check and the tail (AA or 7E) of its profile.
    #[must_use]
    pub fn new(check: Check, tail: u8) -> Self {
        Self { check, tail }
    }
}

const COMMANDS: &[(u8, u16)] = &[(0x15, 0), (0x20, 0), (0x11, 1), (0x14, 0), (0x1b, 0)];

impl Protocol for F80 {
    fn most(&self) -> usize {
        2 * 7
    }
    fn start(&self) -> Option<u8> {
        Some(0x7e)
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        let check = match self.check {
            Check::Crc8 => crc8,
            Check::Sum => sum,
        };
        match frame_7e(bytes, COMMANDS, self.tail, check, quiet) {
            Err(step) => step,
            Ok(length) => {
                let message = match (u8_at(bytes, 1), self.check) {
                    (0x15, Check::Crc8) => "read_data",
                    (0x15, Check::Sum) => "read_photometer",
                    (0x11, _) => "card",
                    (0x14, _) => "heavy_metal",
                    (0x1b, _) => "module_number",
                    _ => "other",
                };
                let mut control = Control::new(Some(Direction::Host), message);
                if length > 6 {
                    control = control.with("data", hex(part(bytes, 4, length - 6)));
                }
                Step::control(length, control)
            }
        }
    }
}
