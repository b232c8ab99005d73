//! 抽样单 the sampling sheet: the fields of the national 食品安全抽样检验抽样单 as one table that drives the form, the checks, the import
//! and the export. What was typed is kept as typed; [`check`] gives the typed core that the rest of the house works with.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use shiyan_foundation::area::AreaKind;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::task::{Department, Link, TaskKind, TaskLevel};
use shiyan_foundation::{Decimal, Label, NaiveDate, Refusal, text::fold};

use crate::code;
use crate::number::{NumberKind, check_number, number_year};
use crate::parties::credit::squeezed;
pub use crate::parties::credit::{credit_code, credit_code_ok};

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// Free text of at most so many characters.
    Text(usize),
    /// Date.
    Date,
    /// Decimal number.
    Number,
    /// One of these.
    Choice(&'static [&'static str]),
    /// 街道 from the street table.
    Street,
}

/// When a field must be filled.
#[derive(Debug, Clone, Copy)]
pub enum Required {
    /// 必填
    Always,
    /// 有条件必填
    When(fn(&Sheet) -> bool),
    /// 选填
    No,
}

/// One field of the national form.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Stable key.
    pub key: &'static str,
    /// Official label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// Group it stands in.
    pub group: Group,
    /// What it holds.
    pub kind: FieldKind,
    /// When it is required.
    pub required: Required,
    /// 个人信息: masked in lists and for people without need.
    pub personal: bool,
}

shiyan_foundation::labels! {
    /// 分组 groups of the national form, in its order.
    pub enum Group {
        Basics = "basics", "抽样基础信息", "Sampling basics";
        SamplerOrg = "sampler_org", "抽样单位信息", "Sampling organisation";
        Site = "site", "抽检场所信息", "Sampled operator";
        Producer = "producer", "生产企业信息", "Labelled producer";
        Product = "product", "抽检样品信息", "Sample";
    }
}

const KINDS: &[&str] = &["监督抽检", "评价性抽检", "风险监测"];
const LEVELS: &[&str] = &["国抽", "转移地方", "省抽", "市抽", "区抽"];
const DEPARTMENTS: &[&str] = &["市场监管", "农业农村", "卫健", "粮食"];
const SAMPLING_TYPES: &[&str] = &["常规抽样", "网络抽样", "应急", "专项"];
const LINKS: &[&str] = &["生产", "流通", "餐饮"];
/// 抽样地点 in the order of the national lists.
const ALL_PLACES: &[&str] = &[
    "原辅料库",
    "生产线",
    "半成品库",
    "成品库(待检区)",
    "成品库(已检区)",
    "农贸市场",
    "菜市场",
    "批发市场",
    "商场",
    "超市",
    "小食杂店",
    "药店",
    "网购",
    "其他",
    "特大型餐馆",
    "大型餐馆",
    "中型餐馆",
    "小型餐馆",
    "机关食堂",
    "学校/托幼食堂",
    "企事业单位食堂",
    "建筑工地食堂",
    "小吃店",
    "快餐店",
    "饮品店",
    "集体用餐配送单位",
    "中央厨房",
    "其他餐饮",
];
/// Places of [`ALL_PLACES`] from one rank to another.
const fn places(from: usize, to: usize) -> &'static [&'static str] {
    ALL_PLACES.split_at(to).0.split_at(from).1
}
/// 抽样地点 by 环节, in the order of the national lists.
pub const PLACES: &[(&str, &[&str])] = &[("生产", places(0, 5)), ("流通", places(5, 14)), ("餐饮", places(14, 28))];
const AREA_KINDS: &[&str] = &["城市", "乡村", "景点"];
/// 许可证类型
pub const PERMITS: &[&str] = &["食品经营许可证", "流通许可", "餐饮服务许可", "生产许可", "小作坊登记", "小餐饮", "备案", "无"];
const YES_NO: &[&str] = &["否", "是"];
const SAMPLE_KINDS: &[&str] = &["食用农产品", "工业加工食品", "餐饮加工食品", "食品添加剂", "其他"];
const SOURCES: &[&str] = &["外购", "加工/自制", "委托生产", "其他"];
const ATTRS: &[&str] = &["普通食品", "特殊膳食食品", "节令食品", "重大活动保障食品"];
const PACKS: &[&str] = &["预包装", "非定量包装", "无包装"];
const DATE_KINDS: &[&str] = &["生产日期", "加工日期", "购进日期", "检疫日期"];
const MODES: &[&str] = &["非无菌采样", "无菌采样"];
const FORMS: &[&str] = &["固体", "半固体", "液体", "气体"];
const SAMPLE_PACKS: &[&str] = &["塑料袋", "玻璃瓶", "塑料瓶", "无菌袋", "其他"];
const STORAGES: &[&str] = &["常温", "冷藏", "冷冻", "避光", "密闭", "其他"];
const TP_ROLES: &[&str] = &["委托", "进口商", "分装", "经销", "其他"];

