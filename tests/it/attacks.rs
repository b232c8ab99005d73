//! What an attacker tries that no other file of these tests shows: time that tells, crowds at the door, doubled cookies and fields, duties
//! that were taken away, markup in every text, and more than one may send.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Watch};

use chrono::TimeDelta;
use rocket::futures::future::{join, join_all};
use rocket::http::{ContentType, Cookie, Header, Method, Status};
use shiyan_app::bounds::TypedBounds;
use shiyan_app::cases::Upload;
use shiyan_app::entry::Knock;
use shiyan_app::people::NewUser;
use shiyan_app::rapid::TypedPoint;
use shiyan_app::rapid::TypedReading;
use shiyan_app::records::{PublishedResult, UserAccount};
use shiyan_app::reference::TypedLaboratory;
use shiyan_app::reference::{TypedPopulation, TypedStreet};
use shiyan_app::worksheets::{NewWorksheet, TypedInstrument, TypedQcPlan};
use shiyan_app::{Error, Who};
use shiyan_foundation::{Instant, Role, Scope};
use shiyan_nonconformity::Block;
use shiyan_sample_intake::parties::{TypedMarket, TypedOperator, TypedProducer};
use shiyan_sample_intake::sheet::{FIELDS, FieldKind};
use shiyan_statute::RuleKey;
use shiyan_testkit::people::{OTHER_STREET, STREET};
use shiyan_testkit::sheet::leek;
use shiyan_testkit::walk::block_fields;
use shiyan_testkit::{PASSWORD, TestApp, at, codes, day, person, upload};

use crate::http::{Answer, Browser, client, encoded, form, now};
use crate::world::{World, patterns, positive};

shiyan_testkit::on_both_engines!(
    a_name_that_nobody_has_takes_as_long_as_a_wrong_password,
    two_hundred_at_the_door_leave_the_house_quick,
    the_set_up_link_ends_after_thirty_minutes,
    no_answer_names_the_server_or_lets_another_site_in,
    two_cookies_of_one_name_are_none,
    a_duty_taken_away_is_gone_at_the_next_request_in_every_window,
    nobody_gives_themselves_what_they_sign_and_the_last_administrator_stays,
    a_name_is_what_it_looks_like,
    markup_in_every_text_is_text_on_every_page,
    json_that_could_be_read_in_two_ways_is_refused,
    a_packed_body_is_refused,
    files_of_a_day_are_bounded_a_person,
    one_photo_of_two_people_is_kept_once_and_tells_neither_of_the_other,
    readings_of_a_minute_are_bounded_a_point,
    a_calendar_moves_running_deadlines_in_the_open,
    a_day_that_has_passed_changes_only_with_a_reason,
);

const WRONG: &str = "not the password of anybody";

fn from(host: usize) -> std::net::IpAddr {
    format!("198.51.{}.{}", host / 250, host % 250 + 1).parse().unwrap()
}
fn typed_bounds(upload_mb: &str, readings_minute: &str) -> TypedBounds {
    TypedBounds { upload_mb: upload_mb.into(), readings_minute: readings_minute.into() }
}

async fn keep(t: &TestApp, people: &[UserAccount]) {
    let mut unit = t.app.stage().begin(at("2025-01-03T08:00")).await.unwrap();
    unit.insert_many(people, &Who::system("测试"), "user.add").await.unwrap();
    unit.commit().await.unwrap();
}
fn after(minutes: i64) -> Instant {
    now() + TimeDelta::minutes(minutes)
}

// ---------------------------------------------------------------- before the door

async fn a_name_that_nobody_has_takes_as_long_as_a_wrong_password(t: TestApp) {
    const PAIRS: usize = 15;
    let people: Vec<UserAccount> = (0..PAIRS).map(|n| person(&format!("real{n}"), "某某", &[Role::Sampler], Scope::District)).collect();
    keep(&t, &people).await;
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    // Every try is the first one of its name and its address, and the two kinds take turns, so that whatever else the machine does
    // weighs on both.
    for n in 0..PAIRS {
        for (times, name) in [(&mut wrong, format!("real{n}")), (&mut unknown, format!("none{n}"))] {
            let watch = Watch::now();
            let answer = t.app.login(&Knock::new(&name, WRONG, from(n * 2 + name.len())), now()).await;
            times.push(watch.elapsed());
            assert_eq!(codes(answer), ["LOGIN"]);
        }
    }
    wrong.sort();
    unknown.sort();
    let (known, nobody) = (wrong[PAIRS / 2].as_secs_f64(), unknown[PAIRS / 2].as_secs_f64());
    // Without the hash for a name that nobody has, the one takes a small part of the other.
    assert!((0.6..1.7).contains(&(nobody / known)), "medians: unknown {nobody:.4} s, wrong {known:.4} s");
}

async fn two_hundred_at_the_door_leave_the_house_quick(t: TestApp) {
    const CROWD: usize = 200;
    let people: Vec<UserAccount> = (0..CROWD).map(|n| person(&format!("crowd{n}"), "某某", &[Role::Sampler], Scope::District)).collect();
    keep(&t, &people).await;
    let client = client(&t.app, now).await;
    let inside = Browser::login(&client, "supervisor", PASSWORD).await;
    let over = std::sync::atomic::AtomicBool::new(false);
    let crowd = async {
        let one = async |n: usize| {
            let request = client.post("/login").header(ContentType::Form).remote(std::net::SocketAddr::new(from(n), 9));
            let body = form(&[("username", &format!("crowd{n}")), ("password", PASSWORD), ("next", "/")]);
            let answer = Answer::of(request.body(body).dispatch().await).await;
            (answer.status.code, answer.header("Retry-After").to_owned())
        };
        let answers = join_all((0..CROWD).map(one)).await;
        over.store(true, std::sync::atomic::Ordering::SeqCst);
        answers
    };
    let others = async {
        let mut times = Vec::new();
        while !over.load(std::sync::atomic::Ordering::SeqCst) {
            let watch = Watch::now();
            assert_eq!(inside.get("/samples").await.status, Status::Ok);
            times.push(watch.elapsed());
        }
        times
    };
    let (answers, mut times) = join(crowd, others).await;
    let of = |code: u16| answers.iter().filter(|(c, _)| *c == code).count();
    // As many as there are seats may wait for a hash, and those that were served meanwhile; whoever finds none is told when to come again.
    assert_eq!(of(303) + of(503), CROWD, "{answers:?}");
    assert!(of(303) >= 100 && answers.iter().all(|(code, wait)| *code != 503 || wait == "3"), "{answers:?}");
    times.sort();
    let median = times[times.len() / 2];
    assert!(times.len() >= 3 && median < Duration::from_secs(1), "{} pages meanwhile, median {median:?}", times.len());
}

