//! `edgewalk predict`: a stored model on rows it was not trained on.

use std::path::PathBuf;

use anyhow::Result;

use super::train::ic;
use super::{Global, print, table};
use crate::learn::conformal::Coverage;
use crate::pipeline::{self, Judged, PredictRange};
use crate::store;
use crate::units::Ts;

/// Predict rows that a model was not trained on
///
/// For each bar and horizon: the model's score, the expected return in bps, the chance of a rise
/// and an interval, in predictions.parquet of the run's folder under results/. Rows of the training
/// range, and those before it, are refused: what a model says of its own lessons cannot be traded.
/// Symbols, features, labels and calibration are the model's own; of the config, data.dir, data.from,
/// data.to and data.test are read. A range given by flags is part of the file's name.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The model's folder
    #[arg(long, default_value = "models/latest")]
    model: PathBuf,
    /// First bar to predict [default: data.test.from, else the first after the training range]
    #[arg(long, value_name = "TIME")]
    from: Option<Ts>,
    /// Bars before this time are predicted [default: data.test.to, else all]
    #[arg(long, value_name = "TIME")]
    to: Option<Ts>,
    /// Writes CSV beside the Parquet file
    #[arg(long)]
    csv: bool,
    /// Also rows the model was trained on, into a file of their own that no backtest takes
    #[arg(long)]
    in_sample: bool,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    let range = PredictRange { from: args.from, to: args.to, in_sample: args.in_sample };
    let predicted = pipeline::predict(&config, &args.model, range)?;
    let csv = predicted.path.with_extension("csv");
    if args.csv {
        store::write_csv(&csv, &predicted.table)?;
    }
    let (from, to) = predicted.range.unwrap_or_default();
    let header = [
        "horizon", "rows", "known", "IC", "hit rate", "slope", "R²", "inside", "calm", "middle",
        "wild",
    ];
    let mut text = format!(
        "{} {}, {} bars from {from} to {to}, by `{}`\n\n{}\n",
        predicted.model.report.symbols.join(", "),
        predicted.model.config.data.timeframe,
        predicted.table.n_rows(),
        predicted.model.folder.manifest.id,
        table(&header, predicted.horizons.iter().map(row))
    );
    let coverage = 100.0 * predicted.model.config.calibration.conformal_coverage;
    text += &format!(
        "known: rows whose return is over. slope: of realised on expected bps, 1 where expectations are\n\
         right, ± its error. R²: the part of the squared returns that expectations explain; below 0 they\n\
         are worse than expecting nothing. inside: returns within the {coverage:.0} % interval; then in the\n\
         calmest, middle and wildest third of the rows.\n"
    );
    if args.in_sample {
        text +=
            "note: the model has learnt from some of these rows: this tells nothing of its worth\n";
    }
    text += &format!("wrote `{}`\n", predicted.path.display());
    if args.csv {
        text += &format!("wrote `{}`\n", csv.display());
    }
    print(&text)
}

fn row(judged: &Judged) -> Vec<String> {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let held = |coverage: Option<&Coverage>| {
        coverage.map_or("–".to_owned(), |coverage| percent(coverage.held))
    };
    let thirds = judged.coverage.as_ref().map(|report| &report.by_volatility);
    let third = |k: usize| held(thirds.and_then(|thirds| thirds[k].as_ref()));
    // Expectations that hardly differ have no slope worth the name.
    let told = judged.line.as_ref().and_then(|line| Some((line.slope, line.slope_error?)));
    let told = told.filter(|(_, error)| *error < 2.0);
    let slope = told.map_or("–".to_owned(), |(slope, error)| format!("{slope:.2} ± {error:.2}"));
    vec![
        judged.horizon.to_string(),
        judged.n_rows.to_string(),
        judged.n_labelled.to_string(),
        ic(judged.ic),
        judged.hit_rate.map_or("–".to_owned(), percent),
        slope,
        judged.r2.map_or("–".to_owned(), |r2| format!("{:.2} %", 100.0 * r2)),
        held(judged.coverage.as_ref().map(|report| &report.overall)),
        third(0),
        third(1),
        third(2),
    ]
}
