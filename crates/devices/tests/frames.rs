//! Every example frame of the protocol compilation, read by our drivers and dialects, and what must hold of each: any cut gives the same events, and a flipped
//! bit gives no other reading.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};
use shiyan_devices::upload::declared::Declared;
use shiyan_devices::upload::suzhou::Suzhou;
use shiyan_devices::upload::table::Table;
use shiyan_devices::upload::{Dialect, Reply, station_2018, suzhou};
use shiyan_devices::wire::astm::Astm;
use shiyan_devices::wire::dy03fe::{Dy03fe, Item};
use shiyan_devices::wire::f80::{Check, F80};
use shiyan_devices::wire::modbus::{Modbus, WordOrder};
use shiyan_devices::wire::profile::{self, Profile};
use shiyan_devices::wire::vidas::{DateOrder, Vidas};
use shiyan_devices::{Event, Port, Protocol};
use shiyan_foundation::{Decimal, Label};
use shiyan_rapid_test::{Basis, Doubt, Sent, screen};

const FILE: &str = include_str!("data/rapid_frames.csv");

struct Row {
    id: String,
    device: String,
    kind: String,
    payload: String,
    expected: Value,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(FILE.as_bytes());
    let row = |r: csv::StringRecord| Row {
        id: r[0].into(),
        device: r[1].into(),
        kind: r[2].into(),
        payload: r[3].into(),
        expected: serde_json::from_str(&r[4]).unwrap(),
    };
    reader.records().map(|r| row(r.unwrap())).collect()
}

impl Row {
    fn reads(&self) -> Vec<Vec<u8>> {
        if self.kind != "hex" {
            return vec![self.payload.clone().into_bytes()];
        }
        let bytes = |read: &str| read.split_whitespace().map(|b| u8::from_str_radix(b, 16).unwrap()).collect();
        self.payload.split('|').map(bytes).collect()
    }
    fn outcome(&self) -> &str {
        self.expected["outcome"].as_str().unwrap()
    }
}

fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 3).unwrap().and_hms_opt(8, 0, 0).unwrap()
}

fn driver(row: &Row) -> Option<Box<dyn Protocol>> {
    let since = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    let range = (Decimal::new(1, 3), Decimal::from(1_000));
    let items = || vec![Item { name: "农药残留".into(), unit: "%".into(), method: 0 }, Item { name: "二氧化硫".into(), unit: "g/kg".into(), method: 2 }];
    Some(match row.device.as_str() {
        // the list of items is read at the start of a session
        "DY-03FE" => Box::new(Dy03fe::with_items(items())),
        "F80" if row.id == "f8-02" => Box::new(F80::new(Check::Sum, 0x7e)),
        "F80" => Box::new(F80::new(Check::Crc8, 0x7e)),
        "ASTM" => Box::new(Astm::default()),
        "VIDAS" => Box::new(Vidas::new(DateOrder::MonthFirst)),
        "modbus-rtu" => Box::new(Modbus::new(1, if row.id == "mb-03" { WordOrder::LowFirst } else { WordOrder::HighFirst }, range)),
        _ => profile::open(&profile_of(&row.device)?.protocol, since, now())?,
    })
}

fn profile_of(device: &str) -> Option<&'static Profile> {
    Profile::of(match device {
        "LZ4000T" => "lz4000t",
        "TL310" => "tl310",
        "DY-03FE" => "dy-multi",
        "DY7200" => "dy7200",
        "DY2620" => "dy2620",
        "DY6260" => "dy6260",
        "DY5000" => "dy5000",
        "DY5800" => "dy5800",
        "DY6200" => "dy6200",
        "DY6400" => "dy6400",
        "RS2" => "rs2",
        "TY16" => "ty16",
        "TTNJZ24" => "ttnjz24",
        "DY6100" => "dy6100",
        "723PC" => "dy723pc",
        "DY8120" => "dy8120",
        "three-in-one" => "three-in-one",
        _ => return None,
    })
    .or_else(|| panic!("{device} has no profile"))
}

