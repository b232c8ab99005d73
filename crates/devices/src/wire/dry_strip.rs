//! DY-6200, 6201, 6300 dry strips and DY-6400 meat moisture (rapid-devices 4.5, 4.6). RS232 9600 8N1. A transfer is a row of records of one length closed by 6A
//! and eight 99; it is walked by that length, because the terminator's bytes stand inside records too.

use shiyan_rapid_test::{Doubt, Named, Said, Sent};

use super::bytes::{bcd, bcd_date, bcd_time, part, scaled, u8_at, u16_le};
use super::lz4000::put_time;
use super::{Control, Direction, Event, Fault, Frames, Protocol, Step};

/// 干式试纸分析仪 or 肉类水分仪.
#[derive(Debug)]
pub struct DryStrip {
    moisture: bool,
    frames: Frames,
}

impl DryStrip {
    /// DY-6200, 6201, 6300.
    #[must_use]
    pub fn dy6200() -> Self {
        Self { moisture: false, frames: Frames::default() }
    }
    /// DY-6400.
    #[must_use]
    pub fn dy6400() -> Self {
        Self { moisture: true, frames: Frames::default() }
    }
    fn length(&self) -> usize {
        if self.moisture { 9 } else { 13 }
    }
    fn record(&self, raw: &[u8]) -> Result<Sent, Option<Fault>> {
        if self.moisture { moisture(raw) } else { strip(raw) }
    }
}

const END: [u8; 9] = [0x6a, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99];
/// What one transfer can hold.
const MOST: usize = 32 << 10;

impl Protocol for DryStrip {
    fn most(&self) -> usize {
        MOST
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        if bytes.first() != Some(&0x6a) {
            return Step::Skip(bytes.iter().position(|b| *b == 0x6a).unwrap_or(bytes.len()));
        }
        // a command and its echo: 6A c FF-c 69, then the terminator
        if let [_, c, other, 0x69, after @ ..] = bytes
            && *other == 0xff - *c
            && matches!(c, 0x5a | 0x5b | 0x5d)
        {
            let name = match c {
                0x5a => "link_test",
                0x5b => "read_all",
                _ => "erase",
            };
            if after.starts_with(&END) {
                return Step::control(4 + END.len(), Control::new(None, if *c == 0x5a { "link_ok" } else { "echo" }));
            }
            if END.starts_with(after) {
                return if quiet { Step::control(4, Control::new(Some(Direction::Host), name)) } else { Step::More };
            }
        }
        let whole = bytes.windows(END.len()).any(|w| w == END);
        if !whole && (quiet || bytes.len() >= MOST) {
            // without its end nothing of a transfer is known to be all
            return Step::Bad { skip: bytes.len(), frame: bytes.len(), fault: Fault::Truncated };
        }
        if !whole {
            return Step::More;
        }
        let (mut at, mut events, mut lost) = (0, Vec::new(), None::<(usize, Fault)>);
        let flush = |events: &mut Vec<Event>, lost: &mut Option<(usize, Fault)>, to: usize| {
            if let Some((from, fault)) = lost.take() {
                events.push(Event::Bad(fault, part(bytes, from, to - from).to_vec()));
            }
        };
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            if rest.starts_with(&END) {
                flush(&mut events, &mut lost, at);
                if events.is_empty() {
                    events.push(Event::Control(Control::new(None, "no_record")));
                    return Step::Take(at + END.len(), events);
                }
                // where bytes were lost, nothing of the transfer is certain until it was read again
                if events.iter().any(|e| matches!(e, Event::Bad(..))) {
                    for event in &mut events {
                        if let Event::Record(sent) = event {
                            sent.doubts.insert(Doubt::ReadOnce);
                        }
                    }
                }
                return Step::Take(at + END.len(), self.frames.once(part(bytes, 0, at + END.len()), events));
            }
            if rest.is_empty() {
                return Step::More;
            }
            // what is shorter than a record holds the end, which cannot begin inside one: its bytes are no BCD and no result
            let record = if rest.len() < self.length() { Err(None) } else { self.record(part(rest, 0, self.length())) };
            match record {
                Ok(sent) => {
                    flush(&mut events, &mut lost, at);
                    events.push(Event::record(sent));
                    at += self.length();
                }
                Err(fault) => {
                    lost = lost.or(Some((at, fault.unwrap_or(Fault::Layout))));
                    at += 1;
                }
            }
        }
    }
}

fn strip(raw: &[u8]) -> Result<Sent, Option<Fault>> {
    let (item, result) = (u8_at(raw, 5), u8_at(raw, 6));
    if u8_at(raw, 0) != 0x6a || !(1..=4).contains(&result) {
        return Err(None);
    }
    let tested = bcd_time(part(raw, 7, 6)).ok_or(Some(Fault::BcdTime))?;
    let mut sent = Sent {
        record_no: u16_le(raw, 1).to_string(),
        item: Named { code: item.to_string(), ..Named::default() },
        value: scaled(i64::from(u16_le(raw, 3)), 2),
        word: format!("{result:02}"),
        said: match result {
            1 => Some(Said::Negative),
            2 => Some(Said::Positive),
            3 => Some(Said::Suspect),
            _ => Some(Said::OutOfRange),
        },
        ..Sent::default()
    };
    put_time(&mut sent, part(raw, 7, 6), Some(tested));
    Ok(sent)
}

/// 肉种 of the moisture meters.
pub(super) fn meat(kind: u8) -> Option<&'static str> {
    [None, Some("猪肉"), Some("牛肉"), Some("羊肉"), Some("鸡肉"), Some("其它")].get(usize::from(kind)).copied().flatten()
}

fn moisture(raw: &[u8]) -> Result<Sent, Option<Fault>> {
    let kind = meat(u8_at(raw, 3)).filter(|_| u8_at(raw, 0) == 0x6a).ok_or(None)?;
    let tested = bcd_date(part(raw, 4, 3)).ok_or(None)?;
    let value = bcd(u8_at(raw, 1)).zip(bcd(u8_at(raw, 2))).map(|(a, b)| a * 100 + b).ok_or(Some(Fault::BcdValue))?;
    let mut sent = Sent {
        record_no: u8_at(raw, 7).to_string(),
        food: Named { name: kind.into(), ..Named::default() },
        item: Named { name: "水分".into(), ..Named::default() },
        value: scaled(i64::from(value), 1),
        unit: "%".into(),
        ..Sent::default()
    };
    put_time(&mut sent, part(raw, 4, 3), Some(tested));
    Ok(sent)
}
