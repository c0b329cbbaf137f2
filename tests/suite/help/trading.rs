//! The help of what trades predictions.

use super::help_of;

#[test]
fn walkforward() {
    insta::assert_snapshot!(help_of("walkforward"), @r"
    Retrain as time goes by, predict the weeks after each training, and trade all of them

    Usage: edgewalk walkforward [OPTIONS]

    Options:
          --symbol <SYMBOL>      The symbol [default: all of data.symbols, as one data set]
          --train-weeks <WEEKS>  Weeks in each training window [default: walkforward.train_weeks]
          --test-weeks <WEEKS>   Weeks in each test window [default: walkforward.test_weeks]
          --step-weeks <WEEKS>   Weeks from one test window's beginning to the next [default:
                                 walkforward.step_weeks]
          --mode <MODE>          rolling forgets what lies before the training window, anchored keeps
                                 everything [default: walkforward.mode]
          --retrain <WHEN>       schedule trains for each test window, drift once inputs or results have
                                 changed [default: walkforward.retrain]
          --compare              With --retrain drift: also train by schedule, and tell what drift saves
                                 and what it loses
          --fresh                Compute every fold, even those that are there
          --diag-h <BARS>        Follow the decay of the predictions over so many bars [default:
                                 verdict.decay_bars]
          --require-pass         Exit with code 1 unless the verdict is `pass`
          --csv                  Write every table of the diagnosis as CSV, too, beside the Parquet
          --tables               Print every table, not the first alone
      -h, --help                 Print help (see more with '--help')
    ");
}

#[test]
fn diagnose() {
    insta::assert_snapshot!(help_of("diagnose"), @r"
    Judge a stored run: every table, every picture and the verdict, from what it has written

    Usage: edgewalk diagnose [OPTIONS]

    Options:
          --run <RUN>      The run: its id, or the beginning of it (`edgewalk run list`) [default:
                           latest]
          --diag-h <BARS>  Follow the decay of the predictions over so many bars [default:
                           verdict.decay_bars]
          --require-pass   Exit with code 1 unless the verdict is `pass`
          --csv            Write every table of the diagnosis as CSV, too, beside the Parquet
          --tables         Print every table, not the first alone
      -h, --help           Print help (see more with '--help')
    ");
}

#[test]
fn backtest() {
    insta::assert_snapshot!(help_of("backtest"), @r"
    Trade the predictions of a stored run, at the costs and by the rules of the config

    Usage: edgewalk backtest [OPTIONS]

    Options:
          --run <RUN>      The run: its id, or the beginning of it (`edgewalk run list`) [default:
                           latest]
          --live           Computes features, predictions and decisions bar by bar, as in production:
                           slower, and the same to the last bit
          --model <MODEL>  With --live: the model's folder [default: models/latest]
          --from <TIME>    With --live: first bar to trade [default: as predict]
          --to <TIME>      With --live: bars before this time are traded [default: as predict]
      -h, --help           Print help (see more with '--help')
    ");
}

#[test]
fn sweep() {
    insta::assert_snapshot!(help_of("sweep"), @r"
    Try many settings on the predictions of a stored run, and rank them

    Usage: edgewalk sweep [OPTIONS]

    Options:
          --run <RUN>          The run: its id, or the beginning of it (`edgewalk run list`) [default:
                               latest]
          --sampler <SAMPLER>  How settings are chosen: all of them, by chance, or where earlier ones
                               were good [default: grid] [possible values: grid, random, tpe]
          --trials <N>         Settings to try [default: random 1000, tpe 200; a grid is tried whole]
          --top <N>            Settings to show [default: 20]
      -h, --help               Print help (see more with '--help')
    ");
}

#[test]
fn strategies() {
    insta::assert_snapshot!(help_of("strategies"), @r"
    List the rule strategies, or show one with its parameters and conditions

    Usage: edgewalk strategies [OPTIONS] [NAME]...

    Arguments:
      [NAME]...  Strategies, layers, or `exits`

    Options:
          --json  Prints JSON
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn tournament() {
    insta::assert_snapshot!(help_of("tournament"), @r"
    Let random ensembles of rule strategies compete on each window, and try the champions on the bars
    after it

    Usage: edgewalk tournament [OPTIONS]

    Options:
          --candidates <N>    Random ensembles, the same on all windows [default: tournament.candidates]
          --champions <N>     How many are left in the end [default: tournament.champions]
          --bayes-trials <N>  Settings of each champion that are tried on the whole window
          --train-weeks <N>   Weeks of each training window
          --test-weeks <N>    Weeks of each test window
          --train-bars <N>    Bars of each training window, in place of weeks
          --test-bars <N>     Bars of each test window
          --step-bars <N>     Bars from one test window to the next [default: no bar is left out]
          --symbol <SYMBOL>   The symbol [default: the first of data.symbols]
          --top <N>           Folds to show [default: 6]
      -h, --help              Print help (see more with '--help')
    ");
}

#[test]
fn optimize() {
    insta::assert_snapshot!(help_of("optimize"), @r"
    Choose a rule strategy's settings on each window, and try them on the bars after it

    Usage: edgewalk optimize [OPTIONS]

    Options:
          --strategy <NAME>  The strategy, or an ensemble such as 'all of rsi + macd' or '2 of rsi +
                             macd + mfi' [default: optimize.strategy]
          --mode <MODE>      Which settings are tried: grid, random, two_stage, tpe, gaussian_process
                             (or bayes), halving, hyperband
          --trials <N>       Settings to try, for all modes but grid; two-stage goes on around the best
                             of them
          --train-weeks <N>  Weeks of each training window
          --test-weeks <N>   Weeks of each test window
          --train-bars <N>   Bars of each training window, in place of weeks
          --test-bars <N>    Bars of each test window
          --step-bars <N>    Bars from one test window to the next [default: no bar is left out]
          --symbol <SYMBOL>  The symbol [default: the first of data.symbols]
          --top <N>          Windows to show [default: 12]
      -h, --help             Print help (see more with '--help')
    ");
}
