//! Values over time or over an index, with bands.

use super::frame::{Canvas, Key, KeyShape, Titles};
use super::plane::{Axis, AxisKind, Plane, padded, range};
use super::scene::{Ink, Point, Stroke};
use super::style::{series_dash, series_ink};
use super::thin::min_max;
use super::ticks::is_drawable;
use super::uprights::{Upright, draw_uprights};
use super::{Chart, PlotFault, count_of, same_length};

/// Where the points of a line stand, ascending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Across<'a> {
    /// Microseconds since 1970, UTC.
    Time(&'a [i64]),
    Number(&'a [f64]),
}

/// An interval around a line, point by point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band<'a> {
    /// `95 % interval`
    pub name: &'a str,
    pub low: &'a [f64],
    pub high: &'a [f64],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Line,
    /// Filled down (or up) to zero.
    Filled,
    Points,
}

/// A value that is not finite is a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'a> {
    pub name: &'a str,
    pub x: Across<'a>,
    pub y: &'a [f64],
    pub band: Option<Band<'a>>,
    pub shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lines<'a> {
    pub titles: Titles,
    pub x_label: String,
    pub y_label: String,
    pub lines: Vec<Line<'a>>,
    pub uprights: Vec<Upright<'a>>,
    /// The y axis holds zero even where the data are far from it.
    pub with_zero: bool,
    /// Equal ratios are equal distances; what is not positive is left out.
    pub is_log: bool,
}

impl Chart for Lines<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        self.check()?;
        let Some((x_range, y_range)) = self.ranges() else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let body = canvas.framed(&self.titles, &self.keys(), &self.notes());
        let is_time = self.lines.iter().any(|line| matches!(line.x, Across::Time(_)));
        let is_whole = self.lines.iter().all(|line| line.x.is_whole());
        let x_kind = match is_whole {
            _ if is_time => AxisKind::Time,
            true => AxisKind::Whole,
            false => AxisKind::Number,
        };
        let y_kind = if self.is_log { AxisKind::Log } else { AxisKind::Number };
        let x = Axis { kind: x_kind, ..Axis::number(&self.x_label, x_range) };
        let y = Axis { kind: y_kind, ..Axis::number(&self.y_label, y_range) };
        let plane = Plane::laid(canvas, body, &x, &y);
        for (i, line) in self.lines.iter().enumerate() {
            self.draw_band(canvas, &plane, line, series_ink(i));
        }
        for (i, line) in self.lines.iter().enumerate() {
            self.draw_line(canvas, &plane, line, i);
        }
        draw_uprights(canvas, &plane, &self.uprights);
        Ok(())
    }
}

