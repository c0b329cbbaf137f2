//! Two axes and the rectangle between them.

use super::dates::time_ticks;
use super::font::{Weight, fitted, width};
use super::frame::{Canvas, label};
use super::scene::{Anchor, Area, Margins, Point, Stroke, Text, Turn, crisp};
use super::style::{AXIS, GRID, INK, MUTED, Style, ZERO};
use super::ticks::{LARGEST, Tick, is_drawable, number_ticks, power_of_ten, whole_ticks};

/// From values to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    pub lo: f64,
    pub hi: f64,
    pub from_px: f64,
    pub to_px: f64,
}

#[derive(Debug, Clone, Copy)]
pub enum AxisKind<'a> {
    Number,
    /// Labelled at whole numbers alone.
    Whole,
    /// Decimal logarithms, labelled by the numbers they belong to.
    Log,
    /// Microseconds since 1970, UTC.
    Time,
    /// One slot of width 1 for each name, from 0 to their number.
    Names(&'a [String]),
}

#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    pub label: &'a str,
    pub lo: f64,
    pub hi: f64,
    pub kind: AxisKind<'a>,
    /// At least this much room for its labels: axes above each other begin at one place.
    pub room_px: f64,
    /// Grid without labels: another axis below has them.
    pub is_bare: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Plane {
    pub area: Area,
    pub x: Scale,
    pub y: Scale,
    /// Where the label above the y axis ends.
    pub label_end_px: f64,
}

impl Scale {
    pub fn at(&self, value: f64) -> f64 {
        let share = (value - self.lo) / (self.hi - self.lo);
        self.from_px + share.clamp(0.0, 1.0) * (self.to_px - self.from_px)
    }

    pub fn holds(&self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }
}

impl<'a> Axis<'a> {
    pub const fn number(label: &'a str, (lo, hi): (f64, f64)) -> Self {
        Self { label, lo, hi, kind: AxisKind::Number, room_px: 0.0, is_bare: false }
    }

    pub const fn names(label: &'a str, names: &'a [String]) -> Self {
        let axis = Self::number(label, (0.0, names.len() as f64));
        Self { kind: AxisKind::Names(names), ..axis }
    }

    fn ticks(&self, most: usize) -> Vec<Tick> {
        match self.kind {
            AxisKind::Number => number_ticks(self.lo, self.hi, most),
            AxisKind::Whole => whole_ticks(self.lo, self.hi, most),
            AxisKind::Log => log_ticks(self.lo, self.hi, most),
            AxisKind::Time => time_ticks(self.lo.ceil() as i64, self.hi.floor() as i64, most),
            AxisKind::Names(_) => Vec::new(),
        }
    }

    fn has_zero(&self) -> bool {
        matches!(self.kind, AxisKind::Number | AxisKind::Whole) && self.lo <= 0.0 && 0.0 <= self.hi
    }

    const fn is_names(&self) -> bool {
        matches!(self.kind, AxisKind::Names(_))
    }
}

/// Decades, or round numbers between them where there are few.
fn log_ticks(lo: f64, hi: f64, most: usize) -> Vec<Tick> {
    let (least, largest) = (libm::pow(10.0, lo), libm::pow(10.0, hi));
    if hi - lo < 1.0 {
        let ticks = number_ticks(least, largest, most).into_iter().filter(|t| t.value > 0.0);
        return ticks.map(|t| Tick { value: libm::log10(t.value), ..t }).collect();
    }
    let every = ((hi - lo) / most.max(2) as f64).ceil().max(1.0) as usize;
    let digits: &[f64] = if hi - lo < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (lo.floor() as i32..=hi.floor() as i32).step_by(every);
    let values = decades.flat_map(|e| digits.iter().map(move |d| d * power_of_ten(e)));
    let tick = |v: f64| Tick { value: libm::log10(v), label: super::ticks::round(v), under: None };
    values.map(tick).filter(|t| (lo..=hi).contains(&t.value)).collect()
}

/// The range of all that can be drawn, or `None` where nothing can.
pub fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| is_drawable(*v)).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((lo, hi)) => Some((f64::min(lo, v), f64::max(hi, v))),
    })
}

/// A little air at both ends. A range too narrow for its numbers is widened around its middle.
pub fn padded((lo, hi): (f64, f64)) -> (f64, f64) {
    let largest = lo.abs().max(hi.abs());
    let air = if hi - lo > largest * 1e-11 {
        (hi - lo) * 0.04
    } else if largest < 1e-290 {
        1.0
    } else {
        largest * 0.1
    };
    ((lo - air).max(-LARGEST), (hi + air).min(LARGEST))
}

/// Zero within the range, and air only where it is not the end: bars stand on it.
pub fn with_zero((lo, hi): (f64, f64)) -> (f64, f64) {
    let (low, high) = (lo.min(0.0), hi.max(0.0));
    let (below, above) = padded((low, high));
    (if low < 0.0 { below } else { 0.0 }, if high > 0.0 || low == 0.0 { above } else { 0.0 })
}

