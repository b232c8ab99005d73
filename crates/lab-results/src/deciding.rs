//! 人工判定 what only a person may decide about an item, and on what the decision rests: the rule that applies, that no rule exists, how a
//! text is to be read, or the source that a comparison in words is held against. There is no bare 合格.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, Decimal, Instant, Label, Refusal, labels};

use crate::judge::{Dried, Verdict};
use crate::order::{LimitUsed, Meaning, OrderAction, TestItem, own_work, written};
use crate::order_code as code;
use crate::value;

labels! {
    /// 不判定原因 why an item gets no verdict.
    pub enum NoVerdictWhy {
        NotSet = "not_set", "标准未规定该食品中该项目的限量", "No standard sets a limit for the item in this food";
        NotListed = "not_listed", "不在本次判定依据之内", "Not among the standards this sample is judged by";
        MethodLimit = "method_limit", "方法检出限或定量限高于限量", "The method cannot reach the limit";
        NotTested = "not_tested", "样品或条件所限，未检验", "Not tested for want of sample or means";
    }
}

/// 判定依托 what a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Ground {
    /// 不判定 no verdict, for a coded reason with its source.
    NoVerdict {
        /// The reason.
        why: NoVerdictWhy,
        /// 出处 where that is written.
        source: String,
    },
    /// 读法 the text read in one of the ways it allows, and judged by the limit.
    Reading {
        /// As read.
        text: String,
    },
    /// 比对 the limit compared by a person, held against a source.
    Held {
        /// 出处 standard or record.
        source: String,
    },
    /// 脱水率 of a dried food, by which the limit of the fresh one is held against it.
    Dried {
        /// 脱水率 per cent.
        rate: Decimal,
        /// 来源 analysis, what the producer says, other data.
        source: String,
    },
}

/// 人工判定
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandDecision {
    /// Verdict.
    pub verdict: Verdict,
    /// Reason.
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// Printed name.
    pub by_name: String,
    /// When.
    pub at: Instant,
    /// What it rests on; a decision of before this was asked for has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
}

/// 选定限量 the rule that a person picked among those in doubt. It stays with the item, whatever is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePick {
    /// Why no rule was certain: Chinese, English.
    pub doubt: (String, String),
    /// 候选 the rules that came into question, each with its doubt: Chinese, English.
    pub candidates: Vec<(String, String)>,
    /// Why this one.
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// Printed name.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

impl RulePick {
    /// The line of the working that says so: Chinese, English.
    #[must_use]
    pub fn told(&self, limit: &LimitUsed) -> (String, String) {
        let (text, basis) = (&limit.text, &limit.basis);
        (
            format!("适用限量 {text}（{basis}）由{}选定：{}；选定前：{}", self.by_name, self.reason, self.doubt.0),
            format!("The limit {text} ({basis}) was picked by {}: {}; before that: {}", self.by_name, self.reason, self.doubt.1),
        )
    }
}

/// 候选限量 a rule that came into question, with why it is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The rule as the item would carry it.
    pub limit: LimitUsed,
    /// Why it is in doubt: Chinese, English.
    pub doubt: (String, String),
}

/// 判定方式 what a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deciding {
    /// 选定限量 one of the rules in doubt applies.
    Rule {
        /// Which of the candidates.
        pick: usize,
    },
    /// 不判定 no verdict.
    NoVerdict {
        /// Why.
        why: NoVerdictWhy,
        /// Where that is written.
        source: String,
    },
    /// 读法 how the text is to be read.
    Reading(String),
    /// 折算 the rate of dehydration, per cent, as typed; the program judges by it.
    Dried {
        /// 脱水率
        rate: String,
        /// 来源
        source: String,
    },
    /// 比对 the verdict of somebody who compared result and limit, with the source.
    Held {
        /// The verdict.
        verdict: Verdict,
        /// Where it is written.
        source: String,
    },
}

fn digits(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_digit).collect()
}

