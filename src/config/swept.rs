//! `--set KEY=SPACE`: keys of which a sweep tries several values.

use std::collections::BTreeMap;

use super::Config;
use super::fault::{Fault, Faults, Place};
use super::flag::{nest, parse_value};
use super::search_space::{parse, value};
use super::setting::{Reading, Setting, Spot};
use crate::search::{Dimension, DimensionParams, Point, SpaceParams, Value};

/// Overrides, told apart: those that are one value, and those that are many.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Swept {
    plain: Vec<String>,
    axes: BTreeMap<String, Axis>,
}

#[derive(Debug, Clone, PartialEq)]
struct Axis {
    /// The flag as it was typed.
    place: Place,
    params: DimensionParams,
}

/// What predictions do not depend on.
const SECTIONS: [&str; 2] = ["trading_logic.", "backtest."];
const WANTED: &str = "expected a range such as `0.5..3.0:0.1` (start, end, step), `1..100 log`, or \
                      a list such as `1 | 2 | null`";

impl Swept {
    /// Takes `KEY=VALUE`s apart; of those with the same key the last counts.
    pub fn of(sets: &[String]) -> Result<Self, Faults> {
        let (mut swept, mut faults) = (Self::default(), Vec::new());
        for set in sets {
            let place = Place::whole(&format!("--set {set}"));
            match set.split_once('=').and_then(|(key, text)| many(key.trim(), text.trim())) {
                None => {
                    let key = set.split_once('=').map_or("", |(key, _)| key.trim());
                    swept.axes.remove(key);
                    swept.plain.push(set.clone());
                }
                Some((key, Ok(params))) => drop(swept.axes.insert(key, Axis { place, params })),
                Some((key, Err(message))) => {
                    faults.push(Fault { place, key, message, hint: None });
                }
            }
        }
        if faults.is_empty() { Ok(swept) } else { Err(Faults::new(faults)) }
    }

    /// The overrides that are one value.
    pub fn plain(&self) -> &[String] {
        &self.plain
    }

    pub fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    pub fn space(&self) -> SpaceParams {
        SpaceParams(
            self.axes.iter().map(|(key, axis)| (key.clone(), axis.params.clone())).collect(),
        )
    }

    /// The flag that a key is swept by, as it was typed.
    pub fn typed(&self, key: &str) -> Option<&str> {
        self.axes.get(key).map(|axis| &*axis.place.source)
    }

    /// The config with the first value of each key: the same whatever the config says of them.
    pub fn anchored(&self, config: &Config) -> Config {
        let (mut reading, mut config) = (Reading::new(Vec::new()), config.clone());
        for (key, axis) in &self.axes {
            let first = axis.params.check().map(|dimension| telling(&dimension).swap_remove(0));
            if let Ok(first) = first {
                read(&mut config, (key, &first, &axis.place), &mut reading);
            }
        }
        config
    }

    /// Whether the config takes what is swept: every choice, and of a range its ends and first step.
    /// What it takes of two keys together is not asked.
    pub fn check(&self, config: &Config) -> Result<(), Faults> {
        let mut faults = Vec::new();
        for (key, axis) in &self.axes {
            let values = axis.params.check().map(|dimension| telling(&dimension));
            let (mut reading, mut config) = (Reading::new(config.keys()), config.clone());
            for value in values.unwrap_or_default() {
                read(&mut config, (key, &value, &axis.place), &mut reading);
            }
            faults.extend(reading.into_faults().into_iter().next());
        }
        if faults.is_empty() { Ok(()) } else { Err(Faults::new(faults)) }
    }
}

impl Config {
    /// With a point's values, as `--set` would set them.
    pub fn at(&self, point: &Point) -> Result<Self, Faults> {
        let (mut config, mut reading) = (self.clone(), Reading::new(Vec::new()));
        for (key, value) in point {
            let place = Place::whole(&format!("--set {key}={value}"));
            read(&mut config, (key, value, &place), &mut reading);
        }
        config.cross(&mut reading);
        let faults = reading.into_faults();
        if faults.is_empty() { Ok(config) } else { Err(Faults::new(faults)) }
    }
}

