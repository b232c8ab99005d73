//! 仪器配置 which protocol a device speaks, what its codes of items stand for, and by which method its numbers are read (`profiles/devices.toml`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use shiyan_rapid_test::{Basis, Doubt, Screen, Sent, screen};

use super::{Protocol, astm, dry_strip, dy03fe, dy723pc, dy2620, dy5000, dy5800, dy6100, dy6260, dy8120, lz4000, rs2, three_in_one, tl310, ttnjz24, ty16};

/// 项目配置
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemProfile {
    /// The device's code; empty fits all.
    #[serde(default)]
    pub code: String,
    /// Names that the device gives it; empty fits all.
    #[serde(default)]
    pub named: Vec<String>,
    /// 名称 where the device gives none.
    #[serde(default)]
    pub name: String,
    /// 单位 where the device gives none; empty leaves it open.
    #[serde(default)]
    pub unit: String,
    /// 方法 of `rapid_methods.csv`; empty where the record names it or none is known.
    #[serde(default)]
    pub method: String,
    /// The device's own word is the result.
    #[serde(default)]
    pub word_decides: bool,
}

/// 仪器配置
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// 代码
    pub key: String,
    /// Models that go by it.
    pub names: Vec<String>,
    /// 协议
    pub protocol: String,
    /// 线路
    pub line: String,
    /// Where it is laid down.
    pub source: String,
    /// 项目, the first that fits.
    pub item: Vec<ItemProfile>,
}

#[derive(Deserialize)]
struct File {
    profile: Vec<Profile>,
}

static SHIPPED: LazyLock<Result<Vec<Profile>, String>> =
    LazyLock::new(|| toml::from_str::<File>(include_str!("../../profiles/devices.toml")).map(|f| f.profile).map_err(|e| e.to_string()));

/// The profiles that are shipped.
#[must_use]
pub fn shipped() -> &'static [Profile] {
    SHIPPED.as_ref().map_or(&[], Vec::as_slice)
}

impl Profile {
    /// A shipped profile by its key.
    #[must_use]
    pub fn of(key: &str) -> Option<&'static Self> {
        shipped().iter().find(|p| p.key == key)
    }
    fn item(&self, sent: &Sent) -> Option<&ItemProfile> {
        self.item.iter().find(|i| (i.code.is_empty() || i.code == sent.item.code) && (i.named.is_empty() || i.named.contains(&sent.item.name)))
    }
    /// 方法依据 by which a record of this device is reckoned: the method that the record names, else that of the profile.
    #[must_use]
    pub fn basis(&self, sent: &Sent) -> Basis {
        let named = Basis::named(sent);
        let item = self.item(sent);
        let method = named.method.or_else(|| item.filter(|_| sent.method.is_empty()).and_then(|i| Basis::method(&i.method).method));
        Basis { method, word_decides: item.is_some_and(|i| i.word_decides), ..named }
    }
    /// Names what the device leaves to its profile (item and unit), where it left it.
    #[must_use]
    pub fn named(&self, mut sent: Sent) -> Sent {
        if let Some(item) = self.item(&sent) {
            let (name, unit) = (item.name.clone(), item.unit.clone());
            if sent.item.name.is_empty() {
                sent.item.name = name;
            }
            if sent.unit.is_empty() {
                sent.unit = unit;
            }
        }
        sent
    }
    /// 推定 of a record of this device.
    #[must_use]
    pub fn screen(&self, sent: &Sent) -> (Screen, BTreeSet<Doubt>) {
        screen(sent, self.basis(sent))
    }
}

/// A driver by the name of its protocol. `since` is the day when the device was bought and `now` the present moment; only a device whose clock is not to be
/// trusted needs them. ASTM, VIDAS and Modbus need more than that and are made by their own modules.
#[must_use]
pub fn open(protocol: &str, since: NaiveDate, now: NaiveDateTime) -> Option<Box<dyn Protocol + Send>> {
    Some(match protocol {
        "lz4000" => Box::new(lz4000::Lz4000::default()),
        "tl310" => Box::new(tl310::Tl310::default()),
        "dy03fe" => Box::new(dy03fe::Dy03fe::default()),
        "dy7200" => Box::new(dy03fe::Dy03fe::dy7200()),
        "dy2620" => Box::new(dy2620::Dy2620::default()),
        "dy6260" => Box::new(dy6260::Dy6260::new(since, now)),
        "dy5000" => Box::new(dy5000::Dy5000::default()),
        "dy5800" => Box::new(dy5800::Dy5800::default()),
        "dy6200" => Box::new(dry_strip::DryStrip::dy6200()),
        "dy6400" => Box::new(dry_strip::DryStrip::dy6400()),
        "rs2" => Box::new(rs2::Rs2::default()),
        "ty16" => Box::new(ty16::Ty16::default()),
        "ttnjz24" => Box::new(ttnjz24::Ttnjz24::default()),
        "dy6100" => Box::new(dy6100::Dy6100::default()),
        "dy723pc" => Box::new(dy723pc::Dy723Pc::default()),
        "dy8120" => Box::new(dy8120::Dy8120),
        "three-in-one" => Box::new(three_in_one::ThreeInOne),
        "astm" => Box::new(astm::Astm::default()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_read_names_a_known_method_and_opens_a_driver() {
        assert!(SHIPPED.is_ok(), "{:?}", SHIPPED.as_ref().err());
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        for p in shipped() {
            assert!(open(&p.protocol, day, day.and_hms_opt(0, 0, 0).unwrap()).is_some(), "{}", p.key);
            assert!(!p.source.is_empty() && !p.item.is_empty(), "{}", p.key);
            for item in &p.item {
                assert!(item.method.is_empty() || shiyan_statute::rapid_method(&item.method).is_some_and(|m| m.threshold.is_some()), "{}", item.method);
            }
        }
    }
}
