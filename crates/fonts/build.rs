//! Takes the Chinese font out of the data crates, checks it, keeps the characters we need and gives it our name.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use allsorts::binary::read::ReadScope;
use allsorts::font_data::FontData;
use allsorts::subset::{CmapTarget, SubsetProfile, subset};
use allsorts::tables::FontTableProvider;
use allsorts::tables::cmap::Cmap;
use sha2::{Digest, Sha256};

type Any = Box<dyn Error>;

const REGULAR_SHA256: &str = "0819604ad9357afbc6e7cc097328a16ed85143ee0848ffda09fda35a30da6506";
const BOLD_SHA256: &str = "7a356605eb36c92e29cc64090e2856e4675694572a2ae4da84adbadffecae907";

/// Symbols that papers use and GB 2312 lacks.
const SYMBOLS: &str = "©®°±²³¹¼½¾·×÷µ¶§«»¿¡¢£¥€‰‱′″‹›–—―‘’“”„…•‧※℃℉№™ΩÅ⅓⅔⅛←↑→↓↔⇒∂∆∏∑−√∝∞∠∥∧∨∩∪∫∴∵∶≈≌≠≡≤≥≦≧≪≫≮≯⊕⊙⊥\
⁰⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹ\
■□▢▲△▼▽◆◇○●◎★☆☐☑✓✔✗✘〇〓〔〕〖〗【】《》「」『』〈〉㎎㎏㎜㎝㎞㎡㏄￠￡￥～％，。！？：；（）\u{3000}\u{a0}";

/// Where Unicode keeps Han: the rarest names of people and places are among them. Of these the font holds some 30,000.
const HAN: [std::ops::RangeInclusive<char>; 5] =
    ['\u{3400}'..='\u{4dbf}', '\u{4e00}'..='\u{9fff}', '\u{f900}'..='\u{faff}', '\u{20000}'..='\u{2fa1f}', '\u{30000}'..='\u{323af}'];

fn main() -> Result<(), Any> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=tgh2013.txt");
    let out = std::env::var("OUT_DIR")?;
    let out = Path::new(&out);

    let mut cx = makepad_platform::Cx::default();
    makepad_fonts_chinese_regular::live_design(&mut cx);
    makepad_fonts_chinese_regular_2::live_design(&mut cx);
    makepad_fonts_chinese_bold::live_design(&mut cx);
    makepad_fonts_chinese_bold_2::live_design(&mut cx);
    let [regular, regular_2, bold, bold_2] = cx.dirs.as_slice() else {
        return Err("the four font data crates did not register themselves".into());
    };

    let table = standard();
    if table.len() != 8105 {
        return Err(format!("tgh2013.txt holds {} characters, not 8,105", table.len()).into());
    }
    let mut small = gb2312();
    small.extend(latin());
    small.extend(&table);
    let mut large = gbk();
    large.extend(&small);
    large.extend(HAN.into_iter().flatten());

    let face = join(&[regular, regular_2], REGULAR_SHA256)?;
    fs::write(out.join("regular.ttf"), reduce(&face, &large, &table, "Shiyan Kai", "Regular", "ShiyanKai-Regular")?)?;
    let face = join(&[bold, bold_2], BOLD_SHA256)?;
    fs::write(out.join("bold.ttf"), reduce(&face, &small, &table, "Shiyan Kai Bold", "Bold", "ShiyanKai-Bold")?)?;
    Ok(())
}

