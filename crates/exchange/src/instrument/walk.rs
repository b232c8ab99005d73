//! The way through the rows of one sheet: header, section, title, rule, sample, values. Each row is left in exactly the lists
//! that say what became of it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use shiyan_foundation::{CodeInfo, Refusal};

use super::pattern::{fits, fits_any, heading_key, is_negative, is_number, label_key, one_line, pair, value_and_unit};
use super::profile::{Column, OtherRows, Profile, Shape, Take};
use super::{Flag, InstrumentReading, ReadingKind, SkipReason, Skipped, row_text};
use crate::book::{Row, Sheet};
use crate::code;
use crate::issue::{ColumnRef, Issue, Severity, letter, shorten};

/// More findings than this, and the profile does not fit the file.
const MAX_ISSUES: usize = 20_000;
/// Readings of one file: sixty samples of five hundred pesticides are thirty thousand.
const MAX_READINGS: usize = 200_000;
/// Bytes of text of all readings: a short file can repeat a long heading very often.
const MAX_TEXT: usize = 64 << 20;

/// What the walk brings home.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) readings: Vec<InstrumentReading>,
    pub(super) issues: Vec<Issue>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) empty_cells: u64,
}

/// A column that holds results.
struct ValueColumn {
    index: usize,
    /// Wide tables: the analyte, from the heading or its group.
    analyte: Option<String>,
    /// The unit out of the heading, or of the row under it.
    unit: Option<String>,
    /// The column with the unit of each value.
    beside: Option<usize>,
}

/// The columns of the profile, found in one header.
struct Head {
    /// Headings as printed; their number is the width of the table.
    names: Vec<String>,
    sample: Option<usize>,
    analyte: Option<usize>,
    unit: Option<usize>,
    replicate: Option<usize>,
    title: Option<usize>,
    not_detected_in: Option<usize>,
    /// Parallel to the row rules.
    rules: Vec<Option<usize>>,
    /// Column and flag rule.
    flags: Vec<(usize, usize)>,
    values: Vec<ValueColumn>,
    /// Columns without a heading that nothing reads: content there is a sign of a shifted row.
    bare: Vec<usize>,
}

impl Head {
    /// Finds every declared column, or names those that are missing or ambiguous.
    fn find(profile: &Profile, names: Vec<String>, groups: &[String]) -> Result<Self, String> {
        let keys: Vec<String> = names.iter().map(|n| heading_key(n)).collect();
        let is_wide = profile.table.shape == Shape::Wide;
        let mut lacking = BTreeSet::new();
        let mut used = BTreeSet::new();
        let mut one = |column: &Column, optional: bool| {
            let found = column.one(&keys);
            if found.is_none() && !(optional && column.all(&keys).is_empty()) {
                lacking.insert(column.text());
            }
            used.extend(found);
            found
        };
        let mut declared = |column: &Option<Column>| column.as_ref().and_then(|c| one(c, false));
        let sample = declared(&profile.sample.column);
        let analyte = declared(&profile.analyte.column);
        let unit = declared(&profile.unit.column);
        let replicate = declared(&profile.replicate.column);
        let title = declared(&profile.table.title);
        let not_detected_in = declared(&profile.result.not_detected_in);
        let result = if is_wide { None } else { declared(&profile.result.column) };
        let rules = profile.rows.iter().map(|r| if r.column.is_sample() { None } else { one(&r.column, r.optional) }).collect();
        let mut flags = Vec::new();
        for (rule, flag) in profile.flags.iter().enumerate() {
            let all = flag.column.all(&keys);
            if all.is_empty() && !flag.optional {
                lacking.insert(flag.column.text());
            }
            used.extend(&all);
            flags.extend(all.into_iter().map(|i| (i, rule)));
        }
        used.extend(profile.analyte.ignore.iter().flat_map(|c| c.all(&keys)));
        let values = match result {
            _ if is_wide && profile.table.width.is_some() => placed(profile),
            _ if is_wide => wide(profile, &names, &keys, groups, &used),
            Some(index) => vec![ValueColumn { index, analyte: None, unit: None, beside: None }],
            None => Vec::new(),
        };
        if !profile.unit.beside.is_empty() && values.iter().any(|v| v.beside.is_none()) {
            lacking.insert("每个结果右边的单位列（unit.beside）".to_owned());
        }
        used.extend(values.iter().filter_map(|v| v.beside));
        if lacking.is_empty() && values.is_empty() {
            lacking.insert("结果（result）".to_owned());
        }
        if !lacking.is_empty() {
            return Err(lacking.into_iter().collect::<Vec<_>>().join("，"));
        }
        let bare = (0..keys.len()).filter(|i| is_wide && keys[*i].is_empty() && !used.contains(i)).collect();
        Ok(Self { names, sample, analyte, unit, replicate, title, not_detected_in, rules, flags, values, bare })
    }

