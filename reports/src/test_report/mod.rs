//! 检验报告: cover, notice, summary page, results.

pub mod content;
mod editable;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use shiyan_foundation::Lang;

use crate::annual::date;
use crate::canvas::{Canvas, Colour, circle, mm};
use crate::face::{FaceSet, Role};
use crate::flow::{Flow, Sheet};
use crate::pdf::Info;
use crate::table::{self, Align, Caption, Cell, Grid, PAD_X, Part, Row};
use crate::template::sentence;
use crate::text::{self, Fill};
use crate::wording::{self, Both, Common, Pair, TestReport};
use crate::{Faces, Office, Picture, ReportError, qr};

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

/// 说法 one thing said in Chinese and in English. What people typed stands in the first alone and is never translated.
pub type Said = (String, String);

/// 标记 across every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// 作废
    Void,
    /// 演示数据
    Demo,
    /// 草稿
    Draft,
    /// 演示数据的草稿
    DemoDraft,
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
    /// 检验类别: 监督抽检, 风险监测, 评价性抽检
    pub category: Said,
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
    pub verdict: Said,
    /// 备注
    pub note: String,
    /// 判定过程 step by step; printed when any item has one.
    pub working: Vec<Said>,
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
    pub conclusion: Said,
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
    pub notices: Vec<Said>,
    /// Address of the page that confirms this report; becomes the QR code. Empty for none.
    pub verify_url: String,
    /// 验真编号 printed under the code for whoever cannot scan it; empty for none.
    pub verify_code: String,
    /// 资质标志 as the laboratory supplies it, for its place on the cover; the place stays empty without it.
    pub mark_picture: Option<Picture>,
    /// 检验检测专用章 as the laboratory supplies it; a dotted circle shows its place without it.
    pub seal_picture: Option<Picture>,
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
/// 资质标志 the place of the mark on the cover.
const MARK: (f32, f32) = (mm(25.0), mm(15.0));
/// 章位 the diameter of the seal.
const SEAL: f32 = mm(42.0);

/// English beside Chinese is smaller and grey, so that the Chinese form is seen first and the English is found under it.
const SECOND: f32 = 0.72;

struct Words {
    wording: Wording,
    form: &'static Both<TestReport>,
    common: &'static Both<Common>,
}

impl Words {
    fn both(&self) -> bool {
        self.wording == Wording::Both
    }
    fn lang(&self) -> Lang {
        if self.wording == Wording::En { Lang::En } else { Lang::Zh }
    }
    /// A word of the form in both languages.
    fn form(&self, pick: fn(&TestReport) -> &String) -> Pair {
        self.form.pair(pick)
    }
    fn common(&self, pick: fn(&Common) -> &String) -> Pair {
        self.common.pair(pick)
    }
    /// A sentence of the form in both languages, filled in.
    fn sentence(&self, pick: fn(&TestReport) -> &String, facts: &Facts<'_>) -> Result<Said, ReportError> {
        let (zh, en) = self.form(pick);
        Ok((sentence("test_report.zh.toml", zh, facts)?, sentence("test_report.en.toml", en, facts)?))
    }
    fn one(&self, (zh, en): Pair) -> &'static str {
        self.lang().pick(zh, en)
    }
    /// What stands first: Chinese, or English in an English report that has it.
    fn first<'t>(&self, said: &'t Said) -> &'t str {
        if self.wording == Wording::En && !said.1.is_empty() { &said.1 } else { &said.0 }
    }
    /// What stands under it or beside it: the English of a report in both languages.
    fn second<'t>(&self, said: &'t Said) -> Option<&'t str> {
        Some(said.1.as_str()).filter(|t| self.both() && !t.is_empty() && *t != said.0)
    }
    fn colon(&self) -> &'static str {
        self.one(self.common(|c| &c.colon))
    }
    /// Chinese with English under it.
    fn parts(&self, first: &str, second: Option<&str>, size: f32, role: Role) -> Vec<Part> {
        let mut parts = vec![Part::new(first, role, size)];
        if let Some(second) = second {
            parts[0].leading = size * 1.28;
            let mut part = Part::new(second, Role::Table, size * SECOND).colour(Colour::GREY);
            part.leading = size * SECOND * 1.25;
            parts.push(part);
        }
        parts
    }
    fn label(&self, pair: Pair, size: f32, role: Role) -> Vec<Part> {
        self.parts(self.one(pair), Some(pair.1).filter(|_| self.both()), size, role)
    }
    fn said(&self, said: &Said, size: f32, role: Role) -> Vec<Part> {
        self.parts(value(self.first(said)), self.second(said), size, role)
    }
}

fn said(pair: Pair) -> Said {
    (pair.0.to_owned(), pair.1.to_owned())
}

/// The report as a PDF file. The same model gives the same bytes.
///
/// # Errors
/// A face that cannot be read; in strict mode a character that no face has; an address too long for a QR code.
pub fn pdf(model: &Model, faces: &Faces) -> Result<Vec<u8>, ReportError> {
    let faces = FaceSet::new(faces)?;
    let words = words(model)?;
    let mut flow = Flow::new(&faces, SHEET);
    set(&mut flow, model, &words)?;
    flow.canvas.finish(&info(model, &words))
}

/// 一册 reports that are bound together at most: a thousand pages, what a printer and a shelf hold, and what a server sets in a few hundred megabytes.
pub const BOUND: usize = 250;

/// 合订 many reports, at most [`BOUND`], as one file to be printed, each with a bookmark and page numbers of its own. They share their faces, pictures and the words of the form, so
/// that a page takes a fraction of what it takes in a file of its own. It is a copy for the printer: in force is the file of each report.
///
/// # Errors
/// As [`pdf`]; no report at all, or too many.
pub fn volume(models: &[Model], faces: &Faces) -> Result<Vec<u8>, ReportError> {
    let first = models.first().filter(|_| models.len() <= BOUND).ok_or_else(|| ReportError::Write(format!("a volume of {} reports", models.len())))?;
    let faces = FaceSet::new(faces)?;
    let mut flow = Flow::new(&faces, SHEET);
    let mut outline = Vec::with_capacity(models.len());
    for (i, model) in models.iter().enumerate() {
        if i > 0 {
            flow.new_page();
        }
        outline.push((format!("{} {}", model.report_no, model.sample.name), flow.page()));
        set(&mut flow, model, &words(model)?)?;
    }
    let words = words(first)?;
    let last = models.last().map_or("", |m| m.report_no.as_str());
    let title = format!("{} {}～{last}", words.one(words.form(|f| &f.title)), first.report_no);
    flow.canvas.finish(&Info { title, subject: String::new(), outline, ..info(first, &words) })
}

