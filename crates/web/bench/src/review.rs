//! 校核队列 what waits for the step of this person: worksheet by worksheet, the rest sample by sample.

use std::collections::{BTreeMap, BTreeSet};

use rocket::{Route, State, get, post, routes};
use shiyan_app::read::{QueuedOrder, QueuedSheet as Read};
use shiyan_app::records::SampleRecord;
use shiyan_foundation::ids::{TestItemId, TestOrderId, WorksheetId};
use shiyan_foundation::text::plural;
use shiyan_foundation::{Act, Label, Refusal, WorkCalendar};
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::bench::{Worksheet, code as worksheet_code};
use shiyan_lab_results::order::{OrderAction, OrderState, TestItem, TestOrder, doubtful, normal};
use shiyan_lab_results::qc::{QcKind, QcSlot, QcVerdict};

use super::bench::ingredients_told;
use super::worksheets::grid::{control_mark, control_name, doubt, limit_text, qc_badge, reason_of};
use super::worksheets::{enter_room, state_badge};
use crate::views::{ActionView, FieldKind, FieldView, Link, ProblemView, QueueCell, QueueOrder, QueueSheet, ReviewQueuePage, Tab};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::{Code, Ticked};
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Answer, at_text, day_chip, order_badge, refusals, show_as, verdict_badge};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of the queue.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![queue, approve, step]
}

/// Worksheets shown at once.
const SHEETS: u64 = 12;
/// Orders shown at once.
const ORDERS: u64 = 60;

/// 一步 of the chain that has a queue: where orders wait, what is done, whose it is, the address.
struct Step {
    state: OrderState,
    action: OrderAction,
    act: Act,
    key: &'static str,
}

const STEPS: &[Step] = &[
    Step { state: OrderState::Entered, action: OrderAction::Check, act: Act::Check, key: "check" },
    Step { state: OrderState::Checked, action: OrderAction::Review, act: Act::Review, key: "review" },
    Step { state: OrderState::Reviewed, action: OrderAction::Approve, act: Act::Approve, key: "approve" },
];

impl Step {
    fn of(key: Option<&str>, user: &User) -> &'static Step {
        let own = || STEPS.iter().find(|s| user.may(s.act));
        key.and_then(|k| STEPS.iter().find(|s| s.key == k)).or_else(own).unwrap_or(&STEPS[0])
    }
    fn word(&self, user: &User) -> &'static str {
        let (zh, en) = match self.action {
            OrderAction::Check => ("校核", "Check"),
            OrderAction::Review => ("审核", "Review"),
            _ => ("批准", "Approve"),
        };
        if user.lang() == shiyan_foundation::Lang::Zh { zh } else { en }
    }
}

/// A form of the queue that was refused.
struct Refused<'a> {
    sheet: &'a str,
    form: &'a Posted,
    why: &'a [Refusal],
}

fn once(mut all: Vec<Refusal>) -> Vec<Refusal> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    all.retain(|r| seen.insert(format!("{}{:?}", r.code(), r.facts)));
    all
}

/// Controls with what they say.
type Controls = Vec<(String, Badge)>;

