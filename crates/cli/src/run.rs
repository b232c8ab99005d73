//! What each command does: open, one call, print.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;
use shiyan_app::people::{Link, NewUser};
use shiyan_app::records::UserAccount;
use shiyan_app::{App, Who};
use shiyan_demonstration::{DemoOptions, DemoSummary};
use shiyan_exchange::book::Hidden;
use shiyan_exchange::instrument::{Origin, Profile, Profiles};
use shiyan_exchange::judge_csv::Judged;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Instant, Label, Lang, NaiveDate, Refusal, Role, Scope, shanghai};
use shiyan_imports::limits::{limit_file, package_file};
use shiyan_imports::published::{plan_lines, published_file};
use shiyan_judgement::judging::{FoodFacts, Judgement};
use shiyan_judgement::limit::LimitUsed;
use shiyan_judgement::reading;
use shiyan_judgement::texts::{Texts, Typed, judge_against, judge_words};
use shiyan_lab_results::report::ReportOptions;
use shiyan_sample_intake::sheet::read_date;
use shiyan_statute::{FoodName, LimitChoice, LimitLibrary, LimitQuery, LimitRow, LimitStatus, choose};
use shiyan_store::Engine;
use shiyan_web_kit::{Site, SiteConfig};

use crate::config::{
    Cli, Command, DemoCommand, ExchangeCommand, ExportCommand, FiguresCommand, ImportCommand, InstrumentCommand, JudgeArgs, KeepCommand, ReportCommand,
    ServeArgs, UserCommand,
};
use crate::keep::Against;
use crate::place::{Place, make_private};
use crate::print::{Failed, json as print_json, member, no_such, not_listed, read, write};
use crate::{code, exchange, facts, figures_export, front, keep, kpi, nightly, paper, regions, register, say};

pub(crate) type Done = Result<(), Failed>;

/// The clock, read at the edge.
pub(crate) fn now() -> Instant {
    chrono::Utc::now().with_timezone(&shanghai())
}

/// Threads for work that blocks: passwords, papers, files. Each keeps memory of its own, so there are no more than can be at work.
const BLOCKING: usize = 16;

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang: Lang = cli.lang.into();
    let filter = tracing_subscriber::EnvFilter::try_from_env("SHIYAN_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().log_internal_errors(false).with_ansi(false).with_env_filter(filter).with_writer(crate::lines::Lines).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING).build() {
        Ok(runtime) => runtime,
        Err(error) => return ExitCode::from(Failed::fault(error).say(lang)),
    };
    let serves = matches!(cli.command, Command::Serve(_));
    match runtime.block_on(async {
        if !serves {
            tokio::spawn(clear_on_signal());
        }
        run(cli, lang).await
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => ExitCode::from(failed.say(lang)),
    }
}

/// A command that is stopped by its user or by the machine leaves no half of a file behind; the server has its own way to end.
async fn clear_on_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else { return };
        let code = tokio::select! { _ = interrupt.recv() => 130, _ = terminate.recv() => 143 };
        let _none_begins = shiyan_app::files::clear_parts();
        std::process::exit(code);
    }
}

async fn run(cli: Cli, lang: Lang) -> Done {
    let place = Place::of(&cli)?;
    match cli.command {
        Command::Serve(args) => serve(&place, &args, lang).await,
        Command::Migrate { grant } => migrate(&place, grant.as_deref(), lang).await,
        Command::User { what } => users(&place, what, lang).await,
        Command::Demo { what } => demo(&place, what, lang).await,
        Command::Register { dry_run, json } => register::register(&place, dry_run, json, lang).await,
        Command::Import { what } => import(&place, what, lang).await,
        Command::Instrument { what } => instrument(&place, what, lang).await,
        Command::Export { what } => export(&place, what, lang).await,
        Command::Exchange { what: ExchangeCommand::Ssd2 { what } } => exchange::ssd2(&place, what, lang).await,
        Command::Report { what } => report(&place, what, lang).await,
        Command::Paper(args) => paper::paper(&place, &args, lang).await,
        Command::Kpi { regions: Some(file), year, as_of, json, .. } => regions::gathered(&file, year.unwrap_or_default(), as_of, json, lang).await,
        Command::Kpi { facts: Some(dir), year, scope, as_of, json, .. } => facts::kpi(&dir, year, scope.as_deref(), as_of, json, lang),
        Command::Kpi { year, scope, as_of, json, .. } => kpi::kpi(&place, year.unwrap_or_default(), scope.as_deref(), as_of, json, lang).await,
        Command::Figures { what: FiguresCommand::Export { year, table, out, as_of, json } } => {
            figures_export::export(&place, figures_export::Asked { year, table: &table, as_of, out: &out, json }, lang).await
        }
        Command::Figures { what: FiguresCommand::Generate(args) } => facts::generated(args, lang),
        Command::Figures { what: FiguresCommand::Keep { facts: dir, json } } => facts::keep(&place, dir, json, lang).await,
        Command::Figures { what: FiguresCommand::Check { facts: dir, json } } => facts::check(&place, dir, json, lang).await,
        Command::Judge(args) => judging(&place, &args, lang).await,
        Command::Deadline { rule, from, json } => deadline(&place, &rule, &from, json, lang).await,
        Command::Explain { code, json } => explain(&code, json, lang),
        Command::Verify { checkpoint, since, public_key, json } => {
            let against = match (since, checkpoint) {
                (Some(since), _) => Against::Since(since),
                (None, Some(file)) => Against::Checkpoint(file),
                (None, None) => Against::Nothing,
            };
            keep::verify(&place, &against, public_key.as_deref(), json, lang).await
        }
        Command::Clock { what, json } => keep::clock(&place, what, json, lang).await,
        Command::Checkpoint => keep::checkpoint(&place).await,
        Command::Keep { what: KeepCommand::Nightly { dir, keep, json } } => nightly::nightly(&place, dir.as_deref(), keep, json, lang).await,
        Command::Keep { what: KeepCommand::Status { json } } => nightly::status(&place, json, lang),
        Command::Backup { file, force } => keep::backup(&place, &file, force, lang).await,
        Command::Restore { file } => keep::restore(&place, &file, lang).await,
    }
}

/// What came with the program and waits to be checked.
fn told_packages(came: usize, lang: Lang) {
    if came > 0 {
        eprintln!("{} {came}", lang.pick("收到随程序发布的检验项目包，待核对：", "item packages shipped with the program were received, to be checked:"));
    }
}

