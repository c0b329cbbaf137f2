//! Runs a graph over bars: in blocks that stay in the cache, columns spread over the threads.

mod bits;
mod higher;
mod machine;
mod order;
mod program;
mod shard;

pub use program::{BadFeature, Feature, Live, LiveBars, Program, Shape};
