//! Code 128 the bars of a plain number, with as few signs as there can be: pairs of digits in set C, everything else in set B.

use shiyan_foundation::Refusal;

use crate::code;

/// The widths of bar, space, bar, space, bar, space of each sign; the last one, the stop, has a seventh.
const WIDTHS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312", "231212", "112232", "122132", "122231",
    "113222", "123122", "123221", "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211",
    "241211", "221114", "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141", "114131", "311141", "411131", "211412", "211214",
    "211232", "2331112",
];
const TO_C: u32 = 99;
const TO_B: u32 = 100;
const START_B: u32 = 104;
const START_C: u32 = 105;
const STOP: u32 = 106;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    B,
    C,
}

/// The signs of a text without check and stop: the fewest, found from the end.
fn signs(text: &[u8]) -> Vec<u32> {
    let n = text.len();
    let pair = |at: usize| text.get(at..at + 2).is_some_and(|two| two.iter().all(u8::is_ascii_digit));
    // How many signs the rest takes from each set, and what to do there: stay or change.
    let mut cost = vec![(0_usize, 0_usize); n + 1];
    for at in (0..n).rev() {
        let stay_b = 1 + cost[at + 1].0;
        let stay_c = if pair(at) { 1 + cost[at + 2].1 } else { usize::MAX / 2 };
        cost[at] = (stay_b.min(1 + stay_c), stay_c.min(1 + stay_b));
    }
    let mut set = if n > 0 && cost[0].1 < cost[0].0 { Set::C } else { Set::B };
    let mut out = vec![if set == Set::B { START_B } else { START_C }];
    let mut at = 0;
    while at < n {
        let stay_b = 1 + cost[at + 1].0;
        let stay_c = if pair(at) { 1 + cost[at + 2].1 } else { usize::MAX / 2 };
        let next = match set {
            Set::B if 1 + stay_c < stay_b => Set::C,
            Set::C if 1 + stay_b < stay_c => Set::B,
            same => same,
        };
        if next != set {
            out.push(if next == Set::C { TO_C } else { TO_B });
            set = next;
        }
        match set {
            Set::B => {
                out.push(u32::from(text[at] - 32));
                at += 1;
            }
            Set::C => {
                out.push(u32::from(text[at] - b'0') * 10 + u32::from(text[at + 1] - b'0'));
                at += 2;
            }
        }
    }
    out
}

/// 条空 the modules of a text from left to right, dark or not, without the quiet zones.
///
/// # Errors
/// `LABEL-TEXT`: nothing, or a sign that is none of printable ASCII.
pub fn bars(text: &str) -> Result<Vec<bool>, Refusal> {
    if text.is_empty() || !text.bytes().all(|b| (32..127).contains(&b)) {
        return Err(Refusal::new(code::LABEL_TEXT).with("typed", text));
    }
    let mut signs = signs(text.as_bytes());
    let sum: u32 = signs.iter().zip(0_u32..).map(|(sign, at)| sign * at.max(1)).sum();
    signs.extend([sum % 103, STOP]);
    let mut out = Vec::with_capacity(signs.len() * 11 + 2);
    for sign in signs {
        let widths = usize::try_from(sign).ok().and_then(|at| WIDTHS.get(at)).copied().unwrap_or_default();
        for (at, width) in widths.bytes().enumerate() {
            out.extend(std::iter::repeat_n(at % 2 == 0, usize::from(width - b'0')));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        bars(text).unwrap().into_iter().map(|dark| if dark { '1' } else { '0' }).collect()
    }

    #[test]
    fn the_bars_are_those_that_independent_software_writes_or_reads() {
        let (mut written, mut read) = (0, 0);
        for row in include_str!("../tests/data/code128.csv").lines().skip(1) {
            let [text, by, modules] = row.split(',').collect::<Vec<_>>()[..] else { panic!("{row}") };
            assert_eq!(drawn(text), modules, "{text} ({by})");
            *(if by == "python-barcode" { &mut written } else { &mut read }) += 1;
        }
        assert!(written >= 10 && read >= 10, "{written} {read}");
    }
    #[test]
    fn every_sign_is_eleven_modules_wide_and_no_two_are_alike() {
        let mut seen = std::collections::BTreeSet::new();
        for widths in &WIDTHS[..106] {
            assert_eq!(widths.bytes().map(|w| w - b'0').sum::<u8>(), 11);
            assert!(seen.insert(widths), "{widths}");
        }
        assert_eq!(WIDTHS[106], "2331112");
    }
    #[test]
    fn pairs_of_digits_save_room() {
        // Start, three letters, one digit, change, eight pairs, check, stop.
        assert_eq!(bars("XBJ26410105463934197").unwrap().len(), (1 + 3 + 1 + 1 + 8 + 1) * 11 + 13);
        assert_eq!(bars("1234").unwrap().len(), (1 + 2 + 1) * 11 + 13);
        assert_eq!(bars("").unwrap_err().code(), "LABEL-TEXT");
        assert_eq!(bars("韭菜").unwrap_err().code(), "LABEL-TEXT");
    }
}
