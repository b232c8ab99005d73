//! 时间线 the journal of an object in words.

use serde_json::Value;
use shiyan_app::Entry;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::text::plural;
use shiyan_foundation::{Instant, Label, Lang};
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::bench::Advance;
use shiyan_nonconformity::Block;

use crate::parts::stamp_text;
use crate::ui::Tone;
use crate::views::Event;

/// Every verb of the journal: Chinese, English, meaning.
pub const VERBS: &[(&str, &str, &str, Tone)] = &[
    ("sample.draft", "开始填写抽样单", "Began the sampling sheet", Tone::Idle),
    ("sample.save_draft", "保存抽样单草稿", "Saved the draft of the sheet", Tone::Idle),
    ("sample.submit", "提交抽样单", "Submitted the sampling sheet", Tone::Info),
    ("sample.accept", "接收样品", "Accepted the sample", Tone::Pass),
    ("sample.refuse", "拒收样品", "Refused the sample", Tone::Fail),
    ("sample.void", "作废抽样单", "Voided the sheet", Tone::Warn),
    ("sample.renumber", "补登正式编号", "Registered the official number", Tone::Info),
    ("sample.link", "关联到主体名录", "Linked it to the register", Tone::Info),
    ("operator.add", "登记经营者", "Added the operator", Tone::Info),
    ("operator.from_sheet", "按抽样单登记经营者", "Added the operator from a sheet", Tone::Info),
    ("operator.change", "修改经营者", "Changed the operator", Tone::Warn),
    ("operator.close", "停用经营者", "Closed the operator", Tone::Warn),
    ("operator.reopen", "恢复经营者", "Reopened the operator", Tone::Info),
    ("operator.merge", "并入另一条", "Merged it into another entry", Tone::Warn),
    ("producer.add", "登记生产者", "Added the producer", Tone::Info),
    ("producer.change", "修改生产者", "Changed the producer", Tone::Warn),
    ("producer.close", "停用生产者", "Closed the producer", Tone::Warn),
    ("producer.reopen", "恢复生产者", "Reopened the producer", Tone::Info),
    ("producer.merge", "并入另一条", "Merged it into another entry", Tone::Warn),
    ("market.add", "登记市场", "Added the market", Tone::Info),
    ("market.change", "修改市场", "Changed the market", Tone::Warn),
    ("market.close", "停用市场", "Closed the market", Tone::Warn),
    ("market.reopen", "恢复市场", "Reopened the market", Tone::Info),
    ("stall.add", "登记摊位", "Added the stall", Tone::Info),
    ("stall.hand", "交接摊位", "Handed the stall over", Tone::Info),
    ("stall.close", "停用摊位", "Closed the stall", Tone::Warn),
    ("stall.reopen", "恢复摊位", "Reopened the stall", Tone::Info),
    ("order.open", "生成检验任务", "Opened the test order", Tone::Info),
    ("order.submit", "提交校核（主检签名）", "Submitted for checking (main analyst signed)", Tone::Info),
    ("order.check", "校核通过", "Passed the check", Tone::Info),
    ("order.review", "审核通过", "Passed the review", Tone::Info),
    ("order.approve", "批准，作出结论", "Approved; conclusion made", Tone::Pass),
    ("order.return", "退回修改", "Returned for correction", Tone::Warn),
    ("order.issue", "签发", "Issued", Tone::Pass),
    ("order.amend", "开始更改已签发报告", "Began to amend the issued report", Tone::Warn),
    ("order.forward", "办理下一步", "Moved on", Tone::Info),
    ("item.add", "添加检验项目", "Added an item", Tone::Idle),
    ("item.enter", "录入结果", "Entered a result", Tone::Info),
    ("item.sum", "按组分之和判定", "Judged by the sum of its members", Tone::Info),
    ("item.decide", "人工判定", "Decided by hand", Tone::Warn),
    ("item.remark", "填写备注", "Wrote a remark", Tone::Idle),
    ("item.carry-over", "说明带入原则", "Recorded that carry-over was considered", Tone::Info),
    ("item.return", "单格退回", "Sent one result back", Tone::Warn),
    ("item.assign", "编入检验批", "Put on a worksheet", Tone::Idle),
    ("item.unassign", "移出检验批", "Taken off a worksheet", Tone::Idle),
    ("worksheet.make", "建立检验批", "Made the worksheet", Tone::Info),
    ("worksheet.assign", "分派检验员和仪器", "Assigned analyst and instrument", Tone::Info),
    ("worksheet.advance", "设定键入走向", "Set where the keys go", Tone::Idle),
    ("worksheet.qc", "录入质控", "Entered controls", Tone::Info),
    ("worksheet.finish", "完成录入", "Finished the entry", Tone::Pass),
    ("worksheet.reopen", "退回，重新录入", "Sent back; open again", Tone::Warn),
    ("worksheet.override", "放行质控", "Released the controls", Tone::Warn),
    ("worksheet.void", "作废检验批", "Voided the worksheet", Tone::Warn),
    ("worksheet.file", "留存仪器文件", "Kept an instrument file", Tone::Idle),
    ("worksheet.taken", "从仪器文件写入", "Wrote from an instrument file", Tone::Info),
    ("instrument.add", "登记仪器", "Added an instrument", Tone::Info),
    ("instrument.change", "修改仪器", "Changed an instrument", Tone::Warn),
    ("profile.add", "上传仪器格式", "Uploaded an instrument profile", Tone::Info),
    ("profile.try", "试读仪器文件", "Tried it on a file", Tone::Idle),
    ("profile.activate", "启用仪器格式", "Activated the profile", Tone::Pass),
    ("profile.retire", "停用仪器格式", "Took the profile out of use", Tone::Warn),
    ("template.add", "新增检验批模板", "Added a worksheet template", Tone::Info),
    ("template.change", "修改检验批模板", "Changed a worksheet template", Tone::Warn),
    ("paper.issue", "签发文书", "Issued the paper", Tone::Pass),
    ("paper.void", "作废文书", "Made the paper void", Tone::Warn),
    ("report.issue", "签发检验报告", "Issued the test report", Tone::Pass),
    ("report.print", "打开或下载检验报告", "Opened or downloaded the report", Tone::Idle),
    ("setting.change", "修改设置", "Changed the settings", Tone::Warn),
    ("case.open", "不合格结论，生成案件", "Nonconforming: the case was opened", Tone::Fail),
    ("case.receive", "签收并部署", "Received and assigned", Tone::Info),
    ("case.fill", "填写处置环节", "Filled in a block", Tone::Info),
    ("case.submit", "提请办结", "Submitted for closing", Tone::Info),
    ("case.close", "审核办结", "Approved the closing", Tone::Pass),
    ("case.return", "退回补充", "Returned for completion", Tone::Warn),
    ("case.extend", "批准延期", "Approved an extension", Tone::Warn),
    ("case.cancel", "撤销案件（改判）", "Cancelled the case (overturned)", Tone::Recheck),
    ("case.conclusion_changed", "更改后的报告不再是不合格", "The amended report no longer fails", Tone::Recheck),
    ("clock.accepted", "认定时钟走快", "Owned up to a clock that ran ahead", Tone::Warn),
    ("clock.start", "开始计时", "Clock started", Tone::Idle),
    ("clock.stop", "停止计时", "Clock stopped", Tone::Idle),
    ("clock.cancel", "撤销计时", "Clock cancelled", Tone::Idle),
    ("clock.extend", "延长期限", "Deadline extended", Tone::Warn),
    ("order.recount", "按新日历重新计算报告期限", "Report deadline counted anew with the new calendar", Tone::Warn),
    ("worksheet.recount", "按新日历重新计算期限", "Deadline counted anew with the new calendar", Tone::Warn),
    ("clock.recount", "按新日历重新计算期限", "Deadline counted anew with the new calendar", Tone::Warn),
    ("reading.enter", "录入快检结果", "Entered a rapid reading", Tone::Info),
    ("followup.open", "阳性，开始跟进", "Positive: follow-up opened", Tone::Fail),
    ("followup.retest", "复测", "Retested", Tone::Recheck),
    ("followup.dispose", "现场处置", "Disposed of on the spot", Tone::Info),
    ("followup.object", "当事人提出异议", "The operator objected", Tone::Recheck),
    ("followup.send", "转监督抽样", "Sent to supervisory sampling", Tone::Info),
    ("followup.conclude", "跟进结束", "Follow-up concluded", Tone::Pass),
    ("point.add", "新增快检点", "Added a rapid-test point", Tone::Info),
    ("plan.create", "新建年度计划", "Made the plan of the year", Tone::Info),
    ("plan.add_lines", "添加计划行", "Added plan lines", Tone::Info),
    ("plan.issue", "下达计划", "Issued the plan", Tone::Pass),
    ("user.setup", "首次设置管理员", "First administrator set up", Tone::Info),
    ("user.add", "新增账号", "Added an account", Tone::Info),
    ("report.preview", "预览待签发的报告", "Looked at the report before it was issued", Tone::Info),
    ("user.enable", "重新启用账号", "Enabled an account again", Tone::Info),
    ("user.name", "修改姓名", "Changed the name", Tone::Info),
    ("user.disable", "停用账号", "Disabled an account", Tone::Warn),
    ("user.reset_password", "发放设置密码的链接", "Gave a link to set a password", Tone::Warn),
    ("user.program_token", "发放读取指标的程序凭证", "Gave a program a token to read figures", Tone::Warn),
    ("user.program_end", "收回程序凭证", "Took the tokens of programs back", Tone::Info),
    ("user.set_password", "凭链接设置密码", "Set a password by the link", Tone::Info),
    ("user.second_begin", "开始启用动态口令", "Began to enrol the second factor", Tone::Idle),
    ("user.second_on", "启用动态口令", "Turned the second factor on", Tone::Pass),
    ("user.second_codes", "重新生成恢复码", "Made new recovery codes", Tone::Info),
    ("user.second_off", "停用动态口令", "Turned the second factor off", Tone::Warn),
    ("user.second_reset", "重置动态口令", "Reset a second factor", Tone::Warn),
    ("user.change_password", "修改密码", "Changed the password", Tone::Info),
    ("login", "登录", "Signed in", Tone::Idle),
    ("login.failed", "登录失败", "Sign-in failed", Tone::Warn),
    ("login.code", "动态口令验证通过", "Code accepted", Tone::Idle),
    ("login.recovery_code", "使用恢复码", "Used a recovery code", Tone::Warn),
    ("login.code_failed", "动态口令不对", "Wrong code", Tone::Warn),
    ("login.ended", "密码连续输错，登录结束", "Password wrong too often, login ended", Tone::Warn),
    ("login.end_others", "结束其他登录", "Ended the other logins", Tone::Info),
    ("street.seed", "初始街道", "Streets shipped", Tone::Idle),
    ("street.add", "新增街道", "Added a street", Tone::Info),
    ("street.change", "修改街道", "Changed a street", Tone::Warn),
    ("population.seed", "初始人口数据", "Population shipped", Tone::Idle),
    ("population.add", "新增人口数据", "Added a population figure", Tone::Info),
    ("population.choose", "选定人口口径", "Chose the population figure", Tone::Warn),
    ("population.unchoose", "不再使用的人口口径", "No longer the chosen figure", Tone::Idle),
    ("limit.seed", "初始限量", "Limits shipped", Tone::Idle),
    ("limit.checked", "核对限量并签名", "Checked limits and signed for them", Tone::Info),
    ("limit.status", "更改限量状态", "Changed the status of a limit", Tone::Warn),
    ("limit.import", "导入限量（待核实）", "Imported a limit, to be checked", Tone::Info),
    ("limit.edition", "随程序发布的限量（待核实）", "A limit shipped with the program, to be checked", Tone::Info),
    ("limit.superseded", "标准被新版代替，本条到期", "A later edition replaced the standard; this one ends", Tone::Warn),
    ("limit.mend", "更正未启用的限量", "Mended a limit that nobody had put to use", Tone::Info),
    ("limit.editions", "收到随程序发布的限量", "Received the limits shipped with the program", Tone::Warn),
    ("limit.end", "后一条限量启用，本条到期", "A later limit was activated; this one ends", Tone::Warn),
    ("package.import", "导入检验项目包", "Imported an item package", Tone::Info),
    ("package.edition", "随程序发布的检验项目包（待核对）", "An item package shipped with the program, to be checked", Tone::Info),
    ("package.checked", "核对检验项目包并签名", "Checked an item package and signed for it", Tone::Info),
    ("order.package", "取用检验项目包", "Took an item package", Tone::Info),
    ("package.retire", "检验项目包被替换", "The item package was replaced", Tone::Warn),
    ("item.limit", "改用今天的限量", "Took over today’s limit", Tone::Warn),
    ("item.claim", "录入标签明示值", "Entered the label claim", Tone::Info),
    ("calendar.add", "导入年度日历", "Imported the calendar of a year", Tone::Info),
    ("calendar.change", "更新年度日历", "Updated the calendar of a year", Tone::Warn),
    ("import.run", "导入", "Import", Tone::Info),
    ("published.import", "导入公布结果", "Imported published results", Tone::Info),
    ("limit.add", "新增限量", "Added a limit", Tone::Info),
    ("user.duties", "调整角色和数据范围", "Changed duties and scope", Tone::Warn),
    ("user.sign_scope", "修改授权签字领域", "Changed the scope of a signatory", Tone::Info),
    ("lab.add", "新增承检机构", "Added a laboratory", Tone::Info),
    ("lab.change", "修改承检机构", "Changed a laboratory", Tone::Info),
    ("package.add", "新增检验项目包", "Added an item package", Tone::Info),
    ("keep.backup", "备份", "Backed up", Tone::Idle),
    ("keep.rehearsal", "恢复演练", "Rehearsed the restore", Tone::Idle),
    ("keep.verify", "校验全部数据", "Verified everything", Tone::Idle),
    ("keep.checkpoint", "导出检查点", "Exported a checkpoint", Tone::Idle),
    ("keep.facts", "保存事实文件", "Kept the fact files", Tone::Idle),
    ("demo.loaded", "载入演示数据", "Loaded the demonstration", Tone::Warn),
    ("demo.removed", "移除演示数据", "Removed the demonstration", Tone::Warn),
];

