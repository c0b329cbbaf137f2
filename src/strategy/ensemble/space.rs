//! All that can be searched of an ensemble, as one space.

use super::{CONFIRM_BARS, Ensemble};
use crate::strategy::fault::BadChoice;
use crate::strategy::layers::Gate;
use crate::strategy::param::{Param, complete};
use crate::strategy::spec::Member;
use crate::strategy::value::{Point, Value};

/// How faults call an ensemble whose own parameters they are about.
const ITSELF: &str = "ensemble";

impl Ensemble {
    /// Its parameters by names such as `rsi.period`, `trend.fast` and, where votes have to stand,
    /// `confirm_bars`. Members of one strategy share theirs.
    pub fn params(&self) -> Vec<(String, Param)> {
        let members = self.members.iter().map(|m| (m.strategy().name, m.strategy().params));
        let gates = self.gates.iter().map(|gate| (gate.layer().name, gate.layer().params));
        let of = |(name, params): (&str, &'static [Param])| {
            params.iter().map(|param| (key(name, param.name), *param)).collect::<Vec<_>>()
        };
        let votes =
            (self.members.len() > 1).then_some((CONFIRM_BARS.name.to_owned(), CONFIRM_BARS));
        let mut params: Vec<(String, Param)> =
            members.chain(gates).flat_map(of).chain(votes).collect();
        let mut seen = std::collections::BTreeSet::new();
        params.retain(|(key, _)| seen.insert(key.clone()));
        params
    }

    /// Where it is in the space of [`Self::params`].
    pub fn point(&self) -> Point {
        let of = |name: &str, point: &Point| -> Vec<(String, Value)> {
            point.iter().map(|(param, value)| (key(name, param), value.clone())).collect()
        };
        let members = self.members.iter().flat_map(|m| of(m.strategy().name, m.point()));
        let gates = self.gates.iter().flat_map(|gate| of(gate.layer().name, gate.point()));
        let confirm_bars = Value::Int(i64::from(self.confirm_bars));
        let votes =
            (self.members.len() > 1).then_some((CONFIRM_BARS.name.to_owned(), confirm_bars));
        members.chain(gates).chain(votes).collect()
    }

    /// The same members, rule and gates at another point; what it does not name stays as it is.
    pub fn at(&self, point: &Point) -> Result<Self, Vec<BadChoice>> {
        let known = self.params();
        let unknown = point.keys().find(|name| known.iter().all(|(key, _)| key != *name));
        if let Some(name) = unknown {
            let names = known.iter().map(|(_, param)| param.name);
            return Err(vec![BadChoice::param(ITSELF, name, names)]);
        }
        let mut moved = self.clone();
        for member in &mut moved.members {
            let at = overlaid(member.strategy().name, member.point(), point);
            *member = Member::new(member.strategy(), &at)?;
        }
        for gate in &mut moved.gates {
            let at = overlaid(gate.layer().name, gate.point(), point);
            *gate = Gate::new(gate.layer(), &at)?;
        }
        if let Some(bars) = point.get(CONFIRM_BARS.name) {
            let own = Point::from([(CONFIRM_BARS.name.to_owned(), bars.clone())]);
            let own = complete(ITSELF, &[CONFIRM_BARS], &own)?;
            let bars = own.get(CONFIRM_BARS.name).and_then(Value::as_f64);
            moved.confirm_bars = bars.map_or(moved.confirm_bars, |bars| bars as u32);
        }
        Ok(moved)
    }
}

fn key(of: &str, param: &str) -> String {
    format!("{of}.{param}")
}

/// A part's own point, with what the whole's says of it.
fn overlaid(name: &str, own: &Point, whole: &Point) -> Point {
    let said = |(param, value): (&String, &Value)| {
        (param.clone(), whole.get(&key(name, param)).unwrap_or(value).clone())
    };
    own.iter().map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::{Layer, Rule};

    fn ensemble() -> Ensemble {
        let member = |name: &str| Member::named(name, &Point::new()).unwrap();
        let gate = Gate::new(Layer::find("trend").unwrap(), &Point::new()).unwrap();
        let members = vec![member("donchian"), member("rsi")];
        Ensemble::new(members, Rule::All, 6).unwrap().behind(vec![gate])
    }

    #[test]
    fn an_ensemble_is_one_space() {
        let ensemble = ensemble();
        let keys: Vec<String> = ensemble.params().into_iter().map(|(key, _)| key).collect();
        let expected = [
            "donchian.period",
            "rsi.period",
            "rsi.oversold",
            "trend.fast",
            "trend.ratio",
            "confirm_bars",
        ];
        assert_eq!(keys, expected);
        assert_eq!(ensemble.at(&ensemble.point()), Ok(ensemble.clone()));
        let single = Ensemble::single(Member::named("donchian", &Point::new()).unwrap());
        assert_eq!(single.params().len(), 1);
    }

    #[test]
    fn it_moves_and_keeps_what_is_not_said() {
        let point = [("rsi.period", 7), ("trend.fast", 20), ("confirm_bars", 12)];
        let point = point.map(|(key, value)| (key.to_owned(), Value::Int(value)));
        let moved = ensemble().at(&point.into()).unwrap();
        assert_eq!(
            moved.to_string(),
            "all of donchian(period=40) + rsi(oversold=30, period=7), standing 12 bars, \
             behind trend(fast=20, ratio=4)"
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |key: &str, value: i64| {
            let point = Point::from([(key.to_owned(), Value::Int(value))]);
            ensemble().at(&point).unwrap_err()[0].to_string()
        };
        assert_eq!(refused("macd.fast", 12), "`ensemble` has no parameter `macd.fast`");
        assert_eq!(
            refused("rsi.period", 99),
            "`period` of `rsi` is `99`: it must be a whole number from 5 to 30"
        );
        assert_eq!(
            refused("confirm_bars", 99),
            "`confirm_bars` of `ensemble` is `99`: it must be a whole number from 0 to 48"
        );
    }
}