fn prepacked(s: &Sheet) -> bool {
    s.get("pack_kind") == "预包装"
}
fn third_party(s: &Sheet) -> bool {
    s.get("has_third_party") == "是"
}
fn market_stall(s: &Sheet) -> bool {
    matches!(s.get("place"), "农贸市场" | "菜市场" | "批发市场")
}
fn permit_named(s: &Sheet) -> bool {
    !matches!(s.get("permit_kind"), "无" | "")
}
fn online(s: &Sheet) -> bool {
    s.get("sampling_type") == "网络抽样"
}

macro_rules! fields {
    ($($group:ident { $($key:literal, $zh:literal, $en:literal, $kind:expr, $req:expr $(, $personal:ident)?;)+ })+) => {
        /// The national field set, in the order of the form.
        pub const FIELDS: &[FieldSpec] = &[$($(FieldSpec { key: $key, zh: $zh, en: $en, group: Group::$group, kind: $kind, required: $req, personal: fields!(@p $($personal)?) }),+),+];
    };
    (@p personal) => { true };
    (@p) => { false };
}
use FieldKind::{Choice, Date, Number, Street, Text};
use Required::{Always, No, When};
fields! {
    Basics {
        "sampling_no", "抽样单编号", "Sampling sheet number", Text(40), Always;
        "task_source", "任务来源", "Task source", Text(100), Always;
        "report_class_a", "报送分类A", "Report class A", Text(60), Always;
        "report_class_b", "报送分类B", "Report class B (plan)", Text(100), Always;
        "purpose", "检验目的/任务类别", "Purpose", Choice(KINDS), Always;
        "task_level", "任务级别", "Task level", Choice(LEVELS), Always;
        "department", "组织部门", "Department", Choice(DEPARTMENTS), Always;
        "campaign", "专项名称", "Campaign", Text(60), No;
        "directed", "案件/投诉/应急抽样", "Directed sampling", Choice(YES_NO), Always;
        "deploy_org", "部署机构", "Deploying body", Text(100), Always;
        "lab_org", "检验机构名称", "Testing laboratory", Text(100), Always;
        "sampling_type", "抽样类型", "Sampling type", Choice(SAMPLING_TYPES), Always;
        "link", "抽样环节", "Link of the chain", Choice(LINKS), Always;
        "place", "抽样地点", "Sampling place", Choice(ALL_PLACES), Always;
        "cat1", "食品大类", "Food class", Text(40), Always;
        "cat2", "食品亚类", "Subclass", Text(40), Always;
        "cat3", "食品次亚类", "Variety", Text(40), No;
        "cat4", "食品细类", "Sub-variety", Text(40), No;
    }
    SamplerOrg {
        "sampler_org", "抽样单位名称", "Sampling organisation", Text(100), Always;
        "sampler_addr", "抽样单位地址", "Its address", Text(150), Always;
        "sampler_province", "抽样单位所在省份", "Its province", Text(20), Always;
        "sampler_phone", "抽样人员电话", "Samplers’ phone", Text(30), Always;
        "sampler_contact", "联系人", "Contact", Text(30), No;
        "sampler_email", "电子邮箱", "E-mail", Text(80), No;
        "sampler_fax", "传真", "Fax", Text(30), No;
        "sampler_zip", "邮编", "Postcode", Text(10), No;
    }
    Site {
        "street", "所在街道", "Street", Street, Always;
        "area_kind", "区域类型", "Kind of area", Choice(AREA_KINDS), Always;
        "site_name", "被抽样单位名称", "Sampled operator", Text(100), Always;
        "site_addr", "被抽样单位地址", "Its address", Text(150), Always;
        "uscc", "营业执照/社会信用代码", "Licence / credit code", Text(30), No;
        "permit_kind", "许可证类型", "Kind of permit", Choice(PERMITS), Always;
        "permit_no", "许可证号", "Permit number", Text(40), When(permit_named);
        "annual_sales", "年销售额（万元）", "Yearly sales (10,000 yuan)", Number, No;
        "legal_rep", "法人代表", "Legal representative", Text(30), Always, personal;
        "site_contact", "联系人", "Contact", Text(30), Always, personal;
        "site_phone", "联系电话", "Phone", Text(30), Always, personal;
        "site_fax", "传真", "Fax", Text(30), No;
        "site_zip", "邮编", "Postcode", Text(10), No;
        "market_name", "集中交易市场名称", "Market", Text(100), When(market_stall);
        "stall", "摊位号或姓名", "Stall or holder", Text(40), When(market_stall), personal;
        "id_no", "身份证号", "Identity number", Text(18), No, personal;
        "platform", "网络平台名称", "Online platform", Text(100), When(online);
        "buyer_account", "买样人员/付款账户", "Buyer / paying account", Text(100), When(online), personal;
        "delivery", "收货地址/联系方式", "Delivery address / contact", Text(150), When(online), personal;
    }
    Producer {
        "prod_name", "（标称）生产者名称", "Labelled producer", Text(100), When(prepacked);
        "prod_addr", "（标称）生产者地址", "Its address", Text(150), When(prepacked);
        "prod_region", "生产者所在地", "Its region", Text(60), When(prepacked);
        "prod_permit", "生产许可证编号", "Production permit", Text(40), When(prepacked);
        "prod_contact", "生产单位联系人", "Producer’s contact", Text(30), No, personal;
        "prod_phone", "生产单位电话", "Producer’s phone", Text(30), No, personal;
        "has_third_party", "是否存在第三方企业", "Third party involved", Choice(YES_NO), Always;
        "tp_role", "第三方性质", "Third party’s part", Choice(TP_ROLES), When(third_party);
        "tp_name", "第三方企业名称", "Third party", Text(100), When(third_party);
        "tp_region", "第三方企业省市县", "Its region", Text(60), No;
        "tp_addr", "第三方企业地址", "Its address", Text(150), When(third_party);
        "tp_permit", "第三方企业许可证编号", "Its permit", Text(40), No;
        "tp_contact", "第三方企业联系人", "Its contact", Text(30), No, personal;
        "tp_phone", "第三方企业电话", "Its phone", Text(30), No, personal;
    }
    Product {
        "name", "样品名称", "Sample name", Text(80), Always;
        "barcode", "样品条码", "Barcode", Text(20), No;
        "brand", "样品商标", "Brand", Text(60), Always;
        "sample_kind", "样品类型", "Kind of sample", Choice(SAMPLE_KINDS), Always;
        "sample_source", "样品来源", "Source", Choice(SOURCES), Always;
        "sample_attr", "样品属性", "Property", Choice(ATTRS), Always;
        "pack_kind", "包装分类", "Packaging", Choice(PACKS), Always;
        "date_kind", "日期类型", "Kind of date", Choice(DATE_KINDS), Always;
        "made_on", "生产/加工/购进日期", "Date made or bought", Date, Always;
        "shelf_life", "保质期", "Shelf life", Text(40), When(prepacked);
        "lot_no", "样品批号", "Lot", Text(60), No;
        "spec", "规格型号", "Specification", Text(60), When(prepacked);
        "grade", "质量等级", "Grade", Text(30), No;
        "unit_price", "单价（元）", "Unit price (yuan)", Number, Always;
        "imported", "是否进口", "Imported", Choice(YES_NO), Always;
        "origin", "原产地", "Origin", Text(60), Always;
        "sampled_on", "抽样日期", "Sampled on", Date, Always;
        "sampling_mode", "抽样方式", "Mode", Choice(MODES), Always;
        "form", "样品形态", "Form", Choice(FORMS), Always;
        "sample_pack", "样品包装", "Sample container", Choice(SAMPLE_PACKS), Always;
        "tool", "抽样工具", "Tool", Text(40), No;
        "storage", "抽样时样品储存条件", "Storage", Choice(STORAGES), Always;
        "base_qty", "抽样基数", "Lot size", Number, Always;
        "sample_qty", "抽样数量（含备样）", "Quantity taken (reserve included)", Number, Always;
        "backup_qty", "备样数量", "Reserve quantity", Number, Always;
        "qty_unit", "数量单位", "Unit", Text(10), Always;
        "exec_std", "执行标准/技术文件", "Product standard", Text(100), When(prepacked);
        "ingredients", "配料表", "Ingredients", Text(1000), No;
        "remark", "备注", "Remarks", Text(500), No;
    }
}

