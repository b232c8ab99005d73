//! 统计表导出 one statistics table of a year as a file, with its scope, its day, the journal entry it stands on and the hash of its content.

use std::path::Path;

use serde_json::json;
use shiyan_foundation::{Lang, NaiveDate};
use shiyan_papers::statistics::{FileKind, Stands, file, sheets_of};

use crate::place::Place;
use crate::print::{json as print_json, not_listed, write};
use crate::run::{Done, now};
use crate::say;

pub(crate) struct Asked<'a> {
    pub year: i32,
    pub table: &'a str,
    pub as_of: Option<NaiveDate>,
    pub out: &'a Path,
    pub json: bool,
}

pub(crate) async fn export(place: &Place, asked: Asked<'_>, lang: Lang) -> Done {
    let endings = FileKind::ALL.map(|f| f.ending().to_owned());
    let name = asked.out.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (_, format) = FileKind::of(&name).ok_or_else(|| not_listed(("文件后缀", "ending of the file"), &name, &endings, &endings))?;
    let app = place.app().await?;
    let tabled = shiyan_papers::district_tabled(&app, asked.year, asked.as_of, now()).await?;
    let sheets = sheets_of(&tabled, &app.streets().await?);
    let of = |name: fn(&shiyan_analytics::Sheet) -> &'static str| sheets.iter().map(|s| format!("{}（{}）", s.name, name(s))).collect::<Vec<_>>();
    let unknown = || not_listed(("统计表", "table"), asked.table, &of(|s| s.zh), &of(|s| s.en));
    let sheet = sheets.iter().find(|s| s.name == asked.table).ok_or_else(unknown)?;
    let stands = Stands::of(&tabled, sheet);
    let bytes = file(sheet, &stands, format, lang)?;
    write(asked.out, &bytes)?;
    let (content, whole) = (sheet.sha256(), shiyan_app::sha256_hex(&bytes));
    if asked.json {
        return print_json(&json!({
            "table": sheet.name, "rows": sheet.rows.len(), "as_of": stands.as_of, "stands_on": stands.on, "scope": stands.scope.0, "scope_en": stands.scope.1,
            "content_sha256": content, "bytes": bytes.len(), "sha256": whole,
        }));
    }
    say!("{} {} {}", lang.pick(sheet.zh, sheet.en), sheet.rows.len(), lang.pick("行", "rows"))?;
    say!("{} SHA-256 {content}", lang.pick("内容", "content"))?;
    say!("{} {} SHA-256 {whole}", asked.out.display(), bytes.len())
}
