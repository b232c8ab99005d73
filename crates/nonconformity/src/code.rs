//! Refusals of cases.
use shiyan_foundation::codes;
codes! {
    ROLE = "CASE-ROLE", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
        next "换用有该角色的账号，或请管理员授予角色" / "Use an account with that role, or ask an administrator", article "";
    STATE = "CASE-STATE", zh "案件当前为“{state}”，不能{action}", en "The case is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    NOT_DONE = "CASE-BLOCK", zh "“{block}”没有填写", en "“{block_en}” is not filled in",
        next "填写该环节，或写明不适用的理由" / "Fill in the step, or write why it does not apply", article "抽检办法 第43条";
    FIELD = "CASE-FIELD", zh "“{block}”缺少“{label}”", en "“{block_en}” lacks “{label_en}”",
        next "补全后保存" / "Complete it and save", article "抽检办法 第40条";
    EVIDENCE = "CASE-EVIDENCE", zh "“{block}”没有证据文件", en "“{block_en}” has no evidence file",
        next "上传照片、文书或扫描件" / "Upload a photo, a document or a scan", article "";
    BALANCE = "CASE-BALANCE", zh "产品数量不平：购进 {bought} ≠ 已售 {sold} + 封存 {sealed} + 召回下架 {recalled} + 其他 {other}", en "The quantities do not balance: bought {bought} ≠ sold {sold} + sealed {sealed} + recalled {recalled} + other {other}",
        next "核对数量；去向不明的写在“其他”并说明" / "Check the quantities; put what cannot be traced under “other” with a note", article "";
    NUMBER = "CASE-NUMBER", zh "“{label}”的数值“{typed}”读不懂", en "The number “{typed}” of “{label_en}” cannot be read",
        next "写半角数字，例如 12.5" / "Type plain digits, for example 12.5", article "";
    DATE = "CASE-DATE", zh "“{label}”的日期“{typed}”读不懂，或在案件开始（{opened}）之前或今天之后", en "The date “{typed}” of “{label_en}” cannot be read, or lies before the opening ({opened}) or after today",
        next "按 2026-03-05 的样子写真实日期" / "Write the true date like 2026-03-05", article "";
    CHOICE = "CASE-CHOICE", zh "“{label}”的值“{typed}”不在可选范围内", en "“{typed}” is not one of the choices of “{label_en}”",
        next "从列表中选一个" / "Choose from the list", article "";
    NOT_OPTIONAL = "CASE-MANDATORY", zh "“{block}”不能标为不适用", en "“{block_en}” cannot be marked as not applicable",
        next "填写该环节" / "Fill in the step", article "抽检办法 第43条";
    REASON = "CASE-REASON", zh "必须写明理由", en "A written reason is needed",
        next "写明理由，至少 4 个字" / "Write the reason, four characters or more", article "";
    OWN_CASE = "CASE-OWN", zh "{name} 承办了本案，不能审核办结", en "{name} handled this case and may not approve its closing",
        next "由另一名监督人员审核" / "Let another supervisor approve", article "";
    EXTENSION = "CASE-EXTENSION", zh "延期日期“{typed}”应晚于现截止日 {due}", en "The new date “{typed}” must be later than the present deadline {due}",
        next "写一个更晚的日期" / "Give a later date", article "抽检办法 第45条";
    FINAL_FAIL = "CASE-STANDS", zh "检验结论仍为不合格，不能撤销案件", en "The conclusion still is nonconforming; the case cannot be cancelled",
        next "只有复检或异议改判后才能撤销" / "A case is cancelled only after a recheck or objection has overturned the conclusion", article "抽检办法 第35条";
}