/// The field with this key.
#[must_use]
pub fn field(key: &str) -> Option<&'static FieldSpec> {
    FIELDS.iter().find(|f| f.key == key)
}

/// Fields that say who made, sold or was sampled.
const NAMES_OF: &[&str] = &["brand", "prod_name", "tp_name", "site_name", "market_name", "platform", "stall", "legal_rep"];

/// 抽样单 as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Key → text as typed.
    pub fields: BTreeMap<String, String>,
    /// 抽样人员, in signing order.
    pub samplers: Vec<(UserId, String)>,
}

impl Sheet {
    /// The text of a field, trimmed, or empty.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", |v| v.trim())
    }
    /// 配料 as recorded; a dash stands for none.
    #[must_use]
    pub fn ingredients(&self) -> Option<&str> {
        let text = self.get("ingredients");
        (!text.chars().all(|c| matches!(c, '/' | '／' | '-' | '－' | '—' | '–' | ' '))).then_some(text)
    }
    /// 配料 for whoever tests blind: where the list names the brand, the maker or who was sampled, that is blotted out.
    #[must_use]
    pub fn ingredients_blind(&self) -> Option<String> {
        let mut names: Vec<&str> = NAMES_OF.iter().map(|key| self.get(key)).filter(|name| name.chars().count() > 1).collect();
        // a name may hold another
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        self.ingredients().map(|text| names.iter().fold(text.to_owned(), |text, name| text.replace(name, "＊＊")))
    }
    /// 盲样遮盖 the sheet as whoever tests blind may see it: nothing of who was sampled, and ingredients without names.
    #[must_use]
    pub fn veiled(&self) -> Self {
        let of_site = |key: &str| FIELDS.iter().any(|f| f.group == Group::Site && f.key == key);
        let mut fields: BTreeMap<String, String> = self.fields.iter().filter(|(key, _)| !of_site(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        if let Some(text) = self.ingredients_blind() {
            fields.insert("ingredients".to_owned(), text);
        }
        Self { fields, samplers: self.samplers.clone() }
    }
    /// Sets a field.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.fields.insert(key.to_owned(), value.into());
    }
}

