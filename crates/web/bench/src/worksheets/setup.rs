//! 仪器、检验批模板 what worksheets are made with; kept by the quality manager and the administrator.

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::authority::Act;
use shiyan_app::worksheets::{TypedInstrument, TypedQcPlan};
use shiyan_exchange::instrument::Profiles;
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_lab_results::bench::QcPlan;
use shiyan_lab_results::qc::QcKind;

use crate::views::forms::Filled;
use crate::views::{AdminTab, AdminTablePage, Cell, Choice, FieldKind, FieldView, PlanLine, Table, TemplateRow, TemplatesPage};
use shiyan_web_kit::admin::{Form, enter, page, table_page};
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of the set-up.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![instruments, save_instrument, templates, save_template]
}

/// Empty lines offered beyond those a template has.
const SPARE: usize = 2;
/// Lines of the form at least and at most.
const LINES: (usize, usize) = (4, 24);

// ---------------------------------------------------------------- instruments

fn instrument_fields(lang: Lang, known: &Profiles, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    let profiles = known.all().map(|(p, _)| Choice::new(p.key.as_str(), lang.pick(&p.name.zh, &p.name.en))).collect();
    let active = FieldView::new(FieldKind::Checkbox, "active", t("在用", "In use")).with(if filled.values.is_empty() { "1" } else { "" });
    [
        FieldView::text("no", t("设备编号", "Number")).required(),
        FieldView::text("name", t("名称和型号", "Name and model")).required(),
        FieldView::select("profile", t("文件格式", "File profile"), profiles).hint(t("不导出文件的仪器不选", "None for instruments that export no files")),
        FieldView::date("calibrated_until", t("校准有效期至", "Calibrated until"))
            .hint(t("过期的仪器不能分派；不需校准的不填", "Past that day it cannot be assigned; empty where none is needed")),
        active,
    ]
    .into_iter()
    .map(|f| f.filled(filled))
    .collect()
}

async fn instruments_view(site: &Site, user: &User, filled: Option<&Filled>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let lang = user.lang();
    let today = user.now().date_naive();
    let mut table = Table::new(&[
        user.t("设备编号", "Number"),
        user.t("名称和型号", "Name and model"),
        user.t("文件格式", "File profile"),
        user.t("校准有效期至", "Calibrated until"),
        user.t("状态", "State"),
    ]);
    table.empty = user.t("还没有登记仪器。", "No instrument yet.").to_owned();
    let profiles = site.profiles().await?;
    let mut all = site.app.instruments_of(&user.actor).await?;
    all.sort_by(|a, b| (!a.active, &a.no).cmp(&(!b.active, &b.no)));
    for one in all {
        let ended = one.calibrated_until.is_some_and(|until| until < today);
        let profile = one
            .profile
            .as_deref()
            .map_or_else(String::new, |key| profiles.by_key(key).map_or_else(|| key.to_owned(), |p| lang.pick(&p.name.zh, &p.name.en).to_owned()));
        let state = match (one.active, ended) {
            (false, _) => Badge::new(Tone::Idle, user.t("停用", "Out of use")).with_icon("slash"),
            (true, true) => Badge::new(Tone::Fail, user.t("校准过期", "Calibration ended")),
            (true, false) => Badge::new(Tone::Pass, user.t("在用", "In use")),
        };
        table.push(vec![
            Cell::Code(one.no),
            Cell::from(one.name),
            Cell::from(profile),
            one.calibrated_until.map_or(Cell::Empty, |d| Cell::from(shiyan_web_kit::ui::date(d))),
            state.into(),
        ]);
    }
    let form = user.may(Act::Instruments).then(|| Form {
        title: ("登记或修改仪器", "Add or change an instrument"),
        action: "/admin/instruments",
        button: ("保存仪器", "Save the instrument"),
        fields: instrument_fields(lang, &profiles, filled.unwrap_or(&Filled::default())),
        open: filled.is_some(),
    });
    let lead = (
        "检验批分派到仪器；校准过期或停用的仪器不能再分派。设备编号已存在时按新内容修改。",
        "Worksheets are assigned to instruments; one out of calibration or out of use takes no more work. A known number is changed.",
    );
    // What cannot be read is said here too: an instrument that names it reads nothing.
    let group = super::super::profiles::refused(&profiles, user);
    Ok(table_page(site, user, AdminTab::Instruments, lead, group, vec![table], form, why))
}

