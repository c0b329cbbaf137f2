//! Intents in, a ledger out: one engine for whoever decided to trade.
//!
//! ARCHITECTURE.md, "What the engine does with a bar", is the specification.

pub mod costs; // commission, spread, slippage, funding, borrow: one object for gate and engine
pub mod intent; // what was decided at a bar's close
pub mod ledger; // fills, trades, equity
pub mod metrics; // what a ledger is worth
pub mod rules; // what is assumed about the market
pub mod quote; // bars as the engine sees them
pub mod volatility; // how much the market has moved: for slippage
mod lots; // quantities are counted
mod levels; // stop, trailing stop, target
mod execution; // what one fill costs
mod account; // the money all symbols share
mod book; // one symbol between bars
pub mod record; // who listens
pub mod tally; // sums instead of a ledger
pub mod trade_sums; // of trades alone
pub mod score; // what a setting was worth on a window
pub mod engine; // one bar after the other
pub mod screen; // its fast twin, for sweeps
#[cfg(test)]
mod cases; // the specification, row by row
#[cfg(test)]
mod oracle; // the specification again, slowly, on random markets

pub use account::MoneyFault;
pub use engine::{Engine, EngineFault, run};
pub use quote::{Market, Quote};
