//! edgewalk: from raw market data to an honest, out-of-sample verdict.
//!
//! The modules in the order of the pipeline; ARCHITECTURE.md tells the rest.

pub mod units; // instants, spans
pub mod stats; // formulas with their sources
pub mod rng; // the only randomness
pub mod failure; // errors that know who can mend them
pub mod market; // bars, calendars, sessions, the synthetic market
pub mod features; // expressions over causal kernels → FeatureTable
pub mod labels; // what the future held, each with its interval
pub mod folds; // train | early-stop | calibrate | test, purged
pub mod gbdt; // boosted trees on shared byte codes
pub mod learn; // models by any backend; what their scores are worth; why they say so
pub mod backtest; // intents in, a ledger out: one engine, one cost model
pub mod regimes; // what kind of market a bar is in, learnt and told causally
pub mod signal; // predictions become intents through named gates
pub mod strategy; // rules as declarations over features → entries, as bits
pub mod walkforward; // models on rows they have not seen → Predictions
pub mod search; // which settings to try next; trials, samplers, pruners
pub mod optimize; // rules chosen window by window, and tried on the next
pub mod report; // plots
pub mod config; // config.yml → checked, all faults at once
pub mod store; // the only module that writes files
pub mod ingest; // raw files, exchanges, generator → Bars
pub mod pipeline; // what each stage reads, calls and writes
pub mod cli; // one file per subcommand
