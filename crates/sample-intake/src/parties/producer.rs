//! 生产者 who made a food, as its label names them (标称生产者); mostly outside the district.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Refusal;
use shiyan_foundation::ids::ProducerId;

use super::alike::ProducerKey;
use super::card::{Reading, permit};
use super::{CreditCode, Stand};
use crate::sheet::Sheet;

/// 生产者
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Producer {
    /// Id.
    pub id: ProducerId,
    /// 名称
    pub name: String,
    /// 统一社会信用代码
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<CreditCode>,
    /// 食品生产许可证编号 (SC)
    pub permit_no: String,
    /// 所在地 province, city, county.
    pub region: String,
    /// 地址
    pub address: String,
    /// 在册情况
    pub stand: Stand<ProducerId>,
    /// 演示数据
    pub demo: bool,
    /// Revision, compare-and-set.
    pub revision: i64,
}

/// 生产者 as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedProducer {
    /// 名称
    pub name: String,
    /// 统一社会信用代码
    pub uscc: String,
    /// 食品生产许可证编号
    pub permit_no: String,
    /// 所在地
    pub region: String,
    /// 地址
    pub address: String,
    /// 不是同一家 the entries that look like it were looked at.
    pub another: bool,
}

impl TypedProducer {
    /// What a sheet prints of who made the food; a dash is nothing.
    #[must_use]
    pub fn of_sheet(sheet: &Sheet) -> Self {
        let text = |key: &str| Some(sheet.get(key)).filter(|t| !matches!(*t, "/" | "／")).unwrap_or_default().to_owned();
        Self {
            name: text("prod_name"),
            uscc: String::new(),
            permit_no: text("prod_permit"),
            region: text("prod_region"),
            address: text("prod_addr"),
            another: false,
        }
    }
    /// Checks every text.
    ///
    /// # Errors
    /// Every problem, each naming its field.
    pub fn read(&self, id: ProducerId) -> Result<Producer, Vec<Refusal>> {
        let mut r = Reading::default();
        let producer = Producer {
            id,
            name: r.needed(&self.name, 100, ("名称", "name"), "name"),
            credit_code: r.take(CreditCode::read(&self.uscc)),
            permit_no: r.take(permit(&self.permit_no)),
            region: r.needed(&self.region, 60, ("所在地", "region"), "region"),
            address: r.free(&self.address, 150, ("地址", "address"), "address"),
            stand: Stand::default(),
            demo: false,
            revision: 0,
        };
        if producer.permit_no.chars().count() > 40 {
            r.free(&self.permit_no, 40, ("生产许可证编号", "production permit"), "permit_no");
        }
        if r.why.is_empty() { Ok(producer) } else { Err(r.why) }
    }
}

impl Producer {
    /// What it is compared by.
    #[must_use]
    pub fn compared(&self) -> ProducerKey<'_> {
        ProducerKey { name: &self.name, code: self.credit_code.as_ref(), permit: &self.permit_no }
    }
    /// What it says now, for the form.
    #[must_use]
    pub fn typed(&self) -> TypedProducer {
        TypedProducer {
            name: self.name.clone(),
            uscc: self.credit_code.as_ref().map_or_else(String::new, ToString::to_string),
            permit_no: self.permit_no.clone(),
            region: self.region.clone(),
            address: self.address.clone(),
            another: false,
        }
    }
    /// 改写 the same entry with what was typed now.
    #[must_use]
    pub fn with(&self, read: Producer) -> Self {
        Self { id: self.id, stand: self.stand.clone(), demo: self.demo, revision: self.revision + 1, ..read }
    }
    /// 填入抽样单 the fields of a sheet that the entry fills.
    #[must_use]
    pub fn fills(&self) -> Vec<(&'static str, String)> {
        let or_dash = |text: &str| if text.is_empty() { "/".to_owned() } else { text.to_owned() };
        vec![
            ("prod_name", self.name.clone()),
            ("prod_addr", or_dash(&self.address)),
            ("prod_region", or_dash(&self.region)),
            ("prod_permit", or_dash(&self.permit_no)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_producer_is_read_from_its_card_and_fills_a_sheet() {
        let typed =
            TypedProducer {
                name: "虚构食品厂".into(), permit_no: "sc 1234 5678 901234".into(), region: "虚构省虚构市".into(), ..TypedProducer::default()
            };
        let producer = typed.read(ProducerId(Uuid::nil())).unwrap();
        assert_eq!(producer.permit_no, "SC12345678901234");
        let mut sheet = Sheet::default();
        producer.fills().into_iter().for_each(|(key, text)| sheet.set(key, text));
        assert_eq!(TypedProducer::of_sheet(&sheet).read(producer.id).unwrap(), producer);
        let why = TypedProducer { permit_no: "SC1".into(), ..TypedProducer::default() }.read(producer.id).unwrap_err();
        assert_eq!(why.iter().map(Refusal::code).collect::<Vec<_>>(), ["PARTY-EMPTY", "PARTY-PERMIT", "PARTY-EMPTY"]);
    }
}
