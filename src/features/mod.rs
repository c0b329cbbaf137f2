//! Features are expressions over causal kernels: text in `config.yml`, columns at the end.

pub mod kernels; // one causal operator each, streaming
pub mod lookback; // how much past a value rests on
pub mod expr; // text → one graph with shared subexpressions
pub mod engine; // the graph over bars, whole or one by one
pub mod catalog; // the built-in features
mod table; // what comes out
mod levels; // columns that are prices themselves
mod causality; // the proof that nothing looks ahead
#[cfg(test)]
mod tests;

pub use causality::{Proof, ProofPlan, Verdict, prove};
pub use engine::{BadFeature, LiveBars, Program, Shape};
pub use levels::price_levels;
pub use table::{ColumnFacts, FeatureTable, Wanted, compile, narrow};
