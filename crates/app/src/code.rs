//! Refusals of the use cases themselves.
use shiyan_foundation::codes;

/// 暂停 the database or its disk cannot take anything just now.
#[must_use]
pub fn away() -> &'static shiyan_foundation::CodeInfo {
    shiyan_store::code::AWAY
}

/// 未定 whether it was saved is not known, or cannot be shown.
#[must_use]
pub fn uncertain() -> &'static shiyan_foundation::CodeInfo {
    shiyan_store::code::UNCERTAIN
}
codes! {
    PAPER_WORD = "PAPER-WORD", zh "还没有设置{paper}的机关代字，不能编文号", en "The letters of the office for {paper} are not set; it cannot be numbered",
        next "在“文书设置”里填写机关代字，再签发" / "Set them under “Settings of papers” and issue it again", article "GB/T 9704-2012 7.2.5";
    PAPER_MOVED = "PAPER-MOVED", zh "排版期间数据或号码变了，没有签发", en "Facts or numbers moved while it was set; it was not issued",
        next "重新打开草稿核对后再签发" / "Open the draft again, check it and issue it then", article "";
    PAPER_LARGE = "PAPER-LARGE", zh "文书超过 {most} MB，不能存档", en "The paper is larger than {most} MB and cannot be kept",
        next "把期间分短后分几份签发" / "Choose shorter periods and issue several", article "";
    WORDS_LONG = "REPORT-WORDS-LONG", zh "一章最多 {most} 字", en "At most {most} characters a chapter",
        next "缩短后再保存；更长的内容在 DOCX 中修改" / "Shorten it; longer text is edited in the DOCX", article "";
    WORDS_MOVED = "REPORT-WORDS-MOVED", zh "这一章刚由{by}改过", en "{by} has changed this chapter meanwhile",
        next "打开本页看现在的文字，把自己的内容并进去再保存" / "Open the page again, take over what stands there now, and save", article "";
    WORDS_SAME = "REPORT-WORDS-SAME", zh "文字和现在的一样，没有可保存的", en "The text is the same as it stands; there is nothing to save",
        next "改动后再保存" / "Change it and save again", article "";
    LOGIN = "LOGIN", zh "用户名或密码不对", en "Wrong user name or password",
        next "核对后再试；忘记密码请系统管理员发放设置密码的链接" / "Check and try again; an administrator can give a link to set a new password", article "";
    LOCKED = "LOGIN-LOCKED", zh "连续多次失败，{wait}后再试", en "Too many failures; try again in {wait_en}",
        next "等待，或请系统管理员发放设置密码的链接；在自己常用的电脑上登录不受别处失败的影响" / "Wait, or ask an administrator for a link to set the password; failures elsewhere do not count on the computer that you usually use", article "";
    BUSY = "LOGIN-BUSY", zh "同时登录的人太多", en "Too many people are signing in at this moment",
        next "{seconds} 秒后再试" / "Try again in {seconds} {seconds|second|seconds}", article "";
    LOGIN_ENDED = "LOGIN-ENDED", zh "密码连续输错，本次登录已结束", en "The password was wrong too often; this login has ended",
        next "重新登录后再操作" / "Sign in again and go on", article "";
    OLD_PASSWORD = "PASSWORD-OLD", zh "现在的密码不对", en "The current password is wrong",
        next "核对大小写和输入法后再输一次；连续输错会退出登录" / "Check capitals and the input method and type it again; several wrong ones sign you out", article "";
    TICKET = "LOGIN-TICKET", zh "验证已超时，须重新输入密码", en "The code came too late; the password is needed again",
        next "回到登录页重新登录" / "Go back to the sign-in page", article "";
    CODE_WRONG = "LOGIN-CODE", zh "验证码不对或已用过", en "The code is wrong or was used already",
        next "等手机上出现下一个验证码再输；手机不在身边用恢复码" / "Wait for the next code of the phone; without the phone use a recovery code", article "";
    LINK = "PASSWORD-LINK", zh "设置密码的链接已失效、已用过，或已被新的链接代替", en "The link to set the password has expired, was used, or a newer one replaced it",
        next "请系统管理员重新发放链接" / "Ask an administrator for a new link", article "";
    SECOND_THERE = "SECOND-THERE", zh "动态口令已经启用", en "The second factor is in use already",
        next "换手机时先停用，再重新启用" / "For a new phone turn it off first, then on again", article "";
    SECOND_NONE = "SECOND-NONE", zh "动态口令没有启用", en "There is no second factor",
        next "先启用动态口令" / "Turn it on first", article "";
    SECOND_REQUIRED = "SECOND-REQUIRED", zh "本单位要求您的角色使用动态口令，不能停用", en "Your duties need the second factor here; it cannot be turned off",
        next "手机丢失请另一位系统管理员重置" / "If the phone is lost, another administrator resets it", article "";
    SECOND_OWN = "SECOND-OWN", zh "不能重置自己的动态口令", en "Nobody resets their own second factor",
        next "用恢复码登录，或请另一位系统管理员重置" / "Sign in with a recovery code, or ask another administrator", article "";
    PASSWORD = "PASSWORD-WEAK", zh "密码不合要求：{why}", en "The password will not do: {why_en}",
        next "换一个更长的密码，例如几个不相干的词" / "Choose a longer one, for example a few unrelated words", article "";
    PASSWORD_TWICE = "PASSWORD-TWICE", zh "两次输入的密码不同", en "The two passwords differ",
        next "重新输入" / "Type them again", article "";
    USERNAME = "USER-NAME", zh "用户名须为 2 到 32 个字母、数字、点、横线或下划线", en "A user name has 2 to 32 letters, digits, dots, hyphens or underscores",
        next "换一个用户名" / "Choose another user name", article "";
    USER_TAKEN = "USER-TAKEN", zh "用户名 {username} 已被使用", en "User name {username} is taken",
        next "换一个用户名" / "Choose another user name", article "";
    REAL_NAME = "USER-REAL-NAME", zh "没有写姓名，或超过 40 个字", en "The person’s name is missing, or longer than 40 characters",
        next "写真实姓名，它会印在报告上" / "Type the real name; it is printed on reports", article "";
    ROLES = "USER-ROLES", zh "没有选择角色", en "No role was chosen",
        next "至少选一个角色" / "Choose at least one role", article "";
    ADMIN_ALONE = "USER-ADMIN-ALONE", zh "系统管理员不能兼任业务角色（管理员权限分离）", en "An administrator holds no business role (duties are kept apart)",
        next "为业务工作另建账号" / "Make another account for business work", article "等保 8.1.4.2";
    DUTIES_OWN = "USER-DUTIES-OWN", zh "不能给自己改角色和数据范围", en "Nobody changes their own duties and scope",
        next "请另一位系统管理员办理" / "Ask another administrator", article "等保 8.1.4.2";
    NAME_SIGNS = "USER-NAME-SIGNS", zh "姓名里有看不见、会改变文字方向或已损坏的字符", en "The name holds characters that cannot be seen, turn the direction of the text, or are broken",
        next "删掉后手工重新输入姓名，不要从别处粘贴" / "Delete it and type the name by hand instead of pasting it", article "";
    SCOPE = "USER-SCOPE", zh "数据范围“{typed}”不存在", en "Scope “{typed}” does not exist",
        next "从列表中选街道、快检点或承检机构" / "Choose a street, a point or a laboratory from the list", article "";
    NO_STREET = "USER-STREETS", zh "数据范围选了街道，但没有勾选是哪几个", en "The scope is streets, but none of them is ticked",
        next "勾选一个或几个街道" / "Tick one street or several", article "";
    STREETS_TOO = "USER-STREETS-TOO", zh "勾选了街道，但数据范围选的不是街道", en "Streets are ticked, but the scope is something else",
        next "数据范围改选“街道”，或取消勾选" / "Choose streets as the scope, or take the ticks away", article "";
    LAST_ADMIN = "USER-LAST-ADMIN", zh "这是全区最后一个系统管理员，不能停用，也不能改作他用", en "This is the last administrator of the district; it can neither be disabled nor given other duties",
        next "先添加另一个数据范围为全区的系统管理员" / "Add another administrator for the whole district first", article "";
    USER_BEYOND = "USER-BEYOND", zh "不能授予或管理超出本人权限的账号：{what}", en "You cannot give or manage what goes beyond your own scope: {what_en}",
        next "在本人数据范围内选择；更大的范围请全区的系统管理员办理" / "Choose within your own scope; ask an administrator of the whole district for more", article "等保 8.1.4.2";
    SIGN_SCOPE = "USER-SIGN-SCOPE", zh "授权签字人须写明授权签字领域", en "A signatory needs the methods they may sign for",
        next "写检验方法的编号，用分号隔开；全部方法写 *" / "Type the numbers of the methods, separated by semicolons; * for all", article "";
    MISSING_GLYPHS = "REPORT-GLYPHS", zh "报告的字体缺这些字：{characters}", en "The typeface of the report lacks these characters: {characters}",
        next "核对是否写错；确须使用的，勾选“罕用字缺字也签发”，缺的字印成〓" / "Check that they are right; to use them all the same, tick the box, and they print as 〓", article "";
    SIGN_SCOPE_OWN = "USER-SIGN-SCOPE-OWN", zh "不能给自己改授权签字领域", en "Nobody changes the methods that they themselves may sign for",
        next "请另一位系统管理员修改" / "Ask another administrator", article "";
    SETUP = "SETUP-LINK", zh "设置链接已失效、已用过，或系统已有用户", en "The set-up link has expired, was used, or the system already has users",
        next "重新启动程序取得新的链接，或用命令行 user add" / "Start the program again for a new link, or use the command user add", article "";
    NUMBER = "TYPED-NUMBER", zh "“{label}”的数值“{typed}”读不懂或超出范围", en "The number “{typed}” of “{label_en}” cannot be read or is out of range",
        next "写半角数字" / "Type plain digits", article "";
    DATE = "TYPED-DATE", zh "“{label}”的日期“{typed}”读不懂", en "The date “{typed}” of “{label_en}” cannot be read",
        next "按 2026-03-05 的样子写" / "Write it like 2026-03-05", article "";
    TEXT = "TYPED-TEXT", zh "“{label}”没有填写或太长", en "“{label_en}” is missing or too long",
        next "填写“{label}”" / "Fill in “{label_en}”", article "";
    CHOICE = "TYPED-CHOICE", zh "“{label}”的值“{typed}”不在可选范围内", en "“{typed}” is not one of the choices of “{label_en}”",
        next "从列表中选一个" / "Choose from the list", article "";
    LIMIT_STATUS = "LIMIT-STATUS", zh "限量 {id} 当前为“{status}”，不能{action}", en "Limit {id} is “{status_en}”; “{action_en}” is not possible now",
        next "启用中的限量不改写；要改就新增一行，写明生效日期" / "An active row is never edited; add a new row with its own dates", article "";
    PLAN_EXISTS = "PLAN-EXISTS", zh "{year} 年计划已存在", en "There already is a plan for {year}",
        next "在现有计划中添加计划行" / "Add lines to it", article "";
    NO_PLAN = "PLAN-NONE", zh "{year} 年还没有计划", en "There is no plan for {year} yet",
        next "先新建年度计划" / "Make the plan of the year first", article "";
    FILE_TYPE = "FILE-TYPE", zh "文件“{name}”不是允许的类型（按内容识别为 {found}）", en "File “{name}” is not of an allowed type (by its content: {found})",
        next "上传 JPG、PNG 或 PDF" / "Upload a JPG, PNG or PDF", article "";
    FILE_SIZE = "FILE-SIZE", zh "文件“{name}”有 {size} 字节，超过 {most} 字节或为空", en "File “{name}” has {size} bytes; allowed are 1 to {most}",
        next "压缩后再上传" / "Compress it and upload again", article "";
    FILE_PIXELS = "FILE-PIXELS", zh "图片“{name}”声明的像素超过 {most} 百万", en "Picture “{name}” declares more than {most} million pixels",
        next "用相机或手机重新拍，或缩小后再上传" / "Take it anew, or make it smaller and upload again", article "";
    DRY_RUN_GONE = "DRY-RUN-GONE", zh "试运行过的文件已不在，什么都没有写入（文件保留 {hours} 小时，每人最多 {most} 个）",
        en "The file of the dry run is no longer there; nothing was written (files wait {hours} hours, {most} a person at most)",
        next "重新选择文件，再试运行一次" / "Choose the file and try it once more", article "";
    DRY_RUN_LARGE = "DRY-RUN-SIZE", zh "试运行的文件最大 {most} MB", en "A file for a dry run is {most} MB at most",
        next "拆成几个文件分别导入" / "Split it and import the parts", article "";
    UPLOAD_QUOTA = "UPLOAD-QUOTA", zh "您今天上传的文件已达上限 {most} MB，这次没有保存", en "You have sent as many files today as one may, {most} MB; this was not saved",
        next "压缩照片或明天再传；确实需要的，请系统管理员在“管理 → 用量上限”调高" / "Make the photos smaller or go on tomorrow; if you need more, an administrator raises the bound under Administration, Bounds", article "";
    RAPID_RATE = "RAPID-RATE", zh "“{point}”一分钟内的读数已达上限 {most} 条，这条没有保存", en "“{point}” has entered as many readings within a minute as it may, {most}; this one was not saved",
        next "{seconds} 秒后原样再提交，不会丢失也不会重复" / "Submit the same again in {seconds} {seconds|second|seconds}; nothing is lost or doubled", article "";
    CALENDAR_PAST = "CALENDAR-PAST", zh "这份安排改动已经过去的 {count} 天（{days}），须写明理由", en "This changes {count} {count|day that has|days that have} passed ({days}); it needs a reason",
        next "核对年份和通知；确须更正的，在试运行结果下写明理由（至少 {least} 个字）" / "Check the year and the notice; to correct it all the same, say why below the dry run ({least} characters or more)", article "";
    NO_PICTURE = "PICTURE-NONE", zh "没有提供“{label}”的图样，不能启用", en "There is no picture of the {label_en} that could be enabled",
        next "先选择 PNG 图样文件，再勾选启用" / "Choose the PNG file first, then enable it", article "";
    REPORT_FROZEN = "REPORT-FROZEN", zh "报告 {number} 已签发归档，选项在签发时已定，不能再选", en "Report {number} is issued and archived; what may be chosen about it was chosen then",
        next "去掉这些选项，取存档文件本身；要改须更改重发" / "Leave the options out and take the archived file; to change them, amend the report", article "";
    NOTICE_LONG = "NOTICE-LONG", zh "这一期间须逐批核对 {count} 批次，一份通告最多 {most} 批次", en "{count} batches would have to be looked at for this period; one notice takes {most} at most",
        next "按季度或按月分期公布" / "Publish it quarter by quarter or month by month", article "抽检办法 第46条";
    DEMO_THERE = "DEMO-THERE", zh "演示数据已经载入", en "The demonstration is already loaded",
        next "先用 demo remove 移除" / "Remove it first with demo remove", article "";
    DEMO_HALF = "DEMO-HALF", zh "演示数据只载入了一部分，上次载入中断了", en "The demonstration is there in part only: loading it was broken off",
        next "先用 demo remove 移除，再重新载入" / "Remove it with demo remove, then load it again", article "";
    DEMO_REAL = "DEMO-REAL", zh "数据库中已有正式数据，不载入演示数据", en "The database holds real data; the demonstration is not loaded into it",
        next "用另一个 --data 目录" / "Use another --data directory", article "";
    YEAR = "YEAR", zh "年份“{typed}”不在 2000 到 2100 之间", en "Year “{typed}” is not between 2000 and 2100",
        next "写四位年份" / "Type a year of four digits", article "";
    YEAR_AHEAD = "YEAR-AHEAD", zh "{day} 时 {year} 年还没有开始，没有指标可算", en "On {day} the year {year} had not begun; it has no figures",
        next "选已经开始的年度，截止日写在该年度之内或之后" / "Choose a year that has begun, and a day within it or after it", article "";
    AS_OF_AHEAD = "AS-OF-AHEAD", zh "截止日 {day} 还没有到，今天是 {today}", en "The day {day} lies in the future; today is {today}",
        next "截止日写今天或更早的日期" / "Give today or an earlier day", article "";
    CLOCK_FINE = "CLOCK-FINE", zh "日志没有晚于现在的条目，时钟没有可更正的", en "No journal entry is ahead of the clock; there is nothing to own up to",
        next "运行 shiyan clock 看时钟与日志" / "Run shiyan clock to see how the clock stands to the journal", article "";
    CLOCK_WHO = "CLOCK-WHO", zh "时钟更正没有写明由谁认定、为什么", en "It is not said who owns up to the clock, and why",
        next "加 --by 姓名 和 --why 理由（5 到 500 个字）" / "Add --by NAME and --why REASON (5 to 500 characters)", article "";
    STEP_UP = "STEP-UP", zh "签名须再次输入本人密码", en "Signing needs your password once more",
        next "在签名处输入登录密码" / "Type your password beside the signature", article "";
    LIMIT_CLASH = "LIMIT-CLASH", zh "限量 {id} 与启用中的 {other} 是同一食品、同一项目，{other} 自 {from} 起适用，不早于 {id}", en "Limit {id} is about the same food and item as the active {other}, which applies from {from}, not earlier than {id}",
        next "先停用其中一条，或给 {id} 写明失效日期或更晚的实施日期，作为新的一行导入" / "Retire one of them first, or import {id} as a new row with a last day or a later first day", article "";
    LIMIT_TIES = "LIMIT-TIES", zh "{count} 条新限量会让现有判定暂停（核实之前相关项目转人工），例如：{new}，现在由 {active} 判定", en "{count} new {count|limit|limits} would suspend verdicts that are given today ({count|its|their} items go to a person until they are checked), for example {new_en}, decided today by {active_en}",
        next "看清试运行列出的每一条；确要导入的，写明理由（命令行用 --accept-ties 理由）" / "Look at each one that the dry run lists; to import them all the same, say why (on the command line: --accept-ties WHY)", article "";
    CHECK_ROWS = "LIMIT-CHECK-ROWS", zh "一份声明可核对 1 到 {most} 条限量，现在选了 {count} 条", en "One statement is about 1 to {most} limits; {count} {count|is|are} chosen",
        next "勾选要核对的行，分批声明" / "Tick the rows, in several statements if need be", article "";
    CHECK_STATEMENT = "LIMIT-CHECK-STATEMENT", zh "没有写明核对了什么", en "The statement does not say what was compared",
        next "写明对照的标准文本和页码，至少 {least} 个字" / "Say which text of the standard was compared, and the pages, in {least} characters or more", article "";
    PACKAGE_STATE = "PACKAGE-STATE", zh "“{category}”的项目包不在待核对状态", en "The package of “{category}” does not wait to be checked",
        next "刷新页面，看清当前状态" / "Reload the page and look at the present state", article "";
    PACKAGE_DRAFT = "PACKAGE-DRAFT", zh "“{category}”的项目包待核对，不能取用", en "The package of “{category}” has not been checked and cannot be taken",
        next "由质量负责人对照正式印发的实施细则核对后启用" / "The quality manager compares it with the printed rules and puts it to use first", article "";
    PACKAGE_OTHER = "PACKAGE-OTHER", zh "没有这个项目包，或它不是这种食品的", en "There is no such package, or it is not for this food",
        next "从列表中选" / "Choose from the list", article "";
    LIMIT_SAME = "LIMIT-SAME", zh "项目“{item}”的限量与现在的限量库一致，没有可改用的", en "The limit of “{item}” is what the library says today; there is nothing to take over",
        next "刷新复判清单" / "Reload the list", article "";
    CLAIM_LONG = "CLAIM-LONG", zh "明示值超过 {max} 个字", en "The label claim is longer than {max} characters",
        next "只写标签上的数值、单位和允许误差" / "Type only the value, the unit and the tolerance of the label", article "";
}
