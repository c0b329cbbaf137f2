//! What is printed of a path: rounded prices, volume and trades, with bars missing.

use std::collections::BTreeMap;

use super::path::Bar;
use super::plan::Plan;
use super::regime::Run;
use crate::market::Columns;
use crate::rng::{Rng, exp, ln};
use crate::units::DAY_US;

/// The bars so far, and the truth about them.
#[derive(Debug)]
pub(super) struct Tape<'a> {
    plan: &'a Plan,
    columns: Columns,
    trades: Trades,
    pub regimes: Vec<Run>,
    pub signal: Vec<f64>,
    gaps: Gaps,
    sides: Rng,
    volumes: Rng,
    counts: Rng,
    tick: Tick,
    half_spread: f64,
    bar_volume: f64,
    bar_trades: f64,
}

/// Volume grows with the variance of its bar to this power of the standard deviation: both are
/// driven by the flow of news (Clark 1973, "A subordinated stochastic process model with finite
/// variance for speculative prices", Econometrica 41(1)).
const VOLUME_ELASTICITY: f64 = 1.0;
/// Standard deviations of the logs of volume and of the mean size of a trade.
const VOLUME_NOISE: f64 = 0.4;
const SIZE_NOISE: f64 = 0.25;
/// The taker-buy share is ½ + this times the signal: within bounds for 6 standard deviations.
pub(super) const TAKER_TILT: f64 = 0.08;
/// Volumes are multiples of 10⁻⁸, as exchanges give them.
const VOLUME_STEPS: f64 = 1e8;

impl<'a> Tape<'a> {
    pub fn new(plan: &'a Plan, stream: impl Fn(&str) -> Rng) -> Self {
        let params = &plan.params;
        let day = params.timeframe.us() as f64 / DAY_US as f64;
        let n = params.bars;
        let with_trades = if params.trade_columns { n } else { 0 };
        Self {
            plan,
            columns: with_capacity(n),
            trades: Trades::with_capacity(with_trades),
            regimes: Vec::new(),
            signal: Vec::with_capacity(n),
            gaps: Gaps::new(plan, stream("gaps")),
            sides: stream("sides"),
            volumes: stream("volumes"),
            counts: stream("counts"),
            tick: Tick::new(params.tick),
            half_spread: 0.5e-4 * params.bounce_bps,
            bar_volume: params.volume_per_day * day,
            bar_trades: params.trades_per_day * day,
        }
    }

    /// Prints a bar, unless it falls into a gap.
    #[inline]
    pub fn push(&mut self, bar: &Bar) {
        // Every stream moves on whether or not the bar is printed: a gap hides, it does not change.
        let sides = self.sides.next_u64();
        let volume_noise = self.volumes.normal();
        let count_noise = self.counts.normal();
        if self.gaps.hides() {
            return;
        }
        match self.regimes.last_mut() {
            Some(run) if run.regime == bar.regime => run.bars += 1,
            _ => self.regimes.push(Run { regime: bar.regime, bars: 1 }),
        }
        self.signal.push(bar.signal);
        let [low, high] = self.push_prices(bar, sides);
        let vigour = exp(0.5 * VOLUME_ELASTICITY * ln(bar.variance / bar.season)) * bar.season;
        let volume = whole(self.bar_volume * vigour * exp(VOLUME_NOISE * volume_noise));
        self.columns.volume.push(volume);
        if self.plan.params.trade_columns {
            let vwap = self.price(bar.vwap, 0.0).clamp(low, high);
            let trades = volume / self.bar_volume * self.bar_trades;
            let count = trades * exp(SIZE_NOISE * count_noise);
            let bought = volume * (0.5 + TAKER_TILT * bar.signal).clamp(0.02, 0.98);
            self.trades.push(count, vwap, [volume, bought]);
        }
    }

    pub fn finish(mut self) -> (Columns, Vec<Run>, Vec<f64>) {
        if self.plan.params.trade_columns {
            self.columns.extra = self.trades.columns();
        }
        (self.columns, self.regimes, self.signal)
    }

    /// Open and close print at the bid or the ask, each at random (Roll 1984, "A simple implicit
    /// measure of the effective bid-ask spread", J. Finance 39(4)); the high at the ask, the low at
    /// the bid.
    #[inline]
    fn push_prices(&mut self, bar: &Bar, sides: u64) -> [f64; 2] {
        let half = self.half_spread;
        let side = |bit: u32| if sides >> bit & 1 == 0 { half } else { -half };
        let round = |price: f64| self.tick.round(price);
        let open = round(self.price(bar.open, side(63)));
        let close = round(self.price(bar.close, side(62)));
        let high = round(self.price(bar.high, half)).max(open).max(close);
        let low = round(self.price(bar.low, -half)).min(open).min(close);
        let c = &mut self.columns;
        c.ts.push(bar.ts);
        c.open.push(open);
        c.high.push(high);
        c.low.push(low);
        c.close.push(close);
        [low, high]
    }

