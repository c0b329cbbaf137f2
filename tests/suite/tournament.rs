//! `edgewalk tournament`: many ensembles, few champions, and what they earn afterwards.

use std::collections::BTreeMap;

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 7800}
optimize: {train_bars: 1500, test_bars: 700, min_trades: 3}
tournament: {candidates: 12, champions: 3, samples: 3, bayes_trials: 12}
";

fn held(more: &[&str]) -> (Project, String) {
    let project = Project::of(CONFIG);
    let printed = project.done(&[&["tournament"], more].concat());
    (project, printed)
}

/// Results, pictures, and the ledger of trials.
fn written(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let of = |folder: &str| {
        let folder = folder.to_owned();
        project
            .tree(&folder)
            .into_iter()
            .map(move |(name, bytes)| (format!("{folder}/{name}"), bytes))
    };
    of("results").chain(of("logs")).collect()
}

fn same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in found {
        assert!(*bytes == expected[name], "`{name}` has other bytes");
    }
}

#[test]
fn threads_kills_and_repetition_change_no_byte() {
    let (one, printed) = held(&["--threads", "1"]);
    let expected = written(&one);
    let (two, printed_by_two) = held(&["--threads", "2"]);
    assert_eq!(printed, printed_by_two);
    same(&written(&two), &expected);
    assert_eq!(one.done(&["tournament"]), printed, "the same trials are no new ones");
    same(&written(&one), &expected);
    // Killed once a fold is on the disk, and a second time later on.
    let killed = Project::of(CONFIG);
    let mut n_killed = 0;
    for n_folds in [1, 3] {
        let mut child = killed.start(&["tournament", "--threads", "2"]);
        while child.try_wait().unwrap().is_none() {
            if n_lines(&killed) >= n_folds {
                child.kill().unwrap();
                n_killed += usize::from(child.wait().unwrap().code().is_none());
                break;
            }
            std::thread::yield_now();
        }
    }
    let run = killed.run(&["tournament"]);
    assert!(n_killed > 0 && run.stderr.contains("folds were played before"), "{run}");
    assert_eq!(run.stdout, printed);
    same(&written(&killed), &expected);
}

/// Of the journal of a run under way.
fn n_lines(project: &Project) -> usize {
    let journals = project.tree("results");
    let journal = journals.iter().find(|(name, _)| name.ends_with("folds.journal"));
    journal.map_or(0, |(_, bytes)| bytes.iter().filter(|byte| **byte == b'\n').count())
}

#[test]
fn every_fold_has_its_champions_and_every_try_is_on_record() {
    let (project, printed) = held(&[]);
    let told = |sentence: &str| assert!(printed.contains(sentence), "`{sentence}` in\n{printed}");
    told("12 candidates on 5 folds");
    told("of 15 champions earned out of sample");
    told("rank correlation 1.0000, 0 scores differ");
    told("All champions were run again and came to the same");
    let files = written(&project);
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(file, _)| file.ends_with(name)).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let champions = text("hybrid_optimization_champions.csv");
    assert_eq!(champions.lines().count(), 1 + 5 * 3);
    assert!(champions.starts_with("fold,rank,candidate,strategy,layers,ensemble,"), "{champions}");
    // 12 on 1/8, 6 on 1/4, 3 on half and all; then 12 of each champion.
    let survival = text("survival.csv");
    let first: Vec<&str> = survival.lines().skip(1).take(4).collect();
    let starts =
        ["0,1,12,188,0.125,6,", "0,2,6,375,0.25,3,", "0,3,3,750,0.5,0,", "0,4,3,1500,1,0,"];
    assert!(first.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{survival}");
    let tries = text("all_in_sample_training_runs.csv");
    let of_champions = tries.lines().filter(|line| line.starts_with("0,champion,")).count();
    assert_eq!(of_champions, 3 * 12);
    let n_settings = printed.split("folds, ").nth(1).unwrap().split(' ').next().unwrap();
    told(&format!("{n_settings} trials so far on these bars"));
    let pictures = ["survival.png", "equity.png", "in_and_out_of_sample.png"];
    assert!(pictures.iter().all(|end| files.keys().any(|name| name.ends_with(end))));
    let twins = ["champions", "training_runs", "survival"];
    let has = |end: String| files.keys().any(|name| name.ends_with(&end));
    assert!(twins.iter().all(|name| has(format!("{name}.parquet")) && has(format!("{name}.csv"))));
}

#[test]
fn what_cannot_be_is_refused() {
    let project = Project::with_market(3000);
    let refused = |set: &[&str]| {
        let sets = set.iter().flat_map(|set| ["--set", *set]);
        project.refusal(&["tournament"].into_iter().chain(sets).collect::<Vec<_>>())
    };
    insta::assert_snapshot!(project.refusal(&["tournament", "--candidates", "0"]), @r"
        error: --candidates 0 · tournament.candidates: expected a whole number of ensembles from 1 to 10,000, found 0
        exit code 2
        ");
    insta::assert_snapshot!(
        project.refusal(&["tournament", "--candidates", "3", "--champions", "4"]),
        @r"
        error: --champions 4 · tournament.champions: 4 champions of 3 candidates
        exit code 2
        "
    );
    insta::assert_snapshot!(refused(&["tournament.strategies=[rsi, emacross]"]), @r"
    error: there is no strategy `emacross`
    hint: did you mean `ema_cross`?
    exit code 2
    ");
    insta::assert_snapshot!(refused(&["tournament.strategies=[rsi]"]), @r"
    error: `tournament.strategies` names `rsi` alone: an ensemble has two members at least
    hint: name more, leave it empty for all, or use `edgewalk optimize`
    exit code 2
    ");
    insta::assert_snapshot!(refused(&["tournament.first_share=0"]), @r"
    error: --set tournament.first_share=0 · tournament.first_share: expected a number above 0, at most 1, found 0
    exit code 2
    ");
    insta::assert_snapshot!(refused(&["optimize.train_bars=5000", "optimize.test_bars=100"]), @r"
    error: 350 bars hold no window of 5000 bars to choose on and 100 to test
    hint: of 3000 bars the first 2650 are warm-up: more bars, an earlier `data.from`, or rules and layers that look less far back
    exit code 2
    ");
}
