//! 进度条: drawn directly, there is nothing to scale.

use crate::{Anchor, Ink, Progress, Standing, Surface};

pub(crate) fn height(font: f64) -> f64 {
    font * 4.6
}

pub(crate) fn draw(c: &Progress, s: &mut dyn Surface, width: f64, font: f64) {
    let goal = c.target.filter(|t| t.is_finite() && *t > 0.0);
    let value = if c.value.is_finite() { c.value.max(0.0) } else { 0.0 };
    // The goal stands at three quarters of the bar unless the value is far beyond it.
    let full = goal.map_or(value.max(1.0), |t| (t / 0.75).max(value * 1.02));
    let (top, thick) = (font * 1.7, font * 1.0);
    let ink = match c.standing {
        Standing::Running => Ink::First,
        Standing::Met => Ink::Pass,
        Standing::Warning => Ink::Warn,
        Standing::Missed => Ink::Fail,
    };
    s.text((0.0, font), font, Anchor::Start, Ink::Text, &c.title);
    s.text((width, font), font * 1.1, Anchor::End, ink, &c.text);
    s.rect(0.0, top, width, thick, Ink::Track);
    s.rect(0.0, top, width * (value / full).min(1.0), thick, ink);
    if let Some(t) = goal {
        let x = width * (t / full);
        s.polyline(&[(x, top - font * 0.25), (x, top + thick + font * 0.35)], Ink::Text, font * 0.12);
        let half = s.text_width(font * 0.9, &c.target_text) / 2.0;
        let x = x.clamp(half, (width - half).max(half));
        s.text((x, top + thick + font * 1.35), font * 0.9, Anchor::Middle, Ink::Muted, &c.target_text);
    }
}
