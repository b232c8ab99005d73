//! 本系统的结果 in elements of SSD2: only what means the same. Substances and foods stay in words under the code that says that they are in
//! no list; a result that no type of result says honestly is left out with its reason.

use serde::Serialize;
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Decimal, NaiveDate, labels};
use shiyan_judgement::amount::units;
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_judgement::reading::{self, Measured};
use shiyan_statute::{DetectionKind, LimitRule};

use super::definition;

/// 不在代码表中 the code of a substance that is in no list; its name stands in `paramText`.
pub const NOT_IN_LIST: &str = "RF-XXXX-XXX-XXX";

labels! {
    /// 未导出的理由 why a result is not among those exported.
    pub enum Left {
        /// 更改中: what it will be is not decided, what it was stands in the report.
        Amending = "amending", "报告正在更改", "Its report is being amended";
        NoUnit = "no_unit", "单位没有对应的 UNIT 代码", "Its unit has no code of the catalogue UNIT";
        Several = "several", "一个项目有几个结果", "One item has several results";
        LessThan = "less_than", "只知道小于某数，不知是检出限还是定量限", "It is below a number that is neither said to be LOD nor LOQ";
        GreaterThan = "greater_than", "只知道大于某数", "It is only known to be above a number";
        Zero = "zero", "数值不大于零，而数值型结果须大于零", "It is not above zero, as a quantified result must be";
        Weak = "weak", "弱阳性没有对应的代码", "Weakly positive has no code";
        NotApplicable = "not_applicable", "没有结果", "It has no result";
        Unread = "unread", "结果须人工判读", "The result is for a person to read";
        Undated = "undated", "没有抽样日期", "It has no day of sampling";
    }
}

/// 一项结果 one item of a report in force, as the application hands it out.
#[derive(Debug, Clone)]
pub struct Tested<'a> {
    /// Id of the item.
    pub result_id: &'a str,
    /// 样品编号: the sheet number, or the blind code.
    pub sample_id: &'a str,
    /// Id of the order.
    pub order_id: &'a str,
    /// 抽样日期
    pub sampled_on: Option<NaiveDate>,
    /// 检验日期
    pub tested_on: Option<NaiveDate>,
    /// 样品名称 and category.
    pub food: &'a str,
    /// 任务类别
    pub kind: TaskKind,
    /// 承检机构
    pub laboratory: &'a str,
    /// 检验项目
    pub analyte: &'a str,
    /// 检验依据
    pub method: &'a str,
    /// 检验结果 exactly as typed.
    pub raw: &'a str,
    /// Unit of the item.
    pub unit: &'a str,
    /// 适用限量
    pub limit: Option<&'a LimitUsed>,
    /// 单项判定
    pub verdict: Option<Verdict>,
}

/// 导出的一行 the elements of one result, in the order of the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line(pub Vec<(String, String)>);

impl Line {
    /// The text of an element; empty where it has none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, t)| t.as_str())
    }
}

/// Digits without needless zeros at the end are as good; the value itself is exact.
fn exact(value: Decimal) -> String {
    value.to_string()
}

