//! What a region tells the tier above: numbers of facts within the scope of an account, to a token that opens nothing else.

use chrono::TimeDelta;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;
use shiyan_app::people::program::MOST_DAYS;
use shiyan_foundation::{Instant, Scope};
use shiyan_indicators::{Counts, Gatherer};
use shiyan_testkit::people::STREET;
use shiyan_testkit::{PASSWORD, TestApp, codes};

use crate::http::{Answer, Browser, client, now};

shiyan_testkit::on_both_engines!(a_token_reads_what_its_account_counts_and_opens_nothing_else, a_token_ends_with_its_day_its_account_and_its_taking_back);

const COUNTS: &str = "/api/v1/counts?year=2025";

async fn by(client: &Client, path: &str, headers: &[String]) -> Answer {
    let request = headers.iter().fold(client.get(path), |r, h| r.header(Header::new("Authorization", h.clone())));
    Answer::of(request.dispatch().await).await
}
fn bearer(token: &str) -> Vec<String> {
    vec![format!("Bearer {token}")]
}

async fn a_token_reads_what_its_account_counts_and_opens_nothing_else(t: TestApp) {
    t.sampled("XBJ25410105000000001").await;
    let client = client(&t.app, now).await;
    let admin = t.people.admin.actor();
    let (_, token) = t.app.hand_out_program(&admin, "supervisor", 30, now()).await.unwrap();
    assert_eq!(format!("{token:?}"), "Token", "it is printed by nobody but who hands it over");
    let answer = by(&client, COUNTS, &bearer(token.text())).await;
    assert_eq!((answer.status, answer.header("Cache-Control")), (Status::Ok, "no-store"));
    let counts: Counts = serde_json::from_str(&answer.text()).unwrap();
    let head = t.app.stage().head().await.unwrap();
    assert_eq!((counts.stands_on, counts.streets.contains(STREET), counts.in_transit), (Some(head.seq), true, 1));
    let gatherer = Gatherer::new(2025, now().date_naive(), shiyan_statute::calendar()).unwrap();
    assert_eq!(gatherer.fit(&counts), Ok(()));
    // somebody signed in reads the same, and the figures of the interface are these
    let supervisor = Browser::login(&client, "supervisor", PASSWORD).await;
    let signed_in: Counts = serde_json::from_str(&supervisor.get(COUNTS).await.text()).unwrap();
    // the signing in is an entry of its own
    assert_eq!(Counts { stands_on: counts.stands_on, ..signed_in }, counts);
    let kpi: serde_json::Value = serde_json::from_str(&supervisor.get("/api/v1/kpi?year=2025").await.text()).unwrap();
    for (told, figure) in counts.figures.iter().zip(kpi["figures"].as_array().unwrap()) {
        assert_eq!(
            (told.key.as_str(), told.counted, told.hits),
            (figure["key"].as_str().unwrap(), figure["counted"].as_u64().unwrap(), figure["numerator"].as_u64().unwrap())
        );
    }
    // whoever may not read figures is not counted for either
    assert_eq!(Browser::login(&client, "analyst", PASSWORD).await.get(COUNTS).await.status, Status::NotFound);
    assert_eq!(codes(t.app.hand_out_program(&admin, "analyst", 30, now()).await).len(), 1);
    assert_eq!(codes(t.app.hand_out_program(&t.people.supervisor.actor(), "supervisor", 30, now()).await).len(), 1, "an administrator hands it out");
    for days in [0, -1, MOST_DAYS + 1] {
        assert_eq!(codes(t.app.hand_out_program(&admin, "supervisor", days, now()).await), ["TYPED-NUMBER"], "{days}");
    }
    // no other address knows it, and none is opened by half of one
    for path in ["/api/v1/kpi?year=2025", "/api/v1/samples", "/api/v1/statistics", "/api/v1/cases", "/api/v1/deadline?rule=D07&from=2025-06-01"] {
        assert_eq!(by(&client, path, &bearer(token.text())).await.status, Status::Unauthorized, "{path}");
    }
    let text = token.text().to_owned();
    let twice = [bearer(&text), bearer(&text)].concat();
    for headers in [vec![], twice, vec![text.clone()], vec![format!("Basic {text}")], bearer(&text[..63]), bearer(&format!("{}0", &text[..63])), bearer("")] {
        let wrong = by(&client, COUNTS, &headers).await;
        // one in sixteen tokens ends in 0
        assert!(wrong.status == Status::Unauthorized || headers == bearer(&text), "{headers:?}: {}", wrong.status);
    }
    let shown = t.app.stage().newest_entries(50).await.unwrap();
    assert!(
        shown.iter().any(|e| e.verb == "user.program_token") && shown.iter().all(|e| !e.facts.to_string().contains(&text)),
        "the journal tells of it and holds it not"
    );
    t.assert_whole().await;
}

async fn a_token_ends_with_its_day_its_account_and_its_taking_back(t: TestApp) {
    let admin = t.people.admin.actor();
    let whose = async |token: &str, at: Instant| t.app.program(token, at).await.unwrap().map(|u| u.username);
    let hand_out = async |days| t.app.hand_out_program(&admin, "supervisor", days, now()).await.unwrap().1.text().to_owned();
    let first = hand_out(2).await;
    assert_eq!(whose(&first, now() + TimeDelta::hours(47)).await.as_deref(), Some("supervisor"));
    assert_eq!(whose(&first, now() + TimeDelta::hours(49)).await, None);
    // each region of those above has its own; the fifth ends the first
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(hand_out(30).await);
    }
    assert_eq!(whose(&first, now()).await, None);
    assert_eq!(whose(&others[0], now()).await.as_deref(), Some("supervisor"));
    t.app.end_programs(&admin, "supervisor", now()).await.unwrap();
    assert_eq!(whose(&others[3], now()).await, None);
    let last = hand_out(30).await;
    t.app.reset_password(&admin, "supervisor", now()).await.unwrap();
    assert_eq!(whose(&last, now()).await, None, "whoever lost the password lost the programs");
    let again = hand_out(30).await;
    t.app.disable_user(&admin, "supervisor", now()).await.unwrap();
    assert_eq!(whose(&again, now()).await, None);
    t.app.enable_user(&admin, "supervisor", now()).await.unwrap();
    assert_eq!(whose(&again, now()).await, None, "and it does not come back with the account");
    // an administrator of one street takes nothing of the district's back
    let mine = shiyan_foundation::Actor { scope: Scope::Streets([STREET.to_owned()].into()), ..admin.clone() };
    assert!(t.app.end_programs(&mine, "supervisor", now()).await.is_err());
    t.assert_whole().await;
}
