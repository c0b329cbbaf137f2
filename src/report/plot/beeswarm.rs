//! What each column did to each prediction: a swarm per column, one point per row of the table.

use super::bars::{ramp, ramp_width};
use super::frame::{Canvas, Titles};
use super::plane::{Axis, Plane, padded, range};
use super::scene::{Area, Point, Stroke, crisp};
use super::style::{GRID, MISSING, low_to_high};
use super::ticks::{Tick, grouped, is_drawable};
use super::{Chart, PlotFault, count_of, same_length};
use crate::stats;

/// One column: `shap[i]` is what it added to prediction i, `value[i]` what it then was (not a
/// number: missing, drawn grey).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SwarmRow<'a> {
    pub name: &'a str,
    pub shap: &'a [f32],
    pub value: &'a [f32],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Beeswarm<'a> {
    pub titles: Titles,
    pub x_label: String,
    pub rows: Vec<SwarmRow<'a>>,
    /// At most so many columns, those with the largest mean |SHAP|.
    pub top: usize,
}

/// More points than this in a swarm only hide each other.
const MOST_POINTS: usize = 1_000;
/// Share of a swarm's points at either end that the axis need not hold.
const TAIL: f64 = 0.005;
/// All points are held where that makes the axis less than this many times longer.
const LONG_TAIL: f64 = 1.25;
/// Colours of the ramp.
const N_TONES: usize = 12;
/// Points are drawn in so many rounds, each of which takes the tones in another scattered order, so
/// that no tone lies on top of the others.
const N_ROUNDS: usize = 24;

/// 2⁶⁴ divided by the golden ratio: multiplying by it scatters (Knuth 1973, The Art of Computer
/// Programming 3, section 6.4).
const FIBONACCI: u64 = 0x9E37_79B9_7F4A_7C15;

/// A point before it has a place: SHAP value, tone (`None`: the value is missing).
#[derive(Debug, Clone, Copy)]
struct Bee {
    shap: f64,
    tone: Option<usize>,
}

impl Chart for Beeswarm<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        for row in &self.rows {
            same_length(row.name, row.shap.len(), row.value.len())?;
        }
        let rows = self.shown();
        let all = range(shaps(&rows));
        let (Some(all), Some((lo, hi))) = (all, usual(&rows)) else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let (lo, hi) = if (all.1 - all.0) < LONG_TAIL * (hi - lo) { all } else { (lo, hi) };
        let names: Vec<String> = rows.iter().map(|row| row.name.to_owned()).collect();
        let notes = [beyond(&rows, (lo, hi)), self.notes(&rows)].concat();
        let body = canvas.framed(&self.titles, &[], &notes);
        let key = [(0.02, "low"), (0.98, "high")];
        let key = key.map(|(value, label)| Tick { value, label: label.into(), under: None });
        let right = ramp_width(canvas, &key);
        let body = Area { w: body.w - right, ..body };
        let x = Axis::number(&self.x_label, padded((lo.min(0.0), hi.max(0.0))));
        let plane = Plane::laid(canvas, body, &x, &Axis::names("", &names));
        let at = Area { x: body.right(), w: right, ..plane.area };
        ramp(canvas, at, low_to_high, &key);
        for (i, row) in rows.iter().enumerate() {
            draw_swarm(canvas, &plane, i, &bees(row));
        }
        Ok(())
    }
}

