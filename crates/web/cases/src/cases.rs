//! 核查处置 list, case page, blocks with their evidence, closing; evidence files.

use std::collections::BTreeMap;

use rocket::http::ContentType;
use rocket::{FromForm, Route, State, get, post, routes};
use shiyan_app::Error;
use shiyan_app::read::{CaseAsk, CaseFilter, CasePage as Whole, CaseRow as Line};
use shiyan_app::records::ClockRecord;
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::{Act, Label, Lang, Refusal, WorkCalendar};
use shiyan_nonconformity::block::BlockKind;
use shiyan_nonconformity::case::MOVES;
use shiyan_nonconformity::{Block, BlockRecord, Case, CaseAction, CaseState, Part};
use shiyan_statute::{ClockState, Nearness, RuleKey, TimeLeft, deadline_rule};

use crate::views::{
    ActionView, BlockView, CasePage, CaseRow, CasesPage, Cell, Choice, ClockRow, Fact, FactGroup, FieldKind, FieldView, FileView, FilterSelect, Filters, Link,
    Pager, PartView, ProblemView, Tab,
};
use shiyan_web_kit::answer::Bytes;
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Code;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::{Key, Sha256};
use shiyan_web_kit::parts::{
    Address, Again, Answer, asked, at_text, case_badge, case_room, clock_chip, named, nearest, reason_field, refusals, show_as, size_text, typed,
};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::{Shape, bounded};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{street_choices, street_name};
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Due, Tone};
use shiyan_web_kit::words::{choices, word};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, one, fill, evidence, step, file]
}

/// Rows of a page.
const ROWS: u64 = 50;

/// The filters as they stand in the address.
#[derive(Debug, FromForm)]
struct Sought<'r> {
    q: Option<&'r str>,
    state: Option<&'r str>,
    street: Option<&'r str>,
    part: Option<&'r str>,
    year: Option<i32>,
    due: Option<&'r str>,
    overdue: Option<&'r str>,
    page: Option<usize>,
}

fn is_open(line: &Line) -> bool {
    CaseState::parse(&line.state).is_some_and(|state| MOVES.is_open(state))
}

/// 案件清单 which cases a list shows; the tabs and the numbers of the home page count with the same value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseList {
    /// 查找、街道、环节、立案年份.
    base: CaseFilter,
    /// 状态 a state, or `open`; empty for all.
    state: String,
    /// 期限 one of [`dues`]; empty for all.
    due: String,
}

/// The value of the filter that asks for today and soon together.
const NEAR: &str = "near";

/// The values of the filter by how near the last day is.
fn dues() -> impl Iterator<Item = &'static str> {
    Nearness::ALL.iter().map(|near| near.code()).chain([NEAR])
}

impl CaseList {
    /// The cases in a state.
    pub fn state(state: &str) -> Self {
        Self { state: state.to_owned(), ..Self::default() }
    }
    /// The open cases of a deadline.
    pub fn due(due: &str) -> Self {
        Self { due: due.to_owned(), ..Self::default() }
    }
    fn with(&self, state: &str, due: &str) -> Self {
        Self { base: self.base.clone(), state: state.to_owned(), due: due.to_owned() }
    }
    fn read(sought: &Sought<'_>) -> Self {
        let own = |v: Option<&str>| v.map(str::trim).filter(|v| !v.is_empty()).map(|v| v.chars().take(100).collect::<String>());
        let due = if sought.overdue.is_some_and(|v| !v.is_empty()) { "overdue" } else { sought.due.unwrap_or_default() };
        Self {
            base: CaseFilter { q: own(sought.q), street: own(sought.street), part: own(sought.part), year: sought.year, ..CaseFilter::default() },
            state: own(sought.state).unwrap_or_default(),
            due: dues().find(|d| *d == due).map_or_else(String::new, str::to_owned),
        }
    }
    fn address(&self) -> Address {
        let own = |v: &Option<String>| v.clone().unwrap_or_default();
        Address::new(
            "/cases",
            vec![
                ("q", own(&self.base.q)),
                ("state", self.state.clone()),
                ("due", self.due.clone()),
                ("street", own(&self.base.street)),
                ("part", own(&self.base.part)),
                ("year", self.base.year.map(|y| y.to_string()).unwrap_or_default()),
            ],
        )
    }
    /// Where they are listed.
    pub fn href(&self) -> String {
        self.address().href()
    }
    /// The same as the application is asked for it.
    #[must_use]
    pub fn ask(&self) -> CaseAsk {
        let near = match self.due.as_str() {
            NEAR => vec![Nearness::Today, Nearness::Soon],
            due => Nearness::parse(due).into_iter().collect(),
        };
        CaseAsk { filter: CaseFilter { state: Some(self.state.clone()).filter(|s| !s.is_empty()), ..self.base.clone() }, near }
    }
    /// The first so many of the cases, open ones first, and how many there are.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn first(&self, site: &Site, user: &User, most: u64) -> Result<(Vec<Line>, u64), Failure> {
        Ok(site.app.read_first_cases(&user.actor, &self.ask(), most, user.now()).await?)
    }
}

