//! Nobody does, gives or reads more than their duties and their scope hold: every duty in every scope against every act that binds
//! more than one sample, beside a list written by hand; and by id, whatever belongs to somebody else.

use std::collections::{BTreeMap, BTreeSet};

use rocket::http::Status;
use serde_json::json;
use shiyan_app::Error;
use shiyan_app::authority::{Act, may};
use shiyan_app::imports::PublishedFile;
use shiyan_app::intake::parties::TypedLinks;
use shiyan_app::limits::{LimitFile, PackageFile};
use shiyan_app::people::NewUser;
use shiyan_app::profiles::{NewProfile, Tried};
use shiyan_app::rapid::TypedReading;
use shiyan_app::read::{CaseFilter, LedgerFilter, PartyFilter, SampleFilter};
use shiyan_app::reference::TypedLaboratory;
use shiyan_app::reports::TypedReportSettings;
use shiyan_app::worksheets::{NewWorksheet, TypedInstrument, TypedQcPlan};
use shiyan_foundation::{Actor, Label, Role, Scope};
use shiyan_lab_results::bench::{Instrument, ProfileState, template_of};
use shiyan_sample_intake::parties::{TypedMarket, TypedOperator, TypedProducer};
use shiyan_sample_intake::sheet::Sheet;
use shiyan_statute::LimitStatus;
use shiyan_store::records::{LimitRecord, Setting, UserAccount};
use shiyan_testkit::bench::{LAB, OTHER_LAB};
use shiyan_testkit::people::{OTHER_STREET, STREET};
use shiyan_testkit::{PASSWORD, TestApp, at, codes, person, upload};

use crate::http::{Browser, client, encoded, now};

shiyan_testkit::on_both_engines!(
    every_duty_in_every_scope_may_do_what_the_list_says_and_nothing_else,
    a_laboratory_changes_nothing_of_the_district,
    an_administrator_gives_and_manages_only_within_their_own_scope,
    a_laboratory_keeps_its_own_instruments_templates_and_address,
    the_journal_of_everybody_is_for_the_district,
    a_sampler_writes_sheets_where_they_work,
    by_id_nothing_of_somebody_else_is_there,
    a_bundle_with_one_foreign_report_is_refused_whole,
    a_hash_in_a_note_opens_no_file,
    fields_that_no_form_has_change_nothing,
);

// ---------------------------------------------------------------- the matrix

/// The list by hand: act, and the duties that may do it in the scope of the district, a street, a laboratory, a point.
const LIST: &[(&str, [&str; 4])] = &[
    ("give an account", ["admin", "admin", "admin", "admin"]),
    ("list accounts", ["admin", "admin", "admin", "admin"]),
    ("change duties", ["admin", "admin", "admin", "admin"]),
    ("set the bounds", ["admin", "", "", ""]),
    ("name the district", ["admin", "", "", ""]),
    ("disable an account", ["admin", "admin", "admin", "admin"]),
    ("enable an account", ["admin", "admin", "admin", "admin"]),
    ("change a name", ["admin", "admin", "admin", "admin"]),
    ("see the last logins", ["admin", "admin", "admin", "admin"]),
    ("reset a password", ["admin", "admin", "admin", "admin"]),
    ("set a signatory's methods", ["admin", "admin", "admin", "admin"]),
    ("save a street", ["admin", "", "", ""]),
    ("add a population row", ["admin plan_manager", "", "", ""]),
    ("choose a population row", ["admin plan_manager", "", "", ""]),
    ("import holidays", ["admin", "", "", ""]),
    ("save a laboratory", ["admin quality_manager", "", "admin quality_manager", ""]),
    ("add a point", ["admin", "admin", "", ""]),
    ("retire a limit", ["quality_manager", "", "", ""]),
    ("import limits", ["quality_manager", "", "", ""]),
    ("import packages", ["quality_manager", "", "", ""]),
    ("judge again", ["quality_manager", "quality_manager", "quality_manager", "quality_manager"]),
    ("take over a limit", ["quality_manager", "quality_manager", "quality_manager", "quality_manager"]),
    ("save the report settings", ["quality_manager", "", "", ""]),
    ("save the sentences", ["quality_manager", "", "", ""]),
    ("write the annual report", ["plan_manager supervisor", "", "", ""]),
    ("set how papers look", ["admin supervisor", "", "", ""]),
    ("draft a paper", ["supervisor plan_manager", "", "", ""]),
    ("make a paper void", ["supervisor", "", "", ""]),
    ("save an instrument", ["admin quality_manager", "", "admin quality_manager", ""]),
    ("upload a profile", ["quality_manager", "", "", ""]),
    ("try a profile", ["quality_manager", "", "", ""]),
    ("activate a profile", ["quality_manager", "", "", ""]),
    ("save a template", ["quality_manager", "", "quality_manager", ""]),
    ("create a plan", ["plan_manager", "", "", ""]),
    ("add plan lines", ["plan_manager", "", "", ""]),
    ("import a plan", ["plan_manager", "", "", ""]),
    ("issue a plan", ["plan_manager", "", "", ""]),
    ("preview published results", ["plan_manager supervisor", "", "", ""]),
    ("import published results", ["plan_manager supervisor", "", "", ""]),
    ("add an operator", ["sampler enforcer", "sampler enforcer", "", ""]),
    ("add a market", ["sampler enforcer", "sampler enforcer", "", ""]),
    ("add a producer", ["sampler enforcer", "", "", ""]),
    ("link a sheet", ["sampler enforcer", "sampler enforcer", "sampler enforcer", "sampler enforcer"]),
    ("read the register", [CASES, CASES, CASES, CASES]),
    ("begin a sheet", ["sampler", "sampler", "sampler", ""]),
    ("make a worksheet", ["analyst reviewer", "analyst reviewer", "analyst reviewer", "analyst reviewer"]),
    ("read the journal", ["admin quality_manager supervisor", "", "", ""]),
    ("read the diagnosis", ["admin", "", "", ""]),
    ("record a reading", ["point_operator enforcer", "point_operator enforcer", "point_operator enforcer", "point_operator enforcer"]),
    ("read samples", [SAMPLES, SAMPLES, SAMPLES, SAMPLES]),
    ("read cases", [CASES, CASES, CASES, CASES]),
    ("learn whose sample it is", [CASES, CASES, CASES, CASES]),
    ("read personal data", ["sampler enforcer", "sampler enforcer", "sampler enforcer", "sampler enforcer"]),
    ("read the review queue", [BENCH, BENCH, BENCH, BENCH]),
    ("read readings", [READINGS, READINGS, READINGS, READINGS]),
    ("read the plan", [PLAN, PLAN, PLAN, PLAN]),
    ("read figures", [FIGURES, FIGURES, FIGURES, ""]),
    (
        "read published results",
        ["supervisor plan_manager quality_manager", "supervisor plan_manager quality_manager", "supervisor plan_manager quality_manager", ""],
    ),
];

