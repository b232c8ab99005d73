//! 人工判定 who may decide about an item, when, and what a decision has to rest on.

use shiyan_foundation::task::TaskKind;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, CodeInfo, Instant, Label, Refusal};
use shiyan_judgement::deciding::{Candidate, Deciding, Ground, HandDecision, NoVerdictWhy, RulePick, dehydration};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::{Dried, LimitUsed};
use shiyan_judgement::reading;

use super::code;
use super::item::TestItem;
use super::state::{Meaning, OrderAction, own_work, written};

fn digits(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_digit).collect()
}

fn sourced(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() < 4 { Err(Refusal::new(code::SOURCE).on("source")) } else { Ok(text.to_owned()) }
}

impl TestItem {
    /// 未决 nobody decided yet what only a person may decide: the order does not go on. In 风险监测 an item that no standard limits has
    /// words of its own and is not held up.
    #[must_use]
    pub fn undecided(&self, kind: TaskKind) -> bool {
        match self.verdict() {
            Some(Verdict::NeedsPerson) => true,
            Some(Verdict::NoVerdict) => self.decision.is_none() && !(kind == TaskKind::RiskMonitoring && self.limit.is_none()),
            _ => false,
        }
    }
    /// 可由人判定 what waits for a person; what a person decided may be decided again before it is signed; what the machine judged may not be
    /// overruled.
    #[must_use]
    pub fn may_be_decided(&self, kind: TaskKind) -> bool {
        self.undecided(kind) || self.decision.is_some() || self.verdict() == Some(Verdict::NoVerdict)
    }
    /// 未读懂 what was typed cannot be read as a result although a limit in numbers waits for it: whoever typed it corrects it.
    #[must_use]
    pub fn unread(&self) -> bool {
        let open = self.decision.is_none() && self.judgement.as_ref().is_some_and(|j| j.verdict == Verdict::NeedsPerson);
        open && self.limit.is_some() && reading::parse(&self.raw, Some(&self.unit)).needs_person().is_some()
    }
    /// 须定读法 the doubt is about how the result is to be read, not about the rule.
    #[must_use]
    pub fn reading_open(&self) -> bool {
        let unclear =
            self.judgement.as_ref().is_some_and(|j| j.code == "JUDGE-READINGS") || reading::parse(&self.raw, Some(&self.unit)).needs_person().is_some();
        unclear && !digits(&self.raw).is_empty()
    }
    /// 人工判定 by somebody who did not test it. `candidates`: the rules in doubt for this item.
    ///
    /// # Errors
    /// The item has a verdict already; no reason, no source; the person tested it; a bare 合格; a reading that the text does not allow.
    pub fn decide(&self, actor: &Actor, by: &Deciding, candidates: &[Candidate], reason: &str, kind: TaskKind, now: Instant) -> Result<TestItem, Refusal> {
        if !self.may_be_decided(kind) {
            return Err(Refusal::new(code::DECIDED_RANGE).with("item", &self.analyte));
        }
        if let Some((id, name)) = &self.analyst
            && *id == actor.id
        {
            return Err(own_work(name, Meaning::MainAnalyst, OrderAction::Decide));
        }
        let by_whom = By { actor, reason: written(reason)?, at: now };
        match by {
            Deciding::Rule { pick } => self.by_rule(&by_whom, *pick, candidates, kind),
            Deciding::NoVerdict { why, source } => self.by_no_verdict(&by_whom, *why, source),
            Deciding::Reading(text) => self.by_reading(&by_whom, text.trim(), kind),
            Deciding::Dried { rate, source } => self.by_rate(&by_whom, rate, source, kind),
            Deciding::Held { verdict, source } => self.by_hand(&by_whom, *verdict, source, kind),
        }
    }

    fn refused(&self, info: &'static CodeInfo) -> Refusal {
        Refusal::new(info).with("item", &self.analyte).with("raw", &self.raw)
    }

    fn decided(&self, by: &By<'_>, verdict: Verdict, ground: Ground) -> TestItem {
        let decision = HandDecision { verdict, reason: by.reason.clone(), by: by.actor.id, by_name: by.actor.name.clone(), at: by.at, ground: Some(ground) };
        TestItem { decision: Some(decision), revision: self.revision + 1, ..self.clone() }
    }

