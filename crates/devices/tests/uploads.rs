//! Upload dialects: what is read, what is answered, and what a hostile or damaged message does.
#![allow(clippy::unwrap_used)]

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::Workbook;
use shiyan_devices::upload::declared::Declared;
use shiyan_devices::upload::query::Query;
use shiyan_devices::upload::table::Table;
use shiyan_devices::upload::{Dialect, Outcome, market_2018, station_2018, suzhou};
use shiyan_foundation::{Label, Refusal};
use shiyan_rapid_test::{Basis, Said, Screen, Sent, code, screen};

fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 3).unwrap().and_hms_opt(8, 0, 0).unwrap()
}
fn body(answer: shiyan_devices::Answer) -> String {
    String::from_utf8(answer.body).unwrap()
}

const RECORD: &[(&str, &str)] = &[
    ("JCCode", "20260302000001"),
    ("DABH", "410105190001011234"),
    ("PositionNo", "A-01"),
    ("Name", "示范经营户"),
    ("SubItemCode", "0101"),
    ("SubItemName", "芹菜 <本地> & 鲜"),
    ("QuickCheckSubItemCode", "0101"),
    ("QuickCheckDate", "2026-03-02 09:15:30"),
    ("QuickCheckResult", "+"),
    ("QuickCheckResultValue", "50.00"),
    ("QuickCheckResultValueUnit", "%"),
    ("QuickCheckResultValueCKarea", "0 ~ 50"),
    ("QuickCheckResultDependOn", "GB/T 5009.199-2003"),
    ("JCModel", "LZ-4000T"),
    ("JCSN", "SN0001"),
    ("ReviewIs", "0"),
    ("NewField", "kept"),
];
const HEAD: &[(&str, &str)] = &[("marketCode", "M0001"), ("tokenNo", "T-secret")];

#[test]
fn a_suzhou_upload_is_read_whole_and_neither_card_number_nor_token_is_kept() {
    let text = suzhou::document_of(HEAD, &[RECORD.to_vec()]);
    let parcel = suzhou::Suzhou.read(text.as_bytes()).unwrap();
    let sent = parcel.sent().next().unwrap();
    assert_eq!((sent.food.name.as_str(), sent.stall.as_str(), sent.value.as_str()), ("芹菜 <本地> & 鲜", "A-01", "50.00"));
    assert_eq!(sent.rest["NewField"], "kept");
    assert_eq!(screen::screen(sent, Basis::named(sent)).0, Screen::Positive);
    assert_eq!(parcel.token, "T-secret");
    let kept = format!("{sent:?}");
    assert!(!kept.contains("410105190001011234") && !kept.contains("T-secret"), "{kept}");
    // the same in GBK, and inside its envelope
    let (gbk, _, _) = encoding(&text);
    assert_eq!(suzhou::Suzhou.read(&gbk).unwrap(), parcel);
    let argument = text.replace('&', "&amp;").replace('<', "&lt;");
    let soap = format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><saveQuickCheckItemInfo><xml>{argument}</xml></saveQuickCheckItemInfo></soap:Body></soap:Envelope>"
    );
    assert_eq!(suzhou::Suzhou.read(soap.as_bytes()).unwrap(), parcel);
    assert_eq!(market_2018::Market2018.read(text.as_bytes()).unwrap(), parcel);
}
fn encoding(text: &str) -> (Vec<u8>, &'static encoding_rs::Encoding, bool) {
    let (bytes, used, bad) = encoding_rs::GBK.encode(text);
    (bytes.into_owned(), used, bad)
}

