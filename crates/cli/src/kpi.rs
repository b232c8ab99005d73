//! 指标 the figures of a year, each beside the scope that was applied to it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;
use shiyan_foundation::area::Street;
use shiyan_foundation::task::{Department, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Lang, Refusal, Scope};
use shiyan_indicators::figure::Heap;
use shiyan_indicators::{Divisor, Family, Figure, KpiScope, Kpis, YearBasis};

use crate::place::Place;
use crate::print::{json as print_json, member, no_such, not_listed};
use crate::run::{Done, now};
use crate::say;

/// Keys of `--scope`.
const KEYS: [&str; 7] = ["levels", "kinds", "departments", "streets", "people", "basis", "target"];

/// A scope as typed over the default one; see the help of `--scope`. Batches of some streets are divided by the people of the
/// whole district only when those are the streets of the population row.
pub(crate) fn read_scope(default: KpiScope, text: &str, streets: &BTreeMap<String, Street>) -> Result<KpiScope, Refusal> {
    let mut scope = default.clone();
    let mut people = None;
    let inside = |code: &String| default.streets.as_ref().is_none_or(|set| set.contains(code));
    let within: BTreeMap<String, Street> = streets.iter().filter(|(_, s)| inside(&s.code)).map(|(key, s)| (key.clone(), s.clone())).collect();
    for part in text.split([';', '；']).map(str::trim).filter(|p| !p.is_empty()) {
        let keys = KEYS.map(str::to_owned);
        let (key, list) = part.split_once('=').ok_or_else(|| not_listed(("口径", "scope"), part, &keys, &keys))?;
        let list = list.trim();
        match key.trim() {
            "levels" => scope.levels = members::<TaskLevel>(list, ("口径 levels", "scope levels"))?,
            "kinds" => scope.kinds = members::<TaskKind>(list, ("口径 kinds", "scope kinds"))?,
            "departments" => scope.departments = members::<Department>(list, ("口径 departments", "scope departments"))?,
            // every family of figures counts the streets of the population row, and no other
            "streets" if list == "*" => scope.streets.clone_from(&default.streets),
            "streets" => scope.streets = Some(chosen(list, &within)?),
            "people" => people = Some(list.parse::<u64>().ok().filter(|n| *n > 0).ok_or_else(|| number("people", list))?),
            "basis" => scope.basis = member::<YearBasis>(list).ok_or_else(|| no_such::<YearBasis>(("口径 basis", "scope basis"), list))?,
            "target" => scope.target_per_mille = shiyan_app::figures::target_per_mille(list)?,
            other => return Err(not_listed(("口径", "scope"), other, &keys, &keys)),
        }
    }
    let whole = scope.streets.as_ref().is_none_or(|set| Some(set) == default.streets.as_ref() || set.len() == streets.len());
    scope.divisor = match people {
        Some(people) => Divisor::Given(people),
        None if whole => default.divisor,
        None => Divisor::Unknown,
    };
    Ok(scope)
}

fn number(key: &str, typed: &str) -> Refusal {
    Refusal::new(shiyan_app::code::NUMBER).with("label", format!("口径 {key}")).with("label_en", format!("scope {key}")).with("typed", typed)
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', '，', '、']).map(str::trim).filter(|m| !m.is_empty())
}

fn members<L: Label + Ord>(list: &str, label: (&str, &str)) -> Result<BTreeSet<L>, Refusal> {
    let set: BTreeSet<L> = parts(list).map(|m| member(m).ok_or_else(|| no_such::<L>(label, m))).collect::<Result<_, _>>()?;
    if set.is_empty() { Err(no_such::<L>(label, list)) } else { Ok(set) }
}

/// Streets by code or name.
fn chosen(list: &str, streets: &BTreeMap<String, Street>) -> Result<BTreeSet<String>, Refusal> {
    let unknown = |typed: &str| no_street(typed, streets);
    let code = |typed| streets.values().find(|s| s.code == typed || s.name == typed).map(|s| s.code.clone()).ok_or_else(|| unknown(typed));
    let set: BTreeSet<String> = parts(list).map(code).collect::<Result<_, _>>()?;
    if set.is_empty() { Err(unknown(list)) } else { Ok(set) }
}

/// A street that is not in the table, with the table.
pub(crate) fn no_street(typed: &str, streets: &BTreeMap<String, Street>) -> Refusal {
    let all: Vec<String> = streets.values().map(|s| format!("{}（{}）", s.code, s.name)).collect();
    not_listed(("街道", "street"), typed, &all, &all)
}

pub(crate) async fn kpi(place: &Place, year: i32, scope: Option<&str>, as_of: Option<NaiveDate>, json: bool, lang: Lang) -> Done {
    let app = place.app().await?;
    let mut wanted = app.kpi_scope(year).await?;
    if let Some(text) = scope {
        wanted = read_scope(wanted, text, &app.streets().await?)?;
    }
    let year = app.figures(wanted, &Scope::District, as_of, now()).await?;
    tell(&year.kpis, json, lang)
}

