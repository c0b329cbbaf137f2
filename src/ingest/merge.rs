//! Two stretches of the same bars → one. Doing it twice, or the other way round, changes nothing.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::AddAssign;

use crate::failure::Failure;
use crate::market::{BarFault, Bars, Columns};

/// Whose bar to take where two disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    Old,
    New,
}

/// The bars of both, and what became of the new ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub bars: Bars,
    pub counts: Counts,
}

/// What became of new bars: each is in one of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not there before.
    pub added: usize,
    /// There before, with the same values.
    pub same: usize,
    /// There before; gave values to extra columns that had none.
    pub filled: usize,
    /// Took the place of one that disagreed.
    pub replaced: usize,
    /// Disagreed with one that was kept.
    pub kept: usize,
}

impl Counts {
    /// Whether the bars are what they were before.
    pub fn leave_all(&self) -> bool {
        self.added + self.filled + self.replaced == 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.same += more.same;
        self.filled += more.filled;
        self.replaced += more.replaced;
        self.kept += more.kept;
    }
}

/// Extra columns of either are kept, NaN where a bar has none; NaN disagrees with nothing.
#[expect(clippy::needless_pass_by_value, reason = "both are used up by what comes of them")]
pub fn merge(old: Bars, new: Bars, prefer: Option<Prefer>) -> Result<Merged, Failure> {
    let (symbol, timeframe) = (old.symbol().clone(), old.timeframe());
    if (new.symbol(), new.timeframe()) != (&symbol, timeframe) {
        let what = format!(
            "`{}` `{}` bars cannot be merged with those of `{symbol}` `{timeframe}`",
            new.symbol(),
            new.timeframe()
        );
        return Err(Failure::user(what));
    }
    let rows = zip_rows(&old, &new);
    let pair = Pair { old: old.columns(), new: new.columns() };
    let mut tally = Tally::default();
    for row in &rows {
        tally.add(&pair, *row, prefer);
    }
    if let (Some((i, j)), None) = (tally.first_clash, prefer) {
        return Err(pair.clash(i, j, tally.n_clashes));
    }
    let columns = if tally.counts.leave_all() {
        with_names(old.into_columns(), new.columns())
    } else {
        pair.join(&rows, prefer)
    };
    let bars = Bars::new(symbol, timeframe, columns).map_err(|f: BarFault| Failure::world(f))?;
    Ok(Merged { bars, counts: tally.counts })
}

/// A row of the result: where it is in the old bars and in the new.
type Row = (Option<usize>, Option<usize>);

fn zip_rows(old: &Bars, new: &Bars) -> Vec<Row> {
    let (a, b) = (old.ts(), new.ts());
    let mut rows = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let order = a[i].cmp(&b[j]);
        rows.push((order.is_le().then_some(i), order.is_ge().then_some(j)));
        i += usize::from(order != Ordering::Greater);
        j += usize::from(order != Ordering::Less);
    }
    rows.extend((i..a.len()).map(|i| (Some(i), None)));
    rows.extend((j..b.len()).map(|j| (None, Some(j))));
    rows
}

#[derive(Default)]
struct Tally {
    counts: Counts,
    n_clashes: usize,
    first_clash: Option<(usize, usize)>,
}

impl Tally {
    fn add(&mut self, pair: &Pair<'_>, row: Row, prefer: Option<Prefer>) {
        let (i, j) = match row {
            (Some(i), Some(j)) => (i, j),
            (None, _) => return self.counts.added += 1,
            (Some(_), None) => return,
        };
        if pair.clashing_column(i, j).is_some() {
            self.n_clashes += 1;
            self.first_clash.get_or_insert((i, j));
            match prefer {
                Some(Prefer::New) => self.counts.replaced += 1,
                Some(Prefer::Old) => self.counts.kept += 1,
                None => {}
            }
        } else if pair.fills(i, j) {
            self.counts.filled += 1;
        } else {
            self.counts.same += 1;
        }
    }
}

struct Pair<'a> {
    old: &'a Columns,
    new: &'a Columns,
}

