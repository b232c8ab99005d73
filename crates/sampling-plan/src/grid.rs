//! 计划表格 the plan as a table of street × food × quarter: a block of a spreadsheet pasted into it becomes the cells it changes and, by row and
//! column, what could not be taken. Nothing is changed here; the changes go where every correction goes.

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::PlanLineId;
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Refusal, labels};

use crate::allocation::{Asked, Share, allocate, moved};
use crate::change::{CellChange, CellKey, LineChange};
use crate::code;
use crate::contents::{Particulars, Written};
use crate::line::PlanLine;
use crate::year::YearPlan;

/// The most batches of one line.
pub const MOST_BATCHES: u32 = 100_000;
/// The most rows and columns that one paste may have.
const MOST_PASTED: usize = 2_000;

labels! {
    /// 方向
    pub enum Turned {
        FoodsDown = "foods_down", "行为食品，列为街道和季度", "Foods down, streets and quarters across";
        StreetsDown = "streets_down", "行为街道和季度，列为食品", "Streets and quarters down, foods across";
    }
}

/// 表格 which foods and which streets and quarters, in the order shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// 食品与环节
    pub foods: Vec<(CategoryPath, Link)>,
    /// 街道与季度
    pub places: Vec<(String, u8)>,
    /// 方向
    pub turned: Turned,
}

impl Grid {
    /// Rows and columns.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let (foods, places) = (self.foods.len(), self.places.len());
        if self.turned == Turned::FoodsDown { (foods, places) } else { (places, foods) }
    }
    /// The cell that stands there.
    #[must_use]
    pub fn key(&self, row: usize, column: usize) -> Option<CellKey> {
        let (food, place) = if self.turned == Turned::FoodsDown { (row, column) } else { (column, row) };
        let ((category, link), (street, quarter)) = (self.foods.get(food)?, self.places.get(place)?);
        Some(CellKey { category: category.clone(), link: *link, street: street.clone(), quarter: *quarter })
    }
    /// The same cells the other way round.
    #[must_use]
    pub fn turned(self) -> Self {
        let turned = if self.turned == Turned::FoodsDown { Turned::StreetsDown } else { Turned::FoodsDown };
        Self { turned, ..self }
    }
}

/// 问题 what could not be taken, by its row and column in the block, counted from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// 块内行号
    pub row: usize,
    /// 块内列号
    pub column: usize,
    /// Why.
    pub why: Refusal,
}

/// 粘贴结果
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pasted {
    /// 变动 the cells whose number is another one, in the order of the block.
    pub cells: Vec<CellChange>,
    /// 未变 cells that say what stands already.
    pub same: usize,
    /// 问题; a block with any of them is not taken at all, unless whoever pastes it says so.
    pub issues: Vec<Issue>,
}

/// 拆块 a block as spreadsheets put it on the clipboard: tabs between columns, lines between rows, quotation marks around what holds either; one
/// empty line at the end belongs to the clipboard.
#[must_use]
pub fn block(text: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    let (mut cell, mut quoted, mut letters) = (String::new(), false, text.chars().peekable());
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\t' if !quoted => rows.last_mut().into_iter().for_each(|row| row.push(std::mem::take(&mut cell))),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                rows.last_mut().into_iter().for_each(|row| row.push(std::mem::take(&mut cell)));
                rows.push(Vec::new());
            }
            c => cell.push(c),
        }
    }
    if let Some(last) = rows.last_mut() {
        last.push(cell);
    }
    if rows.last().is_some_and(|last| last.iter().all(String::is_empty) && last.len() == 1) {
        rows.pop();
    }
    rows
}

