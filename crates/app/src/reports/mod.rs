//! 检验报告: issuing with what may be chosen about it, amending, drafts, the archived file, the settings, and who printed what.

pub mod publication;
pub(crate) mod read;
pub mod read_batch;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shiyan_foundation::ids::TestReportId;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Actor, Instant, Label, Refusal};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_lab_results::order::sentence::Sentences;
use shiyan_lab_results::order::{Meaning, OrderAction, OrderState, Said, TestItem, TestOrder};
use shiyan_lab_results::report::{
    ObjectionTerm, Pictures, ReportContent, ReportItem, ReportOptions, ReportSettings, Stated, SuppliedPicture, TestReport, not_in_a_batch, notices,
    report_number, working_of,
};
use shiyan_sample_intake::{CheckedSheet, Sample, code as intake_code};
use shiyan_store::records::{Laboratory, SampleRecord, Setting, UserAccount};
use shiyan_store::{Error, Record, Who, sha256_hex};

use crate::authority::{Act, may};
use crate::clocks::{cancel_clocks, tick};
use crate::setting::keep_setting;
use crate::typed::number;
use crate::{App, code, fresh};

/// Key of the settings row.
const SETTINGS: &str = "report";
/// Largest picture of a mark or a seal.
pub const PICTURE_BYTES: usize = 1024 * 1024;
/// Prints that are journaled in one transaction.
const PRINTS: usize = 100;

/// 图样 as typed: a new file, and whether it is to be printed.
#[derive(Debug, Clone, Default)]
pub struct TypedPicture {
    /// A new PNG; the one there is stays without it.
    pub file: Option<Vec<u8>>,
    /// 启用
    pub enabled: bool,
}

/// 报告设置 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedReportSettings {
    /// Options ticked beforehand.
    pub options: ReportOptions,
    /// 异议期限 in days; empty for the statutory one.
    pub objection_days: String,
    /// Counted in 工作日.
    pub objection_working: bool,
    /// 资质标志
    pub mark: TypedPicture,
    /// 检验检测专用章
    pub seal: TypedPicture,
}

/// What a report is made from besides its order.
struct House {
    labs: Vec<Laboratory>,
    streets: BTreeMap<String, shiyan_foundation::area::Street>,
    settings: ReportSettings,
    pictures: Pictures,
}

/// 签发前 what is about to be issued.
struct Frozen {
    next: TestOrder,
    content: ReportContent,
}

/// 排版不成 why a typesetter made no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unset {
    /// 缺字 no face has these characters.
    Missing(String),
    /// Anything else, in its words.
    Failed(String),
}

