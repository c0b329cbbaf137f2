//! The best split of a node on four columns at a time: gains are bounded in single precision, all
//! at once, and only where the bound reaches the best so far are they computed, in double.
//!
//! With S(G, H) = T(G)²/(H + λ), where T moves G towards zero by α, a split gains
//! S(left) + S(right) − S(node) (Chen & Guestrin 2016, "XGBoost", eq. 7, without the half).

use super::binning::{LANES, MAX_BINS};
use super::constraint::{Bounds, allows};
use super::fixed::{self, Units};
use super::histogram::Histogram;

/// What a tree's splits are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub units: Units,
    pub lambda: f64,
    pub alpha: f64,
    pub min_child_weight: f64,
    pub min_gain: f64,
}

/// A node, before it is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    /// The sum of its rows' words.
    pub total: i64,
    pub bounds: Bounds,
}

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

/// Four columns of a node.
pub(super) struct Four<'a> {
    pub histogram: &'a Histogram,
    /// The columns to look at, a bit each.
    pub lanes: u8,
    pub first_column: u32,
    pub n_cuts: [u8; LANES],
    pub signs: [i8; LANES],
}

impl Rules {
    /// The value that minimises a node's loss, within its bounds.
    pub(super) fn weight(&self, sum: i64, bounds: Bounds) -> f64 {
        let (g, h) = self.real(sum);
        if h <= 0.0 { 0.0 } else { bounds.clip(-self.shrunk(g) / (h + self.lambda)) }
    }

    /// A sum of words as gradient and Hessian.
    #[inline]
    pub(super) fn real(&self, sum: i64) -> (f64, f64) {
        let g = f64::from(fixed::gradient(sum)) * self.units.gradient;
        (g, f64::from(fixed::hessian(sum)) * self.units.hessian)
    }

    /// T(G).
    #[inline]
    fn shrunk(&self, g: f64) -> f64 {
        if g > self.alpha {
            g - self.alpha
        } else if g < -self.alpha {
            g + self.alpha
        } else {
            0.0
        }
    }

    /// How much the loss falls, twice, if the node takes its best value within the bounds.
    #[inline]
    fn score(&self, sum: i64, bounds: Bounds) -> f64 {
        let (g, h) = self.real(sum);
        if bounds.are_none() {
            let shrunk = self.shrunk(g);
            return shrunk * shrunk / (h + self.lambda);
        }
        let w = self.weight(sum, bounds);
        -(2.0 * g * w + (h + self.lambda) * w * w + 2.0 * self.alpha * w.abs())
    }

    /// What a split gains; `None` where it is not allowed, or gains no more than `min_gain` and the
    /// rounding of its own sum.
    #[inline]
    fn gain(&self, parent: &Parent, score: f64, left: i64, sign: i8) -> Option<f64> {
        let right = parent.total.wrapping_sub(left);
        if fixed::hessian(left) < 1 || fixed::hessian(right) < 1 {
            return None;
        }
        let least = self.real(left).1.min(self.real(right).1);
        if least < self.min_child_weight {
            return None;
        }
        let children = self.score(left, parent.bounds) + self.score(right, parent.bounds);
        let gain = children - score;
        if gain <= self.min_gain + children * ROUNDING || !self.allows(parent, left, sign) {
            return None;
        }
        Some(gain)
    }

    fn allows(&self, parent: &Parent, left: i64, sign: i8) -> bool {
        let right = parent.total.wrapping_sub(left);
        sign == 0
            || allows(sign, self.weight(left, parent.bounds), self.weight(right, parent.bounds))
    }
}

/// A gain below this share of the children's scores is noise of double precision.
const ROUNDING: f64 = 1e-12;

impl Split {
    /// Of equal gains the first column wins, then the first bin, then missing to the left.
    pub(super) fn beats(&self, other: &Self) -> bool {
        let place = |split: &Self| (split.column, split.bin, !split.missing_left);
        self.gain > other.gain || self.gain == other.gain && place(self) < place(other)
    }
}

/// A run of bins whose gains are bounded together.
const RUN: usize = 8;
const RUNS: usize = MAX_BINS / RUN;

/// What one pass over the bins leaves.
struct Sweep {
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
    /// Total gradient and twice-shifted Hessian, in units.
    g: f64,
    h: f64,
    lambda: f64,
    /// The least (HL + λ)(HR + λ) of an allowed split, in units.
    least_product: f64,
    best: Option<Split>,
}

impl<'a> Search<'a> {
    pub(super) fn new(rules: &'a Rules, parent: Parent, best: Option<Split>) -> Self {
        let lambda = rules.lambda / rules.units.hessian;
        let h = f64::from(fixed::hessian(parent.total)) + 2.0 * lambda;
        let least = (rules.min_child_weight / rules.units.hessian).max(1.0) + lambda;
        let g = f64::from(fixed::gradient(parent.total));
        let score = rules.score(parent.total, parent.bounds);
        let least_product = (least * (h - least)).max(0.0);
        Self { rules, parent, score, g, h, lambda, least_product, best }
    }

    pub(super) fn best(&self) -> Option<Split> {
        self.best
    }

    /// Looks through four columns.
    pub(super) fn look(&mut self, four: &Four<'_>) {
        if self.least_product <= 0.0 {
            return;
        }
        let missing = four.histogram[0];
        self.pass(four, [0; LANES], true);
        if (0..LANES).any(|lane| four.lanes & 1 << lane != 0 && missing[lane] != 0) {
            self.pass(four, missing.map(i64::wrapping_neg), false);
        }
    }

