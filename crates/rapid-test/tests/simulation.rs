//! Many devices with drops, doubles, reordering, damage, crashes and clock drift over a model store: every finished reading is there exactly once. A seed tells the
//! whole story; `SHIYAN_RAPID_SEEDS=10000` runs more of them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::ids::DeviceId;
use shiyan_foundation::{Instant, NaiveDate, Refusal, shanghai};
use shiyan_rapid_test::accept::{
    Circumstance, ClockRule, Decision, Finding, Item, Keep, Provenance, Receipt, Shelf, Status, Stored, Validity, batch, contiguous, findings,
};
use shiyan_rapid_test::{Basis, ContentHash, Sent, SentTime};
use uuid::Uuid;

struct Dice(u64);
impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What is on the server's disk. A transaction is all or nothing, so a crash leaves one of two states.
#[derive(Default, Clone)]
struct Model {
    stored: BTreeMap<(DeviceId, Uuid), (Item, Stored)>,
    by_seq: BTreeMap<(DeviceId, u64), Uuid>,
    held: BTreeSet<(DeviceId, Uuid, ContentHash)>,
    numbers: u64,
}

impl Shelf for Model {
    fn by_id(&self, source: DeviceId, id: Uuid) -> Option<Stored> {
        self.stored.get(&(source, id)).map(|(_, s)| s.clone())
    }
    fn by_seq(&self, source: DeviceId, seq: u64) -> Option<Stored> {
        self.by_id(source, *self.by_seq.get(&(source, seq))?)
    }
    fn by_measurement(&self, _: DeviceId, _: ContentHash) -> Option<Uuid> {
        None
    }
    fn is_held(&self, source: DeviceId, id: Uuid, content: ContentHash) -> bool {
        self.held.contains(&(source, id, content))
    }
    fn next_number(&self) -> u64 {
        self.numbers + 1
    }
    fn keep(&mut self, item: &Item, decision: &Decision) {
        match decision.keep {
            Keep::Reading => {
                let receipt = decision.receipt.clone().unwrap();
                self.numbers = receipt.number;
                let stored = Stored { id: item.id, content: receipt.content, receipt, voided: false };
                if let Some(seq) = item.seq {
                    self.by_seq.entry((item.source, seq)).or_insert(item.id);
                }
                let before = self.stored.insert((item.source, item.id), (item.clone(), stored));
                assert!(before.is_none(), "a stored reading was overwritten");
            }
            Keep::Conflict => {
                self.held.insert((item.source, item.id, item.content()));
            }
            Keep::Nothing | Keep::Bytes => {}
        }
    }
}

/// What is on a phone's disk.
#[derive(Default)]
struct Phone {
    identity: u64,
    outbox: Vec<Item>,
    receipts: BTreeMap<Uuid, Receipt>,
    seq: u64,
    clock_off: i64,
    set_aside: Vec<Uuid>,
}

fn facts(clock: Option<Instant>) -> impl Fn(&Item) -> Circumstance {
    move |_| Circumstance {
        provenance: Provenance::Enrolled,
        item_known: true,
        unit_known: true,
        basis: Basis::method("GB/T 5009.199-2003"),
        photo_required: false,
        training: Validity::NotAsked,
        kit: Validity::NotAsked,
        calibration: Validity::NotAsked,
        upload_by: None,
        clock_at_sending: clock,
        clock: ClockRule::default(),
    }
}

fn uuid(dice: &mut Dice) -> Uuid {
    Uuid::from_u64_pair(dice.next(), dice.next())
}

/// A message on its way: from whom, what, the sender's clock.
#[derive(Clone)]
struct Message {
    phone: usize,
    items: Vec<Item>,
    clock: Instant,
}

