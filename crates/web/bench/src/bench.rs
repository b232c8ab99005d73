//! 检验台 the worklists, the result grid, checking, review, approval, issue, amendment.

use std::collections::BTreeMap;

use rocket::http::Status;
use rocket::{Route, State, get, post, routes};
use shiyan_app::Error;
use shiyan_app::bench::{TypedDecision, TypedItem, TypedResult};
use shiyan_app::read::{OrderPage, WorkFilter, WorkRow};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{TestItemId, TestOrderId};
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{Act, Label, Lang, Refusal, WorkCalendar};
use shiyan_judgement::deciding::NoVerdictWhy;
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::order::{MOVES, Meaning, OrderAction, OrderState, TestItem, TestOrder, code as order_code, conclude, doubtful};
use shiyan_lab_results::report::working_of;
use shiyan_sample_intake::sheet::Sheet;
use shiyan_statute::{DetectionKind, RuleKey};

use super::issuing;
use super::worksheets::grid::doubt;
use crate::views::{
    ActionView, BenchPage, BenchRow, Cell, Chip, Choice, Event, Fact, FieldKind, FieldView, Filters, Pager, ProblemView, ResultRow, ResultsPage, ReviewPage,
    StepView, Tab,
};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::{Code, Ticked};
use shiyan_web_kit::guard::User;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{
    Again, Answer, asked, at_text, class_label, clock_chip, day_chip, named, order_badge, reason_field, refusals, room, show_as, typed, verdict_badge,
    year_class,
};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::{Shape, bounded};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Due};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, one, enter, add_item, take_package, decide, remark, carry_over, claim, step]
}

/// Orders of one page of a queue.
const ROWS: usize = 200;
/// The queues: state, what is done to it there, Chinese, English.
const QUEUES: &[(OrderState, OrderAction, &str, &str)] = &[
    (OrderState::Testing, OrderAction::Enter, "待录入", "To enter"),
    (OrderState::Entered, OrderAction::Check, "待校核", "To check"),
    (OrderState::Checked, OrderAction::Review, "待审核", "To review"),
    (OrderState::Reviewed, OrderAction::Approve, "待批准", "To approve"),
    (OrderState::Approved, OrderAction::Issue, "待签发", "To issue"),
];

/// Whether a queue is this person's work.
fn works_on(user: &User, action: OrderAction) -> bool {
    user.actor.has_any(&MOVES.roles(action))
}

/// Where a worklist is shown; [`asked_for`] reads it back.
pub fn address(filter: &WorkFilter) -> String {
    let late = if filter.due_before.is_some() { "&late=1" } else { "" };
    format!("/bench?state={}{late}", filter.states.join(","))
}

fn asked_for(state: Option<&str>, late: Ticked, user: &User) -> (OrderState, WorkFilter) {
    let mut states: Vec<OrderState> = state.unwrap_or_default().split(',').filter_map(|s| OrderState::parse(s.trim())).take(OrderState::ALL.len()).collect();
    if states.is_empty() {
        states.push(own_queue(user));
    }
    let due_before = late.0.then(|| user.now().date_naive());
    (states[0], WorkFilter { states: states.iter().map(|s| s.code().to_owned()).collect(), due_before })
}

/// The queue a person works on first.
fn own_queue(user: &User) -> OrderState {
    QUEUES.iter().find(|(_, action, ..)| works_on(user, *action)).map_or(OrderState::Testing, |(state, ..)| *state)
}

fn queue_row(row: &WorkRow, mine: bool, user: &User, calendar: &WorkCalendar) -> BenchRow {
    let lang = user.lang();
    let state = OrderState::parse(&row.state).unwrap_or(OrderState::Testing);
    let order = Some(&row.order);
    let returned = order.as_ref().and_then(|o| o.returned.clone()).filter(|_| state == OrderState::Testing);
    let amending = order.as_ref().and_then(|o| o.amending.clone());
    let note = match (returned, amending) {
        (Some((who, why)), _) => format!("{}{who}{}{why}", user.t("退回：", "Sent back by "), user.t("：", ": ")),
        (None, Some(why)) => format!("{}{why}", user.t("更改报告：", "Amending: ")),
        _ => String::new(),
    };
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let verb = match state {
        _ if !mine => user.t("查看", "Open"),
        OrderState::Testing if row.entered == 0 => user.t("开始", "Begin"),
        OrderState::Testing => user.t("继续", "Go on"),
        OrderState::Entered => user.t("校核", "Check"),
        OrderState::Checked => user.t("审核", "Review"),
        OrderState::Reviewed => user.t("批准", "Approve"),
        OrderState::Approved => user.t("签发", "Issue"),
        OrderState::Issued => user.t("查看", "Open"),
    };
    BenchRow {
        no: row.sampling_no.clone().unwrap_or_default(),
        href: format!("/bench/{}", row.order_id),
        name: row.name.clone(),
        package: class_label(&CategoryPath::parse(&row.category), lang),
        filled: count(row.entered),
        items: count(row.items),
        state: order_badge(state, lang),
        returned: note,
        due: day_chip(&row.report_due_on, order.and_then(|o| o.issued_at).map(shiyan_app::day).as_deref(), user.now().date_naive(), calendar, lang),
        verb: verb.to_owned(),
    }
}