/// A verb in a language; an unknown one stands for itself.
#[must_use]
pub fn verb_text(verb: &str, lang: Lang) -> String {
    VERBS.iter().find(|(v, ..)| *v == verb).map_or_else(|| verb.to_owned(), |(_, zh, en, _)| lang.pick(zh, en).to_owned())
}

fn tone_of(entry: &Entry) -> Tone {
    let failing = entry.facts.get("outcome").and_then(Value::as_str) == Some(Outcome::Fail.code());
    if entry.verb == "order.approve" && failing {
        return Tone::Fail;
    }
    VERBS.iter().find(|(v, ..)| *v == entry.verb).map_or(Tone::Idle, |(.., tone)| *tone)
}

fn fact<'a>(facts: &'a Value, key: &str) -> &'a str {
    facts.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list(facts: &Value, key: &str, lang: Lang) -> String {
    let words: Vec<&str> = facts.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    words.join(lang.pick("、", ", "))
}

fn joined(parts: &[&str], lang: Lang) -> String {
    parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(lang.pick("；", "; "))
}

/// What a person wants to know of the facts.
fn note_of(entry: &Entry, lang: Lang) -> String {
    let facts = &entry.facts;
    let reason = fact(facts, "reason");
    let colon = lang.pick("：", ": ");
    match entry.verb.as_str() {
        "item.enter" => {
            let (from, to) = (fact(facts, "from"), fact(facts, "to"));
            let mut change = match (from, to) {
                ("", to) => to.to_owned(),
                (from, "") => format!("{from}{}", lang.pick("，已清空", ", cleared")),
                (from, to) => format!("{from} → {to}"),
            };
            if facts.get("undo").and_then(Value::as_bool) == Some(true) {
                change.push_str(lang.pick("（撤销）", " (undone)"));
            }
            if !fact(facts, "why").is_empty() {
                change.push_str(&format!("{}{}", lang.pick("，理由：", ", because: "), fact(facts, "why")));
            }
            if let Some(above) = facts.get("above_p99") {
                change.push_str(&format!("{} {} {}", lang.pick("，高于历史P99", ", above the historical P99"), fact(above, "p99"), fact(above, "unit")));
            }
            if change.is_empty() { fact(facts, "analyte").to_owned() } else { format!("{}{colon}{change}", fact(facts, "analyte")) }
        }
        "item.add" => fact(facts, "analyte").to_owned(),
        "item.remark" if fact(facts, "remark").is_empty() => format!("{}{}", fact(facts, "analyte"), lang.pick("，已清空", ", cleared")),
        "item.remark" => format!("{}{colon}{}", fact(facts, "analyte"), fact(facts, "remark")),
        "item.carry-over" => format!("{} {}{colon}{}", fact(facts, "analyte"), fact(facts, "raw"), fact(facts, "word")),
        "item.return" => format!("{} {}{colon}{reason}", fact(facts, "analyte"), fact(facts, "raw")),
        "item.assign" | "item.unassign" => fact(facts, "worksheet").to_owned(),
        "worksheet.advance" => Advance::parse(fact(facts, "to")).map_or("", |a| a.label(lang)).to_owned(),
        "worksheet.assign" => joined(&[fact(facts, "analyst"), fact(facts, "instrument")], lang),
        "worksheet.file" => fact(facts, "profile").to_owned(),
        "worksheet.qc" => {
            let typed = facts.get("typed").and_then(Value::as_array).into_iter().flatten();
            let one = |t: &Value| match (fact(t, "from"), fact(t, "to")) {
                ("", "") => fact(t, "analyte").to_owned(),
                (from, "") => format!("{}{colon}{from}{}", fact(t, "analyte"), lang.pick("，已清空", ", cleared")),
                ("", to) => format!("{}{colon}{to}", fact(t, "analyte")),
                (from, to) => format!("{}{colon}{from} → {to}", fact(t, "analyte")),
            };
            typed.take(6).map(one).collect::<Vec<_>>().join(lang.pick("；", "; "))
        }
        "item.claim" => {
            let said = |key: &str| Some(fact(facts, key)).filter(|t| !t.is_empty()).unwrap_or(lang.pick("无", "none")).to_owned();
            format!("{}{colon}{} → {}", fact(facts, "analyte"), said("from"), said("to"))
        }
        "item.limit" => {
            let text = |key: &str| facts.get(key).map(|l| fact(l, "text")).filter(|t| !t.is_empty()).unwrap_or(lang.pick("无", "none")).to_owned();
            format!("{}{colon}{} → {}", fact(facts, "analyte"), text("from"), text("to"))
        }
        "item.decide" | "item.sum" => {
            let verdict = Verdict::parse(fact(facts, "verdict")).map_or("", |v| v.label(lang));
            joined(&[&format!("{}{colon}{verdict}", fact(facts, "analyte")), reason], lang)
        }
        "order.approve" => {
            let outcome = Outcome::parse(fact(facts, "outcome")).map_or("", |o| o.label(lang));
            joined(&[outcome, &list(facts, "failing", lang)], lang)
        }
        "case.open" => joined(&[fact(facts, "no"), &list(facts, "failing", lang)], lang),
        "case.fill" => Block::parse(fact(facts, "block")).map_or_else(String::new, |b| b.label(lang).to_owned()),
        "sample.renumber" | "case.extend" | "clock.extend" | "clock.recount" | "order.recount" => {
            joined(&[&format!("{} → {}", fact(facts, "from"), fact(facts, "to")), reason], lang)
        }
        "report.issue" => joined(&[fact(facts, "number"), reason], lang),
        "report.print" => joined(&[fact(facts, "number"), fact(facts, "way")], lang),
        "profile.add" => joined(&[fact(facts, "profile"), fact(facts, "file")], lang),
        "profile.try" => {
            let n = |key: &str| facts.get(key).and_then(Value::as_u64).unwrap_or(0);
            let (zh, en) = (
                format!("读数 {}，需人工 {}", n("readings"), n("flagged")),
                plural(&format!("{} (reading|readings), {} for a person", n("readings"), n("flagged"))),
            );
            joined(&[fact(facts, "file"), lang.pick(&zh, &en)], lang)
        }
        "profile.activate" => {
            let before = fact(facts, "instead_of");
            let instead = if before.is_empty() { String::new() } else { format!("{}{before}", lang.pick("代替 ", "in place of ")) };
            joined(&[reason, &instead], lang)
        }
        "profile.retire" => {
            let next = fact(facts, "for");
            let by = if next.is_empty() { String::new() } else { format!("{}{next}", lang.pick("由新版代替：", "replaced by ")) };
            joined(&[reason, &by], lang)
        }
        "operator.change" | "producer.change" | "market.change" if !fact(facts, "from").is_empty() => {
            format!("{} → {}", fact(facts, "from"), fact(facts, "to"))
        }
        "operator.merge" | "producer.merge" => joined(&[fact(facts, "into"), reason], lang),
        "operator.from_sheet" => fact(facts, "sheet").to_owned(),
        "stall.hand" => Some(fact(facts, "to")).filter(|t| !t.is_empty()).unwrap_or(lang.pick("空出", "nobody")).to_owned(),
        "sample.link" => joined(&["operator", "producer", "market", "stall"].map(|key| fact(facts, key)), lang),
        "sample.submit" => fact(facts, "no").to_owned(),
        "case.conclusion_changed" => fact(facts, "report").to_owned(),
        _ => reason.to_owned(),
    }
}

