//! The draw, against the vector of RFC 3797 and against the same method written in another language (`data/draw.py`).
#![allow(clippy::unwrap_used)]

use sha2::Digest;
use shiyan_sampling_plan::draw::{Candidate, Chain, Conflict, Drawn, Excluded, Notice, draw, numbers, replace, verify};

fn md5(bytes: &[u8]) -> Vec<u8> {
    md5::Md5::digest(bytes).to_vec()
}
fn sha256(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}
const EXAMPLE: &str = "9319./2.5.8.10.12./9.18.26.34.41.45./";

#[test]
fn the_vector_of_the_standard_comes_out_exactly() {
    assert_eq!(numbers(25, 10, EXAMPLE, &md5).unwrap(), [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]);
}

#[test]
fn sha_256_gives_what_another_language_gives() {
    assert_eq!(numbers(25, 10, EXAMPLE, &sha256).unwrap(), [20, 23, 1, 14, 17, 9, 11, 15, 7, 13]);
    assert_eq!(numbers(600, 12, "2026001.03.17.22.25.31.33.16", &sha256).unwrap(), [131, 449, 202, 177, 175, 107, 144, 217, 266, 557, 308, 523]);
    let mut all = numbers(500, 500, "x", &sha256).unwrap();
    all.sort_unstable();
    assert_eq!(all, (1..=500).collect::<Vec<_>>());
}

#[test]
fn a_number_that_would_favour_somebody_is_rejected() {
    // 2^128 modulo 7 is 4: the four largest digests are rejected and hashed again, here to a nought.
    let near_the_top = |off: u8| move |bytes: &[u8]| if bytes.len() == 16 { vec![0; 16] } else { [vec![0xff; 15], vec![0xff - off]].concat() };
    let first = |off: u8| Chain::new("s", &near_the_top(off)).below(7).unwrap();
    assert_eq!([0, 1, 2, 3].map(first), [0, 0, 0, 0]);
    // The largest that is kept: 2^128 - 5 is 6 modulo 7.
    assert_eq!(first(4), 6);
    // A power of two divides the hash evenly, and nothing is rejected.
    assert_eq!(Chain::new("s", &near_the_top(0)).below(8).unwrap(), 7);
    assert_eq!(Chain::new("s", &|_: &[u8]| vec![1; 8]).below(3).unwrap_err().code(), "DRAW-HASH");
    assert_eq!(Chain::new("s", &sha256).below(0).unwrap_err().code(), "DRAW-POOL");
    assert_eq!(numbers(3, 4, "s", &sha256).unwrap_err().code(), "DRAW-POOL");
}

#[test]
fn a_smooth_pool_is_drawn_from_evenly() {
    let mut chain = Chain::new("even", &sha256);
    let mut seen = [0_u32; 10];
    for _ in 0..20_000 {
        seen[chain.below(10).unwrap() as usize] += 1;
    }
    assert!(seen.iter().all(|n| (1_800..2_200).contains(n)), "{seen:?}");
}

fn notice() -> Notice {
    let one = |id: &str| Candidate { id: id.into(), name: format!("示范{id}") };
    Notice {
        title: "2026年3月双随机抽样".into(),
        pool: (1..=8).map(|n| one(&format!("D{n}"))).collect(),
        excluded: vec![Excluded { id: "D3".into(), reason: "已停业".into() }],
        quota: 4,
        officers: ["甲", "乙", "丙", "丁", "戊"].map(one).to_vec(),
        conflicts: ["甲", "乙"].map(|o| Conflict { officer: o.into(), target: "D1".into() }).to_vec(),
        seed_source: "双色球第2026001期".into(),
        hash: "sha256".into(),
    }
}
fn said(drawn: &Drawn) -> Vec<String> {
    let all = drawn.assigned.iter().chain(drawn.replaced.iter().map(|r| &r.into));
    all.map(|a| format!("{} {} {}", a.target, a.pair.as_ref().unwrap().0, a.pair.as_ref().unwrap().1)).collect()
}

