//! One sample told from the sheet to the report, as far as it had come by `now`. Every step is the domain's own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use shiyan_app::Error;
use shiyan_app::records::{ClockRecord, SampleRecord};
use shiyan_foundation::ids::{CaseId, ClockId, ReadingId, SampleId, TestItemId, TestOrderId, TestReportId};
use shiyan_foundation::task::{Department, Link, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::{Instant, Label};
use shiyan_judgement::deciding::{Deciding, NoVerdictWhy};
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::order::{OrderAction, OrderState, TestItem, TestOrder, doubtful_without_remark};
use shiyan_lab_results::report::{ReportContent, TestReport};
use shiyan_nonconformity::{Case, CaseState, ClockMove, open_cases};
use shiyan_sample_intake::sheet::{Sheet, SheetContext, credit_code};
use shiyan_sample_intake::{Reception, ReceptionCheck, Sample};
use shiyan_statute::{Clock, Extension, RuleKey};

use crate::LAB;
use crate::case::{Course, Quotas, run_case};
use crate::dice::Dice;
use crate::parties::{Register, linked};
use crate::world::{Food, STEMS, World, era, typed_result};
use shiyan_app::seed::{Record, content_hash, food_of, new_order, opening_of, peers_of, report_content, report_of};

/// What is to become of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// As time goes.
    Normal,
    /// The report comes late.
    Late,
    /// Voided before reception.
    Void,
    /// Refused at reception.
    Refused,
    /// Still on the way.
    InTransit,
    /// Goes no further than this state.
    Until(OrderState),
    /// The report is amended and the conclusion turns.
    AmendedToPass,
    /// The report is amended, the conclusion stands.
    Amended,
}

/// The package of a food and its items with their limits.
type Template = (Option<String>, Vec<TestItem>);

/// One sample to be told.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) on: NaiveDate,
    pub(crate) food: usize,
    pub(crate) link: Link,
    pub(crate) street: String,
    pub(crate) kind: TaskKind,
    pub(crate) level: TaskLevel,
    pub(crate) fails: bool,
    /// The item that fails, by its place in the package; drawn when not given.
    pub(crate) failing: Option<usize>,
    pub(crate) fate: Fate,
    pub(crate) temporary: bool,
    /// Made fixed for a sample that a rapid positive asked for.
    pub(crate) id: Option<SampleId>,
    pub(crate) from_reading: Option<ReadingId>,
}

/// Rows of one chunk.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) register: Register,
    pub(crate) samples: Vec<SampleRecord>,
    pub(crate) orders: Vec<TestOrder>,
    pub(crate) items: Vec<TestItem>,
    pub(crate) reports: Vec<TestReport>,
    pub(crate) cases: Vec<Case>,
    pub(crate) clocks: Vec<ClockRecord>,
}

/// What moves while the demonstration runs.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) dice: Dice,
    /// Entries of the register that were told already.
    known: BTreeSet<uuid::Uuid>,
    numbers: BTreeMap<String, u32>,
    cases: BTreeMap<i32, u32>,
    templates: BTreeMap<(usize, usize, TaskKind), Template>,
    sites: BTreeMap<(String, &'static str, usize), (String, String)>,
    pub(crate) quotas: Quotas,
    /// Conclusions of samples that a rapid positive asked for: failing, when.
    pub(crate) concluded: BTreeMap<SampleId, (bool, Instant)>,
}

impl Run {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            known: BTreeSet::new(),
            numbers: BTreeMap::new(),
            cases: BTreeMap::new(),
            templates: BTreeMap::new(),
            sites: BTreeMap::new(),
            quotas: Quotas::default(),
            concluded: BTreeMap::new(),
        }
    }
    fn number(&mut self, spec: &Spec) -> String {
        let year = spec.on.year() % 100;
        let (prefix, area) = match (spec.temporary, spec.level) {
            (true, _) => ("LS", "410105"),
            (_, TaskLevel::National | TaskLevel::Transferred) => ("GC", "410000"),
            (_, TaskLevel::Provincial) => ("SC", "410000"),
            (_, TaskLevel::City) => ("DC", "410100"),
            (_, TaskLevel::District) => ("XBJ", "410105"),
        };
        let head = format!("{prefix}{year:02}{area}99");
        let serial = self.numbers.entry(head.clone()).or_default();
        *serial += 1;
        format!("{head}{serial:07}")
    }
}

