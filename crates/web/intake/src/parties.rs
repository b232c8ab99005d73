//! 主体名录 operators and producers: lists, an entry with its history, forms; the link of a sheet; what is offered while somebody types.

use rocket::response::{Flash, Redirect};
use rocket::{FromForm, Route, State, get, post, routes};
use shiyan_app::intake::parties::{TypedLinks, TypedTurn};
use shiyan_app::read::{CaseRow, LedgerRow, OperatorPage, Parties, PartyBook, PartyFilter, PartyRow, ProducerPage, SampleRow};
use shiyan_foundation::ids::{OperatorId, ProducerId, SampleId};
use shiyan_foundation::task::{Link as Chain, Outcome};
use shiyan_foundation::{Act, Label, Lang, Refusal};
use shiyan_nonconformity::CaseState;
use shiyan_sample_intake::parties::{CreditCode, Operator, Producer, Stand, Standing, Turn, TypedOperator, TypedProducer};
use shiyan_sample_intake::sheet::PERMITS;

use crate::samples::list_state;
use crate::views::forms::Filled;
use crate::views::{
    ActionView, Cell, Choice, Fact, FactGroup, FieldKind, FieldView, FilterSelect, Filters, FindView, Link, OfferView, OffersPage, Pager, PartiesPage,
    PartyFormPage, PartyLinkPage, PartyPage, Tab, Table,
};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::{Code, Given};
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Address, Again, Answer, asked, case_badge, named, reads, refusals, show_as};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{Streets, street_choices, street_name};
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Tone};
use shiyan_web_kit::words::{choices, word};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        operators,
        operator,
        new_operator,
        add_operator,
        edit_operator,
        change_operator,
        turn_operator,
        producers,
        producer,
        new_producer,
        add_producer,
        edit_producer,
        change_producer,
        turn_producer,
        suggest,
        link,
        linked
    ]
}

/// Rows of a page.
const ROWS: usize = 50;

/// The filters as they stand in the address.
#[derive(Debug, FromForm)]
pub(crate) struct Asked<'r> {
    q: Option<&'r str>,
    street: Option<&'r str>,
    standing: Option<&'r str>,
    after: Option<&'r str>,
    n: Option<usize>,
}

impl Asked<'_> {
    pub(crate) fn filter(&self) -> PartyFilter {
        let own = |v: Option<&str>| v.map(str::trim).filter(|v| !v.is_empty()).map(|v| v.chars().take(100).collect::<String>());
        PartyFilter {
            q: own(self.q),
            street: own(self.street),
            standing: own(self.standing),
            after: self.after.and_then(|a| a.rsplit_once(',')).map(|(name, id)| (name.to_owned(), id.to_owned())),
        }
    }
    fn address(&self, path: &'static str) -> Address {
        let own = |v: Option<&str>| v.unwrap_or_default().trim().to_owned();
        Address::new(path, vec![("q", own(self.q)), ("street", own(self.street)), ("standing", own(self.standing))])
    }
    /// 翻页 forward along the names; back to the beginning.
    pub(crate) fn pager(&self, path: &'static str, last: Option<(&str, &str)>, more: bool, rows: usize) -> Pager {
        let (address, n) = (self.address(path), self.n.unwrap_or(1).clamp(1, 100_000));
        Pager {
            prev: if self.after.is_some() { address.href() } else { String::new() },
            next: match last.filter(|_| more) {
                Some((name, id)) => address.with("after", format!("{name},{id}")).with("n", (n + 1).to_string()).href(),
                None => String::new(),
            },
            range: if rows == 0 { String::new() } else { format!("{}–{}", (n - 1) * ROWS + 1, (n - 1) * ROWS + rows) },
        }
    }
    pub(crate) fn filters(&self, path: &'static str, streets: &Streets, hint: (&str, &str), total: u64, lang: Lang) -> Filters {
        let address = self.address(path);
        let select = |key: &'static str, zh, en, options: Vec<Choice>, value: Option<&str>| FilterSelect {
            key,
            label: lang.pick(zh, en).to_owned(),
            options,
            value: value.unwrap_or_default().trim().to_owned(),
        };
        let mut selects = vec![select("standing", "在册状态", "State", Choice::all::<Standing>(lang), self.standing)];
        if !streets.is_empty() {
            selects.push(select("street", "街道", "Street", street_choices(streets), self.street));
        }
        let mut chips = Vec::new();
        if let Some(q) = self.q.map(str::trim).filter(|q| !q.is_empty()) {
            chips.push(address.chip("q", lang.pick("查找", "Find"), q, lang));
        }
        for select in selects.iter().filter(|s| !s.value.is_empty()) {
            let value = select.options.iter().find(|o| o.value == select.value).map_or(select.value.as_str(), |o| o.label.as_str());
            chips.push(address.chip(select.key, &select.label, value, lang));
        }
        Filters {
            action: path.to_owned(),
            q: Some(self.q.unwrap_or_default().to_owned()),
            hint: lang.pick(hint.0, hint.1).to_owned(),
            selects,
            chips,
            total: shiyan_web_kit::ui::num(total),
            ..Filters::default()
        }
    }
}

/// The lists of the register.
pub(crate) fn tabs(user: &User, on: &str) -> Vec<Tab> {
    [("operators", "经营者", "Operators"), ("producers", "生产者", "Producers"), ("markets", "市场", "Markets")]
        .map(|(key, zh, en)| Tab::new(user.t(zh, en), format!("/parties/{key}"), key == on))
        .to_vec()
}

