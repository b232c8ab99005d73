//! JSON 接口 the same use cases for programs: the login cookie says who asks, a body is bounded and validated, every refusal is a
//! coded problem. Described by `/api/openapi.json`.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate};
use rocket::http::{ContentType, Status};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Deserialize;
use serde_json::{Value, json};
use shiyan_app::rapid::TypedReading;
use shiyan_app::read::{CaseFilter, SampleFilter, SamplePage};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::task::{Link, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::{Act, Label, Lang, Refusal};
use shiyan_imports::ssd2::{self, Exported, Extent};
use shiyan_indicators::Family;
use shiyan_judgement::judging::{FoodFacts, Judgement, Verdict};
use shiyan_judgement::limit::LimitUsed;
use shiyan_judgement::texts::{Texts, Typed, judge_against, judge_words};
use shiyan_lab_results::order::OrderState;
use shiyan_nonconformity::{CaseState, Part};
use shiyan_sample_intake::SampleState;
use shiyan_statute::{FoodName, FoodNames, LimitChoice, LimitQuery, LimitRow, LimitStatus, codes as law};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{OpenApi, ToSchema};
use validator::Validate;

use crate::more_codes;
use shiyan_analytics::Sheet;
use shiyan_app::read::Look;
use shiyan_papers::statistics::{Stands, sheets_of};
use shiyan_papers::{Tabled, tabled};
use shiyan_web_figures::figures::year_of;
use shiyan_web_kit::api::{Body, Caller, bad, checked};
use shiyan_web_kit::carried::HEADER;
use shiyan_web_kit::failure::{Failure, code};
use shiyan_web_kit::given::{Code, Given};
use shiyan_web_kit::guard::{LOGIN, User};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{case_room, reads, room};
use shiyan_web_kit::site::Site;
use shiyan_web_kit::when::{When, wanted_year};

/// Every API route.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![kpi, crate::counts::counts, statistics, statistics_table, samples, sample, cases, results_ssd2, deadline, judge, explain, rapid_reading, openapi]
}

/// The contract of every route above.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Shiyan 食验",
        description = "食品安全抽检全流程接口 the sampling way as JSON. Sign in with the login cookie; a POST carries the header X-CSRF or comes from the same origin."
    ),
    paths(kpi, crate::counts::counts, statistics, statistics_table, samples, sample, cases, results_ssd2, deadline, judge, explain, rapid_reading),
    components(schemas(JudgeBody, ReadingBody, ProblemDocument)),
    security(("login" = []))
)]
struct Contract;

static CONTRACT: LazyLock<String> = LazyLock::new(|| {
    let mut document = Contract::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(LOGIN, "登录后的会话 the session after signing in at /login")));
    let told = "程序凭证，只用于 /api/v1/counts the token of a program, good for /api/v1/counts alone: shiyan user token";
    let program = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(told)).build());
    let schemes = document.components.get_or_insert_default();
    schemes.add_security_scheme("login", cookie);
    schemes.add_security_scheme("program", program);
    serde_json::to_value(&document).map_or_else(|_| "{}".to_owned(), |document| completed(document).to_string())
});

/// The codes that a parameter takes on a path, where it takes codes.
fn codes_taken(name: &str, path: &str) -> Option<Vec<&'static str>> {
    Some(match (name, path) {
        ("state", "/api/v1/samples") => [codes_of::<SampleState>(&[]), codes_of::<OrderState>(&[])].concat(),
        ("state", "/api/v1/cases") => codes_of::<CaseState>(&["open"]),
        ("kind", _) => codes_of::<TaskKind>(&[]),
        ("level", _) => codes_of::<TaskLevel>(&[]),
        ("link", _) => codes_of::<Link>(&[]),
        ("outcome", _) => codes_of::<Outcome>(&[]),
        ("part", _) => codes_of::<Part>(&[]),
        ("rule", _) => shiyan_statute::RuleKey::ALL.iter().map(|k| k.code()).collect(),
        _ => return None,
    })
}

/// What is the same for a parameter wherever it stands.
fn schema_of(name: &str, path: &str) -> Value {
    match name {
        "year" => json!({ "type": "integer", "minimum": 2000, "maximum": 2100 }),
        "page" => json!({ "type": "integer", "minimum": 1 }),
        "as_of" | "to" => json!({ "type": "string", "format": "date" }),
        "from" if path == "/api/v1/results/ssd2" => json!({ "type": "string", "format": "date" }),
        "overdue" => json!({ "type": "string", "enum": ["true", "false"] }),
        _ => match codes_taken(name, path) {
            Some(codes) => json!({ "type": "string", "enum": codes }),
            None => json!({ "type": "string", "maxLength": 100 }),
        },
    }
}

