//! What the gates did, all symbols together.

use serde::Serialize;

use super::super::backtest::Traded;
use crate::signal::waterfall::{Earned, Mean};
use crate::signal::{Reason, Waterfall};

/// What each gate let pass and refused, in their order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gates {
    pub gates: Vec<Gate>,
    /// What no gate refused.
    pub taken: Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gate {
    pub gate: Reason,
    pub n_before: u64,
    pub n_after: u64,
    pub refused: Refused,
}

/// Signals, and what they would have earned over the horizon of the predictions, in the direction
/// of their z.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Refused {
    pub n: u64,
    /// Of these, with a direction and a known outcome.
    pub n_known: u64,
    pub gross: Option<Mean>,
    pub net: Option<Mean>,
}

pub fn gates(traded: &Traded) -> Gates {
    let falls: Vec<&Waterfall> = traded.decided.iter().map(|one| &one.told.waterfall).collect();
    let gate = |(at, reason): (usize, Reason)| {
        let stages = || falls.iter().map(move |fall| &fall.stages[at]);
        let n_before: usize = stages().map(|stage| stage.before).sum();
        let refused = together(stages().map(|stage| (stage.refused, &stage.earned)));
        let n_before = n_before as u64;
        Gate { gate: reason, n_before, n_after: n_before - refused.n, refused }
    };
    Gates {
        gates: Reason::ALL.into_iter().enumerate().map(gate).collect(),
        taken: together(falls.iter().map(|fall| (fall.n_taken, &fall.taken))),
    }
}

fn together<'a>(parts: impl Iterator<Item = (usize, &'a Earned)>) -> Refused {
    let parts: Vec<(usize, &Earned)> = parts.collect();
    let mean = |pick: fn(&Earned) -> Option<Mean>| {
        pooled(
            &parts
                .iter()
                .filter_map(|(_, earned)| Some((earned.count, pick(earned)?)))
                .collect::<Vec<_>>(),
        )
    };
    Refused {
        n: parts.iter().map(|(n, _)| *n as u64).sum(),
        n_known: parts.iter().map(|(_, earned)| earned.count as u64).sum(),
        gross: mean(|earned| earned.gross),
        net: mean(|earned| earned.net),
    }
}

/// The mean of several symbols' bars. Symbols move together: their errors are added as if they were
/// one, which no correlation exceeds (the triangle inequality).
fn pooled(parts: &[(usize, Mean)]) -> Option<Mean> {
    let n: f64 = parts.iter().map(|(count, _)| *count as f64).sum();
    let share = |count: usize| count as f64 / n;
    let error: Option<f64> =
        parts.iter().map(|(count, mean)| Some(share(*count) * mean.error?)).sum();
    let bps = parts.iter().map(|(count, mean)| share(*count) * mean.bps).sum();
    (n > 0.0).then_some(Mean { bps, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_count_by_their_bars() {
        let mean = |bps, error| Mean { bps, error };
        let found = pooled(&[(3, mean(4.0, Some(4.0))), (1, mean(0.0, Some(16.0)))]).unwrap();
        // Three quarters of 4 and a quarter of 16, as if both were wrong in one direction.
        assert_eq!((found.bps, found.error), (3.0, Some(7.0)));
        let lone = pooled(&[(1, mean(2.0, None))]).unwrap();
        assert_eq!((lone.bps, lone.error), (2.0, None));
        assert_eq!(pooled(&[]), None);
    }

    #[test]
    fn what_was_refused_of_all_symbols_is_added() {
        let earned = Earned { count: 2, gross: Some(Mean { bps: 1.0, error: None }), net: None };
        let found = together([(5, &earned), (7, &Earned::default())].into_iter());
        assert_eq!((found.n, found.n_known, found.net), (12, 2, None));
        assert_eq!(found.gross.map(|mean| mean.bps), Some(1.0));
    }
}
