//! 未变事实 facts that were read since the last commit. Every write has its entry in the journal, whichever server made it; so as long as the
//! head of the journal is the same, what was read once is what would be read again, and a page of figures does not read the year anew.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use shiyan_foundation::{Instant, Scope};
use shiyan_indicators::Facts;
use shiyan_store::{Error, Head};

use crate::App;

/// Facts kept in all, batches, cases, services and readings together: a bound of memory (about 100 MiB), not of what can be counted.
const MOST: usize = 200_000;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// First day.
    pub(crate) first: NaiveDate,
    /// Last day.
    pub(crate) last: NaiveDate,
    /// 统计时点
    pub(crate) at: Instant,
    /// Whether that moment has passed, so that what happened after it is taken back.
    pub(crate) past: bool,
    /// Whose facts.
    pub(crate) scope: Scope,
}

impl Asked {
    /// Of the running day the facts are the same at every hour: nothing is taken back.
    fn same(&self, other: &Self) -> bool {
        let moment = if self.past { self.at == other.at } else { self.at.date_naive() == other.at.date_naive() };
        moment && self.past == other.past && (self.first, self.last, &self.scope) == (other.first, other.last, &other.scope)
    }
}

#[derive(Debug, Default)]
struct Kept {
    /// Where the journal stood before they were read.
    head: Option<Head>,
    /// What was asked for last stands first.
    facts: VecDeque<(Asked, Arc<Facts>)>,
}

/// What one process remembers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remembered(Arc<Mutex<Kept>>);

fn weight(facts: &Facts) -> usize {
    facts.batches.len() + facts.cases.len() + facts.services.len() + facts.rapid.len()
}

impl Remembered {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// What is remembered of this, if the journal has not moved.
    fn get(&self, head: &Head, asked: &Asked) -> Option<Arc<Facts>> {
        let mut kept = self.kept();
        if kept.head.as_ref() != Some(head) {
            *kept = Kept { head: Some(head.clone()), facts: VecDeque::new() };
        }
        let at = kept.facts.iter().position(|(a, _)| a.same(asked))?;
        let found = kept.facts.remove(at)?;
        let facts = found.1.clone();
        kept.facts.push_front(found);
        Some(facts)
    }
    /// Remembers what was read after the journal had stood there.
    fn put(&self, head: &Head, asked: Asked, facts: &Arc<Facts>) {
        let mut kept = self.kept();
        if kept.head.as_ref() != Some(head) || weight(facts) > MOST {
            return;
        }
        kept.facts.retain(|(a, _)| !a.same(&asked));
        kept.facts.push_front((asked, facts.clone()));
        let mut sum = 0;
        kept.facts.retain(|(_, f)| {
            sum += weight(f);
            sum <= MOST
        });
    }
}

impl App {
    /// The facts asked for, read once as long as nothing was written.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn facts_of(&self, asked: Asked) -> Result<Arc<Facts>, Error> {
        // asked before the facts are read: what is written meanwhile is read again next time
        let head = self.store.head().await?;
        if let Some(facts) = self.remembered.get(&head, &asked) {
            return Ok(facts);
        }
        let facts = Arc::new(if asked.past {
            self.store.facts_as_they_stood(asked.first, asked.last, asked.at, &asked.scope).await?
        } else {
            self.store.facts(asked.first, asked.last, asked.at.date_naive(), &asked.scope).await?
        });
        self.remembered.put(&head, asked, &facts);
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(at: &str, past: bool) -> Asked {
        let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).unwrap();
        Asked { first: day(1, 1), last: day(12, 31), at: chrono::DateTime::parse_from_rfc3339(at).unwrap(), past, scope: Scope::District }
    }
    fn head(seq: i64) -> Head {
        Head { seq, hash: format!("h{seq}") }
    }

    #[test]
    fn facts_are_remembered_until_the_journal_moves() {
        let (memory, facts) = (Remembered::default(), Arc::new(Facts::default()));
        let morning = asked("2026-03-05T08:00:00+08:00", false);
        assert!(memory.get(&head(1), &morning).is_none());
        memory.put(&head(1), morning.clone(), &facts);
        let evening = asked("2026-03-05T20:00:00+08:00", false);
        assert!(Arc::ptr_eq(&memory.get(&head(1), &evening).unwrap(), &facts));
        // another day, another scope, and a moment that has passed are asked for anew
        assert!(memory.get(&head(1), &asked("2026-03-06T08:00:00+08:00", false)).is_none());
        assert!(memory.get(&head(1), &asked("2026-03-05T08:00:00+08:00", true)).is_none());
        assert!(memory.get(&head(1), &Asked { scope: Scope::Streets(["410105001".to_owned()].into()), ..morning.clone() }).is_none());
        assert!(memory.get(&head(2), &morning).is_none(), "something was written");
        assert!(memory.get(&head(1), &morning).is_none(), "what stood before is not kept");
    }
    #[test]
    fn what_was_read_while_something_was_written_is_not_remembered() {
        let memory = Remembered::default();
        let morning = asked("2026-03-05T08:00:00+08:00", false);
        assert!(memory.get(&head(1), &morning).is_none());
        assert!(memory.get(&head(2), &morning).is_none());
        memory.put(&head(1), morning.clone(), &Arc::new(Facts::default()));
        assert!(memory.get(&head(2), &morning).is_none());
    }
}
