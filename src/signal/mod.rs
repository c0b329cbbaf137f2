//! Predictions become intents through named gates.
//!
//! A row of predictions is weighed into one z and one expected return, asked by every gate in turn,
//! and sized. Live, a [`Gatekeeper`] does that bar by bar. For stored predictions the same kernels
//! fill [`Columns`], [`explain`] tells each bar's reason, and a [`Sweep`] finds the intents of one
//! setting after the other, recomputing what the setting touches. All three agree to the bit.

pub mod reason; // why a bar gave no intent
pub mod params; // the settings
pub mod input; // bars, predictions, weights, costs
pub mod z_edge; // how unusual a prediction is
pub mod standing; // where a value stands among those before it
pub mod volatility; // of one bar
pub mod atr; // how far bars reach
pub mod regime; // trend, range or volatile
pub mod votes; // which way the last bars pointed
pub mod hours; // sessions at the decision
pub mod facts; // what gates may know of a bar
pub mod gates; // one a file, and their order
pub mod sizing; // one method a file
pub mod exits; // stop, target, trail and time
pub mod gatekeeper; // live: bar by bar
pub mod study; // what no setting touches
pub mod columns; // what settings share
pub mod decisions; // every bar's reason
pub mod masks; // which bars pass a gate, as bits
pub mod sweep; // intents of many settings
pub mod waterfall; // what each gate refused, and what that would have earned
#[cfg(test)]
mod made_up; // markets and settings for tests
#[cfg(test)]
mod twins; // live, batch and sweep agree

pub use columns::Columns;
pub use decisions::{Decision, Decisions, explain};
pub use gatekeeper::{Bar, Gatekeeper, Point, Prediction, Row};
pub use gates::direction::Direction;
pub use input::{FoldWeights, Forecast, InputFault, Inputs, Setup, Weights};
pub use params::SignalParams;
pub use reason::Reason;
pub use regime::Regime;
pub use sizing::{SizingMethod, SizingParams};
pub use study::Study;
pub use sweep::{Passing, Sweep};
pub use waterfall::{Earned, Stage, Waterfall};
