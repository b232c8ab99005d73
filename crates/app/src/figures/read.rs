//! 指标、统计 the figures of a year for a person.

use chrono::NaiveDate;
use shiyan_foundation::authority::{Act, may};
use shiyan_foundation::{Actor, Instant};
use shiyan_indicators::{Kpis, Sets, What};
use shiyan_store::Error;

use crate::App;
use crate::authority::reads;
use crate::figures::{Figures, Year, narrowed};

/// 所看 what of the figures somebody looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// 指标 and the facts behind each.
    Figures,
    /// 统计、年度报告
    Statistics,
    /// 数出处 the facts that one number counts.
    Rows(What),
}

impl Look {
    pub(super) fn allowed(self, actor: &Actor) -> Result<(), Error> {
        match self {
            Look::Statistics => reads(actor, Act::ReadStatistics),
            // who samples sees the plan, and which samples fill it
            Look::Rows(What::Taken) if may(actor, Act::ReadPlan).is_ok() => Ok(()),
            Look::Figures | Look::Rows(_) => reads(actor, Act::ReadFigures),
        }
    }
}

impl App {
    /// 指标 of a year as of now, or as it stood at the end of an earlier day, counted within the scope of who looks.
    ///
    /// # Errors
    /// Not for this person; no population row; a year out of range or not begun; a day that has not come; the database does not answer.
    pub async fn read_figures(&self, actor: &Actor, look: Look, year: i32, as_of: Option<NaiveDate>, now: Instant) -> Result<Figures, Error> {
        Ok(self.read_figures_beside(actor, look, year, as_of, now, |_, _| ()).await?.0)
    }
    /// The same, and beside them what is made of the same facts.
    ///
    /// # Errors
    /// See [`App::read_figures`].
    pub async fn read_figures_beside<R: Send + 'static>(
        &self,
        actor: &Actor,
        look: Look,
        year: i32,
        as_of: Option<NaiveDate>,
        now: Instant,
        make: impl FnOnce(&Sets<'_>, &Kpis<u64>) -> R + Send + 'static,
    ) -> Result<(Figures, R), Error> {
        look.allowed(actor)?;
        let scope = narrowed(self.kpi_scope(year).await?, &actor.scope);
        self.figures_beside(scope, &actor.scope, as_of, now, make).await
    }
    /// 一年的事实 the facts of a year row by row, and what they come to: for papers, which name each.
    ///
    /// # Errors
    /// See [`App::read_figures`].
    pub async fn read_year(&self, actor: &Actor, look: Look, year: i32, as_of: Option<NaiveDate>, now: Instant) -> Result<Year, Error> {
        look.allowed(actor)?;
        let scope = narrowed(self.kpi_scope(year).await?, &actor.scope);
        self.year_as_of(scope, &actor.scope, as_of, now).await
    }
}
