//! 样品 list, object page, voiding, registering the official number.

use chrono::Datelike;
use rocket::{FromForm, Route, State, get, post, routes};
use shiyan_app::read::{SampleBook, SampleFilter, SamplePage as Whole, SampleRow as Line};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::task::{Link as Chain, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::text::mask;
use shiyan_foundation::{Act, Instant, Label, Lang, WorkCalendar};
use shiyan_lab_results::order::{Meaning, OrderAction, OrderState};
use shiyan_sample_intake::sheet::{FIELDS, FieldKind as Holds, Group};
use shiyan_sample_intake::{Sample, SampleAction, SampleState};
use shiyan_statute::ClassScheme;

use crate::views::{
    ActionView, Cell, Choice, Counter, Fact, FactGroup, FieldView, FilterSelect, Filters, Link, Pager, Row, SamplePage, SampleRow, SamplesPage, StepView, Tab,
    Table,
};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Ticked;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::report_badge;
use shiyan_web_kit::parts::{
    Address, Again, Answer, asked, at_text, case_badge, class_label, clock_chip, day_chip, named, nearest, order_badge, reason_field, refusals, room,
    sample_badge, show_as, verdict_badge,
};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{street_choices, street_name};
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Due, Tone};
use shiyan_web_kit::words::word;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, one, void, renumber]
}

/// Rows of a page.
const ROWS: usize = 50;

/// The filters as they stand in the address.
#[derive(Debug, FromForm)]
struct Asked<'r> {
    q: Option<&'r str>,
    state: Option<&'r str>,
    kind: Option<&'r str>,
    level: Option<&'r str>,
    link: Option<&'r str>,
    class: Option<&'r str>,
    street: Option<&'r str>,
    outcome: Option<&'r str>,
    year: Option<i32>,
    overdue: Option<&'r str>,
    mine: Ticked,
    after: Option<&'r str>,
    prev: Option<&'r str>,
    n: Option<usize>,
}

impl Asked<'_> {
    fn filter(&self, user: &User) -> SampleFilter {
        let own = |v: Option<&str>| v.map(str::trim).filter(|v| !v.is_empty()).map(|v| v.chars().take(100).collect::<String>());
        let state = own(self.state).map(|s| if s == "in_transit" { "sampled".to_owned() } else { s });
        SampleFilter {
            q: own(self.q),
            state,
            kind: own(self.kind),
            level: own(self.level),
            link: own(self.link),
            class: own(self.class),
            street: own(self.street),
            outcome: own(self.outcome),
            year: self.year,
            overdue_on: self.overdue.filter(|v| !v.is_empty()).map(|_| user.now().date_naive().to_string()),
            begun_by: self.mine.0.then(|| user.actor.id.to_string()),
            after: self.after.and_then(|a| a.split_once(',')).map(|(day, id)| (day.to_owned(), id.to_owned())),
            // the reading itself says what whoever tests blind may look for
            blind: false,
        }
    }
}

/// The filter as it stands in an address; [`Asked::filter`] reads it back.
fn address(filter: &SampleFilter) -> Address {
    let own = |v: &Option<String>| v.clone().unwrap_or_default();
    let flag = |v: &Option<String>| if v.is_some() { "1".to_owned() } else { String::new() };
    Address::new(
        "/samples",
        vec![
            ("q", own(&filter.q)),
            ("state", own(&filter.state)),
            ("kind", own(&filter.kind)),
            ("level", own(&filter.level)),
            ("link", own(&filter.link)),
            ("class", own(&filter.class)),
            ("street", own(&filter.street)),
            ("outcome", own(&filter.outcome)),
            ("year", filter.year.map(|y| y.to_string()).unwrap_or_default()),
            ("overdue", flag(&filter.overdue_on)),
            ("mine", flag(&filter.begun_by)),
        ],
    )
}

/// Where the samples of a filter are listed.
pub fn address_of(filter: &SampleFilter) -> String {
    address(filter).href()
}

