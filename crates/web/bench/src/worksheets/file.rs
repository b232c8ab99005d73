//! 仪器文件 read by a declared profile, shown value by value, then written through the same door as what is typed.

use std::collections::BTreeMap;

use rocket::http::ContentType;
use rocket::{Route, State, get, post, routes};
use shiyan_app::bench::TypedResult;
use shiyan_app::worksheets::{TypedQc, Typing};
use shiyan_exchange::book::Hidden;
use shiyan_exchange::instrument::{self, InstrumentFile, InstrumentReading, Profile, Profiles, ReadingKind};
use shiyan_foundation::ids::WorksheetId;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Label, Refusal};
use shiyan_lab_results::bench::WorksheetAction;
use shiyan_lab_results::order::TestItem;
use shiyan_lab_results::qc::{QcKind, QcSlot};
use shiyan_statute::same_analyte;

use super::grid::{cell_name, control_name};
use super::{Whole, one_line};
use crate::code;
use crate::views::{Cell, Choice, FieldKind, FieldView, FileValue, InstrumentImportPage, ProblemView, Table};
use shiyan_web_kit::answer::Download;
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::dry_run::hidden_of;
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::key::{Key, Sha256};
use shiyan_web_kit::parts::{Answer, refusals, show_as};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of instrument files.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![import_page, import, kept]
}

/// Readings shown.
const SHOWN: usize = 400;
/// Left-out rows shown.
const SKIPPED: usize = 60;

/// Where a reading goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Cell(String),
    Slot(String),
}

/// What becomes of a reading, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Write,
    Overwrite,
    Person,
    Locked,
    Same,
    NoItem,
    NoSample,
    Standard,
}

impl Fate {
    fn badge(self, user: &User) -> Badge {
        let (tone, icon, zh, en) = match self {
            Self::Write => (Tone::Pass, "check", "写入", "Written"),
            Self::Overwrite => (Tone::Warn, "repeat", "已有别的值", "Holds another value"),
            Self::Person => (Tone::Warn, "user", "需人工", "Needs a person"),
            Self::Locked => (Tone::Idle, "lock", "已锁定", "Locked"),
            Self::Same => (Tone::Idle, "minus", "与现值相同", "The same already"),
            Self::NoItem => (Tone::Idle, "slash", "项目不在本批", "Item not on this worksheet"),
            Self::NoSample => (Tone::Idle, "slash", "样品不在本批", "Sample not on this worksheet"),
            Self::Standard => (Tone::Idle, "minus", "标准点", "Calibration standard"),
        };
        Badge::new(tone, user.t(zh, en)).with_icon(icon)
    }
}

/// One reading with what becomes of it.
struct Planned {
    fate: Fate,
    why: String,
    target: Option<Target>,
    text: String,
    now: String,
    cell: String,
    reading: InstrumentReading,
}

fn key(text: &str) -> String {
    fold(text).trim().to_lowercase()
}

/// The text of a reading as a person would have typed it: as printed, with its unit where that is not the unit of the cell.
fn text_of(reading: &InstrumentReading, unit: &str) -> String {
    // `<0.01` says more than 未检出 and stays as it is; a word or an empty cell is 未检出.
    if reading.not_detected && !reading.value.chars().any(char::is_numeric) {
        return "未检出".to_owned();
    }
    let own = reading.unit.trim();
    if own.is_empty() || key(own) == key(unit) { reading.value.clone() } else { format!("{} {own}", reading.value) }
}

struct Planner<'a> {
    user: &'a User,
    whole: &'a Whole,
    open: std::collections::BTreeSet<shiyan_foundation::ids::TestOrderId>,
}

