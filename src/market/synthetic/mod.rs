//! A market we can make up: regimes, fat tails, clusters of volatility, a day's rhythm, gaps and
//! bounce on request, and a planted predictability whose size is known.
//!
//! A symbol's bars depend on the seed, the parameters and its own name alone, not on which other
//! symbols are asked for. Log returns have no mean of their own.
//!
//! With the defaults a market is weakly predictable even where nothing is planted: trends go on
//! and ranges come back. [`Params::null`] has exactly none of it.

mod expected;
mod intrabar;
mod params;
mod path;
mod plan;
mod regime;
mod tape;
mod truth;
mod volatility;

use rayon::prelude::*;

pub use params::{BadParam, BadParams, Clustering, Gaps, Params, Planted, Regimes};
pub use truth::{Regime, Run, Source, SymbolTruth, Truth};

use self::path::{Factor, Path};
use self::plan::Plan;
use self::tape::Tape;
use super::{BarFault, Bars, Symbol};
use crate::rng::Rng;

/// Bars for each symbol asked for, and the truth about them in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    pub bars: Vec<Bars>,
    pub truth: Truth,
}

/// Why there is no market.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unmade {
    #[error(transparent)]
    Params(#[from] BadParams),
    /// A fault of the generator, not of its parameters.
    #[error("the synthetic market made an impossible bar: {0}")]
    Bars(#[from] BarFault),
}

/// The market that `seed` stands for.
pub fn generate(params: &Params, symbols: &[Symbol], seed: u64) -> Result<Market, Unmade> {
    let plan = Plan::new(params)?;
    let factor = Factor::new(&plan, seed);
    let made: Result<Vec<_>, BarFault> =
        symbols.par_iter().map(|symbol| one(&plan, &factor, symbol, seed)).collect();
    let (bars, symbols) = made?.into_iter().unzip();
    let truth = Truth {
        seed,
        predictability: truth::sources(params),
        expected_ic: plan.forwards.iter().map(|forward| forward.ic(plan.drift)).collect(),
        params: plan.params,
        symbols,
    };
    Ok(Market { bars, truth })
}

fn one(
    plan: &Plan,
    factor: &Factor,
    symbol: &Symbol,
    seed: u64,
) -> Result<(Bars, SymbolTruth), BarFault> {
    let stream = |part: &str| Rng::stream(seed, &format!("synthetic symbol {symbol} {part}"), &[]);
    let (mut path, mut tape) = (Path::new(plan, factor, stream), Tape::new(plan, stream));
    (0..plan.params.bars).for_each(|i| tape.push(&path.step(i)));
    let (columns, regimes, signal) = tape.finish();
    let bars = Bars::new(symbol.clone(), plan.params.timeframe, columns)?;
    let truth = SymbolTruth::new(plan, &bars, regimes, signal);
    Ok((bars, truth))
}

#[cfg(test)]
mod tests;