fn words(model: &Model) -> Result<Words, ReportError> {
    Ok(Words { wording: model.wording, form: wording::test_report()?, common: wording::common()? })
}

fn info(model: &Model, words: &Words) -> Info {
    Info {
        title: format!("{} {}", words.one(words.form(|f| &f.title)), model.report_no),
        author: model.laboratory.name.clone(),
        subject: model.sample.name.clone(),
        created: model.created_at,
        lang: words.lang().pick("zh-CN", "en"),
        outline: Vec::new(),
    }
}

/// One report from the page on that was just begun.
fn set(flow: &mut Flow<'_>, model: &Model, words: &Words) -> Result<(), ReportError> {
    let first = flow.page();
    cover(flow, model, words)?;
    flow.new_page();
    notice(flow, model, words);
    flow.new_page();
    summary(flow, model, words)?;
    flow.new_page();
    annex(flow, model, words);
    furniture(flow, model, words, first)?;
    // what comes next is drawn on the last page, or on a new one
    flow.canvas.select(flow.canvas.pages() - 1);
    Ok(())
}

/// The report as a DOCX file, to be edited, with the names of the office's faces. It says what the PDF says; the same model gives the same bytes.
///
/// # Errors
/// As [`pdf`].
pub fn docx(model: &Model, faces: &Faces, office: &Office) -> Result<Vec<u8>, ReportError> {
    let faces = FaceSet::new(faces)?;
    let words = words(model)?;
    crate::docx::write(&editable::paper(model, &words, &faces, office)?, &faces, &[])
}

/// 事实 that a sentence of the form may name.
#[derive(Debug, Serialize, Default)]
struct Facts<'m> {
    count: usize,
    number: &'m str,
    reason: &'m str,
}

fn value(text: &str) -> &str {
    if text.trim().is_empty() { "/" } else { text }
}

/// Text on one line with its English after it, smaller; gives the width of both.
fn beside(flow: &mut Flow<'_>, first: &str, second: Option<&str>, (x, base): (f32, f32), size: f32, colour: Colour, fill: Fill) -> f32 {
    let small = size * 0.8;
    let gap = size * 0.35;
    let a = text::width(flow.faces, Role::Table, size, first);
    let b = second.map_or(0.0, |t| gap + text::width(flow.faces, Role::Table, small, t));
    let x = match fill {
        Fill::Left | Fill::Justify => x,
        Fill::Centre => x - (a + b) / 2.0,
        Fill::Right => x - a - b,
    };
    flow.put(first, (x, base), Role::Table, size, colour, Fill::Left);
    if let Some(second) = second {
        flow.put(second, (x + a + gap, base), Role::Table, small, Colour::GREY, Fill::Left);
    }
    a + b
}

/// `报告编号 Report No.：…`
fn labelled(flow: &mut Flow<'_>, words: &Words, pair: Pair, text: &str, (x, base): (f32, f32), size: f32, fill: Fill) {
    let tail = format!("{}{text}", words.colon());
    let tail_width = text::width(flow.faces, Role::Table, size, &tail);
    let english = Some(pair.1).filter(|_| words.both());
    let start = if fill == Fill::Right { x - tail_width } else { x };
    let used = beside(flow, words.one(pair), english, (start, base), size, Colour::BLACK, fill);
    let tail_at = if fill == Fill::Right { start } else { start + used };
    flow.put(&tail, (tail_at, base), Role::Table, size, Colour::BLACK, Fill::Left);
}

/// `12 March 2026` for the second line of a date.
fn english_date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

// ---------------------------------------------------------------- 封面

/// What the cover says of the sample.
fn cover_fields(model: &Model, words: &Words) -> [(Pair, Said); 6] {
    let issued = model.issued_on.map_or_else(String::new, |d| date(d, words.lang()));
    let issued_en = model.issued_on.map(english_date).unwrap_or_default();
    let plain = |text: &str| (text.to_owned(), String::new());
    [
        (words.form(|f| &f.cover.sample), plain(&model.sample.name)),
        (words.form(|f| &f.cover.operator), plain(&model.sample.sampled_unit)),
        (words.form(|f| &f.cover.producer), plain(&model.sample.producer)),
        (words.form(|f| &f.cover.kind), model.sample.category.clone()),
        (words.form(|f| &f.cover.laboratory), plain(&model.laboratory.name)),
        (words.form(|f| &f.cover.issued_on), (issued, issued_en)),
    ]
}

/// The code of the cover for whoever has no camera, in groups that can be read out.
fn grouped(code: &str) -> String {
    let groups: Vec<String> = code.chars().collect::<Vec<_>>().chunks(4).map(|c| c.iter().collect()).collect();
    groups.join("-")
}

/// Where the laboratory is found; what is not known is left out.
fn addresses<'m>(lab: &'m Laboratory, words: &Words) -> Vec<(Pair, &'m str)> {
    let rows = [
        (words.form(|f| &f.notice.laboratory), lab.name.as_str()),
        (words.form(|f| &f.notice.address), lab.address.as_str()),
        (words.form(|f| &f.notice.postcode), lab.postcode.as_str()),
        (words.form(|f| &f.notice.phone), lab.phone.as_str()),
        (words.form(|f| &f.notice.email), lab.email.as_str()),
    ];
    rows.into_iter().filter(|(_, v)| !v.is_empty()).collect()
}