impl Pair<'_> {
    /// The first column in which the two bars disagree.
    fn clashing_column(&self, i: usize, j: usize) -> Option<&str> {
        let differ = |a: f64, b: f64| a != b && !a.is_nan() && !b.is_nan();
        let prices = self.old.prices().into_iter().zip(self.new.prices());
        let price = prices.filter(|((_, a), (_, b))| differ(a[i], b[j])).map(|((name, _), _)| name);
        let extra = self
            .old
            .extra
            .iter()
            .filter(|(name, a)| self.new.extra.get(*name).is_some_and(|b| differ(a[i], b[j])));
        price.chain(extra.map(|(name, _)| name.as_str())).next()
    }

    /// Whether the new bar knows something that the old one does not.
    fn fills(&self, i: usize, j: usize) -> bool {
        let known = |name: &str| self.old.extra.get(name).is_some_and(|a| !a[i].is_nan());
        self.new.extra.iter().any(|(name, b)| !b[j].is_nan() && !known(name))
    }

    fn clash(&self, i: usize, j: usize, n_clashes: usize) -> Failure {
        let name = self.clashing_column(i, j).unwrap_or_default();
        let value = |columns: &Columns, row: usize| {
            columns.column(name).map_or(f64::NAN, |values| values[row])
        };
        let (old, new, at) = (value(self.old, i), value(self.new, j), self.old.ts[i]);
        let others = match n_clashes {
            1 => "it is the only such bar".to_owned(),
            n => format!("{n} bars disagree"),
        };
        Failure::user(format!("`{name}` of the bar at `{at}` is `{old}` in the old bars and `{new}` in the new; {others}"))
            .hint(
                "`--prefer new` takes the new bars, `--prefer old` keeps the old; bars of another market \
                 (spot, futures) want a `--symbol` of their own",
            )
    }

    fn join(&self, rows: &[Row], prefer: Option<Prefer>) -> Columns {
        let rows: Vec<Row> = rows.iter().map(|&row| self.settle(row, prefer)).collect();
        let pick = |a: &[f64], b: &[f64]| {
            let of = |row: &Row| row.0.map(|i| a[i]).or_else(|| row.1.map(|j| b[j]));
            rows.iter().filter_map(of).collect::<Vec<f64>>()
        };
        let [open, high, low, close, volume] =
            [0, 1, 2, 3, 4].map(|k: usize| pick(self.old.prices()[k].1, self.new.prices()[k].1));
        let ts =
            |row: &Row| row.0.map(|i| self.old.ts[i]).or_else(|| row.1.map(|j| self.new.ts[j]));
        let names: BTreeSet<&String> = self.old.extra.keys().chain(self.new.extra.keys()).collect();
        let extra = names.into_iter().map(|name| (name.clone(), self.join_extra(name, &rows)));
        Columns {
            ts: rows.iter().filter_map(ts).collect(),
            open,
            high,
            low,
            close,
            volume,
            extra: extra.collect(),
        }
    }

    /// Of two bars that disagree only the preferred one is left: what it lacks, a bar that is not
    /// believed cannot give it.
    fn settle(&self, row: Row, prefer: Option<Prefer>) -> Row {
        match (row, prefer) {
            ((Some(i), Some(j)), Some(side)) if self.clashing_column(i, j).is_some() => {
                match side {
                    Prefer::Old => (Some(i), None),
                    Prefer::New => (None, Some(j)),
                }
            }
            _ => row,
        }
    }

    /// The old bar's value, or the new one's where it has none.
    fn join_extra(&self, name: &str, rows: &[Row]) -> Vec<f64> {
        let (old, new) = (self.old.extra.get(name), self.new.extra.get(name));
        let of = |values: Option<&Vec<f64>>, row: Option<usize>| {
            row.and_then(|row| values.map(|v| v[row])).unwrap_or(f64::NAN)
        };
        let value = |row: &Row| {
            let first = of(old, row.0);
            if first.is_nan() { of(new, row.1) } else { first }
        };
        rows.iter().map(value).collect()
    }
}

