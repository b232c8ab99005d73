//! 样品标签 a label as dots, and as what thermal printers understand: TSPL and ZPL. The bars of the number are drawn here; words in Chinese come as
//! pictures from whoever has the faces, because the faces of a printer show boxes in their place. The number itself is printed in the printer's own
//! letters as well, so that a label without pictures can still be read.
//!
//! No date until which a portion is kept stands on it: that runs from the conclusion, which nobody knows yet (see [`crate::reserve`]).

use shiyan_foundation::{Label as _, Refusal, labels};

use crate::code;
use crate::code128::bars;

labels! {
    /// 标签尺寸
    pub enum Size {
        Mm60x40 = "60x40", "60×40 毫米", "60 × 40 mm";
        Mm50x30 = "50x30", "50×30 毫米", "50 × 30 mm";
        Mm70x50 = "70x50", "70×50 毫米", "70 × 50 mm";
    }
}

/// Dots to a millimetre at 203 dpi.
const DOTS: usize = 8;
/// Dots to a module of the bars: a quarter of a millimetre.
const MODULE: usize = 2;
/// Modules that stay clear on both sides of the bars.
const QUIET: usize = 10;
/// The edge of a label that stays clear.
const EDGE: usize = 12;

impl Size {
    /// Width and height in millimetres.
    #[must_use]
    pub fn millimetres(self) -> (usize, usize) {
        match self {
            Size::Mm60x40 => (60, 40),
            Size::Mm50x30 => (50, 30),
            Size::Mm70x50 => (70, 50),
        }
    }
    /// Width and height in dots.
    #[must_use]
    pub fn dots(self) -> (usize, usize) {
        let (width, height) = self.millimetres();
        (width * DOTS, height * DOTS)
    }
}

/// 点阵 a picture of dots, dark or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dots {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

impl Dots {
    /// An empty picture.
    #[must_use]
    pub fn blank(width: usize, height: usize) -> Self {
        Self { width, height, dark: vec![false; width * height] }
    }
    /// A picture of rows; shorter rows are empty at their end.
    #[must_use]
    pub fn of_rows(rows: &[Vec<bool>]) -> Self {
        let mut out = Self::blank(rows.iter().map(Vec::len).max().unwrap_or(0), rows.len());
        for (y, row) in rows.iter().enumerate() {
            row.iter().enumerate().filter(|(_, dark)| **dark).for_each(|(x, _)| out.set(x, y));
        }
        out
    }
    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }
    /// Whether a dot is dark; outside nothing is.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }
    /// Makes a dot dark.
    pub fn set(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height {
            self.dark[y * self.width + x] = true;
        }
    }
    /// Makes a rectangle dark.
    pub fn fill(&mut self, x: usize, y: usize, width: usize, height: usize) {
        (y..y + height).for_each(|row| (x..x + width).for_each(|column| self.set(column, row)));
    }
    /// Draws the outline of a rectangle.
    pub fn frame(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for (x, y, width, height) in [(x, y, width, 2), (x, y + height - 2, width, 2), (x, y, 2, height), (x + width - 2, y, 2, height)] {
            self.fill(x, y, width, height);
        }
    }
    /// Draws another picture into it, each dot as a square of so many.
    pub fn draw(&mut self, x: usize, y: usize, picture: &Dots, scale: usize) {
        for row in 0..picture.height {
            for column in (0..picture.width).filter(|column| picture.at(*column, row)) {
                self.fill(x + column * scale, y + row * scale, scale, scale);
            }
        }
    }
    /// Eight dots to a byte, the left one highest, each row filled up with empty ones.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let byte = |y: usize, first: usize| (0..8).fold(0_u8, |byte, bit| (byte << 1) | u8::from(self.at(first * 8 + bit, y)));
        (0..self.height).flat_map(|y| (0..self.width.div_ceil(8)).map(move |first| (y, first))).map(|(y, first)| byte(y, first)).collect()
    }
}

