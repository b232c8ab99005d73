//! 年报十二问 the twelve questions of the annual report over the rows of fact files, without stored results. `crates/xtask/data/figures.sql` asks the
//! same in SQL; each answer has the same columns, rows and order as there.

mod columns;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use shiyan_foundation::Refusal;
use shiyan_indicators::KEY_FOOD_GROUPS;

pub use columns::FactColumns;
use columns::{At, LACKING, Part, Table, short};

use crate::files::{FileMonth, code};
use crate::work::locked;

/// 所问 which year is reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedYear {
    /// 年度
    pub year: i32,
    /// 同期 the last day of the period that is set against the same of last year.
    pub until: NaiveDate,
    /// 项目类别 whose history is told.
    pub group: &'static str,
}

impl AskedYear {
    /// A year, its first half against that of last year, and the residues of pesticides.
    #[must_use]
    pub fn of(year: i32) -> Self {
        Self { year, until: NaiveDate::from_ymd_opt(year, 6, 30).unwrap_or_default(), group: "农药残留" }
    }
}

/// 一格 one cell of an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerCell {
    /// A count.
    Count(i64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for AnswerCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(n) => n.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// 答案 the rows of one question.
pub type Answer = Vec<Vec<AnswerCell>>;

/// A question by its name, and how it is answered.
type Asking = (&'static str, fn(&FactColumns, AskedYear) -> Result<Answer, Refusal>);

/// 十二问 the questions by the names that the SQL file gives them.
pub const QUESTIONS: [Asking; 12] = [
    ("class_failing", class_failing),
    ("street_top", street_top),
    ("month_link", month_link),
    ("item_pareto", item_pareto),
    ("lab_turnaround", lab_turnaround),
    ("on_time", on_time),
    ("rapid_month", rapid_month),
    ("same_period", same_period),
    ("key_foods", key_foods),
    ("level_kind", level_kind),
    ("group_history", group_history),
    ("funnel", funnel),
];

fn count(n: u64) -> AnswerCell {
    AnswerCell::Count(i64::try_from(n).unwrap_or(i64::MAX))
}
fn text(text: &str) -> AnswerCell {
    AnswerCell::Text(text.to_owned())
}

/// Two counts in one word: rows below, those that are meant above. A part has fewer rows than the lower half holds, and so has a year.
const ABOVE: u32 = 32;
fn lower(n: u64) -> u64 {
    n & u64::from(u32::MAX)
}
fn upper(n: u64) -> u64 {
    n >> ABOVE
}

/// Which batches count as what: stage, kind and conclusion of a row.
struct Concluded<'a> {
    stage: &'a [u8],
    kind: &'a [u8],
    outcome: &'a [u8],
    pending: &'a [u8],
    issued: u8,
    supervisory: u8,
    fail: u8,
}

impl Concluded<'_> {
    fn failing(&self, row: usize) -> bool {
        (self.pending[row] != 0) | (self.outcome[row] == self.fail)
    }
    /// 1 for an issued supervisory batch, and one above for a failing one.
    fn counted(&self, row: usize) -> u64 {
        let counted = u64::from((self.stage[row] == self.issued) & (self.kind[row] == self.supervisory));
        counted | ((counted & u64::from(self.failing(row))) << ABOVE)
    }
}

/// Where the conclusions of a table are, and what they are called in it.
struct Concluding {
    at: [At; 4],
    issued: u8,
    supervisory: u8,
    fail: u8,
}

impl Concluding {
    fn of<'a>(&self, part: &'a Part) -> Concluded<'a> {
        let [stage, kind, outcome, pending] = self.at.map(|at| part.u8(at));
        Concluded { stage, kind, outcome, pending, issued: self.issued, supervisory: self.supervisory, fail: self.fail }
    }
}

fn concluded(table: &Table) -> Result<Concluding, Refusal> {
    let at = table.need(["stage", "kind", "outcome", "recheck_pending"])?;
    let [stage, kind, outcome, _] = at;
    Ok(Concluding { at, issued: table.byte_of(stage, "issued"), supervisory: table.byte_of(kind, "supervisory"), fail: table.byte_of(outcome, "fail") })
}

fn in_year(asked: AskedYear) -> impl Fn(&Part) -> bool + Sync {
    move |part: &Part| part.month.year == asked.year
}