/// 剩余时限 of the disposal, as long as the case has a last day.
fn time_left(line: &Line, today: chrono::NaiveDate, calendar: &WorkCalendar) -> Option<TimeLeft> {
    let day = |text: Option<&str>| text.and_then(|d| d.parse::<chrono::NaiveDate>().ok());
    let due = day(line.due_on.as_deref())?;
    Some(TimeLeft::day(due, day(line.closed_on.as_deref()), today, calendar).unsure(line.provisional == Some(true)))
}

/// How near the last day of an open case is.
fn nearness(line: &Line, today: chrono::NaiveDate, calendar: &WorkCalendar) -> Option<Nearness> {
    time_left(line, today, calendar).filter(|_| is_open(line))?.near
}

fn due_word(due: &str, lang: Lang) -> String {
    match (Nearness::parse(due), lang) {
        (Some(near), _) => near.label(lang).to_owned(),
        (None, Lang::Zh) => format!("今日或{}", Nearness::Soon.zh()),
        (None, Lang::En) => format!("{} or {}", Nearness::Today.en(), Nearness::Soon.en().trim_start_matches("Due ")),
    }
}

fn filters(sought: &Sought<'_>, address: &Address, due: &str, streets: Vec<Choice>, total: u64, user: &User) -> Filters {
    let lang = user.lang();
    let now = chrono::Datelike::year(&user.now());
    let states = [Choice::new("open", user.t("未办结", "Open"))].into_iter().chain(Choice::all::<CaseState>(lang)).collect();
    let dues = dues().map(|d| Choice::new(d, due_word(d, lang))).collect();
    let years = (0..4).map(|back| (now - back).to_string()).map(|y| Choice::new(y.as_str(), y.as_str())).collect();
    let select = |key, zh, en, options, value: String| FilterSelect { key, label: user.t(zh, en).to_owned(), options, value };
    let own = |v: Option<&str>| v.unwrap_or_default().trim().to_owned();
    let selects = vec![
        select("state", "状态", "State", states, own(sought.state)),
        select("due", "期限", "Deadline", dues, due.to_owned()),
        select("street", "街道", "Street", streets, own(sought.street)),
        select("part", "环节", "Part", Choice::all::<Part>(lang), own(sought.part)),
        select("year", "立案年份", "Year of opening", years, sought.year.map(|y| y.to_string()).unwrap_or_default()),
    ];
    let mut chips = Vec::new();
    if let Some(q) = sought.q.map(str::trim).filter(|q| !q.is_empty()) {
        chips.push(address.chip("q", user.t("查找", "Find"), q, lang));
    }
    for select in selects.iter().filter(|s| !s.value.is_empty()) {
        let value = select.options.iter().find(|o| o.value == select.value).map_or(select.value.as_str(), |o| o.label.as_str());
        chips.push(address.chip(select.key, &select.label, value, lang));
    }
    Filters {
        action: "/cases".to_owned(),
        q: Some(own(sought.q)),
        hint: user.t("案件编号、抽样单、样品、单位", "Case, sheet, sample, operator").to_owned(),
        selects,
        day: None,
        tick: None,
        chips,
        total: total.to_string(),
    }
}

