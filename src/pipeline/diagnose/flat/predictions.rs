//! Tables of what the predictions were worth.

use super::super::{OfHorizon, Tables};
use super::sheet::Sheet;
use crate::failure::Failure;
use crate::report::diagnose::coverage::Held;
use crate::report::diagnose::decay::Ahead;
use crate::report::diagnose::hits::Decile;
use crate::report::diagnose::quantiles::Quantile;
use crate::store::Table;

pub fn flat(tables: &Tables) -> Result<Vec<(&'static str, Table)>, Failure> {
    let horizons = &tables.horizons[..];
    Ok(vec![
        ("ic", ic(horizons)?),
        ("ic_by_fold", by_fold(horizons)?),
        ("ic_over_folds", over_folds(horizons)?),
        ("ic_rolling", rolling(horizons)?),
        ("ic_decay", decay(&tables.together.decay)?),
        ("hit_rate", hits(tables)?),
        ("quantiles", quantiles(horizons)?),
        ("coverage", coverage(horizons)?),
        ("claims", claims(horizons)?),
        ("claims_by_tenth", claims_by_tenth(horizons)?),
    ])
}

/// A row of one horizon's table.
type Of<'a, T> = (&'a OfHorizon, &'a T);

/// The rows of all horizons, below each other.
fn each<'a, T>(
    horizons: &'a [OfHorizon],
    rows: impl Fn(&'a OfHorizon) -> &'a [T],
) -> Sheet<Of<'a, T>> {
    let all = horizons.iter().flat_map(|of| rows(of).iter().map(move |row| (of, row)));
    Sheet::of(all).count("horizon", |(of, _)| u64::from(of.horizon))
}

fn ic(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    Sheet::of(horizons)
        .count("horizon", |of| u64::from(of.horizon))
        .correlations("", |of| &of.ic.all)
        .number("rank_boot_low", |of| of.ic.rank_band.map(|band| band.low))
        .number("rank_boot_high", |of| of.ic.rank_band.map(|band| band.high))
        .number("pearson_boot_low", |of| of.ic.pearson_band.map(|band| band.low))
        .number("pearson_boot_high", |of| of.ic.pearson_band.map(|band| band.high))
        .count("n_unknown", |of| of.ic.n_unknown)
        .count("overlap", |of| of.ic.overlap)
        .table()
}

fn by_fold(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    each(horizons, |of| &of.by_fold.folds)
        .count("fold", |(_, fold)| u64::from(fold.fold))
        .time("from_ts", |(_, fold)| fold.dates.from)
        .time("to_ts", |(_, fold)| fold.dates.to)
        .correlations("", |(_, fold)| &fold.ic)
        .table()
}

fn over_folds(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    Sheet::of(horizons)
        .count("horizon", |of| u64::from(of.horizon))
        .across("rank", |of| of.by_fold.rank)
        .across("pearson", |of| of.by_fold.pearson)
        .table()
}

fn rolling(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    each(horizons, |of| &of.rolling)
        .time("from_ts", |(_, window)| window.dates.from)
        .time("to_ts", |(_, window)| window.dates.to)
        .correlations("", |(_, window)| &window.ic)
        .table()
}

fn decay(ahead: &[Ahead]) -> Result<Table, Failure> {
    Sheet::of(ahead)
        .count("bars", |one| one.bars)
        .correlations("whole_", |one| &one.whole)
        .correlations("alone_", |one| &one.alone)
        .table()
}

/// Tenths of |z|, and all rows as the tenth 0.
fn hits(tables: &Tables) -> Result<Table, Failure> {
    let hits = &tables.together.hits;
    let all = Decile { decile: 0, least_z: f64::NAN, greatest_z: f64::NAN, hits: hits.all };
    Sheet::of(std::iter::once(&all).chain(&hits.deciles))
        .count("tenth", |decile| u64::from(decile.decile))
        .number("least_z", |decile| Some(decile.least_z))
        .number("greatest_z", |decile| Some(decile.greatest_z))
        .rate("hit_rate", |decile| decile.hits)
        .number("by_chance", |decile| hits.by_chance.filter(|_| decile.decile == 0))
        .table()
}

fn quantiles(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    by_tenth(each(horizons, |of| &of.quantiles.quantiles))
}

fn claims_by_tenth(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    by_tenth(each(horizons, |of| &of.claims.bins))
}

fn claims(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    Sheet::of(horizons)
        .count("horizon", |of| u64::from(of.horizon))
        .estimate("slope", |of| of.claims.slope)
        .estimate("intercept_bps", |of| of.claims.intercept_bps)
        .count("n_silent_folds", |of| of.n_silent_folds)
        .table()
}

fn by_tenth(sheet: Sheet<Of<'_, Quantile>>) -> Result<Table, Failure> {
    sheet
        .count("tenth", |(_, row)| u64::from(row.quantile))
        .count("n_rows", |(_, row)| row.n_rows)
        .number("least_predicted", |(_, row)| Some(row.least_predicted))
        .number("greatest_predicted", |(_, row)| Some(row.greatest_predicted))
        .number("mean_predicted", |(_, row)| Some(row.mean_predicted))
        .estimate("outcome_bps", |(_, row)| row.outcome_bps)
        .table()
}

fn coverage(horizons: &[OfHorizon]) -> Result<Table, Failure> {
    Sheet::of(horizons.iter().flat_map(held))
        .count("horizon", |(of, ..)| u64::from(of.horizon))
        .text("part", |(_, name, _)| name.clone())
        .number("promised", |(of, ..)| Some(of.coverage.promised))
        .rate("held", |(.., held)| held.held)
        .number("mean_width_bps", |(.., held)| held.mean_width_bps)
        .table()
}

/// All rows, each fold's, and those of calm, middling and wild bars.
fn held(of: &OfHorizon) -> Vec<(&OfHorizon, String, Held)> {
    let coverage = &of.coverage;
    let folds = coverage.by_fold.iter().map(|fold| (format!("fold {}", fold.fold), fold.held));
    let calm = ["calm", "middling", "wild"].map(str::to_owned);
    let wild = calm.into_iter().zip(coverage.by_volatility);
    let all = std::iter::once(("all".to_owned(), coverage.all)).chain(folds).chain(wild);
    all.map(|(name, held)| (of, name, held)).collect()
}