/// The controls of a run: each kind with its gravest verdict, and every control that is not in order by itself.
fn controls(sheet: &Worksheet, items: &[TestItem], user: &User) -> (Controls, Controls) {
    let lang = user.lang();
    let grave = |v: QcVerdict| match v {
        QcVerdict::Pass => 0,
        QcVerdict::Warn => 1,
        QcVerdict::Missing => 2,
        QcVerdict::NeedsPerson => 3,
        QcVerdict::Fail => 4,
    };
    let badge = |v: QcVerdict| {
        let tone = match v {
            QcVerdict::Pass => Tone::Pass,
            QcVerdict::Warn | QcVerdict::NeedsPerson => Tone::Warn,
            QcVerdict::Fail => Tone::Fail,
            QcVerdict::Missing => Tone::Idle,
        };
        Badge::new(tone, v.label(lang))
    };
    let (mut list, mut odd) = (Vec::new(), Vec::new());
    for kind in QcKind::ALL {
        let of: Vec<&QcSlot> = sheet.qc.iter().filter(|s| s.kind == *kind).collect();
        let Some(worst) = of.iter().map(|s| s.verdict()).max_by_key(|v| grave(*v)) else { continue };
        list.push((format!("{} × {}", kind.label(lang), of.len()), badge(worst)));
        for slot in of.iter().filter(|s| grave(s.verdict()) > 0) {
            let parts = [control_name(sheet, items, slot, lang), control_mark(slot, lang).why];
            odd.push((parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · "), badge(slot.verdict())));
        }
    }
    (list, odd)
}

fn queue_cell(sheet: Option<&Worksheet>, item: &TestItem, samples: &[SampleRecord], user: &User) -> QueueCell {
    let lang = user.lang();
    let row = sheet.and_then(|w| w.samples.iter().find(|s| s.order == item.order));
    let remark = if item.remark.trim().is_empty() { String::new() } else { format!("{}{}", user.t("备注：", "Remark: "), item.remark) };
    let word = item.carry_over.as_ref().map_or_else(String::new, |c| format!("{}{}", user.t("带入原则：", "Carry-over: "), c.word));
    // Beside the question about carry-over stands what the sheet says of the ingredients.
    let sample = samples.iter().find(|s| s.sample.id == item.sample).filter(|_| item.turns_on_carry_over());
    let told = sample.map_or_else(String::new, |s| format!("{}{}", user.t("配料表：", "Ingredients: "), ingredients_told(user, &s.sample.sheet)));
    let verdict = item.verdict();
    let reason = if verdict == Some(Verdict::Conforming) && item.decision.is_none() { String::new() } else { reason_of(item, lang) };
    QueueCell {
        id: item.id.to_string(),
        sample: row.map_or_else(String::new, |s| format!("{} {}", s.label, s.food)),
        item: item.analyte.clone(),
        value: if item.raw.is_empty() { String::new() } else { format!("{} {}", item.raw, item.unit) },
        understood: item.understood.clone(),
        limit: limit_text(item),
        badge: verdict_badge(verdict, lang),
        doubt: doubt(item, lang).unwrap_or_default(),
        note: [reason, remark, told, word].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · "),
        href: format!("/bench/{}", item.order),
    }
}

/// What keeps this person from passing the whole worksheet in one step.
fn why_not_pass(sheet: &Worksheet, step: &Step, waiting: &[&TestOrder], of: &BTreeMap<TestOrderId, Vec<TestItem>>, user: &User) -> Vec<Refusal> {
    let none = Vec::new();
    let items = |o: &TestOrder| of.get(&o.id).unwrap_or(&none);
    let mut why: Vec<Refusal> = waiting.iter().flat_map(|o| o.why_not(&user.actor, step.action, items(o), &[])).collect();
    let odd = waiting.iter().flat_map(|o| items(o)).filter(|i| !normal(i)).count();
    if odd > 0 {
        why.push(Refusal::new(worksheet_code::ABNORMAL).with("count", odd));
    }
    why.extend(sheet.run_not_normal());
    if step.action == OrderAction::Review {
        why.extend(sheet.blocks());
    }
    once(why)
}

fn line(user: &User, step: &Step, waiting: usize, cells: &[&TestItem]) -> String {
    let count = |wanted: &dyn Fn(&TestItem) -> bool| cells.iter().filter(|i| wanted(i)).count();
    let zh = user.lang() == shiyan_foundation::Lang::Zh;
    let mut parts = vec![
        if zh {
            format!("{waiting} 个样品等待{}", step.word(user))
        } else {
            plural(&format!("{waiting} (sample waits|samples wait) for: {}", step.word(user).to_lowercase()))
        },
        if zh { format!("{} 项", cells.len()) } else { plural(&format!("{} (item|items)", cells.len())) },
    ];
    let named = [
        (count(&|i| i.verdict() == Some(Verdict::Nonconforming)), "不合格", "failing"),
        (count(&|i| i.verdict() == Some(Verdict::Problem)), "问题", "problem"),
        (count(&|i| doubtful(i) && matches!(i.verdict(), Some(Verdict::Conforming | Verdict::NoVerdict))), "可疑", "doubtful"),
        (count(&|i| i.decision.is_some()), "人工判定", "decided by hand"),
        (count(&|i| i.verdict() == Some(Verdict::NoVerdict)), "不判定", "without verdict"),
    ];
    parts.extend(named.iter().filter(|(n, ..)| *n > 0).map(|(n, zh_word, en_word)| if zh { format!("{zh_word} {n}") } else { format!("{n} {en_word}") }));
    parts.join(" · ")
}

fn queue_sheet(user: &User, step: &Step, queued: &Read, all: bool, calendar: &WorkCalendar, refused: Option<&Refused<'_>>) -> QueueSheet {
    let Read { sheet, items: of, samples, .. } = queued;
    let (lang, id) = (user.lang(), sheet.id.to_string());
    let mine = of.values().flatten().filter(|i| i.worksheet == Some(sheet.id)).cloned().collect::<Vec<_>>();
    let waiting: Vec<&TestOrder> = queued.waiting(step.state).collect();
    let place: BTreeMap<TestOrderId, usize> = sheet.samples.iter().enumerate().map(|(at, s)| (s.order, at)).collect();
    let here: BTreeSet<TestOrderId> = waiting.iter().map(|o| o.id).collect();
    let mut cells: Vec<&TestItem> = mine.iter().filter(|i| here.contains(&i.order)).collect();
    cells.sort_by_key(|i| (place.get(&i.order).copied(), i.position));
    let why = why_not_pass(sheet, step, &waiting, of, user);
    let zh = lang == shiyan_foundation::Lang::Zh;
    let label = match (why.is_empty(), zh) {
        (true, true) => format!("{}通过：{} 个样品 {} 项全部正常", step.word(user), waiting.len(), cells.len()),
        (true, false) => plural(&format!("{}: pass {} (sample|samples), {} (item|items), all normal", step.word(user), waiting.len(), cells.len())),
        (false, true) => format!("成批{}通过", step.word(user)),
        (false, false) => format!("{}: pass the whole worksheet", step.word(user)),
    };
    let pass = ActionView::post(step.key, label, format!("/review/{id}/{}", step.key)).primary().with_icon("check").refused(&why, lang);
    let no_return: Vec<Refusal> = waiting.first().map_or_else(Vec::new, |o| o.why_not(&user.actor, OrderAction::Return, &[], &[]));
    let again = refused.filter(|r| r.sheet == id);
    let (controls, odd_controls) = controls(sheet, &mine, user);
    let finished = match &sheet.finished {
        Some((_, who, at)) => format!("{who} {} {}", at_text(*at, user.now()), user.t("完成录入", "finished the entry")),
        None => user.t("有退回的格正在更正", "Cells sent back are being corrected").to_owned(),
    };
    QueueSheet {
        id: id.clone(),
        no: sheet.no.clone(),
        title: sheet.title.clone(),
        href: format!("/worksheets/{id}"),
        by: finished,
        due: day_chip(&sheet.due_on.to_string(), None, user.now().date_naive(), calendar, lang),
        state: state_badge(sheet.state, lang),
        line: line(user, step, waiting.len(), &cells),
        qc: qc_badge(sheet.qc_state(), sheet.qc_override.is_some(), lang),
        controls,
        odd_controls,
        cells: cells.iter().filter(|i| all || !normal(i)).map(|i| queue_cell(Some(sheet), i, samples, user)).collect(),
        all: cells.len() as u64,
        pass: Some(pass),
        no_return: no_return.iter().map(|r| ProblemView::of(r, lang)).collect(),
        reason: again.map_or_else(String::new, |r| r.form.get("reason").to_owned()),
        reason_error: again.map_or_else(String::new, |r| {
            let about = |w: &&Refusal| w.field.as_deref() == Some("reason") || w.code() == worksheet_code::NO_CELL_CHOSEN.code;
            r.why.iter().filter(about).map(|w| w.what(lang)).collect::<Vec<_>>().join(" ")
        }),
        samples: sheet
            .samples
            .iter()
            .filter(|s| here.contains(&s.order))
            .map(|s| Link::new(format!("{} {}", s.label, s.food), format!("/bench/{}", s.order)))
            .collect(),
    }
}

/// An order of this step that is on no worksheet shown. `chosen` are those that were ticked when the batch was refused; nothing for a fresh
/// page, where all are.
fn queue_order(user: &User, step: &Step, queued: &QueuedOrder, calendar: &WorkCalendar, chosen: Option<&BTreeSet<String>>) -> QueueOrder {
    let (lang, row) = (user.lang(), &queued.row);
    // Whoever tests blind knows a sample by its code alone.
    let label = if user.blind() { queued.code.clone() } else { row.sampling_no.clone().or_else(|| queued.code.clone()) };
    let why = queued.order.why_not(&user.actor, step.action, &queued.items, &user.account.sign_scope);
    let together =
        step.action == OrderAction::Approve && why.is_empty() && queued.in_control && queued.order.approved_alone(&queued.items, user.now()).is_none();
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    QueueOrder {
        id: row.order_id.clone(),
        ticked: together.then(|| chosen.is_none_or(|ids| ids.contains(&row.order_id))),
        values: if together { queued.items.iter().map(|i| queue_cell(None, i, &[], user)).collect() } else { Vec::new() },
        label: label.unwrap_or_default(),
        name: row.name.clone(),
        href: format!("/bench/{}", row.order_id),
        state: order_badge(step.state, lang),
        items: count(row.items),
        abnormal: count(row.abnormal),
        due: day_chip(&row.report_due_on, None, user.now().date_naive(), calendar, lang),
        verb: (if why.is_empty() { step.word(user) } else { user.t("查看", "Open") }).to_owned(),
        why: once(why).iter().map(|r| ProblemView::of(r, lang)).collect(),
    }
}

async fn view(site: &Site, user: &User, step: &'static Step, all: bool, refused: Option<&Refused<'_>>) -> Result<ReviewQueuePage, Failure> {
    // the signatory approves order by order
    let most = if step.action == OrderAction::Approve { 0 } else { SHEETS };
    let read = site.app.read_queue(&user.actor, step.state, most, ORDERS).await?;
    let tabs = STEPS
        .iter()
        .map(|s| {
            let mine = if user.may(s.act) { user.t(" · 我的", " · mine") } else { "" };
            let n = read.states.get(s.state.code()).copied().unwrap_or_default();
            Tab::new(format!("{}{mine}", s.state.label(user.lang())), format!("/review?step={}", s.key), std::ptr::eq(s, step))
                // the page lists worksheets and what stands on none, not orders
                .beside(u64::try_from(n).unwrap_or_default())
        })
        .collect();
    let sheets = read.sheets.iter().map(|s| queue_sheet(user, step, s, all, &read.calendar, refused)).collect();
    let chosen = refused.filter(|r| r.sheet.is_empty()).map(|r| r.form.many("order").into_iter().map(str::to_owned).collect::<BTreeSet<_>>());
    let listed: Vec<QueueOrder> = read.orders.iter().map(|o| queue_order(user, step, o, &read.calendar, chosen.as_ref())).collect();
    let (normal, orders) = listed.into_iter().partition(|o| o.ticked.is_some());
    let mut p = user.page(site, "review", user.t("校核队列", "Review queue"));
    if let Some(refused) = refused {
        p = p.refused(refused.why);
        // The reason stands at its field as well; the summary leads there.
        for problem in p.problems.iter_mut().filter(|q| q.field == "reason" && !refused.sheet.is_empty()) {
            problem.field = format!("reason-{}", refused.sheet);
        }
    }
    Ok(ReviewQueuePage {
        p,
        tabs,
        abnormal_only: !all,
        switch: if all { format!("/review?step={}", step.key) } else { format!("/review?step={}&all=1", step.key) },
        sheets,
        orders,
        normal,
        password: FieldView {
            autocomplete: "current-password",
            ..FieldView::new(FieldKind::Password, "password", user.t("本人登录密码", "Your password")).required()
        },
        more: read.more,
        empty: user.t("没有等待这一步的结果。", "Nothing waits for this step.").to_owned(),
    })
}

#[get("/review?<step>&<all>")]
async fn queue(site: &State<Site>, user: User, step: Option<&str>, all: Ticked) -> Html {
    enter_room(&user)?;
    show(&view(site, &user, Step::of(step, &user), all.0, None).await?)
}

shapes! {
    /// 成批批准 the password once.
    ApprovalForm { password: 1024 "本人密码" / "your password" }
    /// 退回 as typed.
    ReturnForm { reason: 1000 "退回理由" / "reason" }
}

/// 成批批准 what is ticked, with the password once.
#[post("/review/approve", data = "<form>")]
async fn approve(site: &State<Site>, user: User, form: Result<Sent<ApprovalForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let orders = form.keys::<TestOrderId>("order").map_err(|e| Err(e.into()))?;
    let orders: Vec<String> = orders.iter().map(ToString::to_string).collect();
    let did = async { site.app.approve_normal(&user.account, &user.token, &form.read()?.password, &orders, user.now()).await };
    match did.await {
        Ok(n) => {
            let en = format!("{n} (sample was|samples were) approved: conforming");
            Ok(done("/review?step=approve", &format!("已批准 {n} 个样品：合格"), &en))
        }
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let refused = Refused { sheet: "", form: &form, why: &why };
            Err(show_as(status, &view(site, &user, Step::of(Some("approve"), &user), false, Some(&refused)).await.map_err(Err)?))
        }
    }
}

#[post("/review/<id>/<step>", data = "<form>")]
async fn step(site: &State<Site>, user: User, id: Key<WorksheetId>, step: Code<OrderAction>, form: Result<Sent<ReturnForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let (app, now) = (&site.app, user.now());
    let mut back = "/review".to_owned();
    let Code(step) = step;
    let did = match step {
        OrderAction::Check | OrderAction::Review => {
            back = format!("/review?step={}", step.code());
            app.pass_worksheet(&user.actor, &id, step, now).await.map(|n| {
                let (zh, en) = if step == OrderAction::Check { ("校核", "check") } else { ("审核", "review") };
                (format!("{n} 个样品{zh}通过"), format!("{n} (sample|samples) passed the {en}"))
            })
        }
        OrderAction::Return => {
            let did = async {
                let cells: Vec<String> = form.keys::<TestItemId>("cells")?.iter().map(ToString::to_string).collect();
                app.return_cells(&user.actor, &cells, &form.read()?.reason, now).await
            };
            did.await.map(|n| {
                (
                    format!("已退回 {n} 格，样品回到检验"),
                    format!("{n} (cell was sent back; its sample is|cells were sent back; their samples are) at the bench again"),
                )
            })
        }
        _ => return Err(Err(Failure::NotFound)),
    };
    match did {
        Ok((zh, en)) => Ok(done(back, &zh, &en)),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let shown = Step::of(Some(step.code()), &user);
            let refused = Refused { sheet: &id, form: &form, why: &why };
            Err(show_as(status, &view(site, &user, shown, form.get("all") == "1", Some(&refused)).await.map_err(Err)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_lab_results::order::code as order_code;
    #[test]
    fn the_same_reason_is_given_once() {
        let why = |name: &str| Refusal::new(order_code::OWN_WORK).with("name", name);
        assert_eq!(once(vec![why("甲"), why("甲"), why("乙")]).len(), 2);
    }
}