/// Brings the schema up to date; on PostgreSQL also gives a weaker role what it needs to serve.
async fn migrate(place: &Place, role: Option<&str>, lang: Lang) -> Done {
    let store = place.make().await?;
    say!("{}", lang.pick("数据库结构已是最新", "the schema is up to date"))?;
    let app = place.over(store.clone(), None).await?;
    if let Some(delivery) = app.receive_editions(now()).await? {
        say!("{}", delivery.told(lang))?;
    }
    told_packages(app.receive_packages(now()).await?, lang);
    let Some(role) = role else { return Ok(()) };
    let refused = |zh: String, en: String| Failed::from(Refusal::new(code::GRANT).with("role", role).with("why", zh).with("why_en", en));
    if store.engine() != Engine::Postgres {
        return Err(refused("SQLite 没有角色，数据文件的权限就是保护".to_owned(), "SQLite has no roles; the rights of its file protect it".to_owned()));
    }
    shiyan_migrations::grant::grant(store.migration_connection(), role).await.map_err(|e| refused(e.to_string(), e.to_string()))?;
    say!("{} {role}", lang.pick("已授予服务所需的权限，日志只能读和追加：", "granted what serving needs, the journal to be read and added to only:"))
}

/// A server of the superuser says so, and goes on.
fn warn_of_root(lang: Lang) {
    if shiyan_app::files::is_root() {
        let refusal = Refusal::new(code::ROOT);
        eprintln!("{} [{}] {}\n  {}", lang.pick("警告", "warning"), refusal.code(), refusal.what(lang), refusal.next(lang));
    }
}

/// How the pages are served here.
fn site_config(place: &Place, public_url: String, tls: bool, demo: bool, accounts: &[UserAccount]) -> SiteConfig {
    SiteConfig {
        https: place.file.https.unwrap_or_else(|| tls || public_url.starts_with("https://")),
        public_url,
        body: place.file.body.clone().unwrap_or_default(),
        demo,
        demo_accounts: accounts.iter().map(|u| (u.username.clone(), duty(&u.roles, Lang::Zh), duty(&u.roles, Lang::En))).collect(),
        demo_password: shiyan_demonstration::PASSWORD.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        key_file: place.key_file(),
    }
}

async fn serve(place: &Place, args: &ServeArgs, lang: Lang) -> Done {
    let listen = args.listen.or(place.file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8000)));
    let public_url = place.public_url(args.public_url.as_deref(), listen);
    // An address that is taken is told before anything is made or loaded.
    let metrics = args.metrics_listen.or(place.file.metrics_listen);
    for at in [Some(listen), metrics].into_iter().flatten() {
        TcpListener::bind(at).map_err(|e| Failed::io(code::LISTEN, at, &e))?;
    }
    let tls = front::tls(&place.file)?;
    warn_of_root(lang);
    make_private(&place.data)?;
    place.must_be_private()?;
    let plan = nightly::Plan::of(&place.file, &place.data)?;
    // One server a data directory: the lock goes away with the process, however it ends.
    let lock_path = place.data.join("server.lock");
    let lock = shiyan_app::kept::open_private(&lock_path).map_err(|e| Failed::io(code::FILE_WRITE, lock_path.display(), &e))?;
    if lock.try_lock().is_err() {
        return Err(Failed::Fault(Refusal::new(code::SERVER_THERE)));
    }
    let store = place.make().await?;
    // The file itself is locked as well: however its path is spelt, there is one server on it.
    let file_lock = place.lock_database()?;
    // a file has one server; on PostgreSQL another may be at work
    let alone = store.engine() == Engine::Sqlite;
    let app = place.over(store, Some(public_url.clone())).await?;
    if let Some(delivery) = app.receive_editions(now()).await? {
        eprintln!("{}", delivery.told(lang));
    }
    told_packages(app.receive_packages(now()).await?, lang);
    let has_demo = app.has_demo().await?;
    let loaded = args.demo && (!has_demo || app.demo_broken_off().await?);
    if loaded {
        eprintln!("{}", lang.pick("正在载入演示区……", "loading the demonstration district ..."));
        shiyan_demonstration::load(&app, DemoOptions { seed: SEED, now: now(), samples: None, password: None }).await?;
    }
    // From here on this is an installation at work: its database is looked after, its clock held against the journal.
    app.hold_clock();
    let looking = [app.look_after(), app.keep_ledger_by_turns()];
    let accounts = if has_demo || loaded { app.demo_accounts().await? } else { Vec::new() };
    let config = site_config(place, public_url, tls.is_some(), has_demo || loaded, &accounts);
    told_profiles(place, lang);
    let welcome = welcome(&app, &config, &accounts, (listen, tls.is_some()), lang).await?;
    let district = app.district().await?;
    let mut site = Site::new(app, config, now);
    site.name_after(district);
    site.profile_folder = Some(place.profiles());
    if let Some(turns) = args.heavy.or(place.file.heavy) {
        site.heavy = std::sync::Arc::new(shiyan_web_kit::heavy::Heavy::new(turns.get()));
    }
    site.jobs.look_after(site.clone(), shiyan_web_site::workers(), alone);
    let timer = nightly::Timer::start(place.clone(), plan.clone())?;
    // Said when it listens, and not before. Nobody need be reading it.
    let up = move || {
        let mut out = std::io::stdout();
        let _ = out.write_all(welcome.as_bytes()).and_then(|()| out.flush());
    };
    let served = front::serve(&site, &place.file, listen, metrics, tls, up).await;
    // A job in hand finishes the one thing it is at; the next start goes on with the rest. Then the database is closed.
    site.jobs.park_all(Some(&site.app), now()).await;
    site.heavy.close().await;
    timer.stop().await;
    nightly::last_checkpoint(&site.app, place, &plan).await;
    looking.iter().for_each(tokio::task::JoinHandle::abort);
    keep_ledger(&site.app, lang).await;
    site.app.close().await;
    drop((lock, file_lock));
    served
}

/// Instrument profiles of the house that cannot be used are named before anybody sends a file for them.
fn told_profiles(place: &Place, lang: Lang) {
    for (_, refusal) in shiyan_imports::profiles::of_house(&[], Some(&place.profiles())).refused {
        eprintln!("{} {}", refusal.what(lang), refusal.next(lang));
    }
}

/// The next start goes on from here.
async fn keep_ledger(app: &App, lang: Lang) {
    if let Err(error) = app.keep_ledger(true).await {
        eprintln!("{} {error}", lang.pick("指标台账没有存下，下次启动重新计数：", "the ledger of figures was not kept, the next start counts anew:"));
    }
}

/// What is said when the server listens: the accounts of the demonstration, or the link of the first set-up.
async fn welcome(app: &App, config: &SiteConfig, accounts: &[UserAccount], (listen, tls): (SocketAddr, bool), lang: Lang) -> Result<String, Failed> {
    let mut welcome = format!("{} {}://{listen}\n", lang.pick("食验已启动：", "Shiyan is up:"), if tls { "https" } else { "http" });
    if config.demo {
        let heading = lang.pick("演示账号（每个角色一个），密码都是", "Demonstration accounts (one a role), the password of each is");
        welcome += &format!("\n{heading} {}\n", config.demo_password);
        for user in accounts {
            welcome += &format!("  {:<18} {}\n", user.username, duty(&user.roles, lang));
        }
        welcome += "\n";
        let first = lang.pick(
            "先试三件事：\n  1. supervisor 登录：看{N01}批次/千人进度和逾期案件，点开任何一个数字\n  2. analyst 登录：录入结果，看每格的判定和理由\n  3. 生成年度报告：统计年报 → 年度报告 PDF（或 shiyan report annual --year 年份 --out 文件）\n",
            "Three things to try:\n  1. sign in as supervisor: the {N01}-per-1000 gauge and the overdue cases; open any figure\n  2. sign in as analyst: enter results, see each verdict with its reason\n  3. make the annual report: Statistics → annual report PDF (or shiyan report annual --year YEAR --out FILE)\n",
        );
        welcome += &shiyan_statute::said(first, now().date_naive(), lang);
    } else if let Some(token) = app.setup_token(now()).await? {
        let heading = lang.pick("首次设置链接（30 分钟内有效，只能用一次）：", "First set-up link (30 minutes, single use):");
        welcome += &format!("{heading}\n  {}/setup/{token}\n", config.public_url);
    }
    Ok(welcome)
}

