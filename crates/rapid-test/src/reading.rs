//! 快检读数 one reading, and the verdict the server gives it.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{DeviceId, PointId, ReadingId, StallId, UserId};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Decimal, Instant, Refusal, labels};
use shiyan_statute::RapidMethod;

use crate::code;

labels! {
    /// 快检结果 never 合格/不合格.
    pub enum RapidVerdict {
        Negative = "negative", "阴性", "Negative";
        Positive = "positive", "阳性", "Positive";
        Invalid = "invalid", "无效", "Invalid";
    }
}
labels! {
    /// 观察 what the operator saw on a card or tube.
    pub enum Observed {
        Negative = "negative", "阴性", "Negative";
        WeakPositive = "weak_positive", "弱阳性", "Weak positive";
        Positive = "positive", "阳性", "Positive";
        Invalid = "invalid", "无效", "Invalid";
    }
}
labels! {
    /// 数据来源
    pub enum ReadingSource {
        Manual = "manual", "手工", "By hand";
        Instrument = "instrument", "仪器", "Instrument";
        Import = "import", "导入", "Import";
    }
}

/// 快检点
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Id.
    pub id: PointId,
    /// 名称
    pub name: String,
    /// 街道代码
    pub street: String,
    /// 市场
    pub market: String,
    /// In use.
    pub active: bool,
    /// A photo is required for positives read by eye.
    pub photo_required: bool,
    /// Planned tests a quarter.
    pub planned_per_quarter: u32,
    /// 演示数据
    pub demo: bool,
}

/// 快检设备
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Id.
    pub id: DeviceId,
    /// Where it stands.
    pub point: PointId,
    /// 序列号
    pub serial: String,
    /// 型号
    pub model: String,
    /// In use.
    pub active: bool,
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingInput {
    /// 摊位
    pub stall: String,
    /// 样品名称
    pub food: String,
    /// 读数 as typed, for methods read as a number.
    pub value: String,
    /// 观察 for methods read by eye.
    pub observed: Option<Observed>,
    /// 试剂批号
    pub reagent_lot: String,
    /// 产地或供货商
    pub origin: String,
    /// 备注
    pub note: String,
    /// 检测时间
    pub tested_at: Instant,
    /// SHA-256 of the photo.
    pub photo: Option<String>,
    /// 来源
    pub source: ReadingSource,
    /// 复测: the positive reading that this one repeats.
    pub retest_of: Option<ReadingId>,
}

/// 快检读数: never updated; a correction is a new reading that names the one it supersedes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Id.
    pub id: ReadingId,
    /// 快检点
    pub point: PointId,
    /// 设备
    pub device: Option<DeviceId>,
    /// 检测员
    pub operator: UserId,
    /// Name of the operator.
    pub operator_name: String,
    /// 摊位
    pub stall: String,
    /// 摊位 of the register, where the point's market has one of this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stall_id: Option<StallId>,
    /// 样品
    pub food: String,
    /// 方法代码
    pub method: String,
    /// 检测项目
    pub analyte: String,
    /// 读数 as typed.
    pub value: String,
    /// 单位
    pub unit: String,
    /// 观察
    pub observed: Option<Observed>,
    /// 结果, given by the server.
    pub verdict: RapidVerdict,
    /// Why, Chinese.
    pub why_zh: String,
    /// Why, English.
    pub why_en: String,
    /// 试剂批号
    pub reagent_lot: String,
    /// 产地或供货商
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// 备注
    pub note: String,
    /// 检测时间
    pub tested_at: Instant,
    /// 收到时间
    pub received_at: Instant,
    /// 照片
    pub photo: Option<String>,
    /// 来源
    pub source: ReadingSource,
    /// 复测
    pub retest_of: Option<ReadingId>,
    /// 演示数据
    pub demo: bool,
}

impl Reading {
    /// 产地 and note. A reading from before the field has its origin at the head of the note, and is never edited.
    #[must_use]
    pub fn origin_and_note(&self) -> (&str, &str) {
        match self.note.strip_prefix("产地：") {
            Some(rest) if self.origin.is_empty() => rest.split_once('；').unwrap_or((rest, "")),
            _ => (&self.origin, &self.note),
        }
    }
}