impl Planner<'_> {
    fn names(reading: &InstrumentReading) -> Vec<&str> {
        [reading.analyte_mapped.as_deref(), Some(reading.analyte_clean.as_str()), Some(reading.analyte.as_str())].into_iter().flatten().collect()
    }
    fn analyte(&self, reading: &InstrumentReading) -> Option<&str> {
        let named = Self::names(reading);
        self.whole.sheet.analytes.iter().map(String::as_str).find(|a| named.iter().any(|n| same_analyte(a, n)))
    }
    fn sample_item(&self, reading: &InstrumentReading) -> Result<&TestItem, Fate> {
        let wanted = [key(&reading.sample), key(&reading.sample_printed)];
        let sample = self.whole.sheet.samples.iter().find(|s| wanted.contains(&key(&s.label))).ok_or(Fate::NoSample)?;
        let analyte = self.analyte(reading).ok_or(Fate::NoItem)?;
        self.whole.items.iter().find(|i| i.order == sample.order && i.analyte == analyte).ok_or(Fate::NoItem)
    }
    /// The one control of this kind and item; where there are several, the one whose sample or material the file names.
    fn slot(&self, reading: &InstrumentReading, kind: QcKind) -> Result<&QcSlot, (Fate, String)> {
        let analyte = self.analyte(reading).ok_or((Fate::NoItem, String::new()))?;
        let mut fitting: Vec<&QcSlot> = self.whole.sheet.qc.iter().filter(|s| s.kind == kind && s.analyte == analyte).collect();
        if fitting.len() > 1 {
            let printed = key(&reading.sample_printed);
            fitting.retain(|s| {
                let of = s.of_item.and_then(|id| self.whole.items.iter().find(|i| i.id == id)).map(|i| key(self.whole.sheet.label_of(i.order)));
                let material = key(&s.name);
                of.is_some_and(|l| !l.is_empty() && printed.contains(&l)) || (material.chars().count() > 2 && printed.contains(&material))
            });
        }
        match fitting.as_slice() {
            [one] => Ok(one),
            [] if !self.whole.sheet.qc.iter().any(|s| s.kind == kind && s.analyte == analyte) => {
                Err((Fate::NoItem, self.user.t("本批没有这种质控", "The worksheet has no such control").to_owned()))
            }
            _ => Err((Fate::Person, self.user.t("有几个同类质控，不能确定是哪一个", "There are several such controls; which one is not certain").to_owned())),
        }
    }
    fn one(&self, reading: &InstrumentReading) -> Planned {
        let mut planned = Planned {
            fate: Fate::Write,
            why: String::new(),
            target: None,
            text: String::new(),
            now: String::new(),
            cell: String::new(),
            reading: reading.clone(),
        };
        let kind = match reading.kind {
            ReadingKind::Unknown => None,
            ReadingKind::Standard => {
                planned.fate = Fate::Standard;
                return planned;
            }
            ReadingKind::Blank => Some(QcKind::Blank),
            ReadingKind::Control => Some(QcKind::Control),
            ReadingKind::Duplicate => Some(QcKind::Duplicate),
            ReadingKind::Spike => Some(QcKind::Spike),
        };
        match kind {
            None => match self.sample_item(reading) {
                Ok(item) => {
                    planned.target = Some(Target::Cell(item.id.to_string()));
                    planned.cell = cell_name(&self.whole.sheet, item.order, &item.analyte);
                    planned.text = text_of(reading, &item.unit);
                    planned.now.clone_from(&item.raw);
                    if !self.open.contains(&item.order) {
                        planned.fate = Fate::Locked;
                    }
                }
                Err(fate) => planned.fate = fate,
            },
            Some(kind) => match self.slot(reading, kind) {
                Ok(slot) => {
                    planned.target = Some(Target::Slot(slot.id.clone()));
                    planned.cell = control_name(&self.whole.sheet, &self.whole.items, slot, self.user.lang());
                    planned.text = text_of(reading, &slot.unit);
                    planned.now.clone_from(&slot.raw);
                }
                Err((fate, why)) => {
                    planned.fate = fate;
                    planned.why = why;
                }
            },
        }
        if planned.fate == Fate::Write {
            if let Some(flag) = reading.flag {
                planned.fate = Fate::Person;
                flag.label(self.user.lang()).clone_into(&mut planned.why);
            } else if planned.now == planned.text {
                planned.fate = Fate::Same;
            } else if !planned.now.is_empty() {
                planned.fate = Fate::Overwrite;
            }
        }
        planned
    }
    /// Every reading; where several would go to one cell, none does.
    fn all(&self, file: &InstrumentFile) -> Vec<Planned> {
        let mut all: Vec<Planned> = file.readings.iter().map(|r| self.one(r)).collect();
        let mut times: BTreeMap<Target, usize> = BTreeMap::new();
        for planned in all.iter().filter(|p| p.fate != Fate::Standard) {
            if let Some(target) = &planned.target {
                *times.entry(target.clone()).or_default() += 1;
            }
        }
        for planned in &mut all {
            let several = planned.target.as_ref().is_some_and(|t| times.get(t).is_some_and(|n| *n > 1));
            if several && matches!(planned.fate, Fate::Write | Fate::Overwrite | Fate::Same) {
                planned.fate = Fate::Person;
                self.user.t("文件里有几个值都要写到这一格", "Several values of the file go to this cell").clone_into(&mut planned.why);
            }
        }
        all.sort_by_key(|p| (p.fate, p.reading.row));
        all
    }
}

