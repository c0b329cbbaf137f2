//! A table that is told column by column what it takes of each row.

use crate::failure::Failure;
use crate::report::diagnose::by_fold::Across;
use crate::report::diagnose::ic::Correlations;
use crate::report::diagnose::{Estimate, Rate};
use crate::store::{Table, Values};
use crate::units::Ts;

pub struct Sheet<T> {
    rows: Vec<T>,
    columns: Vec<(String, Values)>,
}

impl<T> Sheet<T> {
    pub fn of(rows: impl IntoIterator<Item = T>) -> Self {
        Self { rows: rows.into_iter().collect(), columns: Vec::new() }
    }

    pub fn table(self) -> Result<Table, Failure> {
        Table::new(self.columns).map_err(Failure::world)
    }

    pub fn text(self, name: &str, of: impl Fn(&T) -> String) -> Self {
        let values = Values::Text(self.rows.iter().map(of).collect());
        self.column(name, values)
    }

    pub fn count(self, name: &str, of: impl Fn(&T) -> u64) -> Self {
        let values = Values::I64(self.rows.iter().map(|row| of(row) as i64).collect());
        self.column(name, values)
    }

    pub fn time(self, name: &str, of: impl Fn(&T) -> Ts) -> Self {
        let values = Values::Ts(self.rows.iter().map(of).collect());
        self.column(name, values)
    }

    /// Null where it is not known.
    pub fn number(self, name: &str, of: impl Fn(&T) -> Option<f64>) -> Self {
        let number = |row: &T| of(row).unwrap_or(f64::NAN);
        let values = Values::F64(self.rows.iter().map(number).collect());
        self.column(name, values)
    }

    /// The value, both kinds of errors, and the interval by the one to believe.
    pub fn estimate(self, name: &str, of: impl Fn(&T) -> Estimate) -> Self {
        self.number(name, |row| of(row).value)
            .number(&format!("{name}_se_plain"), |row| of(row).se_plain)
            .number(&format!("{name}_t_plain"), |row| of(row).t_plain)
            .number(&format!("{name}_se_hac"), |row| of(row).se_hac)
            .number(&format!("{name}_t_hac"), |row| of(row).t_hac)
            .number(&format!("{name}_low"), |row| of(row).band_hac.map(|band| band[0]))
            .number(&format!("{name}_high"), |row| of(row).band_hac.map(|band| band[1]))
    }

    /// Both correlations; `stem` is what names begin with.
    pub fn correlations(self, stem: &str, of: impl Fn(&T) -> &Correlations) -> Self {
        self.count(&format!("{stem}n_rows"), |row| of(row).n_rows)
            .count(&format!("{stem}n_times"), |row| of(row).n_times)
            .estimate(&format!("{stem}rank"), |row| of(row).rank)
            .estimate(&format!("{stem}pearson"), |row| of(row).pearson)
    }

    /// The share, and its interval at the number of draws that the rows are worth.
    pub fn rate(self, name: &str, of: impl Fn(&T) -> Rate) -> Self {
        self.count("n_rows", |row| of(row).n_rows)
            .count("n_yes", |row| of(row).n_yes)
            .number("n_effective", |row| of(row).n_effective)
            .number(name, |row| of(row).rate)
            .number(&format!("{name}_low"), |row| of(row).wilson_effective.map(|band| band[0]))
            .number(&format!("{name}_high"), |row| of(row).wilson_effective.map(|band| band[1]))
            .number(&format!("{name}_low_plain"), |row| of(row).wilson.map(|band| band[0]))
            .number(&format!("{name}_high_plain"), |row| of(row).wilson.map(|band| band[1]))
    }

    pub fn across(self, stem: &str, of: impl Fn(&T) -> Across) -> Self {
        self.count(&format!("{stem}_n_folds"), |row| of(row).n_folds)
            .count(&format!("{stem}_n_positive"), |row| of(row).n_positive)
            .number(&format!("{stem}_mean"), |row| of(row).mean)
            .number(&format!("{stem}_sd"), |row| of(row).sd)
            .number(&format!("{stem}_ratio"), |row| of(row).ratio)
            .number(&format!("{stem}_t"), |row| of(row).t)
            .number(&format!("{stem}_dispersion"), |row| of(row).dispersion)
    }

    fn column(mut self, name: &str, values: Values) -> Self {
        self.columns.push((name.to_owned(), values));
        self
    }
}
