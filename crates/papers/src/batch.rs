//! P03、P12、P20 and P21: the papers of one batch, gathered from what is on record of it. What a person signs, numbers or dates by hand stays open.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use shiyan_app::reports::read_batch::Batch;
use shiyan_app::{App, Error};
use shiyan_foundation::{Instant, Label, Lang, Refusal, Scope, shanghai};
use shiyan_lab_results::report::{ReportContent, ReportItem};
use shiyan_nonconformity::{Block, BlockRecord, Case, CaseState};
use shiyan_reports::annual::date;
use shiyan_reports::forms::service_receipt::{self, Served, Way};
use shiyan_reports::letters::{self, Addressee, FailingItem, Goods, ResultNotice, SheetForm, Standing, Timed, TimedRow, with_unit};
use shiyan_sample_intake::check_number;
use shiyan_sample_intake::sample::SampleState;
use shiyan_statute::{AnalyteGroup, RuleKey, deadline};

use crate::catalogue::Kind;
use crate::code;
use crate::letters::{Drawn, Looked, front};

/// What a paper of one batch is told.
#[derive(Debug)]
pub(crate) enum Told {
    Sheet(Box<SheetForm>),
    Timed(Box<Timed>),
    Notice(Box<ResultNotice>),
    Receipts(Vec<service_receipt::Model>),
}

/// A paper of one batch, found by the number of its sheet or of one of its cases.
pub(crate) async fn drawn(app: &App, kind: &'static Kind, no: &str, lang: Lang, now: Instant) -> Result<Drawn<Told>, Error> {
    let scope = &Scope::District;
    let case = app.sheet_of_case(no.trim(), scope).await?;
    let sheet = match &case {
        Some(sheet) => sheet.clone(),
        None => check_number(no).map_err(|_| kind.unread(no))?.0,
    };
    let batch = app.batch_of_sheet(&sheet, scope, now).await?.ok_or_else(|| Refusal::new(code::NO_SHEET).with("no", no.trim()))?;
    // a case asks for its own part alone
    let only = case.is_some().then(|| no.trim());
    let made = Made { batch: &batch, no: &sheet, body: app.district().await?.body.pick(lang).to_owned(), only, lang, now };
    let demo = batch.sample.demo;
    let (told, warns) = match kind.id {
        "P03" => {
            let form = made.sheet()?;
            let blanks: &[(&str, &str)] = match letters::Variant::of(&form.sheet) {
                letters::Variant::General => &[("储存温度", "the temperature of storage"), ("是否出口", "whether it is exported")],
                letters::Variant::Farm => &[
                    ("储存温度", "the temperature of storage"),
                    ("俗称", "the common name"),
                    ("承诺达标合格证、购货凭证", "the certificate and the proof of purchase"),
                    ("进货量", "the quantity bought"),
                ],
                letters::Variant::Online => &[
                    ("储存温度", "the temperature of storage"),
                    ("店铺、链接、订单号、下单和收样日期", "shop, link, order number, days of order and receipt"),
                    ("拆包照片和地点", "photos and place of opening"),
                ],
            };
            (Told::Sheet(Box::new(form)), vec![made.blanks(blanks)])
        }
        "P12" => (Told::Timed(Box::new(made.timed()?)), vec![made.timed_blanks()]),
        "P20" => {
            let notice = made.notice(kind)?;
            let microbes: Vec<&str> = notice.items.iter().filter(|i| i.microbial).map(|i| i.item.as_str()).collect();
            let mut warns =
                vec![Refusal::new(code::UNNUMBERED), made.blanks(&[("联系人、电话、传真、地址、邮编", "contact, phone, fax, address and postcode")])];
            if !microbes.is_empty() {
                warns.push(Refusal::new(code::NO_RECHECK).with("items", microbes.join(lang.pick("、", ", "))));
            }
            (Told::Notice(Box::new(notice)), warns)
        }
        _ => {
            let receipts = made.receipts(kind)?;
            let warns = vec![made.blanks(&[("通知书文号、签名和见证人", "the number of the notice, the signatures and the witness")])];
            (Told::Receipts(receipts), warns)
        }
    };
    Ok(Drawn { told, looked: Looked { warns, ..Looked::default() }, demo })
}

