//! `edgewalk explain`: what each column does in a stored model.

use std::path::PathBuf;

use anyhow::Result;

use super::{Global, print, table};
use crate::learn::explain::{ColumnImportance, Drift};
use crate::pipeline::{self, Explained, PredictRange};
use crate::units::Ts;

/// Explain a model: exact SHAP values as a table and as pictures, a set for each horizon
///
/// Without a range, rows of the training slice are explained, at most 20,000, evenly spread. With
/// one, those rows are, and compared with the training: columns that now do something else have
/// drifted.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The model's folder
    #[arg(long, default_value = "models/latest")]
    model: PathBuf,
    /// First bar to explain
    #[arg(long, value_name = "TIME")]
    from: Option<Ts>,
    /// Bars before this time are explained
    #[arg(long, value_name = "TIME")]
    to: Option<Ts>,
    /// Columns to show
    #[arg(long, default_value_t = 15)]
    top: usize,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    let is_asked = args.from.is_some() || args.to.is_some();
    let range = PredictRange { from: args.from, to: args.to, in_sample: true };
    let (model, explained) = pipeline::explain(&config, &args.model, is_asked.then_some(range))?;
    for horizon in &explained {
        print(&section(horizon, args.top))?;
    }
    print(&format!("model `{}`\n", model.folder.manifest.id))
}

fn section(explained: &Explained, top: usize) -> String {
    let size = if explained.n_rows == 0 { "coefficient" } else { "mean |SHAP|" };
    let header = ["rank", "column", size, "share", "direction"];
    let rows = table(&header, explained.importance.iter().take(top).map(row));
    let of = match explained.n_rows {
        0 => "no trees: sizes of standardised coefficients, no pictures".to_owned(),
        n => format!("{n} rows explained"),
    };
    let mut text = format!("horizon {} bars, {of}\n\n{rows}\n", explained.horizon);
    if let Some(drift) = &explained.drift {
        text += &drift_line(drift);
    }
    text += &format!("wrote `{}`\n", explained.table.display());
    for picture in &explained.pictures {
        text += &format!("wrote `{}`\n", picture.display());
    }
    text + "\n"
}

fn row(row: &ColumnImportance) -> Vec<String> {
    vec![
        row.rank.to_string(),
        row.name.clone(),
        format!("{:.4}", row.mean_abs),
        format!("{:.1} %", 100.0 * row.share),
        row.direction.map_or("–".to_owned(), |d| format!("{d:+.2}")),
    ]
}

fn drift_line(drift: &Drift) -> String {
    let drifted = drift.drifted();
    let names: Vec<&str> = drifted.iter().take(8).map(|column| column.name.as_str()).collect();
    let told = match names.as_slice() {
        [] => "no column beyond chance".to_owned(),
        names => {
            let more = drifted.len() - names.len();
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            let noun = if drifted.len() == 1 { "column" } else { "columns" };
            format!("{} {noun} beyond chance: {}{rest}", drifted.len(), names.join(", "))
        }
    };
    let like = drift.importance_spearman.map_or("–".to_owned(), |r| format!("{r:.2}"));
    format!("drift against the training slice: {told}; importances correlate by {like}\n")
}
