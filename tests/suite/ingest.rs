//! `edgewalk ingest` of good files, and what is asked for in vain.

use crate::project::{Project, rising, rising_from};

#[test]
fn a_file_is_stored_and_its_second_reading_changes_no_byte() {
    let project = Project::new();
    project.put("a.csv", rising(500));
    insta::assert_snapshot!(project.run(&["ingest", "csv", "a.csv", "--symbol", "UP"]), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    UP             5m   500    500     0       0         0     0  2024-01-01 00:00  2024-01-02 17:35
    ");
    let before = project.tree("data");
    assert_eq!(before.keys().collect::<Vec<_>>(), ["bars/UP/5m.parquet"]);
    insta::assert_snapshot!(project.run(&["ingest", "csv", "a.csv", "--symbol", "UP"]), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    UP             5m   500      0   500       0         0     0  2024-01-01 00:00  2024-01-02 17:35
    ");
    assert_eq!(project.tree("data"), before);
}

#[test]
fn the_order_of_files_makes_no_difference_nor_do_several_runs() {
    let (first, second) = (rising(300), rising_from(200, 300));
    let orders: [&[&[&str]]; 5] = [
        &[&["a.csv", "b.csv"]],
        &[&["b.csv", "a.csv"]],
        &[&["a.csv"], &["b.csv"]],
        &[&["b.csv"], &["a.csv"]],
        &[&["b.csv", "a.csv", "b.csv"], &["a.csv"]],
    ];
    let stored = orders.map(|runs| {
        let project = Project::new();
        project.put("a.csv", &first);
        project.put("b.csv", &second);
        for files in runs {
            let args = ["ingest", "csv", "--symbol", "UP"];
            project.done(&args.into_iter().chain(files.iter().copied()).collect::<Vec<_>>());
        }
        project.bytes("data/bars/UP/5m.parquet")
    });
    assert!(stored.iter().all(|bytes| *bytes == stored[0]));
}

#[test]
fn runs_that_bring_in_bars_of_one_symbol_at_once_lose_none() {
    let project = Project::new();
    let runs: Vec<_> = (0..4)
        .map(|k| {
            let file = format!("{k}.csv");
            project.put(&file, rising_from(k * 500, 500));
            project.start(&["ingest", "csv", &file, "--symbol", "UP"])
        })
        .collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let listed = project.done(&["data", "list"]);
    let row = listed.lines().nth(1).unwrap();
    assert_eq!(row.split_whitespace().nth(2), Some("2000"), "{listed}");
}

#[test]
fn bars_are_stored_under_the_name_in_their_file_unless_another_is_asked_for() {
    let project = Project::new();
    let named = rising(20).replace("\n2024", "\nETHUSDT,2024").replace("date,", "symbol,date,");
    project.put("eth.csv", named);
    let run = ["ingest", "--set", "data.source=csv", "--set", "data.files=[eth.csv]"];
    let named: Vec<_> = run.into_iter().chain(["--set", "data.symbols=[SOLUSDT]"]).collect();
    insta::assert_snapshot!(project.refusal(&named), @r"
    error: `eth.csv` says that its bars are of `ETHUSDT`, not of `SOLUSDT`
    hint: which is right? to store them as `SOLUSDT`: `--rename ETHUSDT=SOLUSDT`
    exit code 2
    ");
    project.done(&run);
    project.done(&["ingest", "csv", "eth.csv", "--rename", "ETHUSDT=SOLUSDT"]);
    assert_eq!(project.files("data"), ["bars/ETHUSDT/5m.parquet", "bars/SOLUSDT/5m.parquet"]);
}

#[test]
fn columns_described_by_flags_are_read_so_though_the_file_looks_like_an_exchanges() {
    let project = Project::new();
    let rows = (0..3).map(|i| format!("{},1,2,0.5,1,1.25,10\n", 1_704_067_200 + i * 300));
    project.put("a.csv", rows.collect::<String>());
    let names = ["time", "open", "high", "low", "close", "vwap", "volume"];
    let columns: Vec<_> = names.iter().enumerate().map(|(i, n)| format!("{n}={}", i + 1)).collect();
    let mut args = vec!["ingest", "csv", "a.csv", "--symbol", "X"];
    columns.iter().for_each(|column| args.extend(["--column", column]));
    project.done(&args);
    insta::assert_snapshot!(project.done(&["data", "export", "--symbol", "X"]).lines().nth(1).unwrap(), @"2024-01-01T00:00:00Z,1,2,0.5,1,10,1.25");
}

#[test]
fn one_file_of_many_symbols_gives_many() {
    let project = Project::new();
    let names = "time,BTC_open,BTC_high,BTC_low,BTC_close,BTC_volume,\
                 ETH_open,ETH_high,ETH_low,ETH_close,ETH_volume\n";
    let row = |minute: i64| format!("2024-01-01 00:0{minute},9,9,9,9,{minute},5,5,5,5,{minute}\n");
    project.put("wide.csv", format!("{names}{}{}{}", row(0), row(1), row(2)));
    insta::assert_snapshot!(project.done(&["ingest", "csv", "wide.csv"]), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    BTC            1m     3      3     0       0         0     0  2024-01-01 00:00  2024-01-01 00:02
    ETH            1m     3      3     0       0         0     0  2024-01-01 00:00  2024-01-01 00:02
    ");
}

#[test]
fn columns_times_and_zones_are_named_by_flags_or_by_the_config() {
    let text =
        "when,O,H,L,last,amount,note\n02.01.2024 09:30,1,2,1,2,7,x\n02.01.2024 09:31,2,2,1,1,8,y\n";
    let flags = Project::new();
    flags.put("odd.csv", text);
    let columns = ["time=when", "open=O", "high=H", "low=L", "close=last", "volume=amount"];
    let mut args = vec!["ingest", "csv", "odd.csv", "--symbol", "ODD", "--timeframe", "1m"];
    columns.iter().for_each(|column| args.extend(["--column", column]));
    args.extend(["--time-format", "%d.%m.%Y %H:%M", "--time-zone", "America/New_York"]);
    insta::assert_snapshot!(flags.run(&args), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    ODD            1m     2      2     0       0         0     0  2024-01-02 14:30  2024-01-02 14:31
     INFO `ODD`: columns left out: note
    ");
    let config = Project::new();
    config.put("odd.csv", text);
    config.put(
        "config.yml",
        "data:
  source: csv
  files: [odd.csv]
  symbols: [ODD]
  timeframe: 1m
  csv:
    time_format: \"%d.%m.%Y %H:%M\"
    timezone: America/New_York
    columns: {ts: when, open: O, high: H, low: L, close: last, volume: amount}
",
    );
    config.done(&["ingest"]);
    assert_eq!(config.tree("data"), flags.tree("data"));
}

#[test]
fn what_the_config_says_of_separators_and_units_is_believed() {
    let project = Project::new();
    let rows = (0..3).map(|i| format!("{}|9|9|9|9|{i}\n", 86_400_000 + i * 300_000));
    project.put("a.csv", format!("time|open|high|low|close|volume\n{}", rows.collect::<String>()));
    let ingest = ["ingest", "csv", "a.csv", "--symbol", "X"];
    insta::assert_snapshot!(project.refusal(&ingest), @r"
    error: `a.csv` has no columns: no comma, semicolon or tab in its first lines
    hint: `--delimiter` says what stands between its values
    exit code 2
    ");
    let told = ["--set", "data.csv.delimiter=pipe", "--set", "data.csv.time_format=ms"];
    let args: Vec<&str> = ingest.into_iter().chain(told).collect();
    insta::assert_snapshot!(project.done(&args), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m     3      3     0       0         0     0  1970-01-02 00:00  1970-01-02 00:10
    ");
}

#[test]
fn only_results_and_errors_are_told_to_the_quiet() {
    let project = Project::new();
    let gap = format!("{}{}", rising(10), rising_from(20, 5).split_once('\n').unwrap().1);
    project.put("gap.csv", gap);
    let loud = project.run(&["ingest", "csv", "gap.csv", "--symbol", "UP"]);
    assert_eq!(loud.stderr, " WARN `UP`: gap (10); `edgewalk data audit` tells where\n");
    let quiet = project.run(&["-q", "ingest", "csv", "gap.csv", "--symbol", "UP"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn many_symbols_of_which_there_is_something_to_say_share_a_line() {
    let project = Project::new();
    let mut text = "symbol,date,open,high,low,close,volume,note\n".to_owned();
    for symbol in ["AA", "BB", "CC", "DD", "EE"] {
        let (first, second) = (rising(10), rising_from(20, 5));
        let rows = first.lines().skip(1).chain(second.lines().skip(1));
        rows.for_each(|row| text += &format!("{symbol},{row},x\n"));
    }
    project.put("all.csv", text);
    insta::assert_snapshot!(project.run(&["ingest", "csv", "all.csv"]).stderr, @r"
    INFO `AA` and 4 more symbols: columns left out: note
    WARN `AA`: gap (10); `edgewalk data audit` tells where
    WARN `BB`: gap (10); `edgewalk data audit` tells where
    WARN `CC`: gap (10); `edgewalk data audit` tells where
    WARN … and 2 more symbols: gap (20); `edgewalk data audit` tells where
    ");
    assert_eq!(project.done(&["data", "list"]).lines().count(), 6);
}

#[test]
fn bars_that_the_audit_has_something_to_say_of_are_refused_by_the_strict() {
    let gap = format!("{}{}", rising(10), rising_from(20, 5).split_once('\n').unwrap().1);
    let project = Project::new();
    project.put("gap.csv", gap);
    let ingest = ["ingest", "csv", "gap.csv", "--symbol", "UP"];
    let by_flag: Vec<&str> = ingest.into_iter().chain(["--strict"]).collect();
    insta::assert_snapshot!(project.refusal(&by_flag), @r"
    error: the bars of `UP` are refused: gap (10); the first at `2024-01-01 00:50`
    hint: `edgewalk data audit gap.csv --symbol UP` shows more
    exit code 2
    ");
    let by_config: Vec<&str> = ingest.into_iter().chain(["--set", "data.strict=true"]).collect();
    assert_eq!(project.refusal(&by_config), project.refusal(&by_flag));
    let audit = project.done(&["data", "audit", "gap.csv", "--symbol", "UP"]);
    assert!(audit.contains("2024-01-01 00:50 to 2024-01-01 01:35"), "{audit}");
    project.put("a.csv", rising(10));
    project.put("b.csv", rising_from(20, 5));
    let two = ["ingest", "csv", "a.csv", "b.csv", "--symbol", "UP", "--strict"];
    insta::assert_snapshot!(project.refusal(&two), @r"
    error: the bars of `UP` are refused: gap (10); the first at `2024-01-01 00:50`
    hint: stored without `strict`, `edgewalk data audit --symbol UP` shows more
    exit code 2
    ");
    assert_eq!(project.files("data"), [""; 0]);
    project.put("whole.csv", rising(40));
    project.done(&["ingest", "csv", "whole.csv", "--symbol", "UP", "--strict"]);
}

#[test]
fn synthetic_bars_and_a_users_own_are_never_mixed() {
    let project = Project::with_market(100);
    project.put("a.csv", rising(50));
    let before = project.tree("data");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "a.csv", "--symbol", "SYNTH"]), @r"
    error: the stored `5m` bars of `SYNTH` are synthetic
    hint: name another symbol, or remove them and `data/bars/SYNTH/5m.truth.json`
    exit code 2
    ");
    assert_eq!(project.tree("data"), before);
    project.done(&["ingest", "csv", "a.csv", "--symbol", "MINE"]);
    let before = project.tree("data");
    let over = ["ingest", "synthetic", "--set", "data.symbols=[SYNTH,MINE]"];
    insta::assert_snapshot!(project.refusal(&over), @r"
    error: the stored bars of `MINE` were not made by us
    hint: name another symbol in `data.symbols`, or move them away
    exit code 2
    ");
    assert_eq!(project.tree("data"), before, "not even the first of them is written");
}

#[test]
fn what_cannot_be_ingested_is_said_and_how_it_can() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["ingest", "--set", "data.source=store"]), @r"
    error: `data.source` is `store`: there is nothing to ingest
    hint: `edgewalk data list` shows what is stored
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "--set", "data.source=csv"]), @r"
    error: --set data.source=csv · data.source: `source: csv` needs at least one file in `data.files`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "none.csv"]), @r"
    error: cannot read `none.csv`: No such file or directory (os error 2)
    exit code 2
    ");
}

#[test]
fn what_is_asked_for_in_a_wrong_way_is_said_and_how_it_is_right() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["ingest", "csv"]), @r"
    error: the following required arguments were not provided:
      <FILES>...

    Usage: edgewalk ingest csv <FILES>...

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "x", "--symbol", "a/b"]), @r"
    error: invalid value 'a/b' for '--symbol <SYMBOL>': `a/b` is not a symbol: letters, digits, `.`, `_` and `-`, at most 32, beginning with a letter or digit

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "x", "--timeframe", "5x"]), @r"
    error: invalid value '5x' for '--timeframe <TIMEFRAME>': `5x` is not a timeframe: a count and one of s, m, h, d, w, such as `5m` or `1h`

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "x", "--column", "close"]), @r"
    error: invalid value 'close' for '--column <OURS=THEIRS>': expected OURS=THEIRS, such as close=Last

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn no_more_threads_are_started_than_any_machine_has() {
    let project = Project::new();
    for n in ["0", "200000"] {
        let said = project.refusal(&["config", "check", "--threads", n]);
        assert!(said.contains("is not in 1..=1024"), "{said}");
    }
    project.done(&["config", "check", "--threads", "3"]);
}

