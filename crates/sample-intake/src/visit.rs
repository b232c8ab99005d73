//! 现场结果 what became of a visit: a sample was taken, the operator refused, or there was nothing to take. The last two have papers of their own, and
//! neither counts as sampled. A closed shop or an empty shelf is no refusal.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Instant, Label, Refusal, labels};

use crate::code;

labels! {
    /// 未抽到样品的原因
    pub enum NothingThere {
        Closed = "closed", "停业", "Closed";
        NoSuchFood = "no_such_food", "无该品种", "No such food";
        TooLittle = "too_little", "库存不足", "Too little in stock";
        Expired = "expired", "已过保质期", "Past its shelf life";
        NotTrading = "not_trading", "不在经营", "No longer in business";
        Other = "other", "其他", "Other";
    }
}

/// 见证人 of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Witness {
    /// 姓名
    pub name: String,
    /// 单位
    pub unit: String,
    /// 证件号
    pub certificate: String,
}

/// 到场 what both papers say: where, when, who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attended {
    /// 被抽样单位
    pub operator: String,
    /// 地址
    pub address: String,
    /// 时间
    pub at: Instant,
    /// 抽样人员
    pub samplers: Vec<(UserId, String)>,
    /// 照片、录像, by the key under which they are kept.
    pub media: Vec<String>,
}

/// 拒绝抽样
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedVisit {
    /// 到场
    pub attended: Attended,
    /// 统一社会信用代码
    pub credit_code: String,
    /// 接待人
    pub met: String,
    /// 拟抽食品
    pub intended: String,
    /// 告知书已出示
    pub notice_shown: bool,
    /// 事实: who said or did what, what was shown and explained, how often. Facts only, no verdict and no threatened fine.
    pub facts: String,
    /// 对方陈述的理由
    pub stated_reason: String,
    /// 拒签 the operator did not sign.
    pub unsigned: bool,
    /// 见证人
    pub witness: Witness,
}

/// 未抽到样品
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyVisit {
    /// 到场
    pub attended: Attended,
    /// 原因
    pub reason: NothingThere,
    /// 情况说明
    pub note: String,
    /// 抽签号 under which the operator was drawn, where it was.
    pub draw: Option<String>,
    /// 递补对象, drawn from the same chain and never chosen by hand.
    pub replacement: Option<String>,
}

/// 现场结果
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Visit {
    /// 正常 the sheet goes on.
    Sampled,
    /// 拒绝抽样
    Refused(Box<RefusedVisit>),
    /// 未抽到样品
    Empty(Box<EmptyVisit>),
}

labels! {
    /// 文书
    pub enum VisitPaper {
        Refusal = "refusal", "拒绝抽样认定书", "Record of a refusal";
        Nothing = "nothing", "未抽到样品说明", "Note that nothing was there";
    }
}

fn blank(field: &'static str, zh: &'static str, en: &'static str) -> Refusal {
    Refusal::new(code::VISIT_BLANK).with("label", zh).with("label_en", en).on(field)
}

impl Attended {
    fn missing(&self) -> Vec<Refusal> {
        let mut out = Vec::new();
        if self.operator.trim().is_empty() {
            out.push(blank("operator", "被抽样单位", "the operator"));
        }
        if self.address.trim().is_empty() {
            out.push(blank("address", "地址", "the address"));
        }
        let different: std::collections::BTreeSet<UserId> = self.samplers.iter().map(|(id, _)| *id).collect();
        if different.len() < 2 {
            out.push(Refusal::new(code::SAMPLERS).with("count", different.len()).on("samplers"));
        }
        if self.media.is_empty() {
            out.push(blank("media", "现场照片或录像", "a photo or film of the place"));
        }
        out
    }
}

