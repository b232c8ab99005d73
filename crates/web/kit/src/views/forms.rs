//! 表单 the fields of the small forms in both languages. Whoever handles the post only gives what was typed and the refusals.

use std::collections::BTreeMap;

use shiyan_app::bounds::Bounds;
use shiyan_app::records::UserAccount;
use shiyan_foundation::Label;
use shiyan_foundation::area::AdminBody;
use shiyan_foundation::area::District;
use shiyan_foundation::task::{Boundary, Link, PopulationBasis};
use shiyan_foundation::{Lang, Role};

use super::{Choice, FieldKind, FieldView, ProblemView};

/// What was typed, and what was refused; empty for a fresh form.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// Values by key, exactly as typed; several values joined by `,`.
    pub values: BTreeMap<String, String>,
    /// Refusals with their fields.
    pub problems: Vec<ProblemView>,
}

fn fill(fields: Vec<FieldView>, filled: &Filled) -> Vec<FieldView> {
    fields.into_iter().map(|f| f.filled(filled)).collect()
}

fn password_field(key: &str, label: &str, autocomplete: &'static str) -> FieldView {
    FieldView { autocomplete, ..FieldView::new(FieldKind::Password, key, label).required() }
}

/// First administrator: name, username, password, password_again.
#[must_use]
pub fn setup(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            FieldView::text("name", t("姓名", "Full name")).required().hint(t("印在记录和报告上", "Printed on records and reports")),
            FieldView { autocomplete: "username", ..FieldView::text("username", t("账号", "Username")).required() },
            password_field("password", t("密码", "Password"), "new-password").hint(t("10 到 64 个字符", "10 to 64 characters")),
            password_field("password_again", t("再输一次密码", "Password again"), "new-password"),
        ],
        filled,
    )
}

/// Change of one's own password: old, password, password_again.
#[must_use]
pub fn password(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            password_field("old", t("现在的密码", "Current password"), "current-password"),
            password_field("password", t("新密码", "New password"), "new-password").hint(t("10 到 64 个字符", "10 to 64 characters")),
            password_field("password_again", t("再输一次新密码", "New password again"), "new-password"),
        ],
        filled,
    )
}

/// One's own password by a link: password, password_again.
#[must_use]
pub fn set_password(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    let hint = t(
        "10 到 64 个字符，例如几个不相干的词；不用常见密码、姓名和日期",
        "10 to 64 characters, for example a few unrelated words; no common password, name or date",
    );
    fill(
        vec![
            password_field("password", t("密码", "Password"), "new-password").hint(hint),
            password_field("password_again", t("再输一次密码", "Password again"), "new-password"),
        ],
        filled,
    )
}

/// 可选范围 what a scope may be, and the streets of one that is streets.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    /// Whole district, streets, a point, a laboratory.
    pub kinds: Vec<Choice>,
    /// Streets to tick.
    pub streets: Vec<Choice>,
}

/// The ticks of the streets; none where there are no streets to choose from.
fn streets_field(lang: Lang, key: String, streets: &[Choice]) -> Option<FieldView> {
    let label = lang.pick("街道（数据范围选“街道”时勾选，可选几个）", "Streets (for the scope Streets; one or several)");
    (!streets.is_empty()).then(|| FieldView { options: streets.to_vec(), ..FieldView::new(FieldKind::Users, key, label) }.wide())
}

/// A new account: name, username, roles, scope, streets, sign_scope.
#[must_use]
pub fn user(lang: Lang, filled: &Filled, scopes: &Scopes, roles: &[Role]) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    let mut fields = vec![
        FieldView::text("name", t("姓名", "Full name")).required(),
        FieldView::text("username", t("账号", "Username")).required().hint(t("小写字母、数字、下划线", "Lower-case letters, digits, underscore")),
        FieldView {
            options: roles.iter().map(|r| Choice::new(r.code(), r.label(lang))).collect(),
            ..FieldView::new(FieldKind::Users, "roles", t("角色", "Roles"))
        }
        .required()
        .wide(),
        FieldView::select("scope", t("数据范围", "Scope of data"), scopes.kinds.clone()).required(),
    ];
    fields.extend(streets_field(lang, "streets".to_owned(), &scopes.streets));
    fields.push(sign_scope(lang));
    fill(fields, filled)
}

