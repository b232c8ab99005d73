//! Against libraries that know nothing of this house: what they answered stands in `data`, made by `data/make.py`.
#![allow(clippy::unwrap_used)]

use shiyan_sampling_plan::allocation::{allocate, by_people, two_way};
use shiyan_sampling_plan::blind::{Lot, enough, missed};
use shiyan_sampling_plan::fraction::Fraction;

fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().skip(1).map(|line| line.split(',').collect())
}
fn numbers(text: &str) -> Vec<u32> {
    text.split(' ').map(|n| n.parse().unwrap()).collect()
}
fn keyed(numbers: &[u32]) -> Vec<(usize, u32)> {
    numbers.iter().copied().enumerate().collect()
}

/// A sequence that is the same everywhere.
struct Dice(u64);
impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
    fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for at in (1..n).rev() {
            order.swap(at, self.below(at + 1));
        }
        order
    }
}

#[test]
fn the_largest_remainders_are_those_of_an_independent_library() {
    let mut tried = 0;
    for row in rows(include_str!("data/largest_remainder.csv")) {
        let (total, weights) = (row[0].parse().unwrap(), numbers(row[1]));
        let shares = allocate(total, &by_people(keyed(&weights).into_iter().map(|(k, w)| (k, u64::from(w))))).unwrap();
        assert_eq!(shares.iter().map(|s| s.given).collect::<Vec<_>>(), numbers(row[2]), "{total}: {weights:?}");
        for share in &shares {
            let exact = share.exact;
            assert!(Fraction::whole(share.given.into()) < exact.plus(Fraction::whole(1)).unwrap(), "one or more above");
            assert!(Fraction::whole(u64::from(share.given) + 1) > exact, "one or more below");
        }
        tried += 1;
    }
    assert_eq!(tried, 120);
}

#[test]
fn rows_in_another_order_get_the_same_numbers() {
    let mut dice = Dice(2_026);
    for round in 0..200 {
        let n = 2 + dice.below(38);
        // Small weights, so that ties are common.
        let asked: Vec<(usize, u64)> = (0..n).map(|k| (k, 1 + dice.below(4) as u64)).collect();
        let total = u32::try_from(dice.below(300)).unwrap();
        let straight = allocate(total, &by_people(asked.clone())).unwrap();
        assert_eq!(straight.iter().map(|s| s.given).sum::<u32>(), total);
        let order = dice.shuffled(n);
        for share in allocate(total, &by_people(order.iter().map(|at| asked[*at]))).unwrap() {
            assert_eq!(share.given, straight[share.key].given, "round {round}, row {}", share.key);
        }
    }
}

#[test]
fn both_margins_hold_and_the_distance_is_the_least_there_is() {
    let mut tried = 0;
    for row in rows(include_str!("data/two_way.csv")) {
        let (total, left, top): (u32, _, _) = (row[0].parse().unwrap(), numbers(row[1]), numbers(row[2]));
        let table = two_way(&keyed(&left), &keyed(&top)).unwrap();
        for (i, line) in table.cells.iter().enumerate() {
            assert_eq!(line.iter().map(|c| c.given).sum::<u32>(), left[i]);
            for cell in line {
                let whole = cell.exact.floor();
                assert!(u128::from(cell.given) == whole || (u128::from(cell.given) == whole + 1 && cell.exact.denom() > 1), "{cell:?}");
            }
        }
        for (j, due) in top.iter().enumerate() {
            assert_eq!(table.cells.iter().map(|line| line[j].given).sum::<u32>(), *due);
        }
        assert_eq!(table.distance(), Fraction::new(row[3].parse().unwrap(), total.into()), "{total}: {left:?} × {top:?}");
        tried += 1;
    }
    assert_eq!(tried, 60);
}

#[test]
fn a_table_in_another_order_has_the_same_cells() {
    let mut dice = Dice(7);
    for _ in 0..60 {
        let (r, c) = (2 + dice.below(9), 2 + dice.below(9));
        let left: Vec<(usize, u32)> = (0..r).map(|k| (k, u32::try_from(dice.below(5)).unwrap())).collect();
        let sum: u32 = left.iter().map(|l| l.1).sum();
        let mut top: Vec<(usize, u32)> = (0..c).map(|k| (k, 0)).collect();
        for _ in 0..sum {
            top[dice.below(c)].1 += 1;
        }
        let straight = two_way(&left, &top).unwrap();
        let (rows, columns) = (dice.shuffled(r), dice.shuffled(c));
        let turned = two_way(&rows.iter().map(|i| left[*i]).collect::<Vec<_>>(), &columns.iter().map(|j| top[*j]).collect::<Vec<_>>()).unwrap();
        for (a, i) in rows.iter().enumerate() {
            for (b, j) in columns.iter().enumerate() {
                assert_eq!(turned.cells[a][b], straight.cells[*i][*j]);
            }
        }
    }
}

#[test]
fn streets_categories_and_quarters_all_keep_their_totals() {
    let mut dice = Dice(2_027);
    let mut split = |total: u32, n: usize| {
        let mut out: Vec<(usize, u32)> = (0..n).map(|k| (k, 0)).collect();
        (0..total).for_each(|_| out[dice.below(n)].1 += 1);
        out
    };
    let (streets, foods, quarters) = (split(6_355, 24), split(6_355, 39), split(6_355, 4));
    let table = two_way(&streets, &foods).unwrap();
    // Once more, with the cells of the first table as rows.
    let cells: Vec<((usize, usize), u32)> =
        table.cells.iter().enumerate().flat_map(|(i, row)| row.iter().enumerate().map(move |(j, c)| ((i, j), c.given))).collect();
    let year = two_way(&cells, &quarters).unwrap();
    let sum = |of: &dyn Fn(usize, usize, usize) -> bool| {
        let each = cells.iter().zip(&year.cells).flat_map(|(((i, j), _), row)| row.iter().enumerate().map(move |(q, c)| (*i, *j, q, c.given)));
        each.filter(|(i, j, q, _)| of(*i, *j, *q)).map(|(.., n)| n).sum::<u32>()
    };
    assert!(streets.iter().all(|(s, n)| sum(&|i, _, _| i == *s) == *n));
    assert!(foods.iter().all(|(f, n)| sum(&|_, j, _| j == *f) == *n));
    assert!(quarters.iter().all(|(t, n)| sum(&|_, _, q| q == *t) == *n));
}

fn lot(kind: &str, size: &str, failing: &str) -> Lot {
    match kind {
        "binomial" => Lot::Unknown { failing_per_myriad: failing.parse().unwrap() },
        _ => Lot::Known { size: size.parse().unwrap(), failing: failing.parse().unwrap() },
    }
}

#[test]
fn the_chance_to_find_nothing_is_that_of_an_independent_library() {
    let all: Vec<_> = rows(include_str!("data/unseen.csv")).collect();
    assert_eq!(all.len(), 126);
    for row in all {
        let chance = missed(lot(row[0], row[1], row[3]), row[2].parse().unwrap());
        assert_eq!(chance.shown(6).to_string(), row[4], "{row:?}");
    }
}

#[test]
fn what_would_be_enough_is_that_of_an_independent_library() {
    for row in rows(include_str!("data/enough.csv")) {
        assert_eq!(enough(lot(row[0], row[1], row[2]), 950), Some(row[3].parse().unwrap()), "{row:?}");
    }
}
