//! Refusals about worksheets and instruments.
use shiyan_foundation::codes;
codes! {
    STATE = "WS-STATE", zh "检验批当前为“{state}”，不能{action}", en "The worksheet is “{state_en}”; “{action_en}” is not possible now",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    EMPTY = "WS-EMPTY", zh "还有 {count} 格没有结果：{items}", en "{count} {count|cell has|cells have} no result yet: {items}",
        next "录入结果；确不检的写“/”" / "Enter the results; write “/” for what is not tested", article "";
    UNREAD = "WS-UNREAD", zh "还有 {count} 格的结果读不懂：{items}", en "{count} {count|cell cannot|cells cannot} be read: {items}",
        next "对照原始记录更正这些格" / "Correct these cells from the raw record", article "";
    RETURNED = "WS-RETURNED", zh "还有 {count} 格被退回后没有更正：{items}", en "{count} {count|cell was|cells were} sent back and not corrected yet: {items}",
        next "按退回理由更正或重新确认这些结果" / "Correct these results or confirm them again as the reason asks", article "";
    DOUBTFUL = "WS-NEAR", zh "还有 {count} 格可疑（接近限量或高于历史P99）而没有说明：{items}", en "{count} {count|cell is|cells are} doubtful (near their limit or above the historical P99) without a remark: {items}",
        next "复测，并在备注写明复测结果或理由" / "Test again and write what was found, or why it stands, under remarks", article "";
    CARRY_OVER = "WS-CARRY-OVER", zh "还有 {count} 格判为不得使用而检出，没有说明是否考虑过带入原则：{items}", en "{count} {count|cell is|cells are} nonconforming because an additive that must not be used was found, and nobody recorded that carry-over was considered: {items}",
        next "核对配料表，写明已考虑带入原则和理由" / "Look at the list of ingredients and record that carry-over was considered, and why it does not apply", article "GB 2760 3.4";
    QC_EMPTY = "WS-QC-EMPTY", zh "还有 {count} 个质控没有填：{items}", en "{count} {count|control is|controls are} not entered yet: {items}",
        next "填写空白、平行、质控样、加标的结果" / "Enter the results of blank, duplicate, control and spike", article "GB/T 27404-2008";
    HAS_RESULTS = "WS-HAS-RESULTS", zh "检验批已有结果，不能作废", en "The worksheet holds results and cannot be voided",
        next "继续录入并完成；错误的结果更正，不删除" / "Go on and finish it; wrong results are corrected, not deleted", article "";
    INSTRUMENT_OFF = "WS-INSTRUMENT", zh "仪器“{name}”已停用", en "Instrument “{name}” is out of use",
        next "选择在用的仪器" / "Choose an instrument in use", article "";
    CALIBRATION = "WS-CALIBRATION", zh "仪器“{name}”的校准有效期已于 {until} 届满", en "The calibration of instrument “{name}” ended on {until}",
        next "完成校准并更新有效期，或换一台仪器" / "Have it calibrated and enter the new date, or choose another", article "ISO/IEC 17025 6.4";
    NOT_ANALYST = "WS-ANALYST", zh "{name} 不是检验员", en "{name} is not an analyst",
        next "选择有检验员角色的人" / "Choose somebody with the duty of analyst", article "";
    OTHER_LAB = "WS-ANALYST-LAB", zh "{name} 的数据范围不包括承检机构“{lab}”", en "Laboratory “{lab}” lies outside the scope of {name}",
        next "选择本机构的检验员" / "Choose an analyst of that laboratory", article "";
    NO_CELLS = "WS-NO-CELLS", zh "没有可以编入检验批的项目", en "There is nothing to put on a worksheet",
        next "选择检验中的样品和它们尚未编批的项目" / "Choose samples being tested and items that are on no worksheet yet", article "";
    TOO_MANY = "WS-TOO-MANY", zh "检验批最多 {samples} 个样品、每样 {items} 个项目", en "A worksheet takes {samples} samples of {items} items at most",
        next "分成几个检验批" / "Make several worksheets", article "";
    TWO_LABS = "WS-TWO-LABS", zh "检验批只能有一个检验机构的样品：{one}、{other}", en "A worksheet holds the samples of one laboratory: {one}, {other}",
        next "分成几个检验批" / "Make several worksheets", article "";
    TAKEN = "WS-TAKEN", zh "{count} 个项目刚刚被编入了别的检验批：{items}", en "{count} {count|item was|items were} just put on another worksheet: {items}",
        next "刷新待编批清单再选" / "Reload the waiting list and choose again", article "";
    LOCKED = "WS-LOCKED", zh "检验批 {no} 已完成录入，结果已锁定", en "Entry on worksheet {no} is finished; the results are locked",
        next "由校核人退回需要更正的格" / "Let the checker send back the cells to be corrected", article "";
    WHY_CHANGED = "WS-WHY", zh "更正已提交过的结果须写明理由", en "Correcting a result that was submitted before needs a reason",
        next "写明为什么更正（录入错误、复测、计算错误等）" / "Write why it is corrected (typing error, rerun, miscalculation …)", article "ISO/IEC 17025 7.5.2";
    ABNORMAL = "WS-ABNORMAL", zh "检验批有 {count} 格异常，不能成批通过", en "{count} {count|cell|cells} of the worksheet {count|is|are} not normal; it cannot be passed in one step",
        next "逐个样品查看后通过" / "Look at each sample and pass it by itself", article "";
    RUN_NOT_NORMAL = "WS-RUN", zh "本批质控不是全部在控（{state}），不能成批通过", en "The controls of the run are not all in control ({state_en}); it cannot be passed in one step",
        next "看过质控后逐个样品通过" / "Look at the controls, then pass each sample by itself", article "";
    OTHER_OPEN = "WS-OTHER-OPEN", zh "样品还有项目在检验批 {no} 上录入", en "The sample still has items being entered on worksheet {no}",
        next "检验批 {no} 完成录入后，样品随之提交校核" / "The sample goes to the checker when entry on worksheet {no} is finished", article "";
    NO_CELL_CHOSEN = "WS-NO-CELL", zh "没有选择要退回的格", en "No cell was chosen to be sent back",
        next "勾选要退回的结果" / "Tick the results to be sent back", article "";
    NOTHING_WAITS = "WS-NOTHING", zh "检验批中没有等待这一步的样品", en "No sample of the worksheet is waiting for this step",
        next "刷新队列" / "Reload the queue", article "";
    PROFILE_STATE = "PROFILE-STATE", zh "仪器格式 {profile} 当前为“{state}”", en "The instrument profile {profile} is “{state_en}”",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    PROFILE_UNTRIED = "PROFILE-UNTRIED", zh "仪器格式 {profile} 还没有在真实文件上试读出读数", en "No real file has given a reading by the profile {profile} yet",
        next "先用这台仪器导出的文件试读，看清读出和略过的行，再启用" / "Try it on a file of the instrument, look at what it takes and leaves, then activate it", article "ISO/IEC 17025 7.11";
    PROFILE_VERSION = "PROFILE-VERSION", zh "仪器格式 {key} 已有第 {newest} 版，上传的是第 {version} 版", en "The profile {key} already has version {newest}; this file says version {version}",
        next "把文件里的 version 改为 {next} 再上传" / "Write version = {next} into the file and upload it again", article "";
    PROFILE_SAME = "PROFILE-SAME", zh "这个文件与 {profile} 一字不差，没有再存一份", en "This file is {profile} word for word; it was not stored again",
        next "打开 {profile} 试读或启用" / "Open {profile} to try or to activate it", article "";
    PROFILE_MANY = "PROFILE-MANY", zh "仪器格式已有 {count} 版，不能再上传", en "There {count|is|are} {count} {count|version|versions} of profiles already; no more can be uploaded",
        next "改用现有的格式；确有需要请联系维护人员" / "Use one of those there are; ask whoever maintains the program", article "";
}