/// The verdict of a reading, decided by the server from the method; with the reason in both languages.
///
/// # Errors
/// No food, no stall, a value that is not a number, nothing observed, a positive without the photo that the point demands.
pub fn decide(point: &Point, method: &RapidMethod, input: &ReadingInput, now: Instant) -> Result<(RapidVerdict, String, String), Vec<Refusal>> {
    let mut problems = Vec::new();
    if input.food.trim().is_empty() {
        problems.push(Refusal::new(code::FOOD).on("food"));
    }
    if input.stall.trim().is_empty() {
        problems.push(Refusal::new(code::STALL).on("stall"));
    }
    if input.tested_at > now + chrono::TimeDelta::minutes(5) {
        problems.push(Refusal::new(code::FUTURE).with("at", input.tested_at.format("%Y-%m-%d %H:%M")).on("tested_at"));
    }
    if !point.active {
        problems.push(Refusal::new(code::POINT));
    }
    let typed = as_read(&input.value);
    let outcome = if !typed.is_empty() {
        match typed.trim_end_matches('%').trim().parse::<Decimal>() {
            Ok(value) => Some(from_value(method, value, input.observed)),
            Err(_) => {
                problems.push(Refusal::new(code::VALUE).with("typed", &input.value).on("value"));
                None
            }
        }
    } else if let Some(seen) = input.observed {
        Some(Some(from_eye(seen)))
    } else {
        problems.push(Refusal::new(code::NOTHING).on("observed"));
        None
    };
    if let Some(Some((RapidVerdict::Positive, ..))) = &outcome
        && point.photo_required
        && input.source == ReadingSource::Manual
        && typed.is_empty()
        && input.photo.is_none()
    {
        problems.push(Refusal::new(code::PHOTO).on("photo"));
    }
    match outcome {
        Some(Some(outcome)) if problems.is_empty() => Ok(outcome),
        Some(None) if problems.is_empty() => Err(vec![Refusal::new(code::NOTHING).on("observed")]),
        _ => Err(problems),
    }
}

/// 读作 a value typed with an input method left on, as it is judged and shown: `６５。5％` is 65.5%.
#[must_use]
pub fn as_read(typed: &str) -> String {
    fold(typed).replace('。', ".")
}

type Decided = (RapidVerdict, String, String);

fn from_eye(seen: Observed) -> Decided {
    match seen {
        Observed::Negative => (RapidVerdict::Negative, "观察为阴性".into(), "Seen as negative".into()),
        Observed::WeakPositive => (RapidVerdict::Positive, "弱阳性按阳性处理".into(), "A weak positive is treated as positive".into()),
        Observed::Positive => (RapidVerdict::Positive, "观察为阳性".into(), "Seen as positive".into()),
        Observed::Invalid => {
            (RapidVerdict::Invalid, "质控线（C线）不显或操作无效，须重测".into(), "The control line is missing or the run failed; test again".into())
        }
    }
}

/// A number against the method's threshold; where the method states none, what was seen decides.
fn from_value(method: &RapidMethod, value: Decimal, seen: Option<Observed>) -> Option<Decided> {
    let unit = &method.unit;
    if !method.plausible(value) {
        let (low, high) = (show(method.valid_min), show(method.valid_max));
        return Some((
            RapidVerdict::Invalid,
            format!("读数 {value}{unit} 超出可能的范围 {low}～{high}{unit}，须重测"),
            format!("{value}{unit} lies outside the possible range {low} to {high}{unit}; test again"),
        ));
    }
    match method.positive(value) {
        Some(positive) => {
            let threshold = show(method.threshold);
            let verdict = if positive { RapidVerdict::Positive } else { RapidVerdict::Negative };
            let (zh, en) = if positive { ("达到", "reaches") } else { ("未达到", "does not reach") };
            Some((
                verdict,
                format!("读数 {value}{unit} {zh}阳性阈值 {threshold}{unit}（{}）", method.code),
                format!("{value}{unit} {en} the threshold {threshold}{unit} ({})", method.code),
            ))
        }
        None => seen.map(from_eye),
    }
}

fn show(value: Option<Decimal>) -> String {
    value.map_or_else(|| "—".to_owned(), |v| v.normalize().to_string())
}
