//! What kind of market to make, and which kinds are impossible.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use super::expected::{Signal, largest_ic};
use super::regime::half_lives;
use crate::market::Timeframe;
use crate::units::{DAY_US, Ts};

/// A market to make. The defaults look like a large cryptocurrency in 5-minute bars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Params {
    #[serde(serialize_with = "as_text")]
    pub timeframe: Timeframe,
    /// The open of the first bar; on the timeframe's grid.
    #[serde(serialize_with = "as_text")]
    pub start: Ts,
    /// Bars on the grid, those that fall into gaps included.
    pub bars: usize,
    /// Where the price begins.
    pub price: f64,
    /// The smallest step of a price; 0 leaves prices unrounded.
    pub tick: f64,
    /// Standard deviation of the log return over 24 hours, from all sources but planted drift and
    /// regime drift.
    pub volatility_per_day: f64,
    pub clustering: Option<Clustering>,
    /// Degrees of freedom of Student's t, above 2; `None` is normal.
    pub tails_dof: Option<f64>,
    /// How far volatility and volume follow the UTC day: 0 not at all, 1 like a large
    /// cryptocurrency (the London–New York overlap about 2.4 times as volatile as the quiet hours).
    pub seasonality: f64,
    /// The part of the variance that falls between a close and the next open.
    pub open_jump_share: f64,
    /// Trends and ranges are weak predictability; `None` has none of it.
    pub regimes: Option<Regimes>,
    pub gaps: Gaps,
    /// The full bid-ask spread: each open and close prints half of it above or below the mid.
    pub bounce_bps: f64,
    /// The usual volume of a day, in units of the base asset.
    pub volume_per_day: f64,
    /// The usual number of trades in a day.
    pub trades_per_day: f64,
    /// Whether to give `count`, `quote_volume`, `taker_buy_volume` and `taker_buy_quote_volume`.
    pub trade_columns: bool,
    pub planted: Planted,
    /// The loading λ of every symbol on one common factor: pairs correlate by λ².
    pub common_factor: f64,
}

/// Log-volatility as an AR(1) (Taylor 1986, "Modelling financial time series", ch. 3): all moments
/// exist, and its mean square is known exactly, which GARCH's fourth moment is not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Clustering {
    pub half_life_hours: f64,
    /// Standard deviation of the log of volatility.
    pub spread: f64,
}

/// Four regimes, each of geometric length; whichever ends, each of the other three may follow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Regimes {
    pub trend_hours: f64,
    /// Log drift of an up-trend over 24 hours; a down-trend has its negative.
    pub trend_drift_per_day: f64,
    pub range_hours: f64,
    /// How soon a range pulls the price half way back to where the range began.
    pub range_half_life_hours: f64,
    /// Volatility in a range against a trend's.
    pub range_volatility: f64,
    pub volatile_hours: f64,
    /// Volatility in the volatile regime against a trend's.
    pub volatile_volatility: f64,
}

/// Missing bars: the price moves on while nobody looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gaps {
    /// Gaps for each 100,000 bars that are there.
    pub per_100k_bars: f64,
    /// Mean length of a gap; lengths are geometric.
    pub mean_bars: f64,
}

/// Predictability of known size: a hidden AR(1) signal of unit variance shifts the drift of the
/// bar after it. It shows in the taker-buy share of its own bar, 0.5 + 0.08·signal, and, through
/// `flow_share`, weakly in past returns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Planted {
    /// Population correlation of the signal at a bar's close with the log return from the next
    /// open over `horizon` bars. At 0 the signal is there, and predicts nothing.
    pub ic: f64,
    pub horizon: usize,
    /// How soon half of the signal is forgotten.
    pub half_life_bars: f64,
    /// The part of a bar's variance that is the signal's own innovation: buying moves the price
    /// while it happens.
    pub flow_share: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            timeframe: Timeframe::M5,
            start: Ts(18_993 * DAY_US), // 2022-01-01
            bars: 105_120,              // a year of 5-minute bars
            price: 30_000.0,
            tick: 0.01,
            volatility_per_day: 0.03,
            clustering: Some(Clustering::default()),
            tails_dof: Some(5.0),
            seasonality: 1.0,
            open_jump_share: 0.0001,
            regimes: Some(Regimes::default()),
            gaps: Gaps::default(),
            bounce_bps: 0.0,
            volume_per_day: 25_000.0,
            trades_per_day: 4_000_000.0,
            trade_columns: true,
            planted: Planted::default(),
            common_factor: 0.7,
        }
    }
}

impl Default for Clustering {
    fn default() -> Self {
        Self { half_life_hours: 8.0, spread: 0.6 }
    }
}

impl Default for Gaps {
    fn default() -> Self {
        Self { per_100k_bars: 0.0, mean_bars: 12.0 }
    }
}

