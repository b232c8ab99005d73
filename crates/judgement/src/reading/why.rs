//! 读法的来由 why a text can be read so.

use shiyan_foundation::labels;

labels! {
    /// 读法的来由 why a text can be read so.
    pub enum Why {
        Thousands = "thousands", "逗号按千分位", "the comma marks thousands";
        DecimalComma = "decimal_comma", "逗号按小数点", "the comma is a decimal point";
        ListComma = "list_comma", "逗号分隔各值", "the commas divide values";
        LostPower = "lost_power", "丢了上标，按 10 的幂", "a power of ten that lost its superscript";
        AsDigits = "as_digits", "按所写的数字", "the digits as they stand";
        Product = "product", "按乘法", "as a product";
        LostTimes = "lost_times", "丢了 ×", "a × that was lost";
        Stray = "stray", "指数后多一个数字", "a stray digit behind the exponent";
        LongExponent = "long_exponent", "指数为两位数", "an exponent of two digits";
        CutPower = "cut_power", "指数被截断，不小于所写的数", "the exponent is cut off: no less than what stands there";
        TenE = "ten_e", "10E 按 10 的幂", "10E as a power of ten";
        TenTimes = "ten_times", "10E 按乘以 10", "10E as ten times";
        LostPoint = "lost_point", "0 后丢了小数点", "a point was lost behind the 0";
        CommonFactor = "common_factor", "幂是各值的公因数", "the power is common to all values";
        OwnPower = "own_power", "幂只属于一个值", "the power belongs to one value";
        Portions = "portions", "按份数展开", "one value for each sample";
        RangeEnd = "range_end", "范围的一端", "one end of a range";
        Uncertainty = "uncertainty", "± 是不确定度，判定时不扣除", "± is the uncertainty, which is not deducted";
        WithUncertainty = "with_uncertainty", "± 的一端", "one end of the ±";
        EachValue = "each_value", "各值分别比较", "each value by itself";
        AddedValues = "added_values", "各值相加", "the values added";
        Upper = "upper", "该项目只有上限", "this item is only limited from above";
        Lower = "lower", "该项目只有下限", "this item is only limited from below";
        AsMaximum = "as_maximum", "按上限", "as a maximum";
        AsMinimum = "as_minimum", "按下限", "as a minimum";
        WordsOfMaximum = "words_of_maximum", "文字写明是上限", "the words say that it is a maximum";
        WordsOfBan = "words_of_ban", "文字等于不得检出", "the words mean: must not be detected";
        WordsOfResult = "words_of_result", "文字等于阴性或阳性", "the words mean: negative or positive";
        WordsOfUse = "words_of_use", "文字等于不得使用", "the words mean: must not be used";
        Aside = "aside", "后面的说明不影响数值", "what stands behind it does not touch the number";
        Doubled = "doubled", "符号多写", "a sign too many";
        Between = "between", "两侧限量", "limited from both sides";
        OpenEnd = "open_end", "端点不含", "the end itself is not allowed";
        OneOf = "one_of", "两个限量之一", "one of two limits";
        ClaimItself = "claim_itself", "以标示值本身为限", "the claim itself is the limit";
        PlanDoubt = "plan_doubt", "m 或 M 可能丢了幂", "m or M may have lost its power";
        LibraryUnit = "library_unit", "单位按限量库", "the unit is that of the library";
        OtherUnit = "other_unit", "单位按另一方", "the unit is that of the other side";
        SameUnit = "same_unit", "两边写同一单位，表内没有，按同一单位比较", "both sides give one unit that the table does not have";
        MassFraction = "mass_fraction", "按质量分数换算", "a share of the mass";
        Unknown = "unknown", "其他读法", "some other reading";
    }
}
