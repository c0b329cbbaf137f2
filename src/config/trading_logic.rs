//! `trading_logic.*`: from predictions to intents.

use super::backtest::Backtest;
use super::data::first_repeated;
use super::rule::Rule;
use super::section::{choice, section};
use super::setting::Reading;
use crate::market::Session;
use crate::signal::{Direction, Regime, SignalParams, SizingMethod, SizingParams};

section! {
    /// When a prediction is worth a trade, and how large. Every bar passes the gates in
    /// this order; the report counts what each one refused.
    pub struct TradingLogic, check TradingLogic::check;
    /// Sides that may be traded.
    direction: Direction = Direction::Both, Rule::any();
    /// Gate: no trade before this many predictions have been seen.
    warmup_bars: u32 = 288, Rule::within(0.0, 1e6).unit("bars");
    /// Window of the volatility that the floor, the sizing and the regime use.
    volatility_window: u32 = 288, Rule::within(2.0, 1e6).unit("bars");
    /// Gate: no trade while one bar's volatility is below this; 0: off.
    sigma_floor_bps: f64 = 1.0, Rule::within(0.0, 1000.0).unit("bps");
    /// Gate: the weighted prediction must be this many standard deviations from its recent mean.
    z_threshold: f64 = 1.0, Rule::within(0.0, 10.0);
    /// Window of that mean and standard deviation.
    z_window: u32 = 2016, Rule::within(2.0, 1e6).unit("bars");
    /// Gate: the expected return must exceed the round trip's cost, as `backtest` charges it.
    ev_gate: bool = true, Rule::any();
    /// What it must exceed the cost by.
    ev_margin_bps: f64 = 0.0, Rule::within(0.0, 1000.0).unit("bps");
    /// Gate: the expected return must be beyond this quantile of recent ones, and below its mirror
    /// for shorts; null: off.
    quantile_level: Option<f64> = Some(0.9), Rule::within(0.5, 0.9999);
    /// Window of that quantile.
    quantile_window: u32 = 2016, Rule::within(10.0, 1e6).unit("bars");
    /// Gate: of the last persistence_n bars, this many must point the same way.
    persistence_k: u32 = 1, Rule::within(1.0, 1000.0).unit("bars");
    /// How many bars vote; 1: off.
    persistence_n: u32 = 1, Rule::within(1.0, 1000.0).unit("bars");
    /// Gate: hours in which positions may be opened; empty: all day.
    sessions: Vec<Session> = Vec::new(), Rule::any();
    /// Gate: regimes in which positions may be opened; empty: all.
    regimes: Vec<Regime> = Vec::new(), Rule::any();
    /// Gate: the whole prediction interval must lie on one side of zero.
    conformal_gate: bool = false, Rule::any();
    /// Bars the average true range (ATR) is taken over.
    atr_window: u32 = 14, Rule::within(1.0, 100_000.0).unit("bars");
    /// Distance of the stop in ATRs; null: no stop.
    stop_atr: Option<f64> = Some(2.0), Rule::above(0.0, 1000.0);
    /// Distance of the target in ATRs; null: no target.
    target_atr: Option<f64> = Some(3.0), Rule::above(0.0, 1000.0);
    /// Distance of the trailing stop in ATRs; null: the stop stays where it is.
    trailing_atr: Option<f64> = None, Rule::above(0.0, 1000.0);
    /// Close at the open once this many bars have passed; null: no limit.
    max_hold_bars: Option<u32> = Some(24), Rule::within(1.0, 1e6).unit("bars");
    /// Bars to wait after an exit; never on the exit's own bar.
    cooldown_bars: u32 = 1, Rule::within(0.0, 1e6).unit("bars");
    sizing: Sizing = Sizing::default(), Rule::any();
    horizon_weights: HorizonWeights = HorizonWeights::default(), Rule::any();
}

section! {
    /// How large a position is, as a part of equity.
    pub struct Sizing, check Sizing::check;
    /// edge_over_variance: expected return / variance / risk_aversion. volatility_target: the size
    /// that moves as much as asked. fixed: always the same. kelly: a part of the Kelly bet.
    method: SizingMethod = SizingMethod::EdgeOverVariance, Rule::any();
    /// For edge_over_variance: the larger, the smaller the position.
    risk_aversion: f64 = 5.0, Rule::above(0.0, 1e6);
    /// For volatility_target: what the position should move in a year.
    target_volatility_pct: f64 = 20.0, Rule::above(0.0, 1000.0).unit("percent");
    /// For fixed: the position.
    fixed_fraction: f64 = 0.5, Rule::above(0.0, 20.0);
    /// For kelly: the part of the full Kelly bet.
    kelly_fraction: f64 = 0.25, Rule::above(0.0, 1.0);
    /// No position is larger than this part of equity; above 1 is leverage.
    max_position: f64 = 1.0, Rule::above(0.0, 20.0);
    /// A position smaller than this part of equity is not taken.
    min_trade_size: f64 = 0.01, Rule::within(0.0, 20.0);
}

