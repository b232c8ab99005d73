//! Whoever asks for two hundred heavy things at once gets one at a time and is told when to come back; everybody else goes on.

use std::time::{Duration, Instant};

use rocket::futures::future::join_all;
use rocket::http::Status;
use shiyan_foundation::ids::UserId;
use shiyan_testkit::{PASSWORD, TestApp};
use shiyan_web_kit::Site;
use shiyan_web_kit::heavy::Lane;

use crate::http::{Browser, client, now};

shiyan_testkit::on_both_engines!(two_hundred_calls_of_one_person_stop_nobody_else, a_page_that_must_wait_keeps_its_place, what_is_typed_outlives_a_busy_house);

async fn two_hundred_calls_of_one_person_stop_nobody_else(t: TestApp) {
    let client = client(&t.app, now).await;
    let site = client.rocket().state::<Site>().unwrap().clone();
    let greedy = Browser::login(&client, "supervisor", PASSWORD).await;
    let other = Browser::login(&client, "enforcer", PASSWORD).await;
    let free = greedy.get("/api/v1/kpi?year=2025").await;
    assert_eq!(free.status, Status::Ok, "{}", free.text());
    // One call is at work and does not end; the lanes of this house have one turn.
    let turns = std::thread::available_parallelism().map_or(1, |n| n.get() / 2).max(1);
    let mut at_work = vec![site.heavy.turn(t.people.supervisor.id, Lane::Figures).await.unwrap()];
    for n in 1..turns {
        let somebody: UserId = format!("00000000-0000-0000-0000-{n:012}").parse().unwrap();
        at_work.push(site.heavy.turn(somebody, Lane::Figures).await.unwrap());
    }
    let calls = join_all((0..200).map(|_| greedy.get("/api/v1/kpi?year=2025")));
    let (_, page, began) = {
        let others = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let began = Instant::now();
            // What is no heavy work is answered at once, to both.
            let page = other.get("/cases").await;
            assert_eq!(greedy.get("/cases").await.status, Status::Ok);
            let took = began.elapsed();
            drop(std::mem::take(&mut at_work));
            (page, took)
        };
        let (calls, (page, took)) = rocket::futures::future::join(calls, others).await;
        let done = calls.iter().filter(|a| a.status == Status::Ok).count();
        let refused: Vec<_> = calls.iter().filter(|a| a.status == Status::TooManyRequests).collect();
        assert_eq!((done, refused.len()), (2, 198), "two waited and were answered, the rest were told to come back");
        for answer in refused {
            assert!(answer.header("Retry-After").parse::<u32>().is_ok_and(|s| s > 0), "{:?}", answer.headers);
            assert!(answer.header("Content-Type").starts_with("application/problem+json") && answer.text().contains("HEAVY-MINE"));
        }
        (calls, page, took)
    };
    assert_eq!(page.status, Status::Ok);
    assert!(began < Duration::from_secs(3), "{began:?}");
    assert_eq!(greedy.get("/api/v1/kpi?year=2025").await.text(), free.text());
}

async fn a_page_that_must_wait_keeps_its_place(t: TestApp) {
    let client = client(&t.app, now).await;
    let site = client.rocket().state::<Site>().unwrap().clone();
    let mut browser = Browser::login(&client, "supervisor", PASSWORD).await;
    let me = t.people.supervisor.id;
    let first = site.heavy.turn(me, Lane::Figures).await.unwrap();
    let queued: Vec<_> = (0..2)
        .map(|_| {
            let heavy = site.heavy.clone();
            tokio::spawn(async move { heavy.turn(me, Lane::Figures).await.map(drop) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    for (lang, words) in [("zh", ["在进行或排队", "再试一次"]), ("en", ["under way or waiting", "Try again"])] {
        browser.lang = lang;
        for path in ["/", "/stats?year=2025&amp;tab=items", "/search?q=x", "/figures/per_thousand?year=2025"] {
            let answer = browser.get(&path.replace("&amp;", "&")).await;
            assert_eq!((answer.status, answer.header("Retry-After")), (Status::TooManyRequests, "2"), "{path}");
            let page = answer.text();
            assert!(answer.is_html() && words.iter().all(|w| page.contains(w)), "{path}: {page}");
            assert!(
                page.contains(&format!("href=\"{path}\"")) || page.contains(&format!("href=\"{}\"", path.replace("&amp;", "&#38;"))),
                "{path}: the way back"
            );
        }
        // Papers are another queue.
        assert_eq!(browser.get("/stats/export.csv?year=2025").await.status, Status::Ok);
    }
    drop(first);
    for one in queued {
        one.await.unwrap().unwrap();
    }
    assert_eq!(browser.get("/").await.status, Status::Ok);
}

async fn what_is_typed_outlives_a_busy_house(t: TestApp) {
    let client = client(&t.app, now).await;
    let site = client.rocket().state::<Site>().unwrap().clone();
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    site.heavy.close().await;
    let head = t.app.stage().head().await.unwrap();
    let answer = admin.post_form("/admin/calendar", format!("csrf={csrf}&source=%E5%9B%BD%E5%8A%9E2027&days=2027-01-01%2COFF")).await;
    assert_eq!((answer.status, answer.header("Retry-After")), (Status::ServiceUnavailable, "5"));
    let page = answer.text();
    assert!(page.contains("国办2027") && page.contains("2027-01-01,OFF"), "{page}");
    assert_eq!(t.app.stage().head().await.unwrap(), head);
}
