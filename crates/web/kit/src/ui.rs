//! 小部件 the small parts that every page is made of. Each shows itself as safe HTML, so a template just writes `{{ row.status }}`.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use chrono::NaiveDate;
use shiyan_foundation::Label;
use shiyan_foundation::Lang;
use shiyan_foundation::task::Outcome;
use shiyan_statute::{Colour, TimeLeft};

use crate::assets;

/// Text made safe for HTML text and attributes.
#[derive(Debug, Clone, Copy)]
pub struct Esc<'a>(pub &'a str);

impl Display for Esc<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut last = 0;
        for (at, byte) in self.0.bytes().enumerate() {
            let with = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                _ => continue,
            };
            f.write_str(&self.0[last..at])?;
            f.write_str(with)?;
            last = at + 1;
        }
        f.write_str(&self.0[last..])
    }
}

/// 语义色 what a state means; never shown by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// 合格、完成
    Pass,
    /// 不合格、逾期
    Fail,
    /// 预警、临期
    Warn,
    /// 进行中
    Info,
    /// 未开始、停用
    #[default]
    Idle,
    /// 复检、异议
    Recheck,
}

impl Tone {
    /// Class suffix.
    #[must_use]
    pub fn css(self) -> &'static str {
        match self {
            Tone::Pass => "pass",
            Tone::Fail => "fail",
            Tone::Warn => "warn",
            Tone::Info => "info",
            Tone::Idle => "idle",
            Tone::Recheck => "recheck",
        }
    }
    /// The usual icon of that meaning.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Pass => "check",
            Tone::Fail => "x",
            Tone::Warn => "alert",
            Tone::Info => "progress",
            Tone::Idle => "circle",
            Tone::Recheck => "repeat",
        }
    }
}

impl Display for Tone {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.css())
    }
}

/// An icon of the sprite, decorative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon(pub &'static str);

impl Display for Icon {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, r##"<svg class="i" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>"##, assets::icons(), self.0)
    }
}
impl HtmlSafe for Icon {}

/// The icon of that name, for templates: `{{ crate::ui::icon("check") }}`.
#[must_use]
pub fn icon(name: &'static str) -> Icon {
    Icon(name)
}

/// 状态标签 a pale pill with icon and word. Never a link, never focusable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Badge {
    /// Meaning.
    pub tone: Tone,
    /// Icon name; empty for the usual icon of the tone.
    pub icon: &'static str,
    /// The word, an adjective, already in the reader's language.
    pub text: String,
}

impl Badge {
    /// A badge with the usual icon of its tone.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, icon: "", text: text.into() }
    }
    /// The same badge with another icon.
    #[must_use]
    pub fn with_icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }
    /// 检验结论 the conclusion of a sample, or "no conclusion yet".
    #[must_use]
    pub fn outcome(outcome: Option<Outcome>, lang: Lang) -> Self {
        match outcome {
            None => Self::new(Tone::Idle, lang.pick("未出结论", "No conclusion yet")),
            Some(o) => Self::new(
                match o {
                    Outcome::Pass => Tone::Pass,
                    Outcome::Fail => Tone::Fail,
                    Outcome::Problem => Tone::Warn,
                    Outcome::Undetermined => Tone::Idle,
                },
                o.label(lang),
            ),
        }
    }
    /// 快检结果 negative.
    #[must_use]
    pub fn negative(lang: Lang) -> Self {
        Self::new(Tone::Pass, lang.pick("阴性", "Negative")).with_icon("minus")
    }
    /// 快检结果 positive.
    #[must_use]
    pub fn positive(lang: Lang) -> Self {
        Self::new(Tone::Fail, lang.pick("阳性", "Positive")).with_icon("plus")
    }
    /// 快检结果 invalid.
    #[must_use]
    pub fn invalid(lang: Lang) -> Self {
        Self::new(Tone::Warn, lang.pick("无效", "Invalid")).with_icon("slash")
    }
}

impl Display for Badge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return f.write_str(r#"<span class="none">--</span>"#);
        }
        let name = if self.icon.is_empty() { self.tone.icon() } else { self.icon };
        write!(f, r#"<span class="badge b-{}">{}<span>{}</span></span>"#, self.tone, Icon(name), Esc(&self.text))
    }
}
impl HtmlSafe for Badge {}

/// 期限 a deadline in words and colour, as the statute counts it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// Meaning: `Idle`, `Warn`, `Fail`, or `Pass`.
    pub tone: Tone,
    /// The words.
    pub text: String,
    /// 暂定: the calendar of that year is not known yet.
    pub provisional: bool,
}

impl Due {
    /// As the statute says it.
    #[must_use]
    pub fn of(left: &TimeLeft, lang: Lang) -> Self {
        let tone = match left.colour {
            Colour::Grey => Tone::Idle,
            Colour::Amber => Tone::Warn,
            Colour::Red => Tone::Fail,
            Colour::Green => Tone::Pass,
        };
        Self { tone, text: left.text(lang).to_owned(), provisional: left.provisional }
    }
}

impl Display for Due {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return f.write_str(r#"<span class="none">--</span>"#);
        }
        let name = match self.tone {
            Tone::Fail => "alert",
            Tone::Pass => "check",
            _ => "clock",
        };
        let mark = if self.provisional { "*" } else { "" };
        // the words and the date in brackets may stand on two lines, neither breaks inside
        let cut = self.text.find(['（', '(']).unwrap_or(self.text.len());
        let (words, day) = self.text.split_at(cut);
        write!(f, r#"<span class="due b-{}">{}<span class="dw"><span>{}</span>"#, self.tone, Icon(name), Esc(words.trim_end()))?;
        if !day.is_empty() {
            let gap = if day.starts_with('(') { " " } else { "" };
            write!(f, "{gap}<span>{}{mark}</span>", Esc(day))?;
        }
        f.write_str("</span></span>")
    }
}
impl HtmlSafe for Due {}

