//! 市场与摊位 a market with its opener (集中交易市场开办者), and its stalls with whoever held them, one after the other.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{MarketId, OperatorId, StallId};
use shiyan_foundation::{NaiveDate, Refusal, labels};

use super::card::Reading;
use super::credit::squeezed;
use super::{Stand, code};

labels! {
    /// 市场类型
    pub enum MarketKind {
        Wholesale = "wholesale", "批发市场", "Wholesale market";
        Farmers = "farmers", "农贸市场", "Farmers’ market";
        Vegetable = "vegetable", "菜市场", "Vegetable market";
        Other = "other", "其他", "Other";
    }
}

/// 市场
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Market {
    /// Id.
    pub id: MarketId,
    /// 名称
    pub name: String,
    /// 市场类型
    pub kind: MarketKind,
    /// 开办者
    pub opener: String,
    /// 街道代码
    pub street: String,
    /// 地址
    pub address: String,
    /// 在册情况
    pub stand: Stand<MarketId>,
    /// 演示数据
    pub demo: bool,
    /// Revision, compare-and-set.
    pub revision: i64,
}

/// 市场 as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedMarket {
    /// 名称
    pub name: String,
    /// 市场类型
    pub kind: String,
    /// 开办者
    pub opener: String,
    /// 街道
    pub street: String,
    /// 地址
    pub address: String,
}

impl TypedMarket {
    /// Checks every text.
    ///
    /// # Errors
    /// Every problem, each naming its field.
    pub fn read(&self, id: MarketId, streets: &BTreeSet<String>) -> Result<Market, Vec<Refusal>> {
        let mut r = Reading::default();
        let kind = r.choice(&self.kind, ("市场类型", "kind of market"), "kind");
        if self.kind.trim().is_empty() {
            r.needed("", 10, ("市场类型", "kind of market"), "kind");
        }
        let market = Market {
            id,
            name: r.needed(&self.name, 100, ("名称", "name"), "name"),
            kind: kind.unwrap_or(MarketKind::Other),
            opener: r.needed(&self.opener, 100, ("开办者", "opener"), "opener"),
            street: r.street(&self.street, streets),
            address: r.needed(&self.address, 150, ("地址", "address"), "address"),
            stand: Stand::default(),
            demo: false,
            revision: 0,
        };
        if r.why.is_empty() { Ok(market) } else { Err(r.why) }
    }
}

impl Market {
    /// 改写 the same market with what was typed now.
    #[must_use]
    pub fn with(&self, read: Market) -> Self {
        Self { id: self.id, stand: self.stand.clone(), demo: self.demo, revision: self.revision + 1, ..read }
    }
}

/// 摊主 who held a stall, from a day on and up to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// 经营者
    pub operator: OperatorId,
    /// 起
    pub from: NaiveDate,
    /// 止 the first day that is another's, or nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// 摊位
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stall {
    /// Id.
    pub id: StallId,
    /// 市场
    pub market: MarketId,
    /// 摊位号, without spaces and in capitals.
    pub number: String,
    /// 历任经营者, in their order.
    #[serde(default)]
    pub holders: Vec<Holder>,
    /// 在册情况
    pub stand: Stand<StallId>,
    /// 演示数据
    pub demo: bool,
    /// Revision, compare-and-set.
    pub revision: i64,
}

impl Stall {
    /// A stall that nobody holds yet.
    ///
    /// # Errors
    /// No number, or too long a one.
    pub fn new(id: StallId, market: MarketId, typed: &str) -> Result<Self, Refusal> {
        let number = stall_number(typed);
        if number.is_empty() || number == "/" || number.chars().count() > 40 {
            return Err(Refusal::new(code::EMPTY).with("label", "摊位号").with("label_en", "stall number").with("max", 40).on("number"));
        }
        Ok(Self { id, market, number, holders: Vec::new(), stand: Stand::default(), demo: false, revision: 0 })
    }
    /// Who holds it now.
    #[must_use]
    pub fn holder(&self) -> Option<OperatorId> {
        self.holders.last().filter(|h| h.to.is_none()).map(|h| h.operator)
    }
    /// 交接 to another operator, or to nobody, from a day on. What was before stays.
    ///
    /// # Errors
    /// The day lies before the present holder's first one, or before the end of the last one's time.
    pub fn handed(&self, to: Option<OperatorId>, on: NaiveDate) -> Result<Self, Refusal> {
        let mut next = Self { revision: self.revision + 1, ..self.clone() };
        if let Some(last) = next.holders.last_mut() {
            let not_before = last.to.unwrap_or(last.from);
            if on < not_before {
                return Err(Refusal::new(code::HANDED).with("on", on).with("from", not_before).on("from"));
            }
            last.to.get_or_insert(on);
        }
        next.holders.extend(to.map(|operator| Holder { operator, from: on, to: None }));
        Ok(next)
    }
    /// The days of an operator at this stall.
    pub fn times_of(&self, operator: OperatorId) -> impl Iterator<Item = &Holder> {
        self.holders.iter().filter(move |h| h.operator == operator)
    }
}

/// 摊位号 as it is compared.
#[must_use]
pub fn stall_number(typed: &str) -> String {
    squeezed(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
    }

    #[test]
    fn a_stall_keeps_whoever_held_it() {
        let (a, b) = (OperatorId(Uuid::from_u128(1)), OperatorId(Uuid::from_u128(2)));
        let stall = Stall::new(StallId(Uuid::nil()), MarketId(Uuid::nil()), " ａ-１２ ").unwrap();
        assert_eq!((stall.number.as_str(), stall.holder()), ("A-12", None));
        let first = stall.handed(Some(a), day(1)).unwrap();
        let second = first.handed(Some(b), day(10)).unwrap();
        assert_eq!((first.holder(), second.holder(), second.revision), (Some(a), Some(b), 2));
        assert_eq!(second.holders[0].to, Some(day(10)));
        assert_eq!(second.handed(Some(a), day(9)).unwrap_err().code(), "PARTY-HANDED");
        let empty = second.handed(None, day(20)).unwrap();
        assert_eq!((empty.holder(), empty.holders.len()), (None, 2));
        assert_eq!(empty.handed(Some(a), day(19)).unwrap_err().code(), "PARTY-HANDED");
        let back = empty.handed(Some(a), day(25)).unwrap();
        assert_eq!(back.times_of(a).map(|h| (h.from, h.to)).collect::<Vec<_>>(), [(day(1), Some(day(10))), (day(25), None)]);
        assert_eq!(back.holders[1].to, Some(day(20)), "nobody held it meanwhile");
        assert_eq!(Stall::new(stall.id, stall.market, " / ").unwrap_err().code(), "PARTY-EMPTY");
    }
}
