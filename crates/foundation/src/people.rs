//! People and duties: who does what, and who must never do what.

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

impl Scope {
    /// Whether everything that lies within the other lies within this one. A point lies in a street: `street_of` knows which.
    #[must_use]
    pub fn holds(&self, other: &Scope, street_of: impl Fn(PointId) -> Option<String>) -> bool {
        match (self, other) {
            (Scope::District, _) => true,
            (Scope::Streets(mine), Scope::Streets(theirs)) => theirs.is_subset(mine),
            (Scope::Streets(mine), Scope::Point(point)) => street_of(*point).is_some_and(|street| mine.contains(&street)),
            (Scope::Point(mine), Scope::Point(theirs)) => mine == theirs,
            (Scope::Lab(mine), Scope::Lab(theirs)) => mine == theirs,
            _ => false,
        }
    }
    /// 可授角色 the duties that an administrator of this scope may give: those whose work lies within such a scope. Whoever is over the
    /// whole district gives them all.
    #[must_use]
    pub fn gives(&self) -> &'static [Role] {
        match self {
            Scope::District => <Role as crate::Label>::ALL,
            Scope::Streets(_) => &[Role::Sampler, Role::Enforcer, Role::PointOperator, Role::MarketOpener, Role::Supervisor, Role::Admin],
            Scope::Point(_) => &[Role::PointOperator, Role::MarketOpener, Role::Admin],
            Scope::Lab(_) => &[
                Role::Sampler,
                Role::SampleKeeper,
                Role::Analyst,
                Role::Checker,
                Role::Reviewer,
                Role::Signatory,
                Role::QualityManager,
                Role::ReportSender,
                Role::Admin,
            ],
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn streets(codes: &[&str]) -> Scope {
        Scope::Streets(codes.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn a_scope_holds_itself_and_what_lies_in_it_and_nothing_else() {
        let (point, other) = (PointId(uuid::Uuid::from_u128(1)), PointId(uuid::Uuid::from_u128(2)));
        let (lab, other_lab) = (LabId(uuid::Uuid::from_u128(3)), LabId(uuid::Uuid::from_u128(4)));
        let street_of = |p: PointId| (p == point).then(|| "a".to_owned());
        let all = [
            Scope::District,
            streets(&["a", "b"]),
            streets(&["a"]),
            streets(&["c"]),
            Scope::Point(point),
            Scope::Point(other),
            Scope::Lab(lab),
            Scope::Lab(other_lab),
        ];
        // By hand: which of the list each one holds.
        let held: [&[usize]; 8] = [&[0, 1, 2, 3, 4, 5, 6, 7], &[1, 2, 4], &[2, 4], &[3], &[4], &[5], &[6], &[7]];
        for (one, held) in all.iter().zip(held) {
            let found: Vec<usize> = (0..all.len()).filter(|i| one.holds(&all[*i], street_of)).collect();
            assert_eq!(found, held, "{one:?}");
        }
        assert!(!streets(&[]).holds(&Scope::Point(point), street_of));
        assert!(!Scope::Lab(lab).holds(&streets(&[]), street_of));
    }
    #[test]
    fn nobody_below_the_district_gives_a_duty_over_the_district() {
        for scope in [streets(&["a"]), Scope::Point(PointId(uuid::Uuid::from_u128(1))), Scope::Lab(LabId(uuid::Uuid::from_u128(3)))] {
            assert!(!scope.gives().contains(&Role::PlanManager), "{scope:?}");
        }
        assert_eq!(Scope::District.gives().len(), 14);
    }
}
