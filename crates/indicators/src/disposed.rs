//! 处置合计 what the disposal of a year came to: amounts sealed and recalled, penalties and fines, transfers. Each is a figure like any other:
//! the cases it counts, those it leaves out and why, an exact decimal.

use std::borrow::Cow;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use shiyan_foundation::task::Penalty;
use shiyan_foundation::text::fold;

use crate::facts::{CaseFact, Facts};
use crate::figure::{FactId, Figure, Heap, Ids, LeftOut, Name, Sum, Unit};
use crate::kpis::year_out;
use crate::scope::{Family, KpiScope};

const SEALED: Name = Name("sealed_kilograms", "封存（扣押）量", "Sealed in stock", Family::Cases);
const RECALLED: Name = Name("recalled_kilograms", "召回或下架量", "Recalled or withdrawn", Family::Cases);
const FINES: Name = Name("fines_yuan", "罚没款", "Fines", Family::Cases);
const FILED: Name = Name("penalties_filed", "立案处罚", "Penalties", Family::Cases);
const EXEMPTED: Name = Name("penalties_exempted", "免予处罚", "Exempted from penalty", Family::Cases);
const TRANSFERRED: Name = Name("cases_transferred", "通报移送", "Transferred", Family::Cases);

/// Units that are a kilogram; an amount in another one is left out, never guessed at.
const KILOGRAM: &[&str] = &["kg", "公斤", "千克"];

/// 处置合计 of the cases of the year that were not cancelled, whether due or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disposed<H = Ids> {
    /// 封存（扣押）量, kilograms
    pub sealed: Figure<H>,
    /// 召回或下架量, kilograms
    pub recalled: Figure<H>,
    /// 罚没款, yuan
    pub fines: Figure<H>,
    /// 立案处罚
    pub filed: Figure<H>,
    /// 免予处罚
    pub exempted: Figure<H>,
    /// 通报移送
    pub transferred: Figure<H>,
}

impl<H> Disposed<H> {
    /// Every one of them.
    #[must_use]
    pub fn figures(&self) -> [&Figure<H>; 6] {
        [&self.sealed, &self.recalled, &self.fines, &self.filed, &self.exempted, &self.transferred]
    }
}

/// What a case adds to a figure, or why it adds nothing.
type Part = Result<Decimal, LeftOut>;

/// 数量 an amount as it was typed.
fn amount(typed: &str) -> Part {
    // what is plain already, as most is, needs no folding
    let plain = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let text = if plain { Cow::Borrowed(typed) } else { Cow::Owned(fold(typed)) };
    if text.is_empty() {
        return Err(LeftOut::NotWritten);
    }
    text.parse::<Decimal>().ok().filter(|v| !v.is_sign_negative()).ok_or(LeftOut::Unreadable)
}

fn kilograms(typed: &str, unit: &str) -> Part {
    let amount = amount(typed)?;
    if KILOGRAM.contains(&unit) || KILOGRAM.contains(&fold(unit).as_str()) { Ok(amount) } else { Err(LeftOut::OtherUnit) }
}

fn penalty(case: &CaseFact, wanted: Penalty) -> Part {
    match case.disposal.penalty {
        None => Err(LeftOut::NotWritten),
        Some(decided) if decided == wanted => Ok(Decimal::ONE),
        Some(_) => Err(LeftOut::OtherDecision),
    }
}

/// Each figure with the part of one case.
fn parts(case: &CaseFact) -> [(Name, Part); 6] {
    let d = &case.disposal;
    [
        (SEALED, kilograms(&d.sealed, &d.unit)),
        (RECALLED, kilograms(&d.recalled, &d.unit)),
        (FINES, amount(&d.fine)),
        (FILED, penalty(case, Penalty::Filed)),
        (EXEMPTED, penalty(case, Penalty::Exempted)),
        (TRANSFERRED, if d.transferred { Ok(Decimal::ONE) } else { Err(LeftOut::NotWritten) }),
    ]
}

/// 一件的份额 what one case adds to the figure with this key, as it is shown beside the case; `None` when it adds nothing.
#[must_use]
pub fn share_of(key: &str, case: &CaseFact) -> Option<Decimal> {
    parts(case).into_iter().find(|(name, _)| name.0 == key).and_then(|(_, part)| part.ok())
}

/// Adds up the cases of the year.
#[must_use]
pub(crate) fn disposed<H: Heap>(facts: &Facts, scope: &KpiScope, as_of: NaiveDate) -> Disposed<H> {
    let mut sums: [Sum<H>; 6] = Default::default();
    for case in &facts.cases {
        let id = FactId::Case(case.case_id);
        match year_out(case, scope, as_of) {
            Some(out) => sums.iter_mut().for_each(|sum| sum.add(id, Err(out))),
            None => sums.iter_mut().zip(parts(case)).for_each(|(sum, (_, part))| sum.add(id, part)),
        }
    }
    let [sealed, recalled, fines, filed, exempted, transferred] = sums;
    Disposed {
        sealed: sealed.figure(SEALED, Unit::Kilogram),
        recalled: recalled.figure(RECALLED, Unit::Kilogram),
        fines: fines.figure(FINES, Unit::Yuan),
        filed: filed.figure(FILED, Unit::Case),
        exempted: exempted.figure(EXEMPTED, Unit::Case),
        transferred: transferred.figure(TRANSFERRED, Unit::Case),
    }
}