impl App {
    /// 报告设置
    ///
    /// # Errors
    /// The database does not answer; the settings cannot be read.
    pub async fn report_settings(&self) -> Result<ReportSettings, Error> {
        read_settings(self.store.get::<Setting>(SETTINGS).await?.as_ref())
    }
    /// Changes the settings; reports already issued stay as they are.
    ///
    /// # Errors
    /// Not a quality manager of the whole district; a term that is no number of days; a picture that is no PNG or too large, or enabled without one.
    pub async fn save_report_settings(&self, actor: &Actor, typed: &TypedReportSettings, now: Instant) -> Result<ReportSettings, Error> {
        may(actor, Act::ReportSettings)?;
        let mut why = Vec::new();
        let objection = match typed.objection_days.trim() {
            "" => None,
            days => number::<u32>(days, "异议期限", "objection term", "objection_days")
                .and_then(|days| ObjectionTerm::checked(days, typed.objection_working))
                .map_err(|refusal| why.push(refusal))
                .ok(),
        };
        let old: Option<Setting> = self.store.get(SETTINGS).await?;
        let before = read_settings(old.as_ref())?;
        let mark = supplied(&typed.mark, before.mark, "资质标志", "mark of the laboratory", "mark", &mut why);
        let seal = supplied(&typed.seal, before.seal, "检验检测专用章", "testing seal", "seal", &mut why);
        if !why.is_empty() {
            return Err(Error::Refused(why));
        }
        let next = ReportSettings { options: typed.options, objection, mark, seal, ..before };
        let files: Vec<&[u8]> = [&typed.mark.file, &typed.seal.file].into_iter().flatten().map(Vec::as_slice).collect();
        self.keep_settings(actor, old, &next, &files, now).await?;
        Ok(next)
    }
    /// 改结论用语 takes the templates of the conclusions as typed, Chinese and English; an empty one goes back to the standing wording.
    /// Reports already issued stay as they are.
    ///
    /// # Errors
    /// Not a quality manager of the whole district; everything that is wrong with a template, each on its field.
    pub async fn save_sentences(&self, actor: &Actor, typed: &BTreeMap<Outcome, Said>, now: Instant) -> Result<ReportSettings, Error> {
        may(actor, Act::ReportSettings)?;
        let sentences = Sentences::checked(typed)?;
        let old: Option<Setting> = self.store.get(SETTINGS).await?;
        let next = ReportSettings { sentences, ..read_settings(old.as_ref())? };
        self.keep_settings(actor, old, &next, &[], now).await?;
        Ok(next)
    }
    async fn keep_settings(&self, actor: &Actor, old: Option<Setting>, next: &ReportSettings, files: &[&[u8]], now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        for bytes in files {
            self.keep_upload(&mut unit, actor, bytes).await?;
        }
        let value = serde_json::to_value(next)?;
        let facts = json!({ "key": SETTINGS, "to": value });
        keep_setting(&mut unit, actor, old, SETTINGS, value, facts).await?;
        unit.commit().await?;
        Ok(())
    }
    async fn house(&self) -> Result<House, Error> {
        let settings = self.report_settings().await?;
        let pictures = self.pictures(settings.mark_in_use().as_deref(), settings.seal_in_use().as_deref()).await?;
        Ok(House { labs: self.store.all().await?, streets: self.streets().await?, settings, pictures })
    }
    async fn pictures(&self, mark: Option<&str>, seal: Option<&str>) -> Result<Pictures, Error> {
        let mut both = [None, None];
        for (place, sha256) in both.iter_mut().zip([mark, seal]) {
            let Some(sha256) = sha256 else { continue };
            let Some((_, bytes)) = self.store.blob(sha256).await? else {
                return Err(Error::Fault(format!("the picture {sha256} of the report settings is missing; run `shiyan verify`")));
            };
            *place = Some(bytes);
        }
        let [mark, seal] = both;
        Ok(Pictures { mark, seal })
    }
    /// 签发报告: freezes what the report says with what was chosen about it, typesets it, archives the bytes by their hash.
    ///
    /// The pages are set before the transaction, because nobody else can write while it is open; inside it everything is read
    /// and frozen once more, and set again in the rare case that something has changed in between.
    ///
    /// # Errors
    /// Every reason why not; a temporary sheet number; the typesetter failed.
    pub async fn issue_report(&self, actor: &Actor, order: &str, options: ReportOptions, now: Instant) -> Result<TestReport, Error> {
        let house = self.house().await?;
        let seen = self.store.order(order, &actor.scope).await?.ok_or(Error::NotFound)?;
        let items = self.store.items_of_order(order, &actor.scope).await?;
        let sample = self.store.sample(&seen.sample.to_string(), &actor.scope).await?.ok_or(Error::NotFound)?;
        let ready = frozen(actor, &house, &seen, &items, &sample.sample, options, now)?;
        let mut pdf = self.typeset_aside(ready.content.clone()).await?;

        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let Frozen { next, content } = frozen(actor, &house, &order, &items, &sample.sample, options, now)?;
        if content != ready.content {
            pdf = self.typeset(&content)?;
        }
        let who = Who::from(actor);
        let pdf_sha256 = unit.keep_blob(&pdf).await?;
        let report = report_of(&content, &next, Some(pdf_sha256), actor, now)?;
        unit.save(&next, &who, "order.issue", json!({ "report": report.number })).await?;
        let facts = json!({
            "number": report.number, "replaces": report.replaces, "reason": report.reason, "pdf": report.pdf_sha256, "options": options,
        });
        unit.insert(&report, &who, "report.issue", facts).await?;
        tick(&mut unit, &who, &next.ticks(order.state, OrderAction::Issue), &sample, now, &calendar).await?;
        // An amended report that no longer fails leaves its cases to be cancelled by a supervisor, with a reason.
        if next.conclusion.as_ref().is_some_and(|c| c.outcome != Outcome::Fail) {
            for case in unit.cases_of_order(&next.id.to_string()).await? {
                unit.note(&who, "case.conclusion_changed", case.subject(), json!({ "report": report.number })).await?;
            }
        }
        unit.commit().await?;
        Ok(report)
    }
    /// 成批签发 one report of many: the same act in a transaction of its own, but never for a report that has to be looked at.
    ///
    /// # Errors
    /// The conclusion is 不合格 or 问题; every reason why [`App::issue_report`] would not.
    pub async fn issue_in_batch(&self, actor: &Actor, order: &str, options: ReportOptions, now: Instant) -> Result<TestReport, Error> {
        let seen = self.store.order(order, &actor.scope).await?.ok_or(Error::NotFound)?;
        if let Some(refusal) = not_in_a_batch(&seen) {
            return Err(refusal.into());
        }
        self.issue_report(actor, order, options, now).await
    }
    /// 草稿 what a report awaiting issue would look like with these options, marked as a draft on every page; nothing is kept.
    /// `None` when the order does not await its report.
    ///
    /// # Errors
    /// The database does not answer; the typesetter failed.
    pub async fn draft_report(&self, order: &TestOrder, options: ReportOptions, now: Instant) -> Result<Option<Vec<u8>>, Error> {
        if order.state != OrderState::Approved {
            return Ok(None);
        }
        let all = shiyan_foundation::Scope::District;
        let house = self.house().await?;
        let items = self.store.items_of_order(&order.id.to_string(), &all).await?;
        let sample = self.store.sample(&order.sample.to_string(), &all).await?.ok_or(Error::NotFound)?;
        let next = TestOrder { reports_issued: order.reports_issued + 1, ..order.worded(&house.settings.sentences, &items) };
        let content = chosen(&house, &sample.sample, &next, &items, options, String::new(), now)?;
        Ok(Some(self.typeset_aside(ReportContent { draft: true, ..content }).await?))
    }
    /// 预览 the file that is archived if this order is signed and issued today with these options: the same bytes. For who is about to
    /// sign it as authorised signatory, and from then on for whoever may look at a draft; who looked at it is on record. Nothing in the
    /// file says that it is not issued yet, so the page around it has to.
    ///
    /// # Errors
    /// Every reason why this person may not sign it now; it awaits neither signature nor issue; a temporary sheet number; the typesetter failed.
    pub async fn preview_report(&self, user: &UserAccount, order: &str, options: ReportOptions, now: Instant) -> Result<Vec<u8>, Error> {
        let actor = user.actor();
        let order = self.store.order(order, &actor.scope).await?.ok_or(Error::NotFound)?;
        let items = self.store.items_of_order(&order.id.to_string(), &actor.scope).await?;
        let sample = self.store.sample(&order.sample.to_string(), &actor.scope).await?.ok_or(Error::NotFound)?;
        let signed = match order.state {
            OrderState::Reviewed => order.approve(&actor, &items, &user.sign_scope, &crate::signed::content_hash(&order, &items)?, now)?,
            OrderState::Approved => order.clone(),
            _ => return Err(Error::NotFound),
        };
        numbered(&sample.sample)?;
        let house = self.house().await?;
        // Who issues it is not printed: whoever looks at it stands for them.
        let next = TestOrder { reports_issued: order.reports_issued + 1, ..signed.worded(&house.settings.sentences, &items) };
        let content = chosen(&house, &sample.sample, &next, &items, options, verify_code(&next), now)?;
        let number = content.number.clone();
        let pdf = self.typeset_aside(content).await?;
        let mut unit = self.store.begin(now).await?;
        unit.note(&Who::from(&actor), "report.preview", order.subject(), json!({ "number": number, "pdf": sha256_hex(&pdf) })).await?;
        unit.commit().await?;
        Ok(pdf)
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
            None => {
                let content: ReportContent = serde_json::from_str(&report.content)?;
                let pictures = self.pictures(content.mark.as_deref(), content.seal.as_deref()).await?;
                let options = ReportOptions { rare: true, ..content.options };
                self.typeset_aside(ReportContent { pictures, options, ..content }).await
            }
        }
    }
    /// 打印/下载 who took out the file of which report, and how (`pdf`, `zip`, `file`): one entry a report, at most a hundred a
    /// transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_printed(&self, who: &Who, reports: &[(TestReportId, String)], way: &str, now: Instant) -> Result<(), Error> {
        for some in reports.chunks(PRINTS) {
            let mut unit = self.store.begin(now).await?;
            for (id, number) in some {
                unit.note(who, "report.print", format!("report:{id}"), json!({ "number": number, "way": way })).await?;
            }
            unit.commit().await?;
        }
        Ok(())
    }
}

