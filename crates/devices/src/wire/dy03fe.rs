//! DY multi-item analysers, TL-300 and DY-7200: the family 03 FF / 03 FE (rapid-devices 3). RS232 9600 or 115200 8N1. The item list is read at the start of
//! each session, because a record names its item by the place in it.

use std::collections::BTreeMap;

use shiyan_rapid_test::{Doubt, Named, Said, Sent, SentTime, screen};

use super::bytes::{gbk, hex, part, scaled, u8_at, u16_le, u32_le, xor};
use super::lz4000::{put_signed, put_time};
use super::{Control, Direction, Event, Fault, Frames, Protocol, Step};

/// 项目表的一项 as the device lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// 名称
    pub name: String,
    /// 单位
    pub unit: String,
    /// 0 is inhibition in per cent, all others a value.
    pub method: u8,
}

/// DY 多项目分析仪.
#[derive(Debug, Default)]
pub struct Dy03fe {
    /// Answers of command 45 are lines of text (DY-7200).
    text: bool,
    wet: BTreeMap<usize, Item>,
    cards: BTreeMap<(u8, usize), Item>,
    frames: Frames,
}

/// Longest data that is waited for.
const MOST_DATA: usize = 4_096;

impl Dy03fe {
    /// DY-7200 荧光定量: its records are lines of text.
    #[must_use]
    pub fn dy7200() -> Self {
        Self { text: true, ..Self::default() }
    }
    /// With an item list that this session has read already.
    #[must_use]
    pub fn with_items(items: Vec<Item>) -> Self {
        Self { wet: items.into_iter().enumerate().collect(), ..Self::default() }
    }
}

impl Protocol for Dy03fe {
    fn most(&self) -> usize {
        24 + MOST_DATA
    }
    fn start(&self) -> Option<u8> {
        Some(3)
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        if bytes.first() != Some(&3) {
            return Step::Skip(bytes.iter().position(|b| *b == 3).unwrap_or(bytes.len()));
        }
        match bytes.get(1) {
            None => return Step::More,
            Some(0xfe | 0xff) => {}
            Some(_) => return Step::Skip(1),
        }
        if bytes.len() < 12 {
            return Step::More;
        }
        if xor(part(bytes, 0, 10)) != u8_at(bytes, 10) {
            return Step::bad(12, Fault::HeaderXor);
        }
        let n = usize::from(u16_le(bytes, 8));
        if n > MOST_DATA || u8_at(bytes, 3) != 0 {
            return Step::Skip(1);
        }
        if bytes.len() < 12 + n {
            return Step::More;
        }
        let data = part(bytes, 12, n);
        if xor(data) != u8_at(bytes, 11) {
            return Step::bad(12 + n, Fault::DataXor);
        }
        match swallows(bytes, 12 + n, quiet) {
            None => return Step::More,
            Some(true) => return Step::bad(12 + n, Fault::DataXor),
            Some(false) => {}
        }
        let (command, parameter) = (u8_at(bytes, 2), u32_le(bytes, 4));
        let events = if u8_at(bytes, 1) == 0xff { vec![Event::Control(host(command, parameter, data))] } else { self.device(command, parameter, data) };
        let measured = events.iter().any(|e| matches!(e, Event::Record(_)));
        Step::Take(12 + n, if measured { self.frames.once(part(bytes, 0, 12 + n), events) } else { events })
    }
}

fn host(command: u8, parameter: u32, data: &[u8]) -> Control {
    let control = |message| Control::new(Some(Direction::Host), message);
    let day = |at: usize| packed(u32_le(data, at) & 0xffff_0000).map_or_else(|| hex(part(data, at, 4)), |t| t.day().to_string());
    match command {
        0x20 => control("identify"),
        0x42 | 0x62 | 0x72 => control("items").with("page", (parameter >> 8) & 0xff),
        0x43 | 0x63 | 0x73 => control("range").with("from", day(0)).with("to", day(4)),
        0x45 | 0x65 | 0x75 => control("record").with("n", parameter),
        _ => control("other").with("command", format!("{command:02X}")),
    }
}

