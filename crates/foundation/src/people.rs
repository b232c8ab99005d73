//! People and duties (domain.md 8.1): who does what, and who must never do what.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{LabId, PointId, UserId};
use crate::labels;

labels! {
    /// 角色 a duty; one person may hold several, the hard constraints still hold per sample.
    pub enum Role {
        PlanManager = "plan_manager", "计划管理员", "Plan manager";
        Sampler = "sampler", "抽样员", "Sampler";
        SampleKeeper = "sample_keeper", "样品管理员", "Sample keeper";
        Analyst = "analyst", "检验员", "Analyst";
        Checker = "checker", "校核员", "Checker";
        Reviewer = "reviewer", "审核人", "Reviewer";
        Signatory = "signatory", "授权签字人", "Authorised signatory";
        QualityManager = "quality_manager", "质量负责人", "Quality manager";
        ReportSender = "report_sender", "报告发送人", "Report sender";
        Enforcer = "enforcer", "监管所执法人员", "Enforcement officer";
        PointOperator = "point_operator", "快检点操作员", "Rapid-test operator";
        MarketOpener = "market_opener", "市场开办者", "Market operator";
        Supervisor = "supervisor", "监督（食安办/局领导）", "Supervisor";
        Admin = "admin", "系统管理员", "Administrator";
    }
}

/// 数据范围 what a person may see; a required parameter of every query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Scope {
    /// 全区
    District,
    /// 街道（监管所）: nine-digit street codes.
    Streets(BTreeSet<String>),
    /// 快检点
    Point(PointId),
    /// 承检机构
    Lab(LabId),
}

/// 操作人 the person acting, as the domain needs to know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Account id.
    pub id: UserId,
    /// Printed name, 姓名.
    pub name: String,
    /// Duties held.
    pub roles: BTreeSet<Role>,
    /// What they may see.
    pub scope: Scope,
}

impl Actor {
    /// Holds this duty.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
    /// Holds one of these duties.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|r| self.roles.contains(r))
    }
}