/// Duties, scope and methods of an account that is there: roles-…, scope-…, streets-…, methods-…, each with the name of the account.
#[must_use]
pub fn duties(lang: Lang, account: &UserAccount, (scope, streets): (&str, &str), scopes: &Scopes, roles: &[Role]) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    let key = |what: &str| format!("{what}-{}", account.username);
    let mut kinds = scopes.kinds.clone();
    if kinds.iter().all(|c| c.value != scope) {
        kinds.insert(0, Choice::new(scope, t("现在的范围", "The present scope")));
    }
    let held = account.roles.iter().map(|r| r.code()).collect::<Vec<_>>().join(",");
    let mut fields = vec![
        FieldView {
            options: roles.iter().map(|r| Choice::new(r.code(), r.label(lang))).collect(),
            ..FieldView::new(FieldKind::Users, key("roles"), t("角色", "Roles"))
        }
        .required()
        .wide()
        .with(held),
        FieldView::select(key("scope"), t("数据范围", "Scope of data"), kinds).required().with(scope),
    ];
    fields.extend(streets_field(lang, key("streets"), &scopes.streets).map(|f| f.with(streets)));
    fields.push(FieldView { key: key("methods"), ..sign_scope(lang) }.with(account.sign_scope.join("；")));
    fields
}

/// 姓名 of an account that is there: name-… with the name of the account.
#[must_use]
pub fn name(lang: Lang, account: &UserAccount) -> Vec<FieldView> {
    let hint = lang.pick("已签名和已签发的报告仍印当时的姓名", "Signatures given and reports issued keep the name of that time");
    vec![FieldView::text(format!("name-{}", account.username), lang.pick("姓名", "Full name")).required().hint(hint).with(account.name.clone())]
}

/// 用量上限: upload_mb, readings_minute.
#[must_use]
pub fn bounds(lang: Lang, now: &Bounds, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            FieldView::number("upload_mb", t("每人每天上传的文件", "Files a person and day"), "MB").required().with(now.upload_mb.to_string()),
            FieldView::number("readings_minute", t("每个快检点每分钟的读数", "Readings a point and minute"), t("条", "readings"))
                .required()
                .with(now.readings_minute.to_string()),
        ],
        filled,
    )
}

/// 本区名称: name, short, body, each with its English.
#[must_use]
pub fn district(lang: Lang, now: &District, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    let one = |key, label, name: &str| FieldView::text(key, label).required().with(name.to_owned());
    let english = |key, label, name: &str| FieldView::text(key, label).with(name.to_owned());
    fill(
        vec![
            one("name", t("区名全称（含市名）", "Full name of the district, Chinese"), &now.name.zh),
            english("name_en", t("区名全称（英文）", "Full name, English"), &now.name.en),
            one("short", t("区名简称", "Short name, Chinese"), &now.short.zh),
            english("short_en", t("区名简称（英文）", "Short name, English"), &now.short.en),
            one("body", t("单位名称", "Name of the office, Chinese"), &now.body.zh),
            english("body_en", t("单位名称（英文）", "Name of the office, English"), &now.body.en),
        ],
        filled,
    )
}

/// 授权签字领域
#[must_use]
pub fn sign_scope(lang: Lang) -> FieldView {
    let t = |zh, en| lang.pick(zh, en);
    FieldView::text("sign_scope", t("授权签字领域", "May sign for"))
        .hint(t("授权签字人必填：检验方法编号，用分号隔开；全部方法写 *", "For signatories: numbers of methods, separated by semicolons; * for all"))
}

