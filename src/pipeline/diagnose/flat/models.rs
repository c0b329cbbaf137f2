//! Tables of drift, and of what each column did in the models.

use super::super::super::ledger_tables::word;
use super::super::Tables;
use super::super::models::{FoldDrift, Models, Shift};
use super::super::retraining::Retraining;
use super::super::shap::Shap;
use super::sheet::Sheet;
use crate::failure::Failure;
use crate::store::Table;

/// Without rows where nothing is known; what fewer trainings cost where it was compared.
pub fn flat(tables: &Tables) -> Result<Vec<(&'static str, Table)>, Failure> {
    let models = tables.models.as_ref();
    let shap = models.and_then(|models| models.shap.as_ref());
    let mut all = vec![
        ("drift", drift(models)?),
        ("shap", columns(shap)?),
        ("shap_by_fold", by_fold(shap)?),
        ("shap_agreement", agreement(shap)?),
    ];
    let compared = tables.retraining.as_ref().filter(|found| !found.policies.is_empty());
    if let Some(found) = compared {
        all.push(("retraining", retraining(found)?));
    }
    Ok(all)
}

/// Of features against what was learnt from; of predictions against the calibration slice's.
fn drift(models: Option<&Models>) -> Result<Table, Failure> {
    let of = |models: &Models| {
        [("feature", models.features.clone()), ("prediction", models.predictions.clone())]
    };
    let kinds = models.map(of).into_iter().flatten();
    let rows = kinds
        .flat_map(|(kind, folds)| folds.into_iter().flat_map(move |fold| of_fold(kind, &fold)));
    Sheet::of(rows)
        .text("kind", |(kind, ..)| (*kind).to_owned())
        .count("fold", |(_, fold, _)| *fold)
        .text("column_name", |(.., shift)| shift.name.clone())
        .number("psi", |(.., shift)| shift.psi)
        .number("psi_critical", |(.., shift)| shift.psi_critical)
        .number("ks", |(.., shift)| shift.ks)
        .number("ks_critical", |(.., shift)| shift.ks_critical)
        .number("mean_shift", |(.., shift)| shift.mean_shift)
        .number("missing_before", |(.., shift)| shift.missing[0])
        .number("missing_in_test", |(.., shift)| shift.missing[1])
        .text("size", |(.., shift)| word(&shift.size))
        .table()
}

fn of_fold(kind: &'static str, fold: &FoldDrift) -> Vec<(&'static str, u64, Shift)> {
    fold.columns.iter().map(|shift| (kind, u64::from(fold.fold), shift.clone())).collect()
}

fn columns(shap: Option<&Shap>) -> Result<Table, Failure> {
    Sheet::of(shap.into_iter().flat_map(|shap| shap.columns.iter().map(move |row| (shap, row))))
        .text("column_name", |(_, row)| row.name.clone())
        .count("horizon", |(shap, _)| u64::from(shap.horizon))
        .text("unit", |(shap, _)| shap.unit.to_owned())
        .number("mean_abs", |(_, row)| Some(row.mean_abs))
        .number("sd", |(_, row)| row.sd)
        .number("direction", |(_, row)| row.direction)
        .table()
}

fn by_fold(shap: Option<&Shap>) -> Result<Table, Failure> {
    let folds = shap.into_iter().flat_map(|shap| &shap.folds);
    Sheet::of(folds.flat_map(|fold| fold.columns.iter().map(move |part| (fold, part))))
        .count("fold", |(fold, _)| u64::from(fold.fold))
        .count("n_rows", |(fold, _)| fold.n_rows)
        .text("column_name", |(_, part)| part.name.clone())
        .number("mean_abs", |(_, part)| Some(part.mean_abs))
        .number("share", |(_, part)| part.share)
        .table()
}

fn agreement(shap: Option<&Shap>) -> Result<Table, Failure> {
    Sheet::of(shap.into_iter().flat_map(|shap| &shap.agreement))
        .count("fold", |row| u64::from(row.fold))
        .count("before", |row| u64::from(row.before))
        .count("n_columns", |row| row.n_columns)
        .number("spearman", |row| row.spearman)
        .number("top_kept", |row| row.top_kept)
        .table()
}

/// Every way to decide when to train, by horizon; of a walk that compared them.
fn retraining(found: &Retraining) -> Result<Table, Failure> {
    Sheet::of(found.policies.iter().flat_map(|one| one.ics.iter().map(move |ic| (one, ic))))
        .text("policy", |(one, _)| one.policy.clone())
        .count("n_trainings", |(one, _)| one.n_trainings)
        .count("horizon", |(_, ic)| u64::from(ic.horizon))
        .number("rank_ic", |(_, ic)| ic.ic)
        .number("less_schedule", |(_, ic)| ic.less)
        .number("less_schedule_se", |(_, ic)| ic.se)
        .table()
}
