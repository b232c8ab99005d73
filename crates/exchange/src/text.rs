//! 编码 of text files: UTF-8 with or without BOM, UTF-16, GBK; and the lines of a csv file.

use std::collections::BTreeMap;

use csv_core::ReadFieldResult;
use shiyan_foundation::{Refusal, labels};

use crate::code;
use crate::guard::Limits;
use crate::issue::letter;

labels! {
    /// 文本编码, reported with every import.
    pub enum TextEncoding {
        Utf8 = "utf-8", "UTF-8", "UTF-8";
        Utf8Bom = "utf-8-bom", "UTF-8（带 BOM）", "UTF-8 with BOM";
        Gbk = "gbk", "GBK", "GBK";
        Utf16Le = "utf-16le", "UTF-16 LE", "UTF-16 LE";
        Utf16Be = "utf-16be", "UTF-16 BE", "UTF-16 BE";
    }
}

/// Decodes a text file.
///
/// # Errors
/// `FILE-ENCODING` with the row of the first byte that fits no encoding, `FILE-KIND` for binary content.
pub fn decode(bytes: &[u8], file: &str) -> Result<(String, TextEncoding), Refusal> {
    use TextEncoding::{Gbk, Utf8, Utf8Bom, Utf16Be, Utf16Le};
    let utf16 = |encoding: &'static encoding_rs::Encoding, body: &[u8], found| match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) if body.len().is_multiple_of(2) => no_nul(text.into_owned(), file).map(|t| (t, found)),
        _ => Err(Refusal::new(code::ENCODING).with("file", file).with("row", body.chunks(2).filter(|c| c.contains(&b'\n') && c.contains(&0)).count() + 1)),
    };
    if let Some(body) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(encoding_rs::UTF_16LE, body, Utf16Le);
    }
    if let Some(body) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(encoding_rs::UTF_16BE, body, Utf16Be);
    }
    // UTF-16 without a mark: the line feeds and commas of a table leave zero bytes on one side only
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    if bytes.len().is_multiple_of(2) && zeros(0) + zeros(1) > 0 {
        if zeros(0) == 0 {
            return utf16(encoding_rs::UTF_16LE, bytes, Utf16Le);
        }
        if zeros(1) == 0 {
            return utf16(encoding_rs::UTF_16BE, bytes, Utf16Be);
        }
    }
    let (body, found) = bytes.strip_prefix(b"\xef\xbb\xbf").map_or((bytes, Utf8), |b| (b, Utf8Bom));
    let bad = match std::str::from_utf8(body) {
        Ok(text) => return no_nul(text.to_owned(), file).map(|t| (t, found)),
        Err(e) => e.valid_up_to(),
    };
    if found == Utf8
        && let Some(text) = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return no_nul(text.into_owned(), file).map(|t| (t, Gbk));
    }
    let row = body[..bad].iter().filter(|b| **b == b'\n').count() + 1;
    Err(Refusal::new(code::ENCODING).with("file", file).with("row", row))
}

fn no_nul(text: String, file: &str) -> Result<String, Refusal> {
    if text.contains('\0') {
        return Err(Refusal::new(code::KIND).with("file", file).with("found", "二进制数据（binary data）"));
    }
    Ok(text)
}

/// One record of a csv file: its row as a spreadsheet shows it, counted from 1, and its cells.
pub(crate) type Record = (u32, Vec<String>);

/// Splits decoded text into records. The separator (comma, tab or semicolon) is the one that the first lines use most.
///
/// # Errors
/// `CSV-QUOTE` for a quotation mark that is never closed, and the bounds of [`Limits`].
pub(crate) fn records(text: &str, file: &str, limits: &Limits) -> Result<Vec<Record>, Refusal> {
    split(text, separator(text), true, file, limits)
}

