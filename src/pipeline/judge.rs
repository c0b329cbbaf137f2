//! Predictions against what came, where that is known already.

use std::path::{Path, PathBuf};

use super::explain::save;
use super::train::Model;
use crate::failure::Failure;
use crate::folds::RowSet;
use crate::learn::calibrate::{
    Bin, Brier, CalibrationLine, Rows, brier, expected_calibration_error, reliability_bps,
    reliability_probability, slope_bps, slope_probability,
};
use crate::learn::conformal::{CoverageReport, coverage};
use crate::learn::dataset::Dataset;
use crate::learn::horizon_weights::{Ic, ic_with_error};
use crate::report::plot::{Estimate, Reliability, ReliabilityBin, ReliabilitySeries, Titles};
use crate::store::{self, Table, Values};
use crate::units::Ts;
use crate::walkforward::{HorizonColumns, Trial};

/// One horizon's predictions against what came, where that is known already.
#[derive(Default)]
pub struct Judged {
    pub horizon: u32,
    pub n_rows: usize,
    pub n_labelled: usize,
    pub ic: Option<Ic>,
    /// Share of outcomes with the sign of what was expected.
    pub hit_rate: Option<f64>,
    pub line: Option<CalibrationLine>,
    /// `None` where no outcome is known.
    pub chances: Option<Chances>,
    /// Expected and realised bps; chance and frequency of a rise.
    pub bins: [Vec<Bin>; 2],
    /// The part of the squared returns that expectations explain: 1 − Σ(y − ŷ)² / Σy², against the
    /// prediction of no return at all (Campbell & Thompson 2008, "Predicting excess stock returns
    /// out of sample", with zero in place of the historical mean).
    pub r2: Option<f64>,
    pub coverage: Option<CoverageReport>,
}

/// What the chances of a rise were worth.
pub struct Chances {
    pub brier: Brier,
    /// Expected calibration error.
    pub ece: f64,
    /// Realised on told log odds.
    pub line: Option<CalibrationLine>,
}

/// Bins of equal counts in a table of expected and realised.
const N_BINS: usize = 10;

pub fn judge(columns: &HorizonColumns, data: &Dataset, rows: &RowSet) -> Judged {
    let n_rows = columns.raw.len();
    let unknown = Judged { horizon: columns.horizon, n_rows, ..Judged::default() };
    let Some(horizon) = data.horizons.iter().find(|h| h.bars == columns.horizon) else {
        return unknown;
    };
    let outcome: Vec<f64> = rows.iter().map(|row| horizon.y_bps[row as usize]).collect();
    let scale: Vec<f64> = rows.iter().map(|row| data.scale_bps[row as usize]).collect();
    let known: Vec<usize> = (0..n_rows).filter(|at| !outcome[*at].is_nan()).collect();
    let of = |column: &[f64]| known.iter().map(|at| column[*at]).collect::<Vec<f64>>();
    let (raw, expected, came) = (of(&columns.raw), of(&columns.exp_bps), of(&outcome));
    let overlap = data.overlap_rows(horizon);
    let weights = vec![1.0; known.len()];
    let p_up = of(&columns.p_up);
    let rows = Rows::new(&expected, &came, &weights, overlap).ok();
    let signs = Rows::new(&p_up, &came, &weights, overlap).ok();
    let table = |rows: &Option<Rows<'_>>, of: fn(&Rows<'_>, usize) -> Vec<Bin>| {
        rows.as_ref().map_or_else(Vec::new, |rows| of(rows, N_BINS))
    };
    Judged {
        n_labelled: known.len(),
        ic: ic_with_error(&raw, &came, overlap),
        hit_rate: hit_rate(&expected, &came),
        line: rows.as_ref().and_then(slope_bps),
        bins: [table(&rows, reliability_bps), table(&signs, reliability_probability)],
        chances: signs.as_ref().and_then(chances),
        r2: r2(&expected, &came),
        coverage: coverage(&columns.intervals, &outcome, &scale),
        ..unknown
    }
}

/// Of the rows that expect and see a move at all.
fn hit_rate(expected: &[f64], came: &[f64]) -> Option<f64> {
    let moved = expected.iter().zip(came).filter(|(e, y)| **e != 0.0 && **y != 0.0);
    let (mut n, mut hits) = (0_u32, 0_u32);
    for (expected, came) in moved {
        n += 1;
        hits += u32::from((*expected > 0.0) == (*came > 0.0));
    }
    (n > 0).then(|| f64::from(hits) / f64::from(n))
}

fn r2(expected: &[f64], came: &[f64]) -> Option<f64> {
    let whole: f64 = came.iter().map(|y| y * y).sum();
    let rest: f64 = expected.iter().zip(came).map(|(e, y)| (y - e) * (y - e)).sum();
    (whole > 0.0).then(|| 1.0 - rest / whole)
}

