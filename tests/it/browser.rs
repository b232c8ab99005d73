//! 浏览器 the way of one batch as people take it: the real program on an empty system, a headless Chromium, one person of each
//! duty, from the first administrator to the annual report; on SQLite and on PostgreSQL.
//!
//! Runs with `SHIYAN_BROWSER=1` (`cargo xtask ci` sets it). Fields are filled by script where there are many and by keys where
//! the keyboard matters; every step forward is a click on the button or link of the page.

#[path = "eyes.rs"]
mod eyes;
#[path = "grid.rs"]
mod grid;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chrono::Datelike;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use shiyan_foundation::{Label, Role, shanghai};
use shiyan_nonconformity::Block;
use shiyan_testkit::{PNG, Side, Temp, pg, sheet, side, walk};

/// How long anything may take before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the administrator sets, and what each person chooses instead.
const OWN: &str = "chosen-by-myself-26";

/// One person a duty: account, printed name, duty, and whether the administrator adds them on the page (else the command line).
const PEOPLE: &[(&str, &str, Role, bool)] = &[
    ("planner", "虚构计划员", Role::PlanManager, true),
    ("quality", "虚构质量负责人", Role::QualityManager, true),
    ("sampler", "虚构抽样员甲", Role::Sampler, true),
    ("sampler2", "虚构抽样员乙", Role::Sampler, false),
    ("keeper", "虚构样品员", Role::SampleKeeper, false),
    ("analyst", "虚构检验员", Role::Analyst, false),
    ("checker", "虚构校核员", Role::Checker, false),
    ("reviewer", "虚构审核员", Role::Reviewer, false),
    ("signatory", "虚构签字人", Role::Signatory, false),
    ("sender", "虚构发送员", Role::ReportSender, false),
    ("enforcer", "虚构执法员", Role::Enforcer, false),
    ("supervisor", "虚构监督员", Role::Supervisor, false),
];
const OPERATOR: &str = "operator";
const POINT: &str = "虚构快检室";
/// The food, and the two limits that hold for it without a condition (水产品/淡水鱼): 恩诺沙星 ≤100 μg/kg, 氯霉素 not detected.
const FOOD: &str = "鲫鱼";
const FAILING: &str = "恩诺沙星";
const CLEAN: &str = "氯霉素";
const LIMITS: &[(&str, &str)] = &[("L0071", FAILING), ("L0092", CLEAN)];
const SITE: &str = "虚构水产店甲";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_way_in_a_browser() {
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    if std::env::var("SHIYAN_BROWSER").as_deref() != Ok("1") {
        shiyan_testkit::skipped("the whole way in a browser", "SHIYAN_BROWSER=1 is not set (`cargo xtask ci` sets it)");
        return;
    }
    let program = program();
    let driver = Driver::start();
    timed("SQLite", way(&program, &driver, None)).await;
    let Some(server) = pg::pg_url() else {
        shiyan_testkit::skipped("the whole way in a browser on PostgreSQL", "no PostgreSQL server (SHIYAN_TEST_PG)");
        return;
    };
    let name = format!("it_browser_{}", std::process::id());
    let side = Side::open(&server).await;
    side.must(&format!("CREATE DATABASE {name}")).await;
    timed("PostgreSQL", way(&program, &driver, Some(&side::with_database(&server, &name)))).await;
    side.must(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    side.close().await;
}

async fn timed(engine: &str, way: impl Future<Output = ()>) {
    let begun = Instant::now();
    way.await;
    println!("browser: the whole way on {engine} in {:.1} s", begun.elapsed().as_secs_f32());
}

/// The way, room by room.
async fn way(program: &Path, driver: &Driver, database: Option<&str>) {
    let serving = Serving::start(program, database);
    let tab = Tab::open(driver, &serving.base).await;
    let year = chrono::Utc::now().with_timezone(&shanghai()).year();

    set_up(&tab, &serving.setup).await;
    for (username, name, role, _) in PEOPLE.iter().filter(|p| !p.3) {
        let mut add = serving.shiyan(program, database);
        add.env("SHIYAN_PASSWORD", OWN).args(["user", "add", username, "--name", name, "--role", role.code()]);
        run(if *role == Role::Signatory { add.args(["--sign", "*"]) } else { &mut add });
    }
    limits_in_force(&tab).await;
    plan(&tab, year).await;
    let batch = sampled_and_received(&tab, year).await;
    tested_by_four(&tab, &batch).await;
    let case = disposed(&tab).await;
    rapid_reading(&tab).await;
    at_home(&tab, "100.00%", "0.00").await;
    let report = issued(&tab, &batch).await;
    at_home(&tab, "100.00%", "4.00").await;
    annual(&tab, serving.shiyan(program, database), year, &batch, &case, &report).await;
    in_english(&tab, &case).await;
    on_a_phone(&tab, &case, &batch).await;
    without_scripts(&tab, &case, &batch).await;

    tab.nothing_complained();
    drop(tab);
    serving.nothing_complained();
    let verified = run(serving.shiyan(program, database).arg("verify"));
    assert!(verified.contains("链完整"), "{verified}");
}

// ---------------------------------------------------------------- the rooms

/// The first administrator by the printed link; then other people, and a point for rapid tests.
async fn set_up(tab: &Tab, link: &str) {
    tab.goto(link).await;
    tab.fill("main form", &[("name", "虚构管理员"), ("username", "admin"), ("password", OWN), ("password_again", OWN)]).await;
    tab.press("main form button.primary").await;
    tab.says("管理员账号已建立").await;
    tab.goto(link).await;
    tab.says("SETUP").await;

    tab.sign_in("admin", OWN).await;
    let mut links = Vec::new();
    for (username, name, role, _) in PEOPLE.iter().filter(|p| p.3) {
        links.push(add_user(tab, username, name, *role, "district").await);
    }
    tab.goto("/admin/points").await;
    tab.unfold("#new").await;
    tab.fill("#new form", &[("name", POINT), ("street", sheet_street()), ("market", "虚构农贸市场")]).await;
    tab.press("#new form button.primary").await;
    tab.says(POINT).await;
    // On a machine that is at its limit the page may say for a moment that the system is busy.
    let begun = Instant::now();
    let point = loop {
        tab.goto("/admin/users").await;
        let option = tab.js("return [...document.querySelectorAll('#f-scope option')].map(o => o.value).find(v => v.startsWith('point:'))").await;
        if let Some(option) = option.as_str() {
            break option.to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "no point to choose: {}", tab.text().await);
    };
    links.push(add_user(tab, OPERATOR, "虚构快检员", Role::PointOperator, &point).await);
    // The administrator sees no business record.
    assert_eq!(tab.status("/samples").await, 404, "the administrator sees samples");
    everybody_sets_a_password(tab, &links).await;
}

fn sheet_street() -> &'static str {
    shiyan_testkit::people::STREET
}

