//! The bench: items, results with their judgement, 主检 → 校核 → 审核 → 批准, conclusion, report. A failing conclusion opens the
//! case in the same transaction.

use chrono::Datelike;
use serde_json::json;
use shiyan_foundation::ids::{CaseId, TestReportId};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Actor, Instant, Label, Refusal};
use shiyan_lab_results::judge::Verdict;
use shiyan_lab_results::order::{OrderAction, TestItem, TestOrder, TestReport, judge_item, report_number};
use shiyan_lab_results::order_code as code;
use shiyan_lab_results::report::{ReportContent, ReportItem};
use shiyan_nonconformity::{CaseOpening, open_cases};
use shiyan_sample_intake::{Sample, code as intake_code};
use shiyan_statute::RuleKey;
use shiyan_store::records::{Laboratory, PackageItem, SampleRecord, UserAccount};
use shiyan_store::{Error, Record, Unit, Who, sha256_hex};

use crate::reference::{needed, one_of};
use crate::samples::{cancel_clocks, new_item, start_clock, stop_clock};
use crate::{App, fresh, token};

/// Longest text kept in a result cell.
const CELL: usize = 400;

/// One typed result: item id, the revision that was on the page, the text exactly as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedResult {
    /// Item.
    pub item: String,
    /// Revision seen.
    pub seen: i64,
    /// As typed.
    pub raw: String,
}

/// What became of one typed result.
#[derive(Debug)]
pub struct Saved {
    /// Item id.
    pub item: String,
    /// The item as saved, or why not; what was typed is in the caller's hands.
    pub outcome: Result<TestItem, Vec<Refusal>>,
}

