//! 密码规则 which passwords are too easy to guess: by rules, and by a list of the words that common ones are made of. Pure.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use shiyan_foundation::Refusal;
use shiyan_foundation::area::District;

use crate::code;

/// Characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=64;
/// Bytes that are looked at at all.
const MOST_BYTES: usize = 1_024;
/// Different characters that a password has at least.
const DIFFERENT: usize = 5;
/// Digits alone are a telephone, an identity card or a date below this length.
const DIGITS: usize = 20;

/// Words that common passwords are made of.
static WORDS: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/passwords.txt").lines().filter(|l| !l.starts_with('#') && !l.is_empty()).collect());

/// 单位 what everybody in any such house thinks of first.
const HOUSE: &[&str] = &["市场监督管理局", "市场监管局", "市场监管", "食品安全", "食品", "抽检", "检验", "食验", "密码", "shiyan"];

/// 地名 the names of the place and their parts, the longest first: `某市某区` also by its city and its district, with and without the kind of place;
/// of the English name, which is mostly pinyin, every word that names something, alone and with the pinyin of 区 and 市 after it.
fn places(district: &District) -> Vec<String> {
    const KINDS: [char; 4] = ['省', '市', '区', '县'];
    let mut words = BTreeSet::new();
    for name in [&district.name, &district.short, &district.body] {
        let zh = plain(&name.zh);
        let parts = zh.split_inclusive(KINDS).map(str::to_owned);
        for word in parts.chain([zh.clone()]) {
            words.insert(word.trim_end_matches(KINDS).to_owned());
            words.insert(word);
        }
        let en = plain(&name.en);
        for word in en.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() >= 4 && !GENERAL.contains(w)) {
            words.extend([word.to_owned(), format!("{word}qu"), format!("{word}shi")]);
        }
    }
    words.retain(|w| w.chars().count() >= 2);
    let mut words: Vec<String> = words.into_iter().collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.chars().count()));
    words
}

/// Words of such names that name no place.
const GENERAL: [&str; 7] = ["district", "city", "county", "administration", "market", "regulation", "bureau"];

/// Whether a text can be anybody's password: what cannot is answered without the cost of a hash.
#[must_use]
pub fn possible(password: &str) -> bool {
    !password.is_empty() && password.len() <= MOST_BYTES && !password.contains('\0')
}

/// Refuses a password that is too short, too long, or easy to guess for this person.
///
/// # Errors
/// `PASSWORD-WEAK`, with the reason.
pub fn check(password: &str, username: &str, name: &str, district: &District) -> Result<(), Refusal> {
    match weakness(password, username, name, district) {
        None => Ok(()),
        Some((zh, en)) => Err(Refusal::new(code::PASSWORD).with("why", zh).with("why_en", en).on("password")),
    }
}

/// 弱点 the first reason, Chinese and English.
fn weakness(password: &str, username: &str, name: &str, district: &District) -> Option<(&'static str, &'static str)> {
    if !possible(password) || !LENGTH.contains(&password.chars().count()) {
        return Some(("须为 10 到 64 个字符", "it must have 10 to 64 characters"));
    }
    let plain = plain(password);
    let signs: Vec<char> = plain.chars().collect();
    let different = signs.iter().collect::<BTreeSet<_>>().len();
    if different < DIFFERENT || repeats(&signs) {
        return Some(("是重复的字符或重复的一小段", "it repeats a few characters or one short piece"));
    }
    if walks(&signs) {
        return Some(("是连续的字母、数字或键盘上相邻的键", "it is a run of letters, digits or neighbouring keys"));
    }
    if signs.iter().all(|c| !c.is_alphabetic()) && signs.len() < DIGITS {
        return Some(("只有数字和符号，像电话、证件号或日期", "it is digits and signs only, like a telephone, identity card or date"));
    }
    let own = [plain_word(username), plain_word(name)];
    let mut rest = plain.clone();
    let places = places(district);
    for word in own.iter().chain(&places).map(String::as_str).filter(|w| w.chars().count() >= 2).chain(HOUSE.iter().copied()) {
        rest = rest.replace(word, "");
    }
    if rest != plain && letters(&rest).chars().count() <= 1 {
        return Some(("只是本人账号、姓名、单位或地名加上数字", "it is only your own name, the office or the place with digits"));
    }
    if !plain.is_ascii() {
        return None;
    }
    // `P@ssw0rd2026` is `password` with decorations, however they are spread.
    let readings = [letters(&plain), letters(&unleet(&plain, 'l')), letters(&unleet(&plain, 'i'))];
    if readings.iter().any(|w| WORDS.contains(w.as_str()) || halves(w)) {
        return Some(("是常见密码，或常见词加上数字和符号", "it is a common password, or a common word with digits and signs"));
    }
    if readings.first().is_some_and(|w| pinyin(w)) {
        return Some(("是两三个字的拼音加上数字和符号", "it is a Chinese name or word in pinyin with digits and signs"));
    }
    None
}

