//! 发文登记 the register, one paper, and its bytes.

use shiyan_dispatch::{IssuedPaper, OfficePapers};
use shiyan_foundation::Actor;
use shiyan_foundation::ids::PaperId;
use shiyan_store::query::PAGE;
use shiyan_store::reports::papers::PaperFilter;
use shiyan_store::{Entry, Error};

use super::{office, subject};
use crate::App;
use crate::authority::{Act, reads};
use crate::records::Setting;

/// 发文登记 a page of it.
#[derive(Debug)]
pub struct PaperBook {
    /// Newest first.
    pub papers: Vec<IssuedPaper>,
    /// There are more after them.
    pub more: bool,
    /// How many the filter finds.
    pub count: u64,
    /// 本单位设置
    pub office: OfficePapers,
}

/// 已签发文书 one, with what happened to it.
#[derive(Debug)]
pub struct PaperPage {
    /// The paper.
    pub paper: IssuedPaper,
    /// 时间线
    pub timeline: Vec<Entry>,
}

impl App {
    /// 本单位设置 of papers, as whoever sets one needs it.
    ///
    /// # Errors
    /// The database does not answer; the setting cannot be read.
    pub async fn office_papers(&self) -> Result<OfficePapers, Error> {
        office::kept(self.store.get::<Setting>(office::SETTING).await?.as_ref())
    }
    /// A page of the register.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_papers(&self, actor: &Actor, filter: &PaperFilter) -> Result<PaperBook, Error> {
        reads(actor, Act::DraftPaper)?;
        let mut papers = self.store.papers(filter).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = papers.len() > page;
        papers.truncate(page);
        let count = u64::try_from(self.store.count_papers(filter).await?).unwrap_or(0);
        Ok(PaperBook { papers, more, count, office: self.office_papers().await? })
    }
    /// Papers of a kind about one thing that are in force, so that whoever drafts it again is told.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_papers_about(&self, actor: &Actor, kind: &str, about: &str) -> Result<Vec<IssuedPaper>, Error> {
        reads(actor, Act::DraftPaper)?;
        self.store.papers_in_force(kind, about).await
    }
    /// One paper.
    ///
    /// # Errors
    /// Not for this person; there is none; the database does not answer.
    pub async fn read_paper(&self, actor: &Actor, id: PaperId) -> Result<PaperPage, Error> {
        reads(actor, Act::DraftPaper)?;
        let paper = self.store.get::<IssuedPaper>(&id.to_string()).await?.ok_or(Error::NotFound)?;
        Ok(PaperPage { paper, timeline: self.store.timeline(&[subject(id)]).await? })
    }
    /// The stored bytes of a format.
    ///
    /// # Errors
    /// Not for this person; there is no such paper or format; the file is gone.
    pub async fn read_paper_file(&self, actor: &Actor, id: PaperId, ending: &str) -> Result<(IssuedPaper, Vec<u8>), Error> {
        let paper = self.read_paper(actor, id).await?.paper;
        let hash = paper.file(ending).ok_or(Error::NotFound)?.hash.clone();
        let gone = || Error::Fault(format!("paper {id}: file {hash} is not there; run `shiyan verify`"));
        let (_, bytes) = self.store.blob(&hash).await?.ok_or_else(gone)?;
        if crate::sha256_hex(&bytes) != hash {
            return Err(Error::Fault(format!("paper {id}: file {hash} is not what was stored; run `shiyan verify`")));
        }
        Ok((paper, bytes))
    }
}
