//! 读法 one reading or no verdict. A text that can be read in several ways gives a small set of readings, each a text that the strict
//! readers of `value` and `limit` take without a doubt; every pair of result and limit is judged exactly. If all come to one
//! verdict, that is the verdict and the working lists them; if not, a person decides and sees the two that disagree.
//!
//! A *likely* reading is one that somebody may have meant. A *guard* is one that nobody writes on purpose (`3×101` as a product) and
//! that keeps a repair from turning a failure into a pass: it can take a 合格 away, never a 不合格.

mod library;
mod limits;
mod portions;
mod results;
mod strict;
pub mod sums;
mod tokens;
mod unit;

use shiyan_foundation::{CodeInfo, labels};
use shiyan_statute::LimitRule;

use crate::item;
use crate::judge::{FAIL, Judgement, PASS, ReadingTold, Step, Verdict};
use crate::limit::{self, LimitText};
use crate::reasons::{self, Reason};
use crate::units;
use crate::value::{self, ParseNote, Parsed};

labels! {
    /// 读法的来由 why a text can be read so.
    pub enum Why {
        Thousands = "thousands", "逗号按千分位", "the comma marks thousands";
        DecimalComma = "decimal_comma", "逗号按小数点", "the comma is a decimal point";
        ListComma = "list_comma", "逗号分隔各值", "the commas divide values";
        LostPower = "lost_power", "丢了上标，按 10 的幂", "a power of ten that lost its superscript";
        AsDigits = "as_digits", "按所写的数字", "the digits as they stand";
        Product = "product", "按乘法", "as a product";
        LostTimes = "lost_times", "丢了 ×", "a × that was lost";
        Stray = "stray", "指数后多一个数字", "a stray digit behind the exponent";
        LongExponent = "long_exponent", "指数为两位数", "an exponent of two digits";
        CutPower = "cut_power", "指数被截断，不小于所写的数", "the exponent is cut off: no less than what stands there";
        TenE = "ten_e", "10E 按 10 的幂", "10E as a power of ten";
        TenTimes = "ten_times", "10E 按乘以 10", "10E as ten times";
        LostPoint = "lost_point", "0 后丢了小数点", "a point was lost behind the 0";
        CommonFactor = "common_factor", "幂是各值的公因数", "the power is common to all values";
        OwnPower = "own_power", "幂只属于一个值", "the power belongs to one value";
        Portions = "portions", "按份数展开", "one value for each sample";
        RangeEnd = "range_end", "范围的一端", "one end of a range";
        Uncertainty = "uncertainty", "± 是不确定度，判定时不扣除", "± is the uncertainty, which is not deducted";
        WithUncertainty = "with_uncertainty", "± 的一端", "one end of the ±";
        EachValue = "each_value", "各值分别比较", "each value by itself";
        AddedValues = "added_values", "各值相加", "the values added";
        Upper = "upper", "该项目只有上限", "this item is only limited from above";
        Lower = "lower", "该项目只有下限", "this item is only limited from below";
        AsMaximum = "as_maximum", "按上限", "as a maximum";
        AsMinimum = "as_minimum", "按下限", "as a minimum";
        WordsOfMaximum = "words_of_maximum", "文字写明是上限", "the words say that it is a maximum";
        WordsOfBan = "words_of_ban", "文字等于不得检出", "the words mean: must not be detected";
        WordsOfResult = "words_of_result", "文字等于阴性或阳性", "the words mean: negative or positive";
        WordsOfUse = "words_of_use", "文字等于不得使用", "the words mean: must not be used";
        Aside = "aside", "后面的说明不影响数值", "what stands behind it does not touch the number";
        Doubled = "doubled", "符号多写", "a sign too many";
        Between = "between", "两侧限量", "limited from both sides";
        OpenEnd = "open_end", "端点不含", "the end itself is not allowed";
        OneOf = "one_of", "两个限量之一", "one of two limits";
        ClaimItself = "claim_itself", "以标示值本身为限", "the claim itself is the limit";
        PlanDoubt = "plan_doubt", "m 或 M 可能丢了幂", "m or M may have lost its power";
        LibraryUnit = "library_unit", "单位按限量库", "the unit is that of the library";
        OtherUnit = "other_unit", "单位按另一方", "the unit is that of the other side";
        SameUnit = "same_unit", "两边写同一单位，表内没有，按同一单位比较", "both sides give one unit that the table does not have";
        MassFraction = "mass_fraction", "按质量分数换算", "a share of the mass";
        Unknown = "unknown", "其他读法", "some other reading";
    }
}

