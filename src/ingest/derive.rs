//! Bars made of stored ones → the store.

use super::keep::{keep_apart, merge_with_stored};
use super::{Counts, Prefer, merge};
use crate::failure::Failure;
use crate::market::{BadResample, Bars, Calendar, Resampled, Symbol, Timeframe, resample};
use crate::store::{Layout, MadeOf, Origin, Stored, fingerprint};

/// What became of bars that were made of shorter ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    pub counts: Counts,
    /// Stored bars that the shorter ones no longer make.
    pub n_removed: usize,
}

/// Longer bars made of shorter ones, not yet stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub stored: Stored,
    /// How many of them lack some of the shorter bars.
    pub n_incomplete: usize,
    /// Shorter bars at the ends that make no whole longer one.
    pub n_at_ends: usize,
    pub n_after_hours: usize,
}

/// Stored bars as they are now: those made of shorter ones that have changed since are made again,
/// and stored, or where that cannot be, used as if they were.
pub fn read_current(
    symbol: &Symbol,
    timeframe: Timeframe,
    layout: &Layout,
) -> Result<Stored, Failure> {
    let stored = layout.read_stored(symbol, timeframe)?;
    let Some(made_of) = &stored.origin.made_of else { return Ok(stored) };
    if made_of.timeframe >= timeframe || !layout.has_changed(symbol, made_of)? {
        return Ok(stored);
    }
    let base = made_of.timeframe;
    tracing::info!(
        "the `{timeframe}` bars of `{symbol}` are made again: the `{base}` bars changed"
    );
    let again = make(&read_current(symbol, base, layout)?, timeframe, made_of.calendar)?.stored;
    if let Err(failure) = store_derived(&again, None, layout) {
        tracing::warn!("{failure}: they are not kept");
    }
    Ok(again)
}

/// Makes longer bars of those that are stored.
pub fn make(base: &Stored, to: Timeframe, calendar: Calendar) -> Result<Made, Failure> {
    let bars = &base.bars;
    let made = resample(bars, to, calendar).map_err(|bad| no_resample(&bad))?;
    if made.bars.is_empty() {
        let (n, base) = (bars.len(), bars.timeframe());
        let what = format!("{n} `{base}` bars of `{}` make no whole `{to}` bar", bars.symbol());
        return Err(Failure::user(what).hint("more bars, or a shorter `--to`"));
    }
    let Resampled { n_incomplete, n_dropped_head, n_dropped_tail, n_after_hours, .. } = made;
    let (timeframe, fingerprint) = (bars.timeframe(), fingerprint(bars));
    let made_of = Some(MadeOf { timeframe, fingerprint, calendar });
    let origin = Origin { venue: base.origin.venue.clone(), made_of };
    let stored = Stored { bars: made.bars, origin };
    Ok(Made { stored, n_incomplete, n_at_ends: n_dropped_head + n_dropped_tail, n_after_hours })
}

fn no_resample(bad: &BadResample) -> Failure {
    let failure = Failure::user(bad);
    match bad {
        BadResample::NotAMultiple { base, to } if to <= base => {
            failure.hint(format!("`--to` is to be longer than `--timeframe`, here `{base}`"))
        }
        BadResample::NotAMultiple { base, .. } => {
            let fits = |text: &&str| {
                let longer = text.parse::<Timeframe>();
                longer.is_ok_and(|t| t > *base && t.is_multiple_of(*base))
            };
            let usual = ["5m", "15m", "30m", "1h", "4h", "12h", "1d", "1w"];
            let usual: Vec<_> = usual.into_iter().filter(fits).take(4).collect();
            let such = if usual.is_empty() { "" } else { ", such as " };
            let needed =
                format!("`--to` is to be a multiple of `{base}`{such}{}", usual.join(", "));
            failure.hint(needed)
        }
        BadResample::Fault { .. } => failure,
    }
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
    if let Some(old) = old.as_ref().filter(|old| old.origin.made_of.is_none()) {
        let bars = without_dust(bars, &old.bars)?;
        let kept = merge_with_stored(bars, &origin.venue, prefer, layout)?;
        kept.write(layout)?;
        return Ok(Derived { counts: kept.counts, n_removed: 0 });
    }
    keep_apart(symbol, timeframe, layout)?;
    let derived = old.map_or_else(|| Ok(all_new(bars)), |old| in_place_of(old.bars, bars))?;
    layout.write_bars_of(bars, origin)?;
    Ok(derived)
}

/// What is summed depends in its last bits on the order of its terms: where that is the whole
/// difference, the bars that are there are right. Prices are copied, never summed.
fn without_dust(bars: &Bars, old: &Bars) -> Result<Bars, Failure> {
    const DUST: f64 = 1e-9;
    let mut columns = bars.columns().clone();
    let is_dust = |a: f64, b: f64| a != b && (a - b).abs() <= DUST * a.abs().max(b.abs());
    for (row, ts) in bars.ts().iter().enumerate() {
        let Ok(at) = old.ts().binary_search(ts) else { continue };
        let there = old.columns();
        if is_dust(columns.volume[row], there.volume[at]) {
            columns.volume[row] = there.volume[at];
        }
        for (name, values) in &mut columns.extra {
            let known = there.extra.get(name).map(|known| known[at]);
            if let Some(known) = known.filter(|known| is_dust(values[row], *known)) {
                values[row] = known;
            }
        }
    }
    let checked = Bars::new(bars.symbol().clone(), bars.timeframe(), columns);
    checked.map_err(Failure::world)
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
    use crate::market::Columns;
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
        let (timeframe, fingerprint) = (Timeframe::M5, "other".to_owned());
        let made_of = Some(MadeOf { timeframe, fingerprint, calendar: Calendar::Always });
        Stored { bars, origin: Origin { made_of, ..Origin::default() } }
    }

    #[test]
    fn sums_in_another_order_do_not_disagree() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let summed = |terms: &[f64]| {
            let bars = hours(&[0, 1], 10.0);
            let mut columns = bars.columns().clone();
            columns.volume[0] = terms.iter().sum();
            Bars::new(bars.symbol().clone(), Timeframe::H1, columns).unwrap()
        };
        let (there, again) = (summed(&[0.1, 0.2, 0.3]), summed(&[0.3, 0.2, 0.1]));
        assert!(there.columns().volume[0] != again.columns().volume[0]);
        layout.write_bars(&there).unwrap();
        let derived = store_derived(&made(again), None, &layout).unwrap();
        assert_eq!(derived.counts, Counts { same: 2, ..Counts::default() });
        assert_eq!(stored(&layout), there);
        assert!(store_derived(&made(summed(&[0.61])), None, &layout).is_err());
    }

    #[test]
    fn a_timeframe_that_cannot_be_made_says_which_can() {
        let bad = |base: &str, to: &str| {
            let (base, to) = (base.parse().unwrap(), to.parse().unwrap());
            no_resample(&BadResample::NotAMultiple { base, to }).hint.unwrap()
        };
        let multiple = "`--to` is to be a multiple of `5m`, such as 15m, 30m, 1h, 4h";
        assert_eq!(bad("5m", "7m"), multiple);
        assert_eq!(bad("5w", "7w"), "`--to` is to be a multiple of `5w`");
        assert_eq!(bad("1h", "5m"), "`--to` is to be longer than `--timeframe`, here `1h`");
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
