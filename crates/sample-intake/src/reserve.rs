//! 备样 the reserve portion from the conclusion to its end: how long it is kept (D24, D25, or its shelf life where that is shorter), what holds it back
//! beyond that, who may discard it, and which portion that conformed may be used again (art 25).
//!
//! Where a date can be read in two ways the later one is taken: a portion that is kept a day too long costs a shelf, one that is gone a day too
//! early costs somebody their recheck.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{SampleId, UserId};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, Instant, Label, Lang, NaiveDate, Refusal, WorkCalendar, labels};
use shiyan_statute::{RuleKey, deadline};

use crate::code;

labels! {
    /// 复检 how far a recheck has come.
    pub enum Recheck {
        None = "none", "未申请复检", "None asked for";
        Running = "running", "复检中", "Running";
        Over = "over", "复检已结束", "Over";
    }
}

/// 备样 what decides how long a portion is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserve {
    /// 样品
    pub sample: SampleId,
    /// 抽样单编号
    pub number: String,
    /// 库位
    pub place: String,
    /// 最终结论 and when it was made.
    pub concluded: Option<(Outcome, Instant)>,
    /// 保质期届满
    pub shelf_life_end: Option<NaiveDate>,
    /// 结果送达 when the result was served; only then the time to ask for a recheck runs.
    pub served_at: Option<Instant>,
    /// 复检
    pub recheck: Recheck,
    /// 处置
    pub end: Option<End>,
}

/// 处置 the end of a portion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// 再利用, with what for; a plain discard has none.
    pub reused_for: Option<String>,
    /// 两名人员
    pub hands: [(UserId, String); 2],
    /// 时间
    pub at: Instant,
}

/// 保存状态
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// 未出结论
    NotConcluded,
    /// 保存中 through its last day.
    Until {
        /// 最后一日
        last: NaiveDate,
        /// 规则
        rule: RuleKey,
        /// 保质期先到
        by_shelf_life: bool,
    },
    /// 暂不处置 though its time is over.
    Held {
        /// Since its last day.
        last: NaiveDate,
        /// Chinese and English.
        why: (&'static str, &'static str),
    },
    /// 可处置 since the day after its last one.
    Free {
        /// 最后一日
        last: NaiveDate,
    },
    /// 已处置
    Ended,
}

impl Keeping {
    /// One sentence.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        match self {
            Keeping::NotConcluded => lang.pick("结论作出后开始计算", "Counted from the conclusion").to_owned(),
            Keeping::Until { last, rule, by_shelf_life } => {
                let by = if *by_shelf_life { lang.pick("保质期届满", "end of shelf life") } else { rule.label(lang) };
                lang.pick(&format!("保存至 {last}（{by}）"), &format!("Kept until {last} ({by})")).to_owned()
            }
            Keeping::Held { last, why } => {
                lang.pick(&format!("{last} 已到期，暂不处置：{}", why.0), &format!("Time was over on {last}, held back: {}", why.1)).to_owned()
            }
            Keeping::Free { last } => lang.pick(&format!("{last} 已到期，可处置"), &format!("Time was over on {last}; may be discarded")).to_owned(),
            Keeping::Ended => lang.pick("已处置", "Discarded").to_owned(),
        }
    }
}

const NOT_SERVED: (&str, &str) = ("结果尚未送达，复检期限还没有开始", "the result is not served, so that the time to ask for a recheck has not begun");
const MAY_ASK: (&str, &str) = ("仍可申请复检", "a recheck can still be asked for");
const RECHECKED: (&str, &str) = ("复检正在进行", "a recheck is running");

