//! 时限说明 a clock retold in sentences that an officer can read aloud to whoever asks why it ends on that day: the rule with its article and document and
//! whether somebody has checked it, the start, the days that do not count and why, pauses, extension, and the end.

use std::collections::BTreeMap;

use chrono::{Datelike, Weekday};
use shiyan_foundation::text::plural;
use shiyan_foundation::{Due, Instant, Label, Lang, NaiveDate, Period, Refusal, WorkCalendar, day_of, shanghai};

use crate::calendar::holidays;
use crate::clock::{Clock, Pause};
use crate::deadline::{deadline_rule_version, period_text};

/// Runs of days that are named one by one; of more only the sum is said.
const NAMED: usize = 4;

/// The short names of documents in the data, and what they are called in full.
const DOCUMENTS: &[(&str, &str)] = &[
    ("抽检办法", "《食品安全抽样检验管理办法》"),
    ("农产品质量安全法", "《中华人民共和国农产品质量安全法》"),
    ("食品安全法", "《中华人民共和国食品安全法》"),
    ("政府信息公开条例", "《中华人民共和国政府信息公开条例》"),
    ("市场监督管理行政处罚信息公示规定", "《市场监督管理行政处罚信息公示规定》"),
    ("市场监督管理行政处罚程序规定", "《市场监督管理行政处罚程序规定》"),
    ("检验检测机构监督管理办法", "《检验检测机构监督管理办法》"),
    ("食品召回管理办法", "《食品召回管理办法》"),
];

