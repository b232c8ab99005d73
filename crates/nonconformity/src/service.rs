//! 送达 handing the report and the notice of its result to whom they concern (抽检办法 art 29): each attempt with method, day and proof; the day of service
//! starts the time for recheck and objection.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Instant, Label, NaiveDate, NaiveTime, Refusal, WorkCalendar, day_of, labels, shanghai};
use shiyan_statute::{RuleKey, deadline};

use crate::case::ClockMove;
use crate::code;

labels! {
    /// 受送达人 to whom it must be handed.
    pub enum Recipient {
        Sampled = "sampled", "被抽样单位", "Sampled operator";
        MarketOpener = "market_opener", "集中交易市场开办者", "Market operator";
        Platform = "platform", "网络食品交易第三方平台提供者", "Online platform";
        Producer = "producer", "标称食品生产者", "Producer named on the label";
    }
}
labels! {
    /// 送达方式
    pub enum ServiceMethod {
        Direct = "direct", "直接送达", "In person";
        Left = "left", "留置送达", "Left at the premises";
        Mail = "mail", "邮寄送达", "By mail";
        Electronic = "electronic", "电子送达", "Electronically";
        Entrusted = "entrusted", "委托送达", "Through another office";
        PublicNotice = "public_notice", "公告送达", "By public notice";
    }
}
labels! {
    /// 送达结果 of one attempt.
    pub enum ServiceResult {
        Served = "served", "已送达", "Served";
        Refused = "refused", "拒收", "Refused";
        Failed = "failed", "未能送达", "Not served";
    }
}

/// 一次送达 one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// 方式
    pub method: ServiceMethod,
    /// 日期 of the attempt: signed, left, received by mail, arrived in the system, posted.
    pub on: NaiveDate,
    /// 结果
    pub result: ServiceResult,
    /// 送达人
    pub by: Vec<String>,
    /// 签收人及身份; where it was refused or failed, whom they met and why.
    pub met: String,
    /// 送达凭证 number of the receipt of service, of the mail, of the notice.
    pub proof: String,
    /// 见证人或影像, of an electronic service the written consent.
    pub support: String,
}

/// 送达 of the papers of one batch to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// 受送达人
    pub recipient: Recipient,
    /// 名称
    pub name: String,
    /// 文书 the numbers of what is handed over.
    pub papers: Vec<String>,
    /// 文书日期 before which nothing can be served.
    pub issued_on: NaiveDate,
    /// 送达经过
    pub attempts: Vec<Attempt>,
}

