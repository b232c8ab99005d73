//! 数字格式 what a spreadsheet shows for a number: the same fifteen digits, the decimals of the format, its percent sign, its unit.
//! What the format does not show for certain is not shown here either: the stored number is given with the reason, for a person.

use calamine::{ExcelDateTime, ExcelDateTimeType};

/// Digits that a spreadsheet keeps of a number.
const DIGITS: i32 = 15;
/// Longest number that is written without an exponent.
const LONGEST: i32 = 30;
/// The last day that a spreadsheet knows is 9999-12-31.
const LAST_DAY: f64 = 2_958_466.0;

/// Why the shown text is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The format is not one that is read here.
    Format,
    /// The format shows words or nothing in place of a number, or hides its sign.
    Hidden,
    /// The format shows thousands or millions.
    Scaled,
    /// A fraction that is only near the number.
    Fraction,
    /// A date format over something that is no date.
    NoDate,
    /// More digits than a spreadsheet keeps; the last ones are lost.
    Digits,
}

impl Doubt {
    pub(crate) fn zh(self) -> &'static str {
        match self {
            Self::Format => "数字格式读不准",
            Self::Hidden => "数字格式把数值或正负号盖住了",
            Self::Scaled => "数字格式按千或百万缩小显示",
            Self::Fraction => "按分数显示，只是近似值",
            Self::NoDate => "日期格式里不是日期",
            Self::Digits => "数字超过十五位，末尾的数位已丢失",
        }
    }
    pub(crate) fn en(self) -> &'static str {
        match self {
            Self::Format => "the number format cannot be read for certain",
            Self::Hidden => "the number format hides the number or its sign",
            Self::Scaled => "the number format shows thousands or millions",
            Self::Fraction => "shown as a fraction that is only near the number",
            Self::NoDate => "a date format over something that is no date",
            Self::Digits => "more than fifteen digits; the last ones are lost",
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// As on the screen but for spaces at the ends and marks between thousands; with a doubt the stored number.
    pub(crate) text: String,
    /// Why a person has to look.
    pub(crate) doubt: Option<Doubt>,
    /// The stored number, when it has more digits than are shown.
    pub(crate) rounded: Option<String>,
}

/// The number `mantissa × 10^exponent`, as a spreadsheet keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dec {
    negative: bool,
    mantissa: u64,
    exponent: i32,
}

impl Dec {
    /// Fifteen significant digits; `None` for what is no number.
    fn of(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{:.14e}", value.abs());
        let (digits, exponent) = text.split_once('e')?;
        let mantissa: u64 = digits.replace('.', "").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        let out = Self { negative: value < 0.0 && mantissa > 0, mantissa, exponent: exponent - (DIGITS - 1) };
        Some(out.trimmed())
    }
    fn trimmed(mut self) -> Self {
        if self.mantissa == 0 {
            return Self { negative: false, mantissa: 0, exponent: 0 };
        }
        while self.mantissa.is_multiple_of(10) {
            self.mantissa /= 10;
            self.exponent += 1;
        }
        self
    }
    fn is_zero(self) -> bool {
        self.mantissa == 0
    }
    /// Half a unit of the last place goes away from zero, as on the screen.
    fn rounded(self, places: i32) -> Self {
        let drop = -self.exponent - places;
        if drop <= 0 {
            return self;
        }
        let Some(power) = u32::try_from(drop).ok().and_then(|d| 10u64.checked_pow(d)) else {
            return Self { mantissa: 0, exponent: -places, ..self };
        };
        Self { mantissa: self.mantissa / power + u64::from(self.mantissa % power >= power.div_ceil(2)), exponent: -places, ..self }
    }
    /// Without sign; at least `whole` digits before the point and `part` behind it.
    fn plain(self, whole: usize, part: usize) -> String {
        let digits = self.mantissa.to_string();
        let (mut before, mut after) = match usize::try_from(self.exponent) {
            Ok(zeros) => (if self.mantissa == 0 { "0".to_owned() } else { digits + &"0".repeat(zeros) }, String::new()),
            Err(_) => {
                let behind = self.exponent.unsigned_abs() as usize;
                let padded = format!("{digits:0>width$}", width = behind + 1);
                let (b, a) = padded.split_at(padded.len() - behind);
                (b.to_owned(), a.trim_end_matches('0').to_owned())
            }
        };
        while before.len() < whole {
            before.insert(0, '0');
        }
        while after.len() < part {
            after.push('0');
        }
        if after.is_empty() { before } else { format!("{before}.{after}") }
    }
    fn general(self) -> String {
        let size = self.exponent + i32::try_from(self.mantissa.to_string().len()).unwrap_or(0);
        let sign = if self.negative { "-" } else { "" };
        if size > LONGEST || self.exponent < -LONGEST {
            return format!("{sign}{}E{}", self.mantissa, self.exponent);
        }
        format!("{sign}{}", self.plain(1, 0))
    }
}

