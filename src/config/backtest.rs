//! `backtest.*`: what the engine assumes about the market.

use super::rule::Rule;
use super::section::{choice, section};
use super::setting::{Reading, join};
use super::symbol_costs::SymbolCosts;
use super::trading_logic::TradingLogic;
use crate::backtest::costs::{self, Costs};
use crate::backtest::rules::{Intrabar, OnCap, OnOpposite, Rules, TrailingBasis};
use crate::market::{LimitFill, Symbol};

section! {
    /// What the engine assumes about the market. The defaults are on the careful side. The labels
    /// read `oco_delay_bars` and `limit_fill`, too.
    pub struct Backtest, check Backtest::check;
    /// Money at the beginning, in the quote currency; all symbols share it.
    cash: f64 = 100_000.0, Rule::above(0.0, f64::INFINITY);
    /// Entries fill at the open of the next bar, or this many bars later.
    latency_bars: u32 = 0, Rule::within(0.0, 1000.0).unit("bars");
    /// Stop and target are armed this long after the entry's fill; 0: on the entry bar already.
    oco_delay_bars: u32 = 1, Rule::within(0.0, 1000.0).unit("bars");
    /// A target fills when the price trades through it, or already when it touches it.
    limit_fill: LimitFill = LimitFill::Through, Rule::any();
    /// Stop and target in one bar: stop first (pessimistic), target first (optimistic), or along
    /// the path open, nearer extreme, other extreme, close. The report counts such bars and gives
    /// the profit both ways.
    intrabar: Intrabar = Intrabar::Pessimistic, Rule::any();
    /// Part of the position that the target closes; the stop then covers the rest.
    target_fraction: f64 = 1.0, Rule::above(0.0, 1.0);
    /// A trailing stop follows closes, or the extremes of completed bars.
    trailing_basis: TrailingBasis = TrailingBasis::Close, Rule::any();
    /// A signal against an open position: keep it, close it, or turn it round.
    on_opposite: OnOpposite = OnOpposite::Hold, Rule::any();
    /// Most of a bar's volume that one fill may take; null: no limit. What is open when the data end is
    /// closed at the last close whatever its volume.
    max_participation: Option<f64> = Some(0.1), Rule::above(0.0, 1.0);
    /// What happens to the rest of an entry: it waits for the next bar, or is cancelled. That of an
    /// exit always waits, and goes out as a market order.
    on_cap: OnCap = OnCap::Wait, Rule::any();
    /// All positions together may be worth this many times equity when one is opened.
    max_leverage: f64 = 1.0, Rule::within(0.01, 100.0);
    /// Quantities are rounded down to multiples of this; null: any quantity.
    lot_size: Option<f64> = None, Rule::above(0.0, f64::INFINITY).unit("units");
    /// Half of the distance between bid and ask, paid on every market order.
    half_spread_bps: f64 = 0.5, Rule::within(0.0, 1000.0).unit("bps");
    /// Perpetuals: what longs pay to shorts for eight hours; negative: shorts pay. It is charged pro
    /// rata for the time held, not at 00:00, 08:00 and 16:00 UTC.
    funding_bps_per_8h: f64 = 0.0, Rule::within(-1000.0, 1000.0).unit("bps");
    /// What borrowing costs a short in a year, pro rata for the time held.
    borrow_bps_per_year: f64 = 0.0, Rule::within(0.0, 100_000.0).unit("bps");
    commission: Commission = Commission::default(), Rule::any();
    slippage: Slippage = Slippage::default(), Rule::any();
    /// Symbols whose costs differ. Of half_spread_bps, funding_bps_per_8h, borrow_bps_per_year,
    /// commission and slippage, each names what is its own; the rest is as above. Not all of them
    /// need to be traded. For example:
    ///   symbols:
    ///     SOLUSDT: {half_spread_bps: 2, commission: {taker_bps: 4.5}, slippage: {bps: 1}}
    symbols: SymbolCosts = SymbolCosts::default(), Rule::any();
}

section! {
    /// What the exchange takes of each leg's value.
    pub struct Commission;
    /// On market orders.
    taker_bps: f64 = 2.5, Rule::within(0.0, 1000.0).unit("bps");
    /// On limit orders, targets among them; negative: a rebate.
    maker_bps: f64 = 1.0, Rule::within(-100.0, 1000.0).unit("bps");
}

