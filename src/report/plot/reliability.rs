//! Do predictions mean what they say? Predicted against realised values with intervals, the
//! diagonal, and beneath it how often each prediction was made.

use super::bars::{Grows, Whisker, whisker};
use super::bins::Bins;
use super::frame::{Canvas, Key, KeyShape, Titles};
use super::plane::{Axis, Plane, padded, range, with_zero};
use super::scene::{Area, Point, Stroke};
use super::style::{MUTED, QUIET, series_ink};
use super::ticks::is_drawable;
use super::{Chart, Estimate, PlotFault, count_of};
use crate::stats;

/// Predictions of about one size, and what came of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    pub predicted: f64,
    pub realised: Estimate,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReliabilitySeries {
    pub name: String,
    pub bins: Vec<ReliabilityBin>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    pub titles: Titles,
    /// With units; both axes have the same.
    pub x_label: String,
    pub y_label: String,
    pub series: Vec<ReliabilitySeries>,
    /// In the units of the x axis: beneath it stands how they are spread.
    pub predictions: Vec<f64>,
    /// What the whiskers are.
    pub interval: String,
}

impl Chart for Reliability {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let Some((xs, ys)) = self.axes() else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let body = canvas.framed(&self.titles, &self.keys(), &self.notes(xs, ys));
        let upper = Area { h: body.h * 0.7, ..body };
        let lower = Area { y: upper.bottom(), h: body.h - upper.h, ..body };
        let room_px = canvas.style.text * 4.2;
        let x = Axis { is_bare: true, ..Axis::number("", xs) };
        let y = Axis { room_px, ..Axis::number(&self.y_label, ys) };
        let plane = Plane::laid(canvas, upper, &x, &y);
        diagonal(canvas, &plane);
        for (i, series) in self.series.iter().enumerate() {
            let shift = canvas.style.line * 2.2 * (i as f64 - (self.series.len() - 1) as f64 / 2.0);
            draw_series(canvas, &plane, series, (i, shift));
        }
        let x = Axis { label: &self.x_label, is_bare: false, ..x };
        self.draw_histogram(canvas, lower, &x, room_px);
        Ok(())
    }
}

type Range = (f64, f64);

/// The part of the predictions that the axis may leave out on each side.
const TAIL: f64 = 0.005;
/// Beyond a quartile by so many interquartile ranges a value is far out (Tukey 1977, "Exploratory Data
/// Analysis").
const FAR_OUT: f64 = 3.0;
const N_BARS: usize = 60;

impl Reliability {
    fn keys(&self) -> Vec<Key> {
        let series = self.series.iter().enumerate().map(|(i, series)| Key {
            name: series.name.clone(),
            ink: series_ink(i),
            shape: KeyShape::Line(None),
        });
        let name = "realised = predicted".to_owned();
        let diagonal = Key { name, ink: MUTED, shape: KeyShape::Line(Some([6.0, 5.0])) };
        series.chain([diagonal]).collect()
    }

    fn bins(&self) -> impl Iterator<Item = &ReliabilityBin> {
        self.series.iter().flat_map(|s| &s.bins).filter(|bin| bin.is_drawable())
    }

    /// Both set by the bulk: a bin of a few wild rows would leave little room for all others.
    fn axes(&self) -> Option<(Range, Range)> {
        let xs = self.across()?;
        let inside: Vec<&ReliabilityBin> = self.bins().filter(|bin| bin.is_within(xs)).collect();
        let ends: Vec<f64> = inside.iter().flat_map(|bin| bin.ends()).collect();
        let ends = near(&ends);
        let predicted = inside.iter().map(|bin| bin.predicted).filter(|v| is_inside(*v, ends));
        let ys = range(predicted.chain([ends.0, ends.1])).unwrap_or(ends);
        Some((xs, padded(ys)))
    }

    /// The range of the bins with some of the predictions around them, as far as most of these go.
    fn across(&self) -> Option<Range> {
        let (lo, hi) = range(self.bins().map(|bin| bin.predicted))?;
        let known: Vec<f64> =
            self.predictions.iter().copied().filter(|v| is_drawable(*v)).collect();
        let of = |p: f64| stats::quantile(&known, p);
        let (Some(low), Some(high)) = (of(TAIL), of(1.0 - TAIL)) else {
            return Some(padded((lo, hi)));
        };
        let air = (hi - lo) * 0.2;
        let bulk = (low.max(lo - air), high.min(hi + air));
        let holds_any = self.bins().any(|bin| bin.is_within(bulk));
        Some(padded(if bulk.0 < bulk.1 && holds_any { bulk } else { (lo, hi) }))
    }

