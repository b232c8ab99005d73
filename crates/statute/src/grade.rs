//! 核对情况 whether somebody saw a value of the data in the text of its document. The notes in the data that say where (a site, a file, "knowledge")
//! are for whoever keeps the data; a user reads the grade, beside article and document.

use shiyan_foundation::labels;

labels! {
    /// 核对情况
    pub enum Grade {
        Checked = "checked", "已核对", "checked against the text";
        ToCheck = "to_check", "待核对", "to be checked against the text";
    }
}

impl Grade {
    /// The grade of a row, from the notes beside it: 已核对 only what was seen in a document of the state and is beyond doubt.
    #[must_use]
    pub fn of(source: &str, confidence: &str) -> Self {
        let recalled = ["knowledge", "github", "163.com"].iter().any(|mark| source.contains(mark));
        if confidence.starts_with("high") && !confidence.contains("edition?") && !source.trim().is_empty() && !recalled {
            Grade::Checked
        } else {
            Grade::ToCheck
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::{Label, Lang};

    #[test]
    fn what_was_only_known_or_seen_in_a_program_is_to_be_checked() {
        for (source, confidence, grade) in [
            ("source:dayuyazhu.cn", "high", Grade::Checked),
            ("official text clause 3.5 page 1", "high", Grade::Checked),
            ("source:dayuyazhu.cn", "medium", Grade::ToCheck),
            ("knowledge", "high", Grade::ToCheck),
            ("knowledge(条号 source:foodwifi)", "high", Grade::ToCheck),
            ("github代码+knowledge", "high", Grade::ToCheck),
            ("source:github 甘肃考核说明(31038002747)", "high", Grade::ToCheck),
            ("", "high", Grade::ToCheck),
        ] {
            assert_eq!(Grade::of(source, confidence), grade, "{source} {confidence}");
        }
    }
    #[test]
    fn no_rule_is_cited_with_the_notes_of_its_data() {
        for rule in crate::deadline_rules() {
            for lang in [Lang::Zh, Lang::En] {
                let said = rule.reference(lang);
                assert!(said.contains(&rule.article) && said.contains(Grade::of(&rule.source, &rule.confidence).label(lang)), "{said}");
                assert!(!["source:", "knowledge", "github", ".cn", ".com", "high", "medium"].iter().any(|note| said.contains(note)), "{said}");
            }
        }
        for row in crate::limits() {
            let said = row.reference(Lang::En);
            assert!(!["high", ";src", "V26", "edition?"].iter().any(|note| said.contains(note)), "{said}");
        }
    }
}
