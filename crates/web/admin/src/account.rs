//! Login, first set-up, one-time links, own account, language.

use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::entry::{DEVICE_DAYS, Entered, Knock, Opened, TICKET_MINUTES};
use shiyan_foundation::{Label, Refusal};

use crate::views::forms::{self, Filled};
use crate::views::{Cell, ChangePassword, Fact, FactGroup, Login, LoginCode, Me, SetPassword, Setup, Table};
use shiyan_web_kit::again::{self, Standing};
use shiyan_web_kit::answer::{Html, done, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{DEVICES, LOGIN, OWN_PASSWORD, TICKET, User, Visit, cookie_name, encoded, goes_to, masked, no_cookie, own_cookie, same_site};
use shiyan_web_kit::posted::{Outside, Posted, Sent, Typed};
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        login_page,
        login,
        code_page,
        code,
        logout,
        setup_page,
        setup,
        link_page,
        set_password,
        me,
        end_others,
        password_page,
        password,
        language,
        text_size,
    ]
}

shapes! {
    /// 登录 as typed.
    LoginForm { username: 64 "账号" / "username", password: 1024 "密码" / "password" }
    /// 动态口令 as typed.
    CodeForm { code: 64 "动态口令" / "code" }
    /// 首次设置 as typed.
    SetupForm {
        username: 64 "账号" / "username",
        name: 40 "姓名" / "name",
        password: 1024 "密码" / "password",
        password_again: 1024 "再次输入密码" / "password again",
    }
    /// 设置密码 as typed.
    NewPasswordForm { password: 1024 "新密码" / "new password", password_again: 1024 "再次输入新密码" / "new password again" }
    /// 修改密码 as typed.
    OwnPasswordForm {
        old: 1024 "现在的密码" / "present password",
        password: 1024 "新密码" / "new password",
        password_again: 1024 "再次输入新密码" / "new password again",
    }
}

impl LoginForm {
    fn filled_in(&self) -> bool {
        !self.username.is_empty() && !self.password.is_empty()
    }
}

/// Where somebody goes once they are in: an address, or a form that they typed before their login ended.
struct Way {
    next: String,
    kept: String,
}

impl Way {
    fn to(next: &str) -> Self {
        Self { next: same_site(next), kept: String::new() }
    }
    fn of(form: &Posted) -> Self {
        Self { kept: form.get(again::FIELD).to_owned(), ..Self::to(form.get("next")) }
    }
}

fn login_view(site: &Site, visit: &Visit, username: &str, way: &Way, why: &[Refusal]) -> Login {
    let lang = visit.lang;
    let demo_accounts = site.config.demo_accounts.iter().map(|(name, zh, en)| (name.clone(), lang.pick(zh, en).to_owned())).collect();
    Login {
        p: visit.page(site, "登录", "Sign in").refused(why),
        username: username.to_owned(),
        next: way.next.clone(),
        kept: way.kept.clone(),
        demo_accounts,
        demo_password: site.config.demo_password.clone(),
    }
}

#[get("/login?<next>")]
fn login_page(site: &State<Site>, visit: Visit, user: Option<User>, next: Option<&str>) -> Result<Html, Redirect> {
    let way = Way::to(next.unwrap_or("/"));
    if user.is_some() {
        return Err(Redirect::to(way.next));
    }
    Ok(show(&login_view(site, &visit, "", &way, &[])))
}

/// What the browser brings along, besides what was typed.
struct Brought {
    devices: String,
    before: String,
}

impl Brought {
    fn of(site: &Site, cookies: &CookieJar<'_>) -> Self {
        let value = |base| cookies.get(&cookie_name(site, base)).map(|c| c.value().to_owned()).unwrap_or_default();
        Self { devices: value(DEVICES), before: value(LOGIN) }
    }
    fn knock<'a>(&'a self, visit: &Visit, username: &'a str, password: &'a str) -> Knock<'a> {
        Knock { username, password, from: visit.from, devices: &self.devices, before: &self.before }
    }
}

