//! Fictional people, one or more of every duty, two laboratories, two points.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use argon2::{Argon2, PasswordHasher};
use shiyan_foundation::ids::{LabId, PointId, UserId};
use shiyan_foundation::{Role, Scope};
use shiyan_rapid_test::Point;
use shiyan_store::records::UserAccount;
use uuid::Uuid;

/// The password of everybody.
pub const PASSWORD: &str = "a-long-test-password";
/// Hashed once: it costs what a login costs.
static HASH: LazyLock<String> = LazyLock::new(|| Argon2::default().hash_password(PASSWORD.as_bytes()).unwrap().to_string());

/// An account with these duties.
#[must_use]
pub fn person(username: &str, name: &str, roles: &[Role], scope: Scope) -> UserAccount {
    UserAccount {
        id: UserId(Uuid::now_v7()),
        username: username.into(),
        name: name.into(),
        password_hash: HASH.clone(),
        roles: roles.iter().copied().collect(),
        scope,
        sign_scope: if roles.contains(&Role::Signatory) { vec!["*".into()] } else { Vec::new() },
        active: true,
        must_change: false,
        demo: false,
        revision: 0,
        second: None,
    }
}

/// 文化路街道, governed by the district, where the batch of the tests is taken.
pub const STREET: &str = "410105008";
/// Another governed street.
pub const OTHER_STREET: &str = "410105001";

macro_rules! people {
    ($($field:ident = $name:literal, [$($role:ident),+], $scope:expr;)+) => {
        /// Everybody.
        #[derive(Debug, Clone)]
        pub struct People {
            $(pub $field: UserAccount,)+
            pub lab: LabId,
            pub other_lab: LabId,
            pub point: PointId,
            pub other_point: PointId,
        }
        impl People {
            /// New people with new ids.
            #[must_use]
            pub fn fictional() -> Self {
                let places = Places { lab: LabId(Uuid::now_v7()), other_lab: LabId(Uuid::now_v7()), point: PointId(Uuid::now_v7()), other_point: PointId(Uuid::now_v7()) };
                People {
                    $($field: person(&stringify!($field).replace('_', "-"), $name, &[$(Role::$role),+], { let f: fn(&Places) -> Scope = $scope; f(&places) }),)+
                    lab: places.lab,
                    other_lab: places.other_lab,
                    point: places.point,
                    other_point: places.other_point,
                }
            }
            /// All accounts.
            #[must_use]
            pub fn all(&self) -> Vec<UserAccount> {
                vec![$(self.$field.clone()),+]
            }
        }
    };
}

struct Places {
    lab: LabId,
    other_lab: LabId,
    point: PointId,
    other_point: PointId,
}

fn street(code: &str) -> Scope {
    Scope::Streets(BTreeSet::from([code.to_owned()]))
}

people! {
    planner = "计划甲", [PlanManager], |_| Scope::District;
    sampler = "抽样甲", [Sampler], |_| Scope::District;
    sampler2 = "抽样乙", [Sampler], |_| Scope::District;
    sampler_analyst = "抽检丙", [Sampler, Analyst], |_| Scope::District;
    keeper = "收样甲", [SampleKeeper], |_| Scope::District;
    analyst = "检验甲", [Analyst], |p| Scope::Lab(p.lab);
    other_analyst = "检验乙", [Analyst], |p| Scope::Lab(p.other_lab);
    checker = "校核甲", [Checker], |p| Scope::Lab(p.lab);
    reviewer = "审核甲", [Reviewer], |p| Scope::Lab(p.lab);
    signatory = "签字甲", [Signatory], |p| Scope::Lab(p.lab);
    all_hands = "多面手", [Analyst, Checker, Reviewer, Signatory], |_| Scope::District;
    quality = "质量甲", [QualityManager], |_| Scope::District;
    sender = "发送甲", [ReportSender], |p| Scope::Lab(p.lab);
    enforcer = "执法甲", [Enforcer], |_| street(STREET);
    other_enforcer = "执法乙", [Enforcer], |_| street(OTHER_STREET);
    chief = "所长甲", [Enforcer, Supervisor], |_| Scope::District;
    operator = "快检甲", [PointOperator], |p| Scope::Point(p.point);
    other_operator = "快检乙", [PointOperator], |p| Scope::Point(p.other_point);
    market = "市场甲", [MarketOpener], |p| Scope::Point(p.point);
    supervisor = "监督甲", [Supervisor], |_| Scope::District;
    admin = "管理甲", [Admin], |_| Scope::District;
}

impl People {
    /// Two points, each in its street.
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        [(self.point, "虚构快检室一", STREET), (self.other_point, "虚构快检室二", OTHER_STREET)]
            .map(|(id, name, street)| Point {
                id,
                name: name.into(),
                street: street.into(),
                market: "虚构农贸市场".into(),
                active: true,
                photo_required: true,
                planned_per_quarter: 360,
                demo: false,
            })
            .to_vec()
    }
}