/// One line of the cover, broken.
struct CoverLine<'m> {
    pair: Pair,
    lines: Vec<text::Line>,
    second: Option<&'m str>,
}

fn cover(flow: &mut Flow<'_>, model: &Model, words: &Words) -> Result<(), ReportError> {
    let (left, right, top) = (flow.left(), flow.left() + flow.width(), mm(24.0));
    mark(flow, model, left, top);
    labelled(flow, words, words.form(|f| &f.report_no), &model.report_no, (right, top + 14.0), 12.0, Fill::Right);
    cover_title(flow, model, words);
    let code_top = mm(240.0);
    cover_list(flow, model, words, (left + mm(14.0), right - mm(14.0)), code_top)?;
    if !model.verify_url.is_empty() {
        let side = mm(27.0);
        // What stands under the code ends where its modules end.
        let (x, edge) = (right - side, right - side * 0.1);
        qr::draw(&mut flow.canvas, &model.verify_url, x, code_top, side)?;
        let pair = words.form(|f| &f.cover.scan);
        beside(flow, words.one(pair), Some(pair.1).filter(|_| words.both()), (edge, code_top + side + 8.0), 9.0, Colour::GREY, Fill::Right);
        if !model.verify_code.is_empty() {
            flow.put(&grouped(&model.verify_code), (edge, code_top + side + 19.0), Role::Table, 7.5, Colour::GREY, Fill::Right);
        }
    }
    let seal = words.form(|f| &f.cover.seal);
    beside(flow, words.one(seal), Some(seal.1).filter(|_| words.both()), (left, mm(258.0)), 10.5, Colour::GREY, Fill::Left);
    Ok(())
}

/// The title, with room between its four characters.
fn cover_title(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    let middle = flow.sheet.width / 2.0;
    let base = mm(84.0);
    if model.wording == Wording::En {
        flow.put(&words.form.en.cover_title, (middle, base), Role::Title, 36.0, Colour::BLACK, Fill::Centre);
    } else {
        let step = 62.0;
        let letters: Vec<String> = words.form.zh.cover_title.chars().map(String::from).collect();
        for (i, c) in letters.iter().enumerate() {
            flow.put(c, (middle + (i as f32 - (letters.len() as f32 - 1.0) / 2.0) * step, base), Role::Title, 44.0, Colour::BLACK, Fill::Centre);
        }
        if words.both() {
            spaced(flow, &words.form.en.cover_title, (middle, base + 30.0), 16.0, 5.0);
        }
    }
}

/// What was tested and for whom, above the code, and what the report replaces.
fn cover_list(flow: &mut Flow<'_>, model: &Model, words: &Words, (from, to): (f32, f32), code_top: f32) -> Result<(), ReportError> {
    let fields = cover_fields(model, words);
    let replaced = model.replaces.as_ref().map(|old| replaced(old, words)).transpose()?;
    // Long names make the whole list smaller rather than run into the code.
    let mut y = mm(118.0);
    let room = code_top - 16.0 - y - if replaced.is_some() { 44.0 } else { 0.0 };
    let sizes = [15.0f32, 13.5, 12.0, 10.5, 9.5, 8.5];
    let measure = |size: f32| -> (f32, f32, Vec<CoverLine<'_>>) {
        let wide = |text: &str, size: f32| text::width(flow.faces, Role::Table, size, text);
        let label = fields.iter().map(|(p, _)| wide(words.one(*p), size).max(if words.both() { wide(p.1, size * 0.56) } else { 0.0 })).fold(0.0, f32::max);
        let inner = to - from - label - 20.0;
        let set: Vec<CoverLine<'_>> = fields
            .iter()
            .map(|(pair, said)| CoverLine {
                pair: *pair,
                lines: text::lines(flow.faces, Role::Table, size, value(words.first(said)), inner, 0.0),
                second: words.second(said),
            })
            .collect();
        let lines: usize = set.iter().map(|f| f.lines.len()).sum();
        (label, lines as f32 * size * 1.66 + set.len() as f32 * size, set)
    };
    let size = sizes.iter().copied().find(|size| measure(*size).1 <= room).unwrap_or(8.5);
    let (label, _, set) = measure(size);
    for field in &set {
        cover_line(flow, words, field, (from, to), size, label, &mut y);
    }
    if let Some(said) = &replaced {
        for (text, role, size, colour) in
            [(Some(words.first(said)), Role::TableBold, 11.0, Colour::BLACK), (words.second(said), Role::Table, 8.5, Colour::GREY)]
        {
            for line in text.map(|t| text::lines(flow.faces, role, size, t, to - from, 0.0)).unwrap_or_default() {
                let x = from + (to - from - line.width) / 2.0;
                flow.canvas.text(x, y, size, colour, &line.glyphs, 0.0);
                y += size * 1.5;
            }
        }
    }
    Ok(())
}

/// One field behind its label, each of its lines over a rule; `y` goes down with it.
fn cover_line(flow: &mut Flow<'_>, words: &Words, field: &CoverLine<'_>, (from, to): (f32, f32), size: f32, label_width: f32, y: &mut f32) {
    let start = from + label_width + 14.0;
    // English stands under a word that is as wide as all the others.
    spread(flow, words.one(field.pair), (from, *y), size, label_width);
    if words.both() {
        flow.put(field.pair.1, (from, *y + size * 0.86), Role::Table, size * 0.56, Colour::GREY, Fill::Left);
    }
    for line in &field.lines {
        let alone = field.lines.len() == 1;
        let second = field.second.filter(|_| alone);
        let small = size * 0.74;
        let more = second.map_or(0.0, |t| size * 0.5 + text::width(flow.faces, Role::Table, small, t));
        let x = start + (to - start - line.width - more) / 2.0;
        flow.canvas.text(x, *y, size, Colour::BLACK, &line.glyphs, 0.0);
        if let Some(second) = second {
            flow.put(second, (x + line.width + size * 0.5, *y), Role::Table, small, Colour::GREY, Fill::Left);
        }
        flow.canvas.polyline(&[(start, *y + size * 0.36), (to, *y + size * 0.36)], 0.5, Colour::RULE, None);
        *y += size * 1.66;
    }
    *y += size;
}

