//! 设置 how a setting is written.

use serde_json::Value;
use shiyan_foundation::Actor;
use shiyan_store::records::Setting;
use shiyan_store::{Error, Unit};

/// 设置 writes a setting over the one that its writer looked at, in the transaction of whoever changes it.
pub(crate) async fn keep_setting(unit: &mut Unit, actor: &Actor, old: Option<Setting>, key: &str, value: Value, facts: Value) -> Result<(), Error> {
    let row = Setting { key: key.to_owned(), value, revision: old.as_ref().map_or(0, |o| o.revision + 1) };
    match old {
        Some(_) => unit.save(&row, &actor.into(), "setting.change", facts).await,
        None => unit.insert(&row, &actor.into(), "setting.change", facts).await,
    }
}
