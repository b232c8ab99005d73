//! 放假通知 the yearly arrangement of holidays as people have it: the text of the notice, lines that somebody typed, or the rows of a table. It is
//! read as far as it is certain; what is not is refused by its line, so that no day is taken off or worked by guessing.

use std::collections::BTreeMap;

use chrono::{Datelike, Weekday};
use shiyan_foundation::text::fold;
use shiyan_foundation::{NaiveDate, Refusal};

use crate::calendar::HolidayKind;
use crate::codes;

/// Lines that are read, and characters of a line that a refusal repeats.
const MOST_LINES: usize = 1_000;
const SHOWN: usize = 60;
/// Days of one stretch at most, and refusals that are named.
const LONGEST: usize = 31;
const NAMED: usize = 20;

/// 读到的一行 one line or sentence and the days that were read in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeLine {
    /// Line in which it begins.
    pub row: usize,
    /// As it was written.
    pub text: String,
    /// 放假
    pub off: Vec<NaiveDate>,
    /// 上班
    pub work: Vec<NaiveDate>,
}

/// 放假安排 of one year, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayNotice {
    /// 年份
    pub year: i32,
    /// Line by line.
    pub lines: Vec<NoticeLine>,
}

impl HolidayNotice {
    /// The days off, or the make-up workdays, in order.
    pub fn days(&self, kind: HolidayKind) -> impl Iterator<Item = NaiveDate> + '_ {
        self.lines.iter().flat_map(move |l| if kind == HolidayKind::Off { &l.off } else { &l.work }).copied()
    }
}

