//! P03 食品安全抽样检验抽样单 the sampling sheet in its official layout: what was recorded in the place of each field, a stroke where nothing applies, pens for who signs; a
//! page for each copy (联).

use std::collections::BTreeMap;

use serde::Serialize;
use shiyan_foundation::Lang;
use shiyan_sample_intake::sheet::{FIELDS, FieldKind, PLACES, Sheet};

use super::{Front, Letter, letter, said};
use crate::template;
use crate::{Office, ReportError};

/// 版本 which of the three printed sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// 通用
    General,
    /// 食用农产品
    Farm,
    /// 网络抽样
    Online,
}

impl Variant {
    /// The one that a sheet goes on: what was bought online on the sheet of online sampling, whatever it is.
    #[must_use]
    pub fn of(sheet: &Sheet) -> Self {
        match (sheet.get("sampling_type"), sheet.get("sample_kind")) {
            ("网络抽样", _) => Self::Online,
            (_, "食用农产品") => Self::Farm,
            _ => Self::General,
        }
    }
}

/// P03 what the sheet is told.
#[derive(Debug, Clone)]
pub struct SheetForm {
    /// Language of the form; what was recorded stands as it was recorded.
    pub lang: Lang,
    /// 抽样单编号, checked.
    pub number: String,
    /// 抽样单 as it was submitted.
    pub sheet: Sheet,
    /// 街道 by name.
    pub street: String,
    /// 寄、送样品截止日期
    pub deliver_by: Option<String>,
    /// 签发情况
    pub front: Front,
}

/// 一个选项 of a list on the form.
#[derive(Serialize)]
struct Tick {
    name: &'static str,
    on: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    number_of_sheet: &'a str,
    farm: bool,
    online: bool,
    f: BTreeMap<&'static str, String>,
    boxes: BTreeMap<&'static str, Vec<Tick>>,
    places: Vec<Vec<Tick>>,
    street: String,
    samplers: String,
    deliver_by: &'a str,
}

impl SheetForm {
    /// P03 the sheet, a page a copy.
    ///
    /// # Errors
    /// What its template says.
    pub fn letter(&self, office: &Office) -> Result<Letter, ReportError> {
        let variant = Variant::of(&self.sheet);
        let choices = |key: &'static str, list: &'static [&'static str]| -> Vec<Tick> {
            let now = self.sheet.get(key);
            list.iter().map(|name| Tick { name, on: *name == now }).collect()
        };
        let boxes = FIELDS.iter().filter_map(|f| match f.kind {
            FieldKind::Choice(list) => Some((f.key, choices(f.key, list))),
            _ => None,
        });
        let (link, place) = (self.sheet.get("link"), self.sheet.get("place"));
        let places = PLACES.iter().map(|(of, list)| list.iter().map(|name| Tick { name, on: *of == link && *name == place }).collect());
        let told = Told {
            number_of_sheet: &self.number,
            farm: variant == Variant::Farm,
            online: variant == Variant::Online,
            f: FIELDS.iter().map(|f| (f.key, said(self.sheet.get(f.key)))).collect(),
            boxes: boxes.collect(),
            places: places.collect(),
            street: said(&self.street),
            samplers: said(&self.sheet.samplers.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(self.lang.pick("、", ", "))),
            deliver_by: self.deliver_by.as_deref().unwrap_or_default(),
        };
        letter(template::of(&template::SHEET, self.lang), &told, &self.front, office)
    }
}
