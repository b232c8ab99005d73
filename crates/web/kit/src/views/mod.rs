//! 页面 what each page shows, as plain data: strings already in the reader's language where they come from the data, numbers,
//! and the small parts of [`crate::ui`]. Words of the page itself stand in the templates as pairs, `p.t("中文", "English")`.
//!
//! A handler fills one struct and renders it; it never writes HTML.

pub mod admin;
pub mod error;
pub mod figures;
pub mod forms;
pub mod jobs;
pub mod whose_day;

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use chrono::NaiveDate;
use shiyan_foundation::{Act, Lang, Refusal, Role, Scope};

use crate::ui::{Badge, Bar, Due, Esc, Tone};

pub use admin::*;
pub use error::*;
pub use figures::*;
pub use jobs::*;
pub use whose_day::*;

// ---------------------------------------------------------------- the shell

/// 页面外壳 everything around the content of a page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Language of the reader.
    pub lang: Lang,
    /// Title of the page, without the product's name.
    pub title: String,
    /// Address of this page with its query, so that the language switch comes back to it.
    pub path: String,
    /// CSRF token, printed into every form.
    pub csrf: String,
    /// Who is signed in; `None` on public pages, which then have neither rail nor bottom bar.
    pub user: Option<UserBar>,
    /// Name of the body, e.g. 金水区市场监督管理局.
    pub body: String,
    /// `2026年 · 全区` beside the search box.
    pub scope_note: String,
    /// Key of the active group of the rail: home, plan, samples, bench, worksheets, review, rapid, cases, stats, admin.
    pub nav: &'static str,
    /// Rail, at most eight groups ([`nav_for`]).
    pub rail: Vec<NavItem>,
    /// Bottom bar of a phone, four items ([`bottom_for`]).
    pub bottom: Vec<NavItem>,
    /// Breadcrumb; the last one is this page and has no link.
    pub crumbs: Vec<Crumb>,
    /// What just happened, shown once.
    pub notice: Option<Notice>,
    /// Error summary of a refused form; each entry also stands at its field.
    pub problems: Vec<ProblemView>,
    /// 演示数据 a ribbon says so.
    pub demo: bool,
    /// The day of the request.
    pub today: NaiveDate,
    /// 大字 larger text.
    pub large: bool,
}

impl Page {
    /// A fresh key for a form: sent twice, it is carried out once.
    pub fn key(&self) -> String {
        shiyan_app::token().chars().take(32).collect()
    }
    /// A page without a user.
    pub fn public(lang: Lang, title: impl Into<String>) -> Self {
        Self { lang, title: title.into(), ..Self::default() }
    }
    /// A page of somebody signed in; rail and bottom bar follow the duties.
    pub fn of(lang: Lang, title: impl Into<String>, nav: &'static str, user: UserBar) -> Self {
        let rail = nav_for(&user.roles, &user.scope, lang);
        let bottom = bottom_for(&user.roles, &user.scope, lang);
        Self { lang, title: title.into(), nav, rail, bottom, user: Some(user), ..Self::default() }
    }
    /// The text of this language out of a pair.
    #[must_use]
    pub fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }
    /// The same with the periods and numbers of the law of today: `{D37}`, `{N01}`.
    #[must_use]
    pub fn said(&self, zh: &str, en: &str) -> String {
        shiyan_statute::said(self.t(zh, en), self.today, self.lang)
    }
    /// A number with its word, the English one as the number asks.
    #[must_use]
    pub fn count(&self, n: impl std::borrow::Borrow<u64>, zh: &str, one: &str, many: &str) -> String {
        let n = *n.borrow();
        format!("{} {}", crate::ui::num(n), self.t(zh, if n == 1 { one } else { many }))
    }
    /// Whether the page is in Chinese.
    #[must_use]
    pub fn zh(&self) -> bool {
        self.lang == Lang::Zh
    }
    /// An icon.
    #[must_use]
    pub fn i(&self, name: &'static str) -> crate::ui::Icon {
        crate::ui::icon(name)
    }
    /// Address of the style sheet.
    #[must_use]
    pub fn css(&self) -> &'static str {
        crate::assets::css()
    }
    /// Address of the script.
    #[must_use]
    pub fn js(&self) -> &'static str {
        crate::assets::js()
    }
    /// Address of the script of the result grid.
    #[must_use]
    pub fn grid_js(&self) -> &'static str {
        crate::assets::grid_js()
    }
    /// Whether the person works with worksheets.
    #[must_use]
    pub fn works_at_bench(&self) -> bool {
        self.user.as_ref().is_some_and(|u| shiyan_foundation::Act::ReadBench.roles().iter().any(|r| u.roles.contains(r)))
    }
    /// Address of the mark.
    #[must_use]
    pub fn mark(&self) -> &'static str {
        crate::assets::mark()
    }
    /// Whether a group of the rail is the active one.
    #[must_use]
    pub fn on(&self, key: &str) -> bool {
        self.nav == key
    }
    /// Adds a step to the breadcrumb.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }
    /// With refusals in the error summary.
    #[must_use]
    pub fn refused(mut self, refusals: &[Refusal]) -> Self {
        for problem in refusals.iter().map(|r| ProblemView::of(r, self.lang)) {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        self
    }
    /// Whether the summary of what was refused says this already.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.problems.iter().any(|p| p.text == text)
    }
    /// With a notice.
    #[must_use]
    pub fn saying(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.notice = Some(Notice { tone, text: text.into(), link: None });
        self
    }
}

