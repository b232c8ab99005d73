//! 计法 the words of "(以…计)" behind a value, a limit or the name of an item. Naming the substance (以Pb计, 以苯甲酸计) changes
//! nothing; naming what it is a share of (以脂肪计, 以100%酒精度计, 以干基计) is another quantity, and the words must stand on both sides.

/// Names of elements that the standards write out.
const ELEMENTS: &str = "铅镉汞砷铬锡镍铝铜锌铁硒氟氯溴碘氮磷硫钠钾钙镁锰钼钡锑硼锶铊铂";

const SYMBOLS: [&str; 44] = [
    "H", "B", "C", "N", "O", "F", "P", "S", "K", "I", "Li", "Be", "Na", "Mg", "Al", "Si", "Cl", "Ca", "Ti", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "As",
    "Se", "Br", "Sr", "Mo", "Ag", "Cd", "Sn", "Sb", "Ba", "Hg", "Tl", "Pb", "Bi", "U", "V", "Pt", "Ge",
];

/// How the names of the substances end that the standards and the published tables write behind 以.
const ENDINGS: [&str; 42] = [
    "酸",
    "酸钠",
    "酸钾",
    "酸钙",
    "酸盐",
    "酸根",
    "酸酯",
    "钠盐",
    "钾盐",
    "氰根",
    "糖精",
    "甜蜜素",
    "葡萄糖",
    "蔗糖",
    "果糖",
    "乳糖",
    "麦芽糖",
    "转化糖",
    "沙星",
    "克百威",
    "涕灭威",
    "甲拌磷",
    "腈",
    "菊酯",
    "乙酯",
    "醛",
    "酚",
    "苷",
    "芦丁",
    "儿茶素",
    "胡萝卜素",
    "二氧化硫",
    "过氧化氢",
    "氧化二磷",
    "氯化钠",
    "氢氧化钾",
    "氧化钾",
    "氧化钙",
    "隐色孔雀石绿",
    "孔雀石绿",
    "磺胺",
    "亚砜",
];

/// Words that never belong to the name of a substance here.
const SHARES: [&str; 15] = ["干", "湿", "鲜", "脂", "肪", "酒", "%", "中", "后", "态", "每", "重", "物", "占", "蛋白"];

/// The words name the substance that is reported, and nothing else.
pub(crate) fn names_a_substance(words: &str) -> bool {
    let Some(inside) = words.strip_prefix('以').and_then(|w| w.strip_suffix('计')) else { return words.eq_ignore_ascii_case("koh") };
    let inside = ["之和", "的总和", "总和", "总量", "的和"].iter().find_map(|end| inside.strip_suffix(end)).unwrap_or(inside);
    !inside.is_empty() && inside.split(['及', '与', '和', '、', ',', '+']).all(|part| substance(part.trim()))
}

fn substance(part: &str) -> bool {
    if part.is_ascii() {
        return formula(part);
    }
    let mut chars = part.chars();
    if let (Some(one), None) = (chars.next(), chars.next()) {
        return ELEMENTS.contains(one);
    }
    !SHARES.iter().any(|w| part.contains(w)) && ENDINGS.iter().any(|e| part.ends_with(e))
}

/// `Pb`, `SO2`, `NO2-`, `BrO3^{-}`: symbols of elements with their numbers and a charge.
fn formula(text: &str) -> bool {
    let mut rest = text;
    let mut symbols = 0;
    while !rest.is_empty() {
        if let Some(cut) = rest.strip_prefix(|c: char| c.is_ascii_digit() || "^{}+-".contains(c)).filter(|_| symbols > 0) {
            rest = cut;
            continue;
        }
        let Some(cut) = [2, 1].into_iter().find_map(|n| rest.get(..n).filter(|s| SYMBOLS.contains(s)).map(|_| &rest[n..])) else { return false };
        rest = cut;
        symbols += 1;
    }
    symbols > 0
}

/// The bracket at the beginning of a text that says how a value is counted: the words without blanks, and what follows.
/// `(以Pb计)`, `(干样品,以Al计)`, `(按干重计)`.
pub(crate) fn leading(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('(')?;
    let end = inside.find([')', '(', ';', '\n'])?;
    let rest = inside[end..].strip_prefix(')')?;
    let words: String = inside[..end].chars().filter(|c| !c.is_whitespace()).collect();
    words.ends_with('计').then_some((words, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn substances_and_shares() {
        for words in [
            "以Pb计",
            "以As计",
            "以SO2计",
            "以NO2-计",
            "以BrO3-计",
            "以C6H7KO2计",
            "以Na2SO4计",
            "以KOH计",
            "KOH",
            "以N计",
            "以O2计",
            "以HCHO计",
            "以铝计",
            "以硼计",
            "以某酸计",
            "以苯甲酸计",
            "以亚硝酸钠计",
            "以环己基氨基磺酸计",
            "以十二烷基苯磺酸钠计",
            "以糖精计",
            "以甲醛计",
            "以苯酚计",
            "以硫氰酸根计",
            "以钠盐计",
            "以乙酸计",
            "以恩诺沙星与环丙沙星之和计",
            "以克百威及三羟基克百威之和计",
            "以4-氯苯氧乙酸计",
            "以五氯酚计",
            "以葡萄糖计",
            "以亚铁氰根计",
            "以乙酸乙酯计",
            "以孔雀石绿与隐色孔雀石绿之和计",
        ] {
            assert!(names_a_substance(words), "{words}");
        }
        for words in [
            "以100%酒精度计",
            "以纯乙醇计",
            "以42%酒精度计",
            "以湿重计",
            "以鲜重计",
            "以即食状态计",
            "以复水后计",
            "以固形物计",
            "以油计",
            "以油脂计",
            "以无水物计",
            "以蛋白质计",
            "以干基计",
            "以脂肪计",
            "以原料计",
            "以乳计",
            "以占氨基酸态氮的百分比计",
            "以即食海蜇中Al计",
            "干样品,以Al计",
            "以DM计",
            "以FW计",
            "以DW计",
            "以每份计",
            "以氨基酸态氮计",
            "以计",
            "按干重计",
            "以干酸计",
            "以100计",
            "以g计",
        ] {
            assert!(!names_a_substance(words), "{words}");
        }
        assert_eq!(leading("( 以 Pb 计 )mg"), Some(("以Pb计".to_owned(), "mg")));
        assert_eq!(leading("(mg/kg)"), None);
    }
}
