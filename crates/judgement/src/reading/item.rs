//! 检验项目 what the name of an item says beside the name: its unit, that it is a count, a factor, and how it is counted.

use super::basis;
use super::uniform::prepare;
use crate::amount::units;

/// What was found in the name.
pub(crate) struct Facts {
    /// The unit in brackets, where there is one.
    pub unit: Option<&'static str>,
    /// It counts microbes.
    pub count: bool,
    /// It carries a factor, or a number with a unit: the values mean something that is not certain.
    pub factor: bool,
    /// The words of "(以…计)" and the like.
    pub bases: Vec<String>,
}

/// What follows 菌 in the names of pesticides, drugs and additives (多菌灵, 腈菌唑, 嘧菌酯, 杆菌肽, 链球菌素), which are not counted.
const NO_MICROBE: &str = "灵唑酯胺清核丹环素肽达威剂毒净肠";

/// Additives: only for them there is a carry-over (GB 2760 3.4).
const ADDITIVES: [&str; 52] = [
    "苯甲酸",
    "山梨酸",
    "脱氢乙酸",
    "丙酸",
    "双乙酸钠",
    "对羟基苯甲酸",
    "纳他霉素",
    "乳酸链球菌素",
    "糖精",
    "甜蜜素",
    "环己基氨基磺酸",
    "安赛蜜",
    "乙酰磺胺酸",
    "三氯蔗糖",
    "阿斯巴甜",
    "纽甜",
    "甜菊",
    "阿力甜",
    "二氧化硫",
    "亚硫酸",
    "亚硝酸",
    "硝酸盐",
    "硝酸钠",
    "铝",
    "柠檬黄",
    "日落黄",
    "胭脂红",
    "苋菜红",
    "诱惑红",
    "亮蓝",
    "赤藓红",
    "靛蓝",
    "新红",
    "二氧化钛",
    "没食子酸丙酯",
    "特丁基对苯二酚",
    "TBHQ",
    "BHA",
    "BHT",
    "羟基茴香醚",
    "二丁基羟基甲苯",
    "丙二醇",
    "磷酸",
    "红曲",
    "栀子黄",
    "姜黄",
    "焦糖色",
    "防腐剂",
    "甜味剂",
    "着色剂",
    "抗氧化剂",
    "色素",
];

/// An additive of GB 2760, as far as the name tells; a name that is not given may be one.
pub(crate) fn may_be_an_additive(item: &str) -> bool {
    let name = shiyan_foundation::text::fold(item);
    name.is_empty() || ADDITIVES.iter().any(|a| name.contains(a))
}

/// Reads the name of an item.
pub(crate) fn facts(item: &str) -> Facts {
    let text = prepare(item, &mut Vec::new()).replace(['［', '['], "(").replace(['］', ']'], ")");
    let mut out = Facts { unit: None, count: counted(&text), factor: factor(&text), bases: Vec::new() };
    let mut from = 0;
    while let Some(open) = text[from..].find('(').map(|at| from + at) {
        from = open + 1;
        if let Some((words, _)) = basis::leading(&text[open..]) {
            out.bases.push(words);
            continue;
        }
        let Some(inside) = closed(&text[open..]) else { continue };
        match units::canonical(inside) {
            Some(unit) if out.unit.is_some_and(|u| u != unit) => out.factor = true,
            Some(unit) => out.unit = Some(unit),
            None => out.factor |= a_number_with_a_unit(inside),
        }
    }
    out
}

/// A name of microbes: 菌落总数, 大肠菌群, 霉菌, 双歧杆菌; not 商业无菌, 多菌灵, 肠毒素.
fn counted(text: &str) -> bool {
    if ["无菌", "毒素", "灭菌", "酵母抽提", "酵母膏", "酵母葡聚糖"].iter().any(|w| text.contains(w)) {
        return false;
    }
    let microbe = text.match_indices('菌').any(|(at, w)| !text[at + w.len()..].starts_with(|c: char| NO_MICROBE.contains(c)));
    microbe || ["酵母", "CFU", "cfu", "MPN", "mpn"].iter().any(|w| text.contains(w))
}

