//! 本区 the names of the district and of its office on papers, plans and pages: a setting. Until an administrator sets them they are the ones of
//! the demonstration (`data/district.json`).

use std::sync::LazyLock;

use serde_json::json;
use shiyan_foundation::area::{District, Name};
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_store::Error;
use shiyan_store::records::Setting;

use crate::App;
use crate::authority::{Act, may};
use crate::setting::keep_setting;
use crate::typed::needed;

/// Key of the setting.
const SETTING: &str = "district";
/// Characters of a name.
const MOST: usize = 60;

static SHIPPED: LazyLock<Result<District, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/district.json")).map_err(|e| format!("district.json: {e}")));

/// 本区名称 as typed: Chinese, English; English may be left out.
#[derive(Debug, Clone, Default)]
pub struct TypedDistrict {
    /// 全称
    pub name: (String, String),
    /// 简称
    pub short: (String, String),
    /// 市场监督管理部门
    pub body: (String, String),
}

impl App {
    /// 本区
    ///
    /// # Errors
    /// The database does not answer; the setting cannot be read.
    pub async fn district(&self) -> Result<District, Error> {
        match self.store.get::<Setting>(SETTING).await? {
            Some(row) => Ok(serde_json::from_value(row.value)?),
            None => SHIPPED.clone().map_err(Error::Fault),
        }
    }
    /// Sets the names; papers already issued stay as they are.
    ///
    /// # Errors
    /// Not an administrator of the district; a Chinese name is missing or too long.
    pub async fn set_district(&self, actor: &Actor, typed: &TypedDistrict, now: Instant) -> Result<District, Error> {
        may(actor, Act::District)?;
        let mut why: Vec<Refusal> = Vec::new();
        let mut name = |(zh, en): &(String, String), label: &'static str, label_en: &'static str, field: &'static str, field_en: &'static str| {
            let zh = needed(zh, MOST, label, label_en, field).map_err(|refusal| why.push(refusal)).unwrap_or_default();
            let en = if en.trim().is_empty() { Ok(String::new()) } else { needed(en, 2 * MOST, label, label_en, field_en) };
            Name { zh, en: en.map_err(|refusal| why.push(refusal)).unwrap_or_default() }
        };
        let next = District {
            name: name(&typed.name, "区名全称", "full name of the district", "name", "name_en"),
            short: name(&typed.short, "区名简称", "short name of the district", "short", "short_en"),
            body: name(&typed.body, "单位名称", "name of the office", "body", "body_en"),
        };
        if !why.is_empty() {
            return Err(Error::Refused(why));
        }
        let mut unit = self.store.begin(now).await?;
        let old: Option<Setting> = unit.get(SETTING).await?;
        let facts = json!({ "key": SETTING, "from": old.as_ref().map(|o| &o.value), "to": next });
        keep_setting(&mut unit, actor, old, SETTING, json!(next), facts).await?;
        unit.commit().await?;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_names_can_be_read_and_are_whole() {
        let district = SHIPPED.clone().unwrap();
        for name in [&district.name, &district.short, &district.body] {
            assert!(!name.zh.is_empty() && !name.en.is_empty());
        }
    }
}