impl Plane {
    /// Chooses margins and ticks, draws grid, zero lines, labels.
    pub fn laid(canvas: &mut Canvas<'_>, body: Area, x: &Axis<'_>, y: &Axis<'_>) -> Self {
        let style = canvas.style;
        let foot = foot(x, body, style);
        let head = if y.label.is_empty() { 0.3 } else { 1.9 } * style.text;
        let right = if x.is_names() { 0.4 } else { 1.8 } * style.text;
        let height = (body.h - foot - head).max(1.0);
        let y_ticks = y.ticks(most_ticks(height, style));
        let left = left_of(y, &y_ticks, Area { h: height, ..body }, style);
        let area = body.inside(Margins { left, right, top: head, bottom: foot });
        let text = fitted(y.label, style.text, Weight::Regular, body.w);
        let plane = Self {
            area,
            label_end_px: body.x + width(&text, style.text, Weight::Regular),
            x: Scale { lo: x.lo, hi: x.hi, from_px: area.x, to_px: area.right() },
            // Names are read from the top, numbers from the bottom.
            y: if y.is_names() {
                Scale { lo: y.lo, hi: y.hi, from_px: area.y, to_px: area.bottom() }
            } else {
                Scale { lo: y.lo, hi: y.hi, from_px: area.bottom(), to_px: area.y }
            },
        };
        let at = Point { x: body.x, y: body.y + style.text * 0.95 };
        canvas.scene.text(label(text, at, style.text, MUTED));
        plane.y_axis(canvas, y, &y_ticks);
        plane.x_axis(canvas, x, body);
        plane.zero_lines(canvas, x, y);
        plane
    }

    /// Above the grid, whose lines would cut them.
    fn zero_lines(&self, canvas: &mut Canvas<'_>, x: &Axis<'_>, y: &Axis<'_>) {
        let stroke = Stroke::solid(ZERO, 1.3);
        let area = self.area;
        if x.has_zero() {
            let at = crisp(self.x.at(0.0));
            canvas.scene.segment((at, area.y), (at, area.bottom()), stroke);
        }
        if y.has_zero() {
            let at = crisp(self.y.at(0.0));
            canvas.scene.segment((area.x, at), (area.right(), at), stroke);
        }
    }

    fn y_axis(&self, canvas: &mut Canvas<'_>, axis: &Axis<'_>, ticks: &[Tick]) {
        let (area, size) = (self.area, canvas.style.text);
        for tick in ticks {
            let y = crisp(self.y.at(tick.value));
            canvas.scene.segment((area.x, y), (area.right(), y), Stroke::solid(GRID, 1.0));
            let at = Point { x: area.x - size * 0.6, y: y + size * 0.36 };
            canvas.scene.text(right_label(tick.label.clone(), at, size));
        }
        if let AxisKind::Names(names) = axis.kind {
            let slot = area.h / names.len().max(1) as f64;
            let size = name_size(slot, canvas.style);
            for (i, name) in names.iter().enumerate() {
                let y = area.y + slot * (i as f64 + 0.5) + size * 0.36;
                let at = Point { x: area.x - canvas.style.text * 0.6, y };
                let text = shortened(name, size, area.x - canvas.area.x - canvas.style.text);
                canvas.scene.text(right_label(text, at, size));
            }
        }
    }

    fn x_axis(&self, canvas: &mut Canvas<'_>, axis: &Axis<'_>, body: Area) {
        let (area, size) = (self.area, canvas.style.text);
        for tick in &fitting_ticks(axis, area.w, size) {
            let x = crisp(self.x.at(tick.value));
            canvas.scene.segment((x, area.y), (x, area.bottom()), Stroke::solid(GRID, 1.0));
            if axis.is_bare {
                continue;
            }
            let at = |line: f64| Point { x, y: area.bottom() + size * (1.3 + 1.25 * line) };
            let centred = |text: &str, at| Text {
                anchor: Anchor::Middle,
                ..label(text.to_owned(), at, size, MUTED)
            };
            canvas.scene.text(centred(&tick.label, at(0.0)));
            if let Some(under) = &tick.under {
                canvas.scene.text(centred(under, at(1.0)));
            }
        }
        if let AxisKind::Names(names) = axis.kind {
            self.x_names(canvas, names, body);
        }
        let y = crisp(area.bottom());
        canvas.scene.segment((area.x, y), (area.right(), y), Stroke::solid(AXIS, 1.0));
        let at = Point { x: area.centre().x, y: body.bottom() - size * 0.3 };
        let text = fitted(axis.label, size, Weight::Regular, body.w);
        canvas.scene.text(Text { anchor: Anchor::Middle, ..label(text, at, size, MUTED) });
    }