fn class_failing(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [class] = table.need(["class"])?;
    let of = concluded(table)?;
    let texts = table.texts(class);
    let counts = table.count(texts.len(), in_year(asked), |part, counters| {
        let of = of.of(part);
        for (row, class) in part.u16(class).iter().enumerate() {
            counters[usize::from(*class)] += of.counted(row);
        }
    });
    Ok(by_text(&texts, &counts).map(|(name, n)| vec![text(name), count(lower(n)), count(upper(n))]).collect())
}

/// Codes that occurred, by their text.
fn by_text<'a>(texts: &'a [String], counts: &[u64]) -> impl Iterator<Item = (&'a str, u64)> {
    let mut all: Vec<(&str, u64)> = texts.iter().map(String::as_str).zip(counts.iter().copied()).filter(|(_, n)| *n > 0).collect();
    all.sort_unstable();
    all.into_iter()
}

fn street_top(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [street] = table.need(["street"])?;
    let of = concluded(table)?;
    let texts = table.texts(street);
    let counts = table.count(texts.len(), in_year(asked), |part, counters| {
        let of = of.of(part);
        for (row, street) in part.u32(street).iter().enumerate() {
            counters[*street as usize] += of.counted(row);
        }
    });
    let mut all: Vec<(&str, u64)> = by_text(&texts, &counts).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(upper(*n)));
    all.truncate(50);
    Ok(all.into_iter().map(|(name, n)| vec![text(name), count(lower(n)), count(upper(n))]).collect())
}

fn month_link(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [link] = table.need(["link"])?;
    let of = concluded(table)?;
    let texts = table.texts(link);
    let many = texts.len();
    let counts = table.count(12 * many, in_year(asked), |part, counters| {
        let of = of.of(part);
        let month = &mut counters[month_of(part) * many..][..many];
        for (row, link) in part.u8(link).iter().enumerate() {
            month[usize::from(*link)] += of.counted(row);
        }
    });
    let months = counts.chunks(many.max(1)).zip(1..);
    Ok(months
        .flat_map(|(counts, month)| by_text(&texts, counts).map(move |(name, n)| vec![count(month), text(name), count(lower(n)), count(upper(n))]))
        .collect())
}

fn month_of(part: &Part) -> usize {
    part.month.month as usize - 1
}

