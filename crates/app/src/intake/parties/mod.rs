//! 主体名录 operators, producers, markets and stalls: entered, put right, closed, merged; sheets and readings linked to them. What is printed on a sheet
//! is never written on by any of it.

pub(crate) mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shiyan_foundation::ids::{MarketId, OperatorId, ProducerId, StallId};
use shiyan_foundation::{Actor, Instant, Label, Refusal, Scope};
use shiyan_rapid_test::{Point, Reading};
use shiyan_sample_intake::parties::market::stall_number;
use shiyan_sample_intake::parties::{
    CreditCode, Linked, Market, Operator, Producer, Stall, Stand, Standing, Turn, TypedMarket, TypedOperator, TypedProducer, alike, code, linked,
};
use shiyan_sample_intake::sheet::{Sheet, read_date};
use shiyan_sample_intake::{Sample, SampleState};
use shiyan_store::records::SampleRecord;
use shiyan_store::{Error, Unit, Who};

use crate::authority::{Act, covers_street, may};
use crate::{App, fresh};

/// Sheets linked in one transaction.
const BATCH: u64 = 300;

/// 从名录选定 what a form says was chosen from the register: ids as they came, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// 经营者
    pub operator: String,
    /// 生产者
    pub producer: String,
}

/// The entries that were chosen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    operator: Option<Operator>,
    producer: Option<ProducerId>,
}

/// 停用、恢复、并入 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedTurn {
    /// Revision that was seen.
    pub seen: i64,
    /// 理由
    pub reason: String,
    /// 并入 the entry that stays.
    pub into: String,
}

/// 关联 of a sheet as typed: ids, and the number of the stall.
#[derive(Debug, Clone, Default)]
pub struct TypedLinks {
    /// 经营者
    pub operator: String,
    /// 生产者
    pub producer: String,
    /// 市场
    pub market: String,
    /// 摊位号 within the market.
    pub stall: String,
}

/// 登记结果 what became of the sheets that named nobody by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Registered {
    /// Sheets looked at.
    pub looked: u64,
    /// 新登记的经营者
    pub operators: u64,
    /// 关联的抽样单
    pub linked: u64,
    /// 没有有效代码 sheets without a valid credit code: a person links them.
    pub without_code: u64,
    /// 登记不了 sheets with a code, but without a name, an address or a street of the table.
    pub incomplete: u64,
}

fn unknown(label: (&'static str, &'static str), field: &str) -> Error {
    Refusal::new(code::UNKNOWN).with("label", label.0).with("label_en", label.1).on(field).into()
}

/// The facts of a change: what an entry is called, and what it was called before.
fn called(from: &str, to: &str) -> Value {
    if from == to { json!({ "name": to }) } else { json!({ "name": to, "from": from, "to": to }) }
}

/// An entry with its place in the register.
trait Entry<I> {
    fn stand(&mut self, stand: Stand<I>, revision: i64);
}
macro_rules! entries {
    ($($ty:ty, $id:ty);+ $(;)?) => {$(
        impl Entry<$id> for $ty {
            fn stand(&mut self, stand: Stand<$id>, revision: i64) {
                self.stand = stand;
                self.revision = revision;
            }
        }
    )+};
}
entries!(Operator, OperatorId; Producer, ProducerId; Market, MarketId; Stall, StallId);

fn turned_into<I, T: Entry<I> + Clone>(old: &T, stand: Stand<I>, revision: i64) -> T {
    let mut next = old.clone();
    next.stand(stand, revision);
    next
}

impl App {
    fn in_street(actor: &Actor, street: &str) -> Result<(), Error> {
        // no street at all is refused by its name
        if street.trim().is_empty() || covers_street(&actor.scope, street.trim()) { Ok(()) } else { Err(Act::Parties.beyond().on("street").into()) }
    }

    // ------------------------------------------------------------ 经营者

