//! A window that shrinks when its older part no longer agrees with its newer.

use std::collections::VecDeque;

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AdwinRules {
    /// A bound on the chance that a window without any change is cut: δ of the paper.
    pub level: f64,
    /// Losses are counted up to this, and from 0: the test's bound needs bounded numbers. A high
    /// quantile of the losses on rows the model was not fitted to.
    pub most: f64,
    /// The window is looked at every so many losses.
    pub every: u64,
    /// Neither part of a cut window is shorter.
    pub min_part: u64,
    /// How many losses count as one, 1 + 2 Σ of their autocorrelations; m of the bound is divided
    /// by it. The paper takes losses to be independent.
    pub memory: f64,
}

impl AdwinRules {
    /// The rest as in the authors' implementation: δ 0.002, a look every 32, parts of 5 and more.
    pub fn up_to(most: f64) -> Self {
        Self { level: 0.002, most, every: 32, min_part: 5, memory: 1.0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The loss is higher than it was: a reason to train again.
    Rise,
    /// The loss is lower; the window has forgotten the time when it was not.
    Fall,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub direction: Direction,
    /// Of the part that was dropped, and of the part that was kept.
    pub mean_before: f64,
    pub mean_after: f64,
    pub n_before: u64,
    pub n_after: u64,
    /// Where the mean rose farthest beyond what it may, of all cuts: by how much, and what it may.
    pub rise: f64,
    pub reach: f64,
}

/// Two parts of the window, and how far apart they are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parting {
    n_buckets: usize,
    /// Mean of the newer less that of the older.
    rise: f64,
    reach: f64,
}

/// ADWIN2 (Bifet & Gavaldà 2007, "Learning from time-changing data with adaptive windowing", SIAM
/// SDM, §3 and §4): the window is kept as an exponential histogram, at most `PER_SIZE` buckets of
/// each power of two, and cut where the means of two parts differ by more than
/// `ε = √((2/m) σ² ln(2/δ')) + (2/(3m)) ln(2/δ')`, m the harmonic mean 1/(1/n₀ + 1/n₁) of their
/// lengths, `δ' = δ / ln n`, σ² the window's variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Adwin {
    rules: AdwinRules,
    /// From the oldest to the newest.
    buckets: VecDeque<Bucket>,
    seen: u64,
}

/// M of the paper.
const PER_SIZE: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Bucket {
    n: u64,
    sum: f64,
    /// Σ (x − mean)²
    squares: f64,
}

impl Adwin {
    pub fn new(rules: AdwinRules) -> Self {
        Self { rules, buckets: VecDeque::new(), seen: 0 }
    }

    /// The change that a look at the window has found; of several cuts, the whole.
    pub fn step(&mut self, loss: f64) -> Option<Change> {
        if !loss.is_finite() || self.rules.most <= 0.0 {
            return None;
        }
        let x = (loss / self.rules.most).clamp(0.0, 1.0);
        self.buckets.push_back(Bucket { n: 1, sum: x, squares: 0.0 });
        self.merge();
        self.seen += 1;
        if !self.seen.is_multiple_of(self.rules.every.max(1)) {
            return None;
        }
        let (mut dropped, mut clearest) = (Bucket::default(), None);
        while let Some(cut) = self.cut() {
            clearest = clearest.filter(|one: &Parting| one.nearness() > cut.nearness());
            clearest = clearest.or(Some(cut));
            for bucket in self.buckets.drain(..cut.n_buckets) {
                dropped = dropped.with(bucket);
            }
        }
        clearest.map(|cut| self.change(dropped, cut))
    }

    /// The rise that is nearest to a cut, and what it would have to be.
    pub fn nearest_rise(&self) -> Option<(f64, f64)> {
        let partings = self.partings();
        let best = partings.iter().max_by(|a, b| a.nearness().total_cmp(&b.nearness()))?;
        Some((best.rise * self.rules.most, best.reach * self.rules.most))
    }

