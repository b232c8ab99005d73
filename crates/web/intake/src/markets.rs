//! 市场与摊位 markets with their opener, stalls with whoever held them.

use rocket::{Route, State, get, post, routes};
use shiyan_app::read::{MarketBook, MarketPage, PartyFilter, StallPage};
use shiyan_foundation::ids::{MarketId, StallId};
use shiyan_foundation::{Act, Label, Refusal};
use shiyan_sample_intake::parties::{MarketKind, Standing, Turn, TypedMarket};

use crate::parties::{
    Asked, TurnForm, asked_for, cases_table, readings_table, samples_table, standing_badge, standing_cell, tabs, text, turned, turns, typed_turn,
};
use crate::views::forms::Filled;
use crate::views::{ActionView, Cell, Choice, Fact, FactGroup, FieldKind, FieldView, FindView, Link, PartiesPage, PartyFormPage, PartyPage, Table};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Code;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Again, Answer, asked, named, reads, refusals, show_as};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{Streets, street_choices, street_name};
use shiyan_web_kit::timeline::told;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![markets, market, new_market, add_market, edit_market, change_market, turn_market, add_stall, stall, hand_stall, turn_stall]
}

const PATH: &str = "/parties/markets";

#[get("/parties/markets?<asked..>")]
async fn markets(site: &State<Site>, user: User, asked: Asked<'_>) -> Html {
    reads(&user, Act::ReadOperator)?;
    let filter: PartyFilter = asked.filter();
    let _turn = user.turn_to_search(site, filter.q.as_deref()).await?;
    let MarketBook { total, rows, more, streets } = site.app.read_markets(&user.actor, &filter).await?;
    let last = rows.last().map(|r| (r.plain.as_str(), r.id.as_str()));
    let mut table = Table::new(&[user.t("名称", "Name"), user.t("街道", "Street"), user.t("#摊位", "#Stalls"), user.t("在册状态", "State")]).listed();
    table.empty = user.t("名录中没有符合的市场。", "No market of the register matches.").to_owned();
    for row in &rows {
        table.push(vec![
            Cell::link(&row.name, format!("{PATH}/{}", row.id)),
            street_name(&streets, &row.street).into(),
            Cell::from(u64::try_from(row.stalls).unwrap_or(0)),
            standing_cell(&row.standing, user.lang()),
        ]);
    }
    show(&PartiesPage {
        p: user.page(site, "samples", user.t("市场", "Markets")).crumb(user.t("主体名录", "Register"), ""),
        tabs: tabs(&user, "markets"),
        filters: asked.filters(PATH, &streets, ("市场名称", "Name of the market"), total, user.lang()),
        pager: asked.pager(PATH, last, more, rows.len()),
        table,
        add: user.may(Act::Parties).then(|| Link::new(user.t("登记市场", "Add a market"), format!("{PATH}/new"))),
    })
}

async fn market_view(site: &Site, user: &User, id: &str, again: Option<&Again<'_>>) -> Result<PartyPage, Failure> {
    reads(user, Act::ReadOperator)?;
    let whole: MarketPage = site.app.read_market(&user.actor, id).await?;
    let (lang, market) = (user.lang(), &whole.market);
    let path = format!("{PATH}/{}", market.id);
    let mut facts = vec![
        Fact::new(user.t("市场类型", "Kind of market"), market.kind.label(lang)),
        Fact::new(user.t("开办者", "Opener"), market.opener.as_str()),
        Fact::new(user.t("街道", "Street"), street_name(&whole.streets, &market.street)),
        Fact::new(user.t("地址", "Address"), market.address.as_str()),
    ];
    if !market.stand.why.is_empty() {
        facts.push(Fact::new(user.t("停用、恢复的理由", "Why closed or reopened"), market.stand.why.as_str()));
    }
    let mut stalls = Table::new(&[user.t("摊位号", "Stall number"), user.t("经营者", "Operator"), user.t("在册状态", "State")]).listed();
    stalls.caption = user.t("摊位", "Stalls").to_owned();
    stalls.empty = user.t("还没有登记摊位。", "No stall yet.").to_owned();
    for (stall, holder) in &whole.stalls {
        stalls.push(vec![
            Cell::link(&stall.number, format!("/parties/stalls/{}", stall.id)),
            holder.as_ref().map_or(Cell::Empty, |o| Cell::link(&o.name, format!("/parties/operators/{}", o.id))),
            standing_badge(stall.stand.standing, lang).into(),
        ]);
    }
    let mut actions = Vec::new();
    if user.may(Act::Parties) {
        actions.push(ActionView::link(user.t("修改", "Change"), format!("{path}/edit")).primary().with_icon("edit"));
        if market.stand.standing == Standing::Active {
            let field = FieldView::text("number", user.t("摊位号", "Stall number")).required();
            let add = ActionView::post("stall", user.t("登记摊位", "Add a stall"), format!("{path}/stalls")).with_icon("plus");
            actions.push(add.asking(asked("stall", vec![field], again, lang)));
        }
        actions.extend(turns(user, &market.stand, (&path, market.revision), None, again));
    }
    let mut p = user.page(site, "samples", market.name.as_str()).crumb(user.t("主体名录", "Register"), PATH).crumb(market.name.as_str(), "");
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    Ok(PartyPage {
        p,
        kind: user.t("市场", "Market").to_owned(),
        name: market.name.clone(),
        state: standing_badge(market.stand.standing, lang),
        groups: vec![FactGroup { title: user.t("登记内容", "On the register").to_owned(), facts }],
        tables: vec![stalls, samples_table(user, &whole.samples, whole.more), cases_table(user, &whole.cases)],
        actions,
        find: None,
        related: Vec::new(),
        timeline: told(&whole.timeline, user.now(), lang),
    })
}

