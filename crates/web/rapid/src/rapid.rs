//! 快检 entry at a point, the ledger of a day, one reading and what follows a positive.

use chrono::{Datelike, NaiveDate};
use rocket::http::{ContentType, Header};
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::rapid::TypedReading;
use shiyan_app::read::{LedgerFilter, LedgerRow, ReadingPage};
use shiyan_exchange::out;
use shiyan_foundation::ids::{PointId, ReadingId};
use shiyan_foundation::{Act, Instant, Label, Lang, Refusal, Scope, labels};
use shiyan_rapid_test::reading::as_read;
use shiyan_rapid_test::{FollowUp, FollowUpAction, FollowUpState, Point, RapidVerdict, Reading};
use shiyan_statute::{RapidMethod, ReadKind, rapid_method, rapid_methods};

use crate::views::{
    self, ActionView, Chip, Choice, Fact, FactGroup, FieldKind, FieldView, FileView, FilterSelect, Filters, FollowStep, FollowUp as FollowView, MethodChoice,
    Pager, RapidLedger, RapidNew, RapidReading, ReadingRow,
};
use shiyan_web_kit::answer::Download;
use shiyan_web_kit::answer::{Html, done, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::{Code, Given};
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::key::{Key, Sha256};
use shiyan_web_kit::parts::{reading_number, reads};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Due, Tone, num};

/// Waiting for what a laboratory says.
pub const TO_CONFIRM: &[FollowUpState] = &[FollowUpState::Objected, FollowUpState::SentToLab];

/// Readings of a page of the ledger.
const ROWS: usize = 200;
/// Readings of a point from which stalls and foods are suggested.
const LATELY: u64 = 500;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![new_page, new, ledger, export, reading, photo, dispose, object, send, conclude]
}

fn may_record(user: &User) -> bool {
    user.may(Act::Reading)
}

/// Number of a reading as people say it.
fn reading_no(reading: &Reading) -> String {
    reading_number(&reading.id.to_string(), reading.tested_at.date_naive())
}

fn verdict_badge(verdict: RapidVerdict, lang: Lang) -> Badge {
    match verdict {
        RapidVerdict::Negative => Badge::negative(lang),
        RapidVerdict::Positive => Badge::positive(lang),
        RapidVerdict::Invalid => Badge::invalid(lang),
    }
}

fn validity(verdict: RapidVerdict, lang: Lang) -> Badge {
    if verdict == RapidVerdict::Invalid {
        Badge::new(Tone::Warn, lang.pick("须重测", "Test again"))
    } else {
        Badge::new(Tone::Pass, lang.pick("有效", "Valid"))
    }
}

/// Whether the time of a positive (D37) is over and it is not settled.
pub fn follow_late(row: &LedgerRow, now: Instant) -> bool {
    row.follow_up.as_ref().is_some_and(|f| f.follow_up.is_late(now))
}

/// The time of a positive (D37).
pub fn follow_due(row: &LedgerRow, now: Instant, lang: Lang) -> Due {
    row.follow_up.as_ref().and_then(|f| f.follow_up.time_left(now)).map_or_else(Due::default, |left| Due::of(&left, lang))
}

fn objection_due(row: &LedgerRow, now: Instant, lang: Lang) -> Due {
    row.follow_up.as_ref().and_then(|f| f.follow_up.objection_time_left(now)).map_or_else(Due::default, |left| Due::of(&left, lang))
}

fn limit_text(method: Option<&RapidMethod>) -> String {
    let Some((threshold, op)) = method.and_then(|m| Some((m.threshold?, m.threshold_op?))) else { return String::new() };
    let sign = op.zh();
    method.map_or_else(String::new, |m| format!("{sign}{}{}", threshold.normalize(), m.unit))
}

fn reading_row(row: &LedgerRow, now: Instant, lang: Lang, with_day: bool) -> ReadingRow {
    let r = &row.reading.reading;
    let method = rapid_method(&r.method);
    ReadingRow {
        at: r.tested_at.format(if with_day { "%m-%d %H:%M" } else { "%H:%M" }).to_string(),
        href: format!("/rapid/{}", r.id),
        stall: r.stall.clone(),
        food: r.food.clone(),
        origin: r.origin_and_note().0.to_owned(),
        item: format!("{} · {}", r.analyte, r.method),
        lot: r.reagent_lot.clone(),
        value: if r.value.is_empty() { String::new() } else { format!("{}{}", as_read(&r.value).trim_end_matches(r.unit.as_str()), r.unit) },
        limit: limit_text(method),
        verdict: verdict_badge(r.verdict, lang),
        who: r.operator_name.clone(),
        photo: r.photo.is_some(),
        source: r.source.label(lang).to_owned(),
        validity: validity(r.verdict, lang),
        follow: match &row.follow_up {
            Some(f) => f.follow_up.state.label(lang).to_owned(),
            None if r.retest_of.is_some() => lang.pick("复测", "Rerun").to_owned(),
            None => String::new(),
        },
        due: follow_due(row, now, lang),
    }
}

// ---------------------------------------------------------------- entry

/// What stands in the form.
#[derive(Debug, Clone, Default)]
struct Typed {
    stall: String,
    food: String,
    method: String,
    value: String,
    lot: String,
    note: String,
    origin: String,
    point: String,
    retest: String,
}

