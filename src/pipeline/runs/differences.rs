//! How two runs differ: in what they were told, in what they were given, and in what came of it.

use std::collections::BTreeMap;

use super::facts::RunFacts;
use super::{FIGURES, run_facts};
use crate::config::Config;
use crate::failure::Failure;

/// A key whose value is not the same; `None` where there is no such key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDifference {
    pub key: String,
    pub values: [Option<String>; 2],
}

pub struct RunDifference {
    pub runs: [RunFacts; 2],
    /// Of the configs of the models, the last backtests and the last diagnoses; each key under the
    /// first of them that differs.
    pub keys: Vec<(&'static str, KeyDifference)>,
    /// Symbols whose bars are others, with their fingerprints.
    pub data: Vec<KeyDifference>,
    /// Horizon and rank IC.
    pub ics: Vec<(u64, [Option<f64>; 2])>,
    /// In the order of [`FIGURES`]; those that neither has are left out.
    pub figures: Vec<(usize, [Option<f64>; 2])>,
    /// Checks that ended otherwise.
    pub checks: Vec<KeyDifference>,
}

/// Each a run: an id, its beginning, or `latest`.
pub fn differences(a: &str, b: &str) -> Result<RunDifference, Failure> {
    let runs = [run_facts(a)?, run_facts(b)?];
    let [one, other] = &runs;
    let data = |run: &RunFacts| run.model.as_ref().map(|m| m.data.clone()).unwrap_or_default();
    let checks =
        |run: &RunFacts| run.checks().into_iter().map(|[name, .., end]| (name, end)).collect();
    let figure = |(at, figure): (usize, &super::Figure)| {
        let both = [one.figure(figure.place), other.figure(figure.place)];
        (both != [None, None]).then_some((at, both))
    };
    Ok(RunDifference {
        keys: keys(one, other),
        data: unlike(&data(one), &data(other)),
        ics: ics(one, other),
        figures: FIGURES.iter().enumerate().filter_map(figure).collect(),
        checks: unlike(&checks(one), &checks(other)),
        runs,
    })
}

/// Keys of a config whose values are not those of another, in the order of the schema.
pub fn changed(from: &Config, to: &Config) -> Vec<KeyDifference> {
    let [from, to] = [from, to].map(Config::values);
    let order: Vec<String> = to.iter().chain(&from).map(|(key, _)| key.clone()).collect();
    let [from, to] = [from, to].map(|values| values.into_iter().collect());
    let mut found = unlike(&from, &to);
    found.sort_by_cached_key(|one| order.iter().position(|key| *key == one.key));
    found
}

fn keys(one: &RunFacts, other: &RunFacts) -> Vec<(&'static str, KeyDifference)> {
    let first = if one.is_of_rules() && other.is_of_rules() { "rules" } else { "models" };
    let pairs = [
        (first, &one.config, &other.config),
        ("backtest", &one.backtest_config, &other.backtest_config),
        ("diagnosis", &one.diagnosis_config, &other.diagnosis_config),
    ];
    let mut found: Vec<(&'static str, KeyDifference)> = Vec::new();
    for (stage, one, other) in pairs {
        let Some((one, other)) = one.as_ref().zip(other.as_ref()) else { continue };
        for difference in changed(one, other) {
            if !found.iter().any(|(_, known)| *known == difference) {
                found.push((stage, difference));
            }
        }
    }
    found
}

fn unlike(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<KeyDifference> {
    let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
    names.sort();
    names.dedup();
    let of = |name: &String| KeyDifference {
        key: name.clone(),
        values: [a, b].map(|map| map.get(name).cloned()),
    };
    names.into_iter().map(of).filter(|found| found.values[0] != found.values[1]).collect()
}

fn ics(one: &RunFacts, other: &RunFacts) -> Vec<(u64, [Option<f64>; 2])> {
    let both = [one.ics(), other.ics()];
    let mut horizons: Vec<u64> = both.iter().flatten().map(|ic| ic.0).collect();
    horizons.sort_unstable();
    horizons.dedup();
    let of = |horizon: u64| {
        let ic = |ics: &Vec<(u64, f64, f64)>| ics.iter().find(|ic| ic.0 == horizon).map(|ic| ic.1);
        (horizon, [ic(&both[0]), ic(&both[1])])
    };
    horizons.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_differ_are_told_with_both_values() {
        let plain = Config::default();
        assert_eq!(changed(&plain, &plain), []);
        let mut other = plain.clone();
        other.seed = 8;
        other.learn.rounds = 5;
        let found = changed(&plain, &other);
        let keys: Vec<&str> = found.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["seed", "learn.rounds"]);
        assert_eq!(found[0].values[1].as_deref(), Some("8"));
    }
}
