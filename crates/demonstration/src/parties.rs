//! 主体名录 of the demonstration: whoever a sheet names is on the register with it, under an id that its names make.

use std::collections::BTreeSet;

use chrono::Datelike;
use shiyan_app::sha256_hex;
use shiyan_foundation::NaiveDate;
use shiyan_foundation::ids::{MarketId, OperatorId, ProducerId, StallId};
use shiyan_sample_intake::parties::{CreditCode, Linked, Market, Operator, Producer, Stall, TypedMarket, TypedOperator, TypedProducer};
use shiyan_sample_intake::sheet::Sheet;
use uuid::Uuid;

use crate::world::World;

/// Entries that came with a chunk of samples.
#[derive(Debug, Default)]
pub(crate) struct Register {
    pub(crate) operators: Vec<Operator>,
    pub(crate) producers: Vec<Producer>,
    pub(crate) markets: Vec<Market>,
    pub(crate) stalls: Vec<Stall>,
}

/// An id that depends on the names alone: the dice of the story are not thrown for it.
fn named(kind: &str, names: &[&str]) -> Uuid {
    let hash = sha256_hex(format!("{kind}:{}", names.join("|")).as_bytes());
    Uuid::from_u128(hash.get(..32).and_then(|h| u128::from_str_radix(h, 16).ok()).unwrap_or_default())
}

/// Whom a sheet is about; who is not `known` yet is registered.
pub(crate) fn linked(register: &mut Register, known: &mut BTreeSet<Uuid>, world: &World, sheet: &Sheet, on: NaiveDate) -> Linked {
    let Some(code) = CreditCode::of(sheet.get("uscc")) else { return Linked::default() };
    let id = OperatorId(named("operator", &[code.as_str()]));
    let mut new = |id: Uuid| known.insert(id);
    let mut linked = Linked { operator: Some(id), ..Linked::default() };
    if new(id.0) {
        match TypedOperator::of_sheet(sheet).read(id, &world.street_codes) {
            Ok(read) => register.operators.push(Operator { demo: true, ..read }),
            Err(_) => return Linked::default(),
        }
    }
    let maker = TypedProducer::of_sheet(sheet);
    let producer = ProducerId(named("producer", &[&maker.name]));
    if let Ok(read) = maker.read(producer) {
        linked.producer = Some(producer);
        if new(producer.0) {
            register.producers.push(Producer { demo: true, ..read });
        }
    }
    let (market, street) = (sheet.get("market_name"), sheet.get("street"));
    let place = MarketId(named("market", &[market, street]));
    let typed = TypedMarket {
        name: market.into(),
        kind: sheet.get("place").into(),
        opener: "示范市场管理公司".into(),
        street: street.into(),
        address: "示范路1号".into(),
    };
    let Ok(read) = typed.read(place, &world.street_codes) else { return linked };
    let stall = StallId(named("stall", &[market, street, sheet.get("stall")]));
    linked.market = Some(place);
    if new(place.0) {
        register.markets.push(Market { demo: true, ..read });
    }
    let Ok(fresh) = Stall::new(stall, place, sheet.get("stall")) else { return linked };
    linked.stall = Some(stall);
    if new(stall.0)
        && let Ok(held) = fresh.handed(Some(id), on.with_ordinal(1).unwrap_or(on))
    {
        register.stalls.push(Stall { demo: true, ..held });
    }
    linked
}