/// What stands in the bracket at the beginning, with the brackets inside it.
fn closed(text: &str) -> Option<&str> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return text.get(1..at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `×10³`, `10^3`, `万CFU/g`, `lgCFU/g`, `103CFU/g` anywhere in the name.
fn factor(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    if ["×10", "x10", "*10", "·10", "10^", "次方", "分之"].iter().any(|w| compact.contains(w)) {
        return true;
    }
    ["cfu", "mpn", "个/"].iter().any(|unit| {
        compact.match_indices(unit).any(|(at, _)| {
            compact[..at].chars().next_back().is_some_and(|c| {
                c.is_ascii_digit() || "万千百亿十".contains(c) || (c == 'g' && compact[..at].ends_with("lg")) || compact[..at].ends_with("log")
            })
        })
    }) || ["lg(cfu", "log(cfu", "log10", "ln("].iter().any(|w| compact.contains(w))
}

/// `100mg/kg`, `万mg/kg`: digits or a factor in words before a unit of the table.
fn a_number_with_a_unit(inside: &str) -> bool {
    let rest = inside.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || ".,×xX*·^{}+-万千百亿".contains(c));
    rest.len() < inside.len() && units::canonical(rest).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn names_as_they_are_printed() {
        for (item, unit, count, factor) in [
            ("菌落总数", None, true, false),
            ("菌落总数﹙CFU/g﹚", Some("CFU/g"), true, false),
            ("菌落总数,CFU/g", None, true, false),
            ("菌落总数(×10³CFU/g)", None, true, true),
            ("菌落总数(10³CFU/g)", None, true, true),
            ("菌落总数（万CFU/g）", None, true, true),
            ("菌落总数 (×104 CFU/g)", None, true, true),
            ("菌落总数 10⁴CFU/g", None, true, true),
            ("菌落总数(lgCFU/g)", None, true, true),
            ("菌落总数(103CFU/g)", None, true, true),
            ("大肠菌群(MPN/100g)", Some("MPN/100g"), true, false),
            ("沙门氏菌(/25g)", Some("/25g"), true, false),
            ("菌落总数（10的3次方CFU/g）", None, true, true),
            ("铅（千分之一mg/kg）", None, false, true),
            ("单增李斯特菌", None, true, false),
            ("大肠埃希氏菌O157:H7", None, true, false),
            ("多菌灵", None, false, false),
            ("吡唑醚菌酯", None, false, false),
            ("啶酰菌胺", None, false, false),
            ("商业无菌", None, false, false),
            ("乳酸链球菌素", None, false, false),
            ("杆菌肽", None, false, false),
            ("葡萄球菌肠毒素", None, false, false),
            ("铅(以Pb计)(mg/kg)", Some("mg/kg"), false, false),
            ("镉(×10⁻³mg/kg)", None, false, true),
            ("镉(100mg/kg)", None, false, true),
            ("色值（IU）", Some("IU"), false, false),
            ("电导率[（25±1）℃]", None, false, false),
            ("酒精度（20℃）", None, false, false),
            ("6-苄基腺嘌呤(6-BA)", None, false, false),
            ("2,4-滴(2,4-D)", None, false, false),
            ("苯并[a]芘", None, false, false),
        ] {
            let found = facts(item);
            assert_eq!((found.unit, found.count, found.factor), (unit, count, factor), "{item}");
        }
        assert_eq!(facts("酸价（以脂肪计）(KOH)").bases, ["以脂肪计"]);
        assert_eq!(facts("铝的残留量(干样品，以Al计)").bases, ["干样品,以Al计"]);
        assert!(may_be_an_additive("苯甲酸及其钠盐（以苯甲酸计）") && may_be_an_additive("") && !may_be_an_additive("氧乐果") && !may_be_an_additive("硼砂"));
    }
}
