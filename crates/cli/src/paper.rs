//! `shiyan paper`: every paper by its number, and one of them as a file.

use serde_json::{Value, json};
use shiyan_app::sha256_hex;
use shiyan_foundation::{Label, Lang, Refusal, Scope};
use shiyan_lab_results::report::ReportOptions;
use shiyan_papers::catalogue::{KINDS, Kind, Output};
use shiyan_papers::code;

use crate::config::PaperArgs;
use crate::place::Place;
use crate::print::{Failed, json as print_json, write};
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
async fn report_of(place: &Place, kind: &'static Kind, no: &str, out: &std::path::Path, lang: Lang) -> Done {
    use shiyan_foundation::task::TaskKind;
    let (number, _) = shiyan_sample_intake::check_number(no)?;
    // printing an issued report is journalled
    let app = place.app_to_write().await?;
    let found = app.report_of_number(&number, &Scope::District).await?.and_then(|r| r.order);
    if let Some(order) = found {
        let monitored = order.kind == TaskKind::RiskMonitoring;
        if monitored != (kind.id == "P11b") {
            let refusal = Refusal::new(code::OTHER_KIND).with("no", &number).with("paper", kind.id).with("other", if monitored { "P11b" } else { "P11a" });
            return Err(Failed::from(refusal.with("kind", order.kind.zh()).with("kind_en", order.kind.en())));
        }
    }
    test_report(place, &app, no, out, ReportOptions::default(), lang).await
}
