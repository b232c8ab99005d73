//! LZ-4000(T), LZ-3000, LZ-6000: pesticide inhibition (rapid-devices 2.0, 2.1). RS232 115200 8N1; the host asks day by day.

use shiyan_rapid_test::{Doubt, Named, Sent};

use super::bytes::{binary_date, binary_time, crc8, gbk, hex, part, scaled, u8_at, u16_le};
use super::{Control, Direction, Event, Fault, Frames, Protocol, Step};

/// The frame `7E command length(2) data check tail`. Its length, where the command is in the table with that length; else what to do. Neither 7E nor AA is
/// escaped inside data, so the length frames it and never the tail.
pub(super) fn frame_7e(bytes: &[u8], commands: &[(u8, u16)], tail: u8, check: fn(&[u8]) -> u8, quiet: bool) -> Result<usize, Step> {
    if bytes.first() != Some(&0x7e) {
        return Err(Step::Skip(bytes.iter().position(|b| *b == 0x7e).unwrap_or(bytes.len())));
    }
    let Some(command) = bytes.get(1) else { return Err(Step::More) };
    if !commands.iter().any(|(known, _)| known == command) {
        return Err(Step::Skip(1));
    }
    let Some(low) = bytes.get(2) else { return Err(Step::More) };
    if !commands.iter().any(|(known, n)| known == command && n.to_le_bytes()[0] == *low) {
        return Err(Step::Skip(1));
    }
    if bytes.len() < 4 {
        return Err(Step::More);
    }
    let data = usize::from(u16_le(bytes, 2));
    if !commands.iter().any(|(known, n)| known == command && usize::from(*n) == data) {
        return Err(Step::Skip(1));
    }
    let length = data + 6;
    if bytes.len() < length {
        return Err(Step::More);
    }
    let whole = |bytes: &[u8], data: usize| u8_at(bytes, data + 4) == check(part(bytes, 1, data + 3)) && u8_at(bytes, data + 5) == tail;
    if !whole(bytes, data) {
        return Err(Step::bad(length, Fault::Crc));
    }
    // One in 256 frames that were cut short passes with the beginning of the next: where a good frame begins inside, this one is none.
    for at in 1..length.saturating_sub(3) {
        let Some([0x7e, command, low, high, ..]) = bytes.get(at..) else { continue };
        // what follows a frame is another of its kind
        if (*command, usize::from(u16::from_le_bytes([*low, *high]))) == (u8_at(bytes, 1), data) {
            match bytes.get(at..at + length) {
                Some(frame) if whole(frame, data) => return Err(Step::bad(length, Fault::Crc)),
                Some(_) => {}
                None if quiet => {}
                None => return Err(Step::More),
            }
        }
    }
    Ok(length)
}

/// Puts a time that was read, or the doubt that it is none; the bytes stay as they came.
pub(super) fn put_time(sent: &mut Sent, bytes: &[u8], read: Option<shiyan_rapid_test::SentTime>) {
    sent.tested_text = hex(bytes);
    sent.tested = read;
    if read.is_none() {
        sent.doubts.insert(Doubt::BadTime);
    }
}

/// Puts two bytes as a signed number of steps. No client reads the sign, so a negative one waits for a person.
pub(super) fn put_signed(sent: &mut Sent, raw: u16, places: usize) {
    let value = i16::from_le_bytes(raw.to_le_bytes());
    if value < 0 {
        sent.doubts.insert(Doubt::SignInferred);
    }
    sent.value = scaled(i64::from(value), places);
}

/// Asks how many records a day has (command 12), or for the day (command 10).
fn ask_day(command: u8, day: chrono::NaiveDate) -> Option<Vec<u8>> {
    use chrono::Datelike;
    let year = u8::try_from(day.year() - 2000).ok()?;
    let mut frame = vec![0x7e, command, 3, 0, year, u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?];
    frame.push(crc8(frame.get(1..)?));
    frame.push(0xaa);
    Some(frame)
}
/// 问某日记录数
#[must_use]
pub fn ask_count(day: chrono::NaiveDate) -> Option<Vec<u8>> {
    ask_day(0x12, day)
}
/// 读某日
#[must_use]
pub fn ask_records(day: chrono::NaiveDate) -> Option<Vec<u8>> {
    ask_day(0x10, day)
}

/// 农药残留速测仪 LZ-4000.
#[derive(Debug, Default)]
pub struct Lz4000(Frames);

/// Command and length of data: host 00 link, 12 count, 10 read; device 01 link, 13 count, 11 record.
const COMMANDS: &[(u8, u16)] = &[(0x00, 2), (0x12, 3), (0x10, 3), (0x01, 3), (0x13, 5), (0x11, 20)];

impl Protocol for Lz4000 {
    fn most(&self) -> usize {
        2 * 26
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        let length = match frame_7e(bytes, COMMANDS, 0xaa, crc8, quiet) {
            Ok(length) => length,
            Err(step) => return step,
        };
        let frame = part(bytes, 0, length);
        let day = || binary_date(part(frame, 4, 3)).map_or_else(|| hex(part(frame, 4, 3)), |d| d.to_string());
        match u8_at(frame, 1) {
            0x00 => Step::control(length, Control::new(Some(Direction::Host), "link_test")),
            0x01 => Step::control(length, Control::new(Some(Direction::Device), "link_ok")),
            0x12 => Step::control(length, Control::new(Some(Direction::Host), "count_day").with("date", day())),
            0x10 => Step::control(length, Control::new(Some(Direction::Host), "read_day").with("date", day())),
            0x13 => Step::control(length, Control::new(Some(Direction::Device), "count").with("date", day()).with("count", u16_le(frame, 7))),
            _ => Step::Take(length, self.0.once(frame, vec![Event::record(record(frame))])),
        }
    }
}

fn record(frame: &[u8]) -> Sent {
    let field = part(frame, 10, 6);
    let (name, doubts) = gbk(field);
    let mut sent = Sent {
        place: Some((u32::from(u16_le(frame, 6)), u32::from(u16_le(frame, 4)))),
        record_no: u16_le(frame, 8).to_string(),
        food: Named { name, ..Named::default() },
        unit: "%".into(),
        doubts,
        ..Sent::default()
    };
    if !field.contains(&0) {
        sent.doubts.insert(Doubt::NameMaybeCut);
    }
    put_time(&mut sent, part(frame, 16, 6), binary_time(part(frame, 16, 6)));
    put_signed(&mut sent, u16_le(frame, 22), 2);
    sent
}
