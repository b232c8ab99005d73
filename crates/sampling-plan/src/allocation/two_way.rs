//! 双向分配 street totals × category totals: the cells of a table whose both margins are given, in whole numbers that keep every row and every
//! column exactly.
//!
//! A cell's exact share is the proportional fit, `row × column ÷ sum`. What is returned is a controlled rounding of it (受控取整; Cox 1987, Causey,
//! Cox and Ernst 1985): every cell is the whole part of its share or one more, a cell whose share is whole stays, and both margins hold. Such a
//! rounding always exists, because a table of fractions with whole margins lies within a transportation polytope, whose corners are whole.
//! Among all of them the one with the least sum of distances from the exact shares is taken (it has the least sum of squares, too): a
//! minimum-cost flow over the fractions. It is found by shortest augmenting paths from the table in which every row is rounded by itself,
//! in whole numbers throughout. Rounding each street by itself would not do: it keeps the rows and lets the columns drift.
//! Ties are decided over the keys in their order and never by the place in the list.

use shiyan_foundation::Refusal;

use crate::code;
use crate::fraction::Fraction;

/// 格 one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// 精确份额
    pub exact: Fraction,
    /// 批次数
    pub given: u32,
}

/// 双向分配表 the whole table, in the order of the margins as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoWay {
    /// Row by row.
    pub cells: Vec<Vec<Cell>>,
}

impl TwoWay {
    /// 偏离 how far the whole numbers lie from the exact shares, all cells together: the least there is.
    #[must_use]
    pub fn distance(&self) -> Fraction {
        let one = |cell: &Cell| {
            let (n, d, given) = (cell.exact.numer(), cell.exact.denom(), u128::from(cell.given) * cell.exact.denom());
            Fraction::new(n.abs_diff(given), d)
        };
        self.cells.iter().flatten().map(one).try_fold(Fraction::ZERO, Fraction::plus).unwrap_or(Fraction::ZERO)
    }
}

/// Divides over both margins at once.
///
/// # Errors
/// The margins have different sums; a row or a column stands twice.
pub fn two_way<R: Ord, C: Ord>(rows: &[(R, u32)], columns: &[(C, u32)]) -> Result<TwoWay, Refusal> {
    let sum_of = |all: &mut dyn Iterator<Item = u32>| all.map(u64::from).sum::<u64>();
    let (by_rows, by_columns) = (sum_of(&mut rows.iter().map(|r| r.1)), sum_of(&mut columns.iter().map(|c| c.1)));
    if by_rows != by_columns {
        return Err(Refusal::new(code::ALLOCATE_MARGINS).with("rows", by_rows).with("columns", by_columns));
    }
    let by_key = |less: &dyn Fn(usize, usize) -> std::cmp::Ordering, n: usize| {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| less(*a, *b));
        let twice = order.windows(2).any(|two| less(two[0], two[1]).is_eq());
        if twice { Err(Refusal::new(code::ALLOCATE_TWICE)) } else { Ok(order) }
    };
    let row_order = by_key(&|a, b| rows[a].0.cmp(&rows[b].0), rows.len())?;
    let column_order = by_key(&|a, b| columns[a].0.cmp(&columns[b].0), columns.len())?;
    let sum = u128::from(by_rows.max(1));
    let product = |i: usize, j: usize| u128::from(rows[i].1) * u128::from(columns[j].1);
    let left: Vec<Vec<u128>> = row_order.iter().map(|i| column_order.iter().map(|j| product(*i, *j) % sum).collect()).collect();
    let up = round(&left, sum);
    let mut cells: Vec<Vec<Cell>> = vec![Vec::new(); rows.len()];
    for (i, line) in cells.iter_mut().enumerate() {
        *line = (0..columns.len())
            .map(|j| Cell { exact: Fraction::new(product(i, j), sum), given: u32::try_from(product(i, j) / sum).unwrap_or(u32::MAX) })
            .collect();
    }
    for (i, row) in row_order.iter().zip(&up) {
        for (j, one_more) in column_order.iter().zip(row) {
            cells[*i][*j].given += u32::from(*one_more);
        }
    }
    Ok(TwoWay { cells })
}

