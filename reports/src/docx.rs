//! 可编辑的文书 a paper as DOCX, written with the crate `docx-rs`: real styles that name the office's faces, real tables whose heads are repeated, real headings
//! and fields of page numbers, charts as pictures with their words beside them. Pens and red heads come later, in a word processor; so nothing
//! here is a text box, a theme or an embedded face. What the crate cannot write is added by `finish`.

mod finish;

use docx_rs::{
    AlignmentType, BreakType, Docx, FieldCharType, Footer, Header, HeightRule, InstrNUMPAGES, InstrPAGE, InstrPAGEREF, InstrText, InstrToC, LineSpacing,
    LineSpacingType, PageMargin, PageOrientationType, PageSize, Paragraph, Pic, Run, RunFonts, SectionProperty, Shading, SpecialIndentType, Style, StyleType,
    Tab, TabLeaderType, TabValueType, Table as DocxTable, TableBorder, TableBorderPosition, TableBorders, TableCell, TableCellMargins, TableLayoutType,
    TableRow, VAlignType, VMergeType, WidthType,
};

use crate::ReportError;
use crate::canvas::Colour;
use crate::face::{FaceSet, Role};
use crate::flow::{Sheet, Style as Kind};
use crate::office::{FaceNames, Numbering};
use crate::paper::{ChartBlock, Family, Figures, Image, Paper, Piece};
use crate::raster::{self, Png, Raster};
use crate::table::{self, Align, Caption, Cell, Grid, PAD_X, PAD_Y, Part, Row};
use crate::text::{self, Fill};
use crate::wording::{self, Common};

/// Twentieths of a point, in which DOCX measures.
fn twips(points: f32) -> i32 {
    (points * 20.0).round() as i32
}

/// Halves of a point, in which it measures letters.
fn halves(points: f32) -> usize {
    (points * 2.0).round() as usize
}

/// English metric units, in which it measures pictures.
fn emu(points: f32) -> u32 {
    (points * 12_700.0).round() as u32
}

fn colour(c: Colour) -> String {
    format!("{:02X}{:02X}{:02X}", c.0, c.1, c.2)
}

fn alignment(fill: Fill) -> AlignmentType {
    match fill {
        Fill::Left => AlignmentType::Left,
        Fill::Centre => AlignmentType::Center,
        Fill::Right => AlignmentType::Right,
        Fill::Justify => AlignmentType::Both,
    }
}

fn exact(points: f32) -> LineSpacing {
    LineSpacing::new().line_rule(LineSpacingType::Exact).line(twips(points)).before(0).after(0)
}

/// Tables and pictures are as tall as they are: an exact leading would cut them to one line.
fn open() -> LineSpacing {
    LineSpacing::new().line_rule(LineSpacingType::Auto).line(240)
}

/// Whether a character is one of GB 2312, which the faces of many offices end with.
fn in_gb2312(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    let mut buffer = [0; 4];
    let (bytes, _, lost) = encoding_rs::GBK.encode(c.encode_utf8(&mut buffer));
    !lost && matches!(bytes.as_ref(), [0xa1..=0xf7, 0xa1..=0xfe])
}

/// The paper as a DOCX file; `pages` are those of its chapters, for the list of contents.
pub(crate) fn write(paper: &Paper, faces: &FaceSet<'_>, pages: &[usize]) -> Result<Vec<u8>, ReportError> {
    let words = wording::common()?.of(paper.lang);
    let mut writer = Writer {
        paper,
        names: &paper.office.names,
        faces,
        pages,
        docx: Docx::new(),
        last: None,
        wide: paper.begins_wide(),
        breaks: false,
        chapters: 0,
        alts: Vec::new(),
    };
    let from = usize::from(matches!(paper.pieces.first(), Some(Piece::Page { .. })));
    for (i, piece) in paper.pieces.iter().enumerate().skip(from) {
        writer.piece(piece, words)?;
        if paper.closing(i).is_some() {
            writer.last = writer.last.take().map(|line| line.keep_next(true));
        }
    }
    faces.check()?;
    writer.end(words)
}

