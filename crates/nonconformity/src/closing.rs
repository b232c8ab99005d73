//! 能否办结 everything that still stands between a case and its closing, each thing once: what the blocks lack, who has not been served, and whether the
//! conclusion is final.

use shiyan_foundation::{Label, Refusal};

use crate::block::Block;
use crate::case::Case;
use crate::code;
use crate::recheck::Finality;
use crate::service::{Recipient, Service};

/// What a case stands on beside its own blocks.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// 应送达的单位 of this part.
    pub needed: &'a [Recipient],
    /// 送达
    pub services: &'a [Service],
    /// 结论是否最终
    pub finality: Finality,
}

/// What is missing before the case may be closed: nothing when it may. A part that was handed to another place needs the letter and its receipt and
/// nothing else; service and finality are for that place.
#[must_use]
pub fn closing(case: &Case, standing: &Standing<'_>) -> Vec<Refusal> {
    let mut missing = case.missing();
    if case.required_blocks() == [Block::Transfer] {
        return missing;
    }
    for recipient in standing.needed {
        let served = standing.services.iter().any(|s| s.recipient == *recipient && s.served().is_some());
        if !served {
            missing.push(Refusal::new(code::CLOSE_SERVICE).with("recipient", recipient.zh()).with("recipient_en", recipient.en().to_lowercase()));
        }
    }
    if let Finality::Waits(wait) = standing.finality {
        missing.push(Refusal::new(code::CLOSE_FINAL).with("wait", wait.zh()).with("wait_en", wait.en().to_lowercase()));
    }
    missing
}
