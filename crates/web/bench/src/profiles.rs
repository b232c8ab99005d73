//! 仪器格式 the page of the quality manager: a profile file is uploaded, tried on a file of the instrument, activated with a reason, and
//! taken out of use. What is in use here reads files at once, on every server of the database.

use rocket::http::ContentType;
use rocket::{Route, State, get, post, routes};
use shiyan_app::authority::Act;
use shiyan_app::profiles::{NewProfile, Tried};
use shiyan_exchange::book::Hidden;
use shiyan_exchange::instrument::{self, InstrumentFile, Origin, Profile, Profiles};
use shiyan_foundation::{Label, Refusal};
use shiyan_lab_results::bench::{PROFILE_MOVES, ProfileAction, ProfileState, ProfileVersion};

use super::worksheets::file::skipped;
use crate::code;
use crate::views::{ActionView, AdminTab, AdminTablePage, Cell, Fact, FactGroup, FieldKind, FieldView, Link, ProfilePage, Table};
use shiyan_app::cases::Upload;
use shiyan_web_kit::admin::{Form, enter, page, table_page};
use shiyan_web_kit::answer::Download;
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::dry_run::hidden_of;
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::{Again, Answer, asked, at_text, named, reason_field, refusals, show_as, typed};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of the profiles.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, upload, one, act, text, shipped]
}

const HOME: &str = "/admin/profiles";
/// Readings of a trial shown.
const SHOWN: usize = 200;

/// Address of a version.
fn href(version: &ProfileVersion) -> String {
    format!("{HOME}/{}/{}", version.key, version.version)
}

fn badge(state: ProfileState, user: &User) -> Badge {
    let (tone, icon) = match state {
        ProfileState::Draft => (Tone::Warn, "clock"),
        ProfileState::Active => (Tone::Pass, "check"),
        ProfileState::Retired => (Tone::Idle, "slash"),
    };
    Badge::new(tone, state.label(user.lang())).with_icon(icon)
}

/// What is no profile: its file, the line and the reason.
pub(super) fn refused(profiles: &Profiles, user: &User) -> FactGroup {
    let lang = user.lang();
    let one = |(name, r): &(String, Refusal)| Fact::new(name.as_str(), Cell::Badge(Badge::new(Tone::Fail, format!("{} {}", r.what(lang), r.next(lang)))));
    let facts: Vec<Fact> = profiles.refused.iter().map(one).collect();
    let title = if facts.is_empty() { "" } else { user.t("读不出的仪器格式，没有使用", "Profiles that cannot be read and are not used") };
    FactGroup { title: title.to_owned(), facts }
}

async fn list_view(site: &Site, user: &User, open: bool, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let lang = user.lang();
    let profiles = site.profiles().await?;
    let mut own = Table::new(&[
        user.t("格式和版本", "Profile and version"),
        user.t("名称", "Name"),
        user.t("状态", "State"),
        user.t("最近一次试读", "Newest trial"),
        user.t("上传", "Uploaded"),
    ]);
    own.caption = user.t("本页维护的格式", "Kept on this page").to_owned();
    own.empty = user.t("还没有上传过格式。", "No profile was uploaded yet.").to_owned();
    for version in site.app.profile_versions().await? {
        let trial = version.trials.last().map_or(Cell::Empty, |t| {
            Cell::Two(t.file.clone(), format!("{} {} · {} {}", user.t("读数", "readings"), t.readings, user.t("需人工", "for a person"), t.flagged))
        });
        own.push(vec![
            Cell::link(version.id(), href(&version)),
            Cell::from(lang.pick(&version.name.0, &version.name.1)),
            badge(version.state, user).into(),
            trial,
            Cell::Two(version.added_by.1.clone(), at_text(version.added_at, user.now())),
        ]);
    }
    let mut others = Table::new(&[user.t("格式", "Profile"), user.t("名称", "Name"), user.t("仪器", "Instrument"), user.t("来处", "Kept in")]);
    others.caption = user.t("文件夹里的和随程序提供的", "In the folder, and shipped").to_owned();
    others.note = user
        .t(
            "随程序提供的可以下载，改成本单位的再上传；key 相同的，本页在用的优先，其次是文件夹里的。",
            "A shipped one may be downloaded to begin one’s own with. Of the same key the one in use on this page counts first, then the one of the folder.",
        )
        .to_owned();
    for (p, origin) in profiles.all() {
        let from = match origin {
            Some(Origin::Page(_)) => continue,
            Some(Origin::Folder(file)) => Cell::Two(user.t("数据目录 profiles", "Folder profiles").to_owned(), file.clone()),
            None => Cell::link(user.t("随程序提供，下载", "Shipped; download"), format!("{HOME}/shipped/{}", p.key)),
        };
        let maker = format!("{} {}", p.maker, p.model);
        others.push(vec![Cell::from(format!("{} v{}", p.key, p.version)), Cell::from(lang.pick(&p.name.zh, &p.name.en)), Cell::from(maker.trim()), from]);
    }
    let mut file = FieldView { wide: false, ..FieldView::file("file", user.t("格式文件", "Profile file")) }
        .required()
        .hint(user.t("TOML 文件，不大于 64 KB；写法见 profiles/README.md", "A TOML file of 64 KB at most, written as profiles/README.md says"));
    if let Some(refusal) = why.iter().find(|r| r.field.as_deref() == Some("file")) {
        file.error = refusal.what(lang);
    }
    let form = user.may(Act::Profiles).then(|| Form {
        title: ("上传仪器格式", "Upload a profile"),
        action: HOME,
        button: ("上传，待试读", "Upload, to be tried"),
        fields: vec![file],
        open,
    });
    let lead = (
        "一种仪器导出文件的读法是一个格式文件。上传后先在这台仪器导出的文件上试读，再启用；启用后各承检机构导入结果立即使用，不必重启。",
        "How the files of an instrument are read is a profile. Upload it, try it on a file of that instrument, then activate it: every laboratory imports by it at once, without a restart.",
    );
    Ok(table_page(site, user, AdminTab::Profiles, lead, refused(&profiles, user), vec![own, others], form, why))
}

