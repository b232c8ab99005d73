//! 交换 the results of reports in force, for whoever hands them on.

use shiyan_foundation::{Act, Actor, NaiveDate, Scope};
use shiyan_store::Error;

use super::IssuedOrder;
use crate::App;
use crate::authority::{reads, veiled};

/// 已签发结果 one page of them.
#[derive(Debug)]
pub struct IssuedPage {
    /// Orders whose report is in force, in the order of issue.
    pub orders: Vec<IssuedOrder>,
    /// The report after which the next page begins, where there is one.
    pub next: Option<String>,
    /// 盲样: the samples are known by their blind code.
    pub blind: bool,
}

impl App {
    /// 已签发结果 of the days from … to …: at most so many orders, after the report of this id.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_issued_results(&self, actor: &Actor, span: (NaiveDate, NaiveDate), after: Option<&str>, most: u64) -> Result<IssuedPage, Error> {
        reads(actor, Act::ReadSamples)?;
        let page = self.issued_results(span, after, most, &actor.scope).await?;
        let orders = page.orders.into_iter().map(|o| IssuedOrder { sample: veiled(actor, o.sample), ..o }).collect();
        Ok(IssuedPage { orders, next: page.next, blind: actor.tests_blind() })
    }
    /// The same within a scope, for the command line.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn issued_results(&self, span: (NaiveDate, NaiveDate), after: Option<&str>, most: u64, scope: &Scope) -> Result<IssuedPage, Error> {
        let (orders, more) = self.store.issued_orders(span, after, most, scope).await?;
        let next = orders.last().filter(|_| more).map(|o| o.report.clone());
        Ok(IssuedPage { orders, next, blind: false })
    }
}
