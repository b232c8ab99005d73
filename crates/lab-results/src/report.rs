//! 检验报告内容 the facts that a report prints, frozen when it is issued (domain.md 3.2).

use serde::{Deserialize, Serialize};

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
    /// Labelled facts of the summary page: Chinese label, English label, text.
    pub facts: Vec<(String, String, String)>,
    /// 样品名称
    pub sample_name: String,
    /// 被抽样单位
    pub site_name: String,
    /// 标称生产者
    pub producer: String,
    /// 任务类别, Chinese and English.
    pub purpose: (String, String),
    /// 检验结论 sentence, Chinese and English.
    pub conclusion: (String, String),
    /// 合格, 不合格, 问题, 不判定: Chinese and English.
    pub outcome: (String, String),
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
    pub verdict: (String, String),
    /// 备注
    pub note: String,
}
