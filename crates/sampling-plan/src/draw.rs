//! 双随机 the draw of whom to sample and of the officers who go, so that anybody can draw it again and come to the same.
//!
//! The generator is that of RFC 3797: the draw of rank `i` hashes `i`, the seed and `i` again (two bytes each, high one first) and takes the
//! hash as one large number modulo what is left in the pool. A number so near to the top of the hash that the modulus would favour somebody is
//! rejected and the hash hashed again; with 128 bits and more that hardly ever happens, and the vector of the standard is unchanged by it.
//! The pool, the exclusions, the quota and the source of the seed are hashed and published before the seed exists. The hash itself is given as
//! an argument, as the clock is: SHA-256 for draws, MD5 only to reproduce the standard's own example.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shiyan_foundation::Refusal;

use crate::code;

/// 散列 bytes to a digest of sixteen bytes or more.
pub type Hash<'h> = &'h dyn Fn(&[u8]) -> Vec<u8>;

/// The shortest digest of which a modulus favours nobody.
const SHORTEST: usize = 16;

/// 随机链 the numbers of one seed, one after the other.
pub struct Chain<'h> {
    seed: String,
    hash: Hash<'h>,
    rank: u16,
}

impl std::fmt::Debug for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("seed", &self.seed).field("rank", &self.rank).finish_non_exhaustive()
    }
}

impl<'h> Chain<'h> {
    /// The chain of a seed.
    #[must_use]
    pub fn new(seed: &str, hash: Hash<'h>) -> Self {
        Self { seed: seed.to_owned(), hash, rank: 0 }
    }
    /// 已抽次数 how many numbers were taken from it.
    #[must_use]
    pub fn rank(&self) -> u16 {
        self.rank
    }
    /// The next number below `n`, each as likely as every other.
    ///
    /// # Errors
    /// Nothing to draw from; a digest that is too short; the chain has been used up.
    pub fn below(&mut self, n: u32) -> Result<u32, Refusal> {
        let rank = self.rank.to_be_bytes();
        self.rank = self.rank.checked_add(1).filter(|_| n > 0).ok_or_else(|| Refusal::new(code::DRAW_POOL).with("count", n).with("pool", n))?;
        let mut digest = (self.hash)(&[&rank[..], self.seed.as_bytes(), &rank[..]].concat());
        loop {
            if digest.len() < SHORTEST {
                return Err(Refusal::new(code::DRAW_HASH).with("bytes", digest.len()));
            }
            match fair(&digest, n) {
                Some(number) => return Ok(number),
                None => digest = (self.hash)(&digest),
            }
        }
    }
}

/// The digest modulo `n`, unless it lies among the last few, with which some remainders would come up once more than others.
fn fair(digest: &[u8], n: u32) -> Option<u32> {
    let n = u64::from(n);
    let remainder = |bytes: &mut dyn Iterator<Item = u8>| bytes.fold(0_u64, |rest, byte| ((rest << 8) | u64::from(byte)) % n);
    // 2^bits modulo n: one more than the remainder of the largest digest.
    let over = (remainder(&mut digest.iter().map(|_| 0xff)) + 1) % n;
    // How far the digest lies from the largest one.
    let (high, low) = digest.split_at(digest.len() - 8);
    let distance = low.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(!byte));
    if high.iter().all(|byte| *byte == 0xff) && distance < over {
        return None;
    }
    u32::try_from(remainder(&mut digest.iter().copied())).ok()
}

/// 抽号 `count` different numbers of 1 to `pool`, in the order drawn: each rank counts along those that are left (RFC 3797).
///
/// # Errors
/// More numbers than the pool or the chain has; a digest that is too short.
pub fn numbers(pool: u32, count: u32, seed: &str, hash: Hash<'_>) -> Result<Vec<u32>, Refusal> {
    let mut left: Vec<u32> = (1..=pool).collect();
    let mut chain = Chain::new(seed, hash);
    taken(&mut chain, &mut left, count)
}

fn taken<T>(chain: &mut Chain<'_>, left: &mut Vec<T>, count: u32) -> Result<Vec<T>, Refusal> {
    let many = u32::try_from(left.len()).unwrap_or(u32::MAX);
    if count > many || count > u32::from(u16::MAX - chain.rank) {
        return Err(Refusal::new(code::DRAW_POOL).with("count", count).with("pool", many));
    }
    (0..count)
        .map(|_| {
            let at = chain.below(u32::try_from(left.len()).unwrap_or(u32::MAX))?;
            Ok(left.remove(usize::try_from(at).unwrap_or(0)))
        })
        .collect()
}

/// 候选 somebody or something that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// 编号
    pub id: String,
    /// 名称
    pub name: String,
}

/// 排除 a candidate that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// 编号
    pub id: String,
    /// 理由
    pub reason: String,
}

/// 回避 an officer who may not go to a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// 执法人员编号
    pub officer: String,
    /// 对象编号
    pub target: String,
}

