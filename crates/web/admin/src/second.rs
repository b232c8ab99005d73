//! 动态口令 enrolment on one's own page: a code for the phone, the first code back, recovery codes once.

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_foundation::Refusal;

use crate::views::SecondPage;
use shiyan_web_kit::answer::{Html, done, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{OWN_SECOND, User, encoded};
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::Svg;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![second_page, begin, confirm, renew, off]
}

/// The address that the app of a phone reads (`otpauth`), as a code to be scanned.
fn qr(site: &Site, user: &User, secret: &str) -> Svg {
    let issuer = user.t("食验", "Shiyan");
    let body = site.body(user.lang());
    let place = if body.is_empty() { issuer } else { &body };
    let label = format!("{}:{}", encoded(issuer), encoded(&user.account.username));
    let address = format!("otpauth://totp/{label}?secret={secret}&issuer={}&algorithm=SHA1&digits=6&period=30", encoded(place));
    let Ok(code) = qrcode::QrCode::new(address.as_bytes()) else { return Svg::default() };
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    Svg(svg.replace(r#"<?xml version="1.0" standalone="yes"?>"#, ""))
}

/// `ABCD EFGH …`
fn grouped(secret: &str) -> String {
    secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

async fn view(site: &Site, user: &User, codes: Vec<String>, why: &[Refusal]) -> Result<SecondPage, Failure> {
    let account = site.app.account_of(user.account.id).await?;
    let required = shiyan_app::second::answers_for(&account.roles) && site.app.second_required().await?;
    let title = user.t("动态口令", "Second factor");
    let begun = account.second.as_ref().filter(|s| !s.confirmed);
    Ok(SecondPage {
        p: user.page(site, "me", title).crumb(user.t("我的账号", "My account"), "/me").crumb(title, "").refused(why),
        on: account.second_factor().is_some(),
        required,
        left: account.second_factor().map_or(0, |s| s.recovery.len() as u64),
        qr: begun.map(|s| qr(site, user, &s.secret)),
        secret: begun.map(|s| grouped(&s.secret)).unwrap_or_default(),
        codes,
    })
}

async fn again(site: &Site, user: &User, error: shiyan_app::Error) -> Html {
    match error {
        shiyan_app::Error::Refused(why) => show_why(&view(site, user, Vec::new(), &why).await?, &why),
        other => Err(other.into()),
    }
}

#[get("/me/second")]
async fn second_page(site: &State<Site>, user: User) -> Html {
    show(&view(site, &user, Vec::new(), &[]).await?)
}

shapes! {
    /// 本人密码 as typed.
    OwnForm { password: 1024 "本人密码" / "your password" }
    /// 动态口令 as typed.
    TotpForm { code: 64 "动态口令" / "code" }
}

#[post("/me/second/begin", data = "<form>")]
async fn begin(site: &State<Site>, user: User, form: Result<Sent<OwnForm>, Failure>) -> Result<Redirect, Html> {
    let form = form.map_err(Err)?;
    let did = async { site.app.begin_second(&user.account, &user.token, &form.read()?.password, user.now()).await };
    match did.await {
        Ok(()) => Ok(Redirect::to(OWN_SECOND)),
        Err(error) => Err(again(site, &user, error).await),
    }
}

#[post("/me/second/confirm", data = "<form>")]
async fn confirm(site: &State<Site>, user: User, form: Result<Sent<TotpForm>, Failure>) -> Html {
    let form = form?;
    let did = async { site.app.confirm_second(&user.account, &user.token, &form.read()?.code, user.now()).await };
    match did.await {
        Ok(codes) => show(&view(site, &user, codes, &[]).await?),
        Err(error) => again(site, &user, error).await,
    }
}

#[post("/me/second/codes", data = "<form>")]
async fn renew(site: &State<Site>, user: User, form: Result<Sent<OwnForm>, Failure>) -> Html {
    let form = form?;
    let did = async { site.app.renew_recovery(&user.account, &user.token, &form.read()?.password, user.now()).await };
    match did.await {
        Ok(codes) => show(&view(site, &user, codes, &[]).await?),
        Err(error) => again(site, &user, error).await,
    }
}

#[post("/me/second/off", data = "<form>")]
async fn off(site: &State<Site>, user: User, form: Result<Sent<OwnForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = async { site.app.drop_second(&user.account, &user.token, &form.read()?.password, user.now()).await };
    match did.await {
        Ok(()) => Ok(done("/me", "动态口令已停用", "The second factor is off")),
        Err(error) => Err(again(site, &user, error).await),
    }
}
