//! 检验报告: cover, notice, summary page, results.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use shiyan_foundation::Lang;

use crate::annual::date;
use crate::canvas::{Canvas, Colour, circle, mm};
use crate::face::{FaceSet, Role};
use crate::flow::{Flow, Sheet};
use crate::pdf::Info;
use crate::table::{self, Align, Cell, Grid, Part, Row};
use crate::text::{self, Fill};
use crate::{Faces, ReportError, qr};

/// Language of the labels. What the model says is printed as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Wording {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
    /// 中英文对照: Chinese labels with English ones under them.
    Both,
}

/// 标记 across every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// 作废
    Void,
    /// 演示数据
    Demo,
    /// 草稿
    Draft,
}

/// 检验机构 as it appears on its reports.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Laboratory {
    /// 名称
    pub name: String,
    /// 地址
    pub address: String,
    /// 电话
    pub phone: String,
    /// 邮政编码
    pub postcode: String,
    /// 电子邮箱
    pub email: String,
}

/// 样品 and where it came from. Empty fields print as `/`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// 样品名称
    pub name: String,
    /// 规格型号
    pub spec: String,
    /// 商标
    pub brand: String,
    /// 质量等级
    pub grade: String,
    /// 生产（加工、购进）日期/批号
    pub production: String,
    /// 保质期
    pub shelf_life: String,
    /// 被抽样单位
    pub sampled_unit: String,
    /// 被抽样单位地址
    pub sampled_address: String,
    /// 标称生产者
    pub producer: String,
    /// 标称生产者地址
    pub producer_address: String,
    /// 抽样单编号
    pub sampling_no: String,
    /// 抽样日期
    pub sampled_on: String,
    /// 抽样人员
    pub samplers: String,
    /// 抽样基数
    pub lot: String,
    /// 样品数量
    pub quantity: String,
    /// 备样数量及封存地点
    pub reserve: String,
    /// 样品状态
    pub state: String,
    /// 样品到达日期
    pub received_on: String,
    /// 检验日期
    pub tested_on: String,
    /// 任务来源
    pub task_source: String,
    /// 检验类别: 监督抽检, 风险监测, 评价性抽检, 委托检验
    pub category: String,
    /// 委托单位
    pub client: String,
}

/// 检验项目 and its result.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ResultRow {
    /// 检验项目
    pub item: String,
    /// 单位
    pub unit: String,
    /// 标准要求（限量）
    pub requirement: String,
    /// 检验结果
    pub result: String,
    /// 检验方法
    pub method: String,
    /// 单项判定
    pub verdict: String,
    /// 备注
    pub note: String,
    /// 不合格项: set bold.
    pub failed: bool,
}

/// 检验报告: everything it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Language of the labels.
    pub wording: Wording,
    /// 报告编号
    pub report_no: String,
    /// 检验机构
    pub laboratory: Laboratory,
    /// 样品
    pub sample: Sample,
    /// 检验依据
    pub basis: Vec<String>,
    /// 判定依据
    pub judged_by: Vec<String>,
    /// 检验结论, the whole sentence
    pub conclusion: String,
    /// 备注
    pub remark: String,
    /// 检验结果, in order
    pub results: Vec<ResultRow>,
    /// 批准
    pub approver: String,
    /// 审核
    pub reviewer: String,
    /// 主检（编制）
    pub tester: String,
    /// 签发日期
    pub issued_on: Option<NaiveDate>,
    /// 注意事项
    pub notices: Vec<String>,
    /// Address of the page that confirms this report; becomes the QR code. Empty for none.
    pub verify_url: String,
    /// Leave room for the CMA mark on the cover.
    pub mark_area: bool,
    /// Number of the report that this one replaces (本报告替代 …), and why.
    pub replaces: Option<Replaced>,
    /// 作废, 演示数据, 草稿
    pub mark: Option<Mark>,
    /// When the file was made.
    pub created_at: DateTime<FixedOffset>,
}

/// 被替代的报告.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Replaced {
    /// Its number.
    pub report_no: String,
    /// Why it was replaced; may be empty.
    pub reason: String,
}

