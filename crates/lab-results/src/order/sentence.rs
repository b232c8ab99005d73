//! 结论用语 the sentence that a report concludes with: one template for each outcome in each language, the standing one or the one
//! that the laboratory words itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_judgement::judging::Verdict;

use super::code;
use super::conclusion::{Conclusion, Said};
use super::item::TestItem;

/// Longest template, in characters.
pub const LONGEST: usize = 300;

/// 结论要素 what a conclusion speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// 结论
    pub outcome: Outcome,
    /// 不合格项目 or 问题项目, in the order of the annex; empty for the other outcomes.
    pub items: Vec<String>,
    /// 判定依据 of these items, or of all that were judged where there are none, each once.
    pub bases: Vec<String>,
    /// 未作判定 items that the conclusion does not cover.
    pub unjudged: Vec<String>,
}

impl Finding {
    /// What the results of a sample say: one failing item fails the sample; items without verdict never make it pass on their own.
    #[must_use]
    pub fn of(kind: TaskKind, items: &[TestItem]) -> Self {
        let named = |wanted: Verdict| -> Vec<String> { items.iter().filter(|i| i.verdict() == Some(wanted)).map(|i| i.analyte.clone()).collect() };
        let (failing, problems) = (named(Verdict::Nonconforming), named(Verdict::Problem));
        let (outcome, named) = if !failing.is_empty() && kind != TaskKind::RiskMonitoring {
            (Outcome::Fail, failing)
        } else if !failing.is_empty() || !problems.is_empty() {
            (Outcome::Problem, failing.into_iter().chain(problems).collect())
        } else if items.iter().any(|i| i.verdict() == Some(Verdict::Conforming)) && !items.iter().any(|i| i.verdict().is_none() || i.undecided(kind)) {
            (Outcome::Pass, Vec::new())
        } else {
            (Outcome::Undetermined, Vec::new())
        };
        let judged = |i: &&TestItem| !matches!(i.verdict(), None | Some(Verdict::NoVerdict | Verdict::NeedsPerson));
        let spoken_of = items.iter().filter(judged).filter(|i| named.is_empty() || named.contains(&i.analyte));
        let mut bases: Vec<String> = spoken_of.filter_map(|i| i.limit.as_ref()).map(|l| l.basis.clone()).collect();
        bases.sort_unstable();
        bases.dedup();
        // A sample of which nothing was judged says so as a whole; 风险监测 has words of its own.
        let covers = outcome != Outcome::Undetermined && kind != TaskKind::RiskMonitoring;
        let unjudged = items.iter().filter(|i| covers && !judged(i)).map(|i| i.analyte.clone()).collect();
        Self { outcome, items: named, bases, unjudged }
    }
    /// 未作判定 the words that stand behind the sentence where the conclusion does not cover every item.
    #[must_use]
    pub fn reservation(&self, lang: Lang) -> String {
        if self.unjudged.is_empty() {
            return String::new();
        }
        let items = self.unjudged.join(lang.pick("、", ", "));
        match lang {
            Lang::Zh => format!("（{items}未作判定，不在本结论之内。）"),
            Lang::En => format!(" (No verdict is given on {items}, which this conclusion does not cover.)"),
        }
    }
    /// 示例 invented values to show a template with.
    #[must_use]
    pub fn example(outcome: Outcome) -> Self {
        let items: &[&str] = if matches!(outcome, Outcome::Fail | Outcome::Problem) { &["腐霉利", "毒死蜱"] } else { &[] };
        Self {
            outcome,
            items: items.iter().map(|&i| i.to_owned()).collect(),
            bases: vec!["GB 2762-2025".to_owned(), "GB 2763-2021".to_owned()],
            unjudged: Vec::new(),
        }
    }
    /// What stands for a placeholder; `None` for a name that is none.
    fn value(&self, name: &str, lang: Lang) -> Option<String> {
        match name {
            "依据" | "basis" if self.bases.is_empty() => Some(lang.pick("判定依据", "the standards cited").to_owned()),
            "依据" | "basis" => Some(self.bases.join(lang.pick("、", ", "))),
            "不合格项目" | "问题项目" | "failing_items" | "problem_items" => Some(self.items.join(lang.pick("、", ", "))),
            _ => None,
        }
    }
}

