//! 抽样单与收样 the sampling sheet and reception: forms made from the field set; what was typed is never lost.

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::intake::parties::Picked;
use shiyan_app::read::Parties;
use shiyan_app::records::{SampleRecord, UserAccount};
use shiyan_foundation::ids::{OperatorId, SampleId, UserId};
use shiyan_foundation::{Act, Actor, Label, Lang, Refusal};
use shiyan_sample_intake::parties::CreditCode;
use shiyan_sample_intake::sheet::{FIELDS, FieldKind as Holds, FieldSpec, Group, PLACES, Required, Sheet};
use shiyan_sample_intake::{Reception, ReceptionCheck, SampleAction, SampleState};
use shiyan_statute::RuleKey;

use crate::parties::{offered_operator, offered_producer, offers};
use crate::views::forms::Filled;
use crate::views::{Cell, CheckRow, Choice, Fact, FactGroup, FieldGroup, FieldKind, FieldView, Link, OfferView, PickerView, ReceptionPage, SheetPage};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Answer, at_text, clock_chip, refusals, room, sample_badge, show_as};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::{LONGEST, Shape, bounded};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{street_choices, street_name};
use shiyan_web_kit::ui::{Badge, Due};
use shiyan_web_kit::words::{choices, word};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![blank, begin, sheet, save, reception, receive]
}

/// What the form chooses from.
struct Lists {
    samplers: Vec<(UserAccount, Choice)>,
    streets: Vec<Choice>,
    labs: Vec<Choice>,
}

async fn lists(site: &Site) -> Result<Lists, Failure> {
    let lists = site.app.read_sheet_lists().await?;
    Ok(Lists {
        samplers: lists.samplers.into_iter().map(|u| (u.clone(), Choice::new(u.id.to_string(), u.name.as_str()))).collect(),
        streets: street_choices(&lists.streets),
        labs: lists.labs.iter().map(|l| Choice::new(l.name.as_str(), "")).collect(),
    })
}

/// 身份证号
const IDENTITY: &str = "id_no";

/// The identity number that is kept, as a page shows it; nothing where there is none to hide.
fn hidden(sheet: &Sheet) -> Option<String> {
    let kept = sheet.get(IDENTITY);
    (kept.chars().count() >= 8).then(|| shiyan_foundation::text::mask(kept))
}

/// The sheet as typed; the samplers in the order of the list, the writer first.
/// 抽样单 as typed: the texts of the table of fields. A draft holds what was written so far; what a field takes is asked when it is submitted.
struct SheetForm {
    texts: Vec<(&'static FieldSpec, String)>,
    samplers: Vec<UserId>,
}

impl Shape for SheetForm {
    fn read(form: &Posted, _: &str) -> Self {
        let texts = FIELDS.iter().map(|spec| (spec, form.get(spec.key).to_owned())).filter(|(_, text)| !text.is_empty()).collect();
        Self { texts, samplers: form.many("samplers").into_iter().filter_map(|id| id.parse().ok()).collect() }
    }
    fn too_long(&self) -> Vec<Refusal> {
        bounded(LONGEST as u64, self.texts.iter().map(|(spec, text)| (spec.key, (spec.zh, spec.en), text.as_str())))
    }
}

fn typed_sheet(form: &Sent<SheetForm>, lists: &Lists, writer: &Actor) -> Sheet {
    let typed = SheetForm::read(form, "");
    let mut sheet = Sheet::default();
    for (spec, text) in typed.texts {
        sheet.set(spec.key, text);
    }
    let mut samplers: Vec<_> = lists.samplers.iter().filter(|(u, _)| typed.samplers.contains(&u.id)).map(|(u, _)| (u.id, u.name.clone())).collect();
    samplers.sort_by_key(|(id, _)| *id != writer.id);
    sheet.samplers = samplers;
    sheet
}

/// A fresh sheet with what is nearly always so.
fn fresh(user: &User, site: &Site) -> Sheet {
    let mut sheet = Sheet::default();
    let (today, body) = (user.now().date_naive().to_string(), site.body(Lang::Zh));
    for (key, value) in [
        ("purpose", "监督抽检"),
        ("task_level", "区抽"),
        ("department", "市场监管"),
        ("directed", "否"),
        ("sampling_type", "常规抽样"),
        ("area_kind", "城市"),
        ("has_third_party", "否"),
        ("imported", "否"),
        ("sampling_mode", "非无菌采样"),
        ("sampler_org", body.as_str()),
        ("sampled_on", today.as_str()),
    ] {
        sheet.set(key, value);
    }
    if user.may(Act::Sheet) {
        sheet.samplers.push((user.actor.id, user.actor.name.clone()));
    }
    sheet
}

fn places(lang: Lang) -> Vec<Choice> {
    let of = |(link, places): &(&str, &'static [&'static str])| {
        let link = word(link, lang);
        places.iter().map(|p| Choice::new(*p, format!("{link} · {}", word(p, lang)))).collect::<Vec<_>>()
    };
    PLACES.iter().flat_map(of).collect()
}

