//! Unpacks the faces of `data/` into TrueType files, which the library carries as plain bytes. No network, no other package: what is
//! unpacked is in the repository.

use std::error::Error;
use std::fs;
use std::path::Path;

use allsorts::binary::read::ReadScope;
use allsorts::woff2::Woff2Font;

type Any = Box<dyn Error>;

const FACES: [&str; 5] = ["song", "song-bold", "hei", "hei-bold", "kai"];

fn main() -> Result<(), Any> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=data");
    let out = std::env::var("OUT_DIR")?;
    for face in FACES {
        let packed = fs::read(format!("data/{face}.woff2"))?;
        let font = ReadScope::new(&packed).read::<Woff2Font<'_>>()?;
        let provider = font.table_provider(0).map_err(|e| format!("{face}: {e:?}"))?;
        let tables = provider.into_tables().into_iter().map(|(tag, body)| (tag.to_be_bytes(), body.into_vec())).collect();
        fs::write(Path::new(&out).join(format!("{face}.ttf")), truetype(tables)?)?;
    }
    Ok(())
}

/// A TrueType file out of its tables.
fn truetype(mut tables: Vec<([u8; 4], Vec<u8>)>) -> Result<Vec<u8>, Any> {
    tables.sort();
    let count = u16::try_from(tables.len())?;
    let log = u16::try_from(count.ilog2())?;
    let range = 16 << log;
    let mut out = vec![0, 1, 0, 0];
    for v in [count, range, log, 16 * count - range] {
        out.extend(v.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    let mut head = 0;
    for (tag, body) in &mut tables {
        if tag == b"head" {
            body[8..12].fill(0);
            head = offset;
        }
        out.extend(&*tag);
        out.extend(checksum(body).to_be_bytes());
        out.extend(u32::try_from(offset)?.to_be_bytes());
        out.extend(u32::try_from(body.len())?.to_be_bytes());
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

fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0u32, |sum, c| {
        let mut word = [0; 4];
        word[..c.len()].copy_from_slice(c);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}
