//! Which rows of the data set each fold learnt from, held back and predicted.

use std::ops::Range;

use super::super::stored::StoredRun;
use super::super::train::Report;
use crate::failure::Failure;
use crate::gbdt::Matrix;
use crate::learn::dataset::Dataset;
use crate::units::Ts;

/// One fold's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slices {
    pub fold: u32,
    /// All that was learnt from, in one slice or another.
    pub learnt: Range<usize>,
    /// The last part of it, which the trees have not seen.
    pub calibrate: Range<usize>,
    pub test: Range<usize>,
    /// The test rows among the predictions.
    pub predicted: Range<usize>,
}

/// In the order of the folds; those without predictions are left out.
pub fn slices(run: &StoredRun, data: &Dataset) -> Result<Vec<Slices>, Failure> {
    let mut found = Vec::new();
    for report in &run.folds {
        let predicted = predicted(&run.predictions.columns().fold, report.fold);
        if !predicted.is_empty() {
            found.push(of_fold(run, data, (report, predicted))?);
        }
    }
    Ok(found)
}

fn of_fold(
    run: &StoredRun,
    data: &Dataset,
    (report, predicted): (&Report, Range<usize>),
) -> Result<Slices, Failure> {
    let trial = run.predictions.columns();
    let decided = |ts: Ts| data.t0.partition_point(|t0| *t0 < ts);
    let learnt = report.trained()?;
    let calibrate = report.slices.iter().find(|slice| slice.name == "calibrate");
    let calibrate = match calibrate {
        Some(slice) => {
            let at = |text: &str| text.parse::<Ts>().map_err(Failure::world);
            decided(at(&slice.from)?)..decided(at(&slice.until)?)
        }
        None => 0..0,
    };
    let (first, last) = (trial.ts[predicted.start], trial.ts[predicted.end - 1]);
    let test = data.ts.partition_point(|ts| *ts < first)..data.ts.partition_point(|ts| *ts <= last);
    let learnt = decided(learnt.start)..decided(learnt.end);
    Ok(Slices { fold: report.fold, learnt, calibrate, test, predicted })
}

/// Folds follow each other in time.
fn predicted(folds: &[u32], fold: u32) -> Range<usize> {
    folds.partition_point(|at| *at < fold)..folds.partition_point(|at| *at <= fold)
}

/// Evenly spread, `most` at most; one symbol after the other, each in the order of time.
pub fn thinned(rows: &Range<usize>, symbols: &[u32], most: usize) -> Vec<usize> {
    let mut all: Vec<usize> = rows.clone().collect();
    all.sort_by_key(|row| symbols[*row]);
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().step_by(step).collect()
}

/// Some rows of some columns.
pub struct Extract {
    names: Vec<String>,
    columns: Vec<Vec<f32>>,
}

impl Extract {
    /// Columns by name, in that order; one that the data set does not have is missing throughout.
    pub fn new(data: &Dataset, names: &[String], rows: &[usize]) -> Self {
        let column = |name: &String| match data.names.iter().position(|known| known == name) {
            Some(at) => rows.iter().map(|row| data.columns[at][*row]).collect(),
            None => vec![f32::NAN; rows.len()],
        };
        Self { names: names.to_vec(), columns: names.iter().map(column).collect() }
    }

    pub fn columns(&self) -> &[Vec<f32>] {
        &self.columns
    }

    /// Hands out the matrix of them.
    pub fn with<R>(
        &self,
        use_it: impl FnOnce(&Matrix<'_>) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let columns: Vec<&[f32]> = self.columns.iter().map(Vec::as_slice).collect();
        use_it(&Matrix::new(&self.names, &columns).map_err(Failure::world)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_is_even_and_goes_symbol_by_symbol() {
        let symbols = [0, 1, 0, 1, 0, 1, 0, 1];
        assert_eq!(thinned(&(0..8), &symbols, 100), [0, 2, 4, 6, 1, 3, 5, 7]);
        assert_eq!(thinned(&(0..8), &symbols, 4), [0, 4, 1, 5]);
        assert_eq!(thinned(&(2..7), &symbols, 3), [2, 6, 5]);
        assert_eq!(thinned(&(3..3), &symbols, 3), [0_usize; 0]);
    }

    #[test]
    fn a_folds_predictions_are_found_by_its_number() {
        let folds = [0, 0, 2, 2, 2, 3];
        assert_eq!(predicted(&folds, 2), 2..5);
        assert!(predicted(&folds, 1).is_empty());
    }
}
