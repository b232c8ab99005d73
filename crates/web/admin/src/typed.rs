//! 管理的表单 what is typed on the pages of administration, in its shape, and as the commands of the application.

use std::collections::BTreeSet;

use shiyan_app::bounds::TypedBounds;
use shiyan_app::district::TypedDistrict;
use shiyan_app::people::NewUser;
use shiyan_app::rapid::TypedPoint;
use shiyan_app::reference::{TypedLaboratory, TypedPopulation, TypedStreet};
use shiyan_foundation::{Refusal, Role, Scope};
use shiyan_web_kit::posted::Posted;
use shiyan_web_kit::shape::{Shape, bounded};
use shiyan_web_kit::shapes;

shapes! {
    /// 新账号 as typed.
    pub(crate) AccountForm {
        username: 64 "账号" / "username",
        name: 40 "姓名" / "name",
        scope: 100 "数据范围" / "scope",
        sign_scope: 500 "授权签字领域" / "scope of signing",
    }
    /// 用量上限 as typed.
    pub(crate) BoundsForm {
        upload_mb: 20 "每人每天上传量" / "upload a person a day",
        readings_minute: 20 "每点每分钟读数" / "readings a point a minute",
    }
    /// 街道 as typed.
    pub(crate) StreetForm { code: 20 "九位代码" / "nine-digit code", name: 40 "名称" / "name", admin: 40 "管辖主体" / "governed by" }
    /// 人口行 as typed.
    pub(crate) PopulationForm {
        year: 20 "年份" / "year",
        people: 20 "人数" / "people",
        basis: 200 "口径" / "basis",
        boundary: 200 "边界" / "boundary",
        source: 500 "来源" / "source",
    }
    /// 选用 a row by its id.
    pub(crate) ChosenForm { id: 64 "人口行" / "row" }
    /// 承检机构 as typed.
    pub(crate) LaboratoryForm {
        name: 100 "名称" / "name",
        address: 200 "地址" / "address",
        phone: 60 "电话" / "telephone",
        zip: 20 "邮编" / "postcode",
        cma: 60 "资质认定证书编号" / "CMA certificate",
    }
    /// 登录要求 as chosen.
    pub(crate) SignInForm { second: 20 "动态口令" / "second factor" }
    /// 本区名称 as typed.
    pub(crate) DistrictForm {
        name: 200 "区名全称" / "full name of the district",
        name_en: 200 "区名全称（英文）" / "full name of the district in English",
        short: 200 "区名简称" / "short name of the district",
        short_en: 200 "区名简称（英文）" / "short name of the district in English",
        body: 200 "单位名称" / "name of the office",
        body_en: 200 "单位名称（英文）" / "name of the office in English",
    }
    /// 限量的一步 as chosen.
    pub(crate) TurnForm { action: 20 "操作" / "action" }
    /// 放假安排 as typed.
    pub(crate) CalendarForm { source: 500 "通知" / "notice", word: 500 "理由" / "why" }
    /// 快检点 as typed.
    pub(crate) PointForm { name: 60 "快检点名称" / "name of the point", street: 20 "街道" / "street", market: 60 "市场" / "market" }
}

/// 账号一行 declares forms of the row of an account: each field is named after it, `name-market`.
macro_rules! rows {
    ($($(#[$doc:meta])* $vis:vis $name:ident { $($field:ident : $most:literal $zh:literal / $en:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        $vis struct $name {
            username: String,
            $($vis $field: String),+
        }
        impl Shape for $name {
            fn read(form: &Posted, username: &str) -> Self {
                Self { username: username.to_owned(), $($field: form.get(&format!("{}-{username}", stringify!($field))).to_owned()),+ }
            }
            fn too_long(&self) -> Vec<Refusal> {
                [$(bounded($most, [(format!("{}-{}", stringify!($field), self.username).as_str(), ($zh, $en), self.$field.as_str())])),+].concat()
            }
        }
    )+};
}

rows! {
    /// 改姓名 as typed.
    pub(crate) NameForm { name: 500 "姓名" / "name" }
    /// 授权签字领域 as typed.
    pub(crate) SignScopeForm { sign_scope: 500 "授权签字领域" / "scope of signing" }
    /// 角色和数据范围 as chosen.
    pub(crate) DutiesForm { scope: 100 "数据范围" / "scope", methods: 500 "授权方法" / "methods" }
}

impl AccountForm {
    pub(crate) fn into_user(self, roles: BTreeSet<Role>, scope: Scope) -> NewUser {
        let Self { username, name, sign_scope, .. } = self;
        NewUser { username, name, password: String::new(), sign_scope: vec![sign_scope], roles, scope, must_change: false, demo: false }
    }
}

impl From<LaboratoryForm> for TypedLaboratory {
    fn from(form: LaboratoryForm) -> Self {
        let LaboratoryForm { name, address, phone, zip, cma } = form;
        Self { name, address, phone, zip, cma }
    }
}

impl From<BoundsForm> for TypedBounds {
    fn from(BoundsForm { upload_mb, readings_minute }: BoundsForm) -> Self {
        Self { upload_mb, readings_minute }
    }
}

impl From<StreetForm> for TypedStreet {
    fn from(StreetForm { code, name, admin }: StreetForm) -> Self {
        Self { code, name, admin }
    }
}

impl From<PopulationForm> for TypedPopulation {
    fn from(form: PopulationForm) -> Self {
        let PopulationForm { year, people, basis, boundary, source } = form;
        Self { year, people, basis, boundary, source }
    }
}

impl From<PointForm> for TypedPoint {
    fn from(PointForm { name, street, market }: PointForm) -> Self {
        Self { name, street, market }
    }
}

impl From<DistrictForm> for TypedDistrict {
    fn from(form: DistrictForm) -> Self {
        let DistrictForm { name, name_en, short, short_en, body, body_en } = form;
        Self { name: (name, name_en), short: (short, short_en), body: (body, body_en) }
    }
}
