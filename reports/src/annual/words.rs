//! 年度报告的内容 what the annual report says of its facts: sections, sentences, tables and charts, in the language of the reader.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use shiyan_analytics::{Line, Tables};
use shiyan_charts::{Chart, Pareto, Ranking, Series, Trend};
use shiyan_foundation::area::Street;
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Label, Lang};
use shiyan_indicators::{CaseLine, Facts, Figure, ItemFact, KpiScope, Kpis, scope_line};
use shiyan_lab_results::order::TestItem;
use shiyan_nonconformity::{Block as CaseBlock, Case, CaseState, Part};
use shiyan_sample_intake::Sample;
use shiyan_statute::said;

use super::{Block, ChartBlock, Figures, KeyFigure, Model, Section};
use crate::{Align, Column, Table};

/// Everything the annual report and the statistics page are made from.
#[derive(Debug)]
pub struct Annual {
    /// 事实 of the year and the year before.
    pub facts: Arc<Facts>,
    /// 统计口径
    pub scope: KpiScope,
    /// 指标
    pub kpis: Kpis,
    /// Failing items of both years.
    pub items: Vec<ItemFact>,
    /// Tables.
    pub tables: Tables,
    /// Failing batches of the year.
    pub failing: Vec<Failing>,
    /// Cases that count in the year, the cancelled ones included.
    pub cases: Vec<Case>,
    /// Cases of earlier years that are still open in the running year.
    pub debts: Vec<Case>,
    /// Streets by code.
    pub streets: BTreeMap<String, Street>,
    /// Any of it is demonstration data.
    pub demo: bool,
}

/// 不合格批次 one failing batch with its failing items.
#[derive(Debug)]
pub struct Failing {
    /// The sample.
    pub sample: Sample,
    /// Failing items.
    pub items: Vec<TestItem>,
}

struct Words(Lang);

impl Words {
    fn t(&self, zh: &str, en: &str) -> String {
        self.0.pick(zh, en).to_owned()
    }
}