/// 用语规则 of one outcome in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// 标准用语
    pub standard: &'static str,
    /// 占位 names that may stand in braces.
    pub slots: &'static [&'static str],
    /// Those of them that must.
    pub needed: &'static [&'static str],
    /// The sentence has one of these words, in English in lower case.
    pub one_of: &'static [&'static str],
    /// It has none of these: they say another outcome.
    pub never: &'static [&'static str],
}

const FAILS_EN: &[&str] = &["nonconform", "non-conform", "not conform", "not meet", "noncompli", "non-compli", "not comply", "fail"];

const SETTLED_EN: &[&str] = &["is conforming", "is nonconforming", "conclusion: conforming", "conclusion: nonconforming"];

/// What a template of an outcome holds in a language, and its standing wording.
#[must_use]
pub fn rule(outcome: Outcome, lang: Lang) -> Rule {
    match (outcome, lang) {
        (Outcome::Pass, Lang::Zh) => Rule {
            standard: "经抽样检验，所检项目符合 {依据} 要求。",
            slots: &["依据"],
            needed: &["依据"],
            one_of: &["符合", "合格"],
            never: &["不合格", "不符合"],
        },
        (Outcome::Pass, Lang::En) => Rule {
            standard: "The items tested meet the requirements of {basis}.",
            slots: &["basis"],
            needed: &["basis"],
            one_of: &["meet", "conform", "comply", "complies", "compliant", "compliance"],
            never: FAILS_EN,
        },
        (Outcome::Fail, Lang::Zh) => Rule {
            standard: "经抽样检验，{不合格项目}不符合 {依据} 要求，检验结论为不合格。",
            slots: &["不合格项目", "依据"],
            needed: &["不合格项目", "依据"],
            one_of: &["不合格", "不符合"],
            never: &["为合格"],
        },
        (Outcome::Fail, Lang::En) => Rule {
            standard: "Of the items tested, {failing_items} do not meet {basis}. Conclusion: nonconforming.",
            slots: &["failing_items", "basis"],
            needed: &["failing_items", "basis"],
            one_of: FAILS_EN,
            never: &["is conforming", "conclusion: conforming"],
        },
        (Outcome::Problem, Lang::Zh) => Rule {
            standard: "经检验，{问题项目}的结果提示存在问题，本样品为问题样品（风险监测，不作合格与否的判定）。",
            slots: &["问题项目", "依据"],
            needed: &["问题项目"],
            one_of: &["问题"],
            never: &["为合格", "为不合格"],
        },
        (Outcome::Problem, Lang::En) => Rule {
            standard: "The results of {problem_items} point to a problem (risk monitoring, no verdict of conformity).",
            slots: &["problem_items", "basis"],
            needed: &["problem_items"],
            one_of: &["problem"],
            never: SETTLED_EN,
        },
        (Outcome::Undetermined, Lang::Zh) => Rule {
            standard: "所检项目均不作判定。",
            slots: &[],
            needed: &[],
            one_of: &["不作判定", "不判定", "不予判定", "未作判定", "不作合格与否"],
            never: &["为合格", "为不合格", "符合"],
        },
        (Outcome::Undetermined, Lang::En) => Rule {
            standard: "No verdict is given on the items tested.",
            slots: &[],
            needed: &[],
            one_of: &["no verdict", "not judged", "no conclusion"],
            never: SETTLED_EN,
        },
    }
}

/// 字段名 of the template of an outcome in a language: `sentence_zh_fail`.
#[must_use]
pub fn field(outcome: Outcome, lang: Lang) -> String {
    format!("sentence_{}_{}", lang.pick("zh", "en"), outcome.code())
}