impl Lines<'_> {
    fn check(&self) -> Result<(), PlotFault> {
        let is_time = |line: &Line<'_>| matches!(line.x, Across::Time(_));
        for line in &self.lines {
            same_length(line.name, line.x.len(), line.y.len())?;
            if is_time(line) != is_time(&self.lines[0]) {
                let why = "times and numbers do not share an axis";
                return Err(PlotFault::Unfit { what: line.name.to_owned(), why });
            }
            if !line.x.ascends() {
                let why = "its points are not in the order of the x axis";
                return Err(PlotFault::Unfit { what: line.name.to_owned(), why });
            }
            if let Some(band) = line.band {
                same_length(band.name, line.y.len(), band.low.len())?;
                same_length(band.name, line.y.len(), band.high.len())?;
            }
        }
        Ok(())
    }

    fn ranges(&self) -> Option<((f64, f64), (f64, f64))> {
        let placed = self.lines.iter().flat_map(|line| {
            let is_shown = |i: &usize| self.lifted(line.y[*i]).is_some();
            (0..line.y.len()).filter(is_shown).map(|i| line.x.at(i))
        });
        let (lo, hi) = range(placed)?;
        let x_range =
            if hi - lo > lo.abs().max(hi.abs()) * 1e-11 { (lo, hi) } else { padded((lo, hi)) };
        let (lo, hi) = range(self.lines.iter().flat_map(|line| self.heights(line)))?;
        let is_filled = self.lines.iter().any(|line| line.shape == Shape::Filled);
        let has_zero = (self.with_zero || is_filled) && !self.is_log;
        let (lo, hi) = if has_zero { (lo.min(0.0), hi.max(0.0)) } else { (lo, hi) };
        Some((x_range, padded((lo, hi))))
    }

    fn heights(&self, line: &Line<'_>) -> Vec<f64> {
        let band = line.band.map_or([&[][..], &[][..]], |band| [band.low, band.high]);
        let all = line.y.iter().chain(band[0]).chain(band[1]);
        all.filter_map(|v| self.lifted(*v)).collect()
    }

    /// The value as the axis measures it, or `None` where it cannot be drawn.
    fn lifted(&self, value: f64) -> Option<f64> {
        let value = if self.is_log { libm::log10(value) } else { value };
        is_drawable(value).then_some(value)
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            let shape = match line.shape {
                Shape::Line => KeyShape::Line(series_dash(i)),
                Shape::Filled => KeyShape::Box,
                Shape::Points => KeyShape::Dot,
            };
            keys.push(Key { name: line.name.to_owned(), ink: series_ink(i), shape });
            if let Some(band) = line.band {
                let ink = series_ink(i).veiled(BAND_ALPHA);
                keys.push(Key { name: band.name.to_owned(), ink, shape: KeyShape::Box });
            }
        }
        keys
    }

    fn notes(&self) -> Vec<String> {
        let unfit = |line: &Line<'_>| line.y.iter().filter(|v| self.lifted(**v).is_none()).count();
        let n_missing: usize = self.lines.iter().map(unfit).sum();
        let why = if self.is_log { "not finite or not positive" } else { "not finite" };
        let missing = format!("{} left out (gaps): {why}", count_of(n_missing, "value"));
        (n_missing > 0).then_some(missing).into_iter().collect()
    }

    /// The stretches of points without gaps, in pixels.
    fn stretches(&self, plane: &Plane, x: Across<'_>, ys: &[f64]) -> Vec<Vec<Point>> {
        let mut stretches = vec![Vec::new()];
        for (i, y) in ys.iter().enumerate() {
            let place = self.lifted(*y).zip(Some(x.at(i)).filter(|x| is_drawable(*x)));
            match (place, stretches.last_mut()) {
                (Some((y, x)), Some(points)) => {
                    points.push(Point { x: plane.x.at(x), y: plane.y.at(y) });
                }
                (None, Some(points)) if !points.is_empty() => stretches.push(Vec::new()),
                _ => {}
            }
        }
        stretches.into_iter().map(min_max).collect()
    }

    fn draw_band(&self, canvas: &mut Canvas<'_>, plane: &Plane, line: &Line<'_>, ink: Ink) {
        let Some(band) = line.band else { return };
        // A gap in one edge is a gap in both.
        let both = |edge: &[f64]| -> Vec<f64> {
            let is_whole =
                |i: usize| self.lifted(band.low[i]).zip(self.lifted(band.high[i])).is_some();
            edge.iter().enumerate().map(|(i, v)| if is_whole(i) { *v } else { f64::NAN }).collect()
        };
        let low = self.stretches(plane, line.x, &both(band.low));
        let high = self.stretches(plane, line.x, &both(band.high));
        for (low, high) in low.into_iter().zip(high) {
            let around = high.into_iter().chain(low.into_iter().rev()).collect();
            canvas.scene.shape(around, ink.veiled(BAND_ALPHA));
        }
    }

    fn draw_line(&self, canvas: &mut Canvas<'_>, plane: &Plane, line: &Line<'_>, i: usize) {
        let ink = series_ink(i);
        let ground = plane.y.at(0.0);
        for points in self.stretches(plane, line.x, line.y) {
            let is_lone = points.len() == 1;
            if is_lone || line.shape == Shape::Points {
                canvas.scene.dots(points, canvas.style.line * if is_lone { 1.6 } else { 1.2 }, ink);
                continue;
            }
            if let (Shape::Filled, [first, .., last]) = (line.shape, &points[..]) {
                let feet = [last.x, first.x].map(|x| Point { x, y: ground });
                let around = points.iter().copied().chain(feet).collect();
                canvas.scene.shape(around, ink.veiled(FILL_ALPHA));
            }
            let stroke = Stroke { ink, width: canvas.style.line, dash: series_dash(i) };
            canvas.scene.line(points, stroke);
        }
    }
}

const BAND_ALPHA: u8 = 48;
const FILL_ALPHA: u8 = 110;

impl Across<'_> {
    const fn len(&self) -> usize {
        match self {
            Across::Time(us) => us.len(),
            Across::Number(xs) => xs.len(),
        }
    }

    const fn at(&self, i: usize) -> f64 {
        match self {
            Across::Time(us) => us[i] as f64,
            Across::Number(xs) => xs[i],
        }
    }

    /// Numbers of folds or bars, say.
    fn is_whole(&self) -> bool {
        match self {
            Across::Time(_) => false,
            Across::Number(xs) => xs.iter().all(|x| x.fract() == 0.0),
        }
    }

    fn ascends(&self) -> bool {
        match self {
            Across::Time(us) => us.is_sorted(),
            Across::Number(xs) => xs.is_sorted(),
        }
    }
}