    fn at(&self, index: usize) -> ColumnRef {
        ColumnRef { letter: letter(index), name: self.names.get(index).map(|n| shorten(n)).unwrap_or_default() }
    }
}

/// The result columns of a wide table: every heading that nothing else names, or in groups those of the result heading.
fn wide(profile: &Profile, names: &[String], keys: &[String], groups: &[String], used: &BTreeSet<usize>) -> Vec<ValueColumn> {
    if let (Some(column), Some(pattern)) = (&profile.result.column, &profile.analyte.group) {
        let titles = filled_right(groups, names.len());
        let results = column.all(keys).into_iter().filter(|i| fits(pattern, &titles[*i]));
        return results.map(|index| ValueColumn { index, analyte: Some(titles[index].clone()), unit: None, beside: None }).collect();
    }
    let beside: Vec<String> = profile.unit.beside.iter().map(|h| heading_key(h)).collect();
    let is_unit = |i: usize| beside.contains(&keys[i]) && !used.contains(&i);
    let free = (0..keys.len()).filter(|i| !keys[*i].is_empty() && !used.contains(i) && !is_unit(*i));
    let next = |i: usize| Some(i + 1).filter(|n| *n < keys.len() && is_unit(*n));
    free.map(|index| ValueColumn { index, analyte: Some(names[index].clone()), unit: unit_of_heading(profile, &names[index]), beside: next(index) }).collect()
}

/// The result columns of a wide table without a header, as the profile places them.
fn placed(profile: &Profile) -> Vec<ValueColumn> {
    let mut all: Vec<ValueColumn> = profile
        .placed()
        .into_iter()
        .map(|(index, name)| ValueColumn { index, analyte: Some(name.to_owned()), unit: unit_of_heading(profile, name), beside: None })
        .collect();
    all.sort_by_key(|v| v.index);
    all
}

fn unit_of_heading(profile: &Profile, name: &str) -> Option<String> {
    match profile.unit.heading.as_deref() {
        Some("()") => bracketed(name, '(', ')'),
        Some("[]") => bracketed(name, '[', ']'),
        Some("any") => unit_behind(name).map(|(_, unit)| unit),
        _ => None,
    }
}

/// `铅(mg/kg)`, `水分【%】`: the name and the unit, when what stands in the last brackets is one. `铅(以Pb计)` and `(干基)` are none.
fn unit_behind(name: &str) -> Option<(String, String)> {
    let bare = name.trim_end();
    let (open, close) = [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】'), ('［', '］')].into_iter().find(|(_, close)| bare.ends_with(*close))?;
    let (before, inside) = bare.strip_suffix(close)?.rsplit_once(open)?;
    let unit = inside.trim();
    let plain = unit.chars().all(|c| c.is_ascii() || "μµ°℃‰×⁰¹²³⁴⁵⁶⁷⁸⁹⁻".contains(c));
    let reads = shiyan_judgement::amount::units::canonical(unit).is_some() || (plain && (unit.contains('/') || unit.contains('%')) && !unit.contains('='));
    (reads && !unit.is_empty() && !before.trim().is_empty()).then(|| (before.trim_end().to_owned(), unit.to_owned()))
}

/// A group title stands over the first of its columns only.
fn filled_right(groups: &[String], width: usize) -> Vec<String> {
    let mut title = String::new();
    (0..width)
        .map(|i| {
            let own = groups.get(i).map(|g| one_line(g)).unwrap_or_default();
            if !own.is_empty() {
                title = own;
            }
            title.clone()
        })
        .collect()
}

/// What stands in the last brackets.
fn bracketed(text: &str, open: char, close: char) -> Option<String> {
    let (_, after) = text.rsplit_once(open)?;
    Some(after.split_once(close)?.0.trim().to_owned())
}

enum Header {
    /// None yet.
    None,
    /// One that cannot be read; the rows below it go to a person.
    Bad,
    Good(Rc<Head>),
}

/// A single replicate that waits for the marked row of its sample.
struct Waiting {
    row: u32,
    sample: String,
    text: String,
}

struct Walk<'a> {
    profile: &'a Profile,
    file: &'a str,
    sheet: &'a Sheet,
    is_text: bool,
    header: Header,
    /// Headings by which a damaged header is still recognised.
    known: BTreeSet<String>,
    /// A readable header, or without headers a row of the right width, was seen.
    seen: bool,
    /// Columns that the first unreadable header lacks.
    lacking: Option<String>,
    /// The row before, when it may name groups.
    above: Vec<String>,
    /// In the section of the table, and the row of its title.
    inside: bool,
    section_row: u32,
    /// What the lines above the table say; a table that comes after rows of another needs lines of its own.
    labels: Labels,
    /// The sample of the row above, where it is filled down.
    above_sample: String,
    /// The next row holds the units of the header.
    units_next: bool,
    /// Row, name, and whether a row stood below it.
    title: Option<(u32, String, bool)>,
    waiting: Vec<Waiting>,
    text: usize,
    out: Walked,
}

