//! 计划 and the results that others published.

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::area::Street;
use shiyan_foundation::{Act, Actor, Instant};
use shiyan_indicators::PlanFact;
use shiyan_sampling_plan::Plan;
use shiyan_store::Error;
use shiyan_store::records::PublishedResult;

use crate::App;
use crate::authority::reads;
use shiyan_store::reference::published::PublishedTotal;

/// 年度计划
#[derive(Debug)]
pub struct PlanPage {
    /// The plan, where there is one.
    pub plan: Option<Plan>,
    /// Years with a plan.
    pub years: BTreeSet<i32>,
    /// What was taken for each line within the scope.
    pub facts: Vec<PlanFact>,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

impl App {
    /// 计划 of a year, as stored.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_plan(&self, actor: &Actor, year: i32) -> Result<Option<Plan>, Error> {
        reads(actor, Act::ReadPlan)?;
        self.store.plan_of_year(year).await
    }
    /// 计划页
    ///
    /// # Errors
    /// Not for this person; a year out of range; the database does not answer.
    pub async fn read_plan_page(&self, actor: &Actor, year: i32, now: Instant) -> Result<PlanPage, Error> {
        let plan = self.read_plan(actor, year).await?;
        let facts = if plan.is_some() { self.plan_taken(year, &actor.scope, now).await? } else { Vec::new() };
        Ok(PlanPage { plan, years: self.plan_years().await?, facts, streets: self.streets().await? })
    }
    /// Years with a plan.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plan_years(&self) -> Result<BTreeSet<i32>, Error> {
        Ok(self.store.all::<Plan>().await?.iter().map(|p| p.year).collect())
    }
    /// Every plan, by year.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plans(&self) -> Result<Vec<Plan>, Error> {
        let mut all = self.store.all::<Plan>().await?;
        all.sort_by_key(|p| p.year);
        Ok(all)
    }
    /// 公布的结果 how many by category and verdict, and the newest rows under a text and a verdict.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_published(&self, actor: &Actor, q: &str, verdict: &str) -> Result<(Vec<PublishedTotal>, Vec<PublishedResult>), Error> {
        reads(actor, Act::ReadStatistics)?;
        Ok((self.store.published_totals().await?, self.store.published(Some(q), Some(verdict)).await?))
    }
}