/// 条文的读法 an article of the data as it is read aloud: the document by its full name, articles in Chinese numerals.
#[must_use]
pub fn cited(article: &str) -> String {
    let mut text = article.replace([';', '；', '+'], "、").replace('(', "（").replace(')', "）").replace(" 第", "第");
    for (short, full) in DOCUMENTS {
        text = text.replace(short, full);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('第') {
        out.push_str(before);
        out.push('第');
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = after.split_at(digits);
        match number.parse::<u32>() {
            Ok(n) if n < 1_000 && tail.starts_with(['条', '款', '项']) => out.push_str(&numeral(n)),
            _ => out.push_str(number),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A number below a thousand as the articles of a law write it: 二十, 一百零六.
fn numeral(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |d: u32| DIGITS[(d % 10) as usize];
    let (hundreds, tens, ones) = (n / 100, n / 10 % 10, n % 10);
    let mut out = String::new();
    if hundreds > 0 {
        out.push_str(digit(hundreds));
        out.push('百');
    }
    match (hundreds, tens) {
        (_, 0) if hundreds > 0 && ones > 0 => out.push('零'),
        (0, 1) => out.push('十'),
        (_, tens) if tens > 0 => {
            out.push_str(digit(tens));
            out.push('十');
        }
        _ => {}
    }
    out.push_str(digit(ones));
    out
}

/// A time in which the clock stood still, and whether it still does.
fn stood_still(pause: &Pause, say: &Say) -> String {
    let lang = say.lang;
    let (reason, paper, from) = (pause.reason.label(lang), pause.papers.join(say.comma()), say.day(day_of(pause.from)));
    match (lang, pause.until.map(day_of)) {
        (Lang::Zh, None) => format!("{from}起因{reason}中止计时（{paper}），尚未恢复，恢复后接续计算。"),
        (Lang::En, None) => format!("Since {from} it stands still ({reason}; {paper}); what is left is counted once it goes on."),
        (Lang::Zh, Some(until)) if until == day_of(pause.from) => format!("{from}因{reason}中止计时，当日恢复（{paper}），不影响期限。"),
        (Lang::En, Some(until)) if until == day_of(pause.from) => {
            format!("On {from} it stood still ({reason}; {paper}) and went on the same day; nothing was lost.")
        }
        (_, Some(until)) => {
            let lost = say.run((day_of(pause.from).succ_opt().unwrap_or(until), until));
            match lang {
                Lang::Zh => format!("{from}因{reason}中止计时，{}恢复（{paper}），{lost}不计入。", say.day(until)),
                Lang::En => format!("On {from} it began to stand still ({reason}; {paper}), on {} it went on; not counted: {lost}.", say.day(until)),
            }
        }
    }
}

/// Retells a clock, sentence by sentence.
///
/// # Errors
/// `LAW-NO-RULE` when its rule is no longer in the data.
pub fn retell(clock: &Clock, cal: &WorkCalendar, lang: Lang) -> Result<Vec<String>, Refusal> {
    let rule = deadline_rule_version(clock.rule, clock.rule_version, day_of(clock.started_at))?;
    let period = clock.agreed.as_ref().map_or(rule.period, |a| a.period);
    let say = Say { lang, year: day_of(clock.started_at).year() };
    let mut out = Vec::new();
    let (name, length, article, grade) = (rule.key.label(lang), rule.period_text(lang), cited(&rule.article), rule.grade().label(lang));
    out.push(match lang {
        Lang::Zh => format!("事项：{name}。期限{length}，依据{article}（{grade}）。"),
        Lang::En => format!("{name}: {length}, by {article} ({grade})."),
    });
    if let Some(agreed) = &clock.agreed {
        let (length, paper) = (period_text(agreed.period, lang), &agreed.paper);
        out.push(match lang {
            Lang::Zh => format!("依法可以另行约定，约定为{length}（{paper}）。"),
            Lang::En => format!("The law lets another period be agreed; agreed were {length} ({paper})."),
        });
    }
    out.extend(start_and_days(clock, period, cal, &say));
    out.extend(clock.pauses.iter().map(|pause| stood_still(pause, &say)));
    if let Some(longer) = &clock.extension {
        let (to, reason) = (say.day(longer.new_due_on), longer.reason.trim());
        let paper = clock.grant.as_ref().map_or("", |g| g.paper.as_str());
        let paper = if paper.is_empty() { String::new() } else { say.bracket(paper) };
        out.push(match lang {
            Lang::Zh => format!("经批准延长至{to}，理由：{reason}{paper}。"),
            Lang::En => format!("Extended to {to}: {reason}{paper}."),
        });
        if let Some(moved) = clock.grant.as_ref().and_then(|g| g.moved_to) {
            out.push(match lang {
                Lang::Zh => format!("延长后又中止计时，顺延至{}。", say.day(moved)),
                Lang::En => format!("It stood still after that, which moves the day to {}.", say.day(moved)),
            });
        }
    }
    out.push(end(clock, &say));
    if clock.due.provisional && clock.is_open() {
        let year = clock.effective_due_on().iter_days().take(4).map(|d| d.year()).find(|y| !cal.knows(*y)).unwrap_or_else(|| clock.effective_due_on().year());
        out.push(match lang {
            Lang::Zh => format!("{year}年放假安排尚未公布，以上日期为暂定，公布后重新计算。"),
            Lang::En => format!("The holidays of {year} have not been announced: the day is provisional and will be counted again."),
        });
    }
    let (version, calendar) = (clock.rule_version, &clock.due.calendar_version);
    out.push(match lang {
        Lang::Zh => format!("所用规则 {} 第{version}版，工作日历 {calendar}。", clock.rule.code()),
        Lang::En => format!("Rule {} version {version}, calendar {calendar}.", clock.rule.code()),
    });
    Ok(out)
}

struct Say {
    lang: Lang,
    /// The year of the start, which need not be said again.
    year: i32,
}

impl Say {
    fn comma(&self) -> &'static str {
        if self.lang == Lang::Zh { "，" } else { ", " }
    }
    fn bracket(&self, text: &str) -> String {
        if self.lang == Lang::Zh { format!("（{text}）") } else { format!(" ({text})") }
    }
    fn day(&self, day: NaiveDate) -> String {
        match (self.lang, day.year() == self.year) {
            (Lang::Zh, true) => format!("{}月{}日", day.month(), day.day()),
            (Lang::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            (Lang::En, true) => day.format("%-d %b").to_string(),
            (Lang::En, false) => day.format("%-d %b %Y").to_string(),
        }
    }
    fn whole(&self, day: NaiveDate) -> String {
        match self.lang {
            Lang::Zh => format!("{}年{}月{}日（{}）", day.year(), day.month(), day.day(), weekday(day)),
            Lang::En => day.format("%A, %-d %B %Y").to_string(),
        }
    }
    fn moment(&self, at: Instant) -> String {
        let at = at.with_timezone(&shanghai());
        match self.lang {
            Lang::Zh => format!("{}年{}月{}日{}", at.year(), at.month(), at.day(), at.format("%H:%M")),
            Lang::En => at.format("%-d %B %Y, %H:%M").to_string(),
        }
    }
    fn run(&self, (first, last): (NaiveDate, NaiveDate)) -> String {
        match self.lang {
            _ if first == last => self.day(first),
            Lang::Zh if (first.year(), first.month()) == (last.year(), last.month()) => format!("{}至{}日", self.day(first), last.day()),
            Lang::Zh => format!("{}至{}", self.day(first), self.day(last)),
            Lang::En => format!("{} to {}", self.day(first), self.day(last)),
        }
    }
}

fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        Weekday::Mon => "星期一",
        Weekday::Tue => "星期二",
        Weekday::Wed => "星期三",
        Weekday::Thu => "星期四",
        Weekday::Fri => "星期五",
        Weekday::Sat => "星期六",
        Weekday::Sun => "星期日",
    }
}

/// Days in order, as runs of days that follow one another.
fn runs(days: impl IntoIterator<Item = NaiveDate>) -> Vec<(NaiveDate, NaiveDate)> {
    let mut out: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match out.last_mut() {
            Some(last) if last.1.succ_opt() == Some(day) => last.1 = day,
            _ => out.push((day, day)),
        }
    }
    out
}

fn start_and_days(clock: &Clock, period: Period, cal: &WorkCalendar, say: &Say) -> Vec<String> {
    let (lang, start, due) = (say.lang, day_of(clock.started_at), &clock.due);
    let length = period_text(period, lang);
    match period {
        Period::Hours(_) => vec![match lang {
            Lang::Zh => format!("自{}起连续计算{length}，夜间、休息日和节假日不停。", say.moment(clock.started_at)),
            Lang::En => format!("It runs from {} for {length}, through nights, weekends and holidays.", say.moment(clock.started_at)),
        }],
        Period::SameDayBy(_) => vec![match lang {
            Lang::Zh => format!("{}当日办理。", say.whole(start)),
            Lang::En => format!("To be done on the same day, {}.", say.whole(start)),
        }],
        Period::WorkingDays(_) => {
            let mut out = vec![match lang {
                Lang::Zh => format!("自{}起算，当日不计入，从次日起计算工作日。", say.whole(start)),
                Lang::En => format!("It starts on {}; that day does not count, working days are counted from the next one.", say.whole(start)),
            }];
            out.extend(rest_days(clock, start, due, cal, say));
            out.extend(counted_days(due, say));
            out
        }
        Period::CalendarDays(_) | Period::Months(_) | Period::Years(_) => {
            let mut out = vec![match lang {
                Lang::Zh => format!("自{}起算，当日不计入，按自然日连续计算，其间的休息日和节假日照计。", say.whole(start)),
                Lang::En => format!("It starts on {}; that day does not count, every later day does, weekends and holidays too.", say.whole(start)),
            }];
            if let Some(from) = due.rolled_from {
                out.push(match lang {
                    Lang::Zh => format!("期满之日为{}，适逢休息日或中止计时，顺延至其后第一个工作日{}。", say.whole(from), say.day(due.due_on)),
                    Lang::En => {
                        format!("It would end on {}, a day off or of a pause, and moves to the next working day, {}.", say.whole(from), say.day(due.due_on))
                    }
                });
            }
            out
        }
    }
}

/// 不计入的日子 in groups: holidays by their name, make-up workdays, and the weekends in one sum.
fn rest_days(clock: &Clock, start: NaiveDate, due: &Due, cal: &WorkCalendar, say: &Say) -> Option<String> {
    let still = clock.stood_still();
    let days: Vec<NaiveDate> = start.iter_days().skip(1).take_while(|d| *d <= due.due_on).filter(|d| !still.holds(*d)).collect();
    let names: BTreeMap<NaiveDate, &str> = holidays().iter().map(|h| (h.date, h.name.as_str())).collect();
    let zh = say.lang == Lang::Zh;
    let mut parts = Vec::new();
    for run in runs(days.iter().copied().filter(|d| cal.off.contains(d))) {
        let name = names.get(&run.0).copied().unwrap_or("");
        parts.push(if zh { format!("{}{name}放假", say.run(run)) } else { format!("{} (holiday)", say.run(run)) });
    }
    let weekends = days.iter().filter(|d| !cal.is_workday(**d) && !cal.off.contains(d)).count();
    if weekends > 0 {
        let other = !parts.is_empty();
        parts.push(match (zh, other) {
            (true, true) => format!("其余双休日{weekends}天"),
            (true, false) => format!("双休日{weekends}天"),
            (false, true) => plural(&format!("{weekends} further (day|days) of weekends")),
            (false, false) => plural(&format!("{weekends} (day|days) of weekends")),
        });
    }
    let made_up: Vec<String> = days
        .iter()
        .filter(|d| cal.work.contains(d))
        .map(|d| if zh { format!("{}（{}）", say.day(*d), weekday(*d)) } else { format!("{} ({})", say.day(*d), d.format("%A")) })
        .collect();
    let mut said = String::new();
    if !parts.is_empty() {
        said = if zh { format!("{}，不计入", parts.join("、")) } else { format!("Not counted: {}", parts.join(", ")) };
    }
    if !made_up.is_empty() {
        let text = if zh { format!("{}调休上班，计入", made_up.join("、")) } else { format!("made-up working days, counted: {}", made_up.join(", ")) };
        said = if said.is_empty() { text } else { format!("{said}{}{text}", if zh { "；" } else { "; " }) };
    }
    let said = if zh || said.is_empty() { said } else { said[..1].to_uppercase() + &said[1..] };
    (!said.is_empty()).then(|| said + if zh { "。" } else { "." })
}

fn counted_days(due: &Due, say: &Say) -> Option<String> {
    let (first, last, n) = (*due.counted.first()?, *due.counted.last()?, due.counted.len());
    let groups = runs(due.counted.iter().copied());
    let zh = say.lang == Lang::Zh;
    Some(if groups.len() <= NAMED {
        let groups: Vec<String> = groups
            .into_iter()
            .map(|run| {
                let days = (run.1 - run.0).num_days() + 1;
                if zh { format!("{}{days}天", say.run(run)) } else { format!("{} ({days})", say.run(run)) }
            })
            .collect();
        if zh { format!("计入的工作日为{}，共{n}个工作日。", groups.join("、")) } else { format!("Counted: {}; {n} in all.", groups.join(", ")) }
    } else if zh {
        format!("第1个工作日为{}，第{n}个工作日为{}。", say.day(first), say.day(last))
    } else {
        format!("The first working day is {}, number {n} is {}.", say.day(first), say.day(last))
    })
}

fn end(clock: &Clock, say: &Say) -> String {
    let zh = say.lang == Lang::Zh;
    if clock.cancelled {
        return if zh { "该期限已撤销，不再计算。".to_owned() } else { "It was cancelled and is not counted any more.".to_owned() };
    }
    let last = match (clock.due.due_at, &clock.extension) {
        (Some(at), None) => {
            let at = say.moment(at);
            if zh { format!("{at}届满") } else { format!("It ends on {at}") }
        }
        _ => {
            let last = say.whole(clock.effective_due_on());
            if zh { format!("最后一日为{last}，当日24时届满") } else { format!("The last day is {last}; it ends at midnight, 24:00") }
        }
    };
    match clock.stopped_at {
        Some(at) => {
            let (at, late) = (say.moment(at), clock.state(at) == crate::ClockState::Late);
            match (zh, late) {
                (true, false) => format!("{last}；已于{at}完成，未超过期限。"),
                (true, true) => format!("{last}；于{at}完成，已超过期限。"),
                (false, false) => format!("{last}; it was met on {at}, in time."),
                (false, true) => format!("{last}; it was met on {at}, too late."),
            }
        }
        None if clock.paused_since().is_some() => {
            if zh {
                "中止计时期间不届满，最后一日待恢复后确定。".to_owned()
            } else {
                "It does not end while it stands still; the last day is known once it goes on.".to_owned()
            }
        }
        None => last + if zh { "。" } else { "." },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Agreed, Extension, PauseReason, RuleKey, calendar, deadline_rules, terms};
    use shiyan_foundation::ids::{ClockId, UserId};
    use uuid::Uuid;

    const BY: UserId = UserId(Uuid::nil());

    fn at(text: &str) -> Instant {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment").and_local_timezone(shanghai()).single().expect("an instant")
    }
    fn clock(rule: RuleKey, start: &str) -> Clock {
        Clock::start(ClockId(Uuid::nil()), rule, "case:1", at(start), calendar()).expect("in force")
    }
    fn zh(clock: &Clock) -> String {
        retell(clock, calendar(), Lang::Zh).expect("told").join("\n")
    }
    #[test]
    fn a_window_over_two_holidays_is_told_as_an_officer_would() {
        assert_eq!(
            zh(&clock(RuleKey::D07, "2026-09-24 09:00")),
            "事项：复检申请。期限7个工作日，依据《中华人民共和国食品安全法》第八十八条、《食品安全抽样检验管理办法》第三十条（已核对）。\n\
             自2026年9月24日（星期四）起算，当日不计入，从次日起计算工作日。\n\
             9月25日至27日中秋节放假、10月1日至7日国庆节放假、其余双休日1天，不计入；10月10日（星期六）调休上班，计入。\n\
             计入的工作日为9月28日至30日3天、10月8日至10日3天、10月12日1天，共7个工作日。\n\
             最后一日为2026年10月12日（星期一），当日24时届满。\n\
             所用规则 D07 第1版，工作日历 cn-2026.1。"
        );
        assert_eq!(
            retell(&clock(RuleKey::D07, "2026-09-24 09:00"), calendar(), Lang::En).expect("told")[1..5],
            [
                "It starts on Thursday, 24 September 2026; that day does not count, working days are counted from the next one.",
                "Not counted: 25 Sep to 27 Sep (holiday), 1 Oct to 7 Oct (holiday), 1 further day of weekends; made-up working days, counted: 10 Oct (Saturday).",
                "Counted: 28 Sep to 30 Sep (3), 8 Oct to 10 Oct (3), 12 Oct (1); 7 in all.",
                "The last day is Monday, 12 October 2026; it ends at midnight, 24:00."
            ]
        );
    }
    #[test]
    fn hours_and_rolled_days_are_told_as_they_are_counted() {
        assert_eq!(
            zh(&clock(RuleKey::D05, "2026-10-01 09:30")).lines().skip(1).take(2).collect::<Vec<_>>(),
            ["自2026年10月1日09:30起连续计算24小时，夜间、休息日和节假日不停。", "2026年10月2日09:30届满。"]
        );
        assert_eq!(
            zh(&clock(RuleKey::D20, "2026-07-05 09:00")).lines().take(4).collect::<Vec<_>>(),
            [
                "事项：核查处置完成。期限90日，依据《食品安全抽样检验管理办法》第四十五条（待核对）。",
                "自2026年7月5日（星期日）起算，当日不计入，按自然日连续计算，其间的休息日和节假日照计。",
                "期满之日为2026年10月3日（星期六），适逢休息日或中止计时，顺延至其后第一个工作日10月8日。",
                "最后一日为2026年10月8日（星期四），当日24时届满。"
            ]
        );
    }
    #[test]
    fn pauses_extension_agreement_and_the_end_are_told() {
        let mut paused = clock(RuleKey::D19, "2026-03-02 09:00");
        paused.pause(PauseReason::Consultation, at("2026-03-05 10:00"), "商请函〔2026〕3号", BY, at("2026-03-05 10:00")).expect("by law");
        let said = zh(&paused);
        assert!(said.contains("3月5日起因商请有关部门明确检验及判定依据中止计时（商请函〔2026〕3号），尚未恢复，恢复后接续计算。"), "{said}");
        assert!(
            said.contains("中止计时期间不届满，最后一日待恢复后确定。") && !said.contains("届满。\n所用规则 D19 第1版，工作日历 cn-2026.1。\n最后一日为"),
            "{said}"
        );
        paused.resume(PauseReason::Consultation, at("2026-03-10 16:00"), "复函", at("2026-03-10 16:00"), calendar()).expect("paused");
        paused.stop(at("2026-04-20 10:00")).expect("open");
        let said = zh(&paused);
        assert!(said.contains("3月5日因商请有关部门明确检验及判定依据中止计时，3月10日恢复（商请函〔2026〕3号，复函），3月6日至10日不计入。"), "{said}");
        assert!(said.contains("最后一日为2026年4月17日（星期五），当日24时届满；于2026年4月20日10:00完成，已超过期限。"), "{said}");
        assert!(said.contains("第1个工作日为3月3日，第30个工作日为4月17日。"), "{said}");
        let mut longer = clock(RuleKey::D20, "2026-08-25 09:00");
        let extension = Extension { new_due_on: "2026-12-23".parse().expect("a date"), approved_by: BY, reason: "涉案产品流向多地".into() };
        longer.extend_by_law(extension, "延期审批表12号", at("2026-11-20 10:00"), calendar()).expect("later");
        let said = zh(&longer);
        assert!(
            said.contains("经批准延长至12月23日，理由：涉案产品流向多地（延期审批表12号）。\n最后一日为2026年12月23日（星期三），当日24时届满。"),
            "{said}"
        );
        let agreed = Agreed { period: Period::WorkingDays(15), paper: "委托检验合同".into() };
        let report = clock(RuleKey::D02, "2026-11-23 09:00").by_agreement(agreed, calendar()).expect("by law");
        assert!(zh(&report).contains("依法可以另行约定，约定为15个工作日（委托检验合同）。"));
    }
    #[test]
    fn a_year_that_is_not_announced_is_said() {
        let said = zh(&clock(RuleKey::D02, "2026-12-21 09:00"));
        assert!(said.contains("2027年放假安排尚未公布，以上日期为暂定，公布后重新计算。"), "{said}");
        // the last days of December wait for the next notice too
        assert!(zh(&clock(RuleKey::D01, "2026-12-22 09:00")).contains("2027年放假安排尚未公布"));
        assert!(!zh(&clock(RuleKey::D01, "2026-12-21 09:00")).contains("尚未公布"));
    }
    #[test]
    fn every_rule_is_retold_in_both_languages_without_working_notes() {
        for rule in deadline_rules() {
            for lang in [Lang::Zh, Lang::En] {
                for start in ["2026-02-13 18:20", "2026-09-24 09:00"] {
                    let said = retell(&clock(rule.key, start), calendar(), lang).expect("told").join("\n");
                    assert!(said.contains(rule.grade().label(lang)) && said.contains(&cited(&rule.article)), "{said}");
                    assert!(!["knowledge", "source", "github", ".cn/", "medium", "{", "}"].iter().any(|note| said.contains(note)), "{said}");
                    let stops = said.lines().all(|line| line.ends_with(lang.pick("。", ".")));
                    assert!(stops && said.lines().count() >= 4, "{said}");
                }
            }
        }
    }
    #[test]
    fn articles_are_read_in_full() {
        assert_eq!(cited("抽检办法 第32条第2款"), "《食品安全抽样检验管理办法》第三十二条第二款");
        assert_eq!(cited("食品安全法 第88条;抽检办法 第30条"), "《中华人民共和国食品安全法》第八十八条、《食品安全抽样检验管理办法》第三十条");
        assert_eq!(
            cited("政府信息公开条例 第26条(抽检办法第46条仅写\"及时\")"),
            "《中华人民共和国政府信息公开条例》第二十六条（《食品安全抽样检验管理办法》第四十六条仅写\"及时\"）"
        );
        assert_eq!(cited("甘肃快检季度考核规则(可借鉴)"), "甘肃快检季度考核规则（可借鉴）");
        for (n, said) in
            [(1, "一"), (10, "十"), (18, "十八"), (20, "二十"), (64, "六十四"), (100, "一百"), (106, "一百零六"), (110, "一百一十"), (136, "一百三十六")]
        {
            assert_eq!(numeral(n), said);
        }
        let named = |article: &str| DOCUMENTS.iter().all(|(short, full)| !article.replace(full, "").contains(short));
        assert!(deadline_rules().iter().map(|r| &r.article).chain(terms().iter().map(|t| &t.article)).all(|a| named(&cited(a))));
    }
}
