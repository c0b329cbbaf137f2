//! What was found, as flat tables: one row a fact, one column a number, as pandas, polars and DuckDB
//! want them.

mod models; // drift, and what each column did
mod predictions; // what the predictions were worth
mod sheet; // a table, column by column
mod trading; // what the trades made of them

pub use trading::groups;

use super::super::backtest::Traded;
use super::Tables;
use super::evidence::AtCosts;
use crate::failure::Failure;
use crate::report::verdict::Verdict;
use crate::store::Table;

/// What tables are made from.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    pub tables: &'a Tables,
    pub verdict: &'a Verdict,
    pub traded: &'a Traded,
    pub costs: &'a [AtCosts],
}

/// By the names of their files, without ending.
pub fn flat(of: Findings<'_>) -> Result<Vec<(&'static str, Table)>, Failure> {
    let mut all = predictions::flat(of.tables)?;
    all.extend(trading::flat(of)?);
    all.extend(models::flat(of.tables)?);
    Ok(all)
}