fn profile_name(profile: &Profile, user: &User) -> String {
    user.t(&profile.name.zh, &profile.name.en).to_owned()
}

async fn fields(site: &Site, user: &User, whole: &Whole, form: Option<&Posted>, why: &[Refusal]) -> Result<Vec<FieldView>, Failure> {
    let instruments = site.app.instruments_of(&user.actor).await?;
    let own = whole.sheet.instrument.as_ref().and_then(|(id, _)| instruments.iter().find(|i| i.id == *id)).and_then(|i| i.profile.clone());
    let options = site.profiles().await?.all().map(|(p, _)| Choice::new(p.key.as_str(), profile_name(p, user))).collect();
    let list = vec![
        FieldView::select("profile", user.t("文件格式", "Profile"), options).with(own.unwrap_or_default()).hint(user.t(
            "不选则由文件内容认；一种格式一台仪器，在“管理 · 仪器”登记",
            "Left open, the file itself tells; an instrument’s own profile is set under Admin · Instruments",
        )),
        FieldView { wide: false, ..FieldView::new(FieldKind::File, "file", user.t("仪器文件", "Instrument file")) }
            .required()
            .hint(user.t("xlsx、xls、csv、txt，不大于 8 MB", "xlsx, xls, csv, txt; 8 MB at most")),
        FieldView::new(FieldKind::Checkbox, "include_hidden", user.t("包括隐藏的行、列和工作表", "Include hidden rows, columns and sheets")),
    ];
    Ok(match form {
        Some(form) => {
            let filled = form.filled(why, user.lang());
            list.into_iter().map(|f| f.filled(&filled)).collect()
        }
        None => list,
    })
}

async fn view(site: &Site, user: &User, whole: &Whole, form: Option<&Posted>, why: &[Refusal]) -> Result<InstrumentImportPage, Failure> {
    let title = user.t("从仪器导入", "From an instrument");
    let why_not = whole.sheet.why_not(&user.actor, WorksheetAction::Enter);
    Ok(InstrumentImportPage {
        p: whole.page(site, user, title).crumb(title, "").refused(why),
        no: whole.sheet.no.clone(),
        action: whole.href(),
        fields: fields(site, user, whole, form, why).await?,
        why_not: why_not.iter().map(|r| ProblemView::of(r, user.lang())).collect(),
        file: String::new(),
        sha256: String::new(),
        profile: String::new(),
        include_hidden: false,
        read_as: String::new(),
        totals: Vec::new(),
        rows: Vec::new(),
        more: 0,
        skipped: None,
        writes: 0,
        overwrites: 0,
        files: whole.files(user),
    })
}

fn row_of(planned: &Planned, user: &User) -> FileValue {
    let reading = &planned.reading;
    FileValue {
        row: reading.row.to_string(),
        column: if reading.column.letter == reading.column.name || reading.column.name.is_empty() {
            reading.column.letter.clone()
        } else {
            format!("{} {}", reading.column.letter, reading.column.name)
        },
        sample: reading.sample_printed.clone(),
        analyte: match &reading.analyte_mapped {
            Some(mapped) if *mapped != reading.analyte => format!("{} → {mapped}", reading.analyte),
            _ => reading.analyte.clone(),
        },
        value: reading.value_printed.clone(),
        unit: reading.unit_printed.clone(),
        cell: planned.cell.clone(),
        now: planned.now.clone(),
        text: planned.text.clone(),
        outcome: planned.fate.badge(user),
        why: planned.why.clone(),
    }
}

