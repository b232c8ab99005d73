//! 演示 two years of a fictional laboratory and its district, told from a seed by the domain's own functions with back-dated
//! clocks, so that the data are consistent by construction. Every row is marked 演示 and can be removed again; the
//! application lets no other through (`app::seed`).

mod case;
mod dice;
mod parties;
mod rapid;
mod sample;
mod worksheets;
mod world;
mod year;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use shiyan_app::limits::check::{MOST, Statement};
use shiyan_app::records::{Laboratory, LimitRecord, SampleRecord, UserAccount};
use shiyan_app::seed::Sowing;
use shiyan_app::{App, Error, Who, code};
use shiyan_foundation::area::Street;
use shiyan_foundation::ids::{LabId, PointId, UserId};
use shiyan_foundation::task::Population;
use shiyan_foundation::{Actor, Instant, Label, Refusal, Role, Scope, WorkCalendar};
use shiyan_nonconformity::Case;
use shiyan_sample_intake::Sample;
use shiyan_sample_intake::sheet::Sheet;
use shiyan_statute::{LimitLibrary, LimitRow, LimitStatus};

use crate::dice::Dice;
use crate::sample::{Batch, Run, run_sample};
use crate::world::{People, World};

/// Name of the one laboratory.
const LAB: &str = "示范食品检验中心（演示）";
/// 质量负责人 of the demonstration.
const QUALITY: &str = "示范质量负责人甲";
/// Password of every account when none is given.
pub const PASSWORD: &str = "shiyan-demo-2026";
/// Finished samples of the full year when no number is given.
const SAMPLES: u32 = 6_600;
/// Samples with all that came of them, or rows of another noun, that one transaction holds: memory stays small, and others write in between.
const BATCH: usize = 1_000;

/// What to tell.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// The seed: the same seed and the same `now` give the same rows.
    pub seed: u64,
    /// The clock reading.
    pub now: Instant,
    /// Finished samples of the full year; about 6,600 when not given.
    pub samples: Option<u32>,
    /// Common password; [`PASSWORD`] when not given.
    pub password: Option<String>,
}

/// An account of the demonstration, as it is shown to whoever loads it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DemoAccount {
    /// 登录名
    pub username: String,
    /// Password.
    pub password: String,
    /// 角色
    pub role_zh: String,
    /// Role.
    pub role_en: String,
    /// 姓名
    pub name: String,
}

/// 摘要 what was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct DemoSummary {
    /// Accounts.
    pub accounts: Vec<DemoAccount>,
    /// 抽样单
    pub samples: u64,
    /// 检验任务
    pub orders: u64,
    /// 检验项目
    pub items: u64,
    /// 检验报告
    pub reports: u64,
    /// 案件
    pub cases: u64,
    /// 时限钟
    pub clocks: u64,
    /// 快检读数
    pub readings: u64,
    /// 阳性跟进
    pub follow_ups: u64,
    /// 限量（演示）
    pub limits: u64,
    /// 随程序发布的限量 put to use by the fictional 质量负责人.
    pub limits_in_use: u64,
    /// Sample and order states with their counts.
    pub states: BTreeMap<String, u64>,
    /// Case states with their counts.
    pub case_states: BTreeMap<String, u64>,
}

/// What the telling stands on: what the database holds already, and the password of everybody.
struct Ground {
    streets: BTreeMap<String, Street>,
    calendar: WorkCalendar,
    population: Population,
    password: String,
    hash: String,
}

/// Loads the demonstration in batches; what was written goes again when it cannot be told to its end.
///
/// # Errors
/// `DEMO-THERE` when it is loaded already, `DEMO-HALF` when that was broken off, `DEMO-REAL` when there are other users or samples; the
/// database does not answer.
pub async fn load(app: &App, options: DemoOptions) -> Result<DemoSummary, Error> {
    let now = options.now;
    app.seed_reference(now).await?;
    let password = options.password.clone().unwrap_or_else(|| PASSWORD.to_owned());
    let hash = app.seed().hash_password(&password).await?;
    let ground = Ground { streets: app.streets().await?, calendar: app.calendar().await?, population: app.chosen_population().await?, password, hash };
    let sowing = app.seed().open(now).await?;
    let told = tell(app, sowing, &options, ground).await;
    if told.is_err() && app.has_demo().await? {
        remove(app, now).await?;
    }
    // Many rows leave a large write-ahead log behind.
    app.seed().fold().await?;
    told
}