#[get("/cases?<sought..>")]
async fn list(site: &State<Site>, user: User, sought: Sought<'_>) -> Html {
    case_room(&user)?;
    let (lang, today) = (user.lang(), user.now().date_naive());
    let list = CaseList::read(&sought);
    let address = list.address();
    let _turn = user.turn_to_search(site, list.base.q.as_deref()).await?;
    let tabs = [
        ("全部", "All", "", ""),
        ("逾期", "Overdue", "", "overdue"),
        ("未办结", "Open", "open", ""),
        ("待签收", "To receive", "opened", ""),
        ("待审核", "To approve", "submitted", ""),
        ("已办结", "Closed", "closed", ""),
    ]
    .map(|(zh, en, state, due)| (user.t(zh, en), list.with(state, due)));
    // each tab counts with the list that it opens
    let others: Vec<CaseAsk> = tabs.iter().map(|(_, other)| other.ask()).collect();
    let page = (sought.page.unwrap_or(1) as u64, ROWS);
    let book = site.app.read_case_book(&user.actor, &list.ask(), &others, page, user.now()).await?;
    let (calendar, streets, from) = (&book.calendar, &book.streets, book.from);
    let tabs = tabs.into_iter().zip(&book.others).map(|((label, other), n)| Tab::new(label, other.href(), other == list).counted(*n)).collect();
    let mut rows = Vec::new();
    for line in &book.rows {
        // the record says what failed and what is done
        let case = book.shown.get(&line.id);
        let failing = case.map(|c| c.failing.join(lang.pick("、", ", "))).unwrap_or_default();
        let (blocks_done, blocks) = case.map_or((0, 0), progress);
        let overdue = nearness(line, today, calendar) == Some(Nearness::Overdue);
        rows.push(CaseRow {
            no: line.no.clone(),
            href: format!("/cases/{}", line.id),
            title: format!("{} · {failing}", line.product),
            site: line.operator.clone(),
            parts: Part::parse(&line.part).map_or_else(|| line.part.clone(), |p| p.label(lang).to_owned()),
            street: street_name(streets, &line.street),
            state: CaseState::parse(&line.state).map_or_else(Badge::default, |s| case_badge(s, lang)),
            blocks_done,
            blocks,
            due: case_due(line, today, calendar, lang),
            overdue,
        });
    }
    let to = |n: u64| address.with("page", n.to_string()).href();
    let pager = Pager {
        prev: if from > 0 { to(from / ROWS) } else { String::new() },
        next: if from + ROWS < book.total { to(from / ROWS + 2) } else { String::new() },
        range: if rows.is_empty() { String::new() } else { format!("{}–{}", from + 1, from + rows.len() as u64) },
    };
    show(&CasesPage {
        p: user.page(site, "cases", user.t("核查处置", "Disposal cases")),
        tabs,
        filters: filters(&sought, &address, &list.due, street_choices(streets), book.total, &user),
        rows,
        pager,
    })
}

/// The chip of a case, wherever it is listed.
#[must_use]
pub fn case_due(line: &Line, today: chrono::NaiveDate, calendar: &WorkCalendar, lang: Lang) -> Due {
    let left = if line.state == CaseState::Cancelled.code() { Some(TimeLeft::cancelled()) } else { time_left(line, today, calendar) };
    left.map_or_else(Due::default, |left| Due::of(&left, lang))
}

/// Needed blocks complete, of those needed.
fn progress(case: &Case) -> (u64, u64) {
    let needed = case.required_blocks();
    let complete = needed.iter().filter(|b| case.blocks.get(b).is_some_and(|r| r.missing(**b).is_empty())).count();
    (complete as u64, needed.len() as u64)
}

// ---------------------------------------------------------------- one case

fn d20(clocks: &[ClockRecord], user: &User, calendar: &WorkCalendar) -> Due {
    let clock = clocks.iter().find(|c| c.clock.rule == RuleKey::D20);
    clock.map_or_else(Due::default, |c| clock_chip(&c.clock, user.now(), calendar, user.lang()))
}

/// The block a refusal about closing speaks of.
fn block_of(refusal: &Refusal) -> Block {
    refusal.facts.get("block").and_then(|zh| Block::parse(zh)).unwrap_or(Block::Control)
}

/// 环节 as typed: its fields are those of the block that the form names.
struct BlockForm {
    block: Option<Block>,
    fields: BTreeMap<String, String>,
    inapplicable: Option<String>,
}

impl Shape for BlockForm {
    fn read(form: &Posted, _: &str) -> Self {
        let Some(block) = Block::parse(form.get("block")) else { return Self { block: None, fields: BTreeMap::new(), inapplicable: None } };
        let (fields, inapplicable) = typed_record(form, block);
        Self { block: Some(block), fields, inapplicable }
    }
    fn too_long(&self) -> Vec<Refusal> {
        let known = self.block.map(Block::fields).unwrap_or_default();
        let texts = known.iter().filter_map(|f| Some((f.key, (f.zh, f.en), self.fields.get(f.key)?.as_str())));
        let reason = self.inapplicable.iter().map(|reason| ("inapplicable", ("不适用的理由", "why it does not apply"), reason.as_str()));
        [bounded(LONGEST, texts), bounded(LONGEST_REASON, reason)].concat()
    }
}

fn typed_record(form: &Posted, block: Block) -> (BTreeMap<String, String>, Option<String>) {
    let fields = block.fields().iter().map(|f| (f.key.to_owned(), form.get(f.key).to_owned()));
    let fields = fields.filter(|(_, text)| !text.is_empty()).collect();
    let reason = form.some(&format!("{}-inapplicable", block.code())).or_else(|| form.some("inapplicable"));
    (fields, reason.filter(|_| block.may_be_inapplicable()).map(str::to_owned))
}

