//! 数据表 the statistics tables as programs take them: named columns that do not change with the language, whole numbers and texts. Pages, files, the
//! interface for programs and the command line hand out these.

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use shiyan_foundation::Label;
use shiyan_indicators::{Family, Kpis};

use crate::looks::{Looks, Side};
use crate::tables::{Line, RapidLine, Rate, Tables};

/// 单元格 what one cell holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// 文本
    Text(String),
    /// 计数; only what was sampled beside the plan may be below nothing.
    Count(i64),
    /// 没有
    Nothing,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Count(i64::try_from(n).unwrap_or(i64::MAX))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(some: Option<T>) -> Self {
        some.map_or(Self::Nothing, Into::into)
    }
}

/// 列的种类
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Texts, among them rates as they are shown.
    Text,
    /// Whole numbers.
    Count,
}

/// 列 one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Name for programs; it stays.
    pub key: &'static str,
    /// Chinese head.
    pub zh: &'static str,
    /// English head.
    pub en: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// 一张表
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Name for programs and addresses; it stays.
    pub name: &'static str,
    /// Chinese title.
    pub zh: &'static str,
    /// English title.
    pub en: &'static str,
    /// What is counted, which decides the scope line.
    pub family: Family,
    /// The pages of the statistics that show it.
    pub tabs: &'static [&'static str],
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    #[cfg(test)]
    pub(crate) fn none(name: &'static str) -> Self {
        Self { name, zh: "", en: "", family: Family::Batches, tabs: &[], columns: Vec::new(), rows: Vec::new() }
    }
    /// The content as it is hashed: a JSON array a line, first the name and the keys of the columns, then each row.
    #[must_use]
    pub fn content(&self) -> String {
        let head: Vec<&str> = std::iter::once(self.name).chain(self.columns.iter().map(|c| c.key)).collect();
        let lines = std::iter::once(json!(head)).chain(self.rows.iter().map(|row| json!(row)));
        lines.map(|line| format!("{line}\n")).collect()
    }
    /// SHA-256 of the content, whatever file it is in.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(&self.content())
    }
}

/// SHA-256 of a text.
#[must_use]
pub fn sha256(content: &str) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

const fn text(key: &'static str, zh: &'static str, en: &'static str) -> Column {
    Column { key, zh, en, kind: Kind::Text }
}
const fn count(key: &'static str, zh: &'static str, en: &'static str) -> Column {
    Column { key, zh, en, kind: Kind::Count }
}

const NOW: [Column; 3] = [count("batches", "批次", "Batches"), count("failing", "不合格", "Failing"), text("rate", "不合格率", "Failing rate")];
const BEFORE: [Column; 3] = [
    count("batches_before", "上年同期批次", "Batches, same period last year"),
    count("failing_before", "上年同期不合格", "Failing, same period last year"),
    text("rate_before", "上年同期不合格率", "Failing rate, same period last year"),
];
const WHOLE: [Column; 3] = [
    count("batches_whole", "上年全月批次", "Batches, the whole month last year"),
    count("failing_whole", "上年全月不合格", "Failing, the whole month last year"),
    text("rate_whole", "上年全月不合格率", "Failing rate, the whole month last year"),
];
const POINTS: Column = text("delta_points", "增减（百分点）", "Change (points)");

fn rate(rate: &Rate) -> [Value; 3] {
    [rate.batches.into(), rate.failing.into(), (&rate.display).into()]
}

struct Made<'a>(Vec<Sheet>, &'a dyn Fn(&str) -> String);

type Title = (&'static str, &'static str, &'static str);

impl Made<'_> {
    fn add(&mut self, (name, zh, en): Title, family: Family, tabs: &'static [&'static str], columns: &[&[Column]], rows: Vec<Vec<Value>>) {
        self.0.push(Sheet { name, zh, en, family, tabs, columns: columns.concat(), rows });
    }
    /// Lines with the same period of last year; those without a batch in either are left to the chart.
    fn lines(&mut self, title: Title, tabs: &'static [&'static str], lines: &[Line]) {
        let row = |l: &Line| {
            let names = [(&l.code).into(), (&l.zh).into(), (&l.en).into()];
            names.into_iter().chain(rate(&l.now)).chain(rate(&l.before)).chain([l.delta_points.clone().into()]).collect()
        };
        let names = [text("code", "代码", "Code"), text("name", "名称", "Name"), text("name_en", "英文名称", "Name in English")];
        self.add(title, Family::Batches, tabs, &[&names, &NOW, &BEFORE, &[POINTS]], lines.iter().map(row).collect());
    }
    fn rapid(&mut self, title: Title, key: Column, lines: &[RapidLine]) {
        let row = |l: &RapidLine| vec![(&l.key).into(), l.tests.into(), l.valid.into(), l.positive.into(), (&l.display).into()];
        let numbers = [
            count("tests", "检测项次", "Tests"),
            count("valid", "有效", "Valid"),
            count("positive", "阳性", "Positive"),
            text("rate", "阳性率", "Positive rate"),
        ];
        self.add(title, Family::Rapid, &["rapid"], &[&[key], &numbers], lines.iter().map(row).collect());
    }
    fn street(&self, code: &str) -> [Value; 2] {
        [code.into(), self.1(code).into()]
    }
}

