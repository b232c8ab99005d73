//! 结果表 the cells of a worksheet as the page and the script see them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shiyan_foundation::ids::{TestItemId, TestOrderId};
use shiyan_foundation::{Label, Lang};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::reading::{self, Measured};
use shiyan_lab_results::bench::Worksheet;
use shiyan_lab_results::order::history::AboveP99;
use shiyan_lab_results::order::{TestItem, doubtful};
use shiyan_lab_results::qc::{QcKind, QcSlot, QcState, QcVerdict};

use crate::views::{CellState, Grid, GridCell, GridCounts, GridHead, GridRow, Mark};
use shiyan_web_kit::parts::verdict_badge;
use shiyan_web_kit::ui::{Badge, Tone};

/// What was typed and not taken, by the name of its input.
pub type Typed = BTreeMap<String, Kept>;

/// One text that was not taken; it is never lost.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// As typed.
    pub raw: String,
    /// Why not.
    pub text: String,
    /// Somebody else changed the cell meanwhile.
    pub conflict: bool,
}

/// A short print of a text, so that a form without script can tell what was touched from what stood there.
#[must_use]
pub fn print_of(text: &str) -> String {
    hex::encode(Sha256::digest(text.trim().as_bytes())).get(..8).unwrap_or_default().to_owned()
}

/// A revision as it stands in the form: `3.9f2c1a0b`.
#[must_use]
pub fn seen_text(revision: i64, raw: &str) -> String {
    format!("{revision}.{}", print_of(raw))
}

/// The revision seen and the print of what stood there; a bare number is understood too.
#[must_use]
pub fn read_seen(text: &str) -> (i64, Option<&str>) {
    let (revision, print) = text.split_once('.').map_or((text, None), |(r, p)| (r, Some(p)));
    (revision.trim().parse().unwrap_or(-1), print)
}

/// 限量 as it stands under the value: `≤0.2`, with its unit where that is not the unit of the item.
#[must_use]
pub fn limit_text(item: &TestItem) -> String {
    item.limit.as_ref().map_or_else(String::new, |l| {
        let text = l.rule.text();
        if l.unit == item.unit || l.unit.is_empty() { text } else { format!("{text} {}", l.unit) }
    })
}

/// Sign and words of a verdict.
#[must_use]
pub fn mark_of(item: &TestItem, lang: Lang) -> Mark {
    let Some(verdict) = item.verdict() else { return Mark::default() };
    let (sign, tone) = match verdict {
        Verdict::Conforming | Verdict::NoVerdict if doubtful(item) => ("⚠", Tone::Warn),
        Verdict::Conforming => ("✓", Tone::Pass),
        Verdict::Nonconforming => ("✗", Tone::Fail),
        Verdict::Problem => ("✗", Tone::Warn),
        Verdict::NeedsPerson => ("?", Tone::Warn),
        Verdict::NoVerdict => ("–", Tone::Idle),
    };
    let mut word = verdict.label(lang).to_owned();
    if item.decision.is_some() {
        word.push_str(lang.pick("（人工判定）", " (decided by hand)"));
    } else if let Some(doubt) = doubt(item, lang) {
        word.push_str(&format!("{}{doubt}{}", lang.pick("（", " ("), lang.pick("）", ")")));
    }
    Mark { sign, tone, word, why: reason_of(item, lang) }
}

/// 可疑 why: near the limit, above the historical P99, or both; until a person decided it.
#[must_use]
pub fn doubt(item: &TestItem, lang: Lang) -> Option<String> {
    let near = item.judgement.as_ref().filter(|j| j.near_limit).map(|_| lang.pick("接近限量", "near the limit").to_owned());
    let above = item.above_p99.as_ref().map(|a| p99_text(a, lang));
    let why: Vec<String> = [near, above].into_iter().flatten().filter(|_| doubtful(item)).collect();
    (!why.is_empty()).then(|| why.join(lang.pick("，", ", ")))
}

/// `高于历史P99 0.18 mg/kg`
fn p99_text(above: &AboveP99, lang: Lang) -> String {
    format!("{} {} {}", lang.pick("高于历史P99", "above the historical P99"), above.p99, above.unit).trim_end().to_owned()
}