fn read(config: &mut Config, (key, value, place): (&str, &Value, &Place), reading: &mut Reading) {
    match parse_value(&value.to_string(), place) {
        Ok(node) => config.read(&nest(key, node, place), &Spot::root(), reading),
        Err(fault) => reading.push(*fault),
    }
}

/// Values that tell whether all will do.
fn telling(dimension: &Dimension) -> Vec<Value> {
    match dimension {
        Dimension::Float { .. } => vec![dimension.decode(0.0), dimension.decode(1.0)],
        Dimension::Choice(values) => values.clone(),
        counted => {
            let last = counted.n_values().unwrap_or(1) - 1;
            [0, 1, last].map(|k| counted.nth(k)).to_vec()
        }
    }
}

type Read = (String, Result<DimensionParams, String>);

/// The values of a key, where it is given many.
fn many(key: &str, text: &str) -> Option<Read> {
    let is_swept = SECTIONS.iter().any(|section| key.starts_with(section));
    let is_quoted = text.starts_with(['"', '\'', '{']);
    if is_quoted || !text.contains('|') && !text.contains("..") {
        return None;
    }
    if !is_swept {
        let is_range = parse(text).is_some_and(|params| params.choice.is_none());
        let is_bare = !key.contains('.');
        let message = "only keys of `trading_logic` and `backtest` can be swept: the predictions \
                       are there already";
        let is_free = key.starts_with("tuning.space.") || key.starts_with("features.");
        return (is_bare || is_range && !is_free)
            .then(|| (key.to_owned(), Err(message.to_owned())));
    }
    let params = dimension(text).map(|params| fitting(key, params));
    let params = params.ok_or_else(|| WANTED.to_owned());
    let checked = params.and_then(|params| params.check().map(|_| params));
    Some((key.to_owned(), checked))
}

/// `0..3` of a key that takes any number is all of them between, not four.
fn fitting(key: &str, params: DimensionParams) -> DimensionParams {
    let takes_fractions = |low: i64| {
        let (mut reading, mut config) = (Reading::new(Vec::new()), Config::default());
        let place = Place::whole(key);
        read(&mut config, (key, &Value::Float(low as f64 + 0.5), &place), &mut reading);
        reading.into_faults().is_empty()
    };
    let floats = |[low, high]: [i64; 2]| Some([low as f64, high as f64]);
    match (params.int, params.int_log, params.step) {
        (Some(ends), _, None) if takes_fractions(ends[0]) => {
            DimensionParams { int: None, float: floats(ends), ..params }
        }
        (_, Some(ends), None) if takes_fractions(ends[0]) => {
            DimensionParams { int_log: None, log: floats(ends), ..params }
        }
        _ => params,
    }
}

fn dimension(text: &str) -> Option<DimensionParams> {
    if text.contains('|') {
        let values = text.split('|').map(|word| value(word.trim())).collect::<Option<Vec<_>>>()?;
        return Some(DimensionParams { choice: Some(alike(values)), ..DimensionParams::default() });
    }
    let Some((ends, step)) = text.split_once(':') else { return parse(text) };
    let (ends, step) = (ends.trim(), step.trim());
    let is_whole = step.parse::<i64>().is_ok();
    let params = parse(&format!("{ends} step {step}"))?;
    // `1..3:0.5` steps through numbers that are not whole.
    Some(match params.int {
        Some([low, high]) if !is_whole => {
            DimensionParams { int: None, float: Some([low as f64, high as f64]), ..params }
        }
        _ => params,
    })
}

