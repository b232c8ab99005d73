//! What the rooms of samples, bench, reports and cases share: who may come in, refused forms shown again, deadline chips,
//! state badges, addresses with their filters.

use askama::Template;
use chrono::NaiveDate;
use rocket::http::{ContentType, Status};
use rocket::response::{Flash, Redirect};
use shiyan_app::Error;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Act, Instant, Label, Lang, Refusal, WorkCalendar};
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::order::OrderState;
use shiyan_nonconformity::CaseState;
use shiyan_sample_intake::SampleState;
use shiyan_statute::{Clock, TimeLeft};

use crate::answer::Html;
use crate::failure::Failure;
use crate::guard::{User, encoded};
use crate::posted::Posted;
use crate::ui::{Badge, Due, Tone};
use crate::views::{Chip, FieldKind, FieldView, ProblemView};

/// Either on to the next page, or the same page with what was refused.
pub type Answer = Result<Flash<Redirect>, Html>;

/// 食品分类 with its class in the language of the reader; the levels below it have no other name.
#[must_use]
pub fn class_label(path: &CategoryPath, lang: Lang) -> String {
    let class = shiyan_statute::food_class(path.class()).map_or_else(|| path.class().to_owned(), |c| c.label(lang).to_owned());
    std::iter::once(class).chain(path.0.iter().skip(1).cloned()).collect::<Vec<_>>().join(" / ")
}

/// 年度大类 the class of a food in the list by which the figures of a year are grouped, with its number there.
#[must_use]
pub fn year_class(path: &CategoryPath, year: i32, lang: Lang) -> String {
    let scheme = shiyan_statute::class_scheme(year);
    match shiyan_statute::class_in(scheme, path) {
        Some(class) => format!("{} {} · {}", class.code, class.label(lang), scheme.label(lang)),
        None => format!("{} · {}", lang.pick("没有对应的大类", "no class"), scheme.label(lang)),
    }
}

/// 查看 a page that reads nothing of its own is not there for whoever may not.
///
/// # Errors
/// For everybody else there is no such page.
pub fn reads(user: &User, act: Act) -> Result<(), Failure> {
    if user.may(act) { Ok(()) } else { Err(Failure::NotFound) }
}

/// Samples, bench and reports exist for these people only; administrators keep to their own room.
///
/// # Errors
/// For everybody else there is no such page.
pub fn room(user: &User) -> Result<(), Failure> {
    reads(user, Act::ReadSamples)
}

/// Cases name the operator, so that people who test blind do not enter.
///
/// # Errors
/// For everybody else there is no such page.
pub fn case_room(user: &User) -> Result<(), Failure> {
    reads(user, Act::ReadOperator)
}

/// A form that was refused: which action, what was typed, why.
#[derive(Debug, Clone, Copy)]
pub struct Again<'a> {
    /// Key of the action.
    pub action: &'a str,
    /// What was typed.
    pub form: &'a Posted,
    /// Why not.
    pub why: &'a [Refusal],
}

/// Status and refusals of an error that a page can show; anything else goes out on its own.
///
/// # Errors
/// Not found, or a fault.
pub fn refusals(error: Error) -> Result<(Status, Vec<Refusal>), Failure> {
    match error {
        // Whoever has to wait is told so in the headers too.
        Error::Refused(why) if crate::failure::seconds_of(&why).is_some() => Err(Failure::Refused(why)),
        Error::Refused(why) => Ok(Failure::Refused(why).parts()),
        other => Err(other.into()),
    }
}

/// Renders a view with a status.
///
/// # Errors
/// The template.
pub fn show_as(status: Status, view: &impl Template) -> Html {
    Ok((status, (ContentType::HTML, view.render()?)))
}

/// The fields an action asks for. Several actions stand on one page, so each field is named after its action; what was typed
/// and refused comes back.
#[must_use]
pub fn asked(action: &str, fields: Vec<FieldView>, again: Option<&Again<'_>>, lang: Lang) -> Vec<FieldView> {
    let again = again.filter(|a| a.action == action);
    fields
        .into_iter()
        .map(|mut field| {
            if let Some(again) = again {
                if field.kind != FieldKind::Password {
                    field.value = typed(again.form, action, &field.key).to_owned();
                }
                if let Some(why) = again.why.iter().find(|r| r.field.as_deref() == Some(field.key.as_str())) {
                    field.error = why.what(lang);
                }
            }
            field.key = format!("{action}-{}", field.key);
            field
        })
        .collect()
}

