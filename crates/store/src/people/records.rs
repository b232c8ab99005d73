//! 账号 accounts as they are kept.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Actor, Role, Scope};

use crate::entity as e;
use crate::record::{Record, Row, record};

/// 账号
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAccount {
    /// Id.
    pub id: UserId,
    /// 登录名
    pub username: String,
    /// 姓名
    pub name: String,
    /// argon2id hash in PHC form.
    pub password_hash: String,
    /// 角色
    pub roles: BTreeSet<Role>,
    /// 数据范围
    pub scope: Scope,
    /// 授权签字范围: words that a method must contain; `*` is any.
    pub sign_scope: Vec<String>,
    /// 启用
    pub active: bool,
    /// Must choose a new password at the next login.
    pub must_change: bool,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
    /// 动态口令
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondFactor>,
}

/// 动态口令 the second factor of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Secret in base 32, as the phone holds it.
    pub secret: String,
    /// A first code proved that the phone has it; until then nothing is asked for.
    pub confirmed: bool,
    /// Step of the last code used: it and those before it are spent.
    pub last_step: i64,
    /// 恢复码 hashes of those not used yet.
    pub recovery: BTreeSet<String>,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

impl UserAccount {
    /// The second factor in use.
    #[must_use]
    pub fn second_factor(&self) -> Option<&SecondFactor> {
        self.second.as_ref().filter(|s| s.confirmed)
    }
    /// The person as the domain knows them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { id: self.id, name: self.name.clone(), roles: self.roles.clone(), scope: self.scope.clone() }
    }
}

record!(UserAccount, user_account, "user", key |u| u.id.to_string(), revision |u| u.revision, demo |u| u.demo, row |r| {
    username: r.username.clone(), name: r.name.clone(), active: r.active, demo: r.demo,
});