/// The person signed in, as the top bar shows them.
#[derive(Debug, Clone)]
pub struct UserBar {
    /// Printed name.
    pub name: String,
    /// Account name.
    pub username: String,
    /// Duties held.
    pub roles: BTreeSet<Role>,
    /// 数据范围 what they may see.
    pub scope: Scope,
    /// Duties and scope in words, e.g. `检验员 · 示范检测中心`.
    pub duty: String,
}

/// One entry of the rail or the bottom bar.
#[derive(Debug, Clone, Default)]
pub struct NavItem {
    /// Group key.
    pub key: &'static str,
    /// Address.
    pub href: String,
    /// Icon name.
    pub icon: &'static str,
    /// Word.
    pub label: String,
    /// Things waiting for this person; 0 shows nothing.
    pub count: u64,
}

/// Groups of the rail at most; what does not fit is reached from the bench, and papers from the statistics.
const MOST_GROUPS: usize = 8;

/// The groups of the rail that these duties need, in the order of the way.
#[must_use]
pub fn nav_for(roles: &BTreeSet<Role>, scope: &Scope, lang: Lang) -> Vec<NavItem> {
    let may = |acts: &[Act]| acts.iter().any(|act| act.ask(roles, scope).is_ok());
    let item = |key, href: &str, icon, zh: &str, en: &str| NavItem { key, href: href.to_owned(), icon, label: lang.pick(zh, en).to_owned(), count: 0 };
    let mut rail = vec![item("home", "/", "home", "工作台", "Home")];
    if may(&[Act::Plan, Act::Supervise, Act::Sheet]) {
        rail.push(item("plan", "/plan", "plan", "计划", "Plan"));
    }
    if may(&[Act::ReadSamples]) {
        rail.push(item("samples", "/samples", "sample", "样品", "Samples"));
    }
    if may(&[Act::ReadTasks]) {
        rail.push(item("bench", "/bench", "flask", "检验", "Bench"));
    }
    if may(&[Act::ReadBench]) {
        rail.push(item("worksheets", "/worksheets", "list", "检验批", "Worksheets"));
    }
    if may(&[Act::Check, Act::Review, Act::Approve]) {
        rail.push(item("review", "/review", "check", "校核队列", "Review"));
    }
    if may(&[Act::ReadReadings]) {
        rail.push(item("rapid", "/rapid", "tube", "快检", "Rapid tests"));
    }
    if may(&[Act::Plan, Act::Supervise, Act::Handle]) {
        rail.push(item("cases", "/cases", "case", "核查处置", "Cases"));
    }
    if may(&[Act::ReadStatistics]) {
        rail.push(item("stats", "/stats", "chart", "统计年报", "Statistics"));
    }
    if may(&[Act::DraftPaper]) {
        rail.push(item("papers", "/papers", "file", "文书", "Papers"));
    }
    if AdminTab::ALL.iter().any(|(tab, ..)| tab.open_to(roles, scope)) {
        rail.push(item("admin", "/admin", "settings", "管理", "Admin"));
    }
    for key in ["review", "worksheets", "papers"] {
        if rail.len() > MOST_GROUPS {
            rail.retain(|n| n.key != key);
        }
    }
    rail
}