/// Signs the browser in: a new login, and the browser is known from now on. A form that waited for it is shown to whoever typed it.
async fn welcome(site: &Site, visit: &Visit, cookies: &CookieJar<'_>, opened: Opened, way: Way) -> Result<Html, Redirect> {
    let carried_on = carry_on(site, visit, &opened, &way).await;
    cookies.add(own_cookie(site, LOGIN, opened.token));
    let mut devices = own_cookie(site, DEVICES, opened.devices);
    devices.set_same_site(SameSite::Strict);
    devices.set_max_age(rocket::time::Duration::days(DEVICE_DAYS));
    cookies.add(devices);
    match carried_on {
        Some(page) => Ok(page),
        None => Err(Redirect::to(if opened.user.must_change { OWN_PASSWORD.to_owned() } else { way.next })),
    }
}

/// The page with the form that waited for this sign-in. Somebody else sees nothing of it.
async fn carry_on(site: &Site, visit: &Visit, opened: &Opened, way: &Way) -> Option<Html> {
    let typed = Typed::unpacked(&way.kept)?;
    let id = opened.user.id.to_string();
    let standing = async {
        if !typed.is_of(&id) {
            return Ok(Standing::OfAnother);
        }
        Ok::<_, shiyan_app::Error>(match (site.app.owes(&opened.user).await?, site.app.who_is(&opened.token, visit.now).await?) {
            (Some(owes), _) => Standing::Owes(goes_to(owes)),
            (None, Some(login)) => Standing::Theirs(masked(&login.csrf)),
            (None, None) => Standing::SignedOut,
        })
    };
    Some(match standing.await {
        Ok(standing) => again::page(site, visit, &standing, &typed),
        Err(error) => Err(error.into()),
    })
}

#[post("/login", data = "<form>")]
async fn login(site: &State<Site>, visit: Visit, cookies: &CookieJar<'_>, form: Result<Outside<LoginForm>, Failure>) -> Result<Html, Redirect> {
    let form = match form {
        Ok(Outside(form)) => form,
        Err(failure) => return Ok(Err(failure)),
    };
    let way = Way::of(&form);
    let again = |way: &Way, why: &[Refusal]| show_why(&login_view(site, &visit, form.get("username"), way, why), why);
    // Nothing, or more than any account has, is no account: nobody is told which.
    let Some(typed) = form.read().ok().filter(LoginForm::filled_in) else {
        return Ok(again(&way, &[Refusal::new(shiyan_app::code::LOGIN)]));
    };
    let brought = Brought::of(site, cookies);
    match site.app.login(&brought.knock(&visit, &typed.username, &typed.password), visit.now).await {
        Ok(Entered::In(opened)) => welcome(site, &visit, cookies, *opened, way).await,
        Ok(Entered::Code(ticket)) => {
            let mut cookie = own_cookie(site, TICKET, ticket.0);
            cookie.set_max_age(rocket::time::Duration::minutes(TICKET_MINUTES));
            cookies.add(cookie);
            // What waits for the sign-in goes along in the page; an address could not hold it.
            if way.kept.is_empty() {
                Err(Redirect::to(format!("/login/code?next={}", encoded(&way.next))))
            } else {
                Ok(show(&code_view(site, &visit, &way, &[])))
            }
        }
        Err(shiyan_app::Error::Refused(why)) => Ok(again(&way, &why)),
        Err(other) => Ok(Err(other.into())),
    }
}

fn code_view(site: &Site, visit: &Visit, way: &Way, why: &[Refusal]) -> LoginCode {
    let p = visit.page(site, "输入验证码", "Enter the code").refused(why);
    LoginCode { p, next: way.next.clone(), kept: way.kept.clone(), minutes: TICKET_MINUTES }
}

fn ticket_of(site: &Site, cookies: &CookieJar<'_>) -> String {
    cookies.get(&cookie_name(site, TICKET)).map(|c| c.value().to_owned()).unwrap_or_default()
}

