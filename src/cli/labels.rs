//! `edgewalk labels`: what there is to predict.

use anyhow::Result;

use super::{Global, print, symbols, table};
use crate::config::Config;
use crate::failure::Failure;
use crate::labels::{BarrierLabels, BarrierMissing, Labels};
use crate::market::{Bars, Symbol};
use crate::{pipeline, stats};

/// Show what there is to predict: forward returns by horizon, and triple-barrier outcomes
///
/// Labels whose way crosses a gap wider than labels.max_gap_bars are missing, and counted.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The symbol [default: all of data.symbols]
    #[arg(long)]
    symbol: Option<Symbol>,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    for symbol in symbols(&config, args.symbol.as_ref()) {
        show(&config, &pipeline::bars(&config, symbol)?)?;
    }
    Ok(())
}

fn show(config: &Config, bars: &Bars) -> Result<()> {
    let labels = pipeline::labels(config, bars)?;
    check_any(&labels, bars)?;
    let header = ["horizon", "labels", "no end", "gap", "mean bps", "sd bps", "up"];
    let returns = table(&header, labels.iter().map(horizon_row));
    let outcomes = barrier_line(&pipeline::barriers(config, bars)?);
    print(&format!(
        "{} {}, {} bars\n\n{returns}\n{outcomes}\n",
        bars.symbol(),
        bars.timeframe(),
        bars.len()
    ))
}

/// A table without a single label would only look like one.
fn check_any(labels: &[Labels], bars: &Bars) -> Result<(), Failure> {
    let Some(shortest) = labels.iter().min_by_key(|labels| labels.horizon) else { return Ok(()) };
    if labels.iter().any(|labels| labels.y_bps.iter().any(|y| !y.is_nan())) {
        return Ok(());
    }
    let (horizon, missing) = (shortest.horizon, shortest.missing);
    let message = format!(
        "{} bars of `{}` give no label: at the shortest horizon, {horizon}, {} of them have no bar \
         to end at and {} a gap in their way",
        bars.len(),
        bars.symbol(),
        missing.end,
        missing.gap
    );
    Err(Failure::user(message).hint("more bars, or shorter `labels.horizons`"))
}

fn horizon_row(labels: &Labels) -> Vec<String> {
    let present: Vec<f64> = labels.y_bps.iter().copied().filter(|y| !y.is_nan()).collect();
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.2}"));
    let n_up = present.iter().filter(|y| **y > 0.0).count();
    let up = (!present.is_empty()).then(|| 100.0 * n_up as f64 / present.len() as f64);
    vec![
        labels.horizon.to_string(),
        present.len().to_string(),
        labels.missing.end.to_string(),
        labels.missing.gap.to_string(),
        number(stats::mean(&present)),
        number(stats::sd(&present)),
        up.map_or("–".to_owned(), |share| format!("{share:.1} %")),
    ]
}

fn barrier_line(labels: &BarrierLabels) -> String {
    let known: Vec<i8> = labels.outcomes.iter().flatten().map(|o| o.exit.sign()).collect();
    let n = known.len();
    if n == 0 {
        let BarrierMissing { no_atr, end, gap, .. } = labels.missing;
        return format!(
            "long at every bar: no outcome; {no_atr} bars have no range yet, {end} are too near \
             the end, {gap} too near a gap"
        );
    }
    let share = |sign: i8| {
        let hits = known.iter().filter(|s| **s == sign).count();
        format!("{:.1} %", 100.0 * hits as f64 / n as f64)
    };
    let contested = labels.outcomes.iter().flatten().filter(|o| o.contested).count();
    format!(
        "long at every bar: target {}, stop {}, time limit {} of {n}; stop and target in one bar: {contested}",
        share(1),
        share(-1),
        share(0)
    )
}
