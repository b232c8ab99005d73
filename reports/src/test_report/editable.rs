//! 检验报告的可编辑稿: the same cover, notice, facts and tables as pieces, for the DOCX. The printed form keeps its fixed places; here what stands beside
//! each other stands one after the other.

use super::{
    Facts, Model, SEAL, SHEET, SIZE, Said, Summary, Wording, Words, addresses, annexes, cover_fields, date, english_date, grouped, marked, replaced, replaces,
    signers, summary_widths, value,
};
use crate::canvas::{Colour, mm};
use crate::face::{FaceSet, Role};
use crate::paper::{Family, Flag, Image, Line, Paper, Piece};
use crate::table::{Align, Cell, Grid, Part, Row};
use crate::text::Fill;
use crate::wording::Pair;
use crate::{Office, Picture, ReportError};

fn line(text: &str, role: Role, size: f32, fill: Fill, before: f32) -> Piece {
    Piece::Line(Line { text: text.to_owned(), role, size, leading: size * 1.5, colour: Colour::BLACK, fill, before, room: 0.0 })
}

fn grey(text: &str, size: f32, fill: Fill, before: f32) -> Piece {
    Piece::Line(Line { text: text.to_owned(), role: Role::Table, size, leading: size * 1.5, colour: Colour::GREY, fill, before, room: 0.0 })
}

/// A word of the form with its English after it.
fn both(words: &Words, pair: Pair) -> String {
    if words.both() { format!("{} {}", words.one(pair), pair.1) } else { words.one(pair).to_owned() }
}

fn kept(picture: &Picture, alt: &str, room: (f32, f32), fill: Fill) -> Piece {
    let (w, h) = (picture.width.max(1) as f32, picture.height.max(1) as f32);
    let scale = (room.0 / w).min(room.1 / h);
    Piece::Picture { image: Image::Kept(picture.clone()), alt: alt.to_owned(), size: (w * scale, h * scale), fill }
}

/// What the report says, in order.
pub(super) fn paper(model: &Model, words: &Words, faces: &FaceSet<'_>, office: &Office) -> Result<Paper, ReportError> {
    let mut pieces = Vec::new();
    cover(&mut pieces, model, words)?;
    pieces.push(Piece::Page { wide: false });
    notice(&mut pieces, model, words);
    pieces.push(Piece::Page { wide: false });
    summary(&mut pieces, model, words)?;
    pieces.push(Piece::Page { wide: false });
    pieces.push(line(&model.laboratory.name, Role::Heading, 14.0, Fill::Centre, 0.0));
    let room = SHEET.width - SHEET.left - SHEET.right;
    pieces.extend(annexes(faces, room, model, words).into_iter().map(Piece::Grid));

    let number = format!("{}{}{}", both(words, words.form(|f| &f.report_no)), words.colon(), model.report_no);
    let old = replaces(model, words)?.map(|said| words.first(&said).to_owned()).unwrap_or_default();
    let flag = marked(model, words).map(|(word, says, colour)| Flag {
        word: words.one(word).to_owned(),
        says: if words.both() { format!("{}　{}", says.0, says.1) } else { words.one(says).to_owned() },
        red: colour == Colour::WATERMARK_RED,
    });
    Ok(Paper {
        lang: words.lang(),
        second: words.both().then_some(shiyan_foundation::Lang::En),
        family: Family::Report,
        own: Default::default(),
        office: office.clone(),
        title: format!("{} {}", words.one(words.form(|f| &f.title)), model.report_no),
        author: model.laboratory.name.clone(),
        subject: model.sample.name.clone(),
        created: model.created_at,
        running: (number, old),
        flag,
        outline: false,
        pieces,
    })
}

/// Label and value without a frame, a rule under each.
fn fields(words: &Words, rows: &[(Pair, Said)], share: f32, size: f32, align: Align) -> Piece {
    let row = |(pair, said): &(Pair, Said)| Row {
        cells: vec![
            Cell { parts: words.label(*pair, size, Role::Table), ..Cell::default() },
            Cell { parts: words.parts(value(words.first(said)), words.second(said), size, Role::Table), align, ..Cell::default() },
        ],
        min_height: size * 2.2,
    };
    Piece::Grid(Grid { widths: vec![share, 1.0 - share], rows: rows.iter().map(row).collect(), open: true, ..Grid::default() })
}

fn cover(pieces: &mut Vec<Piece>, model: &Model, words: &Words) -> Result<(), ReportError> {
    if let Some(picture) = &model.mark_picture {
        pieces.push(kept(picture, "CMA", super::MARK, Fill::Left));
    }
    let number = format!("{}{}{}", both(words, words.form(|f| &f.report_no)), words.colon(), model.report_no);
    pieces.push(line(&number, Role::Table, 12.0, Fill::Right, 0.0));
    if words.wording == Wording::En {
        pieces.push(line(&words.form.en.cover_title, Role::Title, 36.0, Fill::Centre, 100.0));
    } else {
        let letters: Vec<String> = words.form.zh.cover_title.chars().map(String::from).collect();
        pieces.push(line(&letters.join("　"), Role::Title, 42.0, Fill::Centre, 100.0));
        if words.both() {
            pieces.push(grey(&words.form.en.cover_title, 16.0, Fill::Centre, 4.0));
        }
    }
    pieces.push(line("", Role::Table, 10.5, Fill::Left, 50.0));
    pieces.push(fields(words, &cover_fields(model, words), 0.26, 14.0, Align::Centre));
    if let Some(old) = &model.replaces {
        let said = replaced(old, words)?;
        pieces.push(line(words.first(&said), Role::TableBold, 11.0, Fill::Centre, 14.0));
        pieces.extend(words.second(&said).map(|second| grey(second, 8.5, Fill::Centre, 0.0)));
    }
    if !model.verify_url.is_empty() {
        let scan = both(words, words.form(|f| &f.cover.scan));
        let side = mm(27.0);
        pieces.push(Piece::Picture {
            image: Image::Code(model.verify_url.clone()),
            alt: format!("{scan} {}", model.verify_url),
            size: (side, side),
            fill: Fill::Right,
        });
        pieces.push(grey(&scan, 9.0, Fill::Right, 0.0));
        if !model.verify_code.is_empty() {
            pieces.push(grey(&grouped(&model.verify_code), 7.5, Fill::Right, 0.0));
        }
    }
    pieces.push(grey(&both(words, words.form(|f| &f.cover.seal)), 10.5, Fill::Left, 0.0));
    Ok(())
}

