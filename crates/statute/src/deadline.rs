//! 期限规则 deadlines of the law, each a dated, cited row of `data/deadlines.csv`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Due, Instant, Label, Lang, NaiveDate, NaiveTime, Period, Refusal, WorkCalendar, labels};

use crate::{Grade, codes, data};

const FILE: &str = include_str!("../data/deadlines.csv");

labels! {
    /// 期限规则编号: a rule that does not exist cannot be asked for.
    pub enum RuleKey {
        D01 = "D01", "样品送达承检机构", "Sample delivered to the testing body";
        D02 = "D02", "出具检验报告", "Test report issued";
        D03 = "D03", "合格结论报送", "Conforming conclusion reported";
        D04 = "D04", "不合格结论报告", "Nonconforming conclusion reported";
        D05 = "D05", "限时报告(严重危害)", "Timed report of a severe hazard";
        D06 = "D06", "送达检验报告和结果通知书", "Report and result notice served";
        D07 = "D07", "复检申请", "Recheck applied for";
        D08 = "D08", "复检受理/不受理", "Recheck accepted or not";
        D09 = "D09", "随机确定复检机构", "Recheck body fixed at random";
        D09X = "D09X", "确定复检机构延长", "Recheck body fixed, extended";
        D10 = "D10", "复检机构无法承担的书面说明", "Recheck body explains why it cannot";
        D11 = "D11", "备份样品移交", "Reserve sample handed over";
        D12 = "D12", "复检结论提交", "Recheck conclusion delivered";
        D13 = "D13", "复检结论通知申请人", "Applicant told of the recheck conclusion";
        D14 = "D14", "抽样过程异议申请", "Objection to the sampling process";
        D15 = "D15", "真实性/检验方法/标准适用异议申请", "Objection to authenticity, method or standard";
        D16 = "D16", "异议材料补正一次告知", "One-time notice of missing objection papers";
        D17 = "D17", "异议受理/不受理", "Objection accepted or not";
        D18 = "D18", "抽样过程异议审核完成", "Objection to the sampling process decided";
        D19 = "D19", "其他异议审核完成", "Other objection decided";
        D20 = "D20", "核查处置完成", "Disposal completed";
        D21 = "D21", "核查处置结果向总局报告并公布(总局抽检)", "Disposal result reported and published (national sampling)";
        D22 = "D22", "风险控制措施公布(总局抽检)", "Risk control measures published (national sampling)";
        D23 = "D23", "监督抽检信息主动公开", "Supervisory sampling information published";
        D24 = "D24", "备份样品保存(合格)", "Reserve sample kept (conforming)";
        D25 = "D25", "备份样品保存(不合格)", "Reserve sample kept (nonconforming)";
        D26 = "D26", "抽样记录保存", "Sampling records kept";
        D27 = "D27", "检验原始记录和报告保存", "Test records and reports kept";
        D28 = "D28", "快检异议申请复检(食用农产品)", "Recheck of a rapid result applied for (edible farm produce)";
        D29 = "D29", "快检复检报告(农产品法口径)", "Recheck report of a rapid result (farm produce law)";
        D30 = "D30", "农产品监督抽查复检申请", "Recheck applied for (farm produce supervision)";
        D31 = "D31", "行政处罚立案核查", "Filing of an administrative penalty decided";
        D32 = "D32", "行政处罚决定", "Administrative penalty decided";
        D33 = "D33", "行政处罚信息公示", "Administrative penalty published";
        D34 = "D34", "一级召回启动", "Class-one recall started";
        D34B = "D34B", "二级召回启动", "Class-two recall started";
        D34C = "D34C", "三级召回启动", "Class-three recall started";
        D35 = "D35", "一级召回完成", "Class-one recall completed";
        D35B = "D35B", "二级召回完成", "Class-two recall completed";
        D35C = "D35C", "三级召回完成", "Class-three recall completed";
        D36 = "D36", "快检手工试剂数据上传", "Manual rapid-test data uploaded";
        D37 = "D37", "快检不合格处置", "Positive rapid result handled";
        D38 = "D38", "快检阳性摊位复抽", "Stall with a positive resampled";
        D39 = "D39", "快检结果公示(批发市场)", "Rapid results posted (wholesale market)";
        D39B = "D39B", "快检结果公示(农贸市场)", "Rapid results posted (retail market)";
        D40 = "D40", "公告送达届满", "Service by public notice complete";
    }
}