/// One batch, and how its papers are to be.
struct Made<'a> {
    batch: &'a Batch,
    /// 抽样单编号
    no: &'a str,
    /// 本单位
    body: String,
    /// 案件编号, where only its part is asked for.
    only: Option<&'a str>,
    lang: Lang,
    now: Instant,
}

fn there(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|t| !t.is_empty() && *t != "/" && *t != "／")
}

/// A moment to the minute, as a form writes it.
fn minute(at: Instant, lang: Lang) -> String {
    let at = at.with_timezone(&shanghai());
    match lang {
        Lang::Zh => format!("{}年{}月{}日{}时{:02}分", at.year(), at.month(), at.day(), at.hour(), at.minute()),
        Lang::En => at.format("%-d %B %Y, %H:%M").to_string(),
    }
}

/// A day that was frozen as text, in words; as it stands where it is none.
fn worded(text: &str, lang: Lang) -> String {
    text.trim().parse::<NaiveDate>().map_or_else(|_| text.to_owned(), |on| date(on, lang))
}

fn noon(on: NaiveDate) -> Option<Instant> {
    on.and_time(NaiveTime::from_hms_opt(12, 0, 0)?).and_local_timezone(shanghai()).single()
}

impl Made<'_> {
    fn blanks(&self, fields: &[(&str, &str)]) -> Refusal {
        let (zh, en): (Vec<&str>, Vec<&str>) = fields.iter().copied().unzip();
        Refusal::new(code::BLANKS).with("fields", zh.join("、")).with("fields_en", en.join(", "))
    }

    // ------------------------------------------------------------ P03

    /// The sheet as it was submitted; one that is still being written, or was voided, is no sheet.
    fn sheet(&self) -> Result<SheetForm, Refusal> {
        let sample = &self.batch.sample;
        if matches!(sample.state, SampleState::Draft | SampleState::Void) || sample.core.is_none() {
            let state = sample.state;
            return Err(Refusal::new(code::SHEET_OPEN).with("no", self.no).with("state", state.zh()).with("state_en", state.en().to_lowercase()));
        }
        let sampled = sample.core.as_ref().map(|c| c.sampled_on);
        let last = sampled.and_then(noon).and_then(|at| deadline(RuleKey::D01, at, &self.batch.calendar).ok());
        Ok(SheetForm {
            lang: self.lang,
            number: self.no.to_owned(),
            sheet: sample.sheet.clone(),
            street: self.batch.street.clone(),
            deliver_by: last.map(|d| date(d.due.due_on, self.lang)),
            front: front(sample.demo, self.now),
        })
    }

    // ------------------------------------------------------------ P12

    /// The part whose conclusion started the time of 限时报告.
    fn severe(&self) -> Option<&(Case, Vec<shiyan_app::records::ClockRecord>)> {
        self.batch.cases.iter().find(|(c, _)| c.severe && c.state != CaseState::Cancelled)
    }

    fn timed(&self) -> Result<Timed, Refusal> {
        let none = || Refusal::new(code::NOT_SEVERE).with("no", self.no);
        let (case, clocks) = self.severe().ok_or_else(none)?;
        let content = self.batch.content.as_ref().ok_or_else(none)?;
        let (sheet, known) = (&self.batch.sample.sheet, letters::Batch::of(content, ""));
        let row = |item: &ReportItem| TimedRow {
            sheet: known.sheet.clone(),
            food: known.food.clone(),
            made: known.made.clone(),
            spec: known.spec.clone(),
            brand: known.brand.clone(),
            producer: known.producer.clone(),
            producer_address: known.producer_address.clone(),
            area: self.batch.street.clone(),
            place: sheet.get("place").to_owned(),
            item: item.analyte.clone(),
            method: item.method.clone(),
            value: with_unit(&item.result, &item.unit),
            limit: with_unit(&item.limit, &item.unit),
            basis: item.basis.clone(),
            note: self.lang.pick(&item.verdict.0, &item.verdict.1).to_owned(),
        };
        let rows: Vec<TimedRow> = content.items.iter().filter(|i| i.fails()).map(row).collect();
        let plan = there(sheet.get("report_class_b")).or_else(|| there(sheet.get("task_source"))).unwrap_or("/").to_owned();
        let due = clocks.iter().find(|c| c.clock.rule == RuleKey::D05 && !c.clock.cancelled).and_then(|c| c.clock.due.due_at);
        Ok(Timed {
            lang: self.lang,
            number: None,
            to: self.body.clone(),
            plan,
            lab: content.lab[0].clone(),
            phone: there(&content.lab[2]).map(str::to_owned),
            rows,
            confirmed_at: Some(minute(case.opened_at, self.lang)),
            due: due.map(|at| minute(at, self.lang)),
            front: front(case.demo, self.now),
        })
    }

    fn timed_blanks(&self) -> Refusal {
        let mut fields = vec![
            ("编号", "the number"),
            ("电话报告时间及接报人", "when it was reported by phone, and to whom"),
            ("系统报送时间", "when it was reported in the system"),
            ("联系人", "the contact"),
            ("抄报单位", "copies"),
        ];
        if self.batch.content.as_ref().is_none_or(|c| there(&c.lab[2]).is_none()) {
            fields.push(("电话", "the phone"));
        }
        self.blanks(&fields)
    }

    // ------------------------------------------------------------ P20、P21

    /// What the report in force says of a failing batch.
    fn reported(&self, kind: &Kind) -> Result<&ReportContent, Refusal> {
        let told = |info| Refusal::new(info).with("no", self.no).with("paper", kind.zh).with("paper_en", kind.en.to_lowercase());
        let content = self.batch.content.as_ref().ok_or_else(|| told(code::NO_REPORT))?;
        if !content.items.iter().any(ReportItem::fails) || self.parts().is_empty() {
            return Err(told(code::NOT_FAILING));
        }
        if self.batch.issued { Ok(content) } else { Err(told(code::NO_REPORT)) }
    }

    /// The parts that are dealt with, or the one that was asked for.
    fn parts(&self) -> Vec<&Case> {
        let wanted = |c: &&Case| c.state != CaseState::Cancelled && self.only.is_none_or(|no| c.no == no);
        self.batch.cases.iter().map(|(c, _)| c).filter(wanted).collect()
    }

    fn sampled(&self, case: &Case) -> bool {
        self.batch.sample.core.as_ref().is_some_and(|c| c.site_name == case.operator)
    }

    fn start<'c>(&self, case: &'c Case) -> Option<&'c BlockRecord> {
        case.blocks.get(&Block::Start)
    }

    /// Whom the notice goes to: each part, and the market or the platform where the goods were sold.
    fn addressees(&self) -> Vec<(Addressee, Option<&Case>)> {
        let last = |rule: RuleKey, case: &Case| {
            let at = self.start(case).and_then(|b| b.date("served_on")).and_then(noon)?;
            deadline(rule, at, &self.batch.calendar).ok().map(|d| d.due.due_on)
        };
        let part = |case| {
            let standing = if self.sampled(case) { Standing::Sampled } else { Standing::Producer };
            let to = Addressee { name: case.operator.clone(), standing, recheck_until: last(RuleKey::D07, case), objection_until: last(RuleKey::D15, case) };
            (to, Some(case))
        };
        let mut all: Vec<(Addressee, Option<&Case>)> = self.parts().into_iter().map(part).collect();
        if self.only.is_none() {
            let named = |key: &str, standing| {
                let name = there(self.batch.sample.sheet.get(key))?.to_owned();
                Some((Addressee { name, standing, recheck_until: None, objection_until: None }, None))
            };
            all.extend(named("market_name", Standing::MarketOpener));
            all.extend(named("platform", Standing::Platform));
        }
        all
    }

    fn notice(&self, kind: &Kind) -> Result<ResultNotice, Refusal> {
        let content = self.reported(kind)?;
        let known = letters::Batch::of(content, "");
        let microbe = |name: &str| self.batch.items.iter().any(|i| i.analyte == name && i.group == AnalyteGroup::Microbe.code());
        let item = |i: &ReportItem| FailingItem {
            item: i.analyte.clone(),
            value: with_unit(&i.result, &i.unit),
            limit: with_unit(&i.limit, &i.unit),
            basis: i.basis.clone(),
            microbial: microbe(&i.analyte),
        };
        let stated = content.stated();
        Ok(ResultNotice {
            lang: self.lang,
            body: self.body.clone(),
            to: self.addressees().into_iter().map(|(to, _)| to).collect(),
            sampled_on: worded(&stated.sampled_on, self.lang),
            goods: Goods {
                food: known.food,
                brand: known.brand,
                spec: known.spec,
                made: known.made,
                grade: stated.grade.clone(),
                sheet: known.sheet,
                operator: known.operator,
                producer: known.producer,
            },
            lab: known.lab,
            report: content.number.clone(),
            items: content.items.iter().filter(|i| i.fails()).map(item).collect(),
            front: front(content.demo, self.now),
        })
    }

    /// A proof of service for whoever the notice goes to, with what is on record of the service of that part.
    fn receipts(&self, kind: &Kind) -> Result<Vec<service_receipt::Model>, Refusal> {
        let content = self.reported(kind)?;
        let stated = content.stated();
        let papers = vec![
            Served { title: self.lang.pick("食品安全抽样检验结果通知书", "Notice of the test result").to_owned(), number: String::new() },
            Served { title: self.lang.pick("检验报告", "Test report").to_owned(), number: content.number.clone() },
        ];
        let one = |(to, case): (Addressee, Option<&Case>)| {
            let start = case.and_then(|c| self.start(c));
            let told = |key: &str| start.and_then(|b| there(b.get(key)));
            let place = match to.standing {
                Standing::Sampled => there(&stated.operator_address),
                Standing::Producer => there(&stated.producer_address),
                Standing::MarketOpener | Standing::Platform => None,
            };
            service_receipt::Model {
                lang: self.lang,
                office: self.body.clone(),
                number: told("receipt_no").map(str::to_owned),
                papers: papers.clone(),
                place: place.map(str::to_owned),
                way: told("acceptance").filter(|how| how.contains("留置")).map(|_| Way::Left),
                on: start.and_then(|b| b.date("served_on")),
                time: None,
                collector: told("served_to").filter(|who| *who != to.name).map(str::to_owned),
                remark: None,
                demo: content.demo,
                created_at: front(content.demo, self.now).created_at,
                receiver: Some(to.name),
            }
        };
        Ok(self.addressees().into_iter().map(one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::ids::{CaseId, SampleId, TestOrderId};
    use shiyan_foundation::task::Link;
    use shiyan_nonconformity::{CaseOpening, open_cases};
    use shiyan_sample_intake::{Sample, sheet::Sheet};

    fn at() -> Instant {
        noon(NaiveDate::from_ymd_opt(2026, 3, 5).unwrap()).unwrap()
    }
    fn batch(group: &str) -> Batch {
        let opening = CaseOpening {
            sample: SampleId(uuid::Uuid::nil()),
            order: TestOrderId(uuid::Uuid::nil()),
            sampling_no: "XBJ1".into(),
            product: "韭菜".into(),
            link: Link::Circulation,
            online: false,
            site: "店".into(),
            producer: Some("厂".into()),
            street: "410105001".into(),
            failing: vec![("腐霉利".into(), group.into())],
            at: at(),
            demo: false,
        };
        let cases = open_cases(&opening, [CaseId(uuid::Uuid::from_u128(1)), CaseId(uuid::Uuid::from_u128(2))], "HC2026-0001");
        Batch {
            sample: Sample::draft(SampleId(uuid::Uuid::nil()), Sheet::default()),
            street: "示范路街道".into(),
            order: None,
            items: Vec::new(),
            content: crate::letters::tests::found(&[("腐霉利", "0.5", "≤0.2")], "示范路1号").failing.pop().map(|b| b.report),
            issued: true,
            cases: cases.into_iter().map(|(case, _)| (case, Vec::new())).collect(),
            calendar: shiyan_statute::calendar().clone(),
        }
    }
    fn made<'a>(batch: &'a Batch, only: Option<&'a str>) -> Made<'a> {
        Made { batch, no: "XBJ1", body: "局".into(), only, lang: Lang::Zh, now: at() }
    }
    fn code<T>(made: Result<T, Refusal>) -> &'static str {
        made.err().map_or("", |r| r.code())
    }
    #[test]
    fn a_paper_that_a_batch_does_not_have_is_refused_with_its_reason() {
        let (p20, p21) = (Kind::of("P20").unwrap(), Kind::of("P21").unwrap());
        let known = batch("pesticide");
        assert_eq!(code(made(&known, None).sheet()), "PAPER-SHEET-OPEN", "still being written");
        assert_eq!(code(made(&known, None).timed()), "PAPER-NOT-SEVERE");
        assert_eq!((code(made(&known, None).notice(p20)), code(made(&known, None).receipts(p21))), ("", ""));
        let concluded = Batch { issued: false, ..known.clone() };
        assert_eq!((code(made(&concluded, None).notice(p20)), code(made(&concluded, None).receipts(p21))), ("PAPER-NO-REPORT", "PAPER-NO-REPORT"));
        let tested = Batch { content: None, ..known.clone() };
        assert_eq!(code(made(&tested, None).notice(p20)), "PAPER-NO-REPORT");
        let overturned = Batch { cases: Vec::new(), ..known };
        assert_eq!(code(made(&overturned, None).notice(p20)), "PAPER-NOT-FAILING");
    }
    #[test]
    fn a_severe_finding_has_its_table_before_the_report_is_issued() {
        let severe = Batch { issued: false, ..batch("banned") };
        let table = made(&severe, None).timed().unwrap();
        assert_eq!((table.rows.len(), table.rows[0].value.as_str(), table.rows[0].limit.as_str()), (1, "0.5mg/kg", "≤0.2mg/kg"));
        assert_eq!((table.confirmed_at.as_deref(), table.due), (Some("2026年3月5日12时00分"), None));
    }
    #[test]
    fn a_case_addresses_its_own_part_and_the_days_come_with_the_service() {
        let p20 = Kind::of("P20").unwrap();
        let mut known = batch("pesticide");
        let to = |known: &Batch, only| made(known, only).notice(p20).unwrap().to.into_iter().map(|a| (a.name, a.recheck_until)).collect::<Vec<_>>();
        assert_eq!(to(&known, None), [("店".to_owned(), None), ("厂".to_owned(), None)]);
        assert_eq!(to(&known, Some("HC2026-0001-SC")), [("厂".to_owned(), None)]);
        let mut start = BlockRecord::default();
        start.fields.insert("served_on".into(), "2026-03-10".into());
        start.fields.insert("acceptance".into(), "拒签（留置送达）".into());
        known.cases[0].0.blocks.insert(Block::Start, start);
        assert_eq!(to(&known, None)[0].1, NaiveDate::from_ymd_opt(2026, 3, 19));
        let receipts = made(&known, None).receipts(Kind::of("P21").unwrap()).unwrap();
        assert_eq!((receipts.len(), receipts[0].way, receipts[0].on, receipts[1].on), (2, Some(Way::Left), NaiveDate::from_ymd_opt(2026, 3, 10), None));
    }
}
