//! DY-6100(S): ATP by USB HID reports of 64 bytes (rapid-devices 4.12). RLU is not comparable between makers: no verdict without limits of the site.

use shiyan_rapid_test::{Named, Sent, SentTime};

use super::bytes::{part, sum, u8_at, u16_be, u32_be};
use super::lz4000::put_time;
use super::{Control, Direction, Event, Fault, Frames, Occurrences, Protocol, Step};

/// ATP 荧光检测仪 DY-6100.
#[derive(Debug, Default)]
pub struct Dy6100 {
    frames: Frames,
    seen: Occurrences,
}

const REPORT: usize = 64;

impl Protocol for Dy6100 {
    fn most(&self) -> usize {
        REPORT
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        if bytes.first() != Some(&0xff) {
            return Step::Skip(bytes.iter().position(|b| *b == 0xff).unwrap_or(bytes.len()));
        }
        match bytes.get(1..3) {
            None => return Step::More,
            Some([8, 0x30 | 0x31]) => {}
            Some(_) => return Step::Skip(1),
        }
        if bytes.len() < 8 {
            return Step::More;
        }
        if u8_at(bytes, 7) == 0xfe && u8_at(bytes, 6) == sum(part(bytes, 1, 5)) {
            let control = Control::new(Some(Direction::Host), "page").with("page", u8_at(bytes, 5));
            return Step::control(
                8,
                match (u8_at(bytes, 2), u8_at(bytes, 3)) {
                    (0x30, _) => Control::new(Some(Direction::Host), "hello"),
                    (_, 1) => Control::new(None, "count").with("count", u16_be(bytes, 4)),
                    _ => control,
                },
            );
        }
        if u16_be(bytes, 2) != 0x3100 {
            return Step::bad(8, Fault::Checksum);
        }
        if bytes.len() < REPORT {
            return Step::More;
        }
        let report = part(bytes, 0, REPORT);
        let records: Option<Vec<Sent>> = part(report, 4, 54).chunks_exact(18).filter(|r| r.iter().any(|b| *b != 0)).map(record).collect();
        let Some(records) = records else { return Step::bad(REPORT, Fault::Layout) };
        let again = !self.frames.once(report, Vec::new()).is_empty();
        let counted = |r| Event::record(self.seen.count(r));
        Step::Take(REPORT, if again { vec![Event::Repeat] } else { records.into_iter().map(counted).collect() })
    }
}

fn record(raw: &[u8]) -> Option<Sent> {
    let n = |at: usize| u32::from(u8_at(raw, at));
    let tested = SentTime::second(2000 + i32::from(u8_at(raw, 5)), n(6), n(7), n(8), n(9), n(17))?;
    let mut sent = Sent {
        item: Named { name: "ATP".into(), ..Named::default() },
        value: (u32_be(raw, 0) & 0x00ff_ffff).to_string(),
        unit: "RLU".into(),
        ..Sent::default()
    };
    sent.rest.insert("upper".into(), u16_be(raw, 14).to_string());
    sent.rest.insert("lower".into(), n(16).to_string());
    put_time(&mut sent, &[part(raw, 5, 5), part(raw, 17, 1)].concat(), Some(tested));
    Some(sent)
}