/// A record in the words of the example file.
fn shown(sent: &Sent, screened: shiyan_rapid_test::Screen, basis: Basis) -> Value {
    let or_null = |t: &str| if t.is_empty() { Value::Null } else { json!(t) };
    let mut out = json!({
        "seq": sent.record_no, "sample": or_null(&sent.food.name), "sample_no": or_null(&sent.sample_no), "channel": or_null(&sent.channel),
        "item": or_null(&sent.item.name), "item_code": sent.item.code, "value": or_null(&sent.value), "unit": or_null(&sent.unit),
        "time": sent.tested.map(|t| t.to_string()), "verdict": screened.code(), "method": sent.method, "occurrence": sent.occurrence,
        "code": sent.record_no, "stall": sent.stall,
        "dev_verdict": sent.said.map(Label::code),
        "suspicious": sent.said == Some(shiyan_rapid_test::Said::Suspect),
        "limit": basis.method.and_then(|m| m.threshold).map(|t| t.to_string()),
        "hold": sent.is_held() || screen::screen(sent, basis).1.iter().any(|d| d.holds()),
    });
    if let Some((index, total)) = sent.place {
        out["index"] = json!(index);
        out["row"] = json!(index);
        out["total"] = json!(total);
    }
    for (key, text) in &sent.rest {
        out[key] = json!(text);
    }
    out
}

/// Each of our records against each expected one: every field that the example names.
fn same_records(id: &str, ours: &[Value], expected: &[Value]) {
    assert_eq!(ours.len(), expected.len(), "{id}: {ours:?}");
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    for (our, want) in ours.iter().zip(expected) {
        for (key, want) in want.as_object().unwrap() {
            // the test number of a TL-310 is told but identifies nothing, and none of the words is one
            let our = if key == "seq" && our.get("test_no").is_some() { &our["test_no"] } else { &our[key] };
            let none = key == "dev_verdict" && want == "none" && our.is_null();
            assert!(none || text(our) == text(want), "{id}: {key}: {our} for {want}");
        }
    }
}

struct Read {
    events: Vec<Event>,
    quiet: Vec<Event>,
    waiting: usize,
    noise: u64,
}

fn read(row: &Row, reads: &[Vec<u8>]) -> Option<Read> {
    let mut port = Port::new(driver(row)?);
    let events = reads.iter().flat_map(|r| port.feed(r)).collect();
    let (waiting, noise) = (port.waiting(), port.noise());
    Some(Read { events, quiet: port.quiet(), waiting, noise })
}

