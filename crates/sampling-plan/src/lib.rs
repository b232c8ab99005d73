//! 年度抽检计划 the yearly sampling plan: population and target, lines, progress (抽检办法 arts 8–10).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{PlanId, PlanLineId};
use shiyan_foundation::task::{Link, Population, TaskKind, TaskLevel, required_batches};
use shiyan_foundation::{Actor, Decimal, Instant, Label, Move, Moves, Refusal, codes, labels};

pub mod code {
    //! Refusals of the plan.
    use super::codes;
    codes! {
        NOT_MANAGER = "PLAN-ROLE", zh "只有计划管理员可以编制或下达计划", en "Only a plan manager may draw up or issue the plan",
            next "请计划管理员操作，或请系统管理员授予该角色" / "Ask a plan manager, or ask an administrator for that role", article "抽检办法 第8条";
        INCOMPLETE = "PLAN-LINE-INCOMPLETE", zh "计划第 {line} 行缺少：{missing}", en "Line {line} of the plan lacks: {missing}",
            next "补全该行后再下达；抽检计划应当包括这些内容" / "Complete the line, then issue the plan; the law names these contents", article "抽检办法 第9条";
        EMPTY = "PLAN-EMPTY", zh "计划没有任何计划行", en "The plan has no lines",
            next "先添加或导入计划行" / "Add or import lines first", article "抽检办法 第9条";
        BELOW_TARGET = "PLAN-BELOW-TARGET", zh "计划 {allocated} 批次，少于目标 {required} 批次", en "The plan has {allocated} batches, fewer than the {required} required",
            next "增加批次，或写明理由后下达" / "Add batches, or issue it with a written reason", article "";
        ISSUED = "PLAN-ISSUED", zh "{year} 年计划已下达，不能直接改写", en "The {year} plan has been issued and cannot be rewritten",
            next "以“调整计划”方式新增或减少批次，并写明理由" / "Adjust the plan with a reason", article "抽检办法 第8条";
        BATCHES = "PLAN-BATCHES", zh "批次数“{typed}”不是 1 到 100000 之间的整数", en "“{typed}” is not a whole number of batches between 1 and 100000",
            next "写一个整数" / "Type a whole number", article "";
        QUARTER = "PLAN-QUARTER", zh "季度“{typed}”不是 1、2、3 或 4", en "“{typed}” is not quarter 1, 2, 3 or 4",
            next "写 1、2、3 或 4" / "Type 1, 2, 3 or 4", article "";
        NO_POPULATION = "PLAN-POPULATION", zh "{year} 年没有可用的人口数据行", en "There is no population row for {year}",
            next "在“管理 → 人口”中登记人口数、口径、范围和来源" / "Register people, basis, boundary and source under Administration → Population", article "";
        STANDS = "PLAN-STANDS", zh "计划中已有这一行（{line}），{column}是“{stands}”，文件中是“{typed}”", en "The plan has this line ({line}) with {column_en} “{stands}”; the file says “{typed}”",
            next "导入不改写已有的计划行：核对文件；要增加批次，在计划页新增一行，只写增加的数，计划已下达的写明理由" / "An import never rewrites a line: check the file; to add batches, add a line on the plan page with only the difference, and with a reason once the plan is issued", article "抽检办法 第8条";
        NO_ROWS = "PLAN-FILE-EMPTY", zh "文件“{name}”里没有计划行", en "The file “{name}” has no plan lines",
            next "从标题行的下一行起填写，再导入" / "Fill in the rows below the header and import it again", article "";
        REASON = "PLAN-REASON", zh "调整已下达的计划必须写明理由", en "Adjusting an issued plan needs a written reason",
            next "写明理由" / "Write the reason", article "抽检办法 第8条";
    }
}

labels! {
    /// 计划状态
    pub enum PlanState {
        Draft = "draft", "编制中", "Draft";
        Issued = "issued", "已下达", "Issued";
    }
}

labels! {
    /// 计划动作
    pub enum PlanAction {
        Add = "add", "增加计划行", "Add lines";
        Issue = "issue", "下达", "Issue";
        Adjust = "adjust", "调整", "Adjust";
    }
}

/// 状态表 of a plan.
pub const MOVES: Moves<PlanState, PlanAction> = Moves {
    noun: ("年度计划", "plan"),
    begins: PlanState::Draft,
    opening: &[],
    over: &[PlanState::Issued],
    table: &[
        Move::new(PlanState::Draft, PlanAction::Add, PlanState::Draft, Act::Plan),
        Move::new(PlanState::Draft, PlanAction::Issue, PlanState::Issued, Act::Plan),
        Move::new(PlanState::Issued, PlanAction::Adjust, PlanState::Issued, Act::Plan),
    ],
};

/// 计划行 one line: so many batches of a category, at a link of the chain, in a street, in a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Line id.
    pub id: PlanLineId,
    /// 食品分类, one to four levels.
    pub category: CategoryPath,
    /// 环节
    pub link: Link,
    /// 街道代码, nine digits.
    pub street: String,
    /// 季度, 1 to 4.
    pub quarter: u8,
    /// 批次数
    pub batches: u32,
    /// 任务级别
    pub level: TaskLevel,
    /// 任务类别
    pub kind: TaskKind,
    /// 抽样方法
    pub method: String,
    /// 检验项目包
    pub item_package: String,
    /// 检验方法与判定依据
    pub basis: String,
    /// 报送方式和时限
    pub reporting: String,
}

