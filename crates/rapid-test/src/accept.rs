//! 收取 what becomes of a reading that arrives: accepted, known already, in conflict, quarantined or no reading at all. It is told what is stored under that id
//! and that sequence number; it decides and stores nothing. What was measured is never refused for a reason of business: it is taken in and flagged.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::DeviceId;
use shiyan_foundation::{CodeInfo, Instant, Label, NaiveDate, Refusal, labels};
use uuid::Uuid;

use crate::code;
use crate::screen::{Basis, Screen, screen};
use crate::sent::{Canonical, ContentHash, Doubt, Sent};

/// The most items of one batch.
pub const MOST_ITEMS: usize = 500;
/// The most bytes of one batch.
pub const MOST_BYTES: usize = 1 << 20;

labels! {
    /// 收取结果 of one item.
    pub enum Status {
        Accepted = "accepted", "已收", "Accepted";
        Duplicate = "duplicate", "已收过", "Received before";
        Conflict = "conflict", "内容冲突", "Conflict";
        Rejected = "rejected", "未收", "Rejected";
        Quarantined = "quarantined", "隔离待核", "Quarantined";
    }
}

impl Status {
    /// The sender is done with it: the receipt is all that it needs.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Accepted | Self::Duplicate | Self::Quarantined)
    }
}

labels! {
    /// 来源 whether it is certain who sent it.
    pub enum Provenance {
        Enrolled = "enrolled", "已登记设备", "Enrolled device";
        Revoked = "revoked", "口令已吊销", "Revoked token";
        OtherPoint = "other_point", "不属于该快检点", "Not of this point";
        Unknown = "unknown", "来源无法核实", "Cannot be verified";
    }
}

/// 批量项 one item of `POST /api/v1/readings:batch`. It is frozen when the operator finishes it, before it is sent for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// 编号 made by the sender; with the source it is the identity of the reading.
    pub id: Uuid,
    /// 来源 the enrolled device, or the account through which a vendor sends.
    pub source: DeviceId,
    /// 序号 without gaps from 1; none where the sender keeps none.
    pub seq: Option<u64>,
    /// The hash of the content as the sender reckoned it.
    pub claimed: Option<ContentHash>,
    /// 完成时间 by the sender's clock.
    pub made_at: Option<Instant>,
    /// 更正 the reading that this one supersedes.
    pub supersedes: Option<Uuid>,
    /// What was measured.
    pub sent: Sent,
}

impl Item {
    /// 规范内容: what was measured, when it was finished, what it supersedes. Id, source and sequence say which reading it is, not what it says.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Canonical::new("item/1");
        out.put("made_at", &self.made_at.map_or_else(String::new, |t| t.to_rfc3339_opts(chrono::SecondsFormat::Millis, false)));
        out.put("supersedes", &self.supersedes.map_or_else(String::new, |s| s.to_string()));
        let mut bytes = out.bytes();
        bytes.extend(self.sent.canonical());
        bytes
    }
    /// 内容哈希
    #[must_use]
    pub fn content(&self) -> ContentHash {
        ContentHash::of(&self.canonical())
    }
}

/// 编号 of a record whose sender makes no id: out of the dialect and the sender's own number, or its content and occurrence. `per_device` says that the numbers
/// belong to the device and not to the whole interface.
#[must_use]
pub fn id_of(dialect: &str, per_device: bool, sent: &Sent) -> Uuid {
    let mut out = Canonical::new("id/1");
    out.put("dialect", dialect);
    if sent.record_no.is_empty() || per_device {
        out.put("record", &sent.identity())
    } else {
        out.put("number", &sent.record_no)
    }
    let hash = ContentHash::of(&out.bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.0).for_each(|(to, from)| *to = from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// 回执 what the sender keeps for ever. The application signs its canonical bytes; the same reading always gets the same receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// 回执号 the server's running number.
    pub number: u64,
    /// Source.
    pub source: DeviceId,
    /// Id.
    pub id: Uuid,
    /// Sequence.
    pub seq: Option<u64>,
    /// Content.
    pub content: ContentHash,
    /// 收到时间: statutory time runs from here, whatever clock the sender has.
    pub received_at: Instant,
    /// Whether it was taken in or put aside.
    pub status: Status,
    /// 推定结果 at that moment.
    pub screen: Screen,
}

impl Receipt {
    /// The bytes to be signed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Canonical::new("receipt/1");
        out.put("number", &self.number.to_string());
        out.put("source", &self.source.to_string());
        out.put("id", &self.id.to_string());
        out.put("seq", &self.seq.map_or_else(String::new, |s| s.to_string()));
        out.put("content", &self.content.to_string());
        out.put("received_at", &self.received_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, false));
        out.put("status", self.status.code());
        out.put("screen", self.screen.code());
        out.bytes()
    }
}

