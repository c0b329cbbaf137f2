//! The help of all that follows `edgewalk ingest`.

use super::help_of;

#[test]
fn data() {
    insta::assert_snapshot!(help_of("data"), @r"
    Look at stored bars: list, audit, resample, export

    Usage: edgewalk data [OPTIONS] <COMMAND>

    Commands:
      list      List the stored bars
      audit     Tell what is wrong or odd in bars: stored ones, or files that are not stored yet
      resample  Make bars of a longer timeframe, and store them
      export    Write stored bars as CSV, to a file or to stdout
      help      Print this message or the help of the given subcommand(s)

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn data_list() {
    insta::assert_snapshot!(help_of("data list"), @r"
    List the stored bars

    Usage: edgewalk data list [OPTIONS]

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn data_audit() {
    insta::assert_snapshot!(help_of("data audit"), @r#"
    Tell what is wrong or odd in bars: stored ones, or files that are not stored yet

    Usage: edgewalk data audit [OPTIONS] [FILES]...

    Arguments:
      [FILES]...  Files to audit instead of what is stored

    Options:
          --symbol <SYMBOL>        The symbol [default: all that are stored; of files, the one they
                                   name]
          --timeframe <TIMEFRAME>  The timeframe [default: all that are stored; of files, told from
                                   their bars]
          --calendar <CALENDAR>    When the market trades: 24/7 or NYSE [default: data.calendar]
          --json                   Prints JSON
          --strict                 Ends with exit code 2 if anything is found
          --sort                   Of files: puts bars in the order of time first, as `ingest --sort`
                                   does
      -h, --help                   Print help (see more with '--help')

    Reading files:
          --format <binance|kraken|csv|parquet|feather|json>
              The kind of file, where it is told wrongly
          --column <OURS=THEIRS>
              A column's name in the file, such as --column close=Last; may be repeated
          --rename <THEIRS=OURS>
              Another name for a symbol in the file, such as --rename XBT=BTC; may be repeated
          --delimiter <CHARACTER>
              What stands between two values: comma, semicolon, tab, pipe, space, or the character
              itself [default: told from the file]
          --time-format <PATTERN>
              How times are written: s, ms, us or ns since 1970, or as in strftime, "%d.%m.%Y %H:%M"
          --time-zone <ZONE>
              The IANA zone of times that do not name one [default: UTC]
    "#);
}

#[test]
fn data_resample() {
    insta::assert_snapshot!(help_of("data resample"), @r"
    Make bars of a longer timeframe, and store them

    Usage: edgewalk data resample [OPTIONS] --to <TO>

    Options:
          --symbol <SYMBOL>        The symbol [default: all that are stored in the timeframe]
          --timeframe <TIMEFRAME>  The timeframe of the bars that it is made from [default:
                                   data.timeframe]
          --to <TO>                The longer timeframe, such as 1h
          --prefer <PREFER>        Whom to believe where new bars disagree with stored ones [possible
                                   values: old, new]
      -h, --help                   Print help (see more with '--help')
    ");
}

#[test]
fn data_export() {
    insta::assert_snapshot!(help_of("data export"), @r"
    Write stored bars as CSV, to a file or to stdout

    Usage: edgewalk data export [OPTIONS]

    Options:
          --symbol <SYMBOL>        The symbol [default: the first of data.symbols]
          --timeframe <TIMEFRAME>  The timeframe [default: data.timeframe]
      -o, --output <OUTPUT>        The file to write [default: stdout]; a Parquet file if its name ends
                                   so
      -h, --help                   Print help (see more with '--help')
    ");
}

#[test]
fn features() {
    insta::assert_snapshot!(help_of("features"), @r"
    Build the feature table and show it, a line per column

    Usage: edgewalk features [OPTIONS]
           edgewalk features <COMMAND>

    Commands:
      check      Prove, column by column, that nothing looks ahead
      functions  List the operators and indicators an expression may use
      sets       List the built-in sets and their expressions
      help       Print this message or the help of the given subcommand(s)

    Options:
          --symbol <SYMBOL>  The symbol [default: all of data.symbols]
          --csv              Writes CSV beside the Parquet file
          --f64              Keeps double precision (the trainer reads single)
          --fresh            Computes the table even if it is there
      -h, --help             Print help (see more with '--help')
    ");
}

#[test]
fn features_check() {
    insta::assert_snapshot!(help_of("features check"), @r"
    Prove, column by column, that nothing looks ahead

    Usage: edgewalk features check [OPTIONS]

    Options:
          --symbol <SYMBOL>      The symbol [default: all of data.symbols]
          --prefixes <PREFIXES>  Random prefixes to compute [default: 8]
          --starts <STARTS>      Random late starts to compute [default: 4]
      -h, --help                 Print help (see more with '--help')
    ");
}

#[test]
fn features_functions() {
    insta::assert_snapshot!(help_of("features functions"), @r"
    List the operators and indicators an expression may use

    Usage: edgewalk features functions [OPTIONS] [NAME]

    Arguments:
      [NAME]  Only those whose name contains this

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn features_sets() {
    insta::assert_snapshot!(help_of("features sets"), @r"
    List the built-in sets and their expressions

    Usage: edgewalk features sets [OPTIONS] [NAME]

    Arguments:
      [NAME]  Only this set

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn labels() {
    insta::assert_snapshot!(help_of("labels"), @r"
    Show what there is to predict: forward returns by horizon, and triple-barrier outcomes

    Usage: edgewalk labels [OPTIONS]

    Options:
          --symbol <SYMBOL>  The symbol [default: all of data.symbols]
      -h, --help             Print help (see more with '--help')
    ");
}

#[test]
fn folds() {
    insta::assert_snapshot!(help_of("folds"), @r"
    Show how history is cut into folds: train, early stop, calibrate, test, and what was purged

    Usage: edgewalk folds [OPTIONS]

    Options:
          --symbol <SYMBOL>            The symbol [default: the first of data.symbols]
          --train-weeks <TRAIN_WEEKS>  Weeks in each training window [default: walkforward.train_weeks]
          --test-weeks <TEST_WEEKS>    Weeks in each test window [default: walkforward.test_weeks]
          --json                       Prints JSON, row ranges included
      -h, --help                       Print help (see more with '--help')
    ");
}

#[test]
fn config() {
    insta::assert_snapshot!(help_of("config"), @r"
    Show, check or write the configuration

    Usage: edgewalk config [OPTIONS] <COMMAND>

    Commands:
      show   Print the configuration in effect: file, flags and defaults together
      check  Check the configuration and report all its faults at once
      init   Write a configuration file with every key, its default and its meaning
      help   Print this message or the help of the given subcommand(s)

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn config_show() {
    insta::assert_snapshot!(help_of("config show"), @r"
    Print the configuration in effect: file, flags and defaults together

    Usage: edgewalk config show [OPTIONS]

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn config_check() {
    insta::assert_snapshot!(help_of("config check"), @r"
    Check the configuration and report all its faults at once

    Usage: edgewalk config check [OPTIONS]

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn config_init() {
    insta::assert_snapshot!(help_of("config init"), @r"
    Write a configuration file with every key, its default and its meaning

    Usage: edgewalk config init [OPTIONS] [PATH]

    Arguments:
      [PATH]  The file to write [default: that of --config, else config.yml]

    Options:
          --force  Replace the file if it is there
      -h, --help   Print help (see more with '--help')
    ");
}
