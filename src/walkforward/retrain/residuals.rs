//! What a model's predictions were worth, against what they were worth before it was used.

use super::super::drift::{Adwin, AdwinRules, Direction, PageHinkley, PageHinkleyRules};
use super::Residuals;
use super::decision::{Detector, Look};
use crate::learn::dataset::{Dataset, Horizon};
use crate::learn::explain::effective_rows;
use crate::stats;
use crate::units::Ts;

/// Scores of some rows, in the order of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scored<'a> {
    pub rows: &'a [u32],
    pub raw: &'a [f64],
}

/// One horizon's losses. A row's loss is minus the product of its score and its return, the score
/// less its mean and over its deviation, the return over the volatility known at the decision and
/// √bars: its mean is minus their correlation. Squared errors would tell of the market's volatility,
/// of which the model's part is a thousandth. Rows of one instant share a market: their mean counts.
#[derive(Debug)]
pub(super) struct Losses {
    horizon: u32,
    centre: f64,
    spread: f64,
    /// Of the rows that calibrators, but no trees, were fitted to; over their deviation.
    baseline: Vec<f64>,
    sd: f64,
    /// How many count as one.
    memory: f64,
}

/// No score, return or loss counts for more than so many deviations: one crash is no drift.
const MOST_SD: f64 = 4.0;
/// Fewer losses say nothing of the deviation.
const LEAST_LOSSES: usize = 30;

/// What is asked of the detector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub by: Residuals,
    /// The chance of a false alarm in a window.
    pub level: f64,
    /// The fall of the correlation that is borne.
    pub ic_fall: f64,
    /// Losses in a window.
    pub n_window: usize,
    /// Outcomes known before this are known.
    pub now: Ts,
}

impl Losses {
    /// From the rows that no tree has seen. `None` where there are too few to compare with.
    pub fn new(data: &Dataset, horizon: &Horizon, calibrate: Scored<'_>) -> Option<Self> {
        let scores: Vec<f64> = calibrate.raw.iter().copied().filter(|s| s.is_finite()).collect();
        let (centre, spread) = (stats::mean(&scores)?, stats::sd(&scores)?);
        if spread <= 0.0 {
            return None;
        }
        let (sd, memory, baseline) = (1.0, 1.0, Vec::new());
        let mut losses = Self { horizon: horizon.bars, centre, spread, baseline, sd, memory };
        let baseline = losses.of(data, horizon, (calibrate, Ts(i64::MAX)));
        if baseline.len() < LEAST_LOSSES {
            return None;
        }
        losses.sd = stats::sd(&baseline).filter(|sd| *sd > 0.0)?;
        losses.memory =
            effective_rows(&baseline).map_or(1.0, |n| baseline.len() as f64 / n).max(1.0);
        losses.baseline = baseline.iter().map(|loss| loss / losses.sd).collect();
        Some(losses)
    }