/// Most characters of a field of a block.
const LONGEST: u64 = 2_000;
/// Most characters of the reason why a block does not apply.
const LONGEST_REASON: u64 = 500;

fn block_fields(block: Block, record: &BlockRecord, revision: i64, lang: Lang) -> Vec<FieldView> {
    let mut fields = vec![FieldView::new(FieldKind::Hidden, "rev", "").with(revision.to_string())];
    for field in block.fields() {
        let value = record.get(field.key).to_owned();
        let label = lang.pick(field.zh, field.en);
        let mut view = match field.kind {
            BlockKind::Text if matches!(field.key, "opinion" | "explanation" | "measures" | "not_recalled" | "why_not") => FieldView::area(field.key, label),
            BlockKind::Text => FieldView::text(field.key, label),
            // What was typed and is no date must stay visible.
            BlockKind::Date if value.is_empty() || value.parse::<chrono::NaiveDate>().is_ok() => FieldView::date(field.key, label),
            BlockKind::Date => FieldView::text(field.key, label),
            BlockKind::Number => FieldView::number(field.key, label, ""),
            BlockKind::Choice(list) => FieldView::select(field.key, label, choices(list, lang)),
        };
        view.required = field.required;
        if field.key == "bought" {
            lang.pick("= 已售 + 封存 + 召回下架 + 其他", "= sold + sealed + recalled + other").clone_into(&mut view.hint);
        }
        fields.push(view.with(value));
    }
    if block.may_be_inapplicable() {
        let view = FieldView::area(format!("{}-inapplicable", block.code()), lang.pick("不适用的理由", "Why it does not apply"));
        let hint = lang.pick("填写即标为不适用；至少 4 个字", "If filled, the block is marked as not applicable; four characters or more");
        fields.push(view.hint(hint).with(record.inapplicable.clone().unwrap_or_default()));
    }
    fields
}

fn files(record: &BlockRecord, user: &User) -> Vec<FileView> {
    record
        .evidence
        .iter()
        .map(|e| FileView {
            name: e.name.clone(),
            href: format!("/evidence/{}", e.sha256),
            size: size_text("", e.size),
            sha256: e.sha256.clone(),
            by: format!("{} {}", e.by, at_text(e.at, user.now())),
        })
        .collect()
}

/// 处置记录 that somebody has begun: whole, or what is wrong with it.
fn filled_badge(user: &User, complete: bool, agrees: bool) -> Badge {
    match (complete, agrees) {
        (true, true) => Badge::new(Tone::Pass, user.t("完整", "Complete")),
        (_, false) => Badge::new(Tone::Fail, user.t("有矛盾", "Contradictory")).with_icon("alert"),
        (false, true) => Badge::new(Tone::Fail, user.t("有缺项", "Incomplete")).with_icon("alert"),
    }
}

/// The fields of a refused record as they were typed, each with what is wrong with it.
fn fields_again(block: Block, again: &Again<'_>, revision: i64, lang: Lang) -> Vec<FieldView> {
    let (fields, inapplicable) = typed_record(again.form, block);
    let mut views = block_fields(block, &BlockRecord { fields, inapplicable, ..BlockRecord::default() }, revision, lang);
    for view in &mut views {
        let key = view.key.strip_suffix("-inapplicable").map_or(view.key.as_str(), |_| "inapplicable");
        if let Some(why) = again.why.iter().find(|r| r.field.as_deref() == Some(key)) {
            view.error = why.what(lang);
        }
    }
    views
}