impl RuleKey {
    /// 权利窗口或保存期 the time of a right (recheck, objection), of a public notice, or of keeping something: it ends, it is never overdue.
    #[must_use]
    pub fn is_window(self) -> bool {
        use RuleKey::{D07, D14, D15, D28, D30, D40};
        matches!(self, D07 | D14 | D15 | D28 | D30 | D40) || self.is_keeping()
    }
    /// 保存期 the time for which something is kept: past its last day nothing is late and nothing has lapsed.
    #[must_use]
    pub fn is_keeping(self) -> bool {
        use RuleKey::{D24, D25, D26, D27};
        matches!(self, D24 | D25 | D26 | D27)
    }
}

/// 期限规则 one version of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineRule {
    /// Which rule.
    pub key: RuleKey,
    /// 期限
    pub period: Period,
    /// 起算 the event that starts it.
    pub trigger: String,
    /// 条文
    pub article: String,
    /// 责任方
    pub responsible: String,
    /// 说明
    pub note: String,
    /// 来源 where the value was seen.
    pub source: String,
    /// 可信度 high, medium or low.
    pub confidence: String,
    /// Version of the row, stored beside every deadline computed with it.
    pub version: u32,
    /// First day it applies.
    pub valid_from: NaiveDate,
    /// First day it no longer applies.
    pub valid_to: Option<NaiveDate>,
    /// What `valid_from` rests on.
    pub valid_from_basis: String,
}

impl DeadlineRule {
    /// In force on that day.
    #[must_use]
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|end| on < end)
    }
    /// 期限的说法, e.g. `7个工作日`.
    #[must_use]
    pub fn period_text(&self, lang: Lang) -> String {
        period_text(self.period, lang)
    }
    /// 核对情况
    #[must_use]
    pub fn grade(&self) -> Grade {
        Grade::of(&self.source, &self.confidence)
    }
    /// 引用 the sentence that cites the rule: event, period, article with its document, whether it was checked, version.
    #[must_use]
    pub fn reference(&self, lang: Lang) -> String {
        let (key, event, period) = (self.key.code(), self.key.label(lang), self.period_text(lang));
        let (article, grade, version) = (&self.article, self.grade().label(lang), self.version);
        match lang {
            Lang::Zh => format!("{key} {event}：{period}；依据 {article}（{grade}）；版本 {version}"),
            Lang::En => format!("{key} {event}: {period}; basis {article} ({grade}); version {version}"),
        }
    }
}

/// 期限的说法 of any period, e.g. `7个工作日`.
#[must_use]
pub fn period_text(period: Period, lang: Lang) -> String {
    let (n, zh, en) = match period {
        Period::WorkingDays(n) => (n, "个工作日", "working day"),
        Period::CalendarDays(n) => (n, "日", "calendar day"),
        Period::Months(n) => (n, "个月", "month"),
        Period::Years(n) => (n, "年", "year"),
        Period::Hours(n) => (n, "小时", "hour"),
        Period::SameDayBy(time) => {
            let time = time.format("%H:%M");
            return lang.pick(&format!("当日{time}前"), &format!("by {time} the same day")).to_owned();
        }
    };
    match lang {
        Lang::Zh => format!("{n}{zh}"),
        Lang::En => format!("{n} {en}{}", if n == 1 { "" } else { "s" }),
    }
}

/// A period from its three columns.
pub(crate) fn read_period(value: &str, unit: &str, day_type: &str) -> Option<Period> {
    let n = || value.parse::<u32>().ok();
    match (unit, day_type) {
        ("day", "working") => n().map(Period::WorkingDays),
        ("day", "calendar") => n().map(Period::CalendarDays),
        ("month", "calendar") => n().map(Period::Months),
        ("year", "calendar") => n().map(Period::Years),
        ("hour", "clock") => n().map(Period::Hours),
        ("clock_time", "same_day") => NaiveTime::parse_from_str(value, "%H:%M").ok().map(Period::SameDayBy),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Row {
    key: RuleKey,
    version: u32,
    value: String,
    unit: String,
    day_type: String,
    trigger: String,
    article: String,
    responsible: String,
    note: String,
    source: String,
    confidence: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    valid_from_basis: String,
}

impl Row {
    fn rule(self) -> Result<DeadlineRule, String> {
        let period = read_period(&self.value, &self.unit, &self.day_type)
            .ok_or_else(|| format!("deadlines.csv: {}: cannot read {} {} {}", self.key.code(), self.value, self.unit, self.day_type))?;
        Ok(DeadlineRule {
            key: self.key,
            period,
            trigger: self.trigger,
            article: self.article,
            responsible: self.responsible,
            note: self.note,
            source: self.source,
            confidence: self.confidence,
            version: self.version,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            valid_from_basis: self.valid_from_basis,
        })
    }
}

static RULES: LazyLock<Result<Vec<DeadlineRule>, String>> = LazyLock::new(|| data::rows::<Row>("deadlines.csv", FILE)?.into_iter().map(Row::rule).collect());

pub(crate) fn problem() -> Option<String> {
    RULES.as_ref().err().cloned()
}

/// All versions of all rules.
#[must_use]
pub fn deadline_rules() -> &'static [DeadlineRule] {
    RULES.as_ref().map_or(&[], Vec::as_slice)
}

/// The version of a rule in force on a day.
///
/// # Errors
/// `LAW-NO-RULE` when no version covers the day: an older text is never guessed from the present one.
pub fn deadline_rule(key: RuleKey, on: NaiveDate) -> Result<&'static DeadlineRule, Refusal> {
    deadline_rules().iter().find(|r| r.key == key && r.in_force(on)).ok_or_else(|| Refusal::new(codes::NO_RULE).with("rule", key.code()).with("on", on))
}

