//! Raw files, exchanges and the generator → Bars.
//!
//! A reader gives [`Columns`](crate::market::Columns) in the file's own order; [`accept()`] makes
//! them [`Bars`](crate::market::Bars) or names the bar that is wrong; [`merge()`] brings them
//! together with those already stored. Nothing is repaired unless it is asked for.

mod accept;
mod cut;
mod delimited;
mod derive;
mod doubt;
mod files;
mod fixed;
mod footer;
mod format;
mod frame;
mod grid;
mod head;
mod holes;
mod instant;
mod json;
mod keep;
mod merge;
mod number;
mod one_series;
mod plan;
mod read;
mod role;
mod series;
mod source;
mod venue;
mod written;
mod year_last;
pub mod audit; // what is wrong with raw bars
pub mod feeds; // exchanges: the only network edge
mod download;
mod generate;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod real_files;

pub use accept::{Accept, accept};
pub use derive::{Derived, Made, make, read_current, store_derived};
pub use doubt::{Doubt, refuse_doubts};
pub use download::{Downloaded, Exchange, Keeping, download};
pub use files::{FileOptions, Summary, ingest_files};
pub use format::Format;
pub use generate::generate;
pub use grid::{check_timeframe, infer_timeframe, told_by_bars};
pub use merge::{Counts, Merged, Prefer, merge};
pub use one_series::one_series;
pub use read::{FileBars, ReadOptions, check_renames, read_bytes, read_file};
