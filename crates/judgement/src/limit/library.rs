//! What the library of limits knows of an item whatever the food: from which side it is limited, in which units, how low. It settles a
//! limit printed without its sign or unit, and says when a printed sign runs against the standards.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use shiyan_foundation::Decimal;
use shiyan_foundation::text::fold;
use shiyan_statute::{LimitRow, LimitRule, OneSided, item_core, item_key, limits, sided};

use crate::amount::Amount;
use crate::amount::units::{self, known_unit};

/// The lowest limit of the library for an item; nothing where it must not be found at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach(pub Option<Amount>);

/// What is known of one item.
#[derive(Debug, Default)]
pub(crate) struct Known {
    upper: bool,
    lower: bool,
    rows: Vec<&'static LimitRow>,
    reach: Option<Reach>,
    method: Option<Amount>,
}

impl Known {
    fn add(&mut self, row: &'static LimitRow) {
        match row.rule {
            LimitRule::Min { .. } => self.lower = true,
            LimitRule::Range { .. } => {
                self.lower = true;
                self.upper = true;
            }
            _ => self.upper = true,
        }
        self.rows.push(row);
        if let Some(method) = &row.lod_loq
            && self
                .method
                .as_ref()
                .is_none_or(|m| m.unit.as_deref().is_some_and(|of| units::convert(method.value, &method.unit, of).is_ok_and(|v| v < m.value)))
        {
            self.method = Some(Amount { value: method.value, unit: Some(method.unit.clone()) });
        }
        let unit = known_unit(Some(&row.unit)).and_then(units::canonical);
        match (&row.rule, &self.reach) {
            (LimitRule::NotDetected { banned: true }, _) => self.reach = Some(Reach(None)),
            (LimitRule::Max { value }, None) => self.reach = Some(Reach(Some(Amount { value: *value, unit: unit.map(str::to_owned) }))),
            (LimitRule::Max { value }, Some(Reach(Some(Amount { value: low, unit: Some(of) })))) => {
                if let Some(unit) = unit
                    && units::convert(*value, unit, of).is_ok_and(|v| v < *low)
                {
                    self.reach = Some(Reach(Some(Amount { value: *value, unit: Some(unit.to_owned()) })));
                }
            }
            _ => {}
        }
    }
    /// From which side alone it is limited.
    pub(crate) fn side(&self) -> Option<OneSided> {
        match (self.upper, self.lower) {
            (true, false) => Some(OneSided::Max),
            (false, true) => Some(OneSided::Min),
            _ => None,
        }
    }
    /// A limit from the side that the standards never limit.
    pub(crate) fn runs_against(&self, rule: &LimitRule) -> bool {
        match rule {
            LimitRule::Max { .. } | LimitRule::ThreeClass { .. } => self.side() == Some(OneSided::Min),
            LimitRule::Min { .. } => self.side() == Some(OneSided::Max),
            _ => false,
        }
    }
    /// How far down the methods of the item reach.
    pub(crate) fn reach(&self) -> Option<&Reach> {
        self.reach.as_ref()
    }
    /// The lowest limit of a method that the library names for the item.
    pub(crate) fn method(&self) -> Option<&Amount> {
        self.method.as_ref()
    }
    /// Every plan of it asks for nothing at all in a portion (`/25g`).
    pub(crate) fn in_portions(&self) -> bool {
        let mut plans = self.rows.iter().filter(|r| matches!(r.rule, LimitRule::ThreeClass { .. })).peekable();
        plans.peek().is_some() && plans.all(|r| r.unit.starts_with('/'))
    }
    fn rows_of<'a>(&'a self, food: Option<&str>) -> Vec<&'a LimitRow> {
        let food = food.map(fold).filter(|f| !f.is_empty());
        let own: Vec<&LimitRow> = match &food {
            Some(food) => self.rows.iter().copied().filter(|r| r.categories.iter().any(|c| c.0.last().is_some_and(|l| food.contains(l.as_str())))).collect(),
            None => Vec::new(),
        };
        if own.is_empty() { self.rows.clone() } else { own }
    }
    /// The units of its limits in this food, or in any where this food has none.
    pub(crate) fn units(&self, food: Option<&str>) -> Vec<&'static str> {
        let mut out: Vec<&'static str> = Vec::new();
        for row in self.rows_of(food) {
            if let Some(unit) = known_unit(Some(&row.unit)).and_then(units::canonical)
                && !out.contains(&unit)
            {
                out.push(unit);
            }
        }
        out
    }
    /// Whether a limit of this size, in this unit, lies among those of the library: within ten times of one of them.
    pub(crate) fn fits(&self, value: Decimal, unit: &str) -> bool {
        self.rows.iter().any(|row| {
            let Some(own) = known_unit(Some(&row.unit)) else { return false };
            let near = |v: Decimal| {
                units::convert(v, own, unit).is_ok_and(|v| {
                    v.checked_mul(Decimal::TEN).is_some_and(|most| value <= most) && value.checked_mul(Decimal::TEN).is_some_and(|most| most >= v)
                })
            };
            match &row.rule {
                LimitRule::Max { value } | LimitRule::Min { value } => near(*value),
                LimitRule::Range { lo, hi } => near(*lo) || near(*hi),
                LimitRule::ThreeClass { m, upper, .. } => near(*m) || upper.is_some_and(near),
                LimitRule::NotDetected { .. } => false,
            }
        })
    }
    /// One of the library's limits is exactly this number.
    pub(crate) fn holds(&self, number: Decimal) -> bool {
        self.rows.iter().any(|row| matches!(row.rule, LimitRule::Max { value } | LimitRule::Min { value } if value == number))
    }
}

static ITEMS: LazyLock<BTreeMap<String, Known>> = LazyLock::new(|| {
    let mut out: BTreeMap<String, Known> = BTreeMap::new();
    for row in limits() {
        let mut keys: Vec<String> =
            std::iter::once(&row.analyte).chain(&row.aliases).flat_map(|n| [item_key(n), item_core(n)]).filter(|k| !k.is_empty()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            out.entry(key).or_default().add(row);
        }
    }
    out
});

/// An item that only `item_directions.csv` knows.
static ONLY_UPPER: LazyLock<Known> = LazyLock::new(|| Known { upper: true, ..Known::default() });

static ONLY_LOWER: LazyLock<Known> = LazyLock::new(|| Known { lower: true, ..Known::default() });

/// What is known of the item, under its name or under its name without the brackets.
pub(crate) fn known(item: &str) -> Option<&'static Known> {
    let key = item_key(item);
    if key.is_empty() {
        return None;
    }
    let core = || item_core(item);
    ITEMS.get(&key).or_else(|| ITEMS.get(&core())).or_else(|| {
        sided(&key).or_else(|| sided(&core())).map(|side| match side {
            OneSided::Max => &*ONLY_UPPER,
            OneSided::Min => &*ONLY_LOWER,
        })
    })
}