#[get("/parties/markets/<id>", rank = 5)]
async fn market(site: &State<Site>, user: User, id: Key<MarketId>) -> Html {
    show(&market_view(site, &user, &id, None).await?)
}

shapes! {
    /// 市场 as typed.
    MarketForm {
        rev: 20 "版本" / "revision",
        name: 100 "名称" / "name",
        kind: 20 "市场类型" / "kind of market",
        opener: 100 "开办者" / "opener",
        street: 20 "街道" / "street",
        address: 150 "地址" / "address",
    }
    /// 摊位 as typed.
    StallForm { number: 40 "摊位号" / "stall number" }
    /// 交接 as typed.
    HandForm { rev: 20 "版本" / "revision", operator: 40 "经营者" / "operator", from: 20 "起始日期" / "first day" }
}

impl MarketForm {
    fn typed(self) -> (i64, TypedMarket) {
        let MarketForm { rev, name, kind, opener, street, address } = self;
        (rev.parse().unwrap_or(-1), TypedMarket { name, kind, opener, street, address })
    }
}

fn market_fields(user: &User, streets: &Streets, typed: &TypedMarket, revision: Option<i64>, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| user.t(zh, en);
    let mut fields: Vec<FieldView> = revision.iter().map(|rev| FieldView::new(FieldKind::Hidden, "rev", "").with(rev.to_string())).collect();
    fields.extend([
        FieldView::text("name", t("名称", "Name")).required().wide().with(typed.name.as_str()).hint(t(
            "快检点的市场名称与此一致时，读数自动记到摊位",
            "Where a rapid-test point names its market like this, its readings are kept with the stall",
        )),
        FieldView::select("kind", t("市场类型", "Kind of market"), Choice::all::<MarketKind>(user.lang())).required().with(typed.kind.as_str()),
        FieldView::text("opener", t("开办者", "Opener")).required().with(typed.opener.as_str()),
        FieldView::select("street", t("街道", "Street"), street_choices(streets)).required().with(typed.street.as_str()),
        FieldView::text("address", t("地址", "Address")).required().wide().with(typed.address.as_str()),
    ]);
    fields.into_iter().map(|f| f.filled(filled)).collect()
}

fn form_page(site: &Site, user: &User, id: Option<&str>, fields: Vec<FieldView>, why: &[Refusal]) -> PartyFormPage {
    let title = if id.is_some() { user.t("修改市场", "Change the market") } else { user.t("登记市场", "Add a market") };
    let back = id.map_or_else(|| PATH.to_owned(), |id| format!("{PATH}/{id}"));
    PartyFormPage {
        p: user.page(site, "samples", title).crumb(user.t("主体名录", "Register"), PATH).crumb(title, "").refused(why),
        title: title.to_owned(),
        lead: String::new(),
        action: id.map_or_else(|| format!("{PATH}/new"), |id| format!("{PATH}/{id}/edit")),
        fields,
        back,
    }
}

#[get("/parties/markets/new")]
async fn new_market(site: &State<Site>, user: User) -> Html {
    reads(&user, Act::ReadOperator)?;
    asked_for(&user, Act::Parties)?;
    let fields = market_fields(&user, &site.app.streets().await?, &TypedMarket::default(), None, &Filled::default());
    show(&form_page(site, &user, None, fields, &[]))
}