const SHEET: Sheet = Sheet { width: mm(210.0), height: mm(297.0), top: mm(30.0), right: mm(20.0), bottom: mm(22.0), left: mm(24.0) };

/// A label in both languages.
type Pair = (&'static str, &'static str);

struct Words(Wording);

impl Words {
    fn one(&self, (zh, en): Pair) -> String {
        match self.0 {
            Wording::En => en.to_owned(),
            _ => zh.to_owned(),
        }
    }
    /// For one line: both languages with a space between.
    fn line(&self, pair: Pair) -> String {
        if self.0 == Wording::Both { format!("{} {}", pair.0, pair.1) } else { self.one(pair) }
    }
    fn lang(&self) -> Lang {
        if self.0 == Wording::En { Lang::En } else { Lang::Zh }
    }
    fn label(&self, pair: Pair, size: f32, role: Role) -> Vec<Part> {
        let mut parts = vec![Part::new(&self.one(pair), role, size)];
        if self.0 == Wording::Both {
            parts.push(Part::new(pair.1, Role::Table, size * 0.72).colour(Colour::GREY));
        }
        parts
    }
}

/// The report as a PDF file. The same model gives the same bytes.
///
/// # Errors
/// A face that cannot be read; in strict mode a character that no face has; an address too long for a QR code.
pub fn pdf(model: &Model, faces: &Faces) -> Result<Vec<u8>, ReportError> {
    let faces = FaceSet::new(faces)?;
    let words = Words(model.wording);
    let mut flow = Flow::new(&faces, SHEET);
    cover(&mut flow, model, &words)?;
    flow.new_page();
    notice(&mut flow, model, &words);
    flow.new_page();
    summary(&mut flow, model, &words);
    flow.new_page();
    results(&mut flow, model, &words);
    furniture(&mut flow, model, &words);
    flow.canvas.finish(&Info {
        title: format!("{} {}", words.one(TITLE), model.report_no),
        author: model.laboratory.name.clone(),
        subject: model.sample.name.clone(),
        created: model.created_at,
        lang: words.lang().pick("zh-CN", "en"),
        outline: Vec::new(),
    })
}

const TITLE: Pair = ("检验报告", "Test Report");
const REPORT_NO: Pair = ("报告编号", "Report No.");

fn value(text: &str) -> &str {
    if text.trim().is_empty() { "/" } else { text }
}