labels! {
    /// 份
    pub enum Portion {
        Test = "test", "检样", "Test portion";
        Reserve = "reserve", "备样", "Reserve portion";
    }
}

/// 样品标签
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// 尺寸
    pub size: Size,
    /// 编号, as the bars say it.
    pub number: String,
    /// 份
    pub portion: Portion,
    /// 第几份 of how many.
    pub part: (u32, u32),
    /// 文字行 as pictures, from top to bottom.
    pub lines: Vec<Dots>,
    /// 状态框 boxes for the pen, each with its words as a picture: 待检, 在检, 检毕.
    pub boxes: Vec<Dots>,
    /// 二维码 as its modules, without the quiet zone.
    pub qr: Option<Dots>,
}

/// Where the printer's own letters go: x, y and the text.
fn headline(label: &Label) -> (usize, usize, String) {
    let part = format!("{}{}/{}", if label.portion == Portion::Reserve { "B" } else { "T" }, label.part.0, label.part.1);
    (EDGE, EDGE, format!("{}  {part}", label.number))
}

/// The height of the printer's own letters.
const HEADLINE: usize = 24;
/// The side of a box for the pen.
const BOX: usize = 18;

/// 画标签 everything but the printer's own letters.
///
/// # Errors
/// `LABEL-TEXT`: a number that cannot be set; `LABEL-ROOM`: bars wider than the label; `LABEL-LINES`: words that run into something else.
pub fn drawn(label: &Label) -> Result<Dots, Refusal> {
    let (width, height) = label.size.dots();
    let modules = bars(&label.number)?;
    let wide = modules.len() * MODULE;
    if wide + 2 * QUIET * MODULE > width {
        return Err(Refusal::new(code::LABEL_ROOM).with("typed", &label.number).with("width", label.size.millimetres().0));
    }
    let mut out = Dots::blank(width, height);
    let top = EDGE + HEADLINE + 8;
    let tall = height / 5;
    for (at, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
        out.fill(QUIET * MODULE + at * MODULE, top, MODULE, tall);
    }
    // Below the bars: words on the left, the square on the right, boxes for the pen at the foot.
    let under = top + tall + 8;
    let band = if label.portion == Portion::Reserve { height / 12 } else { 0 };
    let foot = height - band - EDGE / 2;
    let qr = label.qr.as_ref().map(|qr| (qr, ((foot - under).min(width / 3) / qr.width.max(1)).max(1)));
    let words = width - 2 * EDGE - qr.map_or(0, |(qr, scale)| qr.width * scale + EDGE);
    if let Some((qr, scale)) = qr {
        out.draw(width - EDGE - qr.width * scale, under, qr, scale);
    }
    let (mut y, floor) = (under, foot - if label.boxes.is_empty() { 0 } else { BOX + 4 });
    for (line, n) in label.lines.iter().zip(1..) {
        if line.width > words || y + line.height > floor {
            return Err(Refusal::new(code::LABEL_LINES).with("line", n).with("size", label.size.zh()).with("size_en", label.size.en()));
        }
        out.draw(EDGE, y, line, 1);
        y += line.height + 4;
    }
    let mut x = EDGE;
    for (caption, n) in label.boxes.iter().zip(1..) {
        if x + BOX + 4 + caption.width > EDGE + words || caption.height > BOX + 4 {
            return Err(Refusal::new(code::LABEL_LINES).with("line", n).with("size", label.size.zh()).with("size_en", label.size.en()));
        }
        out.frame(x, foot - BOX, BOX, BOX);
        out.draw(x + BOX + 4, foot - BOX, caption, 1);
        x += BOX + 4 + caption.width + 8;
    }
    // A solid band, not a colour only: a thermal printer has none.
    out.fill(0, height - band, width, band);
    Ok(out)
}