async fn tell(app: &App, mut sowing: Sowing, options: &DemoOptions, ground: Ground) -> Result<DemoSummary, Error> {
    let (seed, now, who) = (app.seed(), options.now, Who::system("演示数据"));
    let year = now.year() - 1;
    let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or_else(|| Refusal::new(code::YEAR).with("typed", year))?;
    let mut run = Run::new(options.seed);
    let opened = first.and_hms_opt(8, 0, 0).and_then(|t| t.and_local_timezone(now.timezone()).single()).unwrap_or(now);
    let first_point = PointId(run.dice.uuid(opened));
    let (users, people) = accounts(&mut run.dice, &ground.streets.keys().cloned().collect(), first_point, &ground.hash, opened);
    let mut summary = DemoSummary { accounts: users.iter().map(|user| shown(user, &ground.password)).collect(), ..DemoSummary::default() };
    let (password, population) = (ground.password.clone(), ground.population.clone());
    let evidence = sowing.keep_file(PNG).await?;
    let (world, limits) = world_of(ground, &mut run.dice, people, (evidence, PNG.len() as u64), now, opened)?;
    summary.limits = limits.len() as u64;

    // what everything else hangs on
    sowing.insert_many(&users, &who, "user.add").await?;
    sowing.insert_many(&world.labs, &who, "lab.add").await?;
    sowing.insert_many(&limits, &who, "limit.add").await?;
    sowing.insert_many(&world.packages, &who, "package.add").await?;
    let plans = [year::plan(&world, &mut run, year, &population)?, year::plan(&world, &mut run, year + 1, &population)?];
    sowing.insert_many(&plans, &who, "plan.issue").await?;
    let points = rapid::points(&world, first_point, &mut run.dice, opened);
    sowing.insert_many(&points, &who, "point.add").await?;

    let mut rapid = rapid::tell(&world, &mut run, &points, first)?;
    summary.readings = rapid.readings.len() as u64;
    for some in std::mem::take(&mut rapid.readings).chunks(BATCH) {
        sowing.commit().await?;
        sowing = seed.next(now).await?;
        sowing.insert_many(some, &who, "reading.enter").await?;
    }

    let total = options.samples.unwrap_or(SAMPLES);
    let mut specs = year::specs(&world, &mut run, year, total);
    specs.extend(year::specs(&world, &mut run, year + 1, total));
    specs.append(&mut rapid.specs);
    year::specials(&world, &mut run, &mut specs);
    let drafts = drafts(&world, &mut run, &specs)?;
    let mut bench = Vec::new();
    for some in specs.chunks(BATCH) {
        sowing.commit().await?;
        sowing = seed.next(now).await?;
        let mut batch = Batch::default();
        for spec in some {
            run_sample(&world, &mut run, &mut batch, spec)?;
        }
        bench.extend(worksheets::on_bench(&batch));
        write(&mut sowing, &who, &batch, &mut summary).await?;
    }
    write(&mut sowing, &who, &Batch { samples: drafts, ..Batch::default() }, &mut summary).await?;

    worksheets::lay_out(&mut sowing, &who, &world, &mut run.dice, &bench).await?;
    rapid::conclude(&world, &run, &mut rapid.follow_ups)?;
    summary.follow_ups = rapid.follow_ups.len() as u64;
    sowing.insert_many(&rapid.follow_ups, &who, "followup.open").await?;
    let facts = json!({ "seed": options.seed.to_string(), "samples": summary.samples, "cases": summary.cases, "readings": summary.readings });
    sowing.whole(&who, facts).await?;
    if let Some(user) = users.iter().find(|u| u.name == QUALITY) {
        summary.limits_in_use = put_shipped_to_use(app, user, &password, now).await?;
    }
    Ok(summary)
}