#[get("/bench?<state>&<q>&<late>&<page>")]
async fn list(site: &State<Site>, user: User, state: Option<&str>, q: Option<&str>, late: Ticked, page: Option<usize>) -> Html {
    room(&user)?;
    let (shown, work) = asked_for(state, late, &user);
    let whole = work == WorkFilter::state(shown.code());
    let wanted = q.map(str::trim).unwrap_or_default();
    let mine = QUEUES.iter().any(|(queue, action, ..)| *queue == shown && works_on(&user, *action));
    let queues: Vec<WorkFilter> = QUEUES.iter().map(|(queue, ..)| WorkFilter::state(queue.code())).collect();
    let at = page.unwrap_or(1);
    let read = site.app.read_queue_page(&user.actor, &queues, &work, wanted, (at, ROWS)).await?;
    let (total, from, found, calendar) = (read.total, read.from, read.rows, read.calendar);
    let mut tabs = Vec::new();
    for (((queue, action, zh, en), filter), n) in QUEUES.iter().zip(&queues).zip(read.counts) {
        let mark = if works_on(&user, *action) { user.t(" · 我的", " · mine") } else { "" };
        let tab = Tab::new(format!("{}{mark}", user.t(zh, en)), address(filter), whole && *queue == shown);
        tabs.push(tab.counted(n));
    }
    tabs.push(Tab::new(user.t("已出报告", "Issued"), "/bench?state=issued", whole && shown == OrderState::Issued));
    tabs.push(Tab::new(user.t("检验报告", "Test reports"), "/reports", false));
    let rows: Vec<BenchRow> = found.iter().map(|r| queue_row(r, mine, &user, &calendar)).collect();
    let at = from / ROWS + 1;
    let to = |n: usize| format!("{}&page={n}", address(&work));
    let pager = Pager {
        prev: if from > 0 { to(at - 1) } else { String::new() },
        next: if from + rows.len() < total { to(at + 1) } else { String::new() },
        range: if rows.is_empty() { String::new() } else { format!("{}–{}", from + 1, from + rows.len()) },
    };
    let mut chips = Vec::new();
    if work.due_before.is_some() {
        let without = WorkFilter { due_before: None, ..work.clone() };
        chips.push(Chip { label: user.t("报告已逾期", "Report overdue").to_owned(), remove: address(&without) });
    }
    show(&BenchPage {
        p: user.page(site, "bench", user.t("检验台", "Bench")),
        tabs,
        counters: Vec::new(),
        filters: Filters {
            action: "/bench".to_owned(),
            q: Some(wanted.to_owned()),
            hint: user.t("编号、盲样编号、样品、类别", "Number, blind code, sample, category").to_owned(),
            selects: vec![state_select(shown, user.lang())],
            chips,
            total: shiyan_web_kit::ui::num(total as u64),
            ..Filters::default()
        },
        rows,
        pager,
        empty: user.t("这里没有等待处理的检验任务。", "Nothing is waiting here.").to_owned(),
    })
}

fn state_select(shown: OrderState, lang: Lang) -> crate::views::FilterSelect {
    crate::views::FilterSelect {
        key: "state",
        label: lang.pick("状态", "State").to_owned(),
        options: Choice::all::<OrderState>(lang),
        value: shown.code().to_owned(),
    }
}

// ---------------------------------------------------------------- one order

/// One order with its deadline.
struct Whole {
    page: OrderPage,
    due: Due,
}

impl std::ops::Deref for Whole {
    type Target = OrderPage;
    fn deref(&self) -> &OrderPage {
        &self.page
    }
}

async fn whole(site: &Site, user: &User, id: &Key<TestOrderId>) -> Result<Whole, Failure> {
    room(user)?;
    let page = site.app.read_order(&user.actor, id).await?;
    let issued = page.order.issued_at.map(shiyan_app::day);
    let due = match page.clocks.iter().find(|c| c.clock.rule == RuleKey::D02 && !c.clock.cancelled) {
        Some(c) => clock_chip(&c.clock, user.now(), &page.calendar, user.lang()),
        None => day_chip(&page.order.report_due_on.to_string(), issued.as_deref(), user.now().date_naive(), &page.calendar, user.lang()),
    };
    Ok(Whole { page, due })
}

/// 配料 as the sheet recorded them; whoever tests blind was given a sheet without the names of who made or sold it.
pub(super) fn ingredients_told(user: &User, sheet: &Sheet) -> String {
    sheet.ingredients().map(str::to_owned).unwrap_or_else(|| user.t("抽样单未记录配料", "No ingredients were recorded").to_owned())
}

/// The same in the note beside the question about carry-over.
fn ingredients_beside(user: &User, whole: &Whole) -> String {
    format!("{}{}", user.t("配料表：", "Ingredients: "), ingredients_told(user, &whole.sample.sample.sheet))
}

fn facts(user: &User, whole: &Whole) -> Vec<Fact> {
    let (lang, sample) = (user.lang(), &whole.sample.sample);
    let mut facts = Vec::new();
    if let Some(core) = &sample.core {
        facts.push(Fact::new(user.t("食品分类", "Category"), core.category.0.join(" / ")));
        facts.push(Fact::new(user.t("年度大类", "Class of the year"), year_class(&core.category, chrono::Datelike::year(&core.sampled_on), lang)));
        facts.push(Fact::new(user.t("任务类别", "Kind"), format!("{} · {}", core.level.label(lang), core.kind.label(lang))));
        facts.push(Fact::new(user.t("抽样日期", "Sampled on"), shiyan_web_kit::ui::date(core.sampled_on)));
        facts.push(Fact::new(user.t("检验机构", "Laboratory"), core.lab.as_str()));
    }
    match (&whole.order.package, whole.packages.iter().find(|p| p.waits())) {
        (Some(key), _) => facts.push(Fact::new(user.t("项目包", "Item package"), Cell::Code(key.clone()))),
        (None, Some(draft)) => {
            let text = user.t("没有在用的；有一个待核对的草案", "None in use; a draft waits to be checked");
            facts.push(Fact::new(user.t("项目包", "Item package"), format!("{text}（{} · {}）", draft.category, draft.year)));
        }
        (None, None) => facts.push(Fact::new(user.t("项目包", "Item package"), user.t("没有", "None"))),
    }
    if sample.sheet.ingredients().is_some() || whole.items.iter().any(TestItem::turns_on_carry_over) {
        facts.push(Fact::new(user.t("配料表", "Ingredients"), ingredients_told(user, &sample.sheet)));
    }
    facts.push(Fact::new(user.t("收样", "Received"), at_text(whole.order.received_at, user.now())));
    if let Some(code) = &sample.blind_code {
        facts.push(Fact::new(user.t("盲样编号", "Blind code"), Cell::Code(code.clone())));
    }
    if user.blind() {
        facts.push(Fact::new(user.t("被抽样单位", "Sampled operator"), user.t("盲样检验，不显示", "Tested blind, not shown")));
    } else {
        facts.push(Fact::new(user.t("被抽样单位", "Sampled operator"), sample.sheet.get("site_name")));
        facts.push(Fact::new(user.t("样品页", "Sample page"), Cell::link(sample.number(), format!("/samples/{}?tab=tests", sample.id))));
    }
    if let Some(number) = &whole.report {
        facts.push(Fact::new(user.t("检验报告", "Test report"), Cell::link(number.as_str(), format!("/reports/{number}"))));
    }
    if let Some((who, why)) = &whole.order.returned {
        facts.push(Fact::new(user.t("退回", "Sent back"), format!("{who}{}{why}", user.t("：", ": "))));
    }
    if let Some(why) = &whole.order.amending {
        facts.push(Fact::new(user.t("更改报告", "Amending the report"), why.as_str()));
    }
    facts
}