/// The clocks of one story.
#[derive(Debug)]
pub(crate) struct Clocks<'a> {
    world: &'a World,
    pub(crate) list: Vec<ClockRecord>,
}

impl<'a> Clocks<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, list: Vec::new() }
    }
    pub(crate) fn start(&mut self, dice: &mut Dice, rule: RuleKey, subject: &str, at: Instant) -> Result<(), Error> {
        let clock = Clock::start(ClockId(dice.uuid(at)), rule, subject, at, &self.world.calendar)?;
        self.list.push(ClockRecord { clock, demo: true, revision: 0 });
        Ok(())
    }
    fn running<'b>(&'b mut self, subject: &'b str, rule: Option<RuleKey>) -> impl Iterator<Item = &'b mut ClockRecord> {
        self.list
            .iter_mut()
            .filter(move |c| c.clock.subject == subject && rule.is_none_or(|r| r == c.clock.rule) && c.clock.stopped_at.is_none() && !c.clock.cancelled)
    }
    fn stop(&mut self, rule: RuleKey, subject: &str, at: Instant) -> Result<(), Error> {
        for record in self.running(subject, Some(rule)) {
            record.clock.stop(at)?;
            record.revision += 1;
        }
        Ok(())
    }
    fn cancel(&mut self, subject: &str, wanted: impl Fn(RuleKey) -> bool) -> Result<(), Error> {
        for record in self.running(subject, None).filter(|r| wanted(r.clock.rule)) {
            record.clock.cancel()?;
            record.revision += 1;
        }
        Ok(())
    }
    pub(crate) fn due(&self, rule: RuleKey, subject: &str) -> Option<NaiveDate> {
        self.list.iter().find(|c| c.clock.rule == rule && c.clock.subject == subject).map(|c| c.clock.effective_due_on())
    }
    /// What a move of a case asks for.
    pub(crate) fn moves(&mut self, dice: &mut Dice, subject: &str, moves: &[ClockMove]) -> Result<(), Error> {
        for step in moves {
            match step {
                ClockMove::Start(rule, at) => self.start(dice, *rule, subject, *at)?,
                ClockMove::Stop(rule, at) => self.stop(*rule, subject, *at)?,
                ClockMove::CancelAll => self.cancel(subject, |_| true)?,
                ClockMove::CancelDuties => self.cancel(subject, |rule| !rule.is_window())?,
                ClockMove::Extend(rule, to, reason) => {
                    let approved_by = self.world.people.supervisor.id;
                    for record in self.running(subject, Some(*rule)) {
                        record.clock.extend(Extension { new_due_on: *to, approved_by, reason: reason.clone() })?;
                        record.revision += 1;
                    }
                }
            }
        }
        Ok(())
    }
}

fn place(dice: &mut Dice, spec: &Spec, farm: bool) -> &'static str {
    let (names, weights): (&[&'static str], &[usize]) = match spec.link {
        Link::Production => (&["成品库(已检区)"], &[1]),
        Link::Circulation if farm => (&["农贸市场", "超市", "菜市场", "批发市场", "网购"], &[42, 40, 10, 5, 3]),
        Link::Circulation => (&["超市", "小食杂店", "商场", "网购"], &[58, 26, 11, 5]),
        Link::Catering => (&["小型餐馆", "中型餐馆", "快餐店", "小吃店", "学校/托幼食堂", "企事业单位食堂"], &[30, 22, 16, 14, 12, 6]),
    };
    names.get(dice.weighted(weights.iter().copied())).copied().unwrap_or("其他")
}

/// The name and the credit code of the n-th fictional site of a kind in a street.
fn site(run: &mut Run, world: &World, street: &str, place: &'static str, n: usize) -> (String, String) {
    run.sites
        .entry((street.to_owned(), place, n))
        .or_insert_with(|| {
            let what = match place {
                "成品库(已检区)" => "食品厂",
                "农贸市场" | "菜市场" => "鲜菜店",
                "批发市场" => "批发部",
                "网购" => "网店",
                "超市" => "超市",
                "小食杂店" => "食杂店",
                "商场" => "商场",
                "学校/托幼食堂" => "学校食堂",
                "企事业单位食堂" => "单位食堂",
                "小吃店" => "小吃店",
                "快餐店" => "快餐店",
                _ => "餐馆",
            };
            let short = world.streets.get(street).map_or("", |s| s.name.trim_end_matches("街道"));
            let serial: usize = street.bytes().chain(place.bytes()).map(usize::from).fold(n, |sum, b| (sum * 131 + b) % 9_999_991);
            (format!("{short}示范{what}{}", STEMS[n % STEMS.len()]), credit_code(&format!("92410105M{serial:08}")).unwrap_or_else(|| "/".to_owned()))
        })
        .clone()
}

