//! 孔板 where on a plate of 8, 12 or 24 wells what was put, so that a run of one reagent can be entered at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Refusal, labels};

use crate::code;

labels! {
    /// 孔板 by its wells.
    pub enum Plate {
        Eight = "8", "8 孔", "8 wells";
        Twelve = "12", "12 孔", "12 wells";
        TwentyFour = "24", "24 孔", "24 wells";
    }
}

impl Plate {
    /// Rows and columns: a strip is one row, 24 wells are A1 to C8.
    #[must_use]
    pub fn shape(self) -> (u8, u8) {
        match self {
            Self::Eight => (1, 8),
            Self::Twelve => (1, 12),
            Self::TwentyFour => (3, 8),
        }
    }
    /// Every well, row by row, as it is filled.
    pub fn wells(self) -> impl Iterator<Item = Well> {
        let (rows, columns) = self.shape();
        (0..rows).flat_map(move |row| (0..columns).map(move |column| Well { plate: self, row, column }))
    }
    /// 孔位 by its name: `B3`, or `3` on a strip.
    ///
    /// # Errors
    /// There is no such well.
    pub fn well(self, name: &str) -> Result<Well, Refusal> {
        let typed = shiyan_foundation::text::fold(name).to_ascii_uppercase();
        let bare = |w: &Well| self.shape().0 == 1 && (w.column + 1).to_string() == typed;
        self.wells().find(|w| w.to_string() == typed || bare(w)).ok_or_else(|| Refusal::new(code::WELL).with("typed", name).on("well"))
    }
}

/// 孔位
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Well {
    plate: Plate,
    row: u8,
    column: u8,
}

impl std::fmt::Display for Well {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", char::from(b'A' + self.row), self.column + 1)
    }
}

/// 孔内容
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filling {
    /// 空白对照
    Blank,
    /// 阳性对照
    PositiveControl,
    /// 样品 by its number or name.
    Sample(String),
}

/// 布板 of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    plate: Plate,
    wells: BTreeMap<Well, Filling>,
}

impl Layout {
    /// An empty plate.
    #[must_use]
    pub fn new(plate: Plate) -> Self {
        Self { plate, wells: BTreeMap::new() }
    }
    /// Puts something into a well.
    ///
    /// # Errors
    /// The well is of another plate, or full.
    pub fn put(&mut self, well: Well, filling: Filling) -> Result<(), Refusal> {
        if well.plate != self.plate || self.wells.contains_key(&well) {
            return Err(Refusal::new(code::WELL_FULL).with("well", well).on("well"));
        }
        self.wells.insert(well, filling);
        Ok(())
    }
    /// The first well that is free.
    #[must_use]
    pub fn next(&self) -> Option<Well> {
        self.plate.wells().find(|w| !self.wells.contains_key(w))
    }
    /// What stands where.
    pub fn filled(&self) -> impl Iterator<Item = (Well, &Filling)> {
        self.wells.iter().map(|(w, f)| (*w, f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::Label;

    #[test]
    fn every_well_has_one_name_and_is_found_by_it() {
        for (plate, count, last) in [(Plate::Eight, 8, "A8"), (Plate::Twelve, 12, "A12"), (Plate::TwentyFour, 24, "C8")] {
            let names: Vec<String> = plate.wells().map(|w| w.to_string()).collect();
            assert_eq!((names.len(), names.last().map(String::as_str), plate.code().parse()), (count, Some(last), Ok(count)));
            assert!(plate.wells().all(|w| plate.well(&w.to_string()).unwrap() == w));
        }
        assert_eq!(Plate::Eight.well("３").unwrap().to_string(), "A3");
        assert_eq!(Plate::TwentyFour.well(" b3 ").unwrap().to_string(), "B3");
        for (plate, name) in
            [(Plate::Eight, "9"), (Plate::Eight, "B1"), (Plate::TwentyFour, "3"), (Plate::TwentyFour, "D1"), (Plate::Twelve, "A0"), (Plate::Twelve, "")]
        {
            assert_eq!(plate.well(name).unwrap_err().code(), "RAPID-WELL", "{name}");
        }
    }
    #[test]
    fn a_well_is_filled_once() {
        let mut layout = Layout::new(Plate::Twelve);
        layout.put(Plate::Twelve.well("1").unwrap(), Filling::Blank).unwrap();
        assert_eq!(layout.put(Plate::Twelve.well("1").unwrap(), Filling::PositiveControl).unwrap_err().code(), "RAPID-WELL-FULL");
        assert_eq!(layout.put(Plate::Eight.well("2").unwrap(), Filling::Blank).unwrap_err().code(), "RAPID-WELL-FULL");
        assert_eq!(layout.next().unwrap().to_string(), "A2");
        while let Some(well) = layout.next() {
            layout.put(well, Filling::Sample(well.to_string())).unwrap();
        }
        assert_eq!(layout.filled().count(), 12);
    }
}