/// A plan line: category, link, street, quarter, batches.
#[must_use]
pub fn plan_line(lang: Lang, filled: &Filled, categories: Vec<Choice>, streets: Vec<Choice>) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    let quarters = [("1", "一季度", "Q1"), ("2", "二季度", "Q2"), ("3", "三季度", "Q3"), ("4", "四季度", "Q4")];
    fill(
        vec![
            FieldView { options: categories, ..FieldView::new(FieldKind::Datalist, "category", t("食品类别", "Food category")) }.required(),
            FieldView::select("link", t("抽样环节", "Link of the chain"), Choice::all::<Link>(lang)).required(),
            FieldView::select("street", t("街道", "Street"), streets).required(),
            FieldView::select("quarter", t("季度", "Quarter"), quarters.iter().map(|(v, zh, en)| Choice::new(*v, t(zh, en))).collect()).required(),
            FieldView::number("batches", t("批次数", "Batches"), t("批次", "batches")).required(),
            FieldView::text("method", t("抽样方法", "Sampling method")).hint(t("下达前须补全以下四项", "These four must be there before the plan is issued")),
            FieldView::text("item_package", t("检验项目（项目包）", "Test items (package)")),
            FieldView::text("basis", t("检验方法和判定依据", "Methods and standards")),
            FieldView::text("reporting", t("报送方式和时限", "Reporting and deadline")),
        ],
        filled,
    )
}

/// A street: code, name, admin.
#[must_use]
pub fn street(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            FieldView::text("code", t("九位代码", "Nine-digit code")).required(),
            FieldView::text("name", t("名称", "Name")).required(),
            FieldView::select("admin", t("管辖主体", "Governed by"), Choice::all::<AdminBody>(lang))
                .required()
                .hint(t("郑东新区管辖的街道不计入本区口径", "Streets governed by Zhengdong are outside the district's scope")),
        ],
        filled,
    )
}

/// A laboratory: name, address, phone, zip, cma.
#[must_use]
pub fn laboratory(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            FieldView::text("name", t("名称", "Name")).required().hint(t("与抽样单上的检验机构名称一致", "As the sampling sheets name it")),
            FieldView::text("address", t("地址", "Address")).required(),
            FieldView::text("phone", t("电话", "Phone")).required(),
            FieldView::text("zip", t("邮政编码", "Postcode")).hint(t("六位数字", "Six digits")),
            FieldView::text("cma", t("资质认定证书编号", "CMA certificate number"))
                .hint(t("只作登记；标志只在提供图样并启用后才印", "A record only; the mark is printed only when its image is supplied and enabled")),
        ],
        filled,
    )
}

/// A population row: year, people, basis, boundary, source.
#[must_use]
pub fn population(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            FieldView::number("year", t("年份", "Year"), "").required(),
            FieldView::number("people", t("人口数", "People"), t("人", "people")).required(),
            FieldView::select("basis", t("人口口径", "Basis"), Choice::all::<PopulationBasis>(lang)).required(),
            FieldView::select("boundary", t("人口范围", "Boundary"), Choice::all::<Boundary>(lang)).required(),
            FieldView::text("source", t("来源", "Source"))
                .required()
                .wide()
                .hint(t("公报名称和网址，随指标一起打印", "Bulletin and address; printed beside the figure")),
        ],
        filled,
    )
}

/// A calendar file: file.
#[must_use]
pub fn calendar(lang: Lang, filled: &Filled) -> Vec<FieldView> {
    let t = |zh, en| lang.pick(zh, en);
    fill(
        vec![
            FieldView::text("source", t("通知文号或网址", "Notice, number or address")).required().wide(),
            FieldView::file("file", t("通知或日历文件（文本、CSV）", "Notice or calendar file (text, CSV)")).wide().hint(t(
                "通知全文，或每行一天、一段：2027年2月5日至7日放假；2027-02-14,上班",
                "The text of the notice, or a day or a stretch a line: 2027-02-05,OFF; 2027-02-14,WORK",
            )),
            FieldView::area("days", t("或直接粘贴", "Or paste it")).hint(t(
                "整段粘贴放假通知即可；先试运行，逐行列出读到的日子。上传了文件时不读这里",
                "The whole notice will do; the dry run lists what was read, line by line. Not read when a file is uploaded",
            )),
        ],
        filled,
    )
}

/// The reason that returning, withdrawing, amending and cancelling ask for: reason.
#[must_use]
pub fn reason(lang: Lang, filled: &Filled, hint: &str) -> Vec<FieldView> {
    fill(vec![FieldView::area("reason", lang.pick("理由", "Reason")).required().hint(hint)], filled)
}
