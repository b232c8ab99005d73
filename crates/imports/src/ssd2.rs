//! 标准样品描述 the results of reports in force as SSD2: gathered within the scope of who asks, with what was left out and why, the scope,
//! the moment and the hash. Pages, the interface for programs and the command line call the same.

use std::collections::BTreeMap;

use serde::Serialize;
use shiyan_app::read::{IssuedOrder, IssuedPage};
use shiyan_app::{App, Error, sha256_hex};
use shiyan_exchange::code;
use shiyan_exchange::ssd2::{self, Left, Line, Message, Tested};
use shiyan_foundation::{Actor, Instant, Label, Lang, NaiveDate, Refusal, Scope};
use shiyan_lab_results::order::{OrderState, TestItem};

/// Days of one span.
pub const MOST_DAYS: i64 = 366;
/// Orders of one file.
pub const MOST_ORDERS: usize = 5_000;
/// Orders read at once.
const AT_ONCE: u64 = 200;
/// Orders of one page of the interface.
pub const PAGE: u64 = 50;

/// 起止日期 checked: the first not after the last, a year at most.
///
/// # Errors
/// `SSD-SPAN`.
pub fn span(from: NaiveDate, to: NaiveDate) -> Result<(NaiveDate, NaiveDate), Refusal> {
    if (0..MOST_DAYS).contains(&(to - from).num_days()) {
        return Ok((from, to));
    }
    Err(Refusal::new(code::SSD_SPAN).with("from", from).with("to", to).with("days", MOST_DAYS).on("to"))
}

/// 未导出的一项
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// 样品编号
    pub sample: String,
    /// 检验项目
    pub analyte: String,
    /// Why.
    pub why: Left,
}

/// 口径 which results these are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// First day of issue.
    pub from: NaiveDate,
    /// Last day of issue.
    pub to: NaiveDate,
    /// 截止 the moment at which they were read.
    pub as_of: Instant,
    /// 数据范围, Chinese.
    pub scope_zh: String,
    /// 数据范围, English.
    pub scope_en: String,
}

impl Extent {
    /// Of these days, read now, within this scope.
    ///
    /// # Errors
    /// `SSD-SPAN`; the database does not answer.
    pub async fn of(app: &App, from: NaiveDate, to: NaiveDate, scope: &Scope, now: Instant) -> Result<Self, Error> {
        let (from, to) = span(from, to)?;
        let (scope_zh, scope_en) = match scope {
            Scope::District => ("全区".to_owned(), "whole district".to_owned()),
            Scope::Streets(codes) => {
                let streets = app.streets().await?;
                let names: Vec<&str> = codes.iter().map(|c| streets.get(c).map_or(c.as_str(), |s| s.name.as_str())).collect();
                (names.join("、"), format!("streets {}", names.join(", ")))
            }
            Scope::Lab(_) => ("本承检机构".to_owned(), "own laboratory".to_owned()),
            Scope::Point(_) => ("本快检点".to_owned(), "own rapid-test point".to_owned()),
        };
        Ok(Self { from, to, as_of: now, scope_zh, scope_en })
    }
    /// In one sentence.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let at = self.as_of.format("%Y-%m-%d %H:%M:%S");
        match lang {
            Lang::Zh => format!("{} 至 {} 签发的现行报告，范围：{}，截至 {at}", self.from, self.to, self.scope_zh),
            Lang::En => format!("reports in force issued from {} to {}, scope: {}, as of {at}", self.from, self.to, self.scope_en),
        }
    }
}

/// 导出 results in elements of SSD2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Which results.
    pub extent: Extent,
    /// Orders looked at.
    pub orders: usize,
    /// Of these, demonstration data.
    pub demo: usize,
    /// One result each.
    pub lines: Vec<Line>,
    /// What has no line, and why.
    pub left_out: Vec<LeftOut>,
}

fn sample_no(order: &IssuedOrder, blind: bool) -> String {
    let s = &order.sample.sample;
    let number = s.core.as_ref().map(|c| c.sampling_no.clone()).filter(|_| !blind);
    number.or_else(|| s.blind_code.clone()).unwrap_or_else(|| s.id.to_string())
}

/// One item: its line, or why it has none.
fn one(order: &IssuedOrder, item: &TestItem, sample_id: &str) -> Result<Line, Left> {
    // What is being amended has no result now; and what was typed after the report is not what the report says.
    if order.order.state != OrderState::Issued || item.entered_at.is_some_and(|at| at > order.issued_at) {
        return Err(Left::Amending);
    }
    let core = order.sample.sample.core.as_ref();
    let food = core.map_or_else(String::new, |c| format!("{}（{}）", c.name, c.category.text()));
    let (result_id, order_id) = (item.id.to_string(), item.order.to_string());
    ssd2::line(&Tested {
        result_id: &result_id,
        sample_id,
        order_id: &order_id,
        sampled_on: core.map(|c| c.sampled_on),
        tested_on: item.entered_at.map(|at| at.date_naive()),
        food: &food,
        kind: order.order.kind,
        laboratory: core.map_or("", |c| c.lab.as_str()),
        analyte: &item.analyte,
        method: &item.method,
        raw: &item.raw,
        unit: &item.unit,
        limit: item.limit.as_ref(),
        verdict: item.verdict(),
    })
}