fn block_view(block: Block, whole: &Whole, user: &User, editable: bool, again: Option<&Again<'_>>) -> BlockView {
    let (lang, case) = (user.lang(), &whole.case);
    let empty = BlockRecord::default();
    let record = case.blocks.get(&block).unwrap_or(&empty);
    let untouched = !case.blocks.contains_key(&block);
    let needed = case.required_blocks().contains(&block);
    let missing = record.missing(block);
    let wrong = record.problems(block, case.opened_at.date_naive(), user.now().date_naive());
    let again = again.filter(|a| a.action == block.code());
    let state = match (record.inapplicable.is_some(), untouched) {
        (true, _) => Badge::new(Tone::Idle, user.t("不适用", "Not applicable")).with_icon("slash"),
        (false, true) => Badge::new(Tone::Idle, if needed { user.t("未填写", "Not filled in") } else { user.t("选填", "Optional") }),
        (false, false) => filled_badge(user, missing.is_empty(), wrong.is_empty()),
    };
    let mut problems: Vec<ProblemView> = if untouched || record.inapplicable.is_some() {
        Vec::new()
    } else {
        missing.iter().chain(wrong.iter().filter(|w| missing.iter().all(|m| m.code() != w.code()))).map(|r| ProblemView::of(r, lang)).collect()
    };
    let fields = if editable {
        match again {
            None => block_fields(block, record, case.revision, lang),
            Some(again) => {
                problems = again.why.iter().map(|r| ProblemView::of(r, lang)).collect();
                fields_again(block, again, case.revision, lang)
            }
        }
    } else {
        Vec::new()
    };
    let mut facts = Vec::new();
    if !editable {
        facts.extend(block.fields().iter().filter(|f| !record.get(f.key).is_empty()).map(|f| Fact::new(lang.pick(f.zh, f.en), word(record.get(f.key), lang))));
        facts.extend(record.inapplicable.as_ref().map(|why| Fact::new(user.t("不适用的理由", "Why it does not apply"), why.as_str())));
    }
    if let (Some((_, name)), Some(at)) = (&record.by, record.at) {
        facts.push(Fact::new(user.t("填写", "Filled in by"), format!("{name} {}", at_text(at, user.now()))));
    }
    let first_open = case.required_blocks().into_iter().find(|b| case.blocks.get(b).is_none_or(|r| !r.missing(*b).is_empty()));
    BlockView {
        key: block.code().to_owned(),
        title: block.label(lang).to_owned(),
        state,
        not_applicable: record.inapplicable.is_some() || (!needed && untouched),
        facts,
        problems,
        fields,
        action: format!("/cases/{}/block", case.id),
        files: files(record, user),
        upload: if editable { format!("/cases/{}/evidence?rev={}", case.id, case.revision) } else { String::new() },
        open: again.is_some() || (editable && first_open == Some(block)),
    }
}

fn clock_rows(whole: &Whole, user: &User) -> Vec<ClockRow> {
    let lang = user.lang();
    whole
        .clocks
        .iter()
        .map(|record| {
            let clock = &record.clock;
            let article =
                deadline_rule(clock.rule, clock.started_at.date_naive()).map_or_else(|_| String::new(), |r| format!("{} · {}", r.article, r.period_text(lang)));
            let extension = clock.extension.as_ref().map(|e| {
                let to = shiyan_web_kit::ui::date(e.new_due_on);
                if lang == Lang::Zh { format!("延期至 {to}：{}", e.reason) } else { format!("Extended to {to}: {}", e.reason) }
            });
            let provisional = clock.due.provisional && clock.stopped_at.is_none();
            let provisional =
                provisional.then(|| user.t("暂定：该年节假日安排未公布", "Provisional: the holidays of that year are not published yet").to_owned());
            ClockRow {
                event: clock.rule.label(lang).to_owned(),
                rule: clock.rule.code().to_owned(),
                article,
                started: clock.started_at.format("%Y-%m-%d").to_string(),
                due: clock_chip(clock, user.now(), &whole.calendar, lang),
                note: extension.or(provisional).unwrap_or_default(),
            }
        })
        .collect()
}

fn actions(whole: &Whole, user: &User, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let (lang, case) = (user.lang(), &whole.case);
    let make = |action: CaseAction, icon| {
        ActionView::post(action.code(), action.label(lang), format!("/cases/{}/{}", case.id, action.code()))
            .with_icon(icon)
            .refused(&case.why_not(&user.actor, action), lang)
    };
    // What is missing stands in the list of the page, a line each; beside the button stands only how much.
    let closing = |action: CaseAction, icon| {
        let missing = case.missing();
        let (listed, other): (Vec<_>, Vec<_>) = case.why_not(&user.actor, action).into_iter().partition(|r| missing.contains(r));
        let mut view =
            ActionView::post(action.code(), action.label(lang), format!("/cases/{}/{}", case.id, action.code())).with_icon(icon).refused(&other, lang);
        if !listed.is_empty() {
            let text = if lang == Lang::Zh {
                format!("还缺 {} 项，见“能办结吗”", listed.len())
            } else {
                format!("{} missing, see “Can it be closed”", listed.len())
            };
            view.why_not.push(ProblemView { text, ..ProblemView::default() });
        }
        view
    };
    let reason = |action: CaseAction, hint: &str| asked(action.code(), reason_field(lang, hint), again, lang);
    let mut list = match case.state {
        CaseState::Opened => {
            vec![
                make(CaseAction::Receive, "inbox")
                    .primary()
                    .noted(user.said("报告期限（D04）停止，送达期限（D06，{D06}）开始。", "Reporting (D04) stops; service (D06, {D06}) starts.")),
            ]
        }
        CaseState::Assigned | CaseState::Acting => vec![closing(CaseAction::Submit, "send").primary()],
        CaseState::Submitted => vec![
            closing(CaseAction::Approve, "check").primary(),
            make(CaseAction::Return, "back").asking(reason(CaseAction::Return, user.t("写明缺什么", "Say what is missing"))),
        ],
        CaseState::Closed | CaseState::Cancelled => return Vec::new(),
    };
    if user.may(Act::Supervise) {
        let mut fields = vec![FieldView::date("new_due_on", user.t("延期至", "Extended to")).required()];
        fields.extend(reason_field(lang, user.t("书面批准的理由和文号", "The written approval and its number")));
        let again_here = again.filter(|a| a.action == "extend");
        if again_here.is_some_and(|a| typed(a.form, "extend", "new_due_on").parse::<chrono::NaiveDate>().is_err())
            && let Some(field) = fields.first_mut()
        {
            field.kind = FieldKind::Text;
        }
        list.push(
            make(CaseAction::Extend, "calendar")
                .asking(asked("extend", fields, again, lang))
                .noted(user.t("处置期限只能延长一次。", "The disposal deadline is extended once only.")),
        );
        let mut cancel =
            make(CaseAction::Cancel, "slash").danger().asking(reason(CaseAction::Cancel, user.t("复检或异议的文号", "Number of the recheck or objection")));
        if whole.still_failing {
            cancel = cancel.refused(&[Refusal::new(shiyan_nonconformity::code::FINAL_FAIL)], lang);
        }
        list.push(cancel);
    }
    list
}