/// The version of a rule that a clock was started with; the one in force on the day of the start where that version is no more.
///
/// # Errors
/// `LAW-NO-RULE`.
pub fn deadline_rule_version(key: RuleKey, version: u32, start: NaiveDate) -> Result<&'static DeadlineRule, Refusal> {
    deadline_rules().iter().find(|r| r.key == key && r.version == version).map_or_else(|| deadline_rule(key, start), Ok)
}

/// A rule by its code.
///
/// # Errors
/// `LAW-UNKNOWN-RULE`.
pub fn rule_key(code: &str) -> Result<RuleKey, Refusal> {
    RuleKey::ALL.iter().copied().find(|k| k.code() == code.trim()).ok_or_else(|| Refusal::new(codes::UNKNOWN_RULE).with("rule", code))
}

/// 期限计算结果 a computed deadline with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputedDeadline {
    /// Which rule.
    pub key: RuleKey,
    /// Version of the rule.
    pub version: u32,
    /// 条文
    pub article: String,
    /// 截止
    pub due: Due,
}

/// The deadline of a rule counted from `start` with the version in force that day.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn deadline(key: RuleKey, start: Instant, cal: &WorkCalendar) -> Result<ComputedDeadline, Refusal> {
    let rule = deadline_rule(key, start.date_naive())?;
    let due = shiyan_foundation::deadline::due(start, rule.period, cal)?;
    Ok(ComputedDeadline { key, version: rule.version, article: rule.article.clone(), due })
}