/// A template taken apart: text, and the names that stand in braces.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Text(&'t str),
    Slot(&'t str),
}

/// Takes a template apart; a brace without its partner gives what follows it.
fn pieces(template: &str) -> Result<Vec<Piece<'_>>, &str> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}').filter(|(name, _)| !name.contains('{')) else { return Err(after) };
        if before.contains('}') {
            return Err(before);
        }
        out.extend([Piece::Text(before), Piece::Slot(name.trim())]);
        rest = behind;
    }
    if rest.contains('}') {
        return Err(rest);
    }
    out.push(Piece::Text(rest));
    Ok(out)
}

/// The sentence with what was found; a name that is none stays as it is.
#[must_use]
pub fn filled(template: &str, finding: &Finding, lang: Lang) -> String {
    let Ok(pieces) = pieces(template) else { return template.to_owned() };
    let said = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Slot(name) => finding.value(name, lang).unwrap_or_else(|| format!("{{{name}}}")),
    });
    said.collect()
}

/// A template as typed: one line, braces of either width; the standing wording is kept as no wording of the house.
///
/// # Errors
/// Too long; a placeholder that is none, or one that has to be there and is not; the sentence does not say its outcome, or says another.
fn checked(outcome: Outcome, lang: Lang, typed: &str) -> Result<String, Vec<Refusal>> {
    let rule = rule(outcome, lang);
    let text = typed.replace('｛', "{").replace('｝', "}").split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text == rule.standard {
        return Ok(String::new());
    }
    let refusal = |info| {
        Refusal::new(info)
            .with("outcome", outcome.zh())
            .with("outcome_en", outcome.en())
            .with("lang", lang.pick("中文", "英文"))
            .with("lang_en", lang.pick("Chinese", "English"))
            .on(field(outcome, lang))
    };
    let names = |list: &[&str]| list.join(lang.pick("、", ", "));
    if text.chars().count() > LONGEST {
        return Err(vec![refusal(code::SENTENCE_LONG).with("most", LONGEST)]);
    }
    let unknown = |name: &str| {
        let shown: String = name.chars().take(20).collect();
        let (info, known) = if rule.slots.is_empty() { (code::SENTENCE_NO_SLOT, String::new()) } else { (code::SENTENCE_SLOT, names(rule.slots)) };
        refusal(info).with("found", shown).with("known", known)
    };
    let pieces = pieces(&text).map_err(|rest| vec![unknown(rest)])?;
    let used: Vec<&str> = pieces.iter().filter_map(|p| if let Piece::Slot(name) = p { Some(*name) } else { None }).collect();
    // The words of the outcome are looked for outside the braces: the name of a placeholder says nothing about the sample.
    let bare: String = pieces.iter().map(|p| if let Piece::Text(text) = p { text } else { "" }).collect::<Vec<_>>().join("…");
    let bare = if lang == Lang::Zh { bare.replace(' ', "") } else { bare.to_lowercase() };
    let mut why: Vec<Refusal> = used.iter().filter(|name| !rule.slots.contains(name)).map(|name| unknown(name)).collect();
    let missing: Vec<&str> = rule.needed.iter().filter(|name| !used.contains(name)).copied().collect();
    if !missing.is_empty() {
        why.push(refusal(code::SENTENCE_WITHOUT).with("missing", names(&missing)));
    }
    if !rule.one_of.iter().any(|word| bare.contains(word)) {
        why.push(refusal(code::SENTENCE_SILENT).with("words", names(rule.one_of)));
    }
    if let Some(word) = rule.never.iter().find(|word| bare.contains(*word)) {
        why.push(refusal(code::SENTENCE_CONTRARY).with("word", word));
    }
    if why.is_empty() { Ok(text) } else { Err(why) }
}

/// 本机构的结论用语 by outcome: Chinese, English; an empty text, and an outcome that is not there, keep the standing wording.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sentences(BTreeMap<Outcome, Said>);

