//! 读取会话 rules of a session (rapid-devices 2.1, 6): when a day is complete, and what counts. A check of eight bits lets about one random fault in 256 pass, and
//! two flips at a certain distance always: devices with such a check, or none, are read twice, and only what two readings say alike is certain.

use std::collections::BTreeMap;

use shiyan_rapid_test::{ContentHash, Doubt, Sent};

/// 一日的记录 that a device said it has.
#[derive(Debug, Default)]
pub struct Day {
    total: Option<u32>,
    seen: BTreeMap<u32, ContentHash>,
    changed: bool,
}

impl Day {
    /// With the count that the device told before.
    #[must_use]
    pub fn expecting(count: u32) -> Self {
        Self { total: Some(count), ..Self::default() }
    }
    /// A record came. Two that claim one place with other content, or another total, mean that the device was used meanwhile.
    pub fn take(&mut self, sent: &Sent) {
        let Some((index, total)) = sent.place else { return };
        self.changed |= self.total.is_some_and(|t| t != total);
        self.total = Some(total);
        let content = sent.content();
        self.changed |= self.seen.insert(index, content).is_some_and(|old| old != content);
    }
    /// 未到的记录 places that have not come. A day is complete when there are none, never because something ended.
    #[must_use]
    pub fn missing(&self) -> Vec<u32> {
        (1..=self.total.unwrap_or(0)).filter(|at| !self.seen.contains_key(at)).collect()
    }
    /// 已读全; one that changed under the reading is read again.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.total.is_some() && !self.changed && self.missing().is_empty() && self.seen.keys().all(|at| (1..=self.total.unwrap_or(0)).contains(at))
    }
}

/// 多遍比对 what several readings of one day come to: a record that two of them say alike is certain; one that came once is kept and waits for a person, or for
/// one more reading. Occurrences tell equal records of one reading apart.
#[must_use]
pub fn confirmed(readings: Vec<Vec<Sent>>) -> Vec<Sent> {
    let mut counted: BTreeMap<(ContentHash, u32), (usize, usize)> = BTreeMap::new();
    let mut out: Vec<Sent> = Vec::new();
    for sent in readings.into_iter().flatten() {
        let (times, at) = counted.entry((sent.content(), sent.occurrence)).or_insert((0, out.len()));
        *times += 1;
        if *at == out.len() {
            out.push(sent);
        }
    }
    for (times, at) in counted.into_values().filter(|(times, _)| *times < 2) {
        if let Some(sent) = out.get_mut(at).filter(|_| times == 1) {
            sent.doubts.insert(Doubt::ReadOnce);
        }
    }
    out
}
