//! 计划内容 what the law wants to be in a plan (art 9), and which foods it wants to weigh most (art 10).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::task::Link;
use shiyan_foundation::{Decimal, Label, Refusal, labels};

use crate::code;
use crate::line::PlanLine;

labels! {
    /// 计划内容 the contents of art 9, in its order. The link of a line is always given.
    pub enum Content {
        Food = "food", "食品品种", "Food";
        Street = "street", "抽样街道", "Street";
        Method = "method", "抽样方法", "Sampling method";
        Batches = "batches", "抽样数量", "Number of batches";
        Items = "items", "检验项目", "Items tested";
        TestMethod = "test_method", "检验方法", "Test methods";
        Basis = "basis", "判定依据", "Basis of judging";
        Reporting = "reporting", "报送方式", "Way of reporting";
        ReportingBy = "reporting_by", "报送时限", "Time of reporting";
        Other = "other", "法律、法规规定的其他要求", "What else law and regulation require";
    }
}

impl Content {
    /// 条款 the paragraph that names it.
    #[must_use]
    pub fn paragraph(self) -> &'static str {
        match self {
            Content::Food => "第9条第（一）项",
            Content::Street | Content::Method | Content::Batches => "第9条第（二）项",
            Content::Items | Content::TestMethod | Content::Basis => "第9条第（三）项",
            Content::Reporting | Content::ReportingBy => "第9条第（四）项",
            Content::Other => "第9条第（五）项",
        }
    }
}

labels! {
    /// 重点食品情形 the kinds of food of art 10 that a plan has to weigh most.
    pub enum KeyGroup {
        HighRisk = "high_risk", "风险程度高或者污染水平呈上升趋势的食品", "High risk, or pollution on the rise";
        Widespread = "widespread", "流通范围广、消费量大或者投诉举报多的食品", "Sold widely, eaten much, or complained of";
        HiddenDanger = "hidden_danger", "风险监测、监督检查、专项整治、案件稽查、事故调查、应急处置表明存在较大隐患的食品", "Danger shown by monitoring, inspections, campaigns, cases or accidents";
        Infants = "infants", "专供婴幼儿和其他特定人群的食品", "For infants and other special groups";
        Canteens = "canteens", "学校、托幼机构食堂和集中用餐配送的食品", "School and nursery canteens, meals delivered to groups";
        Catering = "catering", "餐饮食品", "Catering";
        Illegal = "illegal", "有非法添加风险的食品", "Risk of illegal additions";
        Abroad = "abroad", "境外已有健康危害证据、可能影响国内的食品", "Harm known abroad that may reach this country";
    }
}

impl KeyGroup {
    /// 自动归入 whether a line belongs here by what it is, without anybody saying so.
    #[must_use]
    pub fn plainly(self, line: &PlanLine) -> bool {
        match self {
            KeyGroup::Catering => line.link == Link::Catering,
            KeyGroup::Infants => ["婴幼儿配方食品", "特殊膳食食品", "特殊医学用途配方食品"].contains(&line.category.class()),
            KeyGroup::HighRisk | KeyGroup::Widespread | KeyGroup::HiddenDanger | KeyGroup::Canteens | KeyGroup::Illegal | KeyGroup::Abroad => false,
        }
    }
}

/// 计划行的其他内容 what a line says beyond its row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Particulars {
    /// 检验方法
    pub test_method: String,
    /// 报送时限
    pub reporting_by: String,
    /// 经费预算, yuan.
    pub budget: Option<Decimal>,
    /// 重点食品情形
    pub groups: BTreeSet<KeyGroup>,
}

/// 计划通则 what holds for every line that says nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct General {
    /// 抽样方法
    pub method: String,
    /// 检验方法
    pub test_method: String,
    /// 报送方式
    pub reporting: String,
    /// 报送时限
    pub reporting_by: String,
    /// 其他要求; “无” where there are none, so that nobody forgot to ask.
    pub other: String,
}

