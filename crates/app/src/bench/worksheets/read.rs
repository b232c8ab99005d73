//! 检验批 list, making, one worksheet, one of its cells.

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::ids::TestOrderId;
use shiyan_foundation::{Act, Actor, Role, Scope, WorkCalendar};
use shiyan_lab_results::bench::{Instrument, Worksheet, WorksheetState, WorksheetTemplate};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_store::records::{SampleRecord, UserAccount};
use shiyan_store::{Entry, Error, Record};

use crate::App;
use crate::authority::{reads, veiled};
use shiyan_store::bench::worksheets::{EarlierValue, WaitingItem, WaitingMethod, WorksheetCount};

/// 检验批清单
#[derive(Debug)]
pub struct Bench {
    /// 待编批 by method.
    pub waiting: Vec<WaitingMethod>,
    /// Worksheets being entered.
    pub open: u64,
    /// Worksheets asked for, due first.
    pub sheets: Vec<Worksheet>,
    /// There are more than were read.
    pub cut: bool,
    /// How far they are filled.
    pub counts: Vec<WorksheetCount>,
    /// Working calendar.
    pub calendar: WorkCalendar,
}

/// 编批 what a new worksheet is made from.
#[derive(Debug)]
pub struct Making {
    /// Items that wait, of one method.
    pub waiting: Vec<WaitingItem>,
    /// Their samples.
    pub samples: Vec<SampleRecord>,
    /// Templates of the laboratory.
    pub templates: Vec<WorksheetTemplate>,
    /// Who may be given it.
    pub analysts: Vec<UserAccount>,
    /// Instruments in use.
    pub instruments: Vec<Instrument>,
    /// Working calendar.
    pub calendar: WorkCalendar,
}

/// 检验批 with its items and their orders.
#[derive(Debug)]
pub struct SheetPage {
    /// The worksheet.
    pub sheet: Worksheet,
    /// Its items.
    pub items: Vec<TestItem>,
    /// Orders of its samples.
    pub orders: BTreeMap<TestOrderId, TestOrder>,
}

/// What stands on the page of a worksheet beside the grid.
#[derive(Debug)]
pub struct Standing {
    /// Every item of its orders, also those that stand elsewhere; only once its entry is finished.
    pub beside: Vec<TestItem>,
    /// Worksheets still being entered that hold items of the same orders.
    pub unfinished: Vec<Worksheet>,
    /// Who may be given it.
    pub analysts: Vec<UserAccount>,
    /// Instruments in use.
    pub instruments: Vec<Instrument>,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// 时间线 of the worksheet and of the cells that were sent back.
    pub timeline: Vec<Entry>,
}

