//! 全国示例 a made-up national year as fact files, told from a seed, to measure on. Nothing in it is real: district codes begin with 9, which no province
//! has, every laboratory and point is called 演示, and the manifest says so.
//!
//! The year has 7 million batches, 140 million items and 100 million readings at full scale, and the year before as many batches, so that the same
//! period can be compared. It is written month by month and district by district; what is in memory is one row group a family. Each district of each
//! month has random numbers of its own, so that the same seed and scale make the same bytes, whatever else changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{Days, NaiveDate, TimeDelta};
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::ids::{CaseId, ClockId};
use shiyan_foundation::task::{Department, Link, Outcome, Penalty, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Refusal};
use shiyan_indicators::{BatchStage, CaseFact, Disposal, RapidVerdict, ServiceFact, ServiceRule, end_of};
use uuid::Uuid;

use crate::files::sheet::{NONE, Packing, Sheet};
use crate::files::{FactFamily, FileMonth, Manifest, code, number_of, put_case, put_service};

/// A year of the nation: batches, and items and readings to each batch.
const BATCHES: u64 = 7_000_000;
const READINGS: u64 = 100_000_000;
/// Districts of the nation.
const DISTRICTS: u64 = 2_800;
/// Parts of the whole in which a scale is given.
pub const WHOLE: u32 = 1_000_000;

/// 规模 what to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NationOptions {
    /// 年度; the year before it comes with its batches.
    pub year: i32,
    /// 种子
    pub seed: u64,
    /// 规模 in millionths of the nation, 1 to a million.
    pub scale: u32,
    /// How pages are packed.
    pub packing: Packing,
}