#[get("/login/code?<next>")]
async fn code_page(site: &State<Site>, visit: Visit, cookies: &CookieJar<'_>, next: Option<&str>) -> Result<Html, Redirect> {
    let way = Way::to(next.unwrap_or("/"));
    match site.app.ticket_open(&ticket_of(site, cookies), visit.now).await {
        Ok(true) => Ok(show(&code_view(site, &visit, &way, &[]))),
        Ok(false) => Err(Redirect::to(format!("/login?next={}", encoded(&way.next)))),
        Err(error) => Ok(Err(error.into())),
    }
}

#[post("/login/code", data = "<form>")]
async fn code(site: &State<Site>, visit: Visit, cookies: &CookieJar<'_>, form: Result<Outside<CodeForm>, Failure>) -> Result<Html, Redirect> {
    let form = match form {
        Ok(Outside(form)) => form,
        Err(failure) => return Ok(Err(failure)),
    };
    let way = Way::of(&form);
    let brought = Brought::of(site, cookies);
    let did = async { site.app.login_code(&ticket_of(site, cookies), &form.read()?.code, &brought.knock(&visit, "", ""), visit.now).await };
    match did.await {
        Ok(opened) => {
            cookies.remove(no_cookie(site, TICKET));
            welcome(site, &visit, cookies, opened, way).await
        }
        Err(shiyan_app::Error::Refused(why)) if why.iter().any(|r| r.code() == shiyan_app::code::TICKET.code) => {
            Ok(show_why(&login_view(site, &visit, "", &way, &why), &why))
        }
        Err(shiyan_app::Error::Refused(why)) => Ok(show_why(&code_view(site, &visit, &way, &why), &why)),
        Err(other) => Ok(Err(other.into())),
    }
}

#[post("/logout", data = "<form>")]
async fn logout(site: &State<Site>, user: User, cookies: &CookieJar<'_>, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Failure> {
    form?;
    site.app.logout(&user.token, user.now()).await?;
    cookies.remove(no_cookie(site, LOGIN));
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
    if !site.app.setup_open(token, visit.now).await? {
        return Err(Failure::With(Status::Gone, Refusal::new(shiyan_app::code::SETUP)));
    }
    show(&setup_view(site, &visit, token, &Filled::default(), &[]))
}

#[post("/setup/<token>", data = "<form>")]
async fn setup(site: &State<Site>, visit: Visit, token: &str, form: Result<Sent<SetupForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = async {
        let typed = form.read()?;
        site.app.finish_setup(token, &typed.username, &typed.name, &typed.password, &typed.password_again, visit.now).await
    };
    match did.await {
        Ok(()) => Ok(done("/login", "管理员账号已建立，请登录", "The administrator’s account is there; please sign in")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_why(&setup_view(site, &visit, token, &form.filled(&why, visit.lang), &why), &why)),
        Err(other) => Err(Err(other.into())),
    }
}

fn link_view(site: &Site, visit: &Visit, link: &str, username: &str, filled: &Filled, why: &[Refusal]) -> SetPassword {
    let mut p = visit.page(site, "设置密码", "Set your password").refused(why);
    // The switches of language and text size come back to the page, and the address goes nowhere else.
    p.path = format!("/set-password/{}", encoded(link));
    SetPassword { p, action: format!("/set-password/{}", encoded(link)), username: username.to_owned(), fields: forms::set_password(visit.lang, filled) }
}

fn spent() -> Failure {
    Failure::With(Status::Gone, Refusal::new(shiyan_app::code::LINK))
}

#[get("/set-password/<link>")]
async fn link_page(site: &State<Site>, visit: Visit, here: Option<User>, link: &str) -> Html {
    let user = site.app.link_open(link, visit.now).await?.ok_or_else(spent)?;
    let mut view = link_view(site, &visit, link, &user.username, &Filled::default(), &[]);
    // Opened in a browser where somebody is signed in, the form is one of that login all the same.
    view.p.csrf = here.map_or_else(String::new, |u| masked(&u.csrf));
    show(&view)
}

