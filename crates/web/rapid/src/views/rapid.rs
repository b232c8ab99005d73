//! 快检 entry, ledger, one reading. Negative, positive, invalid; never 合格 or 不合格.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Due};

use super::{ActionView, Choice, Event, FactGroup, FileView, Filters, Page, Pager, Tab};

/// A method of the entry page.
#[derive(Debug, Clone, Default)]
pub struct MethodChoice {
    /// Code sent.
    pub code: String,
    /// Item and principle, e.g. `农残 · 酶抑制率`.
    pub label: String,
    /// Reads a value: unit, e.g. `%`; empty for card methods with three buttons.
    pub unit: String,
    /// Rule in words, e.g. `抑制率 ≥50% 为阳性`.
    pub rule: String,
    /// A photo is asked for.
    pub photo: bool,
}

/// A reading lately entered.
#[derive(Debug, Clone, Default)]
pub struct ReadingRow {
    /// `08:40`
    pub at: String,
    /// Address.
    pub href: String,
    /// Stall.
    pub stall: String,
    /// Food.
    pub food: String,
    /// Origin.
    pub origin: String,
    /// Item, method, lot.
    pub item: String,
    /// Reagent lot.
    pub lot: String,
    /// Value with unit; empty for cards.
    pub value: String,
    /// Limit with unit.
    pub limit: String,
    /// Verdict.
    pub verdict: Badge,
    /// Who.
    pub who: String,
    /// Photo kept.
    pub photo: bool,
    /// Instrument or by hand.
    pub source: String,
    /// Valid, or why not.
    pub validity: Badge,
    /// What follows: nothing, removed kg, countdown.
    pub follow: String,
    /// Countdown of the follow-up; may be empty.
    pub due: Due,
}

/// 快检录入 on a phone; also the home page of a point's operator.
#[derive(Debug, Template)]
#[template(path = "rapid_new.html")]
pub struct RapidNew {
    /// Shell.
    pub p: Page,
    /// Name of the point.
    pub point: String,
    /// Where the form posts to.
    pub action: String,
    /// Points to choose from; empty for an operator, who has one.
    pub points: Vec<Choice>,
    /// Point chosen.
    pub chosen_point: String,
    /// The positive reading that this one repeats; empty for a first test.
    pub retest: String,
    /// Stalls used lately.
    pub stalls: Vec<String>,
    /// Stall kept from the last reading.
    pub stall: String,
    /// Foods most often tested here (tiles).
    pub foods: Vec<String>,
    /// All foods (suggestions).
    pub all_foods: Vec<String>,
    /// Food typed or kept.
    pub food: String,
    /// Methods.
    pub methods: Vec<MethodChoice>,
    /// Method kept from the last reading.
    pub method: String,
    /// Value typed.
    pub value: String,
    /// Reagent lot kept.
    pub lot: String,
    /// Note typed.
    pub note: String,
    /// Origin typed.
    pub origin: String,
    /// Who records.
    pub who: String,
    /// Readings today.
    pub today: u64,
    /// Positive today.
    pub positive: u64,
    /// A positive just saved: its follow-up comes first.
    pub follow_up: Option<FollowUp>,
    /// Last ten.
    pub recent: Vec<ReadingRow>,
}

impl RapidNew {
    /// The method chosen, or the first.
    #[must_use]
    pub fn chosen(&self) -> Option<&MethodChoice> {
        self.methods.iter().find(|m| m.code == self.method).or_else(|| self.methods.first())
    }
    /// Whether the chosen method reads a value.
    #[must_use]
    pub fn reads_value(&self) -> bool {
        self.chosen().is_some_and(|m| !m.unit.is_empty())
    }
}

/// 阳性处置 what a positive asks for.
#[derive(Debug, Clone, Default)]
pub struct FollowUp {
    /// `RT-20260305-031 韭菜 腐霉利`
    pub title: String,
    /// The reading's page.
    pub href: String,
    /// 处置期限 (D37).
    pub due: Due,
    /// 异议期限 (D28); may be empty.
    pub objection: Due,
}

/// 日台账
#[derive(Debug, Template)]
#[template(path = "rapid_ledger.html")]
pub struct RapidLedger {
    /// Shell.
    pub p: Page,
    /// Point, or `全部检测点`.
    pub point: String,
    /// `2026-03-05`
    pub day: String,
    /// `2026年3月5日 周四`
    pub day_text: String,
    /// The day before.
    pub prev_day: String,
    /// The day after; empty for the future.
    pub next_day: String,
    /// All, valid, invalid, positive of the day.
    pub total: u64,
    /// Valid.
    pub valid: u64,
    /// Invalid.
    pub invalid: u64,
    /// Positive.
    pub positive: u64,
    /// Filters.
    pub filters: Filters,
    /// Rows, newest first.
    pub rows: Vec<ReadingRow>,
    /// Paging.
    pub pager: Pager,
    /// Whether this person may record.
    pub may_record: bool,
    /// CSV of exactly these rows; empty for none.
    pub export_href: String,
    /// Which points there are.
    pub points: Vec<Choice>,
}

/// One follow-up step of a positive.
#[derive(Debug, Clone, Default)]
pub struct FollowStep {
    /// Word, e.g. `复测`.
    pub title: String,
    /// State.
    pub state: Badge,
    /// What was recorded.
    pub text: String,
    /// Countdown; may be empty.
    pub due: Due,
    /// What may be done.
    pub action: Option<ActionView>,
}

/// 一条读数
#[derive(Debug, Template)]
#[template(path = "rapid_reading.html")]
pub struct RapidReading {
    /// Shell.
    pub p: Page,
    /// Number.
    pub no: String,
    /// Food and item.
    pub title: String,
    /// Verdict.
    pub verdict: Badge,
    /// Valid, or why not.
    pub validity: Badge,
    /// Overall deadline; may be empty.
    pub due: Due,
    /// Facts.
    pub groups: Vec<FactGroup>,
    /// How the verdict came about, line by line.
    pub working: Vec<String>,
    /// Follow-up; empty for a negative.
    pub steps: Vec<FollowStep>,
    /// Photos.
    pub files: Vec<FileView>,
    /// Timeline.
    pub timeline: Vec<Event>,
    /// Tabs; usually empty.
    pub tabs: Vec<Tab>,
}