/// How many samples a filter holds, with their list.
///
/// # Errors
/// The database does not answer.
pub async fn counter(site: &Site, user: &User, label: &str, filter: &SampleFilter) -> Result<Counter, Failure> {
    let n = site.app.count_samples(&user.actor, filter).await?;
    Ok(Counter { label: label.to_owned(), value: n, href: address(filter).href(), tone: Tone::Info })
}

fn states(lang: Lang) -> Vec<Choice> {
    let sample = SampleState::ALL.iter().filter(|s| **s != SampleState::Received).map(|s| Choice::new(s.code(), s.label(lang)));
    sample.chain(OrderState::ALL.iter().map(|s| Choice::new(s.code(), s.label(lang)))).collect()
}

fn filters(asked: &Asked<'_>, address: &Address, streets: &[Choice], total: u64, now: Instant, lang: Lang) -> Filters {
    let t = |zh, en| lang.pick(zh, en);
    let years = (0..4).map(|back| now.year() - back).map(|y| Choice::new(y.to_string(), y.to_string())).collect();
    // The classes by which the figures of the year are grouped; over all years the 35, in which every path is written.
    let listed = asked.year.map_or_else(|| shiyan_statute::classes_of(ClassScheme::Classes35), shiyan_statute::food_classes_of);
    let classes = listed.iter().map(|c| Choice::new(c.name.as_str(), c.label(lang))).collect();
    let state = asked.state.map(|s| if s == "in_transit" { "sampled" } else { s });
    let select = |key: &'static str, zh, en, options: Vec<Choice>, value: Option<&str>| FilterSelect {
        key,
        label: t(zh, en).to_owned(),
        options,
        value: value.unwrap_or_default().trim().to_owned(),
    };
    let year = asked.year.map(|y| y.to_string());
    let mut selects = vec![
        select("state", "状态", "State", states(lang), state),
        select("kind", "任务类别", "Kind", Choice::all::<TaskKind>(lang), asked.kind),
        select("level", "任务级别", "Level", Choice::all::<TaskLevel>(lang), asked.level),
        select("link", "环节", "Link", Choice::all::<Chain>(lang), asked.link),
        select("class", "食品大类", "Food class", classes, asked.class),
        select("outcome", "结论", "Conclusion", Choice::all::<Outcome>(lang), asked.outcome),
        select("year", "年份", "Year", years, year.as_deref()),
    ];
    if !streets.is_empty() {
        selects.insert(5, select("street", "街道", "Street", streets.to_vec(), asked.street));
    }
    let mut chips = Vec::new();
    if let Some(q) = asked.q.map(str::trim).filter(|q| !q.is_empty()) {
        chips.push(address.chip("q", t("查找", "Find"), q, lang));
    }
    for select in selects.iter().filter(|s| !s.value.is_empty()) {
        let value = select.options.iter().find(|o| o.value == select.value).map_or(select.value.as_str(), |o| o.label.as_str());
        chips.push(address.chip(select.key, &select.label, value, lang));
    }
    if asked.mine.0 {
        chips.push(address.chip("mine", t("填写人", "Begun by"), t("本人", "me"), lang));
    }
    let overdue = asked.overdue.is_some_and(|v| !v.is_empty());
    if overdue {
        chips.push(address.chip("overdue", t("期限", "Deadline"), t("已逾期", "overdue"), lang));
    }
    Filters {
        action: "/samples".to_owned(),
        q: Some(asked.q.unwrap_or_default().to_owned()),
        hint: t("编号、样品、单位", "Number, sample, operator").to_owned(),
        selects,
        day: None,
        tick: Some(("overdue".to_owned(), t("只看报告逾期", "Report overdue only").to_owned(), overdue)),
        chips,
        total: if total > 10_000 { "10,000+".to_owned() } else { shiyan_web_kit::ui::num(total) },
    }
}

fn list_due(line: &Line, today: chrono::NaiveDate, cal: &WorkCalendar, lang: Lang) -> Due {
    line.report_due_on.as_deref().map_or_else(Due::default, |due| day_chip(due, line.issued_on.as_deref(), today, cal, lang))
}

