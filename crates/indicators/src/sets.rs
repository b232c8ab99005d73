//! 计数底数 what figures are counted from: facts row by row, or cells that stand for many alike. Whoever counts asks a set for its rows and for
//! how many each stands for, so that both come to the same.

use shiyan_foundation::ids::SampleId;

use crate::facts::{BatchFact, Facts, ItemFact, RapidFact};
use crate::pick::By;

/// Rows with how many stand for each; each for itself where nothing was folded. A row for which nothing stands is passed over.
#[derive(Debug)]
pub struct Set<'a, T> {
    rows: &'a [T],
    many: Option<&'a [u64]>,
}

impl<T> Clone for Set<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Set<'_, T> {}

impl<'a, T> Set<'a, T> {
    /// Each row for itself.
    #[must_use]
    pub fn plain(rows: &'a [T]) -> Self {
        Self { rows, many: None }
    }
    /// Rows beside how many stand for each.
    #[must_use]
    pub(crate) fn folded(rows: &'a [T], many: &'a [u64]) -> Self {
        Self { rows, many: Some(many) }
    }
    /// Rows with how many stand for each.
    pub fn iter(self) -> impl Iterator<Item = (&'a T, u64)> + Clone {
        self.rows.iter().enumerate().map(move |(at, row)| (row, self.many.map_or(1, |many| many[at]))).filter(|(_, n)| *n > 0)
    }
}

/// 批次
pub type Batches<'a> = Set<'a, BatchFact>;
/// 快检
pub type Readings<'a> = Set<'a, RapidFact>;

/// 保留 the sets of batches by what each keeps beside 街道、类别、级别、部门、阶段 and 结论.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// 环节, and whether the report was in time.
    Base,
    /// 食品分类
    Food,
    /// 承检机构
    Lab,
    /// 区域类型、抽样地点、网络
    Place,
    /// 月份 of sampling and of the report, and 食品大类.
    Month,
    /// 计划格 class, link and quarter.
    Plan,
    /// 检验周期 from reception to the report in days, by laboratory and month.
    Time,
}

impl Kept {
    /// Every set.
    pub const ALL: [Self; 7] = [Self::Base, Self::Food, Self::Lab, Self::Place, Self::Month, Self::Plan, Self::Time];
}

impl By {
    /// The set that keeps what these members are told apart by.
    #[must_use]
    pub fn kept(self) -> Kept {
        match self {
            By::Class | By::Subclass | By::KeyFood => Kept::Food,
            By::Lab => Kept::Lab,
            By::Online | By::Area | By::Place => Kept::Place,
            By::Month | By::ClassMonth => Kept::Month,
            By::LabMonth => Kept::Time,
            By::Line | By::Quarter | By::Cell => Kept::Plan,
            By::Street | By::Link | By::LevelKind | By::Point | By::Item => Kept::Base,
        }
    }
}

/// What the figures of a day are counted from: each set keeps what those look at that are counted from it.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// 案件、送达、计划 of which there are few enough to look at each; its batches and readings are in the sets.
    pub facts: &'a Facts,
    batches: [Batches<'a>; 7],
    /// 快检 by point.
    pub points: Readings<'a>,
    /// 快检 by item.
    pub items_tested: Readings<'a>,
    /// 不合格项目 of the batches with their food.
    pub failing: Set<'a, ItemFact>,
}

impl<'a> Sets<'a> {
    /// Row by row, with nothing folded.
    #[must_use]
    pub fn plain(facts: &'a Facts, items: &'a [ItemFact]) -> Self {
        let (batches, readings) = (Batches::plain(&facts.batches), Readings::plain(&facts.rapid));
        Self { facts, batches: [batches; 7], points: readings, items_tested: readings, failing: Set::plain(items) }
    }
    /// Cells, the sets of batches in the order of [`Kept::ALL`].
    #[must_use]
    pub(crate) fn folded(facts: &'a Facts, batches: [Batches<'a>; 7], points: Readings<'a>, items_tested: Readings<'a>, failing: Set<'a, ItemFact>) -> Self {
        Self { facts, batches, points, items_tested, failing }
    }
    /// The set of batches that keeps this.
    #[must_use]
    pub fn batches(&self, kept: Kept) -> Batches<'a> {
        self.batches[kept as usize]
    }
}

/// What stands in front of the number of a cell where a fact has its identity.
const CELL: u128 = 0x5e75_ce11_0000_0000_8000_0000_0000_0000;

/// 格号 the cell of a set, as an identity that no sample or reading has: those of the program are of version 7, this one is of none.
#[must_use]
pub(crate) fn cell_id(set: u8, at: u32) -> uuid::Uuid {
    uuid::Uuid::from_u128(CELL | u128::from(set) << 32 | u128::from(at))
}

/// The set and the place of a cell; `None` for the identity of a fact.
#[must_use]
pub(crate) fn cell_at(id: uuid::Uuid) -> Option<(u8, usize)> {
    let rest = id.as_u128() ^ CELL;
    (rest >> 40 == 0).then_some((((rest >> 32) & 0xff) as u8, (rest & 0xffff_ffff) as usize))
}

impl BatchFact {
    /// 合并后的一格: it stands for several, and for none of them by name.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        cell_at(self.sample_id.0).is_some()
    }
}

/// The identity of a cell of batches.
#[must_use]
pub(crate) fn batch_cell(kept: Kept, at: u32) -> SampleId {
    SampleId(cell_id(kept as u8, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_cell_is_told_from_a_fact() {
        assert_eq!(cell_at(cell_id(3, 77)), Some((3, 77)));
        assert_eq!(cell_at(cell_id(255, u32::MAX)), Some((255, u32::MAX as usize)));
        for n in [0u128, 1, 77, u128::MAX, 0x0190_0000_0000_7000_8000_0000_0000_0000] {
            assert_eq!(cell_at(uuid::Uuid::from_u128(n)), None);
        }
    }
}