fn cover(flow: &mut Flow<'_>, model: &Model, words: &Words) -> Result<(), ReportError> {
    let (left, right, top) = (flow.left(), flow.left() + flow.width(), mm(24.0));
    if model.mark_area {
        // The laboratory puts its own mark here; the program never prints one.
        flow.canvas.polyline(
            &[(left, top), (left + mm(25.0), top), (left + mm(25.0), top + mm(15.0)), (left, top + mm(15.0)), (left, top)],
            0.5,
            Colour::PALE,
            Some([2.0, 2.0]),
        );
    }
    let no = format!("{}：{}", words.line(REPORT_NO), model.report_no);
    let no = if model.wording == Wording::En { no.replace('：', ": ") } else { no };
    flow.put(&no, (right, top + 14.0), Role::Table, 12.0, Colour::BLACK, Fill::Right);

    // The title, with room between its four characters.
    let middle = flow.sheet.width / 2.0;
    let base = mm(84.0);
    if model.wording == Wording::En {
        flow.put("TEST REPORT", (middle, base), Role::Title, 36.0, Colour::BLACK, Fill::Centre);
    } else {
        let step = 62.0;
        for (i, c) in ["检", "验", "报", "告"].into_iter().enumerate() {
            flow.put(c, (middle + (i as f32 - 1.5) * step, base), Role::Title, 44.0, Colour::BLACK, Fill::Centre);
        }
        if model.wording == Wording::Both {
            flow.put("TEST REPORT", (middle, base + 32.0), Role::Title, 18.0, Colour::BLACK, Fill::Centre);
        }
    }

    let issued = model.issued_on.map_or_else(String::new, |d| date(d, words.lang()));
    let fields: [(Pair, &str); 6] = [
        (("样品名称", "Sample"), &model.sample.name),
        (("被抽样单位", "Sampled unit"), &model.sample.sampled_unit),
        (("标称生产者", "Nominal producer"), &model.sample.producer),
        (("检验类别", "Kind of test"), &model.sample.category),
        (("检验机构", "Laboratory"), &model.laboratory.name),
        (("签发日期", "Date of issue"), &issued),
    ];
    let size = 15.0;
    let label_width = fields.iter().map(|(p, _)| text::width(flow.faces, Role::Table, size, &words.one(*p))).fold(0.0, f32::max);
    let from = left + mm(18.0);
    let to = right - mm(18.0);
    let start = from + label_width + 14.0;
    let mut y = mm(118.0);
    for (pair, text) in fields {
        let lines = text::lines(flow.faces, Role::Table, size, value(text), to - start - 6.0, 0.0);
        let label = words.one(pair);
        spread(flow, &label, (from, y), size, label_width);
        if model.wording == Wording::Both {
            flow.put(pair.1, (from, y + 13.0), Role::Table, 9.5, Colour::GREY, Fill::Left);
        }
        for line in &lines {
            let x = start + (to - start - line.width) / 2.0;
            flow.canvas.text(x, y, size, Colour::BLACK, &line.glyphs, 0.0);
            flow.canvas.polyline(&[(start, y + 5.5), (to, y + 5.5)], 0.5, Colour::RULE, None);
            y += 25.0;
        }
        y += 15.0;
    }
    if let Some(old) = &model.replaces {
        let text = replaced(old, words);
        for line in text::lines(flow.faces, Role::TableBold, 11.0, &text, to - from, 0.0) {
            let x = from + (to - from - line.width) / 2.0;
            flow.canvas.text(x, y, 11.0, Colour::BLACK, &line.glyphs, 0.0);
            y += 17.0;
        }
    }

    if !model.verify_url.is_empty() {
        let side = mm(27.0);
        let (x, y) = (right - side, mm(242.0));
        qr::draw(&mut flow.canvas, &model.verify_url, x, y, side)?;
        let text = words.one(("扫码查验报告", "Scan to verify"));
        flow.put(&text, (x + side / 2.0, y + side + 9.0), Role::Table, 9.0, Colour::GREY, Fill::Centre);
    }
    let seal = words.line(("（检验检测专用章）", "(Testing seal)"));
    flow.put(&seal, (left, mm(258.0)), Role::Table, 10.5, Colour::GREY, Fill::Left);
    Ok(())
}

fn replaced(old: &Replaced, words: &Words) -> String {
    match words.0 {
        Wording::En => {
            let why = if old.reason.is_empty() { String::new() } else { format!(" Reason: {}", old.reason) };
            format!("This report replaces report {}, which is void.{why}", old.report_no)
        }
        _ => {
            let why = if old.reason.is_empty() { String::new() } else { format!("原因：{}。", old.reason.trim_end_matches('。')) };
            format!("本报告替代编号{}的检验报告，原报告作废。{why}", old.report_no)
        }
    }
}

/// A short label spread over a width, as on printed forms.
fn spread(flow: &mut Flow<'_>, label: &str, (x, base): (f32, f32), size: f32, width: f32) {
    let mut glyphs = text::glyphs(flow.faces, Role::Table, size, label);
    let natural: f32 = glyphs.iter().map(|g| g.advance).sum();
    if glyphs.len() > 1 && glyphs.iter().all(|g| text::is_cjk(g.c)) {
        let each = (width - natural) / (glyphs.len() - 1) as f32;
        let count = glyphs.len();
        for g in glyphs.iter_mut().take(count - 1) {
            g.advance += each;
        }
    }
    // One piece per character: a reader of the file must still find the word, so no spaces are added.
    flow.canvas.text(x, base, size, Colour::BLACK, &glyphs, 0.0);
}

