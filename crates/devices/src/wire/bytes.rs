//! What the protocols have in common: checks, numbers, names, times out of bytes.

use std::collections::BTreeSet;

use shiyan_rapid_test::{Doubt, SentTime};

/// CRC-8, polynomial 31, start 0, high bit first, nothing reflected (2.0).
#[must_use]
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc: u8, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x31 }))
}
/// CRC-16/Modbus, polynomial A001 reflected, start FFFF (4.1).
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| (0..8).fold(crc ^ u16::from(*byte), |crc: u16, _| if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ 0xa001 }))
}
/// Exclusive or of all bytes.
#[must_use]
pub fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |a, b| a ^ b)
}
/// Sum of all bytes, low byte.
#[must_use]
pub fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |a: u8, b| a.wrapping_add(*b))
}
/// One byte, 0 where there is none.
#[must_use]
pub fn u8_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}
/// Two bytes, low first.
#[must_use]
pub fn u16_le(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([u8_at(bytes, at), u8_at(bytes, at + 1)])
}
/// Two bytes, high first.
#[must_use]
pub fn u16_be(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([u8_at(bytes, at), u8_at(bytes, at + 1)])
}
/// Four bytes, low first.
#[must_use]
pub fn u32_le(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_le(bytes, at)) | u32::from(u16_le(bytes, at + 2)) << 16
}
/// Four bytes, high first.
#[must_use]
pub fn u32_be(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_be(bytes, at)) << 16 | u32::from(u16_be(bytes, at + 2))
}
/// A part of the bytes; empty where it is not there.
#[must_use]
pub fn part(bytes: &[u8], from: usize, length: usize) -> &[u8] {
    bytes.get(from..from + length).unwrap_or_default()
}
/// Hexadecimal digits, for what is kept as it came.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

/// A whole number of steps as a decimal text: 1234 with 2 places is `12.34`. Exact, with all its places.
#[must_use]
pub fn scaled(raw: i64, places: usize) -> String {
    let digits = format!("{:0>width$}", raw.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if raw < 0 { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The shortest decimal of a float32, shifted left by places of ten: 0.509 × 100 is `50.9`. Nothing where it is not finite.
#[must_use]
pub fn float32(bits: u32, shift: usize) -> Option<String> {
    let value = f32::from_bits(bits);
    if !value.is_finite() || value.abs() >= 1e6 {
        return None;
    }
    let text = format!("{value}");
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |t| ("-", t));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<shift$}");
    let (up, down) = fraction.split_at(shift);
    let whole = format!("{whole}{up}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let zero = whole == "0" && down.bytes().all(|b| b == b'0');
    let sign = if zero { "" } else { sign };
    Some(if down.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{down}") })
}

/// A two-digit binary coded decimal.
#[must_use]
pub fn bcd(byte: u8) -> Option<u32> {
    (byte >> 4 < 10 && byte & 15 < 10).then(|| u32::from(byte >> 4) * 10 + u32::from(byte & 15))
}

/// Year since 2000, month, day, hour, minute, second as binary bytes.
#[must_use]
pub fn binary_time(bytes: &[u8]) -> Option<SentTime> {
    let n = |at: usize| bytes.get(at).map(|b| u32::from(*b));
    SentTime::second(2000 + i32::from(*bytes.first()?), n(1)?, n(2)?, n(3)?, n(4)?, n(5)?)
}
/// The same in binary coded decimals.
#[must_use]
pub fn bcd_time(bytes: &[u8]) -> Option<SentTime> {
    let n = |at: usize| bytes.get(at).and_then(|b| bcd(*b));
    SentTime::second(2000 + i32::try_from(n(0)?).ok()?, n(1)?, n(2)?, n(3)?, n(4)?, n(5)?)
}
/// A date of three binary bytes.
#[must_use]
pub fn binary_date(bytes: &[u8]) -> Option<SentTime> {
    let n = |at: usize| bytes.get(at).map(|b| u32::from(*b));
    chrono::NaiveDate::from_ymd_opt(2000 + i32::from(*bytes.first()?), n(1)?, n(2)?).map(SentTime::Day)
}
/// A date of three binary coded bytes.
#[must_use]
pub fn bcd_date(bytes: &[u8]) -> Option<SentTime> {
    let n = |at: usize| bytes.get(at).and_then(|b| bcd(*b));
    chrono::NaiveDate::from_ymd_opt(2000 + i32::try_from(n(0)?).ok()?, n(1)?, n(2)?).map(SentTime::Day)
}

/// A name in GBK, filled up with NUL: whole characters are kept, half of one is flagged.
#[must_use]
pub fn gbk(bytes: &[u8]) -> (String, BTreeSet<Doubt>) {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let body = bytes.get(..end).unwrap_or_default();
    let mut doubts = BTreeSet::new();
    let mut name = String::new();
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        let length = if *byte < 0x80 { 1 } else { 2 };
        let Some(text) = body.get(at..at + length).and_then(|c| encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(c)) else {
            doubts.insert(Doubt::NameHalfChar);
            break;
        };
        name.push_str(&text);
        at += length;
    }
    (name, doubts)
}
/// ASCII text filled up with NUL or spaces; other bytes are shown as they are not.
#[must_use]
pub fn ascii(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_have_their_published_check_values() {
        assert_eq!(crc8(b"123456789"), 0xa2);
        assert_eq!(crc16(b"123456789"), 0x4b37);
        assert_eq!(crc8(&[0x10, 3, 0, 0x12, 3, 1]), 0xf5);
        assert_eq!(crc16(&[1, 0x65, 0, 0, 0, 1]), 0x028c);
    }
    #[test]
    fn numbers_keep_every_place_and_their_sign() {
        assert_eq!([scaled(1234, 2), scaled(-50, 2), scaled(0, 2), scaled(7, 3), scaled(-3, 0)], ["12.34", "-0.50", "0.00", "0.007", "-3"]);
        let f = |v: f32, s| float32(v.to_bits(), s).unwrap();
        assert_eq!([f(0.509, 2), f(0.125, 2), f(12.25, 0), f(20.0, 0), f(-0.5, 0), f(-0.0, 0), f(0.0, 2)], ["50.9", "12.5", "12.25", "20", "-0.5", "0", "0"]);
        assert_eq!(float32(f32::NAN.to_bits(), 0), None);
        assert_eq!(float32(f32::INFINITY.to_bits(), 0), None);
        assert_eq!(float32(1e6f32.to_bits(), 0), None);
    }
}
