//! 详情 what stands behind one cell: limit, working, earlier values, changes, remark; of a control its chart.

use rocket::http::{ContentType, Status};
use rocket::{Route, State, get, post, routes};
use shiyan_app::read::SheetCell;
use shiyan_charts::{Chart, Control, ControlPoint, ControlSign};
use shiyan_foundation::ids::{TestItemId, WorksheetId};
use shiyan_foundation::{Decimal, Label, Lang};
use shiyan_judgement::reading::{self, Measured};
use shiyan_lab_results::bench::WorksheetState;
use shiyan_lab_results::order::{TestItem, doubtful_without_remark};
use shiyan_lab_results::qc::{QcKind, QcPoint, QcSlot, westgard};
use shiyan_lab_results::report::working_of;
use shiyan_statute::DetectionKind;

use super::grid::{control_mark, control_name, doubt, figure_of, limit_text, mark_of, reason_of};
use super::{Whole, enter_room};
use crate::bench::ingredients_told;
use crate::views::{Cell, Drawer, DrawerPart, Fact, Link, Table};
use shiyan_web_kit::answer::{Html, done};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Answer, at_text, refusals, verdict_badge};
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Svg, Tone};

/// Routes of the drawer.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![part, remark, carry_over]
}

/// Earlier values looked at.
const EARLIER: u64 = 12;
/// Changes shown.
const CHANGES: usize = 20;

/// The drawer of a cell by the id of its item or slot; `None` when the worksheet has no such cell.
pub(super) async fn drawer(site: &Site, user: &User, whole: &Whole, cell: &str) -> Result<Option<Drawer>, Failure> {
    if let Some(item) = whole.items.iter().find(|i| i.id.to_string() == cell) {
        return Ok(Some(of_item(site, user, whole, item).await?));
    }
    match whole.sheet.qc.iter().find(|s| s.id == cell) {
        Some(slot) => Ok(Some(of_control(site, user, whole, slot).await?)),
        None => Ok(None),
    }
}

fn detection(item: &TestItem) -> String {
    item.limit.as_ref().and_then(|l| l.lod_loq.as_ref()).map_or_else(String::new, |d| {
        let kind = if d.kind == DetectionKind::Lod { "LOD" } else { "LOQ" };
        format!("{kind} {} {}", d.value, d.unit).trim().to_owned()
    })
}

fn facts_of(user: &User, item: &TestItem) -> Vec<Fact> {
    let lang = user.lang();
    let mut facts = vec![Fact::new(user.t("结果", "Result"), if item.raw.is_empty() { String::new() } else { format!("{} {}", item.raw, item.unit) })];
    let plain = item.understood.strip_suffix(item.unit.as_str()).unwrap_or(&item.understood);
    if !plain.is_empty() && plain != item.raw {
        facts.push(Fact::new(user.t("读作", "Read as"), item.understood.as_str()));
    }
    match (&item.limit, &item.no_limit) {
        (Some(l), _) => {
            facts.push(Fact::new(user.t("限量", "Limit"), limit_text(item)));
            facts.push(Fact::new(user.t("判定依据", "Limit standard"), Cell::Two(l.basis.clone(), format!("{} v{}", l.id, l.version))));
        }
        (None, Some((zh, en))) => facts.push(Fact::new(user.t("限量", "Limit"), lang.pick(zh, en))),
        (None, None) => facts.push(Fact::new(user.t("限量", "Limit"), user.t("没有适用的限量", "No limit applies"))),
    }
    if let Some(above) = &item.above_p99 {
        let from = match lang {
            Lang::Zh => format!("录入时同类食品最近 {} 个结果", above.count),
            Lang::En => format!("of the newest {} results of such food at entry", above.count),
        };
        facts.push(Fact::new(user.t("历史P99", "Historical P99"), Cell::Two(format!("{} {}", above.p99, above.unit), from)));
    }
    if let Some(claim) = item.label_claim.as_ref().filter(|c| !c.trim().is_empty()) {
        facts.push(Fact::new(user.t("明示值", "Label claim"), claim.as_str()));
    }
    facts.push(Fact::new(user.t("检验依据", "Method"), item.method.as_str()));
    facts.push(Fact::new(user.t("检出限/定量限", "LOD / LOQ"), detection(item)));
    if let Some((_, name)) = &item.analyst {
        facts.push(Fact::new(user.t("录入", "Entered"), format!("{name} {}", item.entered_at.map_or_else(String::new, |at| at_text(at, user.now())))));
    }
    facts
}