fn read_settings(row: Option<&Setting>) -> Result<ReportSettings, Error> {
    Ok(row.map(|row| serde_json::from_value(row.value.clone())).transpose()?.unwrap_or_default())
}

/// The picture that the settings will hold.
fn supplied(
    typed: &TypedPicture,
    before: Option<SuppliedPicture>,
    zh: &'static str,
    en: &'static str,
    field: &'static str,
    why: &mut Vec<Refusal>,
) -> Option<SuppliedPicture> {
    let sha256 = match &typed.file {
        Some(bytes) if bytes.len() > PICTURE_BYTES => {
            why.push(Refusal::new(code::FILE_SIZE).with("name", zh).with("size", bytes.len()).with("most", PICTURE_BYTES).on(field));
            return before;
        }
        Some(bytes) if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") => {
            let head: String = bytes.iter().take(4).map(|b| format!("{b:02x}")).collect();
            why.push(Refusal::new(code::FILE_TYPE).with("name", zh).with("found", head).on(field));
            return before;
        }
        Some(bytes) => Some(sha256_hex(bytes)),
        None => before.map(|p| p.sha256),
    };
    if sha256.is_none() && typed.enabled {
        why.push(Refusal::new(code::NO_PICTURE).with("label", zh).with("label_en", en).on(field));
    }
    sha256.map(|sha256| SuppliedPicture { sha256, enabled: typed.enabled })
}