#[get("/admin/profiles")]
async fn list(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Profiles)?;
    show(&list_view(site, &user, false, &[]).await?)
}

/// A profile file as uploaded, understood.
fn read_profile(file: &Upload) -> Result<NewProfile, Refusal> {
    let (text, _) = shiyan_exchange::text::decode(&file.bytes, &file.name).map_err(|r| r.on("file"))?;
    let profile = Profile::parse_named(&text, &file.name)?;
    Ok(NewProfile { key: profile.key, version: profile.version, name: (profile.name.zh, profile.name.en), file: file.name.clone(), text })
}

#[post("/admin/profiles", data = "<form>")]
async fn upload(site: &State<Site>, user: User, form: Result<Sent<Bare>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Profiles).map_err(Err)?;
    // Who asks comes before what was sent.
    shiyan_app::authority::may(&user.actor, Act::Profiles).map_err(Failure::from).map_err(Err)?;
    let added = match form.file("file").ok_or_else(|| Refusal::new(code::NO_PROFILE_FILE).on("file")).and_then(|f| read_profile(&f)) {
        Ok(new) => site.app.add_profile(&user.actor, &new, user.now()).await,
        Err(refusal) => Err(refusal.into()),
    };
    match added {
        Ok(version) => Ok(done(href(&version), "已上传，请在真实文件上试读", "Uploaded; now try it on a file of the instrument")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            Err(show_as(status, &list_view(site, &user, true, &why).await.map_err(Err)?))
        }
    }
}

// ---------------------------------------------------------------- one version

async fn load(site: &Site, key: &str, version: u32) -> Result<ProfileVersion, Failure> {
    Ok(site.app.profile_version(&format!("{key}@{version}")).await?)
}

fn actions(user: &User, version: &ProfileVersion, again: Option<&Again<'_>>) -> Vec<ActionView> {
    if !user.may(Act::Profiles) {
        return Vec::new();
    }
    let lang = user.lang();
    let to = href(version);
    let file = FieldView::file("file", user.t("仪器导出的文件", "File of the instrument"))
        .required()
        .hint(user.t("xlsx、xls、csv、txt，不大于 8 MB；不留存", "xlsx, xls, csv, txt; 8 MB at most; it is not kept"));
    let hidden = FieldView::new(FieldKind::Checkbox, "include_hidden", user.t("包括隐藏的行、列和工作表", "Include hidden rows, columns and sheets"));
    let with_reason = |key: &'static str, label: &str, hint: &str, next: ProfileState| {
        let refused: Vec<Refusal> = version.why_not(next).into_iter().collect();
        ActionView::post(key, label, to.clone()).asking(asked(key, reason_field(lang, hint), again, lang)).refused(&refused, lang)
    };
    let mut all = vec![ActionView::post("try", user.t("试读一个文件", "Try it on a file"), to.clone()).with_icon("upload").asking(asked(
        "try",
        vec![file, hidden],
        again,
        lang,
    ))];
    let proven = version.proven();
    if !proven {
        all[0] = all[0].clone().primary();
    }
    if PROFILE_MOVES.allows(version.state, ProfileAction::Activate) {
        let label = if version.state == ProfileState::Draft { user.t("启用", "Activate") } else { user.t("重新启用", "Bring back into use") };
        let hint = user.t("例如：2026-05 试读 3 个文件，逐值核对无误", "For example: three files tried and compared value by value");
        let activate = with_reason("activate", label, hint, ProfileState::Active).with_icon("check").noted(user.t(
            "以后各承检机构按这一版读文件；同一格式的旧版同时停用",
            "Files are read by this version from now on; the version in use of this profile ends with it",
        ));
        all.push(if proven { activate.primary() } else { activate });
    }
    if PROFILE_MOVES.allows(version.state, ProfileAction::Retire) {
        let hint = user.t("例如：仪器已报废", "For example: the instrument was scrapped");
        let retire = with_reason("retire", user.t("停用", "Take out of use"), hint, ProfileState::Retired).danger().with_icon("slash");
        all.push(retire.noted(user.t("以后不再用来读文件；已写入的结果不变", "No file is read by it any more; results already written stay")));
    }
    all
}