fn field(spec: &shiyan_sample_intake::FieldSpec, sheet: &Sheet, lists: &Lists, lang: Lang) -> FieldView {
    let value = sheet.get(spec.key).to_owned();
    let label = lang.pick(spec.zh, spec.en);
    let mut view = match spec.kind {
        Holds::Text(_) if matches!(spec.key, "remark" | "ingredients") => FieldView::area(spec.key, label),
        Holds::Text(_) if spec.key == "lab_org" => FieldView { options: lists.labs.clone(), ..FieldView::new(FieldKind::Datalist, spec.key, label) },
        Holds::Text(_) if spec.key == "cat1" => {
            let classes = shiyan_statute::food_classes().iter().map(|c| Choice::new(c.name.as_str(), lang.pick("", &c.name_en)));
            FieldView { options: classes.collect(), ..FieldView::new(FieldKind::Datalist, spec.key, label) }
        }
        Holds::Text(most) => FieldView { wide: most >= 150, ..FieldView::text(spec.key, label) },
        // A date field shows nothing but real dates; what was typed otherwise must stay visible.
        Holds::Date if value.is_empty() || value.parse::<chrono::NaiveDate>().is_ok() => FieldView::date(spec.key, label),
        Holds::Date => FieldView::text(spec.key, label),
        Holds::Number => FieldView::number(spec.key, label, ""),
        Holds::Choice(_) if spec.key == "place" => FieldView::select(spec.key, label, places(lang)),
        Holds::Choice(list) => FieldView::select(spec.key, label, choices(list, lang)),
        Holds::Street => FieldView::select(spec.key, label, lists.streets.clone()),
    };
    // A choice that is none stays visible too.
    if view.kind == FieldKind::Select && !value.is_empty() && view.options.iter().all(|o| o.value != value) {
        view.options.push(Choice::new(value.as_str(), value.as_str()));
    }
    view.required = match spec.required {
        Required::Always => true,
        Required::When(needed) => needed(sheet),
        Required::No => false,
    };
    if matches!(spec.required, Required::When(_)) && !view.required {
        lang.pick("有此情况时必填", "Required where it applies").clone_into(&mut view.hint);
    }
    match spec.key {
        "sampling_no" => lang
            .pick("国家系统编号，或临时编号 LS…；前缀和位数自动核对", "National number, or a temporary one LS…; prefix and length are checked")
            .clone_into(&mut view.hint),
        "uscc" => lang
            .pick("18 位，校验位自动核对；没有的写“/”并填身份证号", "18 characters, check digit verified; without one write “/” and the identity number")
            .clone_into(&mut view.hint),
        "brand" | "origin" => lang.pick("没有的写“/”", "Write “/” where there is none").clone_into(&mut view.hint),
        "ingredients" => lang
            .pick(
                "照标签抄录，连同复合配料的组成；不写厂名、品牌。判定带入（GB 2760 3.4）时用到，没有标签的可不填",
                "As on the label, with what compound ingredients consist of; no maker, no brand. Carry-over (GB 2760 3.4) is judged by it; empty without a label",
            )
            .clone_into(&mut view.hint),
        "backup_qty" => {
            lang.pick("只检微生物的写 0，并在备注写“仅微生物”", "For microbes only write 0, and 仅微生物 in the remarks").clone_into(&mut view.hint)
        }
        _ => {}
    }
    view.with(value)
}

