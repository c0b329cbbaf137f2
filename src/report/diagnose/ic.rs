//! The information coefficient: how predictions went with what came.

use serde::Serialize;

use super::blocks::{Band, Blocks, Bootstrap, block_length};
use super::estimate::Estimate;
use super::influence::{Correlation, pearson, spearman};
use super::instants::by_time;
use super::judged::Rows;

/// Both correlations of some rows. Plain errors are √((1 − r²) / (n − 2)) (Student 1908; of ranks
/// Kendall 1948, "Rank correlation methods", §4.17). HAC errors are those of the mean of the
/// influence function, the rows of one instant taken together first, so that symbols that move
/// together count as what they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Correlations {
    pub n_rows: u64,
    /// Different instants.
    pub n_times: u64,
    pub pearson: Estimate,
    pub rank: Estimate,
}

/// Those of all rows, with block-bootstrap bands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ic {
    pub all: Correlations,
    /// Rows left out because prediction or outcome is not known.
    pub n_unknown: u64,
    /// Instants that share a part of their future.
    pub overlap: u64,
    pub pearson_band: Option<Band>,
    /// Of the linearised statistic: ranks are not drawn anew.
    pub rank_band: Option<Band>,
}

/// IC with all its errors. `draws` of 0: no bands.
pub fn ic(rows: &Rows, bootstrap: Bootstrap) -> Ic {
    let pairs = Pairs {
        predicted: &rows.predicted,
        outcome_bps: &rows.outcome_bps,
        time: &rows.time,
        overlap: rows.overlap(),
    };
    let found = pairs.correlate();
    let rank = found.rank.as_ref();
    Ic {
        all: pairs.correlations(&found),
        n_unknown: rows.n_unknown() as u64,
        overlap: pairs.overlap as u64,
        pearson_band: found
            .pearson
            .as_ref()
            .and_then(|(c, z)| pearson_band(&pairs, c, z, bootstrap)),
        rank_band: rank.and_then(|c| rank_band(&pairs, c, bootstrap)),
    }
}

/// Some rows in the order of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pairs<'a> {
    pub predicted: &'a [f64],
    pub outcome_bps: &'a [f64],
    pub time: &'a [u32],
    pub overlap: usize,
}

struct Found {
    pearson: Option<(Correlation, [Vec<f64>; 2])>,
    rank: Option<Correlation>,
}

impl Pairs<'_> {
    pub fn measure(&self) -> Correlations {
        self.correlations(&self.correlate())
    }

    fn correlate(&self) -> Found {
        let (pearson, rank) = rayon::join(
            || pearson(self.predicted, self.outcome_bps),
            || spearman(self.predicted, self.outcome_bps),
        );
        Found { pearson, rank }
    }

    fn correlations(&self, found: &Found) -> Correlations {
        Correlations {
            n_rows: self.time.len() as u64,
            n_times: self.time.chunk_by(|a, b| a == b).count() as u64,
            pearson: self.estimate(found.pearson.as_ref().map(|(c, _)| c)),
            rank: self.estimate(found.rank.as_ref()),
        }
    }

    fn estimate(&self, correlation: Option<&Correlation>) -> Estimate {
        let Some(Correlation { value: r, influence }) = correlation else {
            return Estimate::default();
        };
        let n = influence.len() as f64;
        let plain = (n > 2.0).then(|| ((1.0 - r * r) / (n - 2.0)).sqrt());
        let shocks = by_time(self.time, influence.iter().map(|psi| psi / n));
        Estimate::new(Some(*r), plain, &shocks, self.overlap)
    }
}

/// Fewer instants are not drawn from.
const LEAST_TIMES: usize = 30;

/// Draws of the five sums that a correlation is made of, and of the number of rows.
fn pearson_band(
    pairs: &Pairs<'_>,
    correlation: &Correlation,
    [zx, zy]: &[Vec<f64>; 2],
    bootstrap: Bootstrap,
) -> Option<Band> {
    let length = length_for(pairs, correlation, bootstrap)?;
    let first = *pairs.time.first()?;
    let n_times = (pairs.time.last()? - first) as usize + 1;
    let mut terms = vec![0.0; SUMS * n_times];
    for ((time, x), y) in pairs.time.iter().zip(zx).zip(zy) {
        let at = (time - first) as usize * SUMS;
        let row = [1.0, *x, *y, x * x, y * y, x * y];
        terms[at..at + SUMS].iter_mut().zip(row).for_each(|(term, value)| *term += value);
    }
    let blocks = Blocks::new(&terms, SUMS, length);
    let draws = blocks.draw("ic pearson", bootstrap, |sums, _| correlation_of(sums));
    blocks.band(&draws.into_iter().flatten().collect::<Vec<_>>())
}

const SUMS: usize = 6;

fn correlation_of(sums: &[f64]) -> Option<f64> {
    let [n, x, y, xx, yy, xy] = *sums else { return None };
    let (xx, yy, xy) = (xx - x * x / n, yy - y * y / n, xy - x * y / n);
    let value = xy / (xx.sqrt() * yy.sqrt());
    value.is_finite().then(|| value.clamp(-1.0, 1.0))
}