impl PlanLine {
    /// The contents of art 9 that are still blank, Chinese names.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        for (value, name) in [
            (self.category.class(), "食品品种"),
            (self.street.as_str(), "街道"),
            (self.method.trim(), "抽样方法"),
            (self.item_package.trim(), "检验项目"),
            (self.basis.trim(), "判定依据"),
            (self.reporting.trim(), "报送方式和时限"),
        ] {
            if value.is_empty() {
                missing.push(name);
            }
        }
        missing
    }
}

/// 年度计划 the plan of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Plan {
    /// Plan id.
    pub id: PlanId,
    /// 年度
    pub year: i32,
    /// 名称, e.g. `2026年金水区抽检计划`.
    pub title: String,
    /// 每千人批次目标: the number of the law (N01) unless the district sets its own.
    pub target_per_mille: Decimal,
    /// 人口行 chosen for the target.
    pub population: Population,
    /// 状态
    pub state: PlanState,
    /// 下达时间
    pub issued_at: Option<Instant>,
    /// 计划行
    pub lines: Vec<PlanLine>,
    /// Reason given for issuing below the target.
    pub below_target_reason: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// 修订号
    pub revision: i64,
}

/// A plan as it is kept. What was kept cannot be written anew, its hash stands in the journal; so the flag that old plans lack is put in
/// when they are read, and stands in them from their next revision on.
#[derive(Deserialize)]
struct Kept {
    id: PlanId,
    year: i32,
    title: String,
    target_per_mille: Decimal,
    population: Population,
    state: PlanState,
    issued_at: Option<Instant>,
    lines: Vec<PlanLine>,
    below_target_reason: Option<String>,
    demo: Option<bool>,
    revision: i64,
}

/// What the program wrote at the end of the title of a demonstration plan; nobody can type it.
const DEMO_TITLE: &str = "计划（演示）";

impl From<Kept> for Plan {
    fn from(kept: Kept) -> Self {
        let Kept { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision } = kept;
        let demo = demo.unwrap_or_else(|| title.ends_with(DEMO_TITLE));
        Self { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision }
    }
}

impl Plan {
    /// 目标批次: ceil(target × population ÷ 1000).
    #[must_use]
    pub fn required(&self) -> u64 {
        required_batches(self.target_per_mille, self.population.people)
    }
    /// 已分配批次
    #[must_use]
    pub fn allocated(&self) -> u64 {
        self.lines.iter().map(|l| u64::from(l.batches)).sum()
    }
    /// 缺口 batches still to allocate.
    #[must_use]
    pub fn gap(&self) -> u64 {
        self.required().saturating_sub(self.allocated())
    }
    /// Every reason why this person may not issue the plan now.
    #[must_use]
    pub fn why_not_issue(&self, actor: &Actor, reason: Option<&str>) -> Vec<Refusal> {
        let mut why = Vec::new();
        if !actor.has_any(&MOVES.roles(PlanAction::Issue)) {
            why.push(Refusal::new(code::NOT_MANAGER));
        }
        if !MOVES.allows(self.state, PlanAction::Issue) {
            why.push(Refusal::new(code::ISSUED).with("year", self.year));
        }
        if self.lines.is_empty() {
            why.push(Refusal::new(code::EMPTY));
        }
        for (index, line) in self.lines.iter().enumerate() {
            let missing = line.missing();
            if !missing.is_empty() {
                why.push(Refusal::new(code::INCOMPLETE).with("line", index + 1).with("missing", missing.join("、")));
            }
        }
        if self.gap() > 0 && !self.lines.is_empty() && reason.is_none_or(|r| r.trim().is_empty()) {
            why.push(Refusal::new(code::BELOW_TARGET).with("allocated", self.allocated()).with("required", self.required()));
        }
        why
    }
    /// Issues the plan (下达).
    ///
    /// # Errors
    /// The first reason of [`Plan::why_not_issue`].
    pub fn issue(&self, actor: &Actor, reason: Option<&str>, now: Instant) -> Result<Plan, Refusal> {
        if let Some(refusal) = self.why_not_issue(actor, reason).into_iter().next() {
            return Err(refusal);
        }
        let below_target_reason = if self.gap() > 0 { reason.map(|r| r.trim().to_owned()) } else { None };
        Ok(Plan { state: PlanState::Issued, issued_at: Some(now), below_target_reason, revision: self.revision + 1, ..self.clone() })
    }
    /// Adds lines to a draft, or adjusts an issued plan with a reason (动态调整, art 8).
    ///
    /// # Errors
    /// Not a plan manager; an issued plan without a reason.
    pub fn add_lines(&self, actor: &Actor, lines: Vec<PlanLine>, reason: Option<&str>) -> Result<Plan, Refusal> {
        let adjusts = MOVES.allows(self.state, PlanAction::Adjust);
        if !actor.has_any(&MOVES.roles(if adjusts { PlanAction::Adjust } else { PlanAction::Add })) {
            return Err(Refusal::new(code::NOT_MANAGER));
        }
        if adjusts && reason.is_none_or(|r| r.trim().is_empty()) {
            return Err(Refusal::new(code::REASON));
        }
        if adjusts {
            for (index, line) in lines.iter().enumerate() {
                let missing = line.missing();
                if !missing.is_empty() {
                    return Err(Refusal::new(code::INCOMPLETE).with("line", index + 1).with("missing", missing.join("、")));
                }
            }
        }
        let mut next = self.clone();
        next.lines.extend(lines);
        next.revision += 1;
        Ok(next)
    }
}

