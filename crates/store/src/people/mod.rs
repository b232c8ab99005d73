//! 账号、登录 accounts, logins, tries and tokens.

pub mod accounts;
pub(crate) mod records;
