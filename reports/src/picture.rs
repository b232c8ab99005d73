//! 图样 a picture that the laboratory supplies (its mark, its seal): PNG of eight bits a channel, read without any library for
//! pictures. What cannot be printed faithfully is refused when it is supplied, not when a report is issued.

use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::ReportError;

/// Longest side in pixels.
const SIDE: usize = 2_000;
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture as the file holds it: red, green, blue, opacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Four bytes a pixel, row by row from the top.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// Reads a PNG file.
    ///
    /// # Errors
    /// Not a PNG, damaged, interlaced, of another depth than eight bits, or larger than 2,000 pixels on a side.
    pub fn read(bytes: &[u8]) -> Result<Self, ReportError> {
        let wrong = |why: &str| ReportError::Picture(why.to_owned());
        let mut rest = bytes.strip_prefix(SIGNATURE).ok_or_else(|| wrong("not a PNG file"))?;
        let (mut head, mut packed, mut palette, mut clear): (Option<Head>, Vec<u8>, &[u8], &[u8]) = (None, Vec::new(), &[], &[]);
        loop {
            let (kind, data, after) = chunk(rest).ok_or_else(|| wrong("the file ends too early"))?;
            match kind {
                b"IHDR" => head = Some(Head::read(data).ok_or_else(|| wrong("only eight bits a channel, not interlaced, at most 2,000 pixels on a side"))?),
                b"PLTE" => palette = data,
                b"tRNS" => clear = data,
                b"IDAT" => packed.extend_from_slice(data),
                b"IEND" => break,
                _ => {}
            }
            rest = after;
        }
        let head = head.ok_or_else(|| wrong("the file has no header"))?;
        let row = head.width * head.channels();
        let whole = (row + 1) * head.height;
        let mut lines = Vec::with_capacity(whole);
        // A small file may unpack to anything; no more than the header promised is taken.
        flate2::read::ZlibDecoder::new(packed.as_slice()).take(whole as u64).read_to_end(&mut lines).map_err(|e| wrong(&e.to_string()))?;
        if lines.len() != whole {
            return Err(wrong("there are fewer pixels than the header says"));
        }
        let pixels = unfiltered(&lines, row, head.channels()).ok_or_else(|| wrong("a row has an unknown filter"))?;
        let mut rgba = Vec::with_capacity(head.width * head.height * 4);
        for pixel in pixels.chunks_exact(head.channels()) {
            let colour = match (head.colour, pixel) {
                (0, [v]) => [*v, *v, *v, 255],
                (2, [r, g, b]) => [*r, *g, *b, 255],
                (4, [v, a]) => [*v, *v, *v, *a],
                (6, [r, g, b, a]) => [*r, *g, *b, *a],
                (_, [index, ..]) => {
                    let at = usize::from(*index);
                    let [r, g, b] =
                        palette.get(at * 3..at * 3 + 3).and_then(|c| <[u8; 3]>::try_from(c).ok()).ok_or_else(|| wrong("a colour is not in the palette"))?;
                    [r, g, b, clear.get(at).copied().unwrap_or(255)]
                }
                (_, []) => [255; 4],
            };
            rgba.extend_from_slice(&colour);
        }
        Ok(Self { width: head.width, height: head.height, rgba })
    }
}

/// Kind and contents of the first chunk, and what follows it.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (kind, rest) = rest.split_at_checked(4)?;
    let (data, rest) = rest.split_at_checked(length)?;
    // The check sum is not needed: a damaged file does not unpack, and nothing is trusted for being whole.
    Some((kind, data, rest.get(4..)?))
}

struct Head {
    width: usize,
    height: usize,
    colour: u8,
}

impl Head {
    fn read(data: &[u8]) -> Option<Self> {
        let (width, rest) = data.split_first_chunk::<4>()?;
        let (height, rest) = rest.split_first_chunk::<4>()?;
        let (width, height) = (u32::from_be_bytes(*width) as usize, u32::from_be_bytes(*height) as usize);
        let sized = (1..=SIDE).contains(&width) && (1..=SIDE).contains(&height);
        match rest {
            [8, colour @ (0 | 2 | 3 | 4 | 6), 0, 0, 0] if sized => Some(Self { width, height, colour: *colour }),
            _ => None,
        }
    }
    fn channels(&self) -> usize {
        match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        }
    }
}

