//! Refusal codes of this crate.

use shiyan_foundation::codes;

codes! {
    NO_RULE = "LAW-NO-RULE", zh "规则 {rule} 在 {on} 没有有效条目，不能计算期限", en "Rule {rule} has no entry in force on {on}; no deadline can be computed",
        next "请法规人员补录该日期适用的条文" / "Ask the legal officer to enter the text in force on that date", article "";
    UNKNOWN_RULE = "LAW-UNKNOWN-RULE", zh "没有编号为 {rule} 的期限规则", en "There is no deadline rule {rule}",
        next "规则编号为 D01 至 D40，另有 D09X、D34B 等" / "Rules are D01 to D40, with some like D09X and D34B", article "";
    CLOCK_STOPPED = "CLOCK-STOPPED", zh "时限钟已经停止或撤销，不能再改", en "The clock has already stopped or been cancelled",
        next "如需继续，另起一个时限钟" / "Start another clock if the work goes on", article "";
    CLOCK_BACKWARDS = "CLOCK-BACKWARDS", zh "停止时间 {at} 早于起算时间 {started}", en "The stop {at} lies before the start {started}",
        next "检查停止时间" / "Check the time of the stop", article "";
    EXTENSION_EARLIER = "CLOCK-EXTENSION-EARLIER", zh "延长后的期限 {new} 不晚于现期限 {old}", en "The extended date {new} is not later than {old}",
        next "填写更晚的日期" / "Enter a later date", article "";
    EXTENSION_APPROVAL = "CLOCK-EXTENSION-APPROVAL", zh "延长期限须写明批准人和理由", en "An extension needs its approver and its reason",
        next "补填批准人和理由" / "Fill in the approver and the reason", article "抽检办法 第45条";
    EXTENSION_TWICE = "CLOCK-EXTENSION-TWICE", zh "该时限钟已经延长过一次，至 {old}", en "The clock has already been extended, to {old}",
        next "再次延长须由负责人另行处理" / "A second extension must be handled by the person in charge", article "";
    NO_EXTENSION = "CLOCK-NO-EXTENSION", zh "“{rule}”的期限依法不能延长", en "The law does not let the period of “{rule_en}” be extended",
        next "按原期限办理" / "Keep to the period", article "";
    EXTENSION_LONG = "CLOCK-EXTENSION-LONG", zh "最多可以延长至 {last}，不能延长至 {new}", en "It can be extended to {last} at most, not to {new}",
        next "填写不晚于该日的日期" / "Enter a day no later than that", article "";
    EXTENSION_LATE = "CLOCK-EXTENSION-LATE", zh "期限已于 {due} 届满，届满后不能再办延长", en "The period ended on {due}; it cannot be extended any more",
        next "据实办理，按逾期统计" / "Go on with the work; it counts as overdue", article "";
    EXTENSION_PAUSED = "CLOCK-EXTENSION-PAUSED", zh "期限正中止计时，不能同时延长", en "The period stands still and cannot be extended meanwhile",
        next "恢复计时后再办延长" / "Extend it once it runs again", article "";
    NO_AGREEMENT = "CLOCK-NO-AGREEMENT", zh "“{rule}”的期限不能另行约定", en "No other period can be agreed for “{rule_en}”",
        next "按法定期限办理" / "Keep to the period of the law", article "";
    NO_PAUSE = "CLOCK-NO-PAUSE", zh "“{rule}”的期限不因{reason}而中止", en "The period of “{rule_en}” does not stand still for this ({reason_en})",
        next "按原期限办理；确有困难的，看能否依法延长" / "Keep to the period, or see whether the law lets it be extended", article "";
    PAUSED = "CLOCK-PAUSED", zh "已因{reason}中止计时，不必重复登记", en "It stands still for this already ({reason_en})",
        next "事由消除后登记恢复计时" / "Register the end once the cause is gone", article "";
    NOT_PAUSED = "CLOCK-NOT-PAUSED", zh "没有因{reason}中止计时，不能登记恢复", en "It does not stand still for this ({reason_en}); there is nothing to end",
        next "核对中止事由" / "Check the cause", article "";
    PAUSE_TIME = "CLOCK-PAUSE-TIME", zh "中止或恢复的日期 {at} 应在 {first} 至 {last} 之间", en "The day {at} must lie between {first} and {last}",
        next "按文书填写真实日期" / "Give the true day, as on the paper", article "";
    PAUSE_LATE = "CLOCK-PAUSE-LATE", zh "期限已于 {due} 届满，不能再登记中止", en "The period ended on {due}; it can no longer stand still",
        next "据实办理，按逾期统计" / "Go on with the work; it counts as overdue", article "";
    PAPER = "CLOCK-PAPER", zh "没有写批准或依据的文书", en "The paper that approves it or that it rests on is missing",
        next "填写文书名称和文号" / "Give the name and the number of the paper", article "";
    NO_LIMIT = "LIMIT-NONE", zh "限量库中没有 {category}（{food}）的 {analyte} 适用的限量", en "The limit library has no row for {analyte} in {category} ({food})",
        next "核对食品分类与项目名称；确无限量的，本项不判定" / "Check the category and the item name; without a limit there is no verdict", article "";
    TOO_WIDE = "LIMIT-TOO-WIDE", zh "样品分类不够细，不能确定适用哪一条限量", en "The sample is filed too high up in the categories to tell which limit applies",
        next "把样品分到细类，或由人工选定限量并写明理由" / "File the sample at the finest level, or have a person choose the limit and say why", article "";
    TIE = "LIMIT-TIE", zh "有几条限量同样接近，须由人决定：{rows}", en "Several limits are equally near; a person decides: {rows_en}",
        next "选定一条并写明理由" / "Choose one and say why", article "";
    CONDITION = "LIMIT-CONDITION", zh "限量附有条件或除外，须由人确认是否适用：{rows}", en "The limit has conditions or exceptions; a person confirms that it applies: {rows_en}",
        next "对照标签和抽样单确认后选定" / "Confirm against the label and the sampling sheet, then choose it", article "";
    PENDING = "LIMIT-PENDING", zh "限量待核实，质量负责人启用后才能自动判定：{rows}", en "The limit is not activated yet; the quality manager activates it first: {rows_en}",
        next "请质量负责人核对标准后启用" / "Ask the quality manager to check it against the standard and activate it", article "";
    ADDITIVE_DOUBT = "LIMIT-ADDITIVE", zh "{standard} 表A.1 对此食品中“{analyte}”的规定须由人判断（{why}）：{lines}", en "What table A.1 of {standard} says of {analyte} in this food needs a person ({why_en}): {lines}",
        next "对照标准确定食品分类号和使用范围后选定" / "Look up the food number and the words of the line, then choose it", article "GB 2760";
    ADDITIVE_AS_NEEDED = "LIMIT-AS-NEEDED", zh "{standard} 表A.1 许可在此食品中按生产需要适量使用“{analyte}”，没有限量数值（{lines}）", en "Table A.1 of {standard} allows {analyte} in this food as production needs, without a number ({lines})",
        next "本项没有限量数值，由人确认不判定" / "There is no number to compare with; a person confirms that there is no verdict", article "GB 2760";
    EXPIRED = "LIMIT-EXPIRED", zh "{on} 没有有效的限量（未实施、已失效或停用）：{rows}", en "No limit is in force on {on} (not yet, expired or retired): {rows_en}",
        next "核对该日有效的标准版本，录入新的限量行" / "Look up the edition in force on that day and enter its row", article "";
    NO_QUERY = "LIMIT-NAME", zh "没有写检验项目或食品分类，不能选限量", en "The item or the food category is missing; no limit can be chosen",
        next "补填检验项目和食品分类" / "Fill in the item and the category", article "";
    HOLIDAY_LINE = "HOLIDAY-LINE", zh "第 {row} 行读不懂：{text}", en "Line {row} cannot be read: {text}",
        next "写明日期和“放假”或“上班”，例如：2027年2月5日至7日放假；2027-02-14,上班；也可以整段粘贴放假通知" / "Give a date and OFF or WORK, for example 2027-02-05,OFF; or paste the whole notice", article "";
    HOLIDAY_KIND = "HOLIDAY-KIND", zh "第 {row} 行没有写明是放假还是上班：{text}", en "Line {row} does not say whether it is a day off or a workday: {text}",
        next "在日期后写“放假”或“上班”；只写“调休”分不清" / "Write OFF or WORK after the date", article "";
    HOLIDAY_YEAR = "HOLIDAY-YEAR", zh "第 {row} 行的日期不知道是哪一年：{text}", en "Line {row} gives a date without a year: {text}",
        next "在日期里写上年份，或在第一行写“2027年”" / "Write the year into the date, or on the first line", article "";
    HOLIDAY_DATE = "HOLIDAY-DATE", zh "第 {row} 行的 {day} 没有这一天：{text}", en "Line {row}: there is no day {day}: {text}",
        next "核对日期" / "Check the date", article "";
    HOLIDAY_STRETCH = "HOLIDAY-STRETCH", zh "第 {row} 行从 {first} 到 {last} 不是一段假期：{text}", en "Line {row}: {first} to {last} is no stretch of days: {text}",
        next "核对起止日期；一段最多 31 天" / "Check both dates; a stretch has at most 31 days", article "";
    HOLIDAY_WEEKDAY = "HOLIDAY-WEEKDAY", zh "第 {row} 行的 {day} 是{is}，原文写的是{said}：{text}", en "Line {row}: {day} is a {is_en}, the text says {said_en}: {text}",
        next "核对年份和日期，可能是另一年的通知" / "Check the year and the date; it may be the notice of another year", article "";
    HOLIDAY_COUNT = "HOLIDAY-COUNT", zh "第 {row} 行写共 {said} 天，读到 {read} 天：{text}", en "Line {row} says {said} days, {read} were read: {text}",
        next "核对起止日期和天数" / "Check both dates and the number of days", article "";
    HOLIDAY_BOTH = "HOLIDAY-BOTH", zh "{day} 在第 {other} 行和第 {row} 行里既放假又上班：{text}", en "{day} is a day off and a workday, on lines {other} and {row}: {text}",
        next "删去写错的一处" / "Take the wrong one out", article "";
    HOLIDAY_OTHER_YEAR = "HOLIDAY-OTHER-YEAR", zh "第 {row} 行的 {day} 不在 {year} 年：{text}", en "Line {row}: {day} is not in {year}: {text}",
        next "一次导入一年；另一年的日子和那一年一起导入" / "Import one year at a time; put the day with its own year", article "";
    HOLIDAY_NONE = "HOLIDAY-NONE", zh "没有读到放假的日子", en "No day off was found",
        next "粘贴放假通知，或每行写一个日期和“放假”或“上班”" / "Paste the notice, or write a date and OFF or WORK on each line", article "";
    FOOD_SEVERAL = "FOOD-SEVERAL", zh "“{typed}”可能是几种食品：{paths}", en "{typed} can be several foods: {paths_en}",
        next "写明其中一条分类路径" / "Give one of these paths", article "";
    FOOD_UNKNOWN = "FOOD-UNKNOWN", zh "没有叫“{typed}”的食品分类；相近的有：{paths}", en "No category is called {typed}; what looks like it: {paths_en}",
        next "核对名称，或写出完整的分类路径" / "Check the name, or give the whole path", article "";
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn codes_are_unique_and_complete() {
        let mut seen = std::collections::BTreeSet::new();
        for info in ALL {
            assert!(seen.insert(info.code), "{} twice", info.code);
            assert!(![info.zh, info.en, info.next_zh, info.next_en].contains(&""), "{}", info.code);
        }
    }
}
