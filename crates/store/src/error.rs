//! What can come back instead of an answer.

use shiyan_foundation::Refusal;
use shiyan_lab_results::order::code as order_code;

use crate::code;
use crate::health::{Sort, sort_of};
use crate::once::First;

/// Not an answer.
#[derive(Debug)]
pub enum Error {
    /// 拒绝 with all reasons.
    Refused(Vec<Refusal>),
    /// Nothing there that this person may see.
    NotFound,
    /// 不可用 a database or a file that cannot be worked with: the machine's, not the user's, but with words for whoever runs it.
    Unusable(Refusal),
    /// 暂停 the disk, the server or the clock fails: nothing was decided, and the same may be asked again. Answered 503 with a time.
    Away(Refusal),
    /// 已做过 the same request was carried out before: this is what was answered first.
    Again(First),
    /// 故障 the machine's, not the user's; the text goes to the log, never to the page.
    Fault(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Refused(why) => {
                for (index, refusal) in why.iter().enumerate() {
                    if index > 0 {
                        writeln!(f)?;
                    }
                    write!(f, "{refusal}")?;
                }
                Ok(())
            }
            Error::NotFound => f.write_str("没有找到 / not found"),
            Error::Unusable(why) | Error::Away(why) => why.fmt(f),
            Error::Again(_) => f.write_str("先前已做过 / carried out before"),
            Error::Fault(text) => write!(f, "系统故障 / fault: {text}"),
        }
    }
}
impl std::error::Error for Error {}

/// 已被他人修改 the revision that was seen is no longer the one that stands.
#[must_use]
pub fn lost_race(seen: i64, now: i64) -> Refusal {
    Refusal::new(order_code::LOST_RACE).with("seen", seen).with("now", now)
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(vec![refusal])
    }
}
impl From<Vec<Refusal>> for Error {
    fn from(why: Vec<Refusal>) -> Self {
        Error::Refused(why)
    }
}
impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match sort_of(&error) {
            Sort::Ours => Error::Fault(error.to_string()),
            Sort::Busy => Error::Away(Refusal::new(code::BUSY)),
            Sort::Away => Error::Away(Refusal::new(code::AWAY)),
            Sort::Damaged => Error::Away(Refusal::new(code::DAMAGED).with("detail", error)),
        }
    }
}
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Fault(format!("stored record unreadable: {error}"))
    }
}
