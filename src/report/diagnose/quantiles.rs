//! What came of low and of high predictions.

use serde::Serialize;

use super::blocks::{Blocks, Bootstrap, block_length};
use super::estimate::Estimate;
use super::judged::Rows;
use crate::stats;

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// From 1, the least predictions.
    pub quantile: u32,
    pub n_rows: u64,
    pub least_predicted: f64,
    pub greatest_predicted: f64,
    pub mean_predicted: f64,
    pub outcome_bps: Estimate,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantiles {
    /// Equal predictions share a quantile, so some may be missing.
    pub quantiles: Vec<Quantile>,
    /// The last one's mean outcome less the first one's.
    pub spread_bps: Estimate,
    /// Spearman's correlation of the quantiles' order and their mean outcomes.
    pub spearman: Option<f64>,
    pub monotone: Option<Monotone>,
}

/// Patton & Timmermann 2010 ("Monotonicity in asset returns", J. Financial Economics 98, eq. 9–12):
/// is every quantile's mean above that of the one before? The null is that somewhere it is not; the
/// least step is compared with what least steps look like, in circular blocks, where all steps are
/// zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Monotone {
    /// The least step from one quantile's mean to the next one's.
    pub least_step_bps: f64,
    /// Small: the means rise all the way, but for dips that are less than flat means would have.
    /// The test needs long histories: where the steps are smaller than their errors it says
    /// nothing, be there an effect or not.
    pub p_value: f64,
    pub draws: u64,
    /// Instants in a block.
    pub block: u64,
}

/// Over the quantiles of all rows' predictions. `draws` of 0: no test.
pub fn quantiles(rows: &Rows, n_quantiles: usize, bootstrap: Bootstrap) -> Quantiles {
    let groups = Groups::new(rows, n_quantiles);
    let means: Vec<f64> = groups.cells.iter().map(|cell| cell.mean).collect();
    let order: Vec<f64> = (0..means.len()).map(|at| at as f64).collect();
    Quantiles {
        quantiles: groups.cells.iter().map(|cell| cell.quantile(rows)).collect(),
        spread_bps: groups.spread(rows),
        spearman: stats::spearman(&order, &means),
        monotone: groups.monotone(rows, bootstrap),
    }
}

/// Which of `n_bins` bins of equal counts each value belongs to, from 0. Equal values share a bin:
/// that of their average rank.
pub(super) fn bins_by_rank(values: &[f64], n_bins: usize) -> Vec<u32> {
    let (n, n_bins) = (values.len() as f64, n_bins.max(1) as f64);
    let bin = |rank: &f64| ((rank - 0.5) / n * n_bins).min(n_bins - 1.0) as u32;
    stats::ranks(values).iter().map(bin).collect()
}

struct Groups {
    cells: Vec<Cell>,
}

struct Cell {
    bin: u32,
    members: Vec<u32>,
    mean: f64,
}

impl Groups {
    fn new(rows: &Rows, n_quantiles: usize) -> Self {
        let mut members = vec![Vec::new(); n_quantiles.max(1)];
        for (row, bin) in (0..).zip(bins_by_rank(&rows.predicted, n_quantiles)) {
            members[bin as usize].push(row);
        }
        let cell = |(bin, members): (u32, Vec<u32>)| {
            let sum: f64 = members.iter().map(|row| rows.outcome_bps[*row as usize]).sum();
            let mean = sum / members.len() as f64;
            (!members.is_empty()).then_some(Cell { bin, members, mean })
        };
        Self { cells: (0..).zip(members).filter_map(cell).collect() }
    }

    fn ends(&self) -> Option<[&Cell; 2]> {
        (self.cells.len() > 1).then(|| [&self.cells[0], &self.cells[self.cells.len() - 1]])
    }

    fn spread_shocks(&self, rows: &Rows) -> Option<Vec<f64>> {
        let [bottom, top] = self.ends()?.map(|cell| cell.shocks(rows));
        Some(top.iter().zip(&bottom).map(|(top, bottom)| top - bottom).collect())
    }

