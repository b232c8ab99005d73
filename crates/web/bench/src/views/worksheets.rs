//! 检验批 the list, the making, the result grid with its drawer, finishing, instrument files, templates, and the queue of checking.

use askama::Template;
use shiyan_foundation::{Label, labels};
use shiyan_lab_results::bench::Advance;

use shiyan_web_kit::ui::{Badge, Due, Svg, Tone};

use super::{ActionView, Choice, Event, Fact, FieldView, FileView, Filters, Link, Page, ProblemView, Tab, Table};

/// One worksheet of the list.
#[derive(Debug, Clone, Default)]
pub struct SheetRow {
    /// 批号
    pub no: String,
    /// Address.
    pub href: String,
    /// 名称
    pub title: String,
    /// 检验依据
    pub method: String,
    /// 检验员
    pub analyst: String,
    /// 仪器
    pub instrument: String,
    /// `12 × 14`
    pub size: String,
    /// Cells with a verdict.
    pub filled: u64,
    /// Cells.
    pub cells: u64,
    /// 质控
    pub qc: Badge,
    /// Deadline.
    pub due: Due,
    /// State.
    pub state: Badge,
    /// Why it came back; may be empty.
    pub returned: String,
    /// 继续 / 查看
    pub verb: String,
}

/// What waits for a worksheet by one method.
#[derive(Debug, Clone, Default)]
pub struct WaitingRow {
    /// 检验依据
    pub method: String,
    /// Samples.
    pub samples: u64,
    /// Items.
    pub items: u64,
    /// The earliest deadline.
    pub due: Due,
    /// Where a worksheet of it is made; empty for whoever makes none.
    pub href: String,
}

/// 检验批 the list.
#[derive(Debug, Template)]
#[template(path = "worksheets.html")]
pub struct WorksheetsPage {
    /// Shell.
    pub p: Page,
    /// 录入中 / 已完成 / 待编批.
    pub tabs: Vec<Tab>,
    /// Filters.
    pub filters: Filters,
    /// Worksheets by deadline.
    pub rows: Vec<SheetRow>,
    /// Methods with what waits; shown instead of the worksheets.
    pub waiting: Option<Vec<WaitingRow>>,
    /// Sentence when empty.
    pub empty: String,
    /// A note under the list; may be empty.
    pub note: String,
}

/// One sample that waits.
#[derive(Debug, Clone, Default)]
pub struct NewRow {
    /// 盲样编号
    pub label: String,
    /// 样品名称
    pub food: String,
    /// Deadline.
    pub due: Due,
    /// Per item of the head: the id of the waiting item, and whether it is ticked; `None` where the sample has no such item.
    pub cells: Vec<Option<(String, bool)>>,
}

/// 新检验批
#[derive(Debug, Template)]
#[template(path = "worksheet_new.html")]
pub struct NewWorksheetPage {
    /// Shell.
    pub p: Page,
    /// 检验依据
    pub method: String,
    /// Items.
    pub analytes: Vec<String>,
    /// Samples by deadline.
    pub rows: Vec<NewRow>,
    /// Samples that wait too and do not fit on one worksheet.
    pub left_out: u64,
    /// 名称, 检验员, 仪器, 键入走向.
    pub fields: Vec<FieldView>,
    /// 质控 that the template of the method brings, one line each; empty when it has none.
    pub controls: Vec<String>,
}

/// 格的状态 as the page shows it: a letter code of the style sheet, with a sign and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CellState {
    /// 未填 or 已保存, told apart by the value.
    #[default]
    Saved,
    /// 有误 the text is kept.
    Wrong,
    /// 冲突 somebody else changed it.
    Conflict,
    /// 已退回
    Returned,
}

impl CellState {
    /// Value of `data-s`; empty for the ordinary state.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Saved => "",
            Self::Wrong => "err",
            Self::Conflict => "conf",
            Self::Returned => "back",
        }
    }
}

/// 判定标记 sign, meaning and words of a verdict, never colour alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    /// ✓ ✗ ⚠ ? –
    pub sign: &'static str,
    /// Meaning.
    pub tone: Tone,
    /// 合格项 and so on.
    pub word: String,
    /// The reason in one line.
    pub why: String,
}

