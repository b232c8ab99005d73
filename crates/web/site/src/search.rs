//! 搜索 a complete number opens its object; anything else lists what the person may see.

use rocket::response::Redirect;
use rocket::{Route, State, get, routes};
use shiyan_app::query::cases::CaseFilter;
use shiyan_app::query::samples::{SampleFilter, WorkFilter};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Label, Role};
use shiyan_lab_results::order::OrderState;
use shiyan_nonconformity::case::CaseState;
use shiyan_web_intake::samples::list_state;

use crate::views::{Cell, SearchPage, Tab, Table};
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::{blind, room};
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// States of an order whose report is not out yet.
const OPEN: &[OrderState] = &[OrderState::Testing, OrderState::Entered, OrderState::Checked, OrderState::Reviewed, OrderState::Approved];

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![search]
}

#[get("/search?<q>")]
async fn search(site: &State<Site>, user: User, q: Option<&str>) -> Result<Html, Redirect> {
    match found(site, &user, q.unwrap_or_default()).await {
        Ok(Found::Exactly(to)) => Err(Redirect::to(to)),
        Ok(Found::Page(page)) => Ok(page),
        Err(failure) => Ok(Err(failure)),
    }
}

enum Found {
    Exactly(String),
    Page(Html),
}

async fn found(site: &Site, user: &User, q: &str) -> Result<Found, Failure> {
    let q: String = q.trim().chars().take(100).collect();
    let lang = user.lang();
    let store = &site.app.store;
    let (mut groups, mut tabs) = (Vec::new(), Vec::new());
    let _turn = user.turn(site, Lane::Figures).await?;
    // People who test blind find samples by their number alone; administrators find no business record.
    let business = room(user).is_ok();
    if business && !q.is_empty() {
        let number = shiyan_foundation::text::fold(&q);
        for exact in [q.as_str(), number.as_str(), &number.to_uppercase()] {
            if let Some(record) = store.sample_by_number(exact, user.scope()).await? {
                return Ok(Found::Exactly(format!("/samples/{}", record.sample.id)));
            }
            if let Some(report) = store.report_by_number(exact, user.scope()).await? {
                return Ok(Found::Exactly(format!("/reports/{}", encoded(&report.number))));
            }
        }
        // A code that is whole means one sample; those being tested are looked at first.
        for states in [OPEN, &[OrderState::Issued]] {
            let work = WorkFilter { states: states.iter().map(|s| s.code().to_owned()).collect(), due_before: None };
            if let [(sample, _)] = store.by_blind_code(&number, &work, user.scope()).await?.as_slice() {
                return Ok(Found::Exactly(format!("/samples/{sample}")));
            }
        }
        if !blind(user) {
            let cases = store.cases(&CaseFilter { q: Some(q.clone()), ..CaseFilter::default() }, user.scope()).await?;
            if let Some(case) = cases.iter().find(|c| c.no.eq_ignore_ascii_case(&number)) {
                return Ok(Found::Exactly(format!("/cases/{}", case.id)));
            }
            let all = SampleFilter { q: Some(q.clone()), ..SampleFilter::default() };
            let (samples, more) = store.samples(&all, user.scope()).await?;
            if !samples.is_empty() {
                let mut table = Table::new(&[
                    user.t("抽样单编号", "Sheet number"),
                    user.t("样品", "Sample"),
                    user.t("被抽样单位", "Sampled operator"),
                    user.t("抽样日期", "Sampled on"),
                    user.t("状态", "State"),
                    user.t("结论", "Conclusion"),
                ]);
                table.caption = user.t("样品", "Samples").to_owned();
                if more {
                    table.note = user.t("只列出最近 50 个，请写得更具体", "Only the newest 50; be more specific").to_owned();
                }
                for s in &samples {
                    let number = s.sampling_no.clone().filter(|n| !n.is_empty()).unwrap_or_else(|| user.t("草稿", "Draft").to_owned());
                    table.push(vec![
                        Cell::link(number, format!("/samples/{}", s.id)),
                        Cell::from(s.name.clone()),
                        Cell::from(s.site_name.clone()),
                        Cell::from(s.sampled_on.clone()),
                        list_state(s, lang).into(),
                        Badge::outcome(s.outcome.as_deref().and_then(Outcome::parse).filter(|_| s.issued_on.is_some()), lang).into(),
                    ]);
                }
                let tab = Tab::new(user.t("样品", "Samples"), shiyan_web_intake::samples::address_of(&all), false);
                let n = u64::try_from(store.count_samples(&all, user.scope()).await?).unwrap_or_default();
                // of a syllable that thousands hold no number is promised
                tabs.push(if n > 10_000 { tab } else { tab.counted(n) });
                groups.push(table);
            }
            if !cases.is_empty()
                && user.actor.has_any(&[Role::Supervisor, Role::PlanManager, Role::Enforcer, Role::QualityManager, Role::ReportSender, Role::Sampler])
            {
                let mut table = Table::new(&[
                    user.t("案件编号", "Case"),
                    user.t("样品", "Sample"),
                    user.t("单位", "Operator"),
                    user.t("立案", "Opened"),
                    user.t("截止", "Due"),
                    user.t("状态", "State"),
                ]);
                table.caption = user.t("核查处置案件", "Cases").to_owned();
                for c in cases.iter().take(50) {
                    table.push(vec![
                        Cell::link(&c.no, format!("/cases/{}", c.id)),
                        Cell::from(c.product.clone()),
                        Cell::from(c.operator.clone()),
                        Cell::from(c.opened_on.clone()),
                        c.due_on.clone().map_or(Cell::Empty, Cell::from),
                        CaseState::parse(&c.state).map_or_else(|| Cell::from(c.state.clone()), |s| Badge::new(Tone::Info, s.label(lang)).into()),
                    ]);
                }
                tabs.push(Tab::new(user.t("案件", "Cases"), format!("/cases?q={}", encoded(&q)), false).counted(cases.len() as u64));
                groups.push(table);
            }
        }
    }
    Ok(Found::Page(show(&SearchPage { p: user.page(site, "", user.t("搜索", "Search")), q, tabs, groups })))
}
