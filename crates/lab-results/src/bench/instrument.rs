//! 仪器设备 the instruments that work is done on.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::InstrumentId;
use shiyan_foundation::{NaiveDate, Refusal};

use super::code;

/// 仪器设备 an instrument of the laboratory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Id.
    pub id: InstrumentId,
    /// 设备编号
    pub no: String,
    /// 名称和型号
    pub name: String,
    /// 文件格式 key of the profile its files are read with, if it exports files.
    pub profile: Option<String>,
    /// 校准有效期至 last day of its calibration; `None` where none is needed.
    pub calibrated_until: Option<NaiveDate>,
    /// In use.
    pub active: bool,
    /// 承检机构 whose own it is, as the sheets name it; `None` where the laboratories share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

impl Instrument {
    /// Whether work of this laboratory may be done on it.
    #[must_use]
    pub fn serves(&self, lab: &str) -> bool {
        self.lab.as_deref().is_none_or(|own| own == lab)
    }
    /// Why no work may be assigned to it on that day.
    #[must_use]
    pub fn why_not(&self, on: NaiveDate) -> Option<Refusal> {
        if !self.active {
            return Some(Refusal::new(code::INSTRUMENT_OFF).with("name", &self.name).on("instrument"));
        }
        let until = self.calibrated_until.filter(|until| *until < on)?;
        Some(Refusal::new(code::CALIBRATION).with("name", &self.name).with("until", until).on("instrument"))
    }
}