fn notice(pieces: &mut Vec<Piece>, model: &Model, words: &Words) {
    let title = words.form(|f| &f.notice.title);
    pieces.push(line(words.one(title), Role::Title, 20.0, Fill::Centre, 0.0));
    if words.both() {
        pieces.push(grey(&title.1.to_uppercase(), 10.0, Fill::Centre, 0.0));
    }
    for (i, said) in model.notices.iter().enumerate() {
        pieces.push(line(&format!("{}. {}", i + 1, words.first(said)), Role::Body, 12.0, Fill::Justify, 6.0));
        pieces.extend(words.second(said).map(|second| grey(second, 9.0, Fill::Justify, 0.0)));
    }
    let rows: Vec<(Pair, Said)> = addresses(&model.laboratory, words).into_iter().map(|(pair, said)| (pair, (said.to_owned(), String::new()))).collect();
    pieces.push(line("", Role::Table, 10.5, Fill::Left, 0.0));
    pieces.push(fields(words, &rows, 0.22, 11.0, Align::Left));
}

fn summary(pieces: &mut Vec<Piece>, model: &Model, words: &Words) -> Result<(), ReportError> {
    let title = words.form(|f| &f.title);
    pieces.push(line(&model.laboratory.name, Role::Heading, 14.0, Fill::Centre, 0.0));
    pieces.push(line(words.one(title), Role::Title, 18.0, Fill::Centre, 0.0));
    if words.both() {
        pieces.push(grey(title.1, 9.5, Fill::Centre, 0.0));
    }
    let room = SHEET.width - SHEET.left - SHEET.right;
    let items = words.sentence(|f| &f.summary.items_says, &Facts { count: model.results.len(), ..Facts::default() })?;
    // English takes more room, and both take most; the page stays one.
    let size = match words.wording {
        Wording::Zh => SIZE,
        Wording::En => 9.5,
        Wording::Both => 8.5,
    };
    let table = Summary { words, size, widths: summary_widths(words, room) };
    let mut rows = table.rows(model, &items);
    rows.push(conclusion(model, words, &table));
    rows.push(table.two(words.form(|f| &f.summary.remark), &model.remark));
    pieces.push(Piece::Grid(table.grid(rows)));
    if let Some(picture) = &model.seal_picture {
        pieces.push(kept(picture, words.one(words.form(|f| &f.summary.seal)), (SEAL, SEAL), Fill::Right));
    }
    let name = |(pair, name): (Pair, &str)| {
        let mut parts = vec![Part::new(&format!("{}{}{name}", words.one(pair), words.colon()), Role::Table, 11.0)];
        parts.extend(words.both().then(|| Part::new(pair.1, Role::Table, 7.5).colour(Colour::GREY)));
        Cell { parts, ..Cell::default() }
    };
    let names = Row { cells: signers(model, words).into_iter().map(name).collect(), min_height: 24.0 };
    pieces.push(line("", Role::Table, if words.both() { 4.0 } else { 10.5 }, Fill::Left, 0.0));
    pieces.push(Piece::Grid(Grid { widths: vec![1.0 / 3.0; 3], rows: vec![names], open: true, ..Grid::default() }));
    Ok(())
}

/// The sentence, and under it on the right where the seal is put and the day of issue.
fn conclusion(model: &Model, words: &Words, table: &Summary<'_>) -> Row {
    let mut parts = vec![Part::new(words.first(&model.conclusion), Role::TableBold, table.size + 1.5)];
    parts.extend(words.second(&model.conclusion).map(|second| Part::new(second, Role::Table, 9.0).colour(Colour::GREY)));
    let right = |text: &str, size: f32, colour: Colour| Part { align: Some(Align::Right), ..Part::new(text, Role::Table, size).colour(colour) };
    parts.push(right(" ", if words.both() { 9.0 } else { 20.0 }, Colour::BLACK));
    if model.seal_picture.is_none() {
        parts.push(right(&both(words, words.form(|f| &f.summary.seal)), 9.0, Colour::PALE));
    }
    parts.push(right(&both(words, words.form(|f| &f.summary.issued_on)), 9.0, Colour::GREY));
    let none = words.one(words.form(|f| &f.summary.no_date)).to_owned();
    parts.push(right(&model.issued_on.map_or(none, |d| date(d, words.lang())), 11.0, Colour::BLACK));
    if let Some(day) = model.issued_on.filter(|_| words.both()) {
        parts.push(right(&english_date(day), 7.5, Colour::GREY));
    }
    let label = table.label(words.form(|f| &f.summary.conclusion));
    Row { cells: vec![label, Cell { parts, top: true, span: 3, ..Cell::default() }], min_height: if words.wording == Wording::Zh { 120.0 } else { 0.0 } }
}