/// The sheet of a sample, every required field, briefly.
pub(crate) fn sheet(run: &mut Run, world: &World, spec: &Spec) -> Result<Sheet, Error> {
    let food = world.foods.get(spec.food).ok_or_else(|| Error::Fault("demo food".into()))?;
    let farm = food.category.class() == "食用农产品";
    let place = if spec.from_reading.is_some() { "农贸市场" } else { place(&mut run.dice, spec, farm) };
    let kinds = if spec.link == Link::Production { 3 } else { 9 };
    let n = run.dice.below(kinds);
    let (site_name, uscc) = site(run, world, &spec.street, place, n);
    let number = run.number(spec);
    let age = if food.prepacked { run.dice.within(20, 110) } else { run.dice.within(0, 1) };
    let made_on = spec.on - Days::new(age.unsigned_abs());
    let maker = STEMS[run.dice.below(STEMS.len())];
    let mut sheet = Sheet { samplers: world.people.samplers.iter().map(|a| (a.id, a.name.clone())).collect(), ..Sheet::default() };
    let levels = &food.category.0;
    let level = |at: usize| levels.get(at).map_or("/", String::as_str);
    let own = if spec.link == Link::Production { site_name.clone() } else { format!("示范省示范食品有限公司{maker}") };
    let catering = spec.link == Link::Catering && food.category.class() == "餐饮食品";
    let (pack, date_kind) = match (food.prepacked, food.bulk, catering) {
        (true, ..) => ("预包装", "生产日期"),
        (_, true, _) => ("非定量包装", "购进日期"),
        (_, _, true) => ("无包装", "加工日期"),
        _ => ("无包装", "购进日期"),
    };
    let deploy = match spec.level {
        TaskLevel::National | TaskLevel::Transferred => "国家市场监督管理总局",
        TaskLevel::Provincial => "河南省市场监督管理局",
        TaskLevel::City => "郑州市市场监督管理局",
        TaskLevel::District => "郑州市金水区市场监督管理局",
    };
    let online = place == "网购";
    let base = run.dice.within(8, 60).to_string();
    let (made_on, on) = (made_on.to_string(), spec.on.to_string());
    let plan = format!("{}年金水区抽检计划（演示）", spec.on.year());
    let address = format!("示范路{}号", n + 1);
    for (key, value) in [
        ("sampling_no", number.as_str()),
        ("task_source", deploy),
        ("report_class_a", "抽检监测（地方）"),
        ("report_class_b", plan.as_str()),
        ("purpose", spec.kind.zh()),
        ("task_level", spec.level.zh()),
        ("department", Department::Market.zh()),
        ("directed", "否"),
        ("deploy_org", deploy),
        ("lab_org", LAB),
        ("sampling_type", if online { "网络抽样" } else { "常规抽样" }),
        ("link", spec.link.zh()),
        ("place", place),
        ("cat1", level(0)),
        ("cat2", level(1)),
        ("cat3", level(2)),
        ("cat4", level(3)),
        ("sampler_org", LAB),
        ("sampler_addr", "示范路1号"),
        ("sampler_province", "河南省"),
        ("sampler_phone", "00000000000"),
        ("street", spec.street.as_str()),
        ("area_kind", "城市"),
        ("site_name", site_name.as_str()),
        ("site_addr", address.as_str()),
        ("uscc", uscc.as_str()),
        ("permit_kind", "无"),
        ("legal_rep", "示范某"),
        ("site_contact", "示范某"),
        ("site_phone", "00000000000"),
        ("has_third_party", "否"),
        ("name", food.name.as_str()),
        ("brand", "/"),
        (
            "sample_kind",
            if farm {
                "食用农产品"
            } else if catering {
                "餐饮加工食品"
            } else {
                "工业加工食品"
            },
        ),
        ("sample_source", if catering { "加工/自制" } else { "外购" }),
        ("sample_attr", "普通食品"),
        ("pack_kind", pack),
        ("date_kind", date_kind),
        ("made_on", made_on.as_str()),
        ("unit_price", "10"),
        ("imported", "否"),
        ("origin", "中国"),
        ("sampled_on", on.as_str()),
        ("sampling_mode", "非无菌采样"),
        ("form", "固体"),
        ("sample_pack", "塑料袋"),
        ("storage", if farm { "冷藏" } else { "常温" }),
        ("base_qty", base.as_str()),
        ("sample_qty", "3"),
        ("backup_qty", "1"),
        ("qty_unit", food.unit.as_str()),
    ] {
        sheet.set(key, value);
    }
    if matches!(place, "农贸市场" | "菜市场" | "批发市场") {
        sheet.set("market_name", format!("示范{place}{}", STEMS[n % 6]));
        sheet.set("stall", format!("A-{:02}", n + 1));
    }
    if online {
        sheet.set("platform", "示范网络平台甲");
        sheet.set("buyer_account", "示范买样账户");
        sheet.set("delivery", "示范路1号");
    }
    if food.prepacked {
        for (key, value) in
            [("prod_name", own.as_str()), ("prod_addr", "示范省示范市示范路9号"), ("prod_region", "示范省示范市"), ("prod_permit", "SC00000000000000")]
        {
            sheet.set(key, value);
        }
        for (key, value) in [("shelf_life", "12个月"), ("spec", "500g"), ("exec_std", "示范标准")] {
            sheet.set(key, value);
        }
        sheet.set("ingredients", food.ingredients.as_str());
    }
    if spec.from_reading.is_some() {
        sheet.set("campaign", "快检阳性确证");
        sheet.set("sampling_type", "专项");
    }
    Ok(sheet)
}

