//! 管理 users, streets, population, points, limits, calendar, diagnosis, journal. The administrator sees no business record here.

use std::collections::BTreeSet;

use chrono::Datelike;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::authority::Act;
use shiyan_app::calendars::CalendarImported;
use shiyan_app::people::{LINK_HOURS, Link};
use shiyan_app::read::LimitFilter;
use shiyan_app::records::UserAccount;
use shiyan_app::second;
use shiyan_foundation::area::Street;
use shiyan_foundation::ids::PointId;
use shiyan_foundation::{Label, Lang, Refusal, Role, Scope, WorkCalendar};
use shiyan_statute::{LIMIT_MOVES, LimitAction, LimitStatus};

use crate::typed::{
    AccountForm, BoundsForm, CalendarForm, ChosenForm, DistrictForm, DutiesForm, LaboratoryForm, NameForm, PointForm, PopulationForm, SignInForm,
    SignScopeForm, StreetForm, TurnForm,
};
use crate::views::forms::{self, Filled, Scopes};
use crate::views::{
    ActionView, AdminTab, AdminTablePage, Cell, CheckLine, Chip, Choice, DiagnosePage, Fact, FactGroup, FieldView, FilterSelect, Filters, Handover,
    ImportResult, LimitRow, LimitsPage, Pager, Table, UserRow, UsersPage,
};
use shiyan_web_kit::admin::{Form, enter, page, table_page};
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::dry_run::{Trial, Tried, hidden_of};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::stamp_text;
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::street_name;
use shiyan_web_kit::timeline;
use shiyan_web_kit::ui::{self, Badge, Tone, num};

/// Limits a page.
const ROWS: usize = 100;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        start,
        users,
        add_user,
        disable_user,
        enable_user,
        rename_user,
        reset_password,
        reset_second,
        sign_in,
        save_sign_in,
        set_sign_scope,
        set_duties,
        bounds,
        save_bounds,
        district,
        save_district,
        streets,
        save_street,
        population,
        add_population,
        choose_population,
        laboratories,
        save_laboratory,
        points,
        add_point,
        limits,
        set_limit,
        calendar,
        import_calendar,
        calendars,
        diagnose,
        journal
    ]
}

#[get("/admin")]
fn start(user: User) -> Result<Redirect, Failure> {
    let first = AdminTab::ALL.iter().find(|(tab, ..)| tab.open_to(&user.actor.roles, user.scope())).ok_or(Failure::NotFound)?;
    Ok(Redirect::to(first.1))
}

fn chip_link(action: &str, pairs: &[(&str, &str)], without: &str) -> String {
    let rest: Vec<String> = pairs.iter().filter(|(k, v)| *k != without && !v.is_empty()).map(|(k, v)| format!("{k}={}", encoded(v))).collect();
    format!("{action}?{}", rest.join("&"))
}

// ---------------------------------------------------------------- users

async fn scopes(site: &Site, user: &User) -> Result<Scopes, Failure> {
    let mut all = Scopes::default();
    let of = |kind: &str, name: &str| format!("{kind}{}{name}", user.t("：", ": "));
    if *user.scope() == Scope::District {
        all.kinds.push(Choice::new("district", user.t("全区", "Whole district")));
    }
    let (streets, points, labs) = (site.app.streets().await?, site.app.every_point(&user.actor).await?, site.app.laboratories().await?);
    let street_of = |id: PointId| points.iter().find(|p| p.id == id).map(|p| p.street.clone());
    let mine = |scope: Scope| user.scope().holds(&scope, street_of);
    let streets = streets.values().filter(|s| mine(Scope::Streets(BTreeSet::from([s.code.clone()]))));
    all.streets.extend(streets.map(|s| Choice::new(s.code.clone(), s.name.clone())));
    if !all.streets.is_empty() {
        all.kinds.push(Choice::new("streets", user.t("街道（勾选一个或几个）", "Streets (tick one or several)")));
    }
    let points = points.iter().filter(|p| mine(Scope::Point(p.id)));
    all.kinds.extend(points.map(|p| Choice::new(format!("point:{}", p.id), of(user.t("快检点", "Point"), &p.name))));
    let labs = labs.iter().filter(|l| mine(Scope::Lab(l.id)));
    all.kinds.extend(labs.map(|l| Choice::new(format!("lab:{}", l.id), of(user.t("承检机构", "Laboratory"), &l.name))));
    Ok(all)
}

/// A scope as its form says it: the kind or the one place, and the streets that are ticked.
fn scope_value(scope: &Scope) -> (String, String) {
    match scope {
        Scope::District => ("district".to_owned(), String::new()),
        Scope::Streets(set) => ("streets".to_owned(), set.iter().cloned().collect::<Vec<_>>().join(",")),
        Scope::Point(id) => (format!("point:{id}"), String::new()),
        Scope::Lab(id) => (format!("lab:{id}"), String::new()),
    }
}

/// A scope in words.
fn scope_words(user: &User, scope: &Scope, known: &Scopes) -> String {
    let (kind, streets) = scope_value(scope);
    let name = |list: &[Choice], value: &str| list.iter().find(|c| c.value == value).map_or_else(|| value.to_owned(), |c| c.label.clone());
    if kind != "streets" {
        return name(&known.kinds, &kind);
    }
    let names: Vec<String> = streets.split(',').map(|code| name(&known.streets, code)).collect();
    format!("{}{}", user.t("街道：", "Streets: "), names.join(user.t("、", ", ")))
}

fn read_scope(typed: &str, ticked: &[&str], known: &Scopes) -> Result<Scope, Refusal> {
    let unknown = |typed: &str| Refusal::new(shiyan_app::code::SCOPE).with("typed", typed).on("scope");
    if !known.kinds.iter().any(|c| c.value == typed) {
        return Err(unknown(typed));
    }
    // Ticks beside another scope are not dropped in silence: it would be wider than what was ticked.
    if typed != "streets" && !ticked.is_empty() {
        return Err(Refusal::new(shiyan_app::code::STREETS_TOO).on("streets"));
    }
    match typed.split_once(':') {
        None if typed == "streets" => match ticked.iter().find(|code| known.streets.iter().all(|c| c.value != **code)) {
            Some(code) => Err(unknown(code).on("streets")),
            None if ticked.is_empty() => Err(Refusal::new(shiyan_app::code::NO_STREET).on("streets")),
            None => Ok(Scope::Streets(ticked.iter().map(|code| (*code).to_owned()).collect())),
        },
        None => Ok(Scope::District),
        Some(("point", id)) => id.parse().map(Scope::Point).map_err(|_| unknown(typed)),
        Some(("lab", id)) => id.parse().map(Scope::Lab).map_err(|_| unknown(typed)),
        Some(_) => Err(unknown(typed)),
    }
}

/// 账号的状态筛选 whether an account is of those a list shows; whoever counts them counts with it.
pub fn account_fits(u: &UserAccount, state: &str) -> bool {
    match state {
        "active" => u.active,
        "disabled" => !u.active,
        "unset" => u.active && (u.must_change || u.password_hash.is_empty()),
        _ => true,
    }
}

