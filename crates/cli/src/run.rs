//! What each command does: open, one call, print.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;
use shiyan_app::demo::{DemoOptions, DemoSummary};
use shiyan_app::people::NewUser;
use shiyan_app::{App, Engine, Store, Who};
use shiyan_exchange::judge_csv::Judged;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::task::{Department, TaskKind, TaskLevel};
use shiyan_foundation::{Instant, Label, Lang, Refusal, Role, Scope, shanghai};
use shiyan_indicators::KpiScope;
use shiyan_lab_results::judge::{JudgeInput, Judgement, judge, judge_texts};
use shiyan_lab_results::report::ReportOptions;
use shiyan_lab_results::value;
use shiyan_migrations::{Migrator, MigratorTrait};
use shiyan_sample_intake::sheet::read_date;
use shiyan_statute::{LimitChoice, LimitQuery, LimitStatus, choose};
use shiyan_web::limit_rows::{limit_file, package_file};
use shiyan_web::published_rows::{plan_lines, published_file};
use shiyan_web::{Site, SiteConfig, papers};

use crate::config::{Cli, Command, DemoCommand, ExportCommand, FileConfig, ImportCommand, JudgeArgs, ReportCommand, ServeArgs, UserCommand, read_file};
use crate::print::{Failed, json as print_json};

type Done = Result<(), Failed>;

/// The clock, read at the edge.
fn now() -> Instant {
    chrono::Utc::now().with_timezone(&shanghai())
}

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang: Lang = cli.lang.into();
    let filter = tracing_subscriber::EnvFilter::try_from_env("SHIYAN_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ExitCode::from(Failed::Fault(error.to_string()).say(lang)),
    };
    match runtime.block_on(run(cli, lang)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => ExitCode::from(failed.say(lang)),
    }
}

/// Where things are.
struct Place {
    data: PathBuf,
    database_url: Option<String>,
    file: FileConfig,
}

impl Place {
    fn of(cli: &Cli) -> Result<Self, Failed> {
        let data = cli.data.clone().unwrap_or_else(|| PathBuf::from("data"));
        let file = read_file(cli.config.as_deref(), &data)?;
        Ok(Self { database_url: cli.database_url.clone().or_else(|| file.database_url.clone()), data, file })
    }
    fn key_file(&self) -> PathBuf {
        self.data.join("checkpoint.key")
    }
    fn public_url(&self, flag: Option<&str>, listen: SocketAddr) -> String {
        flag.map(str::to_owned).or_else(|| self.file.public_url.clone()).unwrap_or_else(|| format!("http://{listen}"))
    }
    /// Opens the database and brings the schema up to date.
    async fn open(&self) -> Result<Store, Failed> {
        let url = match &self.database_url {
            Some(url) => url.clone(),
            None => {
                make_private(&self.data)?;
                format!("sqlite://{}", self.data.join("shiyan.db").display())
            }
        };
        let store = Store::open(&url).await?;
        Migrator::up(store.migration_connection(), None).await.map_err(|e| Failed::Fault(e.to_string()))?;
        Ok(store)
    }
    async fn app(&self) -> Result<App, Failed> {
        let public_url = self.public_url(None, SocketAddr::from(([127, 0, 0, 1], 8000)));
        let app = App::new(self.open().await?, move |content| papers::test_report_pdf(content, &public_url));
        app.seed_reference(now()).await?;
        Ok(app)
    }
}

/// The data directory, readable by its owner only when we make it.
fn make_private(dir: &Path) -> Result<(), Failed> {
    if dir.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| Failed::Fault(format!("{}: {e}", dir.display())))
}

async fn run(cli: Cli, lang: Lang) -> Done {
    let place = Place::of(&cli)?;
    match cli.command {
        Command::Serve(args) => serve(&place, &args, lang).await,
        Command::Migrate => {
            place.open().await?;
            println!("{}", lang.pick("数据库结构已是最新", "the schema is up to date"));
            Ok(())
        }
        Command::User { what } => users(&place, what, lang).await,
        Command::Demo { what } => demo(&place, what, lang).await,
        Command::Import { what } => import(&place, what, lang).await,
        Command::Export { what } => export(&place, what, lang).await,
        Command::Report { what } => report(&place, what, lang).await,
        Command::Kpi { year, scope, json } => kpi(&place, year, scope.as_deref(), json, lang).await,
        Command::Judge(args) => judging(&place, &args, lang).await,
        Command::Deadline { rule, from, json } => deadline(&place, &rule, &from, json, lang).await,
        Command::Explain { code, json } => explain(&code, json, lang),
        Command::Verify { checkpoint, json } => verify(&place, checkpoint.as_deref(), json, lang).await,
        Command::Checkpoint => {
            let app = App::new(place.open().await?, |_| Err("no typesetting here".into()));
            print_json(&app.checkpoint(&place.key_file(), now()).await?)
        }
        Command::Backup { file } => backup(&place, &file, lang).await,
        Command::Restore { file } => restore(&place, &file, lang).await,
    }
}