/// Lower case, full-width signs as the ones on the keyboard.
fn plain(text: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        0xff01..=0xff5e => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

fn plain_word(text: &str) -> String {
    plain(text.trim())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Signs that stand for letters.
fn unleet(text: &str, one: char) -> String {
    let letter = |c: char| match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        '1' | '!' | '|' => one,
        other => other,
    };
    // Digits at the end are a year or a number, not letters.
    let body = text.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    body.chars().map(letter).collect()
}

/// One short piece over and over, the last perhaps cut off.
fn repeats(signs: &[char]) -> bool {
    (1..=signs.len() / 2).filter(|period| period < LENGTH.start()).any(|period| signs.iter().zip(signs.iter().skip(period)).all(|(a, b)| a == b))
}

/// Nearly every step goes to the same sign, the next one of the alphabet, or a neighbouring key.
fn walks(signs: &[char]) -> bool {
    let steps = signs.len().saturating_sub(1);
    let jumps = signs.iter().zip(signs.iter().skip(1)).filter(|(a, b)| !near(**a, **b)).count();
    jumps <= (steps / 5).max(2)
}

fn near(a: char, b: char) -> bool {
    let next = a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && u32::from(a).abs_diff(u32::from(b)) <= 1;
    a == b || next || matches!((key(a), key(b)), (Some((row, column)), Some((other, place))) if row.abs_diff(other) <= 1 && column.abs_diff(place) <= 1)
}

/// Row and column of a key; what Shift makes of it is the same key.
fn key(sign: char) -> Option<(usize, usize)> {
    const ROWS: [&str; 7] = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\""];
    ROWS.iter().enumerate().find_map(|(row, keys)| keys.chars().position(|k| k == sign).map(|column| (row % 4, column)))
}

/// Two common words, or one of them twice.
fn halves(word: &str) -> bool {
    word.is_ascii() && (4..word.len().saturating_sub(3)).any(|at| WORDS.contains(&word[..at]) && WORDS.contains(&word[at..]))
}

/// The letters are one to three syllables of pinyin: the name of a person, the commonest habit here.
fn pinyin(word: &str) -> bool {
    fn within(rest: &str, syllables: usize) -> bool {
        rest.is_empty() || (syllables > 0 && (1..=rest.len().min(6)).any(|n| is_syllable(&rest[..n]) && within(&rest[n..], syllables - 1)))
    }
    word.is_ascii() && !word.is_empty() && within(word, 3)
}