/// Which fractions go up: `left[i][j] / sum` lies in [0, 1), and every row and column of them adds up to a whole number.
fn round(left: &[Vec<u128>], sum: u128) -> Vec<Vec<bool>> {
    let width = left.first().map_or(0, Vec::len);
    // Every row by itself: as many as its fractions add up to, the largest first.
    let mut up: Vec<Vec<bool>> = Vec::with_capacity(left.len());
    for row in left {
        let many = usize::try_from(row.iter().sum::<u128>() / sum).unwrap_or(width);
        let mut order: Vec<usize> = (0..width).collect();
        order.sort_by(|a, b| row[*b].cmp(&row[*a]).then(a.cmp(b)));
        let mut ups = vec![false; width];
        for at in order.into_iter().take(many) {
            ups[at] = true;
        }
        up.push(ups);
    }
    // What each column has too much of (above nought) or lacks.
    let mut over: Vec<i64> = (0..width)
        .map(|j| {
            let has = up.iter().filter(|row| row[j]).count();
            let due = left.iter().map(|row| row[j]).sum::<u128>() / sum;
            i64::try_from(has).unwrap_or(i64::MAX) - i64::try_from(due).unwrap_or(i64::MAX)
        })
        .collect();
    while over.iter().any(|n| *n > 0) {
        let Some(path) = cheapest_path(left, &up, &over) else { break };
        for step in &path {
            up[step.row][step.from] = false;
            up[step.row][step.to] = true;
        }
        if let (Some(first), Some(last)) = (path.first(), path.last()) {
            over[first.from] -= 1;
            over[last.to] += 1;
        }
    }
    up
}

/// A batch of a row moves from one column to another.
#[derive(Clone, Copy)]
struct Step {
    row: usize,
    from: usize,
    to: usize,
}

/// The cheapest way to carry one from a column that has too much to one that lacks (Bellman and Ford: no cycle of moves gains anything, which
/// holds in the beginning and after every cheapest path).
fn cheapest_path(left: &[Vec<u128>], up: &[Vec<bool>], over: &[i64]) -> Option<Vec<Step>> {
    let width = over.len();
    // The cheapest row for each pair of columns.
    let mut steps: Vec<(i128, Step)> = Vec::new();
    for from in 0..width {
        for to in (0..width).filter(|to| *to != from) {
            let rows = (0..left.len()).filter(|i| up[*i][from] && !up[*i][to] && left[*i][to] > 0);
            let signed = |n: u128| i128::try_from(n).unwrap_or(i128::MAX);
            let best = rows.map(|row| (signed(left[row][from]) - signed(left[row][to]), row)).min();
            steps.extend(best.map(|(cost, row)| (cost, Step { row, from, to })));
        }
    }
    let mut cost: Vec<Option<i128>> = over.iter().map(|n| (*n > 0).then_some(0)).collect();
    let mut came: Vec<Option<Step>> = vec![None; width];
    for _ in 0..width {
        let mut changed = false;
        for (price, step) in &steps {
            let Some(here) = cost[step.from] else { continue };
            if cost[step.to].is_none_or(|there| here + price < there) {
                cost[step.to] = Some(here + price);
                came[step.to] = Some(*step);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let end = (0..width).filter(|j| over[*j] < 0).filter_map(|j| cost[j].map(|c| (c, j))).min()?.1;
    let (mut at, mut path) = (end, Vec::new());
    while let Some(step) = came[at] {
        path.push(step);
        at = step.from;
        if path.len() > width {
            return None;
        }
    }
    path.reverse();
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(table: &TwoWay) -> Vec<Vec<u32>> {
        table.cells.iter().map(|row| row.iter().map(|c| c.given).collect()).collect()
    }

    #[test]
    fn both_margins_are_kept_where_rounding_each_row_would_not() {
        // Every cell is 1/3 of one: each row alone would choose the first column.
        let table = two_way(&[("a", 1), ("b", 1), ("c", 1)], &[("x", 1), ("y", 1), ("z", 1)]).unwrap();
        for at in 0..3 {
            assert_eq!(given(&table)[at].iter().sum::<u32>(), 1);
            assert_eq!(given(&table).iter().map(|row| row[at]).sum::<u32>(), 1);
        }
    }
    #[test]
    fn a_share_that_is_whole_stays() {
        let table = two_way(&[("a", 10), ("b", 20)], &[("x", 15), ("y", 15)]).unwrap();
        assert_eq!(given(&table), [[5, 5], [10, 10]]);
        assert_eq!(table.distance(), Fraction::ZERO);
    }
    #[test]
    fn margins_that_disagree_are_refused_with_both_sums() {
        let refusal = two_way(&[("a", 3)], &[("x", 4)]).unwrap_err();
        assert_eq!((refusal.code(), refusal.facts["rows"].as_str(), refusal.facts["columns"].as_str()), ("ALLOCATE-MARGINS", "3", "4"));
        assert_eq!(two_way(&[("a", 3), ("a", 1)], &[("x", 4)]).unwrap_err().code(), "ALLOCATE-TWICE");
        assert!(two_way::<&str, &str>(&[], &[]).unwrap().cells.is_empty());
    }
}