/// 抽签公告 what is published before the seed exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// 名称
    pub title: String,
    /// 对象名录, in the order published.
    pub pool: Vec<Candidate>,
    /// 排除
    pub excluded: Vec<Excluded>,
    /// 抽取数
    pub quota: u32,
    /// 抽样人员名录; empty where only targets are drawn.
    pub officers: Vec<Candidate>,
    /// 回避
    pub conflicts: Vec<Conflict>,
    /// 种子来源 the public number that is not known yet.
    pub seed_source: String,
    /// 散列名称, e.g. `sha256`.
    pub hash: String,
}

impl Notice {
    /// 公告正文 the one text that is hashed: every field on lines of its own, so that no two notices share one.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::from("shiyan-draw 1\n");
        // Quoted, so that a name with a line break or a quotation mark in it stays one field; nothing else is escaped.
        let quote = |f: &&str| format!("\"{}\"", f.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r"));
        let mut line = |kind: &str, fields: &[&str]| {
            let quoted: Vec<String> = fields.iter().map(quote).collect();
            out.push_str(&format!("{kind} {}\n", quoted.join(" ")));
        };
        line("title", &[&self.title]);
        line("hash", &[&self.hash]);
        line("seed-source", &[&self.seed_source]);
        line("quota", &[&self.quota.to_string()]);
        self.pool.iter().for_each(|c| line("candidate", &[&c.id, &c.name]));
        self.excluded.iter().for_each(|e| line("excluded", &[&e.id, &e.reason]));
        self.officers.iter().for_each(|c| line("officer", &[&c.id, &c.name]));
        self.conflicts.iter().for_each(|c| line("conflict", &[&c.officer, &c.target]));
        out
    }
    /// 公告散列 in hexadecimal.
    #[must_use]
    pub fn digest(&self, hash: Hash<'_>) -> String {
        hash(self.text().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
    /// What is wrong with it before anything is drawn.
    ///
    /// # Errors
    /// A candidate or officer that stands twice, an exclusion without a reason or of nobody, a quota that the pool cannot fill, one officer only.
    pub fn checked(&self) -> Result<(), Refusal> {
        for list in [&self.pool, &self.officers] {
            let ids: BTreeSet<&str> = list.iter().map(|c| c.id.as_str()).collect();
            if ids.len() < list.len() {
                return Err(Refusal::new(code::DRAW_TWICE));
            }
        }
        if let Some(bad) = self.excluded.iter().find(|e| e.reason.trim().is_empty() || !self.pool.iter().any(|c| c.id == e.id)) {
            return Err(Refusal::new(code::DRAW_EXCLUDED).with("id", &bad.id));
        }
        let open = self.open().len();
        if self.quota == 0 || usize::try_from(self.quota).unwrap_or(usize::MAX) > open {
            return Err(Refusal::new(code::DRAW_POOL).with("count", self.quota).with("pool", open));
        }
        if self.officers.len() == 1 {
            return Err(Refusal::new(code::DRAW_OFFICERS).with("target", ""));
        }
        Ok(())
    }
    /// 可抽对象 in the order published.
    fn open(&self) -> Vec<String> {
        self.pool.iter().filter(|c| !self.excluded.iter().any(|e| e.id == c.id)).map(|c| c.id.clone()).collect()
    }
}

/// 任务 one target with the pair that goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// 对象编号
    pub target: String,
    /// 抽样人员 two different ones; nothing where only targets are drawn.
    pub pair: Option<(String, String)>,
}

/// 递补 a target that could not be sampled, and what came in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// 替换下的对象
    pub out: String,
    /// 理由
    pub reason: String,
    /// 递补的对象
    pub into: Assigned,
}

/// 抽签结果
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// 公告散列 as published.
    pub notice: String,
    /// 种子
    pub seed: String,
    /// 抽中, in the order drawn.
    pub assigned: Vec<Assigned>,
    /// 递补, in their order.
    pub replaced: Vec<Replaced>,
}

/// The draw in progress: the chain and what is left.
struct Table<'h, 'n> {
    notice: &'n Notice,
    chain: Chain<'h>,
    left: Vec<String>,
    load: BTreeMap<&'n str, u32>,
}

