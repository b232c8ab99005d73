//! 指标 the figures of a year, from one set of facts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use shiyan_foundation::{Decimal, Instant, Refusal, Scope};
use shiyan_indicators::{Facts, KpiScope, Kpis, kpis};
use shiyan_store::Error;

use crate::{App, code};

/// A year of facts with its figures.
#[derive(Debug, Clone)]
pub struct Year {
    /// Facts of the year, within the scope of the user.
    pub facts: Facts,
    /// The scope of the figures.
    pub scope: KpiScope,
    /// The figures.
    pub kpis: Kpis,
}

/// First and last day of a year.
///
/// # Errors
/// `YEAR` outside 2000–2100.
pub fn year_span(year: i32) -> Result<(NaiveDate, NaiveDate), Refusal> {
    let span = (2000..=2100).contains(&year).then(|| Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?)));
    span.flatten().ok_or_else(|| Refusal::new(code::YEAR).with("typed", year).on("year"))
}

impl App {
    /// The default scope of a year: the chosen population row, the target of the year's plan, and, when the population
    /// counts only what Jinshui governs, only those streets.
    ///
    /// # Errors
    /// No population row; the database does not answer.
    pub async fn kpi_scope(&self, year: i32) -> Result<KpiScope, Error> {
        year_span(year)?;
        let plan = self.store.plan_of_year(year).await?;
        let population = match &plan {
            Some(plan) => plan.population.clone(),
            None => self.chosen_population().await?,
        };
        let target = plan.map_or_else(|| Decimal::from(4), |p| p.target_per_mille);
        let governed = population.boundary == shiyan_foundation::task::Boundary::Governed;
        let streets: Option<BTreeSet<String>> = if governed { Some(self.governed_streets().await?) } else { None };
        Ok(KpiScope { streets, target_per_mille: target, ..KpiScope::standard(year, population) })
    }
    /// The facts of a year and of the year before, and the figures of the year as of now.
    ///
    /// # Errors
    /// A year out of range; the database does not answer.
    pub async fn year(&self, scope: KpiScope, user: &Scope, now: Instant) -> Result<Year, Error> {
        let (first, last) = year_span(scope.year)?;
        let before = NaiveDate::from_ymd_opt(scope.year - 1, 1, 1).unwrap_or(first);
        let facts = self.store.facts(before, last, user).await?;
        // Of a past year too, as of today: a batch sampled in December and reported in January counts.
        let as_of = now.date_naive().max(first);
        let calendar = self.calendar().await?;
        let kpis = kpis(&facts, &scope, as_of, &calendar);
        Ok(Year { facts, scope, kpis })
    }
}
