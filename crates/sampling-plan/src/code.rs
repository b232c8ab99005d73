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
    STAGE = "PLAN-STAGE", zh "计划{state}，不能{action}", en "The plan is {state_en}; “{action_en}” is not possible now",
        next "看清计划当前阶段：编制中可修改，批准后由他人下达，下达后只能变更" / "Look at the stage: a draft is corrected, an approved plan is issued by somebody else, an issued one is changed by number", article "抽检办法 第8条";
    BLANK = "PLAN-BLANK", zh "{count} 行没有写“{content}”（第 {lines} 行）", en "{count} {count|line lacks|lines lack} the {content_en} (line {lines_en})",
        next "补上“{content}”再批准；{paragraph}要求计划写明" / "Fill in the {content_en}, then approve; the law ({paragraph}) wants it in the plan", article "抽检办法 第9条";
    BLANK_PLAN = "PLAN-BLANK-GENERAL", zh "计划通则没有写“{content}”", en "The general part of the plan lacks: {content_en}",
        next "写明要求；确实没有的写“无”（{paragraph}）" / "Say what is required, or write 无 where nothing is ({paragraph})", article "抽检办法 第9条";
    NO_GROUP = "PLAN-KEY-GROUP", zh "没有一行计划覆盖“{group}”", en "No line of the plan covers: {group_en}",
        next "增加计划行或给已有的行标上这一情形；本区没有的，写明理由" / "Add a line or mark one as such; where the district has none, say why", article "抽检办法 第10条";
    SAME_HAND = "PLAN-SAME-HAND", zh "{name} 办理了上一步，不能再由本人{action}", en "{name} did the step before and cannot also {action_en}",
        next "请另一名计划管理员办理" / "Let another plan manager do it", article "";
    NO_VERSION = "PLAN-VERSION", zh "计划没有第 {version} 版", en "The plan has no version {version}",
        next "从版本清单中选一个" / "Choose one from the list of versions", article "";
    NO_LINE = "PLAN-NO-LINE", zh "这一行计划已不在了", en "That line of the plan is no longer there",
        next "刷新页面，看清现有的行" / "Reload the page and look at the lines that stand", article "";
    MOVED_ON = "PLAN-MOVED-ON", zh "计划已被他人改过：{line} 不再是您看到的样子", en "Somebody else has changed the plan: {line} is no longer as you saw it",
        next "刷新页面，对照现在的数再改" / "Reload the page and change it from what stands now", article "";
    CHANGE_WAITS = "PLAN-CHANGE-WAITS", zh "第 {number} 号变更还在等待批准", en "Change number {number} still waits to be adopted",
        next "先批准或撤回它，再提出新的变更" / "Adopt or drop it, then propose another", article "抽检办法 第8条";
    CHANGE_EMPTY = "PLAN-CHANGE-EMPTY", zh "变更前后一样，没有可变更的内容", en "Nothing differs before and after the change",
        next "改动批次或内容后再提出" / "Change a number or a content first", article "";
    NO_CHANGE = "PLAN-NO-CHANGE", zh "没有等待批准的变更", en "No change waits to be adopted",
        next "刷新页面，看清变更清单" / "Reload the page and look at the list of changes", article "";
    CHANGE_BELOW = "PLAN-CHANGE-BELOW", zh "{line} 已抽样 {taken} 批次，不能减到 {after}", en "{taken} batches of {line} have been sampled; it cannot be lowered to {after}",
        next "最多减到已抽样的批次数" / "Lower it to what was sampled at most", article "";
    CELL = "PLAN-CELL", zh "“{typed}”不是 0 到 100000 之间的整数", en "“{typed}” is not a whole number between 0 and 100000",
        next "写整数；没有的留空" / "Type a whole number, or leave it empty for none", article "";
    OUTSIDE = "PLAN-OUTSIDE", zh "“{typed}”落在表格之外", en "“{typed}” falls outside the table",
        next "从更靠左上的格开始粘贴，或只复制表内的部分" / "Paste from a cell further up and left, or copy only what fits", article "";
    SEVERAL = "PLAN-SEVERAL", zh "{line} 由 {count} 行计划组成（共 {stands} 批次），不能直接改合计", en "{line} is made of {count} lines ({stands} batches); their sum cannot be typed over",
        next "展开这一格，分别改各行" / "Open the cell and change its lines", article "";
    BLOCK = "PLAN-BLOCK", zh "粘贴的内容有 {rows} 行 {columns} 列，超过 {most}", en "What was pasted has {rows} rows and {columns} columns, more than {most}",
        next "只复制计划表的部分" / "Copy only the part that belongs to the plan", article "";
    STREET_UNKNOWN = "PLAN-STREET", zh "计划中有街道表里没有的街道：{streets}", en "The plan names streets that are not in the street table: {streets}",
        next "在“管理 → 街道”中登记，或改正代码" / "Register them under Administration → Streets, or correct the codes", article "";
    BOUNDARY_STREETS = "PLAN-BOUNDARY-STREETS", zh "人口数 {people} 不含{body}，计划却有 {batches} 批次排在其管辖的 {count} 个街道：{streets}", en "The population of {people} leaves {body_en} out, yet {batches} batches are planned in {count} {count|street|streets} that it runs: {streets}",
        next "把这些批次改到本区管辖的街道，或选用行政区划全域的人口行；代码同为一个区划，不等于归本区管辖" / "Move them to streets that the district runs, or choose a population of the whole division; one area code is not one district", article "";
    BOUNDARY_PEOPLE = "PLAN-BOUNDARY-PEOPLE", zh "人口数 {people} 按区划 {area} 全域计算，计划却没有排到{body}管辖的 {count} 个街道：{streets}", en "The population of {people} is that of the whole division {area}, yet the plan leaves out {count} {count|street|streets} that {body_en} runs: {streets}",
        next "核对目标是否应含这些街道的人口；不含的，选用本区实际管辖的人口行" / "Ask whether the target should count their people; if not, choose a population of the governed district", article "";
    POPULATION_OLD = "PLAN-POPULATION-OLD", zh "{plan} 年计划用的是 {year} 年的人口（{basis}）", en "The plan of {plan} rests on a population of {year} ({basis_en})",
        next "登记并选用较新的人口数；确无的，在计划说明中写明" / "Register and choose a newer figure, or say in the plan that there is none", article "";
    DRAW_POOL = "DRAW-POOL", zh "要抽 {count} 个，可抽的只有 {pool} 个", en "{count} are to be drawn and only {pool} can be",
        next "减少抽取数，或补充名录" / "Draw fewer, or add to the pool", article "抽检办法 第11条";
    DRAW_HASH = "DRAW-HASH", zh "散列只有 {bytes} 字节，不能用来抽签", en "A hash of {bytes} bytes is too short for a draw",
        next "用 SHA-256" / "Use SHA-256", article "";
    DRAW_TWICE = "DRAW-TWICE", zh "名录中有重复的编号", en "A number stands twice in the pool or among the officers",
        next "去掉重复，再公布" / "Take the doubles out, then publish", article "抽检办法 第11条";
    DRAW_EXCLUDED = "DRAW-EXCLUDED", zh "排除的对象 {id} 没有写理由，或不在名录中", en "{id} is excluded without a reason, or is not in the pool",
        next "写明排除理由，只排除名录中的对象" / "Give a reason, and exclude only what is in the pool", article "抽检办法 第11条";
    DRAW_OFFICERS = "DRAW-OFFICERS", zh "去 {target} 的抽样人员不足两名", en "Fewer than two officers may go to {target}",
        next "补充人员，或核对回避关系" / "Add officers, or check who may not go", article "抽检办法 第14条";
    DRAW_SEED = "PLAN-DRAW-SEED", zh "还没有种子", en "There is no seed yet",
        next "等 {source} 公布后，照原样写入" / "Wait for {source}, then type it as published", article "抽检办法 第11条";
    DRAW_REPLACE = "DRAW-REPLACE", zh "{id} 不能递补：没有写理由、没有抽中它，或已经递补过", en "{id} cannot be replaced: no reason, not drawn, or replaced before",
        next "写明未能抽样的理由；每个抽中的对象只递补一次" / "Say why it could not be sampled; each target is replaced once", article "抽检办法 第11条";
    DRAW_NOTICE = "DRAW-NOTICE", zh "公告与公布的散列不符：公布的是 {said}，现在算得 {digest}", en "The notice is not the one whose hash was {of}: it was {said} and is now {digest}",
        next "名录、顺序、排除或抽取数在公布后被改过；以公布时的文件为准" / "The pool, its order, an exclusion or the quota was changed since; the published file counts", article "抽检办法 第11条";
    DRAW_DIFFERS = "DRAW-DIFFERS", zh "第 {rank} 个应为 {due}，记录的是 {is}", en "Number {rank} should be {due}; what is recorded is {is}",
        next "按公告和种子重新抽取，查明记录为何不同" / "Draw again from the notice and the seed, and find out why the record differs", article "抽检办法 第11条";
    LIMIT_UNIT = "LIMIT-UNIT", zh "{name} 第{quarter}季度已抽 {count} 批次，达到每季度 {most} 批次的上限", en "{name} has been sampled {count} {count|time|times} in quarter {quarter}; the most is {most} a quarter",
        next "换一家单位，或下一季度再抽；风险监测、案件、事故和应急抽样不受此限" / "Choose another operator or wait for the next quarter; monitoring, cases, accidents and emergencies are not bound", article "";
    LIMIT_SAME_BATCH = "LIMIT-SAME-BATCH", zh "{name} 的“{product}”（{made} 生产）第{quarter}季度已抽过：{sheets}", en "“{product}” of {name}, made on {made}, was sampled in quarter {quarter} already: {sheets}",
        next "换一个生产日期或另一种产品，以免重复抽样" / "Take another production date or another product", article "";
    LIMIT_PRODUCER_CLASS = "LIMIT-PRODUCER", zh "{name} 的“{class}”第{quarter}季度已抽 {count} 批次，达到每季度 {most} 批次的上限", en "{class} of {name} has been sampled {count} {count|time|times} in quarter {quarter}; the most is {most} a quarter",
        next "换一个生产者，或下一季度再抽" / "Choose another producer or wait for the next quarter", article "";
    TARGET = "PLAN-TARGET", zh "每千人批次目标“{typed}”应大于 0", en "A target of “{typed}” batches for a thousand people is not above nought",
        next "写上级或本区定的目标" / "Type the target that was set", article "";
    LIMIT_LEVEL = "LIMIT-LEVEL", zh "{name} 由{level}安排抽检，本级不再抽", en "{name} is sampled at the level “{level_en}” and not at this one",
        next "换一个生产者；确需抽检的按监测、案件或应急办理" / "Choose another producer; where it must be, do it as monitoring, a case or an emergency", article "";
}