/// The code of a number format that every workbook knows by its number. Formats that depend on the language are those of China.
pub(crate) fn builtin(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "General",
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 | 37 => "#,##0_);(#,##0)",
        6 | 38 => "#,##0_);[Red](#,##0)",
        7 | 39 => "#,##0.00_);(#,##0.00)",
        8 | 40 => "#,##0.00_);[Red](#,##0.00)",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 | 34 | 55 => "h\"时\"mm\"分\"",
        33 | 35 | 56 => "h\"时\"mm\"分\"ss\"秒\"",
        41 | 42 => "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ",
        43 | 44 => "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mmss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}

/// One piece of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    /// `E+` (true) or `E-`.
    Exponent(bool),
    Slash,
    /// `4` in `# ?/4`.
    Fixed(char),
    General,
    Text,
    /// y, m, d, h, s; `a` for the half of the day, `w` for the day of the week.
    Date(char),
    /// `[h]`
    Elapsed(char),
}

#[derive(Debug, Clone, Default)]
struct Section {
    pieces: Vec<Piece>,
    /// `[>0.5]`
    condition: Option<(String, f64)>,
}

const COLOURS: [&str; 19] = [
    "black",
    "blue",
    "cyan",
    "green",
    "magenta",
    "red",
    "white",
    "yellow",
    "黑色",
    "蓝色",
    "青色",
    "蓝绿色",
    "绿色",
    "洋红",
    "洋红色",
    "红色",
    "白色",
    "黄色",
    "color",
];

