//! Rows of a matrix one after another, as other libraries read them.

use crate::learn::learner::Matrix;

/// Infinite values count as the largest on their side; a cut beyond a larger one would overflow.
const LARGEST: f32 = 1e37;

/// NaN stays.
#[inline]
pub(super) fn finite(value: f32) -> f32 {
    value.clamp(-LARGEST, LARGEST)
}

pub(super) fn rows(
    matrix: &Matrix<'_>,
    rows: &(impl ExactSizeIterator<Item = u32> + Clone),
) -> Vec<f32> {
    let width = matrix.columns().len();
    let mut values = vec![0.0; rows.len() * width];
    for (at, column) in matrix.columns().iter().enumerate() {
        let cells = values.iter_mut().skip(at).step_by(width);
        cells.zip(rows.clone()).for_each(|(cell, row)| *cell = finite(column[row as usize]));
    }
    values
}