/// Gives the one-time link that the page shows.
async fn add_user(tab: &Tab, username: &str, name: &str, role: Role, scope: &str) -> String {
    tab.goto("/admin/users").await;
    tab.unfold("#new").await;
    tab.fill("#new form", &[("name", name), ("username", username), ("scope", scope), ("roles", role.code()), ("sign_scope", "*")]).await;
    tab.press("#new form button.primary").await;
    let link = tab.js("return document.querySelector('.handover code')?.textContent").await;
    link.as_str().unwrap_or_else(|| panic!("no link for {username}")).to_owned()
}

/// Nobody works with a password that somebody else knows.
async fn everybody_sets_a_password(tab: &Tab, links: &[String]) {
    for link in links {
        let path = format!("/set-password/{}", link.rsplit('/').next().unwrap_or_default());
        tab.goto(&path).await;
        tab.fill("main form", &[("password", OWN), ("password_again", OWN)]).await;
        tab.press("main form button.primary").await;
        tab.says("密码已设置").await;
        tab.goto(&path).await;
        tab.says("PASSWORD-LINK").await;
    }
}

async fn limits_in_force(tab: &Tab) {
    tab.sign_in("quality", OWN).await;
    for (id, analyte) in LIMITS {
        tab.goto(&format!("/admin/limits?q={}", encoded(analyte))).await;
        let form = format!("form[action='/admin/limits/{id}']");
        tab.press(&format!("{form}:has(input[value=active]) button")).await;
        tab.goto(&format!("/admin/limits?q={}&state=active", encoded(analyte))).await;
        assert!(tab.js(&format!("return !!document.querySelector(\"{form}\")")).await.as_bool().unwrap(), "{id} is in force");
    }
}

/// A population of 250 makes one batch 4.00 per 1,000; a plan of one line asks for it.
async fn plan(tab: &Tab, year: i32) {
    tab.sign_in("planner", OWN).await;
    tab.goto("/admin/population").await;
    tab.unfold("#new").await;
    let of = (year - 1).to_string();
    tab.fill("#new form", &[("year", &of), ("people", "250"), ("basis", "year_end"), ("boundary", "governed"), ("source", "虚构公报")]).await;
    tab.press("#new form button.primary").await;
    let row = tab.js("return [...document.querySelectorAll('form[action$=choose] option')].find(o => o.textContent.includes(' 250 '))?.value").await;
    tab.unfold("details.ask:has(form[action$=choose])").await;
    tab.fill("form[action$=choose]", &[("id", row.as_str().expect("the row of 250 people"))]).await;
    tab.press("form[action$=choose] button").await;
    tab.says("已选用人口行").await;

    tab.goto("/plan").await;
    assert_eq!(tab.path().await, format!("/plan/{year}"));
    tab.unfold("details.ask:has(form[action$=create])").await;
    tab.press("form[action$=create] button").await;
    let quarter = tab.today().await.month().div_ceil(3).to_string();
    let line = [
        ("category", "食用农产品/水产品"),
        ("link", "circulation"),
        ("street", sheet_street()),
        ("quarter", &quarter),
        ("batches", "1"),
        ("method", "随机抽样"),
        ("item_package", "恩诺沙星、氯霉素"),
        ("basis", "GB 31650-2019"),
        ("reporting", "20个工作日内"),
    ];
    tab.fill("form[action$=lines]", &line).await;
    tab.press("form[action$=lines] button").await;
    tab.unfold("details.ask:has(form[action$=issue])").await;
    tab.press("form[action$=issue] button").await;
    tab.says("计划已下达").await;
    tab.says("已分完").await;
}

