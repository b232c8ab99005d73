//! 文号 and 期数.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Lang, Refusal, labels};

use crate::code;

/// 机关代字 the letters of an office before the year, as GB/T 9704 wants them: no digits, no brackets, no blanks.
///
/// # Errors
/// `DISPATCH-WORD`.
pub fn word(typed: &str) -> Result<String, Refusal> {
    let word = typed.trim();
    let fits = (2..=16).contains(&word.chars().count()) && word.chars().all(char::is_alphabetic) && !word.ends_with(['号', '第', '年']);
    if fits { Ok(word.to_owned()) } else { Err(Refusal::new(code::WORD).with("typed", typed.trim()).on("word")) }
}

/// 文号 `金市监〔2026〕3号`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentNo {
    /// 机关代字
    pub word: String,
    /// Year of the day on which it was signed.
    pub year: i32,
    /// 序号 from 1, without a gap.
    pub number: u32,
}

impl fmt::Display for DocumentNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}〔{}〕{}号", self.word, self.year, self.number)
    }
}

impl FromStr for DocumentNo {
    type Err = Refusal;
    /// Reads one as it is printed, and nothing that an office would send back (F01 of the checks of the house): other brackets, leading zeros, 第.
    ///
    /// # Errors
    /// `DISPATCH-NO`.
    fn from_str(typed: &str) -> Result<Self, Refusal> {
        let read = || {
            let (letters, rest) = typed.trim().split_once('〔')?;
            let (year, rest) = rest.split_once('〕')?;
            let number = rest.strip_suffix('号')?;
            let digits = |text: &str| !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
            let year = Some(year).filter(|y| y.len() == 4 && digits(y))?.parse().ok()?;
            Some(Self { word: word(letters).ok()?, year, number: Some(number).filter(|n| digits(n))?.parse().ok()? })
        };
        read().ok_or_else(|| Refusal::new(code::NO).with("typed", typed.trim()).on("number"))
    }
}

labels! {
    /// 期数样式 how an office writes the count of its issues.
    pub enum CountStyle {
        Chinese = "chinese", "汉字（2026年第二期）", "Chinese numerals (2026年第二期)";
        Arabic = "arabic", "数字（2026年第2期）", "Digits (2026年第2期)";
    }
}

impl CountStyle {
    /// 期数 as a title says it, without its brackets.
    #[must_use]
    pub fn said(self, year: i32, count: u32, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => format!("No. {count}, {year}"),
            (Lang::Zh, Self::Chinese) => format!("{year}年第{}期", chinese(count)),
            (Lang::Zh, Self::Arabic) => format!("{year}年第{count}期"),
        }
    }
}

/// 汉字数字 a whole number as it is read aloud, up to 9999: 二十, 一百零二, 三千零四十.
#[must_use]
pub fn chinese(number: u32) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    const UNITS: [&str; 4] = ["", "十", "百", "千"];
    if number == 0 || number > 9999 {
        return if number == 0 { "零".to_owned() } else { number.to_string() };
    }
    let (mut out, mut gap) = (String::new(), false);
    for place in (0..4u32).rev() {
        let digit = (number / 10u32.pow(place)) % 10;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        // 十二, not 一十二, at the head of a number
        if !(digit == 1 && place == 1 && out.is_empty()) {
            out.push(DIGITS[digit as usize]);
        }
        out.push_str(UNITS[place as usize]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_printed_and_read_as_the_standard_wants_it() {
        let no = DocumentNo { word: "金市监".into(), year: 2026, number: 3 };
        assert_eq!(no.to_string(), "金市监〔2026〕3号");
        assert_eq!("金市监不罚〔2024〕53号".parse::<DocumentNo>().unwrap().number, 53);
        for wrong in [
            "金市监[2026]3号",
            "金市监（2026）3号",
            "金市监〔2026〕03号",
            "金市监〔2026〕第3号",
            "金市监〔26〕3号",
            "金市监〔2026〕3",
            "〔2026〕3号",
            "金市监〔2026〕0号",
            "",
        ] {
            assert_eq!(wrong.parse::<DocumentNo>().unwrap_err().code(), "DISPATCH-NO", "{wrong}");
        }
    }
    #[test]
    fn every_number_reads_back() {
        for number in [1, 2, 9, 10, 99, 100, 4_294_967_295] {
            let no = DocumentNo { word: "鲁市监通告".into(), year: 2025, number };
            assert_eq!(no.to_string().parse::<DocumentNo>().unwrap(), no);
        }
    }
    #[test]
    fn letters_of_an_office_hold_no_year_and_no_brackets() {
        assert_eq!(word(" 金市监检结告 ").unwrap(), "金市监检结告");
        for wrong in ["", "金", "金市监2026", "金市监〔", "金 市监", "金市监第", "金市监号", "一二三四五六七八九十一二三四五六七"]
        {
            assert!(word(wrong).is_err(), "{wrong}");
        }
    }
    #[test]
    fn counts_are_said_as_offices_write_them() {
        for (count, said) in [(1, "一"), (2, "二"), (10, "十"), (12, "十二"), (20, "二十"), (26, "二十六"), (100, "一百"), (102, "一百零二"), (110, "一百一十")]
        {
            assert_eq!(chinese(count), said);
        }
        for (count, said) in [(1000, "一千"), (1002, "一千零二"), (1020, "一千零二十"), (1200, "一千二百"), (3040, "三千零四十"), (9999, "九千九百九十九")]
        {
            assert_eq!(chinese(count), said);
        }
        assert_eq!(CountStyle::Chinese.said(2022, 20, Lang::Zh), "2022年第二十期");
        assert_eq!(CountStyle::Arabic.said(2024, 26, Lang::Zh), "2024年第26期");
        assert_eq!(CountStyle::Chinese.said(2024, 26, Lang::En), "No. 26, 2024");
    }
}
