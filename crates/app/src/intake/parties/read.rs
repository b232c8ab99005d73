//! 主体名录 lists, one entry with what hangs on it, what may be chosen for a sheet. Names of persons are masked for whoever has no need of them.

use std::collections::BTreeMap;

use shiyan_foundation::area::Street;
use shiyan_foundation::authority::may;
use shiyan_foundation::{Act, Actor};
use shiyan_sample_intake::parties::{CreditCode, Market, Operator, Producer, Stall, Standing, TypedOperator, TypedProducer, alike, card, plain};
use shiyan_sample_intake::sheet::Sheet;
use shiyan_store::intake::parties::{MarketRow, PartyFilter, PartyRow, Whose};
use shiyan_store::records::SampleRecord;
use shiyan_store::{Entry, Error, Record};

use crate::App;
use crate::authority::{reads, veiled};
use shiyan_store::cases::lists::CaseRow;
use shiyan_store::intake::samples::SampleRow;
use shiyan_store::rapid::ledger::LedgerRow;

/// 名录 one page of operators or producers, and how many there are.
#[derive(Debug)]
pub struct PartyBook {
    /// All of them.
    pub total: u64,
    /// Rows of this page, by name.
    pub rows: Vec<PartyRow>,
    /// There are more after them.
    pub more: bool,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

/// 市场 one page, and how many there are.
#[derive(Debug)]
pub struct MarketBook {
    /// All of them.
    pub total: u64,
    /// Rows of this page, by name.
    pub rows: Vec<MarketRow>,
    /// There are more after them.
    pub more: bool,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

/// 经营者 with its history: what was taken there, what came of it, what was tested at its stalls while it held them.
#[derive(Debug)]
pub struct OperatorPage {
    /// The operator.
    pub operator: Operator,
    /// 并入 the entry that stands for it now, if this person sees that one.
    pub into: Option<Operator>,
    /// Entries that were merged into it: their history is its own.
    pub within: Vec<Operator>,
    /// Samples, newest first.
    pub samples: Vec<SampleRow>,
    /// There are more samples.
    pub more: bool,
    /// 案件
    pub cases: Vec<CaseRow>,
    /// 摊位 that it holds or held, each with its market.
    pub stalls: Vec<(Stall, Market)>,
    /// 快检读数
    pub readings: Vec<LedgerRow>,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// 生产者 with its history within the scope of who asks.
#[derive(Debug)]
pub struct ProducerPage {
    /// The producer.
    pub producer: Producer,
    /// 并入
    pub into: Option<Producer>,
    /// Entries that were merged into it.
    pub within: Vec<Producer>,
    /// Samples, newest first.
    pub samples: Vec<SampleRow>,
    /// There are more samples.
    pub more: bool,
    /// 案件
    pub cases: Vec<CaseRow>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// 市场 with its stalls and what was taken in it.
#[derive(Debug)]
pub struct MarketPage {
    /// The market.
    pub market: Market,
    /// 摊位 by number, each with whoever holds it now.
    pub stalls: Vec<(Stall, Option<Operator>)>,
    /// Samples, newest first.
    pub samples: Vec<SampleRow>,
    /// There are more samples.
    pub more: bool,
    /// 案件
    pub cases: Vec<CaseRow>,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// 摊位 with whoever held it and what was taken and tested at it.
#[derive(Debug)]
pub struct StallPage {
    /// The stall.
    pub stall: Stall,
    /// Its market.
    pub market: Market,
    /// 历任经营者 by id, those whom this person sees.
    pub holders: BTreeMap<String, Operator>,
    /// 可交接给 operators that a search found.
    pub offered: Vec<Operator>,
    /// Samples, newest first.
    pub samples: Vec<SampleRow>,
    /// 案件
    pub cases: Vec<CaseRow>,
    /// 快检读数
    pub readings: Vec<LedgerRow>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// 关联页 a sample, whom it is linked to, and whom it may be about.
#[derive(Debug)]
pub struct LinkPage {
    /// The sample.
    pub record: SampleRecord,
    /// 经营者 that it is linked to.
    pub operator: Option<Operator>,
    /// 生产者
    pub producer: Option<Producer>,
    /// 市场
    pub market: Option<Market>,
    /// 摊位
    pub stall: Option<Stall>,
    /// 候选经营者
    pub operators: Vec<Operator>,
    /// 候选生产者
    pub producers: Vec<Producer>,
    /// 候选市场
    pub markets: Vec<MarketRow>,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

/// 关联的主体 of a sample, as far as this person sees them.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// 经营者
    pub operator: Option<Operator>,
    /// 生产者
    pub producer: Option<Producer>,
    /// 市场
    pub market: Option<Market>,
    /// 摊位
    pub stall: Option<Stall>,
}

fn masked(actor: &Actor, operator: Operator) -> Operator {
    if may(actor, Act::ReadPersonal).is_ok() { operator } else { operator.masked() }
}

fn ids(own: impl ToString, within: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(own.to_string()).chain(within).collect()
}

impl App {
    /// 经营者名录
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_operators(&self, actor: &Actor, filter: &PartyFilter) -> Result<PartyBook, Error> {
        reads(actor, Act::ReadOperator)?;
        let (rows, more) = self.store.operators(filter, &actor.scope).await?;
        Ok(PartyBook { total: self.store.count_operators(filter, &actor.scope).await?, rows, more, streets: self.streets().await? })
    }
    /// 生产者名录
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_producers(&self, actor: &Actor, filter: &PartyFilter) -> Result<PartyBook, Error> {
        reads(actor, Act::ReadOperator)?;
        let (rows, more) = self.store.producers(filter, &actor.scope).await?;
        Ok(PartyBook { total: self.store.count_producers(filter, &actor.scope).await?, rows, more, streets: BTreeMap::new() })
    }
    /// 市场名录
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_markets(&self, actor: &Actor, filter: &PartyFilter) -> Result<MarketBook, Error> {
        reads(actor, Act::ReadOperator)?;
        let (rows, more) = self.store.markets(filter, &actor.scope).await?;
        Ok(MarketBook { total: self.store.count_markets(filter, &actor.scope).await?, rows, more, streets: self.streets().await? })
    }
    /// 经营者页
    ///
    /// # Errors
    /// Not for this person, or no such operator in their scope; the database does not answer.
    pub async fn read_operator(&self, actor: &Actor, id: &str) -> Result<OperatorPage, Error> {
        reads(actor, Act::ReadOperator)?;
        let (store, scope) = (&self.store, &actor.scope);
        let operator = masked(actor, store.operator(id, scope).await?.ok_or(Error::NotFound)?);
        let within = store.operators_within(id).await?;
        let ids = ids(operator.id, within.iter().map(|o| o.id.to_string()));
        let (samples, more) = store.sheets_of(Whose::Operator, &ids, scope).await?;
        let mut stalls = Vec::new();
        for stall in store.stalls_held_by(&ids, scope).await? {
            if let Some(market) = store.market(&stall.market.to_string(), scope).await? {
                stalls.push((stall, market));
            }
        }
        let mut readings = Vec::new();
        if reads(actor, Act::ReadReadings).is_ok() {
            for (stall, _) in &stalls {
                for time in stall.holders.iter().filter(|h| ids.contains(&h.operator.to_string())) {
                    readings.extend(store.readings_of_stall(&stall.id.to_string(), Some(time.from), time.to, scope).await?);
                }
            }
        }
        let mut subjects = vec![operator.subject()];
        subjects.extend(within.iter().map(Record::subject));
        Ok(OperatorPage {
            into: match operator.stand.into {
                Some(into) => store.operator(&into.to_string(), scope).await?,
                None => None,
            },
            cases: store.cases_of(Whose::Operator, &ids, scope).await?,
            streets: self.streets().await?,
            timeline: store.timeline(&subjects).await?,
            operator,
            within,
            samples,
            more,
            stalls,
            readings,
        })
    }
    /// 生产者页
    ///
    /// # Errors
    /// Not for this person, or no such producer; the database does not answer.
    pub async fn read_producer(&self, actor: &Actor, id: &str) -> Result<ProducerPage, Error> {
        reads(actor, Act::ReadOperator)?;
        let (store, scope) = (&self.store, &actor.scope);
        let producer = store.producer(id, scope).await?.ok_or(Error::NotFound)?;
        let within = store.producers_within(id).await?;
        let ids = ids(producer.id, within.iter().map(|p| p.id.to_string()));
        let (samples, more) = store.sheets_of(Whose::Producer, &ids, scope).await?;
        let mut subjects = vec![producer.subject()];
        subjects.extend(within.iter().map(Record::subject));
        Ok(ProducerPage {
            into: match producer.stand.into {
                Some(into) => store.producer(&into.to_string(), scope).await?,
                None => None,
            },
            cases: store.cases_of(Whose::Producer, &ids, scope).await?,
            timeline: store.timeline(&subjects).await?,
            producer,
            within,
            samples,
            more,
        })
    }
    /// 市场页
    ///
    /// # Errors
    /// Not for this person, or no such market in their scope; the database does not answer.
    pub async fn read_market(&self, actor: &Actor, id: &str) -> Result<MarketPage, Error> {
        reads(actor, Act::ReadOperator)?;
        let (store, scope) = (&self.store, &actor.scope);
        let market = store.market(id, scope).await?.ok_or(Error::NotFound)?;
        let mut stalls = Vec::new();
        for stall in store.stalls_of(id, scope).await? {
            let holder = match stall.holder() {
                Some(holder) => store.operator(&holder.to_string(), scope).await?.map(|o| masked(actor, o)),
                None => None,
            };
            stalls.push((stall, holder));
        }
        let (samples, more) = store.sheets_of(Whose::Market, &[id.to_owned()], scope).await?;
        Ok(MarketPage {
            cases: store.cases_of(Whose::Market, &[id.to_owned()], scope).await?,
            streets: self.streets().await?,
            timeline: store.timeline(&[market.subject()]).await?,
            market,
            stalls,
            samples,
            more,
        })
    }
    /// 摊位页, with the operators that a text finds for the hand-over.
    ///
    /// # Errors
    /// Not for this person, or no such stall in their scope; the database does not answer.
    pub async fn read_stall(&self, actor: &Actor, id: &str, q: &str) -> Result<StallPage, Error> {
        reads(actor, Act::ReadOperator)?;
        let (store, scope) = (&self.store, &actor.scope);
        let stall = store.stall(id, scope).await?.ok_or(Error::NotFound)?;
        let market = store.market(&stall.market.to_string(), scope).await?.ok_or(Error::NotFound)?;
        let mut holders = BTreeMap::new();
        for holder in &stall.holders {
            let key = holder.operator.to_string();
            if !holders.contains_key(&key)
                && let Some(operator) = store.operator(&key, scope).await?
            {
                holders.insert(key, masked(actor, operator));
            }
        }
        let mine = [id.to_owned()];
        let readings = if reads(actor, Act::ReadReadings).is_ok() { store.readings_of_stall(id, None, None, scope).await? } else { Vec::new() };
        Ok(StallPage {
            samples: store.sheets_of(Whose::Stall, &mine, scope).await?.0,
            cases: store.cases_of(Whose::Stall, &mine, scope).await?,
            offered: if q.trim().is_empty() { Vec::new() } else { self.offered_operators(actor, q).await? },
            timeline: store.timeline(&[stall.subject()]).await?,
            readings,
            stall,
            market,
            holders,
        })
    }
    /// 候选经营者 that a text may mean, for whoever may know operators.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn offered_operators(&self, actor: &Actor, q: &str) -> Result<Vec<Operator>, Error> {
        reads(actor, Act::ReadOperator)?;
        let found = self.store.offered_operators(q, &actor.scope).await?;
        Ok(found.into_iter().map(|o| masked(actor, o)).collect())
    }
    /// 候选生产者
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn offered_producers(&self, actor: &Actor, q: &str) -> Result<Vec<Producer>, Error> {
        reads(actor, Act::ReadOperator)?;
        self.store.offered_producers(q, &actor.scope).await
    }
    /// 选定的经营者 as a sheet is filled from it.
    ///
    /// # Errors
    /// Not for this person, or not there for them; the database does not answer.
    pub async fn operator_to_fill(&self, actor: &Actor, id: &str) -> Result<Operator, Error> {
        reads(actor, Act::ReadOperator)?;
        Ok(masked(actor, self.store.operator(id, &actor.scope).await?.ok_or(Error::NotFound)?))
    }
    /// 选定的生产者
    ///
    /// # Errors
    /// Not for this person, or not there; the database does not answer.
    pub async fn producer_to_fill(&self, actor: &Actor, id: &str) -> Result<Producer, Error> {
        reads(actor, Act::ReadOperator)?;
        self.store.producer(id, &actor.scope).await?.ok_or(Error::NotFound)
    }
    /// 关联的主体 of a sample, as far as this person sees them; none for whoever tests blind.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_parties(&self, actor: &Actor, record: &SampleRecord) -> Result<Parties, Error> {
        let (store, scope, linked) = (&self.store, &actor.scope, record.sample.parties);
        if reads(actor, Act::ReadOperator).is_err() || linked.is_empty() {
            return Ok(Parties::default());
        }
        let mut parties = Parties::default();
        if let Some(id) = linked.operator {
            parties.operator = store.operator(&id.to_string(), scope).await?.map(|o| masked(actor, o));
        }
        if let Some(id) = linked.producer {
            parties.producer = store.producer(&id.to_string(), scope).await?;
        }
        if let Some(id) = linked.market {
            parties.market = store.market(&id.to_string(), scope).await?;
        }
        if let Some(id) = linked.stall {
            parties.stall = store.stall(&id.to_string(), scope).await?;
        }
        Ok(parties)
    }
    /// 关联页: whom a sheet may be about by its code, name and permit, and whatever a text finds beside.
    ///
    /// # Errors
    /// Not for this person, or no such sample in their scope; the database does not answer.
    pub async fn read_link(&self, actor: &Actor, id: &str, q: &str) -> Result<LinkPage, Error> {
        reads(actor, Act::LinkParties)?;
        let record = veiled(actor, self.store.sample(id, &actor.scope).await?.ok_or(Error::NotFound)?);
        let Parties { operator, producer, market, stall } = self.read_parties(actor, &record).await?;
        let sheet = &record.sample.sheet;
        let mut operators: Vec<Operator> = operator.iter().cloned().collect();
        let mut producers: Vec<Producer> = producer.iter().cloned().collect();
        operators.extend(self.alike_operators(actor, sheet).await?);
        producers.extend(self.alike_producers(actor, sheet).await?);
        let mut names = vec![sheet.get("market_name")];
        if !q.trim().is_empty() {
            operators.extend(self.offered_operators(actor, q).await?);
            producers.extend(self.offered_producers(actor, q).await?);
            names.push(q);
        }
        let mut markets: Vec<MarketRow> = Vec::new();
        for name in names.into_iter().filter(|n| !plain(n).is_empty()) {
            let standing = Some("active".to_owned());
            let filter = PartyFilter { q: Some(name.to_owned()), standing, ..PartyFilter::default() };
            markets.extend(self.store.markets(&filter, &actor.scope).await?.0.into_iter().take(8));
        }
        once(&mut operators, |o| o.id);
        once(&mut producers, |p| p.id);
        once(&mut markets, |m| m.id.clone());
        if let Some(market) = market.as_ref().filter(|m| markets.iter().all(|row| row.id != m.id.to_string())) {
            markets.insert(
                0,
                MarketRow {
                    id: market.id.to_string(),
                    name: market.name.clone(),
                    plain: plain(&market.name),
                    street: market.street.clone(),
                    standing: shiyan_foundation::Label::code(market.stand.standing).to_owned(),
                    stalls: 0,
                    demo: market.demo,
                },
            );
        }
        Ok(LinkPage { record, operator, producer, market, stall, operators, producers, markets, streets: self.streets().await? })
    }
    /// Operators that are like the one on a sheet, see [`alike`].
    async fn alike_operators(&self, actor: &Actor, sheet: &Sheet) -> Result<Vec<Operator>, Error> {
        let typed = TypedOperator::of_sheet(sheet);
        let code = CreditCode::of(&typed.uscc);
        let on_sheet = alike::OperatorKey { name: &typed.name, code: code.as_ref(), street: &typed.street };
        let mut found = self.offered_operators(actor, &typed.name).await?;
        if let Some(code) = &code {
            found.extend(self.offered_operators(actor, code.as_str()).await?);
        }
        Ok(found.into_iter().filter(|o| alike::operators(&o.compared(), &on_sheet).is_some()).collect())
    }
    /// Producers that are like the one on a sheet.
    async fn alike_producers(&self, actor: &Actor, sheet: &Sheet) -> Result<Vec<Producer>, Error> {
        let typed = TypedProducer::of_sheet(sheet);
        let permit = card::permit(&typed.permit_no).unwrap_or_default();
        let on_sheet = alike::ProducerKey { name: &typed.name, code: None, permit: &permit };
        let found = self.offered_producers(actor, &typed.name).await?;
        Ok(found.into_iter().filter(|p| alike::producers(&p.compared(), &on_sheet).is_some()).collect())
    }
    /// 可并入 the other entries that are like an operator, and those that a text finds.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn operators_to_merge(&self, actor: &Actor, operator: &Operator, q: &str) -> Result<Vec<Operator>, Error> {
        let mut found = self.offered_operators(actor, &operator.name).await?;
        if !q.trim().is_empty() {
            found.extend(self.offered_operators(actor, q).await?);
        }
        once(&mut found, |o| o.id);
        Ok(found.into_iter().filter(|o| o.id != operator.id && o.stand.standing != Standing::Merged).collect())
    }
    /// The same of producers.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn producers_to_merge(&self, actor: &Actor, producer: &Producer, q: &str) -> Result<Vec<Producer>, Error> {
        let mut found = self.offered_producers(actor, &producer.name).await?;
        if !q.trim().is_empty() {
            found.extend(self.offered_producers(actor, q).await?);
        }
        once(&mut found, |p| p.id);
        Ok(found.into_iter().filter(|p| p.id != producer.id && p.stand.standing != Standing::Merged).collect())
    }
}

/// Leaves each entry where it stands first.
fn once<T, K: PartialEq>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let mut seen: Vec<K> = Vec::new();
    list.retain(|entry| {
        let key = key(entry);
        let new = !seen.contains(&key);
        if new {
            seen.push(key);
        }
        new
    });
}