    fn x_names(&self, canvas: &mut Canvas<'_>, names: &[String], body: Area) {
        let slot = self.area.w / names.len().max(1) as f64;
        let (level, size) = name_layout(names, slot, canvas.style);
        let room = foot_room(body, canvas.style);
        for (i, name) in names.iter().enumerate() {
            let x = self.area.x + slot * (i as f64 + 0.5);
            let text = if level {
                let at = Point { x, y: self.area.bottom() + size * 1.3 };
                Text { anchor: Anchor::Middle, ..label(name.clone(), at, size, INK) }
            } else {
                let at = Point { x: x + size * 0.36, y: self.area.bottom() + size * 0.5 };
                let name = shortened(name, size, room);
                let text = label(name, at, size, INK);
                Text { anchor: Anchor::End, turn: Turn::Up, ..text }
            };
            canvas.scene.text(text);
        }
    }
}

/// At a distance of three lines; low planes are better read with closer ones.
fn most_ticks(height: f64, style: &Style) -> usize {
    let (loose, close) = (height / (style.text * 3.0), height / (style.text * 1.8));
    loose.max(close.min(5.0)) as usize
}

fn right_label(text: String, at: Point, size: f64) -> Text {
    Text { anchor: Anchor::End, ..label(text, at, size, INK) }
}

/// The most ticks whose labels keep apart.
fn fitting_ticks(axis: &Axis<'_>, room: f64, size: f64) -> Vec<Tick> {
    let wide = |text: &str| width(text, size, Weight::Regular);
    let apart = |ticks: &[Tick]| {
        let px = |t: &Tick| (t.value - axis.lo) / (axis.hi - axis.lo) * room;
        let fits = |words: &[(f64, f64)]| {
            words.windows(2).all(|w| w[1].0 - w[0].0 > (w[0].1 + w[1].1) / 2.0 + size * 1.2)
        };
        let upper: Vec<_> = ticks.iter().map(|t| (px(t), wide(&t.label))).collect();
        let lower = |t: &Tick| Some((px(t), wide(t.under.as_ref()?)));
        fits(&upper) && fits(&ticks.iter().filter_map(lower).collect::<Vec<_>>())
    };
    let mut most = (room / (size * 4.0)).clamp(2.0, 12.0) as usize;
    loop {
        let ticks = axis.ticks(most);
        if most <= 2 || apart(&ticks) {
            return ticks;
        }
        most -= 1;
    }
}

fn left_of(axis: &Axis<'_>, ticks: &[Tick], room: Area, style: &Style) -> f64 {
    let wide = |text: &String, size| width(text, size, Weight::Regular);
    let widest = match axis.kind {
        AxisKind::Names(names) => {
            let size = name_size(room.h / names.len().max(1) as f64, style);
            names.iter().map(|n| wide(n, size)).fold(0.0, f64::max).min(room.w * 0.3)
        }
        _ => ticks.iter().map(|t| wide(&t.label, style.text)).fold(0.0, f64::max),
    };
    (widest + style.text * 0.9).max(axis.room_px)
}

fn foot(axis: &Axis<'_>, body: Area, style: &Style) -> f64 {
    let label = if axis.label.is_empty() { 0.3 } else { 1.8 } * style.text;
    let ticks = match axis.kind {
        _ if axis.is_bare => 0.0,
        AxisKind::Number | AxisKind::Whole | AxisKind::Log => style.text * 1.6,
        AxisKind::Time => style.text * 2.85,
        AxisKind::Names(names) => {
            // The left margin is not known yet; a fifth of the width is a fair guess.
            let (level, size) = name_layout(names, body.w * 0.8 / names.len().max(1) as f64, style);
            let widest = names.iter().map(|n| width(n, size, Weight::Regular)).fold(0.0, f64::max);
            if level { size * 1.7 } else { widest.min(foot_room(body, style)) + size }
        }
    };
    label + ticks
}

/// Upright names may take this much of the height.
fn foot_room(body: Area, style: &Style) -> f64 {
    (body.h * 0.3).max(style.text * 3.0)
}

/// Whether the names fit side by side; if not they stand upright. And their size.
fn name_layout(names: &[String], slot: f64, style: &Style) -> (bool, f64) {
    let widest = names.iter().map(|n| width(n, style.text, Weight::Regular)).fold(0.0, f64::max);
    if widest <= slot * 0.8 { (true, style.text) } else { (false, name_size(slot, style)) }
}

fn name_size(slot: f64, style: &Style) -> f64 {
    (slot * 0.88).clamp(5.0, style.text)
}

/// A name cut in its middle: columns often differ at both ends.
pub fn shortened(name: &str, size: f64, room: f64) -> String {
    if width(name, size, Weight::Regular) <= room {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    let cut = |kept: usize| -> String {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let parts = [&chars[..head], &['…'], &chars[chars.len() - tail..]];
        parts.concat().into_iter().collect()
    };
    let shorter = (0..chars.len()).rev().map(cut);
    shorter.into_iter().find(|t| width(t, size, Weight::Regular) <= room).unwrap_or_default()
}
