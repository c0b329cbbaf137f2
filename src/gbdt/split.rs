//! The best split of a node on four columns at a time: gains are bounded in single precision, all
//! at once, and only where the bound reaches the best so far are they computed, in double.

use super::binning::{LANES, MAX_BINS};
use super::fixed::{self, Units};
use super::gain::{Parent, ROUNDING, Rules};
use super::histogram::Histogram;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub gain: f64,
    pub column: u32,
    /// The last code that goes left.
    pub bin: u8,
    pub missing_left: bool,
    /// The sum of the left child's words.
    pub left: i64,
}

/// Four columns side by side.
pub(super) struct Columns {
    /// Those to look at, a bit each.
    pub lanes: u8,
    /// The number of the first.
    pub first: u32,
    pub n_cuts: [u8; LANES],
    /// Their monotone constraints.
    pub signs: [i8; LANES],
}

impl Columns {
    fn has(&self, lane: usize) -> bool {
        self.lanes & 1 << lane != 0
    }
}

impl Split {
    /// Of equal gains the first column wins, then the first bin, then missing to the left.
    pub(super) fn beats(&self, other: &Self) -> bool {
        let place = |split: &Self| (split.column, split.bin, !split.missing_left);
        self.gain > other.gain || self.gain == other.gain && place(self) < place(other)
    }
}

/// A run of bins whose gains are bounded together.
const RUN: usize = 16;
const RUNS: usize = MAX_BINS / RUN;

/// What one pass over the bins leaves.
struct Sweep {
    /// The largest bound of all.
    tops: [f32; LANES],
    /// The largest bound in each run.
    peaks: [[f32; LANES]; RUNS],
    /// The sums of all bins before each run.
    before: [[i64; LANES]; RUNS],
}

/// The search of one node's best split over its columns.
pub(super) struct Search<'a> {
    rules: &'a Rules,
    parent: Parent,
    /// S(node).
    score: f64,
    frame: Frame,
    /// The bound a split needs to match the best so far.
    bar: f32,
    best: Option<Split>,
}

/// What bounds are made of, in units.
///
/// With H' = H + 2λ, HL' = HL + λ, HR' = HR + λ and α = 0, the children's scores are exactly
/// G²/H' + d²·H'/(HL'·HR') with d = GL − G·HL'/H'; α and bounds on values only lower them. The bound
/// is d²/(HL'·HR'), zero where a child would be too light.
struct Frame {
    g: f64,
    /// H'.
    h: f64,
    /// H.
    total: i32,
    /// The least HL'·HR' of an allowed split.
    least_product: f64,
    /// G/H'.
    mean: f32,
    lambda: f32,
    /// `least_product`, lowered by what single precision may get wrong.
    least: f32,
}

impl Frame {
    fn new(rules: &Rules, total: i64) -> Self {
        let lambda = rules.lambda / rules.units.hessian;
        let g = f64::from(fixed::gradient(total));
        let h = f64::from(fixed::hessian(total)) + 2.0 * lambda;
        let least = (rules.min_child_weight / rules.units.hessian).max(1.0) + lambda;
        let least_product = (least * (h - least)).max(0.0);
        let (mean, lambda) = ((g / h) as f32, lambda as f32);
        let least = (least_product * (1.0 - 1e-5)) as f32;
        Self { g, h, total: fixed::hessian(total), least_product, mean, lambda, least }
    }

