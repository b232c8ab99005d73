//! The faces that the papers of Shiyan are set in: 宋, 黑 and 楷 under an open licence, reduced and renamed. They lie packed in `data/`;
//! `cargo xtask fonts` makes them anew. Origin and licence: `README.md` and `OFL.txt` of this crate.

/// 宋体: text of forms and documents. Every character of GB 2312 and of 通用规范汉字表, and the symbols of laboratory work. As all the faces a
/// TrueType file with a Unicode cmap.
pub const SONG: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/song.ttf"));

/// 宋体粗: titles, in place of 小标宋. The same characters.
pub const SONG_BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/song-bold.ttf"));

/// 黑体: tables; its digits are all of one width. The same characters.
pub const HEI: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hei.ttf"));

/// 黑体粗: headings of the first level, heads and totals of tables. The same characters.
pub const HEI_BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hei-bold.ttf"));

/// 楷体: headings of the second level, and what the others lack: every character of GBK, the rarer Han that the font holds (some 30,000 in
/// all), and ☐ ☑ ☒ ✔, drawn by us.
pub const KAI: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kai.ttf"));

/// The licence of the faces, with their copyright notices, to be shown wherever the program lists its notices.
pub const LICENCE: &str = include_str!("../OFL.txt");

/// 通用规范汉字表 the 8,105 characters of the table of 2013 in its order; what stands before them names the source.
const TABLE: &str = include_str!("../tgh2013.txt");

/// 通用规范汉字 the characters of the table of 2013, in its order; every face has every one of them.
pub fn standard_characters() -> impl Iterator<Item = char> {
    TABLE.lines().filter(|l| !l.starts_with('#')).flat_map(str::chars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

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

    /// The origin must stay in the copyright notice; no reserved name and no trademark may be the name of the font.
    #[test]
    fn the_faces_are_truetype_files_under_our_own_names() {
        let adobe = "Adobe (http://www.adobe.com/)";
        for (font, family, origin) in [
            (SONG, "Shiyan Song", adobe),
            (SONG_BOLD, "Shiyan Song Bold", adobe),
            (HEI, "Shiyan Hei", adobe),
            (HEI_BOLD, "Shiyan Hei Bold", adobe),
            (KAI, "Shiyan Kai", "Copyright 2021-2024 LXGW"),
        ] {
            assert_eq!(&font[..4], [0, 1, 0, 0]);
            assert!(has(font, family) && has(font, origin), "{family}");
            for taken in ["LXGW WenKai", "霞鹜", "Noto", "Source Han", "思源"] {
                assert!(!has(font, taken), "{family}: {taken}");
            }
        }
        assert!(KAI.len() > 8_000_000 && SONG.len() > 3_000_000 && HEI.len() > 2_000_000);
    }

    /// What is committed is what the step made, and stays as small as was promised.
    #[test]
    fn the_packed_faces_are_those_of_the_list() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let list = std::fs::read_to_string(dir.join("SHA256SUMS")).unwrap();
        let mut sum = 0;
        for line in list.lines() {
            let mut words = line.split_whitespace();
            let (hash, file) = (words.next().unwrap(), words.next().unwrap());
            let bytes = std::fs::read(dir.join(file)).unwrap();
            assert_eq!(hex::encode(Sha256::digest(&bytes)), hash, "{file}");
            sum += bytes.len();
        }
        assert_eq!(list.lines().count(), 5);
        assert!(sum <= 14_000_000, "{sum}");
    }

    #[test]
    fn the_licence_is_there_with_every_notice() {
        for said in ["SIL OPEN FONT LICENSE Version 1.1", "Copyright 2021-2024 LXGW", "Copyright 2014-2021 Adobe", "2017-2024 Adobe"] {
            assert!(LICENCE.contains(said), "{said}");
        }
    }
}