fn item_pareto(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let (items, batches) = (&facts.item, &facts.batch);
    let [failing, number, group, analyte] = items.need(["failing", "batch", "item_group", "analyte"])?;
    let of = concluded(batches)?;
    // the parts of a month in the order of their numbers: the number of a batch is its place
    let mut months: BTreeMap<FileMonth, Vec<(usize, Concluded<'_>)>> = BTreeMap::new();
    for part in &batches.parts {
        months.entry(part.month).or_default().push((part.rows, of.of(part)));
    }
    let (groups, analytes) = (items.texts(group), items.texts(analyte));
    let wide = groups.len();
    let none = Vec::new();
    // what leads nowhere is counted apart, and refused
    let counts = items.count(wide * analytes.len() + 1, in_year(asked), |part, counters| {
        let month = months.get(&part.month).unwrap_or(&none);
        let (numbers, group, analyte) = (part.u32(number), part.u8(group), part.u16(analyte));
        for row in ones(part.u8(failing)) {
            let mut place = numbers[row] as usize;
            let mut all = month.iter();
            let found = loop {
                match all.next() {
                    Some((rows, _)) if place >= *rows => place -= rows,
                    other => break other,
                }
            };
            match found {
                Some((_, of)) => counters[usize::from(analyte[row]) * wide + usize::from(group[row])] += upper(of.counted(place)),
                None => counters[wide * analytes.len()] += 1,
            }
        }
    });
    if counts.last().is_some_and(|lost| *lost > 0) {
        return Err(Refusal::new(code::FORMAT).with("at", facts.dir().display()).with("detail", "item.batch"));
    }
    let mut all: Vec<(std::cmp::Reverse<u64>, &str, &str)> = Vec::new();
    for (analyte, counts) in analytes.iter().zip(counts.chunks(wide.max(1))) {
        all.extend(groups.iter().zip(counts).filter(|(_, n)| **n > 0).map(|(group, n)| (std::cmp::Reverse(*n), group.as_str(), analyte.as_str())));
    }
    all.sort_unstable();
    all.truncate(30);
    Ok(all.into_iter().map(|(n, group, analyte)| vec![text(group), text(analyte), count(n.0)]).collect())
}

/// The places of what is not 0, eight at a glance: failing items are rare.
fn ones(flags: &[u8]) -> impl Iterator<Item = usize> {
    let (eights, rest) = flags.as_chunks::<8>();
    let tail = eights.len() * 8;
    let found = eights.iter().enumerate().filter(|(_, eight)| u64::from_ne_bytes(**eight) != 0);
    let found = found.flat_map(|(at, eight)| eight.iter().enumerate().filter(|(_, flag)| **flag != 0).map(move |(n, _)| at * 8 + n));
    found.chain(rest.iter().enumerate().filter(|(_, flag)| **flag != 0).map(move |(n, _)| tail + n))
}

/// Days that are counted in a table; what takes longer is counted one by one.
const DAYS: usize = 128;

fn lab_turnaround(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [lab, days, issued] = table.need(["lab", "days_to_report", "issued_on"])?;
    let texts = table.texts(lab);
    let (from, to) = year(asked);
    let rare = std::sync::Mutex::new(BTreeMap::<(u16, i32), u64>::new());
    let counts = table.count(
        texts.len() * DAYS,
        |_| true,
        |part, counters| {
            let (lab, issued) = (part.u16(lab), part.u16(issued));
            for (row, days) in part.i32(days).iter().enumerate() {
                if issued[row] < from || issued[row] > to || *days == LACKING {
                    continue;
                }
                match usize::try_from(*days).ok().filter(|d| *d < DAYS) {
                    Some(days) => counters[usize::from(lab[row]) * DAYS + days] += 1,
                    None => *locked(&rare).entry((lab[row], *days)).or_default() += 1,
                }
            }
        },
    );
    let mut by_lab: Vec<BTreeMap<i32, u64>> = vec![BTreeMap::new(); texts.len()];
    for (lab, counts) in counts.chunks(DAYS).enumerate() {
        by_lab[lab].extend((0..).zip(counts.iter().copied()).filter(|(_, n)| *n > 0));
    }
    for ((lab, days), n) in rare.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        *by_lab[usize::from(lab)].entry(days).or_default() += n;
    }
    let mut all: Answer = texts
        .iter()
        .zip(&by_lab)
        .filter(|(_, days)| !days.is_empty())
        .map(|(name, days)| {
            let whole: u64 = days.values().sum();
            let within = |num: u64, den: u64| {
                let mut so_far = 0;
                let day = days.iter().find(|(_, n)| {
                    so_far += **n;
                    so_far * den >= whole * num
                });
                AnswerCell::Count(day.map_or(0, |(day, _)| i64::from(*day)))
            };
            vec![text(name), count(whole), within(1, 2), within(9, 10)]
        })
        .collect();
    all.sort_unstable();
    Ok(all)
}

/// First and last day of the year as columns hold them.
fn year(asked: AskedYear) -> (u16, u16) {
    let day = |m, d| NaiveDate::from_ymd_opt(asked.year, m, d).map_or(0, short);
    (day(1, 1), day(12, 31))
}

fn on_time(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [district, stage, issued, due] = table.need(["district", "stage", "issued_on", "report_due_on"])?;
    let texts = table.texts(district);
    let (is_issued, in_lab) = (table.byte_of(stage, "issued"), table.byte_of(stage, "in_lab"));
    let (from, to) = year(asked);
    let counts = table.count(
        texts.len(),
        |_| true,
        |part, counters| {
            let (district, stage, issued) = (part.u16(district), part.u8(stage), part.u16(issued));
            for (row, due) in part.u16(due).iter().enumerate() {
                let counted = u64::from((*due >= from) & (*due <= to) & ((stage[row] == is_issued) | (stage[row] == in_lab)));
                let in_time = u64::from((issued[row] != 0) & (issued[row] <= *due));
                counters[usize::from(district[row])] += counted | ((counted & in_time) << ABOVE);
            }
        },
    );
    Ok(by_text(&texts, &counts).map(|(name, n)| vec![text(name), count(lower(n)), count(upper(n))]).collect())
}

