//! Rapid tests of the demonstration: points, readings, follow-ups in every state.

use chrono::{NaiveDate, TimeDelta};
use shiyan_app::Error;
use shiyan_app::records::{FollowUpRecord, ReadingRecord};
use shiyan_foundation::ids::{PointId, ReadingId, SampleId};
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::{Actor, Instant};
use shiyan_rapid_test::reading::ReadingSource;
use shiyan_rapid_test::{FollowUp, FollowUpState, Observed, Point, RapidVerdict, Reading, ReadingInput, decide};
use shiyan_statute::{RapidMethod, RuleKey, rapid_method};

use crate::dice::Dice;
use crate::sample::{Fate, Run, Spec};
use crate::world::World;

/// Everything rapid, and the samples that positives asked for.
#[derive(Debug, Default)]
pub(crate) struct Rapid {
    pub(crate) readings: Vec<ReadingRecord>,
    pub(crate) follow_ups: Vec<FollowUpRecord>,
    pub(crate) specs: Vec<Spec>,
}

/// How a positive goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Waiting,
    Negative,
    Suspended,
    Disposed,
    DisposedLate,
    Objected,
    /// Disposed of, then a sample is taken; the conclusion comes with the sample. Failing or not.
    Lab(bool),
    /// Objected to, then a sample is taken.
    ObjectedLab(bool),
}

/// Method, foods it is used on (their names before the mark), analyte.
const TESTS: &[(&str, &[&str])] = &[
    ("GB/T 5009.199-2003", &["韭菜", "芹菜", "豇豆", "普通白菜", "菠菜", "黄瓜", "辣椒", "姜"]),
    ("NY/T 448-2001", &["芹菜", "豇豆", "菠菜"]),
    ("KJ201701", &["鲫鱼"]),
    ("KJ201706", &["猪肉", "牛肉"]),
    ("POLAR", &["煎炸过程用油"]),
];

/// The points; the id of the first is known before, it is the scope of its operator.
pub(crate) fn points(world: &World, first: PointId, dice: &mut Dice, at: Instant) -> Vec<Point> {
    let markets = ["示范农贸市场甲", "示范农贸市场乙", "示范菜市场丙", "示范超市丁", "示范批发市场戊", "示范学校食堂己"];
    markets
        .iter()
        .enumerate()
        .map(|(index, market)| Point {
            id: if index == 0 { first } else { PointId(dice.uuid(at)) },
            name: format!("{market}快检点（演示）"),
            street: world.own.get((index * 3 + 7) % world.own.len().max(1)).cloned().unwrap_or_default(),
            market: (*market).to_owned(),
            active: true,
            photo_required: true,
            planned_per_quarter: 200,
            demo: true,
        })
        .collect()
}

fn operator<'a>(world: &'a World, points: &[Point], point: &Point) -> &'a Actor {
    if points.first().is_some_and(|p| p.id == point.id) { &world.people.operator } else { &world.people.enforcer }
}

struct Teller<'a> {
    world: &'a World,
    points: &'a [Point],
    out: Rapid,
}