/// 进度条 done of total as an SVG bar with a mark for the time that has passed; no style attribute needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bar {
    /// Done.
    pub done: u64,
    /// Of how many.
    pub total: u64,
    /// Time passed, per mille of the period (175 = 17.5 %).
    pub mark: Option<u32>,
    /// What a screen reader says.
    pub label: String,
}

impl Bar {
    /// A bar without a time mark.
    pub fn new(done: u64, total: u64, label: impl Into<String>) -> Self {
        Self { done, total, mark: None, label: label.into() }
    }
    /// With a time mark, per mille.
    #[must_use]
    pub fn marked(mut self, per_mille: u32) -> Self {
        self.mark = Some(per_mille.min(1000));
        self
    }
    /// Done, per mille of total, at most 1000.
    #[must_use]
    pub fn per_mille(&self) -> u64 {
        self.done.saturating_mul(1000).checked_div(self.total).map_or(0, |n| n.min(1000))
    }
    /// `16.97%`; above 100% too.
    #[must_use]
    pub fn percent(&self) -> String {
        percent_text(self.done, self.total)
    }
}

impl Display for Bar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let part = self.per_mille();
        let tone = match self.mark {
            _ if self.total > 0 && part >= 1000 => "bar full",
            Some(mark) if part + 100 < u64::from(mark) => "bar behind",
            _ => "bar",
        };
        // Without words of its own it only repeats the number beside it.
        match self.label.trim() {
            "" => write!(f, r#"<svg class="{tone}" aria-hidden="true""#)?,
            label => write!(f, r#"<svg class="{tone}" role="img" aria-label="{}""#, Esc(label))?,
        }
        write!(
            f,
            r#" width="100%" height="10"><rect class="bar-t" y="2" width="100%" height="6" rx="3"/><rect class="bar-f" y="2" width="{}" height="6" rx="3"/>"#,
            per_mille_text(part)
        )?;
        if let Some(mark) = self.mark {
            let x = per_mille_text(u64::from(mark));
            write!(f, r#"<line class="bar-m" x1="{x}" x2="{x}" y1="0" y2="10"/>"#)?;
        }
        f.write_str("</svg>")
    }
}
impl HtmlSafe for Bar {}

/// 二维码等 an SVG drawn by us, shown as it is. The only door for ready-made markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Svg(pub String);

impl Display for Svg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl HtmlSafe for Svg {}

/// `1,588,611`
#[must_use]
pub fn num(n: impl std::borrow::Borrow<u64>) -> String {
    let digits = n.borrow().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// 百分比 as every figure is rounded, `16.97%`; `—` of nothing, `100.00%` only when it is reached.
#[must_use]
pub fn percent_text(part: u64, whole: u64) -> String {
    let hundred = Some(shiyan_foundation::Decimal::ONE_HUNDRED);
    shiyan_indicators::exact::percent(part, whole, hundred).map_or_else(|| shiyan_indicators::figure::NOTHING.to_owned(), |text| format!("{text}%"))
}

/// A width or a place on a scale, never read as a number: `170` per mille → `17.0%`
#[must_use]
pub fn per_mille_text(n: u64) -> String {
    format!("{}.{}%", n / 10, n % 10)
}

/// `2026-03-05`, the form of tables.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// `--` for what is empty.
#[must_use]
pub fn dash(text: &str) -> &str {
    if text.trim().is_empty() { "--" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, d).unwrap_or_default()
    }
    #[test]
    fn numbers_have_thousands_separators() {
        assert_eq!(num(0u64), "0");
        assert_eq!(num(999u64), "999");
        assert_eq!(num(1_588_611u64), "1,588,611");
    }
    #[test]
    fn a_deadline_keeps_its_colour_and_its_words_and_marks_what_is_provisional() {
        let calendar = shiyan_statute::calendar();
        let read = |today, due| Due::of(&TimeLeft::day(due, None, today, calendar), Lang::Zh);
        assert_eq!(read(day(3), day(10)).tone, Tone::Idle);
        assert_eq!((read(day(5), day(10)).tone, read(day(10), day(10)).tone, read(day(11), day(10)).tone), (Tone::Warn, Tone::Warn, Tone::Fail));
        assert_eq!(Due::of(&TimeLeft::day(day(10), Some(day(9)), day(11), calendar), Lang::Zh).tone, Tone::Pass);
        let html = read(day(5), day(10)).to_string();
        assert!(html.contains("<span>剩 3 个工作日</span><span>（3月10日）</span>"), "{html}");
        let unsure = Due { provisional: true, ..read(day(5), day(10)) };
        assert!(unsure.to_string().contains("（3月10日）*"), "{unsure}");
    }
    #[test]
    fn what_people_typed_never_becomes_markup() {
        let html = Badge::new(Tone::Pass, "<b onclick='x'>").to_string();
        assert!(html.contains("&lt;b onclick=&#39;x&#39;&gt;"), "{html}");
        assert_eq!(Esc("中文&").to_string(), "中文&amp;");
    }
    #[test]
    fn a_bar_stays_within_its_track() {
        assert_eq!(Bar::new(7, 0, "").per_mille(), 0);
        assert_eq!(Bar::new(9, 3, "").percent(), "300.00%");
        assert_eq!(Bar::new(1086, 6400, "").percent(), "16.97%");
        assert_eq!((Bar::new(99_999, 100_000, "").percent(), Bar::new(0, 0, "").percent()), ("99.99%".into(), "—".into()));
    }
}