#[get("/admin/instruments")]
async fn instruments(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Instruments)?;
    show(&instruments_view(site, &user, None, &[]).await?)
}

shapes! {
    /// 仪器 as typed.
    InstrumentForm {
        no: 60 "编号" / "number",
        name: 100 "名称" / "name",
        profile: 100 "文件格式" / "profile",
        calibrated_until: 40 "检定有效期至" / "calibrated until",
    }
    /// 模板 as typed.
    TemplateForm { method: 200 "检验依据" / "method", title: 200 "名称" / "title" }
}

#[post("/admin/instruments", data = "<form>")]
async fn save_instrument(site: &State<Site>, user: User, form: Result<Sent<InstrumentForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Instruments).map_err(Err)?;
    let did = async {
        let InstrumentForm { no, name, profile, calibrated_until } = form.read()?;
        let typed = TypedInstrument { no, name, profile, calibrated_until, active: form.get("active") == "1" };
        site.app.save_instrument(&user.actor, &typed, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done("/admin/instruments", "已保存仪器", "The instrument was saved")),
        Err(shiyan_app::Error::Refused(why)) => {
            Err(show_refused(&instruments_view(site, &user, Some(&form.filled(&why, user.lang())), &why).await.map_err(Err)?))
        }
        Err(other) => Err(Err(other.into())),
    }
}

// ---------------------------------------------------------------- templates

/// One control of a template in words.
#[must_use]
pub fn plan_text(plan: &QcPlan, lang: Lang) -> String {
    let mut text = plan.kind.label(lang).to_owned();
    let name = super::grid::bare_name(plan.kind, &plan.name);
    if !name.is_empty() {
        text.push_str(&format!(" {name}"));
    }
    text.push_str(&match &plan.analyte {
        Some(analyte) => format!(" · {analyte}"),
        None => lang.pick(" · 各项目", " · every item").to_owned(),
    });
    if let Some(every) = plan.every {
        text.push_str(&if lang == Lang::Zh { format!(" · 每 {every} 个样品一个") } else { format!(" · one for every {every} samples") });
    }
    for (zh, en, value) in [
        ("≤", "≤", plan.limit_pct.map(|v| format!("{v}%"))),
        ("定值 ", "assigned ", plan.target.map(|v| v.to_string())),
        ("s ", "s ", plan.sd.map(|v| v.to_string())),
        ("加标 ", "added ", plan.added.map(|v| v.to_string())),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(" · {}{value}", lang.pick(zh, en)));
        }
    }
    text
}

fn line_fields(lang: Lang, at: usize, line: &TypedQcPlan, why: &[Refusal]) -> PlanLine {
    let t = |zh, en| lang.pick(zh, en);
    let fields = vec![
        (FieldView::select(format!("kind_{at}"), t("种类", "Kind"), Choice::all::<QcKind>(lang)), &line.kind),
        (FieldView::text(format!("name_{at}"), t("名称", "Name")).hint(t("例如质控样名称和批号", "For example the control material and its lot")), &line.name),
        (FieldView::text(format!("analyte_{at}"), t("项目", "Item")).hint(t("不填为每个项目", "Left empty: every item")), &line.analyte),
        (FieldView::number(format!("every_{at}"), t("平行比例", "One for every"), t("个样品", "samples")), &line.every),
        (FieldView::number(format!("limit_pct_{at}"), t("允许相对偏差", "Allowed difference"), "%"), &line.limit_pct),
        (FieldView::number(format!("target_{at}"), t("定值", "Assigned value"), ""), &line.target),
        (FieldView::number(format!("sd_{at}"), t("标准差", "Standard deviation"), ""), &line.sd),
        (FieldView::number(format!("added_{at}"), t("加标量", "Amount added"), ""), &line.added),
    ];
    let with_error = |(mut field, value): (FieldView, &String)| {
        field.value.clone_from(value);
        if let Some(refusal) = why.iter().find(|r| r.field.as_deref() == Some(field.key.as_str())) {
            field.error = refusal.what(lang);
        }
        field
    };
    PlanLine { fields: fields.into_iter().map(with_error).collect() }
}

