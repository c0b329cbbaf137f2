//! What each gate refused, and what that would have earned.

use super::decisions::Decisions;
use super::gates::{Gates, side_of};
use super::reason::Reason;

/// Gate by gate, in their order.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Waterfall {
    pub stages: Vec<Stage>,
    /// What no gate refused.
    pub taken: Earned,
    pub n_taken: usize,
}

/// One gate. Signals after it are `before − refused`.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Stage {
    pub reason: Reason,
    pub before: usize,
    pub refused: usize,
    /// Of the refused.
    pub earned: Earned,
}

/// What bars would have earned in the direction of their z. Bars without side or outcome do not
/// count.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Earned {
    pub count: usize,
    /// Before costs.
    pub gross: Option<Mean>,
    /// After a round trip at each bar's own cost, for the size the bar would have got.
    pub net: Option<Mean>,
}

/// A mean in bps, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Mean {
    pub bps: f64,
    /// `None` for one bar alone.
    pub error: Option<f64>,
}

/// What came after each bar.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    /// Forward return; NaN where it is not known.
    pub bps: &'a [f64],
    /// Bars that a forward return reaches over: neighbours share their future.
    pub overlap_bars: usize,
}

/// One bar that would have earned something.
#[derive(Clone, Copy)]
struct Bet {
    row: usize,
    gross: f64,
    net: f64,
}

impl Waterfall {
    pub fn of(decisions: &Decisions, outcomes: &Outcomes) -> Self {
        let (columns, z) = (&decisions.columns, decisions.z());
        let gates = Gates::new(&decisions.params, columns.study().inputs().setup);
        let mut bets: Vec<Vec<Bet>> = vec![Vec::new(); Reason::ALL.len() + 1];
        let (mut counts, view) = (vec![0; bets.len()], columns.view());
        for (row, (code, outcome)) in decisions.reasons.iter().zip(outcomes.bps).enumerate() {
            let code = usize::from(*code);
            counts[code] += 1;
            let Some(side) = side_of(z[row]).filter(|_| outcome.is_finite()) else {
                continue;
            };
            let gross = side.sign() * outcome;
            let net = gross - gates.round_trip_bps(&view.at(row, true));
            bets[code].push(Bet { row, gross, net });
        }
        let earned = |code: usize| Earned::of(&bets[code], outcomes.overlap_bars);
        let mut before = decisions.reasons.len();
        let stages = Reason::ALL.map(|reason| {
            let code = usize::from(reason.code());
            let refused = counts[code];
            before -= refused;
            Stage { reason, before: before + refused, refused, earned: earned(code) }
        });
        let none = usize::from(Reason::NONE);
        Self { stages: stages.to_vec(), taken: earned(none), n_taken: counts[none] }
    }
}

impl Earned {
    fn of(bets: &[Bet], overlap_bars: usize) -> Self {
        let mean = |value: fn(&Bet) -> f64| Mean::of(bets, value, overlap_bars);
        Self { count: bets.len(), gross: mean(|bet| bet.gross), net: mean(|bet| bet.net) }
    }
}

impl Mean {
    /// The error knows that neighbouring bars share their future: Newey & West 1987 ("A simple,
    /// positive semi-definite, heteroskedasticity and autocorrelation consistent covariance
    /// matrix", Econometrica 55(3)) with Bartlett weights over three overlaps of bars; bars that
    /// are not in the group are zeros (Parzen 1963, "On spectral analysis with missing
    /// observations").
    fn of(bets: &[Bet], value: fn(&Bet) -> f64, overlap_bars: usize) -> Option<Self> {
        let n = bets.len() as f64;
        let bps = bets.iter().map(value).sum::<f64>() / n;
        if !bps.is_finite() {
            return None;
        }
        let span = if overlap_bars > 1 { 3 * overlap_bars } else { 1 };
        let sum = long_run(bets, |bet| value(bet) - bps, span);
        let error = (n > 1.0).then(|| (sum * n / (n - 1.0)).sqrt() / n);
        Some(Self { bps, error })
    }
}

