//! `optimize.*`: rule strategies, chosen anew on each window.

use super::rule::Rule;
use super::search_space::SearchSpace;
use super::section::{choice, section};
use crate::backtest::score::Score;
use crate::market::Timeframe;
use crate::optimize::Pick;
use crate::strategy::Unit;

section! {
    /// Walk-forward optimisation of a rule strategy: on each window the best of many settings, tried on
    /// the bars after it. `edgewalk strategies` lists strategies, parameters and layers; costs and rules
    /// of the market are those of `backtest`.
    pub struct Optimize;
    /// The strategy; or an ensemble of some, whose votes each stand `confirm_bars` bars: all of rsi +
    /// macd, any of rsi + macd, 2 of rsi + macd + mfi, or, with a weight each and what those for a side
    /// must come to as a part of all, 0.5 of the weights 1, 2 of rsi + macd. Its parameters then are
    /// rsi.period and the like.
    strategy: String = "ema_cross".to_owned(), Rule::any();
    /// What its entries must pass besides; each brings parameters of its own.
    layers: Vec<LayerName> = Vec::new(), Rule::any();
    /// The longer bars that layers look at; null: what suits the bars.
    higher: Option<Timeframe> = None, Rule::any();
    /// What stops and targets are measured in.
    exits_in: Unit = Unit::Atr, Rule::any();
    /// Fraction of equity in a trade.
    size: f64 = 1.0, Rule::within(1e-6, 100.0);
    /// Bars to wait after an exit before the next entry; never on the exit's own bar. (Exits, by time
    /// too, are those of the strategy; `trading_logic` has no say here.)
    cooldown_bars: u32 = 0, Rule::within(0.0, 1e6).unit("bars");
    /// Which settings are tried. grid: all of them; random: `trials` of them; two_stage: `trials` of
    /// the grid, evenly spread, and then around the best of each window; tpe and gaussian_process (or
    /// bayes): those where earlier ones were good, window by window; halving and hyperband: many on
    /// the last part of a window, and ever fewer on more of it.
    mode: Mode = Mode::Grid, Rule::any();
    /// Settings to try, for all modes but grid.
    trials: u32 = 150, Rule::within(2.0, 100_000.0).unit("settings");
    /// Where `space` is empty, the strategy's own parameters, its stop and its target are searched, in
    /// steps so wide that the grid has no more settings than this.
    max_settings: u32 = 600, Rule::within(2.0, 100_000.0).unit("settings");
    /// Windows counted in bars; null: the weeks of `walkforward`. (So windows are as long in time at
    /// any timeframe.)
    train_bars: Option<u32> = None, Rule::within(2.0, 1e9).unit("bars");
    /// Bars of each test window.
    test_bars: Option<u32> = None, Rule::within(1.0, 1e9).unit("bars");
    /// From one test window's first bar to the next; null: test_bars.
    step_bars: Option<u32> = None, Rule::within(1.0, 1e9).unit("bars");
    /// What is made as large as possible on a training window.
    /// trade_sharpe: mean over standard deviation of its trades' returns, times the root of their
    /// number: a t-value, which rewards many trades. trade_sortino: the same, over the root mean
    /// square of losses alone. daily_sharpe: Sharpe ratio of daily returns, of a year. net: profit
    /// as a part of the money at the beginning. expectancy: mean return of a trade in bps.
    /// profit_factor: money won over money lost, less 1. calmar: net over the deepest fall between
    /// trades.
    score: Score = Score::TradeSharpe, Rule::any();
    /// A setting with fewer trades on a window has no score there.
    min_trades: u32 = 10, Rule::within(1.0, 1e9).unit("trades");
    /// A window whose best score is not above this stays out of the market; null: it trades its best.
    min_score: Option<f64> = Some(0.0), Rule::any();
    /// best: the highest score; plateau: the highest mean with the settings one step away along one
    /// parameter or two (between words there are no steps).
    pick: Pick = Pick::Best, Rule::any();
    /// Repeat all of it on so many shuffled markets: what does the same search find where there is
    /// nothing? The verdict then asks for fewer than `verdict.max_permutation_p` that do as well. (19
    /// or more can tell 5 %.)
    permutations: u32 = 0, Rule::within(0.0, 10_000.0).unit("markets");
    /// Settings for each regime of a window apart: rules (trending, ranging, volatile by thresholds) or
    /// markov (a hidden Markov model); both are learnt on the training window, and take later bars
    /// one by one.
    regimes: RegimesName = RegimesName::Off, Rule::any();
    /// Bars over which a regime is told.
    regime_bars: u32 = 48, Rule::within(2.0, 100_000.0).unit("bars");
    /// markov: how many states.
    n_states: u32 = 3, Rule::within(2.0, 4.0).unit("states");
    /// Parameters and what they may become: `5..50`, `1.0..4.0 step 0.5` or `london | new_york`;
    /// `exits.stop` and `trend.fast` are those of exits and layers. One value, `7` or `london`, fixes
    /// a parameter; where all are fixed, the others are searched as if this were empty. For example:
    ///   space:
    ///     fast: 10..50 step 10
    ///     ratio: 3
    ///     exits.stop: 1.0..3.0 step 0.5
    space: SearchSpace = SearchSpace::default(), Rule::any();
}

choice! {
    /// Which settings are tried.
    pub enum Mode {
        Grid = "grid",
        Random = "random",
        TwoStage = "two_stage",
        Tpe = "tpe",
        GaussianProcess = "gaussian_process" | "bayes",
        Halving = "halving",
        Hyperband = "hyperband",
    }
}

choice! {
    /// Gates for entries.
    pub enum LayerName {
        Trend = "trend",
        Regime = "regime",
        Session = "session",
        Confidence = "confidence",
    }
}

impl LayerName {
    /// Each once.
    pub fn each(layers: &[Self]) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for layer in layers {
            if !names.contains(&layer.name()) {
                names.push(layer.name());
            }
        }
        names
    }
}

choice! {
    /// Who tells regimes apart.
    pub enum RegimesName {
        Off = "none",
        Rules = "rules",
        Markov = "markov",
    }
}

choice! {
    for Unit {
        Atr = "atr",
        Bps = "bps",
    }
}

choice! {
    for Pick {
        Best = "best",
        Plateau = "plateau",
    }
}

choice! {
    for Score {
        TradeSharpe = "trade_sharpe",
        TradeSortino = "trade_sortino",
        DailySharpe = "daily_sharpe",
        Net = "net",
        Expectancy = "expectancy",
        ProfitFactor = "profit_factor",
        Calmar = "calmar",
    }
}