fn typed_line(plan: &QcPlan) -> TypedQcPlan {
    let text = |v: &Option<shiyan_foundation::Decimal>| v.map_or_else(String::new, |v| v.to_string());
    TypedQcPlan {
        kind: plan.kind.code().to_owned(),
        analyte: plan.analyte.clone().unwrap_or_default(),
        name: plan.name.clone(),
        every: plan.every.map_or_else(String::new, |n| n.to_string()),
        limit_pct: text(&plan.limit_pct),
        target: text(&plan.target),
        sd: text(&plan.sd),
        added: text(&plan.added),
    }
}

/// The lines typed, as many as the form had.
fn typed_lines(form: &Posted) -> Vec<TypedQcPlan> {
    let all = form.all();
    let field = |name: &str, at: usize| all.get(&format!("{name}_{at}")).map(|v| v.trim().to_owned()).unwrap_or_default();
    let count = (0..LINES.1).rev().find(|at| all.contains_key(&format!("kind_{at}"))).map_or(0, |at| at + 1);
    (0..count)
        .map(|at| TypedQcPlan {
            kind: field("kind", at),
            analyte: field("analyte", at),
            name: field("name", at),
            every: field("every", at),
            limit_pct: field("limit_pct", at),
            target: field("target", at),
            sd: field("sd", at),
            added: field("added", at),
        })
        .collect()
}

async fn templates_view(site: &Site, user: &User, method: Option<&str>, again: Option<(&Posted, &[Refusal])>) -> Result<TemplatesPage, Failure> {
    let lang = user.lang();
    let mut all = site.app.templates_of(&user.actor).await?;
    all.sort_by(|a, b| a.title.cmp(&b.title));
    let may = user.may(Act::Templates);
    let rows = all
        .iter()
        .map(|t| TemplateRow {
            method: t.method.clone(),
            title: t.title.clone(),
            controls: t.qc.iter().map(|plan| plan_text(plan, lang)).collect(),
            href: if may { format!("/admin/templates?method={}#new", encoded(&t.method)) } else { String::new() },
        })
        .collect();
    let mut fields = Vec::new();
    let mut lines = Vec::new();
    if may {
        let chosen = method.and_then(|m| all.iter().find(|t| t.method == m));
        let why = again.map_or(&[][..], |(_, why)| why);
        // Methods with work waiting are proposed; any other may be typed.
        let waiting = site.app.read_waiting_methods(&user.actor).await?;
        let proposals = waiting.into_iter().map(|w| Choice::new(w.method, "")).collect();
        fields = vec![
            FieldView { options: proposals, ..FieldView::new(FieldKind::Datalist, "method", user.t("检验依据", "Method")) }
                .required()
                .hint(user.t("与检验项目的检验依据一字不差", "Word for word as the items name it"))
                .with(chosen.map_or_else(|| method.unwrap_or_default().to_owned(), |t| t.method.clone())),
            FieldView::text("title", user.t("名称", "Title")).required().with(chosen.map_or_else(String::new, |t| t.title.clone())),
        ];
        let mut typed: Vec<TypedQcPlan> = match again {
            Some((form, _)) => {
                let filled = form.filled(why, lang);
                fields = fields.into_iter().map(|f| f.filled(&filled)).collect();
                typed_lines(form)
            }
            None => chosen.map_or_else(Vec::new, |t| t.qc.iter().map(typed_line).collect()),
        };
        let wanted = (typed.len() + SPARE).clamp(LINES.0, LINES.1);
        while typed.len() < wanted {
            typed.push(TypedQcPlan::default());
        }
        lines = typed.iter().enumerate().map(|(at, line)| line_fields(lang, at, line, why)).collect();
    }
    Ok(TemplatesPage {
        p: page(site, user, "检验批模板", "Worksheet templates", again.map_or(&[][..], |(_, why)| why)),
        rows,
        fields,
        lines,
        form_open: method.is_some() || again.is_some(),
    })
}

#[get("/admin/templates?<method>")]
async fn templates(site: &State<Site>, user: User, method: Option<&str>) -> Html {
    enter(&user, AdminTab::Templates)?;
    show(&templates_view(site, &user, method.filter(|m| !m.trim().is_empty()), None).await?)
}

#[post("/admin/templates", data = "<form>")]
async fn save_template(site: &State<Site>, user: User, form: Result<Sent<TemplateForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Templates).map_err(Err)?;
    let did = async {
        let typed: TemplateForm = form.read()?;
        site.app.save_template(&user.actor, &typed.method, &typed.title, &typed_lines(&form), user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done("/admin/templates", "已保存模板", "The template was saved")),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&templates_view(site, &user, None, Some((&form, &why))).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}