/// What every route answers beside its own refusals.
fn answers(method: &str) -> Vec<(&'static str, Value)> {
    let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" } } });
    let told = |text: &str| json!({ "description": text, "content": problem });
    let later = |text: &str| {
        let header = json!({ "Retry-After": { "description": "Seconds", "schema": { "type": "integer", "minimum": 1 } } });
        json!({ "description": text, "headers": header, "content": problem })
    };
    let mut all = vec![
        ("400", told("What was sent is no request of this contract, or did not arrive whole")),
        ("429", later("Too much at once")),
        (
            "503",
            later("The database or its disk takes nothing just now: nothing was carried out, or it is not known yet (DB-UNCERTAIN): send the same once more"),
        ),
    ];
    if method == "post" {
        all.push(("409", told("The key was used for other content")));
        all.push(("413", told("More than 1 MiB")));
        all.push(("415", told("Not said to be JSON")));
    }
    all
}

/// What every route answers beside its own refusals, and what is the same for a parameter wherever it stands: said once here, so that
/// no route forgets it.
fn completed(mut document: Value) -> Value {
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                let schema = schema_of(parameter["name"].as_str().unwrap_or_default(), path);
                parameter["schema"] = schema;
            }
            if method == "post" {
                let key = json!({
                    "name": HEADER, "in": "header", "required": false, "schema": { "type": "string", "maxLength": shiyan_app::once::KEY },
                    "description": "A request sent again under the same key is carried out once and answered as the first time",
                });
                match operation["parameters"].as_array_mut() {
                    Some(parameters) => parameters.push(key),
                    None => operation["parameters"] = json!([key]),
                }
            }
            for (status, response) in answers(method) {
                if operation["responses"].get(status).is_none() {
                    operation["responses"][status] = response;
                }
            }
        }
    }
    document
}

/// A refusal as `application/problem+json`.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
pub(crate) struct ProblemDocument {
    /// Address that explains the first code.
    r#type: String,
    /// The first refusal, English.
    title: String,
    /// HTTP status.
    status: u16,
    /// Stable code of the first refusal.
    code: String,
    /// Every refusal: code, zh, en, next_zh, next_en, article, field, facts.
    problems: Vec<Value>,
}

/// An answer.
type Answer = Result<Json<Value>, Failure>;

fn some(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|t| !t.is_empty()).map(|t| t.chars().take(100).collect())
}

fn query(name: &str, typed: &str, known: &str) -> Refusal {
    let typed: String = typed.chars().take(60).collect();
    Refusal::new(code::QUERY).with("name", name).with("typed", typed).with("known", known).on(name)
}

fn unprocessable(why: Refusal) -> Failure {
    Failure::With(Status::UnprocessableEntity, why)
}

fn unread(name: &str, typed: &str, known: &str) -> Failure {
    unprocessable(query(name, typed, known))
}

/// A member of one list; anything else is refused rather than answered with an empty list.
fn member<T: Label>(name: &str, given: Given<Code<T>>) -> Result<Option<String>, Failure> {
    let read = given.or_refused(|typed| query(name, typed, &codes_of::<T>(&[]).join(", "))).map_err(unprocessable)?;
    Ok(read.map(|Code(member)| member.code().to_owned()))
}

/// A value of a list of codes; anything else is refused rather than answered with an empty list.
fn one_of(name: &str, typed: Option<&str>, known: &[&str]) -> Result<Option<String>, Failure> {
    match some(typed) {
        Some(value) if !known.contains(&value.as_str()) => Err(unread(name, &value, &known.join(", "))),
        other => Ok(other),
    }
}