/// Entries in words, newest first. What one person typed at one moment is one event.
#[must_use]
pub fn told(entries: &[Entry], now: Instant, lang: Lang) -> Vec<Event> {
    let mut events = Vec::new();
    let mut at = 0;
    while let Some(first) = entries.get(at) {
        let together = |e: &&Entry| e.verb == first.verb && e.at == first.at && e.actor_name == first.actor_name;
        let many = if first.verb.starts_with("item.") { entries[at..].iter().take_while(together).count() } else { 1 };
        let group = entries.get(at..at + many).unwrap_or_default();
        let mut what = verb_text(&first.verb, lang);
        if many > 1 {
            what = if lang == Lang::Zh { format!("{what}（{many} 项）") } else { format!("{what} ({many} items)") };
        }
        let mut note = group.iter().take(6).map(|e| note_of(e, lang)).filter(|n| !n.is_empty()).collect::<Vec<_>>().join(lang.pick("；", "; "));
        if many > 6 && !note.is_empty() {
            note.push_str(" …");
        }
        events.push(Event { at: stamp_text(&first.at, now), who: first.actor_name.clone(), what, note, tone: tone_of(first) });
        at += many.max(1);
    }
    events.reverse();
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The string literals of the application that have the shape of a verb.
    fn verbs_of(dir: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                verbs_of(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                for literal in std::fs::read_to_string(&path).unwrap().split('"').skip(1) {
                    let known = [
                        "sample",
                        "order",
                        "item",
                        "report",
                        "case",
                        "clock",
                        "reading",
                        "followup",
                        "plan",
                        "user",
                        "street",
                        "population",
                        "limit",
                        "calendar",
                        "import",
                        "published",
                        "point",
                        "demo",
                        "login",
                        "lab",
                        "package",
                        "worksheet",
                        "instrument",
                        "profile",
                        "template",
                        "operator",
                        "producer",
                        "market",
                        "stall",
                    ];
                    let shape = literal
                        .split_once('.')
                        .is_some_and(|(noun, verb)| known.contains(&noun) && !verb.is_empty() && verb.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
                    if shape && literal != "demo.db" {
                        found.push(literal.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_verb_of_the_application_has_both_words() {
        let mut found = Vec::new();
        verbs_of(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/src"), &mut found);
        assert!(found.len() > 40, "the sources are read");
        for verb in found {
            assert!(VERBS.iter().any(|(v, ..)| *v == verb), "{verb} has no words");
        }
        let cjk = |s: &str| s.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(VERBS.iter().all(|(_, zh, en, _)| cjk(zh) && !cjk(en) && !en.is_empty()));
    }
    #[test]
    fn what_was_typed_together_is_one_event() {
        let entry = |seq: i64, verb: &str, facts: Value| Entry {
            seq,
            at: "2026-03-05T10:41:00.000+08:00".into(),
            actor_name: "张示例".into(),
            verb: verb.into(),
            subject: "item:1".into(),
            revision: 1,
            facts,
            hash: String::new(),
        };
        let enter = |seq, to: &str, from: &str| entry(seq, "item.enter", serde_json::json!({ "analyte": "腐霉利", "from": from, "to": to }));
        let now = chrono::DateTime::parse_from_rfc3339("2026-03-10T09:00:00+08:00").unwrap();
        let events =
            told(&[enter(1, "2.4", "0.24"), enter(2, "0.1", ""), entry(3, "order.return", serde_json::json!({ "reason": "平行样超差" }))], now, Lang::Zh);
        assert_eq!(events.len(), 2);
        assert_eq!((events[0].what.as_str(), events[0].note.as_str()), ("退回修改", "平行样超差"));
        assert_eq!((events[1].what.as_str(), events[1].note.as_str()), ("录入结果（2 项）", "腐霉利：0.24 → 2.4；腐霉利：0.1"));
    }
    #[test]
    fn what_was_cleared_is_said_and_no_value_stands_empty() {
        let entry = |verb: &str, facts: Value| Entry {
            seq: 1,
            at: "2026-03-05T10:41:00.000+08:00".into(),
            actor_name: "张示例".into(),
            verb: verb.into(),
            subject: "worksheet:1".into(),
            revision: 1,
            facts,
            hash: String::new(),
        };
        let typed = |from: &str, to: &str| serde_json::json!({ "analyte": "毒死蜱", "from": from, "to": to });
        let controls = entry("worksheet.qc", serde_json::json!({ "typed": [typed("0.02", ""), typed("", "0.03"), typed("0.03", "0.04"), typed("", "")] }));
        assert_eq!(note_of(&controls, Lang::Zh), "毒死蜱：0.02，已清空；毒死蜱：0.03；毒死蜱：0.03 → 0.04；毒死蜱");
        assert_eq!(note_of(&entry("item.enter", typed("0.02", "")), Lang::En), "毒死蜱: 0.02, cleared");
        for (verb, facts) in [
            ("item.remark", serde_json::json!({ "analyte": "毒死蜱", "remark": "" })),
            ("item.claim", serde_json::json!({ "analyte": "毒死蜱", "from": "", "to": "≥9" })),
            ("item.limit", serde_json::json!({ "analyte": "毒死蜱", "from": null, "to": { "text": "≤0.1" } })),
        ] {
            let note = note_of(&entry(verb, facts), Lang::Zh);
            assert!(!note.ends_with('：') && !note.contains("： ") && !note.contains("：；"), "{verb} {note}");
        }
    }
}