/// 账号的操作 what an administrator may do to this account, each folded behind its word.
fn account_actions(user: &User, u: &UserAccount, choices: &Scopes, again: &Filled) -> Vec<ActionView> {
    let lang = user.lang();
    let address = format!("/admin/users/{}", encoded(&u.username));
    let filled = |fields: Vec<FieldView>| fields.into_iter().map(|f| f.filled(again)).collect::<Vec<_>>();
    let mut actions = Vec::new();
    if u.active {
        actions.push(
            ActionView::post("reset", user.t("发放设置密码的链接", "Give a link to set the password"), format!("{address}/password"))
                .with_icon("key")
                .noted(user.t("现在的密码和登录立即失效", "The present password and logins end at once")),
        );
    } else {
        actions.push(
            ActionView::post("enable", user.t("重新启用", "Enable again"), format!("{address}/enable"))
                .with_icon("check")
                .noted(user.t("密码和动态口令照旧；忘记密码的另发链接", "Password and second factor are what they were; give a link if it is forgotten")),
        );
    }
    if u.second.is_some() && u.id != user.account.id {
        actions.push(
            ActionView::post("second", user.t("重置动态口令", "Reset the second factor"), format!("{address}/second"))
                .with_icon("repeat")
                .noted(user.t("手机丢失时用；本人重新启用", "For a lost phone; they enrol again")),
        );
    }
    let name = forms::name(lang, u);
    actions.push(ActionView::post("name", user.t("修改姓名…", "Change the name…"), format!("{address}/name")).with_icon("edit").asking(filled(name)));
    if Act::Approve.ask(&u.roles, &u.scope).is_ok() {
        let field = FieldView { key: format!("sign_scope-{}", u.username), ..forms::sign_scope(lang) }.required().with(u.sign_scope.join("；"));
        let scope = ActionView::post("scope", user.t("授权签字领域…", "May sign for…"), format!("{address}/scope"));
        actions.push(scope.with_icon("seal").asking(filled(vec![field])));
    }
    if u.id != user.account.id {
        let note = user.t("对方下一次操作起生效，不必重新登录", "Holds from their next request on; they need not sign in again");
        let (kind, streets) = scope_value(&u.scope);
        let fields = forms::duties(lang, u, (&kind, &streets), choices, user.scope().gives());
        let duties = ActionView::post("duties", user.t("角色和数据范围…", "Duties and scope…"), format!("{address}/duties"));
        actions.push(duties.with_icon("edit").noted(note).asking(filled(fields)));
    }
    if u.active {
        actions.push(
            ActionView::post("disable", user.t("停用", "Disable"), format!("{address}/disable"))
                .danger()
                .with_icon("slash")
                .noted(user.t("立即退出所有登录；记录不删除，以后可以重新启用", "Signs them out at once; no record is deleted, and it can be enabled again"))
                .asking_first(),
        );
    }
    actions
}

/// A form of one account that was refused: whose it is, what was typed, and why.
struct Again<'a> {
    username: &'a str,
    form: &'a Posted,
    why: &'a [Refusal],
}

impl Again<'_> {
    /// The forms of an account carry its name, so that each error stands at the field that was typed into.
    fn stands_at(&self, problem: &mut crate::views::ProblemView) {
        let typed = |field: &str| self.form.some(&format!("{field}-{}", self.username)).is_some();
        problem.field = match problem.field.as_str() {
            "" => String::new(),
            "sign_scope" if !typed("sign_scope") && typed("scope") => format!("methods-{}", self.username),
            field => format!("{field}-{}", self.username),
        };
    }
}

fn user_row(user: &User, u: &UserAccount, seen: Option<&String>, choices: &Scopes, typed: &Filled) -> UserRow {
    let lang = user.lang();
    let actions = account_actions(user, u, choices, typed);
    UserRow {
        username: u.username.clone(),
        name: u.name.clone(),
        roles: format!(
            "{}{}",
            u.roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(user.t("、", ", ")),
            if u.sign_scope.is_empty() { String::new() } else { format!("{}{}", user.t("；可签 ", "; signs "), u.sign_scope.join("、")) }
        ),
        scope: scope_words(user, &u.scope, choices),
        state: match (u.active, u.must_change || u.password_hash.is_empty()) {
            (false, _) => Badge::new(Tone::Idle, user.t("停用", "Disabled")).with_icon("slash"),
            (true, true) => Badge::new(Tone::Warn, user.t("待设密码", "Password to set")),
            (true, false) => Badge::new(Tone::Pass, user.t("启用", "Active")),
        },
        last_seen: seen.map_or_else(String::new, |at| stamp_text(at, user.now())),
        actions,
    }
}

fn user_filters(user: &User, q: &str, state: &str, found: usize) -> Filters {
    let pairs = [("q", q), ("state", state)];
    let states = vec![
        Choice::new("active", user.t("启用", "Active")),
        Choice::new("disabled", user.t("停用", "Disabled")),
        Choice::new("unset", user.t("尚未自设密码", "Own password not set")),
    ];
    let mut chips = Vec::new();
    if !q.is_empty() {
        chips.push(Chip { label: q.to_owned(), remove: chip_link("/admin/users", &pairs, "q") });
    }
    if let Some(s) = states.iter().find(|s| s.value == state) {
        chips.push(Chip { label: s.label.clone(), remove: chip_link("/admin/users", &pairs, "state") });
    }
    Filters {
        action: "/admin/users".to_owned(),
        q: Some(q.to_owned()),
        hint: user.t("姓名、账号", "Name, username").to_owned(),
        selects: vec![FilterSelect { key: "state", label: user.t("状态", "State").to_owned(), options: states, value: state.to_owned() }],
        chips,
        total: num(found as u64),
        ..Filters::default()
    }
}

async fn users_view(site: &Site, user: &User, q: &str, state: &str, filled: Option<&Filled>, why: &[Refusal]) -> Result<UsersPage, Failure> {
    users_again(site, user, q, state, filled, why, None).await
}

async fn users_again(
    site: &Site,
    user: &User,
    q: &str,
    state: &str,
    filled: Option<&Filled>,
    why: &[Refusal],
    again: Option<&Again<'_>>,
) -> Result<UsersPage, Failure> {
    let lang = user.lang();
    let choices = scopes(site, user).await?;
    let seen = site.app.last_logins(&user.actor).await?;
    let mut p = page(site, user, "用户", "Users", why);
    let mut refilled = Filled::default();
    if let Some(again) = again {
        p = p.refused(again.why);
        refilled = again.form.filled(again.why, lang);
        p.problems.iter_mut().chain(refilled.problems.iter_mut()).for_each(|problem| again.stands_at(problem));
    }
    let none = Filled::default();
    let fits = |u: &UserAccount| (q.is_empty() || u.name.contains(q) || u.username.contains(&q.to_lowercase())) && account_fits(u, state);
    let people: Vec<UserAccount> = site.app.accounts_of(&user.actor).await?.into_iter().filter(|u| fits(u)).collect();
    let rows = people
        .iter()
        .map(|u| {
            let typed = again.filter(|a| a.username == u.username).map_or(&none, |_| &refilled);
            user_row(user, u, seen.get(&u.username), &choices, typed)
        })
        .collect();
    Ok(UsersPage {
        p,
        filters: user_filters(user, q, state, people.len()),
        rows,
        form: forms::user(lang, filled.unwrap_or(&none), &choices, user.scope().gives()),
        form_open: filled.is_some(),
        handover: None,
    })
}

/// The page with the link to hand over, shown once: it goes through no address, no cookie and no log.
async fn handed(site: &Site, user: &User, username: &str, link: &Link) -> Html {
    let address = link.address(&site.config.public_url);
    let until = user.now() + chrono::TimeDelta::hours(LINK_HOURS);
    let handover = Handover { username: username.to_owned(), address, until: until.format("%Y-%m-%d %H:%M").to_string() };
    show(&UsersPage { handover: Some(handover), ..users_view(site, user, "", "", None, &[]).await? })
}

#[get("/admin/users?<q>&<state>")]
async fn users(site: &State<Site>, user: User, q: Option<&str>, state: Option<&str>) -> Html {
    enter(&user, AdminTab::Users)?;
    show(&users_view(site, &user, q.unwrap_or_default().trim(), state.unwrap_or_default(), None, &[]).await?)
}

#[post("/admin/users", data = "<form>")]
async fn add_user(site: &State<Site>, user: User, form: Result<Sent<AccountForm>, Failure>) -> Html {
    let form = form?;
    enter(&user, AdminTab::Users)?;
    let choices = scopes(site, &user).await?;
    let added = async {
        let typed: AccountForm = form.read()?;
        let scope = read_scope(&typed.scope, &form.many("streets"), &choices)?;
        let roles = form.many("roles").into_iter().filter_map(Role::parse).collect();
        site.app.invite_user(&user.actor, &typed.into_user(roles, scope), user.now()).await
    };
    match added.await {
        Ok((account, link)) => handed(site, &user, &account.username, &link).await,
        Err(shiyan_app::Error::Refused(why)) => show_refused(&users_view(site, &user, "", "", Some(&form.filled(&why, user.lang())), &why).await?),
        Err(other) => Err(other.into()),
    }
}

