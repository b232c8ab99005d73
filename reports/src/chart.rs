//! Charts drawn onto the canvas, as vectors and in the paper's own font.

use shiyan_charts::{Anchor, Ink, Surface};

use crate::canvas::{Canvas, Colour, circle};
use crate::face::{FaceSet, Role};
use crate::text;

pub(crate) struct Sheet<'a, 'f> {
    pub canvas: &'a mut dyn Canvas,
    pub faces: &'f FaceSet<'f>,
    pub x: f32,
    pub y: f32,
}

fn colour(ink: Ink) -> Colour {
    let (r, g, b) = ink.rgb();
    Colour(r, g, b)
}

impl Sheet<'_, '_> {
    fn at(&self, (x, y): (f64, f64)) -> (f32, f32) {
        (self.x + x as f32, self.y + y as f32)
    }
}

impl Surface for Sheet<'_, '_> {
    fn polyline(&mut self, points: &[(f64, f64)], ink: Ink, width: f64) {
        let points: Vec<_> = points.iter().map(|p| self.at(*p)).collect();
        self.canvas.polyline(&points, width as f32, colour(ink), None);
    }
    fn polygon(&mut self, points: &[(f64, f64)], ink: Ink) {
        let points = points.iter().map(|p| self.at(*p)).collect();
        self.canvas.fill(&[points], colour(ink));
    }
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, ink: Ink) {
        let (x, y) = self.at((x, y));
        self.canvas.rect(x, y, width as f32, height as f32, colour(ink));
    }
    fn circle(&mut self, centre: (f64, f64), radius: f64, ink: Ink, outline: Option<f64>) {
        let (x, y) = self.at(centre);
        let ring = circle(x, y, radius as f32);
        match outline {
            None => self.canvas.fill(&[ring], colour(ink)),
            Some(width) => self.canvas.polyline(&ring, width as f32, colour(ink), None),
        }
    }
    fn text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, ink: Ink, text: &str) {
        let (x, y) = self.at(at);
        let size = size as f32;
        let glyphs = text::glyphs(self.faces, Role::Table, size, text);
        let width: f32 = glyphs.iter().map(|g| g.advance).sum();
        let x = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        self.canvas.text(x, y, size, colour(ink), &glyphs, 0.0);
    }
    fn text_width(&self, size: f64, text: &str) -> f64 {
        f64::from(text::width(self.faces, Role::Table, size as f32, text))
    }
}