/// The text of a field of an action; the bare name is understood too.
#[must_use]
pub fn typed<'a>(form: &'a Posted, action: &str, key: &str) -> &'a str {
    form.some(&format!("{action}-{key}")).unwrap_or_else(|| form.raw(key))
}

/// The refusals of an action for the summary, pointing at the fields of that action.
#[must_use]
pub fn named(again: &Again<'_>, lang: Lang) -> Vec<ProblemView> {
    again
        .why
        .iter()
        .map(|r| {
            let mut problem = ProblemView::of(r, lang);
            if !problem.field.is_empty() {
                problem.field = format!("{}-{}", again.action, problem.field);
            }
            problem
        })
        .collect()
}

/// The reason that several actions ask for.
#[must_use]
pub fn reason_field(lang: Lang, hint: &str) -> Vec<FieldView> {
    crate::views::forms::reason(lang, &crate::views::forms::Filled::default(), hint)
}

/// An address with its filters, in their order.
#[derive(Debug, Clone)]
pub struct Address {
    path: String,
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    /// An address; empty filters are left out.
    pub fn new(path: impl Into<String>, pairs: Vec<(&'static str, String)>) -> Self {
        Self { path: path.into(), pairs: pairs.into_iter().filter(|(_, v)| !v.is_empty()).collect() }
    }
    /// As text.
    #[must_use]
    pub fn href(&self) -> String {
        let query: Vec<String> = self.pairs.iter().map(|(k, v)| format!("{k}={}", encoded(v))).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
    /// Without a filter.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        Self { path: self.path.clone(), pairs: self.pairs.iter().filter(|(k, _)| *k != key).cloned().collect() }
    }
    /// With a filter set anew.
    #[must_use]
    pub fn with(&self, key: &'static str, value: impl Into<String>) -> Self {
        let mut next = self.without(key);
        let value = value.into();
        if !value.is_empty() {
            next.pairs.push((key, value));
        }
        next
    }
    /// The chip of one active filter.
    #[must_use]
    pub fn chip(&self, key: &str, label: &str, value: &str, lang: Lang) -> Chip {
        Chip { label: format!("{label}{}{value}", lang.pick("：", ": ")), remove: self.without(key).href() }
    }
}

/// `03-05 10:41` within the year of now, else with the year; from a stored stamp.
#[must_use]
pub fn stamp_text(stamp: &str, now: Instant) -> String {
    let text = stamp.get(..16).unwrap_or(stamp).replace('T', " ");
    let year = now.format("%Y-").to_string();
    text.strip_prefix(&year).map_or_else(|| text.clone(), str::to_owned)
}

/// The same from an instant.
#[must_use]
pub fn at_text(at: Instant, now: Instant) -> String {
    stamp_text(&at.format("%Y-%m-%dT%H:%M").to_string(), now)
}

/// `PDF · 182 KB`
#[must_use]
pub fn size_text(kind: &str, bytes: u64) -> String {
    let size =
        if bytes < 1024 * 1024 { format!("{} KB", bytes.div_ceil(1024)) } else { format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576) };
    if kind.is_empty() { size } else { format!("{kind} · {size}") }
}

/// The chip of a clock.
#[must_use]
pub fn clock_chip(clock: &Clock, now: Instant, cal: &WorkCalendar, lang: Lang) -> Due {
    Due::of(&TimeLeft::clock(clock, now, cal), lang)
}

/// The chip of a last day that nothing has met yet.
#[must_use]
pub fn due_chip(due: NaiveDate, today: NaiveDate, cal: &WorkCalendar, lang: Lang) -> Due {
    Due::of(&TimeLeft::day(due, None, today, cal), lang)
}

/// The chip of a last day as it is stored: met or late once done, else what is left.
#[must_use]
pub fn day_chip(due: &str, done: Option<&str>, today: NaiveDate, cal: &WorkCalendar, lang: Lang) -> Due {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    day(due).map_or_else(Due::default, |due| Due::of(&TimeLeft::day(due, done.and_then(day), today, cal), lang))
}

/// The running clock that is due first.
#[must_use]
pub fn nearest<'a>(clocks: impl IntoIterator<Item = &'a Clock>) -> Option<&'a Clock> {
    clocks.into_iter().filter(|c| c.stopped_at.is_none() && !c.cancelled && !c.rule.is_keeping()).min_by_key(|c| c.effective_due_on())
}

