//! `edgewalk folds`: how history is cut.

use anyhow::Result;

use super::{Global, one_symbol, print, table};
use crate::config::{Config, Flag};
use crate::folds::{Fold, Slice};
use crate::market::Symbol;
use crate::pipeline;

/// Show how history is cut into folds: train, early stop, calibrate, test, and what was purged
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The symbol [default: the first of data.symbols]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Weeks in each training window [default: walkforward.train_weeks]
    #[arg(long, allow_negative_numbers = true)]
    train_weeks: Option<i64>,
    /// Weeks in each test window [default: walkforward.test_weeks]
    #[arg(long, allow_negative_numbers = true)]
    test_weeks: Option<i64>,
    /// Prints JSON, row ranges included
    #[arg(long)]
    json: bool,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let train = args.train_weeks.map(|w| Flag::new("--train-weeks", "walkforward.train_weeks", &w));
    let test = args.test_weeks.map(|w| Flag::new("--test-weeks", "walkforward.test_weeks", &w));
    let flags: Vec<Flag> = train.into_iter().chain(test).collect();
    let config = global.load_with(&flags)?;
    show(args, &config, one_symbol(&config, args.symbol.as_ref())?)
}

fn show(args: &Args, config: &Config, symbol: &Symbol) -> Result<()> {
    let bars = pipeline::bars(config, symbol)?;
    let warm_up = pipeline::settled(config, &bars)?;
    let folds = pipeline::folds(config, &bars, &pipeline::labels(config, &bars)?, warm_up)?;
    if args.json {
        return print(&serde_json::to_string_pretty(&folds)?);
    }
    let header = [
        "fold",
        "train from",
        "test from",
        "test until",
        "train",
        "stop",
        "calibrate",
        "test",
        "purged",
    ];
    let rows = table(&header, folds.folds().iter().map(fold_row));
    print(&format!(
        "{symbol} {}, {} bars, {warm_up} of them warm-up: {} folds\n\n{rows}\nnot tested: {} rows before, {} between, {} after the test windows\n",
        bars.timeframe(),
        bars.len(),
        folds.folds().len(),
        folds.rows_before_tests(),
        folds.rows_between_tests(),
        folds.rows_after_tests()
    ))
}

fn fold_row(fold: &Fold) -> Vec<String> {
    let mut row = vec![fold.idx().to_string(), fold.train().from().to_string()];
    row.extend([fold.test().from().to_string(), fold.test().until().to_string()]);
    row.extend(fold.slices().map(|slice| slice.rows().len().to_string()));
    let taken = |slice: &Slice| slice.purged_rows() + slice.embargoed_rows();
    row.push(fold.slices().into_iter().map(taken).sum::<u32>().to_string());
    row
}
