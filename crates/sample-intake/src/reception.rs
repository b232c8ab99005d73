//! 收样 reception (art 22): the checklist, seals, storage; accept, or refuse with a written reason.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Instant, labels};

labels! {
    /// 收样检查项 the checks of the hand-over sheet (移交确认单).
    pub enum ReceptionCheck {
        Seal = "seal", "封条完好", "Seal intact";
        Package = "package", "样品包装完好", "Packaging intact";
        Quantity = "quantity", "样品数量满足", "Quantity sufficient";
        Condition = "condition", "样品状态正常", "Condition normal";
        PaperCount = "paper_count", "文书数量齐全", "Papers complete";
        PaperMatch = "paper_match", "文书信息与样品相符", "Papers match the sample";
    }
}

/// 收样记录 what the sample keeper wrote down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reception {
    /// Checks found not in order.
    pub failed: Vec<ReceptionCheck>,
    /// 偏离说明 why it can be accepted all the same.
    pub note: String,
    /// 检样封条编号
    pub test_seal: String,
    /// 备样封条编号
    pub backup_seal: String,
    /// 库位
    pub place: String,
    /// 到样温度 as typed.
    pub temperature: String,
    /// 拒收理由
    pub refusal_reason: Option<String>,
    /// Who received or refused it.
    pub keeper: String,
    /// When.
    pub at: Option<Instant>,
}
