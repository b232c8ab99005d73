//! 报告设置 what new reports carry by default: options, the objection term, the laboratory's own mark and seal, the sentences of
//! the conclusion.

use std::collections::BTreeMap;

use rocket::http::ContentType;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::authority::Act;
use shiyan_app::reports::{TypedPicture, TypedReportSettings};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_lab_results::order::Said;
use shiyan_lab_results::order::sentence::{self, Finding, Sentences};
use shiyan_lab_results::report::{ObjectionTerm, ReportSettings};
use shiyan_reports::Picture;

use super::issuing::{chosen, option_fields};
use crate::views::forms::Filled;
use crate::views::{FieldGroup, FieldKind, FieldView, Link, ReportSettingsPage, SentenceView};
use shiyan_web_kit::answer::Bytes;
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::failure::{Failure, code};
use shiyan_web_kit::guard::User;
use shiyan_web_kit::parts::refusals;
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::{Shape, bounded};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::Badge;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![form, save, save_sentences, picture]
}

fn enter(user: &User) -> Result<(), Failure> {
    if user.may(Act::ReportSettings) { Ok(()) } else { Err(Failure::NotFound) }
}

/// The groups, with what was typed into them and not taken.
fn groups(user: &User, settings: &ReportSettings, filled: Option<&Filled>) -> Vec<FieldGroup> {
    let mut groups = settled_groups(user, settings);
    if let Some(filled) = filled {
        for field in groups.iter_mut().flat_map(|g| &mut g.fields) {
            // A box that was not ticked is not sent at all.
            if field.kind == FieldKind::Checkbox {
                field.value = filled.values.get(&field.key).cloned().unwrap_or_default();
            }
            *field = field.clone().filled(filled);
        }
    }
    groups
}

fn settled_groups(user: &User, settings: &ReportSettings) -> Vec<FieldGroup> {
    let lang = user.lang();
    let t = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let law = ObjectionTerm::statutory(user.now().date_naive()).map_or_else(|_| String::new(), |term| term.text(lang));
    let (days, working) = settings.objection.map_or((String::new(), true), |term| (term.days.to_string(), term.working));
    let tick = |key: &str, label: String, on: bool| FieldView::new(FieldKind::Checkbox, key, label).with(if on { "1" } else { "" });
    let file = |key: &str, label: String| {
        FieldView::file(key, label).hint(t(
            "PNG，每通道 8 位，不交错，边长不超过 2,000 像素，不超过 1 MB",
            "PNG, eight bits a channel, not interlaced, at most 2,000 pixels a side and 1 MB",
        ))
    };
    vec![
        FieldGroup::new("options", t("签发时预先勾选", "Ticked beforehand when a report is issued"), option_fields(settings.options, lang)),
        FieldGroup {
            note: if lang == Lang::Zh {
                format!("留空则按签发当日的法定期限（现为{law}）。")
            } else {
                format!("Empty for the statutory term of the day of issue (now {law}).")
            },
            ..FieldGroup::new(
                "objection",
                t("注意事项中的异议期限", "Objection term in the notice"),
                vec![
                    FieldView::number("objection_days", t("自收到检验结论之日起", "From receipt of the conclusion"), t("日", "days")).with(days),
                    tick("objection_working", t("按工作日计算", "Counted in working days"), working),
                ],
            )
        },
        FieldGroup {
            note: t(
                "本系统从不自带任何标志和印章。图样由本机构提供并启用后才印；不启用时留出空位。",
                "The system brings no mark and no seal of its own. A picture is printed only when the laboratory supplies and enables it; otherwise its place stays empty.",
            ),
            ..FieldGroup::new(
                "pictures",
                t("标志和印章", "Mark and seal"),
                vec![
                    file("mark", t("资质标志图样（25×15 毫米）", "Mark of the laboratory (25 × 15 mm)")),
                    tick(
                        "mark_enabled",
                        t("封面左上角印资质标志", "Print the mark at the upper left of the cover"),
                        settings.mark.as_ref().is_some_and(|p| p.enabled),
                    ),
                    file("seal", t("检验检测专用章图样（直径 42 毫米）", "Testing seal (42 mm across)")),
                    tick(
                        "seal_enabled",
                        t("首页结论栏印检验检测专用章", "Print the seal beside the conclusion"),
                        settings.seal.as_ref().is_some_and(|p| p.enabled),
                    ),
                ],
            )
        },
    ]
}

