//! 文件到记录 files as read by the exchange crate, as the records that the application stores. The pages and the command line
//! call the same two functions.

use shiyan_app::imports::PublishedFile;
use shiyan_app::plan::TypedLine;
use shiyan_app::records::PublishedResult;
use shiyan_app::{App, Error};
use shiyan_exchange::book::Hidden;
use shiyan_exchange::header::Field;
use shiyan_exchange::plan::PlanImport;
use shiyan_exchange::published::{PublishedRow, PublishedTable};
use shiyan_exchange::{Issue, plan, published};
use shiyan_foundation::{Label, Refusal};
use shiyan_sampling_plan::PlanLine;

/// A published file as records, with every finding, those of the whole file first. Rows that carry an error are not among them.
///
/// # Errors
/// The file cannot be read at all.
pub fn published_file(bytes: &[u8], name: &str, hidden: Hidden) -> Result<(PublishedFile, Vec<Issue>), Refusal> {
    let mut table = published::read_with(bytes, name, hidden)?;
    let rows = table.rows.iter().filter(|r| !r.error).map(|r| record(&table, r)).collect();
    let totals = serde_json::json!({
        "file": table.totals,
        "counts": table.counts,
        "refused": table.rows.iter().filter(|r| r.error).count(),
    });
    let mut issues = std::mem::take(&mut table.notes);
    issues.append(&mut table.issues);
    Ok((PublishedFile { name: name.to_owned(), sha256: table.file_hash, rows, totals }, issues))
}

fn record(table: &PublishedTable, row: &PublishedRow) -> PublishedResult {
    let field = |f: Field| row.fields.get(&f).cloned().unwrap_or_default();
    let first = |all: &[Field]| all.iter().map(|f| field(*f)).find(|t| !t.is_empty()).unwrap_or_default();
    let heads = table.tables.iter().find(|t| t.sheet == row.sheet).map(|t| t.columns.as_slice()).unwrap_or_default();
    let head = |at: usize| heads.get(at).map(|c| c.at.name.clone()).filter(|n| !n.is_empty()).unwrap_or_else(|| shiyan_exchange::letter(at));
    PublishedResult {
        id: row.identity(),
        run_id: String::new(),
        row_no: i64::from(row.row),
        product: row.food.clone(),
        category: row.category.text(),
        producer: row.producer.clone().unwrap_or_default(),
        site: row.operator.clone().unwrap_or_default(),
        items: row
            .items
            .iter()
            .map(|i| [i.name.clone(), if i.unit.is_empty() { i.result.clone() } else { format!("{} {}", i.result, i.unit) }, i.limit.clone()])
            .collect(),
        verdict: row.verdict.map_or_else(|| field(Field::Verdict), |v| v.zh().to_owned()),
        issuer: field(Field::Publisher),
        published_on: row.published_on.map_or_else(|| first(&[Field::PublishedOn, Field::NoticeDate]), |d| d.to_string()),
        cells: row.cells.iter().enumerate().map(|(at, text)| (head(at), text.clone())).collect(),
    }
}

/// One row of a plan file that the application refuses: row number, why.
pub type RefusedRow = (u32, Vec<Refusal>);

/// A plan file as lines.
#[derive(Debug)]
pub struct PlanFile {
    /// Rows that are lines, by row number; the plan decides which of them are new.
    pub lines: Vec<(u32, PlanLine)>,
    /// Rows that could be read but name something unknown (a street, a class).
    pub refused: Vec<RefusedRow>,
    /// What was read, with its findings and counts.
    pub read: PlanImport,
}

/// A plan file as lines of a plan; street and class are looked up.
///
/// # Errors
/// The file cannot be read at all or holds no row; the database does not answer.
pub async fn plan_lines(app: &App, bytes: &[u8], name: &str, hidden: Hidden) -> Result<PlanFile, Error> {
    let read = plan::read_with(bytes, name, hidden).map_err(|why| match why.code() {
        code if code == shiyan_exchange::code::ONLY_HEADER.code => Refusal::new(shiyan_sampling_plan::code::NO_ROWS).with("name", name).on("file"),
        _ => why,
    })?;
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    for row in &read.rows {
        let subclass = row.subclass.as_deref().map_or_else(String::new, |s| format!("/{s}"));
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let reporting = match row.deadline {
            Some(day) if row.reporting.is_some() => format!("{}；{day} 前", text(&row.reporting)),
            Some(day) => format!("{day} 前"),
            None => text(&row.reporting),
        };
        let typed = TypedLine {
            category: format!("{}{subclass}", row.class),
            link: row.link.code().to_owned(),
            street: row.street.clone(),
            quarter: row.quarter.to_string(),
            batches: row.batches.to_string(),
            item_package: text(&row.item_package),
            method: text(&row.method),
            basis: text(&row.basis),
            reporting,
            ..TypedLine::default()
        };
        match app.read_plan_line(&typed).await {
            Ok(line) => lines.push((row.row, line)),
            Err(Error::Refused(why)) => refused.push((row.row, why)),
            Err(other) => return Err(other),
        }
    }
    Ok(PlanFile { lines, refused, read })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_row_of_a_file_is_a_record_or_a_finding() {
        let csv = "食品名称,分类,标称生产企业名称,被抽样单位名称,判定,不合格项目\n韭菜,食用农产品,/,示范超市,不合格,腐霉利║0.5║≤0.2\n白菜,食用农产品,/,示范超市,合格,\n,食用农产品,/,示范超市,合格,\n";
        let (file, issues) = published_file(csv.as_bytes(), "t.csv", Hidden::LeaveOut).unwrap();
        assert_eq!(file.rows.len(), 2);
        assert_eq!(file.rows[0].verdict, "不合格");
        assert!(!issues.is_empty());
        assert_eq!(file.rows[0].cells[0], ("食品名称".to_owned(), "韭菜".to_owned()));
        let ids: std::collections::BTreeSet<_> = file.rows.iter().map(|r| &r.id).collect();
        assert_eq!(ids.len(), 2);
    }
}
