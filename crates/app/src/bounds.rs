//! 用量上限 how much one person may send on a day and one point may enter in a minute. Counted in the transaction of the act itself, so
//! that many at once count as many; what is refused is not counted and leaves nothing.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_rapid_test::Point;
use shiyan_store::records::Setting;
use shiyan_store::{Error, Unit};

use crate::authority::{Act, may};
use crate::setting::keep_setting;
use crate::typed::number;
use crate::{App, code};

/// Key of the setting.
const SETTING: &str = "bounds";
/// Seconds within which the readings of a point are counted.
const MINUTE: i64 = 60;

/// 用量上限 the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// 每人每天上传 MiB of files.
    pub upload_mb: u64,
    /// 每个快检点每分钟 readings.
    pub readings_minute: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        // A street's office with a hundred photos, and a batch of 500 readings a minute, stay well below.
        Self { upload_mb: 1_024, readings_minute: 1_200 }
    }
}

/// 用量上限 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedBounds {
    /// 每人每天上传量, MB.
    pub upload_mb: String,
    /// 每个快检点每分钟的读数
    pub readings_minute: String,
}

impl App {
    /// The bounds in force.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn bounds(&self) -> Result<Bounds, Error> {
        read(self.store.get::<Setting>(SETTING).await?)
    }
    /// Sets the bounds.
    ///
    /// # Errors
    /// Not an administrator of the district; a number that cannot be read or would stop everybody.
    pub async fn set_bounds(&self, actor: &Actor, typed: &TypedBounds, now: Instant) -> Result<(), Error> {
        may(actor, Act::Bounds)?;
        let within = |typed: &str, zh: &'static str, en: &'static str, field: &'static str| {
            let refused = || Refusal::new(code::NUMBER).with("label", zh).with("label_en", en).with("typed", typed).on(field);
            number::<u64>(typed, zh, en, field).and_then(|n| if (10..=100_000).contains(&n) { Ok(n) } else { Err(refused()) })
        };
        let bounds = Bounds {
            upload_mb: within(&typed.upload_mb, "每人每天上传的文件（MB）", "MB of files a person and day", "upload_mb")?,
            readings_minute: within(&typed.readings_minute, "每个快检点每分钟的读数", "readings a point and minute", "readings_minute")?,
        };
        let mut unit = self.store.begin(now).await?;
        let old: Option<Setting> = unit.get(SETTING).await?;
        let facts = json!({ "key": SETTING, "from": old.as_ref().map(|o| &o.value), "to": bounds });
        keep_setting(&mut unit, actor, old, SETTING, json!(bounds), facts).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Keeps a file that somebody sent, within what they may send on a day. The same bytes are kept once and counted each time: whoever
    /// sends what is there already learns nothing of it.
    ///
    /// # Errors
    /// `UPLOAD-QUOTA`; the database does not answer.
    pub(crate) async fn keep_upload(&self, unit: &mut Unit, actor: &Actor, bytes: &[u8]) -> Result<String, Error> {
        let most = read(unit.get::<Setting>(SETTING).await?)?.upload_mb;
        let sum = unit.count_upload(actor.id, bytes.len()).await?;
        if sum > most << 20 {
            let now = unit.at();
            let midnight = (now + TimeDelta::days(1)).date_naive().and_time(chrono::NaiveTime::MIN).and_local_timezone(now.timezone()).single();
            let seconds = midnight.map_or(3_600, |m| (m - now).num_seconds().max(1));
            return Err(Refusal::new(code::UPLOAD_QUOTA).with("most", most).with("seconds", seconds).on("file").into());
        }
        unit.keep_blob(bytes).await
    }
}

/// Refuses one more reading of a point that entered as many as it may within the last minute.
///
/// # Errors
/// `RAPID-RATE` with the seconds to wait; the database does not answer.
pub(crate) async fn reading_in_turn(unit: &Unit, point: &Point) -> Result<(), Error> {
    let most = read(unit.get::<Setting>(SETTING).await?)?.readings_minute;
    let Some(first) = unit.reading_before(&point.id.to_string(), most.saturating_sub(1)).await? else { return Ok(()) };
    match wait(first.reading.received_at, unit.at()) {
        Some(seconds) => Err(Refusal::new(code::RAPID_RATE).with("point", &point.name).with("most", most).with("seconds", seconds).into()),
        None => Ok(()),
    }
}

/// Seconds until a reading is a minute old; a clock that was set back holds nobody up for longer than the minute.
fn wait(first: Instant, now: Instant) -> Option<i64> {
    let left = MINUTE - (now - first).num_seconds();
    (left > 0).then_some(left.min(MINUTE))
}

fn read(row: Option<Setting>) -> Result<Bounds, Error> {
    Ok(row.map(|row| serde_json::from_value(row.value)).transpose()?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::shanghai;

    #[test]
    fn a_minute_is_a_minute_and_a_clock_set_back_is_no_longer_one() {
        let now = chrono::DateTime::parse_from_rfc3339("2025-06-20T10:00:00+08:00").unwrap().with_timezone(&shanghai());
        let before = |seconds| wait(now - TimeDelta::seconds(seconds), now);
        assert_eq!((before(0), before(59), before(60), before(-3_600)), (Some(60), Some(1), None, Some(60)));
    }
}