type Class = (&'static str, &'static [&'static str], u64, u64, &'static [usize]);
/// 食品大类 with its parts, batches of a thousand, failing batches of a thousand, and which groups of items it is tested for.
const CLASSES: &[Class] = &[
    ("蔬菜", &["豆芽", "鳞茎类蔬菜", "叶菜类蔬菜", "茄果类蔬菜", "豆类蔬菜", "根茎类和薯芋类蔬菜"], 190, 42, &[0, 2, 8]),
    ("水果", &["柑橘类水果", "热带和亚热带水果", "浆果和其他小型水果", "仁果类水果"], 90, 28, &[0, 2]),
    ("畜禽肉及副产品", &["畜肉", "禽肉", "畜副产品"], 80, 12, &[1, 2, 8]),
    ("水产品", &["淡水产品", "海水产品", "贝类"], 70, 46, &[1, 2]),
    ("鲜蛋", &["鸡蛋", "其他禽蛋"], 40, 15, &[1]),
    ("生干坚果与籽类食品", &["生干坚果", "生干籽类"], 12, 36, &[3, 2, 5]),
    ("粮食加工品", &["小麦粉", "大米", "挂面", "谷物加工品"], 65, 9, &[2, 5, 3]),
    ("食用油、油脂及其制品", &["食用植物油", "食用动物油脂"], 40, 14, &[3, 5, 6]),
    ("调味品", &["酱油", "食醋", "调味料", "食盐"], 45, 13, &[3, 4, 6]),
    ("肉制品", &["预制肉制品", "熟肉制品"], 42, 16, &[3, 4, 8]),
    ("乳制品", &["液体乳", "乳粉"], 30, 2, &[4, 6, 8]),
    ("饮料", &["包装饮用水", "果蔬汁类及其饮料", "蛋白饮料"], 42, 20, &[4, 3, 6]),
    ("方便食品", &["方便面", "调味面制品"], 18, 15, &[3, 4, 6]),
    ("饼干", &["饼干"], 14, 11, &[3, 4]),
    ("罐头", &["果蔬罐头", "畜禽水产罐头"], 10, 8, &[3, 4, 2]),
    ("冷冻饮品", &["冷冻饮品"], 8, 17, &[4, 3]),
    ("速冻食品", &["速冻面米食品", "速冻调理肉制品"], 14, 10, &[3, 4]),
    ("薯类和膨化食品", &["膨化食品", "薯类食品"], 12, 12, &[3, 4, 6]),
    ("糖果制品", &["糖果", "果冻"], 10, 7, &[3, 4]),
    ("茶叶及相关制品", &["茶叶", "代用茶"], 14, 8, &[0, 2]),
    ("酒类", &["白酒", "发酵酒", "配制酒"], 36, 17, &[6, 3, 7]),
    ("蔬菜制品", &["酱腌菜", "蔬菜干制品", "食用菌制品"], 24, 27, &[3, 2]),
    ("水果制品", &["蜜饯", "水果干制品", "果酱"], 18, 26, &[3, 4]),
    ("炒货食品及坚果制品", &["炒货食品", "坚果制品"], 18, 24, &[6, 5, 3]),
    ("水产制品", &["干制水产品", "熟制动物性水产制品"], 10, 22, &[2, 3]),
    ("淀粉及淀粉制品", &["淀粉", "粉丝粉条"], 10, 21, &[3, 2]),
    ("糕点", &["糕点", "月饼"], 46, 21, &[3, 4, 6]),
    ("豆制品", &["发酵性豆制品", "非发酵性豆制品"], 22, 16, &[3, 4]),
    ("婴幼儿配方食品", &["婴儿配方食品", "较大婴儿配方食品"], 5, 1, &[4, 6, 2]),
    ("餐饮食品", &["复用餐饮具", "米面及其制品(自制)", "肉制品(自制)", "油炸面制品(自制)"], 165, 62, &[4, 3, 2]),
];

/// 项目类别 with its items.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "农药残留",
        &[
            "毒死蜱",
            "腐霉利",
            "氯氰菊酯和高效氯氰菊酯",
            "克百威",
            "氧乐果",
            "噻虫胺",
            "噻虫嗪",
            "吡虫啉",
            "啶虫脒",
            "甲拌磷",
            "水胺硫磷",
            "三唑磷",
            "氟虫腈",
            "灭蝇胺",
            "多菌灵",
            "联苯菊酯",
            "敌敌畏",
            "乐果",
            "阿维菌素",
            "苯醚甲环唑",
            "吡唑醚菌酯",
            "烯酰吗啉",
            "甲氨基阿维菌素苯甲酸盐",
            "哒螨灵",
            "丙溴磷",
            "甲胺磷",
            "乙酰甲胺磷",
            "涕灭威",
            "灭多威",
            "氯氟氰菊酯和高效氯氟氰菊酯",
            "溴氰菊酯",
            "戊唑醇",
            "咪鲜胺和咪鲜胺锰盐",
            "倍硫磷",
            "杀扑磷",
            "4-氯苯氧乙酸钠",
        ],
    ),
    (
        "兽药残留",
        &[
            "恩诺沙星",
            "氯霉素",
            "氟苯尼考",
            "呋喃唑酮代谢物",
            "呋喃西林代谢物",
            "孔雀石绿",
            "磺胺类(总量)",
            "多西环素",
            "土霉素/金霉素/四环素(组合含量)",
            "甲氧苄啶",
            "地西泮",
            "五氯酚酸钠",
            "克伦特罗",
            "莱克多巴胺",
            "沙丁胺醇",
            "替米考星",
            "氧氟沙星",
            "培氟沙星",
            "诺氟沙星",
            "甲硝唑",
            "地美硝唑",
            "林可霉素",
            "氟虫腈(以氟甲腈、氟虫腈砜、氟虫腈亚砜和氟虫腈之和计)",
            "尼卡巴嗪",
        ],
    ),
    (
        "重金属等元素污染物",
        &["铅(以Pb计)", "镉(以Cd计)", "总汞(以Hg计)", "甲基汞(以Hg计)", "总砷(以As计)", "无机砷(以As计)", "铬(以Cr计)", "铝的残留量(干样品,以Al计)"],
    ),
    (
        "食品添加剂",
        &[
            "苯甲酸及其钠盐(以苯甲酸计)",
            "山梨酸及其钾盐(以山梨酸计)",
            "脱氢乙酸及其钠盐(以脱氢乙酸计)",
            "糖精钠(以糖精计)",
            "甜蜜素(以环己基氨基磺酸计)",
            "安赛蜜",
            "二氧化硫残留量",
            "防腐剂混合使用时各自用量占其最大使用量的比例之和",
            "柠檬黄",
            "日落黄",
            "苋菜红",
            "胭脂红",
            "亮蓝",
            "亚硝酸盐(以亚硝酸钠计)",
            "纳他霉素",
            "丙酸及其钠盐、钙盐(以丙酸计)",
            "三氯蔗糖",
            "特丁基对苯二酚(TBHQ)",
        ],
    ),
    ("微生物", &["菌落总数", "大肠菌群", "霉菌", "酵母", "耐热大肠菌群", "霉菌和酵母", "粪链球菌", "蜡样芽孢杆菌", "商业无菌"]),
    ("生物毒素", &["黄曲霉毒素B₁", "脱氧雪腐镰刀菌烯醇", "赭曲霉毒素A", "玉米赤霉烯酮", "黄曲霉毒素M₁"]),
    ("质量指标", &["酸价(以脂肪计)(KOH)", "过氧化值(以脂肪计)", "酒精度", "水分", "蛋白质", "总酸(以乙酸计)", "氨基酸态氮", "界限指标"]),
    ("其他污染物", &["甲醇", "氰化物(以HCN计)", "苯并[a]芘", "溶剂残留量", "溴酸盐"]),
    ("非食用物质", &["罗丹明B", "苏丹红Ⅰ", "三聚氰胺", "吗啡", "那非类物质"]),
];

