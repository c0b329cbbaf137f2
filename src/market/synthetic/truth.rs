//! What is true of a market that was made: what can be found in it, and how much of it is there.

use serde::{Serialize, Serializer};

use super::expected::standard_error;
use super::params::Params;
use super::plan::Plan;
pub use super::regime::{Regime, Run};
use crate::market::{Bars, Symbol};
use crate::rng::ln;

/// The answers, to be written beside the bars and never read by a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    pub seed: u64,
    pub params: Params,
    /// Everything in the market that predicts a return; empty where nothing does.
    pub predictability: Vec<Source>,
    /// Population correlation of the signal known at a bar's close with the log return from the
    /// next open over 1, 2, … bars.
    pub expected_ic: Vec<f64>,
    pub symbols: Vec<SymbolTruth>,
}

/// Why a return could be predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The signal: in the taker-buy share, and weakly in past returns.
    Planted,
    /// Trends go on.
    TrendDrift,
    /// Ranges come back.
    RangePull,
    /// Prints at the bid are followed by prints at the ask, which nobody can trade on.
    Bounce,
}

/// Row by row beside the bars of one symbol.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SymbolTruth {
    #[serde(serialize_with = "as_text")]
    pub symbol: Symbol,
    pub regimes: Vec<Run>,
    /// The planted signal, known at each bar's close.
    pub signal: Vec<f64>,
    /// What `expected_ic` came to in these very bars; null where it is undefined.
    pub realised_ic: Vec<Option<f64>>,
    /// How far the two may lie apart: the standard error, overlap considered.
    pub standard_error: Vec<Option<f64>>,
}

impl SymbolTruth {
    pub(super) fn new(plan: &Plan, bars: &Bars, regimes: Vec<Run>, signal: Vec<f64>) -> Self {
        let opens: Vec<f64> = bars.columns().open.iter().map(|&price| ln(price)).collect();
        let horizons = 1..=plan.forwards.len();
        let found: Vec<Ic> = horizons.map(|h| Ic::measure(bars, &opens, &signal, h)).collect();
        let errors = found
            .iter()
            .enumerate()
            .map(|(k, ic)| (ic.pairs > 1).then(|| standard_error(plan.signal, k + 1, ic.pairs)));
        Self {
            symbol: bars.symbol().clone(),
            regimes,
            standard_error: errors.collect(),
            realised_ic: found.iter().map(|ic| ic.value).collect(),
            signal,
        }
    }
}

pub(super) fn sources(params: &Params) -> Vec<Source> {
    let regimes = params.regimes.as_ref();
    let present = [
        (Source::Planted, params.planted.ic != 0.0),
        (Source::TrendDrift, regimes.is_some_and(|r| r.trend_drift_per_day > 0.0)),
        (Source::RangePull, regimes.is_some()),
        (Source::Bounce, params.bounce_bps > 0.0),
    ];
    present.into_iter().filter_map(|(source, is)| is.then_some(source)).collect()
}

struct Ic {
    value: Option<f64>,
    pairs: usize,
}

impl Ic {
    /// The correlation of `signal[i]` with the log return from the open of bar i + 1 over `h` bars,
    /// over all rows between whose ends no bar is missing. One pass: both have means near 0.
    fn measure(bars: &Bars, opens: &[f64], signal: &[f64], h: usize) -> Self {
        let (ts, reach) = (bars.ts(), h + 1);
        let whole_us = bars.timeframe().us() * reach as i64;
        let (mut n, mut sums, mut squares, mut products) = (0_usize, [0.0; 2], [0.0; 2], 0.0);
        for i in 0..ts.len().saturating_sub(reach) {
            if ts[i + reach].0 - ts[i].0 == whole_us {
                let (s, y) = (signal[i], opens[i + reach] - opens[i + 1]);
                n += 1;
                sums = [sums[0] + s, sums[1] + y];
                squares = [squares[0] + s * s, squares[1] + y * y];
                products += s * y;
            }
        }
        let count = n as f64;
        let spread = |k: usize| squares[k] - sums[k] * sums[k] / count;
        let value = (products - sums[0] * sums[1] / count) / (spread(0) * spread(1)).sqrt();
        Self { value: (n > 1 && value.is_finite()).then_some(value), pairs: n }
    }
}

fn as_text<S: Serializer>(symbol: &Symbol, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(symbol)
}