struct Writer<'a> {
    paper: &'a Paper,
    names: &'a FaceNames,
    faces: &'a FaceSet<'a>,
    pages: &'a [usize],
    docx: Docx,
    /// The paragraph before, which may yet have to end a section.
    last: Option<Paragraph>,
    wide: bool,
    /// The next piece begins a page.
    breaks: bool,
    chapters: usize,
    /// 替代文字 of the pictures, in order.
    alts: Vec<String>,
}

impl Writer<'_> {
    fn sheet(&self) -> Sheet {
        self.paper.sheet(self.wide)
    }
    fn width(&self) -> f32 {
        let sheet = self.sheet();
        sheet.width - sheet.left - sheet.right
    }

    // ------------------------------------------------------------ faces and styles

    fn face(&self, role: Role) -> &str {
        match role {
            Role::Title => &self.names.title,
            Role::Heading | Role::TableBold => &self.names.heading,
            Role::Sub => &self.names.sub,
            Role::Body => &self.names.body,
            Role::Table => &self.names.table,
        }
    }

    /// The face of what its own face may lack.
    fn wide_face(&self, role: Role) -> &str {
        match role {
            Role::Sub => &self.names.wide_sub,
            Role::Title | Role::Body => &self.names.wide_body,
            Role::Heading | Role::TableBold | Role::Table => self.face(role),
        }
    }

    /// Headings set their Latin letters in their own face, text and tables in that of digits.
    fn fonts(&self, role: Role) -> RunFonts {
        let latin = match role {
            Role::Body | Role::Table => &self.names.digits,
            _ => self.face(role),
        };
        RunFonts::new().ascii(latin).hi_ansi(latin).cs(latin).east_asia(self.face(role))
    }

    fn style(&self, id: &str, name: &str, role: Role, size: f32) -> Style {
        Style::new(id, StyleType::Paragraph).name(name).fonts(self.fonts(role)).size(halves(size)).q_format(true)
    }

    fn kind(&self, id: &str, name: &str, kind: &Kind) -> Style {
        let first = twips(kind.first * kind.size);
        let style = self.style(id, name, kind.role, kind.size).align(alignment(kind.fill)).line_spacing(exact(kind.leading));
        if first == 0 { style } else { style.indent(None, Some(SpecialIndentType::FirstLine(first)), None, None).first_line_chars((kind.first * 100.0) as i32) }
    }

    fn styled(&self, mut docx: Docx) -> Docx {
        let styles = self.paper.styles();
        let (heading, sub, body) = (styles.heading, styles.sub, styles.body);
        let plain = |id, name, role, size| self.style(id, name, role, size);
        let page = RunFonts::new().ascii(&self.names.page).hi_ansi(&self.names.page).cs(&self.names.page).east_asia(&self.names.page);
        for style in [
            self.kind("Normal", "Normal", &Kind { first: 0.0, ..body }),
            plain("Title", "Title", Role::Title, 22.0).align(AlignmentType::Center).line_spacing(exact(34.0)),
            plain("Under", "标题下", Role::Body, 12.0).align(AlignmentType::Center).line_spacing(exact(20.0).after(200)),
            self.kind("Heading1", "heading 1", &heading).outline_lvl(0).line_spacing(exact(heading.leading).before(80)),
            self.kind("Annex", "附件标题", &Kind { first: 0.0, ..heading }).outline_lvl(0),
            self.kind("Heading2", "heading 2", &sub).outline_lvl(1),
            self.kind("BodyText", "Body Text", &body).line_spacing(exact(body.leading).after(if body.first == 0.0 { 100 } else { 0 })),
            self.kind("Nothing", "没有内容", &body).color(colour(Colour::GREY)),
            plain("TableCaption", "表题", Role::Heading, 12.0).align(AlignmentType::Center).line_spacing(exact(17.0).before(140).after(80)),
            plain("FigureCaption", "图题", Role::Heading, 12.0).align(AlignmentType::Center).line_spacing(exact(17.0).before(60)),
            plain("TableHead", "表头", Role::TableBold, 10.5).align(AlignmentType::Center).line_spacing(open()),
            plain("TableText", "表格文字", Role::Table, 10.5).line_spacing(open()),
            plain("Note", "注", Role::Table, 9.0).color(colour(Colour::GREY)).line_spacing(exact(13.0).before(60)),
            plain("Figure", "图", Role::Table, 10.5).align(AlignmentType::Center).line_spacing(open().before(160)),
            plain("Signature", "落款", Role::Body, body.size).align(AlignmentType::Right).line_spacing(exact(body.leading)),
            plain("Plain", "自由行", Role::Table, 10.5).line_spacing(open()),
            plain("Small", "空行", Role::Table, 1.0).line_spacing(exact(2.0)),
            plain("ContentsHeading", "目录标题", Role::Heading, 16.0).align(AlignmentType::Center).line_spacing(exact(28.0)),
            plain("TOC1", "toc 1", Role::Body, 12.0).line_spacing(exact(18.5)),
            plain("Header", "header", Role::Body, 9.0).color(colour(Colour::GREY)).line_spacing(open()),
            plain("Footer", "footer", Role::Body, 14.0).fonts(page).line_spacing(open()),
        ] {
            docx = docx.add_style(style);
        }
        docx.default_fonts(self.fonts(Role::Body)).default_size(halves(body.size))
    }

    // ------------------------------------------------------------ runs and paragraphs

    /// A text as runs: line feeds are breaks, and what the office's face may lack names the face that has it.
    fn runs(&self, said: &str, role: Role, dress: impl Fn(Run) -> Run) -> Vec<Run> {
        let mut out = Vec::new();
        for (i, line) in said.split('\n').enumerate() {
            if i > 0 {
                out.push(Run::new().add_break(BreakType::TextWrapping));
            }
            let chars: Vec<char> = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
            for c in &chars {
                // What no face of ours has is named here as in the PDF.
                let _ = self.faces.find(role, *c);
            }
            for piece in chars.chunk_by(|a, b| in_gb2312(*a) == in_gb2312(*b)) {
                let run = dress(Run::new().add_text(piece.iter().collect::<String>()));
                out.push(if in_gb2312(piece[0]) { run } else { run.fonts(self.fonts(role).east_asia(self.wide_face(role))) });
            }
        }
        out
    }

    fn paragraph(&self, style: &str, said: &str, role: Role) -> Paragraph {
        self.runs(said, role, |run| run).into_iter().fold(Paragraph::new().style(style), Paragraph::add_run)
    }

    fn put(&mut self, mut paragraph: Paragraph) {
        if std::mem::take(&mut self.breaks) {
            paragraph = paragraph.page_break_before(true);
        }
        if let Some(before) = self.last.replace(paragraph) {
            self.docx = std::mem::take(&mut self.docx).add_paragraph(before);
        }
    }

    fn put_table(&mut self, table: DocxTable) {
        if self.breaks || self.last.is_none() {
            self.put(Paragraph::new().style("Small"));
        }
        if let Some(before) = self.last.take() {
            self.docx = std::mem::take(&mut self.docx).add_paragraph(before);
        }
        self.docx = std::mem::take(&mut self.docx).add_table(table);
        // Two tables without a paragraph between them are one to a word processor.
        self.last = Some(Paragraph::new().style("Small"));
    }

    fn section(&self) -> SectionProperty {
        let sheet = self.sheet();
        let ((width, height), margin) = page(&sheet);
        let property = SectionProperty::new().page_size(PageSize::new().width(width).height(height)).page_margin(margin);
        if self.wide { property.page_orient(PageOrientationType::Landscape) } else { property }
    }

    // ------------------------------------------------------------ pieces

    /// A text in a box behind its label.
    fn boxed(&mut self, label: &str, text: &str) {
        let head = Cell { shade: true, ..Cell::new(Part::new(label, Role::TableBold, 10.5), Align::Left) };
        let said = Cell { shade: true, ..Cell::new(Part::new(text, Role::Table, 10.5), Align::Left) };
        let room = self.width();
        let label = text::width(self.faces, Role::TableBold, 10.5, label) + 3.0 * PAD_X;
        self.grid(&Grid { widths: vec![label, room - label], rows: vec![Row { cells: vec![head, said], min_height: 0.0 }], ..Grid::default() });
    }
    fn piece(&mut self, piece: &Piece, words: &Common) -> Result<(), ReportError> {
        match piece {
            Piece::Title(said) => {
                // Lines of even length, as they are printed.
                let lines = text::balanced(self.faces, Role::Title, 22.0, said, self.width());
                let lines: Vec<String> = lines.iter().map(|line| line.glyphs.iter().map(|g| g.c).collect()).collect();
                self.put(self.paragraph("Title", &lines.join("\n"), Role::Title));
            }
            Piece::Under(said) => self.put(self.paragraph("Under", said, Role::Body)),
            Piece::Boxed { label, text } => self.boxed(label, text),
            Piece::Contents(heading) => self.contents(heading),
            Piece::Chapter { heading, annex } => {
                let style = if *annex { "Annex" } else { "Heading1" };
                let (id, name) = (self.chapters + 1, mark(self.chapters));
                let start = Paragraph::new().style(style).keep_next(true).add_bookmark_start(id, name);
                let said = self.runs(heading, Role::Heading, |run| run).into_iter().fold(start, Paragraph::add_run);
                self.chapters += 1;
                self.put(said.add_bookmark_end(id));
            }
            Piece::Sub(said) => self.put(self.paragraph("Heading2", said, Role::Sub).keep_next(true)),
            Piece::Paragraph(said) => said.split('\n').for_each(|line| self.put(self.paragraph("BodyText", line, Role::Body))),
            Piece::Nothing(said) => self.put(self.paragraph("Nothing", said, Role::Body)),
            Piece::Table(table) => {
                let grid = table::grid(self.faces, table, self.width(), &words.continued);
                self.grid(&grid);
                if !table.note.is_empty() {
                    self.put(self.paragraph("Note", &table.note, Role::Table));
                }
            }
            Piece::Grid(grid) => {
                let scale = if grid.widths.iter().sum::<f32>() <= 1.01 { self.width() } else { 1.0 };
                self.grid(&Grid { widths: grid.widths.iter().map(|w| w * scale).collect(), ..grid.clone() });
            }
            Piece::Chart(block) => self.chart(block, words)?,
            Piece::Figures(figures) => self.figures(figures, &words.report.figures_scope),
            Piece::Signature { by, on } => self.signature(by, on),
            Piece::Line(line) => {
                let dressed = |run: Run| run.size(halves(line.size)).color(colour(line.colour)).fonts(self.fonts(line.role));
                let runs = self.runs(&line.text, line.role, dressed);
                let start = Paragraph::new().style("Plain").align(alignment(line.fill));
                let start = start.line_spacing(exact(line.leading).before(twips(line.before).max(0) as u32)).keep_next(line.room > 0.0);
                self.put(runs.into_iter().fold(start, Paragraph::add_run));
            }
            Piece::Picture { image, alt, size, fill } => {
                let png = match image {
                    Image::Kept(picture) => picture.png()?,
                    Image::Code(said) => raster::code(said)?,
                };
                let run = self.picture(png, *size, alt);
                self.put(Paragraph::new().style("Figure").align(alignment(*fill)).add_run(run));
            }
            Piece::Page { wide } | Piece::Break { wide, .. } if *wide == self.wide => self.breaks = true,
            Piece::Page { wide } | Piece::Break { wide, .. } => {
                // The paragraph that ends a section carries its page.
                let property = self.section();
                let last = self.last.take().unwrap_or_else(|| Paragraph::new().style("Small"));
                self.docx = std::mem::take(&mut self.docx).add_paragraph(last.section_property(property));
                self.wide = *wide;
            }
        }
        Ok(())
    }

    fn contents(&mut self, heading: &str) {
        self.put(self.paragraph("ContentsHeading", heading, Role::Heading));
        let chapters: Vec<String> = self.paper.chapters().map(str::to_owned).collect();
        let edge = twips(self.width()).max(0) as usize;
        for (i, chapter) in chapters.iter().enumerate() {
            let mut line = Paragraph::new().style("TOC1").add_tab(Tab::new().val(TabValueType::Right).leader(TabLeaderType::Dot).pos(edge));
            if i == 0 {
                let field = Run::new().add_field_char(FieldCharType::Begin, false);
                let field = field.add_instr_text(InstrText::TOC(InstrToC::new().heading_styles_range(1, 1))).add_field_char(FieldCharType::Separate, false);
                line = line.add_run(field);
            }
            line = self.runs(chapter, Role::Body, |run| run).into_iter().fold(line, Paragraph::add_run);
            let number = self.pages.get(i).map_or_else(|| "1".to_owned(), |p| (p + 1).to_string());
            line = line.add_run(Run::new().add_tab()).add_run(shown(InstrText::PAGEREF(InstrPAGEREF::new(mark(i)).hyperlink()), &number));
            if i + 1 == chapters.len() {
                line = line.add_run(Run::new().add_field_char(FieldCharType::End, false));
            }
            self.put(line);
        }
        self.breaks = true;
    }

    fn caption(&mut self, caption: &Caption) {
        let mut said = self.paragraph("TableCaption", &caption.text, Role::Heading).keep_next(true);
        if !caption.second.is_empty() {
            said = self
                .runs(&format!("　{}", caption.second), Role::Table, |run| run.size(halves(caption.size * 0.62)))
                .into_iter()
                .fold(said, Paragraph::add_run);
        }
        self.put(said);
    }

    fn grid(&mut self, grid: &Grid) {
        if !grid.caption.text.is_empty() {
            self.caption(&grid.caption);
        }
        let widths: Vec<usize> = grid.widths.iter().map(|w| twips(*w).max(1) as usize).collect();
        let count = grid.rows.len();
        let heads = grid.header.iter().map(|row| self.row(row, &widths, true, true));
        // Few rows stay together, as on the printed page; of many the first and the last two do.
        let together = |i: usize| i + 1 < count && (count <= 6 || i == 0 || i + 2 == count);
        let rows: Vec<TableRow> = heads.chain(grid.rows.iter().enumerate().map(|(i, row)| self.row(row, &widths, false, together(i)))).collect();
        let edge = |position, size| TableBorder::new(position).size(size).color(colour(Colour::RULE));
        let borders = [
            edge(TableBorderPosition::Top, 6),
            edge(TableBorderPosition::Bottom, 6),
            edge(TableBorderPosition::Left, 6),
            edge(TableBorderPosition::Right, 6),
            edge(TableBorderPosition::InsideH, 4),
            edge(TableBorderPosition::InsideV, 4),
        ];
        let written = |i: &usize| !grid.open || matches!(i, 1 | 4);
        let borders = borders.into_iter().enumerate().filter(|(i, _)| written(i)).map(|(_, border)| border).fold(TableBorders::with_empty(), TableBorders::set);
        let (x, y) = (twips(PAD_X) as usize, twips(PAD_Y) as usize);
        let table = DocxTable::new(rows)
            .set_grid(widths.clone())
            .width(widths.iter().sum(), WidthType::Dxa)
            .layout(TableLayoutType::Fixed)
            .margins(TableCellMargins::new().margin(y, x, y, x))
            .set_borders(borders);
        self.put_table(table);
    }

    fn row(&self, row: &Row, widths: &[usize], head: bool, together: bool) -> TableRow {
        let mut k = 0;
        let mut cells = Vec::new();
        for cell in &row.cells {
            let span = cell.span.max(1);
            let width: usize = widths.iter().skip(k).take(span).sum();
            k += span;
            cells.push(self.cell(cell, width, span, head, together));
        }
        let row_ = TableRow::new(cells).cant_split();
        if row.min_height > 0.0 { row_.row_height(twips(row.min_height) as f32).height_rule(HeightRule::AtLeast) } else { row_ }
    }

    fn cell(&self, cell: &Cell, width: usize, span: usize, head: bool, together: bool) -> TableCell {
        let mut out = TableCell::new().width(width, WidthType::Dxa).vertical_align(if cell.top { VAlignType::Top } else { VAlignType::Center });
        if span > 1 {
            out = out.grid_span(span);
        }
        if cell.down > 1 || cell.under {
            out = out.vertical_merge(if cell.under { VMergeType::Continue } else { VMergeType::Restart });
        }
        if cell.shade {
            out = out.shading(Shading::new().fill(colour(Colour::SHADE)));
        }
        let align = |align: Align| match align {
            Align::Left => AlignmentType::Left,
            Align::Centre => AlignmentType::Center,
            Align::Right => AlignmentType::Right,
        };
        for part in &cell.parts {
            let style = if head { "TableHead" } else { "TableText" };
            let own = if head { Role::TableBold } else { Role::Table };
            let dress = |run: Run| {
                let run = run.size(halves(part.size));
                let run = if part.colour == Colour::BLACK { run } else { run.color(colour(part.colour)) };
                if part.role == own { run } else { run.fonts(self.fonts(part.role)) }
            };
            let start = Paragraph::new().style(style).align(align(part.align.unwrap_or(cell.align))).keep_next(together).line_spacing(exact(part.leading));
            out = out.add_paragraph(self.runs(&part.text, part.role, dress).into_iter().fold(start, Paragraph::add_run));
        }
        out
    }

    fn picture(&mut self, png: Png, (width, height): (f32, f32), alt: &str) -> Run {
        self.alts.push(alt.to_owned());
        let id = format!("rIdImage{}", self.alts.len());
        Run::new().add_image(Pic::new_with_dimensions(png.bytes, png.width, png.height).id(id).size(emu(width), emu(height)))
    }

    fn chart(&mut self, block: &ChartBlock, words: &Common) -> Result<(), ReportError> {
        if block.chart.is_empty() {
            self.put(self.paragraph("Nothing", &format!("{}：{}", block.caption, words.report.no_chart), Role::Body));
            return Ok(());
        }
        let (font, width) = (9.5, self.width());
        let height = shiyan_charts::height(&block.chart, f64::from(width), font) as f32;
        let sheet = self.sheet();
        let room = sheet.height - sheet.top - sheet.bottom - 50.0;
        let (font, height) = if height > room { (font * f64::from(room / height), room) } else { (font, height) };
        let mut raster = Raster::new(self.faces, width, height)?;
        shiyan_charts::draw(&block.chart, &mut raster, f64::from(width), font).map_err(|e| ReportError::Chart(e.to_string()))?;
        // Whoever cannot see the chart reads what is written in it.
        let alt = format!("{}：{}", block.caption, raster.said.join("，"));
        let png = raster.png()?;
        let run = self.picture(png, (width, height), &alt);
        self.put(Paragraph::new().style("Figure").keep_next(true).add_run(run));
        self.put(self.paragraph("FigureCaption", &block.caption, Role::Heading).keep_next(!block.note.is_empty()));
        if !block.note.is_empty() {
            self.put(self.paragraph("Note", &block.note, Role::Table).align(AlignmentType::Center));
        }
        Ok(())
    }

    fn figures(&mut self, figures: &Figures, scope: &str) {
        let columns = if figures.items.len() == 4 || figures.items.len() < 3 { 2 } else { 3 };
        let each = self.width() / columns as f32;
        let rows = figures.items.chunks(columns).map(|row| {
            let mut cells: Vec<Cell> = row
                .iter()
                .map(|figure| {
                    let ink = match figure.met {
                        Some(true) => Colour::PASS,
                        Some(false) => Colour::FAIL,
                        None => Colour::GREY,
                    };
                    let mut parts = vec![Part::new(&figure.name, Role::Table, 10.5).colour(Colour::GREY), Part::new(&figure.value, Role::Heading, 18.0)];
                    parts.extend((!figure.note.is_empty()).then(|| Part::new(&figure.note, Role::Table, 9.0).colour(Colour::GREY)));
                    parts.extend((!figure.goal.is_empty()).then(|| Part::new(&figure.goal, Role::TableBold, 9.5).colour(ink)));
                    Cell { parts, top: true, ..Cell::default() }
                })
                .collect();
            cells.resize_with(columns, || Cell::new(Part::new("", Role::Table, 9.0), Align::Left));
            Row { cells, min_height: 0.0 }
        });
        let grid = Grid { widths: vec![each; columns], rows: rows.collect(), ..Grid::default() };
        self.grid(&grid);
        if !figures.scope.is_empty() {
            self.put(self.paragraph("Note", &format!("{scope}{}", figures.scope), Role::Table));
        }
    }

    fn signature(&mut self, by: &str, on: &str) {
        let body = self.paper.styles().body;
        let width = |said: &str| text::width(self.faces, Role::Body, body.size, said);
        let (name, day) = (width(by), width(on));
        let inset = body.size * if name > day { 2.0 } else { 4.0 };
        let middle = inset + name.max(day) / 2.0;
        let right = |wide: f32| Some(twips(middle - wide / 2.0).max(0));
        let (first, second) = (right(name), right(day));
        let lines = [
            self.paragraph("Signature", by, Role::Body).indent(None, None, first, None),
            self.paragraph("Signature", on, Role::Body).indent(None, None, second, None),
        ];
        let [first, second] = lines;
        self.put(first.keep_next(true).line_spacing(exact(body.leading).before(twips(body.leading) as u32)));
        self.put(second);
    }

    // ------------------------------------------------------------ every page

    fn head(&self, first: bool) -> Header {
        let edge = twips(self.width()).max(0) as usize;
        let red = |run: Run| run.color(colour(Colour::FAIL)).fonts(self.fonts(Role::TableBold));
        let add = |line: Paragraph, runs: Vec<Run>| runs.into_iter().fold(line, Paragraph::add_run);
        let (left, right) = &self.paper.running;
        let mark = self.paper.flag.as_ref().map(|flag| self.runs(&flag.says, Role::TableBold, red));
        let mut line = Paragraph::new().style("Header").add_tab(Tab::new().val(TabValueType::Right).pos(edge));
        if !first {
            line = add(line, self.runs(left, Role::Body, |run| run));
        }
        line = line.add_run(Run::new().add_tab());
        let own = if first { Vec::new() } else { self.runs(right, Role::Body, |run| run) };
        match (self.paper.family, mark) {
            // The report says its mark in the middle, above everything; a document where its number would stand.
            (Family::Report, Some(mark)) => {
                let above = add(Paragraph::new().style("Header").align(AlignmentType::Center), mark);
                Header::new().add_paragraph(above).add_paragraph(add(line, own))
            }
            (Family::Document | Family::Notice | Family::Form, Some(mark)) => Header::new().add_paragraph(add(line, mark)),
            (_, None) => Header::new().add_paragraph(add(line, own)),
        }
    }

    fn foot(&self, even: bool, words: &Common) -> Result<Footer, ReportError> {
        let line = Paragraph::new().style("Footer");
        Ok(Footer::new().add_paragraph(match self.paper.numbering() {
            Numbering::Nothing => line,
            Numbering::Dashes => {
                let line = line.add_run(Run::new().add_text("— ")).add_run(field(InstrText::PAGE(InstrPAGE::new()))).add_run(Run::new().add_text(" —"));
                // One character in from the outer edge.
                if even {
                    line.align(AlignmentType::Left).indent(Some(280), None, None, None)
                } else {
                    line.align(AlignmentType::Right).indent(None, None, Some(280), None)
                }
            }
            Numbering::Total => {
                // The sentence with two numbers that no paper has, cut where they stand.
                let first = wording::page(words, 98_765, 43_210)?;
                let second = self.paper.second.map(|lang| wording::page(wording::common()?.of(lang), 98_765, 43_210)).transpose()?;
                let said = second.map_or_else(|| first.clone(), |second| format!("{first}　{second}"));
                let mut line = line.align(AlignmentType::Center);
                for (i, piece) in said.split("98765").enumerate() {
                    if i > 0 {
                        line = line.add_run(field(InstrText::PAGE(InstrPAGE::new())).size(halves(10.5)));
                    }
                    for (k, text) in piece.split("43210").enumerate() {
                        if k > 0 {
                            line = line.add_run(field(InstrText::NUMPAGES(InstrNUMPAGES::new())).size(halves(10.5)));
                        }
                        line = line.add_run(Run::new().size(halves(10.5)).add_text(text));
                    }
                }
                line
            }
        }))
    }

    fn end(mut self, words: &Common) -> Result<Vec<u8>, ReportError> {
        if let Some(last) = self.last.take() {
            self.docx = std::mem::take(&mut self.docx).add_paragraph(last);
        }
        let docx = std::mem::take(&mut self.docx);
        let (size, margin) = page(&self.sheet());
        let mut docx = self.styled(docx).page_size(size.0, size.1).page_margin(margin);
        if self.wide {
            docx = docx.page_orient(PageOrientationType::Landscape);
        }
        self.wide = false;
        docx = docx.header(self.head(false)).even_header(self.head(false)).first_header(self.head(true));
        docx = docx.footer(self.foot(false, words)?).even_footer(self.foot(true, words)?).first_footer(self.foot(false, words)?);
        let mut raw = std::io::Cursor::new(Vec::new());
        docx.build().pack(&mut raw).map_err(|e| ReportError::Write(e.to_string()))?;
        finish::finish(raw.into_inner(), self.paper, &self.alts)
    }
}

/// A field, with what it shows until a word processor counts.
fn shown(instruction: InstrText, now: &str) -> Run {
    let field = Run::new().add_field_char(FieldCharType::Begin, false).add_instr_text(instruction);
    field.add_field_char(FieldCharType::Separate, false).add_text(now).add_field_char(FieldCharType::End, false)
}

fn field(instruction: InstrText) -> Run {
    shown(instruction, "1")
}

/// The name of the bookmark of a chapter.
fn mark(chapter: usize) -> String {
    format!("_Toc{:08}", chapter + 1)
}

fn page(sheet: &Sheet) -> ((u32, u32), PageMargin) {
    let size = (twips(sheet.width).unsigned_abs(), twips(sheet.height).unsigned_abs());
    let margin = PageMargin {
        top: twips(sheet.top),
        right: twips(sheet.right),
        bottom: twips(sheet.bottom),
        left: twips(sheet.left),
        header: twips((sheet.top - 30.0).max(20.0)),
        // The number stands some 7 mm under the text.
        footer: twips((sheet.bottom - 36.0).max(20.0)),
        gutter: 0,
    };
    (size, margin)
}