/// 状态 what a list says of a sample: the state of its order once there is one, as its page does.
pub fn list_state(line: &Line, lang: Lang) -> Badge {
    match (SampleState::parse(&line.state), line.order_state.as_deref().and_then(OrderState::parse)) {
        (_, Some(order)) => order_badge(order, lang),
        (Some(state), None) => sample_badge(state, lang),
        _ => Badge::default(),
    }
}

fn sample_row(user: &User, line: &Line, calendar: &WorkCalendar, streets: &shiyan_web_kit::streets::Streets) -> SampleRow {
    let (lang, today, veiled) = (user.lang(), user.now().date_naive(), user.blind());
    SampleRow {
        no: line.sampling_no.clone().unwrap_or_else(|| user.t("（未编号）", "(no number yet)").to_owned()),
        href: format!("/samples/{}", line.id),
        name: if line.name.is_empty() { "--".to_owned() } else { line.name.clone() },
        site: if veiled { user.t("盲样", "Blind sample").to_owned() } else { line.site_name.clone() },
        category: class_label(&CategoryPath::parse(&line.class), lang),
        link: Chain::parse(&line.link).map_or_else(String::new, |l| l.label(lang).to_owned()),
        street: if veiled { "--".to_owned() } else { street_name(streets, &line.street) },
        sampled_on: shiyan_web_kit::ui::dash(&line.sampled_on).to_owned(),
        state: list_state(line, lang),
        outcome: Badge::outcome(line.outcome.as_deref().and_then(Outcome::parse), lang),
        due: list_due(line, today, calendar, lang),
    }
}

#[get("/samples?<asked..>")]
async fn list(site: &State<Site>, user: User, asked: Asked<'_>) -> Html {
    room(&user)?;
    let (lang, now) = (user.lang(), user.now());
    let filter = asked.filter(&user);
    let _turn = user.turn_to_search(site, filter.q.as_deref()).await?;
    let SampleBook { total, rows: lines, more, calendar, streets } = site.app.read_sample_book(&user.actor, &filter).await?;
    let address = address(&filter);
    let n = asked.n.unwrap_or(1).clamp(1, 100_000);
    let pager = Pager {
        prev: match (filter.after.is_some(), asked.prev) {
            (false, _) => String::new(),
            (true, Some(prev)) if n > 2 => address.with("after", prev).with("n", (n - 1).to_string()).href(),
            (true, _) => address.href(),
        },
        next: match lines.last().filter(|_| more) {
            Some(last) => address
                .with("after", format!("{},{}", last.sampled_on, last.id))
                .with("n", (n + 1).to_string())
                .with("prev", asked.after.unwrap_or_default())
                .href(),
            None => String::new(),
        },
        range: if lines.is_empty() { String::new() } else { format!("{}–{}", (n - 1) * ROWS + 1, (n - 1) * ROWS + lines.len()) },
    };
    let rows = lines.iter().map(|line| sample_row(&user, line, &calendar, &streets)).collect();
    let state = filter.state.as_deref().unwrap_or_default();
    let plain = address.without("state").without("outcome").without("overdue").without("mine");
    let overdue = filter.overdue_on.is_some();
    let failing = filter.outcome.as_deref() == Some(Outcome::Fail.code());
    let view = |zh, en, key: &str| Tab::new(user.t(zh, en), plain.with("state", key).href(), state == key && !overdue && !failing);
    let tabs = vec![
        view("全部", "All", ""),
        view("填写中", "Drafts", "draft"),
        view("待收样", "To receive", "sampled"),
        view("检验中", "Testing", "testing"),
        view("已出报告", "Issued", "issued"),
        Tab::new(user.t("不合格", "Nonconforming"), plain.with("outcome", "fail").href(), failing && state.is_empty() && !overdue),
        Tab::new(user.t("报告逾期", "Report overdue"), plain.with("overdue", "1").href(), overdue),
    ];
    show(&SamplesPage {
        p: user.page(site, "samples", user.t("样品", "Samples")),
        filters: filters(&asked, &address, &if user.blind() { Vec::new() } else { street_choices(&streets) }, total, now, lang),
        tabs,
        rows,
        pager,
        may_create: user.may(Act::Sheet),
        may_read_parties: user.may(Act::ReadOperator),
    })
}