const STREET: [Column; 2] = [text("street", "街道代码", "Street code"), text("street_name", "街道", "Street")];

/// Every table, in the order of the pages; `street` gives the name of a street by its code.
#[must_use]
pub fn sheets(t: &Tables, kpis: &Kpis<u64>, street: &dyn Fn(&str) -> String) -> Vec<Sheet> {
    let mut made = Made(Vec::new(), street);
    made.lines(("total", "合计（监督抽检）", "Total (supervisory)"), &["overview"], std::slice::from_ref(&t.total));
    let labelled = [
        text("level", "任务级别代码", "Level code"),
        text("level_name", "任务级别", "Level"),
        text("kind", "任务类别代码", "Kind code"),
        text("kind_name", "任务类别", "Kind"),
    ];
    let rows = t.by_level_kind.iter().map(|l| {
        let names: [Value; 4] = [l.level.code().into(), l.level.zh().into(), l.kind.code().into(), l.kind.zh().into()];
        names.into_iter().chain(rate(&l.now)).chain(rate(&l.before)).collect()
    });
    made.add(("by_level_kind", "任务级别 × 任务类别", "Level × kind"), Family::Batches, &["overview"], &[&labelled, &NOW, &BEFORE], rows.collect());
    let rows = t.by_month.iter().map(|m| {
        let cells = std::iter::once(u64::from(m.month).into()).chain(rate(&m.now)).chain(rate(&m.before)).chain(rate(&m.whole));
        cells.chain([m.delta_points.clone().into()]).collect()
    });
    let month = [count("month", "月份", "Month")];
    made.add(
        ("by_month", "按月（监督抽检）", "By month (supervisory)"),
        Family::Batches,
        &["overview"],
        &[&month, &NOW, &BEFORE, &WHOLE, &[POINTS]],
        rows.collect(),
    );

    made.lines(("by_class", "按食品大类", "By food class"), &["class"], &t.by_class);
    made.lines(("farm_subclasses", "食用农产品亚类", "Edible farm products by subclass"), &["class"], &t.farm_subclasses);
    made.lines(("key_foods", "重点食品（各组有重叠，不相加）", "Key foods (they overlap and are not added up)"), &["class"], &t.key_foods);
    made.lines(("by_link", "按抽样环节", "By link"), &["link"], &t.by_link);
    made.lines(("online", "网络抽样（已含在各环节中）", "Online sampling (contained in the links)"), &["link"], std::slice::from_ref(&t.online));
    made.lines(("by_area", "按区域类型", "By kind of area"), &["link"], &t.by_area);
    made.lines(("by_place", "按抽样地点", "By place"), &["link"], &t.by_place);
    made.lines(("by_lab", "按承检机构", "By laboratory"), &["link"], &t.by_lab);

    let rows = t.by_street.iter().map(|s| {
        let done: [Value; 3] = [s.planned.into(), s.done.into(), (&s.done_display).into()];
        made.street(&s.street).into_iter().chain(done).chain(rate(&s.now)).chain(rate(&s.before)).chain([s.delta_points.clone().into()]).collect()
    });
    let rows = rows.collect();
    let done = [count("planned", "计划批次", "Planned"), count("done", "完成批次", "Done"), text("done_rate", "完成率", "Done rate")];
    let title = ("by_street", "按街道：计划与完成，不合格率", "By street: planned and done, failing rate");
    made.add(title, Family::Batches, &["street", "looks"], &[&STREET, &done, &NOW, &BEFORE, &[POINTS]], rows);

    let rows = t.failing_groups.iter().map(|g| vec![(&g.group).into(), g.count.into(), (&g.share).into(), (&g.cumulative).into()]);
    let group = [
        text("group", "不合格项目类别", "Group of failing items"),
        count("items", "项次", "Items"),
        text("share", "占比", "Share"),
        text("cumulative", "累计占比", "Cumulative share"),
    ];
    made.add(("failing_groups", "不合格项目类别", "Failing items by group"), Family::Batches, &["items", "looks"], &[&group], rows.collect());
    let rows = t.top_items.iter().map(|i| vec![(&i.analyte).into(), (&i.food).into(), i.count.into()]);
    let item = [text("item", "检验项目", "Item"), text("food", "食品", "Food"), count("items", "不合格项次", "Failing items")];
    made.add(
        ("top_items", "不合格最多的项目和食品（前 20）", "Items and foods that failed most (first 20)"),
        Family::Batches,
        &["items"],
        &[&item],
        rows.collect(),
    );

    let rows = t.cases_by_street.iter().map(|c| {
        let counts: [Value; 5] = [c.opened.into(), c.cancelled.into(), c.closed.into(), c.closed_in_time.into(), c.overdue.into()];
        made.street(&c.street).into_iter().chain(counts).collect()
    });
    let rows = rows.collect();
    let cases = [
        count("cases", "案件", "Cases"),
        count("cancelled", "改判撤销", "Cancelled"),
        count("closed", "办结", "Closed"),
        count("closed_in_time", "按期办结", "Closed in time"),
        count("overdue", "逾期未结", "Overdue"),
    ];
    made.add(("cases_by_street", "按街道的核查处置", "Disposal cases by street"), Family::Cases, &["disposal", "looks"], &[&STREET, &cases], rows);
    let rows = kpis.disposed.figures().map(|f| {
        let left: u64 = f.left_out.values().sum();
        vec![f.key.to_string().into(), f.name(shiyan_foundation::Lang::Zh).into(), (&f.display).into(), f.unit.zh().into(), f.numerator.into(), left.into()]
    });
    let sums = [
        text("figure", "项目代码", "Figure"),
        text("name", "项目", "Item"),
        text("total", "合计", "Total"),
        text("unit", "单位", "Unit"),
        count("cases", "计入案件", "Cases counted"),
        count("left_out", "未计入", "Not counted"),
    ];
    made.add(("disposed", "处置合计", "What disposal came to"), Family::Cases, &["disposal"], &[&sums], rows.to_vec());

    made.rapid(("rapid_by_point", "快检按快检点", "Rapid tests by point"), text("point", "快检点", "Point"), &t.rapid_by_point);
    made.rapid(("rapid_by_item", "快检按项目", "Rapid tests by item"), text("item", "项目", "Item"), &t.rapid_by_item);
    made.rapid(("rapid_by_month", "快检按月", "Rapid tests by month"), text("month", "月份", "Month"), &t.rapid_by_month);
    if let Some(t) = &t.looks {
        looks(&mut made, t);
    }
    made.0
}