/// 一格 one result with what is shown beside it.
#[derive(Debug)]
pub struct SheetCell {
    /// The sample.
    pub sample: Option<SampleRecord>,
    /// 历史值 earlier results of this item in such food.
    pub earlier: Vec<EarlierValue>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

impl App {
    /// 检验批清单 of a state, or those being entered that are this person's own; `sheets` says which of them are kept.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_worksheets(
        &self,
        actor: &Actor,
        state: Option<WorksheetState>,
        mine: bool,
        most: u64,
        kept: impl Fn(&Worksheet) -> bool + Send,
    ) -> Result<Bench, Error> {
        use shiyan_foundation::Label;
        reads(actor, Act::ReadBench)?;
        let (store, scope) = (&self.store, &actor.scope);
        let mut sheets = match state {
            None => Vec::new(),
            Some(WorksheetState::Open) if mine => store.worksheets_of(&actor.id.to_string(), scope, most).await?,
            Some(state) => store.worksheets(&[state.code()], scope, most).await?,
        };
        let cut = sheets.len() as u64 >= most;
        sheets.retain(kept);
        let ids: Vec<String> = sheets.iter().map(|w| w.id.to_string()).collect();
        Ok(Bench {
            waiting: store.waiting_methods(scope).await?,
            open: u64::try_from(store.count_worksheets(WorksheetState::Open.code(), scope).await?).unwrap_or_default(),
            counts: store.worksheet_counts(&ids).await?,
            sheets,
            cut,
            calendar: self.calendar().await?,
        })
    }
    /// 我的检验批 those being entered that are assigned to this person, with how far they are filled.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_own_worksheets(&self, actor: &Actor, most: u64) -> Result<(Vec<Worksheet>, Vec<WorksheetCount>), Error> {
        reads(actor, Act::ReadBench)?;
        let sheets = self.store.worksheets_of(&actor.id.to_string(), &actor.scope, most).await?;
        let ids: Vec<String> = sheets.iter().map(|w| w.id.to_string()).collect();
        let counts = self.store.worksheet_counts(&ids).await?;
        Ok((sheets, counts))
    }
    /// 待编批 how much waits by method.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_waiting_methods(&self, actor: &Actor) -> Result<Vec<WaitingMethod>, Error> {
        self.store.waiting_methods(&actor.scope).await
    }
    /// People who may be given a worksheet by this person: analysts of the same laboratory.
    async fn analysts_of(&self, actor: &Actor) -> Result<Vec<UserAccount>, Error> {
        let same = |u: &UserAccount| actor.scope == Scope::District || u.scope == actor.scope;
        Ok(self.store.people().await?.into_iter().filter(|u| u.active && u.roles.contains(&Role::Analyst) && same(u)).collect())
    }
    async fn instruments_in_use(&self, actor: &Actor) -> Result<Vec<Instrument>, Error> {
        let mut all = self.instruments_of(actor).await?;
        all.retain(|i| i.active);
        all.sort_by(|a, b| a.no.cmp(&b.no));
        Ok(all)
    }
    /// 编批 what waits of a method; samples beyond `most` are left out of the samples, not of what waits.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_making(&self, actor: &Actor, method: &str, most: usize) -> Result<Making, Error> {
        reads(actor, Act::ReadBench)?;
        let waiting = self.store.waiting_items(method, &actor.scope, 2_400).await?;
        let mut ids: Vec<String> = Vec::new();
        for item in &waiting {
            if !ids.contains(&item.sample_id) {
                ids.push(item.sample_id.clone());
            }
        }
        ids.truncate(most);
        Ok(Making {
            samples: self.store.samples_of(&ids, &actor.scope).await?.into_iter().map(|s| veiled(actor, s)).collect(),
            waiting,
            templates: self.templates_of(actor).await?,
            analysts: self.analysts_of(actor).await?,
            instruments: self.instruments_in_use(actor).await?,
            calendar: self.calendar().await?,
        })
    }
    /// 检验批
    ///
    /// # Errors
    /// Not for this person, or no such worksheet in their scope; the database does not answer.
    pub async fn read_worksheet(&self, actor: &Actor, id: &str) -> Result<SheetPage, Error> {
        reads(actor, Act::ReadBench)?;
        let (store, scope) = (&self.store, &actor.scope);
        let sheet = store.worksheet(id, scope).await?.ok_or(Error::NotFound)?;
        let items = store.items_of_worksheet(id, scope).await?;
        let orders = store.orders_of_worksheet(id, scope).await?.into_iter().map(|o| (o.id, o)).collect();
        Ok(SheetPage { sheet, items, orders })
    }
    /// What stands on the page of a worksheet beside the grid.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_beside_worksheet(&self, actor: &Actor, page: &SheetPage) -> Result<Standing, Error> {
        reads(actor, Act::ReadBench)?;
        let (store, scope, sheet) = (&self.store, &actor.scope, &page.sheet);
        let (mut beside, mut unfinished) = (Vec::new(), Vec::new());
        if sheet.state == WorksheetState::Finished {
            beside = store.items_beside_worksheet(&sheet.id.to_string(), scope).await?;
            let elsewhere: BTreeSet<_> = beside.iter().filter_map(|i| i.worksheet).filter(|w| *w != sheet.id).collect();
            for id in elsewhere {
                unfinished.extend(store.worksheet(&id.to_string(), scope).await?.filter(|w| w.state == WorksheetState::Open));
            }
        }
        let sent_back = page.items.iter().filter(|i| i.returned.is_some()).map(Record::subject);
        let subjects: Vec<String> = std::iter::once(sheet.subject()).chain(sent_back).collect();
        Ok(Standing {
            beside,
            unfinished,
            analysts: self.analysts_of(actor).await?,
            instruments: self.instruments_in_use(actor).await?,
            calendar: self.calendar().await?,
            timeline: store.timeline(&subjects).await?,
        })
    }
    /// 一格 of a worksheet, with at most so many earlier results.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_cell(&self, actor: &Actor, item: &TestItem, most: u64) -> Result<SheetCell, Error> {
        reads(actor, Act::ReadBench)?;
        let sample = self.store.sample(&item.sample.to_string(), &actor.scope).await?;
        let earlier = match sample.as_ref().and_then(|s| s.sample.core.as_ref()) {
            Some(core) => self.store.earlier_values(item, &core.category.text(), &actor.scope, most).await?,
            None => Vec::new(),
        };
        Ok(SheetCell { sample: sample.map(|s| veiled(actor, s)), earlier, timeline: self.store.timeline(&[item.subject()]).await? })
    }
    /// 仪器文件 kept with a worksheet; a hash opens no other file.
    ///
    /// # Errors
    /// Not one of its files; the database does not answer.
    pub async fn read_instrument_file(&self, sheet: &Worksheet, sha256: &str) -> Result<Vec<u8>, Error> {
        if !sheet.files.iter().any(|f| f.sha256 == sha256) {
            return Err(Error::NotFound);
        }
        Ok(self.store.blob(sha256).await?.ok_or(Error::NotFound)?.1)
    }
}
