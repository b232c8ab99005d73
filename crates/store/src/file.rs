//! 文件 the media type of kept bytes, read from the bytes themselves: a stored word beside them could be changed.

/// JPEG, PNG and PDF are known by their first bytes; anything else is bytes and no more, and is never shown as a page.
#[must_use]
pub fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::media_type;
    #[test]
    fn bytes_say_what_they_are() {
        assert_eq!(media_type(&[0xff, 0xd8, 0xff, 0xe0]), "image/jpeg");
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0"), "image/png");
        assert_eq!(media_type(b"%PDF-1.7"), "application/pdf");
        for other in [&b"<html><script>"[..], b"", b"%PD", b"\x89PNG"] {
            assert_eq!(media_type(other), "application/octet-stream");
        }
    }
}