#[test]
fn the_answers_have_the_shape_that_clients_of_2018_understand() {
    let ask = |outcomes: &[Outcome]| body(suzhou::Suzhou.answer(outcomes, now()));
    assert_eq!(ask(&[Outcome::Stored, Outcome::Stored]), "1000");
    let conflict = ask(&[Outcome::Stored, Outcome::Conflict]);
    assert!(conflict.contains("<error>-1001|该编码已存在") && conflict.contains("<successNum>1</successNum><failNum>1</failNum>"), "{conflict}");
    // what we answer is what we would understand
    assert_eq!(suzhou::reply(Some(&conflict)).0, shiyan_devices::upload::Reply::Known);
    assert_eq!(suzhou::reply(Some("1000")).0, shiyan_devices::upload::Reply::Accepted);
    let refuse = |info| body(suzhou::Suzhou.refuse(&Refusal::new(info), now()));
    assert!(refuse(code::SENT_TOKEN).contains("-1004|") && refuse(code::SENT_EMPTY).contains("-1008|") && refuse(code::SENT_BROKEN).contains("-1007|"));
    assert_eq!(suzhou::reply(Some(&refuse(code::SENT_TOKEN))).0, shiyan_devices::upload::Reply::SignIn);

    let ask = |outcomes: &[Outcome]| body(station_2018::Station2018.answer(outcomes, now()));
    assert_eq!(ask(&[Outcome::Stored]), "{\"success\":true,\"msg\":\"操作成功\",\"obj\":\"\",\"attributes\":\"\",\"resultCode\":\"0X00000\"}");
    assert_eq!(station_2018::reply(Some(&ask(&[Outcome::Conflict]))).0, shiyan_devices::upload::Reply::Rejected);
    let missing = Outcome::Rejected(Refusal::new(code::SENT_FIELD).with("field", "checkDate"));
    assert!(ask(&[missing]).contains("参数checkDate不能为空"));
    let token = body(station_2018::Station2018.refuse(&Refusal::new(code::SENT_TOKEN), now()));
    assert_eq!(station_2018::reply(Some(&token)).0, shiyan_devices::upload::Reply::SignIn);
    let inside = String::from_utf8(suzhou::enveloped("checkIn", &suzhou::signed_in(Ok("T<1>")))).unwrap();
    assert!(inside.contains("<checkInResponse><return>&lt;webService&gt;") && inside.contains("T&amp;lt;1&amp;gt;"), "{inside}");
}