async fn after_user(site: &Site, user: &User, did: Result<(), shiyan_app::Error>, zh: &str, en: &str) -> Result<Flash<Redirect>, Html> {
    match did {
        Ok(()) => Ok(done("/admin/users", zh, en)),
        Err(shiyan_app::Error::Refused(why)) => {
            let view = users_view(site, user, "", "", None, &why).await.map_err(Err)?;
            Err(show_refused(&view))
        }
        Err(other) => Err(Err(other.into())),
    }
}

/// The same for a form with fields: what was typed stays where it was typed.
async fn after_form(
    site: &Site,
    user: &User,
    username: &str,
    form: &Posted,
    did: Result<(), shiyan_app::Error>,
    zh: &str,
    en: &str,
) -> Result<Flash<Redirect>, Html> {
    match did {
        Err(shiyan_app::Error::Refused(why)) => {
            let again = Again { username, form, why: &why };
            let view = users_again(site, user, "", "", None, &[], Some(&again)).await.map_err(Err)?;
            Err(show_refused(&view))
        }
        other => after_user(site, user, other, zh, en).await,
    }
}

#[post("/admin/users/<username>/disable", data = "<form>")]
async fn disable_user(site: &State<Site>, user: User, username: &str, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    form.map_err(Err)?;
    enter(&user, AdminTab::Users).map_err(Err)?;
    let did = site.app.disable_user(&user.actor, username, user.now()).await;
    after_user(site, &user, did, "已停用，所有登录已结束", "Disabled; every login of it has ended").await
}

#[post("/admin/users/<username>/enable", data = "<form>")]
async fn enable_user(site: &State<Site>, user: User, username: &str, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    form.map_err(Err)?;
    enter(&user, AdminTab::Users).map_err(Err)?;
    let did = site.app.enable_user(&user.actor, username, user.now()).await;
    after_user(site, &user, did.map(|_| ()), "账号已重新启用", "The account is enabled again").await
}

#[post("/admin/users/<username>/name", data = "<form>")]
async fn rename_user(site: &State<Site>, user: User, username: &str, form: Result<Sent<NameForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Users).map_err(Err)?;
    let did = async { site.app.rename_user(&user.actor, username, &form.read_in(username)?.name, user.now()).await };
    let did = did.await;
    let (zh, en) = match &did {
        Ok(false) => ("与现在的姓名相同，没有改动", "The name is what it was; nothing was changed"),
        _ => ("已修改姓名", "The name was changed"),
    };
    after_form(site, &user, username, &form, did.map(|_| ()), zh, en).await
}

#[post("/admin/users/<username>/scope", data = "<form>")]
async fn set_sign_scope(site: &State<Site>, user: User, username: &str, form: Result<Sent<SignScopeForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Users).map_err(Err)?;
    let did = async { site.app.set_sign_scope(&user.actor, username, &form.read_in(username)?.sign_scope, user.now()).await };
    let did = did.await;
    after_form(site, &user, username, &form, did, "已修改授权签字领域", "The scope of the signatory was changed").await
}

#[post("/admin/users/<username>/duties", data = "<form>")]
async fn set_duties(site: &State<Site>, user: User, username: &str, form: Result<Sent<DutiesForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Users).map_err(Err)?;
    let field = |what: &str| format!("{what}-{username}");
    let DutiesForm { scope: typed, methods, .. } = match form.read_in(username) {
        Ok(typed) => typed,
        Err(error) => return after_form(site, &user, username, &form, Err(error), "", "").await,
    };
    let wanted = async {
        // A place that is not in the list may stay what it is.
        let now = site.app.accounts_of(&user.actor).await?.into_iter().find(|u| u.username == username).ok_or(shiyan_app::Error::NotFound)?;
        let ticked = form.many(&field("streets"));
        match now.scope {
            scope if typed != "streets" && ticked.is_empty() && scope_value(&scope).0 == typed => Ok(scope),
            _ => read_scope(&typed, &ticked, &scopes(site, &user).await?).map_err(Failure::from),
        }
    };
    let scope = match wanted.await {
        Ok(scope) => scope,
        Err(Failure::Refused(why)) => return after_form(site, &user, username, &form, Err(why.into()), "", "").await,
        Err(other) => return Err(Err(other)),
    };
    let roles = form.many(&field("roles")).into_iter().filter_map(Role::parse).collect();
    let did = site.app.set_duties(&user.actor, username, roles, scope, &methods, user.now()).await;
    let (zh, en) = match &did {
        Ok(false) => ("与现在的角色和数据范围相同，没有改动", "They are what they were; nothing was changed"),
        _ => ("已调整角色和数据范围，对方下一次操作起生效", "Duties and scope were changed; they hold from the next request on"),
    };
    after_form(site, &user, username, &form, did.map(|_| ()), zh, en).await
}

#[post("/admin/users/<username>/password", data = "<form>")]
async fn reset_password(site: &State<Site>, user: User, username: &str, form: Result<Sent<Bare>, Failure>) -> Html {
    form?;
    enter(&user, AdminTab::Users)?;
    match site.app.reset_password(&user.actor, username, user.now()).await {
        Ok(link) => handed(site, &user, username, &link).await,
        Err(shiyan_app::Error::Refused(why)) => show_refused(&users_view(site, &user, "", "", None, &why).await?),
        Err(other) => Err(other.into()),
    }
}

#[post("/admin/users/<username>/second", data = "<form>")]
async fn reset_second(site: &State<Site>, user: User, username: &str, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    form.map_err(Err)?;
    enter(&user, AdminTab::Users).map_err(Err)?;
    let did = site.app.reset_second(&user.actor, username, user.now()).await;
    after_user(site, &user, did, "动态口令已重置，所有登录已结束", "The second factor was reset; every login of it has ended").await
}

/// 登录要求 who needs the second factor, and who has it.
#[get("/admin/sign-in")]
async fn sign_in(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::SignIn)?;
    let lang = user.lang();
    let required = site.app.second_required().await?;
    let mut table = Table::new(&[user.t("姓名", "Name"), user.t("账号", "Username"), user.t("角色", "Roles"), user.t("动态口令", "Second factor")]);
    table.caption = user.t("签字、审批和管理人员", "Those who sign, approve or administer").to_owned();
    for u in site.app.people().await?.iter().filter(|u| u.active && second::answers_for(&u.roles)) {
        let roles = u.roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(user.t("、", ", "));
        let state = match (u.second_factor(), required) {
            (Some(_), _) => Badge::new(Tone::Pass, user.t("已启用", "In use")),
            (None, true) => Badge::new(Tone::Warn, user.t("下次登录须启用", "To enrol at the next sign-in")),
            (None, false) => Badge::new(Tone::Idle, user.t("未启用", "Not in use")),
        };
        table.push(vec![Cell::from(u.name.clone()), Cell::Code(u.username.clone()), Cell::from(roles), Cell::Badge(state)]);
    }
    let options = vec![Choice::new("off", user.t("自愿启用", "Voluntary")), Choice::new("required", user.t("必须启用", "Required"))];
    let form = Form {
        title: ("登录要求", "What a sign-in needs"),
        action: "/admin/sign-in",
        button: ("保存", "Save"),
        fields: vec![FieldView::select("second", user.t("动态口令", "Second factor"), options).required().with(if required { "required" } else { "off" })],
        open: true,
    };
    let roles = second::ANSWERS.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(user.t("、", ", "));
    let lead = (
        format!("选“必须启用”后，{roles}没有启用动态口令的，下一步操作前须先启用；其他人自愿。手机丢失时在“用户”页重置，自己的须由另一位管理员重置。"),
        format!(
            "When required, whoever is one of: {roles}, and has no second factor, enrols before doing anything else; for others it is voluntary. Reset a lost one under Users; your own is reset by another administrator."
        ),
    );
    show(&table_page(site, &user, AdminTab::SignIn, (&lead.0, &lead.1), FactGroup::default(), vec![table], Some(form), &[]))
}

#[post("/admin/sign-in", data = "<form>")]
async fn save_sign_in(site: &State<Site>, user: User, form: Result<Sent<SignInForm>, Failure>) -> Result<Flash<Redirect>, Failure> {
    let form = form?;
    enter(&user, AdminTab::SignIn)?;
    let required = match form.read()?.second.as_str() {
        "required" => true,
        "off" => false,
        typed => {
            let what = Refusal::new(shiyan_app::code::CHOICE).with("label", "动态口令").with("label_en", "Second factor").with("typed", typed);
            return Err(what.on("second").into());
        }
    };
    site.app.require_second(&user.actor, required, user.now()).await?;
    Ok(done("/admin/sign-in", "已保存登录要求", "Saved"))
}

