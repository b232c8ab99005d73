//! DY-723PC, DY-8200: photometer beside a PC (rapid-devices 4.7). RS232 9600 8N1. GBK text `R,…` record after record, closed by `FINISH`. The rule of the check
//! field is not known, so that every record says so.

use std::collections::BTreeSet;

use shiyan_rapid_test::{Doubt, Named, Sent, SentTime, screen};

use super::{Control, Direction, Event, Fault, Occurrences, Protocol, Step};

/// 色素分析仪 DY-723PC.
#[derive(Debug, Default)]
pub struct Dy723Pc {
    seen: Occurrences,
    /// How far the end was looked for.
    looked: usize,
}

const MOST: usize = 256 << 10;
const END: &[u8] = b"FINISH";

/// Where the end mark stands, at the border of a character: the second byte of a GBK character may be a letter.
fn end(bytes: &[u8], looked: &mut usize) -> Option<usize> {
    while let Some(rest) = bytes.get(*looked..).filter(|rest| rest.len() >= END.len()) {
        if rest.starts_with(END) {
            return Some(std::mem::take(looked));
        }
        *looked += if rest.first().is_some_and(|b| *b < 0x80) { 1 } else { 2 };
    }
    None
}

impl Protocol for Dy723Pc {
    fn most(&self) -> usize {
        MOST
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        if quiet || !bytes.starts_with(b"R,") {
            self.looked = 0;
        }
        match bytes {
            [b'D', ..] => {
                // Dyyyy-MM-ddDyyyy-MM-dd
                let shape = |b: &u8, at: usize| match at {
                    0 | 11 => *b == b'D',
                    5 | 8 | 16 | 19 => *b == b'-',
                    _ => b.is_ascii_digit(),
                };
                return match bytes.iter().take(22).enumerate().all(|(at, b)| shape(b, at)) {
                    true if bytes.len() < 22 => Step::More,
                    true => Step::control(22, Control::new(Some(Direction::Host), "range")),
                    false => Step::Skip(1),
                };
            }
            [b'R'] => return Step::More,
            [b'R', b',', ..] => {}
            _ if bytes.starts_with(END) => return Step::control(END.len(), Control::new(None, "no_record")),
            _ if END.starts_with(bytes) => return Step::More,
            _ => return Step::Skip(1),
        }
        let Some(length) = end(bytes, &mut self.looked) else { return Step::More };
        let body = bytes.get(..length).unwrap_or_default();
        let Some(text) = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(body) else {
            return Step::bad(length, Fault::Layout);
        };
        let mut events = Vec::new();
        for piece in pieces(&text) {
            match record(piece) {
                Some(sent) => events.push(Event::record(self.seen.count(sent))),
                None => events.push(Event::Bad(Fault::Layout, piece.as_bytes().to_vec())),
            }
        }
        Step::Take(length + END.len(), events)
    }
}

/// A record ends before `R,` only when it has all its fields: an item name may hold an R.
fn pieces(text: &str) -> Vec<&str> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, _) in text.match_indices("R,") {
        if at > from && text.get(from..at).is_some_and(|piece| piece.matches(',').count() == 9) {
            found.extend(text.get(from..at));
            from = at;
        }
    }
    found.extend(text.get(from..));
    found
}

fn record(piece: &str) -> Option<Sent> {
    let fields: Vec<&str> = piece.split(',').map(str::trim).collect();
    let [_, sample_no, well, item, abs, value, unit, verdict, time, check] = fields.as_slice() else { return None };
    let mut sent = Sent {
        sample_no: (*sample_no).into(),
        channel: (*well).into(),
        item: Named { name: (*item).into(), ..Named::default() },
        value: (*value).into(),
        unit: (*unit).into(),
        word: (*verdict).into(),
        said: screen::word(verdict),
        tested_text: (*time).into(),
        tested: SentTime::read(time),
        doubts: BTreeSet::from([Doubt::CheckUnverified]),
        ..Sent::default()
    };
    if sent.said.is_none() && !sent.word.is_empty() {
        sent.doubts.insert(Doubt::UnknownWord);
    }
    if sent.tested.is_none() {
        sent.doubts.insert(Doubt::BadTime);
    }
    sent.rest.insert("abs".into(), (*abs).into());
    sent.rest.insert("check".into(), (*check).into());
    Some(sent)
}
