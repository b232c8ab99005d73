//! Real logs of 2018, replayed in their order: exactly the distinct records are stored, equal bytes get equal answers, another content under a known number is
//! held. The numbers are counted here a second time, plainly, from the JSON of the log.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;
use shiyan_devices::upload::suzhou::{self, document_of};
use shiyan_devices::upload::{Dialect, Outcome, Reply, market_2018::Market2018, station_2018, station_2018::Station2018};
use shiyan_foundation::ids::DeviceId;
use shiyan_foundation::{Instant, Label, NaiveDate, shanghai};
use shiyan_rapid_test::accept::{Circumstance, ClockRule, Decision, Item, Keep, Provenance, Shelf, Status, Stored, Validity, batch};
use shiyan_rapid_test::{Basis, ContentHash, Doubt, Screen, screen};
use uuid::Uuid;

fn external(name: &str) -> Option<String> {
    let text = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external").join(name)).ok();
    if text.is_none() {
        shiyan_skip::skipped("real uploads of rapid-test devices", &format!("../shared/external/{name} is not beside the checkout"));
    }
    text
}

#[derive(Default)]
struct Model {
    stored: BTreeMap<Uuid, Stored>,
    measured: BTreeMap<ContentHash, Uuid>,
    held: BTreeSet<(Uuid, ContentHash)>,
}
impl Shelf for Model {
    fn by_id(&self, _: DeviceId, id: Uuid) -> Option<Stored> {
        self.stored.get(&id).cloned()
    }
    fn by_seq(&self, _: DeviceId, _: u64) -> Option<Stored> {
        None
    }
    fn by_measurement(&self, _: DeviceId, measurement: ContentHash) -> Option<Uuid> {
        self.measured.get(&measurement).copied()
    }
    fn is_held(&self, _: DeviceId, id: Uuid, content: ContentHash) -> bool {
        self.held.contains(&(id, content))
    }
    fn next_number(&self) -> u64 {
        self.stored.len() as u64 + 1
    }
    fn keep(&mut self, item: &Item, decision: &Decision) {
        match decision.keep {
            Keep::Reading => {
                let receipt = decision.receipt.clone().unwrap();
                if let Some(measurement) = item.sent.measurement() {
                    self.measured.entry(measurement).or_insert(item.id);
                }
                assert!(self.stored.insert(item.id, Stored { id: item.id, content: item.content(), receipt, voided: false }).is_none());
            }
            Keep::Conflict => assert!(self.held.insert((item.id, item.content()))),
            Keep::Nothing | Keep::Bytes => {}
        }
    }
}

