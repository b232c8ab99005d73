//! Login, first set-up, own account, language.

use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::explain::explain;
use shiyan_foundation::{Label, Refusal};
use validator::Validate;

use super::{Html, done, show, show_refused};
use crate::failure::{Failure, code};
use crate::guard::{LOGIN, User, Visit, encoded, login_cookie, same_site};
use crate::posted::Posted;
use crate::site::{Site, more_codes};
use crate::views::forms::{self, Filled};
use crate::views::{ChangePassword, Explain, Fact, FactGroup, Login, Me, Setup};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![login_page, login, logout, setup_page, setup, me, password_page, password, language, text_size, explained]
}

/// The shape of a login; what it means is decided by the application.
#[derive(Debug, Validate)]
struct LoginForm {
    #[validate(length(min = 1, max = 64))]
    username: String,
    #[validate(length(min = 1, max = 1024))]
    password: String,
}

fn login_view(site: &Site, visit: &Visit, username: &str, next: &str, why: &[Refusal]) -> Login {
    let lang = visit.lang;
    let demo_accounts = site.config.demo_accounts.iter().map(|(name, zh, en)| (name.clone(), lang.pick(zh, en).to_owned())).collect();
    Login {
        p: visit.page(site, "登录", "Sign in").refused(why),
        username: username.to_owned(),
        next: next.to_owned(),
        demo_accounts,
        demo_password: site.config.demo_password.clone(),
    }
}

#[get("/login?<next>")]
fn login_page(site: &State<Site>, visit: Visit, user: Option<User>, next: Option<&str>) -> Result<Html, Redirect> {
    let next = same_site(next.unwrap_or("/"));
    if user.is_some() {
        return Err(Redirect::to(next));
    }
    Ok(show(&login_view(site, &visit, "", &next, &[])))
}

#[post("/login", data = "<form>")]
async fn login(site: &State<Site>, visit: Visit, cookies: &CookieJar<'_>, form: Result<Posted, Failure>) -> Result<Html, Redirect> {
    let form = match form {
        Ok(form) => form,
        Err(failure) => return Ok(Err(failure)),
    };
    let next = same_site(form.get("next"));
    if site.logins.check_key(&visit.from).is_err() {
        return Ok(Err(Failure::With(Status::TooManyRequests, Refusal::new(code::TOO_MANY))));
    }
    let typed = LoginForm { username: form.get("username").to_owned(), password: form.raw("password").to_owned() };
    if typed.validate().is_err() {
        return Ok(show_refused(&login_view(site, &visit, &typed.username, &next, &[Refusal::new(shiyan_app::code::LOGIN)])));
    }
    match site.app.login(&typed.username, &typed.password, visit.now).await {
        Ok(opened) => {
            cookies.add(login_cookie(site, opened.token));
            Err(Redirect::to(if opened.user.must_change { "/me/password".to_owned() } else { next }))
        }
        Err(shiyan_app::Error::Refused(why)) => Ok(show_refused(&login_view(site, &visit, &typed.username, &next, &why))),
        Err(other) => Ok(Err(other.into())),
    }
}

#[post("/logout", data = "<form>")]
async fn logout(site: &State<Site>, user: User, cookies: &CookieJar<'_>, form: Result<Posted, Failure>) -> Result<Flash<Redirect>, Failure> {
    form?;
    site.app.logout(&user.token, user.now()).await?;
    cookies.remove(Cookie::build(LOGIN).path("/"));
    Ok(done("/login", "已退出登录", "Signed out"))
}

fn setup_view(site: &Site, visit: &Visit, token: &str, filled: &Filled, why: &[Refusal]) -> Setup {
    Setup {
        p: visit.page(site, "首次设置", "First set-up").refused(why),
        action: format!("/setup/{}", encoded(token)),
        minutes_left: shiyan_app::people::SETUP_MINUTES,
        fields: forms::setup(visit.lang, filled),
    }
}

#[get("/setup/<token>")]
async fn setup_page(site: &State<Site>, visit: Visit, token: &str) -> Html {
    let hash = shiyan_app::sha256_hex(token.as_bytes());
    if !site.app.store.setup_open(&hash, visit.now).await? {
        return Err(Failure::With(Status::Gone, Refusal::new(shiyan_app::code::SETUP)));
    }
    show(&setup_view(site, &visit, token, &Filled::default(), &[]))
}

#[post("/setup/<token>", data = "<form>")]
async fn setup(site: &State<Site>, visit: Visit, token: &str, form: Result<Posted, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let (username, name) = (form.get("username"), form.get("name"));
    match site.app.finish_setup(token, username, name, form.raw("password"), form.raw("password_again"), visit.now).await {
        Ok(()) => Ok(done("/login", "管理员账号已建立，请登录", "The administrator’s account is there; please sign in")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&setup_view(site, &visit, token, &form.filled(&why, visit.lang), &why))),
        Err(other) => Err(Err(other.into())),
    }
}

