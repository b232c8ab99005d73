//! 采样方案的读法 the readings of a plan that contradicts itself, or whose m or M was cut.

use shiyan_foundation::Decimal;

use super::kind::{Trust, Variants};
use crate::amount::units;
use crate::limit::LimitText;
use crate::limit::text::read_beside;
use crate::reading::Why;

pub(super) fn is_plan(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    compact.contains("n=") && compact.contains(['m', 'M'])
}

/// A value of m or M and the powers it may stand for.
struct Level {
    /// As it stands, where a standard may print it.
    own: Option<Decimal>,
    /// What else.
    others: Vec<Decimal>,
    /// The strict reader takes it as it stands and it may be something else all the same (`110E2`, `10E4`).
    lost: bool,
}

fn ten(k: u32) -> Decimal {
    units::shift(Decimal::ONE, i32::try_from(k).unwrap_or(0)).unwrap_or(Decimal::ONE)
}

impl Level {
    fn certain(value: Decimal) -> Self {
        Self { own: Some(value), others: Vec::new(), lost: false }
    }
    /// What stands behind `m=` or `M=`, and what follows it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (figures, rest) = text.split_at(end);
        let value: Decimal = figures.parse().ok()?;
        let after = rest.trim_start_matches(' ');
        let of = |mantissa: Decimal, k: u32| mantissa.checked_mul(ten(k));
        if let Some(raised) = after.strip_prefix('^').filter(|_| figures == "10") {
            let (k, rest) = exponent(raised)?;
            return Some((Self::certain(ten(k)), rest));
        }
        if let Some(ten_behind) = after.strip_prefix(['×', 'x', 'X', '*', '·']).map(|t| t.trim_start_matches(' ')).and_then(|t| t.strip_prefix("10")) {
            if let Some((k, rest)) = ten_behind.strip_prefix(['E', 'e']).and_then(exponent) {
                return Some((Self { own: of(value, k), others: of(value, k + 1).into_iter().collect(), lost: true }, rest));
            }
            if let Some(raised) = ten_behind.strip_prefix('^') {
                let (k, rest) = exponent(raised)?;
                return Some((Self::certain(of(value, k)?), rest));
            }
            let n = ten_behind.bytes().take_while(u8::is_ascii_digit).count();
            if n == 1 {
                let k: u32 = ten_behind[..1].parse().ok()?;
                return Some((Self::certain(of(value, k)?), &ten_behind[1..]));
            }
            // ×10 and nothing: any power
            let others = (2..=7).filter_map(|k| of(value, k)).collect();
            return (n == 0).then_some((Self { own: of(value, 1), others, lost: false }, ten_behind));
        }
        if let Some(k) = after.strip_prefix(['E', 'e'])
            && let Some((k, rest)) = exponent(k)
        {
            let level = match figures.strip_suffix("10").filter(|h| !h.ends_with('.')) {
                Some("") => Self { own: Some(ten(k)), others: vec![ten(k + 1)], lost: true },
                Some(head) => Self { own: of(value, k), others: of(head.parse().ok()?, k).into_iter().collect(), lost: true },
                None => Self::certain(of(value, k)?),
            };
            return Some((level, rest));
        }
        let power = figures.len().checked_sub(3).and_then(|at| figures.split_at_checked(at)).and_then(|(head, tail)| {
            let k: u32 = tail.strip_prefix("10")?.parse().ok().filter(|k| *k > 0)?;
            Some((head, k))
        });
        let level = match power {
            // a plan with m=102 does not exist
            Some(("", k)) => Self { own: None, others: vec![ten(k)], lost: false },
            Some((head, k)) => Self { own: Some(value), others: head.parse().ok().and_then(|m| of(m, k)).into_iter().collect(), lost: true },
            None if figures == "10" => Self { own: Some(value), others: (2..=7).map(ten).collect(), lost: false },
            None => Self::certain(value),
        };
        Some((level, rest))
    }
}

fn exponent(text: &str) -> Option<(u32, &str)> {
    let inner = text.trim_start_matches(['{', '(', ' ', '+']);
    let n = inner.bytes().take_while(u8::is_ascii_digit).count();
    let k: u32 = inner.get(..n)?.parse().ok().filter(|k| *k <= 12)?;
    Some((k, inner[n..].trim_start_matches(['}', ')'])))
}

