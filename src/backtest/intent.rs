//! What was decided at a bar's close: the only thing the engine knows of whoever decided.

use serde::{Deserialize, Serialize};

/// Long or short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Long,
    Short,
}

impl Side {
    /// +1 or −1.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    pub const fn opposite(self) -> Self {
        match self {
            Self::Long => Self::Short,
            Self::Short => Self::Long,
        }
    }
}

/// A wish to be in the market, decided at the close of `bar`. Distances are in price units from the
/// entry's reference price (its open, before costs), so that costs never move a level. Infinity means
/// there is none: a level at an infinite distance is never reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The row of the symbol's bars at whose close this was decided.
    pub bar: u32,
    pub side: Side,
    /// Fraction of equity to hold; above 1 is leverage.
    pub size: f64,
    pub stop: f64,
    pub target: f64,
    /// How far the trailing stop follows.
    pub trail: f64,
    /// Part of the position that the target closes, in (0, 1].
    pub target_fraction: f64,
    /// Time to live: the position closes at the open once this many bars have passed since its entry bar;
    /// `u32::MAX`: no limit.
    pub hold_bars: u32,
}

impl Intent {
    /// All of equity, with neither level nor limit, and a target that would close all: what tests
    /// and simple strategies start from.
    pub const fn new(bar: u32, side: Side) -> Self {
        let none = f64::INFINITY;
        let (size, target_fraction, hold_bars) = (1.0, 1.0, u32::MAX);
        Self { bar, side, size, stop: none, target: none, trail: none, target_fraction, hold_bars }
    }
}

/// The intents of one symbol, at most one a bar, in time's order. A bar without one was refused by a gate;
/// who refused is the signal room's to tell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Intents(Vec<Intent>);

/// The first intent that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IntentFault {
    #[error("the intent of bar {bar} has `{field}` = `{value}`, {need}")]
    Value { bar: u32, field: &'static str, value: f64, need: &'static str },
    #[error("the intent of bar {bar} comes after that of bar {before}")]
    Order { bar: u32, before: u32 },
    #[error("the intent of bar {bar} holds for `0` bars: it must be at least 1")]
    NoTime { bar: u32 },
}

impl Intents {
    pub fn new(intents: Vec<Intent>) -> Result<Self, IntentFault> {
        for pair in intents.windows(2) {
            if pair[1].bar <= pair[0].bar {
                return Err(IntentFault::Order { bar: pair[1].bar, before: pair[0].bar });
            }
        }
        intents.iter().try_for_each(check)?;
        Ok(Self(intents))
    }

    pub fn as_slice(&self) -> &[Intent] {
        &self.0
    }
}

fn check(intent: &Intent) -> Result<(), IntentFault> {
    let bar = intent.bar;
    let fault = |field, value, need| Err(IntentFault::Value { bar, field, value, need });
    if !(intent.size.is_finite() && intent.size > 0.0) {
        return fault("size", intent.size, "it must be a finite fraction of equity above 0");
    }
    let distances = [("stop", intent.stop), ("target", intent.target), ("trail", intent.trail)];
    for (field, value) in distances {
        let possible = value > 0.0;
        if !possible {
            return fault(field, value, "it must be a distance above 0, or infinite for none");
        }
    }
    let part = intent.target_fraction;
    if !(part > 0.0 && part <= 1.0) {
        return fault("target_fraction", part, "it must be a part of the position, in (0, 1]");
    }
    if intent.hold_bars == 0 { Err(IntentFault::NoTime { bar }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(edit: impl Fn(&mut Intent)) -> String {
        let mut intent = Intent::new(7, Side::Long);
        edit(&mut intent);
        Intents::new(vec![intent]).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_bar() {
        let faults = [
            fault(|i| i.size = f64::NAN),
            fault(|i| i.size = 0.0),
            fault(|i| i.stop = f64::NAN),
            fault(|i| i.target = -1.0),
            fault(|i| i.trail = 0.0),
            fault(|i| i.hold_bars = 0),
            fault(|i| i.target_fraction = 0.0),
            fault(|i| i.target_fraction = 1.5),
            fault(|i| i.target_fraction = f64::NAN),
        ];
        assert!(faults.iter().all(|text| text.contains("bar 7")), "{faults:#?}");
        let twice = vec![Intent::new(7, Side::Long), Intent::new(7, Side::Short)];
        assert_eq!(Intents::new(twice), Err(IntentFault::Order { bar: 7, before: 7 }));
        assert!(Intents::new(vec![Intent::new(0, Side::Long)]).is_ok());
    }
}