/// The reason of the verdict in one line.
#[must_use]
pub fn reason_of(item: &TestItem, lang: Lang) -> String {
    match (&item.decision, &item.judgement) {
        (Some(d), _) => format!("{}{}{}", d.reason, lang.pick("，", ", "), d.by_name),
        (None, Some(j)) => lang.pick(&j.zh, &j.en).to_owned(),
        (None, None) => String::new(),
    }
}

/// Sign and words of a control.
#[must_use]
pub fn control_mark(slot: &QcSlot, lang: Lang) -> Mark {
    if slot.raw.trim().is_empty() {
        return Mark::default();
    }
    let verdict = slot.verdict();
    let (sign, tone) = match verdict {
        QcVerdict::Pass => ("✓", Tone::Pass),
        QcVerdict::Warn => ("⚠", Tone::Warn),
        QcVerdict::Fail => ("✗", Tone::Fail),
        QcVerdict::NeedsPerson => ("?", Tone::Warn),
        QcVerdict::Missing => ("–", Tone::Idle),
    };
    let why = slot.outcome.as_ref().map_or_else(String::new, |o| o.reason(lang).to_owned());
    // A control that waits for the cell it belongs to has text, and is not "not entered".
    let word = if verdict == QcVerdict::Missing { lang.pick("等待", "Waiting").to_owned() } else { verdict.label(lang).to_owned() };
    Mark { sign, tone, word, why }
}

/// The figure of a control: `RD 4.3%`, `92%`, `z 0.5`.
#[must_use]
pub fn figure_of(slot: &QcSlot) -> String {
    let value = slot.outcome.as_ref().and_then(|o| o.value);
    value.map_or_else(String::new, |v| match slot.kind {
        QcKind::Duplicate => format!("RD {v}%"),
        QcKind::Spike => format!("{v}%"),
        QcKind::Control => format!("z {v}"),
        QcKind::Blank => v.to_string(),
    })
}

/// 质控 of the run as a badge.
#[must_use]
pub fn qc_badge(state: QcState, released: bool, lang: Lang) -> Badge {
    let tone = match state {
        QcState::Pass => Tone::Pass,
        QcState::Fail => Tone::Fail,
        QcState::Warn | QcState::NeedsPerson => Tone::Warn,
        QcState::None | QcState::Incomplete => Tone::Idle,
    };
    let word = match state {
        QcState::None => lang.pick("无质控", "No controls").to_owned(),
        _ => format!("{}{}", lang.pick("质控", "Controls: "), lang.pick(state.zh(), &state.en().to_lowercase())),
    };
    if released && matches!(state, QcState::Fail | QcState::NeedsPerson) {
        return Badge::new(Tone::Warn, format!("{word}{}", lang.pick("，已放行", ", released"))).with_icon("flag");
    }
    let badge = Badge::new(tone, word);
    if state == QcState::NeedsPerson { badge.with_icon("user") } else { badge }
}

/// 状态栏
#[must_use]
pub fn counts(sheet: &Worksheet, items: &[TestItem]) -> GridCounts {
    let count = |wanted: &dyn Fn(&TestItem) -> bool| items.iter().filter(|i| wanted(i)).count() as u64;
    GridCounts {
        cells: items.len() as u64,
        filled: count(&|i| i.verdict().is_some()),
        not_detected: count(&|i| {
            !i.raw.is_empty() && matches!(reading::parse(&i.raw, Some(&i.unit)).understood, Measured::NotDetected { .. } | Measured::Negative)
        }),
        failing: count(&|i| matches!(i.verdict(), Some(Verdict::Nonconforming | Verdict::Problem))),
        doubtful: count(&|i| doubtful(i) && matches!(i.verdict(), Some(Verdict::Conforming | Verdict::NoVerdict)) || i.verdict() == Some(Verdict::NeedsPerson)),
        returned: count(&|i| i.returned.is_some()),
        controls: sheet.qc.len() as u64,
        controls_filled: sheet.qc.iter().filter(|s| !s.raw.trim().is_empty()).count() as u64,
    }
}

/// What a screen reader and a list of problems call a cell: `000125 韭菜 腐霉利`.
#[must_use]
pub fn cell_name(sheet: &Worksheet, order: TestOrderId, analyte: &str) -> String {
    sheet.samples.iter().find(|s| s.order == order).map_or_else(|| analyte.to_owned(), |s| format!("{} {} {analyte}", s.label, s.food))
}