/// Σᵢⱼ max(0, 1 − |i − j| / L) eᵢ eⱼ over bars i and j: with Bartlett weights that is the mean over
/// L of the squared sums of every window of L bars, so one walk through the bars will do.
fn long_run(bets: &[Bet], apart: impl Fn(&Bet) -> f64, span: usize) -> f64 {
    let (mut total, mut sum) = (0.0, 0.0);
    let (mut enters, mut leaves, mut end) = (0, 0, 0);
    // Windows are named by the bar after their last one: row r is in those from r + 1 to r + L.
    while leaves < bets.len() {
        let leaving = bets[leaves].row + 1 + span;
        let next = bets.get(enters).map_or(leaving, |bet| leaving.min(bet.row + 1));
        total += sum * sum * (next - end) as f64;
        end = next;
        while let Some(bet) = bets.get(enters).filter(|bet| bet.row + 1 == end) {
            sum += apart(bet);
            enters += 1;
        }
        while let Some(bet) = bets.get(leaves).filter(|bet| bet.row + 1 + span == end) {
            sum -= apart(bet);
            leaves += 1;
        }
        if enters == leaves {
            // Nothing is left inside, and nothing of its rounding.
            sum = 0.0;
        }
    }
    total / span as f64
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{Made, one_horizon, plain_params};
    use super::super::{Columns, SignalParams, Study, explain};
    use super::*;
    use crate::rng::Rng;

    fn bets(rows: &[usize], values: &[f64]) -> Vec<Bet> {
        rows.iter().zip(values).map(|(row, v)| Bet { row: *row, gross: *v, net: *v }).collect()
    }

    #[test]
    fn a_walk_through_the_bars_sums_every_pair() {
        let mut rng = Rng::new(7);
        let rows: Vec<usize> = (0..300).filter(|_| rng.chance(0.3)).collect();
        let values: Vec<f64> = rows.iter().map(|_| rng.normal()).collect();
        for span in [1, 2, 7, 30, 500] {
            let weight = |i: usize, j: usize| 1.0 - rows[i].abs_diff(rows[j]) as f64 / span as f64;
            let pair = |i: usize, j: usize| weight(i, j).max(0.0) * values[i] * values[j];
            let n = rows.len();
            let want: f64 = (0..n).map(|i| (0..n).map(|j| pair(i, j)).sum::<f64>()).sum();
            let got = long_run(&bets(&rows, &values), |bet| bet.gross, span);
            assert!((got - want).abs() < 1e-9 * want.abs().max(1.0), "{span}: {got} {want}");
        }
    }

    #[test]
    fn bars_that_stand_alone_have_the_usual_error() {
        let bets = bets(&[3, 5, 9], &[1.0, 2.0, 6.0]);
        let mean = Mean::of(&bets, |bet| bet.gross, 1).unwrap();
        // Squares 4 1 9 over 2 is 7; over 3, the root.
        assert_eq!(mean.bps, 3.0);
        assert!((mean.error.unwrap() - (7.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(Mean::of(&bets[..0], |bet| bet.gross, 1), None);
        assert_eq!(Mean::of(&bets[..1], |bet| bet.gross, 1).unwrap().error, None);
    }

    #[test]
    fn every_bar_is_in_one_place_and_earns_by_its_side() {
        let made: Made = one_horizon(&[1.0, 2.0, 1.0, 9.0, -9.0, 1.5, f64::NAN, 8.0]);
        let params = SignalParams { z_threshold: 1.5, z_window: 2, ..plain_params() };
        let inputs = made.inputs();
        let study = Study::new(inputs.as_inputs()).unwrap();
        let columns = Columns::new(&study, &params);
        let decisions = explain(&columns, &params).unwrap();
        let bps = [1.0, 1.0, 1.0, 10.0, 20.0, 3.0, 1.0, f64::NAN];
        let outcomes = Outcomes { bps: &bps, overlap_bars: 1 };
        let fall = Waterfall::of(&decisions, &outcomes);
        let refused: usize = fall.stages.iter().map(|stage| stage.refused).sum();
        assert_eq!(refused + fall.n_taken, bps.len());
        let stage = |reason: Reason| fall.stages[usize::from(reason.code()) - 1];
        assert_eq!(
            (stage(Reason::NoPrediction).before, stage(Reason::NoPrediction).refused),
            (8, 1)
        );
        assert_eq!((stage(Reason::WarmUp).before, stage(Reason::WarmUp).refused), (7, 2));
        assert_eq!(stage(Reason::WarmUp).earned.count, 0);
        // z: −0.7, 10.6, −2.5, 0.1, 1.6. A long of 10 and a short of −20 are taken, and one whose
        // outcome is not known.
        let taken = fall.taken;
        assert_eq!((fall.n_taken, taken.count), (3, 2));
        assert_eq!(taken.gross.unwrap().bps, -5.0);
        // A round trip of 8 bps.
        assert_eq!(taken.net.unwrap().bps, -13.0);
        // −1 and 3.
        let refused = stage(Reason::ZThreshold);
        assert_eq!((refused.refused, refused.earned.count), (2, 2));
        assert_eq!(refused.earned.gross.unwrap().bps, 1.0);
    }
}
