//! How often the sign was right.

use serde::Serialize;

use super::judged::{JudgedFault, Rows};
use super::quantiles::bins_by_rank;
use super::rate::Rate;

/// Of rows that predict a direction and have one. A return of zero proves nobody right or wrong:
/// such rows are counted apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hits {
    pub all: Rate,
    /// What predictions that know nothing would hit with the same shares of ups, P(up) P̂(up) +
    /// P(down) P̂(down) (Pesaran & Timmermann 1992, "A simple nonparametric test of predictive
    /// performance", J. Bus. Econ. Stat. 10): compare with this, not with a half.
    pub by_chance: Option<f64>,
    pub n_zero_outcomes: u64,
    pub n_zero_predictions: u64,
    /// Rows with a direction whose z is not known.
    pub n_without_z: u64,
    /// From the least |z| to the greatest. Equal |z| share a decile, so some may be missing.
    pub deciles: Vec<Decile>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Decile {
    /// From 1.
    pub decile: u32,
    pub least_z: f64,
    pub greatest_z: f64,
    pub hits: Rate,
}

const N_DECILES: usize = 10;

/// `z` for the rows as they came: how strong each prediction is; its sign does not matter.
pub fn hits(rows: &Rows, z: &[f64]) -> Result<Hits, JudgedFault> {
    let z = rows.of(z)?;
    let directed = |row: &usize| rows.predicted[*row] != 0.0 && rows.outcome_bps[*row] != 0.0;
    let told: Vec<usize> = (0..rows.n_rows()).filter(directed).collect();
    let strong: Vec<usize> = told.iter().copied().filter(|row| z[*row].is_finite()).collect();
    let zeros = |column: &[f64]| column.iter().filter(|value| **value == 0.0).count() as u64;
    Ok(Hits {
        all: rate(rows, &told),
        by_chance: by_chance(rows, &told),
        n_zero_outcomes: zeros(&rows.outcome_bps),
        n_zero_predictions: zeros(&rows.predicted),
        n_without_z: (told.len() - strong.len()) as u64,
        deciles: deciles(rows, &strong, &z),
    })
}

fn rate(rows: &Rows, members: &[usize]) -> Rate {
    let hit = |row: usize| (rows.predicted[row] > 0.0) == (rows.outcome_bps[row] > 0.0);
    let told: Vec<(u32, bool)> = members.iter().map(|row| (rows.time[*row], hit(*row))).collect();
    Rate::of(&told, rows.overlap())
}

fn by_chance(rows: &Rows, members: &[usize]) -> Option<f64> {
    let ups = |column: &[f64]| {
        members.iter().filter(|row| column[**row] > 0.0).count() as f64 / members.len() as f64
    };
    let (predicted, came) = (ups(&rows.predicted), ups(&rows.outcome_bps));
    (!members.is_empty()).then_some(predicted * came + (1.0 - predicted) * (1.0 - came))
}

fn deciles(rows: &Rows, members: &[usize], z: &[f64]) -> Vec<Decile> {
    let strength: Vec<f64> = members.iter().map(|row| z[*row].abs()).collect();
    let bins = bins_by_rank(&strength, N_DECILES);
    let of_bin = |bin: u32| {
        let inside: Vec<usize> = (0..members.len()).filter(|at| bins[*at] == bin).collect();
        let mine: Vec<usize> = inside.iter().map(|at| members[*at]).collect();
        let sizes = || inside.iter().map(|at| strength[*at]);
        Some(Decile {
            decile: bin + 1,
            least_z: sizes().reduce(f64::min)?,
            greatest_z: sizes().reduce(f64::max)?,
            hits: rate(rows, &mine),
        })
    };
    (0..N_DECILES as u32).filter_map(of_bin).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{Market, two_symbols};
    use super::*;

    #[test]
    fn six_rows_by_hand() {
        let market = Market::new(6, 1);
        let predicted = [1.0, -1.0, 2.0, 0.0, 3.0, -2.0];
        let outcome = [5.0, 5.0, 0.0, 4.0, 1.0, -7.0];
        let rows = market.rows(&predicted, &outcome, 1);
        let found = hits(&rows, &[0.1, -0.2, 0.3, 0.4, f64::NAN, -9.0]).unwrap();
        // Right, wrong, no outcome, no prediction, right, right.
        assert_eq!((found.all.n_rows, found.all.n_yes), (4, 3));
        assert_eq!((found.n_zero_outcomes, found.n_zero_predictions), (1, 1));
        assert_eq!(found.n_without_z, 1);
        // Up 2 of 4 predicted, 3 of 4 came.
        assert_eq!(found.by_chance, Some(0.5));
        let deciles: Vec<_> = found.deciles.iter().map(|d| (d.decile, d.least_z)).collect();
        assert_eq!(deciles, [(2, 0.1), (6, 0.2), (9, 9.0)]);
        assert!(hits(&rows, &[1.0]).is_err());
    }

    #[test]
    fn the_stronger_the_prediction_the_more_hits() {
        let market = Market::new(20_000, 2);
        let predicted = market.knowing(1, 0.3);
        let rows = market.rows(&predicted, &market.over(1), 1);
        let found = hits(&rows, &predicted).unwrap();
        assert_eq!(found.deciles.len(), 10);
        let rates: Vec<f64> = found.deciles.iter().filter_map(|d| d.hits.rate).collect();
        assert!(rates[9] > 0.62 && rates[0] < 0.55, "{rates:?}");
        // P(sign right) of jointly normal columns is ½ + asin(ρ) / π with ρ = 0.3 / √1.09.
        let expected = 0.5 + libm::asin(0.3 / 1.09_f64.sqrt()) / std::f64::consts::PI;
        let [low, high] = found.all.wilson_effective.unwrap();
        assert!(low < expected && expected < high, "{low} {high} {expected}");
    }

    #[test]
    fn two_symbols_agree_with_statsmodels() {
        let rows = two_symbols();
        let found = hits(&rows, &rows.predicted).unwrap();
        assert_eq!((found.all.n_rows, found.all.n_yes), (1000, 569));
        assert!((found.by_chance.unwrap() - 0.499_388).abs() < 1e-12);
        // p (1 − p) over the variance of `cov_hac` with 11 lags; `proportion_confint` at that
        // number.
        assert!((found.all.n_effective.unwrap() - 337.523_924_121_956).abs() < 1e-6);
        let [low, high] = found.all.wilson_effective.unwrap();
        assert!((low - 0.515_684_678_979).abs() < 1e-9 && (high - 0.620_762_377_039).abs() < 1e-9);
    }
}
