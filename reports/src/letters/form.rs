//! 表格式部件 the `[form]` part of a template: rows of labels and of what is filled in, over common columns. A cell begins with what it is: `<3>` covers
//! three columns, `<3x2>` two rows as well, `*` is a label, `>` stands on the right; a row that begins with `^18` is at least 18 mm high, for pens.
//! `\n` begins a line of its own, which may stand on the right by `>`. A cell that another one covers from above is left out, as in a web page.

use crate::canvas::mm;
use crate::face::Role;
use crate::table::{Align, Cell, Grid, Part, Row};
use crate::template::{Source, Words, bare};

/// A cell as the template writes it.
#[derive(Debug, PartialEq, Eq)]
struct Written<'t> {
    span: usize,
    down: usize,
    label: bool,
    right: bool,
    text: &'t str,
}

/// Reads what a cell begins with. What a fact says never counts: its first character is the edge of the value.
fn written(raw: &str) -> Result<Written<'_>, String> {
    // wide blanks are room for a pen and stay
    let (mut span, mut down, mut text) = (1, 1, raw.trim_matches(' '));
    if let Some((mark, rest)) = text.strip_prefix('<').and_then(|t| t.split_once('>')) {
        let (columns, rows) = mark.split_once('x').unwrap_or((mark, "1"));
        let read = |n: &str| n.parse::<usize>().ok().filter(|n| (1..=60).contains(n)).ok_or_else(|| format!("<{mark}> is no size of a cell"));
        (span, down, text) = (read(columns)?, read(rows)?, rest.trim_start());
    }
    let label = text.strip_prefix('*');
    let text = label.unwrap_or(text);
    let right = text.strip_prefix('>');
    Ok(Written { span, down, label: label.is_some(), right: right.is_some(), text: right.unwrap_or(text) })
}

/// Lines of a cell, each where it stands.
fn parts(cell: &Written<'_>, size: f32) -> Vec<Part> {
    // closer than in a table of results: a form has many rows on its page
    let part = |text: &str| Part { leading: size * 1.24, ..Part::new(&bare(text), Role::Table, size) };
    let line = |text: &str| match text.trim_start().strip_prefix('>') {
        Some(text) => Part { align: Some(Align::Right), ..part(text) },
        None => part(text),
    };
    // a label of several lines stands together
    if cell.label {
        return vec![part(&cell.text.replace("\\n", "\n"))];
    }
    cell.text.split("\\n").map(|text| if text.is_empty() { part(" ") } else { line(text) }).collect()
}