async fn serve(place: &Place, args: &ServeArgs, lang: Lang) -> Done {
    let listen = args.listen.or(place.file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8000)));
    let public_url = place.public_url(args.public_url.as_deref(), listen);
    make_private(&place.data)?;
    // One server a data directory: the lock goes away with the process, however it ends.
    let lock_path = place.data.join("server.lock");
    let lock = std::fs::File::create(&lock_path)?;
    if lock.try_lock().is_err() {
        return Err(Failed::Fault(
            lang.pick(
                "这个数据目录已有一个服务进程在运行；先停止它，或用 --data 指定另一个目录",
                "another server is already running on this data directory; stop it, or give another one with --data",
            )
            .to_owned(),
        ));
    }
    let url = public_url.clone();
    let app = App::new(place.open().await?, move |content| papers::test_report_pdf(content, &url));
    app.seed_reference(now()).await?;
    let has_demo = app.has_demo().await?;
    let loaded = if args.demo && !has_demo {
        eprintln!("{}", lang.pick("正在载入演示区……", "loading the demonstration district ..."));
        Some(shiyan_app::demo::load(&app, DemoOptions { seed: SEED, now: now(), samples: None, password: None }).await?)
    } else {
        None
    };
    let demo = has_demo || loaded.is_some();
    let accounts = if demo { app.demo_accounts().await? } else { Vec::new() };
    let config = SiteConfig {
        public_url: public_url.clone(),
        https: place.file.https.unwrap_or_else(|| public_url.starts_with("https://")),
        body: place.file.body.clone().unwrap_or_else(|| lang.pick("郑州市金水区市场监督管理局", "Jinshui District Market Regulation").to_owned()),
        demo,
        demo_accounts: accounts.iter().map(|u| (u.username.clone(), duty(&u.roles, Lang::Zh), duty(&u.roles, Lang::En))).collect(),
        demo_password: shiyan_app::demo::PASSWORD.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        key_file: place.key_file(),
    };
    println!("{} http://{listen}", lang.pick("食验已启动：", "Shiyan is up:"));
    if demo {
        println!(
            "\n{} {}",
            lang.pick("演示账号（每个角色一个），密码都是", "Demonstration accounts (one a role), the password of each is"),
            config.demo_password
        );
        for user in &accounts {
            println!("  {:<18} {}", user.username, duty(&user.roles, lang));
        }
        println!("\n{}", lang.pick(
            "先试三件事：\n  1. supervisor 登录：看4批次/千人进度和逾期案件，点开任何一个数字\n  2. analyst 登录：录入结果，看每格的判定和理由\n  3. 生成年度报告：统计年报 → 年度报告 PDF（或 shiyan report annual --year 年份 --out 文件）",
            "Three things to try:\n  1. sign in as supervisor: the 4-per-1000 gauge and the overdue cases; open any figure\n  2. sign in as analyst: enter results, see each verdict with its reason\n  3. make the annual report: Statistics → annual report PDF (or shiyan report annual --year YEAR --out FILE)",
        ));
    } else if let Some(token) = app.setup_token(now()).await? {
        println!("{}\n  {public_url}/setup/{token}", lang.pick("首次设置链接（30 分钟内有效，只能用一次）：", "First set-up link (30 minutes, single use):"));
    }
    std::io::stdout().flush()?;
    let site = Site::new(app, config, now);
    let metrics = args.metrics_listen.or(place.file.metrics_listen);
    let side = metrics.map(|at| tokio::spawn(shiyan_web::metrics::build_metrics(site.clone(), at).launch()));
    let served = shiyan_web::build(site.clone(), listen).launch().await;
    if let Some(side) = side {
        side.abort();
    }
    // A job in hand finishes the one thing it is at; then the database is closed.
    site.jobs.stop_all().await;
    site.app.store.close().await;
    drop(lock);
    served.map(|_| ()).map_err(|e| Failed::Fault(format!("{listen}: {e}")))
}

/// Seed of the demonstration that `serve --demo` loads.
const SEED: u64 = 20_260_101;

fn duty(roles: &BTreeSet<Role>, lang: Lang) -> String {
    roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
}

