//! 统计年报 tables and charts of a year, their export, the annual report.

use chrono::NaiveDate;
use rocket::http::{ContentType, Header};
use rocket::{Route, State, get, post, routes};
use serde_json::json;
use shiyan_analytics::sheets::sha256;
use shiyan_analytics::{Line, Sheet, Tables};
use shiyan_app::read::Look;
use shiyan_charts::{Chart, Pareto, Ranking, Series};
use shiyan_exchange::out;
use shiyan_foundation::{Act, Label, Lang};
use shiyan_indicators::{By, Family, Kpis, Pick, What, YearOf};

use super::figures::{as_of_note, card, years};
use crate::looks::Chosen;
use crate::parts::{month_table, trend};
use crate::views::{Cell, ChartView, DataFile, Link, StatsPage, Tab, Table};
use shiyan_papers::statistics::{FileKind, Stands, sheets_of};
use shiyan_papers::{Format, Tabled, tabled};
use shiyan_web_kit::answer::Download;
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Given;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{Streets, street_name};
use shiyan_web_kit::ui::Svg;
use shiyan_web_kit::when::{When, WhenForm, behind};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![stats, export_csv, export_xlsx, table, annual, annual_docx, annual_posted]
}

const TABS: &[(&str, &str, &str)] = &[
    ("overview", "总体", "Overview"),
    ("class", "类别", "Categories"),
    ("link", "环节", "Links"),
    ("street", "街道", "Streets"),
    ("items", "项目", "Items"),
    ("disposal", "处置", "Disposal"),
    ("rapid", "快检", "Rapid tests"),
    ("looks", "图览", "Charts"),
];

fn known_tab(tab: Option<&str>) -> &'static str {
    TABS.iter().map(|t| t.0).find(|t| Some(*t) == tab).unwrap_or("overview")
}

/// What the figures of a tab count; the overview is led by the batches.
fn family(tab: &str) -> Family {
    match tab {
        "disposal" => Family::Cases,
        "rapid" => Family::Rapid,
        _ => Family::Batches,
    }
}

/// 造表 makes the tables and charts of a page.
pub(crate) struct Maker<'a> {
    pub(crate) lang: Lang,
    pub(crate) tables: &'a Tables,
    pub(crate) kpis: &'a Kpis<u64>,
    pub(crate) streets: &'a Streets,
    pub(crate) when: When,
}

