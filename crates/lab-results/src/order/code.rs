//! Refusals of the laboratory's work on a sample.
use shiyan_foundation::codes;
codes! {
    ROLE = "LAB-ROLE", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
        next "换用有该角色的账号，或请管理员授予角色" / "Use an account with that role, or ask an administrator", article "";
    STATE = "LAB-STATE", zh "检验任务当前为“{state}”，不能{action}", en "The test order is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    NO_ITEMS = "LAB-NO-ITEMS", zh "没有检验项目", en "There are no items to test",
        next "先添加检验项目" / "Add items first", article "";
    EMPTY = "LAB-EMPTY", zh "还有 {count} 个项目没有结果：{items}", en "{count} {count|item has|items have} no result yet: {items}",
        next "录入结果；确不检的写“/”并写明理由" / "Enter the results; write “/” with a reason for what is not tested", article "";
    NEEDS_PERSON = "LAB-NEEDS-PERSON", zh "还有 {count} 个项目需人工判定：{items}", en "{count} {count|item needs|items need} a person’s decision: {items}",
        next "由审核人或质量负责人写明理由作出判定" / "A reviewer or the quality manager decides with a reason", article "";
    UNREAD = "LAB-UNREAD", zh "还有 {count} 个项目的结果读不懂：{items}", en "{count} {count|result cannot|results cannot} be read: {items}",
        next "对照原始记录更正录入；一个数只有一种读法时程序才判定" / "Correct them from the raw record; a result is judged when it can be read in one way only", article "";
    RETURNED = "LAB-RETURNED", zh "还有 {count} 个项目被退回后没有更正：{items}", en "{count} {count|item was|items were} sent back and not corrected yet: {items}",
        next "按退回理由更正或重新确认" / "Correct or confirm them as the reason asks", article "";
    DOUBTFUL = "LAB-NEAR", zh "还有 {count} 个项目可疑（接近限量或高于历史P99）而没有说明：{items}", en "{count} {count|item is|items are} doubtful (near their limit or above the historical P99) without a remark: {items}",
        next "复测，并在备注写明复测结果或理由" / "Test again and write what was found, or why it stands, under remarks", article "";
    CARRY_OVER_WORD = "LAB-CARRY-OVER", zh "还有 {count} 个项目判为不得使用而检出，没有说明是否考虑过带入原则：{items}", en "{count} {count|item is|items are} nonconforming because an additive that must not be used was found, and nobody recorded that carry-over was considered: {items}",
        next "核对配料表，写明已考虑带入原则和理由" / "Look at the list of ingredients and record that carry-over was considered, and why it does not apply", article "GB 2760 3.4";
    CARRY_OVER_NOT_ASKED = "LAB-CARRY-OVER-NOT-ASKED", zh "“{item}”的判定不需要说明带入原则", en "The judgement of “{item}” does not ask for a word about carry-over",
        next "刷新页面，看清当前判定" / "Reload the page and look at the present judgement", article "";
    SAMPLER_TESTS = "LAB-SAMPLER", zh "{name} 抽取了本样品，不能检验（抽检分离）", en "{name} took this sample and may not test it (sampling and testing are kept apart)",
        next "换其他检验员" / "Let another analyst test it", article "";
    OWN_WORK = "LAB-OWN-WORK", zh "{name} 已作为{did}经手本样品，不能再{action}", en "{name} already acted as {did_en} on this sample and may not {action_en} it",
        next "由另一人操作：主检、校核、审核、批准必须是四个不同的人" / "Let somebody else do it: main analyst, checker, reviewer and signatory are four different people", article "RB/T 215-2017";
    OUT_OF_SCOPE = "LAB-SCOPE", zh "方法 {method} 不在 {name} 的授权签字范围内", en "Method {method} is outside the authorised scope of {name}",
        next "由授权范围包含该方法的授权签字人批准" / "Let a signatory whose scope covers the method approve", article "";
    REASON = "LAB-REASON", zh "必须写明理由", en "A written reason is needed",
        next "写明理由，至少 4 个字" / "Write the reason, four characters or more", article "";
    ITEM_KNOWN = "LAB-ITEM-TWICE", zh "项目“{item}”已在本样品中", en "Item “{item}” is already on this sample",
        next "在原来的行录入" / "Use the existing row", article "";
    ITEM_NAME = "LAB-ITEM-NAME", zh "没有写项目名称", en "The name of the item is missing",
        next "写项目名称，例如 腐霉利" / "Type the name, for example procymidone", article "";
    DECIDED_RANGE = "LAB-DECIDE", zh "只有“需人工”或“不判定”的项目可以人工判定，“{item}”已有自动判定", en "Only items that need a person can be decided by hand; “{item}” has its verdict",
        next "如认为限量或结果有误，请退回修改" / "If limit or result is wrong, return the order", article "";
    VERDICT = "LAB-VERDICT", zh "判定“{typed}”不是 合格项、不合格项、问题项、不判定项 之一", en "“{typed}” is none of the four verdicts",
        next "从列表中选" / "Choose from the list", article "";
    SOURCE = "LAB-SOURCE", zh "必须写明出处", en "The source must be given",
        next "写明标准编号和条款，或原始记录编号" / "Write the standard and clause, or the number of the raw record", article "";
    NO_CANDIDATE = "LAB-NO-CANDIDATE", zh "“{item}”没有这条候选限量，限量库可能刚刚改过", en "That limit is not among those in question for “{item}”; the library may just have changed",
        next "刷新页面，重新选择" / "Reload the page and choose again", article "";
    LIMIT_IS_SET = "LAB-LIMIT-IS-SET", zh "“{item}”有适用限量，不能以没有限量为由不判定", en "“{item}” has a limit; that none is set is no reason for it",
        next "选别的原因，或按限量判定" / "Choose another reason, or judge it by the limit", article "";
    RULE_FIRST = "LAB-RULE-FIRST", zh "“{item}”还没有适用限量，不能判合格或不合格", en "“{item}” has no limit yet; it can neither conform nor fail",
        next "先选定适用限量；确无限量的写明原因和出处，不作判定" / "Pick the limit that applies first; where there is none, say why with the source and give no verdict", article "";
    NOT_DRIED = "LAB-NOT-DRIED", zh "“{item}”的限量不按脱水率折算", en "The limit of “{item}” is not one that a rate of dehydration touches",
        next "刷新页面，看清当前判定" / "Reload the page and look at the present judgement", article "GB 2762 3.5";
    DRYING_RATE = "LAB-DRYING-RATE", zh "脱水率“{typed}”不是 0 到 100 之间的百分数", en "The rate of dehydration “{typed}” is no per cent between 0 and 100",
        next "写干制时失去的水占鲜重的百分数，例如 85" / "Write how much of the fresh weight was lost in drying, in per cent, for example 85", article "GB 2762 3.5";
    DRYING_FIRST = "LAB-DRYING-FIRST", zh "“{item}”是干制品，高于新鲜食品的限量，不能直接判合格", en "“{item}”: a dried food above the limit of the fresh one cannot simply be called conforming",
        next "选“按脱水率折算”，写明脱水率和来源，由程序判定" / "Choose the rate of dehydration, give it with its source, and let it be judged by it", article "GB 2762 3.5";
    READING_FIRST = "LAB-READING-FIRST", zh "“{item}”的结果“{raw}”有几种读法，不能直接判合格", en "The result “{raw}” of “{item}” can be read in several ways; it cannot simply be called conforming",
        next "选“确定读法”，写清结果，由程序按限量判定；或退回检验员更正" / "Choose how it is to be read and let it be judged by the limit, or send it back to the analyst", article "";
    NOT_A_READING = "LAB-NOT-A-READING", zh "“{typed}”不是“{raw}”的一种读法：数字必须相同", en "“{typed}” is no way to read “{raw}”: the digits must be the same",
        next "只改分隔、小数点、乘方的写法；数字有误的退回检验员更正" / "Change separators, points and powers only; wrong digits go back to the analyst", article "";
    READING_OPEN = "LAB-READING-OPEN", zh "读作“{typed}”仍不能判定", en "Read as “{typed}” it still cannot be judged",
        next "写成一个数值，例如 12500 或 3×10^2" / "Write one number, for example 12500 or 3×10^2", article "";
    NOT_IN_BATCH = "LAB-NOT-IN-BATCH", zh "{outcome}报告须单独签发，不与其他报告成批签发", en "A report that says “{outcome_en}” is issued on its own, never together with others",
        next "打开该检验任务，核对后单独签发" / "Open the order, look it through and issue it alone", article "";
    APPROVE_ALONE = "LAB-APPROVE-ALONE", zh "{name}不是全部正常（{why}），须单独批准", en "{name} is not normal throughout ({why_en}) and is approved on its own",
        next "打开该检验任务，核对后单独批准；或取消勾选" / "Open the order, look it through and approve it alone, or take the tick away", article "";
    NONE_CHOSEN = "LAB-NONE-CHOSEN", zh "没有勾选样品", en "No sample is ticked",
        next "勾选要批准的样品" / "Tick the samples to approve", article "";
    TERM = "LAB-TERM", zh "异议期限“{typed}”不是 1 到 90 之间的天数", en "The objection term “{typed}” is not a number of days from 1 to 90",
        next "写天数，例如 7；留空则按法定期限" / "Type a number of days, for example 7; leave it empty for the statutory term", article "";
    SENTENCE_LONG = "LAB-SENTENCE-LONG", zh "“{outcome}”的{lang}结论用语超过 {most} 个字", en "The {lang_en} sentence for “{outcome_en}” is longer than {most} characters",
        next "写短一些；清空则用标准用语" / "Make it shorter, or clear it for the standard wording", article "";
    SENTENCE_SLOT = "LAB-SENTENCE-SLOT", zh "“{outcome}”的{lang}结论用语中，花括号里的“{found}”不是可用的占位", en "In the {lang_en} sentence for “{outcome_en}”, “{found}” in braces is no placeholder",
        next "花括号成对使用，里面只写：{known}" / "Use braces in pairs, with one of these inside: {known}", article "";
    SENTENCE_NO_SLOT = "LAB-SENTENCE-NO-SLOT", zh "“{outcome}”的{lang}结论用语不用占位，花括号里写了“{found}”", en "The {lang_en} sentence for “{outcome_en}” takes no placeholder; “{found}” stands in braces",
        next "去掉花括号" / "Take the braces out", article "";
    SENTENCE_WITHOUT = "LAB-SENTENCE-WITHOUT", zh "“{outcome}”的{lang}结论用语缺少占位：{missing}", en "The {lang_en} sentence for “{outcome_en}” lacks a placeholder: {missing}",
        next "把它写在花括号里，放在要印出实际内容的地方" / "Write it in braces where the real text is to stand", article "";
    SENTENCE_SILENT = "LAB-SENTENCE-SILENT", zh "“{outcome}”的{lang}结论用语没有写明结论", en "The {lang_en} sentence for “{outcome_en}” does not say its outcome",
        next "占位之外至少写上其中一个：{words}" / "Outside the placeholders, use at least one of: {words}", article "";
    SENTENCE_CONTRARY = "LAB-SENTENCE-CONTRARY", zh "“{outcome}”的{lang}结论用语里有“{word}”，读起来是另一种结论", en "The {lang_en} sentence for “{outcome_en}” has “{word}”, which says another outcome",
        next "去掉“{word}”，换一种写法" / "Take “{word}” out and word it another way", article "";
    LONG = "LAB-LONG", zh "结果超过 {max} 个字", en "The result is longer than {max} characters",
        next "结果栏只写结果，说明写在备注" / "Keep the cell to the result; put the rest under remarks", article "";
    LOST_RACE = "RACE", zh "别人刚刚改过这条记录（您看到的是第 {seen} 版，现在是第 {now} 版）", en "Somebody has just changed this record (you saw revision {seen}, it is now {now})",
        next "刷新页面，对照后再提交；您填写的内容仍在页面上" / "Reload, compare and submit again; what you typed is still on the page", article "";
}
