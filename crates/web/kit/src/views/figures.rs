//! 数 a number with its list, and a figure as a card shows it.

use crate::ui::{Bar, Tone};

/// One figure as a card shows it. Exact numbers come from `indicators`; here they are text.
#[derive(Debug, Clone, Default)]
pub struct FigureCard {
    /// Key with its query, the address is `/figures/{key}`.
    pub key: String,
    /// 计入 how many rows that page lists.
    pub counted: u64,
    /// 未计入 how many it lists as left out.
    pub left: u64,
    /// Name.
    pub name: String,
    /// `95.35%`, `0.68`, or `--`.
    pub value: String,
    /// Unit after the value, e.g. `批次/千人`; may be empty.
    pub unit: String,
    /// `41 / 43 件`
    pub fraction: String,
    /// `目标 100%`; may be empty.
    pub target: String,
    /// Reached, from the exact comparison; `None` without a target.
    pub met: Option<bool>,
    /// 复检中的批次暂计入
    pub provisional: bool,
    /// Definition behind ⓘ.
    pub definition: String,
    /// What stands out among those left out, after their number; may be empty.
    pub of_them: String,
    /// Progress; `None` for figures without one.
    pub bar: Option<Bar>,
}

impl FigureCard {
    /// The rows that are left out.
    #[must_use]
    pub fn left_href(&self) -> String {
        format!("/figures/{}{}tab=out", self.key, if self.key.contains('?') { "&" } else { "?" })
    }
}

/// 数和清单 a number and where the rows are that it counts; without rows, or without a list, it is no link.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// Number.
    pub n: u64,
    /// Rows behind it.
    pub href: String,
}

impl Counted {
    /// A number with its list.
    pub fn new(n: u64, href: impl Into<String>) -> Self {
        Self { n, href: href.into() }
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.href.is_empty() {
            // nothing to open: a number, and no link to the page that it stands on
            return f.write_str(&crate::ui::num(self.n));
        }
        write!(f, "{}", super::Cell::count(self.n, self.href.as_str()))
    }
}

impl askama::filters::HtmlSafe for Counted {}

/// A counter at the top of a work page.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    /// Word.
    pub label: String,
    /// Number.
    pub value: u64,
    /// Rows behind it.
    pub href: String,
    /// Meaning (red only for overdue).
    pub tone: Tone,
}

impl Counter {
    /// Overdue shows the alarm, soon the clock.
    #[must_use]
    pub fn icon(&self) -> &'static str {
        match self.tone {
            Tone::Fail => "alert",
            Tone::Warn => "clock",
            tone => tone.icon(),
        }
    }
}
