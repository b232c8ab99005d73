//! 主体名录: the operators of the sheets of before, by their credit code.

use shiyan_foundation::Lang;

use crate::place::Place;
use crate::print::json as print_json;
use crate::run::{Done, now};
use crate::say;

pub(crate) async fn register(place: &Place, dry_run: bool, json: bool, lang: Lang) -> Done {
    let did = place.app_to_write().await?.register_from_sheets(dry_run, now()).await?;
    if json {
        return print_json(&did);
    }
    if dry_run {
        say!("{}", lang.pick("只看不写：", "dry run, nothing is written:"))?;
    }
    for (zh, en, n) in [
        ("看过未关联的抽样单", "sheets without a link looked at", did.looked),
        ("新登记经营者", "operators added", did.operators),
        ("关联抽样单", "sheets linked", did.linked),
        ("没有有效代码，由人关联", "without a valid code, for a person to link", did.without_code),
        ("有代码但内容不全，未登记", "with a code and incomplete, left alone", did.incomplete),
    ] {
        say!("{} {n}", lang.pick(zh, en))?;
    }
    Ok(())
}