/// One step of the breadcrumb.
#[derive(Debug, Clone, Default)]
pub struct Crumb {
    /// Word.
    pub label: String,
    /// Address; empty for the page itself.
    pub href: String,
}

/// What just happened, in one sentence.
#[derive(Debug, Clone, Default)]
pub struct Notice {
    /// Meaning.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// A next step.
    pub link: Option<Link>,
}

/// A refusal for the error summary: code, what happened, next step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemView {
    /// Stable code; links to `/explain/{code}`. May be empty.
    pub code: String,
    /// What happened.
    pub text: String,
    /// What to do.
    pub next: String,
    /// Key of the field it is about; empty for the whole form.
    pub field: String,
}

impl ProblemView {
    /// From a refusal.
    #[must_use]
    pub fn of(refusal: &Refusal, lang: Lang) -> Self {
        Self { code: refusal.code().to_owned(), text: refusal.what(lang), next: refusal.next(lang), field: refusal.field.clone().unwrap_or_default() }
    }
}

// ---------------------------------------------------------------- parts

/// A word that leads somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Word.
    pub text: String,
    /// Address.
    pub href: String,
}

impl Link {
    /// Word and address.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

/// What one cell of a table, or the value of a fact, shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing: `--`.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number, right-aligned and tabular.
    Num(String),
    /// A number or code to be read character by character.
    Code(String),
    /// 数 a number that opens the rows it counts: the number and where they are.
    Count(u64, String),
    /// 完成 / 计划 the number done opens its rows; the number planned stands beside it.
    CountOf(u64, String, String),
    /// A link.
    Link(Link),
    /// A link with a second, quieter line.
    LinkTwo(Link, String),
    /// Text with a second, quieter line.
    Two(String, String),
    /// A state.
    Badge(Badge),
    /// A deadline.
    Due(Due),
    /// Progress.
    Bar(Bar),
    /// Several links, e.g. evidence files.
    Links(Vec<Link>),
}

impl Cell {
    /// Right-aligned.
    #[must_use]
    pub fn is_num(&self) -> bool {
        matches!(self, Cell::Num(_) | Cell::Count(..) | Cell::CountOf(..))
    }
    /// A number with the rows that it counts; nothing is not a link.
    pub fn count(n: u64, href: impl Into<String>) -> Self {
        if n == 0 { Cell::from(n) } else { Cell::Count(n, href.into()) }
    }
    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Cell::Link(Link::new(text, href))
    }
}
impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}
impl From<u64> for Cell {
    fn from(n: u64) -> Self {
        Cell::Num(crate::ui::num(n))
    }
}
impl From<Badge> for Cell {
    fn from(badge: Badge) -> Self {
        Cell::Badge(badge)
    }
}
impl From<Due> for Cell {
    fn from(due: Due) -> Self {
        Cell::Due(due)
    }
}
impl From<Bar> for Cell {
    fn from(bar: Bar) -> Self {
        Cell::Bar(bar)
    }
}

