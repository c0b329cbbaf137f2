//! A loss that rises and stays up: the Page–Hinkley test.

use serde::Serialize;

/// All in standard deviations of the loss, so that they mean the same for any loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PageHinkleyRules {
    /// A rise of the mean by less than this is borne.
    pub tolerance_sd: f64,
    /// The sum of what is above mean and tolerance, since it was lowest, at which the alarm is
    /// given. False alarms become rarer with e to the power of 2 · tolerance · threshold. For
    /// losses that remember it is multiplied by `memory`: their sum wanders that much wider for the
    /// same slope.
    pub threshold_sd: f64,
    /// One loss counts for no more than this far from the mean: one crash is no drift.
    pub most_sd: f64,
    /// Losses before the first alarm, times `memory`: mean and standard deviation must be known.
    pub min_losses: u64,
    /// How many losses count as one, 1 + 2 Σ of their autocorrelations: those of overlapping
    /// labels, and of markets whose volatility persists, are far from independent.
    pub memory: f64,
}

impl Default for PageHinkleyRules {
    fn default() -> Self {
        Self { tolerance_sd: 0.1, threshold_sd: 50.0, most_sd: 4.0, min_losses: 200, memory: 1.0 }
    }
}

/// The alarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rise {
    /// Losses since the start or the last reset.
    pub n_losses: u64,
    /// The losses since which the sum has risen: the change is somewhere about their beginning.
    pub since: u64,
    pub mean: f64,
    pub sum_sd: f64,
}

/// Page 1954 ("Continuous inspection schemes", Biometrika 41) with the running mean of Hinkley 1971
/// ("Inference about the change-point from cumulative sum tests", Biometrika 58):
/// `Sₜ = Σ (zᵢ − δ)`, `z` the loss less the mean so far over the standard deviation so far; the
/// alarm is given where `Sₜ − min S` exceeds λ. Mean and deviation are those before the loss
/// (Welford 1962, Technometrics 4), so that a jump is not measured by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct PageHinkley {
    rules: PageHinkleyRules,
    n: u64,
    mean: f64,
    squares: f64,
    /// Sₜ − min S: the sum, started anew whenever it would be below 0.
    sum: f64,
    since: u64,
}

impl PageHinkley {
    pub fn new(rules: PageHinkleyRules) -> Self {
        Self { rules, n: 0, mean: 0.0, squares: 0.0, sum: 0.0, since: 0 }
    }

    /// One that knows mean and standard deviation from losses that are no reason for an alarm: those
    /// of rows that the model was not fitted to, before it was used.
    pub fn informed(rules: PageHinkleyRules, losses: &[f64]) -> Self {
        let mut test = Self::new(rules);
        losses.iter().filter(|loss| loss.is_finite()).for_each(|loss| test.learn(*loss));
        test
    }

    /// How far the sum stands above its lowest, as `threshold_sd` counts.
    pub fn height_sd(&self) -> f64 {
        self.sum / self.memory()
    }

    /// The alarm, given once: the detector then starts anew.
    pub fn step(&mut self, loss: f64) -> Option<Rise> {
        if !loss.is_finite() {
            return None;
        }
        if let Some(z) = self.standardised(loss) {
            let most = self.rules.most_sd;
            self.sum += z.clamp(-most, most) - self.rules.tolerance_sd;
            self.since += 1;
            if self.sum <= 0.0 {
                (self.sum, self.since) = (0.0, 0);
            }
        }
        self.learn(loss);
        (self.sum > self.rules.threshold_sd * self.memory()).then(|| self.alarm())
    }

    /// Forgets everything: after a training the losses are those of another model.
    pub fn reset(&mut self) {
        *self = Self::new(self.rules);
    }

    /// Once enough losses are known, and they vary.
    fn standardised(&self, loss: f64) -> Option<f64> {
        let is_known = self.n as f64 >= self.rules.min_losses.max(2) as f64 * self.memory();
        let sd = (self.squares / (self.n as f64 - 1.0)).sqrt();
        (is_known && sd > 0.0).then(|| (loss - self.mean) / sd)
    }

    fn memory(&self) -> f64 {
        self.rules.memory.max(1.0)
    }

    fn learn(&mut self, loss: f64) {
        self.n += 1;
        let before = loss - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (loss - self.mean);
    }

    fn alarm(&mut self) -> Rise {
        let (n_losses, since) = (self.n, self.since);
        let rise = Rise { n_losses, since, mean: self.mean, sum_sd: self.sum };
        self.reset();
        rise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PageHinkleyRules = PageHinkleyRules {
        tolerance_sd: 0.5,
        threshold_sd: 3.0,
        most_sd: 10.0,
        min_losses: 4,
        memory: 1.0,
    };

    #[test]
    fn a_rise_by_hand() {
        let mut test = PageHinkley::new(RULES);
        // Mean 1, sum of squares 4, sd √(4/3).
        for loss in [0.0, 2.0, 0.0, 2.0] {
            assert_eq!(test.step(loss), None);
        }
        let sd = (4.0_f64 / 3.0).sqrt();
        assert_eq!(test.step(3.0), None);
        let first = 2.0 / sd - 0.5;
        assert!((test.sum - first).abs() < 1e-12);
        // Mean 7/5, squares 4 + 2 · 1.6 = 7.2 over 4.
        let second = (4.0 - 1.4) / 1.8_f64.sqrt() - 0.5;
        assert_eq!(test.step(4.0), None);
        assert!((test.sum - first - second).abs() < 1e-12);
        let rise = test.step(5.0).unwrap();
        assert_eq!((rise.n_losses, rise.since), (7, 3));
        assert!((rise.mean - 16.0 / 7.0).abs() < 1e-12);
        assert_eq!(test, PageHinkley::new(RULES));
    }

    #[test]
    fn what_is_known_before_sets_the_scale_and_raises_no_alarm() {
        let before: Vec<f64> = (0..400).map(|t| f64::from(t % 2)).collect();
        let rising: Vec<f64> = (0..400).map(f64::from).collect();
        assert_eq!(PageHinkley::informed(RULES, &rising).height_sd(), 0.0);
        let memory = PageHinkleyRules { memory: 2.0, ..RULES };
        let mut test = PageHinkley::informed(memory, &before);
        assert_eq!(test.step(1.5), None);
        // sd √(100/399), the mean 1/2: 1.9975 − 0.5, over two.
        assert!((test.height_sd() - 0.7487).abs() < 1e-4, "{}", test.height_sd());
    }

    #[test]
    fn a_fall_is_no_reason_to_train_again() {
        let mut test = PageHinkley::new(RULES);
        let losses = (0..400).map(|t| f64::from(t % 2) - if t < 100 { 0.0 } else { 5.0 });
        assert!(losses.into_iter().all(|loss| test.step(loss).is_none()));
    }

    #[test]
    fn what_is_no_number_is_passed_over_and_a_constant_has_no_scale() {
        let mut test = PageHinkley::new(RULES);
        for _ in 0..50 {
            assert_eq!(test.step(f64::NAN), None);
            assert_eq!(test.step(1.0), None);
        }
        assert_eq!((test.n, test.sum), (50, 0.0));
    }

    #[test]
    fn one_crash_is_no_drift() {
        let rules = PageHinkleyRules { most_sd: 2.0, ..RULES };
        let mut test = PageHinkley::new(rules);
        let losses = (0..200).map(|t| if t == 100 { 1e9 } else { f64::from(t % 2) });
        assert!(losses.into_iter().all(|loss| test.step(loss).is_none()));
    }
}
