//! 草稿与签发 a paper before it is signed: what it says, what would get it returned, its pages as pictures; and its way out of the house under a number.

use std::ops::Range;
use std::sync::OnceLock;

use shiyan_app::papers::SignedPaper;
use shiyan_app::{App, Error};
use shiyan_dispatch::{IssuedPaper, OfficePapers, Signing};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Act, Actor, Instant, Lang, NaiveDate, Refusal, authority};
use shiyan_reports::annual;
use shiyan_reports::forms::service_receipt;
use shiyan_reports::letters::{Bulletin, Front, Letter, Lists, Notice, ResultNotice, SheetForm, Timed};
use shiyan_reports::{Faces, Office, template};

use crate::annual::district_model;
use crate::batch;
use crate::catalogue::{Kind, Output};
use crate::code;
use crate::letters::{Looked, bulletin, day_of_file, notice, period, running, set_failed, workbook};
use crate::lists;

/// 本单位字体 of this process: read once at its start, the same for every paper.
static OWN: OnceLock<Faces> = OnceLock::new();

/// Sets papers with the faces of the office from now on; a second call changes nothing.
pub fn use_own_faces(faces: Faces) {
    drop(OWN.set(faces));
}

/// 本单位字体, or those of the program.
#[must_use]
pub fn own_faces() -> Faces {
    OWN.get().cloned().unwrap_or_default()
}

/// 内容 what a paper is told, before its number and its day.
#[derive(Debug)]
enum Told {
    Notice(Box<Notice>),
    Annexes(Box<Notice>),
    Bulletin(Box<Bulletin>),
    Lists(Box<Lists>),
    Batch(batch::Told),
    Annual(Box<annual::Model>),
}

/// 草稿 a paper before it is signed.
#[derive(Debug)]
pub struct Draft {
    /// 文书种类
    pub kind: &'static Kind,
    /// 对象 as `--no` names it, in its plain form.
    pub subject: String,
    /// What it is about, Chinese and English.
    pub said: (String, String),
    /// 出具前检查
    pub looked: Looked,
    /// 演示
    pub demo: bool,
    /// The entry of the journal on which its facts stand.
    pub stands_on: i64,
    /// 本单位设置
    pub office: OfficePapers,
    lang: Lang,
    now: Instant,
    told: Told,
    /// The paper as a draft, filled when it is first asked for.
    unsigned: OnceLock<Sheet>,
}

/// A paper, ready to be set.
#[derive(Debug)]
enum Sheet {
    Letter(Box<Letter>),
    Annual(Box<annual::Model>),
}

