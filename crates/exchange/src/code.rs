//! What a file can be refused for, and what can be wrong with one cell.

use shiyan_foundation::codes;

codes! {
    EMPTY = "FILE-EMPTY", zh "文件 {file} 是空的", en "The file {file} is empty", next "重新导出后再上传" / "Export it again and upload the new file", article "";
    TOO_BIG = "FILE-SIZE", zh "文件 {file} 有 {size} 字节，上限 {limit} 字节", en "The file {file} has {size} bytes; the limit is {limit}", next "分成几个文件上传" / "Split it into several files", article "";
    KIND = "FILE-KIND", zh "文件 {file} 的内容是 {found}，这里只读 xlsx、xls 和 csv 文本", en "The content of {file} is {found}; xlsx, xls and csv text are read here", next "另存为 xlsx 或 csv（UTF-8 或 GBK）后上传" / "Save it as xlsx or csv (UTF-8 or GBK) and upload that", article "";
    BOMB = "FILE-BOMB", zh "文件 {file} 解压后超过 {limit} {unit}，没有读取", en "Unpacked, the file {file} exceeds {limit} {unit}; it was not read", next "删去工作簿里的图片和多余的表，或分成几个文件" / "Remove pictures and spare sheets, or split the workbook", article "";
    BROKEN = "FILE-BROKEN", zh "文件 {file} 损坏，读不出工作表：{detail}", en "The file {file} is damaged and its sheets cannot be read: {detail}", next "用表格软件打开后另存一份，再上传" / "Open it in a spreadsheet program, save a copy and upload the copy", article "";
    ENCODING = "FILE-ENCODING", zh "文件 {file} 第 {row} 行的编码既不是 UTF-8，也不是 GBK 或 UTF-16", en "Row {row} of {file} is neither UTF-8 nor GBK nor UTF-16", next "另存为 UTF-8 编码的 csv 后上传" / "Save it as UTF-8 csv and upload that", article "";
    QUOTE = "CSV-QUOTE", zh "文件 {file} 第 {row} 行 {column} 列的引号没有配对", en "The quotation mark in row {row}, column {column} of {file} is never closed", next "补上引号，或把单元格里的引号写成两个" / "Close it, or double the quotation marks inside the cell", article "";
    ROWS = "FILE-ROWS", zh "工作表 {sheet} 第 {row} 行超出上限 {limit} 行", en "Row {row} of sheet {sheet} is beyond the limit of {limit} rows", next "分成几个文件上传" / "Split it into several files", article "";
    COLUMNS = "FILE-COLUMNS", zh "工作表 {sheet} 第 {row} 行用到 {column} 列，上限 {limit} 列", en "Row {row} of sheet {sheet} uses column {column}; the limit is {limit} columns", next "删去右侧多余的列" / "Remove the spare columns on the right", article "";
    CELLS = "FILE-CELLS", zh "工作表 {sheet} 到第 {row} 行 {column} 列已超过 {limit} 个单元格", en "Sheet {sheet} passes {limit} cells at row {row}, column {column}", next "分成几个文件上传" / "Split it into several files", article "";
    CELL_TEXT = "FILE-CELL-TEXT", zh "工作表 {sheet} 第 {row} 行 {column} 列的文字超过 {limit} 字", en "The text in row {row}, column {column} of sheet {sheet} exceeds {limit} characters", next "检查引号是否配对，或缩短该单元格" / "Check that quotation marks are closed, or shorten the cell", article "";
    HEADER = "TABLE-HEADER", zh "文件 {file} 前 {scanned} 行里找不到表头；需要的列：{wanted}；第一行是：{first}", en "No header in the first {scanned} rows of {file}; wanted columns: {wanted}; the first row reads: {first}", next "确认表头在前 {scanned} 行内，列名与说明一致" / "Check that the header is in the first {scanned} rows and its names match", article "";
    WRITE = "FILE-WRITE", zh "生成表格失败：{detail}", en "The workbook could not be made: {detail}", next "把这条信息交给管理员" / "Hand this message to the administrator", article "";

    SHEET_SKIPPED = "SHEET-SKIPPED", zh "工作表 {sheet} 没有可识别的表头，{rows} 行没有读取", en "Sheet {sheet} has no header that is understood; {rows} rows were not read", next "若是数据，请补上表头" / "If it holds data, give it a header", article "";
    COLUMN_TWICE = "COLUMN-TWICE", zh "列“{name}”与“{other}”表示同一内容，按“{other}”读取，此列只留原文", en "Column “{name}” means the same as “{other}”; “{other}” is read, this one is kept as text", next "核对两列，删去一列" / "Compare the two and remove one", article "";
    TABLE_KIND = "TABLE-KIND", zh "没有判定列，表名和标题也看不出是合格表还是不合格表", en "There is no verdict column, and neither sheet name nor title says whether the rows pass or fail", next "在工作表名或标题里写明“合格”或“不合格”" / "Write 合格 or 不合格 into the sheet name or the title", article "";
    NOT_DATA = "ROW-NOT-DATA", zh "这一行看起来是注释或小计，不是批次：{text}", en "This row looks like a note or a subtotal, not a batch: {text}", next "若是数据，请补上食品名称" / "If it is data, add the food name", article "";
    HEADER_AGAIN = "ROW-HEADER-AGAIN", zh "这一行是重复的表头", en "This row repeats the header", next "无需处理" / "Nothing to do", article "";
    NO_FOOD = "ROW-NO-FOOD", zh "食品名称是空的", en "The food name is empty", next "补上食品名称" / "Add the food name", article "";
    SURPLUS = "ROW-SURPLUS", zh "这一行比表头多出内容：{text}", en "This row has content beyond the header: {text}", next "检查是否有未加引号的分隔符" / "Look for a separator without quotation marks", article "";
    VERDICT = "CELL-VERDICT", zh "判定“{value}”不是合格、不合格或问题", en "The verdict “{value}” is none of 合格, 不合格, 问题", next "改为合格或不合格" / "Write 合格 or 不合格", article "";
    DATE = "CELL-DATE", zh "“{value}”不是日期", en "“{value}” is not a date", next "写成 2026-03-05 这样的日期" / "Write a date like 2026-03-05", article "";
    SAMPLING_NO = "CELL-SAMPLING-NO", zh "抽样单编号“{value}”不是常见格式，已按原样接受", en "The sampling number “{value}” has an unusual form and was accepted as it is", next "核对编号：前缀、年份、区划、机构码、流水号" / "Check it: prefix, year, area, laboratory, serial", article "";
    NO_ITEM = "ROW-NO-ITEM", zh "不合格行没有写不合格项目", en "A failing row names no failing item", next "补上不合格项目" / "Add the failing item", article "";
    ITEM_SHAPE = "CELL-ITEM-SHAPE", zh "“{value}”分不出项目、结果和标准值，已保留原文", en "“{value}” cannot be parted into item, result and limit; the text was kept", next "按 项目║检验结果║标准值 填写，多个项目分行" / "Write item║result║limit, one item a line", article "";
    ITEM_COUNT = "CELL-ITEM-COUNT", zh "{items} 个项目对 {results} 个结果、{limits} 个标准值，没有拆分", en "{items} items against {results} results and {limits} limits; they were not split", next "让三列的条数一致" / "Give the three columns the same number of entries", article "";

    PLAN_MISSING = "PLAN-MISSING", zh "{name} 是空的", en "{name} is empty", next "填写 {name}" / "Fill in {name}", article "";
    PLAN_LINK = "PLAN-LINK", zh "抽样环节“{value}”不是生产、流通或餐饮", en "The link “{value}” is none of production, circulation, catering", next "从下拉列表选择" / "Choose from the list", article "";
    PLAN_QUARTER = "PLAN-QUARTER", zh "季度“{value}”不是 1 到 4", en "The quarter “{value}” is not 1 to 4", next "填 1、2、3 或 4" / "Write 1, 2, 3 or 4", article "";
    PLAN_BATCHES = "PLAN-BATCHES", zh "批次“{value}”不是正整数", en "The number of batches “{value}” is not a positive whole number", next "填整数，例如 12" / "Write a whole number, for instance 12", article "";
    PLAN_TWICE = "PLAN-TWICE", zh "与第 {other} 行的类别、环节、街道、季度和项目包相同", en "Same class, link, street, quarter and items as row {other}", next "合并两行，或确认确实要分开" / "Merge the two, or confirm that both are meant", article "";
    JUDGE_MISSING = "JUDGE-MISSING", zh "{name} 是空的", en "{name} is empty", next "填写 {name}；无法判定的交人工处理" / "Fill in {name}; what cannot be judged goes to a person", article "";
}