    /// Losses in the window.
    pub fn width(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.n).sum()
    }

    /// Of the losses in the window.
    pub fn mean(&self) -> Option<f64> {
        self.buckets.iter().copied().reduce(Bucket::with).map(|all| all.mean() * self.rules.most)
    }

    pub fn reset(&mut self) {
        *self = Self::new(self.rules);
    }

    /// From the newest on: where there is one bucket too many of a size, the two oldest become one.
    fn merge(&mut self) {
        let mut end = self.buckets.len();
        while let Some(last) = end.checked_sub(1) {
            let n = self.buckets[last].n;
            let same = (0..end).rev().take_while(|at| self.buckets[*at].n == n).count();
            if same <= PER_SIZE {
                return;
            }
            let first = end - same;
            self.buckets[first] = self.buckets[first].with(self.buckets[first + 1]);
            self.buckets.remove(first + 1);
            end = first + 1;
        }
    }

    /// Where the older part disagrees with the newer; the oldest such place. The authors drop one
    /// bucket and look again; dropping all that disagrees at once leaves the same window sooner.
    fn cut(&self) -> Option<Parting> {
        self.partings().into_iter().find(|parting| parting.rise.abs() > parting.reach)
    }

    fn partings(&self) -> Vec<Parting> {
        let Some(all) = self.buckets.iter().copied().reduce(Bucket::with) else { return vec![] };
        let n = all.n as f64;
        let log = libm::log(2.0 * libm::log(n.max(3.0)) / self.rules.level);
        let variance = all.squares / n;
        let mut before = Bucket::default();
        let mut partings = Vec::new();
        for (at, bucket) in self.buckets.iter().enumerate() {
            before = before.with(*bucket);
            let (n0, n1) = (before.n as f64, (all.n - before.n) as f64);
            if before.n < self.rules.min_part || all.n - before.n < self.rules.min_part {
                continue;
            }
            let inverse = (1.0 / n0 + 1.0 / n1) * self.rules.memory.max(1.0);
            let reach = (2.0 * inverse * variance * log).sqrt() + 2.0 / 3.0 * inverse * log;
            let rise = (all.sum - before.sum) / n1 - before.mean();
            partings.push(Parting { n_buckets: at + 1, rise, reach });
        }
        partings
    }

    fn change(&self, before: Bucket, cut: Parting) -> Change {
        let after = self.buckets.iter().copied().reduce(Bucket::with).unwrap_or_default();
        let rises = after.mean() > before.mean();
        Change {
            direction: if rises { Direction::Rise } else { Direction::Fall },
            mean_before: before.mean() * self.rules.most,
            mean_after: after.mean() * self.rules.most,
            n_before: before.n,
            n_after: after.n,
            rise: cut.rise * self.rules.most,
            reach: cut.reach * self.rules.most,
        }
    }
}

impl Parting {
    /// To a rise that is no chance, which is at 1.
    fn nearness(&self) -> f64 {
        self.rise / self.reach
    }
}

impl Bucket {
    /// Together (Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance").
    fn with(self, other: Self) -> Self {
        if self.n == 0 {
            return other;
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let apart = other.mean() - self.mean();
        Self {
            n: self.n + other.n,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares + apart * apart * a * b / (a + b),
        }
    }

    fn mean(self) -> f64 {
        self.sum / self.n as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::stats;

    #[test]
    fn buckets_are_powers_of_two_and_hold_all_of_the_window() {
        let mut window = Adwin::new(AdwinRules { level: 1e-30, ..AdwinRules::up_to(1.0) });
        let mut rng = Rng::new(3);
        let losses: Vec<f64> = (0..1000).map(|_| rng.uniform()).collect();
        assert!(losses.iter().all(|loss| window.step(*loss).is_none()));
        assert_eq!(window.width(), 1000);
        let sizes: Vec<u64> = window.buckets.iter().map(|bucket| bucket.n).collect();
        assert!(sizes.windows(2).all(|pair| pair[0] >= pair[1]), "{sizes:?}");
        assert!(sizes.iter().all(|n| n.is_power_of_two()), "{sizes:?}");
        assert!(sizes.chunk_by(|a, b| a == b).all(|same| same.len() <= PER_SIZE), "{sizes:?}");
        let all = window.buckets.iter().copied().reduce(Bucket::with).unwrap();
        assert!((all.squares / 999.0 - stats::variance(&losses).unwrap()).abs() < 1e-12);
        assert!((window.mean().unwrap() - stats::mean(&losses).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn after_a_jump_the_window_holds_what_came_after() {
        for (to, direction) in [(6.0, Direction::Rise), (1.0, Direction::Fall)] {
            let mut window = Adwin::new(AdwinRules::up_to(10.0));
            let losses = (0..1024).map(|t| if t < 512 { 3.0 } else { to });
            let found: Vec<Change> = losses.filter_map(|loss| window.step(loss)).collect();
            assert_eq!(found[0].direction, direction);
            assert!((found[0].mean_before - 3.0).abs() < 0.2, "{found:?}");
            assert!(found.iter().all(|change| change.direction == direction), "{found:?}");
            assert!(window.width() <= 512 + 64, "{}", window.width());
            let change = &found[0];
            assert!(change.rise.abs() > change.reach, "{found:?}");
            assert_eq!(change.rise > 0.0, direction == Direction::Rise);
            let (rise, reach) = window.nearest_rise().unwrap();
            assert!(rise.abs() < reach, "{rise} {reach}");
            assert!((window.mean().unwrap() - to).abs() < 0.3, "{window:?}");
        }
    }

    #[test]
    fn losses_are_counted_between_nothing_and_the_most() {
        let mut window = Adwin::new(AdwinRules::up_to(2.0));
        for loss in [f64::NAN, -5.0, 1e9, f64::INFINITY] {
            assert_eq!(window.step(loss), None);
        }
        assert_eq!((window.width(), window.mean()), (2, Some(1.0)));
        assert_eq!(Adwin::new(AdwinRules::up_to(0.0)).step(1.0), None);
    }
}