impl Visit {
    /// 缺项 what the paper still lacks; a refusal without a witness or a picture comes back.
    #[must_use]
    pub fn missing(&self) -> Vec<Refusal> {
        match self {
            Visit::Sampled => Vec::new(),
            Visit::Refused(visit) => {
                let mut out = visit.attended.missing();
                if !visit.notice_shown {
                    out.push(blank("notice_shown", "出示抽样检验告知书", "that the notice was shown"));
                }
                for (text, field, zh, en) in [
                    (&visit.intended, "intended", "拟抽食品", "the food that was to be sampled"),
                    (&visit.facts, "facts", "拒绝抽样的事实", "what happened"),
                    (&visit.witness.name, "witness_name", "见证人姓名", "the name of the witness"),
                    (&visit.witness.unit, "witness_unit", "见证人单位", "where the witness belongs"),
                    (&visit.witness.certificate, "witness_certificate", "见证人证件号", "the certificate of the witness"),
                ] {
                    if text.trim().is_empty() {
                        out.push(blank(field, zh, en));
                    }
                }
                let name = visit.witness.name.trim();
                if !name.is_empty() && visit.attended.samplers.iter().any(|(_, sampler)| sampler == name) {
                    out.push(Refusal::new(code::VISIT_WITNESS).with("name", name).on("witness_name"));
                }
                out
            }
            Visit::Empty(visit) => {
                let mut out = visit.attended.missing();
                if visit.reason == NothingThere::Other && visit.note.trim().is_empty() {
                    out.push(blank("note", "情况说明", "what was found"));
                }
                if visit.draw.is_none() && visit.replacement.is_some() {
                    out.push(Refusal::new(code::VISIT_REPLACED).on("replacement"));
                }
                out
            }
        }
    }
    /// 应出文书
    #[must_use]
    pub fn paper(&self) -> Option<VisitPaper> {
        match self {
            Visit::Sampled => None,
            Visit::Refused(_) => Some(VisitPaper::Refusal),
            Visit::Empty(_) => Some(VisitPaper::Nothing),
        }
    }
    /// 是否计入已抽样
    #[must_use]
    pub fn counts_as_sampled(&self) -> bool {
        matches!(self, Visit::Sampled)
    }
    /// 一句话 for lists.
    #[must_use]
    pub fn said(&self, lang: shiyan_foundation::Lang) -> String {
        match self {
            Visit::Sampled => lang.pick("正常抽样", "Sampled").to_owned(),
            Visit::Refused(_) => lang.pick("企业拒检", "Refused by the operator").to_owned(),
            Visit::Empty(visit) => format!("{}{}", lang.pick("未抽到样品：", "Nothing to sample: "), visit.reason.label(lang)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::Lang;

    fn attended() -> Attended {
        let sampler = |n: u128, name: &str| (UserId(uuid::Uuid::from_u128(n)), name.to_owned());
        Attended {
            operator: "示范超市".into(),
            address: "文化路1号".into(),
            at: chrono::DateTime::parse_from_rfc3339("2026-03-06T09:00:00+08:00").unwrap(),
            samplers: vec![sampler(1, "张"), sampler(2, "李")],
            media: vec!["m1".into()],
        }
    }
    fn refused() -> RefusedVisit {
        RefusedVisit {
            attended: attended(),
            credit_code: String::new(),
            met: "店员".into(),
            intended: "蔬菜".into(),
            notice_shown: true,
            facts: "出示证件和告知书，说明来意三次，负责人均不同意抽样。".into(),
            stated_reason: String::new(),
            unsigned: true,
            witness: Witness { name: "王".into(), unit: "文化路社区".into(), certificate: "C1".into() },
        }
    }
    fn fields(visit: Visit) -> Vec<String> {
        visit.missing().into_iter().map(|r| r.field.unwrap()).collect()
    }

    #[test]
    fn a_refusal_needs_facts_a_witness_and_a_picture() {
        assert_eq!(fields(Visit::Refused(Box::new(refused()))), Vec::<String>::new());
        let mut bare = refused();
        bare.attended.media.clear();
        bare.attended.samplers[1] = bare.attended.samplers[0].clone();
        (bare.facts, bare.witness, bare.notice_shown) = (" ".into(), Witness::default(), false);
        assert_eq!(
            fields(Visit::Refused(Box::new(bare))),
            ["samplers", "media", "notice_shown", "facts", "witness_name", "witness_unit", "witness_certificate"]
        );
        let mut own = refused();
        own.witness.name = "李".into();
        assert_eq!(Visit::Refused(Box::new(own)).missing()[0].code(), "VISIT-WITNESS");
    }
    #[test]
    fn nothing_there_is_no_refusal_and_neither_is_a_sample() {
        let empty = |reason| EmptyVisit { attended: attended(), reason, note: String::new(), draw: None, replacement: None };
        let closed = Visit::Empty(Box::new(empty(NothingThere::Closed)));
        assert_eq!((closed.missing().len(), closed.paper(), closed.counts_as_sampled()), (0, Some(VisitPaper::Nothing), false));
        assert_eq!((closed.said(Lang::Zh).as_str(), Visit::Sampled.paper()), ("未抽到样品：停业", None));
        assert_eq!(fields(Visit::Empty(Box::new(empty(NothingThere::Other)))), ["note"]);
        let by_hand = EmptyVisit { replacement: Some("D7".into()), ..empty(NothingThere::Closed) };
        assert_eq!(Visit::Empty(Box::new(by_hand)).missing()[0].code(), "VISIT-REPLACED");
        let kept = serde_json::to_string(&closed).unwrap();
        assert_eq!(serde_json::from_str::<Visit>(&kept).unwrap(), closed);
    }
}