async fn the_set_up_link_ends_after_thirty_minutes(t: TestApp) {
    // A house without people, on the same engine.
    let bare = match t.app.stage().engine() {
        shiyan_store::Engine::Sqlite => TestApp::bare_sqlite().await,
        shiyan_store::Engine::Postgres => TestApp::bare_postgres().await.unwrap(),
    };
    let good = "three unrelated words";
    let first = bare.app.setup_token(now()).await.unwrap().unwrap();
    assert!(bare.app.setup_open(&first, after(29)).await.unwrap());
    assert!(!bare.app.setup_open(&first, after(30)).await.unwrap(), "half an hour");
    assert_eq!(codes(bare.app.finish_setup(&first, "boss", "管理甲", good, good, after(30)).await), ["SETUP-LINK"]);
    let site = client(&bare.app, || after(31)).await;
    let late = Browser::nobody(&site).post_form(&format!("/setup/{first}"), form(&[("username", "boss"), ("name", "管理甲")])).await;
    assert!(matches!(late.status.code, 410 | 422) && bare.app.stage().people().await.unwrap().is_empty(), "{}", late.status);
    let second = bare.app.setup_token(after(31)).await.unwrap().unwrap();
    bare.app.finish_setup(&second, "boss", "管理甲", good, good, after(60)).await.unwrap();
    assert_eq!(codes(bare.app.finish_setup(&second, "chief", "管理乙", good, good, after(60)).await), ["SETUP-LINK"], "once");
    assert!(bare.app.setup_token(after(61)).await.unwrap().is_none(), "there is somebody now");
    bare.assert_whole().await;
}

async fn no_answer_names_the_server_or_lets_another_site_in(t: TestApp) {
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "supervisor", PASSWORD).await;
    let mut asked = 0;
    for method in [Method::Get, Method::Post] {
        for (pattern, _) in patterns(&client, method) {
            let request = client.options(world.filled(&pattern)).cookie(("shiyan_login", user.token.clone()));
            let request = request.header(Header::new("Origin", "https://evil.example")).header(Header::new("Access-Control-Request-Method", "POST"));
            let answer = Answer::of(request.header(Header::new("Access-Control-Request-Headers", "x-csrf, content-type")).dispatch().await).await;
            assert!(!answer.status.class().is_success(), "OPTIONS {pattern}: {}", answer.status);
            for (name, value) in &answer.headers {
                let name = name.to_lowercase();
                assert!(!name.starts_with("access-control-") && name != "server" && name != "x-powered-by", "OPTIONS {pattern}: {name}: {value}");
            }
            asked += 1;
        }
    }
    assert!(asked > 140, "{asked}");
    for path in ["/", "/login", "/healthz", "/no/such/page", "/samples", "/api/v1/kpi?year=x", "/assets/x"] {
        let request = client.get(path).cookie(("shiyan_login", user.token.clone())).header(Header::new("Origin", "https://evil.example"));
        let answer = Answer::of(request.dispatch().await).await;
        assert!(answer.header("Server").is_empty() && answer.header("Access-Control-Allow-Origin").is_empty(), "{path}");
    }
}

async fn two_cookies_of_one_name_are_none(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "supervisor", PASSWORD).await;
    let planted = "f".repeat(64);
    let asked = async |lines: Vec<String>, jar: &str| {
        let mut request = client.get("/me").cookie(Cookie::new("shiyan_login", jar.to_owned()));
        for line in lines {
            request = request.header(Header::new("Cookie", line));
        }
        request.dispatch().await.status()
    };
    let own = format!("lang=zh; shiyan_login={}", user.token);
    assert_eq!(asked(vec![own.clone()], &user.token).await, Status::Ok, "one, as a browser sends it");
    assert_eq!(asked(vec![format!("{own}; shiyan_login_x=1; xshiyan_login=2")], &user.token).await, Status::Ok, "others look like it and are not");
    for lines in [
        vec![format!("{own}; shiyan_login={planted}")],
        vec![format!("shiyan_login={planted}; {own}")],
        vec![own.clone(), format!("shiyan_login={planted}")],
        vec![format!("{own};shiyan_login={}", user.token)],
        vec![format!("{own} ; shiyan_login =x")],
    ] {
        for jar in [&user.token, &planted] {
            assert_eq!(asked(lines.clone(), jar).await, Status::SeeOther, "{lines:?}");
        }
    }
}

// ---------------------------------------------------------------- duties

async fn a_duty_taken_away_is_gone_at_the_next_request_in_every_window(t: TestApp) {
    let p = &t.people;
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let (one, two) = (Browser::login(&client, "chief", PASSWORD).await, Browser::login(&client, "chief", PASSWORD).await);
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let (csrf, csrf_two) = (admin.token_of_forms().await, two.token_of_forms().await);
    for window in [&one, &two] {
        assert_eq!(window.get("/admin/journal").await.status, Status::Ok, "a supervisor reads it");
    }
    assert!(admin.get("/admin/users").await.text().contains("/admin/users/chief/duties"), "the page offers it");
    // The supervisor becomes an officer of one street, in the other window of nobody.
    let duties = |roles: &[&str], scope: &str| {
        let mut pairs = vec![("csrf", csrf.as_str()), ("methods-chief", "")];
        match scope.strip_prefix("street:") {
            Some(code) => pairs.extend([("scope-chief", "streets"), ("streets-chief", code)]),
            None => pairs.push(("scope-chief", scope)),
        }
        pairs.extend(roles.iter().map(|r| ("roles-chief", *r)));
        form(&pairs)
    };
    let answer = admin.post_form("/admin/users/chief/duties", duties(&["enforcer"], &format!("street:{OTHER_STREET}"))).await;
    assert_eq!(answer.status, Status::SeeOther, "{}", answer.text());
    for window in [&one, &two] {
        assert_eq!(window.get("/me").await.status, Status::Ok, "still signed in");
        assert_eq!(window.get("/admin/journal").await.status, Status::NotFound, "the duty is gone");
        for path in [format!("/cases/{}", world.case), format!("/evidence/{}", world.evidence), format!("/samples/{}", world.sample)] {
            assert_eq!(window.get(&path).await.status, Status::NotFound, "an address kept from before: {path}");
        }
    }
    let head = t.app.stage().head().await.unwrap();
    let late = two.post_form(&format!("/cases/{}/approve", world.case), form(&[("csrf", &csrf_two)])).await;
    assert!(matches!(late.status.code, 403 | 404), "{}", late.status);
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    // What changed, from and to, is in the journal, and who did it.
    let entry = t.app.stage().newest_entries(1).await.unwrap().remove(0);
    assert_eq!((entry.verb.as_str(), entry.actor_name.as_str()), ("user.duties", p.admin.name.as_str()));
    assert_eq!(entry.facts["from"]["roles"], serde_json::json!(["enforcer", "supervisor"]));
    assert_eq!((&entry.facts["to"]["roles"], &entry.facts["to"]["scope"]["kind"]), (&serde_json::json!(["enforcer"]), &serde_json::json!("streets")));
    // The same once more writes nothing.
    assert_eq!(admin.post_form("/admin/users/chief/duties", duties(&["enforcer"], &format!("street:{OTHER_STREET}"))).await.status, Status::SeeOther);
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    // A duty that comes back holds at once as well.
    admin.post_form("/admin/users/chief/duties", duties(&["enforcer", "supervisor"], "district")).await;
    assert_eq!(one.get("/admin/journal").await.status, Status::Ok);
    t.assert_whole().await;
}