impl Maker<'_> {
    pub(crate) fn t<'b>(&self, zh: &'b str, en: &'b str) -> &'b str {
        self.lang.pick(zh, en)
    }
    pub(crate) fn heads(&self, heads: &[(&str, &str)]) -> Table {
        let all: Vec<String> = heads
            .iter()
            .map(|(zh, en)| match zh.strip_prefix('#') {
                Some(bare) => format!("#{}", self.lang.pick(bare, en)),
                None => self.lang.pick(zh, en).to_owned(),
            })
            .collect();
        Table::new(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }
    fn name<'b>(&self, line: &'b Line) -> &'b str {
        let name = self.lang.pick(&line.zh, &line.en);
        if name.is_empty() { "—" } else { name }
    }
    /// A number of the tables with the rows that it counts.
    pub(crate) fn count(&self, n: u64, what: What, of: Option<(By, &str)>) -> Cell {
        let pick = of.map_or_else(|| Pick::all(what), |(by, of)| Pick::of(what, by, of));
        Cell::count(n, behind(&pick, &self.when))
    }
    /// A number of the same period of last year with the rows that it counts.
    pub(crate) fn before(&self, n: u64, what: What, of: Option<(By, &str)>) -> Cell {
        let pick = of.map_or_else(|| Pick::all(what), |(by, of)| Pick::of(what, by, of));
        Cell::count(n, behind(&pick.in_year(YearOf::Before), &self.when))
    }
    /// Batches, failing, rate, last year beside them.
    fn lines(&self, by: By, caption: (&str, &str), first: (&str, &str), lines: &[Line], total: Option<&Line>) -> Table {
        let mut table = self.heads(&[
            first,
            ("#批次", "Batches"),
            ("#不合格", "Failing"),
            ("#不合格率", "Failing rate"),
            ("#上年同期批次", "Batches, same period last year"),
            ("#上年同期不合格率", "Failing rate, same period last year"),
            ("#增减（百分点）", "Change (points)"),
        ]);
        table.caption = self.t(caption.0, caption.1).to_owned();
        table.note = self.t("监督抽检。批次不足 30 的不算百分率，只写件数。", "Supervisory sampling. Below 30 batches no percentage is shown.").to_owned();
        let cells = |line: &Line, of: Option<(By, &str)>| {
            vec![
                Cell::from(self.name(line)),
                self.count(line.now.batches, What::Supervisory, of),
                self.count(line.now.failing, What::Failing, of),
                Cell::Num(line.now.display.clone()),
                self.before(line.before.batches, What::Supervisory, of),
                Cell::Num(line.before.display.clone()),
                line.delta_points.clone().map_or(Cell::Empty, Cell::Num),
            ]
        };
        for line in lines.iter().filter(|l| l.now.batches + l.before.batches > 0) {
            table.push(cells(line, Some((by, &line.code))));
        }
        if let Some(total) = total.filter(|_| !table.rows.is_empty()) {
            table.foot = cells(total, None);
            table.foot[0] = Cell::from(self.t("合计", "Total"));
        }
        table
    }
    pub(crate) fn street(&self, code: &str) -> String {
        street_name(self.streets, code)
    }
    fn tab(&self, tab: &str) -> Vec<Table> {
        let t = self.tables;
        match tab {
            "class" => vec![
                self.class_table(),
                self.lines(By::Subclass, ("食用农产品亚类", "Edible farm products by subclass"), ("亚类", "Subclass"), &t.farm_subclasses, None),
                self.lines(
                    By::KeyFood,
                    ("重点食品（各组有重叠，不相加）", "Key foods (they overlap and are not added up)"),
                    ("重点食品", "Key food"),
                    &t.key_foods,
                    None,
                ),
            ],
            "link" => vec![
                self.lines(By::Link, ("按抽样环节", "By link"), ("环节", "Link"), &t.by_link, Some(&t.total)),
                self.lines(
                    By::Online,
                    ("网络抽样（已含在上表）", "Online sampling (contained above)"),
                    ("抽样方式", "Mode"),
                    std::slice::from_ref(&t.online),
                    None,
                ),
                self.lines(By::Area, ("按区域类型", "By kind of area"), ("区域", "Area"), &t.by_area, Some(&t.total)),
                self.lines(By::Place, ("按抽样地点", "By place"), ("地点", "Place"), &t.by_place, Some(&t.total)),
                self.lines(By::Lab, ("按承检机构", "By laboratory"), ("承检机构", "Laboratory"), &t.by_lab, Some(&t.total)),
            ],
            "street" => vec![self.street_table()],
            "items" => self.item_tables(),
            "disposal" => vec![self.case_table(), self.sum_table()],
            "rapid" => self.rapid_tables(),
            // there each table stands under its chart
            "looks" => Vec::new(),
            _ => {
                let mut months = month_table(t, &self.when, self.lang);
                months.caption = self.t("按月（监督抽检）", "By month (supervisory)").to_owned();
                vec![self.level_table(), months]
            }
        }
    }
    /// By the classes of the year; earlier years keep theirs.
    fn class_table(&self) -> Table {
        let t = self.tables;
        let mut table = self.lines(By::Class, ("按食品大类", "By food class"), ("食品大类", "Food class"), &t.by_class, Some(&t.total));
        let list = shiyan_statute::class_scheme(t.year).label(self.lang);
        table.note = format!(
            "{}{list}{}{}",
            self.t("分类口径：", "By the list of "),
            self.t("，上年同期按同一口径归类。", "; last year's batches by the same list. "),
            table.note
        );
        table
    }
    fn level_table(&self) -> Table {
        let mut table = self.heads(&[
            ("任务级别", "Level"),
            ("任务类别", "Kind"),
            ("#批次", "Batches"),
            ("#不合格", "Failing"),
            ("#不合格率", "Failing rate"),
            ("#上年同期批次", "Batches, same period last year"),
            ("#上年同期不合格率", "Failing rate, same period last year"),
        ]);
        table.caption = self.t("任务级别 × 任务类别", "Level × kind").to_owned();
        for l in &self.tables.by_level_kind {
            let key = format!("{}.{}", l.level.code(), l.kind.code());
            let of = Some((By::LevelKind, key.as_str()));
            table.push(vec![
                Cell::from(l.level.label(self.lang)),
                Cell::from(l.kind.label(self.lang)),
                self.count(l.now.batches, What::Counted, of),
                self.count(l.now.failing, What::CountedFailing, of),
                Cell::Num(l.now.display.clone()),
                self.before(l.before.batches, What::Counted, of),
                Cell::Num(l.before.display.clone()),
            ]);
        }
        table
    }
    fn street_table(&self) -> Table {
        let mut table = self.heads(&[
            ("街道", "Street"),
            ("#计划批次", "Planned"),
            ("#完成批次", "Done"),
            ("#完成率", "Done rate"),
            ("#监督抽检批次", "Supervisory batches"),
            ("#不合格", "Failing"),
            ("#不合格率", "Failing rate"),
            ("#上年同期不合格率", "Failing rate, same period last year"),
            ("#增减（百分点）", "Change (points)"),
        ]);
        table.caption = self.t("按街道：计划与完成，不合格率", "By street: planned and done, failing rate").to_owned();
        let (mut planned, mut done) = (0, 0);
        for s in &self.tables.by_street {
            planned += s.planned;
            done += s.done;
            let of = Some((By::Street, s.street.as_str()));
            table.push(vec![
                Cell::from(self.street(&s.street)),
                s.planned.into(),
                self.count(s.done, What::Counted, of),
                Cell::Num(s.done_display.clone()),
                self.count(s.now.batches, What::Supervisory, of),
                self.count(s.now.failing, What::Failing, of),
                Cell::Num(s.now.display.clone()),
                Cell::Num(s.before.display.clone()),
                s.delta_points.clone().map_or(Cell::Empty, Cell::Num),
            ]);
        }
        if !table.rows.is_empty() {
            let total = &self.tables.total;
            table.foot = vec![
                Cell::from(self.t("合计", "Total")),
                planned.into(),
                self.count(done, What::Counted, None),
                Cell::Empty,
                self.count(total.now.batches, What::Supervisory, None),
                self.count(total.now.failing, What::Failing, None),
                Cell::Num(total.now.display.clone()),
                Cell::Num(total.before.display.clone()),
                total.delta_points.clone().map_or(Cell::Empty, Cell::Num),
            ];
        }
        table
    }
    pub(crate) fn groups(&self) -> Table {
        let mut groups = self.heads(&[("不合格项目类别", "Group of failing items"), ("#项次", "Items"), ("#占比", "Share"), ("#累计占比", "Cumulative share")]);
        groups.caption = self.t("不合格项目类别", "Failing items by group").to_owned();
        for g in &self.tables.failing_groups {
            groups.push(vec![Cell::from(g.group.clone()), g.count.into(), Cell::Num(g.share.clone()), Cell::Num(g.cumulative.clone())]);
        }
        if !groups.rows.is_empty() {
            groups.foot = vec![Cell::from(self.t("合计", "Total")), self.tables.failing_items.into(), Cell::Empty, Cell::Empty];
        }
        groups
    }
    fn item_tables(&self) -> Vec<Table> {
        let mut top = self.heads(&[("检验项目", "Item"), ("食品", "Food"), ("#不合格项次", "Failing items")]);
        top.caption = self.t("不合格最多的项目和食品（前 20）", "Items and foods that failed most (first 20)").to_owned();
        for i in &self.tables.top_items {
            top.push(vec![Cell::from(i.analyte.clone()), Cell::from(i.food.clone()), i.count.into()]);
        }
        vec![self.groups(), top]
    }
    fn case_table(&self) -> Table {
        let mut table = self.heads(&[
            ("街道", "Street"),
            ("#案件", "Cases"),
            ("#改判撤销", "Cancelled"),
            ("#办结", "Closed"),
            ("#按期办结", "Closed in time"),
            ("#逾期未结", "Overdue"),
        ]);
        table.caption = self
            .t(
                "本年的核查处置（按期限归年，提前办结的按办结日期）",
                "Disposal cases of the year (by due date, or by the day of closing when that came earlier)",
            )
            .to_owned();
        let kinds = [What::Cases, What::Cancelled, What::Closed, What::ClosedInTime, What::Open];
        let mut sum = [0; 5];
        for c in &self.tables.cases_by_street {
            let n = [c.opened, c.cancelled, c.closed, c.closed_in_time, c.overdue];
            for (all, one) in sum.iter_mut().zip(n) {
                *all += one;
            }
            let cells = n.iter().zip(kinds).map(|(n, what)| self.count(*n, what, Some((By::Street, &c.street))));
            table.push(std::iter::once(Cell::from(self.street(&c.street))).chain(cells).collect());
        }
        if !table.rows.is_empty() {
            let cells = sum.iter().zip(kinds).map(|(n, what)| self.count(*n, what, None));
            table.foot = std::iter::once(Cell::from(self.t("合计", "Total"))).chain(cells).collect();
        }
        table
    }
    /// 处置合计 each sum with the cases that it adds up and those that it leaves out.
    fn sum_table(&self) -> Table {
        let mut table = self.heads(&[("项目", "Item"), ("#合计", "Total"), ("单位", "Unit"), ("#计入案件", "Cases counted"), ("#未计入", "Not counted")]);
        table.caption = self.t("处置合计（按案件中填写的内容）", "What disposal came to (as written in the cases)").to_owned();
        table.note = self
            .t(
                "撤销的案件不计；重量只加公斤，其他单位的不折算，列在未计入中。",
                "Cancelled cases are not counted; weights in kilograms only, those in other units stand among the cases not counted.",
            )
            .to_owned();
        for figure in self.kpis.disposed.figures() {
            let here = format!("/figures/{}?{}", figure.key, self.when.query());
            let left = figure.left_out.values().sum();
            table.push(vec![
                Cell::link(figure.name(self.lang), here.clone()),
                Cell::Num(figure.display.clone()),
                Cell::from(figure.unit.label(self.lang)),
                Cell::count(figure.numerator, format!("{here}&tab=in")),
                Cell::count(left, format!("{here}&tab=out")),
            ]);
        }
        table
    }
    fn rapid_tables(&self) -> Vec<Table> {
        let make = |caption: (&str, &str), first: (&str, &str), lines: &[shiyan_analytics::RapidLine], by: By| {
            let mut table = self.heads(&[first, ("#检测项次", "Tests"), ("#有效", "Valid"), ("#阳性", "Positive"), ("#阳性率", "Positive rate")]);
            table.caption = self.t(caption.0, caption.1).to_owned();
            table.note = self.t("快检单独统计，不计入千人批次。", "Rapid tests are counted apart from the batches.").to_owned();
            for l in lines {
                let key = if by == By::Month && self.lang == Lang::Zh { format!("{}月", l.key.trim_start_matches('0')) } else { l.key.clone() };
                let of = Some((by, l.key.as_str()));
                table.push(vec![
                    Cell::from(key),
                    self.count(l.tests, What::Tests, of),
                    self.count(l.valid, What::Valid, of),
                    self.count(l.positive, What::Positive, of),
                    Cell::Num(l.display.clone()),
                ]);
            }
            table
        };
        let t = self.tables;
        vec![
            make(("按快检点", "By point"), ("快检点", "Point"), &t.rapid_by_point, By::Point),
            make(("按项目", "By item"), ("项目", "Item"), &t.rapid_by_item, By::Item),
            make(("按月", "By month"), ("月份", "Month"), &t.rapid_by_month, By::Month),
        ]
    }
    pub(crate) fn charts(&self, tab: &str) -> Result<Vec<ChartView>, Failure> {
        let mut out = Vec::new();
        match tab {
            "overview" => {
                let (svg, table) = trend(self.tables, &self.when, self.lang)?;
                if !svg.0.is_empty() {
                    out.push(ChartView { title: self.t("月度监督抽检批次", "Supervisory batches by month").to_owned(), svg, table });
                }
            }
            "class" => out.extend(self.ranking("class", ("各大类不合格率", "Failing rate by class"), &self.tables.by_class)?),
            "link" => out.extend(self.ranking("link", ("各环节不合格率", "Failing rate by link"), &self.tables.by_link)?),
            "items" => {
                let points = self.tables.failing_groups.iter().map(|g| (g.group.clone(), count(g.count))).collect();
                let chart = Chart::Pareto(Pareto {
                    title: self.t("不合格项目类别", "Failing items by group").to_owned(),
                    desc: self.t("项次从多到少，折线为累计占比", "From the most frequent down, with the cumulative share").to_owned(),
                    series: Series { name: String::new(), points },
                    texts: self.tables.failing_groups.iter().map(|g| g.cumulative.clone()).collect(),
                    unit: self.t("项次", "items").to_owned(),
                    cumulative: self.t("累计占比", "Cumulative share").to_owned(),
                });
                out.extend(drawn(&chart, "items", Table::default())?);
            }
            _ => {}
        }
        Ok(out)
    }
    fn ranking(&self, id: &str, title: (&str, &str), lines: &[Line]) -> Result<Option<ChartView>, Failure> {
        let rate = |l: &Line| l.now.percent.as_deref().and_then(|p| p.parse::<f64>().ok());
        let mut kept: Vec<(&Line, f64)> = lines.iter().filter_map(|l| rate(l).map(|r| (l, r))).collect();
        kept.sort_by(|a, b| b.0.now.compare(&a.0.now));
        let chart = Chart::Ranking(Ranking {
            title: self.t(title.0, title.1).to_owned(),
            desc: self.t("监督抽检不合格率，批次不足 30 的不画", "Failing rate of supervisory sampling; below 30 batches none is drawn").to_owned(),
            series: Series { name: String::new(), points: kept.iter().map(|(l, r)| (self.name(l).to_owned(), *r)).collect() },
            texts: kept.iter().map(|(l, _)| l.now.display.clone()).collect(),
            n: kept.iter().map(|(l, _)| l.now.batches).collect(),
            decimals: 2,
            unit: "%".to_owned(),
            mark: rate(&self.tables.total).map(|r| (self.t("全区", "District").to_owned(), r)),
        });
        drawn(&chart, id, Table::default())
    }
}