/// Whoever works with samples.
const SAMPLES: &str = "supervisor plan_manager sampler sample_keeper analyst checker reviewer signatory quality_manager report_sender enforcer";
/// The same without those who test blind.
const CASES: &str = "supervisor plan_manager sampler sample_keeper quality_manager report_sender enforcer";
const BENCH: &str = "analyst checker reviewer signatory quality_manager";
const READINGS: &str = "point_operator market_opener enforcer supervisor plan_manager quality_manager sampler";
const PLAN: &str = "plan_manager supervisor sampler quality_manager";
const FIGURES: &str = "supervisor plan_manager quality_manager enforcer market_opener signatory report_sender";

/// The refusals that mean: not you.
const AUTHORITY: &[&str] = &["ADMIN-ROLE", "SCOPE-DISTRICT", "SCOPE-BEYOND", "USER-BEYOND", "PLAN-ROLE"];

/// Whether the answer says that this person may: done, not there, or refused for another reason than who asks.
fn allowed<T>(answer: Result<T, Error>) -> bool {
    match answer {
        Ok(_) | Err(Error::NotFound) => true,
        Err(Error::Refused(why)) => !why.iter().any(|r| AUTHORITY.contains(&r.code())),
        Err(other) => panic!("{other:?}"),
    }
}

fn account(username: &str, roles: &[Role], scope: Scope) -> NewUser {
    NewUser {
        username: username.into(),
        name: "虚构甲".into(),
        password: PASSWORD.into(),
        roles: roles.iter().copied().collect(),
        scope,
        sign_scope: Vec::new(),
        must_change: true,
        demo: false,
    }
}

