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
    NO_SHEET = "PAPER-SHEET", zh "没有编号为“{no}”的抽样单或案件", en "There is no sampling sheet or case “{no}”",
        next "核对编号" / "Check the number", article "";
    SHEET_OPEN = "PAPER-SHEET-OPEN", zh "抽样单 {no} 的状态是“{state}”，不出抽样单", en "The sheet {no} is “{state_en}” and is not printed",
        next "提交抽样单后再出" / "Submit the sheet first", article "抽检办法 第17条";
    NOT_SEVERE = "PAPER-NOT-SEVERE", zh "{no} 没有检出可能严重危害身体健康和生命安全的项目，不需要限时报告", en "Nothing was found in {no} that may do serious harm; no timed report is needed",
        next "按检验结论报告的一般时限报告" / "Report it in the ordinary time", article "抽检办法 第28条";
    NOT_FAILING = "PAPER-NOT-FAILING", zh "{no} 的检验结论不是不合格，不出{paper}", en "The conclusion on {no} is not a failing one; there is no {paper_en}",
        next "核对编号" / "Check the number", article "抽检办法 第29条";
    NO_REPORT = "PAPER-NO-REPORT", zh "{no} 还没有签发检验报告，不出{paper}", en "No test report of {no} was issued yet; there is no {paper_en}",
        next "签发检验报告后再出；通知书只写报告上的项目" / "Issue the report first; a notice names only what the report says", article "抽检办法 第29条";
    BLANKS = "PAPER-BLANKS", zh "系统没有记录，留空待填：{fields}", en "Not on record and left open: {fields_en}",
        next "打印后由经办人填写" / "Filled in by hand after printing", article "";
    NO_RECHECK = "PAPER-NO-RECHECK", zh "{items}为微生物项目，通知书写明依法不予复检", en "The notice says that the law admits no recheck of {items}",
        next "不受理该项目的复检申请" / "Accept no application for these items", article "抽检办法 第31条";
    UNBOUND = "PAPER-UNBOUND", zh "{no} 没有已签发的检验报告，不能合订", en "There is no issued report of {no} to bind with the others",
        next "去掉这个编号，或签发后再合订" / "Leave this number out, or issue its report first", article "";
    BOUND = "PAPER-BOUND", zh "一册最多合订 {most} 份检验报告，给了 {count} 份", en "A volume binds at most {most} reports; {count} were given",
        next "分几册打印" / "Make several volumes", article "";
}
