//! Refusals of sampling and reception.
use shiyan_foundation::codes;
codes! {
    REQUIRED = "SHEET-REQUIRED", zh "“{label}”没有填写", en "“{label}” is missing",
        next "填写“{label}”；确无此项的写“/”" / "Fill in “{label}”; write “/” where it does not apply", article "抽检办法 第19条";
    CHOICE = "SHEET-CHOICE", zh "“{label}”的值“{typed}”不在可选范围内", en "“{typed}” is not one of the choices of “{label}”",
        next "从列表中选一个" / "Choose from the list", article "";
    DATE = "SHEET-DATE", zh "“{label}”的日期“{typed}”读不懂", en "The date “{typed}” of “{label}” cannot be read",
        next "按 2026-03-05 的样子写" / "Write it like 2026-03-05", article "";
    NUMBER = "SHEET-NUMBER", zh "“{label}”的数值“{typed}”读不懂", en "The number “{typed}” of “{label}” cannot be read",
        next "写半角数字，例如 2.5" / "Write plain digits, for example 2.5", article "";
    TOO_LONG = "SHEET-LONG", zh "“{label}”超过 {max} 个字", en "“{label}” is longer than {max} characters",
        next "缩短，其余内容写在备注" / "Shorten it; put the rest under remarks", article "";
    SAMPLERS = "SHEET-SAMPLERS", zh "抽样人员不足两名（现有 {count} 名不同的人）", en "Fewer than two different samplers ({count} given)",
        next "选择两名不同的抽样人员" / "Choose two different samplers", article "抽检办法 第14条";
    SAMPLING_NO = "SHEET-NO-TAKEN", zh "抽样单编号 {no} 已被使用", en "Sampling sheet number {no} is already in use",
        next "核对编号；同一编号只能有一张抽样单" / "Check the number; a number belongs to one sheet only", article "";
    SAMPLING_NO_FORM = "SHEET-NO-FORM", zh "抽样单编号“{typed}”含有不允许的字符", en "Sampling sheet number “{typed}” has characters that are not allowed",
        next "只用字母、数字和短横线，最多 40 位" / "Use letters, digits and hyphens only, at most 40", article "";
    QUANTITY = "SHEET-QUANTITY", zh "数量不符：抽样基数 {base} 应不少于抽样数量 {taken}", en "Quantities disagree: the lot {base} must be at least the sampled {taken}",
        next "核对抽样基数与抽样数量（含备样）" / "Check the lot and the sampled quantity (reserve included)", article "抽检办法 第15条";
    BACKUP = "SHEET-BACKUP", zh "备样数量 {backup} 应不多于抽样数量 {taken}", en "The reserve portion {backup} must not exceed the sampled {taken}",
        next "核对备样数量" / "Check the reserve quantity", article "抽检办法 第17条";
    NO_BACKUP = "SHEET-NO-BACKUP", zh "监督抽检没有备份样品", en "Supervisory sampling without a reserve portion",
        next "填写备样数量；只检微生物的在备注写明“仅微生物”" / "Give the reserve quantity; for microbes only, write 仅微生物 in the remarks", article "抽检办法 第17条";
    FUTURE = "SHEET-FUTURE", zh "抽样日期 {on} 在将来", en "The sampling date {on} lies in the future",
        next "核对日期" / "Check the date", article "";
    MADE_AFTER = "SHEET-MADE-AFTER", zh "生产/加工/购进日期 {made} 晚于抽样日期 {sampled}", en "The date made or bought, {made}, is later than the sampling date, {sampled}",
        next "对照标签和进货凭证核对两个日期" / "Check both dates against the label and the delivery note", article "";
    ZERO = "SHEET-ZERO", zh "“{label}”不能是 0", en "“{label}” cannot be 0",
        next "填写实际数量" / "Give the real quantity", article "抽检办法 第15条";
    USCC = "SHEET-USCC", zh "统一社会信用代码“{typed}”的校验位不对", en "The check digit of credit code “{typed}” is wrong",
        next "对照营业执照核对 18 位代码" / "Check the 18 characters against the licence", article "GB 32100";
    IDENTITY = "SHEET-IDENTITY", zh "社会信用代码与身份证号（摊位经营者）至少填一项", en "Give the credit code or the stall holder’s identity number",
        next "填写其中一项" / "Fill in one of them", article "";
    STREET = "SHEET-STREET", zh "街道“{typed}”不在街道表中", en "Street “{typed}” is not in the street table",
        next "从列表中选街道" / "Choose the street from the list", article "";
    ROLE = "INTAKE-ROLE", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
        next "换用有该角色的账号，或请管理员授予角色" / "Use an account with that role, or ask an administrator", article "";
    STATE = "INTAKE-STATE", zh "样品当前为“{state}”，不能{action}", en "The sample is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    REASON = "INTAKE-REASON", zh "必须写明理由", en "A written reason is needed",
        next "写明理由，至少 4 个字" / "Write the reason, four characters or more", article "抽检办法 第22条";
    CHECKLIST = "INTAKE-CHECK", zh "收样检查有不符项：{items}，不能接收", en "The reception check found: {items}; the sample cannot be accepted",
        next "填写理由拒收并报告；属可说明的偏离在说明中写明后接收" / "Refuse it with a reason and report; explain a harmless deviation in the note to accept it", article "抽检办法 第22条";
    SEALS = "INTAKE-SEALS", zh "检样和备样的封条编号没有填写或相同", en "The seal numbers of test and reserve portions are missing or equal",
        next "分别填写两个封条编号" / "Give the two seal numbers", article "抽检办法 第17条";
    SAMPLER_KEEPS = "INTAKE-SAMPLER", zh "抽样人员 {name} 不能接收自己抽的样品", en "{name} took this sample and cannot receive it",
        next "由样品管理员接收" / "Let the sample keeper receive it", article "";
    TEMPORARY = "INTAKE-TEMPORARY", zh "临时编号 {no} 不能出报告", en "A report cannot be issued under the temporary number {no}",
        next "先补登正式抽样单编号" / "Register the official sampling number first", article "";
    BARCODE = "SHEET-BARCODE", zh "条码“{typed}”不对：{why}", en "Barcode “{typed}” does not hold: {why_en}",
        next "对照包装重新扫描或录入；确实如此印刷的，在备注写明" / "Scan or type it again from the package; if it is printed so, say so in the remarks", article "";
    PERMIT_FORM = "SHEET-SC", zh "“{typed}”不是食品生产许可证编号：应为 SC 加 14 位数字，首位为 1（食品）或 2（食品添加剂）", en "“{typed}” is no production permit: SC and fourteen digits, the first of them 1 (food) or 2 (additive)",
        next "对照标签核对；作坊登记证等另选许可证类型" / "Check it against the label; for a workshop choose another kind of permit", article "";
    PERMIT_DIGIT = "SHEET-SC-DIGIT", zh "生产许可证编号“{typed}”的校验位不符", en "The check digit of production permit “{typed}” does not fit",
        next "对照标签逐位核对；标签确实如此的，照录并在备注写明，可能是假冒" / "Compare digit by digit; if the label says so, keep it and say so in the remarks: it may be forged", article "";
    BLOCK_SIZE = "BLOCK-SIZE", zh "不能预留 {size} 个号，这一号头还剩 {left} 个", en "{size} numbers cannot be reserved; {left} are left under this head",
        next "减少个数，或换一个号头" / "Reserve fewer, or use another head", article "";
    BLOCK_EMPTY = "BLOCK-EMPTY", zh "本机的编号已用完（最后一个是 {last}）", en "The numbers of this device are used up (the last was {last})",
        next "联网领取下一个号段；没有网络时先用临时编号" / "Fetch the next block over the network; without one use a temporary number", article "";
    BLOCK_FOREIGN = "BLOCK-FOREIGN", zh "编号 {no} 不在这台设备的号段内", en "Number {no} does not belong to the block of this device",
        next "核对编号和设备；两张单都保留，由人决定" / "Check number and device; both sheets are kept and a person decides", article "";
    VISIT_BLANK = "VISIT-BLANK", zh "文书缺少：{label}", en "The paper lacks {label_en}",
        next "补上“{label}”，现场离开前完成" / "Add it before leaving the place", article "抽检办法 第21条";
    VISIT_WITNESS = "VISIT-WITNESS", zh "见证人 {name} 是本次抽样人员", en "The witness {name} is one of the samplers",
        next "请属地监管所或社区人员见证" / "Let somebody of the local office or the community witness it", article "抽检办法 第21条";
    VISIT_REPLACED = "VISIT-REPLACED", zh "递补对象不是抽签产生的", en "The replacement was not drawn",
        next "从同一抽签的递补名单中抽取，不自行指定" / "Draw the next one of the same draw; nobody is chosen by hand", article "抽检办法 第11条";
    RESERVE_HELD = "RESERVE-HELD", zh "备样 {no} 还不能处置：{why}", en "The reserve portion of {no} cannot be discarded yet: {why_en}",
        next "到期并解除原因后，再列入处置清单" / "Wait until the time is over and the reason gone", article "抽检办法 第25条";
    RESERVE_HANDS = "RESERVE-HANDS", zh "备样处置须由两名不同的人员办理", en "Discarding a reserve portion takes two different people",
        next "另请一人复核并签字" / "Let a second person check and sign", article "";
    RESERVE_REUSE = "RESERVE-REUSE", zh "备样 {no} 不能再利用：{why}", en "The reserve portion of {no} cannot be used again: {why_en}",
        next "只有合格、在保质期内、包装完好的备样可按规定再利用" / "Only a conforming portion within its shelf life and intact may be used again", article "抽检办法 第25条";
    LABEL_TEXT = "LABEL-TEXT", zh "“{typed}”不能印成条码", en "“{typed}” cannot be set as a barcode",
        next "编号只用字母、数字和短横线" / "Use letters, digits and hyphens only", article "";
    LABEL_ROOM = "LABEL-ROOM", zh "“{typed}”的条码放不进 {width} 毫米宽的标签", en "The barcode of “{typed}” does not fit a label of {width} mm",
        next "换大一号的标签" / "Use a larger label", article "";
    LABEL_LINES = "LABEL-LINES", zh "标签第 {line} 项文字在 {size} 的标签上放不下", en "Item {line} of the words does not fit a label of {size_en}",
        next "缩短文字，或换大一号的标签" / "Shorten it, or use a larger label", article "";
}
