//! Identities: one type a noun, so that a case can never be looked up with the id of a sample.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Ok(Self(s.parse()?)) }
        }
    )+};
}

ids! {
    /// 用户 a person with an account.
    UserId,
    /// 承检机构 a contracted testing laboratory.
    LabId,
    /// 年度计划 a yearly sampling plan.
    PlanId,
    /// 计划行 one line of a plan.
    PlanLineId,
    /// 常住人口 one population row.
    PopulationId,
    /// 样品（一张抽样单）one sample, that is one sampling sheet, that is one batch.
    SampleId,
    /// 检验任务 the laboratory's work on one sample.
    TestOrderId,
    /// 检验项目 one item of one sample.
    TestItemId,
    /// 检验批 one worksheet: items of one method over several samples.
    WorksheetId,
    /// 仪器设备 one instrument.
    InstrumentId,
    /// 检验报告 one revision of a test report.
    TestReportId,
    /// 已签发文书 one paper as it left the house.
    PaperId,
    /// 核查处置案件 one case.
    CaseId,
    /// 时限钟 one running or stopped clock.
    ClockId,
    /// 证据文件 one evidence file.
    EvidenceId,
    /// 快检点 one rapid-test point.
    PointId,
    /// 快检设备 one rapid-test device.
    DeviceId,
    /// 快检读数 one rapid reading.
    ReadingId,
    /// 限量规则 one limit row.
    LimitId,
    /// 经营者 one operator: a shop, a stall holder, a restaurant, a maker that was sampled.
    OperatorId,
    /// 生产者 one producer as labels name it.
    ProducerId,
    /// 市场 one market.
    MarketId,
    /// 摊位 one stall of a market.
    StallId,
    /// 作业 one long piece of work.
    JobId,
}