/// Columns that hold nothing still are columns of the result.
fn with_names(mut columns: Columns, other: &Columns) -> Columns {
    let n = columns.len();
    for name in other.extra.keys() {
        columns.extra.entry(name.clone()).or_insert_with(|| vec![f64::NAN; n]);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Timeframe;
    use crate::units::{MINUTE_US, Ts};
    use proptest::prelude::*;

    fn bars(at: &[i64], edit: impl Fn(&mut Columns)) -> Bars {
        let n = at.len();
        let mut columns = Columns {
            ts: at.iter().map(|i| Ts(i * 5 * MINUTE_US)).collect(),
            open: vec![10.0; n],
            high: vec![20.0; n],
            low: vec![5.0; n],
            close: at.iter().map(|i| 10.0 + (i % 7) as f64).collect(),
            volume: vec![1.0; n],
            extra: [].into(),
        };
        edit(&mut columns);
        Bars::new("X".parse().unwrap(), Timeframe::M5, columns).unwrap()
    }

    fn counts(m: &Merged) -> [usize; 5] {
        let Counts { added, same, filled, replaced, kept } = m.counts;
        [added, same, filled, replaced, kept]
    }

    #[test]
    fn an_overlap_that_agrees_is_merged_and_counted() {
        let merged = merge(bars(&[0, 1, 2, 9], |_| ()), bars(&[1, 2, 3], |_| ()), None).unwrap();
        assert_eq!(counts(&merged), [1, 2, 0, 0, 0]);
        assert_eq!(merged.bars, bars(&[0, 1, 2, 3, 9], |_| ()));
    }

    #[test]
    fn bars_that_disagree_are_named_unless_one_side_is_preferred() {
        let new = || bars(&[1, 2, 3], |c| c.close[1..].fill(19.5));
        let old = || bars(&[0, 1, 2, 3], |_| ());
        let failure = merge(old(), new(), None).unwrap_err();
        assert_eq!(
            failure.message,
            "`close` of the bar at `1970-01-01 00:10` is `12` in the old bars and `19.5` in the \
             new; 2 bars disagree"
        );
        assert_eq!(
            failure.hint.as_deref(),
            Some(
                "`--prefer new` takes the new bars, `--prefer old` keeps the old; bars of another \
                 market (spot, futures) want a `--symbol` of their own"
            )
        );
        let merged = merge(old(), new(), Some(Prefer::New)).unwrap();
        assert_eq!(counts(&merged), [0, 1, 0, 2, 0]);
        assert_eq!(merged.bars.columns().close, [10.0, 11.0, 19.5, 19.5]);
        let merged = merge(old(), new(), Some(Prefer::Old)).unwrap();
        assert_eq!(counts(&merged), [0, 1, 0, 0, 2]);
        assert_eq!(merged.bars, old());
    }

    #[test]
    fn extra_columns_are_united_and_fill_each_others_holes() {
        let nan = f64::NAN;
        let old = bars(&[0, 1], |c| drop(c.extra.insert("count".into(), vec![7.0, nan])));
        let new = bars(&[1, 2], |c| {
            c.extra.insert("count".into(), vec![8.0, 9.0]);
            c.extra.insert("vwap".into(), vec![nan, 11.0]);
        });
        let merged = merge(old, new, None).unwrap();
        assert_eq!(counts(&merged), [1, 0, 1, 0, 0]);
        let extra = &merged.bars.columns().extra;
        assert_eq!(extra["count"], [7.0, 8.0, 9.0]);
        assert!(extra["vwap"][..2].iter().all(|v| v.is_nan()) && extra["vwap"][2] == 11.0);
    }

    #[test]
    fn an_extra_column_can_disagree_too_and_a_bar_not_believed_gives_nothing() {
        let old = || {
            bars(&[0], |c| {
                c.extra.insert("count".into(), vec![7.0]);
                c.extra.insert("vwap".into(), vec![11.0]);
            })
        };
        let new = || {
            bars(&[0], |c| {
                c.extra.insert("count".into(), vec![8.0]);
                c.extra.insert("vwap".into(), vec![f64::NAN]);
            })
        };
        let failure = merge(old(), new(), None).unwrap_err();
        assert!(failure.message.starts_with("`count` of the bar"), "{failure}");
        assert!(failure.message.ends_with("it is the only such bar"), "{failure}");
        let merged = merge(old(), new(), Some(Prefer::New)).unwrap();
        assert_eq!(merged.bars.columns().extra["count"], [8.0]);
        assert!(merged.bars.columns().extra["vwap"][0].is_nan());
        let merged = merge(new(), old(), Some(Prefer::Old)).unwrap();
        assert_eq!(merged.bars.columns().extra["count"], [8.0]);
        assert!(merged.bars.columns().extra["vwap"][0].is_nan());
    }

    #[test]
    fn a_replaced_bar_takes_its_extras_with_it() {
        // The volume of 20 has nothing to do with the 90 that takers bought of 100.
        let old = || {
            bars(&[0, 1], |c| {
                c.volume.fill(100.0);
                c.extra.insert("taker_buy_volume".into(), vec![90.0; 2]);
            })
        };
        let new = || bars(&[1, 2], |c| c.volume.fill(20.0));
        let merged = merge(old(), new(), Some(Prefer::New)).unwrap();
        let columns = merged.bars.columns();
        assert_eq!(columns.volume, [100.0, 20.0, 20.0]);
        let taken = &columns.extra["taker_buy_volume"];
        assert!(taken[0] == 90.0 && taken[1].is_nan() && taken[2].is_nan(), "{taken:?}");
        let merged = merge(new(), old(), Some(Prefer::Old)).unwrap();
        let taken = &merged.bars.columns().extra["taker_buy_volume"];
        assert!(taken[0] == 90.0 && taken[1].is_nan(), "{taken:?}");
    }

    proptest! {
        // Each case writes two files to disk.
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn order_and_repetition_change_no_stored_byte(
            pieces in prop::collection::vec((0usize..40, 0usize..20, any::<bool>()), 1..6),
            order in Just((0..12usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let all: Vec<i64> = (0..60).filter(|i| i % 11 != 3).collect();
            let piece = |&(start, n, counted): &(usize, usize, bool)| {
                let at: Vec<i64> = all.iter().copied().skip(start).take(n).collect();
                let count: Vec<f64> = at.iter().map(|i| (i * i) as f64).collect();
                bars(&at, |c| if counted { drop(c.extra.insert("count".into(), count.clone())) })
            };
            let fold = |indices: &mut dyn Iterator<Item = usize>| {
                let mut pieces = indices.map(|k| piece(&pieces[k % pieces.len()]));
                let first = pieces.next().unwrap();
                pieces.fold(first, |old, new| merge(old, new, None).unwrap().bars)
            };
            let straight = fold(&mut (0..pieces.len()));
            let shuffled = fold(&mut order.into_iter());
            let bytes = |bars: &Bars| {
                let dir = tempfile::tempdir().unwrap();
                let layout = crate::store::Layout::new(dir.path());
                layout.write_bars(bars).unwrap();
                std::fs::read(layout.bars_path(bars.symbol(), bars.timeframe())).unwrap()
            };
            prop_assert_eq!(bytes(&straight), bytes(&shuffled));
        }
    }
}
