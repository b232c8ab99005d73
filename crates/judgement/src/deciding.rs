//! 人工判定 what only a person may decide about an item, and on what the decision rests: the rule that applies, that no rule exists, how a
//! text is to be read, or the source that a comparison in words is held against. There is no bare 合格.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Decimal, Instant, Label, labels};

use crate::judging::Verdict;
use crate::limit::LimitUsed;

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

/// 脱水率 as typed: per cent, above 0 and below 100.
#[must_use]
pub fn dehydration(typed: &str) -> Option<Decimal> {
    let text = fold(typed);
    let rate: Decimal = text.trim().trim_end_matches('%').trim().parse().ok()?;
    (rate > Decimal::ZERO && rate < Decimal::ONE_HUNDRED && rate.scale() <= 4).then_some(rate)
}
