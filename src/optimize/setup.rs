//! What a strategy can be set to: a strategy's own parameters by their names, `exits.stop`,
//! `trend.fast`.

use std::collections::BTreeMap;

use super::plan::Plan;
use crate::search::{self, DimensionParams, Space, SpaceParams};
use crate::strategy::{
    BadChoice, Ensemble, ExitRule, Gate, Layer, Member, Param, Point, Range, Strategy, Unit, Value,
    as_written,
};

/// A strategy, the layers it stands behind, and what its exits are measured in.
#[derive(Debug, Clone)]
pub struct Setup {
    pub strategy: &'static Strategy,
    pub layers: Vec<&'static Layer>,
    pub unit: Unit,
}

/// Why a setting cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadSetup {
    #[error(transparent)]
    Choice(#[from] BadChoice),
    #[error("`{name}` is no parameter of `{strategy}` with these layers and exits")]
    Name { name: String, strategy: &'static str, known: Vec<String> },
    #[error("`{name}` cannot be searched: {fault}")]
    Dimension { name: String, fault: String },
}

const EXITS: &str = "exits";
/// 1,024 corners; the axes behind them keep their low end.
const MOST_AXES: usize = 10;
/// Searched where nothing else is asked for, beside the strategy's own.
const USUAL_EXITS: [&str; 2] = ["exits.stop", "exits.target"];

impl Setup {
    /// All parameters by their names.
    pub fn params(&self) -> Vec<(String, Param)> {
        let own = self.strategy.params.iter().map(|param| (param.name.to_owned(), *param));
        let exits = of(EXITS, self.unit.params());
        let layers = self.layers.iter().flat_map(|layer| of(layer.name, layer.params));
        own.chain(exits).chain(layers).collect()
    }

    /// The setting at a point; what it does not name is at its default.
    pub fn plan(&self, point: &search::Point) -> Result<Plan, Vec<BadSetup>> {
        let mut parts: BTreeMap<&str, Point> = BTreeMap::new();
        for (name, value) in point {
            let (part, own) = name.split_once('.').unwrap_or(("", name));
            parts.entry(part).or_default().insert(own.to_owned(), of_search(value));
        }
        let mut take = |part: &str| parts.remove(part).unwrap_or_default();
        let member = Member::new(self.strategy, &take(""));
        let exits = ExitRule::new(self.unit, &take(EXITS));
        let gates: Vec<Result<Gate, Vec<BadChoice>>> =
            self.layers.iter().map(|layer| Gate::new(layer, &take(layer.name))).collect();
        let rest: Vec<String> = parts
            .iter()
            .flat_map(|(part, of)| of.keys().map(move |n| format!("{part}.{n}")))
            .collect();
        let mut faults: Vec<BadSetup> = rest.into_iter().map(|name| self.unknown(name)).collect();
        let mut bad =
            |found: &Vec<BadChoice>| faults.extend(found.iter().cloned().map(BadSetup::Choice));
        member.as_ref().err().into_iter().for_each(&mut bad);
        exits.as_ref().err().into_iter().for_each(&mut bad);
        gates.iter().filter_map(|gate| gate.as_ref().err()).for_each(&mut bad);
        let gates: Result<Vec<Gate>, _> = gates.into_iter().collect();
        match (member, exits, gates) {
            (Ok(member), Ok(exits), Ok(gates)) if faults.is_empty() => {
                Ok(Plan { entries: Ensemble::single(member).behind(gates), exits })
            }
            _ => Err(faults),
        }
    }

    /// The corners of a space: where look-backs are longest.
    pub fn corners(&self, space: &Space) -> Vec<search::Point> {
        let mut corners = vec![space.decode(&vec![0.0; space.n_axes()])];
        for (name, dimension) in space.axes().take(MOST_AXES) {
            let ends = dimension.n_values().map(|n| [dimension.nth(0), dimension.nth(n - 1)]);
            let Some(ends) = ends else { continue };
            let at = |corner: &search::Point, end: &search::Value| {
                let mut corner = corner.clone();
                corner.insert(name.to_owned(), end.clone());
                corner
            };
            corners = corners.iter().flat_map(|c| ends.iter().map(|end| at(c, end))).collect();
        }
        corners
    }

    fn unknown(&self, name: String) -> BadSetup {
        let known = self.params().into_iter().map(|(name, _)| name).collect();
        BadSetup::Name { name, strategy: self.strategy.name, known }
    }

    /// What is searched: `asked`; where that says nothing but what is fixed, the strategy's other
    /// parameters, stop and target, each on its grid in steps as wide as leave at most so many
    /// settings.
    pub fn space(
        &self,
        asked: &SpaceParams,
        most: Option<u64>,
    ) -> Result<SpaceParams, Vec<BadSetup>> {
        let params = self.params();
        let known = |name: &String| params.iter().any(|(known, _)| known == name);
        let unknown: Vec<BadSetup> = asked
            .0
            .keys()
            .filter(|name| !known(name))
            .map(|name| self.unknown(name.clone()))
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let is_asked = asked.0.values().any(|dimension| dimension.fixed.is_none());
        Ok(if is_asked { asked.clone() } else { self.usual(asked, most) })
    }

    /// With these parameters fixed.
    fn usual(&self, fixed: &SpaceParams, most: Option<u64>) -> SpaceParams {
        let is_usual = |name: &str| !name.contains('.') || USUAL_EXITS.contains(&name);
        let params = self.params().into_iter();
        let usual: Vec<(String, Param)> =
            params.filter(|(name, _)| is_usual(name) && !fixed.0.contains_key(name)).collect();
        let mut levels: Vec<u64> = usual.iter().map(|(_, param)| param.n_values()).collect();
        while most.is_some_and(|most| levels.iter().product::<u64>() > most) {
            // The widest first; of equals, the first.
            let Some(widest) = (0..levels.len()).rev().max_by_key(|at| levels[*at]) else { break };
            levels[widest] -= 1;
        }
        let searched =
            usual.iter().zip(&levels).map(|((name, p), n)| (name.clone(), thinned(p, *n)));
        SpaceParams(searched.chain(fixed.0.clone()).collect())
    }
}

fn of(part: &'static str, params: &'static [Param]) -> impl Iterator<Item = (String, Param)> {
    params.iter().map(move |param| (format!("{part}.{}", param.name), *param))
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

pub(super) fn of_search(value: &search::Value) -> Value {
    match value {
        search::Value::Int(n) => Value::Int(*n),
        search::Value::Float(x) => Value::Float(*x),
        search::Value::Bool(b) => Value::Word(b.to_string()),
        search::Value::Text(text) => Value::Word(text.clone()),
    }
}

pub fn to_search(value: &Value) -> search::Value {
    match value {
        Value::Int(n) => search::Value::Int(*n),
        Value::Float(x) => search::Value::Float(*x),
        Value::Word(word) => search::Value::Text(word.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::{ALL, LAYERS};

    #[test]
    fn the_usual_space_of_any_strategy_can_be_searched_and_is_as_small_as_asked() {
        for (strategy, unit) in ALL.into_iter().zip([Unit::Atr, Unit::Bps].into_iter().cycle()) {
            let setup = Setup { strategy, layers: LAYERS.to_vec(), unit };
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
        let strategy = crate::strategy::find("macd").unwrap();
        let setup = Setup { strategy, layers: LAYERS.to_vec(), unit: Unit::Atr };
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
