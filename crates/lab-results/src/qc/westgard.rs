//! Westgard 多规则 on the series of one control material, item and method. Every point is measured against the assigned value
//! and the standard deviation of its own day, and compared without a division: `x − target` against `k × sd`.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Decimal, Lang, labels};

use super::exact::{align, shown};

labels! {
    /// 质控规则 "beyond" always means strictly beyond: a value on the 2 sd line breaks no rule.
    pub enum WestgardRule {
        /// One point beyond 2 sd and not beyond 3: a warning.
        OneTwoS = "1-2s", "1-2s", "1-2s";
        /// One point beyond 3 sd.
        OneThreeS = "1-3s", "1-3s", "1-3s";
        /// Two points one after the other beyond 2 sd on the same side.
        TwoTwoS = "2-2s", "2-2s", "2-2s";
        /// Two points of one run more than 4 sd apart.
        RangeFourS = "R-4s", "R-4s", "R-4s";
        /// Four points one after the other beyond 1 sd on the same side.
        FourOneS = "4-1s", "4-1s", "4-1s";
        /// Ten points one after the other on the same side of the assigned value.
        TenX = "10x", "10x", "10x";
    }
}

impl WestgardRule {
    /// 失控规则 rejects the run; 1-2s only warns.
    #[must_use]
    pub fn rejects(self) -> bool {
        self != Self::OneTwoS
    }
    /// What the rule says.
    #[must_use]
    pub fn meaning(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::OneTwoS => ("一点超出±2s（警告）", "one point beyond ±2s (warning)"),
            Self::OneThreeS => ("一点超出±3s", "one point beyond ±3s"),
            Self::TwoTwoS => ("连续两点同侧超出2s", "two points in succession beyond 2s on the same side"),
            Self::RangeFourS => ("同一批内两点之差超过4s", "two points of one run more than 4s apart"),
            Self::FourOneS => ("连续四点同侧超出1s", "four points in succession beyond 1s on the same side"),
            Self::TenX => ("连续十点在靶值同一侧", "ten points in succession on one side of the assigned value"),
        };
        lang.pick(zh, en)
    }
}

/// 质控点 one value of a control material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcPoint {
    /// 批 the run it was measured in; R-4s looks only within one run.
    pub run: String,
    /// What to call it, e.g. the worksheet and the day.
    pub label: String,
    /// 测得值
    pub value: Decimal,
    /// 靶值 of that day.
    pub target: Decimal,
    /// 标准差 of that day.
    pub sd: Decimal,
}

impl QcPoint {
    /// z 值 for showing: two places, more where two would hide on which side of a line the point lies; `None` when the point
    /// cannot be placed.
    #[must_use]
    pub fn z(&self) -> Option<Decimal> {
        Standing::of(self.value, self.target, self.sd).and_then(|s| s.z())
    }
}

/// 发现 one rule broken; `points` are indices into the series, oldest first. It fired at the last of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule.
    pub rule: WestgardRule,
    /// The points that break it together.
    pub points: Vec<usize>,
}

impl Finding {
    /// The point at which it fired.
    #[must_use]
    pub fn at(&self) -> usize {
        self.points.last().copied().unwrap_or_default()
    }
}

/// 多规则检查 every rule at every point of a series, oldest first. A point that cannot be placed (sd not positive, or digits
/// beyond exact arithmetic) breaks no rule and interrupts every succession.
#[must_use]
pub fn westgard(points: &[QcPoint]) -> Vec<Finding> {
    let placed: Vec<Placed<'_>> = points.iter().map(Placed::of).collect();
    (0..placed.len()).flat_map(|i| fired_at(&placed, i)).collect()
}

/// Where a point stands: deviation and sd as whole numbers of the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    off: i128,
    sd: i128,
}

/// Products of two such numbers, four times over, stay within `i128`.
const MOST: i128 = 1_000_000_000_000_000_000;

impl Standing {
    pub(super) fn of(value: Decimal, target: Decimal, sd: Decimal) -> Option<Self> {
        let [value, target, sd] = align([value, target, sd])?;
        let off = value.checked_sub(target)?;
        (sd > 0 && sd < MOST && off.abs() < MOST).then_some(Self { off, sd })
    }
    pub(super) fn z(self) -> Option<Decimal> {
        shown(self.off, self.sd, &[-3, -2, -1, 0, 1, 2, 3].map(Decimal::from))
    }
    /// Strictly beyond k sd, on either side.
    pub(super) fn beyond(self, k: i128) -> bool {
        self.off.abs() > k * self.sd
    }
    fn beyond_on(self, side: i128, k: i128) -> bool {
        self.off * side > k * self.sd
    }
    /// More than k sd between two points; each deviation counts in its own sd.
    fn apart(self, other: Self, k: i128) -> bool {
        (self.off * other.sd - other.off * self.sd).abs() > k * self.sd * other.sd
    }
}

/// A point of a series as the rules see it.
pub(super) struct Placed<'a> {
    pub run: &'a str,
    pub standing: Option<Standing>,
}

impl<'a> Placed<'a> {
    pub(super) fn of(point: &'a QcPoint) -> Self {
        Self { run: &point.run, standing: Standing::of(point.value, point.target, point.sd) }
    }
}

/// The rules that the point `i` completes.
pub(super) fn fired_at(series: &[Placed<'_>], i: usize) -> Vec<Finding> {
    let Some(now) = series[i].standing else { return Vec::new() };
    let mut found = Vec::new();
    if now.beyond(3) {
        found.push(Finding { rule: WestgardRule::OneThreeS, points: vec![i] });
    } else if now.beyond(2) {
        found.push(Finding { rule: WestgardRule::OneTwoS, points: vec![i] });
    }
    let side = now.off.signum();
    let succession = |rule, count: usize, k| {
        let from = (i + 1).checked_sub(count)?;
        let all = side != 0 && series[from..=i].iter().all(|p| p.standing.is_some_and(|s| s.beyond_on(side, k)));
        all.then(|| Finding { rule, points: (from..=i).collect() })
    };
    found.extend(succession(WestgardRule::TwoTwoS, 2, 2));
    let mut apart: Vec<usize> = (0..i).filter(|j| series[*j].run == series[i].run && series[*j].standing.is_some_and(|other| now.apart(other, 4))).collect();
    if !apart.is_empty() {
        apart.push(i);
        found.push(Finding { rule: WestgardRule::RangeFourS, points: apart });
    }
    found.extend(succession(WestgardRule::FourOneS, 4, 1));
    found.extend(succession(WestgardRule::TenX, 10, 0));
    found
}
