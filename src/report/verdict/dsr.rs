//! How likely a Sharpe ratio is more than the luck of the best of many trials.

use serde::Serialize;

use super::psr::Record;
use crate::backtest::metrics::luck::expected_best;
use crate::stats;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deflated {
    pub n_trials: u64,
    /// Standard deviation of worthless trials' daily ratios; of one trial there is none.
    pub spread_per_day: Option<f64>,
    /// The daily ratio that the best of the trials would reach without any skill.
    pub luck_per_day: f64,
    /// How surely the true ratio is above 0, after taking the luck of the best off.
    pub probability: Option<f64>,
}

/// The deflated Sharpe ratio: [`Record::probability_above`] the luck of the best of N trials,
/// `s* = √V · ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e)))`, V the variance of their ratios (Bailey
/// & López de Prado 2014, "The deflated Sharpe ratio", J. Portfolio Management 40(5), eqs. 1 and
/// 2). N counts independent trials: where they are alike, the luck is overstated and the
/// probability on the safe side. V is what it is if no trial is worth anything, the squared error of
/// a ratio of so many days: that of trials at hand mixes luck with how much better some are than
/// others, and is next to nothing where they are alike, however many others were tried before. (Of a
/// ratio of 0 the error does not depend on skewness and kurtosis: V = 1 / (n − 1).)
pub fn deflated(record: &Record, n_trials: u64) -> Option<Deflated> {
    let n_trials = n_trials.max(1);
    let Some(best) = expected_best(n_trials) else {
        let probability = record.probability_above(0.0);
        return Some(Deflated { n_trials, spread_per_day: None, luck_per_day: 0.0, probability });
    };
    let sd = (record.n_days > 1).then(|| 1.0 / (record.n_days as f64 - 1.0).sqrt())?;
    let luck_per_day = sd * best;
    let probability = record.probability_above(luck_per_day);
    Some(Deflated { n_trials, spread_per_day: Some(sd), luck_per_day, probability })
}

impl Deflated {
    /// Days until the probability reaches `confidence`, if the daily ratio stays and nothing else
    /// is tried: the trials' ratios, as far as they are luck, draw together with the root of time,
    /// so `n = ((Φ⁻¹(confidence) √(1 − γ₃ s + (γ₄ − 1) s² / 4) + s* √n₀) / s)²`. `None` where the
    /// ratio is not above 0.
    pub fn days_needed(&self, record: &Record, confidence: f64) -> Option<f64> {
        let s = (record.sharpe_per_day > 0.0).then_some(record.sharpe_per_day)?;
        let so_far = (record.n_days as f64 - 1.0).sqrt();
        let z = stats::normal_quantile(confidence)?;
        let root = (z * record.shape().sqrt() + self.luck_per_day * so_far) / s;
        super::finite(1.0 + root * root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn the_example_of_the_paper() {
        // Bailey & López de Prado 2014, "A numerical example": 1250 days at 2.5 a year of 250 days,
        // skewness −3, kurtosis 10, 100 trials of yearly variance ½: luck 0.1132 a day, DSR 0.9004.
        let sharpe_per_day = 2.5 / 250_f64.sqrt();
        let record = Record { n_days: 1250, sharpe_per_day, skewness: -3.0, kurtosis: 10.0 };
        let luck = (0.5 / 250_f64).sqrt() * expected_best(100).unwrap();
        assert!((luck - 0.1132).abs() < 5e-5, "{luck}");
        assert!((record.probability_above(luck).unwrap() - 0.9004).abs() < 5e-5);
    }

    #[test]
    fn one_trial_is_compared_with_nothing() {
        let record = Record { n_days: 300, sharpe_per_day: 0.1, skewness: 0.2, kurtosis: 4.0 };
        for n_trials in [0, 1] {
            let found = deflated(&record, n_trials).unwrap();
            assert_eq!((found.n_trials, found.spread_per_day, found.luck_per_day), (1, None, 0.0));
            assert_eq!(found.probability, record.probability_above(0.0));
        }
    }

    #[test]
    fn worthless_trials_spread_by_the_error_of_a_ratio() {
        let record = Record { n_days: 401, sharpe_per_day: 0.0, skewness: 0.0, kurtosis: 3.0 };
        let found = deflated(&record, 50).unwrap();
        assert!((found.spread_per_day.unwrap() - 0.05).abs() < 1e-15);
        assert!((found.luck_per_day - 0.05 * expected_best(50).unwrap()).abs() < 1e-15);
        assert!(found.probability.unwrap() < 0.02);
    }

    #[test]
    fn the_luck_of_worthless_trials_is_not_less_where_wins_are_wide() {
        let record = |skewness: f64, kurtosis: f64| Record {
            n_days: 450,
            sharpe_per_day: 0.2,
            skewness,
            kurtosis,
        };
        let [plain, wide] = [record(0.0, 3.0), record(2.0, 10.0)].map(|r| deflated(&r, 600));
        let (plain, wide) = (plain.unwrap(), wide.unwrap());
        assert_eq!(plain.luck_per_day, wide.luck_per_day);
        assert!(wide.probability.unwrap() < 0.95, "{wide:?}");
    }

    #[test]
    fn with_the_days_needed_the_probability_is_as_asked() {
        let record = Record { n_days: 401, sharpe_per_day: 0.1, skewness: -1.0, kurtosis: 6.0 };
        let found = deflated(&record, 500).unwrap();
        let n_days = found.days_needed(&record, 0.95).unwrap().round() as u64;
        assert!(n_days > 1500, "{n_days}");
        let later = deflated(&Record { n_days, ..record }, 500).unwrap();
        assert!((later.probability.unwrap() - 0.95).abs() < 1e-3, "{later:?}");
        assert_eq!(found.days_needed(&Record { sharpe_per_day: 0.0, ..record }, 0.95), None);
    }

    /// The best of 40 worthless trials: nearly always "significant" alone, and rarely so deflated.
    #[test]
    fn the_best_of_many_worthless_trials_is_seen_through() {
        let (mut naive, mut after) = (0, 0);
        for seed in 0..100 {
            let mut rng = Rng::stream(seed, "dsr", &[]);
            let mut one =
                || Record::of(&(0..250).map(|_| rng.normal()).collect::<Vec<_>>()).unwrap();
            let trials: Vec<Record> = (0..40).map(|_| one()).collect();
            let best =
                trials.iter().max_by(|a, b| a.sharpe_per_day.total_cmp(&b.sharpe_per_day)).unwrap();
            let found = deflated(best, 40).unwrap();
            naive += usize::from(best.probability_above(0.0).unwrap() > 0.95);
            after += usize::from(found.probability.unwrap() > 0.95);
        }
        assert!(naive > 75, "{naive}");
        assert!(after <= 5, "{after}");
    }
}
