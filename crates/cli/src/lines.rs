//! 一行一条 each event of the log is one line, whatever stands in it: line ends, colours and other signs that steer a terminal are written
//! as what they are. What somebody typed as a name never looks like an entry of its own.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

/// Where the lines go: standard error.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lines;

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<io::Stderr>;
    fn make_writer(&'a self) -> Self::Writer {
        Line(io::stderr())
    }
}

/// One event; the subscriber hands it over whole.
#[derive(Debug)]
pub(crate) struct Line<W>(W);

impl<W: Write> Write for Line<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all(one_line(text.strip_suffix('\n').unwrap_or(&text)).as_bytes())?;
        Ok(event.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text with its steering signs written out, and one line end.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 1);
    for sign in text.chars() {
        let steers = sign.is_control() && sign != '\t';
        if steers || matches!(sign, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}'..='\u{200f}') {
            line.extend(sign.escape_default());
        } else {
            line.push(sign);
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn an_event_is_one_line_whatever_stands_in_it() {
        let mut out = Vec::new();
        for event in ["WARN x: 张三\r\n2026 ERROR forged\n", "\u{1b}[31mred\u{1b}[0m\u{9b}1m\n", "a\u{2028}b\u{202e}c\0\u{7}\u{85}d\n", "plain\ttab\n"] {
            Line(&mut out).write_all(event.as_bytes()).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "WARN x: 张三\\r\\n2026 ERROR forged\n\\u{1b}[31mred\\u{1b}[0m\\u{9b}1m\na\\u{2028}b\\u{202e}c\\u{0}\\u{7}\\u{85}d\nplain\ttab\n");
    }
}