impl Display for Cell {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => f.write_str(r#"<span class="none">--</span>"#),
            Cell::Text(t) | Cell::Num(t) => write!(f, "{}", Esc(t)),
            Cell::Code(t) => write!(f, r#"<span class="code">{}</span>"#, Esc(t)),
            Cell::Count(n, href) => write!(f, r#"<a href="{}" data-count="{n}">{}</a>"#, Esc(href), crate::ui::num(*n)),
            Cell::CountOf(n, of, href) => write!(f, "<span>{} / {}</span>", Cell::count(*n, href.as_str()), Esc(of)),
            Cell::Link(l) => write!(f, r#"<a href="{}">{}</a>"#, Esc(&l.href), Esc(&l.text)),
            Cell::LinkTwo(l, sub) => write!(f, r#"<a href="{}">{}</a><span class="sub">{}</span>"#, Esc(&l.href), Esc(&l.text), Esc(sub)),
            Cell::Two(main, sub) => write!(f, r#"{}<span class="sub">{}</span>"#, Esc(main), Esc(sub)),
            Cell::Badge(b) => write!(f, "{b}"),
            Cell::Due(d) => write!(f, "{d}"),
            Cell::Bar(b) => write!(f, r#"<span class="barcell">{b}<span class="num">{}</span></span>"#, b.percent()),
            Cell::Links(links) => {
                for link in links {
                    write!(f, r#"<a class="inl" href="{}">{}</a> "#, Esc(&link.href), Esc(&link.text))?;
                }
                Ok(())
            }
        }
    }
}
impl HtmlSafe for Cell {}

/// One line of a fact list.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// Label.
    pub label: String,
    /// Value.
    pub value: Cell,
}

impl Fact {
    /// Label and value.
    pub fn new(label: impl Into<String>, value: impl Into<Cell>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// A titled fact list.
#[derive(Debug, Clone, Default)]
pub struct FactGroup {
    /// Title; may be empty.
    pub title: String,
    /// Lines.
    pub facts: Vec<Fact>,
}

/// Column head.
#[derive(Debug, Clone, Default)]
pub struct Th {
    /// Word, with the unit where there is one.
    pub label: String,
    /// Numbers are right-aligned.
    pub num: bool,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Cells, as many as heads.
    pub cells: Vec<Cell>,
    /// Overdue or refused rows get a bar at the left edge; `None` for ordinary ones.
    pub tone: Option<Tone>,
}

/// 数据表 a plain table of cells.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Title above; may be empty.
    pub caption: String,
    /// Heads.
    pub heads: Vec<Th>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Totals.
    pub foot: Vec<Cell>,
    /// Sentence shown when there is no row.
    pub empty: String,
    /// A note under the table.
    pub note: String,
    /// 清单 its rows are what a number counted.
    pub list: bool,
}

impl Table {
    /// Heads from words; a word that starts with `#` heads a column of numbers.
    #[must_use]
    pub fn new(heads: &[&str]) -> Self {
        let heads = heads.iter().map(|h| Th { label: h.trim_start_matches('#').to_owned(), num: h.starts_with('#') }).collect();
        Self { heads, ..Self::default() }
    }
    /// Its rows are what a number counted.
    #[must_use]
    pub fn listed(mut self) -> Self {
        self.list = true;
        self
    }
    /// Adds a row.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, tone: None });
    }
    /// Heads and cells of one row together.
    pub fn zip<'a>(&'a self, cells: &'a [Cell]) -> impl Iterator<Item = (&'a Th, &'a Cell)> {
        self.heads.iter().zip(cells)
    }
}

/// One choice of a select.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// Value and label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
    /// Every member of a closed vocabulary.
    #[must_use]
    pub fn all<L: shiyan_foundation::Label>(lang: Lang) -> Vec<Self> {
        L::ALL.iter().map(|m| Self::new(m.code(), m.label(lang))).collect()
    }
}

/// A select of the filter bar; its first choice "all" is added by the template.
#[derive(Debug, Clone, Default)]
pub struct FilterSelect {
    /// Query key.
    pub key: &'static str,
    /// Word.
    pub label: String,
    /// Choices without "all".
    pub options: Vec<Choice>,
    /// Chosen value; empty for all.
    pub value: String,
}

/// An active filter with the address that removes it.
#[derive(Debug, Clone, Default)]
pub struct Chip {
    /// `状态：待校核`
    pub label: String,
    /// Address without this filter.
    pub remove: String,
}

/// 筛选栏 filters live in the URL; the form is a GET.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Address of the list.
    pub action: String,
    /// Search text; `None` for lists without a search box.
    pub q: Option<String>,
    /// What the search box looks for.
    pub hint: String,
    /// Selects, at most five shown, the rest folded.
    pub selects: Vec<FilterSelect>,
    /// A day, key and value, for day ledgers.
    pub day: Option<(String, String)>,
    /// A tick box: key, word, ticked.
    pub tick: Option<(String, String, bool)>,
    /// Active filters.
    pub chips: Vec<Chip>,
    /// Rows in all under these filters, e.g. `312`; empty when not counted.
    pub total: String,
}

/// 翻页 keyset paging.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Address of the page before; empty on the first.
    pub prev: String,
    /// Address of the next page; empty on the last.
    pub next: String,
    /// `1–50`
    pub range: String,
}

/// A tab, which is a link.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    /// Word.
    pub label: String,
    /// Address.
    pub href: String,
    /// The one shown.
    pub active: bool,
    /// How many rows it opens; `None` where it says none.
    pub count: Option<u64>,
    /// A number beside the word that the rows do not add up to: it is no part of the link.
    pub aside: Option<u64>,
}

