//! What happened: fills with their reasons, trades, refusals, equity.

use serde::{Deserialize, Serialize};

use super::intent::Side;
use crate::units::Ts;

/// Why a fill got its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillRule {
    /// At the open, on an intent.
    Entry,
    /// At the open: what the volume cap had left of an entry.
    EntryRest,
    /// At its level, inside the bar.
    Stop,
    /// At the open, beyond the stop.
    StopGap,
    TrailingStop,
    TrailingStopGap,
    /// At its level, inside the bar, as a limit order.
    Target,
    /// At the better open, as a limit order.
    TargetGap,
    /// At the open, once its time had passed.
    TimedExit,
    /// At the open, on an intent of the other side.
    Opposite,
    /// At the open, as a market order: what the volume cap had left of a stop.
    StopRest,
    /// At the open, as a market order: what the volume cap had left of a target.
    TargetRest,
    /// At the open: what the volume cap had left of any other exit.
    ExitRest,
    /// At the open after equity had gone.
    Ruin,
    /// At the last close.
    EndOfData,
}

impl FillRule {
    /// What the volume cap leaves of an exit by this rule goes out as.
    pub const fn rest(self) -> Self {
        match self {
            Self::Target | Self::TargetGap | Self::TargetRest => Self::TargetRest,
            Self::Stop
            | Self::StopGap
            | Self::TrailingStop
            | Self::TrailingStopGap
            | Self::StopRest => Self::StopRest,
            _ => Self::ExitRest,
        }
    }
}

/// Why an intent did not become a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A position of the same side is open.
    InPosition,
    /// A position of the other side is open, and is kept.
    OppositeHeld,
    /// A position of the other side was closed on it; nothing was opened.
    OppositeExit,
    /// A position was closed on the same bar.
    ExitBar,
    Cooldown,
    /// The bar has no volume.
    NoVolume,
    /// What the account affords is below `min_trade_size`, though what was asked for is not.
    NotEnoughCash,
    BelowMinTradeSize,
    LotRoundsToZero,
    /// The bar's volume does not allow one lot.
    VolumeCap,
    /// There is no bar to act on.
    EndOfData,
    /// Equity is gone.
    Ruined,
}

/// One execution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// Index of the trade it belongs to.
    pub trade: u32,
    /// Row of the symbol's bars.
    pub bar: u32,
    /// Of its position: an exit of a long is long.
    pub side: Side,
    pub qty: f64,
    /// The market's price, before spread and slippage.
    pub reference: f64,
    /// What was paid or got.
    pub price: f64,
    pub commission: f64,
    /// `qty × |price − reference|`: half spread and slippage.
    pub impact: f64,
    pub rule: FillRule,
}

/// From flat to flat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    pub symbol: u32,
    pub side: Side,
    /// The bar the intent was decided on, of the first fill, and of the last.
    pub decided_bar: u32,
    pub entry_bar: u32,
    pub exit_bar: u32,
    pub entry_ts: Ts,
    /// The opening time of the exit's bar; the fill is at that time or inside the bar.
    pub exit_ts: Ts,
    /// All that was ever filled on the way in.
    pub qty: f64,
    /// Average over fills, before costs.
    pub entry_reference: f64,
    pub exit_reference: f64,
    /// Average over fills, after spread and slippage.
    pub entry_price: f64,
    pub exit_price: f64,
    /// Why it ended: the rule of its last fill, a rest that the volume cap had left included.
    pub exit_rule: FillRule,
    /// At reference prices.
    pub gross: f64,
    pub commission: f64,
    /// Half spreads and slippage.
    pub impact: f64,
    /// Funding and borrow; negative where it was received.
    pub carry: f64,
    /// `gross − commission − impact − carry`.
    pub net: f64,
    /// Furthest for and against, in price units from the entry's reference: `mfe ≥ 0 ≥ mae`.
    pub mfe: f64,
    pub mae: f64,
    /// Distance of the stop it began with; infinite: none.
    pub stop: f64,
    /// Stop and target were both in reach of one bar at least once.
    pub ambiguous: bool,
}

/// Everything a backtest leaves behind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    pub fills: Vec<Fill>,
    pub trades: Vec<Trade>,
    /// Every intent that did not become a position: symbol, the intent's bar, why.
    pub refusals: Vec<(u32, u32, Refusal)>,
    /// Times of the equity's points: every bar of any symbol.
    pub ts: Vec<Ts>,
    /// Cash and positions at the close of each.
    pub equity: Vec<f64>,
    /// Value of all positions, without sign, at the close of each.
    pub exposure: Vec<f64>,
    /// Bars in which both stop and target were in reach.
    pub ambiguous_bars: u64,
    /// How often the volume cap let an order have only a part of what it asked for, or none yet.
    pub capped_fills: u64,
    /// Cash at the end.
    pub cash: f64,
    /// The bar after which nothing was opened any more, if equity went.
    pub ruined: Option<Ts>,
}
