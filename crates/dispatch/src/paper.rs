//! 已签发文书 one paper as it left the house.

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{PaperId, UserId};
use shiyan_foundation::{Actor, Instant, Lang, Move, Moves, NaiveDate, Refusal, labels};

use crate::code;
use crate::number::DocumentNo;

labels! {
    /// 文书状态
    pub enum PaperState {
        Issued = "issued", "已签发", "Issued";
        Voided = "voided", "已作废", "Void";
    }
}
labels! {
    /// 文书动作
    pub enum PaperAction {
        Void = "void", "作废", "Make void";
    }
}

/// 状态表 of an issued paper. A draft is no record: it is made anew of the facts whenever somebody looks, and bears no number.
pub const MOVES: Moves<PaperState, PaperAction> = Moves {
    noun: ("已签发文书", "issued paper"),
    begins: PaperState::Issued,
    opening: &[],
    over: &[PaperState::Issued, PaperState::Voided],
    table: &[Move::new(PaperState::Issued, PaperAction::Void, PaperState::Voided, Act::IssuePaper)],
};

/// 文书文件 the bytes of one format, by their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFile {
    /// What its name ends in: `pdf`, `docx`, `xlsx`.
    pub ending: String,
    /// SHA-256
    pub hash: String,
    /// Bytes.
    pub bytes: u64,
}

/// 作废记录
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidNote {
    /// 理由
    pub reason: String,
    /// 作废人
    pub by: String,
    /// 时间
    pub at: Instant,
}

/// 已签发文书 with its stored bytes and all that they depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedPaper {
    /// Id.
    pub id: PaperId,
    /// 文书种类 by its number, for example `P40`.
    pub kind: String,
    /// 对象 what it is about, as `--no` names it: a period, a sheet.
    pub subject: String,
    /// 标题
    pub title: String,
    /// 文号; `None` of a kind that bears none.
    pub number: Option<DocumentNo>,
    /// 期数 of its kind in its year; `None` of a kind that counts none.
    pub count: Option<u32>,
    /// 成文日期
    pub dated: NaiveDate,
    /// Language.
    pub lang: Lang,
    /// 状态
    pub state: PaperState,
    /// 文件
    pub files: Vec<PaperFile>,
    /// 模板 with its version.
    pub template: String,
    /// 字体 the faces it was set with.
    pub faces: String,
    /// 程序 and its version.
    pub program: String,
    /// 日志序号 of the journal on which its facts stand.
    pub stands_on: i64,
    /// Codes of what was said of it before it was signed, and accepted.
    pub warned: Vec<String>,
    /// 签发人
    pub issued_by: UserId,
    /// Name of whoever signed it.
    pub issuer: String,
    /// 签发时间
    pub issued_at: Instant,
    /// 作废
    pub void: Option<VoidNote>,
    /// 演示
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

/// 接续 where a series of numbers stands: the last number that was given, and its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Next {
    /// 上一号; 0 when none was given.
    pub last: u32,
    /// 上一号的成文日期
    pub last_day: Option<NaiveDate>,
    /// 上一期; 0 when none was counted.
    pub last_count: u32,
}

/// 签发 what is decided before a paper is set: its day, its number and its count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// 成文日期
    pub dated: NaiveDate,
    /// 文号
    pub number: Option<DocumentNo>,
    /// 期数
    pub count: Option<u32>,
}

impl Signing {
    /// The next number of a series and the next count of a kind, for a paper of this day.
    ///
    /// # Errors
    /// The day has not come, or lies before that of the number before.
    pub fn decide(dated: NaiveDate, today: NaiveDate, word: Option<&str>, counted: bool, next: &Next) -> Result<Self, Refusal> {
        if dated > today {
            return Err(Refusal::new(code::FUTURE).with("day", dated).on("dated"));
        }
        if let Some(last_day) = next.last_day.filter(|last| dated < *last && word.is_some()) {
            return Err(Refusal::new(code::BEFORE).with("day", dated).with("last", next.last).with("last_day", last_day).on("dated"));
        }
        let number = word.map(|word| DocumentNo { word: word.to_owned(), year: dated.year(), number: next.last + 1 });
        Ok(Self { dated, number, count: counted.then_some(next.last_count + 1) })
    }
}