/// 验真码 eighty bits that follow from what only the records know: the id of the order, and when the others signed what. So the file that is
/// looked at before it is issued is the file that is issued, and nobody outside can guess it.
fn verify_code(order: &TestOrder) -> String {
    let mut known = format!("{} {}", order.id, order.reports_issued);
    for s in order.signatures.iter().filter(|s| s.meaning != Meaning::Signatory) {
        known.push_str(&format!(" {} {} {}", s.user, s.at.to_rfc3339(), s.content_hash));
    }
    sha256_hex(known.as_bytes()).chars().take(20).collect::<String>().to_uppercase()
}

/// The order as issued, and what its report says.
#[allow(clippy::too_many_arguments)]
fn frozen(actor: &Actor, house: &House, order: &TestOrder, items: &[TestItem], sample: &Sample, options: ReportOptions, now: Instant) -> Result<Frozen, Error> {
    // The sentence in force now is the one that is issued; the signatures stand over the results that it is made from.
    let next = order.worded(&house.settings.sentences, items).issue(actor, items, now)?;
    numbered(sample)?;
    let content = chosen(house, sample, &next, items, options, verify_code(&next), now)?;
    // The order as issued no longer says why it was amended.
    Ok(Frozen { content: ReportContent { amendment_reason: order.amending.clone(), ..content }, next })
}

/// A report needs the number of its sheet: one that is still a temporary number prints none.
fn numbered(sample: &Sample) -> Result<(), Refusal> {
    if sample.core.as_ref().is_some_and(|c| !c.temporary_no) {
        return Ok(());
    }
    Err(Refusal::new(intake_code::TEMPORARY).with("no", sample.number()))
}

