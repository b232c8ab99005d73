//! 请求头 is looked at before anything reads it: where it ends, whether it is written in the one strict way that every reader
//! understands alike, how long its body is. So nobody can smuggle a request past one reader to another.

use crate::refuse::Why;

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none, or so many bytes.
    Length(u64),
    /// In pieces; the connection ends after the answer.
    Chunked,
}

/// Where the head ends, with its empty line; `from` has been searched already.
pub(crate) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let from = from.saturating_sub(3);
    bytes.get(from..)?.windows(4).position(|w| w == b"\r\n\r\n").map(|at| from + at + 4)
}

/// What can be said before the head is whole: a request begins with the name of a method.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    bytes.first().is_none_or(|b| token(*b))
}

fn token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A whole head.
pub(crate) fn read(head: &[u8], most_lines: usize) -> Result<Framing, Why> {
    let head = head.strip_suffix(b"\r\n\r\n").ok_or(Why::Malformed)?;
    // A line ends with CR LF and with nothing else; NUL is nowhere.
    let lone = |at: usize| match head[at] {
        b'\n' => at == 0 || head[at - 1] != b'\r',
        b'\r' => head.get(at + 1) != Some(&b'\n'),
        byte => byte == 0,
    };
    if (0..head.len()).any(lone) {
        return Err(Why::Malformed);
    }
    let mut lines = head.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut words = lines.next().unwrap_or_default().split(|b| *b == b' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next()) else { return Err(Why::Malformed) };
    if method.is_empty() || !method.iter().all(|b| token(*b)) || target.is_empty() {
        return Err(Why::Malformed);
    }
    let old = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        other if other.starts_with(b"HTTP/") => return Err(Why::Version),
        _ => return Err(Why::Malformed),
    };
    let (mut length, mut chunked, mut hosts) = (None, false, 0);
    for (at, line) in lines.enumerate() {
        if at >= most_lines {
            return Err(Why::HeadLarge);
        }
        let colon = line.iter().position(|b| *b == b':').ok_or(Why::Malformed)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || !name.iter().all(|b| token(*b)) {
            return Err(Why::Malformed);
        }
        let is = |what: &str| name.eq_ignore_ascii_case(what.as_bytes());
        if is("host") {
            hosts += 1;
        } else if is("content-length") {
            let digits = !value.is_empty() && value.len() <= 18 && value.iter().all(u8::is_ascii_digit);
            let read = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|v| v.parse::<u64>().ok());
            if length.is_some() || read.is_none() {
                return Err(Why::Malformed);
            }
            length = read;
        } else if is("transfer-encoding") {
            if chunked || old || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Why::Malformed);
            }
            chunked = true;
        }
    }
    if hosts > 1 || (hosts == 0 && !old) || (chunked && length.is_some()) {
        return Err(Why::Malformed);
    }
    Ok(if chunked { Framing::Chunked } else { Framing::Length(length.unwrap_or(0)) })
}

/// Why a head that is too large without being whole is refused.
pub(crate) fn too_large(bytes: &[u8]) -> Why {
    if bytes.contains(&b'\n') { Why::HeadLarge } else { Why::TargetLong }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Framing, Why> {
        read(text.as_bytes(), 100)
    }
    fn with(lines: &str) -> Result<Framing, Why> {
        of(&format!("POST /a HTTP/1.1\r\nHost: a\r\n{lines}\r\n"))
    }

    #[test]
    fn the_end_of_a_head_is_found_wherever_the_bytes_were_cut() {
        let text = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
        for cut in 0..text.len() {
            let found = end(&text[..cut], 0).or_else(|| end(text, cut));
            assert_eq!(found, Some(27), "{cut}");
        }
        assert_eq!(end(b"GET / HTTP/1.1\r\n", 0), None);
        assert_eq!(end(b"", 0), None);
    }

    #[test]
    fn a_plain_head_tells_how_long_its_body_is() {
        assert_eq!(with(""), Ok(Framing::Length(0)));
        assert_eq!(with("Content-Length: 12\r\n"), Ok(Framing::Length(12)));
        assert_eq!(with("transfer-encoding:  Chunked \r\n"), Ok(Framing::Chunked));
        assert_eq!(of("GET / HTTP/1.0\r\n\r\n"), Ok(Framing::Length(0)));
    }

    #[test]
    fn a_head_that_two_readers_could_read_in_two_ways_is_refused() {
        for lines in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length : 5\r\n",
            " Content-Length: 5\r\n",
            "A: b\r\n folded\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer\u{b}-Encoding: chunked\r\n",
            "A: b\nTransfer-Encoding: chunked\r\n",
            "A: b\rTransfer-Encoding: chunked\r\n",
            "A: b\0\r\n",
            "no colon\r\n",
            ": empty\r\n",
            "Host: b\r\n",
        ] {
            assert_eq!(with(lines), Err(Why::Malformed), "{lines:?}");
        }
        for head in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /\r\n\r\n",
            "\r\n\r\n",
            "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(of(head), Err(Why::Malformed), "{head:?}");
        }
    }

    #[test]
    fn other_versions_are_told_so() {
        assert_eq!(of("PRI * HTTP/2.0\r\n\r\n"), Err(Why::Version));
        assert_eq!(of("GET / HTTP/3\r\nHost: a\r\n\r\n"), Err(Why::Version));
    }

    #[test]
    fn too_many_lines_are_refused() {
        let lines: String = (0..99).map(|i| format!("X-{i}: a\r\n")).collect();
        assert_eq!(with(&lines), Ok(Framing::Length(0)));
        assert_eq!(with(&format!("{lines}X-99: a\r\n")), Err(Why::HeadLarge));
    }
}
