//! 保管: verify, checkpoint, backup, restore.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use shiyan_app::App;
use shiyan_app::keep::{Checkpoint, Since};
use shiyan_app::kept::Care;
use shiyan_app::verify::Finding;
use shiyan_foundation::{Lang, Refusal};
use shiyan_store::{Engine, Store};
use shiyan_web_kit::timeline::verb_text;

use crate::config::ClockCommand;
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

/// What a database is verified against.
#[derive(Debug)]
pub(crate) enum Against {
    Nothing,
    /// A checkpoint file, beside everything else.
    Checkpoint(PathBuf),
    /// 自检查点起 a head as printed, or a checkpoint file: only what happened after it.
    Since(String),
}

fn checkpoint_file(path: &Path) -> Result<Checkpoint, Failed> {
    serde_json::from_slice(&read(path)?).map_err(|_| Failed::Fault(Refusal::new(code::CHECKPOINT).with("at", path.display())))
}

pub(crate) async fn verify(place: &Place, against: &Against, public_key: Option<&str>, json: bool, lang: Lang) -> Done {
    let (mut checkpoint, mut since) = (None, None);
    match against {
        Against::Nothing => {}
        Against::Checkpoint(path) => checkpoint = Some(checkpoint_file(path)?),
        Against::Since(text) => {
            since = Some(match text.parse() {
                Ok(head) => Since::Head(head),
                Err(()) => Since::Signed(checkpoint_file(Path::new(text))?),
            });
        }
    }
    let look = place.look().await?;
    let finding = match &since {
        Some(since) => shiyan_app::keep::verify_since(&look, since, &place.key_file(), public_key).await,
        None => shiyan_app::keep::verify(&look, checkpoint.as_ref(), &place.key_file(), public_key).await,
    };
    look.close().await;
    let finding = finding?;
    // A check of a few days is not what the status calls a verification, unless it finds something.
    if finding.since.is_none() || !finding.ok {
        remember(place, Care::Verify, &verified(&finding));
    }
    if json {
        print_json(&finding)?;
        return if finding.ok { Ok(()) } else { Err(Failed::Found) };
    }
    for remark in &finding.remarks {
        say!("{} {}", lang.pick("注意：", "note:"), lang.pick(&remark.zh, &remark.en))?;
    }
    if !finding.ok {
        for problem in &finding.problems {
            eprintln!("{} {}", lang.pick("不一致：", "does not hold:"), lang.pick(&problem.zh, &problem.en));
        }
        return Err(Failed::Found);
    }
    let whole = match finding.since {
        None => lang.pick("链完整，日志条数", "the chain is whole; journal entries").to_owned(),
        Some(seq) => lang.pick(&format!("第 {seq} 条之后的链完整，日志条数"), &format!("the chain after entry {seq} is whole; journal entries")).to_owned(),
    };
    say!("{whole} {} · {} {} · {} {}", finding.entries, lang.pick("数据行", "rows"), finding.rows, lang.pick("链头", "head"), finding.head.hash)?;
    for part in &finding.left_out {
        say!("{} {}", lang.pick("未核对：", "not looked at:"), lang.pick(&part.zh, &part.en))?;
    }
    say!("{} shiyan verify --since {}", lang.pick("下次只校验新增内容：", "to check only what is new next time:"), finding.checkpoint)
}

/// The clock as it stands to the journal; owned up to when it ran ahead before and is right now.
pub(crate) async fn clock(place: &Place, what: Option<ClockCommand>, json: bool, lang: Lang) -> Done {
    let app = kept(place).await?;
    let (state, accepted) = match what {
        None => (app.clock(now()).await?, false),
        Some(ClockCommand::Accept { by, why }) => (app.accept_clock(&by, &why, now()).await?, true),
    };
    if json {
        return print_json(&state);
    }
    say!("{} {}", lang.pick("系统时钟", "the clock"), state.now)?;
    say!("{} {} · {}", lang.pick("日志最后一条", "last journal entry"), state.last_seq, state.last)?;
    for (verb, entries) in &state.ahead {
        say!("  {} {} {entries}", lang.pick("时间晚于现在：", "with a time that has not come:"), verb_text(verb, lang))?;
    }
    if accepted {
        let (first, last) = (state.first_seq.unwrap_or(state.last_seq), state.last_seq);
        let zh = format!("已在日志中写明：第 {first} 条到第 {last} 条写入时时钟走快。这些条目、据此算出的日期和期限没有改动，请逐件核对；写入已恢复");
        let en = format!(
            "The journal says now that entries {first} to {last} were written with a clock that ran ahead. They stand as they are, and so do the days and deadlines counted from them: look at each; writing goes on"
        );
        return say!("{}", lang.pick(&zh, &en));
    }
    let held = lang.pick(
        "写入已暂停：先校正时钟；时钟没有错，用 shiyan clock accept 认定",
        "nothing is written: set the clock right; if it is right, own up to it with shiyan clock accept",
    );
    say!("{}", if state.held { held } else { lang.pick("时钟正常", "the clock is fine") })
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