fn steps(user: &User, order: &TestOrder) -> Vec<StepView> {
    let (lang, now) = (user.lang(), user.now());
    let way = [
        (OrderState::Testing, Some(Meaning::MainAnalyst), "录入（主检）", "Entry (main analyst)"),
        (OrderState::Entered, Some(Meaning::Checker), "校核", "Check"),
        (OrderState::Checked, Some(Meaning::Reviewer), "审核", "Review"),
        (OrderState::Reviewed, Some(Meaning::Signatory), "批准", "Approval"),
        (OrderState::Approved, None, "签发", "Issue"),
    ];
    way.iter()
        .map(|(state, meaning, zh, en)| {
            let signed = meaning.and_then(|m| order.signatures.iter().find(|s| s.meaning == m)).map(|s| format!("{} {}", s.name, at_text(s.at, now)));
            let issued = order.issued_at.filter(|_| meaning.is_none() && order.state == OrderState::Issued).map(|at| at_text(at, now));
            StepView {
                label: lang.pick(zh, en).to_owned(),
                note: signed.or(issued).unwrap_or_default(),
                done: order.state > *state,
                current: order.state == *state,
            }
        })
        .collect()
}

fn result_row(item: &TestItem, user: &User) -> ResultRow {
    let lang = user.lang();
    let mut row = ResultRow {
        id: item.id.to_string(),
        rev: item.revision,
        item: item.analyte.clone(),
        unit: item.unit.clone(),
        limit: item
            .limit
            .as_ref()
            .map_or_else(String::new, |l| if l.unit == item.unit || l.unit.is_empty() { l.rule.text() } else { format!("{} {}", l.rule.text(), l.unit) }),
        limit_basis: match (&item.limit, &item.no_limit) {
            (Some(l), _) => l.basis.clone(),
            (None, Some((zh, en))) => lang.pick(zh, en).to_owned(),
            _ => String::new(),
        },
        method: item.method.clone(),
        lod: item.limit.as_ref().and_then(|l| l.lod_loq.as_ref()).map_or_else(String::new, |d| {
            let kind = if d.kind == DetectionKind::Lod { "LOD" } else { "LOQ" };
            format!("{kind} {} {}", d.value, if d.unit == item.unit { "" } else { d.unit.as_str() }).trim().to_owned()
        }),
        value: item.raw.clone(),
        understood: item.understood.clone(),
        verdict: verdict_badge(item.verdict(), lang),
        by: item
            .analyst
            .as_ref()
            .map_or_else(String::new, |(_, name)| format!("{name} {}", item.entered_at.map_or_else(String::new, |at| at_text(at, user.now())))),
        ..ResultRow::default()
    };
    if let Some(back) = &item.returned {
        row.returned = format!("{}{}{}", back.by.1, user.t("：", ": "), back.reason);
    }
    if let Some(judged) = &item.judgement {
        row.reason = lang.pick(&judged.zh, &judged.en).to_owned();
        if let Some(doubt) = doubt(item, lang) {
            row.reason.push_str(&format!("{}{doubt}{}", lang.pick("（", " ("), lang.pick("）", ")")));
        }
        row.working = working_of(item).iter().map(|(zh, en)| lang.pick(zh, en).to_owned()).collect();
        if let Some((pick, limit)) = item.picked.as_ref().zip(item.limit.as_ref()) {
            let (zh, en) = pick.told(limit);
            row.reason = format!("{}{}{}", row.reason, lang.pick("；", "; "), lang.pick(&zh, &en));
        }
    }
    if let Some(d) = &item.decision {
        let (zh, en) = d.told();
        row.note = lang.pick(&zh, &en).to_owned();
        row.reason = row.note.clone();
    }
    row
}

/// Who has to decide what, and on what it may rest.
fn decide_actions(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let (lang, kind) = (user.lang(), whole.order.kind);
    let why = whole.order.why_not(&user.actor, OrderAction::Decide, &whole.items, &[]);
    if !user.may(Act::Decide) {
        // One line for everybody else.
        let open: Vec<&str> = whole.items.iter().filter(|i| i.undecided(kind)).map(|i| i.analyte.as_str()).collect();
        if open.is_empty() {
            return Vec::new();
        }
        let label = format!("{}{}", user.t("人工判定：", "Decide by hand: "), open.join(user.t("、", ", ")));
        return vec![ActionView::post("decide", label, "#").with_icon("user").refused(&why, lang)];
    }
    whole
        .items
        .iter()
        .filter(|i| i.may_be_decided(kind))
        .map(|item| {
            let key = format!("decide-{}", item.id);
            let (options, reading) = grounds(user, whole, item);
            let mut fields = vec![FieldView::select("on", user.t("判定", "Decision"), options).required()];
            if reading {
                let hint = user.t("只在“确定读法”时填：数字不变，例如 12500", "For “how it is read” only; the digits stay, e.g. 12500");
                fields.push(FieldView::text("reading", user.t("读作", "Read as")).hint(hint));
            }
            if is_dried(item) {
                let hint = user.t(
                    "只在“按脱水率折算”时填：干制时失去的水占鲜重的百分数，例如 85",
                    "For the rate of dehydration only: water lost in drying, per cent of the fresh weight, e.g. 85",
                );
                fields.push(FieldView::text("rate", user.t("脱水率（%）", "Rate of dehydration (%)")).hint(hint));
            }
            fields.push(FieldView::text("source", user.t("出处", "Source")).hint(user.t(
                "标准编号和条款，或原始记录编号；选定限量、确定读法时不必填",
                "Standard and clause, or raw record; not needed to pick a limit or a reading",
            )));
            fields.push(FieldView::area("reason", user.t("理由", "Reason")).required());
            let judged = item.judgement.as_ref().map_or("", |j| lang.pick(&j.zh, &j.en));
            ActionView::post(
                key.clone(),
                format!("{}{}", user.t("人工判定：", "Decide by hand: "), item.analyte),
                format!("/bench/{}/items/{}/decide", whole.order.id, item.id),
            )
            .with_icon("user")
            .noted(format!(
                "{}{judged}{}",
                if item.raw.is_empty() { String::new() } else { format!("{} · ", item.raw) },
                if item.turns_on_carry_over() { format!(" · {}", ingredients_beside(user, whole)) } else { String::new() }
            ))
            .asking(asked(&key, fields, again, lang))
            .refused(&why, lang)
        })
        .collect()
}

