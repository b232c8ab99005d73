//! Refusals of numbers and of papers that were issued.
use shiyan_foundation::codes;
codes! {
    WORD = "DISPATCH-WORD", zh "机关代字“{typed}”不能用", en "“{typed}” cannot be the letters of an office",
        next "写 2 到 16 个汉字或字母，例如 金市监，不带年份、括号和“号”" / "Write 2 to 16 characters such as 金市监, without a year, brackets or 号", article "GB/T 9704-2012 7.2.5";
    NO = "DISPATCH-NO", zh "“{typed}”不是文号", en "“{typed}” is no document number",
        next "写成 金市监〔2026〕3号：六角括号，序号前不补零，不加“第”" / "Write 金市监〔2026〕3号: with 〔〕, no leading zero, no 第", article "GB/T 9704-2012 7.2.5";
    FUTURE = "DISPATCH-FUTURE", zh "成文日期 {day} 还没有到", en "The day {day} has not come yet",
        next "填写负责人签发的日期" / "Give the day on which it is signed", article "GB/T 9704-2012 7.3.5";
    BEFORE = "DISPATCH-BEFORE", zh "成文日期 {day} 早于上一号 {last} 的 {last_day}", en "{day} lies before {last_day}, the day of number {last}",
        next "号码按成文日期排列；补发的用今天的日期" / "Numbers follow their days; a late paper bears the day on which it is signed", article "GB/T 9704-2012 7.3.5";
    TWICE = "DISPATCH-TWICE", zh "{no}已经签发过", en "{no_en} was issued already",
        next "内容要改的，先作废原件并写明理由，再签发" / "To change it, make the first one void with a reason and issue it again", article "";
    REASON = "DISPATCH-REASON", zh "作废要写明理由", en "A paper is made void with a reason",
        next "写 4 到 200 个字" / "Write 4 to 200 characters", article "";
    STATE = "DISPATCH-STATE", zh "这份文书已经作废", en "This paper is void already",
        next "作废的文书保留号码和原件，不再改动" / "A void paper keeps its number and its bytes and is not changed any more", article "";
    MARGIN = "DISPATCH-MARGIN", zh "{label}要在 {from} 到 {to} 毫米之间", en "The {label_en} lies between {from} and {to} mm",
        next "按 GB/T 9704 或本单位模板填写" / "Use those of GB/T 9704 or of the template of the office", article "GB/T 9704-2012 5.2";
    LEADING = "DISPATCH-LEADING", zh "行距要在 20 到 40 磅之间", en "The leading lies between 20 and 40 points",
        next "公文常用 28 至 30 磅" / "28 to 30 points are usual", article "GB/T 9704-2012 5.2";
    FACE = "DISPATCH-FACE", zh "{label}的字体名不能用", en "The name of the face for {label_en} cannot be used",
        next "写 1 到 40 个字符的字体名，例如 仿宋_GB2312" / "Write a name of 1 to 40 characters such as 仿宋_GB2312", article "";
    STARTED = "DISPATCH-STARTED", zh "{word}〔{year}〕已经签发过，不能再改接续号", en "{word}〔{year}〕 has numbers already; where it goes on cannot be changed any more",
        next "接续号只在本年第一号以前填写" / "Say where a year goes on before its first number", article "";
}
