//! Guessing and getting in: what an attacker without a password can do, and what nobody can do to a colleague.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;

use chrono::TimeDelta;
use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::Client;
use shiyan_app::entry::{Entered, Knock, Opened, Owes};
use shiyan_app::people::{Link, NewUser};
use shiyan_app::records::UserAccount;
use shiyan_app::{App, Error, Who, totp};
use shiyan_foundation::{Instant, Role, Scope};
use shiyan_testkit::people::{OTHER_STREET, STREET};
use shiyan_testkit::{PASSWORD, TestApp, at, codes, person};
use shiyan_web_kit::{Site, SiteConfig};

use crate::http::{Answer, Browser, client, form, now};

shiyan_testkit::on_both_engines!(
    fifty_five_guesses_at_once_are_not_one,
    nobody_locks_a_colleague_out,
    sixty_people_behind_one_address_all_get_in,
    one_password_on_many_names_slows_down,
    names_of_headers_change_nothing,
    signing_with_a_wrong_password_ends_the_login_and_not_the_account,
    the_old_password_cannot_be_guessed_in_a_stolen_login,
    a_link_sets_a_password_once,
    an_account_is_edited_disabled_after_a_question_and_enabled_again,
    a_link_names_our_own_address_and_is_shown_once,
    a_code_is_needed_after_the_password_and_works_once,
    a_demanded_second_factor_comes_before_everything,
    a_login_is_new_each_time_and_ends_when_it_should,
    guesses_write_few_entries,
);

const WRONG: &str = "not the password of anybody";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
fn knock<'a>(username: &'a str, password: &'a str, from: &str, devices: &'a str) -> Knock<'a> {
    Knock { devices, ..Knock::new(username, password, ip(from)) }
}
async fn enter(app: &App, username: &str, from: &str, devices: &str, at: Instant) -> Result<Opened, Error> {
    app.login(&knock(username, PASSWORD, from, devices), at).await.map(|e| e.opened().expect("no code is asked for"))
}
/// The code of a refusal.
fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    codes(result).join(" ")
}
async fn guess(app: &App, username: &str, from: &str, at: Instant) -> String {
    said(app.login(&knock(username, WRONG, from, ""), at).await)
}
fn after(minutes: i64) -> Instant {
    now() + TimeDelta::minutes(minutes)
}

async fn fifty_five_guesses_at_once_are_not_one(t: TestApp) {
    // Two servers on one database share nothing but it.
    let other = shiyan_testkit::bench::reopen(&t.url).await;
    let many = (0..55).map(|n| {
        let app = if n % 2 == 0 { t.app.clone() } else { other.clone() };
        tokio::spawn(async move { guess(&app, "signatory", "192.0.2.9", now()).await })
    });
    let mut answers = Vec::new();
    for one in many.collect::<Vec<_>>() {
        answers.push(one.await.unwrap());
    }
    let looked_at = answers.iter().filter(|a| *a == "LOGIN").count();
    let turned_away = answers.iter().filter(|a| *a == "LOGIN-LOCKED").count();
    assert_eq!((looked_at, turned_away), (5, 50), "{answers:?}");
    assert_eq!(t.side().await.count("login_guard WHERE id LIKE 'pair:%' AND failures = 5").await, 1);
    assert_eq!(t.side().await.count("login_guard WHERE id LIKE 'all:%' AND failures = 5").await, 1);
    // The right password gets the same answer as a wrong one.
    let right = enter(&t.app, "signatory", "192.0.2.9", "", now()).await.unwrap_err();
    let wrong = t.app.login(&knock("signatory", WRONG, "192.0.2.9", ""), now()).await.unwrap_err();
    assert_eq!(right.to_string(), wrong.to_string());
    assert_eq!(said::<()>(Err(right)), "LOGIN-LOCKED");
    assert!(enter(&t.app, "signatory", "192.0.2.9", "", after(9)).await.is_err());
    enter(&t.app, "signatory", "192.0.2.9", "", after(10)).await.unwrap();
    // Right ones at once are no failures of each other.
    let many = (0..12).map(|_| {
        let app = t.app.clone();
        tokio::spawn(async move { enter(&app, "checker", "192.0.2.9", "", now()).await.map(|_| ()) })
    });
    for one in many.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    t.assert_whole().await;
}

