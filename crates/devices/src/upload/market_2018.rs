//! 市场 SOAP 2018: what market analysers sent by the Suzhou interface in 2018, as its log keeps it, one upload a line (`{"marketCode", "records": [{…}], …}`). A
//! line that is XML is read as the interface itself. One code came up to nine times, sometimes with other content.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use shiyan_foundation::Refusal;
use shiyan_rapid_test::code;

use super::json::{self, Json};
use super::suzhou::{self, Suzhou};
use super::{Answer, Dialect, MOST_RECORDS, Outcome, POSTED, Parcel, Unread, lines};

/// 市场上传 2018.
#[derive(Debug, Clone, Copy)]
pub struct Market2018;

impl Dialect for Market2018 {
    fn key(&self) -> &str {
        "market-2018"
    }
    fn read(&self, bytes: &[u8]) -> Result<Parcel, Refusal> {
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Suzhou.read(bytes);
        }
        let line = json::read(bytes, &POSTED)?;
        let broken = || Refusal::new(code::SENT_BROKEN).with("format", "JSON").with("detail", "records");
        let Some(Json::Array(records)) = line.get("records") else { return Err(broken()) };
        if records.len() > MOST_RECORDS {
            return Err(Refusal::new(code::SENT_MANY).with("limit", MOST_RECORDS));
        }
        let mut head = BTreeMap::new();
        for name in ["marketCode", "marketName", "client", "sent_day", "sent_at"] {
            if let Some(text) = line.get(name).and_then(Json::text) {
                head.insert(name.to_owned(), text);
            }
        }
        let one = |row: &Json| {
            let unread = || Unread { refusal: broken(), raw: format!("{row:?}") };
            let Json::Object(members) = row else { return Err(unread()) };
            let fields: Option<BTreeMap<String, String>> = members.iter().map(|(k, v)| Some((k.clone(), v.text()?))).collect();
            suzhou::record(fields.ok_or_else(unread)?, &head)
        };
        Ok(Parcel { records: records.iter().map(one).collect(), token: String::new() })
    }
    fn per_device(&self) -> bool {
        false
    }
    fn answer(&self, outcomes: &[Outcome], now: NaiveDateTime) -> Answer {
        Suzhou.answer(outcomes, now)
    }
    fn refuse(&self, refusal: &Refusal, now: NaiveDateTime) -> Answer {
        Suzhou.refuse(refusal, now)
    }
    fn messages<'b>(&self, file: &'b [u8]) -> Vec<&'b [u8]> {
        if file.trim_ascii_start().starts_with(b"{") { lines(file) } else { vec![file] }
    }
}