impl Exported {
    /// Nothing yet.
    #[must_use]
    pub fn none(extent: Extent) -> Self {
        Self { extent, orders: 0, demo: 0, lines: Vec::new(), left_out: Vec::new() }
    }
    /// Takes one page of results.
    pub fn take(&mut self, page: &IssuedPage) {
        for order in &page.orders {
            self.orders += 1;
            self.demo += usize::from(order.order.demo);
            let sample = sample_no(order, page.blind);
            for item in &order.items {
                match one(order, item, &sample) {
                    Ok(line) => self.lines.push(line),
                    Err(why) => self.left_out.push(LeftOut { sample: sample.clone(), analyte: item.analyte.clone(), why }),
                }
            }
        }
    }
    /// 全部 of the span, within the scope of who asks.
    ///
    /// # Errors
    /// Not for this person; `SSD-SPAN`, `SSD-MANY`; the database does not answer.
    pub async fn read(app: &App, actor: &Actor, from: NaiveDate, to: NaiveDate, now: Instant) -> Result<Self, Error> {
        Self::gathered(app, Some(actor), (from, to), now).await
    }
    /// The same of the whole district, for the command line.
    ///
    /// # Errors
    /// `SSD-SPAN`, `SSD-MANY`; the database does not answer.
    pub async fn of_district(app: &App, from: NaiveDate, to: NaiveDate, now: Instant) -> Result<Self, Error> {
        Self::gathered(app, None, (from, to), now).await
    }
    /// Page after page, to the last one: for a person, or for whoever runs the program.
    async fn gathered(app: &App, reader: Option<&Actor>, span: (NaiveDate, NaiveDate), now: Instant) -> Result<Self, Error> {
        let scope = reader.map_or(&Scope::District, |actor| &actor.scope);
        let mut all = Self::none(Extent::of(app, span.0, span.1, scope, now).await?);
        let mut after: Option<String> = None;
        loop {
            let page = match reader {
                Some(actor) => app.read_issued_results(actor, span, after.as_deref(), AT_ONCE).await?,
                None => app.issued_results(span, after.as_deref(), AT_ONCE, scope).await?,
            };
            all.take(&page);
            all.bounded()?;
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(all),
            }
        }
    }
    fn bounded(&self) -> Result<(), Refusal> {
        if self.orders <= MOST_ORDERS {
            return Ok(());
        }
        Err(Refusal::new(code::SSD_MANY).with("limit", MOST_ORDERS).on("to"))
    }
    /// What was left out, counted by reason.
    #[must_use]
    pub fn reasons(&self) -> BTreeMap<Left, u64> {
        let mut counts = BTreeMap::new();
        for left in &self.left_out {
            *counts.entry(left.why).or_default() += 1;
        }
        counts
    }
    /// The message; `sender` is the body that sends it.
    #[must_use]
    pub fn xml(&self, sender: &str) -> Vec<u8> {
        let e = &self.extent;
        let id = format!("SHIYAN-{}-{}-{}", e.from.format("%Y%m%d"), e.to.format("%Y%m%d"), e.as_of.format("%Y%m%d%H%M%S"));
        let mut comment = e.told(Lang::Zh);
        if !self.left_out.is_empty() {
            let reasons: Vec<String> = self.reasons().iter().map(|(why, n)| format!("{} {n}", why.zh())).collect();
            comment = format!("{comment}；未导出 {} 项：{}", self.left_out.len(), reasons.join("，"));
        }
        if self.demo > 0 {
            comment = format!("{comment}；含演示数据 {} 份，没有效力", self.demo);
        }
        ssd2::message_xml(&Message::from_here(&id, sender, &comment), self.lines.iter().map(|l| l.0.clone()))
    }
    /// The same results as csv.
    ///
    /// # Errors
    /// `FILE-WRITE`.
    pub fn csv(&self) -> Result<Vec<u8>, Refusal> {
        ssd2::csv(&self.lines.iter().map(|l| l.0.clone()).collect::<Vec<_>>())
    }
    /// 指纹 of the results alone: the same results have the same one, whoever asks and whenever.
    ///
    /// # Errors
    /// `FILE-WRITE`.
    pub fn sha256(&self) -> Result<String, Refusal> {
        Ok(sha256_hex(&self.csv()?))
    }
}
