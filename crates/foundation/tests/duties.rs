//! The table of duties beside a second list, written by hand; and its picture in `crates/DUTIES.md` (`SHIYAN_BLESS=1` draws it anew).
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{LabId, PointId};
use shiyan_foundation::{Label, Role, Scope};

/// By hand: the act, who may in the scope of the district, and in how much less than the district they still may.
const LIST: &str = include_str!("duties.txt");

fn scopes() -> [(&'static str, Scope); 4] {
    let nil = uuid::Uuid::nil();
    [
        ("全区", Scope::District),
        ("街道", Scope::Streets(["410105001".to_owned()].into())),
        ("承检机构", Scope::Lab(LabId(nil))),
        ("快检点", Scope::Point(PointId(nil))),
    ]
}

/// The scopes in which somebody with one of the duties may do it.
fn reach(act: Act) -> Vec<&'static str> {
    let roles: BTreeSet<Role> = act.roles().iter().copied().collect();
    scopes().into_iter().filter(|(_, scope)| act.ask(&roles, scope).is_ok()).map(|(name, _)| name).collect()
}

#[test]
fn every_act_is_the_duty_of_those_in_the_list_by_hand_and_of_nobody_else() {
    let by_hand: Vec<&str> = LIST.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).collect();
    let table: Vec<String> = Act::ALL
        .iter()
        .map(|act| format!("{act:?}: {} @ {}", act.roles().iter().map(|r| r.code()).collect::<Vec<_>>().join(" "), reach(*act).join(" ")))
        .collect();
    assert_eq!(table, by_hand);
    for act in Act::ALL {
        for role in Role::ALL {
            for (name, scope) in scopes() {
                let may = act.ask(&BTreeSet::from([*role]), &scope).is_ok();
                assert_eq!(may, act.roles().contains(role) && reach(*act).contains(&name), "{act:?} {role:?} {name}");
            }
        }
    }
}

#[test]
fn the_matrix_is_drawn_from_the_table() {
    let mut drawn = String::from(
        "# 权限矩阵 who may do and read what\n\nDrawn from the table of duties (`authority` of foundation) by `crates/foundation/tests/duties.rs`; `SHIYAN_BLESS=1 cargo test -p shiyan-foundation --test duties` draws it anew. \
         What lies outside somebody's scope is not there for them; on whose sample, order or case, the use case asks beside it.\n\n| 事项 | act | 岗位 | 数据范围 | 依据 |\n|---|---|---|---|---|\n",
    );
    for act in Act::ALL {
        let (zh, en) = act.words();
        let roles: Vec<&str> = act.roles().iter().map(|r| r.zh()).collect();
        drawn.push_str(&format!("| {zh} | {en} | {} | {} | {} |\n", roles.join("、"), reach(*act).join("、"), act.article()));
    }
    let at = concat!(env!("CARGO_MANIFEST_DIR"), "/../DUTIES.md");
    if std::env::var_os("SHIYAN_BLESS").is_some() {
        std::fs::write(at, &drawn).unwrap();
        return;
    }
    assert!(
        std::fs::read_to_string(at).unwrap_or_default() == drawn,
        "crates/DUTIES.md is not what the table says: SHIYAN_BLESS=1 cargo test -p shiyan-foundation --test duties"
    );
}
