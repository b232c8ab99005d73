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
    SENT_EMPTY = "RAPID-SENT-EMPTY", zh "报文是空的", en "The message is empty",
        next "检查上传程序后重新发送" / "Check the program that sends it and send it again", article "";
    SENT_SIZE = "RAPID-SENT-SIZE", zh "报文有 {size} 字节，上限 {limit} 字节", en "The message has {size} bytes; the limit is {limit}",
        next "分成几次发送" / "Send it in several parts", article "";
    SENT_BROKEN = "RAPID-SENT-BROKEN", zh "报文不是完整的 {format}：{detail}", en "The message is no whole {format}: {detail}",
        next "原文已留存；请联系仪器厂商核对上传格式" / "The bytes were kept; ask the maker of the device to check what it sends", article "";
    SENT_DEEP = "RAPID-SENT-DEEP", zh "报文嵌套超过 {limit} 层", en "The message is nested deeper than {limit} levels",
        next "请联系仪器厂商核对上传格式" / "Ask the maker of the device to check what it sends", article "";
    SENT_MANY = "RAPID-SENT-MANY", zh "报文超过 {limit} 项内容", en "The message holds more than {limit} members",
        next "分成几次发送" / "Send it in several parts", article "";
    SENT_TWICE = "RAPID-SENT-TWICE", zh "字段“{field}”出现了两次", en "The field “{field}” stands there twice",
        next "原文已留存；请联系仪器厂商核对上传格式" / "The bytes were kept; ask the maker of the device to check what it sends", article "";
    SENT_FIELD = "RAPID-SENT-FIELD", zh "字段“{field}”不能为空", en "The field “{field}” must not be empty",
        next "在仪器上补全后重新上传；原文已留存" / "Fill it in on the device and send it again; the bytes were kept", article "";
    SENT_COLUMNS = "RAPID-SENT-COLUMNS", zh "文件里没有这些列：{columns}", en "The file lacks these columns: {columns}",
        next "核对导出格式，或换用相应的列声明" / "Check the export, or choose the declaration that fits", article "";
    SENT_UNFINISHED = "RAPID-SENT-UNFINISHED", zh "文件最后一行没有换行，可能还在写入", en "The last line has no end; the file may still be written",
        next "等文件写完再读" / "Read it when it is whole", article "";
    SENT_TOKEN = "RAPID-SENT-TOKEN", zh "上传口令无效或已过期", en "The token is not valid or has ended",
        next "重新登录后用原编号重新发送" / "Sign in again and send the same numbers again", article "";
}