/// The limit is that of the fresh food, and the sample is dried.
fn is_dried(item: &TestItem) -> bool {
    item.limit.as_ref().is_some_and(|l| l.dried.is_some())
}

/// 判定依托 what a decision about an item may rest on, and whether its result may be read in one of several ways.
fn grounds(user: &User, whole: &Whole, item: &TestItem) -> (Vec<Choice>, bool) {
    let lang = user.lang();
    let mut options: Vec<Choice> = Vec::new();
    for c in whole.candidates.get(&item.id).into_iter().flatten() {
        let doubt = lang.pick(&c.doubt.0, &c.doubt.1);
        let text = format!("{}{} {}（{doubt}）", user.t("适用限量：", "This limit applies: "), c.limit.text, c.limit.basis);
        options.push(Choice::new(format!("rule:{}:{}", c.limit.id, c.limit.version), text));
    }
    let reading = item.limit.is_some() && item.reading_open();
    if reading {
        options.push(Choice::new("reading", user.t("确定读法，由程序按限量判定", "How it is read; judged by the limit then")));
    }
    if is_dried(item) {
        options.push(Choice::new("dried", user.t("按脱水率折算，由程序判定", "By the rate of dehydration; judged by it then")));
    }
    if item.limit.is_some() {
        let verdicts =
            if whole.order.kind == TaskKind::RiskMonitoring { [Verdict::Conforming, Verdict::Problem] } else { [Verdict::Conforming, Verdict::Nonconforming] };
        for verdict in verdicts.into_iter().filter(|v| !((reading || is_dried(item)) && *v == Verdict::Conforming)) {
            options.push(Choice::new(verdict.code(), format!("{}{}", user.t("人工比对限量：", "Compared by hand: "), verdict.label(lang))));
        }
    }
    for why in NoVerdictWhy::ALL.iter().filter(|w| !(item.limit.is_some() && **w == NoVerdictWhy::NotSet)) {
        options.push(Choice::new(format!("none:{}", why.code()), format!("{}{}", user.t("不判定：", "No verdict: "), why.label(lang))));
    }
    (options, reading)
}