/// A plan that contradicts itself, or whose m or M was cut: every pair that a standard may hold. M stays within a hundredfold of m.
pub(super) fn plan(text: &str) -> Variants {
    let read = matches!(read_beside(text, None).parsed.understood, LimitText::Rule { .. });
    let Some(found) = Fields::read(text) else { return Vec::new() };
    let Fields { n, c, m, upper, unit } = found;
    if c >= n {
        return Vec::new();
    }
    // what the strict reader takes is doubted only where a × may be lost
    if read && !m.lost && !upper.as_ref().is_some_and(|u| u.lost) {
        return Vec::new();
    }
    let (mut m, mut upper) = (m, upper);
    for level in std::iter::once(&mut m).chain(upper.as_mut()).filter(|l| read && !l.lost) {
        level.others.clear();
    }
    let levels = |l: &Level| -> Vec<(Decimal, bool)> { l.own.iter().map(|v| (*v, true)).chain(l.others.iter().map(|v| (*v, false))).collect() };
    let hundred = Decimal::ONE_HUNDRED;
    let mut out: Variants = Vec::new();
    for (m, own) in levels(&m) {
        let uppers: Vec<Decimal> = match &upper {
            Some(upper) => levels(upper).into_iter().map(|(v, _)| v).collect(),
            None => Vec::new(),
        };
        let fits = |v: &Decimal| *v > m && m.checked_mul(hundred).is_some_and(|most| *v <= most);
        let mut fitting: Vec<Decimal> = uppers.iter().copied().filter(fits).collect();
        // an M that was cut away, or stands as 10, can only be a power above m
        let cut = upper.as_ref().is_none_or(|u| !u.others.is_empty() || u.own.is_none());
        if fitting.is_empty() && cut && upper.as_ref().is_none_or(|u| u.own.is_some()) {
            fitting = (1..=8).map(ten).filter(fits).collect();
        }
        if fitting.is_empty() && own {
            // m as it stands, and an M that does not go with it: kept, so that no doubt about m lets a failure pass
            fitting = uppers.into_iter().filter(|v| *v > m).collect();
            out.extend(fitting.iter().map(|v| (shown(n, c, m, *v, &unit), Why::PlanDoubt, Trust::Guard)));
            continue;
        }
        out.extend(fitting.iter().map(|v| (shown(n, c, m, *v, &unit), Why::PlanDoubt, Trust::Likely)));
    }
    if out.iter().all(|(.., trust)| *trust == Trust::Guard) { Vec::new() } else { out }
}

fn shown(n: u32, c: u32, m: Decimal, upper: Decimal, unit: &str) -> String {
    format!("n={n},c={c},m={m}×10^{{0}},M={upper}×10^{{0}}{unit}")
}

struct Fields {
    n: u32,
    c: u32,
    m: Level,
    upper: Option<Level>,
    unit: String,
}

impl Fields {
    fn read(text: &str) -> Option<Self> {
        let (mut n, mut c, mut m, mut upper) = (None, None, None, None);
        let mut unit: Option<&'static str> = None;
        let mut rest = text.trim().trim_start_matches('(');
        loop {
            rest = rest.trim_start_matches([',', '，', ';', '；', '、', ' ', ')']);
            if rest.is_empty() {
                break;
            }
            if let Some((named, end)) = units::leading(rest.trim_start_matches(['(', '单', '位', ':'])) {
                let skipped = rest.len() - rest.trim_start_matches(['(', '单', '位', ':']).len();
                if unit.is_some_and(|u| u != named) {
                    return None;
                }
                unit = Some(named);
                rest = &rest[skipped + end..];
                continue;
            }
            let key = rest.chars().next()?;
            let value = rest[key.len_utf8()..].trim_start().strip_prefix(['=', ':'])?.trim_start();
            match key {
                'n' | 'N' | 'c' | 'C' => {
                    let len = value.bytes().take_while(u8::is_ascii_digit).count();
                    let number: u32 = value.get(..len)?.parse().ok()?;
                    let slot = if matches!(key, 'n' | 'N') { &mut n } else { &mut c };
                    if slot.replace(number).is_some() {
                        return None;
                    }
                    rest = &value[len..];
                }
                'm' | 'M' => {
                    let (level, after) = Level::read(value)?;
                    let slot = if key == 'm' { &mut m } else { &mut upper };
                    if slot.replace(level).is_some() {
                        return None;
                    }
                    rest = after;
                }
                _ => return None,
            }
        }
        Some(Self { n: n?, c: c?, m: m?, upper, unit: unit.unwrap_or_default().to_owned() })
    }
}
