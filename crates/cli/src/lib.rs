//! 命令行 the one binary. Names of commands and flags are fixed: scripts and checks call them.

pub mod config;
pub mod print;
pub mod run;

pub use config::{Cli, Command};