fn notice(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    flow.space(0.0);
    flow.y += 8.0;
    let title = words.one(("注　意　事　项", "Notice"));
    flow.plain(&title, Role::Title, 20.0, 36.0, Colour::BLACK, Fill::Centre);
    flow.y += 12.0;
    let (size, leading) = (12.5, 23.0);
    for (i, text) in model.notices.iter().enumerate() {
        let number = format!("{}.", i + 1);
        let width = flow.width() - 26.0;
        let lines = text::lines(flow.faces, Role::Body, size, text, width, 0.0);
        flow.ensure(leading * lines.len().min(3) as f32);
        flow.put(&number, (flow.left() + 18.0, flow.y + 16.0), Role::Body, size, Colour::BLACK, Fill::Right);
        for line in &lines {
            flow.ensure(leading);
            let glyphs = if line.last { line.glyphs.clone() } else { text::justify(line, size, width) };
            flow.canvas.text(flow.left() + 26.0, flow.y + 16.0, size, Colour::BLACK, &glyphs, 0.0);
            flow.y += leading;
        }
        flow.y += 5.0;
    }
    // The address of the laboratory stands at the foot of the page.
    let lab = &model.laboratory;
    let rows: Vec<(Pair, &str)> = vec![
        (("检验机构", "Laboratory"), lab.name.as_str()),
        (("地址", "Address"), lab.address.as_str()),
        (("邮政编码", "Postcode"), lab.postcode.as_str()),
        (("电话", "Phone"), lab.phone.as_str()),
        (("电子邮箱", "E-mail"), lab.email.as_str()),
    ];
    let rows: Vec<_> = rows.into_iter().filter(|(_, v)| !v.is_empty()).collect();
    let tall = rows.len() as f32 * 21.0 + 14.0;
    flow.ensure(tall);
    flow.y = flow.y.max(flow.bottom() - tall);
    let (left, width) = (flow.left(), flow.width());
    flow.canvas.polyline(&[(left, flow.y), (left + width, flow.y)], 0.5, Colour::RULE, None);
    flow.y += 10.0;
    let label_width = rows.iter().map(|(p, _)| text::width(flow.faces, Role::Table, 11.0, &words.line(*p))).fold(0.0, f32::max) + 14.0;
    for (pair, text) in rows {
        let base = flow.y + 13.0;
        flow.put(&words.line(pair), (left, base), Role::Table, 11.0, Colour::GREY, Fill::Left);
        flow.put(text, (left + label_width, base), Role::Table, 11.0, Colour::BLACK, Fill::Left);
        flow.y += 21.0;
    }
}

const SIZE: f32 = 10.5;
/// Height of the line of names under the summary.
const SIGNATURES: f32 = 32.0;

fn label(words: &Words, pair: Pair, span: usize) -> Cell {
    Cell { parts: words.label(pair, SIZE, Role::Table), align: Align::Centre, shade: true, top: false, span }
}

fn text_cell(text: &str, span: usize) -> Cell {
    Cell { span, ..Cell::new(Part::new(value(text), Role::Table, SIZE), Align::Left) }
}