/// 批次 as typed or pasted: `1,240`, `１２`, nothing or a stroke for none. Nothing is rounded.
///
/// # Errors
/// `PLAN-CELL`: no whole number.
pub fn batches(typed: &str) -> Result<u32, Refusal> {
    let text = fold(typed);
    if text.is_empty() || matches!(text.as_str(), "-" | "–" | "—" | "/") {
        return Ok(0);
    }
    let wrong = || Refusal::new(code::CELL).with("typed", typed.trim());
    // Only commas that part thousands: 1,24 may have been meant as something else.
    let groups: Vec<&str> = text.split(',').collect();
    let parted = groups.len() == 1 || (groups[1..].iter().all(|g| g.len() == 3) && (1..=3).contains(&groups[0].len()));
    let digits = groups.concat();
    let whole = parted && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|n| whole && *n <= MOST_BATCHES).ok_or_else(wrong)
}

/// 粘贴 a block whose first cell comes to stand at a row and a column, both counted from nought.
///
/// # Errors
/// `PLAN-BLOCK`: larger than any plan.
pub fn paste(grid: &Grid, plan: &YearPlan, at: (usize, usize), text: &str) -> Result<Pasted, Refusal> {
    let rows = block(text);
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    if rows.len() > MOST_PASTED || widest > MOST_PASTED {
        return Err(Refusal::new(code::BLOCK).with("rows", rows.len()).with("columns", widest).with("most", MOST_PASTED));
    }
    let standing = standing(plan);
    let mut out = Pasted::default();
    for (r, row) in rows.iter().enumerate() {
        for (c, typed) in row.iter().enumerate() {
            let mut wrong = |why: Refusal| out.issues.push(Issue { row: r + 1, column: c + 1, why });
            let Some(key) = grid.key(at.0 + r, at.1 + c) else {
                // What hangs over the edge and is empty says nothing.
                if !fold(typed).is_empty() {
                    wrong(Refusal::new(code::OUTSIDE).with("typed", typed.trim()));
                }
                continue;
            };
            let after = match batches(typed) {
                Ok(n) => n,
                Err(why) => {
                    wrong(why);
                    continue;
                }
            };
            let lines = standing.get(&key).map_or(&[][..], Vec::as_slice);
            let before = lines.iter().fold(0_u32, |sum, (_, w)| sum.saturating_add(w.line.batches));
            if before == after {
                out.same += 1;
            } else if lines.len() > 1 {
                wrong(Refusal::new(code::SEVERAL).with("line", &key).with("count", lines.len()).with("stands", before));
            } else {
                out.cells.push(CellChange { key, before, after });
            }
        }
    }
    Ok(out)
}

/// The lines of every cell with their places.
fn standing(plan: &YearPlan) -> BTreeMap<CellKey, Vec<(usize, Written)>> {
    let mut out: BTreeMap<CellKey, Vec<(usize, Written)>> = BTreeMap::new();
    for (at, written) in plan.lines().into_iter().enumerate() {
        out.entry(CellKey::of(&written.line)).or_default().push((at, written));
    }
    out
}

/// 变动的行 the cells as changes of lines: the one line of a cell takes the number, none takes the line out, and a cell without a line gets one
/// with the contents of the same food elsewhere in the plan. Ids come from the edge.
///
/// # Errors
/// A cell that does not hold what it was seen to hold, or holds several lines.
pub fn as_lines(plan: &YearPlan, cells: &[CellChange], mut id: impl FnMut() -> PlanLineId) -> Result<Vec<LineChange>, Refusal> {
    let standing = standing(plan);
    let patterns = Patterns::of(plan);
    let (mut changed, mut removed, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        let lines = standing.get(&cell.key).map_or(&[][..], Vec::as_slice);
        let before = lines.iter().fold(0_u32, |sum, (_, w)| sum.saturating_add(w.line.batches));
        if before != cell.before {
            return Err(Refusal::new(code::MOVED_ON).with("line", &cell.key));
        }
        match lines {
            [] if cell.after > 0 => added.push(patterns.line(&cell.key, id(), cell.after)),
            [] => {}
            [(at, was)] if cell.after > 0 => changed.push(LineChange { at: *at, before: Some(was.clone()), after: Some(was.clone().with_batches(cell.after)) }),
            [(at, was)] => removed.push(LineChange { at: *at, before: Some(was.clone()), after: None }),
            several => return Err(Refusal::new(code::SEVERAL).with("line", &cell.key).with("count", several.len()).with("stands", before)),
        }
    }
    // Numbers first, then lines out from the end, then new ones behind what is left, so that every place is the one at its turn.
    removed.sort_by_key(|c| std::cmp::Reverse(c.at));
    let behind = plan.plan.lines.len() - removed.len();
    let added = added.into_iter().zip(behind..).map(|(w, at)| LineChange { at, before: None, after: Some(w) });
    Ok(changed.into_iter().chain(removed).chain(added).collect())
}

