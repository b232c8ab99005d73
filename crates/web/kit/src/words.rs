//! 选项 the choices of the national form and of the disposal blocks in English. At rest and on paper they are the official
//! Chinese terms; a reader in English sees both meanings and sends the official term.

use shiyan_foundation::area::AreaKind;
use shiyan_foundation::task::{Department, Link, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Lang};

use crate::views::Choice;

const WORDS: &[(&str, &str)] = &[
    ("常规抽样", "Routine"),
    ("网络抽样", "Online"),
    ("应急", "Emergency"),
    ("专项", "Campaign"),
    ("原辅料库", "Raw-material store"),
    ("生产线", "Production line"),
    ("半成品库", "Semi-finished store"),
    ("成品库(待检区)", "Finished goods, awaiting test"),
    ("成品库(已检区)", "Finished goods, tested"),
    ("农贸市场", "Farmers’ market"),
    ("菜市场", "Vegetable market"),
    ("批发市场", "Wholesale market"),
    ("商场", "Department store"),
    ("超市", "Supermarket"),
    ("小食杂店", "Small grocery"),
    ("药店", "Pharmacy"),
    ("网购", "Online purchase"),
    ("其他", "Other"),
    ("特大型餐馆", "Very large restaurant"),
    ("大型餐馆", "Large restaurant"),
    ("中型餐馆", "Medium restaurant"),
    ("小型餐馆", "Small restaurant"),
    ("机关食堂", "Office canteen"),
    ("学校/托幼食堂", "School or nursery canteen"),
    ("企事业单位食堂", "Company canteen"),
    ("建筑工地食堂", "Building-site canteen"),
    ("小吃店", "Snack bar"),
    ("快餐店", "Fast-food shop"),
    ("饮品店", "Drinks shop"),
    ("集体用餐配送单位", "Group meal supplier"),
    ("中央厨房", "Central kitchen"),
    ("其他餐饮", "Other catering"),
    ("食品经营许可证", "Food business permit"),
    ("流通许可", "Circulation permit"),
    ("餐饮服务许可", "Catering permit"),
    ("生产许可", "Production permit"),
    ("小作坊登记", "Small workshop registration"),
    ("小餐饮", "Small catering"),
    ("备案", "Filing"),
    ("无", "None"),
    ("否", "No"),
    ("是", "Yes"),
    ("食用农产品", "Edible farm produce"),
    ("工业加工食品", "Industrially processed food"),
    ("餐饮加工食品", "Food prepared by caterers"),
    ("食品添加剂", "Food additive"),
    ("外购", "Bought in"),
    ("加工/自制", "Made on the premises"),
    ("委托生产", "Contract production"),
    ("普通食品", "Ordinary food"),
    ("特殊膳食食品", "Special dietary food"),
    ("节令食品", "Seasonal food"),
    ("重大活动保障食品", "Food for a major event"),
    ("预包装", "Prepackaged"),
    ("非定量包装", "Packed, not by fixed quantity"),
    ("无包装", "Unpackaged"),
    ("生产日期", "Date of production"),
    ("加工日期", "Date of processing"),
    ("购进日期", "Date bought"),
    ("检疫日期", "Date of quarantine"),
    ("非无菌采样", "Non-sterile"),
    ("无菌采样", "Sterile"),
    ("固体", "Solid"),
    ("半固体", "Semi-solid"),
    ("液体", "Liquid"),
    ("气体", "Gas"),
    ("塑料袋", "Plastic bag"),
    ("玻璃瓶", "Glass bottle"),
    ("塑料瓶", "Plastic bottle"),
    ("无菌袋", "Sterile bag"),
    ("常温", "Ambient"),
    ("冷藏", "Chilled"),
    ("冷冻", "Frozen"),
    ("避光", "Away from light"),
    ("密闭", "Airtight"),
    ("委托", "Principal"),
    ("进口商", "Importer"),
    ("分装", "Repacker"),
    ("经销", "Distributor"),
    ("签收", "Signed for"),
    ("拒签（留置送达）", "Refused (left on the premises)"),
    ("原料问题", "Raw material"),
    ("生产工艺", "Production process"),
    ("过程控制不严", "Poor process control"),
    ("储运不当", "Improper storage or transport"),
    ("包装迁移", "Migration from packaging"),
    ("标签标识问题", "Labelling"),
    ("人为添加", "Deliberate addition"),
    ("未找出原因", "Not found"),
    ("合格", "Conforming"),
    ("不合格", "Nonconforming"),
    ("立案处罚", "Filed, penalty"),
    ("免予处罚（食品安全法第136条）", "Exempt from penalty (Food Safety Law, art. 136)"),
    ("不予立案", "Not filed"),
    ("已收到回执", "Receipt arrived"),
    ("未收到回执", "Receipt outstanding"),
];

/// A choice as it is read in a language.
#[must_use]
pub fn word(zh: &str, lang: Lang) -> String {
    if lang == Lang::Zh {
        return zh.to_owned();
    }
    let label = TaskKind::parse(zh)
        .map(Label::en)
        .or_else(|| TaskLevel::parse(zh).map(Label::en))
        .or_else(|| Department::parse(zh).map(Label::en))
        .or_else(|| Link::parse(zh).map(Label::en))
        .or_else(|| AreaKind::parse(zh).map(Label::en))
        .or_else(|| WORDS.iter().find(|(w, _)| *w == zh).map(|(_, en)| *en));
    label.unwrap_or(zh).to_owned()
}

/// The choices of a list: the official term is sent, the reader's word is read.
#[must_use]
pub fn choices(list: &[&str], lang: Lang) -> Vec<Choice> {
    list.iter().map(|zh| Choice::new(*zh, word(zh, lang))).collect()
}

/// 季度 `一季度`, `Q1`.
#[must_use]
pub fn quarter_text(quarter: u8, lang: Lang) -> String {
    let zh = ["一季度", "二季度", "三季度", "四季度"];
    match lang {
        Lang::Zh => zh.get(usize::from(quarter).saturating_sub(1)).map_or_else(|| quarter.to_string(), |q| (*q).to_owned()),
        Lang::En => format!("Q{quarter}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_nonconformity::block::BlockKind;
    use shiyan_sample_intake::sheet::{FIELDS, FieldKind};
    #[test]
    fn every_choice_reads_in_english() {
        let cjk = |s: &str| s.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let sheet = FIELDS.iter().filter_map(|f| if let FieldKind::Choice(list) = f.kind { Some(list) } else { None });
        let fields = shiyan_nonconformity::Block::ALL.iter().flat_map(|b| b.fields());
        let blocks = fields.filter_map(|f| if let BlockKind::Choice(list) = f.kind { Some(list) } else { None });
        for choice in sheet.chain(blocks).flatten() {
            assert!(!cjk(&word(choice, Lang::En)), "{choice}");
        }
    }
}
