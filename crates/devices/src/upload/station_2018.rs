//! 检测站 JSON 2018 (rapid-devices 7.3): one object a result, 44 keys. A line of a log holds it as text in `payload_raw`. Clients of this dialect made up a new id
//! for each try, so that equal measurements under other ids are probably one.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use shiyan_foundation::{Lang, Refusal};
use shiyan_rapid_test::{Doubt, Machine, Named, Sent, SentTime, code, screen};

use super::json::{self, Json, quoted};
use super::{Answer, Dialect, MOST_RECORDS, Outcome, POSTED, Parcel, Reply, Unread, lines};

/// 检测站上传 2018.
#[derive(Debug, Clone, Copy)]
pub struct Station2018;

/// Of this try of sending it, not of the measurement.
const ENVELOPE: [&str; 4] = ["uploadDate", "uploadId", "uploadName", "dataSource"];

fn record(row: &Json) -> Result<Sent, Unread> {
    let unread = |refusal: Refusal| Unread { refusal, raw: format!("{row:?}") };
    let broken = || unread(Refusal::new(code::SENT_BROKEN).with("format", "JSON").with("detail", "object"));
    let Json::Object(members) = row else { return Err(broken()) };
    let mut fields: BTreeMap<String, String> = members.iter().map(|(k, v)| Some((k.clone(), v.text()?))).collect::<Option<_>>().ok_or_else(broken)?;
    for name in ["id", "checkDate"] {
        if fields.get(name).is_none_or(|t| t.trim().is_empty()) {
            return Err(unread(Refusal::new(code::SENT_FIELD).with("field", name).on(name)));
        }
    }
    fields.remove("userToken");
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let mut sent = Sent {
        record_no: take("id"),
        device: Machine { maker: take("deviceCompany"), model: take("deviceName"), serial: take("deviceId") },
        site: Named { code: take("pointId"), name: take("pointName") },
        stall: take("regUserName"),
        holder: take("regName"),
        food: Named { code: take("foodId"), name: take("foodName") },
        item: Named { code: take("itemId"), name: take("itemName") },
        sample_no: take("checkCode"),
        method: take("checkAccord"),
        value: take("checkResult"),
        unit: take("checkUnit"),
        limit: take("limitValue"),
        word: take("conclusion"),
        tested_text: take("checkDate"),
        operator: take("checkUsername"),
        ..Sent::default()
    };
    for name in ENVELOPE {
        let text = take(name);
        if !text.is_empty() {
            sent.envelope.insert(name.into(), text);
        }
    }
    sent.rest.extend(fields.into_iter().filter(|(_, text)| !text.is_empty()));
    // this interface speaks in words; a sign in their place is not known
    let word = |text: &str| screen::word(text).filter(|_| !matches!(text.trim(), "-" | "+" | "－" | "＋"));
    sent.said = word(&sent.word);
    // the result is a number or a word; a word beside the conclusion has to agree with it
    if screen::number(&sent.value).is_none() && !sent.value.trim().is_empty() {
        let text = std::mem::take(&mut sent.value);
        sent.said_too = word(&text);
        if sent.said_too.is_some() {
            sent.doubts.insert(Doubt::ValueIsWord);
        } else {
            sent.doubts.insert(Doubt::UnknownWord);
        }
        sent.rest.insert("checkResult".into(), text);
    }
    if sent.said.is_none() && !sent.word.trim().is_empty() {
        sent.doubts.insert(Doubt::UnknownWord);
    }
    sent.tested = SentTime::read(&sent.tested_text);
    if sent.tested.is_none() {
        sent.doubts.insert(Doubt::BadTime);
    }
    Ok(sent)
}

fn answer(good: bool, message: &str, code: &str) -> Answer {
    let body = format!("{{\"success\":{good},\"msg\":{},\"obj\":\"\",\"attributes\":\"\",\"resultCode\":\"{code}\"}}", quoted(message));
    Answer { status: 200, content_type: "application/json; charset=utf-8", body: body.into_bytes() }
}

impl Dialect for Station2018 {
    fn key(&self) -> &str {
        "station-2018"
    }
    fn read(&self, bytes: &[u8]) -> Result<Parcel, Refusal> {
        let mut message = json::read(bytes, &POSTED)?;
        if let Some(Json::Text(inner)) = message.get("payload_raw") {
            message = json::read(inner.as_bytes(), &POSTED)?;
        }
        let token = message.get("userToken").and_then(Json::text).unwrap_or_default();
        let records = match &message {
            Json::Array(rows) if rows.len() > MOST_RECORDS => return Err(Refusal::new(code::SENT_MANY).with("limit", MOST_RECORDS)),
            Json::Array(rows) => rows.iter().map(record).collect(),
            row => vec![record(row)],
        };
        Ok(Parcel { records, token })
    }
    fn per_device(&self) -> bool {
        false
    }
    fn answer(&self, outcomes: &[Outcome], _now: NaiveDateTime) -> Answer {
        match outcomes.iter().find(|o| **o != Outcome::Stored) {
            None => answer(true, "操作成功", "0X00000"),
            Some(Outcome::Rejected(refusal)) if refusal.info == code::SENT_FIELD => {
                answer(false, &format!("参数{}不能为空", refusal.facts.get("field").map_or("", String::as_str)), "0X00001")
            }
            Some(Outcome::Rejected(refusal)) => answer(false, &refusal.what(Lang::Zh), "0X00006"),
            Some(_) => answer(false, "编号已存在且内容不同，已留存待人工核对", "0X00009"),
        }
    }
    fn refuse(&self, refusal: &Refusal, _now: NaiveDateTime) -> Answer {
        let number = if refusal.info == code::SENT_TOKEN { "0X40000" } else { "0X00006" };
        answer(false, &refusal.what(Lang::Zh), number)
    }
    fn messages<'b>(&self, file: &'b [u8]) -> Vec<&'b [u8]> {
        lines(file)
    }
    fn renumbers(&self) -> bool {
        true
    }
}

/// What an answer of such a server means for us. `0X50000` with a detail is a fault of the record; the text of `0X00002` decides, because document and log give
/// it two meanings.
#[must_use]
pub fn reply(text: Option<&str>) -> (Reply, String) {
    let Some(json) = text.and_then(|t| json::read(t.as_bytes(), &POSTED).ok()) else { return (Reply::Unknown, String::new()) };
    let of = |name: &str| json.get(name).and_then(Json::text).unwrap_or_default();
    let (code, said) = (of("resultCode"), of("msg"));
    let meaning = match code.as_str() {
        "0X00000" => Reply::Accepted,
        "0X40000" => Reply::SignIn,
        "0X00002" if said.contains("token") => Reply::SignIn,
        "0X50000" if said.contains([':', '：']) => Reply::Rejected,
        "0X50000" => Reply::Retry,
        "" => Reply::Unknown,
        _ => Reply::Rejected,
    };
    (meaning, code)
}