/// The batch as the rest of the way needs it.
struct Batch {
    no: String,
    sample: String,
}

async fn sampled_and_received(tab: &Tab, year: i32) -> Batch {
    let no = format!("XBJ{:02}410105900000017", year % 100);
    tab.sign_in("sampler", OWN).await;
    tab.press("main a[href='/samples/new']").await;
    let today = tab.today().await.to_string();
    assert_eq!(tab.value("[name=sampled_on]").await, today, "the sheet proposes today");
    let mut fields = sheet::leek(&no, &[]).fields;
    fields.remove("sampled_on");
    for (key, value) in [
        ("cat2", "水产品"),
        ("cat3", "淡水鱼"),
        ("cat4", FOOD),
        ("name", FOOD),
        ("made_on", &today),
        ("site_name", SITE),
        ("lab_org", "虚构检测中心"),
        ("sampler_org", "虚构抽样单位"),
        ("site_phone", "18600000000"),
    ] {
        fields.insert(key.to_owned(), value.to_owned());
    }
    let name = fields.remove("name").unwrap();
    let mut typed: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    // One sampler is not enough; what was typed is still there afterwards.
    tab.fill("form.sheet", &typed).await;
    tab.type_into("#f-name", &name).await;
    let why = tab.press_refused("form.sheet button[value=submit]").await;
    assert!(why.contains("两名") || why.contains('2'), "{why}");
    assert_eq!(tab.value("#f-site_name").await, SITE);
    typed.clear();
    typed.push(("samplers", "虚构抽样员乙"));
    tab.fill("form.sheet", &typed).await;
    // The login is over meanwhile: the page that refuses keeps the sheet, takes the password and goes on.
    tab.sign_out().await;
    tab.follow("form.sheet button[value=submit]").await;
    assert!(!tab.text().await.contains(SITE), "whoever sits there now reads nothing of it");
    tab.sign_in_here("sampler").await;
    tab.press("form.resend button.primary").await;
    tab.says("抽样单已提交").await;
    let sample = tab.path().await;

    tab.sign_in("keeper", OWN).await;
    tab.press(&format!("main a[href='{sample}/reception']")).await;
    tab.fill("form.reception", &[("test_seal", "FT-0001"), ("backup_seal", "FB-0001"), ("place", "冷藏柜 A-3"), ("temperature", "4")]).await;
    tab.press("form.reception button[value=accept]").await;
    tab.says("样品已接收").await;
    Batch { no, sample }
}

/// 主检 → 校核 → 审核 → 批准, four people; the analyst never leaves the keyboard.
async fn tested_by_four(tab: &Tab, batch: &Batch) {
    tab.sign_in("analyst", OWN).await;
    tab.press("main ul.work a[href^='/bench/']").await;
    let order = tab.path().await;
    let blind = tab.text().await;
    assert!(!blind.contains(SITE) && blind.contains("盲样"), "the analyst tests blind");
    for analyte in [FAILING, CLEAN] {
        tab.unfold("details.ask:has(form[action$=items])").await;
        tab.fill("form[action$=items]", &[("items-analyte", analyte), ("items-unit", "μg/kg"), ("items-method", "GB/T 21312-2007")]).await;
        tab.press("form[action$=items] button").await;
        tab.says("项目已添加").await;
    }
    // Typed down the column with Enter, as it is read; the last Enter reaches the button that saves.
    tab.type_into("input.cell", "328\u{e007}").await;
    let focus = "return document.activeElement.id === document.querySelectorAll('input.cell')[1].id";
    assert!(tab.js(focus).await.as_bool().unwrap(), "Enter moves down");
    tab.type_into("tr:nth-of-type(2) input.cell", "未检出").await;
    tab.press("button[value=save]").await;
    let text = tab.text().await;
    assert!(text.contains("≤100") && text.contains("不合格") && text.contains("328"), "judged as typed");
    let verdicts = tab.js("return [...document.querySelectorAll('.w-verdict .badge')].map(b => b.textContent.trim())").await;
    assert_eq!(verdicts, json!(["不合格项", "合格项"]));
    tab.press("form[action$=submit] button").await;
    tab.says("已提交校核").await;

    for (username, step, says) in [("checker", "check", "校核通过"), ("reviewer", "review", "审核通过")] {
        tab.sign_in(username, OWN).await;
        tab.goto("/").await;
        tab.press("main ul.work a[href^='/bench/']").await;
        tab.press(&format!("form[action='{order}/{step}'] button")).await;
        tab.says(says).await;
    }
    tab.sign_in("signatory", OWN).await;
    tab.goto(&order).await;
    tab.unfold("details.ask:has(form[action$=approve])").await;
    tab.type_into("#f-approve-password", "not-my-password").await;
    let why = tab.press_refused("form[action$=approve] button").await;
    assert!(why.contains("密码"), "{why}");
    tab.type_into("#f-approve-password", OWN).await;
    tab.press("form[action$=approve] button").await;
    tab.says("核查处置案件已生成").await;
    tab.goto(&batch.sample).await;
    assert!(tab.js("return !document.querySelector(\"a[href^='/cases/']\")").await.as_bool().unwrap(), "who tests blind sees no case");
}

