//! 按录入判定 what was typed for an item against a limit that is certain: the one way of the laboratory, of the interface for programs and of
//! the command line.

use shiyan_foundation::Lang;
use shiyan_foundation::task::TaskKind;
use shiyan_statute::{DetectionKind, LimitRule};

use super::doubt::may_be_read_otherwise;
use super::kind::{Context, Reading};
use super::settle::{Outcome, both_tests, settle};
use super::{results, sums};
use crate::amount::{Amount, units};
use crate::judging::claim::judge_beside_claim;
use crate::judging::input::Beside;
use crate::judging::one::judge_beside;
use crate::judging::{JudgeInput, Judgement, StoredJudgement, Verdict, judge_alone};
use crate::limit::{LimitRef, LimitUsed, claim, library};
use crate::reading::{Parsed, value};

/// 录入 what was typed for an item, and what else is known of the sample.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// 检验项目
    pub item: &'a str,
    /// 检验结果 exactly as typed.
    pub raw: &'a str,
    /// 单位 of the cell.
    pub unit: Option<&'a str>,
    /// 标签明示值
    pub label_claim: Option<&'a str>,
    /// 食品
    pub food: Option<&'a str>,
    /// 配料
    pub ingredients: Option<&'a str>,
    /// 任务类别
    pub kind: TaskKind,
}

impl<'a> Typed<'a> {
    /// What was typed, of a 监督抽检 and nothing else known.
    #[must_use]
    pub fn new(item: &'a str, raw: &'a str, unit: Option<&'a str>) -> Self {
        Self { item, raw, unit, label_claim: None, food: None, ingredients: None, kind: TaskKind::Supervisory }
    }
}

/// The judgement of what was typed for an item, against the limit that the item carries; nothing typed gives none. An item that
/// may carry a label claim is judged by [`TestItem::judged`].
#[must_use]
pub fn judge_item(raw: &str, unit: &str, limit: Option<&LimitUsed>, no_limit: Option<&(String, String)>, kind: TaskKind) -> (String, Option<StoredJudgement>) {
    judge_stored(&Typed { kind, ..Typed::new("", raw, Some(unit)) }, limit, no_limit)
}

/// The same with all that is known: the name of the item, which says what the library knows of it, a label claim, which has to be met beside
/// the limit, the food and its ingredients.
#[must_use]
pub fn judge_stored(typed: &Typed<'_>, limit: Option<&LimitUsed>, no_limit: Option<&(String, String)>) -> (String, Option<StoredJudgement>) {
    let (raw, unit, kind) = (typed.raw, typed.unit.unwrap_or_default(), typed.kind);
    if raw.trim().is_empty() {
        return (String::new(), None);
    }
    let label_claim = typed.label_claim.filter(|text| !claim::is_none(text));
    let stored = |judged: &Judgement| StoredJudgement {
        verdict: judged.verdict,
        code: judged.reason.0.code.to_owned(),
        zh: judged.reason_text(Lang::Zh).to_owned(),
        en: judged.reason_text(Lang::En).to_owned(),
        working: judged.working.iter().map(|s| (s.text(Lang::Zh), s.text(Lang::En))).collect(),
        near_limit: judged.near_limit,
        needs_carry_over_word: judged.needs_carry_over_word,
    };
    let Some(limit) = limit else {
        let parsed = value::parse(raw, Some(unit));
        let understood = parsed.canonical();
        let notes = parsed.notes.iter().map(|n| (n.text(Lang::Zh), n.text(Lang::En)));
        let unread = parsed.needs_person();
        if let (Some(claimed), None) = (label_claim, unread) {
            let nothing = LimitRule::NotDetected { banned: false };
            let judged = judge_alone(&JudgeInput { kind, ..JudgeInput::new(&parsed, &nothing, None) }, claimed, unit);
            return (understood, Some(stored(&judged)));
        }
        let (zh, en) = no_limit.cloned().unwrap_or_else(|| ("没有适用的限量".into(), "No limit applies".into()));
        // Nothing passes unjudged: which rule applies, or that there is none, is for a person to say. 风险监测 has words of its own.
        let verdict = if unread.is_some() || kind != TaskKind::RiskMonitoring { Verdict::NeedsPerson } else { Verdict::NoVerdict };
        let (code, zh, en) = unread.map_or(("LIMIT-NONE".to_owned(), zh, en), |r| (r.0.code.to_owned(), r.0.zh.to_owned(), r.0.en.to_owned()));
        return (understood, Some(StoredJudgement { verdict, code, zh, en, working: notes.collect(), near_limit: false, needs_carry_over_word: false }));
    };
    let (parsed, judged) = judge_against(typed, limit);
    (parsed.canonical(), Some(stored(&judged)))
}

