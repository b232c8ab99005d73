//! 工作日历 the shipped table with the imported years over it, and what an import of a year does to the deadlines that run: each that
//! moves is shown before and written after with both its days; a day that has passed is changed only with a reason; a clock that was
//! stopped is never judged again.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use shiyan_foundation::{Actor, Instant, Refusal, WorkCalendar};
use shiyan_lab_results::bench::{Worksheet, WorksheetState};
use shiyan_nonconformity::Case;
use shiyan_statute::{Clock, HolidayKind, NoticeLine, RuleKey, read_notice};
use shiyan_store::records::{CalendarYear, ClockRecord, ReadingRecord, SampleRecord};
use shiyan_store::{Error, Unit, Who};

use crate::authority::{Act, may};
use crate::typed::needed;
use crate::{App, code};

/// Moved deadlines that are named one by one; all of them are counted, and each has its own entry in the journal.
pub const NAMED: usize = 200;
/// Characters of a reason.
const REASON: usize = 6;

/// 期限变动 one running deadline before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// 规则
    pub rule: RuleKey,
    /// Number of the sample, the case or the reading that it is about.
    pub of: String,
    /// Last day before.
    pub from: NaiveDate,
    /// Last day after.
    pub to: NaiveDate,
    /// 暂定 before.
    pub was_provisional: bool,
    /// 暂定 after.
    pub provisional: bool,
    /// 逾期 before, on the day of the import.
    pub was_overdue: bool,
    /// 逾期 after.
    pub overdue: bool,
}

/// What the import of a calendar does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarImported {
    /// 年份
    pub year: i32,
    /// 放假 days off.
    pub off: usize,
    /// 调休上班 make-up workdays.
    pub work: usize,
    /// 读到的 what was read, line by line.
    pub lines: Vec<NoticeLine>,
    /// An earlier import of the year is replaced.
    pub replaces: bool,
    /// 在办期限 running deadlines that move or stop being provisional.
    pub moved: usize,
    /// The first of them, the nearest last day first.
    pub moves: Vec<Moved>,
    /// 已过去的日子 days before today that become working days or days off.
    pub past: Vec<NaiveDate>,
}

/// The shipped table with these years over it.
fn laid_over(years: impl IntoIterator<Item = CalendarYear>) -> WorkCalendar {
    let mut calendar = shiyan_statute::calendar().clone();
    for year in years {
        let of_year = |d: &NaiveDate| d.year() == year.year;
        calendar.off.retain(|d| !of_year(d));
        calendar.work.retain(|d| !of_year(d));
        calendar.off.extend(year.off);
        calendar.work.extend(year.work);
        calendar.years.insert(year.year);
        calendar.version = format!("{}+{}r{}", calendar.version, year.year, year.revision);
    }
    calendar
}

/// Days before today that are working days in one of the two and not in the other. A year that nobody knew had no days to change: its
/// deadlines were provisional, and said so.
fn past_days(before: &WorkCalendar, after: &WorkCalendar, year: i32, today: NaiveDate) -> Vec<NaiveDate> {
    if !before.knows(year) {
        return Vec::new();
    }
    let named: BTreeSet<NaiveDate> = [&before.off, &before.work, &after.off, &after.work].into_iter().flatten().copied().collect();
    named.into_iter().filter(|d| d.year() == year && *d < today && before.is_workday(*d) != after.is_workday(*d)).collect()
}

