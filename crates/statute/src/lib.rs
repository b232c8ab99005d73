//! The law as dated, cited data: deadlines, the working calendar, limits, food classes, rapid methods, and the clocks that
//! run on them. Values and dates live in `data/`, how to count and to choose lives here. No I/O, no clock, no floats.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod additives;
pub mod background;
pub mod calendar;
pub mod clock;
pub mod codes;
pub mod crosswalk;
mod data;
pub mod deadline;
pub mod editions;
mod exclusion;
pub mod food;
pub mod grade;
pub mod limits;
pub mod names;
pub mod notice;
pub mod number;
pub mod packages;
pub mod pathogens;
pub mod rapid;
pub mod remind;
pub mod retell;
pub mod sided;
pub mod sums;
pub mod terms;
pub mod time_left;

use shiyan_foundation::{Label, Lang};

pub use additives::{AdditiveAnswer, AdditiveQuery, additive_limit, additive_rule};
pub use background::{Background, Natural, SubstanceKind, background, background_additives};
pub use calendar::{Holiday, HolidayKind, calendar, holidays};
pub use clock::{Agreed, Clock, ClockState, Extension, Grant, Moved, Pause, by_nearness, nearest, recounted};
pub use codes::ALL;
pub use crosswalk::{StandardFood, standard_food};
pub use deadline::{ComputedDeadline, DeadlineRule, RuleKey, deadline, deadline_rule, deadline_rules, period_text, runs_until};
pub use editions::{RowChange, RowChangeKind, ShippedEdition, difference, shipped_editions};
pub use food::{ClassScheme, FoodClass, YearClass, class_in, class_scheme, classes_of, food_class, food_classes, food_classes_of};
pub use grade::Grade;
pub use limits::{
    AnalyteGroup, DetectionKind, DetectionLimit, LIMIT_MOVES, LimitAction, LimitChoice, LimitLibrary, LimitQuery, LimitRow, LimitRule, LimitStatus, choose,
    choose_limit, item_core, item_key, limits, same_analyte,
};
pub use names::{FoodName, FoodNames};
pub use notice::{HolidayNotice, NoticeLine, read_notice};
pub use number::{LawNumber, NumberKey, law_number, law_numbers, said, yearly_target};
pub use packages::{DraftPackage, draft_package, draft_packages};
pub use pathogens::{Pathogen, is_pathogen, pathogens};
pub use rapid::{RapidMethod, RapidName, RapidNameKind, ReadKind, ThresholdOp, rapid_method, rapid_methods, rapid_names};
pub use remind::{Reminder, ReminderReason, must_be_told_at_once, next_reminder, reminders};
pub use retell::{cited, retell};
pub use sided::{OneSided, sided};
pub use sums::{SumOf, sum_with, sums};
pub use terms::{PauseReason, Term, TermKind, suspended_by, term, terms};
pub use time_left::{Colour, Left, Nearness, TimeLeft};

/// 解释 what a rule key (`D07`), a number (`N01`), a limit row (`L0001`) or a refusal code of this crate stands for.
#[must_use]
pub fn explain(code: &str, lang: Lang) -> Option<String> {
    let code = code.trim();
    let lines: Vec<String> = match deadline::rule_key(code) {
        Ok(key) => deadline_rules().iter().filter(|r| r.key == key).map(|r| r.reference(lang)).collect(),
        Err(_) => {
            let numbers = law_numbers().iter().filter(|n| n.key.code() == code).map(|n| n.reference(lang));
            numbers.chain(limits().iter().filter(|r| r.id == code).map(|r| r.reference(lang))).collect()
        }
    };
    if !lines.is_empty() {
        return Some(lines.join("\n"));
    }
    let info = ALL.iter().find(|info| info.code == code)?;
    Some(format!("{} {}", lang.pick(info.zh, info.en), lang.pick(info.next_zh, info.next_en)))
}

/// 数据自检 what is wrong with the embedded data; empty when all is well. A start-up check prints it.
#[must_use]
pub fn data_problems() -> Vec<String> {
    let problems = [
        additives::problem(),
        background::problem(),
        calendar::problem(),
        crosswalk::problem(),
        deadline::problem(),
        editions::problem(),
        exclusion::problem(),
        food::problem(),
        limits::problem(),
        names::problem(),
        number::problem(),
        packages::problem(),
        pathogens::problem(),
        rapid::problem(),
        sided::problem(),
        sums::problem(),
        terms::problem(),
    ];
    problems.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_key_and_code_explains_itself() {
        for lang in [Lang::Zh, Lang::En] {
            for rule in deadline_rules() {
                assert!(explain(rule.key.code(), lang).is_some_and(|t| t.contains(&rule.article)));
            }
            for number in law_numbers() {
                assert!(explain(number.key.code(), lang).is_some_and(|t| t.contains(&number.article)));
            }
            for row in limits() {
                assert!(explain(&row.id, lang).is_some_and(|t| t.contains(&row.basis)), "{}", row.id);
            }
            assert!(ALL.iter().all(|info| explain(info.code, lang).is_some()));
            assert_eq!(explain("D41", lang), None);
        }
    }
}