pub(crate) fn skipped(file: &InstrumentFile, user: &User) -> Option<Table> {
    if file.skipped.is_empty() && file.issues.is_empty() && file.notes.is_empty() && file.unread_sheets.is_empty() {
        return None;
    }
    let lang = user.lang();
    let mut table = Table::new(&[user.t("#行", "#Row"), user.t("原因", "Why"), user.t("内容", "Content")]);
    table.caption = format!(
        "{} {}",
        user.t("有问题的行和略过的行", "Findings, and rows left out"),
        file.skipped.len() + file.notes.len() + file.issues.len() + file.unread_sheets.len()
    );
    for issue in file.notes.iter().chain(&file.issues).take(SKIPPED) {
        table.push(vec![
            Cell::Num(issue.row.to_string()),
            Cell::from(lang.pick(&issue.zh, &issue.en)),
            Cell::from(lang.pick(&issue.suggestion_zh, &issue.suggestion_en)),
        ]);
    }
    for sheet in &file.unread_sheets {
        let rows = format!("{} {}", sheet.rows, user.t("行", "rows"));
        table.push(vec![Cell::Empty, Cell::from(user.t("没有读的工作表", "Sheet not read")), Cell::Two(sheet.sheet.clone(), rows)]);
    }
    for row in file.skipped.iter().take(SKIPPED) {
        table.push(vec![Cell::Num(row.row.to_string()), Cell::from(row.reason.label(lang)), Cell::from(row.text.as_str())]);
    }
    if file.skipped.len() > SKIPPED || file.issues.len() > SKIPPED {
        table.note = user.t("只列出前面的行。", "The first of them are listed.").to_owned();
    }
    Some(table)
}

fn totals(planned: &[Planned], user: &User) -> Vec<(String, u64, Tone)> {
    let mut by: BTreeMap<Fate, u64> = BTreeMap::new();
    for p in planned {
        *by.entry(p.fate).or_default() += 1;
    }
    by.into_iter().map(|(fate, n)| (fate.badge(user).text, n, fate.badge(user).tone)).collect()
}

#[get("/worksheets/<id>/import")]
async fn import_page(site: &State<Site>, user: User, id: Key<WorksheetId>) -> Html {
    let whole = Whole::load(site, &user, &id).await?;
    show(&view(site, &user, &whole, None, &[]).await?)
}

shapes! {
    /// 仪器文件 how it is read, and which of the kept files is written.
    FileForm { profile: 100 "文件格式" / "profile", sha256: 64 "文件" / "file" }
}

#[post("/worksheets/<id>/import", data = "<form>")]
async fn import(site: &State<Site>, user: User, id: Key<WorksheetId>, form: Result<Sent<FileForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let whole = Whole::load(site, &user, &id).await.map_err(Err)?;
    let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
    let done = async {
        let typed = form.read()?;
        if typed.sha256.is_empty() { dry_run(site, &user, &whole, &form, typed.profile).await } else { write(site, &user, &whole, &form, typed).await }
    };
    match done.await {
        Ok(answer) => answer,
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            Err(show_as(status, &view(site, &user, &whole, Some(&form), &why).await.map_err(Err)?))
        }
    }
}

fn chosen(profiles: &Profiles, key: &str, bytes: &[u8], name: &str) -> Result<Profile, Refusal> {
    let found = if key.is_empty() { profiles.guess(bytes, name).first().and_then(|key| profiles.by_key(key)) } else { profiles.by_key(key) };
    found.cloned().ok_or_else(|| Refusal::new(code::NO_PROFILE).on("profile"))
}

/// Reads a file off the request threads: a large one takes a while.
async fn read_file(site: &Site, bytes: Vec<u8>, name: String, key: String, hidden: Hidden) -> Result<(Profile, InstrumentFile), shiyan_app::Error> {
    let profiles = site.profiles().await?;
    let reading = rocket::tokio::task::spawn_blocking(move || {
        let profile = chosen(&profiles, &key, &bytes, &name)?;
        let read = instrument::read_with(&bytes, &name, &profile, hidden).map_err(|r| r.on("file"))?;
        Ok::<_, Refusal>((profile, read))
    });
    Ok(reading.await.map_err(|e| shiyan_app::Error::Fault(format!("instrument file: {e}")))??)
}

fn version_of(profile: &Profile) -> String {
    format!("{} v{}", profile.key, profile.version)
}