/// 判定 what was typed against a limit that is certain: the one way of the laboratory, the interface for programs and the command line.
#[must_use]
pub fn judge_against(typed: &Typed<'_>, limit: &LimitUsed) -> (Parsed, Judgement) {
    let method = |wanted| limit.lod_loq.as_ref().filter(|d| d.kind == wanted).map(|d| Amount { value: d.value, unit: Some(d.unit.clone()) });
    let unit = typed.unit.unwrap_or_default();
    let claim = typed.label_claim.filter(|text| !claim::is_none(text));
    let (lod, loq) = (method(DetectionKind::Lod), method(DetectionKind::Loq));
    // `<0.005` is no 未检出 where the library knows a method of the item that reaches further down
    let absent = matches!(limit.rule, LimitRule::NotDetected { .. });
    let known = if absent { library::known(typed.item) } else { None };
    let beside = Beside { method: known.and_then(library::Known::method), ..Beside::default() };
    let one = |read: &Parsed| {
        let input = JudgeInput {
            limit_ref: Some(LimitRef { id: limit.id.clone(), version: limit.version, basis: limit.basis.clone() }),
            lod: lod.clone(),
            loq: loq.clone(),
            kind: typed.kind,
            item: typed.item,
            food: typed.food,
            ingredients: typed.ingredients,
            dried: limit.dried.as_ref(),
            ..JudgeInput::new(read, &limit.rule, Some(&limit.unit))
        };
        claim.map_or_else(|| judge_beside(&input, &beside), |text| judge_beside_claim(&input, text, unit, &beside))
    };
    judge_typed(typed.item, typed.raw, typed.unit, &limit.rule, Some(&limit.unit), &one)
}

/// 录入的结果 a result typed against a rule that is certain: the same readings of the result as in [`super::judge_words`], each judged by `judge_one`.
/// `unit` is the unit of the cell, for texts that give none.
fn judge_typed(
    item: &str,
    raw: &str,
    unit: Option<&str>,
    rule: &LimitRule,
    limit_unit: Option<&str>,
    judge_one: &dyn Fn(&Parsed) -> Judgement,
) -> (Parsed, Judgement) {
    let first = value::parse(raw, unit);
    if first.needs_person().is_some() {
        if let Some(added) = sums::named_in(raw, unit) {
            let judged = sums::judged_named(raw, &added, |p| judge_one(p));
            return (first, judged);
        }
        if let Some(both) = value::first_and_second(raw) {
            let judged = both.map(|one| judge_typed(item, &one, unit, rule, limit_unit, judge_one).1);
            return (first, both_tests(raw, judged));
        }
    }
    let plain = judge_one(&first);
    let judged = judge_otherwise(raw, &first, plain, unit, rule, limit_unit, judge_one);
    (first, sums::entered_alone(item, judged))
}

/// The same for a result that was read and judged once.
fn judge_otherwise(
    raw: &str,
    first: &Parsed,
    plain: Judgement,
    unit: Option<&str>,
    rule: &LimitRule,
    limit_unit: Option<&str>,
    judge_one: impl Fn(&Parsed) -> Judgement,
) -> Judgement {
    if !may_be_read_otherwise(raw, &plain) {
        return plain;
    }
    let named = |u: &&str| !units::is_none(u);
    let known = first.unit.as_deref().or(unit).filter(named).or(limit_unit.filter(named));
    let plan = match rule {
        LimitRule::ThreeClass { n, m, upper, .. } => Some((*n, m.is_zero() && upper.is_none())),
        _ => None,
    };
    let context = Context {
        count: known.map_or(plan.is_some(), units::is_count),
        mpn: known.is_some_and(|u| u.starts_with("MPN")),
        n: plan.map(|(n, _)| n),
        qualitative: plan.is_some_and(|(_, none)| none) && limit_unit.is_some_and(|u| u.starts_with('/')),
        one_sided: matches!(rule, LimitRule::Max { .. } | LimitRule::Min { .. }),
        ..Context::default()
    };
    let readings = results::readings(raw, &context);
    if readings.iter().all(|r| r.why.is_empty()) {
        return plain;
    }
    let nothing = Reading::of("");
    let judged: Vec<Outcome> =
        readings.into_iter().map(|one| Outcome { judged: judge_one(&value::parse(&one.text, unit)), result: one, limit: nothing.clone() }).collect();
    settle(plain, judged, raw)
}
