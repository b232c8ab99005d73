//! 送来的记录 one record as an analyser, its PC or a phone sent it: nothing added, nothing corrected. Every driver and every dialect ends here, and everything
//! that is made of a record later (verdict, item of ours, flags) is made from here and can be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shiyan_foundation::{NaiveDate, NaiveDateTime, NaiveTime, labels};

labels! {
    /// 仪器结论 what a device says itself.
    pub enum Said {
        Negative = "negative", "阴性", "Negative";
        Positive = "positive", "阳性", "Positive";
        Suspect = "suspect", "可疑", "Suspect";
        Invalid = "invalid", "无效", "Invalid";
        OutOfRange = "out_of_range", "超出量程", "Out of range";
    }
}
labels! {
    /// 疑点 what is not certain about a record as it was read.
    pub enum Doubt {
        NameMaybeCut = "name_maybe_cut", "样品名称可能被截断", "The name may be cut";
        NameHalfChar = "name_half_char", "样品名称末尾有半个汉字", "The name ends in half a character";
        OutOfRange = "out_of_range", "读数超出可能的范围", "The value is outside the possible range";
        NotAvailable = "not_available", "仪器没有给出读数", "The device gave no value";
        CheckUnverified = "check_unverified", "校验规则不明，未校验", "The check could not be verified";
        ValueIsCode = "value_is_code", "数值栏里是结论代码，不是浓度", "The value is a code, not a concentration";
        ValueIsWord = "value_is_word", "数值栏里是文字结论", "The value is a word";
        ReadOnce = "read_once", "传输中出过错，只有一遍读到", "Read once only in a disturbed transfer";
        SignInferred = "sign_inferred", "负号是推定的", "The sign is inferred";
        BadTime = "bad_time", "检测时间不是日期", "The time of the test is no date";
        VerdictConflict = "verdict_conflict", "仪器结论与方法规则不一致", "The device and the rule of the method disagree";
        ClockImplausible = "clock_implausible", "仪器时钟不可信", "The clock of the device is implausible";
        UnknownWord = "unknown_word", "不认识的结论用词", "A word for the result that is not known";
        MaskUndecidable = "mask_undecidable", "通道位图无法判定", "The channel mask cannot be decided";
        LayoutInferred = "layout_inferred", "数据格式是推定的", "The layout is inferred";
        ProbableRepeat = "probable_repeat", "可能是同一次检测换编号重发", "Probably one test sent under another number";
    }
}

impl Doubt {
    /// 须人核对 a record with it waits for a person.
    #[must_use]
    pub fn holds(self) -> bool {
        use Doubt::{BadTime, ClockImplausible, LayoutInferred, MaskUndecidable, ProbableRepeat, ReadOnce, SignInferred, UnknownWord, VerdictConflict};
        matches!(self, ReadOnce | SignInferred | BadTime | VerdictConflict | ClockImplausible | UnknownWord | MaskUndecidable | LayoutInferred | ProbableRepeat)
    }
}

/// 检测时间 as the device told it: what it left out stays out. Local time, because no protocol here names a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentTime {
    /// A day.
    Day(NaiveDate),
    /// To the minute.
    Minute(NaiveDateTime),
    /// To the second.
    Second(NaiveDateTime),
}

impl SentTime {
    /// The day.
    #[must_use]
    pub fn day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Minute(at) | Self::Second(at) => at.date(),
        }
    }
    /// The moment, where a time of day was told.
    #[must_use]
    pub fn moment(self) -> Option<NaiveDateTime> {
        match self {
            Self::Day(_) => None,
            Self::Minute(at) | Self::Second(at) => Some(at),
        }
    }
    /// Year, month, day, hour, minute, second as numbers; nothing where they make no moment.
    #[must_use]
    pub fn second(y: i32, mo: u32, d: u32, h: u32, mi: u32, s: u32) -> Option<Self> {
        Some(Self::Second(NaiveDate::from_ymd_opt(y, mo, d)?.and_hms_opt(h, mi, s)?))
    }
    /// The same without seconds.
    #[must_use]
    pub fn minute(y: i32, mo: u32, d: u32, h: u32, mi: u32) -> Option<Self> {
        Some(Self::Minute(NaiveDate::from_ymd_opt(y, mo, d)?.and_hms_opt(h, mi, 0)?))
    }
    /// Reads `2026-03-02 09:15:30`, `2018/3/15 9:24:38`, `20260302091530`, with or without the time of day. Nothing else is a time.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let number =
            |t: &str, most: usize| (!t.is_empty() && t.len() <= most && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u32>().ok()).flatten();
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let part = |a: usize, b: usize| number(text.get(a..b)?, 4);
            let day = NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(4, 6)?, part(6, 8)?)?;
            return match text.len() {
                8 => Some(Self::Day(day)),
                12 => Some(Self::Minute(day.and_hms_opt(part(8, 10)?, part(10, 12)?, 0)?)),
                14 => Some(Self::Second(day.and_hms_opt(part(8, 10)?, part(10, 12)?, part(12, 14)?)?)),
                _ => None,
            };
        }
        let (date, time) = text.split_once([' ', 'T']).map_or((text, ""), |(d, t)| (d, t.trim()));
        let mark = if date.contains('/') { '/' } else { '-' };
        let mut parts = date.split(mark);
        let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || y.len() != 4 {
            return None;
        }
        let day = NaiveDate::from_ymd_opt(i32::try_from(number(y, 4)?).ok()?, number(m, 2)?, number(d, 2)?)?;
        if time.is_empty() {
            return Some(Self::Day(day));
        }
        let mut parts = time.split(':');
        let (h, m, s) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?, parts.next());
        if parts.next().is_some() {
            return None;
        }
        match s {
            None => Some(Self::Minute(day.and_time(NaiveTime::from_hms_opt(h, m, 0)?))),
            Some(s) => Some(Self::Second(day.and_time(NaiveTime::from_hms_opt(h, m, number(s, 2)?)?))),
        }
    }
}