impl Default for Planted {
    fn default() -> Self {
        Self { ic: 0.05, horizon: 6, half_life_bars: 6.0, flow_share: 0.09 }
    }
}

impl Default for Regimes {
    fn default() -> Self {
        Self {
            trend_hours: 24.0,
            trend_drift_per_day: 0.02,
            range_hours: 36.0,
            range_half_life_hours: 12.0,
            range_volatility: 0.7,
            volatile_hours: 8.0,
            volatile_volatility: 2.0,
        }
    }
}

impl Params {
    /// A market in which nothing predicts anything: log returns are a martingale difference, but
    /// for the rounding to ticks. Fat tails, clustering, seasonality and the common factor stay;
    /// regimes, planted drift and bounce are off.
    pub fn null() -> Self {
        let base = Self::default();
        let planted = Planted { ic: 0.0, ..base.planted };
        Self { regimes: None, bounce_bps: 0.0, planted, ..base }
    }

    /// Every impossible value, by its field.
    pub fn check(&self) -> Result<(), BadParams> {
        let mut faults = Faults(Vec::new());
        self.check_grid(&mut faults);
        self.check_prices(&mut faults);
        self.check_shape(&mut faults);
        self.check_planted(&mut faults);
        if faults.0.is_empty() { Ok(()) } else { Err(BadParams(faults.0)) }
    }

    fn check_grid(&self, faults: &mut Faults) {
        let (timeframe, open) = (self.timeframe, self.timeframe.open_of(self.start));
        let expected = format!("a bar's open on the `{timeframe}` grid, such as `{open}`");
        faults.demand(open == self.start, bad("start", self.start, expected));
        let span = i64::try_from(self.bars).ok().and_then(|n| n.checked_mul(timeframe.us()));
        let end = span.and_then(|us| self.start.0.checked_add(us));
        let fits = self.bars > 0 && end.is_some_and(|us| us < YEAR_9999_US);
        faults.demand(fits, bad("bars", self.bars, "1 or more, ending before the year 9999"));
    }

    fn check_prices(&self, faults: &mut Faults) {
        faults.within("price", self.price, 1e-9..=1e12);
        faults.within("volatility_per_day", self.volatility_per_day, 1e-6..=1.0);
        let days = self.bars as f64 * self.timeframe.us() as f64 / DAY_US as f64;
        let wanders = self.volatility_per_day * days.sqrt() > 100.0;
        let expected = format!("less: over {days:.0} days the price would leave all bounds");
        faults.demand(!wanders, bad("volatility_per_day", self.volatility_per_day, expected));
        let tick_fits = self.tick == 0.0 || (self.tick > 0.0 && self.tick <= self.price / 1000.0);
        let expected = format!("0, or a step up to a thousandth of the price, {}", self.price);
        faults.demand(tick_fits, bad("tick", self.tick, expected));
        faults.within("bounce_bps", self.bounce_bps, 0.0..=1000.0);
        faults.within("volume_per_day", self.volume_per_day, 1e-3..=1e15);
        faults.within("trades_per_day", self.trades_per_day, 1.0..=1e12);
        faults.within("gaps.per_100k_bars", self.gaps.per_100k_bars, 0.0..=50_000.0);
        faults.within("gaps.mean_bars", self.gaps.mean_bars, 1.0..=100_000.0);
    }

    fn check_shape(&self, faults: &mut Faults) {
        if let Some(dof) = self.tails_dof {
            let expected = "more than 2, or the variance would be infinite";
            faults.demand(dof > 2.0 && dof.is_finite(), bad("tails_dof", dof, expected));
        }
        if let Some(clustering) = self.clustering {
            faults.within("clustering.half_life_hours", clustering.half_life_hours, 1e-3..=1e6);
            faults.within("clustering.spread", clustering.spread, 0.0..=2.0);
        }
        faults.within("seasonality", self.seasonality, 0.0..=10.0);
        faults.within("open_jump_share", self.open_jump_share, 0.0..=0.5);
        if let Some(r) = &self.regimes {
            faults.within("regimes.trend_hours", r.trend_hours, 1e-3..=1e6);
            faults.within("regimes.trend_drift_per_day", r.trend_drift_per_day, 0.0..=1.0);
            faults.within("regimes.range_hours", r.range_hours, 1e-3..=1e6);
            faults.within("regimes.range_half_life_hours", r.range_half_life_hours, 1e-3..=1e9);
            faults.within("regimes.range_volatility", r.range_volatility, 0.01..=100.0);
            faults.within("regimes.volatile_hours", r.volatile_hours, 1e-3..=1e6);
            faults.within("regimes.volatile_volatility", r.volatile_volatility, 0.01..=100.0);
        }
    }

