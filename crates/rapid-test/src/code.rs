//! Refusals of rapid testing.
use shiyan_foundation::codes;
codes! {
    OPERATOR = "RAPID-ROLE", zh "只有本快检点的操作员可以录入读数", en "Only an operator of this point may enter readings",
        next "用快检点操作员账号登录" / "Log in as an operator of the point", article "";
    DUTY = "RAPID-DUTY", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
        next "请有此职责的同事办理" / "Ask a colleague with this duty", article "";
    POINT = "RAPID-POINT", zh "快检点不存在或已停用", en "The point does not exist or is closed",
        next "请管理员核对快检点" / "Ask an administrator to check the point", article "";
    METHOD = "RAPID-METHOD", zh "快检方法“{typed}”不在方法表中", en "Rapid method “{typed}” is not in the table of methods",
        next "从列表中选方法" / "Choose a method from the list", article "关于规范食品快速检测使用的意见（2023）";
    FOOD = "RAPID-FOOD", zh "没有写样品名称", en "The food is missing",
        next "写样品名称，例如 韭菜" / "Type the food, for example leek", article "";
    STALL = "RAPID-STALL", zh "没有写摊位号或经营户", en "The stall or its holder is missing",
        next "写摊位号，例如 A-12" / "Type the stall, for example A-12", article "";
    VALUE = "RAPID-VALUE", zh "读数“{typed}”不是数值", en "The reading “{typed}” is not a number",
        next "写仪器显示的数值，例如 12.3" / "Type the number shown, for example 12.3", article "";
    NOTHING = "RAPID-NOTHING", zh "没有选择阴性、阳性或无效，也没有读数", en "Neither negative, positive, invalid nor a value was given",
        next "点一个结果，或填写读数" / "Tap a result, or type the value", article "";
    PHOTO = "RAPID-PHOTO", zh "手工试剂的阳性结果必须附检测卡或显色管照片", en "A positive by hand kit needs a photo of the card or tube",
        next "拍照后再保存" / "Take a photo, then save", article "";
    FUTURE = "RAPID-FUTURE", zh "检测时间 {at} 在将来", en "The test time {at} lies in the future",
        next "核对设备时间" / "Check the clock of the device", article "";
    STATE = "RAPID-STATE", zh "阳性跟进当前为“{state}”，不能{action}", en "The follow-up is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前步骤" / "Reload the page and look at the present step", article "";
    RETEST_FIRST = "RAPID-RETEST", zh "公布或处置之前必须先复测一次", en "A rerun is needed before publishing or disposing",
        next "对同一样品再测一次并登记" / "Test the same sample once more and enter it", article "";
    KILOGRAMS = "RAPID-KG", zh "处置数量“{typed}”不是公斤数", en "“{typed}” is not a number of kilograms",
        next "写公斤数，例如 12 或 0.5" / "Type kilograms, for example 12 or 0.5", article "";
    OBJECT_LATE = "RAPID-OBJECT-LATE", zh "已超过收到结果后{period}（{due}）的复检申请时限", en "The {period_en} for asking for a recheck ended at {due}",
        next "逾期不受理；仍可由监管所决定送检" / "It can no longer be accepted; the office may still send a sample", article "食品安全法 第88条";
    EVIDENCE = "RAPID-EVIDENCE", zh "处置必须附照片或单据", en "Disposal needs a photo or a paper",
        next "上传凭证后再登记" / "Upload the evidence first", article "";
    CONFIRM_LINK = "RAPID-CONFIRM", zh "没有关联的监督抽检结论，不能判定快检是否被确认", en "Without a linked laboratory conclusion the positive cannot be confirmed or dismissed",
        next "先出具关联抽样单的检验结论" / "Conclude the linked sampling sheet first", article "食品安全法 第112条";
}
