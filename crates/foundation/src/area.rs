//! Areas: a street has a code and, apart from it, the body that administers it (domain.md 7: 410105 includes streets that
//! 郑东新区 runs, so the code alone never decides whose batch it is).

use serde::{Deserialize, Serialize};

use crate::labels;

labels! {
    /// 管辖主体 who runs a street.
    pub enum AdminBody {
        Jinshui = "jinshui", "金水区", "Jinshui District";
        Zhengdong = "zhengdong", "郑东新区", "Zhengdong New District";
    }
}

labels! {
    /// 区域类型 the reporting axis of the national form.
    pub enum AreaKind {
        Urban = "urban", "城市", "Urban";
        Rural = "rural", "乡村", "Rural";
        Scenic = "scenic", "景点", "Scenic spot";
    }
}

/// 街道 one street (sub-district).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Street {
    /// Nine-digit code, e.g. `410105008`.
    pub code: String,
    /// Name, e.g. `文化路街道`.
    pub name: String,
    /// Who runs it; a setting that the district confirms.
    pub admin: AdminBody,
}