fn summary(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    page_title(flow, model, words, TITLE);
    let s = &model.sample;
    let room = flow.width();
    // English labels are longer.
    let a = room * if words.0 == Wording::Zh { 0.155 } else { 0.19 };
    let b = room / 2.0 - a;
    let widths = vec![a, b, a, room - 2.0 * a - b];
    let four =
        |p: Pair, v: &str, q: Pair, w: &str| Row { cells: vec![label(words, p, 1), text_cell(v, 1), label(words, q, 1), text_cell(w, 1)], min_height: 24.0 };
    let two = |p: Pair, v: &str| Row { cells: vec![label(words, p, 1), text_cell(v, 3)], min_height: 24.0 };
    let items = match words.0 {
        Wording::En => format!("{} items, see annex", model.results.len()),
        _ => format!("共{}项，详见附页", model.results.len()),
    };
    let join = |list: &[String]| list.join(if words.0 == Wording::En { "; " } else { "；" });
    let mut rows = vec![
        four(("样品名称", "Sample"), &s.name, ("规格型号", "Specification"), &s.spec),
        four(("商标", "Brand"), &s.brand, ("质量等级", "Grade"), &s.grade),
        four(("生产日期（批号）", "Production date (lot)"), &s.production, ("保质期", "Shelf life"), &s.shelf_life),
        two(("被抽样单位", "Sampled unit"), &s.sampled_unit),
        two(("单位地址", "Its address"), &s.sampled_address),
        two(("标称生产者", "Nominal producer"), &s.producer),
        two(("生产者地址", "Its address"), &s.producer_address),
    ];
    if !s.client.is_empty() {
        rows.push(two(("委托单位", "Client"), &s.client));
    }
    rows.extend([
        four(("抽样单编号", "Sampling form No."), &s.sampling_no, ("抽样日期", "Sampled on"), &s.sampled_on),
        four(("抽样人员", "Samplers"), &s.samplers, ("抽样基数", "Lot size"), &s.lot),
        four(("样品数量", "Quantity"), &s.quantity, ("备样数量及\n封存地点", "Reserve, kept at"), &s.reserve),
        four(("样品状态", "State"), &s.state, ("样品到达日期", "Received on"), &s.received_on),
        four(("检验日期", "Tested on"), &s.tested_on, ("检验项目", "Items"), &items),
        four(("任务来源", "Task source"), &s.task_source, ("检验类别", "Kind of test"), &s.category),
        two(("检验依据", "Test methods"), &join(&model.basis)),
        two(("判定依据", "Judged by"), &join(&model.judged_by)),
    ]);
    let grid = |rows: Vec<Row>| Grid {
        widths: widths.clone(),
        header: Vec::new(),
        rows,
        caption: String::new(),
        continued: String::new(),
        caption_size: 0.0,
        tail: 0.0,
    };
    // The conclusion and its seal stay in one piece, and on the same page as the signatures. The sentence stands above
    // the seal if there is room, else beside it.
    let remark = grid(vec![two(("备注", "Remark"), &model.remark)]);
    let rest = table::height(flow.faces, &remark) + SIGNATURES;
    let seal = mm(42.0);
    let set = |faces: &FaceSet<'_>, inner: f32| text::lines(faces, Role::TableBold, 12.0, &model.conclusion, inner, 24.0);
    let (wide, narrow) = (room - a - 20.0, room - a - seal - 36.0);
    let (above, beside) = (set(flow.faces, wide), set(flow.faces, narrow));
    let height_above = above.len() as f32 * 19.0 + 12.0 + seal + 8.0;
    let height_beside = (beside.len() as f32 * 19.0 + 12.0).max(seal + 8.0);
    let free = flow.bottom() - flow.y - table::height(flow.faces, &grid(rows.clone())) - rest;
    let (inner, conclusion, mut tall) =
        if free < height_above && free >= height_beside { (narrow, beside, height_beside) } else { (wide, above, height_above) };
    if free < tall {
        // It does not fit: what was tested and judged by goes to the next page with it, so that it does not stand alone.
        let with = rows.split_off(rows.len().saturating_sub(2));
        table::draw(flow, &grid(rows));
        flow.new_page();
        page_title(flow, model, words, TITLE);
        rows = with;
    }
    table::draw(flow, &grid(rows));
    // Fill the page, within reason.
    tall += (flow.bottom() - flow.y - tall - rest).clamp(0.0, 50.0);
    let (left, top) = (flow.left(), flow.y);
    flow.canvas.rect(left, top, a, tall, Colour::SHADE);
    let parts = words.label(("检验结论", "Conclusion"), 12.0, Role::TableBold);
    let mut y = top + tall / 2.0 - if parts.len() > 1 { 4.0 } else { -4.0 };
    for part in parts {
        flow.put(&part.text, (left + a / 2.0, y), part.role, part.size, part.colour, Fill::Centre);
        y += 14.0;
    }
    let mut base = top + 21.0;
    for (i, line) in conclusion.iter().enumerate() {
        let indent = if i == 0 { 24.0 } else { 0.0 };
        let glyphs = if line.last { line.glyphs.clone() } else { text::justify(line, 12.0, inner - indent) };
        flow.canvas.text(left + a + 10.0 + indent, base, 12.0, Colour::BLACK, &glyphs, 0.0);
        base += 19.0;
    }
    let radius = seal / 2.0;
    let (cx, cy) = (left + room - radius - 14.0, top + tall - radius - 6.0);
    flow.canvas.polyline(&circle(cx, cy, radius), 1.0, Colour::PALE, Some([0.0, 3.0]));
    let seal_text = words.one(("检验检测专用章", "Testing seal"));
    flow.put(&seal_text, (cx, cy - 4.0), Role::Table, 9.0, Colour::PALE, Fill::Centre);
    let issued = model.issued_on.map_or_else(|| words.one(("　　年　　月　　日", "____________")), |d| date(d, words.lang()));
    let colon = if words.0 == Wording::En { ": " } else { "：" };
    let text = format!("{}{colon}{issued}", words.one(("签发日期", "Date of issue")));
    let half = text::width(flow.faces, Role::Table, SIZE, &text) / 2.0;
    let x = cx.min(left + room - half - 8.0);
    flow.put(&text, (x, cy + 18.0), Role::Table, SIZE, Colour::BLACK, Fill::Centre);
    flow.canvas.polyline(&[(left + a, top), (left + a, top + tall)], 0.5, Colour::RULE, None);
    flow.canvas.frame(left, top, room, tall, 0.75, Colour::RULE);
    flow.y += tall;
    table::draw(flow, &remark);

    flow.y += 24.0;
    let names: [(Pair, &str); 3] =
        [(("批准", "Approved by"), &model.approver), (("审核", "Reviewed by"), &model.reviewer), (("主检", "Tested by"), &model.tester)];
    let each = room / 3.0;
    for (i, (pair, name)) in names.into_iter().enumerate() {
        let x = left + each * i as f32;
        let used = flow.put(&format!("{}{colon}", words.line(pair)), (x, flow.y), Role::Table, 11.0, Colour::BLACK, Fill::Left);
        flow.put(name, (x + used + 4.0, flow.y), Role::Table, 11.0, Colour::BLACK, Fill::Left);
        flow.canvas.polyline(&[(x + used, flow.y + 4.0), (x + each - 12.0, flow.y + 4.0)], 0.5, Colour::RULE, None);
    }
    flow.y += 8.0;
}

