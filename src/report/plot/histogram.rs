//! How values are spread: shares per bin, one sample filled, several as outlines over each other.

use super::bins::{Bins, freedman_diaconis};
use super::frame::{Canvas, Key, KeyShape, Titles};
use super::plane::{Axis, AxisKind, Plane, padded, with_zero};
use super::scene::{Area, Ink, Point, Stroke};
use super::style::series_ink;
use super::ticks::{brief, is_drawable, round_step};
use super::uprights::{Upright, draw_uprights};
use super::{Chart, PlotFault, count_of};
use crate::stats::quantile;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a> {
    pub name: &'a str,
    pub values: &'a [f64],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Histogram<'a> {
    pub titles: Titles,
    pub x_label: String,
    pub samples: Vec<Sample<'a>>,
    pub uprights: Vec<Upright<'a>>,
}

/// Values farther from the quartiles than so many interquartile ranges go to the outermost bins:
/// one wild value must not press all others into one bar. (Tukey 1977 calls 3 "far out"; returns
/// have fat tails, so it takes more here.)
const FAR_OUT: f64 = 5.0;

impl Chart for Histogram<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let samples =
            self.samples.iter().map(|s| s.values.iter().copied().filter(|v| is_drawable(*v)));
        let finite: Vec<Vec<f64>> = samples.map(Iterator::collect).collect();
        let pooled = finite.concat();
        let Some((range, n_bins)) = extent(&pooled) else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let binned: Vec<Bins> =
            finite.iter().map(|values| Bins::counted(values, range, n_bins)).collect();
        let highest = binned.iter().flat_map(shares).fold(0.0, f64::max);
        let body = canvas.framed(&self.titles, &self.keys(), &self.notes(&pooled, range));
        let kind = if are_whole(&pooled) { AxisKind::Whole } else { AxisKind::Number };
        let x = Axis { kind, ..Axis::number(&self.x_label, range) };
        let y = Axis::number("share of values in the bin (%)", with_zero((0.0, highest)));
        let plane = Plane::laid(canvas, body, &x, &y);
        let is_single = binned.len() == 1;
        for (i, bins) in binned.iter().enumerate() {
            draw_bins(canvas, &plane, bins, (series_ink(i), is_single));
        }
        draw_uprights(canvas, &plane, &self.uprights);
        Ok(())
    }
}

impl Histogram<'_> {
    fn keys(&self) -> Vec<Key> {
        let key = |(i, sample): (usize, &Sample<'_>)| Key {
            name: format!(
                "{} ({})",
                sample.name,
                super::ticks::grouped(sample.values.len() as f64, 0)
            ),
            ink: series_ink(i),
            shape: KeyShape::Box,
        };
        self.samples.iter().enumerate().map(key).collect()
    }

    fn notes(&self, pooled: &[f64], (lo, hi): (f64, f64)) -> Vec<String> {
        let n_all: usize = self.samples.iter().map(|s| s.values.len()).sum();
        let n_missing = n_all - pooled.len();
        let n_far = pooled.iter().filter(|v| **v < lo || **v > hi).count();
        let mut notes = Vec::new();
        if n_far > 0 {
            let least = pooled.iter().copied().fold(f64::MAX, f64::min);
            let most = pooled.iter().copied().fold(f64::MIN, f64::max);
            let far = count_of(n_far, "value");
            let (least, most) = (brief(least), brief(most));
            notes.push(format!(
                "{far} beyond the axis, counted in the outermost bins (all lie in {least} … {most})"
            ));
        }
        if n_missing > 0 {
            notes.push(format!("{} left out: not finite", count_of(n_missing, "value")));
        }
        notes
    }
}

/// What the axis spans, and how many bins: their edges are multiples of a round width, so that zero
/// is an edge and no bin mixes gains and losses; whole numbers have no narrower bins than one, which
/// then lie around their number. The width is within 0.65 and 1.6 of the rule's.
fn extent(pooled: &[f64]) -> Option<((f64, f64), usize)> {
    let at = |p| quantile(pooled, p);
    let (lo, q1, q3, hi) = (at(0.0)?, at(0.25)?, at(0.75)?, at(1.0)?);
    let iqr = q3 - q1;
    let (lo, hi) = if iqr > 0.0 {
        (lo.max(q1 - FAR_OUT * iqr), hi.min(q3 + FAR_OUT * iqr))
    } else {
        padded((lo, hi))
    };
    let n_bins = freedman_diaconis(iqr, hi - lo, pooled.len());
    let is_whole = are_whole(pooled);
    let width = match is_whole {
        true if hi - lo <= MOST_WHOLE => 1.0,
        true => round_step(0.65 * (hi - lo) / n_bins as f64).max(1.0),
        false => round_step(0.65 * (hi - lo) / n_bins as f64),
    };
    let (first, last) = ((lo / width).floor(), (hi / width).floor() + 1.0);
    let is_fine = last - first <= MOST_BINS && width > 0.0;
    let shift = if is_whole && width == 1.0 { 0.5 } else { 0.0 };
    Some(if is_fine {
        ((first * width - shift, last * width - shift), (last - first) as usize)
    } else {
        ((lo, hi), n_bins)
    })
}

/// As many whole numbers have a bin each, whatever the rule says: a limit is one of them.
const MOST_WHOLE: f64 = 60.0;

fn are_whole(values: &[f64]) -> bool {
    values.iter().all(|value| value.fract() == 0.0)
}

/// Beyond this something is wrong with the width.
const MOST_BINS: f64 = 1000.0;

fn shares(bins: &Bins) -> Vec<f64> {
    let total = bins.total().max(1) as f64;
    bins.counts.iter().map(|n| 100.0 * *n as f64 / total).collect()
}

fn draw_bins(canvas: &mut Canvas<'_>, plane: &Plane, bins: &Bins, (ink, is_single): (Ink, bool)) {
    let mut outline = Vec::new();
    let ground = plane.y.at(0.0);
    for (edges, share) in bins.edges.windows(2).zip(shares(bins)) {
        let (left, right, top) = (plane.x.at(edges[0]), plane.x.at(edges[1]), plane.y.at(share));
        let gap = if is_single { 1.0 } else { 0.0 };
        let area = Area { x: left, y: top, w: right - left, h: ground - top }.snapped();
        let area = Area { w: (area.w - gap).max(1.0), ..area };
        canvas.scene.rect(area, if is_single { ink } else { ink.veiled(50) });
        outline.extend([Point { x: left, y: top }, Point { x: right, y: top }]);
    }
    if !is_single {
        canvas.scene.line(outline, Stroke::solid(ink, canvas.style.line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_an_edge_and_whole_numbers_have_bins_of_their_own() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i) * 0.37 - 31.3).collect();
        let ((lo, hi), n) = extent(&values).unwrap();
        let width = (hi - lo) / n as f64;
        assert!((lo / width - (lo / width).round()).abs() < 1e-9, "{lo} {width}");
        assert!(lo <= -31.3 && values[199] < hi);
        let whole: Vec<f64> = (0..500).map(|i| f64::from(i % 7)).collect();
        assert_eq!(extent(&whole), Some(((-0.5, 6.5), 7)));
    }
}
