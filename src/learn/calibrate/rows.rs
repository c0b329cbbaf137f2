//! The slice a calibrator is fitted or judged on.

/// Predictions and what came of them, in time order: how much noise there is depends on which rows
/// share a part of their future.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    predicted: &'a [f64],
    outcome: &'a [f64],
    weight: &'a [f64],
    overlap_rows: usize,
}

/// Why the slices are no [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowsFault {
    #[error("{predicted} predictions, {outcome} outcomes and {weight} weights do not pair up")]
    Lengths { predicted: usize, outcome: usize, weight: usize },
    #[error("row {row} of the slice is not finite")]
    NotFinite { row: usize },
    #[error("row {row} of the slice has a negative weight")]
    NegativeWeight { row: usize },
    #[error("the rows of the slice weigh nothing")]
    NoWeight,
}

impl<'a> Rows<'a> {
    /// `overlap_rows`: how many neighbouring rows a label shares its interval with, itself
    /// included: the horizon in bars, times the symbols of a bar; 1 for labels that stand alone.
    pub fn new(
        predicted: &'a [f64],
        outcome: &'a [f64],
        weight: &'a [f64],
        overlap_rows: usize,
    ) -> Result<Self, RowsFault> {
        let lengths = (predicted.len(), outcome.len(), weight.len());
        if lengths.0 != lengths.1 || lengths.0 != lengths.2 {
            let (predicted, outcome, weight) = lengths;
            return Err(RowsFault::Lengths { predicted, outcome, weight });
        }
        let finite = |row: usize| {
            predicted[row].is_finite() && outcome[row].is_finite() && weight[row].is_finite()
        };
        if let Some(row) = (0..lengths.0).find(|&row| !finite(row)) {
            return Err(RowsFault::NotFinite { row });
        }
        if let Some(row) = weight.iter().position(|&w| w < 0.0) {
            return Err(RowsFault::NegativeWeight { row });
        }
        if !weight.is_empty() && weight.iter().all(|w| *w == 0.0) {
            return Err(RowsFault::NoWeight);
        }
        Ok(Self { predicted, outcome, weight, overlap_rows: overlap_rows.max(1) })
    }

    pub fn len(&self) -> usize {
        self.predicted.len()
    }

    pub fn is_empty(&self) -> bool {
        self.predicted.is_empty()
    }

    pub fn predicted(&self) -> &'a [f64] {
        self.predicted
    }

    pub fn outcome(&self) -> &'a [f64] {
        self.outcome
    }

    pub fn weight(&self) -> &'a [f64] {
        self.weight
    }

    pub fn overlap_rows(&self) -> usize {
        self.overlap_rows
    }

    /// All predictions alike: nothing to fit a slope to.
    pub fn is_constant(&self) -> bool {
        self.predicted.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// The weighted mean of `values`, one a row.
    pub(super) fn mean(&self, values: &[f64]) -> f64 {
        let total: f64 = self.weight.iter().sum();
        values.iter().zip(self.weight).map(|(v, w)| v * w).sum::<f64>() / total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_pair_up_is_refused() {
        let fault = |p: &[f64], y: &[f64], w: &[f64]| Rows::new(p, y, w, 1).unwrap_err();
        let lengths = RowsFault::Lengths { predicted: 2, outcome: 1, weight: 2 };
        assert_eq!(fault(&[1.0, 2.0], &[1.0], &[1.0, 1.0]), lengths);
        let row = 1;
        let nan = [1.0, f64::NAN];
        assert_eq!(fault(&[1.0, 2.0], &nan, &[1.0, 1.0]), RowsFault::NotFinite { row });
        assert_eq!(fault(&[1.0; 2], &[1.0; 2], &[1.0, -1.0]), RowsFault::NegativeWeight { row });
        assert_eq!(fault(&[1.0; 2], &[1.0; 2], &[0.0, 0.0]), RowsFault::NoWeight);
        assert!(Rows::new(&[], &[], &[], 1).unwrap().is_empty());
    }
}