section! {
    /// How the predictions of all horizons become one.
    pub struct HorizonWeights;
    /// equal; fixed: as given below; ic: by each horizon's correlation with what came, in the
    /// training window; ic_shrunk: the same, pulled towards equal as far as its noise demands.
    method: WeightMethod = WeightMethod::IcShrunk, Rule::any();
    /// For fixed: one weight for each of labels.horizons.
    fixed: Vec<f64> = Vec::new(), Rule::within(0.0, 1e6);
}

choice! {
    for Direction {
        Both = "both",
        Long = "long",
        Short = "short",
    }
}

choice! {
    for Session {
        Asia = "asia",
        London = "london",
        NewYork = "new_york",
        UsCash = "us_cash",
        LondonNewYork = "london_new_york",
    }
}

choice! {
    for Regime {
        Trend = "trend",
        Range = "range",
        Volatile = "volatile",
    }
}

choice! {
    for SizingMethod {
        EdgeOverVariance = "edge_over_variance",
        VolatilityTarget = "volatility_target",
        Fixed = "fixed",
        Kelly = "kelly",
    }
}

choice! {
    /// How the weights of horizons are found.
    pub enum WeightMethod {
        Equal = "equal",
        Fixed = "fixed",
        Ic = "ic",
        IcShrunk = "ic_shrunk",
    }
}

impl TradingLogic {
    /// Keys that gates wait by, and their bars, the longest first.
    pub fn windows(&self) -> Vec<(&'static str, u32)> {
        let quantile = self.quantile_level.map(|_| ("quantile_window", self.quantile_window));
        let always = [
            ("z_window", self.z_window),
            ("warmup_bars", self.warmup_bars),
            ("volatility_window", self.volatility_window),
        ];
        let mut all: Vec<_> = always.into_iter().chain(quantile).collect();
        all.sort_by_key(|(_, bars)| std::cmp::Reverse(*bars));
        all
    }

    /// As the gates take them, with the part of a position that a target closes.
    pub fn params(&self, backtest: &Backtest) -> SignalParams {
        SignalParams {
            direction: self.direction,
            warmup_bars: self.warmup_bars,
            volatility_window: self.volatility_window,
            sigma_floor_bps: self.sigma_floor_bps,
            z_threshold: self.z_threshold,
            z_window: self.z_window,
            ev_gate: self.ev_gate,
            ev_margin_bps: self.ev_margin_bps,
            quantile_level: self.quantile_level,
            quantile_window: self.quantile_window,
            persistence_k: self.persistence_k,
            persistence_n: self.persistence_n,
            sessions: self.sessions.clone(),
            regimes: self.regimes.clone(),
            conformal_gate: self.conformal_gate,
            atr_window: self.atr_window,
            stop_atr: self.stop_atr,
            target_atr: self.target_atr,
            trailing_atr: self.trailing_atr,
            target_fraction: backtest.target_fraction,
            max_hold_bars: self.max_hold_bars,
            sizing: self.sizing.params(),
        }
    }

    fn check(&self, reading: &mut Reading) {
        let (k, n) = (self.persistence_k, self.persistence_n);
        let keys = ["trading_logic.persistence_k", "trading_logic.persistence_n"];
        reading.require(k <= n, &keys, || format!("{k} of {n} bars can never agree"));
        let lists = [
            ("trading_logic.sessions", first_repeated(&self.sessions).is_some()),
            ("trading_logic.regimes", first_repeated(&self.regimes).is_some()),
        ];
        for (key, is_repeated) in lists {
            reading.require(!is_repeated, &[key], || "names one twice".to_owned());
        }
        let can_leave = self.stop_atr.is_some()
            || self.trailing_atr.is_some()
            || self.target_atr.is_some()
            || self.max_hold_bars.is_some();
        let keys =
            ["max_hold_bars", "stop_atr", "target_atr"].map(|k| format!("trading_logic.{k}"));
        reading.require(can_leave, &keys.each_ref().map(String::as_str), || {
            "stop, target and time limit are all null: a position would never be closed".to_owned()
        });
    }
}

impl Sizing {
    fn params(&self) -> SizingParams {
        SizingParams {
            method: self.method,
            risk_aversion: self.risk_aversion,
            target_volatility_pct: self.target_volatility_pct,
            fixed_fraction: self.fixed_fraction,
            kelly_fraction: self.kelly_fraction,
            max_position: self.max_position,
            min_trade_size: self.min_trade_size,
        }
    }

    fn check(&self, reading: &mut Reading) {
        let (min, max) = (self.min_trade_size, self.max_position);
        let keys = ["trading_logic.sizing.min_trade_size", "trading_logic.sizing.max_position"];
        reading.require(min <= max, &keys, || {
            format!("no position fits between min_trade_size {min} and max_position {max}")
        });
        let fits = self.method != SizingMethod::Fixed || self.fixed_fraction <= max;
        let keys = ["trading_logic.sizing.fixed_fraction", "trading_logic.sizing.max_position"];
        reading.require(fits, &keys, || {
            format!("fixed_fraction {} exceeds max_position {max}", self.fixed_fraction)
        });
    }
}
