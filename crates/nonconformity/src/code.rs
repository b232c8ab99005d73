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
    DRAW_SEED = "DRAW-SEED", zh "抽取种子太短，至少 {least} 个字符", en "The seed of the draw is too short: {least} characters at least",
        next "由系统生成种子后再抽取" / "Let the system make the seed and draw again", article "";
    DRAW_NONE = "DRAW-NONE", zh "名录内 {count} 家机构均须回避或不能承担，没有可以抽取的机构", en "None of the {count} bodies on the list can be drawn",
        next "核对复检机构名录和回避情形；确无机构的，报上级指定" / "Check the list and why each is left out; if none is left, ask the office above to name one", article "抽检办法 第32条第2款";
    SERVICE_DONE = "SERVICE-DONE", zh "已于 {on} 以{method}送达，不能再登记", en "Served already on {on} ({method_en})",
        next "登记有误的，由监督人员更正" / "If the entry is wrong, let a supervisor correct it", article "";
    SERVICE_DATE = "SERVICE-DATE", zh "送达日期 {on} 应在 {first} 至 {last} 之间", en "The day of service {on} must lie between {first} and {last}",
        next "按送达回证填写真实日期" / "Give the true day, as on the receipt of service", article "抽检办法 第29条";
    SERVICE_BY = "SERVICE-BY", zh "没有写送达人", en "It does not say who served it",
        next "填写送达人姓名" / "Give the names of those who served it", article "";
    SERVICE_MET = "SERVICE-MET", zh "没有写签收人及其身份，或拒收、未能送达的情形", en "It does not say who signed and in what capacity, or why it was refused or could not be served",
        next "补填签收人身份或未送达原因" / "Say who signed, or why it could not be served", article "";
    SERVICE_PROOF = "SERVICE-PROOF", zh "没有送达凭证", en "The proof of service is missing",
        next "填写送达回证编号、邮单号或公告文号" / "Give the number of the receipt, of the mail or of the notice", article "抽检办法 第29条";
    SERVICE_LEFT = "SERVICE-LEFT", zh "没有拒收记录，不能留置送达", en "Nobody refused it; it cannot be left at the premises",
        next "先登记当面送达被拒收的经过" / "Register first how it was refused", article "市场监督管理行政处罚程序规定 第82条";
    SERVICE_WITNESS = "SERVICE-WITNESS", zh "留置送达没有见证人，也没有拍照、录像", en "It was left without a witness and without photos or a film",
        next "填写见证人，或上传送达过程的影像" / "Name the witness, or add the photos or the film", article "市场监督管理行政处罚程序规定 第82条";
    SERVICE_CONSENT = "SERVICE-CONSENT", zh "电子送达没有受送达人签署的送达地址确认书", en "Electronic service without the recipient’s written consent",
        next "上传送达地址确认书，或改用其他方式" / "Add the signed confirmation of the address, or serve it otherwise", article "市场监督管理行政处罚程序规定 第82条";
    SERVICE_PUBLIC = "SERVICE-PUBLIC", zh "只有 {tried} 种方式未能送达，尚不能公告送达", en "Only {tried} other ways have failed; it is too early for a public notice",
        next "直接送达、邮寄送达等均无法送达的，再公告送达" / "Try in person and by mail first", article "市场监督管理行政处罚程序规定 第82条";
    RECHECK_ROLE = "RECHECK-ROLE", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
        next "换用有该角色的账号，或请管理员授予角色" / "Use an account with that role, or ask an administrator", article "";
    RECHECK_STATE = "RECHECK-STATE", zh "复检当前为“{state}”，不能{action}", en "The recheck is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    RECHECK_KIND = "RECHECK-KIND", zh "风险监测发现的问题样品不适用复检", en "A problem found by risk monitoring is not rechecked",
        next "由组织监测的部门会商研判" / "It is for the office that ordered the monitoring to examine it", article "抽检办法 第41条";
    RECHECK_WHO = "RECHECK-WHO", zh "{name}不是被抽样单位，也不是标称食品生产者，不能申请复检", en "{name} is neither the sampled operator nor the producer named on the label and cannot ask for a recheck",
        next "由被抽样单位或标称食品生产者提出" / "The sampled operator or the named producer may ask", article "食品安全法 第88条";
    RECHECK_LATE = "RECHECK-LATE", zh "{served} 收到检验结论，申请复检的最后一日是 {last}，{filed} 提出已逾期", en "The conclusion was received on {served}; the last day to ask for a recheck was {last}, it was asked for on {filed}",
        next "出具不予受理通知书，写明逾期" / "Refuse in writing, saying that it is late", article "抽检办法 第31条第3项";
    RECHECK_MICROBE = "RECHECK-MICROBE", zh "{items}为微生物指标，不予复检", en "{items}: microbes are not rechecked",
        next "出具不予受理通知书；同批其他项目可以另行申请" / "Refuse in writing; other items of the batch may be asked for separately", article "抽检办法 第31条第1项";
    RECHECK_EXPIRED = "RECHECK-EXPIRED", zh "备份样品已于 {expired} 超过保质期，不予复检", en "The reserve portion passed its shelf life on {expired} and is not rechecked",
        next "出具不予受理通知书，附备份样品标签照片" / "Refuse in writing, with a photo of the label", article "抽检办法 第31条第2项";
    RECHECK_RESERVE = "RECHECK-RESERVE", zh "备份样品{state}，无法实现复检目的", en "The reserve portion cannot serve a recheck: {state_en}",
        next "出具不予受理通知书，写明备份样品情况" / "Refuse in writing, saying what became of the reserve portion", article "抽检办法 第31条第4项";
    RECHECK_ITEMS = "RECHECK-ITEMS", zh "{items}不是本批不合格项目，或没有写申请复检的项目", en "{items}: no failing item of this batch, or no item was named",
        next "只能就不合格项目申请复检" / "Only failing items are rechecked", article "抽检办法 第31条";
    RECHECK_TWICE = "RECHECK-TWICE", zh "本批已有复检结论，复检结论为最终结论", en "This batch has been rechecked; that conclusion is final",
        next "出具不予受理通知书" / "Refuse in writing", article "抽检办法 第35条第1款";
    RECHECK_MOOT = "RECHECK-MOOT", zh "本案已因改判撤销，没有需要复检的不合格结论", en "The case was cancelled, its conclusion overturned; there is nothing left to recheck",
        next "出具不予受理通知书，写明已改判" / "Refuse in writing, saying that it was overturned", article "抽检办法 第31条第4项";
    RECHECK_OWN = "RECHECK-OWN", zh "{name} 登记了本申请，不能决定是否受理", en "{name} registered this application and may not decide on it",
        next "由另一名监督人员决定" / "Let another supervisor decide", article "";
    RECHECK_REASON = "RECHECK-REASON", zh "没有写理由", en "The reason is missing",
        next "写明理由，至少 4 个字" / "Write the reason, four characters or more", article "抽检办法 第32条第1款";
    RECHECK_FEE = "RECHECK-FEE", zh "申请人尚未预付复检费用", en "The applicant has not paid the recheck in advance",
        next "收到预付凭证后再移交备份样品" / "Hand the reserve portion over once the payment is shown", article "抽检办法 第36条";
    RECHECK_CUSTODY = "RECHECK-CUSTODY", zh "备份样品交接不连续：应由{from}移交，登记的是{said}", en "The custody of the reserve portion has a gap: it was with {from}, the entry says {said}",
        next "核对交接记录，补登缺少的一次交接" / "Check the record and register the hand-over that is missing", article "抽检办法 第33条";
    RECHECK_SEAL = "RECHECK-SEAL", zh "封条编号{said}与抽样时的{seal}不符", en "The seal number {said} is not that of the sampling, {seal}",
        next "核对封条；确有破损或不符的，终止复检" / "Check the seal; if it is broken or another one, end the recheck", article "抽检办法 第33条";
    RECHECK_TIME = "RECHECK-TIME", zh "时间 {at} 早于上一步的 {last}，或晚于现在", en "The time {at} lies before the last step ({last}) or after now",
        next "按交接单或文书填写真实时间" / "Give the true time, as on the paper", article "";
    RECHECK_METHOD = "RECHECK-METHOD", zh "“{item}”初检方法为{first}，复检用了{said}", en "“{item}” was first tested by {first}, the recheck used {said}",
        next "复检应使用与初检一致的方法；标准已更新的，写明依据" / "Use the method of the first test; where the standard has changed, say so", article "抽检办法 第34条";
    RECHECK_REPORT = "RECHECK-REPORT", zh "没有写复检报告编号", en "The number of the recheck report is missing",
        next "填写复检报告编号" / "Give the number of the report", article "抽检办法 第35条第1款";
    OBJECTION_ROLE = "OBJECTION-ROLE", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
        next "换用有该角色的账号，或请管理员授予角色" / "Use an account with that role, or ask an administrator", article "";
    OBJECTION_STATE = "OBJECTION-STATE", zh "异议当前为“{state}”，不能{action}", en "The objection is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    OBJECTION_KIND = "OBJECTION-KIND", zh "风险监测发现的问题样品不适用异议程序", en "A problem found by risk monitoring has no procedure of objection",
        next "由组织监测的部门会商研判" / "It is for the office that ordered the monitoring to examine it", article "抽检办法 第37条";
    OBJECTION_WHO = "OBJECTION-WHO", zh "{name}不是被抽样单位，也不是标称食品生产者，不能提出异议", en "{name} is neither the sampled operator nor the producer named on the label and cannot object",
        next "由被抽样单位或标称食品生产者提出" / "The sampled operator or the named producer may object", article "抽检办法 第37条";
    OBJECTION_LATE = "OBJECTION-LATE", zh "自 {from} 起算，提出异议的最后一日是 {last}，{filed} 提出已逾期", en "Counted from {from} the last day to object was {last}; it was filed on {filed}",
        next "出具不予受理通知书，写明逾期" / "Refuse in writing, saying that it is late", article "抽检办法 第37条";
    OBJECTION_REASON = "OBJECTION-REASON", zh "没有写事项、理由或依据", en "What it is about, the reason or the basis is missing",
        next "写明，至少 4 个字" / "Write it, four characters or more", article "抽检办法 第38条";
    OBJECTION_ONCE = "OBJECTION-ONCE", zh "补正材料已于 {on} 一次告知，不能再次要求补正", en "What is missing was told once, on {on}; it cannot be asked for again",
        next "按现有材料决定是否受理" / "Decide on the papers as they are", article "抽检办法 第38条第1款";
    OBJECTION_OWN = "OBJECTION-OWN", zh "{name} 登记了本异议，不能作出决定", en "{name} registered this objection and may not decide on it",
        next "由另一名监督人员决定" / "Let another supervisor decide", article "";
    UNCONTROLLED = "CASE-UNCONTROLLED", zh "产品尚未控制到位", en "The product is not under control yet",
        next "继续封存、下架、召回，控制到位后再办结" / "Go on sealing, withdrawing and recalling it; close when it is under control", article "抽检办法 第40条";
    NOT_RECTIFIED = "CASE-RECTIFY", zh "整改复查不合格", en "The correction was looked at and found wanting",
        next "责令继续整改，复查合格后再办结" / "Have it corrected further; close when it passes", article "抽检办法 第40条";
    CLOSE_SERVICE = "CLOSE-SERVICE", zh "检验报告和结果通知书尚未送达{recipient}", en "The report and the notice have not been served on the {recipient_en}",
        next "送达并登记送达回证" / "Serve them and register the receipt", article "抽检办法 第29条";
    CLOSE_FINAL = "CLOSE-FINAL", zh "{wait}，检验结论尚未最终", en "The conclusion is not final: {wait_en}",
        next "待结论最终后公布处置结果，再办结" / "Publish and close once it is final", article "抽检办法 第35条";
    EFFECT_STATE = "EFFECT-STATE", zh "案件为“{state}”，办结后才能核查处置效果", en "The case is “{state_en}”; its effect is checked after it is closed",
        next "待案件办结后再核查" / "Check it once it is closed", article "";
    EFFECT_DRAWN = "EFFECT-DRAWN", zh "案件 {no} 不在本次抽取的效果核查名单内", en "Case {no} was not drawn for this check",
        next "按抽取结果核查" / "Check the cases that were drawn", article "";
    EFFECT_OWN = "EFFECT-OWN", zh "{name} 承办或审核过本案，不能核查其效果", en "{name} handled or approved this case and may not check its effect",
        next "由其他人员核查" / "Let somebody else check it", article "";
    EFFECT_DATE = "EFFECT-DATE", zh "核查日期 {on} 应在办结日 {closed} 至今天之间", en "The day of the check {on} must lie between the closing ({closed}) and today",
        next "填写真实日期" / "Give the true day", article "";
    EFFECT_QUANTITY = "EFFECT-QUANTITY", zh "是否仍在销售与发现数量不一致", en "Whether it is still on sale and how much was found do not agree",
        next "仍在销售的写明数量，未发现的数量为 0" / "If it is on sale, say how much; if not, 0", article "";
    EFFECT_TOLD = "EFFECT-TOLD", zh "没有写核实了哪些应通知的单位", en "It does not say which of those who had to be told were asked",
        next "逐个核实进货方、销售方是否收到通知" / "Ask each supplier and buyer whether they were told", article "抽检办法 第40条";
}