/// What the report says with what was chosen about it.
fn chosen(
    house: &House,
    sample: &Sample,
    next: &TestOrder,
    items: &[TestItem],
    options: ReportOptions,
    verify_code: String,
    now: Instant,
) -> Result<ReportContent, Error> {
    let mut content = report_content(sample, next, items, &house.labs, &house.streets, now)?;
    if options.working {
        for (line, item) in content.items.iter_mut().zip(items) {
            line.working = working_of(item);
        }
    }
    Ok(ReportContent {
        amendment_reason: next.amending.clone(),
        verify_code,
        options,
        notices: notices(next.kind, house.settings.objection, now.date_naive())?,
        mark: house.settings.mark_in_use(),
        seal: house.settings.seal_in_use(),
        pictures: house.pictures.clone(),
        ..content
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

/// A field of the sheet as it is printed; `/` for nothing.
fn printed(sample: &Sample, key: &str) -> String {
    let text = sample.sheet.get(key);
    if text.is_empty() { "/".to_owned() } else { text.to_owned() }
}

/// 所述 what the report says of the sample, in its own words.
fn stated(sample: &Sample, core: &CheckedSheet, items: &[TestItem], streets: &BTreeMap<String, shiyan_foundation::area::Street>) -> Stated {
    let sheet = |key: &str| printed(sample, key);
    let tested = items.iter().filter_map(|i| i.entered_at).map(|at| at.date_naive());
    let span = match (tested.clone().min(), tested.max()) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} ～ {last}"),
        _ => "/".to_owned(),
    };
    let samplers = core.samplers.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("、");
    let unit = sheet("qty_unit");
    let street = streets.get(&core.street).map_or_else(|| core.street.clone(), |s| s.name.clone());
    let listed = |of: fn(&TestItem) -> &str| {
        let all: BTreeSet<&str> = items.iter().map(of).filter(|t| !t.is_empty()).collect();
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let received = sample.reception.as_ref().and_then(|r| r.at).map_or_else(|| "/".to_owned(), crate::day);
    let condition = sample
        .reception
        .as_ref()
        .map_or_else(|| "/".to_owned(), |r| if r.failed.is_empty() { "封条、包装完好，状态正常".to_owned() } else { format!("偏离：{}", r.note) });
    let place = sample.reception.as_ref().map(|r| r.place.trim()).filter(|p| !p.is_empty());
    let kept = place.map_or_else(|| core.lab.clone(), |place| format!("{}（{place}）", core.lab));
    Stated {
        name: core.name.clone(),
        spec: sheet("spec"),
        brand: sheet("brand"),
        grade: sheet("grade"),
        made_on: format!("{}（{}）", core.made_on, sheet("date_kind")),
        lot_no: sheet("lot_no"),
        shelf_life: sheet("shelf_life"),
        condition,
        operator: core.site_name.clone(),
        operator_address: format!("{street} {}", sheet("site_addr")),
        producer: sheet("prod_name"),
        producer_address: sheet("prod_addr"),
        sheet: core.sampling_no.clone(),
        place: format!("{}（{}）", core.place, core.link.zh()),
        sampled_on: core.sampled_on.to_string(),
        samplers,
        base: format!("{} {unit}", sheet("base_qty")),
        quantity: format!("{} {unit}", sheet("sample_qty")),
        reserve: format!("{} {unit}", sheet("backup_qty")),
        reserve_place: kept,
        received_on: received,
        tested_on: span,
        task_source: sheet("task_source"),
        purpose: core.kind.zh().to_owned(),
        items: format!("共 {} 项", items.len()),
        methods: listed(|i| &i.method),
        standards: listed(|i| i.limit.as_ref().map_or("", |l| l.basis.as_str())),
        remark: sheet("remark"),
    }
}

/// One item as a line of the report.
fn line_of(i: &TestItem) -> ReportItem {
    let verdict = i.verdict().unwrap_or(Verdict::NoVerdict);
    ReportItem {
        analyte: i.analyte.clone(),
        unit: i.unit.clone(),
        limit: i.limit.as_ref().map_or_else(|| "/".to_owned(), |l| required(l, &i.unit)),
        result: if i.understood.is_empty() { i.raw.clone() } else { i.understood.clone() },
        method: i.method.clone(),
        basis: i.limit.as_ref().map_or_else(|| "/".to_owned(), |l| l.basis.clone()),
        verdict: (verdict.zh().trim_end_matches('项').to_owned(), verdict.en().to_owned()),
        note: noted(i),
        failed: Some(matches!(verdict, Verdict::Nonconforming | Verdict::Problem)),
        working: Vec::new(),
    }
}

/// What the report says, out of the sheet, the reception and the items. `order` is the order as issued.
pub(crate) fn report_content(
    sample: &Sample,
    order: &TestOrder,
    items: &[TestItem],
    labs: &[Laboratory],
    streets: &BTreeMap<String, shiyan_foundation::area::Street>,
    now: Instant,
) -> Result<ReportContent, Error> {
    let core = sample.core.as_ref().ok_or_else(|| Error::Fault(format!("sample {} has no checked sheet", sample.id)))?;
    let conclusion = order.conclusion.as_ref().ok_or_else(|| Error::Fault("issued without a conclusion".into()))?;
    let amendment = order.reports_issued.saturating_sub(1);
    let lab = labs.iter().find(|l| l.name == core.lab);
    Ok(ReportContent {
        number: report_number(&core.sampling_no, amendment),
        replaces: (amendment > 0).then(|| report_number(&core.sampling_no, amendment - 1)),
        amendment_reason: None,
        lab: lab.map_or_else(
            || [core.lab.clone(), String::new(), String::new(), String::new()],
            |l| [l.name.clone(), l.address.clone(), l.phone.clone(), l.zip.clone()],
        ),
        facts: Vec::new(),
        stated: Some(stated(sample, core, items, streets)),
        sample_name: core.name.clone(),
        site_name: core.site_name.clone(),
        producer: printed(sample, "prod_name"),
        purpose: (core.kind.zh().to_owned(), core.kind.en().to_owned()),
        conclusion: (conclusion.zh.clone(), conclusion.en.clone()),
        outcome: (conclusion.outcome.zh().to_owned(), conclusion.outcome.en().to_owned()),
        items: items.iter().map(line_of).collect(),
        signatures: order.signatures.iter().map(|s| (s.meaning.zh().to_owned(), s.name.clone(), crate::day(s.at))).collect(),
        issued_on: now.format("%Y年%-m月%-d日").to_string(),
        // The file carries the day, not the minute: looked at in the morning and issued in the evening it is the same file.
        issued_at: now.with_time(chrono::NaiveTime::MIN).single().unwrap_or(now).to_rfc3339(),
        verify_code: String::new(),
        options: ReportOptions::default(),
        notices: Vec::new(),
        mark: None,
        seal: None,
        draft: false,
        pictures: Pictures::default(),
        demo: order.demo,
    })
}

/// 标准要求 as printed; where the limit is not in the unit of the result its own stands beside it.
fn required(limit: &LimitUsed, unit: &str) -> String {
    let text = limit.rule.text();
    if limit.unit == unit || limit.unit.is_empty() || limit.unit == "/" { text } else { format!("{text} {}", limit.unit) }
}

/// 备注 of one line: what the analyst remarked, that carry-over was considered, and the reason of a decision by hand.
fn noted(item: &TestItem) -> String {
    let decided = item.decision.as_ref().map(|d| d.told().0);
    let picked = item.picked.as_ref().zip(item.limit.as_ref()).map(|(pick, limit)| pick.told(limit).0);
    let remark = Some(item.remark.trim().to_owned()).filter(|r| !r.is_empty());
    let carry_over = item.carry_over.as_ref().filter(|_| item.asks_carry_over_word()).map(|c| format!("带入原则：{}", c.word));
    remark.into_iter().chain(picked).chain(carry_over).chain(decided).collect::<Vec<_>>().join("；")
}