fn fact_groups(whole: &Whole, user: &User, streets: &std::collections::BTreeMap<String, shiyan_foundation::area::Street>) -> Vec<FactGroup> {
    let (lang, case) = (user.lang(), &whole.case);
    let mut facts = vec![
        Fact::new(user.t("抽样单编号", "Sampling sheet"), Cell::link(case.sampling_no.as_str(), format!("/samples/{}", case.sample))),
        Fact::new(user.t("样品名称", "Sample"), case.product.as_str()),
        Fact::new(user.t("不合格项目", "Failing items"), case.failing.join(user.t("、", ", "))),
        Fact::new(user.t("涉及单位", "Operator"), case.operator.as_str()),
        Fact::new(user.t("环节", "Part"), case.part.label(lang)),
        Fact::new(user.t("街道", "Street"), street_name(streets, &case.street)),
        Fact::new(user.t("立案", "Opened"), case.opened_at.format("%Y-%m-%d %H:%M").to_string()),
    ];
    let person = |at: Option<shiyan_foundation::Instant>, who: Option<&(shiyan_foundation::ids::UserId, String)>| {
        at.map(|at| format!("{} {}", at.format("%Y-%m-%d %H:%M"), who.map_or("", |(_, n)| n.as_str())))
    };
    facts.extend(person(case.received_at, case.handler.as_ref()).map(|t| Fact::new(user.t("签收", "Received"), t)));
    facts.extend(person(case.closed_at, case.approver.as_ref()).map(|t| Fact::new(user.t("办结", "Closed"), t)));
    facts.extend(case.returned.as_ref().map(|(who, why)| Fact::new(user.t("退回意见", "Returned with"), format!("{who}{}{why}", user.t("：", ": ")))));
    facts.extend(case.cancel_reason.as_ref().map(|why| Fact::new(user.t("撤销理由", "Why cancelled"), why.as_str())));
    if case.microbial {
        facts.push(Fact::new(
            user.t("复检", "Recheck"),
            user.t("微生物不合格，不予复检（抽检办法第31条）", "Microbial failure: no recheck (Measures, art. 31)"),
        ));
    }
    vec![FactGroup { title: user.t("案件信息", "The case").to_owned(), facts }]
}

/// Refusals for the summary: those about a block stand at its fields, those about an action at its fields.
fn summary(again: &Again<'_>, lang: Lang) -> Vec<ProblemView> {
    if Block::parse(again.action).is_none() {
        return named(again, lang);
    }
    let name = |field: &str| match field {
        "inapplicable" => format!("{}-inapplicable", again.action),
        "file" => format!("ev-{}", again.action),
        other => other.to_owned(),
    };
    again
        .why
        .iter()
        .map(|r| {
            let problem = ProblemView::of(r, lang);
            let field = if problem.field.is_empty() { String::new() } else { name(&problem.field) };
            ProblemView { field, ..problem }
        })
        .collect()
}