/// Walks the rows.
///
/// # Errors
/// `TABLE-HEADER`, `INSTR-NOTHING`, `INSTR-TOO-MUCH`.
pub(super) fn walk(profile: &Profile, file: &str, sheet: &Sheet, is_text: bool) -> Result<Walked, Refusal> {
    let header = match profile.table.width {
        Some(width) => Head::find(profile, (0..width).map(letter).collect(), &[]).map_or(Header::Bad, |head| Header::Good(Rc::new(head))),
        None => Header::None,
    };
    let mut walk = Walk {
        profile,
        file,
        sheet,
        is_text,
        header,
        known: profile.headings(),
        seen: false,
        lacking: None,
        above: Vec::new(),
        inside: profile.table.section.is_none(),
        section_row: 0,
        labels: Labels::default(),
        above_sample: String::new(),
        units_next: false,
        title: None,
        waiting: Vec::new(),
        text: 0,
        out: Walked::default(),
    };
    for row in sheet.rows.iter().filter(|r| !r.is_blank()) {
        walk.row(row);
        if profile.table.groups {
            walk.above.clone_from(&row.cells);
        }
        walk.bounds()?;
    }
    walk.finish()
}

impl Walk<'_> {
    fn skip(&mut self, row: &Row, reason: SkipReason) {
        self.out.skipped.push(Skipped { row: row.number, reason, text: row_text(row) });
    }
    fn issue(&mut self, severity: Severity, info: &'static CodeInfo, row: u32, column: Option<ColumnRef>, facts: &[(&'static str, &str)]) {
        self.out.issues.push(Issue::new(severity, info, &self.sheet.name, row, column, facts));
    }
    /// The row is not read; a person has to see it.
    fn refuse_row(&mut self, info: &'static CodeInfo, row: &Row, column: Option<ColumnRef>) {
        // who made the table, the sum, a remark: nobody asks such a row for its sample or its result
        if [code::INSTR_SAMPLE.code, code::INSTR_RESULT.code, code::INSTR_ROW_KIND.code].contains(&info.code) && row.is_footer() {
            return self.skip(row, SkipReason::Footer);
        }
        let text = row_text(row);
        self.issue(Severity::Error, info, row.number, column, &[("text", &text)]);
    }

    fn row(&mut self, row: &Row) {
        let table = &self.profile.table;
        if table.first_row.is_some_and(|first| row.number < first) {
            self.label_line(row);
            return self.skip(row, SkipReason::Preamble);
        }
        if std::mem::take(&mut self.units_next) {
            return self.take_units(row);
        }
        if self.label_line(row) {
            return self.skip(row, SkipReason::Preamble);
        }
        if let Some(section) = &table.section {
            if let Some(title) = section_title(row) {
                self.leave_section();
                self.section_row = row.number;
                self.inside = heading_key(title) == heading_key(section);
                self.header = Header::None;
                return self.skip(row, SkipReason::Section);
            }
            if !self.inside {
                return self.skip(row, SkipReason::Section);
            }
        }
        if self.is_header(row) {
            return self.take_header(row);
        }
        match &self.header {
            Header::None => self.skip(row, SkipReason::Preamble),
            Header::Bad => self.refuse_row(code::INSTR_UNDER, row, None),
            Header::Good(head) => {
                let head = Rc::clone(head);
                self.body(row, &head);
            }
        }
    }

    /// Whether the row says what a label of the profile stands for; what it says is remembered.
    fn label_line(&mut self, row: &Row) -> bool {
        let profile = self.profile;
        let declared = [&profile.sample.label, &profile.analyte.label, &profile.unit.label];
        if declared.iter().all(|l| l.is_none()) || (profile.table.pairs && self.is_header(row)) {
            return false;
        }
        let keys: Vec<String> = declared.iter().filter_map(|l| l.as_deref().map(label_key)).collect();
        let found = declared.map(|label| label.as_deref().and_then(|label| labelled(row, label, profile.table.pairs, &keys)));
        if found.iter().all(Option::is_none) {
            return false;
        }
        if std::mem::take(&mut self.labels.used) {
            self.labels = Labels::default();
        }
        let [sample, analyte, unit] = found;
        for (slot, value) in [(&mut self.labels.sample, sample), (&mut self.labels.analyte, analyte), (&mut self.labels.unit, unit)] {
            if let Some(value) = value {
                *slot = value;
            }
        }
        true
    }

    /// The row under the header: a unit for every column of results, and no number among them.
    fn take_units(&mut self, row: &Row) {
        let Header::Good(head) = &self.header else { return self.refuse_row(code::INSTR_UNDER, row, None) };
        let mark = if self.profile.result.decimal_comma { ',' } else { '.' };
        let number = head.values.iter().any(|v| is_number(row.cell(v.index).trim(), mark));
        let sampled = head.sample.is_some_and(|i| !one_line(row.cell(i)).is_empty() && !bare_unit(row.cell(i)));
        if number || sampled {
            self.header = Header::Bad;
            let columns = "单位行（row of units）".to_owned();
            self.issue(Severity::Error, code::INSTR_HEADER, row.number, None, &[("columns", &columns)]);
            self.lacking.get_or_insert(columns);
            return;
        }
        let names = head.names.clone();
        let values = head
            .values
            .iter()
            .map(|v| {
                let unit = one_line(row.cell(v.index));
                let unit = unit.trim_start_matches(['(', '[', '（']).trim_end_matches([')', ']', '）']).to_owned();
                ValueColumn { index: v.index, analyte: v.analyte.clone(), unit: Some(unit), beside: v.beside }
            })
            .collect();
        let head = Head { names, values, rules: head.rules.clone(), flags: head.flags.clone(), bare: head.bare.clone(), ..**head };
        self.header = Header::Good(Rc::new(head));
        self.skip(row, SkipReason::Units);
    }

    /// The table of a section must have had a header, and the next one must bring its own sample: never the one before.
    fn leave_section(&mut self) {
        if !self.inside || self.profile.table.section.is_none() {
            return;
        }
        self.labels = Labels::default();
        if matches!(self.header, Header::None) {
            self.issue(Severity::Error, code::INSTR_HEADER, self.section_row, None, &[("columns", "表头（header）")]);
        }
    }

    /// A header names at least two columns; one cell alone is a mark. A row that is half headings counts too: a damaged header
    /// must not leave the rows below it to the columns of the header before.
    fn is_header(&self, row: &Row) -> bool {
        let table = &self.profile.table;
        if table.header_row == Some(row.number) {
            return true;
        }
        if table.header.is_empty() {
            return false;
        }
        let keys: Vec<String> = row.cells.iter().map(|c| heading_key(c)).filter(|k| !k.is_empty()).collect();
        let known = keys.iter().filter(|k| self.known.contains(*k)).count();
        let declared = || table.header.iter().any(|list| list.iter().all(|h| keys.contains(&heading_key(h))));
        keys.len() > 1 && ((known > 1 && 2 * known >= keys.len()) || declared())
    }

    fn take_header(&mut self, row: &Row) {
        // a header, readable or not, uses the lines above it: the next one needs its own
        if self.labels.used {
            self.labels = Labels::default();
        }
        self.labels.used = true;
        let table = &self.profile.table;
        let names = row.cells.iter().map(|c| one_line(c)).collect();
        let moved = table.groups && self.is_text && !table.ragged && self.above.len() != row.cells.len();
        let found = if moved { Err("分组行（row of groups）".to_owned()) } else { Head::find(self.profile, names, &self.above) };
        match found {
            Ok(head) => {
                self.units_next = self.profile.unit.row;
                self.above_sample.clear();
                self.known.extend(head.names.iter().map(|n| heading_key(n)).filter(|k| !k.is_empty()));
                self.header = Header::Good(Rc::new(head));
                self.seen = true;
                self.skip(row, SkipReason::Header);
            }
            Err(columns) => {
                self.header = Header::Bad;
                self.issue(Severity::Error, code::INSTR_HEADER, row.number, None, &[("columns", &columns)]);
                self.lacking.get_or_insert(columns);
            }
        }
    }

    /// A row below a readable header.
    fn body(&mut self, row: &Row, head: &Head) {
        let profile = self.profile;
        let printed = match head.sample {
            Some(index) if profile.sample.fill_down && one_line(row.cell(index)).is_empty() => self.above_sample.clone(),
            Some(index) => row.cell(index).to_owned(),
            None if profile.sample.file_name => stem(self.file).to_owned(),
            None => self.labels.sample.clone(),
        };
        let (sample, suffix) = profile.sample.clean.apply(&printed);
        let rule = profile.rows.iter().zip(&head.rules).find(|(rule, at)| match at {
            _ if rule.column.is_sample() => fits_any(&rule.is, &sample),
            Some(index) => fits_any(&rule.is, row.cell(*index).trim()),
            None => false,
        });
        if let Some(reason) = rule.and_then(|(rule, _)| rule.skip) {
            if reason == SkipReason::Summary {
                // the statistics end a block: rows after them need a title of their own
                self.close_title();
            }
            return self.skip(row, reason);
        }
        if let Some(title) = head.title {
            if row.cells.iter().enumerate().all(|(i, c)| (i == title) != c.trim().is_empty()) {
                return self.take_title(row, title);
            }
            if let Some((_, _, used)) = &mut self.title {
                *used = true;
            }
        }
        let shifted = self.shifted(row, head);
        if profile.sample.fill_down {
            // a row whose cells may have moved names no sample for those below it
            self.above_sample = if shifted { String::new() } else { printed.clone() };
        }
        if shifted && profile.table.width.is_some() {
            return self.refuse_row(code::INSTR_WIDTH, row, None);
        }
        self.seen = true;
        self.labels.used = true;
        let kind = match (rule.and_then(|(rule, _)| rule.kind), profile.table.other_rows) {
            (Some(kind), _) => kind,
            (None, OtherRows::Unknown) => ReadingKind::Unknown,
            (None, OtherRows::Person) => return self.refuse_row(code::INSTR_ROW_KIND, row, None),
        };
        if sample.is_empty() {
            return self.refuse_row(code::INSTR_SAMPLE, row, head.sample.map(|i| head.at(i)));
        }
        let replicate = head.replicate.map_or_else(|| suffix.trim_start_matches('-').to_owned(), |i| one_line(row.cell(i)));
        if profile.replicate.take == Take::Marked {
            let marked = fits_any(&profile.replicate.marks, &replicate);
            self.settle(&sample, marked);
            if !marked {
                return self.waiting.push(Waiting { row: row.number, sample, text: row_text(row) });
            }
        }
        if shifted {
            self.issue(Severity::Warning, code::INSTR_WIDTH, row.number, None, &[("text", &row_text(row))]);
        }
        let flagged = self.flags(row, head);
        let common = Common { sample, printed: one_line(&printed), kind, replicate, shifted, flagged };
        self.values(row, head, &common);
    }

    fn take_title(&mut self, row: &Row, title: usize) {
        self.close_title();
        self.title = Some((row.number, one_line(row.cell(title)), false));
        self.skip(row, SkipReason::Title);
    }
    /// The block is over. A title without rows may be the rest of a row that was cut off.
    fn close_title(&mut self) {
        if let Some((row, text, false)) = self.title.take() {
            self.issue(Severity::Warning, code::INSTR_TITLE, row, None, &[("text", &text)]);
        }
    }

    /// More or fewer cells than the table has columns, or content under no heading: the cells may stand in wrong columns.
    fn shifted(&self, row: &Row, head: &Head) -> bool {
        let width = head.names.len();
        let beyond = row.cells.iter().skip(width).any(|c| !c.trim().is_empty());
        let other = self.is_text && !self.profile.table.ragged && row.cells.len() != width;
        beyond || other || head.bare.iter().any(|i| !row.cell(*i).trim().is_empty())
    }

    /// Replicates that wait all belong to one sample: its marked row settles them, the row of another sample leaves them without one.
    fn settle(&mut self, sample: &str, marked: bool) {
        let same = self.waiting.first().is_some_and(|w| w.sample == sample);
        if same && !marked {
            return;
        }
        for waiting in std::mem::take(&mut self.waiting) {
            if same {
                self.out.skipped.push(Skipped { row: waiting.row, reason: SkipReason::Replicate, text: waiting.text });
            } else {
                self.issue(Severity::Error, code::INSTR_REPLICATE, waiting.row, None, &[("sample", &waiting.sample), ("text", &waiting.text)]);
            }
        }
    }

    /// Reports every flag of the row.
    fn flags(&mut self, row: &Row, head: &Head) -> bool {
        let mut any = false;
        for (index, rule) in &head.flags {
            let text = row.cell(*index).trim();
            if !text.is_empty() && !fits_any(&self.profile.flags[*rule].ok, text) {
                any = true;
                self.issue(Severity::Warning, code::INSTR_FLAG, row.number, Some(head.at(*index)), &[("text", text)]);
            }
        }
        any
    }

    fn values(&mut self, row: &Row, head: &Head, common: &Common) {
        let rule = &self.profile.result;
        let (mut found, mut empty) = (0u64, 0u64);
        for column in &head.values {
            let instead = head.not_detected_in.filter(|i| fits_any(&rule.not_detected, row.cell(*i).trim()));
            let index = match row.cell(column.index).trim() {
                "" => instead,
                _ => Some(column.index),
            };
            match index {
                Some(index) => {
                    found += 1;
                    self.value(row, head, common, column, index);
                }
                None => empty += 1,
            }
        }
        if found > 0 {
            self.out.empty_cells += empty;
        } else if matches!(common.kind, ReadingKind::Blank | ReadingKind::Standard) {
            self.skip(row, SkipReason::NoResult);
        } else {
            let column = if self.profile.table.shape == Shape::Wide { None } else { head.values.first().map(|v| head.at(v.index)) };
            self.refuse_row(code::INSTR_RESULT, row, column);
        }
    }

    /// The analyte as printed: in the heading, in its column, in the title of the section, or above the table.
    fn analyte_of(&self, row: &Row, head: &Head, column: &ValueColumn) -> String {
        match (&column.analyte, head.analyte, &self.title) {
            (Some(analyte), _, _) => analyte.clone(),
            (None, Some(at), _) => one_line(row.cell(at)),
            (None, None, Some((_, title, _))) => title.clone(),
            (None, None, None) => self.labels.analyte.clone(),
        }
    }

    fn value(&mut self, row: &Row, head: &Head, common: &Common, column: &ValueColumn, index: usize) {
        let profile = self.profile;
        let rule = &profile.result;
        let analyte = self.analyte_of(row, head, column);
        let named = match profile.unit.heading.as_deref() {
            Some("any") => unit_behind(&analyte).map(|(name, _)| name),
            _ => None,
        };
        let (analyte_clean, _) = profile.analyte.clean.apply(named.as_deref().unwrap_or(&analyte));
        if analyte_clean.is_empty() {
            return self.refuse_row(code::INSTR_ANALYTE, row, head.analyte.map(|i| head.at(i)));
        }
        let mut unit_printed = match (head.unit.or(column.beside), &column.unit, &profile.unit.fixed) {
            (Some(at), _, _) => one_line(row.cell(at)),
            (None, Some(unit), _) => unit.clone(),
            (None, None, Some(fixed)) => fixed.clone(),
            (None, None, None) => self.labels.unit.clone(),
        };
        // 31.0% under a heading of [%]: the unit is said twice and meant once
        let mark = if rule.decimal_comma { ',' } else { '.' };
        let printed = row.cell(index).trim();
        let bare = printed
            .strip_suffix(unit_printed.as_str())
            .map(str::trim_end)
            .filter(|n| !unit_printed.starts_with(|c: char| c.is_ascii_digit()) && is_number(n, mark));
        let mut printed = bare.unwrap_or(printed).to_owned();
        if profile.unit.in_value {
            let known = |unit: &str| profile.unit.map.contains_key(unit) || shiyan_judgement::amount::units::canonical(unit).is_some();
            (printed, unit_printed) = value_and_unit(&printed, mark, known);
        }
        let printed = printed.as_str();
        let not_detected = fits_any(&rule.not_detected, printed);
        let number = is_number(printed, mark);
        let value = if number && rule.decimal_comma { printed.replace(',', ".") } else { printed.to_owned() };
        let negative = number && !rule.negative && is_negative(&value);
        let doubt = (!not_detected && !number).then_some(Flag::NotNumber).or((!not_detected && negative).then_some(Flag::Negative));
        let flag = common.flag().or(doubt);
        let at = head.at(index);
        if !not_detected && (!number || negative) {
            let info = if number { code::INSTR_NEGATIVE } else { code::INSTR_NUMBER };
            self.issue(Severity::Warning, info, row.number, Some(at.clone()), &[("text", printed), ("analyte", &analyte_clean)]);
        }
        let unit = profile.unit.map.get(&unit_printed).unwrap_or(&unit_printed).clone();
        let reading = InstrumentReading {
            row: row.number,
            column: at,
            sample: common.sample.clone(),
            sample_printed: common.printed.clone(),
            analyte_mapped: profile.analyte.map.get(&analyte_clean).cloned(),
            analyte,
            analyte_clean,
            value,
            value_printed: row.cell(index).to_owned(),
            not_detected,
            unit,
            unit_printed,
            kind: common.kind,
            replicate: common.replicate.clone(),
            flag,
        };
        self.text += reading.sample.len() + reading.sample_printed.len() + 2 * reading.analyte.len() + reading.column.name.len();
        self.out.readings.push(reading);
    }

    fn bounds(&self) -> Result<(), Refusal> {
        let refuse = |limit: usize, what: &str| {
            Err(Refusal::new(code::INSTR_TOO_MUCH)
                .with("file", self.file)
                .with("profile", &self.profile.name.zh)
                .with("profile_en", &self.profile.name.en)
                .with("limit", limit)
                .with("what", what))
        };
        if self.out.issues.len() > MAX_ISSUES {
            return refuse(MAX_ISSUES, "处问题（findings）");
        }
        if self.out.readings.len() > MAX_READINGS {
            return refuse(MAX_READINGS, "个读数（readings）");
        }
        if self.text > MAX_TEXT {
            return refuse(MAX_TEXT, "字节的读数（bytes of readings）");
        }
        Ok(())
    }

    /// Two values for one sample and item: nobody here may choose.
    fn twice(&mut self) {
        let mut places: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (i, r) in self.out.readings.iter().enumerate().filter(|(_, r)| r.kind == ReadingKind::Unknown) {
            places.entry((&r.sample, r.analyte_mapped.as_deref().unwrap_or(&r.analyte_clean))).or_default().push(i);
        }
        let mut several: Vec<Vec<usize>> = places.into_values().filter(|list| list.len() > 1).collect();
        several.sort_unstable();
        for list in several {
            let rows: Vec<String> = list.iter().take(10).map(|i| self.out.readings[*i].row.to_string()).collect();
            let rows = rows.join("、");
            for i in list {
                let reading = &mut self.out.readings[i];
                reading.flag.get_or_insert(Flag::Twice);
                let facts = [("sample", reading.sample.as_str()), ("analyte", &reading.analyte_clean), ("rows", &rows)];
                let issue = Issue::new(Severity::Warning, code::INSTR_TWICE, &self.sheet.name, reading.row, Some(reading.column.clone()), &facts);
                self.out.issues.push(issue);
            }
        }
    }

    fn finish(mut self) -> Result<Walked, Refusal> {
        let first = || self.sheet.rows.iter().find(|r| !r.is_blank()).map(row_text).unwrap_or_default();
        if !self.seen {
            let table = &self.profile.table;
            if table.width.is_some() {
                return Err(Refusal::new(code::INSTR_NOTHING)
                    .with("file", self.file)
                    .with("profile", &self.profile.name.zh)
                    .with("profile_en", &self.profile.name.en)
                    .with("first", first()));
            }
            let headings: Vec<String> = table.header.iter().map(|list| list.join(", ")).collect();
            let wanted = self.lacking.take().unwrap_or_else(|| headings.join(" / "));
            return Err(Refusal::new(code::HEADER)
                .with("file", self.file)
                .with("scanned", self.sheet.rows.len())
                .with("wanted", shorten(&wanted))
                .with("first", first()));
        }
        self.leave_section();
        self.settle("", false);
        self.close_title();
        self.twice();
        self.bounds()?;
        let only_header = |s: &Skipped| matches!(s.reason, SkipReason::Preamble | SkipReason::Header | SkipReason::Section);
        if self.out.readings.is_empty() && self.out.issues.is_empty() && self.out.skipped.iter().all(only_header) {
            return Err(Refusal::new(code::ONLY_HEADER).with("file", self.file).on("file"));
        }
        self.out.issues.sort_by_key(|i| i.row);
        self.out.skipped.sort_by_key(|s| s.row);
        Ok(self.out)
    }
}