impl<'a> Beeswarm<'a> {
    fn shown(&self) -> Vec<SwarmRow<'a>> {
        let weight = |row: &SwarmRow<'_>| {
            let finite = row.shap.iter().map(|v| f64::from(*v)).filter(|v| v.is_finite());
            let (sum, n) = finite.fold((0.0, 0_usize), |(sum, n), v| (sum + v.abs(), n + 1));
            sum / n.max(1) as f64
        };
        let mut rows: Vec<_> = self.rows.iter().map(|row| (weight(row), *row)).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(b.1.name)));
        rows.into_iter().take(self.top.max(1)).map(|(_, row)| row).collect()
    }

    fn notes(&self, shown: &[SwarmRow<'_>]) -> Vec<String> {
        let mut notes = vec!["colour: the column’s value, by rank".to_owned()];
        if shown.len() < self.rows.len() {
            let (few, all) = (shown.len(), self.rows.len());
            notes.push(format!("{few} of {all} columns, those with the largest mean |SHAP|"));
        }
        let n_points = shown.iter().map(|row| row.shap.len()).max().unwrap_or(0);
        if n_points > MOST_POINTS {
            let (few, all) = (grouped(MOST_POINTS as f64, 0), grouped(n_points as f64, 0));
            notes.push(format!("{few} of {all} points a column, evenly by rank, both ends kept"));
        }
        let unfit = |row: &SwarmRow<'_>| row.shap.iter().filter(|v| !v.is_finite()).count();
        let n_missing: usize = shown.iter().map(unfit).sum();
        if n_missing > 0 {
            notes.push(format!("{} left out: not finite", count_of(n_missing, "SHAP value")));
        }
        if shown.iter().any(|row| row.value.iter().any(|v| v.is_nan())) {
            notes.push("grey: missing".to_owned());
        }
        notes
    }
}

