//! What a strategy or an ensemble can be set to: a strategy's own parameters by their names, or
//! `rsi.period` where there are more; `exits.stop`, `trend.fast`.

use super::plan::Plan;
use crate::search::{self, Dimension, DimensionParams, Space, SpaceParams};
use crate::stats::as_written;
use crate::strategy::{
    BadChoice, Ensemble, ExitRule, Gate, Layer, Param, Point, Range, Unit, Value,
};

/// An ensemble, or one strategy, behind its layers, and what its exits are measured in.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What a point does not name stays as it is here.
    pub ensemble: Ensemble,
    pub unit: Unit,
}

/// Why a setting cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadSetup {
    #[error(transparent)]
    Choice(#[from] BadChoice),
    #[error("`{name}` is no parameter of `{strategy}` with these layers and exits")]
    Name { name: String, strategy: String, known: Vec<String> },
    #[error("`{name}` cannot be searched: {fault}")]
    Dimension { name: String, fault: String },
}

const EXITS: &str = "exits.";
/// 1,024 corners; the axes behind them keep their low or their high ends together.
const MOST_AXES: usize = 9;
/// Searched where nothing else is asked for, beside the strategy's own.
const USUAL_EXITS: [&str; 2] = ["exits.stop", "exits.target"];

impl Setup {
    /// Of strategies and layers by their names, at their defaults.
    pub fn spelt(text: &str, layers: &[&str], unit: Unit) -> Result<Self, BadSetup> {
        let gate = |name: &&str| {
            let gate = Gate::new(Layer::find(name)?, &Point::new());
            gate.map_err(|faults| faults[0].clone())
        };
        let gates = layers.iter().map(gate).collect::<Result<_, _>>()?;
        Ok(Self { ensemble: Ensemble::spelt(text)?.behind(gates), unit })
    }

    /// All parameters by their names.
    pub fn params(&self) -> Vec<(String, Param)> {
        let own = self.ensemble.params().into_iter();
        let own = own.map(|(name, param)| (self.short(&name).to_owned(), param));
        let exits = self.unit.params().iter();
        own.chain(exits.map(|param| (format!("{EXITS}{}", param.name), *param))).collect()
    }