/// 抽样单核心信息 the typed core of a sheet that passed the checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedSheet {
    /// 抽样单编号, normalised.
    pub sampling_no: String,
    /// The number is a temporary one.
    pub temporary_no: bool,
    /// The number's prefix is unknown (a warning).
    pub unknown_prefix: bool,
    /// The number is one of another year than that of the sampling (a warning).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_year: bool,
    /// 任务类别
    pub kind: TaskKind,
    /// 任务级别
    pub level: TaskLevel,
    /// 组织部门
    pub department: Department,
    /// 案件、投诉、应急抽样 not bound by quantity, place and qualification (art 16).
    pub directed: bool,
    /// 网络抽样
    pub online: bool,
    /// 环节
    pub link: Link,
    /// 抽样地点
    pub place: String,
    /// 食品分类
    pub category: CategoryPath,
    /// 街道代码
    pub street: String,
    /// 区域类型
    pub area_kind: AreaKind,
    /// 被抽样单位
    pub site_name: String,
    /// 样品名称
    pub name: String,
    /// 检验机构
    pub lab: String,
    /// 预包装
    pub prepacked: bool,
    /// 生产/加工/购进日期
    pub made_on: NaiveDate,
    /// 抽样日期
    pub sampled_on: NaiveDate,
    /// 抽样人员
    pub samplers: Vec<(UserId, String)>,
}

