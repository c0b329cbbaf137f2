//! The command line as its user meets it: the binary, in a folder of its own, one module a surface.

#![expect(clippy::unwrap_used, reason = "a test that cannot do its work should fail")]

mod project; // a folder, and the binary run in it
#[path = "../../src/ingest/feeds/tests/server.rs"]
mod server; // an exchange on this machine
mod help;
mod config;
mod ingest;
mod origin;
mod bad_files;
mod left_open;
mod backtest;
mod bad_bars;
mod store;
mod download;
mod archive;
mod data;
mod features;
mod labels_and_folds;
mod learning;
mod tuning;
mod sweep;
mod strategies;
mod optimize;
mod ensembles;
mod tournament;
mod walkforward;
mod pooled;
mod symbol_costs;
mod retraining;
mod runs;
mod report;
mod killed_walk;
mod first_steps;
mod determinism;
mod kill;
