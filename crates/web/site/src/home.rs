//! 工作台 the first page of each duty: the supervisor's figures, everybody else's work by due time.

use chrono::{Datelike, NaiveDate};
use rocket::response::Redirect;
use rocket::{Route, State, get, routes};
use shiyan_app::authority::Act;
use shiyan_app::read::{LedgerRow, LimitFilter, Look, SampleFilter, WorkFilter, WorkRow};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::plural;
use shiyan_foundation::{Instant, Label, Lang, Scope, WorkCalendar};
use shiyan_indicators::{By, Facts, Kpis, Pick, What};
use shiyan_lab_results::bench::Worksheet;
use shiyan_lab_results::order::OrderState;
use shiyan_nonconformity::case::CaseState;
use shiyan_rapid_test::RapidVerdict;
use shiyan_statute::TimeLeft;
use shiyan_statute::time_left::DUE_SOON_WORKDAYS;

use crate::views::{Counted, Counter, HomeSupervisor, HomeWork, Link, Page, RapidCard, StreetProgress, WorkGroup, WorkItem};
use shiyan_papers::{Tabled, tabled};
use shiyan_web_bench::bench;
use shiyan_web_bench::worksheets::state_badge;
use shiyan_web_cases::cases::{CaseList, case_due};
use shiyan_web_figures::figures::card;
use shiyan_web_figures::parts::{gauge, trend};
use shiyan_web_intake::samples;
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::{class_label, day_chip, due_chip};
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::street_name;
use shiyan_web_kit::ui::{Badge, Bar, Due, Tone};
use shiyan_web_kit::views::{FirstPage, looks_after_positives};
use shiyan_web_kit::when::{When, behind};
use shiyan_web_rapid::rapid;

/// Worksheets of one analyst shown on the home page at most.
const OWN_SHEETS: usize = 30;
/// Cases to approve shown on the home page at most.
const TO_APPROVE: u64 = 10;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![home]
}

#[get("/")]
async fn home(site: &State<Site>, user: User) -> Result<Html, Redirect> {
    Ok(match FirstPage::of(&user.actor) {
        FirstPage::Figures => supervisor(site, &user).await,
        FirstPage::Reading => rapid::entry(site, &user).await,
        FirstPage::Work => work(site, &user).await,
    })
}

