//! 食品分类对照 where our category paths stand in GB 2760-2024 (食品分类号) and in table A.1 of GB 2762-2025 (`data/food_crosswalk.csv`,
//! `data/gb2762_2025_tree.csv`). The nearest path counts; what is not known, or could be several, is for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::category::CategoryPath;

use crate::{data, food, limits};

const CROSSWALK: &str = include_str!("../data/food_crosswalk.csv");
const TREE: &str = include_str!("../data/gb2762_2025_tree.csv");

/// 对照 one line of the crosswalk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// Path of ours.
    pub path: CategoryPath,
    /// 食品分类号 of GB 2760; none is not known, several are for a person.
    pub gb2760: Vec<String>,
    /// Nodes of table A.1 of GB 2762-2025.
    pub gb2762: Vec<CategoryPath>,
    /// 可信度
    pub confidence: String,
    /// 说明
    pub note: String,
    levels: Vec<String>,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    gb2760: String,
    gb2762: String,
    confidence: String,
    note: String,
}

/// The lines of each class: a lookup reads those of one class.
type ByClass = BTreeMap<String, Vec<Crossing>>;

static CROSSINGS: LazyLock<Result<ByClass, String>> = LazyLock::new(|| {
    let mut out = ByClass::new();
    for row in data::rows::<Row>("food_crosswalk.csv", CROSSWALK)? {
        let path = CategoryPath::parse(&row.path);
        let crossing = Crossing {
            levels: limits::canonical(&path),
            path,
            gb2760: limits::list(&row.gb2760),
            gb2762: limits::list(&row.gb2762).iter().map(|n| CategoryPath::parse(n)).collect(),
            confidence: row.confidence,
            note: row.note,
        };
        out.entry(crossing.levels.first().cloned().unwrap_or_default()).or_default().push(crossing);
    }
    Ok(out)
});

#[derive(Deserialize)]
struct NodeRow {
    path: String,
}

static NODES: LazyLock<Result<BTreeSet<String>, String>> =
    LazyLock::new(|| Ok(data::rows::<NodeRow>("gb2762_2025_tree.csv", TREE)?.into_iter().map(|r| r.path).collect()));

pub(crate) fn problem() -> Option<String> {
    CROSSINGS.as_ref().err().or(NODES.as_ref().err()).cloned()
}

/// Every line, by class.
pub fn crossings() -> impl Iterator<Item = &'static Crossing> {
    CROSSINGS.as_ref().into_iter().flat_map(|all| all.values().flatten())
}

/// Whether table A.1 of GB 2762-2025 has this node.
#[must_use]
pub fn is_gb2762_node(path: &CategoryPath) -> bool {
    NODES.as_ref().is_ok_and(|nodes| nodes.contains(&path.text()))
}

/// 标准中的食品 where a food stands in the two standards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandardFood {
    /// 食品分类号 of GB 2760: one is certain; none or several are for a person.
    pub gb2760: Vec<String>,
    /// Nodes of table A.1 of GB 2762-2025.
    pub gb2762: Vec<CategoryPath>,
    /// The lines it rests on.
    pub by: Vec<&'static Crossing>,
}

