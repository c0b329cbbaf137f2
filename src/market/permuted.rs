//! The same bars in an order that means nothing: a market with nothing in it to find.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Columns;
use crate::rng::Rng;
use crate::units::DAY_US;

/// What stays together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocks {
    /// So many bars in a row; the last ones are what is left over. With 1 nothing stays but the bars.
    Bars(usize),
    /// The bars of a day in UTC: the rhythm of the day and the day's quiet or unrest stay.
    Days,
}

/// How bars are to be permuted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permute {
    pub blocks: Blocks,
    /// Bars at the beginning that stay as they are: those which features need to warm up. The
    /// first bar always does.
    pub kept: usize,
    pub seed: u64,
}

impl Permute {
    /// Bars made of the moves of `columns`, which must be those of [`super::Bars`], in another
    /// order: each bar's open against the close before it (the gap), and its high, low and close
    /// against its open (its shape). Shapes are shuffled as they are, with their volume, and gaps on
    /// their own; times stay (Masters 2018, "Permutation and randomization tests for trading system
    /// development", ch. on bar permutation). The distribution of moves stays, and with it drift and
    /// volatility, and the first and the last price; what goes is what comes after what.
    ///
    /// With blocks longer than a bar, blocks change places with blocks of as many bars, so that the
    /// clock stays right, and gaps before blocks with each other; inside everything stays, so volatility goes on coming in clusters, and what can be predicted within
    /// a block still can: the longer the blocks, the less a rule that lives on it is told from luck.
    ///
    /// Markets with the same times and one seed get the same order, so that what ties them to each
    /// other stays. Prices leave the grid of their ticks.
    pub fn apply(&self, columns: &Columns) -> Columns {
        let kept = self.kept.max(1);
        let blocks = self.blocks.of(columns, kept.min(columns.len()));
        let mut rng = Rng::stream(self.seed, "permuted bars", &[]);
        let (mut shapes, mut gaps) = (blocks.clone(), blocks);
        shuffle_alike(&mut shapes, &mut rng);
        rng.shuffle(&mut gaps);
        let mut made = Made::beginning_with(columns, kept);
        for (shape, gap) in shapes.into_iter().zip(gaps) {
            for bar in shape.clone() {
                let opens = if bar == shape.start { gap.start } else { bar };
                made.push(bar, columns.open[opens] / columns.close[opens - 1]);
            }
        }
        made.finish()
    }
}

impl Blocks {
    /// The blocks behind the first `kept` bars.
    fn of(self, columns: &Columns, kept: usize) -> Vec<Range<usize>> {
        let day = |at: usize| columns.ts[at].floor_to(DAY_US);
        let begins = |at: &usize| match self {
            _ if *at == kept => true,
            Self::Bars(n) => (at - kept).is_multiple_of(n.max(1)),
            Self::Days => day(*at) != day(at - 1),
        };
        let mut bounds: Vec<usize> = (kept..columns.len()).filter(begins).collect();
        bounds.push(columns.len());
        bounds.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }
}

/// Shuffles blocks among those of as many bars. A block that has no like stays where it is, which
/// can only make the permuted market more like the real one, and a test on the safe side.
fn shuffle_alike(blocks: &mut [Range<usize>], rng: &mut Rng) {
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, block) in blocks.iter().enumerate() {
        places.entry(block.len()).or_default().push(place);
    }
    for places in places.values() {
        let mut alike: Vec<Range<usize>> = places.iter().map(|at| blocks[*at].clone()).collect();
        rng.shuffle(&mut alike);
        places.iter().zip(alike).for_each(|(at, block)| blocks[*at] = block);
    }
}

/// Bars in the making.
struct Made<'a> {
    from: &'a Columns,
    bars: Columns,
}

impl<'a> Made<'a> {
    fn beginning_with(from: &'a Columns, kept: usize) -> Self {
        let mut bars = from.take(&(0..kept.min(from.len())).collect::<Vec<_>>());
        bars.ts.clone_from(&from.ts);
        Self { from, bars }
    }

