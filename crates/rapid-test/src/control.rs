//! 对照 blank and positive control per day and kit lot on a device. A device or lot whose control failed is out of control: what was measured with it since the last
//! good control has to be looked at, and nothing more is measured until a control is good again.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{DeviceId, ReadingId};
use shiyan_foundation::{Instant, NaiveDate, labels};

use crate::reading::RapidVerdict;

labels! {
    /// 对照种类
    pub enum ControlKind {
        Blank = "blank", "空白对照", "Blank";
        Positive = "positive", "阳性对照", "Positive control";
    }
}
labels! {
    /// 受控状态
    pub enum InControl {
        Yes = "in_control", "受控", "In control";
        Missing = "missing", "当日未做对照", "No control today";
        Out = "out_of_control", "失控", "Out of control";
    }
}

/// 使用的组合 what a control speaks for: one method on one device with one lot. A hand kit has no device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setup {
    /// 设备
    pub device: Option<DeviceId>,
    /// 试剂批号
    pub lot: String,
    /// 方法
    pub method: String,
}

/// 一次对照
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// What it speaks for.
    pub setup: Setup,
    /// Kind.
    pub kind: ControlKind,
    /// When.
    pub at: Instant,
    /// What it showed.
    pub verdict: RapidVerdict,
}

impl Control {
    /// 合格 a blank is negative and a positive control is positive; an invalid one is neither.
    #[must_use]
    pub fn is_good(&self) -> bool {
        match self.kind {
            ControlKind::Blank => self.verdict == RapidVerdict::Negative,
            ControlKind::Positive => self.verdict == RapidVerdict::Positive,
        }
    }
}

/// 测过的读数 as far as this needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// Id.
    pub id: ReadingId,
    /// With what.
    pub setup: Setup,
    /// When.
    pub at: Instant,
}

/// The last of each kind on a day up to a moment.
fn last<'a>(controls: &'a [Control], setup: &Setup, day: NaiveDate, now: Instant) -> [Option<&'a Control>; 2] {
    [ControlKind::Blank, ControlKind::Positive].map(|kind| {
        let of = |c: &&Control| c.kind == kind && c.setup == *setup && c.at.date_naive() == day && c.at <= now;
        controls.iter().filter(of).max_by_key(|c| c.at)
    })
}

/// 受控状态 of a setup at a moment: both controls of the day, the last of each.
#[must_use]
pub fn state(controls: &[Control], setup: &Setup, now: Instant) -> InControl {
    let last = last(controls, setup, now.date_naive(), now);
    if last.iter().flatten().any(|c| !c.is_good()) {
        InControl::Out
    } else if last.iter().all(Option::is_some) {
        InControl::Yes
    } else {
        InControl::Missing
    }
}

/// 最近一次合格对照 the moment before a failure from which on nothing is certain: when the last good pair of controls was complete. None where there never was one.
#[must_use]
pub fn last_good(controls: &[Control], setup: &Setup, failed_at: Instant) -> Option<Instant> {
    let mut own: Vec<&Control> = controls.iter().filter(|c| c.setup == *setup && c.at < failed_at).collect();
    own.sort_by_key(|c| c.at);
    let mut good = None;
    for control in own {
        // the state right after it, the control itself included
        if control.is_good() && state(controls, setup, control.at) == InControl::Yes {
            good = Some(control.at);
        }
    }
    good
}

/// 受影响的读数 measured with a failing setup after its last good control and up to the failure.
#[must_use]
pub fn touched(controls: &[Control], measured: &[Measured], setup: &Setup, failed_at: Instant) -> Vec<ReadingId> {
    let since = last_good(controls, setup, failed_at);
    let within = |m: &&Measured| m.setup == *setup && m.at <= failed_at && since.is_none_or(|since| m.at > since);
    measured.iter().filter(within).map(|m| m.id).collect()
}

/// 失控清单 every failed control, with what it touches; a failure that was followed by a good control the same day touches what came before all the same.
#[must_use]
pub fn failures<'a>(controls: &'a [Control], measured: &[Measured]) -> Vec<(&'a Control, Vec<ReadingId>)> {
    controls.iter().filter(|c| !c.is_good()).map(|c| (c, touched(controls, measured, &c.setup, c.at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::shanghai;
    use uuid::Uuid;

    fn at(day: u32, hour: u32) -> Instant {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn setup(lot: &str) -> Setup {
        Setup { device: Some(DeviceId(Uuid::nil())), lot: lot.into(), method: "KJ201705".into() }
    }
    fn control(lot: &str, kind: ControlKind, at: Instant, verdict: RapidVerdict) -> Control {
        Control { setup: setup(lot), kind, at, verdict }
    }
    fn pair(lot: &str, at: Instant) -> [Control; 2] {
        [control(lot, ControlKind::Blank, at, RapidVerdict::Negative), control(lot, ControlKind::Positive, at, RapidVerdict::Positive)]
    }

    #[test]
    fn a_setup_is_in_control_when_both_controls_of_the_day_are_good() {
        let mut controls = pair("L1", at(2, 6)).to_vec();
        assert_eq!(state(&controls, &setup("L1"), at(2, 8)), InControl::Yes);
        assert_eq!(state(&controls, &setup("L1"), at(2, 5)), InControl::Missing, "before it was done");
        assert_eq!(state(&controls, &setup("L1"), at(3, 8)), InControl::Missing, "yesterday's does not count");
        assert_eq!(state(&controls, &setup("L2"), at(2, 8)), InControl::Missing, "another lot");
        assert_eq!(state(&controls[..1], &setup("L1"), at(2, 8)), InControl::Missing, "the blank alone");
        controls.push(control("L1", ControlKind::Positive, at(2, 9), RapidVerdict::Invalid));
        assert_eq!(state(&controls, &setup("L1"), at(2, 10)), InControl::Out, "an invalid control is no good one");
        controls.push(control("L1", ControlKind::Positive, at(2, 11), RapidVerdict::Positive));
        assert_eq!(state(&controls, &setup("L1"), at(2, 12)), InControl::Yes);
    }
    #[test]
    fn what_was_measured_since_the_last_good_control_is_listed() {
        let mut controls = [pair("L1", at(2, 6)), pair("L1", at(3, 6)), pair("L2", at(3, 6))].concat();
        let measured: Vec<Measured> = [(1, "L1", at(2, 7)), (2, "L1", at(3, 7)), (3, "L1", at(3, 8)), (4, "L2", at(3, 8)), (5, "L1", at(4, 7))]
            .map(|(n, lot, at)| Measured { id: ReadingId(Uuid::from_u128(n)), setup: setup(lot), at })
            .to_vec();
        controls.push(control("L1", ControlKind::Blank, at(3, 9), RapidVerdict::Positive));
        let ids = |touched: Vec<ReadingId>| touched.iter().map(|r| r.0.as_u128()).collect::<Vec<_>>();
        assert_eq!(last_good(&controls, &setup("L1"), at(3, 9)), Some(at(3, 6)));
        assert_eq!(ids(touched(&controls, &measured, &setup("L1"), at(3, 9))), [2, 3]);
        // a second failure reaches back to the same good control, and forward to itself
        controls.push(control("L1", ControlKind::Blank, at(4, 8), RapidVerdict::Positive));
        assert_eq!(ids(touched(&controls, &measured, &setup("L1"), at(4, 8))), [2, 3, 5]);
        // without any good control everything before is touched
        assert_eq!(ids(touched(&controls[6..], &measured, &setup("L1"), at(3, 9))), [1, 2, 3]);
        assert_eq!(failures(&controls, &measured).len(), 2);
    }
}