/// 在册状态
pub(crate) fn standing_badge(standing: Standing, lang: Lang) -> Badge {
    match standing {
        Standing::Active => Badge::new(Tone::Pass, standing.label(lang)),
        Standing::Closed => Badge::new(Tone::Idle, standing.label(lang)).with_icon("slash"),
        Standing::Merged => Badge::new(Tone::Idle, standing.label(lang)).with_icon("repeat"),
    }
}

pub(crate) fn standing_cell(code: &str, lang: Lang) -> Cell {
    Standing::parse(code).map_or_else(|| Cell::from(code), |s| standing_badge(s, lang).into())
}

/// Links to whom a sample is about.
pub(crate) fn links(parties: &Parties, lang: Lang) -> Vec<Link> {
    let link = |zh, en, name: &str, to: String| Link::new(format!("{} {name}", lang.pick(zh, en)), to);
    let mut all: Vec<Link> = parties.operator.iter().map(|o| link("经营者", "Operator", &o.name, format!("/parties/operators/{}", o.id))).collect();
    all.extend(parties.producer.iter().map(|o| link("生产者", "Producer", &o.name, format!("/parties/producers/{}", o.id))));
    all.extend(parties.market.iter().map(|m| link("市场", "Market", &m.name, format!("/parties/markets/{}", m.id))));
    all.extend(parties.stall.iter().map(|s| link("摊位", "Stall", &s.number, format!("/parties/stalls/{}", s.id))));
    all
}

// ---------------------------------------------------------------- what hangs on an entry

/// 抽样单 of an entry, the newest.
pub(crate) fn samples_table(user: &User, samples: &[SampleRow], more: bool) -> Table {
    let lang = user.lang();
    let mut table = Table::new(&[
        user.t("抽样单编号", "Sheet number"),
        user.t("样品", "Sample"),
        user.t("抽样单所载单位", "Operator as printed"),
        user.t("抽样日期", "Sampled on"),
        user.t("状态", "State"),
        user.t("结论", "Conclusion"),
    ])
    .listed();
    table.caption = user.t("抽样单", "Sampling sheets").to_owned();
    table.empty = user.t("还没有关联的抽样单。", "No sheet is linked yet.").to_owned();
    if more {
        table.note = user.t("只列出最近 50 张", "Only the newest 50").to_owned();
    }
    for s in samples {
        let number = s.sampling_no.clone().filter(|n| !n.is_empty()).unwrap_or_else(|| user.t("草稿", "Draft").to_owned());
        table.push(vec![
            Cell::link(number, format!("/samples/{}", s.id)),
            s.name.clone().into(),
            s.site_name.clone().into(),
            s.sampled_on.clone().into(),
            list_state(s, lang).into(),
            Badge::outcome(s.outcome.as_deref().and_then(Outcome::parse).filter(|_| s.issued_on.is_some()), lang).into(),
        ]);
    }
    table
}

/// 案件 of an entry.
pub(crate) fn cases_table(user: &User, cases: &[CaseRow]) -> Table {
    let mut table = Table::new(&[
        user.t("案件编号", "Case"),
        user.t("样品", "Sample"),
        user.t("涉及单位", "Operator"),
        user.t("立案", "Opened"),
        user.t("办结", "Closed"),
        user.t("状态", "State"),
    ])
    .listed();
    table.caption = user.t("核查处置案件", "Cases").to_owned();
    table.empty = user.t("没有案件。", "No case.").to_owned();
    for c in cases {
        table.push(vec![
            Cell::link(&c.no, format!("/cases/{}", c.id)),
            c.product.clone().into(),
            c.operator.clone().into(),
            c.opened_on.clone().into(),
            c.closed_on.clone().unwrap_or_default().into(),
            CaseState::parse(&c.state).map_or_else(|| Cell::from(c.state.clone()), |s| case_badge(s, user.lang()).into()),
        ]);
    }
    table
}

/// 快检读数 of a stall.
pub(crate) fn readings_table(user: &User, readings: &[LedgerRow]) -> Option<Table> {
    if readings.is_empty() {
        return None;
    }
    let mut table =
        Table::new(&[user.t("检测时间", "Tested at"), user.t("摊位", "Stall"), user.t("样品", "Sample"), user.t("检测项目", "Item"), user.t("结果", "Result")])
            .listed();
    table.caption = user.t("快检读数", "Rapid readings").to_owned();
    for row in readings {
        let r = &row.reading.reading;
        table.push(vec![
            Cell::link(r.tested_at.format("%Y-%m-%d %H:%M").to_string(), format!("/rapid/{}", r.id)),
            r.stall.as_str().into(),
            r.food.as_str().into(),
            r.analyte.as_str().into(),
            r.verdict.label(user.lang()).into(),
        ]);
    }
    Some(table)
}

// ---------------------------------------------------------------- 停用、恢复、并入

shapes! {
    /// 停用、恢复、并入 as typed.
    pub(crate) TurnForm { rev: 20 "版本" / "revision", reason: 500 "理由" / "reason", into: 40 "并入" / "merge into" }
}

pub(crate) fn typed_turn(form: &Sent<TurnForm>, turn: Turn) -> Result<TypedTurn, shiyan_app::Error> {
    let TurnForm { rev, reason, into } = form.read_in(turn.code())?;
    Ok(TypedTurn { seen: rev.parse().unwrap_or(-1), reason, into })
}

