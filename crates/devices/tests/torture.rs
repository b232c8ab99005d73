//! 十万帧: frames with flipped bits, cut short, sent twice, split anywhere, with garbage between. No wrong reading, and no good frame lost.
//! `SHIYAN_DEVICE_FRAMES=1000000` makes it longer.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shiyan_devices::wire::bytes::{crc8, crc16, sum, xor};
use shiyan_devices::wire::dy03fe::{Dy03fe, Item};
use shiyan_devices::wire::session::{Day, confirmed};
use shiyan_devices::wire::{dry_strip::DryStrip, dy2620::Dy2620, dy5800::Dy5800, dy6260::Dy6260, lz4000::Lz4000, rs2, tl310::Tl310};
use shiyan_devices::{Event, Port, Protocol};
use shiyan_rapid_test::{ContentHash, Doubt, Sent};

/// xorshift64*, so that a seed tells the whole story.
struct Dice(u64);
impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }
    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}

fn frames() -> usize {
    std::env::var("SHIYAN_DEVICE_FRAMES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

fn seven_e(command: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x7e, command, data.len() as u8, 0];
    frame.extend(data);
    frame.push(crc8(&frame[1..]));
    frame.push(0xaa);
    frame
}
fn lz(n: u16, dice: &mut Dice) -> Vec<u8> {
    let mut data = vec![0x2c, 1, (n % 300 + 1) as u8, ((n % 300 + 1) >> 8) as u8];
    data.extend(n.to_le_bytes());
    data.extend([0xb2, 0xa4, 0xb2, 0xcb, 0, 0]);
    data.extend([26, 1 + dice.below(12) as u8, 1 + dice.below(28) as u8, dice.below(24) as u8, dice.below(60) as u8, dice.below(60) as u8]);
    data.extend((dice.below(10_001) as u16).to_le_bytes());
    seven_e(0x11, &data)
}
fn tl(n: u16, dice: &mut Dice) -> Vec<u8> {
    let mut data = vec![0xff, 0x2c, 1];
    data.extend((n % 300 + 1).to_le_bytes());
    data.extend([1 + dice.below(8) as u8, dice.below(2) as u8]);
    data.extend([26, 1 + dice.below(12) as u8, 1 + dice.below(28) as u8, dice.below(24) as u8, dice.below(60) as u8, dice.below(60) as u8]);
    data.extend(n.to_le_bytes());
    data.extend([dice.byte(), dice.byte()]);
    data.extend((dice.below(1_001) as u16).to_le_bytes());
    data.extend([1 + dice.below(2) as u8, 0]);
    seven_e(0x16, &data)
}
fn dy(n: u16, dice: &mut Dice) -> Vec<u8> {
    let mut data = vec![1, 0, 0, 0, 0xef, 0x49, 0x62, 0x34];
    for channel in 1..=dice.below(6) as u8 + 1 {
        let [low, high] = (dice.below(1_001) as u16).to_le_bytes();
        data.extend([channel, 0x80, 0, 0, low, high, 0, 0]);
    }
    let mut frame = vec![3, 0xfe, 0x45, 0];
    frame.extend(u32::from(n).to_le_bytes());
    frame.extend((data.len() as u16).to_le_bytes());
    frame.push(xor(&frame));
    frame.push(xor(&data));
    frame.extend(data);
    frame
}
fn oil(n: u16, dice: &mut Dice) -> Vec<u8> {
    let records = 1 + dice.below(4);
    let mut frame = vec![1, 0x65, 10 * records as u8];
    for _ in 0..records {
        frame.extend([26, 3, 1 + dice.below(28) as u8, dice.below(24) as u8, dice.below(60) as u8, 0]);
        frame.extend((1_500 + n % 500).to_be_bytes());
        frame.extend((dice.below(400) as u16).to_be_bytes());
    }
    let check = crc16(&frame);
    frame.extend(check.to_le_bytes());
    frame
}
fn rs(n: u16, dice: &mut Dice) -> Vec<u8> {
    let payload = format!(
        "D{:04}{:03}{}2603{:02}{:02}{:02}{:02}",
        n % 10_000,
        dice.below(1_000),
        1 + dice.below(5),
        1 + dice.below(28),
        dice.below(24),
        dice.below(60),
        dice.below(60)
    );
    let frame = rs2::frame(&payload);
    assert_eq!(frame.len(), 25);
    assert_eq!(sum(payload.as_bytes()).wrapping_neg(), u8::from_str_radix(std::str::from_utf8(&frame[22..24]).unwrap(), 16).unwrap());
    frame
}

fn records(events: Vec<Event>) -> Vec<Sent> {
    let of = |e| match e {
        Event::Record(sent) => Some(*sent),
        _ => None,
    };
    events.into_iter().filter_map(of).collect()
}

/// The same frames once more over the disturbed line: what came whole of each, and the bytes.
fn disturbed(frames: &[Vec<u8>], flips: usize, dice: &mut Dice) -> (Vec<bool>, Vec<u8>) {
    let (mut whole, mut stream) = (Vec::new(), Vec::new());
    for frame in frames {
        let mut arrives = true;
        match dice.below(10) {
            0 => {
                let mut bad = frame.clone();
                for _ in 0..=dice.below(flips) {
                    let at = dice.below(bad.len());
                    bad[at] ^= 1 << dice.below(8);
                }
                // two flips of one bit are none
                arrives = bad == *frame;
                stream.extend(bad);
            }
            1 => {
                arrives = false;
                stream.extend(&frame[..dice.below(frame.len())]);
            }
            2 => {
                (0..dice.below(12)).for_each(|_| stream.push(dice.byte()));
                stream.extend(frame);
            }
            3 => {
                stream.extend(frame);
                stream.extend(frame);
            }
            _ => stream.extend(frame),
        }
        whole.push(arrives);
    }
    (whole, stream)
}

/// How many readings one session gives: a check of sixteen bits needs one, a weaker one three, of which two have to agree.
struct Line {
    readings: usize,
    flips: usize,
    total: usize,
    seed: u64,
}

/// What arrived whole has to come, and nothing that was not sent may be certain.
fn torture<P: Protocol>(name: &str, new: impl Fn() -> P, make: impl Fn(u16, &mut Dice) -> Vec<u8>, line: &Line) {
    let mut dice = Dice(line.seed);
    let (mut sent, mut damaged, mut certain, mut slipped, mut number) = (0, 0, 0, 0, 0u16);
    while sent < line.total {
        let frames: Vec<Vec<u8>> = (0..100)
            .map(|_| {
                number = number.wrapping_add(1);
                make(number, &mut dice)
            })
            .collect();
        let mut reference = Port::new(new());
        let good: Vec<Vec<ContentHash>> =
            frames.iter().map(|f| [records(reference.feed(f)), records(reference.quiet())].concat().iter().map(Sent::content).collect()).collect();
        assert!(good.iter().all(|g| !g.is_empty()), "{name}: a good frame is a reading");
        let possible: std::collections::BTreeSet<ContentHash> = good.iter().flatten().copied().collect();
        let mut arrived: BTreeMap<ContentHash, usize> = BTreeMap::new();
        let mut readings = Vec::new();
        for _ in 0..line.readings {
            let (whole, stream) = disturbed(&frames, line.flips, &mut dice);
            sent += frames.len();
            damaged += whole.iter().filter(|w| !**w).count();
            let mut port = Port::new(new());
            let (mut found, mut rest) = (Vec::new(), stream.as_slice());
            while !rest.is_empty() {
                let (read, after) = rest.split_at(dice.below(rest.len().min(90)) + 1);
                found.extend(records(port.feed(read)));
                rest = after;
            }
            found.extend(records(port.quiet()));
            let came: std::collections::BTreeSet<ContentHash> = found.iter().map(Sent::content).collect();
            for (_, readings) in whole.iter().zip(&good).filter(|(w, _)| **w) {
                for content in readings {
                    assert!(came.contains(content), "{name}: a good frame was lost (seed {}, {sent})", line.seed);
                    *arrived.entry(*content).or_default() += 1;
                }
            }
            slipped += came.iter().filter(|c| !possible.contains(*c)).count();
            readings.push(found);
        }
        let result = if line.readings == 1 { readings.concat() } else { confirmed(readings) };
        let sure: Vec<&Sent> = result.iter().filter(|r| !r.doubts.contains(&Doubt::ReadOnce)).collect();
        let keys: std::collections::BTreeSet<_> = sure.iter().map(|r| (r.content(), r.occurrence)).collect();
        assert_eq!(keys.len(), sure.len(), "{name}: a repeat became a second reading");
        let contents: std::collections::BTreeSet<ContentHash> = keys.into_iter().map(|(content, _)| content).collect();
        assert!(contents.is_subset(&possible), "{name}: a wrong reading is certain (seed {})", line.seed);
        let needed = line.readings.min(2);
        assert!(arrived.iter().all(|(content, n)| *n < needed || contents.contains(content)), "{name}: what came whole in two readings is certain");
        certain += sure.len();
    }
    assert!(damaged > line.total / 10 && certain > line.total / line.readings / 2, "{name}: {damaged} damaged, {certain} certain");
    // a few in a thousand pass a weak check, which is why two readings have to agree; far more would be a check that does not check
    assert!(slipped * 200 < sent, "{name}: {slipped} of {sent} passed the check");
}

fn items() -> Vec<Item> {
    vec![Item { name: "农药残留".into(), unit: "%".into(), method: 0 }]
}

#[test]
fn no_checked_frame_is_misread_or_lost_among_damaged_ones() {
    let part = frames() / 5;
    let line = |readings, flips, seed| Line { readings, flips, total: part, seed };
    torture("LZ-4000T", Lz4000::default, lz, &line(3, 3, 1));
    torture("TL-310", Tl310::default, tl, &line(3, 3, 2));
    torture("DY multi", || Dy03fe::with_items(items()), dy, &line(3, 3, 3));
    torture("DY-2620", Dy2620::default, oil, &line(1, 3, 4));
    torture("DY-RS-2", rs2::Rs2::default, rs, &line(3, 3, 5));
}

/// Any number of flips in one frame, which an 8-bit check cannot always see: then the day is read twice, and only what both readings say is certain.
#[test]
fn what_a_weak_check_lets_pass_is_never_certain() {
    let mut dice = Dice(7);
    let (mut slipped, mut certain) = (0, 0);
    for _ in 0..200 {
        let day: Vec<Vec<u8>> = (0..60u16).map(|n| lz(n, &mut dice)).collect();
        let good = records(Port::new(Lz4000::default()).feed(&day.concat()));
        let known: std::collections::BTreeSet<ContentHash> = good.iter().map(Sent::content).collect();
        let pass = |dice: &mut Dice| {
            let mut stream = Vec::new();
            for frame in &day {
                let mut frame = frame.clone();
                if dice.below(4) == 0 {
                    let from = 4 + dice.below(20);
                    frame.iter_mut().skip(from).take(4).for_each(|b| *b = dice.byte());
                }
                stream.extend(frame);
            }
            let mut port = Port::new(Lz4000::default());
            let mut found = records(port.feed(&stream));
            found.extend(records(port.quiet()));
            assert!(port.bad() > 0, "a disturbed transfer is known to be one");
            found
        };
        let (first, second) = (pass(&mut dice), pass(&mut dice));
        slipped += first.iter().filter(|r| !known.contains(&r.content())).count();
        for record in confirmed(vec![first, second]) {
            if known.contains(&record.content()) {
                certain += usize::from(!record.doubts.contains(&Doubt::ReadOnce));
            } else {
                assert!(record.doubts.contains(&Doubt::ReadOnce) && record.is_held(), "{record:?}");
            }
        }
    }
    assert!(slipped > 0, "the check was never passed by chance, so this showed nothing");
    assert!(certain > 5_000, "{certain}");
}

#[test]
fn a_day_is_complete_only_when_every_place_has_come() {
    let mut dice = Dice(11);
    let frames: Vec<Vec<u8>> = (0..300u16).map(|n| lz(n, &mut dice)).collect();
    let all = records(Port::new(Lz4000::default()).feed(&frames.concat()));
    let mut day = Day::expecting(300);
    all.iter().skip(1).for_each(|r| day.take(r));
    assert_eq!((day.is_complete(), day.missing()), (false, vec![1]));
    day.take(&all[0]);
    assert!(day.is_complete());
    // the analyser was used meanwhile: one place with two contents
    day.take(&Sent { place: Some((1, 300)), ..all[5].clone() });
    assert!(!day.is_complete());
    assert!(!Day::default().is_complete());
}

/// Protocols without any check: what is cut, repeated, split or led in by noise is read right. A flipped digit nobody can see; for that there is the second reading.
#[test]
fn unchecked_protocols_survive_cuts_splits_and_noise() {
    let mut dice = Dice(13);
    let answer = |n: usize| {
        let row = |i: usize| {
            format!(
                "{{\"样品编号\":\"S{n}-{i}\",\"样品名称\":\"鲫鱼{{\\\"\",\"检测项目\":\"孔雀石绿\",\"检测结果\":\"阴性\",\"检测时间\":\"2026-03-02 09:15:30\"}}"
            )
        };
        format!("{{\"detail\":[{}]}}", (0..3).map(row).collect::<Vec<_>>().join(","))
    };
    let day = NaiveDate::from_ymd_opt(2026, 3, 3).unwrap();
    let pushed = |n: usize| {
        let mut frame = vec![0u8; 82];
        frame[0] = b'P';
        frame[81] = b'X';
        frame[1..4].copy_from_slice(b"3\0\0");
        frame[4..11].copy_from_slice(format!("{n:07}").as_bytes());
        frame[11..15].copy_from_slice(&[0xc5, 0xa9, 0xd2, 0xa9]);
        frame[31] = b'%';
        frame[42..47].copy_from_slice(b"49.99");
        frame[47..52].copy_from_slice(b"0.612");
        frame[52..62].copy_from_slice(b"2603020915");
        frame
    };
    let strip = |n: u16| {
        let [low, high] = n.to_le_bytes();
        vec![0x6a, low, high, 0x38, 1, 2, 1, 0x26, 3, 2, 9, 0x15, 0x30]
    };
    for round in 0..1_500 {
        // DY-6260: a cut answer, then the whole one
        let mut port = Port::new(Dy6260::new(day - chrono::TimeDelta::days(400), day.and_hms_opt(8, 0, 0).unwrap()));
        let (cut, whole) = (answer(round), answer(round + 1));
        let mut stream = cut.as_bytes()[..dice.below(cut.len())].to_vec();
        stream.extend(whole.as_bytes());
        let mut found = Vec::new();
        for read in stream.chunks(dice.below(60) + 1) {
            found.extend(records(port.feed(read)));
        }
        found.extend(records(port.quiet()));
        let numbers: Vec<String> = found.iter().map(|r| r.sample_no.clone()).collect();
        let wanted: Vec<String> = (0..3).map(|i| format!("S{}-{i}", round + 1)).collect();
        assert!(numbers.ends_with(&wanted), "{round}: {numbers:?}");
        assert_eq!(numbers.len(), 3, "nothing of the cut answer: {numbers:?}");

        // DY-5800: noise and a cut frame before a whole one
        let mut port = Port::new(Dy5800::default());
        let mut stream: Vec<u8> = (0..dice.below(30)).map(|_| dice.byte()).collect();
        stream.extend(&pushed(round)[..dice.below(82)]);
        stream.extend(pushed(round + 1));
        let mut found = Vec::new();
        for read in stream.chunks(dice.below(60) + 1) {
            found.extend(records(port.feed(read)));
        }
        found.extend(records(port.quiet()));
        assert_eq!(found.iter().map(|r| r.sample_no.as_str()).collect::<Vec<_>>(), [format!("{:07}", round + 1)], "{round}");

        // DY-6200: a byte is lost inside a transfer; the records around it come, and each says that it was read once only
        let mut port = Port::new(DryStrip::dy6200());
        let mut stream: Vec<u8> = (1..=10).flat_map(strip).collect();
        let lost = dice.below(stream.len());
        stream.remove(lost);
        stream.extend([0x6a, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99]);
        let found: Vec<Sent> = records(port.feed(&stream)).into_iter().chain(records(port.quiet())).collect();
        let hit = (lost / 13 + 1).to_string();
        let wanted: Vec<String> = (1..=10u16).map(|n| n.to_string()).filter(|n| *n != hit).collect();
        // where the lost byte equals its neighbour, the frame before it may be whole still
        let numbers: Vec<String> = found.iter().map(|r| r.record_no.clone()).collect();
        assert!(wanted.iter().all(|n| numbers.contains(n)), "{lost}: {numbers:?}");
        let held = |r: &Sent| r.is_held() || wanted.contains(&r.record_no);
        assert!(found.iter().all(held), "{lost}");
    }
}

/// Anything at all on any line: no panic, no reading out of nothing where a check stands against it, no buffer without bound, no endless work.
#[test]
fn random_bytes_stop_no_driver() {
    use shiyan_devices::wire::modbus::{Modbus, WordOrder};
    use shiyan_devices::wire::profile;
    use shiyan_devices::wire::vidas::{DateOrder, Vidas};
    let day = NaiveDate::from_ymd_opt(2026, 3, 3).unwrap();
    let mut drivers: Vec<(String, Box<dyn Protocol>)> = profile::shipped()
        .iter()
        .map(|p| (p.key.clone(), profile::open(&p.protocol, day, day.and_hms_opt(8, 0, 0).unwrap()).unwrap() as Box<dyn Protocol>))
        .collect();
    drivers.push(("astm".into(), profile::open("astm", day, day.and_hms_opt(8, 0, 0).unwrap()).unwrap()));
    drivers.push(("vidas".into(), Box::new(Vidas::new(DateOrder::DayFirst))));
    drivers.push(("modbus".into(), Box::new(Modbus::new(1, WordOrder::LowFirst, (0.into(), 100.into())))));
    // bytes that begin, end and mark frames come often
    let marks = b"\x7e\xaa\x03\xfe\x01\x65sePXR,FINISH{\x22}\x6a\x99\x1b\xff\x08\x31\x02\x1d\x05\x04\x5a\xa5D0\x11\x14\x00\x00";
    for (name, driver) in drivers {
        let mut dice = Dice(17 + name.len() as u64);
        let mut port = Port::new(driver);
        let (mut found, mut most) = (0, 0);
        for _ in 0..2_000 {
            let read: Vec<u8> = (0..dice.below(40)).map(|_| if dice.below(2) == 0 { dice.byte() } else { marks[dice.below(marks.len())] }).collect();
            found += records(port.feed(&read)).len();
            most = most.max(port.waiting());
            if dice.below(50) == 0 {
                found += records(port.quiet()).len();
                assert_eq!(port.waiting(), 0, "{name}");
            }
        }
        assert!(found < 50, "{name}: {found} readings out of noise");
        assert!(most <= 64 << 10, "{name}: {most} bytes waiting");
    }
}