    /// A strategy alone has its parameters by their own names.
    fn alone(&self) -> Option<&'static str> {
        match self.ensemble.members() {
            [one] => Some(one.strategy().name),
            _ => None,
        }
    }

    fn short<'a>(&self, name: &'a str) -> &'a str {
        let own = |strategy| name.strip_prefix(strategy)?.strip_prefix('.');
        self.alone().and_then(own).unwrap_or(name)
    }

    fn long(&self, name: &str) -> String {
        match self.alone() {
            Some(strategy) if !name.contains('.') => format!("{strategy}.{name}"),
            _ => name.to_owned(),
        }
    }

    /// The setting at a point.
    pub fn plan(&self, point: &search::Point) -> Result<Plan, Vec<BadSetup>> {
        let (mut own, mut exits) = (Point::new(), Point::new());
        for (name, value) in point {
            match name.strip_prefix(EXITS) {
                Some(name) => exits.insert(name.to_owned(), of_search(value)),
                None => own.insert(self.long(name), of_search(value)),
            };
        }
        match (self.ensemble.at(&own), ExitRule::new(self.unit, &exits)) {
            (Ok(entries), Ok(exits)) => Ok(Plan { entries, exits }),
            (entries, exits) => {
                self.known(point.keys())?;
                let faults = entries.err().into_iter().chain(exits.err()).flatten();
                Err(faults.map(BadSetup::Choice).collect())
            }
        }
    }

    /// The corners of a space, where look-backs are longest: exits' at their low and high ends alone.
    pub fn corners(&self, space: &Space) -> Vec<search::Point> {
        let ends = [0.0, 1.0].map(|end| space.decode(&vec![end; space.n_axes()]));
        let mut corners = ends.to_vec();
        let axes = space.axes().filter(|(name, _)| !name.starts_with(EXITS));
        for (name, dimension) in axes.take(MOST_AXES) {
            let ends: Vec<search::Value> = match (dimension, dimension.n_values()) {
                (_, None) => continue,
                (Dimension::Choice(values), _) => values.clone(),
                (_, Some(n)) => vec![dimension.nth(0), dimension.nth(n - 1)],
            };
            let at = |corner: &search::Point, end: &search::Value| {
                let mut corner = corner.clone();
                corner.insert(name.to_owned(), end.clone());
                corner
            };
            corners = corners.iter().flat_map(|c| ends.iter().map(|end| at(c, end))).collect();
        }
        corners
    }

    /// All faults of these names at once.
    fn known<'a>(&self, names: impl Iterator<Item = &'a String>) -> Result<(), Vec<BadSetup>> {
        let known: Vec<String> = self.params().into_iter().map(|(name, _)| name).collect();
        let fault = |name: &String| BadSetup::Name {
            name: name.clone(),
            strategy: self.ensemble.outline(),
            known: known.clone(),
        };
        let faults: Vec<BadSetup> = names.filter(|name| !known.contains(name)).map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// What is searched: `asked`; where that says nothing but what is fixed, the strategy's other
    /// parameters, stop and target, each on its grid in steps as wide as leave at most so many
    /// settings.
    pub fn space(
        &self,
        asked: &SpaceParams,
        most: Option<u64>,
    ) -> Result<SpaceParams, Vec<BadSetup>> {
        self.known(asked.0.keys())?;
        let is_asked = asked.0.values().any(|dimension| dimension.fixed.is_none());
        Ok(if is_asked { asked.clone() } else { self.usual(asked, most) })
    }

    /// With these parameters fixed.
    fn usual(&self, fixed: &SpaceParams, most: Option<u64>) -> SpaceParams {
        let is_of = |name: &str, part: &str| {
            name.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'))
        };
        let is_layer =
            |name: &str| self.ensemble.gates().iter().any(|gate| is_of(name, gate.layer().name));
        let is_usual = |name: &str| {
            !is_layer(name) && (!name.starts_with(EXITS) || USUAL_EXITS.contains(&name))
        };
        let params = self.params().into_iter();
        let usual: Vec<(String, Param)> =
            params.filter(|(name, _)| is_usual(name) && !fixed.0.contains_key(name)).collect();
        let mut levels: Vec<u64> = usual.iter().map(|(_, param)| param.n_values()).collect();
        // Of an ensemble there may be more than can be counted.
        let size = |levels: &[u64]| levels.iter().try_fold(1_u64, |n, level| n.checked_mul(*level));
        while most.is_some_and(|most| size(&levels).is_none_or(|n| n > most)) {
            // The widest first; of equals, the first.
            let Some(widest) = (0..levels.len()).rev().max_by_key(|at| levels[*at]) else { break };
            levels[widest] -= 1;
        }
        let searched =
            usual.iter().zip(&levels).map(|((name, p), n)| (name.clone(), thinned(p, *n)));
        SpaceParams(searched.chain(fixed.0.clone()).collect())
    }
}

/// At most so many of its values, evenly far apart from the lowest on; one: the default.
pub(super) fn thinned(param: &Param, most: u64) -> DimensionParams {
    let empty = DimensionParams::default();
    let n = param.n_values();
    if most < 2 {
        return DimensionParams { fixed: Some(to_search(&param.default())), ..empty };
    }
    let stride = (n - 1).div_ceil(most - 1).max(1);
    match param.range {
        Range::Int { low, high, step, .. } => DimensionParams {
            int: Some([low, high]),
            step: Some((step * stride as i64) as f64),
            ..empty
        },
        // The product may miss what a person would write by a bit: 0.1 × 3.
        Range::Float { low, high, step, .. } => DimensionParams {
            float: Some([low, high]),
            step: Some(as_written(step * stride as f64)),
            ..empty
        },
        Range::Choice { .. } => {
            let values = (0..n).step_by(stride as usize).map(|k| to_search(&param.nth(k)));
            DimensionParams { choice: Some(values.collect()), ..empty }
        }
    }
}

fn of_search(value: &search::Value) -> Value {
    match value {
        search::Value::Int(n) => Value::Int(*n),
        search::Value::Float(x) => Value::Float(*x),
        search::Value::Bool(b) => Value::Word(b.to_string()),
        search::Value::Text(text) => Value::Word(text.clone()),
    }
}