async fn nobody_locks_a_colleague_out(t: TestApp) {
    let known = enter(&t.app, "reviewer", "192.0.2.1", "", now()).await.unwrap().devices;
    // From her own address, and from many others, until the whole account is slowed down.
    for host in 1..=8 {
        for _ in 0..5 {
            guess(&t.app, "reviewer", &format!("192.0.2.{host}"), now()).await;
        }
    }
    assert_eq!(said(enter(&t.app, "reviewer", "203.0.113.1", "", now()).await), "LOGIN-LOCKED", "a strange browser waits, wherever it is");
    let again = enter(&t.app, "reviewer", "192.0.2.1", &known, now()).await.unwrap();
    assert_ne!(again.devices, known, "the token is a new one each time");
    assert_eq!(said(enter(&t.app, "reviewer", "192.0.2.1", &known, now()).await), "LOGIN-LOCKED", "the old one is worth nothing");
    // It is bound to the account, and no way round the wait of its own browser.
    assert_eq!(guess(&t.app, "analyst", "192.0.2.3", now()).await, "LOGIN");
    for n in 0..6 {
        let answer = said(t.app.login(&knock("reviewer", WRONG, "192.0.2.1", &again.devices), now()).await);
        assert_eq!(answer, if n < 5 { "LOGIN" } else { "LOGIN-LOCKED" });
    }
    // A browser of two people knows both.
    let first = enter(&t.app, "keeper", "198.51.100.1", "", now()).await.unwrap().devices;
    let both = enter(&t.app, "sampler", "198.51.100.1", &first, now()).await.unwrap().devices;
    for name in ["keeper", "sampler"] {
        for _ in 0..5 {
            guess(&t.app, name, "198.51.100.1", now()).await;
        }
        enter(&t.app, name, "198.51.100.1", &both, now()).await.unwrap();
    }
    // An administrator's link opens the account again.
    let link = t.app.reset_password(&t.people.admin.actor(), "reviewer", now()).await.unwrap();
    t.app.use_link(&token_of(&link), "quite another good one", "quite another good one", now()).await.unwrap();
    t.app.login(&knock("reviewer", "quite another good one", "192.0.2.1", ""), now()).await.unwrap();
    t.assert_whole().await;
}

async fn an_account_is_edited_disabled_after_a_question_and_enabled_again(t: TestApp) {
    let client = client(&t.app, now).await;
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    let post = async |act: &str, pairs: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = std::iter::once(("csrf", csrf.as_str())).chain(pairs.iter().copied()).collect();
        admin.post_form(&format!("/admin/users/enforcer/{act}"), form(&all)).await
    };
    let account = async || t.app.stage().user_by_name("enforcer").await.unwrap().unwrap();
    // The last sign-in stands in the list of whoever manages the account, and nobody else reads it.
    let row = |page: &str| page.split("data-row").find(|row| row.contains(">enforcer<")).unwrap().to_owned();
    assert!(row(&admin.get("/admin/users").await.text()).contains(">--<"), "never signed in");
    Browser::login(&client, "enforcer", PASSWORD).await;
    let seen = now().format("%m-%d %H:%M").to_string();
    assert!(row(&admin.get("/admin/users").await.text()).contains(&seen), "{}", row(&admin.get("/admin/users").await.text()));
    // Several streets; ticks without the scope, and the scope without ticks, are refused, and what was typed stays.
    let two = [("roles-enforcer", "enforcer"), ("scope-enforcer", "streets"), ("streets-enforcer", STREET), ("streets-enforcer", OTHER_STREET)];
    assert_eq!(post("duties", &two).await.status, Status::SeeOther);
    assert_eq!(account().await.scope, Scope::Streets([STREET.to_owned(), OTHER_STREET.to_owned()].into()));
    let none = post("duties", &two[..2]).await;
    assert_eq!(none.status, Status::UnprocessableEntity);
    let none = none.text();
    assert!(none.contains("USER-STREETS") && none.contains("href=\"#f-streets-enforcer\""), "the error leads to the ticks of this account");
    assert!(row(&none).contains("<details class=\"ask\" open>"), "the form stands open");
    let wide = post("duties", &[("roles-enforcer", "enforcer"), ("scope-enforcer", "district"), ("streets-enforcer", STREET)]).await;
    assert!(wide.text().contains("USER-STREETS-TOO"));
    assert_eq!(account().await.scope, Scope::Streets([STREET.to_owned(), OTHER_STREET.to_owned()].into()), "nothing became wider");
    // The name.
    assert_eq!(post("name", &[("name-enforcer", " 执法乙 ")]).await.status, Status::SeeOther);
    assert_eq!(account().await.name, "执法乙");
    let unseen = post("name", &[("name-enforcer", "执\u{202e}法")]).await;
    assert!(unseen.text().contains("USER-NAME-SIGNS") && unseen.status == Status::UnprocessableEntity);
    // 停用 asks first, without scripts: the button that does it is folded away behind the word.
    let page = admin.get("/admin/users").await.text();
    let button = row(&page);
    let (before, after) = button.split_once("/admin/users/enforcer/disable").unwrap();
    assert!(before.rfind("<details class=\"ask\">").unwrap() > before.rfind("</details>").unwrap_or(0) && after.contains("确认停用"), "{button}");
    assert_eq!(post("disable", &[]).await.status, Status::SeeOther);
    assert!(!account().await.active && enter(&t.app, "enforcer", "192.0.2.9", "", after_login()).await.is_err());
    let page = row(&admin.get("/admin/users").await.text());
    assert!(page.contains("/admin/users/enforcer/enable") && !page.contains("/admin/users/enforcer/password"));
    let was = account().await;
    assert_eq!(post("enable", &[]).await.status, Status::SeeOther);
    assert_eq!(account().await, UserAccount { active: true, revision: was.revision + 1, ..was });
    enter(&t.app, "enforcer", "192.0.2.9", "", after_login()).await.unwrap();
    let verbs: Vec<String> = t.app.stage().newest_entries(12).await.unwrap().into_iter().map(|e| e.verb).collect();
    for verb in ["user.duties", "user.name", "user.disable", "user.enable"] {
        assert_eq!(verbs.iter().filter(|v| *v == verb).count(), 1, "{verb} {verbs:?}");
    }
    t.assert_whole().await;
}
fn after_login() -> Instant {
    after(1)
}

