//! VIDAS and mini VIDAS, food microbiology (rapid-devices 8.1.1). Between ENQ and EOT one STX, fields `1E` key text `|`, `1D`, two lower-case digits, ETX.

use chrono::NaiveDate;
use shiyan_rapid_test::{Doubt, Named, Said, Sent, SentTime, screen};

use super::bytes::{part, sum};
use super::{Event, Fault, Occurrences, Protocol, Step};

/// 日期次序 which is a setting of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// MM/DD/YY.
    MonthFirst,
    /// DD/MM/YY.
    DayFirst,
}

/// VIDAS 免疫分析仪.
#[derive(Debug)]
pub struct Vidas {
    order: DateOrder,
    seen: Occurrences,
}

impl Vidas {
    /// With the order of dates that its profile declares.
    #[must_use]
    pub fn new(order: DateOrder) -> Self {
        Self { order, seen: Occurrences::default() }
    }
    fn record(&mut self, payload: &[u8]) -> Option<Sent> {
        let text = std::str::from_utf8(payload).ok()?;
        let mut sent = Sent::default();
        let (mut time, mut date) = ("", "");
        for field in text.split('\u{1e}').filter(|f| !f.is_empty()) {
            let (key, value) = field.trim_end_matches('\u{1d}').split_at_checked(2)?;
            let value = value.trim_end_matches('|');
            match key {
                "ci" => sent.sample_no = value.into(),
                "rt" => sent.item.name = value.into(),
                "ql" => sent.word = value.into(),
                "qn" => sent.value = value.replace(',', "."),
                "y3" => sent.unit = value.into(),
                "id" | "sn" => {
                    sent.device.serial = value.into();
                }
                "tt" => time = value,
                "td" => date = value,
                _ => {
                    sent.rest.insert(key.into(), value.into());
                }
            }
        }
        if sent.item == Named::default() {
            return None;
        }
        sent.said = match sent.word.to_lowercase().as_str() {
            "negative" | "négatif" | "negatif" => Some(Said::Negative),
            "positive" | "positif" => Some(Said::Positive),
            other => screen::word(other),
        };
        if sent.said.is_none() && !sent.word.is_empty() {
            sent.doubts.insert(Doubt::UnknownWord);
        }
        if sent.rest.get("nc").is_some_and(|status| status != "valid") {
            sent.said = Some(Said::Invalid);
        }
        sent.tested_text = format!("{date} {time}");
        sent.tested = self.time(date, time);
        if sent.tested.is_none() {
            sent.doubts.insert(Doubt::BadTime);
        }
        Some(self.seen.count(sent))
    }
    fn time(&self, date: &str, time: &str) -> Option<SentTime> {
        let mut parts = date.split('/').map(|p| p.parse::<u32>().ok());
        let (one, two, year) = (parts.next()??, parts.next()??, parts.next()??);
        let (month, day) = if self.order == DateOrder::MonthFirst { (one, two) } else { (two, one) };
        let day = NaiveDate::from_ymd_opt(2000 + i32::try_from(year).ok()?, month, day)?;
        let Some((hour, minute)) = time.split_once(':') else { return Some(SentTime::Day(day)) };
        Some(SentTime::Minute(day.and_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?))
    }
}

const MOST: usize = 4_096;

impl Protocol for Vidas {
    fn most(&self) -> usize {
        MOST
    }
    fn step(&mut self, bytes: &[u8], _quiet: bool) -> Step {
        match bytes.first() {
            Some(4 | 5) => return Step::Take(1, Vec::new()),
            Some(2) => {}
            _ => return Step::Skip(1),
        }
        let Some(mark) = bytes.iter().position(|b| *b == 0x1d) else { return if bytes.len() < MOST { Step::More } else { Step::Skip(1) } };
        let length = mark + 4;
        if bytes.len() < length {
            return Step::More;
        }
        let payload = part(bytes, 1, mark);
        let digits = format!("{:02x}", sum(payload));
        if part(bytes, mark + 1, 2) != digits.as_bytes() || bytes.get(length - 1) != Some(&3) {
            return Step::bad(length, Fault::Checksum);
        }
        match self.record(payload) {
            Some(sent) => Step::Take(length, vec![Event::record(sent)]),
            None => Step::bad(length, Fault::Layout),
        }
    }
}