impl IssuedPaper {
    /// 作废: it keeps its number and its bytes.
    ///
    /// # Errors
    /// It is void already; no reason.
    pub fn void(&mut self, reason: &str, actor: &Actor, now: Instant) -> Result<(), Refusal> {
        let Some(to) = MOVES.to(self.state, PaperAction::Void) else {
            return Err(Refusal::new(code::STATE));
        };
        let reason = reason.trim();
        if !(4..=200).contains(&reason.chars().count()) {
            return Err(Refusal::new(code::REASON).on("reason"));
        }
        self.state = to;
        self.void = Some(VoidNote { reason: reason.to_owned(), by: actor.name.clone(), at: now });
        self.revision += 1;
        Ok(())
    }
    /// The file of a format.
    #[must_use]
    pub fn file(&self, ending: &str) -> Option<&PaperFile> {
        self.files.iter().find(|f| f.ending == ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, m, d).unwrap()
    }
    #[test]
    fn numbers_follow_each_other_and_their_days() {
        let next = Next { last: 7, last_day: Some(day(3, 2)), last_count: 1 };
        let signing = Signing::decide(day(3, 2), day(3, 2), Some("金市监"), true, &next).unwrap();
        assert_eq!((signing.number.unwrap().to_string().as_str(), signing.count), ("金市监〔2026〕8号", Some(2)));
        assert_eq!(Signing::decide(day(3, 1), day(3, 2), Some("金市监"), true, &next).unwrap_err().code(), "DISPATCH-BEFORE");
        assert_eq!(Signing::decide(day(3, 3), day(3, 2), Some("金市监"), true, &next).unwrap_err().code(), "DISPATCH-FUTURE");
        let bare = Signing::decide(day(3, 1), day(3, 2), None, false, &next).unwrap();
        assert_eq!((bare.number, bare.count), (None, None));
    }
    #[test]
    fn the_first_number_of_a_year_is_one() {
        let signing = Signing::decide(day(1, 4), day(1, 4), Some("金市监"), true, &Next::default()).unwrap();
        assert_eq!((signing.number.unwrap().number, signing.count), (1, Some(1)));
    }
    #[test]
    fn a_paper_is_made_void_once_and_with_a_reason() {
        let at = chrono::DateTime::parse_from_rfc3339("2026-03-02T09:00:00+08:00").unwrap();
        let actor = Actor { id: UserId(uuid::Uuid::nil()), name: "示范".into(), roles: Default::default(), scope: shiyan_foundation::Scope::District };
        let mut paper = IssuedPaper {
            id: PaperId(uuid::Uuid::nil()),
            kind: "P40".into(),
            subject: "2026-02".into(),
            title: "通告".into(),
            number: Some(DocumentNo { word: "金市监".into(), year: 2026, number: 1 }),
            count: Some(1),
            dated: day(3, 2),
            lang: Lang::Zh,
            state: PaperState::Issued,
            files: vec![PaperFile { ending: "pdf".into(), hash: "ab".into(), bytes: 9 }],
            template: "p40.zh 1".into(),
            faces: "shipped".into(),
            program: "1".into(),
            stands_on: 7,
            warned: Vec::new(),
            issued_by: actor.id,
            issuer: actor.name.clone(),
            issued_at: at,
            void: None,
            demo: true,
            revision: 0,
        };
        assert_eq!(paper.void("错", &actor, at).unwrap_err().code(), "DISPATCH-REASON");
        paper.void("附件漏了一批", &actor, at).unwrap();
        assert_eq!((paper.state, paper.revision, paper.number.as_ref().unwrap().number), (PaperState::Voided, 1, 1));
        assert_eq!(paper.void("附件漏了一批", &actor, at).unwrap_err().code(), "DISPATCH-STATE");
        let told: IssuedPaper = serde_json::from_str(&serde_json::to_string(&paper).unwrap()).unwrap();
        assert_eq!((told.file("pdf").map(|f| f.bytes), told.file("xlsx")), (Some(9), None));
    }
}
