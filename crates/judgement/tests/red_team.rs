//! Truths rendered in messy ways: a value and a limit whose verdict is known by exact arithmetic are written as people write them, with what
//! copying, typing and converting does to such texts. Where the truth is 不合格 no text of it may come out as 合格.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

use shiyan_foundation::Decimal;
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::texts::judge_texts;

/// A small generator of its own, so that a failure is found again.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let n = u64::try_from(from.len()).expect("small");
        &from[usize::try_from(self.below(n)).expect("small")]
    }
    fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }
}

/// Rounds of each kind; more where somebody asks for them.
fn rounds() -> u32 {
    std::env::var("SHIYAN_RED_TEAM").ok().and_then(|n| n.parse().ok()).unwrap_or(4_000)
}

/// A number with one to three significant digits somewhere between 10^-3 and 10^6.
fn number(dice: &mut Dice) -> Decimal {
    let digits = match dice.below(3) {
        0 => i64::try_from(dice.below(9) + 1),
        1 => i64::try_from(dice.below(90) + 10),
        _ => i64::try_from(dice.below(900) + 100),
    }
    .expect("small");
    let shift = dice.below(7);
    if shift < 4 {
        Decimal::new(digits, u32::try_from(shift).expect("small"))
    } else {
        Decimal::from(digits * 10_i64.pow(u32::try_from(shift - 3).expect("small")))
    }
}

/// Thousands marked with commas.
fn with_commas(value: Decimal) -> String {
    let text = value.normalize().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), String::new()), |(w, r)| (w, format!(".{r}")));
    let mut out = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out + &rest
}

/// mantissa and exponent, where the number has a power of ten.
fn scientific(value: Decimal) -> Option<(String, u32)> {
    let mut k = 0;
    let mut m = value;
    while m >= Decimal::TEN {
        m /= Decimal::TEN;
        k += 1;
    }
    (k > 0).then(|| (m.normalize().to_string(), k))
}

fn raised(k: u32) -> String {
    k.to_string().chars().map(|c| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][usize::try_from(c.to_digit(10).expect("digit")).expect("small")]).collect()
}

/// One way to write a number. Spellings that lose something are among them.
fn spelled(dice: &mut Dice, value: Decimal) -> String {
    let text = any_spelling(dice, value);
    // a mass is not written as a power of ten without its mantissa, and no standard ends a limit in a nought behind the point
    if text.starts_with("10") && text.len() == 3 { value.normalize().to_string() } else { text }
}

fn any_spelling(dice: &mut Dice, value: Decimal) -> String {
    let plain = value.normalize().to_string();
    let Some((m, k)) = scientific(value) else {
        return match dice.below(6) {
            0 => plain.replace('.', "。"),
            1 => plain.chars().map(|c| if c.is_ascii_digit() { char::from_u32(u32::from(c) + 0xfee0).expect("wide") } else { c }).collect(),
            2 => format!(" {plain} "),
            3 if plain.contains('.') => format!("{plain}0"),
            _ => plain,
        };
    };
    match dice.below(16) {
        0 => with_commas(value),
        1 => with_commas(value).replace(',', "，"),
        2 => format!("{m}×10{}", raised(k)),
        3 => format!("{m}×10^{k}"),
        4 => format!("{m}×10<sup>{k}</sup>"),
        5 => format!("{m}×10{k}"),
        6 => format!("{m}*10^{k}"),
        7 => format!("{m}E{k}"),
        8 => format!("{m}x10{k}"),
        9 => format!("{m}×10E{k}"),
        10 if m == "1" => format!("10{}", raised(k)),
        11 if m == "1" => format!("10{k}"),
        12 => format!("{m}10{k}"),
        13 => format!("{m}×10<sup>{k}</sup>{}", dice.below(10)),
        14 => format!("{m} × 10 ^{k}"),
        _ => plain,
    }
}

/// What else happens to a whole text.
fn mishap(dice: &mut Dice, text: String) -> String {
    match dice.below(24) {
        0 => text.replace('×', ""),
        1 => text.replace('.', ","),
        2 => text.replace(['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'], ""),
        3 => text.replace("<sup>", "").replace("</sup>", ""),
        4 => text.replace('^', ""),
        5 => text.replace('μ', "u"),
        6 => text.to_lowercase(),
        7 => format!("{text}。"),
        8 => text.replace([';', '；'], ","),
        9 => text.replace([',', '，'], "、"),
        10 => text.replace(' ', ""),
        _ => text,
    }
}

const MASSES: [(&str, i32); 7] = [("mg/kg", 0), ("μg/kg", -3), ("g/kg", 3), ("g/100g", 4), ("%", 4), ("mg/100g", 1), ("ppm", 0)];

/// A value in mg/kg in some unit.
fn in_unit(dice: &mut Dice, value: Decimal) -> (Decimal, &'static str) {
    let (unit, power) = dice.pick(&MASSES);
    let ten = |n: i32| (0..n).fold(Decimal::ONE, |acc, _| acc * Decimal::TEN);
    (if *power >= 0 { value / ten(*power) } else { value * ten(-power) }, unit)
}

fn report(name: &str, counts: [u32; 4]) {
    let [right, wrong, person, false_pass] = counts;
    println!("{name}: right {right}, 不合格 for 合格 {wrong}, to a person {person}, 合格 for 不合格 {false_pass}");
    assert_eq!(false_pass, 0, "{name}");
}

