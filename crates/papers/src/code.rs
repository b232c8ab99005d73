//! Refusals of papers, and what is said of one before it is issued.
use shiyan_foundation::codes;
codes! {
    UNKNOWN = "PAPER-UNKNOWN", zh "没有编号为“{typed}”的文书", en "There is no paper “{typed}”",
        next "shiyan paper list 列出能出具的文书：{known}" / "shiyan paper list names the papers that can be made: {known}", article "";
    OUTPUT = "PAPER-OUTPUT", zh "{paper} 不能出成“{typed}”", en "{paper} cannot be made as “{typed}”",
        next "文件名以下列之一结尾：{known}" / "Let the name of the file end in one of: {known}", article "";
    NUMBER = "PAPER-NO", zh "{paper} 的 --no 写的是{means}，“{typed}”读不懂", en "The --no of {paper} is {means_en}; “{typed}” cannot be read",
        next "{how}" / "{how_en}", article "";
    OTHER_KIND = "PAPER-KIND", zh "{no} 的任务类别是“{kind}”，不出 {paper}", en "The purpose of {no} is “{kind_en}”; it gets no {paper}",
        next "改用 {other}" / "Make {other} instead", article "";
    AHEAD = "PAPER-AHEAD", zh "{period}还没有开始", en "{period_en} has not begun",
        next "选择已经开始的期间" / "Choose a period that has begun", article "";
    NOTHING = "PAPER-NOTHING", zh "{period}没有可以公布的批次", en "Nothing of {period_en} may be made public",
        next "换一个期间；暂不公布的 {held} 批次待结论最终后列入其成为最终结论的期间" / "Choose another period; the {held} {held|batch|batches} held back come with the period in which the conclusion becomes final", article "抽检办法 第46条";
    PERSONAL = "PAPER-PERSONAL", zh "{sheet} 的“{text}”像是身份证号或手机号，不得公布", en "“{text}” of {sheet} looks like an identity or phone number and must not be made public",
        next "更正抽样单并更改报告，再出通告" / "Correct the sheet and amend the report, then make the notice", article "抽检办法 第46条";
    CELL = "PAPER-CELL", zh "{sheet} 的不合格项目“{text}”缺一段或符号重复", en "The failing item “{text}” of {sheet} lacks a part or repeats a sign",
        next "核对报告的检验结果、标准要求和单位，更正后再出通告" / "Check result, limit and unit of the report and correct them first", article "抽检办法 第46条";
    GLYPHS = "PAPER-GLYPHS", zh "字体缺字：{text}", en "No typeface has these characters: {text}",
        next "在 fonts_dir 放入有这些字的字体，或更正原文" / "Put a face that has them into fonts_dir, or correct the text", article "";
    DAY = "PAPER-DAY", zh "成文日期“{typed}”读不懂", en "The day “{typed}” cannot be read",
        next "写成 2026-03-02" / "Write 2026-03-02", article "";
    ISSUED = "PAPER-ISSUED", zh "{about}的这种文书已经签发过", en "This paper of {about_en} was issued already",
        next "内容要改的，先作废原件再签发" / "To change it, make the first one void and issue it again", article "";
    NOT_ISSUED = "PAPER-NO-REGISTER", zh "{paper} 不单独编号签发", en "{paper} is not issued by itself",
        next "附件随通告签发；检验报告在“检验报告”页面签发" / "Annexes go out with their notice; test reports are issued on the page of reports", article "";
    RUNNING = "PAPER-RUNNING", zh "{period}还没有结束，内容会变", en "{period_en} is not over; it will still change",
        next "期满后再出正式稿" / "Make the final one when it is over", article "";
    HELD = "PAPER-HELD", zh "另有 {count} 批次结论未最终，没有列入：{why}", en "{count} more {count|batch is|batches are} held back and not named: {why_en}",
        next "待结论最终后列入其成为最终结论的期间" / "They come with the period in which the conclusion becomes final", article "抽检办法 第46条";
    NO_LIMIT = "PAPER-NO-LIMIT", zh "{sheet} 的不合格项目“{text}”没有标准值", en "The failing item “{text}” of {sheet} has no limit",
        next "核对后补上" / "Check it and add the limit", article "抽检办法 第46条";
    PRIVATE_ADDRESS = "PAPER-ADDRESS", zh "{sheet} 的地址“{text}”写到单元、室，像是住址", en "The address “{text}” of {sheet} names a flat and may be a home",
        next "是住址的，公布前改写到街道门牌" / "If it is a home, leave out the flat before it is made public", article "";
    UNNUMBERED = "PAPER-DRAFT", zh "草稿：文号、成文日期和期数在签发时编定", en "A draft: its number, its day and its issue are given when it is signed",
        next "在“文书”页面核对后签发" / "Check it on the page of papers and issue it there", article "GB/T 9704-2012";
}