/// 资质标志: the picture that was supplied, inside its place; else four corners around an empty place, which the program never
/// fills by itself.
fn mark(flow: &mut Flow<'_>, model: &Model, x: f32, y: f32) {
    let (w, h) = MARK;
    match &model.mark_picture {
        Some(picture) => fitted(flow, picture, x, y, w, h, Align::Left),
        None => {
            let arm = 5.0;
            for (cx, cy, dx, dy) in [(x, y, arm, arm), (x + w, y, -arm, arm), (x, y + h, arm, -arm), (x + w, y + h, -arm, -arm)] {
                flow.canvas.polyline(&[(cx + dx, cy), (cx, cy), (cx, cy + dy)], 0.4, Colour::PALE, None);
            }
        }
    }
}

/// A picture as large as its place allows, not stretched, under the text.
fn fitted(flow: &mut Flow<'_>, picture: &Picture, x: f32, y: f32, w: f32, h: f32, align: Align) {
    let (pw, ph) = (picture.width.max(1) as f32, picture.height.max(1) as f32);
    let scale = (w / pw).min(h / ph);
    let (pw, ph) = (pw * scale, ph * scale);
    let x = if align == Align::Centre { x + (w - pw) / 2.0 } else { x };
    flow.canvas.under(true);
    flow.canvas.picture(picture, x, y + (h - ph) / 2.0, pw, ph);
    flow.canvas.under(false);
}

/// A line with room between its letters.
fn spaced(flow: &mut Flow<'_>, text: &str, (middle, base): (f32, f32), size: f32, gap: f32) {
    let mut glyphs = text::glyphs(flow.faces, Role::Title, size, text);
    let count = glyphs.len();
    for g in glyphs.iter_mut().take(count.saturating_sub(1)) {
        g.advance += gap;
    }
    let width: f32 = glyphs.iter().map(|g| g.advance).sum();
    flow.canvas.text(middle - width / 2.0, base, size, Colour::GREY, &glyphs, 0.0);
}

fn replaced(old: &Replaced, words: &Words) -> Result<Said, ReportError> {
    let (zh, _) = words.sentence(|f| &f.replaced, &Facts { number: &old.report_no, reason: old.reason.trim_end_matches('。'), ..Facts::default() })?;
    // The reason is what somebody typed; beside the Chinese it is not said twice.
    let reason = if words.both() { "" } else { &old.reason };
    let (_, en) = words.sentence(|f| &f.replaced, &Facts { number: &old.report_no, reason, ..Facts::default() })?;
    Ok((zh, en))
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

// ---------------------------------------------------------------- 注意事项

/// How tightly the notice is set: Chinese, its leading, English, its leading, space between the points.
const NOTICE: [(f32, f32, f32, f32, f32); 4] =
    [(12.5, 23.0, 9.4, 13.5, 5.0), (11.5, 19.5, 8.8, 12.0, 4.5), (10.5, 16.5, 8.0, 10.8, 4.0), (9.5, 14.2, 7.2, 9.6, 3.0)];

fn notice(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    flow.y += 8.0;
    flow.plain(words.one(words.form(|f| &f.notice.title)), Role::Title, 20.0, 30.0, Colour::BLACK, Fill::Centre);
    if words.both() {
        flow.plain(&words.form.en.notice.title.to_uppercase(), Role::Table, 10.0, 14.0, Colour::GREY, Fill::Centre);
    }
    flow.y += 12.0;

    // The address of the laboratory stands at the foot of the page.
    let rows = addresses(&model.laboratory, words);
    let english = |pair: Pair| Some(pair.1).filter(|_| words.both());
    let label_width = rows
        .iter()
        .map(|(p, _)| {
            text::width(flow.faces, Role::Table, 11.0, words.one(*p)) + english(*p).map_or(0.0, |e| 4.0 + text::width(flow.faces, Role::Table, 8.8, e))
        })
        .fold(0.0, f32::max)
        + 14.0;
    let rows: Vec<_> = rows.into_iter().map(|(pair, text)| (pair, text::lines(flow.faces, Role::Table, 11.0, text, flow.width() - label_width, 0.0))).collect();
    let block = rows.iter().map(|(_, lines)| lines.len() as f32 * 15.0 + 6.0).sum::<f32>() + 14.0;

    let inner = flow.width() - 26.0;
    let set = |(zh, zh_leading, en, en_leading, gap): (f32, f32, f32, f32, f32)| -> (f32, Vec<[Vec<text::Line>; 2]>) {
        let points: Vec<[Vec<text::Line>; 2]> = model
            .notices
            .iter()
            .map(|said| {
                let second = words.second(said).map(|t| text::lines(flow.faces, Role::Body, en, t, inner, 0.0)).unwrap_or_default();
                [text::lines(flow.faces, Role::Body, zh, words.first(said), inner, 0.0), second]
            })
            .collect();
        let tall = points.iter().map(|[a, b]| a.len() as f32 * zh_leading + b.len() as f32 * en_leading + gap).sum();
        (tall, points)
    };
    let room = flow.bottom() - flow.y - block;
    let tight = NOTICE.into_iter().find(|t| set(*t).0 <= room).unwrap_or(NOTICE[3]);
    let (_, points) = set(tight);
    let (zh, zh_leading, en, en_leading, gap) = tight;
    for (i, [first, second]) in points.iter().enumerate() {
        flow.ensure(zh_leading * first.len().min(3) as f32);
        flow.put(&format!("{}.", i + 1), (flow.left() + 18.0, flow.y + zh_leading * 0.7), Role::Body, zh, Colour::BLACK, Fill::Right);
        for (lines, size, leading, colour) in [(first, zh, zh_leading, Colour::BLACK), (second, en, en_leading, Colour::GREY)] {
            for line in lines {
                flow.ensure(leading);
                let glyphs = if line.last { line.glyphs.clone() } else { text::justify(line, size, inner) };
                flow.canvas.text(flow.left() + 26.0, flow.y + leading * 0.7, size, colour, &glyphs, 0.0);
                flow.y += leading;
            }
        }
        flow.y += gap;
    }

    flow.ensure(block);
    flow.y = flow.y.max(flow.bottom() - block);
    let (left, width) = (flow.left(), flow.width());
    flow.canvas.polyline(&[(left, flow.y), (left + width, flow.y)], 0.5, Colour::RULE, None);
    flow.y += 10.0;
    for (pair, lines) in rows {
        beside(flow, words.one(pair), english(pair), (left, flow.y + 13.0), 11.0, Colour::GREY, Fill::Left);
        for line in lines {
            flow.canvas.text(left + label_width, flow.y + 13.0, 11.0, Colour::BLACK, &line.glyphs, 0.0);
            flow.y += 15.0;
        }
        flow.y += 6.0;
    }
}

// ---------------------------------------------------------------- 首页

const SIZE: f32 = 10.5;
/// Height of the line of names under the summary.
const SIGNATURES: f32 = 34.0;

/// The table of the summary page, set in one size.
struct Summary<'w> {
    words: &'w Words,
    size: f32,
    widths: Vec<f32>,
}