/// What was typed for every outcome; `field` finds the text of a field.
fn templates<'f>(field: impl Fn(&str) -> &'f str) -> BTreeMap<Outcome, Said> {
    let typed = |outcome, lang| field(&sentence::field(outcome, lang)).to_owned();
    Outcome::ALL.iter().map(|outcome| (*outcome, (typed(*outcome, Lang::Zh), typed(*outcome, Lang::En)))).collect()
}

/// 占位 of a sentence: those that must be there, and those that may.
fn slots(outcome: Outcome, of: Lang, lang: Lang) -> String {
    let rule = sentence::rule(outcome, of);
    let named = |needed: bool| {
        let wanted = rule.slots.iter().filter(|name| rule.needed.contains(name) == needed);
        wanted.map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(lang.pick("、", ", "))
    };
    match (named(true), named(false)) {
        (must, may) if must.is_empty() && may.is_empty() => lang.pick("不用占位", "Takes no placeholder").to_owned(),
        (must, may) if may.is_empty() => format!("{}{must}", lang.pick("须有 ", "Needs ")),
        (must, may) => format!("{}{must}{}{may}", lang.pick("须有 ", "Needs "), lang.pick("，可有 ", "; may have ")),
    }
}

fn sentences(lang: Lang, settings: &ReportSettings, filled: Option<&Filled>) -> Vec<SentenceView> {
    // A form that was typed into shows what was typed; one of the other form leaves these alone.
    let own = filled.filter(|f| f.values.keys().any(|key| key.starts_with("sentence_")));
    let view = |outcome: &Outcome| {
        let outcome = *outcome;
        let field = |of: Lang| {
            let label = of.pick(lang.pick("中文", "Chinese"), lang.pick("英文", "English"));
            let field = FieldView::area(sentence::field(outcome, of), label).hint(slots(outcome, of, lang));
            let field = field.with(settings.sentences.template(outcome, of));
            own.map_or(field.clone(), |own| field.filled(own))
        };
        let (zh, en) = (field(Lang::Zh), field(Lang::En));
        let typed = BTreeMap::from([(outcome, (zh.value.clone(), en.value.clone()))]);
        let said = Sentences::checked(&typed).map_or_else(|_| Said::default(), |own| own.say(&Finding::example(outcome)));
        SentenceView { outcome: Badge::outcome(Some(outcome), lang), texts: vec![(zh, said.0), (en, said.1)] }
    };
    Outcome::ALL.iter().map(view).collect()
}

async fn view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<ReportSettingsPage, Failure> {
    let settings = site.app.report_settings().await?;
    let title = user.t("报告设置", "Report settings");
    let kept = [(&settings.mark, "mark", user.t("资质标志", "Mark of the laboratory")), (&settings.seal, "seal", user.t("检验检测专用章", "Testing seal"))];
    Ok(ReportSettingsPage {
        p: user.page(site, "bench", title).crumb(user.t("检验报告", "Test reports"), "/reports").crumb(title, "").refused(why),
        groups: groups(user, &settings, filled.filter(|f| !f.values.keys().any(|key| key.starts_with("sentence_")))),
        sentences: sentences(user.lang(), &settings, filled),
        worded: !settings.sentences.is_standard(),
        pictures: kept.iter().filter(|(p, ..)| p.is_some()).map(|(_, key, word)| Link::new(*word, format!("/reports/settings/picture/{key}"))).collect(),
    })
}

#[get("/reports/settings")]
async fn form(site: &State<Site>, user: User) -> Html {
    enter(&user)?;
    show(&view(site, &user, None, &[]).await?)
}