pub(crate) fn count(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

pub(crate) fn drawn(chart: &Chart, id: &str, table: Table) -> Result<Option<ChartView>, Failure> {
    if chart.is_empty() {
        return Ok(None);
    }
    let svg = shiyan_charts::svg(chart, id).map_err(|e| Failure::Fault(e.to_string()))?;
    Ok(Some(ChartView { title: chart.title().to_owned(), svg: Svg(svg), table }))
}

#[get("/stats?<year>&<as_of>&<tab>&<heat>&<panels>")]
#[allow(clippy::too_many_arguments)]
async fn stats(site: &State<Site>, user: User, year: Given<i32>, as_of: Given<NaiveDate>, tab: Option<&str>, heat: Option<&str>, panels: Option<&str>) -> Html {
    let (lang, now) = (user.lang(), user.now());
    let when = When::read(year, as_of, now)?;
    let (year, query) = (when.year, when.query());
    let tab = known_tab(tab);
    let _turn = user.turn(site, Lane::Figures).await?;
    let made = tabled(&site.app, &user.actor, Look::Statistics, when.year, when.as_of, now).await?;
    let streets = site.app.streets().await?;
    let files = data_files(&made, &streets, tab, &when, lang);
    let Tabled { figures: data, tables } = made;
    let maker = Maker { lang, tables: &tables, kpis: &data.kpis, streets: &streets, when };
    let kpis = &data.kpis;
    let figures: Vec<_> = match tab {
        "overview" => vec![&kpis.per_thousand, &kpis.discovery, &kpis.evaluative, &kpis.disposal, &kpis.report_on_time],
        "class" => kpis.discovery_by_group.iter().collect(),
        "link" => kpis.discovery_by_link.iter().collect(),
        "street" => kpis.discovery_by_street.iter().collect(),
        "disposal" => vec![&kpis.disposal, &kpis.disposal_on_time, &kpis.urgent_on_time, &kpis.serve_on_time],
        "rapid" => vec![&kpis.rapid.valid, &kpis.rapid.positive, &kpis.rapid.handled, &kpis.rapid.confirmed],
        _ => Vec::new(),
    };
    show(&StatsPage {
        p: user.page(site, "stats", user.t("统计", "Statistics")).crumb(user.t("统计", "Statistics"), "/stats").crumb(year.to_string(), ""),
        year,
        years: years(site, now, year).await?,
        scope: shiyan_indicators::scope_line(&kpis.scope_of(family(tab), lang), &streets),
        tabs: TABS.iter().map(|(key, zh, en)| Tab::new(user.t(zh, en), format!("/stats?{query}&tab={key}"), *key == tab)).collect(),
        as_of: shiyan_web_kit::ui::date(kpis.as_of),
        tab: tab.to_owned(),
        note: as_of_note(&when, lang, now),
        figures: figures.into_iter().map(|f| card(f, lang, &when, &streets)).collect(),
        charts: maker.charts(tab)?,
        tables: maker.tab(tab),
        looks: if tab == "looks" { maker.looks(Chosen::read(heat, panels))? } else { None },
        stands_on: data.stands_on.map_or_else(String::new, |seq| seq.to_string()),
        files,
        exports: [
            Link::new(user.t("本页表格 xlsx", "These tables, xlsx"), format!("/stats/export.xlsx?{query}&tab={tab}")),
            Link::new(user.t("本页表格 csv", "These tables, csv"), format!("/stats/export.csv?{query}&tab={tab}")),
            Link::new(user.t("年度报告 DOCX（可编辑）", "Annual report, DOCX to edit"), format!("/stats/annual.docx?{query}")),
        ]
        .into_iter()
        .chain(user.may(Act::DraftPaper).then(|| Link::new(user.t("通告、通报等文书", "Notices and other papers"), "/papers")))
        .collect(),
        report_href: format!("/stats/annual.pdf?{query}"),
        words_href: format!("/stats/annual?year={year}"),
        reports: Vec::new(),
    })
}

/// 数据文件 of the tables of a tab, each in every format.
fn data_files(made: &Tabled, streets: &Streets, tab: &str, when: &When, lang: Lang) -> Vec<DataFile> {
    let of = |sheet: &Sheet| DataFile {
        title: lang.pick(sheet.zh, sheet.en).to_owned(),
        rows: sheet.rows.len(),
        links: FileKind::ALL.into_iter().map(|f| Link::new(f.ending(), format!("/stats/table/{}.{}?{}", sheet.name, f.ending(), when.query()))).collect(),
        sha256: sheet.sha256(),
    };
    sheets_of(made, streets).iter().filter(|s| s.tabs.contains(&tab)).map(of).collect()
}

#[get("/stats/table/<file>?<year>&<as_of>")]
async fn table(site: &State<Site>, user: User, file: &str, year: Given<i32>, as_of: Given<NaiveDate>) -> Result<Download, Failure> {
    let when = When::read(year, as_of, user.now())?;
    let (name, format) = FileKind::of(file).ok_or(Failure::NotFound)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let made = tabled(&site.app, &user.actor, Look::Statistics, when.year, when.as_of, user.now()).await?;
    let streets = site.app.streets().await?;
    let sheet = sheets_of(&made, &streets).into_iter().find(|s| s.name == name).ok_or(Failure::NotFound)?;
    let (stands, lang) = (Stands::of(&made, &sheet), user.lang());
    let name = format!("{}-{}-{}.{}", sheet.name, when.year, stands.as_of, format.ending());
    let body = rocket::tokio::task::spawn_blocking(move || shiyan_papers::statistics::file(&sheet, &stands, format, lang))
        .await
        .map_err(|e| Failure::Fault(e.to_string()))??;
    Ok(match format {
        FileKind::Csv => Download::csv(body, &name),
        FileKind::Xlsx => Download::xlsx(body, &name),
        FileKind::Parquet => Download::parquet(body, &name),
    })
}

/// The tables one under the other, each with its title; counts stay numbers, everything else stays text.
fn cells(tables: &[Table]) -> Vec<Vec<out::Cell>> {
    let value = |cell: &Cell| match cell {
        Cell::Empty => out::Cell::Text(String::new()),
        Cell::Num(n) => match n.replace(',', "").parse::<u64>() {
            Ok(count) => out::Cell::Count(count),
            Err(_) => out::Cell::Text(n.clone()),
        },
        Cell::Count(n, _) => out::Cell::Count(*n),
        Cell::Text(t) | Cell::Code(t) | Cell::Two(t, _) => out::Cell::Text(t.clone()),
        Cell::Link(l) | Cell::LinkTwo(l, _) => out::Cell::Text(l.text.clone()),
        other => out::Cell::Text(other.to_string()),
    };
    let mut rows = Vec::new();
    for table in tables {
        rows.push(vec![out::Cell::Text(table.caption.clone())]);
        rows.push(table.heads.iter().map(|h| out::Cell::Text(h.label.clone())).collect());
        rows.extend(table.rows.iter().map(|r| r.cells.iter().map(value).collect()));
        if !table.foot.is_empty() {
            rows.push(table.foot.iter().map(value).collect());
        }
        rows.push(Vec::new());
    }
    rows
}

/// SHA-256 of the cells, a JSON array a row.
fn hash(rows: &[Vec<out::Cell>]) -> String {
    sha256(&rows.iter().map(|row| format!("{}\n", json!(row))).collect::<String>())
}

struct Export {
    title: String,
    rows: Vec<Vec<out::Cell>>,
    name: String,
}

async fn export(site: &Site, user: &User, year: Given<i32>, as_of: Given<NaiveDate>, tab: Option<&str>) -> Result<Export, Failure> {
    let when = When::read(year, as_of, user.now())?;
    let tab = known_tab(tab);
    let lang = user.lang();
    let made = tabled(&site.app, &user.actor, Look::Statistics, when.year, when.as_of, user.now()).await?;
    let stands = Stands {
        scope: (made.figures.scope.line_of(family(tab), Lang::Zh), made.figures.scope.line_of(family(tab), Lang::En)),
        as_of: made.figures.kpis.as_of,
        on: made.figures.stands_on,
    };
    let streets = site.app.streets().await?;
    let maker = Maker { lang, tables: &made.tables, kpis: &made.figures.kpis, streets: &streets, when };
    let looks = if tab == "looks" { maker.looks(Chosen::read(None, None))?.map(crate::views::Looks::tables).unwrap_or_default() } else { Vec::new() };
    let content = cells(&[maker.tab(tab), looks].concat());
    let mut rows = stands.lines(&hash(&content), lang);
    rows.push(Vec::new());
    rows.extend(content);
    let title = TABS.iter().find(|t| t.0 == tab).map_or(tab, |t| lang.pick(t.1, t.2));
    Ok(Export { title: title.to_owned(), rows, name: format!("stats-{}-{}-{tab}", when.year, stands.as_of) })
}

#[get("/stats/export.csv?<year>&<as_of>&<tab>")]
async fn export_csv(site: &State<Site>, user: User, year: Given<i32>, as_of: Given<NaiveDate>, tab: Option<&str>) -> Result<Download, Failure> {
    let _turn = user.turn(site, Lane::Papers).await?;
    let e = export(site, &user, year, as_of, tab).await?;
    Ok(Download::csv(out::csv(&[&e.title], &e.rows)?, &format!("{}.csv", e.name)))
}

#[get("/stats/export.xlsx?<year>&<as_of>&<tab>")]
async fn export_xlsx(site: &State<Site>, user: User, year: Given<i32>, as_of: Given<NaiveDate>, tab: Option<&str>) -> Result<Download, Failure> {
    let _turn = user.turn(site, Lane::Papers).await?;
    let e = export(site, &user, year, as_of, tab).await?;
    let name = format!("{}.xlsx", e.name);
    let made = rocket::tokio::task::spawn_blocking(move || out::xlsx(&e.name, &[&e.title], &e.rows)).await.map_err(|e| Failure::Fault(e.to_string()))?;
    Ok(Download::xlsx(made?, &name))
}

/// A report shown by the browser.
#[derive(Debug, rocket::Responder)]
pub struct Pdf {
    body: Vec<u8>,
    kind: ContentType,
    disposition: Header<'static>,
}

async fn made(site: &Site, user: &User, year: Given<i32>, as_of: Given<NaiveDate>) -> Result<Pdf, Failure> {
    let When { year, as_of } = When::read(year, as_of, user.now())?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let body = shiyan_papers::annual_file(&site.app, &user.actor, year, user.lang(), as_of, user.now(), Format::Pdf).await?;
    let day = as_of.map_or_else(String::new, |day| format!("-{day}"));
    Ok(Pdf { body, kind: ContentType::PDF, disposition: Header::new("Content-Disposition", format!("inline; filename=\"annual-{year}{day}.pdf\"")) })
}

#[get("/stats/annual.pdf?<year>&<as_of>")]
async fn annual(site: &State<Site>, user: User, year: Given<i32>, as_of: Given<NaiveDate>) -> Result<Pdf, Failure> {
    made(site, &user, year, as_of).await
}

/// 年度报告, to be revised in the office's own word processor and with its own faces.
#[get("/stats/annual.docx?<year>&<as_of>")]
async fn annual_docx(site: &State<Site>, user: User, year: Given<i32>, as_of: Given<NaiveDate>) -> Result<Download, Failure> {
    let When { year, as_of } = When::read(year, as_of, user.now())?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let body = shiyan_papers::annual_file(&site.app, &user.actor, year, user.lang(), as_of, user.now(), Format::Docx).await?;
    let day = as_of.map_or_else(String::new, |day| format!("-{day}"));
    Ok(Download::docx(body, &format!("annual-{year}{day}.docx")))
}

#[post("/stats/annual.pdf?<year>&<as_of>", data = "<form>")]
async fn annual_posted(
    site: &State<Site>,
    user: User,
    year: Given<i32>,
    as_of: Given<NaiveDate>,
    form: Result<Sent<WhenForm>, Failure>,
) -> Result<Pdf, Failure> {
    let typed = form?.read()?;
    made(site, &user, typed.year.or(year), typed.as_of.or(as_of)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn exported_counts_are_numbers_and_the_rest_is_text() {
        let mut table = Table::new(&["甲", "#乙", "#丙"]);
        table.push(vec![Cell::from("=1+1"), 1_234u64.into(), Cell::Num("3.04%".into())]);
        table.push(vec![Cell::from("乙"), Cell::count(5, "/rows/counted"), Cell::Num("—".into())]);
        let rows = cells(&[table]);
        assert_eq!(rows[2], vec![out::Cell::Text("=1+1".into()), out::Cell::Count(1234), out::Cell::Text("3.04%".into())]);
        assert_eq!(rows[3][1], out::Cell::Count(5));
    }
    #[test]
    fn an_unknown_tab_is_the_first() {
        assert_eq!(known_tab(Some("x")), "overview");
        assert_eq!(known_tab(Some("items")), "items");
    }
}
