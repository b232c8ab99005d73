//! shiyan-testkit

pub mod pg;
