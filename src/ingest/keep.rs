//! New bars and the stored ones as one.

use std::path::Path;

use super::files::within;
use super::{Counts, Merged, Prefer, merge, venue};
use crate::failure::Failure;
use crate::market::{Bars, Symbol, Timeframe, Venue};
use crate::store::{Layout, Origin};

/// What is to be stored.
#[derive(Debug)]
pub(super) struct Kept {
    pub bars: Bars,
    pub counts: Counts,
    origin: Origin,
    /// Whether it is other than what is stored.
    changed: bool,
}

impl Kept {
    /// Stores what is not stored already.
    pub fn write(&self, layout: &Layout) -> Result<(), Failure> {
        if self.changed { layout.write_bars_of(&self.bars, &self.origin) } else { Ok(()) }
    }
}

/// Merges bars into those stored, for whoever holds the lock on the store.
pub(super) fn merge_with_stored(
    bars: Bars,
    venue: &Venue,
    prefer: Option<Prefer>,
    layout: &Layout,
) -> Result<Kept, Failure> {
    let (symbol, timeframe) = (bars.symbol().clone(), bars.timeframe());
    if !layout.has_bars(&symbol, timeframe) {
        keep_apart(&symbol, timeframe, layout)?;
        let counts = Counts { added: bars.len(), ..Counts::default() };
        let origin = Origin { venue: venue.clone(), made_of: None };
        return Ok(Kept { bars, counts, origin, changed: true });
    }
    let old = layout.read_stored(&symbol, timeframe)?;
    let path = layout.bars_path(&symbol, timeframe);
    let venue = venue::with_stored(&old, venue, &path)?;
    let n_columns = old.bars.columns().extra.len();
    let Merged { bars, counts } = merge(old.bars, bars, prefer)
        .map_err(|f| within(&format!("`{symbol}` `{timeframe}`"), f))?;
    let is_more = !counts.leave_all() || bars.columns().extra.len() > n_columns;
    let made_of = follows(old.origin.made_of, is_more, &path);
    let changed = is_more || old.origin.venue != venue;
    if changed {
        keep_apart(&symbol, timeframe, layout)?;
    }
    Ok(Kept { bars, counts, origin: Origin { venue, made_of }, changed })
}

/// What bars were made of, unless others have come among them.
fn follows<T>(made_of: Option<T>, is_more: bool, path: &Path) -> Option<T> {
    if made_of.is_some() && is_more {
        tracing::warn!(
            "`{0}` was made of shorter bars and now holds others: it no longer follows them; remove \
             it and `edgewalk data resample` again if it should",
            path.display()
        );
    }
    made_of.filter(|_| !is_more)
}

/// Synthetic bars are made anew each time: what was mixed into them would be lost.
pub(super) fn keep_apart(
    symbol: &Symbol,
    timeframe: Timeframe,
    layout: &Layout,
) -> Result<(), Failure> {
    let truth = layout.truth_path(symbol, timeframe);
    if !truth.exists() {
        return Ok(());
    }
    let message = format!("the stored `{timeframe}` bars of `{symbol}` are synthetic");
    Err(Failure::user(message)
        .hint(format!("name another symbol, or remove them and `{}`", truth.display())))
}