/// Undoes the filters of the rows (PNG 9.2).
fn unfiltered(lines: &[u8], row: usize, step: usize) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(lines.len());
    for (index, line) in lines.chunks_exact(row + 1).enumerate() {
        let (filter, line) = line.split_first()?;
        let start = out.len();
        for (at, byte) in line.iter().enumerate() {
            let left = if at >= step { out[start + at - step] } else { 0 };
            let above = if index > 0 { out[start - row + at] } else { 0 };
            let corner = if index > 0 && at >= step { out[start - row + at - step] } else { 0 };
            let guess = match filter {
                0 => 0,
                1 => left,
                2 => above,
                3 => u8::try_from((u16::from(left) + u16::from(above)) / 2).unwrap_or(u8::MAX),
                4 => paeth(left, above, corner),
                _ => return None,
            };
            out.push(byte.wrapping_add(guess));
        }
    }
    Some(out)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let off = |v: u8| (estimate - i16::from(v)).abs();
    if off(left) <= off(above) && off(left) <= off(corner) {
        left
    } else if off(above) <= off(corner) {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn png(colour: u8, width: u32, height: u32, lines: &[u8], more: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut out = SIGNATURE.to_vec();
        let mut put = |kind: &[u8], data: &[u8]| {
            out.extend((data.len() as u32).to_be_bytes());
            out.extend(kind);
            out.extend(data);
            out.extend([0; 4]);
        };
        let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, colour, 0, 0, 0]].concat();
        put(b"IHDR", &head);
        for (kind, data) in more {
            put(kind, data);
        }
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(lines).unwrap();
        let packed = packer.finish().unwrap();
        let (a, b) = packed.split_at(packed.len() / 2);
        put(b"IDAT", a);
        put(b"IDAT", b);
        put(b"IEND", &[]);
        out
    }

    #[test]
    fn every_filter_gives_the_pixels_back() {
        // The same two rows of three grey pixels, written with each filter for the second row.
        let (first, second) = ([10u8, 20, 30], [15u8, 200, 3]);
        let expected: Vec<u8> = first.iter().chain(&second).flat_map(|v| [*v, *v, *v, 255]).collect();
        for filter in 0..=4u8 {
            let mut line = vec![filter];
            for at in 0..3 {
                let (left, above, corner) = (if at > 0 { second[at - 1] } else { 0 }, first[at], if at > 0 { first[at - 1] } else { 0 });
                let guess = match filter {
                    0 => 0,
                    1 => left,
                    2 => above,
                    3 => ((u16::from(left) + u16::from(above)) / 2) as u8,
                    _ => paeth(left, above, corner),
                };
                line.push(second[at].wrapping_sub(guess));
            }
            let lines = [&[0, 10, 20, 30][..], &line].concat();
            let read = Picture::read(&png(0, 3, 2, &lines, &[])).unwrap();
            assert_eq!((read.width, read.height, read.rgba), (3, 2, expected.clone()), "filter {filter}");
        }
    }
    #[test]
    fn every_kind_of_colour_is_read() {
        let one = |colour, line: &[u8], more: &[(&[u8], &[u8])]| Picture::read(&png(colour, 1, 1, &[&[0], line].concat(), more)).map(|p| p.rgba);
        assert_eq!(one(0, &[7], &[]), Ok(vec![7, 7, 7, 255]));
        assert_eq!(one(2, &[1, 2, 3], &[]), Ok(vec![1, 2, 3, 255]));
        assert_eq!(one(4, &[7, 9], &[]), Ok(vec![7, 7, 7, 9]));
        assert_eq!(one(6, &[1, 2, 3, 4], &[]), Ok(vec![1, 2, 3, 4]));
        assert_eq!(one(3, &[1], &[(b"PLTE", &[0, 0, 0, 5, 6, 7]), (b"tRNS", &[0, 8])]), Ok(vec![5, 6, 7, 8]));
        assert!(one(3, &[9], &[(b"PLTE", &[0, 0, 0])]).is_err());
    }
    #[test]
    fn what_is_damaged_or_too_large_is_refused() {
        let whole = png(2, 2, 2, &[0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6], &[]);
        assert!(Picture::read(&whole).is_ok());
        for cut in 0..whole.len() {
            assert!(Picture::read(&whole[..cut]).is_err(), "cut at {cut}");
        }
        assert!(Picture::read(b"GIF89a").is_err());
        assert!(Picture::read(&png(0, 3_000, 1, &[0], &[])).is_err());
        assert!(Picture::read(&png(0, 0, 1, &[0], &[])).is_err());
        assert!(Picture::read(&png(0, 2, 2, &[0, 1, 2], &[])).is_err(), "too few pixels");
        assert!(Picture::read(&png(0, 1, 1, &[9, 1], &[])).is_err(), "an unknown filter");
        // Far more than the header says is not unpacked.
        assert!(Picture::read(&png(0, 1, 1, &vec![0; 10_000_000], &[])).is_ok());
    }
}
