//! 统计分析: facts to the tables and series of the annual report and the home page. Polars groups and adds integers; rates are
//! made by the exact functions of the indicators, from the same batches that the figures count, so that tables and figures agree.

pub mod answers;
pub mod counted;
pub mod files;
mod frame;
pub mod looks;
pub mod national;
pub mod parquet;
pub mod sheets;
pub mod tables;
mod work;

pub use looks::{ClassMonths, Funnel, LabTurn, Limits, Looks, Part, Side, Step, TurnMonth, TwoYears};
pub use sheets::{Column, Sheet, Value, sheets};
pub use tables::{CaseLine, GroupShare, Input, LevelKind, Line, Month, RapidLine, Rate, StreetLine, Tables, TopItem, tables};

use shiyan_foundation::codes;

codes! {
    FAILED = "ANALYTICS-FAILED", zh "统计表没有算出来：{detail}", en "The tables could not be computed: {detail}", next "把这条信息交给管理员" / "Hand this message to the administrator", article "";
}