    /// 登记经营者
    ///
    /// # Errors
    /// Not for this person or not in their street; every problem of the card; the code is taken; entries like it that nobody looked at.
    pub async fn add_operator(&self, actor: &Actor, typed: &TypedOperator, now: Instant) -> Result<OperatorId, Error> {
        may(actor, Act::Parties)?;
        Self::in_street(actor, &typed.street)?;
        let streets: BTreeSet<String> = self.streets().await?.into_keys().collect();
        let operator = Operator { demo: self.is_demo(actor).await?, ..typed.read(OperatorId(fresh()), &streets)? };
        let mut unit = self.store.begin(now).await?;
        operator_alone(&unit, &actor.scope, &operator, typed.another).await?;
        unit.insert(&operator, &actor.into(), "operator.add", json!({ "name": operator.name, "code": operator.credit_code })).await?;
        unit.commit().await?;
        Ok(operator.id)
    }
    /// 修改经营者 over the revision that was seen.
    ///
    /// # Errors
    /// As for a new one; it is not there for this person; it was merged; somebody else changed it meanwhile.
    pub async fn edit_operator(&self, actor: &Actor, id: &str, seen: i64, typed: &TypedOperator, now: Instant) -> Result<(), Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_operator(&unit, actor, id).await?;
        old.stand.editable()?;
        Self::in_street(actor, &typed.street)?;
        let streets: BTreeSet<String> = self.streets().await?.into_keys().collect();
        let next = Operator { revision: seen + 1, ..old.with(typed.read(old.id, &streets)?) };
        operator_alone(&unit, &actor.scope, &next, typed.another).await?;
        unit.save(&next, &actor.into(), "operator.change", called(&old.name, &next.name)).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 停用、恢复、并入
    ///
    /// # Errors
    /// Not for this person; not from this state; no reason; nothing to merge into; somebody else was faster.
    pub async fn turn_operator(&self, actor: &Actor, id: &str, turn: Turn, typed: &TypedTurn, now: Instant) -> Result<(), Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_operator(&unit, actor, id).await?;
        let who = Who::from(actor);
        if turn != Turn::Merge {
            let next = turned_into(&old, old.stand.turned(turn, &typed.reason)?, typed.seen + 1);
            unit.save(&next, &who, if turn == Turn::Close { "operator.close" } else { "operator.reopen" }, json!({ "reason": next.stand.why })).await?;
            return unit.commit().await.map(|_| ());
        }
        old.stand.allows(turn)?;
        let unknown = || unknown(("并入", "merge into"), "into");
        self.store.operator(&typed.into, &actor.scope).await?.ok_or_else(unknown)?;
        let other: Operator = unit.get(&typed.into).await?.ok_or_else(unknown)?;
        let next = turned_into(&old, old.stand.merged(old.id, other.id, &other.stand, &typed.reason)?, typed.seen + 1);
        unit.save(&next, &who, "operator.merge", json!({ "reason": next.stand.why, "into": other.name })).await?;
        for before in unit.operators_within(id).await? {
            let stand = Stand { into: Some(other.id), ..before.stand.clone() };
            unit.save(&turned_into(&before, stand, before.revision + 1), &who, "operator.merge", json!({ "into": other.name })).await?;
        }
        unit.commit().await?;
        Ok(())
    }
    async fn visible_operator(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<Operator, Error> {
        // The scope is asked of the committed state; the content is loaded inside the transaction.
        self.store.operator(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }

    // ------------------------------------------------------------ 生产者

    /// 登记生产者
    ///
    /// # Errors
    /// Not for this person; every problem of the card; the code is taken; entries like it that nobody looked at.
    pub async fn add_producer(&self, actor: &Actor, typed: &TypedProducer, now: Instant) -> Result<ProducerId, Error> {
        may(actor, Act::Producers)?;
        let producer = Producer { demo: self.is_demo(actor).await?, ..typed.read(ProducerId(fresh()))? };
        let mut unit = self.store.begin(now).await?;
        producer_alone(&unit, &producer, typed.another).await?;
        unit.insert(&producer, &actor.into(), "producer.add", json!({ "name": producer.name, "code": producer.credit_code })).await?;
        unit.commit().await?;
        Ok(producer.id)
    }
    /// 修改生产者 over the revision that was seen.
    ///
    /// # Errors
    /// As for a new one; it was merged; somebody else changed it meanwhile.
    pub async fn edit_producer(&self, actor: &Actor, id: &str, seen: i64, typed: &TypedProducer, now: Instant) -> Result<(), Error> {
        may(actor, Act::Producers)?;
        let mut unit = self.store.begin(now).await?;
        let old: Producer = unit.require(id).await?;
        old.stand.editable()?;
        let next = Producer { revision: seen + 1, ..old.with(typed.read(old.id)?) };
        producer_alone(&unit, &next, typed.another).await?;
        unit.save(&next, &actor.into(), "producer.change", called(&old.name, &next.name)).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 停用、恢复、并入
    ///
    /// # Errors
    /// Not for this person; not from this state; no reason; nothing to merge into; somebody else was faster.
    pub async fn turn_producer(&self, actor: &Actor, id: &str, turn: Turn, typed: &TypedTurn, now: Instant) -> Result<(), Error> {
        may(actor, Act::Producers)?;
        let mut unit = self.store.begin(now).await?;
        let old: Producer = unit.require(id).await?;
        let who = Who::from(actor);
        if turn != Turn::Merge {
            let next = turned_into(&old, old.stand.turned(turn, &typed.reason)?, typed.seen + 1);
            unit.save(&next, &who, if turn == Turn::Close { "producer.close" } else { "producer.reopen" }, json!({ "reason": next.stand.why })).await?;
            return unit.commit().await.map(|_| ());
        }
        old.stand.allows(turn)?;
        let other: Producer = unit.get(&typed.into).await?.ok_or_else(|| unknown(("并入", "merge into"), "into"))?;
        let next = turned_into(&old, old.stand.merged(old.id, other.id, &other.stand, &typed.reason)?, typed.seen + 1);
        unit.save(&next, &who, "producer.merge", json!({ "reason": next.stand.why, "into": other.name })).await?;
        for before in unit.producers_within(id).await? {
            let stand = Stand { into: Some(other.id), ..before.stand.clone() };
            unit.save(&turned_into(&before, stand, before.revision + 1), &who, "producer.merge", json!({ "into": other.name })).await?;
        }
        unit.commit().await?;
        Ok(())
    }

    // ------------------------------------------------------------ 市场和摊位

    /// 登记市场
    ///
    /// # Errors
    /// Not for this person or not in their street; every problem of the card; the street has a market of this name.
    pub async fn add_market(&self, actor: &Actor, typed: &TypedMarket, now: Instant) -> Result<MarketId, Error> {
        may(actor, Act::Parties)?;
        Self::in_street(actor, &typed.street)?;
        let streets: BTreeSet<String> = self.streets().await?.into_keys().collect();
        let market = Market { demo: self.is_demo(actor).await?, ..typed.read(MarketId(fresh()), &streets)? };
        let mut unit = self.store.begin(now).await?;
        market_alone(&unit, &market).await?;
        unit.insert(&market, &actor.into(), "market.add", json!({ "name": market.name })).await?;
        unit.commit().await?;
        Ok(market.id)
    }
    /// 修改市场 over the revision that was seen.
    ///
    /// # Errors
    /// As for a new one; it is not there for this person; somebody else changed it meanwhile.
    pub async fn edit_market(&self, actor: &Actor, id: &str, seen: i64, typed: &TypedMarket, now: Instant) -> Result<(), Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_market(&unit, actor, id).await?;
        Self::in_street(actor, &typed.street)?;
        let streets: BTreeSet<String> = self.streets().await?.into_keys().collect();
        let next = Market { revision: seen + 1, ..old.with(typed.read(old.id, &streets)?) };
        market_alone(&unit, &next).await?;
        unit.save(&next, &actor.into(), "market.change", called(&old.name, &next.name)).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 停用、恢复 a market.
    ///
    /// # Errors
    /// Not for this person; not from this state; no reason; somebody else was faster.
    pub async fn turn_market(&self, actor: &Actor, id: &str, turn: Turn, typed: &TypedTurn, now: Instant) -> Result<(), Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_market(&unit, actor, id).await?;
        let next = turned_into(&old, alone_turned(&old.stand, turn, typed)?, typed.seen + 1);
        unit.save(&next, &actor.into(), if turn == Turn::Close { "market.close" } else { "market.reopen" }, json!({ "reason": next.stand.why })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 登记摊位 of a market, which is in use.
    ///
    /// # Errors
    /// Not for this person; the market is not there or closed; no number, or one that is taken.
    pub async fn add_stall(&self, actor: &Actor, market: &str, number: &str, now: Instant) -> Result<StallId, Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let of = self.visible_market(&unit, actor, market).await?;
        if of.stand.standing != Standing::Active {
            let closed = Refusal::new(code::STATE).with("state", of.stand.standing.zh()).with("state_en", of.stand.standing.en());
            return Err(closed.with("action", "登记摊位").with("action_en", "add a stall").on("number").into());
        }
        let stall = Stall { demo: of.demo, ..Stall::new(StallId(fresh()), of.id, number)? };
        if unit.stall_numbered(market, &stall.number).await?.is_some() {
            return Err(Refusal::new(code::STALL_TAKEN).with("number", &stall.number).on("number").into());
        }
        unit.insert(&stall, &actor.into(), "stall.add", json!({ "market": of.name, "number": stall.number })).await?;
        unit.commit().await?;
        Ok(stall.id)
    }
    /// 交接摊位 to an operator, or to nobody, from a day on.
    ///
    /// # Errors
    /// Not for this person; stall or operator not there; a day that cannot be read or lies before; somebody else was faster.
    pub async fn hand_stall(&self, actor: &Actor, id: &str, seen: i64, operator: &str, from: &str, now: Instant) -> Result<(), Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_stall(&unit, actor, id).await?;
        let to = self.operator_here(actor, operator.trim()).await?;
        let on = match from.trim() {
            "" => Some(now.date_naive()),
            typed => read_date(typed),
        };
        let refused = || Refusal::new(shiyan_sample_intake::code::DATE).with("label", "起始日期").with("typed", from).on("from");
        let next = Stall { revision: seen + 1, ..old.handed(to.as_ref().map(|o| o.id), on.ok_or_else(refused)?)? };
        unit.save(&next, &actor.into(), "stall.hand", json!({ "number": next.number, "to": to.map(|o| o.name) })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 停用、恢复 a stall.
    ///
    /// # Errors
    /// Not for this person; not from this state; no reason; somebody else was faster.
    pub async fn turn_stall(&self, actor: &Actor, id: &str, turn: Turn, typed: &TypedTurn, now: Instant) -> Result<(), Error> {
        may(actor, Act::Parties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_stall(&unit, actor, id).await?;
        let next = turned_into(&old, alone_turned(&old.stand, turn, typed)?, typed.seen + 1);
        unit.save(&next, &actor.into(), if turn == Turn::Close { "stall.close" } else { "stall.reopen" }, json!({ "reason": next.stand.why })).await?;
        unit.commit().await?;
        Ok(())
    }
    async fn visible_market(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<Market, Error> {
        self.store.market(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
    async fn visible_stall(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<Stall, Error> {
        self.store.stall(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
    /// The operator of an id that a form brought, and the one it was merged into; nobody for no id.
    async fn operator_here(&self, actor: &Actor, id: &str) -> Result<Option<Operator>, Error> {
        if id.is_empty() {
            return Ok(None);
        }
        let found = self.store.operator(id, &actor.scope).await?.ok_or_else(|| unknown(("经营者", "operator"), "operator"))?;
        Ok(Some(match found.stand.into {
            Some(into) => self.store.get(&into.to_string()).await?.unwrap_or(found),
            None => found,
        }))
    }
    /// The same of a producer.
    async fn producer_here(&self, actor: &Actor, id: &str) -> Result<Option<Producer>, Error> {
        if id.is_empty() {
            return Ok(None);
        }
        let found = self.store.producer(id, &actor.scope).await?.ok_or_else(|| unknown(("生产者", "producer"), "producer"))?;
        Ok(Some(match found.stand.into {
            Some(into) => self.store.get(&into.to_string()).await?.unwrap_or(found),
            None => found,
        }))
    }

    // ------------------------------------------------------------ 关联

    /// What a form chose from the register, as this person may.
    pub(crate) async fn picked(&self, actor: &Actor, picked: &Picked) -> Result<Chosen, Error> {
        Ok(Chosen {
            operator: self.operator_here(actor, picked.operator.trim()).await?,
            producer: self.producer_here(actor, picked.producer.trim()).await?.map(|p| p.id),
        })
    }
    /// 定关联 of a sheet that is saved, see [`linked::settle`].
    pub(crate) async fn settled(&self, unit: &Unit, before: Option<&Sample>, sheet: &Sheet, chosen: &Chosen) -> Result<Linked, Error> {
        let by_code = match CreditCode::of(sheet.get("uscc")) {
            Some(code) => standing_for(unit, unit.operator_with_code(&code).await?).await?,
            None => None,
        };
        let chosen = linked::Chosen { by_code: by_code.as_ref(), operator: chosen.operator.as_ref(), producer: chosen.producer };
        let links = linked::settle(before.map(|b| (&b.sheet, &b.parties)), sheet, chosen);
        let (Some(operator), None, false) = (links.operator, links.stall, sheet.get("stall").is_empty()) else { return Ok(links) };
        let mut held = Vec::new();
        for stall in self.store.stalls_held_by(&[operator.to_string()], &Scope::District).await? {
            if let Some(market) = self.store.get::<Market>(&stall.market.to_string()).await? {
                held.push((stall, market));
            }
        }
        Ok(match linked::at_stall(sheet, operator, &held) {
            Some((market, stall)) => Linked { market: Some(market), stall: Some(stall), ..links },
            None => links,
        })
    }
    /// 关联抽样单 by hand. What is printed on the sheet stays.
    ///
    /// # Errors
    /// Not for this person; the sample is not there or void; an entry is not there; the sheet has another credit code; somebody else was faster.
    pub async fn link_sample(&self, actor: &Actor, id: &str, seen: i64, typed: &TypedLinks, now: Instant) -> Result<(), Error> {
        may(actor, Act::LinkParties)?;
        let mut unit = self.store.begin(now).await?;
        let old = self.visible_sample(&unit, actor, id).await?;
        if old.sample.state == SampleState::Void {
            let void = Refusal::new(code::STATE).with("state", SampleState::Void.zh()).with("state_en", SampleState::Void.en());
            return Err(void.with("action", "关联").with("action_en", "link").into());
        }
        let now_linked = old.sample.parties;
        let kept = |id: Option<String>, typed: &str| id.is_some_and(|id| id == typed.trim());
        let mut next = now_linked;
        let mut facts = BTreeMap::new();
        if !kept(now_linked.operator.map(|o| o.to_string()), &typed.operator) {
            let operator = self.operator_here(actor, typed.operator.trim()).await?;
            operator.as_ref().map(|o| linked::may_link(&old.sample.sheet, o)).transpose()?;
            next.operator = operator.as_ref().map(|o| o.id);
            facts.insert("operator", operator.map(|o| o.name));
        }
        if !kept(now_linked.producer.map(|p| p.to_string()), &typed.producer) {
            let producer = self.producer_here(actor, typed.producer.trim()).await?;
            next.producer = producer.as_ref().map(|p| p.id);
            facts.insert("producer", producer.map(|p| p.name));
        }
        if !kept(now_linked.market.map(|m| m.to_string()), &typed.market) {
            let market = match typed.market.trim() {
                "" => None,
                id => Some(self.store.market(id, &actor.scope).await?.ok_or_else(|| unknown(("市场", "market"), "market"))?),
            };
            next.market = market.as_ref().map(|m| m.id);
            facts.insert("market", market.map(|m| m.name));
        }
        next.stall = match (next.market, stall_number(&typed.stall)) {
            (_, number) if number.is_empty() => None,
            (None, _) => return Err(Refusal::new(code::STALL_MARKET).on("stall").into()),
            (Some(market), number) => Some(unit.stall_numbered(&market.to_string(), &number).await?.ok_or_else(|| unknown(("摊位", "stall"), "stall"))?.id),
        };
        if next == now_linked {
            return Ok(());
        }
        if next.stall != now_linked.stall {
            facts.insert("stall", next.stall.map(|_| stall_number(&typed.stall)));
        }
        let record = SampleRecord { sample: Sample { parties: next, revision: seen + 1, ..old.sample }, created_by: old.created_by };
        unit.save(&record, &actor.into(), "sample.link", json!(facts)).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 登记抽样单上的经营者 every sheet that is linked to no operator and carries a valid credit code is linked to the operator of that code, who is
    /// registered out of the newest such sheet where the register has none. A name alone links and makes nothing. Each entry and each link is
    /// journalled; what was done is not done again, so that it can be stopped and started.
    ///
    /// # Errors
    /// The database does not answer; somebody else was faster.
    pub async fn register_from_sheets(&self, dry_run: bool, now: Instant) -> Result<Registered, Error> {
        let streets: BTreeSet<String> = self.streets().await?.into_keys().collect();
        let who = Who::system("登记抽样单上的经营者");
        let (mut done, mut tried) = (Registered::default(), BTreeSet::new());
        // ids are read downwards from above the greatest: no id has a letter as late, whatever the order of letters
        let mut before = "z".to_owned();
        loop {
            let sheets = self.store.unlinked_sheets(&before, BATCH, &Scope::District).await?;
            let Some(last) = sheets.last() else { return Ok(done) };
            before = last.sample.id.to_string();
            let mut unit = self.store.begin(now).await?;
            let written = done.operators + done.linked;
            for old in sheets {
                done.looked += 1;
                let sheet = &old.sample.sheet;
                let Some(code) = CreditCode::of(sheet.get("uscc")) else {
                    done.without_code += 1;
                    continue;
                };
                let known = standing_for(&unit, unit.operator_with_code(&code).await?).await?;
                let operator = match known {
                    Some(operator) => operator,
                    None => {
                        let Some(read) = from_sheet(sheet, &streets) else {
                            done.incomplete += 1;
                            continue;
                        };
                        let operator = Operator { demo: old.sample.demo, ..read };
                        if tried.insert(code) {
                            done.operators += 1;
                        }
                        if !dry_run {
                            let facts = json!({ "name": operator.name, "code": operator.credit_code, "sheet": old.sample.number() });
                            unit.insert(&operator, &who, "operator.from_sheet", facts).await?;
                        }
                        operator
                    }
                };
                done.linked += 1;
                if !dry_run {
                    let parties = Linked { operator: Some(operator.id), ..old.sample.parties };
                    let sample = Sample { parties, revision: old.sample.revision + 1, ..old.sample };
                    let facts = json!({ "operator": operator.name });
                    unit.save(&SampleRecord { sample, created_by: old.created_by }, &who, "sample.link", facts).await?;
                }
            }
            if !dry_run && done.operators + done.linked > written {
                unit.commit().await?;
            }
        }
    }
    /// 摊位 of a reading: the one of this number in the market that the point names, where there is exactly one such market in its street.
    pub(crate) async fn stall_of(&self, point: &Point, typed: &str) -> Result<Option<StallId>, Error> {
        let (number, markets) = (stall_number(typed), self.store.markets_named(&point.market, &point.street).await?);
        let ([market], false) = (markets.as_slice(), number.is_empty()) else { return Ok(None) };
        let stall = self.store.stall_numbered(&market.id.to_string(), &number).await?;
        Ok(stall.filter(|s| s.stand.standing == Standing::Active).map(|s| s.id))
    }
    /// 转抽 whom a reading is about, as the register knows them; fills the sheet that is begun with what the licence of the stall's holder says.
    pub(crate) async fn known_of(&self, reading: &Reading, sheet: &mut Sheet) -> Result<Linked, Error> {
        let Some(id) = reading.stall_id else { return Ok(Linked::default()) };
        let Some(stall) = self.store.get::<Stall>(&id.to_string()).await? else { return Ok(Linked::default()) };
        let on = reading.tested_at.date_naive();
        let holder = stall.holders.iter().find(|h| h.from <= on && h.to.is_none_or(|to| on < to)).map(|h| h.operator);
        let operator: Option<Operator> = match holder {
            Some(holder) => self.store.get(&holder.to_string()).await?,
            None => None,
        };
        for (key, text) in operator.iter().flat_map(Operator::fills) {
            sheet.set(key, text);
        }
        if let Some(market) = self.store.get::<Market>(&stall.market.to_string()).await? {
            sheet.set("market_name", market.name);
        }
        Ok(Linked { operator: operator.map(|o| o.id), market: Some(stall.market), stall: Some(stall.id), ..Linked::default() })
    }
}

/// The entry that stands for this one: itself, or what it was merged into.
async fn standing_for(unit: &Unit, operator: Option<Operator>) -> Result<Option<Operator>, Error> {
    match operator.as_ref().and_then(|o| o.stand.into) {
        Some(into) => unit.get(&into.to_string()).await,
        None => Ok(operator),
    }
}

/// The operator that a sheet names; what of its permit cannot be read is left out.
fn from_sheet(sheet: &Sheet, streets: &BTreeSet<String>) -> Option<Operator> {
    let typed = TypedOperator::of_sheet(sheet);
    let bare = TypedOperator { permit_kind: String::new(), permit_no: String::new(), link: String::new(), ..typed.clone() };
    let id = OperatorId(fresh());
    typed.read(id, streets).or_else(|_| bare.read(id, streets)).ok()
}

fn alone_turned<I: Copy + PartialEq>(stand: &Stand<I>, turn: Turn, typed: &TypedTurn) -> Result<Stand<I>, Error> {
    if turn == Turn::Merge {
        return Err(Refusal::new(code::STATE).in_state(stand.standing, turn).into());
    }
    Ok(stand.turned(turn, &typed.reason)?)
}

/// Whether nobody else on the register has the code, and whoever looks alike was looked at.
async fn operator_alone(unit: &Unit, scope: &Scope, operator: &Operator, looked: bool) -> Result<(), Error> {
    if let Some(credit) = &operator.credit_code
        && let Some(other) = unit.operator_with_code(credit).await?.filter(|o| o.id != operator.id)
    {
        let refusal =
            if covers_street(scope, &other.street) { Refusal::new(code::CODE_TAKEN).with("name", &other.name) } else { Refusal::new(code::CODE_ELSEWHERE) };
        return Err(refusal.with("code", credit).on("uscc").into());
    }
    if looked {
        return Ok(());
    }
    let named = unit.operators_called(&operator.name, &operator.street).await?;
    let like: Vec<&str> =
        named.iter().filter(|o| o.id != operator.id && alike::operators(&o.compared(), &operator.compared()).is_some()).map(|o| o.name.as_str()).collect();
    offered(&like)
}

async fn producer_alone(unit: &Unit, producer: &Producer, looked: bool) -> Result<(), Error> {
    if let Some(credit) = &producer.credit_code
        && let Some(other) = unit.producer_with_code(credit).await?.filter(|p| p.id != producer.id)
    {
        return Err(Refusal::new(code::CODE_TAKEN).with("name", &other.name).with("code", credit).on("uscc").into());
    }
    if looked {
        return Ok(());
    }
    let named = unit.producers_called(&producer.name).await?;
    let like: Vec<&str> =
        named.iter().filter(|p| p.id != producer.id && alike::producers(&p.compared(), &producer.compared()).is_some()).map(|p| p.name.as_str()).collect();
    offered(&like)
}

async fn market_alone(unit: &Unit, market: &Market) -> Result<(), Error> {
    let named = unit.markets_called(&market.name, &market.street).await?;
    match named.iter().find(|m| m.id != market.id) {
        Some(other) => Err(Refusal::new(code::MARKET_TAKEN).with("name", &other.name).on("name").into()),
        None => Ok(()),
    }
}

fn offered(like: &[&str]) -> Result<(), Error> {
    if like.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(code::ALIKE).with("count", like.len()).with("names", like.join("、")).on("another").into())
}