    fn spread(&self, rows: &Rows) -> Estimate {
        let (Some([bottom, top]), Some(shocks)) = (self.ends(), self.spread_shocks(rows)) else {
            return Estimate::default();
        };
        let square = |cell: &Cell| cell.plain_error(rows).map(|se| se * se);
        let plain = square(bottom).zip(square(top)).map(|(a, b)| (a + b).sqrt());
        Estimate::new(Some(top.mean - bottom.mean), plain, &shocks, rows.overlap())
    }

    fn monotone(&self, rows: &Rows, bootstrap: Bootstrap) -> Option<Monotone> {
        let shocks: Vec<Vec<f64>> = self.cells.iter().map(|cell| cell.shocks(rows)).collect();
        let n_times = rows.n_times();
        if self.cells.len() < 2 || bootstrap.draws == 0 || n_times < 2 * rows.overlap() {
            return None;
        }
        let length = block_length(&self.spread_shocks(rows)?, rows.overlap());
        let terms: Vec<f64> =
            (0..n_times).flat_map(|time| shocks.iter().map(move |shocks| shocks[time])).collect();
        let steps = self.cells.windows(2).map(|pair| pair[1].mean - pair[0].mean);
        let least_step_bps = steps.reduce(f64::min)?;
        let blocks = Blocks::new(&terms, shocks.len(), length);
        let least = blocks.draw("quantile steps", bootstrap, |moved, excess| {
            let steps = moved.windows(2).map(|pair| (pair[1] - pair[0]) / excess);
            steps.fold(f64::INFINITY, f64::min)
        });
        let beyond = least.iter().filter(|drawn| **drawn >= least_step_bps).count();
        Some(Monotone {
            least_step_bps,
            // Never 0: the sample itself is one of the draws (Davison & Hinkley 1997, eq. 4.11).
            p_value: (beyond + 1) as f64 / (least.len() + 1) as f64,
            draws: least.len() as u64,
            block: length as u64,
        })
    }
}

impl Cell {
    fn outcomes<'a>(&'a self, rows: &'a Rows) -> impl Iterator<Item = f64> + 'a {
        self.members.iter().map(|row| rows.outcome_bps[*row as usize])
    }

    /// What each instant of the whole history moves this cell's mean by.
    fn shocks(&self, rows: &Rows) -> Vec<f64> {
        let mut shocks = vec![0.0; rows.n_times()];
        for row in &self.members {
            let row = *row as usize;
            shocks[rows.time[row] as usize] +=
                (rows.outcome_bps[row] - self.mean) / self.members.len() as f64;
        }
        shocks
    }

    fn plain_error(&self, rows: &Rows) -> Option<f64> {
        let squares: f64 = self.outcomes(rows).map(|y| (y - self.mean) * (y - self.mean)).sum();
        let n = self.members.len() as f64;
        (n > 1.0).then(|| (squares / (n - 1.0) / n).sqrt())
    }