    /// 选定限量 one of the rules in doubt; the machine judges by it.
    fn by_rule(&self, by: &By<'_>, pick: usize, candidates: &[Candidate], kind: TaskKind) -> Result<TestItem, Refusal> {
        let picked = candidates.get(pick).ok_or_else(|| self.refused(code::NO_CANDIDATE).on("on"))?;
        let told = |c: &Candidate| {
            let one = |doubt: &str| format!("{} {}（{doubt}）", c.limit.text, c.limit.basis);
            (one(&c.doubt.0), one(&c.doubt.1))
        };
        let pick = RulePick {
            doubt: self.no_limit.clone().or_else(|| self.judgement.as_ref().map(|j| (j.zh.clone(), j.en.clone()))).unwrap_or_default(),
            candidates: candidates.iter().map(told).collect(),
            reason: by.reason.clone(),
            by: by.actor.id,
            by_name: by.actor.name.clone(),
            at: by.at,
        };
        Ok(TestItem { picked: Some(pick), ..self.clone() }.under(Some(picked.limit.clone()), None, kind))
    }

    /// 不判定 for a coded reason with its source.
    fn by_no_verdict(&self, by: &By<'_>, why: NoVerdictWhy, source: &str) -> Result<TestItem, Refusal> {
        if why == NoVerdictWhy::NotSet && self.limit.is_some() {
            return Err(self.refused(code::LIMIT_IS_SET).on("on"));
        }
        Ok(self.decided(by, Verdict::NoVerdict, Ground::NoVerdict { why, source: sourced(source)? }))
    }

    /// 读法 one of the ways to read what stands there, not another result.
    fn by_reading(&self, by: &By<'_>, text: &str, kind: TaskKind) -> Result<TestItem, Refusal> {
        if self.limit.is_none() {
            return Err(self.refused(code::RULE_FIRST).on("on"));
        }
        if text.is_empty() || digits(text) != digits(&self.raw) {
            return Err(self.refused(code::NOT_A_READING).with("typed", text).on("reading"));
        }
        match self.judged(text, kind).1.map(|j| j.verdict) {
            Some(verdict) if settled(verdict) => Ok(self.decided(by, verdict, Ground::Reading { text: text.to_owned() })),
            _ => Err(self.refused(code::READING_OPEN).with("typed", text).on("reading")),
        }
    }

    /// 折算 by the rate of dehydration; the machine judges by it.
    fn by_rate(&self, by: &By<'_>, rate: &str, source: &str, kind: TaskKind) -> Result<TestItem, Refusal> {
        let limit = self.limit.as_ref().filter(|l| l.dried.is_some()).ok_or_else(|| self.refused(code::NOT_DRIED).on("on"))?;
        let rate = dehydration(rate).ok_or_else(|| self.refused(code::DRYING_RATE).with("typed", rate.trim()).on("rate"))?;
        let source = sourced(source)?;
        let dried = limit.dried.clone().map(|d| Dried { rate: Some(rate), ..d });
        let by_rate = TestItem { limit: Some(LimitUsed { dried, ..limit.clone() }), ..self.clone() };
        match by_rate.judged(&self.raw, kind).1.map(|j| j.verdict) {
            Some(verdict) if settled(verdict) => Ok(self.decided(by, verdict, Ground::Dried { rate, source })),
            _ => Err(self.refused(code::READING_OPEN).with("typed", self.raw.trim()).on("rate")),
        }
    }

    /// 比对 the verdict of somebody who compared result and limit, never a bare 合格.
    fn by_hand(&self, by: &By<'_>, verdict: Verdict, source: &str, kind: TaskKind) -> Result<TestItem, Refusal> {
        if verdict == Verdict::Conforming && self.limit.as_ref().is_some_and(|l| l.dried.is_some()) {
            return Err(self.refused(code::DRYING_FIRST).on("on"));
        }
        if !settled(verdict) {
            return Err(Refusal::new(code::VERDICT).with("typed", verdict.zh()).on("on"));
        }
        if self.limit.is_none() && !(kind == TaskKind::RiskMonitoring && verdict == Verdict::Problem) {
            return Err(self.refused(code::RULE_FIRST).on("on"));
        }
        if verdict == Verdict::Conforming && self.reading_open() {
            return Err(self.refused(code::READING_FIRST).on("on"));
        }
        Ok(self.decided(by, verdict, Ground::Held { source: sourced(source)? }))
    }
}

/// Who decides, why, when.
struct By<'a> {
    actor: &'a Actor,
    reason: String,
    at: Instant,
}

/// A verdict that says something of the item.
fn settled(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::NeedsPerson | Verdict::NoVerdict)
}