/// 样品状态
#[must_use]
pub fn sample_badge(state: SampleState, lang: Lang) -> Badge {
    let (tone, icon) = match state {
        SampleState::Draft => (Tone::Idle, "edit"),
        SampleState::Sampled => (Tone::Info, "truck"),
        SampleState::Received => (Tone::Info, "inbox"),
        SampleState::Refused => (Tone::Fail, "x"),
        SampleState::Void => (Tone::Idle, "slash"),
    };
    Badge::new(tone, state.label(lang)).with_icon(icon)
}

/// 检验状态
#[must_use]
pub fn order_badge(state: OrderState, lang: Lang) -> Badge {
    match state {
        OrderState::Issued => Badge::new(Tone::Pass, state.label(lang)).with_icon("file"),
        _ => Badge::new(Tone::Info, state.label(lang)),
    }
}

/// 案件状态
#[must_use]
pub fn case_badge(state: CaseState, lang: Lang) -> Badge {
    let tone = match state {
        CaseState::Opened | CaseState::Cancelled => Tone::Idle,
        CaseState::Assigned | CaseState::Acting => Tone::Info,
        CaseState::Submitted => Tone::Warn,
        CaseState::Closed => Tone::Pass,
    };
    let badge = Badge::new(tone, state.label(lang));
    match state {
        CaseState::Submitted => badge.with_icon("clock"),
        CaseState::Cancelled => badge.with_icon("slash"),
        _ => badge,
    }
}

/// 单项判定
#[must_use]
pub fn verdict_badge(verdict: Option<Verdict>, lang: Lang) -> Badge {
    let Some(verdict) = verdict else { return Badge::default() };
    let tone = match verdict {
        Verdict::Conforming => Tone::Pass,
        Verdict::Nonconforming => Tone::Fail,
        Verdict::Problem | Verdict::NeedsPerson => Tone::Warn,
        Verdict::NoVerdict => Tone::Idle,
    };
    let badge = Badge::new(tone, verdict.label(lang));
    if verdict == Verdict::NeedsPerson { badge.with_icon("user") } else { badge }
}

/// 读数编号 the number of a reading as people say it, out of id and day.
#[must_use]
pub fn reading_number(id: &str, day: NaiveDate) -> String {
    let tail = id.get(id.len().saturating_sub(6)..).unwrap_or_default().to_uppercase();
    format!("RT-{}-{tail}", day.format("%Y%m%d"))
}

/// 有效 or 被替代
#[must_use]
pub fn report_badge(newest: bool, lang: Lang) -> Badge {
    if newest {
        Badge::new(Tone::Pass, lang.pick("有效", "In force"))
    } else {
        Badge::new(Tone::Idle, lang.pick("被替代", "Replaced")).with_icon("repeat")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    #[test]
    fn an_address_keeps_its_other_filters() {
        let address = Address::new("/samples", vec![("q", "韭菜 1".into()), ("state", String::new()), ("kind", "supervisory".into())]);
        assert_eq!(address.href(), "/samples?q=%E9%9F%AD%E8%8F%9C%201&kind=supervisory");
        assert_eq!(address.without("q").href(), "/samples?kind=supervisory");
        assert_eq!(address.with("kind", "").with("n", "2").without("q").href(), "/samples?n=2");
    }
    #[test]
    fn a_day_off_after_the_last_day_is_overdue() {
        let cal = shiyan_statute::calendar();
        // Friday 6 March 2026 was the last day; it is Saturday.
        let chip = day_chip("2026-03-06", None, day("2026-03-07"), cal, Lang::Zh);
        assert_eq!((chip.tone, chip.text.as_str()), (Tone::Fail, "已逾期（3月6日）"));
        assert_eq!(day_chip("2026-03-06", None, day("2026-03-06"), cal, Lang::Zh).text, "今日到期（3月6日）");
        assert_eq!(day_chip("2026-03-06", Some("2026-03-09"), day("2026-03-10"), cal, Lang::Zh).tone, Tone::Warn);
        assert_eq!(day_chip("?", None, day("2026-03-06"), cal, Lang::Zh), Due::default());
    }
    #[test]
    fn stamps_lose_the_year_that_everybody_knows() {
        let now = chrono::DateTime::parse_from_rfc3339("2026-03-10T09:00:00+08:00").unwrap();
        assert_eq!(stamp_text("2026-03-05T10:41:00.000+08:00", now), "03-05 10:41");
        assert_eq!(stamp_text("2025-12-05T10:41:00.000+08:00", now), "2025-12-05 10:41");
        assert_eq!(size_text("PDF", 1_572_864), "PDF · 1.5 MB");
    }
}