#[get("/me")]
fn me(site: &State<Site>, user: User) -> Html {
    let lang = user.lang();
    let roles = user.actor.roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(user.t("、", ", "));
    let facts = FactGroup {
        title: String::new(),
        facts: vec![
            Fact::new(user.t("姓名", "Name"), user.actor.name.clone()),
            Fact::new(user.t("账号", "Username"), user.account.username.clone()),
            Fact::new(user.t("角色", "Roles"), roles),
        ],
    };
    show(&Me { p: user.page(site, "me", user.t("我的账号", "My account")), facts })
}

fn password_view(site: &Site, user: &User, filled: &Filled, why: &[Refusal]) -> ChangePassword {
    ChangePassword {
        p: user.page(site, "me", user.t("修改密码", "Change password")).refused(why),
        forced: user.account.must_change,
        fields: forms::password(user.lang(), filled),
    }
}

#[get("/me/password")]
fn password_page(site: &State<Site>, user: User) -> Html {
    show(&password_view(site, &user, &Filled::default(), &[]))
}

#[post("/me/password", data = "<form>")]
async fn password(site: &State<Site>, user: User, cookies: &CookieJar<'_>, form: Result<Posted, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let changed = site.app.change_password(&user.account, form.raw("old"), form.raw("password"), form.raw("password_again"), user.now()).await;
    match changed {
        Ok(()) => {
            cookies.remove(Cookie::build(LOGIN).path("/"));
            Ok(done("/login", "密码已修改，请重新登录", "The password was changed; please sign in again"))
        }
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&password_view(site, &user, &form.filled(&why, user.lang()), &why))),
        Err(other) => Err(Err(other.into())),
    }
}

#[get("/lang/<to>?<next>")]
fn language(cookies: &CookieJar<'_>, to: &str, next: Option<&str>) -> Redirect {
    let lang = if to == "en" { "en" } else { "zh" };
    cookies.add(Cookie::build(("lang", lang)).path("/").same_site(SameSite::Lax).max_age(rocket::time::Duration::days(365)));
    Redirect::to(same_site(next.unwrap_or("/")))
}

#[get("/text/<to>?<next>")]
fn text_size(cookies: &CookieJar<'_>, to: &str, next: Option<&str>) -> Redirect {
    let size = if to == "large" { "large" } else { "normal" };
    cookies.add(Cookie::build(("text", size)).path("/").same_site(SameSite::Lax).max_age(rocket::time::Duration::days(365)));
    Redirect::to(same_site(next.unwrap_or("/")))
}

#[get("/explain/<wanted>")]
fn explained(site: &State<Site>, visit: Visit, user: Option<User>, wanted: &str) -> Html {
    let lang = visit.lang;
    let found = explain(wanted, visit.now.date_naive(), &more_codes()).ok_or(Failure::NotFound)?;
    let rule = shiyan_statute::RuleKey::ALL.iter().any(|k| k.code() == found.code);
    let title = format!("{} {}", lang.pick("说明", "Explanation"), found.code);
    let p = match &user {
        Some(user) => user.page(site, "", title),
        None => visit.page(site, &title, &title),
    };
    let mut facts = FactGroup::default();
    if !found.article.is_empty() {
        facts.facts.push(Fact::new(lang.pick("依据", "Article"), found.article.clone()));
    }
    if !found.source.is_empty() {
        let (source, grade) = found.source.rsplit_once(" · ").unwrap_or((&found.source, ""));
        let told = super::kit::cited(source.trim_start_matches("source:"), grade, lang);
        facts.facts.push(Fact::new(lang.pick("来源与可信度", "Source and confidence"), told));
    }
    show(&Explain {
        p,
        code: found.code.clone(),
        kind: (if rule { lang.pick("时限规则", "Deadline rule") } else { lang.pick("拒绝代码", "Refusal code") }).to_owned(),
        headline: lang.pick(&found.zh, &found.en).to_owned(),
        next: lang.pick(&found.next_zh, &found.next_en).to_owned(),
        facts: if facts.facts.is_empty() { Vec::new() } else { vec![facts] },
        related: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_shape_of_a_login() {
        let form = |username: &str, password: &str| LoginForm { username: username.into(), password: password.into() }.validate().is_ok();
        assert!(form("a", "b"));
        assert!(!form("", "b") && !form("a", "") && !form("a", &"x".repeat(1025)) && !form(&"a".repeat(65), "b"));
    }
}