/// `3月5日 周四 10:42`
fn as_of(user: &User) -> String {
    let now = user.now();
    let zh = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    match user.lang() {
        Lang::Zh => {
            let day = zh.get(now.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
            format!("{}月{}日 {day} {}", now.month(), now.day(), now.format("%H:%M"))
        }
        Lang::En => now.format("%a %-d %b, %H:%M").to_string(),
    }
}

/// The cases that are overdue, due today or due soon, the most urgent first.
fn near_or_overdue(kpis: &Kpis<u64>, user: &User, streets: &shiyan_web_kit::streets::Streets, calendar: &WorkCalendar) -> Vec<WorkItem> {
    let (lang, today) = (user.lang(), user.now().date_naive());
    let soon = shiyan_indicators::pick::due_soon(today, calendar);
    let line = |c: &shiyan_indicators::CaseLine| WorkItem {
        title: c.case_no.clone(),
        href: format!("/cases/{}", c.case_id),
        sub: format!("{} · {}", street_name(streets, &c.street), c.sampling_no),
        state: CaseState::parse(&c.state).map_or_else(Badge::default, |s| Badge::new(Tone::Info, s.label(lang))),
        due: Due::of(&shiyan_indicators::pick::time_left(c, today, calendar), lang),
        verb: user.t("查看", "Open").to_owned(),
    };
    kpis.overdue.iter().chain(&kpis.due_today).chain(kpis.open_not_due.iter().filter(|c| soon(c))).take(8).map(line).collect()
}

/// Each street's part of the plan, those furthest behind first.
fn progress(kpis: &Kpis<u64>, tables: &shiyan_analytics::Tables, streets: &shiyan_web_kit::streets::Streets, when: &When) -> Vec<StreetProgress> {
    let time_mark = kpis.pace.workdays_elapsed.saturating_mul(1000).checked_div(kpis.pace.workdays_in_year).unwrap_or(0);
    let mut progress: Vec<StreetProgress> = tables
        .by_street
        .iter()
        .filter(|s| !s.street.is_empty())
        .map(|s| {
            let name = street_name(streets, &s.street);
            StreetProgress {
                done: Counted::new(s.done, behind(&Pick::of(What::Counted, By::Street, s.street.as_str()), when)),
                bar: Bar::new(s.done, s.planned, format!("{name} {}/{}", s.done, s.planned)).marked(time_mark),
                name,
            }
        })
        .collect();
    progress.sort_by_key(|s| (s.bar.per_mille(), std::cmp::Reverse(s.bar.total)));
    progress
}

async fn supervisor(site: &Site, user: &User) -> Html {
    let (lang, now) = (user.lang(), user.now());
    let today = now.date_naive();
    let year = today.year();
    let _turn = user.turn(site, Lane::Figures).await?;
    let streets = site.app.streets().await?;
    let when = When::now(year);
    let Tabled { figures: data, tables } = match tabled(&site.app, &user.actor, Look::Figures, year, None, now).await {
        Ok(tabled) => tabled,
        // Without a population row there is no figure, but there is still a page that says what to do.
        Err(shiyan_app::Error::Refused(why)) => {
            let p = user.page(site, "home", user.t("工作台", "Home")).refused(&why);
            return show(&HomeWork {
                p,
                greeting: as_of(user),
                counters: Vec::new(),
                groups: Vec::new(),
                primary: Some(Link::new(user.t("登记人口行", "Register population"), "/admin/population")),
            });
        }
        Err(other) => return Err(other.into()),
    };
    let kpis = &data.kpis;
    let calendar = site.app.calendar().await?;
    let view = |figure| card(figure, lang, &when, &streets);

    let definition = view(&kpis.per_thousand).definition;
    let mut disposal = view(&kpis.disposal);
    if !kpis.open_not_due.is_empty() {
        disposal.of_them = match lang {
            Lang::Zh => format!("，其中未到期在办 {} 件", kpis.open_not_due.len()),
            Lang::En => format!(", {} of them open and not due yet", kpis.open_not_due.len()),
        };
    }

    let (svg, trend_table) = trend(&tables, &when, lang)?;
    let (todo, todo_more) = todo(site, user, year, today, &calendar).await?;
    let page = user.page(site, "home", user.t("工作台", "Home"));
    let view = HomeSupervisor {
        p: Page { scope_note: scope_note(user, year), ..page },
        year,
        as_of: as_of(user),
        stands_on: data.stands_on.unwrap_or_default(),
        gauge: gauge(kpis, &when, shiyan_indicators::scope_line(kpis.scope_line(lang), &streets), definition),
        disposal,
        dues: dues(kpis, &calendar, &when, lang),
        overdue_list: near_or_overdue(kpis, user, &streets, &calendar),
        figures: [&kpis.discovery, &kpis.evaluative, &kpis.disposal_on_time, &kpis.report_on_time, &kpis.urgent_on_time, &kpis.serve_on_time]
            .into_iter()
            .map(view)
            .collect(),
        todo,
        todo_more,
        trend: svg,
        trend_table,
        streets: progress(kpis, &tables, &streets, &when),
        rapid: rapid_card(site, user, kpis, &when, now).await?,
    };
    show(&view)
}

fn scope_note(user: &User, year: i32) -> String {
    let area = match user.scope() {
        Scope::District => user.t("全区", "whole district").to_owned(),
        Scope::Streets(set) => match user.lang() {
            Lang::Zh => format!("{} 个街道", set.len()),
            Lang::En => plural(&format!("{} (street|streets)", set.len())),
        },
        Scope::Point(_) => user.t("本快检点", "this point").to_owned(),
        Scope::Lab(_) => user.t("本机构", "this laboratory").to_owned(),
    };
    match user.lang() {
        Lang::Zh => format!("{year}年 · {area}"),
        Lang::En => format!("{year} · {area}"),
    }
}

/// 逾期、今日到期、即将到期、以后 each counted by what its list is made from.
fn dues(kpis: &Kpis<u64>, calendar: &WorkCalendar, when: &When, lang: Lang) -> Vec<Counter> {
    let one = |what, zh: &str, en: &str, tone| {
        let pick = Pick::all(what);
        Counter { label: lang.pick(zh, en).to_owned(), value: pick.ids(&Facts::default(), kpis, calendar).len() as u64, href: behind(&pick, when), tone }
    };
    vec![
        one(What::Overdue, "逾期", "Overdue", Tone::Fail),
        one(What::DueToday, "今日到期", "Due today", Tone::Warn),
        one(What::DueSoon, &format!("{DUE_SOON_WORKDAYS}个工作日内"), &format!("In {DUE_SOON_WORKDAYS} working days"), Tone::Warn),
        one(What::DueLater, &format!("{DUE_SOON_WORKDAYS}个工作日以后"), "Due later", Tone::Info),
    ]
}

async fn rapid_card(site: &Site, user: &User, kpis: &Kpis<u64>, when: &When, now: Instant) -> Result<RapidCard, Failure> {
    let today = rapid::Asked::day(now.date_naive());
    let day = site.app.read_rapid_day(&user.actor, now.date_naive()).await?;
    let busy: std::collections::HashSet<&str> = day.readings.iter().map(|r| r.point_id.as_str()).collect();
    // counted by what their lists are made from
    let of_day = |asked: rapid::Asked| {
        let wanted = |verdict: &str| asked.verdict.is_none_or(|v| v.code() == verdict);
        let n = day.readings.iter().filter(|r| wanted(&r.verdict)).map(|r| u64::try_from(r.n).unwrap_or_default()).sum();
        Counted::new(n, asked.href())
    };
    let open = |follow: rapid::Follow| Counted::new(day.open.iter().filter(|f| follow.holds(f, now)).count() as u64, rapid::Asked::follow(follow).href());
    let positive = &kpis.rapid.positive;
    Ok(RapidCard {
        positive: of_day(today.clone().verdict(RapidVerdict::Positive)),
        to_confirm: open(rapid::Follow::Confirm),
        to_handle: open(rapid::Follow::Running),
        late: open(rapid::Follow::Late),
        silent_points: day.points.iter().filter(|p| p.active && !busy.contains(p.id.to_string().as_str())).count() as u64,
        today: of_day(today),
        year_valid: Counted::new(positive.denominator, format!("/figures/{}?{}", positive.key, when.query())),
        year_rate: positive.display.clone(),
    })
}

/// What waits for a supervisor or a plan manager, and, where only the first are shown, all the cases to approve.
async fn todo(site: &Site, user: &User, year: i32, today: NaiveDate, calendar: &WorkCalendar) -> Result<(Vec<WorkItem>, Option<Counted>), Failure> {
    let lang = user.lang();
    let (mut out, mut more) = (Vec::new(), None);
    if user.may(Act::Supervise) {
        let list = CaseList::state(CaseState::Submitted.code());
        let (cases, total) = list.first(site, user, TO_APPROVE).await?;
        if total > TO_APPROVE {
            more = Some(Counted::new(total, list.href()));
        }
        for c in cases {
            out.push(WorkItem {
                title: format!("{} {}", c.no, c.product),
                href: format!("/cases/{}", c.id),
                sub: c.operator.clone(),
                state: Badge::new(Tone::Info, CaseState::Submitted.label(lang)),
                due: case_due(&c, today, calendar, lang),
                verb: user.t("审核", "Review").to_owned(),
            });
        }
    }
    if user.may(Act::Plan) {
        let plan = site.app.read_plan(&user.actor, year).await?;
        let (title, verb) = match &plan {
            None => (user.t("本年度计划还没有编制", "This year has no plan yet"), user.t("去编制", "Draw it up")),
            Some(p) if p.state == shiyan_sampling_plan::PlanState::Draft => {
                (user.t("本年度计划还没有下达", "This year’s plan is not issued yet"), user.t("去下达", "Issue it"))
            }
            Some(_) => ("", ""),
        };
        if !title.is_empty() {
            out.push(WorkItem {
                title: title.to_owned(),
                href: format!("/plan/{year}"),
                verb: verb.to_owned(),
                state: Badge::new(Tone::Warn, user.t("待办", "To do")),
                ..WorkItem::default()
            });
        }
        if !calendar.knows(year + 1) && today.month() >= 11 {
            out.push(calendar_item(user, year + 1));
        }
    }
    Ok((out, more))
}

fn calendar_item(user: &User, year: i32) -> WorkItem {
    WorkItem {
        title: match user.lang() {
            Lang::Zh => format!("{year} 年节假日还没有导入"),
            Lang::En => format!("The holidays of {year} are missing"),
        },
        href: "/admin/calendar".to_owned(),
        sub: user.t("跨年的期限目前标为暂定", "Deadlines that reach into it are provisional").to_owned(),
        state: Badge::new(Tone::Warn, user.t("缺少", "Missing")),
        verb: user.t("去导入", "Import").to_owned(),
        ..WorkItem::default()
    }
}

fn counter(label: &str, value: u64, href: &str, tone: Tone) -> Counter {
    Counter { label: label.to_owned(), value, href: href.to_owned(), tone }
}

/// 填写中的抽样单 the sheets that a sampler has begun.
async fn drafts(site: &Site, user: &User, counters: &mut Vec<Counter>, groups: &mut Vec<WorkGroup>) -> Result<(), Failure> {
    let drafts = site.app.read_drafts(&user.actor).await?;
    let mine = SampleFilter { state: Some("draft".to_owned()), begun_by: Some(user.actor.id.to_string()), ..SampleFilter::default() };
    counters.push(samples::counter(site, user, user.t("填写中的抽样单", "Sheets being written"), &mine).await?);
    groups.push(WorkGroup {
        title: user.t("填写中的抽样单", "Sheets being written").to_owned(),
        more: (drafts.len() > 50).then(|| Link::new(user.t("全部", "All"), samples::address_of(&mine))),
        items: drafts
            .iter()
            .take(50)
            .map(|d| {
                let sheet = &d.sample.sheet;
                let name = sheet.get("name");
                WorkItem {
                    title: if name.is_empty() { user.t("未填样品名称", "No sample name yet").to_owned() } else { name.to_owned() },
                    href: format!("/samples/{}/sheet", d.sample.id),
                    sub: [sheet.get("site_name"), sheet.get("sampling_no")].iter().filter(|x| !x.is_empty()).copied().collect::<Vec<_>>().join(" · "),
                    state: Badge::new(Tone::Idle, user.t("草稿", "Draft")),
                    verb: user.t("继续填写", "Go on").to_owned(),
                    ..WorkItem::default()
                }
            })
            .collect(),
        empty: user.t("没有未完成的抽样单", "No unfinished sheets").to_owned(),
    });
    Ok(())
}

/// 待收样 what is on the way to the laboratory.
async fn in_transit(site: &Site, user: &User, calendar: &WorkCalendar, counters: &mut Vec<Counter>, groups: &mut Vec<WorkGroup>) -> Result<(), Failure> {
    let (lang, today) = (user.lang(), user.now().date_naive());
    let keeper = user.may(Act::Receive);
    let in_transit = SampleFilter { state: Some("sampled".to_owned()), ..SampleFilter::default() };
    let (waiting, _) = site.app.read_samples(&user.actor, &in_transit).await?;
    counters.push(samples::counter(site, user, user.t("待收样品", "Waiting for reception"), &in_transit).await?);
    let mut items: Vec<WorkItem> = waiting
        .iter()
        .map(|s| WorkItem {
            title: format!("{} {}", s.sampling_no.clone().unwrap_or_default(), s.name),
            href: if keeper { format!("/samples/{}/reception", s.id) } else { format!("/samples/{}", s.id) },
            sub: s.site_name.clone(),
            state: Badge::new(Tone::Info, user.t("在途", "On the way")),
            due: reception_due(lang, &s.sampled_on, today, calendar),
            verb: (if keeper { user.t("收样", "Receive") } else { user.t("查看", "Open") }).to_owned(),
        })
        .collect();
    items.reverse();
    groups.push(WorkGroup {
        title: user.t("已抽样，待收样", "Sampled, waiting for reception").to_owned(),
        more: Some(Link::new(user.t("全部", "All"), samples::address_of(&in_transit))),
        items,
        empty: user.t("没有待收样品", "Nothing to receive").to_owned(),
    });
    Ok(())
}

/// The orders that wait for this person's part of the chain, and those whose report is late.
async fn queues(site: &Site, user: &User, calendar: &WorkCalendar, counters: &mut Vec<Counter>, groups: &mut Vec<WorkGroup>) -> Result<(), Failure> {
    let (lang, today) = (user.lang(), user.now().date_naive());
    let queues = [
        (Act::Test, OrderState::Testing, ("待检验", "To test"), ("录入", "Enter")),
        (Act::Check, OrderState::Entered, ("待校核", "To check"), ("校核", "Check")),
        (Act::Review, OrderState::Checked, ("待审核", "To review"), ("审核", "Review")),
        (Act::Approve, OrderState::Reviewed, ("待批准", "To approve"), ("批准", "Approve")),
        (Act::Issue, OrderState::Approved, ("待签发", "To issue"), ("签发", "Issue")),
    ];
    let mut mine_states = Vec::new();
    for (act, state, title, verb) in queues {
        // who amends a report looks on as it is tested again
        let mine = user.may(act) || (act == Act::Test && user.may(Act::Amend));
        if !mine {
            continue;
        }
        let state = state.code();
        if act == Act::Test && user.may(act) {
            let mine = own_worksheets(site, user, today, calendar).await?;
            let (sheets, group) = mine;
            counters.push(counter(user.t("录入中的检验批", "Worksheets being entered"), sheets, "/worksheets?mine=1", Tone::Info));
            groups.push(group);
        }
        mine_states.push(state.to_owned());
        let queue = WorkFilter::state(state);
        let rows = site.app.read_work(&user.actor, &queue, 60, 0).await?;
        let mut items: Vec<(bool, WorkItem)> = rows.iter().map(|r| order_item(user, r, verb, today, calendar)).collect();
        let waiting = site.app.count_work(&user.actor, &queue).await?;
        // what came back comes first
        items.sort_by_key(|(returned, _)| !returned);
        counters.push(counter(lang.pick(title.0, title.1), waiting, &bench::address(&queue), Tone::Info));
        groups.push(WorkGroup {
            title: lang.pick(title.0, title.1).to_owned(),
            more: Some(Link::new(user.t("全部", "All"), bench::address(&queue))),
            items: items.into_iter().map(|(_, i)| i).take(30).collect(),
            empty: user.t("没有待办", "Nothing is waiting").to_owned(),
        });
    }
    let overdue = WorkFilter { states: mine_states, due_before: Some(today) };
    let late = if overdue.states.is_empty() { 0 } else { site.app.count_work(&user.actor, &overdue).await? };
    if late > 0 {
        counters.insert(0, counter(user.t("报告已逾期", "Reports overdue"), late, &bench::address(&overdue), Tone::Fail));
    }
    Ok(())
}

async fn work(site: &Site, user: &User) -> Html {
    let calendar = site.app.calendar().await?;
    let mut counters = Vec::new();
    let mut groups = Vec::new();
    let mut primary = None;
    if user.may(Act::Sheet) {
        primary = Some(Link::new(user.t("新建抽样单", "New sampling sheet"), "/samples/new"));
        drafts(site, user, &mut counters, &mut groups).await?;
    }
    if user.may(Act::Sheet) || user.may(Act::Receive) {
        in_transit(site, user, &calendar, &mut counters, &mut groups).await?;
    }
    queues(site, user, &calendar, &mut counters, &mut groups).await?;
    if user.may(Act::Limits) {
        let pending = site.app.count_limits(&LimitFilter { status: Some("pending".to_owned()), ..LimitFilter::default() }).await?;
        counters.push(counter(user.t("待核实限量", "Limits to verify"), pending as u64, "/admin/limits?state=pending", Tone::Warn));
    }
    if user.may(Act::Handle) {
        enforcer(site, user, &calendar, &mut counters, &mut groups).await?;
    }
    if looks_after_positives(&user.actor) {
        groups.extend(positives(site, user, &mut counters).await?);
    }
    if user.may(Act::Users) {
        admin(site, user, &calendar, &mut counters, &mut groups).await?;
    }
    counters.truncate(4);
    let comma = user.t("，", ", ");
    let p = user.page(site, "home", user.t("工作台", "Home"));
    show(&HomeWork {
        p: Page { scope_note: if user.may(Act::Users) { String::new() } else { scope_note(user, user.now().year()) }, ..p },
        greeting: format!("{}{comma}{}", user.actor.name, as_of(user)),
        counters,
        groups,
        primary,
    })
}

/// 我的检验批 the open worksheets of an analyst, those sent back first, then by due date.
async fn own_worksheets(site: &Site, user: &User, today: NaiveDate, calendar: &WorkCalendar) -> Result<(u64, WorkGroup), Failure> {
    let lang = user.lang();
    let (mut sheets, counts) = site.app.read_own_worksheets(&user.actor, shiyan_web_bench::worksheets::ALL).await?;
    let all = sheets.len() as u64;
    sheets.sort_by_key(|w| w.returned.is_none());
    sheets.truncate(OWN_SHEETS);
    let item = |w: &Worksheet| {
        let (filled, cells) = counts.iter().find(|c| c.worksheet_id == w.id.to_string()).map_or((0, 0), |c| (c.filled, c.cells));
        let mut sub = format!("{} · {} {filled}/{cells}", w.method, user.t("已填", "filled"));
        if let Some((who, why)) = &w.returned {
            sub.push_str(&format!(" · {}{who}：{why}", user.t("退回 ", "Returned by ")));
        }
        WorkItem {
            title: format!("{} {}", w.no, w.title),
            href: format!("/worksheets/{}", w.id),
            sub,
            state: if w.returned.is_some() { Badge::new(Tone::Warn, user.t("退回", "Returned")) } else { state_badge(w.state, lang) },
            due: due_chip(w.due_on, today, calendar, lang),
            verb: user.t("录入", "Enter").to_owned(),
        }
    };
    let items: Vec<WorkItem> = sheets.iter().map(item).collect();
    let more = if items.is_empty() {
        Link::new(user.t("去编批", "Make one"), "/worksheets?tab=waiting")
    } else {
        Link::new(user.t("全部", "All"), "/worksheets?mine=1")
    };
    let group = WorkGroup {
        title: user.t("我的检验批", "My worksheets").to_owned(),
        more: Some(more),
        items,
        empty: user
            .t(
                "没有分派给我的检验批。点“去编批”，把收到的样品编成检验批。",
                "No worksheet is assigned to you. “Make one” puts the samples received on a worksheet.",
            )
            .to_owned(),
    };
    Ok((all, group))
}

/// Five working days to hand a sample over.
fn reception_due(lang: Lang, sampled_on: &str, today: NaiveDate, calendar: &WorkCalendar) -> Due {
    let Some(at) =
        sampled_on.parse::<NaiveDate>().ok().and_then(|d| d.and_hms_opt(12, 0, 0)).and_then(|t| t.and_local_timezone(shiyan_foundation::shanghai()).single())
    else {
        return Due::default();
    };
    match shiyan_statute::deadline(shiyan_statute::RuleKey::D01, at, calendar) {
        Ok(computed) => Due::of(&TimeLeft::day(computed.due.due_on, None, today, calendar).unsure(computed.due.provisional), lang),
        Err(_) => Due::default(),
    }
}

fn order_item(user: &User, row: &WorkRow, verb: (&str, &str), today: NaiveDate, calendar: &WorkCalendar) -> (bool, WorkItem) {
    let lang = user.lang();
    let returned = row.order.returned.as_ref().filter(|_| row.state == "testing");
    let progress = match lang {
        Lang::Zh => format!("{}/{} 项", row.entered, row.items),
        Lang::En => plural(&format!("{}/{} (item|items)", row.entered, row.items)),
    };
    let sub = match returned {
        Some((who, why)) => format!("{progress} · {}{who}：{why}", user.t("退回 ", "Returned by ")),
        None => format!("{progress} · {}", class_label(&CategoryPath::parse(&row.category), lang)),
    };
    let state = if returned.is_some() {
        Badge::new(Tone::Warn, user.t("退回", "Returned"))
    } else if row.abnormal > 0 {
        Badge::new(
            Tone::Warn,
            match lang {
                Lang::Zh => format!("{} 项需注意", row.abnormal),
                Lang::En => format!("{} to look at", row.abnormal),
            },
        )
    } else {
        Badge::default()
    };
    let item = WorkItem {
        title: format!("{} {}", row.sampling_no.clone().unwrap_or_default(), row.name),
        href: format!("/bench/{}", row.order_id),
        sub,
        state,
        due: day_chip(&row.report_due_on, None, today, calendar, lang),
        verb: lang.pick(verb.0, verb.1).to_owned(),
    };
    (returned.is_some(), item)
}

async fn enforcer(site: &Site, user: &User, calendar: &WorkCalendar, counters: &mut Vec<Counter>, groups: &mut Vec<WorkGroup>) -> Result<(), Failure> {
    let lang = user.lang();
    let today = user.now().date_naive();
    let open = CaseList::state("open");
    let soon = (format!("{DUE_SOON_WORKDAYS}个工作日内到期"), format!("Due in {DUE_SOON_WORKDAYS} working days"));
    let (cases, _) = open.first(site, user, 20).await?;
    for (list, zh, en, tone) in [
        (CaseList::due("overdue"), "逾期案件", "Cases overdue", Tone::Fail),
        (CaseList::due("near"), &soon.0, &soon.1, Tone::Warn),
        (open.clone(), "在办案件", "Open cases", Tone::Info),
    ] {
        let (_, value) = list.first(site, user, 0).await?;
        counters.push(Counter { label: user.t(zh, en).to_owned(), value, href: list.href(), tone });
    }
    let items = cases
        .iter()
        .map(|c| WorkItem {
            title: format!("{} {}", c.no, c.product),
            href: format!("/cases/{}", c.id),
            sub: c.operator.clone(),
            state: CaseState::parse(&c.state).map_or_else(Badge::default, |s| Badge::new(Tone::Info, s.label(lang))),
            due: case_due(c, today, calendar, lang),
            verb: user.t("处置", "Act").to_owned(),
        })
        .collect();
    groups.push(WorkGroup {
        title: user.t("在办案件（按期限）", "Open cases by deadline").to_owned(),
        more: Some(Link::new(user.t("全部", "All"), open.href())),
        items,
        empty: user.t("没有在办案件", "No open cases").to_owned(),
    });
    Ok(())
}

/// Positives that are not settled: those past their time (D37) by name, then those within it.
async fn positives(site: &Site, user: &User, counters: &mut Vec<Counter>) -> Result<Vec<WorkGroup>, Failure> {
    let all = rapid::Asked::follow(rapid::Follow::Open);
    let open = rapid::ledger_rows(site, user, &all).await?;
    counters.push(Counter {
        label: user.t("待处置快检阳性", "Rapid positives to handle").to_owned(),
        value: open.len() as u64,
        href: all.href(),
        tone: Tone::Warn,
    });
    let item = |r: &&LedgerRow| WorkItem {
        title: format!("{} {}", r.reading.reading.food, r.reading.reading.analyte),
        href: format!("/rapid/{}", r.reading.reading.id),
        sub: format!("{} · {}", r.point, r.reading.reading.stall),
        state: r.follow_up.as_ref().map_or_else(Badge::default, |f| Badge::new(Tone::Warn, f.follow_up.state.label(user.lang()))),
        due: rapid::follow_due(r, user.now(), user.lang()),
        verb: user.t("处置", "Follow up").to_owned(),
    };
    let (late, running): (Vec<_>, Vec<_>) = open.iter().partition(|r| rapid::follow_late(r, user.now()));
    let group = |title: &str, follow: rapid::Follow, rows: &[&LedgerRow]| WorkGroup {
        title: title.to_owned(),
        more: Some(Link::new(user.t("全部", "All"), rapid::Asked::follow(follow).href())),
        items: rows.iter().take(20).map(item).collect(),
        empty: user.t("没有待处置的阳性", "No positive is waiting").to_owned(),
    };
    let mut groups = Vec::new();
    if !late.is_empty() {
        groups.push(group(&user.said("快检阳性超过{D37}未处置", "Rapid positives past their {D37}"), rapid::Follow::Late, &late));
    }
    groups.push(group(&user.said("快检阳性待处置（{D37}内）", "Rapid positives within {D37}"), rapid::Follow::Running, &running));
    Ok(groups)
}

fn attacked_item(user: &User, attacked: u64) -> WorkItem {
    WorkItem {
        title: match user.lang() {
            Lang::Zh => format!("24 小时内有 {attacked} 个登录名被连续试错密码"),
            Lang::En => format!("{attacked} login names were guessed at again and again within 24 hours"),
        },
        href: "/admin/journal".to_owned(),
        state: Badge::new(Tone::Warn, user.t("登录失败", "Failed sign-ins")),
        verb: user.t("看日志", "See the journal").to_owned(),
        ..WorkItem::default()
    }
}

fn pending_item(user: &User, pending: usize) -> WorkItem {
    WorkItem {
        title: match user.lang() {
            Lang::Zh => format!("{pending} 条限量待质量负责人核实"),
            Lang::En => plural(&format!("{pending} (limit waits|limits wait) for the quality manager")),
        },
        href: "/admin/limits?state=pending".to_owned(),
        state: Badge::new(Tone::Warn, user.t("待核实", "To verify")),
        verb: user.t("查看", "Open").to_owned(),
        ..WorkItem::default()
    }
}

/// What an administrator looks after; no business record is shown.
async fn admin(site: &Site, user: &User, calendar: &WorkCalendar, counters: &mut Vec<Counter>, groups: &mut Vec<WorkGroup>) -> Result<(), Failure> {
    let people = site.app.accounts_of(&user.actor).await?;
    for (state, zh, en, tone) in [("active", "启用的账号", "Active accounts", Tone::Info), ("unset", "尚未自设密码", "Own password not set", Tone::Warn)]
    {
        counters.push(Counter {
            label: user.t(zh, en).to_owned(),
            value: people.iter().filter(|u| shiyan_web_admin::admin::account_fits(u, state)).count() as u64,
            href: format!("/admin/users?state={state}"),
            tone,
        });
    }
    let mut items = Vec::new();
    let year = user.now().year();
    for year in [year, year + 1] {
        if !calendar.knows(year) {
            items.push(calendar_item(user, year));
        }
    }
    for problem in shiyan_statute::data_problems() {
        items.push(WorkItem {
            title: problem,
            href: if user.may(Act::Diagnose) { "/admin/diagnose".to_owned() } else { String::new() },
            state: Badge::new(Tone::Fail, user.t("数据有误", "Bad data")),
            ..WorkItem::default()
        });
    }
    let attacked = site.app.names_under_attack(user.now() - chrono::TimeDelta::hours(24)).await?;
    items.extend((attacked > 0).then(|| attacked_item(user, attacked)));
    let pending = site.app.count_limits(&LimitFilter { status: Some("pending".to_owned()), ..LimitFilter::default() }).await?;
    items.extend((pending > 0).then(|| pending_item(user, pending)));
    if user.may(Act::Points) && site.app.read_points(&user.actor).await?.is_empty() {
        items.push(WorkItem {
            title: user.t("还没有快检点", "No rapid-test point yet").to_owned(),
            href: "/admin/points".to_owned(),
            verb: user.t("去添加", "Add one").to_owned(),
            ..WorkItem::default()
        });
    }
    groups.push(WorkGroup {
        title: user.t("需要处理", "To look after").to_owned(),
        items,
        empty: user.t("一切正常", "All is well").to_owned(),
        more: user.may(Act::Diagnose).then(|| Link::new(user.t("诊断", "Diagnose"), "/admin/diagnose")),
    });
    Ok(())
}
