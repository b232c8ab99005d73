//! 测试台 what the tests of the whole house share: a fresh database on either engine with fictional people of every duty, a
//! laboratory, a limit in force and a sheet that passes; the walk of one batch step by step; a second connection for whoever
//! goes behind the program's back.
#![allow(clippy::unwrap_used, missing_docs)]

pub mod bench;
mod figures;
pub mod people;
pub mod pg;
pub mod sheet;
pub mod side;
pub mod walk;

pub use bench::{Temp, TestApp, at, day};
pub use people::{PASSWORD, People, person};
pub use shiyan_skip::skipped;
pub use side::Side;
pub use walk::{PNG, codes, reception, upload};

/// `shiyan migrate --grant ROLE`.
pub async fn grant(store: &shiyan_store::Store, role: &str) -> Result<(), String> {
    shiyan_migrations::grant::grant(store.migration_connection(), role).await.map_err(|e| e.to_string())
}
/// Somebody at this machine who types a name and a password.
#[must_use]
pub fn knock<'a>(username: &'a str, password: &'a str) -> shiyan_app::entry::Knock<'a> {
    shiyan_app::entry::Knock::new(username, password, std::net::Ipv4Addr::LOCALHOST.into())
}

/// One test a function and engine: `sqlite::name` always, `postgres::name` on the server of `cargo xtask ci` or `cargo xtask pg`.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::TestApp::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                match $crate::TestApp::postgres().await {
                    Some(t) => super::$name(t).await,
                    None => $crate::skipped(concat!(stringify!($name), " on PostgreSQL"), "no PostgreSQL server (SHIYAN_TEST_PG)"),
                }
            })+
        }
    };
}