/// 用量上限 how much may be sent.
async fn bounds_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let now = site.app.bounds().await?;
    let form = Form {
        title: ("用量上限", "Bounds"),
        action: "/admin/bounds",
        button: ("保存", "Save"),
        fields: forms::bounds(user.lang(), &now, filled.unwrap_or(&Filled::default())),
        open: true,
    };
    let lead = (
        "防止一个账号占满磁盘、一台设备占满服务器。超过上限的那一次不保存，并说明何时可以再交；已保存的不受影响。",
        "So that no account fills the disk and no device fills the server. What goes beyond is not saved and is told when to come again; what was saved stays.",
    );
    Ok(table_page(site, user, AdminTab::Bounds, lead, FactGroup::default(), Vec::new(), Some(form), why))
}

#[get("/admin/bounds")]
async fn bounds(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Bounds)?;
    show(&bounds_view(site, &user, None, &[]).await?)
}

#[post("/admin/bounds", data = "<form>")]
async fn save_bounds(site: &State<Site>, user: User, form: Result<Sent<BoundsForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Bounds).map_err(Err)?;
    let did = async { site.app.set_bounds(&user.actor, &form.command()?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done("/admin/bounds", "已保存用量上限", "The bounds were saved")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&bounds_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

/// 本区名称 how the district and its office are named.
async fn district_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let now = site.app.district().await?;
    let form = Form {
        title: ("本区名称", "Names"),
        action: "/admin/district",
        button: ("保存", "Save"),
        fields: forms::district(user.lang(), &now, filled.unwrap_or(&Filled::default())),
        open: true,
    };
    let lead = (
        "年度报告、计划标题和导航栏上的区名和单位名称。改后新出的文书用新名称，已出具的不变；英文可以不填。",
        "The names of the district and of its office on the annual report, new plans and every page. Papers made from now on use them; those issued stay. English may be left out.",
    );
    Ok(table_page(site, user, AdminTab::District, lead, FactGroup::default(), Vec::new(), Some(form), why))
}

#[get("/admin/district")]
async fn district(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::District)?;
    show(&district_view(site, &user, None, &[]).await?)
}

#[post("/admin/district", data = "<form>")]
async fn save_district(site: &State<Site>, user: User, form: Result<Sent<DistrictForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::District).map_err(Err)?;
    let did = async { site.app.set_district(&user.actor, &form.command()?, user.now()).await };
    match did.await {
        Ok(district) => {
            site.name_after(district);
            Ok(done("/admin/district", "已保存本区名称", "The names were saved"))
        }
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&district_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

// ---------------------------------------------------------------- tables with a form

async fn streets_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let mut table = Table::new(&[user.t("代码", "Code"), user.t("名称", "Name"), user.t("管辖主体", "Governed by")]);
    for s in site.app.streets().await?.values() {
        table.push(vec![Cell::Code(s.code.clone()), Cell::from(s.name.clone()), Cell::from(s.admin.label(user.lang()))]);
    }
    let form = user.may(Act::Streets).then(|| Form {
        title: ("新增或修改街道", "Add or change a street"),
        action: "/admin/streets",
        button: ("保存街道", "Save the street"),
        fields: forms::street(user.lang(), filled.unwrap_or(&Filled::default())),
        open: filled.is_some(),
    });
    let lead = (
        "街道代码以 410105 开头并不说明由谁管辖；管辖主体决定一个批次算不算本区。代码已存在时按新内容修改。",
        "A code that begins with 410105 does not say who governs; the governing body decides whether a batch is the district’s. A known code is changed.",
    );
    Ok(table_page(site, user, AdminTab::Streets, lead, FactGroup::default(), vec![table], form, why))
}

#[get("/admin/streets")]
async fn streets(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Streets)?;
    show(&streets_view(site, &user, None, &[]).await?)
}

#[post("/admin/streets", data = "<form>")]
async fn save_street(site: &State<Site>, user: User, form: Result<Sent<StreetForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Streets).map_err(Err)?;
    let did = async { site.app.save_street(&user.actor, &form.command()?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done("/admin/streets", "已保存街道", "The street was saved")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&streets_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

/// 保留人口行的年份 which years keep the row that their plan was drawn up with, and by which the others go.
async fn kept_rows(site: &Site) -> Result<(String, String), Failure> {
    let plans = site.app.plans().await?;
    let each = |zh: bool| {
        let one = |p: &shiyan_sampling_plan::Plan| {
            if zh { format!("{}年（{} 人）", p.year, num(p.population.people)) } else { format!("{} ({} people)", p.year, num(p.population.people)) }
        };
        plans.iter().map(one).collect::<Vec<_>>().join(if zh { "、" } else { ", " })
    };
    Ok(if plans.is_empty() {
        ("还没有编制计划的年份，各年度都按选用的人口行计算。".to_owned(), "No year has a plan yet; every year goes by the row in use.".to_owned())
    } else {
        (
            format!("已编制计划的年份保留编制时的人口行：{}；其他年份按选用的人口行计算。", each(true)),
            format!("Years with a plan keep the row it was drawn up with: {}. Every other year goes by the row in use.", each(false)),
        )
    })
}

async fn population_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let lang = user.lang();
    let rows = site.app.population_rows().await?;
    let mut table = Table::new(&[
        user.t("年份", "Year"),
        &format!("#{}", user.t("人口数", "People")),
        user.t("口径", "Basis"),
        user.t("范围", "Boundary"),
        user.t("来源", "Source"),
        user.t("状态", "State"),
    ]);
    table.caption = user.t("人口行", "Population rows").to_owned();
    for r in &rows {
        table.push(vec![
            Cell::from(r.row.year.to_string()),
            r.row.people.into(),
            Cell::from(r.row.basis.label(lang)),
            Cell::from(r.row.boundary.label(lang)),
            Cell::from(r.row.source.clone()),
            if r.chosen { Badge::new(Tone::Pass, user.t("选用中", "In use")).into() } else { Cell::Empty },
        ]);
    }
    let (zh, en) = kept_rows(site).await?;
    table.note = user.t(&zh, &en).to_owned();
    let form = user.may(Act::Population).then(|| Form {
        title: ("新增人口行", "Add a population row"),
        action: "/admin/population",
        button: ("新增人口行", "Add the row"),
        fields: forms::population(lang, filled.unwrap_or(&Filled::default())),
        open: filled.is_some(),
    });
    let lead = (
        "人口没有唯一正确的数：年份、口径、范围和来源随每个指标一起打印。选用另一行会改变没有计划的年份的指标；已编制的计划保留当时选用的行。",
        "There is no single right number: year, basis, boundary and source are printed beside every figure. Another choice changes years without a plan; a plan keeps the row it was drawn up with.",
    );
    let mut view = table_page(site, user, AdminTab::Population, lead, FactGroup::default(), vec![table], form, why);
    if user.may(Act::Population) {
        let options: Vec<Choice> = rows
            .iter()
            .map(|r| {
                Choice::new(r.row.id.to_string(), format!("{} {} {} {}", r.row.year, num(r.row.people), r.row.basis.label(lang), r.row.boundary.label(lang)))
            })
            .collect();
        let chosen = rows.iter().find(|r| r.chosen).map_or_else(String::new, |r| r.row.id.to_string());
        view.actions = vec![
            ActionView::post("choose", user.t("选用人口行", "Choose the row in use"), "/admin/population/choose")
                .with_icon("check")
                .asking(vec![FieldView::select("id", user.t("人口行", "Population row"), options).required().with(chosen)]),
        ];
    }
    Ok(view)
}

#[get("/admin/population")]
async fn population(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Population)?;
    show(&population_view(site, &user, None, &[]).await?)
}

#[post("/admin/population", data = "<form>")]
async fn add_population(site: &State<Site>, user: User, form: Result<Sent<PopulationForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Population).map_err(Err)?;
    let did = async { site.app.add_population(&user.actor, &form.command()?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done("/admin/population", "已新增人口行", "The row was added")),
        Err(shiyan_app::Error::Refused(why)) => {
            Err(show_refused(&population_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?))
        }
        Err(other) => Err(Err(other.into())),
    }
}