/// 导入对照 the rows of a file beside the lines that stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Lines that are not there yet.
    pub new: Vec<PlanLine>,
    /// Rows that say what stands already.
    pub known: usize,
    /// Rows that say something else about a line that stands: row of the file, why it is not taken.
    pub clashes: Vec<(u32, Refusal)>,
}

/// What makes a line the same line: everything but the number and the words about how it is done.
type Same<'a> = (&'a CategoryPath, Link, &'a str, u8, TaskLevel, TaskKind, &'a str);

fn same(l: &PlanLine) -> Same<'_> {
    (&l.category, l.link, &l.street, l.quarter, l.level, l.kind, &l.item_package)
}

fn words(l: &PlanLine) -> [(&str, &'static str, &'static str, &'static str); 3] {
    [(&l.method, "检验方法", "the method", "method"), (&l.basis, "判定依据", "the basis", "basis"), (&l.reporting, "报送要求", "reporting", "reporting")]
}

/// Sorts the rows of a file (row number, line) into what is new, what stands already and what contradicts the plan. A row answers
/// for one line that stands, so that what was added on the page later does not disturb the file that was imported before.
#[must_use]
pub fn compare(standing: &[PlanLine], rows: Vec<(u32, PlanLine)>) -> Compared {
    let mut out = Compared::default();
    let mut left: Vec<&PlanLine> = standing.iter().collect();
    let mut rest = Vec::new();
    for (row, line) in rows {
        match left.iter().position(|s| same(s) == same(&line) && s.batches == line.batches && words(s) == words(&line)) {
            Some(at) => {
                left.remove(at);
                out.known += 1;
            }
            None => rest.push((row, line)),
        }
    }
    for (row, line) in rest {
        let Some(stands) = left.iter().chain(&standing.iter().collect::<Vec<_>>()).find(|s| same(s) == same(&line)).copied() else {
            out.new.push(line);
            continue;
        };
        let (was, now) = (stands.batches.to_string(), line.batches.to_string());
        let differs = words(stands).into_iter().zip(words(&line)).find(|(s, l)| s.0 != l.0);
        let (was, now, zh, en, field) = match differs {
            Some((s, l)) if was == now => (s.0.to_owned(), l.0.to_owned(), s.1, s.2, s.3),
            _ => (was, now, "批次", "batches", "batches"),
        };
        let named = format!("{} {} {} Q{}", line.category.text(), line.link.zh(), line.street, line.quarter);
        let refusal = Refusal::new(code::STANDS).with("line", named).with("column", zh).with("column_en", en);
        out.clashes.push((row, refusal.with("stands", was).with("typed", now).on(field)));
    }
    out
}

/// What a countable batch is matched to plan lines by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// 食品大类
    pub class: String,
    /// 环节
    pub link: Link,
    /// 街道代码
    pub street: String,
    /// 季度
    pub quarter: u8,
}

/// 计划格 the cell that a line of the plan stands in.
#[must_use]
pub fn line_key_of(line: &PlanLine) -> LineKey {
    LineKey { class: line.category.class().to_owned(), link: line.link, street: line.street.clone(), quarter: line.quarter }
}

/// Which batches fill which line: the lines of one cell take them in their order, each up to its number. What exceeds the plan stands
/// on the last line of its cell, so that the columns add up to what was done.
#[must_use]
pub fn filled<T>(lines: &[PlanLine], done: BTreeMap<LineKey, Vec<T>>) -> Vec<Vec<T>> {
    let key = line_key_of;
    let mut left: BTreeMap<LineKey, std::vec::IntoIter<T>> = done.into_iter().map(|(key, list)| (key, list.into_iter())).collect();
    let mut out: Vec<Vec<T>> = lines
        .iter()
        .map(|line| {
            let most = usize::try_from(line.batches).unwrap_or(usize::MAX);
            left.get_mut(&key(line)).map_or_else(Vec::new, |rest| rest.by_ref().take(most).collect())
        })
        .collect();
    for (index, line) in lines.iter().enumerate().rev() {
        if let Some(rest) = left.remove(&key(line)) {
            out[index].extend(rest);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::ids::{PopulationId, UserId};
    use shiyan_foundation::task::{Boundary, PopulationBasis};
    use shiyan_foundation::{Role, Scope, shanghai};
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