#[test]
fn one_bad_record_never_holds_up_the_others() {
    let without = |name: &str| RECORD.iter().copied().filter(|(n, _)| *n != name).collect::<Vec<_>>();
    let text = suzhou::document_of(HEAD, &[RECORD.to_vec(), without("JCSN"), RECORD.to_vec()]);
    let parcel = suzhou::Suzhou.read(text.as_bytes()).unwrap();
    assert_eq!(parcel.records.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(parcel.records[1].as_ref().unwrap_err().refusal.field.as_deref(), Some("JCSN"));
}

#[test]
fn a_station_upload_keeps_its_digits_and_holds_what_contradicts_itself() {
    let read = |result: &str, conclusion: &str| {
        let text = format!(
            "{{\"id\":\"0A97\",\"itemName\":\"二氧化硫\",\"foodName\":\"银耳\",\"checkResult\":{result},\"conclusion\":\"{conclusion}\",\"checkUnit\":\"g/kg\",\"checkDate\":\"2018-06-29 11:09:05\",\"userToken\":\"secret\",\"regId\":null,\"dataType\":0}}"
        );
        station_2018::Station2018.read(text.as_bytes()).unwrap().sent().next().unwrap().clone()
    };
    let sent = read("0.1000", "合格");
    assert_eq!(
        (sent.value.as_str(), sent.said, sent.rest.get("dataType").map(String::as_str), sent.rest.get("regId")),
        ("0.1000", Some(Said::Negative), Some("0"), None)
    );
    assert!(!format!("{sent:?}").contains("secret"));
    let held = |s: &Sent| screen::screen(s, Basis::named(s)).1.iter().any(|d| d.holds());
    assert!(!held(&read("\"阳性\"", "不合格")));
    assert!(held(&read("\"阳性\"", "合格")));
    assert!(held(&read("\"弱阳性\"", "不合格")));
    // a dash may mean negative or not tested: it is no 阴性
    let dash = read("\"-\"", "-");
    assert!(held(&dash) && dash.said.is_none() && dash.said_too.is_none());
    assert!(station_2018::Station2018.read(b"{\"id\":\"1\",\"id\":\"2\",\"checkDate\":\"2018-06-29\"}").unwrap_err().code() == "RAPID-SENT-TWICE");
}

fn declared() -> Declared {
    Declared::parse(include_str!("../profiles/csv-folder.toml")).unwrap()
}
fn query() -> Query {
    asked("utf-8")
}
fn asked(encoding: &str) -> Query {
    Query::new(
        Declared::parse(
            &format!("encoding='{encoding}'\nkey='q'\nversion=1\ntitle='q'\nsource='t'\nrequired=['record_no','item_name']\nok='Ok'\n[columns]\nrecord_no=['no']\nitem_name=['xm','项目']\nvalue=['v']\nword=['jg']\ntested=['t']\ntoken=['key']\n[words]\n'0'='negative'\n'1'='positive'\n"),
        )
        .unwrap(),
    )
}

#[test]
fn a_query_string_is_read_in_both_encodings_and_its_polarity_is_declared() {
    let read = |text: &str| query().read(text.as_bytes());
    let one = |text: &str| read(text).unwrap().records.remove(0);
    let sent = one("?no=7&xm=%E5%86%9C%E8%8D%AF+%E6%AE%8B%E7%95%99&v=50.00&jg=1&t=2026-03-02+09%3A15&key=k&extra=x").unwrap();
    assert_eq!((sent.item.name.as_str(), sent.value.as_str(), sent.said, sent.rest["extra"].as_str()), ("农药 残留", "50.00", Some(Said::Positive), "x"));
    assert!(!format!("{sent:?}").contains("\"k\""));
    // the same bytes are letters in one encoding and characters in the other: which it is, is declared
    assert_eq!(asked("gbk").read(b"no=7&xm=%C5%A9%D2%A9&jg=0&t=20260302").unwrap().sent().next().unwrap().item.name, "农药");
    assert_eq!(read("no=7&xm=%B2%CB").unwrap_err().code(), "RAPID-SENT-BROKEN");
    // a word that the declaration does not know is held, not guessed
    assert!(one("no=7&xm=a&jg=2&t=20260302").unwrap().is_held());
    assert_eq!(one("no=7&xm=&t=20260302").unwrap_err().refusal.field.as_deref(), Some("xm"));
    assert_eq!(read("no=1&no=2").unwrap_err().code(), "RAPID-SENT-TWICE");
    for text in ["no=%G1", "no=%E", "no=%FF%FF%00"] {
        assert_eq!(read(text).unwrap_err().code(), "RAPID-SENT-BROKEN", "{text}");
    }
    assert_eq!(read(&"a=1&".repeat(300)).unwrap_err().code(), "RAPID-SENT-MANY");
    assert_eq!(body(query().answer(&[Outcome::Stored], now())), "Ok");
    assert!(body(query().answer(&[Outcome::Conflict], now())).starts_with("ERR:"));
}

#[test]
fn one_table_reads_the_same_from_utf8_gbk_and_a_workbook() {
    let rows = [
        ["日期", "样品编号", "样品名称", "检测项目", "检测值", "单位", "结论", "备注"],
        ["2026-03-02 09:15:30", "S0001", "菠菜", "农药残留", "49.99", "%", "合格", "a,b"],
        ["2026-03-02 09:16:30", "S0002", "芹菜", "农药残留", "50.00", "%", "合格", ""],
        ["", "S0003", "", "", "", "", "", ""],
        ["2026-03-02 09:16:30", "S0002", "芹菜", "农药残留", "50.00", "%", "合格", ""],
    ];
    let csv: String = rows.iter().map(|r| r.map(|c| if c.contains(',') { format!("\"{c}\"") } else { c.to_owned() }).join(",") + "\r\n").collect();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (y, row) in rows.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            sheet.write_string(y as u32, x as u16, *cell).unwrap();
        }
    }
    let files = [csv.clone().into_bytes(), encoding(&csv).0, book.save_to_buffer().unwrap()];
    let read: Vec<_> = files.iter().map(|f| Table::new(declared()).read(f).unwrap()).collect();
    let contents = |p: &shiyan_devices::Parcel| p.sent().map(|s| (s.identity(), s.content())).collect::<Vec<_>>();
    assert_eq!(contents(&read[0]), contents(&read[1]));
    assert_eq!(contents(&read[0]), contents(&read[2]));
    let parcel = &read[0];
    assert_eq!(parcel.records.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, true]);
    let unread = parcel.records[2].as_ref().unwrap_err();
    assert_eq!((unread.refusal.code(), unread.refusal.facts["row"].as_str()), ("RAPID-SENT-FIELD", "4"));
    // two equal rows are two readings: their occurrence tells them apart, and reading the file again gives the same two
    let ids: Vec<String> = parcel.sent().map(Sent::identity).collect();
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    assert_eq!(ids, Table::new(declared()).read(&files[0]).unwrap().sent().map(Sent::identity).collect::<Vec<_>>());
    assert_eq!(parcel.sent().next().unwrap().rest["备注"], "a,b");
    assert_eq!(Table::new(declared()).read("日期,编号\r\n".as_bytes()).unwrap_err().code(), "RAPID-SENT-COLUMNS");
    let answer = body(Table::new(declared()).answer(&[Outcome::Stored, Outcome::Rejected(unread.refusal.clone())], now()));
    assert!(answer.contains("1,已收") && answer.contains("2,未读"), "{answer}");
}