/// Tells all readings from the first day to now.
pub(crate) fn tell(world: &World, run: &mut Run, points: &[Point], first: NaiveDate) -> Result<Rapid, Error> {
    let mut teller = Teller { world, points, out: Rapid::default() };
    let ways = [
        Way::Negative,
        Way::Disposed,
        Way::Lab(true),
        Way::Disposed,
        Way::ObjectedLab(false),
        Way::Disposed,
        Way::Lab(false),
        Way::Disposed,
        Way::DisposedLate,
        Way::Lab(true),
    ];
    let (mut day, mut positives) = (first, 0_usize);
    let today = world.now.date_naive();
    let quiet = world.before(today, 10);
    while day <= today {
        if world.calendar.is_workday(day) {
            for point in points {
                for _ in 0..run.dice.within(2, 4) {
                    let at = world.at(day, 7, 0) + TimeDelta::seconds(run.dice.within(0, 14_000));
                    let positive = run.dice.chance(60) && day < quiet;
                    if at <= world.now {
                        let way = if positive { ways.get(positives % ways.len()).copied() } else { None };
                        positives += usize::from(positive);
                        teller.reading(run, point, at, way)?;
                    }
                }
            }
        }
        day = match day.succ_opt() {
            Some(next) => next,
            None => break,
        };
    }
    // what stands open today
    let back = |days: i64, minutes: i64| world.now - TimeDelta::days(days) - TimeDelta::minutes(minutes);
    for (index, at, way) in [
        (0, back(0, 20), None),
        (0, back(0, 35), Some(Way::Waiting)),
        (1, back(1, 60), Some(Way::Waiting)),
        (2, back(1, 90), Some(Way::Suspended)),
        (3, back(5, 30), Some(Way::Suspended)),
        (4, back(6, 45), Some(Way::Suspended)),
        (0, back(2, 200), Some(Way::Objected)),
        (1, back(6, 100), Some(Way::Lab(true))),
        (2, back(9, 100), Some(Way::ObjectedLab(true))),
    ] {
        if let Some(point) = points.get(index) {
            teller.reading(run, point, at, way)?;
        }
    }
    Ok(teller.out)
}