fn rank_band(pairs: &Pairs<'_>, correlation: &Correlation, bootstrap: Bootstrap) -> Option<Band> {
    let length = length_for(pairs, correlation, bootstrap)?;
    let mut terms = Vec::new();
    let moved = by_time(pairs.time, correlation.influence.iter().copied());
    let counted = by_time(pairs.time, pairs.time.iter().map(|_| 1.0));
    for (moved, counted) in moved.into_iter().zip(counted) {
        terms.extend([moved, counted]);
    }
    let blocks = Blocks::new(&terms, 2, length);
    let value = |sums: &[f64], _| (correlation.value + sums[0] / sums[1]).clamp(-1.0, 1.0);
    let draws = blocks.draw("ic rank", bootstrap, value);
    blocks.band(&draws)
}

fn length_for(pairs: &Pairs<'_>, correlation: &Correlation, bootstrap: Bootstrap) -> Option<usize> {
    let terms = by_time(pairs.time, correlation.influence.iter().copied());
    let enough = terms.len() >= LEAST_TIMES.max(2 * pairs.overlap);
    (bootstrap.draws > 1 && enough).then(|| block_length(&terms, pairs.overlap))
}

#[cfg(test)]
mod tests {
    use super::super::estimate::NORMAL;
    use super::super::judged::Judged;
    use super::super::made_up::two_symbols;
    use super::*;
    use crate::units::Ts;

    const NO_BANDS: Bootstrap = Bootstrap { draws: 0, seed: 0 };

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value / expected - 1.0).abs() < 1e-9, "{value} is not {expected}");
    }

    #[test]
    fn two_symbols_agree_with_scipy_and_statsmodels() {
        let found = ic(&two_symbols(), NO_BANDS).all;
        assert_eq!((found.n_rows, found.n_times), (1000, 500));
        // scipy `pearsonr`, `spearmanr`; √((1 − r²) / 998).
        near(found.pearson.value, 0.294_585_881_045_414_06);
        near(found.pearson.se_plain, 0.030_249_781_110_003_15);
        near(found.rank.value, 0.265_655_701_655_701_6);
        // statsmodels `cov_hac` of the influence summed by instant, ranks' by their definition over
        // all pairs, with 11 lags, which the rule of 1994 in `arch` gives too.
        assert_eq!((found.pearson.lags, found.rank.lags), (Some(11), Some(11)));
        near(found.pearson.se_hac, 0.055_498_948_911_278_184);
        near(found.rank.se_hac, 0.057_585_581_126_509_61);
        let [low, high] = found.pearson.band_hac.unwrap();
        // 1.96 + 2.9694 · 0.024 + 0.4160 · 0.024² − 0.5324 · 0.024³.
        near(Some((high - low) / 2.0), 2.031_497_856_2 * 0.055_498_948_911_278_184);
        // Beyond 1.96 where the band leaves 0 out.
        let t = 0.294_585_881_045_414_06 / 0.055_498_948_911_278_184;
        near(found.pearson.t_hac.map(|found| found / NORMAL), t / 2.031_497_856_2);
    }

    #[test]
    fn bands_are_those_of_rows_drawn_one_by_one() {
        let found = ic(&two_symbols(), Bootstrap { draws: 2000, seed: 1 });
        // NumPy, blocks of 12 instants, 2,000 draws of rows, ranked anew each time: 0.05460 within
        // 0.1876 and 0.4010; 0.05609 within 0.1561 and 0.3763. Two thousand know them to 2 %.
        let expected = [[0.054_60, 0.187_6, 0.401_0], [0.056_09, 0.156_1, 0.376_3]];
        for (band, [se, low, high]) in
            [found.pearson_band, found.rank_band].into_iter().zip(expected)
        {
            let band = band.unwrap();
            assert_eq!((band.block, band.draws), (12, 2000));
            assert!((band.se / se - 1.0).abs() < 0.07, "{} {se}", band.se);
            assert!((band.low - low).abs() < 0.015, "{} {low}", band.low);
            assert!((band.high - high).abs() < 0.015, "{} {high}", band.high);
        }
    }

    #[test]
    fn a_seed_means_the_same_band_at_any_number_of_threads() {
        let rows = two_symbols();
        let with = |n_threads, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| ic(&rows, Bootstrap { draws: 100, seed }))
        };
        assert_eq!(with(1, 5), with(3, 5));
        assert_ne!(with(1, 5).rank_band, with(1, 6).rank_band);
    }

    #[test]
    fn nothing_and_constants_have_no_ic() {
        let rows = |predicted: &[f64]| {
            let ts: Vec<Ts> = (0..predicted.len() as i64).map(Ts).collect();
            let (symbol, outcome_bps) = (vec![0; ts.len()], predicted);
            let (fold, flat) = (&symbol, vec![1.0; ts.len()]);
            let (ts, symbol) = (&ts, &symbol);
            Rows::new(&Judged { ts, symbol, fold, predicted: &flat, outcome_bps, horizon: 1 })
        };
        for values in [&[][..], &[1.0], &[f64::NAN; 5], &[1.0, 2.0, 3.0]] {
            let found = ic(&rows(values).unwrap(), Bootstrap { draws: 10, seed: 0 });
            assert_eq!((found.all.pearson, found.all.rank), Default::default());
            assert_eq!((found.pearson_band, found.rank_band), (None, None));
        }
    }
}