    /// Of a split with the sum `left` to the left. The right child's Hessian is a difference of
    /// whole numbers: in single precision nothing would be left of a light one.
    #[inline]
    fn bound(&self, gradient: i32, hessian: i32) -> f32 {
        let left = hessian as f32 + self.lambda;
        let right = self.total.wrapping_sub(hessian) as f32 + self.lambda;
        let d = gradient as f32 - self.mean * left;
        let product = left * right;
        let bound = d * d / product;
        if product >= self.least { bound } else { 0.0 }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(rules: &'a Rules, parent: Parent) -> Self {
        let score = rules.score(parent.total, parent.bounds);
        let frame = Frame::new(rules, parent.total);
        let mut search = Self { rules, parent, score, frame, bar: 0.0, best: None };
        search.bar = search.bar();
        search
    }

    pub(super) fn best(&self) -> Option<Split> {
        self.best
    }

    /// Looks through four columns.
    pub(super) fn look(&mut self, histogram: &Histogram, columns: &Columns) {
        if self.frame.least_product <= 0.0 {
            return;
        }
        let missing = histogram[0];
        self.pass(histogram, columns, [0; LANES], true);
        if (0..LANES).any(|lane| columns.has(lane) && missing[lane] != 0) {
            self.pass(histogram, columns, missing.map(i64::wrapping_neg), false);
        }
    }

    /// One pass over the bins, with the missing rows on one side.
    fn pass(
        &mut self,
        histogram: &Histogram,
        columns: &Columns,
        start: [i64; LANES],
        missing_left: bool,
    ) {
        let cuts = (0..LANES).filter(|lane| columns.has(*lane)).map(|lane| columns.n_cuts[lane]);
        let Some(last) = cuts.max() else { return };
        let n_runs = (usize::from(last) / RUN + 1).min(RUNS);
        let sweep = self.sweep(histogram, start, n_runs);
        let mut top = (f32::NEG_INFINITY, 0, 0);
        for lane in (0..LANES).filter(|lane| columns.has(*lane)) {
            if sweep.tops[lane] > top.0 {
                top = (sweep.tops[lane], 0, lane);
            }
        }
        if top.0 < self.bar {
            return;
        }
        let lane = top.2;
        top.1 = (0..n_runs).find(|run| sweep.peaks[*run][lane] == top.0).unwrap_or(0);
        // The likeliest first: it raises the bar for all others.
        self.examine((histogram, columns, &sweep), (top.1, lane), missing_left);
        for (run, peaks) in sweep.peaks[..n_runs].iter().enumerate() {
            for lane in (0..LANES).filter(|lane| columns.has(*lane)) {
                if peaks[lane] >= self.bar && (run, lane) != (top.1, top.2) {
                    self.examine((histogram, columns, &sweep), (run, lane), missing_left);
                }
            }
        }
    }

    fn sweep(&self, histogram: &Histogram, start: [i64; LANES], n_runs: usize) -> Sweep {
        let mut sums = start;
        let mut sweep =
            Sweep { tops: [0.0; LANES], peaks: [[0.0; LANES]; RUNS], before: [[0; LANES]; RUNS] };
        let mut tops = sweep.tops;
        let runs = histogram.chunks_exact(RUN).take(n_runs);
        for ((bins, peak), before) in runs.zip(&mut sweep.peaks).zip(&mut sweep.before) {
            *before = sums;
            let (mut gradients, mut hessians) = ([[0; LANES]; RUN], [[0; LANES]; RUN]);
            for ((g, h), bin) in gradients.iter_mut().zip(&mut hessians).zip(bins) {
                for (((sum, g), h), word) in sums.iter_mut().zip(g).zip(h).zip(bin) {
                    *sum = sum.wrapping_add(*word);
                    (*g, *h) = (fixed::gradient(*sum), fixed::hessian(*sum));
                }
            }
            // Apart from the sums, which follow from each other, so that bounds come eight at a time.
            let mut bounds = [0.0_f32; RUN * LANES];
            let halves = gradients.as_flattened().iter().zip(hessians.as_flattened());
            for (bound, (g, h)) in bounds.iter_mut().zip(halves) {
                *bound = self.frame.bound(*g, *h);
            }
            let mut most = [0.0_f32; LANES];
            for bounds in bounds.as_chunks::<LANES>().0 {
                for (most, bound) in most.iter_mut().zip(bounds) {
                    *most = if *bound > *most { *bound } else { *most };
                }
            }
            *peak = most;
            tops = std::array::from_fn(|k| if most[k] > tops[k] { most[k] } else { tops[k] });
        }
        sweep.tops = tops;
        sweep
    }

    /// Lowered by more than single precision may have got wrong: d is off by at most
    /// e = 2⁻²¹(|d| + |G|), and (|d| + e)² ≤ d²(1 + κ) + e²(1 + 1/κ), here with κ = 2⁻⁸.
    fn bar(&self) -> f32 {
        let Units { gradient, hessian } = self.rules.units;
        let Frame { g, h, least_product, .. } = self.frame;
        let gain = self.best.map_or(self.rules.min_gain, |best| best.gain);
        let level = g * g / h;
        let wanted = (gain + self.score) / (gradient * gradient) * hessian;
        let slack = g * g / least_product / f64::from(1 << 30) / 16.0;
        let rounding = wanted.abs().max(level) * ROUNDING;
        ((wanted - level - rounding) / h * (1.0 - 1.0 / 128.0) - slack) as f32
    }

    fn examine(
        &mut self,
        (histogram, columns, sweep): (&Histogram, &Columns, &Sweep),
        (run, lane): (usize, usize),
        missing_left: bool,
    ) {
        let mut left = sweep.before[run][lane];
        let missing_left = (histogram[0][lane] != 0).then_some(missing_left);
        for (bin, sums) in histogram.iter().enumerate().skip(run * RUN).take(RUN) {
            left = left.wrapping_add(sums[lane]);
            if bin > 0 && bin <= usize::from(columns.n_cuts[lane]) {
                self.consider(columns, (lane, bin), left, missing_left);
            }
        }
    }

    /// A split after `bin` of the column in `lane`, with this sum to the left. `missing_left` is
    /// `None` where nothing was missing: what will be missing goes with the heavier child.
    pub(super) fn consider(
        &mut self,
        columns: &Columns,
        (lane, bin): (usize, usize),
        left: i64,
        missing_left: Option<bool>,
    ) {
        let right = self.parent.total.wrapping_sub(left);
        if self.frame.bound(fixed::gradient(left), fixed::hessian(left)) < self.bar {
            return;
        }
        let sign = columns.signs[lane];
        let Some(gain) = self.rules.gain(&self.parent, self.score, left, sign) else { return };
        let heavier_left = fixed::hessian(left) >= fixed::hessian(right);
        let missing_left = missing_left.unwrap_or(heavier_left);
        let column = columns.first + lane as u32;
        let split = Split { gain, column, bin: bin as u8, missing_left, left };
        if self.best.is_none_or(|best| split.beats(&best)) {
            self.best = Some(split);
            self.bar = self.bar();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::constraint::Bounds;
    use super::*;

    const RULES: Rules = Rules {
        units: Units { gradient: 0.5, hessian: 1.0 },
        lambda: 1.0,
        alpha: 0.0,
        min_child_weight: 1.0,
        min_gain: 0.0,
    };

    /// Gradients in halves.
    fn word(gradient: i64, count: i64) -> i64 {
        (gradient << 32) + count
    }

    fn search(histogram: &Histogram, rules: &Rules, sign: i8) -> Option<Split> {
        let total = histogram.iter().fold(0, |sum: i64, bin| sum.wrapping_add(bin[2]));
        let mut search = Search::new(rules, Parent { total, bounds: Bounds::NONE });
        let columns =
            Columns { lanes: 0b100, first: 8, n_cuts: [254; LANES], signs: [sign; LANES] };
        search.look(histogram, &columns);
        search.best()
    }

    #[test]
    fn the_best_split_of_a_hand_made_histogram() {
        let mut histogram = [[0; LANES]; MAX_BINS];
        histogram[3][2] = word(-8, 3); // G = −4, H = 3
        histogram[9][2] = word(4, 1); // G = 2, H = 1
        histogram[200][2] = word(12, 2); // G = 6, H = 2
        // Node: G = 4, H = 6, S = 16/7. After 3: 16/4 + 64/4 = 20. After 9: 4/5 + 36/3 = 12.8.
        let best = search(&histogram, &RULES, 0).unwrap();
        assert_eq!((best.column, best.bin, best.left), (10, 3, word(-8, 3)));
        assert_eq!(best.gain, 20.0 - 16.0 / 7.0);
        assert!(best.missing_left, "the heavier child, and of equal ones the left");
        // Left −G/(H + λ) is 1, right −8/4: falling only.
        assert_eq!(search(&histogram, &RULES, -1), Some(best));
        assert_eq!(search(&histogram, &RULES, 1), None);
        let heavy = Rules { min_child_weight: 4.0, ..RULES };
        assert_eq!(search(&histogram, &heavy, 0), None);
    }

    #[test]
    fn missing_rows_are_tried_on_both_sides() {
        let mut histogram = [[0; LANES]; MAX_BINS];
        histogram[0][2] = word(-8, 2);
        histogram[2][2] = word(8, 2);
        histogram[3][2] = word(-8, 2);
        // Missing to the right: G = 4 | −8.
        let best = search(&histogram, &RULES, 0).unwrap();
        assert_eq!((best.bin, best.missing_left, best.left), (2, false, word(8, 2)));
        assert_eq!(best.gain, 16.0 / 3.0 + 64.0 / 5.0 - 16.0 / 7.0);
    }
}