/// How far a reading is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trust {
    /// Somebody may have meant it.
    Likely,
    /// Nobody writes so on purpose; it may only take a 合格 away.
    Guard,
    /// It changes no verdict and asks for a second look.
    Soft,
}

/// 读法 one reading of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub text: String,
    pub why: Vec<Why>,
    pub trust: Trust,
}

impl Reading {
    fn of(text: &str) -> Self {
        Self { text: text.to_owned(), why: Vec::new(), trust: Trust::Likely }
    }
    fn then(&self, text: String, why: Why, trust: Trust) -> Self {
        let mut all = self.why.clone();
        if !all.contains(&why) {
            all.push(why);
        }
        Self { text, why: all, trust: self.trust.max(trust) }
    }
}

/// More readings than these are none.
const MOST: usize = 64;

/// What one generator makes of a text: nothing where it sees no doubt.
type Variants = Vec<(String, Why, Trust)>;

/// Every reading after one more generator.
fn through(readings: Vec<Reading>, generate: impl Fn(&str) -> Variants) -> Vec<Reading> {
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

/// What a generator has to know beside the text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Context<'a> {
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

/// 按文字判定 a published or typed result against a limit in words, as in `shiyan judge --csv`.
#[must_use]
pub fn judge_texts(item: &str, result: &str, limit: &str, unit: Option<&str>, label_claim: Option<&str>) -> Judgement {
    judge_words(&Texts { item, result, limit, unit, label_claim, ..Texts::default() })
}

/// The same with what else the row tells.
#[must_use]
pub fn judge_words(texts: &Texts<'_>) -> Judgement {
    if let Some(added) = sums::named_in(texts.result, texts.unit) {
        return sums::judged_named(texts.result, &added, |p| of_texts(&Texts { result: &p.raw, ..*texts }));
    }
    if let Some(both) = value::first_and_second(texts.result) {
        let judged = both.map(|one| judge_words(&Texts { result: &one, ..*texts }));
        return both_tests(texts.result, judged);
    }
    let mut judged = of_texts(texts);
    // a bare limit that the result repeats to the letter was copied into its cell
    let own = texts.result.trim().trim_end_matches([',', '，', ';', '；', '、']);
    let unit_only = |rest: &str| rest.is_empty() || units::canonical(rest).is_some();
    if own.contains(|c: char| c.is_ascii_digit()) && texts.limit.trim().strip_prefix(own).is_some_and(unit_only) {
        judged = doubted(judged, reasons::REPEATS_LIMIT);
    }
    sums::entered_alone(texts.item, judged)
}

fn of_texts(texts: &Texts<'_>) -> Judgement {
    let plain = strict::judge(texts);
    if is_read(&plain) && !doubtful(texts.result, &plain) && !doubtful(texts.limit, &plain) {
        return plain;
    }
    if matches!(plain.reason.0.code, "VALUE-EMPTY" | "LIMIT-TEXT-EMPTY" | "LIMIT-TEXT-ABSENT" | "JUDGE-NA" | "ITEM-FACTOR" | "LIMIT-AGAINST-LIBRARY") {
        return plain;
    }
    let facts = item::facts(texts.item);
    let column = texts.unit.filter(|u| !units::is_none(u)).or(facts.unit);
    let mut context = Context {
        count: counts(texts.result, column).or_else(|| counts(texts.limit, column)).unwrap_or(facts.count),
        mpn: [Some(texts.result), Some(texts.limit), column].into_iter().flatten().any(|t| t.to_ascii_uppercase().contains("MPN")),
        n: None,
        qualitative: false,
        one_sided: true,
        item: texts.item,
        claim: texts.label_claim.is_some_and(|c| !crate::claim::is_none(c)),
    };
    let limits = limits::readings(texts.limit, &context);
    for one in &limits {
        let read = limit::read_beside(&one.text, texts.label_claim).parsed;
        context.one_sided &= matches!(read.understood, LimitText::Rule { rule: LimitRule::Max { .. } | LimitRule::Min { .. }, .. });
        if let LimitText::Rule { rule: LimitRule::ThreeClass { n, m, upper, .. }, .. } = read.understood {
            context.n = Some(n);
            context.count = context.count || read.unit.as_deref().is_none_or(units::is_count);
            let unit = read.unit.as_deref().or(column);
            let portion = unit.map_or_else(|| library::known(texts.item).is_some_and(library::Known::in_portions), |u| u.starts_with('/'));
            context.qualitative = m.is_zero() && upper.is_none() && portion;
        }
    }
    let results = results::readings(texts.result, &context);
    let mut judged = Vec::new();
    for (result, wanted) in results.iter().flat_map(|r| limits.iter().map(move |l| (r, l))) {
        for pair in unit::pairs(result, wanted, texts) {
            if judged.len() >= MOST {
                return plain;
            }
            let outcome = strict::judge(&Texts { result: &pair.result.text, limit: &pair.limit.text, unit: pair.unit.as_deref(), ..*texts });
            judged.push(Outcome { result: pair.result, limit: pair.limit, judged: outcome });
        }
    }
    settle(plain, judged, texts.result)
}

/// 录入的结果 a result typed against a rule that is certain: the same readings of the result as in [`judge_words`], each judged by `judge_one`.
/// `unit` is the unit of the cell, for texts that give none.
pub(crate) fn judge_typed(
    item: &str,
    raw: &str,
    unit: Option<&str>,
    rule: &LimitRule,
    limit_unit: Option<&str>,
    judge_one: &dyn Fn(&Parsed) -> Judgement,
) -> (Parsed, Judgement) {
    let first = value::parse(raw, unit);
    if first.needs_person().is_some() {
        if let Some(added) = sums::named_in(raw, unit) {
            let judged = sums::judged_named(raw, &added, |p| judge_one(p));
            return (first, judged);
        }
        if let Some(both) = value::first_and_second(raw) {
            let judged = both.map(|one| judge_typed(item, &one, unit, rule, limit_unit, judge_one).1);
            return (first, both_tests(raw, judged));
        }
    }
    let plain = judge_one(&first);
    let judged = judge_otherwise(raw, &first, plain, unit, rule, limit_unit, judge_one);
    (first, sums::entered_alone(item, judged))
}

/// The same for a result that was read and judged once.
fn judge_otherwise(
    raw: &str,
    first: &Parsed,
    plain: Judgement,
    unit: Option<&str>,
    rule: &LimitRule,
    limit_unit: Option<&str>,
    judge_one: impl Fn(&Parsed) -> Judgement,
) -> Judgement {
    if !may_be_read_otherwise(raw, &plain) {
        return plain;
    }
    let named = |u: &&str| !units::is_none(u);
    let known = first.unit.as_deref().or(unit).filter(named).or(limit_unit.filter(named));
    let plan = match rule {
        LimitRule::ThreeClass { n, m, upper, .. } => Some((*n, m.is_zero() && upper.is_none())),
        _ => None,
    };
    let context = Context {
        count: known.map_or(plan.is_some(), units::is_count),
        mpn: known.is_some_and(|u| u.starts_with("MPN")),
        n: plan.map(|(n, _)| n),
        qualitative: plan.is_some_and(|(_, none)| none) && limit_unit.is_some_and(|u| u.starts_with('/')),
        one_sided: matches!(rule, LimitRule::Max { .. } | LimitRule::Min { .. }),
        ..Context::default()
    };
    let readings = results::readings(raw, &context);
    if readings.iter().all(|r| r.why.is_empty()) {
        return plain;
    }
    let nothing = Reading::of("");
    let judged: Vec<Outcome> =
        readings.into_iter().map(|one| Outcome { judged: judge_one(&value::parse(&one.text, unit)), result: one, limit: nothing.clone() }).collect();
    settle(plain, judged, raw)
}

/// Whether a result that was read and judged once has to be looked at for other readings.
fn may_be_read_otherwise(raw: &str, plain: &Judgement) -> bool {
    let code = plain.reason.0.code;
    // several values that are no plain numbers are no two results of one
    let bounds = code == "JUDGE-SEVERAL-VALUES" && raw.contains(['<', '＜', '检']);
    !(is_read(plain) || code == "VALUE-EMPTY" || bounds) || doubtful(raw, plain) && plain.reason.0.code != "JUDGE-NA"
}

fn is_certain(judged: &Judgement) -> bool {
    judged.verdict != Verdict::NeedsPerson
}

/// Another reading of the texts could change nothing: there is a verdict, or what keeps it from a person is not how they read.
fn is_read(judged: &Judgement) -> bool {
    let code = judged.reason.0.code;
    is_certain(judged) || !(["VALUE-", "UNIT-", "LIMIT-TEXT-"].iter().any(|p| code.starts_with(p)) || code == "JUDGE-SEVERAL-VALUES")
}

/// A text that the strict readers took and that can be read otherwise: a comma before three digits, a repaired power.
fn doubtful(text: &str, judged: &Judgement) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let triple = |(at, mark): (usize, char)| {
        let mut behind = text[at + mark.len_utf8()..].chars();
        digit(text[..at].chars().next_back()) && (0..3).all(|_| digit(behind.next()))
    };
    let repaired = |notes: &[ParseNote]| notes.iter().any(|n| matches!(n, ParseNote::LostSuperscript(_) | ParseNote::TenE(_)));
    // 3/5 is two values to the strict reader
    let ratio = text.len() < 12
        && text.trim().split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && a.bytes().chain(b.bytes()).all(|c| c.is_ascii_digit()));
    // 3104 and 510E2 may have lost a ×
    let bytes = text.as_bytes();
    let lost = bytes.windows(3).enumerate().any(|(at, w)| {
        let behind = bytes.get(at + 3);
        let power = w.starts_with(b"10") && (matches!(w[2], b'1'..=b'9') && !behind.is_some_and(|c| c.is_ascii_digit() || *c == b'.'));
        let exponent = w.starts_with(b"10") && matches!(w[2], b'e' | b'E') && behind.is_some_and(u8::is_ascii_digit);
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        (power && before.is_none_or(|c| !matches!(c, b'/' | b'^' | b'{' | b'.'))) || (exponent && before.is_some_and(u8::is_ascii_digit))
    });
    ratio
        || lost
        || text.char_indices().filter(|(_, c)| matches!(c, ',' | '，' | '﹐')).any(triple)
        || judged.working.iter().any(|step| match step {
            Step::Understood { notes, .. } | Step::Limit { notes, .. } => repaired(notes),
            _ => false,
        })
}