impl Summary<'_> {
    fn label(&self, pair: Pair) -> Cell {
        Cell { parts: self.words.label(pair, self.size, Role::Table), align: Align::Centre, shade: true, span: 1, ..Cell::default() }
    }
    fn cell(&self, parts: Vec<Part>, span: usize) -> Cell {
        Cell { parts, span, ..Cell::default() }
    }
    fn text(&self, text: &str, span: usize) -> Cell {
        self.cell(vec![Part::new(value(text), Role::Table, self.size)], span)
    }
    fn min_height(&self) -> f32 {
        self.size * 2.28
    }
    fn four(&self, p: Pair, v: &str, q: Pair, w: Cell) -> Row {
        Row { cells: vec![self.label(p), self.text(v, 1), self.label(q), w], min_height: self.min_height() }
    }
    fn two(&self, p: Pair, v: &str) -> Row {
        Row { cells: vec![self.label(p), self.text(v, 3)], min_height: self.min_height() }
    }
    fn grid(&self, rows: Vec<Row>) -> Grid {
        Grid { widths: self.widths.clone(), rows, ..Grid::default() }
    }
    /// `items` says how many items there are.
    fn rows(&self, model: &Model, items: &Said) -> Vec<Row> {
        let s = &model.sample;
        let joint = self.words.one(self.words.form(|f| &f.list_joint));
        let (plain, says) = (|text: &str| self.text(text, 1), |said: &Said| self.cell(self.words.said(said, self.size, Role::Table), 1));
        let l = |pick: fn(&TestReport) -> &String| self.words.form(pick);
        vec![
            self.four(l(|f| &f.summary.sample), &s.name, l(|f| &f.summary.spec), plain(&s.spec)),
            self.four(l(|f| &f.summary.brand), &s.brand, l(|f| &f.summary.grade), plain(&s.grade)),
            self.four(l(|f| &f.summary.made_on), &s.production, l(|f| &f.summary.shelf_life), plain(&s.shelf_life)),
            self.two(l(|f| &f.summary.operator), &s.sampled_unit),
            self.two(l(|f| &f.summary.operator_address), &s.sampled_address),
            self.two(l(|f| &f.summary.producer), &s.producer),
            self.two(l(|f| &f.summary.producer_address), &s.producer_address),
            self.four(l(|f| &f.summary.sheet), &s.sampling_no, l(|f| &f.summary.sampled_on), plain(&s.sampled_on)),
            self.four(l(|f| &f.summary.samplers), &s.samplers, l(|f| &f.summary.base), plain(&s.lot)),
            self.four(l(|f| &f.summary.quantity), &s.quantity, l(|f| &f.summary.reserve), plain(&s.reserve)),
            self.four(l(|f| &f.summary.condition), &s.state, l(|f| &f.summary.received_on), plain(&s.received_on)),
            self.four(l(|f| &f.summary.tested_on), &s.tested_on, l(|f| &f.summary.items), says(items)),
            self.four(l(|f| &f.summary.task_source), &s.task_source, l(|f| &f.summary.kind), says(&s.category)),
            self.two(l(|f| &f.summary.methods), &model.basis.join(joint)),
            self.two(l(|f| &f.summary.judged_by), &model.judged_by.join(joint)),
        ]
    }
}

/// The sentence of the conclusion, broken for a width.
struct Sentence {
    first: Vec<text::Line>,
    second: Vec<text::Line>,
    inner: f32,
    size: f32,
}

impl Sentence {
    fn set(faces: &FaceSet<'_>, model: &Model, words: &Words, inner: f32, size: f32) -> Self {
        let second = words.second(&model.conclusion).map(|t| text::lines(faces, Role::Table, size * 0.76, t, inner, 0.0)).unwrap_or_default();
        Self { first: text::lines(faces, Role::TableBold, size, words.first(&model.conclusion), inner, 2.0 * size), second, inner, size }
    }
    fn leading(&self) -> (f32, f32) {
        (self.size * 1.58, self.size * 1.05)
    }
    fn height(&self) -> f32 {
        let (first, second) = self.leading();
        self.first.len() as f32 * first + if self.second.is_empty() { 0.0 } else { self.second.len() as f32 * second + 4.0 } + 12.0
    }
}

fn summary_widths(words: &Words, room: f32) -> Vec<f32> {
    let a = room * if words.wording == Wording::Zh { 0.155 } else { 0.165 };
    let b = room / 2.0 - a;
    vec![a, b, a, room - 2.0 * a - b]
}