fn rapid_month(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.reading;
    let [item, verdict, valid] = table.need(["item", "verdict", "valid"])?;
    let (positive, invalid) = (table.byte_of(verdict, "positive"), table.byte_of(verdict, "invalid"));
    let texts = table.texts(item);
    let many = texts.len();
    let counts = table.count(12 * many, in_year(asked), |part, counters| {
        let month = &mut counters[month_of(part) * many..][..many];
        let (verdict, valid) = (part.u8(verdict), part.u8(valid));
        spread(month, part.u16(item), |row| {
            let counted = u64::from((valid[row] != 0) & (verdict[row] != invalid));
            counted | ((counted & u64::from(verdict[row] == positive)) << ABOVE)
        });
    });
    Ok(by_month(&texts, &counts))
}

/// Adds what each row counts to the counter of its code. Neighbours often have the same code, and a counter that was just written must not be waited
/// for: four sets of counters take turns.
fn spread(counters: &mut [u64], codes: &[u16], counted: impl Fn(usize) -> u64) {
    let many = counters.len();
    let mut sets = vec![0_u64; many * 4];
    let (fours, rest) = codes.as_chunks::<4>();
    for (at, four) in fours.iter().enumerate() {
        for (turn, code) in four.iter().enumerate() {
            sets[usize::from(*code) * 4 + turn] += counted(at * 4 + turn);
        }
    }
    for (n, code) in rest.iter().enumerate() {
        sets[usize::from(*code) * 4] += counted(fours.len() * 4 + n);
    }
    for (counter, set) in counters.iter_mut().zip(sets.as_chunks::<4>().0) {
        *counter += set.iter().sum::<u64>();
    }
}

/// Rows of a text and a month.
fn by_month(texts: &[String], counts: &[u64]) -> Answer {
    let mut all: Answer = counts
        .chunks(texts.len().max(1))
        .zip(1..)
        .flat_map(|(counts, month)| by_text(texts, counts).map(move |(name, n)| vec![text(name), count(month), count(lower(n)), count(upper(n))]))
        .collect();
    all.sort_unstable();
    all
}

fn same_period(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [class, issued] = table.need(["class", "issued_on"])?;
    let of = concluded(table)?;
    let texts = table.texts(class);
    let many = texts.len();
    let until = asked.until;
    let before = until.with_year(until.year() - 1).or_else(|| until.pred_opt()?.with_year(until.year() - 1)).map_or(0, short);
    let until = short(until);
    let counts = table.count(
        2 * many,
        |part| part.month.year == asked.year || part.month.year == asked.year - 1,
        |part, counters| {
            let of = of.of(part);
            let (limit, place) = if part.month.year == asked.year { (until, 0) } else { (before, many) };
            let issued = part.u16(issued);
            let side = &mut counters[place..][..many];
            for (row, class) in part.u16(class).iter().enumerate() {
                let by_then = u64::from((issued[row] != 0) & (issued[row] <= limit));
                side[usize::from(*class)] += of.counted(row) * by_then;
            }
        },
    );
    let (now, then) = counts.split_at(many);
    let mut all: Answer = Vec::new();
    for ((name, now), then) in texts.iter().zip(now).zip(then).filter(|((_, now), then)| **now + **then > 0) {
        all.push(vec![text(name), count(lower(*now)), count(upper(*now)), count(lower(*then)), count(upper(*then))]);
    }
    all.sort_unstable();
    Ok(all)
}

fn key_foods(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [category] = table.need(["category"])?;
    let of = concluded(table)?;
    let texts = table.texts(category);
    let counts = table.count(texts.len(), in_year(asked), |part, counters| {
        let of = of.of(part);
        for (row, category) in part.u16(category).iter().enumerate() {
            counters[usize::from(*category)] += of.counted(row);
        }
    });
    let row = KEY_FOOD_GROUPS.iter().flat_map(|group| {
        let held = texts.iter().zip(&counts).filter(|(text, _)| group.holds(&shiyan_foundation::category::CategoryPath::parse(text)));
        let sum = held.fold([0, 0], |sum, (_, n)| [sum[0] + lower(*n), sum[1] + upper(*n)]);
        sum.map(count)
    });
    Ok(vec![row.collect()])
}

