//! 号段 numbers reserved for a device, so that a sheet has its number in a cellar without network, and no two sheets ever have the same.
//!
//! A block is a run of serial numbers under one head. Blocks of one head never overlap, a device takes the numbers of its block in their order,
//! and a number that is not used is given back as a gap with a reason, never to somebody else.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Instant, Refusal};
use uuid::Uuid;

use crate::code;

/// The digits of the serial number at the end of a sheet's number.
const SERIAL_DIGITS: usize = 5;
/// The last serial number there is.
const LAST: u32 = 99_999;
/// How many numbers are left when a device asks for the next block.
const LOW: u32 = 10;

/// 抽样终端 a phone or tablet that fills in sheets; no rapid-test device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldDeviceId(pub Uuid);

/// 号头 what stands before the serial: prefix, year, area, organisation, as the national number has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Head {
    /// 前缀, e.g. `XBJ`.
    pub prefix: String,
    /// 年份, two digits.
    pub year: String,
    /// 行政区划代码, six digits.
    pub area: String,
    /// 机构码, four digits.
    pub organisation: String,
}

impl Head {
    /// The number with this serial.
    #[must_use]
    pub fn number(&self, serial: u32) -> String {
        format!("{}{}{}{}{serial:0SERIAL_DIGITS$}", self.prefix, self.year, self.area, self.organisation)
    }
    /// The serial of a number of this head.
    #[must_use]
    pub fn serial(&self, number: &str) -> Option<u32> {
        let head = format!("{}{}{}{}", self.prefix, self.year, self.area, self.organisation);
        let digits = number.strip_prefix(&head).filter(|d| d.len() == SERIAL_DIGITS && d.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse().ok()
    }
}

/// 号段 of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// 设备
    pub device: FieldDeviceId,
    /// 号头
    pub head: Head,
    /// 首号
    pub first: u32,
    /// 末号
    pub last: u32,
    /// 下一个号; one past the last when it is used up.
    pub next: u32,
    /// 收回 when it was closed; what is left of it is a gap.
    pub closed: Option<Instant>,
}

/// 预留号段 the next free run of a head, behind everything that was ever reserved of it.
///
/// # Errors
/// `BLOCK-SIZE` for none or more than a head has left.
pub fn reserve(blocks: &[Block], device: FieldDeviceId, head: &Head, size: u32) -> Result<Block, Refusal> {
    let first = blocks.iter().filter(|b| b.head == *head).map(|b| b.last).max().unwrap_or(0) + 1;
    let last = first.checked_add(size).map(|end| end - 1).filter(|last| size > 0 && *last <= LAST);
    let last = last.ok_or_else(|| Refusal::new(code::BLOCK_SIZE).with("size", size).with("left", LAST + 1 - first))?;
    Ok(Block { device, head: head.clone(), first, last, next: first, closed: None })
}