#[test]
fn a_command_that_is_none_is_said_with_the_nearest() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["ingset"]), @r"
    error: unrecognized subcommand 'ingset'

      tip: some similar subcommands exist: 'diagnose', 'ingest'

    Usage: edgewalk [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "--threds", "2"]), @r"
    error: unexpected argument '--threds' found

      tip: a similar argument exists: '--threads'

    Usage: edgewalk ingest --threads <N>

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "coinbase"]), @r"
    error: `coinbase` is no source to ingest from
    hint: `csv FILES…`, `binance`, `kraken` or `synthetic`
    exit code 2
    ");
    let no_command = project.run(&[]);
    assert_eq!((no_command.code, no_command.stdout.as_str()), (2, ""));
    assert!(no_command.stderr.contains("Usage: edgewalk [OPTIONS] <COMMAND>"));
}

#[test]
fn the_timeframe_is_told_by_the_bars_in_order_and_given_is_believed() {
    let project = Project::new();
    let text = rising(40);
    let (header, rows) = text.split_once('\n').unwrap();
    // Every third row first, so that no two neighbours in the file are neighbours in time.
    let rows: Vec<&str> = rows.lines().collect();
    let shuffled = (0..3).flat_map(|k| rows.iter().skip(k).step_by(3).copied());
    project.put("a.csv", format!("{header}\n{}\n", shuffled.collect::<Vec<_>>().join("\n")));
    let stored = project.done(&["ingest", "csv", "a.csv", "--symbol", "UP", "--sort"]);
    assert!(stored.lines().nth(1).unwrap().starts_with("UP             5m    40"), "{stored}");
    // Thinly traded: mostly ten minutes apart, never five, but on the grid of five.
    let thin =
        rows.iter().enumerate().filter(|(i, _)| if *i < 20 { i % 2 == 0 } else { i % 2 > 0 });
    let thin: Vec<&str> = thin.map(|(_, row)| *row).collect();
    project.put("b.csv", format!("{header}\n{}\n", thin.join("\n")));
    let given = ["ingest", "csv", "b.csv", "--symbol", "THIN", "--timeframe", "5m"];
    let stored = project.done(&given);
    assert!(stored.lines().nth(1).unwrap().starts_with("THIN           5m    20"), "{stored}");
}

#[test]
fn a_last_number_that_may_be_cut_is_not_stored_in_silence() {
    let project = Project::new();
    let whole = rising(40).replace(",5\n", ",15.25\n").replace(",6\n", ",16.25\n");
    let whole: String = whole.lines().take(10).map(|line| format!("{line}.125\n")).collect();
    let whole = whole.replacen("volume.125", "volume", 1).replace(".25.125", ".125");
    project.put("cut.csv", &whole[..whole.len() - 3]);
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "cut.csv", "--symbol", "UP"]), @r"
    error: `cut.csv`, line 10, column 6 (`volume`): the file ends here, and `16.1` is shorter than in any other line
    hint: was it cut off? then download it again; if not, end its last line
    exit code 2
    ");
    project.put("open.csv", &whole[..whole.len() - 1]);
    let run = project.run(&["ingest", "csv", "open.csv", "--symbol", "UP"]);
    assert_eq!(run.code, 0, "{run}");
    insta::assert_snapshot!(run.stderr, @r"
     WARN `open.csv`: no end of line: 2024-01-01 00:40: the file ends in `16.125`, which is taken to be whole
    ");
}
