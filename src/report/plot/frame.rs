//! What stands around every chart: title, finding, legend above; notes below.

use super::font::{Weight, fitted, width, wrapped};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Text, Turn};
use super::style::{INK, MUTED, Style};

/// What a chart is about, and what it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Titles {
    /// Subject and units.
    pub title: String,
    /// The finding in a sentence; may be empty.
    pub finding: String,
}

/// Where a chart draws.
#[derive(Debug)]
pub struct Canvas<'a> {
    pub(super) scene: &'a mut Scene,
    pub(super) area: Area,
    pub(super) style: &'static Style,
}

/// An entry of the legend.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub name: String,
    pub ink: Ink,
    pub shape: KeyShape,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum KeyShape {
    Box,
    Dot,
    Line(Option<[f64; 2]>),
}

impl Titles {
    pub fn new(title: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { title: title.into(), finding: finding.into() }
    }
}

impl Canvas<'_> {
    /// Draws the surroundings and returns the room that is left for the chart.
    pub(super) fn framed(&mut self, titles: &Titles, keys: &[Key], notes: &[String]) -> Area {
        let style = self.style;
        let mut body = Area {
            x: self.area.x + style.margin,
            y: self.area.y + style.margin * 0.8,
            w: self.area.w - 2.0 * style.margin,
            h: self.area.h - 1.45 * style.margin,
        };
        let foot = self.notes(notes, body);
        body.h -= foot;
        for used in [Self::title, Self::finding] {
            let height = used(self, titles, body);
            take_top(&mut body, height);
        }
        let legend = self.legend(keys, body);
        take_top(&mut body, legend);
        take_top(&mut body, style.text * 0.4);
        body
    }

    /// A long title is first set smaller, then cut.
    fn title(&mut self, titles: &Titles, body: Area) -> f64 {
        let full = self.style.title;
        let wide = width(&titles.title, full, Weight::Bold);
        let size = full * (body.w / wide.max(1.0)).clamp(0.7, 1.0);
        let text = fitted(&titles.title, size, Weight::Bold, body.w);
        let at = Point { x: body.x, y: body.y + full * 0.85 };
        self.scene.text(Text { weight: Weight::Bold, ..label(text, at, size, INK) });
        full * 1.25
    }

    fn finding(&mut self, titles: &Titles, body: Area) -> f64 {
        let size = self.style.finding;
        let lines = wrapped(&titles.finding, size, body.w, self.style.n_finding_lines);
        for (i, line) in lines.iter().enumerate() {
            let at = Point { x: body.x, y: body.y + size * (1.05 + 1.35 * i as f64) };
            self.scene.text(label(line.clone(), at, size, MUTED));
        }
        size * 1.35 * lines.len() as f64 + size * 0.3
    }

    /// Left to right, as many rows as needed: nothing is hidden and nothing covers data.
    fn legend(&mut self, keys: &[Key], body: Area) -> f64 {
        if keys.is_empty() {
            return 0.0;
        }
        let size = self.style.text;
        let (sample, row) = (size * 1.6, size * 1.6);
        let (mut x, mut y) = (body.x, body.y + size * 0.35);
        for key in keys {
            let name = fitted(&key.name, size, Weight::Regular, body.w - sample * 1.4);
            let wide = sample * 1.35 + width(&name, size, Weight::Regular);
            if x > body.x && x + wide > body.right() {
                (x, y) = (body.x, y + row);
            }
            self.sample(key, Area { x, y: y + size * 0.3, w: sample, h: size * 0.9 });
            let at = Point { x: x + sample * 1.35, y: y + size * 1.1 };
            self.scene.text(label(name, at, size, INK));
            x += wide + size * 1.6;
        }
        y + row - body.y
    }

    fn sample(&mut self, key: &Key, at: Area) {
        let centre = at.centre();
        match key.shape {
            KeyShape::Box => self.scene.rect(at, key.ink),
            KeyShape::Dot => self.scene.dots(vec![centre], at.h * 0.4, key.ink),
            KeyShape::Line(dash) => {
                let stroke = Stroke { ink: key.ink, width: self.style.line * 1.3, dash };
                self.scene.segment((at.x, centre.y), (at.right(), centre.y), stroke);
            }
        }
    }

    fn notes(&mut self, notes: &[String], body: Area) -> f64 {
        if notes.is_empty() {
            return 0.0;
        }
        let size = self.style.note;
        let lines = wrapped(&notes.join(" · "), size, body.w, 3);
        for (i, line) in lines.iter().rev().enumerate() {
            let at = Point { x: body.x, y: body.bottom() - size * 1.3 * i as f64 };
            self.scene.text(label(line.clone(), at, size, MUTED));
        }
        size * (1.3 * lines.len() as f64 + 0.5)
    }
}

fn take_top(body: &mut Area, height: f64) {
    body.y += height;
    body.h -= height;
}

/// Plain text from left to right.
pub(super) const fn label(text: String, at: Point, size: f64, ink: Ink) -> Text {
    let (weight, anchor, turn) = (Weight::Regular, Anchor::Start, Turn::Level);
    Text { at, text, size, weight, anchor, ink, turn }
}
