//! 保管: verify, checkpoint, backup, restore.

use std::io::{BufRead, BufReader};
use std::path::Path;

use shiyan_app::keep::Checkpoint;
use shiyan_app::kept::Care;
use shiyan_app::verify::Finding;
use shiyan_app::{App, Engine, Store};
use shiyan_foundation::{Lang, Refusal};

use crate::nightly::{remember, verified, write_backup};
use crate::place::Place;
use crate::print::{Failed, json as print_json, read};
use crate::run::{Done, now};
use crate::{code, say};

/// The application over the database that must be there, as it is kept: nothing is put into it.
pub(crate) async fn kept(place: &Place) -> Result<App, Failed> {
    Ok(App::new(place.existing().await?, |_| Err(shiyan_app::reports::Unset::Failed("no typesetting here".into()))))
}

pub(crate) async fn checkpoint(place: &Place) -> Done {
    print_json(&kept(place).await?.checkpoint(&place.key_file(), now()).await?)
}

pub(crate) async fn verify(place: &Place, checkpoint: Option<&Path>, public_key: Option<&str>, json: bool, lang: Lang) -> Done {
    let checkpoint = match checkpoint {
        Some(path) => {
            let none = |_| Failed::Fault(Refusal::new(code::CHECKPOINT).with("at", path.display()));
            Some(serde_json::from_slice::<Checkpoint>(&read(path)?).map_err(none)?)
        }
        None => None,
    };
    let look = place.look().await?;
    let finding = shiyan_app::keep::verify(&look, checkpoint.as_ref(), &place.key_file(), public_key).await;
    look.close().await;
    let finding = finding?;
    remember(place, Care::Verify, &verified(&finding));
    if json {
        print_json(&finding)?;
    } else if finding.ok {
        say!(
            "{} {} · {} {} · {} {}",
            lang.pick("链完整，日志条数", "the chain is whole; journal entries"),
            finding.entries,
            lang.pick("数据行", "rows"),
            finding.rows,
            lang.pick("链头", "head"),
            finding.head.hash
        )?;
    } else {
        for problem in &finding.problems {
            eprintln!("{} {}", lang.pick("不一致：", "does not hold:"), lang.pick(&problem.zh, &problem.en));
        }
    }
    if finding.ok { Ok(()) } else { Err(Failed::Found) }
}

fn problem(finding: &Finding, lang: Lang) -> &str {
    lang.pick(finding.problem_zh.as_deref().unwrap_or_default(), finding.problem_en.as_deref().unwrap_or_default())
}

pub(crate) async fn backup(place: &Place, file: &Path, force: bool, lang: Lang) -> Done {
    let app = kept(place).await?;
    if file.exists() && !force {
        return Err(Refusal::new(code::FILE_THERE).with("at", file.display()).into());
    }
    let taken = write_backup(&app, file, false).await;
    let outcome = match &taken {
        Ok(taken) => Ok(serde_json::json!({ "file": file.display().to_string(), "seq": taken.header.head.seq, "hash": taken.header.head.hash })),
        Err(Failed::Fault(why)) => Err(why.clone()),
        Err(_) => Err(Refusal::new(code::FAULT).with("detail", "backup")),
    };
    remember(place, Care::Backup, &outcome);
    say!("{} {} · {} {}", lang.pick("已备份到", "backed up to"), file.display(), lang.pick("日志第", "journal entry"), taken?.header.head.seq)
}

pub(crate) fn unpacked(file: &Path) -> Result<Box<dyn BufRead + Send>, shiyan_app::Error> {
    let handle = std::fs::File::open(file).map_err(|e| match Failed::io(code::FILE_READ, file.display(), &e) {
        Failed::Fault(refusal) => shiyan_app::Error::Unusable(refusal),
        _ => shiyan_app::Error::Fault(e.to_string()),
    })?;
    Ok(Box::new(BufReader::new(flate2::read::GzDecoder::new(BufReader::new(handle)))))
}

pub(crate) async fn restore(place: &Place, file: &Path, lang: Lang) -> Done {
    shiyan_store::backup::check_backup(unpacked(file)?)?;
    let before = place.unmade();
    let done = match place.make().await {
        Ok(store) => {
            let done = put_back(&store, file, lang).await;
            store.close().await;
            done
        }
        Err(failed) => Err(failed),
    };
    match done {
        Ok((engine, entries)) => {
            say!("{} {engine} · {} {entries}", lang.pick("已恢复并校验：", "restored and verified:"), lang.pick("日志条数", "journal entries"))
        }
        Err(failed) => {
            before.clear();
            Err(failed)
        }
    }
}

/// Restores and verifies; the engine and the number of journal entries.
async fn put_back(store: &Store, file: &Path, lang: Lang) -> Result<(&'static str, i64), Failed> {
    let header = store.restore(|| unpacked(file)).await?;
    let finding = store.verify(Some(&header.head)).await?;
    if !finding.ok {
        let why = problem(&finding, lang);
        return Err(Failed::Fault(Refusal::new(shiyan_store::code::BACKUP).with("why", why).with("why_en", why)));
    }
    Ok((if store.engine() == Engine::Sqlite { "SQLite" } else { "PostgreSQL" }, finding.entries))
}