/// The range of the numbers among earlier values, and how many were not detected.
fn range_of(values: &[&str], unit: &str, lang: Lang) -> String {
    let read: Vec<Measured> = values.iter().map(|raw| reading::parse(raw, Some(unit)).understood).collect();
    let numbers: Vec<Decimal> = read.iter().filter_map(|m| if let Measured::Number { value, .. } = m { Some(*value) } else { None }).collect();
    let absent = read.iter().filter(|m| matches!(m, Measured::NotDetected { .. } | Measured::Negative | Measured::LessThan { .. })).count();
    let mut parts = Vec::new();
    if let (Some(least), Some(most)) = (numbers.iter().min(), numbers.iter().max()) {
        let span = if least == most { least.to_string() } else { format!("{least} – {most}") };
        parts.push(format!("{span} {unit}（{}）", lang.pick("数值", "numbers")));
    }
    if absent > 0 {
        parts.push(if lang == Lang::Zh { format!("未检出 {absent} 次") } else { format!("{absent} not detected") });
    }
    parts.join(lang.pick("，", ", "))
}

fn earlier(user: &User, item: &TestItem, cell: &SheetCell) -> (Option<Table>, String) {
    if cell.sample.as_ref().is_none_or(|s| s.sample.core.is_none()) {
        return (None, String::new());
    }
    let found = &cell.earlier;
    if found.is_empty() {
        return (None, user.t("同类食品还没有这个项目的结果。", "No earlier result of this item in such food.").to_owned());
    }
    let mut table = Table::new(&[user.t("抽样日期", "Sampled on"), user.t("#结果", "#Result"), user.t("判定", "Verdict")]);
    for one in found {
        let unit = if one.item.unit == item.unit { String::new() } else { format!(" {}", one.item.unit) };
        let badge = verdict_badge(one.item.verdict(), user.lang());
        table.push(vec![Cell::from(one.sampled_on.as_str()), Cell::Num(format!("{}{unit}", one.item.raw)), Cell::from(badge)]);
    }
    let raws: Vec<&str> = found.iter().filter(|e| e.item.unit == item.unit).map(|e| e.item.raw.as_str()).collect();
    (Some(table), range_of(&raws, &item.unit, user.lang()))
}

async fn of_item(site: &Site, user: &User, whole: &Whole, item: &TestItem) -> Result<Drawer, Failure> {
    let lang = user.lang();
    let row = whole.sheet.samples.iter().find(|s| s.order == item.order);
    let cell = site.app.read_cell(&user.actor, item, EARLIER).await?;
    let (earlier, range) = earlier(user, item, &cell);
    let mut facts = facts_of(user, item);
    if let Some(sample) = cell.sample.as_ref().filter(|_| item.turns_on_carry_over()) {
        facts.push(Fact::new(user.t("配料表", "Ingredients"), ingredients_told(user, &sample.sample.sheet)));
    }
    let mut history = told(&cell.timeline, user.now(), lang);
    history.truncate(CHANGES);
    let mut badge = verdict_badge(item.verdict(), lang);
    if item.verdict().is_none() {
        badge = Badge::new(Tone::Idle, user.t("未填", "Not entered"));
    } else if let Some(doubt) = doubt(item, lang) {
        badge = Badge::new(Tone::Warn, format!("{}{}{doubt}", badge.text, user.t("，", ", ")));
    }
    let order = whole.orders.get(&item.order);
    let may_write = whole.sheet.state == WorksheetState::Open && order.is_some_and(|o| o.may_enter(&user.actor).is_ok());
    let to_order = format!("/bench/{}", item.order);
    let mut links = vec![Link::new(user.t("样品的检验任务", "The test order of the sample"), to_order.clone())];
    if order.is_some_and(|o| item.undecided(o.kind) && o.may_decide(&user.actor).is_ok()) {
        links.push(Link::new(user.t("人工判定", "Decide by hand"), format!("{to_order}#f-decide-{}-on", item.id)));
    }
    if !user.blind() {
        links.push(Link::new(user.t("样品页", "The sample"), format!("/samples/{}", item.sample)));
    }
    Ok(Drawer {
        key: format!("r_{}", item.id),
        rev: item.revision,
        raw: item.raw.clone(),
        title: row.map_or_else(String::new, |s| format!("{} {}", s.label, s.food)),
        item: item.analyte.clone(),
        badge,
        mark: mark_of(item, lang),
        reason: reason_of(item, lang),
        facts,
        working: working_of(item).iter().map(|(zh, en)| lang.pick(zh, en).to_owned()).collect(),
        returned: item.returned.as_ref().map_or_else(String::new, |r| format!("{}（{} {}）", r.reason, r.by.1, at_text(r.at, user.now()))),
        earlier,
        range,
        history,
        remark_action: if may_write { format!("{}/cells/{}/remark", whole.href(), item.id) } else { String::new() },
        remark: item.remark.clone(),
        remark_asked: doubtful_without_remark(item),
        carry_action: if may_write && item.asks_carry_over_word() { format!("{}/cells/{}/carry-over", whole.href(), item.id) } else { String::new() },
        carry_word: item.carry_over.as_ref().map_or_else(String::new, |c| c.word.clone()),
        links,
        ..Drawer::default()
    })
}