fn is_syllable(text: &str) -> bool {
    const INITIALS: [&str; 24] = ["zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s", "y", "w", ""];
    const FINALS: [&str; 38] = [
        "a", "o", "e", "i", "u", "v", "ai", "ei", "ui", "ao", "ou", "iu", "ie", "ve", "ue", "er", "an", "en", "in", "un", "vn", "ang", "eng", "ing", "ong",
        "ia", "iao", "ian", "iang", "iong", "ua", "uo", "uai", "uan", "uang", "uei", "uen", "ueng",
    ];
    INITIALS.iter().any(|initial| text.strip_prefix(initial).is_some_and(|rest| FINALS.contains(&rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::area::Name;

    fn district() -> District {
        let name = |zh: &str, en: &str| Name { zh: zh.into(), en: en.into() };
        District {
            name: name("郑州市金水区", "Jinshui District, Zhengzhou"),
            short: name("金水区", "Jinshui"),
            body: name("郑州市金水区市场监督管理局", "Jinshui District Administration for Market Regulation"),
        }
    }

    #[test]
    fn the_list_is_long_and_clean() {
        assert!(WORDS.len() > 3_000, "{}", WORDS.len());
        assert!(WORDS.iter().all(|w| w.len() >= 4 && w.bytes().all(|b| b.is_ascii_lowercase())));
    }
    #[test]
    fn passwords_that_are_easy_to_guess_are_refused() {
        let refused: &[(&str, &[&str])] = &[
            ("10 到 64", &["", "short", "九个字的密码不够长", "nine char", &"x7Kq".repeat(17), "with\0nul inside it"]),
            (
                "重复",
                &[
                    "aaaaaaaaaa",
                    "aaaaaaaaaaaaaaaaaaaaaaaa",
                    "abababababab",
                    "abcabcabcabc",
                    "1212121212",
                    "a1b2a1b2a1b2",
                    "hello6hello6",
                    "kqzvxkqzvxkq",
                    "好好好好好好好好好好",
                ],
            ),
            (
                "连续",
                &[
                    "abcdefghij",
                    "jihgfedcba",
                    "0123456789",
                    "9876543210",
                    "qwertyuiop",
                    "poiuytrewq",
                    "1qaz2wsx3edc",
                    "zxcvbnm,./",
                    "1q2w3e4r5t",
                    "asdfghjkl;",
                    "abc123!@#$",
                    "QWERTYUIOP",
                    "abcdefgh1234",
                    "1234567890a",
                ],
            ),
            ("只有数字", &["13803711234", "19850314082", "410105198503140823", "2026-03-05 09", "371-65556666", "20080808+1314"]),
            ("本人", &["zhangsan.2026", "Zhang-San-1985", "张三丰20260101", "金水区市场监管局2026", "zhengzhou2026!", "郑州市金水区2026年", "jinshui123456"]),
            (
                "常见",
                &[
                    "password12",
                    "P@ssw0rd2026",
                    "passw0rd!!!!",
                    "Password#2026",
                    "pass1234word",
                    "iloveyou123",
                    "Admin@123456",
                    "admin12345",
                    "administrator",
                    "letmein12345",
                    "welcome2026!",
                    "qwertyadmin88",
                    "sunshine2025",
                    "passwordpass1",
                    "qazwsxedcrfv",
                    "m0nkey123456",
                    "shipinanquan1",
                    "woaibeijing66",
                    "woaizhongguo1949",
                    "woaini1314",
                    "woaini5201314",
                    "chenjing@2026",
                ],
            ),
            ("拼音", &["wangxiaoming88", "li-shasha-880101!", "zhaoliuyi19851231", "nihaoya.123456", "xiaobaobei520"]),
        ];
        for (why, passwords) in refused {
            for password in *passwords {
                let found = weakness(password, "zhang.san", "张三丰", &district()).map_or("", |(zh, _)| zh);
                let same_word = *why == "本人" && password.to_lowercase().contains("zhang");
                assert!(found.contains(why) || (same_word && !found.is_empty()), "{password}: {found:?}, not {why}");
            }
        }
    }
    #[test]
    fn passwords_that_are_hard_to_guess_are_taken() {
        for password in [
            "长一点的好密码也可以",
            "correct horse",
            "correct horse battery staple",
            "a-long-test-password",
            "chosen-by-myself-26",
            "a long enough one",
            "k3v9xq7m2p",
            "Tr0ub4dor&3-green",
            "下雨天路上有三只黑猫",
            "🐟🍜🥬🌶️🧄🫚🍅🥔🌽🍆 menu",
            " trailing space too ",
            "83610475926105837264",
            "zaiyuyuantiaoshui",
            "x7Kq-mZ2p-9vRt-Lw4n-Hc8b-Ys3d-Ge6f-Ja1u-Qo5i-Tk0z-Nb7r-Wd2m-Pl9v",
        ] {
            assert_eq!(weakness(password, "zhang.san", "张三丰", &district()), None, "{password}");
        }
        assert!(weakness("correct horse", "", "", &District::default()).is_none(), "no name is no word");
    }
    #[test]
    fn what_cannot_be_a_password_costs_no_hash() {
        assert!(possible("x") && possible(&"x".repeat(1_024)) && possible("密码 "));
        assert!(!possible("") && !possible(&"x".repeat(1_025)) && !possible("a\0b") && !possible(&"密".repeat(400)));
    }
}