    /// Of the instants whose labels were over before `now`.
    fn of(&self, data: &Dataset, horizon: &Horizon, (scored, now): (Scored<'_>, Ts)) -> Vec<f64> {
        let over = f64::from(self.horizon).sqrt();
        let clamp = |x: f64| x.clamp(-MOST_SD, MOST_SD);
        let pairs: Vec<(u32, f64)> =
            scored.rows.iter().copied().zip(scored.raw.iter().copied()).collect();
        let loss = |(row, raw): &(u32, f64)| {
            let row = *row as usize;
            let is_known = horizon.intervals[row].t1 < now;
            let moved = horizon.y_bps[row] / (data.scale_bps[row] * over);
            let loss = -clamp((raw - self.centre) / self.spread) * clamp(moved) / self.sd;
            (is_known && loss.is_finite()).then_some(loss)
        };
        let instants = pairs.chunk_by(|a, b| data.t0[a.0 as usize] == data.t0[b.0 as usize]);
        let mean =
            |rows: &[(u32, f64)]| stats::mean(&rows.iter().filter_map(loss).collect::<Vec<f64>>());
        instants.filter_map(mean).collect()
    }

    /// At the losses of all that the model has predicted, from the first window on.
    pub fn look(&self, data: &Dataset, served: Scored<'_>, asked: &Asked) -> Option<Look> {
        let horizon = data.horizons.iter().find(|horizon| horizon.bars == self.horizon)?;
        let losses = self.of(data, horizon, (served, asked.now));
        let (detector, (statistic, threshold, is_alarm)) = match asked.by {
            Residuals::Off => return None,
            Residuals::PageHinkley => (Detector::PageHinkley, self.page_hinkley(&losses, asked)),
            Residuals::Adwin => (Detector::Adwin, self.adwin(&losses, asked)?),
        };
        let horizon = Some(self.horizon);
        Some(Look { detector, column: None, horizon, statistic, threshold, is_alarm })
    }

    /// The mean is known from the baseline alone, give or take an error that is borne as well: a
    /// model that was lucky there is not worse now.
    fn page_hinkley(&self, losses: &[f64], asked: &Asked) -> (f64, f64, bool) {
        let error = (self.memory / self.baseline.len() as f64).sqrt();
        let z = stats::normal_quantile(1.0 - asked.level).unwrap_or(0.0).max(0.0);
        let tolerance_sd = asked.ic_fall.max(z * error);
        let n_window = asked.n_window as f64 / self.memory;
        let threshold_sd = threshold_sd(tolerance_sd, n_window / asked.level);
        let rules = PageHinkleyRules {
            tolerance_sd,
            threshold_sd,
            most_sd: MOST_SD,
            memory: self.memory,
            ..PageHinkleyRules::default()
        };
        let mut test = PageHinkley::informed(rules, &self.baseline);
        let mut highest = 0.0_f64;
        for loss in losses {
            if let Some(rise) = test.step(*loss) {
                return (rise.sum_sd / self.memory, threshold_sd, true);
            }
            highest = highest.max(test.height_sd());
        }
        (highest, threshold_sd, false)
    }

    /// In correlation, as the tolerance of the other. The window begins with the baseline.
    fn adwin(&self, losses: &[f64], asked: &Asked) -> Option<(f64, f64, bool)> {
        let rules = AdwinRules {
            level: asked.level,
            memory: self.memory,
            ..AdwinRules::up_to(2.0 * MOST_SD)
        };
        let mut window = Adwin::new(rules);
        let above_zero = |loss: f64| loss.clamp(-MOST_SD, MOST_SD) + MOST_SD;
        self.baseline.iter().for_each(|loss| _ = window.step(above_zero(*loss)));
        for loss in losses {
            let rise = window.step(above_zero(*loss)).filter(|c| c.direction == Direction::Rise);
            if let Some(rise) = rise {
                return Some((rise.rise, rise.reach, true));
            }
        }
        let (rise, reach) = window.nearest_rise()?;
        Some((rise, reach, false))
    }
}

/// The λ at which independent losses give an alarm once in `run_length`, on average, though nothing
/// has changed: the run length of a sum with steps of mean −δ and variance 1, started anew at 0, is
/// `(e^{2δb} − 1 − 2δb) / (2δ²)` with b = λ + 1.166, the overshoot of both ends added (Siegmund 1985,
/// "Sequential analysis: tests and confidence intervals", §2.6 and §10.2).
fn threshold_sd(tolerance: f64, run_length: f64) -> f64 {
    let target = 2.0 * tolerance * tolerance * run_length;
    let mut x = libm::log(1.0 + target);
    for _ in 0..50 {
        x = libm::log(1.0 + x + target);
    }
    (x / (2.0 * tolerance) - 1.166).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{Break, market};
    use super::*;

    #[test]
    fn the_threshold_is_that_of_the_tables() {
        // A sum with steps of mean −½ that gives an alarm at 4 does so once in 336 (Montgomery 2009,
        // "Introduction to statistical quality control", table 9.3, one side), by Siegmund in 338.
        assert!((threshold_sd(0.5, 338.1) - 4.0).abs() < 0.01, "{}", threshold_sd(0.5, 338.1));
        assert!(threshold_sd(0.1, 1e5) > threshold_sd(0.1, 1e4));
        assert_eq!(threshold_sd(0.1, 1e-9), 0.0);
    }

    #[test]
    fn a_mean_loss_is_minus_the_correlation() {
        let data = market(20, (0.1, 1), Break::None);
        let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
        let raw: Vec<f64> = data.columns[0].iter().map(|x| f64::from(*x)).collect();
        let scored = Scored { rows: &rows, raw: &raw };
        for horizon in &data.horizons {
            let losses = Losses::new(&data, horizon, scored).unwrap();
            let found = stats::mean(&losses.baseline).unwrap() * losses.sd;
            let correlation = stats::pearson(&raw, &horizon.y_bps).unwrap();
            assert!((found + correlation).abs() < 0.03, "{found} {correlation}");
            // Rows of labels over four bars share them; those over one do not.
            let most = 1.7 * f64::from(horizon.bars);
            assert!((1.0..most).contains(&losses.memory), "{}", losses.memory);
        }
    }

    #[test]
    fn a_loss_is_known_once_its_label_is_over() {
        let data = market(8, (0.1, 2), Break::None);
        let (rows, raw): (Vec<u32>, Vec<f64>) =
            (0..300).map(|row| (row, f64::from(row % 7))).unzip();
        let horizon = &data.horizons[1];
        let losses = Losses::new(&data, horizon, Scored { rows: &rows, raw: &raw }).unwrap();
        let known =
            |now: Ts| losses.of(&data, horizon, (Scored { rows: &rows, raw: &raw }, now)).len();
        let end = horizon.intervals[99].t1;
        assert_eq!((known(end), known(end.plus_us(1)), known(data.t0[0])), (99, 100, 0));
    }

    #[test]
    fn scores_that_are_all_alike_have_no_losses() {
        let data = market(8, (0.1, 2), Break::None);
        let rows: Vec<u32> = (0..300).collect();
        for raw in [vec![1.0; 300], vec![f64::NAN; 300]] {
            let scored = Scored { rows: &rows, raw: &raw };
            assert!(Losses::new(&data, &data.horizons[0], scored).is_none());
        }
    }
}
