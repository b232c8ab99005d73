//! 见证 the oracle: what was asked and what was answered, kept outside the server, and held against what the database holds after
//! a restart. It knows nothing of how the server stores things.

use std::collections::BTreeMap;

/// What the client may believe after one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// 已保存 the server said so.
    Yes,
    /// 未保存 the server said that nothing was saved, or was never reached.
    No,
    /// 不确定 the connection was cut, or the server itself said that it does not know.
    Unknown,
}

/// One save with every answer that its requests got, in order; a retry is the same save again.
#[derive(Debug, Clone)]
pub struct Record {
    pub mark: String,
    pub heard: Vec<Heard>,
    /// Destroyed by the fault itself (a deleted log takes with it what only stood there): may be missing, may not be double.
    pub destroyed: bool,
}

/// How often a mark is found: in what the tables say, and in what the journal says.
pub type Found = BTreeMap<String, (usize, usize)>;

/// What is wrong with one save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Acknowledged and not found.
    Lost,
    /// Found more than once, whatever was said.
    Doubled,
    /// Refused and found all the same.
    FoundAfterRefusal,
    /// A retry with the key of a save that had been acknowledged, or had gone through unheard, was refused.
    RetryRefused,
}

/// Holds one save against what is found of it. `keys`: a retry carries the key of the first request, and must get its answer.
#[must_use]
pub fn judge(record: &Record, found: (usize, usize), keys: bool) -> Option<Wrong> {
    let (least, most) = (found.0.min(found.1), found.0.max(found.1));
    let yes = record.heard.contains(&Heard::Yes);
    let only_no = record.heard.iter().all(|h| *h == Heard::No);
    if most > 1 {
        return Some(Wrong::Doubled);
    }
    if yes && least == 0 && !record.destroyed {
        return Some(Wrong::Lost);
    }
    if only_no && most > 0 {
        return Some(Wrong::FoundAfterRefusal);
    }
    // Half a save is no save: the tables say one thing and the journal another.
    if least != most && !record.destroyed {
        return Some(Wrong::Lost);
    }
    let retried = record.heard.iter().position(|h| *h != Heard::No).is_some_and(|first| record.heard[first + 1..].contains(&Heard::No));
    if keys && retried && most > 0 {
        return Some(Wrong::RetryRefused);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use Heard::{No, Unknown, Yes};

    fn said(heard: &[Heard]) -> Record {
        Record { mark: "m".into(), heard: heard.to_vec(), destroyed: false }
    }

    #[test]
    fn the_oracle_accepts_what_a_true_server_does() {
        for (heard, found) in [(&[Yes][..], 1), (&[No], 0), (&[Unknown], 0), (&[Unknown], 1), (&[Unknown, Yes], 1), (&[No, Yes], 1), (&[Yes, Yes], 1)] {
            assert_eq!(judge(&said(heard), (found, found), true), None, "{heard:?} {found}");
        }
    }
    #[test]
    fn the_oracle_sees_a_server_that_loses_one() {
        assert_eq!(judge(&said(&[Yes]), (0, 0), true), Some(Wrong::Lost));
        assert_eq!(judge(&said(&[Unknown, Yes]), (0, 0), false), Some(Wrong::Lost));
        assert_eq!(judge(&said(&[Yes]), (1, 0), true), Some(Wrong::Lost), "a row without its journal entry");
        assert_eq!(judge(&said(&[Unknown]), (0, 1), true), Some(Wrong::Lost), "a journal entry without its row");
    }
    #[test]
    fn the_oracle_sees_a_server_that_doubles_one() {
        for heard in [&[Yes][..], &[Unknown], &[Unknown, Yes], &[No]] {
            assert_eq!(judge(&said(heard), (2, 2), true), Some(Wrong::Doubled), "{heard:?}");
        }
    }
    #[test]
    fn the_oracle_sees_a_server_that_keeps_what_it_refused() {
        assert_eq!(judge(&said(&[No]), (1, 1), true), Some(Wrong::FoundAfterRefusal));
        assert_eq!(judge(&said(&[No, No]), (0, 1), true), Some(Wrong::FoundAfterRefusal));
    }
    #[test]
    fn the_oracle_sees_a_retry_that_does_not_get_the_first_answer() {
        assert_eq!(judge(&said(&[Unknown, No]), (1, 1), true), Some(Wrong::RetryRefused));
        assert_eq!(judge(&said(&[Yes, No]), (1, 1), true), Some(Wrong::RetryRefused));
        assert_eq!(judge(&said(&[Unknown, No]), (1, 1), false), None, "without keys nobody promised it");
        assert_eq!(judge(&said(&[Unknown, No]), (0, 0), true), None, "what did not go through may be refused for a reason of its own");
    }
    #[test]
    fn what_the_fault_itself_destroyed_is_not_held_against_the_server() {
        let gone = Record { destroyed: true, ..said(&[Yes]) };
        assert_eq!((judge(&gone, (0, 0), true), judge(&gone, (2, 2), true)), (None, Some(Wrong::Doubled)));
    }
}