impl StandardFood {
    /// The one 食品分类号, if it is certain.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.gb2760.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// `code` is `of` or stands below it in the tree of GB 2760; `03.0` is the whole of `03`.
#[must_use]
pub fn code_under(code: &str, of: &str) -> bool {
    let (code, of) = (trimmed(code), trimmed(of));
    code.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A code without the `.0` that marks a first level.
pub(crate) fn trimmed(code: &str) -> &str {
    code.strip_suffix(".0").unwrap_or(code)
}

/// Where a food stands, by its path and its name (taken as one more level).
#[must_use]
pub fn standard_food(category: &CategoryPath, food_name: &str) -> StandardFood {
    let filed = limits::canonical(category);
    let sample = food::levels_with_name(category, food_name);
    let Some(lines) = sample.first().and_then(|class| CROSSINGS.as_ref().ok()?.get(class)) else { return StandardFood::default() };
    let mut nearest: Option<usize> = None;
    let mut matched: Vec<(usize, &'static Crossing)> = Vec::new();
    let mut deeper: Vec<(usize, &'static Crossing)> = Vec::new();
    for line in lines {
        match limits::reach(&line.levels, &sample) {
            Some(at) => {
                nearest = nearest.max(Some(at));
                matched.push((at, line));
            }
            None => deeper.extend(limits::fork(&line.levels, &filed).map(|at| (at, line))),
        }
    }
    matched.retain(|(at, _)| Some(*at) == nearest);
    let floor = nearest.unwrap_or(0);
    // filed too high, it may yet be one of the foods below; below the line that it has, they are no news
    let open = filed.len() < limits::FINEST && floor < sample.len();
    let mut out = StandardFood::default();
    let known: Vec<&'static Crossing> = matched.into_iter().map(|(_, l)| l).collect();
    let mut by = known.clone();
    if open {
        by.extend(deeper.into_iter().filter(|(at, _)| *at >= floor && *at == filed.len()).map(|(_, l)| l));
    }
    let held_code = |code: &str| known.iter().flat_map(|l| &l.gb2760).any(|k| code_under(code, k));
    let held_node = |node: &CategoryPath| known.iter().flat_map(|l| &l.gb2762).any(|k| node.0.starts_with(&k.0));
    for (index, line) in by.iter().enumerate() {
        let own = index < known.len();
        for code in &line.gb2760 {
            if !out.gb2760.contains(code) && (own || !held_code(code)) {
                out.gb2760.push(code.clone());
            }
        }
        for node in &line.gb2762 {
            if !out.gb2762.contains(node) && (own || !held_node(node)) {
                out.gb2762.push(node.clone());
            }
        }
    }
    // a place that is known to be unknown stays unknown, whatever lies below it
    if known.iter().any(|l| l.gb2760.is_empty()) {
        out.gb2760.clear();
    }
    out.by = by;
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(path: &str, food: &str) -> Vec<String> {
        standard_food(&CategoryPath::parse(path), food).gb2760
    }
    fn nodes(path: &str, food: &str) -> Vec<String> {
        standard_food(&CategoryPath::parse(path), food).gb2762.iter().map(CategoryPath::text).collect()
    }
    #[test]
    fn foods_as_they_are_sampled_find_their_place() {
        for (path, food, code) in [
            ("蔬菜制品/酱腌菜/酱腌菜/酱腌菜", "榨菜", "04.02.02.03"),
            ("糕点/面包/面包/面包", "吐司面包", "07.01"),
            ("糕点/月饼/月饼/月饼", "五仁月饼", "07.02.03"),
            ("餐饮食品/米面及其制品(自制)/油炸面制品(自制)/油条", "油条", "06.03.02.05"),
            ("餐饮食品/米面及其制品(自制)/发酵面制品(自制)/馒头", "馒头", "06.03.02.03"),
            ("淀粉及淀粉制品/淀粉制品/粉丝粉条/粉条", "红薯粉条", "06.05.02.01"),
            ("肉制品/熟肉制品/酱卤肉制品/酱卤肉制品", "酱牛肉", "08.03.01"),
            ("饮料/包装饮用水/饮用天然矿泉水/饮用天然矿泉水", "矿泉水", "14.01.01"),
            ("速冻食品/速冻面米食品/速冻面米生制品/水饺", "水饺", "06.08"),
            ("酒类/蒸馏酒/白酒/白酒", "白酒", "15.01.01"),
        ] {
            assert_eq!(codes(path, food), [code], "{path}");
        }
    }
    #[test]
    fn no_place_or_several_are_not_one() {
        assert_eq!(codes("肉制品/熟肉制品/熏煮香肠火腿制品/熏煮香肠火腿制品", "玉米热狗"), ["08.03.04", "08.03.05"]);
        assert_eq!(codes("肉制品/熟肉制品/熏煮香肠火腿制品/熏煮香肠火腿制品", "火腿肠"), ["08.03.05"], "the name settles it");
        assert!(codes("保健食品/保健食品", "某胶囊").is_empty());
        assert!(codes("糕点", "某糕点").len() > 1, "filed at the class alone it may be bread or cake");
        assert_eq!(codes("糕点/糕点", "桃酥"), ["07.02"]);
        assert!(codes("", "面包").is_empty());
        assert_eq!(nodes("食用农产品/水产品/海水产品/贝类", "花蛤").len(), 2);
        assert!(nodes("乳制品/液体乳/高温杀菌乳/高温杀菌乳", "鲜牛奶").is_empty(), "table A.1 does not name it");
    }
    #[test]
    fn a_code_stands_below_its_ancestors() {
        assert!(code_under("04.02.02.03", "04.02") && code_under("03.01", "03.0") && code_under("03", "03.0") && code_under("07.01", "07.01"));
        assert!(!code_under("04.02", "04.02.02") && !code_under("04.021", "04.02") && !code_under("14.01", "14.011"));
    }
    #[test]
    fn every_line_names_a_class_a_node_and_a_code_that_exist() {
        let mut seen = BTreeSet::new();
        for line in crossings() {
            assert!(seen.insert(line.path.text()), "{} twice", line.path);
            assert!(crate::food_class(line.path.class()).is_some(), "{}", line.path);
            assert!(line.gb2762.iter().all(is_gb2762_node), "{}: {:?}", line.path, line.gb2762);
            assert!(line.gb2760.iter().all(|c| c.len() >= 2 && c.split('.').all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))), "{}", line.path);
            assert!(["high", "medium"].contains(&line.confidence.as_str()), "{}", line.path);
        }
        assert!(seen.len() > 360);
        assert_eq!(NODES.as_ref().map(BTreeSet::len), Ok(254));
    }
    #[test]
    fn the_rows_of_2025_and_the_crosswalk_agree() {
        let file: Vec<BTreeMap<String, String>> = data::rows("limits_gb2762_2025.csv", include_str!("../data/limits_gb2762_2025.csv")).expect("rows");
        let split = |text: &str| -> Vec<CategoryPath> { limits::list(text).iter().map(|p| CategoryPath::parse(p)).collect() };
        let (mut placed, mut reached) = (0, 0);
        for row in &file {
            let (mut nodes, mut within) = (Vec::new(), Vec::new());
            for node in limits::list(&row["nodes"]) {
                match node.strip_prefix("in:") {
                    Some(node) => within.push(CategoryPath::parse(node)),
                    None => nodes.push(CategoryPath::parse(&node)),
                }
            }
            assert!(nodes.iter().chain(&within).all(is_gb2762_node), "{}", row["id"]);
            let under = |node: &CategoryPath, of: &[CategoryPath]| of.iter().any(|n| node.0.starts_with(&n.0));
            // a path stands in a row because its node is one of the row's, or because it is a food of its own within one
            for path in split(&row["categories"]) {
                let Some(line) = crossings().find(|c| c.path == path) else { continue };
                // a food that the line names itself
                if path.0.last().is_some_and(|name| row["category_text"].contains(name.as_str())) {
                    continue;
                }
                let settled = row["conditions"].is_empty();
                let stands = |n: &CategoryPath| under(n, &nodes) || under(n, &within) || within.iter().any(|w| w.0.starts_with(&n.0));
                let holds = |n: &CategoryPath| stands(n) || nodes.iter().any(|w| w.0.starts_with(&n.0));
                assert!(if settled { line.gb2762.iter().all(stands) } else { line.gb2762.iter().any(holds) }, "{} {path}: {:?}", row["id"], line.gb2762);
                placed += 1;
            }
            // and no path was forgotten: where the line of the standard leaves nothing out, every food of its nodes is reached
            if row["category_text"].contains("除外") {
                continue;
            }
            let own: Vec<CategoryPath> = file.iter().filter(|r| r["id"][..9] == row["id"][..9]).flat_map(|r| split(&r["categories"])).collect();
            for line in crossings().filter(|c| !c.gb2762.is_empty() && c.gb2762.iter().all(|n| under(n, &nodes))) {
                let levels = limits::canonical(&line.path);
                assert!(own.iter().any(|p| limits::reach(&limits::canonical(p), &levels).is_some()), "{} does not reach {}", row["id"], line.path);
                reached += 1;
            }
        }
        assert!(placed > 900 && reached > 700, "{placed} {reached}");
    }
}
