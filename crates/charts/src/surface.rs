//! What a chart is drawn on, and the bridge from plotters to it.

use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

/// A colour by its meaning. Paper prints `rgb`; pages style `class`, so that dark mode and print can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Text,
    /// Secondary text.
    Muted,
    /// Grid lines.
    Grid,
    /// Base line.
    Axis,
    /// First series.
    First,
    /// Second series.
    Second,
    /// Last year.
    Before,
    /// A value with a small n.
    Small,
    /// The empty part of a bar.
    Track,
    /// 达标
    Pass,
    /// 预警
    Warn,
    /// 未达标
    Fail,
    /// Paper, inside a marker.
    Paper,
}

impl Ink {
    const ALL: [Ink; 13] = [
        Ink::Text,
        Ink::Muted,
        Ink::Grid,
        Ink::Axis,
        Ink::First,
        Ink::Second,
        Ink::Before,
        Ink::Small,
        Ink::Track,
        Ink::Pass,
        Ink::Warn,
        Ink::Fail,
        Ink::Paper,
    ];

    /// Red, green, blue. No two inks share a colour: the bridge from plotters finds the ink by it.
    #[must_use]
    pub fn rgb(self) -> (u8, u8, u8) {
        match self {
            Ink::Text => (0x1b, 0x24, 0x30),
            Ink::Muted => (0x4a, 0x55, 0x65),
            Ink::Grid => (0xd5, 0xda, 0xe1),
            Ink::Axis => (0x8a, 0x94, 0xa3),
            Ink::First => (0x0b, 0x5c, 0xad),
            Ink::Second => (0xb0, 0x30, 0x6a),
            Ink::Before => (0x66, 0x70, 0x85),
            Ink::Small => (0xb4, 0xbf, 0xcc),
            Ink::Track => (0xee, 0xf1, 0xf5),
            Ink::Pass => (0x14, 0x6c, 0x43),
            Ink::Warn => (0x8a, 0x53, 0x00),
            Ink::Fail => (0xb4, 0x23, 0x18),
            Ink::Paper => (0xff, 0xff, 0xff),
        }
    }

    /// CSS class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Ink::Text => "k-text",
            Ink::Muted => "k-muted",
            Ink::Grid => "k-grid",
            Ink::Axis => "k-axis",
            Ink::First => "k-1",
            Ink::Second => "k-2",
            Ink::Before => "k-before",
            Ink::Small => "k-small",
            Ink::Track => "k-track",
            Ink::Pass => "k-pass",
            Ink::Warn => "k-warn",
            Ink::Fail => "k-fail",
            Ink::Paper => "k-paper",
        }
    }

    fn of(rgb: (u8, u8, u8)) -> Ink {
        Ink::ALL.into_iter().find(|i| i.rgb() == rgb).unwrap_or(Ink::Text)
    }
}

/// Which point of a text its x is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Left end.
    Start,
    /// Middle.
    Middle,
    /// Right end.
    End,
}

/// What a chart is drawn on. Coordinates grow to the right and down; a text's y is its base line.
pub trait Surface {
    /// A line through the points.
    fn polyline(&mut self, points: &[(f64, f64)], ink: Ink, width: f64);
    /// A filled area.
    fn polygon(&mut self, points: &[(f64, f64)], ink: Ink);
    /// A filled rectangle.
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, ink: Ink);
    /// A disc, or with `outline` a ring of that width.
    fn circle(&mut self, centre: (f64, f64), radius: f64, ink: Ink, outline: Option<f64>);
    /// A text.
    fn text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, ink: Ink, text: &str);
    /// Width of a text.
    fn text_width(&self, size: f64, text: &str) -> f64;
}

/// plotters counts in whole pixels; this many of them are one unit of the surface.
pub(crate) const FINE: f64 = 20.0;

pub(crate) fn fine(v: f64) -> i32 {
    (v * FINE).round() as i32
}

/// Lets plotters draw on a [`Surface`].
pub(crate) struct Bridge<'a> {
    pub surface: &'a mut dyn Surface,
    pub size: (f64, f64),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn at(p: BackendCoord) -> (f64, f64) {
    (f64::from(p.0) / FINE, f64::from(p.1) / FINE)
}

fn ink(c: BackendColor) -> Ink {
    Ink::of(c.rgb)
}

fn stroke<S: BackendStyle>(style: &S) -> f64 {
    f64::from(style.stroke_width()) / FINE
}

impl DrawingBackend for Bridge<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (fine(self.size.0).unsigned_abs(), fine(self.size.1).unsigned_abs())
    }
    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }
    fn present(&mut self) -> Drawn {
        Ok(())
    }
    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        let (x, y) = at(point);
        self.surface.rect(x, y, 1.0 / FINE, 1.0 / FINE, ink(color));
        Ok(())
    }
    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.surface.polyline(&[at(from), at(to)], ink(style.color()), stroke(style));
        Ok(())
    }
    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        let ((x0, y0), (x1, y1)) = (at(a), at(b));
        let (x, y, w, h) = (x0.min(x1), y0.min(y1), (x1 - x0).abs(), (y1 - y0).abs());
        if fill {
            self.surface.rect(x, y, w, h, ink(style.color()));
        } else {
            let ring = [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)];
            self.surface.polyline(&ring, ink(style.color()), stroke(style));
        }
        Ok(())
    }
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<_> = path.into_iter().map(at).collect();
        self.surface.polyline(&points, ink(style.color()), stroke(style));
        Ok(())
    }
    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let outline = if fill { None } else { Some(stroke(style)) };
        self.surface.circle(at(centre), f64::from(radius) / FINE, ink(style.color()), outline);
        Ok(())
    }
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<_> = path.into_iter().map(at).collect();
        self.surface.polygon(&points, ink(style.color()));
        Ok(())
    }
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, pos: BackendCoord) -> Drawn {
        let size = style.size() / FINE;
        let (x, y) = at(pos);
        let anchor = style.anchor();
        let base = match anchor.v_pos {
            VPos::Top => y + size * 0.86,
            VPos::Center => y + size * 0.36,
            VPos::Bottom => y - size * 0.14,
        };
        let h = match anchor.h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        self.surface.text((x, base), size, h, ink(style.color()), text);
        Ok(())
    }
    fn estimate_text_size<T: BackendTextStyle>(&self, text: &str, style: &T) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = self.surface.text_width(style.size() / FINE, text);
        Ok((fine(width).unsigned_abs(), style.size().round() as u32))
    }
}
