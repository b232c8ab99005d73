//! The SeaORM entities, one a table, private to this crate.

use sea_orm::entity::prelude::*;

macro_rules! entity {
    ($module:ident, $table:literal, { $($field:ident : $ty:ty),+ $(,)? }) => {
        pub mod $module {
            use super::*;
            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: String,
                pub revision: i64,
                $(pub $field: $ty,)+
                pub detail: String,
                pub content_hash: String,
            }
            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}
            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity!(user_account, "user_account", { username: String, name: String, active: bool, demo: bool });
entity!(street, "street", { name: String, admin: String });
entity!(population, "population", { year: i64, people: i64 });
entity!(worksheet, "worksheet", { no: String, method: String, lab: String, state: String, analyst: Option<String>, due_on: String, demo: bool });
entity!(worksheet_template, "worksheet_template", { method: String, demo: bool });
entity!(instrument, "instrument", { no: String, active: bool, demo: bool });
entity!(instrument_profile, "instrument_profile", { key: String, version: i64, state: String });
entity!(laboratory, "laboratory", { name: String, demo: bool });
pub mod setting {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
    #[sea_orm(table_name = "setting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub revision: i64,
        pub detail: String,
        pub content_hash: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod calendar_year {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
    #[sea_orm(table_name = "calendar_year")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub revision: i64,
        pub detail: String,
        pub content_hash: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
entity!(limit_row, "limit_row", { analyte: String, category: String, status: String, effective_from: String });
entity!(item_package, "item_package", { category: String, demo: bool });
entity!(plan, "plan", { year: i64, state: String, demo: bool });
entity!(sample, "sample", {
    sampling_no: Option<String>, state: String, kind: String, level: String, department: String, link: String, place: String, class: String, category: String,
    street: String, area_kind: String, online: bool, temporary: bool, name: String, site_name: String, lab: String, sampled_on: String, received_on: Option<String>,
    sampler_a: String, sampler_b: String, created_by: String, operator_id: Option<String>, producer_id: Option<String>, market_id: Option<String>,
    stall_id: Option<String>, demo: bool,
});
entity!(test_order, "test_order", {
    sample_id: String, state: String, outcome: Option<String>, concluded_on: Option<String>, issued_on: Option<String>, report_due_on: String, sampler_a: String,
    sampler_b: String, main_analyst: Option<String>, checker: Option<String>, reviewer: Option<String>, signatory: Option<String>, demo: bool,
});
entity!(test_item, "test_item", {
    order_id: String, sample_id: String, position: i64, analyte: String, analyte_group: String, method: String, worksheet_id: Option<String>, verdict: Option<String>, analyst: Option<String>,
    lab: String, category: String, value: String, demo: bool,
});
entity!(test_report, "test_report", {
    order_id: String, sample_id: String, number: String, amendment: i64, issued_on: String, verify_code: String, pdf_sha256: Option<String>, demo: bool,
});
entity!(paper, "paper", {
    kind: String, subject: String, word: Option<String>, year: i64, number: Option<i64>, issue: Option<i64>, dated: String, state: String, demo: bool,
});
entity!(case_file, "case_file", {
    no: String, part: String, sample_id: String, order_id: String, sampling_no: String, product: String, operator: String, street: String, state: String,
    opened_on: String, closed_on: Option<String>, evidenced: bool, handler: Option<String>, approver: Option<String>, demo: bool,
});
entity!(clock, "clock", {
    subject: String, rule: String, started_on: String, due_on: String, stopped_on: Option<String>, cancelled: bool, provisional: bool, demo: bool,
});
entity!(rapid_point, "rapid_point", { name: String, street: String, active: bool, demo: bool });
entity!(rapid_reading, "rapid_reading", {
    point_id: String, street: String, day: String, tested_at: String, stall: String, food: String, analyte: String, method: String, verdict: String,
    retest_of: Option<String>, stall_id: Option<String>, demo: bool,
});
entity!(operator, "operator", {
    name: String, plain: String, credit_code: Option<String>, permit_no: String, street: String, standing: String, into_id: Option<String>, demo: bool,
});
entity!(producer, "producer", {
    name: String, plain: String, credit_code: Option<String>, permit_no: String, region: String, standing: String, into_id: Option<String>, demo: bool,
});
entity!(market, "market", { name: String, plain: String, street: String, standing: String, demo: bool });
entity!(stall, "stall", { market_id: String, number: String, operator_id: Option<String>, standing: String, demo: bool });
entity!(follow_up, "follow_up", { point_id: String, state: String, told_on: String, settled_at: Option<String>, sample_id: Option<String>, demo: bool });
entity!(published_result, "published_result", {
    run_id: String, row_no: i64, product: String, category: String, producer: String, verdict: String, issuer: String, published_on: String,
});
entity!(import_run, "import_run", { kind: String, file_name: String, file_sha256: String, at: String, row_count: i64, new_count: i64 });

pub mod journal {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
    #[sea_orm(table_name = "journal")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub at: String,
        pub actor: String,
        pub actor_name: String,
        pub verb: String,
        pub subject: String,
        pub revision: i64,
        pub content_hash: String,
        pub facts: String,
        pub demo: bool,
        pub prev_hash: String,
        pub hash: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod blob {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
    #[sea_orm(table_name = "blob")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sha256: String,
        pub media_type: String,
        pub size: i64,
        pub bytes: Vec<u8>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod login_session {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "login_session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub user_id: String,
        pub csrf: String,
        pub created_at: String,
        pub seen_at: String,
        pub expires_at: String,
        pub address: String,
        /// The journal entry that vouches for it.
        pub entry: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod login_guard {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "login_guard")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub failures: i64,
        pub last_at: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod setup_token {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "setup_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub expires_at: String,
        pub used_at: Option<String>,
        pub purpose: String,
        pub user_id: String,
        /// The journal entry that vouches for it.
        pub entry: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod upload_day {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "upload_day")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub bytes: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod kept_upload {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept_upload")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub owner: String,
        pub purpose: String,
        pub said: String,
        pub name: String,
        pub bytes: Vec<u8>,
        pub kept_at: String,
        pub expires_at: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod act_key {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
    #[sea_orm(table_name = "act_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub content: String,
        pub at: String,
        pub subject: String,
        pub answer: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod job {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub owner: String,
        pub kind: String,
        pub plan: String,
        pub started_at: String,
        pub finished_at: Option<String>,
        pub stopping: bool,
        pub server: String,
        pub alive_at: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod job_line {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub job: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i64,
        pub line: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
pub mod changed {
    use super::*;
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
    #[sea_orm(table_name = "changed")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic: String,
        pub seq: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