/// 已存的读数 as far as this decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Id.
    pub id: Uuid,
    /// Content.
    pub content: ContentHash,
    /// Receipt.
    pub receipt: Receipt,
    /// 已作废 later, by a person.
    pub voided: bool,
}

/// 已知情况 what is stored that this item could be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Under this source and id.
    pub by_id: Option<&'a Stored>,
    /// Under this source and sequence number.
    pub by_seq: Option<&'a Stored>,
    /// Of the same measurement under another id; asked only of senders that make up a new number for each try.
    pub by_measurement: Option<Uuid>,
    /// This very content is held as a conflict already.
    pub held: bool,
}

/// 有效期
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Validity {
    /// Nobody asks for it here.
    #[default]
    NotAsked,
    /// It is asked for and there is none.
    Missing,
    /// It is good to the end of that day.
    Until(NaiveDate),
}

impl Validity {
    /// Whether it is not good on a day; the last good day is named where there is one.
    fn lapsed(self, day: NaiveDate) -> Option<Option<NaiveDate>> {
        match self {
            Self::NotAsked => None,
            Self::Missing => Some(None),
            Self::Until(last) => (day > last).then_some(Some(last)),
        }
    }
}

/// 时钟容差 from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRule {
    /// A clock that differs by more is flagged.
    pub flagged: chrono::TimeDelta,
    /// A clock that differs by more needs a supervisor's word.
    pub confirmed: chrono::TimeDelta,
}

impl Default for ClockRule {
    fn default() -> Self {
        Self { flagged: chrono::TimeDelta::minutes(5), confirmed: chrono::TimeDelta::days(1) }
    }
}

/// 收取时的情况 facts that the application looks up; the decision looks nothing up itself.
#[derive(Debug, Clone, Copy)]
pub struct Circumstance {
    /// 来源
    pub provenance: Provenance,
    /// 项目 is one of ours.
    pub item_known: bool,
    /// 单位 is one of ours for that item.
    pub unit_known: bool,
    /// By what the value is reckoned.
    pub basis: Basis,
    /// 须附照片
    pub photo_required: bool,
    /// 培训
    pub training: Validity,
    /// 试剂
    pub kit: Validity,
    /// 校准
    pub calibration: Validity,
    /// 上传期限 of this reading, where a rule sets one.
    pub upload_by: Option<Instant>,
    /// The sender's clock when it sent the batch.
    pub clock_at_sending: Option<Instant>,
    /// 时钟容差
    pub clock: ClockRule,
}

/// 留存 what the application has to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing new.
    Nothing,
    /// The reading.
    Reading,
    /// A content that contradicts a stored one, beside it.
    Conflict,
    /// The bytes, for a while, so that somebody can look why.
    Bytes,
}

/// 收取决定
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Result.
    pub status: Status,
    /// Why it is not simply accepted.
    pub reasons: Vec<Refusal>,
    /// 标记 what a person should know of it; none of them keeps it out.
    pub flags: Vec<Refusal>,
    /// 推定结果
    pub screen: Screen,
    /// 回执 of the reading; none where nothing was stored under this id by this item.
    pub receipt: Option<Receipt>,
    /// What is to be kept.
    pub keep: Keep,
    /// 可重发 the sender should send the same again by itself.
    pub retry: bool,
}

/// 无法读取 an item that is none: its bytes are kept, the others go on.
#[must_use]
pub fn unreadable(why: Refusal) -> Decision {
    Decision { status: Status::Rejected, reasons: vec![why], flags: Vec::new(), screen: Screen::Open, receipt: None, keep: Keep::Bytes, retry: false }
}