impl App {
    async fn visible_order(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<TestOrder, Error> {
        self.store.order(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
    /// Adds an item to an order that is being tested.
    ///
    /// # Errors
    /// Every reason why not; the item is there already.
    pub async fn add_item(&self, actor: &Actor, order: &str, analyte: &str, unit_text: &str, method: &str, now: Instant) -> Result<(), Error> {
        let limits = self.limit_rows().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        order.may_enter(actor)?;
        let analyte = needed(analyte, 80, "项目名称", "item", "analyte")?;
        let method = needed(method, 120, "检验依据", "method", "method")?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        if items.iter().any(|i| shiyan_statute::same_analyte(&i.analyte, &analyte)) {
            return Err(Refusal::new(code::ITEM_KNOWN).with("item", analyte).on("analyte").into());
        }
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let position = items.iter().map(|i| i.position + 1).max().unwrap_or(0);
        let item = new_item(&sample.sample, &order, position, &PackageItem { analyte, unit: unit_text.trim().to_owned(), method }, &limits);
        unit.insert(&item, &actor.into(), "item.add", json!({ "analyte": item.analyte, "limit": item.limit.as_ref().map(|l| &l.text) })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Saves typed results with their judgement; each stands for itself, so one lost race does not lose the others. The old
    /// and the new text both stay in the journal.
    ///
    /// # Errors
    /// The whole is refused when the person may not enter results here.
    pub async fn enter_results(&self, actor: &Actor, order: &str, typed: &[TypedResult], now: Instant) -> Result<Vec<Saved>, Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        order.may_enter(actor)?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let mut saved = Vec::new();
        for cell in typed {
            let Some(item) = items.iter().find(|i| i.id.to_string() == cell.item) else { continue };
            if cell.raw == item.raw {
                continue;
            }
            let refuse = |refusal: Refusal| Saved { item: cell.item.clone(), outcome: Err(vec![refusal.on(format!("r_{}", cell.item))]) };
            if cell.raw.chars().count() > CELL {
                saved.push(refuse(Refusal::new(code::LONG).with("max", CELL)));
                continue;
            }
            if cell.seen != item.revision {
                saved.push(refuse(Refusal::new(code::LOST_RACE).with("seen", cell.seen).with("now", item.revision)));
                continue;
            }
            let (understood, judgement) = judge_item(&cell.raw, &item.unit, item.limit.as_ref(), item.no_limit.as_ref(), order.kind);
            let next = item.enter(actor, now, &cell.raw, understood, judgement);
            let facts = json!({
                "analyte": item.analyte, "from": item.raw, "to": cell.raw,
                "verdict": next.judgement.as_ref().map(|j| j.verdict), "code": next.judgement.as_ref().map(|j| &j.code),
            });
            unit.save(&next, &actor.into(), "item.enter", facts).await?;
            saved.push(Saved { item: cell.item.clone(), outcome: Ok(next) });
        }
        unit.commit().await?;
        Ok(saved)
    }
    /// 人工判定 of an item the machine could not judge.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn decide_item(&self, actor: &Actor, item: &str, verdict: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let item: TestItem = unit.require(item).await?;
        let order = self.visible_order(&unit, actor, &item.order.to_string()).await?;
        order.may_decide(actor)?;
        let verdict: Verdict = one_of(verdict, "判定", "verdict", "verdict")?;
        let next = item.decide(actor, verdict, reason, now)?;
        unit.save(&next, &actor.into(), "item.decide", json!({ "analyte": item.analyte, "verdict": verdict, "reason": reason.trim() })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 提交校核, 校核, 审核: one signed step forward.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn forward_order(&self, actor: &Actor, order: &str, action: OrderAction, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let hash = content_hash(&order, &items)?;
        let next = order.forward(actor, action, &items, &hash, now)?;
        unit.save(&next, &actor.into(), verb(action), json!({ "content": hash })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 退回修改
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn return_order(&self, actor: &Actor, order: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let next = order.send_back(actor, reason)?;
        unit.save(&next, &actor.into(), "order.return", json!({ "reason": reason.trim() })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 批准: the signatory signs, the conclusion is made, and a failing one opens its cases with their clocks.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn approve_order(&self, user: &UserAccount, order: &str, now: Instant) -> Result<Outcome, Error> {
        let actor = user.actor();
        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, &actor, order).await?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let hash = content_hash(&order, &items)?;
        let next = order.approve(&actor, &items, &user.sign_scope, &hash, now)?;
        let who = Who::from(&actor);
        let Some(conclusion) = next.conclusion.clone() else { return Err(Error::Fault("approved without a conclusion".into())) };
        unit.save(&next, &who, "order.approve", json!({ "content": hash, "outcome": conclusion.outcome, "failing": conclusion.failing })).await?;
        let sample: SampleRecord = unit.require(&next.sample.to_string()).await?;
        let subject = sample.subject();
        let (rule, keep) = if conclusion.outcome == Outcome::Fail { (RuleKey::D04, RuleKey::D25) } else { (RuleKey::D03, RuleKey::D24) };
        // D04 runs on the case, where it is stopped by its receipt; the others run on the sample.
        if rule == RuleKey::D03 {
            start_clock(&mut unit, &who, rule, subject.clone(), now, &calendar, next.demo).await?;
        }
        start_clock(&mut unit, &who, keep, subject, now, &calendar, next.demo).await?;
        let open = unit.cases_of_order(&next.id.to_string()).await?;
        let has_case = open.iter().any(|c| c.state != shiyan_nonconformity::CaseState::Cancelled);
        if conclusion.outcome == Outcome::Fail && !has_case {
            let serial = unit.next_case_serial(now.year()).await?;
            let no = format!("HC{:04}-{serial:04}", now.year());
            let opening = opening_of(&sample.sample, &next, &items, now)?;
            for (case, clocks) in open_cases(&opening, [CaseId(fresh()), CaseId(fresh())], &no) {
                let subject = case.subject();
                unit.insert(&case, &who, "case.open", json!({ "no": case.no, "failing": case.failing })).await?;
                crate::cases::move_clocks(&mut unit, &who, &subject, &clocks, &calendar, case.demo).await?;
            }
        }
        unit.commit().await?;
        Ok(conclusion.outcome)
    }
    /// 签发报告: freezes what the report says, typesets it, archives the bytes by their hash.
    ///
    /// # Errors
    /// Every reason why not; a temporary sheet number; the typesetter failed.
    pub async fn issue_report(&self, actor: &Actor, order: &str, now: Instant) -> Result<TestReport, Error> {
        let labs = self.store.all::<Laboratory>().await?;
        let streets = self.streets().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let next = order.issue(actor, now)?;
        if sample.sample.core.as_ref().is_none_or(|c| c.temporary_no) {
            return Err(Refusal::new(intake_code::TEMPORARY).with("no", sample.sample.number()).into());
        }
        let content = ReportContent { amendment_reason: order.amending.clone(), ..report_content(&sample.sample, &next, &items, &labs, &streets, now)? };
        let pdf = self.typeset(&content)?;
        let who = Who::from(actor);
        let pdf_sha256 = unit.keep_blob(&pdf, "application/pdf").await?;
        let report = report_of(&content, &next, Some(pdf_sha256), actor, now)?;
        unit.save(&next, &who, "order.issue", json!({ "report": report.number })).await?;
        let facts = json!({ "number": report.number, "replaces": report.replaces, "reason": report.reason, "pdf": report.pdf_sha256 });
        unit.insert(&report, &who, "report.issue", facts).await?;
        let subject = sample.subject();
        stop_clock(&mut unit, &who, RuleKey::D02, &subject, now).await?;
        stop_clock(&mut unit, &who, RuleKey::D03, &subject, now).await?;
        // An amended report that no longer fails leaves its cases to be cancelled by a supervisor, with a reason.
        if next.conclusion.as_ref().is_some_and(|c| c.outcome != Outcome::Fail) {
            for case in unit.cases_of_order(&next.id.to_string()).await? {
                unit.note(&who, "case.conclusion_changed", case.subject(), json!({ "report": report.number })).await?;
            }
        }
        unit.commit().await?;
        Ok(report)
    }
    /// 更改已签发报告: reopens the chain; the issued report stays in force until the next one replaces it.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn amend_report(&self, actor: &Actor, order: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let next = order.amend(actor, reason)?;
        unit.save(&next, &actor.into(), "order.amend", json!({ "reason": reason.trim() })).await?;
        // The retention and reporting clocks of the old conclusion end; the next conclusion starts its own.
        cancel_clocks(&mut unit, &actor.into(), &format!("sample:{}", next.sample), |_| true).await?;
        unit.commit().await?;
        Ok(())
    }
    /// The archived PDF of a report; a demonstration report is typeset from its frozen facts on request.
    ///
    /// # Errors
    /// The bytes are gone; the typesetter failed.
    pub async fn report_pdf(&self, report: &TestReport) -> Result<Vec<u8>, Error> {
        match &report.pdf_sha256 {
            Some(sha256) => match self.store.blob(sha256).await? {
                Some((_, bytes)) if sha256_hex(&bytes) == *sha256 => Ok(bytes),
                _ => Err(Error::Fault(format!("the archived bytes of report {} are missing or changed; run `shiyan verify`", report.number))),
            },
            None => self.typeset(&serde_json::from_str::<ReportContent>(&report.content)?),
        }
    }
}

fn verb(action: OrderAction) -> &'static str {
    match action {
        OrderAction::Submit => "order.submit",
        OrderAction::Check => "order.check",
        OrderAction::Review => "order.review",
        _ => "order.forward",
    }
}

/// SHA-256 of what is signed: every item with its result, limit and verdict.
pub(crate) fn content_hash(order: &TestOrder, items: &[TestItem]) -> Result<String, Error> {
    let signed: Vec<_> =
        items.iter().map(|i| (&i.analyte, &i.method, &i.unit, &i.raw, &i.limit, i.verdict(), i.decision.as_ref().map(|d| &d.reason))).collect();
    Ok(sha256_hex(serde_json::to_string(&(order.sample, signed))?.as_bytes()))
}

/// What the opening of cases needs to know.
pub(crate) fn opening_of(sample: &Sample, order: &TestOrder, items: &[TestItem], at: Instant) -> Result<CaseOpening, Error> {
    let core = sample.core.as_ref().ok_or_else(|| Error::Fault(format!("sample {} has no checked sheet", sample.id)))?;
    Ok(CaseOpening {
        sample: sample.id,
        order: order.id,
        sampling_no: core.sampling_no.clone(),
        product: core.name.clone(),
        link: core.link,
        online: core.online,
        site: core.site_name.clone(),
        producer: core.prepacked.then(|| sample.sheet.get("prod_name").to_owned()),
        street: core.street.clone(),
        failing: items.iter().filter(|i| i.verdict() == Some(Verdict::Nonconforming)).map(|i| (i.analyte.clone(), i.group.clone())).collect(),
        at,
        demo: order.demo,
    })
}

/// The report row around frozen content.
pub(crate) fn report_of(content: &ReportContent, order: &TestOrder, pdf_sha256: Option<String>, actor: &Actor, now: Instant) -> Result<TestReport, Error> {
    let text = serde_json::to_string(content)?;
    let conclusion = order.conclusion.clone().ok_or_else(|| Error::Fault("issued without a conclusion".into()))?;
    Ok(TestReport {
        id: TestReportId(fresh()),
        order: order.id,
        sample: order.sample,
        number: content.number.clone(),
        amendment: order.reports_issued.saturating_sub(1),
        replaces: content.replaces.clone(),
        reason: content.amendment_reason.clone(),
        conclusion,
        signatures: order.signatures.clone(),
        issued_by: actor.name.clone(),
        issued_at: now,
        content_sha256: sha256_hex(text.as_bytes()),
        content: text,
        pdf_sha256,
        verify_code: content.verify_code.clone(),
        demo: order.demo,
    })
}

/// What the report says, out of the sheet, the reception and the items. `order` is the order as issued.
pub(crate) fn report_content(
    sample: &Sample,
    order: &TestOrder,
    items: &[TestItem],
    labs: &[Laboratory],
    streets: &std::collections::BTreeMap<String, shiyan_foundation::area::Street>,
    now: Instant,
) -> Result<ReportContent, Error> {
    let core = sample.core.as_ref().ok_or_else(|| Error::Fault(format!("sample {} has no checked sheet", sample.id)))?;
    let conclusion = order.conclusion.as_ref().ok_or_else(|| Error::Fault("issued without a conclusion".into()))?;
    let amendment = order.reports_issued.saturating_sub(1);
    let lab = labs.iter().find(|l| l.name == core.lab);
    let sheet = |key: &str| {
        let text = sample.sheet.get(key);
        if text.is_empty() { "/".to_owned() } else { text.to_owned() }
    };
    let tested = items.iter().filter_map(|i| i.entered_at).map(|at| at.date_naive());
    let span = match (tested.clone().min(), tested.max()) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} ～ {last}"),
        _ => "/".to_owned(),
    };
    let samplers = core.samplers.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("、");
    let unit = sheet("qty_unit");
    let street = streets.get(&core.street).map_or_else(|| core.street.clone(), |s| s.name.clone());
    let joined = |of: fn(&TestItem) -> &str| {
        let mut all: Vec<&str> = items.iter().map(of).filter(|t| !t.is_empty()).collect();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() { "/".to_owned() } else { all.join("、") }
    };
    let received = sample.reception.as_ref().and_then(|r| r.at).map_or_else(|| "/".to_owned(), crate::day);
    let condition = sample
        .reception
        .as_ref()
        .map_or_else(|| "/".to_owned(), |r| if r.failed.is_empty() { "封条、包装完好，状态正常".to_owned() } else { format!("偏离：{}", r.note) });
    let facts: Vec<(&str, &str, String)> = vec![
        ("样品名称", "Sample", core.name.clone()),
        ("规格型号", "Specification", sheet("spec")),
        ("商标", "Brand", sheet("brand")),
        ("质量等级", "Grade", sheet("grade")),
        ("生产/加工/购进日期", "Date made or bought", format!("{}（{}）", core.made_on, sheet("date_kind"))),
        ("批号", "Lot", sheet("lot_no")),
        ("保质期", "Shelf life", sheet("shelf_life")),
        ("样品状态", "Condition", condition),
        ("被抽样单位", "Sampled operator", core.site_name.clone()),
        ("被抽样单位地址", "Its address", format!("{street} {}", sheet("site_addr"))),
        ("标称生产者", "Labelled producer", sheet("prod_name")),
        ("标称生产者地址", "Its address", sheet("prod_addr")),
        ("抽样单编号", "Sampling sheet", core.sampling_no.clone()),
        ("抽样地点", "Sampling place", format!("{}（{}）", core.place, core.link.zh())),
        ("抽样日期", "Sampled on", core.sampled_on.to_string()),
        ("抽样人员", "Samplers", samplers),
        ("抽样基数", "Lot size", format!("{} {unit}", sheet("base_qty"))),
        ("抽样数量/备样数量", "Taken / reserve", format!("{} {unit} / {} {unit}", sheet("sample_qty"), sheet("backup_qty"))),
        ("到样日期", "Received on", received),
        ("检验日期", "Tested", span),
        ("任务来源", "Task source", sheet("task_source")),
        ("检验类别", "Purpose", core.kind.zh().to_owned()),
        ("检验项目", "Items", format!("共 {} 项", items.len())),
        ("检验依据", "Methods", joined(|i| &i.method)),
        ("判定依据", "Standards", joined(|i| i.limit.as_ref().map_or("", |l| l.basis.as_str()))),
    ];
    let verify_code = token().chars().take(20).collect::<String>().to_uppercase();
    Ok(ReportContent {
        number: report_number(&core.sampling_no, amendment),
        replaces: (amendment > 0).then(|| report_number(&core.sampling_no, amendment - 1)),
        amendment_reason: None,
        lab: lab.map_or_else(
            || [core.lab.clone(), String::new(), String::new(), String::new()],
            |l| [l.name.clone(), l.address.clone(), l.phone.clone(), l.zip.clone()],
        ),
        facts: facts.into_iter().map(|(zh, en, text)| (zh.to_owned(), en.to_owned(), text)).collect(),
        sample_name: core.name.clone(),
        site_name: core.site_name.clone(),
        producer: sheet("prod_name"),
        purpose: (core.kind.zh().to_owned(), core.kind.en().to_owned()),
        conclusion: (conclusion.zh.clone(), conclusion.en.clone()),
        outcome: (conclusion.outcome.zh().to_owned(), conclusion.outcome.en().to_owned()),
        items: items
            .iter()
            .map(|i| {
                let verdict = i.verdict().unwrap_or(Verdict::NoVerdict);
                ReportItem {
                    analyte: i.analyte.clone(),
                    unit: i.unit.clone(),
                    limit: i.limit.as_ref().map_or_else(|| "/".to_owned(), |l| l.rule.text()),
                    result: if i.understood.is_empty() { i.raw.clone() } else { i.understood.clone() },
                    method: i.method.clone(),
                    basis: i.limit.as_ref().map_or_else(|| "/".to_owned(), |l| l.basis.clone()),
                    verdict: (verdict.zh().trim_end_matches('项').to_owned(), verdict.en().to_owned()),
                    note: i.decision.as_ref().map_or_else(String::new, |d| format!("人工判定：{}", d.reason)),
                }
            })
            .collect(),
        signatures: order.signatures.iter().map(|s| (s.meaning.zh().to_owned(), s.name.clone(), crate::day(s.at))).collect(),
        issued_on: now.format("%Y年%-m月%-d日").to_string(),
        issued_at: now.to_rfc3339(),
        verify_code,
        demo: order.demo,
    })
}