fn now() -> Instant {
    NaiveDate::from_ymd_opt(2018, 7, 1).unwrap().and_hms_opt(8, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn facts(item: &Item) -> Circumstance {
    Circumstance {
        provenance: Provenance::Enrolled,
        item_known: true,
        unit_known: true,
        basis: Basis::named(&item.sent),
        photo_required: false,
        training: Validity::NotAsked,
        kit: Validity::NotAsked,
        calibration: Validity::NotAsked,
        upload_by: None,
        clock_at_sending: None,
        clock: ClockRule::default(),
    }
}

/// Replays a log; what became of each line, with its answer.
fn replay(dialect: &dyn Dialect, text: &str, model: &mut Model) -> Vec<(Vec<Decision>, Vec<u8>)> {
    let mut out = Vec::new();
    for message in dialect.messages(text.as_bytes()) {
        let items = dialect.items(&dialect.read(message).unwrap(), DeviceId(Uuid::nil()));
        let decisions = batch(&items, model, dialect.renumbers(), facts, now());
        let outcomes: Vec<Outcome> = decisions.iter().map(Outcome::from).collect();
        let answer = dialect.answer(&outcomes, now().naive_local()).body;
        out.push((decisions, answer));
    }
    out
}

fn count(lines: &[(Vec<Decision>, Vec<u8>)]) -> BTreeMap<Status, usize> {
    let mut counts = BTreeMap::new();
    lines.iter().flat_map(|(d, _)| d).for_each(|d| *counts.entry(d.status).or_default() += 1);
    counts
}

/// The plain count: of each number the first content, then what equals it and what does not.
fn plain(records: &[(String, Value)]) -> (usize, usize, usize, usize) {
    let mut first: BTreeMap<&str, &Value> = BTreeMap::new();
    let (mut equal, mut other, mut others) = (0, 0, BTreeSet::new());
    for (number, record) in records {
        match first.get(number.as_str()) {
            None => {
                first.insert(number, record);
            }
            Some(known) if *known == record => equal += 1,
            Some(_) => {
                other += 1;
                others.insert((number, record.to_string()));
            }
        }
    }
    (first.len(), equal, other, others.len())
}

#[test]
fn the_market_log_stores_exactly_its_distinct_records() {
    let Some(text) = external("market_uploads_soap_2018.jsonl") else { return };
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let records: Vec<(String, Value)> =
        lines.iter().flat_map(|l| l["records"].as_array().unwrap()).map(|r| (r["JCCode"].as_str().unwrap().to_owned(), r.clone())).collect();
    let (distinct, equal, other, others) = plain(&records);
    let mut model = Model::default();
    let read = replay(&Market2018, &text, &mut model);
    let counts = count(&read);
    assert_eq!(read.len(), lines.len());
    assert_eq!((counts[&Status::Accepted], counts[&Status::Duplicate], counts[&Status::Conflict]), (distinct, equal, other));
    assert_eq!((model.stored.len(), model.held.len()), (distinct, others));
    assert!(counts.len() == 3 && records.len() == 88 && distinct == 53, "{counts:?}");
    // a second replay of the whole log changes nothing, and every line hears what it heard before, or that it is done
    let (stored, held) = (model.stored.clone(), model.held.clone());
    let again = replay(&Market2018, &text, &mut model);
    assert_eq!((&model.stored, &model.held), (&stored, &held));
    for ((before, answer), (now, second)) in read.iter().zip(&again) {
        assert_eq!(answer, second);
        assert_eq!(before[0].receipt, now[0].receipt);
    }
    // equal bytes, equal answer, within one replay too
    let mut heard: BTreeMap<String, &[u8]> = BTreeMap::new();
    for ((_, record), (_, answer)) in records.iter().zip(&read) {
        assert_eq!(heard.entry(record.to_string()).or_insert(answer), answer);
    }
}

#[test]
fn a_log_line_and_the_soap_message_behind_it_are_one_record() {
    let Some(text) = external("market_uploads_soap_2018.jsonl") else { return };
    for line in text.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        let record: Vec<(&str, &str)> = json["records"][0].as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        let xml = document_of(&[("marketCode", json["marketCode"].as_str().unwrap_or("")), ("tokenNo", "T0")], &[record]);
        let (one, other) = (Market2018.read(line.as_bytes()).unwrap(), Market2018.read(xml.as_bytes()).unwrap());
        let (one, other) = (one.sent().next().unwrap(), other.sent().next().unwrap());
        assert_eq!(one.content(), other.content());
        // what the server of then answered is understood
        let (meaning, _) = suzhou::reply(json["response"].as_str());
        let want = match json["response"].as_str() {
            None | Some("") => Reply::Unknown,
            Some("1000") => Reply::Accepted,
            Some(text) if text.contains("该编码已存在") => Reply::Known,
            Some(_) => Reply::Rejected,
        };
        assert_eq!(meaning, want, "{line}");
    }
}

#[test]
fn a_card_code_of_the_market_log_is_never_a_concentration() {
    let Some(text) = external("market_uploads_soap_2018.jsonl") else { return };
    let mut results: BTreeMap<(String, String, &str, bool), usize> = BTreeMap::new();
    for message in Market2018.messages(text.as_bytes()) {
        for sent in Market2018.read(message).unwrap().sent() {
            let (result, doubts) = screen::screen(sent, Basis::named(sent));
            if doubts.contains(&Doubt::ValueIsCode) {
                assert!(sent.value.is_empty() && sent.unit.is_empty());
                let held = doubts.iter().any(|d| d.holds());
                *results.entry((sent.rest["QuickCheckResultValue"].clone(), sent.word.clone(), result.code(), held)).or_default() += 1;
            } else {
                assert!(sent.unit != "mg/kg" && !doubts.iter().any(|d| d.holds()), "{sent:?}");
            }
        }
    }
    let told = |value: &str, word: &str, result: Screen, held| results.get(&(value.to_owned(), word.to_owned(), result.code(), held)).copied();
    assert_eq!(told("1.000", "+", Screen::Positive, false), Some(42));
    assert_eq!(told("2.000", "-", Screen::Negative, false), Some(22));
    // a card without its control line that was sent as a positive: invalid, and a person looks
    assert_eq!(told("3.000", "+", Screen::Invalid, true), Some(4));
    assert!(
        results.iter().all(|((value, .., result, held), _)| ["1.000", "2.000", "3.000"].contains(&value.as_str()) || *held && *result == "none"),
        "{results:?}"
    );
}

#[test]
fn the_station_log_stores_exactly_its_distinct_records_and_tells_of_the_repeats() {
    let Some(text) = external("station_uploads_json_2018_head.jsonl") else { return };
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let records: Vec<(String, Value)> = lines
        .iter()
        .map(|l| {
            let mut record: Value = serde_json::from_str(l["payload_raw"].as_str().unwrap()).unwrap();
            let members = record.as_object_mut().unwrap();
            // when and by whom it was uploaded is of the try; what says nothing is not there
            ["uploadDate", "uploadId", "uploadName", "dataSource"].iter().for_each(|name| drop(members.remove(*name)));
            members.retain(|_, v| !v.is_null() && v != "");
            (record["id"].as_str().unwrap().to_owned(), record)
        })
        .collect();
    let (distinct, equal, other, others) = plain(&records);
    let mut model = Model::default();
    let read = replay(&Station2018, &text, &mut model);
    let counts = count(&read);
    let of = |status| counts.get(&status).copied().unwrap_or(0);
    assert_eq!((of(Status::Accepted), of(Status::Duplicate), of(Status::Conflict), counts.len()), (distinct, equal, other, 3));
    assert_eq!((model.stored.len(), model.held.len()), (distinct, others));
    // one measurement came under five ids: four of them are flagged as its repeats
    let repeats = read.iter().flat_map(|(d, _)| d).filter(|d| d.flags.iter().any(|f| f.code() == "RAPID-FLAG-REPEAT")).count();
    assert_eq!((distinct, repeats), (5, 4));
    for (line, (decisions, answer)) in lines.iter().zip(&read) {
        let meaning = station_2018::reply(Some(std::str::from_utf8(answer).unwrap())).0;
        assert_eq!(meaning == Reply::Accepted, decisions[0].status.is_success());
        let (meaning, _) = station_2018::reply(line["response"].as_str());
        assert_eq!(meaning == Reply::Accepted, line["response"].as_str().unwrap().contains("\"success\":true"));
    }
}