async fn dry_run(site: &Site, user: &User, whole: &Whole, form: &Posted, profile: String) -> Result<Answer, shiyan_app::Error> {
    whole.sheet.may_enter(&user.actor)?;
    let file = form.file("file").ok_or_else(|| Refusal::new(code::NO_FILE).on("file"))?;
    let (profile, read) = read_file(site, file.bytes.clone(), file.name.clone(), profile, hidden_of(form)).await?;
    let sha256 = site.app.keep_instrument_file(&user.actor, &whole.sheet.id.to_string(), &file.name, &version_of(&profile), &file.bytes, user.now()).await?;
    let planned = Planner { user, whole, open: whole.open_to(user) }.all(&read);
    Ok(Err(match view(site, user, whole, Some(form), &[]).await {
        Ok(mut page) => {
            let count = |fate: Fate| planned.iter().filter(|p| p.fate == fate).count() as u64;
            page.sha256 = sha256;
            page.profile.clone_from(&profile.key);
            page.include_hidden = hidden_of(form) == Hidden::Take;
            page.file = file.name;
            page.read_as = if read.sheet.is_empty() { profile_name(&profile, user) } else { format!("{} · {}", profile_name(&profile, user), read.sheet) };
            page.totals = totals(&planned, user);
            page.more = planned.len().saturating_sub(SHOWN) as u64;
            page.rows = planned.iter().take(SHOWN).map(|p| row_of(p, user)).collect();
            page.skipped = skipped(&read, user);
            page.writes = count(Fate::Write);
            page.overwrites = count(Fate::Overwrite);
            show(&page)
        }
        Err(failure) => Err(failure),
    }))
}

async fn write(site: &Site, user: &User, whole: &Whole, form: &Posted, typed: FileForm) -> Result<Answer, shiyan_app::Error> {
    let (app, id) = (&site.app, whole.sheet.id.to_string());
    let FileForm { profile, sha256 } = typed;
    // Only what this worksheet keeps; a hash opens no other file.
    let known = whole.sheet.files.iter().find(|f| f.sha256 == sha256).ok_or_else(|| Refusal::new(code::UNKNOWN_FILE).on("file"))?;
    let bytes = app.read_instrument_file(&whole.sheet, &sha256).await?;
    let (_, read) = read_file(site, bytes, known.name.clone(), profile, hidden_of(form)).await?;
    let planned = Planner { user, whole, open: whole.open_to(user) }.all(&read);
    let overwrite = form.get("overwrite") == "1";
    let wanted = |p: &&Planned| p.fate == Fate::Write || (overwrite && p.fate == Fate::Overwrite);
    let why = format!("{}{}", user.t("仪器文件 ", "instrument file "), known.name);
    let mut cells = Vec::new();
    let mut controls = Vec::new();
    for p in planned.iter().filter(wanted) {
        match &p.target {
            Some(Target::Cell(item)) => {
                let seen = whole.items.iter().find(|i| i.id.to_string() == *item).map_or(-1, |i| i.revision);
                cells.push(TypedResult { item: item.clone(), seen, raw: one_line(&p.text), why: why.clone(), undo: false });
            }
            Some(Target::Slot(slot)) => {
                let seen = whole.sheet.qc.iter().find(|s| s.id == *slot).map_or(-1, |s| s.revision);
                controls.push(TypedQc { slot: slot.clone(), seen, raw: one_line(&p.text) });
            }
            None => {}
        }
    }
    let typed = Typing { cells: &cells, controls: &controls };
    let entered = app.enter_sheet(&user.actor, &id, typed, Some(&sha256), user.now()).await?;
    let (written, refused) = (entered.taken(typed), entered.refused());
    let to = whole.href();
    Ok(Ok(if refused == 0 {
        done(to, &format!("已从仪器文件写入 {written} 格"), &format!("{written} (cell was|cells were) written from the instrument file"))
    } else {
        let text = format!(
            "已写入 {written} 格，{refused} 格没有写入（刚被改动或锁定）|{written} (cell was|cells were) written, {refused} (was|were) not (changed or locked just now)"
        );
        rocket::response::Flash::new(rocket::response::Redirect::to(to), "warn", shiyan_foundation::text::plural(&text))
    }))
}

#[get("/worksheets/<id>/files/<sha256>")]
async fn kept(site: &State<Site>, user: User, id: Key<WorksheetId>, sha256: Sha256) -> Result<Download, Failure> {
    let whole = Whole::load(site, &user, &id).await?;
    let file = whole.sheet.files.iter().find(|f| *f.sha256 == *sha256).ok_or(Failure::NotFound)?;
    let bytes = site.app.read_instrument_file(&whole.sheet, &sha256).await?;
    Ok(Download::new(bytes, ContentType::Binary, &file.name))
}