/// An account as whoever loads the demonstration sees it.
fn shown(user: &UserAccount, password: &str) -> DemoAccount {
    let role = user.roles.iter().next().copied().unwrap_or(Role::Supervisor);
    DemoAccount {
        username: user.username.clone(),
        password: password.to_owned(),
        role_zh: role.zh().to_owned(),
        role_en: role.en().to_owned(),
        name: user.name.clone(),
    }
}

/// What stands still, and the limits about its foods.
fn world_of(
    ground: Ground,
    dice: &mut Dice,
    people: People,
    evidence: (String, u64),
    now: Instant,
    opened: Instant,
) -> Result<(World, Vec<LimitRecord>), Error> {
    let lab = Laboratory {
        id: LabId(dice.uuid(opened)),
        name: LAB.into(),
        address: "示范省示范市示范路1号".into(),
        phone: "000-00000000".into(),
        zip: "000000".into(),
        cma: "演示000000".into(),
        demo: true,
        revision: 0,
    };
    let foods = world::foods()?;
    let limits = world::limits(&foods, &people.quality.name, opened);
    let (own, neighbours) = World::split(&ground.streets);
    let world = World {
        now,
        calendar: ground.calendar,
        street_codes: ground.streets.keys().cloned().collect(),
        own,
        neighbours,
        streets: ground.streets,
        limits: LimitLibrary::new(limits.iter().map(|l| l.row.clone()).collect()),
        packages: world::packages(&foods),
        foods,
        labs: vec![lab],
        people,
        evidence,
    };
    Ok((world, limits))
}

/// What the fictional 质量负责人 signs.
pub const STATEMENT: &str = "演示：虚构的质量负责人为演示而启用随程序发布的限量，没有对照标准原文核对，不得用于真实检验";

/// 核对限量 the shipped limits, through the same use case as the page. Rows whose number or edition the sources do not settle stay 待核实.
async fn put_shipped_to_use(app: &App, user: &UserAccount, password: &str, now: Instant) -> Result<u64, Error> {
    let settled = |r: &&LimitRow| r.status == LimitStatus::Pending && r.confidence.starts_with("high") && !r.confidence.contains("edition?");
    let ids: Vec<String> = app.limit_rows().await?.iter().filter(settled).map(|r| r.id.clone()).collect();
    let mut done = 0;
    for ids in ids.chunks(MOST) {
        let said = Statement { to: LimitStatus::Active, ids, text: STATEMENT, password };
        done += app.check_limits(user, "demo", said, now).await?.done as u64;
    }
    Ok(done)
}

/// Removes every row of the demonstration; says how many.
///
/// # Errors
/// The database does not answer; a real row hangs on one of the demonstration.
pub async fn remove(app: &App, now: Instant) -> Result<u64, Error> {
    app.seed().remove(&Who::system("演示数据"), QUALITY, now).await
}

async fn write(sowing: &mut Sowing, who: &Who, batch: &Batch, summary: &mut DemoSummary) -> Result<(), Error> {
    sowing.insert_many(&batch.register.operators, who, "operator.add").await?;
    sowing.insert_many(&batch.register.producers, who, "producer.add").await?;
    sowing.insert_many(&batch.register.markets, who, "market.add").await?;
    sowing.insert_many(&batch.register.stalls, who, "stall.add").await?;
    sowing.insert_many(&batch.samples, who, "sample.submit").await?;
    sowing.insert_many(&batch.orders, who, "order.open").await?;
    sowing.insert_many(&batch.items, who, "item.add").await?;
    sowing.insert_many(&batch.reports, who, "report.issue").await?;
    sowing.insert_many::<Case>(&batch.cases, who, "case.open").await?;
    sowing.insert_many(&batch.clocks, who, "clock.start").await?;
    summary.samples += batch.samples.len() as u64;
    summary.orders += batch.orders.len() as u64;
    summary.items += batch.items.len() as u64;
    summary.reports += batch.reports.len() as u64;
    summary.cases += batch.cases.len() as u64;
    summary.clocks += batch.clocks.len() as u64;
    for state in batch.samples.iter().map(|s| s.sample.state.code()).chain(batch.orders.iter().map(|o| o.state.code())) {
        *summary.states.entry(state.to_owned()).or_default() += 1;
    }
    for case in &batch.cases {
        *summary.case_states.entry(case.state.code().to_owned()).or_default() += 1;
    }
    Ok(())
}

