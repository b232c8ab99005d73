//! 限量表和项目包到记录 limit tables and item packages as read by the exchange crate, as what the application stores. The pages and the
//! command line call the same two functions.

use chrono::NaiveDate;
use shiyan_app::limits::{LimitFile, PackageFile};
use shiyan_app::records::{PackageItem, PackageLimit};
use shiyan_exchange::book::Hidden;
use shiyan_exchange::limit_table::{self, LimitTable};
use shiyan_exchange::package_table::{self, PackageTable};
use shiyan_foundation::Refusal;

/// A limit table as rules to be stored, and the table with every row and reason.
///
/// # Errors
/// The file cannot be read at all, or its layout needs a first day that was not given.
pub fn limit_file(bytes: &[u8], name: &str, from: Option<NaiveDate>, hidden: Hidden) -> Result<(LimitFile, LimitTable), Refusal> {
    let table = limit_table::read_with(bytes, name, from, hidden)?;
    let totals = serde_json::json!({ "layout": table.layout, "from": from, "counts": table.counts(), "reasons": table.reasons() });
    let rows = table.rules().cloned().collect();
    let file = LimitFile { name: name.to_owned(), sha256: table.file_hash.clone(), rows, row_count: table.counts().rows, totals };
    Ok((file, table))
}

/// Packages as records, and the table with its findings.
///
/// # Errors
/// The file cannot be read at all.
pub fn package_file(bytes: &[u8], name: &str, hidden: Hidden) -> Result<(PackageFile, PackageTable), Refusal> {
    let table = package_table::read_with(bytes, name, hidden)?;
    let packages = table
        .packages
        .iter()
        .map(|p| {
            let items = p.items.iter().map(|i| PackageItem {
                analyte: i.item.clone(),
                unit: i.unit.clone(),
                method: i.method.clone(),
                limit: i.limit.as_ref().map(|l| PackageLimit { rule: l.rule.clone(), unit: l.unit.clone(), basis: l.basis.clone() }),
                ..PackageItem::default()
            });
            (p.category.clone(), items.collect())
        })
        .collect();
    let totals = serde_json::json!({ "layout": table.layout, "counts": table.counts });
    let file = PackageFile { name: name.to_owned(), sha256: table.file_hash.clone(), packages, row_count: table.counts.rows, totals };
    Ok((file, table))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_table_becomes_rules_and_packages() {
        let plan = "大类,亚类,次亚类,细类,检验项目,检验依据,判定依据,最小允许限,最小允许限单位,最大允许限,最大允许限单位,结果单位\n饮料,饮料,示范,示范,铅,GB 5009.12,GB 2762-2012,0.0,mg/kg,0.3,mg/kg,mg/kg\n饮料,饮料,示范,示范,镉,GB 5009.15,GB 2762-2012,0.0,mg/kg,0.0,mg/kg,mg/kg\n";
        let (file, table) = limit_file(plan.as_bytes(), "t.csv", "2015-01-01".parse().ok(), Hidden::LeaveOut).unwrap();
        assert_eq!((file.rows.len(), file.row_count, table.counts().needs_person), (1, 2, 1));
        assert_eq!(file.totals["counts"]["rules"], 1);
        assert_eq!(limit_file(plan.as_bytes(), "t.csv", None, Hidden::LeaveOut).unwrap_err().code(), "LT-FROM");
        let (file, table) = package_file(plan.as_bytes(), "t.csv", Hidden::LeaveOut).unwrap();
        assert_eq!((file.packages.len(), file.packages[0].1.len(), table.counts.items), (1, 2, 2));
        let own = "食品分类,检验项目,结果单位,检验依据,任务限量,限量单位,任务判定依据\n糕点,铅,mg/kg,GB 5009.12,≤0.2,mg/kg,示范实施细则\n";
        let limit = package_file(own.as_bytes(), "t.csv", Hidden::LeaveOut).unwrap().0.packages[0].1[0].limit.clone().unwrap();
        assert_eq!((limit.rule.text().as_str(), limit.basis.as_str()), ("≤0.2", "示范实施细则"));
    }
}