/// The case as the rest of the way needs it.
struct Case {
    no: String,
    href: String,
}

async fn disposed(tab: &Tab) -> Case {
    tab.sign_in("enforcer", OWN).await;
    tab.press("main ul.work a[href^='/cases/']").await;
    let case = Case { no: tab.string("return document.querySelector('.kicker .code').textContent").await, href: tab.path().await };
    assert!(tab.text().await.contains(SITE));
    tab.press("form[action$=receive] button").await;
    tab.says("案件已签收").await;
    assert!(tab.js("return document.querySelector('form[action$=submit]') === null").await.as_bool().unwrap(), "an empty case is not submitted");
    let today = tab.today().await.to_string();
    for (index, block) in Block::ALL.iter().enumerate() {
        let form = format!("#b-{} form", block.code());
        let mut fields = walk::block_fields(*block);
        for (_, value) in fields.iter_mut().filter(|(key, _)| key.ends_with("_on")) {
            value.clone_from(&today);
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let file = if index % 2 == 0 { tab.evidence(block.code(), "png", PNG) } else { tab.evidence(block.code(), "pdf", &small_pdf()) };
        tab.unfold(&format!("#b-{}", block.code())).await;
        tab.fill(&form, &fields).await;
        tab.find(&format!("#f-ev-{}", block.code())).await.send_keys(file.to_str().unwrap()).await.unwrap();
        tab.press(&format!("{form} button.primary")).await;
        tab.says("处置环节已保存").await;
    }
    tab.says("可以提请办结").await;
    let evidence = tab.string("return document.querySelector('#b-start ul.files a').getAttribute('href')").await;
    assert_eq!(tab.download(&evidence).await.body, [PNG, b"start"].concat(), "evidence comes back as it went in");
    tab.press("form[action$=submit] button").await;
    tab.says("已提请办结").await;

    tab.sign_in("supervisor", OWN).await;
    tab.press(&format!("main a[href='{}']", case.href)).await;
    tab.press("form[action$=approve] button").await;
    tab.says("案件已办结").await;
    case
}

/// One reading at the point; it must not show in the 4 per 1,000.
async fn rapid_reading(tab: &Tab) {
    tab.sign_in(OPERATOR, OWN).await;
    tab.fill("form.rapid-form", &[("method", "GB/T 5009.199-2003"), ("stall", "12 虚构摊主"), ("food", "韭菜"), ("value", "12")]).await;
    tab.press(".reader button").await;
    tab.says("阴性").await;
}

/// The supervisor's home, which they open with one login and no search.
async fn at_home(tab: &Tab, disposal: &str, per_thousand: &str) {
    tab.sign_in("supervisor", OWN).await;
    let figure = "const f = [...document.querySelectorAll('.card.fig')].find(x => x.textContent.includes('处置')); return f ? f.querySelector('.fig-v b').textContent.trim() + ' ' + f.querySelector('.fig-s').textContent.trim() : ''";
    let shown = tab.string(figure).await;
    assert!(shown.starts_with(disposal) && shown.contains("1 / 1"), "disposal: {shown}");
    assert_eq!(tab.string("return document.querySelector('.g-v b').textContent.trim()").await, per_thousand);
    if per_thousand == "4.00" {
        tab.says("已达标").await;
        // The figure opens its rows.
        tab.press(".g-v a").await;
        tab.says(FOOD).await;
    }
}

async fn issued(tab: &Tab, batch: &Batch) -> String {
    tab.sign_in("sender", OWN).await;
    tab.press("main ul.work a[href^='/bench/']").await;
    tab.unfold("details.ask:has(form[action$=issue])").await;
    tab.press("form[action$=issue] button").await;
    tab.says("报告已签发").await;
    let number = tab.string("return document.querySelector('h1.code').textContent").await;
    let link = tab.string("return document.querySelector('.ph-act a.primary').getAttribute('href')").await;
    let verify = tab.string("return new URL([...document.querySelectorAll('dl a.code')].find(a => a.href.includes('/v/')).href).pathname").await;
    let pdf = tab.pdf(&link).await;
    pdf.contains(&[&number, &batch.no, FAILING, CLEAN, "不合格", "328", FOOD, SITE, "虚构检验员", "虚构签字人"]);
    tab.sign_out().await;
    tab.goto(&verify).await;
    tab.says("真实有效").await;
    assert!(!tab.text().await.contains(SITE), "the public sees no full name");
    number
}

/// The annual report from its button: text, pages, structure, and the same bytes as the command line makes.
async fn annual(tab: &Tab, mut program: Command, year: i32, batch: &Batch, case: &Case, report: &str) {
    tab.sign_in("supervisor", OWN).await;
    tab.goto(&format!("/stats?year={year}")).await;
    let link = tab.string("return document.querySelector('.ph-act a.primary').getAttribute('href')").await;
    let pdf = tab.pdf(&link).await;
    pdf.contains(&["4批次/千人", "4.00", "100.00%", &batch.no, &case.no, FAILING, FOOD, SITE, "附件A", "虚构公报"]);
    assert!(pdf.pages >= 4, "{} pages", pdf.pages);
    let out = tab.scratch.join("annual.pdf");
    run(program.args(["report", "annual", "--year", &year.to_string(), "--out"]).arg(&out));
    assert!(std::fs::read(&out).unwrap() == pdf.bytes, "the button and the command make the same bytes");
    tab.goto(&format!("/search?q={}", encoded(report))).await;
    tab.says(report).await;
}

async fn in_english(tab: &Tab, case: &Case) {
    tab.goto("/").await;
    tab.press("a[hreflang=en]").await;
    for path in ["/", case.href.as_str()] {
        tab.goto(path).await;
        assert_eq!(tab.string("return document.documentElement.lang").await, "en");
        // Names and what people typed stay as they are; everything that is ours is English.
        let ours = "return [...document.querySelectorAll('h2, th, dt, button, .tabs a, .rail li a, .badge, .due, label')].map(x => x.textContent.trim())";
        let ours: Vec<String> = serde_json::from_value(tab.js(ours).await).unwrap();
        let chinese: Vec<&String> = ours.iter().filter(|text| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))).collect();
        assert!(ours.len() > 20 && chinese.is_empty(), "{path} is not English throughout: {chinese:?}");
    }
    tab.says("Disposal").await;
    assert!(tab.js("return document.documentElement.classList.contains('js')").await.as_bool().unwrap(), "scripts are on");
    tab.press("a[hreflang=zh-Hans]").await;
}