impl Tab {
    /// A tab.
    pub fn new(label: impl Into<String>, href: impl Into<String>, active: bool) -> Self {
        Self { label: label.into(), href: href.into(), active, ..Self::default() }
    }
    /// With the number of rows that it opens.
    #[must_use]
    pub fn counted(mut self, n: u64) -> Self {
        self.count = Some(n);
        self
    }
    /// With a number that it cannot be followed to.
    #[must_use]
    pub fn beside(mut self, n: u64) -> Self {
        self.aside = Some(n);
        self
    }
}

/// One event of a timeline, newest first.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// `03-05 10:41`
    pub at: String,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// Reason or detail; may be empty.
    pub note: String,
    /// Meaning.
    pub tone: Tone,
}

/// One step of a way: done, current, or to come.
#[derive(Debug, Clone, Default)]
pub struct StepView {
    /// Word.
    pub label: String,
    /// Who and when, or what is missing; may be empty.
    pub note: String,
    /// Done.
    pub done: bool,
    /// Now.
    pub current: bool,
}

/// 下一步 an action on an object; if it may not be done, the reasons stand beside it.
#[derive(Debug, Clone, Default)]
pub struct ActionView {
    /// Stable key, sent as `action`.
    pub key: String,
    /// Verb and object, e.g. `提交校核`.
    pub label: String,
    /// Icon name.
    pub icon: &'static str,
    /// Where the form posts to; with `get` it is a plain link.
    pub href: String,
    /// A link instead of a form.
    pub get: bool,
    /// The one primary action.
    pub primary: bool,
    /// Ends something; the consequence is spelled out in `note`.
    pub danger: bool,
    /// What it does or ends, one sentence; may be empty.
    pub note: String,
    /// Fields to fill (a reason, a date); the form is folded until asked for.
    pub fields: Vec<FieldView>,
    /// 先问 folded although nothing is to be filled in: the first press shows what it ends, the second one does it.
    pub asks: bool,
    /// Why it may not be done now; empty means it may.
    pub why_not: Vec<ProblemView>,
}

