//! DY-5000, 5500, 5600: microplate (rapid-devices 4.3). RS232 2400 8N1. There is no length and no check, so that a frame ends only where everything fits and
//! silence follows; 'e' stands inside data too.

use shiyan_rapid_test::{Named, Sent};

use super::bytes::{ascii, bcd_time, gbk, part, u8_at, u16_be};
use super::lz4000::put_time;
use super::{Event, Fault, Frames, Protocol, Step};

/// 酶标仪 DY-5000.
#[derive(Debug, Default)]
pub struct Dy5000(Frames);

const WELLS: usize = 96;
const TRAILER: usize = 36;

/// Whether the body of a frame can be one: whether wells and fractions fit, and whether the time does.
fn fits(body: &[u8]) -> (bool, bool) {
    let wells = body.len().saturating_sub(TRAILER);
    if wells == 0 || !wells.is_multiple_of(11) || wells / 11 > WELLS {
        return (false, false);
    }
    let n = wells / 11;
    let one = part(body, 0, 5 * n).chunks_exact(5).all(|w| usize::from(u8_at(w, 1)) < WELLS && fraction(w, 3) <= 999);
    let two = part(body, 5 * n, 6 * n).chunks_exact(6).all(|w| fraction(w, 4) <= 999);
    let mut places: Vec<u8> = part(body, 0, 5 * n).chunks_exact(5).map(|w| u8_at(w, 1)).collect();
    places.sort_unstable();
    places.dedup();
    (one && two && places.len() == n, bcd_time(part(body, wells + 10, 6)).is_some())
}

/// Two bytes of seven bits each.
fn fraction(bytes: &[u8], at: usize) -> u32 {
    u32::from(u8_at(bytes, at)) * 128 + u32::from(u8_at(bytes, at + 1))
}

impl Protocol for Dy5000 {
    fn most(&self) -> usize {
        2 + TRAILER + 11 * WELLS
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        if bytes.first() != Some(&b's') {
            return Step::Skip(bytes.iter().position(|b| *b == b's').unwrap_or(bytes.len()));
        }
        if !quiet && bytes.len() <= self.most() {
            return Step::More;
        }
        let ends = bytes.iter().enumerate().take(self.most()).filter(|(_, b)| **b == b'e').map(|(at, _)| at);
        let (mut good, mut timeless) = (None, None);
        for end in ends {
            match fits(part(bytes, 1, end.saturating_sub(1))) {
                (true, true) => good = Some(end),
                (true, false) => timeless = timeless.or(Some(end)),
                _ => {}
            }
        }
        match (good, timeless) {
            (Some(end), _) => {
                let events = plate(part(bytes, 1, end - 1));
                Step::Take(end + 1, self.0.once(part(bytes, 0, end + 1), events))
            }
            (None, Some(end)) => Step::Bad { skip: end + 1, frame: end + 1, fault: Fault::BcdTime },
            (None, None) if bytes.len() > self.most() => Step::Skip(1),
            (None, None) => Step::More,
        }
    }
}

fn plate(body: &[u8]) -> Vec<Event> {
    let n = (body.len() - TRAILER) / 11;
    let trailer = part(body, 11 * n, TRAILER);
    let (item, doubts) = gbk(part(trailer, 16, 20));
    (0..n)
        .map(|at| {
            let (one, two) = (part(body, 5 * at, 5), part(body, 5 * n + 6 * at, 6));
            let well = u8_at(one, 1);
            let mut sent = Sent {
                channel: format!("{}{}", char::from(b'A' + well % 8), well / 8 + 1),
                item: Named { name: item.clone(), ..Named::default() },
                value: format!("{}.{:03}", u16_be(two, 2), fraction(two, 4)),
                unit: ascii(part(trailer, 0, 10)),
                doubts: doubts.clone(),
                occurrence: 1,
                ..Sent::default()
            };
            sent.rest.insert("abs".into(), format!("{}.{:03}", u8_at(one, 2), fraction(one, 3)));
            put_time(&mut sent, part(trailer, 10, 6), bcd_time(part(trailer, 10, 6)));
            Event::record(sent)
        })
        .collect()
}
