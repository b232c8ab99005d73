//! Renders every page with fictional data, in both languages, into a directory, so that people and screenshots can look at
//! them without a server: `cargo run -p shiyan-web --example preview -- OUT`.
#![allow(clippy::unwrap_used, clippy::too_many_lines)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use askama::Template;
use chrono::NaiveDate;
use shiyan_charts::{Chart, Ranking, Series, Trend};
use shiyan_foundation::task::{Link as Chain, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::{Lang, Role, Scope};
use shiyan_web::assets;
use shiyan_web::ui::{Badge, Bar, Due, Svg, Tone};
use shiyan_web::views::forms::Filled;
use shiyan_web::views::{self as v, *};

struct Out {
    dir: PathBuf,
    pages: Vec<String>,
}

impl Out {
    fn put(&mut self, lang: Lang, name: &str, page: impl Template) {
        let html = page.render().unwrap().replace("\"/assets/", "\"../assets/");
        let sub = self.dir.join(if lang == Lang::Zh { "zh" } else { "en" });
        std::fs::create_dir_all(&sub).unwrap();
        std::fs::write(sub.join(format!("{name}.html")), html).unwrap();
        if lang == Lang::Zh {
            self.pages.push(name.to_owned());
        }
    }
}

fn d(y: i32, m: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, day).unwrap()
}

struct Ctx {
    l: Lang,
}

impl Ctx {
    fn t(&self, zh: &str, en: &str) -> String {
        self.l.pick(zh, en).to_owned()
    }
    fn page(&self, title: (&str, &str), nav: &'static str, path: &str, who: &str) -> Page {
        let (name, duty, roles): (_, _, &[Role]) = match who {
            "analyst" => (self.t("张示例", "Zhang Shili"), self.t("检验员 · 示范检测中心", "Analyst · Shifan Test Centre"), &[Role::Analyst]),
            "checker" => (self.t("赵校核", "Zhao Jiaohe"), self.t("校核员 · 示范检测中心", "Checker · Shifan Test Centre"), &[Role::Checker, Role::Reviewer]),
            "keeper" => (self.t("钱样品", "Qian Yangpin"), self.t("样品管理员 · 示范检测中心", "Sample keeper · Shifan Test Centre"), &[Role::SampleKeeper]),
            "sampler" => (self.t("孙抽样", "Sun Chouyang"), self.t("抽样员 · 全区", "Sampler · whole district"), &[Role::Sampler]),
            "enforcer" => (self.t("周执法", "Zhou Zhifa"), self.t("执法人员 · 文化路街道", "Enforcement officer · Wenhua Road"), &[Role::Enforcer]),
            "operator" => (self.t("吴快检", "Wu Kuaijian"), self.t("快检点操作员", "Rapid-test operator"), &[Role::PointOperator]),
            "admin" => (self.t("郑管理", "Zheng Guanli"), self.t("系统管理员", "Administrator"), &[Role::Admin]),
            _ => (self.t("李示例", "Li Shili"), self.t("食安办 · 全区", "Food Safety Office · whole district"), &[Role::Supervisor, Role::PlanManager]),
        };
        let user = UserBar { name, username: who.to_owned(), roles: roles.iter().copied().collect::<BTreeSet<_>>(), scope: Scope::District, duty };
        let mut p = Page::of(self.l, self.t(title.0, title.1), nav, user);
        p.path = path.to_owned();
        p.csrf = "preview".to_owned();
        p.body = self.t("示范区市场监督管理局", "Demo District Market Regulation");
        p.scope_note = self.t("2026年 · 全区", "2026 · whole district");
        p.demo = true;
        for n in &mut p.rail {
            if n.key == "cases" {
                n.count = 2;
            }
        }
        p
    }
    fn home(&self) -> String {
        self.t("工作台", "Home")
    }
}