async fn nobody_gives_themselves_what_they_sign_and_the_last_administrator_stays(t: TestApp) {
    let p = &t.people;
    let street = |code: &str| Scope::Streets([code.to_owned()].into());
    let of_lab = person("admin-lab", "管理乙", &[Role::Admin], Scope::Lab(p.lab));
    keep(&t, std::slice::from_ref(&of_lab)).await;
    let (admin, lab) = (p.admin.actor(), of_lab.actor());
    let roles = |list: &[Role]| list.iter().copied().collect::<BTreeSet<Role>>();
    let head = t.app.stage().head().await.unwrap();
    let set = async |actor: &shiyan_foundation::Actor, name: &str, list: &[Role], scope: Scope, methods: &str| {
        t.app.set_duties(actor, name, roles(list), scope, methods, now()).await
    };
    assert_eq!(codes(set(&admin, "admin", &[Role::Supervisor], Scope::District, "").await), ["USER-DUTIES-OWN"]);
    assert_eq!(codes(set(&lab, "admin-lab", &[Role::Signatory], Scope::Lab(p.lab), "*").await), ["USER-DUTIES-OWN"]);
    assert_eq!(codes(t.app.set_sign_scope(&admin, "admin", "*", now()).await), ["USER-SIGN-SCOPE-OWN"], "the methods that one signs, for oneself");
    for other in ["supervisor", "quality", "planner", "signatory"] {
        let actor = t.app.stage().user_by_name(other).await.unwrap().unwrap().actor();
        assert_eq!(codes(set(&actor, "analyst", &[Role::Signatory], Scope::Lab(p.lab), "*").await), ["ADMIN-ROLE"], "{other}");
    }
    // Neither more than one has, nor whom one does not see, nor a mixture of duties that is kept apart.
    assert_eq!(codes(set(&lab, "analyst", &[Role::Supervisor], Scope::Lab(p.lab), "").await), ["USER-BEYOND"]);
    assert_eq!(codes(set(&lab, "analyst", &[Role::Analyst], Scope::District, "").await), ["USER-BEYOND"]);
    assert!(matches!(set(&lab, "enforcer", &[Role::Analyst], Scope::Lab(p.lab), "").await, Err(Error::NotFound)));
    assert_eq!(codes(set(&admin, "analyst", &[Role::Admin, Role::Analyst], Scope::District, "").await), ["USER-ADMIN-ALONE"]);
    assert_eq!(codes(set(&admin, "analyst", &[], Scope::District, "").await), ["USER-ROLES"]);
    assert_eq!(codes(set(&admin, "analyst", &[Role::Signatory], Scope::Lab(p.lab), " ; ").await), ["USER-SIGN-SCOPE"]);
    assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");
    // The last administrator of the district stays one, even while a laboratory has its own.
    let second = person("admin2", "管理丙", &[Role::Admin], Scope::District);
    keep(&t, std::slice::from_ref(&second)).await;
    assert!(set(&second.actor(), "admin", &[Role::Supervisor], street(STREET), "").await.unwrap());
    let first = t.app.stage().user_by_name("admin").await.unwrap().unwrap();
    assert_eq!((first.roles, first.scope), (roles(&[Role::Supervisor]), street(STREET)));
    assert_eq!(codes(t.app.disable_user(&second.actor(), "admin2", now()).await), ["USER-LAST-ADMIN"]);
    // A signatory who changes the laboratory signs nothing any more when the duty goes.
    assert!(set(&second.actor(), "signatory", &[Role::Analyst], Scope::Lab(p.other_lab), "*").await.unwrap());
    let moved = t.app.stage().user_by_name("signatory").await.unwrap().unwrap();
    assert!(moved.sign_scope.is_empty() && moved.scope == Scope::Lab(p.other_lab));
    t.assert_whole().await;
}

// ---------------------------------------------------------------- texts

async fn a_name_is_what_it_looks_like(t: TestApp) {
    let client = client(&t.app, now).await;
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    let send = async |username: &str, name: String| {
        let body = format!("csrf={csrf}&username={username}&name={name}&scope=district&roles=sampler");
        admin.post_form("/admin/users", body).await
    };
    let before = t.app.stage().people().await.unwrap().len();
    // A login name of letters that only look like ours, and signs that nobody sees.
    for username in ["аdmin", "ａｄｍｉｎ", "adm\u{200b}in", "admi\u{202e}n", "admin\u{0}", "ADMİN", "admin\u{301}"] {
        let answer = send(&encoded(username), encoded("王五")).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{username:?}");
        assert!(answer.text().contains("USER-NAME") || answer.text().contains("USER-TAKEN"), "{username:?}");
    }
    // A printed name with signs that turn it round, hide in it, or stand for broken bytes: a lone surrogate arrives as such.
    for name in ["张三\u{202e}", "张\u{200b}三", "张三\u{2066}", "\u{feff}张三", "张三\u{e0041}", "张\u{3164}三", "张三\u{1b}[31m", "张三\r\n李四"]
    {
        let answer = send("looks", encoded(name)).await;
        assert!(answer.status == Status::UnprocessableEntity && answer.text().contains("USER-NAME-SIGNS"), "{name:?}: {}", answer.status);
    }
    let lone = send("looks", "%E5%BC%A0%ED%A0%80".to_owned()).await;
    assert!(lone.status == Status::UnprocessableEntity && lone.text().contains("USER-NAME-SIGNS"));
    assert_eq!(t.app.stage().people().await.unwrap().len(), before);
    assert_eq!(send("looks", encoded("买买提·艾力 O’Neil")).await.status, Status::Ok, "names of people are taken");
    // Elsewhere a text is kept as typed and shown as text; in JSON a lone surrogate is no text at all.
    let operator = Browser::login(&client, "operator", PASSWORD).await;
    let csrf = operator.token_of_forms().await;
    let request = client.post("/api/v1/rapid/readings").header(ContentType::JSON).header(Header::new("X-CSRF", csrf));
    let body = r#"{"stall":"A\ud800","food":"韭菜","method":"GB/T 5009.199-2003","value":"10"}"#;
    let answer = Answer::of(request.cookie(("shiyan_login", operator.token.clone())).body(body).dispatch().await).await;
    assert!(answer.status == Status::BadRequest && answer.text().contains("BODY-JSON"), "{} {}", answer.status, answer.text());
}

