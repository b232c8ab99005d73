//! The plan of a year, and the samples that are taken for it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use shiyan_app::Error;
use shiyan_foundation::Label;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{PlanId, PlanLineId};
use shiyan_foundation::task::{Link, Population, TaskKind, TaskLevel, required_batches};
use shiyan_lab_results::order::OrderState;
use shiyan_sampling_plan::{Plan, PlanLine, PlanState};
use shiyan_statute::{NumberKey, yearly_target};

use crate::dice::Dice;
use crate::sample::{Fate, Run, Spec};
use crate::world::World;

/// Quarter weights, per cent, as published plans spread a year.
const QUARTERS: [usize; 4] = [11, 30, 31, 28];
/// Of 10,000 samples so many are taken in streets that 郑东新区 runs.
const NEIGHBOURS: usize = 1_200;

/// Draws failing batches so that the rate is met, but not at even distances.
#[derive(Debug, Default)]
struct Rate {
    sum: usize,
    next: usize,
}

impl Rate {
    fn fails(&mut self, dice: &mut Dice, of_10_000: usize) -> bool {
        if self.next == 0 {
            self.next = 1 + dice.below(10_000);
        }
        self.sum += of_10_000;
        if self.sum < self.next {
            return false;
        }
        self.next += 3_000 + dice.below(14_000);
        true
    }
}

/// The samples of a year up to today, in the order of their days.
pub(crate) fn specs(world: &World, run: &mut Run, year: i32, total: u32) -> Vec<Spec> {
    let today = world.now.date_naive();
    let mut days: [Vec<NaiveDate>; 4] = Default::default();
    for day in NaiveDate::from_ymd_opt(year, 1, 1).into_iter().flat_map(|first| first.iter_days().take_while(|d| d.year() == year)) {
        // sampling ends in early December, so that the reports of the year are issued within it
        let closed = day.month() == 12 && day.day() > 5;
        if world.calendar.is_workday(day)
            && !closed
            && let Some(quarter) = days.get_mut(usize::try_from(day.month0() / 3).unwrap_or(0))
        {
            quarter.push(day);
        }
    }
    let current = year == today.year();
    let mut out = Vec::new();
    let mut rates: BTreeMap<usize, Rate> = BTreeMap::new();
    for (quarter, days) in days.iter().enumerate() {
        let count = (usize::try_from(total).unwrap_or(0) * QUARTERS[quarter]).div_ceil(100);
        for n in 0..count {
            let on = days[(n * days.len() / count.max(1)).min(days.len().saturating_sub(1))];
            let food = run.dice.weighted(world.foods.iter().map(|f| f.share));
            let Some(f) = world.foods.get(food) else { continue };
            let link = f.links.get(run.dice.weighted(f.links.iter().map(|(_, w)| *w))).map_or(Link::Circulation, |(l, _)| *l);
            let neighbour = run.dice.chance(NEIGHBOURS);
            let street = if neighbour {
                world.neighbours.get(run.dice.below(world.neighbours.len())).cloned()
            } else if World::everywhere(f) {
                world.own.get(run.dice.weighted((0..world.own.len()).map(World::street_weight))).cloned()
            } else {
                let homes = world.homes(f.category.class());
                homes.get(run.dice.below(homes.len())).cloned()
            };
            let Some(street) = street else { continue };
            let kind = match run.dice.below(100) {
                0..=91 => TaskKind::Supervisory,
                92..=97 => TaskKind::Evaluative,
                _ => TaskKind::RiskMonitoring,
            };
            let level = match run.dice.below(100) {
                0..=5 => TaskLevel::National,
                6..=19 => TaskLevel::Provincial,
                20..=49 => TaskLevel::City,
                _ => TaskLevel::District,
            };
            let rate = if kind == TaskKind::Evaluative { f.fail / 2 } else { f.fail };
            let roll = run.dice.below(1_000);
            let fate = match roll {
                0..=4 => Fate::Void,
                5..=9 => Fate::Refused,
                10..=49 => Fate::Late,
                _ => Fate::Normal,
            };
            // this year two streets lag behind, and the whole district a little
            let lags = current && (run.dice.chance(300) || (matches!(street.as_str(), "410105017" | "410105018") && run.dice.chance(3_000)));
            if on > today || lags {
                continue;
            }
            let fails = rates.entry(food).or_default().fails(&mut run.dice, rate);
            out.push(Spec { on, food, link, street, kind, level, fails, failing: None, fate, temporary: false, id: None, from_reading: None });
        }
    }
    out
}