/// Seed of the demonstration that `serve --demo` loads.
const SEED: u64 = 20_260_101;

fn duty(roles: &BTreeSet<Role>, lang: Lang) -> String {
    roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
}

async fn users(place: &Place, what: UserCommand, lang: Lang) -> Done {
    match what {
        UserCommand::Add { username, name, roles, streets, sign, public_url } => {
            let mut wanted = BTreeSet::new();
            for role in &roles {
                wanted.insert(member::<Role>(role).ok_or_else(|| no_such::<Role>(("角色", "role"), role))?);
            }
            // The first user of a new installation may be added before anything else.
            let app = place.over(place.make().await?, None).await?;
            let known = app.streets().await?;
            if let Some(street) = streets.iter().find(|s| !known.contains_key(*s)) {
                return Err(kpi::no_street(street, &known).into());
            }
            let password = std::env::var("SHIYAN_PASSWORD").unwrap_or_default();
            let scope = if streets.is_empty() { Scope::District } else { Scope::Streets(streets.into_iter().collect()) };
            let by_link = password.is_empty();
            let new = NewUser { username, name, password, roles: wanted, scope, sign_scope: sign, must_change: false, demo: false };
            if by_link {
                let (user, link) = app.invite_user(&at_the_machine(Role::Admin), &new, now()).await?;
                say!("{} {}", lang.pick("已添加用户", "added user"), user.username)?;
                return say_link(place, public_url.as_deref(), &link, lang);
            }
            let user = app.add_user(&at_the_machine(Role::Admin), &new, now()).await?;
            say!("{} {}", lang.pick("已添加用户", "added user"), user.username)?;
            Ok(())
        }
        UserCommand::Reset { username, second, public_url } => {
            let app = place.app().await?;
            if second {
                app.reset_second(&at_the_machine(Role::Admin), &username, now()).await.map_err(|error| no_user(error, &username))?;
            }
            let link = app.reset_password(&at_the_machine(Role::Admin), &username, now()).await.map_err(|error| no_user(error, &username))?;
            say_link(place, public_url.as_deref(), &link, lang)
        }
        UserCommand::Token { username, days, end } => program_token(place, &username, (!end).then_some(days), lang).await,
        UserCommand::List { json } => {
            let people = place.app().await?.people().await?;
            if json {
                let rows: Vec<_> =
                    people.iter().map(|u| json!({ "username": u.username, "name": u.name, "roles": u.roles, "active": u.active, "demo": u.demo })).collect();
                return print_json(&rows);
            }
            for user in people {
                let state = if user.active { lang.pick("启用", "active") } else { lang.pick("停用", "disabled") };
                say!("{:<20} {:<16} {:<6} {}", user.username, user.name, state, duty(&user.roles, lang))?;
            }
            Ok(())
        }
        UserCommand::Disable { username } => {
            place.app_to_write().await?.disable_user(&at_the_machine(Role::Admin), &username, now()).await.map_err(|error| no_user(error, &username))?;
            say!("{} {username}", lang.pick("已停用", "disabled"))?;
            Ok(())
        }
    }
}

/// Hands out the token of a program for so many days, or takes all of them back.
async fn program_token(place: &Place, username: &str, days: Option<i64>, lang: Lang) -> Done {
    let (app, admin) = (place.app_to_write().await?, at_the_machine(Role::Admin));
    let Some(days) = days else {
        app.end_programs(&admin, username, now()).await.map_err(|error| no_user(error, username))?;
        return say!("{} {username}", lang.pick("已收回程序凭证：", "took the tokens of its programs back:"));
    };
    let (_, token) = app.hand_out_program(&admin, username, days, now()).await.map_err(|error| no_user(error, username))?;
    // Alone on standard output, so that it can go into a file of mode 600 and nowhere else.
    let told = lang.pick("程序凭证（只显示这一次，按密码保管）：", "Token of a program (shown this once; keep it like a password):");
    let _ = writeln!(std::io::stderr(), "{told}");
    say!("{}", token.text())
}

fn no_user(error: shiyan_app::Error, username: &str) -> Failed {
    match error {
        shiyan_app::Error::NotFound => Failed::not_found(username, ("用户", "user"), ("user list 列出全部用户", "user list shows all users")),
        other => other.into(),
    }
}

/// The link to hand over; it is printed here and nowhere else.
fn say_link(place: &Place, public_url: Option<&str>, link: &Link, lang: Lang) -> Done {
    let listen = place.file.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8000)));
    let address = link.address(&place.public_url(public_url, listen));
    say!(
        "{}\n  {address}",
        lang.pick("设置密码的链接（24 小时内有效，只能用一次，交给本人）：", "Link to set the password (24 hours, single use, for that person):")
    )
}

