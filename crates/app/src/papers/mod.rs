//! 发文 papers leave the house under a number that is given once: reserved and printed together, in the transaction that keeps the bytes. What is void keeps
//! its number and its bytes.

pub mod office;
mod read;

pub use read::{PaperBook, PaperPage};
pub use shiyan_store::reports::papers::PaperFilter;

use chrono::Datelike;
use serde_json::json;
use shiyan_dispatch::{IssuedPaper, Next, OfficePapers, PaperFile, PaperState, Signing};
use shiyan_foundation::ids::PaperId;
use shiyan_foundation::{Actor, Instant, Lang, NaiveDate, Refusal};
use shiyan_store::{Error, Record};

use crate::authority::{Act, may};
use crate::{App, code, fresh};

/// Most bytes of one format: an annex of ten thousand batches stays far below.
const LARGEST: usize = 64 << 20;

/// 文书编号方式 whether a kind of paper bears a number and counts its issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbering {
    /// 文号
    pub number: bool,
    /// 期数
    pub count: bool,
}

/// 签发 a paper that was set with what [`App::paper_signing`] decided.
#[derive(Debug, Clone)]
pub struct SignedPaper {
    /// 文书种类
    pub kind: &'static str,
    /// Chinese and English name of what it is about, for a refusal.
    pub said: (String, String),
    /// 对象 as `--no` names it.
    pub subject: String,
    /// 标题
    pub title: String,
    /// Whether it bears a number and a count.
    pub numbering: Numbering,
    /// What was printed on it.
    pub signing: Signing,
    /// Language.
    pub lang: Lang,
    /// The bytes of each format.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// 模板
    pub template: String,
    /// 字体
    pub faces: String,
    /// 程序
    pub program: String,
    /// The entry of the journal on which its facts stand.
    pub stands_on: i64,
    /// Words of subjects that it speaks of: when one was written meanwhile, it is not issued.
    pub watches: &'static [&'static str],
    /// Codes of what was said before.
    pub warned: Vec<String>,
    /// 演示
    pub demo: bool,
}

fn word_for<'o>(office: &'o OfficePapers, kind: &str, numbering: Numbering) -> Result<Option<&'o str>, Refusal> {
    if !numbering.number {
        return Ok(None);
    }
    office.word_of(kind).map(Some).ok_or_else(|| Refusal::new(code::PAPER_WORD).with("paper", kind))
}

/// The register and what the office had given out before it was kept here.
fn goes_on(next: Next, office: &OfficePapers, word: Option<&str>, kind: &str, year: i32) -> Next {
    let given = word.map_or(0, |word| office.given_in(word, year));
    Next { last: next.last.max(given), last_count: next.last_count.max(office.counted_in(kind, year)), ..next }
}

impl App {
    /// 拟签发 the number and the count that a paper of this day would bear now. Nothing is reserved.
    ///
    /// # Errors
    /// Not for this person; the office has no letters yet; the day cannot be; the database does not answer.
    pub async fn paper_signing(&self, actor: &Actor, kind: &str, numbering: Numbering, dated: NaiveDate, now: Instant) -> Result<Signing, Error> {
        may(actor, Act::DraftPaper)?;
        let office = self.office_papers().await?;
        let word = word_for(&office, kind, numbering)?;
        let next = self.store.paper_next(word.unwrap_or_default(), kind, dated.year()).await?;
        let next = goes_on(next, &office, word, kind, dated.year());
        Ok(Signing::decide(dated, now.date_naive(), word, numbering.count, &next)?)
    }
    /// 签发: gives the number that was printed, and keeps the bytes, in one transaction. Somebody else's paper may have taken the number while this one was
    /// set, or its facts may have moved: then it is refused as `PAPER-MOVED` and made again.
    ///
    /// # Errors
    /// Not for this person; the same paper is in force; the number was taken or the facts moved; the database does not answer.
    pub async fn issue_paper(&self, actor: &Actor, paper: SignedPaper, now: Instant) -> Result<IssuedPaper, Error> {
        may(actor, Act::IssuePaper)?;
        if paper.files.iter().any(|(_, bytes)| bytes.len() > LARGEST) {
            return Err(Refusal::new(code::PAPER_LARGE).with("most", LARGEST >> 20).into());
        }
        let mut unit = self.store.begin(now).await?;
        if let Some(known) = unit.papers_in_force(paper.kind, &paper.subject).await?.into_iter().find(|p| p.lang == paper.lang) {
            let no = known.number.map_or_else(String::new, |n| n.to_string());
            let twice = Refusal::new(shiyan_dispatch::code::TWICE);
            return Err(twice.with("no", format!("{}{no}", paper.said.0)).with("no_en", format!("{} {no}", paper.said.1)).into());
        }
        let office = office::kept(unit.get(office::SETTING).await?.as_ref())?;
        let word = word_for(&office, paper.kind, paper.numbering)?;
        let year = paper.signing.dated.year();
        let next = goes_on(unit.paper_next(word.unwrap_or_default(), paper.kind, year).await?, &office, word, paper.kind, year);
        let decided = Signing::decide(paper.signing.dated, now.date_naive(), word, paper.numbering.count, &next)?;
        // nobody else writes while this transaction is open, so the readers see what it sees
        if decided != paper.signing || self.store.written_since(paper.stands_on, paper.watches).await? {
            return Err(Refusal::new(code::PAPER_MOVED).into());
        }
        let mut files = Vec::with_capacity(paper.files.len());
        for (ending, bytes) in &paper.files {
            let hash = unit.keep_blob(bytes).await?;
            files.push(PaperFile { ending: (*ending).to_owned(), hash, bytes: bytes.len() as u64 });
        }
        let record = IssuedPaper {
            id: PaperId(fresh()),
            kind: paper.kind.to_owned(),
            subject: paper.subject,
            title: paper.title,
            number: decided.number,
            count: decided.count,
            dated: decided.dated,
            lang: paper.lang,
            state: PaperState::Issued,
            files,
            template: paper.template,
            faces: paper.faces,
            program: paper.program,
            stands_on: paper.stands_on,
            warned: paper.warned,
            issued_by: actor.id,
            issuer: actor.name.clone(),
            issued_at: now,
            void: None,
            demo: paper.demo,
            revision: 0,
        };
        let number = record.number.as_ref().map(ToString::to_string);
        let facts =
            json!({ "paper": record.kind, "about": record.subject, "number": number, "count": record.count, "dated": record.dated, "files": record.files });
        unit.insert(&record, &actor.into(), "paper.issue", facts).await?;
        unit.commit().await?;
        Ok(record)
    }
    /// 作废 a paper that left the house; its number is not given again.
    ///
    /// # Errors
    /// Not for this person; no such paper; it is void already, or there is no reason.
    pub async fn void_paper(&self, actor: &Actor, id: PaperId, reason: &str, now: Instant) -> Result<IssuedPaper, Error> {
        may(actor, Act::IssuePaper)?;
        let mut unit = self.store.begin(now).await?;
        let mut paper: IssuedPaper = unit.require(&id.to_string()).await?;
        paper.void(reason, actor, now)?;
        let facts = json!({ "paper": paper.kind, "about": paper.subject, "number": paper.number.as_ref().map(ToString::to_string), "reason": reason.trim() });
        unit.save(&paper, &actor.into(), "paper.void", facts).await?;
        unit.commit().await?;
        Ok(paper)
    }
}

/// The subject of a paper in the journal.
fn subject(id: PaperId) -> String {
    format!("{}:{id}", <IssuedPaper as Record>::SUBJECT)
}