/// The part as a grid.
pub(super) fn grid(source: Source, name: &str, words: &Words) -> Result<Grid, crate::ReportError> {
    let wrong = |why: &str| source.wrong(&format!("[form {name}]: {why}"));
    let number = |text: &str| text.parse::<f32>().ok().filter(|n| *n > 0.0 && *n < 1000.0).ok_or_else(|| wrong(&format!("{text} is no number")));
    let widths = words.cells("widths").concat().iter().map(|w| number(w)).collect::<Result<Vec<f32>, _>>()?;
    let size = if words.get("size").is_empty() { 10.5 } else { number(&words.get("size"))? };
    let height = if words.get("height").is_empty() { 0.0 } else { mm(number(&words.get("height"))?) };
    let sum: f32 = widths.iter().sum();
    if widths.is_empty() {
        return Err(wrong("no widths"));
    }
    // how many more rows each column is covered, and by a cell of how many columns
    let mut covered: Vec<(usize, usize)> = vec![(0, 1); widths.len()];
    let mut rows = Vec::new();
    for line in words.raw("row") {
        let (min_height, line) = match line.strip_prefix('^').map(|t| t.split_once(' ').unwrap_or((t, ""))) {
            Some((least, rest)) => (mm(number(least)?), rest),
            None => (height, line),
        };
        let mut given = line.split('|');
        let (mut cells, mut at) = (Vec::new(), 0);
        while at < widths.len() {
            let (left, wide) = covered[at];
            if left > 0 {
                covered[at].0 -= 1;
                cells.push(Cell { parts: vec![Part::new("", Role::Table, size)], span: wide, under: true, ..Cell::default() });
                at += wide;
                continue;
            }
            let cell = given.next().ok_or_else(|| wrong(&format!("a cell is missing: {}", bare(line))))?;
            let cell = written(cell).map_err(|why| wrong(&why))?;
            let over = (at..at + cell.span).any(|k| covered.get(k).is_none_or(|(left, _)| *left > 0));
            if over {
                return Err(wrong(&format!("a cell is too wide: {}", bare(line))));
            }
            covered[at] = (cell.down - 1, cell.span);
            let align = if cell.label { Align::Centre } else { Align::Left };
            let align = if cell.right { Align::Right } else { align };
            cells.push(Cell { parts: parts(&cell, size), align, span: cell.span, down: cell.down, ..Cell::default() });
            at += cell.span;
        }
        if given.next().is_some() {
            return Err(wrong(&format!("a cell too many: {}", bare(line))));
        }
        rows.push(Row { cells, min_height });
    }
    if rows.is_empty() || covered.iter().any(|(left, _)| *left > 0) {
        return Err(wrong("no rows, or a cell covers more rows than there are"));
    }
    Ok(Grid { widths: widths.iter().map(|w| w / sum).collect(), rows, ..Grid::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shiyan_foundation::Lang;

    fn of(text: &'static str, facts: serde_json::Value) -> Result<Grid, String> {
        let source = Source { name: "test", lang: Lang::Zh, text };
        let filled = source.fill(&facts).map_err(|e| e.to_string())?;
        let crate::template::Piece::Part(_, name, words) = &filled.pieces[0] else { panic!("{filled:?}") };
        grid(source, name, words).map_err(|e| e.to_string())
    }

    #[test]
    fn a_cell_covers_columns_and_rows_and_the_rows_below_leave_its_place_out() {
        let text = "[form f]\nwidths: 1 | 1 | 2\nrow: <1x2>*组\\n名 | *甲 | {{ a }}\nrow: ^18 <2>签名\\n>年　月　日\n";
        let grid = of(text, json!({ "a": "值" })).unwrap();
        let shape: Vec<Vec<(usize, usize, bool)>> = grid.rows.iter().map(|r| r.cells.iter().map(|c| (c.span, c.down, c.under)).collect()).collect();
        assert_eq!(shape, [vec![(1, 2, false), (1, 1, false), (1, 1, false)], vec![(1, 0, true), (2, 1, false)]]);
        assert_eq!(grid.widths, [0.25, 0.25, 0.5]);
        assert_eq!((grid.rows[0].cells[0].parts[0].text.as_str(), grid.rows[0].cells[0].align), ("组\n名", Align::Centre));
        assert_eq!((grid.rows[0].cells[2].parts[0].text.as_str(), grid.rows[0].cells[2].align), ("值", Align::Left));
        let signed = &grid.rows[1].cells[1];
        assert_eq!((signed.parts.len(), signed.parts[1].text.as_str(), signed.parts[1].align), (2, "年　月　日", Some(Align::Right)));
        assert_eq!(grid.rows[1].min_height, mm(18.0));
    }
    #[test]
    fn a_fact_is_never_a_mark_of_a_form() {
        for evil in ["<9>x", "*label", ">right", "a | b", "a\\nb", "^99 x"] {
            let grid = of("[form f]\nwidths: 1 | 1\nrow: {{ a }} | *b\n", json!({ "a": evil })).unwrap();
            let cell = &grid.rows[0].cells[0];
            assert_eq!((cell.parts.len(), cell.parts[0].text.as_str(), cell.span, cell.align), (1, evil, 1, Align::Left), "{evil}");
        }
    }
    #[test]
    fn a_form_that_does_not_fit_its_columns_is_an_error_with_its_place() {
        for (text, why) in [
            ("[form f]\nrow: a\n", "no widths"),
            ("[form f]\nwidths: 1 | x\nrow: a | b\n", "no number"),
            ("[form f]\nwidths: 1 | 1\nrow: a\n", "missing"),
            ("[form f]\nwidths: 1 | 1\nrow: a | b | c\n", "too many"),
            ("[form f]\nwidths: 1 | 1\nrow: <3>a\n", "too wide"),
            ("[form f]\nwidths: 1 | 1\nrow: <0>a\n", "no size"),
            ("[form f]\nwidths: 1 | 1\nrow: <1x2>a | b\n", "more rows"),
        ] {
            let found = of(text, json!({})).unwrap_err();
            assert!(found.contains(why), "{text}: {found}");
        }
    }
}