pub(super) fn to_search(value: &Value) -> search::Value {
    match value {
        Value::Int(n) => search::Value::Int(*n),
        Value::Float(x) => search::Value::Float(*x),
        Value::Word(word) => search::Value::Text(word.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::strategy::{ALL, LAYERS};

    #[test]
    fn the_usual_space_of_any_strategy_can_be_searched_and_is_as_small_as_asked() {
        for (strategy, unit) in ALL.into_iter().zip([Unit::Atr, Unit::Bps].into_iter().cycle()) {
            let setup = Setup::spelt(strategy.name, &LAYERS.map(|layer| layer.name), unit).unwrap();
            for most in [2, 3, 10, 50, 100, 200, 600, 5_000, 100_000] {
                let usual = setup.space(&SpaceParams::default(), Some(most)).unwrap();
                let space = usual.check().unwrap_or_else(|fault| {
                    panic!("{} at {most}: {fault:?}", strategy.name);
                });
                let n = space.n_points().unwrap();
                assert!((2..=most).contains(&n), "{} at {most}: {n}", strategy.name);
                let corners = setup.corners(&space);
                assert!(corners.iter().all(|at| setup.plan(at).is_ok()), "{}", strategy.name);
            }
        }
    }

    #[test]
    fn what_is_fixed_stays_and_the_rest_is_searched() {
        let setup = Setup::spelt("macd", &LAYERS.map(|layer| layer.name), Unit::Atr).unwrap();
        let fixed = |name: &str, value| (name.to_owned(), DimensionParams::from(value));
        let asked = SpaceParams(BTreeMap::from([
            fixed("signal", search::Value::Int(9)),
            fixed("session.session", search::Value::Text("london".to_owned())),
        ]));
        let space = setup.space(&asked, Some(100)).unwrap().check().unwrap();
        let searched: Vec<&str> = space.axes().map(|(name, _)| name).collect();
        assert_eq!(searched, ["exits.stop", "exits.target", "fast", "ratio"]);
        for corner in setup.corners(&space) {
            assert_eq!(corner["signal"], search::Value::Int(9));
            assert_eq!(corner["session.session"], search::Value::Text("london".to_owned()));
            setup.plan(&corner).unwrap();
        }
    }

    #[test]
    fn an_ensemble_of_any_size_is_searched_on_as_few_settings_as_asked() {
        let names = ALL.map(|strategy| strategy.name).join(" + ");
        let setup = Setup::spelt(&format!("any of {names}"), &[], Unit::Atr).unwrap();
        let space = setup.space(&SpaceParams::default(), Some(600)).unwrap().check().unwrap();
        assert!((2..=600).contains(&space.n_points().unwrap()), "{:?}", space.n_points());
    }

    #[test]
    fn an_ensemble_has_the_parameters_of_its_members_by_their_names() {
        let setup = Setup::spelt("all of donchian + rsi", &["trend"], Unit::Atr).unwrap();
        let usual = setup.space(&SpaceParams::default(), Some(500)).unwrap().check().unwrap();
        let names: Vec<&str> = usual.axes().map(|(name, _)| name).collect();
        let expected = [
            "confirm_bars",
            "donchian.period",
            "exits.stop",
            "exits.target",
            "rsi.oversold",
            "rsi.period",
        ];
        assert_eq!(names, expected);
        let [seven, four] = [7, 4].map(search::Value::Int);
        let named = |name: &str, value| (name.to_owned(), value);
        let point = [named("rsi.period", seven.clone()), named("confirm_bars", four)];
        assert_eq!(
            setup.plan(&point.into()).unwrap().entries.to_string(),
            "all of donchian(period=40) + rsi(oversold=30, period=7), standing 4 bars, behind \
             trend(fast=50, ratio=4)"
        );
        let asked = SpaceParams([("period".to_owned(), DimensionParams::from(seven))].into());
        let fault = setup.space(&asked, None).unwrap_err()[0].to_string();
        assert!(
            fault.starts_with("`period` is no parameter of `all of donchian + rsi`"),
            "{fault}"
        );
    }

    #[test]
    fn a_grid_of_any_width_has_values_of_the_declared_grid_alone() {
        for param in ALL.into_iter().flat_map(|strategy| strategy.params) {
            let declared: Vec<search::Value> =
                (0..param.n_values()).map(|k| to_search(&param.nth(k))).collect();
            for most in 2..=param.n_values() {
                let thin = thinned(param, most).check().unwrap();
                let n = thin.n_values().unwrap();
                assert!((2..=most).contains(&n), "{} {most}: {n}", param.name);
                let values: Vec<search::Value> = (0..n).map(|k| thin.nth(k)).collect();
                assert!(values.iter().all(|v| declared.contains(v)), "{} {values:?}", param.name);
            }
        }
    }
}
