//! 归结 one verdict for all readings, or a person.

use shiyan_foundation::CodeInfo;

use super::doubt::is_certain;
use super::kind::{Reading, Trust};
use crate::judging::verdict::FAIL;
use crate::judging::{Judgement, ReadingTold, Step, Verdict};
use crate::reasons;

/// A pair of readings and what it came to.
pub(super) struct Outcome {
    pub result: Reading,
    pub limit: Reading,
    pub judged: Judgement,
}

impl Outcome {
    fn trust(&self) -> Trust {
        self.result.trust.max(self.limit.trust)
    }
    fn told(&self) -> ReadingTold {
        let why = self.result.why.iter().chain(&self.limit.why).copied().collect();
        let shown = |t: &str| t.replace("^{", "^").replace('}', "");
        ReadingTold { result: shown(&self.result.text), limit: shown(&self.limit.text), why, verdict: self.judged.verdict }
    }
}

/// So many readings are listed.
const LISTED: usize = 8;

/// One verdict for all readings, or a person.
pub(super) fn settle(plain: Judgement, mut judged: Vec<Outcome>, raw: &str) -> Judgement {
    if judged.len() < 2 && judged.iter().all(|o| o.result.why.is_empty() && o.limit.why.is_empty()) {
        return plain;
    }
    // a reading with fewer values than the plan has samples says nothing beside one that has them all, unless it fails already
    let lacks = |o: &Outcome| o.judged.reason.0.code == reasons::PLAN_COUNT.code;
    if judged.iter().any(|o| o.trust() == Trust::Likely && !lacks(o)) {
        judged.retain(|o| !lacks(o));
    }
    judged.sort_by_key(Outcome::trust);
    let likely = judged.iter().take_while(|o| o.trust() == Trust::Likely).count();
    let Some(first) = judged.first().filter(|_| likely > 0) else { return plain };
    let verdict = first.judged.verdict;
    let against = judged[..likely].iter().find(|o| o.judged.verdict != verdict);
    // a reading for a person beside one with a verdict is a disagreement of its own
    let guard = judged.iter().find(|o| o.trust() == Trust::Guard && verdict != FAIL && o.judged.verdict != verdict);
    if let Some(other) = against.or(guard) {
        let list = vec![first.told(), other.told()];
        // that a text could not be read says less than that it can be read in two ways
        let unread = ["VALUE-UNREADABLE", "LIMIT-TEXT-GARBLED", "LIMIT-TEXT-WORDS", "LIMIT-TEXT-REST"].contains(&plain.reason.0.code);
        let reason = if is_certain(&plain) || unread && judged.len() > 1 { reasons::READINGS_DIFFER } else { plain.reason.0 };
        return person(plain, reason, list, raw);
    }
    if verdict == Verdict::NeedsPerson {
        let list: Vec<ReadingTold> = judged.iter().take(LISTED).map(Outcome::told).collect();
        // the only reading there is says better than the first look why a person is needed
        let reason = if judged.len() == 1 && plain.reason.0.code.starts_with("LIMIT-TEXT") { judged[0].judged.reason.0 } else { plain.reason.0 };
        return person(plain, reason, list, raw);
    }
    let soft = judged.iter().any(|o| o.trust() == Trust::Soft && o.judged.verdict != verdict);
    let near = judged[..likely].iter().any(|o| o.judged.near_limit);
    let second = soft || judged[..likely].iter().any(|o| o.judged.needs_second_analyst);
    let carry = judged[..likely].iter().any(|o| o.judged.needs_carry_over_word);
    let list: Vec<ReadingTold> = judged.iter().filter(|o| o.trust() != Trust::Soft).take(LISTED).map(Outcome::told).collect();
    let mut out = judged.swap_remove(0).judged;
    if let Some(Step::Understood { raw: text, .. }) = out.working.first_mut() {
        raw.clone_into(text);
    }
    out.working.push(Step::Readings { list, agreed: true });
    Judgement { near_limit: near, needs_second_analyst: second, needs_carry_over_word: carry, ..out }
}

fn person(plain: Judgement, reason: &'static CodeInfo, list: Vec<ReadingTold>, raw: &str) -> Judgement {
    let mut working: Vec<Step> = plain.working.into_iter().filter(|s| matches!(s, Step::Understood { .. } | Step::Limit { .. } | Step::Claim { .. })).collect();
    if let Some(Step::Understood { raw: text, .. }) = working.first_mut() {
        raw.clone_into(text);
    }
    working.push(Step::Readings { list, agreed: false });
    Judgement::person(reason, working)
}

/// 初检 and 复检 in one cell: certain only where both fail.
pub(super) fn both_tests(raw: &str, judged: [Judgement; 2]) -> Judgement {
    let agree = judged.iter().all(|j| j.verdict == FAIL);
    let [first, mut second] = judged;
    let mut working = first.working;
    working.append(&mut second.working);
    if !agree {
        working.insert(0, Step::Understood { raw: raw.to_owned(), canonical: String::new(), notes: Vec::new() });
        return Judgement::person(reasons::TWO_RESULTS, working);
    }
    second.near_limit |= first.near_limit;
    second.needs_second_analyst |= first.needs_second_analyst;
    Judgement { working, ..second }
}