#[post("/parties/markets/new", data = "<form>")]
async fn add_market(site: &State<Site>, user: User, form: Result<Sent<MarketForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async { site.app.add_market(&user.actor, &form.read()?.typed().1, user.now()).await };
    match did.await {
        Ok(id) => Ok(done(format!("{PATH}/{id}"), "市场已登记", "The market was added")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let streets = site.app.streets().await.map_err(|e| Err(e.into()))?;
            let fields = market_fields(&user, &streets, &TypedMarket::default(), None, &form.filled(&why, user.lang()));
            Err(show_as(status, &form_page(site, &user, None, fields, &why)))
        }
    }
}

#[get("/parties/markets/<id>/edit")]
async fn edit_market(site: &State<Site>, user: User, id: Key<MarketId>) -> Html {
    reads(&user, Act::ReadOperator)?;
    asked_for(&user, Act::Parties)?;
    let MarketPage { market, streets, .. } = site.app.read_market(&user.actor, &id).await?;
    let kind = market.kind.code().to_owned();
    let typed = TypedMarket { name: market.name, kind, opener: market.opener, street: market.street, address: market.address };
    let fields = market_fields(&user, &streets, &typed, Some(market.revision), &Filled::default());
    show(&form_page(site, &user, Some(&market.id.to_string()), fields, &[]))
}

#[post("/parties/markets/<id>/edit", data = "<form>")]
async fn change_market(site: &State<Site>, user: User, id: Key<MarketId>, form: Result<Sent<MarketForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async {
        let (seen, typed) = form.read()?.typed();
        site.app.edit_market(&user.actor, &id, seen, &typed, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("{PATH}/{id}"), "已保存", "Saved")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let streets = site.app.streets().await.map_err(|e| Err(e.into()))?;
            let fields = market_fields(&user, &streets, &TypedMarket::default(), Some(0), &form.filled(&why, user.lang()));
            Err(show_as(status, &form_page(site, &user, Some(&*id), fields, &why)))
        }
    }
}

async fn market_again(site: &Site, user: &User, id: &str, action: &str, form: &Posted, error: shiyan_app::Error) -> Html {
    let (status, why) = refusals(error)?;
    show_as(status, &market_view(site, user, id, Some(&Again { action, form, why: &why })).await?)
}

#[post("/parties/markets/<id>/stalls", data = "<form>")]
async fn add_stall(site: &State<Site>, user: User, id: Key<MarketId>, form: Result<Sent<StallForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async { site.app.add_stall(&user.actor, &id, &form.read_in("stall")?.number, user.now()).await };
    match did.await {
        Ok(stall) => Ok(done(format!("/parties/stalls/{stall}"), "摊位已登记", "The stall was added")),
        Err(error) => Err(market_again(site, &user, &id, "stall", &form, error).await),
    }
}

#[post("/parties/markets/<id>/<step>", data = "<form>", rank = 5)]
async fn turn_market(site: &State<Site>, user: User, id: Key<MarketId>, step: Code<Turn>, form: Result<Sent<TurnForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let Code(turn) = step;
    let did = async { site.app.turn_market(&user.actor, &id, turn, &typed_turn(&form, turn)?, user.now()).await };
    match did.await {
        Ok(()) => Ok(turned(turn, format!("{PATH}/{id}"))),
        Err(error) => Err(market_again(site, &user, &id, turn.code(), &form, error).await),
    }
}

// ---------------------------------------------------------------- 摊位

/// 历任经营者, the newest first.
fn holders_table(user: &User, whole: &StallPage) -> Table {
    let mut holders = Table::new(&[user.t("经营者", "Operator"), user.t("起", "From"), user.t("止", "To")]).listed();
    holders.caption = user.t("历任经营者", "Who held it").to_owned();
    holders.empty = user.t("还没有经营者。", "Nobody yet.").to_owned();
    for holder in whole.stall.holders.iter().rev() {
        let operator = whole.holders.get(&holder.operator.to_string());
        holders.push(vec![
            operator.map_or_else(
                || user.t("（不在您的数据范围内）", "(outside your scope)").into(),
                |o| Cell::link(&o.name, format!("/parties/operators/{}", o.id)),
            ),
            holder.from.to_string().into(),
            holder.to.map_or_else(String::new, |d| d.to_string()).into(),
        ]);
    }
    holders
}

/// 交接 the stall to one of those found, or to nobody.
fn hand_action(user: &User, whole: &StallPage, again: Option<&Again<'_>>) -> ActionView {
    let mut options = vec![Choice::new("", user.t("空出", "Nobody"))];
    options.extend(whole.offered.iter().map(|o| Choice::new(o.id.to_string(), format!("{} {}", o.name, o.address))));
    let fields = vec![
        FieldView::new(FieldKind::Hidden, "rev", "").with(whole.stall.revision.to_string()),
        FieldView::radio("operator", user.t("交给", "To"), options),
        FieldView::date("from", user.t("起始日期", "From")).with(user.now().date_naive().to_string()),
    ];
    let hand = ActionView::post("hand", user.t("交接摊位", "Hand over"), format!("/parties/stalls/{}/hand", whole.stall.id)).primary().with_icon("repeat");
    let hand = hand.noted(user.t("先在下方查找经营者，再选定；以前的记录保留。", "Find the operator below first, then choose; what was before stays."));
    hand.asking(asked("hand", fields, again, user.lang()))
}