#[post("/set-password/<link>", data = "<form>")]
async fn set_password(
    site: &State<Site>,
    visit: Visit,
    cookies: &CookieJar<'_>,
    link: &str,
    form: Result<Sent<NewPasswordForm>, Failure>,
) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = async {
        let typed = form.read()?;
        site.app.use_link(link, &typed.password, &typed.password_again, visit.now).await
    };
    match did.await {
        // Whoever sets a password sits here now: somebody else’s login in this browser is not theirs to go on with.
        Ok(_) => {
            cookies.remove(Cookie::build(cookie_name(site, LOGIN)).path("/"));
            Ok(done("/login", "密码已设置，请登录", "The password is set; please sign in"))
        }
        Err(shiyan_app::Error::Refused(why)) => match site.app.link_open(link, visit.now).await {
            Ok(Some(user)) => Err(show_why(&link_view(site, &visit, link, &user.username, &form.filled(&why, visit.lang), &why), &why)),
            Ok(None) => Err(Err(spent())),
            Err(other) => Err(Err(other.into())),
        },
        Err(other) => Err(Err(other.into())),
    }
}

/// `2026-03-04 17:20` out of a stamp.
fn minute(stamp: &str) -> String {
    stamp.get(..16).unwrap_or(stamp).replace('T', " ")
}

#[get("/me")]
async fn me(site: &State<Site>, user: User) -> Html {
    let lang = user.lang();
    let roles = user.actor.roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(user.t("、", ", "));
    let second = if user.account.second_factor().is_some() { user.t("已启用", "In use") } else { user.t("未启用", "Not in use") };
    let facts = FactGroup {
        title: String::new(),
        facts: vec![
            Fact::new(user.t("姓名", "Name"), user.actor.name.clone()),
            Fact::new(user.t("账号", "Username"), user.account.username.clone()),
            Fact::new(user.t("角色", "Roles"), roles),
            Fact::new(user.t("动态口令", "Second factor"), second),
        ],
    };
    let mut logins = Table::new(&[user.t("登录时间", "Signed in"), user.t("地址", "Address"), user.t("最近使用", "Last used"), user.t("设备", "Device")]);
    logins.caption = user.t("登录中的设备", "Where you are signed in").to_owned();
    let open = site.app.logins(&user.account, &user.token, user.now()).await?;
    for (login, here) in &open {
        let mark = if *here { Cell::Badge(Badge::new(Tone::Pass, user.t("本机", "Here"))) } else { Cell::from(String::new()) };
        logins.push(vec![Cell::from(minute(&login.created_at)), Cell::Code(login.address.clone()), Cell::from(minute(&login.seen_at)), mark]);
    }
    show(&Me { p: user.page(site, "me", user.t("我的账号", "My account")), facts, others: open.iter().any(|(_, here)| !here), logins })
}

#[post("/me/logins/end", data = "<form>")]
async fn end_others(site: &State<Site>, user: User, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Failure> {
    form?;
    let ended = site.app.end_other_logins(&user.account, &user.token, user.now()).await?;
    Ok(done("/me", &format!("已结束其他 {ended} 处登录"), &format!("{ended} other logins were ended")))
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
async fn password(site: &State<Site>, user: User, cookies: &CookieJar<'_>, form: Result<Sent<OwnPasswordForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let changed = async {
        let typed = form.read()?;
        site.app.change_password(&user.account, &user.token, &typed.old, &typed.password, &typed.password_again, user.now()).await
    };
    match changed.await {
        Ok(()) => {
            cookies.remove(no_cookie(site, LOGIN));
            Ok(done("/login", "密码已修改，请重新登录", "The password was changed; please sign in again"))
        }
        Err(shiyan_app::Error::Refused(why)) => Err(show_why(&password_view(site, &user, &form.filled(&why, user.lang()), &why), &why)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_web_kit::shape::Shape;

    #[test]
    fn the_shape_of_a_login() {
        let form = |username: &str, password: &str| {
            let typed = LoginForm::read(&Posted::of(&[("username", username), ("password", password)]), "");
            typed.filled_in() && typed.too_long().is_empty()
        };
        assert!(form("a", "b"));
        assert!(!form("", "b") && !form("a", "") && !form("a", &"x".repeat(1025)) && !form(&"a".repeat(65), "b"));
    }
}
