//! 检验报告的内容 what a test report says, out of the facts that were frozen when it was issued.

use shiyan_foundation::Lang;
use shiyan_foundation::task::TaskKind;
use shiyan_lab_results::order::Meaning;
use shiyan_lab_results::report::{self, ReportContent};

use super::{Laboratory, Mark, Model, Replaced, ResultRow, Sample, Wording};
use crate::Picture;

/// What a test report says, out of its frozen facts.
///
/// # Errors
/// A picture that the report names was not put in; a moment that cannot be read.
pub fn model(content: &ReportContent, public_url: &str) -> Result<Model, String> {
    let stated = content.stated();
    let created_at = chrono::DateTime::parse_from_rfc3339(&content.issued_at).map_err(|e| e.to_string())?;
    let picture = |sha256: &Option<String>, bytes: &Option<Vec<u8>>| match (sha256, bytes) {
        (None, _) => Ok(None),
        (Some(_), Some(bytes)) => Picture::read(bytes).map(Some).map_err(|e| e.to_string()),
        (Some(sha256), None) => Err(format!("the picture {sha256} was not put in")),
    };
    let notices = if content.notices.is_empty() {
        // Issued before notices were frozen: the standing ones of its kind and day.
        let kind = content.kind().unwrap_or(TaskKind::Supervisory);
        report::notices(kind, None, created_at.date_naive()).map_err(|r| r.what(Lang::En))?
    } else {
        content.notices.clone()
    };
    Ok(Model {
        wording: if content.options.bilingual { Wording::Both } else { Wording::Zh },
        report_no: content.number.clone(),
        laboratory: Laboratory {
            name: content.lab[0].clone(),
            address: content.lab[1].clone(),
            phone: content.lab[2].clone(),
            postcode: content.lab[3].clone(),
            email: String::new(),
        },
        sample: Sample {
            name: content.sample_name.clone(),
            spec: stated.spec.clone(),
            brand: stated.brand.clone(),
            grade: stated.grade.clone(),
            production: match stated.lot_no.as_str() {
                "" | "/" => stated.made_on.clone(),
                lot => format!("{} / {lot}", stated.made_on),
            },
            shelf_life: stated.shelf_life.clone(),
            sampled_unit: content.site_name.clone(),
            sampled_address: stated.operator_address.clone(),
            producer: content.producer.clone(),
            producer_address: stated.producer_address.clone(),
            sampling_no: stated.sheet.clone(),
            sampled_on: stated.sampled_on.clone(),
            samplers: stated.samplers.clone(),
            lot: stated.base.clone(),
            quantity: stated.quantity.clone(),
            reserve: match (stated.reserve.as_str(), stated.reserve_place.as_str()) {
                (reserve, "") | (reserve @ "", _) => reserve.to_owned(),
                (reserve, place) => format!("{reserve}，封存于{place}"),
            },
            state: stated.condition.clone(),
            received_on: stated.received_on.clone(),
            tested_on: stated.tested_on.clone(),
            task_source: stated.task_source.clone(),
            category: content.purpose.clone(),
        },
        basis: stated.methods.clone(),
        judged_by: stated.standards.clone(),
        conclusion: content.conclusion.clone(),
        remark: stated.remark.clone(),
        results: content
            .items
            .iter()
            .map(|i| ResultRow {
                item: i.analyte.clone(),
                unit: i.unit.clone(),
                requirement: printed(&i.limit, ""),
                result: printed(&i.result, &i.unit),
                method: i.method.clone(),
                verdict: i.verdict.clone(),
                note: i.note.clone(),
                working: i.working.clone(),
                failed: i.fails(),
            })
            .collect(),
        approver: content.signed(Meaning::Signatory).to_owned(),
        reviewer: content.signed(Meaning::Reviewer).to_owned(),
        tester: content.signed(Meaning::MainAnalyst).to_owned(),
        issued_on: (!content.draft).then(|| created_at.date_naive()),
        notices,
        verify_url: if content.verify_code.is_empty() { String::new() } else { format!("{}/v/{}", public_url.trim_end_matches('/'), content.verify_code) },
        verify_code: content.verify_code.clone(),
        mark_picture: picture(&content.mark, &content.pictures.mark)?,
        seal_picture: picture(&content.seal, &content.pictures.seal)?,
        replaces: content.replaces.as_ref().map(|number| Replaced { report_no: number.clone(), reason: content.amendment_reason.clone().unwrap_or_default() }),
        mark: match (content.draft, content.demo) {
            (true, true) => Some(Mark::DemoDraft),
            (true, false) => Some(Mark::Draft),
            (false, demo) => demo.then_some(Mark::Demo),
        },
        created_at,
    })
}

/// A result or a limit as the annex prints it: without the unit, which has its own column; powers of ten raised; brackets and
/// commas of Chinese type. The digits stay as they are.
fn printed(text: &str, unit: &str) -> String {
    let without = |value: &str| -> String {
        let value = value.trim();
        let bare = if unit.is_empty() { value } else { value.strip_suffix(unit).map_or(value, str::trim_end) };
        match bare.split_once('(') {
            Some((word, rest)) if word == "未检出" => {
                let inner = rest.strip_suffix(')').unwrap_or(rest);
                let inner = if unit.is_empty() { inner } else { inner.strip_suffix(unit).map_or(inner, str::trim_end) };
                format!("{word}（{}）", inner.replace(':', "："))
            }
            _ => bare.to_owned(),
        }
    };
    let plain = text.split('；').map(without).collect::<Vec<_>>().join("；");
    raised(&plain).replace(",c=", "，c=").replace(",m=", "，m=").replace(",M=", "，M=")
}

/// `2.5×10^6` → `2.5×10⁶`
fn raised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("10^") {
        let digits: String = after.char_indices().take_while(|(i, c)| c.is_ascii_digit() || (*i == 0 && *c == '-')).map(|(_, c)| c).collect();
        out.push_str(before);
        if digits.is_empty() {
            out.push_str("10^");
        } else {
            out.push_str("10");
            out.extend(digits.chars().map(|c| match c {
                '0'..='9' => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][usize::from(c as u8 - b'0')],
                _ => '⁻',
            }));
        }
        rest = &after[digits.len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_result_is_printed_without_its_unit_and_with_its_digits() {
        for (text, unit, wanted) in [
            ("0.240mg/kg", "mg/kg", "0.240"),
            ("未检出(<0.010mg/kg)", "mg/kg", "未检出（<0.010）"),
            ("未检出(检出限:0.01mg/kg)", "mg/kg", "未检出（检出限：0.01）"),
            ("未检出/25g", "/25g", "未检出"),
            ("3.2×10^3CFU/g；<10CFU/g；1.1×10^-4CFU/g", "CFU/g", "3.2×10³；<10；1.1×10⁻⁴"),
            ("2400µg/kg", "mg/kg", "2400µg/kg"),
            ("12", "", "12"),
            ("n=5,c=2,m=10^4,M=10^5", "", "n=5，c=2，m=10⁴，M=10⁵"),
            ("10^", "", "10^"),
        ] {
            assert_eq!(printed(text, unit), wanted, "{text}");
        }
    }
}