/// Decides one item. `number` is the receipt number that it gets if it is stored; it is used up only when [`Keep::Reading`] comes back.
#[must_use]
pub fn decide(item: &Item, known: Known<'_>, facts: &Circumstance, number: u64, now: Instant) -> Decision {
    let content = item.content();
    let (reckoned, doubts) = screen(&item.sent, facts.basis);
    let mut out =
        Decision { status: Status::Accepted, reasons: Vec::new(), flags: Vec::new(), screen: reckoned, receipt: None, keep: Keep::Reading, retry: false };
    // Damaged on the way: it takes no id, so that the whole one finds it free.
    if let Some(claimed) = item.claimed.filter(|claimed| *claimed != content) {
        let why = Refusal::new(code::CONTENT_DAMAGED).with("claimed", claimed).with("found", content);
        return Decision { retry: true, ..unreadable(why) };
    }
    if let Some(stored) = known.by_id {
        if stored.content == content {
            let voided = stored.voided.then(|| Refusal::new(code::VOIDED));
            return Decision {
                status: Status::Duplicate,
                receipt: Some(stored.receipt.clone()),
                keep: Keep::Nothing,
                reasons: voided.into_iter().collect(),
                ..out
            };
        }
        let why = Refusal::new(code::CONTENT_CONFLICT).with("number", stored.receipt.number);
        let keep = if known.held { Keep::Nothing } else { Keep::Conflict };
        return Decision { status: Status::Conflict, reasons: vec![why], keep, ..out };
    }
    if facts.provenance != Provenance::Enrolled {
        out.status = Status::Quarantined;
        out.reasons.push(Refusal::new(code::PROVENANCE).with("why", facts.provenance.zh()).with("why_en", facts.provenance.en().to_lowercase()));
    }
    if let (Some(seq), Some(other)) = (item.seq, known.by_seq) {
        out.status = Status::Quarantined;
        out.reasons.push(Refusal::new(code::SEQUENCE_TAKEN).with("seq", seq).with("number", other.receipt.number));
    }
    out.flags = flags(item, &doubts, known, facts, now);
    out.receipt = Some(Receipt { number, source: item.source, id: item.id, seq: item.seq, content, received_at: now, status: out.status, screen: reckoned });
    out
}

fn flags(item: &Item, doubts: &BTreeSet<Doubt>, known: Known<'_>, facts: &Circumstance, now: Instant) -> Vec<Refusal> {
    let mut out = Vec::new();
    let sent = &item.sent;
    let local = now.naive_local();
    if !facts.item_known {
        out.push(Refusal::new(code::FLAG_ITEM).with("item", if sent.item.name.is_empty() { &sent.item.code } else { &sent.item.name }));
    }
    if !facts.unit_known && !sent.value.is_empty() {
        out.push(Refusal::new(code::FLAG_UNIT).with("unit", &sent.unit));
    }
    for doubt in doubts {
        let flag = match doubt {
            Doubt::OutOfRange => Refusal::new(code::FLAG_VALUE).with("value", &sent.value).with("unit", &sent.unit),
            Doubt::VerdictConflict => Refusal::new(code::FLAG_VERDICT).with("word", &sent.word),
            doubt => Refusal::new(if doubt.holds() { code::FLAG_HELD } else { code::FLAG_NOTE }).with("doubt", doubt.zh()).with("doubt_en", doubt.en()),
        };
        out.push(flag);
    }
    // The day of the test decides what was valid then; where none is told, the day of receipt.
    let day = sent.tested.map_or(now.date_naive(), |t| t.day());
    let mut validity = |validity: Validity, missing: &'static CodeInfo, lapsed: &'static CodeInfo| {
        if let Some(last) = validity.lapsed(day) {
            out.push(last.map_or_else(|| Refusal::new(missing), |last| Refusal::new(lapsed).with("last", last)));
        }
    };
    validity(facts.training, code::FLAG_UNTRAINED, code::FLAG_TRAINING);
    validity(facts.kit, code::FLAG_NO_KIT, code::FLAG_KIT);
    validity(facts.calibration, code::FLAG_UNCALIBRATED, code::FLAG_CALIBRATION);
    if facts.photo_required && sent.photos.is_empty() {
        out.push(Refusal::new(code::FLAG_PHOTO));
    }
    let ahead = |at: chrono::NaiveDateTime| at > local + facts.clock.flagged;
    if sent.tested.is_some_and(|t| t.moment().map_or(t.day() > local.date(), ahead)) || item.made_at.is_some_and(|t| t > now + facts.clock.flagged) {
        out.push(Refusal::new(code::FLAG_FUTURE));
    }
    if let Some(clock) = facts.clock_at_sending {
        let off = clock - now;
        if off.abs() > facts.clock.flagged {
            let which = if off > chrono::TimeDelta::zero() { code::FLAG_AHEAD } else { code::FLAG_BEHIND };
            out.push(Refusal::new(which).with("minutes", off.abs().num_minutes()));
        }
        if off.abs() > facts.clock.confirmed {
            out.push(Refusal::new(code::FLAG_CLOCK));
        }
    }
    if let Some(by) = facts.upload_by.filter(|by| now > *by) {
        out.push(Refusal::new(code::FLAG_LATE).with("by", by.format("%Y-%m-%d %H:%M")));
    }
    if known.by_measurement.is_some_and(|other| other != item.id) {
        out.push(Refusal::new(code::FLAG_REPEAT));
    }
    out
}

