//! 固定文字 the words of papers whose form is fixed, out of `templates/*.toml`: one file a paper and language, each word by its name. A name too
//! many or too few is an error.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use shiyan_foundation::Lang;

use crate::ReportError;
use crate::template::{Source, sentence};

/// One word in Chinese and in English.
pub(crate) type Pair = (&'static str, &'static str);

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($key:ident),+ $(,)? $(; $($inner:ident: $of:ident),+)? })+) => {
        $($(#[$doc])* #[derive(Debug, Deserialize)] #[serde(deny_unknown_fields)] pub(crate) struct $name { $(pub $key: String,)+ $($(pub $inner: $of,)+)? })+
    };
}

words! {
    /// 各种文书共用
    Common { page, continued, colon; report: CommonReport, mark: CommonMark }
    CommonReport { scope, contents, figures_scope, no_chart, data_version, data_hash, made_at, note, same_bytes }
    CommonMark { void, demo, draft, demo_draft, void_says, demo_says, draft_says, demo_draft_says }
    /// 检验报告
    TestReport { title, cover_title, report_no, list_joint, end, replaced, replaces; cover: Cover, notice: Notice, summary: Summary, annex: Annex }
    Cover { sample, operator, producer, kind, laboratory, issued_on, scan, seal }
    Notice { title, laboratory, address, postcode, phone, email }
    Summary {
        sample, spec, brand, grade, made_on, shelf_life, operator, operator_address, producer, producer_address, sheet, sampled_on, samplers, base, quantity,
        reserve, condition, received_on, tested_on, items, items_says, task_source, kind, methods, judged_by, conclusion, seal, issued_on, no_date, remark,
        approver, reviewer, tester,
    }
    Annex { title, working_title, no, item, unit, requirement, result, method, verdict, note, working }
    /// P21 送达回证
    ServiceReceipt {
        title, number, papers, receiver, place, way, at, at_open, signed, signed_open, collector, witness, officers, remark;
        ways: Ways
    }
    Ways { direct, left, post, entrusted, electronic, public }
}

/// 两种文字 the words of a paper in both languages.
#[derive(Debug)]
pub(crate) struct Both<T> {
    pub zh: T,
    pub en: T,
}

impl<T> Both<T> {
    pub fn of(&self, lang: Lang) -> &T {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
    pub fn pair(&'static self, pick: fn(&T) -> &String) -> Pair {
        (pick(&self.zh), pick(&self.en))
    }
}

pub(crate) const COMMON: [Source; 2] = [
    Source { name: "common.zh.toml", lang: Lang::Zh, text: include_str!("../templates/common.zh.toml") },
    Source { name: "common.en.toml", lang: Lang::En, text: include_str!("../templates/common.en.toml") },
];
pub(crate) const TEST_REPORT: [Source; 2] = [
    Source { name: "test_report.zh.toml", lang: Lang::Zh, text: include_str!("../templates/test_report.zh.toml") },
    Source { name: "test_report.en.toml", lang: Lang::En, text: include_str!("../templates/test_report.en.toml") },
];

pub(crate) const SERVICE_RECEIPT: [Source; 2] = [
    Source { name: "p21.zh.toml", lang: Lang::Zh, text: include_str!("../templates/p21.zh.toml") },
    Source { name: "p21.en.toml", lang: Lang::En, text: include_str!("../templates/p21.en.toml") },
];

type Read<T> = Result<Both<T>, ReportError>;

fn read<T: DeserializeOwned>([zh, en]: [Source; 2]) -> Read<T> {
    let one = |source: Source| {
        let wrong = |e: toml::de::Error| source.wrong(&e.to_string());
        let mut table: toml::Table = toml::from_str(source.text).map_err(wrong)?;
        // the version is the file's own word, asked for with `Source::version`
        table.remove("version");
        table.try_into().map_err(wrong)
    };
    Ok(Both { zh: one(zh)?, en: one(en)? })
}

/// Words that all papers share.
pub(crate) fn common() -> Result<&'static Both<Common>, ReportError> {
    static WORDS: LazyLock<Read<Common>> = LazyLock::new(|| read(COMMON));
    WORDS.as_ref().map_err(Clone::clone)
}

/// Words of the test report.
pub(crate) fn test_report() -> Result<&'static Both<TestReport>, ReportError> {
    static WORDS: LazyLock<Read<TestReport>> = LazyLock::new(|| read(TEST_REPORT));
    WORDS.as_ref().map_err(Clone::clone)
}

/// Words of the proof of service.
pub(crate) fn service_receipt() -> Result<&'static Both<ServiceReceipt>, ReportError> {
    static WORDS: LazyLock<Read<ServiceReceipt>> = LazyLock::new(|| read(SERVICE_RECEIPT));
    WORDS.as_ref().map_err(Clone::clone)
}

/// `第 3 页　共 12 页`
pub(crate) fn page(words: &Common, page: usize, total: usize) -> Result<String, ReportError> {
    #[derive(serde::Serialize)]
    struct Of {
        // as text: a page is not counted in thousands
        page: String,
        total: String,
    }
    sentence("common", &words.page, &Of { page: page.to_string(), total: total.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shiyan_foundation::text::unseen;

    /// Every text of a file, by its name.
    fn all(source: Source) -> Vec<(String, String)> {
        fn walk(value: &toml::Value, name: &str, out: &mut Vec<(String, String)>) {
            match value {
                toml::Value::Table(table) => table.iter().for_each(|(key, inner)| walk(inner, &format!("{name}.{key}"), out)),
                toml::Value::String(text) => out.push((name.to_owned(), text.clone())),
                other => panic!("{name}: {other} is no text"),
            }
        }
        let mut out = Vec::new();
        walk(&toml::Value::Table(source.text.parse().unwrap()), source.name, &mut out);
        out
    }

    #[test]
    fn every_word_is_there_in_both_languages_and_every_placeholder_is_known() {
        common().unwrap();
        test_report().unwrap();
        service_receipt().unwrap();
        let facts = json!({ "page": 1, "total": 2, "count": 3, "number": "N", "reason": "R" });
        for source in [COMMON, TEST_REPORT, SERVICE_RECEIPT].concat() {
            for (name, text) in all(source) {
                assert!(!text.is_empty(), "{name}");
                let filled = sentence(source.name, &text, &facts).unwrap_or_else(|e| panic!("{name}: {e}"));
                assert!(!["{{", "}}", "{%", "%}", "{#", "#}"].iter().any(|brace| filled.contains(brace)), "{name}: {filled}");
                assert!(!text.chars().any(|c| unseen(c) && c != '\n'), "{name}");
            }
        }
    }
    #[test]
    fn both_languages_name_the_same_placeholders() {
        for [zh, en] in [COMMON, TEST_REPORT, SERVICE_RECEIPT] {
            for ((name, zh), (_, en)) in all(zh).into_iter().zip(all(en)) {
                let holders = |text: &str| {
                    let mut found: Vec<String> = text.split("{{").skip(1).filter_map(|t| t.split("}}").next()).map(|t| t.trim().to_owned()).collect();
                    found.sort();
                    found
                };
                assert_eq!(holders(&zh), holders(&en), "{name}");
            }
        }
    }
}
