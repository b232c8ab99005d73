//! DY-5800: photometer that pushes records of 82 bytes without being asked and without a check (rapid-devices 4.4). RS232 9600 8N1.

use shiyan_rapid_test::{Doubt, Named, Said, Sent, SentTime, screen};

use super::bytes::{ascii, gbk, part, u8_at};
use super::{Event, Occurrences, Protocol, Step};

/// 高通量农药残留分析仪 DY-5800.
#[derive(Debug, Default)]
pub struct Dy5800(Occurrences);

const LENGTH: usize = 82;

impl Protocol for Dy5800 {
    fn most(&self) -> usize {
        LENGTH
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        if bytes.first() != Some(&b'P') {
            return Step::Skip(bytes.iter().position(|b| *b == b'P').unwrap_or(bytes.len()));
        }
        if bytes.len() < LENGTH {
            return Step::More;
        }
        // P and X stand inside names too: only what fits everywhere is a record
        match (u8_at(bytes, LENGTH - 1) == b'X').then(|| record(part(bytes, 0, LENGTH))).flatten() {
            Some(sent) => {
                let mut sent = self.0.count(sent);
                // pushed without being asked for, so that nothing tells a second sending from a second test
                if sent.occurrence > 1 {
                    sent.doubts.insert(Doubt::ProbableRepeat);
                }
                Step::Take(LENGTH, vec![Event::record(sent)])
            }
            None => Step::Skip(1),
        }
    }
}

fn record(frame: &[u8]) -> Option<Sent> {
    let (date, time) = (ascii(part(frame, 52, 6)), ascii(part(frame, 58, 4)));
    let tested = SentTime::read(&format!("20{date}{time}"))?;
    let text = |at, length| {
        let (text, doubts) = gbk(part(frame, at, length));
        (text.trim().to_owned(), doubts)
    };
    let ((item, one), (unit, _), (food, two)) = (text(11, 20), text(31, 10), text(71, 10));
    let (value, abs) = (ascii(part(frame, 42, 5)), ascii(part(frame, 47, 5)));
    let none = value == "NaN";
    if !none && screen::number(&value).is_none() || screen::number(&abs).is_none() {
        return None;
    }
    let mut sent = Sent {
        channel: ascii(part(frame, 1, 3)),
        sample_no: ascii(part(frame, 4, 7)),
        item: Named { name: item, ..Named::default() },
        food: Named { name: food, ..Named::default() },
        unit,
        said: none.then_some(Said::Invalid),
        word: if none { value.clone() } else { String::new() },
        value: if none { String::new() } else { value },
        tested: Some(tested),
        tested_text: format!("{date}{time}"),
        doubts: one.union(&two).copied().collect(),
        ..Sent::default()
    };
    sent.rest.insert("abs".into(), abs);
    let operator = text(62, 9).0;
    if !operator.is_empty() {
        sent.rest.insert("device_operator".into(), operator);
    }
    Some(sent)
}