async fn demo(place: &Place, what: DemoCommand, lang: Lang) -> Done {
    let app = if matches!(what, DemoCommand::Load { .. }) { place.over(place.make().await?, None).await? } else { place.app_to_write().await? };
    match what {
        DemoCommand::Load { seed, samples } => {
            let summary: DemoSummary = shiyan_demonstration::load(&app, DemoOptions { seed, now: now(), samples, password: None }).await?;
            say!(
                "{} {} · {} {} · {} {}",
                lang.pick("已载入样品", "loaded samples"),
                summary.samples,
                lang.pick("案件", "cases"),
                summary.cases,
                lang.pick("快检读数", "rapid readings"),
                summary.readings
            )?;
            let (used, note) = (summary.limits_in_use, "虚构的质量负责人启用，只供演示");
            say!(
                "{} {used}（{}）",
                lang.pick("随程序发布的限量", "limits shipped"),
                lang.pick(note, "put to use by a fictional quality manager, for the demonstration only")
            )?;
        }
        DemoCommand::Remove => {
            let rows = shiyan_demonstration::remove(&app, now()).await?;
            say!("{} {rows}", lang.pick("已移除演示数据行数", "demonstration rows removed"))?;
        }
    }
    app.close().await;
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

fn say_issues(issues: &[shiyan_exchange::Issue], lang: Lang) -> Done {
    for issue in issues {
        say!("  [{}] {}", issue.code, lang.pick(&issue.zh, &issue.en))?;
    }
    Ok(())
}

/// Instrument files and the profiles that read them; nothing is written.
async fn instrument(place: &Place, what: InstrumentCommand, lang: Lang) -> Done {
    // Those of the page are in the database, where there is one.
    let pages = match place.found().await? {
        Some(store) => store.profiles_in_use().await?,
        None => Vec::new(),
    };
    let profiles = shiyan_imports::profiles::of_house(&pages, Some(&place.profiles()));
    match what {
        InstrumentCommand::List { json } => list_profiles(&profiles, json, lang),
        InstrumentCommand::Try { file, profile, include_hidden, json } => try_profile(&profiles, (&file, profile.as_deref()), include_hidden, json, lang),
    }
}

fn list_profiles(profiles: &Profiles, json: bool, lang: Lang) -> Done {
    if json {
        let all: Vec<_> = profiles
            .all()
            .map(|(p, origin)| {
                let (from, file) = match origin {
                    None => ("shipped", None),
                    Some(Origin::Folder(file)) => ("folder", Some(file)),
                    Some(Origin::Page(_)) => ("page", None),
                };
                json!({ "key": p.key, "version": p.version, "name": lang.pick(&p.name.zh, &p.name.en), "maker": p.maker, "model": p.model, "from": from, "file": file })
            })
            .collect();
        let refused: Vec<_> = profiles.refused.iter().map(|(file, r)| json!({ "file": file, "problem": r.problem() })).collect();
        print_json(&json!({ "profiles": all, "refused": refused }))?;
    } else {
        for (p, origin) in profiles.all() {
            let from = match origin {
                None => lang.pick("随程序提供", "shipped").to_owned(),
                Some(Origin::Folder(file)) => format!("profiles/{file}"),
                Some(Origin::Page(_)) => lang.pick("页面上启用", "activated on the page").to_owned(),
            };
            say!("{:<28} v{:<3} {}  [{from}]", p.key, p.version, lang.pick(&p.name.zh, &p.name.en))?;
        }
        for (_, refusal) in &profiles.refused {
            say!("[{}] {}\n  {} {}", refusal.code(), refusal.what(lang), lang.pick("提示：", "hint:"), refusal.next(lang))?;
        }
    }
    if profiles.refused.is_empty() { Ok(()) } else { Err(Failed::Found) }
}

/// A file of a profile, or the key of one that is there, or the one that the file itself shows.
fn profile_for(profiles: &Profiles, given: Option<&Path>, bytes: &[u8], name: &str) -> Result<Profile, Failed> {
    let there = |key: Option<&Profile>| key.cloned().ok_or_else(|| no_profile(profiles).into());
    match given {
        Some(given) if given.is_file() || given.extension().is_some() => {
            let text = String::from_utf8(read(given)?).map_err(|e| {
                let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
                Refusal::new(shiyan_exchange::code::INSTR_PROFILE).with("profile", file_name(given)).with("line", line).with("detail", "UTF-8")
            })?;
            Ok(Profile::parse_named(&text, &file_name(given))?)
        }
        Some(key) => there(profiles.by_key(&key.to_string_lossy())),
        None => there(profiles.guess(bytes, name).first().and_then(|key| profiles.by_key(key))),
    }
}

fn try_profile(profiles: &Profiles, (file, profile): (&Path, Option<&Path>), include_hidden: bool, json: bool, lang: Lang) -> Done {
    let (bytes, name) = (read(file)?, file_name(file));
    let profile = profile_for(profiles, profile, &bytes, &name)?;
    let got = shiyan_exchange::instrument::read_with(&bytes, &name, &profile, hidden(include_hidden))?;
    if json {
        return print_json(&got);
    }
    say!("{} v{} {}", profile.key, profile.version, lang.pick(&profile.name.zh, &profile.name.en))?;
    for r in &got.readings {
        let flag = r.flag.map_or_else(String::new, |f| format!("  ! {}", f.label(lang)));
        let item = r.analyte_mapped.as_deref().unwrap_or(&r.analyte_clean);
        say!("{:>6}  {}  {}  {} {}  [{}]{flag}", r.row, r.sample, item, r.value, r.unit, r.kind.label(lang))?;
    }
    say_issues(&got.notes, lang)?;
    say_issues(&got.issues, lang)?;
    for s in &got.skipped {
        say!("{:>6}  {}：{}", s.row, s.reason.label(lang), s.text)?;
    }
    say!(
        "{} {} · {} {} · {} {} · {} {}",
        lang.pick("读数", "readings"),
        got.totals.readings,
        lang.pick("样品", "samples"),
        got.totals.samples,
        lang.pick("需人工", "for a person"),
        got.totals.flagged,
        lang.pick("略过的行", "rows left out"),
        got.totals.skipped
    )?;
    taken(got.totals.readings > 0, got.issues.len() as u64)
}

fn no_profile(profiles: &Profiles) -> Refusal {
    let known = profiles.all().map(|(p, _)| p.key.as_str()).collect::<Vec<_>>().join(", ");
    Refusal::new(code::NO_PROFILE).with("known", known)
}

fn hidden(include: bool) -> Hidden {
    if include { Hidden::Take } else { Hidden::LeaveOut }
}

/// A file of which nothing was taken and something refused is a refusal: exit code 1, after its findings.
fn taken(any: bool, refused: u64) -> Done {
    if any || refused == 0 { Ok(()) } else { Err(Failed::Found) }
}

/// 部分写入 a file of which some rows were refused is not done, whatever became of the others: exit code 1, and how many on standard error.
fn whole(refused: u64, lang: Lang) -> Done {
    if refused == 0 {
        return Ok(());
    }
    let told = match lang {
        Lang::Zh => format!("有 {refused} 行没有取，原因见上；改正后再导入一次，已有的行不会重复"),
        Lang::En => format!("{refused} rows were not taken, for the reasons above; correct them and import the file again, rows already there are not doubled"),
    };
    let _ = writeln!(std::io::stderr(), "{told}");
    Err(Failed::Found)
}

async fn import(place: &Place, what: ImportCommand, lang: Lang) -> Done {
    let app = place.app_to_write().await?;
    match what {
        ImportCommand::PublishedResults { file, include_hidden, dry_run, json } => {
            let (published, issues) = published_file(&read(&file)?, &file_name(&file), hidden(include_hidden))?;
            let refused = published.totals["refused"].as_u64().unwrap_or(0);
            let done = if dry_run {
                app.preview_published(&at_the_machine(Role::PlanManager), &published, now()).await?
            } else {
                app.import_published(&at_the_machine(Role::PlanManager), &published, now()).await?
            };
            if json {
                print_json(&json!({
                    "file": published.name, "sha256": published.sha256, "dry_run": dry_run, "rows": done.rows, "new": done.new, "known": done.known,
                    "totals": published.totals["file"], "counts": published.totals["counts"], "refused": published.totals["refused"], "issues": issues,
                }))?;
                return whole(refused, lang);
            }
            let totals = &published.totals["file"];
            say!(
                "{} {} · {} {} · {} {} · {} {}",
                lang.pick("行", "rows"),
                totals["rows"],
                lang.pick("合格", "conforming"),
                totals["pass"],
                lang.pick("不合格", "nonconforming"),
                totals["fail"],
                lang.pick("其他", "other"),
                totals["other"]
            )?;
            for (category, n) in totals["by_category"].as_object().into_iter().flatten() {
                say!("  {category} {n}")?;
            }
            say_issues(&issues, lang)?;
            let verb = if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入", "written") };
            say!("{verb} {} · {} {}", done.new, lang.pick("已有", "already there"), done.known)?;
            whole(refused, lang)
        }
        ImportCommand::Limits { file, from, accept_ties, include_hidden, dry_run, json } => {
            let word = accept_ties.as_deref().unwrap_or_default();
            import_limits(&app, &file, from.as_deref(), word, hidden(include_hidden), (dry_run, json), lang).await
        }
        ImportCommand::Packages { file, year, include_hidden, dry_run, json } => {
            import_packages(&app, &file, year, hidden(include_hidden), (dry_run, json), lang).await
        }
        ImportCommand::Plan { file, year, include_hidden, dry_run, json } => {
            import_plan(&app, &file, year, hidden(include_hidden), (dry_run, json), lang).await
        }
    }
}

/// The whole file or nothing: a row with a problem, or one that contradicts the plan, keeps all of it out.
async fn import_plan(app: &App, file: &Path, year: i32, hidden: Hidden, (dry_run, json): (bool, bool), lang: Lang) -> Done {
    let plan = plan_lines(app, &read(file)?, &file_name(file), hidden).await?;
    let manager = at_the_machine(Role::PlanManager);
    let (found, _) = app.import_plan(&manager, year, plan.lines.clone(), None, true, now()).await?;
    let batches: u64 = plan.lines.iter().map(|(_, l)| u64::from(l.batches)).sum();
    let refused: Vec<(u32, &Refusal)> =
        plan.refused.iter().flat_map(|(row, why)| why.iter().map(|r| (*row, r))).chain(found.clashes.iter().map(|(row, r)| (*row, r))).collect();
    let clean = refused.is_empty() && plan.read.issues.iter().all(|i| i.severity != shiyan_exchange::Severity::Error);
    let write = clean && !dry_run && !found.new.is_empty();
    let mut standing = None;
    if write {
        if !app.plan_years().await?.contains(&year) {
            app.create_plan(&manager, year, "4.0", now()).await?;
        }
        (_, standing) = app.import_plan(&manager, year, plan.lines.clone(), Some("命令行导入"), false, now()).await?;
    }
    if json {
        let refused: Vec<_> = refused.iter().map(|(row, why)| json!({ "row": row, "problems": [why.problem()] })).collect();
        print_json(&json!({
            "rows": plan.read.rows_in, "lines": plan.lines.len(), "batches": batches, "new": found.new.len(), "known": found.known,
            "notes": plan.read.notes, "issues": plan.read.issues, "refused": refused, "dry_run": dry_run, "written": write,
        }))?;
        return if clean { Ok(()) } else { Err(Failed::Found) };
    }
    let (rows, lines) = (plan.read.rows_in, plan.lines.len());
    say!("{} {rows} · {} {lines} · {} {batches}", lang.pick("行", "rows"), lang.pick("计划行", "lines"), lang.pick("批次", "batches"))?;
    say_issues(&plan.read.notes, lang)?;
    say_issues(&plan.read.issues, lang)?;
    for (row, refusal) in refused {
        say!("  {} {row}: [{}] {}\n    {} {}", lang.pick("行", "row"), refusal.code(), refusal.what(lang), lang.pick("提示：", "hint:"), refusal.next(lang))?;
    }
    if !clean {
        say!("{}", lang.pick("没有写入：先处理以上各行", "nothing was written: settle these rows first"))?;
        return Err(Failed::Found);
    }
    let verb = if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入", "written") };
    say!("{verb} {} · {} {}", found.new.len(), lang.pick("已有", "already there"), found.known)?;
    match standing {
        Some(next) => say!("{} {} / {}", lang.pick("计划批次/应完成", "allocated/required"), next.allocated(), next.required()),
        None => Ok(()),
    }
}

/// Whoever can run the program on the machine of the data may import; the journal says it was the command line.
fn at_the_machine(role: Role) -> shiyan_foundation::Actor {
    shiyan_foundation::Actor {
        id: shiyan_foundation::ids::UserId(uuid::Uuid::nil()),
        name: "命令行".to_owned(),
        roles: BTreeSet::from([role]),
        scope: Scope::District,
    }
}

/// What a file of limits holds.
fn say_table(table: &shiyan_exchange::limit_table::LimitTable, lang: Lang) -> Done {
    let counts = table.counts();
    say!(
        "{} {} = {} {} + {} {} + {} {}",
        lang.pick("行", "rows"),
        counts.rows,
        lang.pick("限量规则", "rules"),
        counts.rules,
        lang.pick("无限量", "no limit"),
        counts.no_limit,
        lang.pick("需人工", "for a person"),
        counts.needs_person
    )?;
    for reason in table.reasons() {
        say!(
            "{:>7}  {:<20} {}（{} {}）",
            reason.count,
            reason.code,
            lang.pick(&reason.zh, &reason.en),
            lang.pick("首见于第几行：", "first in row"),
            reason.first_row
        )?;
    }
    say_issues(&table.notes, lang)
}

async fn import_limits(app: &App, file: &Path, from: Option<&str>, word: &str, hidden: Hidden, (dry_run, json): (bool, bool), lang: Lang) -> Done {
    let bad = |typed: &str| Refusal::new(shiyan_app::code::DATE).with("label", "--from").with("label_en", "--from").with("typed", typed);
    let from = from.map(|typed| read_date(typed).ok_or_else(|| bad(typed))).transpose()?;
    let (limits, table) = limit_file(&read(file)?, &file_name(file), from, hidden)?;
    let done = app.import_limits(&at_the_machine(Role::QualityManager), &limits, word, dry_run, now()).await?;
    let counts = table.counts();
    // A row for a person is a question with its reason, not a refusal; a file without one rule is one.
    let read = || taken(counts.rules > 0, counts.needs_person);
    if json {
        print_json(&json!({
            "file": limits.name, "sha256": limits.sha256, "layout": table.layout, "from": from, "dry_run": dry_run, "counts": counts, "reasons": table.reasons(),
            "new": done.new, "known": done.known, "changes": done.changes, "in_the_way": done.in_the_way, "ties": done.ties,
            "notes": table.notes, "issues": table.issues().collect::<Vec<_>>(),
        }))?;
        return read();
    }
    say_table(&table, lang)?;
    say!(
        "{} {} · {} {} · {} {}",
        lang.pick("规则去重后", "rules, each once"),
        done.rules,
        lang.pick("已有", "already there"),
        done.known,
        lang.pick("同文件内重复", "repeated in the file"),
        counts.repeated
    )?;
    let verb =
        if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入（待核实）", "written, to be checked:") };
    say!("{verb} {}", done.new)?;
    if done.in_the_way > 0 {
        say!(
            "{} {}",
            done.in_the_way,
            lang.pick(
                "条与启用中的限量管同一食品的同一项目：核实（启用或停用）之前，这些食品的该项目不自动判定",
                "rows stand beside or below active limits: until they are activated or retired, these items get no verdict in these foods"
            )
        )?;
        for tie in &done.ties {
            let one = |said: &(String, String)| lang.pick(&said.0, &said.1).to_owned();
            say!("  {} ← {}", one(&tie.new), tie.active.iter().map(one).collect::<Vec<_>>().join(lang.pick("；", "; ")))?;
        }
    }
    read()
}

async fn import_packages(app: &App, file: &Path, year: i32, hidden: Hidden, (dry_run, json): (bool, bool), lang: Lang) -> Done {
    let (packages, table) = package_file(&read(file)?, &file_name(file), hidden)?;
    let done = app.import_packages(&at_the_machine(Role::QualityManager), &packages, year, dry_run, now()).await?;
    let counts = table.counts;
    if json {
        print_json(&json!({
            "file": packages.name, "sha256": packages.sha256, "layout": table.layout, "year": year, "dry_run": dry_run, "counts": counts,
            "new": done.new, "known": done.known, "replaced": done.replaced, "notes": table.notes, "issues": table.issues,
        }))?;
        return whole(counts.refused, lang);
    }
    say!(
        "{} {} = {} {} + {} {} + {} {}",
        lang.pick("行", "rows"),
        counts.rows,
        lang.pick("项目", "items"),
        counts.items,
        lang.pick("同一食品的重复项目", "repeated items of a food"),
        counts.repeated,
        lang.pick("不写入", "left out"),
        counts.refused
    )?;
    say!(
        "{} {} · {} {} · {} {}",
        lang.pick("项目包", "packages"),
        counts.packages,
        lang.pick("单位留空的项目", "items without a unit"),
        counts.without_unit,
        lang.pick("带任务限量的项目", "items with a limit of the task"),
        counts.with_limit
    )?;
    say_issues(&table.notes, lang)?;
    say_issues(&table.issues, lang)?;
    let verb = if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入", "written") };
    say!("{verb} {} · {} {} · {} {}", done.new, lang.pick("已有", "already there"), done.known, lang.pick("替换", "replacing"), done.replaced)?;
    whole(counts.refused, lang)
}

async fn export(place: &Place, what: ExportCommand, lang: Lang) -> Done {
    match what {
        ExportCommand::LimitsTemplate { out, rows: false } => write(&out, &shiyan_exchange::limit_table::template_xlsx(lang, &[])?),
        ExportCommand::LimitsTemplate { out, rows: true } => {
            let library = place.app().await?.limit_rows().await?;
            write(&out, &shiyan_exchange::limit_table::template_xlsx(lang, &library)?)
        }
        ExportCommand::PackagesTemplate { out } => write(&out, &shiyan_exchange::package_table::template_xlsx(lang)?),
        ExportCommand::PlanTemplate { out } => {
            let app = place.app().await?;
            let classes = shiyan_statute::food_classes().iter().map(|c| c.name.clone()).collect();
            let streets = app.streets().await?.into_values().map(|s| s.name).collect();
            write(&out, &shiyan_exchange::plan::template_xlsx(lang, &shiyan_exchange::plan::Lists { classes, streets })?)
        }
        ExportCommand::Samples { year, out } => {
            use shiyan_exchange::out::Cell;
            let app = place.app().await?;
            let (first, last) = shiyan_app::figures::year_span(year)?;
            let facts = app.batch_facts(first, last, &Scope::District).await?;
            let streets = app.streets().await?;
            let rows: Vec<Vec<Cell>> = facts
                .iter()
                .map(|b| {
                    let street = streets.get(&b.street).map_or(b.street.as_str(), |s| s.name.as_str());
                    let text = |t: &str| Cell::from(t);
                    vec![
                        text(&b.sampling_no),
                        text(b.kind.label(lang)),
                        text(b.level.label(lang)),
                        text(b.link.label(lang)),
                        text(&b.category.text()),
                        text(street),
                        text(&b.sampled_on.to_string()),
                        text(b.stage.label(lang)),
                        text(b.outcome.map_or("", |o| o.label(lang))),
                        text(&b.issued_on.map_or_else(String::new, |d| d.to_string())),
                    ]
                })
                .collect();
            let heads: [&str; 10] = match lang {
                Lang::Zh => ["抽样单编号", "任务类别", "任务级别", "环节", "食品分类", "街道", "抽样日期", "状态", "结论", "签发日期"],
                Lang::En => ["Sampling sheet", "Kind", "Level", "Link", "Category", "Street", "Sampled on", "State", "Conclusion", "Issued on"],
            };
            write(&out, &shiyan_exchange::out::csv(&heads, &rows)?)?;
            say!("{} {}", lang.pick("已导出", "exported"), rows.len())?;
            Ok(())
        }
    }
}

async fn report(place: &Place, what: ReportCommand, lang: Lang) -> Done {
    // Printing an issued report is journalled.
    let app = if matches!(what, ReportCommand::Test { .. }) { place.app_to_write().await? } else { place.app().await? };
    match what {
        ReportCommand::Annual { year, as_of, out } => {
            let file = shiyan_papers::district_file(&app, year, lang, as_of, now(), shiyan_papers::Format::of(&out)).await?;
            write(&out, &file)?;
            say!("{} {} SHA-256 {}", out.display(), file.len(), shiyan_app::sha256_hex(&file))?;
            Ok(())
        }
        ReportCommand::Test { sample, out, bilingual, working } => {
            test_report(place, &app, &sample, &out, ReportOptions { bilingual, working, ..ReportOptions::default() }, lang).await
        }
    }
}

/// The archived file of the newest report of a sample, and nothing else; while none is in force a draft, if it awaits issue.
pub(crate) async fn test_report(place: &Place, app: &App, sample: &str, out: &Path, options: ReportOptions, lang: Lang) -> Done {
    let (number, _) = shiyan_sample_intake::check_number(sample)?;
    let unknown =
        || Failed::not_found(&number, ("抽样单编号", "sampling sheet number"), ("export samples 列出一年的样品", "export samples lists the samples of a year"));
    let no_report =
        || Failed::not_found(&number, ("待签发或已签发的报告", "a report issued or awaiting issue"), ("样品还在检验", "the sample is still being tested"));
    let found = app.report_of_number(&number, &Scope::District).await?.ok_or_else(unknown)?;
    if let Some(newest) = &found.newest {
        if !options.is_plain() {
            return Err(Refusal::new(shiyan_app::code::REPORT_FROZEN).with("number", &newest.number).into());
        }
        if shiyan_papers::Format::of(out) == shiyan_papers::Format::Docx {
            let content = serde_json::from_str(&newest.content).map_err(|e| shiyan_app::Error::Fault(format!("report {}: {e}", newest.number)))?;
            let docx = shiyan_papers::test_report_docx(&content, &place.public_url(None, SocketAddr::from(([127, 0, 0, 1], 8000))))
                .map_err(|e| shiyan_app::Error::Fault(format!("{e:?}")))?;
            write(out, &docx)?;
            app.note_printed(&Who::system("命令行"), &[(newest.id, newest.number.clone())], "docx", now()).await?;
            say!("{} {} {}", newest.number, docx.len(), lang.pick("可编辑副本，不是存档文件", "an editable copy, not the archived file"))?;
            return Ok(());
        }
        let pdf = app.report_pdf(newest).await?;
        write(out, &pdf)?;
        app.note_printed(&Who::system("命令行"), &[(newest.id, newest.number.clone())], "file", now()).await?;
        say!("{} {} SHA-256 {}", newest.number, pdf.len(), shiyan_app::sha256_hex(&pdf))?;
        return Ok(());
    }
    let order = found.order.ok_or_else(no_report)?;
    let pdf = app.draft_report(&order, options, now()).await?.ok_or_else(no_report)?;
    write(out, &pdf)?;
    say!("{} {} {}", lang.pick("草稿，未签发：", "draft, not issued:"), number, pdf.len())?;
    Ok(())
}

/// Judges every row of a file into another.
fn judge_file(csv: &Path, out: &Path, args: &JudgeArgs, lang: Lang) -> Done {
    let table = shiyan_exchange::judge_csv::read_with(&read(csv)?, &file_name(csv), hidden(args.include_hidden))?;
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    let bytes = shiyan_exchange::judge_csv::write(&table, |row| {
        let judged = judge_words(&Texts {
            item: &row.item,
            result: &row.result,
            limit: &row.limit,
            unit: row.unit.as_deref(),
            label_claim: row.label_claim.as_deref(),
            food: row.food.as_deref(),
            ingredients: row.ingredients.as_deref(),
        });
        *counts.entry(short(&judged)).or_default() += 1;
        Judged {
            judgement: short(&judged).to_owned(),
            reason_code: judged.reason.0.code.to_owned(),
            reason: judged.reason_text(lang).to_owned(),
            working: judged.working.iter().map(|s| s.text(lang)).collect::<Vec<_>>().join("；"),
        }
    })?;
    write(out, &bytes)?;
    if args.json {
        return print_json(&json!({ "rows": table.rows.len(), "counts": counts, "notes": table.notes, "issues": table.issues }));
    }
    say!("{} {}: {counts:?}", lang.pick("已判定", "judged"), table.rows.len())?;
    say_issues(&table.notes, lang)?;
    say_issues(&table.issues, lang)?;
    Ok(())
}

/// A result by one row of the library.
fn judge_by(row: &LimitRow, query: &LimitQuery<'_>, result: &str, args: &JudgeArgs, lang: Lang) -> Done {
    // A result typed without a unit is in the unit of the limit, as in the cell of the grid.
    let unit = args.unit.as_deref().or_else(|| reading::parse(result, None).unit.is_none().then_some(row.unit.as_str()));
    let known = FoodFacts::of(query.category, query.food_name, args.ingredients.as_deref());
    let mut limit = LimitUsed::chosen(row, query);
    if let (Some(dried), Some(rate)) = (limit.dried.as_mut(), &args.dehydration) {
        let typed = || Refusal::new(shiyan_lab_results::order::code::DRYING_RATE).with("typed", rate);
        dried.rate = Some(shiyan_judgement::deciding::dehydration(rate).ok_or_else(typed)?);
    }
    let own = Typed::new(query.analyte, result, unit);
    let typed = Typed { label_claim: args.label.as_deref(), food: known.food(), ingredients: known.ingredients.as_deref(), ..own };
    let (_, judged) = judge_against(&typed, &limit);
    say_judgement(&judged, Some((row, row.status != LimitStatus::Active)), Some(query.category), args.json, lang)
}

async fn judging(place: &Place, args: &JudgeArgs, lang: Lang) -> Done {
    if let (Some(csv), Some(out)) = (&args.csv, &args.out) {
        return judge_file(csv, out, args, lang);
    }
    let (Some(item), Some(result)) = (&args.item, &args.result) else {
        return Err(Refusal::new(shiyan_app::code::TEXT)
            .with("label", "--csv/--out 或 --food/--item/--result")
            .with("label_en", "--csv/--out or --food/--item/--result")
            .into());
    };
    if let Some(limit) = &args.limit {
        let judged = judge_words(&Texts {
            item,
            result,
            limit,
            unit: args.unit.as_deref(),
            label_claim: args.label.as_deref(),
            food: args.food.as_deref(),
            ingredients: args.ingredients.as_deref(),
        });
        return say_judgement(&judged, None, None, args.json, lang);
    }
    let on = match &args.on {
        Some(text) => read_date(text).ok_or_else(|| Refusal::new(shiyan_app::code::DATE).with("label", "--on").with("label_en", "--on").with("typed", text))?,
        None => now().date_naive(),
    };
    // The library of the installation where there is one; the shipped one otherwise.
    let rows = match place.found().await? {
        Some(store) => place.over(store, None).await?.limit_rows().await?,
        None => std::sync::Arc::new(LimitLibrary::new(shiyan_statute::limits().to_vec())),
    };
    let food = args.food.clone().unwrap_or_default();
    let category = match shiyan_statute::FoodNames::new(&rows).resolve(&food) {
        FoodName::One(path) => path,
        FoodName::Several(paths) => return say_foods(shiyan_statute::codes::FOOD_SEVERAL, &food, &paths, args.json),
        FoodName::None { near } => return say_foods(shiyan_statute::codes::FOOD_UNKNOWN, &food, &near, args.json),
    };
    let name = category.0.last().cloned().unwrap_or_else(|| food.clone());
    if !args.json && category.text() != food {
        say!("{}{category}", lang.pick("食品分类：", "food: "))?;
    }
    let query = LimitQuery { category: &category, food_name: &name, analyte: item, ref_date: on, prepackaged: args.prepacked };
    let choice = choose(rows.iter(), &query);
    // The library is asked as shipped: a row still to be checked is used and said so, never silently; its conditions stay conditions.
    let as_checked: Vec<LimitRow> =
        rows.about(item).map(|r| if r.status == LimitStatus::Pending { LimitRow { status: LimitStatus::Active, ..r.clone() } } else { r.clone() }).collect();
    let of_table = matches!(choice, LimitChoice::None { reason } if reason.code == shiyan_statute::codes::NO_LIMIT.code)
        .then(|| shiyan_statute::additive_limit(&query))
        .flatten();
    let chosen = match (&choice, &of_table) {
        (_, Some(Ok(row))) => Ok(row),
        (_, Some(Err(why))) => Err(why.clone()),
        (LimitChoice::OnlyPending(_), None) => choose(as_checked.iter(), &query)
            .settled(&query)
            .and_then(|row| rows.iter().find(|r| r.id == row.id).ok_or_else(|| Refusal::new(shiyan_statute::codes::NO_LIMIT))),
        (other, None) => other.settled(&query),
    };
    match chosen {
        Ok(row) => judge_by(row, &query, result, args, lang),
        Err(why) => say_no_limit(&why, &choice, result, &category, on, args.json, lang),
    }
}

/// Nothing is judged, and why; the rows that were looked at are named.
fn say_no_limit(why: &Refusal, choice: &LimitChoice<'_>, result: &str, category: &CategoryPath, on: NaiveDate, json: bool, lang: Lang) -> Done {
    let verdict = shiyan_judgement::judging::Verdict::NoVerdict;
    let understood = reading::parse(result, None).canonical();
    if json {
        return print_json(&json!({
            "judgement": verdict.zh().trim_end_matches('项'), "verdict": verdict, "reason_code": why.code(), "reason": why.what(Lang::Zh), "reason_en": why.what(Lang::En),
            "understood": understood, "limit": null, "food": category, "candidates": choice.rows().iter().map(|r| r.reference(lang)).collect::<Vec<_>>(), "on": on,
        }));
    }
    say!("{} · {}\n{}", lang.pick("不判定", "no verdict"), why.what(lang), why.next(lang))?;
    Ok(())
}

/// A name of several foods, or of none that is known: its paths are listed, none is guessed, nothing is judged.
fn say_foods(code: &'static shiyan_foundation::CodeInfo, typed: &str, paths: &[CategoryPath], json: bool) -> Done {
    let paths: Vec<String> = paths.iter().map(CategoryPath::text).collect();
    let list = |none: &str| if paths.is_empty() { none.to_owned() } else { paths.join("；") };
    let why = Refusal::new(code).with("typed", typed).with("paths", list("无")).with("paths_en", list("none"));
    if json {
        let verdict = shiyan_judgement::judging::Verdict::NoVerdict;
        return print_json(&json!({
            "judgement": verdict.zh().trim_end_matches('项'), "verdict": verdict, "reason_code": why.code(), "reason": why.what(Lang::Zh), "reason_en": why.what(Lang::En),
            "limit": null, "candidates": [], "foods": paths,
        }));
    }
    Err(why.into())
}

fn short(judged: &Judgement) -> &'static str {
    judged.verdict.zh().trim_end_matches('项')
}