/// 快检项目 with readings and positives of a thousand.
const RAPID: &[(&str, u64, u64)] = &[
    ("有机磷和氨基甲酸酯类农药", 520, 9),
    ("克百威", 60, 12),
    ("毒死蜱", 60, 15),
    ("腐霉利", 50, 11),
    ("噻虫胺", 40, 14),
    ("恩诺沙星", 45, 17),
    ("孔雀石绿", 40, 8),
    ("氯霉素", 30, 4),
    ("呋喃西林代谢物", 15, 5),
    ("呋喃唑酮代谢物", 15, 5),
    ("克伦特罗", 20, 2),
    ("莱克多巴胺", 15, 2),
    ("沙丁胺醇", 10, 2),
    ("亚硝酸盐", 20, 7),
    ("二氧化硫", 15, 21),
    ("甲醛", 15, 13),
    ("吊白块", 8, 3),
    ("硼砂", 8, 4),
    ("铝", 6, 26),
    ("罗丹明B", 4, 2),
    ("黄曲霉毒素B₁", 4, 6),
];

/// 抽样地点 by link.
const PLACES: [&[(&str, u64)]; 3] = [
    &[("成品库(已检区)", 900), ("原辅料库", 60), ("生产线", 40)],
    &[("超市", 330), ("农贸市场", 300), ("小食杂店", 140), ("批发市场", 100), ("商场", 50), ("网店", 50), ("便利店", 30)],
    &[("小型餐馆", 380), ("学校/托幼食堂", 220), ("中型餐馆", 120), ("机关食堂", 80), ("小吃店", 120), ("集体用餐配送单位", 40), ("网络餐饮", 40)],
];

/// Batches of a thousand in each month: quiet in the new year, busy before the end.
const MONTHS: [u64; 12] = [48, 40, 84, 92, 96, 98, 90, 94, 104, 92, 88, 74];
/// Failing batches of a hundred as many, by month: the warm ones are worse.
const SEASON: [u64; 12] = [85, 85, 90, 95, 105, 118, 128, 125, 112, 98, 92, 88];