/// The codes of a list, with more words that are understood beside them.
fn codes_of<T: Label>(more: &[&'static str]) -> Vec<&'static str> {
    T::ALL.iter().map(|m| m.code()).chain(more.iter().copied()).collect()
}

fn date(typed: &str, zh: &str, en: &str, field: &str) -> Result<NaiveDate, Failure> {
    let refusal = || Refusal::new(shiyan_app::code::DATE).with("label", zh).with("label_en", en).with("typed", typed).on(field);
    Ok(typed.trim().parse().map_err(|_| refusal())?)
}

/// 指标 of a year: every figure with its exact value, its scope and what was left out.
#[utoipa::path(
    get, path = "/api/v1/kpi",
    params(
        ("year" = Option<i32>, Query, description = "2000 to 2100; this year when missing"),
        ("as_of" = Option<String>, Query, description = "The figures as they stood at the end of this day, never a day to come; now when missing"),
    ),
    responses((status = 200, description = "Figures", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/kpi?<year>&<as_of>")]
async fn kpi(site: &State<Site>, caller: Result<Caller, Failure>, year: Given<i32>, as_of: Given<NaiveDate>) -> Answer {
    let Caller(user) = caller?;
    let when = When::read(year, as_of, user.now())?;
    let _turn = user.turn(site, Lane::Figures).await?;
    let year = year_of(site, &user, Look::Figures, &when).await?;
    let k = &year.kpis;
    let scopes: serde_json::Map<String, Value> =
        Family::ALL.iter().map(|f| (f.code().to_owned(), json!({ "zh": k.scope_of(*f, Lang::Zh), "en": k.scope_of(*f, Lang::En) }))).collect();
    Ok(Json(json!({
        "year": when.year,
        "as_of": k.as_of,
        "stands_on": year.stands_on,
        "scope": k.scope,
        "scope_zh": k.scope_line(Lang::Zh),
        "scope_en": k.scope_line(Lang::En),
        "scopes": scopes,
        "required": k.required,
        "gap": k.gap,
        "pace": k.pace,
        "forecast": k.forecast,
        "in_lab": k.in_lab,
        "in_transit": k.in_transit,
        "overdue": k.overdue,
        "closed_late": k.closed_late,
        "figures": k.figures().map(shiyan_indicators::Figure::brief).collect::<Vec<_>>(),
    })))
}

/// Rows of a statistics table on one page.
const TABLE_PAGE: usize = 100;

/// The statistics tables of a year, and what they stand on.
async fn statistics_of(site: &Site, user: &User, when: &When) -> Result<(Tabled, Vec<Sheet>), Failure> {
    let made = tabled(&site.app, &user.actor, Look::Statistics, when.year, when.as_of, user.now()).await?;
    let sheets = sheets_of(&made, &site.app.streets().await?);
    Ok((made, sheets))
}

/// A table without its rows.
fn described(sheet: &Sheet, stands: &Stands, when: &When) -> Value {
    json!({
        "table": sheet.name,
        "zh": sheet.zh,
        "en": sheet.en,
        "year": when.year,
        "as_of": stands.as_of,
        "stands_on": stands.on,
        "scope_zh": stands.scope.0,
        "scope_en": stands.scope.1,
        "columns": sheet.columns,
        "total": sheet.rows.len(),
        "sha256": sheet.sha256(),
    })
}

/// 统计表 the tables of a year, each with its columns, its scope and the SHA-256 of its content.
#[utoipa::path(
    get, path = "/api/v1/statistics",
    params(
        ("year" = Option<i32>, Query, description = "2000 to 2100; this year when missing"),
        ("as_of" = Option<String>, Query, description = "The tables as they stood at the end of this day, never a day to come; now when missing"),
    ),
    responses((status = 200, description = "Tables without their rows; `stands_on` is the entry of the journal they stand on, null of a day that has passed", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/statistics?<year>&<as_of>")]
async fn statistics(site: &State<Site>, caller: Result<Caller, Failure>, year: Given<i32>, as_of: Given<NaiveDate>) -> Answer {
    let Caller(user) = caller?;
    let when = When::read(year, as_of, user.now())?;
    let _turn = user.turn(site, Lane::Figures).await?;
    let (made, sheets) = statistics_of(site, &user, &when).await?;
    let tables: Vec<Value> = sheets.iter().map(|s| described(s, &Stands::of(&made, s), &when)).collect();
    Ok(Json(json!({ "year": when.year, "as_of": made.figures.kpis.as_of, "stands_on": made.figures.stands_on, "tables": tables })))
}

/// 统计表 one table, a hundred rows at a time; `next` is the number of the following page. The SHA-256 is of the whole table: a JSON array a line, first
/// its name and the keys of its columns, then each row with its cells in that order.
#[utoipa::path(
    get, path = "/api/v1/statistics/{table}",
    params(
        ("table" = String, Path, description = "`table` of the list"),
        ("year" = Option<i32>, Query, description = "2000 to 2100; this year when missing"),
        ("as_of" = Option<String>, Query, description = "The table as it stood at the end of this day, never a day to come; now when missing"),
        ("page" = Option<i32>, Query, description = "`next` of the page before; the first when missing"),
    ),
    responses((status = 200, description = "Rows as objects by the keys of the columns; compare `stands_on` or `sha256` of all pages to know that they are of one moment", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/statistics/<table>?<year>&<as_of>&<page>")]
async fn statistics_table(
    site: &State<Site>,
    caller: Result<Caller, Failure>,
    table: &str,
    year: Given<i32>,
    as_of: Given<NaiveDate>,
    page: Given<usize>,
) -> Answer {
    let Caller(user) = caller?;
    let when = When::read(year, as_of, user.now())?;
    let whole = |typed: &str| query("page", typed, "1, 2, 3 …");
    let page = page.or_refused(whole).map_err(unprocessable)?.unwrap_or(1);
    let skip = page.checked_sub(1).and_then(|p| p.checked_mul(TABLE_PAGE)).ok_or_else(|| unread("page", &page.to_string(), "1, 2, 3 …"))?;
    let _turn = user.turn(site, Lane::Figures).await?;
    let (made, sheets) = statistics_of(site, &user, &when).await?;
    let sheet = sheets.iter().find(|s| s.name == table).ok_or(Failure::NotFound)?;
    let rows = sheet.rows.iter().skip(skip).take(TABLE_PAGE);
    let row = |row: &Vec<shiyan_analytics::Value>| -> serde_json::Map<String, Value> {
        sheet.columns.iter().zip(row).map(|(column, value)| (column.key.to_owned(), json!(value))).collect()
    };
    let mut answer = described(sheet, &Stands::of(&made, sheet), &when);
    answer["page"] = json!(page);
    answer["rows"] = rows.map(row).collect::<Vec<_>>().into();
    answer["next"] = json!((skip.saturating_add(TABLE_PAGE) < sheet.rows.len()).then_some(page + 1));
    Ok(Json(answer))
}

/// 样品 newest first, fifty at a time; `next` is the cursor of the following page.
#[utoipa::path(
    get, path = "/api/v1/samples",
    params(
        ("q" = Option<String>, Query, description = "Number, sample or operator"),
        ("state" = Option<String>, Query), ("kind" = Option<String>, Query), ("level" = Option<String>, Query), ("link" = Option<String>, Query),
        ("class" = Option<String>, Query), ("street" = Option<String>, Query), ("outcome" = Option<String>, Query), ("year" = Option<i32>, Query),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "Samples", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/samples?<q>&<state>&<kind>&<level>&<link>&<class>&<street>&<outcome>&<year>&<cursor>")]
#[allow(clippy::too_many_arguments)]
async fn samples(
    site: &State<Site>,
    caller: Result<Caller, Failure>,
    q: Option<&str>,
    state: Option<&str>,
    kind: Given<Code<TaskKind>>,
    level: Given<Code<TaskLevel>>,
    link: Given<Code<Link>>,
    class: Option<&str>,
    street: Option<&str>,
    outcome: Given<Code<Outcome>>,
    year: Given<i32>,
    cursor: Option<&str>,
) -> Answer {
    let Caller(user) = caller?;
    room(&user)?;
    let after = match some(cursor) {
        None => None,
        Some(text) => {
            let read = text.split_once(',').filter(|(day, id)| day.parse::<NaiveDate>().is_ok() && id.parse::<SampleId>().is_ok());
            let (day, id) = read.ok_or_else(|| unread("cursor", &text, "next"))?;
            Some((day.to_owned(), id.to_owned()))
        }
    };
    let filter = SampleFilter {
        q: some(q),
        // the reading itself says what whoever tests blind may look for
        blind: false,
        state: one_of("state", state, &[codes_of::<SampleState>(&[]), codes_of::<OrderState>(&[])].concat())?,
        kind: member("kind", kind)?,
        level: member("level", level)?,
        link: member("link", link)?,
        class: some(class),
        street: some(street),
        outcome: member("outcome", outcome)?,
        year: if year == Given::Nothing { None } else { Some(wanted_year(year, user.now())?) },
        overdue_on: None,
        begun_by: None,
        after,
    };
    let _turn = user.turn_to_search(site, filter.q.as_deref()).await?;
    let (rows, more) = site.app.read_samples(&user.actor, &filter).await?;
    let next = rows.last().filter(|_| more).map(|r| format!("{},{}", r.sampled_on, r.id));
    Ok(Json(json!({ "samples": rows, "next": next })))
}

/// 样品 one sample with its items and cases, without personal data.
#[utoipa::path(
    get, path = "/api/v1/samples/{id}",
    params(("id" = String, Path)),
    responses((status = 200, description = "The sample", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/samples/<id>")]
async fn sample(site: &State<Site>, caller: Result<Caller, Failure>, id: Key<SampleId>) -> Answer {
    let Caller(user) = caller?;
    room(&user)?;
    let SamplePage { record, order, items, cases, .. } = site.app.read_sample(&user.actor, &id).await?;
    let s = &record.sample;
    let sheet = |key: &str| s.sheet.get(key);
    let veiled = user.blind();
    Ok(Json(json!({
        "id": s.id,
        "sampling_no": s.core.as_ref().filter(|_| !veiled).map(|c| c.sampling_no.clone()),
        "blind_code": s.blind_code,
        "state": s.state,
        "name": sheet("name"),
        "category": s.core.as_ref().map(|c| c.category.text()),
        "kind": s.core.as_ref().map(|c| c.kind),
        "level": s.core.as_ref().map(|c| c.level),
        "link": s.core.as_ref().map(|c| c.link),
        "street": sheet("street"),
        "site_name": sheet("site_name"),
        "sampled_on": s.core.as_ref().map(|c| c.sampled_on),
        "order": order.as_ref().map(|o| json!({
            "id": o.id, "state": o.state, "received_at": o.received_at, "report_due_on": o.report_due_on, "issued_at": o.issued_at,
            "conclusion": o.in_force, "reports_issued": o.reports_issued,
        })),
        "items": items.iter().map(|i| json!({
            "analyte": i.analyte, "unit": i.unit, "raw": i.raw, "understood": i.understood, "verdict": i.verdict(),
            "limit": i.limit.as_ref().map(|l| l.text.clone()), "basis": i.limit.as_ref().map(|l| l.basis.clone()), "method": i.method,
        })).collect::<Vec<_>>(),
        "cases": cases.iter().map(|c| json!({ "id": c.id, "no": c.no, "state": c.state })).collect::<Vec<_>>(),
    })))
}

/// 案件 by due day, open ones first.
#[utoipa::path(
    get, path = "/api/v1/cases",
    params(
        ("q" = Option<String>, Query), ("state" = Option<String>, Query, description = "A state, or `open`"), ("street" = Option<String>, Query),
        ("part" = Option<String>, Query), ("year" = Option<i32>, Query), ("overdue" = Option<bool>, Query, description = "Only those past their day"),
    ),
    responses((status = 200, description = "Cases", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/cases?<q>&<state>&<street>&<part>&<year>&<overdue>")]
#[allow(clippy::too_many_arguments)]
async fn cases(
    site: &State<Site>,
    caller: Result<Caller, Failure>,
    q: Option<&str>,
    state: Option<&str>,
    street: Option<&str>,
    part: Given<Code<Part>>,
    year: Given<i32>,
    overdue: Given<bool>,
) -> Answer {
    let Caller(user) = caller?;
    case_room(&user)?;
    let filter = CaseFilter {
        q: some(q),
        state: one_of("state", state, &codes_of::<CaseState>(&["open"]))?,
        street: some(street),
        part: member("part", part)?,
        year: if year == Given::Nothing { None } else { Some(wanted_year(year, user.now())?) },
        due: overdue
            .or_refused(|typed| query("overdue", typed, "true, false"))
            .map_err(unprocessable)?
            .unwrap_or(false)
            .then(|| (None, user.now().date_naive().pred_opt())),
    };
    let _turn = user.turn_to_search(site, filter.q.as_deref()).await?;
    Ok(Json(json!({ "cases": site.app.read_cases(&user.actor, &filter).await? })))
}

/// 检验结果 of reports in force in elements of EFSA's SSD2, fifty orders at a time; `next` is the cursor of the following page. What no element
/// says honestly is under `left_out` with its reason.
#[utoipa::path(
    get, path = "/api/v1/results/ssd2",
    params(
        ("from" = Option<String>, Query, description = "First day of issue; the first of this year when missing"),
        ("to" = Option<String>, Query, description = "Last day of issue; today when missing; at most a year after the first"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "Results with scope, moment and SHA-256 of this page", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/results/ssd2?<from>&<to>&<cursor>")]
async fn results_ssd2(site: &State<Site>, caller: Result<Caller, Failure>, from: Option<&str>, to: Option<&str>, cursor: Option<&str>) -> Answer {
    let Caller(user) = caller?;
    room(&user)?;
    let (from, to) = shiyan_web_bench::exchange::asked(&user, from, to)?;
    let after = match some(cursor) {
        None => None,
        Some(text) => Some(text.parse::<Key<shiyan_foundation::ids::TestReportId>>().map_err(|_| unread("cursor", &text, "next"))?),
    };
    let extent = Extent::of(&site.app, from, to, &user.actor.scope, user.now()).await?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let read = site.app.read_issued_results(&user.actor, (from, to), after.as_deref(), ssd2::PAGE).await?;
    let mut page = Exported::none(extent);
    page.take(&read);
    let rows = page.lines.iter().map(|l| l.0.iter().map(|(name, text)| (name.clone(), json!(text))).collect::<serde_json::Map<_, _>>());
    let left = page.left_out.iter().map(|l| json!({ "sample": l.sample, "item": l.analyte, "why": l.why, "zh": l.why.zh(), "en": l.why.en() }));
    Ok(Json(json!({
        "from": page.extent.from,
        "to": page.extent.to,
        "as_of": page.extent.as_of,
        "scope_zh": page.extent.scope_zh,
        "scope_en": page.extent.scope_en,
        "orders": page.orders,
        "demo": page.demo,
        "results": rows.collect::<Vec<_>>(),
        "left_out": left.collect::<Vec<_>>(),
        "sha256": page.sha256()?,
        "next": read.next,
    })))
}

/// 期限 of a rule counted from a day, with the working calendar in use.
#[utoipa::path(
    get, path = "/api/v1/deadline",
    params(("rule" = String, Query, description = "Rule key, e.g. D07"), ("from" = String, Query, description = "Date, or date and time with offset for periods in hours")),
    responses((status = 200, description = "The deadline", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/deadline?<rule>&<from>")]
async fn deadline(site: &State<Site>, caller: Result<Caller, Failure>, rule: Option<&str>, from: Option<&str>) -> Answer {
    caller?;
    let typed = from.unwrap_or_default();
    let start = match DateTime::parse_from_rfc3339(typed.trim()) {
        Ok(at) => at.with_timezone(&shiyan_foundation::shanghai()),
        Err(_) => date(typed, "起算日期", "start", "from")?
            .and_time(chrono::NaiveTime::MIN)
            .and_local_timezone(shiyan_foundation::shanghai())
            .single()
            .ok_or_else(|| bad(Status::UnprocessableEntity, "from"))?,
    };
    let key = shiyan_statute::deadline::rule_key(&rule.unwrap_or_default().to_uppercase())?;
    let computed = shiyan_statute::deadline(key, start, &site.app.calendar().await?)?;
    Ok(Json(json!({
        "rule": key.code(),
        "name_zh": key.zh(),
        "name_en": key.en(),
        "version": computed.version,
        "article": computed.article,
        "from": start,
        "due_on": computed.due.due_on,
        "due_at": computed.due.due_at,
        "provisional": computed.due.provisional,
        "rolled_from": computed.due.rolled_from,
        "counted": computed.due.counted,
        "calendar_version": computed.due.calendar_version,
    })))
}

/// What is to be judged: against the limit given, or against the library for the food.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct JudgeBody {
    /// 检验项目
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    item: String,
    /// 检验结果 exactly as typed.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    result: String,
    /// 标准值 as written; without it the library decides.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    limit: Option<String>,
    /// 单位
    #[validate(length(max = 50))]
    #[schema(max_length = 50)]
    unit: Option<String>,
    /// 标签明示值
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    label_claim: Option<String>,
    /// 配料, which may carry an additive over.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    ingredients: Option<String>,
    /// 食品分类 大类/亚类/…, for the library.
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    food: Option<String>,
    /// Day the limit must be in force, `2026-03-05`; today when missing.
    #[validate(length(max = 10))]
    #[schema(max_length = 10)]
    on: Option<String>,
}

/// 单项判定 with its working.
#[utoipa::path(
    post, path = "/api/v1/judge",
    request_body = JudgeBody,
    responses((status = 200, description = "The judgement", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 403, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"))
)]
#[post("/api/v1/judge", data = "<body>")]
async fn judge(site: &State<Site>, caller: Result<Caller, Failure>, body: Body<JudgeBody>) -> Answer {
    let Caller(user) = caller?;
    let body = checked(body)?;
    let given = body.limit.as_deref().filter(|l| !l.trim().is_empty());
    if let Some(limit) = given {
        let (unit, label_claim, food) = (body.unit.as_deref(), body.label_claim.as_deref(), body.food.as_deref());
        let ingredients = body.ingredients.as_deref();
        let judged = judge_words(&Texts { item: &body.item, result: &body.result, limit, unit, label_claim, food, ingredients });
        return Ok(Json(judged_json(&judged, None)));
    }
    let Some(food) = body.food.as_deref().map(str::trim).filter(|f| !f.is_empty()) else {
        let refusal = Refusal::new(shiyan_app::code::TEXT).with("label", "标准值或食品分类").with("label_en", "limit or food").on("limit");
        return Err(refusal.into());
    };
    let on = body.on.as_deref().map_or_else(|| Ok(user.now().date_naive()), |d| date(d, "日期", "day", "on"))?;
    let limits = site.app.limit_rows().await?;
    // A name of several foods, or of none that is known, is answered with its paths; nothing is guessed.
    let (info, paths) = match FoodNames::new(&limits).resolve(food) {
        FoodName::One(path) => (None, vec![path]),
        FoodName::Several(paths) => (Some(law::FOOD_SEVERAL), paths),
        FoodName::None { near } => (Some(law::FOOD_UNKNOWN), near),
    };
    if let Some(info) = info {
        let paths: Vec<String> = paths.iter().map(CategoryPath::text).collect();
        let list = |none: &str| if paths.is_empty() { none.to_owned() } else { paths.join("；") };
        let why = Refusal::new(info).with("typed", food).with("paths", list("无")).with("paths_en", list("none"));
        return Ok(Json(unjudged_json(&why, &[], &paths)));
    }
    let category = paths.into_iter().next().unwrap_or_default();
    let name = category.0.last().cloned().unwrap_or_default();
    let query = LimitQuery { category: &category, food_name: &name, analyte: &body.item, ref_date: on, prepackaged: None };
    let choice = limits.choose(&query);
    let nothing = matches!(choice, LimitChoice::None { reason } if reason.code == law::NO_LIMIT.code);
    let of_table = nothing.then(|| shiyan_statute::additive_limit(&query)).flatten();
    let chosen = match &of_table {
        Some(Ok(row)) if row.id == shiyan_statute::additives::NOT_LISTED || row.status == LimitStatus::Active => Ok(row),
        Some(Ok(row)) => LimitChoice::OnlyPending(vec![row]).settled(&query),
        Some(Err(why)) => Err(why.clone()),
        None => choice.settled(&query),
    };
    Ok(Json(match chosen {
        Ok(row) => {
            let known = FoodFacts::of(&category, &name, body.ingredients.as_deref());
            let typed = Typed {
                label_claim: body.label_claim.as_deref(),
                food: known.food(),
                ingredients: known.ingredients.as_deref(),
                ..Typed::new(&body.item, &body.result, body.unit.as_deref())
            };
            let (_, judged) = judge_against(&typed, &LimitUsed::chosen(row, &query));
            judged_json(&judged, Some(row))
        }
        Err(why) => unjudged_json(&why, choice.rows(), &[]),
    }))
}

fn unjudged_json(why: &Refusal, rows: &[&LimitRow], foods: &[String]) -> Value {
    json!({
        "verdict": Verdict::NoVerdict, "verdict_zh": Verdict::NoVerdict.zh(), "verdict_en": Verdict::NoVerdict.en(),
        "reason_code": why.code(), "reason_zh": why.what(Lang::Zh), "reason_en": why.what(Lang::En), "foods": foods,
        "candidates": rows.iter().map(|r| json!({ "id": r.id, "zh": r.reference(Lang::Zh), "en": r.reference(Lang::En) })).collect::<Vec<_>>(),
    })
}

fn judged_json(judged: &Judgement, row: Option<&LimitRow>) -> Value {
    json!({
        "verdict": judged.verdict,
        "verdict_zh": judged.verdict.zh(),
        "verdict_en": judged.verdict.en(),
        "reason_code": judged.reason.0.code,
        "reason_zh": judged.reason_text(Lang::Zh),
        "reason_en": judged.reason_text(Lang::En),
        "near_limit": judged.near_limit,
        "needs_second_analyst": judged.needs_second_analyst,
        "needs_carry_over_word": judged.needs_carry_over_word,
        "limit": row.map(|r| json!({ "id": r.id, "zh": r.reference(Lang::Zh), "en": r.reference(Lang::En) })),
        "working": judged.working,
        "working_zh": judged.explain(Lang::Zh),
        "working_en": judged.explain(Lang::En),
    })
}

/// 说明 of a refusal code or a rule key.
#[utoipa::path(
    get, path = "/api/v1/explain/{code}",
    params(("code" = String, Path, description = "e.g. D07 or SHEET-SAMPLERS")),
    responses((status = 200, description = "What it means", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"))
)]
#[get("/api/v1/explain/<code>")]
fn explain(caller: Result<Caller, Failure>, code: &str) -> Answer {
    let Caller(user) = caller?;
    let found = shiyan_app::explain::explain(code, user.now().date_naive(), &more_codes()).ok_or(Failure::NotFound)?;
    Ok(Json(serde_json::to_value(found).map_err(|e| Failure::Fault(e.to_string()))?))
}

/// One rapid reading; the server gives the verdict.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadingBody {
    /// 快检点 id; an operator has one and may leave it out.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    #[serde(default)]
    point: String,
    /// 摊位
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    stall: String,
    /// 品种
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    food: String,
    /// 方法代码
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    method: String,
    /// 检测项目, when the method covers several.
    #[validate(length(max = 60))]
    #[schema(max_length = 60)]
    #[serde(default)]
    analyte: String,
    /// 读数 as typed.
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    #[serde(default)]
    value: String,
    /// negative, weak_positive, positive or invalid, for methods read by eye.
    #[validate(length(max = 20))]
    #[schema(max_length = 20)]
    #[serde(default)]
    observed: String,
    /// 试剂批号
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    #[serde(default)]
    reagent_lot: String,
    /// 备注
    #[validate(length(max = 300))]
    #[schema(max_length = 300)]
    #[serde(default)]
    note: String,
    /// 复测 id of the positive reading that this one repeats.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    retest_of: Option<String>,
}

/// 录入快检读数
#[utoipa::path(
    post, path = "/api/v1/rapid/readings",
    request_body = ReadingBody,
    responses((status = 200, description = "The reading with the verdict of the server", body = Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 403, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"))
)]
#[post("/api/v1/rapid/readings", data = "<body>")]
async fn rapid_reading(site: &State<Site>, caller: Result<Caller, Failure>, body: Body<ReadingBody>) -> Answer {
    let Caller(user) = caller?;
    reads(&user, Act::Reading)?;
    let b = checked(body)?;
    let typed = TypedReading {
        point: b.point,
        stall: b.stall,
        food: b.food,
        method: b.method,
        analyte: b.analyte,
        value: b.value,
        observed: b.observed,
        reagent_lot: b.reagent_lot,
        origin: String::new(),
        note: b.note,
        photo: None,
        retest_of: b.retest_of,
    };
    let reading = site.app.enter_reading(&user.actor, typed, user.now()).await?;
    Ok(Json(json!({
        "id": reading.id,
        "verdict": reading.verdict,
        "verdict_zh": reading.verdict.zh(),
        "verdict_en": reading.verdict.en(),
        "why_zh": reading.why_zh,
        "why_en": reading.why_en,
        "tested_at": reading.tested_at,
        "href": format!("/rapid/{}", reading.id),
    })))
}

#[get("/api/openapi.json")]
fn openapi() -> (ContentType, &'static str) {
    (ContentType::JSON, CONTRACT.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_contract_and_the_routes_are_the_same() {
        let document: Value = serde_json::from_str(&CONTRACT).unwrap();
        let mut written = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                written.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let mounted: BTreeSet<String> = routes()
            .iter()
            .filter(|r| r.uri.path().starts_with("/api/v1/"))
            .map(|r| format!("{} {}", r.method, r.uri.path().replace('<', "{").replace('>', "}")))
            .collect();
        assert_eq!(written, mounted);
        assert!(mounted.len() >= 8);
    }
    #[test]
    fn the_contract_says_what_may_be_sent_and_every_refusal() {
        let document: Value = serde_json::from_str(&CONTRACT).unwrap();
        let samples = &document["paths"]["/api/v1/samples"]["get"];
        let parameter = |name: &str| samples["parameters"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap()["schema"].clone();
        assert!(parameter("state")["enum"].as_array().unwrap().len() > 5 && parameter("q")["maxLength"] == 100 && parameter("year")["maximum"] == 2100);
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                for status in if method == "post" { &["400", "401", "409", "413", "415", "429", "503"][..] } else { &["400", "429", "503"][..] } {
                    assert!(operation["responses"][status].is_object(), "{method} {path} {status}");
                }
            }
        }
        let reading = &document["components"]["schemas"]["ReadingBody"]["properties"];
        assert_eq!((reading["stall"]["minLength"].as_u64(), reading["stall"]["maxLength"].as_u64()), (Some(1), Some(40)));
        assert!(CONTRACT.contains(HEADER));
    }
    #[test]
    fn unknown_fields_and_long_texts_are_refused() {
        let body = |text: &str| serde_json::from_str::<JudgeBody>(text);
        assert!(body(r#"{"item":"铅","result":"0.1","limit":"≤0.2"}"#).unwrap().validate().is_ok());
        assert!(body(r#"{"item":"铅","result":"0.1","nonsense":1}"#).is_err());
        assert!(body(&format!(r#"{{"item":"{}","result":"0.1"}}"#, "x".repeat(201))).unwrap().validate().is_err());
    }
}