fn tally(counts: &mut [u32; 4], fails: bool, verdict: Verdict, shown: impl Fn() -> String) {
    match (fails, verdict) {
        (true, Verdict::Conforming) => {
            counts[3] += 1;
            println!("FALSE PASS {}", shown());
        }
        (false, Verdict::Nonconforming) => {
            counts[1] += 1;
            if counts[1] < 6 {
                println!("false fail {}", shown());
            }
        }
        (true, Verdict::Nonconforming) | (false, Verdict::Conforming) => counts[0] += 1,
        _ => counts[2] += 1,
    }
}

#[test]
fn no_messy_maximum_or_minimum_passes_a_failure() {
    let mut dice = Dice(0x5eed_0001);
    let mut counts = [0; 4];
    for _ in 0..rounds() {
        let (value, limit) = (number(&mut dice), number(&mut dice));
        // values near the limit are the dangerous ones
        let value = if dice.chance(2) { limit * Decimal::from(dice.below(40)) / Decimal::TEN } else { value };
        if value.is_zero() {
            continue;
        }
        let least = dice.chance(5);
        let fails = if least { value < limit } else { value > limit };
        let item = *dice.pick(&["", "没有这一项", "镉", "含量"]);
        let ((v, vu), (l, lu)) = (in_unit(&mut dice, value), in_unit(&mut dice, limit));
        let sign = if least {
            *dice.pick(&["≥", "不小于", "≥ ", "不低于"])
        } else {
            *dice.pick(&["≤", "不大于", "<=", "不得超过", "≤≤", "最大残留限量"])
        };
        if item == "镉" && least {
            continue;
        }
        let (v, l) = (spelled(&mut dice, v), spelled(&mut dice, l));
        let l = if l.contains('.') { l.trim_end_matches('0').to_owned() } else { l };
        let (result, limit) = (mishap(&mut dice, format!("{v}{vu}")), mishap(&mut dice, format!("{sign}{l}{lu}")));
        let judged = judge_texts(item, &result, &limit, None, None);
        tally(&mut counts, fails, judged.verdict, || format!("{item} {result:?} against {limit:?}\n{}", judged.explain(shiyan_foundation::Lang::En)));
    }
    report("masses", counts);
}

#[test]
fn no_messy_count_passes_a_failure() {
    let mut dice = Dice(0x5eed_0002);
    let mut counts = [0; 4];
    let count = |dice: &mut Dice| Decimal::from((dice.below(90) + 10) * 10_u64.pow(u32::try_from(dice.below(6)).expect("small")));
    for _ in 0..rounds() {
        let value = count(&mut dice);
        let limit = Decimal::from((dice.below(9) + 1) * 10_u64.pow(u32::try_from(dice.below(5) + 2).expect("small")));
        let fails = value > limit;
        let unit = *dice.pick(&["CFU/g", "CFU/mL", ""]);
        let (v, l) = (any_spelling(&mut dice, value), any_spelling(&mut dice, limit));
        let (result, wanted) = (mishap(&mut dice, format!("{v}{unit}")), mishap(&mut dice, format!("≤{l}{unit}")));
        let judged = judge_texts("菌落总数", &result, &wanted, None, None);
        tally(&mut counts, fails, judged.verdict, || {
            format!("{value} > {limit}: {result:?} against {wanted:?}\n{}", judged.explain(shiyan_foundation::Lang::En))
        });
    }
    report("counts", counts);
}

#[test]
fn no_messy_plan_passes_a_failure() {
    let mut dice = Dice(0x5eed_0003);
    let mut counts = [0; 4];
    for _ in 0..rounds() {
        let k = u32::try_from(dice.below(4) + 1).expect("small");
        let (m, upper) = (10_u64.pow(k), 10_u64.pow(k + 1));
        let c = dice.below(3);
        let values: Vec<u64> = (0..5)
            .map(|_| match dice.below(4) {
                0 => (dice.below(9) + 1) * m / 10 * 10 / 10,
                1 => (dice.below(90) + 10) * m / 10,
                2 => (dice.below(90) + 10) * upper / 10,
                _ => (dice.below(99) + 1) * 10,
            })
            .collect();
        let above = u64::try_from(values.iter().filter(|v| **v > m).count()).expect("small");
        let fails = above > c || values.iter().any(|v| *v > upper);
        let separator = *dice.pick(&[",", "，", ";", "；", "、", "/", "\n", " "]);
        let same = dice.next();
        let written: Vec<String> = values
            .iter()
            .map(|v| {
                // one hand writes all values in one way
                let mut hand = Dice(same | 1);
                any_spelling(&mut hand, Decimal::from(*v))
            })
            .collect();
        let unit = *dice.pick(&["CFU/g", ""]);
        let result = mishap(&mut dice, format!("{}{unit}", written.join(separator)));
        let (m, upper) = (any_spelling(&mut dice, Decimal::from(m)), any_spelling(&mut dice, Decimal::from(upper)));
        let wanted = mishap(&mut dice, format!("n=5,c={c},m={m},M={upper}CFU/g"));
        let judged = judge_texts("菌落总数", &result, &wanted, None, None);
        tally(&mut counts, fails, judged.verdict, || format!("{values:?}: {result:?} against {wanted:?}\n{}", judged.explain(shiyan_foundation::Lang::En)));
    }
    report("plans", counts);
}