    /// The bar's shape behind a gap. All of a bar's prices are its new open times a quotient by its
    /// old one: division and multiplication round without changing an order, so high and low stay
    /// the highest and the lowest.
    fn push(&mut self, bar: usize, gap: f64) {
        let (from, bars) = (self.from, &mut self.bars);
        let open = bars.close[bars.close.len() - 1] * gap;
        let moved = |price: f64| open * (price / from.open[bar]);
        bars.open.push(open);
        bars.high.push(moved(from.high[bar]));
        bars.low.push(moved(from.low[bar]));
        bars.close.push(moved(from.close[bar]));
        bars.volume.push(from.volume[bar]);
        for (name, values) in &mut bars.extra {
            let value = from.extra[name][bar];
            values.push(if is_in_money(name) { moved(value) } else { value });
        }
    }

    /// All moves were made, so the last close is the old one but for rounding: it becomes the old
    /// one.
    fn finish(mut self) -> Columns {
        let bars = &mut self.bars;
        let last = (bars.close.last_mut(), bars.high.last_mut(), bars.low.last_mut());
        if let (Some(close), Some(high), Some(low)) = last {
            *close = self.from.close[self.from.close.len() - 1];
            (*high, *low) = (high.max(*close), low.min(*close));
        }
        self.bars
    }
}

