//! Limits shipped with a newer program, and the samples under way when they come.

use serde_json::json;
use shiyan_app::editions::SUBJECT;
use shiyan_statute::{LimitRow, LimitRule, LimitStatus};
use shiyan_store::Who;
use shiyan_store::records::LimitRecord;
use shiyan_testkit::{TestApp, at};

shiyan_testkit::on_both_engines!(shipped_limits_name_the_samples_that_they_touch, two_starts_at_once_receive_them_once);

const NUMBER: &str = "XBJ25410105000000011";

/// A library in which a row of the installation's own stands where a shipped one will come.
async fn older(t: &TestApp) {
    let mut unit = t.app.stage().begin(at("2025-06-01T08:00")).await.unwrap();
    let shipped = shiyan_statute::limits().iter().find(|r| r.id == "L0001").unwrap().clone();
    let rule = LimitRule::Max { value: "0.3".parse().unwrap() };
    let own = LimitRow { id: "T0001".into(), rule, status: LimitStatus::Active, ..shipped };
    let own = LimitRecord { row: own, activated_by: Some("示范质量负责人".into()), activated_at: Some(at("2025-06-01T08:00")), revision: 0 };
    unit.insert(&own, &Who::system("测试"), "limit.add", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    let side = t.side().await;
    side.change("DELETE FROM limit_row WHERE id = 'L0001'").await;
    side.close().await;
}

async fn shipped_limits_name_the_samples_that_they_touch(t: TestApp) {
    older(&t).await;
    let (_, order) = t.received(NUMBER).await;
    assert_eq!(t.items(&order).await[0].limit.as_ref().map(|l| l.id.clone()), Some("T0001".to_owned()));
    let got = t.app.receive_editions(at("2025-07-01T08:00")).await.unwrap().expect("a row came");
    assert_eq!((got.new, got.ended, got.mended, got.in_the_way), (1, 0, 0, 1), "{got:?}");
    assert_eq!((got.samples, got.touched), (1, vec![NUMBER.to_owned()]));
    assert_eq!(got.rows, ["L0001 new"]);
    let told = t.app.stage().timeline(&[SUBJECT.to_owned()]).await.unwrap();
    assert_eq!((told.len(), &told[0].facts["touched"]), (1, &json!([NUMBER])));
    assert_eq!(t.items(&order).await[0].limit.as_ref().map(|l| l.id.clone()), Some("T0001".to_owned()), "nothing is judged again behind somebody’s back");
    assert_eq!(t.app.receive_editions(at("2025-07-02T08:00")).await.unwrap(), None);
}

async fn two_starts_at_once_receive_them_once(t: TestApp) {
    older(&t).await;
    let (one, two) = tokio::join!(t.app.receive_editions(at("2025-07-01T08:00")), t.app.receive_editions(at("2025-07-01T08:00")));
    let came = [one.unwrap(), two.unwrap()].into_iter().flatten().count();
    assert_eq!(came, 1);
    assert_eq!(t.app.stage().timeline(&[SUBJECT.to_owned()]).await.unwrap().len(), 1);
}
