//! What the README names, one after the other, in an empty folder.

use crate::project::Project;

#[test]
fn a_newcomer_gets_from_an_empty_folder_to_folds() {
    let project = Project::new();
    let bars = ["--set", "synthetic.bars=20000"];
    let run = |command: &str| {
        let args: Vec<&str> = command.split(' ').chain(bars).collect();
        project.done(&args)
    };
    insta::assert_snapshot!(run("ingest"), @r"
    symbol  timeframe   made              from                to
    SYNTH          5m  20000  2022-01-03 00:00  2022-03-13 10:35
    ");
    let listed = run("data list");
    assert!(
        listed.lines().nth(1).unwrap().starts_with("SYNTH          5m  20000  2022-01-03 00:00")
    );
    assert!(run("data audit").ends_with("nothing found\n"));
    let table = run("features");
    assert!(table.starts_with("SYNTH 5m, 20000 bars, all settled after "), "{table}");
    for name in ["ema_10", "rsi_14", "bb_width", "macd_hist", "tf_1h_rsi_14", "in_london"] {
        assert!(table.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}");
    }
    assert_eq!(run("features --csv"), table);
    let check = run("features check");
    assert!(
        check.contains("SYNTH: 53 of 53 columns are causal (8 prefixes, 20000 bars one by one")
    );
    assert!(run("labels").contains("horizon  labels  no end  gap"));
    assert!(run("folds --train-weeks 4 --test-weeks 1").contains(" folds\n"));
    run("config init");
    insta::assert_snapshot!(project.done(&["config", "check"]), @"ok: `config.yml`, 193 keys set");
    run("config show");
    let kinds = ["bars/SYNTH/5m.parquet", "bars/SYNTH/5m.truth.json"];
    let files = project.files("data");
    assert!(kinds.iter().all(|kind| files.contains(&(*kind).to_owned())), "{files:?}");
    let features = files.iter().filter(|file| file.starts_with("features/SYNTH/5m-"));
    assert_eq!((features.count(), files.len()), (2, 4), "{files:?}");
}