impl Service {
    /// 已送达 the attempt that served it.
    #[must_use]
    pub fn served(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|a| a.result == ServiceResult::Served)
    }
    /// Every reason why this attempt cannot be registered today.
    #[must_use]
    pub fn why_not(&self, attempt: &Attempt, today: NaiveDate) -> Vec<Refusal> {
        let mut why = Vec::new();
        if let Some(done) = self.served() {
            why.push(Refusal::new(code::SERVICE_DONE).with("on", done.on).with("method", done.method.zh()).with("method_en", done.method.en().to_lowercase()));
        }
        let first = self.attempts.iter().map(|a| a.on).max().unwrap_or(self.issued_on);
        if attempt.on < first || attempt.on > today {
            why.push(Refusal::new(code::SERVICE_DATE).with("on", attempt.on).with("first", first).with("last", today).on("on"));
        }
        if attempt.by.iter().all(|name| name.trim().is_empty()) {
            why.push(Refusal::new(code::SERVICE_BY).on("by"));
        }
        if attempt.met.trim().is_empty() && attempt.method != ServiceMethod::PublicNotice {
            why.push(Refusal::new(code::SERVICE_MET).on("met"));
        }
        if attempt.proof.trim().is_empty() {
            why.push(Refusal::new(code::SERVICE_PROOF).on("proof"));
        }
        let supported = !attempt.support.trim().is_empty();
        match attempt.method {
            ServiceMethod::Left => {
                if !self.attempts.iter().any(|a| a.result == ServiceResult::Refused) {
                    why.push(Refusal::new(code::SERVICE_LEFT).on("method"));
                }
                if !supported {
                    why.push(Refusal::new(code::SERVICE_WITNESS).on("support"));
                }
            }
            ServiceMethod::Electronic if !supported => why.push(Refusal::new(code::SERVICE_CONSENT).on("support")),
            ServiceMethod::PublicNotice => {
                let failed: std::collections::BTreeSet<ServiceMethod> =
                    self.attempts.iter().filter(|a| a.result == ServiceResult::Failed).map(|a| a.method).collect();
                if failed.len() < 2 {
                    why.push(Refusal::new(code::SERVICE_PUBLIC).with("tried", failed.len()).on("method"));
                }
            }
            _ => {}
        }
        why
    }
    /// 登记一次送达
    ///
    /// # Errors
    /// Every reason why not.
    pub fn tried(&self, attempt: Attempt, today: NaiveDate) -> Result<Self, Vec<Refusal>> {
        let why = self.why_not(&attempt, today);
        if !why.is_empty() {
            return Err(why);
        }
        let mut next = self.clone();
        next.attempts.push(attempt);
        Ok(next)
    }
    /// 送达日期; of a public notice the day on which its time has run out, which may still lie ahead.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn served_on(&self, cal: &WorkCalendar) -> Result<Option<NaiveDate>, Refusal> {
        match self.served() {
            Some(notice) if notice.method == ServiceMethod::PublicNotice => deadline(RuleKey::D40, noon(notice.on), cal).map(|d| Some(d.due.due_on)),
            served => Ok(served.map(|a| a.on)),
        }
    }
    /// 送达后的时限 what the service does to the clocks once its day has come: the duty to serve (D06) ends; the time for an objection (D15) begins, and the
    /// time for a recheck (D07) where the law admits one. It begins for whoever may ask: the sampled operator and the named producer.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn clocks(&self, microbial: bool, started: Instant, now: Instant, cal: &WorkCalendar) -> Result<Vec<ClockMove>, Refusal> {
        let Some(on) = self.served_on(cal)?.filter(|on| *on <= day_of(now)) else { return Ok(Vec::new()) };
        // A clock never stops before it started, nor later than now.
        let at = noon(on).max(started).min(now);
        let mut moves = Vec::new();
        if self.recipient == Recipient::Sampled {
            moves.push(ClockMove::Stop(RuleKey::D06, at));
        }
        if matches!(self.recipient, Recipient::Sampled | Recipient::Producer) {
            if !microbial {
                moves.push(ClockMove::Start(RuleKey::D07, at));
            }
            moves.push(ClockMove::Start(RuleKey::D15, at));
        }
        Ok(moves)
    }
}

