//! A furnished house with one of everything in it, and the address of every route with its particulars filled in, from the table of
//! routes itself: a route that is new is walked without anybody adding it here.

use rocket::http::Method;
use rocket::local::asynchronous::Client;
use shiyan_app::papers::{Numbering, SignedPaper};
use shiyan_app::rapid::TypedReading;
use shiyan_app::worksheets::NewWorksheet;
use shiyan_dispatch::Signing;
use shiyan_foundation::Lang;
use shiyan_nonconformity::Block;
use shiyan_sample_intake::parties::{TypedMarket, TypedOperator, TypedProducer};
use shiyan_testkit::people::STREET;
use shiyan_testkit::sheet::leek;
use shiyan_testkit::{TestApp, at, day, upload};

use crate::http::encoded;

/// Keys of what is in the house.
#[derive(Debug, Clone)]
pub struct World {
    pub sample: String,
    pub waiting: String,
    pub draft: String,
    pub order: String,
    pub open: String,
    pub item: String,
    pub case: String,
    pub evidence: String,
    pub sheet: String,
    pub cell: String,
    pub file: String,
    pub reading: String,
    pub photo: String,
    pub operator: String,
    pub producer: String,
    pub market: String,
    pub stall: String,
    pub paper: String,
}

impl World {
    /// A failing batch with its report and its case, a sheet that waits, an order being tested, a worksheet with a file, a positive.
    pub async fn of(t: &TestApp) -> Self {
        let p = &t.people;
        let began = at("2025-06-02T09:00");
        let operator = TypedOperator { street: STREET.into(), ..TypedOperator::of_sheet(&leek("x", &[])) };
        let operator = t.app.add_operator(&p.sampler.actor(), &operator, began).await.unwrap().to_string();
        let maker =
            TypedProducer {
                name: "虚构食品厂".into(), region: "虚构省虚构市".into(), permit_no: "SC10000000000001".into(), ..TypedProducer::default()
            };
        let producer = t.app.add_producer(&p.sampler.actor(), &maker, began).await.unwrap().to_string();
        let place =
            TypedMarket {
                name: "虚构农贸市场".into(), kind: "农贸市场".into(), opener: "虚构公司".into(), street: STREET.into(), address: "虚构路2号".into()
            };
        let market = t.app.add_market(&p.sampler.actor(), &place, began).await.unwrap().to_string();
        let stall = t.app.add_stall(&p.sampler.actor(), &market, "A-1", began).await.unwrap().to_string();
        t.app.hand_stall(&p.sampler.actor(), &stall, 0, &operator, "2025-06-01", began).await.unwrap();
        let (sample, order, case) = t.failing("XBJ25410105000000001").await;
        let case = case.id.to_string();
        t.app.receive_case(&p.enforcer.actor(), &case, at("2025-06-11T09:00")).await.unwrap();
        t.fill(&case, Block::Start, at("2025-06-12T15:00")).await;
        let evidence = t.case(&case).await.blocks.values().next().unwrap().evidence[0].sha256.clone();
        let waiting = t.sampled("XBJ25410105000000002").await;
        let draft = leek("XBJ25410105000000005", &[&p.sampler, &p.sampler2]);
        let draft = t.app.begin_sheet(&p.sampler.actor(), draft, None, at("2025-06-03T15:30")).await.unwrap().to_string();
        let (_, open) = t.received("XBJ25410105000000003").await;
        let item = t.items(&open).await[0].id.to_string();
        let (_, on_sheet) = t.received("XBJ25410105000000004").await;
        let items: Vec<String> = t.items(&on_sheet).await.iter().map(|i| i.id.to_string()).collect();
        let cell = items[0].clone();
        let new = NewWorksheet { items, ..NewWorksheet::default() };
        let sheet = t.app.create_worksheet(&p.analyst.actor(), &new, at("2025-06-05T09:00")).await.unwrap().to_string();
        let file = t.app.keep_instrument_file(&p.analyst.actor(), &sheet, "a.csv", "", b"x", at("2025-06-05T09:10")).await.unwrap();
        let reading = t.app.enter_reading(&p.operator.actor(), positive("photo"), at("2025-06-19T09:00")).await.unwrap();
        let (reading, photo) = (reading.id.to_string(), reading.photo.unwrap());
        let paper = SignedPaper {
            kind: "P61",
            said: ("2025年".into(), "2025".into()),
            subject: "2025".into(),
            title: "虚构年度报告".into(),
            numbering: Numbering { number: false, count: false },
            signing: Signing { dated: day("2025-06-19"), number: None, count: None },
            lang: Lang::Zh,
            files: vec![("pdf", b"%PDF-1.7 x".to_vec())],
            template: "annual.zh.txt".into(),
            faces: String::new(),
            program: String::new(),
            stands_on: 0,
            watches: &[],
            warned: Vec::new(),
            demo: false,
        };
        let paper = t.app.issue_paper(&p.supervisor.actor(), paper, at("2025-06-19T10:00")).await.unwrap().id.to_string();
        World { paper, sample, waiting, draft, order, open, item, case, evidence, sheet, cell, file, reading, photo, operator, producer, market, stall }
    }
    /// A pattern of the table of routes, with what is in the house in its places.
    pub fn filled(&self, pattern: &str) -> String {
        let parts: Vec<&str> = pattern.split('/').collect();
        let room = parts.get(1).copied().unwrap_or_default();
        let fill = |part: &&str| match (room, *part) {
            ("parties", "<id>") => match parts.get(2).copied() {
                Some("operators") => self.operator.clone(),
                Some("producers") => self.producer.clone(),
                Some("markets") => self.market.clone(),
                _ => self.stall.clone(),
            },
            ("parties", "<step>") => "close".to_owned(),
            ("samples", "<id>") if parts.last() == Some(&"reception") || parts.contains(&"void") || parts.contains(&"renumber") => self.waiting.clone(),
            ("samples", "<id>") if parts.last() == Some(&"sheet") => self.draft.clone(),
            ("samples", "<id>") | ("api", "<id>") => self.sample.clone(),
            ("bench", "<id>") if parts.last() == Some(&"draft") => self.order.clone(),
            ("bench", "<id>") => self.open.clone(),
            ("review", "<id>") => self.sheet.clone(),
            ("bench", "<item>") => self.item.clone(),
            ("bench", "<step>") => "submit".to_owned(),
            ("review", "<step>") => "check".to_owned(),
            ("cases", "<id>") => self.case.clone(),
            ("cases", "<step>") => "submit".to_owned(),
            ("evidence", _) if part.starts_with('<') => self.evidence.clone(),
            ("worksheets", "<id>") => self.sheet.clone(),
            ("worksheets", "<cell>" | "<item>") => self.cell.clone(),
            ("worksheets", "<sha256>") => self.file.clone(),
            ("rapid", "<id>") => self.reading.clone(),
            ("rapid", "<sha>") => self.photo.clone(),
            ("reports", "<number>") => "SY-XBJ25410105000000001".to_owned(),
            ("reports", "<which>") => "seal".to_owned(),
            ("plan", "<year>") => "2025".to_owned(),
            ("rows", "<what>") => "counted".to_owned(),
            ("stats", "<chapter>" | "<chapter>?year=2025") => part.replace("<chapter>", "next"),
            ("stats", "<file>") => "by_class.csv".to_owned(),
            ("api", "<table>") => "by_class".to_owned(),
            ("figures", "<key>") => "batches_per_thousand".to_owned(),
            ("papers", "<name>") => "file.pdf".to_owned(),
            ("papers", "<n>") => "0".to_owned(),
            ("papers", "<id>") => self.paper.clone(),
            ("explain", _) | ("api", "<code>") if part.starts_with('<') => "D07".to_owned(),
            ("admin", "<key>") if parts.contains(&"shipped") => "foss-fiastar".to_owned(),
            ("admin", "<key>") => encoded("韭菜"),
            ("admin", "<id>") => "L0001".to_owned(),
            ("admin", "<username>") => "market".to_owned(),
            ("lang", "<to>") => "en".to_owned(),
            ("text", "<to>") => "large".to_owned(),
            (_, part) if part.starts_with('<') => "zzz".to_owned(),
            (_, part) => part.to_owned(),
        };
        parts.iter().map(fill).collect::<Vec<_>>().join("/")
    }
}

/// A positive reading with a photo of its own.
pub fn positive(mark: &str) -> TypedReading {
    TypedReading {
        stall: "A-1".into(),
        food: "韭菜".into(),
        method: "GB/T 5009.199-2003".into(),
        value: "72".into(),
        photo: Some(upload(mark)),
        ..TypedReading::default()
    }
}

/// The patterns of the table of routes for a method: path, and names of the parameters of the query.
pub fn patterns(client: &Client, method: Method) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = client
        .rocket()
        .routes()
        .filter(|r| r.method == method && !r.uri.path().contains("<_..>"))
        .map(|r| {
            let names = r.uri.query().map(|q| q.split('&').filter_map(|p| p.strip_prefix('<')?.strip_suffix('>')).map(|p| p.trim_end_matches("..").to_owned()));
            (r.uri.path().to_owned(), names.into_iter().flatten().collect())
        })
        .collect();
    all.sort();
    all.dedup();
    all
}