/// Makes some of the samples special, so that every state can be seen today.
pub(crate) fn specials(world: &World, run: &mut Run, specs: &mut Vec<Spec>) {
    let today = world.now.date_naive();
    let (early, late) = (today - chrono::Days::new(150), today - chrono::Days::new(85));
    let window = |s: &&mut Spec| s.on > early && s.on < late && s.fate == Fate::Normal && s.kind == TaskKind::Supervisory && s.from_reading.is_none();
    let plain = |food: usize, world: &World| world.foods.get(food).is_some_and(|f| !f.prepacked && f.category.class() == "食用农产品");
    if let Some(spec) = specs.iter_mut().filter(window).find(|s| s.fails && plain(s.food, world)) {
        spec.fate = Fate::AmendedToPass;
    }
    if let Some(spec) = specs.iter_mut().filter(window).find(|s| !s.fails) {
        spec.fate = Fate::Amended;
    }
    let named = |name: &str| world.foods.iter().position(|f| f.name == format!("{name}（演示）")).unwrap_or(0);
    let own = |n: usize| world.own.get(n % world.own.len().max(1)).cloned().unwrap_or_default();
    let mut add = |back: i64, food: &str, link: Link, kind: TaskKind, fate: Fate, change: fn(&mut Spec)| {
        let street = own(run.dice.below(17));
        let (on, food) = (world.before(today, back), named(food));
        let mut spec = Spec {
            on,
            food,
            link,
            street,
            kind,
            level: TaskLevel::District,
            fails: false,
            failing: None,
            fate,
            temporary: false,
            id: None,
            from_reading: None,
        };
        change(&mut spec);
        specs.push(spec);
    };
    use Fate::{InTransit, Late, Normal, Until};
    use Link::{Catering, Circulation};
    use TaskKind::{RiskMonitoring, Supervisory};
    let as_is: fn(&mut Spec) = |_| {};
    for state in [OrderState::Testing, OrderState::Entered, OrderState::Checked, OrderState::Reviewed, OrderState::Approved] {
        add(15, "韭菜", Circulation, Supervisory, Until(state), as_is);
        add(18, "酱油", Circulation, Supervisory, Until(state), as_is);
    }
    // past the twentieth working day, still on the bench
    add(24, "鲫鱼", Circulation, Supervisory, Until(OrderState::Testing), as_is);
    add(26, "白酒", Circulation, Supervisory, Until(OrderState::Checked), as_is);
    add(23, "芒果", Circulation, Supervisory, Late, as_is);
    // on the way, one of them past its days (D01)
    add(2, "苹果", Circulation, Supervisory, InTransit, as_is);
    add(8, "橙", Circulation, Supervisory, InTransit, as_is);
    add(12, "豇豆", Circulation, Supervisory, Until(OrderState::Approved), |s| s.temporary = true);
    // failing and not told to anybody yet
    add(12, "芹菜", Circulation, Supervisory, Until(OrderState::Approved), |s| s.fails = true);
    // failing, told a few days ago
    add(18, "姜", Circulation, Supervisory, Normal, |s| s.fails = true);
    add(30, "豆芽", Circulation, RiskMonitoring, Normal, |s| s.fails = true);
    // banned substance: reported at once; microbes: no recheck; two parts: seller and producer
    add(40, "鲫鱼", Circulation, Supervisory, Normal, |s| (s.fails, s.failing) = (true, Some(1)));
    add(35, "餐饮具", Catering, Supervisory, Normal, |s| (s.fails, s.failing) = (true, Some(1)));
    add(45, "酱油", Circulation, Supervisory, Normal, |s| (s.fails, s.failing) = (true, Some(1)));
    specs.sort_by_key(|s| s.on);
}

/// The issued plan of a year: every cell that samples are drawn from, with what is expected of it.
pub(crate) fn plan(world: &World, run: &mut Run, year: i32, population: &Population) -> Result<Plan, Error> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let at = world.at(world.later(first, 7), 10, 0).min(world.now);
    let target = yearly_target(NumberKey::N01, year)?;
    let required = required_batches(target, population.people);
    let total = usize::try_from(required).unwrap_or(0) + 90;
    let mut cells: BTreeMap<(String, Link), usize> = BTreeMap::new();
    for food in &world.foods {
        let sum: usize = food.links.iter().map(|(_, w)| *w).sum();
        for (link, weight) in &food.links {
            *cells.entry((food.category.class().to_owned(), *link)).or_default() += food.share * 1_000 * weight / sum.max(1);
        }
    }
    let all: usize = cells.values().sum();
    let streets: usize = (0..world.own.len()).map(World::street_weight).sum();
    let mut lines = Vec::new();
    let mut carried = 0_u128;
    for ((class, link), weight) in &cells {
        let wide = matches!(class.as_str(), "食用农产品" | "餐饮食品");
        let homes = world.homes(class);
        for (index, street) in world.own.iter().enumerate() {
            let (part, of) = if wide { (World::street_weight(index), streets) } else { (usize::from(homes.contains(street)), homes.len()) };
            for (quarter, percent) in QUARTERS.iter().enumerate() {
                // exact shares, the remainder carried to the next cell
                let scale = 1_000_000_u128;
                carried += total as u128 * *weight as u128 * part as u128 * *percent as u128 * scale / (all as u128 * of.max(1) as u128 * 100);
                let batches = u32::try_from(carried / scale).unwrap_or(0);
                carried %= scale;
                if batches == 0 {
                    continue;
                }
                lines.push(PlanLine {
                    id: PlanLineId(run.dice.uuid(at)),
                    category: CategoryPath::parse(class),
                    link: *link,
                    street: street.clone(),
                    quarter: u8::try_from(quarter + 1).unwrap_or(1),
                    batches,
                    level: TaskLevel::District,
                    kind: TaskKind::Supervisory,
                    method: "随机抽样".into(),
                    item_package: format!("{class}（演示项目包）"),
                    basis: "国家食品安全监督抽检实施细则（演示）".into(),
                    reporting: format!("{}，检验结论作出后按期报送国家系统", link.zh()),
                });
            }
        }
    }
    let plan = Plan {
        id: PlanId(run.dice.uuid(at)),
        year,
        title: format!("{year}年金水区食品安全抽检计划（演示）"),
        target_per_mille: target,
        population: population.clone(),
        state: PlanState::Draft,
        issued_at: None,
        lines,
        below_target_reason: None,
        demo: true,
        revision: 0,
    };
    Ok(plan.issue(&world.people.planner, Some("演示人口数较少"), at)?)
}