impl ActionView {
    /// An action that posts.
    pub fn post(key: impl Into<String>, label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into(), href: href.into(), icon: "right", ..Self::default() }
    }
    /// A link.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), get: true, icon: "right", ..Self::default() }
    }
    /// The primary one.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.primary = true;
        self
    }
    /// Ends something.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
    /// With an icon.
    #[must_use]
    pub fn with_icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }
    /// With a sentence.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
    /// With fields.
    #[must_use]
    pub fn asking(mut self, fields: Vec<FieldView>) -> Self {
        self.fields = fields;
        self
    }
    /// Asks before it is done: the note and a second button stand behind the first one.
    #[must_use]
    pub fn asking_first(mut self) -> Self {
        self.asks = true;
        self
    }
    /// Whether something typed was refused; the form then stands open.
    #[must_use]
    pub fn wrong(&self) -> bool {
        self.fields.iter().any(|f| !f.error.is_empty())
    }
    /// Whether the form carries a file.
    #[must_use]
    pub fn multipart(&self) -> bool {
        self.fields.iter().any(|f| matches!(f.kind, FieldKind::File | FieldKind::Photo))
    }
    /// Not now, because.
    #[must_use]
    pub fn refused(mut self, refusals: &[Refusal], lang: Lang) -> Self {
        for problem in refusals.iter().map(|r| ProblemView::of(r, lang)) {
            if !self.why_not.contains(&problem) {
                self.why_not.push(problem);
            }
        }
        self
    }
}

/// A stored file with its hash.
#[derive(Debug, Clone, Default)]
pub struct FileView {
    /// File name.
    pub name: String,
    /// Address.
    pub href: String,
    /// `JPEG · 214 KB`
    pub size: String,
    /// SHA-256, shortened by the template.
    pub sha256: String,
    /// Who and when.
    pub by: String,
}

impl FileView {
    /// The first twelve characters of the hash.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

/// Kind of a form field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// One line.
    #[default]
    Text,
    /// One of the options.
    Select,
    /// A date.
    Date,
    /// A date with time.
    DateTime,
    /// A number; the text typed is kept.
    Number,
    /// Several lines.
    Textarea,
    /// Yes or no.
    Checkbox,
    /// One of few options, all visible.
    Radio,
    /// Several people out of the options (ticks).
    Users,
    /// One line with suggestions.
    Datalist,
    /// A file.
    File,
    /// A photo: a phone opens its camera.
    Photo,
    /// A password.
    Password,
    /// Sent, not shown.
    Hidden,
}

/// 表单字段 one field of a form, driven from data.
#[derive(Debug, Clone, Default)]
pub struct FieldView {
    /// Name sent, also the anchor of its error.
    pub key: String,
    /// Word.
    pub label: String,
    /// Help under the field; may be empty.
    pub hint: String,
    /// Kind.
    pub kind: FieldKind,
    /// Options of selects, radios, users and suggestions.
    pub options: Vec<Choice>,
    /// What was typed or stored; several values are joined by `,`.
    pub value: String,
    /// 必填
    pub required: bool,
    /// The same words as in the error summary; empty for none.
    pub error: String,
    /// Unit after the field, e.g. `kg`.
    pub unit: String,
    /// May be read, not changed.
    pub readonly: bool,
    /// Takes the whole width.
    pub wide: bool,
    /// Value of `autocomplete`, e.g. `current-password`; empty for off.
    pub autocomplete: &'static str,
}

