//! Names of analysers and ours.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::BTreeSet;

use shiyan_rapid_test::dictionary::{Dictionary, Kind, Mapping, Meaning, healed, interpret, normal, queue};
use shiyan_rapid_test::{Basis, Named, Screen, Sent};

fn ours() -> Dictionary {
    let items = shiyan_statute::limits().iter().map(|l| l.analyte.as_str());
    let units = shiyan_statute::limits().iter().map(|l| l.unit.as_str());
    Dictionary::shipped(items, units)
}
fn known(dictionary: &Dictionary, kind: Kind, says: &str) -> Option<String> {
    match dictionary.meaning(kind, "", says) {
        Meaning::Known { name, .. } => Some(name),
        _ => None,
    }
}
fn sent(item: &str, value: &str, unit: &str) -> Sent {
    Sent { item: Named { name: item.into(), ..Named::default() }, value: value.into(), unit: unit.into(), ..Sent::default() }
}
fn row(kind: Kind, scope: &str, says: &str, means: &str, method: &str) -> Mapping {
    Mapping { kind, scope: scope.into(), says: says.into(), means: means.into(), method: method.into() }
}

#[test]
fn a_name_is_ours_by_spelling_or_by_a_row_and_never_because_it_looks_alike() {
    let d = ours();
    assert_eq!(known(&d, Kind::Item, "吊白块").as_deref(), Some("甲醛次硫酸氢钠"));
    assert_eq!(known(&d, Kind::Item, " 黄曲霉毒素Ｂ１").as_deref(), known(&d, Kind::Item, "黄曲霉毒素b1").as_deref());
    assert_eq!(known(&d, Kind::Unit, "ug/kg").as_deref(), Some("μg/kg"));
    assert_eq!(known(&d, Kind::Unit, "µg/kg").as_deref(), Some("μg/kg"));
    // one sign away from something known, and unknown all the same
    for says in ["黄曲霉毒素B", "黄曲霉毒素B11", "吊白", "呋喃它酮残留总和", "二氧化硫气体", "测试用检测项目", ""] {
        assert_eq!(known(&d, Kind::Item, says), None, "{says}");
    }
    for says in ["ppb", "mg", "MG/KG", "kg/mg", "--", ""] {
        assert_eq!(known(&d, Kind::Unit, says), None, "{says}");
    }
}

#[test]
fn a_row_of_the_source_goes_before_one_for_all_and_rows_that_contradict_say_nothing() {
    let rows = [
        row(Kind::Item, "", "07", "过氧化物", ""),
        row(Kind::Item, "dy6200-b", "07", "汞", ""),
        row(Kind::Item, "", "x", "铅", ""),
        row(Kind::Item, "", "X", "镉", ""),
        row(Kind::Item, "", "y", "铅", ""),
        row(Kind::Item, "", "y", "铅", ""),
    ];
    let d = Dictionary::new([(Kind::Item, "铅")], rows);
    let of = |scope, says| d.meaning(Kind::Item, scope, says);
    assert!(matches!(of("dy6200-b", "07"), Meaning::Known { name, .. } if name == "汞"));
    assert!(matches!(of("dy6200", "07"), Meaning::Known { name, .. } if name == "过氧化物"));
    assert!(matches!(of("", "x"), Meaning::Ambiguous(names) if names.len() == 2));
    assert!(matches!(of("", "y"), Meaning::Known { .. }), "the same said twice is no contradiction");
}

#[test]
fn saying_what_a_name_is_heals_the_earlier_readings_and_leaves_what_was_sent() {
    let mut d = ours();
    let stored = [sent("农残A法", "50.00", "%"), sent("农残A法", "49.99", "%"), sent("农残A法", "3", "mg/kg"), sent("二氧化硫", "0.1", "g/kg")];
    let before: Vec<_> = stored.iter().map(|s| interpret(s, "m", &d, Basis::default())).collect();
    assert!(before[..3].iter().all(|i| i.item.is_none() && i.screen == Screen::Open));
    let queued = queue(stored.iter().map(|s| (s, "m")), &d);
    assert_eq!(queued.into_iter().collect::<Vec<_>>(), [((Kind::Item, "m".to_owned(), "农残A法".to_owned()), 3)]);

    d.add(row(Kind::Item, "m", "农残A法", "有机磷+氨基甲酸酯总体", "GB/T 5009.199-2003"));
    let all = || (0..).zip(&stored).zip(&before).map(|((n, s), i)| (n, s, "m", Basis::default(), i));
    let now = healed(all(), &d);
    let got: Vec<_> = now.iter().map(|(n, i)| (*n, i.item.as_deref(), i.screen)).collect();
    // a threshold in per cent says nothing of mg/kg
    let item = Some("有机磷+氨基甲酸酯总体");
    assert_eq!(got, [(0, item, Screen::Positive), (1, item, Screen::Negative), (2, item, Screen::Open)]);
    assert!(queue(stored.iter().map(|s| (s, "m")), &d).is_empty());
    // healing again changes nothing more
    let again: Vec<_> = (0..3).map(|n| (n, &stored[n], "m", Basis::default(), &now[n].1)).collect();
    assert!(healed(again, &d).is_empty());
}

#[test]
fn the_dictionary_of_a_county_is_matched_exactly_and_the_rest_is_queued() {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/rapid_dictionary/tCheckItem.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        return shiyan_skip::skipped("the item dictionary of a county's rapid-test client", "../shared/external/rapid_dictionary is not beside the checkout");
    };
    let d = ours();
    let own: BTreeSet<String> = shiyan_statute::limits().iter().map(|l| normal(Kind::Item, &l.analyte)).collect();
    let (mut total, mut found, mut units) = (0, 0, BTreeSet::new());
    let mut records = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|c| c.trim_matches('"')).collect();
        let [_, _, name, _, _, _, unit, ..] = cells.as_slice() else { continue };
        total += 1;
        records.push(sent(name, "1", unit));
        if let Some(name) = known(&d, Kind::Item, name) {
            found += 1;
            // whatever is known is spelled like one of ours or is a row that somebody wrote
            let key = normal(Kind::Item, &name);
            assert!(
                own.contains(&key)
                    || shiyan_statute::rapid_names().iter().any(|n| n.means == name)
                    || shiyan_statute::rapid_methods().iter().any(|m| m.analyte == name),
                "{name}"
            );
        }
        if known(&d, Kind::Unit, unit).is_none() {
            units.insert((*unit).to_owned());
        }
    }
    let queued: usize = queue(records.iter().map(|s| (s, "client")), &d).into_iter().filter(|((kind, ..), _)| *kind == Kind::Item).map(|(_, n)| n).sum();
    assert_eq!(found + queued, total, "none vanishes");
    assert!(total > 500 && found > 50 && queued > 100, "{found} of {total}");
    // misprints and strange units stay unknown
    assert!(["mg/ka", "5g/100ml", "--", "8"].iter().all(|u| units.contains(*u)), "{units:?}");
}