/// 备注 on a doubtful value, the word about carry-over, and 标签明示值, for whoever may enter results.
fn word_actions(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Vec<ActionView> {
    if whole.order.may_enter(&user.actor).is_err() || whole.items.is_empty() {
        return Vec::new();
    }
    let (lang, order) = (user.lang(), whole.order.id);
    let mut list: Vec<ActionView> = whole
        .items
        .iter()
        .filter(|i| doubtful(i))
        .map(|item| {
            let key = format!("remark-{}", item.id);
            let hint = user.t("复测结果，或为什么不需复测", "What a second test found, or why none is needed");
            let field = FieldView::area("remark", user.t("备注", "Remark")).required().hint(hint).with(item.remark.clone());
            ActionView::post(
                key.clone(),
                format!("{}{}", user.t("可疑，写备注：", "Doubtful, remark: "), item.analyte),
                format!("/bench/{order}/items/{}/remark?rev={}", item.id, item.revision),
            )
            .with_icon("edit")
            .noted(item.remark.clone())
            .asking(asked(&key, vec![field], again, lang))
        })
        .collect();
    list.extend(whole.items.iter().filter(|i| i.asks_carry_over_word()).map(|item| {
        let key = format!("carry-{}", item.id);
        let said = item.carry_over.as_ref().map_or("", |c| c.word.as_str()).to_owned();
        let hint =
            user.t("核对配料表：有没有配料会带入，为什么不属于带入", "Look at the ingredients: whether one of them may bring it, and why it does not apply");
        let field = FieldView::area("word", user.t("带入原则说明（GB 2760 3.4）", "Carry-over (GB 2760 3.4)")).required().hint(hint).with(said.clone());
        ActionView::post(
            key.clone(),
            format!("{}{}", user.t("不得使用而检出，说明带入原则：", "Found and not permitted, carry-over considered: "), item.analyte),
            format!("/bench/{order}/items/{}/carry-over?rev={}", item.id, item.revision),
        )
        .with_icon("edit")
        .noted([said, ingredients_beside(user, whole)].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · "))
        .asking(asked(&key, vec![field], again, lang))
    }));
    let items = whole.items.iter().map(|i| Choice::new(format!("{}:{}", i.id, i.revision), i.analyte.clone())).collect();
    let fields = vec![
        FieldView::select("item", user.t("项目", "Item"), items).required(),
        FieldView::text("claim", user.t("标签明示值", "Label claim"))
            .hint(user.t("照标签原样写，例如 ≥9.62g/100mL；留空为没有明示", "As the label says, e.g. ≥9.62g/100mL; empty for none")),
    ];
    let claims: Vec<String> = whole.items.iter().filter_map(|i| i.label_claim.as_ref().map(|c| format!("{} {c}", i.analyte))).collect();
    list.push(
        ActionView::post("claim", user.t("标签明示值…", "Label claim…"), format!("/bench/{order}/claim"))
            .with_icon("edit")
            .noted(claims.join(user.t("、", ", ")))
            .asking(asked("claim", fields, again, lang)),
    );
    list
}

fn return_action(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> ActionView {
    let lang = user.lang();
    ActionView::post("return", user.t("退回修改…", "Return for correction…"), format!("/bench/{}/return", whole.order.id))
        .with_icon("back")
        .noted(user.t("整条签名链重新开始。", "The whole chain of signatures starts again."))
        .asking(asked("return", reason_field(lang, user.t("写明哪个项目、什么问题", "Which item, what is wrong")), again, lang))
        .refused(&whole.order.why_not(&user.actor, OrderAction::Return, &whole.items, &[]), lang)
}

/// 预览 the file itself; that it is not issued yet is said here, not in the file.
fn preview_action(user: &User, order: &TestOrder) -> ActionView {
    ActionView::link(user.t("预览将要归档的报告", "Look at the report as it will be archived"), format!("/bench/{}/preview", order.id)).with_icon("file").noted(
        user.t(
            "今天签发即归档这一份文件，一字不差；尚未签发，不得外传。查看会记入日志。",
            "Issued today, this very file is archived, byte for byte. It is not issued yet and not to be handed out; looking at it is on record.",
        ),
    )
}

/// One step of the chain, signed by whoever takes it.
fn signing(user: &User, whole: &Whole, action: OrderAction, icon: &'static str) -> ActionView {
    ActionView::post(action.code(), action.label(user.lang()), format!("/bench/{}/{}", whole.order.id, action.code()))
        .primary()
        .with_icon(icon)
        .refused(&why_not(user, whole, action), user.lang())
}

fn why_not(user: &User, whole: &Whole, action: OrderAction) -> Vec<Refusal> {
    whole.order.why_not(&user.actor, action, &whole.items, &user.account.sign_scope)
}

fn actions(user: &User, whole: &Whole, again: Option<&Again<'_>>, analytes: Vec<Choice>) -> Vec<ActionView> {
    match whole.order.state {
        OrderState::Testing => {
            let submit = signing(user, whole, OrderAction::Submit, "send")
                .noted(user.t("以主检签名，交另一人校核；先保存录入的结果。", "Signs as main analyst and goes to another person; save the results first."));
            let mut list = vec![submit];
            list.extend(word_actions(user, whole, again));
            list.extend(decide_actions(user, whole, again));
            list.extend(item_actions(user, whole, again, analytes));
            list
        }
        OrderState::Entered => vec![signing(user, whole, OrderAction::Check, "check"), return_action(user, whole, again)],
        OrderState::Checked => vec![signing(user, whole, OrderAction::Review, "check"), return_action(user, whole, again)],
        OrderState::Reviewed => reviewed_actions(user, whole, again),
        OrderState::Approved => approved_actions(user, whole, again),
        OrderState::Issued => issued_actions(user, whole, again),
    }
}

/// More items of an order that is being tested: by a package, or one by one.
fn item_actions(user: &User, whole: &Whole, again: Option<&Again<'_>>, analytes: Vec<Choice>) -> Vec<ActionView> {
    let (lang, order, mut list) = (user.lang(), &whole.order, Vec::new());
    let usable: Vec<Choice> = whole
        .packages
        .iter()
        .filter(|p| !p.draft && order.package.as_ref() != Some(&p.key))
        .map(|p| {
            Choice::new(p.key.clone(), format!("{} · {} · {}", p.category, if p.year == 0 { String::from("—") } else { p.year.to_string() }, p.items.len()))
        })
        .collect();
    if order.may_enter(&user.actor).is_ok() && !usable.is_empty() {
        let fields = vec![FieldView::select("package", user.t("项目包", "Item package"), usable).required()];
        list.push(
            ActionView::post("package", user.t("取用项目包…", "Take an item package…"), format!("/bench/{}/package", order.id))
                .with_icon("plus")
                .noted(user.t("添加其中还没有的项目。", "Adds the items that are not there yet."))
                .asking(asked("package", fields, again, lang)),
        );
    }
    if order.may_enter(&user.actor).is_ok() {
        let fields = vec![
            FieldView { options: analytes, ..FieldView::new(FieldKind::Datalist, "analyte", user.t("检验项目", "Item")) }.required(),
            FieldView::text("unit", user.t("结果单位", "Unit of the result")).hint(user.t("例如 mg/kg", "For example mg/kg")),
            FieldView::text("method", user.t("检验依据", "Method")).required().hint(user.t("例如 GB 23200.113-2018", "For example GB 23200.113-2018")),
        ];
        let add = ActionView::post("items", user.t("添加检验项目…", "Add an item…"), format!("/bench/{}/items", order.id)).with_icon("plus");
        list.push(
            add.noted(user.t("限量按样品的分类和日期从限量库选出。", "The limit is chosen from the library by food and date."))
                .asking(asked("items", fields, again, lang)),
        );
    }
    list
}

fn reviewed_actions(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let lang = user.lang();
    let password = FieldView {
        autocomplete: "current-password",
        ..FieldView::new(FieldKind::Password, "password", user.t("本人登录密码", "Your password")).required()
    };
    let approve = signing(user, whole, OrderAction::Approve, "seal")
        .noted(user.t(
            "以授权签字人签名，作出结论；不合格的立即生成核查处置案件。",
            "Signs as authorised signatory and makes the conclusion; a nonconforming one opens its case at once.",
        ))
        .asking(asked("approve", vec![password], again, lang));
    let mut list = vec![approve];
    if why_not(user, whole, OrderAction::Approve).is_empty() {
        list.push(preview_action(user, &whole.order));
    }
    list.push(return_action(user, whole, again));
    list
}

fn approved_actions(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let (lang, order) = (user.lang(), &whole.order);
    let issue = signing(user, whole, OrderAction::Issue, "seal")
        .noted(user.t("排版并归档 PDF，之后不能改动，只能更改重发。", "Typesets and archives the PDF; after that it can only be amended and issued anew."));
    let temporary = whole.sample.sample.core.as_ref().filter(|c| c.temporary_no);
    let refusal = temporary.map(|c| Refusal::new(shiyan_sample_intake::code::TEMPORARY).with("no", &c.sampling_no));
    let mut chosen = issuing::option_fields(whole.settings.options, lang);
    chosen.push(issuing::rare_field(lang));
    let issue = issue.asking(asked("issue", chosen, again, lang));
    let draft = |label, query| ActionView::link(label, format!("/bench/{}/draft{query}", order.id)).with_icon("file");
    let mut list = vec![issue.refused(refusal.as_slice(), lang)];
    if whole.items.iter().any(|i| i.undecided(order.kind)) {
        list.push(return_action(user, whole, again));
    }
    if !user.blind() {
        list.push(preview_action(user, order));
        list.push(draft(user.t("预览草稿", "Look at a draft"), ""));
        list.push(draft(user.t("预览中英对照、附判定过程的草稿", "A draft in both languages, with the working"), "?bilingual=1&working=1"));
    }
    list
}

fn issued_actions(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let lang = user.lang();
    let amend =
        ActionView::post("amend", user.t("更改报告…", "Amend the report…"), format!("/bench/{}/amend", whole.order.id))
            .with_icon("edit")
            .noted(user.t(
                "重走录入、校核、审核、批准；新报告签发前旧报告仍有效。",
                "The chain runs again; the old report stays in force until the new one is issued.",
            ))
            .asking(asked("amend", reason_field(lang, ""), again, lang));
    let mut list = Vec::new();
    if let Some(number) = &whole.report {
        list.push(ActionView::link(user.t("打开检验报告", "Open the test report"), format!("/reports/{number}")).primary().with_icon("file"));
    }
    list.push(amend.refused(&why_not(user, whole, OrderAction::Amend), lang));
    list
}

fn events(user: &User, whole: &Whole) -> Vec<Event> {
    let mut list = told(&whole.timeline, user.now(), user.lang());
    list.truncate(20);
    list
}

/// What was typed into the grid and not taken: item id, text, why.
type Typed = BTreeMap<String, (String, String)>;

fn last_saved(items: &[TestItem], user: &User) -> String {
    let last = items.iter().filter_map(|i| i.entered_at).max();
    last.map_or_else(String::new, |at| if at.date_naive() == user.now().date_naive() { at.format("%H:%M:%S").to_string() } else { at_text(at, user.now()) })
}

async fn results_view(site: &Site, user: &User, whole: &Whole, again: Option<&Again<'_>>, cells: &Typed) -> Result<ResultsPage, Failure> {
    let lang = user.lang();
    let editable = whole.order.may_enter(&user.actor).is_ok();
    let mut rows: Vec<ResultRow> = whole.items.iter().map(|i| result_row(i, user)).collect();
    for row in &mut rows {
        row.locked = !editable;
        if let Some((text, error)) = cells.get(&row.id) {
            row.unjudged = row.value != *text;
            row.value.clone_from(text);
            row.error.clone_from(error);
        }
    }
    let analytes: std::collections::BTreeSet<String> =
        if editable { site.app.limit_rows().await?.iter().map(|r| r.analyte.clone()).collect() } else { std::collections::BTreeSet::new() };
    let analytes = analytes.into_iter().map(|a| Choice::new(a, "")).collect();
    let mut p = page(site, user, whole, user.t("结果录入", "Result entry"));
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    for row in rows.iter().filter(|r| !r.error.is_empty()) {
        p.problems.push(ProblemView {
            text: format!("{}{}{}", row.item, user.t("：", ": "), row.error),
            field: format!("r_{}", row.id),
            ..ProblemView::default()
        });
    }
    Ok(ResultsPage {
        p,
        no: whole.sample.sample.number().to_owned(),
        name: whole.sample.sample.sheet.get("name").to_owned(),
        state: order_badge(whole.order.state, lang),
        due: whole.due.clone(),
        facts: facts(user, whole),
        steps: steps(user, &whole.order),
        action: format!("/bench/{}", whole.order.id),
        editable,
        asks_why: editable && (whole.order.returned.is_some() || whole.order.amending.is_some()),
        filled: whole.items.iter().filter(|i| i.verdict().is_some()).count() as u64,
        failing: whole.items.iter().filter(|i| i.verdict() == Some(Verdict::Nonconforming)).count() as u64,
        wrong: rows.iter().filter(|r| !r.error.is_empty()).count() as u64,
        rows,
        saved_at: last_saved(&whole.items, user),
        actions: actions(user, whole, again, analytes),
        timeline: events(user, whole),
    })
}

fn page(site: &Site, user: &User, whole: &Whole, title: &str) -> crate::views::Page {
    let no = whole.sample.sample.number();
    user.page(site, "bench", format!("{title} {no}")).crumb(user.t("检验台", "Bench"), format!("/bench?state={}", whole.order.state.code())).crumb(no, "")
}

async fn review_view(site: &Site, user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Result<ReviewPage, Failure> {
    let lang = user.lang();
    let kind = whole.order.kind;
    let mut conclusion = whole.order.conclusion.clone().unwrap_or_else(|| conclude(kind, &whole.items, user.now()));
    if whole.order.state != OrderState::Issued {
        conclusion = whole.settings.sentences.worded(&conclusion, kind, &whole.items);
    }
    let next = site.app.read_next_order(&user.actor, &user.account.sign_scope, &whole.order).await?;
    let title = match whole.order.state {
        OrderState::Entered => user.t("校核", "Check"),
        OrderState::Checked => user.t("审核", "Review"),
        OrderState::Reviewed => user.t("批准", "Approval"),
        OrderState::Approved => user.t("签发", "Issue"),
        _ => user.t("检验任务", "Test order"),
    };
    let mut p = page(site, user, whole, title);
    title.clone_into(&mut p.title);
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    Ok(ReviewPage {
        p,
        no: whole.sample.sample.number().to_owned(),
        name: whole.sample.sample.sheet.get("name").to_owned(),
        state: order_badge(whole.order.state, lang),
        due: whole.due.clone(),
        facts: facts(user, whole),
        steps: steps(user, &whole.order),
        rows: whole.items.iter().map(|i| result_row(i, user)).collect(),
        conclusion: Badge::outcome(Some(conclusion.outcome), lang),
        conclusion_text: lang.pick(&conclusion.zh, &conclusion.en).to_owned(),
        actions: actions(user, whole, again, Vec::new()),
        timeline: events(user, whole),
        next_href: next.map_or_else(String::new, |id| format!("/bench/{id}")),
    })
}

/// The page of an order, whichever its state asks for.
async fn order_page(site: &Site, user: &User, id: &Key<TestOrderId>, status: Status, again: Option<&Again<'_>>, cells: &Typed) -> Html {
    let whole = whole(site, user, id).await?;
    if whole.order.state == OrderState::Testing {
        show_as(status, &results_view(site, user, &whole, again, cells).await?)
    } else {
        show_as(status, &review_view(site, user, &whole, again).await?)
    }
}

#[get("/bench/<id>")]
async fn one(site: &State<Site>, user: User, id: Key<TestOrderId>) -> Html {
    order_page(site, &user, &id, Status::Ok, None, &Typed::new()).await
}

async fn again(site: &Site, user: &User, id: &Key<TestOrderId>, action: &str, form: &Posted, error: Error) -> Html {
    let (status, why) = refusals(error)?;
    order_page(site, user, id, status, Some(&Again { action, form, why: &why }), &Typed::new()).await
}

#[post("/bench/<id>", data = "<form>")]
async fn enter(site: &State<Site>, user: User, id: Key<TestOrderId>, form: Result<Sent<ResultsForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    entered(site, &user, &id, &form).await.unwrap_or_else(|failure| Err(Err(failure)))
}

async fn entered(site: &Site, user: &User, id: &Key<TestOrderId>, form: &Sent<ResultsForm>) -> Result<Answer, Failure> {
    room(user)?;
    let ResultsForm { cells, .. } = ResultsForm::read(form, "");
    let typed_all = || -> Typed { cells.iter().map(|c| (c.item.clone(), (c.raw.clone(), String::new()))).collect() };
    let did = async {
        form.read()?;
        site.app.enter_results(&user.actor, id, &cells, user.now()).await
    };
    match did.await {
        Ok(saved) => {
            let lang = user.lang();
            let mut wrong = Typed::new();
            let mut status = Status::Ok;
            let mut unread = 0;
            let now = site.app.read_items(&user.actor, id).await?;
            for cell in saved {
                match cell.outcome {
                    Ok(item) => unread += usize::from(item.verdict() == Some(Verdict::NeedsPerson)),
                    Err(why) => {
                        let raced = why.iter().any(|r| r.code() == order_code::LOST_RACE.code);
                        if status != Status::Conflict {
                            status = if raced { Status::Conflict } else { Status::UnprocessableEntity };
                        }
                        let mut text = why.iter().map(|r| r.what(lang)).collect::<Vec<_>>().join(" ");
                        if raced {
                            // Both values stand side by side; saving again is then a decision.
                            let theirs = now.iter().find(|i| i.id.to_string() == cell.item);
                            let theirs = theirs.map(|i| format!("“{}”（{}）", i.raw, i.analyst.as_ref().map_or("", |(_, n)| n.as_str()))).unwrap_or_default();
                            text = format!(
                                "{text}{}{theirs}{}",
                                user.t("；现在存的是 ", "; stored now: "),
                                user.t("，再次保存将改为左边的值", "; saving again puts in what you typed")
                            );
                        }
                        let raw = cells.iter().find(|c| c.item == cell.item).map(|c| c.raw.clone()).unwrap_or_default();
                        wrong.insert(cell.item, (raw, text));
                    }
                }
            }
            if wrong.is_empty() {
                let to = format!("/bench/{id}");
                return Ok(Ok(if unread > 0 {
                    let text = format!(
                        "已保存；有 {unread} 项读不懂或须由人判定，请核对|Saved; {unread} (result cannot be read or needs|results cannot be read or need) a person, please check"
                    );
                    rocket::response::Flash::new(rocket::response::Redirect::to(to), "warn", shiyan_foundation::text::plural(&text))
                } else {
                    done(to, "结果已保存并判定", "The results were saved and judged")
                }));
            }
            Ok(Err(order_page(site, user, id, status, None, &wrong).await))
        }
        Err(error) => {
            let (status, why) = refusals(error)?;
            let again = Again { action: "enter", form, why: &why };
            Ok(Err(order_page(site, user, id, status, Some(&again), &typed_all()).await))
        }
    }
}

/// 结果 as typed, a cell an item. A cell that is too long is refused as a cell, by the application; the others are saved.
struct ResultsForm {
    cells: Vec<TypedResult>,
    why: String,
}

impl Shape for ResultsForm {
    fn read(form: &Posted, _: &str) -> Self {
        let why = form.get("why").to_owned();
        let cell = |(key, raw): (String, String)| {
            let item = key.strip_prefix("r_")?.to_owned();
            let seen = form.get(&format!("rev_{item}")).parse().unwrap_or(-1);
            Some(TypedResult { item, seen, raw: raw.trim().to_owned(), why: why.clone(), undo: false })
        };
        Self { cells: form.all().into_iter().filter_map(cell).collect(), why }
    }
    fn too_long(&self) -> Vec<Refusal> {
        bounded(LONGEST_WHY, [("why", WHY, self.why.as_str())])
    }
}

/// Most characters of the reason of a correction.
pub(super) const LONGEST_WHY: u64 = 400;
/// What the reason of a correction is called.
pub(super) const WHY: (&str, &str) = ("修改理由", "why it is changed");

shapes! {
    /// 项目 as typed.
    ItemForm { analyte: 200 "检验项目" / "item", unit: 60 "结果单位" / "unit", method: 200 "检验依据" / "method" }
    /// 项目包 as chosen.
    PackageForm { package: 200 "项目包" / "package" }
    /// 人工判定 as typed.
    DecisionForm {
        on: 60 "判定依据" / "what it rests on",
        reading: 200 "读作" / "read as",
        rate: 60 "比例" / "rate",
        source: 500 "出处" / "source",
        reason: 1000 "理由" / "reason",
    }
    /// 备注 as typed.
    RemarkForm { remark: 1000 "备注" / "remark" }
    /// 带入原则说明 as typed.
    WordForm { word: 1000 "带入原则说明" / "word about carry-over" }
    /// 明示值 as typed.
    ClaimForm { claim: 200 "明示值" / "label claim" }
    /// 检验任务的一步 as typed.
    StepForm { reason: 1000 "理由" / "reason", password: 1024 "本人密码" / "your password" }
}

impl From<ItemForm> for TypedItem {
    fn from(ItemForm { analyte, unit, method }: ItemForm) -> Self {
        Self { analyte, unit, method }
    }
}

impl From<DecisionForm> for TypedDecision {
    fn from(form: DecisionForm) -> Self {
        let DecisionForm { on, reading, rate, source, reason } = form;
        Self { on, reading, rate, source, reason }
    }
}

#[post("/bench/<id>/items", data = "<form>")]
async fn add_item(site: &State<Site>, user: User, id: Key<TestOrderId>, form: Result<Sent<ItemForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let did = async { site.app.add_item(&user.actor, &id, &form.command_in("items")?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done(format!("/bench/{id}"), "项目已添加", "The item was added")),
        Err(error) => Err(again(site, &user, &id, "items", &form, error).await),
    }
}

#[post("/bench/<id>/package", data = "<form>")]
async fn take_package(site: &State<Site>, user: User, id: Key<TestOrderId>, form: Result<Sent<PackageForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let did = async { site.app.take_package(&user.actor, &id, &form.read_in("package")?.package, user.now()).await };
    match did.await {
        Ok(n) => Ok(done(format!("/bench/{id}"), &format!("添加了 {n} 个项目"), &format!("{n} (item was|items were) added"))),
        Err(error) => Err(again(site, &user, &id, "package", &form, error).await),
    }
}

#[post("/bench/<id>/items/<item>/decide", data = "<form>")]
async fn decide(site: &State<Site>, user: User, id: Key<TestOrderId>, item: Key<TestItemId>, form: Result<Sent<DecisionForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let key = format!("decide-{item}");
    let did = async { site.app.decide_item(&user.actor, &item, &form.command_in(&key)?, user.now()).await };
    match did.await {
        Ok(()) => Ok(done(format!("/bench/{id}"), "判定已保存", "The decision was saved")),
        Err(error) => Err(again(site, &user, &id, &key, &form, error).await),
    }
}

#[post("/bench/<id>/items/<item>/remark?<rev>", data = "<form>")]
async fn remark(
    site: &State<Site>,
    user: User,
    id: Key<TestOrderId>,
    item: Key<TestItemId>,
    rev: Option<i64>,
    form: Result<Sent<RemarkForm>, Failure>,
) -> Answer {
    let form = form.map_err(Err)?;
    let key = format!("remark-{item}");
    let did = async { site.app.remark_item(&user.actor, &item, rev.unwrap_or(-1), &form.read_in(&key)?.remark, user.now()).await };
    match did.await {
        Ok(_) => Ok(done(format!("/bench/{id}"), "备注已保存", "The remark was saved")),
        Err(error) => Err(again(site, &user, &id, &key, &form, error).await),
    }
}

#[post("/bench/<id>/items/<item>/carry-over?<rev>", data = "<form>")]
async fn carry_over(
    site: &State<Site>,
    user: User,
    id: Key<TestOrderId>,
    item: Key<TestItemId>,
    rev: Option<i64>,
    form: Result<Sent<WordForm>, Failure>,
) -> Answer {
    let form = form.map_err(Err)?;
    let key = format!("carry-{item}");
    let did = async { site.app.say_carry_over(&user.actor, &item, rev.unwrap_or(-1), &form.read_in(&key)?.word, user.now()).await };
    match did.await {
        Ok(_) => Ok(done(format!("/bench/{id}"), "带入原则说明已保存", "The word about carry-over was saved")),
        Err(error) => Err(again(site, &user, &id, &key, &form, error).await),
    }
}

#[post("/bench/<id>/claim", data = "<form>")]
async fn claim(site: &State<Site>, user: User, id: Key<TestOrderId>, form: Result<Sent<ClaimForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    // What is chosen is an item as it stood on the page.
    let (item, seen) = typed(&form, "claim", "item").split_once(':').unwrap_or_default();
    let item: Key<TestItemId> = item.parse().map_err(|_| Err(Failure::NotFound))?;
    let did = async {
        let claim: ClaimForm = form.read_in("claim")?;
        site.app.set_label_claim(&user.actor, &item, seen.parse().unwrap_or(-1), &claim.claim, user.now()).await
    };
    match did.await {
        Ok(_) => Ok(done(format!("/bench/{id}"), "明示值已保存，已重新判定", "The label claim was saved and the result judged again")),
        Err(error) => Err(again(site, &user, &id, "claim", &form, error).await),
    }
}

#[post("/bench/<id>/<step>", data = "<form>", rank = 5)]
async fn step(site: &State<Site>, user: User, id: Key<TestOrderId>, step: Code<OrderAction>, form: Result<Sent<StepForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let (app, now) = (&site.app, user.now());
    let here = format!("/bench/{id}");
    let Code(step) = step;
    let said = match form.read_in(step.code()) {
        Ok(said) => said,
        Err(error) => return Err(again(site, &user, &id, step.code(), &form, error).await),
    };
    let result = match step {
        OrderAction::Submit => app.forward_order(&user.actor, &id, OrderAction::Submit, now).await.map(|()| done(here, "已提交校核", "Submitted for checking")),
        OrderAction::Check => app.forward_order(&user.actor, &id, OrderAction::Check, now).await.map(|()| done(here, "校核通过", "Passed the check")),
        OrderAction::Review => app.forward_order(&user.actor, &id, OrderAction::Review, now).await.map(|()| done(here, "审核通过", "Passed the review")),
        OrderAction::Approve => app.approve(&user.account, &user.token, &said.password, &id, now).await.map(|outcome| approved(outcome, here)),
        OrderAction::Return => app.return_order(&user.actor, &id, &said.reason, now).await.map(|()| done("/bench", "已退回修改", "Returned for correction")),
        OrderAction::Issue => {
            let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
            app.issue_report(&user.actor, &id, issuing::chosen(|key| typed(&form, "issue", key)), now)
                .await
                .map(|report| done(format!("/reports/{}", report.number), "报告已签发并归档", "The report was issued and archived"))
        }
        OrderAction::Amend => app.amend_report(&user.actor, &id, &said.reason, now).await.map(|()| done(here, "报告更改已开始", "The amendment has begun")),
        // Results and decisions have addresses of their own.
        OrderAction::Enter | OrderAction::Decide => return Err(Err(Failure::NotFound)),
    };
    match result {
        Ok(on) => Ok(on),
        Err(error) => Err(again(site, &user, &id, step.code(), &form, error).await),
    }
}

fn approved(outcome: Outcome, here: String) -> rocket::response::Flash<rocket::response::Redirect> {
    match outcome {
        Outcome::Fail => done(here, "已批准：不合格，核查处置案件已生成", "Approved: nonconforming; the disposal case is open"),
        Outcome::Pass => done(here, "已批准：合格", "Approved: conforming"),
        Outcome::Problem => done(here, "已批准：问题样品", "Approved: problem sample"),
        Outcome::Undetermined => done(here, "已批准：不判定", "Approved: no verdict"),
    }
}
