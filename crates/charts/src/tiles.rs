//! 方块图: one tile a street, darker for more, with its name and its number in words; a map without borders that no office has to supply.

use crate::draw::{fit, fold};
use crate::{Anchor, Ink, Surface};

/// 方块图
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tiles {
    /// Title, for the reader of the page and for screen readers.
    pub title: String,
    /// One sentence that says what the picture shows.
    pub desc: String,
    /// The tiles, in the order in which they stand.
    pub tiles: Vec<Tile>,
    /// What the five shades mean, lightest first.
    pub key: Vec<String>,
}

/// One tile.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tile {
    /// Name.
    pub label: String,
    /// Its number as text.
    pub text: String,
    /// What the number is of.
    pub note: String,
    /// 0 to 4, lightest to darkest; `None` is not compared and stays white.
    pub shade: Option<usize>,
}

/// Dark to light also where a printer knows only grey.
const SHADES: [Ink; 5] = [Ink::Track, Ink::Grid, Ink::Small, Ink::Axis, Ink::First];

impl Tiles {
    pub(crate) fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }
}

fn columns(width: f64, font: f64) -> usize {
    ((width / (font * 9.2)).floor() as usize).max(1)
}

const TALL: f64 = 4.9;
const GAP: f64 = 0.45;

pub(crate) fn height(c: &Tiles, width: f64, font: f64) -> f64 {
    let rows = c.tiles.len().div_ceil(columns(width, font)).max(1) as f64;
    font * (rows * (TALL + GAP) + if c.key.is_empty() { 0.0 } else { 2.0 })
}

pub(crate) fn draw(c: &Tiles, s: &mut dyn Surface, width: f64, font: f64) {
    let across = columns(width, font);
    let gap = font * GAP;
    let each = (width - gap * (across as f64 - 1.0)) / across as f64;
    for (i, tile) in c.tiles.iter().enumerate() {
        let (x, y) = ((i % across) as f64 * (each + gap), (i / across) as f64 * font * (TALL + GAP));
        let (fill, ink) = match tile.shade {
            Some(shade) => (SHADES[shade.min(4)], if shade >= 4 { Ink::Paper } else { Ink::Text }),
            None => (Ink::Paper, Ink::Muted),
        };
        s.rect(x, y, each, font * TALL, fill);
        frame(s, (x, y), (each, font * TALL), font);
        let inner = each - font * 0.6;
        let name = fold(s, font * 0.92, &tile.label, inner, 1);
        s.text((x + each / 2.0, y + font * 1.35), font * 0.92, Anchor::Middle, ink, name.first().map_or("", String::as_str));
        s.text((x + each / 2.0, y + font * 2.85), font * 1.15, Anchor::Middle, ink, &fit(s, font * 1.15, &tile.text, inner));
        s.text((x + each / 2.0, y + font * 4.2), font * 0.82, Anchor::Middle, ink, &fit(s, font * 0.82, &tile.note, inner));
    }
    let rows = c.tiles.len().div_ceil(across).max(1) as f64;
    let y = rows * font * (TALL + GAP) + font * 0.35;
    let mut x = 0.0;
    for (shade, name) in SHADES.into_iter().map(Some).chain([None]).zip(&c.key) {
        s.rect(x, y, font * 1.3, font * 0.9, shade.unwrap_or(Ink::Paper));
        frame(s, (x, y), (font * 1.3, font * 0.9), font);
        s.text((x + font * 1.6, y + font * 0.8), font * 0.85, Anchor::Start, Ink::Muted, name);
        x += font * 2.6 + s.text_width(font * 0.85, name);
    }
}

fn frame(s: &mut dyn Surface, (x, y): (f64, f64), (w, h): (f64, f64), font: f64) {
    s.polyline(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], Ink::Axis, font * 0.05);
}
