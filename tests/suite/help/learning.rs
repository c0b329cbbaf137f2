//! The help of the commands around models.

use super::help_of;

#[test]
fn train() {
    insta::assert_snapshot!(help_of("train"), @"
    Train a model for each horizon, calibrate it, and store all of it under models/

    Usage: edgewalk train [OPTIONS]

    Options:
          --symbol <SYMBOL>  The symbol [default: all of data.symbols, as one data set]
          --tune <TRIALS>    Search this many settings of `learn` first, inside the training range
                             [default: tuning.trials]
          --fresh            Train even if the model is there
      -h, --help             Print help (see more with '--help')
    ");
}

#[test]
fn predict() {
    insta::assert_snapshot!(help_of("predict"), @"
    Predict rows that a model was not trained on

    Usage: edgewalk predict [OPTIONS]

    Options:
          --model <MODEL>  The model's folder [default: models/latest]
          --from <TIME>    First bar to predict [default: data.test.from, else the first after the
                           training range]
          --to <TIME>      Bars before this time are predicted [default: data.test.to, else all]
          --csv            Writes CSV beside the Parquet file
          --in-sample      Also rows the model was trained on, into a file of their own that no backtest
                           takes
      -h, --help           Print help (see more with '--help')
    ");
}

#[test]
fn explain() {
    insta::assert_snapshot!(help_of("explain"), @"
    Explain a model: exact SHAP values as a table and as pictures, a set for each horizon

    Usage: edgewalk explain [OPTIONS]

    Options:
          --model <MODEL>  The model's folder [default: models/latest]
          --from <TIME>    First bar to explain
          --to <TIME>      Bars before this time are explained
          --top <TOP>      Columns to show [default: 15]
      -h, --help           Print help (see more with '--help')
    ");
}