fn unit_of(method: &RapidMethod) -> String {
    let reads = |kind| matches!(kind, ReadKind::Percent | ReadKind::Value | ReadKind::Rlu);
    if reads(method.read) && method.threshold.is_some() { if method.unit.is_empty() { "—".to_owned() } else { method.unit.clone() } } else { String::new() }
}

/// Values used lately, most often first.
fn usual(values: impl Iterator<Item = String>, most: usize) -> Vec<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for value in values.filter(|v| !v.is_empty()) {
        match counts.iter_mut().find(|(v, _)| *v == value) {
            Some((_, n)) => *n += 1,
            None => counts.push((value, 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.into_iter().take(most).map(|(v, _)| v).collect()
}

fn title_of(reading: &Reading) -> String {
    format!("{} · {}", reading.food, reading.analyte)
}

/// What was done at the point today: counted apart from what is suggested, all of it, however much that is.
async fn of_today(site: &Site, user: &User, point: Option<&Point>) -> Result<Vec<LedgerRow>, Failure> {
    let Some(point) = point else { return Ok(Vec::new()) };
    let day = Some(user.now().date_naive().to_string());
    let filter = LedgerFilter { point: Some(point.id.to_string()), day, ..LedgerFilter::default() };
    Ok(site.app.read_ledger(&user.actor, &filter).await?)
}

fn method_choices(lang: Lang) -> Vec<MethodChoice> {
    let choice = |m: &'static RapidMethod| MethodChoice {
        code: m.code.clone(),
        label: format!("{} · {}（{}）", m.analyte, m.label(lang), m.code),
        unit: unit_of(m),
        rule: m.positive_rule.clone(),
        photo: matches!(m.read, ReadKind::Card | ReadKind::Color),
    };
    rapid_methods().iter().map(choice).collect()
}

async fn entry_view(site: &Site, user: &User, typed: &Typed, keep: Option<&LedgerRow>, why: &[Refusal]) -> Result<RapidNew, Failure> {
    let (lang, now) = (user.lang(), user.now());
    let points: Vec<Point> = site.app.read_points(&user.actor).await?.into_iter().filter(|p| p.active).collect();
    let chosen = match user.scope() {
        Scope::Point(id) => points.iter().find(|p| p.id == *id),
        _ => points.iter().find(|p| p.id.to_string() == typed.point),
    };
    let filter = LedgerFilter { point: chosen.map(|p| p.id.to_string()), newest: Some(LATELY), ..LedgerFilter::default() };
    let lately = if chosen.is_some() { site.app.read_ledger(&user.actor, &filter).await? } else { Vec::new() };
    let today = now.date_naive();
    let of_today = of_today(site, user, chosen).await?;
    let first = match &typed.retest {
        id if id.is_empty() => None,
        id => found(site, user, id).await?,
    };
    let title = match (&first, chosen) {
        (Some(row), _) => format!("{}：{} {}", user.t("复测", "Rerun"), row.reading.reading.stall, row.reading.reading.food),
        (None, Some(point)) => point.name.clone(),
        (None, None) => user.t("记录快检", "Record a rapid test").to_owned(),
    };
    let last = lately.first().map(|r| &r.reading.reading);
    let method = if typed.method.is_empty() { last.map_or_else(String::new, |r| r.method.clone()) } else { typed.method.clone() };
    let mut p = user.page(site, "rapid", user.t("快检录入", "Rapid test")).refused(why);
    if points.is_empty() && p.problems.is_empty() {
        p = p.saying(
            Tone::Warn,
            user.t("您的数据范围内没有启用的快检点，请系统管理员添加", "No active rapid-test point lies in your scope; ask an administrator"),
        );
    }
    let choose = !matches!(user.scope(), Scope::Point(_));
    Ok(RapidNew {
        p,
        point: title,
        action: "/rapid/new".to_owned(),
        points: if choose { points.iter().map(|p| Choice::new(p.id.to_string(), p.name.clone())).collect() } else { Vec::new() },
        chosen_point: chosen.map_or_else(|| typed.point.clone(), |p| p.id.to_string()),
        retest: typed.retest.clone(),
        stalls: usual(lately.iter().map(|r| r.reading.reading.stall.clone()), 8),
        stall: if typed.stall.is_empty() { last.map_or_else(String::new, |r| r.stall.clone()) } else { typed.stall.clone() },
        foods: usual(lately.iter().map(|r| r.reading.reading.food.clone()), 12),
        all_foods: usual(lately.iter().map(|r| r.reading.reading.food.clone()), 200),
        food: typed.food.clone(),
        methods: method_choices(lang),
        lot: if typed.lot.is_empty() { last.filter(|r| r.method == method).map_or_else(String::new, |r| r.reagent_lot.clone()) } else { typed.lot.clone() },
        method,
        value: typed.value.clone(),
        note: typed.note.clone(),
        origin: typed.origin.clone(),
        who: user.actor.name.clone(),
        today: of_today.len() as u64,
        positive: of_today.iter().filter(|r| r.reading.reading.verdict == RapidVerdict::Positive).count() as u64,
        follow_up: keep.filter(|r| r.follow_up.is_some()).map(|r| FollowView {
            title: format!("{} {}", reading_no(&r.reading.reading), title_of(&r.reading.reading)),
            href: format!("/rapid/{}", r.reading.reading.id),
            due: follow_due(r, now, lang),
            objection: objection_due(r, now, lang),
        }),
        recent: lately.iter().take(10).map(|r| reading_row(r, now, lang, r.reading.reading.tested_at.date_naive() != today)).collect(),
    })
}

/// A reading that an address names, if this person may see it.
async fn found(site: &Site, user: &User, id: &str) -> Result<Option<LedgerRow>, Failure> {
    match site.app.read_reading(&user.actor, id).await {
        Ok(row) => Ok(Some(row)),
        Err(shiyan_app::Error::NotFound) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// The entry page as the home of a point's operator.
pub async fn entry(site: &Site, user: &User) -> Html {
    let mut view = entry_view(site, user, &Typed::default(), None, &[]).await?;
    view.p.nav = "home";
    show(&view)
}

#[get("/rapid/new?<retest>&<after>&<point>")]
async fn new_page(site: &State<Site>, user: User, retest: Given<Key<ReadingId>>, after: Given<Key<ReadingId>>, point: Given<Key<PointId>>) -> Html {
    reads(&user, Act::Reading)?;
    let mut typed = Typed { point: point.known().map(|id| id.to_string()).unwrap_or_default(), ..Typed::default() };
    if let Some(id) = retest.or_nowhere()? {
        // The same sample, the same method.
        let row = site.app.read_reading(&user.actor, &id).await?;
        let first = row.reading.reading;
        let (origin, note) = first.origin_and_note();
        typed = Typed {
            stall: first.stall.clone(),
            food: first.food.clone(),
            method: first.method.clone(),
            lot: first.reagent_lot.clone(),
            origin: origin.to_owned(),
            note: note.to_owned(),
            point: first.point.to_string(),
            retest: id.to_string(),
            value: String::new(),
        };
    }
    let saved = match after.known() {
        Some(id) => found(site, &user, &id).await?,
        None => None,
    };
    if let Some(row) = &saved
        && typed.point.is_empty()
    {
        typed.point = row.reading.reading.point.to_string();
    }
    show(&entry_view(site, &user, &typed, saved.as_ref(), &[]).await?)
}

#[post("/rapid/new", data = "<form>")]
async fn new(site: &State<Site>, user: User, form: Result<Sent<ReadingForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let either = |typed: &str, picked: &str| if form.get(typed).is_empty() { form.get(picked).to_owned() } else { form.get(typed).to_owned() };
    let typed = Typed {
        stall: either("stall", "stall_pick"),
        food: either("food", "food_pick"),
        method: form.get("method").to_owned(),
        value: form.raw("value").to_owned(),
        lot: form.get("lot").to_owned(),
        note: form.get("note").to_owned(),
        origin: form.get("origin").to_owned(),
        point: form.get("point").to_owned(),
        retest: form.get("retest").to_owned(),
    };
    // The method decides whether a number is read or a card is looked at.
    let reads = rapid_method(&typed.method).is_some_and(|m| !unit_of(m).is_empty());
    let entered = TypedReading {
        point: typed.point.clone(),
        stall: typed.stall.clone(),
        food: typed.food.clone(),
        method: typed.method.clone(),
        analyte: form.get("analyte").to_owned(),
        value: if reads { typed.value.clone() } else { String::new() },
        observed: form.get("verdict").to_owned(),
        reagent_lot: typed.lot.clone(),
        origin: typed.origin.clone(),
        note: typed.note.clone(),
        photo: form.file("photo"),
        retest_of: Some(typed.retest.clone()).filter(|r| !r.is_empty()),
    };
    let did = async {
        form.read()?;
        site.app.enter_reading(&user.actor, entered, user.now()).await
    };
    match did.await {
        Ok(reading) => {
            let to = match (&reading.retest_of, reading.verdict) {
                (Some(first), _) => format!("/rapid/{first}"),
                (None, _) => format!("/rapid/new?after={}", reading.id),
            };
            let zh = format!("已保存：{} {}", reading.food, reading.verdict.zh());
            let en = format!("Saved: {} {}", reading.food, reading.verdict.en());
            Ok(done(to, &zh.replace('|', "／"), &en.replace('|', "／")))
        }
        Err(shiyan_app::Error::Refused(why)) => {
            let view = entry_view(site, &user, &typed, None, &why).await.map_err(Err)?;
            Err(show_why(&view, &why))
        }
        Err(other) => Err(Err(other.into())),
    }
}

// ---------------------------------------------------------------- ledger

/// 台账的筛选 which readings the ledger lists; whoever counts them counts with the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// One day; `None` for every day, of what is open.
    pub day: Option<NaiveDate>,
    /// 快检点
    pub point: Option<PointId>,
    /// 结果
    pub verdict: Option<RapidVerdict>,
    /// 处置
    pub follow: Option<Follow>,
}

labels! {
    /// 处置 how a positive stands, as the ledger is filtered by it.
    pub enum Follow {
        Open = "open", "待处置", "To handle";
        Running = "running", "待处置（{D37}内）", "To handle, within {D37}";
        Late = "late", "超过{D37}未处置", "Past their {D37}";
        Confirm = "confirm", "待确认", "To confirm";
        Done = "done", "已处置", "Handled";
    }
}

impl Follow {
    /// Whether a positive stands so.
    pub fn holds(self, follow_up: &FollowUp, now: Instant) -> bool {
        let open = follow_up.settled_at.is_none();
        match self {
            Self::Open => open,
            Self::Running => open && !follow_up.is_late(now),
            Self::Late => follow_up.is_late(now),
            Self::Confirm => TO_CONFIRM.contains(&follow_up.state),
            Self::Done => !open,
        }
    }
}

impl Asked {
    /// The readings of a day.
    pub fn day(day: NaiveDate) -> Self {
        Self { day: Some(day), ..Self::default() }
    }
    /// Positives by how they stand, of every day.
    pub fn follow(follow: Follow) -> Self {
        Self { follow: Some(follow), ..Self::default() }
    }
    /// Those with one result.
    pub fn verdict(self, verdict: RapidVerdict) -> Self {
        Self { verdict: Some(verdict), ..self }
    }
    /// Where they are listed.
    pub fn href(&self) -> String {
        let day = self.day.map(|d| d.to_string());
        let pairs = std::iter::once(("day", day)).chain(self.others());
        let query: Vec<String> = pairs.filter_map(|(k, v)| Some(format!("{k}={}", v?))).collect();
        format!("/rapid?{}", query.join("&"))
    }
    /// The filters beside the day, as they stand in the address.
    fn others(&self) -> [(&'static str, Option<String>); 3] {
        [
            ("point", self.point.map(|p| p.to_string())),
            ("verdict", self.verdict.map(|v| v.code().to_owned())),
            ("follow", self.follow.map(|f| f.code().to_owned())),
        ]
    }
}

fn asked(day: Given<NaiveDate>, point: Given<Key<PointId>>, verdict: Given<Code<RapidVerdict>>, follow: Given<Code<Follow>>, today: NaiveDate) -> Asked {
    let follow = follow.known().map(|Code(follow)| follow);
    let day = match day {
        // What is open is looked for on every day.
        Given::Nothing => follow.is_none_or(|f| f == Follow::Done).then_some(today),
        day => Some(day.known().unwrap_or(today)),
    };
    Asked { day, point: point.known().map(|key| key.id), verdict: verdict.known().map(|Code(verdict)| verdict), follow }
}

/// The readings, all of them, newest first (of what is open the oldest first).
pub async fn ledger_rows(site: &Site, user: &User, asked: &Asked) -> Result<Vec<LedgerRow>, Failure> {
    let rows = match (asked.follow, asked.day) {
        (Some(Follow::Open | Follow::Running | Follow::Late | Follow::Confirm), None) => site.app.read_open_positives(&user.actor).await?,
        (_, day) => {
            let (point, verdict) = (asked.point.map(|p| p.to_string()), asked.verdict.map(|v| v.code().to_owned()));
            let filter = LedgerFilter { day: day.map(|d| d.to_string()), point, verdict, newest: None };
            site.app.read_ledger(&user.actor, &filter).await?
        }
    };
    Ok(rows
        .into_iter()
        .filter(|r| asked.point.is_none_or(|point| r.reading.reading.point == point))
        .filter(|r| asked.verdict.is_none_or(|verdict| r.reading.reading.verdict == verdict))
        .filter(|r| asked.follow.is_none_or(|follow| r.follow_up.as_ref().is_some_and(|f| follow.holds(&f.follow_up, user.now()))))
        .collect())
}

fn day_text(day: Option<NaiveDate>, user: &User) -> String {
    let weekday_zh = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    match (day, user.lang()) {
        (None, _) => user.t("所有日期", "Every day").to_owned(),
        (Some(d), Lang::Zh) => {
            format!("{}年{}月{}日 {}", d.year(), d.month(), d.day(), weekday_zh.get(d.weekday().num_days_from_monday() as usize).copied().unwrap_or_default())
        }
        (Some(d), Lang::En) => d.format("%a %-d %b %Y").to_string(),
    }
}

/// What the ledger is narrowed by, as chosen.
fn selects(user: &User, asked: &Asked, points: &[Choice]) -> Vec<FilterSelect> {
    let lang = user.lang();
    let select = |key, label: &str, options: Vec<Choice>, value: &str| FilterSelect { key, label: label.to_owned(), options, value: value.to_owned() };
    let typed = |key: &str| asked.others().into_iter().find(|(k, _)| *k == key).and_then(|(_, v)| v).unwrap_or_default();
    vec![
        select("point", user.t("检测点", "Point"), points.to_vec(), &typed("point")),
        select("verdict", user.t("结果", "Result"), Choice::all::<RapidVerdict>(lang), &typed("verdict")),
        select("follow", user.t("处置", "Follow-up"), Follow::ALL.iter().map(|f| Choice::new(f.code(), user.said(f.zh(), f.en()))).collect(), &typed("follow")),
    ]
}

#[get("/rapid?<day>&<point>&<verdict>&<follow>&<page>")]
#[allow(clippy::too_many_arguments)]
async fn ledger(
    site: &State<Site>,
    user: User,
    day: Given<NaiveDate>,
    point: Given<Key<PointId>>,
    verdict: Given<Code<RapidVerdict>>,
    follow: Given<Code<Follow>>,
    page: Option<usize>,
) -> Html {
    reads(&user, Act::ReadReadings)?;
    let (lang, now) = (user.lang(), user.now());
    let today = now.date_naive();
    let asked = asked(day, point, verdict, follow, today);
    let rows = ledger_rows(site, &user, &asked).await?;
    let points = site.app.read_points(&user.actor).await?;
    let choices: Vec<Choice> = points.iter().map(|p| Choice::new(p.id.to_string(), p.name.clone())).collect();
    let all = user.t("全部检测点", "All points").to_owned();
    let point_name =
        points.iter().find(|p| Some(p.id) == asked.point).map_or_else(|| if let [only] = &points[..] { only.name.clone() } else { all }, |p| p.name.clone());
    let others = |skip: &str| asked.others().into_iter().filter(|(k, _)| *k != skip).filter_map(|(k, v)| Some(format!("&{k}={}", v?))).collect::<String>();
    let day_query = asked.day.map_or_else(String::new, |d| d.to_string());
    let address = |day: NaiveDate| format!("/rapid?day={day}{}", others(""));
    let shown = asked.day.unwrap_or(today);
    let chip = |key: &str, label: String| Chip { label, remove: format!("/rapid?day={day_query}{}", others(key)) };
    let mut chips = Vec::new();
    if let Some(p) = points.iter().find(|p| Some(p.id) == asked.point) {
        chips.push(chip("point", p.name.clone()));
    }
    if let Some(v) = asked.verdict {
        chips.push(chip("verdict", v.label(lang).to_owned()));
    }
    if let Some(f) = asked.follow {
        chips.push(chip("follow", user.said(f.zh(), f.en())));
    }
    let at = page.unwrap_or(1).clamp(1, rows.len().div_ceil(ROWS).max(1));
    let from = (at - 1) * ROWS;
    let count = |v: RapidVerdict| rows.iter().filter(|r| r.reading.reading.verdict == v).count() as u64;
    let view = RapidLedger {
        p: user.page(site, "rapid", user.t("快检日台账", "Rapid-test ledger")),
        point: point_name,
        day: day_query.clone(),
        day_text: day_text(asked.day, &user),
        prev_day: address(shown.pred_opt().unwrap_or(shown)),
        next_day: if shown < today { address(shown.succ_opt().unwrap_or(shown)) } else { String::new() },
        total: rows.len() as u64,
        valid: rows.len() as u64 - count(RapidVerdict::Invalid),
        invalid: count(RapidVerdict::Invalid),
        positive: count(RapidVerdict::Positive),
        filters: Filters {
            action: "/rapid".to_owned(),
            selects: selects(&user, &asked, &choices),
            day: Some(("day".to_owned(), day_query.clone())),
            chips,
            total: num(rows.len() as u64),
            ..Filters::default()
        },
        rows: rows.iter().skip(from).take(ROWS).map(|r| reading_row(r, now, lang, asked.day.is_none())).collect(),
        pager: Pager {
            prev: if at > 1 { format!("{}&page={}", asked.href(), at - 1) } else { String::new() },
            next: if from + ROWS < rows.len() { format!("{}&page={}", asked.href(), at + 1) } else { String::new() },
            range: if rows.len() > ROWS { format!("{}–{}", from + 1, (from + ROWS).min(rows.len())) } else { String::new() },
        },
        may_record: may_record(&user),
        export_href: if rows.is_empty() { String::new() } else { format!("/rapid/export.csv?day={day_query}{}", others("")) },
        points: choices,
    };
    show(&view)
}

#[get("/rapid/export.csv?<day>&<point>&<verdict>&<follow>")]
async fn export(
    site: &State<Site>,
    user: User,
    day: Given<NaiveDate>,
    point: Given<Key<PointId>>,
    verdict: Given<Code<RapidVerdict>>,
    follow: Given<Code<Follow>>,
) -> Result<Download, Failure> {
    reads(&user, Act::ReadReadings)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let lang = user.lang();
    let asked = asked(day, point, verdict, follow, user.now().date_naive());
    let heads: Vec<&str> = [
        ("时间", "Time"),
        ("检测点", "Point"),
        ("摊位", "Stall"),
        ("品种", "Food"),
        ("产地", "Origin"),
        ("项目", "Item"),
        ("方法", "Method"),
        ("试剂批号", "Reagent lot"),
        ("检测值", "Value"),
        ("单位", "Unit"),
        ("结果", "Result"),
        ("检测员", "Operator"),
        ("处置", "Follow-up"),
        ("下架公斤", "Removed kg"),
    ]
    .iter()
    .map(|(zh, en)| user.t(zh, en))
    .collect();
    let rows: Vec<Vec<out::Cell>> = ledger_rows(site, &user, &asked)
        .await?
        .iter()
        .map(|row| {
            let r = &row.reading.reading;
            let follow = row.follow_up.as_ref().map(|f| &f.follow_up);
            [
                r.tested_at.format("%Y-%m-%d %H:%M").to_string(),
                row.point.clone(),
                r.stall.clone(),
                r.food.clone(),
                r.origin_and_note().0.to_owned(),
                r.analyte.clone(),
                r.method.clone(),
                r.reagent_lot.clone(),
                as_read(&r.value),
                r.unit.clone(),
                r.verdict.label(lang).to_owned(),
                r.operator_name.clone(),
                follow.map_or_else(String::new, |f| f.state.label(lang).to_owned()),
                follow.and_then(|f| f.disposed_kg).map_or_else(String::new, |kg| kg.to_string()),
            ]
            .into_iter()
            .map(out::Cell::Text)
            .collect()
        })
        .collect();
    let name = asked.day.map_or_else(|| "rapid.csv".to_owned(), |d| format!("rapid-{d}.csv"));
    Ok(Download::csv(out::csv(&heads, &rows)?, &name))
}

// ---------------------------------------------------------------- one reading

fn acts(row: &LedgerRow, user: &User) -> Vec<(FollowUpAction, ActionView)> {
    let lang = user.lang();
    let id = row.reading.reading.id;
    let Some(follow) = row.follow_up.as_ref().map(|f| &f.follow_up) else { return Vec::new() };
    let post = |action: FollowUpAction, path: &str| ActionView::post(action.code(), action.label(lang), format!("/rapid/{id}/{path}"));
    let file = FieldView::new(FieldKind::Photo, "file", user.t("凭证照片", "Photo as evidence")).required();
    [
        (FollowUpAction::Retest, ActionView::link(FollowUpAction::Retest.label(lang), format!("/rapid/new?retest={id}")).with_icon("repeat")),
        (
            FollowUpAction::Dispose,
            post(FollowUpAction::Dispose, "dispose").asking(vec![
                FieldView::number("kg", user.t("下架或销毁重量", "Weight removed or destroyed"), "kg").required(),
                file,
                FieldView::area("note", user.t("处置方式和说明", "How, in words")),
            ]),
        ),
        (
            FollowUpAction::Object,
            post(FollowUpAction::Object, "object").noted(user.said(
                "食用农产品经营者自收到结果起{D28}内可申请复检；复检不得采用快速检测方法。",
                "Within {D28} of being told the operator may ask for a recheck, which never uses a rapid method.",
            )),
        ),
        (
            FollowUpAction::SendToLab,
            post(FollowUpAction::SendToLab, "send")
                .noted(user.t("新建一张抽样单草稿，带入摊位、品种和街道。", "Begins a sampling sheet with stall, food and street filled in.")),
        ),
        (
            FollowUpAction::Conclude,
            post(FollowUpAction::Conclude, "conclude").noted(user.t("按所转样品的检验报告登记。", "Taken from the report of the linked sample.")),
        ),
    ]
    .into_iter()
    .map(|(action, view)| (action, view.refused(&follow.why_not(&user.actor, action), lang)))
    .collect()
}

fn step_badge(user: &User, done: bool, now: bool) -> Badge {
    match (done, now) {
        (true, _) => Badge::new(Tone::Pass, user.t("已登记", "Recorded")),
        (false, true) => Badge::new(Tone::Warn, user.t("待办", "To do")),
        (false, false) => Badge::new(Tone::Idle, user.t("未进行", "Not done")),
    }
}

fn retest_text(user: &User, negative: bool, retested: bool) -> &'static str {
    match (negative, retested) {
        (true, _) => user.t("复测阴性，按阴性记录，两次读数都保留", "Negative on the rerun: recorded as negative, both readings stay"),
        (false, true) => user.t("复测仍为阳性，暂停销售", "Still positive: the sale is suspended"),
        (false, false) => user.t("同一样品用同一方法再测一次", "Test the same sample once more by the same method"),
    }
}

fn steps(row: &LedgerRow, user: &User, now: Instant) -> Vec<FollowStep> {
    use FollowUpState as S;
    let lang = user.lang();
    let Some(follow) = row.follow_up.as_ref().map(|f| &f.follow_up) else { return Vec::new() };
    let state = follow.state;
    let mut acts = acts(row, user);
    let mut take = |action: FollowUpAction| acts.iter().position(|(a, _)| *a == action).map(|at| acts.remove(at).1);
    let badge = |done, now| step_badge(user, done, now);
    // A step that is over, or that this way no longer passes, asks for nothing.
    let retested = follow.retest.is_some();
    let settled_negative = state == S::NegativeOnRetest;
    let mut out = vec![FollowStep {
        title: user.t("复测", "Rerun").to_owned(),
        state: badge(retested, !retested),
        text: retest_text(user, settled_negative, retested).to_owned(),
        due: if retested { Due::default() } else { follow_due(row, now, lang) },
        action: if retested { None } else { take(FollowUpAction::Retest) },
    }];
    if settled_negative {
        return out;
    }
    let disposed = follow.disposed_kg.is_some();
    out.push(FollowStep {
        title: user.t("下架或销毁", "Withdrawal or destruction").to_owned(),
        state: badge(disposed, state == S::Suspended),
        text: follow.disposed_kg.map_or_else(String::new, |kg| format!("{kg} kg {}", follow.disposal_note)),
        due: if disposed || !retested { Due::default() } else { follow_due(row, now, lang) },
        action: if disposed { None } else { take(FollowUpAction::Dispose) },
    });
    out.push(FollowStep {
        title: user.said("异议（{D28}内）", "Objection within {D28}"),
        state: badge(follow.objected_at.is_some(), false),
        text: follow.objected_at.map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M").to_string()),
        due: objection_due(row, now, lang),
        action: if follow.objected_at.is_some() || disposed { None } else { take(FollowUpAction::Object) },
    });
    let sent = follow.sample.is_some();
    out.push(FollowStep {
        title: user.t("转监督抽检", "Supervisory sampling").to_owned(),
        state: badge(sent, state == S::Objected),
        text: if sent { user.t("已建抽样单，见右侧关联样品", "A sampling sheet was begun").to_owned() } else { String::new() },
        due: Due::default(),
        action: match follow.sample {
            Some(sample) if user.may(Act::ReadSamples) => {
                Some(ActionView::link(user.t("打开样品", "Open the sample"), format!("/samples/{sample}")).with_icon("sample"))
            }
            Some(_) => None,
            None => take(FollowUpAction::SendToLab),
        },
    });
    let concluded = matches!(state, S::Confirmed | S::NotConfirmed);
    if sent {
        out.push(FollowStep {
            title: user.t("实验室结论", "Laboratory conclusion").to_owned(),
            state: badge(concluded, !concluded),
            text: if concluded { state.label(lang).to_owned() } else { String::new() },
            due: Due::default(),
            action: if concluded { None } else { take(FollowUpAction::Conclude) },
        });
    }
    out
}

/// 判定过程 why the verdict is what it is, and how sure the rule of the method is.
fn working(r: &Reading, method: Option<&RapidMethod>, user: &User) -> Vec<String> {
    let lang = user.lang();
    let mut working = vec![lang.pick(&r.why_zh, &r.why_en).to_owned()];
    if let Some(m) = method {
        working.push(format!("{}{}（{}）", user.t("方法的判定规则：", "Rule of the method: "), m.positive_rule, m.code));
        let grade = shiyan_statute::Grade::of(&m.source, &m.confidence);
        working.push(format!("{}{}（{} {}）", user.t("核对情况：", "Rule: "), grade.label(lang), m.code, m.label(lang)));
    }
    working
}

/// The photo of the reading, then what shows the disposal.
fn photos(row: &LedgerRow, user: &User) -> Vec<FileView> {
    let r = &row.reading.reading;
    let mut files = Vec::new();
    let evidence = row.follow_up.as_ref().map(|f| f.follow_up.evidence.clone()).unwrap_or_default();
    for (at, hash) in r.photo.iter().chain(&evidence).enumerate() {
        let name =
            if at == 0 && r.photo.is_some() { user.t("凭证照片", "Photo of the reading") } else { user.t("处置凭证", "Evidence of the disposal") };
        files.push(FileView {
            name: name.to_owned(),
            href: format!("/rapid/{}/photo/{hash}", r.id),
            size: String::new(),
            sha256: hash.clone(),
            by: String::new(),
        });
    }
    files
}

async fn reading_view(site: &Site, user: &User, id: &str, why: &[Refusal], filled: &views::forms::Filled) -> Result<RapidReading, Failure> {
    let (lang, now) = (user.lang(), user.now());
    let ReadingPage { row, streets, timeline } = site.app.read_reading_page(&user.actor, id).await?;
    let r = &row.reading.reading;
    let method = rapid_method(&r.method);
    let (origin, note) = r.origin_and_note();
    let mut facts = vec![
        Fact::new(user.t("检测点", "Point"), row.point.clone()),
        Fact::new(user.t("街道", "Street"), shiyan_web_kit::streets::street_name(&streets, &row.reading.street)),
        Fact::new(user.t("摊位", "Stall"), r.stall.clone()),
        Fact::new(user.t("品种", "Food"), r.food.clone()),
        Fact::new(user.t("产地或供货商", "Origin or supplier"), origin),
        Fact::new(user.t("项目", "Item"), r.analyte.clone()),
        Fact::new(user.t("方法", "Method"), method.map_or_else(|| r.method.clone(), |m| format!("{} {}", m.code, m.label(lang)))),
        Fact::new(
            user.t("读数", "Reading"),
            if r.value.is_empty() {
                r.observed.map_or_else(String::new, |o| o.label(lang).to_owned())
            } else {
                format!("{} {}", as_read(&r.value).trim_end_matches(r.unit.as_str()).trim_end(), r.unit)
            },
        ),
        Fact::new(user.t("试剂批号", "Reagent lot"), r.reagent_lot.clone()),
        Fact::new(user.t("检测时间", "Tested"), r.tested_at.format("%Y-%m-%d %H:%M").to_string()),
        Fact::new(user.t("检测员", "Operator"), r.operator_name.clone()),
        Fact::new(user.t("来源", "Source"), r.source.label(lang)),
        Fact::new(user.t("备注", "Note"), note),
    ];
    if let Some(first) = r.retest_of {
        facts.push(Fact::new(user.t("复测的读数", "Rerun of"), views::Cell::link(user.t("原读数", "the first reading"), format!("/rapid/{first}"))));
    }
    if let Some(retest) = row.follow_up.as_ref().and_then(|f| f.follow_up.retest) {
        facts.push(Fact::new(user.t("复测", "Rerun"), views::Cell::link(user.t("复测读数", "the rerun"), format!("/rapid/{retest}"))));
    }
    let mut steps = steps(&row, user, now);
    for field in steps.iter_mut().filter_map(|s| s.action.as_mut()).flat_map(|a| a.fields.iter_mut()) {
        *field = field.clone().filled(filled);
    }
    let title = title_of(r);
    Ok(RapidReading {
        p: user.page(site, "rapid", title.clone()).crumb(user.t("快检", "Rapid tests"), "/rapid").crumb(reading_no(r), "").refused(why),
        no: reading_no(r),
        title,
        verdict: verdict_badge(r.verdict, lang),
        validity: validity(r.verdict, lang),
        due: follow_due(&row, now, lang),
        groups: vec![FactGroup { title: user.t("读数", "Reading").to_owned(), facts }],
        working: working(r, method, user),
        steps,
        files: photos(&row, user),
        timeline: told(&timeline, now, lang),
        tabs: Vec::new(),
    })
}

#[get("/rapid/<id>", rank = 2)]
async fn reading(site: &State<Site>, user: User, id: Key<ReadingId>) -> Html {
    reads(&user, Act::ReadReadings)?;
    show(&reading_view(site, &user, &id, &[], &views::forms::Filled::default()).await?)
}

/// A photo, shown by the browser and never run.
#[derive(Debug, rocket::Responder)]
pub struct Photo {
    body: Vec<u8>,
    kind: ContentType,
    disposition: Header<'static>,
}

#[get("/rapid/<id>/photo/<sha>")]
async fn photo(site: &State<Site>, user: User, id: Key<ReadingId>, sha: Sha256) -> Result<Photo, Failure> {
    reads(&user, Act::ReadReadings)?;
    let (kind, body) = site.app.read_photo(&user.actor, &id, &sha).await?;
    Ok(Photo { body, kind: ContentType::parse_flexible(&kind).unwrap_or(ContentType::Binary), disposition: Header::new("Content-Disposition", "inline") })
}

async fn after(site: &Site, user: &User, id: &str, form: &Posted, did: Result<(), shiyan_app::Error>, zh: &str, en: &str) -> Result<Flash<Redirect>, Html> {
    match did {
        Ok(()) => Ok(done(format!("/rapid/{}", encoded(id)), zh, en)),
        Err(shiyan_app::Error::Refused(why)) => {
            let view = reading_view(site, user, id, &why, &form.filled(&why, user.lang())).await.map_err(Err)?;
            Err(show_why(&view, &why))
        }
        Err(other) => Err(Err(other.into())),
    }
}

shapes! {
    /// 处置 as typed.
    DisposalForm { kg: 40 "处置数量" / "kilograms", note: 500 "处置方式" / "how" }
    /// 读数 as typed or picked.
    ReadingForm {
        stall: 40 "摊位" / "stall",
        stall_pick: 40 "摊位" / "stall",
        food: 40 "品种" / "food",
        food_pick: 40 "品种" / "food",
        method: 60 "项目和方法" / "item and method",
        analyte: 60 "项目" / "item",
        value: 40 "读数" / "reading",
        verdict: 40 "观察" / "what was seen",
        lot: 40 "试剂批号" / "reagent lot",
        note: 300 "备注" / "note",
        origin: 60 "产地或供货商" / "origin or supplier",
        point: 64 "检测点" / "point",
        retest: 64 "复测的读数" / "rerun of",
    }
}

#[post("/rapid/<id>/dispose", data = "<form>")]
async fn dispose(site: &State<Site>, user: User, id: Key<ReadingId>, form: Result<Sent<DisposalForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = async {
        let typed: DisposalForm = form.read()?;
        site.app.dispose_positive(&user.actor, &id, &typed.kg, &typed.note, form.file("file"), user.now()).await
    };
    let did = did.await;
    after(site, &user, &id, &form, did, "已登记处置", "The disposal was recorded").await
}

#[post("/rapid/<id>/object", data = "<form>")]
async fn object(site: &State<Site>, user: User, id: Key<ReadingId>, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = site.app.object_positive(&user.actor, &id, user.now()).await;
    after(site, &user, &id, &form, did, "已登记异议", "The objection was recorded").await
}

#[post("/rapid/<id>/send", data = "<form>")]
async fn send(site: &State<Site>, user: User, id: Key<ReadingId>, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = site.app.send_positive_to_lab(&user.actor, &id, user.now()).await;
    after(site, &user, &id, &form, did.map(|_| ()), "已建抽样单草稿并关联", "A sampling sheet was begun and linked").await
}

#[post("/rapid/<id>/conclude", data = "<form>")]
async fn conclude(site: &State<Site>, user: User, id: Key<ReadingId>, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = site.app.conclude_positive(&user.actor, &id, user.now()).await;
    after(site, &user, &id, &form, did, "已登记实验室结论", "The laboratory conclusion was recorded").await
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn what_is_open_is_looked_for_on_every_day() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap_or_default();
        let read = |day: &str, verdict: &str, follow: &str| asked(Given::of(day), Given::Nothing, Given::of(verdict), Given::of(follow), today);
        for open in ["open", "running", "late", "confirm"] {
            assert_eq!(read("", "", open).day, None, "{open}");
        }
        for other in ["done", "", "nonsense"] {
            assert_eq!(read("", "", other).day, Some(today), "{other}");
        }
        let odd = read("x", "nonsense", "");
        assert_eq!((odd.day, odd.verdict, odd.href().as_str()), (Some(today), None, "/rapid?day=2026-03-05"));
        assert_eq!(read("2026-03-04", "positive", "late").href(), "/rapid?day=2026-03-04&verdict=positive&follow=late");
    }
}
