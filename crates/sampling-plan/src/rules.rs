//! 抽样限制 how often the same operator, producer or food is sampled before somebody asks why. The numbers are those that the national system has
//! been seen to apply to routine sampling, none of the law; the district may set its own. Monitoring, cases, accidents and emergencies are not
//! bound by them (抽检办法 art 16).

use std::collections::BTreeMap;

use shiyan_foundation::task::{Link, TaskLevel};
use shiyan_foundation::{Label, NaiveDate, Refusal, labels};

use crate::code;

/// 限制 how many batches a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// 同一被抽样单位（流通环节）
    pub unit: u32,
    /// 同一生产者、同一产品、同一生产日期
    pub same_batch: u32,
    /// 同一生产者、同一食品大类
    pub producer_class: u32,
    /// 多次不合格 from how many failures on somebody is called to mind.
    pub repeats: u32,
}

impl Limits {
    /// 国家系统的限制, as read in the code of a national deployment of 2015 to 2018.
    pub const NATIONAL_SYSTEM: Limits = Limits { unit: 10, same_batch: 1, producer_class: 3, repeats: 3 };
}

/// 一次抽样 as the rules look at it. Names are compared as they are given: by id where the register knows whom it is, else by the printed name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampling {
    /// 抽样单编号
    pub number: String,
    /// 被抽样单位
    pub unit: String,
    /// 环节
    pub link: Link,
    /// 标称生产者; nothing for a food without one.
    pub producer: Option<String>,
    /// 样品名称
    pub product: String,
    /// 生产日期
    pub made_on: Option<NaiveDate>,
    /// 食品大类
    pub class: String,
    /// 抽样日期
    pub on: NaiveDate,
    /// 不受限制 monitoring, case, accident or emergency.
    pub directed: bool,
    /// 任务级别
    pub level: TaskLevel,
    /// 专由某级抽检 a large producer that only one level samples, where one has said so.
    pub reserved_for: Option<TaskLevel>,
}

labels! {
    /// 限制规则
    pub enum Rule {
        SameBatch = "same_batch", "同一批产品", "Same batch of a product";
        Unit = "unit", "同一被抽样单位", "Same operator";
        ProducerClass = "producer_class", "同一生产者同一大类", "Same producer and class";
        OtherLevel = "other_level", "专由其他级别抽检", "Sampled by another level only";
    }
}

/// 超限 a rule that one more sampling would break, with the sheets that filled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub rule: Rule,
    /// 已有的抽样单
    pub sheets: Vec<String>,
    /// Why, by code.
    pub why: Refusal,
}

fn quarter(day: NaiveDate) -> (i32, u32) {
    use chrono::Datelike;
    (day.year(), day.month0() / 3)
}