    fn quantile(&self, rows: &Rows) -> Quantile {
        let predicted = || self.members.iter().map(|row| rows.predicted[*row as usize]);
        let plain = self.plain_error(rows);
        Quantile {
            quantile: self.bin + 1,
            n_rows: self.members.len() as u64,
            least_predicted: predicted().fold(f64::INFINITY, f64::min),
            greatest_predicted: predicted().fold(f64::NEG_INFINITY, f64::max),
            mean_predicted: predicted().sum::<f64>() / self.members.len() as f64,
            outcome_bps: Estimate::new(Some(self.mean), plain, &self.shocks(rows), rows.overlap()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{Market, two_symbols};
    use super::*;

    const NO_TEST: Bootstrap = Bootstrap { draws: 0, seed: 0 };
    const TEST: Bootstrap = Bootstrap { draws: 300, seed: 9 };

    #[test]
    fn six_rows_in_three_quantiles() {
        let market = Market::new(6, 1);
        let rows =
            market.rows(&[6.0, 1.0, 5.0, 2.0, 4.0, 3.0], &[10.0, -2.0, 6.0, -4.0, 1.0, 3.0], 1);
        let found = quantiles(&rows, 3, NO_TEST);
        let means: Vec<_> = found.quantiles.iter().map(|q| q.outcome_bps.value.unwrap()).collect();
        assert_eq!(means, [-3.0, 2.0, 8.0]);
        let middle = found.quantiles[1];
        assert_eq!((middle.quantile, middle.n_rows, middle.mean_predicted), (2, 2, 3.5));
        assert_eq!((middle.least_predicted, middle.greatest_predicted), (3.0, 4.0));
        // 1 and 3: deviation √2 over √2.
        assert!((middle.outcome_bps.se_plain.unwrap() - 1.0).abs() < 1e-15);
        assert_eq!(found.spread_bps.value, Some(11.0));
        assert!((found.spearman.unwrap() - 1.0).abs() < 1e-12);
        // Errors 1 and 2.
        assert!((found.spread_bps.se_plain.unwrap() - 5.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(found.monotone, None);
    }

    #[test]
    fn equal_predictions_share_a_quantile() {
        assert_eq!(
            bins_by_rank(&[1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0], 4),
            [1, 1, 1, 1, 2, 2, 3, 3]
        );
        let market = Market::new(50, 1);
        let found = quantiles(&market.rows(&[2.0; 50], &market.over(1), 1), 10, TEST);
        assert_eq!(found.quantiles.len(), 1);
        assert_eq!((found.spread_bps, found.spearman), (Estimate::default(), None));
        assert_eq!(found.monotone, None);
    }

    #[test]
    fn means_that_rise_are_told_from_means_that_do_not() {
        let market = Market::new(40_000, 6);
        let outcome = market.over(4);
        let rise = quantiles(&market.rows(&market.knowing(4, 0.1), &outcome, 4), 5, TEST);
        let flat = quantiles(&market.rows(&market.knowing(4, 0.0), &outcome, 4), 5, TEST);
        assert!((rise.spearman.unwrap() - 1.0).abs() < 1e-12);
        assert!(rise.monotone.unwrap().p_value < 0.02, "{:?}", rise.monotone);
        assert!(flat.monotone.unwrap().p_value > 0.05, "{:?}", flat.monotone);
        assert!(rise.spread_bps.t_hac.unwrap() > 5.0);
        assert!(flat.spread_bps.t_hac.unwrap().abs() < 3.5);
        // Predictions that change slowly ask the same of neighbours that share their future.
        let slow = quantiles(&market.rows(&market.slow(0.95), &outcome, 4), 5, NO_TEST).spread_bps;
        assert!(slow.se_hac.unwrap() > 1.4 * slow.se_plain.unwrap());
    }

    #[test]
    fn four_quantiles_agree_with_statsmodels() {
        let found = quantiles(&two_symbols(), 4, Bootstrap { draws: 4000, seed: 2 });
        let near = |value: Option<f64>, expected: f64| {
            let value = value.unwrap();
            assert!((value / expected - 1.0).abs() < 1e-9, "{value} is not {expected}");
        };
        // Means, their plain errors, and `cov_hac` with 11 lags of what each instant moves them by.
        let expected = [
            [-29.445_420_691_485_246, 5.388_840_802_463_084, 10.646_062_499_784_726],
            [1.589_077_349_747_101_4, 5.345_051_894_079_17, 9.656_434_231_345_072],
            [4.361_584_628_541_76, 5.272_423_900_250_067, 7.438_129_418_641_232],
            [33.902_103_917_441_37, 5.020_596_125_027_477, 7.811_310_136_328_268],
        ];
        for (quantile, [mean, plain, hac]) in found.quantiles.iter().zip(expected) {
            near(quantile.outcome_bps.value, mean);
            near(quantile.outcome_bps.se_plain, plain);
            near(quantile.outcome_bps.se_hac, hac);
        }
        near(found.spread_bps.value, 63.347_524_608_926_62);
        near(found.spread_bps.se_hac, 12.859_659_299_143_175);
        // NumPy, rows drawn in blocks of 12 instants and means taken anew: 0.030 of 4,000 draws.
        let monotone = found.monotone.unwrap();
        near(Some(monotone.least_step_bps), 2.772_507_278_794_658_5);
        assert_eq!(monotone.block, 12);
        assert!((0.018..0.045).contains(&monotone.p_value), "{}", monotone.p_value);
    }
}