/// What an entry's state lets somebody do. `into` are the entries to choose from; `None` where nothing is merged.
pub(crate) fn turns<I: Copy + PartialEq>(
    user: &User,
    stand: &Stand<I>,
    (path, revision): (&str, i64),
    into: Option<Vec<Choice>>,
    again: Option<&Again<'_>>,
) -> Vec<ActionView> {
    let lang = user.lang();
    let mut list = Vec::new();
    for turn in Turn::ALL.iter().copied().filter(|t| stand.allows(*t).is_ok()) {
        let mut fields = vec![FieldView::new(FieldKind::Hidden, "rev", "").with(revision.to_string())];
        if turn == Turn::Merge {
            match &into {
                Some(options) if !options.is_empty() => {
                    fields.push(FieldView::radio("into", user.t("并入哪一条", "Into which entry"), options.clone()).required());
                }
                _ => continue,
            }
        }
        fields.push(FieldView::area("reason", user.t("理由", "Reason")).required().hint(user.t("至少 4 个字", "Four characters or more")));
        let action = ActionView::post(turn.code(), turn.label(lang), format!("{path}/{}", turn.code()));
        let action = match turn {
            Turn::Close => action
                .with_icon("slash")
                .noted(user.t("停用后不再供选用；历史保留，可以恢复。", "It is offered no more; its history stays, and it can be reopened.")),
            Turn::Reopen => action.with_icon("repeat"),
            Turn::Merge => action.danger().with_icon("repeat").noted(user.t(
                "并入后以保留的一条为准，两条的历史合在一起；不能撤回，抽样单上印的内容不变。",
                "The other entry stands for both from then on, with both histories; it cannot be undone. What is printed on sheets stays.",
            )),
        };
        list.push(action.asking(asked(turn.code(), fields, again, lang)));
    }
    list
}

pub(crate) fn turned(turn: Turn, to: String) -> Flash<Redirect> {
    match turn {
        Turn::Close => done(to, "已停用", "Closed"),
        Turn::Reopen => done(to, "已恢复", "Reopened"),
        Turn::Merge => done(to, "已并入", "Merged"),
    }
}

// ---------------------------------------------------------------- 经营者

fn party_table(user: &User, rows: &[PartyRow], path: &str, place: (&str, &str), place_of: impl Fn(&str) -> String) -> Table {
    let mut table = Table::new(&[
        user.t("名称", "Name"),
        user.t("统一社会信用代码", "Credit code"),
        user.t("许可证编号", "Permit"),
        user.t(place.0, place.1),
        user.t("在册状态", "State"),
    ])
    .listed();
    table.empty = user.t("名录中没有符合的条目。", "No entry of the register matches.").to_owned();
    for row in rows {
        table.push(vec![
            Cell::link(&row.name, format!("{path}/{}", row.id)),
            row.credit_code.clone().map_or(Cell::Empty, Cell::Code),
            if row.permit_no.is_empty() { Cell::Empty } else { Cell::Code(row.permit_no.clone()) },
            place_of(&row.place).into(),
            standing_cell(&row.standing, user.lang()),
        ]);
    }
    table
}

#[get("/parties/operators?<asked..>")]
async fn operators(site: &State<Site>, user: User, asked: Asked<'_>) -> Html {
    reads(&user, Act::ReadOperator)?;
    let filter = asked.filter();
    let _turn = user.turn_to_search(site, filter.q.as_deref()).await?;
    let PartyBook { total, rows, more, streets } = site.app.read_operators(&user.actor, &filter).await?;
    let last = rows.last().map(|r| (r.plain.as_str(), r.id.as_str()));
    show(&PartiesPage {
        p: user.page(site, "samples", user.t("经营者", "Operators")).crumb(user.t("主体名录", "Register"), ""),
        tabs: tabs(&user, "operators"),
        filters: asked.filters("/parties/operators", &streets, ("名称、信用代码、许可证编号", "Name, credit code, permit"), total, user.lang()),
        pager: asked.pager("/parties/operators", last, more, rows.len()),
        table: party_table(&user, &rows, "/parties/operators", ("街道", "Street"), |code| street_name(&streets, code)),
        add: user.may(Act::Parties).then(|| Link::new(user.t("登记经营者", "Add an operator"), "/parties/operators/new")),
    })
}

fn operator_facts(user: &User, operator: &Operator, streets: &Streets) -> FactGroup {
    let code = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Code(text.to_owned()) };
    let mut facts = vec![
        Fact::new(user.t("统一社会信用代码", "Credit code"), code(operator.credit_code.as_ref().map_or("", CreditCode::as_str))),
        Fact::new(user.t("许可证类型", "Kind of permit"), word(&operator.permit_kind, user.lang())),
        Fact::new(user.t("许可证编号", "Permit number"), code(&operator.permit_no)),
        Fact::new(user.t("法定代表人", "Legal person"), operator.legal_rep.as_str()),
        Fact::new(user.t("地址", "Address"), operator.address.as_str()),
        Fact::new(user.t("街道", "Street"), street_name(streets, &operator.street)),
        Fact::new(user.t("环节", "Link"), operator.link.map_or("", |l| l.label(user.lang()))),
    ];
    if !operator.stand.why.is_empty() {
        facts.push(Fact::new(user.t("停用、恢复、并入的理由", "Why closed, reopened or merged"), operator.stand.why.as_str()));
    }
    FactGroup { title: user.t("执照与许可", "Licence and permit").to_owned(), facts }
}

fn offer_text(name: &str, code: Option<&CreditCode>, place: &str) -> String {
    [name, code.map_or("", CreditCode::as_str), place].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}