fn level_kind(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.batch;
    let [level, kind, outcome] = table.need(["level", "kind", "outcome"])?;
    let of = concluded(table)?;
    let (levels, kinds, outcomes) = (table.texts(level), table.texts(kind), table.texts(outcome));
    // one counter to each level, kind, conclusion and whether a recheck is pending
    let width = outcomes.len() * 2;
    let counts = table.count(levels.len() * kinds.len() * width, in_year(asked), |part, counters| {
        let of = of.of(part);
        for (row, level) in part.u8(level).iter().enumerate() {
            let place =
                (usize::from(*level) * kinds.len() + usize::from(of.kind[row])) * width + usize::from(of.outcome[row]) * 2 + usize::from(of.pending[row]);
            counters[place] += u64::from(of.stage[row] == of.issued);
        }
    });
    let mut all: Answer = Vec::new();
    for (at, counts) in counts.chunks(width.max(1)).enumerate().filter(|(_, counts)| counts.iter().any(|n| *n > 0)) {
        let sum =
            |keep: &dyn Fn(&str, bool) -> bool| counts.iter().enumerate().filter(|(n, _)| keep(&outcomes[n / 2], n % 2 == 1)).map(|(_, n)| n).sum::<u64>();
        all.push(vec![
            text(&levels[at / kinds.len()]),
            text(&kinds[at % kinds.len()]),
            count(counts.iter().sum()),
            count(sum(&|outcome, pending| pending || outcome == "fail")),
            count(sum(&|outcome, pending| !pending && outcome == "problem")),
            count(sum(&|outcome, pending| !pending && outcome == "pass")),
        ]);
    }
    all.sort_unstable();
    Ok(all)
}

fn group_history(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let table = &facts.item;
    let [analyte, group, failing] = table.need(["analyte", "item_group", "failing"])?;
    let wanted = table.byte_of(group, asked.group);
    let texts = table.texts(analyte);
    let many = texts.len();
    let counts = table.count(12 * many, in_year(asked), |part, counters| {
        let month = &mut counters[month_of(part) * many..][..many];
        let (group, failing) = (part.u8(group), part.u8(failing));
        spread(month, part.u16(analyte), |row| {
            let counted = u64::from(group[row] == wanted);
            counted | ((counted & u64::from(failing[row])) << ABOVE)
        });
    });
    Ok(by_month(&texts, &counts))
}

fn funnel(facts: &FactColumns, asked: AskedYear) -> Result<Answer, Refusal> {
    let batches = &facts.batch;
    let [received] = batches.need(["received_on"])?;
    let of = concluded(batches)?;
    let mut row = batches.count(4, in_year(asked), |part, counters| {
        let of = of.of(part);
        for (row, received) in part.u16(received).iter().enumerate() {
            let issued = u64::from(of.stage[row] == of.issued);
            counters[1] += u64::from(*received != 0);
            counters[2] += issued;
            counters[3] += issued & u64::from(of.failing(row));
        }
        counters[0] += part.rows as u64;
    });
    let cases = &facts.case_part;
    let [closed, due, cancelled, evidenced] = cases.need(["closed_on", "due_on", "cancelled", "evidenced"])?;
    row.extend(cases.count(3, in_year(asked), |part, counters| {
        let (due, cancelled, evidenced) = (part.u16(due), part.u8(cancelled), part.u8(evidenced));
        for (row, closed) in part.u16(closed).iter().enumerate().filter(|(row, _)| cancelled[*row] == 0) {
            counters[0] += 1;
            counters[1] += u64::from(*closed != 0);
            counters[2] += u64::from((*closed != 0) & (*closed <= due[row]) & (evidenced[row] != 0));
        }
    }));
    let clocks = &facts.service;
    let [rule, cancelled, stopped] = clocks.need(["rule", "cancelled", "stopped_at"])?;
    let serve = clocks.byte_of(rule, "D06");
    row.extend(clocks.count(2, in_year(asked), |part, counters| {
        let (cancelled, stopped) = (part.u8(cancelled), part.u8(stopped));
        for (row, rule) in part.u8(rule).iter().enumerate() {
            let counted = u64::from((*rule == serve) & (cancelled[row] == 0));
            counters[0] += counted;
            counters[1] += counted & u64::from(stopped[row]);
        }
    }));
    Ok(vec![row.into_iter().map(count).collect()])
}
