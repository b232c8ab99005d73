//! 表头 what a header cell means, however a province writes it. The names are data (`data/header_synonyms.toml`).

use std::sync::OnceLock;

use serde::Deserialize;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Label, labels};

labels! {
    /// 公示字段 a column of published sampling results.
    pub enum Field {
        Seq = "seq", "序号", "No.";
        SamplingNo = "sampling_no", "抽样编号", "Sampling number";
        NoticeNo = "notice_no", "公告号", "Notice number";
        NoticeDate = "notice_date", "公告日期", "Notice date";
        PublishedOn = "published_on", "发布日期", "Published on";
        Publisher = "publisher", "发布单位", "Publisher";
        TaskSource = "task_source", "任务来源/项目名称", "Task source or project";
        Shop = "shop", "网店商铺名称", "Online shop";
        Platform = "platform", "网抽平台名称", "Online platform";
        ProducedOn = "produced_on", "生产日期/批号", "Production date or lot";
        ProducerAddress = "producer_address", "标称生产企业地址", "Labelled producer's address";
        Producer = "producer", "标称生产企业名称", "Labelled producer";
        OperatorProvince = "operator_province", "被抽样单位所在省份", "Sampled operator's province";
        OperatorAddress = "operator_address", "被抽样单位地址", "Sampled operator's address";
        Operator = "operator", "被抽样单位名称", "Sampled operator";
        Supplier = "supplier", "供应商", "Supplier";
        Food = "food", "食品名称", "Food";
        Spec = "spec", "规格型号", "Specification";
        Brand = "brand", "商标", "Brand";
        Unit = "unit", "计量单位", "Unit";
        Verdict = "verdict", "判定", "Verdict";
        Limit = "limit", "标准值", "Limit";
        Result = "result", "检验结果", "Result";
        Item = "item", "不合格项目", "Item";
        Lab = "lab", "检验机构", "Laboratory";
        Category = "category", "分类", "Category";
        Remark = "remark", "备注", "Remark";
    }
}

/// What one header cell stands for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// One field.
    Single(Field),
    /// 合并列 several fields in one cell, in this order.
    Combined(Vec<Field>),
}

#[derive(Deserialize)]
struct Dictionary {
    field: Vec<Entry>,
}
#[derive(Deserialize)]
struct Entry {
    code: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    words: Vec<Vec<String>>,
    #[serde(default)]
    never: Vec<String>,
}

struct Rule {
    field: Field,
    aliases: Vec<String>,
    words: Vec<Vec<String>>,
    never: Vec<String>,
}

fn parse() -> Result<Vec<Rule>, String> {
    let file: Dictionary = toml::from_str(include_str!("../data/header_synonyms.toml")).map_err(|e| e.to_string())?;
    let rule = |e: Entry| {
        let field = Field::ALL.iter().copied().find(|f| f.code() == e.code).ok_or(e.code)?;
        let all = |list: Vec<String>| list.iter().map(|t| normalise(t)).collect::<Vec<_>>();
        Ok(Rule { field, aliases: all(e.aliases), words: e.words.into_iter().map(all).collect(), never: all(e.never) })
    };
    file.field.into_iter().map(rule).collect()
}

/// The dictionary; a test keeps it readable, so the empty case never ships.
fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| parse().unwrap_or_default())
}

/// One form of a header: half width, lower case, no white space, brackets as `()`, list marks as `/`, column marks as `|`.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut out = String::new();
    for c in fold(text).chars() {
        let c = match c {
            c if c.is_whitespace() => continue,
            '*' | ':' | '"' | '\'' | '“' | '”' | '﹡' | '※' => continue,
            '[' | '{' | '【' | '〔' | '〈' | '《' | '﹙' | '「' | '<' => '(',
            ']' | '}' | '】' | '〕' | '〉' | '》' | '﹚' | '」' | '>' => ')',
            '、' | ',' | '\\' | '╱' | '∕' | '⁄' | '・' | '·' | ';' | '，' | '；' | '及' => '/',
            c if is_column_mark(c) => '|',
            c => c.to_ascii_lowercase(),
        };
        if c == '|' && out.ends_with('|') {
            continue;
        }
        out.push(c);
    }
    out
}

