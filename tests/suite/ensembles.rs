//! Ensembles of one's own choice in `optimize`, and layers in a tournament.

use edgewalk::store::{Table, Values, read_table};

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 7800}
optimize: {train_bars: 1500, test_bars: 700, min_trades: 3, trials: 12, mode: random}
tournament: {candidates: 12, champions: 3, samples: 3, bayes_trials: 4}
";

fn table(project: &Project, of: &str, name: &str) -> Table {
    let files = project.files("results");
    let found = files.iter().find(|file| file.contains(of) && file.ends_with(name));
    let found = found.unwrap_or_else(|| panic!("{of} {name} in {files:?}"));
    read_table(&project.path(&format!("results/{found}")), None).unwrap()
}

fn texts(table: &Table, name: &str) -> Vec<String> {
    match table.column(name) {
        Some(Values::Text(texts)) => texts.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn an_ensemble_is_optimised_like_a_strategy() {
    let project = Project::of(CONFIG);
    let told = project.done(&["optimize", "--strategy", "any of ema_cross + donchian"]);
    assert!(told.contains("`any of ema_cross + donchian`: 12 settings"), "{told}");
    assert!(told.contains("searched: confirm_bars: "), "{told}");
    let settings = table(&project, "optimize-ema_cross-donchian-", "settings.parquet");
    let plans = texts(&settings, "plan");
    assert!(plans.iter().all(|plan| plan.starts_with("any of ema_cross(fast=")), "{plans:?}");
    assert!(settings.column("donchian.period").is_some());
    // What two rules mean is the same; what they are called is not.
    let other = project.done(&["optimize", "--strategy", "1 of ema_cross + donchian"]);
    let account = |told: &str| {
        told.lines().find(|line| line.starts_with("In one account")).unwrap().to_owned()
    };
    assert_eq!(account(&told), account(&other));
}

/// Where a search goes on to, it was led by windows that it is tested on; the luck of the best of many
/// is told of settings that were not.
#[test]
fn as_many_settings_are_compared_as_a_search_tries_but_none_that_it_was_led_to() {
    let project = Project::of(CONFIG);
    let told = project.done(&["optimize", "--mode", "tpe", "--trials", "20"]);
    assert!(told.contains("best setting against the luck of as many"), "{told}");
    assert!(told.contains(" 20 settings, each held fixed, were compared"), "{told}");
}

#[test]
fn a_champion_is_spelt_as_optimize_reads_it() {
    let project = Project::of(CONFIG);
    project.done(&["tournament", "--set", "tournament.layers=[session, session]"]);
    let champions = table(&project, "tournament-", "hybrid_optimization_champions.parquet");
    let (strategies, layers) = (texts(&champions, "strategy"), texts(&champions, "layers"));
    assert!(layers.iter().any(|text| text == "session"), "{layers:?}");
    assert!(layers.iter().all(|text| text.is_empty() || text == "session"), "{layers:?}");
    let told = project.done(&["optimize", "--strategy", &strategies[0]]);
    assert!(told.contains(&format!("`{}`: 12 settings", strategies[0])), "{told}");
}

#[test]
fn what_an_ensemble_cannot_be_is_said() {
    let project = Project::of(CONFIG);
    let refused = |strategy: &str| project.refusal(&["optimize", "--strategy", strategy]);
    let told = refused("all of rsi + macdd");
    assert!(
        told.contains("no strategy `macdd`") && told.contains("did you mean `macd`?"),
        "{told}"
    );
    let told = refused("rsi + macd");
    assert!(told.contains("`all of rsi + macd`"), "{told}");
    let told = refused("3 of rsi + macd");
    assert!(told.contains("`3` of 2 members can never agree"), "{told}");
    let told = project.refusal(&[
        "optimize",
        "--strategy",
        "all of rsi + macd",
        "--set",
        "optimize.space.period=5..9",
    ]);
    assert!(told.contains("did you mean `rsi.period`?"), "{told}");
}

#[test]
fn layers_stand_before_some_of_a_tournament() {
    let project = Project::of(CONFIG);
    project.done(&["tournament", "--set", "tournament.layers=[session, regime]"]);
    let ensembles = texts(&table(&project, "tournament-", "settings.parquet"), "ensemble");
    let behind = |what: &str| ensembles.iter().filter(|text| text.contains(what)).count();
    for what in ["behind session(", "regime("] {
        assert!((1..ensembles.len()).contains(&behind(what)), "{what}");
    }
    let listed = project.done(&["run", "list"]);
    assert!(listed.contains("3 of 12 behind session + regime, 1500/700 bars"), "{listed}");
}
