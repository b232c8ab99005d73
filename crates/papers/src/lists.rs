//! P63 三清单 of a period, out of the cases opened in it.

use shiyan_app::reports::read_batch::ListedCase;
use shiyan_app::{App, Error};
use shiyan_foundation::{Instant, Label, Lang, Scope, shanghai};
use shiyan_nonconformity::{Block, CaseState, Part};
use shiyan_reports::letters::{Correction, Lists, Problem};

use crate::letters::{Drawn, Looked, front, running};
use crate::period::Period;

/// What the three lists are told.
pub(crate) async fn drawn(app: &App, period: Period, lang: Lang, now: Instant) -> Result<Drawn<Lists>, Error> {
    let (first, last) = period.days();
    let cases = app.cases_opened(first, last, &Scope::District).await?;
    let today = now.date_naive();
    let demo = cases.iter().any(|c| c.case.demo);
    let lists = Lists {
        lang,
        body: app.district().await?.body.pick(lang).to_owned(),
        period: period.said(lang),
        as_of: shiyan_reports::annual::date(today, lang),
        problems: cases.iter().map(|c| problem(c, lang)).collect(),
        corrections: cases.iter().map(|c| correction(c, lang)).collect(),
        front: front(demo, now),
    };
    let looked = Looked { warns: running(period, today).into_iter().collect(), ..Looked::default() };
    Ok(Drawn { told: lists, looked, demo })
}

fn day(at: Instant) -> String {
    at.with_timezone(&shanghai()).date_naive().to_string()
}

/// 责任单位 the office that the case was given to; nothing while nobody has it.
fn unit(listed: &ListedCase) -> String {
    listed.case.blocks.get(&Block::Start).map(|b| b.get("office").to_owned()).unwrap_or_default()
}

fn person(listed: &ListedCase) -> String {
    listed.case.handler.as_ref().map(|(_, name)| name.clone()).unwrap_or_default()
}

/// 问题: a failing part is one, under the number of its case, which is never used twice.
fn problem(listed: &ListedCase, lang: Lang) -> Problem {
    let case = &listed.case;
    let verb = if case.part == Part::Production { "生产" } else { "经营" };
    let items = case.failing.join(lang.pick("、", ", "));
    let what = match lang {
        Lang::Zh => format!("{}{verb}的{}不合格：{items}", case.operator, case.product),
        Lang::En => format!("{}: {} nonconforming: {items}", case.operator, case.product),
    };
    Problem {
        no: case.no.clone(),
        found_on: day(case.opened_at),
        source: lang.pick("抽检", "Sampling").to_owned(),
        field: if listed.class.is_empty() { case.part.label(lang).to_owned() } else { listed.class.clone() },
        what,
        proof: listed.report.clone(),
        unit: unit(listed),
        person: person(listed),
        severity: if case.severe { lang.pick("严重", "Severe") } else { lang.pick("一般", "Ordinary") }.to_owned(),
    }
}

/// 整改: what the case has on record of it. It is struck off only when its case was closed and has files to show for it.
fn correction(listed: &ListedCase, lang: Lang) -> Correction {
    let case = &listed.case;
    let closed = case.closed_at.filter(|_| case.state == CaseState::Closed);
    let files: usize = case.blocks.values().map(|b| b.evidence.len()).sum();
    let rectify = case.blocks.get(&Block::Rectify).filter(|b| b.inapplicable.is_none());
    let struck = closed.is_some() && files > 0;
    Correction {
        no: case.no.clone(),
        measures: rectify.map(|b| b.get("measures").to_owned()).unwrap_or_default(),
        unit: unit(listed),
        person: person(listed),
        due: listed.due.map(|on| on.to_string()).unwrap_or_default(),
        progress: case.state.label(lang).to_owned(),
        done_on: closed.map(day).unwrap_or_default(),
        accepted: closed.zip(case.approver.as_ref()).map(|(at, (_, name))| format!("{name} {}", day(at))).unwrap_or_default(),
        closed: if struck { lang.pick("是", "yes") } else { lang.pick("否", "no") }.to_owned(),
        proof: match (files, lang) {
            (0, _) => String::new(),
            (n, Lang::Zh) => format!("附件{n}份"),
            (1, Lang::En) => "1 file".to_owned(),
            (n, Lang::En) => format!("{n} files"),
        },
    }
}
