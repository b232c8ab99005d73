//! 按文字判定, strictly: result and limit are read where they have one reading, anything else is for a person. The readings of a text that
//! has several are texts that this takes.

use shiyan_statute::{DetectionKind, LimitRule};

use super::kind::Texts;
use crate::amount::units::{self, known_unit};
use crate::judging::claim::judge_beside_claim;
use crate::judging::input::Beside;
use crate::judging::one::judge_beside;
use crate::judging::step::understood;
use crate::judging::{JudgeInput, Judgement, Step, Verdict, judge_alone};
use crate::limit::claim;
use crate::limit::library;
use crate::limit::lost::lost_power;
use crate::limit::text::read_beside;
use crate::limit::{LimitText, ParsedLimit};
use crate::reading::measured::bases;
use crate::reading::{Measured, ParseNote, Parsed, item, value};
use crate::reasons::{self, Reason};

pub(super) fn judge(texts: &Texts<'_>) -> Judgement {
    let Texts { item, result, limit, unit, label_claim, food, ingredients } = *texts;
    let facts = item::facts(item);
    let column = known_unit(unit);
    let mut measured = value::parse_on_any_basis(result, column.or(facts.unit));
    if column.is_none() {
        for note in &mut measured.notes {
            if let ParseNote::UnitFromHint(unit) = note {
                *note = ParseNote::UnitFromItem(std::mem::take(unit));
            }
        }
    }
    let claim = label_claim.map(str::trim).filter(|c| !claim::is_none(c));
    let reading = read_beside(limit, claim);
    let wanted = &reading.parsed;
    let steps = || vec![understood(&measured), Step::Limit { source: None, text: wanted.raw.clone(), notes: wanted.notes.clone() }];
    let person = |reason| Judgement::person(reason, steps());
    let no_verdict = |reason| Judgement { verdict: Verdict::NoVerdict, ..Judgement::person(reason, steps()) };
    let (rule, strict) = match (&measured.understood, &wanted.understood) {
        (Measured::NeedsPerson { reason }, _) => return person(reason.0),
        (_, LimitText::NeedsPerson { reason }) => return person(reason.0),
        (Measured::NotApplicable, _) => return no_verdict(reasons::NOT_APPLICABLE),
        (_, LimitText::NoLimit) => match claim {
            Some(_) if facts.factor || !same_basis(&measured, wanted, &facts) => return person(reasons::CLAIM_RULE_UNKNOWN),
            Some(typed) => return judge_alone(&JudgeInput::new(&measured, &LimitRule::NotDetected { banned: false }, None), typed, ""),
            None => return no_verdict(reasons::LIMIT_ABSENT),
        },
        (_, LimitText::Rule { rule, strict }) => (rule, *strict),
    };
    if facts.factor {
        return person(reasons::ITEM_FACTOR);
    }
    let known = library::known(item);
    if !reading.of_claim && known.is_some_and(|k| k.runs_against(rule)) {
        return person(reasons::LIMIT_AGAINST);
    }
    // dried, a food holds no less than fresh: what is too much without a word of the basis is too much on the dry one
    let dry_only = matches!(rule, LimitRule::Max { .. }) && claim.is_none() && dry_limit_alone(&measured, wanted, &facts);
    if !dry_only && !same_basis(&measured, wanted, &facts) {
        return person(reasons::BASIS);
    }
    let limit_unit = wanted.unit.as_deref().or_else(|| column.or(facts.unit).and_then(units::canonical));
    let counted = measured.unit.as_deref().or(limit_unit).map_or(facts.count, units::is_count);
    if counted && !reading.power && lost_power(rule, limit_unit.or(measured.unit.as_deref())) {
        return person(reasons::LIMIT_POWER);
    }
    let (mut lod, mut loq) = (None, None);
    match reading.method {
        Some((DetectionKind::Lod, amount)) => lod = Some(amount),
        Some((DetectionKind::Loq, amount)) => loq = Some(amount),
        None => {}
    }
    let input = JudgeInput { strict, lod, loq, item, food, ingredients, ..JudgeInput::new(&measured, rule, limit_unit) };
    let reach = known.and_then(library::Known::reach);
    let beside = Beside { limit_notes: &wanted.notes, count: facts.count, reaches: reach, method: known.and_then(library::Known::method) };
    match claim {
        None if dry_only => {
            let mut judged = judge_beside(&input, &beside);
            judged.working.push(Step::DryBasis);
            if judged.verdict == Verdict::Nonconforming { judged } else { person(reasons::BASIS) }
        }
        None => judge_beside(&input, &beside),
        // the limit is what the label claims
        Some(typed) if reading.of_claim => {
            let mut judged = judge_beside(&input, &beside);
            judged.working.insert(1, Step::Claim { claimed: typed.to_owned(), basis: String::new() });
            match judged.verdict {
                Verdict::Conforming => judged.reason = Reason(reasons::CLAIM_MET),
                Verdict::Nonconforming => judged.reason = Reason(reasons::CLAIM_FAILED),
                _ => {}
            }
            judged
        }
        Some(typed) => {
            // a claim without a unit is in the unit of result and limit only where these agree
            let unit = limit_unit.filter(|u| measured.unit.as_deref() == Some(*u)).unwrap_or_default();
            judge_beside_claim(&input, typed, unit, &beside)
        }
    }
}

/// The limit is on a dry weight, and neither result nor item says on what the value is.
fn dry_limit_alone(measured: &Parsed, wanted: &ParsedLimit, facts: &item::Facts) -> bool {
    let mut of_limit = bases(&wanted.notes).peekable();
    of_limit.peek().is_some() && of_limit.all(|w| w.contains('干')) && facts.bases.is_empty() && bases(&measured.notes).next().is_none()
}

/// Result and limit are counted on one basis: the words stand on both sides, in the name of the item, or on neither.
fn same_basis(measured: &Parsed, wanted: &ParsedLimit, facts: &item::Facts) -> bool {
    let of_result: Vec<&str> = bases(&measured.notes).collect();
    let of_limit: Vec<&str> = bases(&wanted.notes).collect();
    let named = |words: &&str| facts.bases.iter().any(|b| b == words);
    match (of_result.is_empty(), of_limit.is_empty()) {
        (true, true) => true,
        (false, false) => of_result == of_limit,
        _ => of_result.iter().all(named) && of_limit.iter().all(named),
    }
}