    fn check_planted(&self, faults: &mut Faults) {
        let planted = &self.planted;
        let horizon_fits = (1..=10_000).contains(&planted.horizon);
        faults.demand(horizon_fits, bad("planted.horizon", planted.horizon, "1 to 10000"));
        faults.within("planted.half_life_bars", planted.half_life_bars, 0.01..=1e6);
        faults.within("planted.flow_share", planted.flow_share, 0.0..=0.5);
        faults.within("common_factor", self.common_factor, -1.0..=1.0);
        let common = self.common_factor * self.common_factor;
        let shares = common + planted.flow_share + self.open_jump_share;
        let sum = "common_factor² + planted.flow_share + open_jump_share";
        let expected = format!("less: {sum} is {shares:.3}, and 0.01 must be the symbol's own");
        let crowded = shares > 0.99;
        faults.demand(!crowded, bad("common_factor", self.common_factor, expected));
        if horizon_fits && planted.half_life_bars > 0.0 {
            let signal = Signal::new(half_lives(1.0 / planted.half_life_bars));
            let limit = largest_ic(signal, planted.horizon);
            let expected = format!("within ±{limit:.3}, the most this horizon and half-life allow");
            faults.demand(planted.ic.abs() < limit, bad("planted.ic", planted.ic, expected));
        }
    }
}

/// Beyond it times have no text.
const YEAR_9999_US: i64 = 2_932_531 * DAY_US;

/// A value no market can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is `{value}`: expected {expected}")]
pub struct BadParam {
    pub field: &'static str,
    pub value: String,
    pub expected: String,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct BadParams(pub Vec<BadParam>);

struct Faults(Vec<BadParam>);

impl Faults {
    fn demand(&mut self, good: bool, otherwise: BadParam) {
        if !good {
            self.0.push(otherwise);
        }
    }

    fn within(&mut self, field: &'static str, value: f64, range: RangeInclusive<f64>) {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        self.demand(range.contains(&value), bad(field, value, expected));
    }
}

fn bad(field: &'static str, value: impl fmt::Display, expected: impl Into<String>) -> BadParam {
    BadParam { field, value: value.to_string(), expected: expected.into() }
}

fn as_text<T: fmt::Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(edit: impl FnOnce(&mut Params)) -> Vec<&'static str> {
        let mut params = Params::default();
        edit(&mut params);
        params.check().map_or_else(|bad| bad.0.iter().map(|b| b.field).collect(), |()| vec![])
    }

    #[test]
    fn the_presets_are_possible() {
        assert_eq!(Params::default().check(), Ok(()));
        assert_eq!(Params::null().check(), Ok(()));
        assert_eq!(Params::default().start.to_string(), "2022-01-01 00:00");
    }

    #[test]
    fn every_impossible_value_is_named() {
        assert_eq!(fields(|p| p.bars = 0), ["bars"]);
        assert_eq!(fields(|p| p.bars = usize::MAX), ["bars", "volatility_per_day"]);
        assert_eq!(fields(|p| p.start = Ts(1)), ["start"]);
        assert_eq!(fields(|p| p.price = f64::NAN), ["price", "tick"]);
        assert_eq!(fields(|p| p.tick = -0.01), ["tick"]);
        assert_eq!(fields(|p| p.volatility_per_day = f64::INFINITY), ["volatility_per_day"; 2]);
        assert_eq!(fields(|p| p.tails_dof = Some(2.0)), ["tails_dof"]);
        assert_eq!(fields(|p| p.bounce_bps = -1.0), ["bounce_bps"]);
        assert_eq!(fields(|p| p.gaps.mean_bars = 0.0), ["gaps.mean_bars"]);
        assert_eq!(fields(|p| p.planted.horizon = 0), ["planted.horizon"]);
        assert_eq!(fields(|p| p.planted.ic = 0.95), ["planted.ic"]);
        assert_eq!(fields(|p| p.planted.ic = f64::NAN), ["planted.ic"]);
        assert_eq!(fields(|p| p.common_factor = 0.99), ["common_factor"]);
        let twice = fields(|p| (p.seasonality, p.volume_per_day) = (-1.0, 0.0));
        assert_eq!(twice, ["volume_per_day", "seasonality"]);
    }

    #[test]
    fn the_message_says_what_would_do() {
        let params = Params { start: Ts(DAY_US + 1), ..Params::default() };
        assert_eq!(
            params.check().unwrap_err().to_string(),
            "`start` is `1970-01-02 00:00:00.000001`: \
             expected a bar's open on the `5m` grid, such as `1970-01-02 00:00`"
        );
    }

    #[test]
    fn times_are_written_as_text() {
        let json = serde_json::to_value(Params::default()).unwrap();
        assert_eq!(json["timeframe"], "5m");
        assert_eq!(json["start"], "2022-01-01 00:00");
        assert_eq!(json["planted"]["horizon"], 6);
    }
}
