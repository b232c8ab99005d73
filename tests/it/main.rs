//! The house as a whole, on SQLite and on PostgreSQL: what a user would recognise, and what must never happen.
#![allow(clippy::unwrap_used)]

mod accounts;
mod again;
mod annual;
mod attacks;
mod authority;
mod browser;
mod crawl;
mod demonstration;
mod district;
mod editions;
mod exchange;
mod found;
mod gate;
mod gather;
mod heavy;
mod http;
mod keeping;
mod once;
mod papers;
mod parties;
mod rapid;
mod report;
mod routes;
mod scope;
mod seen;
mod tamper;
mod trial;
mod typed;
mod way;
mod worksheet;
mod world;
mod wrong;
