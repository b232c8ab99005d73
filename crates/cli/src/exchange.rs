//! 数据交换 results in the standard sample description, out and in.

use std::path::{Path, PathBuf};

use serde_json::json;
use shiyan_exchange::Severity;
use shiyan_exchange::code as exchange_code;
use shiyan_exchange::ssd2::{self, Ssd};
use shiyan_foundation::{Label, Lang, NaiveDate, Refusal};
use shiyan_imports::ssd2::Exported;

use crate::code;
use crate::config::Ssd2Command;
use crate::place::Place;
use crate::print::{Failed, json as print_json, read, write};
use crate::run::{Done, now};
use crate::say;

/// `exchange ssd2 …`
pub(crate) async fn ssd2(place: &Place, what: Ssd2Command, lang: Lang) -> Done {
    match what {
        Ssd2Command::Check { file, out, json } => check(&file, out.as_deref(), json, lang),
        Ssd2Command::Export { from, to, out, csv, json } => export(place, (from, to), (&out, csv), json, lang).await,
    }
}

/// The files that a path names: itself, or those of a folder that may belong to a set.
fn files(path: &Path) -> Result<Vec<(String, Vec<u8>)>, Failed> {
    let name = |p: &Path| p.file_name().map_or_else(|| p.display().to_string(), |n| n.to_string_lossy().into_owned());
    if !path.is_dir() {
        return Ok(vec![(name(path), read(path)?)]);
    }
    let unread = |e: &std::io::Error| Failed::io(code::FILE_READ, path.display(), e);
    let known = |p: &PathBuf| p.extension().is_some_and(|e| ["csv", "xml", "xlsx"].iter().any(|k| e.eq_ignore_ascii_case(k)));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| unread(&e))? {
        let entry = entry.map_err(|e| unread(&e))?.path();
        if entry.is_file() && known(&entry) {
            found.push(entry);
        }
        if found.len() > ssd2::MOST_FILES {
            break;
        }
    }
    found.sort();
    found.iter().map(|p| Ok((name(p), read(p)?))).collect()
}

fn check(path: &Path, out: Option<&Path>, json: bool, lang: Lang) -> Done {
    let files = files(path)?;
    if files.is_empty() {
        return Err(Refusal::new(exchange_code::SSD_NONE).with("file", path.display()).into());
    }
    let set = ssd2::read_set(&files, now().date_naive())?;
    let errors: u64 = set.iter().map(|s| s.errors).sum();
    if json {
        print_json(&json!({ "accepted": errors == 0, "errors": errors, "warnings": set.iter().map(|s| s.warnings).sum::<u64>(), "files": set }))?;
    } else {
        set.iter().try_for_each(|s| told(s, lang))?;
    }
    if let Some(out) = out {
        if errors > 0 {
            return Err(Refusal::new(exchange_code::SSD_NOT_WRITTEN).with("errors", errors).into());
        }
        // of a set the results are written; the tables beside them stay as they are
        if let Some(results) = set.iter().find(|s| matches!(s.model, ssd2::Model::Ssd1 | ssd2::Model::Ssd2)).or(set.first()) {
            write(out, &results.written()?)?;
        }
    }
    if errors == 0 { Ok(()) } else { Err(Failed::Found) }
}

fn told(file: &Ssd, lang: Lang) -> Done {
    for f in &file.findings {
        let word = match f.severity {
            Severity::Error => lang.pick("错误", "error"),
            Severity::Warning => lang.pick("提示", "note"),
        };
        let hint = lang.pick("提示：", "hint:");
        say!("{word} [{}] {}\n  {hint} {}", f.code, lang.pick(&f.zh, &f.en), lang.pick(&f.next_zh, &f.next_en))?;
    }
    let all = file.errors + file.warnings;
    if all > file.findings.len() as u64 {
        let more = all - file.findings.len() as u64;
        say!("{} {more}", lang.pick("没有列出的：", "not listed:"))?;
    }
    let count = |zh, en, n: usize| format!("{} {n}", lang.pick(zh, en));
    say!(
        "{} · {} · {} · {} · {} {}",
        file.file,
        file.model.label(lang),
        count("读到", "read", file.rows.len()),
        count("不采用", "refused", file.refused_rows()),
        lang.pick("提示", "notes"),
        file.warnings
    )
}

async fn export(place: &Place, (from, to): (NaiveDate, NaiveDate), (out, csv): (&Path, bool), json: bool, lang: Lang) -> Done {
    let app = place.app().await?;
    let all = Exported::of_district(&app, from, to, now()).await?;
    let sender = match &place.file.body {
        Some(body) => body.clone(),
        None => app.district().await?.body.zh,
    };
    let bytes = if csv { all.csv()? } else { all.xml(&sender) };
    write(out, &bytes)?;
    let reasons: Vec<_> = all.reasons().into_iter().map(|(why, count)| json!({ "why": why, "zh": why.zh(), "en": why.en(), "count": count })).collect();
    let sha256 = shiyan_app::sha256_hex(&bytes);
    if json {
        return print_json(&json!({
            "extent": all.extent, "orders": all.orders, "demo": all.demo, "results": all.lines.len(), "left_out": all.left_out, "reasons": reasons,
            "bytes": bytes.len(), "sha256": sha256, "results_sha256": all.sha256()?,
        }));
    }
    say!("{}", all.extent.told(lang))?;
    for (why, count) in all.reasons() {
        say!("{} {count}：{}", lang.pick("未导出", "left out"), why.label(lang))?;
    }
    if all.demo > 0 {
        say!("{} {}", lang.pick("含演示数据，没有效力：", "demonstration data, not valid:"), all.demo)?;
    }
    say!("{} {} SHA-256 {sha256}", lang.pick("已导出结果", "results exported"), all.lines.len())
}