/// Elements of a result, and the unit it is in.
type Said = (Vec<(&'static str, String)>, Option<String>);

/// 结果类型 with what belongs to it.
fn result(t: &Tested<'_>) -> Result<Said, Left> {
    let parsed = reading::parse(t.raw, Some(t.unit).filter(|u| !u.trim().is_empty()));
    let unit = parsed.unit.clone().or_else(|| units::canonical(t.unit).map(str::to_owned));
    let limited = |kind: DetectionKind, value: Decimal| match kind {
        DetectionKind::Lod => vec![("resLOD", exact(value)), ("resType", "LOD".to_owned())],
        DetectionKind::Loq => vec![("resLOQ", exact(value)), ("resType", "LOQ".to_owned())],
    };
    let negative = || vec![("resQualValue", "NEG".to_owned()), ("resType", "BIN".to_owned())];
    let said = match parsed.understood {
        Measured::Number { value, .. } if value > Decimal::ZERO => vec![("resVal", exact(value)), ("resType", "VAL".to_owned())],
        Measured::Number { .. } => return Err(Left::Zero),
        Measured::NotDetected { limit: Some(value), method_limit: Some(kind) } if value > Decimal::ZERO => limited(kind, value),
        Measured::NotDetected { .. } | Measured::Negative => {
            // the limit of detection of the row, where the text gives none and it is in the unit of the result
            let of_row = t.limit.and_then(|l| l.lod_loq.as_ref()).filter(|d| units::canonical(&d.unit).map(str::to_owned) == unit && d.value > Decimal::ZERO);
            match (&parsed.understood, of_row) {
                (Measured::NotDetected { limit: None, method_limit: Some(kind) }, Some(row)) if row.kind == *kind => limited(*kind, row.value),
                _ => negative(),
            }
        }
        Measured::Detected | Measured::Positive => vec![("resQualValue", "POS".to_owned()), ("resType", "BIN".to_owned())],
        Measured::WeakPositive => return Err(Left::Weak),
        Measured::LessThan { .. } => return Err(Left::LessThan),
        Measured::GreaterThan { .. } => return Err(Left::GreaterThan),
        Measured::Several { .. } => return Err(Left::Several),
        Measured::NotApplicable => return Err(Left::NotApplicable),
        Measured::NeedsPerson { .. } => return Err(Left::Unread),
    };
    Ok((said, unit))
}

/// 评价限量 an upper limit in the unit of the result.
fn legal_limit(t: &Tested<'_>, unit: Option<&str>) -> Option<Decimal> {
    let limit = t.limit.filter(|l| l.dried.is_none())?;
    match (&limit.rule, unit) {
        (LimitRule::Max { value }, Some(unit)) if units::canonical(&limit.unit) == Some(unit) => Some(*value),
        _ => None,
    }
}

/// 一行 of the export, or why there is none.
///
/// # Errors
/// What no element says honestly.
pub fn line(t: &Tested<'_>) -> Result<Line, Left> {
    use chrono::Datelike;
    let sampled = t.sampled_on.ok_or(Left::Undated)?;
    let (said, unit) = result(t)?;
    let unit_code = unit.as_deref().and_then(|u| definition().unit_code(u));
    let quantified = said.iter().any(|(name, _)| matches!(*name, "resVal" | "resLOD" | "resLOQ"));
    if quantified && unit_code.is_none() {
        return Err(Left::NoUnit);
    }
    let mut of: Vec<(&str, String)> = vec![
        ("sampStrategy", strategy(t.kind).to_owned()),
        ("sampId", t.sample_id.to_owned()),
        ("sampCountry", "CN".to_owned()),
        ("sampY", sampled.year().to_string()),
        ("sampM", sampled.month().to_string()),
        ("sampD", sampled.day().to_string()),
        ("sampMatText", t.food.to_owned()),
        ("sampAnId", t.order_id.to_owned()),
        ("labId", t.laboratory.to_owned()),
        ("labCountry", "CN".to_owned()),
        ("paramCode", NOT_IN_LIST.to_owned()),
        ("paramText", t.analyte.to_owned()),
        ("anMethRefId", t.method.to_owned()),
        ("anMethText", t.method.to_owned()),
        ("resId", t.result_id.to_owned()),
        ("resUnit", unit_code.unwrap_or_default().to_owned()),
        ("evalCode", t.verdict.map_or("", evaluation).to_owned()),
    ];
    if let Some(tested) = t.tested_on.filter(|day| *day >= sampled) {
        of.extend([("analysisY", tested.year().to_string()), ("analysisM", tested.month().to_string()), ("analysisD", tested.day().to_string())]);
    }
    // a limit stands beside the result that it is held against, in the same unit
    if let Some(limit) = legal_limit(t, unit.as_deref()).filter(|_| unit_code.is_some()) {
        of.extend([("evalLowLimit", exact(limit)), ("evalLimitType", "W990A".to_owned())]);
    }
    of.extend(said);
    let order = |name: &str| definition().of_model(super::Model::Ssd2).position(|e| e.name == name);
    of.retain(|(_, text)| !text.trim().is_empty());
    of.sort_by_key(|(name, _)| order(name));
    Ok(Line(of.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()))
}

/// 抽样策略: 评价性抽检 is drawn at random; the others choose where a problem is likelier.
fn strategy(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Evaluative => "ST10A",
        TaskKind::Supervisory | TaskKind::RiskMonitoring => "ST20A",
    }
}

/// 结果评价; what a person has not decided yet is not evaluated.
fn evaluation(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Conforming => "J002A",
        Verdict::Nonconforming | Verdict::Problem => "J003A",
        Verdict::NoVerdict | Verdict::NeedsPerson => "J029A",
    }
}