/// Markup, an attribute that opens, a template, a line of a script.
const MARK: &str = "\"><i05 onx='1'>{{7*7}}</i05>";

async fn markup_in_every_text_is_text_on_every_page(t: TestApp) {
    let p = &t.people;
    let mut stored = 0;
    let admin = p.admin.actor();
    let soon = at("2025-06-02T09:00");
    // What administrators write.
    let lab = TypedLaboratory { name: format!("甲{MARK}"), address: MARK.into(), phone: MARK.into(), zip: String::new(), cma: MARK.into() };
    t.app.save_laboratory(&admin, &lab, soon).await.unwrap();
    t.app.save_street(&admin, &TypedStreet { code: OTHER_STREET.into(), name: MARK.chars().take(30).collect(), admin: "jinshui".into() }, soon).await.unwrap();
    t.app.add_point(&admin, &TypedPoint { name: format!("点{MARK}"), street: STREET.into(), market: MARK.into() }, soon).await.unwrap();
    let population =
        TypedPopulation { year: "2024".into(), people: "1000000".into(), basis: "year_end".into(), boundary: "governed".into(), source: MARK.into() };
    t.app.add_population(&admin, &population, soon).await.unwrap();
    t.app.import_calendar(&admin, "2031-01-01,OFF", MARK, "", false, soon).await.unwrap();
    let instrument = TypedInstrument { no: format!("N{MARK}"), name: MARK.into(), active: true, ..TypedInstrument::default() };
    t.app.save_instrument(&admin, &instrument, soon).await.unwrap();
    let control = TypedQcPlan { kind: "blank".into(), name: MARK.into(), ..TypedQcPlan::default() };
    t.app.save_template(&p.quality.actor(), "GB 23200.113-2018", MARK, &[control], soon).await.unwrap();
    let new = NewUser {
        username: "marked".into(),
        name: format!("某{MARK}"),
        password: PASSWORD.into(),
        roles: [Role::Signatory].into(),
        scope: Scope::District,
        sign_scope: vec![MARK.into()],
        must_change: false,
        demo: false,
    };
    t.app.add_user(&admin, &new, soon).await.unwrap();
    stored += 14;
    // A sheet: markup in every text that the checks let through.
    let mut sheet = leek("XBJ25410105000000001", &[&p.sampler, &p.sampler2]);
    let plain = sheet.clone();
    for spec in FIELDS {
        if let FieldKind::Text(most) = spec.kind
            && !matches!(spec.key, "sampling_no" | "lab_org" | "cat1" | "cat2" | "cat3" | "cat4")
        {
            sheet.set(spec.key, MARK.chars().take(most).collect::<String>().as_str());
        }
    }
    let id = t.app.begin_sheet(&p.sampler.actor(), sheet.clone(), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    let draft = t.app.begin_sheet(&p.sampler.actor(), sheet.clone(), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    let mut revision = 0;
    while let Err(error) = t.app.submit_sheet(&p.sampler.actor(), &id, at("2025-06-03T16:00")).await {
        let Error::Refused(why) = error else { panic!("{error:?}") };
        for refusal in &why {
            let field = refusal.field.clone().unwrap_or_else(|| panic!("{refusal:?}"));
            assert!(sheet.get(&field) != plain.get(&field), "{refusal:?}");
            sheet.set(&field, plain.get(&field).to_owned().as_str());
        }
        revision = t.app.save_sheet(&p.sampler.actor(), &id, revision, sheet.clone(), at("2025-06-03T15:30")).await.unwrap();
    }
    let kept = FIELDS.iter().filter(|s| sheet.get(s.key).contains("<i05")).count();
    assert!(kept >= 10, "{kept} texts of the sheet");
    stored += kept;
    // The way of the sample, with words wherever somebody writes some.
    let order = t.app.accept_sample(&p.keeper.actor(), &id, shiyan_testkit::reception(), at("2025-06-04T09:00")).await.unwrap().to_string();
    t.enter(&order, &["2.4", "未检出"], at("2025-06-06T10:00")).await;
    t.app.forward_order(&p.analyst.actor(), &order, shiyan_lab_results::order::OrderAction::Submit, at("2025-06-08T10:00")).await.unwrap();
    t.app.return_order(&p.checker.actor(), &order, MARK, at("2025-06-08T11:00")).await.unwrap();
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    t.app.approve_order(&p.signatory, &order, at("2025-06-10T10:00")).await.unwrap();
    let issued = t
        .app
        .issue_report(&p.sender.actor(), &order, shiyan_lab_results::report::ReportOptions { rare: true, ..Default::default() }, at("2025-06-10T16:00"))
        .await;
    issued.unwrap();
    let case = t.case_of(&id).await.id.to_string();
    t.app.receive_case(&p.enforcer.actor(), &case, at("2025-06-11T09:00")).await.unwrap();
    for block in [Block::Start, Block::Cause, Block::Rectify, Block::Penalty] {
        let seen = t.case(&case).await.revision;
        let mut fields = block_fields(block);
        let texts = ["office", "served_to", "source", "explanation", "measures", "doc_no", "basis"];
        for value in fields.iter_mut().filter(|(key, _)| texts.contains(&key.as_str())).map(|(_, value)| value) {
            *value = MARK.to_owned();
            stored += 1;
        }
        let files = vec![Upload { name: format!("{MARK}.png"), ..upload(&format!("{block:?}")) }];
        t.app.fill_block(&p.enforcer.actor(), &case, seen, block, fields, None, files, at("2025-06-17T15:00")).await.unwrap();
    }
    let (_, open) = t.received("XBJ25410105000000003").await;
    let items: Vec<String> = t.items(&open).await.iter().map(|i| i.id.to_string()).collect();
    let first = t.items(&open).await[0].clone();
    t.app.remark_item(&p.analyst.actor(), &items[0], first.revision, MARK, at("2025-06-05T08:00")).await.unwrap();
    let new = NewWorksheet { items: items.clone(), title: MARK.into(), ..NewWorksheet::default() };
    let worksheet = t.app.create_worksheet(&p.analyst.actor(), &new, at("2025-06-05T09:00")).await.unwrap().to_string();
    t.app.keep_instrument_file(&p.analyst.actor(), &worksheet, &format!("{MARK}.csv"), "", b"x", at("2025-06-05T09:10")).await.unwrap();
    let typed = TypedReading { stall: MARK.into(), food: MARK.into(), analyte: MARK.into(), note: MARK.into(), reagent_lot: MARK.into(), ..positive("m") };
    let reading = t.app.enter_reading(&p.operator.actor(), typed, at("2025-06-19T09:00")).await.unwrap();
    let published = PublishedResult {
        id: "p1".into(),
        run_id: String::new(),
        row_no: 1,
        product: MARK.into(),
        category: MARK.into(),
        producer: MARK.into(),
        site: MARK.into(),
        items: vec![[MARK.into(), MARK.into(), MARK.into()]],
        verdict: "不合格".into(),
        issuer: MARK.into(),
        published_on: "2025-05-01".into(),
        cells: vec![(MARK.into(), MARK.into())],
    };
    let file = shiyan_app::imports::PublishedFile { name: MARK.into(), sha256: "x".into(), rows: vec![published], totals: serde_json::json!({}) };
    t.app.import_published(&p.supervisor.actor(), &file, soon).await.unwrap();
    t.app.void_sample(&p.sampler.actor(), &t.sampled("XBJ25410105000000009").await, MARK, at("2025-06-03T17:00")).await.unwrap();
    stored += 20;
    assert!(stored >= 50, "{stored} texts");

    let card = TypedOperator { name: MARK.into(), address: MARK.into(), street: STREET.into(), ..TypedOperator::default() };
    let operator = t.app.add_operator(&p.sampler.actor(), &card, soon).await.unwrap().to_string();
    let card = TypedProducer { name: MARK.into(), address: MARK.into(), region: MARK.into(), ..TypedProducer::default() };
    let producer = t.app.add_producer(&p.sampler.actor(), &card, soon).await.unwrap().to_string();
    let card = TypedMarket { name: MARK.into(), kind: "其他".into(), opener: MARK.into(), street: STREET.into(), address: MARK.into() };
    let market = t.app.add_market(&p.sampler.actor(), &card, soon).await.unwrap().to_string();
    let stall = t.app.add_stall(&p.sampler.actor(), &market, MARK, soon).await.unwrap().to_string();

    // Every page, and those that no route names by its key.
    let world = World {
        paper: String::new(),
        operator,
        producer,
        market,
        stall,
        draft: draft.clone(),
        sample: id.clone(),
        waiting: draft.clone(),
        order: order.clone(),
        open: open.clone(),
        item: items[0].clone(),
        case: case.clone(),
        evidence: "0".repeat(64),
        sheet: worksheet.clone(),
        cell: items[0].clone(),
        file: "0".repeat(64),
        reading: reading.id.to_string(),
        photo: reading.photo.unwrap(),
    };
    let client = client(&t.app, now).await;
    let routes = patterns(&client, Method::Get);
    let mut more = vec![
        format!("/samples/{draft}/sheet"),
        format!("/samples/{draft}"),
        format!("/samples/{id}?tab=timeline"),
        format!("/samples/{id}?tab=results"),
        format!("/bench/{order}"),
        format!("/worksheets/{worksheet}?by=sample"),
        format!("/search?q={}", encoded(MARK)),
        format!("/samples?q={}", encoded(MARK)),
        format!("/published?q={}", encoded("i05")),
        format!("/login?next={}", encoded(MARK)),
        format!("/v?code={}", encoded(MARK)),
        "/rapid?day=2025-06-19".to_owned(),
    ];
    more.extend(
        routes.iter().filter(|(p, _)| !p.contains("annual.pdf") && !p.contains("/stats/export") && !p.contains("/stats/table")).map(|(p, _)| world.filled(p)),
    );
    let (mut raw, mut shown) = (Vec::new(), BTreeSet::new());
    for name in ["supervisor", "quality", "admin", "analyst", "sampler", "operator", "enforcer", "keeper", "sender", "planner"] {
        let user = Browser::login(&client, name, PASSWORD).await;
        for path in &more {
            let answer = user.get(path).await;
            if answer.status.code >= 500 {
                raw.push(format!("{name} {path}: {}", answer.status));
            }
            let kind = answer.header("Content-Type").to_owned();
            if !kind.starts_with("text/html") && !kind.contains("svg") {
                continue;
            }
            let text = answer.text();
            if text.contains("<i05") || text.contains("\"><i0") || text.contains("onx='") || text.contains("49</i05") {
                let at = text.find("<i05").or_else(|| text.find("onx='")).unwrap_or(0);
                let around: String = text[text.floor_char_boundary(at.saturating_sub(120))..].chars().take(200).collect();
                raw.push(format!("{name} {path}: {around}"));
            }
            if text.contains("i05 onx=") {
                shown.insert(path.split('?').next().unwrap_or_default().to_owned());
            }
        }
    }
    assert!(raw.is_empty(), "{} pages with markup:\n{}", raw.len(), raw.join("\n"));
    assert!(shown.len() >= 20, "the texts are on too few pages: {shown:?}");
    t.assert_whole().await;
}

// ---------------------------------------------------------------- bodies

async fn json_that_could_be_read_in_two_ways_is_refused(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "operator", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let send = async |path: &str, body: String| {
        let request = client.post(path.to_owned()).header(ContentType::JSON).header(Header::new("X-CSRF", csrf.clone()));
        Answer::of(request.cookie(("shiyan_login", user.token.clone())).body(body).dispatch().await).await
    };
    let head = t.app.stage().head().await.unwrap();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let reading = |more: &str| format!(r#"{{"stall":"A-1","food":"韭菜","method":"GB/T 5009.199-2003","value":"10"{more}}}"#);
    for (what, path, body) in [
        ("arrays", "/api/v1/judge", deep("[", "]")),
        ("objects", "/api/v1/judge", deep("{\"a\":", "}")),
        ("arrays in a field", "/api/v1/rapid/readings", reading(&format!(r#","note":{}"#, deep("[", "]")))),
        ("arrays that never close", "/api/v1/rapid/readings", "[".repeat(100_000)),
        ("a field twice", "/api/v1/rapid/readings", reading(r#","value":"99""#)),
        ("a field twice, written otherwise", "/api/v1/rapid/readings", reading(r#","\u0076alue":"99""#)),
        ("an unknown field twice", "/api/v1/judge", r#"{"item":"铅","result":"0.1","x":1,"x":2}"#.to_owned()),
        ("twice inside a list", "/api/v1/judge", r#"{"item":"铅","result":"0.1","x":[{"raw":"1","raw":"2"}]}"#.to_owned()),
        ("nothing", "/api/v1/judge", String::new()),
        ("half", "/api/v1/judge", r#"{"item":"铅""#.to_owned()),
        ("two", "/api/v1/judge", r#"{"item":"铅","result":"0.1"} {}"#.to_owned()),
    ] {
        let answer = send(path, body).await;
        assert_eq!(answer.status, Status::BadRequest, "{what}: {}", answer.text());
        assert!(answer.text().contains("BODY-JSON"), "{what}: {}", answer.text());
    }
    assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");
    let answer = send("/api/v1/judge", r#"{"item":"铅","result":"0.1","nonsense":1}"#.to_owned()).await;
    assert!(answer.status == Status::UnprocessableEntity && answer.text().contains("BODY-FIELD"), "whole, and not of the contract");
    assert_eq!(send("/api/v1/rapid/readings", reading("")).await.status, Status::Ok);
}

async fn a_packed_body_is_refused(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "operator", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let head = t.app.stage().head().await.unwrap();
    let send = async |path: &'static str, kind: ContentType, how: &'static str, body: &str| {
        let request = client.post(path).header(kind).header(Header::new("X-CSRF", csrf.clone())).header(Header::new("Content-Encoding", how));
        Answer::of(request.cookie(("shiyan_login", user.token.clone())).body(body).dispatch().await).await
    };
    let body = r#"{"item":"铅","result":"0.1","limit":"≤0.2"}"#;
    for how in ["gzip", "GZIP", "br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "compress"] {
        for (path, kind) in [("/api/v1/judge", ContentType::JSON), ("/rapid/new", ContentType::Form), ("/login", ContentType::Form)] {
            let answer = send(path, kind, how, body).await;
            assert_eq!(answer.status, Status::UnsupportedMediaType, "{how} {path}");
            assert!(answer.text().contains("BODY-PACKED"), "{how} {path}: {}", answer.text());
        }
    }
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    assert_eq!(send("/api/v1/judge", ContentType::JSON, "identity", body).await.status, Status::Ok);
}

// ---------------------------------------------------------------- how much

/// A picture of so many bytes, its hash its own.
fn picture(mark: &str, bytes: usize) -> Upload {
    let mut file = upload(mark);
    file.bytes.resize(bytes.max(file.bytes.len()), b'x');
    file
}

async fn files_of_a_day_are_bounded_a_person(t: TestApp) {
    let p = &t.people;
    let client = client(&t.app, now).await;
    // The administrator says how much; nobody else does, and nonsense is refused.
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    let said = async |mb: &str| admin.post_form("/admin/bounds", form(&[("csrf", &csrf), ("upload_mb", mb), ("readings_minute", "1200")])).await;
    assert!(admin.get("/admin/bounds").await.text().contains("value=\"1024\""), "the default");
    for bad in ["", "x", "0", "-1", "999999999999"] {
        assert_eq!(said(bad).await.status, Status::UnprocessableEntity, "{bad}");
    }
    assert_eq!(said("10").await.status, Status::SeeOther);
    assert_eq!(codes(t.app.set_bounds(&p.supervisor.actor(), &typed_bounds("500", "500"), now()).await), ["ADMIN-ROLE"]);

    let big = |mark: &str| TypedReading { value: "10".into(), photo: Some(picture(mark, 4 << 20)), ..positive(mark) };
    let operator = p.operator.actor();
    for mark in ["a", "b"] {
        t.app.enter_reading(&operator, big(mark), at("2025-06-20T10:00")).await.unwrap();
    }
    let head = t.app.stage().head().await.unwrap();
    let blobs = t.side().await.count("blob").await;
    // Many at once that would together be too much: none of them slips through, and what is refused is not kept.
    let many: Vec<_> = ["c", "d", "e", "f"]
        .map(|mark| {
            let (app, operator, typed) = (t.app.clone(), operator.clone(), big(mark));
            tokio::spawn(async move { codes(app.enter_reading(&operator, typed, at("2025-06-20T10:05")).await) })
        })
        .into();
    for one in many {
        assert_eq!(one.await.unwrap(), ["UPLOAD-QUOTA"]);
    }
    assert_eq!((t.app.stage().head().await.unwrap(), t.side().await.count("blob").await), (head, blobs));
    // What is small still goes, the same bytes count again, and without a file nothing is counted.
    t.app
        .enter_reading(&operator, TypedReading { value: "10".into(), photo: Some(picture("g", 1 << 20)), ..positive("g") }, at("2025-06-20T10:06"))
        .await
        .unwrap();
    assert_eq!(codes(t.app.enter_reading(&operator, big("a"), at("2025-06-20T10:07")).await), ["UPLOAD-QUOTA"], "known bytes are bytes");
    t.app.enter_reading(&operator, TypedReading { value: "10".into(), photo: None, ..positive("h") }, at("2025-06-20T10:08")).await.unwrap();
    // Over HTTP it is told with the time to come back: midnight.
    let user = Browser::login(&client, "operator", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let boundary = "xxBOUNDARYxx";
    let mut body = Vec::new();
    for (name, value) in [("csrf", csrf.as_str()), ("stall", "A-1"), ("food", "韭菜"), ("method", "GB/T 5009.199-2003"), ("value", "10")] {
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n").bytes());
    body.extend(picture("z", 4 << 20).bytes);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    let request = client.post("/rapid/new").header(Header::new("Content-Type", format!("multipart/form-data; boundary={boundary}")));
    let answer = Answer::of(request.cookie(("shiyan_login", user.token.clone())).body(body).dispatch().await).await;
    assert_eq!((answer.status, answer.header("Retry-After")), (Status::TooManyRequests, "50400"), "{}", answer.text());
    assert!(answer.text().contains("UPLOAD-QUOTA") && answer.text().contains("10 MB"));
    // Another person and another day begin with nothing.
    t.app.enter_reading(&p.other_operator.actor(), big("i"), at("2025-06-20T10:09")).await.unwrap();
    t.app.enter_reading(&operator, big("c"), at("2025-06-21T00:00")).await.unwrap();
    assert_eq!(t.side().await.count("upload_day WHERE day < '2025-06-21'").await, 0, "the day before is forgotten");
    t.assert_whole().await;
}

async fn one_photo_of_two_people_is_kept_once_and_tells_neither_of_the_other(t: TestApp) {
    let p = &t.people;
    let client = client(&t.app, now).await;
    let (mine, theirs) = (Browser::login(&client, "operator", PASSWORD).await, Browser::login(&client, "other-operator", PASSWORD).await);
    let first = t.app.enter_reading(&p.operator.actor(), positive("shared"), at("2025-06-20T09:00")).await.unwrap();
    let sha256 = first.photo.clone().unwrap();
    let blobs = t.side().await.count("blob").await;
    assert_eq!(theirs.get(&format!("/evidence/{sha256}")).await.status, Status::NotFound, "who knows the hash has not the photo");
    // The same photo of somebody else, at another point: taken like any other, kept once, and each sees it through their own reading.
    let second = t.app.enter_reading(&p.other_operator.actor(), positive("shared"), at("2025-06-20T09:01")).await.unwrap();
    assert_eq!((second.photo.as_deref(), second.verdict), (Some(sha256.as_str()), first.verdict));
    assert_eq!(t.side().await.count("blob").await, blobs);
    for (user, own, other) in [(&mine, &first, &second), (&theirs, &second, &first)] {
        assert_eq!(user.get(&format!("/rapid/{}/photo/{sha256}", own.id)).await.status, Status::Ok);
        assert_eq!(user.get(&format!("/evidence/{sha256}")).await.status, Status::Ok);
        for path in [format!("/rapid/{}", other.id), format!("/rapid/{}/photo/{sha256}", other.id)] {
            assert_eq!(user.get(&path).await.status, Status::NotFound, "{path}");
        }
    }
    let sums = t.side().await.texts("SELECT CAST(bytes AS TEXT) FROM upload_day").await;
    assert!(sums.len() == 2 && sums[0] == sums[1], "each is charged alike: {sums:?}");
    t.assert_whole().await;
}

async fn readings_of_a_minute_are_bounded_a_point(t: TestApp) {
    let p = &t.people;
    let typed = |n: usize| TypedReading { stall: format!("B-{n}"), value: "10".into(), photo: None, ..positive("x") };
    // A batch of 500 within one minute passes as the house is shipped.
    let bounds = t.app.bounds().await.unwrap();
    assert!(bounds.readings_minute >= 500);
    t.app.set_bounds(&p.admin.actor(), &typed_bounds("1024", "20"), at("2025-06-19T08:00")).await.unwrap();
    let operator = p.operator.actor();
    for n in 0..20 {
        let second = at("2025-06-20T09:00") + TimeDelta::seconds(i64::try_from(n).unwrap() * 2);
        t.app.enter_reading(&operator, typed(n), second).await.unwrap();
    }
    let head = t.app.stage().head().await.unwrap();
    assert_eq!(codes(t.app.enter_reading(&operator, typed(20), at("2025-06-20T09:00") + TimeDelta::seconds(50)).await), ["RAPID-RATE"]);
    // Another person at the same point, an officer of the street, is no way round it; another point is its own.
    let officer = TypedReading { point: p.point.to_string(), ..typed(21) };
    assert_eq!(codes(t.app.enter_reading(&p.enforcer.actor(), officer, at("2025-06-20T09:00") + TimeDelta::seconds(50)).await), ["RAPID-RATE"]);
    assert_eq!(t.app.stage().head().await.unwrap(), head, "what is refused is not there");
    t.app.enter_reading(&p.other_operator.actor(), typed(22), at("2025-06-20T09:00") + TimeDelta::seconds(50)).await.unwrap();

    // Over the interface it is 429 with the seconds to wait, and none is lost when they are waited for.
    let early = client(&t.app, || at("2025-06-20T09:00") + TimeDelta::seconds(50)).await;
    let send = async |site: &rocket::local::asynchronous::Client, key: &str| {
        let user = Browser::login(site, "operator", PASSWORD).await;
        let request = site.post("/api/v1/rapid/readings").header(ContentType::JSON).header(Header::new("X-CSRF", user.token_of_forms().await));
        let request = request.header(Header::new("Idempotency-Key", key.to_owned())).cookie(("shiyan_login", user.token.clone()));
        let body = r#"{"stall":"C-1","food":"韭菜","method":"GB/T 5009.199-2003","value":"10"}"#;
        Answer::of(request.body(body).dispatch().await).await
    };
    let answer = send(&early, "one").await;
    assert_eq!((answer.status, answer.header("Retry-After")), (Status::TooManyRequests, "10"), "{}", answer.text());
    assert!(answer.text().contains("RAPID-RATE") && answer.header("Content-Type").starts_with("application/problem+json"));
    let late = client(&t.app, || at("2025-06-20T09:01")).await;
    for again in 0..2 {
        assert_eq!(send(&late, "one").await.status, Status::Ok, "{again}");
    }
    assert_eq!(t.side().await.count("rapid_reading WHERE stall = 'C-1'").await, 1);
    t.assert_whole().await;
}

// ---------------------------------------------------------------- the calendar

/// The holidays of 2025 as they stand, with some changed.
async fn calendar_of_2025(t: &TestApp, changes: &[(&str, Option<&str>)]) -> String {
    let calendar = t.app.calendar().await.unwrap();
    let mut days: std::collections::BTreeMap<String, &str> = std::collections::BTreeMap::new();
    let of_year = |d: &&shiyan_foundation::NaiveDate| d.to_string().starts_with("2025");
    days.extend(calendar.off.iter().filter(of_year).map(|d| (d.to_string(), "OFF")));
    days.extend(calendar.work.iter().filter(of_year).map(|d| (d.to_string(), "WORK")));
    for (date, kind) in changes {
        match kind {
            Some(kind) => drop(days.insert((*date).to_owned(), kind)),
            None => drop(days.remove(*date)),
        }
    }
    days.iter().map(|(date, kind)| format!("{date},{kind}\n")).collect()
}

async fn a_calendar_moves_running_deadlines_in_the_open(t: TestApp) {
    let p = &t.people;
    let admin = p.admin.actor();
    // Received on Wednesday 4 June: the report of this one is due after twenty working days. The other one is finished.
    let (sample, order) = t.received("XBJ25410105000000001").await;
    let items: Vec<String> = t.items(&order).await.iter().map(|i| i.id.to_string()).collect();
    let sheet = t.app.create_worksheet(&p.analyst.actor(), &NewWorksheet { items, ..NewWorksheet::default() }, at("2025-06-05T09:00")).await.unwrap();
    let (done, _, _) = t.failing("XBJ25410105000000002").await;
    let clock = async |sample: &str| {
        let all = t.app.stage().clocks_of(&format!("sample:{sample}")).await.unwrap();
        all.into_iter().find(|c| c.clock.rule == RuleKey::D02).unwrap()
    };
    let (before, finished) = (clock(&sample).await, clock(&done).await);
    assert!(before.clock.stopped_at.is_none() && finished.clock.stopped_at.is_some());
    // Two working days that are still to come, before it is due, become days off.
    let text = calendar_of_2025(&t, &[("2025-06-23", Some("OFF")), ("2025-06-24", Some("OFF"))]).await;
    let client = client(&t.app, now).await;
    let browser = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = browser.token_of_forms().await;
    let head = t.app.stage().head().await.unwrap();
    let page = browser.post_form("/admin/calendar", form(&[("csrf", &csrf), ("source", "测试通知"), ("days", &text)])).await;
    let shown = page.text();
    assert_eq!(t.app.stage().head().await.unwrap(), head, "a dry run writes nothing");
    // the words of a notice are read as well, and shown as they were understood; what does not fit together is refused by its line
    let notice = "一、春节：2027年2月5日（周五）至7日（周日）放假调休，共3天。2月14日（周日）上班。";
    let page = browser.post_form("/admin/calendar", form(&[("csrf", &csrf), ("source", "测试通知"), ("days", notice)])).await;
    for word in ["读到的安排", "2027-02-05 – 2027-02-07", "2027-02-14"] {
        assert!(page.text().contains(word), "{word}: {}", page.text());
    }
    let wrong = notice.replace("周五", "周四");
    let page = browser.post_form("/admin/calendar", form(&[("csrf", &csrf), ("source", "测试通知"), ("days", &wrong)])).await;
    assert!(page.text().contains("第 1 行的 2027-02-05 是周五，原文写的是周四"), "{}", page.text());
    assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing of it was written");
    let told = t.app.import_calendar(&admin, &text, "测试通知", "", true, now()).await.unwrap();
    let mine = told.moves.iter().find(|m| m.of == "XBJ25410105000000001" && m.rule == RuleKey::D02).unwrap();
    assert_eq!((mine.from, mine.to > mine.from, mine.overdue), (before.clock.due.due_on, true, false));
    assert!(told.past.is_empty() && told.moves.iter().all(|m| m.rule != RuleKey::D02 || m.of != "XBJ25410105000000002"), "{told:?}");
    for text in ["XBJ25410105000000001", &mine.from.to_string(), &mine.to.to_string(), "推后", "会变化的在办期限"] {
        assert!(shown.contains(text), "{text} is not on the page: {shown}");
    }
    // Confirmed: the clock, the order and the worksheet move, each with its entry; what is finished stays to the last letter.
    let confirm = shown.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(browser.post_form("/admin/calendar", form(&[("csrf", &csrf), ("confirm", &confirm)])).await.status, Status::SeeOther);
    let moved = clock(&sample).await;
    assert_eq!((moved.clock.due.due_on, moved.revision), (mine.to, before.revision + 1));
    assert_eq!(t.order(&order).await.report_due_on, mine.to, "the lists count by the same day");
    assert_eq!(t.app.stage().worksheet(&sheet.to_string(), &Scope::District).await.unwrap().unwrap().due_on, mine.to);
    assert_eq!(clock(&done).await, finished, "what is finished is never judged again");
    let entries = t.app.stage().newest_entries(200).await.unwrap();
    let entry = entries.iter().find(|e| e.verb == "calendar.add" || e.verb == "calendar.change").unwrap();
    assert_eq!((entry.facts["moved"].as_u64(), entry.facts["past"].is_null()), (Some(told.moved as u64), true));
    let each: Vec<_> = entries.iter().filter(|e| e.verb == "clock.recount").collect();
    assert_eq!(each.len(), told.moved);
    let facts = &each.iter().find(|e| e.facts["rule"] == "D02").unwrap().facts;
    assert_eq!((&facts["from"], &facts["to"]), (&serde_json::json!(mine.from), &serde_json::json!(mine.to)));
    // The same once more moves nothing.
    assert_eq!(t.app.import_calendar(&admin, &text, "测试通知", "", true, now()).await.unwrap().moved, 0);
    t.assert_whole().await;
}

async fn a_day_that_has_passed_changes_only_with_a_reason(t: TestApp) {
    let p = &t.people;
    let admin = p.admin.actor();
    let (_, order) = t.received("XBJ25410105000000001").await;
    let due = t.order(&order).await.report_due_on;
    // Long overdue. Whoever makes days of June days off in September would bring it back into time.
    let late = at("2025-09-10T09:00");
    let june: Vec<String> = (9..=27).map(|d| format!("2025-06-{d:02}")).collect();
    let changes: Vec<(&str, Option<&str>)> = june.iter().map(|d| (d.as_str(), Some("OFF"))).collect();
    let text = calendar_of_2025(&t, &changes).await;
    let told = t.app.import_calendar(&admin, &text, "测试通知", "", true, late).await.unwrap();
    assert!(told.past.contains(&day("2025-06-09")) && told.past.len() >= 10, "{told:?}");
    assert!(told.moves.iter().any(|m| m.from == due && m.was_overdue), "{told:?}");
    let head = t.app.stage().head().await.unwrap();
    for why in ["", "     ", "不知道"] {
        assert_eq!(codes(t.app.import_calendar(&admin, &text, "测试通知", why, false, late).await), ["CALENDAR-PAST"]);
    }
    assert_eq!((t.app.stage().head().await.unwrap(), t.order(&order).await.report_due_on), (head, due), "refused, nothing moved");
    // On the page the dry run names the days and asks for the reason.
    let client = client(&t.app, || at("2025-09-10T09:00")).await;
    let browser = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = browser.token_of_forms().await;
    let page = browser.post_form("/admin/calendar", form(&[("csrf", &csrf), ("source", "测试通知"), ("days", &text)])).await.text();
    assert!(page.contains("name=\"word\"") && page.contains("2025-06-09") && page.contains("已经过去的日子"), "{page}");
    let confirm = page.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let refused = browser.post_form("/admin/calendar", form(&[("csrf", &csrf), ("confirm", &confirm)])).await;
    assert!(refused.status == Status::UnprocessableEntity && refused.text().contains("CALENDAR-PAST"), "{}", refused.status);
    let body = form(&[("csrf", &csrf), ("confirm", &confirm), ("word", "国务院办公厅更正了原通知")]);
    assert_eq!(browser.post_form("/admin/calendar", body).await.status, Status::SeeOther);
    let entries = t.app.stage().newest_entries(200).await.unwrap();
    let entry = entries.iter().find(|e| e.verb.starts_with("calendar.")).unwrap();
    assert_eq!(entry.facts["reason"], "国务院办公厅更正了原通知");
    assert_eq!(entry.facts["past"].as_array().unwrap().len(), told.past.len());
    t.assert_whole().await;
}