/// 核对 whether `next` may be taken after those of its quarter. The rule that is closest to the sample comes first.
#[must_use]
pub fn check(next: &Sampling, earlier: &[Sampling], limits: Limits) -> Vec<Finding> {
    if next.directed {
        return Vec::new();
    }
    let bound: Vec<&Sampling> = earlier.iter().filter(|s| !s.directed && s.number != next.number && quarter(s.on) == quarter(next.on)).collect();
    let same_producer = |s: &Sampling| next.producer.is_some() && s.producer == next.producer;
    let mut out = Vec::new();
    let mut rule = |rule: Rule, most: u32, info, name: &str, same: &dyn Fn(&Sampling) -> bool| {
        let sheets: Vec<String> = bound.iter().filter(|s| same(s)).map(|s| s.number.clone()).collect();
        if sheets.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            let why = Refusal::new(info)
                .with("name", name)
                .with("product", &next.product)
                .with("class", &next.class)
                .with("made", next.made_on.map_or_else(|| "/".to_owned(), |d| d.to_string()))
                .with("quarter", quarter(next.on).1 + 1)
                .with("count", sheets.len())
                .with("most", most)
                .with("sheets", sheets.join("、"));
            out.push(Finding { rule, sheets, why });
        }
    };
    let producer = next.producer.as_deref().unwrap_or_default();
    if next.producer.is_some() && next.made_on.is_some() {
        rule(Rule::SameBatch, limits.same_batch, code::LIMIT_SAME_BATCH, producer, &|s| {
            same_producer(s) && s.product == next.product && s.made_on == next.made_on
        });
    }
    if next.link == Link::Circulation {
        rule(Rule::Unit, limits.unit, code::LIMIT_UNIT, &next.unit, &|s| s.link == Link::Circulation && s.unit == next.unit);
    }
    if next.producer.is_some() {
        rule(Rule::ProducerClass, limits.producer_class, code::LIMIT_PRODUCER_CLASS, producer, &|s| same_producer(s) && s.class == next.class);
    }
    if let Some(level) = next.reserved_for.filter(|level| *level != next.level) {
        let why = Refusal::new(code::LIMIT_LEVEL).with("name", producer).with("level", level.zh()).with("level_en", level.en());
        out.push(Finding { rule: Rule::OtherLevel, sheets: Vec::new(), why });
    }
    out
}

/// 还可抽 how many more batches a shop may give in the quarter of that day, so that nobody is sent there for nothing.
#[must_use]
pub fn left_at(unit: &str, on: NaiveDate, earlier: &[Sampling], limits: Limits) -> u32 {
    let had = earlier.iter().filter(|s| !s.directed && s.link == Link::Circulation && s.unit == unit && quarter(s.on) == quarter(on)).count();
    limits.unit.saturating_sub(u32::try_from(had).unwrap_or(u32::MAX))
}

labels! {
    /// 重复不合格 what failed again and again.
    pub enum Repeat {
        Unit = "unit", "同一被抽样单位", "Same operator";
        Producer = "producer", "同一生产者", "Same producer";
        Item = "item", "同类食品同一项目", "Same class and item";
    }
}

/// 不合格记录
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// 被抽样单位
    pub unit: String,
    /// 标称生产者
    pub producer: Option<String>,
    /// 食品大类
    pub class: String,
    /// 不合格项目
    pub items: Vec<String>,
}

/// 多次不合格 who or what failed at least so often, the most often first.
#[must_use]
pub fn repeated(failures: &[Failure], limits: Limits) -> Vec<(Repeat, String, u32)> {
    let mut seen: BTreeMap<(Repeat, String), u32> = BTreeMap::new();
    for failure in failures {
        let producer = failure.producer.iter().map(|p| (Repeat::Producer, p.clone()));
        let items = failure.items.iter().map(|item| (Repeat::Item, format!("{} {item}", failure.class)));
        for key in std::iter::once((Repeat::Unit, failure.unit.clone())).chain(producer).chain(items) {
            *seen.entry(key).or_default() += 1;
        }
    }
    let mut out: Vec<_> = seen.into_iter().filter(|(_, n)| *n >= limits.repeats).map(|((kind, name), n)| (kind, name, n)).collect();
    out.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (a.0, &a.1).cmp(&(b.0, &b.1))));
    out
}

impl Finding {
    /// 规则名称
    #[must_use]
    pub fn rule_name(&self) -> (&'static str, &'static str) {
        (self.rule.zh(), self.rule.en())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::Lang;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }
    fn taken(number: &str, on: NaiveDate) -> Sampling {
        Sampling {
            number: number.into(),
            unit: "示范超市".into(),
            link: Link::Circulation,
            producer: Some("示范食品厂".into()),
            product: format!("挂面{number}"),
            made_on: Some(day(1, 1)),
            class: format!("粮食加工品{number}"),
            on,
            directed: false,
            level: TaskLevel::District,
            reserved_for: None,
        }
    }
    fn many(n: usize) -> Vec<Sampling> {
        (1..=n).map(|n| taken(&format!("A{n}"), day(2, 3))).collect()
    }
    fn rules(next: &Sampling, earlier: &[Sampling]) -> Vec<Rule> {
        check(next, earlier, Limits::NATIONAL_SYSTEM).into_iter().map(|f| f.rule).collect()
    }

