//! `edgewalk predict`: a stored model on rows it was not trained on.

use std::path::PathBuf;

use anyhow::Result;

use super::train::ic;
use super::{Global, print, table};
use crate::learn::conformal::Coverage;
use crate::pipeline::{self, Chances, Judged, PredictRange, Predicted};
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
    text += &legend(&predicted);
    text += &chances(&predicted.horizons);
    if !predicted.is_same {
        text += "note: the rows the model was trained on are not what they were: their bars have changed, \
                 or begin elsewhere; `edgewalk train` learns from those of today\n";
    }
    if args.in_sample {
        text +=
            "note: the model has learnt from some of these rows: this tells nothing of its worth\n";
    }
    for path in [&predicted.path].into_iter().chain(&predicted.reliability) {
        text += &format!("wrote `{}`\n", path.display());
    }
    if args.csv {
        text += &format!("wrote `{}`\n", csv.display());
    }
    print(&text)
}

fn legend(predicted: &Predicted) -> String {
    let coverage = 100.0 * predicted.model.config.calibration.conformal_coverage;
    format!(
        "known: rows whose return is over. slope: of realised on expected bps, 1 where expectations are\n\
         right, ± its error. R²: the part of the squared returns that expectations explain; below 0 they\n\
         are worse than expecting nothing. inside: returns within the {coverage:.0} % interval; then in the\n\
         calmest, middle and wildest third of the rows.\n"
    )
}

fn row(judged: &Judged) -> Vec<String> {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let held = |coverage: Option<&Coverage>| {
        coverage.map_or("–".to_owned(), |coverage| percent(coverage.held))
    };
    let thirds = judged.coverage.as_ref().map(|report| &report.by_volatility);
    let third = |k: usize| held(thirds.and_then(|thirds| thirds[k].as_ref()));
    let told = judged.line.as_ref().and_then(|line| Some((line.slope, line.slope_error?)));
    let slope = told.map_or("–".to_owned(), with_error);
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

fn chances(judged: &[Judged]) -> String {
    let header = [
        "horizon",
        "Brier",
        "of the rate",
        "reliability",
        "resolution",
        "ECE",
        "slope",
        "intercept",
    ];
    let rows = judged.iter().filter_map(|j| Some(chance(j.horizon, j.chances.as_ref()?)));
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n{}\nThe chance of a rise. Brier: its mean squared error, beside that of the rate of rises itself;\n\
         reliability (0 is best) and resolution (more is better) are its parts (Murphy 1973). ECE: the mean\n\
         distance of chance and frequency in at most ten bins of like numbers of rows. slope, intercept: of realised on told log odds.\n",
        table(&header, rows)
    )
}

fn chance(horizon: u32, chances: &Chances) -> Vec<String> {
    let brier = &chances.brier;
    let line = chances.line.as_ref().and_then(|line| Some((line, line.slope_error?)));
    let slope = line.map(|(line, error)| with_error((line.slope, error)));
    let intercept = line.map(|(line, _)| format!("{:.2}", line.intercept));
    let told = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    vec![
        horizon.to_string(),
        format!("{:.6}", brier.score),
        format!("{:.6}", brier.uncertainty),
        format!("{:.5}", brier.reliability),
        format!("{:.5}", brier.resolution),
        format!("{:.2} %", 100.0 * chances.ece),
        told(slope),
        told(intercept),
    ]
}

/// As many digits as the error leaves a meaning to.
fn with_error((value, error): (f64, f64)) -> String {
    if error < 2.0 {
        format!("{value:.2} ± {error:.2}")
    } else {
        format!("{value:.0} ± {error:.0}")
    }
}