impl Reserve {
    /// 保存到何时, as it stands on a day.
    ///
    /// # Errors
    /// No rule of the law covers the day of the conclusion.
    pub fn keeping(&self, today: NaiveDate, calendar: &WorkCalendar) -> Result<Keeping, Refusal> {
        if self.end.is_some() {
            return Ok(Keeping::Ended);
        }
        let Some((outcome, at)) = self.concluded else { return Ok(Keeping::NotConcluded) };
        // What neither conforms nor fails is kept as long as what fails.
        let rule = if outcome == Outcome::Pass { RuleKey::D24 } else { RuleKey::D25 };
        let by_law = deadline(rule, at, calendar)?.due.due_on;
        let by_shelf_life = self.shelf_life_end.is_some_and(|end| end < by_law);
        let last = self.shelf_life_end.map_or(by_law, |end| end.min(by_law));
        if today <= last {
            return Ok(Keeping::Until { last, rule, by_shelf_life });
        }
        // Past its shelf life a portion cannot be rechecked, and nothing but a recheck that runs holds it.
        let why = match (outcome, self.recheck) {
            (_, Recheck::Running) => Some(RECHECKED),
            (Outcome::Pass, _) | (_, Recheck::Over) => None,
            _ if by_shelf_life => None,
            _ => match self.served_at {
                None => Some(NOT_SERVED),
                Some(served) => (today <= deadline(RuleKey::D07, served, calendar)?.due.due_on).then_some(MAY_ASK),
            },
        };
        Ok(why.map_or(Keeping::Free { last }, |why| Keeping::Held { last, why }))
    }
    fn ended(&self, hands: [&Actor; 2], now: Instant, reused_for: Option<String>) -> Result<Self, Refusal> {
        if hands[0].id == hands[1].id {
            return Err(Refusal::new(code::RESERVE_HANDS));
        }
        let hands = hands.map(|a| (a.id, a.name.clone()));
        Ok(Self { end: Some(End { reused_for, hands, at: now }), ..self.clone() })
    }
    /// 处置 by two people, once its time is over and nothing holds it.
    ///
    /// # Errors
    /// `RESERVE-HELD` with the reason; the same person twice.
    pub fn discard(&self, hands: [&Actor; 2], now: Instant, calendar: &WorkCalendar) -> Result<Self, Refusal> {
        let keeping = self.keeping(now.date_naive(), calendar)?;
        if !matches!(keeping, Keeping::Free { .. }) {
            return Err(Refusal::new(code::RESERVE_HELD).with("no", &self.number).with("why", keeping.said(Lang::Zh)).with("why_en", keeping.said(Lang::En)));
        }
        self.ended(hands, now, None)
    }
    /// 合理再利用 of a portion that conformed, within its shelf life and before its time is over as well.
    ///
    /// # Errors
    /// `RESERVE-REUSE` with the reason; the same person twice.
    pub fn reuse(&self, hands: [&Actor; 2], purpose: &str, now: Instant) -> Result<Self, Refusal> {
        let why = match self.concluded {
            _ if self.end.is_some() => Some(("已经处置", "it is gone")),
            Some((Outcome::Pass, _)) if self.recheck == Recheck::Running => Some(RECHECKED),
            Some((Outcome::Pass, _)) if self.shelf_life_end.is_none() => Some(("没有登记保质期", "no shelf life is known")),
            Some((Outcome::Pass, _)) if self.shelf_life_end.is_some_and(|end| now.date_naive() > end) => Some(("已过保质期", "its shelf life is over")),
            Some((Outcome::Pass, _)) if purpose.trim().is_empty() => Some(("没有写明用途", "what for is not said")),
            Some((Outcome::Pass, _)) => None,
            _ => Some(("结论不是合格", "it did not conform")),
        };
        if let Some((zh, en)) = why {
            return Err(Refusal::new(code::RESERVE_REUSE).with("no", &self.number).with("why", zh).with("why_en", en));
        }
        self.ended(hands, now, Some(purpose.trim().to_owned()))
    }
}

/// 处置清单 which portions may go on a day, those first whose time was over first, then by place.
///
/// # Errors
/// No rule of the law covers the day of a conclusion.
pub fn discard_list<'r>(reserves: &'r [Reserve], today: NaiveDate, calendar: &WorkCalendar) -> Result<Vec<(&'r Reserve, NaiveDate)>, Refusal> {
    let mut free = Vec::new();
    for reserve in reserves {
        if let Keeping::Free { last } = reserve.keeping(today, calendar)? {
            free.push((reserve, last));
        }
    }
    free.sort_by(|a, b| (a.1, &a.0.place, &a.0.number).cmp(&(b.1, &b.0.place, &b.0.number)));
    Ok(free)
}