fn say_judgement(judged: &Judgement, row: Option<(&shiyan_statute::LimitRow, bool)>, food: Option<&CategoryPath>, json: bool, lang: Lang) -> Done {
    if json {
        let working: Vec<_> = judged.working.iter().map(|s| json!({ "zh": s.text(Lang::Zh), "en": s.text(Lang::En), "step": s })).collect();
        let limit = row.map(|(r, pending)| json!({ "id": r.id, "version": r.version, "text": r.limit_text(), "basis": r.basis, "status": r.status, "pending": pending, "reference": r.reference(lang) }));
        return print_json(&json!({
            "judgement": short(judged), "verdict": judged.verdict, "reason_code": judged.reason.0.code, "reason": judged.reason_text(Lang::Zh), "reason_en": judged.reason_text(Lang::En),
            "working": working, "near_limit": judged.near_limit, "needs_second_analyst": judged.needs_second_analyst,
            "needs_carry_over_word": judged.needs_carry_over_word, "limit": limit, "food": food,
        }));
    }
    say!("{}", judged.explain(lang))?;
    if let Some((row, pending)) = row {
        say!("{}", row.reference(lang))?;
        if pending {
            say!(
                "{}",
                lang.pick(
                    "注意：该限量待核实，正式判定前须由质量负责人启用",
                    "note: this limit is still to be checked; the quality manager activates it before it decides"
                )
            )?;
        }
    }
    Ok(())
}