/// Reads the arrangement of one year.
///
/// # Errors
/// `HOLIDAY-…`, each naming its line.
pub fn read_notice(text: &str) -> Result<HolidayNotice, Vec<Refusal>> {
    let mut reader = Reader { prose: text.contains('。'), year: None, row: 0, text: String::new(), lines: Vec::new(), refused: Vec::new() };
    for (row, piece) in reader.pieces(text) {
        reader.piece(row, &piece);
    }
    let year = reader.one_year();
    match (reader.refused.is_empty(), year) {
        (true, Some(year)) => Ok(HolidayNotice { year, lines: reader.lines }),
        _ => {
            reader.refused.truncate(NAMED);
            Err(reader.refused)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Year(i32),
    Date {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
    Day(u32),
    To,
    Weekday(Weekday),
    Kind(HolidayKind),
    /// 调休 by itself says neither.
    Unclear,
    Total(usize),
    Unread,
}

struct Reader {
    /// The text of a notice: sentences end with a full stop, not with the line.
    prose: bool,
    year: Option<i32>,
    row: usize,
    text: String,
    lines: Vec<NoticeLine>,
    refused: Vec<Refusal>,
}

impl Reader {
    /// Sentences of a notice or lines of a list, each with the line in which it begins.
    fn pieces(&self, text: &str) -> Vec<(usize, String)> {
        let lines = text.lines().take(MOST_LINES).map(fold).enumerate().map(|(at, line)| (at + 1, line));
        if !self.prose {
            return lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect();
        }
        let (mut out, mut from, mut sentence) = (Vec::new(), 1, String::new());
        for (row, line) in lines {
            for c in line.chars() {
                if sentence.is_empty() {
                    from = row;
                }
                sentence.push(c);
                if c == '。' {
                    out.push((from, std::mem::take(&mut sentence)));
                }
            }
        }
        out.push((from, sentence));
        out
    }
    fn refuse(&mut self, refusal: Refusal) {
        let text: String = self.text.chars().take(SHOWN).collect();
        self.refused.push(refusal.with("row", self.row).with("text", text).on("days"));
    }
    fn piece(&mut self, row: usize, text: &str) {
        (self.row, self.text) = (row, text.to_owned());
        let before = self.refused.len();
        let tokens = tokens(text);
        let found = self.read(&tokens);
        if self.refused.len() == before && !self.prose && tokens.is_empty() && !is_heading(text) {
            self.refuse(Refusal::new(codes::HOLIDAY_LINE));
        }
        if !found.off.is_empty() || !found.work.is_empty() {
            self.lines.push(found);
        }
    }
    fn read(&mut self, tokens: &[Token]) -> NoticeLine {
        let mut found = NoticeLine { row: self.row, text: self.text.clone(), off: Vec::new(), work: Vec::new() };
        let (mut waiting, mut leads, mut counted): (Vec<NaiveDate>, Option<HolidayKind>, Option<usize>) = (Vec::new(), None, None);
        let (mut last, mut to, mut dated): (Option<NaiveDate>, bool, bool) = (None, false, true);
        for token in tokens {
            match *token {
                Token::Year(year) => self.year = if self.prose { self.year.or(Some(year)) } else { Some(year) },
                Token::To => to = last.is_some(),
                Token::Date { .. } | Token::Day(_) => {
                    dated &= matches!(token, Token::Date { year: Some(_), .. });
                    if let Some(day) = self.date(*token, last, to) {
                        match last.filter(|_| to) {
                            Some(first) => self.stretch(first, day, &mut waiting),
                            None => waiting.push(day),
                        }
                        last = Some(day);
                    }
                    to = false;
                }
                Token::Weekday(said) => {
                    if let Some(day) = last.filter(|day| day.weekday() != said) {
                        let refusal =
                            Refusal::new(codes::HOLIDAY_WEEKDAY).with("day", day).with("is", weekday_zh(day.weekday())).with("said", weekday_zh(said));
                        self.refuse(refusal.with("is_en", day.weekday()).with("said_en", said));
                    }
                }
                Token::Kind(kind) if waiting.is_empty() => leads = Some(kind),
                Token::Kind(kind) => {
                    counted = Some(waiting.len());
                    let days = std::mem::take(&mut waiting);
                    if kind == HolidayKind::Off { found.off.extend(days) } else { found.work.extend(days) }
                }
                // 放假调休 has said it already.
                Token::Unclear if counted.is_some() || leads.is_some() => {}
                Token::Unclear => self.refuse(Refusal::new(codes::HOLIDAY_KIND)),
                Token::Total(said) => {
                    let read = if waiting.is_empty() { counted } else { Some(waiting.len()) };
                    if let Some(read) = read.filter(|read| *read != said) {
                        self.refuse(Refusal::new(codes::HOLIDAY_COUNT).with("said", said).with("read", read));
                    }
                }
                Token::Unread => self.refuse(Refusal::new(codes::HOLIDAY_LINE)),
            }
        }
        let titled = tokens.iter().any(|token| matches!(token, Token::Year(_)));
        let signature = self.prose && dated && leads.is_none() && counted.is_none();
        match leads {
            _ if waiting.is_empty() && (self.prose || titled || leads.is_none() || counted.is_some()) => {}
            Some(HolidayKind::Off) if !waiting.is_empty() => found.off.extend(waiting),
            Some(HolidayKind::Work) if !waiting.is_empty() => found.work.extend(waiting),
            // the day on which the notice was signed
            None if signature => {}
            None => self.refuse(Refusal::new(codes::HOLIDAY_KIND)),
            Some(_) => self.refuse(Refusal::new(codes::HOLIDAY_LINE)),
        }
        found
    }
    /// The day that is meant: of the year that was named before, of the month of the day before it.
    fn date(&mut self, token: Token, last: Option<NaiveDate>, to: bool) -> Option<NaiveDate> {
        let (year, month, day) = match token {
            Token::Date { year, month, day } => (year, month, day),
            Token::Day(day) => match last {
                Some(last) => (Some(last.year()), last.month(), day),
                // 国办发明电〔2025〕7号 is no day of a month
                None if self.prose => return None,
                None => {
                    self.refuse(Refusal::new(codes::HOLIDAY_LINE));
                    return None;
                }
            },
            _ => return None,
        };
        let Some(mut of) = year.or(self.year) else {
            self.refuse(Refusal::new(codes::HOLIDAY_YEAR));
            return None;
        };
        // 12月31日至1月2日
        if let Some(last) = last.filter(|last| to && year.is_none() && last.month() == 12 && month == 1) {
            of = last.year() + 1;
        }
        self.year = self.year.or(Some(of));
        let found = NaiveDate::from_ymd_opt(of, month, day);
        if found.is_none() {
            self.refuse(Refusal::new(codes::HOLIDAY_DATE).with("day", format!("{of}-{month}-{day}")));
        }
        found
    }
    fn stretch(&mut self, first: NaiveDate, last: NaiveDate, days: &mut Vec<NaiveDate>) {
        let stretch: Vec<NaiveDate> = first.iter_days().skip(1).take(LONGEST).take_while(|d| *d <= last).collect();
        if stretch.last().unwrap_or(&first) == &last {
            days.extend(stretch);
        } else {
            self.refuse(Refusal::new(codes::HOLIDAY_STRETCH).with("first", first).with("last", last));
        }
    }
    /// The one year of all days; nothing when something is wrong with them as a whole.
    fn one_year(&mut self) -> Option<i32> {
        let mut of: BTreeMap<NaiveDate, (HolidayKind, usize)> = BTreeMap::new();
        let mut years: BTreeMap<i32, usize> = BTreeMap::new();
        let mut wrong = Vec::new();
        for line in &self.lines {
            let days = line.off.iter().map(|d| (*d, HolidayKind::Off)).chain(line.work.iter().map(|d| (*d, HolidayKind::Work)));
            for (day, kind) in days {
                *years.entry(day.year()).or_default() += 1;
                match of.insert(day, (kind, line.row)) {
                    Some((before, row)) if before != kind => wrong.push((line.clone(), Refusal::new(codes::HOLIDAY_BOTH).with("day", day).with("other", row))),
                    _ => {}
                }
            }
        }
        let year = years.iter().max_by_key(|(_, n)| **n).map(|(year, _)| *year);
        for line in &self.lines {
            let stranger = line.off.iter().chain(&line.work).find(|d| Some(d.year()) != year);
            if let Some(day) = stranger {
                wrong.push((line.clone(), Refusal::new(codes::HOLIDAY_OTHER_YEAR).with("day", day).with("year", year.unwrap_or_default())));
            }
        }
        let none = !of.values().any(|(kind, _)| *kind == HolidayKind::Off) && self.refused.is_empty();
        for (line, refusal) in wrong {
            (self.row, self.text) = (line.row, line.text);
            self.refuse(refusal);
        }
        if none {
            (self.row, self.text) = (0, String::new());
            self.refuse(Refusal::new(codes::HOLIDAY_NONE));
        }
        year
    }
}

/// The head of a table or the title of a list: it names no day.
fn is_heading(text: &str) -> bool {
    let lower = text.to_lowercase();
    !text.chars().any(|c| c.is_ascii_digit()) && ["日期", "节日", "安排", "date", "day"].iter().any(|word| lower.contains(word))
}

fn weekday_zh(day: Weekday) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][day.num_days_from_monday() as usize]
}

/// What a piece of text says of days, in its order; everything else is passed over.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut scan = Scan { chars: &chars, at: 0, out: Vec::new() };
    while scan.at < chars.len() {
        scan.step();
    }
    scan.out
}