/// The sections of a format; `None` when something in it is not known.
fn sections(format: &str) -> Option<Vec<Section>> {
    let chars: Vec<char> = format.chars().collect();
    let mut out = vec![Section::default()];
    let mut at = 0;
    let ahead = |at: usize, word: &str| word.chars().enumerate().all(|(i, w)| chars.get(at + i).is_some_and(|c| c.eq_ignore_ascii_case(&w)));
    while let Some(c) = chars.get(at).copied() {
        at += 1;
        if c == ';' {
            out.push(Section::default());
            continue;
        }
        let section = out.last_mut()?;
        let piece = match c {
            '"' => {
                let end = at + chars[at..].iter().position(|c| *c == '"')?;
                let text = chars[at..end].iter().collect();
                at = end + 1;
                Piece::Literal(text)
            }
            '\\' | '!' => {
                let text = chars.get(at)?.to_string();
                at += 1;
                Piece::Literal(text)
            }
            // the width of a character, or a character that fills the cell
            '_' | '*' => {
                at += 1;
                if c == '*' {
                    continue;
                }
                Piece::Literal(" ".to_owned())
            }
            '[' => {
                let end = at + chars[at..].iter().position(|c| *c == ']')?;
                let inside: String = chars[at..end].iter().collect();
                at = end + 1;
                match bracket(&inside)? {
                    Bracket::Nothing => continue,
                    Bracket::Condition(op, n) => {
                        section.condition = Some((op, n));
                        continue;
                    }
                    Bracket::Piece(piece) => piece,
                }
            }
            _ if ahead(at - 1, "General") => {
                at += 6;
                Piece::General
            }
            // what WPS writes for it
            _ if ahead(at - 1, "G/通用格式") => {
                at += 5;
                Piece::General
            }
            _ if ahead(at - 1, "AM/PM") || ahead(at - 1, "上午/下午") => {
                at += 4;
                Piece::Date('a')
            }
            _ if ahead(at - 1, "A/P") => {
                at += 2;
                Piece::Date('a')
            }
            '0' | '#' | '?' => Piece::Digit(c),
            '1'..='9' => Piece::Fixed(c),
            '.' => Piece::Point,
            ',' => Piece::Comma,
            '%' => Piece::Percent,
            '/' => Piece::Slash,
            '@' => Piece::Text,
            'E' | 'e' if matches!(chars.get(at), Some('+' | '-')) => {
                at += 1;
                Piece::Exponent(chars[at - 1] == '+')
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                let c = c.to_ascii_lowercase();
                let mut run = 1;
                while chars.get(at).is_some_and(|n| n.to_ascii_lowercase() == c) {
                    run += 1;
                    at += 1;
                }
                // ddd is the name of the day, not its number
                Piece::Date(if c == 'd' && run > 2 { 'w' } else { c })
            }
            'e' => Piece::Date('y'),
            'a' if ahead(at - 1, "aaa") => {
                while chars.get(at) == Some(&'a') {
                    at += 1;
                }
                Piece::Date('w')
            }
            c if !c.is_ascii_alphabetic() => Piece::Literal(c.to_string()),
            _ => return None,
        };
        out.last_mut()?.pieces.push(piece);
    }
    Some(out)
}

enum Bracket {
    Nothing,
    Condition(String, f64),
    Piece(Piece),
}

fn bracket(inside: &str) -> Option<Bracket> {
    let lower = inside.to_lowercase();
    if let Some(rest) = inside.strip_prefix('$') {
        // `$¥-804`: a currency and a language; digits of other scripts hide in the long form
        let (sign, language) = rest.split_once('-').unwrap_or((rest, ""));
        if language.len() > 4 {
            return None;
        }
        return Some(if sign.is_empty() { Bracket::Nothing } else { Bracket::Piece(Piece::Literal(sign.to_owned())) });
    }
    let numbered = lower.strip_prefix("color").or_else(|| lower.strip_prefix("颜色")).is_some_and(|n| n.trim().bytes().all(|b| b.is_ascii_digit()));
    if numbered || COLOURS.contains(&lower.as_str()) {
        return Some(Bracket::Nothing);
    }
    if !lower.is_empty() && ['h', 'm', 's'].iter().any(|u| lower.chars().all(|c| c == *u)) {
        return lower.chars().next().map(|c| Bracket::Piece(Piece::Elapsed(c)));
    }
    let number = lower.trim_start_matches(['<', '>', '=']);
    let op = &lower[..lower.len() - number.len()];
    let known = ["<", ">", "=", "<=", ">=", "<>"].contains(&op);
    number.trim().parse().ok().filter(|_| known).map(|n| Bracket::Condition(op.to_owned(), n))
}

/// What the format shows for the number.
pub(crate) fn show(value: f64, format: &str, epoch_1904: bool) -> Shown {
    let Some(dec) = Dec::of(value) else {
        return Shown { text: value.to_string(), doubt: Some(Doubt::Format), rounded: None };
    };
    let stored = dec.general();
    let told = sections(format).ok_or(Doubt::Format).and_then(|sections| apply(&sections, dec, epoch_1904));
    match told {
        Ok((text, exact)) => Shown { text: text.trim().to_owned(), doubt: None, rounded: (!exact).then_some(stored) },
        Err(doubt) => Shown { text: stored, doubt: Some(doubt), rounded: None },
    }
}

