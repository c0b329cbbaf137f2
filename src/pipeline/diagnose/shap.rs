//! What each column did for the predictions of each fold: exact SHAP values of a sample of rows.

use rayon::prelude::*;
use serde::Serialize;

use super::super::recipe;
use super::models::Shelf;
use super::slices::{Extract, Slices, thinned};
use crate::failure::Failure;
use crate::gbdt::Rows;
use crate::learn::explain::{Contributions, Explainer};
use crate::learn::target::Target;
use crate::report::diagnose::drift::{Agreement, Importance, agreement};
use crate::stats;

/// Of the horizon whose IC stands out most.
#[derive(Debug, Clone, Serialize)]
pub struct Shap {
    pub horizon: u32,
    /// Of the values: `bps`, `log odds`, or what a model without trees measures by.
    pub unit: &'static str,
    /// Rows of each fold's test weeks that are explained at most, evenly spread.
    pub most_rows: u64,
    pub folds: Vec<FoldShap>,
    /// Over the folds, the most important first.
    pub columns: Vec<ColumnShap>,
    /// Of each fold's importances with those of the fold before.
    pub agreement: Vec<Agreement>,
    /// Points of the last fold; without trees there are none.
    #[serde(skip)]
    pub swarm: Vec<Swarm>,
    pub swarm_rows: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldShap {
    pub fold: u32,
    pub n_rows: u64,
    pub columns: Vec<Part>,
}

/// Mean |SHAP|, and its part of all columns'; `None` where no column does anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    pub name: String,
    pub mean_abs: f64,
    pub share: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnShap {
    pub name: String,
    /// Of the folds' mean |SHAP|; a fold that was trained without the column counts as 0.
    pub mean_abs: f64,
    pub sd: Option<f64>,
    /// Spearman's correlation of the column's values with what they did in the last fold.
    pub direction: Option<f64>,
}

/// One column in the last fold.
#[derive(Debug, Clone)]
pub struct Swarm {
    pub name: String,
    pub shap: Vec<f32>,
    pub value: Vec<f32>,
}

/// More would hardly move a mean over tens of folds.
const FOLD_ROWS: usize = 250;
/// As many points as the picture shows.
const SWARM_ROWS: usize = 1000;

pub fn shap(shelf: &Shelf<'_>, slices: &[Slices], horizon: u32) -> Result<Shap, Failure> {
    let of = |fold: &Slices| of_fold(shelf, fold, horizon);
    let folds: Vec<Result<FoldShap, Failure>> = slices.par_iter().map(of).collect();
    let folds: Vec<FoldShap> = folds.into_iter().collect::<Result<_, _>>()?;
    let last = slices.last().map(|fold| explained(shelf, fold, (horizon, SWARM_ROWS)));
    let swarm = last.transpose()?.and_then(|(_, told)| told).map(|told| told.swarms());
    let swarm = swarm.unwrap_or_default();
    let target = recipe::target(&shelf.run.config.learn);
    let unit = match (swarm.is_empty(), target) {
        (true, _) => "the model’s own measure",
        (false, Target::ReturnBps) => "bps",
        (false, Target::Sign) => "log odds",
    };
    Ok(Shap {
        horizon,
        unit,
        most_rows: FOLD_ROWS as u64,
        columns: columns(&folds, &swarm),
        agreement: agree(&folds),
        swarm_rows: swarm.first().map_or(0, |column| column.shap.len() as u64),
        folds,
        swarm,
    })
}

/// A model's contributions, and the values they were made from.
struct Told {
    contributions: Contributions,
    extract: Extract,
}

fn of_fold(shelf: &Shelf<'_>, fold: &Slices, horizon: u32) -> Result<FoldShap, Failure> {
    let (sizes, told) = explained(shelf, fold, (horizon, FOLD_ROWS))?;
    let n_rows = told.map_or(0, |told| told.contributions.n_rows() as u64);
    let total: f64 = sizes.iter().map(|(_, size)| size).sum();
    let part = |(name, mean_abs)| {
        let share = (total > 0.0).then(|| mean_abs / total);
        Part { name, mean_abs, share }
    };
    Ok(FoldShap { fold: fold.fold, n_rows, columns: sizes.into_iter().map(part).collect() })
}

/// Every column's importance; a model without trees tells it by its own measure.
type Sizes = Vec<(String, f64)>;

fn explained(
    shelf: &Shelf<'_>,
    fold: &Slices,
    (horizon, most): (u32, usize),
) -> Result<(Sizes, Option<Told>), Failure> {
    let model = shelf.model(fold.fold, horizon)?;
    let names = model.names().to_vec();
    let Some(trees) = model.trees() else {
        return Ok((names.into_iter().zip(model.importance()).collect(), None));
    };
    let rows = thinned(&fold.test, &shelf.data().symbols, most);
    let extract = Extract::new(shelf.data(), &names, &rows);
    let explainer = Explainer::new(&trees).map_err(Failure::world)?;
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let contributions = extract
        .with(|matrix| explainer.explain(matrix, &Rows::List(&all)).map_err(Failure::world))?;
    let size = |(at, name)| (name, if all.is_empty() { 0.0 } else { contributions.mean_abs(at) });
    let sizes = names.into_iter().enumerate().map(size).collect();
    Ok((sizes, Some(Told { contributions, extract })))
}

impl Told {
    fn swarms(&self) -> Vec<Swarm> {
        let column = |(at, name): (usize, &String)| Swarm {
            name: name.clone(),
            shap: self.contributions.column(at).iter().map(|value| *value as f32).collect(),
            value: self.extract.columns()[at].clone(),
        };
        self.contributions.names().iter().enumerate().map(column).collect()
    }
}

fn columns(folds: &[FoldShap], swarm: &[Swarm]) -> Vec<ColumnShap> {
    let mut names: Vec<&String> =
        folds.iter().flat_map(|fold| fold.columns.iter().map(|part| &part.name)).collect();
    names.sort_unstable();
    names.dedup();
    let of = |name: &String| {
        let size = |fold: &FoldShap| {
            let part = fold.columns.iter().find(|part| part.name == *name);
            part.map_or(0.0, |part| part.mean_abs)
        };
        let sizes: Vec<f64> = folds.iter().map(size).collect();
        let direction = swarm.iter().find(|column| column.name == *name).and_then(direction);
        let mean_abs = stats::mean(&sizes).unwrap_or(0.0);
        ColumnShap { name: name.clone(), mean_abs, sd: stats::sd(&sizes), direction }
    };
    let mut columns: Vec<ColumnShap> = names.into_iter().map(of).collect();
    columns.sort_by(|a, b| b.mean_abs.total_cmp(&a.mean_abs).then_with(|| a.name.cmp(&b.name)));
    columns
}

fn direction(column: &Swarm) -> Option<f64> {
    let pairs = column.value.iter().zip(&column.shap).filter(|(value, _)| value.is_finite());
    let (xs, ys): (Vec<f64>, Vec<f64>) =
        pairs.map(|(value, shap)| (f64::from(*value), f64::from(*shap))).unzip();
    stats::spearman(&xs, &ys)
}

fn agree(folds: &[FoldShap]) -> Vec<Agreement> {
    let split = |fold: &FoldShap| -> (Vec<String>, Vec<f64>) {
        fold.columns.iter().map(|part| (part.name.clone(), part.mean_abs)).unzip()
    };
    let parts: Vec<(Vec<String>, Vec<f64>)> = folds.iter().map(split).collect();
    let of = |(fold, (names, values))| {
        let fold: &FoldShap = fold;
        Importance { fold: fold.fold, names, values }
    };
    let importances: Vec<Importance<'_>> = folds
        .iter()
        .zip(parts.iter().map(|(names, values)| (names.as_slice(), values.as_slice())))
        .map(of)
        .collect();
    agreement(&importances)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(fold: u32, parts: &[(&str, f64)]) -> FoldShap {
        let part = |(name, size): &(&str, f64)| Part {
            name: (*name).to_owned(),
            mean_abs: *size,
            share: None,
        };
        FoldShap { fold, n_rows: 10, columns: parts.iter().map(part).collect() }
    }

    #[test]
    fn a_fold_without_a_column_counts_as_nothing_and_the_first_is_the_most_important() {
        let folds = [fold(0, &[("a", 1.0), ("b", 3.0)]), fold(1, &[("b", 1.0), ("c", 4.0)])];
        let swarm = [Swarm {
            name: "b".into(),
            shap: vec![1.0, 2.0, 3.0],
            value: vec![9.0, 8.0, f32::NAN],
        }];
        let found = columns(&folds, &swarm);
        let told: Vec<(&str, f64)> = found.iter().map(|c| (c.name.as_str(), c.mean_abs)).collect();
        assert_eq!(told, [("b", 2.0), ("c", 2.0), ("a", 0.5)]);
        assert!((found[0].direction.unwrap() + 1.0).abs() < 1e-12);
        assert_eq!(found[1].direction, None);
        let agreement = agree(&folds);
        assert_eq!((agreement.len(), agreement[0].n_columns), (1, 3));
    }
}