fn reception(run: &mut Run) -> Reception {
    let seal = run.dice.hex(6);
    Reception {
        test_seal: format!("YS{seal}-1"),
        backup_seal: format!("YS{seal}-2"),
        place: format!("A-{:02}", run.dice.below(40) + 1),
        temperature: "4".into(),
        ..Reception::default()
    }
}

/// Tells one sample into the batch. A day that has not come yet tells nothing.
pub(crate) fn run_sample(world: &World, run: &mut Run, batch: &mut Batch, spec: &Spec) -> Result<(), Error> {
    let people = &world.people;
    let minutes = run.dice.within(0, 240);
    let submitted = world.at(spec.on, 10, 0) + TimeDelta::minutes(minutes);
    if submitted > world.now {
        return Ok(());
    }
    let id = match spec.id {
        Some(id) => id,
        None => SampleId(run.dice.uuid(submitted)),
    };
    let mut draft = Sample::draft(id, sheet(run, world, spec)?);
    draft.demo = true;
    draft.parties = linked(&mut batch.register, &mut run.known, world, &draft.sheet, spec.on);
    draft.from_reading = spec.from_reading;
    let created_by = people.samplers[0].id;
    let mut clocks = Clocks::new(world);
    if spec.fate == Fate::Void {
        let sample = draft.submit(&people.samplers[0], submitted, &context(world, submitted))?.void(&people.samplers[0], "抽样单填写有误，重新抽样（演示）")?;
        batch.samples.push(SampleRecord { sample, created_by });
        return Ok(());
    }
    let mut sample = draft.submit(&people.samplers[0], submitted, &context(world, submitted))?;
    let subject = format!("sample:{id}");
    let roll = run.dice.below(100);
    let wait = if roll < 70 { 1 } else { 2 };
    let received = world.at(world.after(spec.on, wait), 9, 0) + TimeDelta::minutes(run.dice.within(0, 120));
    // Of old samples only the clocks that still say something are kept: the report, and everything of a failing one.
    let recent = world.now - received < TimeDelta::days(95);
    clocks.start(&mut run.dice, RuleKey::D01, &subject, submitted)?;
    let keep = |batch: &mut Batch, sample: Sample, clocks: Clocks<'_>| {
        batch.samples.push(SampleRecord { sample, created_by });
        batch.clocks.extend(clocks.list.into_iter().filter(|c| recent || spec.fails || c.clock.rule == RuleKey::D02));
    };
    if received > world.now || spec.fate == Fate::InTransit {
        keep(batch, sample, clocks);
        return Ok(());
    }
    let reception = reception(run);
    if spec.fate == Fate::Refused {
        let reception = Reception { failed: vec![ReceptionCheck::Seal], ..reception };
        sample = sample.refuse(&people.keeper, received, reception, "封条破损，样品不能接收（演示）")?;
        clocks.cancel(&subject, |_| true)?;
        keep(batch, sample, clocks);
        return Ok(());
    }
    sample = sample.accept(&people.keeper, received, reception, format!("M{}", run.dice.hex(12)))?;
    clocks.stop(RuleKey::D01, &subject, received)?;
    clocks.start(&mut run.dice, RuleKey::D02, &subject, received)?;

    let (order, items) = open_order(world, run, &sample, spec, received)?;
    let food = world.foods.get(spec.food).ok_or_else(|| Error::Fault("demo food".into()))?;
    let mut bench = Bench { world, run, batch, spec, sample: &sample, food, order, items, clocks: &mut clocks, cases: Vec::new() };
    bench.test()?;
    let Bench { order, mut items, mut cases, .. } = bench;
    if let (Some(_), Some(conclusion), Some(at)) = (spec.from_reading, &order.in_force, order.issued_at) {
        run.concluded.insert(id, (conclusion.outcome == Outcome::Fail, at));
    }
    batch.orders.push(order);
    batch.items.append(&mut items);
    batch.cases.append(&mut cases);
    keep(batch, sample, clocks);
    Ok(())
}

