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
}
