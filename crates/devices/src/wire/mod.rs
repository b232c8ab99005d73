//! 串口帧 the wire protocols of analysers, one file each. A driver is a pure function from bytes to events: how the bytes are cut into reads changes nothing, a
//! frame whose check fails becomes no reading, and a good frame behind garbage is read. Facts: the project's compilation of analyser protocols
//! (“rapid-devices”, sections named in each file); its example frames are `tests/data/rapid_frames.csv`.

pub mod astm;
pub mod bytes;
pub mod dry_strip;
pub mod dy03fe;
pub mod dy2620;
pub mod dy5000;
pub mod dy5800;
pub mod dy6100;
pub mod dy6260;
pub mod dy723pc;
pub mod dy8120;
pub mod f80;
pub mod lz4000;
pub mod modbus;
pub mod profile;
pub mod rs2;
pub mod session;
pub mod three_in_one;
pub mod tl310;
pub mod ttnjz24;
pub mod ty16;
pub mod vidas;

use std::collections::BTreeMap;

use shiyan_foundation::labels;
use shiyan_rapid_test::{ContentHash, Doubt, Sent};

labels! {
    /// 帧错误 why a frame became no reading; its bytes are kept.
    pub enum Fault {
        Crc = "crc", "CRC 不符", "The CRC does not fit";
        Checksum = "checksum", "校验和不符", "The checksum does not fit";
        HeaderXor = "bad_header_xor", "帧头校验不符", "The check of the header does not fit";
        DataXor = "bad_data_xor", "数据校验不符", "The check of the data does not fit";
        BcdTime = "bcd_time", "时间不是 BCD 码", "The time is not BCD";
        BcdValue = "bcd_value", "数值不是 BCD 码", "The value is not BCD";
        Truncated = "truncated", "数据不完整", "Cut off";
        Layout = "layout", "内容不符合格式", "The content does not fit the layout";
        TooLong = "too_long", "超过长度上限", "Longer than allowed";
    }
}
labels! {
    /// 方向
    pub enum Direction {
        Host = "host", "上位机", "Host";
        Device = "device", "仪器", "Device";
    }
}

/// 控制报文 a valid message that measures nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Who says it, where the message tells.
    pub dir: Option<Direction>,
    /// What it is.
    pub message: &'static str,
    /// What it says.
    pub facts: BTreeMap<&'static str, String>,
}

impl Control {
    /// A message.
    #[must_use]
    pub fn new(dir: Option<Direction>, message: &'static str) -> Self {
        Self { dir, message, facts: BTreeMap::new() }
    }
    /// With a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.facts.insert(name, value.to_string());
        self
    }
}

/// 事件 what came out of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// 记录
    Record(Box<Sent>),
    /// 控制报文
    Control(Control),
    /// 坏帧: kept as it came, asked for again.
    Bad(Fault, Vec<u8>),
    /// 重发 a frame that was read before, byte for byte.
    Repeat,
    /// 只存原文 whole, but not certain enough to be a reading; why.
    Raw(Doubt, Vec<u8>),
}

impl Event {
    /// A record.
    #[must_use]
    pub fn record(sent: Sent) -> Self {
        Self::Record(Box::new(sent))
    }
}

/// 一步 what a protocol makes of the beginning of the bytes.
#[derive(Debug)]
pub enum Step {
    /// More bytes are needed.
    More,
    /// Noise: so many bytes are no beginning of anything.
    Skip(usize),
    /// A frame that is wrong: pass over `skip` bytes, keep `frame` bytes as they came.
    Bad {
        /// How far to go on; one byte where the frame's length cannot be trusted.
        skip: usize,
        /// How many bytes the wrong frame has.
        frame: usize,
        /// Why.
        fault: Fault,
    },
    /// A good frame of so many bytes.
    Take(usize, Vec<Event>),
}

impl Step {
    /// A wrong frame behind whose first byte is searched on.
    #[must_use]
    pub fn bad(frame: usize, fault: Fault) -> Self {
        Self::Bad { skip: 1, frame, fault }
    }
    /// One control message.
    #[must_use]
    pub fn control(length: usize, control: Control) -> Self {
        Self::Take(length, vec![Event::Control(control)])
    }
}