impl Mark {
    /// Word and reason together.
    #[must_use]
    pub fn title(&self) -> String {
        [self.word.as_str(), self.why.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// One cell of the grid: a result of a sample, or a control.
#[derive(Debug, Clone, Default)]
pub struct GridCell {
    /// Name of the input: `r_{item}` or `q_{slot}`.
    pub key: String,
    /// Id of the item or the slot, as the drawer is asked for it.
    pub id: String,
    /// Name of the hidden revision: `rev_{item}` or `qrev_{slot}`.
    pub rev_key: String,
    /// Revision seen, a point, and the print of the text that was on the page.
    pub seen: String,
    /// Exactly as typed.
    pub value: String,
    /// What a screen reader says: `000125 韭菜 腐霉利`.
    pub label: String,
    /// `≤0.2`; empty when no limit applies or it is a control.
    pub limit: String,
    /// Verdict.
    pub mark: Mark,
    /// State.
    pub state: CellState,
    /// What is wrong with the text.
    pub error: String,
    /// What somebody else stored meanwhile: value, who.
    pub theirs: Option<(String, String)>,
    /// 退回理由
    pub returned: String,
    /// `RD 4.3%`, `92%`, `z 0.5` of a control; may be empty.
    pub figure: String,
    /// May not be changed.
    pub locked: bool,
    /// A control.
    pub control: bool,
}

impl GridCell {
    /// Class of the cell.
    #[must_use]
    pub fn css(&self) -> String {
        let verdict = if self.mark.sign.is_empty() { String::new() } else { format!(" k-{}", self.mark.tone) };
        format!("c{verdict}{}{}", if self.control { " qc" } else { "" }, if self.locked { " lock" } else { "" })
    }
    /// The limit, or a dash where nothing limits the item.
    #[must_use]
    pub fn limit_text(&self) -> &str {
        if self.limit.is_empty() { "—" } else { &self.limit }
    }
    /// The title of the input: verdict with reason, or what is wrong.
    #[must_use]
    pub fn title(&self) -> String {
        let said = [self.error.as_str(), self.mark.word.as_str(), self.mark.why.as_str(), self.returned.as_str()];
        said.iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(" · ")
    }
}

/// Head of a row or a column.
#[derive(Debug, Clone, Default)]
pub struct GridHead {
    /// `000125` or `腐霉利`
    pub title: String,
    /// `韭菜` or `mg/kg`
    pub sub: String,
    /// Address of the test order; empty for items and controls.
    pub href: String,
    /// Head of controls.
    pub control: bool,
    /// The first of the controls: a rule stands before it.
    pub first_control: bool,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct GridRow {
    /// Head.
    pub head: GridHead,
    /// Cells; `None` where the sample has no such item.
    pub cells: Vec<Option<GridCell>>,
}

/// 结果表 in one of its two orientations.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// 按样品 rows are samples; else rows are items.
    pub by_sample: bool,
    /// Word in the corner.
    pub corner: String,
    /// Heads of the columns.
    pub heads: Vec<GridHead>,
    /// Rows.
    pub rows: Vec<GridRow>,
}

impl Grid {
    /// Head and cell of one row together.
    pub fn zip<'a>(&'a self, row: &'a GridRow) -> impl Iterator<Item = (&'a GridHead, &'a Option<GridCell>)> {
        self.heads.iter().zip(&row.cells)
    }
}

/// One cell that a person has to look at.
#[derive(Debug, Clone, Default)]
pub struct GridIssue {
    /// Name of the input.
    pub key: String,
    /// `000125 韭菜 腐霉利`
    pub label: String,
    /// What is wrong, or why it came back.
    pub text: String,
    /// State.
    pub state: CellState,
    /// What somebody else stored meanwhile: value, who.
    pub theirs: Option<(String, String)>,
}

/// 状态栏 what stands under the grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct GridCounts {
    /// Cells.
    pub cells: u64,
    /// 已填
    pub filled: u64,
    /// 未检出
    pub not_detected: u64,
    /// 不合格
    pub failing: u64,
    /// 可疑 near the limit, above the historical P99, or for a person.
    pub doubtful: u64,
    /// 已退回
    pub returned: u64,
    /// Controls.
    pub controls: u64,
    /// Controls entered.
    pub controls_filled: u64,
}

/// One line of what is still missing, with its cells.
#[derive(Debug, Clone, Default)]
pub struct OpenPoint {
    /// What is missing.
    pub problem: ProblemView,
    /// The cells, at most twelve.
    pub cells: Vec<Link>,
    /// Cells beyond those.
    pub more: u64,
}

labels! {
    /// 密度 height of the rows of the grid on a wide screen: 44, 36 or 28 px; on a phone rows stay 44 px for the finger.
    #[derive(Default)]
    pub enum Density {
        Roomy = "roomy", "舒适", "Roomy";
        #[default]
        Normal = "normal", "标准", "Normal";
        Compact = "compact", "紧凑", "Compact";
    }
}

/// 样品去向 where a sample of a finished worksheet stands.
#[derive(Debug, Clone, Default)]
pub struct SampleStand {
    /// 盲样编号
    pub label: String,
    /// 样品名称
    pub food: String,
    /// Address of the test order.
    pub href: String,
    /// State.
    pub state: Badge,
    /// Why it waits at the bench.
    pub why: Vec<ProblemView>,
}

/// 检验批 with the result grid.
#[derive(Debug, Template)]
#[template(path = "worksheet.html")]
pub struct WorksheetPage {
    /// Shell.
    pub p: Page,
    /// 批号
    pub no: String,
    /// Account name, so that unsaved text of one person is not offered to another.
    pub username: String,
    /// 名称
    pub title: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: Due,
    /// 质控
    pub qc: Badge,
    /// Method, analyst, instrument.
    pub facts: Vec<Fact>,
    /// Where the grid posts to: `/worksheets/{id}`.
    pub action: String,
    /// The grid.
    pub grid: Grid,
    /// May be typed into.
    pub editable: bool,
    /// Why not, for whoever might expect to.
    pub why_locked: Vec<ProblemView>,
    /// 限量 under the values.
    pub limits: bool,
    /// 密度
    pub density: Density,
    /// 密度 to choose from.
    pub densities: Vec<Choice>,
    /// 键入走向
    pub advance: Advance,
    /// 键入走向 to choose from, the present one chosen; empty for whoever may not change it.
    pub advances: Vec<Choice>,
    /// 更正 asks for a reason.
    pub asks_why: bool,
    /// The reason typed.
    pub why: String,
    /// 退回 who and why; may be empty.
    pub returned: String,
    /// Counts.
    pub counts: GridCounts,
    /// `10:42:07`; empty for never.
    pub saved_at: String,
    /// Cells in conflict, wrong or sent back, each with its text.
    pub issues: Vec<GridIssue>,
    /// The drawer, when a cell is asked for in the address.
    pub drawer: Option<Drawer>,
    /// 样品去向, once the entry is finished.
    pub stands: Vec<SampleStand>,
    /// 质控放行 as it was given; may be empty.
    pub released: String,
    /// What quality control holds back.
    pub held: Vec<ProblemView>,
    /// Assign, import, override, void.
    pub actions: Vec<ActionView>,
    /// 原始数据文件
    pub files: Vec<FileView>,
    /// Timeline.
    pub timeline: Vec<Event>,
}

/// 详情 of one cell.
#[derive(Debug, Clone, Default)]
pub struct Drawer {
    /// Name of the input.
    pub key: String,
    /// Revision stored.
    pub rev: i64,
    /// Text stored.
    pub raw: String,
    /// `000125 韭菜`
    pub title: String,
    /// 项目
    pub item: String,
    /// Verdict.
    pub badge: Badge,
    /// The same as the cell of the grid shows it.
    pub mark: Mark,
    /// The reason.
    pub reason: String,
    /// Value, limit, basis, comparison, LOD.
    pub facts: Vec<Fact>,
    /// 判定过程
    pub working: Vec<String>,
    /// 退回理由; may be empty.
    pub returned: String,
    /// 近 12 次 of the same food and item.
    pub earlier: Option<Table>,
    /// One sentence on the range of the earlier values; may be empty.
    pub range: String,
    /// 质控图 of a control.
    pub chart: Option<Svg>,
    /// The points of the chart.
    pub points: Option<Table>,
    /// 修改记录
    pub history: Vec<Event>,
    /// 备注 the form; its address is empty when nothing may be written.
    pub remark_action: String,
    /// 备注
    pub remark: String,
    /// A doubtful value asks for a remark.
    pub remark_asked: bool,
    /// 带入原则 the form for the word about carry-over; its address is empty where none is asked for or nothing may be written.
    pub carry_action: String,
    /// 带入原则说明
    pub carry_word: String,
    /// Links: the test order, decide by hand.
    pub links: Vec<Link>,
}

/// 详情 as a part of a page, asked for by the script of the grid.
#[derive(Debug, Template)]
#[template(path = "worksheet_cell.html")]
pub struct DrawerPart {
    /// Language and token.
    pub p: Page,
    /// The cell.
    pub d: Drawer,
    /// Where its forms come back to.
    pub action: String,
}

/// 完成录入 what is still missing, or the button.
#[derive(Debug, Template)]
#[template(path = "worksheet_finish.html")]
pub struct FinishPage {
    /// Shell.
    pub p: Page,
    /// 批号
    pub no: String,
    /// 名称
    pub title: String,
    /// `/worksheets/{id}`
    pub action: String,
    /// Counts.
    pub counts: GridCounts,
    /// 质控
    pub qc: Badge,
    /// What is missing.
    pub open: Vec<OpenPoint>,
    /// What quality control will hold back; the record may be finished all the same.
    pub held: Vec<ProblemView>,
    /// Why this person may not finish it.
    pub why_not: Vec<ProblemView>,
}

/// What becomes of one reading of an instrument file.
#[derive(Debug, Clone, Default)]
pub struct FileValue {
    /// Row in the file.
    pub row: String,
    /// Column in the file.
    pub column: String,
    /// As printed.
    pub sample: String,
    /// As printed.
    pub analyte: String,
    /// As printed.
    pub value: String,
    /// Unit as printed.
    pub unit: String,
    /// Which cell it goes to, or empty.
    pub cell: String,
    /// What stands in that cell now; empty for nothing.
    pub now: String,
    /// What is written there.
    pub text: String,
    /// Outcome: a state with its word.
    pub outcome: Badge,
    /// Why.
    pub why: String,
}

/// 仪器文件 dry run and writing.
#[derive(Debug, Template)]
#[template(path = "worksheet_import.html")]
pub struct InstrumentImportPage {
    /// Shell.
    pub p: Page,
    /// 批号
    pub no: String,
    /// `/worksheets/{id}`
    pub action: String,
    /// File and profile.
    pub fields: Vec<FieldView>,
    /// Why no file may be read now.
    pub why_not: Vec<ProblemView>,
    /// File name of the dry run.
    pub file: String,
    /// Hash of the file, sent back to write.
    pub sha256: String,
    /// Key of the profile, sent back to write.
    pub profile: String,
    /// Hidden rows were asked for; sent back to write.
    pub include_hidden: bool,
    /// Name of the profile and sheet.
    pub read_as: String,
    /// Counters: word, number, tone.
    pub totals: Vec<(String, u64, Tone)>,
    /// Readings; those to be written first.
    pub rows: Vec<FileValue>,
    /// Readings not shown.
    pub more: u64,
    /// Rows of the file that were left out, with the reason.
    pub skipped: Option<Table>,
    /// How many empty cells a press of the button fills.
    pub writes: u64,
    /// How many cells hold another value; replaced only when asked for.
    pub overwrites: u64,
    /// Files kept already.
    pub files: Vec<FileView>,
}

/// One template of the list.
#[derive(Debug, Clone, Default)]
pub struct TemplateRow {
    /// 检验依据
    pub method: String,
    /// 名称
    pub title: String,
    /// Its controls, one line each.
    pub controls: Vec<String>,
    /// Where it is changed.
    pub href: String,
}

/// One line of the form of a template.
#[derive(Debug, Clone, Default)]
pub struct PlanLine {
    /// Fields of the line, in the order of the heads.
    pub fields: Vec<FieldView>,
}

/// 检验批模板 the list and the form.
#[derive(Debug, Template)]
#[template(path = "worksheet_templates.html")]
pub struct TemplatesPage {
    /// Shell.
    pub p: Page,
    /// Templates.
    pub rows: Vec<TemplateRow>,
    /// Method and title; empty when the person may not change anything.
    pub fields: Vec<FieldView>,
    /// 质控 lines.
    pub lines: Vec<PlanLine>,
    /// Unfold the form.
    pub form_open: bool,
}

/// One abnormal or any other cell in the queue.
#[derive(Debug, Clone, Default)]
pub struct QueueCell {
    /// Item, sent when it is returned.
    pub id: String,
    /// 盲样编号 and food.
    pub sample: String,
    /// 项目
    pub item: String,
    /// As typed, with the unit.
    pub value: String,
    /// 读作 how it was understood.
    pub understood: String,
    /// Limit.
    pub limit: String,
    /// Verdict.
    pub badge: Badge,
    /// 可疑 why; may be empty.
    pub doubt: String,
    /// Reason, remark, hand decision.
    pub note: String,
    /// The test order.
    pub href: String,
}

impl QueueCell {
    /// Whether it was understood as another text than was typed, but for blanks and the unit.
    #[must_use]
    pub fn reads_otherwise(&self) -> bool {
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        !self.understood.is_empty() && !bare(&self.value).starts_with(&bare(&self.understood))
    }
}

/// 一批 in the queue.
#[derive(Debug, Clone, Default)]
pub struct QueueSheet {
    /// Id.
    pub id: String,
    /// 批号
    pub no: String,
    /// 名称
    pub title: String,
    /// Address.
    pub href: String,
    /// 检验员 and when it was finished.
    pub by: String,
    /// Deadline.
    pub due: Due,
    /// State.
    pub state: Badge,
    /// `12 个样品等待校核 · 168 项 · 不合格 1 · 可疑 1`
    pub line: String,
    /// 质控 state.
    pub qc: Badge,
    /// 质控 line: kind, gravest verdict.
    pub controls: Vec<(String, Badge)>,
    /// Controls that are not in order, each by itself.
    pub odd_controls: Vec<(String, Badge)>,
    /// Cells shown.
    pub cells: Vec<QueueCell>,
    /// Cells in all.
    pub all: u64,
    /// 通过 with the count spelled out, or why not.
    pub pass: Option<ActionView>,
    /// Why cells may not be sent back; empty when they may.
    pub no_return: Vec<ProblemView>,
    /// Text typed into a refused return.
    pub reason: String,
    /// Error of a refused return.
    pub reason_error: String,
    /// Samples that wait, each by itself.
    pub samples: Vec<Link>,
}

impl QueueSheet {
    /// What a screen reader says for the tick box of a cell.
    #[must_use]
    pub fn tick_label(&self, cell: &QueueCell) -> String {
        format!("{} {}", cell.sample, cell.item)
    }
}

/// An order of the queue that is on no worksheet shown above.
#[derive(Debug, Clone, Default)]
pub struct QueueOrder {
    /// Id, sent when it is ticked.
    pub id: String,
    /// 全部正常 it may be approved together with others; ticked or not.
    pub ticked: Option<bool>,
    /// Every value as typed beside how it was understood, for whoever signs many at once.
    pub values: Vec<QueueCell>,
    /// 盲样编号 or number.
    pub label: String,
    /// 样品名称
    pub name: String,
    /// Address.
    pub href: String,
    /// State.
    pub state: Badge,
    /// Items.
    pub items: u64,
    /// 异常 items.
    pub abnormal: u64,
    /// Deadline.
    pub due: Due,
    /// 校核 / 审核 / 批准
    pub verb: String,
    /// Why not this person; may be empty.
    pub why: Vec<ProblemView>,
}

/// 校核队列
#[derive(Debug, Template)]
#[template(path = "review_queue.html")]
pub struct ReviewQueuePage {
    /// Shell.
    pub p: Page,
    /// 校核 / 审核 / 批准, those that this person works on.
    pub tabs: Vec<Tab>,
    /// Only what is not normal.
    pub abnormal_only: bool,
    /// Address of the other view.
    pub switch: String,
    /// Worksheets by deadline.
    pub sheets: Vec<QueueSheet>,
    /// Orders by deadline.
    pub orders: Vec<QueueOrder>,
    /// 成批批准 orders that are normal throughout, by deadline.
    pub normal: Vec<QueueOrder>,
    /// The password of whoever signs them.
    pub password: FieldView,
    /// More wait than are shown.
    pub more: u64,
    /// Sentence when empty.
    pub empty: String,
}