/// What is shown as it stands, before and behind the digits.
fn literal(part: &[Piece]) -> Result<String, Doubt> {
    let text = part.iter().map(|p| match p {
        Piece::Literal(text) => Ok(text.clone()),
        Piece::Percent => Ok("%".to_owned()),
        Piece::Fixed(c) => Ok(c.to_string()),
        _ => Err(Doubt::Format),
    });
    text.collect()
}

/// The text, and whether it shows all digits.
fn apply(all: &[Section], dec: Dec, epoch_1904: bool) -> Result<(String, bool), Doubt> {
    // the last section is that of text when it holds the sign for text
    let numbers = match all.split_last() {
        Some((last, rest)) if !rest.is_empty() && last.pieces.contains(&Piece::Text) => rest,
        _ => all,
    };
    if numbers.len() > 4 {
        return Err(Doubt::Format);
    }
    let numbers = &numbers[..numbers.len().min(3)];
    let (section, own_sign) = choose(numbers, dec)?;
    let pieces = section.pieces.as_slice();
    if pieces.iter().any(|p| matches!(p, Piece::Date(_) | Piece::Elapsed(_))) {
        return date(pieces, dec, epoch_1904).map(|text| (text, true));
    }
    let is_digit = |p: &Piece| matches!(p, Piece::Digit(_) | Piece::General);
    let first = pieces.iter().position(is_digit);
    let Some(first) = first else {
        return words(pieces, dec);
    };
    let mut end = first;
    while pieces.get(end).is_some_and(|p| !matches!(p, Piece::Literal(_) | Piece::Percent)) {
        end += 1;
    }
    if pieces.contains(&Piece::Slash) {
        return fraction(pieces, dec).map(|text| (if dec.negative && !own_sign { format!("-{text}") } else { text }, true));
    }
    let core = &pieces[first..end];
    let percents = pieces.iter().filter(|p| **p == Piece::Percent).count();
    let scaled = Dec { exponent: dec.exponent + 2 * i32::try_from(percents).unwrap_or(0), ..dec };
    // the point may stand before the first digit: `.00`
    let (before, leading) = match pieces[..first].split_last() {
        Some((Piece::Point, before)) => (before, true),
        _ => (&pieces[..first], false),
    };
    let (mut before, behind) = (literal(before)?, literal(&pieces[end..])?);
    let (body, exact) = match core {
        [Piece::General] => (Dec { negative: false, ..scaled }.general(), true),
        core => digits(core, leading, scaled)?,
    };
    if core == [Piece::General] || core.iter().all(|p| *p == Piece::Digit('0') || *p == Piece::Digit('#')) {
        lost(scaled)?;
    }
    if dec.negative {
        if own_sign {
            if before.contains('(') && behind.contains(')') {
                before = before.replace('(', "-");
                return Ok((format!("{before}{body}{}", behind.replacen(')', "", 1)), exact));
            }
            if !before.contains('-') {
                return Err(Doubt::Hidden);
            }
        } else {
            before.insert(0, '-');
        }
    }
    Ok((format!("{before}{body}{behind}"), exact))
}

/// A whole number of more digits than are kept has lost its end.
fn lost(dec: Dec) -> Result<(), Doubt> {
    let length = i32::try_from(dec.mantissa.to_string().len()).unwrap_or(0);
    if dec.exponent + length > DIGITS && !dec.is_zero() { Err(Doubt::Digits) } else { Ok(()) }
}

