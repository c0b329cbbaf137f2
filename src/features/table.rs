//! The feature table: columns known at each bar's close.

use super::catalog;
use super::engine::{BadFeature, Program, Shape};
use super::expr::{Author, Catalog};
use super::lookback::Lookback;
use crate::market::{Bars, Symbol, Timeframe};
use crate::units::Ts;

/// What the user asked for: sets by name, and own expressions by name and text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub sets: Vec<String>,
    pub expressions: Vec<(String, String)>,
}

/// One row a bar, one column a feature; column-major, as the trainer reads it. Missing is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTable {
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    pub ts: Vec<Ts>,
    pub names: Vec<String>,
    pub lookbacks: Vec<Lookback>,
    pub columns: Vec<Vec<f32>>,
}

/// A line of the table's own table.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnFacts {
    pub name: String,
    pub lookback: Lookback,
    /// Share of bars with a value.
    pub coverage: f64,
    pub mean: Option<f64>,
    /// Sample standard deviation.
    pub sd: Option<f64>,
}

/// The program of all wanted features; own expressions may use the built-in names and each other.
pub fn compile(wanted: &Wanted, shape: &Shape) -> Result<Program, Vec<BadFeature>> {
    let is_own = |name: &str| wanted.expressions.iter().any(|(own, _)| own == name);
    let sets = wanted.sets.iter().filter_map(|name| catalog::find(name));
    let built_in = sets.flat_map(|set| (set.features)(shape.timeframe));
    // An own expression under a built-in column's name takes its place.
    let built_in = built_in.filter(|(name, _)| !is_own(name));
    let own = wanted.expressions.iter().cloned();
    let features: Vec<(String, String, Author)> = built_in
        .map(|(name, text)| (name, text, Author::BuiltIn))
        .chain(own.map(|(name, text)| (name, text, Author::User)))
        .collect();
    let names = Catalog {
        own: wanted.expressions.iter().cloned().collect(),
        built_in: catalog::all(shape.timeframe),
    };
    Program::compile(&features, &names, shape)
}

/// Double to single precision; what single precision cannot hold is missing.
pub fn narrow(value: f64) -> f32 {
    let narrow = value as f32;
    if narrow.is_finite() { narrow } else { f32::NAN }
}

impl FeatureTable {
    pub fn build(program: &Program, bars: &Bars) -> Self {
        Self::with(program, bars, program.evaluate(bars.columns(), narrow))
    }

    /// The table of columns that were computed in double precision.
    pub fn narrowed(program: &Program, bars: &Bars, wide: &[Vec<f64>]) -> Self {
        let columns = wide.iter().map(|column| column.iter().copied().map(narrow).collect());
        Self::with(program, bars, columns.collect())
    }

    /// The table whose columns are known already; `None` if they are not this program's, or not of
    /// these bars.
    pub fn of(program: &Program, bars: &Bars, columns: Vec<(String, Vec<f32>)>) -> Option<Self> {
        let names = program.features().iter().map(|feature| &feature.name);
        let fits = names.eq(columns.iter().map(|(name, _)| name))
            && columns.iter().all(|(_, column)| column.len() == bars.len());
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        fits.then(|| Self::with(program, bars, columns))
    }

    fn with(program: &Program, bars: &Bars, columns: Vec<Vec<f32>>) -> Self {
        Self {
            symbol: bars.symbol().clone(),
            timeframe: bars.timeframe(),
            ts: bars.ts().to_vec(),
            names: program.features().iter().map(|f| f.name.clone()).collect(),
            lookbacks: program.features().iter().map(|f| program.lookback(f)).collect(),
            columns,
        }
    }

    /// The first row on which every column has had its look-back.
    pub fn warm_up(&self) -> usize {
        self.lookbacks.iter().map(|l| l.warm_up()).max().unwrap_or_default()
    }

    /// The first row from which on every column has shown a value, and has had its look-back; those
    /// without any are not waited for.
    pub fn first_settled(&self) -> usize {
        let first = |column: &Vec<f32>| column.iter().position(|value| !value.is_nan());
        self.columns.iter().filter_map(first).fold(self.warm_up(), usize::max)
    }

    /// The columns whose first value is in `row`.
    pub fn empty_until(&self, row: usize) -> Vec<&str> {
        let first = |column: &[f32]| column.iter().position(|value| !value.is_nan());
        let named = self.names.iter().zip(&self.columns);
        named.filter(|(_, c)| first(c) == Some(row)).map(|(name, _)| name.as_str()).collect()
    }

    /// The columns that have no value from `row` on.
    pub fn empty_columns(&self, row: usize) -> Vec<&str> {
        let is_empty = |column: &[f32]| column.iter().all(|value| value.is_nan());
        let named = self.names.iter().zip(&self.columns);
        let empty = named.filter(|(_, column)| is_empty(&column[row.min(column.len())..]));
        empty.map(|(name, _)| name.as_str()).collect()
    }

    pub fn facts(&self) -> Vec<ColumnFacts> {
        let facts = |at: usize| {
            let column = &self.columns[at];
            let (n, mean, sd) = moments(column);
            ColumnFacts {
                name: self.names[at].clone(),
                lookback: self.lookbacks[at],
                coverage: n as f64 / (column.len() as f64).max(1.0),
                mean,
                sd,
            }
        };
        (0..self.names.len()).map(facts).collect()
    }
}

/// Count, mean and sample sd of what is not missing (Welford 1962).
fn moments(column: &[f32]) -> (u64, Option<f64>, Option<f64>) {
    let (mut n, mut mean, mut squares) = (0_u64, 0.0, 0.0);
    for &value in column.iter().filter(|v| !v.is_nan()) {
        let x = f64::from(value);
        n += 1;
        let delta = x - mean;
        mean += delta / n as f64;
        squares += delta * (x - mean);
    }
    let sd = (n > 1).then(|| (squares / (n - 1) as f64).sqrt());
    (n, (n > 0).then_some(mean), sd)
}
