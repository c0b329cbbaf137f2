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
    /// How the predictions are spread, in the units of the x axis.
    pub predictions: Bins,
    /// What the whiskers are.
    pub interval: String,
}

impl Chart for Reliability {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        super::same_length(
            "edges of the bins",
            self.predictions.counts.len() + 1,
            self.predictions.edges.len(),
        )?;
        let shown = || self.series.iter().flat_map(|s| &s.bins).filter(|bin| bin.is_drawable());
        let ends = |bin: &ReliabilityBin| {
            let realised = bin.realised;
            [Some(realised.value), realised.low(), realised.high()].into_iter().flatten()
        };
        let xs = range(shown().map(|bin| bin.predicted));
        let (Some(xs), Some(ys)) = (xs, range(shown().flat_map(ends))) else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let ys = range(shown().map(|bin| bin.predicted).chain([ys.0, ys.1])).unwrap_or(ys);
        let xs = self.widened(xs);
        let body = canvas.framed(&self.titles, &self.keys(), &self.notes(xs));
        let upper = Area { h: body.h * 0.7, ..body };
        let lower = Area { y: upper.bottom(), h: body.h - upper.h, ..body };
        let room_px = canvas.style.text * 4.2;
        let x = Axis { is_bare: true, ..Axis::number("", xs) };
        let y = Axis { room_px, ..Axis::number(&self.y_label, padded(ys)) };
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

    /// The range of the bins with some of the histogram's tails: all of them would leave little
    /// room for the curve.
    fn widened(&self, (lo, hi): (f64, f64)) -> (f64, f64) {
        let edges = &self.predictions.edges;
        let (first, last) = (edges.first().copied(), edges.last().copied());
        let air = (hi - lo) * 0.2;
        let low = first.map_or(lo, |edge| edge.max(lo - air).min(lo));
        padded((low, last.map_or(hi, |edge| edge.min(hi + air).max(hi))))
    }

    fn notes(&self, (lo, hi): (f64, f64)) -> Vec<String> {
        let all = self.series.iter().flat_map(|s| &s.bins);
        let n_missing = all.filter(|bin| !bin.is_drawable()).count();
        let whiskers = (!self.interval.is_empty()).then(|| format!("whiskers: {}", self.interval));
        let missing =
            (n_missing > 0).then(|| format!("{} left out: not finite", count_of(n_missing, "bin")));
        let bins = self.predictions.edges.windows(2).zip(&self.predictions.counts);
        let beyond = bins.filter(|(edges, _)| edges[1] <= lo || edges[0] >= hi);
        let n_beyond: u64 = beyond.map(|(_, count)| count).sum();
        let share = 100.0 * n_beyond as f64 / self.predictions.total().max(1) as f64;
        let beyond =
            (n_beyond > 0).then(|| format!("{share:.1} % of the predictions lie beyond the axis"));
        whiskers.into_iter().chain(missing).chain(beyond).collect()
    }

    fn draw_histogram(&self, canvas: &mut Canvas<'_>, at: Area, x: &Axis<'_>, room_px: f64) {
        let highest = self.predictions.counts.iter().copied().max().unwrap_or(0) as f64;
        let y = Axis { room_px, ..Axis::number("predictions", with_zero((0.0, highest))) };
        let plane = Plane::laid(canvas, at, x, &y);
        for (edges, count) in self.predictions.edges.windows(2).zip(&self.predictions.counts) {
            let (left, right) = (plane.x.at(edges[0]), plane.x.at(edges[1]));
            let top = plane.y.at(*count as f64);
            let area = Area { x: left, y: top, w: right - left, h: plane.area.bottom() - top };
            let area = area.snapped();
            if edges[1] <= x.lo || edges[0] >= x.hi {
                continue;
            }
            canvas.scene.rect(Area { w: (area.w - 1.0).max(1.0), ..area }, QUIET);
        }
    }
}

impl ReliabilityBin {
    fn is_drawable(&self) -> bool {
        is_drawable(self.predicted) && is_drawable(self.realised.value)
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
    let mut bins: Vec<&ReliabilityBin> = series.bins.iter().filter(|b| b.is_drawable()).collect();
    bins.sort_by(|a, b| a.predicted.total_cmp(&b.predicted));
    let line = canvas.style.line;
    for bin in &bins {
        if let (Some(low), Some(high)) = (bin.realised.low(), bin.realised.high()) {
            let (low, high) = (plane.y.at(low), plane.y.at(high));
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