/// The groups of the form, with the refusals at their fields.
fn groups(sheet: &Sheet, revision: Option<i64>, lists: &Lists, why: &[Refusal], lang: Lang) -> Vec<FieldGroup> {
    let mut all = Vec::new();
    for group in Group::ALL {
        let mut fields: Vec<FieldView> = Vec::new();
        if let (Group::Basics, Some(revision)) = (group, revision) {
            fields.push(FieldView::new(FieldKind::Hidden, "rev", "").with(revision.to_string()));
        }
        if *group == Group::SamplerOrg {
            let chosen = sheet.samplers.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(",");
            let hint = lang.pick("至少两名不同的人", "At least two different people");
            let options = lists.samplers.iter().map(|(_, c)| c.clone()).collect();
            fields.push(
                FieldView { options, ..FieldView::new(FieldKind::Users, "samplers", lang.pick("抽样人员", "Samplers")) }
                    .required()
                    .wide()
                    .with(chosen)
                    .hint(hint),
            );
        }
        fields.extend(FIELDS.iter().filter(|f| f.group == *group).map(|f| field(f, sheet, lists, lang)));
        for field in &mut fields {
            if let Some(refusal) = why.iter().find(|r| r.field.as_deref() == Some(field.key.as_str())) {
                field.error = refusal.what(lang);
            }
        }
        all.push(FieldGroup::new(group.code(), group.label(lang), fields));
    }
    all
}

/// 从名录选 the two nouns that a sheet is filled from, each with the group in which it stands.
const PICKERS: [(&str, &str, &str, &str, &str); 2] = [
    ("site", "operator", "site_name", "在名录中查找经营者", "Find the operator on the register"),
    ("producer", "producer", "prod_name", "在名录中查找生产者", "Find the producer on the register"),
];

/// What a button beside the fields asks for: a search, or that a card be filled in.
fn picking<'a>(form: &'a Posted, verb: &str) -> Option<&'a str> {
    form.get("button").strip_prefix(verb).filter(|kind| PICKERS.iter().any(|(_, key, ..)| key == kind))
}

/// What was chosen from the register, as the form carries it.
fn picked(form: &Posted) -> Picked {
    Picked { operator: form.get("operator").to_owned(), producer: form.get("producer").to_owned() }
}

/// The pickers of a sheet: what it is linked to, what was chosen, what a search found.
async fn pickers(site: &Site, user: &User, record: Option<&SampleRecord>, form: Option<&Posted>, sheet: &Sheet) -> Result<Pickers, Failure> {
    let parties = match record {
        Some(record) => site.app.read_parties(&user.actor, record).await?,
        None => Parties::default(),
    };
    let mut all = Vec::new();
    for (group, key, of, zh, en) in PICKERS {
        let mut view = PickerView { key, of, find: user.t(zh, en).to_owned(), ..PickerView::default() };
        view.linked = match key {
            "operator" => parties.operator.as_ref().map(|o| Link::new(o.name.as_str(), format!("/parties/operators/{}", o.id))),
            _ => parties.producer.as_ref().map(|o| Link::new(o.name.as_str(), format!("/parties/producers/{}", o.id))),
        };
        if let Some(form) = form {
            let id = if picking(form, "take-") == Some(key) { form.get(&format!("{key}_pick")) } else { form.get(key) };
            view.chosen = card(site, user, key, id).await?.map(|card| (card.id, card.name));
            if picking(form, "find-") == Some(key) {
                // a code says more than a name
                let by_code = CreditCode::of(sheet.get("uscc")).filter(|_| key == "operator");
                let q = by_code.as_ref().map_or_else(|| sheet.get(of), CreditCode::as_str);
                view.found = Some(offers(site, user, key, q).await?);
            }
        }
        all.push((group, view));
    }
    Ok(all)
}