fn summary(flow: &mut Flow<'_>, model: &Model, words: &Words) -> Result<(), ReportError> {
    let title = words.form(|f| &f.title);
    let label = words.form(|f| &f.summary.remark);
    let items = words.sentence(|f| &f.summary.items_says, &Facts { count: model.results.len(), ..Facts::default() })?;
    page_title(flow, model, words, title);
    let room = flow.width();
    let widths = summary_widths(words, room);
    let a = widths[0];
    let table = |size: f32| Summary { words, size, widths: widths.clone() };

    // The conclusion, the seal and the remark belong together with the signatures. The sentence stands above the seal if there is
    // room, else beside it. A full page is set a little smaller before anything goes over to the next.
    let sentences = |size: f32| {
        let set = |inner: f32| Sentence::set(flow.faces, model, words, inner, size + 1.5);
        let (wide, narrow) = (set(room - a - 20.0), set(room - a - SEAL - 28.0));
        let (above, beside) = (wide.height() + SEAL + 8.0, narrow.height().max(SEAL + 8.0));
        (wide, above, narrow, beside)
    };
    let free = |size: f32| {
        let s = table(size);
        let rest = table::height(flow.faces, &s.grid(vec![s.two(label, &model.remark)])) + SIGNATURES;
        flow.bottom() - flow.y - table::height(flow.faces, &s.grid(s.rows(model, &items))) - rest
    };
    let size = [SIZE, 10.0, 9.5, 9.0].into_iter().find(|size| free(*size) >= sentences(*size).3).unwrap_or(SIZE);
    let s = table(size);
    let (wide, above, narrow, beside) = sentences(size);
    let left_over = free(size);
    let mut rows = s.rows(model, &items);
    let remark = s.grid(vec![s.two(label, &model.remark)]);
    let rest = table::height(flow.faces, &remark) + SIGNATURES;
    let (sentence, mut tall) = if left_over < above && left_over >= beside { (narrow, beside) } else { (wide, above) };
    if left_over < tall {
        // It does not fit: what was tested and judged by goes to the next page with it, so that it does not stand alone.
        let with = rows.split_off(rows.len().saturating_sub(2));
        table::draw(flow, &s.grid(rows));
        flow.new_page();
        page_title(flow, model, words, title);
        rows = with;
    }
    table::draw(flow, &s.grid(rows));
    // A sentence longer than what is left of a page: the box begins on the next.
    if flow.y + tall + rest > flow.bottom() && tall + rest <= flow.bottom() - flow.top() {
        flow.new_page();
        page_title(flow, model, words, title);
    }
    // Fill the page, within reason.
    tall += (flow.bottom() - flow.y - tall - rest).clamp(0.0, 50.0);
    conclusion(flow, model, words, &sentence, a, tall);
    table::draw(flow, &remark);
    signatures(flow, model, words);
    Ok(())
}

fn conclusion(flow: &mut Flow<'_>, model: &Model, words: &Words, sentence: &Sentence, a: f32, tall: f32) {
    let room = flow.width();
    let (left, top) = (flow.left(), flow.y);
    flow.canvas.rect(left, top, a, tall, Colour::SHADE);
    let parts = words.label(words.form(|f| &f.summary.conclusion), 12.0, Role::TableBold);
    let mut y = top + tall / 2.0 + if parts.len() > 1 { -1.0 } else { 4.0 };
    for part in parts {
        flow.put(&part.text, (left + a / 2.0, y), part.role, part.size, part.colour, Fill::Centre);
        y += 12.0;
    }
    let seal_at = (left + room - SEAL / 2.0 - 8.0, top + tall - SEAL / 2.0 - 6.0);
    seal(flow, model, words, seal_at);
    let (size, (leading, second)) = (sentence.size, sentence.leading());
    let mut base = top + size * 1.75;
    for (i, line) in sentence.first.iter().enumerate() {
        let indent = if i == 0 { 2.0 * size } else { 0.0 };
        let glyphs = if line.last { line.glyphs.clone() } else { text::justify(line, size, sentence.inner - indent) };
        flow.canvas.text(left + a + 10.0 + indent, base, size, Colour::BLACK, &glyphs, 0.0);
        base += leading;
    }
    for line in &sentence.second {
        flow.canvas.text(left + a + 10.0, base, size * 0.76, Colour::GREY, &line.glyphs, 0.0);
        base += second;
    }
    flow.canvas.polyline(&[(left + a, top), (left + a, top + tall)], 0.5, Colour::RULE, None);
    flow.canvas.frame(left, top, room, tall, 0.75, Colour::RULE);
    flow.y += tall;
}

/// 章位 with the day of issue inside, which the seal is put over; the seal itself only where it was supplied.
fn seal(flow: &mut Flow<'_>, model: &Model, words: &Words, (cx, cy): (f32, f32)) {
    match &model.seal_picture {
        Some(picture) => fitted(flow, picture, cx - SEAL / 2.0, cy - SEAL / 2.0, SEAL, SEAL, Align::Centre),
        None => {
            flow.canvas.polyline(&circle(cx, cy, SEAL / 2.0), 1.0, Colour::PALE, Some([0.0, 3.0]));
            let pair = words.form(|f| &f.summary.seal);
            flow.put(words.one(pair), (cx, cy - 20.0), Role::Table, 9.0, Colour::PALE, Fill::Centre);
            if words.both() {
                flow.put(pair.1, (cx, cy - 10.5), Role::Table, 7.0, Colour::PALE, Fill::Centre);
            }
        }
    }
    let pair = words.form(|f| &f.summary.issued_on);
    beside(flow, words.one(pair), Some(pair.1).filter(|_| words.both()), (cx, cy + 9.0), 9.0, Colour::GREY, Fill::Centre);
    let issued = model.issued_on.map_or_else(|| words.one(words.form(|f| &f.summary.no_date)).to_owned(), |d| date(d, words.lang()));
    flow.put(&issued, (cx, cy + 23.0), Role::Table, 11.0, Colour::BLACK, Fill::Centre);
    if let Some(day) = model.issued_on.filter(|_| words.both()) {
        flow.put(&english_date(day), (cx, cy + 33.0), Role::Table, 7.5, Colour::GREY, Fill::Centre);
    }
}