#[test]
fn targets_pairs_and_replacements_come_from_one_chain() {
    let drawn = draw(&notice(), "2026001", &sha256).unwrap();
    let drawn = replace(&notice(), &drawn, "D2", "已搬迁", &sha256).unwrap();
    assert_eq!(said(&drawn), ["D5 乙 戊", "D2 甲 丁", "D7 丙 甲", "D4 戊 丁", "D6 乙 丙"]);
    for (out, why) in [("D2", "又一次"), ("D8", "没有抽中"), ("D5", " ")] {
        assert_eq!(replace(&notice(), &drawn, out, why, &sha256).unwrap_err().code(), "DRAW-REPLACE", "{out}");
    }
    assert_eq!(verify(&notice(), &notice().digest(&sha256), &drawn, &sha256), []);
    // Who has gone least often goes next: with nobody barred the loads never differ by more than one.
    let loads = |id: &str| said(&drawn).iter().filter(|line| line.contains(id)).count();
    assert!(["甲", "乙", "丙", "丁", "戊"].iter().all(|id| loads(id) == 2));
}

#[test]
fn whatever_was_changed_after_publication_is_found() {
    let published = notice().digest(&sha256);
    let drawn = replace(&notice(), &draw(&notice(), "2026001", &sha256).unwrap(), "D2", "已搬迁", &sha256).unwrap();
    let found = |change: &dyn Fn(&mut Notice, &mut Drawn)| {
        let (mut n, mut d) = (notice(), drawn.clone());
        change(&mut n, &mut d);
        verify(&n, &published, &d, &sha256).iter().map(shiyan_foundation::Refusal::code).collect::<Vec<_>>()
    };
    assert_eq!(found(&|_, _| {}), Vec::<&str>::new());
    assert!(found(&|n, _| n.pool.swap(0, 1)).contains(&"DRAW-NOTICE"), "the order");
    assert!(found(&|n, _| drop(n.pool.pop())).contains(&"DRAW-NOTICE"), "the pool");
    assert!(found(&|n, _| n.excluded.clear()).contains(&"DRAW-NOTICE"), "an exclusion");
    assert!(found(&|n, _| n.excluded[0].reason = "关系户".into()).contains(&"DRAW-NOTICE"), "its reason");
    assert!(found(&|n, _| n.conflicts.clear()).contains(&"DRAW-NOTICE"), "who may not go");
    assert!(found(&|_, d| d.seed = "2026002".into()).contains(&"DRAW-DIFFERS"), "the seed");
    assert_eq!(found(&|_, d| d.assigned.swap(0, 1)), ["DRAW-DIFFERS", "DRAW-DIFFERS"]);
    assert_eq!(found(&|_, d| d.replaced[0].into.target = "D8".into()), ["DRAW-DIFFERS"]);
    assert_eq!(found(&|_, d| d.seed.clear()), ["PLAN-DRAW-SEED"]);
}

#[test]
fn a_notice_that_cannot_be_drawn_from_is_refused_before_it_is_published() {
    let code = |change: &dyn Fn(&mut Notice)| {
        let mut n = notice();
        change(&mut n);
        n.checked().unwrap_err().code()
    };
    assert_eq!(code(&|n| n.quota = 8), "DRAW-POOL");
    assert_eq!(code(&|n| n.quota = 0), "DRAW-POOL");
    assert_eq!(code(&|n| n.pool[1] = n.pool[0].clone()), "DRAW-TWICE");
    assert_eq!(code(&|n| n.excluded[0].reason = " ".into()), "DRAW-EXCLUDED");
    assert_eq!(code(&|n| n.excluded[0].id = "D99".into()), "DRAW-EXCLUDED");
    assert_eq!(code(&|n| n.officers.truncate(1)), "DRAW-OFFICERS");
    let mut barred = notice();
    barred.conflicts = barred.pool.iter().flat_map(|t| ["甲", "乙", "丙", "丁"].map(|o| Conflict { officer: o.into(), target: t.id.clone() })).collect();
    assert_eq!(draw(&barred, "s", &sha256).unwrap_err().code(), "DRAW-OFFICERS");
}

#[test]
fn no_two_notices_share_one_text() {
    let (mut a, mut b) = (notice(), notice());
    a.pool[0].name = "甲\"\ncandidate \"X\" \"乙".into();
    b.pool[0].name = "甲".into();
    b.pool.insert(1, Candidate { id: "X".into(), name: "乙".into() });
    assert_ne!(a.text(), b.text());
    assert!(notice().text().starts_with("shiyan-draw 1\ntitle \"2026年3月双随机抽样\"\nhash \"sha256\"\n"));
}