/// The crates carry the file cut in halves (the registry limits the size of a crate).
fn join(dirs: &[&str], sha256: &str) -> Result<Vec<u8>, Any> {
    let mut joined = Vec::new();
    for dir in dirs {
        let folder = Path::new(dir).join("resources");
        let mut files: Vec<_> = fs::read_dir(&folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.sort();
        for file in files {
            joined.extend(fs::read(file)?);
        }
    }
    let found = hex::encode(Sha256::digest(&joined));
    if found != sha256 {
        return Err(format!("font in {dirs:?}: SHA-256 is {found}, expected {sha256}").into());
    }
    Ok(joined)
}

fn latin() -> BTreeSet<char> {
    let mut set: BTreeSet<char> = ('\u{20}'..='\u{7e}').chain('\u{a0}'..='\u{ff}').collect();
    set.extend('\u{391}'..='\u{3c9}');
    set.extend(SYMBOLS.chars());
    set
}

fn double_byte(lead: std::ops::RangeInclusive<u8>, trail: std::ops::RangeInclusive<u8>) -> BTreeSet<char> {
    let mut set = BTreeSet::new();
    for a in lead {
        for b in trail.clone() {
            let pair = [a, b];
            let (text, bad) = encoding_rs::GBK.decode_without_bom_handling(&pair);
            if !bad {
                set.extend(text.chars().filter(|c| !('\u{e000}'..='\u{f8ff}').contains(c)));
            }
        }
    }
    set
}

fn gb2312() -> BTreeSet<char> {
    double_byte(0xa1..=0xf7, 0xa1..=0xfe)
}

fn gbk() -> BTreeSet<char> {
    double_byte(0x81..=0xfe, 0x40..=0xfe)
}

/// 通用规范汉字表 the characters that a name registered today is written with.
fn standard() -> BTreeSet<char> {
    include_str!("tgh2013.txt").lines().filter(|l| !l.starts_with('#')).flat_map(str::chars).collect()
}

fn reduce(font: &[u8], chars: &BTreeSet<char>, needed: &BTreeSet<char>, family: &str, style: &str, postscript: &str) -> Result<Vec<u8>, Any> {
    let data = ReadScope::new(font).read::<FontData<'_>>()?;
    let provider = data.table_provider(0)?;
    let cmap_data = provider.read_table_data(allsorts::tag::CMAP)?;
    let cmap = ReadScope::new(&cmap_data).read::<Cmap<'_>>()?;
    let (_, table) = allsorts::font::read_cmap_subtable(&cmap)?.ok_or("the font has no Unicode cmap")?;
    let mut glyphs = BTreeSet::from([0u16]);
    for c in chars {
        match table.map_glyph(*c as u32)? {
            Some(gid) if gid != 0 => {
                glyphs.insert(gid);
            }
            _ if needed.contains(c) => return Err(format!("{family}: the font lacks {c} (U+{:04X})", u32::from(*c)).into()),
            _ => {}
        }
    }
    let glyphs: Vec<u16> = glyphs.into_iter().collect();
    let reduced = subset(&provider, &glyphs, &SubsetProfile::Minimal, CmapTarget::Unicode).map_err(|e| format!("reducing {family}: {e:?}"))?;
    rename(&reduced, family, style, postscript)
}

/// Replaces the name table: a reduced font is a modified version and may not go by the reserved name.
fn rename(font: &[u8], family: &str, style: &str, postscript: &str) -> Result<Vec<u8>, Any> {
    let mut tables: Vec<([u8; 4], Vec<u8>)> = Vec::new();
    for i in 0..usize::from(u16_at(font, 4)?) {
        let entry = font.get(12 + 16 * i..28 + 16 * i).ok_or("short table directory")?;
        let tag = [entry[0], entry[1], entry[2], entry[3]];
        let (start, len) = (u32_at(entry, 8)? as usize, u32_at(entry, 12)? as usize);
        let body = font.get(start..start + len).ok_or("table outside the file")?;
        tables.push((tag, if &tag == b"name" { name_table(family, style, postscript) } else { body.to_vec() }));
    }
    tables.sort();

    let count = tables.len() as u16;
    let log = count.ilog2() as u16;
    let range = 16 << log;
    let mut out = vec![0, 1, 0, 0];
    for v in [count, range, log, 16 * count - range] {
        out.extend(v.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    let mut head = 0;
    for (tag, body) in &mut tables {
        if &*tag == b"head" {
            body[8..12].fill(0);
            head = offset;
        }
        out.extend(&*tag);
        out.extend(checksum(body).to_be_bytes());
        out.extend((offset as u32).to_be_bytes());
        out.extend((body.len() as u32).to_be_bytes());
        offset += body.len().next_multiple_of(4);
    }
    for (_, body) in &tables {
        out.extend(body);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xb1b0_afba_u32.wrapping_sub(checksum(&out));
    out[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    Ok(out)
}

fn name_table(family: &str, style: &str, postscript: &str) -> Vec<u8> {
    let full = if style == "Regular" { family.to_owned() } else { format!("{} {style}", family.trim_end_matches(" Bold")) };
    let records: [(u16, &str); 9] = [
        (0, "Copyright 2021-2024 LXGW (https://github.com/lxgw/LxgwWenKai)\nCopyright 2020 The Klee Project Authors (https://github.com/fontworks-fonts/Klee)"),
        (1, family.trim_end_matches(" Bold")),
        (2, style),
        (3, postscript),
        (4, &full),
        (5, "Version 1.330"),
        (6, postscript),
        (
            13,
            "This Font Software is licensed under the SIL Open Font License, Version 1.1. It is a reduced and renamed version of the font named in the copyright notice.",
        ),
        (14, "https://scripts.sil.org/OFL"),
    ];
    let (mut directory, mut strings) = (Vec::new(), Vec::new());
    for (id, text) in records {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for v in [3, 1, 0x409, id, wide.len() as u16, strings.len() as u16] {
            directory.extend(v.to_be_bytes());
        }
        strings.extend(wide);
    }
    let mut out = Vec::new();
    for v in [0, records.len() as u16, 6 + directory.len() as u16] {
        out.extend(v.to_be_bytes());
    }
    out.extend(directory);
    out.extend(strings);
    out
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0u32, |sum, c| {
        let mut word = [0; 4];
        word[..c.len()].copy_from_slice(c);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn u16_at(b: &[u8], at: usize) -> Result<u16, Any> {
    Ok(u16::from_be_bytes(b.get(at..at + 2).ok_or("short font")?.try_into()?))
}

fn u32_at(b: &[u8], at: usize) -> Result<u32, Any> {
    Ok(u32::from_be_bytes(b.get(at..at + 4).ok_or("short font")?.try_into()?))
}