/// Whether a text brings the unit of a count or of something else; nothing where it brings none.
fn counts(text: &str, column: Option<&str>) -> Option<bool> {
    let upper = text.to_ascii_uppercase();
    if upper.contains("CFU") || upper.contains("MPN") || text.contains("个/") {
        return Some(true);
    }
    let read = value::parse_on_any_basis(text, None).unit.or_else(|| limit::parse(text).unit);
    read.as_deref().or(column).map(units::is_count)
}

/// A pair of readings and what it came to.
struct Outcome {
    result: Reading,
    limit: Reading,
    judged: Judgement,
}

impl Outcome {
    fn trust(&self) -> Trust {
        self.result.trust.max(self.limit.trust)
    }
    fn told(&self) -> ReadingTold {
        let why = self.result.why.iter().chain(&self.limit.why).copied().collect();
        let shown = |t: &str| t.replace("^{", "^").replace('}', "");
        ReadingTold { result: shown(&self.result.text), limit: shown(&self.limit.text), why, verdict: self.judged.verdict }
    }
}

/// So many readings are listed.
const LISTED: usize = 8;

/// One verdict for all readings, or a person.
fn settle(plain: Judgement, mut judged: Vec<Outcome>, raw: &str) -> Judgement {
    if judged.len() < 2 && judged.iter().all(|o| o.result.why.is_empty() && o.limit.why.is_empty()) {
        return plain;
    }
    // a reading with fewer values than the plan has samples says nothing beside one that has them all, unless it fails already
    let lacks = |o: &Outcome| o.judged.reason.0.code == reasons::PLAN_COUNT.code;
    if judged.iter().any(|o| o.trust() == Trust::Likely && !lacks(o)) {
        judged.retain(|o| !lacks(o));
    }
    judged.sort_by_key(Outcome::trust);
    let likely = judged.iter().take_while(|o| o.trust() == Trust::Likely).count();
    let Some(first) = judged.first().filter(|_| likely > 0) else { return plain };
    let verdict = first.judged.verdict;
    let against = judged[..likely].iter().find(|o| o.judged.verdict != verdict);
    // a reading for a person beside one with a verdict is a disagreement of its own
    let guard = judged.iter().find(|o| o.trust() == Trust::Guard && verdict != FAIL && o.judged.verdict != verdict);
    if let Some(other) = against.or(guard) {
        let list = vec![first.told(), other.told()];
        // that a text could not be read says less than that it can be read in two ways
        let unread = ["VALUE-UNREADABLE", "LIMIT-TEXT-GARBLED", "LIMIT-TEXT-WORDS", "LIMIT-TEXT-REST"].contains(&plain.reason.0.code);
        let reason = if is_certain(&plain) || unread && judged.len() > 1 { reasons::READINGS_DIFFER } else { plain.reason.0 };
        return person(plain, reason, list, raw);
    }
    if verdict == Verdict::NeedsPerson {
        let list: Vec<ReadingTold> = judged.iter().take(LISTED).map(Outcome::told).collect();
        // the only reading there is says better than the first look why a person is needed
        let reason = if judged.len() == 1 && plain.reason.0.code.starts_with("LIMIT-TEXT") { judged[0].judged.reason.0 } else { plain.reason.0 };
        return person(plain, reason, list, raw);
    }
    let soft = judged.iter().any(|o| o.trust() == Trust::Soft && o.judged.verdict != verdict);
    let near = judged[..likely].iter().any(|o| o.judged.near_limit);
    let second = soft || judged[..likely].iter().any(|o| o.judged.needs_second_analyst);
    let carry = judged[..likely].iter().any(|o| o.judged.needs_carry_over_word);
    let list: Vec<ReadingTold> = judged.iter().filter(|o| o.trust() != Trust::Soft).take(LISTED).map(Outcome::told).collect();
    let mut out = judged.swap_remove(0).judged;
    if let Some(Step::Understood { raw: text, .. }) = out.working.first_mut() {
        raw.clone_into(text);
    }
    out.working.push(Step::Readings { list, agreed: true });
    Judgement { near_limit: near, needs_second_analyst: second, needs_carry_over_word: carry, ..out }
}