/// TSPL the commands of one label, so many copies. A dot that is nought is burnt there.
///
/// # Errors
/// See [`drawn`].
pub fn tspl(label: &Label, copies: u32) -> Result<Vec<u8>, Refusal> {
    let dots = drawn(label)?;
    let (width, height) = label.size.millimetres();
    let (x, y, text) = headline(label);
    let mut out =
        format!("SIZE {width} mm,{height} mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\nCLS\r\nBITMAP 0,0,{},{},0,", dots.width.div_ceil(8), dots.height).into_bytes();
    out.extend(dots.bytes().into_iter().map(|byte| !byte));
    out.extend(format!("\r\nTEXT {x},{y},\"3\",0,1,1,\"{text}\"\r\nPRINT 1,{}\r\n", copies.max(1)).into_bytes());
    Ok(out)
}

/// ZPL the commands of one label, so many copies.
///
/// # Errors
/// See [`drawn`].
pub fn zpl(label: &Label, copies: u32) -> Result<Vec<u8>, Refusal> {
    let dots = drawn(label)?;
    let (x, y, text) = headline(label);
    let bytes = dots.bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let (all, row) = (bytes.len(), dots.width.div_ceil(8));
    let head = format!("^XA^PW{}^LL{}^LH0,0^FO0,0^GFA,{all},{all},{row},{hex}^FS", dots.width, dots.height);
    Ok(format!("{head}^FO{x},{y}^A0N,{HEADLINE},{HEADLINE}^FD{text}^FS^PQ{}^XZ", copies.max(1)).into_bytes())
}

/// 批量 the labels of several portions as one job.
///
/// # Errors
/// See [`drawn`].
pub fn batch(labels: &[Label], one: impl Fn(&Label, u32) -> Result<Vec<u8>, Refusal>) -> Result<Vec<u8>, Refusal> {
    labels.iter().try_fold(Vec::new(), |mut job, label| {
        job.extend(one(label, 1)?);
        Ok(job)
    })
}