fn page_title(flow: &mut Flow<'_>, model: &Model, words: &Words, title: Pair) {
    flow.plain(&model.laboratory.name, Role::Heading, 14.0, 22.0, Colour::BLACK, Fill::Centre);
    flow.plain(&words.line(title), Role::Title, 18.0, 30.0, Colour::BLACK, Fill::Centre);
    flow.y += 4.0;
}

fn results(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    flow.plain(&model.laboratory.name, Role::Heading, 14.0, 22.0, Colour::BLACK, Fill::Centre);
    let columns: [(Pair, f32, Align); 8] = [
        (("序号", "No."), 5.5, Align::Centre),
        (("检验项目", "Item"), 19.0, Align::Left),
        (("单位", "Unit"), 8.5, Align::Centre),
        (("标准要求", "Requirement"), 14.0, Align::Centre),
        (("检验结果", "Result"), 13.5, Align::Centre),
        (("检验方法", "Method"), 20.0, Align::Left),
        (("单项判定", "Verdict"), 9.5, Align::Centre),
        (("备注", "Note"), 10.0, Align::Left),
    ];
    let size = 9.5;
    let plan = table::Table {
        columns: columns.iter().map(|c| table::Column { title: words.one(c.0), align: c.2, weight: c.1 }).collect(),
        rows: model
            .results
            .iter()
            .map(|r| [&r.item, &r.unit, &r.requirement, &r.result, &r.method, &r.verdict, &r.note].map(String::clone))
            .map(|r| [vec!["00".to_owned()], r.to_vec()].concat())
            .collect(),
        ..table::Table::default()
    };
    let widths = table::widths(flow.faces, &plan, size, flow.width());
    let header = Row {
        cells: columns
            .iter()
            .map(|c| Cell { parts: words.label(c.0, size, Role::TableBold), align: Align::Centre, shade: true, top: false, span: 1 })
            .collect(),
        min_height: 26.0,
    };
    let mut rows: Vec<Row> = model
        .results
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let number = (i + 1).to_string();
            let texts = [&number, &r.item, &r.unit, &r.requirement, &r.result, &r.method, &r.verdict, &r.note];
            let cells = texts.into_iter().zip(&columns).enumerate().map(|(k, (text, column))| {
                let role = if r.failed && matches!(k, 1 | 4 | 6) { Role::TableBold } else { Role::Table };
                Cell::new(Part::new(value(text), role, size), if value(text) == "/" { Align::Centre } else { column.2 })
            });
            Row { cells: cells.collect(), min_height: 24.0 }
        })
        .collect();
    let end = words.one(("以下空白", "End of results"));
    rows.push(Row { cells: vec![Cell { span: 8, ..Cell::new(Part::new(&end, Role::Table, size), Align::Centre) }], min_height: 24.0 });
    let caption = words.line(("检验结果", "Results"));
    let continued = words.one(("续表　", "(continued) "));
    table::draw(flow, &Grid { widths, header: vec![header], rows, caption, continued, caption_size: 16.0, tail: 0.0 });
}

