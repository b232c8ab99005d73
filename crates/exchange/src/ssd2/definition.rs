//! 定义 the elements, codes and rules of the standard sample description, read from the tables of `data/ssd2`. What is checked stands
//! there; the code knows only the kinds of rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::{Lang, labels};

use crate::issue::Severity;

labels! {
    /// 数据模型 which table of the standard a file is.
    pub enum Model {
        Ssd1 = "ssd1", "标准样品描述（2010）", "Standard sample description (2010)";
        Ssd2 = "ssd2", "标准样品描述 SSD2", "Standard sample description SSD2";
        Properties = "properties", "样品性质", "Sample properties";
        Values = "values", "样品性质的值", "Values of sample properties";
    }
}

labels! {
    /// 元素类型
    pub enum Kind {
        Text = "text", "文字", "Text";
        Code = "code", "代码", "Code";
        Integer = "integer", "整数", "Whole number";
        Number = "number", "小数", "Number";
        /// Text in parts, also sent as `name.part`.
        Compound = "compound", "分段文字", "Text in parts";
    }
}

labels! {
    /// 是否必填
    pub enum Need {
        Must = "must", "必填", "Mandatory";
        /// A data collection of EFSA asks for it; that it is missing is noted, not refused.
        Asked = "asked", "填报要求", "Asked for";
        May = "may", "选填", "Optional";
    }
}

labels! {
    /// 规则的种类
    pub enum Check {
        Present = "present", "须填", "Present";
        Absent = "absent", "须空", "Absent";
        With = "with", "同填", "Together";
        Any = "any", "至少一项", "One of";
        Positive = "positive", "大于零", "Above zero";
        NotNegative = "not_negative", "不小于零", "Not negative";
        Placeholder = "placeholder", "占位数", "Placeholder";
        NotAbove = "not_above", "不大于", "Not above";
        NotBelow = "not_below", "不小于", "Not below";
        Unique = "unique", "不重复", "Unique";
        Date = "date", "日期", "Date";
        Past = "past", "不晚于今日", "Not to come";
        Order = "order", "先后", "In order";
        Same = "same", "一致", "The same";
        Known = "known", "引用", "Known";
    }
}

/// 元素 one element of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Element {
    /// Model.
    pub model: Model,
    /// `M.03`
    pub code: String,
    /// `resUnit`
    pub name: String,
    /// Type.
    pub kind: Kind,
    /// Characters or digits at most.
    pub length: Option<usize>,
    /// Mandatory or not.
    pub need: Need,
    /// Catalogue of a code.
    pub catalogue: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Other names under which it is sent, with `|` between them.
    pub also: String,
    /// Where the facts stand.
    pub source: String,
}

/// 代码 one line of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CodeLine {
    /// Catalogue.
    pub catalogue: String,
    /// Codes, with spaces between them.
    pub codes: String,
    /// Chinese meaning.
    pub zh: String,
    /// English meaning.
    pub en: String,
    /// The unit of this house that says the same.
    pub unit: String,
    /// Where the facts stand.
    pub source: String,
    /// How certain.
    pub confidence: String,
}

/// 规则 what must hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// Model.
    pub model: Model,
    /// Kind.
    pub kind: Check,
    /// Element that a breach is told of.
    pub element: String,
    /// Others it is held against.
    pub others: String,
    /// Element that decides whether it holds.
    pub when: String,
    /// Values of that element.
    pub values: String,
    /// `element=value` that sets it aside.
    pub unless: String,
    /// How bad a breach is.
    pub severity: Severity,
    /// The rule of EFSA that says the same.
    pub key: String,
    /// Where it stands.
    pub source: String,
}

impl Rule {
    /// The other elements.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        parts(&self.others)
    }
    /// The values that decide.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        parts(&self.values)
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('|').filter(|p| !p.is_empty())
}

