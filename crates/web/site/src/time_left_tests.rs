//! One deadline says the same on the first page and in the list of cases, whatever day it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};

use rocket::http::Status;
use rocket::local::asynchronous::Client;
use shiyan_foundation::{Instant, NaiveDate, Scope, shanghai};

use shiyan_web_kit::stage::{client_at, demonstration_at, login};

/// The clock of the test, in seconds; it only goes forward.
static NOW: AtomicI64 = AtomicI64::new(0);

fn clock() -> Instant {
    chrono::DateTime::from_timestamp(NOW.load(Ordering::SeqCst), 0).unwrap().with_timezone(&shanghai())
}

fn at(day: NaiveDate, hour: u32, minute: u32) -> Instant {
    day.and_hms_opt(hour, minute, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}

async fn get(client: &Client, token: &str, address: &str) -> String {
    let response = client.get(address.to_owned()).cookie(("shiyan_login", token.to_owned())).cookie(("lang", "zh")).dispatch().await;
    assert_eq!(response.status(), Status::Ok, "{address}");
    response.into_string().await.unwrap_or_default()
}

/// What a page says of the deadline of each case that it names: the chip as it stands, colour, icon and words.
fn chips(page: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for row in page.split("<tr").flat_map(|row| row.split("<li>")) {
        let Some((_, case)) = row.split_once("href=\"/cases/") else { continue };
        let id = case.split('"').next().unwrap_or_default();
        let chip = row.split("<span class=\"due ").nth(1).and_then(|c| c.split("</span></span>").next());
        if let (36, Some(chip)) = (id.len(), chip) {
            out.insert(id.to_owned(), chip.to_owned());
        }
    }
    out
}

#[rocket::async_test]
async fn the_first_page_and_the_list_say_the_same_of_a_deadline_on_a_day_off_too() {
    // Friday before a weekend whose Sunday is a working day
    let friday = NaiveDate::from_ymd_opt(2026, 9, 18).unwrap();
    let begin = at(friday, 14, 0);
    NOW.store(begin.timestamp(), Ordering::SeqCst);
    let (_dir, app, _) = demonstration_at("time-left", 7, 300, begin).await;
    let client = client_at(&app, crate::routes(), clock).await;
    let open = async || {
        let filter = shiyan_app::read::CaseFilter { state: Some("open".to_owned()), ..Default::default() };
        app.stage().cases(&filter, &Scope::District).await.unwrap()
    };
    // one of them gets a Friday for its last day
    let chief = app.stage().people().await.unwrap().into_iter().find(|u| u.username == "supervisor").unwrap().actor();
    let mut extended = false;
    for case in open().await {
        extended = extended || app.extend_case(&chief, &case.id, "2026-12-18", "等待复检结论", begin).await.is_ok();
    }
    assert!(extended);
    let cases = open().await;
    let dues: BTreeSet<NaiveDate> = cases.iter().filter_map(|c| c.due_on.as_deref()?.parse().ok()).collect();
    let next = |day: NaiveDate| day + chrono::Days::new(1);
    let weekend = [at(friday, 23, 59), at(next(friday), 0, 0), at(next(next(friday)), 9, 0)];
    let around = dues.iter().flat_map(|due| [at(*due, 23, 59), at(next(*due), 0, 0), at(next(next(*due)), 10, 0)]);
    let moments: BTreeSet<Instant> = around.chain(weekend).filter(|at| *at > begin).collect();
    let (mut compared, mut overdue_on_a_day_off) = (0, 0);
    for moment in moments {
        NOW.store(moment.timestamp(), Ordering::SeqCst);
        let (supervisor, enforcer) = (login(&client, "supervisor").await, login(&client, "enforcer").await);
        let listed = chips(&get(&client, &supervisor, "/cases").await);
        for token in [&supervisor, &enforcer] {
            for (case, chip) in chips(&get(&client, token, "/").await) {
                assert_eq!(listed.get(&case), Some(&chip), "{moment}");
                compared += 1;
                overdue_on_a_day_off += usize::from(chip.contains("已逾期"));
            }
        }
    }
    assert!(compared > 50 && overdue_on_a_day_off > 0, "{compared} compared, {overdue_on_a_day_off} on a day off");
}