fn signers<'m>(model: &'m Model, words: &Words) -> [(Pair, &'m str); 3] {
    [
        (words.form(|f| &f.summary.approver), &model.approver),
        (words.form(|f| &f.summary.reviewer), &model.reviewer),
        (words.form(|f| &f.summary.tester), &model.tester),
    ]
}

fn signatures(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    flow.y += 24.0;
    let names = signers(model, words);
    let each = flow.width() / 3.0;
    for (i, (pair, name)) in names.into_iter().enumerate() {
        let x = flow.left() + each * i as f32;
        let label = format!("{}{}", words.one(pair), words.colon());
        let mut used = flow.put(&label, (x, flow.y), Role::Table, 11.0, Colour::BLACK, Fill::Left);
        if words.both() {
            used = used.max(flow.put(pair.1, (x, flow.y + 9.5), Role::Table, 7.5, Colour::GREY, Fill::Left) + 4.0);
        }
        let name = text::shortened(flow.faces, Role::Table, 11.0, name, each - used - 18.0);
        flow.put(&name, (x + used + 4.0, flow.y), Role::Table, 11.0, Colour::BLACK, Fill::Left);
        flow.canvas.polyline(&[(x + used, flow.y + 4.0), (x + each - 12.0, flow.y + 4.0)], 0.5, Colour::RULE, None);
    }
    flow.y += 10.0;
}

fn page_title(flow: &mut Flow<'_>, model: &Model, words: &Words, title: Pair) {
    flow.plain(&model.laboratory.name, Role::Heading, 14.0, 21.0, Colour::BLACK, Fill::Centre);
    if words.both() {
        flow.plain(title.0, Role::Title, 18.0, 23.0, Colour::BLACK, Fill::Centre);
        flow.plain(title.1, Role::Table, 9.5, 12.0, Colour::GREY, Fill::Centre);
    } else {
        flow.plain(words.one(title), Role::Title, 18.0, 30.0, Colour::BLACK, Fill::Centre);
    }
    flow.y += 4.0;
}

// ---------------------------------------------------------------- 附页

fn columns(words: &Words) -> [(Pair, f32, Align); 8] {
    let l = |pick: fn(&TestReport) -> &String| words.form(pick);
    [
        (l(|f| &f.annex.no), 5.5, Align::Centre),
        (l(|f| &f.annex.item), 19.0, Align::Left),
        (l(|f| &f.annex.unit), 8.5, Align::Centre),
        (l(|f| &f.annex.requirement), 14.0, Align::Centre),
        (l(|f| &f.annex.result), 13.5, Align::Centre),
        (l(|f| &f.annex.method), 20.0, Align::Left),
        (l(|f| &f.annex.verdict), 9.5, Align::Centre),
        (l(|f| &f.annex.note), 10.0, Align::Left),
    ]
}
const ITEM: usize = 1;
const VERDICT: usize = 6;
/// Size of the annex.
const SMALL: f32 = 9.5;

fn annex(flow: &mut Flow<'_>, model: &Model, words: &Words) {
    flow.plain(&model.laboratory.name, Role::Heading, 14.0, 22.0, Colour::BLACK, Fill::Centre);
    for (i, grid) in annexes(flow.faces, flow.width(), model, words).iter().enumerate() {
        if i > 0 {
            flow.space(14.0);
        }
        table::draw(flow, grid);
    }
}

/// The tables of the annex: the results and, where they were asked for, how they were judged. The last ends with 以下空白.
fn annexes(faces: &FaceSet<'_>, room: f32, model: &Model, words: &Words) -> Vec<Grid> {
    let explained = model.results.iter().any(|r| !r.working.is_empty());
    let end = Row {
        cells: vec![Cell { span: 8, align: Align::Centre, parts: words.said(&said(words.form(|f| &f.end)), SMALL, Role::Table), ..Cell::default() }],
        min_height: 24.0,
    };
    let mut grids = vec![results(faces, room, model, words, (!explained).then(|| end.clone()))];
    if explained {
        grids.push(working(room, model, words, end));
    }
    grids
}

fn header(words: &Words, columns: &[(Pair, f32, Align)]) -> Row {
    let cell = |pair: Pair| Cell { parts: words.label(pair, SMALL, Role::TableBold), align: Align::Centre, shade: true, span: 1, ..Cell::default() };
    Row { cells: columns.iter().map(|c| cell(c.0)).collect(), min_height: 26.0 }
}

fn caption(words: &Words, pair: Pair) -> Caption {
    let both = words.both();
    Caption {
        text: words.one(pair).to_owned(),
        second: if both { pair.1.to_owned() } else { String::new() },
        continued: words.one(words.common(|c| &c.continued)).to_owned(),
        continued_second: if both { words.common.en.continued.clone() } else { String::new() },
        size: 16.0,
    }
}

fn results(faces: &FaceSet<'_>, room: f32, model: &Model, words: &Words, end: Option<Row>) -> Grid {
    let columns = columns(words);
    let plan = table::Table {
        columns: columns.iter().map(|c| table::Column { title: words.one(c.0).to_owned(), align: c.2, weight: c.1 }).collect(),
        rows: model
            .results
            .iter()
            .map(|r| [r.item.as_str(), &r.unit, &r.requirement, &r.result, &r.method, words.first(&r.verdict), &r.note].map(str::to_owned))
            .map(|r| [vec!["000".to_owned()], r.to_vec()].concat())
            .collect(),
        ..table::Table::default()
    };
    let mut widths = table::widths(faces, &plan, SMALL, room);
    // The English verdict is longer than the Chinese one and does not break; the names, which do, give it room.
    let needed =
        model.results.iter().filter_map(|r| words.second(&r.verdict)).map(|t| text::longest(faces, Role::Table, SMALL * SECOND, t)).fold(0.0, f32::max);
    let more = (needed + 2.0 * PAD_X - widths[VERDICT]).clamp(0.0, 24.0);
    widths[VERDICT] += more;
    widths[ITEM] -= more;
    let mut rows: Vec<Row> = model
        .results
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let number = (i + 1).to_string();
            let texts = [&number, &r.item, &r.unit, &r.requirement, &r.result, &r.method, words.first(&r.verdict), &r.note];
            let cells = texts.into_iter().zip(&columns).enumerate().map(|(k, (text, column))| {
                let role = if r.failed && matches!(k, ITEM | 4 | VERDICT) { Role::TableBold } else { Role::Table };
                let second = words.second(&r.verdict).filter(|_| k == VERDICT);
                let align = if value(text) == "/" { Align::Centre } else { column.2 };
                Cell { parts: words.parts(value(text), second, SMALL, role), align, ..Cell::default() }
            });
            Row { cells: cells.collect(), min_height: 24.0 }
        })
        .collect();
    rows.extend(end);
    let caption = caption(words, words.form(|f| &f.annex.title));
    Grid { widths, header: vec![header(words, &columns)], rows, caption, ..Grid::default() }
}

