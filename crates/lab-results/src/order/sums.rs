//! 合计判定 items of one sample that are members of one sum.

use shiyan_foundation::Lang;
use shiyan_foundation::task::TaskKind;
use shiyan_judgement::judging::{Step, StoredJudgement};
use shiyan_judgement::reading::{self, Parsed};
use shiyan_judgement::texts::sums::{Member, added};
use shiyan_statute::{SumOf, sums};

use super::item::TestItem;

/// 合计判定 items of one sample that are members of one sum, each entered for itself: once all members are there they are judged by what
/// they come to, until then each alone. Gives the items whose judgement changes by that.
#[must_use]
pub fn judged_together(items: &[TestItem], kind: TaskKind) -> Vec<TestItem> {
    let mut out = Vec::new();
    for sum in sums() {
        let of_sum = |i: &&TestItem| sum.member(&i.analyte).is_some() && !sum.is_whole(&i.analyte) && !i.raw.trim().is_empty() && i.decision.is_none();
        let mine: Vec<&TestItem> = items.iter().filter(of_sum).collect();
        if mine.is_empty() {
            continue;
        }
        let whole = together(sum, &mine, kind);
        for item in mine {
            let judgement = whole.clone().or_else(|| item.judged(&item.raw, kind).1);
            if judgement != item.judgement {
                out.push(TestItem { judgement, carry_over: None, revision: item.revision + 1, ..item.clone() });
            }
        }
    }
    out
}

/// The judgement of all members by their sum; nothing where one is missing, or they are not held against one and the same limit.
fn together(sum: &SumOf, items: &[&TestItem], kind: TaskKind) -> Option<StoredJudgement> {
    let read: Vec<Parsed> = items.iter().map(|i| reading::parse(&i.raw, Some(&i.unit))).collect();
    let members: Vec<Member<'_>> = items.iter().zip(&read).map(|(item, measured)| Member { name: &item.analyte, measured }).collect();
    let added = added(&members).filter(|a| a.missing.is_empty())?;
    let first = items.first()?;
    let limit = first.limit.as_ref()?;
    let same = |i: &&&TestItem| i.limit.as_ref().is_some_and(|l| l.rule == limit.rule && l.unit == limit.unit);
    if items.iter().filter(same).count() != items.len() {
        return None;
    }
    let unit = added.unit.clone().unwrap_or_else(|| first.unit.clone());
    let text = if added.total.is_zero() { "未检出".to_owned() } else { format!("{}{unit}", added.total) };
    let whole = TestItem { analyte: format!("{}之和", sum.item), unit, label_claim: None, ..(*first).clone() };
    let mut judged = whole.judged(&text, kind).1?;
    let step = Step::Added { parts: added.parts, total: added.total };
    judged.working.insert(0, (step.text(Lang::Zh), step.text(Lang::En)));
    Some(judged)
}
