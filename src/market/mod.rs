//! What a market is made of: symbols, timeframes, bars, the hours it keeps, and one we can make up.

mod bars;
mod symbol;
pub mod synthetic;
mod timeframe;
mod venue;
mod zone;
mod session;
mod calendar;
mod nyse;
mod cells;
mod bucket;
mod resample;
mod limit_fill;
mod permuted;
#[cfg(test)]
mod align;

#[cfg(test)]
pub use align::align;
pub use bars::{BarFault, Bars, Columns};
pub use bucket::{Bucket, BuiltBar, Closed};
pub use calendar::{BadCalendar, Calendar, Expected, TradingHours};
pub use cells::{Cell, Cells, Ends, Fold};
pub use limit_fill::LimitFill;
pub use permuted::{Blocks, Permute};
pub use resample::{BadResample, Resampled, resample};
pub use session::{BadSession, Session, SessionClock};
pub use symbol::{BadSymbol, Symbol};
pub use timeframe::{BadTimeframe, Timeframe};
pub use venue::{Product, Venue};
pub use zone::{UnknownZone, ZoneClock};