/// 脱水率 as typed: per cent, above 0 and below 100.
#[must_use]
pub fn dehydration(typed: &str) -> Option<Decimal> {
    let text = fold(typed);
    let rate: Decimal = text.trim().trim_end_matches('%').trim().parse().ok()?;
    (rate > Decimal::ZERO && rate < Decimal::ONE_HUNDRED && rate.scale() <= 4).then_some(rate)
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
        open && self.limit.is_some() && value::parse(&self.raw, Some(&self.unit)).needs_person().is_some()
    }
    /// 须定读法 the doubt is about how the result is to be read, not about the rule.
    #[must_use]
    pub fn reading_open(&self) -> bool {
        let unclear = self.judgement.as_ref().is_some_and(|j| j.code == "JUDGE-READINGS") || value::parse(&self.raw, Some(&self.unit)).needs_person().is_some();
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
        let reason = written(reason)?;
        let refused = |info| Refusal::new(info).with("item", &self.analyte).with("raw", &self.raw);
        let decided = |verdict, ground| {
            let decision = HandDecision { verdict, reason: reason.clone(), by: actor.id, by_name: actor.name.clone(), at: now, ground: Some(ground) };
            TestItem { decision: Some(decision), revision: self.revision + 1, ..self.clone() }
        };
        match by {
            Deciding::Rule { pick } => {
                let picked = candidates.get(*pick).ok_or_else(|| refused(code::NO_CANDIDATE).on("on"))?;
                let told = |c: &Candidate| {
                    let one = |doubt: &str| format!("{} {}（{doubt}）", c.limit.text, c.limit.basis);
                    (one(&c.doubt.0), one(&c.doubt.1))
                };
                let pick = RulePick {
                    doubt: self.no_limit.clone().or_else(|| self.judgement.as_ref().map(|j| (j.zh.clone(), j.en.clone()))).unwrap_or_default(),
                    candidates: candidates.iter().map(told).collect(),
                    reason: reason.clone(),
                    by: actor.id,
                    by_name: actor.name.clone(),
                    at: now,
                };
                Ok(TestItem { picked: Some(pick), ..self.clone() }.under(Some(picked.limit.clone()), None, kind))
            }
            Deciding::NoVerdict { why, source } => {
                if *why == NoVerdictWhy::NotSet && self.limit.is_some() {
                    return Err(refused(code::LIMIT_IS_SET).on("on"));
                }
                Ok(decided(Verdict::NoVerdict, Ground::NoVerdict { why: *why, source: sourced(source)? }))
            }
            Deciding::Reading(text) => {
                if self.limit.is_none() {
                    return Err(refused(code::RULE_FIRST).on("on"));
                }
                // One of the ways to read what stands there, not another result.
                if text.trim().is_empty() || digits(text) != digits(&self.raw) {
                    return Err(refused(code::NOT_A_READING).with("typed", text.trim()).on("reading"));
                }
                let verdict = self.judged(text.trim(), kind).1.map(|j| j.verdict);
                match verdict {
                    Some(verdict) if !matches!(verdict, Verdict::NeedsPerson | Verdict::NoVerdict) => {
                        Ok(decided(verdict, Ground::Reading { text: text.trim().to_owned() }))
                    }
                    _ => Err(refused(code::READING_OPEN).with("typed", text.trim()).on("reading")),
                }
            }
            Deciding::Dried { rate, source } => {
                let limit = self.limit.as_ref().filter(|l| l.dried.is_some()).ok_or_else(|| refused(code::NOT_DRIED).on("on"))?;
                let rate = dehydration(rate).ok_or_else(|| refused(code::DRYING_RATE).with("typed", rate.trim()).on("rate"))?;
                let source = sourced(source)?;
                let dried = limit.dried.clone().map(|d| Dried { rate: Some(rate), ..d });
                let by_rate = TestItem { limit: Some(LimitUsed { dried, ..limit.clone() }), ..self.clone() };
                match by_rate.judged(&self.raw, kind).1.map(|j| j.verdict) {
                    Some(verdict) if !matches!(verdict, Verdict::NeedsPerson | Verdict::NoVerdict) => Ok(decided(verdict, Ground::Dried { rate, source })),
                    _ => Err(refused(code::READING_OPEN).with("typed", self.raw.trim()).on("rate")),
                }
            }
            Deciding::Held { verdict, source } => {
                if *verdict == Verdict::Conforming && self.limit.as_ref().is_some_and(|l| l.dried.is_some()) {
                    return Err(refused(code::DRYING_FIRST).on("on"));
                }
                if matches!(verdict, Verdict::NeedsPerson | Verdict::NoVerdict) {
                    return Err(Refusal::new(code::VERDICT).with("typed", verdict.zh()).on("on"));
                }
                if self.limit.is_none() && !(kind == TaskKind::RiskMonitoring && *verdict == Verdict::Problem) {
                    return Err(refused(code::RULE_FIRST).on("on"));
                }
                if *verdict == Verdict::Conforming && self.reading_open() {
                    return Err(refused(code::READING_FIRST).on("on"));
                }
                Ok(decided(*verdict, Ground::Held { source: sourced(source)? }))
            }
        }
    }
}

impl HandDecision {
    /// The line that says who decided what, on what ground: Chinese, English.
    #[must_use]
    pub fn told(&self) -> (String, String) {
        let (zh, en) = match &self.ground {
            Some(Ground::NoVerdict { why, source }) => (format!("{}（{source}）；", why.zh()), format!("{} ({source}); ", why.en())),
            Some(Ground::Reading { text }) => (format!("结果读作 {text}；"), format!("The result is read as {text}; ")),
            Some(Ground::Dried { rate, source }) => {
                (format!("按脱水率 {rate}%（{source}）折算；"), format!("By a rate of dehydration of {rate}% ({source}); "))
            }
            Some(Ground::Held { source }) => (format!("依据 {source}；"), format!("By {source}; ")),
            None => (String::new(), String::new()),
        };
        let (verdict, day) = (self.verdict, self.at.format("%Y-%m-%d"));
        (
            format!("人工判定为{}：{zh}{}（{}，{day}）", verdict.zh(), self.reason, self.by_name),
            format!("decided by hand as {}: {en}{} ({}, {day})", verdict.en().to_lowercase(), self.reason, self.by_name),
        )
    }
}
