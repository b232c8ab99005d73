//! 读法 what a reading is, and what the generators of readings know.

use crate::reading::Why;

/// 文字 the texts of one row as typed or published.
#[derive(Debug, Clone, Copy, Default)]
pub struct Texts<'a> {
    /// 检验项目
    pub item: &'a str,
    /// 检验结果
    pub result: &'a str,
    /// 限量
    pub limit: &'a str,
    /// 单位栏
    pub unit: Option<&'a str>,
    /// 标签明示值
    pub label_claim: Option<&'a str>,
    /// 食品
    pub food: Option<&'a str>,
    /// 配料
    pub ingredients: Option<&'a str>,
}

/// How far a reading is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// Somebody may have meant it.
    Likely,
    /// Nobody writes so on purpose; it may only take a 合格 away.
    Guard,
    /// It changes no verdict and asks for a second look.
    Soft,
}

/// 读法 one reading of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub text: String,
    pub why: Vec<Why>,
    pub trust: Trust,
}

impl Reading {
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), why: Vec::new(), trust: Trust::Likely }
    }
    pub(super) fn then(&self, text: String, why: Why, trust: Trust) -> Self {
        let mut all = self.why.clone();
        if !all.contains(&why) {
            all.push(why);
        }
        Self { text, why: all, trust: self.trust.max(trust) }
    }
}

/// What one generator makes of a text: nothing where it sees no doubt.
pub(super) type Variants = Vec<(String, Why, Trust)>;

/// Every reading after one more generator.
pub(super) fn through(readings: Vec<Reading>, generate: impl Fn(&str) -> Variants) -> Vec<Reading> {
    let mut out = Vec::with_capacity(readings.len());
    for one in readings {
        let variants = generate(&one.text);
        if variants.is_empty() {
            out.push(one);
            continue;
        }
        out.extend(variants.into_iter().map(|(text, why, trust)| one.then(text, why, trust)));
    }
    out
}

/// What a generator has to know beside the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context<'a> {
    /// The result counts microbes.
    pub count: bool,
    /// Counted by MPN, which need not be whole.
    pub mpn: bool,
    /// n of the plan.
    pub n: Option<u32>,
    /// The plan asks for nothing at all in a portion: 检出 or 未检出.
    pub qualitative: bool,
    /// The limit has one side only.
    pub one_sided: bool,
    /// The item.
    pub item: &'a str,
    /// A label claim is given.
    pub claim: bool,
}

/// 商业无菌 the item whose limit is its own name.
pub(super) const STERILE: &str = "商业无菌";