/// What the case began with, and whom it is about.
fn related(user: &User, whole: &Whole) -> Vec<Link> {
    let case = &whole.case;
    let mut related = vec![Link::new(format!("{} {}", user.t("样品", "Sample"), case.sampling_no), format!("/samples/{}", case.sample))];
    related.extend(whole.report.as_ref().map(|n| Link::new(format!("{} {n}", user.t("检验报告", "Test report")), format!("/reports/{n}"))));
    let parties = &whole.parties;
    related
        .extend(parties.operator.as_ref().map(|o| Link::new(format!("{} {}", user.t("经营者", "Operator"), o.name), format!("/parties/operators/{}", o.id))));
    related
        .extend(parties.producer.as_ref().map(|o| Link::new(format!("{} {}", user.t("生产者", "Producer"), o.name), format!("/parties/producers/{}", o.id))));
    related.extend(whole.reading.as_ref().map(|r| Link::new(user.t("快检阳性读数", "The positive rapid reading"), format!("/rapid/{r}"))));
    related
}

async fn view(site: &Site, user: &User, id: &Key<CaseId>, again: Option<&Again<'_>>) -> Result<CasePage, Failure> {
    case_room(user)?;
    let whole = site.app.read_case(&user.actor, id).await?;
    let (lang, case) = (user.lang(), &whole.case);
    let editable = case.why_not(&user.actor, CaseAction::Fill).is_empty();
    let mut blocks: Vec<BlockView> = Block::ALL.iter().map(|b| block_view(*b, &whole, user, editable, again)).collect();
    if let Some(again) = again {
        // Only the refused block stands open.
        let refused = blocks.iter().any(|b| b.key == again.action);
        for block in blocks.iter_mut().filter(|b| refused && b.key != again.action) {
            block.open = false;
        }
    }
    let missing = if !MOVES.is_open(case.state) { Vec::new() } else { case.missing() };
    let missing = missing.iter().map(|r| ProblemView { field: block_of(r).code().to_owned(), ..ProblemView::of(r, lang) }).collect();
    let title = format!("{} · {}", case.product, case.failing.join(user.t("、", ", ")));
    let mut p = user.page(site, "cases", format!("{} {title}", case.no)).crumb(user.t("核查处置", "Disposal cases"), "/cases").crumb(case.no.as_str(), "");
    if let Some(again) = again {
        p.problems = summary(again, lang);
    }
    let mut repeats = Vec::new();
    if case.severe {
        repeats.push(Badge::new(Tone::Fail, user.t("可能严重危害", "Possible severe hazard")));
    }
    if whole.same_operator > 0 {
        let text =
            if lang == Lang::Zh { format!("同单位另有 {} 案", whole.same_operator) } else { format!("{} more of this operator", whole.same_operator) };
        repeats.push(Badge::new(Tone::Warn, text).with_icon("repeat"));
    }
    let overdue = nearest(whole.clocks.iter().map(|c| &c.clock)).is_some_and(|c| c.state_in(user.now(), &whole.calendar) == ClockState::Overdue);
    let parts = if whole.parts.len() > 1 {
        let of = |(part, clocks): &(Case, Vec<ClockRecord>)| PartView {
            title: part.part.label(lang).to_owned(),
            org: part.operator.clone(),
            state: case_badge(part.state, lang),
            due: d20(clocks, user, &whole.calendar),
            href: format!("/cases/{}", part.id),
            active: part.id == case.id,
        };
        whole.parts.iter().map(of).collect()
    } else {
        Vec::new()
    };
    Ok(CasePage {
        p,
        no: case.no.clone(),
        title,
        state: case_badge(case.state, lang),
        due: d20(&whole.clocks, user, &whole.calendar),
        watch: if overdue { Badge::new(Tone::Fail, user.t("有时限逾期", "A deadline has passed")) } else { Badge::default() },
        repeats,
        groups: fact_groups(&whole, user, &whole.streets),
        parts,
        blocks,
        settled: !matches!(case.state, CaseState::Assigned | CaseState::Acting | CaseState::Opened),
        missing,
        clocks: clock_rows(&whole, user),
        actions: actions(&whole, user, again),
        timeline: told(&whole.timeline, user.now(), lang),
        related: related(user, &whole),
    })
}

#[get("/cases/<id>")]
async fn one(site: &State<Site>, user: User, id: Key<CaseId>) -> Html {
    show(&view(site, &user, &id, None).await?)
}

async fn again(site: &Site, user: &User, id: &Key<CaseId>, action: &str, form: &Posted, error: Error) -> Html {
    let (status, why) = refusals(error)?;
    show_as(status, &view(site, user, id, Some(&Again { action, form, why: &why })).await?)
}

