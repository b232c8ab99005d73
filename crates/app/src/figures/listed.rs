//! 清单之数 how many samples a list holds, from the ledger of figures: it knows of every batch what a filter asks for, and goes through a million of them in the
//! time in which a database goes through a tenth. Only where the ledger is at hand, and only what it knows as exactly as the list does.

use chrono::NaiveDate;
use shiyan_foundation::{Label, Scope};
use shiyan_indicators::Sought;
use shiyan_store::Error;
use shiyan_store::intake::samples::SampleFilter;

use crate::App;

/// A label as it stands in a filter: nothing asked for, one of its words, or `Err` of a word that is none.
fn label<T: Label + Copy>(text: Option<&str>) -> Result<Option<T>, ()> {
    text.filter(|t| !t.is_empty()).map(|t| T::parse(t).ok_or(())).transpose()
}

/// The filter in the words of the ledger; `None` of one that asks for what no batch of the ledger says, or for nothing, which a database answers at once.
fn sought(filter: &SampleFilter, lab: Option<String>) -> Option<Sought> {
    let SampleFilter { q, blind, state, kind, level, link, class, street, outcome, year, overdue_on, begun_by, after: _ } = filter;
    let asks = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
    if [q, state, overdue_on, begun_by].into_iter().any(asks) {
        return None;
    }
    let foods = match class.as_deref().filter(|c| !c.is_empty()) {
        None => None,
        // a class of no list is what was typed on the sheet
        Some(class) => Some(shiyan_statute::food::paths_of_class(*year, class)).filter(|paths| !paths.is_empty()).map(Some)?,
    };
    let days = |year: i32| Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?));
    let sought = Sought {
        kind: label(kind.as_deref()).ok()?,
        level: label(level.as_deref()).ok()?,
        link: label(link.as_deref()).ok()?,
        outcome: label(outcome.as_deref()).ok()?,
        // whoever tests blind does not learn the street by asking for it
        street: street.clone().filter(|s| !s.is_empty() && !blind),
        lab,
        foods: foods.map(|paths| paths.iter().map(shiyan_foundation::category::CategoryPath::text).collect()),
        // a year is four digits to the list
        sampled: year.map(|y| days(y).filter(|_| (1000..=9999).contains(&y)).ok_or(())).transpose().ok()?,
    };
    (sought != Sought::default()).then_some(sought)
}

impl App {
    /// How many samples a filter holds within a scope, when the ledger can say it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn listed(&self, filter: &SampleFilter, scope: &Scope) -> Result<Option<u64>, Error> {
        let lab = match scope {
            Scope::District => None,
            Scope::Lab(id) => match self.laboratories().await?.into_iter().find(|l| l.id == *id) {
                Some(lab) => Some(lab.name),
                None => return Ok(None),
            },
            // a street is small, and has an index of its own
            Scope::Streets(_) | Scope::Point(_) => return Ok(None),
        };
        let Some(sought) = sought(filter, lab) else { return Ok(None) };
        if !self.has_ledger().await? {
            return Ok(None);
        }
        let still = self.catch_up().await?;
        let undated = self.store.count_undated_samples(filter, scope).await?;
        let following = self.following.clone();
        let counted = tokio::task::spawn_blocking(move || {
            let _still = still;
            following.listed(&sought)
        });
        Ok(Some(undated + counted.await.map_err(|e| Error::Fault(e.to_string()))?))
    }
}