struct Scan<'a> {
    chars: &'a [char],
    at: usize,
    out: Vec<Token>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }
    fn starts(&self, word: &str) -> bool {
        word.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c))
    }
    fn spaces(&mut self) {
        while self.peek(0).is_some_and(|c| c == ' ') {
            self.at += 1;
        }
    }
    /// One or two, or up to eight, digits; nothing when none stand here.
    fn number(&mut self) -> Option<(u32, usize)> {
        let from = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.chars[from..self.at].iter().collect();
        digits.parse().ok().map(|n| (n, digits.len()))
    }
    fn eat(&mut self, any: &[char]) -> Option<char> {
        self.spaces();
        let c = self.peek(0).filter(|c| any.contains(c))?;
        self.at += 1;
        Some(c)
    }
    fn step(&mut self) {
        let Some(c) = self.peek(0) else { return };
        match c {
            '(' | '〔' | '[' => self.bracket(),
            c if c.is_ascii_digit() => self.figures(),
            c if c.is_ascii_alphabetic() => self.word(),
            '至' | '到' | '~' | '-' | '–' | '—' => {
                self.out.push(Token::To);
                self.at += 1;
            }
            _ => self.chinese(),
        }
    }
    /// Of what stands in brackets only the day of the week is looked at; the rest is the lunar calendar, or the number of the notice.
    fn bracket(&mut self) {
        let close = self.chars[self.at..].iter().position(|c| matches!(c, ')' | '〕' | ']')).map_or(self.chars.len(), |ahead| self.at + ahead);
        let inside: String = self.chars[self.at + 1..close].iter().collect();
        let said = inside.split(['周', '期']).skip(1).find_map(|rest| match rest.chars().next()? {
            '一' => Some(Weekday::Mon),
            '二' => Some(Weekday::Tue),
            '三' => Some(Weekday::Wed),
            '四' => Some(Weekday::Thu),
            '五' => Some(Weekday::Fri),
            '六' => Some(Weekday::Sat),
            '日' | '天' => Some(Weekday::Sun),
            _ => None,
        });
        self.out.extend(said.map(Token::Weekday));
        self.at = (close + 1).min(self.chars.len());
    }
    fn figures(&mut self) {
        let together = self.at > 0 && self.chars[self.at - 1] == '共';
        let Some((n, digits)) = self.number() else {
            self.at += 1;
            return;
        };
        let after = self.at;
        let token = match digits {
            4 => self.after_year(n),
            8 => Some(Token::Date { year: i32::try_from(n / 10_000).ok(), month: n / 100 % 100, day: n % 100 }),
            1 | 2 if self.eat(&['月']).is_some() => self.after_month(None, n),
            1 | 2 => match self.eat(&['日', '号', '天']) {
                Some(unit) if together || unit == '天' => together.then_some(Token::Total(n as usize)),
                Some(_) => Some(Token::Day(n)),
                None => None,
            },
            _ => Some(Token::Unread),
        };
        if token.is_none() && digits != 4 {
            self.at = self.at.max(after);
        }
        self.out.extend(token);
    }
    /// `2026年`, `2026年2月15日`, `2026-02-15`, `2026/2/15`, `2026.2.15`, or the year alone.
    fn after_year(&mut self, n: u32) -> Option<Token> {
        let year = i32::try_from(n).ok()?;
        match self.eat(&['年', '-', '/', '.']) {
            Some('年') => {
                let back = self.at;
                self.spaces();
                match self.number() {
                    Some((month, 1 | 2)) if self.eat(&['月']).is_some() => self.after_month(Some(year), month),
                    _ => {
                        self.at = back;
                        Some(Token::Year(year))
                    }
                }
            }
            Some(mark) => match self.number() {
                Some((month, 1 | 2)) if self.eat(&[mark]).is_some() => match self.number() {
                    Some((day, 1 | 2)) => Some(Token::Date { year: Some(year), month, day }),
                    _ => Some(Token::Unread),
                },
                _ => Some(Token::Unread),
            },
            None => Some(Token::Year(year)),
        }
    }
    fn after_month(&mut self, year: Option<i32>, month: u32) -> Option<Token> {
        self.spaces();
        match self.number() {
            Some((day, 1 | 2)) => {
                self.eat(&['日', '号']);
                Some(Token::Date { year, month, day })
            }
            _ => Some(Token::Unread),
        }
    }
    /// `OFF` and `WORK`; an address is passed over whole.
    fn word(&mut self) {
        let from = self.at;
        let address = self.starts("http");
        while self.peek(0).is_some_and(|c| if address { c != ' ' && c != ',' && c != '\t' } else { c.is_ascii_alphanumeric() }) {
            self.at += 1;
        }
        let word: String = self.chars[from..self.at].iter().collect::<String>().to_uppercase();
        self.out.extend(match word.as_str() {
            "OFF" | "HOLIDAY" => Some(Token::Kind(HolidayKind::Off)),
            "WORK" | "WORKDAY" => Some(Token::Kind(HolidayKind::Work)),
            _ => None,
        });
    }
    fn chinese(&mut self) {
        // what is denied is not guessed at
        let denied = self.at > 0 && matches!(self.chars[self.at - 1], '不' | '非');
        let kind = |kind| if denied { Token::Unread } else { Token::Kind(kind) };
        for (word, token) in [
            ("调休上班", kind(HolidayKind::Work)),
            ("调休放假", kind(HolidayKind::Off)),
            ("调休", Token::Unclear),
            ("放假", kind(HolidayKind::Off)),
            ("休息", kind(HolidayKind::Off)),
            ("上班", kind(HolidayKind::Work)),
            ("补班", kind(HolidayKind::Work)),
        ] {
            if self.starts(word) {
                self.out.push(token);
                self.at += word.chars().count();
                return;
            }
        }
        let edge = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | ',' | '\t' | ':' | ';' | '、'));
        let alone = edge(self.at.checked_sub(1).and_then(|at| self.chars.get(at).copied())) && edge(self.peek(1));
        match self.peek(0) {
            Some('休') if alone => self.out.push(Token::Kind(HolidayKind::Off)),
            Some('班') if alone => self.out.push(Token::Kind(HolidayKind::Work)),
            _ => {}
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holidays;
    use std::collections::BTreeSet;

    /// The notice of 2026 in its own words.
    const OF_2026: &str = "国务院办公厅关于2026年\n部分节假日安排的通知\n国办发明电〔2025〕7号\n各省、自治区、直辖市人民政府，国务院各部委、各直属机构：\n　　经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。\n　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。\n　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周\n六）、2月28日（周六）上班。\n　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。\n　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。\n　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。\n　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。\n　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。\n国务院办公厅\n2025年11月4日\n";

    fn read(text: &str) -> (i32, Vec<String>, Vec<String>) {
        let notice = read_notice(text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
        let days = |kind| notice.days(kind).map(|d| d.format("%m-%d").to_string()).collect();
        (notice.year, days(HolidayKind::Off), days(HolidayKind::Work))
    }
    fn refused(text: &str) -> Vec<String> {
        let why = read_notice(text).expect_err(text);
        why.iter().map(|r| format!("{} {}", r.code(), r.facts.get("row").cloned().unwrap_or_default())).collect()
    }

    #[test]
    fn the_notice_itself_is_read_as_the_table_that_people_made_of_it() {
        let notice = read_notice(OF_2026).expect("the notice");
        let shipped = |kind| holidays().iter().filter(|h| h.kind == kind && h.date.year() == 2026).map(|h| h.date).collect::<BTreeSet<_>>();
        assert_eq!(notice.year, 2026);
        for kind in [HolidayKind::Off, HolidayKind::Work] {
            assert_eq!(notice.days(kind).collect::<BTreeSet<_>>(), shipped(kind), "{kind:?}");
        }
        let spring: Vec<_> = notice.lines.iter().filter(|l| l.row >= 7 && l.row <= 8).map(|l| (l.row, l.off.len(), l.work.len())).collect();
        assert_eq!(spring, [(7, 9, 0), (7, 0, 2)], "a sentence that goes over the end of a line");
    }
    #[test]
    fn lines_are_read_as_people_write_them() {
        let all = |text: &str| (text.to_owned(), read(text));
        let spring = (2027, vec!["02-05".to_owned(), "02-06".into(), "02-07".into()], vec!["02-14".to_owned()]);
        for text in [
            "2027-02-05,OFF\n2027-02-06,OFF\n2027-02-07,OFF\n2027-02-14,WORK",
            "date,name,kind,notice\n2027-02-05,春节,OFF,https://www.gov.cn/zhengce/202511/content_7047091.htm\n2027/2/6,春节,off\n2027.2.7\t春节\t放假\n20270214 上班",
            "2027年2月5日至7日放假\n2027年2月14日上班",
            "2027年2月5日至2月7日 放假调休，共3天\n2月14日（周日）调休上班",
            "2027年放假安排\n2月5日—7日放假\n2月14日补班",
            "2027年\n放假：2月5日、6日、7日\n上班：2月14日",
            "日期,安排\n2027-02-05,休\n2027-02-06,休\n2027-02-07,休\n2027-02-14,班\n",
            "２０２７年２月５日－７日　放假\n２月１４号　上班",
            "2027 年 2 月 5 日 至 7 日 放假\n# 说明\n\n2027-2-14 ~ 2027-2-14 上班",
            "春节：2027年2月5日至7日放假，2月14日上班",
        ] {
            assert_eq!(all(text).1, spring, "{text}");
        }
        let both = read("2027年2月5日（农历除夕、周五）至7日（周日）放假，共3天。2月14日（周日）上班。");
        assert_eq!(both, spring);
    }
    #[test]
    fn what_is_not_certain_is_refused_by_its_line() {
        for (text, why) in [
            ("", "HOLIDAY-NONE 0"),
            ("hello", "HOLIDAY-LINE 1"),
            ("2027-02-05,OFF\nhello", "HOLIDAY-LINE 2"),
            ("2027-02-05,OFF\n2027-02-06", "HOLIDAY-KIND 2"),
            ("2027-02-05,OFF\n2027-02-06,调休", "HOLIDAY-KIND 2"),
            ("2027-02-05,OFF\n放假", "HOLIDAY-LINE 2"),
            ("2月5日放假", "HOLIDAY-YEAR 1"),
            ("5日放假", "HOLIDAY-LINE 1"),
            ("2027-02-30,OFF", "HOLIDAY-DATE 1"),
            ("2027年2月5日至4日放假", "HOLIDAY-STRETCH 1"),
            ("2027年2月5日至12月7日放假", "HOLIDAY-STRETCH 1"),
            ("2027-02,OFF", "HOLIDAY-LINE 1"),
            ("2027年2月5日不放假\n2027-02-06,OFF", "HOLIDAY-LINE 1"),
            ("2027年2月5日（周四）放假", "HOLIDAY-WEEKDAY 1"),
            ("2027年2月5日至7日放假，共4天", "HOLIDAY-COUNT 1"),
            ("2027-02-05,OFF\n\n2027-02-05,WORK", "HOLIDAY-BOTH 3"),
            ("2027-02-05,OFF\n2027-02-06,OFF\n2026-02-06,OFF", "HOLIDAY-OTHER-YEAR 3"),
            ("2027年12月31日至1月2日放假", "HOLIDAY-OTHER-YEAR 1"),
            ("2027-02-14,WORK", "HOLIDAY-NONE 0"),
            ("关于2027年节假日的通知。2月5日放假。2月14日、2月20日。", "HOLIDAY-KIND 1"),
        ] {
            assert!(refused(text).contains(&why.to_owned()), "{text}: {:?}", refused(text));
        }
        // a notice of another year under this one's name gives itself away by the days of the week
        assert!(refused(&OF_2026.replace("2026年", "2027年")).iter().all(|why| why.starts_with("HOLIDAY-WEEKDAY")));
        assert!(refused(&"2027-02-05,调休\n".repeat(200)).len() <= NAMED);
    }
    #[test]
    fn nothing_that_is_pasted_breaks_the_reader() {
        let pieces = [
            "2027",
            "年",
            "2月",
            "15",
            "日",
            "至",
            "放假",
            "上班",
            "调休",
            "(",
            ")",
            "周六",
            "共9天",
            "。",
            "\n",
            ",",
            "-",
            "OFF",
            "http://x",
            "不",
            "99999999999",
            "０",
            "\t",
        ];
        let mut seed: u32 = 1;
        for _ in 0..3_000 {
            let mut text = String::new();
            for _ in 0..(seed % 13) {
                seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
            }
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            if let Ok(notice) = read_notice(&text) {
                assert!(notice.days(HolidayKind::Off).next().is_some() && notice.days(HolidayKind::Off).all(|d| d.year() == notice.year), "{text}");
            }
        }
    }
}
