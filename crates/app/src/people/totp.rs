//! 动态口令 the six digits of RFC 6238: HMAC-SHA-1, steps of 30 seconds. Pure; the clock is an argument.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use shiyan_foundation::Instant;

/// Seconds of a step.
const STEP: i64 = 30;
/// Steps before and after that are taken as well: a phone's clock is not the server's.
const SLACK: i64 = 1;
/// Bytes of a secret, as long as the hash (RFC 4226, 4).
pub const SECRET: usize = 20;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step that an instant falls into.
#[must_use]
pub fn step_of(now: Instant) -> i64 {
    now.timestamp().div_euclid(STEP)
}

/// The code of a step.
#[must_use]
pub fn code(secret: &[u8], step: i64, digits: u32) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0x0f);
    let four: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(digits))
}

/// The step whose code was typed, if it is near now and later than the last one used: a code works once.
#[must_use]
pub fn fits(secret: &[u8], typed: &str, now: Instant, last_step: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() != 6 || !typed.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = typed.parse().ok()?;
    let here = step_of(now);
    (here - SLACK..=here + SLACK).find(|step| *step > last_step && code(secret, *step, 6) == Some(typed))
}

/// Base 32 as the apps of phones read it, without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(letter(held << (5 - bits)));
    }
    out
}

fn letter(five: u32) -> char {
    char::from(ALPHABET.get((five & 31) as usize).copied().unwrap_or(b'A'))
}

/// The bytes of a base 32 text.
#[must_use]
pub fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.bytes() {
        let five = ALPHABET.iter().position(|a| *a == byte.to_ascii_uppercase())?;
        held = (held << 5) | u32::try_from(five).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: &[u8] = b"12345678901234567890";

    fn at(unix: i64) -> Instant {
        chrono::DateTime::from_timestamp(unix, 0).unwrap().with_timezone(&shiyan_foundation::shanghai())
    }
    #[test]
    fn the_vectors_of_rfc_6238() {
        for (unix, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(code(RFC, step_of(at(unix)), 8), Some(expected), "{unix}");
        }
    }
    #[test]
    fn the_vectors_of_rfc_4226() {
        let expected = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (count, expected) in expected.into_iter().enumerate() {
            assert_eq!(code(RFC, count as i64, 6), Some(expected), "{count}");
        }
    }
    #[test]
    fn a_code_fits_one_step_around_and_once() {
        let now = at(1_111_111_111);
        let here = step_of(now);
        let typed = |step: i64| format!("{:06}", code(RFC, step, 6).unwrap());
        for (step, expected) in [(here - 2, None), (here - 1, Some(here - 1)), (here, Some(here)), (here + 1, Some(here + 1)), (here + 2, None)] {
            assert_eq!(fits(RFC, &typed(step), now, 0), expected, "{}", step - here);
        }
        assert_eq!(fits(RFC, &typed(here), now, here), None, "used");
        assert_eq!(fits(RFC, &typed(here - 1), now, here), None, "earlier than the one used");
        assert_eq!(fits(RFC, "050 471", now, 0), Some(here), "as phones show it");
        for bad in ["", "05047", "0504711", "o50471", "-50471", "０５０４７１", "14050471"] {
            assert_eq!(fits(RFC, bad, now, 0), None, "{bad}");
        }
    }
    #[test]
    fn base_32_goes_there_and_back() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(unbase32(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(unbase32("M1"), None);
    }
}