/// What the lines above a table say.
#[derive(Debug, Default)]
struct Labels {
    sample: String,
    analyte: String,
    unit: String,
    /// A header or a row has been read by them.
    used: bool,
}

/// What a line says of a label. Of pairs, the cell to the right of the label, or what stands behind it in its own cell; otherwise the
/// label and one value, and anything more is not understood, so that nothing is said.
fn labelled(row: &Row, label: &str, pairs: bool, labels: &[String]) -> Option<String> {
    let wanted = label_key(label);
    if !pairs {
        if label_key(row.cell(0)) != wanted {
            return None;
        }
        let filled: Vec<&String> = row.cells.iter().filter(|c| !c.trim().is_empty()).collect();
        return Some(if let [_, value] = filled[..] { value.clone() } else { String::new() });
    }
    if let Some(at) = row.cells.iter().position(|c| label_key(c) == wanted) {
        let value = row.cells[at + 1..].iter().map(|c| one_line(c)).find(|c| !c.is_empty()).unwrap_or_default();
        // labels without a colon are told from values by their place alone: every second filled cell
        let filled: Vec<usize> = row.cells.iter().enumerate().filter(|(_, c)| !one_line(c).is_empty()).map(|(i, _)| i).collect();
        let in_place = filled.len().is_multiple_of(2) && filled.iter().position(|i| *i == at).is_some_and(|p| p.is_multiple_of(2));
        if !one_line(&row.cells[at]).ends_with([':', '：']) && !in_place {
            return Some(String::new());
        }
        // another label is no value
        return Some(if value.ends_with([':', '：']) || labels.contains(&label_key(&value)) { String::new() } else { value });
    }
    row.cells.iter().find_map(|c| pair(c, label))
}

/// A word in brackets, or a mark for none: what stands above the samples in a row of units.
fn bare_unit(cell: &str) -> bool {
    let text = one_line(cell);
    text.starts_with(['(', '[', '（', '-', '/', '—']) || ["单位", "unit", "units"].contains(&heading_key(&text).trim_end_matches(':'))
}

/// The name of a file without folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// What all values of a row share.
struct Common {
    sample: String,
    printed: String,
    kind: ReadingKind,
    replicate: String,
    shifted: bool,
    flagged: bool,
}

impl Common {
    /// What makes every value of the row doubtful.
    fn flag(&self) -> Option<Flag> {
        self.shifted.then_some(Flag::Shape).or(self.flagged.then_some(Flag::Instrument))
    }
}

/// `[MS Quantitative Results]` alone in its row.
fn section_title(row: &Row) -> Option<&str> {
    let first = row.cell(0).trim();
    let alone = row.cells.iter().skip(1).all(|c| c.trim().is_empty());
    (alone && first.starts_with('[') && first.ends_with(']')).then_some(first)
}
