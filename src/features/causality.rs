//! The proof that no column looks ahead, run on the user's own bars and expressions.
//!
//! Three experiments, each against the columns computed over the whole history:
//! a **prefix** of the bars must give the prefix of the column, **one bar at a time** must give the
//! same column, both bit for bit; and a **late start** must agree from the declared look-back on.

use rayon::prelude::*;

use super::engine::{LiveBars, Program};
use super::lookback::{Lookback, SETTLED};
use crate::market::Bars;
use crate::rng::Rng;

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofPlan {
    pub n_prefixes: usize,
    pub n_starts: usize,
    pub seed: u64,
}

impl Default for ProofPlan {
    fn default() -> Self {
        Self { n_prefixes: 8, n_starts: 4, seed: 7 }
    }
}

/// What the experiments say of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    pub name: String,
    pub declared: Lookback,
    /// The longest time that a late start was seen to matter; none where no start was late enough
    /// to tell.
    pub measured: Option<usize>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Causal,
    /// The value at this row changes when later bars are taken away.
    LooksAhead {
        row: usize,
    },
    /// The value at this row differs when bars come one by one.
    BatchIsNotLive {
        row: usize,
    },
    /// A late start matters for longer than declared.
    WarmsUpLonger,
    /// There are too few bars beyond the look-back to tell.
    TooFewBars,
}

/// A late start no longer matters when it moves the column by less than so many times [`SETTLED`]
/// of what a bar usually moves it. The start of a smoother is some bars' moves off, and a chain of
/// smoothers adds theirs up.
const USUAL_MOVES: f64 = 300.0;

/// What is left of a start that does not matter may be rounding: windows join their halves in an
/// order that depends on the first bar.
const ROUNDING: f64 = 1e-9;

/// Runs the experiments on all columns.
pub fn prove(program: &Program, bars: &Bars, plan: ProofPlan) -> Vec<Proof> {
    let whole = program.evaluate_raw(bars.columns());
    let mut rng = Rng::new(plan.seed);
    let cuts = random_rows(&mut rng, bars.len(), plan.n_prefixes);
    let starts = random_rows(&mut rng, bars.len() / 2, plan.n_starts);
    let ahead = first_difference(&cuts, |cut| {
        differing_rows(&whole, &program.evaluate_raw(bars.prefix(cut).columns()))
    });
    let live = live_differences(program, bars, &whole);
    let late: Vec<Vec<usize>> = starts
        .iter()
        .map(|&start| {
            let part = program.evaluate_raw(bars.slice(start..bars.len()).columns());
            settling_times(program, &whole, &part)
        })
        .collect();
    let verdicts = program.features().iter().enumerate().map(|(at, feature)| {
        let declared = program.lookback(feature);
        let long_enough = starts.iter().zip(&late).filter(|(start, _)| {
            !declared.unbounded && bars.len() - **start > 2 * declared.warm_up()
        });
        let measured = long_enough.map(|(_, times)| times[at]).max();
        let enough = cuts.last().is_some_and(|cut| *cut > declared.warm_up());
        let verdict = match judge(ahead.get(at).copied().flatten(), live[at], (declared, measured))
        {
            Verdict::Causal if !enough || (measured.is_none() && !declared.unbounded) => {
                Verdict::TooFewBars
            }
            verdict => verdict,
        };
        Proof { name: feature.name.clone(), declared, measured, verdict }
    });
    verdicts.collect()
}

fn judge(
    ahead: Option<usize>,
    live: Option<usize>,
    (declared, measured): (Lookback, Option<usize>),
) -> Verdict {
    if let Some(row) = ahead {
        return Verdict::LooksAhead { row };
    }
    if let Some(row) = live {
        return Verdict::BatchIsNotLive { row };
    }
    match measured {
        Some(measured) if measured > declared.warm_up() => Verdict::WarmsUpLonger,
        _ => Verdict::Causal,
    }
}

/// Ascending, without repeats, never none of `n` rows where there is one.
fn random_rows(rng: &mut Rng, n: usize, count: usize) -> Vec<usize> {
    let mut rows: Vec<usize> =
        (0..count.min(n)).map(|_| 1 + rng.below(n as u64) as usize).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Per column, over all cuts, the first row that differs.
fn first_difference(
    cuts: &[usize],
    differ: impl Fn(usize) -> Vec<Option<usize>>,
) -> Vec<Option<usize>> {
    let earlier = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    cuts.iter()
        .map(|&cut| differ(cut))
        .reduce(|all, one| all.into_iter().zip(one).map(|(a, b)| earlier(a, b)).collect())
        .unwrap_or_default()
}

fn differing_rows(whole: &[Vec<f64>], part: &[Vec<f64>]) -> Vec<Option<usize>> {
    let differs = |(w, p): (&Vec<f64>, &Vec<f64>)| w.iter().zip(p).position(|(a, b)| !same(*a, *b));
    whole.par_iter().zip(part).map(differs).collect()
}

fn live_differences(program: &Program, bars: &Bars, whole: &[Vec<f64>]) -> Vec<Option<usize>> {
    let mut live = program.live();
    let rows = LiveBars::new(program, bars.columns());
    let mut now = vec![f64::NAN; whole.len()];
    let mut first = vec![None; whole.len()];
    for row in 0..bars.len() {
        live.push_raw(&rows, row, &mut now);
        for ((first, value), column) in first.iter_mut().zip(&now).zip(whole) {
            if first.is_none() && !same(*value, column[row]) {
                *first = Some(row);
            }
        }
    }
    first
}

/// Per column, how many bars after its start the late part last mattered. A column that has few values
/// may be missing for longer than its look-back: its smoothers count values, and not bars. That is
/// late, and not wrong.
fn settling_times(program: &Program, whole: &[Vec<f64>], part: &[Vec<f64>]) -> Vec<usize> {
    let time = |((whole, part), feature): ((&Vec<f64>, &Vec<f64>), &_)| {
        let tolerance = USUAL_MOVES * SETTLED * usual_move(whole) + ROUNDING * largest(whole);
        let warm_up = program.lookback(feature).warm_up();
        let (mut n_given, mut last) = (0, 0);
        for (row, (a, b)) in whole[whole.len() - part.len()..].iter().zip(part).enumerate() {
            let matters = match (a.is_nan(), b.is_nan()) {
                (false, true) => row < warm_up || n_given >= warm_up,
                (true, false) => true,
                _ => (a - b).abs() > tolerance,
            };
            n_given += usize::from(!a.is_nan());
            last = if matters { row + 1 } else { last };
        }
        last
    };
    whole.par_iter().zip(part).zip(program.features()).map(time).collect()
}

/// The sample standard deviation of the column's moves, where it moves at all.
fn usual_move(column: &[f64]) -> f64 {
    let moves = column.windows(2).map(|pair| pair[1] - pair[0]);
    let moves: Vec<f64> = moves.filter(|m| !m.is_nan() && *m != 0.0).collect();
    crate::stats::sd(&moves).unwrap_or(0.0)
}

fn largest(column: &[f64]) -> f64 {
    column.iter().filter(|v| !v.is_nan()).fold(0.0, |most, v| most.max(v.abs()))
}

/// The same bits; all missing values are the same.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