section! {
    /// How far a market order moves the price against itself.
    pub struct Slippage;
    /// fixed: always `bps`. range: a part of the bar's range. volatility: a part of recent
    /// volatility. impact: volatility times the square root of the order's share of volume.
    model: SlippageModel = SlippageModel::Fixed, Rule::any();
    /// For fixed.
    bps: f64 = 0.5, Rule::within(0.0, 1000.0).unit("bps");
    /// For range: part of the bar's high minus low.
    range_fraction: f64 = 0.05, Rule::within(0.0, 1.0);
    /// For volatility: part of one bar's standard deviation.
    volatility_fraction: f64 = 0.1, Rule::within(0.0, 10.0);
    /// For impact: what one standard deviation is multiplied by, beside the root of the share.
    impact_coefficient: f64 = 1.0, Rule::within(0.0, 100.0);
    /// For volatility and impact: window of the standard deviation.
    window_bars: u32 = 288, Rule::within(2.0, 1e6).unit("bars");
}

choice! {
    for LimitFill {
        Through = "through",
        Touch = "touch",
    }
}

choice! {
    for Intrabar {
        Pessimistic = "pessimistic",
        Optimistic = "optimistic",
        Path = "path",
    }
}

choice! {
    for TrailingBasis {
        Close = "close",
        Extreme = "extreme",
    }
}

choice! {
    for OnOpposite {
        Hold = "hold",
        Exit = "exit",
        Reverse = "reverse",
    }
}

choice! {
    for OnCap {
        Wait = "wait",
        Cancel = "cancel",
    }
}

choice! {
    /// What slippage depends on.
    pub enum SlippageModel {
        Fixed = "fixed",
        Range = "range",
        Volatility = "volatility",
        Impact = "impact",
    }
}

impl Backtest {
    /// As the engine takes them, for these symbols.
    pub fn rules(&self, logic: &TradingLogic, symbols: &[Symbol]) -> Rules {
        Rules {
            cash: self.cash,
            latency_bars: self.latency_bars,
            oco_delay_bars: self.oco_delay_bars,
            limit_fill: self.limit_fill,
            intrabar: self.intrabar,
            trailing_basis: self.trailing_basis,
            on_opposite: self.on_opposite,
            cooldown_bars: logic.cooldown_bars,
            max_participation: self.max_participation.unwrap_or(f64::INFINITY),
            on_cap: self.on_cap,
            lot_size: self.lot_size.unwrap_or(0.0),
            max_leverage: self.max_leverage,
            min_trade_size: logic.sizing.min_trade_size,
            costs: symbols.iter().map(|symbol| self.costs(symbol)).collect(),
        }
    }

    /// What trading this symbol costs.
    pub fn costs(&self, symbol: &Symbol) -> Costs {
        self.of(symbol).own_costs()
    }

    /// The window of the standard deviation that its slippage may go by.
    pub fn slippage_window(&self, symbol: &Symbol) -> u32 {
        self.of(symbol).slippage.window_bars
    }

    /// With what differs for a symbol.
    fn of(&self, symbol: &Symbol) -> Self {
        let mut own = self.clone();
        self.symbols.apply(symbol, &mut own);
        own
    }

    fn own_costs(&self) -> Costs {
        let Slippage { bps, range_fraction, volatility_fraction, .. } = self.slippage;
        let slippage = match self.slippage.model {
            SlippageModel::Fixed => costs::Slippage::Fixed { bps },
            SlippageModel::Range => costs::Slippage::Range { fraction: range_fraction },
            SlippageModel::Volatility => {
                costs::Slippage::Volatility { fraction: volatility_fraction }
            }
            SlippageModel::Impact => {
                costs::Slippage::Impact { coefficient: self.slippage.impact_coefficient }
            }
        };
        Costs {
            taker_bps: self.commission.taker_bps,
            maker_bps: self.commission.maker_bps,
            half_spread_bps: self.half_spread_bps,
            slippage,
            funding_bps_per_8h: self.funding_bps_per_8h,
            borrow_bps_per_year: self.borrow_bps_per_year,
        }
    }

    /// A rebate larger than the fee would pay for trading in circles.
    fn check(&self, reading: &mut Reading) {
        let keys = |of: &str| ["maker_bps", "taker_bps"].map(|leaf| join(of, leaf));
        let common = keys("backtest.commission");
        self.commission.check(&common, reading);
        for symbol in self.symbols.that_set("commission") {
            let own = keys(&format!("backtest.symbols.{symbol}.commission"));
            self.of(symbol).commission.check(&[own, common.clone()].concat(), reading);
        }
    }
}

impl Commission {
    fn check(&self, keys: &[String], reading: &mut Reading) {
        let Self { taker_bps, maker_bps } = *self;
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        reading.require(taker_bps + maker_bps >= 0.0, &keys, || {
            format!("a rebate of {} bps exceeds the taker fee of {taker_bps}", -maker_bps)
        });
    }
}