fn trial_table(user: &User, version: &ProfileVersion) -> Table {
    let mut table = Table::new(&[
        user.t("文件", "File"),
        user.t("#读数", "#Readings"),
        user.t("#需人工", "#For a person"),
        user.t("#问题", "#Findings"),
        user.t("#略过的行", "#Rows left out"),
        user.t("试读", "Tried"),
    ]);
    table.caption = user.t("试读记录", "Trials").to_owned();
    table.empty = user.t("还没有试读过。", "It was not tried yet.").to_owned();
    for t in version.trials.iter().rev() {
        table.push(vec![
            Cell::Two(t.file.clone(), format!("SHA-256 {}", t.sha256.get(..12).unwrap_or_default())),
            Cell::Num(t.readings.to_string()),
            Cell::Num(t.flagged.to_string()),
            Cell::Num(t.issues.to_string()),
            Cell::Num(t.skipped.to_string()),
            Cell::Two(t.by.1.clone(), at_text(t.at, user.now())),
        ]);
    }
    table
}

fn reading_table(user: &User, read: &InstrumentFile) -> Table {
    let lang = user.lang();
    let mut table = Table::new(&[
        user.t("样品", "Sample"),
        user.t("项目", "Item"),
        user.t("#值", "#Value"),
        user.t("单位", "Unit"),
        user.t("种类", "Kind"),
        user.t("行和列", "Row and column"),
    ]);
    table.caption = format!("{} {}", user.t("读出的值", "Values it takes"), read.readings.len());
    table.empty = user.t("没有读出一个值。", "It takes no value.").to_owned();
    for r in read.readings.iter().take(SHOWN) {
        let item = r.analyte_mapped.as_deref().unwrap_or(&r.analyte_clean);
        let value = if r.not_detected { format!("{} ({})", user.t("未检出", "not detected"), r.value_printed.trim()) } else { r.value.clone() };
        table.push(vec![
            if r.sample == r.sample_printed { Cell::from(r.sample.as_str()) } else { Cell::Two(r.sample.clone(), r.sample_printed.clone()) },
            if item == r.analyte { Cell::from(item) } else { Cell::Two(item.to_owned(), r.analyte.clone()) },
            Cell::Num(value),
            Cell::from(r.unit.as_str()),
            match r.flag {
                Some(flag) => Badge::new(Tone::Warn, flag.label(lang)).with_icon("user").into(),
                None => Cell::from(r.kind.label(lang)),
            },
            Cell::from(format!("{} · {}", r.row, r.column.letter)),
        ]);
    }
    if read.readings.len() > SHOWN {
        table.note = user.t("只列出前面的值。", "The first of them are listed.").to_owned();
    }
    table
}

async fn one_view(
    site: &Site,
    user: &User,
    version: &ProfileVersion,
    again: Option<&Again<'_>>,
    read: Option<&InstrumentFile>,
) -> Result<ProfilePage, Failure> {
    let lang = user.lang();
    let id = version.id();
    let mut p = page(site, user, "仪器格式", "Instrument profiles", &[]).crumb(id.clone(), "");
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    let facts = vec![
        Fact::new(user.t("名称", "Name"), lang.pick(&version.name.0, &version.name.1)),
        Fact::new(user.t("状态", "State"), Cell::Badge(badge(version.state, user))),
        Fact::new(user.t("文件", "File"), Cell::Link(Link::new(version.file.clone(), format!("{}/text", href(version))))),
        Fact::new(user.t("上传", "Uploaded"), format!("{} {}", version.added_by.1, at_text(version.added_at, user.now()))),
    ];
    let versions = site.app.profile_versions().await?;
    let others = versions.iter().filter(|v| v.key == version.key && v.version != version.version);
    Ok(ProfilePage {
        p,
        id: id.clone(),
        facts: FactGroup { title: String::new(), facts },
        read: read.map(|r| reading_table(user, r)),
        read_of: read.map_or_else(String::new, |r| if r.sheet.is_empty() { r.file.clone() } else { format!("{} · {}", r.file, r.sheet) }),
        left: read.and_then(|r| skipped(r, user)),
        trials: trial_table(user, version),
        actions: actions(user, version, again),
        others: others.map(|v| Link::new(format!("{} · {}", v.id(), v.state.label(lang)), href(v))).collect(),
        text: version.text.clone(),
        timeline: told(&site.app.profile_timeline(version).await?, user.now(), lang),
    })
}