/// 保质期届满 from the day it was made and the words of the label: `12个月`, `180天`, `2年`. The later of the two readings of a month is taken; words that
/// say more or something else are for a person.
#[must_use]
pub fn shelf_life_end(made_on: NaiveDate, typed: &str) -> Option<NaiveDate> {
    let text: String = fold(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let n: u32 = number.parse().ok().filter(|n| *n > 0)?;
    match unit {
        "天" | "日" => made_on.checked_add_days(chrono::Days::new(n.into())),
        "个月" | "月" => made_on.checked_add_months(chrono::Months::new(n)),
        "年" => made_on.checked_add_months(chrono::Months::new(n.checked_mul(12)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::{Role, Scope, shanghai};
    use shiyan_statute::calendar;
    use std::collections::BTreeSet;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn at(text: &str) -> Instant {
        day(text).and_hms_opt(15, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn reserve(outcome: Outcome, concluded: &str) -> Reserve {
        Reserve {
            sample: SampleId(uuid::Uuid::nil()),
            number: "XBJ26410105463900001".into(),
            place: "A-03-2".into(),
            concluded: Some((outcome, at(concluded))),
            shelf_life_end: None,
            served_at: None,
            recheck: Recheck::None,
            end: None,
        }
    }
    fn keeping(reserve: &Reserve, today: &str) -> Keeping {
        reserve.keeping(day(today), calendar()).unwrap()
    }
    fn who(n: u128) -> Actor {
        Actor { id: UserId(uuid::Uuid::from_u128(n)), name: format!("库管{n}"), roles: BTreeSet::from([Role::SampleKeeper]), scope: Scope::District }
    }

    #[test]
    fn what_conforms_is_kept_three_months_and_what_fails_six() {
        let pass = reserve(Outcome::Pass, "2026-03-05");
        assert_eq!(keeping(&pass, "2026-06-05"), Keeping::Until { last: day("2026-06-05"), rule: RuleKey::D24, by_shelf_life: false });
        assert_eq!(keeping(&pass, "2026-06-06"), Keeping::Free { last: day("2026-06-05") });
        let served = Reserve { served_at: Some(at("2026-03-09")), ..reserve(Outcome::Fail, "2026-03-05") };
        // 5 September 2026 is a Saturday: the time ends on the Monday.
        assert_eq!(keeping(&served, "2026-09-07"), Keeping::Until { last: day("2026-09-07"), rule: RuleKey::D25, by_shelf_life: false });
        assert_eq!(keeping(&served, "2026-09-08"), Keeping::Free { last: day("2026-09-07") });
        for unsure in [Outcome::Problem, Outcome::Undetermined] {
            assert!(matches!(keeping(&reserve(unsure, "2026-03-05"), "2026-08-01"), Keeping::Until { rule: RuleKey::D25, .. }));
        }
        assert_eq!(keeping(&Reserve { concluded: None, ..pass }, "2030-01-01"), Keeping::NotConcluded);
    }
    #[test]
    fn a_shorter_shelf_life_ends_it() {
        let short = Reserve { shelf_life_end: Some(day("2026-04-01")), ..reserve(Outcome::Fail, "2026-03-05") };
        assert_eq!(keeping(&short, "2026-04-01"), Keeping::Until { last: day("2026-04-01"), rule: RuleKey::D25, by_shelf_life: true });
        assert_eq!(keeping(&short, "2026-04-01").said(Lang::Zh), "保存至 2026-04-01（保质期届满）");
        assert_eq!(keeping(&short, "2026-04-02"), Keeping::Free { last: day("2026-04-01") });
        let long = Reserve { shelf_life_end: Some(day("2028-04-01")), ..reserve(Outcome::Pass, "2026-03-05") };
        assert!(matches!(keeping(&long, "2026-06-01"), Keeping::Until { by_shelf_life: false, .. }));
    }
    #[test]
    fn nothing_goes_while_a_recheck_can_still_be_asked_for_or_runs() {
        let fail = reserve(Outcome::Fail, "2026-03-05");
        assert!(matches!(keeping(&fail, "2026-10-01"), Keeping::Held { why, .. } if why == NOT_SERVED));
        let late = Reserve { served_at: Some(at("2026-09-04")), ..fail.clone() };
        assert!(matches!(keeping(&late, "2026-09-15"), Keeping::Held { why, .. } if why == MAY_ASK));
        assert!(matches!(keeping(&late, "2026-09-16"), Keeping::Free { .. }), "seven working days after the fourth");
        let running = Reserve { recheck: Recheck::Running, ..late.clone() };
        assert!(matches!(keeping(&running, "2027-01-01"), Keeping::Held { why, .. } if why == RECHECKED));
        assert!(matches!(keeping(&Reserve { recheck: Recheck::Over, served_at: None, ..late }, "2026-09-15"), Keeping::Free { .. }));
    }
    #[test]
    fn two_people_discard_what_is_free_and_nothing_else() {
        let pass = reserve(Outcome::Pass, "2026-03-05");
        let refusal = pass.discard([&who(1), &who(2)], at("2026-06-05"), calendar()).unwrap_err();
        assert_eq!((refusal.code(), refusal.facts["why"].as_str()), ("RESERVE-HELD", "保存至 2026-06-05（备份样品保存(合格)）"));
        assert_eq!(pass.discard([&who(1), &who(1)], at("2026-06-08"), calendar()).unwrap_err().code(), "RESERVE-HANDS");
        let gone = pass.discard([&who(1), &who(2)], at("2026-06-08"), calendar()).unwrap();
        assert_eq!(keeping(&gone, "2026-06-08"), Keeping::Ended);
        assert_eq!(gone.discard([&who(1), &who(2)], at("2026-06-09"), calendar()).unwrap_err().code(), "RESERVE-HELD");
    }
    #[test]
    fn only_what_conformed_and_is_good_is_used_again() {
        let good = Reserve { shelf_life_end: Some(day("2027-03-05")), ..reserve(Outcome::Pass, "2026-03-05") };
        assert_eq!(good.reuse([&who(1), &who(2)], "质量控制", at("2026-04-01")).unwrap().end.unwrap().reused_for.as_deref(), Some("质量控制"));
        let why = |r: Reserve, purpose: &str, on: &str| r.reuse([&who(1), &who(2)], purpose, at(on)).unwrap_err().facts["why"].clone();
        assert_eq!(why(good.clone(), " ", "2026-04-01"), "没有写明用途");
        assert_eq!(why(good.clone(), "捐赠", "2027-03-06"), "已过保质期");
        assert_eq!(why(Reserve { shelf_life_end: None, ..good.clone() }, "捐赠", "2026-04-01"), "没有登记保质期");
        assert_eq!(why(reserve(Outcome::Fail, "2026-03-05"), "捐赠", "2026-04-01"), "结论不是合格");
        assert_eq!(why(Reserve { recheck: Recheck::Running, ..good }, "捐赠", "2026-04-01"), RECHECKED.0);
    }
    #[test]
    fn the_list_of_the_week_has_the_longest_overdue_first() {
        let at_place = |place: &str, r: Reserve| Reserve { place: place.into(), ..r };
        let all = [
            at_place("B-1", reserve(Outcome::Pass, "2026-03-05")),
            at_place("A-2", reserve(Outcome::Pass, "2026-03-05")),
            at_place("C-1", reserve(Outcome::Pass, "2026-03-04")),
            at_place("A-1", reserve(Outcome::Fail, "2026-03-04")),
        ];
        let list = discard_list(&all, day("2026-06-08"), calendar()).unwrap();
        assert_eq!(
            list.iter().map(|(r, last)| (r.place.as_str(), last.to_string())).collect::<Vec<_>>(),
            [("C-1", "2026-06-04".to_owned()), ("A-2", "2026-06-05".to_owned()), ("B-1", "2026-06-05".to_owned())]
        );
    }
    #[test]
    fn a_shelf_life_is_read_only_where_its_words_are_plain() {
        let end = |typed: &str| shelf_life_end(day("2026-01-31"), typed).map(|d| d.to_string());
        assert_eq!(end("12个月").as_deref(), Some("2027-01-31"));
        assert_eq!(end(" １ 个月").as_deref(), Some("2026-02-28"));
        assert_eq!(end("180天").as_deref(), Some("2026-07-30"));
        assert_eq!(end("2年").as_deref(), Some("2028-01-31"));
        for unread in ["12个月（冷藏）", "0天", "—", "半年", "常温6个月", "999999999999年"] {
            assert_eq!(end(unread), None, "{unread}");
        }
    }
}