/// 计划行全文 a line with what it says beyond its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// 计划行
    pub line: PlanLine,
    /// 其他内容
    pub particulars: Particulars,
}

impl Written {
    /// 空缺 the contents of art 9 that neither the line nor the plan says.
    #[must_use]
    pub fn blanks(&self, general: &General) -> Vec<Content> {
        let (line, more) = (&self.line, &self.particulars);
        let said = |texts: &[&str]| texts.iter().any(|t| !t.trim().is_empty());
        let all = [
            (Content::Food, said(&[line.category.class()])),
            (Content::Street, said(&[&line.street])),
            (Content::Method, said(&[&line.method, &general.method])),
            (Content::Batches, line.batches > 0),
            (Content::Items, said(&[&line.item_package])),
            (Content::TestMethod, said(&[&more.test_method, &general.test_method])),
            (Content::Basis, said(&[&line.basis])),
            (Content::Reporting, said(&[&line.reporting, &general.reporting])),
            (Content::ReportingBy, said(&[&more.reporting_by, &general.reporting_by])),
        ];
        all.into_iter().filter(|(_, said)| !said).map(|(content, _)| content).collect()
    }
    /// 所属重点情形 those that were chosen and those that are plain.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<KeyGroup> {
        let plain = KeyGroup::ALL.iter().copied().filter(|g| g.plainly(&self.line));
        self.particulars.groups.iter().copied().chain(plain).collect()
    }
}

/// 空缺 one content that is blank, and in which lines, counted from one; in the plan itself where there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// Which.
    pub content: Content,
    /// 行号
    pub lines: Vec<usize>,
}

/// How many lines a sentence names before it only counts them.
const NAMED_LINES: usize = 12;

impl Blank {
    /// Why the plan cannot be approved with it.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let named = self.lines.iter().take(NAMED_LINES).map(usize::to_string).collect::<Vec<_>>();
        let more = self.lines.len() > named.len();
        let info = if self.lines.is_empty() { code::BLANK_PLAN } else { code::BLANK };
        Refusal::new(info)
            .with("content", self.content.zh())
            .with("content_en", self.content.en().to_lowercase())
            .with("paragraph", self.content.paragraph())
            .with("count", self.lines.len())
            .with("lines", format!("{}{}", named.join("、"), if more { "等" } else { "" }))
            .with("lines_en", format!("{}{}", named.join(", "), if more { " and more" } else { "" }))
            .on(self.content.code())
    }
}

/// 空缺清单 of all lines: each content once, in the order of the article.
#[must_use]
pub fn blanks(lines: &[Written], general: &General) -> Vec<Blank> {
    let found: Vec<Vec<Content>> = lines.iter().map(|w| w.blanks(general)).collect();
    let in_lines = |content: Content| found.iter().zip(1..).filter(|(all, _)| all.contains(&content)).map(|(_, n)| n).collect::<Vec<usize>>();
    let mut out: Vec<Blank> = Content::ALL.iter().map(|c| Blank { content: *c, lines: in_lines(*c) }).filter(|b| !b.lines.is_empty()).collect();
    if general.other.trim().is_empty() {
        out.push(Blank { content: Content::Other, lines: Vec::new() });
    }
    out
}

/// 重点食品组 a group of foods that the evaluation looks at; given by whoever keeps the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFood {
    /// 组名
    pub name: String,
    /// 食品分类: everything below one of them belongs to it, as in the figures.
    pub paths: Vec<CategoryPath>,
}

/// 重点食品批次 how many batches of the plan fall into each group, in the order given. The groups overlap and are never added up.
#[must_use]
pub fn key_foods<'g>(groups: &'g [KeyFood], lines: &[Written]) -> Vec<(&'g str, u64)> {
    let one = |group: &KeyFood| {
        let within = lines.iter().filter(|w| group.paths.iter().any(|p| w.line.category.0.starts_with(&p.0)));
        within.map(|w| u64::from(w.line.batches)).sum()
    };
    groups.iter().map(|group| (group.name.as_str(), one(group))).collect()
}
