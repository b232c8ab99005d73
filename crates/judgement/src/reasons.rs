//! Reasons of the value parser, the limit parser and the judgement: every outcome carries one of these codes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shiyan_foundation::{CodeInfo, codes};

codes! {
    // the value
    EMPTY = "VALUE-EMPTY", zh "结果没有填写", en "No result was entered", next "填写结果；不适用写 /" / "Enter the result; type / if it does not apply", article "";
    UNREADABLE = "VALUE-UNREADABLE", zh "结果读不懂，未作任何猜测", en "The result cannot be read; nothing was guessed", next "对照原始记录改写结果" / "Rewrite the result from the raw record", article "";
    THOUSANDS = "VALUE-THOUSANDS", zh "数字里有逗号，可能是千分位，也可能是小数点或两个值", en "A comma in the number may be a thousands mark, a decimal point or two values", next "请写成 1234 或 1.234" / "Write 1234 or 1.234", article "";
    TRUNCATED = "VALUE-TRUNCATED", zh "结果被截断：×10 后缺指数", en "The result is cut off: the exponent after ×10 is missing", next "从原始记录补全指数" / "Complete the exponent from the raw record", article "";
    AMBIGUOUS_POWER = "VALUE-POWER", zh "×10 后的数字可能是丢了上标的指数，不能确定", en "The digits after ×10 may be an exponent that lost its superscript", next "写成 2.5×10^4 的形式" / "Write it like 2.5×10^4", article "";
    STRAY_DIGITS = "VALUE-STRAY", zh "指数后面又跟着数字，不知道指数是几", en "Digits follow the exponent, so the exponent is not certain", next "对照原始记录改写结果" / "Rewrite the result from the raw record", article "";
    LOST_POWER = "VALUE-LOST-POWER", zh "菌数以 101~109 结尾，可能是丢了上标或 × 的 10 的幂", en "A count that ends in 101 to 109 may be a power of ten that lost its superscript or its ×", next "写成 10^4，或按方法保留两位有效数字" / "Write 10^4, or give two significant digits as the method asks", article "";
    COUNT_FRACTION = "VALUE-COUNT", zh "菌落数不是整数，疑似丢了 ×10 或指数", en "A colony count is not a whole number; ×10 or an exponent may be lost", next "对照原始记录改写结果" / "Rewrite the result from the raw record", article "";
    OUT_OF_RANGE = "VALUE-RANGE", zh "数值位数或数量级超出可精确处理的范围", en "The number has more digits or a greater magnitude than can be handled exactly", next "核对结果" / "Check the result", article "";
    NEGATIVE = "VALUE-NEGATIVE", zh "结果是负数", en "The result is negative", next "低于检出限的写未检出" / "Below the limit of detection, write 未检出", article "";
    TWO_RESULTS = "VALUE-TWO-RESULTS", zh "一格里写了两个结果（初检、复检或平行），不能替人选一个", en "One cell holds two results (first test and recheck, or duplicates); nobody but a person may pick one", next "分开填写，注明以哪个结果判定" / "Enter them apart and say which one counts", article "";
    ONE_OF_TWO = "VALUE-ONE-OF-TWO", zh "结果标明是初检、复检或平行中的一个，另一个不在这一格，不能只凭它判定", en "The result says that it is one of two (first test, recheck, duplicate); the other is not in the cell, so it cannot decide alone", next "补上另一个结果，注明以哪个结果判定" / "Add the other result and say which one counts", article "";
    COMMON_FACTOR = "VALUE-COMMON-FACTOR", zh "几个值里有的带 ×10 的幂，有的是很小的数，这个幂可能是所有值的公因数", en "Some of the values carry a power of ten and others are small numbers; the power may be the common factor of all of them", next "每个值都写全，如 3×10^4" / "Write every value in full, such as 3×10^4", article "";
    COUNT_POWER = "VALUE-COUNT-POWER", zh "菌数的指数小于 0，或菌数小于方法能给出的最小值，连字符疑似误写", en "The power of a count is below 0, or the count is below what the method can give; the hyphen may be a slip", next "对照原始记录改写结果" / "Rewrite the result from the raw record", article "";
    TEN_E = "VALUE-TEN-E", zh "10E4 可以是 10×10^4，也常用来写 10^4，不能确定", en "10E4 is 10×10^4 by arithmetic and is often written for 10^4", next "写成 10^4 或 1E4" / "Write 10^4 or 1E4", article "";
    LEADING_ZERO = "VALUE-LEADING-ZERO", zh "数字以 0 开头而后面没有小数点，可能丢了小数点", en "The number begins with 0 and no point follows; the point may be lost", next "对照原始记录改写" / "Rewrite it from the raw record", article "";
    LOST_TIMES = "VALUE-LOST-TIMES", zh "数字以 10 加一位指数结尾，可能丢了 ×（1.44103 可能是 1.44×10^3），两种读法结论不同", en "The number ends in 10 and one digit: a × may be lost (1.44103 may be 1.44×10^3), and the two readings do not agree", next "对照原始记录改写结果" / "Rewrite the result from the raw record", article "";
    REPEATS_LIMIT = "VALUE-BOUND", zh "结果写作“≤”或“≥”：检验结果不这样报，疑似把限量抄进了结果", en "The result is written with ≤ or ≥, which no result is; the limit may have been copied into its cell", next "填写实测值；低于检出限的写未检出" / "Enter what was measured; below the limit of detection, write 未检出", article "";
    UNKNOWN_UNIT = "UNIT-UNKNOWN", zh "单位不在单位表内", en "The unit is not in the table of units", next "改写为表内单位，或由人工判定" / "Use a unit of the table, or judge by hand", article "";
    UNIT_CONFLICT = "UNIT-CONFLICT", zh "同一结果里出现不同的单位", en "Different units occur in the same result", next "核对单位" / "Check the unit", article "";
    UNIT_MISSING = "UNIT-MISSING", zh "结果与限量只有一方写了单位", en "Only one of result and limit has a unit", next "补写单位" / "Add the unit", article "";
    UNIT_INCOMPATIBLE = "UNIT-INCOMPATIBLE", zh "结果单位与限量单位不能精确换算", en "The unit of the result cannot be converted exactly into that of the limit", next "核对单位；质量与体积、g 与 mL 之间不换算" / "Check the unit; mass and volume, g and mL are never converted", article "";
    BASIS = "UNIT-BASIS", zh "结果或限量写明另一种计法（以…计），两边的计法不同或只有一边写明", en "Result or limit names a basis of its own (per fat, per alcohol, dry); the two differ, or only one names it", next "确认两边按同一计法，或换算后判定" / "See that both are on one basis, or convert, then judge", article "";
    UNIT_SLIP = "UNIT-SLIP", zh "结果与限量的单位相差千倍以上：数字超过限量，换算后却不到限量的百分之一，疑似有一个单位写错", en "The units of result and limit are a thousand times apart: the number is beyond the limit, and converted it is less than a hundredth of it; one unit may be wrong", next "核对两个单位" / "Check both units", article "";
    ITEM_FACTOR = "ITEM-FACTOR", zh "项目名称里带倍数、带数字的单位或两个单位，结果的含义不能确定", en "The name of the item carries a factor, a number with a unit or two units, so what the result means is not certain", next "把结果写成完整的数和单位" / "Write the result as a full number with its unit", article "";
    // the limit text
    LIMIT_EMPTY = "LIMIT-TEXT-EMPTY", zh "没有写限量", en "No limit is written", next "补写限量；无限量写 /" / "Add the limit; type / if there is none", article "";
    LIMIT_ABSENT = "LIMIT-TEXT-ABSENT", zh "该项目没有限量，不判定", en "There is no limit for this item", next "只报告结果" / "Report the result only", article "";
    LIMIT_NO_OPERATOR = "LIMIT-TEXT-BARE", zh "限量只有数字没有 ≤、≥，方向不明", en "The limit is a bare number without ≤ or ≥; its direction is not stated", next "按标准补写 ≤ 或 ≥" / "Add ≤ or ≥ from the standard", article "";
    LIMIT_GARBLED = "LIMIT-TEXT-GARBLED", zh "限量读不懂，未作任何猜测", en "The limit cannot be read; nothing was guessed", next "对照标准改写限量" / "Rewrite the limit from the standard", article "";
    LIMIT_WORDS = "LIMIT-TEXT-WORDS", zh "限量是文字要求，须人工判定", en "The limit is a requirement in words", next "由人工对照标准判定" / "Judge by hand against the standard", article "";
    LIMIT_REST = "LIMIT-TEXT-REST", zh "限量的数值前后还有没有读懂的文字", en "Beside the number of the limit there are words that were not understood", next "对照标准核对限量，去掉无关的文字" / "Check the limit against the standard and take the other words out", article "";
    LIMIT_CLAIM = "LIMIT-TEXT-CLAIM", zh "限量以标签明示值计，而没有可用的标签明示值", en "The limit is a share of the label claim, and there is no claim that can be used", next "补填标签明示值" / "Enter the label claim", article "";
    LIMIT_POWER = "LIMIT-TEXT-POWER", zh "菌数的限量疑似丢了 10 的幂（如 106 或 10 可能是 10^6）", en "The limit of a count may have lost its power of ten (106 or 10 may be 10^6)", next "按标准写成 10^6 的形式" / "Write it like 10^6, from the standard", article "";
    LIMIT_TRUNCATED = "LIMIT-TEXT-TRUNCATED", zh "限量被截断：指数或 M 值缺失", en "The limit is cut off: an exponent or M is missing", next "按标准补全 n、c、m、M" / "Complete n, c, m and M from the standard", article "";
    PLAN_CONTRADICTORY = "LIMIT-TEXT-PLAN", zh "采样方案自相矛盾（M 不大于 m、M 与 m 相差悬殊、c 不小于 n，疑似截断或丢了上标）", en "The sampling plan contradicts itself (M not above m, M far above m, c not below n: cut off or a lost superscript)", next "按标准核对 n、c、m、M" / "Check n, c, m and M against the standard", article "";
    // the judgement
    WITHIN = "JUDGE-WITHIN", zh "结果符合限量", en "The result meets the limit", next "进入校核" / "Goes on to the check", article "";
    EXCEEDS = "JUDGE-EXCEEDS", zh "结果大于最大允许限", en "The result is above the maximum", next "校核后报不合格项" / "Reported as nonconforming after the check", article "";
    BELOW = "JUDGE-BELOW", zh "结果小于最小允许限", en "The result is below the minimum", next "校核后报不合格项" / "Reported as nonconforming after the check", article "";
    NOT_FOUND = "JUDGE-NOT-FOUND", zh "未检出，符合要求", en "Not detected, as required", next "进入校核" / "Goes on to the check", article "";
    FOUND = "JUDGE-FOUND", zh "不得检出的项目有检出", en "Something that must not be detected was detected", next "校核后报不合格项" / "Reported as nonconforming after the check", article "";
    BELOW_LIMIT_OF_METHOD = "JUDGE-BELOW-LOQ", zh "低于检出限或定量限，且该限不大于限量，符合", en "Below the limit of the method, which is not above the limit", next "进入校核" / "Goes on to the check", article "";
    DRIED = "JUDGE-DRIED", zh "干制品高于相应新鲜食品的限量，须按脱水率（浓缩率）折算后判定", en "The dried food is above the limit of the fresh one; its rate of dehydration has to be settled", next "由审核人或质量负责人写明脱水率及其来源（水分检验、生产者提供的信息等）" / "A reviewer or the quality manager enters the rate of dehydration with its source", article "GB 2762 3.5";
    LOQ_ABOVE_LIMIT = "JUDGE-LOQ-ABOVE-LIMIT", zh "方法检出限或定量限高于限量，不能判定", en "The limit of the method is above the limit; no verdict", next "换用灵敏度足够的方法复测" / "Test again with a method that is sensitive enough", article "";
    LOQ_UNKNOWN = "JUDGE-LOQ-UNKNOWN", zh "未检出，但不知道检出限或定量限，不能确认低于限量", en "Not detected, but the limit of the method is unknown, so it is not certain to be below the limit", next "补填方法检出限或定量限" / "Enter the limit of detection or quantification", article "";
    TRACE = "JUDGE-TRACE", zh "小于某值不等于未检出：检出限与定量限之间须第二人确认", en "Less than a value is not the same as not detected: between LOD and LOQ a second analyst confirms", next "由第二人确认是否检出" / "A second analyst confirms", article "";
    CARRY_OVER = "JUDGE-CARRY-OVER", zh "不得使用的添加剂有检出：疑似带入或本底，待技术评估", en "An additive that must not be used was found: carry-over or natural background is to be assessed", next "按带入原则评估后由人工判定" / "Assess carry-over, then judge by hand", article "GB 2760 3.4";
    NOT_TO_BE_USED = "JUDGE-NOT-USED", zh "不得使用的添加剂有检出；它没有天然本底，记录的配料也不会带入", en "An additive that must not be used was found; it has no natural background and no recorded ingredient brings it", next "校核前由一人写明已考虑带入原则" / "Before the check, record that carry-over was considered", article "GB 2760 3.4";
    READINGS_DIFFER = "JUDGE-READINGS", zh "文字有几种读法，结论不同，不能替人选一种", en "The texts can be read in several ways that do not agree; nobody but a person may pick one", next "对照原始记录和标准，把结果或限量写成只有一种读法" / "From the raw record and the standard, write result or limit so that it reads in one way", article "";
    LIMIT_AGAINST = "LIMIT-AGAINST-LIBRARY", zh "限量的方向与标准相反：该项目在标准里只有另一侧的限量", en "The limit points the other way than the standards, which limit this item from the other side only", next "对照标准核对 ≤、≥" / "Check ≤ and ≥ against the standard", article "";
    SUM_MEMBER = "JUDGE-SUM-MEMBER", zh "限量按几个组分之和计，这里只录入了一个组分，另外的组分不明", en "The limit is for the sum of several members; only one was entered and the others are not known", next "录入全部组分，或写明结果是总和" / "Enter all members, or say that the result is the sum", article "";
    FORBIDDEN = "JUDGE-FORBIDDEN", zh "不得使用的物质有检出；它不是食品添加剂，没有带入一说，由人按禁用依据判定", en "Something that must not be used was found; it is no food additive, so there is no carry-over, and a person judges by the ban", next "核对禁用公告与方法检出限后由人工判定" / "Check the ban and the limit of the method, then judge by hand", article "";
    BOUND_ONLY = "JUDGE-BOUND-ONLY", zh "结果只给出上界或下界，跨过限量，不能判定是否超限", en "The result is only a bound and the limit lies beyond it", next "给出定量结果" / "Give the quantified result", article "";
    ZERO_NUMBER = "JUDGE-ZERO", zh "不得检出项目填了 0 或低于检出限的数字，应写未检出", en "A zero, or a number below the limit of the method, was entered for something that must not be detected", next "确认后写未检出" / "Confirm and write 未检出", article "";
    WRONG_KIND = "JUDGE-WRONG-KIND", zh "定性结果不能与数值限量比较，或反之", en "A qualitative result cannot be compared with a numeric limit, or the other way round", next "核对结果与限量" / "Check result and limit", article "";
    SEVERAL_VALUES = "JUDGE-SEVERAL-VALUES", zh "有多个值，而限量只对一个值", en "There are several values for a limit on one value", next "核对是否应用 n、c、m、M 方案" / "Check whether a sampling plan with n, c, m and M applies", article "";
    PLAN_COUNT = "JUDGE-PLAN-COUNT", zh "样品数与采样方案的 n 不符，不得判定", en "The number of values is not the n of the plan; no verdict", next "补齐 n 个结果" / "Enter all n results", article "";
    PLAN_MET = "JUDGE-PLAN-MET", zh "符合采样方案", en "The sampling plan is met", next "进入校核" / "Goes on to the check", article "";
    PLAN_OVER_M = "JUDGE-PLAN-ABOVE-M", zh "有样品超过 M", en "A value is above M", next "校核后报不合格项；微生物不复检" / "Reported as nonconforming after the check; microbes have no recheck", article "抽检办法 第31条";
    PLAN_OVER_C = "JUDGE-PLAN-ABOVE-C", zh "超过 m 的样品数多于 c", en "More than c values are above m", next "校核后报不合格项；微生物不复检" / "Reported as nonconforming after the check; microbes have no recheck", article "抽检办法 第31条";
    COMMENT_CONTRADICTS = "JUDGE-COMMENT", zh "结果的附注与数值矛盾，或不能由数值核实", en "The remark beside the values contradicts them, or they do not bear it out", next "核对结果" / "Check the result", article "";
    NOT_APPLICABLE = "JUDGE-NA", zh "结果写作不适用，不判定", en "The result says it does not apply", next "说明原因" / "Say why", article "";
    CLAIM_RULE_UNKNOWN = "JUDGE-CLAIM-RULE", zh "有标签明示值，数值符合限量，但明示值的允许误差规则须人工确定", en "There is a label claim: the value meets the limit, but a person must say which tolerance applies to the claim", next "按食品类别与营养成分确定明示值规则后判定" / "Decide the rule for the claim from the food and the nutrient", article "GB 28050；GB 13432";
    CLAIM_FAILED = "JUDGE-CLAIM-FAILED", zh "不符合标签明示值", en "The label claim is not met", next "校核后报不合格项" / "Reported as nonconforming after the check", article "";
    CLAIM_MET = "JUDGE-CLAIM-MET", zh "符合限量和标签明示值", en "Limit and label claim are met", next "进入校核" / "Goes on to the check", article "";
    CLAIM_ONLY = "JUDGE-CLAIM-ONLY", zh "没有适用的限量，结果符合标签明示值；是否只按明示值判定由人决定", en "No limit applies and the label claim is met; a person says whether the claim alone decides", next "由人按产品明示标准作出判定" / "A person judges by what the product declares", article "";
    SUM_MET = "JUDGE-SUM-MET", zh "各自用量占最大使用量的比例之和不大于 1", en "The sum of the shares of the maxima is not above 1", next "进入校核" / "Goes on to the check", article "GB 2760";
    SUM_EXCEEDED = "JUDGE-SUM-EXCEEDED", zh "各自用量占最大使用量的比例之和大于 1", en "The sum of the shares of the maxima is above 1", next "校核后报不合格项" / "Reported as nonconforming after the check", article "GB 2760";
    SUM_ONE = "JUDGE-SUM-ONE", zh "检出不足两种，比例之和不适用", en "Fewer than two were detected; the sum does not apply", next "逐项判定" / "Judge each item by itself", article "GB 2760";
    SUM_NO_LIMIT = "JUDGE-SUM-NO-LIMIT", zh "有组分在该食品中没有最大使用量，比例之和不判定", en "A component has no numeric maximum in this food; the sum is not judged", next "逐项判定" / "Judge each item by itself", article "GB 2760";
}

/// 理由 one of the codes above; at rest it is its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason(pub &'static CodeInfo);

impl std::ops::Deref for Reason {
    type Target = CodeInfo;
    fn deref(&self) -> &CodeInfo {
        self.0
    }
}
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.code)
    }
}
impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        find(&code).map(Self).ok_or_else(|| serde::de::Error::custom(format!("unknown reason {code}")))
    }
}

/// A reason by its code.
#[must_use]
pub fn find(code: &str) -> Option<&'static CodeInfo> {
    ALL.iter().copied().find(|info| info.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn codes_are_unique_and_in_both_languages() {
        let mut seen = std::collections::BTreeSet::new();
        for info in ALL {
            assert!(seen.insert(info.code), "{} twice", info.code);
            assert!(![info.zh, info.en, info.next_zh, info.next_en].contains(&""), "{}", info.code);
        }
    }
}