/// 判定过程: item by item what was read, which limit of which version, what was converted, compared and counted. The two
/// languages stand side by side, step by step under the same numbers.
fn working(room: f32, model: &Model, words: &Words, end: Row) -> Grid {
    let columns: [(Pair, f32, Align); 3] = [
        (words.form(|f| &f.annex.no), 6.0, Align::Centre),
        (words.form(|f| &f.annex.item), 17.0, Align::Left),
        (words.form(|f| &f.annex.working), 77.0, Align::Left),
    ];
    let mut head = header(words, &columns);
    let mut widths: Vec<f32> = columns.iter().map(|c| c.1 / 100.0 * room).collect();
    if words.both() {
        let half = widths[2] / 2.0;
        widths.splice(2.., [half, half]);
        head.cells[2].span = 2;
    }
    let mut rows: Vec<Row> = Vec::new();
    for (i, r) in model.results.iter().enumerate().filter(|(_, r)| !r.working.is_empty()) {
        let role = if r.failed { Role::TableBold } else { Role::Table };
        let steps = |of: &dyn Fn(&Said) -> String, size: f32, colour: Colour| {
            let parts = r.working.iter().enumerate().map(|(n, step)| Part::new(&format!("{}. {}", n + 1, of(step)), Role::Table, size).colour(colour));
            Cell { parts: parts.collect(), align: Align::Left, top: true, ..Cell::default() }
        };
        let mut cells = vec![
            Cell::new(Part::new(&(i + 1).to_string(), Role::Table, SMALL), Align::Centre),
            Cell::new(Part::new(&r.item, role, SMALL), Align::Left),
            steps(&|step| words.first(step).to_owned(), if words.both() { 8.5 } else { 9.0 }, Colour::BLACK),
        ];
        if words.both() {
            cells.push(steps(&|step| words.second(step).unwrap_or(&step.0).to_owned(), 8.0, Colour::GREY));
        }
        rows.push(Row { cells, min_height: 24.0 });
    }
    let count = widths.len();
    rows.push(Row { cells: end.cells.into_iter().map(|c| Cell { span: count, ..c }).collect(), ..end });
    let caption = Caption { size: 14.0, ..caption(words, words.form(|f| &f.annex.working_title)) };
    Grid { widths, header: vec![head], rows, caption, ..Grid::default() }
}

// ---------------------------------------------------------------- 每一页

/// Which report this one replaces, for the head of every page.
fn replaces(model: &Model, words: &Words) -> Result<Option<Said>, ReportError> {
    let said = |old: &Replaced| words.sentence(|f| &f.replaces, &Facts { number: &old.report_no, ..Facts::default() });
    model.replaces.as_ref().map(said).transpose()
}

/// 标记: what it says across the page, at the head, and in which colour.
fn marked(model: &Model, words: &Words) -> Option<(Pair, Pair, Colour)> {
    model.mark.map(|mark| match mark {
        Mark::Void => (words.common(|c| &c.mark.void), words.common(|c| &c.mark.void_says), Colour::WATERMARK_RED),
        Mark::Demo => (words.common(|c| &c.mark.demo), words.common(|c| &c.mark.demo_says), Colour::WATERMARK),
        Mark::Draft => (words.common(|c| &c.mark.draft), words.common(|c| &c.mark.draft_says), Colour::WATERMARK),
        Mark::DemoDraft => (words.common(|c| &c.mark.demo_draft), words.common(|c| &c.mark.demo_draft_says), Colour::WATERMARK),
    })
}

fn furniture(flow: &mut Flow<'_>, model: &Model, words: &Words, first: usize) -> Result<(), ReportError> {
    let marked = marked(model, words);
    if let Some((mark, _, colour)) = marked {
        flow.watermark(words.one(mark), colour, first);
    }
    let replaces = replaces(model, words)?;
    let total = flow.canvas.pages() - first;
    for page in 0..total {
        flow.canvas.select(first + page);
        let sheet = flow.sheets[first + page];
        let (left, right) = (sheet.left, sheet.width - sheet.right);
        if page > 0 {
            let base = mm(20.0);
            labelled(flow, words, words.form(|f| &f.report_no), &model.report_no, (left, base), 9.5, Fill::Left);
            if let Some(said) = &replaces {
                flow.put(words.first(said), (right, base), Role::TableBold, 9.5, Colour::BLACK, Fill::Right);
            }
            flow.canvas.polyline(&[(left, base + 6.0), (right, base + 6.0)], 0.5, Colour::RULE, None);
        }
        if let Some((_, flag, _)) = marked {
            let text = if words.both() { format!("{}　{}", flag.0, flag.1) } else { words.one(flag).to_owned() };
            flow.put(&text, (sheet.width / 2.0, mm(13.0)), Role::TableBold, 10.0, Colour::FAIL, Fill::Centre);
        }
        let numbered = |lang| wording::page(words.common.of(lang), page + 1, total);
        let text = match words.wording {
            Wording::En => numbered(Lang::En)?,
            Wording::Zh => numbered(Lang::Zh)?,
            Wording::Both => format!("{}　{}", numbered(Lang::Zh)?, numbered(Lang::En)?),
        };
        flow.put(&text, (sheet.width / 2.0, sheet.height - mm(13.0)), Role::Table, SIZE, Colour::BLACK, Fill::Centre);
    }
    Ok(())
}
