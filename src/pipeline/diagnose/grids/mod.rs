//! What was found, as tables that people read: on the terminal and in the report.

mod models; // drift, and what each column did
mod predictions; // what the predictions were worth
mod trading; // what the trades made of them

use super::flat::Findings;
use crate::report::page::Grid;

/// In the order of the verdict's questions: is there anything in the predictions, and does it pay?
pub fn grids(of: Findings<'_>) -> Vec<Grid> {
    let predictions = predictions::grids(of.tables).into_iter();
    let models = of.tables.models.iter().flat_map(models::grids);
    let retraining = of.tables.retraining.as_ref().map(models::retraining);
    let all = predictions.chain(trading::grids(of)).chain(models).chain(retraining);
    all.filter(|grid| !grid.rows.is_empty()).collect()
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn bars(n: impl std::fmt::Display) -> String {
    let n = n.to_string();
    if n == "1" { "1 bar".to_owned() } else { format!("{n} bars") }
}