#[get("/admin/profiles/<key>/<version>")]
async fn one(site: &State<Site>, user: User, key: &str, version: u32) -> Html {
    enter(&user, AdminTab::Profiles)?;
    show(&one_view(site, &user, &load(site, key, version).await?, None, None).await?)
}

#[get("/admin/profiles/<key>/<version>/text")]
async fn text(site: &State<Site>, user: User, key: &str, version: u32) -> Result<Download, Failure> {
    enter(&user, AdminTab::Profiles)?;
    let found = load(site, key, version).await?;
    Ok(Download::new(found.text.into_bytes(), ContentType::Binary, &format!("{key}.toml")))
}

#[get("/admin/profiles/shipped/<key>", rank = 1)]
fn shipped(user: User, key: &str) -> Result<Download, Failure> {
    enter(&user, AdminTab::Profiles)?;
    let text = instrument::shipped_text(key).ok_or(Failure::NotFound)?;
    Ok(Download::new(text.as_bytes().to_vec(), ContentType::Binary, &format!("{key}.toml")))
}

shapes! {
    /// 启用或停用 as typed.
    TurnForm { reason: 500 "理由" / "reason" }
}

#[post("/admin/profiles/<key>/<version>", data = "<form>")]
async fn act(site: &State<Site>, user: User, key: &str, version: u32, form: Result<Sent<TurnForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Profiles).map_err(Err)?;
    let found = load(site, key, version).await.map_err(Err)?;
    let action = form.get("action").to_owned();
    let turned = async |to: ProfileState, zh: &str, en: &str| {
        let why: TurnForm = form.read_in(&action)?;
        site.app.turn_profile(&user.actor, &found.id(), to, &why.reason, user.now()).await?;
        Ok(Ok(done(href(&found), zh, en)))
    };
    let did: Result<Answer, shiyan_app::Error> = match action.as_str() {
        "try" => tried(site, &user, &found, &form).await,
        "activate" => turned(ProfileState::Active, "已启用，导入结果立即使用这一版", "Activated; files are read by this version from now on").await,
        "retire" => turned(ProfileState::Retired, "已停用", "Taken out of use").await,
        _ => Err(shiyan_app::Error::NotFound),
    };
    match did {
        Ok(answer) => answer,
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let again = Again { action: &action, form: &form, why: &why };
            Err(show_as(status, &one_view(site, &user, &found, Some(&again), None).await.map_err(Err)?))
        }
    }
}

async fn tried(site: &Site, user: &User, version: &ProfileVersion, form: &Posted) -> Result<Answer, shiyan_app::Error> {
    // Whether they may is asked before the file is read.
    shiyan_app::authority::may(&user.actor, Act::Profiles)?;
    let file = form.file("try-file").or_else(|| form.file("file")).ok_or_else(|| Refusal::new(code::NO_FILE).on("file"))?;
    let hidden = if typed(form, "try", "include_hidden") == "1" { Hidden::Take } else { hidden_of(form) };
    let _turn = match user.turn(site, Lane::Papers).await {
        Ok(turn) => turn,
        Err(wait) => return Ok(Err(Err(wait))),
    };
    let (text, name) = (version.text.clone(), version.id());
    let reading = rocket::tokio::task::spawn_blocking(move || {
        let profile = Profile::parse_named(&text, &name)?;
        instrument::read_with(&file.bytes, &file.name, &profile, hidden).map_err(|r| r.on("file"))
    });
    let read = reading.await.map_err(|e| shiyan_app::Error::Fault(format!("instrument file: {e}")))??;
    let trial = Tried {
        file: read.file.clone(),
        sha256: read.file_hash.clone(),
        readings: read.totals.readings,
        flagged: read.totals.flagged,
        issues: read.issues.len() as u64,
        skipped: read.totals.skipped,
    };
    let now = site.app.try_profile(&user.actor, &version.id(), &trial, user.now()).await?;
    Ok(Err(match one_view(site, user, &now, None, Some(&read)).await {
        Ok(view) => show(&view),
        Err(failure) => Err(failure),
    }))
}