/// What the checks need to know about the world.
#[derive(Debug)]
pub struct SheetContext<'a> {
    /// Today, Asia/Shanghai.
    pub today: NaiveDate,
    /// Known street codes.
    pub streets: &'a BTreeSet<String>,
}

/// Checks a sheet: shape of every field, required and conditional fields, two different samplers, quantities, the number.
///
/// # Errors
/// Every problem found, each naming its field.
pub fn check(sheet: &Sheet, context: &SheetContext<'_>) -> Result<CheckedSheet, Vec<Refusal>> {
    let mut problems = Vec::new();
    for spec in FIELDS {
        check_field(sheet, spec, context, &mut problems);
    }
    let people: BTreeSet<UserId> = sheet.samplers.iter().map(|(id, _)| *id).collect();
    if people.len() < 2 {
        problems.push(Refusal::new(code::SAMPLERS).with("count", people.len()).on("samplers"));
    }
    let number = check_number(sheet.get("sampling_no"));
    if let Err(refusal) = &number
        && !sheet.get("sampling_no").is_empty()
    {
        problems.push(refusal.clone());
    }
    check_quantities(sheet, &mut problems);
    check_identity(sheet, &mut problems);
    let sampled_on = date_of(sheet, "sampled_on");
    check_dates(sheet, context.today, &mut problems);
    let core = || -> Option<CheckedSheet> {
        let (sampling_no, number_kind) = number.ok()?;
        Some(CheckedSheet {
            sampling_no,
            temporary_no: number_kind == NumberKind::Temporary,
            unknown_prefix: number_kind == NumberKind::Unknown,
            other_year: sampled_on.is_some_and(|on| number_year(sheet.get("sampling_no")).is_some_and(|year| year != on.year())),
            kind: TaskKind::parse(sheet.get("purpose"))?,
            level: TaskLevel::parse(sheet.get("task_level"))?,
            department: Department::parse(sheet.get("department"))?,
            directed: is_directed(sheet),
            online: online(sheet),
            link: Link::parse(sheet.get("link"))?,
            place: sheet.get("place").to_owned(),
            category: CategoryPath(["cat1", "cat2", "cat3", "cat4"].iter().map(|k| sheet.get(k).to_owned()).filter(|v| !v.is_empty() && v != "/").collect()),
            street: sheet.get("street").to_owned(),
            area_kind: AreaKind::parse(sheet.get("area_kind"))?,
            site_name: sheet.get("site_name").to_owned(),
            name: sheet.get("name").to_owned(),
            lab: sheet.get("lab_org").to_owned(),
            prepacked: prepacked(sheet),
            made_on: date_of(sheet, "made_on")?,
            sampled_on: sampled_on?,
            samplers: sheet.samplers.clone(),
        })
    };
    if problems.is_empty()
        && let Some(core) = core()
    {
        return Ok(core);
    }
    Err(problems)
}

fn is_directed(sheet: &Sheet) -> bool {
    sheet.get("directed") == "是"
}

