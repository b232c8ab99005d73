//! 处置环节 the blocks of a case: what must be known and evidenced before it may be closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::task::Penalty;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Decimal, Instant, Label, NaiveDate, Refusal, labels};

use crate::code;

labels! {
    /// 处置环节
    pub enum Block {
        Start = "start", "启动与送达", "Start and service";
        Risk = "risk", "风险评估", "Risk assessment";
        Control = "control", "产品控制", "Product control";
        Cause = "cause", "原因排查", "Cause";
        Rectify = "rectify", "整改复查", "Rectification";
        Penalty = "penalty", "行政处罚", "Penalty";
        Transfer = "transfer", "通报移送", "Notification and transfer";
        Publicity = "publicity", "公示", "Public posting";
    }
}

/// What a field of a block holds.
#[derive(Debug, Clone, Copy)]
pub enum BlockKind {
    /// Free text.
    Text,
    /// Date between the opening and today.
    Date,
    /// Non-negative number.
    Number,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// One field of a block.
#[derive(Debug, Clone, Copy)]
pub struct BlockField {
    /// Stable key.
    pub key: &'static str,
    /// Official label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// What it holds.
    pub kind: BlockKind,
    /// 必填
    pub required: bool,
}

macro_rules! block_fields {
    ($($key:literal, $zh:literal, $en:literal, $kind:expr, $req:literal;)*) => {
        &[$(BlockField { key: $key, zh: $zh, en: $en, kind: $kind, required: $req }),*]
    };
}
use BlockKind::{Choice, Date, Number, Text};

impl Block {
    /// Its fields.
    #[must_use]
    pub fn fields(self) -> &'static [BlockField] {
        match self {
            Block::Start => block_fields! {
                "office", "承办监管所", "Handling office", Text, true;
                "served_on", "送达日期", "Served on", Date, true;
                "served_to", "受送达人", "Served to", Text, true;
                "receipt_no", "送达回证编号", "Receipt of service no.", Text, false;
                "acceptance", "是否签收", "Acceptance", Choice(&["签收", "拒签（留置送达）"]), true;
            },
            Block::Risk => block_fields! {
                "opinion", "评估意见", "Assessment", Text, true;
            },
            Block::Control => block_fields! {
                "bought", "生产/购进量", "Made or bought", Number, true;
                "sold", "已售量", "Sold", Number, true;
                "sealed", "库存封存（扣押）量", "Sealed in stock", Number, true;
                "recalled", "召回/下架量", "Recalled or withdrawn", Number, true;
                "other", "其他去向量", "Other", Number, true;
                "other_note", "其他去向说明", "Where the rest went", Text, false;
                "unit", "单位", "Unit", Text, true;
                "not_recalled", "未召回原因", "Why not recalled", Text, false;
                "controlled", "是否控制到位", "Under control", Choice(&["是", "否"]), true;
            },
            Block::Cause => block_fields! {
                "source", "产品来源（进货/产地）", "Where it came from", Text, true;
                "cause", "不合格原因", "Cause", Choice(&["原料问题", "生产工艺", "过程控制不严", "储运不当", "包装迁移", "标签标识问题", "人为添加", "其他", "未找出原因"]), true;
                "explanation", "原因说明", "Explanation", Text, true;
            },
            Block::Rectify => block_fields! {
                "measures", "整改措施", "Measures", Text, true;
                "checked_on", "复查日期", "Checked on", Date, true;
                "result", "复查结果", "Result", Choice(&["合格", "不合格"]), true;
            },
            Block::Penalty => block_fields! {
                // the words of `Penalty`, which the figures count by
                "filed", "是否立案", "Case filed", Choice(&["立案处罚", "免予处罚（食品安全法第136条）", "不予立案"]), true;
                "doc_no", "案号/文书号", "Document no.", Text, true;
                "basis", "依据条款", "Article applied", Text, true;
                "fine", "罚没款（元）", "Fine (yuan)", Number, false;
                "why_not", "未立案/免罚理由", "Why none", Text, false;
            },
            Block::Transfer => block_fields! {
                "to", "通报/移送对象", "Sent to", Text, true;
                "letter_no", "函件文号", "Letter no.", Text, true;
                "sent_on", "发出日期", "Sent on", Date, true;
                "reply", "回执情况", "Receipt", Choice(&["已收到回执", "未收到回执"]), true;
            },
            Block::Publicity => block_fields! {
                "posted_on", "经营场所张贴日期", "Posted on the premises", Date, true;
                "published", "处置结果公布方式", "How the result was published", Text, true;
            },
        }
    }
    /// May be marked 不适用 with a reason.
    #[must_use]
    pub fn may_be_inapplicable(self) -> bool {
        matches!(self, Block::Risk | Block::Rectify | Block::Transfer)
    }
}

/// 证据文件 stored by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// File name as uploaded, for display only.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Who uploaded it.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// 环节记录
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BlockRecord {
    /// Key → text as typed.
    pub fields: BTreeMap<String, String>,
    /// Evidence.
    pub evidence: Vec<EvidenceRef>,
    /// 不适用 and why.
    pub inapplicable: Option<String>,
    /// Last filled in by.
    pub by: Option<(UserId, String)>,
    /// Last filled in at.
    pub at: Option<Instant>,
}