/// Whether a column goes up with the price.
fn is_in_money(name: &str) -> bool {
    name == "vwap" || name.contains("quote")
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{Params, generate};
    use super::super::{Bars, Timeframe};
    use super::*;
    use crate::stats;
    use crate::units::Ts;
    use proptest::prelude::*;

    fn five() -> Columns {
        Columns {
            ts: (0..5).map(|k| Ts(k * DAY_US / 2)).collect(),
            open: vec![10.0, 11.0, 12.0, 15.0, 14.0],
            high: vec![11.0, 13.0, 16.0, 15.0, 20.0],
            low: vec![9.0, 11.0, 12.0, 12.0, 14.0],
            close: vec![10.0, 12.0, 16.0, 14.0, 18.0],
            volume: vec![1.0, 2.0, 3.0, 4.0, 5.0],
            extra: BTreeMap::from([
                ("count".to_owned(), vec![1.0, 2.0, 3.0, 4.0, f64::NAN]),
                ("vwap".to_owned(), vec![10.0, 12.0, 14.0, 13.5, 17.0]),
            ]),
        }
    }

    fn market(seed: u64) -> Columns {
        let params = Params { bars: 6_000, ..Params::default() };
        let mut market = generate(&params, &["X".parse().unwrap()], seed).unwrap();
        market.bars.remove(0).into_columns()
    }

    fn plan(blocks: Blocks) -> Permute {
        Permute { blocks, kept: 1, seed: 5 }
    }

    fn returns(columns: &Columns) -> Vec<f64> {
        columns.close.windows(2).map(|pair| libm::log(pair[1] / pair[0])).collect()
    }

    fn sorted(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    #[test]
    fn moves_are_kept_and_their_order_is_not() {
        let (old, new) = (five(), plan(Blocks::Bars(1)).apply(&five()));
        assert_ne!(new.volume, old.volume);
        assert_eq!(sorted(new.volume.clone()), old.volume);
        assert_eq!((new.open[0], new.close[0], new.close[4]), (10.0, 10.0, 18.0));
        assert_eq!(new.ts, old.ts);
        for bar in 0..5 {
            let was = new.volume[bar] as usize - 1;
            let shape = |c: &Columns, at: usize| {
                [c.high[at], c.low[at], c.close[at], c.extra["vwap"][at]].map(|x| x / c.open[at])
            };
            let pairs = shape(&new, bar).into_iter().zip(shape(&old, was));
            assert!(pairs.into_iter().all(|(a, b)| (a / b - 1.0).abs() < 1e-14));
            assert_eq!(new.extra["count"][bar].to_bits(), old.extra["count"][was].to_bits());
        }
        let gaps = |c: &Columns| sorted((1..5).map(|at| c.open[at] / c.close[at - 1]).collect());
        let pairs = gaps(&new).into_iter().zip(gaps(&old)).collect::<Vec<_>>();
        assert!(pairs.iter().all(|(a, b)| (a / b - 1.0).abs() < 1e-14), "{pairs:?}");
    }

    #[test]
    fn the_bars_are_bars_whatever_the_blocks() {
        let old = market(3);
        for blocks in [Blocks::Bars(1), Blocks::Bars(77), Blocks::Days, Blocks::Bars(9_000)] {
            for seed in 0..5 {
                let new = Permute { blocks, kept: 100, seed }.apply(&old);
                assert_eq!(new.take(&(0..100).collect::<Vec<_>>()).close, old.close[..100]);
                assert_eq!(new.close.last(), old.close.last());
                let same = Permute { blocks, kept: 100, seed }.apply(&old);
                assert_eq!(format!("{new:?}"), format!("{same:?}"));
                let bars = Bars::new("X".parse().unwrap(), Timeframe::M5, new);
                assert_eq!(bars.map(|bars| bars.len()), Ok(6_000), "{blocks:?}");
            }
        }
    }

    #[test]
    fn days_stay_whole_and_change_places() {
        let old = market(4);
        let new = plan(Blocks::Days).apply(&old);
        let (day, n) = ((DAY_US / Timeframe::M5.us()) as usize, old.len());
        let rows = |k: usize| k * day..((k + 1) * day).min(n);
        // The first day lacks the bar that is kept, and the last one its end: they have no like.
        let last = n / day;
        let from = |k: usize| (0..=last).find(|was| new.volume[rows(k)] == old.volume[rows(*was)]);
        let found: Option<Vec<usize>> = (0..=last).map(from).collect();
        let found = found.unwrap();
        assert_eq!((found[0], found[last]), (0, last));
        let stays = (1..last).filter(|k| found[*k] == *k).count();
        assert!(stays < 5, "{found:?}");
        let mut all = found;
        all.sort_unstable();
        assert_eq!(all, (0..=last).collect::<Vec<_>>());
    }

    /// What a rule could live on goes with bars on their own; clusters of volatility stay in blocks.
    #[test]
    fn what_comes_after_what_is_gone_but_inside_of_blocks() {
        let lag = |values: &[f64]| stats::autocorrelation(values, 1).unwrap();
        let sizes =
            |columns: &Columns| returns(columns).iter().map(|r| r.abs()).collect::<Vec<_>>();
        let old = market(8);
        let (single, days) = (plan(Blocks::Bars(1)).apply(&old), plan(Blocks::Days).apply(&old));
        assert!(lag(&sizes(&old)) > 0.15, "{}", lag(&sizes(&old)));
        assert!(lag(&sizes(&single)).abs() < 0.05, "{}", lag(&sizes(&single)));
        assert!(lag(&sizes(&days)) > 0.8 * lag(&sizes(&old)), "{}", lag(&sizes(&days)));
        let total = |columns: &Columns| returns(columns).iter().sum::<f64>();
        assert!((total(&single) - total(&old)).abs() < 1e-12);
        let sd = |columns: &Columns| stats::sd(&returns(columns)).unwrap();
        assert!((sd(&single) / sd(&old) - 1.0).abs() < 0.05);
    }

    proptest! {
        #[test]
        fn no_price_leaves_its_bar(
            shapes in prop::collection::vec([0.01_f64..100.0, 0.0..1.0, 0.0..1.0, 1.0..9.0], 2..40),
            (n, kept, seed) in (1_usize..7, 0_usize..5, 0_u64..99),
        ) {
            let mut old = Columns::default();
            for (bar, [low, opens, closes, span]) in (0_i64..).zip(shapes) {
                let within = |share: f64| (low + share * low * (span - 1.0)).min(low * span);
                old.ts.push(Ts(bar * Timeframe::M5.us()));
                old.open.push(within(opens));
                old.high.push(low * span);
                old.low.push(low);
                old.close.push(within(closes));
                old.volume.push(1.0);
            }
            let new = Permute { blocks: Blocks::Bars(n), kept, seed }.apply(&old);
            let bars = Bars::new("X".parse().unwrap(), Timeframe::M5, new);
            prop_assert!(bars.is_ok(), "{:?}", bars);
        }
    }

    #[test]
    fn few_bars_are_permuted_as_well_as_can_be() {
        assert_eq!(plan(Blocks::Days).apply(&Columns::default()), Columns::default());
        let one = five().take(&[0]);
        assert_eq!(plan(Blocks::Bars(1)).apply(&one), one);
        let all = Permute { kept: 9, ..plan(Blocks::Bars(1)) }.apply(&five());
        assert_eq!((all.close, all.ts), (five().close, five().ts));
    }
}
