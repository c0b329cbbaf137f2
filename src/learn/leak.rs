//! The leak check: a column that knows the future gives itself away by how well it does alone.

use rayon::prelude::*;

use super::dataset::Dataset;
use super::horizon_weights::ic_with_error;
use crate::folds::RowSet;
use crate::rng::Rng;
use crate::stats;

/// A column and the horizon whose labels it goes with too closely.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "column `{column}` alone has a rank correlation of {ic:.2} with the returns of the next {horizon} bars on the training rows: \
     that is a leak of the future, not a feature"
)]
pub struct Leak {
    pub column: String,
    pub horizon: u32,
    pub ic: f64,
}

/// More would not make the verdict any surer: at 20,000 rows the error of a correlation is 0.007,
/// and with labels of 12 bars still below 0.03.
const MOST_ROWS: usize = 20_000;
/// Fewer say nothing: a correlation's error is then above 0.07 (1/√n), a quarter of any limit.
const LEAST_ROWS: usize = 200;

/// The worst column of `rows` whose rank correlation with the labels of a horizon exceeds `limit`,
/// either way, by more than chance explains. An honest feature of a liquid market is worth 0.01 to 0.1; a label that slipped into
/// a column has 1, and one smoothed or a bar off still above 0.3.
pub fn check(data: &Dataset, rows: &RowSet, limit: f64) -> Result<(), Leak> {
    let all_rows = rows.len();
    let rows = draw(&rows.iter().map(|row| row as usize).collect::<Vec<_>>());
    let step = all_rows.div_ceil(rows.len().max(1)).max(1);
    let worst_of = |at: usize| {
        let found = data.horizons.iter().filter_map(|horizon| {
            let overlap_rows = data.overlap_rows(horizon).div_ceil(step);
            let labels = (horizon.y_bps.as_slice(), overlap_rows);
            let ic = excess(&data.columns[at], labels, &rows, limit)?;
            Some(Leak { column: data.names[at].clone(), horizon: horizon.bars, ic })
        });
        found.reduce(worse)
    };
    let all: Vec<Leak> = (0..data.names.len()).into_par_iter().filter_map(worst_of).collect();
    all.into_iter().reduce(worse).map_or(Ok(()), Err)
}

/// One of each stretch of neighbours, by lot: at equal steps the rows of one symbol could be all.
fn draw(rows: &[usize]) -> Vec<usize> {
    let step = rows.len().div_ceil(MOST_ROWS).max(1);
    let mut rng = Rng::stream(0, "leak check", &[]);
    rows.chunks(step).map(|stretch| stretch[rng.below(stretch.len() as u64) as usize]).collect()
}

/// Of equals the first.
fn worse(a: Leak, b: Leak) -> Leak {
    if b.ic.abs() > a.ic.abs() { b } else { a }
}

/// The correlation, if it exceeds the limit by more than chance explains: by four of its standard
/// errors, which know that labels overlap. With a few hundred columns and horizons tried, honest
/// ones are that far out once in a hundred trainings.
fn excess(
    column: &[f32],
    (labels, overlap_rows): (&[f64], usize),
    rows: &[usize],
    limit: f64,
) -> Option<f64> {
    const ERRORS: f64 = 4.0;
    let present = rows.iter().filter(|row| !column[**row].is_nan() && !labels[**row].is_nan());
    let (xs, ys): (Vec<f64>, Vec<f64>) =
        present.map(|row| (f64::from(column[*row]), labels[*row])).unzip();
    if xs.len() < LEAST_ROWS {
        return None;
    }
    let plain = stats::spearman(&xs, &ys).filter(|ic| ic.abs() > limit)?;
    let ic = ic_with_error(&xs, &ys, overlap_rows)?;
    (plain.abs() - ERRORS * ic.error > limit).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::super::dataset::Horizon;
    use super::*;
    use crate::units::Ts;

    fn data(leak: f64) -> Dataset {
        let mut rng = Rng::stream(1, "leak", &[]);
        let n = 4000;
        let y_bps: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let honest = y_bps.iter().map(|y| (0.1 * y + rng.normal()) as f32).collect();
        let knowing = y_bps.iter().map(|y| (leak * y + rng.normal()) as f32).collect();
        Dataset {
            names: vec!["honest".into(), "knowing".into()],
            columns: vec![honest, knowing],
            ts: vec![Ts(0); n],
            t0: vec![Ts(0); n],
            symbols: vec![0; n],
            n_symbols: 1,
            scale_bps: vec![1.0; n],
            horizons: vec![Horizon { bars: 3, y_bps, intervals: vec![] }],
        }
    }

    #[test]
    fn a_column_that_knows_the_label_is_named_and_an_honest_one_is_not() {
        let rows = RowSet::from(0..4000);
        let leak = check(&data(-0.6), &rows, 0.3).unwrap_err();
        assert_eq!((leak.column.as_str(), leak.horizon), ("knowing", 3));
        // Of y and −0.6·y + noise: −0.6/√1.36 = −0.51; by ranks a little less.
        assert!((-0.53..-0.45).contains(&leak.ic), "{}", leak.ic);
        assert_eq!(check(&data(0.1), &rows, 0.3), Ok(()));
        assert_eq!(check(&data(-0.6), &rows, 1.0), Ok(()));
    }

    #[test]
    fn what_chance_explains_is_no_leak() {
        // 300 rows of labels that share their future with eleven neighbours: an honest column that
        // moves as slowly can go with them closely by luck.
        let mut data = data(0.0);
        let slow = |column: &dyn Fn(usize) -> f64, i: usize| (i..i + 60).map(column).sum::<f64>();
        let noise: Vec<f64> = data.columns[0].iter().map(|x| f64::from(*x)).collect();
        let y: Vec<f64> = (0..300).map(|i| slow(&|k| noise[k], i)).collect();
        let x: Vec<f32> = (0..300).map(|i| slow(&|k| noise[k + 30], i) as f32).collect();
        data.horizons[0].bars = 60;
        data.horizons[0].y_bps[..300].copy_from_slice(&y);
        data.columns[0][..300].copy_from_slice(&x);
        let rows = RowSet::from(0..300);
        let ic = stats::spearman(&y, &x.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
        assert!(ic.unwrap().abs() > 0.3, "{ic:?}");
        assert_eq!(check(&data, &rows, 0.3), Ok(()));
    }

    #[test]
    fn rows_outside_of_the_training_slice_are_not_looked_at() {
        let mut data = data(0.0);
        for row in 2000..4000 {
            data.columns[0][row] = data.horizons[0].y_bps[row] as f32;
        }
        assert_eq!(check(&data, &RowSet::from(0..2000), 0.3), Ok(()));
        assert!(check(&data, &RowSet::from(2000..4000), 0.3).is_err());
    }
}
