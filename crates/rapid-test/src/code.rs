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
    CONTENT_DAMAGED = "RAPID-CONTENT-DAMAGED", zh "内容与校验值不符，传输中损坏（应为 {claimed}，收到 {found}）", en "The content does not fit its hash ({claimed}, found {found}); it was damaged on the way",
        next "无需操作，设备会自动重发" / "Nothing to do; the device sends it again by itself", article "";
    CONTENT_CONFLICT = "RAPID-CONTENT-CONFLICT", zh "此编号已收过另一内容（回执号 {number}）；原记录不变，这一份已留存待人工核对", en "Another content was received under this id (receipt {number}); it stays as it is, and this one is held for a person",
        next "请监管人员核对两份内容；更正须另测另报" / "A supervisor compares the two; a correction is a new reading", article "";
    PROVENANCE = "RAPID-PROVENANCE", zh "来源不能核实（{why}），已隔离保存", en "The source is not certain ({why_en}); it is kept apart",
        next "请监管人员核实设备后放行或作废" / "A supervisor checks the device, then releases or voids it", article "";
    SEQUENCE_TAKEN = "RAPID-SEQUENCE-TAKEN", zh "序号 {seq} 已被另一条读数（回执号 {number}）使用，可能有两台设备共用一个身份，已隔离保存", en "The sequence number {seq} belongs to another reading (receipt {number}); two devices may share one identity. It is kept apart",
        next "核对设备是否被复制或重置，再放行或作废" / "Check whether the device was copied or reset, then release or void it", article "";
    VOIDED = "RAPID-VOIDED", zh "这条读数收到后已被作废", en "The reading was voided after it was received",
        next "作废的原因见该读数的历史" / "The reason stands in the history of the reading", article "";
    FLAG_ITEM = "RAPID-FLAG-ITEM", zh "项目“{item}”不在对照表中", en "The item “{item}” is not in the dictionary",
        next "在对照表中指定它是哪个项目；之前的读数随之更正" / "Say in the dictionary which item it is; earlier readings follow", article "";
    FLAG_UNIT = "RAPID-FLAG-UNIT", zh "单位“{unit}”不在对照表中", en "The unit “{unit}” is not in the dictionary",
        next "在对照表中指定它是哪个单位" / "Say in the dictionary which unit it is", article "";
    FLAG_VALUE = "RAPID-FLAG-VALUE", zh "读数 {value}{unit} 不可能出现，按无效处理", en "{value}{unit} cannot be; it counts as invalid",
        next "重新检测；反复出现时检查仪器" / "Test again; look at the device if it happens often", article "";
    FLAG_VERDICT = "RAPID-FLAG-VERDICT", zh "仪器结论“{word}”与方法规则不一致，待人工核对", en "The device says “{word}” and the rule of the method says otherwise; a person decides",
        next "核对仪器的限值设置，再确认结果" / "Check the limit set in the device, then confirm the result", article "";
    FLAG_HELD = "RAPID-FLAG-HELD", zh "待人工核对：{doubt}", en "A person has to look: {doubt_en}",
        next "对照仪器打印单核对" / "Compare with the print-out of the device", article "";
    FLAG_NOTE = "RAPID-FLAG-NOTE", zh "提示：{doubt}", en "Note: {doubt_en}",
        next "无需处理" / "Nothing to do", article "";
    FLAG_UNTRAINED = "RAPID-FLAG-UNTRAINED", zh "检测员没有有效的培训记录", en "The tester has no record of training",
        next "补登培训记录，或换人检测" / "Enter the training, or let somebody else test", article "";
    FLAG_TRAINING = "RAPID-FLAG-TRAINING", zh "检测员的培训已于 {last} 到期", en "The tester's training ended on {last}",
        next "安排复训并登记" / "Arrange a refresher and enter it", article "";
    FLAG_NO_KIT = "RAPID-FLAG-NO-KIT", zh "没有写明试剂批号，或批号未登记", en "The kit lot is missing or not registered",
        next "补登试剂批号" / "Enter the kit lot", article "";
    FLAG_KIT = "RAPID-FLAG-KIT", zh "试剂已于 {last} 到期", en "The kit expired on {last}",
        next "换用有效批号重新检测" / "Test again with a valid lot", article "";
    FLAG_UNCALIBRATED = "RAPID-FLAG-UNCALIBRATED", zh "仪器没有校准记录", en "The device has no record of calibration",
        next "校准并登记" / "Calibrate it and enter that", article "";
    FLAG_CALIBRATION = "RAPID-FLAG-CALIBRATION", zh "仪器校准已于 {last} 到期", en "The calibration of the device ended on {last}",
        next "校准并登记" / "Calibrate it and enter that", article "";
    FLAG_PHOTO = "RAPID-FLAG-PHOTO", zh "缺少规定要附的照片", en "A photo that the rule requires is missing",
        next "补传照片；逾期按规则视为无效" / "Send the photo; without it the rule takes the reading as invalid", article "";
    FLAG_FUTURE = "RAPID-FLAG-FUTURE", zh "检测时间在收到时间之后", en "The time of the test lies after its receipt",
        next "核对设备时钟；期限按收到时间计算" / "Check the clock; deadlines run from the receipt", article "";
    FLAG_AHEAD = "RAPID-FLAG-AHEAD", zh "设备时钟快 {minutes} 分钟", en "The clock of the device is {minutes} {minutes|minute|minutes} ahead",
        next "校准设备时钟；期限按收到时间计算" / "Set the clock; deadlines run from the receipt", article "";
    FLAG_BEHIND = "RAPID-FLAG-BEHIND", zh "设备时钟慢 {minutes} 分钟", en "The clock of the device is {minutes} {minutes|minute|minutes} behind",
        next "校准设备时钟；期限按收到时间计算" / "Set the clock; deadlines run from the receipt", article "";
    FLAG_CLOCK = "RAPID-FLAG-CLOCK", zh "设备时钟相差过大，检测时间须监管人员确认", en "The clock is so far off that a supervisor has to confirm the time of the test",
        next "对照打印单确认检测时间" / "Confirm the time by the print-out", article "";
    FLAG_LATE = "RAPID-FLAG-LATE", zh "超过上传期限 {by}", en "It came after {by}, when it had to be sent",
        next "说明迟报原因" / "Say why it came late", article "";
    FLAG_REPEAT = "RAPID-FLAG-REPEAT", zh "与另一编号的读数各项相同，可能是重发", en "Equal to a reading under another id; probably sent again",
        next "核对是否同一次检测，再保留或作废其一" / "Check whether it is one test, then keep or void one of them", article "";
    WELL = "RAPID-WELL", zh "没有孔位“{typed}”", en "There is no well “{typed}”",
        next "按孔板写孔位，例如 B3" / "Name a well of the plate, for example B3", article "";
    WELL_FULL = "RAPID-WELL-FULL", zh "孔位 {well} 已用，或不在这块板上", en "The well {well} is taken, or not on this plate",
        next "换一个空孔" / "Choose a free well", article "";
}
