//! Intents in, a ledger out: one engine for whoever decided to trade.
//!
//! ARCHITECTURE.md, "What the engine does with a bar", is the specification.

pub mod costs; // commission, spread, slippage, funding, borrow: one object for gate and engine
pub mod intent; // what was decided at a bar's close
pub mod ledger; // fills, trades, equity
pub mod rules; // what is assumed about the market

#[cfg(test)]
mod oracle;
