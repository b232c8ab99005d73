//! 核对限量 the rows of a standard that wait, each beside what stood before it, and many of them put to use or rejected with one signed
//! statement.

use std::collections::BTreeMap;

use serde_json::json;
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_statute::editions::edition_before;
use shiyan_statute::{LimitLibrary, LimitRow, LimitStatus};
use shiyan_store::records::UserAccount;
use shiyan_store::{Error, Who, sha256_hex};

use crate::authority::{Act, may};
use crate::{App, code};

/// Rows under one statement at most.
pub const MOST: usize = 500;
/// Rows of the edition before that are named beside one that was cut anew.
const NEAR: usize = 3;
/// Shortest statement, in characters.
const STATEMENT: usize = 6;

/// 待核对的标准 one standard with rows that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardToCheck {
    /// The edition, or the standard as it is cited.
    pub standard: String,
    /// Rows that wait.
    pub pending: usize,
}

/// 待核对的行 one row that waits, and the row about the same food and item that stood before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineToCheck {
    /// The row.
    pub row: LimitRow,
    /// 上一版 the nearest earlier row of the same scope, if there is one.
    pub before: Option<LimitRow>,
    /// 上一版中范围不同的行 where none has the same scope: what the edition before says on the path of its foods, nearest first.
    pub cut_anew: Vec<LimitRow>,
}

/// 核对结果
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Rows that were put to use or rejected.
    pub done: usize,
    /// Earlier rows that ended with it.
    pub ended: usize,
}

/// 声明 one statement about many rows.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// 启用 or 停用.
    pub to: LimitStatus,
    /// The rows.
    pub ids: &'a [String],
    /// What was compared with what.
    pub text: &'a str,
    /// The password, typed once more.
    pub password: &'a str,
}

/// The standard that a row is filed under.
fn standard_of(row: &LimitRow) -> &str {
    shiyan_statute::editions::edition_of(row).map_or(row.basis.as_str(), |e| e.id.as_str())
}

fn before<'l>(library: &'l LimitLibrary, row: &LimitRow) -> Option<&'l LimitRow> {
    let same = |r: &&LimitRow| r.id != row.id && r.effective_from < row.effective_from && r.status != LimitStatus::Retired && r.same_scope(row);
    library.about(&row.analyte).filter(same).max_by_key(|r| r.effective_from)
}

impl App {
    /// 待核对的标准 with how many rows wait of each, most first.
    ///
    /// # Errors
    /// Not the quality manager of the district.
    pub async fn standards_to_check(&self, actor: &Actor) -> Result<Vec<StandardToCheck>, Error> {
        may(actor, Act::Limits)?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in self.limit_rows().await?.iter().filter(|r| r.status == LimitStatus::Pending) {
            *counts.entry(standard_of(row).to_owned()).or_default() += 1;
        }
        let mut all: Vec<StandardToCheck> = counts.into_iter().map(|(standard, pending)| StandardToCheck { standard, pending }).collect();
        all.sort_by(|a, b| b.pending.cmp(&a.pending).then_with(|| a.standard.cmp(&b.standard)));
        Ok(all)
    }
    /// 待核对的行 of one standard, in the order of item and food, each beside what stood before it.
    ///
    /// # Errors
    /// Not the quality manager of the district.
    pub async fn lines_to_check(&self, actor: &Actor, standard: &str) -> Result<Vec<LineToCheck>, Error> {
        may(actor, Act::Limits)?;
        let library = self.limit_rows().await?;
        let mut rows: Vec<&LimitRow> = library.iter().filter(|r| r.status == LimitStatus::Pending && standard_of(r) == standard).collect();
        rows.sort_by(|a, b| (&a.analyte, &a.category_text, &a.id).cmp(&(&b.analyte, &b.category_text, &b.id)));
        let line = |row: &LimitRow| {
            let before = before(&library, row).cloned();
            let near = if before.is_some() { Vec::new() } else { edition_before(library.about(&row.analyte), row) };
            LineToCheck { row: row.clone(), before, cut_anew: near.into_iter().filter(|r| r.status != LimitStatus::Retired).take(NEAR).cloned().collect() }
        };
        Ok(rows.into_iter().map(line).collect())
    }
    /// 核对 puts many rows to use, or rejects them, with one statement that the 质量负责人 signs with the password: all of them or none.
    ///
    /// # Errors
    /// Not the quality manager; a wrong password; no rows, too many, one that is not waiting any more; no statement; a row clashes with one in
    /// use.
    pub async fn check_limits(&self, user: &UserAccount, login: &str, said: Statement<'_>, now: Instant) -> Result<Checked, Error> {
        let actor = user.actor();
        may(&actor, Act::Limits)?;
        let text = said.text.trim();
        if said.ids.is_empty() || said.ids.len() > MOST {
            return Err(Refusal::new(code::CHECK_ROWS).with("most", MOST).with("count", said.ids.len()).into());
        }
        if text.chars().count() < STATEMENT {
            return Err(Refusal::new(code::CHECK_STATEMENT).with("least", STATEMENT).on("statement").into());
        }
        self.step_up(user, login, said.password, now).await?;
        let mut unit = self.store.begin(now).await?;
        let library = self.limit_rows().await?;
        let (mut ended, mut signed, mut why) = (0, Vec::new(), Vec::new());
        for id in said.ids {
            match self.switch_limit(&mut unit, &actor, &library, id, (&[LimitStatus::Pending], said.to), now).await {
                Ok((row, n)) => {
                    ended += n;
                    signed.push(serde_json::to_string(&row)?);
                }
                Err(Error::Refused(refusals)) => why.extend(refusals),
                Err(other) => return Err(other),
            }
        }
        if !why.is_empty() {
            why.truncate(20);
            return Err(Error::Refused(why));
        }
        let facts = json!({ "to": said.to, "count": said.ids.len(), "ended": ended, "statement": text, "signed": sha256_hex(signed.join("\n").as_bytes()) });
        unit.note(&Who::from(&actor), "limit.checked", "limits:checked".to_owned(), facts).await?;
        unit.commit().await?;
        Ok(Checked { done: said.ids.len(), ended })
    }
}
