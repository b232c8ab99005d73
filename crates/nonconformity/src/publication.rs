//! 公布 whether the result of a batch may be made public (抽检办法 art 46): its report is in force and nothing of it is being amended, and where it fails
//! the conclusion is final. Nothing that is pending leaves as passing.

use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{NaiveDate, Refusal, WorkCalendar, day_of, labels};
use shiyan_lab_results::order::{OrderState, TestOrder};

use crate::block::Block;
use crate::case::{Case, CaseState};
use crate::objection::Objection;
use crate::recheck::{Finality, Recheck, Wait, finality};

labels! {
    /// 暂不公布 why the result of a batch is held back.
    pub enum Hold {
        Amending = "amending", "检验报告正在更改", "The report is being amended";
        CaseOpen = "case_open", "报告已改为合格，案件尚未撤销", "The report now passes, but the case has not been cancelled";
        NotServed = "not_served", "结果通知书尚未送达", "The notice has not been served";
        Window = "window", "复检、异议期限未满", "The time for recheck or objection still runs";
        Recheck = "recheck", "复检中", "A recheck is under way";
        Objection = "objection", "异议审核中", "An objection is being examined";
    }
}

impl From<Wait> for Hold {
    fn from(wait: Wait) -> Self {
        match wait {
            Wait::NotServed => Hold::NotServed,
            Wait::Window => Hold::Window,
            Wait::Recheck => Hold::Recheck,
            Wait::Objection => Hold::Objection,
        }
    }
}

/// 公布 what may be said of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// 合格, final since that day.
    Passing(NaiveDate),
    /// 不合格, final since that day.
    Failing(NaiveDate),
    /// 暂不公布
    Held(Hold),
}

/// The day on which the papers of a part were in the hands of whom they concern. A part that was handed to another place is served there: here it is known when
/// its case was closed on the receipt of that place.
fn served(case: &Case) -> Option<NaiveDate> {
    if case.required_blocks() == [Block::Transfer] {
        return case.closed_at.filter(|_| case.state == CaseState::Closed).map(day_of);
    }
    case.blocks.get(&Block::Start).filter(|b| b.inapplicable.is_none()).and_then(|b| b.date("served_on"))
}

/// What may be said of a batch on a day; `None` for what is never published: risk monitoring, a report not issued, no verdict. `asked` is what was applied for.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn publication(
    order: &TestOrder,
    cases: &[Case],
    asked: (&[Recheck], &[Objection]),
    today: NaiveDate,
    cal: &WorkCalendar,
) -> Result<Option<Publication>, Refusal> {
    if order.kind == TaskKind::RiskMonitoring {
        return Ok(None);
    }
    let Some((conclusion, issued)) = order.in_force.as_ref().zip(order.issued_at) else { return Ok(None) };
    let open: Vec<&Case> = cases.iter().filter(|c| c.state != CaseState::Cancelled).collect();
    Ok(match conclusion.outcome {
        Outcome::Pass | Outcome::Fail if order.state != OrderState::Issued => Some(Publication::Held(Hold::Amending)),
        Outcome::Pass if !open.is_empty() => Some(Publication::Held(Hold::CaseOpen)),
        Outcome::Pass => Some(Publication::Passing(day_of(issued))),
        Outcome::Fail => {
            let days: Vec<Option<NaiveDate>> = open.iter().map(|c| served(c)).collect();
            // An objection may be raised to microbes too; the time for a recheck is waited for whatever failed.
            Some(match finality(&days, false, asked.0, asked.1, today, cal)? {
                Finality::Final(since) => Publication::Failing(since.max(day_of(issued))),
                Finality::Waits(wait) => Publication::Held(wait.into()),
            })
        }
        _ => None,
    })
}