impl fmt::Display for SentTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Minute(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M")),
            Self::Second(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M:%S")),
        }
    }
}

/// 代码与名称 as sent; either may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Named {
    /// 代码
    pub code: String,
    /// 名称
    pub name: String,
}

/// 仪器身份 as the sender names itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Machine {
    /// 厂商
    pub maker: String,
    /// 型号
    pub model: String,
    /// 序列号
    pub serial: String,
}

/// 送来的记录 one record, exactly as sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// 仪器
    pub device: Machine,
    /// The device's or the sender's own number of the record; empty where it has none.
    pub record_no: String,
    /// 同内容第几次 of records without a number whose content is equal, in one transfer; from 1.
    pub occurrence: u32,
    /// Place and total in the transfer.
    pub place: Option<(u32, u32)>,
    /// 通道
    pub channel: String,
    /// 检测点、市场、检测室 as named.
    pub site: Named,
    /// 摊位
    pub stall: String,
    /// 经营户
    pub holder: String,
    /// 样品
    pub food: Named,
    /// 样品编号
    pub sample_no: String,
    /// 项目
    pub item: Named,
    /// 方法
    pub method: String,
    /// 读数 exactly as read; empty where there is none.
    pub value: String,
    /// 单位
    pub unit: String,
    /// 限值 as sent.
    pub limit: String,
    /// 结论 the word or sign as sent.
    pub word: String,
    /// What the dialect takes the word for.
    pub said: Option<Said>,
    /// 另一处结论 the same said a second time in the record: a conclusion beside a sign, a code in the field of the value.
    pub said_too: Option<Said>,
    /// 检测时间 as sent.
    pub tested_text: String,
    /// 检测时间 as read; never the present time.
    pub tested: Option<SentTime>,
    /// 检测员
    pub operator: String,
    /// 试剂批号
    pub kit_lot: String,
    /// 照片 references or hashes.
    pub photos: Vec<String>,
    /// 其余字段 everything else that the record says.
    pub rest: BTreeMap<String, String>,
    /// 传输信息 what belongs to this try of sending it and not to the record: the account, the time of upload.
    pub envelope: BTreeMap<String, String>,
    /// 疑点
    pub doubts: BTreeSet<Doubt>,
}

/// 内容哈希 SHA-256 of the canonical content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// Of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
    /// The 64 hexadecimal digits, in either case.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut out = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (at, byte) in out.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Self(out))
    }
}
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}
impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::read(&text).ok_or_else(|| serde::de::Error::custom("not 64 hexadecimal digits"))
    }
}

/// Writes pairs so that no two different lists give the same bytes: name, length of the text, text. What was not said is left out, so that an empty field,
/// a `null` and a missing one are the same.
pub(crate) struct Canonical(Vec<u8>);

impl Canonical {
    pub(crate) fn new(version: &str) -> Self {
        Self(format!("{version}\n").into_bytes())
    }
    pub(crate) fn put(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.0.extend_from_slice(format!("{}:{name}={}:", name.len(), text.len()).as_bytes());
            self.0.extend_from_slice(text.as_bytes());
            self.0.push(b'\n');
        }
    }
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0
    }
}