/// 抽样基数、抽样数量、备样数量: what was taken is no more than there was, and a reserve is kept where one is needed.
fn check_quantities(sheet: &Sheet, problems: &mut Vec<Refusal>) {
    let directed = is_directed(sheet);
    let (base, taken, backup) = (number_of(sheet, "base_qty"), number_of(sheet, "sample_qty"), number_of(sheet, "backup_qty"));
    for (key, typed) in [("base_qty", base), ("sample_qty", taken)] {
        if typed.is_some_and(|n| n.is_zero())
            && let Some(spec) = FIELDS.iter().find(|f| f.key == key)
        {
            problems.push(Refusal::new(code::ZERO).with("label", spec.zh).with("label_en", spec.en).on(key));
        }
    }
    if let (Some(base), Some(taken)) = (base, taken)
        && base < taken
        && !directed
    {
        problems.push(Refusal::new(code::QUANTITY).with("base", base).with("taken", taken).on("base_qty"));
    }
    if let (Some(taken), Some(backup)) = (taken, backup) {
        if backup > taken {
            problems.push(Refusal::new(code::BACKUP).with("backup", backup).with("taken", taken).on("backup_qty"));
        }
        let exempt = sheet.get("purpose") == "风险监测" || directed || sheet.get("remark").contains("仅微生物");
        if backup.is_zero() && !exempt {
            problems.push(Refusal::new(code::NO_BACKUP).on("backup_qty"));
        }
    }
}

/// 统一社会信用代码: that it holds, and that there is a code or an identity number.
fn check_identity(sheet: &Sheet, problems: &mut Vec<Refusal>) {
    let uscc = squeezed(sheet.get("uscc"));
    if uscc.len() == 18 && !credit_code_ok(&uscc) {
        problems.push(Refusal::new(code::USCC).with("typed", sheet.get("uscc")).on("uscc"));
    }
    if !is_directed(sheet) && matches!(uscc.as_str(), "" | "/") && sheet.get("id_no").is_empty() {
        problems.push(Refusal::new(code::IDENTITY).on("uscc"));
    }
}

/// 日期: none lies ahead, and nothing is made after it was sampled.
fn check_dates(sheet: &Sheet, today: NaiveDate, problems: &mut Vec<Refusal>) {
    for key in ["sampled_on", "made_on"] {
        if let Some(on) = date_of(sheet, key)
            && on > today
        {
            problems.push(Refusal::new(code::FUTURE).with("on", on).on(key));
        }
    }
    if let (Some(made), Some(sampled)) = (date_of(sheet, "made_on"), date_of(sheet, "sampled_on"))
        && made > sampled
    {
        problems.push(Refusal::new(code::MADE_AFTER).with("made", made).with("sampled", sampled).on("made_on"));
    }
}

fn check_field(sheet: &Sheet, spec: &FieldSpec, context: &SheetContext<'_>, problems: &mut Vec<Refusal>) {
    let typed = sheet.get(spec.key);
    let problem = |info| Refusal::new(info).with("label", spec.zh).with("typed", typed).on(spec.key);
    if typed.is_empty() {
        let needed = match spec.required {
            Required::Always => true,
            Required::When(condition) => condition(sheet),
            Required::No => false,
        };
        if needed {
            problems.push(problem(code::REQUIRED));
        }
        return;
    }
    match spec.kind {
        FieldKind::Text(max) => {
            if typed.chars().count() > max {
                problems.push(problem(code::TOO_LONG).with("max", max));
            }
        }
        FieldKind::Date => {
            if date_of(sheet, spec.key).is_none() {
                problems.push(problem(code::DATE));
            }
        }
        FieldKind::Number => {
            if number_of(sheet, spec.key).is_none() {
                problems.push(problem(code::NUMBER));
            }
        }
        FieldKind::Choice(choices) => {
            if !choices.contains(&typed) {
                problems.push(problem(code::CHOICE));
            }
        }
        FieldKind::Street => {
            if !context.streets.contains(typed) {
                problems.push(problem(code::STREET));
            }
        }
    }
}

fn number_of(sheet: &Sheet, key: &str) -> Option<Decimal> {
    let typed = fold(sheet.get(key));
    let value: Decimal = typed.parse().ok()?;
    (!value.is_sign_negative()).then_some(value)
}