fn person(plain: Judgement, reason: &'static CodeInfo, list: Vec<ReadingTold>, raw: &str) -> Judgement {
    let mut working: Vec<Step> = plain.working.into_iter().filter(|s| matches!(s, Step::Understood { .. } | Step::Limit { .. } | Step::Claim { .. })).collect();
    if let Some(Step::Understood { raw: text, .. }) = working.first_mut() {
        raw.clone_into(text);
    }
    working.push(Step::Readings { list, agreed: false });
    Judgement::person(reason, working)
}

/// 初检 and 复检 in one cell: certain only where both fail.
fn both_tests(raw: &str, judged: [Judgement; 2]) -> Judgement {
    let agree = judged.iter().all(|j| j.verdict == FAIL);
    let [first, mut second] = judged;
    let mut working = first.working;
    working.append(&mut second.working);
    if !agree {
        working.insert(0, Step::Understood { raw: raw.to_owned(), canonical: String::new(), notes: Vec::new() });
        return Judgement::person(reasons::TWO_RESULTS, working);
    }
    second.near_limit |= first.near_limit;
    second.needs_second_analyst |= first.needs_second_analyst;
    Judgement { working, ..second }
}

/// 合格 taken away by what nobody entered, say.
fn doubted(judged: Judgement, reason: &'static CodeInfo) -> Judgement {
    if judged.verdict == PASS { Judgement { verdict: Verdict::NeedsPerson, reason: Reason(reason), ..judged } } else { judged }
}
