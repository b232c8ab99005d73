//! 计划行 the lines of a plan: what they lack, a file beside what stands, and which batch fills which line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::PlanLineId;
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Refusal};

use crate::code;

/// 计划行 one line: so many batches of a category, at a link of the chain, in a street, in a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Line id.
    pub id: PlanLineId,
    /// 食品分类, one to four levels.
    pub category: CategoryPath,
    /// 环节
    pub link: Link,
    /// 街道代码, nine digits.
    pub street: String,
    /// 季度, 1 to 4.
    pub quarter: u8,
    /// 批次数
    pub batches: u32,
    /// 任务级别
    pub level: TaskLevel,
    /// 任务类别
    pub kind: TaskKind,
    /// 抽样方法
    pub method: String,
    /// 检验项目包
    pub item_package: String,
    /// 检验方法与判定依据
    pub basis: String,
    /// 报送方式和时限
    pub reporting: String,
}

impl PlanLine {
    /// The contents of art 9 that are still blank, Chinese names.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        for (value, name) in [
            (self.category.class(), "食品品种"),
            (self.street.as_str(), "街道"),
            (self.method.trim(), "抽样方法"),
            (self.item_package.trim(), "检验项目"),
            (self.basis.trim(), "判定依据"),
            (self.reporting.trim(), "报送方式和时限"),
        ] {
            if value.is_empty() {
                missing.push(name);
            }
        }
        missing
    }
}

/// 导入对照 the rows of a file beside the lines that stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Lines that are not there yet.
    pub new: Vec<PlanLine>,
    /// Rows that say what stands already.
    pub known: usize,
    /// Rows that say something else about a line that stands: row of the file, why it is not taken.
    pub clashes: Vec<(u32, Refusal)>,
}

/// What makes a line the same line: everything but the number and the words about how it is done.
type Same<'a> = (&'a CategoryPath, Link, &'a str, u8, TaskLevel, TaskKind, &'a str);

fn same(l: &PlanLine) -> Same<'_> {
    (&l.category, l.link, &l.street, l.quarter, l.level, l.kind, &l.item_package)
}

fn words(l: &PlanLine) -> [(&str, &'static str, &'static str, &'static str); 3] {
    [(&l.method, "检验方法", "the method", "method"), (&l.basis, "判定依据", "the basis", "basis"), (&l.reporting, "报送要求", "reporting", "reporting")]
}

/// Sorts the rows of a file (row number, line) into what is new, what stands already and what contradicts the plan. A row answers
/// for one line that stands, so that what was added on the page later does not disturb the file that was imported before.
#[must_use]
pub fn compare(standing: &[PlanLine], rows: Vec<(u32, PlanLine)>) -> Compared {
    let mut out = Compared::default();
    let mut left: Vec<&PlanLine> = standing.iter().collect();
    let mut rest = Vec::new();
    for (row, line) in rows {
        match left.iter().position(|s| same(s) == same(&line) && s.batches == line.batches && words(s) == words(&line)) {
            Some(at) => {
                left.remove(at);
                out.known += 1;
            }
            None => rest.push((row, line)),
        }
    }
    for (row, line) in rest {
        let Some(stands) = left.iter().chain(&standing.iter().collect::<Vec<_>>()).find(|s| same(s) == same(&line)).copied() else {
            out.new.push(line);
            continue;
        };
        let (was, now) = (stands.batches.to_string(), line.batches.to_string());
        let differs = words(stands).into_iter().zip(words(&line)).find(|(s, l)| s.0 != l.0);
        let (was, now, zh, en, field) = match differs {
            Some((s, l)) if was == now => (s.0.to_owned(), l.0.to_owned(), s.1, s.2, s.3),
            _ => (was, now, "批次", "batches", "batches"),
        };
        let named = format!("{} {} {} Q{}", line.category.text(), line.link.zh(), line.street, line.quarter);
        let refusal = Refusal::new(code::STANDS).with("line", named).with("column", zh).with("column_en", en);
        out.clashes.push((row, refusal.with("stands", was).with("typed", now).on(field)));
    }
    out
}

/// What a countable batch is matched to plan lines by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// 食品大类
    pub class: String,
    /// 环节
    pub link: Link,
    /// 街道代码
    pub street: String,
    /// 季度
    pub quarter: u8,
}

/// 计划格 the cell that a line of the plan stands in.
#[must_use]
pub fn line_key_of(line: &PlanLine) -> LineKey {
    LineKey { class: line.category.class().to_owned(), link: line.link, street: line.street.clone(), quarter: line.quarter }
}

/// Which batches fill which line: the lines of one cell take them in their order, each up to its number. What exceeds the plan stands
/// on the last line of its cell, so that the columns add up to what was done.
#[must_use]
pub fn filled<T>(lines: &[PlanLine], done: BTreeMap<LineKey, Vec<T>>) -> Vec<Vec<T>> {
    let key = line_key_of;
    let mut left: BTreeMap<LineKey, std::vec::IntoIter<T>> = done.into_iter().map(|(key, list)| (key, list.into_iter())).collect();
    let mut out: Vec<Vec<T>> = lines
        .iter()
        .map(|line| {
            let most = usize::try_from(line.batches).unwrap_or(usize::MAX);
            left.get_mut(&key(line)).map_or_else(Vec::new, |rest| rest.by_ref().take(most).collect())
        })
        .collect();
    for (index, line) in lines.iter().enumerate().rev() {
        if let Some(rest) = left.remove(&key(line)) {
            out[index].extend(rest);
        }
    }
    out
}