async fn users(place: &Place, what: UserCommand, lang: Lang) -> Done {
    let app = place.app().await?;
    let who = Who::system("命令行");
    match what {
        UserCommand::Add { username, name, roles, streets, sign } => {
            let mut wanted = BTreeSet::new();
            for role in &roles {
                let bad = || Refusal::new(shiyan_app::code::CHOICE).with("label", "角色").with("label_en", "role").with("typed", role);
                wanted.insert(Role::parse(role).ok_or_else(bad)?);
            }
            let known = app.streets().await?;
            if let Some(street) = streets.iter().find(|s| !known.contains_key(*s)) {
                return Err(Refusal::new(shiyan_sample_intake::code::STREET).with("typed", street).into());
            }
            let password = match std::env::var("SHIYAN_PASSWORD") {
                Ok(password) => password,
                Err(_) => {
                    eprint!("{}", lang.pick("密码：", "password: "));
                    let mut line = String::new();
                    std::io::stdin().lock().read_line(&mut line)?;
                    line.trim_end_matches(['\r', '\n']).to_owned()
                }
            };
            let scope = if streets.is_empty() { Scope::District } else { Scope::Streets(streets.into_iter().collect()) };
            let new = NewUser { username, name, password, roles: wanted, scope, sign_scope: sign, must_change: false, demo: false };
            let user = app.add_user(&who, &new, now()).await?;
            println!("{} {}", lang.pick("已添加用户", "added user"), user.username);
            Ok(())
        }
        UserCommand::List { json } => {
            let people = app.store.people().await?;
            if json {
                let rows: Vec<_> =
                    people.iter().map(|u| json!({ "username": u.username, "name": u.name, "roles": u.roles, "active": u.active, "demo": u.demo })).collect();
                return print_json(&rows);
            }
            for user in people {
                let state = if user.active { lang.pick("启用", "active") } else { lang.pick("停用", "disabled") };
                println!("{:<20} {:<16} {:<6} {}", user.username, user.name, state, duty(&user.roles, lang));
            }
            Ok(())
        }
        UserCommand::Disable { username } => {
            app.disable_user(&who, &username, now()).await?;
            println!("{} {username}", lang.pick("已停用", "disabled"));
            Ok(())
        }
    }
}