impl Sent {
    /// 规范内容 what makes two records the same, in bytes. This is the one place that says so: every text that the record says, verbatim, `1.0` and
    /// `1.00` being two. Not in it are the envelope (when and by whom it was sent this time), its place in the transfer, and what we made of
    /// it (times read, doubts, the sense of words).
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Canonical::new("sent/1");
        for (name, text) in self.texts() {
            out.put(name, text);
        }
        for (at, photo) in self.photos.iter().enumerate() {
            out.put(&format!("photo.{at}"), photo);
        }
        for (name, text) in &self.rest {
            out.put(&format!("rest.{name}"), text);
        }
        out.bytes()
    }
    fn texts(&self) -> [(&'static str, &str); 22] {
        [
            ("maker", &self.device.maker),
            ("model", &self.device.model),
            ("serial", &self.device.serial),
            ("record_no", &self.record_no),
            ("channel", &self.channel),
            ("site.code", &self.site.code),
            ("site.name", &self.site.name),
            ("stall", &self.stall),
            ("holder", &self.holder),
            ("food.code", &self.food.code),
            ("food.name", &self.food.name),
            ("sample_no", &self.sample_no),
            ("item.code", &self.item.code),
            ("item.name", &self.item.name),
            ("method", &self.method),
            ("value", &self.value),
            ("unit", &self.unit),
            ("limit", &self.limit),
            ("word", &self.word),
            ("tested", &self.tested_text),
            ("operator", &self.operator),
            ("kit_lot", &self.kit_lot),
        ]
    }
    /// 内容哈希
    #[must_use]
    pub fn content(&self) -> ContentHash {
        ContentHash::of(&self.canonical())
    }
    /// 记录身份 the device's own number where it has one; else the content and which of several equal ones it is.
    #[must_use]
    pub fn identity(&self) -> String {
        if self.record_no.is_empty() { format!("{}#{}", self.content(), self.occurrence.max(1)) } else { format!("{}/{}", self.device.serial, self.record_no) }
    }
    /// 同一次检测的标志 what two records of one measurement share even when the sender makes up a new number for each try: device, sample, item, value, word
    /// and time of the test. Nothing where too little is said for that.
    #[must_use]
    pub fn measurement(&self) -> Option<ContentHash> {
        let mut out = Canonical::new("measurement/1");
        if self.tested.and_then(SentTime::moment).is_none() || self.food.name.is_empty() && self.sample_no.is_empty() {
            return None;
        }
        for (name, text) in [
            ("model", self.device.model.as_str()),
            ("channel", &self.channel),
            ("food", &self.food.name),
            ("sample_no", &self.sample_no),
            ("item", if self.item.name.is_empty() { &self.item.code } else { &self.item.name }),
            ("value", &self.value),
            ("word", &self.word),
            ("tested", &self.tested_text),
        ] {
            out.put(name, text);
        }
        Some(ContentHash::of(&out.bytes()))
    }
    /// 须人核对
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.doubts.iter().any(|d| d.holds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_told_or_not_at_all() {
        let read = |t: &str| SentTime::read(t).map(|t| t.to_string());
        for (text, want) in [
            ("2018-01-25 19:21:24", "2018-01-25T19:21:24"),
            ("2018/03/15 9:24:38", "2018-03-15T09:24:38"),
            ("2018/3/5", "2018-03-05"),
            ("2026-03-02T09:15", "2026-03-02T09:15"),
            ("20260302091530", "2026-03-02T09:15:30"),
            ("20260302", "2026-03-02"),
        ] {
            assert_eq!(read(text).as_deref(), Some(want), "{text}");
        }
        for text in [
            "",
            "2026-13-01",
            "2026-02-30",
            "26-03-02",
            "2026-03-02 24:00",
            "2026-03-02 9",
            "2026-03-02 09:15:30.5",
            "2026-3-2-1",
            "+026-03-02",
            "202603020915301",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
    #[test]
    fn the_content_is_every_text_and_nothing_of_the_try() {
        let base = Sent { record_no: "1".into(), value: "1.0".into(), ..Sent::default() };
        let same = Sent {
            envelope: BTreeMap::from([("uploadDate".into(), "x".into())]),
            place: Some((1, 2)),
            doubts: BTreeSet::from([Doubt::NameMaybeCut]),
            rest: BTreeMap::from([("param1".into(), String::new())]),
            ..base.clone()
        };
        assert_eq!(base.content(), same.content());
        assert_ne!(base.content(), Sent { value: "1.00".into(), ..base.clone() }.content());
        // a text that moves from one field to its neighbour is another record
        let one = Sent { stall: "a".into(), holder: "b".into(), ..Sent::default() };
        assert_ne!(one.content(), Sent { stall: "ab".into(), ..Sent::default() }.content());
        let tricky = Sent { stall: "a\n6:holder=1:b".into(), ..Sent::default() };
        assert_ne!(one.content(), tricky.content());
    }
    #[test]
    fn every_field_counts_for_the_content() {
        let base = Sent::default();
        let count = base.texts().len();
        let json = serde_json::to_value(&base).unwrap();
        // 22 texts, photos and rest; beside them only what the content leaves out on purpose
        assert_eq!(count, 22);
        let left_out = ["occurrence", "place", "tested", "envelope", "doubts", "said", "said_too"];
        let nested: usize =
            json.as_object().unwrap().iter().filter(|(k, _)| !left_out.contains(&k.as_str())).map(|(_, v)| v.as_object().map_or(1, |o| o.len())).sum();
        // `rest` is empty here and counts nothing, `photos` counts one
        assert_eq!(nested, count + 1);
    }
    #[test]
    fn a_record_without_a_number_is_known_by_content_and_occurrence() {
        let a = Sent { value: "18.5".into(), occurrence: 1, ..Sent::default() };
        assert_ne!(a.identity(), Sent { occurrence: 2, ..a.clone() }.identity());
        let numbered = Sent { record_no: "17".into(), device: Machine { serial: "S".into(), ..Machine::default() }, ..a };
        assert_eq!(numbered.identity(), "S/17");
    }
}
