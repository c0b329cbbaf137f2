//! Does the setting that was best in one half of the time stay good in the other?

use rayon::prelude::*;
use serde::Serialize;

use super::finite;

/// More blocks than this have more splits (C(20, 10) = 184,756) than a result needs.
const MOST_BLOCKS: usize = 20;

/// Combinatorially symmetric cross-validation of a choice among trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overfitting {
    pub n_trials: u64,
    pub n_blocks: u64,
    pub n_splits: u64,
    /// The probability of backtest overfitting: the share of splits in which the best trial of one
    /// half is in the lower half of the trials in the other. A best in the very middle counts half.
    pub pbo: f64,
    pub median_logit: Option<f64>,
    /// Of the best trial's ratio in the other half on that in its own, by least squares: below 0,
    /// the better it looks, the worse it becomes.
    pub slope: Option<f64>,
    pub intercept: Option<f64>,
    /// The share of splits in which the best trial of one half loses money in the other.
    pub probability_of_loss: f64,
}

/// One way to halve the blocks: how the best trial of the one half did in the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Split {
    /// Sharpe ratio of a period, where it was best.
    pub inside: f64,
    /// In the other half.
    pub outside: f64,
    /// ln(ω / (1 − ω)), ω = rank / (N + 1) in the other half, 1 being the worst; ties share ranks.
    pub logit: f64,
}

impl Overfitting {
    /// Bailey, Borwein, López de Prado & Zhu 2015 ("The probability of backtest overfitting",
    /// J. Computational Finance 20(4), 2017). They count a logit of 0 as overfit; here it
    /// counts half, so that trials that are all the same are told apart from a bad choice. `None`
    /// for fewer than two trials, a number of blocks that is odd or above 20, fewer than two
    /// periods a block, trials of different lengths, or returns that are not finite.
    pub fn of(trials: &[&[f64]], n_blocks: usize) -> Option<Self> {
        Some(Self::summary(&splits(trials, n_blocks)?, trials.len(), n_blocks))
    }

    pub fn summary(splits: &[Split], n_trials: usize, n_blocks: usize) -> Self {
        let share = |weight: fn(&Split) -> f64| {
            splits.iter().map(weight).sum::<f64>() / splits.len() as f64
        };
        let logits: Vec<f64> = splits.iter().map(|split| split.logit).collect();
        let line = line(splits);
        Self {
            n_trials: n_trials as u64,
            n_blocks: n_blocks as u64,
            n_splits: splits.len() as u64,
            pbo: share(|split| match split.logit {
                logit if logit < 0.0 => 1.0,
                logit if logit > 0.0 => 0.0,
                _ => 0.5,
            }),
            median_logit: crate::stats::median(&logits),
            slope: line.map(|[slope, _]| slope),
            intercept: line.map(|[_, intercept]| intercept),
            probability_of_loss: share(|split| f64::from(u8::from(split.outside < 0.0))),
        }
    }
}

/// All splits, in the order of their blocks read as binary numbers. `trials` holds the returns of
/// each, a period a value: days, or the blocks get short.
pub fn splits(trials: &[&[f64]], n_blocks: usize) -> Option<Vec<Split>> {
    let n_periods = trials.first()?.len();
    let fits = trials.len() > 1
        && n_blocks.is_multiple_of(2)
        && (2..=MOST_BLOCKS).contains(&n_blocks)
        && n_periods >= 2 * n_blocks
        && trials.iter().all(|t| t.len() == n_periods && t.iter().all(|r| r.is_finite()));
    let blocks = fits.then(|| blocks(trials, n_blocks))?;
    let halves = |mask: &u32| mask.count_ones() as usize == n_blocks / 2;
    let masks: Vec<u32> = (0..1 << n_blocks).filter(halves).collect();
    let fresh = || [Half::new(trials.len()), Half::new(trials.len())];
    let split = |halves: &mut [Half; 2], mask: &u32| {
        let [inside, outside] = halves;
        inside.fill(&blocks, *mask);
        outside.fill(&blocks, !*mask);
        judge(&inside.sharpes, &outside.sharpes)
    };
    Some(masks.par_iter().map_init(fresh, split).collect())
}

/// What the Sharpe ratio of any union of blocks is made of, for every trial.
struct Block {
    n: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

fn blocks(trials: &[&[f64]], n_blocks: usize) -> Vec<Block> {
    let n_periods = trials[0].len();
    let block = |at: usize| {
        let rows = at * n_periods / n_blocks..(at + 1) * n_periods / n_blocks;
        let sum = |of: fn(f64) -> f64| -> Vec<f64> {
            trials.iter().map(|trial| trial[rows.clone()].iter().map(|r| of(*r)).sum()).collect()
        };
        Block { n: rows.len() as f64, sums: sum(|r| r), squares: sum(|r| r * r) }
    };
    (0..n_blocks).map(block).collect()
}

/// Some of the blocks together; filled again and again.
struct Half {
    n: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
    sharpes: Vec<f64>,
}

impl Half {
    fn new(n_trials: usize) -> Self {
        let zeros = || vec![0.0; n_trials];
        Self { n: 0.0, sums: zeros(), squares: zeros(), sharpes: zeros() }
    }

    fn fill(&mut self, blocks: &[Block], mask: u32) {
        self.n = 0.0;
        self.sums.fill(0.0);
        self.squares.fill(0.0);
        for (_, block) in blocks.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1) {
            self.n += block.n;
            self.sums.iter_mut().zip(&block.sums).for_each(|(all, more)| *all += more);
            self.squares.iter_mut().zip(&block.squares).for_each(|(all, more)| *all += more);
        }
        let sums = self.sums.iter().zip(&self.squares);
        for (sharpe, (sum, squares)) in self.sharpes.iter_mut().zip(sums) {
            *sharpe = ratio(self.n, *sum, *squares);
        }
    }
}

/// The Sharpe ratio; 0 where returns do not vary, as of a trial that did not trade.
fn ratio(n: f64, sum: f64, squares: f64) -> f64 {
    const ROUNDING: f64 = 1e-12;
    let deviations = squares - sum * sum / n;
    let sd = (deviations.max(0.0) / (n - 1.0)).sqrt();
    if deviations > ROUNDING * squares { sum / n / sd } else { 0.0 }
}

/// Of equally good trials the first is the best.
fn judge(inside: &[f64], outside: &[f64]) -> Split {
    let best = inside
        .iter()
        .enumerate()
        .fold(0, |best, (at, s)| if *s > inside[best] { at } else { best });
    let chosen = outside[best];
    let below = outside.iter().filter(|s| **s < chosen).count() as f64;
    let same = outside.iter().filter(|s| **s == chosen).count() as f64;
    let rank = below + (same + 1.0) / 2.0;
    let logit = libm::log(rank / (outside.len() as f64 + 1.0 - rank));
    Split { inside: inside[best], outside: chosen, logit }
}

fn line(splits: &[Split]) -> Option<[f64; 2]> {
    let n = splits.len() as f64;
    let mean = |of: fn(&Split) -> f64| splits.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|s| s.inside), mean(|s| s.outside));
    let products = |of: fn(f64, f64) -> f64| {
        splits.iter().map(|s| of(s.inside - x, s.outside - y)).sum::<f64>()
    };
    let slope = finite(products(|dx, dy| dx * dy) / products(|dx, _| dx * dx))?;
    Some([slope, y - slope * x])
}

#[cfg(test)]
mod tests;