fn drive(row: &Row) {
    let read = read(row, &row.reads()).unwrap();
    let id = row.id.as_str();
    // what ends by silence is whole only then
    let by_silence = matches!(row.device.as_str(), "DY5000" | "DY8120") || matches!(id, "ds-01");
    let cut = |events: &[Event]| events.iter().any(|e| matches!(e, Event::Bad(shiyan_devices::Fault::Truncated, _)));
    if row.outcome() == "need_more" {
        assert!(!read.events.iter().any(|e| matches!(e, Event::Record(_))), "{id}");
        assert!(read.waiting > 0 || row.device == "ASTM", "{id}");
        assert!(cut(&read.quiet), "{id}: {:?}", read.quiet);
        assert!(!read.quiet.iter().any(|e| matches!(e, Event::Record(_))), "{id}");
        if let Some(have) = row.expected.get("have") {
            assert_eq!(json!(read.waiting), *have, "{id}");
        }
        return;
    }
    let events = if by_silence { [read.events, read.quiet].concat() } else { read.events };
    let (mut records, mut flags, mut controls, mut bad, mut repeats) = (Vec::new(), BTreeSet::new(), Vec::new(), Vec::new(), 0);
    for event in &events {
        match event {
            Event::Record(sent) => {
                let (sent, basis) = match profile_of(&row.device) {
                    Some(p) => (p.named((**sent).clone()), p.basis(sent)),
                    // a VIDAS compares with its own standards; the word is the result
                    None => ((**sent).clone(), Basis { word_decides: row.device == "VIDAS", ..Basis::default() }),
                };
                let (screened, doubts) = screen::screen(&sent, basis);
                flags.extend(doubts);
                records.push(shown(&sent, screened, basis));
            }
            Event::Control(c) => controls.push(c.clone()),
            Event::Bad(fault, _) => bad.push(*fault),
            Event::Repeat => repeats += 1,
            Event::Raw(doubt, _) => {
                flags.insert(*doubt);
            }
        }
    }
    let want = row.expected["records"].as_array().cloned().unwrap_or_default();
    match row.outcome() {
        "records" | "hold" => {
            same_records(id, &records, &want);
            let expected: BTreeSet<&str> = row.expected["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let ours: BTreeSet<&str> = flags.iter().map(|d| d.code()).collect();
            // an impossible value is always flagged; the example names that flag in one of its two rows
            assert!(expected.is_subset(&ours) && ours.difference(&expected).all(|f| *f == "out_of_range"), "{id}: {ours:?} for {expected:?}");
            assert_eq!(flags.iter().any(|d| d.holds()), row.outcome() == "hold", "{id}: {flags:?}");
            assert_eq!(repeats, row.expected["repeats"].as_u64().unwrap_or(0), "{id}");
            assert_eq!(bad.len() as u64, row.expected["bad_frames"].as_u64().unwrap_or(0), "{id}: {bad:?}");
        }
        "control" => {
            assert!(records.is_empty() && bad.is_empty(), "{id}: {records:?} {bad:?}");
            let [control] = controls.as_slice() else { panic!("{id}: {controls:?}") };
            assert_eq!(control.message, row.expected["msg"], "{id}");
            for (key, want) in row.expected.as_object().unwrap() {
                let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
                let want = match (key.as_str(), want) {
                    ("outcome" | "msg", _) => continue,
                    ("items", Value::Array(items)) => {
                        items.iter().map(|i| format!("{}={}/{}/{}", i["i"], text(&i["name"]), text(&i["unit"]), i["method"])).collect::<Vec<_>>().join("|")
                    }
                    (_, Value::Array(values)) => values.iter().map(text).collect::<Vec<_>>().join("|"),
                    (_, want) => text(want),
                };
                let our =
                    if key == "dir" { control.dir.map_or("", Label::code).to_owned() } else { control.facts.get(key.as_str()).cloned().unwrap_or_default() };
                assert_eq!(our, want, "{id}: {key}");
            }
        }
        "reject" => {
            assert!(records.is_empty(), "{id}");
            assert_eq!(bad.first().map(|f| f.code()), row.expected["error"].as_str(), "{id}: {bad:?}");
            if let Some(answer) = row.expected.get("answer").and_then(Value::as_str) {
                let mut port = Port::new(driver(row).unwrap());
                row.reads().iter().for_each(|r| drop(port.feed(r)));
                assert_eq!(format!("{:02X}", port.answer()[0]), answer, "{id}");
            }
        }
        "noise" => assert!(events.is_empty() && read.noise > 0, "{id}"),
        other => panic!("{id}: {other}"),
    }
}

fn declared() -> Declared {
    Declared::parse(include_str!("../profiles/csv-folder.toml")).unwrap()
}

fn upload(row: &Row) {
    let id = row.id.as_str();
    let said = (row.kind != "none").then_some(row.payload.as_str());
    if row.outcome() == "reply" {
        let (meaning, code) = if row.device == "station-json" { station_2018::reply(said) } else { suzhou::reply(said) };
        let want = match row.expected["status"].as_str().unwrap() {
            "accepted" => Reply::Accepted,
            "duplicate_or_conflict" => Reply::Known,
            "reauth" => Reply::SignIn,
            "unknown" => Reply::Unknown,
            "rejected" => Reply::Rejected,
            "retry" => Reply::Retry,
            other => panic!("{other}"),
        };
        assert_eq!(meaning, want, "{id}");
        if let Some(want) = row.expected.get("code") {
            assert_eq!(&json!(code), want, "{id}");
        }
        return;
    }
    let dialect: Box<dyn Dialect> = if row.device == "csv-folder" { Box::new(Table::watched(declared())) } else { Box::new(Suzhou) };
    let bytes = row.reads().concat();
    let parcel = match dialect.read(&bytes) {
        Ok(parcel) => parcel,
        Err(refusal) if row.outcome() == "need_more" => return assert_eq!(refusal.code(), "RAPID-SENT-UNFINISHED", "{id}"),
        Err(refusal) => {
            assert_eq!(row.outcome(), "reply_out", "{id}: {refusal:?}");
            let body = String::from_utf8(dialect.refuse(&refusal, now()).body).unwrap();
            return assert!(body.contains(row.expected["answer"].as_str().unwrap()), "{id}: {body}");
        }
    };
    if row.outcome() == "reply_out" {
        let unread = parcel.records[0].as_ref().unwrap_err();
        assert_eq!(unread.refusal.field.as_deref(), row.expected["field"].as_str(), "{id}");
        let body = String::from_utf8(dialect.answer(&[shiyan_devices::Outcome::Rejected(unread.refusal.clone())], now()).body).unwrap();
        assert!(body.contains(&format!("{}|", row.expected["answer"].as_str().unwrap())) && body.contains("JCSN"), "{id}: {body}");
        assert!(unread.raw.contains("20260302000001"), "the bytes are kept");
        return;
    }
    let (mut records, mut flags) = (Vec::new(), BTreeSet::<Doubt>::new());
    for sent in parcel.sent() {
        let basis = Basis::named(sent);
        let (screened, doubts) = screen::screen(sent, basis);
        flags.extend(doubts);
        records.push(shown(sent, screened, basis));
    }
    same_records(id, &records, row.expected["records"].as_array().unwrap());
    let expected: BTreeSet<&str> = row.expected["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(flags.iter().map(|d| d.code()).collect::<BTreeSet<_>>(), expected, "{id}");
    assert_eq!(flags.iter().any(|d| d.holds()), row.outcome() == "hold", "{id}");
}

#[test]
fn every_example_frame_and_message_is_read_as_laid_down() {
    let rows = rows();
    assert_eq!(rows.len(), 143);
    let mut problems = Vec::new();
    for row in &rows {
        let run = || if matches!(row.device.as_str(), "suzhou-soap" | "station-json" | "csv-folder") { upload(row) } else { drive(row) };
        if let Err(why) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
            let text = why.downcast_ref::<String>().cloned().or_else(|| why.downcast_ref::<&str>().map(|t| (*t).to_owned()));
            problems.push(format!("{}: {}", row.id, text.unwrap_or_default()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_frame_cut_at_any_place_gives_the_same_events() {
    let mut cuts = 0;
    for row in rows() {
        let whole = row.reads().concat();
        let Some(once) = driver(&row).map(|_| read(&row, std::slice::from_ref(&whole)).unwrap()) else { continue };
        for at in 0..=whole.len() {
            let (a, b) = whole.split_at(at);
            let twice = read(&row, &[a.to_vec(), b.to_vec()]).unwrap();
            assert_eq!(twice.events, once.events, "{} cut at {at}", row.id);
            assert_eq!((twice.quiet, twice.waiting, twice.noise), (once.quiet.clone(), once.waiting, once.noise), "{} cut at {at}", row.id);
            cuts += 1;
        }
        let bytes: Vec<Vec<u8>> = whole.iter().map(|b| vec![*b]).collect();
        assert_eq!(read(&row, &bytes).unwrap().events, once.events, "{} byte by byte", row.id);
    }
    assert!(cuts > 5_000, "{cuts}");
}

#[test]
fn a_flipped_bit_in_a_checked_frame_gives_no_other_reading() {
    let checked = ["LZ4000T", "TL310", "DY-03FE", "DY7200", "DY2620", "RS2", "ASTM", "VIDAS", "modbus-rtu", "three-in-one"];
    let records = |read: &Read| {
        let of = |e: &Event| match e {
            Event::Record(sent) => Some((**sent).clone()),
            _ => None,
        };
        read.events.iter().chain(&read.quiet).filter_map(of).collect::<Vec<Sent>>()
    };
    let mut flips = 0;
    for row in rows().into_iter().filter(|r| checked.contains(&r.device.as_str()) && !matches!(r.outcome(), "reject" | "need_more" | "noise")) {
        let whole = row.reads().concat();
        let good = records(&read(&row, std::slice::from_ref(&whole)).unwrap());
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                let found = records(&read(&row, &[bytes]).unwrap());
                // a mixed-up number of equal ones is not another reading
                let known = |s: &Sent| good.iter().any(|g| g.content() == s.content());
                assert!(found.iter().all(known), "{} byte {at} bit {bit}: {found:?}", row.id);
                flips += 1;
            }
        }
    }
    assert!(flips > 15_000, "{flips}");
}