#[post("/cases/<id>/block", data = "<form>")]
async fn fill(site: &State<Site>, user: User, id: Key<CaseId>, form: Result<Sent<BlockForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    case_room(&user).map_err(Err)?;
    let block = Block::parse(form.get("block")).ok_or(Err(Failure::NotFound))?;
    let seen = form.get("rev").parse().unwrap_or(-1);
    let did = async {
        let BlockForm { fields, inapplicable, .. } = form.read()?;
        site.app.fill_block(&user.actor, &id, seen, block, fields, inapplicable, form.files("file"), user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/cases/{id}#b-{}", block.code()), "处置环节已保存", "The block was saved")),
        Err(error) => Err(again(site, &user, &id, block.code(), &form, error).await),
    }
}

#[post("/cases/<id>/evidence?<rev>", data = "<form>")]
async fn evidence(site: &State<Site>, user: User, id: Key<CaseId>, rev: Option<i64>, form: Result<Sent<EvidenceForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    case_room(&user).map_err(Err)?;
    let block = Block::parse(&form.read().map_err(|e| Err(e.into()))?.block).ok_or(Err(Failure::NotFound))?;
    uploaded(site, &user, &id, rev.unwrap_or(-1), block, &form).await.unwrap_or_else(|failure| Err(Err(failure)))
}

async fn uploaded(site: &Site, user: &User, id: &Key<CaseId>, seen: i64, block: Block, form: &Posted) -> Result<Answer, Failure> {
    match site.app.add_evidence(&user.actor, id, seen, block, form.files("file"), user.now()).await {
        Ok(()) => Ok(Ok(done(format!("/cases/{id}#b-{}", block.code()), "证据已保存", "The evidence was saved"))),
        Err(error) => {
            let (status, why) = refusals(error)?;
            // The upload carries no fields; the block shows what is stored.
            let mut page = view(site, user, id, None).await?;
            page.p.problems = summary(&Again { action: block.code(), form, why: &why }, user.lang());
            for b in &mut page.blocks {
                b.open = b.key == block.code();
            }
            Ok(Err(show_as(status, &page)))
        }
    }
}

shapes! {
    /// 证据 whose block.
    EvidenceForm { block: 40 "环节" / "block" }
    /// 案件的一步 as typed.
    StepForm { reason: 500 "理由" / "reason", new_due_on: 40 "延期至" / "extended to" }
}

#[post("/cases/<id>/<step>", data = "<form>", rank = 5)]
async fn step(site: &State<Site>, user: User, id: Key<CaseId>, step: Code<CaseAction>, form: Result<Sent<StepForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    case_room(&user).map_err(Err)?;
    let (app, actor, now) = (&site.app, &user.actor, user.now());
    let Code(step) = step;
    let typed = match form.read_in(step.code()) {
        Ok(typed) => typed,
        Err(error) => return Err(again(site, &user, &id, step.code(), &form, error).await),
    };
    let reason = typed.reason.as_str();
    let (result, zh, en) = match step {
        CaseAction::Receive => (app.receive_case(actor, &id, now).await, "案件已签收", "The case was received"),
        CaseAction::Submit => (app.submit_case(actor, &id, now).await, "已提请办结", "Submitted for closing"),
        CaseAction::Approve => (app.approve_case(actor, &id, now).await, "案件已办结", "The case is closed"),
        CaseAction::Return => (app.return_case(actor, &id, reason, now).await, "已退回补充", "Returned for completion"),
        CaseAction::Extend => (app.extend_case(actor, &id, &typed.new_due_on, reason, now).await, "延期已批准", "The extension was approved"),
        CaseAction::Cancel => (app.cancel_case(actor, &id, reason, now).await, "案件已撤销", "The case was cancelled"),
        // A block has an address of its own.
        CaseAction::Fill => return Err(Err(Failure::NotFound)),
    };
    match result {
        Ok(()) => Ok(done(format!("/cases/{id}"), zh, en)),
        Err(error) => Err(again(site, &user, &id, step.code(), &form, error).await),
    }
}

#[get("/evidence/<sha256>")]
async fn file(site: &State<Site>, user: User, sha256: Sha256) -> Result<Bytes, Failure> {
    let (media, bytes) = site.app.read_evidence(&user.actor, &sha256).await?;
    let (kind, ending, way) = match media.as_str() {
        "image/jpeg" => (ContentType::JPEG, "jpg", "inline"),
        "image/png" => (ContentType::PNG, "png", "inline"),
        // A browser shows no PDF inside a sandbox; it is saved and opened outside.
        "application/pdf" => (ContentType::PDF, "pdf", "attachment"),
        _ => (ContentType::Binary, "bin", "attachment"),
    };
    let name = format!("证据 {}.{ending}", sha256.get(..12).unwrap_or_default());
    Ok(Bytes::new(bytes, kind, way, &name, "default-src 'none'; sandbox"))
}