impl Block {
    /// 剩余号数
    #[must_use]
    pub fn left(&self) -> u32 {
        if self.closed.is_some() { 0 } else { (self.last + 1).saturating_sub(self.next) }
    }
    /// 将用尽 whether the device should ask for the next block while it has a network.
    #[must_use]
    pub fn runs_low(&self) -> bool {
        self.left() <= LOW.min((self.last - self.first + 1) / 4)
    }
    /// 取号 the next number, and the block without it.
    ///
    /// # Errors
    /// `BLOCK-EMPTY`.
    pub fn take(&self) -> Result<(String, Block), Refusal> {
        if self.left() == 0 {
            return Err(Refusal::new(code::BLOCK_EMPTY).with("last", self.head.number(self.last)));
        }
        Ok((self.head.number(self.next), Block { next: self.next + 1, ..self.clone() }))
    }
    /// 收号 a number that comes in from the device; whether a sheet has it already is for the store to say. The block moves past it, so that a device
    /// that lost its memory does not give it twice.
    ///
    /// # Errors
    /// `BLOCK-FOREIGN`: no number of this block, or of another device.
    pub fn accept(&self, device: FieldDeviceId, number: &str) -> Result<Block, Refusal> {
        let serial = self.head.serial(number).filter(|n| self.device == device && (self.first..=self.last).contains(n));
        let serial = serial.ok_or_else(|| Refusal::new(code::BLOCK_FOREIGN).with("no", number).on("sampling_no"))?;
        Ok(Block { next: self.next.max(serial + 1), ..self.clone() })
    }
    /// 收回 the block of a device that is lost or retired.
    #[must_use]
    pub fn close(&self, now: Instant) -> Block {
        Block { closed: Some(self.closed.unwrap_or(now)), ..self.clone() }
    }
    /// 空号 numbers of the block that no sheet has though later ones were given, and all that are left once it is closed.
    #[must_use]
    pub fn gaps(&self, used: &dyn Fn(&str) -> bool) -> Vec<String> {
        let end = if self.closed.is_some() { self.last + 1 } else { self.next };
        (self.first..end).map(|n| self.head.number(n)).filter(|n| !used(n)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn head() -> Head {
        Head { prefix: "XBJ".into(), year: "26".into(), area: "410105".into(), organisation: "4639".into() }
    }
    fn device(n: u128) -> FieldDeviceId {
        FieldDeviceId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_number_of_a_block_is_a_national_one_and_leads_back_to_its_serial() {
        let (number, next) = reserve(&[], device(1), &head(), 50).unwrap().take().unwrap();
        assert_eq!((number.as_str(), next.left(), crate::check_number(&number).unwrap().1), ("XBJ26410105463900001", 49, crate::NumberKind::National));
        assert_eq!((head().serial(&number), head().serial("XBJ2641010546390001"), head().serial("XBJ25410105463900001")), (Some(1), None, None));
    }
    #[test]
    fn numbers_are_unique_however_devices_interleave_and_restart() {
        let mut seed = 32_u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(seed >> 33).unwrap() % n
        };
        let mut blocks: Vec<Block> = Vec::new();
        let mut seen = BTreeSet::new();
        for _ in 0..4_000 {
            let who = device(below(32) as u128);
            let open = blocks.iter().position(|b| b.device == who && b.left() > 0);
            let at = open.unwrap_or_else(|| {
                blocks.push(reserve(&blocks, who, &head(), 1 + u32::try_from(below(20)).unwrap()).unwrap());
                blocks.len() - 1
            });
            let (number, next) = blocks[at].take().unwrap();
            // A restart: what the device had in memory is lost, what it sent came in.
            blocks[at] = if below(10) == 0 { blocks[at].accept(who, &number).unwrap() } else { next };
            assert!(seen.insert(number.clone()), "{number} twice");
        }
        for (a, one) in blocks.iter().enumerate() {
            assert!(blocks[..a].iter().all(|other| other.last < one.first || one.last < other.first));
        }
    }
    #[test]
    fn a_block_ends_and_says_so_in_time() {
        let mut block = reserve(&[], device(1), &head(), 40).unwrap();
        for _ in 0..29 {
            block = block.take().unwrap().1;
        }
        assert!(!block.runs_low());
        block = block.take().unwrap().1;
        assert!(block.runs_low(), "ten are left");
        for _ in 0..10 {
            block = block.take().unwrap().1;
        }
        assert_eq!((block.left(), block.take().unwrap_err().code()), (0, "BLOCK-EMPTY"));
        let second = reserve(std::slice::from_ref(&block), device(2), &head(), 1).unwrap();
        assert_eq!((second.first, second.last), (41, 41));
        let other_year = Head { year: "27".into(), ..head() };
        assert_eq!(reserve(&[block], device(1), &other_year, 1).unwrap().first, 1);
        assert_eq!(reserve(&[], device(1), &head(), 0).unwrap_err().code(), "BLOCK-SIZE");
        assert_eq!(reserve(&[], device(1), &head(), 100_000).unwrap_err().code(), "BLOCK-SIZE");
        assert_eq!(reserve(&[], device(1), &head(), 99_999).unwrap().last, 99_999);
    }
    #[test]
    fn only_the_device_brings_in_the_numbers_of_its_block() {
        let block = reserve(&[], device(1), &head(), 10).unwrap();
        let after = block.accept(device(1), &head().number(4)).unwrap();
        assert_eq!((after.next, after.accept(device(1), &head().number(2)).unwrap().next), (5, 5));
        for (who, number) in [(device(2), head().number(4)), (device(1), head().number(11)), (device(1), "LS1".into())] {
            assert_eq!(block.accept(who, &number).unwrap_err().code(), "BLOCK-FOREIGN");
        }
        let used = |n: &str| n.ends_with("04");
        assert_eq!(after.gaps(&used), [1, 2, 3].map(|n| head().number(n)));
        let now = chrono::DateTime::parse_from_rfc3339("2026-03-06T09:00:00+08:00").unwrap();
        let closed = after.close(now);
        assert_eq!((closed.left(), closed.gaps(&used).len(), closed.take().unwrap_err().code()), (0, 9, "BLOCK-EMPTY"));
    }
}