/// A date as people write it: `2026-03-05`, `2026/3/5`, `2026.3.5`, `2026年3月5日`, `20260305`.
#[must_use]
pub fn read_date(typed: &str) -> Option<NaiveDate> {
    let text = fold(typed).replace(['/', '.', '年', '月'], "-").replace('日', "");
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&text, "%Y%m%d").ok();
    }
    let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
    (1990..2200).contains(&chrono::Datelike::year(&date)).then_some(date)
}

fn date_of(sheet: &Sheet, key: &str) -> Option<NaiveDate> {
    read_date(sheet.get(key))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use uuid::Uuid;

    pub(crate) fn streets() -> BTreeSet<String> {
        BTreeSet::from(["410105008".to_owned()])
    }
    pub(crate) fn good_sheet() -> Sheet {
        let mut sheet =
            Sheet { samplers: vec![(UserId(Uuid::from_u128(1)), "抽样甲".into()), (UserId(Uuid::from_u128(2)), "抽样乙".into())], ..Sheet::default() };
        for spec in FIELDS {
            let value = match (spec.key, spec.kind) {
                ("sampling_no", _) => "XBJ26410105000000001".to_owned(),
                ("street", _) => "410105008".to_owned(),
                ("uscc", _) => credit_code("92410105MA0000001").unwrap(),
                ("made_on" | "sampled_on", _) => "2026-03-05".to_owned(),
                ("base_qty", _) => "20".to_owned(),
                ("sample_qty", _) => "2.5".to_owned(),
                ("backup_qty", _) => "1".to_owned(),
                ("place", _) => "农贸市场".to_owned(),
                ("link", _) => "流通".to_owned(),
                (_, FieldKind::Choice(choices)) => choices[0].to_owned(),
                (_, FieldKind::Number) => "1".to_owned(),
                _ => "/".to_owned(),
            };
            sheet.set(spec.key, value);
        }
        sheet.set("cat1", "食用农产品");
        sheet.set("cat2", "蔬菜");
        sheet
    }
    fn codes(sheet: &Sheet) -> Vec<&'static str> {
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
        match check(sheet, &SheetContext { today, streets: &streets() }) {
            Ok(_) => vec![],
            Err(problems) => problems.iter().map(Refusal::code).collect(),
        }
    }

    #[test]
    fn a_full_sheet_passes() {
        assert_eq!(codes(&good_sheet()), Vec::<&str>::new());
    }
    #[test]
    fn nothing_is_made_after_it_was_taken_and_nothing_is_taken_of_nothing() {
        let with = |pairs: &[(&'static str, &str)]| {
            let mut sheet = good_sheet();
            pairs.iter().for_each(|(key, value)| sheet.set(key, *value));
            sheet
        };
        assert_eq!(codes(&with(&[("made_on", "2026-03-06")])), ["SHEET-MADE-AFTER"]);
        assert_eq!(codes(&with(&[("made_on", "2026-03-05")])), Vec::<&str>::new());
        assert_eq!(codes(&with(&[("sample_qty", "0.0"), ("backup_qty", "1")])), ["SHEET-ZERO", "SHEET-BACKUP"]);
        assert!(codes(&with(&[("base_qty", "0")])).contains(&"SHEET-ZERO"));
        // A number of another year is shown to whoever submits, not refused: forms of December are used up in January.
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
        let core = |no: &str| check(&with(&[("sampling_no", no)]), &SheetContext { today, streets: &streets() }).unwrap();
        assert!(!core("XBJ26410105000000001").other_year && core("XBJ25410105000000001").other_year && !core("QQ25410105000000001").other_year);
    }
    #[test]
    fn one_sampler_twice_is_not_two_samplers() {
        let mut sheet = good_sheet();
        sheet.samplers[1] = sheet.samplers[0].clone();
        assert_eq!(codes(&sheet), ["SHEET-SAMPLERS"]);
    }
    #[test]
    fn each_required_field_is_missed_by_name() {
        for spec in FIELDS.iter().filter(|f| matches!(f.required, Required::Always)) {
            let mut sheet = good_sheet();
            sheet.set(spec.key, "");
            assert!(codes(&sheet).contains(&"SHEET-REQUIRED"), "{}", spec.key);
        }
    }
    #[test]
    fn conditional_fields_follow_their_condition() {
        let mut sheet = good_sheet();
        sheet.set("has_third_party", "是");
        sheet.set("tp_name", "");
        assert_eq!(codes(&sheet), ["SHEET-REQUIRED"]);
        sheet.set("has_third_party", "否");
        assert!(codes(&sheet).is_empty());
    }
    #[test]
    fn quantities_and_reserve() {
        let mut sheet = good_sheet();
        sheet.set("base_qty", "2");
        sheet.set("backup_qty", "3");
        assert_eq!(codes(&sheet), ["SHEET-QUANTITY", "SHEET-BACKUP"]);
        let mut sheet = good_sheet();
        sheet.set("backup_qty", "0");
        assert_eq!(codes(&sheet), ["SHEET-NO-BACKUP"]);
        sheet.set("remark", "仅微生物");
        assert!(codes(&sheet).is_empty());
    }
    #[test]
    fn a_veiled_sheet_says_nothing_of_who_was_sampled_and_everything_of_the_food() {
        let mut sheet = Sheet::default();
        for spec in FIELDS {
            sheet.set(spec.key, format!("示范{}", spec.key));
        }
        sheet.set("ingredients", "小麦粉、示范site_name果酱");
        let veiled = sheet.veiled();
        for spec in FIELDS {
            assert_eq!(veiled.get(spec.key).is_empty(), spec.group == Group::Site, "{}", spec.key);
        }
        assert_eq!(veiled.get("ingredients"), "小麦粉、＊＊果酱");
        assert!(veiled.fields.values().all(|text| !text.contains("示范site_name")));
    }
    #[test]
    fn ingredients_are_kept_as_typed_and_name_nobody_to_who_tests_blind() {
        let mut sheet = good_sheet();
        assert_eq!((sheet.ingredients(), sheet.ingredients_blind()), (None, None), "a dash is none");
        sheet.set("ingredients", " 小麦粉、示范牌果酱（示范食品有限公司）、水 ");
        sheet.set("brand", "示范牌");
        sheet.set("prod_name", "示范食品有限公司");
        assert_eq!(sheet.ingredients(), Some("小麦粉、示范牌果酱（示范食品有限公司）、水"));
        assert_eq!(sheet.ingredients_blind().as_deref(), Some("小麦粉、＊＊果酱（＊＊）、水"));
        assert!(codes(&sheet).is_empty());
        sheet.set("ingredients", "糖".repeat(1001));
        assert_eq!(codes(&sheet), ["SHEET-LONG"]);
        sheet.set("ingredients", "");
        assert!(codes(&sheet).is_empty(), "nobody has to record them");
    }
    #[test]
    fn a_credit_code_with_a_wrong_check_digit_is_found() {
        let mut sheet = good_sheet();
        let good = sheet.get("uscc").to_owned();
        assert!(credit_code_ok(&good));
        let wrong = format!("{}{}", &good[..17], if good.ends_with('0') { '1' } else { '0' });
        sheet.set("uscc", wrong);
        assert_eq!(codes(&sheet), ["SHEET-USCC"]);
    }
    #[test]
    fn dates_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5);
        for typed in ["2026-03-05", "2026/3/5", "２０２６年３月５日", "20260305", "2026.3.5"] {
            assert_eq!(read_date(typed), day, "{typed}");
        }
        assert_eq!(read_date("昨天"), None);
        assert_eq!(read_date("0026-03-05"), None);
    }
    #[test]
    fn the_place_list_is_the_places_of_the_links() {
        let joined: Vec<&str> = PLACES.iter().flat_map(|(_, places)| places.iter().copied()).collect();
        assert_eq!(joined, ALL_PLACES);
    }
}
