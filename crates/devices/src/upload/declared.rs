//! 列声明 which column or parameter means what, out of a text file: names, the words of results, what has to be there. Units, words and the polarity of 0 and 1
//! are declared or not read; nothing has a default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_exchange::header::normalise;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Refusal, labels};
use shiyan_rapid_test::{Doubt, Said, Sent, SentTime, code, screen};

use super::Unread;

labels! {
    /// 字段 of a record that a column can be.
    pub enum Slot {
        RecordNo = "record_no", "记录编号", "Record number";
        Maker = "maker", "厂商", "Maker";
        Model = "model", "型号", "Model";
        Serial = "serial", "序列号", "Serial number";
        Channel = "channel", "通道", "Channel";
        SiteCode = "site_code", "检测点代码", "Code of the site";
        SiteName = "site_name", "检测点", "Site";
        Stall = "stall", "摊位号", "Stall";
        Holder = "holder", "经营户", "Stall holder";
        FoodCode = "food_code", "样品代码", "Code of the food";
        FoodName = "food_name", "样品名称", "Food";
        SampleNo = "sample_no", "样品编号", "Sample number";
        ItemCode = "item_code", "项目代码", "Code of the item";
        ItemName = "item_name", "检测项目", "Item";
        Method = "method", "检测方法", "Method";
        Value = "value", "检测值", "Value";
        Unit = "unit", "单位", "Unit";
        Limit = "limit", "限值", "Limit";
        Word = "word", "结论", "Result";
        Tested = "tested", "检测时间", "Time of the test";
        Operator = "operator", "检测员", "Tester";
        KitLot = "kit_lot", "试剂批号", "Kit lot";
        Photo = "photo", "照片", "Photo";
        Envelope = "envelope", "传输信息", "Of the sending";
        Token = "token", "口令", "Token";
    }
}

labels! {
    /// 编码 of a query string. It is declared: 农药 in GBK is two Cyrillic and Latin letters in UTF-8 just as well.
    #[derive(Default)]
    pub enum Encoding {
        #[default]
        Utf8 = "utf-8", "UTF-8", "UTF-8";
        Gbk = "gbk", "GBK", "GBK";
    }
}

/// 列声明
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// 代码
    pub key: String,
    /// 版本
    pub version: u32,
    /// What it is for.
    pub title: String,
    /// Where the meaning of the columns is laid down.
    pub source: String,
    /// The names that each field goes by.
    pub columns: BTreeMap<Slot, Vec<String>>,
    /// Fields without which a record is none.
    pub required: Vec<Slot>,
    /// The sense of each word for a result; what is not here is not known. A dash is a negative here and no result there, and 0 and 1 mean opposite things.
    #[serde(default)]
    pub words: BTreeMap<String, Said>,
    /// 方法 of all records, where no column names it.
    #[serde(default)]
    pub method: String,
    /// 编码 of a query string; a file says its own.
    #[serde(default)]
    pub encoding: Encoding,
    /// What a sender by query string reads as success.
    #[serde(default = "ok")]
    pub ok: String,
    /// What it reads as failure; `{text}` is filled.
    #[serde(default = "error")]
    pub error: String,
}

fn ok() -> String {
    "OK".into()
}
fn error() -> String {
    "ERR:{text}".into()
}

impl Declared {
    /// Reads a declaration.
    ///
    /// # Errors
    /// It is no TOML of this shape, declares a field twice, demands one that it does not declare, or has a column of results without the sense of its words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let declared: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut seen = BTreeMap::new();
        for (slot, names) in &declared.columns {
            for name in names {
                if let Some(other) = seen.insert(normalise(name), *slot) {
                    return Err(format!("{name}: {other:?}, {slot:?}"));
                }
            }
        }
        if declared.columns.contains_key(&Slot::Word) && declared.words.is_empty() {
            return Err("words".to_owned());
        }
        match declared.required.iter().find(|slot| !declared.columns.contains_key(slot)) {
            Some(slot) => Err(format!("required: {slot:?}")),
            None => Ok(declared),
        }
    }
    /// The field that a name stands for.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<Slot> {
        let name = normalise(name);
        self.columns.iter().find(|(_, names)| names.iter().any(|n| normalise(n) == name)).map(|(slot, _)| *slot)
    }
    /// 一条记录 out of named texts; texts whose names are not declared are kept.
    ///
    /// # Errors
    /// A required field is empty.
    pub fn record(&self, fields: &[(String, String)]) -> Result<Sent, Unread> {
        let mut sent = Sent { method: self.method.clone(), ..Sent::default() };
        let mut filled = std::collections::BTreeSet::new();
        for (name, text) in fields.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let slot = self.slot(name);
            filled.extend(slot);
            let text = text.trim().to_owned();
            match slot {
                Some(Slot::RecordNo) => sent.record_no = text,
                Some(Slot::Maker) => sent.device.maker = text,
                Some(Slot::Model) => sent.device.model = text,
                Some(Slot::Serial) => sent.device.serial = text,
                Some(Slot::Channel) => sent.channel = text,
                Some(Slot::SiteCode) => sent.site.code = text,
                Some(Slot::SiteName) => sent.site.name = text,
                Some(Slot::Stall) => sent.stall = text,
                Some(Slot::Holder) => sent.holder = text,
                Some(Slot::FoodCode) => sent.food.code = text,
                Some(Slot::FoodName) => sent.food.name = text,
                Some(Slot::SampleNo) => sent.sample_no = text,
                Some(Slot::ItemCode) => sent.item.code = text,
                Some(Slot::ItemName) => sent.item.name = text,
                Some(Slot::Method) => sent.method = text,
                Some(Slot::Value) => sent.value = text,
                Some(Slot::Unit) => sent.unit = text,
                Some(Slot::Limit) => sent.limit = text,
                Some(Slot::Word) => sent.word = text,
                Some(Slot::Tested) => sent.tested_text = text,
                Some(Slot::Operator) => sent.operator = text,
                Some(Slot::KitLot) => sent.kit_lot = text,
                Some(Slot::Photo) => sent.photos.push(text),
                Some(Slot::Envelope) => {
                    sent.envelope.insert(name.clone(), text);
                }
                Some(Slot::Token) => {}
                None => {
                    sent.rest.insert(name.clone(), text);
                }
            }
        }
        if let Some(missing) = self.required.iter().find(|slot| !filled.contains(slot)) {
            let name = self.columns.get(missing).and_then(|n| n.first()).map_or("", String::as_str);
            let raw = fields.iter().map(|(k, v)| format!("{k}={v}\n")).collect();
            return Err(Unread { refusal: Refusal::new(code::SENT_FIELD).with("field", name).on(name), raw });
        }
        sent.said = self.sense(&sent.word);
        if sent.said.is_none() && !sent.word.is_empty() {
            sent.doubts.insert(Doubt::UnknownWord);
        }
        // `未检出`, `阴性` in the place of a number is a result in words, not zero
        if screen::number(&sent.value).is_none()
            && let Some(said) = self.sense(&sent.value)
        {
            let word = std::mem::take(&mut sent.value);
            sent.rest.insert("value_word".into(), word);
            sent.said_too = Some(said);
            sent.doubts.insert(Doubt::ValueIsWord);
        }
        sent.tested = SentTime::read(&sent.tested_text);
        if sent.tested.is_none() {
            sent.doubts.insert(Doubt::BadTime);
        }
        Ok(sent)
    }
    fn sense(&self, word: &str) -> Option<Said> {
        self.words.iter().find(|(w, _)| fold(w) == fold(word)).map(|(_, said)| *said)
    }
}