/// 阶段 the way of a sample.
fn steps(whole: &Whole, now: Instant, lang: Lang) -> Vec<StepView> {
    let t = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let sample = &whole.record.sample;
    let state = sample.state;
    let issued = whole.order.as_ref().and_then(|o| o.issued_at);
    let order_state = whole.order.as_ref().map(|o| o.state);
    let tested = matches!(order_state, Some(OrderState::Approved | OrderState::Issued)) || issued.is_some();
    let failed = whole.order.as_ref().and_then(|o| o.in_force.as_ref().or(o.conclusion.as_ref())).is_some_and(|c| c.outcome == Outcome::Fail);
    let samplers = sample.core.as_ref().map_or_else(String::new, |c| {
        let names = c.samplers.iter().map(|(_, n)| n.as_str()).collect::<Vec<_>>().join(lang.pick("、", ", "));
        format!("{} {names}", c.sampled_on.format("%m-%d"))
    });
    let received = sample.reception.as_ref().map_or_else(String::new, |r| {
        let what = if state == SampleState::Refused { lang.pick("拒收 ", "Refused ") } else { "" };
        format!("{what}{} {}", r.at.map_or_else(String::new, |at| at_text(at, now)), r.keeper)
    });
    let in_lab = order_state.filter(|_| !tested).map_or_else(String::new, |s| s.label(lang).to_owned());
    let mut way = vec![
        StepView {
            label: t("抽样", "Sampling"),
            note: samplers,
            done: !matches!(state, SampleState::Draft | SampleState::Void),
            current: state == SampleState::Draft,
        },
        StepView { label: t("收样", "Reception"), note: received, done: state == SampleState::Received, current: state == SampleState::Sampled },
        StepView { label: t("检验", "Testing"), note: in_lab, done: tested, current: order_state.is_some() && !tested },
        StepView {
            label: t("报告", "Report"),
            note: issued.map_or_else(String::new, |at| at_text(at, now)),
            done: issued.is_some(),
            current: order_state == Some(OrderState::Approved),
        },
    ];
    if failed || !whole.cases.is_empty() {
        let open = whole.cases.iter().any(|c| c.closed_at.is_none() && c.cancel_reason.is_none());
        let note = whole.cases.iter().map(|c| c.state.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "));
        way.push(StepView { label: t("处置", "Disposal"), note, done: !open && !whole.cases.is_empty(), current: open });
    }
    way
}

fn sheet_groups(user: &User, whole: &Whole) -> Vec<FactGroup> {
    let lang = user.lang();
    let sample = &whole.record.sample;
    let veiled = user.blind();
    let mut groups = Vec::new();
    for group in Group::ALL {
        let mut facts = Vec::new();
        if *group == Group::SamplerOrg && !sample.sheet.samplers.is_empty() {
            let names = sample.sheet.samplers.iter().map(|(_, n)| n.as_str()).collect::<Vec<_>>().join(lang.pick("、", ", "));
            facts.push(Fact::new(user.t("抽样人员", "Samplers"), names));
        }
        if *group == Group::Site && veiled {
            let code = sample.blind_code.clone().unwrap_or_else(|| user.t("收样时编号", "given at reception").to_owned());
            groups.push(FactGroup {
                title: group.label(lang).to_owned(),
                facts: vec![
                    Fact::new(user.t("盲样编号", "Blind code"), Cell::Code(code)),
                    Fact::new(user.t("被抽样单位", "Sampled operator"), user.t("盲样检验，不显示", "Tested blind, not shown")),
                ],
            });
            continue;
        }
        for spec in FIELDS.iter().filter(|f| f.group == *group) {
            let text = sample.sheet.get(spec.key);
            if text.is_empty() {
                continue;
            }
            let text = match spec.kind {
                // An identity number stands whole on no page, whoever reads it.
                _ if spec.key == "id_no" && text != "/" => mask(text),
                _ if spec.personal && text != "/" && !user.sees_personal() => mask(text),
                Holds::Choice(_) => word(text, lang),
                Holds::Street => street_name(&whole.streets, text),
                _ if spec.key == "cat1" => class_label(&CategoryPath::parse(text), lang),
                _ => text.to_owned(),
            };
            let code = matches!(spec.key, "sampling_no" | "uscc" | "permit_no" | "barcode" | "lot_no" | "prod_permit" | "tp_permit");
            let value = if code { Cell::Code(text) } else { Cell::from(text) };
            facts.push(Fact::new(lang.pick(spec.zh, spec.en), value));
        }
        groups.push(FactGroup { title: group.label(lang).to_owned(), facts });
    }
    if let Some(reason) = &sample.void_reason {
        groups.insert(0, FactGroup { title: String::new(), facts: vec![Fact::new(user.t("作废理由", "Reason of voiding"), reason.as_str())] });
    }
    groups
}

fn reception_groups(user: &User, whole: &Whole) -> Vec<FactGroup> {
    let lang = user.lang();
    let Some(r) = &whole.record.sample.reception else { return Vec::new() };
    let failed = r.failed.iter().map(|c| c.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "));
    let mut facts = vec![
        Fact::new(user.t("收样人", "Received by"), r.keeper.as_str()),
        Fact::new(user.t("时间", "At"), r.at.map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M").to_string())),
        Fact::new(
            user.t("交接核对", "Hand-over checks"),
            if failed.is_empty() { user.t("全部符合", "All in order").to_owned() } else { format!("{}{failed}", user.t("不符：", "Not in order: ")) },
        ),
        Fact::new(user.t("说明", "Note"), r.note.as_str()),
        Fact::new(user.t("检样封条", "Seal of the test portion"), Cell::Code(shiyan_web_kit::ui::dash(&r.test_seal).to_owned())),
        Fact::new(user.t("备样封条", "Seal of the reserve"), Cell::Code(shiyan_web_kit::ui::dash(&r.backup_seal).to_owned())),
        Fact::new(user.t("库位", "Place"), r.place.as_str()),
        Fact::new(user.t("到样温度", "Temperature"), r.temperature.as_str()),
    ];
    if let Some(code) = &whole.record.sample.blind_code {
        facts.push(Fact::new(user.t("盲样编号", "Blind code"), Cell::Code(code.clone())));
    }
    if let Some(reason) = &r.refusal_reason {
        facts.push(Fact::new(user.t("拒收理由", "Reason of refusal"), reason.as_str()));
    }
    vec![FactGroup { title: user.t("收样记录", "Reception record").to_owned(), facts }]
}

fn items_table(user: &User, whole: &Whole) -> Vec<Table> {
    let lang = user.lang();
    if whole.order.is_none() {
        return Vec::new();
    }
    let mut table = Table::new(&[
        user.t("检验项目", "Item"),
        user.t("#结果", "#Result"),
        user.t("单位", "Unit"),
        user.t("#限量", "#Limit"),
        user.t("单项判定", "Judgement"),
        user.t("依据", "Basis"),
    ])
    .listed();
    table.caption = user.t("检验结果", "Results").to_owned();
    table.empty = user.t("还没有检验项目。", "No items yet.").to_owned();
    for item in &whole.items {
        let verdict = item.verdict();
        let badge = verdict_badge(verdict, lang);
        let tone = (badge.tone == Tone::Fail).then_some(Tone::Fail);
        table.rows.push(Row {
            cells: vec![
                item.analyte.as_str().into(),
                Cell::Num(shiyan_web_kit::ui::dash(&item.raw).to_owned()),
                item.unit.as_str().into(),
                Cell::Num(item.limit.as_ref().map_or_else(|| "--".to_owned(), |l| l.rule.text())),
                if verdict.is_some() { badge.into() } else { Cell::Empty },
                Cell::Two(item.method.clone(), item.limit.as_ref().map_or_else(String::new, |l| l.basis.clone())),
            ],
            tone,
        });
    }
    vec![table]
}

fn signature_group(user: &User, whole: &Whole) -> Vec<FactGroup> {
    let Some(order) = &whole.order else { return Vec::new() };
    let mut facts: Vec<Fact> = Meaning::ALL
        .iter()
        .filter_map(|m| order.signatures.iter().find(|s| s.meaning == *m))
        .map(|s| Fact::new(s.meaning.label(user.lang()), format!("{} {}", s.name, at_text(s.at, user.now()))))
        .collect();
    if let Some(c) = order.conclusion.as_ref().or(order.in_force.as_ref()) {
        facts.push(Fact::new(user.t("检验结论", "Conclusion"), user.t(&c.zh, &c.en)));
    }
    if let Some((who, why)) = &order.returned {
        facts.push(Fact::new(user.t("退回", "Sent back"), format!("{who}{}{why}", user.t("：", ": "))));
    }
    if let Some(why) = &order.amending {
        facts.push(Fact::new(user.t("更改报告的理由", "Why the report is amended"), why.as_str()));
    }
    vec![FactGroup { title: user.t("签名与结论", "Signatures and conclusion").to_owned(), facts }]
}

fn reports_table(user: &User, whole: &Whole) -> Vec<Table> {
    if whole.reports.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(&[
        user.t("报告编号", "Report no."),
        user.t("状态", "State"),
        user.t("结论", "Conclusion"),
        user.t("签发", "Issued"),
        user.t("更改理由", "Reason"),
    ])
    .listed();
    for (index, report) in whole.reports.iter().enumerate() {
        table.push(vec![
            Cell::link(report.number.as_str(), format!("/reports/{}", report.number)),
            report_badge(index == 0, user.lang()).into(),
            Badge::outcome(Some(report.conclusion.outcome), user.lang()).into(),
            format!("{} {}", report.issued_at.format("%Y-%m-%d %H:%M"), report.issued_by).into(),
            report.reason.clone().unwrap_or_default().into(),
        ]);
    }
    vec![table]
}

fn cases_table(user: &User, whole: &Whole) -> Vec<Table> {
    if whole.cases.is_empty() {
        return Vec::new();
    }
    let lang = user.lang();
    let mut table = Table::new(&[
        user.t("案件编号", "Case no."),
        user.t("环节", "Part"),
        user.t("单位", "Operator"),
        user.t("状态", "State"),
        user.t("立案", "Opened"),
        user.t("办结", "Closed"),
    ])
    .listed();
    for case in &whole.cases {
        table.push(vec![
            Cell::link(case.no.as_str(), format!("/cases/{}", case.id)),
            case.part.label(lang).into(),
            case.operator.as_str().into(),
            case_badge(case.state, lang).into(),
            shiyan_app::day(case.opened_at).into(),
            case.closed_at.map_or_else(String::new, shiyan_app::day).into(),
        ]);
    }
    vec![table]
}

fn clock_group(user: &User, whole: &Whole) -> Option<FactGroup> {
    let facts: Vec<Fact> = whole
        .clocks
        .iter()
        .map(|c| {
            Fact::new(format!("{} {}", c.clock.rule.code(), c.clock.rule.label(user.lang())), clock_chip(&c.clock, user.now(), &whole.calendar, user.lang()))
        })
        .collect();
    (!facts.is_empty()).then(|| FactGroup { title: user.t("时限", "Deadlines").to_owned(), facts })
}

fn actions(user: &User, whole: &Whole, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let (lang, sample) = (user.lang(), &whole.record.sample);
    let id = sample.id;
    let why = |action| sample.why_not(&user.actor, action);
    let mut list = Vec::new();
    match sample.state {
        SampleState::Draft => {
            let go = ActionView::link(user.t("继续填写抽样单", "Go on with the sheet"), format!("/samples/{id}/sheet")).primary().with_icon("edit");
            list.push(go.refused(&why(SampleAction::Submit), lang));
        }
        SampleState::Sampled => {
            let go = ActionView::link(user.t("收样", "Receive the sample"), format!("/samples/{id}/reception")).primary().with_icon("inbox");
            list.push(go.refused(&why(SampleAction::Accept), lang));
        }
        _ => list.extend(order_action(user, whole)),
    }
    let temporary = sample.core.as_ref().is_some_and(|c| c.temporary_no);
    if temporary && user.may(Act::Sheet) {
        let field = FieldView::text("sampling_no", user.t("正式抽样单编号", "Official sheet number")).required();
        let action = ActionView::post("renumber", user.t("补登正式编号", "Register the official number"), format!("/samples/{id}/renumber")).with_icon("edit");
        list.push(action.asking(asked("renumber", vec![field], again, lang)).refused(&why(SampleAction::Renumber), lang));
    }
    if user.may(Act::LinkParties) && sample.state != SampleState::Void {
        list.push(ActionView::link(user.t("关联到主体名录", "Link to the register"), format!("/samples/{id}/link")).with_icon("list"));
    }
    if why(SampleAction::Void).is_empty() {
        let action = ActionView::post("void", user.t("作废抽样单…", "Void the sheet…"), format!("/samples/{id}/void")).danger().with_icon("slash");
        let action =
            action.noted(user.t("作废后不计入任何指标，不能恢复；记录保留。", "A void sheet counts nowhere and cannot be restored; the record stays."));
        list.push(action.asking(asked("void", reason_field(lang, ""), again, lang)));
    }
    list
}

fn order_action(user: &User, whole: &Whole) -> Option<ActionView> {
    let order = whole.order.as_ref()?;
    let action = match order.state {
        OrderState::Testing => OrderAction::Enter,
        OrderState::Entered => OrderAction::Check,
        OrderState::Checked => OrderAction::Review,
        OrderState::Reviewed => OrderAction::Approve,
        OrderState::Approved => OrderAction::Issue,
        OrderState::Issued => return None,
    };
    let why = order.why_not(&user.actor, action, &whole.items, &user.account.sign_scope);
    Some(ActionView::link(action.label(user.lang()), format!("/bench/{}", order.id)).primary().with_icon("flask").refused(&why, user.lang()))
}

/// What the sample led to, and whom it was taken from.
fn related(user: &User, whole: &Whole) -> Vec<Link> {
    let lang = user.lang();
    let mut related = Vec::new();
    if let Some(order) = &whole.order {
        related.push(Link::new(format!("{} {}", user.t("检验任务", "Test order"), order.state.label(lang)), format!("/bench/{}", order.id)));
    }
    related.extend(whole.reports.first().map(|r| Link::new(format!("{} {}", user.t("检验报告", "Test report"), r.number), format!("/reports/{}", r.number))));
    related.extend(whole.cases.iter().map(|c| Link::new(format!("{} {}", user.t("案件", "Case"), c.no), format!("/cases/{}", c.id))));
    related.extend(crate::parties::links(&whole.parties, lang));
    related.extend(whole.reading.map(|r| Link::new(user.t("快检阳性读数", "The positive rapid reading"), format!("/rapid/{r}"))));
    related
}

fn tabs(user: &User, whole: &Whole, open: &str) -> Vec<Tab> {
    let words = [
        ("sheet", "抽样单", "Sheet", 0),
        ("reception", "收样", "Reception", 0),
        ("tests", "检验", "Tests", whole.items.len()),
        ("report", "报告", "Report", whole.reports.len()),
        ("case", "案件", "Case", whole.cases.len()),
        ("timeline", "时间线", "Timeline", 0),
    ];
    words
        .iter()
        .filter(|(key, ..)| *key != "case" || !user.blind())
        .map(|(key, zh, en, n)| {
            let tab = Tab::new(user.t(zh, en), format!("/samples/{}?tab={key}", whole.record.sample.id), *key == open);
            if *n > 0 { tab.counted(*n as u64) } else { tab }
        })
        .collect()
}

async fn view(site: &Site, user: &User, id: &Key<SampleId>, tab: &str, again: Option<&Again<'_>>) -> Result<SamplePage, Failure> {
    room(user)?;
    let whole = site.app.read_sample(&user.actor, id).await?;
    let (lang, now) = (user.lang(), user.now());
    let sample: &Sample = &whole.record.sample;
    let tab = ["sheet", "reception", "tests", "report", "case", "timeline"].into_iter().find(|t| *t == tab).unwrap_or("sheet");
    let (mut groups, mut tables) = (Vec::new(), Vec::new());
    match tab {
        "reception" => {
            groups = reception_groups(user, &whole);
            groups.extend(clock_group(user, &whole));
        }
        "tests" => {
            tables = items_table(user, &whole);
            groups = signature_group(user, &whole);
        }
        "report" => tables = reports_table(user, &whole),
        "case" => tables = cases_table(user, &whole),
        "timeline" => {}
        _ => groups = sheet_groups(user, &whole),
    }
    let mut events = told(&whole.timeline, now, lang);
    if tab != "timeline" {
        events.truncate(6);
    }
    let order_state = whole.order.as_ref().map(|o| o.state);
    let conclusion = whole.order.as_ref().and_then(|o| o.in_force.as_ref().or(o.conclusion.as_ref()));
    let no = if sample.number().is_empty() { user.t("（未编号）", "(no number yet)").to_owned() } else { sample.number().to_owned() };
    let name = Some(sample.sheet.get("name")).filter(|n| !n.is_empty()).unwrap_or(user.t("未命名样品", "Unnamed sample")).to_owned();
    let mut p = user.page(site, "samples", format!("{name} {no}")).crumb(user.t("样品", "Samples"), "/samples").crumb(no.clone(), "");
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    let due = nearest(whole.clocks.iter().map(|c| &c.clock)).map_or_else(Due::default, |c| clock_chip(c, now, &whole.calendar, lang));
    Ok(SamplePage {
        p,
        no,
        name,
        state: order_state.map_or_else(|| sample_badge(sample.state, lang), |s| order_badge(s, lang)),
        outcome: conclusion.map_or_else(Badge::default, |c| Badge::outcome(Some(c.outcome), lang)),
        due,
        steps: if sample.state == SampleState::Void { Vec::new() } else { steps(&whole, now, lang) },
        tabs: tabs(user, &whole, tab),
        tab: tab.to_owned(),
        groups,
        tables,
        files: Vec::new(),
        timeline: events,
        actions: actions(user, &whole, again),
        related: related(user, &whole),
    })
}

#[get("/samples/<id>?<tab>")]
async fn one(site: &State<Site>, user: User, id: Key<SampleId>, tab: Option<&str>) -> Html {
    show(&view(site, &user, &id, tab.unwrap_or("sheet"), None).await?)
}

async fn again(site: &Site, user: &User, id: &Key<SampleId>, action: &str, form: &Posted, error: shiyan_app::Error) -> Html {
    let (status, why) = refusals(error)?;
    show_as(status, &view(site, user, id, "sheet", Some(&Again { action, form, why: &why })).await?)
}

shapes! {
    /// 作废 as typed.
    VoidForm { reason: 500 "作废理由" / "reason" }
    /// 正式编号 as typed.
    NumberForm { sampling_no: 60 "抽样单编号" / "sampling number" }
}

#[post("/samples/<id>/void", data = "<form>")]
async fn void(site: &State<Site>, user: User, id: Key<SampleId>, form: Result<Sent<VoidForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let did = async { site.app.void_sample(&user.actor, &id, &form.read_in("void")?.reason, user.now()).await };
    match did.await {
        Ok(()) => Ok(done(format!("/samples/{id}"), "抽样单已作废", "The sheet was voided")),
        Err(error) => Err(again(site, &user, &id, "void", &form, error).await),
    }
}

#[post("/samples/<id>/renumber", data = "<form>")]
async fn renumber(site: &State<Site>, user: User, id: Key<SampleId>, form: Result<Sent<NumberForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let did = async { site.app.renumber_sample(&user.actor, &id, &form.read_in("renumber")?.sampling_no, user.now()).await };
    match did.await {
        Ok(()) => Ok(done(format!("/samples/{id}"), "正式编号已登记", "The official number was registered")),
        Err(error) => Err(again(site, &user, &id, "renumber", &form, error).await),
    }
}
