//! What a reader hands over: the rows of a file by the symbol the file names.

use super::doubt::Doubt;
use super::fixed::FixedForm;
use super::role::PRICES;
use super::source::Source;
use crate::failure::Failure;
use crate::market::Columns;
use crate::units::Ts;

/// One file as it was read; nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    pub parts: Vec<Part>,
    /// Columns of the file that are not brought in.
    pub ignored: Vec<String>,
    /// What the file leaves open.
    pub doubts: Vec<Doubt>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Part {
    /// The symbol in the file's own spelling, where the file names one.
    pub said: Option<String>,
    pub columns: Columns,
}

impl Reading {
    /// A file that holds one symbol and does not say which.
    pub fn unnamed(columns: Columns) -> Self {
        Self { parts: vec![Part { said: None, columns }], ..Self::default() }
    }
}

impl FixedForm {
    /// The file, which holds one symbol and does not say which.
    pub fn reading(&self, source: &Source) -> Result<Reading, Failure> {
        let (columns, number) = self.read(source)?;
        let last = columns.ts.last().zip(number).map(|(at, n)| Doubt::unended(*at, &n));
        Ok(Reading { doubts: last.into_iter().collect(), ..Reading::unnamed(columns) })
    }
}

/// Collects rows: a time, the five prices, then the extras.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub ts: Vec<Ts>,
    pub values: Vec<Vec<f64>>,
}

impl Rows {
    pub fn new(n_values: usize, n_rows: usize) -> Self {
        let column = || Vec::with_capacity(n_rows);
        Self { ts: Vec::with_capacity(n_rows), values: (0..n_values).map(|_| column()).collect() }
    }

    /// As many values as there are columns; more are not looked at.
    #[inline]
    pub fn push(&mut self, ts: Ts, values: &[f64]) {
        self.ts.push(ts);
        for (column, value) in self.values.iter_mut().zip(values) {
            column.push(*value);
        }
    }

    pub fn into_columns(mut self, extra: impl Iterator<Item = String>) -> Columns {
        let extras = self.values.split_off(PRICES.len().min(self.values.len()));
        let mut prices = self.values.into_iter();
        let mut next = || prices.next().unwrap_or_default();
        let (open, high, low, close, volume) = (next(), next(), next(), next(), next());
        Columns { ts: self.ts, open, high, low, close, volume, extra: extra.zip(extras).collect() }
    }
}
