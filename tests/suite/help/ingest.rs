//! The help of `edgewalk ingest`.

use super::help_of;

#[test]
fn ingest() {
    insta::assert_snapshot!(help_of("ingest"), @r"
    Bring bars into the store: from files, an exchange, or the built-in synthetic market

    Usage: edgewalk ingest [OPTIONS] [COMMAND]

    Commands:
      csv        Read files: exchange or any other CSV, Parquet, Feather, freqtrade JSON, or a zip of
                 one [aliases: parquet, feather, json, freqtrade, files]
      binance    Download from Binance: REST klines, or --bulk for the monthly archives with checksums
      kraken     Download from Kraken: the last 719 bars, or --trades for all of history; or read its
                 files
      synthetic  Make the synthetic market that the config describes, its truth beside
      help       Print this message or the help of the given subcommand(s)

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}

#[test]
fn ingest_csv() {
    insta::assert_snapshot!(help_of("ingest csv"), @r#"
    Read files: exchange or any other CSV, Parquet, Feather, freqtrade JSON, or a zip of one

    Usage: edgewalk ingest csv [OPTIONS] <FILES>...

    Arguments:
      <FILES>...  Files to read; if anything is found wrong in them, no bar of any is stored

    Options:
          --symbol <SYMBOL>        Whose bars they are, where the file does not say; of several symbols
                                   in it, the one to take
          --timeframe <TIMEFRAME>  The time one bar covers [default: told from the bars]
          --prefer <PREFER>        Whom to believe where new bars disagree with stored ones [possible
                                   values: old, new]
          --strict                 Refuses bars in which the audit finds anything
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
          --sort
              Puts bars in the order of time
          --dedup
              Drops exact repeats
    "#);
}

/// What a command has beside the section on files, which is that of `ingest csv`.
fn apart_from_reading(help: &str) -> &str {
    let (own, reading) = help.split_once("\nReading files:\n").unwrap();
    assert!(help_of("ingest csv").ends_with(reading), "{reading}");
    own
}

#[test]
fn ingest_binance() {
    insta::assert_snapshot!(apart_from_reading(&help_of("ingest binance")), @r"
    Download from Binance: REST klines, or --bulk for the monthly archives with checksums

    Usage: edgewalk ingest binance [OPTIONS] [FILES]...

    Arguments:
      [FILES]...  Files to read instead of downloading

    Options:
          --bulk                   Monthly archives with checksums, much faster than REST
          --market <MARKET>        spot or futures (USD-margined) [default: spot; of files, what their
                                   folders tell]
          --symbol <SYMBOL>        The symbol [default: the first of data.symbols; of files, the one
                                   they name]
          --timeframe <TIMEFRAME>  The time one bar covers [default: data.timeframe; of files, told from
                                   the bars]
          --from <TIME>            First bar, UTC, such as 2024-01-01 [default: data.from]
          --to <TIME>              Bars before this time, UTC [default: data.to, or up to the last
                                   closed bar]
          --base-url <URL>         Asks this server instead of the exchange's own
          --prefer <PREFER>        Whom to believe where new bars disagree with stored ones [possible
                                   values: old, new]
          --strict                 Refuses bars in which the audit finds anything
      -h, --help                   Print help (see more with '--help')
    ");
}

#[test]
fn ingest_kraken() {
    insta::assert_snapshot!(apart_from_reading(&help_of("ingest kraken")), @r"
    Download from Kraken: the last 719 bars, or --trades for all of history; or read its files

    Usage: edgewalk ingest kraken [OPTIONS] [FILES]...

    Arguments:
      [FILES]...  Files to read instead of downloading

    Options:
          --trades                 All of history, rolled from single trades; slow, one call a second
          --symbol <SYMBOL>        The symbol [default: the first of data.symbols; of files, the one
                                   they name]
          --timeframe <TIMEFRAME>  The time one bar covers [default: data.timeframe; of files, told from
                                   the bars]
          --from <TIME>            First bar, UTC, such as 2024-01-01 [default: data.from]
          --to <TIME>              Bars before this time, UTC [default: data.to, or up to the last
                                   closed bar]
          --base-url <URL>         Asks this server instead of the exchange's own
          --prefer <PREFER>        Whom to believe where new bars disagree with stored ones [possible
                                   values: old, new]
          --strict                 Refuses bars in which the audit finds anything
      -h, --help                   Print help (see more with '--help')
    ");
}

#[test]
fn ingest_synthetic() {
    insta::assert_snapshot!(help_of("ingest synthetic"), @r"
    Make the synthetic market that the config describes, its truth beside

    Usage: edgewalk ingest synthetic [OPTIONS]

    Options:
      -h, --help  Print help (see more with '--help')
    ");
}