/// 协议 one wire protocol.
pub trait Protocol {
    /// No frame is longer.
    fn most(&self) -> usize;
    /// Looks at the bytes, which are not empty. `quiet` says that nothing more comes for now: what is needed then is missing.
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step;
    /// The byte that begins a frame, where a checked frame can end in the same byte: when the last byte of a frame is lost, the first of the next one can stand in
    /// for it, and then it belongs to both.
    fn start(&self) -> Option<u8> {
        None
    }
    /// A message of several frames whose end has not come: its bytes, forgotten when nothing more comes.
    fn lost(&mut self) -> Vec<u8> {
        Vec::new()
    }
    /// What the host has to send back now, where the protocol asks for it.
    fn answer(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

impl<P: Protocol + ?Sized> Protocol for Box<P> {
    fn most(&self) -> usize {
        (**self).most()
    }
    fn step(&mut self, bytes: &[u8], quiet: bool) -> Step {
        (**self).step(bytes, quiet)
    }
    fn start(&self) -> Option<u8> {
        (**self).start()
    }
    fn lost(&mut self) -> Vec<u8> {
        (**self).lost()
    }
    fn answer(&mut self) -> Vec<u8> {
        (**self).answer()
    }
}

/// How many frames a session remembers to tell a repeat: the largest memory of a device is far below.
const REMEMBERED: usize = 100_000;

/// 接收端 the bytes of one port: they outlive each read.
#[derive(Debug)]
pub struct Port<P> {
    protocol: P,
    buffer: Vec<u8>,
    /// The first byte that waits ended a good frame already.
    shared: bool,
    noise: u64,
    bad: u64,
    since_good: u64,
}

impl<P: Protocol> Port<P> {
    /// A session begins.
    #[must_use]
    pub fn new(protocol: P) -> Self {
        Self { protocol, buffer: Vec::new(), shared: false, noise: 0, bad: 0, since_good: 0 }
    }
    /// What a read brought, half a frame or three.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.buffer.extend_from_slice(bytes);
        self.run(false)
    }
    /// Nothing came for the time that the protocol allows: half a frame becomes none, and what stands behind it is looked at again.
    pub fn quiet(&mut self) -> Vec<Event> {
        let mut events = self.run(true);
        let lost = self.protocol.lost();
        if !lost.is_empty() {
            self.bad += 1;
            events.push(Event::Bad(Fault::Truncated, lost));
        }
        events
    }
    fn run(&mut self, quiet: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let mut at = 0;
        // the first half frame of a silence is reported whole, not once a byte
        let mut cut = false;
        while let Some(rest) = self.buffer.get(at..).filter(|r| !r.is_empty()) {
            let left = rest.len();
            let step = self.protocol.step(rest, quiet);
            if self.shared {
                match step {
                    Step::Take(..) => {}
                    Step::More if !quiet => break,
                    _ => {
                        self.shared = false;
                        at += 1;
                        continue;
                    }
                }
            }
            match step {
                Step::More if left > self.protocol.most() => {
                    self.bad += 1;
                    events.push(Event::Bad(Fault::TooLong, rest.to_vec()));
                    at += left;
                    self.since_good += left as u64;
                }
                Step::More if quiet => {
                    if !cut {
                        cut = true;
                        self.bad += 1;
                        events.push(Event::Bad(Fault::Truncated, rest.to_vec()));
                    }
                    at += 1;
                    self.since_good += 1;
                }
                Step::More => break,
                Step::Skip(n) => {
                    let n = n.clamp(1, left);
                    at += n;
                    self.noise += n as u64;
                    self.since_good += n as u64;
                }
                Step::Bad { skip, frame, fault } => {
                    self.bad += 1;
                    if !cut {
                        events.push(Event::Bad(fault, rest.get(..frame.min(left)).unwrap_or(rest).to_vec()));
                    }
                    let skip = skip.clamp(1, left);
                    at += skip;
                    self.since_good += skip as u64;
                }
                Step::Take(n, found) => {
                    let n = n.clamp(1, left);
                    self.shared = n > 1 && self.protocol.start().is_some_and(|start| rest.get(n - 1) == Some(&start));
                    at += if self.shared { n - 1 } else { n };
                    self.since_good = 0;
                    events.extend(found);
                }
            }
        }
        self.buffer.drain(..at.min(self.buffer.len()));
        events
    }
    /// 丢弃的字节 that were part of nothing.
    #[must_use]
    pub fn noise(&self) -> u64 {
        self.noise
    }
    /// 坏帧数 in this session. What is certain behind a weak check says `session::confirmed`.
    #[must_use]
    pub fn bad(&self) -> u64 {
        self.bad
    }
    /// Bytes that wait for the rest of their frame.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.buffer.len() - usize::from(self.shared)
    }
    /// 协议不对 so much came without one good frame that speed, parity or protocol must be wrong.
    #[must_use]
    pub fn is_wrong_profile(&self) -> bool {
        self.since_good > 64 << 10
    }
    /// What the host has to send back now; empty for most protocols.
    pub fn answer(&mut self) -> Vec<u8> {
        self.protocol.answer()
    }
    /// The protocol.
    #[must_use]
    pub fn protocol(&self) -> &P {
        &self.protocol
    }
}

/// 已读帧 frames of this session: one that comes again, byte for byte, is a repeat.
#[derive(Debug, Default)]
pub(crate) struct Frames(std::collections::BTreeSet<ContentHash>);

impl Frames {
    pub(crate) fn once(&mut self, frame: &[u8], events: Vec<Event>) -> Vec<Event> {
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        if self.0.insert(ContentHash::of(frame)) { events } else { vec![Event::Repeat] }
    }
}

/// 同内容次数 how often a content came in this transfer, for records without a number.
#[derive(Debug, Default)]
pub(crate) struct Occurrences(BTreeMap<ContentHash, u32>);

impl Occurrences {
    pub(crate) fn count(&mut self, mut sent: Sent) -> Sent {
        let seen = self.0.entry(sent.content()).or_default();
        *seen += 1;
        sent.occurrence = *seen;
        sent
    }
}
