//! 共用 what every room of pages has: who asks, refusals, posted forms, the frame and the parts of a page, jobs, downloads, the server.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod admin;
pub mod again;
pub mod answer;
pub mod api;
pub mod assets;
pub mod bodies;
pub mod carried;
pub mod dry_run;
pub mod failure;
pub mod given;
pub mod guard;
pub mod heavy;
pub mod job_page;
pub mod jobs;
pub mod key;
pub mod metrics;
pub mod packed;
pub mod parts;
pub mod posted;
pub mod server;
pub mod shape;
pub mod site;
#[cfg(feature = "stage")]
pub mod stage;
pub mod streets;
pub mod timeline;
pub mod ui;
pub mod views;
pub mod when;
pub mod words;

pub use failure::Failure;
pub use site::{Site, SiteConfig};