async fn sixty_people_behind_one_address_all_get_in(t: TestApp) {
    let people: Vec<UserAccount> = (0..60).map(|n| person(&format!("person{n}"), "某某", &[Role::Sampler], Scope::District)).collect();
    let mut unit = t.app.stage().begin(now()).await.unwrap();
    unit.insert_many(&people, &Who::system("测试"), "user.add").await.unwrap();
    unit.commit().await.unwrap();
    let all = (0..60).map(|n| {
        let app = t.app.clone();
        tokio::spawn(async move { enter(&app, &format!("person{n}"), "192.0.2.200", "", now()).await.map(|_| ()) })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    assert_eq!(t.side().await.count("login_guard").await, 0, "who is right leaves no count behind");
}

async fn one_password_on_many_names_slows_down(t: TestApp) {
    let known = enter(&t.app, "planner", "192.0.2.50", "", now()).await.unwrap().devices;
    let mut answers = Vec::new();
    for n in 0..40 {
        answers.push(guess(&t.app, &format!("name{n}"), "192.0.2.50", now()).await);
    }
    assert_eq!(answers.iter().filter(|a| *a == "LOGIN").count(), 30, "{answers:?}");
    assert!(answers[30..].iter().all(|a| a == "LOGIN-LOCKED"));
    assert_eq!(said(enter(&t.app, "enforcer", "192.0.2.50", "", now()).await), "LOGIN-LOCKED");
    enter(&t.app, "planner", "192.0.2.50", &known, now()).await.unwrap();
    enter(&t.app, "enforcer", "192.0.2.51", "", now()).await.unwrap();
    // Names that nobody has do not pile up.
    guess(&t.app, "name", "192.0.2.52", after(25 * 60)).await;
    assert!(t.side().await.count("login_guard").await <= 3);
}

/// Tries over HTTP, with headers that name another client.
async fn try_as(client: &Client, username: &str, password: &str, n: usize) -> Answer {
    let mut request = client.post("/login").header(ContentType::Form).remote("192.0.2.66:9".parse().unwrap());
    for name in ["X-Real-IP", "X-Forwarded-For", "Forwarded", "X-Client-IP"] {
        request = request.header(Header::new(name, format!("198.51.100.{n}")));
    }
    Answer::of(request.body(form(&[("username", username), ("password", password), ("next", "/")])).dispatch().await).await
}

async fn names_of_headers_change_nothing(t: TestApp) {
    let client = client(&t.app, now).await;
    for n in 0..5 {
        assert_eq!(try_as(&client, "supervisor", WRONG, n).await.status, Status::UnprocessableEntity);
    }
    let (known, unknown) = (try_as(&client, "supervisor", PASSWORD, 77).await, "nobody-has-this-name");
    assert_eq!((known.status, known.header("Retry-After")), (Status::TooManyRequests, "600"));
    assert!(known.text().contains("连续多次失败，10 分钟后再试"));
    for n in 0..5 {
        assert_eq!(try_as(&client, unknown, WRONG, n).await.status, Status::UnprocessableEntity);
    }
    let other = try_as(&client, unknown, WRONG, 99).await;
    assert_eq!((other.status, other.header("Retry-After")), (known.status, known.header("Retry-After")), "a name that nobody has is treated alike");
    // The key of a form is new on every page.
    let bare =
        |page: String| page.split("name=\"idempotency\" value=\"").enumerate().map(|(i, part)| if i == 0 { part } else { &part[32..] }).collect::<String>();
    assert_eq!(bare(other.text().replace(unknown, "supervisor")), bare(known.text()));
    // What no password can be.
    for odd in ["x".repeat(4_096), "a\0b".to_owned(), "密".repeat(400)] {
        assert_eq!(try_as(&client, "planner", &odd, 1).await.status, Status::UnprocessableEntity);
    }
    assert_eq!(try_as(&client, "planner", &format!("{PASSWORD} "), 1).await.status, Status::UnprocessableEntity, "a space is a sign like any other");
    assert_eq!(try_as(&client, "planner", &format!("{PASSWORD}\0"), 1).await.status, Status::UnprocessableEntity, "and so is NUL");
    assert_eq!(try_as(&client, "planner", PASSWORD, 1).await.status, Status::SeeOther);
}

async fn signing_with_a_wrong_password_ends_the_login_and_not_the_account(t: TestApp) {
    let (one, two) = (enter(&t.app, "signatory", "192.0.2.1", "", now()).await.unwrap(), enter(&t.app, "signatory", "192.0.2.2", "", now()).await.unwrap());
    let many = (0..20).map(|_| {
        let (app, user, token) = (t.app.clone(), one.user.clone(), one.token.clone());
        tokio::spawn(async move { said(app.step_up(&user, &token, WRONG, now()).await) })
    });
    let mut answers = BTreeSet::new();
    let mut wrong = 0;
    for try_ in many.collect::<Vec<_>>() {
        let answer = try_.await.unwrap();
        wrong += usize::from(answer == "STEP-UP");
        answers.insert(answer);
    }
    assert_eq!((wrong, answers.contains("LOGIN-ENDED")), (4, true), "{answers:?}");
    assert!(t.app.who_is(&one.token, now()).await.unwrap().is_none());
    assert!(t.app.step_up(&one.user, &one.token, PASSWORD, now()).await.is_err(), "the right one comes too late");
    // The other login signs, and the door knows nothing of it.
    t.app.step_up(&two.user, &two.token, PASSWORD, now()).await.unwrap();
    for _ in 0..4 {
        assert_eq!(said(t.app.step_up(&two.user, &two.token, WRONG, now()).await), "STEP-UP");
    }
    t.app.step_up(&two.user, &two.token, PASSWORD, now()).await.unwrap();
    assert_eq!(said(t.app.step_up(&two.user, &two.token, WRONG, now()).await), "STEP-UP", "a right one begins the count anew");
    enter(&t.app, "signatory", "192.0.2.1", "", now()).await.unwrap();
    t.assert_whole().await;
}

async fn the_old_password_cannot_be_guessed_in_a_stolen_login(t: TestApp) {
    let client = client(&t.app, now).await;
    let thief = Browser::login(&client, "analyst", PASSWORD).await;
    let owner = Browser::login(&client, "analyst", PASSWORD).await;
    let csrf = thief.token_of_forms().await;
    let next = "quite another good one";
    for n in 1..=80 {
        let body = form(&[("csrf", &csrf), ("old", &format!("guess number {n}")), ("password", next), ("password_again", next)]);
        let answer = thief.post_form("/me/password", body).await;
        match n {
            1..=4 => assert!(answer.status == Status::UnprocessableEntity && answer.text().contains("PASSWORD-OLD"), "{n}: {}", answer.status),
            5 => assert!(answer.status == Status::Forbidden && answer.text().contains("LOGIN-ENDED"), "{n}: {}", answer.status),
            _ => assert_eq!(answer.status, Status::Unauthorized, "{n}"),
        }
    }
    assert_eq!(owner.get("/me").await.status, Status::Ok, "the owner goes on");
    let csrf = owner.token_of_forms().await;
    let weak = form(&[("csrf", &csrf), ("old", PASSWORD), ("password", "abababababab"), ("password_again", "abababababab")]);
    assert!(owner.post_form("/me/password", weak).await.text().contains("PASSWORD-WEAK"));
    let body = form(&[("csrf", &csrf), ("old", PASSWORD), ("password", next), ("password_again", next)]);
    assert_eq!(owner.post_form("/me/password", body).await.header("Location"), "/login");
    assert_eq!(owner.get("/me").await.status, Status::SeeOther);
    Browser::login(&client, "analyst", next).await;
    t.assert_whole().await;
}

fn token_of(link: &Link) -> String {
    link.address("").rsplit('/').next().unwrap().to_owned()
}
fn new_user(username: &str) -> NewUser {
    NewUser {
        username: username.into(),
        name: "新来者".into(),
        password: String::new(),
        roles: BTreeSet::from([Role::Sampler]),
        scope: Scope::District,
        sign_scope: Vec::new(),
        must_change: false,
        demo: false,
    }
}

async fn a_link_sets_a_password_once(t: TestApp) {
    let admin = t.people.admin.actor();
    let good = "three unrelated words";
    let (user, first) = t.app.invite_user(&admin, &new_user("newcomer"), now()).await.unwrap();
    assert_eq!(format!("{first:?}"), "Link", "a link is not printed by accident");
    for empty in ["", " ", PASSWORD] {
        assert_eq!(said(t.app.login(&knock("newcomer", empty, "192.0.2.1", ""), now()).await), "LOGIN", "nobody gets in before");
    }
    let second = t.app.reset_password(&admin, "newcomer", now()).await.unwrap();
    assert_eq!(said(t.app.use_link(&token_of(&first), good, good, now()).await), "PASSWORD-LINK", "a later link replaces an earlier one");
    assert_eq!(said(t.app.use_link(&token_of(&second), good, good, after(24 * 60)).await), "PASSWORD-LINK", "a day later");
    assert_eq!(said(t.app.use_link("0000", good, good, now()).await), "PASSWORD-LINK");
    // What is refused does not spend it.
    assert_eq!(said(t.app.use_link(&token_of(&second), good, "another", now()).await), "PASSWORD-TWICE");
    for weak in ["aaaaaaaaaaaa", "newcomer2026", "新来者20260101", "woaini1314520", "short"] {
        assert_eq!(said(t.app.use_link(&token_of(&second), weak, weak, now()).await), "PASSWORD-WEAK", "{weak}");
    }
    // Two at once: one of them.
    let two = (0..2).map(|_| {
        let (app, link) = (t.app.clone(), token_of(&second));
        tokio::spawn(async move { app.use_link(&link, good, good, now()).await.is_ok() })
    });
    let mut set = 0;
    for one in two.collect::<Vec<_>>() {
        set += usize::from(one.await.unwrap());
    }
    assert_eq!(set, 1);
    assert_eq!(said(t.app.use_link(&token_of(&second), good, good, now()).await), "PASSWORD-LINK", "used");
    let opened = t.app.login(&knock("newcomer", good, "192.0.2.1", ""), now()).await.unwrap().opened().unwrap();
    // A reset ends what is open at once, and the old password with it.
    let third = t.app.reset_password(&admin, "newcomer", now()).await.unwrap();
    assert!(t.app.who_is(&opened.token, now()).await.unwrap().is_none());
    assert_eq!(said(t.app.login(&knock("newcomer", good, "192.0.2.1", &opened.devices), now()).await), "LOGIN");
    // Of somebody disabled it opens nothing.
    t.app.disable_user(&admin, "newcomer", now()).await.unwrap();
    assert_eq!(said(t.app.use_link(&token_of(&third), good, good, now()).await), "PASSWORD-LINK");
    let side = t.side().await;
    assert_eq!(side.count(&format!("setup_token WHERE token_hash IN ('{}', '{}')", token_of(&first), token_of(&second))).await, 0, "only hashes are kept");
    assert_eq!(side.count(&format!("journal WHERE facts LIKE '%{}%'", token_of(&third))).await, 0);
    assert_eq!(side.count(&format!("setup_token WHERE user_id = '{}' AND used_at IS NULL", user.id)).await, 0);
    t.assert_whole().await;
}

async fn a_link_names_our_own_address_and_is_shown_once(t: TestApp) {
    let client = client(&t.app, now).await;
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    let body = form(&[("csrf", &csrf), ("username", "guest"), ("name", "来客"), ("scope", "district"), ("roles", "sampler")]);
    let request = client.post("/admin/users").header(ContentType::Form).cookie(("shiyan_login", admin.token.clone()));
    let request = request.header(Header::new("Host", "evil.example")).header(Header::new("X-Forwarded-Host", "evil.example"));
    let answer = Answer::of(request.body(body).dispatch().await).await;
    let text = answer.text();
    assert_eq!(answer.status, Status::Ok, "{text}");
    assert!(!text.contains("evil.example"));
    let link = text.split("http://127.0.0.1:8000").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(link.starts_with("/set-password/") && link.len() > 64, "{link}");
    assert!(!admin.get("/admin/users").await.text().contains("/set-password/"), "shown once");

    let nobody = Browser::nobody(&client);
    let page = nobody.get(&link).await;
    assert!(page.status == Status::Ok && page.text().contains("guest") && page.header("Cache-Control") == "no-store");
    assert_eq!(nobody.get(&link).await.status, Status::Ok, "looking does not spend it");
    let weak = nobody.post_form(&link, form(&[("password", "1234567890"), ("password_again", "1234567890")])).await;
    assert!(weak.status == Status::UnprocessableEntity && weak.text().contains("PASSWORD-WEAK") && !weak.text().contains("1234567890"));
    let good = form(&[("password", "three unrelated words"), ("password_again", "three unrelated words")]);
    assert_eq!(nobody.post_form(&link, good.clone()).await.header("Location"), "/login");
    for answer in [nobody.post_form(&link, good).await, nobody.get(&link).await, nobody.get("/set-password/zzz").await, nobody.get("/set-password/").await] {
        assert!(matches!(answer.status.code, 303 | 410), "{}", answer.status);
    }
    Browser::login(&client, "guest", "three unrelated words").await;
    // Nobody but an administrator makes one.
    let other = Browser::login(&client, "supervisor", PASSWORD).await;
    let csrf = other.token_of_forms().await;
    assert_eq!(other.post_form("/admin/users/guest/password", form(&[("csrf", &csrf)])).await.status, Status::NotFound);
}

/// The code of the phone at an instant.
async fn phone(app: &App, username: &str, at: Instant) -> String {
    let user = app.stage().user_by_name(username).await.unwrap().unwrap();
    let secret = totp::unbase32(&user.second.unwrap().secret).unwrap();
    format!("{:06}", totp::code(&secret, totp::step_of(at), 6).unwrap())
}
/// Enrols; gives the recovery codes.
async fn enrol(app: &App, login: &Opened, at: Instant) -> Vec<String> {
    app.begin_second(&login.user, &login.token, PASSWORD, at).await.unwrap();
    let code = phone(app, &login.user.username, at).await;
    app.confirm_second(&login.user, &login.token, &code, at).await.unwrap()
}
async fn ticket(app: &App, username: &str, devices: &str, at: Instant) -> String {
    match app.login(&knock(username, PASSWORD, "192.0.2.1", devices), at).await.unwrap() {
        Entered::Code(ticket) => ticket.0,
        Entered::In(_) => panic!("no code was asked for"),
    }
}

async fn a_code_is_needed_after_the_password_and_works_once(t: TestApp) {
    let app = &t.app;
    let login = enter(app, "signatory", "192.0.2.1", "", now()).await.unwrap();
    assert_eq!(said(app.begin_second(&login.user, &login.token, WRONG, now()).await), "PASSWORD-OLD");
    assert_eq!(said(app.confirm_second(&login.user, &login.token, "000000", now()).await), "SECOND-NONE");
    let recovery = enrol(app, &login, now()).await;
    assert_eq!(recovery.iter().collect::<BTreeSet<_>>().len(), 10);
    let user = app.stage().user_by_name("signatory").await.unwrap().unwrap();
    assert!(!format!("{user:?}").contains(&user.second.as_ref().unwrap().secret), "the secret is not printed");
    assert_eq!(t.side().await.count("journal WHERE facts LIKE '%secret%'").await, 0);

    let devices = login.devices.as_str();
    let here = Knock { devices, ..Knock::new("", "", ip("192.0.2.1")) };
    // The code of the enrolment was used; the next one opens once.
    let at = now() + TimeDelta::seconds(30);
    assert_eq!(said(app.login_code(&ticket(app, "signatory", devices, at).await, &phone(app, "signatory", now()).await, &here, at).await), "LOGIN-CODE");
    let (one, two) = (ticket(app, "signatory", devices, at).await, ticket(app, "signatory", devices, at).await);
    let code = phone(app, "signatory", at).await;
    let opened = app.login_code(&one, &code, &here, at).await.unwrap();
    assert!(app.who_is(&opened.token, at).await.unwrap().is_some());
    let here = Knock { devices: &opened.devices, ..here };
    assert_eq!(said(app.login_code(&two, &code, &here, at).await), "LOGIN-CODE", "a code works once");
    assert_eq!(said(app.login_code(&one, &code, &here, at).await), "LOGIN-TICKET", "a ticket too");
    assert_eq!(said(app.login_code("0000", &code, &here, at).await), "LOGIN-TICKET");
    // A recovery code, once, however it is typed.
    let typed = recovery[3].to_lowercase().replace('-', " ");
    let opened = app.login_code(&two, &typed, &here, at).await.unwrap();
    let here = Knock { devices: &opened.devices, ..here };
    let three = ticket(app, "signatory", here.devices, at).await;
    assert_eq!(said(app.login_code(&three, &typed, &here, at).await), "LOGIN-CODE");
    assert_eq!(app.stage().user_by_name("signatory").await.unwrap().unwrap().second.unwrap().recovery.len(), 9);
    assert_eq!(said(app.login_code(&three, "0", &here, at + TimeDelta::minutes(5)).await), "LOGIN-TICKET", "five minutes later");
    // A thousand codes: five are looked at, and a strange browser does not shut the known one.
    let strange = Knock { devices: "", ..here };
    let mut answers = Vec::new();
    for n in 0..20 {
        answers.push(said(app.login_code(&three, &format!("{n:06}"), &strange, at).await));
    }
    assert_eq!((answers.iter().filter(|a| *a == "LOGIN-CODE").count(), answers.last().map(String::as_str)), (5, Some("LOGIN-LOCKED")));
    let at = at + TimeDelta::seconds(60);
    assert_eq!(said(app.login_code(&three, &phone(app, "signatory", at).await, &strange, at).await), "LOGIN-LOCKED");
    app.login_code(&three, &phone(app, "signatory", at).await, &here, at).await.unwrap();

    // Lost: another administrator resets it, nobody their own.
    let admin = enter(app, "admin", "192.0.2.1", "", at).await.unwrap();
    enrol(app, &admin, at).await;
    let who = admin.user.actor();
    assert_eq!(said(app.reset_second(&who, "admin", at).await), "SECOND-OWN");
    app.reset_second(&who, "signatory", at).await.unwrap();
    assert!(app.who_is(&opened.token, at).await.unwrap().is_none(), "every login ends");
    enter(app, "signatory", "192.0.2.1", "", at).await.unwrap();
    t.assert_whole().await;
}

async fn a_demanded_second_factor_comes_before_everything(t: TestApp) {
    let client = client(&t.app, now).await;
    let (boss, analyst) = (Browser::login(&client, "supervisor", PASSWORD).await, Browser::login(&client, "analyst", PASSWORD).await);
    let sampler = Browser::login(&client, "sampler", PASSWORD).await;
    assert_eq!(said(t.app.require_second(&t.people.supervisor.actor(), true, now()).await), "ADMIN-ROLE");
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    assert!(admin.get("/admin/sign-in").await.text().contains("动态口令"));
    assert_eq!(admin.post_form("/admin/sign-in", form(&[("csrf", &csrf), ("second", "perhaps")])).await.status, Status::UnprocessableEntity);
    assert_eq!(admin.post_form("/admin/sign-in", form(&[("csrf", &csrf), ("second", "required")])).await.status, Status::SeeOther);
    assert_eq!(sampler.get("/samples").await.status, Status::Ok, "who neither signs nor approves goes on");
    for person in [&boss, &admin, &analyst] {
        for path in ["/", "/samples", "/cases", "/me", "/me/password", "/admin/users", "/search?q=x", "/me/secondary"] {
            let answer = person.get(path).await;
            assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, "/me/second"), "{path}");
        }
        assert_eq!(person.get("/api/v1/kpi?year=2025").await.status, Status::Unauthorized);
    }
    let head = t.app.stage().head().await.unwrap();
    let body = form(&[("csrf", &csrf), ("username", "x1"), ("name", "x"), ("scope", "district"), ("roles", "sampler")]);
    assert!(matches!(admin.post_form("/admin/users", body).await.status.code, 303 | 401..=404));
    assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");

    let page = boss.get("/me/second").await;
    assert!(page.status == Status::Ok && page.text().contains("启用后才能继续工作"));
    let csrf = page.text().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let begin = boss.post_form("/me/second/begin", form(&[("csrf", &csrf), ("password", PASSWORD)])).await;
    assert_eq!(begin.header("Location"), "/me/second");
    let page = boss.get("/me/second").await.text();
    let secret = t.app.stage().user_by_name("supervisor").await.unwrap().unwrap().second.unwrap().secret;
    assert!(page.contains("<svg") && page.replace(' ', "").contains(&secret));
    let bad = boss.post_form("/me/second/confirm", form(&[("csrf", &csrf), ("code", "12345")])).await;
    assert_eq!((bad.status, boss.get("/").await.status), (Status::UnprocessableEntity, Status::SeeOther));
    let code = phone(&t.app, "supervisor", now()).await;
    let done = boss.post_form("/me/second/confirm", form(&[("csrf", &csrf), ("code", &code)])).await;
    assert_eq!((done.status, done.text().matches("<li><code>").count()), (Status::Ok, 10));
    assert_eq!(boss.get("/").await.status, Status::Ok);
    let page = boss.get("/me/second").await.text();
    assert!(!page.contains("<li><code>") && !page.replace(' ', "").contains(&secret), "neither codes nor secret are shown again");
    assert!(boss.post_form("/me/second/off", form(&[("csrf", &csrf), ("password", PASSWORD)])).await.text().contains("SECOND-REQUIRED"));

    // The next login of theirs asks for the code.
    let body = form(&[("username", "supervisor"), ("password", PASSWORD), ("next", "/cases")]);
    let answer = Answer::of(client.post("/login").header(ContentType::Form).remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await;
    assert_eq!((answer.status, answer.header("Location"), answer.login_cookie()), (Status::SeeOther, "/login/code?next=%2Fcases", None));
    let ticket = answer.cookie("shiyan_code").unwrap();
    let page = Answer::of(client.get("/login/code?next=%2Fcases").cookie(("shiyan_code", ticket.clone())).dispatch().await).await;
    assert!(page.status == Status::Ok && page.text().contains("六位数字"));
    assert_eq!(Answer::of(client.get("/login/code").dispatch().await).await.header("Location"), "/login?next=%2F");
    let post = client.post("/login/code").header(ContentType::Form).cookie(("shiyan_code", ticket)).body(form(&[("code", "000000"), ("next", "/cases")]));
    let answer = Answer::of(post.dispatch().await).await;
    assert!(answer.status == Status::UnprocessableEntity && answer.login_cookie().is_none() && answer.text().contains("LOGIN-CODE"));
    t.assert_whole().await;
}

async fn a_login_is_new_each_time_and_ends_when_it_should(t: TestApp) {
    let config = SiteConfig {
        public_url: "https://shiyan.example".into(),
        https: true,
        body: String::new(),
        demo: false,
        demo_accounts: Vec::new(),
        demo_password: String::new(),
        version: "0".into(),
        key_file: PathBuf::from("no.key"),
    };
    let client = Client::untracked(shiyan_web_site::build(Site::new(t.app.clone(), config, now), "127.0.0.1:0".parse().unwrap())).await.unwrap();
    let planted = "f".repeat(64);
    let request = client.post("/login").header(ContentType::Form).cookie(("__Host-shiyan_login", planted.clone()));
    let answer = Answer::of(request.body(form(&[("username", "planner"), ("password", PASSWORD)])).dispatch().await).await;
    let set: Vec<&String> = answer.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("Set-Cookie")).map(|(_, v)| v).collect();
    for name in ["__Host-shiyan_login=", "__Host-shiyan_device="] {
        let cookie = set.iter().find(|c| c.starts_with(name)).unwrap_or_else(|| panic!("{name} {set:?}"));
        assert!(cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=") && cookie.contains("Path=/"), "{cookie}");
        assert!(!cookie.contains(&planted) && !cookie.contains("Domain"));
    }
    let cookie = answer.cookie("__Host-shiyan_login").unwrap();
    let asked = |name: &'static str, value: String| client.get("/me").cookie((name, value)).dispatch();
    assert_eq!(asked("__Host-shiyan_login", cookie.clone()).await.status(), Status::Ok);
    assert_eq!(asked("__Host-shiyan_login", planted).await.status(), Status::SeeOther);
    assert_eq!(asked("shiyan_login", cookie.clone()).await.status(), Status::SeeOther, "without the prefix it is not ours");
    // Signing in again ends the login that the browser held; a form that is not of that login is refused.
    let csrf = Answer::of(asked("__Host-shiyan_login", cookie.clone()).await).await.csrf();
    for (csrf, status) in [("", Status::Forbidden), (csrf.as_str(), Status::SeeOther)] {
        let request = client.post("/login").header(ContentType::Form).cookie(("__Host-shiyan_login", cookie.clone()));
        let body = form(&[("username", "planner"), ("password", PASSWORD), ("csrf", csrf)]);
        assert_eq!(request.body(body).dispatch().await.status(), status);
    }
    assert_eq!(asked("__Host-shiyan_login", cookie).await.status(), Status::SeeOther);

    // Half an hour without a request, twelve hours whatever happens.
    let idle = enter(&t.app, "sampler", "192.0.2.1", "", now()).await.unwrap().token;
    assert!(t.app.who_is(&idle, after(29)).await.unwrap().is_some());
    assert!(t.app.who_is(&idle, after(58)).await.unwrap().is_some(), "a request keeps it open");
    assert!(t.app.who_is(&idle, after(89)).await.unwrap().is_none());
    let busy = enter(&t.app, "sampler", "192.0.2.1", "", now()).await.unwrap().token;
    for minute in (20..=12 * 60).step_by(20) {
        assert_eq!(t.app.who_is(&busy, after(minute)).await.unwrap().is_some(), minute < 12 * 60, "{minute}");
    }
    // One's own logins are seen, and the others ended.
    let (one, two) = (enter(&t.app, "keeper", "192.0.2.7", "", now()).await.unwrap(), enter(&t.app, "keeper", "2001:db8::7", "", after(1)).await.unwrap());
    let seen = t.app.logins(&one.user, &one.token, after(2)).await.unwrap();
    let shown: Vec<(&str, bool)> = seen.iter().map(|(l, here)| (l.address.as_str(), *here)).collect();
    assert_eq!(shown, [("2001:db8:0:0::/64", false), ("192.0.2.7", true)]);
    assert_eq!(t.app.end_other_logins(&one.user, &one.token, after(2)).await.unwrap(), 1);
    assert!(t.app.who_is(&one.token, after(2)).await.unwrap().is_some() && t.app.who_is(&two.token, after(2)).await.unwrap().is_none());
    assert_eq!(t.app.owes(&one.user).await.unwrap(), None);
    let owing = UserAccount { must_change: true, ..one.user.clone() };
    assert_eq!(t.app.owes(&owing).await.unwrap(), Some(Owes::Password));
    // Disabled: every login and every known browser.
    t.app.disable_user(&t.people.admin.actor(), "keeper", after(3)).await.unwrap();
    assert!(t.app.who_is(&one.token, after(3)).await.unwrap().is_none());
    assert_eq!(t.side().await.count(&format!("setup_token WHERE user_id = '{}'", one.user.id)).await, 0);
    t.assert_whole().await;
}

async fn guesses_write_few_entries(t: TestApp) {
    let before = t.app.stage().head().await.unwrap().seq;
    let (mut at, mut looked_at) = (at("2025-06-20T10:00"), 0);
    // Two days of patient guessing at one name, as soon as the wait allows.
    for _ in 0..400 {
        looked_at += usize::from(guess(&t.app, "quality", "192.0.2.1", at).await == "LOGIN");
        at += TimeDelta::minutes(7);
    }
    assert!((30..80).contains(&looked_at), "{looked_at} guesses in two days");
    // And at a hundred names that nobody has.
    for n in 0..100 {
        guess(&t.app, &format!("nobody{n}"), "192.0.2.2", at).await;
    }
    let written = t.app.stage().head().await.unwrap().seq - before;
    assert!((2..=20).contains(&written), "{written} entries");
    let side = t.side().await;
    assert!(side.count("journal WHERE verb = 'login.failed' AND subject = 'login:quality' AND facts LIKE '%192.0.2.1%'").await >= 2);
    assert_eq!(side.count("journal WHERE subject LIKE '%nobody%'").await, 0, "what is no account may be a password typed into the wrong field");
    assert!(t.app.names_under_attack(at - TimeDelta::hours(24)).await.unwrap() >= 1);
    t.assert_whole().await;
}