/// SHA-256 over the facts, the scope and the failing rows that the report was made from.
fn data_hash(data: &Annual) -> String {
    let items: Vec<_> = data.items.iter().collect();
    let text = serde_json::to_string(&(&*data.facts, &data.scope, items, &data.cases, &data.debts)).unwrap_or_default();
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn columns(heads: &[&str]) -> Vec<Column> {
    heads
        .iter()
        .map(|h| match h.strip_prefix('#') {
            Some(name) => Column::new(name, Align::Right),
            None => Column::new(h, Align::Left),
        })
        .collect()
}

fn table(caption: String, heads: &[&str], rows: Vec<Vec<String>>, note: String) -> Block {
    Block::Table(Table { caption, columns: columns(heads), rows, total: false, note })
}

fn percent(line: &shiyan_analytics::Rate) -> f64 {
    line.percent.as_deref().and_then(|p| p.parse().ok()).unwrap_or(f64::NAN)
}

fn key_figure(figure: &Figure, lang: Lang) -> KeyFigure {
    let ratio = format!("{} / {}", figure.numerator, figure.denominator);
    let left: usize = figure.left_out.values().map(Vec::len).sum();
    let note = match lang {
        Lang::Zh => format!("{ratio}；未计入 {left}"),
        Lang::En => format!("{ratio}; {left} left out"),
    };
    let unit = if figure.unit == shiyan_indicators::Unit::Percent { "%" } else { "" };
    let goal = figure.target.as_ref().map_or_else(String::new, |t| format!("{} {t}{unit}", lang.pick("目标", "target")));
    KeyFigure { name: figure.name(lang), value: figure.display.clone(), note, goal, met: figure.met }
}

fn line_rows(lines: &[Line], lang: Lang) -> Vec<Vec<String>> {
    lines
        .iter()
        .filter(|l| l.now.batches + l.before.batches > 0)
        .map(|l| {
            vec![
                lang.pick(&l.zh, &l.en).to_owned(),
                l.now.batches.to_string(),
                l.now.failing.to_string(),
                l.now.display.clone(),
                l.before.batches.to_string(),
                l.before.display.clone(),
                l.delta_points.clone().unwrap_or_else(|| "--".into()),
            ]
        })
        .collect()
}

/// The model of the annual report, section by section in the order of domain.md 6.5; a section without data says so.
pub fn model(data: &Annual, lang: Lang) -> Model {
    let w = Words(lang);
    let k = &data.kpis;
    let t = &data.tables;
    let year = data.scope.year;
    let street = |code: &str| data.streets.get(code).map_or_else(|| code.to_owned(), |s| s.name.clone());
    let line_heads_zh = ["项目", "#批次", "#不合格", "#不合格率", "#上年同期批次", "#上年同期不合格率", "#增减（百分点）"];
    let line_heads_en = ["Item", "#Batches", "#Failing", "#Rate", "#Same period last year", "#Rate then", "#Change (points)"];
    let line_heads: &[&str] = if lang == Lang::Zh { &line_heads_zh } else { &line_heads_en };
    let mut number = 0;
    let mut caption = |zh: &str, en: &str| {
        number += 1;
        match lang {
            Lang::Zh => format!("表{number} {zh}"),
            Lang::En => format!("Table {number}. {en}"),
        }
    };
    let mut sections: Vec<Section> = Vec::new();
    let ordinals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六", "十七"];
    let mut add = |zh: &str, en: &str, blocks: Vec<Block>| {
        let index = sections.len();
        let heading = match lang {
            Lang::Zh => format!("{}、{zh}", ordinals.get(index).unwrap_or(&"")),
            Lang::En => format!("{}. {en}", index + 1),
        };
        sections.push(Section { heading, blocks, annex: false, landscape: false });
    };

    // 1
    let planned: u64 = t.by_street.iter().map(|s| s.planned).sum();
    let done: u64 = t.by_street.iter().map(|s| s.done).sum();
    let met = match k.per_thousand.met {
        Some(true) => w.t("已达到目标", "the target is met"),
        Some(false) => w.t("尚未达到目标", "the target is not met yet"),
        None => w.t("无法与目标比较", "it cannot be compared with the target"),
    };
    let law = |text: &str| said(text, k.as_of, lang);
    let not_counted = law(&w.t("快速检测不计入{N01}批次/千人。", "Rapid tests do not count towards the {N01} per thousand."));
    let (target, required, reached) = (data.scope.target_per_mille.normalize(), k.required, &k.per_thousand.display);
    let against = match (data.scope.people(), lang) {
        (Some(_), Lang::Zh) => format!("按每千人 {target} 批次的目标应完成 {required} 批次，完成 {reached} 批次/千人，{met}。"),
        (Some(_), Lang::En) => format!("The target of {target} per thousand people requires {required}; {reached} per thousand were reached and {met}."),
        (None, _) => w
            .t(
                "千人批次按全区常住人口计算，这里只有部分街道，不作计算。",
                "Batches per thousand are counted for the whole district, not for some of its streets.",
            )
            .to_owned(),
    };
    let overall = match lang {
        Lang::Zh => format!(
            "{year}年计划抽检 {planned} 批次，口径内已出具报告 {} 批次（计划对应完成 {done} 批次）。{against}监督抽检问题发现率 {}（不合格 {} 批次 / {} 批次）。{not_counted}",
            k.per_thousand.numerator, k.discovery.display, k.discovery.numerator, k.discovery.denominator,
        ),
        Lang::En => format!(
            "The plan of {year} asks for {planned} batches; {} batches inside the scope have a report ({done} of them on plan lines). {against} Problem discovery rate of supervisory sampling: {} ({} of {}). {not_counted}",
            k.per_thousand.numerator, k.discovery.display, k.discovery.numerator, k.discovery.denominator,
        ),
    };
    let figures = [&k.per_thousand, &k.discovery, &k.evaluative, &k.disposal, &k.disposal_on_time, &k.report_on_time];
    let level_rows: Vec<Vec<String>> = t
        .by_level_kind
        .iter()
        .filter(|r| r.now.batches + r.before.batches > 0)
        .map(|r| {
            vec![
                r.level.label(lang).to_owned(),
                r.kind.label(lang).to_owned(),
                r.now.batches.to_string(),
                r.now.failing.to_string(),
                r.before.batches.to_string(),
            ]
        })
        .collect();
    add(
        "总体情况",
        "Overview",
        vec![
            Block::Paragraph(overall),
            Block::Figures(Figures { items: figures.iter().map(|f| key_figure(f, lang)).collect(), scope: scope_line(k.scope_line(lang), &data.streets) }),
            table(
                caption("按任务级别和任务类别", "By task level and kind"),
                if lang == Lang::Zh {
                    &["任务级别", "任务类别", "#批次", "#不合格", "#上年同期批次"]
                } else {
                    &["Level", "Kind", "#Batches", "#Failing", "#Same period last year"]
                },
                level_rows,
                String::new(),
            ),
            Block::Chart(month_chart(data, lang)),
        ],
    );
    // 2
    let mut links = t.by_link.clone();
    links.push(Line { zh: "其中：网络抽样".to_owned(), en: "of which online".to_owned(), ..t.online.clone() });
    add(
        "分环节情况",
        "By link of the chain",
        vec![table(caption("分环节监督抽检结果", "Supervisory results by link"), line_heads, line_rows(&links, lang), String::new())],
    );
    // 3
    let zero = t.classes_without_failing.join(lang.pick("、", ", "));
    add(
        "分食品大类情况",
        "By food class",
        vec![
            table(caption("分食品大类监督抽检结果", "Supervisory results by food class"), line_heads, line_rows(&t.by_class, lang), {
                let list = shiyan_statute::class_scheme(data.scope.year).label(lang);
                let without = w.t("未检出不合格的大类：", "Classes without a failing batch: ");
                let by = format!("{}{list}", w.t("分类口径：", "By the list of "));
                if zero.is_empty() { by } else { format!("{by}{}{without}{zero}", lang.pick("；", "; ")) }
            }),
            Block::Chart(class_chart(data, lang)),
        ],
    );
    // 4
    add(
        "食用农产品和重点食品",
        "Farm produce and key foods",
        vec![
            table(caption("食用农产品分类结果", "Farm produce by subclass"), line_heads, line_rows(&t.farm_subclasses, lang), String::new()),
            table(
                caption("重点食品结果", "Key foods"),
                line_heads,
                line_rows(&t.key_foods, lang),
                w.t("重点食品各组有重叠，不相加。", "The groups overlap on purpose and are not added up."),
            ),
        ],
    );
    // 5
    let street_rows = t
        .by_street
        .iter()
        .map(|s| {
            vec![
                street(&s.street),
                s.planned.to_string(),
                s.done.to_string(),
                s.done_display.clone(),
                s.now.batches.to_string(),
                s.now.failing.to_string(),
                s.now.display.clone(),
            ]
        })
        .collect();
    add(
        "分街道（监管所）情况",
        "By street",
        vec![table(
            caption("分街道计划完成和监督抽检结果", "Plan and supervisory results by street"),
            if lang == Lang::Zh {
                &["街道", "#计划", "#完成", "#完成率", "#监督抽检", "#不合格", "#不合格率"]
            } else {
                &["Street", "#Planned", "#Done", "#Done rate", "#Supervisory", "#Failing", "#Rate"]
            },
            street_rows,
            String::new(),
        )],
    );
    // 6
    let group_rows: Vec<Vec<String>> = t.failing_groups.iter().map(|g| vec![g.group.clone(), g.count.to_string(), g.share.clone()]).collect();
    let top_rows: Vec<Vec<String>> =
        t.top_items.iter().enumerate().map(|(i, r)| vec![(i + 1).to_string(), r.analyte.clone(), r.food.clone(), r.count.to_string()]).collect();
    add(
        "不合格项目情况",
        "Failing items",
        if t.failing_items == 0 {
            vec![Block::Empty(w.t("本年度口径内没有不合格项目。", "There are no failing items inside the scope this year."))]
        } else {
            vec![
                table(
                    caption("不合格项目类别（项次）", "Failing items by group"),
                    if lang == Lang::Zh { &["类别", "#项次", "#占比"] } else { &["Group", "#Items", "#Share"] },
                    group_rows,
                    String::new(),
                ),
                Block::Chart(pareto(data, lang)),
                table(
                    caption("不合格项目前二十位", "Top twenty of item and food"),
                    if lang == Lang::Zh { &["#序号", "检验项目", "食品", "#项次"] } else { &["#No.", "Item", "Food", "#Items"] },
                    top_rows,
                    String::new(),
                ),
            ]
        },
    );
    // 7, 8
    add("区域类型", "Kind of area", vec![table(caption("按区域类型", "By kind of area"), line_heads, line_rows(&t.by_area, lang), String::new())]);
    add("重点场所", "Places", vec![table(caption("按抽样地点", "By sampling place"), line_heads, line_rows(&t.by_place, lang), String::new())]);
    // 9
    let (rapid, handled_within) = (&k.rapid, law("{D37}"));
    let rapid_rows: Vec<Vec<String>> =
        t.rapid_by_point.iter().map(|r| vec![r.key.clone(), r.tests.to_string(), r.valid.to_string(), r.positive.to_string(), r.display.clone()]).collect();
    add(
        "快速检测",
        "Rapid tests",
        if rapid_rows.is_empty() {
            let none = w.t("本年度没有快检数据。", "There are no rapid tests this year. ");
            vec![Block::Empty(format!("{none}{not_counted}"))]
        } else {
            vec![
                Block::Paragraph(match lang {
                    Lang::Zh => format!(
                        "{not_counted}全年有效检测阳性率 {}（{} / {}），阳性{handled_within}内处置率 {}，实验室确证率 {}。快检结果为阴性或阳性，不作合格与否的判定。",
                        rapid.positive.display, rapid.positive.numerator, rapid.positive.denominator, rapid.handled.display, rapid.confirmed.display
                    ),
                    Lang::En => format!(
                        "{not_counted} Positive rate of valid tests {} ({} of {}); handled within {handled_within} {}; confirmed by a laboratory {}. A rapid test is positive or negative, never conforming or not.",
                        rapid.positive.display, rapid.positive.numerator, rapid.positive.denominator, rapid.handled.display, rapid.confirmed.display
                    ),
                }),
                table(
                    caption("快检点检测情况", "Tests by point"),
                    if lang == Lang::Zh {
                        &["快检点", "#检测项次", "#有效", "#阳性", "#阳性率"]
                    } else {
                        &["Point", "#Tests", "#Valid", "#Positive", "#Rate"]
                    },
                    rapid_rows,
                    String::new(),
                ),
            ]
        },
    );
    // 10
    add("核查处置", "Disposal", disposal_blocks(data, lang, &mut caption));
    // 11, 12
    add(
        "复检和异议",
        "Rechecks and objections",
        vec![Block::Empty(w.t("本版本不登记复检和异议，没有数据。", "This version does not record rechecks and objections; there are no data."))],
    );
    add("信息公示", "Publication", vec![Block::Empty(w.t("本版本不登记公示期次，没有数据。", "This version does not record notices; there are no data."))]);
    // 13
    let total = &t.total;
    add(
        "与上年同期比较",
        "Compared with last year",
        vec![table(
            caption("与上年同期比较", "Compared with the same period of last year"),
            line_heads,
            line_rows(std::slice::from_ref(total), lang),
            match lang {
                Lang::Zh => format!("上年数据为截至 {} 已签发报告的批次；食品分类方案两年相同。", t.before_until),
                Lang::En => format!("Of last year, batches whose report had been issued by {}; the scheme of food classes is the same.", t.before_until),
            },
        )],
    );
    // 14
    let typical: Vec<Block> = data
        .cases
        .iter()
        .filter(|c| c.closed_at.is_some_and(|at| at.date_naive() <= k.as_of) && c.part != Part::Production)
        .take(3)
        .map(|c| {
            let field = |block: CaseBlock, key: &str| c.blocks.get(&block).map_or_else(String::new, |b| b.get(key).to_owned());
            Block::Paragraph(match lang {
                Lang::Zh => format!(
                    "{}：{}经营的{}，{}不合格。原因：{}。处理：{}（{}）。{}办结。",
                    c.no,
                    c.operator,
                    c.product,
                    c.failing.join("、"),
                    field(CaseBlock::Cause, "cause"),
                    field(CaseBlock::Penalty, "filed"),
                    field(CaseBlock::Penalty, "doc_no"),
                    c.closed_at.map_or_else(String::new, |at| at.format("%Y年%-m月%-d日").to_string()),
                ),
                Lang::En => format!(
                    "{}: {} of {}; failing {}. Cause: {}. Outcome: {} ({}). Closed {}.",
                    c.no,
                    c.product,
                    c.operator,
                    c.failing.join(", "),
                    field(CaseBlock::Cause, "cause"),
                    field(CaseBlock::Penalty, "filed"),
                    field(CaseBlock::Penalty, "doc_no"),
                    c.closed_at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
                ),
            })
        })
        .collect();
    add("典型案例", "Typical cases", if typical.is_empty() { vec![Block::Empty(w.t("没有已办结的案件。", "No case has been closed."))] } else { typical });
    // 15
    add("风险分析与下年重点", "Risks and next year", vec![Block::Paragraph(risk_text(data, lang))]);
    // 16, 17
    add("经费", "Cost", vec![Block::Empty(w.t("本版本不登记检验经费，没有数据。", "This version does not record testing costs; there are no data."))]);
    add("三清单", "Three lists", three_lists(data, lang, &mut caption));
    // annexes
    sections.push(failing_annex(data, lang));
    Model {
        lang,
        title: w.t(&format!("郑州市金水区{year}年\n食品安全抽样检验工作报告"), &format!("Food Safety Sampling Report {year}\nJinshui District, Zhengzhou")),
        issuer: w.t("郑州市金水区市场监督管理局", "Jinshui District Administration for Market Regulation"),
        doc_no: None,
        date: k.as_of,
        scope: scope_line(k.scope_line(lang), &data.streets),
        contents: true,
        sections,
        data_version: format!("{} {} · {} {}", w.t("工作日历", "calendar"), shiyan_statute::calendar().version, w.t("数据截至", "data as of"), k.as_of),
        data_hash: data_hash(data),
        demo: data.demo,
        created_at: k.as_of.and_hms_opt(0, 0, 0).and_then(|at| at.and_local_timezone(shiyan_foundation::shanghai()).single()).unwrap_or_default(),
    }
}

/// 月度趋势 this year against last.
#[must_use]
pub fn month_chart(data: &Annual, lang: Lang) -> ChartBlock {
    let months = &data.tables.by_month;
    let label = |m: u8| lang.pick(&format!("{m}月"), &m.to_string()).to_owned();
    let series = |name: &str, of: fn(&shiyan_analytics::Month) -> f64| Series {
        name: name.to_owned(),
        points: months.iter().map(|m| (label(m.month), of(m))).collect(),
    };
    let year = data.scope.year;
    let chart = Chart::Trend(Trend {
        title: lang.pick("监督抽检不合格率月度趋势", "Failing rate by month").to_owned(),
        desc: lang.pick("每点下注明批次数", "The number of batches stands under each point").to_owned(),
        now: series(&year.to_string(), |m| percent(&m.now)),
        last_year: Some(series(&(year - 1).to_string(), |m| percent(&m.whole))),
        texts: months.iter().map(|m| m.now.display.clone()).collect(),
        n: months.iter().map(|m| m.now.batches).collect(),
        decimals: 1,
        unit: "%".into(),
    });
    ChartBlock {
        caption: lang.pick("图 监督抽检不合格率月度趋势", "Figure. Failing rate of supervisory sampling by month").to_owned(),
        chart,
        note: String::new(),
    }
}

/// 分大类不合格率 ranking of the classes with failing batches.
#[must_use]
pub fn class_chart(data: &Annual, lang: Lang) -> ChartBlock {
    let mut lines: Vec<&Line> = data.tables.by_class.iter().filter(|l| l.now.failing > 0 && !l.now.small).collect();
    lines.sort_by(|a, b| b.now.compare(&a.now));
    lines.truncate(15);
    let chart = Chart::Ranking(Ranking {
        title: lang.pick("分食品大类不合格率", "Failing rate by food class").to_owned(),
        desc: lang.pick("仅列有不合格且不少于 30 批次的大类", "Classes with failing batches and at least 30 batches").to_owned(),
        series: Series {
            name: lang.pick("不合格率", "Rate").to_owned(),
            points: lines.iter().map(|l| (lang.pick(&l.zh, &l.en).to_owned(), percent(&l.now))).collect(),
        },
        texts: lines.iter().map(|l| l.now.display.clone()).collect(),
        n: lines.iter().map(|l| l.now.batches).collect(),
        decimals: 1,
        unit: "%".into(),
        mark: None,
    });
    ChartBlock { caption: lang.pick("图 分食品大类不合格率", "Figure. Failing rate by food class").to_owned(), chart, note: String::new() }
}

/// 不合格项目类别 as a Pareto chart.
#[must_use]
pub fn pareto(data: &Annual, lang: Lang) -> ChartBlock {
    #[allow(clippy::cast_precision_loss)]
    let points = data.tables.failing_groups.iter().map(|g| (g.group.clone(), g.count as f64)).collect();
    let chart = Chart::Pareto(Pareto {
        title: lang.pick("不合格项目类别", "Failing items by group").to_owned(),
        desc: lang.pick("项次与累计占比", "Items and cumulative share").to_owned(),
        series: Series { name: lang.pick("项次", "Items").to_owned(), points },
        texts: data.tables.failing_groups.iter().map(|g| g.cumulative.clone()).collect(),
        unit: lang.pick("项次", "items").to_owned(),
        cumulative: lang.pick("累计占比", "Cumulative share").to_owned(),
    });
    ChartBlock { caption: lang.pick("图 不合格项目类别", "Figure. Failing items by group").to_owned(), chart, note: String::new() }
}

fn kilograms(cases: &[&Case], key: &str) -> Decimal {
    cases
        .iter()
        .filter_map(|c| c.blocks.get(&CaseBlock::Control))
        .filter(|b| matches!(b.get("unit"), "kg" | "公斤" | "千克"))
        .filter_map(|b| fold(b.get(key)).parse::<Decimal>().ok())
        .sum()
}

fn disposal_blocks(data: &Annual, lang: Lang, caption: &mut impl FnMut(&str, &str) -> String) -> Vec<Block> {
    let k = &data.kpis;
    let street = |code: &str| data.streets.get(code).map_or_else(|| code.to_owned(), |s| s.name.clone());
    let cancelled = cancelled_by(data);
    let mine: Vec<&Case> = data.cases.iter().filter(|c| !cancelled.contains(&c.id)).collect();
    if data.cases.is_empty() && k.overdue.is_empty() {
        return vec![Block::Empty(lang.pick("没有核查处置案件。", "There are no cases.").to_owned())];
    }
    // As of the report's own day: what was closed later is still open here.
    let closed = mine.iter().filter(|c| c.closed_at.is_some_and(|at| at.date_naive() <= k.as_of)).count();
    let penalty = |wanted: &str| mine.iter().filter_map(|c| c.blocks.get(&CaseBlock::Penalty)).filter(|b| b.get("filed").starts_with(wanted)).count();
    let fines: Decimal = mine.iter().filter_map(|c| c.blocks.get(&CaseBlock::Penalty)).filter_map(|b| fold(b.get("fine")).parse::<Decimal>().ok()).sum();
    let moved = mine.iter().filter_map(|c| c.blocks.get(&CaseBlock::Transfer)).filter(|b| b.inapplicable.is_none() && !b.get("to").is_empty()).count();
    let (sealed, recalled) = (kilograms(&mine, "sealed").normalize(), kilograms(&mine, "recalled").normalize());
    let text = match lang {
        Lang::Zh => format!(
            "本年度在办和办结案件 {} 件，已办结 {closed} 件。核查处置率 {}（到期或已办结 {} 件，完成 {} 件），按期办结率 {}；未到期在办 {} 件不计入分母。封存 {sealed} 公斤，召回或下架 {recalled} 公斤；立案处罚 {} 件，免予处罚 {} 件，罚没款 {} 元；通报移送 {moved} 件。",
            mine.len(),
            k.disposal.display,
            k.disposal.denominator,
            k.disposal.numerator,
            k.disposal_on_time.display,
            k.open_not_due.len(),
            penalty("立案"),
            penalty("免予"),
            fines.normalize(),
        ),
        Lang::En => format!(
            "{} cases were open or closed this year, {closed} of them closed. Disposal rate {} ({} due or closed, {} done); closed in time {}; {} open and not yet due are not in the denominator. Sealed {sealed} kg, recalled or withdrawn {recalled} kg; penalties {}, exempted {}, fines {} yuan; transferred {moved}.",
            mine.len(),
            k.disposal.display,
            k.disposal.denominator,
            k.disposal.numerator,
            k.disposal_on_time.display,
            k.open_not_due.len(),
            penalty("立案"),
            penalty("免予"),
            fines.normalize(),
        ),
    };
    let rows: Vec<Vec<String>> = data
        .tables
        .cases_by_street
        .iter()
        .map(|c| {
            vec![street(&c.street), c.opened.to_string(), c.closed.to_string(), c.closed_in_time.to_string(), c.overdue.to_string(), c.cancelled.to_string()]
        })
        .collect();
    let mut blocks = vec![
        Block::Paragraph(text),
        table(
            caption(
                "本年的核查处置，按街道（按期限归年，提前办结的按办结日期）",
                "Cases of the year, by street (by due date, or by the day of closing when that came earlier)",
            ),
            if lang == Lang::Zh {
                &["街道", "#案件", "#办结", "#按期办结", "#逾期", "#撤销"]
            } else {
                &["Street", "#Cases", "#Closed", "#In time", "#Overdue", "#Cancelled"]
            },
            rows,
            String::new(),
        ),
    ];
    blocks.push(if k.overdue.is_empty() {
        Block::Empty(lang.pick("没有逾期案件。", "No case is overdue.").to_owned())
    } else {
        table(
            caption("逾期案件", "Overdue cases"),
            if lang == Lang::Zh { &["案件编号", "抽样单编号", "街道", "截止日"] } else { &["Case", "Sampling sheet", "Street", "Deadline"] },
            k.overdue.iter().map(|c| vec![c.case_no.clone(), c.sampling_no.clone(), street(&c.street), c.due_on.to_string()]).collect(),
            String::new(),
        )
    });
    blocks
}

/// 撤销 the cases that had been cancelled by the day of the report.
fn cancelled_by(data: &Annual) -> std::collections::BTreeSet<CaseId> {
    data.facts.cases.iter().filter(|c| c.cancelled).map(|c| c.case_id).collect()
}

fn risk_text(data: &Annual, lang: Lang) -> String {
    let t = &data.tables;
    let mut classes: Vec<&Line> = t.by_class.iter().filter(|l| !l.now.small && l.now.failing > 0).collect();
    classes.sort_by(|a, b| b.now.compare(&a.now));
    let named: Vec<String> = classes.iter().take(3).map(|l| format!("{}（{}）", lang.pick(&l.zh, &l.en), l.now.display)).collect();
    let items: Vec<String> = t.top_items.iter().take(3).map(|i| format!("{}·{}", i.food, i.analyte)).collect();
    let share = t.failing_groups.first().map_or_else(String::new, |g| format!("{} {}", g.group, g.share));
    if named.is_empty() {
        return lang
            .pick(
                "批次数不足 30 的大类不作比较，本年度没有可供排序的大类。",
                "Classes with fewer than 30 batches are not compared; there is nothing to rank this year.",
            )
            .to_owned();
    }
    match lang {
        Lang::Zh => format!(
            "按监督抽检不合格率（批次不少于 30），居前的大类为{}；不合格项目以{share}为首，集中在{}。以上由数据排列得出，下年重点由食品抽检科结合投诉、舆情和监督检查情况研究确定。",
            named.join("、"),
            items.join("、")
        ),
        Lang::En => format!(
            "By failing rate (at least 30 batches) the leading classes are {}; among failing items {share} comes first, mostly {}. This is an ordering of the data; the sampling section settles next year’s priorities together with complaints and inspections.",
            named.join(", "),
            items.join(", ")
        ),
    }
}

/// 问题清单、整改清单、问责清单.
fn three_lists(data: &Annual, lang: Lang, caption: &mut impl FnMut(&str, &str) -> String) -> Vec<Block> {
    let k = &data.kpis;
    let cancelled = cancelled_by(data);
    let states: BTreeMap<CaseId, &str> = data.facts.cases.iter().map(|c| (c.case_id, c.state.as_str())).collect();
    // in which state it stood on the day of the report; of some days that is not known
    let stood = |c: &Case| states.get(&c.id).and_then(|s| CaseState::parse(s)).map_or_else(String::new, |s| s.label(lang).to_owned());
    let open: Vec<Vec<String>> = data
        .debts
        .iter()
        .chain(&data.cases)
        .filter(|c| !cancelled.contains(&c.id) && c.closed_at.is_none_or(|at| at.date_naive() > k.as_of))
        .map(|c| vec![c.no.clone(), c.product.clone(), c.failing.join("、"), c.operator.clone(), stood(c)])
        .collect();
    let rectified: Vec<Vec<String>> = data
        .cases
        .iter()
        .filter(|c| c.closed_at.is_some_and(|at| at.date_naive() <= k.as_of))
        .filter_map(|c| c.blocks.get(&CaseBlock::Rectify).map(|b| (c, b)))
        .filter(|(_, b)| b.inapplicable.is_none())
        .map(|(c, b)| vec![c.no.clone(), c.operator.clone(), b.get("measures").to_owned(), b.get("checked_on").to_owned(), b.get("result").to_owned()])
        .collect();
    let how = |c: &CaseLine| match (c.closed_on, lang) {
        (Some(on), Lang::Zh) => format!("{on} 超期办结"),
        (Some(on), Lang::En) => format!("closed late, {on}"),
        (None, _) => lang.pick("逾期未结", "overdue").to_owned(),
    };
    let owed = k.overdue.iter().chain(&k.closed_late);
    let accountable: Vec<Vec<String>> = owed.map(|c| vec![c.case_no.clone(), c.due_on.to_string(), how(c), c.sampling_no.clone()]).collect();
    let list = |title: String, heads: &[&str], rows: Vec<Vec<String>>, none: &str| {
        if rows.is_empty() { Block::Empty(none.to_owned()) } else { table(title, heads, rows, String::new()) }
    };
    let zh = lang == Lang::Zh;
    vec![
        list(
            caption("问题清单（未办结案件）", "Problems (open cases)"),
            if zh { &["案件编号", "样品", "不合格项目", "单位", "状态"] } else { &["Case", "Sample", "Failing", "Operator", "State"] },
            open,
            lang.pick("问题清单：没有未办结案件。", "Problems: no open case."),
        ),
        list(
            caption("整改清单", "Rectification"),
            if zh {
                &["案件编号", "单位", "整改措施", "复查日期", "复查结果"]
            } else {
                &["Case", "Operator", "Measures", "Checked on", "Result"]
            },
            rectified,
            lang.pick("整改清单：没有整改记录。", "Rectification: no records."),
        ),
        list(
            caption("问责清单（逾期未结和超期办结）", "Accountability (overdue or closed late)"),
            if zh { &["案件编号", "截止日", "情况", "抽样单编号"] } else { &["Case", "Deadline", "How it stands", "Sampling sheet"] },
            accountable,
            lang.pick("问责清单：没有逾期未结或超期办结的案件。", "Accountability: no case is overdue or was closed late."),
        ),
    ]
}

/// 附件 the failing batches in the columns of the public notices.
fn failing_annex(data: &Annual, lang: Lang) -> Section {
    let rows: Vec<Vec<String>> = data
        .failing
        .iter()
        .enumerate()
        .map(|(index, f)| {
            let sheet = &f.sample.sheet;
            let items: Vec<String> = f
                .items
                .iter()
                .map(|i| {
                    format!(
                        "{}║{}║{}",
                        i.analyte,
                        if i.understood.is_empty() { &i.raw } else { &i.understood },
                        i.limit.as_ref().map_or("/", |l| l.text.as_str())
                    )
                })
                .collect();
            vec![
                (index + 1).to_string(),
                f.sample.number().to_owned(),
                sheet.get("prod_name").to_owned(),
                sheet.get("site_name").to_owned(),
                sheet.get("name").to_owned(),
                sheet.get("spec").to_owned(),
                sheet.get("made_on").to_owned(),
                items.join("\n"),
                sheet.get("cat1").to_owned(),
            ]
        })
        .collect();
    let heading = lang.pick("附件A 不合格批次名单", "Annex A. Failing batches").to_owned();
    let blocks = if rows.is_empty() {
        vec![Block::Empty(lang.pick("没有不合格批次。", "There are no failing batches.").to_owned())]
    } else {
        let heads: &[&str] = if lang == Lang::Zh {
            &["#序号", "抽样单编号", "标称生产企业", "被抽样单位", "食品名称", "规格型号", "生产日期/批号", "不合格项目║检验结果║标准值", "分类"]
        } else {
            &["#No.", "Sampling sheet", "Labelled producer", "Sampled operator", "Food", "Spec", "Date / lot", "Item║result║limit", "Class"]
        };
        vec![table(
            String::new(),
            heads,
            rows,
            lang.pick(
                "“/”表示不适用。以下信息仅指本次抽检标称的生产企业相关产品的生产日期/批号和所检项目。",
                "“/” means not applicable. The rows speak only of the dates, lots and items tested.",
            )
            .to_owned(),
        )]
    };
    Section { heading, blocks, annex: true, landscape: true }
}