/// The moment until which a period runs: to the minute when it is counted in hours, else the last second of its last day.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn runs_until(key: RuleKey, start: Instant, cal: &WorkCalendar) -> Result<Instant, Refusal> {
    let due = deadline(key, start, cal)?.due;
    let last_second = NaiveTime::from_hms_opt(23, 59, 59).and_then(|end| due.due_on.and_time(end).and_local_timezone(start.timezone()).single());
    Ok(due.due_at.or(last_second).unwrap_or(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;
    use shiyan_foundation::deadline::due;
    use shiyan_foundation::shanghai;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }
    fn at(text: &str, hour: u32) -> Instant {
        day(text).and_hms_opt(hour, 0, 0).and_then(|t| t.and_local_timezone(shanghai()).single()).expect("an instant")
    }
    #[test]
    fn the_vectors_of_the_domain_book() {
        for (start, n, expected) in [
            ("2026-09-18", 5, "2026-09-24"),
            ("2026-09-18", 20, "2026-10-22"),
            ("2026-09-24", 2, "2026-09-29"),
            ("2026-09-24", 7, "2026-10-12"),
            ("2026-09-30", 2, "2026-10-09"),
            ("2026-02-13", 5, "2026-02-27"),
            ("2026-02-13", 20, "2026-03-19"),
            ("2026-04-30", 7, "2026-05-13"),
            ("2025-09-26", 7, "2025-10-13"),
            ("2025-01-24", 5, "2025-02-07"),
            ("2024-09-13", 5, "2024-09-23"),
            ("2024-12-31", 2, "2025-01-03"),
            ("2025-12-31", 2, "2026-01-05"),
            ("2026-11-23", 20, "2026-12-21"),
        ] {
            let due = due(at(start, 9), Period::WorkingDays(n), calendar()).expect("computable");
            assert_eq!(due.due_on, day(expected), "{start} + {n} working days");
            assert_eq!(due.counted.len(), n as usize);
            assert!(!due.provisional);
        }
        for (start, expected, rolled) in [("2026-08-25", "2026-11-23", false), ("2026-07-05", "2026-10-08", true)] {
            let due = due(at(start, 9), Period::CalendarDays(90), calendar()).expect("computable");
            assert_eq!((due.due_on, due.rolled_from.is_some()), (day(expected), rolled), "{start} + 90 days");
        }
    }
    #[test]
    fn rules_of_the_law_count_as_the_law_says() {
        let of = |key, start: &str| deadline(key, at(start, 9), calendar()).expect("in force");
        assert_eq!(of(RuleKey::D07, "2026-09-24").due.due_on, day("2026-10-12"));
        assert_eq!(of(RuleKey::D06, "2026-09-18").due.due_on, day("2026-09-24"));
        assert_eq!(of(RuleKey::D02, "2026-11-23").due.due_on, day("2026-12-21"));
        assert_eq!(of(RuleKey::D20, "2026-07-05").due.due_on, day("2026-10-08"));
        assert_eq!(of(RuleKey::D05, "2026-10-01").due.due_at, Some(at("2026-10-02", 9)));
        assert_eq!(of(RuleKey::D28, "2026-10-01").due.due_at, Some(at("2026-10-01", 13)));
        let until = |key| runs_until(key, at("2026-10-01", 9), calendar()).expect("in force").to_rfc3339();
        assert_eq!((until(RuleKey::D37).as_str(), until(RuleKey::D38).as_str()), ("2026-10-04T09:00:00+08:00", "2026-10-08T23:59:59+08:00"));
        assert_eq!(of(RuleKey::D24, "2026-08-31").due.due_on, day("2026-11-30"));
        assert_eq!(of(RuleKey::D39, "2026-08-31").due.due_at, Some(at("2026-08-31", 8)));
        assert_eq!(of(RuleKey::D39B, "2026-08-31").due.due_at, Some(at("2026-08-31", 9)));
        assert_eq!(
            [RuleKey::D34, RuleKey::D34B, RuleKey::D34C].map(|k| of(k, "2026-10-01").due.due_at),
            [2, 3, 4].map(|d| Some(at(&format!("2026-10-0{d}"), 9)))
        );
        assert_eq!([RuleKey::D35, RuleKey::D35B, RuleKey::D35C].map(|k| of(k, "2026-10-01").due.counted.len()), [10, 20, 30]);
        assert_eq!(of(RuleKey::D40, "2026-09-01").due.due_on, day("2026-10-08"), "30 days end on 1 October and roll over the holidays");
        assert_eq!(of(RuleKey::D09X, "2026-09-18").due.counted.len(), 10);
        let seven = of(RuleKey::D07, "2026-09-24");
        assert_eq!((seven.version, seven.article.contains("第30条")), (1, true));
    }
    #[test]
    fn a_year_without_a_notice_is_provisional() {
        let due = deadline(RuleKey::D02, at("2026-12-21", 9), calendar()).expect("in force").due;
        assert!(due.provisional && due.due_on > day("2027-01-01"));
        let known = deadline(RuleKey::D01, at("2026-12-21", 9), calendar()).expect("in force").due;
        assert!(!known.provisional);
    }
    #[test]
    fn a_day_without_an_entry_is_refused() {
        let refused = deadline(RuleKey::D07, at("2014-05-05", 9), calendar()).expect_err("no entry");
        assert_eq!(refused.code(), "LAW-NO-RULE");
        assert_eq!(rule_key("D41").expect_err("unknown").code(), "LAW-UNKNOWN-RULE");
        assert_eq!(rule_key(" D09X ").expect("known"), RuleKey::D09X);
    }
    #[test]
    fn every_rule_is_cited_and_its_versions_neither_overlap_nor_leave_gaps() {
        assert_eq!(RuleKey::ALL.len(), 46);
        for key in RuleKey::ALL {
            let mut versions: Vec<_> = deadline_rules().iter().filter(|r| r.key == *key).collect();
            assert!(!versions.is_empty(), "{} has no row", key.code());
            versions.sort_by_key(|r| r.version);
            for (i, rule) in versions.iter().enumerate() {
                assert_eq!(rule.version as usize, i + 1, "{}", key.code());
                for text in [&rule.article, &rule.source, &rule.trigger, &rule.responsible, &rule.valid_from_basis] {
                    assert!(!text.trim().is_empty(), "{} lacks a citation", key.code());
                }
                assert!(["high", "medium", "low"].contains(&rule.confidence.as_str()));
                assert!(rule.valid_to.is_none_or(|end| rule.valid_from < end));
                let next = versions.get(i + 1).map(|n| n.valid_from);
                assert_eq!(rule.valid_to, next, "{}: a gap or an overlap", key.code());
                assert!(rule.reference(Lang::Zh).contains(&rule.article) && rule.reference(Lang::En).contains(&rule.article));
            }
        }
        assert!(crate::data_problems().is_empty());
    }
}
