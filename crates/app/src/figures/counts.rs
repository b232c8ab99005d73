//! 一地之数 what this installation counts of a year, for whoever adds it to what others count.

use chrono::NaiveDate;
use shiyan_foundation::{Actor, Instant, Scope};
use shiyan_indicators::Counts;
use shiyan_store::Error;

use crate::App;
use crate::read::Look;

impl App {
    /// 指标之数 of a year, within the scope of who asks, with the streets for which they stand.
    ///
    /// # Errors
    /// See [`App::read_figures`].
    pub async fn read_region_counts(&self, actor: &Actor, year: i32, as_of: Option<NaiveDate>, now: Instant) -> Result<Counts, Error> {
        let figures = self.read_figures(actor, Look::Figures, year, as_of, now).await?;
        let streets = match (&figures.scope.streets, &actor.scope) {
            (Some(streets), _) => streets.clone(),
            (None, Scope::Streets(mine)) => mine.clone(),
            // whoever sees a part of every street answers for all of them: such a part is never added to another one
            (None, _) => self.streets().await?.into_keys().collect(),
        };
        Ok(Counts::of(&figures.kpis, figures.stands_on, streets))
    }
}