fn context(world: &World, at: Instant) -> SheetContext<'_> {
    SheetContext { today: at.date_naive(), streets: &world.street_codes }
}

/// The order with its items; what the library says about a food is asked once an era.
fn open_order(world: &World, run: &mut Run, sample: &Sample, spec: &Spec, at: Instant) -> Result<(TestOrder, Vec<TestItem>), Error> {
    let core = sample.core.as_ref().ok_or_else(|| Error::Fault("no core".into()))?;
    let key = (spec.food, era(if core.prepacked { core.made_on } else { core.sampled_on }), spec.kind);
    let id = TestOrderId(run.dice.uuid(at));
    let known = run.templates.get(&key).cloned();
    let packages = if known.is_some() { &[][..] } else { &world.packages[..] };
    let (order, items) = new_order(sample, packages, &world.limits, &world.calendar, at)?;
    let (package, items) = known.unwrap_or_else(|| {
        let told = (order.package.clone(), items);
        run.templates.insert(key, told.clone());
        told
    });
    let order = TestOrder { id, package, ..order };
    let (food, peers) = (food_of(sample), peers_of(sample));
    let own = |item| TestItem { id: TestItemId(run.dice.uuid(at)), order: id, sample: sample.id, food: food.clone(), peers: peers.clone(), ..item };
    let items = items.into_iter().map(own).collect();
    Ok((order, items))
}

/// The bench with one order on it: results, signatures, conclusion, report, cases; and the amendment where there is one.
struct Bench<'b, 'w> {
    world: &'b World,
    run: &'b mut Run,
    batch: &'b mut Batch,
    spec: &'b Spec,
    sample: &'b Sample,
    food: &'b Food,
    order: TestOrder,
    items: Vec<TestItem>,
    clocks: &'b mut Clocks<'w>,
    cases: Vec<Case>,
}

impl Bench<'_, '_> {
    fn test(&mut self) -> Result<(), Error> {
        let world = self.world;
        let days = match self.spec.fate {
            Fate::Late => self.run.dice.within(21, 24),
            Fate::Until(_) => 9,
            _ => self.run.dice.within(8, 16),
        };
        let failing = self.spec.fails.then(|| self.spec.failing.unwrap_or_else(|| self.run.dice.weighted(self.food.items.iter().map(|(_, w)| *w))));
        self.enter_results(days, failing)?;
        let mut from = self.order.received_at.date_naive();
        let mut last = days;
        let mut amended = !matches!(self.spec.fate, Fate::AmendedToPass | Fate::Amended);
        loop {
            if !self.signed(from, last)? {
                return Ok(());
            }
            let approved = world.at(world.after(from, last), 9, 0) + TimeDelta::minutes(self.run.dice.within(0, 450));
            if approved > world.now || self.stops() {
                return Ok(());
            }
            self.approve(approved)?;
            let Some(issued) = self.issued(approved)? else { break };
            if amended {
                break;
            }
            // the amendment: the chain once more
            amended = true;
            from = world.after(issued.date_naive(), 8);
            last = 5;
            self.amend(world.at(from, 9, 0), failing)?;
        }
        self.tell_cases()
    }