impl Draft {
    /// A draft for whoever may draft papers of the district.
    ///
    /// # Errors
    /// Not for this person; see [`Draft::of_district`].
    pub async fn of(app: &App, actor: &Actor, kind: &'static Kind, no: &str, lang: Lang, now: Instant) -> Result<Self, Error> {
        authority::may(actor, Act::DraftPaper)?;
        let mut draft = Box::pin(Self::of_district(app, kind, no, lang, now)).await?;
        // the page that shows it is where it gets its number
        draft.looked.warns.retain(|w| kind.numbering.is_none() || w.code() != code::UNNUMBERED.code);
        if app.read_papers_about(actor, kind.id, &draft.subject).await?.iter().any(|p| p.lang == lang) {
            draft.looked.warns.push(Refusal::new(code::ISSUED).with("about", &draft.said.0).with("about_en", &draft.said.1));
        }
        Ok(draft)
    }
    /// A draft of the whole district, for whoever runs the program.
    ///
    /// # Errors
    /// No such period, or one that has not begun; nothing to say; the database does not answer.
    pub async fn of_district(app: &App, kind: &'static Kind, no: &str, lang: Lang, now: Instant) -> Result<Self, Error> {
        // before anything is read: what is written meanwhile is newer than the draft
        let stands_on = app.head().await?.seq;
        let office = app.office_papers().await?;
        let subject = fold(no).to_ascii_uppercase();
        if kind.of_batch() {
            let drawn = Box::pin(batch::drawn(app, kind, no, lang, now)).await?;
            let said = (subject.clone(), subject.clone());
            return Ok(Self {
                kind,
                subject,
                said,
                looked: drawn.looked,
                demo: drawn.demo,
                stands_on,
                office,
                lang,
                now,
                told: Told::Batch(drawn.told),
                unsigned: OnceLock::new(),
            });
        }
        let period = period(kind, no, now)?;
        let (told, looked, demo) = match kind.id {
            "P40" | "P41" => {
                let drawn = Box::pin(notice(app, period, lang, now)).await?;
                let told = Box::new(drawn.told);
                (if kind.id == "P40" { Told::Notice(told) } else { Told::Annexes(told) }, drawn.looked, drawn.demo)
            }
            "P62" => {
                let drawn = Box::pin(bulletin(app, period, lang, now)).await?;
                (Told::Bulletin(Box::new(drawn.told)), drawn.looked, drawn.demo)
            }
            "P63" => {
                let drawn = Box::pin(lists::drawn(app, period, lang, now)).await?;
                (Told::Lists(Box::new(drawn.told)), drawn.looked, drawn.demo)
            }
            "P61" if no.trim().len() == 4 => {
                let (model, demo) = Box::pin(district_model(app, period.year, lang, now)).await?;
                let looked = Looked { warns: running(period, now.date_naive()).into_iter().collect(), ..Looked::default() };
                (Told::Annual(Box::new(model)), looked, demo)
            }
            _ => return Err(kind.unread(no).into()),
        };
        let said = (period.said(Lang::Zh), period.said(Lang::En));
        Ok(Self { kind, subject, said, looked, demo, stands_on, office, lang, now, told, unsigned: OnceLock::new() })
    }
    /// 标题
    ///
    /// # Errors
    /// The template cannot be filled.
    pub fn title(&self) -> Result<String, Error> {
        Ok(self.titled(self.drafted()?))
    }
    /// The title that a sheet bears: a notice that was signed says its issue instead of its period.
    fn titled(&self, sheet: &Sheet) -> String {
        match sheet {
            Sheet::Letter(letter) => letter.title().to_owned(),
            Sheet::Annual(model) => model.title.replace('\n', self.lang.pick("", ", ")),
        }
    }
    fn drafted(&self) -> Result<&Sheet, Error> {
        if let Some(sheet) = self.unsigned.get() {
            return Ok(sheet);
        }
        let sheet = self.sheet(None)?;
        Ok(self.unsigned.get_or_init(|| sheet))
    }
    fn front(&self, signing: Option<&Signing>) -> Front {
        let count = |s: &Signing| Some(self.office.counts.said(chrono::Datelike::year(&s.dated), s.count?, self.lang));
        Front {
            number: signing.and_then(|s| s.number.as_ref()).map(ToString::to_string),
            count: signing.and_then(count),
            date: signing.map(|s| s.dated),
            demo: self.demo,
            created_at: day_of_file(self.now),
        }
    }
    fn sheet(&self, signing: Option<&Signing>) -> Result<Sheet, Error> {
        let (office, front) = (Office::from(&self.office), self.front(signing));
        let letter = match &self.told {
            Told::Notice(told) => Notice { front, ..(**told).clone() }.notice(&office),
            Told::Annexes(told) => Notice { front, ..(**told).clone() }.annexes(&office),
            Told::Bulletin(told) => Bulletin { front, ..(**told).clone() }.letter(&office),
            Told::Lists(told) => Lists { front, ..(**told).clone() }.letter(&office),
            Told::Batch(batch::Told::Sheet(told)) => SheetForm { front, ..(**told).clone() }.letter(&office),
            Told::Batch(batch::Told::Timed(told)) => Timed { front, ..(**told).clone() }.letter(&office),
            Told::Batch(batch::Told::Notice(told)) => ResultNotice { front, ..(**told).clone() }.letter(&office),
            Told::Batch(batch::Told::Receipts(told)) => service_receipt::letter(told, &office),
            Told::Annual(model) => {
                let date = signing.map_or(model.date, |s| s.dated);
                return Ok(Sheet::Annual(Box::new(annual::Model { date, ..(**model).clone() })));
            }
        };
        Ok(Sheet::Letter(Box::new(letter.map_err(set_failed)?)))
    }
    /// The draft as a file.
    ///
    /// # Errors
    /// A character that no face has; the typesetter.
    pub fn file(&self, output: Output) -> Result<Vec<u8>, Error> {
        self.set(self.drafted()?, output)
    }
    fn set(&self, sheet: &Sheet, output: Output) -> Result<Vec<u8>, Error> {
        // what leaves the house lacks no character
        let faces = Faces { strict: true, ..own_faces() };
        match (sheet, output) {
            (Sheet::Letter(letter), Output::Pdf) => letter.pdf(&faces).map_err(set_failed),
            (Sheet::Letter(letter), Output::Docx) => letter.docx(&faces).map_err(set_failed),
            (Sheet::Letter(letter), Output::Xlsx) => Ok(workbook(letter)?),
            (Sheet::Annual(model), Output::Pdf) => annual::pdf(model, &faces, &Office::from(&self.office)).map_err(set_failed),
            (Sheet::Annual(model), Output::Docx) => annual::docx(model, &faces, &Office::from(&self.office)).map_err(set_failed),
            (Sheet::Annual(_), Output::Xlsx) => {
                Err(Refusal::new(code::OUTPUT).with("paper", self.kind.id).with("typed", ".xlsx").with("known", ".pdf .docx").into())
            }
        }
    }
    /// 预览 some pages as pictures, and how many there are.
    ///
    /// # Errors
    /// The typesetter.
    pub fn pages(&self, wanted: Range<usize>) -> Result<shiyan_reports::Pages, Error> {
        let faces = own_faces();
        match self.drafted()? {
            Sheet::Letter(letter) => letter.images(&faces, wanted),
            Sheet::Annual(model) => annual::images(model, &faces, &Office::from(&self.office), wanted),
        }
        .map_err(set_failed)
    }
    /// 模板 with its version.
    fn template(&self) -> String {
        let name = match self.told {
            Told::Notice(_) => "p40",
            Told::Annexes(_) => "p41",
            Told::Bulletin(_) => "p62",
            Told::Lists(_) => "p63",
            Told::Batch(batch::Told::Sheet(_)) => "p03",
            Told::Batch(batch::Told::Timed(_)) => "p12",
            Told::Batch(batch::Told::Notice(_)) => "p20",
            Told::Batch(batch::Told::Receipts(_)) => "p21",
            Told::Annual(_) => "annual",
        };
        let stem = format!("{name}.{}.", self.lang.pick("zh", "en"));
        template::all().into_iter().find(|s| s.name.starts_with(&stem)).map_or(stem, |s| format!("{} {}", s.name, s.version()))
    }
}