impl FieldView {
    /// A field.
    pub fn new(kind: FieldKind, key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into(), kind, ..Self::default() }
    }
    /// One line.
    pub fn text(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Text, key, label)
    }
    /// A number.
    pub fn number(key: impl Into<String>, label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { unit: unit.into(), ..Self::new(FieldKind::Number, key, label) }
    }
    /// A date.
    pub fn date(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Date, key, label)
    }
    /// Several lines.
    pub fn area(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { wide: true, ..Self::new(FieldKind::Textarea, key, label) }
    }
    /// One of the options.
    pub fn select(key: impl Into<String>, label: impl Into<String>, options: Vec<Choice>) -> Self {
        Self { options, ..Self::new(FieldKind::Select, key, label) }
    }
    /// One of few options.
    pub fn radio(key: impl Into<String>, label: impl Into<String>, options: Vec<Choice>) -> Self {
        Self { options, ..Self::new(FieldKind::Radio, key, label) }
    }
    /// A file.
    pub fn file(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::File, key, label)
    }
    /// With a value.
    #[must_use]
    pub fn with(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }
    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
    /// 必填
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// Whole width.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
    /// With an error.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }
    /// Takes value and error from a refused form.
    #[must_use]
    pub fn filled(mut self, filled: &forms::Filled) -> Self {
        if let Some(value) = filled.values.get(&self.key) {
            self.value = value.clone();
        }
        if let Some(problem) = filled.problems.iter().find(|p| p.field == self.key) {
            self.error = problem.text.clone();
        }
        self
    }
    /// Whether an option is chosen.
    #[must_use]
    pub fn chosen(&self, value: &str) -> bool {
        self.value.split(',').any(|v| v.trim() == value)
    }
    /// Whether the tick box is ticked.
    #[must_use]
    pub fn ticked(&self) -> bool {
        matches!(self.value.as_str(), "1" | "true" | "on" | "yes" | "是")
    }
    /// Class of the field's frame.
    #[must_use]
    pub fn css(&self) -> &'static str {
        match (self.wide, self.error.is_empty()) {
            (false, true) => "field",
            (true, true) => "field wide",
            (false, false) => "field bad",
            (true, false) => "field wide bad",
        }
    }
}

/// A titled group of fields.
#[derive(Debug, Clone, Default)]
pub struct FieldGroup {
    /// Anchor.
    pub key: String,
    /// Title.
    pub title: String,
    /// One sentence; may be empty.
    pub note: String,
    /// Fields.
    pub fields: Vec<FieldView>,
}

impl FieldGroup {
    /// A group.
    pub fn new(key: impl Into<String>, title: impl Into<String>, fields: Vec<FieldView>) -> Self {
        Self { key: key.into(), title: title.into(), note: String::new(), fields }
    }
    /// Fields with an error.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.fields.iter().filter(|f| !f.error.is_empty()).count()
    }
    /// Required fields still empty.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.fields.iter().filter(|f| f.required && f.value.trim().is_empty()).count()
    }
}

/// Result of a dry run or of an import.
#[derive(Debug, Clone, Default)]
pub struct ImportResult {
    /// File name.
    pub file: String,
    /// `试运行` or written.
    pub dry_run: bool,
    /// Counters: word, number, tone.
    pub totals: Vec<(String, u64, Tone)>,
    /// Counts above the problems, e.g. rows by reason.
    pub summary: Vec<Table>,
    /// Problems: row, column, what was read, what is wrong, what to do.
    pub issues: Vec<ImportIssue>,
    /// Hidden rows and sheets were asked for; the confirmation asks again.
    pub include_hidden: bool,
    /// Key of the kept upload, sent back to confirm; empty when it cannot be confirmed.
    pub confirm: String,
    /// Button text of the confirmation, e.g. `写入 1,661 行`.
    pub confirm_label: String,
    /// Label of the word that the confirmation asks for; empty where it asks for none.
    pub confirm_word: String,
    /// What was typed there and refused.
    pub word: String,
    /// Tables, e.g. totals by category.
    pub tables: Vec<Table>,
}

