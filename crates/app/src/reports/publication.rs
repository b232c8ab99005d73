//! 公布 what may be made public of a period: the batches of the district's own supervisory sampling whose conclusions became final in it, and what is held back.

use chrono::NaiveDate;
use shiyan_foundation::{Instant, Refusal, Scope};
use shiyan_lab_results::order::TestOrder;
use shiyan_lab_results::report::ReportContent;
use shiyan_nonconformity::{Hold, Publication, publication};
use shiyan_store::Error;

use crate::{App, code};

/// Batches that are looked at for one notice.
const MOST: i64 = 20_000;

/// 批次 one batch that may be named.
#[derive(Debug, Clone)]
pub struct PublicBatch {
    /// What its report in force says.
    pub report: ReportContent,
    /// 食品大类
    pub class: String,
    /// The day on which its conclusion became final.
    pub final_on: NaiveDate,
    /// 承办监管所 that dispose of it.
    pub offices: Vec<String>,
}

/// 暂不公布 one batch that is not named yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBatch {
    /// 抽样单编号
    pub sampling_no: String,
    /// 样品名称
    pub name: String,
    /// Why.
    pub why: Hold,
}

/// 公布内容 of a period.
#[derive(Debug, Clone, Default)]
pub struct PublicResults {
    /// 合格
    pub passing: Vec<PublicBatch>,
    /// 不合格
    pub failing: Vec<PublicBatch>,
    /// 暂不公布, whatever the period.
    pub held: Vec<HeldBatch>,
}

impl App {
    /// 公布内容 of the whole district, for whoever runs the program: a notice names every batch or it is none.
    ///
    /// # Errors
    /// Too many batches; the database does not answer.
    pub async fn public_results(&self, from: NaiveDate, to: NaiveDate, now: Instant) -> Result<PublicResults, Error> {
        let (scope, today, calendar) = (&Scope::District, now.date_naive(), self.calendar().await?);
        let until = to.min(today);
        let count = self.store.count_reported_batches(from, until, scope).await?;
        if count > MOST {
            return Err(Refusal::new(code::NOTICE_LONG).with("count", count).with("most", MOST).into());
        }
        let orders = self.store.reported_batches(from, until, scope).await?;
        let samples: Vec<_> = orders.iter().map(|o| o.sample).collect();
        let cases = self.store.cases_of_samples(&samples, scope).await?;
        let mut ready: Vec<(&TestOrder, bool, NaiveDate)> = Vec::new();
        let mut waiting: Vec<(&TestOrder, Hold)> = Vec::new();
        for order in &orders {
            let own = cases.get(&order.sample).map_or(&[][..], Vec::as_slice);
            // this version registers neither rechecks nor objections; when it does, they are handed in here
            match publication(order, own, (&[], &[]), today, &calendar)? {
                Some(Publication::Passing(on)) if from <= on && on <= to => ready.push((order, true, on)),
                Some(Publication::Failing(on)) if from <= on && on <= to => ready.push((order, false, on)),
                Some(Publication::Held(why)) => waiting.push((order, why)),
                _ => {}
            }
        }
        let named: Vec<_> = ready.iter().map(|(o, ..)| o.id).chain(waiting.iter().map(|(o, _)| o.id)).collect();
        let reports = self.store.reports_in_force(&named, scope).await?;
        let said = |order: &TestOrder| {
            let unread = || Error::Fault(format!("order {}: no readable report in force; run `shiyan verify`", order.id));
            let (report, class) = reports.get(&order.id).ok_or_else(unread)?;
            Ok::<_, Error>((report.frozen().ok_or_else(unread)?, class.clone()))
        };
        let mut out = PublicResults::default();
        for (order, passes, final_on) in ready {
            let (report, class) = said(order)?;
            let own = cases.get(&order.sample).map_or(&[][..], Vec::as_slice);
            let office = |c: &shiyan_nonconformity::Case| c.blocks.get(&shiyan_nonconformity::Block::Start).map(|b| b.get("office").to_owned());
            let offices = own.iter().filter_map(office).filter(|o| !o.is_empty()).collect();
            let list = if passes { &mut out.passing } else { &mut out.failing };
            list.push(PublicBatch { report, class, final_on, offices });
        }
        for (order, why) in waiting {
            let (report, _) = said(order)?;
            out.held.push(HeldBatch { sampling_no: report.stated().sheet.clone(), name: report.sample_name.clone(), why });
        }
        Ok(out)
    }
}