async fn operator_view(site: &Site, user: &User, id: &str, q: &str, again: Option<&Again<'_>>) -> Result<PartyPage, Failure> {
    reads(user, Act::ReadOperator)?;
    let whole: OperatorPage = site.app.read_operator(&user.actor, id).await?;
    let (lang, operator) = (user.lang(), &whole.operator);
    let path = format!("/parties/operators/{}", operator.id);
    let mut tables = vec![samples_table(user, &whole.samples, whole.more), cases_table(user, &whole.cases)];
    tables.extend(readings_table(user, &whole.readings));
    if !whole.stalls.is_empty() {
        let mut table = Table::new(&[user.t("摊位", "Stall"), user.t("市场", "Market"), user.t("起", "From"), user.t("止", "To")]).listed();
        table.caption = user.t("摊位", "Stalls").to_owned();
        let own: Vec<OperatorId> = std::iter::once(operator.id).chain(whole.within.iter().map(|o| o.id)).collect();
        for (stall, market) in &whole.stalls {
            for time in stall.holders.iter().filter(|h| own.contains(&h.operator)) {
                table.push(vec![
                    Cell::link(&stall.number, format!("/parties/stalls/{}", stall.id)),
                    Cell::link(&market.name, format!("/parties/markets/{}", market.id)),
                    time.from.to_string().into(),
                    time.to.map_or_else(String::new, |d| d.to_string()).into(),
                ]);
            }
        }
        tables.push(table);
    }
    let (mut actions, mut find) = (Vec::new(), None);
    if user.may(Act::Parties) && operator.stand.standing != Standing::Merged {
        actions.push(ActionView::link(user.t("修改", "Change"), format!("{path}/edit")).primary().with_icon("edit"));
        let others = site.app.operators_to_merge(&user.actor, operator, q).await?;
        let into = others.iter().map(|o| Choice::new(o.id.to_string(), offer_text(&o.name, o.credit_code.as_ref(), &o.address))).collect();
        actions.extend(turns(user, &operator.stand, (&path, operator.revision), Some(into), again));
        find = Some(merge_find(user, path.clone(), q));
    }
    let mut related: Vec<Link> =
        whole.into.iter().map(|o| Link::new(format!("{} {}", user.t("已并入", "Merged into"), o.name), format!("/parties/operators/{}", o.id))).collect();
    related.extend(
        whole
            .within
            .iter()
            .map(|o| Link::new(format!("{} {}", user.t("并入这一条的", "Merged into this one:"), o.name), format!("/parties/operators/{}", o.id))),
    );
    let mut p =
        user.page(site, "samples", operator.name.as_str()).crumb(user.t("主体名录", "Register"), "/parties/operators").crumb(operator.name.as_str(), "");
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    Ok(PartyPage {
        p,
        kind: user.t("经营者", "Operator").to_owned(),
        name: operator.name.clone(),
        state: standing_badge(operator.stand.standing, lang),
        groups: vec![operator_facts(user, operator, &whole.streets)],
        tables,
        actions,
        find,
        related,
        timeline: told(&whole.timeline, user.now(), lang),
    })
}

fn merge_find(user: &User, action: String, q: &str) -> FindView {
    FindView {
        action,
        title: user.t("重复登记？", "Registered twice?").to_owned(),
        q: q.to_owned(),
        label: user.t("查找要并入的另一条", "Find the entry to merge into").to_owned(),
    }
}

#[get("/parties/operators/<id>?<q>", rank = 5)]
async fn operator(site: &State<Site>, user: User, id: Key<OperatorId>, q: Option<&str>) -> Html {
    show(&operator_view(site, &user, &id, &text(q), None).await?)
}

pub(crate) fn text(q: Option<&str>) -> String {
    q.unwrap_or_default().trim().chars().take(100).collect()
}

shapes! {
    /// 经营者 as typed.
    OperatorForm {
        rev: 20 "版本" / "revision",
        name: 100 "名称" / "name",
        uscc: 40 "统一社会信用代码" / "credit code",
        permit_kind: 20 "许可证类型" / "kind of permit",
        permit_no: 60 "许可证编号" / "permit number",
        legal_rep: 30 "法定代表人" / "legal representative",
        address: 150 "地址" / "address",
        street: 20 "街道" / "street",
        link: 20 "环节" / "link of the chain",
        another: 5 "不是同一家" / "another one",
    }
    /// 生产者 as typed.
    ProducerForm {
        rev: 20 "版本" / "revision",
        name: 100 "名称" / "name",
        uscc: 40 "统一社会信用代码" / "credit code",
        permit_no: 60 "食品生产许可证编号" / "production permit",
        region: 60 "所在地" / "region",
        address: 150 "地址" / "address",
        another: 5 "不是同一家" / "another one",
    }
}

impl OperatorForm {
    fn typed(self) -> (i64, TypedOperator) {
        let OperatorForm { rev, name, uscc, permit_kind, permit_no, legal_rep, address, street, link, another } = self;
        let typed = TypedOperator { name, uscc, permit_kind, permit_no, legal_rep, address, street, link, another: another == "1" };
        (rev.parse().unwrap_or(-1), typed)
    }
}
impl ProducerForm {
    fn typed(self) -> (i64, TypedProducer) {
        let ProducerForm { rev, name, uscc, permit_no, region, address, another } = self;
        (rev.parse().unwrap_or(-1), TypedProducer { name, uscc, permit_no, region, address, another: another == "1" })
    }
}

/// The tick that says: looked at, and another one. It is asked for only when the register has entries like it.
fn another(user: &User, filled: &Filled) -> Option<FieldView> {
    let asked = filled.problems.iter().any(|p| p.field == "another") || filled.values.contains_key("another");
    asked.then(|| {
        FieldView::new(FieldKind::Checkbox, "another", user.t("已看过名录中相像的条目，不是同一家", "I looked at the entries like it; this is another one"))
            .wide()
    })
}