/// Which section shows the number, and whether it brings the sign itself.
fn choose(numbers: &[Section], dec: Dec) -> Result<(&Section, bool), Doubt> {
    let value: f64 = dec.general().parse().map_err(|_| Doubt::Format)?;
    let holds = |(op, n): &(String, f64)| match op.as_str() {
        "<" => value < *n,
        ">" => value > *n,
        "<=" => value <= *n,
        ">=" => value >= *n,
        "<>" => value.total_cmp(n).is_ne(),
        _ => value.total_cmp(n).is_eq(),
    };
    if numbers.iter().any(|s| s.condition.is_some()) {
        let (rest, tested): (Vec<&Section>, Vec<&Section>) = numbers.iter().partition(|s| s.condition.is_none());
        if dec.negative || rest.len() > 1 {
            return Err(Doubt::Format);
        }
        let hit = tested.into_iter().find(|s| s.condition.as_ref().is_some_and(holds));
        return hit.or_else(|| rest.first().copied()).map(|s| (s, false)).ok_or(Doubt::Hidden);
    }
    match numbers {
        [one] => Ok((one, false)),
        [_, negative] | [_, negative, _] if dec.negative => Ok((negative, true)),
        [_, _, zero] if dec.is_zero() => Ok((zero, false)),
        [positive, ..] => Ok((positive, false)),
        [] => Err(Doubt::Format),
    }
}

