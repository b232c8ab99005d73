//! 经营者 who is sampled: a shop, a stall holder, a restaurant, a maker on its own premises (被抽样单位).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::OperatorId;
use shiyan_foundation::task::Link;
use shiyan_foundation::{Label, Refusal, text::mask};

use super::alike::OperatorKey;
use super::card::{Reading, permit};
use super::{CreditCode, Stand, code};
use crate::sheet::Sheet;

/// 经营者 as its licence names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Id.
    pub id: OperatorId,
    /// 名称 on the licence.
    pub name: String,
    /// 统一社会信用代码
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<CreditCode>,
    /// 许可证类型
    pub permit_kind: String,
    /// 许可证编号
    pub permit_no: String,
    /// 法定代表人或经营者姓名, personal.
    pub legal_rep: String,
    /// 地址
    pub address: String,
    /// 街道代码
    pub street: String,
    /// 环节
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// 在册情况
    pub stand: Stand<OperatorId>,
    /// 演示数据
    pub demo: bool,
    /// Revision, compare-and-set.
    pub revision: i64,
}

/// 经营者 as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedOperator {
    /// 名称
    pub name: String,
    /// 统一社会信用代码
    pub uscc: String,
    /// 许可证类型
    pub permit_kind: String,
    /// 许可证编号
    pub permit_no: String,
    /// 法定代表人
    pub legal_rep: String,
    /// 地址
    pub address: String,
    /// 街道
    pub street: String,
    /// 环节
    pub link: String,
    /// 不是同一家 the entries that look like it were looked at.
    pub another: bool,
}

impl TypedOperator {
    /// What a sheet prints of whom was sampled; a dash is nothing.
    #[must_use]
    pub fn of_sheet(sheet: &Sheet) -> Self {
        let text = |key: &str| Some(sheet.get(key)).filter(|t| !matches!(*t, "/" | "／")).unwrap_or_default().to_owned();
        Self {
            name: text("site_name"),
            uscc: text("uscc"),
            permit_kind: text("permit_kind"),
            permit_no: text("permit_no"),
            legal_rep: text("legal_rep"),
            address: text("site_addr"),
            street: text("street"),
            link: text("link"),
            another: false,
        }
    }
    /// Checks every text.
    ///
    /// # Errors
    /// Every problem, each naming its field.
    pub fn read(&self, id: OperatorId, streets: &BTreeSet<String>) -> Result<Operator, Vec<Refusal>> {
        let mut r = Reading::default();
        let permit_kind = self.permit_kind.trim().to_owned();
        if !permit_kind.is_empty() && !crate::sheet::PERMITS.contains(&permit_kind.as_str()) {
            let label = ("许可证类型", "kind of permit");
            r.why.push(Refusal::new(code::NOT_ONE).with("label", label.0).with("label_en", label.1).with("typed", &permit_kind).on("permit_kind"));
        }
        let operator = Operator {
            id,
            name: r.needed(&self.name, 100, ("名称", "name"), "name"),
            credit_code: r.take(CreditCode::read(&self.uscc)),
            permit_kind,
            permit_no: r.take(permit(&self.permit_no)),
            legal_rep: r.free(&self.legal_rep, 30, ("法定代表人", "legal representative"), "legal_rep"),
            address: r.needed(&self.address, 150, ("地址", "address"), "address"),
            street: r.street(&self.street, streets),
            link: r.choice(&self.link, ("环节", "link of the chain"), "link"),
            stand: Stand::default(),
            demo: false,
            revision: 0,
        };
        if operator.permit_no.chars().count() > 40 {
            r.free(&self.permit_no, 40, ("许可证编号", "permit number"), "permit_no");
        }
        if r.why.is_empty() { Ok(operator) } else { Err(r.why) }
    }
}

