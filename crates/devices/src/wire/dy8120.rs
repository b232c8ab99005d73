//! DY-8120: additives (rapid-devices 4.8). RS232 9600 8N1. Its layout could only be inferred from a parser that cannot have worked, so that a transfer is kept as
//! it came and a person types what it says.

use shiyan_rapid_test::{Doubt, SentTime};

use super::{Control, Direction, Event, Protocol, Step};

/// 色素分析仪 DY-8120.
#[derive(Debug, Default)]
pub struct Dy8120;

const MOST: usize = 64 << 10;
const REQUEST: usize = 34;

impl Protocol for Dy8120 {
    fn most(&self) -> usize {
        MOST
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        if bytes.first() == Some(&b'S') && bytes.len() >= REQUEST && bytes.get(REQUEST - 1) == Some(&b'E') {
            let text = String::from_utf8_lossy(bytes.get(1..REQUEST - 1).unwrap_or_default()).into_owned();
            let day = |at: usize| text.get(at..at + 8).and_then(|d| SentTime::read(&format!("20{d}"))).map(|d| d.to_string());
            if let (Some(from), Some(to)) = (day(0), day(16)) {
                return Step::control(REQUEST, Control::new(Some(Direction::Host), "range").with("from", from).with("to", to));
            }
        }
        if quiet { Step::Take(bytes.len(), vec![Event::Raw(Doubt::LayoutInferred, bytes.to_vec())]) } else { Step::More }
    }
}
