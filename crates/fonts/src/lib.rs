//! The faces that the papers of Shiyan are set in: an open-licence Simplified Chinese Kai (楷体), reduced and renamed at
//! build time. Origin and licence: `README.md` and `OFL.txt` of this crate.

/// 常规体: every character of GBK and of 通用规范汉字表, the rarer Han that the font holds, and the symbols of laboratory work. A TrueType
/// file with a Unicode cmap.
pub const REGULAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/regular.ttf"));

/// 粗体: every character of GB 2312 and of 通用规范汉字表, and the same symbols. A TrueType file with a Unicode cmap.
pub const BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bold.ttf"));

/// The licence of both faces, to be shown wherever the program lists its notices.
pub const LICENCE: &str = include_str!("../OFL.txt");

/// 通用规范汉字表 the 8,105 characters of the table of 2013 in its order; what stands before them names the source.
const TABLE: &str = include_str!("../tgh2013.txt");

/// 通用规范汉字 the characters of the table of 2013, in its order; both faces have every one of them.
pub fn standard_characters() -> impl Iterator<Item = char> {
    TABLE.lines().filter(|l| !l.starts_with('#')).flat_map(str::chars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_2013_has_its_three_levels() {
        let all: Vec<char> = standard_characters().collect();
        assert_eq!(all.len(), 8105);
        // First and last of 一级字表 (3,500), 二级字表 (3,000) and 三级字表 (1,605), as printed.
        assert_eq!([all[0], all[3499], all[3500], all[6499], all[6500], all[8104]], ['一', '矗', '乂', '齉', '亍', '蠼']);
        assert_eq!(all.iter().filter(|c| u32::from(**c) > 0xffff).count(), 196);
    }

    fn has(font: &[u8], name: &str) -> bool {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        font.windows(wide.len()).any(|w| w == wide)
    }

    #[test]
    fn both_are_truetype_files_under_our_own_name() {
        for (font, family) in [(REGULAR, "Shiyan Kai"), (BOLD, "Shiyan Kai Bold")] {
            assert_eq!(&font[..4], [0, 1, 0, 0]);
            assert!(has(font, family));
            // The origin must stay in the copyright notice; the reserved names must not be the name of the font.
            assert!(has(font, "Copyright 2021-2024 LXGW"));
            assert!(!has(font, "LXGW WenKai"));
            assert!(!has(font, "霞鹜"));
        }
        assert!(REGULAR.len() > 8_000_000 && BOLD.len() > 2_000_000 && BOLD.len() < 6_000_000, "{} {}", REGULAR.len(), BOLD.len());
    }

    #[test]
    fn the_licence_is_there() {
        assert!(LICENCE.contains("SIL OPEN FONT LICENSE Version 1.1"));
    }
}
