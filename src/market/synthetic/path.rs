//! The price of one symbol, bar by bar, before it is printed.

use super::intrabar;
use super::plan::Plan;
use super::regime::{Regime, Walk};
use super::volatility::Variance;
use crate::rng::Rng;
use crate::units::Ts;

/// What all symbols share: a return and a variance for each bar, in those of a usual bar.
#[derive(Debug)]
pub(super) struct Factor {
    bars: Vec<(f64, f64)>,
}

impl Factor {
    pub fn new(plan: &Plan, seed: u64) -> Self {
        if plan.shares.common == 0.0 {
            return Self { bars: Vec::new() };
        }
        let stream = |part: &str| Rng::stream(seed, &format!("synthetic factor {part}"), &[]);
        let (mut law, mut noise) = (Variance::new(&plan.params, stream), stream("noise"));
        let bar = |i: usize| {
            let variance = plan.season.variance(open_of(plan, i)) * law.step();
            (variance.sqrt() * noise.normal(), variance)
        };
        Self { bars: (0..plan.params.bars).map(bar).collect() }
    }
}

/// One bar, prices as logs in standard deviations of a usual bar from the first price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bar {
    pub ts: Ts,
    pub regime: Regime,
    /// Known at this bar's close; it moves the next one.
    pub signal: f64,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub vwap: f64,
    /// Times the usual variance of a bar, and of that what the hour of the day explains.
    pub variance: f64,
    pub season: f64,
}

/// Each source of randomness has its own stream: switching one off changes no other.
#[derive(Debug)]
pub(super) struct Path<'a> {
    plan: &'a Plan,
    factor: &'a Factor,
    regimes: Walk<'a>,
    own: Variance,
    noise: Rng,
    flow: Rng,
    jumps: Rng,
    inside: Rng,
    amplitudes: Amplitudes,
    signal: f64,
    open: f64,
    /// How far the price has come since the regime began, planted drift and flow apart.
    away: f64,
}

/// Square roots of the shares of variance.
#[derive(Debug)]
struct Amplitudes {
    own: f64,
    common: f64,
    flow: f64,
    jump: f64,
}

impl<'a> Path<'a> {
    /// `stream` makes the symbol's named streams.
    pub fn new(plan: &'a Plan, factor: &'a Factor, stream: impl Fn(&str) -> Rng) -> Self {
        let shares = &plan.shares;
        let amplitudes = Amplitudes {
            own: shares.own.sqrt(),
            common: plan.params.common_factor,
            flow: shares.flow.sqrt(),
            jump: shares.jump.sqrt(),
        };
        let mut flow = stream("flow");
        Self {
            plan,
            factor,
            regimes: plan.chain.walk(stream("regimes")),
            own: Variance::new(&plan.params, &stream),
            noise: stream("noise"),
            jumps: stream("jumps"),
            inside: stream("inside"),
            amplitudes,
            signal: flow.normal(),
            flow,
            open: 0.0,
            away: 0.0,
        }
    }

    /// The `i`-th bar; to be asked for in order.
    #[inline]
    pub fn step(&mut self, i: usize) -> Bar {
        let (plan, amplitudes) = (self.plan, &self.amplitudes);
        let ts = open_of(plan, i);
        let season = plan.season.variance(ts);
        let (law, begins) = self.regimes.step();
        if begins {
            self.away = 0.0;
        }
        let own = season * law.variance * self.own.step();
        let (common_return, common) = self.factor.bars.get(i).copied().unwrap_or((0.0, 0.0));
        let noise =
            amplitudes.own * own.sqrt() * self.noise.normal() + amplitudes.common * common_return;
        let walk = law.drift - law.pull * self.away + noise;
        self.away += walk;
        let shock = self.flow.normal();
        let end = plan.drift * self.signal + walk + amplitudes.flow * shock;
        self.signal = plan.signal.decay * self.signal + plan.signal.shock * shock;
        let shares = &plan.shares;
        let variance = shares.own * own + shares.common * common + shares.flow;
        let inside = intrabar::draw(&mut self.inside, end, variance);
        let open = self.open;
        let close = open + end;
        self.open = close + amplitudes.jump * own.sqrt() * self.jumps.normal();
        let (high, low, vwap) = (open + inside.high, open + inside.low, open + inside.mean);
        let (regime, signal) = (law.regime, self.signal);
        Bar { ts, regime, signal, open, high, low, close, vwap, variance, season }
    }
}

#[inline]
fn open_of(plan: &Plan, i: usize) -> Ts {
    plan.params.start.plus_us(i as i64 * plan.params.timeframe.us())
}
