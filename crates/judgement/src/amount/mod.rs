//! 量值 values with their units: exact conversion, rounding.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;

pub mod rounding;
pub mod units;

/// A value with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// 数值
    pub value: Decimal,
    /// 单位
    pub unit: Option<String>,
}
