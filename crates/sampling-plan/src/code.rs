//! Refusals of the plan.
use shiyan_foundation::codes;
codes! {
    NOT_MANAGER = "PLAN-ROLE", zh "只有计划管理员可以编制或下达计划", en "Only a plan manager may draw up or issue the plan",
        next "请计划管理员操作，或请系统管理员授予该角色" / "Ask a plan manager, or ask an administrator for that role", article "抽检办法 第8条";
    INCOMPLETE = "PLAN-LINE-INCOMPLETE", zh "计划第 {line} 行缺少：{missing}", en "Line {line} of the plan lacks: {missing}",
        next "补全该行后再下达；抽检计划应当包括这些内容" / "Complete the line, then issue the plan; the law names these contents", article "抽检办法 第9条";
    EMPTY = "PLAN-EMPTY", zh "计划没有任何计划行", en "The plan has no lines",
        next "先添加或导入计划行" / "Add or import lines first", article "抽检办法 第9条";
    BELOW_TARGET = "PLAN-BELOW-TARGET", zh "计划 {allocated} 批次，少于目标 {required} 批次", en "The plan has {allocated} batches, fewer than the {required} required",
        next "增加批次，或写明理由后下达" / "Add batches, or issue it with a written reason", article "";
    ISSUED = "PLAN-ISSUED", zh "{year} 年计划已下达，不能直接改写", en "The {year} plan has been issued and cannot be rewritten",
        next "以“调整计划”方式新增或减少批次，并写明理由" / "Adjust the plan with a reason", article "抽检办法 第8条";
    BATCHES = "PLAN-BATCHES", zh "批次数“{typed}”不是 1 到 100000 之间的整数", en "“{typed}” is not a whole number of batches between 1 and 100000",
        next "写一个整数" / "Type a whole number", article "";
    QUARTER = "PLAN-QUARTER", zh "季度“{typed}”不是 1、2、3 或 4", en "“{typed}” is not quarter 1, 2, 3 or 4",
        next "写 1、2、3 或 4" / "Type 1, 2, 3 or 4", article "";
    NO_POPULATION = "PLAN-POPULATION", zh "{year} 年没有可用的人口数据行", en "There is no population row for {year}",
        next "在“管理 → 人口”中登记人口数、口径、范围和来源" / "Register people, basis, boundary and source under Administration → Population", article "";
    STANDS = "PLAN-STANDS", zh "计划中已有这一行（{line}），{column}是“{stands}”，文件中是“{typed}”", en "The plan has this line ({line}) with {column_en} “{stands}”; the file says “{typed}”",
        next "导入不改写已有的计划行：核对文件；要增加批次，在计划页新增一行，只写增加的数，计划已下达的写明理由" / "An import never rewrites a line: check the file; to add batches, add a line on the plan page with only the difference, and with a reason once the plan is issued", article "抽检办法 第8条";
    NO_ROWS = "PLAN-FILE-EMPTY", zh "文件“{name}”里没有计划行", en "The file “{name}” has no plan lines",
        next "从标题行的下一行起填写，再导入" / "Fill in the rows below the header and import it again", article "";
    REASON = "PLAN-REASON", zh "调整已下达的计划必须写明理由", en "Adjusting an issued plan needs a written reason",
        next "写明理由" / "Write the reason", article "抽检办法 第8条";
    ALLOCATE_WEIGHTS = "ALLOCATE-WEIGHTS", zh "权重全部为零，无法分配", en "Every weight is nought, so that nothing can be divided by them",
        next "登记人口数或换一种分配办法（如平均分配）" / "Register the people of the rows, or divide in another way, evenly for one", article "";
    ALLOCATE_TWICE = "ALLOCATE-TWICE", zh "同一行出现了两次，不能分配", en "A row stands twice among those to be allocated to",
        next "合并重复的行" / "Merge the rows that are the same", article "";
    ALLOCATE_LEAST = "ALLOCATE-LEAST", zh "合计 {total} 批次不够每行最少数之和 {least}", en "{total} batches are fewer than the least numbers of all rows, {least}",
        next "增加合计，或降低最少批次" / "Raise the total or lower the least number", article "";
    ALLOCATE_MARGINS = "ALLOCATE-MARGINS", zh "街道合计 {rows} 批次与类别合计 {columns} 批次不相等", en "The streets add up to {rows} batches, the categories to {columns}",
        next "先把两边合计调到一致，再双向分配" / "Make the two totals agree, then divide both ways", article "";
    BLIND_RATE = "BLIND-RATE", zh "不合格率“{typed}”不在 0.01% 到 100% 之间", en "A failure rate of “{typed}” does not lie between 0.01 % and 100 %",
        next "写百分数，最多两位小数，例如 2 或 0.5" / "Type per cent with at most two decimals, 2 or 0.5 for example", article "";
}
