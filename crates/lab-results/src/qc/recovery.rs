//! 加标回收率要求 by content level (`data/recovery.csv`, GB/T 27404-2008 附录F; how its borders are read stands in the file).

use std::sync::LazyLock;

use shiyan_foundation::Decimal;
use shiyan_judgement::amount::units;

const FILE: &str = include_str!("../../data/recovery.csv");

/// 回收率要求 one content level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryLevel {
    /// Row id.
    pub id: &'static str,
    /// Greater than this.
    pub above: Option<Decimal>,
    /// This or greater.
    pub from: Option<Decimal>,
    /// Less than this.
    pub below: Option<Decimal>,
    /// This or less.
    pub to: Option<Decimal>,
    /// 单位 of the level.
    pub unit: &'static str,
    /// 回收率下限, percent, allowed.
    pub min: Decimal,
    /// 回收率上限, percent, allowed.
    pub max: Decimal,
    /// 来源 standard and clause.
    pub source: String,
    /// 可信度
    pub confidence: &'static str,
    /// How a border is read.
    pub reading: &'static str,
}

impl RecoveryLevel {
    /// The level as printed, e.g. `≥1, ≤100 mg/kg`.
    #[must_use]
    pub fn text(&self) -> String {
        let ends = [(">", self.above), ("≥", self.from), ("<", self.below), ("≤", self.to)];
        let ends: Vec<String> = ends.iter().filter_map(|(sign, end)| end.map(|end| format!("{sign}{end}"))).collect();
        format!("{} {}", ends.join("，"), self.unit)
    }
    fn holds(&self, level: Decimal) -> bool {
        self.above.is_none_or(|v| level > v)
            && self.from.is_none_or(|v| level >= v)
            && self.below.is_none_or(|v| level < v)
            && self.to.is_none_or(|v| level <= v)
    }
}

static LEVELS: LazyLock<Vec<RecoveryLevel>> = LazyLock::new(|| FILE.lines().filter(|l| !l.starts_with('#')).skip(1).filter_map(level).collect());

/// A row of the file; one that cannot be read is left out, and a level without a row goes to a person.
fn level(line: &'static str) -> Option<RecoveryLevel> {
    let [id, above, from, below, to, unit, min, max, source, clause, confidence, reading] = <[&str; 12]>::try_from(line.split(',').collect::<Vec<_>>()).ok()?;
    let end = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    Some(RecoveryLevel {
        id,
        above: end(above)?,
        from: end(from)?,
        below: end(below)?,
        to: end(to)?,
        unit: units::canonical(unit)?,
        min: min.parse().ok()?,
        max: max.parse().ok()?,
        source: format!("{source} {clause}"),
        confidence,
        reading,
    })
}

/// Every level of the file.
#[must_use]
pub fn recovery_levels() -> &'static [RecoveryLevel] {
    &LEVELS
}

/// The level of an added amount and the amount in its unit; `None` for a unit that does not convert exactly, or no amount.
#[must_use]
pub fn recovery_level(added: Decimal, unit: &str) -> Option<(&'static RecoveryLevel, Decimal)> {
    recovery_levels().iter().filter(|_| added > Decimal::ZERO).find_map(|row| {
        let level = units::convert(added, unit, row.unit).ok()?;
        row.holds(level).then_some((row, level))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    #[test]
    fn the_whole_file_is_read_as_a_csv_reader_reads_it() {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(FILE.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
        assert_eq!(rows.len(), recovery_levels().len());
        for (row, level) in rows.iter().zip(recovery_levels()) {
            assert_eq!((&row[0], d(&row[6]), d(&row[7])), (level.id, level.min, level.max));
            assert!(level.min < level.max && level.source.starts_with("GB/T 27404-2008") && !level.confidence.is_empty() && !level.reading.is_empty());
        }
    }
    #[test]
    fn every_amount_has_one_level_and_borders_lie_where_the_file_says() {
        for (added, id) in
            [("100.001", "R1"), ("100", "R2"), ("1.001", "R2"), ("1", "R2"), ("0.999", "R3"), ("0.1", "R3"), ("0.0999", "R4"), ("0.000001", "R4")]
        {
            let (level, _) = recovery_level(d(added), "mg/kg").expect("a level");
            assert_eq!(level.id, id, "{added}");
            assert_eq!(recovery_levels().iter().filter(|l| l.holds(d(added))).count(), 1, "{added}");
        }
        assert_eq!(recovery_level(d("1000"), "μg/kg").map(|(l, v)| (l.id, v)), Some(("R2", d("1"))));
        assert_eq!(recovery_level(d("1"), "g/100g").map(|(l, _)| l.id), Some("R1"));
        for (added, unit) in [("1", "mg/L"), ("1", "%"), ("1", "CFU/g"), ("1", "个"), ("1", ""), ("0", "mg/kg"), ("-1", "mg/kg")] {
            assert_eq!(recovery_level(d(added), unit), None, "{added} {unit}");
        }
    }
    #[test]
    fn a_level_is_told_with_its_ends() {
        assert_eq!(recovery_levels()[1].text(), "≥1，≤100 mg/kg");
        assert_eq!(recovery_levels()[3].text(), "<0.1 mg/kg");
    }
}