    fn stops(&self) -> bool {
        matches!(self.spec.fate, Fate::Until(state) if state == self.order.state)
    }

    /// A result of an item as it is typed.
    fn typed(&mut self, index: usize, fails: bool) -> String {
        self.food.items.get(index).map(|(row, _)| typed_result(&mut self.run.dice, row, fails)).unwrap_or_default()
    }

    /// Results, item by item.
    fn enter_results(&mut self, days: i64, failing: Option<usize>) -> Result<(), Error> {
        let (world, received) = (self.world, self.order.received_at.date_naive());
        let steps = i64::try_from(self.items.len()).unwrap_or(1);
        for index in 0..self.items.len() {
            let place = i64::try_from(index).unwrap_or(0);
            let on = world.after(received, 2 + (days - 6) * (place + 1) / (steps + 1));
            let at = world.at(on, 9, 30) + TimeDelta::minutes(self.run.dice.within(0, 360));
            let stuck = self.stops() && place > 0;
            let raw = self.typed(index, failing == Some(index));
            if at <= world.now && !stuck {
                enter(world, &self.order, &mut self.items[index], &raw, at)?;
            }
        }
        Ok(())
    }

    /// The signatures before the approval; `false` when one of them is not given yet.
    fn signed(&mut self, from: NaiveDate, last: i64) -> Result<bool, Error> {
        let world = self.world;
        for (action, workday) in [(OrderAction::Submit, last - 3), (OrderAction::Check, last - 2), (OrderAction::Review, last - 1)] {
            let at = world.at(world.after(from, workday), 9, 0) + TimeDelta::minutes(self.run.dice.within(0, 480));
            if at > world.now || self.stops() {
                return Ok(false);
            }
            let who = match action {
                OrderAction::Submit => &world.people.analyst,
                OrderAction::Check => &world.people.checker,
                _ => &world.people.reviewer,
            };
            self.order = self.order.forward(who, action, &self.items, &content_hash(&self.order, &self.items)?, at)?;
        }
        Ok(true)
    }

    /// The conclusion, with the clocks and the cases that begin by it.
    fn approve(&mut self, at: Instant) -> Result<(), Error> {
        let hash = content_hash(&self.order, &self.items)?;
        self.order = self.order.approve(&self.world.people.signatory, &self.items, &["*".to_owned()], &hash, at)?;
        let fails = self.order.conclusion.as_ref().is_some_and(|c| c.outcome == Outcome::Fail);
        let subject = format!("sample:{}", self.sample.id);
        if fails {
            self.clocks.start(&mut self.run.dice, RuleKey::D25, &subject, at)?;
        } else {
            self.clocks.start(&mut self.run.dice, RuleKey::D03, &subject, at)?;
            self.clocks.start(&mut self.run.dice, RuleKey::D24, &subject, at)?;
        }
        if fails && self.cases.is_empty() {
            self.cases = open(self.run, self.sample, &self.order, &self.items, self.clocks, at)?;
        }
        Ok(())
    }

    /// Issues the report, and says when; `None` when it is not issued yet.
    fn issued(&mut self, approved: Instant) -> Result<Option<Instant>, Error> {
        let world = self.world;
        let issued = if self.run.dice.chance(6_000) {
            world.at(world.after(approved.date_naive(), 1), 9, 0) + TimeDelta::minutes(self.run.dice.within(0, 180))
        } else {
            approved + TimeDelta::minutes(self.run.dice.within(15, 60))
        };
        if issued > world.now || self.stops() || self.spec.temporary {
            return Ok(None);
        }
        issue(world, self.run, self.batch, self.sample, &mut self.order, &self.items, issued)?;
        let subject = format!("sample:{}", self.sample.id);
        self.clocks.stop(RuleKey::D02, &subject, issued)?;
        self.clocks.stop(RuleKey::D03, &subject, issued)?;
        Ok(Some(issued))
    }