/// Those of the charts that no other page shows.
fn looks(made: &mut Made<'_>, t: &Looks) {
    let rows = t.class_months.iter().flat_map(|c| {
        (1u64..).zip(&c.months).map(|(month, m)| {
            let names: [Value; 3] = [(&c.code).into(), (&c.en).into(), month.into()];
            names.into_iter().chain(rate(&m.now)).chain(rate(&m.whole)).collect()
        })
    });
    let names = [text("class", "食品大类", "Food class"), text("class_en", "英文名称", "Name in English"), count("month", "月份", "Month")];
    made.add(("class_months", "食品大类按月", "Food classes by month"), Family::Batches, &["class", "looks"], &[&names, &NOW, &WHOLE], rows.collect());

    let rows = t.funnel.steps().into_iter().map(|s| vec![s.code.into(), s.zh.into(), s.en.into(), s.part.code().into(), Value::Count(s.number)]);
    let step = [
        text("step", "步骤代码", "Step"),
        text("name", "步骤", "Name"),
        text("name_en", "英文名称", "Name in English"),
        text("part", "关系", "Part"),
        count("number", "数", "Number"),
    ];
    made.add(("funnel", "从计划到处置", "From plan to disposal"), Family::Batches, &["looks"], &[&step], rows.collect());

    let rows = t.turns.iter().flat_map(|lab| {
        lab.months.iter().map(|m| {
            let side = m.outside.map(|s| if s == Side::Above { "above" } else { "below" });
            let limit = |of: fn(&crate::looks::Limits) -> &String| Value::from(lab.limits.as_ref().map(of));
            let month = format!("{}-{:02}", m.year, m.month);
            vec![
                (&lab.lab).into(),
                month.into(),
                m.batches.into(),
                m.days.into(),
                (&m.mean).into(),
                m.range.as_ref().into(),
                limit(|l| &l.lower),
                limit(|l| &l.centre),
                limit(|l| &l.upper),
                side.into(),
            ]
        })
    });
    let turn = [
        text("lab", "承检机构", "Laboratory"),
        text("month", "签发月份", "Month of issue"),
        count("batches", "批次", "Batches"),
        count("days", "天数合计", "Days of all"),
        text("mean", "平均天数", "Mean days"),
        text("moving_range", "移动极差", "Moving range"),
        text("lower", "下控制限", "Lower limit"),
        text("centre", "中心线", "Centre"),
        text("upper", "上控制限", "Upper limit"),
        text("outside", "界外", "Outside"),
    ];
    made.add(
        ("turnaround", "检验周期（按承检机构和月份）", "Turnaround by laboratory and month"),
        Family::Batches,
        &["link", "looks"],
        &[&turn],
        rows.collect(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_hash_is_of_the_content_and_of_nothing_else() {
        let sheet = Sheet {
            columns: vec![text("code", "代码", "Code"), count("batches", "批次", "Batches")],
            rows: vec![vec!["糕点".into(), 7.into()], vec![Value::Nothing, 0.into()]],
            ..Sheet::none("by_class")
        };
        assert_eq!(sheet.content(), "[\"by_class\",\"code\",\"batches\"]\n[\"糕点\",7]\n[null,0]\n");
        let renamed = Sheet { zh: "别的题目", tabs: &["x"], ..sheet.clone() };
        assert_eq!(sheet.sha256(), renamed.sha256());
        assert_eq!(sheet.sha256().len(), 64);
        let other = Sheet { rows: vec![vec!["糕点".into(), 8.into()], vec![Value::Nothing, 0.into()]], ..sheet.clone() };
        assert_ne!(sheet.sha256(), other.sha256());
    }
}
