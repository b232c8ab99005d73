//! 作业 the page of a job: without a script it asks for itself anew every two seconds, with one it asks for what has changed.

use askama::Template;
use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde_json::{Value, json};
use shiyan_foundation::Lang;
use shiyan_foundation::ids::JobId;

use crate::answer::{Html, done};
use crate::failure::Failure;
use crate::guard::User;
use crate::jobs::{Job, Outcome, Standing, told};
use crate::key::Key;
use crate::parts::{at_text, show_as};
use crate::posted::Sent;
use crate::shape::Bare;
use crate::site::Site;
use crate::ui::{Badge, Tone};
use crate::views::{JobLine, JobLineCells, JobPage, Link};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![one, state, stop]
}

/// `37 / 50：完成 36，未完成 1`
#[must_use]
pub fn sentence(standing: &Standing, lang: Lang) -> String {
    let Standing { total, done, refused, left, .. } = *standing;
    let mut parts = match lang {
        Lang::Zh => vec![format!("完成 {done}")],
        Lang::En => vec![format!("{done} done")],
    };
    if refused > 0 {
        parts.push(if lang == Lang::Zh { format!("未完成 {refused}") } else { format!("{refused} not done") });
    }
    if left > 0 {
        parts.push(if lang == Lang::Zh { format!("未处理 {left}") } else { format!("{left} left") });
    }
    let word = match (standing.finished_at.is_some(), lang) {
        (true, Lang::Zh) => "已结束",
        (true, Lang::En) => "ended",
        (false, Lang::Zh) => "进行中",
        (false, Lang::En) => "under way",
    };
    format!("{} / {total} · {word}{}{}", standing.settled(), lang.pick("：", ": "), parts.join(lang.pick("，", ", ")))
}

fn line(index: usize, line: &crate::jobs::Line, lang: Lang) -> JobLine {
    let badge = |tone, zh: &str, en: &str| Badge::new(tone, lang.pick(zh, en));
    let mut out = JobLine { index, name: Link::new(line.name.as_str(), line.href.as_str()), ..JobLine::default() };
    match &line.outcome {
        Outcome::Waiting => out.state = badge(Tone::Idle, "等待", "Waiting"),
        Outcome::Working => out.state = badge(Tone::Info, "正在处理", "In hand"),
        Outcome::Done { note, href } => {
            out.state = badge(Tone::Pass, "完成", "Done");
            out.result = Link::new(told(note, lang), href.as_str());
        }
        Outcome::Refused(why) => {
            out.state = badge(Tone::Fail, "未完成", "Not done");
            out.why = why.iter().map(|r| r.view(lang)).collect();
        }
        Outcome::Left => out.state = badge(Tone::Idle, "未处理", "Left").with_icon("slash"),
    }
    out
}

fn page(site: &Site, user: &User, job: &Job) -> JobPage {
    let lang = user.lang();
    let standing = job.standing(0);
    let title = told(&job.plan.title, lang).to_owned();
    let (back, href) = &job.plan.back;
    let mut text = sentence(&standing, lang);
    if let Some(at) = standing.finished_at {
        text = format!("{text} · {}", at_text(at, user.now()));
    }
    JobPage {
        p: user.page(site, "bench", title.as_str()).crumb(told(back, lang), href.as_str()).crumb(title.as_str(), ""),
        id: job.id.clone(),
        text,
        settled: standing.settled(),
        total: standing.total,
        change: standing.change,
        running: standing.finished_at.is_none(),
        stopping: job.stopping(),
        after_restart: told(&job.plan.after_restart, lang).to_owned(),
        back: Link::new(told(back, lang), href.as_str()),
        then: if standing.done == 0 {
            Vec::new()
        } else {
            job.plan.then.iter().map(|(word, to)| Link::new(told(word, lang), to.replace("{id}", &job.id))).collect()
        },
        lines: standing.lines.iter().map(|(i, l)| line(*i, l, lang)).collect(),
    }
}

#[get("/jobs/<id>")]
async fn one(site: &State<Site>, user: User, id: Key<JobId>) -> Html {
    match site.jobs.of(&site.app, &id, user.actor.id).await? {
        Some(job) => show_as(Status::Ok, &page(site, &user, &job)),
        // Somebody else's job, one that ended long ago, and none at all look the same.
        None => show_as(
            Status::NotFound,
            &JobPage {
                p: user.page(site, "bench", user.t("没有这个作业", "No such job")),
                id: String::new(),
                text: String::new(),
                settled: 0,
                total: 0,
                change: 0,
                running: false,
                stopping: false,
                after_restart: user
                    .t(
                        "没有这个作业，或者它结束已超过 30 天。做完的都已保存；没有做完的仍在原来的列表里等待，可以再处理一次。",
                        "There is no such job, or it ended more than 30 days ago. What was done is saved; the rest still waits in its list and can be done again.",
                    )
                    .to_owned(),
                back: Link::new(user.t("回到工作台", "Back to the home page"), "/"),
                then: Vec::new(),
                lines: Vec::new(),
            },
        ),
    }
}

#[get("/jobs/<id>/state?<after>")]
async fn state(site: &State<Site>, user: User, id: Key<JobId>, after: Option<u64>) -> Result<Json<Value>, Failure> {
    let job = site.jobs.of(&site.app, &id, user.actor.id).await?.ok_or(Failure::NotFound)?;
    let lang = user.lang();
    // Number 0 asks for everything; a page that has been drawn knows its own.
    let standing = job.standing(after.unwrap_or(0));
    let p = user.page(site, "bench", "");
    let lines: Vec<Value> = standing
        .lines
        .iter()
        .map(|(i, l)| Ok(json!({ "index": i, "html": JobLineCells { p: &p, l: &line(*i, l, lang) }.render()? })))
        .collect::<Result<_, askama::Error>>()?;
    Ok(Json(json!({
        "total": standing.total, "settled": standing.settled(), "done": standing.done, "refused": standing.refused, "left": standing.left,
        "change": standing.change, "finished": standing.finished_at.is_some(), "text": sentence(&standing, lang), "lines": lines,
    })))
}

#[post("/jobs/<id>/stop", data = "<form>")]
async fn stop(site: &State<Site>, user: User, id: Key<JobId>, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Failure> {
    form?;
    let job = site.jobs.stop(&site.app, &id, user.actor.id, user.now()).await?.ok_or(Failure::NotFound)?;
    Ok(done(format!("/jobs/{}", job.id), "处理完当前一份后停止", "It stops after the one in hand"))
}