/// ║ and its look-alikes, which part the fields of a combined column.
#[must_use]
pub fn is_column_mark(c: char) -> bool {
    matches!(c, '|' | '¦' | 'ǀ' | '‖' | '∥' | '│' | '┃' | '║' | '︱' | '︳' | '｜' | '丨' | '❘' | '∣')
}

/// What a header cell means; `None` when nothing of the dictionary fits.
#[must_use]
pub fn meaning(header: &str) -> Option<Meaning> {
    let text = normalise(header);
    if text.is_empty() || text.chars().count() > 60 {
        return None;
    }
    if text.contains('|') {
        let parts: Vec<&str> = text.split('|').filter(|p| !p.is_empty()).collect();
        let fields: Option<Vec<Field>> = parts.iter().map(|p| part(p)).collect();
        return match fields?.as_slice() {
            [] => None,
            // 不合格项目║ alone promises the three usual parts
            [Field::Item] => Some(Meaning::Combined(vec![Field::Item, Field::Result, Field::Limit])),
            [one] => Some(Meaning::Single(*one)),
            many => Some(Meaning::Combined(many.to_vec())),
        };
    }
    single(&text).map(Meaning::Single)
}

/// One part of a combined header; 单位 alone is the unit of the result there.
fn part(text: &str) -> Option<Field> {
    if text == "单位" { Some(Field::Unit) } else { single(text) }
}

fn single(text: &str) -> Option<Field> {
    let exact = |t: &str| rules().iter().find(|r| r.aliases.iter().any(|a| a == t)).map(|r| r.field);
    let by_words = |t: &str| {
        let fits = |r: &&Rule| {
            !r.words.is_empty() && r.words.iter().all(|any| any.iter().any(|w| t.contains(w.as_str()))) && !r.never.iter().any(|w| t.contains(w.as_str()))
        };
        rules().iter().find(fits).map(|r| r.field)
    };
    let bare = without_brackets(text);
    exact(text).or_else(|| exact(&bare)).or_else(|| by_words(text)).or_else(|| by_words(&bare))
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0u32;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> &'static str {
        match meaning(text) {
            Some(Meaning::Single(f)) => f.code(),
            Some(Meaning::Combined(_)) => "combined",
            None => "",
        }
    }

    #[test]
    fn the_dictionary_is_readable_and_complete() {
        let rules = parse().unwrap();
        for f in Field::ALL {
            assert!(rules.iter().any(|r| r.field == *f), "{} has no entry", f.code());
            assert_eq!(one(f.zh()), f.code(), "{}", f.zh());
        }
    }
    #[test]
    fn unseen_spellings_of_the_same_kind_match() {
        for (text, code) in [
            ("标称生产（加工）企业\n名称", "producer"),
            ("标示生产企业名称*", "producer"),
            ("委托生产企业地址", "producer_address"),
            ("标称生产企业/\n进货来源地址", "producer_address"),
            ("生产【购进/检疫】日期 ／ 批号", "produced_on"),
            ("生产（加工、购进、检疫）日期", "produced_on"),
            ("被 抽 检 单 位 名 称", "operator"),
            ("被抽样单位所在地址", "operator_address"),
            ("被抽样单位所在省（区、市）", "operator_province"),
            ("样品名称（必填）", "food"),
            ("规格/型号", "spec"),
            ("检验机构名称", "lab"),
            ("食品大类", "category"),
            ("检测结论", "verdict"),
            ("检验结果单位", "unit"),
            ("不合格项目名称", "item"),
            ("标准要求值", "limit"),
            ("电话", ""),
            ("许可证编号", ""),
        ] {
            assert_eq!(one(text), code, "{text}");
        }
    }
    #[test]
    fn combined_columns_keep_their_order() {
        use Field::{Item, Limit, Result, Unit};
        for text in
            ["不合格项目‖检验结果‖标准值", "不合格项目│检测结果│限量值", "不合格项目 ‖检验结果 ‖标\n准值", "不合格项目||检验结果||标准值", "不合格项目║"]
        {
            assert_eq!(meaning(text), Some(Meaning::Combined(vec![Item, Result, Limit])), "{text}");
        }
        for text in ["不合格项目||检验结果||计量单位||标准值", "不合格项目｜检验结果｜单位｜标准值"] {
            assert_eq!(meaning(text), Some(Meaning::Combined(vec![Item, Result, Unit, Limit])), "{text}");
        }
    }
}
