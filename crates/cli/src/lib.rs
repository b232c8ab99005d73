//! 命令行 the one binary. Names of commands and flags are fixed: scripts and checks call them.

pub mod code;
pub mod config;
mod exchange;
mod facts;
mod figures_export;
mod front;
mod keep;
mod kpi;
mod lines;
mod nightly;
mod paper;
mod place;
pub mod print;
mod private;
mod regions;
mod register;
pub mod run;

pub use config::{Cli, Command};
