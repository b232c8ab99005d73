//! 快检仪器接入 what analysers and vendors' programs send, as bytes, to records as sent, and the answers that they understand, as bytes. `wire` reads what comes
//! over a cable, `upload` what is posted or handed over as a file. No port, no socket, no clock: bytes in, values out. How to add a dialect: `README.md`.

pub mod upload;
pub mod wire;

pub use upload::{Answer, Dialect, Outcome, Parcel, Unread};
pub use wire::{Control, Direction, Event, Fault, Port, Protocol, Step};

/// The guide is compiled and run as it stands.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Guide;
