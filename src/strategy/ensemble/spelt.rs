//! An ensemble as one writes it: `rsi`, `all of rsi + macd`, `2 of rsi + macd + donchian`,
//! `0.5 of the weights 1, 2 of rsi + macd`.

use super::{CONFIRM_BARS, Ensemble, Rule};
use crate::strategy::fault::BadChoice;
use crate::strategy::rules::find;
use crate::strategy::spec::Member;
use crate::strategy::value::Point;

/// What stands between members.
const PLUS: &str = " + ";

impl Ensemble {
    /// Strategies at their defaults.
    pub fn spelt(text: &str) -> Result<Self, BadChoice> {
        let (rule, names) = match text.rsplit_once(" of ") {
            Some((rule, names)) => (Some(rule), names),
            None => (None, text),
        };
        let member = |name: &str| {
            let found = Member::new(find(name.trim())?, &Point::new());
            found.map_err(|faults| faults[0].clone())
        };
        let mut members = names.split('+').map(member).collect::<Result<Vec<Member>, _>>()?;
        let is_twice = |at: &usize| {
            members[..*at].iter().any(|other| other.strategy() == members[*at].strategy())
        };
        if let Some(at) = (0..members.len()).find(is_twice) {
            let name = members[at].strategy().name;
            return Err(BadChoice::Rule(format!("`{text}` has `{name}` twice")));
        }
        match (rule, members.len()) {
            (None, 1) => Ok(Self::single(members.remove(0))),
            (None, _) => Err(BadChoice::Rule(format!(
                "`{text}` does not say how many must agree: `all of {text}`, `any of …` or `2 of …`"
            ))),
            (Some(_), 1) => Err(BadChoice::Rule(format!(
                "`{text}`: of one strategy there is nothing to choose"
            ))),
            (Some(rule), _) => {
                let standing = CONFIRM_BARS.default().as_f64().unwrap_or_default();
                Self::new(members, Rule::spelt(rule)?, standing as u32)
            }
        }
    }

    /// What it stands behind, by name.
    pub fn layers(&self) -> Vec<&'static str> {
        self.gates.iter().map(|gate| gate.layer().name).collect()
    }

    /// The same without parameters and layers: as one writes it.
    pub fn outline(&self) -> String {
        let members: Vec<&str> = self.members.iter().map(|m| m.strategy().name).collect();
        match members.as_slice() {
            [alone] => (*alone).to_owned(),
            _ => format!("{} {}", self.rule, members.join(PLUS)),
        }
    }
}

impl Rule {
    /// What stands before `of` and the members.
    fn spelt(text: &str) -> Result<Self, BadChoice> {
        let unknown = || {
            BadChoice::Rule(format!(
                "`{text} of` is no rule of an ensemble: `all of`, `any of`, `2 of` or, with a weight each, \
                 `0.5 of the weights 1, 2 of`"
            ))
        };
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| unknown());
        match text.trim() {
            "all" => return Ok(Self::All),
            "any" => return Ok(Self::Any),
            _ => {}
        }
        match text.split_once(" of the weights ") {
            Some((threshold, weights)) => Ok(Self::Weighted {
                weights: weights.split(',').map(number).collect::<Result<_, _>>()?,
                threshold: number(threshold)?,
            }),
            None => text.trim().parse().map(Self::KOfN).map_err(|_| unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::{ALL, draw};

    #[test]
    fn what_is_written_is_read() {
        let same = |text: &str| assert_eq!(Ensemble::spelt(text).unwrap().outline(), text);
        same("rsi");
        same("all of rsi + macd");
        same("0.5 of the weights 1, 2.5 of rsi + macd");
        assert_eq!(Ensemble::spelt("any of rsi+ macd").unwrap().outline(), "any of rsi + macd");
        for drawn in draw((&ALL, &[]), 200, 3) {
            let read = Ensemble::spelt(&drawn.outline()).unwrap();
            assert_eq!(read.outline(), drawn.outline());
            assert_eq!(read.rule(), drawn.rule());
        }
        let read = Ensemble::spelt("2 of rsi + macd + donchian").unwrap();
        assert_eq!(
            read.to_string(),
            "2 of rsi(oversold=30, period=14) + macd(fast=12, ratio=2.2, signal=9) + donchian(period=40), \
             standing 6 bars"
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let told = |text: &str| Ensemble::spelt(text).unwrap_err().to_string();
        assert_eq!(told("rsii"), "there is no strategy `rsii`");
        assert_eq!(told("all of rsi + macdd"), "there is no strategy `macdd`");
        assert_eq!(told("all of rsi + rsi"), "`all of rsi + rsi` has `rsi` twice");
        assert!(told("rsi + macd").contains("how many must agree"));
        assert!(told("all of rsi").contains("of one strategy"));
        assert_eq!(told("3 of rsi + macd"), "`3` of 2 members can never agree");
        assert!(told("most of rsi + macd").starts_with("`most of` is no rule"));
        assert!(told("0.5 of the weights 1 of rsi + macd").contains("1 weights for 2"));
        assert!(told("0.5 of the weights 1, x of rsi + macd").contains("is no rule"));
    }
}