impl Teller<'_> {
    fn reading(&mut self, run: &mut Run, point: &Point, at: Instant, way: Option<Way>) -> Result<(), Error> {
        let world = self.world;
        let lab = matches!(way, Some(Way::Lab(_) | Way::ObjectedLab(_)));
        let pick = if lab { run.dice.weighted([6, 0, 2].into_iter()) } else { run.dice.weighted([10, 3, 3, 2, 1].into_iter()) };
        let (code, foods) = TESTS[pick];
        let food = run.dice.pick(foods);
        let method = rapid_method(code).ok_or_else(|| Error::Fault(format!("rapid method {code}")))?;
        let first = self.keep(run, point, method, food, at, way.is_some(), None)?;
        let Some(way) = way else { return Ok(()) };
        let mut follow_up = FollowUp::open(first, at);
        let who = operator(world, self.points, point);
        let enforcer = &world.people.enforcer;
        let later = |minutes: i64| at + TimeDelta::minutes(minutes);
        if way != Way::Waiting {
            let negative = way == Way::Negative;
            let verdict = if negative { RapidVerdict::Negative } else { RapidVerdict::Positive };
            let again = self.keep(run, point, method, food, later(25), !negative, Some(first))?;
            let due = shiyan_statute::deadline(RuleKey::D28, later(25), &world.calendar)?.due.due_at;
            follow_up = follow_up.retest(who, again, verdict, due, later(25))?;
        }
        let kilograms = run.dice.within(2, 30).to_string();
        let evidence = || vec![world.evidence.0.clone()];
        match way {
            Way::Disposed | Way::Lab(_) => follow_up = follow_up.dispose(who, &kilograms, "下架并销毁（演示）", evidence(), later(180))?,
            Way::DisposedLate => follow_up = follow_up.dispose(who, &kilograms, "补登销毁（演示）", evidence(), later(80 * 60))?,
            Way::Objected | Way::ObjectedLab(_) => follow_up = follow_up.object(who, later(120))?,
            Way::Waiting | Way::Negative | Way::Suspended => {}
        }
        if let Way::Lab(fails) | Way::ObjectedLab(fails) = way {
            let on = world.after(at.date_naive(), 1);
            if on < world.now.date_naive() {
                let id = SampleId(run.dice.uuid(world.at(on, 9, 0)));
                follow_up = follow_up.send_to_lab(enforcer, id)?;
                let wanted = format!("{food}（演示）");
                let food = world.foods.iter().position(|f| f.name == wanted).ok_or(Error::Fault(wanted))?;
                self.out.specs.push(Spec {
                    on,
                    food,
                    link: Link::Circulation,
                    street: point.street.clone(),
                    kind: TaskKind::Supervisory,
                    level: TaskLevel::District,
                    fails,
                    failing: (code == "KJ201701").then_some(1),
                    fate: Fate::Normal,
                    temporary: false,
                    id: Some(id),
                    from_reading: Some(first),
                });
            }
        }
        self.out.follow_ups.push(FollowUpRecord { follow_up, point: point.id, demo: true });
        Ok(())
    }
    #[allow(clippy::too_many_arguments)]
    fn keep(
        &mut self,
        run: &mut Run,
        point: &Point,
        method: &RapidMethod,
        food: &str,
        at: Instant,
        positive: bool,
        retest_of: Option<ReadingId>,
    ) -> Result<ReadingId, Error> {
        let by_eye = method.threshold.is_none();
        let invalid = !positive && retest_of.is_none() && run.dice.chance(60);
        let value = if by_eye { String::new() } else { shown(run, method, invalid, positive) };
        let seen = if invalid {
            Observed::Invalid
        } else if positive {
            Observed::Positive
        } else {
            Observed::Negative
        };
        let input = ReadingInput {
            stall: format!("A-{:02}", run.dice.below(30) + 1),
            food: food.to_owned(),
            value,
            observed: by_eye.then_some(seen),
            reagent_lot: format!("YS{}", at.format("%y%m")),
            origin: String::new(),
            note: String::new(),
            tested_at: at,
            photo: (by_eye && positive).then(|| self.world.evidence.0.clone()),
            source: ReadingSource::Manual,
            retest_of,
        };
        let (verdict, why_zh, why_en) = decide(point, method, &input, at)?;
        let operator = operator(self.world, self.points, point);
        let reading = Reading {
            id: ReadingId(run.dice.uuid(at)),
            point: point.id,
            device: None,
            operator: operator.id,
            operator_name: operator.name.clone(),
            stall_id: None,
            stall: input.stall,
            food: input.food,
            method: method.code.clone(),
            analyte: method.analyte.clone(),
            value: input.value,
            unit: method.unit.clone(),
            observed: input.observed,
            verdict,
            why_zh,
            why_en,
            reagent_lot: input.reagent_lot,
            origin: input.origin,
            note: input.note,
            tested_at: at,
            received_at: at,
            photo: input.photo,
            source: input.source,
            retest_of,
            demo: true,
        };
        let id = reading.id;
        self.out.readings.push(ReadingRecord { reading, street: point.street.clone() });
        Ok(id)
    }
}

/// What the laboratory found is entered the working day after its report.
pub(crate) fn conclude(world: &World, run: &Run, follow_ups: &mut [FollowUpRecord]) -> Result<(), Error> {
    for record in follow_ups.iter_mut().filter(|r| r.follow_up.state == FollowUpState::SentToLab) {
        let Some((fails, at)) = record.follow_up.sample.and_then(|s| run.concluded.get(&s)).copied() else { continue };
        let on = world.at(world.after(at.date_naive(), 1), 9, 30);
        if on <= world.now {
            record.follow_up = record.follow_up.conclude(&world.people.enforcer, Some(fails), on)?;
        }
    }
    Ok(())
}

/// What the device shows: the positive far above what it decides by, the negative far below.
fn shown(run: &mut Run, method: &RapidMethod, invalid: bool, positive: bool) -> String {
    match positive {
        _ if invalid => "118".to_owned(),
        true if method.code == "POLAR" => format!("{}.5", run.dice.within(28, 33)),
        true => format!("{}.{}", run.dice.within(72, 93), run.dice.below(10)),
        false if method.code == "POLAR" => format!("{}.5", run.dice.within(8, 22)),
        false => format!("{}.{}", run.dice.within(1, 38), run.dice.below(10)),
    }
}