/// Everything that is known of the models.
#[derive(Debug)]
pub struct Definition {
    /// Elements, in the order of the standard.
    pub elements: Vec<Element>,
    /// Codes.
    pub codes: Vec<CodeLine>,
    /// Rules.
    pub rules: Vec<Rule>,
    by_name: BTreeMap<(Model, String), usize>,
    known: BTreeMap<String, BTreeSet<String>>,
}

static DEFINITION: LazyLock<Definition> = LazyLock::new(|| {
    Definition::of(
        rows(include_str!("../../data/ssd2/elements.csv")),
        rows(include_str!("../../data/ssd2/codes.csv")),
        rows(include_str!("../../data/ssd2/rules.csv")),
    )
});

/// The definition that came with the program.
#[must_use]
pub fn definition() -> &'static Definition {
    &DEFINITION
}

/// The rows of a table of ours; a test holds that every line of it is read.
fn rows<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes()).deserialize().flatten().collect()
}

impl Definition {
    fn of(elements: Vec<Element>, codes: Vec<CodeLine>, rules: Vec<Rule>) -> Self {
        let mut by_name = BTreeMap::new();
        for (at, element) in elements.iter().enumerate() {
            for name in std::iter::once(element.name.as_str()).chain(parts(&element.also)) {
                by_name.insert((element.model, name.to_lowercase()), at);
            }
        }
        let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in &codes {
            known.entry(line.catalogue.clone()).or_default().extend(line.codes.split(' ').map(str::to_owned));
        }
        Self { elements, codes, rules, by_name, known }
    }
    /// The element under one of its names, in whatever case, or the compound one of which `name.part` is a part.
    #[must_use]
    pub fn element(&self, model: Model, name: &str) -> Option<&Element> {
        let name = name.trim().to_lowercase();
        let find = |name: &str| self.by_name.get(&(model, name.to_owned())).and_then(|at| self.elements.get(*at));
        find(&name).or_else(|| {
            let (whole, part) = name.split_once('.')?;
            let named = !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
            find(whole).filter(|e| e.kind == Kind::Compound && named)
        })
    }
    /// The elements of a model.
    pub fn of_model(&self, model: Model) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |e| e.model == model)
    }
    /// The rules of a model.
    pub fn rules_of(&self, model: Model) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |r| r.model == model)
    }
    /// Whether a catalogue has a code.
    #[must_use]
    pub fn has_code(&self, catalogue: &str, code: &str) -> bool {
        self.known.get(catalogue).is_some_and(|codes| codes.contains(code))
    }
    /// The first few codes of a catalogue with their meaning, for whoever typed another.
    #[must_use]
    pub fn some_codes(&self, catalogue: &str, lang: Lang) -> String {
        let lines = self.codes.iter().filter(|l| l.catalogue == catalogue && !l.codes.contains(' ')).take(8);
        lines.map(|l| format!("{} {}", l.codes, lang.pick(&l.zh, &l.en))).collect::<Vec<_>>().join(lang.pick("、", ", "))
    }
    /// 结果单位 the code that says exactly this unit of the house.
    #[must_use]
    pub fn unit_code(&self, unit: &str) -> Option<&str> {
        self.codes.iter().find(|l| l.catalogue == "UNIT" && !l.unit.is_empty() && l.unit == unit).map(|l| l.codes.as_str())
    }
    /// The unit of the house that a code says.
    #[must_use]
    pub fn unit_of(&self, code: &str) -> Option<&str> {
        self.codes.iter().find(|l| l.catalogue == "UNIT" && l.codes == code && !l.unit.is_empty()).map(|l| l.unit.as_str())
    }
    /// The model whose columns a header names, if it is one of ours.
    #[must_use]
    pub fn model_of<'h>(&self, header: impl Iterator<Item = &'h str> + Clone) -> Option<Model> {
        let has = |model: Model, name: &str| header.clone().any(|h| self.element(model, h).is_some_and(|e| e.name == name));
        let marks: [(Model, &[&str]); 4] = [
            (Model::Ssd2, &["sampId", "resId"]),
            (Model::Ssd1, &["labSampCode"]),
            (Model::Values, &["idSample", "IdProperty"]),
            (Model::Properties, &["id", "Description"]),
        ];
        let by_mark = marks.into_iter().find(|(model, names)| names.iter().all(|n| has(*model, n))).map(|(model, _)| model);
        // without the column that marks it, most of the others still tell
        by_mark.or_else(|| {
            let count = |model: Model| header.clone().filter(|h| self.element(model, h).is_some()).count();
            let best = [Model::Ssd1, Model::Ssd2].into_iter().max_by_key(|m| count(*m))?;
            (count(best) >= 5).then_some(best)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> usize {
        text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).count() - 1
    }

    #[test]
    fn every_line_of_the_tables_is_read() {
        let d = definition();
        assert_eq!(d.elements.len(), lines(include_str!("../../data/ssd2/elements.csv")));
        assert_eq!(d.codes.len(), lines(include_str!("../../data/ssd2/codes.csv")));
        assert_eq!(d.rules.len(), lines(include_str!("../../data/ssd2/rules.csv")));
    }
    #[test]
    fn names_are_there_once_and_what_is_named_is_there() {
        let d = definition();
        assert_eq!(d.by_name.len(), d.elements.iter().map(|e| 1 + parts(&e.also).count()).sum::<usize>());
        for e in &d.elements {
            assert_eq!(e.kind == Kind::Code, !e.catalogue.is_empty(), "{}", e.name);
            assert!(e.catalogue.is_empty() || d.known.contains_key(&e.catalogue), "{}", e.name);
            assert!(!e.zh.is_empty() && !e.en.is_empty() && !e.source.is_empty(), "{}", e.name);
        }
        for r in &d.rules {
            assert!(d.element(r.model, &r.element).is_some(), "{r:?}");
            assert!(!r.source.is_empty(), "{r:?}");
            if r.kind != Check::Known {
                for other in r.others.split(['|', '>']).filter(|o| !o.is_empty()) {
                    assert!(d.element(r.model, other).is_some(), "{r:?}");
                }
            }
            assert!(r.when.is_empty() || d.element(r.model, &r.when).is_some(), "{r:?}");
        }
    }
    #[test]
    fn a_code_has_one_meaning_and_every_unit_is_one_of_the_house() {
        let d = definition();
        let mut seen = BTreeSet::new();
        for line in &d.codes {
            for code in line.codes.split(' ') {
                assert!(seen.insert((line.catalogue.clone(), code.to_owned())), "{} {code}", line.catalogue);
            }
            assert!(line.unit.is_empty() || shiyan_judgement::amount::units::canonical(&line.unit) == Some(line.unit.as_str()), "{}", line.unit);
        }
        assert_eq!((d.unit_code("mg/kg"), d.unit_of("G061A"), d.unit_code("CFU/g")), (Some("G061A"), Some("mg/kg"), None));
    }
    #[test]
    fn a_name_is_found_in_any_case_and_by_part() {
        let d = definition();
        assert_eq!(d.element(Model::Ssd1, "progSampStrategy").unwrap().name, "sampStrategy");
        assert_eq!(d.element(Model::Ssd2, "evalInfo.conclusion").unwrap().name, "evalInfo");
        assert_eq!(d.element(Model::Ssd2, "RESUNIT").unwrap().code, "M.03");
        assert!(
            d.element(Model::Ssd2, "resUnit.part").is_none()
                && d.element(Model::Ssd2, "evalInfo.").is_none()
                && d.element(Model::Ssd2, "labSampCode").is_none()
        );
        assert_eq!(d.model_of("labSampCode,resVal".split(',')), Some(Model::Ssd1));
        assert_eq!(d.model_of("a,b,c".split(',')), None);
    }
}