    #[test]
    fn the_eleventh_batch_of_a_shop_in_a_quarter_is_explained() {
        assert_eq!(rules(&taken("B", day(3, 1)), &many(9)), []);
        let found = check(&taken("B", day(3, 31)), &many(10), Limits::NATIONAL_SYSTEM);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].why.what(Lang::Zh), "示范超市 第1季度已抽 10 批次，达到每季度 10 批次的上限");
        assert_eq!((found[0].sheets.len(), left_at("示范超市", day(3, 1), &many(7), Limits::NATIONAL_SYSTEM)), (10, 3));
        assert_eq!(rules(&taken("B", day(4, 1)), &many(10)), [], "another quarter");
        let catering = Sampling { link: Link::Catering, ..taken("B", day(3, 1)) };
        assert_eq!(rules(&catering, &many(10)), [], "the rule is one of circulation");
    }
    #[test]
    fn the_same_batch_is_not_sampled_twice_and_a_class_of_a_producer_three_times() {
        let first = taken("A1", day(2, 3));
        let again = Sampling { number: "B".into(), unit: "另一超市".into(), ..first.clone() };
        assert_eq!(rules(&again, std::slice::from_ref(&first)), [Rule::SameBatch]);
        assert_eq!(rules(&Sampling { made_on: Some(day(1, 2)), ..again.clone() }, std::slice::from_ref(&first)), []);
        assert_eq!(rules(&first, std::slice::from_ref(&first)), [], "a sheet is not compared with itself");
        let class: Vec<Sampling> = many(3).into_iter().map(|s| Sampling { class: "粮食加工品".into(), ..s }).collect();
        assert_eq!(rules(&Sampling { class: "粮食加工品".into(), ..taken("B", day(3, 1)) }, &class), [Rule::ProducerClass]);
        let nameless = Sampling { producer: None, ..again };
        assert_eq!(rules(&nameless, &[Sampling { producer: None, ..first }]), [], "two foods without a producer are not of one");
    }
    #[test]
    fn a_producer_that_another_level_samples_is_left_to_it() {
        let large = Sampling { reserved_for: Some(TaskLevel::National), ..taken("B", day(3, 1)) };
        let found = check(&large, &[], Limits::NATIONAL_SYSTEM);
        assert_eq!(found[0].why.what(Lang::Zh), "示范食品厂 由国抽安排抽检，本级不再抽");
        assert_eq!(rules(&Sampling { level: TaskLevel::National, ..large.clone() }, &[]), []);
        assert_eq!(rules(&Sampling { directed: true, ..large }, &[]), []);
    }
    #[test]
    fn what_is_directed_is_neither_bound_nor_counted() {
        assert_eq!(rules(&Sampling { directed: true, ..taken("B", day(3, 1)) }, &many(10)), []);
        let mut ten = many(10);
        ten[0].directed = true;
        assert_eq!(rules(&taken("B", day(3, 1)), &ten), []);
    }
    #[test]
    fn who_fails_again_and_again_is_called_to_mind() {
        let failed = |unit: &str, item: &str| Failure { unit: unit.into(), producer: None, class: "蔬菜".into(), items: vec![item.into()] };
        let seen = repeated(
            &[failed("甲", "腐霉利"), failed("甲", "腐霉利"), failed("甲", "腐霉利"), failed("乙", "腐霉利"), failed("乙", "镉")],
            Limits::NATIONAL_SYSTEM,
        );
        assert_eq!(seen, [(Repeat::Item, "蔬菜 腐霉利".to_owned(), 4), (Repeat::Unit, "甲".to_owned(), 3)]);
    }
}