/// Whether the head of another frame begins inside this one: then this one was cut short, whatever its XOR says, and what stands behind is not swallowed with
/// it. None while the bytes that would tell have not come. (That only the last byte is shared is settled by [`Protocol::start`].)
fn swallows(bytes: &[u8], length: usize, quiet: bool) -> Option<bool> {
    let begins = |w: &[u8]| match w {
        [3, 0xfe | 0xff, _, zero, ..] => *zero == 0,
        [3, 0xfe | 0xff, ..] => true,
        _ => false,
    };
    for at in 1..length.saturating_sub(1) {
        if !begins(bytes.get(at..).unwrap_or_default()) {
            continue;
        }
        match bytes.get(at..at + 12) {
            Some(head) if xor(part(head, 0, 10)) == u8_at(head, 10) => return Some(true),
            Some(_) => {}
            None if quiet => {}
            None => return None,
        }
    }
    Some(false)
}

impl Dy03fe {
    fn device(&mut self, command: u8, parameter: u32, data: &[u8]) -> Vec<Event> {
        let control = |message| Control::new(Some(Direction::Device), message);
        match command {
            0x42 | 0x62 | 0x72 if data.is_empty() => vec![Event::Control(control("items_end"))],
            0x42 | 0x62 | 0x72 => {
                let first = usize::try_from((parameter >> 8) & 0xff).unwrap_or(0) * 2;
                let mut listed = control("items");
                let mut texts = Vec::new();
                for (at, entry) in data.chunks_exact(128).enumerate() {
                    let item = Item { name: gbk(part(entry, 0, 16)).0, unit: gbk(part(entry, 16, 8)).0, method: u8_at(entry, 24) };
                    texts.push(format!("{}={}/{}/{}", first + at, item.name, item.unit, item.method));
                    if command == 0x42 {
                        self.wet.insert(first + at, item);
                    } else {
                        // 62 lists what 65 records, 72 what 75 records
                        self.cards.insert((command + 3, first + at), item);
                    }
                }
                listed = listed.with("items", texts.join("|"));
                vec![Event::Control(listed)]
            }
            0x43 | 0x63 | 0x73 => vec![Event::Control(control("range").with("first", u16_le(data, 8)).with("end", u16_le(data, 10)))],
            0x45 if self.text => match lines(data) {
                Some(sent) => vec![Event::record(sent)],
                None => vec![Event::Raw(Doubt::LayoutInferred, data.to_vec())],
            },
            0x45 | 0x65 | 0x75 if u8_at(data, 0) == 0 => vec![Event::Control(control("empty_record"))],
            0x45 => self.channels(parameter, data),
            0x65 | 0x75 => match self.card(command, data) {
                Some(sent) => vec![Event::record(sent)],
                None => vec![Event::Bad(Fault::Layout, data.to_vec())],
            },
            _ => vec![Event::Control(control("other").with("command", format!("{command:02X}")))],
        }
    }
    fn channels(&self, parameter: u32, data: &[u8]) -> Vec<Event> {
        let index = usize::from(u8_at(data, 1));
        // without the list nobody knows whether two or four bytes are the value
        let Some(item) = self.wet.get(&index) else { return vec![Event::Raw(Doubt::LayoutInferred, data.to_vec())] };
        let mut events = Vec::new();
        for entry in data.get(8..).unwrap_or_default().chunks_exact(8) {
            let (channel, flags) = (u8_at(entry, 0), u8_at(entry, 1));
            if channel == 0 || flags & 0x80 == 0 {
                continue;
            }
            let mut sent = Sent {
                record_no: format!("{parameter}-{channel}"),
                channel: channel.to_string(),
                item: Named { code: index.to_string(), name: item.name.clone() },
                unit: item.unit.clone(),
                ..Sent::default()
            };
            put_time(&mut sent, part(data, 4, 4), packed(u32_le(data, 4)));
            sent.rest.insert("flags".into(), format!("{flags:02X}"));
            if flags & 0x40 != 0 {
                sent.said = Some(Said::Suspect);
            }
            let sentinel = if item.method == 0 {
                match u16_le(entry, 4) {
                    0x7fff => Some("invalid"),
                    0x7ffe => Some("na"),
                    raw => {
                        put_signed(&mut sent, raw, 1);
                        None
                    }
                }
            } else {
                put_magnitude(&mut sent, u32_le(entry, 4))
            };
            if let Some(sentinel) = sentinel {
                sent.rest.insert("sentinel".into(), sentinel.into());
                sent.said = Some(Said::Invalid);
            }
            events.push(Event::record(sent));
        }
        events
    }
    fn card(&self, command: u8, data: &[u8]) -> Option<Sent> {
        if data.len() < 9 {
            return None;
        }
        let (index, result) = (usize::from(u8_at(data, 1)), u8_at(data, 8));
        let item = self.cards.get(&(command, index));
        let mut sent = Sent {
            record_no: u16_le(data, 6).to_string(),
            item: Named { code: index.to_string(), name: item.map_or_else(String::new, |i| i.name.clone()) },
            unit: item.map_or_else(String::new, |i| i.unit.clone()),
            word: (result & 3).to_string(),
            said: match result & 3 {
                1 => Some(Said::Positive),
                2 => Some(Said::Negative),
                3 => Some(Said::Invalid),
                _ => None,
            },
            ..Sent::default()
        };
        if sent.said.is_none() {
            sent.doubts.insert(Doubt::UnknownWord);
        }
        put_time(&mut sent, part(data, 2, 4), packed(u32_le(data, 2)));
        if result >> 6 >= 2 && data.len() >= 13 && put_magnitude(&mut sent, u32_le(data, 9)).is_some() {
            sent.said = Some(Said::Invalid);
        }
        Some(sent)
    }
}