fn chances(signs: &Rows<'_>) -> Option<Chances> {
    let line = slope_probability(signs);
    Some(Chances {
        brier: brier(signs, N_BINS)?,
        ece: expected_calibration_error(signs, N_BINS)?,
        line,
    })
}

/// The table of all bins, and a picture of the bins of expected bps.
pub fn reliability(
    model: &Model,
    (trial, judged): (&Trial, &[Judged]),
    stem: &str,
) -> Result<Vec<PathBuf>, Failure> {
    let id = &model.folder.manifest.id;
    let path = Path::new("results").join(id).join(format!("reliability{stem}.parquet"));
    store::write_table(&path, &bins_table(judged)?)?;
    let series = |judged: &Judged| ReliabilitySeries {
        name: format!("{} bars", judged.horizon),
        bins: judged.bins[0].iter().map(plotted).collect(),
    };
    let expected: Vec<f64> =
        trial.horizons.iter().flat_map(|h| h.exp_bps.iter().copied()).collect();
    let subject = subject(model, trial, stem.contains("in_sample"));
    let chart = Reliability {
        titles: Titles::new(format!("Do expected returns come true? {subject}"), finding(judged)),
        x_label: "expected return (bps), mean of a bin; below: how often, all horizons".to_owned(),
        y_label: "realised return (bps)".to_owned(),
        series: judged.iter().map(series).collect(),
        predictions: expected,
        interval: "95 % of the true mean, overlap of labels allowed for".to_owned(),
    };
    let folder = Path::new("logs").join("diagnostics").join(id);
    let picture = save(&chart, folder.join(format!("reliability{stem}.png")))?;
    Ok([path].into_iter().chain(picture).collect())
}

/// Whose rows, of when, and whether the model has learnt from them.
fn subject(model: &Model, trial: &Trial, is_in_sample: bool) -> String {
    let day = |ts: Option<&Ts>| ts.map_or_else(String::new, |ts| ts.day());
    let (from, to) = (day(trial.ts.first()), day(trial.ts.last()));
    let warning = if is_in_sample { ", IN SAMPLE" } else { "" };
    let (symbols, timeframe) = (model.report.symbols.join(", "), model.config.data.timeframe);
    format!("{symbols} {timeframe}, {from} to {to}{warning}")
}

/// Slopes of all horizons in words.
fn finding(judged: &[Judged]) -> String {
    let told = judged.iter().filter_map(|judged| {
        let line = judged.line.as_ref()?;
        let error = line.slope_error?;
        (error < 2.0).then(|| format!("{:.2} ± {error:.2} at {}", line.slope, judged.horizon))
    });
    let told = told.collect::<Vec<_>>().join(", ");
    if told.is_empty() {
        return "Expectations hardly differ: there is no slope to tell.".to_owned();
    }
    format!("Slope of realised on expected, 1 where they come true: {told} bars.")
}

fn plotted(bin: &Bin) -> ReliabilityBin {
    let interval = Some((bin.low, bin.high));
    let realised = Estimate { value: bin.realised, interval };
    ReliabilityBin { predicted: bin.predicted, realised }
}

/// Horizon, what is told, number of the bin, the bin.
type Line<'a> = (u32, &'a str, usize, &'a Bin);

fn bins_table(judged: &[Judged]) -> Result<Table, Failure> {
    let what = ["expected_bps", "chance_of_a_rise"];
    let rows: Vec<Line<'_>> = judged
        .iter()
        .flat_map(|j| j.bins.iter().zip(what).map(move |(bins, what)| (j.horizon, what, bins)))
        .flat_map(|(horizon, what, bins)| {
            bins.iter().enumerate().map(move |(at, bin)| (horizon, what, at, bin))
        })
        .collect();
    let number = |of: fn(&Bin) -> f64| Values::F64(rows.iter().map(|row| of(row.3)).collect());
    let whole = |of: fn(&Line<'_>) -> i64| Values::I64(rows.iter().map(of).collect());
    Table::new(vec![
        ("horizon".to_owned(), whole(|row| i64::from(row.0))),
        ("what".to_owned(), Values::Text(rows.iter().map(|row| row.1.to_owned()).collect())),
        ("bin".to_owned(), whole(|row| row.2 as i64 + 1)),
        ("n_rows".to_owned(), whole(|row| row.3.n_rows as i64)),
        ("predicted".to_owned(), number(|bin| bin.predicted)),
        ("realised".to_owned(), number(|bin| bin.realised)),
        ("low".to_owned(), number(|bin| bin.low)),
        ("high".to_owned(), number(|bin| bin.high)),
    ])
    .map_err(Failure::world)
}
