//! `shiyan paper`: every paper by its number, and one of them as a file.

use serde_json::{Value, json};
use shiyan_app::{App, Who, sha256_hex};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Label, Lang, Refusal, Scope};
use shiyan_lab_results::order::TestOrder;
use shiyan_lab_results::report::ReportOptions;
use shiyan_papers::catalogue::{KINDS, Kind, Output};
use shiyan_papers::{BOUND, code};

use crate::config::PaperArgs;
use crate::place::Place;
use crate::print::{json as print_json, write};
use crate::run::{Done, now, test_report};
use crate::say;

/// `paper list` or `paper P40 …`
pub(crate) async fn paper(place: &Place, args: &PaperArgs, lang: Lang) -> Done {
    if args.what.trim().eq_ignore_ascii_case("list") {
        return list(args.json, lang);
    }
    let kind = Kind::of(&args.what)?;
    let no = args.no.as_deref().ok_or_else(|| kind.unread(""))?;
    let out = args.out.as_deref().ok_or_else(|| kind.output(std::path::Path::new("")).err().unwrap_or_else(|| Refusal::new(code::OUTPUT)))?;
    let output = kind.output(out)?;
    let (bytes, warns) = match kind.id {
        "P11a" | "P11b" => return report_of(place, kind, no, out, lang).await,
        "P61" => {
            let year = shiyan_papers::period::Period::read(no).filter(|_| no.trim().len() == 4).ok_or_else(|| kind.unread(no))?.year;
            let format = if output == Output::Docx { shiyan_papers::Format::Docx } else { shiyan_papers::Format::Pdf };
            (shiyan_papers::district_file(&place.app().await?, year, lang, None, now(), format).await?, Vec::new())
        }
        _ => {
            let made = shiyan_papers::letter_file(&place.app().await?, kind, no, lang, now(), output).await?;
            (made.bytes, made.warns)
        }
    };
    write(out, &bytes)?;
    let sha256 = sha256_hex(&bytes);
    if args.json {
        let told = |w: &Refusal| json!({ "code": w.code(), "what": w.what(lang), "next": w.next(lang) });
        let warns: Vec<Value> = warns.iter().map(told).collect();
        return print_json(
            &json!({ "paper": kind.id, "no": no, "file": out.display().to_string(), "bytes": bytes.len(), "sha256": sha256, "warnings": warns }),
        );
    }
    say!("{} {} {} SHA-256 {sha256}", kind.id, out.display(), bytes.len())?;
    for w in &warns {
        say!("[{}] {}\n  {} {}", w.code(), w.what(lang), lang.pick("提示：", "hint:"), w.next(lang))?;
    }
    Ok(())
}

fn list(as_json: bool, lang: Lang) -> Done {
    let endings = |k: &Kind| k.outputs.iter().map(|o| o.ending()).collect::<Vec<_>>();
    if as_json {
        let one = |k: &Kind| {
            let (zh, en, example) = k.no;
            json!({ "id": k.id, "zh": k.zh, "en": k.en, "outputs": endings(k), "no": { "zh": zh, "en": en, "example": example } })
        };
        return print_json(&KINDS.iter().map(one).collect::<Vec<_>>());
    }
    for k in KINDS {
        say!("{:<5} {}  {}\n      --no {}", k.id, k.name(lang), endings(k).join(" "), lang.pick(k.no.0, k.no.1))?;
    }
    Ok(())
}

/// P11a and P11b are one program and two titles: which one a sample gets, its purpose says.
fn fits(kind: &Kind, number: &str, order: Option<&TestOrder>) -> Result<(), Refusal> {
    let Some(order) = order else { return Ok(()) };
    let monitored = order.kind == TaskKind::RiskMonitoring;
    if monitored == (kind.id == "P11b") {
        return Ok(());
    }
    let refusal = Refusal::new(code::OTHER_KIND).with("no", number).with("paper", kind.id).with("other", if monitored { "P11b" } else { "P11a" });
    Err(refusal.with("kind", order.kind.zh()).with("kind_en", order.kind.en()))
}

async fn report_of(place: &Place, kind: &'static Kind, no: &str, out: &std::path::Path, lang: Lang) -> Done {
    let numbers: Vec<&str> = no.split([',', '，']).map(str::trim).filter(|no| !no.is_empty()).collect();
    // printing an issued report is journalled
    let app = place.app_to_write().await?;
    if let [_, _, ..] = numbers.as_slice() {
        return volume_of(place, &app, kind, &numbers, out).await;
    }
    let (number, _) = shiyan_sample_intake::check_number(no)?;
    let found = app.report_of_number(&number, &Scope::District).await?.and_then(|r| r.order);
    fits(kind, &number, found.as_ref())?;
    test_report(place, &app, no, out, ReportOptions::default(), lang).await
}

/// 合订 several issued reports in one file for the printer.
async fn volume_of(place: &Place, app: &App, kind: &'static Kind, numbers: &[&str], out: &std::path::Path) -> Done {
    if kind.output(out)? != Output::Pdf {
        return Err(Refusal::new(code::OUTPUT).with("paper", kind.id).with("typed", out.display().to_string()).with("known", ".pdf").into());
    }
    if numbers.len() > BOUND {
        return Err(Refusal::new(code::BOUND).with("most", BOUND).with("count", numbers.len()).into());
    }
    let (mut contents, mut printed) = (Vec::new(), Vec::new());
    for no in numbers {
        let (number, _) = shiyan_sample_intake::check_number(no)?;
        let found = app.report_of_number(&number, &Scope::District).await?;
        fits(kind, &number, found.as_ref().and_then(|f| f.order.as_ref()))?;
        let report = found.and_then(|f| f.newest).ok_or_else(|| Refusal::new(code::UNBOUND).with("no", &number))?;
        contents.push(app.report_to_bind(&report).await?);
        printed.push((report.id, report.number.clone()));
    }
    let url = place.public_url(None, std::net::SocketAddr::from(([127, 0, 0, 1], 8000)));
    let bytes = shiyan_papers::test_report_volume(&contents, &url).map_err(|e| shiyan_app::Error::Fault(format!("{e:?}")))?;
    write(out, &bytes)?;
    app.note_printed(&Who::system("命令行"), &printed, "file", now()).await?;
    say!("{} {} {} SHA-256 {}", kind.id, printed.len(), bytes.len(), sha256_hex(&bytes))?;
    Ok(())
}