impl App {
    /// 工作日历 the shipped table with the imported years over it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn calendar(&self) -> Result<WorkCalendar, Error> {
        Ok(laid_over(self.store.all::<CalendarYear>().await?))
    }
    /// Imports the holidays of a year, as its notice says them or line by line, and recounts every running clock; stopped clocks are never
    /// judged again. A dry run writes nothing and says the same.
    ///
    /// # Errors
    /// Not an administrator; a row that cannot be read; days that have passed would change and no reason is given.
    pub async fn import_calendar(&self, actor: &Actor, text: &str, source: &str, why: &str, dry_run: bool, now: Instant) -> Result<CalendarImported, Error> {
        may(actor, Act::Calendar)?;
        let source = needed(source, 200, "通知文号或网址", "notice", "source")?;
        let notice = read_notice(text)?;
        let days = |kind| notice.days(kind).collect::<BTreeSet<NaiveDate>>();
        let (year, off, work) = (notice.year, days(HolidayKind::Off), days(HolidayKind::Work));
        let mut unit = self.store.begin(now).await?;
        let mut years = self.store.all::<CalendarYear>().await?;
        let before = laid_over(years.clone());
        let old = years.iter().position(|y| y.year == year).map(|at| years.remove(at));
        let next = CalendarYear { year, off, work, source, revision: old.as_ref().map_or(0, |o| o.revision + 1) };
        years.push(next.clone());
        years.sort_by_key(|y| y.year);
        let calendar = laid_over(years);
        let past = past_days(&before, &calendar, year, now.date_naive());
        if !dry_run && !past.is_empty() && why.trim().chars().count() < REASON {
            let days: Vec<String> = past.iter().take(5).map(ToString::to_string).collect();
            let refusal = Refusal::new(code::CALENDAR_PAST).with("count", past.len()).with("days", days.join(", ")).with("least", REASON);
            return Err(refusal.on("word").into());
        }
        let running = recounted(&unit, &calendar).await?;
        let who = Who::from(actor);
        let mut facts = json!({ "off": next.off.len(), "work": next.work.len(), "source": next.source, "moved": running.len() });
        if !past.is_empty() {
            facts["past"] = json!(past);
            facts["reason"] = json!(why.trim());
        }
        let moves = moves(&unit, &running, &calendar, now).await?;
        if old.is_some() {
            unit.save(&next, &who, "calendar.change", facts).await?;
        } else {
            unit.insert(&next, &who, "calendar.add", facts).await?;
        }
        let done = CalendarImported {
            year,
            off: next.off.len(),
            work: next.work.len(),
            lines: notice.lines,
            replaces: old.is_some(),
            moved: running.len(),
            moves,
            past,
        };
        let mut sheets = BTreeSet::new();
        for (old, clock) in running {
            let facts = json!({
                "rule": clock.rule, "from": old.clock.due.due_on, "to": clock.due.due_on, "provisional": clock.due.provisional, "calendar": clock.due.calendar_version,
            });
            let (subject, rule, due) = (clock.subject.clone(), clock.rule, clock.due.due_on);
            unit.save(&ClockRecord { clock, revision: old.revision + 1, ..old }, &who, "clock.recount", facts).await?;
            if rule == RuleKey::D02 {
                sheets.extend(move_report(&mut unit, &who, &subject, due).await?);
            }
        }
        for sheet in sheets {
            move_worksheet(&mut unit, &who, &sheet).await?;
        }
        if !dry_run {
            unit.commit().await?;
        }
        Ok(done)
    }
}

/// The running clocks that end on another day by this calendar, with what they become; those that end first come first.
async fn recounted(unit: &Unit, calendar: &WorkCalendar) -> Result<Vec<(ClockRecord, Clock)>, Error> {
    let mut running = Vec::new();
    for old in unit.running_clocks().await? {
        let clock = old.clock.recount(calendar)?;
        if clock.due.due_on != old.clock.due.due_on || clock.due.provisional != old.clock.due.provisional {
            running.push((old, clock));
        }
    }
    running.sort_by_key(|(old, _)| (old.clock.effective_due_on(), old.clock.id));
    Ok(running)
}

/// The first of the moved deadlines by name.
async fn moves(unit: &Unit, running: &[(ClockRecord, Clock)], calendar: &WorkCalendar, now: Instant) -> Result<Vec<Moved>, Error> {
    let mut moves = Vec::new();
    for (old, clock) in running.iter().take(NAMED) {
        let overdue = |clock: &Clock| clock.state_in(now, calendar) == shiyan_statute::ClockState::Overdue;
        moves.push(Moved {
            rule: clock.rule,
            of: number_of(unit, &clock.subject).await?,
            from: old.clock.effective_due_on(),
            to: clock.effective_due_on(),
            was_provisional: old.clock.due.provisional,
            provisional: clock.due.provisional,
            was_overdue: overdue(&old.clock),
            overdue: overdue(clock),
        });
    }
    Ok(moves)
}

