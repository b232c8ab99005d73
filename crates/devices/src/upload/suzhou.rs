//! 苏州 SOAP V1.6 (rapid-devices 7.1): `saveQuickCheckItemInfo` takes one text that is itself an XML document. What stands in a real log of 2018 decides where the
//! document is silent.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use shiyan_foundation::{Lang, Refusal};
use shiyan_rapid_test::{Doubt, Machine, Named, Said, Sent, SentTime, code, screen};

use super::xml::{self, Element, escaped};
use super::{Answer, Dialect, MOST_RECORDS, Outcome, POSTED, Parcel, Reply, Unread};

/// 苏州快检接口 V1.6.
#[derive(Debug, Clone, Copy)]
pub struct Suzhou;

/// Fields without which nobody knows what was tested, when, with what result and by which device. The document demands more; what was measured is not
/// refused for them.
const NEEDED: [&str; 5] = ["JCCode", "JCSN", "QuickCheckDate", "QuickCheckResult", "SubItemName"];

/// 调用 what a message of this interface asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// 登录
    CheckIn {
        /// Account.
        name: String,
        /// Password as sent (32 digits of MD5 in practice).
        password: String,
    },
    /// 退出
    CheckOut {
        /// Token.
        token: String,
    },
    /// 上传
    Save(Parcel),
    /// Another method: nothing of ours.
    Other(String),
}

/// Reads a message: the document itself, or the envelope around it.
///
/// # Errors
/// It is no whole XML, or too large.
pub fn call(bytes: &[u8]) -> Result<Call, Refusal> {
    let root = document(bytes)?;
    let (method, inner) = match root.find("Body").filter(|_| root.name == "Envelope") {
        None => (String::new(), root),
        Some(body) => {
            let Some(method) = body.inner.first() else { return Err(broken("soap:Body")) };
            let argument = method.inner.first().map_or(method.text.as_str(), |a| a.text.as_str());
            (method.name.clone(), xml::read(argument, &POSTED)?)
        }
    };
    let text = |way: &[&str]| inner.at(way).map_or_else(String::new, |e| e.text.trim().to_owned());
    if inner.name != "webService" {
        return Err(broken(&format!("<{}>", inner.name)));
    }
    Ok(match method.as_str() {
        "checkIn" => Call::CheckIn { name: text(&["request", "name"]), password: text(&["request", "password"]) },
        "checkOut" => Call::CheckOut { token: text(&["request", "tokenNo"]) },
        "" | "saveQuickCheckItemInfo" => Call::Save(parcel(&inner)?),
        other => Call::Other(other.to_owned()),
    })
}

fn broken(detail: &str) -> Refusal {
    Refusal::new(code::SENT_BROKEN).with("format", "XML").with("detail", detail)
}

fn document(bytes: &[u8]) -> Result<Element, Refusal> {
    if bytes.len() > POSTED.bytes {
        return Err(Refusal::new(code::SENT_SIZE).with("size", bytes.len()).with("limit", POSTED.bytes));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Refusal::new(code::SENT_EMPTY));
    }
    let (text, _) = shiyan_exchange::text::decode(bytes, "XML").map_err(|_| broken("UTF-8 / GBK"))?;
    xml::read(&text, &POSTED)
}

fn parcel(root: &Element) -> Result<Parcel, Refusal> {
    let head: BTreeMap<String, String> =
        root.child("head").map_or_else(BTreeMap::new, |h| h.inner.iter().map(|e| (e.name.clone(), e.text.trim().to_owned())).collect());
    let list = root.at(&["request", "dataList"]).ok_or_else(|| broken("dataList"))?;
    if list.inner.is_empty() {
        return Err(Refusal::new(code::SENT_EMPTY));
    }
    if list.inner.len() > MOST_RECORDS {
        return Err(Refusal::new(code::SENT_MANY).with("limit", MOST_RECORDS));
    }
    let one = |item: &Element| {
        let mut fields = BTreeMap::new();
        for field in &item.inner {
            if fields.insert(field.name.clone(), field.text.clone()).is_some() {
                let refusal = Refusal::new(code::SENT_TWICE).with("field", &field.name).on(&field.name);
                return Err(Unread { refusal, raw: format!("{item:?}") });
            }
        }
        record(fields, &head)
    };
    let token = head.get("tokenNo").cloned().unwrap_or_default();
    Ok(Parcel { records: list.inner.iter().map(one).collect(), token })
}