fn furniture(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    match model.mark {
        Some(Mark::Void) => flow.watermark(&words.one(("作废", "VOID")), Colour::WATERMARK_RED),
        Some(Mark::Demo) => flow.watermark(&words.one(("演示数据", "DEMO DATA")), Colour::WATERMARK),
        Some(Mark::Draft) => flow.watermark(&words.one(("草稿", "DRAFT")), Colour::WATERMARK),
        None => {}
    }
    let total = flow.canvas.pages();
    for page in 0..total {
        flow.canvas.select(page);
        let sheet = flow.sheets[page];
        let (left, right) = (sheet.left, sheet.width - sheet.right);
        if page > 0 {
            let base = mm(20.0);
            let colon = if words.0 == Wording::En { ": " } else { "：" };
            flow.put(&format!("{}{colon}{}", words.line(REPORT_NO), model.report_no), (left, base), Role::Table, 9.5, Colour::BLACK, Fill::Left);
            if let Some(old) = &model.replaces {
                let text = match words.0 {
                    Wording::En => format!("Replaces {}", old.report_no),
                    _ => format!("本报告替代{}", old.report_no),
                };
                flow.put(&text, (right, base), Role::TableBold, 9.5, Colour::BLACK, Fill::Right);
            }
            flow.canvas.polyline(&[(left, base + 6.0), (right, base + 6.0)], 0.5, Colour::RULE, None);
        }
        let flag = match model.mark {
            Some(Mark::Void) => Some(("本报告已作废", "This report is void")),
            Some(Mark::Demo) => Some(("演示数据　不作为任何依据", "Demo data: not evidence of anything")),
            Some(Mark::Draft) => Some(("草稿　未签发", "Draft, not issued")),
            None => None,
        };
        if let Some(flag) = flag {
            flow.put(&words.one(flag), (sheet.width / 2.0, mm(13.0)), Role::TableBold, 10.0, Colour::FAIL, Fill::Centre);
        }
        let text = match words.0 {
            Wording::En => format!("Page {} of {total}", page + 1),
            Wording::Zh => format!("第 {} 页　共 {total} 页", page + 1),
            Wording::Both => format!("第 {} 页　共 {total} 页　Page {} of {total}", page + 1, page + 1),
        };
        flow.put(&text, (sheet.width / 2.0, sheet.height - mm(13.0)), Role::Table, SIZE, Colour::BLACK, Fill::Centre);
    }
}