fn shaps<'a>(rows: &'a [SwarmRow<'_>]) -> impl Iterator<Item = f64> + 'a {
    rows.iter().flat_map(|row| row.shap.iter().map(|v| f64::from(*v)))
}

/// Between the quantiles at [`TAIL`] and 1 − [`TAIL`] of every row: a handful of points must not
/// press all others together.
fn usual(rows: &[SwarmRow<'_>]) -> Option<(f64, f64)> {
    let ends = rows.iter().flat_map(|row| {
        let drawn = row.shap.iter().map(|v| f64::from(*v)).filter(|v| is_drawable(*v));
        let drawn: Vec<f64> = drawn.collect();
        [TAIL, 1.0 - TAIL].map(|share| stats::quantile(&drawn, share))
    });
    range(ends.flatten())
}

/// How many points lie beyond the axis, and how far.
fn beyond(rows: &[SwarmRow<'_>], (lo, hi): (f64, f64)) -> Vec<String> {
    let outside = shaps(rows).filter(|v| is_drawable(*v) && !(lo..=hi).contains(v));
    let n = outside.count();
    let Some((least, most)) = range(shaps(rows)).filter(|_| n > 0) else { return Vec::new() };
    let share = 100.0 * n as f64 / shaps(rows).count() as f64;
    vec![format!(
        "{share:.1} % beyond the axis stand at its ends: as far as {least:.2} and {most:.2}"
    )]
}

/// In the order of their SHAP values; thinned evenly by rank, both ends kept.
fn bees(row: &SwarmRow<'_>) -> Vec<Bee> {
    let tones = tones(row.value);
    let points = row.shap.iter().zip(tones).map(|(s, tone)| Bee { shap: f64::from(*s), tone });
    let mut bees: Vec<Bee> = points.filter(|bee| is_drawable(bee.shap)).collect();
    bees.sort_by(|a, b| a.shap.total_cmp(&b.shap));
    if bees.len() <= MOST_POINTS {
        return bees;
    }
    let last = bees.len() - 1;
    (0..MOST_POINTS).map(|i| bees[i * last / (MOST_POINTS - 1)]).collect()
}

/// The rank of each value among all as a tone; equal values share theirs.
fn tones(values: &[f32]) -> Vec<Option<usize>> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let tone = |v: f32| {
        let below = sorted.partition_point(|s| *s < v);
        let upto = sorted.partition_point(|s| *s <= v);
        let share = (below + upto) as f64 / (2.0 * sorted.len() as f64);
        ((share * N_TONES as f64) as usize).min(N_TONES - 1)
    };
    values.iter().map(|v| (!v.is_nan()).then(|| tone(*v))).collect()
}

fn draw_swarm(canvas: &mut Canvas<'_>, plane: &Plane, i: usize, bees: &[Bee]) {
    let slot = plane.area.h / (plane.y.hi - plane.y.lo);
    let middle = plane.area.y + slot * (i as f64 + 0.5);
    let (left, right) = (plane.area.x, plane.area.right());
    canvas.scene.segment((left, crisp(middle)), (right, crisp(middle)), Stroke::solid(GRID, 1.0));
    let radius = (slot * 0.1).clamp(0.9, canvas.style.text * 0.19);
    let px: Vec<f64> = bees.iter().map(|bee| plane.x.at(bee.shap)).collect();
    let heights = half_heights(&px, slot * 0.44 - radius, radius);
    let mut rounds = vec![vec![Vec::new(); N_TONES + 1]; N_ROUNDS];
    for (k, bee) in bees.iter().enumerate() {
        let y = middle + heights[k] * (2.0 * van_der_corput(k as u64 + 1) - 1.0);
        let tone = bee.tone.map_or(0, |tone| tone + 1);
        // By bits of a hash: neighbours and points of like jitter fall into different rounds.
        let round = ((k as u64 + 1).wrapping_mul(FIBONACCI) >> 40) as usize % N_ROUNDS;
        rounds[round][tone].push(Point { x: px[k], y });
    }
    for (i, mut round) in rounds.into_iter().enumerate() {
        for turn in 0..=N_TONES {
            let tone = (5 * turn + 3 * i) % (N_TONES + 1);
            let share = |tone: usize| (tone - 1) as f64 / (N_TONES - 1) as f64;
            let ink = if tone == 0 { MISSING } else { low_to_high(share(tone)) };
            canvas.scene.dots(std::mem::take(&mut round[tone]), radius, ink.veiled(225));
        }
    }
}

/// Half the height of the swarm at each of the ascending places: proportional to how many points
/// are near, so that the outline is the density; at most `most`, and no higher than a stack of as
/// many points.
fn half_heights(px: &[f64], most: f64, radius: f64) -> Vec<f64> {
    let near = 3.0 * radius;
    let count = |at: f64| {
        let below = px.partition_point(|p| *p < at - near);
        px.partition_point(|p| *p <= at + near) - below
    };
    let counts: Vec<usize> = px.iter().map(|at| count(*at)).collect();
    let fullest = counts.iter().copied().max().unwrap_or(1).max(1);
    let height = |n: &usize| {
        let share = *n as f64 / fullest as f64;
        (share * most).min((*n as f64 - 1.0) * radius * 0.5).max(0.0)
    };
    counts.iter().map(height).collect()
}

/// The sequence ½, ¼, ¾, ⅛ … that fills [0, 1) evenly at any length (van der Corput 1935): jitter
/// without chance.
fn van_der_corput(n: u64) -> f64 {
    // The mirrored bits, the upper 53 of them, as a fraction.
    (n.reverse_bits() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jitter_fills_the_height_evenly() {
        let first: Vec<f64> = (1..=7).map(van_der_corput).collect();
        assert_eq!(first, [0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875]);
    }

    #[test]
    fn tones_follow_ranks_and_ties_share_theirs() {
        let found = tones(&[1.0, f32::NAN, 1.0, 900.0]);
        assert_eq!(found, [Some(4), None, Some(4), Some(10)]);
    }

    #[test]
    fn a_swarm_is_as_high_as_its_points_are_dense() {
        let px = [0.0, 50.0, 50.5, 51.0, 51.5, 100.0];
        let heights = half_heights(&px, 20.0, 2.0);
        assert_eq!(heights[0], 0.0);
        assert!(heights[2] > 2.0 && heights[2] <= 20.0, "{heights:?}");
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let shap: Vec<f32> = (0..5_000).map(|i| i as f32).collect();
        let bees = bees(&SwarmRow { name: "x", shap: &shap, value: &shap });
        assert_eq!(bees.len(), MOST_POINTS);
        assert_eq!((bees[0].shap, bees[MOST_POINTS - 1].shap), (0.0, 4_999.0));
    }

    #[test]
    fn a_handful_of_far_points_does_not_set_the_axis() {
        let mut shap: Vec<f32> = (0..1_000).map(|i| i as f32 / 1_000.0).collect();
        let row = |shap: &[f32]| {
            let row = [SwarmRow { name: "x", shap, value: shap }];
            (usual(&row).unwrap(), beyond(&row, usual(&row).unwrap()))
        };
        shap[3] = 50.0;
        let ((lo, hi), notes) = row(&shap);
        assert!(lo < 0.01 && hi < 1.0, "{lo} {hi}");
        assert!(notes[0].starts_with("1.0 % beyond") && notes[0].contains("50.00"), "{notes:?}");
    }
}