fn operator_fields(user: &User, streets: &Streets, typed: &TypedOperator, revision: Option<i64>, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| user.t(zh, en);
    let mut fields: Vec<FieldView> = revision.iter().map(|rev| FieldView::new(FieldKind::Hidden, "rev", "").with(rev.to_string())).collect();
    fields.extend([
        FieldView::text("name", t("名称（照执照）", "Name, as on the licence")).required().wide().with(typed.name.as_str()),
        FieldView::text("uscc", t("统一社会信用代码", "Credit code"))
            .with(typed.uscc.as_str())
            .hint(t("18 位，校验位自动核对；没有的留空", "18 characters, check digit verified; leave it empty where there is none")),
        FieldView::select("permit_kind", t("许可证类型", "Kind of permit"), choices(PERMITS, user.lang())).with(typed.permit_kind.as_str()),
        FieldView::text("permit_no", t("许可证编号", "Permit number"))
            .with(typed.permit_no.as_str())
            .hint(t("SC、JY 开头的为 14 位数字", "SC and JY are followed by 14 digits")),
        FieldView::text("legal_rep", t("法定代表人或经营者", "Legal representative")).with(typed.legal_rep.as_str()),
        FieldView::select("link", t("环节", "Link of the chain"), Choice::all::<Chain>(user.lang()))
            .with(Chain::parse(&typed.link).map_or_else(|| typed.link.clone(), |l| l.code().to_owned())),
        FieldView::select("street", t("街道", "Street"), street_choices(streets)).required().with(typed.street.as_str()),
        FieldView::text("address", t("地址", "Address")).required().wide().with(typed.address.as_str()),
    ]);
    fields.extend(another(user, filled));
    fields.into_iter().map(|f| f.filled(filled)).collect()
}

/// The lists and texts of a form: the title, where it posts to, where it leads back to.
struct Form<'a> {
    title: (&'a str, &'a str),
    action: String,
    back: String,
    list: (&'a str, &'a str),
}

fn form_page(site: &Site, user: &User, form: Form<'_>, fields: Vec<FieldView>, why: &[Refusal]) -> PartyFormPage {
    let title = user.t(form.title.0, form.title.1).to_owned();
    PartyFormPage {
        p: user.page(site, "samples", title.as_str()).crumb(user.t("主体名录", "Register"), form.list.1).crumb(title.clone(), "").refused(why),
        title,
        lead: user.t("抽样单上已经印的内容不会随之改变。", "What is printed on sampling sheets does not change with it.").to_owned(),
        action: form.action,
        fields,
        back: form.back,
    }
}

const OPERATORS: (&str, &str) = ("经营者", "/parties/operators");
const PRODUCERS: (&str, &str) = ("生产者", "/parties/producers");

/// Whoever may not is told so, like after the form.
pub(crate) fn asked_for(user: &User, act: Act) -> Result<(), Failure> {
    shiyan_foundation::authority::may(&user.actor, act).map_err(|why| Failure::Refused(vec![why]))
}

#[get("/parties/operators/new?<sample>")]
async fn new_operator(site: &State<Site>, user: User, sample: Given<Key<SampleId>>) -> Html {
    reads(&user, Act::ReadOperator)?;
    asked_for(&user, Act::Parties)?;
    let typed = match sample.or_nowhere()? {
        Some(id) => TypedOperator::of_sheet(&site.app.read_sheet(&user.actor, &id).await?.sample.sheet),
        None => TypedOperator::default(),
    };
    let fields = operator_fields(&user, &site.app.streets().await?, &typed, None, &Filled::default());
    let form =
        Form { title: ("登记经营者", "Add an operator"), action: "/parties/operators/new".into(), back: "/parties/operators".into(), list: OPERATORS };
    show(&form_page(site, &user, form, fields, &[]))
}

#[post("/parties/operators/new", data = "<form>")]
async fn add_operator(site: &State<Site>, user: User, form: Result<Sent<OperatorForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async { site.app.add_operator(&user.actor, &form.read()?.typed().1, user.now()).await };
    match did.await {
        Ok(id) => Ok(done(format!("/parties/operators/{id}"), "经营者已登记", "The operator was added")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let streets = site.app.streets().await.map_err(|e| Err(e.into()))?;
            let fields = operator_fields(&user, &streets, &TypedOperator::default(), None, &form.filled(&why, user.lang()));
            let page =
                Form {
                    title: ("登记经营者", "Add an operator"), action: "/parties/operators/new".into(), back: "/parties/operators".into(), list: OPERATORS
                };
            Err(show_as(status, &form_page(site, &user, page, fields, &why)))
        }
    }
}

fn operator_form(id: impl std::fmt::Display) -> Form<'static> {
    let back = format!("/parties/operators/{id}");
    Form { title: ("修改经营者", "Change the operator"), action: format!("{back}/edit"), back, list: OPERATORS }
}

#[get("/parties/operators/<id>/edit")]
async fn edit_operator(site: &State<Site>, user: User, id: Key<OperatorId>) -> Html {
    reads(&user, Act::ReadOperator)?;
    asked_for(&user, Act::Parties)?;
    let operator = site.app.operator_to_fill(&user.actor, &id).await?;
    operator.stand.editable().map_err(|why| Failure::Refused(vec![why]))?;
    let fields = operator_fields(&user, &site.app.streets().await?, &operator.typed(), Some(operator.revision), &Filled::default());
    show(&form_page(site, &user, operator_form(operator.id), fields, &[]))
}

#[post("/parties/operators/<id>/edit", data = "<form>")]
async fn change_operator(site: &State<Site>, user: User, id: Key<OperatorId>, form: Result<Sent<OperatorForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async {
        let (seen, typed) = form.read()?.typed();
        site.app.edit_operator(&user.actor, &id, seen, &typed, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/parties/operators/{id}"), "已保存", "Saved")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let streets = site.app.streets().await.map_err(|e| Err(e.into()))?;
            let fields = operator_fields(&user, &streets, &TypedOperator::default(), Some(0), &form.filled(&why, user.lang()));
            Err(show_as(status, &form_page(site, &user, operator_form(&id), fields, &why)))
        }
    }
}

