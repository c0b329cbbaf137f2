//! What there is to learn from and to predict: columns, labels, and how wild each row's market was.

use super::learner::Matrix;
use crate::folds::RowSet;
use crate::gbdt::GbdtFault;
use crate::labels::{Interval, Sample, Weights};
use crate::units::Ts;

/// Rows in the order of their decisions; several of one instant are those of several symbols.
#[derive(Debug, Clone)]
pub struct Dataset {
    pub names: Vec<String>,
    /// By name; single precision, NaN is missing.
    pub columns: Vec<Vec<f32>>,
    /// Opening times of the rows' bars.
    pub ts: Vec<Ts>,
    /// Decision instants: the bars' closes.
    pub t0: Vec<Ts>,
    /// Which symbol a row is of, by number.
    pub symbols: Vec<u32>,
    pub n_symbols: u32,
    /// Volatility of one bar, in bps, known at the row's close.
    pub scale_bps: Vec<f64>,
    pub horizons: Vec<Horizon>,
}

/// The labels of one horizon, one a row.
#[derive(Debug, Clone)]
pub struct Horizon {
    pub bars: u32,
    /// NaN where it is missing.
    pub y_bps: Vec<f64>,
    pub intervals: Vec<Interval>,
}

/// Some columns and some rows of a data set, on loan.
#[derive(Debug)]
pub struct View<'a> {
    names: Vec<String>,
    columns: Vec<&'a [f32]>,
}

impl Dataset {
    pub fn n_rows(&self) -> usize {
        self.ts.len()
    }

    /// Neighbouring rows whose labels share a part of their future: those of other symbols count,
    /// since markets move together.
    pub fn overlap_rows(&self, horizon: &Horizon) -> usize {
        horizon.bars as usize * self.n_symbols.max(1) as usize
    }

    /// For each row the stretch that all its labels depend on.
    pub fn hulls(&self) -> Vec<Interval> {
        let hull = |row: usize| {
            let all = self.horizons.iter().map(|horizon| horizon.intervals[row]);
            all.reduce(Interval::hull).unwrap_or(Interval { t0: self.t0[row], t1: self.t0[row] })
        };
        (0..self.n_rows()).map(hull).collect()
    }

    /// The weight of each row's label: of those in each of `slices` as if there were no others, 1
    /// outside.
    pub fn weigh(&self, weights: &Weights, horizon: &Horizon, slices: &[&RowSet]) -> Vec<f64> {
        let mut by_row = vec![1.0; self.n_rows()];
        let mut clock = self.t0.clone();
        clock.dedup();
        for slice in slices {
            let rows: Vec<usize> = slice.iter().map(|row| row as usize).collect();
            let intervals: Vec<Interval> = rows.iter().map(|row| horizon.intervals[*row]).collect();
            let symbols: Vec<u32> = rows.iter().map(|row| self.symbols[*row]).collect();
            let symbols = (self.n_symbols > 1).then_some(symbols.as_slice());
            let sample = Sample { clock: &clock, intervals: &intervals, symbols };
            for (row, weight) in rows.iter().zip(weights.weigh(&sample)) {
                by_row[*row] = weight;
            }
        }
        by_row
    }

    /// All columns over `rows`.
    pub fn view(&self, rows: std::ops::Range<usize>) -> View<'_> {
        let columns = self.columns.iter().map(|column| &column[rows.clone()]);
        View { names: self.names.clone(), columns: columns.collect() }
    }
}

impl<'a> View<'a> {
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Those of its columns at `places`.
    pub fn pick(&self, places: &[usize]) -> View<'a> {
        let names = places.iter().map(|at| self.names[*at].clone());
        let columns = places.iter().map(|at| self.columns[*at]);
        View { names: names.collect(), columns: columns.collect() }
    }

    /// Those of its columns that are called so; the rest of `names` is left out, and missed by
    /// whoever asks for it.
    pub fn named(&self, names: &[String]) -> View<'a> {
        let place = |name: &String| self.names.iter().position(|known| known == name);
        self.pick(&names.iter().filter_map(place).collect::<Vec<_>>())
    }

    pub fn matrix(&self) -> Result<Matrix<'_>, GbdtFault> {
        Matrix::new(&self.names, &self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_lends_what_is_named_in_the_order_of_the_names() {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let columns = vec![vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0], vec![7.0, 8.0, 9.0]];
        let data = Dataset {
            names,
            columns,
            ts: vec![Ts(0); 3],
            t0: vec![Ts(1); 3],
            symbols: vec![0, 1, 2],
            n_symbols: 3,
            scale_bps: vec![1.0; 3],
            horizons: vec![Horizon { bars: 4, y_bps: vec![0.0; 3], intervals: vec![] }],
        };
        assert_eq!(data.overlap_rows(&data.horizons[0]), 12);
        let view = data.view(1..3).named(&["c".to_owned(), "a".to_owned(), "x".to_owned()]);
        let matrix = view.matrix().unwrap();
        assert_eq!(matrix.names(), ["c", "a"]);
        assert_eq!(matrix.columns(), [&[8.0, 9.0][..], &[2.0, 3.0]]);
    }
}