/// Sign and magnitude in thousandths; or which mark stands in place of a value.
fn put_magnitude(sent: &mut Sent, raw: u32) -> Option<&'static str> {
    match raw {
        0x7fff_ffff | 0x7fff_fffe | 0x0000_7fff | 0x000f_422c => Some("invalid"),
        0x7fff_fffd | 0x0000_7ffe => Some("na"),
        raw => {
            let magnitude = i64::from(raw & 0x7fff_ffff);
            sent.value = scaled(if raw >> 31 == 1 { -magnitude } else { magnitude }, 3);
            None
        }
    }
}

/// The packed time of 3.3; its steps are two seconds.
fn packed(raw: u32) -> Option<SentTime> {
    let year = i32::try_from(raw >> 25).ok()? + 2000;
    SentTime::second(year, (raw >> 21) & 15, (raw >> 16) & 31, (raw >> 11) & 31, (raw >> 5) & 63, (raw & 31) * 2)
}

/// Lines of a DY-7200: `label：value`, read by their label.
fn lines(data: &[u8]) -> Option<Sent> {
    let text = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(data.get(3..)?)?;
    let mut sent = Sent::default();
    let mut read = false;
    for line in text.split('\r').map(|l| l.trim_matches(['\n', '\0', ' '])).filter(|l| !l.is_empty()) {
        let (label, value) = line.split_once('：')?;
        let value = value.trim();
        match label.trim() {
            "样品类型" => sent.food.name = value.into(),
            "样品编号" => sent.sample_no = value.into(),
            "检测项目" => sent.item.name = value.into(),
            "检测标准" => sent.method = value.into(),
            "检测单位" => sent.site.name = value.into(),
            "批号" => {
                sent.rest.insert("batch".into(), value.into());
            }
            "检测时间" => {
                sent.tested_text = value.into();
                sent.tested = SentTime::read(value);
                if sent.tested.is_none() {
                    sent.doubts.insert(Doubt::BadTime);
                }
            }
            "检测结果" => {
                read = true;
                let parts: Vec<&str> = value.split_whitespace().collect();
                // fewer parts than three say nothing of the others: those of the record before are not taken over
                let (value, unit, word) = match parts.as_slice() {
                    [value, unit, word] => (*value, *unit, *word),
                    [value, word] => (*value, "", *word),
                    [word] => ("", "", *word),
                    _ => return None,
                };
                (sent.value, sent.unit, sent.word) = (value.into(), unit.into(), word.into());
                sent.said = screen::word(word);
                if sent.said.is_none() {
                    sent.doubts.insert(Doubt::UnknownWord);
                }
            }
            other => {
                sent.rest.insert(other.into(), value.into());
            }
        }
    }
    read.then_some(sent)
}
