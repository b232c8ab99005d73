//! Refusals of the register.
use shiyan_foundation::codes;
codes! {
    LENGTH = "CREDIT-LENGTH", zh "统一社会信用代码“{typed}”有 {count} 位，应为 18 位", en "Credit code “{typed}” has {count} characters; it must have 18",
        next "对照营业执照核对 18 位代码；没有的留空" / "Check the 18 characters against the licence; leave it empty where there is none", article "GB 32100";
    LETTER = "CREDIT-LETTER", zh "统一社会信用代码第 {at} 位的“{letter}”不会出现在代码里", en "Character {at}, “{letter}”, never stands in a credit code",
        next "代码不用字母 I、O、S、V、Z：对照营业执照，多半是数字 1、0、5、2" / "The letters I, O, S, V and Z are not used: look at the licence, it is mostly a digit 1, 0, 5 or 2", article "GB 32100";
    PERMIT = "PARTY-PERMIT", zh "许可证编号“{typed}”应为 {prefix} 加 14 位数字", en "Permit number “{typed}” must be {prefix} and 14 digits",
        next "对照许可证核对；其他证号照原样写，不要冠 {prefix}" / "Check it against the permit; write numbers of other kinds as printed, without {prefix}", article "";
    CODE_TAKEN = "PARTY-CODE-TAKEN", zh "统一社会信用代码 {code} 已在名录中：{name}", en "Credit code {code} is on the register already: {name}",
        next "打开已有的一条使用或修改；同一代码只能有一条" / "Use or change the entry that is there; a code has one entry only", article "";
    CODE_ELSEWHERE = "PARTY-CODE-ELSEWHERE", zh "统一社会信用代码 {code} 已登记在您数据范围以外的街道", en "Credit code {code} is on the register in a street outside your scope",
        next "经营者迁址的，请全区的同岗位人员修改" / "If the operator moved, ask somebody of the whole district to change the entry", article "";
    ALIKE = "PARTY-ALIKE", zh "名录中已有相像的 {count} 条：{names}", en "The register has {count} {count|entry|entries} like it: {names}",
        next "确是同一家的用已有的一条；确认不是的，勾选“不是同一家”再保存" / "Use the entry that is there if it is the same; if not, tick “another one” and save again", article "";
    STATE = "PARTY-STATE", zh "这一条当前为“{state}”，不能{action}", en "This entry is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    MERGE = "PARTY-MERGE", zh "只能并入另一条没有被并入的", en "An entry is merged only into another one that is not merged itself",
        next "从列表中选要保留的一条" / "Choose the entry that stays from the list", article "";
    UNKNOWN = "PARTY-UNKNOWN", zh "“{label}”所选的一条不在名录中，或不在您的数据范围内", en "The entry chosen for “{label_en}” is not on the register, or outside your scope",
        next "重新查找并选择" / "Look for it again and choose", article "";
    OTHER_CODE = "PARTY-OTHER-CODE", zh "抽样单所载代码 {typed} 与所选经营者的代码 {code} 不同", en "The sheet says credit code {typed}, the operator chosen has {code}",
        next "核对是不是同一家；抽样单不改，选对经营者" / "Check whether it is the same; the sheet stays as it is, choose the right operator", article "";
    MARKET_TAKEN = "PARTY-MARKET", zh "该街道已有市场“{name}”", en "The street has a market “{name}” already",
        next "打开已有的市场使用或修改" / "Use or change the market that is there", article "";
    STALL_TAKEN = "PARTY-STALL", zh "该市场已有摊位 {number}", en "The market has a stall {number} already",
        next "打开已有的摊位" / "Open the stall that is there", article "";
    STALL_MARKET = "PARTY-STALL-MARKET", zh "所选摊位不在所选市场", en "The stall chosen is not in the market chosen",
        next "先选市场，再选它的摊位" / "Choose the market first, then one of its stalls", article "";
    HANDED = "PARTY-HANDED", zh "交接日期 {on} 早于现经营者的起始日期 {from}", en "The day {on} lies before the present holder’s first day, {from}",
        next "核对交接日期" / "Check the day", article "";
    EMPTY = "PARTY-EMPTY", zh "没有填写“{label}”，或超过 {max} 个字", en "“{label_en}” is missing, or longer than {max} characters",
        next "照执照或现场填写，过长的缩短" / "Write it as on the licence or on the spot, shorter where it is too long", article "";
    NOT_ONE = "PARTY-CHOICE", zh "“{label}”的值“{typed}”不在可选范围内", en "“{typed}” is not one of the choices of “{label_en}”",
        next "从列表中选一个" / "Choose from the list", article "";
}