fn qr() -> Svg {
    let code = qrcode::QrCode::new(b"https://shiyan.example/v/7F3K-92QX").unwrap();
    Svg(code.render::<qrcode::render::svg::Color>().min_dimensions(136, 136).quiet_zone(true).build().replace(r#"<?xml version="1.0" standalone="yes"?>"#, ""))
}

fn trend(c: &Ctx) -> Svg {
    let months = |list: &[f64]| list.iter().enumerate().map(|(i, v)| (c.t(&format!("{}月", i + 1), &format!("{}", i + 1)), *v)).collect::<Vec<_>>();
    let chart = Chart::Trend(Trend {
        title: c.t("月度抽检批次", "Batches by month"),
        desc: c.t("2026年1至3月与上年同期", "January to March 2026 and the year before"),
        now: Series { name: "2026".into(), points: months(&[452.0, 398.0, 236.0]) },
        last_year: Some(Series { name: "2025".into(), points: months(&[310.0, 262.0, 355.0, 398.0, 420.0, 441.0, 402.0, 388.0, 467.0, 430.0, 452.0, 418.0]) }),
        unit: c.t("批次", "batches"),
        ..Trend::default()
    });
    Svg(shiyan_charts::svg(&chart, "trend").unwrap())
}

fn ranking(c: &Ctx) -> Svg {
    let chart = Chart::Ranking(Ranking {
        title: c.t("各类食品不合格率", "Failing rate by category"),
        desc: c.t("批次不足30的用灰色", "Below 30 batches in grey"),
        series: Series {
            name: String::new(),
            points: [
                ("食用农产品", "Edible produce", 2.91),
                ("餐饮食品", "Catering food", 2.81),
                ("肉制品", "Meat products", 2.71),
                ("调味品", "Condiments", 4.0),
            ]
            .iter()
            .map(|(zh, en, v)| (c.t(zh, en), *v))
            .collect(),
        },
        n: vec![412, 342, 272, 25],
        decimals: 2,
        unit: "%".into(),
        mark: Some((c.t("全区2.95%", "District 2.95%"), 2.95)),
        ..Ranking::default()
    });
    Svg(shiyan_charts::svg(&chart, "ranking").unwrap())
}

fn main() {
    let dir = std::env::args().nth(1).map_or_else(|| PathBuf::from("target/preview"), PathBuf::from);
    std::fs::create_dir_all(dir.join("assets")).unwrap();
    for a in assets::all() {
        std::fs::write(dir.join("assets").join(&a.name), a.bytes).unwrap();
    }
    let mut out = Out { dir: dir.clone(), pages: Vec::new() };
    for l in [Lang::Zh, Lang::En] {
        render(&mut out, &Ctx { l });
        reports(&mut out, &Ctx { l });
    }
    write_index(&dir, &out.pages);
    println!("{} pages x 2 languages in {}", out.pages.len(), dir.display());
}

fn write_index(dir: &Path, pages: &[String]) {
    let list: String = pages.iter().map(|p| format!("<li>{p}: <a href=zh/{p}.html>zh</a> <a href=en/{p}.html>en</a></li>")).collect();
    std::fs::write(dir.join("index.html"), format!("<!doctype html><meta charset=utf-8><title>preview</title><ul>{list}</ul>")).unwrap();
    std::fs::write(dir.join("pages.txt"), pages.join("\n")).unwrap();
}

fn problem(code: &str, text: String, next: String, field: &str) -> ProblemView {
    ProblemView { code: code.to_owned(), text, next, field: field.to_owned() }
}

fn figure(key: &str, name: String, value: &str, fraction: String) -> FigureCard {
    FigureCard { key: key.to_owned(), name, value: value.to_owned(), fraction, ..FigureCard::default() }
}

fn events(c: &Ctx) -> Vec<Event> {
    let e = |at: &str, who: String, what: String, note: String, tone| Event { at: at.to_owned(), who, what, note, tone };
    vec![
        e(
            "03-05 10:41",
            c.t("张示例", "Zhang Shili"),
            c.t("修改结果：腐霉利 0.24 → 2.4 mg/kg", "Changed result: procymidone 0.24 → 2.4 mg/kg"),
            c.t("理由：小数点录错", "Reason: decimal point mistyped"),
            Tone::Warn,
        ),
        e("03-05 10:40", c.t("张示例", "Zhang Shili"), c.t("录入 14 项结果", "Entered 14 results"), String::new(), Tone::Info),
        e("03-04 16:20", c.t("钱样品", "Qian Yangpin"), c.t("接收样品，封样完好", "Received, seals intact"), String::new(), Tone::Pass),
        e("03-04 09:12", c.t("孙抽样、李采集", "Sun Chouyang, Li Caiji"), c.t("提交抽样单", "Submitted the sampling sheet"), String::new(), Tone::Info),
    ]
}

fn filters(c: &Ctx, action: &str, hint: (&str, &str)) -> Filters {
    let streets = ["经八路街道", "花园路街道", "文化路街道", "国基路街道"].iter().map(|s| Choice::new(*s, *s)).collect::<Vec<_>>();
    Filters {
        action: action.to_owned(),
        q: Some(String::new()),
        hint: c.t(hint.0, hint.1),
        selects: vec![
            FilterSelect {
                key: "state",
                label: c.t("状态", "State"),
                options: vec![Choice::new("testing", c.t("检验中", "Testing"))],
                value: "testing".into(),
            },
            FilterSelect { key: "kind", label: c.t("任务类别", "Kind"), options: Choice::all::<TaskKind>(c.l), value: String::new() },
            FilterSelect { key: "level", label: c.t("级别", "Level"), options: Choice::all::<TaskLevel>(c.l), value: String::new() },
            FilterSelect { key: "link", label: c.t("环节", "Link"), options: Choice::all::<Chain>(c.l), value: String::new() },
            FilterSelect { key: "street", label: c.t("街道", "Street"), options: streets, value: String::new() },
            FilterSelect { key: "outcome", label: c.t("结论", "Conclusion"), options: Choice::all::<Outcome>(c.l), value: String::new() },
        ],
        day: None,
        tick: Some(("overdue".into(), c.t("只看逾期", "Overdue only"), false)),
        chips: vec![Chip { label: c.t("状态：检验中", "State: testing"), remove: action.to_owned() }],
        total: "312".into(),
    }
}

fn pager() -> Pager {
    Pager { prev: String::new(), next: "?after=50".into(), range: "1–50".into() }
}

fn result_rows(c: &Ctx) -> Vec<ResultRow> {
    let r = |id: &str, item: String, value: &str, limit: &str, verdict: Badge, reason: String| ResultRow {
        id: id.into(),
        item,
        unit: "mg/kg".into(),
        limit: limit.into(),
        limit_basis: "GB 2763-2021".into(),
        method: "GB 23200.113-2018".into(),
        lod: "LOQ 0.01".into(),
        value: value.into(),
        verdict,
        reason,
        by: c.t("张示例 03-05 10:40", "Zhang Shili 03-05 10:40"),
        ..ResultRow::default()
    };
    let pass = || Badge::new(Tone::Pass, c.t("合格项", "Conforming"));
    let mut rows = vec![
        r("1", c.t("腐霉利", "Procymidone"), "2.4", "≤0.2", Badge::new(Tone::Fail, c.t("不合格项", "Nonconforming")), c.t("2.4 > 0.2", "2.4 > 0.2")),
        r("2", c.t("毒死蜱", "Chlorpyrifos"), "0.019", "≤0.02", pass(), c.t("0.019 ≤ 0.02，接近限量", "0.019 ≤ 0.02, near the limit")),
        r("3", c.t("氧乐果", "Omethoate"), "未检出", "≤0.02", pass(), c.t("未检出（<0.01）", "Not detected (<0.01)")),
        r("4", c.t("克百威（以克百威及三羟基克百威之和计）", "Carbofuran (sum with 3-hydroxycarbofuran)"), "0..012", "≤0.02", Badge::default(), String::new()),
        r("5", c.t("镉（以Cd计）", "Cadmium (as Cd)"), "＜0.01", "≤0.05", pass(), c.t("<0.01 ≤ 0.05", "<0.01 ≤ 0.05")),
        r(
            "6",
            c.t("吡唑醚菌酯", "Pyraclostrobin"),
            "0.42",
            "",
            Badge::new(Tone::Idle, c.t("不判定项", "No verdict")),
            c.t("没有适用的限量", "No limit applies"),
        ),
        r("7", c.t("甲拌磷", "Phorate"), "", "≤0.01", Badge::default(), String::new()),
    ];
    rows[0].working = vec![
        c.t("读作 2.4 mg/kg（原文 2.4）", "Read as 2.4 mg/kg (typed 2.4)"),
        c.t("限量 0.2 mg/kg：GB 2763-2021 韭菜 · 腐霉利，2021-09-03 起", "Limit 0.2 mg/kg: GB 2763-2021, leek, procymidone, in force since 2021-09-03"),
        c.t("全数值比较：2.4 > 0.2，判为不合格项", "Compared in full: 2.4 > 0.2, nonconforming"),
    ];
    rows[1].returned = c.t("与平行样偏差 4.3%，请核对峰面积", "4.3% off the duplicate; check the peak area");
    rows[3].error = c.t("“0..012”不是数值，是不是 0.012", "“0..012” is not a number. Did you mean 0.012?");
    rows
}

fn sheet_groups(c: &Ctx) -> Vec<FieldGroup> {
    let text = |k: &str, zh: &str, en: &str| FieldView::text(k, c.t(zh, en));
    let opts = |list: &[(&str, &str)]| list.iter().map(|(zh, en)| Choice::new(*zh, c.t(zh, en))).collect::<Vec<_>>();
    vec![
        FieldGroup::new(
            "base",
            c.t("抽样基础信息", "Basic information"),
            vec![
                text("sampling_no", "抽样单编号", "Sheet number")
                    .required()
                    .with("XBJ26410105463900125")
                    .hint(c.t("前缀、年份、区划和流水自动核对", "Prefix, year, district and serial are checked")),
                text("task_source", "任务来源", "Ordered by").required().with("示范区市场监督管理局"),
                FieldView::select("purpose", c.t("任务类别", "Kind of task"), Choice::all::<TaskKind>(c.l)).required().with("supervisory"),
                FieldView::select("level", c.t("任务级别", "Level"), Choice::all::<TaskLevel>(c.l)).required().with("district"),
                FieldView::radio("link", c.t("抽样环节", "Link of the chain"), Choice::all::<Chain>(c.l)).required().with("circulation"),
                FieldView::select("place", c.t("抽样地点", "Place"), opts(&[("农贸市场", "Farmers' market"), ("超市", "Supermarket")]))
                    .required()
                    .with("农贸市场"),
                FieldView {
                    options: opts(&[("食用农产品/蔬菜/鳞茎类/韭菜", "Produce / vegetables / bulbs / leek")]),
                    ..FieldView::new(FieldKind::Datalist, "category", c.t("食品分类", "Food category"))
                }
                .required()
                .wide()
                .with("食用农产品/蔬菜/鳞茎类/韭菜"),
            ],
        ),
        FieldGroup::new(
            "samplers",
            c.t("抽样单位", "Sampling team"),
            vec![
                FieldView {
                    options: vec![Choice::new("1", "孙抽样"), Choice::new("2", "李采集"), Choice::new("3", "王示例"), Choice::new("4", "何示例")],
                    ..FieldView::new(FieldKind::Users, "samplers", c.t("抽样人员", "Samplers"))
                }
                .required()
                .wide()
                .with("1")
                .error(c.t("抽样人员至少两名，现在只有 1 名", "At least two samplers are needed; only 1 is named")),
                text("sampler_phone", "电话", "Phone").required().with("0371-00000000"),
            ],
        ),
        FieldGroup::new(
            "site",
            c.t("被抽样单位", "Sampled operator"),
            vec![
                text("site_name", "单位名称", "Name").required().with("示范农贸市场甲 A-12 示例蔬菜店"),
                text("site_addr", "单位地址", "Address").required().with("文化路示范农贸市场甲 A 区 12 号"),
                FieldView::select("street", c.t("街道", "Street"), opts(&[("文化路街道", "Wenhua Road")])).required().with("文化路街道"),
                text("uscc", "统一社会信用代码", "Credit code")
                    .with("92410105MA00000000")
                    .hint(c.t("18 位，校验码自动核对", "18 characters, check digit verified"))
                    .error(c.t("校验码不对：最后一位应为 X", "Wrong check digit: the last character should be X")),
                text("stall", "摊位号或姓名", "Stall or name").with("A-12"),
                FieldView::new(FieldKind::Checkbox, "no_licence", c.t("无营业执照（三小）", "No licence (small trader)")),
            ],
        ),
        FieldGroup::new(
            "sample",
            c.t("样品信息", "Sample"),
            vec![
                text("name", "样品名称", "Sample name").required().with("韭菜"),
                FieldView::date("sampled_on", c.t("抽样日期", "Sampled on")).required().with("2026-03-04"),
                FieldView::number("base_qty", c.t("抽样基数", "Lot size"), "kg").required().with("40"),
                FieldView::number("sample_qty", c.t("抽样数量（含备样）", "Quantity taken, reserve included"), "kg").required().with("3"),
                FieldView::number("backup_qty", c.t("备样数量", "Reserve"), "kg").required(),
                FieldView::select("storage", c.t("储存条件", "Storage"), opts(&[("常温", "Ambient"), ("冷藏", "Chilled")])).required(),
                FieldView::area("remark", c.t("备注", "Remarks")).hint(c.t("食用农产品写供货商和进货日期", "For produce: supplier and date of purchase")),
            ],
        ),
        FieldGroup::new(
            "photos",
            c.t("照片", "Photos"),
            vec![
                FieldView::new(FieldKind::Photo, "photo_front", c.t("门头", "Shop front")),
                FieldView::new(FieldKind::Photo, "photo_sample", c.t("样品和标签", "Sample and label")),
            ],
        ),
    ]
}

fn render(out: &mut Out, c: &Ctx) {
    let l = c.l;
    let t = |zh: &str, en: &str| c.t(zh, en);

    // ---- account
    let public = |zh: &str, en: &str| {
        let mut p = Page::public(l, t(zh, en));
        p.path = "/".into();
        p.body = t("示范区市场监督管理局", "Demo District Market Regulation");
        p
    };
    out.put(
        l,
        "login",
        Login {
            p: public("登录", "Sign in"),
            username: String::new(),
            next: "/".into(),
            demo_password: "shiyan-demo".into(),
            demo_accounts: [
                ("supervisor", "监督", "Supervisor"),
                ("planner", "计划", "Plan manager"),
                ("sampler1", "抽样", "Sampler"),
                ("keeper", "收样", "Sample keeper"),
                ("analyst", "检验", "Analyst"),
                ("checker", "校核", "Checker"),
                ("enforcer", "执法", "Enforcement"),
                ("point1", "快检点", "Rapid-test point"),
            ]
            .iter()
            .map(|(a, zh, en)| ((*a).to_owned(), t(zh, en)))
            .collect(),
        },
    );
    let mut p = public("登录", "Sign in");
    p.problems.push(problem(
        "LOGIN-REFUSED",
        t("账号或密码不对", "Wrong username or password"),
        t("再试一次，或请管理员重置密码", "Try again, or ask the administrator to reset it"),
        "username",
    ));
    out.put(l, "login_refused", Login { p, username: "analyst".into(), next: String::new(), demo_password: String::new(), demo_accounts: Vec::new() });
    let filled = Filled {
        values: [("name".to_owned(), t("郑管理", "Zheng Guanli"))].into(),
        problems: vec![problem(
            "PASSWORD-SHORT",
            t("密码只有 6 个字符，至少要 10 个", "The password has 6 characters; 10 are needed"),
            t("换一个长一些的密码", "Choose a longer one"),
            "password",
        )],
    };
    let mut p = public("首次设置", "First set-up");
    p.problems = filled.problems.clone();
    out.put(l, "setup", Setup { p, action: "/setup/token".into(), minutes_left: 24, fields: v::forms::setup(l, &filled) });
    out.put(l, "login_code", LoginCode { p: public("输入验证码", "Enter the code"), next: "/".into(), minutes: 5 });
    let fields = v::forms::set_password(l, &Filled::default());
    out.put(
        l,
        "set_password",
        SetPassword { p: public("设置密码", "Set your password"), action: "/set-password/token".into(), username: "analyst".into(), fields },
    );
    let code = qrcode::QrCode::new(b"otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap();
    let scan = Svg(code.render::<qrcode::render::svg::Color>().min_dimensions(200, 200).build().replace(r#"<?xml version="1.0" standalone="yes"?>"#, ""));
    let second = |qr: Option<Svg>, codes: Vec<String>, on: bool| SecondPage {
        p: c.page(("动态口令", "Second factor"), "me", "/me/second", "signatory").crumb(t("我的", "Account"), "/me").crumb(t("动态口令", "Second factor"), ""),
        on,
        required: true,
        left: 9,
        secret: if qr.is_some() { "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into() } else { String::new() },
        qr,
        codes,
    };
    out.put(l, "second_begin", second(None, Vec::new(), false));
    out.put(l, "second_scan", second(Some(scan), Vec::new(), false));
    out.put(l, "second_codes", second(None, (0..10).map(|n| format!("MFRG-GZDF-{n:04}-MZTW")).collect(), true));
    out.put(l, "second_on", second(None, Vec::new(), true));
    out.put(
        l,
        "password",
        ChangePassword {
            p: c.page(("修改密码", "Change password"), "me", "/me/password", "analyst")
                .crumb(t("我的", "Account"), "/me")
                .crumb(t("修改密码", "Change password"), ""),
            forced: true,
            fields: v::forms::password(l, &Filled::default()),
        },
    );
    out.put(
        l,
        "me",
        Me {
            p: c.page(("我的", "My account"), "me", "/me", ""),
            facts: FactGroup {
                title: String::new(),
                facts: vec![
                    Fact::new(t("姓名", "Name"), t("李示例", "Li Shili")),
                    Fact::new(t("账号", "Username"), "supervisor"),
                    Fact::new(t("角色", "Roles"), t("监督（食安办/局领导）、计划管理员", "Supervisor, Plan manager")),
                    Fact::new(t("数据范围", "Scope"), t("全区", "Whole district")),
                    Fact::new(t("动态口令", "Second factor"), t("已启用", "In use")),
                ],
            },
            logins: Table::new(&[t("登录时间", "Signed in").as_str(), t("地址", "Address").as_str(), t("最近使用", "Last used").as_str(), ""]),
            others: false,
        },
    );
    out.put(
        l,
        "error",
        ErrorPage {
            p: c.page(("不能提交", "Cannot be submitted"), "samples", "/samples/x", "analyst"),
            status: 409,
            problems: vec![problem(
                "REVIEW-SAME-PERSON",
                t(
                    "校核人不能是这个样品的检验员：张示例录入了其中 14 项",
                    "The checker may not be the analyst of this sample: Zhang Shili entered 14 of its items",
                ),
                t("请另一位校核员打开这份任务", "Ask another checker to open it"),
                "",
            )],
            links: vec![Link::new(t("回到待校核", "Back to the queue"), "/bench?state=entered"), Link::new(t("工作台", "Home"), "/")],
            trace: "01J8ZK3M9Q".into(),
            csrf: String::new(),
            again: Vec::new(),
            secrets: Vec::new(),
            files: false,
        },
    );
    out.put(
        l,
        "explain",
        Explain {
            p: c.page(("说明", "Explanation"), "home", "/explain/D07", "enforcer").crumb(c.home(), "/").crumb("D07", ""),
            code: "D07".into(),
            kind: t("期限规则", "Deadline rule"),
            headline: t("复检申请：收到不合格检验结论之日起 7 个工作日内", "Recheck request: within 7 working days of receiving a failing conclusion"),
            next: String::new(),
            facts: vec![FactGroup {
                title: t("依据", "Basis"),
                facts: vec![
                    Fact::new(t("条款", "Article"), "食品安全法 第88条；抽检办法 第30条"),
                    Fact::new(t("起算", "Starts"), t("收到检验结论，当日不计", "On receipt; that day is not counted")),
                    Fact::new(t("期限", "Period"), t("7 个工作日", "7 working days")),
                    Fact::new(t("责任主体", "Who"), t("食品生产经营者", "Food business operator")),
                    Fact::new(t("日历", "Calendar"), "cn-2026.1"),
                    Fact::new(t("版本", "Version"), t("第 1 版，2021-01-01 起", "1, since 2021-01-01")),
                ],
            }],
            related: vec![Link::new("D08 复检受理", "/explain/D08"), Link::new("D20 核查处置", "/explain/D20")],
        },
    );
    let mut found = Table::new(&[&t("编号", "No."), &t("样品 / 单位", "Sample / operator"), &t("状态", "State")]);
    found.caption = t("样品", "Samples");
    found.push(vec![
        Cell::link("XBJ26410105463900125", "/samples/1"),
        Cell::Two(t("韭菜", "Leek"), t("示范农贸市场甲 A-12", "Demo Market A, stall A-12")),
        Badge::new(Tone::Info, t("检验中", "Testing")).into(),
    ]);
    out.put(l, "search", SearchPage { p: c.page(("搜索", "Search"), "", "/search?q=00125", ""), q: "00125".into(), tabs: Vec::new(), groups: vec![found] });

    // ---- homes
    let due = |left: i64, m: u32, day: u32| Due::workdays(l, left, d(2026, m, day), false);
    let todo =
        |title: String, sub: String, due: Due, verb: String| WorkItem { title, href: "/cases/HC2026-0118".into(), sub, state: Badge::default(), due, verb };
    let gauge = Gauge {
        count: Counted::new(1086, "/rows/counted"),
        required: 6355,
        value: "0.68".into(),
        value_hundredths: 68,
        target: "4.00".into(),
        target_hundredths: 400,
        pace_hundredths: 70,
        time_passed: "17.5%".into(),
        done_percent: "17.0%".into(),
        met: false,
        is_behind: true,
        gap: 5269,
        pace: 1112,
        forecast: 6210,
        in_lab: Counted::new(143, "/rows/in_lab"),
        in_transit: Counted::new(21, "/rows/in_transit"),
        scope: t(
            "口径：2026年，按抽样日期；国抽、转移地方、省抽、市抽、区抽；市场监管；监督抽检＋评价性抽检；金水区实际管辖 17 个街道；人口 1,588,611（六普常住人口，行政区划全域）",
            "Scope: 2026 by sampling date; all levels; market regulation; supervisory + evaluative; 17 streets governed by Jinshui; population 1,588,611 (6th census, whole division)",
        ),
        definition: t(
            "已出结论的监督抽检和评价性抽检批次 × 1000 ÷ 常住人口。快检、复检、拒收、作废、在检的不计。",
            "Supervisory and evaluative batches with a conclusion × 1,000 ÷ residents. Rapid tests, rechecks, refused, void and unfinished batches are not counted.",
        ),
    };
    let disposal = FigureCard {
        key: "disposal_rate".into(),
        name: t("核查处置完成率（到期口径）", "Disposal rate (cases due)"),
        value: "95.35%".into(),
        fraction: t("已完成 41 / 应完成 43 件", "41 done of 43 due"),
        target: t("目标 100%，差 2 件", "Target 100%, 2 short"),
        met: Some(false),
        bar: Some(Bar::new(41, 43, "95.35%")),
        definition: t(
            "到期或已办结的案件中，必要环节和证据齐全并办结的比例。分母为 0 时显示 --。",
            "Of the cases due or closed, those closed with every block evidenced. Shows -- when nothing is due.",
        ),
        counted: 43,
        left: 19,
        of_them: t("，其中未到期在办 18 件", ", 18 of them open and not due yet"),
        ..FigureCard::default()
    };
    let mut discovery =
        figure("discovery_rate", t("问题发现率", "Problem discovery rate"), "3.04%", t("不合格 31 / 监督抽检 1,020 批次", "31 failing of 1,020 supervisory"));
    discovery.provisional = true;
    discovery.definition = t("监督抽检最终不合格批次 ÷ 监督抽检批次。复检改判合格的不算不合格。", "Finally failing supervisory batches ÷ supervisory batches.");
    let mut evaluative = figure("evaluative_pass", t("评价性抽检合格率", "Evaluative pass rate"), "98.48%", t("合格 65 / 66 批次", "65 of 66 batches"));
    evaluative.met = Some(true);
    evaluative.target = t("目标 98%", "Target 98%");
    let mut timely = figure("report_timeliness", t("报告及时率", "Reports on time"), "99.21%", t("按期 1,130 / 应出 1,139 份", "1,130 of 1,139 due"));
    timely.definition = t("收样后 20 个工作日内出具。", "Issued within 20 working days of reception.");
    let mut trend_table = Table::new(&[&t("月份", "Month"), &format!("#{}", t("批次", "Batches")), &format!("#{}", t("不合格", "Failing"))]);
    for (m, a, b) in [("2026-01", 452u64, 14u64), ("2026-02", 398, 11), ("2026-03", 236, 6)] {
        trend_table.push(vec![m.into(), a.into(), b.into()]);
    }
    out.put(
        l,
        "home_supervisor",
        HomeSupervisor {
            p: c.page(("工作台", "Home"), "home", "/", ""),
            year: 2026,
            as_of: t("2026年3月5日 周四 10:42", "Thu 5 Mar 2026, 10:42"),
            gauge,
            disposal: disposal.clone(),
            dues: [
                (("逾期", "Overdue"), 2, Tone::Fail),
                (("今日到期", "Due today"), 1, Tone::Warn),
                (("3个工作日内", "In 3 working days"), 5, Tone::Warn),
                (("3个工作日以后", "Due later"), 18, Tone::Info),
            ]
            .into_iter()
            .map(|((zh, en), value, tone)| Counter { label: t(zh, en), value, href: "/rows/overdue".into(), tone })
            .collect(),
            overdue_list: vec![
                todo(
                    t("HC2026-0118 韭菜 · 腐霉利", "HC2026-0118 Leek · procymidone"),
                    t("文化路所 · 封存数量未填、缺送达回证", "Wenhua Road · sealed quantity and proof of service missing"),
                    due(-1, 3, 4),
                    t("查看", "Open"),
                ),
                todo(
                    t("HC2026-0109 鲈鱼 · 恩诺沙星", "HC2026-0109 Perch · enrofloxacin"),
                    t("国基路所 · 待审核", "Guoji Road · waiting for approval"),
                    due(-3, 3, 2),
                    t("查看", "Open"),
                ),
            ],
            figures: vec![discovery.clone(), evaluative.clone(), timely.clone()],
            todo: vec![
                todo(
                    t("HC2026-0121 待审核办结", "HC2026-0121 to approve"),
                    t("花园路所 · 周执法提交", "Huayuan Road · submitted by Zhou Zhifa"),
                    due(0, 3, 5),
                    t("去审核", "Approve"),
                ),
                todo(
                    t("二季度街道计划待下达", "Q2 street plan to approve"),
                    t("6 个街道 1,640 批次", "6 streets, 1,640 batches"),
                    due(6, 3, 13),
                    t("去下达", "Approve"),
                ),
                todo(t("48 条限量待核实", "48 limits to verify"), t("GB 2763-2026 切换", "GB 2763-2026 change-over"), Due::default(), t("去核实", "Verify")),
            ],
            todo_more: None,
            trend: trend(c),
            trend_table: trend_table.clone(),
            streets: [
                ("文化路街道", "Wenhua Road", 42u64, 340u64),
                ("经八路街道", "Jingba Road", 51, 360),
                ("花园路街道", "Huayuan Road", 74, 410),
                ("国基路街道", "Guoji Road", 69, 372),
                ("丰产路街道", "Fengchan Road", 63, 350),
                ("南阳新村街道", "Nanyang Xincun", 88, 330),
            ]
            .iter()
            .map(|(zh, en, a, b)| StreetProgress { name: t(zh, en), done: Counted::new(*a, "/rows/counted"), bar: Bar::new(*a, *b, t(zh, en)).marked(175) })
            .collect(),
            rapid: RapidCard {
                today: Counted::new(612, "/rapid"),
                positive: Counted::new(4, "/rapid?verdict=positive"),
                to_confirm: Counted::new(2, "/rapid?follow=confirm"),
                to_handle: Counted::new(3, "/rapid?follow=running"),
                late: Counted::new(1, "/rapid?follow=late"),
                silent_points: 5,
                year_valid: Counted::new(38_214, "/figures/rapid_positive_rate"),
                year_rate: "0.71%".into(),
            },
        },
    );
    let counter = |label: String, value: u64, tone| Counter { label, value, href: "/bench".into(), tone };
    out.put(
        l,
        "home_technician",
        HomeWork {
            p: c.page(("工作台", "Home"), "home", "/", "analyst"),
            greeting: t("张示例，今天 3月5日 周四", "Zhang Shili, Thursday 5 March"),
            counters: vec![
                counter(t("今日到期", "Due today"), 2, Tone::Warn),
                counter(t("已退回", "Sent back"), 1, Tone::Warn),
                counter(t("待录入", "To enter"), 14, Tone::Info),
                counter(t("逾期", "Overdue"), 0, Tone::Fail),
            ],
            groups: vec![
                WorkGroup {
                    title: t("已退回", "Sent back"),
                    more: None,
                    items: vec![WorkItem {
                        title: t("26-JS-000119 鲈鱼", "26-JS-000119 Perch"),
                        href: "/bench/1".into(),
                        sub: t("校核 赵校核：恩诺沙星平行样偏差 12%", "Zhao Jiaohe: enrofloxacin duplicate off by 12%"),
                        state: Badge::new(Tone::Warn, t("已退回", "Sent back")).with_icon("back"),
                        due: due(1, 3, 6),
                        verb: t("去改", "Correct"),
                    }],
                    empty: String::new(),
                },
                WorkGroup {
                    title: t("按到期排列", "By due date"),
                    more: Some(Link::new(t("全部 14 件", "All 14"), "/bench")),
                    items: vec![
                        WorkItem {
                            title: t("26-JS-000125 韭菜", "26-JS-000125 Leek"),
                            href: "/bench/2".into(),
                            sub: t("蔬菜农残 14 项，已填 6", "Vegetable pesticides, 6 of 14 filled"),
                            state: Badge::new(Tone::Info, t("录入中", "Entering")),
                            due: due(0, 3, 5),
                            verb: t("继续", "Continue"),
                        },
                        WorkItem {
                            title: t("26-JS-000131 酱牛肉", "26-JS-000131 Braised beef"),
                            href: "/bench/3".into(),
                            sub: t("致病菌 3 项", "3 pathogens"),
                            state: Badge::new(Tone::Idle, t("待录入", "To enter")),
                            due: due(2, 3, 9),
                            verb: t("开始", "Start"),
                        },
                        WorkItem {
                            title: t("26-JS-000140 大豆油", "26-JS-000140 Soybean oil"),
                            href: "/bench/4".into(),
                            sub: t("质量指标 5 项", "5 quality items"),
                            state: Badge::new(Tone::Idle, t("待录入", "To enter")),
                            due: due(8, 3, 17),
                            verb: t("开始", "Start"),
                        },
                    ],
                    empty: String::new(),
                },
            ],
            primary: None,
        },
    );
    out.put(
        l,
        "home_enforcer",
        HomeWork {
            p: c.page(("工作台", "Home"), "home", "/", "enforcer"),
            greeting: t("文化路街道市场监督管理所", "Wenhua Road office"),
            counters: vec![
                counter(t("逾期", "Overdue"), 1, Tone::Fail),
                counter(t("今日到期", "Due today"), 2, Tone::Warn),
                counter(t("在办", "Open"), 6, Tone::Info),
                counter(t("快检待处置", "Rapid positives"), 1, Tone::Warn),
            ],
            groups: vec![
                WorkGroup {
                    title: t("案件", "Cases"),
                    more: Some(Link::new(t("全部", "All"), "/cases")),
                    items: vec![
                        WorkItem {
                            title: t("HC2026-0118 韭菜 · 腐霉利", "HC2026-0118 Leek · procymidone"),
                            href: "/cases/1".into(),
                            sub: t("封存数量未填、缺送达回证", "Sealed quantity and proof of service missing"),
                            state: Badge::default(),
                            due: due(-1, 3, 4),
                            verb: t("去填", "Fill in"),
                        },
                        WorkItem {
                            title: t("HC2026-0124 油条 · 铝", "HC2026-0124 Fried dough · aluminium"),
                            href: "/cases/2".into(),
                            sub: t("送达结果通知书", "Serve the notice"),
                            state: Badge::default(),
                            due: due(0, 3, 5),
                            verb: t("去送达", "Serve"),
                        },
                    ],
                    empty: String::new(),
                },
                WorkGroup {
                    title: t("快检阳性待处置", "Rapid positives to handle"),
                    more: None,
                    items: vec![],
                    empty: t("没有待处置的快检阳性", "No rapid positive is waiting"),
                },
            ],
            primary: None,
        },
    );

    // ---- figure
    let mut rows = Table::new(&[
        &t("抽样单编号", "Sheet no."),
        &t("样品 / 被抽样单位", "Sample / operator"),
        &t("街道", "Street"),
        &t("任务", "Task"),
        &t("抽样日期", "Sampled"),
        &t("结论", "Conclusion"),
    ]);
    for (i, (name, o)) in [
        (t("韭菜", "Leek"), Outcome::Fail),
        (t("大豆油", "Soybean oil"), Outcome::Pass),
        (t("酱油", "Soy sauce"), Outcome::Pass),
        (t("鲈鱼", "Perch"), Outcome::Pass),
    ]
    .into_iter()
    .enumerate()
    {
        rows.push(vec![
            Cell::link(format!("XBJ2641010546390{:04}", 125 + i), "/samples/1"),
            Cell::Two(name, t("示范超市乙", "Demo Supermarket B")),
            t("文化路街道", "Wenhua Road").into(),
            t("区抽 · 监督抽检", "District · supervisory").into(),
            "2026-03-04".into(),
            Badge::outcome(Some(o), l).into(),
        ]);
    }
    let mut big = figure("batches_per_thousand", t("千人抽检批次", "Batches per 1,000 residents"), "0.68", String::new());
    big.unit = t("批次/千人", "per 1,000");
    big.target = "4.00".into();
    big.met = Some(false);
    big.definition = t(
        "已出结论的监督抽检和评价性抽检批次 × 1000 ÷ 常住人口。快检、复检、拒收、作废、在检的不计。",
        "Supervisory and evaluative batches with a conclusion × 1,000 ÷ residents.",
    );
    let scope = t(
        "口径：2026年，按抽样日期；全部级别；市场监管；监督抽检＋评价性抽检；金水区 17 个街道；人口 1,588,611（六普常住人口）",
        "Scope: 2026 by sampling date; all levels; market regulation; supervisory + evaluative; 17 streets; population 1,588,611 (6th census)",
    );
    let fig = |out: &mut Out, name: &str, left: bool| {
        out.put(
            l,
            name,
            FigurePage {
                p: c.page(("千人抽检批次", "Batches per 1,000"), "stats", "/figures/batches_per_thousand", "")
                    .crumb(c.home(), "/")
                    .crumb(t("千人抽检批次", "Batches per 1,000"), ""),
                figure: big.clone(),
                scope: scope.clone(),
                numerator: Counted::new(1086, "?"),
                denominator: Counted::new(1_588_611, ""),
                exact: "1086 × 1000 ÷ 1588611 = 0.683616…".into(),
                facts: vec![
                    Fact::new(t("人口行", "Population row"), t("六普常住人口，行政区划全域", "6th census, whole division")),
                    Fact::new(t("截至", "As of"), "2026-03-05"),
                ],
                tabs: vec![Tab::new(t("计入", "Counted"), "?", !left).counted(1086), Tab::new(t("未计入", "Left out"), "?tab=left", left).counted(412)],
                reasons: if left {
                    [
                        ("在检", "In the lab", 143u64),
                        ("草稿", "Draft", 12),
                        ("风险监测", "Risk monitoring", 96),
                        ("郑东新区管辖", "Governed by Zhengdong", 138),
                        ("拒收", "Refused", 9),
                        ("作废", "Void", 14),
                    ]
                    .iter()
                    .map(|(zh, en, n)| counter(t(zh, en), *n, Tone::Idle))
                    .collect()
                } else {
                    Vec::new()
                },
                table: rows.clone(),
                pager: pager(),
            },
        );
    };
    fig(out, "figure", false);
    fig(out, "figure_left_out", true);

    // ---- plan
    let cats = [
        ("食用农产品", "Edible produce"),
        ("餐饮食品", "Catering food"),
        ("肉制品", "Meat products"),
        ("食用油、油脂及其制品", "Oils and fats"),
        ("调味品", "Condiments"),
    ];
    let mut pivot = Table::new(&[
        &t("食品类别", "Food category"),
        &format!("#{}", t("一季度", "Q1")),
        &format!("#{}", t("二季度", "Q2")),
        &format!("#{}", t("三季度", "Q3")),
        &format!("#{}", t("四季度", "Q4")),
        &format!("#{}", t("合计", "Total")),
        &t("完成", "Done"),
    ]);
    for (i, (zh, en)) in cats.iter().enumerate() {
        let n = 300 - 40 * i as u64;
        pivot.push(vec![
            Cell::link(t(zh, en), "?category=1"),
            n.into(),
            (n + 20).into(),
            (n + 20).into(),
            n.into(),
            (4 * n + 40).into(),
            Bar::new(n * 7 / 10, 4 * n + 40, "").marked(175).into(),
        ]);
    }
    pivot.foot = vec![
        t("合计", "Total").into(),
        1100u64.into(),
        1200u64.into(),
        1200u64.into(),
        1100u64.into(),
        4600u64.into(),
        Bar::new(770, 4600, "").marked(175).into(),
    ];
    let lines: Vec<PlanLineRow> = (0..8)
        .map(|i| {
            let (zh, en) = cats[i % 5];
            let planned = 40 + 7 * i as u64;
            let done = if i == 2 { planned } else { planned * (i as u64 + 1) / 12 };
            PlanLineRow {
                category: t(zh, en),
                link: t(["流通", "餐饮", "生产"][i % 3], ["Circulation", "Catering", "Production"][i % 3]),
                street: t(["文化路街道", "经八路街道", "全区"][i % 3], ["Wenhua Road", "Jingba Road", "Whole district"][i % 3]),
                quarter: t("一季度", "Q1"),
                planned,
                done: Counted::new(done, "/rows/taken"),
                remaining: planned - done,
                bar: Bar::new(done, planned, "").marked(711),
            }
        })
        .collect();
    let plan = |view: &str| PlanPage {
        p: c.page(("抽检计划", "Sampling plan"), "plan", "/plan/2026", "").crumb(t("计划", "Plan"), "/plan").crumb("2026", ""),
        year: 2026,
        years: vec![2024, 2025, 2026],
        status: Badge::new(Tone::Idle, t("草稿", "Draft")).with_icon("edit"),
        population: t("1,588,611 人（六普常住人口，行政区划全域）", "1,588,611 residents (6th census, whole division)"),
        target: "4.00".into(),
        required: 6355,
        allocated: 6335,
        gap: 20,
        done: Counted::new(1086, "/rows/taken"),
        bar: Bar::new(1086, 6355, t("完成", "Done")).marked(175),
        filters: filters(c, "/plan/2026", ("食品类别", "Food category")),
        lines: lines.clone(),
        pager: pager(),
        pivot: pivot.clone(),
        actions: vec![ActionView {
            why_not: vec![problem(
                "PLAN-GAP",
                t("还有 20 批次没有分配", "20 batches are not allocated yet"),
                t("新增计划行，或导入完整的计划", "Add lines, or import the whole plan"),
                "",
            )],
            ..ActionView::post("approve", t("下达计划", "Approve the plan"), "/plan/2026/approve").with_icon("send")
        }],
        line_form: v::forms::plan_line(
            l,
            &Filled::default(),
            cats.iter().map(|(zh, en)| Choice::new(*zh, t(zh, en))).collect(),
            vec![Choice::new("410105008", t("文化路街道", "Wenhua Road"))],
        ),
        may_import: true,
        view: view.into(),
    };
    out.put(l, "plan", plan("lines"));
    out.put(l, "plan_pivot", plan("pivot"));
    let issue = |row: u64, col: &str, val: &str, text: String, next: String, tone| ImportIssue { row, column: col.into(), value: val.into(), text, next, tone };
    let import = ImportResult {
        include_hidden: false,
        file: "plan-2026.xlsx".into(),
        dry_run: true,
        totals: vec![
            (t("行读到", "rows read"), 212, Tone::Idle),
            (t("行可写入", "rows can be written"), 209, Tone::Pass),
            (t("行有提示", "rows with a note"), 1, Tone::Warn),
            (t("行不写入", "rows left out"), 3, Tone::Fail),
        ],
        summary: Vec::new(),
        issues: vec![
            issue(
                18,
                "D 街道",
                "文华路",
                t("没有叫“文华路”的街道", "There is no street called “文华路”"),
                t("是不是“文化路街道”", "Did you mean “文化路街道”?"),
                Tone::Fail,
            ),
            issue(44, "E 季度", "5", t("季度只能是 1 到 4", "A quarter is 1 to 4"), t("改正后重新导入", "Correct it and import again"), Tone::Fail),
            issue(97, "F 批次数", "１２", t("全角数字读作 12", "Full-width digits read as 12"), String::new(), Tone::Warn),
        ],
        confirm: "upload-1".into(),
        confirm_word: String::new(),
        confirm_label: t("写入 209 行", "Write 209 rows"),
        tables: Vec::new(),
    };
    out.put(
        l,
        "plan_import",
        PlanImport {
            p: c.page(("导入计划", "Import a plan"), "plan", "/plan/2026/import", "")
                .crumb(t("计划", "Plan"), "/plan")
                .crumb("2026", "/plan/2026")
                .crumb(t("导入", "Import"), ""),
            year: 2026,
            years: vec![Choice::new("2026", "2026")],
            result: Some(import.clone()),
        },
    );

    // ---- samples
    let states = [
        (Tone::Info, "检验中", "Testing"),
        (Tone::Idle, "待收样", "To receive"),
        (Tone::Info, "待校核", "To check"),
        (Tone::Pass, "已出报告", "Issued"),
        (Tone::Pass, "已出报告", "Issued"),
        (Tone::Fail, "已拒收", "Refused"),
        (Tone::Info, "待批准", "To approve"),
    ];
    let names = [
        ("韭菜", "Leek"),
        ("鲈鱼", "Perch"),
        ("大豆油", "Soybean oil"),
        ("酱牛肉", "Braised beef"),
        ("自制油条", "Fried dough sticks"),
        ("草莓", "Strawberry"),
        ("复合调味酱（川味豆瓣风味）", "Compound sauce, Sichuan bean style"),
    ];
    let samples: Vec<SampleRow> = (0..7)
        .map(|i| SampleRow {
            no: format!("XBJ2641010546390{:04}", 125 + i),
            href: "/samples/XBJ26410105463900125".into(),
            name: t(names[i].0, names[i].1),
            site: t(
                ["示范农贸市场甲 A-12", "示范超市乙", "示范粮油店", "示范酒楼", "示范早餐铺", "示范水果店", "示范调味品批发部（文化路店）"][i],
                [
                    "Demo Market A, stall A-12",
                    "Demo Supermarket B",
                    "Demo Grain & Oil",
                    "Demo Restaurant",
                    "Demo Breakfast",
                    "Demo Fruit",
                    "Demo Condiments Wholesale, Wenhua Road",
                ][i],
            ),
            category: t(cats[i % 5].0, cats[i % 5].1),
            link: t(["流通", "餐饮"][i % 2], ["Circulation", "Catering"][i % 2]),
            street: t(["文化路", "国基路"][i % 2], ["Wenhua Road", "Guoji Road"][i % 2]),
            sampled_on: format!("2026-03-{:02}", 5 - i.min(4)),
            state: Badge::new(states[i].0, t(states[i].1, states[i].2)),
            outcome: match i {
                3 => Badge::outcome(Some(Outcome::Pass), l),
                4 => Badge::outcome(Some(Outcome::Fail), l),
                _ => Badge::default(),
            },
            due: match i {
                0 => due(3, 3, 10),
                1 => due(-1, 3, 4),
                3 | 4 => Due::met(l, d(2026, 3, 4), false),
                5 => Due::default(),
                _ => due(14, 3, 25),
            },
        })
        .collect();
    out.put(
        l,
        "samples",
        SamplesPage {
            p: c.page(("样品", "Samples"), "samples", "/samples?state=testing", "sampler").crumb(t("样品", "Samples"), ""),
            filters: filters(c, "/samples", ("编号、样品、单位", "Number, sample, operator")),
            tabs: vec![
                Tab::new(t("全部", "All"), "/samples", true),
                Tab::new(t("待收样", "To receive"), "?state=in_transit", false).counted(21),
                Tab::new(t("在检", "In the lab"), "?state=testing", false).counted(143),
                Tab::new(t("逾期", "Overdue"), "?overdue=1", false).counted(3),
            ],
            rows: samples,
            pager: pager(),
            may_create: true,
        },
    );
    out.put(
        l,
        "samples_empty",
        SamplesPage {
            p: c.page(("样品", "Samples"), "samples", "/samples", "analyst"),
            filters: Filters { total: "0".into(), ..filters(c, "/samples", ("编号、样品、单位", "Number, sample, operator")) },
            tabs: Vec::new(),
            rows: Vec::new(),
            pager: Pager::default(),
            may_create: false,
        },
    );
    let step = |label: String, note: &str, done, current| StepView { label, note: note.into(), done, current };
    let way = vec![
        step(t("抽样", "Sampled"), "2026-03-04", true, false),
        step(t("收样", "Received"), "2026-03-04", true, false),
        step(t("检验", "Tests"), &t("录入 6/14", "6 of 14"), false, true),
        step(t("报告", "Report"), "", false, false),
        step(t("处置", "Disposal"), "", false, false),
    ];
    let stabs = |on: usize| {
        [("抽样单", "Sheet"), ("收样", "Reception"), ("检验", "Tests"), ("报告", "Report"), ("案件", "Case"), ("时间线", "Timeline")]
            .iter()
            .enumerate()
            .map(|(i, (zh, en))| Tab::new(t(zh, en), "?tab=x", i == on))
            .collect::<Vec<_>>()
    };
    let f = |zh: &str, en: &str, val: &str| Fact::new(t(zh, en), val);
    out.put(
        l,
        "sample",
        SamplePage {
            p: c.page(("韭菜", "Leek"), "samples", "/samples/XBJ26410105463900125", "sampler")
                .crumb(t("样品", "Samples"), "/samples")
                .crumb("XBJ26410105463900125", "")
                .saying(Tone::Pass, t("抽样单已提交，编号 XBJ26410105463900125", "Sheet submitted, number XBJ26410105463900125")),
            no: "XBJ26410105463900125".into(),
            name: t("韭菜", "Leek"),
            state: Badge::new(Tone::Info, t("检验中", "Testing")),
            outcome: Badge::default(),
            due: due(3, 3, 10),
            steps: way,
            tabs: stabs(0),
            tab: "sheet".into(),
            groups: vec![
                FactGroup {
                    title: t("抽样基础信息", "Basic information"),
                    facts: vec![
                        f("任务类别", "Kind", &t("区抽 · 监督抽检", "District · supervisory")),
                        f("抽样环节", "Link", &t("流通 · 农贸市场", "Circulation · farmers' market")),
                        f("食品分类", "Category", "食用农产品 / 蔬菜 / 鳞茎类 / 韭菜"),
                        f("抽样人员", "Samplers", "孙抽样、李采集"),
                        f("承检机构", "Laboratory", &t("示范检测中心", "Shifan Test Centre")),
                        f("抽样日期", "Sampled", "2026-03-04 09:12"),
                    ],
                },
                FactGroup {
                    title: t("被抽样单位", "Operator"),
                    facts: vec![
                        f("名称", "Name", &t("示范农贸市场甲 A-12 示例蔬菜店", "Demo Market A, stall A-12")),
                        f("地址", "Address", &t("文化路示范农贸市场甲 A 区 12 号", "12, Zone A, Demo Market A, Wenhua Road")),
                        f("街道", "Street", &t("文化路街道", "Wenhua Road")),
                        Fact::new(t("统一社会信用代码", "Credit code"), Cell::Code("92410105MA0000000X".into())),
                        f("电话", "Phone", "186****1402"),
                        f("区域类型", "Area", &t("城市", "Urban")),
                    ],
                },
                FactGroup {
                    title: t("样品", "Sample"),
                    facts: vec![
                        f("商标", "Brand", "/"),
                        f("规格", "Spec", "/"),
                        f("抽样基数", "Lot size", "40 kg"),
                        f("抽样数量", "Taken", t("3 kg（备样 1 kg）", "3 kg, reserve 1 kg").as_str()),
                        f("储存条件", "Storage", &t("冷藏", "Chilled")),
                        f("购进日期", "Bought", "2026-03-03"),
                    ],
                },
            ],
            tables: Vec::new(),
            files: vec![FileView {
                name: "label-01.jpg".into(),
                href: "#".into(),
                size: "JPEG · 214 KB".into(),
                sha256: "9f3c2a7be01d44aa90".into(),
                by: t("孙抽样 03-04 09:14", "Sun Chouyang 03-04 09:14"),
            }],
            timeline: events(c),
            actions: vec![
                ActionView::link(t("录入结果", "Enter results"), "/bench/1").primary().with_icon("edit"),
                ActionView {
                    why_not: vec![problem(
                        "REPORT-NOT-APPROVED",
                        t("检验结果还没有批准", "The results are not approved yet"),
                        t("先完成录入、校核、审核", "Finish entry, check and review first"),
                        "",
                    )],
                    ..ActionView::post("issue", t("签发报告", "Issue the report"), "/x").with_icon("seal")
                },
                ActionView::post("void", t("作废抽样单…", "Void the sheet…"), "/x")
                    .danger()
                    .with_icon("slash")
                    .noted(t("作废后不计入任何指标，不能恢复。", "A void sheet counts nowhere and cannot be restored."))
                    .asking(v::forms::reason(l, &Filled::default(), "")),
            ],
            related: vec![
                Link::new(t("计划行：食用农产品 · 流通 · 一季度", "Plan line: produce, circulation, Q1"), "/plan/2026"),
                Link::new(t("快检阳性 RT-20260303-031", "Rapid positive RT-20260303-031"), "/rapid/1"),
            ],
        },
    );
    let groups = sheet_groups(c);
    let mut p =
        c.page(("抽样单", "Sampling sheet"), "samples", "/samples/new", "sampler").crumb(t("样品", "Samples"), "/samples").crumb(t("抽样单", "Sheet"), "");
    for g in &groups {
        for x in g.fields.iter().filter(|x| !x.error.is_empty()) {
            p.problems.push(problem(
                "SHEET-SAMPLERS",
                x.error.clone(),
                t("补充后再提交；草稿已保存", "Complete it and submit again; the draft is saved"),
                &x.key,
            ));
        }
    }
    out.put(
        l,
        "sheet",
        SheetPage {
            p,
            action: "/samples/new".into(),
            no: "XBJ26410105463900125".into(),
            state: Badge::new(Tone::Idle, t("草稿", "Draft")).with_icon("edit"),
            groups,
            saved_at: "10:42".into(),
        },
    );
    out.put(
        l,
        "reception",
        ReceptionPage {
            p: c.page(("收样", "Reception"), "samples", "/samples/x/reception", "keeper")
                .crumb(t("样品", "Samples"), "/samples")
                .crumb(t("收样", "Reception"), ""),
            no: "XBJ26410105463900125".into(),
            name: t("韭菜", "Leek"),
            due: due(4, 3, 11),
            facts: FactGroup {
                title: t("送来的样品", "What was sent"),
                facts: vec![
                    f("抽样", "Sampled", "2026-03-04 09:12"),
                    f("在途", "On the way", &t("18 小时（限 5 个工作日）", "18 hours (5 working days allowed)")),
                    f("数量", "Quantity", t("3 kg，其中备样 1 kg", "3 kg, reserve 1 kg").as_str()),
                    f("储存条件", "Storage", &t("冷藏", "Chilled")),
                    f("封条号", "Seals", "F26-00251、F26-00252"),
                ],
            },
            checks: [
                ("seal", "封条", "Seals", "完好", "Intact", "破损", "Broken"),
                ("pack", "样品包装", "Packaging", "完好", "Intact", "破损", "Damaged"),
                ("qty", "样品数量", "Quantity", "满足", "Enough", "不满足", "Too little"),
                ("cond", "样品状态", "Condition", "正常", "Normal", "异常", "Abnormal"),
                ("docs", "文书数量", "Documents", "齐全", "Complete", "不齐", "Missing"),
                ("match", "文书信息", "Details", "相符", "Match", "不符", "Differ"),
            ]
            .iter()
            .map(|(k, zh, en, gz, ge, bz, be)| CheckRow { key: (*k).into(), label: t(zh, en), good: t(gz, ge), bad: t(bz, be), is_bad: *k == "docs" })
            .collect(),
            fields: vec![
                FieldView::text("seals", t("封条编号", "Seal numbers")).with("F26-00251、F26-00252"),
                FieldView::number("temp", t("到样温度", "Temperature on arrival"), "℃").with("4"),
                FieldView::select("place", t("库位", "Storage place"), vec![Choice::new("A-03-2", "A-03-2")]).required().with("A-03-2"),
                FieldView::number("portions", t("检样 / 备样份数", "Test / reserve portions"), "").with("2 / 1"),
                FieldView::area("note", t("偏差说明", "Deviations")).hint(t("有一项不正常时必填", "Required when anything deviates")),
            ],
            action: "/x".into(),
            reason: v::forms::reason(l, &Filled::default(), "").remove(0),
            recent: vec![
                Link::new(t("000124 菠菜 · 10:31 接收", "000124 Spinach · received 10:31"), "#"),
                Link::new(t("000123 黄瓜 · 10:29 接收", "000123 Cucumber · received 10:29"), "#"),
            ],
        },
    );

    // ---- bench
    let bench_rows: Vec<BenchRow> = (0..5)
        .map(|i| BenchRow {
            no: format!("26-JS-{:06}", 119 + i),
            href: "/bench/1".into(),
            name: t(names[i].0, names[i].1),
            package: t(cats[i].0, cats[i].1),
            filled: [14, 6, 0, 3, 0][i],
            items: [14, 14, 5, 3, 8][i],
            state: [
                Badge::new(Tone::Warn, t("已退回", "Sent back")).with_icon("back"),
                Badge::new(Tone::Info, t("录入中", "Entering")),
                Badge::new(Tone::Idle, t("待录入", "To enter")),
                Badge::new(Tone::Info, t("待校核", "To check")),
                Badge::new(Tone::Idle, t("待录入", "To enter")),
            ][i]
                .clone(),
            returned: if i == 0 { t("赵校核：平行样偏差 12%", "Zhao Jiaohe: duplicate off by 12%") } else { String::new() },
            due: [due(1, 3, 6), due(0, 3, 5), due(2, 3, 9), due(6, 3, 13), due(-2, 3, 3)][i].clone(),
            verb: [t("去改", "Correct"), t("继续", "Continue"), t("开始", "Start"), t("查看", "View"), t("开始", "Start")][i].clone(),
        })
        .collect();
    out.put(
        l,
        "bench",
        BenchPage {
            p: c.page(("检验", "Bench"), "bench", "/bench", "analyst").crumb(t("检验", "Bench"), ""),
            tabs: vec![
                Tab::new(t("我的", "Mine"), "?", true).counted(14),
                Tab::new(t("待校核", "To check"), "?", false).counted(12),
                Tab::new(t("待审核", "To review"), "?", false).counted(7),
                Tab::new(t("待批准", "To approve"), "?", false).counted(5),
                Tab::new(t("已出报告", "Issued"), "?", false),
            ],
            counters: Vec::new(),
            filters: Filters {
                action: "/bench".into(),
                q: Some(String::new()),
                hint: t("样品编号或名称", "Sample code or name"),
                tick: Some(("overdue".into(), t("只看逾期", "Overdue only"), false)),
                total: "14".into(),
                ..Filters::default()
            },
            rows: bench_rows,
            pager: Pager::default(),
            empty: t("没有待做的检验。", "No tests are waiting."),
        },
    );
    let chain = |n: usize| {
        [("录入", "Entry", "张示例 03-05 10:40"), ("校核", "Check", "赵校核"), ("审核", "Review", ""), ("批准", "Approval", "")]
            .iter()
            .enumerate()
            .map(|(i, (zh, en, w))| step(t(zh, en), if i <= n { w } else { "" }, i < n, i == n))
            .collect::<Vec<_>>()
    };
    let facts = vec![
        f("类别", "Category", &t("食用农产品 / 蔬菜 / 韭菜", "Produce / vegetables / leek")),
        f("抽样", "Sampled", "2026-03-04"),
        f("到样", "Received", "2026-03-04"),
        f("任务", "Task", &t("监督抽检", "Supervisory")),
        f("依据版本", "Limits as of", "2026-03-04"),
    ];
    let mut p = c.page(("结果录入", "Result entry"), "bench", "/bench/1", "analyst").crumb(t("检验", "Bench"), "/bench").crumb("26-JS-000125", "");
    p.problems.push(problem(
        "VALUE-UNREADABLE",
        t("克百威：“0..012”不是数值，是不是 0.012", "Carbofuran: “0..012” is not a number. Did you mean 0.012?"),
        t("改正这一格；其余已保存", "Correct this cell; the others are saved"),
        "r_4",
    ));
    out.put(
        l,
        "results",
        ResultsPage {
            p,
            no: "26-JS-000125".into(),
            name: t("韭菜", "Leek"),
            state: Badge::new(Tone::Info, t("录入中", "Entering")),
            due: due(3, 3, 10),
            facts: facts.clone(),
            steps: chain(0),
            action: "/bench/1".into(),
            rows: result_rows(c),
            editable: true,
            asks_why: false,
            filled: 6,
            failing: 1,
            wrong: 1,
            saved_at: "10:42:07".into(),
            actions: vec![ActionView {
                why_not: vec![
                    problem(
                        "RESULTS-MISSING",
                        t("还有 1 项没有结果：甲拌磷", "1 item has no result: phorate"),
                        t("填写，或写 / 表示不适用", "Enter it, or type / if it does not apply"),
                        "",
                    ),
                    problem("VALUE-UNREADABLE", t("1 项结果读不出来：克百威", "1 result cannot be read: carbofuran"), String::new(), ""),
                ],
                ..ActionView::post("submit", t("提交校核", "Submit for checking"), "/x").with_icon("send")
            }],
            timeline: events(c),
        },
    );
    let mut reviewed = result_rows(c);
    reviewed.truncate(3);
    for r in &mut reviewed {
        r.returned = String::new();
    }
    out.put(
        l,
        "review",
        ReviewPage {
            p: c.page(("校核", "Check"), "bench", "/bench/1/check", "checker").crumb(t("检验", "Bench"), "/bench").crumb(t("校核", "Check"), ""),
            no: "26-JS-000125".into(),
            name: t("韭菜", "Leek"),
            state: Badge::new(Tone::Info, t("待校核", "To check")),
            due: due(3, 3, 10),
            facts,
            steps: chain(1),
            rows: reviewed,
            conclusion: Badge::outcome(Some(Outcome::Fail), l),
            conclusion_text: t(
                "经抽样检验，腐霉利项目不符合 GB 2763-2021 要求，检验结论为不合格。",
                "Procymidone does not meet GB 2763-2021. The conclusion is nonconforming.",
            ),
            actions: vec![
                ActionView::post("pass", t("校核通过", "Pass the check"), "/x")
                    .primary()
                    .with_icon("check")
                    .noted(t("通过后交审核人；结论不合格，批准时自动立案。", "Goes to the reviewer. A failing conclusion opens a case on approval.")),
                ActionView::post("return", t("退回检验员…", "Send back…"), "/x").with_icon("back").asking(v::forms::reason(
                    l,
                    &Filled::default(),
                    &t("写清是哪一项、为什么", "Say which item and why"),
                )),
            ],
            timeline: events(c),
            next_href: "/bench/2/check".into(),
        },
    );
    let sha = "9f3c2a7be01d44aa907c51f2b86d03e1a4f7c8892b6e5d10f3a9c7e2418b60dd";
    let rev = |no: &str, state: Badge, reason: String| RevisionRow {
        no: no.into(),
        file: FileView { name: format!("{no}.pdf"), href: "#".into(), size: "PDF · 182 KB".into(), sha256: sha.into(), by: String::new() },
        state,
        issued: "2026-03-12 16:05".into(),
        reason,
    };
    out.put(
        l,
        "report",
        ReportPage {
            p: c.page(("检验报告", "Test report"), "bench", "/reports/JS2026-00125-G1", "checker")
                .crumb(t("检验", "Bench"), "/bench")
                .crumb("JS2026-00125-G1", ""),
            no: "JS2026-00125-G1".into(),
            state: Badge::new(Tone::Pass, t("有效", "Valid")),
            outcome: Badge::outcome(Some(Outcome::Fail), l),
            groups: vec![FactGroup {
                title: t("报告", "Report"),
                facts: vec![
                    f("样品", "Sample", &t("韭菜", "Leek")),
                    Fact::new(t("抽样单", "Sheet"), Cell::link("XBJ26410105463900125", "#")),
                    f("被抽样单位", "Operator", &t("示范农贸市场甲 A-12", "Demo Market A, stall A-12")),
                    f("结论", "Conclusion", &t("不合格：腐霉利", "Nonconforming: procymidone")),
                    f("主检 / 校核", "Analyst / checker", "张示例 / 赵校核"),
                    f("审核 / 批准", "Reviewer / signatory", "冯审核 / 陈批准"),
                ],
            }],
            pdf: Some(FileView { name: "JS2026-00125-G1.pdf".into(), href: "#".into(), size: "PDF · 182 KB".into(), sha256: sha.into(), by: String::new() }),
            qr: qr(),
            verify_url: "https://shiyan.example/v/7F3K-92QX".into(),
            revisions: vec![
                rev("JS2026-00125-G1", Badge::new(Tone::Pass, t("有效", "Valid")), t("更正样品规格", "Sample specification corrected")),
                rev("JS2026-00125", Badge::new(Tone::Idle, t("被替代", "Replaced")).with_icon("repeat"), String::new()),
            ],
            actions: vec![
                ActionView::post("amend", t("更改报告…", "Amend the report…"), "/x")
                    .with_icon("edit")
                    .noted(t("生成新编号 G2，旧报告标为被替代。", "Makes G2; this one is marked replaced."))
                    .asking(v::forms::reason(l, &Filled::default(), "")),
                ActionView::post("withdraw", t("收回报告…", "Withdraw the report…"), "/x").danger().with_icon("slash").asking(v::forms::reason(
                    l,
                    &Filled::default(),
                    "",
                )),
            ],
            timeline: events(c),
        },
    );
    out.put(
        l,
        "verify",
        VerifyPage {
            p: Page { large: false, ..public("报告验真", "Verify a report") },
            code: "7F3K-92QX".into(),
            state: Some(Badge::new(Tone::Pass, t("报告有效", "The report is valid"))),
            sentence: t("这份报告由示范检测中心签发，内容没有改动。", "Issued by Shifan Test Centre and unaltered."),
            facts: vec![
                f("报告编号", "Report", "JS2026-00125-G1"),
                f("样品", "Sample", &t("韭菜", "Leek")),
                f("被抽样单位", "Operator", &t("示范农贸****A-12", "Demo M****A-12")),
                f("签发日期", "Issued", &t("2026年3月12日", "12 March 2026")),
                Fact::new(t("结论", "Conclusion"), Badge::outcome(Some(Outcome::Fail), l)),
            ],
            sha256: sha.into(),
            replaced_by: String::new(),
        },
    );

    // ---- rapid
    let readings: Vec<ReadingRow> = (0..6)
        .map(|i| ReadingRow {
            at: ["08:40", "08:35", "08:31", "08:22", "08:15", "08:09"][i].into(),
            href: "/rapid/1".into(),
            stall: ["A-12", "B-03", "A-07", "A-12", "C-01", "A-05"][i].into(),
            food: t(["韭菜", "鲈鱼", "豇豆", "菠菜", "腐竹", "油麦菜"][i], ["Leek", "Perch", "Cowpea", "Spinach", "Bean curd sticks", "Romaine"][i]),
            origin: t(["中牟", "外地", "海南", "中牟", "许昌", "中牟"][i], ["Zhongmu", "Elsewhere", "Hainan", "Zhongmu", "Xuchang", "Zhongmu"][i]),
            item: t(
                ["农残 · 酶抑制率", "氯霉素 · 胶体金", "灭蝇胺 · 胶体金", "农残 · 酶抑制率", "吊白块 · 显色", "农残 · 酶抑制率"][i],
                [
                    "Pesticides · inhibition",
                    "Chloramphenicol · card",
                    "Cyromazine · card",
                    "Pesticides · inhibition",
                    "Rongalite · colour",
                    "Pesticides · inhibition",
                ][i],
            ),
            lot: ["260221", "260203", "260115", "260221", "260118", "260221"][i].into(),
            value: ["12.3%", "", "", "118%", "", "8.4%"][i].into(),
            limit: ["50%", "", "", "50%", "", "50%"][i].into(),
            verdict: match i {
                2 => Badge::positive(l),
                3 => Badge::invalid(l),
                _ => Badge::negative(l),
            },
            who: t("吴快检", "Wu Kuaijian"),
            photo: i == 2,
            source: t(["仪器", "手工"][usize::from(i % 2 == 1 || i == 2)], ["Instrument", "By hand"][usize::from(i % 2 == 1 || i == 2)]),
            validity: match i {
                1 => Badge::new(Tone::Warn, t("缺照片", "Photo missing")),
                3 => Badge::new(Tone::Idle, t("无效：超出量程", "Void: out of range")).with_icon("slash"),
                _ => Badge::new(Tone::Pass, t("有效", "Valid")),
            },
            follow: if i == 2 { t("下架 12 kg", "12 kg removed") } else { String::new() },
            due: match i {
                2 => Due::minutes(l, 68 * 60 + 20, "03-08 08:31"),
                1 => Due::minutes(l, 20 * 60 + 24, "03-06 08:35"),
                _ => Due::default(),
            },
        })
        .collect();
    let method = |code: &str, zh: &str, en: &str, unit: &str, rule: String| MethodChoice {
        code: code.into(),
        label: t(zh, en),
        unit: unit.into(),
        rule,
        photo: unit.is_empty(),
    };
    let methods = vec![
        method(
            "GB/T 5009.199-2003",
            "农残 · 酶抑制率",
            "Pesticides · inhibition rate",
            "%",
            t("抑制率 ≥50% 为阳性，须复测", "≥50% inhibition is positive and must be repeated"),
        ),
        method(
            "KJ201705",
            "硝基呋喃 · 胶体金",
            "Nitrofurans · card",
            "",
            t("T 线弱于 C 线或不显为阳性；C 线不显为无效", "T weaker than C or absent: positive; C absent: invalid"),
        ),
    ];
    let rapid = |method: &str, follow: Option<FollowUp>| RapidNew {
        p: c.page(("快检录入", "Record a rapid test"), "home", "/", "operator"),
        point: t("示范农贸市场甲快检室", "Demo Market A, rapid-test room"),
        action: "/rapid/new".into(),
        points: Vec::new(),
        chosen_point: String::new(),
        retest: String::new(),
        stalls: vec!["A-12 示例蔬菜".into(), "B-03 示例水产".into(), "A-07".into()],
        stall: "A-12 示例蔬菜".into(),
        foods: ["菠菜", "韭菜", "油麦菜", "豇豆", "芹菜", "辣椒", "鲈鱼", "豆芽"].iter().map(|s| (*s).to_owned()).collect(),
        all_foods: vec!["菠菜".into(), "香蕉".into()],
        food: "韭菜".into(),
        methods: methods.clone(),
        method: method.into(),
        value: String::new(),
        lot: String::new(),
        note: String::new(),
        origin: String::new(),
        who: t("吴快检", "Wu Kuaijian"),
        today: 27,
        positive: 1,
        follow_up: follow,
        recent: readings.clone(),
    };
    out.put(l, "rapid_new", rapid("KJ201705", None));
    let mut r = rapid(
        "GB/T 5009.199-2003",
        Some(FollowUp {
            title: t("RT-20260305-031 豇豆 · 灭蝇胺", "RT-20260305-031 Cowpea · cyromazine"),
            href: "/rapid/1".into(),
            due: Due::minutes(l, 4319, "03-08 08:31"),
            objection: Due::minutes(l, 239, "12:31"),
        }),
    );
    r.p = r.p.saying(Tone::Pass, t("已保存，编号 RT-20260305-031", "Saved as RT-20260305-031"));
    out.put(l, "rapid_new_positive", r);
    out.put(
        l,
        "rapid_ledger",
        RapidLedger {
            p: c.page(("快检台账", "Rapid-test ledger"), "rapid", "/rapid", "operator").crumb(t("快检", "Rapid tests"), ""),
            point: t("示范农贸市场甲快检室", "Demo Market A, rapid-test room"),
            day: "2026-03-05".into(),
            day_text: t("2026年3月5日 周四", "Thu 5 March 2026"),
            prev_day: "?day=2026-03-04".into(),
            next_day: String::new(),
            total: 38,
            valid: 36,
            invalid: 2,
            positive: 1,
            filters: Filters {
                action: "/rapid".into(),
                q: Some(String::new()),
                hint: t("摊位、品种", "Stall, food"),
                day: Some(("day".into(), "2026-03-05".into())),
                selects: vec![FilterSelect {
                    key: "verdict",
                    label: t("结果", "Result"),
                    options: vec![Choice::new("positive", t("阳性", "Positive"))],
                    value: String::new(),
                }],
                total: "38".into(),
                ..Filters::default()
            },
            rows: readings.clone(),
            pager: Pager::default(),
            may_record: true,
            export_href: "/rapid/export.csv".into(),
            points: Vec::new(),
        },
    );
    let fstep = |title: String, state: Badge, text: String, due: Due, action: Option<ActionView>| FollowStep { title, state, text, due, action };
    out.put(
        l,
        "rapid_reading",
        RapidReading {
            p: c.page(("快检读数", "Rapid reading"), "rapid", "/rapid/1", "operator").crumb(t("快检", "Rapid tests"), "/rapid").crumb("RT-20260305-031", ""),
            no: "RT-20260305-031".into(),
            title: t("豇豆 · 灭蝇胺", "Cowpea · cyromazine"),
            verdict: Badge::positive(l),
            validity: Badge::new(Tone::Pass, t("有效", "Valid")),
            due: Due::minutes(l, 68 * 60 + 20, "03-08 08:31"),
            groups: vec![FactGroup {
                title: t("读数", "Reading"),
                facts: vec![
                    f("检测点", "Point", &t("示范农贸市场甲快检室", "Demo Market A")),
                    f("摊位", "Stall", "A-07"),
                    f("产地", "Origin", &t("海南", "Hainan")),
                    f("方法", "Method", "KJ 2025xx"),
                    f("试剂批号", "Reagent lot", "260115"),
                    f("检测时间", "Tested", "2026-03-05 08:31"),
                    f("检测员", "Operator", &t("吴快检", "Wu Kuaijian")),
                    f("上传", "Uploaded", "2026-03-05 08:32"),
                ],
            }],
            working: vec![
                t("方法为竞争法胶体金卡：T 线弱于 C 线或不显为阳性", "Competitive card: T weaker than C or absent is positive"),
                t("记录：C 线显色，T 线不显", "Recorded: C visible, T absent"),
                t("判为阳性", "Verdict: positive"),
            ],
            steps: vec![
                fstep(
                    t("复测", "Repeat test"),
                    Badge::positive(l),
                    t("08:52 同一样品复测，仍为阳性", "Repeated at 08:52 on the same sample, positive again"),
                    Due::default(),
                    None,
                ),
                fstep(
                    t("告知摊主，4 小时内可提异议", "Stall told; 4 hours to object"),
                    Badge::new(Tone::Info, t("已告知", "Told")),
                    t("09:05 告知，摊主未提异议", "Told at 09:05, no objection so far"),
                    Due::minutes(l, 143, "13:05"),
                    None,
                ),
                fstep(
                    t("下架、销毁", "Remove and destroy"),
                    Badge::new(Tone::Idle, t("未完成", "To do")),
                    String::new(),
                    Due::minutes(l, 68 * 60 + 20, "03-08 08:31"),
                    Some(ActionView::post("remove", t("登记下架销毁", "Record removal"), "/x").primary().with_icon("edit").asking(vec![
                        FieldView::number("removed_kg", t("下架数量", "Removed"), "kg").required(),
                        FieldView::number("destroyed_kg", t("销毁数量", "Destroyed"), "kg").required(),
                        FieldView::new(FieldKind::Photo, "photo", t("现场照片", "Photo on site")).required(),
                    ])),
                ),
                fstep(
                    t("转监督抽检", "Supervisory sample"),
                    Badge::new(Tone::Idle, t("未转", "Not requested")),
                    String::new(),
                    Due::default(),
                    Some(ActionView::post("confirm", t("生成抽样任务", "Request a sample"), "/x").with_icon("sample").noted(t(
                        "单位、摊位、品种和项目带入抽样单，两条记录互相关联。",
                        "Operator, stall, food and item go into the sheet; both records stay linked.",
                    ))),
                ),
            ],
            files: vec![FileView { name: "card.jpg".into(), href: "#".into(), size: "JPEG · 160 KB".into(), sha256: sha.into(), by: "08:32".into() }],
            timeline: events(c),
            tabs: Vec::new(),
        },
    );

    // ---- cases
    let case_rows: Vec<CaseRow> = (0..6)
        .map(|i| CaseRow {
            no: format!("HC2026-{:04}", 109 + 5 * i),
            href: "/cases/1".into(),
            title: t(
                ["鲈鱼 · 恩诺沙星", "韭菜 · 腐霉利", "油条 · 铝", "酱牛肉 · 菌落总数", "花生油 · 黄曲霉毒素B₁", "姜 · 噻虫胺"][i],
                [
                    "Perch · enrofloxacin",
                    "Leek · procymidone",
                    "Fried dough · aluminium",
                    "Braised beef · total plate count",
                    "Peanut oil · aflatoxin B₁",
                    "Ginger · clothianidin",
                ][i],
            ),
            site: t(
                ["示范水产店", "示范农贸市场甲 A-12", "示范早餐铺", "示范熟食店", "示范粮油店", "示范超市乙"][i],
                ["Demo Aquatics", "Demo Market A, A-12", "Demo Breakfast", "Demo Deli", "Demo Grain & Oil", "Demo Supermarket B"][i],
            ),
            parts: t(
                ["流通", "流通", "餐饮", "流通＋生产", "流通＋生产", "流通"][i],
                ["Circulation", "Circulation", "Catering", "Circulation + production", "Circulation + production", "Circulation"][i],
            ),
            street: t(
                ["国基路所", "文化路所", "文化路所", "花园路所", "经八路所", "丰产路所"][i],
                ["Guoji Road", "Wenhua Road", "Wenhua Road", "Huayuan Road", "Jingba Road", "Fengchan Road"][i],
            ),
            state: [
                Badge::new(Tone::Warn, t("待审核", "To approve")),
                Badge::new(Tone::Info, t("处置中", "In progress")),
                Badge::new(Tone::Info, t("处置中", "In progress")),
                Badge::new(Tone::Recheck, t("复检中", "Recheck")),
                Badge::new(Tone::Idle, t("待启动", "Not started")),
                Badge::new(Tone::Pass, t("已办结", "Closed")),
            ][i]
                .clone(),
            blocks_done: [7, 4, 2, 3, 0, 7][i],
            blocks: 7,
            due: [due(-3, 3, 2), due(-1, 3, 4), due(0, 3, 5), due(2, 3, 9), due(42, 5, 7), Due::met(l, d(2026, 3, 3), false)][i].clone(),
            overdue: i < 2,
        })
        .collect();
    out.put(
        l,
        "cases",
        CasesPage {
            p: c.page(("核查处置", "Cases"), "cases", "/cases", "").crumb(t("核查处置", "Cases"), ""),
            tabs: vec![
                Tab::new(t("全部在办", "Open"), "?", true).counted(20),
                Tab::new(t("逾期", "Overdue"), "?due=overdue", false).counted(2),
                Tab::new(t("今日到期", "Due today"), "?due=today", false).counted(1),
                Tab::new(t("待审核", "To approve"), "?state=filed", false).counted(3),
                Tab::new(t("已办结", "Closed"), "?state=closed", false).counted(41),
            ],
            filters: Filters {
                chips: Vec::new(),
                selects: filters(c, "/cases", ("", "")).selects.into_iter().skip(3).take(2).collect(),
                total: "20".into(),
                ..filters(c, "/cases", ("案号、样品、单位", "Case, sample, operator"))
            },
            rows: case_rows,
            pager: pager(),
        },
    );
    let kg = |k: &str, zh: &str, en: &str, val: &str| FieldView::number(k, t(zh, en), "kg").with(val).required();
    let block = |key: &str, title: String, tone: Tone, word: String| BlockView {
        key: key.into(),
        title,
        state: Badge::new(tone, word),
        action: "/cases/1/blocks".into(),
        ..BlockView::default()
    };
    let evidence = FileView {
        name: t("封存现场.jpg", "seizure.jpg"),
        href: "#".into(),
        size: "JPEG · 310 KB".into(),
        sha256: sha.into(),
        by: t("周执法 03-03 15:20", "Zhou Zhifa 03-03 15:20"),
    };
    let mut control = block("control", t("产品控制", "Product control"), Tone::Fail, t("数量不平", "Does not balance"));
    control.open = true;
    control.problems = vec![problem(
        "CASE-BALANCE",
        t("购进 40 ≠ 已售 25 ＋ 库存 10 ＋ 其他 0", "Bought 40 ≠ sold 25 + stock 10 + other 0"),
        t("核对数量，差额写入“其他”并说明", "Check the quantities; put the difference under “other” and explain"),
        "control",
    )];
    control.fields = vec![
        kg("bought", "购进量", "Bought", "40"),
        kg("sold", "已售量", "Sold", "25"),
        kg("stock", "库存量", "In stock", "10"),
        kg("seized", "封存量", "Seized", ""),
        kg("recalled", "召回下架量", "Recalled", "0"),
        kg("other", "其他", "Other", "0"),
        FieldView::radio("controlled", t("是否控制到位", "Under control"), vec![Choice::new("yes", t("是", "Yes")), Choice::new("no", t("否", "No"))])
            .required()
            .with("yes"),
        FieldView::area("why_not", t("未召回原因", "Why not recalled")),
    ];
    control.files = vec![evidence.clone()];
    control.upload = "/cases/1/evidence".into();
    let mut start = block("start", t("启动", "Start"), Tone::Pass, t("已完成", "Complete"));
    start.facts = vec![
        f("收到日期", "Received", "2026-03-02"),
        f("承办监管所", "Office", &t("文化路街道市场监督管理所", "Wenhua Road office")),
        f("送达日期", "Served", "2026-03-03"),
        f("签收", "Signed for", &t("签收", "Signed")),
    ];
    start.files = vec![evidence.clone()];
    out.put(
        l,
        "case",
        CasePage {
            p: c.page(("HC2026-0118", "HC2026-0118"), "cases", "/cases/HC2026-0118", "enforcer")
                .crumb(t("核查处置", "Cases"), "/cases")
                .crumb("HC2026-0118", ""),
            no: "HC2026-0118".into(),
            title: t("韭菜 · 腐霉利 2.4 mg/kg（限量 ≤0.2）", "Leek · procymidone 2.4 mg/kg (limit ≤0.2)"),
            state: Badge::new(Tone::Info, t("处置中", "In progress")),
            due: due(-1, 3, 4),
            watch: Badge::new(Tone::Warn, t("督办", "Supervised")).with_icon("flag"),
            repeats: vec![Badge::new(Tone::Warn, t("同企业 3 次", "Operator: 3 times")).with_icon("repeat")],
            groups: vec![FactGroup {
                title: t("不合格样品", "Failing sample"),
                facts: vec![
                    Fact::new(t("抽样单", "Sheet"), Cell::link("XBJ26410105463900125", "#")),
                    Fact::new(t("报告", "Report"), Cell::link("JS2026-00125", "#")),
                    f("被抽样单位", "Operator", &t("示范农贸市场甲 A-12 示例蔬菜店", "Demo Market A, stall A-12")),
                    f("标称生产者", "Producer", "/"),
                ],
            }],
            parts: vec![
                PartView {
                    title: t("流通环节", "Circulation"),
                    org: t("文化路街道市场监督管理所", "Wenhua Road office"),
                    state: Badge::new(Tone::Info, t("处置中", "In progress")),
                    due: due(-1, 3, 4),
                    href: "?part=lt".into(),
                    active: true,
                },
                PartView {
                    title: t("生产环节", "Production"),
                    org: t("移送中牟县", "Transferred to Zhongmu"),
                    state: Badge::new(Tone::Idle, t("已移送", "Transferred")).with_icon("send"),
                    due: due(40, 5, 6),
                    href: "?part=sc".into(),
                    active: false,
                },
            ],
            blocks: vec![
                start,
                control,
                block("cause", t("原因排查", "Cause"), Tone::Idle, t("未填", "Not started")),
                block("rectify", t("整改复查", "Correction and re-inspection"), Tone::Idle, t("未填", "Not started")),
                block("penalty", t("行政处罚", "Penalty"), Tone::Idle, t("未填", "Not started")),
                block("transfer", t("通报移送", "Notice and transfer"), Tone::Pass, t("已完成", "Complete")),
                BlockView { not_applicable: true, ..block("risk", t("风险评估", "Risk assessment"), Tone::Idle, t("不适用", "Not applicable")) },
            ],
            settled: false,
            missing: vec![
                problem("", t("产品控制：数量不平", "Product control: quantities do not balance"), String::new(), "control"),
                problem("", t("原因排查：没有填写", "Cause: nothing recorded"), String::new(), "cause"),
                problem(
                    "",
                    t("行政处罚：没有立案，也没有写未立案理由", "Penalty: neither filed nor a reason given"),
                    t("免予处罚也算完成，须写条款和文书号", "An exemption counts as complete; give the article and document number"),
                    "penalty",
                ),
            ],
            clocks: vec![
                ClockRow {
                    event: t("送达结果通知书", "Serve the notice"),
                    rule: "D06".into(),
                    article: "抽检办法 第29条".into(),
                    started: "2026-02-26".into(),
                    due: Due::met(l, d(2026, 3, 3), false),
                    note: String::new(),
                },
                ClockRow {
                    event: t("复检申请", "Request a recheck"),
                    rule: "D07".into(),
                    article: "食品安全法 第88条".into(),
                    started: "2026-03-03".into(),
                    due: due(5, 3, 12),
                    note: t("当事人的期限", "The operator's deadline"),
                },
                ClockRow {
                    event: t("核查处置完成", "Finish the disposal"),
                    rule: "D20".into(),
                    article: "抽检办法 第45条".into(),
                    started: "2025-12-04".into(),
                    due: due(-1, 3, 4),
                    note: String::new(),
                },
            ],
            actions: vec![
                ActionView {
                    why_not: vec![problem("CASE-INCOMPLETE", t("还缺 3 项", "3 things are missing"), t("见左侧“能办结吗”", "See “Can it be closed”"), "")],
                    ..ActionView::post("close", t("提请办结", "Ask to close"), "/x").with_icon("check")
                },
                ActionView::post("extend", t("申请延期…", "Ask for an extension…"), "/x")
                    .with_icon("clock")
                    .asking(vec![FieldView::date("until", t("延至", "Until")).required(), FieldView::area("reason", t("理由", "Reason")).required()]),
            ],
            timeline: events(c),
            related: vec![
                Link::new(t("样品 XBJ26410105463900125", "Sample XBJ26410105463900125"), "#"),
                Link::new(t("检验报告 JS2026-00125", "Report JS2026-00125"), "#"),
            ],
        },
    );

    // ---- stats
    let mut by_cat = Table::new(&[
        &t("食品类别", "Food category"),
        &format!("#{}", t("批次", "Batches")),
        &format!("#{}", t("不合格", "Failing")),
        &format!("#{}", t("不合格率", "Failing rate")),
        &format!("#{}", t("上年", "Last year")),
        &format!("#{}", t("增减（百分点）", "Change (points)")),
    ]);
    by_cat.caption = t("按食品类别", "By food category");
    by_cat.note = t("批次不足 30 的不算百分率，只写件数。", "Below 30 batches no percentage is shown.");
    for (i, (zh, en)) in cats.iter().enumerate() {
        by_cat.push(vec![
            Cell::link(t(zh, en), "/samples"),
            (412 - 70 * i as u64).into(),
            (12 - 2 * i as u64).into(),
            Cell::Num(if i == 4 { "--".into() } else { format!("2.{}1%", 9 - i) }),
            Cell::Num("2.40%".into()),
            Cell::Num(if i % 2 == 0 { "+0.51".into() } else { "−0.12".into() }),
        ]);
    }
    by_cat.foot =
        vec![t("合计", "Total").into(), 1086u64.into(), 32u64.into(), Cell::Num("2.95%".into()), Cell::Num("2.61%".into()), Cell::Num("+0.34".into())];
    let mut per_thousand = figure("batches_per_thousand", t("千人抽检批次", "Batches per 1,000"), "0.68", t("1,086 / 6,355 批次", "1,086 of 6,355"));
    per_thousand.bar = Some(Bar::new(1086, 6355, "").marked(175));
    out.put(
        l,
        "stats",
        StatsPage {
            p: c.page(("统计", "Statistics"), "stats", "/stats?year=2026", "").crumb(t("统计", "Statistics"), "/stats").crumb("2026", ""),
            year: 2026,
            years: vec![2024, 2025, 2026],
            scope: scope.clone(),
            tabs: [
                ("总体", "Overview"),
                ("类别", "Categories"),
                ("环节", "Links"),
                ("街道", "Streets"),
                ("项目", "Items"),
                ("处置", "Disposal"),
                ("快检", "Rapid tests"),
            ]
            .iter()
            .enumerate()
            .map(|(i, (zh, en))| Tab::new(t(zh, en), "?", i == 0))
            .collect(),
            as_of: "2026-03-05".into(),
            tab: "overview".into(),
            note: String::new(),
            figures: vec![per_thousand, discovery, evaluative, disposal],
            charts: vec![
                ChartView { title: t("月度抽检批次", "Batches by month"), svg: trend(c), table: trend_table },
                ChartView { title: t("各类食品不合格率", "Failing rate by category"), svg: ranking(c), table: Table::default() },
            ],
            tables: vec![by_cat.clone()],
            exports: Vec::new(),
            report_href: "/stats/annual.pdf?year=2026".into(),
            reports: vec![FileView {
                name: t("2025年度报告.pdf", "annual-2025.pdf"),
                href: "#".into(),
                size: "PDF · 640 KB".into(),
                sha256: sha.into(),
                by: "2026-01-12".into(),
            }],
        },
    );
    let imported = ImportResult {
        include_hidden: false,
        file: "published_results_2021.csv".into(),
        totals: vec![
            (t("行读到", "rows read"), 1667, Tone::Idle),
            (t("行合格", "conforming"), 1621, Tone::Pass),
            (t("行不合格", "nonconforming"), 46, Tone::Idle),
            (t("行不写入", "rows left out"), 1, Tone::Fail),
        ],
        summary: Vec::new(),
        issues: vec![issue(
            903,
            "H 生产日期",
            "2021/13/02",
            t("不是日期：没有 13 月", "Not a date: there is no month 13"),
            t("改正原表后再导入，或确认不写入这一行", "Correct the file, or leave the row out"),
            Tone::Fail,
        )],
        confirm: "u".into(),
        confirm_word: String::new(),
        confirm_label: t("写入 1,666 行", "Write 1,666 rows"),
        dry_run: true,
        tables: vec![by_cat.clone()],
    };
    out.put(
        l,
        "import_published",
        ImportPublished {
            p: c.page(("导入已公布结果", "Import published results"), "stats", "/published/import", "")
                .crumb(t("统计", "Statistics"), "/stats")
                .crumb(t("已公布结果", "Published"), "/published")
                .crumb(t("导入", "Import"), ""),
            result: Some(imported),
        },
    );
    let mut one = figure("", t("总批次", "Batches"), "1,666", String::new());
    one.unit = t("批次", "batches");
    let two = FigureCard { name: t("合格", "Conforming"), value: "1,620".into(), ..one.clone() };
    let three = FigureCard { name: t("不合格", "Nonconforming"), value: "46".into(), ..one.clone() };
    let four = FigureCard { name: t("不合格率", "Failing rate"), value: "2.76%".into(), unit: String::new(), ..one.clone() };
    out.put(
        l,
        "published",
        PublishedPage {
            p: c.page(("已公布结果", "Published results"), "stats", "/published", "")
                .crumb(t("统计", "Statistics"), "/stats")
                .crumb(t("已公布结果", "Published"), ""),
            filters: filters(c, "/published", ("编号、食品、单位", "Number, food, operator")),
            figures: vec![one, two, three, four],
            by_category: by_cat,
            table: rows,
            pager: pager(),
            may_import: true,
        },
    );

    // ---- admin
    let user = |username: &str, name: (&str, &str), roles: (&str, &str), on: bool| UserRow {
        username: username.into(),
        name: t(name.0, name.1),
        roles: t(roles.0, roles.1),
        scope: t("示范检测中心", "Shifan Test Centre"),
        state: if on { Badge::new(Tone::Pass, t("启用", "Active")) } else { Badge::new(Tone::Idle, t("停用", "Disabled")).with_icon("slash") },
        last_seen: "2026-03-05 08:01".into(),
        actions: vec![
            ActionView::link(t("编辑", "Edit"), "/admin/users/x").with_icon("edit"),
            ActionView::post("disable", t("停用", "Disable"), "/x").with_icon("slash"),
        ],
    };
    out.put(
        l,
        "admin_users",
        UsersPage {
            p: c.page(("用户", "Users"), "admin", "/admin/users", "admin").crumb(t("管理", "Admin"), "/admin").crumb(t("用户", "Users"), ""),
            filters: Filters {
                action: "/admin/users".into(),
                q: Some(String::new()),
                hint: t("姓名或账号", "Name or username"),
                selects: vec![FilterSelect { key: "role", label: t("角色", "Role"), options: Choice::all::<Role>(l), value: String::new() }],
                total: "14".into(),
                ..Filters::default()
            },
            rows: vec![
                user("analyst", ("张示例", "Zhang Shili"), ("检验员", "Analyst"), true),
                user("checker", ("赵校核", "Zhao Jiaohe"), ("校核员、审核人", "Checker, reviewer"), true),
                user("old", ("何示例", "He Shili"), ("抽样员", "Sampler"), false),
            ],
            form: v::forms::user(l, &Filled::default(), vec![Choice::new("district", t("全区", "Whole district"))], shiyan_foundation::Scope::District.gives()),
            form_open: true,
            handover: Some(Handover {
                username: "newcomer".into(),
                address: format!("https://shiyan.example/set-password/{}", "0123456789abcdef".repeat(4)),
                until: "2026-03-05 10:42".into(),
            }),
        },
    );
    let mut pop = Table::new(&[
        &format!("#{}", t("年份", "Year")),
        &format!("#{}", t("人口", "People")),
        &t("口径", "Basis"),
        &t("范围", "Boundary"),
        &format!("#{}", t("4‰ 应完成", "Required at 4‰")),
        &t("来源", "Source"),
        &t("状态", "State"),
    ]);
    pop.push(vec![
        Cell::Num("2010".into()),
        1_588_611u64.into(),
        t("六普常住人口", "6th census, residents").into(),
        t("行政区划全域", "Whole division").into(),
        6355u64.into(),
        "cnenc.net".into(),
        Badge::new(Tone::Pass, t("2026年使用", "Used for 2026")).into(),
    ]);
    pop.push(vec![
        Cell::Num("2019".into()),
        1_333_000u64.into(),
        t("年末常住人口", "Year-end residents").into(),
        t("不含郑东新区", "Without Zhengdong").into(),
        5332u64.into(),
        "tjj.zhengzhou.gov.cn".into(),
        Badge::new(Tone::Idle, t("备选", "Alternative")).into(),
    ]);
    out.put(
        l,
        "admin_population",
        AdminTablePage {
            p: c.page(("人口", "Population"), "admin", "/admin/population", "").crumb(t("管理", "Admin"), "/admin").crumb(t("人口", "Population"), ""),
            tab: AdminTab::Population,
            lead: t(
                "人口没有唯一正确的数：每一行都写明口径、范围和来源，指标旁边会印出所用的一行。",
                "There is no single right number. Each row names its basis, boundary and source, and is printed beside the figure.",
            ),
            facts: FactGroup::default(),
            filters: None,
            tables: vec![pop],
            pager: Pager::default(),
            actions: Vec::new(),
            form_title: t("新增人口行", "Add a population row"),
            form_action: "/admin/population".into(),
            form: v::forms::population(l, &Filled::default()),
            form_button: t("新增人口行", "Add the row"),
            form_open: false,
            result: None,
        },
    );
    let mut cal = Table::new(&[&t("日期", "Date"), &t("名称", "Name"), &t("类型", "Kind"), &t("文件", "Notice")]);
    cal.caption = "2026".into();
    cal.push(vec![
        "2026-02-15".into(),
        t("春节", "Spring Festival").into(),
        Badge::new(Tone::Idle, t("放假", "Day off")).into(),
        Cell::link("国办发明电〔2025〕7号", "#"),
    ]);
    cal.push(vec![
        "2026-02-28".into(),
        t("春节", "Spring Festival").into(),
        Badge::new(Tone::Info, t("调休上班", "Make-up workday")).into(),
        Cell::link("国办发明电〔2025〕7号", "#"),
    ]);
    out.put(
        l,
        "admin_calendar",
        AdminTablePage {
            p: c.page(("工作日历", "Calendar"), "admin", "/admin/calendar", "").crumb(t("管理", "Admin"), "/admin").crumb(t("工作日历", "Calendar"), ""),
            tab: AdminTab::Calendar,
            lead: t(
                "所有工作日期限按国务院放假安排计算；跨入未知年份的期限标为暂定（*）。",
                "Working-day deadlines follow the State Council notice. A deadline that runs into an unknown year is marked provisional (*).",
            ),
            facts: FactGroup {
                title: String::new(),
                facts: vec![f("版本", "Version", "cn-2026.1"), f("已知年份", "Years known", "2023–2026"), f("2026年工作日", "Working days in 2026", "248")],
            },
            filters: None,
            tables: vec![cal],
            pager: Pager::default(),
            actions: Vec::new(),
            form_title: t("导入日历", "Import a calendar"),
            form_action: "/admin/calendar".into(),
            form: v::forms::calendar(l, &Filled::default()),
            form_button: t("试运行", "Dry run"),
            form_open: true,
            result: None,
        },
    );
    let limit = |food: (&str, &str), item: (&str, &str), lim: &str, on: bool| LimitRow {
        food: t(food.0, food.1),
        item: t(item.0, item.1),
        limit: lim.into(),
        basis: "GB 2763-2021".into(),
        method: "GB 23200.113-2018".into(),
        valid: t("2021-09-03 起", "since 2021-09-03"),
        state: if on { Badge::new(Tone::Pass, t("启用", "Active")) } else { Badge::new(Tone::Warn, t("待核实", "To verify")) },
        actions: if on { Vec::new() } else { vec![ActionView::post("activate", t("启用", "Activate"), "/x").with_icon("check")] },
    };
    out.put(
        l,
        "admin_limits",
        LimitsPage {
            p: c.page(("限量", "Limits"), "admin", "/admin/limits", "").crumb(t("管理", "Admin"), "/admin").crumb(t("限量", "Limits"), ""),
            filters: Filters {
                action: "/admin/limits".into(),
                q: Some(String::new()),
                hint: t("项目、食品、标准", "Item, food, standard"),
                selects: vec![FilterSelect {
                    key: "state",
                    label: t("状态", "State"),
                    options: vec![Choice::new("unverified", t("待核实", "To verify"))],
                    value: String::new(),
                }],
                total: "326".into(),
                ..Filters::default()
            },
            unverified: 48,
            rows: vec![
                limit(("食用农产品 / 蔬菜 / 鳞茎类 / 韭菜", "Produce / vegetables / bulbs / leek"), ("腐霉利", "Procymidone"), "≤0.2 mg/kg", true),
                limit(("餐饮食品 / 熟肉制品", "Catering / cooked meat"), ("菌落总数", "Total plate count"), "n=5 c=2 m=10⁴ M=10⁵ CFU/g", false),
                limit(("水产品 / 淡水鱼", "Aquatic / freshwater fish"), ("孔雀石绿", "Malachite green"), t("不得检出", "Not to be detected").as_str(), true),
            ],
            actions: vec![
                ActionView::link(t("导入限量表", "Import a limit table"), "/admin/limits/import").with_icon("upload"),
                ActionView::link(t("复判", "Judge again"), "/admin/limits/rejudge").with_icon("repeat"),
            ],
            pager: pager(),
        },
    );
    let changed = |apply: Option<(String, i64)>, by_hand| RejudgeRow {
        food: t("示范韭菜", "Sample leek"),
        no: "XBJ26410105000000001".into(),
        href: "/bench/1".into(),
        state: Badge::new(Tone::Info, t("检验中", "Testing")),
        item: t("腐霉利", "Procymidone"),
        result: "0.15".into(),
        then: "≤0.2mg/kg".into(),
        then_basis: "GB 2763-2021 · L0001".into(),
        now: "≤0.1mg/kg".into(),
        now_basis: "GB 2763-2026 · I0123456789ab".into(),
        verdict_then: Badge::new(Tone::Pass, t("合格项", "Conforming")),
        verdict_now: Badge::new(Tone::Fail, t("不合格项", "Nonconforming")),
        by_hand,
        apply,
    };
    out.put(
        l,
        "admin_rejudge",
        RejudgePage {
            p: c.page(("复判", "Judge again"), "admin", "/admin/limits/rejudge", "").crumb(t("管理", "Admin"), "/admin").crumb(t("复判", "Judge again"), ""),
            filters: Filters { action: "/admin/limits/rejudge".into(), day: Some(("since".into(), "2025-11-23".into())), ..Filters::default() },
            since: "2025-11-23".into(),
            items: 610,
            open: RejudgeList { rows: vec![changed(Some(("1".into(), 2)), false), changed(None, true)], count: 2, orders: 27, more: 0 },
            issued: RejudgeList { rows: vec![changed(None, false)], count: 240, orders: 244, more: 239 },
        },
    );
    let check = |zh: &str, en: &str, value: &str, tone, next: String| CheckLine { label: t(zh, en), value: value.into(), tone, next };
    out.put(
        l,
        "admin_diagnose",
        DiagnosePage {
            p: c.page(("诊断", "Diagnose"), "admin", "/admin/diagnose", "admin").crumb(t("管理", "Admin"), "/admin").crumb(t("诊断", "Diagnose"), ""),
            groups: vec![
                (
                    t("程序", "Program"),
                    vec![
                        check("版本", "Version", "0.1.0", Tone::Idle, String::new()),
                        check("运行时间", "Up for", "3 d 04:12", Tone::Idle, String::new()),
                        check(
                            "访问方式",
                            "Transport",
                            "HTTP 10.0.0.8:8000",
                            Tone::Warn,
                            t(
                                "没有 HTTPS：手机定位和离线录入不可用，见部署说明",
                                "No HTTPS: location and offline entry are unavailable on phones; see the deployment notes",
                            ),
                        ),
                    ],
                ),
                (
                    t("数据库", "Database"),
                    vec![
                        check("引擎", "Engine", "SQLite 3.51.3", Tone::Pass, String::new()),
                        check("参数", "Pragmas", "journal_mode=wal synchronous=full foreign_keys=on", Tone::Pass, String::new()),
                        check("磁盘剩余", "Disk free", "41.2 GB", Tone::Pass, String::new()),
                    ],
                ),
                (
                    t("日志链", "Journal"),
                    vec![
                        check("链头", "Head", "#182,331 9f3c2a7be01d", Tone::Pass, String::new()),
                        check("上次校验", "Last verified", t("2026-03-05 02:00，链完整", "2026-03-05 02:00, chain intact").as_str(), Tone::Pass, String::new()),
                        check(
                            "上次备份",
                            "Last backup",
                            t("9 天前", "9 days ago").as_str(),
                            Tone::Fail,
                            t("超过 7 天：运行 shiyan backup 文件名", "Over 7 days: run shiyan backup FILE"),
                        ),
                    ],
                ),
            ],
            actions: vec![ActionView::post("verify", t("校验日志链", "Verify the journal"), "/admin/diagnose/verify").primary().with_icon("lock")],
            as_text: "shiyan 0.1.0\nsqlite 3.51.3 wal full fk=on\njournal 182331 9f3c2a7be01d\n".into(),
        },
    );
}

/// The list of reports, a job with one failure, the settings.
fn reports(out: &mut Out, c: &Ctx) {
    let (l, t) = (c.l, |zh: &str, en: &str| c.t(zh, en));
    let options = || {
        vec![
            FieldView::new(FieldKind::Checkbox, "bilingual", t("中英对照", "Chinese and English")).with("1"),
            FieldView::new(FieldKind::Checkbox, "working", t("附判定过程", "With the working")),
        ]
    };
    let names = [("菠菜", "Spinach"), ("豇豆", "Cowpea"), ("草鱼", "Grass carp"), ("食醋", "Vinegar"), ("挂面", "Noodles")];
    let waiting = names.iter().enumerate().map(|(i, (zh, en))| WaitingReport {
        id: i.to_string(),
        no: format!("XBJ2641010599000{:04}", 120 + i),
        href: "#".into(),
        name: t(zh, en),
        site: t("示范农贸市场甲", "Demo Market A"),
        outcome: Badge::outcome(Some(if i == 1 { Outcome::Fail } else { Outcome::Pass }), l),
        items: 14,
        due: Due::workdays(l, 3 + i as i64, d(2026, 3, 10), false),
        amending: if i == 3 { t("更正检验方法的年代号", "The year of the method was wrong") } else { String::new() },
        alone: if i == 1 {
            t("不合格报告须单独签发，不与其他报告成批签发", "A failing report is issued on its own")
        } else {
            String::new()
        },
        ticked: i == 2,
    });
    let list = |second: bool| ReportsPage {
        p: c.page(("检验报告", "Test reports"), "bench", "/reports", "analyst"),
        tabs: vec![Tab::new(t("待签发", "To issue"), "/reports", !second).counted(5), Tab::new(t("已签发", "Issued"), "/reports/issued", second)],
        filters: Filters {
            action: "/reports".into(), q: Some(String::new()), hint: t("编号、样品、单位", "Number, sample, operator"), ..Filters::default()
        },
        waiting: waiting.clone().collect(),
        issued: (0..3)
            .map(|i| IssuedReport {
                no: format!("SY-XBJ2641010599000{:04}", 100 + i),
                sampling_no: String::new(),
                name: t("韭菜", "Leek"),
                site: t("示范农贸市场乙", "Demo Market B"),
                outcome: Badge::outcome(Some(Outcome::Pass), l),
                issued: "2026-03-02".into(),
                amended: if i == 1 { t("更改 1", "Amendment 1") } else { String::new() },
            })
            .collect(),
        second,
        pager: Pager { range: "1–5".into(), ..Pager::default() },
        options: options(),
        why_not: Vec::new(),
        passing: 4,
        q: String::new(),
        jobs: vec![JobLink {
            link: v::Link::new(t("签发 37 份检验报告", "Issue 37 test reports"), "/jobs/1"),
            state: t("12 / 37 · 进行中：完成 12", "12 / 37 · under way: 12 done"),
            running: true,
        }],
        settings: "/reports/settings".into(),
    };
    out.put(l, "reports", list(false));
    out.put(l, "reports_issued", list(true));
    let line = |index: usize, state: Badge, result: &str, why: Vec<ProblemView>| JobLine {
        index,
        name: v::Link::new(format!("XBJ2641010599000{:04} {}", 120 + index, t("菠菜", "Spinach")), "#"),
        state,
        result: v::Link::new(result, "#"),
        why,
    };
    out.put(
        l,
        "job",
        JobPage {
            p: c.page(("签发 4 份检验报告", "Issue 4 test reports"), "bench", "/jobs/1", "analyst"),
            id: "1".into(),
            text: t("2 / 4 · 进行中：完成 1，未完成 1", "2 / 4 · under way: 1 done, 1 not done"),
            settled: 2,
            total: 4,
            change: 5,
            running: true,
            stopping: false,
            after_restart: t(
                "作业只记在内存里：程序重新启动后本页不再存在，已签发的报告都已签发并归档，其余的仍在待签发列表里等待。",
                "A job is kept in memory only: after a restart this page is gone; what was issued is issued, the rest still waits.",
            ),
            back: v::Link::new(t("检验报告", "Test reports"), "/reports"),
            then: Vec::new(),
            lines: vec![
                line(0, Badge::new(Tone::Pass, t("完成", "Done")), "SY-XBJ26410105990000120", Vec::new()),
                line(
                    1,
                    Badge::new(Tone::Fail, t("未完成", "Not done")),
                    "",
                    vec![problem(
                        "LAB-NOT-IN-BATCH",
                        t("不合格报告须单独签发，不与其他报告成批签发", "A failing report is issued on its own"),
                        t("打开该检验任务，核对后单独签发", "Open the order and issue it alone"),
                        "",
                    )],
                ),
                line(2, Badge::new(Tone::Info, t("正在处理", "In hand")), "", Vec::new()),
                line(3, Badge::new(Tone::Idle, t("等待", "Waiting")), "", Vec::new()),
            ],
        },
    );
    out.put(
        l,
        "report_settings",
        ReportSettingsPage {
            p: c.page(("报告设置", "Report settings"), "bench", "/reports/settings", "analyst"),
            groups: vec![
                FieldGroup::new("options", t("签发时预先勾选", "Ticked beforehand when a report is issued"), options()),
                FieldGroup::new(
                    "objection",
                    t("注意事项中的异议期限", "Objection term in the notice"),
                    vec![FieldView::number("objection_days", t("自收到检验结论之日起", "From receipt of the conclusion"), t("日", "days")).with("7")],
                ),
            ],
            pictures: Vec::new(),
            sentences: vec![SentenceView {
                outcome: Badge::outcome(Some(Outcome::Fail), l),
                texts: vec![(
                    FieldView::area("sentence_zh_fail", t("中文", "Chinese")).with("经抽样检验，{不合格项目}不符合 {依据} 要求，检验结论为不合格。"),
                    "经抽样检验，腐霉利、毒死蜱不符合 GB 2762-2022、GB 2763-2021 要求，检验结论为不合格。".into(),
                )],
            }],
            worded: true,
        },
    );
}
