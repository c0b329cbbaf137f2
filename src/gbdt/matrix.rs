//! What a training reads: named columns, and the rows of them it may use.

use std::ops::Range;

use super::GbdtFault;

/// Column-major, single precision; NaN is missing. All columns are of one length.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    names: &'a [String],
    columns: &'a [&'a [f32]],
}

impl<'a> Matrix<'a> {
    pub fn new(names: &'a [String], columns: &'a [&'a [f32]]) -> Result<Self, GbdtFault> {
        if names.len() != columns.len() {
            return Err(GbdtFault::Names { names: names.len(), columns: columns.len() });
        }
        let expected = columns.first().ok_or(GbdtFault::NoColumns)?.len();
        for (name, column) in names.iter().zip(columns) {
            if column.len() != expected {
                let name = name.clone();
                return Err(GbdtFault::Ragged { name, expected, got: column.len() });
            }
        }
        if expected > MAX_ROWS {
            return Err(GbdtFault::TooManyRows { rows: expected });
        }
        Ok(Self { names, columns })
    }

    pub fn names(&self) -> &'a [String] {
        self.names
    }

    pub fn columns(&self) -> &'a [&'a [f32]] {
        self.columns
    }

    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.len())
    }
}

/// So that a sum over rows leaves a bit of every row in a word of 32 (`fixed`).
const MAX_ROWS: usize = 1 << 28;

/// Rows of a matrix, in any order; ascending is fastest.
#[derive(Debug, Clone)]
pub enum Rows<'a> {
    Range(Range<u32>),
    List(&'a [u32]),
}

impl Rows<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::List(list) => list.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appended to `into`; a row outside of `0..n_rows` is an error.
    pub(super) fn write(&self, into: &mut Vec<u32>, n_rows: usize) -> Result<(), GbdtFault> {
        let from = into.len();
        match self {
            Self::Range(range) => into.extend(range.clone()),
            Self::List(list) => into.extend_from_slice(list),
        }
        match into[from..].iter().find(|row| **row as usize >= n_rows) {
            Some(&row) => Err(GbdtFault::RowOutside { row, rows: n_rows }),
            None => Ok(()),
        }
    }
}