/// A day on which something happened, as a moment.
pub(crate) fn noon(day: NaiveDate) -> Instant {
    let noon = day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default());
    noon.and_local_timezone(shanghai()).single().unwrap_or_else(|| noon.and_utc().fixed_offset())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_statute::calendar;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn service() -> Service {
        Service {
            recipient: Recipient::Sampled,
            name: "示范蔬菜店".into(),
            papers: vec!["JS2026-0001".into()],
            issued_on: day("2026-09-01"),
            attempts: Vec::new(),
        }
    }
    fn attempt(method: ServiceMethod, on: &str, result: ServiceResult) -> Attempt {
        Attempt {
            method,
            on: day(on),
            result,
            by: vec!["甲".into(), "乙".into()],
            met: "店主张某".into(),
            proof: "回证12号".into(),
            support: "见证人李某".into(),
        }
    }
    fn codes(service: &Service, attempt: &Attempt, today: &str) -> Vec<&'static str> {
        service.why_not(attempt, day(today)).iter().map(Refusal::code).collect()
    }
    use ServiceMethod::{Direct, Electronic, Left, Mail, PublicNotice};
    use ServiceResult::{Failed, Refused, Served};

    #[test]
    fn a_signed_receipt_starts_the_windows_on_its_day() {
        let served = service().tried(attempt(Direct, "2026-09-03", Served), day("2026-09-04")).unwrap();
        assert_eq!(served.served_on(calendar()), Ok(Some(day("2026-09-03"))));
        let (start, now) = (noon(day("2026-09-01")), noon(day("2026-09-04")));
        let at = noon(day("2026-09-03"));
        assert_eq!(
            served.clocks(false, start, now, calendar()).unwrap(),
            [ClockMove::Stop(RuleKey::D06, at), ClockMove::Start(RuleKey::D07, at), ClockMove::Start(RuleKey::D15, at)]
        );
        assert_eq!(served.clocks(true, start, now, calendar()).unwrap(), [ClockMove::Stop(RuleKey::D06, at), ClockMove::Start(RuleKey::D15, at)]);
        assert_eq!(codes(&served, &attempt(Direct, "2026-09-04", Served), "2026-09-04"), ["SERVICE-DONE"]);
        // served in the morning of the day on whose afternoon the office received the conclusion: the duty ends where it began
        let received = noon(day("2026-09-03")) + chrono::TimeDelta::hours(3);
        assert_eq!(served.clocks(true, received, now, calendar()).unwrap()[0], ClockMove::Stop(RuleKey::D06, received));
        let market = Service { recipient: Recipient::MarketOpener, ..served };
        assert!(market.clocks(false, start, now, calendar()).unwrap().is_empty(), "the market may ask for nothing, and its receipt does not end the duty");
    }
    #[test]
    fn refused_papers_are_left_before_a_witness_on_a_second_attempt() {
        assert_eq!(codes(&service(), &attempt(Left, "2026-09-03", Served), "2026-09-03"), ["SERVICE-LEFT"]);
        let absent = service().tried(attempt(Direct, "2026-09-03", Failed), day("2026-09-03")).unwrap();
        assert_eq!(codes(&absent, &attempt(Left, "2026-09-03", Served), "2026-09-03"), ["SERVICE-LEFT"], "nobody there is nobody who refused");
        let refused = service().tried(attempt(Direct, "2026-09-03", Refused), day("2026-09-03")).unwrap();
        assert_eq!(refused.served_on(calendar()), Ok(None));
        let alone = Attempt { support: " ".into(), ..attempt(Left, "2026-09-03", Served) };
        assert_eq!(codes(&refused, &alone, "2026-09-03"), ["SERVICE-WITNESS"]);
        let left = refused.tried(attempt(Left, "2026-09-03", Served), day("2026-09-03")).unwrap();
        assert_eq!(left.served_on(calendar()), Ok(Some(day("2026-09-03"))));
        assert_eq!(left.attempts.len(), 2, "the refusal stays on record");
    }
    #[test]
    fn a_public_notice_is_the_last_way_and_its_time_must_run_out() {
        let once = service().tried(attempt(Direct, "2026-09-01", Failed), day("2026-09-02")).unwrap();
        assert_eq!(codes(&once, &attempt(PublicNotice, "2026-09-02", Served), "2026-09-02"), ["SERVICE-PUBLIC"]);
        let refused = once.tried(attempt(Mail, "2026-09-01", Refused), day("2026-09-02")).unwrap();
        assert_eq!(codes(&refused, &attempt(PublicNotice, "2026-09-02", Served), "2026-09-02"), ["SERVICE-PUBLIC"], "whoever refuses is there");
        let twice = once.tried(attempt(Mail, "2026-09-01", Failed), day("2026-09-02")).unwrap();
        let posted = twice.tried(Attempt { met: String::new(), ..attempt(PublicNotice, "2026-09-01", Served) }, day("2026-09-02")).unwrap();
        // thirty days end on 1 October and roll to the 8th
        assert_eq!(posted.served_on(calendar()), Ok(Some(day("2026-10-08"))));
        let start = noon(day("2026-09-01"));
        assert!(posted.clocks(false, start, noon(day("2026-10-07")), calendar()).unwrap().is_empty());
        assert_eq!(posted.clocks(false, start, noon(day("2026-10-08")), calendar()).unwrap().len(), 3);
    }
    #[test]
    fn a_day_is_neither_made_earlier_nor_later_than_it_was() {
        for (on, today) in [("2026-08-31", "2026-09-04"), ("2026-09-05", "2026-09-04")] {
            assert_eq!(codes(&service(), &attempt(Direct, on, Served), today), ["SERVICE-DATE"]);
        }
        let failed = service().tried(attempt(Mail, "2026-09-03", Failed), day("2026-09-04")).unwrap();
        assert_eq!(codes(&failed, &attempt(Direct, "2026-09-02", Served), "2026-09-04"), ["SERVICE-DATE"], "the second attempt is not before the first");
    }
    #[test]
    fn an_attempt_without_proof_is_none() {
        let bare =
            Attempt { by: vec![" ".into()], met: String::new(), proof: String::new(), support: String::new(), ..attempt(Electronic, "2026-09-03", Served) };
        assert_eq!(codes(&service(), &bare, "2026-09-03"), ["SERVICE-BY", "SERVICE-MET", "SERVICE-PROOF", "SERVICE-CONSENT"]);
    }
}