/// The same with a known separator; without `quotes` a quotation mark is a character like any other. Cells are cut by `csv_core`
/// one at a time into a buffer of fixed size, so that a file is bounded while it is read; blank lines are counted here, because
/// a refusal names the row that the spreadsheet shows and the crate passes over them.
///
/// # Errors
/// As [`records`].
pub(crate) fn split(text: &str, separator: char, quotes: bool, file: &str, limits: &Limits) -> Result<Vec<Record>, Refusal> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(u8::try_from(separator).unwrap_or(b',')).quoting(quotes).build();
    let mut buffer = vec![0; (limits.cell_chars + 1) * 4];
    let mut records: Vec<Record> = Vec::new();
    let (mut row, mut at_row, mut cells) = (Vec::new(), 1u32, 0usize);
    let mut rest = text.as_bytes();
    loop {
        if row.is_empty() {
            match rest {
                [] => return Ok(records),
                [b'\r', b'\n', after @ ..] | [b'\r' | b'\n', after @ ..] => {
                    rest = after;
                    records.push((at_row, vec![String::new()]));
                    at_row += 1;
                    bound_rows(&records, at_row, file, limits)?;
                    continue;
                }
                _ => {}
            }
        }
        let quoted = quotes && rest.first() == Some(&b'"');
        let (mut result, read, mut length) = reader.read_field(rest, &mut buffer);
        let ended = rest.get(..read).and_then(|r| r.last()).copied();
        rest = rest.get(read..).unwrap_or_default();
        if result == ReadFieldResult::InputEmpty {
            // The last line needs no line end; an open quotation mark swallows the one that is put here.
            let (last, _, more) = reader.read_field(b"\n", buffer.get_mut(length..).unwrap_or_default());
            (result, length) = (last, length + more);
        }
        let at = |info| Refusal::new(info).with("file", file).with("sheet", file).with("row", at_row).with("column", letter(row.len()));
        let open = || Refusal::new(code::QUOTE).with("file", file).with("row", at_row).with("column", letter(row.len()));
        let ReadFieldResult::Field { record_end } = result else {
            return Err(if quoted { open() } else { at(code::CELL_TEXT).with("limit", limits.cell_chars) });
        };
        let cell = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
        if length > limits.cell_chars && cell.chars().count() > limits.cell_chars {
            return Err(if quoted { open() } else { at(code::CELL_TEXT).with("limit", limits.cell_chars) });
        }
        row.push(cell);
        if record_end {
            // of CR LF only the first was taken
            if ended == Some(b'\r') {
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            records.push((at_row, std::mem::take(&mut row)));
            at_row += 1;
            bound_rows(&records, at_row, file, limits)?;
            continue;
        }
        cells += 1;
        let at = |info| Refusal::new(info).with("file", file).with("sheet", file).with("row", at_row).with("column", letter(row.len()));
        if row.len() >= limits.columns {
            return Err(at(code::COLUMNS).with("limit", limits.columns));
        }
        if cells > limits.cells {
            return Err(at(code::CELLS).with("limit", limits.cells));
        }
    }
}

fn bound_rows(records: &[Record], at_row: u32, file: &str, limits: &Limits) -> Result<(), Refusal> {
    if records.len() <= limits.rows as usize {
        return Ok(());
    }
    Err(Refusal::new(code::ROWS).with("file", file).with("sheet", file).with("row", at_row).with("column", letter(0)).with("limit", limits.rows))
}