async fn stall_view(site: &Site, user: &User, id: &str, q: &str, again: Option<&Again<'_>>) -> Result<PartyPage, Failure> {
    reads(user, Act::ReadOperator)?;
    let whole: StallPage = site.app.read_stall(&user.actor, id, q).await?;
    let (lang, stall, market) = (user.lang(), &whole.stall, &whole.market);
    let path = format!("/parties/stalls/{}", stall.id);
    let of_market = Cell::link(&market.name, format!("{PATH}/{}", market.id));
    let mut facts = vec![Fact::new(user.t("市场", "Market"), of_market), Fact::new(user.t("摊位号", "Stall number"), stall.number.as_str())];
    if !stall.stand.why.is_empty() {
        facts.push(Fact::new(user.t("停用、恢复的理由", "Why closed or reopened"), stall.stand.why.as_str()));
    }
    let (mut actions, mut find) = (Vec::new(), None);
    if user.may(Act::Parties) {
        if stall.stand.standing == Standing::Active {
            actions.push(hand_action(user, &whole, again));
            find = Some(FindView {
                action: path.clone(),
                title: user.t("交接给谁", "Whom to hand it to").to_owned(),
                q: q.to_owned(),
                label: user.t("查找经营者", "Find the operator").to_owned(),
            });
        }
        actions.extend(turns(user, &stall.stand, (&path, stall.revision), None, again));
    }
    let mut tables = vec![holders_table(user, &whole), samples_table(user, &whole.samples, false), cases_table(user, &whole.cases)];
    tables.extend(readings_table(user, &whole.readings));
    let name = format!("{} {}", market.name, stall.number);
    let mut p = user
        .page(site, "samples", name.as_str())
        .crumb(user.t("主体名录", "Register"), PATH)
        .crumb(market.name.as_str(), format!("{PATH}/{}", market.id))
        .crumb(stall.number.as_str(), "");
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    Ok(PartyPage {
        p,
        kind: user.t("摊位", "Stall").to_owned(),
        name,
        state: standing_badge(stall.stand.standing, lang),
        groups: vec![FactGroup { title: user.t("登记内容", "On the register").to_owned(), facts }],
        tables,
        actions,
        find,
        related: Vec::new(),
        timeline: told(&whole.timeline, user.now(), lang),
    })
}

#[get("/parties/stalls/<id>?<q>")]
async fn stall(site: &State<Site>, user: User, id: Key<StallId>, q: Option<&str>) -> Html {
    let q = text(q);
    let _turn = user.turn_to_search(site, Some(q.as_str())).await?;
    show(&stall_view(site, &user, &id, &q, None).await?)
}

async fn stall_again(site: &Site, user: &User, id: &str, action: &str, form: &Posted, error: shiyan_app::Error) -> Html {
    let (status, why) = refusals(error)?;
    show_as(status, &stall_view(site, user, id, "", Some(&Again { action, form, why: &why })).await?)
}

#[post("/parties/stalls/<id>/hand", data = "<form>")]
async fn hand_stall(site: &State<Site>, user: User, id: Key<StallId>, form: Result<Sent<HandForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let did = async {
        let HandForm { rev, operator, from } = form.read_in("hand")?;
        site.app.hand_stall(&user.actor, &id, rev.parse().unwrap_or(-1), &operator, &from, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/parties/stalls/{id}"), "摊位已交接", "The stall was handed over")),
        Err(error) => Err(stall_again(site, &user, &id, "hand", &form, error).await),
    }
}

#[post("/parties/stalls/<id>/<step>", data = "<form>", rank = 5)]
async fn turn_stall(site: &State<Site>, user: User, id: Key<StallId>, step: Code<Turn>, form: Result<Sent<TurnForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadOperator).map_err(Err)?;
    let Code(turn) = step;
    let did = async { site.app.turn_stall(&user.actor, &id, turn, &typed_turn(&form, turn)?, user.now()).await };
    match did.await {
        Ok(()) => Ok(turned(turn, format!("/parties/stalls/{id}"))),
        Err(error) => Err(stall_again(site, &user, &id, turn.code(), &form, error).await),
    }
}
