//! Refusals of fact files.
use shiyan_foundation::codes;
codes! {
    NO_FILES = "FACTS-NO-FILES", zh "{at} 里没有指标事实文件（缺 manifest.json）", en "There are no fact files in {at} (no manifest.json)",
        next "核对目录；用 shiyan figures generate 生成，或用有权限的账号读取" / "Check the directory; make them with shiyan figures generate, or read them with an account that may", article "";
    FORMAT = "FACTS-FORMAT", zh "事实文件 {at} 不是本程序的格式：{detail}", en "The fact file {at} is not of this program's format: {detail}",
        next "用本程序同一版本重新生成这个文件" / "Make the file anew with the same version of this program", article "";
    MISSING = "FACTS-MISSING", zh "缺少事实文件 {at}，清单中有它", en "The fact file {at} is missing; the manifest names it",
        next "从来源重新取得，或重建这个月；缺文件时不出指标" / "Fetch it from where it came, or rebuild the month; without it there are no figures", article "";
    TORN = "FACTS-TORN", zh "事实文件 {at} 不完整或被改动：{detail}", en "The fact file {at} is torn or was altered: {detail_en}",
        next "从来源重新取得，或重建这个月；文件有缺损时不出指标" / "Fetch it from where it came, or rebuild the month; while it is torn there are no figures", article "";
    WRITE = "FACTS-WRITE", zh "写不了事实文件 {at}：{detail}", en "The fact file {at} cannot be written: {detail}",
        next "核对目录能否写入、磁盘是否有空间" / "Check that the directory may be written and has room", article "";
    READ = "FACTS-READ", zh "读不了事实文件 {at}：{detail}", en "The fact file {at} cannot be read: {detail}",
        next "核对路径和权限" / "Check the path and the permissions", article "";
    OTHER_MONTH = "FACTS-OTHER-MONTH", zh "{what} 不属于 {month}", en "{what} does not belong to {month}",
        next "按月份分开后再写" / "Write each month by itself", article "";
    NO_BATCH = "FACTS-NO-BATCH", zh "检验项目 {what} 的批次不在 {month} 的批次文件中", en "The batch of item {what} is not among those of {month}",
        next "检验项目与它的批次写在同一个月" / "Write an item into the month of its batch", article "";
    TOO_LARGE = "FACTS-TOO-LARGE", zh "{what} 超出了文件格式能容纳的数量", en "There are more of {what} than the format holds",
        next "把数据按地区分成几个目录" / "Split the data by region into several directories", article "";
    NOT_EMPTY = "FACTS-NOT-EMPTY", zh "目录 {at} 里已有文件", en "The directory {at} holds files already",
        next "换一个空目录" / "Choose an empty directory", article "";
}
