//! The plan of a year.

pub(crate) mod read;

use serde_json::json;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{PlanId, PlanLineId};
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::{Actor, Instant, Refusal, text::fold};
use shiyan_sampling_plan::{Compared, Plan, PlanLine, PlanState, code as plan_code, compare};
use shiyan_store::Error;

use crate::authority::{Act, may};
use crate::typed::one_of;
use crate::{App, code, fresh};

/// A plan line as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedLine {
    /// 食品大类/亚类
    pub category: String,
    /// 环节
    pub link: String,
    /// 街道 code or name
    pub street: String,
    /// 季度
    pub quarter: String,
    /// 批次数
    pub batches: String,
    /// 任务级别
    pub level: String,
    /// 任务类别
    pub kind: String,
    /// 抽样方法
    pub method: String,
    /// 检验项目包
    pub item_package: String,
    /// 判定依据
    pub basis: String,
    /// 报送方式和时限
    pub reporting: String,
}

impl App {
    /// A typed line as a line of the plan.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub async fn read_plan_line(&self, typed: &TypedLine) -> Result<PlanLine, Error> {
        let streets = self.streets().await?;
        let mut problems = Vec::new();
        let category = CategoryPath::parse(&typed.category);
        let known = shiyan_statute::food_classes().iter().any(|c| c.name == category.class());
        if !known {
            problems.push(Refusal::new(code::CHOICE).with("label", "食品大类").with("label_en", "food class").with("typed", category.class()).on("category"));
        }
        let wanted = fold(&typed.street);
        let street = streets.values().find(|s| s.code == wanted || s.name == wanted || s.name.trim_end_matches("街道") == wanted).map(|s| s.code.clone());
        if street.is_none() {
            problems.push(Refusal::new(shiyan_sample_intake::code::STREET).with("typed", &typed.street).on("street"));
        }
        let quarter = fold(&typed.quarter).trim_matches(|c: char| !c.is_ascii_digit()).parse::<u8>().ok().filter(|q| (1..=4).contains(q));
        if quarter.is_none() {
            problems.push(Refusal::new(plan_code::QUARTER).with("typed", &typed.quarter).on("quarter"));
        }
        let batches = fold(&typed.batches).parse::<u32>().ok().filter(|n| (1..=100_000).contains(n));
        if batches.is_none() {
            problems.push(Refusal::new(plan_code::BATCHES).with("typed", &typed.batches).on("batches"));
        }
        let link = one_of::<Link>(&typed.link, "环节", "link", "link");
        let level = if typed.level.trim().is_empty() { Ok(TaskLevel::District) } else { one_of(&typed.level, "任务级别", "task level", "level") };
        let kind = if typed.kind.trim().is_empty() { Ok(TaskKind::Supervisory) } else { one_of(&typed.kind, "任务类别", "task kind", "kind") };
        problems.extend(link.as_ref().err().cloned());
        problems.extend(level.as_ref().err().cloned());
        problems.extend(kind.as_ref().err().cloned());
        let short = |text: &str| text.trim().chars().take(200).collect::<String>();
        match (street, quarter, batches, link, level, kind) {
            (Some(street), Some(quarter), Some(batches), Ok(link), Ok(level), Ok(kind)) if problems.is_empty() => Ok(PlanLine {
                id: PlanLineId(fresh()),
                category,
                link,
                street,
                quarter,
                batches,
                level,
                kind,
                method: short(&typed.method),
                item_package: short(&typed.item_package),
                basis: short(&typed.basis),
                reporting: short(&typed.reporting),
            }),
            _ => Err(problems.into()),
        }
    }
    /// Begins the plan of a year with the chosen population row.
    ///
    /// # Errors
    /// Not a plan manager; there is one already; no population row; a target that cannot be read.
    pub async fn create_plan(&self, actor: &Actor, year: i32, target: &str, now: Instant) -> Result<Plan, Error> {
        may(actor, Act::Plan)?;
        if !(2000..=2100).contains(&year) {
            return Err(Refusal::new(code::YEAR).with("typed", year).on("year").into());
        }
        let target_per_mille = crate::figures::target_per_mille(target)?;
        let demo = self.is_demo(actor).await?;
        let plan = Plan {
            id: PlanId(fresh()),
            year,
            title: format!("{year}年{}食品安全抽检计划{}", self.district().await?.short.zh, if demo { "（演示）" } else { "" }),
            target_per_mille,
            population: self.chosen_population().await?,
            state: PlanState::Draft,
            issued_at: None,
            lines: Vec::new(),
            below_target_reason: None,
            demo,
            revision: 0,
        };
        let mut unit = self.store.begin(now).await?;
        if unit.plan_of_year(year).await?.is_some() {
            return Err(Refusal::new(code::PLAN_EXISTS).with("year", year).into());
        }
        unit.insert(&plan, &actor.into(), "plan.create", json!({ "target": target_per_mille.to_string(), "people": plan.population.people })).await?;
        unit.commit().await?;
        Ok(plan)
    }
    /// Adds lines that were typed.
    ///
    /// # Errors
    /// No plan; not a plan manager; an issued plan without a reason.
    pub async fn add_plan_lines(&self, actor: &Actor, year: i32, lines: Vec<PlanLine>, reason: Option<&str>, now: Instant) -> Result<Plan, Error> {
        may(actor, Act::Plan)?;
        let mut unit = self.store.begin(now).await?;
        let plan = unit.plan_of_year(year).await?.ok_or_else(|| Refusal::new(code::NO_PLAN).with("year", year))?;
        let count = lines.len();
        let next = plan.add_lines(actor, lines, reason)?;
        unit.save(&next, &actor.into(), "plan.add_lines", json!({ "lines": count, "allocated": next.allocated(), "reason": reason })).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// Takes the rows of a file (row number, line) into the plan: only lines that are not there yet are added, so that the same file
    /// a second time changes nothing, not even the journal. A dry run adds none; it needs no plan.
    ///
    /// # Errors
    /// No plan; not a plan manager; a line of an issued plan that lacks something.
    pub async fn import_plan(
        &self,
        actor: &Actor,
        year: i32,
        rows: Vec<(u32, PlanLine)>,
        reason: Option<&str>,
        dry_run: bool,
        now: Instant,
    ) -> Result<(Compared, Option<Plan>), Error> {
        may(actor, Act::Plan)?;
        crate::figures::year_span(year)?;
        let mut unit = self.store.begin(now).await?;
        let plan = unit.plan_of_year(year).await?;
        let compared = compare(plan.as_ref().map_or(&[], |p| &p.lines), rows);
        if dry_run || compared.new.is_empty() {
            return Ok((compared, plan));
        }
        let plan = plan.ok_or_else(|| Refusal::new(code::NO_PLAN).with("year", year))?;
        let next = plan.add_lines(actor, compared.new.clone(), reason)?;
        unit.save(&next, &actor.into(), "plan.add_lines", json!({ "lines": compared.new.len(), "allocated": next.allocated(), "reason": reason })).await?;
        unit.commit().await?;
        Ok((compared, Some(next)))
    }
    /// 下达 issues the plan.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn issue_plan(&self, actor: &Actor, year: i32, reason: Option<&str>, now: Instant) -> Result<Plan, Error> {
        may(actor, Act::Plan)?;
        let mut unit = self.store.begin(now).await?;
        let plan = unit.plan_of_year(year).await?.ok_or_else(|| Refusal::new(code::NO_PLAN).with("year", year))?;
        let why = plan.why_not_issue(actor, reason);
        if !why.is_empty() {
            return Err(why.into());
        }
        let next = plan.issue(actor, reason, now)?;
        unit.save(&next, &actor.into(), "plan.issue", json!({ "allocated": next.allocated(), "required": next.required(), "reason": reason })).await?;
        unit.commit().await?;
        Ok(next)
    }
}