    fn amend(&mut self, begun: Instant, failing: Option<usize>) -> Result<(), Error> {
        let (why, turns) = match self.spec.fate {
            Fate::AmendedToPass => ("复核发现样品稀释倍数录入有误，更改结果（演示）", true),
            _ => ("更正检验方法的年代号（演示）", false),
        };
        self.order = self.order.amend(&self.world.people.quality, why)?;
        self.clocks.cancel(&format!("sample:{}", self.sample.id), |_| true)?;
        if let Some(index) = failing.filter(|index| turns && *index < self.items.len()) {
            let raw = self.typed(index, false);
            enter(self.world, &self.order, &mut self.items[index], &raw, begun)?;
        }
        Ok(())
    }

    fn tell_cases(&mut self) -> Result<(), Error> {
        let order = &self.order;
        let turned = self.spec.fate == Fate::AmendedToPass && order.in_force.as_ref().is_some_and(|c| c.outcome != Outcome::Fail);
        let mut told = Vec::new();
        for case in self.cases.drain(..) {
            let course = match self.spec.fate {
                _ if turned => Course::Overturned(order.issued_at.unwrap_or(self.world.now)),
                Fate::Until(_) => Course::Until(CaseState::Opened),
                _ => Course::drawn(self.world, self.run, &case),
            };
            told.push(run_case(self.world, self.run, self.clocks, case, course)?);
        }
        self.cases = told;
        Ok(())
    }
}

/// Enters a result; where only a person may decide, a person does.
fn enter(world: &World, order: &TestOrder, item: &mut TestItem, raw: &str, at: Instant) -> Result<(), Error> {
    order.may_enter(&world.people.analyst)?;
    let (understood, judgement) = item.judged(raw, order.kind);
    *item = item.enter(&world.people.analyst, at, raw, understood, judgement);
    if doubtful_without_remark(item) {
        item.remark = "复测结果一致（演示）".to_owned();
    }
    if item.undecided(order.kind) {
        order.may_decide(&world.people.quality)?;
        let held = |verdict| Deciding::Held { verdict, source: "检验原始记录（演示）".to_owned() };
        let (by, reason) = match item.judgement.as_ref().map(|j| j.code.as_str()) {
            Some("JUDGE-SUM-MEMBER") => (held(Verdict::Conforming), "其余组分未检出，合计符合（演示）"),
            Some("JUDGE-CARRY-OVER") => (held(Verdict::Nonconforming), "排除带入和天然本底，判为不合格（演示）"),
            _ if item.limit.is_none() => {
                let by = Deciding::NoVerdict { why: NoVerdictWhy::NotListed, source: "抽检实施细则（演示）".to_owned() };
                (by, "本次判定依据没有该项目的限量（演示）")
            }
            other => return Err(Error::Fault(format!("{} {raw}: {other:?}", item.analyte))),
        };
        *item = item.decide(&world.people.quality, &by, &[], reason, order.kind, at + TimeDelta::minutes(40))?;
    }
    if item.awaits_carry_over_word() {
        *item = item.say_carry_over(&world.people.analyst, "核对配料表，不属于带入（演示）", at + TimeDelta::minutes(20))?;
    }
    Ok(())
}

/// A failing conclusion opens its cases.
fn open(run: &mut Run, sample: &Sample, order: &TestOrder, items: &[TestItem], clocks: &mut Clocks<'_>, at: Instant) -> Result<Vec<Case>, Error> {
    let serial = run.cases.entry(at.year()).or_default();
    *serial += 1;
    let no = format!("HC{:04}-{serial:04}", at.year());
    let ids = [CaseId(run.dice.uuid(at)), CaseId(run.dice.uuid(at))];
    let mut out = Vec::new();
    for (case, moves) in open_cases(&opening_of(sample, order, items, at)?, ids, &no) {
        clocks.moves(&mut run.dice, &case.subject(), &moves)?;
        out.push(case);
    }
    Ok(out)
}

/// Freezes the report; the PDF is typeset when somebody asks for it.
fn issue(world: &World, run: &mut Run, batch: &mut Batch, sample: &Sample, order: &mut TestOrder, items: &[TestItem], at: Instant) -> Result<(), Error> {
    let next = order.issue(&world.people.sender, items, at)?;
    let content = ReportContent {
        amendment_reason: order.amending.clone(),
        verify_code: run.dice.hex(20),
        ..report_content(sample, &next, items, &world.labs, &world.streets, at)?
    };
    let report = report_of(&content, &next, None, &world.people.sender, at)?;
    batch.reports.push(TestReport { id: TestReportId(run.dice.uuid(at)), ..report });
    *order = next;
    Ok(())
}