impl Operator {
    /// What it is compared by.
    #[must_use]
    pub fn compared(&self) -> OperatorKey<'_> {
        OperatorKey { name: &self.name, code: self.credit_code.as_ref(), street: &self.street }
    }
    /// What it says now, for the form.
    #[must_use]
    pub fn typed(&self) -> TypedOperator {
        TypedOperator {
            name: self.name.clone(),
            uscc: self.credit_code.as_ref().map_or_else(String::new, ToString::to_string),
            permit_kind: self.permit_kind.clone(),
            permit_no: self.permit_no.clone(),
            legal_rep: self.legal_rep.clone(),
            address: self.address.clone(),
            street: self.street.clone(),
            link: self.link.map_or_else(String::new, |l| l.code().to_owned()),
            another: false,
        }
    }
    /// 改写 the same entry with what was typed now.
    #[must_use]
    pub fn with(&self, read: Operator) -> Self {
        Self { id: self.id, stand: self.stand.clone(), demo: self.demo, revision: self.revision + 1, ..read }
    }
    /// 脱敏 for whoever has no need of names of persons.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { legal_rep: mask(&self.legal_rep), ..self }
    }
    /// 填入抽样单 the fields of a sheet that the licence fills.
    #[must_use]
    pub fn fills(&self) -> Vec<(&'static str, String)> {
        let or_dash = |text: &str| if text.is_empty() { "/".to_owned() } else { text.to_owned() };
        let permit = if self.permit_no.is_empty() && self.permit_kind.is_empty() { "无" } else { self.permit_kind.as_str() };
        vec![
            ("street", self.street.clone()),
            ("site_name", self.name.clone()),
            ("site_addr", self.address.clone()),
            ("uscc", or_dash(self.credit_code.as_ref().map_or("", CreditCode::as_str))),
            ("permit_kind", permit.to_owned()),
            ("permit_no", or_dash(&self.permit_no)),
            ("legal_rep", or_dash(&self.legal_rep)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parties::credit::credit_code;
    use uuid::Uuid;

    fn typed() -> TypedOperator {
        TypedOperator {
            name: " 虚构超市 ".into(),
            uscc: credit_code("92410105MA0000001").unwrap().to_lowercase(),
            permit_kind: "食品经营许可证".into(),
            permit_no: "jy 1234 5678 901234".into(),
            legal_rep: "虚构某".into(),
            address: "虚构路1号".into(),
            street: "410105008".into(),
            link: "流通".into(),
            another: false,
        }
    }
    fn read(typed: &TypedOperator) -> Result<Operator, Vec<&'static str>> {
        let streets = BTreeSet::from(["410105008".to_owned()]);
        typed.read(OperatorId(Uuid::nil()), &streets).map_err(|why| why.iter().map(Refusal::code).collect())
    }

    #[test]
    fn a_card_is_read_whole_or_refused_by_name() {
        let operator = read(&typed()).unwrap();
        assert_eq!((operator.name.as_str(), operator.permit_no.as_str(), operator.link), ("虚构超市", "JY12345678901234", Some(Link::Circulation)));
        assert_eq!(read(&operator.typed()).unwrap(), operator, "what it says can be saved again");
        assert_eq!(operator.clone().masked().legal_rep, "***");
        let bad = TypedOperator {
            name: "/".into(),
            uscc: "1".into(),
            permit_no: "JY1".into(),
            street: "x".into(),
            permit_kind: "x".into(),
            link: "x".into(),
            ..typed()
        };
        let why = read(&bad).unwrap_err();
        for code in ["PARTY-EMPTY", "CREDIT-LENGTH", "PARTY-PERMIT", "SHEET-STREET", "PARTY-CHOICE"] {
            assert!(why.contains(&code), "{code}: {why:?}");
        }
    }
    #[test]
    fn a_sheet_filled_from_a_card_names_that_card() {
        let operator = read(&typed()).unwrap();
        let mut sheet = Sheet::default();
        operator.fills().into_iter().for_each(|(key, text)| sheet.set(key, text));
        assert!(operator.fills().iter().all(|(key, _)| crate::sheet::field(key).is_some()));
        let again = TypedOperator { link: "流通".into(), ..TypedOperator::of_sheet(&sheet) };
        assert_eq!(read(&again).unwrap(), operator);
    }
}