async fn deadline(place: &Place, rule: &str, from: &str, json: bool, lang: Lang) -> Done {
    let key = shiyan_statute::deadline::rule_key(&rule.trim().to_uppercase())?;
    let start = read_start(from)?;
    // The calendar of the installation where there is one; the shipped one otherwise.
    let calendar = match place.found().await? {
        Some(store) => place.over(store, None).await?.calendar().await?,
        None => shiyan_statute::calendar().clone(),
    };
    let computed = shiyan_statute::deadline(key, start, &calendar)?;
    if json {
        return print_json(&json!({
            "rule": key.code(), "event": key.zh(), "event_en": key.en(), "version": computed.version, "article": computed.article, "from": from, "due_on": computed.due.due_on,
            "due_at": computed.due.due_at.map(|at| at.to_rfc3339()), "provisional": computed.due.provisional, "rolled_from": computed.due.rolled_from,
            "counted": computed.due.counted, "calendar": computed.due.calendar_version,
        }));
    }
    let provisional =
        if computed.due.provisional { lang.pick("（暂定：节假日表未更新）", " (provisional: the holiday table is not up to date)") } else { "" };
    let at = computed.due.due_at.map_or_else(|| computed.due.due_on.to_string(), |at| at.format("%Y-%m-%d %H:%M").to_string());
    say!("{} {} → {at}{provisional}\n{}", key.code(), key.label(lang), computed.article)?;
    Ok(())
}

