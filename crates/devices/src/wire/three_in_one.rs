//! Three-in-one instrument of Wuhan (rapid-devices 4.13). UART 115200. Its frames carry absorbances; the readings come by upload.

use super::bytes::{float32, part, sum, u8_at, u16_be, u32_le};
use super::{Control, Direction, Fault, Protocol, Step};

/// 三合一检测仪.
#[derive(Debug, Default)]
pub struct ThreeInOne;

const MOST_DATA: usize = 256;

impl Protocol for ThreeInOne {
    fn most(&self) -> usize {
        7 + MOST_DATA
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        let dir = match bytes {
            [0xa5] | [0x5a] => return Step::More,
            [0xa5, 0x5a, ..] => Direction::Host,
            [0x5a, 0xa5, ..] => Direction::Device,
            _ => return Step::Skip(bytes.iter().skip(1).position(|b| matches!(b, 0xa5 | 0x5a)).map_or(bytes.len(), |at| at + 1)),
        };
        if bytes.len() < 6 {
            return Step::More;
        }
        let n = usize::from(u16_be(bytes, 4));
        if n > MOST_DATA {
            return Step::Skip(1);
        }
        if bytes.len() < 7 + n {
            return Step::More;
        }
        if sum(part(bytes, 0, 6 + n)) != u8_at(bytes, 6 + n) {
            return Step::bad(7 + n, Fault::Checksum);
        }
        let command = u8_at(bytes, 3);
        let control = match (command, dir) {
            (0x00, _) => Control::new(Some(dir), "handshake"),
            (0x57, Direction::Device) => {
                let values: Option<Vec<String>> = part(bytes, 6, n).chunks_exact(4).map(|c| float32(u32_le(c, 0), 0)).collect();
                match values {
                    Some(values) => Control::new(Some(dir), "absorbance").with("values", values.join("|")),
                    None => return Step::bad(7 + n, Fault::Layout),
                }
            }
            _ => Control::new(Some(dir), "other").with("command", format!("{command:02X}")),
        };
        Step::control(7 + n, control)
    }
}