/// One problem of an import.
#[derive(Debug, Clone, Default)]
pub struct ImportIssue {
    /// Row number as the spreadsheet shows it; 0 for the whole file.
    pub row: u64,
    /// Column, e.g. `G 检测值`.
    pub column: String,
    /// What stood there.
    pub value: String,
    /// What is wrong.
    pub text: String,
    /// Next step.
    pub next: String,
    /// Whether the row is left out (`Fail`) or taken with a warning (`Warn`).
    pub tone: Tone,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The templates of every room.
    fn templates() -> Vec<(String, String)> {
        let within = |dir: &Path| std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path());
        let rooms: Vec<std::path::PathBuf> = within(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).map(|room| room.join("templates")).collect();
        let read = |path: std::path::PathBuf| (path.display().to_string(), std::fs::read_to_string(&path).unwrap_or_default());
        let mut all: Vec<(String, String)> = rooms.iter().flat_map(|room| within(room)).map(read).collect();
        all.sort();
        assert!(all.len() > 50, "the templates are read");
        all
    }

    /// What stands between the tags once expressions and tags are cut out.
    fn bare_text(source: &str) -> String {
        let mut out = String::new();
        let mut rest = source;
        while !rest.is_empty() {
            let (open, close) = if rest.starts_with("{{") {
                ("{{", "}}")
            } else if rest.starts_with("{%") {
                ("{%", "%}")
            } else if rest.starts_with('<') {
                ("<", ">")
            } else {
                let mut chars = rest.chars();
                out.extend(chars.next());
                rest = chars.as_str();
                continue;
            };
            rest = &rest[open.len()..];
            // an expression may stand inside a tag and contain `>`
            if open == "<" {
                loop {
                    let next = rest.find(['>', '{']).unwrap_or(rest.len());
                    rest = &rest[next..];
                    if let Some(inner) = rest.strip_prefix("{{") {
                        rest = inner.split_once("}}").map_or("", |x| x.1);
                    } else if let Some(inner) = rest.strip_prefix("{%") {
                        rest = inner.split_once("%}").map_or("", |x| x.1);
                    } else {
                        rest = rest.get(1..).unwrap_or_default();
                        break;
                    }
                }
            } else {
                rest = rest.split_once(close).map_or("", |x| x.1);
            }
        }
        out
    }

    #[test]
    fn every_word_of_a_template_is_a_pair() {
        for (name, source) in templates() {
            let source: String = source.lines().filter(|l| !l.contains("block body_class")).collect::<Vec<_>>().join("\n");
            for word in bare_text(&source).split_whitespace() {
                let known = ["SHA-256", "j", "k", "g", "h", "s", "b", "c", "o", "Enter"].contains(&word) || !word.chars().any(char::is_alphabetic);
                assert!(known, "{name}: the word {word:?} is not in p.t(zh, en)");
            }
        }
    }

    #[test]
    fn a_pair_has_both_languages_each_in_its_own_place() {
        let cjk = |s: &str| s.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for (name, source) in templates() {
            for call in source.split("p.t(\"").skip(1) {
                let Some((zh, rest)) = call.split_once("\", \"") else { panic!("{name}: {call:.40}") };
                let en = rest.split_once("\")").map_or("", |x| x.0);
                // the language switch names the other language
                if [zh, en].iter().any(|x| ["en", "EN", "English", "Switch to English"].contains(x)) {
                    continue;
                }
                assert!(!cjk(en), "{name}: Chinese in the English place: {en}");
                assert!(zh.is_empty() || cjk(zh), "{name}: no Chinese in the Chinese place: {zh}");
            }
        }
    }

    #[test]
    fn the_pages_keep_the_content_security_policy() {
        for (name, source) in templates() {
            for bad in ["style=", "onclick", "onchange", "javascript:", "http://", "https://", "|safe"] {
                assert!(!source.contains(bad), "{name} contains {bad}");
            }
            for form in source.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap_or_default();
                // Where nobody is signed in there is no token yet: what was typed comes back packed, with the one it was sent with.
                let way_in = name.ends_with("sign_in_here.html") && ["action=\"/login\"", "action=\"/-/again\""].iter().any(|to| form.contains(to));
                let posts = form.contains("method=\"post\"") && !way_in;
                assert!(!posts || form.contains("csrf"), "{name}: a form posts without its token");
            }
        }
    }

    #[test]
    fn nobody_gets_more_than_eight_groups_or_other_than_four_shortcuts() {
        use shiyan_foundation::Label;
        for role in Role::ALL {
            let one = BTreeSet::from([*role]);
            assert_eq!(bottom_for(&one, &Scope::District, Lang::Zh).len(), 4, "{role:?}");
        }
        let everybody: BTreeSet<Role> = Role::ALL.iter().copied().collect();
        assert_eq!(nav_for(&everybody, &Scope::District, Lang::En).len(), 8);
    }
}