/// Sheets that are still being written: one nearly done, one with a slip, one just begun.
fn drafts(world: &World, run: &mut Run, specs: &[sample::Spec]) -> Result<Vec<SampleRecord>, Error> {
    let Some(like) = specs.iter().rev().find(|s| s.from_reading.is_none()) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for missing in [&["site_contact", "backup_qty"][..], &["uscc"], &[]] {
        let mut sheet = sample::sheet(run, world, like)?;
        match missing {
            [] => {
                let samplers = sheet.samplers.clone();
                let name = sheet.get("name").to_owned();
                sheet = Sheet { samplers, ..Sheet::default() };
                sheet.set("name", name);
            }
            keys => keys.iter().for_each(|key| sheet.set(key, "")),
        }
        let mut sample = Sample::draft(shiyan_foundation::ids::SampleId(run.dice.uuid(world.now)), sheet);
        sample.demo = true;
        out.push(SampleRecord { sample, created_by: world.people.samplers[0].id });
    }
    Ok(out)
}

/// The accounts, and the same people as the domain knows them.
fn accounts(dice: &mut Dice, streets: &BTreeSet<String>, point: PointId, hash: &str, at: Instant) -> (Vec<UserAccount>, People) {
    let mut users = Vec::new();
    let mut add = |username: &str, name: &str, role: Role, scope: Scope| -> Actor {
        let sign_scope = if role == Role::Signatory { vec!["*".to_owned()] } else { Vec::new() };
        let user = UserAccount {
            id: UserId(dice.uuid(at)),
            username: username.into(),
            name: name.into(),
            password_hash: hash.into(),
            roles: BTreeSet::from([role]),
            scope,
            sign_scope,
            active: true,
            must_change: false,
            demo: true,
            revision: 0,
            second: None,
        };
        let actor = user.actor();
        users.push(user);
        actor
    };
    let office: BTreeSet<String> = ["410105006", "410105007", "410105008"].into_iter().filter(|c| streets.contains(*c)).map(str::to_owned).collect();
    let all = || Scope::District;
    let supervisor = add("supervisor", "示范监督员甲", Role::Supervisor, all());
    let planner = add("plan-manager", "示范计划员甲", Role::PlanManager, all());
    let samplers = [add("sampler", "示范抽样员甲", Role::Sampler, all()), add("sampler2", "示范抽样员乙", Role::Sampler, all())];
    let keeper = add("sample-keeper", "示范样品员甲", Role::SampleKeeper, all());
    let analyst = add("analyst", "示范检验员甲", Role::Analyst, all());
    let checker = add("checker", "示范校核员甲", Role::Checker, all());
    let reviewer = add("reviewer", "示范审核员甲", Role::Reviewer, all());
    let signatory = add("signatory", "示范签字人甲", Role::Signatory, all());
    let quality = add("quality-manager", QUALITY, Role::QualityManager, all());
    let sender = add("report-sender", "示范发送员甲", Role::ReportSender, all());
    let enforcer = add("enforcer", "示范执法员甲", Role::Enforcer, all());
    let office = add("enforcer-street", "示范执法员乙（街道所）", Role::Enforcer, Scope::Streets(office));
    let operator = add("point-operator", "示范快检员甲", Role::PointOperator, Scope::Point(point));
    add("market-opener", "示范市场开办者甲", Role::MarketOpener, Scope::Point(point));
    add("admin", "示范管理员甲", Role::Admin, all());
    let people = People { samplers, keeper, analyst, checker, reviewer, signatory, quality, sender, enforcer, office, supervisor, operator, planner };
    (users, people)
}

/// The one evidence file: a grey square of 8 by 8 dots.
const PNG: &[u8] = include_bytes!("../data/evidence.png");