impl Sentences {
    /// Templates as typed.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, each on its own field.
    pub fn checked(typed: &BTreeMap<Outcome, Said>) -> Result<Self, Vec<Refusal>> {
        let mut why = Vec::new();
        let mut own = BTreeMap::new();
        for (outcome, (zh, en)) in typed {
            let mut one = |lang, text| {
                checked(*outcome, lang, text).unwrap_or_else(|refused| {
                    why.extend(refused);
                    String::new()
                })
            };
            let said = (one(Lang::Zh, zh), one(Lang::En, en));
            if !said.0.is_empty() || !said.1.is_empty() {
                own.insert(*outcome, said);
            }
        }
        if why.is_empty() { Ok(Self(own)) } else { Err(why) }
    }

    /// No outcome is worded by the house.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        self.0.is_empty()
    }

    fn own(&self, outcome: Outcome, lang: Lang) -> Option<&str> {
        self.0.get(&outcome).map(|(zh, en)| lang.pick(zh.as_str(), en.as_str())).filter(|text| !text.is_empty())
    }

    /// The template in force: that of the house, else the standing one.
    #[must_use]
    pub fn template(&self, outcome: Outcome, lang: Lang) -> &str {
        self.own(outcome, lang).unwrap_or(rule(outcome, lang).standard)
    }

    /// 结论 the sentence in both languages.
    #[must_use]
    pub fn say(&self, finding: &Finding) -> Said {
        let one = |lang| filled(self.template(finding.outcome, lang), finding, lang) + &finding.reservation(lang);
        (one(Lang::Zh), one(Lang::En))
    }

    /// A conclusion as the house words it; where it has no wording of its own, the sentence stays as it was made.
    #[must_use]
    pub fn worded(&self, conclusion: &Conclusion, kind: TaskKind, items: &[TestItem]) -> Conclusion {
        let finding = Finding { outcome: conclusion.outcome, ..Finding::of(kind, items) };
        let one = |lang, made: &str| {
            self.own(conclusion.outcome, lang).map_or_else(|| made.to_owned(), |own| filled(own, &finding, lang) + &finding.reservation(lang))
        };
        Conclusion { zh: one(Lang::Zh, &conclusion.zh), en: one(Lang::En, &conclusion.en), ..conclusion.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(outcome: Outcome, zh: &str, en: &str) -> BTreeMap<Outcome, Said> {
        BTreeMap::from([(outcome, (zh.to_owned(), en.to_owned()))])
    }
    fn codes(outcome: Outcome, zh: &str, en: &str) -> Vec<&'static str> {
        Sentences::checked(&typed(outcome, zh, en)).map_or_else(|why| why.iter().map(Refusal::code).collect(), |_| Vec::new())
    }

    #[test]
    fn the_standing_wording_keeps_its_own_rules_and_is_no_wording_of_the_house() {
        for outcome in Outcome::ALL.iter().copied() {
            let standard = |lang| rule(outcome, lang).standard.to_owned();
            let own = Sentences::checked(&typed(outcome, &standard(Lang::Zh), &standard(Lang::En))).unwrap();
            assert!(own.is_standard());
            // Changed by one mark, the same text passes as a wording of the house.
            let changed = Sentences::checked(&typed(outcome, &format!("{}！", standard(Lang::Zh)), &format!("{}!", standard(Lang::En))));
            assert!(!changed.unwrap().is_standard());
            let (zh, en) = own.say(&Finding::example(outcome));
            assert!(!zh.contains('{') && !en.contains('{'), "{zh} {en}");
        }
    }
    #[test]
    fn a_wording_of_the_house_is_filled_and_the_other_language_stays() {
        let own = Sentences::checked(&typed(Outcome::Fail, "经检验，｛不合格项目｝项目不符合{ 依据 }的规定，\r\n判为不合格。", "")).unwrap();
        let (zh, en) = own.say(&Finding::example(Outcome::Fail));
        assert_eq!(zh, "经检验，腐霉利、毒死蜱项目不符合GB 2762-2025、GB 2763-2021的规定， 判为不合格。");
        assert_eq!(en, "Of the items tested, 腐霉利, 毒死蜱 do not meet GB 2762-2025, GB 2763-2021. Conclusion: nonconforming.");
        let text = serde_json::to_string(&own).unwrap();
        assert!(text.starts_with(r#"{"fail":["#), "{text}");
        assert_eq!(serde_json::from_str::<Sentences>(&text).unwrap(), own);
    }
    #[test]
    fn what_an_item_is_called_is_never_read_as_a_placeholder() {
        let finding = Finding { items: vec!["{依据}".into()], ..Finding::example(Outcome::Fail) };
        assert!(Sentences::default().say(&finding).0.contains("，{依据}不符合 GB 2762-2025"));
    }
    #[test]
    fn a_sentence_that_says_the_other_outcome_is_refused() {
        let p = |zh, en| codes(Outcome::Pass, zh, en);
        assert_eq!(p("所检项目符合{依据}要求，无不合格项目。", ""), ["LAB-SENTENCE-CONTRARY"]);
        assert_eq!(p("所检项目 不 合 格，依据{依据}。", ""), ["LAB-SENTENCE-CONTRARY"]);
        assert_eq!(p("已按{依据}检验。", "Tested by {basis}."), ["LAB-SENTENCE-SILENT", "LAB-SENTENCE-SILENT"]);
        assert_eq!(p("", "The items do not meet {basis}."), ["LAB-SENTENCE-CONTRARY"]);
        let f = |zh, en| codes(Outcome::Fail, zh, en);
        assert_eq!(f("{不合格项目}按{依据}检验。", ""), ["LAB-SENTENCE-SILENT"], "the name of the placeholder does not say it");
        assert_eq!(f("{不合格项目}不符合{依据}，检验结论为合格。", ""), ["LAB-SENTENCE-CONTRARY"]);
        assert_eq!(f("", "{failing_items} meet {basis}."), ["LAB-SENTENCE-SILENT"]);
        assert_eq!(f("{不合格项目}不符合{依据}要求，其余项目合格。", "{failing_items} FAIL {basis}."), [""; 0]);
        assert_eq!(codes(Outcome::Problem, "{问题项目}有问题，判定为不合格。", ""), ["LAB-SENTENCE-CONTRARY"]);
        assert_eq!(codes(Outcome::Undetermined, "所检项目符合要求。", ""), ["LAB-SENTENCE-SILENT", "LAB-SENTENCE-CONTRARY"]);
    }
    #[test]
    fn placeholders_are_known_and_the_obligatory_ones_are_there() {
        assert_eq!(codes(Outcome::Fail, "不符合要求，不合格。", ""), ["LAB-SENTENCE-WITHOUT"]);
        assert_eq!(codes(Outcome::Pass, "所检项目符合{依据}和{样品}要求。", ""), ["LAB-SENTENCE-SLOT"]);
        assert_eq!(codes(Outcome::Pass, "所检项目符合{不合格项目}{依据}要求。", ""), ["LAB-SENTENCE-SLOT"]);
        for torn in ["符合{依据要求。", "符合依据}要求。", "符合{{依据}}要求。"] {
            assert_eq!(codes(Outcome::Pass, torn, ""), ["LAB-SENTENCE-SLOT"], "{torn}");
        }
        assert_eq!(codes(Outcome::Undetermined, "{依据}不作判定。", ""), ["LAB-SENTENCE-NO-SLOT"]);
        assert_eq!(codes(Outcome::Pass, &"符".repeat(301), ""), ["LAB-SENTENCE-LONG"]);
        let why = Sentences::checked(&typed(Outcome::Fail, "不合格。", "")).unwrap_err();
        assert_eq!(why[0].field.as_deref(), Some("sentence_zh_fail"));
        assert!(why[0].what(Lang::Zh).contains("不合格项目、依据") && !why[0].what(Lang::En).contains('{'), "{}", why[0]);
    }
}