/// What a control is called: `平行样 000125 腐霉利`.
#[must_use]
pub fn control_name(sheet: &Worksheet, items: &[TestItem], slot: &QcSlot, lang: Lang) -> String {
    let (title, sub) = control_head(sheet, items, slot, lang);
    [title.as_str(), sub.as_str(), slot.analyte.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The name of a control without the word of its kind: `QC-01` of `质控样 QC-01`, nothing of `平行样`.
#[must_use]
pub fn bare_name(kind: QcKind, name: &str) -> &str {
    let name = name.trim();
    if kind.zh().starts_with(name) { "" } else { name.strip_prefix(kind.zh()).unwrap_or(name).trim() }
}

fn control_head(sheet: &Worksheet, items: &[TestItem], slot: &QcSlot, lang: Lang) -> (String, String) {
    let of = slot.of_item.and_then(|id| items.iter().find(|i| i.id == id)).map(|i| sheet.label_of(i.order).to_owned());
    let kind = slot.kind.label(lang).to_owned();
    let name = bare_name(slot.kind, &slot.name);
    let sub = [of.unwrap_or_default().as_str(), name].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ");
    (kind, sub)
}

/// What goes into the grid besides the worksheet itself.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Cells of the worksheet.
    pub items: &'a [TestItem],
    /// Orders whose results may be typed by the person who looks.
    pub open: &'a BTreeSet<TestOrderId>,
    /// Whether anything may be typed.
    pub editable: bool,
    /// What was typed and not taken.
    pub typed: &'a Typed,
    /// 按样品
    pub by_sample: bool,
    /// Language.
    pub lang: Lang,
}

fn item_cell(sheet: &Worksheet, item: &TestItem, with: &Shown<'_>) -> GridCell {
    let key = format!("r_{}", item.id);
    let mut cell = GridCell {
        id: item.id.to_string(),
        rev_key: format!("rev_{}", item.id),
        seen: seen_text(item.revision, &item.raw),
        value: item.raw.clone(),
        label: cell_name(sheet, item.order, &item.analyte),
        limit: limit_text(item),
        mark: mark_of(item, with.lang),
        locked: !(with.editable && with.open.contains(&item.order)),
        key,
        ..GridCell::default()
    };
    if let Some(back) = &item.returned {
        cell.state = CellState::Returned;
        cell.returned = format!(
            "{}{}{}",
            with.lang.pick("退回：", "Sent back: "),
            back.reason,
            if back.by.1.is_empty() { String::new() } else { format!("（{}）", back.by.1) }
        );
    }
    let by = item.analyst.as_ref().map_or("", |(_, name)| name.as_str());
    keep(&mut cell, with.typed, &item.raw, by);
    cell
}

fn keep(cell: &mut GridCell, typed: &Typed, stored: &str, by: &str) {
    let Some(kept) = typed.get(&cell.key) else { return };
    if kept.raw != stored {
        // The verdict of another text does not stand beside this one.
        cell.mark = Default::default();
        cell.figure = Default::default();
    }
    cell.value.clone_from(&kept.raw);
    cell.error.clone_from(&kept.text);
    cell.state = if kept.conflict { CellState::Conflict } else { CellState::Wrong };
    if kept.conflict {
        cell.theirs = Some((stored.to_owned(), by.to_owned()));
    }
}

fn control_cell(sheet: &Worksheet, slot: &QcSlot, with: &Shown<'_>) -> GridCell {
    let mut cell = GridCell {
        key: format!("q_{}", slot.id),
        id: slot.id.clone(),
        rev_key: format!("qrev_{}", slot.id),
        seen: seen_text(slot.revision, &slot.raw),
        value: slot.raw.clone(),
        label: control_name(sheet, with.items, slot, with.lang),
        mark: control_mark(slot, with.lang),
        figure: figure_of(slot),
        locked: !with.editable,
        control: true,
        ..GridCell::default()
    };
    keep(&mut cell, with.typed, &slot.raw, slot.entered_by.as_ref().map_or("", |(_, name)| name.as_str()));
    cell
}

/// One sample, or one control as if it were one.
struct Line {
    head: GridHead,
    cells: BTreeMap<String, GridCell>,
}

/// The lines of a worksheet: its samples, then its controls, those of one kind and material side by side.
fn lines(sheet: &Worksheet, with: &Shown<'_>) -> Vec<Line> {
    let mut all: Vec<Line> = sheet
        .samples
        .iter()
        .map(|s| Line {
            head: GridHead { title: s.label.clone(), sub: s.food.clone(), href: format!("/bench/{}", s.order), ..GridHead::default() },
            cells: with.items.iter().filter(|i| i.order == s.order).map(|i| (i.analyte.clone(), item_cell(sheet, i, with))).collect(),
        })
        .collect();
    let first = all.len();
    let mut controls: Vec<&QcSlot> = sheet.qc.iter().collect();
    controls.sort_by_key(|s| (s.kind, s.position));
    for slot in controls {
        let (title, sub) = control_head(sheet, with.items, slot, with.lang);
        let cell = control_cell(sheet, slot, with);
        let free = |l: &&mut Line| l.head.title == title && l.head.sub == sub && !l.cells.contains_key(&slot.analyte);
        match all[first..].iter_mut().find(free) {
            Some(line) => drop(line.cells.insert(slot.analyte.clone(), cell)),
            None => all.push(Line {
                head: GridHead { title, sub, control: true, first_control: all.len() == first, ..GridHead::default() },
                cells: BTreeMap::from([(slot.analyte.clone(), cell)]),
            }),
        }
    }
    all
}

/// 结果表 in the orientation asked for.
#[must_use]
pub fn grid(sheet: &Worksheet, with: &Shown<'_>) -> Grid {
    let mut lines = lines(sheet, with);
    let analytes: Vec<GridHead> = sheet
        .analytes
        .iter()
        .map(|a| {
            let units: BTreeSet<&str> = with.items.iter().filter(|i| &i.analyte == a).map(|i| i.unit.as_str()).collect();
            GridHead { title: a.clone(), sub: units.into_iter().collect::<Vec<_>>().join(" / "), ..GridHead::default() }
        })
        .collect();
    if with.by_sample {
        let rows =
            lines.into_iter().map(|mut line| GridRow { cells: analytes.iter().map(|a| line.cells.remove(&a.title)).collect(), head: line.head }).collect();
        return Grid { by_sample: true, corner: with.lang.pick("样品", "Sample").to_owned(), heads: analytes, rows };
    }
    let rows = analytes.into_iter().map(|head| GridRow { cells: lines.iter_mut().map(|l| l.cells.remove(&head.title)).collect(), head }).collect();
    Grid { by_sample: false, corner: with.lang.pick("项目", "Item").to_owned(), heads: lines.into_iter().map(|l| l.head).collect(), rows }
}

/// A cell as the script is told of it.
#[must_use]
pub fn cell_json(item: &TestItem, lang: Lang) -> Value {
    let mark = mark_of(item, lang);
    json!({
        "item": item.id,
        "rev": item.revision,
        "raw": item.raw,
        "understood": item.understood,
        "verdict": item.verdict(),
        "badge": if item.verdict().is_some() { verdict_badge(item.verdict(), lang).text } else { String::new() },
        "mark": mark.sign,
        "tone": if mark.sign.is_empty() { "" } else { mark.tone.css() },
        "title": mark.title(),
        "near": item.decision.is_none() && item.judgement.as_ref().is_some_and(|j| j.near_limit),
        "above_p99": item.above_p99,
        "reason": mark.why,
        "returned": item.returned.as_ref().map(|r| r.reason.clone()),
        "by": item.analyst.as_ref().map(|(_, name)| name.clone()),
    })
}

/// A control as the script is told of it.
#[must_use]
pub fn control_json(slot: &QcSlot, lang: Lang) -> Value {
    let mark = control_mark(slot, lang);
    json!({
        "slot": slot.id,
        "rev": slot.revision,
        "raw": slot.raw,
        "verdict": slot.verdict(),
        "mark": mark.sign,
        "tone": if mark.sign.is_empty() { "" } else { mark.tone.css() },
        "title": mark.title(),
        "figure": figure_of(slot),
        "reason": mark.why,
        "by": slot.entered_by.as_ref().map(|(_, name)| name.clone()),
    })
}

/// The item of a worksheet with this id.
#[must_use]
pub fn item_of(items: &[TestItem], id: TestItemId) -> Option<&TestItem> {
    items.iter().find(|i| i.id == id)
}