    fn notes(&self, xs: Range, ys: Range) -> Vec<String> {
        let all = self.series.iter().flat_map(|s| &s.bins);
        let n_missing = all.filter(|bin| !bin.is_drawable()).count();
        let whiskers = (!self.interval.is_empty()).then(|| format!("whiskers: {}", self.interval));
        let missing =
            (n_missing > 0).then(|| format!("{} left out: not finite", count_of(n_missing, "bin")));
        let n_far = self.bins().filter(|bin| !bin.is_shown(xs, ys)).count();
        let far = (n_far > 0)
            .then(|| format!("{} beyond the axes, which the bulk sets", count_of(n_far, "bin")));
        let n_beyond = self.predictions.iter().filter(|v| !is_inside(**v, xs)).count();
        let share = 100.0 * n_beyond as f64 / self.predictions.len().max(1) as f64;
        let beyond =
            (n_beyond > 0).then(|| format!("{share:.1} % of the predictions lie beyond the axis"));
        whiskers.into_iter().chain(missing).chain(far).chain(beyond).collect()
    }

    fn draw_histogram(&self, canvas: &mut Canvas<'_>, at: Area, x: &Axis<'_>, room_px: f64) {
        let inside: Vec<f64> =
            self.predictions.iter().copied().filter(|v| is_inside(*v, (x.lo, x.hi))).collect();
        let bins = Bins::counted(&inside, (x.lo, x.hi), N_BARS);
        let highest = bins.counts.iter().copied().max().unwrap_or(0) as f64;
        let y = Axis { room_px, ..Axis::number("predictions", with_zero((0.0, highest))) };
        let plane = Plane::laid(canvas, at, x, &y);
        for (edges, count) in bins.edges.windows(2).zip(&bins.counts).filter(|(_, n)| **n > 0) {
            let (left, right) = (plane.x.at(edges[0]), plane.x.at(edges[1]));
            let top = plane.y.at(*count as f64);
            let area = Area { x: left, y: top, w: right - left, h: plane.area.bottom() - top };
            let area = area.snapped();
            canvas.scene.rect(Area { w: (area.w - 1.0).max(1.0), ..area }, QUIET);
        }
    }
}

fn is_inside(value: f64, (lo, hi): Range) -> bool {
    lo <= value && value <= hi
}

/// The range of values that are not far out.
fn near(values: &[f64]) -> Range {
    let of = |p: f64| stats::quantile(values, p).unwrap_or(0.0);
    let (low, high) = (of(0.25), of(0.75));
    let reach = FAR_OUT * (high - low);
    let near = values.iter().copied().filter(|v| is_inside(*v, (low - reach, high + reach)));
    range(near).unwrap_or((low, high))
}

impl ReliabilityBin {
    fn is_drawable(&self) -> bool {
        is_drawable(self.predicted) && is_drawable(self.realised.value)
    }

    fn is_within(&self, xs: Range) -> bool {
        is_inside(self.predicted, xs)
    }

    /// Its dot, whatever becomes of the whisker.
    fn is_shown(&self, xs: Range, ys: Range) -> bool {
        self.is_within(xs) && is_inside(self.realised.value, ys)
    }

    fn ends(&self) -> impl Iterator<Item = f64> {
        let realised = self.realised;
        let ends = [Some(realised.value), realised.low(), realised.high()];
        ends.into_iter().flatten().filter(|v| is_drawable(*v))
    }
}

fn diagonal(canvas: &mut Canvas<'_>, plane: &Plane) {
    let (lo, hi) = (plane.x.lo.max(plane.y.lo), plane.x.hi.min(plane.y.hi));
    if lo < hi {
        let at = |v: f64| (plane.x.at(v), plane.y.at(v));
        let stroke = Stroke::dashed(MUTED, canvas.style.line * 0.7, [6.0, 5.0]);
        canvas.scene.segment(at(lo), at(hi), stroke);
    }
}

/// `shift` in pixels keeps the whiskers of several series apart.
fn draw_series(
    canvas: &mut Canvas<'_>,
    plane: &Plane,
    series: &ReliabilitySeries,
    (i, shift): (usize, f64),
) {
    let ink = series_ink(i);
    let (xs, ys) = ((plane.x.lo, plane.x.hi), (plane.y.lo, plane.y.hi));
    let shown = series.bins.iter().filter(|bin| bin.is_drawable() && bin.is_shown(xs, ys));
    let mut bins: Vec<&ReliabilityBin> = shown.collect();
    bins.sort_by(|a, b| a.predicted.total_cmp(&b.predicted));
    let line = canvas.style.line;
    for bin in &bins {
        if let (Some(low), Some(high)) = (bin.realised.low(), bin.realised.high()) {
            let place = |end: f64| plane.y.at(end.clamp(ys.0, ys.1));
            let (low, high) = (place(low), place(high));
            let stroke = Stroke::solid(ink.veiled(150), line * 0.8);
            let ends = Whisker { low, high, cap: line * 2.2, stroke };
            whisker(canvas.scene, Grows::Up, plane.x.at(bin.predicted) + shift, ends);
        }
    }
    let at = |bin: &&ReliabilityBin| Point {
        x: plane.x.at(bin.predicted) + shift,
        y: plane.y.at(bin.realised.value),
    };
    let points: Vec<Point> = bins.iter().map(at).collect();
    canvas.scene.line(points.clone(), Stroke::solid(ink, line));
    canvas.scene.dots(points, line * 2.1, ink);
}