impl BlockRecord {
    /// The text of a field, trimmed.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", |v| v.trim())
    }
    fn number(&self, key: &str) -> Option<Decimal> {
        fold(self.get(key)).parse().ok().filter(|v: &Decimal| !v.is_sign_negative())
    }
    /// A date field.
    #[must_use]
    pub fn date(&self, key: &str) -> Option<NaiveDate> {
        shiyan_sample_intake::sheet::read_date(self.get(key))
    }
    /// What is wrong with what was typed; blanks are judged at closing, not while filling in.
    #[must_use]
    pub fn problems(&self, block: Block, opened: NaiveDate, today: NaiveDate) -> Vec<Refusal> {
        let mut problems = Vec::new();
        for field in block.fields() {
            let typed = self.get(field.key);
            if typed.is_empty() {
                continue;
            }
            let problem =
                |info| Refusal::new(info).with("label", field.zh).with("label_en", field.en).with("typed", typed).with("opened", opened).on(field.key);
            match field.kind {
                Text => {}
                Date => {
                    if self.date(field.key).is_none_or(|d| d < opened || d > today) {
                        problems.push(problem(code::DATE));
                    }
                }
                Number => {
                    if self.number(field.key).is_none() {
                        problems.push(problem(code::NUMBER));
                    }
                }
                Choice(choices) => {
                    if !choices.contains(&typed) {
                        problems.push(problem(code::CHOICE));
                    }
                }
            }
        }
        if block == Block::Control {
            problems.extend(self.imbalance());
        }
        problems
    }
    /// 购进 = 已售 + 封存 + 召回下架 + 其他, once all are given.
    fn imbalance(&self) -> Option<Refusal> {
        let [bought, sold, sealed, recalled, other] = ["bought", "sold", "sealed", "recalled", "other"].map(|k| self.number(k));
        let (bought, sold, sealed, recalled, other) = (bought?, sold?, sealed?, recalled?, other?);
        (bought != sold + sealed + recalled + other).then(|| {
            Refusal::new(code::BALANCE)
                .with("bought", bought)
                .with("sold", sold)
                .with("sealed", sealed)
                .with("recalled", recalled)
                .with("other", other)
                .on("bought")
        })
    }
    /// What this block still lacks before the case may be closed.
    #[must_use]
    pub fn missing(&self, block: Block) -> Vec<Refusal> {
        if self.inapplicable.is_some() {
            return Vec::new();
        }
        let named = |info| Refusal::new(info).with("block", block.zh()).with("block_en", block.en());
        if self.fields.values().all(|v| v.trim().is_empty()) && self.evidence.is_empty() {
            return vec![named(code::NOT_DONE)];
        }
        let mut missing: Vec<Refusal> = block
            .fields()
            .iter()
            .filter(|f| f.required && self.get(f.key).is_empty())
            .map(|f| named(code::FIELD).with("label", f.zh).with("label_en", f.en))
            .collect();
        if block == Block::Penalty && Penalty::parse(self.get("filed")) != Some(Penalty::Filed) && self.get("why_not").is_empty() {
            missing.push(named(code::FIELD).with("label", "未立案/免罚理由").with("label_en", "Why none"));
        }
        if block == Block::Control {
            missing.extend(self.imbalance());
            if self.number("other").is_some_and(|other| !other.is_zero()) && self.get("other_note").is_empty() {
                missing.push(named(code::FIELD).with("label", "其他去向说明").with("label_en", "Where the rest went"));
            }
            if self.get("controlled") == "否" {
                missing.push(Refusal::new(code::UNCONTROLLED));
            }
        }
        if block == Block::Rectify && self.get("result") == "不合格" {
            missing.push(Refusal::new(code::NOT_RECTIFIED));
        }
        if self.evidence.is_empty() {
            missing.push(named(code::EVIDENCE));
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_of_a_penalty_are_its_words() {
        let field = Block::Penalty.fields().iter().find(|f| f.key == "filed").unwrap();
        let Choice(choices) = field.kind else { panic!("a choice") };
        assert_eq!(choices, Penalty::ALL.iter().map(|p| p.zh()).collect::<Vec<_>>());
    }
    fn record(fields: &[(&str, &str)]) -> BlockRecord {
        let at = shiyan_foundation::DateTime::UNIX_EPOCH.fixed_offset();
        let evidence = vec![EvidenceRef { sha256: "0".repeat(64), name: "a.jpg".into(), size: 1, by: "甲".into(), at }];
        BlockRecord { fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(), evidence, ..BlockRecord::default() }
    }
    #[test]
    fn what_went_elsewhere_is_explained_and_what_is_not_under_control_is_not_done() {
        let whole = [("bought", "10"), ("sold", "4"), ("sealed", "3"), ("recalled", "1"), ("other", "2"), ("unit", "公斤"), ("controlled", "是")];
        let codes = |more: &[(&str, &str)]| record(&[&whole, more].concat()).missing(Block::Control).iter().map(Refusal::code).collect::<Vec<_>>();
        assert_eq!(codes(&[]), ["CASE-FIELD"]);
        assert!(codes(&[("other_note", "经营者自行食用")]).is_empty());
        assert!(codes(&[("sold", "6"), ("other", "0")]).is_empty());
        assert_eq!(codes(&[("other_note", "经营者自行食用"), ("controlled", "否")]), ["CASE-UNCONTROLLED"]);
        assert_eq!(codes(&[("other", "3"), ("other_note", "经营者自行食用")]), ["CASE-BALANCE"]);
    }
    #[test]
    fn a_correction_that_was_looked_at_and_found_wanting_is_not_done() {
        let codes = |result| {
            let record = record(&[("measures", "更换供货商"), ("checked_on", "2026-03-20"), ("result", result)]);
            record.missing(Block::Rectify).iter().map(Refusal::code).collect::<Vec<_>>()
        };
        assert_eq!((codes("合格"), codes("不合格")), (vec![], vec!["CASE-RECTIFY"]));
    }
}