impl<'h, 'n> Table<'h, 'n> {
    fn new(notice: &'n Notice, seed: &str, hash: Hash<'h>) -> Self {
        let load = notice.officers.iter().map(|o| (o.id.as_str(), 0)).collect();
        Self { notice, chain: Chain::new(seed, hash), left: notice.open(), load }
    }
    /// One officer for a target: of those who may go and have gone least often.
    fn officer(&mut self, target: &str, not: Option<&str>) -> Result<String, Refusal> {
        let barred = |id: &str| self.notice.conflicts.iter().any(|c| c.officer == id && c.target == target);
        let may: Vec<&'n str> = self.notice.officers.iter().map(|o| o.id.as_str()).filter(|id| Some(*id) != not && !barred(id)).collect();
        let load = |id: &str| self.load.get(id).copied().unwrap_or(0);
        let least = may.iter().map(|id| load(id)).min().ok_or_else(|| Refusal::new(code::DRAW_OFFICERS).with("target", target))?;
        let pool: Vec<&'n str> = may.into_iter().filter(|id| load(id) == least).collect();
        let at = self.chain.below(u32::try_from(pool.len()).unwrap_or(u32::MAX))?;
        let chosen = pool[usize::try_from(at).unwrap_or(0)];
        *self.load.entry(chosen).or_default() += 1;
        Ok(chosen.to_owned())
    }
    fn assign(&mut self, target: String) -> Result<Assigned, Refusal> {
        if self.notice.officers.is_empty() {
            return Ok(Assigned { target, pair: None });
        }
        let first = self.officer(&target, None)?;
        let second = self.officer(&target, Some(&first))?;
        Ok(Assigned { target, pair: Some((first, second)) })
    }
    /// All targets first, then a pair for each, in the order drawn.
    fn draw(&mut self) -> Result<Vec<Assigned>, Refusal> {
        let targets = taken(&mut self.chain, &mut self.left, self.notice.quota)?;
        targets.into_iter().map(|t| self.assign(t)).collect()
    }
    /// The next target of the same chain, and a pair for it.
    fn next(&mut self) -> Result<Assigned, Refusal> {
        let target = taken(&mut self.chain, &mut self.left, 1)?.remove(0);
        self.assign(target)
    }
}

/// 抽签
///
/// # Errors
/// What is wrong with the notice; an empty seed; no pair for a target.
pub fn draw(notice: &Notice, seed: &str, hash: Hash<'_>) -> Result<Drawn, Refusal> {
    notice.checked()?;
    if seed.trim().is_empty() {
        return Err(Refusal::new(code::DRAW_SEED).with("source", &notice.seed_source));
    }
    Ok(Drawn { notice: notice.digest(hash), seed: seed.to_owned(), assigned: Table::new(notice, seed, hash).draw()?, replaced: Vec::new() })
}

/// 递补 for a target that was drawn and could not be sampled: from the same chain, so that nobody chooses it.
///
/// # Errors
/// No reason; a target that was not drawn or was replaced before; nothing left in the pool.
pub fn replace(notice: &Notice, drawn: &Drawn, out: &str, reason: &str, hash: Hash<'_>) -> Result<Drawn, Refusal> {
    let stands = drawn.assigned.iter().chain(drawn.replaced.iter().map(|r| &r.into)).any(|a| a.target == out);
    if reason.trim().is_empty() || !stands || drawn.replaced.iter().any(|r| r.out == out) {
        return Err(Refusal::new(code::DRAW_REPLACE).with("id", out));
    }
    let mut table = Table::new(notice, &drawn.seed, hash);
    table.draw()?;
    for _ in &drawn.replaced {
        table.next()?;
    }
    let into = table.next()?;
    let mut next = drawn.clone();
    next.replaced.push(Replaced { out: out.to_owned(), reason: reason.trim().to_owned(), into });
    Ok(next)
}

/// 验签 draws again and says everything that is not as published: the notice against its published hash (a candidate, an order, an exclusion, a
/// quota that was changed), then target by target. Nothing means that all of it holds.
#[must_use]
pub fn verify(notice: &Notice, published: &str, drawn: &Drawn, hash: Hash<'_>) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    let digest = notice.digest(hash);
    for (said, of) in [(published, "published"), (drawn.notice.as_str(), "drawn")] {
        if !said.trim().eq_ignore_ascii_case(&digest) {
            wrong.push(Refusal::new(code::DRAW_NOTICE).with("said", said.trim()).with("digest", &digest).with("of", of));
        }
    }
    let mut again = match draw(notice, &drawn.seed, hash) {
        Ok(again) => again,
        Err(why) => {
            wrong.push(why);
            return wrong;
        }
    };
    for r in &drawn.replaced {
        match replace(notice, &again, &r.out, &r.reason, hash) {
            Ok(next) => again = next,
            Err(why) => {
                wrong.push(why);
                return wrong;
            }
        }
    }
    let all = |d: &Drawn| d.assigned.iter().chain(d.replaced.iter().map(|r| &r.into)).cloned().collect::<Vec<_>>();
    let (is, due) = (all(drawn), all(&again));
    let named = |a: Option<&Assigned>| {
        a.map_or_else(|| "—".to_owned(), |a| format!("{}{}", a.target, a.pair.as_ref().map_or_else(String::new, |(x, y)| format!("（{x}、{y}）"))))
    };
    for rank in 0..is.len().max(due.len()) {
        if is.get(rank) != due.get(rank) {
            wrong.push(Refusal::new(code::DRAW_DIFFERS).with("rank", rank + 1).with("is", named(is.get(rank))).with("due", named(due.get(rank))));
        }
    }
    wrong
}