/// How often a paper is made anew because facts or numbers moved meanwhile.
const TRIES: usize = 3;

/// 签发: the number that is printed is the number that is kept, and the bytes are those that left the house.
///
/// # Errors
/// Not for this person; it bears no place in the register; what stops it; the office has no letters; the day cannot be; it was issued already; facts kept moving.
pub async fn issue(app: &App, actor: &Actor, kind: &'static Kind, no: &str, lang: Lang, dated: NaiveDate, now: Instant) -> Result<IssuedPaper, Error> {
    authority::may(actor, Act::IssuePaper)?;
    let numbering = kind.numbering.ok_or_else(|| Refusal::new(code::NOT_ISSUED).with("paper", kind.id))?;
    let mut tries = 0;
    loop {
        tries += 1;
        let draft = Box::pin(Draft::of_district(app, kind, no, lang, now)).await?;
        if !draft.looked.stops.is_empty() {
            return Err(Error::Refused(draft.looked.stops));
        }
        let signing = app.paper_signing(actor, kind.id, numbering, dated, now).await?;
        let paper = tokio::task::spawn_blocking(move || signed(&draft, signing, numbering)).await.map_err(|e| Error::Fault(e.to_string()))??;
        match Box::pin(app.issue_paper(actor, paper, now)).await {
            Err(Error::Refused(why)) if tries < TRIES && why.iter().any(|r| r.code() == shiyan_app::code::PAPER_MOVED.code) => {}
            other => return other,
        }
    }
}

/// Sets every format of a paper with its number.
fn signed(draft: &Draft, signing: Signing, numbering: shiyan_app::papers::Numbering) -> Result<SignedPaper, Error> {
    let sheet = draft.sheet(Some(&signing))?;
    let mut files = Vec::new();
    for output in draft.kind.outputs {
        files.push((output.ending(), draft.set(&sheet, *output)?));
    }
    Ok(SignedPaper {
        kind: draft.kind.id,
        said: draft.said.clone(),
        subject: draft.subject.clone(),
        title: draft.titled(&sheet),
        numbering,
        signing,
        lang: draft.lang,
        files,
        template: draft.template(),
        faces: own_faces().named(),
        program: concat!("Shiyan ", env!("CARGO_PKG_VERSION")).to_owned(),
        stands_on: draft.stands_on,
        watches: draft.watches(),
        warned: draft.looked.warns.iter().map(|w| w.code().to_owned()).filter(|c| c != code::UNNUMBERED.code).collect(),
        demo: draft.demo,
    })
}

impl Draft {
    /// Whose records would make it say something else: a notice names final results, and what can end that is a report, a case or a clock.
    fn watches(&self) -> &'static [&'static str] {
        match self.told {
            Told::Notice(_) | Told::Annexes(_) | Told::Batch(_) => &["report", "case", "clock"],
            // they say of which day they are
            Told::Bulletin(_) | Told::Lists(_) | Told::Annual(_) => &[],
        }
    }
}
