//! A sheet that passes.

use shiyan_foundation::Role;
use shiyan_sample_intake::sheet::{FIELDS, FieldKind, Sheet, credit_code};
use shiyan_store::records::UserAccount;

use crate::bench::LAB;
use crate::people::STREET;

/// A full sheet for leek from a market stall, taken on 2025-06-03 by these people.
#[must_use]
pub fn leek(number: &str, samplers: &[&UserAccount]) -> Sheet {
    let mut sheet = Sheet { samplers: samplers.iter().map(|u| (u.id, u.name.clone())).collect(), ..Sheet::default() };
    debug_assert!(samplers.iter().all(|u| u.roles.contains(&Role::Sampler)));
    for spec in FIELDS {
        let value = match spec.kind {
            FieldKind::Choice(choices) => choices[0],
            FieldKind::Number => "1",
            _ => "/",
        };
        sheet.set(spec.key, value);
    }
    let code = credit_code("92410105MA0000001").unwrap();
    for (key, value) in [
        ("sampling_no", number),
        ("purpose", "监督抽检"),
        ("task_level", "区抽"),
        ("department", "市场监管"),
        ("directed", "否"),
        ("lab_org", LAB),
        ("sampling_type", "常规抽样"),
        ("link", "流通"),
        ("place", "农贸市场"),
        ("cat1", "食用农产品"),
        ("cat2", "蔬菜"),
        ("cat3", "鳞茎类"),
        ("cat4", "韭菜"),
        ("street", STREET),
        ("site_name", "虚构农贸市场甲001号"),
        ("site_addr", "虚构路2号"),
        ("uscc", &code),
        ("permit_kind", "无"),
        ("market_name", "虚构农贸市场"),
        ("stall", "001"),
        ("has_third_party", "否"),
        ("name", "韭菜"),
        ("sample_kind", "食用农产品"),
        ("pack_kind", "无包装"),
        ("date_kind", "购进日期"),
        ("made_on", "2025-06-03"),
        ("sampled_on", "2025-06-03"),
        ("base_qty", "20"),
        ("sample_qty", "2.5"),
        ("backup_qty", "1"),
        ("qty_unit", "kg"),
        ("imported", "否"),
        ("remark", ""),
    ] {
        sheet.set(key, value);
    }
    sheet
}
