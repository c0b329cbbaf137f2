//! A drawing as data: a page and the marks on it, in pixels from the top left corner. Charts make
//! one; `svg` and `raster` each turn it into bytes, so that both formats show the same thing.

use super::font::Weight;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A rectangle; `y` is its upper edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink {
    pub rgb: [u8; 3],
    pub alpha: u8,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    pub ink: Ink,
    pub width: f64,
    /// Lengths of dash and gap.
    pub dash: Option<[f64; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Level,
    /// Read from bottom to top.
    Up,
}

/// One line of text; `at` is on its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub at: Point,
    pub text: String,
    pub size: f64,
    pub weight: Weight,
    pub anchor: Anchor,
    pub ink: Ink,
    pub turn: Turn,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Rect {
        area: Area,
        fill: Ink,
    },
    Line {
        points: Vec<Point>,
        stroke: Stroke,
    },
    Shape {
        points: Vec<Point>,
        fill: Ink,
    },
    /// Discs of one colour; where they overlap the colour does not add up.
    Dots {
        centres: Vec<Point>,
        radius: f64,
        ink: Ink,
    },
    Text(Text),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub width: u32,
    pub height: u32,
    pub marks: Vec<Mark>,
}

impl Area {
    pub const fn right(self) -> f64 {
        self.x + self.w
    }

    pub const fn bottom(self) -> f64 {
        self.y + self.h
    }

    pub const fn centre(self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }

    /// What is left when the margins are taken off; never less than one pixel each way.
    pub const fn inside(self, margin: Margins) -> Self {
        Self {
            x: self.x + margin.left,
            y: self.y + margin.top,
            w: (self.w - margin.left - margin.right).max(1.0),
            h: (self.h - margin.top - margin.bottom).max(1.0),
        }
    }

    /// The smallest rectangle of whole pixels near this one: neighbours meet without a seam.
    pub fn snapped(self) -> Self {
        let (x, y) = (self.x.round(), self.y.round());
        Self { x, y, w: self.right().round() - x, h: self.bottom().round() - y }
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Margins {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Ink {
    pub const fn new(hex: u32) -> Self {
        let [_, r, g, b] = hex.to_be_bytes();
        Self { rgb: [r, g, b], alpha: 255 }
    }

    /// The same colour, letting what lies below shine through.
    pub const fn veiled(self, alpha: u8) -> Self {
        Self { alpha, ..self }
    }

    /// The colour `share` of the way to `other`, by channel.
    pub fn toward(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| {
            (f64::from(a) + share.clamp(0.0, 1.0) * (f64::from(b) - f64::from(a))).round() as u8
        };
        let channel = |i: usize| mix(self.rgb[i], other.rgb[i]);
        Self { rgb: [channel(0), channel(1), channel(2)], alpha: mix(self.alpha, other.alpha) }
    }

    /// Relative luminance, 0 black to 1 white (ITU-R BT.709, without undoing gamma: it only decides
    /// between dark and light text).
    pub fn lightness(self) -> f64 {
        let [r, g, b] = self.rgb.map(|c| f64::from(c) / 255.0);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

impl Stroke {
    pub const fn solid(ink: Ink, width: f64) -> Self {
        Self { ink, width, dash: None }
    }

    pub const fn dashed(ink: Ink, width: f64, dash: [f64; 2]) -> Self {
        Self { ink, width, dash: Some(dash) }
    }
}

impl Scene {
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height, marks: Vec::new() }
    }

    pub fn rect(&mut self, area: Area, fill: Ink) {
        self.marks.push(Mark::Rect { area, fill });
    }

    pub fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        if points.len() > 1 {
            self.marks.push(Mark::Line { points, stroke });
        }
    }

    pub fn segment(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        let point = |(x, y)| Point { x, y };
        self.line(vec![point(from), point(to)], stroke);
    }

    pub fn shape(&mut self, points: Vec<Point>, fill: Ink) {
        if points.len() > 2 {
            self.marks.push(Mark::Shape { points, fill });
        }
    }

    pub fn dots(&mut self, centres: Vec<Point>, radius: f64, ink: Ink) {
        if !centres.is_empty() {
            self.marks.push(Mark::Dots { centres, radius, ink });
        }
    }

    pub fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.marks.push(Mark::Text(text));
        }
    }
}

/// The middle of the pixel: a line one pixel wide falls on one pixel and stays sharp.
pub const fn crisp(at: f64) -> f64 {
    at.floor() + 0.5
}
