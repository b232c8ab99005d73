//! 事实文件 figures without a database: made-up nations to measure on, and the indicators from files.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::json;
use shiyan_analytics::answers::FactColumns;
use shiyan_analytics::counted::kpis_from;
use shiyan_analytics::files::sheet::Packing;
use shiyan_analytics::files::{FactFamily, Manifest};
use shiyan_analytics::national::{NationOptions, WHOLE, generate};
use shiyan_app::figures::moment;
use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::ids::PopulationId;
use shiyan_foundation::task::{Boundary, Population, PopulationBasis};
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_indicators::{Divisor, KpiScope};

use crate::code;
use crate::config::GenerateArgs;
use crate::kpi::{read_scope, tell};
use crate::print::json as print_json;
use crate::run::{Done, now};
use crate::say;

/// A part of the nation in millionths.
fn scale(typed: &str) -> Result<u32, Refusal> {
    let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = format!("{whole}{part:0<6}");
    let read = if part.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) { None } else { digits.parse::<u32>().ok() };
    read.filter(|n| (1..=WHOLE).contains(n)).ok_or_else(|| Refusal::new(code::SCALE).with("typed", typed))
}

pub(crate) fn generated(what: GenerateArgs, lang: Lang) -> Done {
    let GenerateArgs { nation: _, out, scale: typed, seed, year, json } = what;
    let options = NationOptions { year, seed, scale: scale(&typed)?, packing: Packing::default() };
    let manifest = generate(&out, options, |month| eprintln!("{month}"))?;
    let rows = |family: FactFamily| manifest.entries(family).map(|(_, entry)| entry.rows).sum::<u64>();
    let bytes = |family: FactFamily| manifest.entries(family).map(|(_, entry)| entry.bytes).sum::<u64>();
    if json {
        let family = |f: &FactFamily| (f.code().to_owned(), json!({ "rows": rows(*f), "bytes": bytes(*f) }));
        let families: serde_json::Map<String, serde_json::Value> = FactFamily::ALL.iter().map(family).collect();
        return print_json(&json!({ "out": out, "fictional": true, "seed": seed, "scale": typed, "year": year, "families": families }));
    }
    say!(
        "{} {}",
        lang.pick("已生成虚构的全国事实文件（演示数据，不是真实数据）：", "made the fact files of a made-up nation (nothing in them is real):"),
        out.display()
    )?;
    for family in FactFamily::ALL {
        say!("{:<10} {:>12}", family.label(lang), rows(*family))?;
    }
    Ok(())
}

/// The streets that occur in the files; files know no names.
fn streets(dir: &Path) -> Result<BTreeMap<String, Street>, Refusal> {
    let codes = FactColumns::open(dir)?.streets()?;
    Ok(codes.into_iter().map(|code| (code.clone(), Street { name: code.clone(), code, admin: AdminBody::Jinshui })).collect())
}

pub(crate) fn kpi(dir: &Path, year: Option<i32>, scope: Option<&str>, as_of: Option<NaiveDate>, json: bool, lang: Lang) -> Done {
    let last = || Manifest::read(dir).map(|m| m.entries(FactFamily::Batch).filter(|(_, entry)| entry.rows > 0).map(|(month, _)| month.year).max());
    let year = match year {
        Some(year) => year,
        None => last()?.ok_or_else(|| Refusal::new(code::NO_YEAR).with("at", dir.display()))?,
    };
    let population = Population {
        id: PopulationId(Default::default()),
        year,
        area_code: String::new(),
        people: 0,
        basis: PopulationBasis::YearEnd,
        boundary: Boundary::Division,
        source: dir.display().to_string(),
    };
    // files know no population: batches per thousand are for whoever says people=N
    let mut wanted = KpiScope { divisor: Divisor::Unknown, ..KpiScope::standard(year, population)? };
    if let Some(text) = scope {
        wanted = read_scope(wanted, text, &streets(dir)?)?;
    }
    let at = moment(year, as_of, now())?;
    tell(&kpis_from(dir, &wanted, at, shiyan_statute::calendar())?, json, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_decimal_of_at_most_one() {
        assert_eq!(["1", "0.01", "0.000001", ".5"].map(|s| scale(s).ok()), [Some(WHOLE), Some(10_000), Some(1), Some(500_000)]);
        for bad in ["0", "1.01", "-1", "x", "", "0.0000001", "1e-2", "+1"] {
            assert_eq!(scale(bad).unwrap_err().code(), "CLI-SCALE", "{bad}");
        }
    }
}