/// The last day of the report stands on the order as well, for the lists: it moves with its clock. Gives the worksheets of its items.
async fn move_report(unit: &mut Unit, who: &Who, subject: &str, due: NaiveDate) -> Result<BTreeSet<String>, Error> {
    let Some(sample) = subject.strip_prefix("sample:") else { return Ok(BTreeSet::new()) };
    let Some(order) = unit.order_of_sample(sample).await?.filter(|o| o.issued_at.is_none() && o.report_due_on != due) else { return Ok(BTreeSet::new()) };
    let facts = json!({ "from": order.report_due_on, "to": due });
    let next = shiyan_lab_results::order::TestOrder { report_due_on: due, revision: order.revision + 1, ..order };
    unit.save(&next, who, "order.recount", facts).await?;
    Ok(unit.items_of_order(&next.id.to_string()).await?.into_iter().filter_map(|i| i.worksheet).map(|w| w.to_string()).collect())
}

/// A worksheet that is being entered is due when the first of its orders is.
async fn move_worksheet(unit: &mut Unit, who: &Who, id: &str) -> Result<(), Error> {
    let Some(sheet) = unit.get::<Worksheet>(id).await?.filter(|w| w.state == WorksheetState::Open) else { return Ok(()) };
    let orders: BTreeSet<String> = unit.items_of_worksheet(id).await?.iter().map(|i| i.order.to_string()).collect();
    let mut due = None;
    for order in orders {
        let order: shiyan_lab_results::order::TestOrder = unit.require(&order).await?;
        due = Some(due.map_or(order.report_due_on, |d: NaiveDate| d.min(order.report_due_on)));
    }
    let Some(due) = due.filter(|d| *d != sheet.due_on) else { return Ok(()) };
    let facts = json!({ "from": sheet.due_on, "to": due });
    unit.save(&Worksheet { due_on: due, revision: sheet.revision + 1, ..sheet }, who, "worksheet.recount", facts).await
}

/// What people call the subject of a clock.
async fn number_of(unit: &Unit, subject: &str) -> Result<String, Error> {
    let found = match subject.split_once(':') {
        Some(("sample", id)) => unit.get::<SampleRecord>(id).await?.map(|s| s.sample.number().to_owned()).filter(|n| !n.is_empty()),
        Some(("case", id)) => unit.get::<Case>(id).await?.map(|c| c.no),
        Some(("reading", id)) => unit.get::<ReadingRecord>(id).await?.map(|r| format!("{} {}", r.reading.stall, r.reading.food)),
        _ => None,
    };
    Ok(found.unwrap_or_else(|| subject.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_has_passed_is_known_and_one_of_an_unknown_year_is_not() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let of = |year: i32, off: &[&str], work: &[&str]| {
            let days = |list: &[&str]| list.iter().map(|d| day(d)).collect();
            CalendarYear { year, off: days(off), work: days(work), source: "x".into(), revision: 0 }
        };
        let before = laid_over([of(2030, &["2030-01-01", "2030-05-01"], &["2030-01-05"])]);
        let after = laid_over([of(2030, &["2030-01-02", "2030-05-02"], &["2030-01-05", "2030-01-03"])]);
        // 3 January is a Thursday, a workday in both.
        assert_eq!(past_days(&before, &after, 2030, day("2030-03-01")), [day("2030-01-01"), day("2030-01-02")]);
        assert_eq!(past_days(&before, &after, 2030, day("2030-01-02")), [day("2030-01-01")], "today has not passed");
        assert_eq!(past_days(&before, &before, 2030, day("2030-12-31")), []);
        assert_eq!(past_days(&laid_over([]), &after, 2030, day("2030-12-31")), [], "nobody knew that year");
        assert!(after.version.ends_with("+2030r0"));
    }
}
