//! 检验报告内容 what one report says, frozen when it is issued.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use shiyan_foundation::Label;
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_judgement::deciding::HandDecision;

use super::settings::ReportOptions;
use super::stated::Stated;
use crate::order::{Meaning, Said, TestItem};

/// 图样的内容 the bytes of the pictures that a content names by their hash; never frozen with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pictures {
    /// 资质标志
    pub mark: Option<Vec<u8>>,
    /// 检验检测专用章
    pub seal: Option<Vec<u8>>,
}

/// What one report says; the PDF is made from this and from nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportContent {
    /// 报告编号
    pub number: String,
    /// 替代 the number it replaces.
    pub replaces: Option<String>,
    /// Reason of the amendment.
    pub amendment_reason: Option<String>,
    /// 承检机构: name, address, phone, postcode.
    pub lab: [String; 4],
    /// Facts of the summary page under their labels, as they were frozen before they had names: Chinese label, English label, text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<(String, String, String)>,
    /// 报告所述 of the summary page; a report issued before has [`ReportContent::facts`] instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// 样品名称
    pub sample_name: String,
    /// 被抽样单位
    pub site_name: String,
    /// 标称生产者
    pub producer: String,
    /// 任务类别, Chinese and English.
    pub purpose: Said,
    /// 检验结论 the sentence in force when it was issued, Chinese and English.
    pub conclusion: Said,
    /// 合格, 不合格, 问题, 不判定: Chinese and English.
    pub outcome: Said,
    /// Items.
    pub items: Vec<ReportItem>,
    /// 主检、校核、审核、批准: meaning, name, when.
    pub signatures: Vec<(String, String, String)>,
    /// 签发日期 as printed.
    pub issued_on: String,
    /// 签发时间 RFC 3339, also the date inside the PDF.
    pub issued_at: String,
    /// 验真码
    pub verify_code: String,
    /// 报告选项
    #[serde(default, skip_serializing_if = "ReportOptions::is_plain")]
    pub options: ReportOptions,
    /// 注意事项; a report issued before they were frozen has none here and prints the standing ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Said>,
    /// 资质标志 SHA-256 of the picture, if one was enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// 检验检测专用章 SHA-256 of the picture, if one was enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// 草稿 printed before it was issued; it has no force and is never kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// The pictures named above, put in for typesetting.
    #[serde(skip)]
    pub pictures: Pictures,
    /// 演示数据
    pub demo: bool,
}

/// One line of the annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportItem {
    /// 检验项目
    pub analyte: String,
    /// 单位
    pub unit: String,
    /// 标准要求
    pub limit: String,
    /// 检验结果
    pub result: String,
    /// 检验依据
    pub method: String,
    /// 判定依据
    pub basis: String,
    /// 单项判定, Chinese and English.
    pub verdict: Said,
    /// 备注
    pub note: String,
    /// 不合格项, 问题项; a report issued before says it by the verdict alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
    /// 判定过程 step by step, where the report carries it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub working: Vec<Said>,
}

impl ReportContent {
    /// 报告所述, whenever it was frozen.
    #[must_use]
    pub fn stated(&self) -> Cow<'_, Stated> {
        self.stated.as_ref().map_or_else(|| Cow::Owned(Stated::read(&self.facts)), Cow::Borrowed)
    }
    /// 签名 who signed in this meaning; empty for nobody.
    #[must_use]
    pub fn signed(&self, meaning: Meaning) -> &str {
        self.signatures.iter().find(|(m, _, _)| Meaning::parse(m) == Some(meaning)).map_or("", |(_, name, _)| name)
    }
    /// 任务类别
    #[must_use]
    pub fn kind(&self) -> Option<TaskKind> {
        TaskKind::parse(&self.purpose.0)
    }
}

impl ReportItem {
    /// 不合格项, 问题项: set bold.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.failed.unwrap_or_else(|| [Outcome::Fail, Outcome::Problem].iter().any(|o| o.zh() == self.verdict.0))
    }
}

/// 判定过程 of an item as a report prints it: what was read, the limit with its version, conversion, comparison and counts as they
/// were stored beside the result, then the verdict with its reason, and who decided where a person did.
#[must_use]
pub fn working_of(item: &TestItem) -> Vec<Said> {
    let mut steps: Vec<Said> = item.picked.as_ref().zip(item.limit.as_ref()).map(|(pick, limit)| pick.told(limit)).into_iter().collect();
    if let Some(judged) = &item.judgement {
        steps.extend(judged.working.iter().cloned());
        steps.push((format!("{}：{}", judged.verdict.zh(), judged.zh), format!("{}: {}", judged.verdict.en(), judged.en)));
    }
    steps.extend(item.decision.as_ref().map(HandDecision::told));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"number":"SY-1","replaces":null,"amendment_reason":null,"lab":["甲","乙","丙","丁"],"facts":[["样品名称","Sample","韭菜"]],"sample_name":"韭菜","site_name":"店","producer":"/","purpose":["监督抽检","Supervisory sampling"],"conclusion":["合格。","Conforming."],"outcome":["合格","Pass"],"items":[{"analyte":"腐霉利","unit":"mg/kg","limit":"≤0.2","result":"0.1mg/kg","method":"GB 1","basis":"GB 2","verdict":["合格","Conforming"],"note":""}],"signatures":[["主检","甲","2026-03-01"]],"issued_on":"2026年3月2日","issued_at":"2026-03-02T10:00:00+08:00","verify_code":"AB","demo":false}"#;
    #[test]
    fn what_was_frozen_before_reads_and_writes_as_before() {
        let content: ReportContent = serde_json::from_str(OLD).unwrap();
        assert!(content.options.is_plain() && content.notices.is_empty() && content.items[0].working.is_empty() && !content.draft);
        assert_eq!(serde_json::to_string(&content).unwrap(), OLD, "the hash of an old report stays what it was");
    }
    #[test]
    fn options_are_frozen_and_pictures_are_not() {
        let mut content: ReportContent = serde_json::from_str(OLD).unwrap();
        content.options = ReportOptions { bilingual: true, ..ReportOptions::default() };
        content.mark = Some("ab".into());
        content.pictures.mark = Some(vec![1, 2, 3]);
        let text = serde_json::to_string(&content).unwrap();
        let back: ReportContent = serde_json::from_str(&text).unwrap();
        assert!(back.options.bilingual && back.mark.as_deref() == Some("ab"));
        assert_eq!(back.pictures, Pictures::default());
    }
}