/// 一条记录 out of its fields; the market's log of 2018 has the same.
pub(super) fn record(mut fields: BTreeMap<String, String>, head: &BTreeMap<String, String>) -> Result<Sent, Unread> {
    if let Some(missing) = NEEDED.iter().find(|name| fields.get(**name).is_none_or(|t| t.trim().is_empty())) {
        let raw = fields.iter().map(|(k, v)| format!("{k}={v}\n")).collect();
        return Err(Unread { refusal: Refusal::new(code::SENT_FIELD).with("field", missing).on(*missing), raw });
    }
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let mut sent = Sent {
        record_no: take("JCCode"),
        device: Machine { maker: take("JCManufactor"), model: take("JCModel"), serial: take("JCSN") },
        site: Named { code: take("QuickCheckUnitId"), name: take("QuickCheckUnitName") },
        stall: take("PositionNo"),
        holder: take("Name"),
        food: Named { code: take("SubItemCode"), name: take("SubItemName") },
        item: Named { code: take("QuickCheckSubItemCode"), name: String::new() },
        method: take("QuickCheckResultDependOn"),
        value: take("QuickCheckResultValue"),
        unit: take("QuickCheckResultValueUnit"),
        limit: take("QuickCheckResultValueCKarea"),
        word: take("QuickCheckResult"),
        tested_text: take("QuickCheckDate"),
        operator: take("QuickChecker"),
        ..Sent::default()
    };
    // the number of an identity card is nobody's business here: that it was sent is kept, and how long it was
    let card = take("DABH");
    if !card.is_empty() {
        sent.rest.insert("DABH".into(), format!("（{}字，未留存）", card.chars().count()));
    }
    sent.rest.extend(fields);
    sent.envelope = head.iter().filter(|(name, _)| name.as_str() != "tokenNo").map(|(k, v)| (k.clone(), v.clone())).collect();
    sent.tested = SentTime::read(&sent.tested_text);
    if sent.tested.is_none() {
        sent.doubts.insert(Doubt::BadTime);
    }
    sent.said = match sent.word.trim() {
        "+" => Some(Said::Positive),
        "-" => Some(Said::Negative),
        _ => None,
    };
    if sent.said.is_none() {
        sent.doubts.insert(Doubt::UnknownWord);
    }
    value_field(&mut sent);
    Ok(sent)
}

/// 数值栏 is a number, a word, or the code of a card: the range `2 ~ 2` marks the last (1 阳性, 2 阴性, 3 无效), and then it is no concentration.
fn value_field(sent: &mut Sent) {
    let keep = |sent: &mut Sent, doubt| {
        let value = std::mem::take(&mut sent.value);
        sent.rest.insert("QuickCheckResultValue".into(), value);
        sent.doubts.insert(doubt);
    };
    let range: String = sent.limit.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(number) = screen::number(&sent.value).filter(|_| range == "2~2") {
        keep(sent, Doubt::ValueIsCode);
        let unit = std::mem::take(&mut sent.unit);
        sent.rest.insert("QuickCheckResultValueUnit".into(), unit);
        sent.said_too = match number.normalize().to_string().as_str() {
            "1" => Some(Said::Positive),
            "2" => Some(Said::Negative),
            "3" => Some(Said::Invalid),
            _ => None,
        };
        if sent.said_too.is_none() {
            sent.doubts.insert(Doubt::UnknownWord);
        }
    } else if let Some(said) = screen::word(&sent.value) {
        keep(sent, Doubt::ValueIsWord);
        sent.said_too = Some(said);
    }
}

/// 写成上传报文 the document of records, for a gateway that posts on and for tests.
#[must_use]
pub fn document_of(head: &[(&str, &str)], records: &[Vec<(&str, &str)>]) -> String {
    let element = |(name, text): &(&str, &str)| format!("<{name}>{}</{name}>", escaped(text));
    let head: String = head.iter().map(element).collect();
    let records: String = records.iter().map(|r| format!("<QuickCheckItemJC>{}</QuickCheckItemJC>", r.iter().map(element).collect::<String>())).collect();
    format!("<webService><head>{head}</head><request><dataList>{records}</dataList></request></webService>")
}