/// 360 × 740: nothing runs over the side.
async fn on_a_phone(tab: &Tab, case: &Case, batch: &Batch) {
    tab.cdp("Emulation.setDeviceMetricsOverride", &json!({"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true}));
    for (username, paths) in [("supervisor", vec!["/", "/samples", "/cases", &case.href, &batch.sample]), (OPERATOR, vec!["/"])] {
        tab.sign_in(username, OWN).await;
        for path in paths {
            tab.goto(path).await;
            let wide = tab.js("return [window.innerWidth, document.documentElement.scrollWidth, document.body.scrollWidth]").await;
            let wide: Vec<u64> = serde_json::from_value(wide).unwrap();
            assert!(wide[0] == 360 && wide.iter().all(|w| *w <= 360), "{username} {path}: {wide:?} at 360 px");
        }
    }
    tab.cdp("Emulation.clearDeviceMetricsOverride", &json!({}));
}

/// Signing in, lists and detail without JavaScript.
async fn without_scripts(tab: &Tab, case: &Case, batch: &Batch) {
    tab.sign_out().await;
    tab.cdp("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    tab.sign_in("supervisor", OWN).await;
    assert!(!tab.js("return document.documentElement.classList.contains('js')").await.as_bool().unwrap(), "scripts are off");
    tab.press(".rail a[href='/samples']").await;
    tab.press(&format!("main a[href='{}']", batch.sample)).await;
    tab.says(SITE).await;
    tab.press(".rail a[href='/cases']").await;
    tab.press(&format!("main a[href='{}']", case.href)).await;
    tab.says(&case.no).await;
    // A sheet that is begun under a login that ends goes on without scripts as well.
    tab.sign_in("sampler", OWN).await;
    tab.goto("/samples/new").await;
    tab.type_into("#f-name", "虚构鲫鱼乙").await;
    tab.sign_out().await;
    tab.follow("form.sheet button[value=draft]").await;
    tab.sign_in_here("sampler").await;
    tab.press("form.resend button.primary").await;
    tab.says("草稿已保存").await;
    assert_eq!(tab.value("#f-name").await, "虚构鲫鱼乙");
    tab.cdp("Emulation.setScriptExecutionDisabled", &json!({"value": false}));
}

// ---------------------------------------------------------------- the browser

/// chromedriver.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let port = free_port();
        let child = Command::new("chromedriver").arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|e| panic!("chromedriver: {e} (`cargo xtask needs` says what to install)"));
        let driver = Driver { child, port };
        patiently("chromedriver", || request(port, "GET", "/status", "", b"").filter(|a| a.status == 200).map(|_| ()));
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One window on the site.
struct Tab {
    client: Client,
    driver: u16,
    session: String,
    base: String,
    scratch: Temp,
}

impl Tab {
    async fn open(driver: &Driver, base: &str) -> Self {
        let scratch = Temp::new("browser");
        let mut args: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1366,900",
        ]
        .map(str::to_owned)
        .to_vec();
        args.push(format!("--user-data-dir={}", scratch.join("profile").display()));
        let wanted = json!({
            "goog:chromeOptions": { "args": args, "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false } },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let wanted = wanted.as_object().unwrap().clone();
        let client = ClientBuilder::rustls().unwrap().capabilities(wanted).connect(&format!("http://127.0.0.1:{}", driver.port)).await.unwrap();
        let session = client.session_id().await.unwrap().unwrap();
        Tab { client, driver: driver.port, session, base: base.to_owned(), scratch }
    }
    async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }
    /// Status of an address as the person of this window gets it.
    async fn status(&self, path: &str) -> u16 {
        self.download(path).await.status
    }
    async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }
    async fn js(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }
    async fn string(&self, script: &str) -> String {
        match self.js(script).await {
            Value::String(text) => text,
            other => panic!("{script}: {other} on {}", self.path().await),
        }
    }
    async fn text(&self) -> String {
        self.string("return document.querySelector('main').textContent").await
    }
    async fn value(&self, css: &str) -> String {
        self.find(css).await.prop("value").await.unwrap().unwrap_or_default()
    }
    /// The day it is there, Asia/Shanghai.
    async fn today(&self) -> chrono::NaiveDate {
        chrono::Utc::now().with_timezone(&shanghai()).date_naive()
    }
    async fn says(&self, words: &str) {
        let text = self.text().await;
        assert!(text.contains(words), "{} does not say {words}: {}", self.path().await, squeezed(&text));
    }
    async fn find(&self, css: &str) -> fantoccini::elements::Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(found) => found,
            Err(e) => panic!("{css} on {}: {e}: {}", self.path().await, squeezed(&self.text().await)),
        }
    }
    /// Unfolds what is folded.
    async fn unfold(&self, css: &str) {
        let details = self.find(css).await;
        if details.attr("open").await.unwrap().is_none() {
            details.find(Locator::Css("summary")).await.unwrap().click().await.unwrap();
        }
    }
    /// Types with the keyboard, in place of what is there.
    async fn type_into(&self, css: &str, keys: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(keys).await.unwrap();
    }
    /// Gives fields their values as a person would leave them; a field or a choice that is not there is a failure.
    async fn fill(&self, form: &str, fields: &[(&str, &str)]) {
        let script = r"
            const [css, fields] = arguments, form = document.querySelector(css), wrong = [];
            if (!form) { return ['no form ' + css]; }
            for (const [key, value] of fields) {
                const all = [...form.elements].filter(e => e.name === key), first = all[0];
                if (!first) { wrong.push('no field ' + key); continue; }
                let field = first;
                if (first.type === 'checkbox' || first.type === 'radio') {
                    field = all.find(e => e.value === value || e.closest('label').textContent.trim() === value);
                    if (!field) { wrong.push('no choice ' + value + ' in ' + key); continue; }
                    field.checked = true;
                } else if (first.tagName === 'SELECT') {
                    const option = [...first.options].find(o => o.value === value) || [...first.options].find(o => o.textContent.trim() === value);
                    if (!option) { wrong.push('no choice ' + value + ' in ' + key); continue; }
                    first.value = option.value;
                } else { first.value = value; }
                field.dispatchEvent(new Event('input', { bubbles: true }));
                field.dispatchEvent(new Event('change', { bubbles: true }));
            }
            return wrong;";
        let wrong = self.client.execute(script, vec![json!(form), json!(fields)]).await.unwrap();
        assert_eq!(wrong, json!([]), "{form} on {}", self.path().await);
    }
    /// Presses a button or a link and waits for the page that follows.
    async fn follow(&self, css: &str) {
        let place = self.find(css).await;
        // In the middle of the window, where nothing that sticks to an edge lies over it.
        let handle = serde_json::to_value(&place).unwrap();
        self.client.execute("window.left = true; arguments[0].scrollIntoView({ block: 'center' })", vec![handle]).await.unwrap();
        if let Err(e) = place.click().await {
            panic!("{css} on {}: {e}", self.path().await);
        }
        let begun = Instant::now();
        loop {
            match self.client.execute("return !window.left && document.readyState === 'complete'", vec![]).await {
                Ok(Value::Bool(true)) => return,
                // The old page went away under the question.
                Ok(_) | Err(CmdError::Standard(_)) => {}
                Err(e) => panic!("{css}: {e}"),
            }
            assert!(begun.elapsed() < PATIENCE, "{css}: nothing followed on {}", self.path().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    async fn problems(&self) -> String {
        self.string("return [...document.querySelectorAll('#errors li')].map(x => x.textContent.trim()).join('; ')").await
    }
    async fn press(&self, css: &str) {
        self.follow(css).await;
        let problems = self.problems().await;
        assert!(problems.is_empty(), "{css} was refused: {problems}");
    }
    async fn press_refused(&self, css: &str) -> String {
        self.follow(css).await;
        let problems = self.problems().await;
        assert!(!problems.is_empty(), "{css} was not refused: {}", squeezed(&self.text().await));
        problems
    }
    async fn sign_out(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }
    async fn sign_in(&self, username: &str, password: &str) {
        self.sign_out().await;
        self.goto("/login").await;
        self.type_into("#f-username", username).await;
        self.type_into("#f-password", password).await;
        self.press("main form button.primary").await;
        assert_ne!(self.path().await, "/login", "{username} is signed in");
    }
    /// Signs in on the page that refused a form.
    async fn sign_in_here(&self, username: &str) {
        self.type_into(".sign-in-here #f-username", username).await;
        self.type_into(".sign-in-here #f-password", OWN).await;
        self.press(".sign-in-here button.primary").await;
        self.says("没有丢").await;
    }
    /// A file of evidence with bytes of its own.
    fn evidence(&self, mark: &str, ending: &str, bytes: &[u8]) -> PathBuf {
        let path = self.scratch.join(&format!("{mark}.{ending}"));
        std::fs::write(&path, [bytes, mark.as_bytes()].concat()).unwrap();
        path
    }
    /// An address read with the cookies of this window.
    async fn download(&self, path: &str) -> Answer {
        let cookies = self.client.get_all_cookies().await.unwrap();
        let cookies = cookies.iter().map(|c| format!("{}={}", c.name(), c.value())).collect::<Vec<_>>().join("; ");
        let port = self.base.rsplit(':').next().and_then(|p| p.parse().ok()).unwrap();
        request(port, "GET", path, &format!("Cookie: {cookies}\r\n"), b"").unwrap_or_else(|| panic!("{path}: no answer"))
    }
    async fn pdf(&self, path: &str) -> Pdf {
        let answer = self.download(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.head.to_lowercase().contains("content-type: application/pdf"), "{}", answer.head);
        Pdf::read(answer.body, &self.scratch)
    }
    fn driver(&self, path: &str, body: &Value) -> Value {
        let answer =
            request(self.driver, "POST", &format!("/session/{}{path}", self.session), "Content-Type: application/json\r\n", body.to_string().as_bytes());
        let answer = answer.unwrap_or_else(|| panic!("chromedriver {path}"));
        let value: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "chromedriver {path}: {value}");
        value["value"].clone()
    }
    fn cdp(&self, command: &str, params: &Value) -> Value {
        self.driver("/goog/cdp/execute", &json!({ "cmd": command, "params": params }))
    }
    /// No error on the console, no breach of the content policy, no request to another host in all of the way.
    fn nothing_complained(&self) {
        let console = self.driver("/se/log", &json!({ "type": "browser" }));
        let bad: Vec<&str> =
            console.as_array().unwrap().iter().filter(|e| e["level"] != "INFO" && e["level"] != "DEBUG").filter_map(|e| e["message"].as_str()).collect();
        // The forms that this way has refused on purpose, those of a login that was over, and the spent set-up link.
        let bad: Vec<&str> = bad.into_iter().filter(|m| !["status of 422", "status of 401", "status of 410"].iter().any(|s| m.contains(s))).collect();
        assert!(bad.is_empty(), "the console says: {bad:#?}");
        let traffic = self.driver("/se/log", &json!({ "type": "performance" }));
        let mut asked = 0;
        for entry in traffic.as_array().unwrap() {
            let message: Value = serde_json::from_str(entry["message"].as_str().unwrap_or("null")).unwrap_or_default();
            if message["message"]["method"] != "Network.requestWillBeSent" {
                continue;
            }
            // Pages of the browser itself (chrome:) are no request to a host.
            let url = message["message"]["params"]["request"]["url"].as_str().unwrap_or_default();
            if url.starts_with("http") || url.starts_with("ws") {
                asked += 1;
                assert!(url.starts_with(&format!("{}/", self.base)), "a page asked another host: {url}");
            }
        }
        assert!(asked > 100, "the traffic was watched ({asked} requests)");
    }
}

/// The browser goes away however the way ended, before its files do.
impl Drop for Tab {
    fn drop(&mut self) {
        request(self.driver, "DELETE", &format!("/session/{}", self.session), "", b"");
    }
}

// ---------------------------------------------------------------- the program

/// The program, built by the very cargo that runs this test with the features that the tests have; fresh, this takes a second.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--workspace", "--test", "cli", "--no-run"]).env("CARGO_TARGET_DIR", profile.parent().unwrap());
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    run(&mut cargo);
    let program = profile.join("shiyan");
    assert!(program.exists(), "{}", program.display());
    program
}

/// `shiyan serve` on an empty system.
struct Serving {
    child: Child,
    base: String,
    setup: String,
    data: Temp,
}

/// The program with nothing of this machine's settings.
fn shiyan(program: &Path, data: &Path, database: Option<&str>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SHIYAN_")) {
        command.env_remove(name);
    }
    command.current_dir(data).arg("--data").arg(data);
    if let Some(url) = database {
        command.args(["--database-url", url]);
    }
    command
}

impl Serving {
    fn start(program: &Path, database: Option<&str>) -> Self {
        let data = Temp::new("serving");
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let log = std::fs::File::create(data.join("stderr.log")).unwrap();
        let mut command = shiyan(program, &data.0, database);
        let mut child = command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (tell, told) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let mut serving = Serving { child, base, setup: String::new(), data };
        while serving.setup.is_empty() {
            let line = told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no set-up link: {}", serving.log()));
            serving.setup = line.trim().strip_prefix(serving.base.as_str()).filter(|p| p.starts_with("/setup/")).unwrap_or_default().to_owned();
        }
        patiently("the server", || request(port, "GET", "/readyz", "", b"").filter(|a| a.status == 200).map(|_| ()));
        serving
    }
    /// A command on the data of this server.
    fn shiyan(&self, program: &Path, database: Option<&str>) -> Command {
        shiyan(program, &self.data.0, database)
    }
    fn log(&self) -> String {
        std::fs::read_to_string(self.data.join("stderr.log")).unwrap_or_default()
    }
    fn nothing_complained(&self) {
        let log = self.log();
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server said: {}", self.log());
        }
    }
}