fn settings(user: &User, slot: &QcSlot) -> Vec<Fact> {
    let with_unit = |v: &Option<Decimal>| v.map_or_else(String::new, |v| format!("{v} {}", slot.unit));
    let mut facts = vec![Fact::new(user.t("结果", "Result"), if slot.raw.is_empty() { String::new() } else { format!("{} {}", slot.raw, slot.unit) })];
    let figure = figure_of(slot);
    if !figure.is_empty() {
        let word = match slot.kind {
            QcKind::Duplicate => user.t("相对偏差", "Relative difference"),
            QcKind::Spike => user.t("回收率", "Recovery"),
            QcKind::Control => user.t("z 值", "z"),
            QcKind::Blank => user.t("数值", "Figure"),
        };
        facts.push(Fact::new(word, figure));
    }
    match slot.kind {
        QcKind::Duplicate => facts.push(Fact::new(user.t("允许相对偏差", "Allowed difference"), slot.limit_pct.map_or_else(String::new, |v| format!("{v}%")))),
        QcKind::Control => {
            facts.push(Fact::new(user.t("定值", "Assigned value"), with_unit(&slot.target)));
            facts.push(Fact::new(user.t("标准差", "Standard deviation"), with_unit(&slot.sd)));
        }
        QcKind::Spike => facts.push(Fact::new(user.t("加标量", "Amount added"), with_unit(&slot.added))),
        QcKind::Blank => {}
    }
    facts.push(Fact::new(user.t("定量限", "LOQ"), with_unit(&slot.loq)));
    if let Some((_, name)) = &slot.entered_by {
        facts.push(Fact::new(user.t("录入", "Entered"), format!("{name} {}", slot.entered_at.map_or_else(String::new, |at| at_text(at, user.now())))));
    }
    facts
}

/// A number for the picture only; what is decided rests on the exact one.
fn drawn(value: Decimal) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// 质控图 and its points.
fn chart(user: &User, slot: &QcSlot, points: &[QcPoint]) -> Result<(Option<Svg>, Option<Table>), Failure> {
    let (Some(target), Some(sd)) = (slot.target, slot.sd) else { return Ok((None, None)) };
    if points.is_empty() {
        return Ok((None, None));
    }
    let lang = user.lang();
    let findings = westgard(points);
    let broken = |at: usize| findings.iter().filter(|f| f.at() == at).map(|f| f.rule).collect::<Vec<_>>();
    let mut table = Table::new(&[user.t("批", "Run"), user.t("#结果", "#Result"), user.t("#z", "#z"), user.t("规则", "Rules")]);
    let mut shown = Vec::new();
    for (at, point) in points.iter().enumerate() {
        let rules = broken(at);
        let names = rules.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(" ");
        let sign = if rules.iter().any(|r| r.rejects()) {
            ControlSign::Out
        } else if rules.is_empty() {
            ControlSign::In
        } else {
            ControlSign::Warning
        };
        table.rows.insert(
            0,
            crate::views::Row {
                cells: vec![
                    Cell::Code(point.label.clone()),
                    Cell::Num(point.value.to_string()),
                    Cell::Num(point.z().map_or_else(|| "--".to_owned(), |z| z.to_string())),
                    Cell::from(names.as_str()),
                ],
                tone: match sign {
                    ControlSign::Out => Some(Tone::Fail),
                    ControlSign::Warning => Some(Tone::Warn),
                    ControlSign::In => None,
                },
            },
        );
        shown.push(ControlPoint { label: point.label.clone(), value: drawn(point.value), sign, rules: names });
    }
    let control = Control {
        title: format!("{} {}", user.t("质控图", "Control chart"), slot.name),
        desc: String::new(),
        points: shown,
        target: drawn(target),
        sd: drawn(sd),
        decimals: usize::try_from(sd.scale().max(target.scale())).unwrap_or(2).min(6),
        unit: slot.unit.clone(),
        key: if lang == Lang::Zh { Control::KEY_ZH } else { Control::KEY_EN }.map(Into::into),
    };
    let told = control.told();
    let desc = if told.is_empty() {
        user.t("各点都在控。", "Every point is in control.").to_owned()
    } else {
        format!("{}{told}", user.t("违反规则的点：", "Points that broke a rule: "))
    };
    let control = Control { desc, ..control };
    let svg = shiyan_charts::svg(&Chart::Control(control), "qc").map_err(|e| Failure::Fault(format!("control chart: {e}")))?;
    Ok((Some(Svg(svg)), Some(table)))
}