/// One figure in one line.
pub(crate) fn line_of<H: Heap>(figure: &Figure<H>, lang: Lang) -> Done {
    let met = match figure.met {
        Some(true) => lang.pick("达标", "met"),
        Some(false) => lang.pick("未达标", "not met"),
        None => "",
    };
    let left: u64 = figure.left_out.values().map(Heap::number).sum();
    let (name, out) = (figure.name(lang), lang.pick("未计入", "left out"));
    if figure.unit.is_sum() {
        let cases = lang.pick("件案件", "cases");
        return say!("{name:<24} {:>10} {}  {} {cases}  {out} {left}", figure.display, figure.unit.label(lang), figure.numerator);
    }
    say!("{name:<24} {:>10}  {}/{}  {met}  {out} {left}", figure.display, figure.numerator, figure.denominator)
}

/// Says the figures, counted from whatever and kept however.
pub(crate) fn tell<H: Heap>(k: &Kpis<H>, json: bool, lang: Lang) -> Done {
    // Without people there is nothing that was required, and so no gap, pace or forecast.
    let divides = k.scope.people().is_some();
    if json {
        let indicator = |figure: &Figure<H>| {
            let left_out: serde_json::Map<String, serde_json::Value> =
                figure.left_out.iter().map(|(reason, ids)| (reason.code().to_owned(), json!(ids.number()))).collect();
            json!({
                "key": figure.key, "family": figure.family, "cut": figure.cut, "name": figure.name(Lang::Zh), "name_en": figure.name(Lang::En),
                "numerator": figure.numerator, "denominator": figure.denominator, "exact": figure.exact, "decimal": figure.decimal, "display": figure.display,
                "target": figure.target, "met": figure.met, "provisional": figure.provisional,
                "scope": k.scope_of(figure.family, Lang::Zh), "scope_en": k.scope_of(figure.family, Lang::En),
                "counted": figure.counted.number(), "left_out": left_out,
            })
        };
        return print_json(&json!({
            "year": k.scope.year, "as_of": k.as_of, "scope": k.scope, "scope_line": k.scope_line_zh, "scope_line_en": k.scope_line_en,
            "required": divides.then_some(k.required), "gap": divides.then_some(k.gap), "pace": divides.then_some(&k.pace), "forecast": divides.then_some(&k.forecast),
            "in_lab": k.in_lab.number(), "in_transit": k.in_transit.number(), "overdue": k.overdue, "closed_late": k.closed_late, "open_not_due": k.open_not_due,
            "indicators": k.figures().map(indicator).collect::<Vec<_>>(),
        }));
    }
    say!("{}{}", lang.pick("统计截止日：", "As of "), k.as_of)?;
    for family in Family::ALL {
        say!("{}", k.scope_of(*family, lang))?;
        if *family == Family::Batches && divides {
            say!("{} {} · {} {}", lang.pick("应完成", "required"), k.required, lang.pick("缺口", "gap"), k.gap)?;
        } else if *family == Family::Batches {
            let why = lang.pick(
                "没有千人批次：所选街道的人口没有写明，在 --scope 中加 people=人数",
                "no batches per thousand: the people of these streets are not given; add people=N to --scope",
            );
            say!("{why}")?;
        }
        for figure in k.figures().filter(|f| f.cut.is_none() && f.family == *family) {
            line_of(figure, lang)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::area::AdminBody;
    use shiyan_foundation::ids::PopulationId;
    use shiyan_foundation::task::{Boundary, Population, PopulationBasis};

    fn street(code: &str, admin: AdminBody) -> (String, Street) {
        (code.to_owned(), Street { code: code.to_owned(), name: format!("街道{code}"), admin })
    }
    #[test]
    fn all_streets_are_those_of_the_population_row_and_no_street_beside_it_is_taken() {
        let population = Population {
            id: PopulationId(Default::default()),
            year: 2020,
            area_code: "410105".into(),
            people: 1_333_000,
            basis: PopulationBasis::Census7,
            boundary: Boundary::Governed,
            source: "公报".into(),
        };
        let streets =
            BTreeMap::from([street("410105001", AdminBody::Jinshui), street("410105008", AdminBody::Jinshui), street("410105020", AdminBody::Zhengdong)]);
        let governed = BTreeSet::from(["410105001".to_owned(), "410105008".to_owned()]);
        let default = KpiScope { streets: Some(governed.clone()), ..KpiScope::standard(2026, population).unwrap() };
        let read = |text: &str| read_scope(default.clone(), text, &streets);
        assert_eq!(read("streets=*").unwrap(), default);
        assert_eq!(read("streets=410105001").unwrap().streets, Some(BTreeSet::from(["410105001".to_owned()])));
        let why = read("streets=410105020").unwrap_err();
        assert_eq!(why.code(), "CLI-CHOICE");
        for target in ["target=0", "target=-1", "target=x"] {
            assert_eq!(read(target).unwrap_err().code(), "TYPED-NUMBER", "{target}");
        }
    }
}
