//! 报告设置 what a laboratory chooses about its reports.

use serde::{Deserialize, Serialize};
use shiyan_foundation::deadline::Period;
use shiyan_foundation::{Label, Lang, NaiveDate, Refusal};
use shiyan_statute::{RuleKey, deadline_rule};

use crate::order::code;
use crate::order::sentence::Sentences;

/// 报告选项 chosen when a report is issued, and frozen with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportOptions {
    /// 中英对照 English beside every heading, label, notice, verdict and the conclusion; names stay as people typed them.
    pub bilingual: bool,
    /// 附判定过程 the working of every item in the annex.
    pub working: bool,
    /// 罕用字 somebody was told which characters the typeface lacks, and issues all the same; they print as 〓.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rare: bool,
}

impl ReportOptions {
    /// Neither is chosen.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// 异议期限 within which a recheck is applied for, as the notice prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionTerm {
    /// Days.
    pub days: u32,
    /// 工作日, not 日历日.
    pub working: bool,
}

impl ObjectionTerm {
    /// The term of the law on a day (D07).
    ///
    /// # Errors
    /// No rule of that day counts in days.
    pub fn statutory(on: NaiveDate) -> Result<Self, Refusal> {
        match deadline_rule(RuleKey::D07, on)?.period {
            Period::WorkingDays(days) => Ok(Self { days, working: true }),
            Period::CalendarDays(days) => Ok(Self { days, working: false }),
            _ => Err(Refusal::new(code::TERM).with("typed", RuleKey::D07.code())),
        }
    }
    /// A term as typed.
    ///
    /// # Errors
    /// Not between 1 and 90 days.
    pub fn checked(days: u32, working: bool) -> Result<Self, Refusal> {
        if (1..=90).contains(&days) { Ok(Self { days, working }) } else { Err(Refusal::new(code::TERM).with("typed", days).on("objection_days")) }
    }
    /// `7个工作日`, `7 working days`
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let plural = if self.days == 1 { "" } else { "s" };
        match (lang, self.working) {
            (Lang::Zh, true) => format!("{}个工作日", self.days),
            (Lang::Zh, false) => format!("{}日", self.days),
            (Lang::En, true) => format!("{} working day{plural}", self.days),
            (Lang::En, false) => format!("{} day{plural}", self.days),
        }
    }
}

/// 图样 a picture that the laboratory supplied: kept by its hash, printed only while it is enabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppliedPicture {
    /// SHA-256 of the PNG.
    pub sha256: String,
    /// 启用
    pub enabled: bool,
}

/// 报告设置 the defaults of new reports. A report already issued never changes with them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSettings {
    /// Options ticked beforehand.
    pub options: ReportOptions,
    /// 异议期限 of the house; the statutory one when there is none.
    pub objection: Option<ObjectionTerm>,
    /// 资质标志
    pub mark: Option<SuppliedPicture>,
    /// 检验检测专用章
    pub seal: Option<SuppliedPicture>,
    /// 结论用语 of the house.
    #[serde(skip_serializing_if = "Sentences::is_standard")]
    pub sentences: Sentences,
}

impl ReportSettings {
    /// The mark that a report issued now carries.
    #[must_use]
    pub fn mark_in_use(&self) -> Option<String> {
        self.mark.as_ref().filter(|p| p.enabled).map(|p| p.sha256.clone())
    }
    /// The seal that a report issued now carries.
    #[must_use]
    pub fn seal_in_use(&self) -> Option<String> {
        self.seal.as_ref().filter(|p| p.enabled).map(|p| p.sha256.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_out_of_range_is_refused() {
        assert!(ObjectionTerm::checked(0, true).is_err() && ObjectionTerm::checked(91, true).is_err());
        assert_eq!(ObjectionTerm::checked(1, true).unwrap().text(Lang::En), "1 working day");
    }
    #[test]
    fn only_an_enabled_picture_is_in_use() {
        let picture = |enabled| Some(SuppliedPicture { sha256: "ab".into(), enabled });
        let settings = ReportSettings { mark: picture(true), seal: picture(false), ..ReportSettings::default() };
        assert_eq!((settings.mark_in_use().as_deref(), settings.seal_in_use()), (Some("ab"), None));
        assert_eq!(serde_json::from_str::<ReportSettings>("{}").unwrap(), ReportSettings::default());
    }
}