    #[inline]
    fn price(&self, log: f64, offset: f64) -> f64 {
        // No checked market comes near the bounds; they keep every price a positive number.
        let log = (log * self.plan.bar_sd + offset).clamp(-300.0, 300.0);
        self.plan.params.price * exp(log)
    }
}

/// The optional columns.
#[derive(Debug, Default)]
struct Trades {
    count: Vec<f64>,
    quote_volume: Vec<f64>,
    taker_buy_volume: Vec<f64>,
    taker_buy_quote_volume: Vec<f64>,
}

impl Trades {
    fn with_capacity(n: usize) -> Self {
        let column = || Vec::with_capacity(n);
        Self {
            count: column(),
            quote_volume: column(),
            taker_buy_volume: column(),
            taker_buy_quote_volume: column(),
        }
    }

    /// Buyers and sellers trade at the bar's own average price, so that it lies in the range for
    /// both of them.
    #[inline]
    fn push(&mut self, count: f64, vwap: f64, [volume, bought]: [f64; 2]) {
        self.count.push(nearest(count).max(1.0));
        self.quote_volume.push(volume * vwap);
        self.taker_buy_volume.push(bought);
        self.taker_buy_quote_volume.push(bought * vwap);
    }

    fn columns(self) -> BTreeMap<String, Vec<f64>> {
        BTreeMap::from([
            ("count".to_owned(), self.count),
            ("quote_volume".to_owned(), self.quote_volume),
            ("taker_buy_volume".to_owned(), self.taker_buy_volume),
            ("taker_buy_quote_volume".to_owned(), self.taker_buy_quote_volume),
        ])
    }
}

/// Which bars are missing: so many that are there, so many that are not, in turn. The first is there.
#[derive(Debug)]
struct Gaps {
    rng: Rng,
    begin: f64,
    end: f64,
    shown: u64,
    hidden: u64,
}

impl Gaps {
    fn new(plan: &Plan, mut rng: Rng) -> Self {
        let gaps = &plan.params.gaps;
        let (begin, end) = (gaps.per_100k_bars / 1e5, 1.0 / gaps.mean_bars);
        let shown = if begin > 0.0 { rng.geometric(begin) } else { u64::MAX };
        Self { rng, begin, end, shown, hidden: 0 }
    }

    #[inline]
    fn hides(&mut self) -> bool {
        if self.shown == 0 && self.hidden == 0 {
            self.hidden = self.rng.geometric(self.end);
            self.shown = self.rng.geometric(self.begin);
        }
        let hides = self.hidden > 0;
        if hides {
            self.hidden -= 1;
        } else {
            self.shown -= 1;
        }
        hides
    }
}

/// The steps prices come in.
#[derive(Debug, Clone, Copy)]
enum Tick {
    None,
    /// So many to 1: dividing by a whole number gives the double a decimal price is read as.
    Parts(f64),
    Of(f64),
}

impl Tick {
    fn new(tick: f64) -> Self {
        let parts = (1.0 / tick).round();
        match tick {
            0.0 => Self::None,
            _ if tick < 1.0 && (parts * tick - 1.0).abs() < 1e-9 => Self::Parts(parts),
            _ => Self::Of(tick),
        }
    }

    /// The nearest step, and never less than one of them.
    #[inline]
    fn round(self, price: f64) -> f64 {
        match self {
            Self::None => price,
            Self::Parts(parts) => nearest(price * parts).max(1.0) / parts,
            Self::Of(tick) => nearest(price / tick).max(1.0) * tick,
        }
    }
}

/// The nearest whole number of a positive one, halves up; beyond 2⁵² all doubles are whole.
#[inline]
fn nearest(x: f64) -> f64 {
    const WHOLE: f64 = (1_u64 << 52) as f64;
    if x < WHOLE { (x + 0.5) as i64 as f64 } else { x }
}

/// A volume in the exchange's steps, at least one of them.
#[inline]
fn whole(volume: f64) -> f64 {
    nearest(volume * VOLUME_STEPS).max(1.0) / VOLUME_STEPS
}

fn with_capacity(n: usize) -> Columns {
    let column = || Vec::with_capacity(n);
    Columns {
        ts: Vec::with_capacity(n),
        open: column(),
        high: column(),
        low: column(),
        close: column(),
        volume: column(),
        extra: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_the_doubles_of_their_decimals() {
        assert_eq!(Tick::new(0.01).round(30_000.096), 30_000.1);
        assert_eq!(Tick::new(0.05).round(1.13), 1.15);
        assert_eq!(Tick::new(2.5).round(101.0), 100.0);
        assert_eq!(Tick::new(0.03).round(0.1), 0.09);
        assert_eq!(Tick::new(0.01).round(0.001), 0.01);
        assert_eq!(Tick::new(0.0).round(0.123_456), 0.123_456);
    }

    #[test]
    fn whole_numbers_stay_what_they_are() {
        for x in [0.0, 1.0, 4_503_599_627_370_497.0, 1e300] {
            assert_eq!(nearest(x), x);
        }
        assert_eq!((nearest(2.5), nearest(2.499), nearest(0.2)), (3.0, 2.0, 0.0));
    }
}