/// A picture must be one that can be printed: it is read here, not when the first report is issued.
fn supplied(form: &Posted, key: &'static str, why: &mut Vec<Refusal>) -> TypedPicture {
    let file = form.file(key).map(|upload| upload.bytes);
    if let Some(bytes) = &file
        && let Err(error) = Picture::read(bytes)
    {
        why.push(Refusal::new(code::PICTURE).with("detail", error).on(key));
    }
    TypedPicture { file, enabled: form.get(&format!("{key}_enabled")) == "1" }
}

shapes! {
    /// 报告设置 as typed.
    SettingsForm { objection_days: 20 "异议期限" / "days for objections" }
}

/// 结论用语 as typed, a sentence for each outcome and language.
struct SentencesForm(BTreeMap<Outcome, Said>);

impl Shape for SentencesForm {
    fn read(form: &Posted, _: &str) -> Self {
        Self(templates(|key| form.get(key)))
    }
    fn too_long(&self) -> Vec<Refusal> {
        let long = |outcome: Outcome, lang: Lang, text: &str| {
            let called = (outcome.label(Lang::Zh), outcome.label(Lang::En));
            bounded(LONGEST_SENTENCE, [(sentence::field(outcome, lang).as_str(), called, text)])
        };
        self.0.iter().flat_map(|(outcome, (zh, en))| [long(*outcome, Lang::Zh, zh), long(*outcome, Lang::En, en)].concat()).collect()
    }
}

/// Most characters of a sentence that are read; what a sentence may have is the room's to say.
const LONGEST_SENTENCE: u64 = 2_000;

#[post("/reports/settings", data = "<form>")]
async fn save(site: &State<Site>, user: User, form: Result<Sent<SettingsForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user).map_err(Err)?;
    let mut why = Vec::new();
    let objection_days = match form.read() {
        Ok(typed) => typed.objection_days,
        Err(error) => {
            why = refusals(error).map_err(Err)?.1;
            String::new()
        }
    };
    let typed = TypedReportSettings {
        options: chosen(|key| form.get(key)),
        objection_days,
        objection_working: form.get("objection_working") == "1",
        mark: supplied(&form, "mark", &mut why),
        seal: supplied(&form, "seal", &mut why),
    };
    if why.is_empty() {
        match site.app.save_report_settings(&user.actor, &typed, user.now()).await {
            Ok(_) => return Ok(done("/reports/settings", "已保存报告设置", "The report settings were saved")),
            Err(shiyan_app::Error::Refused(refused)) => why = refused,
            Err(other) => return Err(Err(other.into())),
        }
    }
    Err(show_refused(&view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?))
}

#[post("/reports/settings/sentences", data = "<form>")]
async fn save_sentences(site: &State<Site>, user: User, form: Result<Sent<SentencesForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user).map_err(Err)?;
    let previewed = form.get("do") == "preview";
    let did = async {
        let SentencesForm(typed) = form.read()?;
        if previewed {
            return Ok(Sentences::checked(&typed).map(|_| ())?);
        }
        let typed = if form.get("do") == "standard" { BTreeMap::new() } else { typed };
        site.app.save_sentences(&user.actor, &typed, user.now()).await.map(|_| ())
    };
    let why = {
        match did.await {
            Ok(()) if previewed => Vec::new(),
            Ok(_) => return Ok(done("/reports/settings", "已保存结论用语", "The sentences were saved")),
            Err(shiyan_app::Error::Refused(refused)) => refused,
            Err(other) => return Err(Err(other.into())),
        }
    };
    let page = view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?;
    Err(if why.is_empty() { show(&page) } else { show_refused(&page) })
}

#[get("/reports/settings/picture/<which>")]
async fn picture(site: &State<Site>, user: User, which: &str) -> Result<Bytes, Failure> {
    enter(&user)?;
    let bytes = site.app.read_report_picture(which).await?;
    Ok(Bytes::new(bytes, ContentType::PNG, "inline", &format!("{which}.png"), "default-src 'none'; sandbox"))
}