/// 书架 what a batch is decided against: the store in the application, a map in a test. What one item of a batch puts there the next one finds.
pub trait Shelf {
    /// Under a source and an id.
    fn by_id(&self, source: DeviceId, id: Uuid) -> Option<Stored>;
    /// Under a source and a sequence number.
    fn by_seq(&self, source: DeviceId, seq: u64) -> Option<Stored>;
    /// The id of the same measurement from this source.
    fn by_measurement(&self, source: DeviceId, measurement: ContentHash) -> Option<Uuid>;
    /// Whether this content is held as a conflict.
    fn is_held(&self, source: DeviceId, id: Uuid, content: ContentHash) -> bool;
    /// The number of the next receipt.
    fn next_number(&self) -> u64;
    /// Keeps what a decision says.
    fn keep(&mut self, item: &Item, decision: &Decision);
}

/// Decides a batch in its order, each against what those before it left; nothing that is wrong with one touches another. `renumbers` says that this sender makes
/// up a new number for each try.
pub fn batch<S: Shelf>(items: &[Result<Item, Refusal>], shelf: &mut S, renumbers: bool, facts: impl Fn(&Item) -> Circumstance, now: Instant) -> Vec<Decision> {
    let mut decisions = Vec::with_capacity(items.len());
    for item in items {
        let item = match item {
            Ok(item) => item,
            Err(why) => {
                decisions.push(unreadable(why.clone()));
                continue;
            }
        };
        let by_id = shelf.by_id(item.source, item.id);
        let by_seq = item.seq.and_then(|seq| shelf.by_seq(item.source, seq)).filter(|stored| stored.id != item.id);
        let measurement = item.sent.measurement().filter(|_| renumbers);
        let known = Known {
            by_id: by_id.as_ref(),
            by_seq: by_seq.as_ref(),
            by_measurement: measurement.and_then(|m| shelf.by_measurement(item.source, m)),
            held: by_id.is_some() && shelf.is_held(item.source, item.id, item.content()),
        };
        let decision = decide(item, known, &facts(item), shelf.next_number(), now);
        shelf.keep(item, &decision);
        decisions.push(decision);
    }
    decisions
}

/// 异常 what a supervisor is shown of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// 缺号 sequence numbers that have not come, from and to.
    Gap(u64, u64),
    /// 一号两用 one sequence number under several ids: two devices with one identity, or one that was set back.
    TwoDevices(u64, Vec<Uuid>),
    /// 换号重发 one measurement under several ids.
    Replay(Vec<Uuid>),
}

/// Looks over what a source has sent: id, sequence, and the measurement where the sender renumbers.
#[must_use]
pub fn findings(sent: &[(Uuid, Option<u64>, Option<ContentHash>)]) -> Vec<Finding> {
    let mut by_seq: BTreeMap<u64, BTreeSet<Uuid>> = BTreeMap::new();
    let mut by_measurement: BTreeMap<ContentHash, BTreeSet<Uuid>> = BTreeMap::new();
    for (id, seq, measurement) in sent {
        if let Some(seq) = seq {
            by_seq.entry(*seq).or_default().insert(*id);
        }
        if let Some(measurement) = measurement {
            by_measurement.entry(*measurement).or_default().insert(*id);
        }
    }
    let mut out = Vec::new();
    let mut next = 1;
    for (seq, ids) in &by_seq {
        if *seq > next {
            out.push(Finding::Gap(next, seq - 1));
        }
        next = seq.saturating_add(1);
        if ids.len() > 1 {
            out.push(Finding::TwoDevices(*seq, ids.iter().copied().collect()));
        }
    }
    out.extend(by_measurement.into_values().filter(|ids| ids.len() > 1).map(|ids| Finding::Replay(ids.into_iter().collect())));
    out
}

/// 连续收到的最高序号, for a client that has to find out where it stands.
#[must_use]
pub fn contiguous(seqs: impl IntoIterator<Item = u64>) -> u64 {
    let seqs: BTreeSet<u64> = seqs.into_iter().filter(|s| *s > 0).collect();
    (1u64..).zip(&seqs).take_while(|(want, seq)| want == *seq).last().map_or(0, |(n, _)| n)
}