fn answer_xml(good: usize, errors: &[String], now: NaiveDateTime) -> Answer {
    let list: String = errors.iter().map(|e| format!("<error>{}</error>", escaped(e))).collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><webService><head><sendTime>{}</sendTime><successNum>{good}</successNum><failNum>{}</failNum>\
         <ResultCode>1</ResultCode><describe>1</describe></head><response><errorList>{list}</errorList></response></webService>",
        now.format("%Y-%m-%d %H:%M:%S"),
        errors.len()
    );
    Answer { status: 200, content_type: "text/xml; charset=utf-8", body: body.into_bytes() }
}

/// 登录应答 `checkIn` with a token, or why there is none.
#[must_use]
pub fn signed_in(token: Result<&str, &str>) -> Vec<u8> {
    let (token, error) = token.map_or_else(|e| ("", e), |t| (t, ""));
    format!("<webService><response><tokenNo>{}</tokenNo><error>{}</error></response></webService>", escaped(token), escaped(error)).into_bytes()
}

/// 套上信封 an answer inside the SOAP envelope of a method.
#[must_use]
pub fn enveloped(method: &str, answer: &[u8]) -> Vec<u8> {
    let inner = escaped(&String::from_utf8_lossy(answer));
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <{method}Response><return>{inner}</return></{method}Response></soap:Body></soap:Envelope>"
    )
    .into_bytes()
}

impl Dialect for Suzhou {
    fn key(&self) -> &str {
        "suzhou-v1.6"
    }
    fn read(&self, bytes: &[u8]) -> Result<Parcel, Refusal> {
        match call(bytes)? {
            Call::Save(parcel) => Ok(parcel),
            Call::CheckIn { .. } | Call::CheckOut { .. } => Err(broken("checkIn")),
            Call::Other(method) => Err(broken(&method)),
        }
    }
    fn per_device(&self) -> bool {
        false
    }
    fn answer(&self, outcomes: &[Outcome], now: NaiveDateTime) -> Answer {
        let errors: Vec<String> = outcomes
            .iter()
            .filter_map(|o| match o {
                Outcome::Stored => None,
                Outcome::Conflict => Some("-1001|该编码已存在！内容与已收到的不同，已留存待人工核对".to_owned()),
                Outcome::Rejected(refusal) => Some(format!("-1001|{}", refusal.what(Lang::Zh))),
            })
            .collect();
        if errors.is_empty() {
            // the whole answer of the real server to a good upload
            return Answer { status: 200, content_type: "text/xml; charset=utf-8", body: b"1000".to_vec() };
        }
        answer_xml(outcomes.len() - errors.len(), &errors, now)
    }
    fn refuse(&self, refusal: &Refusal, now: NaiveDateTime) -> Answer {
        let said = match refusal.info {
            info if info == code::SENT_TOKEN => "-1004|鉴权失败".to_owned(),
            info if info == code::SENT_EMPTY => "-1008|信息内容为空".to_owned(),
            _ => format!("-1007|XML包格式错误：{}", refusal.what(Lang::Zh)),
        };
        answer_xml(0, &[said], now)
    }
}

/// What an answer of such a server means for us; no answer at all is `None`. Its `ResultCode` and counts say nothing, the texts decide.
#[must_use]
pub fn reply(answer: Option<&str>) -> (Reply, String) {
    let Some(text) = answer.map(str::trim).filter(|t| !t.is_empty()) else { return (Reply::Unknown, String::new()) };
    if text == "1000" {
        return (Reply::Accepted, String::new());
    }
    let root = xml::read(text, &POSTED).ok();
    let listed = root.as_ref().and_then(|r| r.find("errorList")).and_then(|l| l.inner.iter().map(|e| e.text.trim()).find(|t| !t.is_empty()));
    // clients of 2018 cut answers off at a fixed length; an error that is whole says what it says
    let cut = || text.split_once("<error>").and_then(|(_, rest)| rest.split_once("</error>")).map(|(error, _)| error.trim());
    let Some(first) = listed.or_else(|| cut().filter(|_| root.is_none())) else {
        let good = root.is_some_and(|r| r.find("successNum").is_some_and(|n| n.text.trim().parse::<u32>().is_ok_and(|n| n > 0)));
        return (if good { Reply::Accepted } else { Reply::Unknown }, String::new());
    };
    let (code, said) = first.split_once('|').unwrap_or((first, ""));
    let meaning = match code {
        "-1004" => Reply::SignIn,
        _ if said.contains("编码已存在") => Reply::Known,
        _ => Reply::Rejected,
    };
    (meaning, code.to_owned())
}