#[post("/admin/population/choose", data = "<form>")]
async fn choose_population(site: &State<Site>, user: User, form: Result<Sent<ChosenForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Population).map_err(Err)?;
    let did = async {
        let typed: ChosenForm = form.read()?;
        site.app.choose_population(&user.actor, &typed.id, user.now()).await
    };
    match did.await {
        Ok(()) => {
            let (zh, en) = kept_rows(site).await.map_err(Err)?;
            Ok(done("/admin/population", &format!("已选用人口行。{zh}"), &format!("The row is in use now. {en}")))
        }
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&population_view(site, &user, None, &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

async fn laboratories_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let mut table = Table::new(&[
        user.t("名称", "Name"),
        user.t("地址", "Address"),
        user.t("电话", "Phone"),
        user.t("邮政编码", "Postcode"),
        user.t("资质认定证书编号", "CMA certificate number"),
    ]);
    table.empty = user
        .t("还没有承检机构：检验报告上将没有检验机构的地址和电话", "No laboratory yet: test reports will have no address or phone of the laboratory")
        .to_owned();
    for lab in site.app.laboratories().await? {
        table.push(vec![Cell::from(lab.name), Cell::from(lab.address), Cell::from(lab.phone), Cell::from(lab.zip), Cell::from(lab.cma)]);
    }
    let form = user.may(Act::Laboratories).then(|| Form {
        title: ("新增或修改承检机构", "Add or change a laboratory"),
        action: "/admin/laboratories",
        button: ("保存承检机构", "Save the laboratory"),
        fields: forms::laboratory(user.lang(), filled.unwrap_or(&Filled::default())),
        open: filled.is_some(),
    });
    let lead = (
        "检验报告的封面和声明页印这里登记的地址、电话和邮编；抽样单从这里选检验机构。名称已存在时按新内容修改，已签发的报告不变。机构更名请新登记一行。",
        "Test reports print the address, phone and postcode kept here, and sampling sheets choose from this list. A known name is changed; reports already issued stay as they are. A laboratory that takes a new name is a new row.",
    );
    Ok(table_page(site, user, AdminTab::Laboratories, lead, FactGroup::default(), vec![table], form, why))
}

#[get("/admin/laboratories")]
async fn laboratories(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Laboratories)?;
    show(&laboratories_view(site, &user, None, &[]).await?)
}

#[post("/admin/laboratories", data = "<form>")]
async fn save_laboratory(site: &State<Site>, user: User, form: Result<Sent<LaboratoryForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Laboratories).map_err(Err)?;
    let did = async { site.app.save_laboratory(&user.actor, &form.command()?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done("/admin/laboratories", "已保存承检机构", "The laboratory was saved")),
        Err(shiyan_app::Error::Refused(why)) => {
            Err(show_refused(&laboratories_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?))
        }
        Err(other) => Err(Err(other.into())),
    }
}

async fn points_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let streets = site.app.streets().await?;
    let mut table = Table::new(&[
        user.t("名称", "Name"),
        user.t("街道", "Street"),
        user.t("市场", "Market"),
        &format!("#{}", user.t("每季计划项次", "Planned a quarter")),
        user.t("状态", "State"),
    ]);
    table.empty = user.t("还没有快检点", "No point yet").to_owned();
    for p in site.app.read_points(&user.actor).await? {
        table.push(vec![
            Cell::from(p.name),
            Cell::from(street_name(&streets, &p.street)),
            Cell::from(p.market),
            u64::from(p.planned_per_quarter).into(),
            if p.active { Badge::new(Tone::Pass, user.t("启用", "Active")).into() } else { Badge::new(Tone::Idle, user.t("停用", "Disabled")).into() },
        ]);
    }
    let default = Filled::default();
    let filled_now = filled.unwrap_or(&default);
    let mine = |s: &Street| user.scope().holds(&Scope::Streets(BTreeSet::from([s.code.clone()])), |_| None);
    let form = Form {
        title: ("新增快检点", "Add a point"),
        action: "/admin/points",
        button: ("新增快检点", "Add the point"),
        fields: [
            FieldView::text("name", user.t("名称", "Name")).required(),
            FieldView::select(
                "street",
                user.t("街道", "Street"),
                streets.values().filter(|s| mine(s)).map(|s| Choice::new(s.code.clone(), s.name.clone())).collect(),
            )
            .required(),
            FieldView::text("market", user.t("所在市场", "Market")),
        ]
        .into_iter()
        .map(|f| f.filled(filled_now))
        .collect(),
        open: filled.is_some(),
    };
    let lead = (
        "快检点的操作员账号在“用户”中建立，数据范围选该快检点。快检项次单独统计，不计入千人批次。",
        "The operator’s account is made under Users with this point as its scope. Rapid tests are counted apart from the batches.",
    );
    Ok(table_page(site, user, AdminTab::Points, lead, FactGroup::default(), vec![table], Some(form), why))
}

#[get("/admin/points")]
async fn points(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Points)?;
    show(&points_view(site, &user, None, &[]).await?)
}