/// Tries an act with a content that nobody could be allowed to write, so that only who asks is asked.
async fn tried(t: &TestApp, actor: &Actor, act: &str) -> bool {
    let (app, now) = (&t.app, now());
    let empty = String::new;
    let limits = LimitFile { name: "x".into(), sha256: empty(), rows: Vec::new(), row_count: 0, totals: json!({}) };
    let packages = PackageFile { name: "x".into(), sha256: empty(), packages: Vec::new(), row_count: 0, totals: json!({}) };
    let published = PublishedFile { name: "x".into(), sha256: empty(), rows: Vec::new(), totals: json!({}) };
    match act {
        "give an account" => allowed(app.add_user(actor, &account("!", &[Role::Admin], actor.scope.clone()), now).await),
        "list accounts" => allowed(app.accounts_of(actor).await),
        "change duties" => allowed(app.set_duties(actor, "nobody-of-that-name", [Role::Analyst].into(), actor.scope.clone(), "", now).await),
        "set the bounds" => allowed(app.set_bounds(actor, &shiyan_app::bounds::TypedBounds { upload_mb: "x".into(), readings_minute: "x".into() }, now).await),
        "enable an account" => allowed(app.enable_user(actor, "nobody-of-that-name", now).await),
        "change a name" => allowed(app.rename_user(actor, "nobody-of-that-name", "", now).await),
        "see the last logins" => allowed(app.last_logins(actor).await),
        "name the district" => allowed(app.set_district(actor, &shiyan_app::district::TypedDistrict::default(), now).await),
        "write the annual report" => {
            let typed = shiyan_app::figures::words::TypedWords { text: "字".repeat(5_000), ..Default::default() };
            allowed(app.write_report_words(actor, 2025, shiyan_indicators::ReportChapter::Next, &typed, now).await)
        }
        "set how papers look" => {
            let typed = shiyan_app::papers::office::TypedOffice { leading: "x".into(), ..Default::default() };
            allowed(app.set_office_papers(actor, &typed, now).await)
        }
        "draft a paper" => {
            let numbering = shiyan_app::papers::Numbering { number: true, count: false };
            allowed(app.paper_signing(actor, "P40", numbering, now.date_naive(), now).await)
        }
        "make a paper void" => {
            let id = shiyan_foundation::ids::PaperId("00000000-0000-0000-0000-000000000000".parse().unwrap());
            allowed(app.void_paper(actor, id, "", now).await)
        }
        "disable an account" => allowed(app.disable_user(actor, "nobody-of-that-name", now).await),
        "reset a password" => allowed(app.reset_password(actor, "nobody-of-that-name", now).await),
        "set a signatory's methods" => allowed(app.set_sign_scope(actor, "nobody-of-that-name", "", now).await),
        "save a street" => allowed(app.save_street(actor, &shiyan_app::reference::TypedStreet { code: "1".into(), ..Default::default() }, now).await),
        "add a population row" => allowed(app.add_population(actor, &shiyan_app::reference::TypedPopulation::default(), now).await),
        "choose a population row" => allowed(app.choose_population(actor, "nothing", now).await),
        "import holidays" => allowed(app.import_calendar(actor, "hello", "x", "", true, now).await),
        "save a laboratory" => allowed(app.save_laboratory(actor, &TypedLaboratory { name: LAB.into(), ..TypedLaboratory::default() }, now).await),
        "add a point" => allowed(app.add_point(actor, &shiyan_app::rapid::TypedPoint { street: STREET.into(), ..Default::default() }, now).await),
        "retire a limit" => allowed(app.set_limit_status(actor, "nothing", LimitStatus::Retired, now).await),
        "import limits" => allowed(app.import_limits(actor, &limits, "测试导入", false, now).await),
        "import packages" => allowed(app.import_packages(actor, &packages, 2025, false, now).await),
        "judge again" => allowed(app.rejudge(actor, None).await),
        "take over a limit" => allowed(app.apply_limit(actor, "nothing", 0, now).await),
        "save the report settings" => {
            allowed(app.save_report_settings(actor, &TypedReportSettings { objection_days: "x".into(), ..TypedReportSettings::default() }, now).await)
        }
        "save the sentences" => {
            let bad = BTreeMap::from([(shiyan_foundation::task::Outcome::Fail, ("无占位".to_owned(), "none".to_owned()))]);
            allowed(app.save_sentences(actor, &bad, now).await)
        }
        "save an instrument" => allowed(app.save_instrument(actor, &TypedInstrument::default(), now).await),
        "upload a profile" => {
            // The same file again: refused for what it is, to whoever may.
            let new = NewProfile { key: "t9".into(), version: 1, text: "x".into(), ..NewProfile::default() };
            allowed(app.add_profile(actor, &new, now).await)
        }
        "try a profile" => allowed(app.try_profile(actor, "nothing", &Tried::default(), now).await),
        "activate a profile" => allowed(app.turn_profile(actor, "nothing", ProfileState::Active, "测试", now).await),
        "save a template" => allowed(app.save_template(actor, "", "", &[], now).await),
        "create a plan" => allowed(app.create_plan(actor, 1, "", now).await),
        "add plan lines" => allowed(app.add_plan_lines(actor, 1999, Vec::new(), None, now).await),
        "import a plan" => allowed(app.import_plan(actor, 1, Vec::new(), None, true, now).await),
        "issue a plan" => allowed(app.issue_plan(actor, 1999, None, now).await),
        "preview published results" => allowed(app.preview_published(actor, &published, now).await),
        "import published results" => allowed(app.import_published(actor, &published, now).await),
        "add an operator" => allowed(app.add_operator(actor, &TypedOperator::default(), now).await),
        "add a market" => allowed(app.add_market(actor, &TypedMarket::default(), now).await),
        "add a producer" => allowed(app.add_producer(actor, &TypedProducer::default(), now).await),
        "link a sheet" => allowed(app.link_sample(actor, "nothing", 0, &TypedLinks::default(), now).await),
        "read the register" => app.read_operators(actor, &PartyFilter::default()).await.is_ok(),
        "begin a sheet" => {
            let mut sheet = Sheet::default();
            sheet.set("street", STREET);
            sheet.set("lab_org", LAB);
            allowed(app.begin_sheet(actor, sheet, None, now).await)
        }
        "make a worksheet" => allowed(app.create_worksheet(actor, &NewWorksheet::default(), now).await),
        "read the journal" => allowed(app.journal(actor, 1).await),
        "read the diagnosis" => app.read_counts(actor).await.is_ok(),
        "record a reading" => {
            // What was typed is no reading, so that nothing is written by whoever may.
            let answer = app.enter_reading(actor, TypedReading::default(), now).await;
            !matches!(answer, Err(Error::Refused(why)) if why.iter().any(|r| r.code() == "RAPID-ROLE"))
        }
        "read samples" => app.read_samples(actor, &SampleFilter::default()).await.is_ok(),
        "read cases" => app.read_cases(actor, &CaseFilter::default()).await.is_ok(),
        "learn whose sample it is" => !actor.tests_blind(),
        "read personal data" => may(actor, Act::ReadPersonal).is_ok(),
        "read the review queue" => app.read_queue(actor, shiyan_lab_results::order::OrderState::Entered, 1, 1).await.is_ok(),
        "read readings" => app.read_ledger(actor, &LedgerFilter::default()).await.is_ok(),
        "read the plan" => app.read_plan(actor, 2025).await.is_ok(),
        "read figures" => may(actor, Act::ReadFigures).is_ok(),
        "read published results" => app.read_published(actor, "", "").await.is_ok(),
        other => panic!("no such act: {other}"),
    }
}

