//! 关联 whom a sheet is about, by id, beside what is printed on it. Nothing here ever writes on the sheet.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Refusal;
use shiyan_foundation::ids::{MarketId, OperatorId, ProducerId, StallId};

use super::market::stall_number;
use super::{CreditCode, Market, Operator, Stall, code, plain};
use crate::sheet::Sheet;

/// 关联的主体 of one sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Linked {
    /// 经营者
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    /// 生产者
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<ProducerId>,
    /// 市场
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<MarketId>,
    /// 摊位
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stall: Option<StallId>,
}

impl Linked {
    /// Nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is known when a sheet is saved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chosen<'a> {
    /// The entry of the register that has the credit code of the sheet.
    pub by_code: Option<&'a Operator>,
    /// The operator that was chosen from the register.
    pub operator: Option<&'a Operator>,
    /// The producer that was chosen from the register.
    pub producer: Option<ProducerId>,
}

/// Fields that name the operator, the producer, the market and stall: a link by hand holds as long as they say what they said.
const OF_OPERATOR: &[&str] = &["site_name", "uscc", "street"];
const OF_PRODUCER: &[&str] = &["prod_name", "prod_permit"];
const OF_STALL: &[&str] = &["site_name", "uscc", "market_name", "stall", "street"];

/// 定关联 whom a sheet is about when it is saved. A credit code that is known decides; what was chosen holds unless it has another code than the
/// sheet; what was linked before holds until the sheet names somebody else.
#[must_use]
pub fn settle(before: Option<(&Sheet, &Linked)>, now: &Sheet, chosen: Chosen<'_>) -> Linked {
    let same = |keys: &[&str]| before.filter(|(old, _)| keys.iter().all(|key| old.get(key) == now.get(key))).map(|(_, linked)| *linked);
    let typed = CreditCode::of(now.get("uscc"));
    let by_hand = chosen.operator.filter(|o| !contradicts(typed.as_ref(), o)).map(|o| o.id);
    let operator = chosen.by_code.map(|o| o.id).or(by_hand).or_else(|| same(OF_OPERATOR).and_then(|l| l.operator));
    let producer = chosen.producer.or_else(|| same(OF_PRODUCER).and_then(|l| l.producer));
    let place = same(OF_STALL);
    Linked { operator, producer, market: place.and_then(|l| l.market), stall: place.and_then(|l| l.stall) }
}

/// Whether a sheet names another licence than the operator has.
fn contradicts(typed: Option<&CreditCode>, operator: &Operator) -> bool {
    typed.zip(operator.credit_code.as_ref()).is_some_and(|(a, b)| a != b)
}

/// Whether a person may link a sheet to this operator.
///
/// # Errors
/// `PARTY-OTHER-CODE` where both have a credit code and the two differ.
pub fn may_link(sheet: &Sheet, operator: &Operator) -> Result<(), Refusal> {
    let typed = CreditCode::of(sheet.get("uscc"));
    match (&typed, &operator.credit_code) {
        (Some(typed), Some(code)) if typed != code => Err(Refusal::new(code::OTHER_CODE).with("typed", typed).with("code", code).on("operator")),
        _ => Ok(()),
    }
}

/// 摊位 at which a sheet was taken, where that is beyond doubt: its operator holds, in a market of the name on the sheet, the stall of the number on it.
#[must_use]
pub fn at_stall(sheet: &Sheet, operator: OperatorId, held: &[(Stall, Market)]) -> Option<(MarketId, StallId)> {
    let (number, market) = (stall_number(sheet.get("stall")), plain(sheet.get("market_name")));
    let fits = |(stall, of): &&(Stall, Market)| stall.holder() == Some(operator) && stall.number == number && plain(&of.name) == market;
    held.iter().find(fits).map(|(stall, of)| (of.id, stall.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parties::Stand;
    use crate::parties::credit::credit_code;
    use uuid::Uuid;

    fn operator(n: u128, code: Option<&str>) -> Operator {
        Operator {
            id: OperatorId(Uuid::from_u128(n)),
            name: "虚构超市".into(),
            credit_code: code.map(|c| CreditCode::of(c).unwrap()),
            permit_kind: String::new(),
            permit_no: String::new(),
            legal_rep: String::new(),
            address: "虚构路1号".into(),
            street: "410105008".into(),
            link: None,
            stand: Stand::default(),
            demo: false,
            revision: 0,
        }
    }
    fn sheet(pairs: &[(&str, &str)]) -> Sheet {
        let mut sheet = Sheet::default();
        pairs.iter().for_each(|(key, text)| sheet.set(key, *text));
        sheet
    }

    #[test]
    fn a_code_decides_a_choice_holds_and_a_link_ends_with_the_name() {
        let (a, b) = (credit_code("92410105MA0000001").unwrap(), credit_code("92410105MA0000002").unwrap());
        let (known, other, bare) = (operator(1, Some(&a)), operator(2, Some(&b)), operator(3, None));
        let (with_a, without) = (sheet(&[("site_name", "甲"), ("uscc", &a)]), sheet(&[("site_name", "甲"), ("uscc", "/")]));
        let settled = |now: &Sheet, by_code: Option<&Operator>, hand: Option<&Operator>| {
            settle(None, now, Chosen { by_code, operator: hand, producer: None }).operator.map(|o| o.0.as_u128())
        };
        assert_eq!(settled(&with_a, Some(&known), Some(&other)), Some(1), "the code on the licence is proof");
        assert_eq!(settled(&with_a, None, Some(&other)), None, "two licences are two operators");
        assert_eq!(settled(&with_a, None, Some(&bare)), Some(3), "the register lacks the code, a person knows");
        assert_eq!(settled(&without, None, Some(&other)), Some(2));
        assert_eq!(settled(&without, None, None), None, "a name alone links nothing");

        let linked = Linked { operator: Some(other.id), market: Some(MarketId(Uuid::nil())), ..Linked::default() };
        let again = |now: &Sheet| settle(Some((&without, &linked)), now, Chosen::default());
        assert_eq!(again(&sheet(&[("site_name", "甲"), ("uscc", "/"), ("name", "韭菜")])), linked, "other fields may change");
        assert!(again(&sheet(&[("site_name", "乙"), ("uscc", "/")])).is_empty(), "it names somebody else");
        let market = crate::parties::TypedMarket {
            name: "虚构市场".into(),
            kind: "农贸市场".into(),
            opener: "虚构公司".into(),
            street: "1".into(),
            address: "虚构路".into(),
        };
        let market = market.read(MarketId(Uuid::from_u128(7)), &["1".to_owned()].into()).unwrap();
        let day = shiyan_foundation::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let stall = Stall::new(StallId(Uuid::from_u128(8)), market.id, "A-1").unwrap().handed(Some(known.id), day).unwrap();
        let held = [(stall.clone(), market.clone())];
        let at = |market: &str, number: &str| sheet(&[("market_name", market), ("stall", number)]);
        assert_eq!(at_stall(&at("虚构 市场", "ａ-1"), known.id, &held), Some((market.id, stall.id)));
        assert_eq!(at_stall(&at("虚构市场", "A-2"), known.id, &held), None);
        assert_eq!(at_stall(&at("另一市场", "A-1"), known.id, &held), None);
        assert_eq!(at_stall(&at("虚构市场", "A-1"), other.id, &held), None, "another holds it");
        assert_eq!(may_link(&with_a, &other).unwrap_err().code(), "PARTY-OTHER-CODE");
        assert!(may_link(&with_a, &bare).is_ok() && may_link(&without, &other).is_ok());
    }
}