#[test]
fn a_declaration_that_contradicts_itself_is_refused() {
    let base = "key='q'\nversion=1\ntitle='q'\nsource='t'\n";
    for text in [
        "required=['value']\n[columns]\nunit=['a']\n",
        "required=[]\n[columns]\nunit=['a']\nvalue=['A ']\n",
        "required=[]\nextra=1\n[columns]\n",
        "required=[]\n[columns]\nword=['a']\n",
    ] {
        assert!(Declared::parse(&format!("{base}{text}")).is_err(), "{text}");
    }
}

/// Cut, flipped and doubled messages of every dialect: a refusal or a record, never a panic, never endless work.
#[test]
fn damaged_messages_are_refused_or_read_but_never_stop_the_server() {
    let xml = suzhou::document_of(HEAD, &[RECORD.to_vec()]);
    let json = "{\"payload_raw\":\"{\\\"id\\\":\\\"1\\\",\\\"checkDate\\\":\\\"2018-06-29\\\"}\"}";
    let csv = "日期,样品编号,检测项目,检测值\r\n2026-03-02,S1,农药残留,1\r\n";
    let cases: Vec<(Box<dyn Dialect>, &str)> = vec![
        (Box::new(suzhou::Suzhou), &xml),
        (Box::new(market_2018::Market2018), "{\"marketCode\":\"1\",\"records\":[{\"JCCode\":\"1\"}]}"),
        (Box::new(station_2018::Station2018), json),
        (Box::new(query()), "no=1&xm=%E5%86%9C"),
        (Box::new(Table::new(declared())), csv),
    ];
    for (dialect, text) in &cases {
        for at in 0..text.len() {
            for bit in [0, 3, 7] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] ^= 1 << bit;
                drop(dialect.read(&bytes));
            }
            if let Err(refusal) = dialect.read(&text.as_bytes()[..at]) {
                assert!(!dialect.refuse(&refusal, now()).body.is_empty());
            }
        }
        for bytes in [Vec::new(), vec![b'<'; 2_000_000], vec![b'{'; 900_000], "<a>".repeat(200_000).into_bytes(), vec![0; 5_000]] {
            assert!(dialect.read(&bytes).is_ok_and(|p| p.sent().next().is_none()) || dialect.read(&bytes).is_err(), "{}", dialect.key());
        }
    }
    assert_eq!(Said::ALL.len(), 5);
}
