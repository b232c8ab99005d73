//! 一地之数 what this region counts, for the tier above that adds it to what others count (`shiyan kpi --regions`).

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::request::FromRequest;
use rocket::serde::json::Json;
use rocket::{Request, State, get};
use shiyan_app::records::UserAccount;
use shiyan_foundation::Instant;
use shiyan_indicators::Counts;
use shiyan_web_kit::api::Caller;
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Given;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::when::When;

use crate::api::ProblemDocument;

/// 读数者 a program with its token, or somebody signed in. The token opens this address alone.
#[derive(Debug)]
pub struct Reader {
    account: UserAccount,
    now: Instant,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Reader {
    type Error = Failure;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, (Status, Failure), Status> {
        let unknown = || Outcome::Error((Status::Unauthorized, Failure::SignIn(String::new())));
        let mut brought = request.headers().get("Authorization");
        let Some(first) = brought.next() else {
            return match request.guard::<Caller>().await {
                Outcome::Success(Caller(user)) => Outcome::Success(Self { now: user.now(), account: user.account }),
                Outcome::Error(error) => Outcome::Error(error),
                Outcome::Forward(_) => unknown(),
            };
        };
        // two of them: nobody says which is meant
        let token = first.strip_prefix("Bearer ").map(str::trim).filter(|t| t.len() == 64 && brought.next().is_none());
        let (Some(site), Some(token)) = (request.rocket().state::<Site>(), token) else { return unknown() };
        let now = site.now();
        match site.app.program(token, now).await {
            Ok(Some(account)) => Outcome::Success(Self { account, now }),
            Ok(None) => unknown(),
            // whoever cannot be looked up is not told that the token is wrong: the database is away, and that is what is said
            Err(error) => Outcome::Error((Status::ServiceUnavailable, error.into())),
        }
    }
}

/// 一地之数 of a year: how many facts each figure counts and leaves out, to be added to those of other regions; never a rate.
#[utoipa::path(
    get, path = "/api/v1/counts",
    params(
        ("year" = Option<i32>, Query, description = "2000 to 2100; this year when missing"),
        ("as_of" = Option<String>, Query, description = "As it stood at the end of this day, never a day to come; now when missing"),
    ),
    responses((status = 200, description = "Numbers of facts by figure; `stands_on` is the entry of the journal they stand on, null of a day that has passed; `form` changes with what the rest means", body = serde_json::Value), (status = 401, body = ProblemDocument, content_type = "application/problem+json"), (status = 404, body = ProblemDocument, content_type = "application/problem+json"), (status = 422, body = ProblemDocument, content_type = "application/problem+json"), (status = 429, description = "This person has as much heavy work under way as one may have; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, description = "The system is busy; Retry-After says when to come back", body = ProblemDocument, content_type = "application/problem+json")),
    security(("login" = []), ("program" = []))
)]
#[get("/api/v1/counts?<year>&<as_of>")]
pub async fn counts(site: &State<Site>, reader: Result<Reader, Failure>, year: Given<i32>, as_of: Given<NaiveDate>) -> Result<Json<Counts>, Failure> {
    let Reader { account, now } = reader?;
    let when = When::read(year, as_of, now)?;
    let actor = account.actor();
    let _turn = site.heavy.turn(actor.id, Lane::Figures).await?;
    Ok(Json(site.app.read_region_counts(&actor, when.year, when.as_of, now).await?))
}