type Pickers = Vec<(&'static str, PickerView)>;

/// The entry of an id that a form brought, if this person sees it.
async fn card(site: &Site, user: &User, kind: &str, id: &str) -> Result<Option<OfferView>, Failure> {
    let Ok(id) = id.parse::<Key<OperatorId>>() else { return Ok(None) };
    let card = match kind {
        "operator" => site.app.operator_to_fill(&user.actor, &id).await.map(|o| offered_operator(&o)),
        _ => site.app.producer_to_fill(&user.actor, &id).await.map(|p| offered_producer(&p)),
    };
    match card {
        Ok(card) => Ok(Some(card)),
        Err(shiyan_app::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Answers the buttons of the pickers: the page once more, nothing is saved. `None` for every other button.
async fn answered(site: &Site, user: &User, record: Option<&SampleRecord>, form: &Posted, sheet: &Sheet, lists: &Lists) -> Result<Option<Answer>, Failure> {
    if !user.may(Act::Sheet) || (picking(form, "find-").is_none() && picking(form, "take-").is_none()) {
        return Ok(None);
    }
    let mut sheet = sheet.clone();
    if let Some(kind) = picking(form, "take-")
        && let Some(card) = card(site, user, kind, form.get(&format!("{kind}_pick"))).await?
    {
        card.fills.into_iter().for_each(|(key, text)| sheet.set(key, text));
    }
    let view = page(site, user, record, &sheet, lists, &[]).with(pickers(site, user, record, Some(form), &sheet).await?);
    Ok(Some(Err(show(&view))))
}

/// The page around a sheet: the record, if it was saved before.
fn page(site: &Site, user: &User, record: Option<&SampleRecord>, sheet: &Sheet, lists: &Lists, why: &[Refusal]) -> SheetPage {
    let lang = user.lang();
    let id = record.map(|r| r.sample.id);
    let no = sheet.get("sampling_no").to_owned();
    // A number that is kept already stands masked; posted back like that, it stays what it is.
    let mut masked = sheet.clone();
    if let Some(hidden) = record.filter(|r| r.sample.sheet.get(IDENTITY) == sheet.get(IDENTITY)).and_then(|r| hidden(&r.sample.sheet)) {
        masked.set(IDENTITY, hidden);
    }
    let sheet = &masked;
    let p = user.page(site, "samples", user.t("抽样单", "Sampling sheet")).crumb(user.t("样品", "Samples"), "/samples").refused(why);
    SheetPage {
        p: match id {
            Some(id) => p
                .crumb(if no.is_empty() { user.t("草稿", "Draft").to_owned() } else { no.clone() }, format!("/samples/{id}"))
                .crumb(user.t("填写", "Write"), ""),
            None => p.crumb(user.t("新建", "New"), ""),
        },
        action: id.map_or_else(|| "/samples/new".to_owned(), |id| format!("/samples/{id}/sheet")),
        no,
        state: record.map_or_else(Badge::default, |r| sample_badge(r.sample.state, lang)),
        groups: groups(sheet, record.map(|r| r.sample.revision), lists, why, lang),
        saved_at: String::new(),
        pickers: Vec::new(),
    }
}

#[get("/samples/new")]
async fn blank(site: &State<Site>, user: User) -> Html {
    room(&user)?;
    if !user.may(Act::Sheet) {
        let why = shiyan_sample_intake::Sample::draft(shiyan_foundation::ids::SampleId(uuid::Uuid::nil()), Sheet::default())
            .why_not(&user.actor, SampleAction::Submit);
        return Err(Failure::Refused(why));
    }
    let sheet = fresh(&user, site);
    show(&page(site, &user, None, &sheet, &lists(site).await?, &[]).with(pickers(site, &user, None, None, &sheet).await?))
}

#[post("/samples/new", data = "<form>")]
async fn begin(site: &State<Site>, user: User, form: Result<Sent<SheetForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    begun(site, &user, &form).await.unwrap_or_else(|failure| Err(Err(failure)))
}

async fn begun(site: &Site, user: &User, form: &Sent<SheetForm>) -> Result<Answer, Failure> {
    room(user)?;
    let lists = lists(site).await?;
    let sheet = typed_sheet(form, &lists, &user.actor);
    if let Some(answer) = answered(site, user, None, form, &sheet, &lists).await? {
        return Ok(answer);
    }
    let did = async {
        form.read()?;
        site.app.begin_sheet_of(&user.actor, sheet.clone(), &picked(form), None, user.now()).await
    };
    match did.await {
        Ok(id) => submitted_or_saved(site, user, form, &id.to_string(), &lists).await,
        Err(error) => {
            let (status, why) = refusals(error)?;
            let view = page(site, user, None, &sheet, &lists, &why).with(pickers(site, user, None, Some(form), &sheet).await?);
            Ok(Err(show_as(status, &view)))
        }
    }
}

/// After the draft is safe: submits it when that was the button.
async fn submitted_or_saved(site: &Site, user: &User, form: &Posted, id: &str, lists: &Lists) -> Result<Answer, Failure> {
    if form.get("button") != SampleAction::Submit.code() {
        return Ok(Ok(done(format!("/samples/{id}/sheet"), "草稿已保存", "Draft saved")));
    }
    match site.app.submit_sheet(&user.actor, id, user.now()).await {
        Ok(()) => {
            let record = visible(site, user, id).await?;
            Ok(Ok(submitted(&record)))
        }
        Err(error) => {
            let (status, why) = refusals(error)?;
            let record = visible(site, user, id).await?;
            let sheet = &record.sample.sheet;
            let mut view = page(site, user, Some(&record), sheet, lists, &why).with(pickers(site, user, Some(&record), None, sheet).await?);
            view.saved_at = user.now().format("%H:%M").to_string();
            Ok(Err(show_as(status, &view)))
        }
    }
}

fn submitted(record: &SampleRecord) -> Flash<Redirect> {
    let to = format!("/samples/{}", record.sample.id);
    if record.sample.core.as_ref().is_some_and(|c| c.unknown_prefix) {
        let text = format!(
            "抽样单已提交；编号 {0} 的前缀不在已知范围内，请核对|Submitted; the prefix of number {0} is not a known one, please check it",
            record.sample.number()
        );
        return Flash::new(Redirect::to(to), "warn", text);
    }
    if record.sample.core.as_ref().is_some_and(|c| c.other_year) {
        let text = format!(
            "抽样单已提交；编号 {0} 的年份与抽样日期不是同一年，请核对|Submitted; the year in number {0} is not that of the sampling date, please check it",
            record.sample.number()
        );
        return Flash::new(Redirect::to(to), "warn", text);
    }
    done(to, "抽样单已提交", "The sheet was submitted")
}

async fn visible(site: &Site, user: &User, id: &str) -> Result<SampleRecord, Failure> {
    Ok(site.app.read_sheet(&user.actor, id).await?)
}

#[get("/samples/<id>/sheet")]
async fn sheet(site: &State<Site>, user: User, id: Key<SampleId>) -> Result<Html, Redirect> {
    let shown = async {
        room(&user)?;
        let record = visible(site, &user, &id).await?;
        let open = record.sample.why_not(&user.actor, SampleAction::Submit).is_empty();
        if !open {
            return Ok::<_, Failure>(None);
        }
        let sheet = &record.sample.sheet;
        Ok(Some(page(site, &user, Some(&record), sheet, &lists(site).await?, &[]).with(pickers(site, &user, Some(&record), None, sheet).await?)))
    };
    match shown.await {
        Ok(Some(view)) => Ok(show(&view)),
        // What cannot be written on any more is read on its own page.
        Ok(None) => Err(Redirect::to(format!("/samples/{id}?tab=sheet"))),
        Err(failure) => Ok(Err(failure)),
    }
}

#[post("/samples/<id>/sheet", data = "<form>")]
async fn save(site: &State<Site>, user: User, id: Key<SampleId>, form: Result<Sent<SheetForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    saved(site, &user, &id, &form).await.unwrap_or_else(|failure| Err(Err(failure)))
}

async fn saved(site: &Site, user: &User, id: &Key<SampleId>, form: &Sent<SheetForm>) -> Result<Answer, Failure> {
    room(user)?;
    let lists = lists(site).await?;
    let mut sheet = typed_sheet(form, &lists, &user.actor);
    let record = visible(site, user, id).await?;
    let kept = &record.sample.sheet;
    if hidden(kept).is_some_and(|masked| sheet.get(IDENTITY) == masked) {
        sheet.set(IDENTITY, kept.get(IDENTITY).to_owned());
    }
    if record.sample.state == SampleState::Draft
        && let Some(answer) = answered(site, user, Some(&record), form, &sheet, &lists).await?
    {
        return Ok(answer);
    }
    let seen = form.get("rev").parse::<i64>().unwrap_or(-1);
    let did = async {
        form.read()?;
        site.app.save_sheet_of(&user.actor, id, seen, sheet.clone(), &picked(form), user.now()).await
    };
    match did.await {
        Ok(_) => submitted_or_saved(site, user, form, id, &lists).await,
        Err(error) => {
            let (status, why) = refusals(error)?;
            let record = visible(site, user, id).await?;
            if record.sample.state != SampleState::Draft {
                return Err(Failure::With(status, why.first().cloned().unwrap_or_else(|| Refusal::new(shiyan_web_kit::failure::code::NOT_FOUND))));
            }
            let view = page(site, user, Some(&record), &sheet, &lists, &why).with(pickers(site, user, Some(&record), Some(form), &sheet).await?);
            Ok(Err(show_as(status, &view)))
        }
    }
}

// ---------------------------------------------------------------- reception

fn reception_fields(user: &User, sample: &shiyan_sample_intake::Sample) -> [FieldView; 5] {
    let t = |zh, en| user.t(zh, en);
    let mut backup = FieldView::text("backup_seal", t("备样封条编号", "Seal of the reserve")).required();
    backup.required = sample.sheet.get("backup_qty") != "0";
    [
        FieldView::text("test_seal", t("检样封条编号", "Seal of the test portion")).required(),
        backup,
        FieldView::text("place", t("库位", "Place")).hint(t("例如 冷藏柜 A-3", "For example fridge A-3")),
        FieldView::text("temperature", t("到样温度", "Temperature on arrival")).hint(t("冷藏冷冻样品须填写", "For chilled and frozen samples")),
        FieldView::area("note", t("偏离说明", "Note on deviations"))
            .hint(t("有不符项而仍可接收的，写明原因", "If something is not in order and the sample can still be accepted, say why")),
    ]
}

async fn reception_view(site: &Site, user: &User, id: &Key<SampleId>, again: Option<(&Posted, &[Refusal])>) -> Result<ReceptionPage, Failure> {
    room(user)?;
    let lang = user.lang();
    let t = |zh, en| user.t(zh, en);
    let shiyan_app::read::Reception { record, clocks, recent, calendar, streets } = site.app.read_reception(&user.actor, id).await?;
    let sample = &record.sample;
    let why = again.map_or(&[][..], |(_, why)| why);
    let filled = again.map_or_else(Filled::default, |(form, why)| form.filled(why, lang));
    let delivery = clocks.iter().find(|c| c.clock.rule == RuleKey::D01);
    let sheet = |key: &str| sample.sheet.get(key).to_owned();
    let unit = sheet("qty_unit");
    let samplers = sample.sheet.samplers.iter().map(|(_, n)| n.as_str()).collect::<Vec<_>>().join(lang.pick("、", ", "));
    let mut facts = vec![
        Fact::new(t("抽样日期", "Sampled on"), sheet("sampled_on")),
        Fact::new(t("抽样人员", "Samplers"), samplers),
        Fact::new(t("被抽样单位", "Sampled operator"), Cell::Two(sheet("site_name"), street_name(&streets, sample.sheet.get("street")))),
        Fact::new(t("食品类别", "Category"), [sheet("cat1"), sheet("cat2")].join(" / ")),
        Fact::new(t("抽样数量（含备样）", "Quantity taken, reserve included"), format!("{} {unit}", sheet("sample_qty"))),
        Fact::new(t("备样数量", "Reserve"), format!("{} {unit}", sheet("backup_qty"))),
        Fact::new(t("样品形态与包装", "Form and container"), format!("{} · {}", word(&sheet("form"), lang), word(&sheet("sample_pack"), lang))),
        Fact::new(t("储存条件", "Storage"), word(&sheet("storage"), lang)),
    ];
    if let Some(at) = sample.submitted_at {
        facts.push(Fact::new(t("提交时间", "Submitted"), at_text(at, user.now())));
    }
    let checks = ReceptionCheck::ALL
        .iter()
        .map(|c| CheckRow {
            key: c.code().to_owned(),
            label: c.label(lang).to_owned(),
            good: t("符合", "In order").to_owned(),
            bad: t("不符", "Not in order").to_owned(),
            is_bad: filled.values.get(c.code()).is_some_and(|v| v == "bad"),
        })
        .collect();
    let fields = reception_fields(user, sample);
    let title = format!("{} {}", t("收样", "Reception"), sample.number());
    Ok(ReceptionPage {
        p: user
            .page(site, "samples", title)
            .crumb(t("样品", "Samples"), "/samples")
            .crumb(sample.number(), format!("/samples/{}", sample.id))
            .crumb(t("收样", "Reception"), "")
            .refused(why),
        no: sample.number().to_owned(),
        name: sheet("name"),
        due: delivery.map_or_else(Due::default, |c| clock_chip(&c.clock, user.now(), &calendar, lang)),
        facts: FactGroup { title: t("送来的样品", "What was sent").to_owned(), facts },
        checks,
        fields: fields.into_iter().map(|f| f.filled(&filled)).collect(),
        action: format!("/samples/{}/reception", sample.id),
        reason: FieldView::area("reason", t("拒收理由", "Reason of refusal")).hint(t("至少 4 个字", "Four characters or more")).filled(&filled),
        recent: recent
            .iter()
            .take(5)
            .map(|r| Link::new(format!("{} {}", r.sampling_no.as_deref().unwrap_or_default(), r.name), format!("/samples/{}", r.id)))
            .collect(),
    })
}

#[get("/samples/<id>/reception")]
async fn reception(site: &State<Site>, user: User, id: Key<SampleId>) -> Result<Html, Redirect> {
    let shown = async {
        let record = visible(site, &user, &id).await?;
        let open = record.sample.why_not(&user.actor, SampleAction::Accept).is_empty();
        Ok::<_, Failure>(if open { Some(reception_view(site, &user, &id, None).await?) } else { None })
    };
    match shown.await {
        Ok(Some(view)) => Ok(show(&view)),
        Ok(None) => Err(Redirect::to(format!("/samples/{id}?tab=reception"))),
        Err(failure) => Ok(Err(failure)),
    }
}

shapes! {
    /// 收样 as typed.
    ReceptionForm {
        note: 300 "备注" / "note",
        test_seal: 300 "检样封条号" / "seal of the test portion",
        backup_seal: 300 "备样封条号" / "seal of the reserve portion",
        place: 300 "存放位置" / "place",
        temperature: 300 "温度" / "temperature",
        reason: 300 "拒收理由" / "reason for refusing",
    }
}

#[post("/samples/<id>/reception", data = "<form>")]
async fn receive(site: &State<Site>, user: User, id: Key<SampleId>, form: Result<Sent<ReceptionForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    let refusing = form.get("button") == SampleAction::Refuse.code();
    let did = async {
        let typed: ReceptionForm = form.read()?;
        let failed = ReceptionCheck::ALL.iter().copied().filter(|c| form.get(c.code()) == "bad").collect();
        let ReceptionForm { note, test_seal, backup_seal, place, temperature, reason } = typed;
        let reception = Reception { failed, note, test_seal, backup_seal, place, temperature, ..Reception::default() };
        if refusing {
            site.app.refuse_sample(&user.actor, &id, reception, &reason, user.now()).await
        } else {
            site.app.accept_sample(&user.actor, &id, reception, user.now()).await.map(|_| ())
        }
    };
    match did.await {
        Ok(()) if refusing => Ok(done(format!("/samples/{id}?tab=reception"), "样品已拒收", "The sample was refused")),
        Ok(()) => Ok(done(format!("/samples/{id}?tab=reception"), "样品已接收，检验任务已生成", "The sample was accepted; its test order is open")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let view = reception_view(site, &user, &id, Some((&form, &why))).await.map_err(Err)?;
            Err(show_as(status, &view))
        }
    }
}