impl Label {
    /// 份的名称, as it stands beside the number.
    #[must_use]
    pub fn portion_text(&self) -> String {
        format!("{} {}/{}", self.portion.zh(), self.part.0, self.part.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(portion: Portion) -> Label {
        let ring = (0..25).map(|y| (0..25).map(|x| x == 0 || y == 0 || x == 24 || y == 24).collect()).collect::<Vec<Vec<bool>>>();
        Label {
            size: Size::Mm60x40,
            number: "XBJ26410105463934197".into(),
            portion,
            part: (1, 2),
            lines: vec![Dots::of_rows(&vec![vec![true; 200]; 24])],
            boxes: vec![Dots::of_rows(&vec![vec![true; 40]; 16]); 3],
            qr: Some(Dots::of_rows(&ring)),
        }
    }
    fn run_lengths(dots: &Dots, y: usize) -> Vec<(bool, usize)> {
        let mut out: Vec<(bool, usize)> = Vec::new();
        for x in 0..dots.size().0 {
            match out.last_mut() {
                Some((dark, n)) if *dark == dots.at(x, y) => *n += 1,
                _ => out.push((dots.at(x, y), 1)),
            }
        }
        out
    }

    #[test]
    fn the_bars_stand_on_the_label_with_their_quiet_zones() {
        let dots = drawn(&label(Portion::Test)).unwrap();
        let runs = run_lengths(&dots, 60);
        assert_eq!(dots.size(), (480, 320));
        assert!(!runs[0].0 && runs[0].1 >= QUIET * MODULE && runs.last().unwrap().1 >= QUIET * MODULE);
        let read: Vec<bool> = runs[1..runs.len() - 1].iter().flat_map(|(dark, n)| std::iter::repeat_n(*dark, n / MODULE)).collect();
        assert_eq!(read, bars("XBJ26410105463934197").unwrap());
    }
    #[test]
    fn only_a_reserve_portion_has_the_band_and_nothing_else_reaches_it() {
        let (test, reserve) = (drawn(&label(Portion::Test)).unwrap(), drawn(&label(Portion::Reserve)).unwrap());
        let band = |dots: &Dots| (294..320).all(|y| (0..480).all(|x| dots.at(x, y)));
        assert!(band(&reserve) && !band(&test));
        let edge = |dots: &Dots, rows: std::ops::Range<usize>| rows.clone().any(|y| (0..480).any(|x| dots.at(x, y)));
        assert!(!edge(&test, 314..320) && !edge(&reserve, 289..294), "a clear edge above the band and at the foot");
    }
    #[test]
    fn tspl_burns_noughts_and_zpl_ones_of_the_same_dots() {
        let one = label(Portion::Reserve);
        let dots = drawn(&one).unwrap().bytes();
        assert_eq!(dots.len(), 60 * 320);
        let tspl = tspl(&one, 2).unwrap();
        let head = b"SIZE 60 mm,40 mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\nCLS\r\nBITMAP 0,0,60,320,0,";
        assert!(tspl.starts_with(head));
        let tail = b"\r\nTEXT 12,12,\"3\",0,1,1,\"XBJ26410105463934197  B1/2\"\r\nPRINT 1,2\r\n";
        assert!(tspl.ends_with(tail));
        let burnt: Vec<u8> = tspl[head.len()..tspl.len() - tail.len()].iter().map(|byte| !byte).collect();
        assert_eq!(burnt, dots);
        let zpl = String::from_utf8(zpl(&one, 1).unwrap()).unwrap();
        let hex = zpl.strip_prefix("^XA^PW480^LL320^LH0,0^FO0,0^GFA,19200,19200,60,").unwrap().split_once("^FS").unwrap().0;
        let read: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        assert_eq!(read, dots);
        assert!(zpl.ends_with("^FO12,12^A0N,24,24^FDXBJ26410105463934197  B1/2^FS^PQ1^XZ"), "the words of the printer");
    }
    #[test]
    fn what_does_not_fit_is_refused_before_paper_is_wasted() {
        let small = |number: &str| Label { size: Size::Mm50x30, number: number.into(), lines: Vec::new(), boxes: Vec::new(), qr: None, ..label(Portion::Test) };
        assert!(drawn(&small("XBJ26410105463934197")).is_ok());
        assert_eq!(drawn(&small("XBJ26410105463934197ZX")).unwrap_err().code(), "LABEL-ROOM");
        assert_eq!(drawn(&small("韭菜")).unwrap_err().code(), "LABEL-TEXT");
        let words = |width: usize, n: usize| drawn(&Label { lines: vec![Dots::blank(width, 24); n], ..label(Portion::Reserve) }).map(|_| ());
        assert_eq!((words(294, 5), words(296, 1).unwrap_err().code()), (Ok(()), "LABEL-LINES"), "no word runs into the square");
        assert_eq!(words(200, 6).unwrap_err().code(), "LABEL-LINES", "nor into the boxes");
        let boxes = vec![Dots::blank(90, 16); 3];
        assert_eq!(drawn(&Label { boxes, ..label(Portion::Test) }).unwrap_err().code(), "LABEL-LINES");
        assert_eq!(drawn(&Label { size: Size::Mm70x50, ..label(Portion::Test) }).unwrap().size(), (560, 400));
    }
    #[test]
    fn several_portions_are_one_job() {
        let job = batch(&[label(Portion::Test), label(Portion::Reserve)], zpl).unwrap();
        assert_eq!(String::from_utf8(job).unwrap().matches("^XA").count(), 2);
        assert_eq!(label(Portion::Reserve).portion_text(), "备样 1/2");
    }
    #[test]
    fn dots_are_packed_from_the_left_and_filled_up() {
        let mut dots = Dots::blank(10, 2);
        dots.set(0, 0);
        dots.set(9, 1);
        dots.set(99, 99);
        assert_eq!(dots.bytes(), [0x80, 0, 0, 0x40]);
    }
}
