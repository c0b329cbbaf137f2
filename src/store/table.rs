//! Named columns of equal length: what the rooms hand over to be written.

use std::ops::Range;

use crate::units::Ts;

/// The values of one column. A missing number is NaN here, null in Parquet, empty in CSV.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    Ts(Vec<Ts>),
    F64(Vec<f64>),
    F32(Vec<f32>),
    I64(Vec<i64>),
    Text(Vec<String>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Ts(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::F32(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column, or some of its rows, on loan: what is written need not be copied first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loan<'a> {
    Ts(&'a [Ts]),
    F64(&'a [f64]),
    F32(&'a [f32]),
    I64(&'a [i64]),
    /// Floats that are whole, to be written as the integers they are.
    Whole(&'a [f64]),
    Text(&'a [String]),
}

impl Loan<'_> {
    pub fn rows(self, rows: Range<usize>) -> Self {
        match self {
            Self::Ts(v) => Self::Ts(&v[rows]),
            Self::F64(v) => Self::F64(&v[rows]),
            Self::F32(v) => Self::F32(&v[rows]),
            Self::I64(v) => Self::I64(&v[rows]),
            Self::Whole(v) => Self::Whole(&v[rows]),
            Self::Text(v) => Self::Text(&v[rows]),
        }
    }
}

impl Values {
    pub(super) fn lend(&self) -> Loan<'_> {
        match self {
            Self::Ts(v) => Loan::Ts(v),
            Self::F64(v) => Loan::F64(v),
            Self::F32(v) => Loan::F32(v),
            Self::I64(v) => Loan::I64(v),
            Self::Text(v) => Loan::Text(v),
        }
    }
}

/// Named columns in their order, all of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<(String, Values)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    #[error("column `{column}` has {found} values where the first has {expected}")]
    Length { column: String, found: usize, expected: usize },
    #[error("column `{0}` is there twice")]
    Twice(String),
}

impl Table {
    pub fn new(columns: Vec<(String, Values)>) -> Result<Self, TableFault> {
        let expected = columns.first().map_or(0, |(_, v)| v.len());
        for (i, (name, values)) in columns.iter().enumerate() {
            if values.len() != expected {
                let (column, found) = (name.clone(), values.len());
                return Err(TableFault::Length { column, found, expected });
            }
            if columns[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(TableFault::Twice(name.clone()));
            }
        }
        Ok(Self { columns })
    }

    pub fn columns(&self) -> &[(String, Values)] {
        &self.columns
    }

    pub fn into_columns(self) -> Vec<(String, Values)> {
        self.columns
    }

    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, values)| values)
    }

    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, v)| v.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_or_repeated_columns_are_no_table() {
        let column = |name: &str, n| (name.to_owned(), Values::I64(vec![0; n]));
        let ragged = Table::new(vec![column("a", 2), column("b", 3)]).unwrap_err();
        assert_eq!(ragged.to_string(), "column `b` has 3 values where the first has 2");
        let twice = Table::new(vec![column("a", 2), column("a", 2)]).unwrap_err();
        assert_eq!(twice, TableFault::Twice("a".into()));
        assert_eq!(Table::new(vec![column("a", 2)]).unwrap().n_rows(), 2);
    }
}
