//! 登录、首次设置、我的、错误、条文说明 pages about the account and about refusals.

use askama::Template;

use shiyan_web_kit::ui::Svg;

use super::{FactGroup, FieldView, Page, Table};

/// 登录
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct Login {
    /// Shell.
    pub p: Page,
    /// What was typed.
    pub username: String,
    /// Where to go afterwards.
    pub next: String,
    /// A form that waits for the sign-in, packed.
    pub kept: String,
    /// Demonstration accounts, shown only with demonstration data: account, duty.
    pub demo_accounts: Vec<(String, String)>,
    /// Password of the demonstration accounts.
    pub demo_password: String,
}

/// 验证码 after the password, the code of the phone.
#[derive(Debug, Template)]
#[template(path = "login_code.html")]
pub struct LoginCode {
    /// Shell.
    pub p: Page,
    /// Where to go afterwards.
    pub next: String,
    /// A form that waits for the sign-in, packed.
    pub kept: String,
    /// Minutes there are for it.
    pub minutes: i64,
}

/// 设置密码 by a one-time link.
#[derive(Debug, Template)]
#[template(path = "set_password.html")]
pub struct SetPassword {
    /// Shell.
    pub p: Page,
    /// Where the form posts to, with the token.
    pub action: String,
    /// Whose password.
    pub username: String,
    /// Fields ([`super::forms::set_password`]).
    pub fields: Vec<FieldView>,
}

/// 动态口令 of one's own account.
#[derive(Debug, Template)]
#[template(path = "second.html")]
pub struct SecondPage {
    /// Shell.
    pub p: Page,
    /// In use.
    pub on: bool,
    /// Demanded of these duties.
    pub required: bool,
    /// Recovery codes not used yet.
    pub left: u64,
    /// The code to be scanned, while an enrolment is under way.
    pub qr: Option<Svg>,
    /// The same as text.
    pub secret: String,
    /// Recovery codes, shown once.
    pub codes: Vec<String>,
}

/// 首次设置 by a one-time link.
#[derive(Debug, Template)]
#[template(path = "setup.html")]
pub struct Setup {
    /// Shell.
    pub p: Page,
    /// Where the form posts to, with the token.
    pub action: String,
    /// Minutes the link still works.
    pub minutes_left: i64,
    /// Fields ([`super::forms::setup`]).
    pub fields: Vec<FieldView>,
}

/// 修改密码
#[derive(Debug, Template)]
#[template(path = "password.html")]
pub struct ChangePassword {
    /// Shell.
    pub p: Page,
    /// The password was set by somebody else and must be changed now.
    pub forced: bool,
    /// Fields ([`super::forms::password`]).
    pub fields: Vec<FieldView>,
}

/// 我的 / 菜单: the person, the switches, and on a phone the whole menu.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct Me {
    /// Shell.
    pub p: Page,
    /// Duties, scope, second factor.
    pub facts: FactGroup,
    /// Logins that are open.
    pub logins: Table,
    /// Some of them are elsewhere.
    pub others: bool,
}

#[cfg(test)]
mod tests {
    use shiyan_foundation::Lang;

    use super::*;

    #[test]
    fn what_was_typed_comes_back_escaped() {
        let mut page = Page::public(Lang::Zh, "<x>");
        page.csrf = "token".into();
        let html = askama::Template::render(&Login {
            p: page,
            username: "\"><script>".into(),
            kept: String::new(),
            next: String::new(),
            demo_accounts: Vec::new(),
            demo_password: String::new(),
        });
        let html = html.unwrap_or_default();
        assert!(html.contains("name=\"csrf\" value=\"token\""), "{html}");
        assert!(!html.contains("\"><script>"), "{html}");
    }
}
