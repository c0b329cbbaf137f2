//! Inputs of the last window against those of the training.

use rayon::prelude::*;

use super::super::drift::{InputDrift, Reference};
use super::decision::{Detector, Look};
use crate::learn::dataset::Dataset;
use crate::learn::explain::effective_rows;

/// The columns that the models read, as they were in the training rows.
#[derive(Debug)]
pub(super) struct Inputs {
    rows: Vec<u32>,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    /// Its place in the data set.
    at: usize,
    /// Rows that count as one.
    memory: f64,
}

/// Bins of the index, as is customary.
const MOST_BINS: usize = 10;
/// Independent rows a bin should have at least, twice the five that χ² is said to need.
const ROWS_A_BIN: f64 = 10.0;

impl Inputs {
    /// `rows` symbol by symbol, so that neighbours are those in time. A column that never moved says
    /// nothing of how its rows depend on each other, and is left out.
    pub fn new(data: &Dataset, names: &[String], rows: Vec<u32>) -> Self {
        let known = |name: &String| data.names.iter().position(|one| one == name);
        let places: Vec<usize> = names.iter().filter_map(known).collect();
        let column = |at: usize| {
            let values = gather(data, at, &rows);
            let finite: Vec<f64> = values.into_iter().filter(|x| x.is_finite()).collect();
            let memory = finite.len() as f64 / effective_rows(&finite)?;
            Some(Column { at, memory: memory.max(1.0) })
        };
        let columns: Vec<Option<Column>> = places.into_par_iter().map(column).collect();
        Self { columns: columns.into_iter().flatten().collect(), rows }
    }

    /// `level` is shared out among the columns (Bonferroni 1936). `least`: the index by which a
    /// column must have moved besides.
    pub fn look(&self, data: &Dataset, latest: &[u32], (level, least): (f64, f64)) -> Option<Look> {
        let share = level / self.columns.len().max(1) as f64;
        let look = |column: &Column| {
            let (reference, now) =
                (gather(data, column.at, &self.rows), gather(data, column.at, latest));
            let worth = reference.len().min(now.len()) as f64 / column.memory;
            let n_bins = ((worth / ROWS_A_BIN) as usize).clamp(2, MOST_BINS);
            let mut drift = InputDrift::new(Reference::new(&reference, n_bins)?, now.len());
            let psi = now.iter().filter_map(|value| drift.step(*value)).last()?;
            let threshold = drift.critical(&psi, share, column.memory)?.max(least);
            Some(Look {
                detector: Detector::Inputs,
                column: Some(data.names[column.at].clone()),
                horizon: None,
                statistic: psi.psi,
                threshold,
                is_alarm: psi.psi > threshold,
            })
        };
        let looks: Vec<Option<Look>> = self.columns.par_iter().map(look).collect();
        looks.into_iter().flatten().max_by(|a, b| a.nearness().total_cmp(&b.nearness()))
    }
}

fn gather(data: &Dataset, column: usize, rows: &[u32]) -> Vec<f64> {
    rows.iter().map(|row| f64::from(data.columns[column][*row as usize])).collect()
}
