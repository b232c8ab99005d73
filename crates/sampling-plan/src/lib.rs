//! 年度抽检计划 the yearly sampling plan: population and target, lines, progress (抽检办法 arts 8–10).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod allocation;
mod big;
pub mod blind;
pub mod change;
pub mod code;
pub mod contents;
pub mod draft;
pub mod draw;
pub mod fraction;
pub mod grid;
pub mod history;
pub mod line;
pub mod plan;
pub mod population;
pub mod progress;
pub mod rules;
pub mod suggestion;
pub mod year;

pub use line::{Compared, LineKey, PlanLine, compare, filled, line_key_of};
pub use plan::{MOVES, Plan, PlanAction, PlanState};
pub use year::{Phase, STEPS, Step, YearPlan};

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::category::CategoryPath;
    use shiyan_foundation::ids::{PlanId, PlanLineId};
    use shiyan_foundation::ids::{PopulationId, UserId};
    use shiyan_foundation::task::{Boundary, PopulationBasis};
    use shiyan_foundation::task::{Link, Population, TaskKind, TaskLevel};
    use shiyan_foundation::{Actor, Decimal, Instant};
    use shiyan_foundation::{Role, Scope, shanghai};
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;

    fn line(batches: u32) -> PlanLine {
        PlanLine {
            id: PlanLineId(Default::default()),
            category: CategoryPath::parse("食用农产品/蔬菜"),
            link: Link::Circulation,
            street: "410105008".into(),
            quarter: 1,
            batches,
            level: TaskLevel::District,
            kind: TaskKind::Supervisory,
            method: "随机".into(),
            item_package: "蔬菜农残".into(),
            basis: "GB 2763".into(),
            reporting: "国家系统，20个工作日".into(),
        }
    }
    fn plan(lines: Vec<PlanLine>, people: u64) -> Plan {
        Plan {
            id: PlanId(Default::default()),
            year: 2026,
            title: "2026年金水区抽检计划".into(),
            target_per_mille: Decimal::from(4),
            population: Population {
                id: PopulationId(Default::default()),
                year: 2019,
                area_code: "410105".into(),
                people,
                basis: PopulationBasis::YearEnd,
                boundary: Boundary::Governed,
                source: "t".into(),
            },
            state: PlanState::Draft,
            issued_at: None,
            lines,
            below_target_reason: None,
            demo: false,
            revision: 1,
        }
    }
    fn manager() -> Actor {
        Actor { id: UserId(Default::default()), name: "计划甲".into(), roles: BTreeSet::from([Role::PlanManager]), scope: Scope::District }
    }
    fn now() -> Instant {
        chrono::NaiveDate::from_ymd_opt(2026, 1, 5).unwrap().and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }

    #[test]
    fn a_plan_with_a_blank_art_9_content_is_not_issued() {
        let mut bad = line(5332);
        bad.basis.clear();
        let refusal = plan(vec![bad], 1_333_000).issue(&manager(), None, now()).unwrap_err();
        assert_eq!(refusal.code(), "PLAN-LINE-INCOMPLETE");
        assert!(refusal.what(shiyan_foundation::Lang::Zh).contains("判定依据"));
    }
    #[test]
    fn a_plan_below_the_target_needs_a_reason() {
        let p = plan(vec![line(5331)], 1_333_000);
        assert_eq!((p.required(), p.gap()), (5332, 1));
        assert_eq!(p.issue(&manager(), Some(" "), now()).unwrap_err().code(), "PLAN-BELOW-TARGET");
        assert_eq!(p.issue(&manager(), Some("省抽另补1批次"), now()).unwrap().state, PlanState::Issued);
        assert!(plan(vec![line(5332)], 1_333_000).issue(&manager(), None, now()).unwrap().below_target_reason.is_none());
    }
    #[test]
    fn an_issued_plan_is_only_adjusted_with_a_reason() {
        let issued = plan(vec![line(5332)], 1_333_000).issue(&manager(), None, now()).unwrap();
        assert_eq!(issued.add_lines(&manager(), vec![line(3)], None).unwrap_err().code(), "PLAN-REASON");
        assert_eq!(issued.add_lines(&manager(), vec![line(3)], Some("舆情专项")).unwrap().allocated(), 5335);
    }
    #[test]
    fn a_file_imported_again_changes_nothing_and_contradicts_aloud() {
        let other = PlanLine { quarter: 2, ..line(6) };
        let file = || vec![(2, line(12)), (3, other.clone())];
        let first = compare(&[], file());
        assert_eq!((first.new.len(), first.known, first.clashes.len()), (2, 0, 0));
        let again = compare(&first.new, file());
        assert_eq!((again.new.len(), again.known, again.clashes.len()), (0, 2, 0));
        // What the page added since is left alone, and the plan given out comes back as it went.
        let grown = [first.new.clone(), vec![line(3)]].concat();
        assert_eq!(compare(&grown, file()).known, 2);
        assert_eq!(compare(&grown, grown.iter().cloned().zip(2..).map(|(l, n)| (n, l)).collect()).known, 3);
        let changed = PlanLine { basis: "GB 2762".into(), ..other.clone() };
        let found = compare(&first.new, vec![(2, line(15)), (3, changed), (4, PlanLine { quarter: 3, ..line(1) })]);
        assert_eq!((found.new.len(), found.known), (1, 0));
        let said: Vec<_> =
            found.clashes.iter().map(|(row, r)| (*row, r.code(), r.facts["stands"].as_str(), r.facts["typed"].as_str(), r.field.as_deref())).collect();
        assert_eq!(said, [(2, "PLAN-STANDS", "12", "15", Some("batches")), (3, "PLAN-STANDS", "GB 2763", "GB 2762", Some("basis"))]);
        // One row more than the plan has lines: as much a contradiction as another number.
        assert_eq!(compare(&first.new, vec![(2, line(12)), (3, line(12))]).clashes.len(), 1);
    }
    #[test]
    fn progress_never_counts_a_batch_twice_and_loses_none() {
        let key = LineKey { class: "食用农产品".into(), link: Link::Circulation, street: "410105008".into(), quarter: 1 };
        let done = BTreeMap::from([(key, (1..=9).collect())]);
        assert_eq!(filled(&[line(4), line(3)], done), vec![vec![1, 2, 3, 4], vec![5, 6, 7, 8, 9]]);
    }
    #[test]
    fn a_plan_from_before_the_flag_has_it_when_it_is_read_and_a_newer_one_says_it_itself() {
        let kept = |title: &str, demo: Option<bool>| -> Plan {
            let mut json = serde_json::to_value(plan(vec![line(3)], 800_000)).unwrap();
            json["title"] = title.into();
            match demo {
                Some(demo) => json["demo"] = demo.into(),
                None => drop(json.as_object_mut().unwrap().remove("demo")),
            }
            serde_json::from_value(json).unwrap()
        };
        assert!(kept("2025年金水区食品安全抽检计划（演示）", None).demo);
        assert!(!kept("2025年金水区食品安全抽检计划", None).demo);
        for title in ["2025年金水区食品安全抽检计划（演示）", "2025年金水区食品安全抽检计划"] {
            assert!(!kept(title, Some(false)).demo && kept(title, Some(true)).demo, "{title}");
        }
        let new = serde_json::to_string(&plan(Vec::new(), 1)).unwrap();
        assert!(new.contains("\"demo\":false"), "a plan that is kept from now on says what it is: {new}");
    }
}