#[post("/parties/operators/<id>/<step>", data = "<form>", rank = 5)]
async fn turn_operator(site: &State<Site>, user: User, id: Key<OperatorId>, step: Code<Turn>, form: Result<Sent<TurnForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let Code(turn) = step;
    let did = async { site.app.turn_operator(&user.actor, &id, turn, &typed_turn(&form, turn)?, user.now()).await };
    match did.await {
        Ok(()) => Ok(turned(turn, format!("/parties/operators/{id}"))),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let again = Again { action: turn.code(), form: &form, why: &why };
            Err(show_as(status, &operator_view(site, &user, &id, "", Some(&again)).await.map_err(Err)?))
        }
    }
}

// ---------------------------------------------------------------- 生产者

#[get("/parties/producers?<asked..>")]
async fn producers(site: &State<Site>, user: User, asked: Asked<'_>) -> Html {
    reads(&user, Act::ReadOperator)?;
    let filter = asked.filter();
    let _turn = user.turn_to_search(site, filter.q.as_deref()).await?;
    let PartyBook { total, rows, more, streets } = site.app.read_producers(&user.actor, &filter).await?;
    let last = rows.last().map(|r| (r.plain.as_str(), r.id.as_str()));
    show(&PartiesPage {
        p: user.page(site, "samples", user.t("生产者", "Producers")).crumb(user.t("主体名录", "Register"), ""),
        tabs: tabs(&user, "producers"),
        filters: asked.filters("/parties/producers", &streets, ("名称、信用代码、SC 编号", "Name, credit code, SC number"), total, user.lang()),
        pager: asked.pager("/parties/producers", last, more, rows.len()),
        table: party_table(&user, &rows, "/parties/producers", ("所在地", "Region"), str::to_owned),
        add: user.may(Act::Producers).then(|| Link::new(user.t("登记生产者", "Add a producer"), "/parties/producers/new")),
    })
}

async fn producer_view(site: &Site, user: &User, id: &str, q: &str, again: Option<&Again<'_>>) -> Result<PartyPage, Failure> {
    reads(user, Act::ReadOperator)?;
    let whole: ProducerPage = site.app.read_producer(&user.actor, id).await?;
    let (lang, producer) = (user.lang(), &whole.producer);
    let path = format!("/parties/producers/{}", producer.id);
    let code = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Code(text.to_owned()) };
    let mut facts = vec![
        Fact::new(user.t("统一社会信用代码", "Credit code"), code(producer.credit_code.as_ref().map_or("", CreditCode::as_str))),
        Fact::new(user.t("食品生产许可证编号", "Production permit"), code(&producer.permit_no)),
        Fact::new(user.t("所在地", "Region"), producer.region.as_str()),
        Fact::new(user.t("地址", "Address"), producer.address.as_str()),
    ];
    if !producer.stand.why.is_empty() {
        facts.push(Fact::new(user.t("停用、恢复、并入的理由", "Why closed, reopened or merged"), producer.stand.why.as_str()));
    }
    let (mut actions, mut find) = (Vec::new(), None);
    if user.may(Act::Producers) && producer.stand.standing != Standing::Merged {
        actions.push(ActionView::link(user.t("修改", "Change"), format!("{path}/edit")).primary().with_icon("edit"));
        let others = site.app.producers_to_merge(&user.actor, producer, q).await?;
        let into = others.iter().map(|o| Choice::new(o.id.to_string(), offer_text(&o.name, o.credit_code.as_ref(), &o.permit_no))).collect();
        actions.extend(turns(user, &producer.stand, (&path, producer.revision), Some(into), again));
        find = Some(merge_find(user, path.clone(), q));
    }
    let mut related: Vec<Link> =
        whole.into.iter().map(|o| Link::new(format!("{} {}", user.t("已并入", "Merged into"), o.name), format!("/parties/producers/{}", o.id))).collect();
    related.extend(
        whole
            .within
            .iter()
            .map(|o| Link::new(format!("{} {}", user.t("并入这一条的", "Merged into this one:"), o.name), format!("/parties/producers/{}", o.id))),
    );
    let mut p =
        user.page(site, "samples", producer.name.as_str()).crumb(user.t("主体名录", "Register"), "/parties/producers").crumb(producer.name.as_str(), "");
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    Ok(PartyPage {
        p,
        kind: user.t("生产者", "Producer").to_owned(),
        name: producer.name.clone(),
        state: standing_badge(producer.stand.standing, lang),
        groups: vec![FactGroup { title: user.t("登记内容", "On the register").to_owned(), facts }],
        tables: vec![samples_table(user, &whole.samples, whole.more), cases_table(user, &whole.cases)],
        actions,
        find,
        related,
        timeline: told(&whole.timeline, user.now(), lang),
    })
}

#[get("/parties/producers/<id>?<q>", rank = 5)]
async fn producer(site: &State<Site>, user: User, id: Key<ProducerId>, q: Option<&str>) -> Html {
    show(&producer_view(site, &user, &id, &text(q), None).await?)
}

