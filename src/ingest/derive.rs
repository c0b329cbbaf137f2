//! Bars made of stored ones → the store.

use super::files::{keep_apart, merge_with_stored};
use super::{Counts, Prefer, merge};
use crate::failure::Failure;
use crate::market::Bars;
use crate::store::{Layout, Stored};

/// What became of bars that were made of shorter ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    pub counts: Counts,
    /// Stored bars that the shorter ones no longer make.
    pub n_removed: usize,
}

/// Stores bars made of shorter ones. They take the place of all that were made before; with bars
/// that were brought in they are merged like any others.
pub fn store_derived(
    made: &Stored,
    prefer: Option<Prefer>,
    layout: &Layout,
) -> Result<Derived, Failure> {
    let _lock = layout.lock_bars()?;
    let Stored { bars, origin } = made;
    let (symbol, timeframe) = (bars.symbol(), bars.timeframe());
    let old = layout.has_bars(symbol, timeframe).then(|| layout.read_stored(symbol, timeframe));
    let old = old.transpose()?;
    if old.as_ref().is_some_and(|old| old.origin.made_of.is_none()) {
        let kept = merge_with_stored(bars.clone(), &origin.venue, prefer, layout)?;
        kept.write(layout)?;
        return Ok(Derived { counts: kept.counts, n_removed: 0 });
    }
    keep_apart(symbol, timeframe, layout)?;
    let derived = old.map_or_else(|| Ok(all_new(bars)), |old| in_place_of(old.bars, bars))?;
    layout.write_bars_of(bars, origin)?;
    Ok(derived)
}

fn all_new(bars: &Bars) -> Derived {
    Derived { counts: Counts { added: bars.len(), ..Counts::default() }, n_removed: 0 }
}

fn in_place_of(old: Bars, bars: &Bars) -> Result<Derived, Failure> {
    let n_old = old.len();
    let counts = merge(old, bars.clone(), Some(Prefer::New))?.counts;
    Ok(Derived { counts, n_removed: n_old + counts.added - bars.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Columns, Symbol, Timeframe};
    use crate::store::{Origin, fingerprint};
    use crate::units::{MINUTE_US, Ts};

    fn hours(hours: &[i64], price: f64) -> Bars {
        let of = |value: f64| vec![value; hours.len()];
        let columns = Columns {
            ts: hours.iter().map(|h| Ts(h * 60 * MINUTE_US)).collect(),
            open: of(price),
            high: of(price),
            low: of(price),
            close: of(price),
            volume: of(1.0),
            extra: [].into(),
        };
        Bars::new("X".parse().unwrap(), Timeframe::H1, columns).unwrap()
    }

    fn made(bars: Bars) -> Stored {
        Stored { bars, origin: Origin { made_of: Some(Timeframe::M5), ..Origin::default() } }
    }

    fn stored(layout: &Layout) -> Bars {
        let x: Symbol = "X".parse().unwrap();
        layout.read_bars(&x, Timeframe::H1).unwrap()
    }

    #[test]
    fn what_was_derived_before_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let derive = |bars| store_derived(&made(bars), None, &layout).unwrap();
        derive(hours(&[0, 1, 2], 10.0));
        let again = derive(hours(&[1, 2, 3], 11.0));
        assert_eq!(again.counts, Counts { added: 1, replaced: 2, ..Counts::default() });
        assert_eq!(again.n_removed, 1);
        assert_eq!(fingerprint(&stored(&layout)), fingerprint(&hours(&[1, 2, 3], 11.0)));
    }

    #[test]
    fn what_was_brought_in_is_not_overwritten_unasked() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        layout.write_bars(&hours(&[0, 1], 10.0)).unwrap();
        let derive = |prefer| store_derived(&made(hours(&[1, 2], 11.0)), prefer, &layout);
        assert!(derive(None).unwrap_err().hint.unwrap().contains("`--prefer new`"));
        let derived = derive(Some(Prefer::New)).unwrap();
        assert_eq!((derived.counts.replaced, derived.counts.added), (1, 1));
        assert_eq!(stored(&layout).len(), 3);
        // Part of it was brought in, so it is still not ours to replace.
        assert!(store_derived(&made(hours(&[0], 12.0)), None, &layout).is_err());
    }
}