async fn every_duty_in_every_scope_may_do_what_the_list_says_and_nothing_else(t: TestApp) {
    let p = &t.people;
    let scopes = [Scope::District, Scope::Streets([STREET.to_owned()].into()), Scope::Lab(p.lab), Scope::Point(p.point)];
    let (mut cells, mut wrong) = (0, Vec::new());
    for (act, by_hand) in LIST {
        for (scope, list) in scopes.iter().zip(by_hand) {
            let list: BTreeSet<&str> = list.split_whitespace().collect();
            assert!(list.iter().all(|code| Role::parse(code).is_some()), "{list:?}");
            for role in Role::ALL {
                let actor = person("somebody", "某甲", &[*role], scope.clone()).actor();
                cells += 1;
                if tried(&t, &actor, act).await != list.contains(role.code()) {
                    wrong.push(format!("{act}: {} {scope:?} by hand {}", role.code(), list.contains(role.code())));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cells >= 1_500, "{cells}");
    // The list names every act of the house that has no object of its own.
    assert!(Act::ALL.len() <= LIST.len());
    // A sheet begun is all that was written.
    assert_eq!((t.app.stage().all::<Setting>().await.unwrap(), t.app.stage().all::<Instrument>().await.unwrap()), (Vec::new(), Vec::new()));
    t.assert_whole().await;
}

// ---------------------------------------------------------------- the three sentences of the complaint

fn limit(rows: &[LimitRecord], id: &str) -> LimitStatus {
    rows.iter().find(|r| r.row.id == id).unwrap().row.status
}

async fn keep(t: &TestApp, accounts: &[UserAccount]) {
    let mut unit = t.app.stage().begin(at("2025-01-03T08:00")).await.unwrap();
    unit.insert_many(accounts, &shiyan_app::Who::system("测试"), "user.add").await.unwrap();
    unit.commit().await.unwrap();
}

async fn a_laboratory_changes_nothing_of_the_district(t: TestApp) {
    let quality = person("quality-lab2", "质量乙", &[Role::QualityManager], Scope::Lab(t.people.other_lab));
    keep(&t, std::slice::from_ref(&quality)).await;
    let head = t.app.stage().head().await.unwrap();
    assert_eq!(codes(t.app.set_limit_status(&quality.actor(), "L0001", LimitStatus::Retired, now()).await), ["SCOPE-DISTRICT"]);
    let typed = TypedReportSettings { objection_days: "9".into(), ..TypedReportSettings::default() };
    assert_eq!(codes(t.app.save_report_settings(&quality.actor(), &typed, now()).await), ["SCOPE-DISTRICT"]);
    assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");

    let client = client(&t.app, now).await;
    let browser = Browser::login(&client, "quality-lab2", PASSWORD).await;
    let csrf = browser.token_of_forms().await;
    let answer = browser.post_form("/admin/limits/L0001", format!("csrf={csrf}&action=retired")).await;
    assert_eq!(answer.status, Status::UnprocessableEntity);
    assert!(answer.text().contains("须由数据范围为全区的人员办理"), "{}", answer.text());
    assert_eq!(limit(&t.app.stage().all::<LimitRecord>().await.unwrap(), "L0001"), LimitStatus::Active);
    for path in ["/reports/settings", "/reports/settings/picture/seal", "/admin/journal", "/admin/diagnose"] {
        assert_eq!(browser.get(path).await.status, Status::NotFound, "{path}");
    }
    // The page shows the limits and offers nothing that would be refused.
    let page = browser.get("/admin/limits?q=L0001").await.text();
    assert!(!page.contains("name=\"action\" value=\"retired\"") && !page.contains("/admin/limits/import"), "{page}");
    let rights = browser.get("/admin/limits").await.text();
    assert!(!rights.contains("/admin/journal") && !rights.contains("/reports/settings"));
    // The district's own does it.
    t.app.set_limit_status(&t.people.quality.actor(), "L0001", LimitStatus::Retired, now()).await.unwrap();
    t.assert_whole().await;
}

async fn an_administrator_gives_and_manages_only_within_their_own_scope(t: TestApp) {
    let p = &t.people;
    let street = |code: &str| Scope::Streets([code.to_owned()].into());
    let of_lab = person("admin-lab", "管理乙", &[Role::Admin], Scope::Lab(p.lab));
    let of_street = person("admin-street", "管理丙", &[Role::Admin], street(STREET));
    let odd = person("odd", "兼职甲", &[Role::Analyst, Role::PlanManager], Scope::Lab(p.lab));
    keep(&t, &[of_lab.clone(), of_street.clone(), odd]).await;
    let (lab, streets) = (of_lab.actor(), of_street.actor());
    let head = t.app.stage().head().await.unwrap();

    // Giving: neither a wider scope nor another one, nor a duty that does not belong there.
    for (actor, roles, scope) in [
        (&lab, vec![Role::Supervisor], Scope::District),
        (&lab, vec![Role::Admin], Scope::District),
        (&lab, vec![Role::Analyst], Scope::District),
        (&lab, vec![Role::Analyst], Scope::Lab(p.other_lab)),
        (&lab, vec![Role::Analyst], street(STREET)),
        (&lab, vec![Role::PointOperator], Scope::Point(p.point)),
        (&lab, vec![Role::Supervisor], Scope::Lab(p.lab)),
        (&lab, vec![Role::Analyst, Role::Enforcer], Scope::Lab(p.lab)),
        (&streets, vec![Role::Enforcer], street(OTHER_STREET)),
        (&streets, vec![Role::Enforcer], Scope::Streets([STREET.to_owned(), OTHER_STREET.to_owned()].into())),
        (&streets, vec![Role::PointOperator], Scope::Point(p.other_point)),
        (&streets, vec![Role::QualityManager], street(STREET)),
    ] {
        assert_eq!(codes(t.app.add_user(actor, &account("new-one", &roles, scope.clone()), now()).await), ["USER-BEYOND"], "{roles:?} {scope:?}");
    }
    assert_eq!(codes(t.app.add_user(&p.supervisor.actor(), &account("new-one", &[Role::Analyst], Scope::District), now()).await), ["ADMIN-ROLE"]);

    // Managing: what lies outside does not exist; what holds more than one could give is refused.
    for (actor, username) in [
        (&lab, "admin"),
        (&lab, "supervisor"),
        (&lab, "other-analyst"),
        (&lab, "enforcer"),
        (&streets, "other-enforcer"),
        (&streets, "admin-lab"),
        (&streets, "other-operator"),
    ] {
        let gone = [
            t.app.disable_user(actor, username, now()).await,
            t.app.enable_user(actor, username, now()).await.map(|_| ()),
            t.app.rename_user(actor, username, "别人", now()).await.map(|_| ()),
            t.app.reset_password(actor, username, now()).await.map(|_| ()),
            t.app.reset_second(actor, username, now()).await,
            t.app.set_sign_scope(actor, username, "*", now()).await,
        ];
        for answer in gone {
            assert!(matches!(answer, Err(Error::NotFound)), "{username}: {answer:?}");
        }
    }
    assert_eq!(codes(t.app.reset_password(&lab, "odd", now()).await), ["USER-BEYOND"]);
    assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");
    t.app.login(&shiyan_testkit::knock("admin", PASSWORD), now()).await.unwrap();

    // Over HTTP the same, and the page lists neither the others nor what cannot be given.
    let client = client(&t.app, now).await;
    let browser = Browser::login(&client, "admin-lab", PASSWORD).await;
    let csrf = browser.token_of_forms().await;
    let page = browser.get("/admin/users").await.text();
    assert!(page.contains("检验甲") && page.contains("管理乙"));
    for hidden in ["管理甲", "监督甲", "检验乙", "执法甲", "value=\"district\"", "value=\"supervisor\"", "value=\"plan_manager\"", "value=\"streets\""]
    {
        assert!(!page.contains(hidden), "{hidden}");
    }
    let before = t.app.stage().people().await.unwrap().len();
    let form = format!("csrf={csrf}&username=newboss&name=%E6%9F%90&roles=supervisor&scope=district");
    assert_eq!(browser.post_form("/admin/users", form).await.status, Status::UnprocessableEntity);
    for act in ["disable", "enable", "name", "password", "second", "scope"] {
        let form = format!("csrf={csrf}&sign_scope-admin=*&name-admin=x");
        assert_eq!(browser.post_form(&format!("/admin/users/admin/{act}"), form).await.status, Status::NotFound, "{act}");
    }
    assert_eq!(t.app.stage().people().await.unwrap().len(), before);

    // What is theirs they do.
    t.app.add_user(&lab, &account("new-analyst", &[Role::Analyst, Role::Sampler], Scope::Lab(p.lab)), now()).await.unwrap();
    t.app.add_user(&streets, &account("new-operator", &[Role::PointOperator], Scope::Point(p.point)), now()).await.unwrap();
    t.app.disable_user(&lab, "analyst", now()).await.unwrap();
    t.app.reset_password(&streets, "operator", now()).await.unwrap();
    t.app.set_sign_scope(&lab, "signatory", "GB 23200.113-2018", now()).await.unwrap();
    t.app.disable_user(&p.admin.actor(), "odd", now()).await.unwrap();
    // An administrator who also signs does not widen what they may sign for.
    assert_eq!(codes(t.app.set_sign_scope(&p.admin.actor(), &p.admin.username, "*", now()).await), ["USER-SIGN-SCOPE-OWN"]);
    t.assert_whole().await;
}

async fn a_laboratory_keeps_its_own_instruments_templates_and_address(t: TestApp) {
    let p = &t.people;
    let quality = |lab| person("q", "质量丙", &[Role::QualityManager], Scope::Lab(lab)).actor();
    let (one, two, district) = (quality(p.lab), quality(p.other_lab), p.quality.actor());
    let instrument = |no: &str, name: &str| TypedInstrument { no: no.into(), name: name.into(), active: true, ..TypedInstrument::default() };
    t.app.save_instrument(&one, &instrument("YQ-1", "一室气质"), now()).await.unwrap();
    t.app.save_instrument(&district, &instrument("YQ-0", "共用天平"), now()).await.unwrap();
    // Neither another laboratory's nor the one that all share.
    for (actor, no) in [(&two, "YQ-1"), (&one, "YQ-0"), (&two, "YQ-0")] {
        assert_eq!(codes(t.app.save_instrument(actor, &instrument(no, "改名"), now()).await), ["SCOPE-BEYOND"]);
    }
    t.app.save_instrument(&one, &instrument("YQ-1", "一室气质联用"), now()).await.unwrap();
    t.app.save_instrument(&district, &instrument("YQ-1", "一室气质联用仪"), now()).await.unwrap();
    let seen = async |actor: &Actor| t.app.instruments_of(actor).await.unwrap().into_iter().map(|i| i.name).collect::<BTreeSet<_>>();
    assert_eq!(seen(&one).await, ["一室气质联用仪", "共用天平"].map(String::from).into());
    assert_eq!(seen(&two).await, ["共用天平".to_owned()].into());

    // A template of its own stands before the one that all share; the shared one stays as it is.
    let line = |name: &str| [TypedQcPlan { kind: "blank".into(), name: name.into(), ..TypedQcPlan::default() }];
    let method = "GB 23200.113-2018";
    t.app.save_template(&district, method, "共用模板", &line("空白"), now()).await.unwrap();
    t.app.save_template(&two, method, "二室模板", &line("试剂空白"), now()).await.unwrap();
    let all = t.app.templates_of(&district).await.unwrap();
    let title = |lab: &str| template_of(&all, method, lab).unwrap().title.clone();
    assert_eq!((title(LAB), title(OTHER_LAB)), ("共用模板".to_owned(), "二室模板".to_owned()));
    assert_eq!(t.app.templates_of(&one).await.unwrap().len(), 1);

    // Work of one laboratory goes to its own people and instruments.
    let (_, order) = t.received("XBJ25410105000000041").await;
    let items: Vec<String> = t.items(&order).await.iter().map(|i| i.id.to_string()).collect();
    let of_two: Vec<Instrument> = {
        t.app.save_instrument(&two, &instrument("YQ-2", "二室液相"), now()).await.unwrap();
        t.app.instruments_of(&two).await.unwrap()
    };
    let foreign = of_two.iter().find(|i| i.no == "YQ-2").unwrap().id.to_string();
    let make = |analyst: String, instrument: String| NewWorksheet { items: items.clone(), analyst, instrument, ..NewWorksheet::default() };
    let analyst = p.analyst.actor();
    assert_eq!(codes(t.app.create_worksheet(&analyst, &make(p.other_analyst.id.to_string(), String::new()), now()).await), ["WS-ANALYST-LAB"]);
    assert!(matches!(t.app.create_worksheet(&analyst, &make(String::new(), foreign), now()).await, Err(Error::NotFound)));
    let sheet = t.app.create_worksheet(&analyst, &make(String::new(), String::new()), now()).await.unwrap();
    let sheet = t.app.stage().worksheet(&sheet.to_string(), &Scope::District).await.unwrap().unwrap();
    assert_eq!(sheet.title, "共用模板");

    // The address that is printed on its reports.
    let address = |name: &str| TypedLaboratory { name: name.into(), address: "虚构路9号".into(), phone: "000".into(), ..TypedLaboratory::default() };
    t.app.save_laboratory(&one, &address(LAB), now()).await.unwrap();
    for name in [OTHER_LAB, "新的机构"] {
        assert_eq!(codes(t.app.save_laboratory(&one, &address(name), now()).await), ["SCOPE-BEYOND"], "{name}");
    }
    let labs = t.app.laboratories().await.unwrap();
    assert_eq!(labs.len(), 2);
    assert_eq!(labs.iter().find(|l| l.name == OTHER_LAB).unwrap().address, "虚构路1号");
    t.assert_whole().await;
}

async fn the_journal_of_everybody_is_for_the_district(t: TestApp) {
    let of_street = person("chief-street", "所长乙", &[Role::Supervisor, Role::Enforcer], Scope::Streets([STREET.to_owned()].into()));
    keep(&t, std::slice::from_ref(&of_street)).await;
    let (sample, ..) = t.failing("XBJ25410105000000001").await;
    let client = client(&t.app, now).await;
    let street = Browser::login(&client, "chief-street", PASSWORD).await;
    assert_eq!(street.get("/admin/journal").await.status, Status::NotFound);
    let home = street.get("/").await;
    assert!(home.status == Status::Ok && !home.text().contains("href=\"/admin\""), "no entry that leads nowhere");
    // The story of a sample in their street they read.
    assert_eq!(street.get(&format!("/samples/{sample}?tab=timeline")).await.status, Status::Ok);
    assert_eq!(codes(t.app.journal(&of_street.actor(), 10).await), ["SCOPE-DISTRICT"]);
    for (who, sees) in [("supervisor", true), ("quality", true), ("admin", false)] {
        let page = Browser::login(&client, who, PASSWORD).await.get("/admin/journal").await;
        assert_eq!((page.status, page.text().contains(&sample)), (Status::Ok, sees), "{who}");
    }
}

async fn a_sampler_writes_sheets_where_they_work(t: TestApp) {
    let street = |code: &str| Scope::Streets([code.to_owned()].into());
    let p = &t.people;
    let sheet = shiyan_testkit::sheet::leek("XBJ25410105000000009", &[&p.sampler, &p.sampler2]);
    let mut mine = p.sampler.actor();
    for (scope, field) in [(street(OTHER_STREET), "street"), (Scope::Lab(p.other_lab), "lab_org"), (Scope::Point(p.point), "street")] {
        mine.scope = scope;
        match t.app.begin_sheet(&mine, sheet.clone(), None, now()).await {
            Err(Error::Refused(why)) => assert_eq!((why[0].code(), why[0].field.as_deref()), ("SCOPE-BEYOND", Some(field))),
            other => panic!("{other:?}"),
        }
    }
    // A draft within the scope is not moved out of it, by saving or by submitting.
    mine.scope = street(STREET);
    let id = t.app.begin_sheet(&mine, sheet.clone(), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    let mut moved = sheet.clone();
    moved.set("street", OTHER_STREET);
    assert_eq!(codes(t.app.save_sheet(&mine, &id, 0, moved, at("2025-06-03T15:10")).await), ["SCOPE-BEYOND"]);
    t.app.save_sheet(&mine, &id, 0, sheet, at("2025-06-03T15:20")).await.unwrap();
    t.app.submit_sheet(&mine, &id, at("2025-06-03T16:00")).await.unwrap();
    t.assert_whole().await;
}

// ---------------------------------------------------------------- by id

async fn by_id_nothing_of_somebody_else_is_there(t: TestApp) {
    let p = &t.people;
    let other_quality = person("quality-lab2", "质量乙", &[Role::QualityManager], Scope::Lab(p.other_lab));
    let other_team =
        person("team-lab2", "二室多面手", &[Role::Analyst, Role::Checker, Role::Reviewer, Role::Signatory, Role::ReportSender], Scope::Lab(p.other_lab));
    let other_sampler =
        person("sampler-street2", "抽样丁", &[Role::Sampler, Role::SampleKeeper, Role::Supervisor], Scope::Streets([OTHER_STREET.to_owned()].into()));
    keep(&t, &[other_quality, other_team, other_sampler]).await;
    let (sample, order, case) = t.failing("XBJ25410105000000001").await;
    let case = case.id.to_string();
    t.app.receive_case(&p.enforcer.actor(), &case, at("2025-06-11T09:00")).await.unwrap();
    t.fill(&case, shiyan_nonconformity::Block::Start, at("2025-06-12T15:00")).await;
    let evidence = t.case(&case).await.blocks.values().next().unwrap().evidence[0].sha256.clone();
    let waiting = t.sampled("XBJ25410105000000002").await;
    let (_, open) = t.received("XBJ25410105000000003").await;
    let items: Vec<String> = t.items(&open).await.iter().map(|i| i.id.to_string()).collect();
    let cell = items[0].clone();
    let sheet = t.app.create_worksheet(&p.analyst.actor(), &NewWorksheet { items, ..NewWorksheet::default() }, at("2025-06-05T09:00")).await.unwrap();
    let file = t.app.keep_instrument_file(&p.analyst.actor(), &sheet.to_string(), "a.csv", "", b"x", at("2025-06-05T09:10")).await.unwrap();
    let typed = TypedReading {
        stall: "A-1".into(),
        food: "韭菜".into(),
        method: "GB/T 5009.199-2003".into(),
        value: "72".into(),
        photo: Some(upload("photo")),
        ..TypedReading::default()
    };
    let reading = t.app.enter_reading(&p.operator.actor(), typed, at("2025-06-19T09:00")).await.unwrap();
    let (reading, photo) = (reading.id.to_string(), reading.photo.unwrap());

    let report = "/reports/SY-XBJ25410105000000001";
    let pages: Vec<String> = [
        format!("/samples/{sample}"),
        format!("/samples/{sample}?tab=timeline"),
        format!("/samples/{waiting}/sheet"),
        format!("/samples/{waiting}/reception"),
        format!("/api/v1/samples/{sample}"),
        format!("/bench/{order}"),
        format!("/bench/{open}/draft"),
        report.to_owned(),
        format!("{report}/pdf"),
        format!("/cases/{case}"),
        format!("/evidence/{evidence}"),
        format!("/worksheets/{sheet}"),
        format!("/worksheets/{sheet}/cells/{cell}"),
        format!("/worksheets/{sheet}/finish"),
        format!("/worksheets/{sheet}/import"),
        format!("/worksheets/{sheet}/files/{file}"),
        format!("/rapid/{reading}"),
        format!("/rapid/{reading}/photo/{photo}"),
        format!("/evidence/{photo}"),
    ]
    .into();
    let posts: Vec<(String, &str)> = [
        (format!("/samples/{waiting}/void"), "reason=%E4%B8%8D%E5%9C%A8%E8%8C%83%E5%9B%B4"),
        (format!("/samples/{waiting}/renumber"), "number=XBJ25410105000000099"),
        (format!("/samples/{waiting}/sheet"), "rev=1"),
        (format!("/samples/{waiting}/reception"), "do=accept&test_seal=1&backup_seal=2"),
        (format!("/bench/{open}"), "x=1"),
        (format!("/bench/{open}/items"), "analyte=x&unit=mg/kg&method=y"),
        (
            format!("/bench/{open}/items/{cell}/decide"),
            "on=none:not_tested&source=%E5%8E%9F%E5%A7%8B%E8%AE%B0%E5%BD%95&reason=%E4%BA%BA%E5%B7%A5%E5%88%A4%E5%AE%9A",
        ),
        (format!("/bench/{open}/items/{cell}/remark?rev=1"), "remark=x"),
        (format!("/bench/{open}/items/{cell}/carry-over?rev=1"), "word=x"),
        (format!("/bench/{open}/submit"), ""),
        (format!("/bench/{order}/amend"), "reason=%E6%9B%B4%E6%94%B9%E4%B8%80%E4%B8%8B"),
        (format!("/review/{open}/check"), ""),
        (format!("/worksheets/{sheet}"), "x=1"),
        (format!("/worksheets/{sheet}/finish"), ""),
        (format!("/worksheets/{sheet}/assign"), "analyst=&instrument="),
        (format!("/worksheets/{sheet}/advance"), "advance=tab"),
        (format!("/worksheets/{sheet}/void"), ""),
        (format!("/worksheets/{sheet}/release"), "reason=%E6%94%BE%E8%A1%8C%E8%BF%99%E6%89%B9"),
        (format!("/cases/{case}/block"), "block=risk&rev=2"),
        (format!("/cases/{case}/submit"), ""),
        (format!("/cases/{case}/close"), ""),
        (format!("/rapid/{reading}/dispose"), "kg=1&note=x"),
        (format!("/rapid/{reading}/object"), ""),
        (format!("/rapid/{reading}/send"), ""),
    ]
    .into();
    let head = t.app.stage().head().await.unwrap();
    let client = client(&t.app, now).await;
    let mut tried = 0;
    for username in ["other-analyst", "quality-lab2", "team-lab2", "other-enforcer", "sampler-street2", "other-operator"] {
        let user = Browser::login(&client, username, PASSWORD).await;
        let csrf = user.token_of_forms().await;
        let signed_in = t.app.stage().head().await.unwrap();
        for path in &pages {
            let answer = user.get(path).await;
            assert_eq!(answer.status, Status::NotFound, "{username} GET {path}");
            let text = answer.text();
            assert!(!text.contains("虚构农贸市场甲001号") && !text.contains("A-1"), "{username} GET {path}");
            tried += 1;
        }
        for (path, body) in &posts {
            let answer = user.post_form(path, format!("csrf={csrf}&{body}")).await;
            assert_eq!(answer.status, Status::NotFound, "{username} POST {path}: {}", answer.text());
            tried += 1;
        }
        assert_eq!(t.app.stage().head().await.unwrap(), signed_in, "{username} wrote something");
    }
    assert!(tried >= 240, "{tried}");
    assert!(t.app.stage().head().await.unwrap().seq >= head.seq);

    // Whoever it belongs to finds it: the addresses are right.
    for (username, mine) in [
        ("supervisor", vec![0, 1, 4, 7, 8, 9, 10, 16, 17, 18]),
        ("analyst", vec![5, 11, 12, 13, 14, 15]),
        ("keeper", vec![3]),
        ("enforcer", vec![9, 10, 16, 17, 18]),
        ("operator", vec![16, 17, 18]),
    ] {
        let user = Browser::login(&client, username, PASSWORD).await;
        for at in mine {
            assert_eq!(user.get(&pages[at]).await.status, Status::Ok, "{username} {}", pages[at]);
        }
    }
    t.assert_whole().await;
}

async fn a_bundle_with_one_foreign_report_is_refused_whole(t: TestApp) {
    let p = &t.people;
    let other_sender = person("sender-lab2", "发送乙", &[Role::ReportSender], Scope::Lab(p.other_lab));
    keep(&t, std::slice::from_ref(&other_sender)).await;
    for no in ["XBJ25410105000000001", "XBJ25410105000000002"] {
        let (_, order, _) = t.concluded(no, &["未检出", "未检出"]).await;
        t.issued(&order).await;
    }
    let client = client(&t.app, now).await;
    let both = "number=SY-XBJ25410105000000001&number=SY-XBJ25410105000000002";
    let ask = async |username: &str, numbers: &str| {
        let user = Browser::login(&client, username, PASSWORD).await;
        user.post_form("/reports/zip", format!("csrf={}&{numbers}", user.token_of_forms().await)).await.status
    };
    assert_eq!(ask("sender", both).await, Status::Ok);
    assert_eq!(ask("sender", &format!("{both}&number=SY-XBJ25410105000000099")).await, Status::NotFound);
    assert_eq!(ask("sender-lab2", both).await, Status::NotFound);

    // Orders to issue: each one that is foreign says so by itself, and nothing of it is issued.
    let (_, order, _) = t.concluded("XBJ25410105000000003", &["未检出", "未检出"]).await;
    let answer = t.app.issue_in_batch(&other_sender.actor(), &order, shiyan_lab_results::report::ReportOptions::default(), now()).await;
    assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
    // Cells of two laboratories sent back together: none is.
    let items: Vec<String> = t.items(&order).await.iter().map(|i| i.id.to_string()).collect();
    let mut reviewer = p.reviewer.actor();
    reviewer.scope = Scope::Lab(p.other_lab);
    assert!(matches!(t.app.return_cells(&reviewer, &items, "退回复测", now()).await, Err(Error::NotFound)));
    t.assert_whole().await;
}

async fn a_hash_in_a_note_opens_no_file(t: TestApp) {
    let p = &t.people;
    let (_, order, _) = t.concluded("XBJ25410105000000001", &["未检出", "未检出"]).await;
    let report = t.issued(&order).await;
    let sha256 = report.pdf_sha256.unwrap();
    // The page that verifies a report shows its hash to everybody; written into a note it is still only a note.
    let typed = TypedReading {
        stall: "A-1".into(),
        food: "韭菜".into(),
        method: "GB/T 5009.199-2003".into(),
        value: "10".into(),
        note: sha256.clone(),
        photo: Some(upload("mine")),
        ..TypedReading::default()
    };
    let reading = t.app.enter_reading(&p.operator.actor(), typed, at("2025-06-19T09:00")).await.unwrap();
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "operator", PASSWORD).await;
    assert_eq!(user.get(&format!("/evidence/{}", reading.photo.unwrap())).await.status, Status::Ok);
    assert_eq!(user.get(&format!("/evidence/{sha256}")).await.status, Status::NotFound);
}

async fn fields_that_no_form_has_change_nothing(t: TestApp) {
    let p = &t.people;
    let client = client(&t.app, now).await;
    // A new account is never anything but what the form has.
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    let form = format!(
        "csrf={csrf}&username=plain&name={}&password={PASSWORD}&roles=analyst&scope=lab:{}&id={}&active=false&must_change=0&demo=1&revision=7&password_hash=x&sign_scope=*",
        encoded("虚构乙"),
        p.lab,
        p.admin.id
    );
    assert_eq!(admin.post_form("/admin/users", form).await.status, Status::Ok, "the link is shown once");
    let made = t.app.stage().user_by_name("plain").await.unwrap().unwrap();
    assert_eq!((made.active, made.password_hash.is_empty(), made.demo, made.revision, made.sign_scope.len()), (true, true, false, 0, 0));
    assert!(made.id != p.admin.id && made.roles == BTreeSet::from([Role::Analyst]));
    // A sheet keeps the fields of the sheet; state, number of the laboratory and conclusion are not among them.
    let sampler = Browser::login(&client, "sampler", PASSWORD).await;
    let csrf = sampler.token_of_forms().await;
    let form = format!(
        "csrf={csrf}&do=save&name={}&street={STREET}&state=received&approved_by=x&blind_code=M1&verdict=pass&created_by={}",
        encoded("韭菜"),
        p.admin.id
    );
    assert_eq!(sampler.post_form("/samples/new", form).await.status, Status::SeeOther);
    let drafts = t.app.stage().drafts_of(&p.sampler.id.to_string()).await.unwrap();
    let draft = &drafts[0].sample;
    assert_eq!((draft.state, draft.blind_code.as_deref(), drafts[0].created_by), (shiyan_sample_intake::SampleState::Draft, None, p.sampler.id));
    assert!(["state", "approved_by", "verdict", "blind_code"].iter().all(|key| draft.sheet.get(key).is_empty()), "{draft:?}");
    t.assert_whole().await;
}