fn producer_fields(user: &User, typed: &TypedProducer, revision: Option<i64>, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| user.t(zh, en);
    let mut fields: Vec<FieldView> = revision.iter().map(|rev| FieldView::new(FieldKind::Hidden, "rev", "").with(rev.to_string())).collect();
    fields.extend([
        FieldView::text("name", t("名称（照标签）", "Name, as on labels")).required().wide().with(typed.name.as_str()),
        FieldView::text("uscc", t("统一社会信用代码", "Credit code")).with(typed.uscc.as_str()).hint(t("不知道的留空", "Leave it empty where it is not known")),
        FieldView::text("permit_no", t("食品生产许可证编号", "Production permit"))
            .with(typed.permit_no.as_str())
            .hint(t("SC 加 14 位数字", "SC and 14 digits")),
        FieldView::text("region", t("所在地（省市县）", "Region: province, city, county")).required().with(typed.region.as_str()),
        FieldView::text("address", t("地址", "Address")).wide().with(typed.address.as_str()),
    ]);
    fields.extend(another(user, filled));
    fields.into_iter().map(|f| f.filled(filled)).collect()
}

fn producer_form(id: Option<&str>) -> Form<'static> {
    match id {
        None => {
            Form { title: ("登记生产者", "Add a producer"), action: "/parties/producers/new".into(), back: "/parties/producers".into(), list: PRODUCERS }
        }
        Some(id) => {
            let back = format!("/parties/producers/{id}");
            Form { title: ("修改生产者", "Change the producer"), action: format!("{back}/edit"), back, list: PRODUCERS }
        }
    }
}

#[get("/parties/producers/new?<sample>")]
async fn new_producer(site: &State<Site>, user: User, sample: Given<Key<SampleId>>) -> Html {
    reads(&user, Act::ReadOperator)?;
    asked_for(&user, Act::Producers)?;
    let typed = match sample.or_nowhere()? {
        Some(id) => TypedProducer::of_sheet(&site.app.read_sheet(&user.actor, &id).await?.sample.sheet),
        None => TypedProducer::default(),
    };
    show(&form_page(site, &user, producer_form(None), producer_fields(&user, &typed, None, &Filled::default()), &[]))
}

#[post("/parties/producers/new", data = "<form>")]
async fn add_producer(site: &State<Site>, user: User, form: Result<Sent<ProducerForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async { site.app.add_producer(&user.actor, &form.read()?.typed().1, user.now()).await };
    match did.await {
        Ok(id) => Ok(done(format!("/parties/producers/{id}"), "生产者已登记", "The producer was added")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let fields = producer_fields(&user, &TypedProducer::default(), None, &form.filled(&why, user.lang()));
            Err(show_as(status, &form_page(site, &user, producer_form(None), fields, &why)))
        }
    }
}

#[get("/parties/producers/<id>/edit")]
async fn edit_producer(site: &State<Site>, user: User, id: Key<ProducerId>) -> Html {
    reads(&user, Act::ReadOperator)?;
    asked_for(&user, Act::Producers)?;
    let producer = site.app.producer_to_fill(&user.actor, &id).await?;
    producer.stand.editable().map_err(|why| Failure::Refused(vec![why]))?;
    let fields = producer_fields(&user, &producer.typed(), Some(producer.revision), &Filled::default());
    show(&form_page(site, &user, producer_form(Some(&producer.id.to_string())), fields, &[]))
}

#[post("/parties/producers/<id>/edit", data = "<form>")]
async fn change_producer(site: &State<Site>, user: User, id: Key<ProducerId>, form: Result<Sent<ProducerForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async {
        let (seen, typed) = form.read()?.typed();
        site.app.edit_producer(&user.actor, &id, seen, &typed, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/parties/producers/{id}"), "已保存", "Saved")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let fields = producer_fields(&user, &TypedProducer::default(), Some(0), &form.filled(&why, user.lang()));
            Err(show_as(status, &form_page(site, &user, producer_form(Some(&*id)), fields, &why)))
        }
    }
}

#[post("/parties/producers/<id>/<step>", data = "<form>", rank = 5)]
async fn turn_producer(site: &State<Site>, user: User, id: Key<ProducerId>, step: Code<Turn>, form: Result<Sent<TurnForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let Code(turn) = step;
    let did = async { site.app.turn_producer(&user.actor, &id, turn, &typed_turn(&form, turn)?, user.now()).await };
    match did.await {
        Ok(()) => Ok(turned(turn, format!("/parties/producers/{id}"))),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let again = Again { action: turn.code(), form: &form, why: &why };
            Err(show_as(status, &producer_view(site, &user, &id, "", Some(&again)).await.map_err(Err)?))
        }
    }
}

// ---------------------------------------------------------------- 供选用

/// An operator as it is offered.
pub(crate) fn offered_operator(operator: &Operator) -> OfferView {
    OfferView {
        id: operator.id.to_string(),
        name: operator.name.clone(),
        sub: offer_text("", operator.credit_code.as_ref(), &operator.address),
        fills: operator.fills(),
    }
}

/// A producer as it is offered.
pub(crate) fn offered_producer(producer: &Producer) -> OfferView {
    OfferView {
        id: producer.id.to_string(),
        name: producer.name.clone(),
        sub: [producer.permit_no.as_str(), producer.region.as_str()].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" · "),
        fills: producer.fills(),
    }
}

/// What is offered for a text: entries of the register that hold it.
pub(crate) async fn offers(site: &Site, user: &User, kind: &str, q: &str) -> Result<Vec<OfferView>, Failure> {
    if q.chars().count() < 2 {
        return Ok(Vec::new());
    }
    Ok(match kind {
        "producer" => site.app.offered_producers(&user.actor, q).await?.iter().map(offered_producer).collect(),
        _ => site.app.offered_operators(&user.actor, q).await?.iter().map(offered_operator).collect(),
    })
}

#[get("/parties/suggest?<kind>&<q>")]
async fn suggest(site: &State<Site>, user: User, kind: Option<&str>, q: Option<&str>) -> Html {
    reads(&user, Act::ReadOperator)?;
    let q = text(q);
    let _turn = user.turn_to_search(site, Some(q.as_str())).await?;
    show(&OffersPage { lang: user.lang(), offers: offers(site, &user, kind.unwrap_or_default(), &q).await? })
}

