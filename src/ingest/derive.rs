//! Bars made of stored ones → the store.

use super::files::{keep_apart, merge_with_stored};
use super::{Counts, Merged, Prefer, merge};
use crate::failure::Failure;
use crate::market::{Bars, Timeframe};
use crate::store::Layout;

/// What became of bars that were made of shorter ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    pub counts: Counts,
    /// Stored bars that the shorter ones no longer make.
    pub n_removed: usize,
}

/// Stores bars made of shorter ones, `from`. They take the place of all that were made before; with
/// bars that were brought in they are merged like any others.
pub fn store_derived(
    bars: Bars,
    from: Timeframe,
    prefer: Option<Prefer>,
    layout: &Layout,
) -> Result<Derived, Failure> {
    let _lock = layout.lock_bars()?;
    let (symbol, timeframe) = (bars.symbol().clone(), bars.timeframe());
    let is_there = layout.has_bars(&symbol, timeframe);
    if is_there && !layout.are_derived(&symbol, timeframe)? {
        let (Merged { bars, counts }, changed) = merge_with_stored(bars, prefer, layout)?;
        if changed {
            layout.write_bars(&bars)?;
        }
        return Ok(Derived { counts, n_removed: 0 });
    }
    keep_apart(&symbol, timeframe, layout)?;
    let mut derived =
        Derived { counts: Counts { added: bars.len(), ..Counts::default() }, n_removed: 0 };
    if is_there {
        let old = layout.read_bars(&symbol, timeframe)?;
        let n_old = old.len();
        derived.counts = merge(old, bars.clone(), Some(Prefer::New))?.counts;
        derived.n_removed = n_old + derived.counts.added - bars.len();
    }
    layout.write_derived_bars(&bars, from)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Columns, Symbol};
    use crate::store::fingerprint;
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

    fn stored(layout: &Layout) -> Bars {
        let x: Symbol = "X".parse().unwrap();
        layout.read_bars(&x, Timeframe::H1).unwrap()
    }

    #[test]
    fn what_was_derived_before_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let derive = |bars: Bars| store_derived(bars, Timeframe::M5, None, &layout).unwrap();
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
        let derive = |prefer| store_derived(hours(&[1, 2], 11.0), Timeframe::M5, prefer, &layout);
        assert!(derive(None).unwrap_err().hint.unwrap().contains("`--prefer new`"));
        let derived = derive(Some(Prefer::New)).unwrap();
        assert_eq!((derived.counts.replaced, derived.counts.added), (1, 1));
        assert_eq!(stored(&layout).len(), 3);
        // Part of it was brought in, so it is still not ours to replace.
        assert!(store_derived(hours(&[0], 12.0), Timeframe::M5, None, &layout).is_err());
    }
}
