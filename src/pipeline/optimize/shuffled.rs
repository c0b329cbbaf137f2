//! The whole search again on shuffled bars: what does it find where there is nothing?

use super::super::backtest::market_of;
use super::asked::{Plans, apart};
use super::{AskedRules, by, cannot, impossible, sigma, walk};
use crate::failure::Failure;
use crate::market::{Bars, Blocks, Permute};
use crate::optimize::{Stretch, explore};
use crate::report::selection::procedure::Procedure;

/// `None` where it was not asked for. Regimes are learnt again, settings chosen again, and walked again;
/// a walk that trades nothing scores nothing.
pub fn procedure(
    asked: &AskedRules<'_>,
    (bars, plans): (&Bars, &Plans),
    observed: Option<f64>,
) -> Result<Option<Procedure>, Failure> {
    let n = asked.config.optimize.permutations as usize;
    let mut found = Vec::with_capacity(n);
    for k in 0..n {
        (asked.progress)("shuffled markets", k, n);
        found.push(one(asked, (bars, plans), k as u64)?);
    }
    Ok(Procedure::of(observed.unwrap_or(0.0), &found))
}

fn one(
    asked: &AskedRules<'_>,
    (bars, plans): (&Bars, &Plans),
    number: u64,
) -> Result<f64, Failure> {
    let config = asked.config;
    let first = plans.kinds.first().map_or(1, |kind| kind.train.rows.start);
    // Bars on their own: what can be predicted within a block would stay.
    let seed = crate::rng::Rng::stream(config.seed, "shuffled markets", &[number]).next_u64();
    let permute = Permute { blocks: Blocks::Bars(1), kept: first, seed };
    let columns = permute.apply(bars.columns());
    let bars =
        Bars::new(bars.symbol().clone(), bars.timeframe(), columns).map_err(Failure::world)?;
    let kinds = apart(config, &bars, &plans.windows)?;
    let trains: Vec<Stretch> = kinds.iter().map(|kind| kind.train.clone()).collect();
    let sigma = sigma(&plans.conduct, &bars);
    let market = market_of(&bars, sigma.as_deref()).map_err(impossible)?;
    let field = plans.field(config, (market, bars.columns()), (&trains, &|_, _| ()));
    let found = explore(&field, &plans.how).map_err(cannot)?;
    let chosen = found.choose((&plans.space, trains.len()), by(config));
    let walked = walk(config, &field, (&kinds, &found, &chosen))?;
    Ok(walked.metrics.growth.total_return.unwrap_or(0.0))
}
