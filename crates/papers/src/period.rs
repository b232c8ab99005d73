//! 期间 a month, quarter, half-year or year, as it is typed and as papers say it.

use chrono::{Datelike, Months, NaiveDate};
use shiyan_foundation::Lang;

/// 期间
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Year.
    pub year: i32,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Month(u32),
    Quarter(u32),
    Half(u32),
    Year,
}

impl Period {
    /// `2026-03`, `2026-Q1`, `2026-H1` or `2026`; `None` for anything else.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let (year, rest) = typed.split_once('-').map_or((typed, None), |(year, rest)| (year, Some(rest)));
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        let year = Some(year).filter(|y| digits(y, 4)).and_then(|y| y.parse().ok()).filter(|y| (2000..=2099).contains(y))?;
        let part = match rest {
            None => Part::Year,
            Some(rest) => match (rest.get(..1)?, rest.get(1..)?) {
                ("Q" | "q", n @ ("1" | "2" | "3" | "4")) => Part::Quarter(n.parse().ok()?),
                ("H" | "h", n @ ("1" | "2")) => Part::Half(n.parse().ok()?),
                _ if digits(rest, 2) => Part::Month(rest.parse().ok().filter(|m| (1..=12).contains(m))?),
                _ => return None,
            },
        };
        Some(Self { year, part })
    }
    /// First and last day.
    #[must_use]
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let (month, count) = match self.part {
            Part::Month(m) => (m, 1),
            Part::Quarter(q) => (q * 3 - 2, 3),
            Part::Half(h) => (h * 6 - 5, 6),
            Part::Year => (1, 12),
        };
        let first = NaiveDate::from_ymd_opt(self.year, month, 1).unwrap_or_default();
        let last = first.checked_add_months(Months::new(count)).and_then(|next| next.pred_opt()).unwrap_or(first);
        (first, last)
    }
    /// A month, which is told inside the house.
    #[must_use]
    pub fn is_month(self) -> bool {
        matches!(self.part, Part::Month(_))
    }
    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(self, day: NaiveDate) -> bool {
        let (first, last) = self.days();
        first <= day && day <= last
    }
    /// Whether a day lies in the same months of the year before.
    #[must_use]
    pub fn held_before(self, day: NaiveDate) -> bool {
        day.year() + 1 == self.year && Self { year: self.year - 1, ..self }.holds(day)
    }
    /// `2026年第一季度`, `the first quarter of 2026`
    #[must_use]
    pub fn said(self, lang: Lang) -> String {
        let year = self.year;
        let (zh, en) = match self.part {
            Part::Month(m) => (format!("{year}年{m}月"), self.days().0.format("%B %Y").to_string()),
            Part::Quarter(q) => {
                let (zh, en) = [("一", "first"), ("二", "second"), ("三", "third"), ("四", "fourth")].get(q as usize - 1).copied().unwrap_or_default();
                (format!("{year}年第{zh}季度"), format!("the {en} quarter of {year}"))
            }
            Part::Half(1) => (format!("{year}年上半年"), format!("the first half of {year}")),
            Part::Half(_) => (format!("{year}年下半年"), format!("the second half of {year}")),
            Part::Year => (format!("{year}年"), format!("{year}")),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_said() {
        let read = |typed: &str| {
            let p = Period::read(typed)?;
            let (first, last) = p.days();
            Some(format!("{first} {last} {} | {}", p.said(Lang::Zh), p.said(Lang::En)))
        };
        for (typed, said) in [
            ("2026-02", "2026-02-01 2026-02-28 2026年2月 | February 2026"),
            ("2026-12", "2026-12-01 2026-12-31 2026年12月 | December 2026"),
            ("2026-q4", "2026-10-01 2026-12-31 2026年第四季度 | the fourth quarter of 2026"),
            ("2024-H1", "2024-01-01 2024-06-30 2024年上半年 | the first half of 2024"),
            ("2026", "2026-01-01 2026-12-31 2026年 | 2026"),
        ] {
            assert_eq!(read(typed).as_deref(), Some(said));
        }
        for typed in ["", "26", "2026-13", "2026-00", "2026-3", "2026-Q5", "2026-H3", "2026-", "2026-03-01", "二〇二六", "2026-三月", "1999", "+026"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
    #[test]
    fn the_parts_of_a_year_are_the_year() {
        for parts in [
            (1..=12).map(|m| format!("2026-{m:02}")).collect::<Vec<_>>(),
            (1..=4).map(|q| format!("2026-Q{q}")).collect(),
            vec!["2026-H1".into(), "2026-H2".into()],
        ] {
            let parts: Vec<Period> = parts.iter().map(|p| Period::read(p).unwrap()).collect();
            for day in Period::read("2026").unwrap().days().0.iter_days().take(365) {
                assert_eq!(parts.iter().filter(|p| p.holds(day)).count(), 1, "{day}");
                let before = day.with_year(2025).unwrap();
                assert_eq!(parts.iter().filter(|p| p.held_before(before)).count(), 1, "{before}");
            }
        }
    }
}