fn read_start(text: &str) -> Result<Instant, Refusal> {
    let bad = || Refusal::new(shiyan_app::code::DATE).with("label", "--from").with("label_en", "--from").with("typed", text);
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&shanghai()));
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let day = read_date(day).ok_or_else(bad)?;
    let time = chrono::NaiveTime::parse_from_str(time, "%H:%M").or_else(|_| chrono::NaiveTime::parse_from_str(time, "%H:%M:%S")).map_err(|_| bad())?;
    day.and_time(time).and_local_timezone(shanghai()).single().ok_or_else(bad)
}

fn explain(asked: &str, json: bool, lang: Lang) -> Done {
    let more = [shiyan_web_site::more_codes().as_slice(), code::ALL, shiyan_analytics::files::code::ALL, shiyan_gather::code::ALL].concat();
    let none = || {
        let rules = shiyan_statute::RuleKey::ALL.iter().map(|rule| rule.code());
        let all: Vec<String> = rules.chain(shiyan_app::explain::codes().iter().chain(&more).map(|info| info.code)).map(str::to_owned).collect();
        not_listed(("代码", "code"), asked, &all, &all)
    };
    let found = shiyan_app::explain::explain(asked, now().date_naive(), &more).ok_or_else(none)?;
    if json {
        return print_json(&found);
    }
    say!("{} {}\n{}", found.code, lang.pick(&found.zh, &found.en), lang.pick(&found.next_zh, &found.next_en))?;
    if !found.article.is_empty() {
        say!("{} {}", lang.pick("依据：", "article:"), found.article)?;
    }
    if let Some(grade) = found.grade {
        say!("{} {}", lang.pick("核对情况：", "checked:"), shiyan_foundation::Label::label(grade, lang))?;
    }
    Ok(())
}
