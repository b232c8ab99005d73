//! 上传方言 what devices and vendors' programs post or hand over as a file, one file each: bytes to records as sent, and the answer in the shape that those
//! clients understand. A dialect decides nothing: what becomes of a record is told to it as an [`Outcome`].

pub mod declared;
pub mod json;
pub mod market_2018;
pub mod query;
pub mod station_2018;
pub mod suzhou;
pub mod table;
pub mod xml;

use chrono::NaiveDateTime;
use shiyan_foundation::Refusal;
use shiyan_foundation::ids::DeviceId;
use shiyan_rapid_test::accept::{Decision, Item, Status, id_of};
use shiyan_rapid_test::{Sent, code};

use json::Bounds;

/// 上限 of one posted message.
pub const POSTED: Bounds = Bounds { bytes: 1 << 20, depth: 12, members: 50_000 };
/// The most records of one posted message.
pub const MOST_RECORDS: usize = 500;

/// 读不成的记录 a record that is there and cannot be read; the rest of the message is not held up by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Why.
    pub refusal: Refusal,
    /// What it said, to be kept.
    pub raw: String,
}

/// 一次送来的内容 in the order of the message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parcel {
    /// Records, or why one is none.
    pub records: Vec<Result<Sent, Unread>>,
    /// The token that the sender shows; never stored with a record.
    pub token: String,
}

impl Parcel {
    /// The records that were read.
    pub fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.records.iter().filter_map(|r| r.as_ref().ok())
    }
}

/// 处理结果 what became of one record, as the acceptance decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, now or before: both are success.
    Stored,
    /// The number is known with other content; the new one is held for a person.
    Conflict,
    /// No record; why.
    Rejected(Refusal),
}

impl From<&Decision> for Outcome {
    fn from(decision: &Decision) -> Self {
        match decision.status {
            Status::Accepted | Status::Duplicate | Status::Quarantined => Self::Stored,
            Status::Conflict => Self::Conflict,
            Status::Rejected => Self::Rejected(decision.reasons.first().cloned().unwrap_or_else(|| Refusal::new(code::SENT_EMPTY))),
        }
    }
}

/// 应答 bytes for the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub content_type: &'static str,
    /// Body.
    pub body: Vec<u8>,
}

/// 上传方言
pub trait Dialect {
    /// 代码 as it is written on the command line.
    fn key(&self) -> &str;
    /// Reads one message.
    ///
    /// # Errors
    /// The message as a whole is none; its bytes are to be kept.
    fn read(&self, bytes: &[u8]) -> Result<Parcel, Refusal>;
    /// Answers a message whose records were decided, in their order.
    fn answer(&self, outcomes: &[Outcome], now: NaiveDateTime) -> Answer;
    /// Answers a message that could not be read, or whose token is not valid.
    fn refuse(&self, refusal: &Refusal, now: NaiveDateTime) -> Answer;
    /// 逐条 the messages of a log file, for replaying it; a file that is one message is one.
    fn messages<'b>(&self, file: &'b [u8]) -> Vec<&'b [u8]> {
        vec![file]
    }
    /// 每次重发换编号 clients of this dialect make up a new number for each try, so that equal measurements are probably one.
    fn renumbers(&self) -> bool {
        false
    }
    /// 编号属于仪器 the sender's numbers belong to its device; else to the whole interface.
    fn per_device(&self) -> bool {
        true
    }
    /// 批量项 of a parcel from one source: the id is made of the sender's own number, so that sending again is the same item.
    fn items(&self, parcel: &Parcel, source: DeviceId) -> Vec<Result<Item, Refusal>> {
        let one = |sent: &Sent| Item {
            id: id_of(self.key(), self.per_device(), sent),
            source,
            seq: None,
            claimed: None,
            made_at: None,
            supersedes: None,
            sent: sent.clone(),
        };
        parcel.records.iter().map(|r| r.as_ref().map(one).map_err(|unread| unread.refusal.clone())).collect()
    }
}

/// The lines of a log with one message each.
pub(crate) fn lines(file: &[u8]) -> Vec<&[u8]> {
    file.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.is_empty()).collect()
}

/// 服务器应答的含义 what an answer tells us when we are the client that posts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Done.
    Accepted,
    /// The number is known there: equal to what we sent is done, else a person decides. Never a new number.
    Known,
    /// Sign in again, then the same bytes.
    SignIn,
    /// Stored or not is open: the same bytes again.
    Unknown,
    /// A fault of the record or of the account: a person; not again by itself.
    Rejected,
    /// The same bytes again, a few times with growing pauses.
    Retry,
}

/// The dialects with a fixed shape, by their keys.
#[must_use]
pub fn dialects() -> Vec<Box<dyn Dialect>> {
    vec![Box::new(market_2018::Market2018), Box::new(station_2018::Station2018), Box::new(suzhou::Suzhou)]
}