    /// One pass over the bins, with the missing rows on one side.
    fn pass(&mut self, four: &Four<'_>, start: [i64; LANES], missing_left: bool) {
        let most = (0..LANES).filter(|lane| four.lanes & 1 << lane != 0);
        let Some(last) = most.map(|lane| usize::from(four.n_cuts[lane])).max() else { return };
        let n_runs = (last / RUN + 1).min(RUNS);
        let sweep = self.sweep(four.histogram, start, n_runs);
        let mut top = (f32::NEG_INFINITY, 0, 0);
        for (run, peaks) in sweep.peaks[..n_runs].iter().enumerate() {
            for lane in (0..LANES).filter(|lane| four.lanes & 1 << lane != 0) {
                if peaks[lane] > top.0 {
                    top = (peaks[lane], run, lane);
                }
            }
        }
        let mut bar = self.bar();
        if top.0 < bar {
            return;
        }
        // The likeliest first: it raises the bar for all others.
        self.examine(four, &sweep, (top.1, top.2), missing_left);
        bar = self.bar();
        for (run, peaks) in sweep.peaks[..n_runs].iter().enumerate() {
            for lane in (0..LANES).filter(|lane| four.lanes & 1 << lane != 0) {
                if peaks[lane] >= bar && (run, lane) != (top.1, top.2) {
                    self.examine(four, &sweep, (run, lane), missing_left);
                    bar = self.bar();
                }
            }
        }
    }

    /// With H' = H + 2λ, HL' = HL + λ, HR' = HR + λ and α = 0, the children's scores are exactly
    /// G²/H' + d²·H'/(HL'·HR') with d = GL − G·HL'/H'; α and bounds only lower them. The bound is
    /// d²/(HL'·HR'), zero where a child would be too light.
    fn sweep(&self, histogram: &Histogram, start: [i64; LANES], n_runs: usize) -> Sweep {
        let mean = (self.g / self.h) as f32;
        let total = fixed::hessian(self.parent.total);
        let lambda = self.lambda as f32;
        let least = (self.least_product * (1.0 - 1e-5)) as f32;
        let mut sums = start;
        let mut sweep = Sweep { peaks: [[0.0; LANES]; RUNS], before: [[0; LANES]; RUNS] };
        let runs = histogram.chunks_exact(RUN).take(n_runs);
        for ((bins, peak), before) in runs.zip(&mut sweep.peaks).zip(&mut sweep.before) {
            *before = sums;
            let mut most = [0.0_f32; LANES];
            for bin in bins {
                for lane in 0..LANES {
                    sums[lane] = sums[lane].wrapping_add(bin[lane]);
                }
                for lane in 0..LANES {
                    let left = fixed::hessian(sums[lane]);
                    // Not h − left in single precision: of a light child nothing would be left.
                    let right = total.wrapping_sub(left) as f32 + lambda;
                    let left = left as f32 + lambda;
                    let d = fixed::gradient(sums[lane]) as f32 - mean * left;
                    let product = left * right;
                    let bound = d * d / product;
                    let bound = if product >= least { bound } else { 0.0 };
                    most[lane] = if bound > most[lane] { bound } else { most[lane] };
                }
            }
            *peak = most;
        }
        sweep
    }

    /// The bound a split needs to match the best so far. Lowered by more than single precision may
    /// have got wrong: d is off by at most 2⁻²¹(|d| + |G|), and (|d| + e)² ≤ d²(1 + κ) + e²(1 + 1/κ),
    /// here with κ = 2⁻⁸.
    fn bar(&self) -> f32 {
        let Units { gradient, hessian } = self.rules.units;
        let gain = self.best.map_or(self.rules.min_gain, |best| best.gain);
        let level = self.g * self.g / self.h;
        let wanted = (gain + self.score) / (gradient * gradient) * hessian;
        let slack = self.g * self.g / self.least_product / f64::from(1 << 30) / 16.0;
        let rounding = wanted.abs().max(level) * ROUNDING;
        ((wanted - level - rounding) / self.h * (1.0 - 1.0 / 128.0) - slack) as f32
    }

    fn examine(
        &mut self,
        four: &Four<'_>,
        sweep: &Sweep,
        (run, lane): (usize, usize),
        missing_left: bool,
    ) {
        let mut left = sweep.before[run][lane];
        let no_missing = four.histogram[0][lane] == 0;
        for bin in run * RUN..(run + 1) * RUN {
            left = left.wrapping_add(four.histogram[bin][lane]);
            if bin == 0 || bin > usize::from(four.n_cuts[lane]) {
                continue;
            }
            let sign = four.signs[lane];
            let Some(gain) = self.rules.gain(&self.parent, self.score, left, sign) else {
                continue;
            };
            // Where nothing was missing, what will be missing goes with the heavier child.
            let right = self.parent.total.wrapping_sub(left);
            let heavier_left = fixed::hessian(left) >= fixed::hessian(right);
            let missing_left = if no_missing { heavier_left } else { missing_left };
            let column = four.first_column + lane as u32;
            let split = Split { gain, column, bin: bin as u8, missing_left, left };
            if self.best.is_none_or(|best| split.beats(&best)) {
                self.best = Some(split);
            }
        }
    }
}
