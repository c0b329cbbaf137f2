//! `edgewalk train`: models for each horizon, calibrated, from one range of bars.

use anyhow::Result;

use super::progress::Drawn;
use super::{Global, print, symbols, table};
use crate::config::Flag;
use crate::learn::calibrate::{Fitted, Remark};
use crate::learn::horizon_weights::Ic;
use crate::learn::scores::HorizonScores;
use crate::learn::training::HorizonModel;
use crate::market::Symbol;
use crate::pipeline::{self, Model, Training, tuning_line};

/// Train a model for each horizon, calibrate it, and store all of it under models/
///
/// The range is `data.train`; its end is kept from the trees, to stop them in time and to
/// calibrate what they say. Whatever is fitted is fitted inside it. The same config, bars and seed
/// give the same bytes, and are not trained twice.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The symbol [default: all of data.symbols, as one data set]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Search this many settings of `learn` first, inside the training range [default: tuning.trials]
    #[arg(long, value_name = "TRIALS")]
    tune: Option<u32>,
    /// Train even if the model is there
    #[arg(long)]
    fresh: bool,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let flags: Vec<Flag> =
        args.tune.iter().map(|n| Flag::new("--tune", "tuning.trials", n)).collect();
    let config = global.load_with(&flags)?;
    let drawn = Drawn::new("train", "", global.quiet);
    let symbols = symbols(&config, args.symbol.as_ref());
    let training =
        Training { config: &config, symbols, fresh: args.fresh, progress: &drawn.counting() };
    let model = pipeline::train(&training)?;
    drop(drawn);
    show(&model)
}

fn show(model: &Model) -> Result<()> {
    let report = &model.report;
    let mut text = format!(
        "{} {}, {} of {} columns, decisions from {} to {}\n",
        report.symbols.join(", "),
        model.config.data.timeframe,
        model.config.learn.backend.name(),
        model.features.len(),
        report.from,
        report.until,
    );
    for slice in &report.slices {
        text += &format!(
            "  {:<10} {} to {}: {} rows, {} purged\n",
            slice.name, slice.from, slice.until, slice.n_rows, slice.n_purged
        );
    }
    if let Some(tuned) = &report.tuned {
        text += &format!("\n{}\n", tuning_line(tuned));
    }
    text += &scores(model);
    for line in remarks(model) {
        text += &format!("note: {line}\n");
    }
    let done = if model.is_old { "trained before:" } else { "wrote" };
    text += &format!("{done} `{}`\n", model.folder.path.display());
    print(&text)
}

fn scores(model: &Model) -> String {
    let report = &model.report;
    let header = [
        "horizon",
        "trees",
        "columns",
        "IC train",
        "IC early stop",
        "IC blocks",
        "IC calibrate",
        "bp worth",
        "p kept",
        "weight",
    ];
    let models = &model.fold.horizons;
    let rows = report.horizons.iter().zip(models).zip(&report.weights.weights);
    let table = table(&header, rows.map(|((s, m), w)| row(s, m, *w)));
    let seen = match model.config.learn.patience {
        Some(_) => "learnt `train`, their number was chosen on `early stop`",
        None => "learnt `train` and `early stop`",
    };
    format!(
        "\n{table}\nIC: rank correlation of prediction and return, ± its standard error. The trees have\n\
         {seen}; `calibrate` is the one slice they\n\
         have not seen; `blocks` is what they learnt, each block predicted by models trained without it.\n\
         `bp worth`: what a predicted bp is expected to bring. `p kept`: the part of the probability's\n\
         shape that stands out of its noise.\n"
    )
}

fn row(scores: &HorizonScores, model: &HorizonModel, weight: f64) -> Vec<String> {
    let share = |kept: Option<f64>| kept.map_or("–".to_owned(), |k| format!("{k:.2}"));
    vec![
        scores.horizon.to_string(),
        scores.rounds.map_or("–".to_owned(), |n| n.to_string()),
        scores.n_columns.to_string(),
        ic(scores.train.ic),
        ic(scores.early_stop.ic),
        ic(scores.blocks.as_ref().and_then(|blocks| blocks.ic)),
        ic(scores.calibrate.ic),
        share(kept(&model.calibration.bps)),
        share(kept(&model.calibration.probability)),
        format!("{weight:.2}"),
    ]
}

fn kept<C>(fitted: &Fitted<C>) -> Option<f64> {
    fitted.kept
}

/// `0.031 ± 0.012`
pub fn ic(ic: Option<Ic>) -> String {
    ic.map_or("–".to_owned(), |ic| format!("{:.3} ± {:.3}", ic.value, ic.error))
}

fn remarks(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    if !model.report.left_out.is_empty() {
        lines.push(format!(
            "not learnt from, since they follow the price's level: {}; `learn.price_levels` keeps them",
            model.report.left_out.join(", ")
        ));
    }
    for horizon in &model.fold.horizons {
        let of = |part: &str, remark: Option<&Remark>| {
            Some(format!("horizon {}, {part}: {}", horizon.horizon, remark?))
        };
        let calibration = &horizon.calibration;
        lines.extend(of("expected bps", calibration.bps.remark.as_ref()));
        lines.extend(of("chances", calibration.probability.remark.as_ref()));
    }
    lines.extend(
        model.report.weights.remark.iter().map(|remark| format!("horizon weights: {remark}")),
    );
    lines
}
