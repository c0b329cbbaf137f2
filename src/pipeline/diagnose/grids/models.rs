//! Drift, and what each column did in the models.

use super::super::models::{FoldDrift, Models};
use super::super::retraining::{Policy, PolicyIc, Retraining};
use super::super::shap::{ColumnShap, FoldShap, Shap};
use super::{bars, header};
use crate::report::page::{Grid, percent, told, with_error};

/// Columns that are shown.
const TOP: usize = 20;

pub fn grids(models: &Models) -> Vec<Grid> {
    let mut grids = vec![drift(models)];
    if let Some(shap) = &models.shap {
        grids.extend([columns(shap), by_fold(shap), agreement(shap)]);
    }
    grids
}

/// Each way to decide when to train.
pub fn retraining(found: &Retraining) -> Grid {
    let horizons = found.policies.first().map(|one| &one.ics[..]).unwrap_or_default();
    let apart = |ic: &PolicyIc| with_error(ic.less, ic.se, 3);
    let cell = |ic: &PolicyIc| match ic.less {
        Some(_) => format!("{} ({})", told(ic.ic, 3), apart(ic)),
        None => told(ic.ic, 3),
    };
    let row = |name: &str, n: String, cells: Vec<String>| {
        [name.to_owned(), n].into_iter().chain(cells).collect::<Vec<String>>()
    };
    let mut rows = vec![row("this run", found.n_trainings.to_string(), Vec::new())];
    if !found.policies.is_empty() {
        let of = |one: &Policy| {
            row(&one.policy, one.n_trainings.to_string(), one.ics.iter().map(cell).collect())
        };
        rows = found.policies.iter().map(of).collect();
        let worth = found.drift_less_steps.iter().map(apart).collect();
        rows.push(row("drift less fixed steps", String::new(), worth));
    }
    let names = ["trained by".to_owned(), "trainings".to_owned()];
    let compared = "Rank IC, the mean over the windows; in brackets what it is more or less than by \
                    schedule, ± one standard error. Fixed steps: as many trainings as drift, evenly \
                    spread. Once: the first model to the end.";
    let alone = "`walkforward --retrain drift --compare` tells what that saves and loses.";
    Grid {
        title: format!("Trainings for {} test windows", found.n_windows),
        header: names
            .into_iter()
            .chain(horizons.iter().map(|of| format!("IC, {} ahead", bars(of.horizon))))
            .collect(),
        sides: "lrrrrrrrrrrrr",
        note: if found.policies.is_empty() { alone } else { compared }.to_owned(),
        rows,
    }
}

fn drift(models: &Models) -> Grid {
    let drifted = |fold: &FoldDrift| format!("{} of {}", fold.n_drifted, fold.columns.len());
    let row = |fold: &FoldDrift| {
        let predictions = models.predictions.iter().find(|other| other.fold == fold.fold);
        let excess = |psi: Option<f64>, critical: Option<f64>| Some(psi? / critical?);
        let worst = fold
            .columns
            .iter()
            .filter_map(|shift| Some((excess(shift.psi, shift.psi_critical)?, shift)));
        let worst = worst.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, shift)| shift);
        vec![
            fold.fold.to_string(),
            drifted(fold),
            worst.map_or("–".to_owned(), |shift| shift.name.clone()),
            told(worst.and_then(|shift| shift.psi), 3),
            told(worst.and_then(|shift| shift.psi_critical), 3),
            predictions.map_or("–".to_owned(), drifted),
        ]
    };
    let names = [
        "fold",
        "features drifted",
        "the farthest",
        "its PSI",
        "by chance up to",
        "predictions drifted",
    ];
    Grid {
        title: "Drift of the test weeks".to_owned(),
        header: header(&names),
        sides: "rrlrrr",
        rows: models.features.iter().map(row).collect(),
        note:
            "Features against the rows that were learnt from, predictions against the calibration \
               slice's. PSI: population stability index; what is below its bound is chance."
                .to_owned(),
    }
}

fn columns(shap: &Shap) -> Grid {
    let row = |column: &ColumnShap| {
        let direction = told(column.direction, 2);
        vec![column.name.clone(), with_error(Some(column.mean_abs), column.sd, 4), direction]
    };
    Grid {
        title: format!("What each column does, {} ahead", bars(shap.horizon)),
        header: header(&["column", "mean |SHAP|", "direction"]),
        sides: "lrr",
        rows: shap.columns.iter().take(TOP).map(row).collect(),
        note: format!(
            "In {}; mean over the folds ± their standard deviation. Direction: rank correlation of a \
             column's values and what they did in the last fold.",
            shap.unit
        ),
    }
}

/// Columns that have room beside each other.
const ABREAST: usize = 6;

fn by_fold(shap: &Shap) -> Grid {
    let top: Vec<&str> = shap.columns.iter().take(ABREAST).map(|one| one.name.as_str()).collect();
    let row = |fold: &FoldShap| {
        let share = |name: &&str| {
            let part = fold.columns.iter().find(|part| part.name == **name);
            percent(part.map_or(Some(0.0), |part| part.share))
        };
        let shares = top.iter().map(share);
        [fold.fold.to_string(), told(Some(fold.n_rows as f64), 0)]
            .into_iter()
            .chain(shares)
            .collect()
    };
    Grid {
        title: format!("Importance by fold, {} ahead", bars(shap.horizon)),
        header: header(&[&["fold", "rows"], &top[..]].concat()),
        sides: "rrrrrrrr",
        rows: shap.folds.iter().map(row).collect(),
        note:
            "Each column's part of all that the fold's columns did; `shap_by_fold.parquet` has all."
                .to_owned(),
    }
}

fn agreement(shap: &Shap) -> Grid {
    let rows = shap
        .agreement
        .iter()
        .map(|row| vec![row.fold.to_string(), told(row.spearman, 2), percent(row.top_kept)]);
    Grid {
        title: "Does each fold find what the one before found?".to_owned(),
        header: header(&["fold", "rank correlation of importances", "of the ten best still there"]),
        sides: "rrr",
        rows: rows.collect(),
        note: String::new(),
    }
}