/// Numbers of one kind: `1 | 1.5` is of floats.
fn alike(values: Vec<Value>) -> Vec<Value> {
    let is_float = values.iter().any(|value| matches!(value, Value::Float(_)));
    let one = |value: Value| match value {
        Value::Int(n) if is_float => Value::Float(n as f64),
        other => other,
    };
    values.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swept(sets: &[&str]) -> Result<Swept, String> {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        Swept::of(&sets).map_err(|faults| faults.to_string())
    }

    fn values(set: &str) -> Vec<String> {
        let swept = swept(&[set]).unwrap();
        let space = swept.space().check().unwrap();
        let (_, dimension) = space.axes().next().unwrap();
        (0..dimension.n_values().unwrap()).map(|k| dimension.nth(k).to_string()).collect()
    }

    #[test]
    fn ranges_and_lists_are_read_as_they_look() {
        assert_eq!(values("trading_logic.z_threshold=0.5..0.8:0.1"), ["0.5", "0.6", "0.7", "0.8"]);
        assert_eq!(values("trading_logic.stop_atr=1..2:0.5"), ["1", "1.5", "2"]);
        assert_eq!(values("trading_logic.z_window=100..300:100"), ["100", "200", "300"]);
        assert_eq!(values("trading_logic.stop_atr = 1 | 2.5 | null"), ["1", "2.5", "null"]);
        assert_eq!(values("trading_logic.sessions=[asia] | []"), ["[asia]", "[]"]);
        assert_eq!(values("trading_logic.ev_gate=true|false"), ["true", "false"]);
    }

    #[test]
    fn one_value_is_an_override_and_the_last_of_a_key_counts() {
        let plain = ["backtest.cash=5", "trading_logic.sessions=[asia, london]"];
        let found = swept(&plain).unwrap();
        assert!(found.is_empty() && found.plain() == plain);
        let key = "trading_logic.z_threshold=";
        let both = swept(&[&format!("{key}1..2:1"), &format!("{key}3")]).unwrap();
        assert!(both.is_empty());
    }

    #[test]
    fn a_point_is_what_the_flags_would_set() {
        let config = Config::default();
        let point = Point::from([
            ("trading_logic.stop_atr".to_owned(), Value::Float(0.1 + 0.2)),
            ("trading_logic.sessions".to_owned(), Value::Text("[asia]".to_owned())),
            ("backtest.max_participation".to_owned(), Value::Text("null".to_owned())),
        ]);
        let sets: Vec<String> = point.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let flags = Config::from_text("config.yml", "", &sets).unwrap();
        assert_eq!(config.at(&point).unwrap(), flags);
        let odd = Point::from([("trading_logic.persistence_k".to_owned(), Value::Int(3))]);
        let told = config.at(&odd).unwrap_err().to_string();
        assert!(told.contains("3 of 1 bars can never agree"), "{told}");
    }

    #[test]
    fn whole_ends_mean_whole_numbers_only_where_the_key_takes_no_others() {
        let params = |key: &str, text: &str| {
            let swept = swept(&[&format!("{key}={text}")]).unwrap();
            swept.axes[key].params.clone()
        };
        assert_eq!(params("trading_logic.z_threshold", "0..3").float, Some([0.0, 3.0]));
        assert_eq!(params("trading_logic.stop_atr", "1..8 log").log, Some([1.0, 8.0]));
        assert_eq!(params("trading_logic.max_hold_bars", "1..24").int, Some([1, 24]));
        assert_eq!(params("trading_logic.z_threshold", "0..3:1").int, Some([0, 3]));
    }

    #[test]
    fn what_cannot_be_swept_is_named() {
        for (set, culprit) in [
            ("trading_logic.z_threshold=3..1:0.5", "goes from 3 to 1"),
            ("trading_logic.z_threshold=1..2:5", "has the step 5"),
            ("trading_logic.z_threshold=1..x", "expected a range"),
            ("trading_logic.z_threshold=1 |", "expected a range"),
            ("learn.max_depth=3..8", "only keys of `trading_logic`"),
            ("z_threshold=0.5..3.0:0.1", "only keys of `trading_logic`"),
        ] {
            let told = swept(&[set]).unwrap_err();
            assert!(told.contains(culprit) && told.contains(set), "{told}");
        }
        let unknown = swept(&["trading_logic.z_treshold=1..2:1"]).unwrap();
        let told = unknown.check(&Config::default()).unwrap_err().to_string();
        assert!(told.contains("did you mean `z_threshold`?"), "{told}");
        let large = swept(&["trading_logic.z_threshold=1..12:1"]).unwrap();
        let told = large.check(&Config::default()).unwrap_err().to_string();
        assert!(told.contains("from 0 to 10, found 12"), "{told}");
    }
}
