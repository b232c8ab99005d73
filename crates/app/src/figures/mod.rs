//! 指标 the figures of a year, from one set of facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Decimal, Instant, Refusal, Scope};
use shiyan_indicators::{Divisor, Facts, FoldDay, ItemFact, KpiScope, Kpis, PlanFact, Sets, Sift, end_of, kpis_at, kpis_of};
use shiyan_store::Error;

use crate::{App, code};

pub(crate) mod archive;
pub mod counts;
pub(crate) mod following;
mod listed;
pub mod months;
pub mod opened;
pub mod read;
pub(crate) mod remembered;
pub mod words;

use following::Still;
use remembered::Asked;

/// A year of facts with its figures.
#[derive(Debug, Clone)]
pub struct Year {
    /// Facts of the year, within the scope of the user.
    pub facts: Arc<Facts>,
    /// The scope of the figures.
    pub scope: KpiScope,
    /// The figures.
    pub kpis: Kpis,
}

/// 指标 the figures of a year at a moment, as numbers: the facts behind each are opened when somebody asks.
#[derive(Debug, Clone)]
pub struct Figures {
    /// The scope of the figures.
    pub scope: KpiScope,
    /// The figures.
    pub kpis: Kpis<u64>,
    /// 记录号 the entry of the journal on which they stand; `None` of a moment that has passed.
    pub stands_on: Option<i64>,
}

/// What figures are counted from.
enum Source {
    /// Rows as they stood at a moment that has passed, with the failing items.
    Rows { facts: Arc<Facts>, items: Vec<ItemFact> },
    /// The ledger, which stands still meanwhile.
    Ledger { asked: shiyan_indicators::Asked, _still: Still },
}

/// First and last day of a year.
///
/// # Errors
/// `YEAR` outside 2000–2100.
pub fn year_span(year: i32) -> Result<(NaiveDate, NaiveDate), Refusal> {
    let span = (2000..=2100).contains(&year).then(|| Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?)));
    span.flatten().ok_or_else(|| Refusal::new(code::YEAR).with("typed", year).on("year"))
}

/// 统计时点 the moment that the figures of a year stand for: now, or the end of an earlier day; never the future.
///
/// # Errors
/// `AS-OF-AHEAD` a day that has not come; `YEAR-AHEAD` a year that had not begun.
pub fn moment(year: i32, as_of: Option<NaiveDate>, now: Instant) -> Result<Instant, Refusal> {
    let (first, _) = year_span(year)?;
    let today = now.date_naive();
    let at = match as_of {
        Some(day) if day > today => return Err(Refusal::new(code::AS_OF_AHEAD).with("day", day).with("today", today).on("as_of")),
        Some(day) if day < today => end_of(day),
        _ => now,
    };
    if at.date_naive() < first {
        return Err(Refusal::new(code::YEAR_AHEAD).with("year", year).with("day", at.date_naive()).on("year"));
    }
    Ok(at)
}

/// 每千人批次目标 as typed: above 0, at most 100.
///
/// # Errors
/// `TYPED-NUMBER`.
pub fn target_per_mille(typed: &str) -> Result<Decimal, Refusal> {
    fold(typed)
        .parse()
        .ok()
        .filter(|t: &Decimal| *t > Decimal::ZERO && *t <= Decimal::ONE_HUNDRED)
        .ok_or_else(|| Refusal::new(code::NUMBER).with("label", "每千人批次").with("label_en", "batches per 1000").with("typed", typed).on("target"))
}