/// The separator that cuts most of the first records into the same number of cells. What stands between quotation marks is no
/// separator, and five values of one cell are seldom as many in every row as the columns are.
pub(crate) fn separator(text: &str) -> char {
    let alike = |c: char| {
        let mut records: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut cuts, mut quoted, mut seen) = (0, false, 0);
        for at in text.chars().chain(['\n']) {
            match at {
                '"' => quoted = !quoted,
                '\n' | '\r' if !quoted => {
                    if cuts > 0 {
                        *records.entry(cuts).or_default() += 1;
                    }
                    (cuts, seen) = (0, seen + 1);
                }
                at if at == c && !quoted => cuts += 1,
                _ => {}
            }
            if seen == 20 {
                break;
            }
        }
        records.into_values().max().unwrap_or(0)
    };
    [';', '\t', ','].into_iter().max_by_key(|c| alike(*c)).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Record>, Refusal> {
        records(text, "a.csv", &Limits::default())
    }

    #[test]
    fn encodings_are_recognised() {
        let text = "食品名称,判定\n韭菜,不合格\n";
        let gbk = encoding_rs::GBK.encode(text).0.into_owned();
        let utf16 = |le: bool| -> Vec<u8> { text.encode_utf16().flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() }).collect() };
        let with = |mark: &[u8], body: &[u8]| [mark, body].concat();
        let cases = [
            (text.as_bytes().to_vec(), TextEncoding::Utf8),
            (with(b"\xef\xbb\xbf", text.as_bytes()), TextEncoding::Utf8Bom),
            (gbk, TextEncoding::Gbk),
            (with(b"\xff\xfe", &utf16(true)), TextEncoding::Utf16Le),
            (with(b"\xfe\xff", &utf16(false)), TextEncoding::Utf16Be),
            (utf16(true), TextEncoding::Utf16Le),
            (utf16(false), TextEncoding::Utf16Be),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(&bytes, "a.csv").unwrap(), (text.to_owned(), expected));
        }
    }
    #[test]
    fn mixed_and_binary_content_is_refused_with_the_row() {
        let e = decode(b"a,b\n\xe9\x9f\xad\n\xff\xff\n", "a.csv").unwrap_err();
        assert_eq!((e.code(), e.facts["row"].as_str()), ("FILE-ENCODING", "3"));
        assert_eq!(decode(b"a\0b\0c\0\0\0\0x", "a.csv").unwrap_err().code(), "FILE-KIND");
    }
    #[test]
    fn records_know_their_row() {
        let got = read("a,b\r\n\"x\ny\",\"q\"\"q\"\n\n1;2,3\n").unwrap();
        let expect: Vec<Record> =
            vec![(1, vec!["a".into(), "b".into()]), (2, vec!["x\ny".into(), "q\"q".into()]), (3, vec![String::new()]), (4, vec!["1;2".into(), "3".into()])];
        assert_eq!(got, expect);
        assert_eq!(read("a\tb\nc\td").unwrap()[1].1, ["c", "d"]);
        assert_eq!(read("a;b\n1,5;2,5\n").unwrap()[1].1, ["1,5", "2,5"]);
        assert_eq!(read("a\rb").unwrap().len(), 2);
    }
    #[test]
    fn five_values_in_a_cell_do_not_choose_the_separator() {
        let header = "item,result,limit\n";
        for row in ["菌落总数,1;2;3;4;5,n=5，c=2\n", "菌落总数,1&times;10;2&times;10;3,≤1\n", "菌落总数,\"1\t2\t3\t4\n5\",≤1\n"] {
            for rows in [1, 30] {
                let text = format!("{header}{}", row.repeat(rows));
                assert_eq!(separator(&text), ',', "{text}");
                assert!(read(&text).unwrap().iter().all(|(_, cells)| cells.len() == 3), "{text}");
            }
        }
        assert_eq!(separator("公告\n食品;项目\n\"a,b,c\";d\n"), ';');
    }
    #[test]
    fn an_open_quote_names_its_place() {
        let e = read("a,b\nc,\"d\ne,f\n").unwrap_err();
        assert_eq!((e.code(), e.facts["row"].as_str(), e.facts["column"].as_str()), ("CSV-QUOTE", "2", "B"));
    }
    #[test]
    fn columns_are_bounded() {
        assert_eq!(read(&",".repeat(10_000)).unwrap_err().code(), "FILE-COLUMNS");
        assert_eq!(read(&"x".repeat(40_000)).unwrap_err().code(), "FILE-CELL-TEXT");
        assert_eq!(read(&format!("a,\"{}", "韭".repeat(40_000))).unwrap_err().code(), "CSV-QUOTE");
        assert_eq!(read(&"韭".repeat(32_767)).unwrap().len(), 1);
    }
    #[test]
    fn quotation_marks_and_line_ends_are_read_as_spreadsheets_write_them() {
        let one = |text: &str| read(text).unwrap().into_iter().map(|(_, cells)| cells).collect::<Vec<_>>();
        assert_eq!(one("a,b\"c\"\n"), [["a", "b\"c\""]], "a mark inside a cell is a character");
        assert_eq!(one("\"a\"b,c"), [["ab", "c"]]);
        assert_eq!(one("a,\"\"\n\"\",b"), [["a", ""], ["", "b"]]);
        assert_eq!(one("a,"), [["a", ""]]);
        assert_eq!(one("\"x\r\ny\",z\r\r\n\r\nb,c\r").len(), 4, "blank lines are rows");
        assert_eq!(one("a,\"b\""), [["a", "b"]]);
        assert_eq!(read("\n\n").unwrap().len(), 2);
        assert_eq!(read("").unwrap().len(), 0);
        assert_eq!(split("a;\"b\nc;d", ';', false, "x", &Limits::default()).unwrap().len(), 2);
    }
}