async fn demo(place: &Place, what: DemoCommand, lang: Lang) -> Done {
    let app = place.app().await?;
    match what {
        DemoCommand::Load { seed, samples } => {
            let summary: DemoSummary = shiyan_app::demo::load(&app, DemoOptions { seed, now: now(), samples, password: None }).await?;
            println!(
                "{} {} · {} {} · {} {}",
                lang.pick("已载入样品", "loaded samples"),
                summary.samples,
                lang.pick("案件", "cases"),
                summary.cases,
                lang.pick("快检读数", "rapid readings"),
                summary.readings
            );
        }
        DemoCommand::Remove => {
            let rows = shiyan_app::demo::remove(&app, now()).await?;
            println!("{} {rows}", lang.pick("已移除演示数据行数", "demonstration rows removed"));
        }
    }
    // One large transaction leaves a large write-ahead log; closing the database folds it into the file.
    app.store.close().await;
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    std::fs::read(path).map_err(|e| Failed::Fault(format!("{}: {e}", path.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Done {
    std::fs::write(path, bytes).map_err(|e| Failed::Fault(format!("{}: {e}", path.display())))
}

fn say_issues(issues: &[shiyan_exchange::Issue], lang: Lang) {
    for issue in issues {
        println!("  [{}] {}", issue.code, lang.pick(&issue.zh, &issue.en));
    }
}

async fn import(place: &Place, what: ImportCommand, lang: Lang) -> Done {
    let app = place.app().await?;
    match what {
        ImportCommand::PublishedResults { file, dry_run, json } => {
            let (published, issues) = published_file(&read(&file)?, &file_name(&file))?;
            let done = if dry_run {
                app.preview_published(&published, now()).await?
            } else {
                app.import_published(&Who::system("命令行"), "命令行", &published, now()).await?
            };
            if json {
                return print_json(&json!({
                    "file": published.name, "sha256": published.sha256, "dry_run": dry_run, "rows": done.rows, "new": done.new, "known": done.known,
                    "totals": published.totals["file"], "counts": published.totals["counts"], "refused": published.totals["refused"], "issues": issues,
                }));
            }
            let totals = &published.totals["file"];
            println!(
                "{} {} · {} {} · {} {} · {} {}",
                lang.pick("行", "rows"),
                totals["rows"],
                lang.pick("合格", "conforming"),
                totals["pass"],
                lang.pick("不合格", "nonconforming"),
                totals["fail"],
                lang.pick("其他", "other"),
                totals["other"]
            );
            for (category, n) in totals["by_category"].as_object().into_iter().flatten() {
                println!("  {category} {n}");
            }
            say_issues(&issues, lang);
            let verb = if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入", "written") };
            println!("{verb} {} · {} {}", done.new, lang.pick("已有", "already there"), done.known);
            Ok(())
        }
        ImportCommand::Limits { file, from, dry_run, json } => import_limits(&app, &file, from.as_deref(), dry_run, json, lang).await,
        ImportCommand::Packages { file, year, dry_run, json } => import_packages(&app, &file, year, dry_run, json, lang).await,
        ImportCommand::Plan { file, year, dry_run, json } => {
            let plan = plan_lines(&app, &read(&file)?, &file_name(&file)).await?;
            let batches: u64 = plan.lines.iter().map(|l| u64::from(l.batches)).sum();
            let clean = plan.refused.is_empty() && plan.read.issues.iter().all(|i| i.severity != shiyan_exchange::Severity::Error);
            if json {
                let refused: Vec<_> =
                    plan.refused.iter().map(|(row, why)| json!({ "row": row, "problems": why.iter().map(Refusal::problem).collect::<Vec<_>>() })).collect();
                print_json(
                    &json!({ "rows": plan.read.rows_in, "lines": plan.lines.len(), "batches": batches, "issues": plan.read.issues, "refused": refused, "dry_run": dry_run, "written": clean && !dry_run }),
                )?;
            } else {
                println!(
                    "{} {} · {} {} · {} {batches}",
                    lang.pick("行", "rows"),
                    plan.read.rows_in,
                    lang.pick("计划行", "lines"),
                    plan.lines.len(),
                    lang.pick("批次", "batches")
                );
                say_issues(&plan.read.issues, lang);
                for (row, why) in &plan.refused {
                    for refusal in why {
                        println!("  {} {row}: [{}] {}", lang.pick("行", "row"), refusal.code(), refusal.what(lang));
                    }
                }
            }
            if !clean {
                return Err(Failed::Found);
            }
            if !dry_run {
                let manager = at_the_machine(Role::PlanManager);
                if app.store.plan_of_year(year).await?.is_none() {
                    app.create_plan(&manager, year, "4.0", now()).await?;
                }
                let next = app.add_plan_lines(&manager, year, plan.lines, Some("命令行导入"), now()).await?;
                if !json {
                    println!("{} {} / {}", lang.pick("已写入；计划批次/应完成", "written; allocated/required"), next.allocated(), next.required());
                }
            }
            Ok(())
        }
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

async fn import_limits(app: &App, file: &Path, from: Option<&str>, dry_run: bool, json: bool, lang: Lang) -> Done {
    let bad = |typed: &str| Refusal::new(shiyan_app::code::DATE).with("label", "--from").with("label_en", "--from").with("typed", typed);
    let from = from.map(|typed| read_date(typed).ok_or_else(|| bad(typed))).transpose()?;
    let (limits, table) = limit_file(&read(file)?, &file_name(file), from)?;
    let done = app.import_limits(&at_the_machine(Role::QualityManager), &limits, dry_run, now()).await?;
    let counts = table.counts();
    if json {
        return print_json(&json!({
            "file": limits.name, "sha256": limits.sha256, "layout": table.layout, "from": from, "dry_run": dry_run, "counts": counts, "reasons": table.reasons(),
            "new": done.new, "known": done.known, "changes": done.changes, "in_the_way": done.in_the_way,
            "notes": table.notes, "issues": table.issues().collect::<Vec<_>>(),
        }));
    }
    println!(
        "{} {} = {} {} + {} {} + {} {}",
        lang.pick("行", "rows"),
        counts.rows,
        lang.pick("限量规则", "rules"),
        counts.rules,
        lang.pick("无限量", "no limit"),
        counts.no_limit,
        lang.pick("需人工", "for a person"),
        counts.needs_person
    );
    for reason in table.reasons() {
        println!(
            "{:>7}  {:<20} {}（{} {}）",
            reason.count,
            reason.code,
            lang.pick(&reason.zh, &reason.en),
            lang.pick("首见于第几行：", "first in row"),
            reason.first_row
        );
    }
    say_issues(&table.notes, lang);
    println!(
        "{} {} · {} {} · {} {}",
        lang.pick("规则去重后", "rules, each once"),
        done.rules,
        lang.pick("已有", "already there"),
        done.known,
        lang.pick("同文件内重复", "repeated in the file"),
        counts.repeated
    );
    let verb =
        if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入（待核实）", "written, to be checked:") };
    println!("{verb} {}", done.new);
    if done.in_the_way > 0 {
        println!(
            "{} {}",
            done.in_the_way,
            lang.pick(
                "条与启用中的限量管同一食品的同一项目：核实（启用或停用）之前，这些食品的该项目不自动判定",
                "rows stand beside or below active limits: until they are activated or retired, these items get no verdict in these foods"
            )
        );
    }
    Ok(())
}

async fn import_packages(app: &App, file: &Path, year: i32, dry_run: bool, json: bool, lang: Lang) -> Done {
    let (packages, table) = package_file(&read(file)?, &file_name(file))?;
    let done = app.import_packages(&at_the_machine(Role::QualityManager), &packages, year, dry_run, now()).await?;
    let counts = table.counts;
    if json {
        return print_json(&json!({
            "file": packages.name, "sha256": packages.sha256, "layout": table.layout, "year": year, "dry_run": dry_run, "counts": counts,
            "new": done.new, "known": done.known, "replaced": done.replaced, "issues": table.issues,
        }));
    }
    println!(
        "{} {} = {} {} + {} {} + {} {}",
        lang.pick("行", "rows"),
        counts.rows,
        lang.pick("项目", "items"),
        counts.items,
        lang.pick("同一食品的重复项目", "repeated items of a food"),
        counts.repeated,
        lang.pick("不写入", "left out"),
        counts.refused
    );
    println!(
        "{} {} · {} {} · {} {}",
        lang.pick("项目包", "packages"),
        counts.packages,
        lang.pick("单位留空的项目", "items without a unit"),
        counts.without_unit,
        lang.pick("带任务限量的项目", "items with a limit of the task"),
        counts.with_limit
    );
    say_issues(&table.issues, lang);
    let verb = if dry_run { lang.pick("试运行，将写入", "dry run, would write") } else { lang.pick("已写入", "written") };
    println!("{verb} {} · {} {} · {} {}", done.new, lang.pick("已有", "already there"), done.known, lang.pick("替换", "replacing"), done.replaced);
    Ok(())
}

async fn export(place: &Place, what: ExportCommand, lang: Lang) -> Done {
    let app = place.app().await?;
    match what {
        ExportCommand::LimitsTemplate { out, rows } => {
            let library = app.limit_rows().await?;
            write(&out, &shiyan_exchange::limit_table::template_xlsx(lang, if rows { &library[..] } else { &[] })?)
        }
        ExportCommand::PackagesTemplate { out } => write(&out, &shiyan_exchange::package_table::template_xlsx(lang)?),
        ExportCommand::PlanTemplate { out } => {
            let classes = shiyan_statute::food_classes().iter().map(|c| c.name.clone()).collect();
            let streets = app.streets().await?.into_values().map(|s| s.name).collect();
            write(&out, &shiyan_exchange::plan::template_xlsx(lang, &shiyan_exchange::plan::Lists { classes, streets })?)
        }
        ExportCommand::Samples { year, out } => {
            use shiyan_exchange::out::Cell;
            let (first, last) = shiyan_app::figures::year_span(year)?;
            let facts = app.store.batch_facts(first, last, &Scope::District).await?;
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
            println!("{} {}", lang.pick("已导出", "exported"), rows.len());
            Ok(())
        }
    }
}

async fn report(place: &Place, what: ReportCommand, lang: Lang) -> Done {
    let app = place.app().await?;
    match what {
        ReportCommand::Annual { year, out } => {
            let pdf = papers::annual_pdf(&app, year, lang, &Scope::District, now()).await?;
            write(&out, &pdf)?;
            println!("{} {} SHA-256 {}", out.display(), pdf.len(), shiyan_app::sha256_hex(&pdf));
            Ok(())
        }
        ReportCommand::Test { sample, out, bilingual, working } => test_report(&app, &sample, &out, ReportOptions { bilingual, working }, lang).await,
    }
}

/// The archived file of the newest report of a sample, and nothing else; while none is in force a draft, if it awaits issue.
async fn test_report(app: &App, sample: &str, out: &Path, options: ReportOptions, lang: Lang) -> Done {
    let (number, _) = shiyan_sample_intake::check_number(sample)?;
    let record = app.store.sample_by_number(&number, &Scope::District).await?.ok_or(shiyan_app::Error::NotFound)?;
    let id = record.sample.id.to_string();
    if let Some(newest) = app.store.reports_of_sample(&id, &Scope::District).await?.first() {
        if !options.is_plain() {
            return Err(Refusal::new(shiyan_app::code::REPORT_FROZEN).with("number", &newest.number).into());
        }
        let pdf = app.report_pdf(newest).await?;
        write(out, &pdf)?;
        app.note_printed(&Who::system("命令行"), &[(newest.id, newest.number.clone())], "file", now()).await?;
        println!("{} {} SHA-256 {}", newest.number, pdf.len(), shiyan_app::sha256_hex(&pdf));
        return Ok(());
    }
    let order = app.store.order_of_sample(&id, &Scope::District).await?.ok_or(shiyan_app::Error::NotFound)?;
    let pdf = app.draft_report(&order, options, now()).await?.ok_or(shiyan_app::Error::NotFound)?;
    write(out, &pdf)?;
    println!("{} {} {}", lang.pick("草稿，未签发：", "draft, not issued:"), number, pdf.len());
    Ok(())
}

/// `levels=国抽,省抽;kinds=监督抽检;departments=市场监管;streets=410105008;basis=report_date;target=4.0` over the default scope.
fn read_scope(mut scope: KpiScope, text: &str) -> Result<KpiScope, Refusal> {
    fn members<L: Label + Ord>(list: &str, name: &'static str) -> Result<BTreeSet<L>, Refusal> {
        list.split([',', '，', '、']).filter(|m| !m.trim().is_empty()).map(|m| L::parse(m).ok_or_else(|| bad(name, m))).collect()
    }
    fn bad(name: &'static str, typed: &str) -> Refusal {
        Refusal::new(shiyan_app::code::CHOICE).with("label", format!("口径 {name}")).with("label_en", format!("scope {name}")).with("typed", typed)
    }
    for part in text.split([';', '；']).filter(|p| !p.trim().is_empty()) {
        let (key, list) = part.split_once('=').ok_or_else(|| bad("", part))?;
        match key.trim() {
            "levels" => scope.levels = members::<TaskLevel>(list, "levels")?,
            "kinds" => scope.kinds = members::<TaskKind>(list, "kinds")?,
            "departments" => scope.departments = members::<Department>(list, "departments")?,
            "streets" => {
                let all = list.trim() == "*";
                scope.streets = (!all).then(|| list.split([',', '，']).map(|s| s.trim().to_owned()).collect());
            }
            "basis" => scope.basis = shiyan_indicators::YearBasis::parse(list).ok_or_else(|| bad("basis", list))?,
            "target" => scope.target_per_mille = list.trim().parse().map_err(|_| bad("target", list))?,
            other => return Err(bad("key", other)),
        }
    }
    Ok(scope)
}

async fn kpi(place: &Place, year: i32, scope: Option<&str>, json: bool, lang: Lang) -> Done {
    let app = place.app().await?;
    let mut wanted = app.kpi_scope(year).await?;
    if let Some(text) = scope {
        wanted = read_scope(wanted, text)?;
    }
    let year = app.year(wanted, &Scope::District, now()).await?;
    let k = &year.kpis;
    if json {
        let indicators: Vec<_> = k
            .figures()
            .map(|figure| {
                let left_out: serde_json::Map<String, serde_json::Value> =
                    figure.left_out.iter().map(|(reason, ids)| (reason.code().to_owned(), json!(ids.len()))).collect();
                json!({
                    "key": figure.key, "cut": figure.cut, "name": figure.name(Lang::Zh), "name_en": figure.name(Lang::En), "numerator": figure.numerator,
                    "denominator": figure.denominator, "exact": figure.exact, "decimal": figure.decimal, "display": figure.display, "target": figure.target, "met": figure.met,
                    "provisional": figure.provisional, "scope": k.scope_line_zh, "counted": figure.counted.len(), "left_out": left_out,
                })
            })
            .collect();
        return print_json(&json!({
            "year": k.scope.year, "as_of": k.as_of, "scope": k.scope, "scope_line": k.scope_line_zh, "scope_line_en": k.scope_line_en, "required": k.required, "gap": k.gap,
            "pace": k.pace, "forecast": k.forecast, "in_lab": k.in_lab.len(), "in_transit": k.in_transit.len(), "overdue": k.overdue, "open_not_due": k.open_not_due,
            "indicators": indicators,
        }));
    }
    println!("{}", k.scope_line(lang));
    println!("{} {} · {} {}", lang.pick("应完成", "required"), k.required, lang.pick("缺口", "gap"), k.gap);
    for figure in k.figures().filter(|f| f.cut.is_none()) {
        let met = match figure.met {
            Some(true) => lang.pick("达标", "met"),
            Some(false) => lang.pick("未达标", "not met"),
            None => "",
        };
        let left: usize = figure.left_out.values().map(Vec::len).sum();
        println!(
            "{:<24} {:>10}  {}/{}  {met}  {} {left}",
            figure.name(lang),
            figure.display,
            figure.numerator,
            figure.denominator,
            lang.pick("未计入", "left out")
        );
    }
    Ok(())
}

async fn judging(place: &Place, args: &JudgeArgs, lang: Lang) -> Done {
    if let (Some(csv), Some(out)) = (&args.csv, &args.out) {
        let table = shiyan_exchange::judge_csv::read(&read(csv)?, &file_name(csv))?;
        let mut counts = std::collections::BTreeMap::<&str, u32>::new();
        let bytes = shiyan_exchange::judge_csv::write(&table, |row| {
            let judged = judge_texts(&row.item, &row.result, &row.limit, row.unit.as_deref(), row.label_claim.as_deref());
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
            return print_json(&json!({ "rows": table.rows.len(), "counts": counts, "issues": table.issues }));
        }
        println!("{} {}: {counts:?}", lang.pick("已判定", "judged"), table.rows.len());
        say_issues(&table.issues, lang);
        return Ok(());
    }
    let (Some(item), Some(result)) = (&args.item, &args.result) else {
        return Err(Refusal::new(shiyan_app::code::TEXT)
            .with("label", "--csv/--out 或 --food/--item/--result")
            .with("label_en", "--csv/--out or --food/--item/--result")
            .into());
    };
    if let Some(limit) = &args.limit {
        let judged = judge_texts(item, result, limit, None, None);
        return say_judgement(&judged, None, args.json, lang);
    }
    let on = match &args.on {
        Some(text) => read_date(text).ok_or_else(|| Refusal::new(shiyan_app::code::DATE).with("label", "--on").with("label_en", "--on").with("typed", text))?,
        None => now().date_naive(),
    };
    let app = place.app().await?;
    let rows = app.limit_rows().await?;
    let food = args.food.clone().unwrap_or_default();
    let category = if food.contains('/') { CategoryPath::parse(&food) } else { find_category(&rows, &food) };
    let name = category.0.last().cloned().unwrap_or_else(|| food.clone());
    let query = LimitQuery { category: &category, food_name: &name, analyte: item, ref_date: on, prepackaged: args.prepacked };
    let choice = choose(rows.iter(), &query);
    // The library is asked as shipped: a row still to be checked is used and said so, never silently; its conditions stay conditions.
    let chosen = match &choice {
        LimitChoice::OnlyPending(rows) if rows.len() == 1 && !rows[0].is_conditional(args.prepacked) => Ok(rows[0]),
        other => other.settled(&query),
    };
    match chosen {
        Ok(row) => {
            // A result typed without a unit is in the unit of the limit, as in the cell of the grid.
            let bare = value::parse(result, None);
            let parsed = if bare.unit.is_none() { value::parse(result, Some(&row.unit)) } else { bare };
            let judged = judge(&JudgeInput::for_row(&parsed, row, TaskKind::Supervisory));
            say_judgement(&judged, Some((row, row.status != LimitStatus::Active)), args.json, lang)
        }
        Err(why) => {
            let verdict = shiyan_lab_results::judge::Verdict::NoVerdict;
            let understood = value::parse(result, None).canonical();
            if args.json {
                return print_json(&json!({
                    "judgement": verdict.zh().trim_end_matches('项'), "verdict": verdict, "reason_code": why.code(), "reason": why.what(Lang::Zh), "reason_en": why.what(Lang::En),
                    "understood": understood, "limit": null, "candidates": choice.rows().iter().map(|r| r.reference(lang)).collect::<Vec<_>>(), "on": on,
                }));
            }
            println!("{} · {}\n{}", lang.pick("不判定", "no verdict"), why.what(lang), why.next(lang));
            Ok(())
        }
    }
}

/// The path of a food given by its bare name: the categories of the library that end in it.
fn find_category(rows: &[shiyan_statute::LimitRow], food: &str) -> CategoryPath {
    let wanted = food.trim();
    rows.iter().flat_map(|r| &r.categories).find(|c| c.0.last().is_some_and(|l| l == wanted)).cloned().unwrap_or_else(|| CategoryPath(vec![wanted.to_owned()]))
}

fn short(judged: &Judgement) -> &'static str {
    judged.verdict.zh().trim_end_matches('项')
}

fn say_judgement(judged: &Judgement, row: Option<(&shiyan_statute::LimitRow, bool)>, json: bool, lang: Lang) -> Done {
    if json {
        let working: Vec<_> = judged.working.iter().map(|s| json!({ "zh": s.text(Lang::Zh), "en": s.text(Lang::En), "step": s })).collect();
        let limit = row.map(|(r, pending)| json!({ "id": r.id, "version": r.version, "text": r.limit_text(), "basis": r.basis, "status": r.status, "pending": pending, "reference": r.reference(lang) }));
        return print_json(&json!({
            "judgement": short(judged), "verdict": judged.verdict, "reason_code": judged.reason.0.code, "reason": judged.reason_text(Lang::Zh), "reason_en": judged.reason_text(Lang::En),
            "working": working, "near_limit": judged.near_limit, "needs_second_analyst": judged.needs_second_analyst, "limit": limit,
        }));
    }
    println!("{}", judged.explain(lang));
    if let Some((row, pending)) = row {
        println!("{}", row.reference(lang));
        if pending {
            println!(
                "{}",
                lang.pick(
                    "注意：该限量待核实，正式判定前须由质量负责人启用",
                    "note: this limit is still to be checked; the quality manager activates it before it decides"
                )
            );
        }
    }
    Ok(())
}

async fn deadline(place: &Place, rule: &str, from: &str, json: bool, lang: Lang) -> Done {
    let key = shiyan_statute::deadline::rule_key(&rule.trim().to_uppercase())?;
    let start = read_start(from)?;
    // The calendar of the installation where there is one; the shipped one otherwise.
    let there = place.database_url.is_some() || place.data.join("shiyan.db").exists();
    let calendar = if there { place.app().await?.calendar().await? } else { shiyan_statute::calendar().clone() };
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
    println!("{} {} → {at}{provisional}\n{}", key.code(), key.label(lang), computed.article);
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

fn explain(code: &str, json: bool, lang: Lang) -> Done {
    let found = shiyan_app::explain::explain(code, now().date_naive(), &shiyan_web::site::more_codes());
    let found = found.ok_or_else(|| Refusal::new(shiyan_app::code::CHOICE).with("label", "代码").with("label_en", "code").with("typed", code))?;
    if json {
        return print_json(&found);
    }
    println!("{} {}\n{}", found.code, lang.pick(&found.zh, &found.en), lang.pick(&found.next_zh, &found.next_en));
    if !found.article.is_empty() {
        println!("{} {}", lang.pick("依据：", "article:"), found.article);
    }
    if !found.source.is_empty() {
        println!("{} {}", lang.pick("来源：", "source:"), found.source);
    }
    Ok(())
}

async fn verify(place: &Place, checkpoint: Option<&Path>, json: bool, lang: Lang) -> Done {
    let checkpoint = match checkpoint {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|e| Failed::Fault(format!("{}: {e}", path.display())))?;
            Some(serde_json::from_str::<shiyan_app::keep::Checkpoint>(&text).map_err(|e| Failed::Fault(format!("{}: {e}", path.display())))?)
        }
        None => None,
    };
    let app = App::new(place.open().await?, |_| Err("no typesetting here".into()));
    let integrity = app.store.integrity().await?;
    let mut finding = app.verify(checkpoint.as_ref(), &place.key_file()).await?;
    if integrity != "ok" {
        finding.ok = false;
        finding.problem_zh.get_or_insert(format!("数据库文件损坏：{integrity}"));
        finding.problem_en.get_or_insert(format!("the database file is damaged: {integrity}"));
    }
    if json {
        print_json(&finding)?;
    } else if finding.ok {
        println!(
            "{} {} · {} {} · {} {}",
            lang.pick("链完整，日志条数", "the chain is whole; journal entries"),
            finding.entries,
            lang.pick("数据行", "rows"),
            finding.rows,
            lang.pick("链头", "head"),
            finding.head.hash
        );
    } else {
        eprintln!(
            "{} {}",
            lang.pick("不一致：", "does not hold:"),
            lang.pick(finding.problem_zh.as_deref().unwrap_or(""), finding.problem_en.as_deref().unwrap_or(""))
        );
    }
    if finding.ok { Ok(()) } else { Err(Failed::Found) }
}

async fn backup(place: &Place, file: &Path, lang: Lang) -> Done {
    let app = App::new(place.open().await?, |_| Err("no typesetting here".into()));
    let temporary = file.with_extension("part");
    let handle = std::fs::File::create(&temporary).map_err(|e| Failed::Fault(format!("{}: {e}", temporary.display())))?;
    let mut out = flate2::write::GzEncoder::new(handle, flate2::Compression::fast());
    let header = app.backup(&mut out, now()).await?;
    let handle = out.finish()?;
    handle.sync_all()?;
    drop(handle);
    // The copy is read back whole before it gets its name.
    shiyan_store::backup::check_backup(open_backup(&temporary)?)?;
    std::fs::rename(&temporary, file)?;
    println!("{} {} · {} {}", lang.pick("已备份到", "backed up to"), file.display(), lang.pick("日志第", "journal entry"), header.head.seq);
    Ok(())
}

fn open_backup(file: &Path) -> Result<Box<dyn BufRead + Send>, shiyan_app::Error> {
    let handle = std::fs::File::open(file).map_err(|e| shiyan_app::Error::Fault(format!("{}: {e}", file.display())))?;
    Ok(Box::new(BufReader::new(flate2::read::GzDecoder::new(BufReader::new(handle)))))
}

async fn restore(place: &Place, file: &Path, lang: Lang) -> Done {
    shiyan_store::backup::check_backup(open_backup(file)?)?;
    let store = place.open().await?;
    let header = store.restore(|| open_backup(file)).await?;
    let finding = store.verify(Some(&header.head)).await?;
    if !finding.ok {
        return Err(Failed::Fault(lang.pick(finding.problem_zh.as_deref().unwrap_or(""), finding.problem_en.as_deref().unwrap_or("")).to_owned()));
    }
    let engine = if store.engine() == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
    println!("{} {engine} · {} {}", lang.pick("已恢复并校验：", "restored and verified:"), lang.pick("日志条数", "journal entries"), finding.entries);
    Ok(())
}