#[post("/admin/points", data = "<form>")]
async fn add_point(site: &State<Site>, user: User, form: Result<Sent<PointForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Points).map_err(Err)?;
    let did = async { site.app.add_point(&user.actor, &form.command()?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done("/admin/points", "已新增快检点", "The point was added")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&points_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

// ---------------------------------------------------------------- limits

/// The words under which a limit holds: conditions and exceptions.
pub fn words_of(row: &shiyan_statute::LimitRow, lang: Lang) -> String {
    let excepted = if row.exceptions.is_empty() { String::new() } else { format!("{}{}", lang.pick("除外：", "except: "), row.exceptions.join("、")) };
    [row.conditions.join("、"), excepted].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("；")
}

/// One limit, with what this person may do about it.
fn limit_line(user: &User, r: &shiyan_statute::LimitRow) -> LimitRow {
    let (lang, decides) = (user.lang(), user.may(Act::Limits));
    let act = |key: &str, label: &str| ActionView::post(key, label, format!("/admin/limits/{}", encoded(&r.id)));
    let mut actions = Vec::new();
    if decides && LIMIT_MOVES.allows(r.status, LimitAction::Activate) {
        actions.push(act("active", user.t("启用", "Activate")).with_icon("check"));
    }
    if decides && LIMIT_MOVES.allows(r.status, LimitAction::Retire) {
        actions.push(act("retired", user.t("停用", "Retire")).with_icon("slash").danger());
    }
    let words = words_of(r, lang);
    LimitRow {
        food: if words.is_empty() { r.category_text.clone() } else { format!("{}（{words}）", r.category_text) },
        item: r.analyte.clone(),
        limit: r.limit_text(),
        basis: r.basis.clone(),
        method: r.method.clone(),
        valid: match (r.effective_to, lang) {
            (None, Lang::Zh) => format!("{} 起", r.effective_from),
            (None, Lang::En) => format!("since {}", r.effective_from),
            (Some(end), _) => format!("{} – {end}", r.effective_from),
        },
        state: match r.status {
            LimitStatus::Pending => Badge::new(Tone::Warn, r.status.label(lang)),
            LimitStatus::Active => Badge::new(Tone::Pass, r.status.label(lang)),
            LimitStatus::Retired => Badge::new(Tone::Idle, r.status.label(lang)),
        },
        actions,
    }
}

fn limit_filters(user: &User, q: &str, state: &str, found: usize) -> Filters {
    let (lang, pairs) = (user.lang(), [("q", q), ("state", state)]);
    let mut chips = Vec::new();
    if !q.is_empty() {
        chips.push(Chip { label: q.to_owned(), remove: chip_link("/admin/limits", &pairs, "q") });
    }
    if let Some(s) = LimitStatus::parse(state) {
        chips.push(Chip { label: s.label(lang).to_owned(), remove: chip_link("/admin/limits", &pairs, "state") });
    }
    Filters {
        action: "/admin/limits".to_owned(),
        q: Some(q.to_owned()),
        hint: user.t("检验项目、食品分类", "Item, food category").to_owned(),
        selects: vec![FilterSelect {
            key: "state",
            label: user.t("状态", "State").to_owned(),
            options: Choice::all::<LimitStatus>(lang),
            value: state.to_owned(),
        }],
        chips,
        total: num(found as u64),
        ..Filters::default()
    }
}

/// What may be done about all of them.
fn limit_actions(user: &User, some_wait: bool) -> Vec<ActionView> {
    let mut all = Vec::new();
    if user.may(Act::Limits) && some_wait {
        let told = user.t("逐个标准对照原文，一并启用", "Standard by standard, many rows at once");
        all.push(ActionView::link(user.t("核对限量", "Check limits"), "/admin/limits/check").primary().with_icon("check").noted(told));
    }
    if user.may(Act::ImportLimits) {
        all.push(ActionView::link(user.t("导入限量表", "Import a limit table"), "/admin/limits/import").with_icon("upload"));
    }
    if user.may(Act::Rejudge) {
        let told = user.t("限量变了以后，看哪些样品的判定会不同；不写入", "After a change: which samples would be judged otherwise; nothing is written");
        all.push(ActionView::link(user.t("复判", "Judge again"), "/admin/limits/rejudge").with_icon("repeat").noted(told));
    }
    all
}

async fn limits_view(site: &Site, user: &User, q: &str, state: &str, at: usize, why: &[Refusal]) -> Result<LimitsPage, Failure> {
    let some = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
    let filter = LimitFilter { q: some(q), status: some(state) };
    let (count, from, all) = site.app.read_limits(&filter, at, ROWS).await?;
    let unverified = site.app.limit_rows().await?.iter().filter(|r| r.status == LimitStatus::Pending).count();
    let pages = count.div_ceil(ROWS).max(1);
    let at = at.clamp(1, pages);
    let rows = all.iter().map(|record| limit_line(user, &record.row)).collect();
    let pairs = [("q", q), ("state", state)];
    let base = chip_link("/admin/limits", &pairs, "");
    Ok(LimitsPage {
        p: page(site, user, "限量", "Limits", why),
        filters: limit_filters(user, q, state, count),
        unverified: unverified as u64,
        rows,
        actions: limit_actions(user, unverified > 0),
        pager: Pager {
            prev: if at > 1 { format!("{base}&page={}", at - 1) } else { String::new() },
            next: if at < pages { format!("{base}&page={}", at + 1) } else { String::new() },
            range: if count > ROWS { format!("{}–{}", from + 1, (from + ROWS).min(count)) } else { String::new() },
        },
    })
}

#[get("/admin/limits?<q>&<state>&<page>")]
async fn limits(site: &State<Site>, user: User, q: Option<&str>, state: Option<&str>, page: Option<usize>) -> Html {
    enter(&user, AdminTab::Limits)?;
    let at = page.unwrap_or(1);
    show(&limits_view(site, &user, q.unwrap_or_default().trim(), state.unwrap_or_default(), at, &[]).await?)
}

#[post("/admin/limits/<id>", data = "<form>")]
async fn set_limit(site: &State<Site>, user: User, id: &str, form: Result<Sent<TurnForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Limits).map_err(Err)?;
    let asked = form.read().map_err(|e| Err(e.into()))?.action;
    let Some(to @ (LimitStatus::Active | LimitStatus::Retired)) = LimitStatus::parse(&asked) else { return Err(Err(Failure::NotFound)) };
    match site.app.set_limit_status(&user.actor, id, to, user.now()).await {
        Ok(()) => Ok(done("/admin/limits", &format!("限量 {id} 已{}", to.zh()), &format!("Limit {id}: {}", to.en()))),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&limits_view(site, &user, "", "", 1, &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

// ---------------------------------------------------------------- calendar

async fn calendar_view(site: &Site, user: &User, filled: Option<&Filled>, result: Option<ImportResult>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let calendar = site.app.calendar().await?;
    let imported = site.app.calendar_years().await?;
    let this = user.now().year();
    let mut table = Table::new(&[
        user.t("年份", "Year"),
        &format!("#{}", user.t("工作日", "Working days")),
        &format!("#{}", user.t("放假", "Days off")),
        &format!("#{}", user.t("调休上班", "Make-up workdays")),
        user.t("通知", "Notice"),
        user.t("状态", "State"),
    ]);
    let years: BTreeSet<i32> = calendar.years.iter().copied().chain([this, this + 1]).collect();
    for year in years.iter().rev() {
        let known = calendar.knows(*year);
        let of = |set: &BTreeSet<chrono::NaiveDate>| set.iter().filter(|d| d.year() == *year).count() as u64;
        let notice = imported.iter().find(|c| c.year == *year).map_or_else(
            || shiyan_statute::holidays().iter().find(|h| h.date.year() == *year).map_or_else(String::new, |h| h.notice.clone()),
            |c| c.source.clone(),
        );
        table.push(vec![
            Cell::from(year.to_string()),
            if known { u64::from(calendar.workdays_in(*year)).into() } else { Cell::Empty },
            if known { of(&calendar.off).into() } else { Cell::Empty },
            if known { of(&calendar.work).into() } else { Cell::Empty },
            Cell::from(notice),
            if known {
                Badge::new(Tone::Pass, user.t("已知", "Known")).into()
            } else {
                Badge::new(Tone::Warn, user.t("缺少，期限标为暂定", "Missing: deadlines are provisional")).into()
            },
        ]);
    }
    let mut days = Table::new(&[user.t("日期", "Date"), user.t("安排", "Kind")]);
    days.caption = user.t("本年放假和调休", "Days of this year").to_owned();
    let mut list: Vec<(chrono::NaiveDate, bool)> =
        calendar.off.iter().map(|d| (*d, true)).chain(calendar.work.iter().map(|d| (*d, false))).filter(|(d, _)| d.year() == this).collect();
    list.sort_unstable();
    for (day, off) in list {
        days.push(vec![Cell::from(ui::date(day)), Cell::from(if off { user.t("放假", "Day off") } else { user.t("调休上班", "Make-up workday") })]);
    }
    let form = user.may(Act::Calendar).then(|| Form {
        title: ("导入一年的节假日", "Import the holidays of a year"),
        action: "/admin/calendar",
        button: ("试运行", "Dry run"),
        fields: forms::calendar(user.lang(), filled.unwrap_or(&Filled::default())),
        open: filled.is_some(),
    });
    let lead = (
        "按国务院办公厅每年的放假通知。导入后，在办的期限按新日历重算，已结束的不再改判。",
        "From the yearly notice of the State Council. After an import running deadlines are recounted; those that ended are never judged again.",
    );
    let facts = FactGroup { title: String::new(), facts: vec![Fact::new(user.t("日历版本", "Version"), calendar.version.clone())] };
    let mut view = table_page(site, user, AdminTab::Calendar, lead, facts, vec![table, days], form, why);
    view.result = result;
    Ok(view)
}

/// Each running deadline that moves, before and after, and the days that have passed.
fn calendar_moves(user: &User, told: &CalendarImported) -> Vec<Table> {
    let mut tables = Vec::new();
    if !told.past.is_empty() {
        let mut table = Table::new(&[user.t("已经过去的日子", "Days that have passed")]);
        table.caption = user.t("会被改动的、已经过去的日子", "Days that have passed and would change").to_owned();
        table.note = user
            .t("以往按这些日子算出的结论不再改判；在办期限会重算。", "What was judged by them is not judged again; running deadlines are recounted.")
            .to_owned();
        told.past.iter().for_each(|day| table.push(vec![Cell::Num(ui::date(*day))]));
        tables.push(table);
    }
    if !told.moves.is_empty() {
        let mut table = Table::new(&[
            user.t("编号", "Number"),
            user.t("期限", "Deadline"),
            &format!("#{}", user.t("原截止日", "Last day before")),
            &format!("#{}", user.t("新截止日", "Last day after")),
            user.t("变化", "What changes"),
        ]);
        table.caption = user.t("会变化的在办期限", "Running deadlines that would move").to_owned();
        if told.moved > told.moves.len() {
            table.note = match user.lang() {
                Lang::Zh => format!("共 {} 个，列出截止日最近的 {} 个；全部写入日志。", told.moved, told.moves.len()),
                Lang::En => format!("{} in all, the nearest {} are shown; each is written into the journal.", told.moved, told.moves.len()),
            };
        }
        for m in &told.moves {
            let change = match (m.was_overdue, m.overdue, m.from == m.to) {
                (false, true, _) => Badge::new(Tone::Fail, user.t("变为逾期", "Becomes overdue")),
                (true, false, _) => Badge::new(Tone::Warn, user.t("不再逾期", "Is overdue no more")),
                (_, _, true) if m.was_provisional && !m.provisional => Badge::new(Tone::Pass, user.t("不再是暂定", "Is provisional no more")),
                _ if m.to < m.from => Badge::new(Tone::Warn, user.t("提前", "Earlier")),
                _ => Badge::new(Tone::Info, user.t("推后", "Later")),
            };
            let rule = format!("{} {}", m.rule.code(), m.rule.label(user.lang()));
            table.push(vec![Cell::Code(m.of.clone()), Cell::from(rule), Cell::Num(ui::date(m.from)), Cell::Num(ui::date(m.to)), change.into()]);
        }
        tables.push(table);
    }
    tables
}

/// What was read, line by line, beside the words it was read from.
fn calendar_read(user: &User, told: &CalendarImported) -> Table {
    let line = format!("#{}", user.t("行", "Line"));
    let mut table = Table::new(&[&line, user.t("原文", "As written"), user.t("放假", "Days off"), user.t("调休上班", "Make-up workdays")]);
    table.caption = user.t("读到的安排，请对照通知", "What was read; compare it with the notice").to_owned();
    let stretch = |days: &[chrono::NaiveDate]| {
        let mut out: Vec<(chrono::NaiveDate, chrono::NaiveDate)> = Vec::new();
        for day in days {
            match out.last_mut() {
                Some((_, last)) if last.succ_opt() == Some(*day) => *last = *day,
                _ => out.push((*day, *day)),
            }
        }
        let said = out.iter().map(|(a, b)| if a == b { ui::date(*a) } else { format!("{} – {}", ui::date(*a), ui::date(*b)) });
        Cell::from(said.collect::<Vec<_>>().join(user.t("、", ", ")))
    };
    for line in &told.lines {
        let text: String = line.text.chars().take(80).collect();
        table.push(vec![Cell::Num(line.row.to_string()), Cell::from(text), stretch(&line.off), stretch(&line.work)]);
    }
    table
}

fn calendar_result(user: &User, source: &str, told: &CalendarImported) -> ImportResult {
    let total = |zh, en, n: usize, tone| (user.t(zh, en).to_owned(), n as u64, tone);
    let replaces = if told.replaces { user.t("，替换已导入的安排", ", replacing what was imported before") } else { "" };
    ImportResult {
        file: format!("{} · {source}{replaces}", told.year),
        dry_run: true,
        totals: vec![
            total("天放假", "days off", told.off, Tone::Info),
            total("天调休上班", "make-up workdays", told.work, Tone::Info),
            total("个在办期限会变化", "running deadlines would move", told.moved, if told.moved > 0 { Tone::Warn } else { Tone::Idle }),
        ],
        summary: calendar_moves(user, told).into_iter().chain([calendar_read(user, told)]).collect(),
        confirm_word: if told.past.is_empty() {
            String::new()
        } else {
            user.t("改动已过去日子的理由", "Why days that have passed are changed").to_owned()
        },
        confirm_label: match user.lang() {
            Lang::Zh => format!("导入 {} 年并重算在办期限", told.year),
            Lang::En => format!("Import {} and recount running deadlines", told.year),
        },
        ..ImportResult::default()
    }
}

#[get("/admin/calendars")]
fn calendars(_user: User) -> Redirect {
    Redirect::to("/admin/calendar")
}

#[get("/admin/calendar")]
async fn calendar(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Calendar)?;
    show(&calendar_view(site, &user, None, None, &[]).await?)
}

#[post("/admin/calendar", data = "<form>")]
async fn import_calendar(site: &State<Site>, user: User, form: Result<Sent<CalendarForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Calendar).map_err(Err)?;
    let refused = async |why: Vec<Refusal>| {
        let filled = form.filled(&why, user.lang());
        Err(calendar_view(site, &user, Some(&filled), None, &why).await.and_then(|view| show_refused(&view)))
    };
    let sent = match calendar_sent(site, &user, &form).await {
        Ok(sent) => sent,
        Err(shiyan_app::Error::Refused(why)) => return refused(why).await,
        Err(other) => return Err(Err(other.into())),
    };
    let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
    let text = String::from_utf8_lossy(&sent.bytes).trim_start_matches('\u{feff}').to_owned();
    let did = async {
        let typed: CalendarForm = form.read()?;
        site.app.import_calendar(&user.actor, &text, &sent.said, &typed.word, !sent.confirmed, user.now()).await
    };
    match did.await {
        Ok(told) if !sent.confirmed => {
            let mut result = calendar_result(&user, &sent.said, &told);
            result.confirm = CALENDAR.keep(site, &user, &sent).await.map_err(Err)?;
            Err(show(&calendar_view(site, &user, None, Some(result), &[]).await.map_err(Err)?))
        }
        Ok(CalendarImported { year, moved, .. }) => Ok(done(
            "/admin/calendar",
            &format!("已导入 {year} 年，{moved} 个在办期限重算后有变化"),
            &format!("{year} was imported; {moved} running (deadline|deadlines) moved"),
        )),
        Err(shiyan_app::Error::Refused(why)) if sent.confirmed => match site.app.import_calendar(&user.actor, &text, &sent.said, "", true, user.now()).await {
            // The days still wait: what was tried is shown again, with what was refused and what was typed.
            Ok(told) => {
                let mut result = calendar_result(&user, &sent.said, &told);
                form.get("confirm").clone_into(&mut result.confirm);
                form.get("word").clone_into(&mut result.word);
                Err(calendar_view(site, &user, None, Some(result), &why).await.and_then(|view| show_refused(&view)))
            }
            Err(_) => refused(why).await,
        },
        Err(shiyan_app::Error::Refused(why)) => refused(why).await,
        Err(other) => Err(Err(other.into())),
    }
}

/// The days of a calendar: tried before, of a file, or typed.
async fn calendar_sent(site: &Site, user: &User, form: &Sent<CalendarForm>) -> Result<Tried, shiyan_app::Error> {
    let typed: CalendarForm = form.read()?;
    let mut sent = if form.some("confirm").is_some() || form.file("file").is_some() {
        CALENDAR.file(site, user, form, &typed.source).await?
    } else {
        let bytes = form.raw("days").as_bytes().to_vec();
        Tried { said: typed.source, name: String::new(), bytes, hidden: hidden_of(form), confirmed: false }
    };
    sent.bytes.truncate(CALENDAR_BYTES);
    Ok(sent)
}

const CALENDAR: Trial = Trial { purpose: "calendar", most: 8, called: ("放假安排文件", "file of the days off") };

/// Bytes of a calendar file that are read; a year has some thirty rows.
const CALENDAR_BYTES: usize = 200_000;

// ---------------------------------------------------------------- diagnosis and journal

fn check(label: &str, value: String, tone: Tone, next: &str) -> CheckLine {
    CheckLine { label: label.to_owned(), value, tone, next: next.to_owned() }
}

fn fine(label: &str, value: String) -> CheckLine {
    check(label, value, Tone::Pass, "")
}

/// 程序: its version, its clock, and how it is reached.
fn program_lines(site: &Site, user: &User, clock: &shiyan_app::keep::ClockState) -> Vec<CheckLine> {
    let (up, now) = (shiyan_web_kit::metrics::uptime(), user.now());
    vec![
        fine(user.t("版本", "Version"), site.config.version.clone()),
        fine(user.t("运行时间", "Up for"), format!("{} {} {:02}:{:02}", up / 86_400, user.t("天", "d"), up / 3600 % 24, up / 60 % 60)),
        check(
            user.t("服务器时钟", "Clock"),
            now.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            if clock.held { Tone::Fail } else { Tone::Pass },
            &if clock.held {
                user.t("早于日志最后一条 {at}，不能写入：校正时钟；以前走快的，在服务器上运行 shiyan clock accept", "before the last journal entry at {at}, nothing is written: set the clock right, or, where it ran ahead, run shiyan clock accept on the server").replace("{at}", &clock.last)
            } else {
                String::new()
            },
        ),
        if site.config.https {
            fine(user.t("访问方式", "Transport"), "HTTPS".to_owned())
        } else {
            check(
                user.t("访问方式", "Transport"),
                "HTTP".to_owned(),
                Tone::Warn,
                user.t("只在本机或受信网络使用；对外须经 HTTPS", "For this machine or a trusted network only; use HTTPS otherwise"),
            )
        },
        if shiyan_app::files::is_root() {
            check(
                user.t("运行账号", "Runs as"),
                "root".to_owned(),
                Tone::Warn,
                user.t("换成专用账号运行（fixtures/systemd）", "Run it under an account of its own (fixtures/systemd)"),
            )
        } else {
            fine(user.t("运行账号", "Runs as"), user.t("专用账号", "an account of its own").to_owned())
        },
    ]
}

/// 数据库: whether its settings keep what was answered, and the head of its journal.
fn database_lines(user: &User, held: &shiyan_app::read::Counts) -> Vec<CheckLine> {
    let mut database = vec![fine(user.t("数据库", "Database"), held.engine.clone())];
    for (name, value) in &held.settings {
        let good = match name.as_str() {
            "journal_mode" => value.eq_ignore_ascii_case("wal"),
            "synchronous" => value == "2",
            "foreign_keys" => value == "1",
            _ => value == "on",
        };
        database.push(check(
            name,
            value.clone(),
            if good { Tone::Pass } else { Tone::Fail },
            if good { "" } else { user.t("答复可能不持久，请停用并检查", "Answers may not be durable: stop and look") },
        ));
    }
    database.push(fine(user.t("日志条数", "Journal entries"), num(u64::try_from(held.head.seq).unwrap_or(0))));
    database.push(fine(user.t("日志链头", "Journal head"), held.head.hash.clone()));
    database
}

/// 法规数据: the built-in tables, the days off, and the limits that wait.
fn law_lines(user: &User, calendar: &WorkCalendar, pending: usize) -> Vec<CheckLine> {
    let (mut law, year_now) = (Vec::new(), user.now().year());
    for problem in shiyan_statute::data_problems() {
        law.push(check(user.t("内置数据", "Built-in data"), problem, Tone::Fail, user.t("请升级程序", "Upgrade the program")));
    }
    if law.is_empty() {
        law.push(fine(user.t("内置数据", "Built-in data"), user.t("完整", "complete").to_owned()));
    }
    for year in [year_now, year_now + 1] {
        let label = format!("{} {year}", user.t("节假日", "Holidays"));
        law.push(if calendar.knows(year) {
            fine(&label, calendar.version.clone())
        } else {
            check(
                &label,
                user.t("缺少", "missing").to_owned(),
                Tone::Warn,
                user.t("在“工作日历”导入；跨入该年的期限暂定", "Import them under Calendar; deadlines that reach into it are provisional"),
            )
        });
    }
    law.push(if pending == 0 {
        fine(user.t("待核实限量", "Limits to verify"), "0".to_owned())
    } else {
        check(
            user.t("待核实限量", "Limits to verify"),
            num(pending as u64),
            Tone::Warn,
            user.t("由质量负责人对照标准启用", "The quality manager activates them"),
        )
    });
    law
}

#[get("/admin/diagnose")]
async fn diagnose(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Diagnose)?;
    let (held, now) = (site.app.read_counts(&user.actor).await?, user.now());
    let clock = site.app.clock(now).await?;
    let limits = site.app.limit_rows().await?;
    let pending = limits.iter().filter(|r| r.status == LimitStatus::Pending).count();
    let counts = vec![
        fine(user.t("账号", "Accounts"), num(held.users)),
        fine(user.t("样品", "Samples"), num(held.samples)),
        fine(user.t("案件", "Cases"), num(held.cases)),
        fine(user.t("快检点", "Rapid-test points"), num(held.points)),
        fine(user.t("公布结果", "Published results"), num(held.published)),
    ];
    let calendar = site.app.calendar().await?;
    let groups = vec![
        (user.t("程序", "Program").to_owned(), program_lines(site, &user, &clock)),
        (user.t("数据库", "Database").to_owned(), database_lines(&user, &held)),
        (user.t("保管", "Keeping").to_owned(), super::keeping::lines(site, &user)),
        (user.t("行数", "Rows").to_owned(), counts),
        (user.t("法规数据", "Law as data").to_owned(), law_lines(&user, &calendar, pending)),
    ];
    let as_text = groups
        .iter()
        .map(|(title, lines)| format!("[{title}]\n{}\n", lines.iter().map(|l| format!("{}: {}\n", l.label, l.value)).collect::<String>()))
        .collect();
    show(&DiagnosePage { p: page(site, &user, "诊断", "Diagnose", &[]), groups, actions: Vec::new(), as_text })
}

#[get("/admin/journal")]
async fn journal(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Journal)?;
    let lang = user.lang();
    let head = site.app.head().await?;
    let mut table = Table::new(&[
        &format!("#{}", user.t("序号", "No.")),
        user.t("时间", "Time"),
        user.t("操作人", "Who"),
        user.t("动作", "What"),
        user.t("对象", "Subject"),
        user.t("内容", "Facts"),
        user.t("哈希", "Hash"),
    ]);
    table.caption = user.t("最近 200 条", "The newest 200").to_owned();
    for e in site.app.journal(&user.actor, 200).await? {
        table.push(vec![
            Cell::Num(e.seq.to_string()),
            Cell::from(e.at.get(..19).unwrap_or(&e.at).replace('T', " ")),
            Cell::from(e.actor_name.clone()),
            Cell::Two(timeline::verb_text(&e.verb, lang), e.verb.clone()),
            Cell::Code(e.subject.clone()),
            Cell::from(short_facts(&e.facts)),
            Cell::Code(e.hash.get(..12).unwrap_or(&e.hash).to_owned()),
        ]);
    }
    let lead = (
        "日志只增不改，每条的哈希包含上一条。用命令行 verify 可以验证整条链和每一行现在的内容。系统管理员看不到业务记录的内容。",
        "The journal only grows; the hash of each entry holds the one before. The command verify checks the whole chain and every present row. Administrators do not see the content of business records.",
    );
    let facts = FactGroup {
        title: String::new(),
        facts: vec![Fact::new(user.t("条数", "Entries"), num(u64::try_from(head.seq).unwrap_or(0))), Fact::new(user.t("链头", "Head"), Cell::Code(head.hash))],
    };
    show(&table_page(site, &user, AdminTab::Journal, lead, facts, vec![table], None, &[]))
}