async fn of_control(site: &Site, user: &User, whole: &Whole, slot: &QcSlot) -> Result<Drawer, Failure> {
    let lang = user.lang();
    let mark = control_mark(slot, lang);
    let badge = if mark.sign.is_empty() { Badge::new(Tone::Idle, user.t("未填", "Not entered")) } else { Badge::new(mark.tone, mark.word.clone()) };
    let (chart, points) =
        if slot.kind == QcKind::Control { chart(user, slot, &site.app.control_series(&whole.sheet, slot, user.scope()).await?)? } else { (None, None) };
    let name = control_name(&whole.sheet, &whole.items, slot, lang);
    Ok(Drawer {
        key: format!("q_{}", slot.id),
        rev: slot.revision,
        raw: slot.raw.clone(),
        title: name.trim_end_matches(slot.analyte.as_str()).trim().to_owned(),
        item: slot.analyte.clone(),
        badge,
        reason: mark.why.clone(),
        mark,
        facts: settings(user, slot),
        working: slot.outcome.iter().flat_map(|o| &o.working).map(|(zh, en)| lang.pick(zh, en).to_owned()).collect(),
        chart,
        points,
        ..Drawer::default()
    })
}

#[get("/worksheets/<id>/cells/<cell>")]
async fn part(site: &State<Site>, user: User, id: Key<WorksheetId>, cell: &str) -> Html {
    let whole = Whole::load(site, &user, &id).await?;
    let d = drawer(site, &user, &whole, cell).await?.ok_or(Failure::NotFound)?;
    let view = DrawerPart { p: user.page(site, "worksheets", ""), d, action: whole.href() };
    Ok((Status::Ok, (ContentType::HTML, askama::Template::render(&view)?)))
}

shapes! {
    /// 备注 as typed.
    RemarkForm { remark: 1000 "备注" / "remark" }
    /// 带入原则说明 as typed.
    WordForm { word: 1000 "带入原则说明" / "word about carry-over" }
}

#[post("/worksheets/<id>/cells/<item>/remark", data = "<form>")]
async fn remark(site: &State<Site>, user: User, id: Key<WorksheetId>, item: Key<TestItemId>, form: Result<Sent<RemarkForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let seen = form.get("rev").parse().unwrap_or(-1);
    let did = async { site.app.remark_item(&user.actor, &item, seen, &form.read()?.remark, user.now()).await };
    match did.await {
        Ok(_) => Ok(done(format!("/worksheets/{id}?cell={item}#drawer"), "备注已保存", "The remark was saved")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            // What was typed comes back beside the reason.
            let whole = Whole::load(site, &user, &id).await.map_err(Err)?;
            let mut d = drawer(site, &user, &whole, &item).await.map_err(Err)?.ok_or(Err(Failure::NotFound))?;
            form.get("remark").clone_into(&mut d.remark);
            Err(super::refused_drawer(site, &user, &whole, d, status, &why).await)
        }
    }
}

#[post("/worksheets/<id>/cells/<item>/carry-over", data = "<form>")]
async fn carry_over(site: &State<Site>, user: User, id: Key<WorksheetId>, item: Key<TestItemId>, form: Result<Sent<WordForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let seen = form.get("rev").parse().unwrap_or(-1);
    let did = async { site.app.say_carry_over(&user.actor, &item, seen, &form.read()?.word, user.now()).await };
    match did.await {
        Ok(_) => Ok(done(format!("/worksheets/{id}?cell={item}#drawer"), "带入原则说明已保存", "The word about carry-over was saved")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            // What was typed comes back beside the reason.
            let whole = Whole::load(site, &user, &id).await.map_err(Err)?;
            let mut d = drawer(site, &user, &whole, &item).await.map_err(Err)?.ok_or(Err(Failure::NotFound))?;
            form.get("word").clone_into(&mut d.carry_word);
            Err(super::refused_drawer(site, &user, &whole, d, status, &why).await)
        }
    }
}