// ---------------------------------------------------------------- 关联

/// Radios of one noun: nobody, and whoever is offered.
fn chosen_of(user: &User, key: &str, label: (&str, &str), options: Vec<Choice>, now: String) -> FieldView {
    let mut all = vec![Choice::new("", user.t("不关联", "Not linked"))];
    all.extend(options);
    FieldView::radio(key, user.t(label.0, label.1), all).wide().with(now)
}

async fn link_view(site: &Site, user: &User, id: &str, q: &str, again: Option<(&Posted, &[Refusal])>) -> Result<PartyLinkPage, Failure> {
    reads(user, Act::ReadOperator)?;
    let whole = site.app.read_link(&user.actor, id, q).await?;
    let (lang, sample) = (user.lang(), &whole.record.sample);
    let filled = again.map_or_else(Filled::default, |(form, why)| form.filled(why, lang));
    let now = |id: Option<String>| id.unwrap_or_default();
    let operators = whole.operators.iter().map(|o| {
        let state = if o.stand.standing == Standing::Active { "" } else { o.stand.standing.label(lang) };
        Choice::new(o.id.to_string(), [offer_text(&o.name, o.credit_code.as_ref(), &o.address), state.to_owned()].join(" ").trim().to_owned())
    });
    let producers = whole.producers.iter().map(|o| Choice::new(o.id.to_string(), offer_text(&o.name, o.credit_code.as_ref(), &o.permit_no)));
    let markets = whole.markets.iter().map(|m| Choice::new(m.id.as_str(), offer_text(&m.name, None, &street_name(&whole.streets, &m.street))));
    let fields = vec![
        FieldView::new(FieldKind::Hidden, "rev", "").with(sample.revision.to_string()),
        chosen_of(user, "operator", ("经营者", "Operator"), operators.collect(), now(sample.parties.operator.map(|o| o.to_string()))),
        chosen_of(user, "producer", ("生产者", "Producer"), producers.collect(), now(sample.parties.producer.map(|o| o.to_string()))),
        chosen_of(user, "market", ("市场", "Market"), markets.collect(), now(sample.parties.market.map(|m| m.to_string()))),
        FieldView::text("stall", user.t("摊位号（在所选市场内）", "Stall number within the market"))
            .with(whole.stall.as_ref().map_or("", |s| s.number.as_str()))
            .hint(user.t("摊位须已在名录中；不关联的留空", "The stall must be on the register; leave it empty for none")),
    ];
    let why = again.map_or(&[][..], |(_, why)| why);
    let sheet = |key: &str| sample.sheet.get(key).to_owned();
    let printed = [
        ("被抽样单位", "Sampled operator", "site_name"),
        ("统一社会信用代码", "Credit code", "uscc"),
        ("地址", "Address", "site_addr"),
        ("市场", "Market", "market_name"),
        ("标称生产者", "Labelled producer", "prod_name"),
        ("生产许可证编号", "Production permit", "prod_permit"),
    ];
    let mut add = Vec::new();
    if user.may(Act::Parties) && whole.operator.is_none() {
        add.push(Link::new(user.t("按抽样单登记经营者", "Add the operator from the sheet"), format!("/parties/operators/new?sample={}", sample.id)));
    }
    if user.may(Act::Producers) && whole.producer.is_none() && !matches!(sample.sheet.get("prod_name"), "" | "/") {
        add.push(Link::new(user.t("按抽样单登记生产者", "Add the producer from the sheet"), format!("/parties/producers/new?sample={}", sample.id)));
    }
    let title = user.t("关联到主体名录", "Link to the register");
    Ok(PartyLinkPage {
        p: user
            .page(site, "samples", format!("{title} {}", sample.number()))
            .crumb(user.t("样品", "Samples"), "/samples")
            .crumb(sample.number(), format!("/samples/{}", sample.id))
            .crumb(title, "")
            .refused(why),
        no: sample.number().to_owned(),
        action: format!("/samples/{}/link", sample.id),
        q: q.to_owned(),
        printed: FactGroup {
            title: user.t("抽样单所载", "As printed on the sheet").to_owned(),
            facts: printed.iter().map(|(zh, en, key)| Fact::new(user.t(zh, en), sheet(key))).collect(),
        },
        fields: fields.into_iter().map(|f| f.filled(&filled)).collect(),
        add,
    })
}

#[get("/samples/<id>/link?<q>")]
async fn link(site: &State<Site>, user: User, id: Key<SampleId>, q: Option<&str>) -> Html {
    let q = text(q);
    let _turn = user.turn_to_search(site, Some(q.as_str())).await?;
    show(&link_view(site, &user, &id, &q, None).await?)
}

shapes! {
    /// 关联 as typed.
    LinkForm {
        rev: 20 "版本" / "revision",
        operator: 40 "经营者" / "operator",
        producer: 40 "生产者" / "producer",
        market: 40 "市场" / "market",
        stall: 40 "摊位号" / "stall number",
    }
}

#[post("/samples/<id>/link", data = "<form>")]
async fn linked(site: &State<Site>, user: User, id: Key<SampleId>, form: Result<Sent<LinkForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async {
        let LinkForm { rev, operator, producer, market, stall } = form.read()?;
        let typed = TypedLinks { operator, producer, market, stall };
        site.app.link_sample(&user.actor, &id, rev.parse().unwrap_or(-1), &typed, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/samples/{id}"), "关联已保存", "The links were saved")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            Err(show_as(status, &link_view(site, &user, &id, "", Some((&form, &why))).await.map_err(Err)?))
        }
    }
}
