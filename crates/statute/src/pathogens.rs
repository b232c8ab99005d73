//! 致病菌 microbes whose finding is reported at once (抽检办法 art 28), from `data/pathogens.csv`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::NaiveDate;

use crate::data;

const FILE: &str = include_str!("../data/pathogens.csv");

/// 致病菌 one name by which an item counts as pathogenic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pathogen {
    /// 名称, as it stands in the name of an item.
    pub name: String,
    /// 条文
    pub article: String,
    /// 来源 where the name was seen.
    pub source: String,
    /// 可信度 high, medium or low.
    pub confidence: String,
    /// First day it applies.
    pub valid_from: NaiveDate,
    /// First day it no longer applies.
    pub valid_to: Option<NaiveDate>,
}

static PATHOGENS: LazyLock<Result<Vec<Pathogen>, String>> = LazyLock::new(|| data::rows("pathogens.csv", FILE));

pub(crate) fn problem() -> Option<String> {
    PATHOGENS.as_ref().err().cloned()
}

/// Every name with its source.
#[must_use]
pub fn pathogens() -> &'static [Pathogen] {
    PATHOGENS.as_ref().map_or(&[], Vec::as_slice)
}

/// 是否致病菌 whether an item names a microbe that is reported at once, by the list of a day. A day before the list is read by its first one:
/// a report too many harms nobody.
#[must_use]
pub fn is_pathogen(item: &str, on: NaiveDate) -> bool {
    pathogens().iter().any(|p| p.valid_to.is_none_or(|end| on < end) && item.contains(&p.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_microbes_of_art_28_are_known_by_their_names_and_cited() {
        assert!(problem().is_none(), "{:?}", problem());
        let on: NaiveDate = "2026-03-05".parse().expect("a date");
        for item in ["沙门氏菌", "单核细胞增生李斯特氏菌", "克罗诺杆菌属（阪崎肠杆菌）", "铜绿假单胞菌", "志贺氏菌"] {
            assert!(is_pathogen(item, on), "{item}");
        }
        for item in ["菌落总数", "大肠菌群", "大肠埃希氏菌", "霉菌", "腐霉利", ""] {
            assert!(!is_pathogen(item, on), "{item}");
        }
        assert!(is_pathogen("沙门氏菌", "2014-05-05".parse().expect("a date")));
        assert_eq!(pathogens().len(), 8);
        assert!(pathogens().iter().all(|p| !p.source.is_empty() && p.article.contains("第28条") && ["high", "medium", "low"].contains(&p.confidence.as_str())));
    }
}