/// The scope of a year narrowed to what a person sees, so that the scope line names it. The people of the population row live in
/// all of its streets: of a part of them there are no batches per thousand.
#[must_use]
pub fn narrowed(scope: KpiScope, user: &Scope) -> KpiScope {
    match user {
        Scope::District => scope,
        Scope::Streets(mine) => {
            let part = scope.streets.as_ref().map_or_else(|| mine.clone(), |all| all.intersection(mine).cloned().collect());
            let divisor = if scope.streets.as_ref() == Some(&part) { scope.divisor } else { Divisor::Unknown };
            KpiScope { streets: Some(part), divisor, ..scope }
        }
        Scope::Point(_) | Scope::Lab(_) => KpiScope { divisor: Divisor::Unknown, ..scope },
    }
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
        let governed = population.boundary == shiyan_foundation::task::Boundary::Governed;
        let streets: Option<BTreeSet<String>> = if governed { Some(self.governed_streets().await?) } else { None };
        let standard = KpiScope { streets, ..KpiScope::standard(year, population)? };
        Ok(match plan {
            Some(plan) => KpiScope { target_per_mille: plan.target_per_mille, ..standard },
            None => standard,
        })
    }
    /// What is asked of the ledger for the figures of a scope.
    async fn asked(&self, scope: &KpiScope, user: &Scope, at: Instant) -> Result<shiyan_indicators::Asked, Error> {
        let (first, last) = year_span(scope.year)?;
        let before = NaiveDate::from_ymd_opt(scope.year - 1, 1, 1).unwrap_or(first);
        Ok(shiyan_indicators::Asked { first: before, last, day: FoldDay::of(at.date_naive()), whose: self.whose(user).await?, sift: Sift::of(scope) })
    }
    /// What the figures of a scope are counted from at a moment: the ledger of the present, or rows of what has passed.
    async fn source(&self, scope: &KpiScope, user: &Scope, as_of: Option<NaiveDate>, now: Instant) -> Result<(Source, Instant), Error> {
        let (first, last) = year_span(scope.year)?;
        let before = NaiveDate::from_ymd_opt(scope.year - 1, 1, 1).unwrap_or(first);
        let at = moment(scope.year, as_of, now)?;
        if at < now {
            let facts = self.facts_of(Asked { first: before, last, at, past: true, scope: user.clone() }).await?;
            let items = self.failing_items(before, last, user).await?;
            return Ok((Source::Rows { facts, items }, at));
        }
        let still = self.catch_up().await?;
        Ok((Source::Ledger { asked: self.asked(scope, user, at).await?, _still: still }, at))
    }
    /// 计划执行 the lines of the plan of a year with how many were sampled for each by now.
    ///
    /// # Errors
    /// A year out of range; the database does not answer.
    pub(crate) async fn plan_taken(&self, year: i32, user: &Scope, now: Instant) -> Result<Vec<PlanFact>, Error> {
        let (first, last) = year_span(year)?;
        // the scope of the figures of that year, so that they share their cells; without a population row there are none
        let sift = match self.kpi_scope(year).await {
            Ok(scope) => Sift::of(&narrowed(scope, user)),
            Err(Error::Refused(_)) => Sift::open(),
            Err(other) => return Err(other),
        };
        let still = self.catch_up().await?;
        let before = NaiveDate::from_ymd_opt(year - 1, 1, 1).unwrap_or(first);
        let asked = shiyan_indicators::Asked { first: before, last, day: FoldDay::of(now.date_naive()), whose: self.whose(user).await?, sift };
        let (following, user) = (self.following.clone(), user.clone());
        let taken = tokio::task::spawn_blocking(move || {
            let _still = still;
            following.ready(&asked, &user).ledger.sets(&asked).map(|sets| sets.facts.plan.clone()).unwrap_or_default()
        });
        taken.await.map_err(|e| Error::Fault(e.to_string()))
    }
    /// 指标 of a scope at a moment, and beside them what is made of the same facts.
    ///
    /// # Errors
    /// A year out of range or not begun on that day; a day that has not come; the database does not answer.
    pub async fn figures_beside<R: Send + 'static>(
        &self,
        scope: KpiScope,
        user: &Scope,
        as_of: Option<NaiveDate>,
        now: Instant,
        make: impl FnOnce(&Sets<'_>, &Kpis<u64>) -> R + Send + 'static,
    ) -> Result<(Figures, R), Error> {
        let calendar = self.calendar().await?;
        let at = moment(scope.year, as_of, now)?;
        if at >= now && self.begins_with_kept() {
            let asked = self.asked(&scope, user, at).await?;
            if let Some((ledger, seq)) = self.kept_cells(&asked, user).await? {
                let counted = tokio::task::spawn_blocking(move || {
                    let sets = ledger.sets(&asked).ok_or_else(|| Error::Fault("the cells that were kept are not those that were asked for".to_owned()))?;
                    let kpis = kpis_of(&sets, &scope, at, &calendar);
                    let made = make(&sets, &kpis);
                    Ok((Figures { scope, kpis, stands_on: Some(seq) }, made))
                });
                return counted.await.map_err(|e| Error::Fault(e.to_string()))?;
            }
        }
        let (source, at) = self.source(&scope, user, as_of, now).await?;
        let (following, user) = (self.following.clone(), user.clone());
        tokio::task::spawn_blocking(move || {
            let figures = |kpis, stands_on| Figures { scope: scope.clone(), kpis, stands_on };
            match &source {
                Source::Rows { facts, items } => {
                    let sets = Sets::plain(facts, items);
                    let kpis = kpis_of(&sets, &scope, at, &calendar);
                    let made = make(&sets, &kpis);
                    Ok((figures(kpis, None), made))
                }
                Source::Ledger { asked, .. } => {
                    let held = following.ready(asked, &user);
                    let counted = held.ledger.sets(asked).zip(held.kpis(asked, &scope, at, &calendar));
                    let (sets, kpis) = counted.ok_or_else(|| Error::Fault("the ledger of figures was not made ready".to_owned()))?;
                    let made = make(&sets, &kpis);
                    Ok((figures(kpis, Some(held.seq())), made))
                }
            }
        })
        .await
        .map_err(|e| Error::Fault(e.to_string()))?
    }
    /// 指标 of a scope at a moment.
    ///
    /// # Errors
    /// See [`App::figures_beside`].
    pub async fn figures(&self, scope: KpiScope, user: &Scope, as_of: Option<NaiveDate>, now: Instant) -> Result<Figures, Error> {
        Ok(self.figures_beside(scope, user, as_of, now, |_, _| ()).await?.0)
    }
    /// The facts of a year and of the year before, and the figures of the year as of now.
    ///
    /// # Errors
    /// A year out of range or not begun; the database does not answer.
    pub async fn year(&self, scope: KpiScope, user: &Scope, now: Instant) -> Result<Year, Error> {
        self.year_as_of(scope, user, None, now).await
    }
    /// 时点指标 the same as it stood at the end of an earlier day, as far as the facts carry their dates.
    ///
    /// # Errors
    /// A year out of range or not begun on that day; a day that has not come; the database does not answer.
    pub async fn year_as_of(&self, scope: KpiScope, user: &Scope, as_of: Option<NaiveDate>, now: Instant) -> Result<Year, Error> {
        let (first, last) = year_span(scope.year)?;
        let before = NaiveDate::from_ymd_opt(scope.year - 1, 1, 1).unwrap_or(first);
        // Of a past year too, as of today: a batch sampled in December and reported in January counts.
        let at = moment(scope.year, as_of, now)?;
        let facts = self.facts_of(Asked { first: before, last, at, past: at < now, scope: user.clone() }).await?;
        let calendar = self.calendar().await?;
        let kpis = kpis_at(&facts, &scope, at, &calendar);
        Ok(Year { facts, scope, kpis })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }
    #[test]
    fn figures_never_stand_for_a_day_that_has_not_come() {
        let now = day(2026, 3, 5).and_hms_opt(10, 0, 0).unwrap().and_local_timezone(shiyan_foundation::shanghai()).unwrap();
        let of = |year, as_of| moment(year, as_of, now).map_err(|why| why.code().to_owned());
        assert_eq!((of(2026, None), of(2025, None), of(2026, Some(day(2026, 3, 5)))), (Ok(now), Ok(now), Ok(now)));
        assert_eq!(of(2026, Some(day(2026, 3, 4))), Ok(end_of(day(2026, 3, 4))));
        assert_eq!(of(2026, Some(day(2026, 3, 6))), Err("AS-OF-AHEAD".into()));
        assert_eq!((of(2027, None), of(2026, Some(day(2025, 12, 31)))), (Err("YEAR-AHEAD".into()), Err("YEAR-AHEAD".into())));
        assert_eq!(of(2026, Some(day(2026, 1, 1))), Ok(end_of(day(2026, 1, 1))));
    }
    #[test]
    fn a_target_of_nothing_or_less_is_refused() {
        assert_eq!(target_per_mille("４.5").unwrap(), Decimal::new(45, 1));
        for typed in ["0", "-4", "0.000", "100.1", "", "四"] {
            assert_eq!(target_per_mille(typed).unwrap_err().code(), "TYPED-NUMBER", "{typed}");
        }
    }
}
