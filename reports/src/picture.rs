//! 图样 a picture that the laboratory supplies (its mark, its seal): PNG of eight bits a channel, read by the crate `png`. What cannot
//! be printed faithfully is refused when it is supplied, not when a report is issued.

use std::io::Cursor;

use serde::{Deserialize, Serialize};

use crate::ReportError;

/// Longest side in pixels.
const SIDE: u32 = 2_000;
/// What unpacking may take: the largest picture and as much again.
const MOST: usize = 2 * 4 * (SIDE as usize) * (SIDE as usize);

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
        let failed = |e: png::DecodingError| ReportError::Picture(e.to_string());
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MOST });
        // A picture that was taken in once may not be refused when a report is issued: check sums were never asked for. Nothing is
        // trusted for being whole; what is damaged does not unpack.
        decoder.ignore_checksums(true);
        decoder.set_transformations(png::Transformations::IDENTITY);
        let head = decoder.read_header_info().map_err(failed)?;
        let sized = (1..=SIDE).contains(&head.width) && (1..=SIDE).contains(&head.height);
        if !sized || head.interlaced || head.bit_depth != png::BitDepth::Eight {
            return Err(wrong("only eight bits a channel, not interlaced, at most 2,000 pixels on a side"));
        }
        let (width, height) = (head.width as usize, head.height as usize);
        let mut reader = decoder.read_info().map_err(failed)?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(|| wrong("too large"))?];
        reader.next_frame(&mut pixels).map_err(failed)?;
        reader.finish().map_err(failed)?;
        let info = reader.info();
        let (palette, clear) = (info.palette.as_deref().unwrap_or_default(), info.trns.as_deref().unwrap_or_default());
        let mut rgba = Vec::with_capacity(width * height * 4);
        for pixel in pixels.chunks_exact(info.color_type.samples()) {
            let colour = match pixel {
                // A colour that the palette lacks is refused; the crate would print it black.
                [index] if info.color_type == png::ColorType::Indexed => {
                    let at = usize::from(*index);
                    let [r, g, b] =
                        palette.get(at * 3..at * 3 + 3).and_then(|c| <[u8; 3]>::try_from(c).ok()).ok_or_else(|| wrong("a colour is not in the palette"))?;
                    [r, g, b, clear.get(at).copied().unwrap_or(255)]
                }
                [v] => [*v, *v, *v, 255],
                [v, a] => [*v, *v, *v, *a],
                [r, g, b] => [*r, *g, *b, 255],
                [r, g, b, a] => [*r, *g, *b, *a],
                _ => [255; 4],
            };
            rgba.extend_from_slice(&colour);
        }
        Ok(Self { width, height, rgba })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

    /// PNG 9.4
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
        // Nothing that is changed in it makes the reader panic or take more than it may.
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                assert!(Picture::read(&bytes).is_ok_and(|p| p.rgba.len() == p.width * p.height * 4) || Picture::read(&bytes).is_err());
            }
        }
        // Far more than the header says is not unpacked.
        assert!(Picture::read(&png(0, 1, 1, &vec![0; 10_000_000], &[])).is_ok());
    }
}
