//! 文书目录 every paper that this build can make, by its number, with what its `--no` names and as what it goes out.

use shiyan_app::papers::Numbering;
use shiyan_foundation::{Lang, Refusal};

use crate::code;

/// 文书 one kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// 编号, for example `P40`.
    pub id: &'static str,
    /// 名称
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// What `--no` names: Chinese, English, an example.
    pub no: (&'static str, &'static str, &'static str),
    /// As what it goes out.
    pub outputs: &'static [Output],
    /// 签发 as what it stands in the register; `None` of what goes out with another paper or is issued on a page of its own.
    pub numbering: Option<Numbering>,
}

/// 文件格式
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// As it is handed in.
    Pdf,
    /// To be revised in WPS or Word.
    Docx,
    /// Its tables as a workbook.
    Xlsx,
}

impl Output {
    /// What a file of it ends in.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }
}

const PERIOD: (&str, &str, &str) =
    ("期间：月 2026-03、季度 2026-Q1、半年 2026-H1 或年 2026", "a period: month 2026-03, quarter 2026-Q1, half-year 2026-H1 or year 2026", "2026-03");
const SHEET: (&str, &str, &str) = ("抽样单编号", "the number of the sampling sheet", "XBJ26410105000000001");
const REPORTS: (&str, &str, &str) = (
    "抽样单编号；用逗号隔开的几个合订成一份 PDF，供打印",
    "the number of the sampling sheet; several, parted by commas, are bound as one PDF to be printed",
    "XBJ26410105000000001",
);
const BATCH: (&str, &str, &str) =
    ("抽样单编号，或只要其中一部分时的案件编号", "the number of the sampling sheet, or of a case for its part alone", "XBJ26410105000000001");
const ALL_OUTPUTS: &[Output] = &[Output::Pdf, Output::Docx, Output::Xlsx];
const PAGES: &[Output] = &[Output::Pdf, Output::Docx];

const COUNTED: Option<Numbering> = Some(Numbering { number: true, count: true });
const NUMBERED: Option<Numbering> = Some(Numbering { number: true, count: false });
/// It is kept as it left the house; its number, if the office gives one, is that of the letter which carries it.
const DATED: Option<Numbering> = Some(Numbering { number: false, count: false });

/// Every paper, by number.
pub const KINDS: &[Kind] = &[
    Kind { id: "P03", zh: "食品安全抽样检验抽样单", en: "Sampling sheet", no: SHEET, outputs: PAGES, numbering: None },
    Kind { id: "P11a", zh: "食品安全监督抽检检验报告", en: "Test report of supervisory sampling", no: REPORTS, outputs: PAGES, numbering: None },
    Kind { id: "P11b", zh: "食品安全风险监测检验报告", en: "Test report of risk monitoring", no: REPORTS, outputs: PAGES, numbering: None },
    Kind {
        id: "P12", zh: "食品安全抽样检验限时报告情况表", en: "Timed report of a severe finding", no: SHEET, outputs: ALL_OUTPUTS, numbering: DATED
    },
    Kind {
        id: "P20",
        zh: "食品安全抽样检验结果通知书、检验结果确认回执",
        en: "Notice of the test result, with its receipt",
        no: BATCH,
        outputs: PAGES,
        numbering: NUMBERED,
    },
    Kind { id: "P21", zh: "送达回证", en: "Proof of service", no: BATCH, outputs: PAGES, numbering: None },
    Kind {
        id: "P40",
        zh: "食品安全监督抽检信息通告",
        en: "Notice of the results of supervisory sampling",
        no: PERIOD,
        outputs: ALL_OUTPUTS,
        numbering: COUNTED,
    },
    Kind { id: "P41", zh: "不合格、合格产品信息", en: "Nonconforming and conforming products", no: PERIOD, outputs: ALL_OUTPUTS, numbering: None },
    Kind { id: "P61", zh: "年度食品安全抽检工作报告", en: "Annual report", no: ("年份", "a year", "2026"), outputs: PAGES, numbering: DATED },
    Kind {
        id: "P62", zh: "食品安全监督抽检情况通告、月度通报", en: "Bulletin of supervisory sampling", no: PERIOD, outputs: ALL_OUTPUTS, numbering: NUMBERED
    },
    Kind {
        id: "P63", zh: "问题清单、整改清单、问责清单", en: "Problems, corrections and accountability", no: PERIOD, outputs: ALL_OUTPUTS, numbering: DATED
    },
];

impl Kind {
    /// By its number, in whatever case it was typed.
    ///
    /// # Errors
    /// `PAPER-UNKNOWN`.
    pub fn of(typed: &str) -> Result<&'static Self, Refusal> {
        let known = || KINDS.iter().map(|k| k.id).collect::<Vec<_>>().join(" ");
        KINDS.iter().find(|k| k.id.eq_ignore_ascii_case(typed.trim())).ok_or_else(|| Refusal::new(code::UNKNOWN).with("typed", typed).with("known", known()))
    }
    /// The output that a file of this name is.
    ///
    /// # Errors
    /// `PAPER-OUTPUT`.
    pub fn output(&self, file: &std::path::Path) -> Result<Output, Refusal> {
        let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let known = || self.outputs.iter().map(|o| format!(".{}", o.ending())).collect::<Vec<_>>().join(" ");
        let wrong = || Refusal::new(code::OUTPUT).with("paper", self.id).with("typed", format!(".{ending}")).with("known", known());
        self.outputs.iter().copied().find(|o| o.ending() == ending).ok_or_else(wrong)
    }
    /// Whether it is about one batch, by the number of its sheet or of a case.
    #[must_use]
    pub fn of_batch(&self) -> bool {
        matches!(self.id, "P03" | "P12" | "P20" | "P21")
    }
    /// Whether it is drafted on the page of papers; test reports have pages of their own.
    #[must_use]
    pub fn drafted(&self) -> bool {
        !matches!(self.id, "P11a" | "P11b")
    }
    /// Its name in a language.
    #[must_use]
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
    /// What was typed after `--no` is none.
    #[must_use]
    pub fn unread(&self, typed: &str) -> Refusal {
        let (zh, en, example) = self.no;
        let refusal = Refusal::new(code::NUMBER).with("paper", self.id).with("typed", typed).with("means", zh).with("means_en", en);
        refusal.with("how", format!("例如 --no {example}")).with("how_en", format!("For example --no {example}")).on("no")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_paper_is_found_by_its_number_and_an_unknown_one_refused() {
        assert_eq!(Kind::of(" p40 ").unwrap().id, "P40");
        let refused = Kind::of("P99").unwrap_err();
        assert_eq!(refused.code(), "PAPER-UNKNOWN");
        assert!(refused.next(Lang::Zh).contains("P40 P41") && refused.what(Lang::En).contains("P99"));
    }
    #[test]
    fn a_file_goes_out_as_its_name_ends() {
        let notice = Kind::of("P40").unwrap();
        assert_eq!(notice.output(Path::new("a/b.XLSX")), Ok(Output::Xlsx));
        for name in ["a", "a.csv", "pdf", "a.pdf.zip"] {
            assert_eq!(notice.output(Path::new(name)).unwrap_err().code(), "PAPER-OUTPUT", "{name}");
        }
        assert_eq!(Kind::of("P61").unwrap().output(Path::new("a.xlsx")).unwrap_err().code(), "PAPER-OUTPUT");
    }
    #[test]
    fn papers_stand_in_the_order_of_their_numbers_and_each_once() {
        assert!(KINDS.windows(2).all(|two| two[0].id < two[1].id));
        assert!(KINDS.iter().all(|k| !k.outputs.is_empty()));
    }
}
