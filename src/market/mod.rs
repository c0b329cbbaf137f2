//! What a market is made of: symbols, timeframes, bars, the hours it keeps, and one we can make up.

mod bars;
mod symbol;
mod timeframe;

pub use bars::{BarFault, Bars, Columns};
pub use symbol::{BadSymbol, Symbol};
pub use timeframe::{BadTimeframe, Timeframe};