// ---------------------------------------------------------------- small things

/// A PDF taken apart by the tools of others.
struct Pdf {
    bytes: Vec<u8>,
    text: String,
    pages: usize,
}

impl Pdf {
    /// Its structure is sound and no page is blank.
    fn read(bytes: Vec<u8>, scratch: &Temp) -> Self {
        let file = scratch.join("read.pdf");
        std::fs::write(&file, &bytes).unwrap();
        let checked = run(Command::new("qpdf").arg("--check").arg(&file));
        assert!(!checked.contains("WARNING"), "{checked}");
        let text = run(Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&file).arg("-"));
        let images = Temp::new("pages");
        run(Command::new("pdftoppm").args(["-r", "40", "-gray"]).arg(&file).arg(images.join("p")));
        let mut pages = 0;
        for entry in std::fs::read_dir(&images.0).unwrap() {
            let image = std::fs::read(entry.unwrap().path()).unwrap();
            let ink = image.iter().skip(20).filter(|dot| **dot < 128).count();
            assert!(ink > 50, "a page is blank ({ink} dark dots)");
            pages += 1;
        }
        assert!(pages > 0);
        Pdf { bytes, text, pages }
    }
    fn contains(&self, words: &[&str]) {
        let text: String = self.text.split_whitespace().collect();
        for word in words {
            let word: String = word.split_whitespace().collect();
            assert!(text.contains(&word), "the PDF does not say {word}: {}", self.text);
        }
    }
}

/// The smallest PDF.
fn small_pdf() -> Vec<u8> {
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".to_vec()
}

/// Runs it to its end, which must be a good one; what it printed.
fn run(command: &mut Command) -> String {
    let out = command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{command:?}: {said}");
    said
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// One plain request; `None` when nobody answers. Both servers say how long their answers are; chromedriver keeps the line open.
fn request(port: u16, method: &str, path: &str, headers: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        stream.read_line(&mut head).ok().filter(|n| *n > 0)?;
    }
    let length = head.lines().find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")));
    let mut body = vec![0; length?.1.trim().parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head, body })
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn patiently<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// For messages: without the white space of the page.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1_500).collect()
}
