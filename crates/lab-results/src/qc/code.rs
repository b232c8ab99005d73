//! What a quality control says about itself, and why a run may not be released.
use shiyan_foundation::codes;
codes! {
    EMPTY = "QC-EMPTY", zh "质控结果没有填写", en "The control has no result yet", next "录入质控结果；没有做的写“/”" / "Enter the result; type / if it was not done", article "";
    NOT_DONE = "QC-NOT-DONE", zh "质控写作“/”，没有做", en "The control says “/”: it was not done", next "补做；或由质量负责人写明理由放行" / "Do it, or the quality manager releases the run with a reason", article "";
    NUMBER = "QC-NUMBER", zh "这类质控要一个数值或未检出，不能是 {found}", en "This control takes one number or “not detected”, not {found}", next "改写为一个数值" / "Enter one number", article "";
    BOUND = "QC-BOUND", zh "只给出上限或下限（{found}），不能确定是否低于定量限", en "Only a bound is given ({found}); whether it is below the limit of quantification is not certain", next "给出定量结果，或按方法定量限写未检出" / "Give the quantified result, or write not detected by the limit of the method", article "";
    LOQ_UNKNOWN = "QC-LOQ-UNKNOWN", zh "不知道定量限，不能判断 {found} 是否低于定量限", en "The limit of quantification is unknown, so nobody can say whether {found} is below it", next "补填方法定量限" / "Enter the limit of quantification", article "";
    SETTING = "QC-SETTING", zh "质控参数缺少或不是正数：{what}", en "A setting of the control is missing or not positive: {what_en}", next "补填质控参数后重新录入" / "Complete the settings of the control, then enter it again", article "";
    UNLINKED = "QC-UNLINKED", zh "没有指明对应的是哪一个样品", en "The sample it belongs to is not named", next "在检验批里指明平行或加标的样品" / "Name the duplicated or spiked sample on the worksheet", article "";
    CELL_EMPTY = "QC-CELL-EMPTY", zh "对应样品的结果还没有录入", en "The sample it is compared with has no result yet", next "先录入该样品的结果" / "Enter the result of that sample first", article "";
    CELL_UNREAD = "QC-CELL-UNREAD", zh "对应样品的结果不能用于计算：{why}", en "The result of the sample it is compared with cannot be used: {why_en}", next "对照原始记录改写该样品的结果" / "Rewrite the result of that sample from the raw record", article "";
    // 空白
    BLANK_CLEAN = "QC-BLANK-CLEAN", zh "空白未检出或低于定量限", en "The blank is not detected or below the limit of quantification", next "无需操作" / "Nothing to do", article "";
    BLANK_FOUND = "QC-BLANK-FOUND", zh "空白 {found}，不低于定量限 {loq}", en "The blank shows {found}, not below the limit of quantification {loq}", next "查污染来源，重做该批" / "Find the contamination and repeat the run", article "";
    BLANK_POSITIVE = "QC-BLANK-POSITIVE", zh "空白检出（{found}）", en "Something was found in the blank ({found})", next "查污染来源，重做该批" / "Find the contamination and repeat the run", article "";
    // 平行样
    DUPLICATE_WITHIN = "QC-DUP-WITHIN", zh "平行相对偏差 {rd}% 不大于 {limit}%", en "The duplicates differ by {rd}% of their mean, not more than {limit}%", next "无需操作" / "Nothing to do", article "";
    DUPLICATE_EXCEEDS = "QC-DUP-EXCEEDS", zh "平行相对偏差 {rd}% 大于 {limit}%", en "The duplicates differ by {rd}% of their mean, more than {limit}%", next "重做该样品；查称样、提取和仪器" / "Repeat the sample; check weighing, extraction and instrument", article "";
    DUPLICATE_BELOW = "QC-DUP-BELOW", zh "两个平行都未检出或低于定量限", en "Both duplicates are not detected or below the limit of quantification", next "无需操作" / "Nothing to do", article "";
    DUPLICATE_AGREE = "QC-DUP-AGREE", zh "两个平行的定性结果一致", en "The qualitative results of both duplicates agree", next "无需操作" / "Nothing to do", article "";
    DUPLICATE_MIXED = "QC-DUP-MIXED", zh "一个平行低于定量限，另一个不低于，相对偏差不能计算", en "One duplicate is below the limit of quantification and the other is not; their difference cannot be computed", next "重做该样品，或由人工判断" / "Repeat the sample, or let a person decide", article "";
    DUPLICATE_ZERO = "QC-DUP-ZERO", zh "两个平行都写作 0，平均值为 0，相对偏差不能计算", en "Both duplicates are written as 0; with a mean of 0 their difference cannot be computed", next "未检出的写未检出" / "Write not detected where nothing was detected", article "";
    DUPLICATE_LIMIT = "QC-DUP-LIMIT", zh "方法没有给出平行允许的相对偏差", en "The method gives no permitted difference between duplicates", next "在检验批模板里按方法补填，不用默认值" / "Enter the percentage of the method in the template; there is no default", article "";
    // 质控样
    CONTROL_IN = "QC-CONTROL-IN", zh "质控样在控（z={z}）", en "The control is in control (z={z})", next "无需操作" / "Nothing to do", article "";
    CONTROL_WARNS = "QC-CONTROL-WARN", zh "质控样警告：{rules}（z={z}）", en "The control warns: {rules} (z={z})", next "查看质控图，留意下一批" / "Look at the control chart and watch the next run", article "";
    CONTROL_REJECTS = "QC-CONTROL-REJECT", zh "质控样失控：{rules}（z={z}）", en "The control is out of control: {rules} (z={z})", next "查原因，纠正后重做该批" / "Find the cause, correct it and repeat the run", article "";
    // 加标回收
    SPIKE_WITHIN = "QC-SPIKE-WITHIN", zh "加标回收率 {recovery}%，在 {min}%~{max}% 内", en "Recovery {recovery}%, within {min}% to {max}%", next "无需操作" / "Nothing to do", article "GB/T 27404-2008 附录F";
    SPIKE_LOW = "QC-SPIKE-LOW", zh "加标回收率 {recovery}%，低于 {min}%", en "Recovery {recovery}%, below {min}%", next "查加标量、提取和净化，重做该批" / "Check the amount added, extraction and clean-up; repeat the run", article "GB/T 27404-2008 附录F";
    SPIKE_HIGH = "QC-SPIKE-HIGH", zh "加标回收率 {recovery}%，高于 {max}%", en "Recovery {recovery}%, above {max}%", next "查加标量、干扰和校准，重做该批" / "Check the amount added, interference and calibration; repeat the run", article "GB/T 27404-2008 附录F";
    SPIKE_LEVEL = "QC-SPIKE-LEVEL", zh "加标量的单位“{unit}”不能精确换算为 mg/kg，不能按含量选回收率要求", en "The unit “{unit}” of the amount added does not convert exactly to mg/kg, so no recovery range can be chosen by content", next "由人工按方法判断回收率" / "A person judges the recovery by the method", article "GB/T 27404-2008 附录F";
    SPIKE_NOTHING = "QC-SPIKE-NOTHING", zh "加标样未检出，回收率不能计算", en "Nothing was detected in the spiked sample; the recovery cannot be computed", next "核对加标量与定量限，重做" / "Check the amount added against the limit of quantification and repeat", article "";
    // the run
    RUN_FAIL = "QC-RUN-FAIL", zh "质控失控，结果不能放行：{name}（{analyte}）：{why}", en "A control is out of control and the results are held: {name} ({analyte}): {why_en}", next "查原因、纠正、重做；或由质量负责人写明理由放行" / "Find the cause, correct and repeat; or the quality manager releases with a reason", article "GB/T 27404-2008";
    RUN_PERSON = "QC-RUN-PERSON", zh "质控须人工判断，结果不能放行：{name}（{analyte}）：{why}", en "A control needs a person and the results are held: {name} ({analyte}): {why_en}", next "改正或补做；或由质量负责人写明理由放行" / "Correct or repeat it; or the quality manager releases with a reason", article "GB/T 27404-2008";
    RUN_MISSING = "QC-RUN-MISSING", zh "质控没有完成，结果不能放行：{name}（{analyte}）：{why}", en "A control is not complete and the results are held: {name} ({analyte}): {why_en}", next "录入质控结果；没有做的写“/”" / "Enter the result; type / if it was not done", article "GB/T 27404-2008";
    OVERRIDE_NOTHING = "QC-OVERRIDE-NOTHING", zh "没有失控或须人工判断的质控，无需放行；没有录入的质控不能放行", en "No control is out of control or needs a person, so there is nothing to release; a control without a result cannot be released", next "先录入质控结果" / "Enter the controls first", article "";
    OVERRIDE_OWN = "QC-OVERRIDE-OWN", zh "{name} 在本批录入过结果，不能放行本批质控", en "{name} entered results on this run and may not release its quality control", next "由没有经手本批的质量负责人操作" / "Let a quality manager who had no part in the run do it", article "";
}