fn run(seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let start = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(6, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap();
    let mut now = start;
    // in one seed of four a phone was copied with its identity and its place in the sequence
    let cloned = seed.is_multiple_of(4);
    let mut phones: Vec<Phone> = (0..6).map(|n| Phone { identity: n, clock_off: dice.below(800) as i64 - 400, ..Phone::default() }).collect();
    if cloned {
        phones[5].identity = 4;
    }
    let mut server = Model::default();
    let mut finished: BTreeMap<(DeviceId, Uuid), ContentHash> = BTreeMap::new();
    let mut network: Vec<Message> = Vec::new();
    let (mut lost_answers, mut damaged, mut doubled) = (0, 0, 0);
    for round in 0.. {
        assert!(round < 20_000, "seed {seed}: it never drains");
        let working = round < 300;
        now += chrono::TimeDelta::seconds(dice.below(60) as i64);
        for (at, phone) in phones.iter_mut().enumerate() {
            let clock = now + chrono::TimeDelta::days(phone.clock_off) + chrono::TimeDelta::seconds(dice.below(7) as i64);
            let source = DeviceId(Uuid::from_u128(u128::from(phone.identity)));
            if working && dice.once_in(3) {
                phone.seq += 1;
                let tested = SentTime::Second(clock.naive_local());
                let sent = Sent {
                    value: format!("{}.{:02}", dice.below(120), dice.below(100)),
                    unit: "%".into(),
                    tested: Some(tested),
                    tested_text: tested.to_string(),
                    ..Sent::default()
                };
                let mut item = Item { id: uuid(&mut dice), source, seq: Some(phone.seq), claimed: None, made_at: Some(clock), supersedes: None, sent };
                item.claimed = Some(item.content());
                // finished means: on the disk before anything is sent. A crash before that is no finished reading.
                if dice.once_in(40) {
                    phone.seq -= 1;
                } else {
                    finished.insert((source, item.id), item.content());
                    phone.outbox.push(item);
                }
            }
            if !phone.outbox.is_empty() && dice.once_in(2) {
                let count = (1 + dice.below(20) as usize).min(phone.outbox.len());
                let from = dice.below((phone.outbox.len() - count + 1) as u64) as usize;
                network.push(Message { phone: at, items: phone.outbox[from..from + count].to_vec(), clock });
            }
        }
        // the network: lost, doubled, late, out of order
        let mut later = Vec::new();
        while !network.is_empty() {
            let at = dice.below(network.len() as u64) as usize;
            let mut message = network.swap_remove(at);
            if dice.once_in(5) {
                continue;
            }
            if dice.once_in(6) {
                doubled += 1;
                later.push(message.clone());
            }
            if dice.once_in(6) {
                later.push(message);
                continue;
            }
            if dice.once_in(15) {
                damaged += 1;
                let at = dice.below(message.items.len() as u64) as usize;
                message.items[at].sent.value.push('9');
            }
            let items: Vec<Result<Item, Refusal>> = message.items.iter().cloned().map(Ok).collect();
            // the server dies in the middle: nothing of the transaction is there, and nobody hears an answer
            if dice.once_in(12) {
                let mut torn = server.clone();
                drop(batch(&items, &mut torn, false, facts(Some(message.clock)), now));
                continue;
            }
            let decisions = batch(&items, &mut server, false, facts(Some(message.clock)), now);
            // it dies after the commit, or the answer is lost
            if dice.once_in(3) {
                lost_answers += 1;
                continue;
            }
            let phone = &mut phones[message.phone];
            for (item, decision) in message.items.iter().zip(decisions) {
                // the phone dies in the middle of its answers: what it has not written it asks for again
                if dice.once_in(50) {
                    break;
                }
                match decision.status {
                    status if status.is_success() => {
                        let receipt = decision.receipt.unwrap();
                        let before = phone.receipts.insert(item.id, receipt.clone());
                        assert!(before.is_none_or(|b| b == receipt), "seed {seed}: one reading got two receipts");
                        phone.outbox.retain(|i| i.id != item.id);
                    }
                    Status::Rejected if decision.retry => {}
                    other => {
                        phone.set_aside.push(item.id);
                        panic!("seed {seed}: {other:?} {:?}", decision.reasons);
                    }
                }
            }
        }
        network = later;
        if !working && network.is_empty() && phones.iter().all(|p| p.outbox.is_empty()) {
            break;
        }
    }
    assert!(lost_answers > 5 && damaged > 5 && doubled > 20 && finished.len() > 300, "seed {seed}: {lost_answers} {damaged} {doubled} {}", finished.len());
    // every finished reading exactly once, with the content that it had when it was finished
    let stored: BTreeMap<_, _> = server.stored.iter().map(|(key, (_, s))| (*key, s.content)).collect();
    assert_eq!(stored, finished, "seed {seed}");
    assert!(server.held.is_empty(), "seed {seed}");
    let numbers: BTreeSet<u64> = server.stored.values().map(|(_, s)| s.receipt.number).collect();
    assert_eq!(numbers.len(), finished.len(), "seed {seed}: receipt numbers");
    for phone in &phones {
        for (id, receipt) in &phone.receipts {
            let source = DeviceId(Uuid::from_u128(u128::from(phone.identity)));
            assert_eq!(server.by_id(source, *id).map(|s| s.receipt).as_ref(), Some(receipt), "seed {seed}");
            // no clock of a phone moves the time of receipt
            assert!(receipt.received_at >= start && receipt.received_at <= now);
        }
    }
    for identity in 0..6u64 {
        let source = DeviceId(Uuid::from_u128(u128::from(identity)));
        let sent: Vec<_> = server.stored.iter().filter(|((s, _), _)| *s == source).map(|(_, (i, _))| (i.id, i.seq, None)).collect();
        let found = findings(&sent);
        let two = found.iter().filter(|f| matches!(f, Finding::TwoDevices(..))).count();
        assert_eq!(two > 0, cloned && identity == 4, "seed {seed}: {found:?}");
        assert!(!found.iter().any(|f| matches!(f, Finding::Gap(..))), "seed {seed}: {found:?}");
        let apart = server.stored.iter().filter(|((s, _), (_, stored))| *s == source && stored.receipt.status == Status::Quarantined).count();
        assert_eq!(apart, two, "seed {seed}: of two readings with one number the later one is put apart");
        if !sent.is_empty() {
            assert_eq!(contiguous(sent.iter().filter_map(|(_, seq, _)| *seq)), sent.iter().filter_map(|(_, seq, _)| *seq).max().unwrap(), "seed {seed}");
        }
    }
}

#[test]
fn every_finished_reading_arrives_exactly_once_whatever_the_network_does() {
    let seeds = std::env::var("SHIYAN_RAPID_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    (1..=seeds).for_each(run);
}