fn short_facts(facts: &serde_json::Value) -> String {
    let Some(map) = facts.as_object() else { return String::new() };
    let text = map
        .iter()
        .filter(|(_, v)| !v.is_null())
        .map(|(k, v)| format!("{k}: {}", v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
        .collect::<Vec<_>>()
        .join("; ");
    text.chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_scope_is_one_of_those_offered() {
        let list = |values: &[&str]| values.iter().map(|v| Choice::new(*v, "")).collect::<Vec<_>>();
        let known = Scopes { kinds: list(&["district", "streets", "point:x"]), streets: list(&["410105008", "410105009"]) };
        let streets = |codes: &[&str]| Ok(Scope::Streets(codes.iter().map(|c| (*c).to_owned()).collect()));
        assert_eq!(read_scope("district", &[], &known), Ok(Scope::District));
        assert_eq!(read_scope("streets", &["410105008"], &known), streets(&["410105008"]));
        assert_eq!(read_scope("streets", &["410105009", "410105008"], &known), streets(&["410105008", "410105009"]));
        for (bad, ticked, code) in [
            ("", &[][..], "USER-SCOPE"),
            ("street:1", &[], "USER-SCOPE"),
            ("lab:x", &[], "USER-SCOPE"),
            ("point:x", &[], "USER-SCOPE"),
            ("streets", &["1"], "USER-SCOPE"),
            ("streets", &[], "USER-STREETS"),
            ("district", &["410105008"], "USER-STREETS-TOO"),
        ] {
            assert_eq!(read_scope(bad, ticked, &known).map_err(|r| r.code()), Err(code), "{bad} {ticked:?}");
        }
    }
}