/// How foods are described in a plan: the first line of each, at its link and anywhere.
struct Patterns {
    at_link: BTreeMap<(CategoryPath, Link), Written>,
    anywhere: BTreeMap<CategoryPath, Written>,
}

impl Patterns {
    fn of(plan: &YearPlan) -> Self {
        let (mut at_link, mut anywhere) = (BTreeMap::new(), BTreeMap::new());
        for written in plan.lines() {
            anywhere.entry(written.line.category.clone()).or_insert_with(|| written.clone());
            at_link.entry((written.line.category.clone(), written.line.link)).or_insert(written);
        }
        Self { at_link, anywhere }
    }
    /// A line for a cell that has none, as the same food is described elsewhere; blank where nowhere. Money is not copied: it belongs to the
    /// batches that it was reckoned for.
    fn line(&self, key: &CellKey, id: PlanLineId, batches: u32) -> Written {
        let found = self.at_link.get(&(key.category.clone(), key.link)).or_else(|| self.anywhere.get(&key.category));
        let text = |of: fn(&PlanLine) -> &String| found.map_or_else(String::new, |w| of(&w.line).clone());
        let line = PlanLine {
            id,
            category: key.category.clone(),
            link: key.link,
            street: key.street.clone(),
            quarter: key.quarter,
            batches,
            level: found.map_or(TaskLevel::District, |w| w.line.level),
            kind: found.map_or(TaskKind::Supervisory, |w| w.line.kind),
            method: text(|l| &l.method),
            item_package: text(|l| &l.item_package),
            basis: text(|l| &l.basis),
            reporting: text(|l| &l.reporting),
        };
        let particulars = found.map_or_else(Particulars::default, |w| w.particulars.clone());
        Written { line, particulars: Particulars { budget: None, ..particulars } }
    }
}

/// 套用分配 the shares of an allocation as changes of the cells they are for; what stays is not among them.
#[must_use]
pub fn from_shares(plan: &YearPlan, shares: &[Share<CellKey>]) -> Vec<CellChange> {
    let asked: BTreeSet<&CellKey> = shares.iter().map(|s| &s.key).collect();
    let mut standing = plan.by_cell();
    standing.retain(|key, _| asked.contains(key));
    moved(&standing, shares).into_iter().map(|m| CellChange { key: m.key, before: m.before, after: m.after }).collect()
}

/// 改合计 a new total for some cells, divided as they stand: by the largest remainder over their numbers, evenly where all of them are empty. The
/// changes show which cells moved.
///
/// # Errors
/// No cell, or one that stands twice.
pub fn redistributed(plan: &YearPlan, cells: &[CellKey], total: u32) -> Result<Vec<CellChange>, Refusal> {
    let standing = plan.by_cell();
    let number = |key: &CellKey| u64::from(standing.get(key).copied().unwrap_or(0));
    let empty = cells.iter().all(|key| number(key) == 0);
    let asked: Vec<Asked<CellKey>> = cells.iter().map(|key| Asked { key: key.clone(), weight: if empty { 1 } else { number(key) }, least: 0 }).collect();
    Ok(from_shares(plan, &allocate(total, &asked)?))
}

impl Written {
    fn with_batches(mut self, batches: u32) -> Self {
        self.line.batches = batches;
        self
    }
}