/// Random numbers that every machine makes alike (SplitMix64).
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn of(parts: [u64; 4]) -> Self {
        let mut dice = Self(parts[0]);
        for part in &parts[1..] {
            dice = Self(dice.next() ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        }
        dice
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
    /// Whether one of a thousand.
    fn mille(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }
    fn one<T: Copy>(&mut self, from: &Wheel<T>) -> T {
        from.0[self.below(from.0.len() as u64) as usize]
    }
}

/// Each value as often as its weight, in a thousand places.
struct Wheel<T>(Vec<T>);

impl<T: Copy> Wheel<T> {
    fn new(weighed: impl IntoIterator<Item = (T, u64)>) -> Self {
        Self(weighed.into_iter().flat_map(|(value, weight)| std::iter::repeat_n(value, weight as usize)).collect())
    }
}

/// One made-up district.
struct District {
    code: String,
    streets: u64,
    points: u64,
    lab: u64,
    weight: u64,
}

/// The country: who there is, the same in every month.
struct Country {
    districts: Vec<District>,
    weight: u64,
    seed: u64,
    classes: Wheel<usize>,
    kinds: Wheel<TaskKind>,
    levels: Wheel<TaskLevel>,
    departments: Wheel<Department>,
    links: Wheel<Link>,
    areas: Wheel<AreaKind>,
    places: [Wheel<&'static str>; 3],
    rapid: Wheel<usize>,
    /// The items that each class is tested for, as group and place in it.
    tested: Vec<Vec<(usize, usize)>>,
}

impl Country {
    fn new(seed: u64, scale: u32) -> Self {
        // a smaller nation has fewer districts and fewer batches in each
        let districts = (DISTRICTS * DISTRICTS * u64::from(scale) / u64::from(WHOLE)).isqrt().clamp(4, DISTRICTS);
        let districts: Vec<District> = (0..districts)
            .map(|n| {
                let mut dice = Dice::of([seed, 1, n, 0]);
                District {
                    code: format!("9{:02}{:03}", n / 100, n % 100 + 1),
                    streets: 8 + dice.below(10),
                    points: 6 + dice.below(30),
                    lab: n / 6,
                    weight: 400 + dice.below(1000) + if dice.mille(80) { 4_000 } else { 0 },
                }
            })
            .collect();
        let of_class = |groups: &[usize]| groups.iter().flat_map(|g| (0..GROUPS[*g].1.len()).map(move |i| (*g, i))).collect();
        Self {
            weight: districts.iter().map(|d| d.weight).sum(),
            districts,
            seed,
            classes: Wheel::new(CLASSES.iter().enumerate().map(|(at, c)| (at, c.2))),
            kinds: Wheel::new([(TaskKind::Supervisory, 80), (TaskKind::Evaluative, 12), (TaskKind::RiskMonitoring, 8)]),
            levels: Wheel::new(TaskLevel::ALL.iter().copied().zip([5, 20, 15, 20, 40])),
            departments: Wheel::new(Department::ALL.iter().copied().zip([480, 14, 3, 3])),
            links: Wheel::new(Link::ALL.iter().copied().zip([15, 60, 25])),
            areas: Wheel::new(AreaKind::ALL.iter().copied().zip([60, 36, 4])),
            places: PLACES.map(|of| Wheel::new(of.iter().copied())),
            rapid: Wheel::new(RAPID.iter().enumerate().map(|(at, r)| (at, r.1))),
            tested: CLASSES.iter().map(|c| of_class(c.4)).collect(),
        }
    }
    /// How many of a whole fall to each district, all together exactly the whole.
    fn shares(&self, whole: u64) -> Vec<u64> {
        let mut so_far = 0;
        let shares = self.districts.iter().map(|d| {
            let before = whole * so_far / self.weight;
            so_far += d.weight;
            whole * so_far / self.weight - before
        });
        shares.collect()
    }
}

/// 演示编号 an id that says by its first four digits that it is made up.
fn made_up(month: FileMonth, family: u8, n: u64) -> Uuid {
    let month = (month.year as u128) * 100 + u128::from(month.month);
    Uuid::from_u128((0xf1c7 << 112) | (month << 80) | (u128::from(family) << 72) | (8 << 76) | (2 << 62) | u128::from(n))
}

fn code_of(sheet: &mut Sheet, column: &str, text: &str) -> u32 {
    sheet.words(column).map_or(NONE, |words| words.code(text))
}

fn codes_of<'a>(sheet: &mut Sheet, column: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
    texts.into_iter().map(|text| code_of(sheet, column, text)).collect()
}

/// What one batch leads to.
struct Drawn {
    class: usize,
    sampled_on: NaiveDate,
    issued_on: NaiveDate,
    street: String,
    sampling_no: String,
}

/// Cases and clocks that wait for the month in which they begin.
#[derive(Default)]
struct Waiting {
    cases: BTreeMap<FileMonth, Vec<CaseFact>>,
    services: BTreeMap<FileMonth, Vec<ServiceFact>>,
    made: u64,
}

/// 生成 the files of a made-up nation; `told` is called after each month.
///
/// # Errors
/// `FACTS-NOT-EMPTY` when the directory holds something, `FACTS-WRITE`.
pub fn generate(dir: &Path, options: NationOptions, mut told: impl FnMut(FileMonth)) -> Result<Manifest, Refusal> {
    let cannot = |e: std::io::Error| Refusal::new(code::WRITE).with("at", dir.display()).with("detail", e);
    fs::create_dir_all(dir).map_err(cannot)?;
    if fs::read_dir(dir).map_err(cannot)?.next().is_some() {
        return Err(Refusal::new(code::NOT_EMPTY).with("at", dir.display()));
    }
    let scale = options.scale.clamp(1, WHOLE);
    let country = Country::new(options.seed, scale);
    let part = |whole: u64| (whole * u64::from(scale)).div_ceil(u64::from(WHOLE));
    let weights: u64 = MONTHS.iter().sum();
    let mut manifest = Manifest {
        fictional: true,
        note: "演示数据，全部虚构：区划代码以9开头，不对应任何行政区 / made up: no district, laboratory or result in it is real".to_owned(),
        made: BTreeMap::from([
            ("seed".to_owned(), options.seed.to_string()),
            ("scale".to_owned(), format!("{scale}/{WHOLE}")),
            ("year".to_owned(), options.year.to_string()),
        ]),
        ..Manifest::default()
    };
    let mut waiting = Waiting::default();
    let mut month = FileMonth { year: options.year - 1, month: 1 };
    while month.year <= options.year {
        let of_month = |whole: u64| part(whole) * MONTHS[month.month as usize - 1] / weights;
        let items = month.year == options.year;
        batches(dir, &country, month, of_month(BATCHES), items, options.packing, &mut manifest, &mut waiting)?;
        if items {
            readings(dir, &country, month, of_month(READINGS), options.packing, &mut manifest)?;
        }
        begun(dir, month, options.packing, &mut manifest, &mut waiting)?;
        told(month);
        month = month.next();
    }
    // what the last months led to begins in the year after
    while !(waiting.cases.is_empty() && waiting.services.is_empty()) {
        begun(dir, month, options.packing, &mut manifest, &mut waiting)?;
        month = month.next();
    }
    manifest.write(dir)?;
    Ok(manifest)
}

/// The codes of what a batch file names, in the order of its lists.
struct Codes {
    class: Vec<u32>,
    subclass: Vec<Vec<u32>>,
    category: Vec<Vec<u32>>,
    kind: Vec<u32>,
    level: Vec<u32>,
    department: Vec<u32>,
    link: Vec<u32>,
    area: Vec<u32>,
    stage: Vec<u32>,
    outcome: Vec<u32>,
    admin: u32,
}

fn codes<L: Label>(sheet: &mut Sheet, column: &str) -> Vec<u32> {
    codes_of(sheet, column, L::ALL.iter().map(|l| l.code()))
}

fn place_of<L: Label + PartialEq>(label: L) -> usize {
    L::ALL.iter().position(|l| *l == label).unwrap_or(0)
}

impl Codes {
    fn of(sheet: &mut Sheet) -> Self {
        let category = |c: usize, s: usize| format!("{}/{}", CLASSES[c].0, CLASSES[c].1[s]);
        Self {
            class: codes_of(sheet, "class", CLASSES.iter().map(|c| c.0)),
            subclass: CLASSES.iter().map(|c| codes_of(sheet, "subclass", c.1.iter().copied())).collect(),
            category: CLASSES.iter().enumerate().map(|(c, class)| (0..class.1.len()).map(|s| code_of(sheet, "category", &category(c, s))).collect()).collect(),
            kind: codes::<TaskKind>(sheet, "kind"),
            level: codes::<TaskLevel>(sheet, "level"),
            department: codes::<Department>(sheet, "department"),
            link: codes::<Link>(sheet, "link"),
            area: codes::<AreaKind>(sheet, "area_kind"),
            stage: codes::<BatchStage>(sheet, "stage"),
            outcome: codes::<Outcome>(sheet, "outcome"),
            admin: code_of(sheet, "admin", AdminBody::Jinshui.code()),
        }
    }
}

/// A batch as it is made up.
struct Made {
    class: usize,
    sub: usize,
    kind: TaskKind,
    level: TaskLevel,
    department: Department,
    link: Link,
    area: AreaKind,
    place: &'static str,
    street: usize,
    lab: u64,
    stage: BatchStage,
    sampled_on: NaiveDate,
    received_on: NaiveDate,
    issued_on: NaiveDate,
    takes: u64,
    outcome: Outcome,
    temporary: bool,
    sampling_no: String,
    recheck_pending: bool,
}

impl Made {
    /// The `n`th batch of a district in a month of so many days; the dice fall in this order.
    fn up(country: &Country, district: &District, month: FileMonth, days: u64, n: u64, dice: &mut Dice) -> Self {
        let class = dice.one(&country.classes);
        let sub = dice.below(CLASSES[class].1.len() as u64) as usize;
        let (kind, level, department) = (dice.one(&country.kinds), dice.one(&country.levels), dice.one(&country.departments));
        let link = if CLASSES[class].0 == "餐饮食品" { Link::Catering } else { dice.one(&country.links) };
        let area = dice.one(&country.areas);
        let place = dice.one(&country.places[place_of(link)]);
        let street = dice.below(district.streets) as usize;
        // one laboratory of the neighbourhood, now and then one from elsewhere
        let lab = if dice.mille(30) { dice.below(country.districts.len() as u64) / 6 } else { district.lab };
        let stage = if dice.mille(3) {
            BatchStage::Void
        } else if dice.mille(5) {
            BatchStage::Refused
        } else {
            BatchStage::Issued
        };
        let start = NaiveDate::from_ymd_opt(month.year, month.month, 1).unwrap_or_default();
        let sampled_on = start + Days::new(dice.below(days));
        let received_on = sampled_on + Days::new(dice.below(4));
        // some laboratories are quick and some are not, and each has what takes long
        let takes = 7 + lab % 7 + dice.below(9) + if dice.mille(60) { dice.below(25) } else { 0 };
        let issued_on = received_on + Days::new(takes);
        let outcome = Self::outcome(district, month, class, kind, dice);
        let temporary = dice.mille(4);
        let prefix = if temporary { "LS" } else { "XBJ" };
        // a sheet that was entered twice
        let written = if n > 0 && dice.below(20_000) == 0 { n - 1 } else { n };
        let sampling_no = format!("{prefix}{:02}{}{:02}{written:05}", month.year % 100, district.code, month.month);
        let recheck_pending = stage == BatchStage::Issued && outcome == Outcome::Fail && dice.mille(8);
        Self {
            class,
            sub,
            kind,
            level,
            department,
            link,
            area,
            place,
            street,
            lab,
            stage,
            sampled_on,
            received_on,
            issued_on,
            takes,
            outcome,
            temporary,
            sampling_no,
            recheck_pending,
        }
    }
    fn outcome(district: &District, month: FileMonth, class: usize, kind: TaskKind, dice: &mut Dice) -> Outcome {
        let mut failing = CLASSES[class].3 * SEASON[month.month as usize - 1] / 100;
        failing += failing * (district.weight % 7) / 10;
        if kind == TaskKind::Evaluative {
            failing /= 2;
        }
        if dice.mille(failing) {
            if kind == TaskKind::RiskMonitoring { Outcome::Problem } else { Outcome::Fail }
        } else if dice.mille(2) {
            Outcome::Undetermined
        } else {
            Outcome::Pass
        }
    }
    fn is_issued(&self) -> bool {
        self.stage == BatchStage::Issued
    }
    /// Writes it, but for the running number and the key, which stand before.
    fn put(&self, sheet: &mut Sheet, codes: &Codes, district: u32, street: u32) -> Result<(), Refusal> {
        let issued = self.is_issued();
        sheet.text(&self.sampling_no);
        sheet.flag(Some(self.temporary));
        sheet.coded(codes.kind[place_of(self.kind)]);
        sheet.coded(codes.level[place_of(self.level)]);
        sheet.coded(codes.department[place_of(self.department)]);
        sheet.coded(codes.link[place_of(self.link)]);
        sheet.coded(district);
        sheet.coded(street);
        sheet.coded(codes.admin);
        sheet.coded(codes.class[self.class]);
        sheet.coded(codes.subclass[self.class][self.sub]);
        sheet.coded(codes.category[self.class][self.sub]);
        sheet.coded(codes.area[place_of(self.area)]);
        sheet.code(Some(self.place));
        sheet.flag(Some(self.place.starts_with('网')));
        sheet.day(Some(number_of(self.sampled_on)));
        sheet.day(issued.then(|| number_of(self.received_on)));
        sheet.day(issued.then(|| number_of(self.issued_on)));
        sheet.day(issued.then(|| number_of(self.received_on + Days::new(FOUR_WEEKS))));
        sheet.small(issued.then_some(self.takes as i32));
        sheet.coded(codes.stage[place_of(self.stage)]);
        sheet.coded(if issued { codes.outcome[place_of(self.outcome)] } else { NONE });
        sheet.flag(Some(self.recheck_pending));
        sheet.code(Some(&format!("演示承检机构{:04}", self.lab)));
        sheet.end_row()
    }
}

#[expect(clippy::too_many_arguments, reason = "called once")]
fn batches(
    dir: &Path,
    country: &Country,
    month: FileMonth,
    whole: u64,
    with_items: bool,
    packing: Packing,
    manifest: &mut Manifest,
    waiting: &mut Waiting,
) -> Result<(), Refusal> {
    let begin = |family: FactFamily| Sheet::begin(&dir.join(Manifest::file(family, month)), family.columns(), packing);
    let mut sheet = begin(FactFamily::Batch)?;
    let mut items = if with_items { Some(Items::new(begin(FactFamily::Item)?)) } else { None };
    let codes = Codes::of(&mut sheet);
    let (first, days) = (month.first_number(), days_of(month));
    for (at, share) in country.shares(whole).into_iter().enumerate() {
        let district = &country.districts[at];
        let mut dice = Dice::of([country.seed, 2, u64::from(month.month) + month.year as u64 * 12, at as u64]);
        let district_code = code_of(&mut sheet, "district", &district.code);
        let streets: Vec<String> = (1..=district.streets).map(|s| format!("{}{s:03}", district.code)).collect();
        let street_codes = codes_of(&mut sheet, "street", streets.iter().map(String::as_str));
        for n in 0..share {
            let number = sheet.rows();
            let made = Made::up(country, district, month, days, n, &mut dice);
            sheet.number(Some(first + number as i64));
            sheet.key(made_up(month, 1, number).into_bytes());
            made.put(&mut sheet, &codes, district_code, street_codes[made.street])?;

            let (issued, sub, outcome) = (made.is_issued(), made.sub, made.outcome);
            let street = streets[made.street].clone();
            let drawn = Drawn { class: made.class, sampled_on: made.sampled_on, issued_on: made.issued_on, street, sampling_no: made.sampling_no };
            let bad = issued && matches!(outcome, Outcome::Fail | Outcome::Problem);
            if let Some(items) = items.as_mut().filter(|_| issued) {
                items.of_batch(country, &mut dice, first + number as i64, sub, &drawn, bad)?;
            }
            if issued && outcome == Outcome::Fail && with_items {
                leads_to(&mut dice, month, &drawn, waiting);
            }
        }
    }
    manifest.set(FactFamily::Batch, month, sheet.finish()?);
    if let Some(items) = items {
        manifest.set(FactFamily::Item, month, items.sheet.finish()?);
    }
    Ok(())
}

const FOUR_WEEKS: u64 = 28;

fn days_of(month: FileMonth) -> u64 {
    let start = |m: FileMonth| NaiveDate::from_ymd_opt(m.year, m.month, 1).unwrap_or_default();
    u64::try_from((start(month.next()) - start(month)).num_days()).unwrap_or(28)
}

struct Items {
    sheet: Sheet,
    analyte: Vec<Vec<u32>>,
    group: Vec<u32>,
    class: Vec<u32>,
    category: Vec<Vec<u32>>,
}

impl Items {
    fn new(mut sheet: Sheet) -> Self {
        Self {
            analyte: GROUPS.iter().map(|g| codes_of(&mut sheet, "analyte", g.1.iter().copied())).collect(),
            group: codes_of(&mut sheet, "item_group", GROUPS.iter().map(|g| g.0)),
            class: codes_of(&mut sheet, "class", CLASSES.iter().map(|c| c.0)),
            category: CLASSES.iter().map(|c| c.1.iter().map(|s| code_of(&mut sheet, "category", &format!("{}/{s}", c.0))).collect()).collect(),
            sheet,
        }
    }
    fn of_batch(&mut self, country: &Country, dice: &mut Dice, number: i64, sub: usize, drawn: &Drawn, bad: bool) -> Result<(), Refusal> {
        let tested = &country.tested[drawn.class];
        let many = (12 + dice.below(17)).min(tested.len() as u64);
        let from = dice.below(tested.len() as u64);
        let first_bad = if bad { dice.below(many) } else { u64::MAX };
        let second_bad = if bad && dice.mille(180) { dice.below(many) } else { u64::MAX };
        for n in 0..many {
            let (group, item) = tested[((from + n) % tested.len() as u64) as usize];
            self.sheet.number(Some(number));
            self.sheet.coded(self.analyte[group][item]);
            self.sheet.coded(self.group[group]);
            self.sheet.coded(self.class[drawn.class]);
            self.sheet.coded(self.category[drawn.class][sub]);
            self.sheet.day(Some(number_of(drawn.sampled_on)));
            self.sheet.flag(Some(n == first_bad || n == second_bad));
            self.sheet.end_row()?;
        }
        Ok(())
    }
}

/// The cases of a failing batch, and their clocks.
fn leads_to(dice: &mut Dice, month: FileMonth, drawn: &Drawn, waiting: &mut Waiting) {
    let parts = if dice.mille(350) { 2 } else { 1 };
    let case_no = format!("演示{}", drawn.sampling_no);
    for part in 0..parts {
        waiting.made += 1;
        let id = CaseId(made_up(month, 2, waiting.made));
        let opened_on = drawn.issued_on + Days::new(dice.below(4));
        let due_on = opened_on + Days::new(90);
        let cancelled = dice.mille(8);
        let closed_on = (!cancelled && !dice.mille(12)).then(|| opened_on + Days::new(18 + dice.below(60) + if dice.mille(50) { dice.below(60) } else { 0 }));
        let state = if cancelled { "cancelled" } else { closed_on.map_or("disposing", |_| "closed") };
        let filed = closed_on.is_some() && dice.mille(620);
        let kilograms = dice.below(900);
        waiting.cases.entry(FileMonth::of(opened_on)).or_default().push(CaseFact {
            case_id: id,
            case_no: if part == 0 { case_no.clone() } else { format!("{case_no}-B") },
            sampling_no: drawn.sampling_no.clone(),
            street: drawn.street.clone(),
            opened_on,
            due_on,
            provisional: false,
            closed_on,
            cancelled,
            evidenced: closed_on.is_some() && !dice.mille(4),
            state: state.to_owned(),
            disposal: Disposal {
                sealed: if dice.mille(300) { format!("{}.{}", kilograms / 10, kilograms % 10) } else { String::new() },
                recalled: String::new(),
                unit: "kg".to_owned(),
                penalty: filed.then_some(Penalty::Filed),
                fine: if filed { format!("{}", 500 * (1 + dice.below(40))) } else { String::new() },
                transferred: dice.mille(9),
            },
        });
        let mut clock = |rule: ServiceRule, started_on: NaiveDate, within: u64, late: u64| {
            waiting.made += 1;
            let due_on = started_on + Days::new(within);
            let hours = if dice.mille(late) { 24 * within + dice.below(240) } else { dice.below(24 * within) };
            let stopped_at = end_of(started_on) + TimeDelta::hours(hours as i64 + 1);
            waiting.services.entry(FileMonth::of(started_on)).or_default().push(ServiceFact {
                clock_id: ClockId(made_up(month, 3, waiting.made)),
                case_id: id,
                case_no: case_no.clone(),
                rule,
                street: drawn.street.clone(),
                started_on,
                due_on,
                due_at: (rule == ServiceRule::UrgentReport).then(|| end_of(due_on)),
                stopped_at: Some(stopped_at),
                cancelled,
            });
        };
        clock(ServiceRule::Serve, drawn.issued_on, 7, 25);
        if part == 0 {
            clock(ServiceRule::Publish, drawn.issued_on, 30, 15);
            if drawn.class.is_multiple_of(5) {
                clock(ServiceRule::UrgentReport, drawn.issued_on, 1, 40);
            }
        }
    }
}

/// The cases and clocks that begin in a month.
fn begun(dir: &Path, month: FileMonth, packing: Packing, manifest: &mut Manifest, waiting: &mut Waiting) -> Result<(), Refusal> {
    let begin = |family: FactFamily| Sheet::begin(&dir.join(Manifest::file(family, month)), family.columns(), packing);
    if let Some(cases) = waiting.cases.remove(&month) {
        let mut sheet = begin(FactFamily::CasePart)?;
        cases.iter().try_for_each(|c| put_case(&mut sheet, c))?;
        manifest.set(FactFamily::CasePart, month, sheet.finish()?);
    }
    if let Some(services) = waiting.services.remove(&month) {
        let mut sheet = begin(FactFamily::Service)?;
        services.iter().try_for_each(|s| put_service(&mut sheet, s))?;
        manifest.set(FactFamily::Service, month, sheet.finish()?);
    }
    Ok(())
}

fn readings(dir: &Path, country: &Country, month: FileMonth, whole: u64, packing: Packing, manifest: &mut Manifest) -> Result<(), Refusal> {
    let mut sheet = Sheet::begin(&dir.join(Manifest::file(FactFamily::Reading, month)), FactFamily::Reading.columns(), packing)?;
    let items = codes_of(&mut sheet, "item", RAPID.iter().map(|r| r.0));
    let verdicts = codes::<RapidVerdict>(&mut sheet, "verdict");
    let days = days_of(month);
    let start = NaiveDate::from_ymd_opt(month.year, month.month, 1).unwrap_or_default();
    for (at, share) in country.shares(whole).into_iter().enumerate() {
        let district = &country.districts[at];
        let mut dice = Dice::of([country.seed, 3, u64::from(month.month) + month.year as u64 * 12, at as u64]);
        let district_code = code_of(&mut sheet, "district", &district.code);
        let points: Vec<[u32; 3]> = (0..district.points)
            .map(|p| {
                let id = Uuid::from_u128((0xf1c7 << 112) | ((at as u128) << 16) | u128::from(p));
                let street = format!("{}{:03}", district.code, p % district.streets + 1);
                [
                    code_of(&mut sheet, "point_id", &id.to_string()),
                    code_of(&mut sheet, "point", &format!("演示快检点{}-{:02}", district.code, p + 1)),
                    code_of(&mut sheet, "street", &street),
                ]
            })
            .collect();
        for _ in 0..share {
            let number = sheet.rows();
            let [id, name, street] = points[dice.below(points.len() as u64) as usize];
            let item = dice.one(&country.rapid);
            let tested_on = start + Days::new(dice.below(days));
            let positive = dice.mille(RAPID[item].2);
            let verdict = match positive {
                true => RapidVerdict::Positive,
                false if dice.mille(4) => RapidVerdict::Invalid,
                false => RapidVerdict::Negative,
            };
            let cleared = verdict == RapidVerdict::Negative && dice.mille(1);
            let hour = |hours: u64| (end_of(tested_on) + TimeDelta::hours(hours as i64)).timestamp_nanos_opt();
            sheet.key(made_up(month, 4, number).into_bytes());
            sheet.coded(id);
            sheet.coded(name);
            sheet.coded(district_code);
            sheet.coded(street);
            sheet.day(Some(number_of(tested_on)));
            sheet.coded(items[item]);
            sheet.coded(verdicts[place_of(verdict)]);
            sheet.flag(Some(!dice.mille(28)));
            sheet.flag((positive && dice.mille(400)).then(|| dice.mille(780)));
            sheet.number(if positive { hour(72) } else { None });
            sheet.number(if positive && !dice.mille(20) { hour(1 + dice.below(80)) } else { None });
            sheet.number(if cleared { hour(2) } else { None });
            sheet.end_row()?;
        }
    }
    manifest.set(FactFamily::Reading, month, sheet.finish()?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::Scratch;
    use crate::files::{Trust, read_dir};

    fn options(seed: u64) -> NationOptions {
        NationOptions { year: 2025, seed, scale: 40, packing: Packing::default() }
    }

    #[test]
    fn the_same_seed_and_scale_make_the_same_bytes_and_another_seed_does_not() {
        let made: Vec<Manifest> = [1, 1, 2]
            .map(|seed| {
                let dir = Scratch::new("nation");
                let manifest = generate(&dir.0, options(seed), |_| {}).unwrap();
                manifest.check(&dir.0, Trust::Hash).unwrap();
                assert_eq!(Manifest::read(&dir.0).unwrap(), manifest);
                manifest
            })
            .into();
        assert_eq!(made[0], made[1]);
        assert_ne!(made[0].families, made[2].families);
    }

    #[test]
    fn a_nation_is_as_large_as_its_scale_says_and_says_that_it_is_made_up() {
        let dir = Scratch::new("nation");
        let manifest = generate(&dir.0, options(3), |_| {}).unwrap();
        assert!(manifest.fictional && manifest.note.contains("虚构"));
        let (facts, items) = read_dir(&dir.0).unwrap();
        // two years of 280 batches, one of 4,000 readings, less what a month rounds off
        assert!((536..=560).contains(&facts.batches.len()), "{}", facts.batches.len());
        assert!((3_980..=4_000).contains(&facts.rapid.len()), "{}", facts.rapid.len());
        let tested = facts.batches.iter().filter(|b| b.issued_on.is_some() && FileMonth::of(b.sampled_on).year == 2025).count();
        assert!((15 * tested..=25 * tested).contains(&items.len()), "{} items of {tested} batches", items.len());
        assert!(facts.batches.iter().all(|b| b.street.starts_with('9') && b.lab.starts_with("演示")));
        assert!(facts.rapid.iter().all(|r| r.point.starts_with("演示")));
        let failing = facts.batches.iter().filter(|b| b.fails() && FileMonth::of(b.sampled_on).year == 2025).count();
        assert!(failing > 0 && facts.cases.len() >= failing && facts.services.len() >= 2 * failing);
        assert!(facts.cases.iter().all(|c| c.case_no.starts_with("演示")));
    }

    #[test]
    fn nothing_is_written_into_a_directory_that_holds_something() {
        let dir = Scratch::new("nation");
        fs::write(dir.0.join("x"), b"").unwrap();
        assert_eq!(generate(&dir.0, options(1), |_| {}).unwrap_err().code(), "FACTS-NOT-EMPTY");
    }
}
