//! 报告所述 what the first page of a report states of its sample, each fact by its name.

use serde::{Deserialize, Serialize};

macro_rules! stated {
    ($($name:ident = $zh:literal, $en:literal;)*) => {
        /// 报告所述 as it was printed when the report was issued; `/` where there is nothing.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct Stated {
            $(#[doc = $zh] pub $name: String,)*
            /// 检验依据
            pub methods: Vec<String>,
            /// 判定依据
            pub standards: Vec<String>,
        }
        impl Stated {
            fn texts(&self) -> Vec<(&'static str, &'static str, &str)> {
                vec![$(($zh, $en, self.$name.as_str())),*]
            }
            /// Out of what was frozen before the facts had names: label by label.
            fn of_labels(fact: &dyn Fn(&str) -> String) -> Self {
                Self { $($name: fact($zh),)* ..Self::default() }
            }
        }
    };
}

stated! {
    name = "样品名称", "Sample";
    spec = "规格型号", "Specification";
    brand = "商标", "Brand";
    grade = "质量等级", "Grade";
    made_on = "生产/加工/购进日期", "Date made or bought";
    lot_no = "批号", "Lot";
    shelf_life = "保质期", "Shelf life";
    condition = "样品状态", "Condition";
    operator = "被抽样单位", "Sampled operator";
    operator_address = "被抽样单位地址", "Its address";
    producer = "标称生产者", "Labelled producer";
    producer_address = "标称生产者地址", "Its address";
    sheet = "抽样单编号", "Sampling sheet";
    place = "抽样地点", "Sampling place";
    sampled_on = "抽样日期", "Sampled on";
    samplers = "抽样人员", "Samplers";
    base = "抽样基数", "Lot size";
    quantity = "抽样数量", "Taken";
    reserve = "备样数量", "Reserve";
    reserve_place = "备样封存地点", "Reserve kept at";
    received_on = "到样日期", "Received on";
    tested_on = "检验日期", "Tested";
    task_source = "任务来源", "Task source";
    purpose = "检验类别", "Purpose";
    items = "检验项目", "Items";
    remark = "备注", "Remarks";
}

/// Both amounts in one, as it was frozen before.
const OLD_QUANTITIES: &str = "抽样数量/备样数量";

impl Stated {
    /// Chinese label, English label and text of each, in the order of the report.
    #[must_use]
    pub fn labelled(&self) -> Vec<(&'static str, &'static str, String)> {
        let mut all: Vec<_> = self.texts().into_iter().map(|(zh, en, text)| (zh, en, text.to_owned())).collect();
        let listed = |list: &[String]| if list.is_empty() { "/".to_owned() } else { list.join("、") };
        let lists = [("检验依据", "Methods", listed(&self.methods)), ("判定依据", "Standards", listed(&self.standards))];
        let before_remark = all.len().saturating_sub(1);
        all.splice(before_remark..before_remark, lists);
        all
    }
    /// 旧报告 reads what was frozen under Chinese labels, before the facts had names.
    #[must_use]
    pub fn read(facts: &[(String, String, String)]) -> Self {
        let fact = |label: &str| facts.iter().find(|(zh, _, _)| zh == label).map_or_else(String::new, |(_, _, text)| text.clone());
        let list = |label: &str| fact(label).split('、').filter(|t| !t.is_empty() && *t != "/").map(str::to_owned).collect();
        let mut stated = Self { methods: list("检验依据"), standards: list("判定依据"), ..Self::of_labels(&fact) };
        let both = fact(OLD_QUANTITIES);
        if !both.is_empty() {
            let (taken, reserve) = both.split_once(" / ").unwrap_or((&both, ""));
            (stated.quantity, stated.reserve) = (taken.to_owned(), reserve.to_owned());
        }
        stated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_frozen_under_labels_is_read_by_name() {
        let old = |zh: &str, text: &str| (zh.to_owned(), String::new(), text.to_owned());
        let stated = Stated::read(&[
            old("样品名称", "韭菜"),
            old("抽样数量/备样数量", "2 kg / 1 kg"),
            old("检验依据", "GB 1、GB 2"),
            old("判定依据", "/"),
            old("备注", "无"),
        ]);
        assert_eq!((stated.name.as_str(), stated.quantity.as_str(), stated.reserve.as_str(), stated.remark.as_str()), ("韭菜", "2 kg", "1 kg", "无"));
        assert_eq!((stated.methods.len(), stated.standards.len()), (2, 0));
        let again: Vec<(String, String, String)> = stated.labelled().into_iter().map(|(zh, en, text)| (zh.to_owned(), en.to_owned(), text)).collect();
        assert_eq!(Stated::read(&again), stated, "what a page shows is what is stated");
        assert_eq!(again.last().map(|(zh, ..)| zh.as_str()), Some("备注"));
    }
}