/// A section without digits: words for zero (未检出, -) are what is shown; over any other number they hide it.
fn words(pieces: &[Piece], dec: Dec) -> Result<(String, bool), Doubt> {
    if pieces == [Piece::Text] {
        lost(dec)?;
        return Ok((dec.general(), true));
    }
    let text: Option<String> = pieces
        .iter()
        .map(|p| match p {
            Piece::Literal(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match text {
        Some(text) if dec.is_zero() => Ok((text, true)),
        Some(_) => Err(Doubt::Hidden),
        None => Err(Doubt::Format),
    }
}

/// Digits before and behind the point, perhaps with an exponent.
fn digits(core: &[Piece], leading: bool, dec: Dec) -> Result<(String, bool), Doubt> {
    let mut part = usize::from(leading);
    let (mut whole, mut least, mut places, mut kept) = (0usize, 0usize, 0usize, 0usize);
    let mut exponent: Option<(bool, usize)> = None;
    let mut open_comma = false;
    for piece in core {
        match (piece, &mut exponent) {
            (Piece::Digit(c), Some((_, width))) => *width += usize::from(*c == '0'),
            (Piece::Digit(c), None) => {
                if open_comma && part > 0 {
                    return Err(Doubt::Format);
                }
                open_comma = false;
                if part == 0 {
                    whole += 1;
                    least += usize::from(*c == '0');
                } else {
                    places += 1;
                    if *c == '0' {
                        kept = places;
                    }
                }
            }
            (Piece::Point, None) if part == 0 => {
                if open_comma {
                    return Err(Doubt::Scaled);
                }
                part = 1;
            }
            (Piece::Comma, None) => open_comma = true,
            (Piece::Exponent(plus), None) if !open_comma => exponent = Some((*plus, 0)),
            _ => return Err(Doubt::Format),
        }
    }
    if open_comma {
        return Err(Doubt::Scaled);
    }
    let places_wanted = i32::try_from(places).map_err(|_| Doubt::Format)?;
    if let Some((plus, width)) = exponent {
        if whole != 1 {
            return Err(Doubt::Format);
        }
        return Ok(scientific(dec, places_wanted, kept, plus, width));
    }
    let shown = dec.rounded(places_wanted);
    // `#` and `?` show nothing for zero
    if part == 0 && least == 0 && shown.is_zero() {
        return if dec.is_zero() { Ok((String::new(), true)) } else { Err(Doubt::Hidden) };
    }
    // 0.004 shown as 0.00 is neither a zero nor a figure to compare
    if shown.is_zero() && !dec.is_zero() {
        return Err(Doubt::Hidden);
    }
    let exact = shown.trimmed() == dec.trimmed();
    Ok((Dec { negative: false, ..shown }.plain(least.max(1), kept), exact))
}

fn scientific(dec: Dec, places: i32, kept: usize, plus: bool, width: usize) -> (String, bool) {
    let length = |m: u64| i32::try_from(m.to_string().len()).unwrap_or(0);
    let mut power = if dec.is_zero() { 0 } else { dec.exponent + length(dec.mantissa) - 1 };
    let unit = Dec { negative: false, exponent: dec.exponent - power, ..dec };
    let mut shown = unit.rounded(places);
    let exact = shown.trimmed() == unit.trimmed();
    if shown.exponent + length(shown.mantissa) > 1 {
        power += 1;
        shown.exponent -= 1;
    }
    let sign = match (power < 0, plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    (format!("{}E{sign}{:0width$}", shown.plain(1, kept), power.unsigned_abs()), exact)
}

/// `# ?/?`: the fraction where it is the number exactly.
fn fraction(pieces: &[Piece], dec: Dec) -> Result<String, Doubt> {
    let slash = pieces.iter().position(|p| *p == Piece::Slash).ok_or(Doubt::Format)?;
    let below = &pieces[slash + 1..];
    let fixed: String = below
        .iter()
        .filter_map(|p| match p {
            Piece::Fixed(c) => Some(*c),
            Piece::Digit('0') => Some('0'),
            _ => None,
        })
        .collect();
    let free = below.iter().filter(|p| matches!(p, Piece::Digit('#' | '?'))).count();
    let allowed = |p: &Piece| matches!(p, Piece::Digit(_) | Piece::Slash | Piece::Fixed(_)) || matches!(p, Piece::Literal(t) if t.trim().is_empty());
    if !pieces.iter().all(allowed) || dec.exponent < -DIGITS || dec.exponent > 9 {
        return Err(Doubt::Format);
    }
    let largest: u128 = match (fixed.parse::<u128>(), free) {
        (Ok(n), 0) if n > 0 => n,
        (Err(_), 1) => 9,
        (Err(_), 2) => 99,
        (Err(_), 3) => 999,
        _ => return Err(Doubt::Format),
    };
    // the number over a power of ten
    let power = |n: i32| 10u128.pow(n.unsigned_abs());
    let (top, bottom) = if dec.exponent < 0 { (u128::from(dec.mantissa), power(dec.exponent)) } else { (u128::from(dec.mantissa) * power(dec.exponent), 1) };
    let (whole, rest) = (top / bottom, top % bottom);
    if rest == 0 {
        return Ok(whole.to_string());
    }
    let range = if fixed.is_empty() { 2..=largest } else { largest..=largest };
    let below = range.into_iter().find(|d| (rest * d).is_multiple_of(bottom)).ok_or(Doubt::Fraction)?;
    let above = rest * below / bottom;
    let has_whole = pieces[..slash].iter().any(|p| matches!(p, Piece::Literal(_)));
    Ok(match (has_whole, whole) {
        (true, 0) => format!("{above}/{below}"),
        (true, whole) => format!("{whole} {above}/{below}"),
        (false, whole) => format!("{}/{below}", whole * below + above),
    })
}

/// A date is written the one way that is read everywhere; a time or a span of hours as it is shown.
fn date(pieces: &[Piece], dec: Dec, epoch_1904: bool) -> Result<String, Doubt> {
    let value: f64 = dec.general().parse().map_err(|_| Doubt::NoDate)?;
    let has = |c: char| pieces.contains(&Piece::Date(c));
    if dec.negative || value >= LAST_DAY {
        return Err(Doubt::NoDate);
    }
    if let Some(Piece::Elapsed(unit)) = pieces.iter().find(|p| matches!(p, Piece::Elapsed(_))) {
        // spans of minutes or seconds only are rare and read by a person
        if *unit != 'h' {
            return Err(Doubt::Format);
        }
        let seconds = (value * 86_400.0).round();
        let (hours, minutes, rest) = ((seconds / 3_600.0).floor(), (seconds / 60.0).floor() % 60.0, seconds % 60.0);
        return Ok(if has('s') { format!("{hours:.0}:{minutes:02.0}:{rest:02.0}") } else { format!("{hours:.0}:{minutes:02.0}") });
    }
    let time = has('h') || has('s');
    let (year, day) = (has('y'), has('d'));
    let month = has('m') && (!time || year || day);
    let when = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, epoch_1904);
    let (y, m, d, h, min, s, _) = when.to_ymd_hms_milli();
    let clock = if has('s') { format!("{h:02}:{min:02}:{s:02}") } else { format!("{h:02}:{min:02}") };
    if !(year || month || day) {
        return if time { Ok(clock) } else { Err(Doubt::Format) };
    }
    if value < 1.0 {
        return Err(Doubt::NoDate);
    }
    Ok(match (year, month, day, time) {
        // the year is stored with the day, whether it is shown or not
        (_, true, true, false) => format!("{y:04}-{m:02}-{d:02}"),
        (_, true, true, true) => format!("{y:04}-{m:02}-{d:02} {clock}"),
        (true, true, false, false) => format!("{y:04}年{m}月"),
        (true, false, false, false) => format!("{y:04}年"),
        _ => return Err(Doubt::Format),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64, format: &str) -> String {
        let shown = show(value, format, false);
        match shown.doubt {
            Some(doubt) => format!("{doubt:?}:{}", shown.text),
            None => shown.text,
        }
    }

    #[test]
    fn fifteen_digits_are_shown() {
        for (value, expect) in [
            (27.000000000000004, "27"),
            (0.1 + 0.2, "0.3"),
            (0.1 - 0.05, "0.05"),
            (1.2e-3, "0.0012"),
            (1e-7, "0.0000001"),
            (-0.0, "0"),
            (123_456_789_012_345.0, "123456789012345"),
            (12_345_678_901_234_567.0, "Digits:12345678901234600"),
            (-3.5, "-3.5"),
            (410_105_000.0, "410105000"),
        ] {
            assert_eq!(text(value, "General"), expect);
        }
    }
    #[test]
    fn the_format_is_what_is_seen() {
        for (value, format, expect) in [
            (0.152, "0.0%", "15.2%"),
            (0.285, "0.0%", "28.5%"),
            (0.07, "0%", "7%"),
            (0.29 / 2.0, "0.0%", "14.5%"),
            (10.5, "0.00", "10.50"),
            (1.005, "0.00", "1.01"),
            (0.56, "0.00\"mg/kg\"", "0.56mg/kg"),
            (0.56, "0.00 \"mg/kg\"", "0.56 mg/kg"),
            (0.56, "0.00\\m\\g\\/\\k\\g", "0.56mg/kg"),
            (0.56, "0.00_ ", "0.56"),
            (0.56, "[Red]0.00", "0.56"),
            (0.56, "[红色]0.00", "0.56"),
            (0.56, "[$-804]0.00", "0.56"),
            (0.56, "[>0.5]0.00\"↑\";0.00", "0.56↑"),
            (0.46, "[>0.5]0.00\"↑\";0.00", "0.46"),
            (12_500.0, "#,##0.00", "12500.00"),
            (0.56, "0.00E+00", "5.60E-01"),
            (1_250_000.0, "0.00E+00", "1.25E+06"),
            (9.999, "0.0E+00", "1.0E+01"),
            (-0.56, "0.00;[Red]-0.00", "-0.56"),
            (-12.0, "#,##0_);(#,##0)", "-12"),
            (0.56, "_ * #,##0.00_ ", "0.56"),
            (0.0, "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "-"),
            (0.56, "0.00\"次/min\"", "0.56次/min"),
            (0.56, "\"≤\"0.00", "≤0.56"),
            (0.13, "\"≤\"0%", "≤13%"),
            (0.56, "\"＜\"0.00\"mg/kg\"", "＜0.56mg/kg"),
            (0.56, "0.00‰", "0.56‰"),
            (0.56, "@", "0.56"),
            (0.5, "G/通用格式\"g\"", "0.5g"),
            (0.5, "#.##", "0.5"),
            (3.0, "0.##", "3"),
            (7.0, "000", "007"),
            (0.0, "0.00;-0.00;\"未检出\"", "未检出"),
            (0.0, "0;-0;;@", ""),
            (15.2, "0.0\"%\"", "15.2%"),
            (0.5, "# ?/?", "1/2"),
            (2.25, "# ??/??", "2 1/4"),
        ] {
            assert_eq!(text(value, format), expect, "{value} {format}");
        }
        assert_eq!(show(0.4215, "0.0%", false).rounded.as_deref(), Some("0.4215"), "more is stored than shown");
        assert_eq!(show(0.15200000000000002, "0.0%", false).rounded, None, "noise is not more");
    }
    #[test]
    fn dates_are_dates_and_times_are_times() {
        for (value, format, expect) in [
            (46_086.0, "yyyy-mm-dd", "2026-03-05"),
            (46_086.0, "yyyy\"年\"m\"月\"d\"日\";@", "2026-03-05"),
            (46_086.0, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2026-03-05"),
            (46_086.0, "m/d", "2026-03-05"),
            (46_086.5, "yyyy/m/d h:mm", "2026-03-05 12:00"),
            (46_086.5, "yyyy/m/d", "2026-03-05"),
            (46_082.0, "yyyy\"年\"m\"月\"", "2026年3月"),
            (0.56, "h:mm", "13:26"),
            (0.56, "[h]:mm", "13:26"),
            (1.5, "[h]:mm:ss", "36:00:00"),
            (0.56, "yyyy-mm-dd", "NoDate:0.56"),
            (0.56, "m/d", "NoDate:0.56"),
            (-1.0, "yyyy-mm-dd", "NoDate:-1"),
        ] {
            assert_eq!(text(value, format), expect, "{value} {format}");
        }
        assert_eq!(show(44_624.0, "yyyy-mm-dd", true).text, "2026-03-05", "workbooks of old Macintoshes");
    }
    #[test]
    fn what_a_format_hides_goes_to_a_person() {
        for (value, format) in [
            (0.56, "[DBNum1][$-804]0.00"),
            (0.56, "0.00,"),
            (560.0, "0.0,,\"×10^6\""),
            (0.004, "0.00"),
            (-0.004, "0.00"),
            (0.0004, "0.0%"),
            (0.56, "\"未检出\";;"),
            (0.56, "\"未检出\""),
            (0.005, "[<0.01]\"未检出\";0.00"),
            (-0.56, "0.00;0.00"),
            (-0.56, "0.00;"),
            (0.56, "# ?/?"),
            (0.56, "000-0000"),
            (0.56, "0.00 mg/kg"),
            (0.56, "[乱写]0.00"),
            (0.56, "\"开着的引号"),
            (0.56, "##0.0E+0"),
        ] {
            let shown = show(value, format, false);
            assert!(shown.doubt.is_some(), "{format} {shown:?}");
            assert_eq!(shown.text, Dec::of(value).unwrap().general(), "{format}");
        }
    }
    #[test]
    fn any_format_is_survived() {
        for format in [
            "",
            ";",
            ";;;;;;",
            "[",
            "\\",
            "_",
            "*",
            "E+",
            "0E",
            "/",
            "?/",
            "/0",
            "[h]",
            "[]",
            "@@",
            "0/0",
            ".",
            ",",
            "%%%",
            "0.0.0",
            "1",
            "?/99999999999999999999",
        ] {
            for value in [0.0, 1.0, -1.0, 0.5, 1e300, 1e-300, -1e15, f64::NAN, f64::INFINITY, 2_958_465.999_999_99] {
                let _ = show(value, format, false);
            }
        }
    }
}
