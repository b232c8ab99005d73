//! 按文字判定, strictly: result and limit are read where they have one reading, anything else is for a person. The readings of a text that
//! has several are texts that this takes.

use shiyan_foundation::CodeInfo;
use shiyan_statute::{DetectionKind, LimitRule};

use super::kind::Texts;
use crate::amount::units::{self, known_unit};
use crate::judging::claim::judge_beside_claim;
use crate::judging::input::Beside;
use crate::judging::one::judge_beside;
use crate::judging::step::understood;
use crate::judging::{JudgeInput, Judgement, Step, Verdict, judge_alone};
use crate::limit::LimitText;
use crate::limit::claim;
use crate::limit::library;
use crate::limit::lost::lost_power;
use crate::limit::text::{Reading, read_beside};
use crate::reading::measured::bases;
use crate::reading::{Measured, ParseNote, Parsed, item, value};
use crate::reasons::{self, Reason};

pub(super) fn judge(texts: &Texts<'_>) -> Judgement {
    let row = Row::read(texts);
    row.rule().map_or_else(|open| open, |(rule, strict)| row.judged(rule, strict))
}

/// The texts of a row as read.
struct Row<'a> {
    texts: &'a Texts<'a>,
    facts: item::Facts,
    /// The unit of the column, or in the name of the item.
    column: Option<&'a str>,
    measured: Parsed,
    claim: Option<&'a str>,
    limit: Reading,
}

impl<'a> Row<'a> {
    fn read(texts: &'a Texts<'a>) -> Self {
        let facts = item::facts(texts.item);
        let own = known_unit(texts.unit);
        let column = own.or(facts.unit);
        let mut measured = value::parse_on_any_basis(texts.result, column);
        if own.is_none() {
            for note in &mut measured.notes {
                if let ParseNote::UnitFromHint(unit) = note {
                    *note = ParseNote::UnitFromItem(std::mem::take(unit));
                }
            }
        }
        let claim = texts.label_claim.map(str::trim).filter(|c| !claim::is_none(c));
        Self { texts, facts, column, measured, claim, limit: read_beside(texts.limit, claim) }
    }

    fn person(&self, reason: &'static CodeInfo) -> Judgement {
        let wanted = &self.limit.parsed;
        let steps = vec![understood(&self.measured), Step::Limit { source: None, text: wanted.raw.clone(), notes: wanted.notes.clone() }];
        Judgement::person(reason, steps)
    }

    /// The rule and whether it is strict, or the judgement where there is none.
    fn rule(&self) -> Result<(&LimitRule, bool), Judgement> {
        let no_verdict = |reason| Judgement { verdict: Verdict::NoVerdict, ..self.person(reason) };
        Err(match (&self.measured.understood, &self.limit.parsed.understood) {
            (Measured::NeedsPerson { reason }, _) | (_, LimitText::NeedsPerson { reason }) => self.person(reason.0),
            (Measured::NotApplicable, _) => no_verdict(reasons::NOT_APPLICABLE),
            (_, LimitText::NoLimit) => match self.claim {
                Some(_) if self.facts.factor || !self.same_basis() => self.person(reasons::CLAIM_RULE_UNKNOWN),
                Some(typed) => judge_alone(&JudgeInput::new(&self.measured, &LimitRule::NotDetected { banned: false }, None), typed, ""),
                None => no_verdict(reasons::LIMIT_ABSENT),
            },
            (_, LimitText::Rule { rule, strict }) => return Ok((rule, *strict)),
        })
    }

    /// The verdict by the rule, once nothing speaks against comparing the two.
    fn judged(&self, rule: &LimitRule, strict: bool) -> Judgement {
        let Self { facts, measured, limit, .. } = self;
        if facts.factor {
            return self.person(reasons::ITEM_FACTOR);
        }
        let known = library::known(self.texts.item);
        if !limit.of_claim && known.is_some_and(|k| k.runs_against(rule)) {
            return self.person(reasons::LIMIT_AGAINST);
        }
        // dried, a food holds no less than fresh: what is too much without a word of the basis is too much on the dry one
        let dry_only = matches!(rule, LimitRule::Max { .. }) && self.claim.is_none() && self.dry_limit_alone();
        if !dry_only && !self.same_basis() {
            return self.person(reasons::BASIS);
        }
        let limit_unit = limit.parsed.unit.as_deref().or_else(|| self.column.and_then(units::canonical));
        let counted = measured.unit.as_deref().or(limit_unit).map_or(facts.count, units::is_count);
        if counted && !limit.power && lost_power(rule, limit_unit.or(measured.unit.as_deref())) {
            return self.person(reasons::LIMIT_POWER);
        }
        let method = |wanted| limit.method.as_ref().filter(|(kind, _)| *kind == wanted).map(|(_, amount)| amount.clone());
        let input = JudgeInput {
            strict,
            lod: method(DetectionKind::Lod),
            loq: method(DetectionKind::Loq),
            item: self.texts.item,
            food: self.texts.food,
            ingredients: self.texts.ingredients,
            ..JudgeInput::new(measured, rule, limit_unit)
        };
        let beside = Beside {
            limit_notes: &limit.parsed.notes,
            count: facts.count,
            reaches: known.and_then(library::Known::reach),
            method: known.and_then(library::Known::method),
        };
        match self.claim {
            None if dry_only => {
                let mut judged = judge_beside(&input, &beside);
                judged.working.push(Step::DryBasis);
                if judged.verdict == Verdict::Nonconforming { judged } else { self.person(reasons::BASIS) }
            }
            None => judge_beside(&input, &beside),
            Some(typed) if limit.of_claim => by_claim(judge_beside(&input, &beside), typed),
            Some(typed) => {
                // a claim without a unit is in the unit of result and limit only where these agree
                let unit = limit_unit.filter(|u| measured.unit.as_deref() == Some(*u)).unwrap_or_default();
                judge_beside_claim(&input, typed, unit, &beside)
            }
        }
    }

    /// The limit is on a dry weight, and neither result nor item says on what the value is.
    fn dry_limit_alone(&self) -> bool {
        let mut of_limit = bases(&self.limit.parsed.notes).peekable();
        of_limit.peek().is_some() && of_limit.all(|w| w.contains('干')) && self.facts.bases.is_empty() && bases(&self.measured.notes).next().is_none()
    }

    /// Result and limit are counted on one basis: the words stand on both sides, in the name of the item, or on neither.
    fn same_basis(&self) -> bool {
        let of_result: Vec<&str> = bases(&self.measured.notes).collect();
        let of_limit: Vec<&str> = bases(&self.limit.parsed.notes).collect();
        let named = |words: &&str| self.facts.bases.iter().any(|b| b == words);
        match (of_result.is_empty(), of_limit.is_empty()) {
            (true, true) => true,
            (false, false) => of_result == of_limit,
            _ => of_result.iter().all(named) && of_limit.iter().all(named),
        }
    }
}

/// The limit is what the label claims, and the judgement says so.
fn by_claim(mut judged: Judgement, typed: &str) -> Judgement {
    judged.working.insert(1, Step::Claim { claimed: typed.to_owned(), basis: String::new() });
    match judged.verdict {
        Verdict::Conforming => judged.reason = Reason(reasons::CLAIM_MET),
        Verdict::Nonconforming => judged.reason = Reason(reasons::CLAIM_FAILED),
        _ => {}
    }
    judged
}
