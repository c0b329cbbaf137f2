//! Spread and shape of a window: variance, standard deviation, z-score, skewness, kurtosis.
//!
//! Sample definitions, as in pandas. Where a window is constant its variance is exactly zero, and
//! then: z-score 0 (the value is where the others are), skewness 0, excess kurtosis 0 (no sign of
//! either; pandas gave 0 and −3 once, and gives missing values now). Windows too short for a
//! definition (variance 2, skewness 3, kurtosis 4 bars) give a missing value.

use super::window::{Halves, Rolling, Statistic, Summary};

/// Sample variance, with n − 1.
pub type Var = Rolling<Variance, 1>;

/// Sample standard deviation, with n − 1.
pub type Std = Rolling<StandardDeviation, 1>;

/// How many standard deviations this bar is above the mean of a window that includes it.
pub type ZScore = Rolling<Score, 1>;

/// Skewness, corrected for bias: pandas' `rolling().skew()`.
pub type Skew = Rolling<Skewness, 1>;

/// Excess kurtosis, corrected for bias: pandas' `rolling().kurt()`.
pub type Kurt = Rolling<Kurtosis, 1>;

/// `[k - 1]`: Σ(x − pivot)ᵏ for k = 1 to K.
#[derive(Debug, Clone, Copy)]
pub struct Powers<const K: usize>([f64; K]);

impl<const K: usize> Powers<K> {
    #[inline(always)]
    fn with(self, deviation: f64) -> Self {
        let mut power = 1.0;
        Self(self.0.map(|sum| {
            power *= deviation;
            sum + power
        }))
    }
}

impl<const K: usize> Summary<1> for Powers<K> {
    const EMPTY: Self = Self([0.0; K]);

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], [pivot]: [f64; 1], _: f64) -> Self {
        self.with(x - pivot)
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], [pivot]: [f64; 1], _: f64) -> Self {
        self.with(x - pivot)
    }
}

/// The mean, measured from the newer pivot, and Σ(x − mean)².
struct Spread {
    mean: f64,
    squares: f64,
}

impl Spread {
    /// Moving `c` sums by `e`: Σ(d + e)² = Σd² + e (2 Σd + c e). Then Σ(x − mean)² = S₂ − S₁²/n.
    #[inline(always)]
    fn of(window: &Halves<Powers<2>, 1>, per_bar: f64) -> Self {
        let (Powers([o1, o2]), Powers([s1, s2])) = (window.older, window.newer);
        let (moved, shift) = (window.n_older * window.shift(0), window.shift(0));
        let s1 = s1 + o1 + moved;
        let s2 = s2 + o2 + shift * (2.0 * o1 + moved);
        let mean = s1 * per_bar;
        Self { mean, squares: (s2 - s1 * mean).max(0.0) }
    }
}

/// Reads the variance.
pub struct Variance {
    per_bar: f64,
    per_freedom: f64,
}

impl Variance {
    #[inline(always)]
    fn spread(&self, window: &Halves<Powers<2>, 1>) -> Spread {
        let spread = Spread::of(window, self.per_bar);
        Spread { squares: spread.squares * self.per_freedom, ..spread }
    }
}

impl Statistic<1> for Variance {
    type Summary = Powers<2>;

    fn over(n: usize) -> Self {
        // One bar has no spread: 0 · ∞ is missing.
        Self { per_bar: 1.0 / n as f64, per_freedom: 1.0 / (n as f64 - 1.0) }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Powers<2>, 1>) -> f64 {
        self.spread(window).squares
    }
}

/// Reads the standard deviation.
pub struct StandardDeviation(Variance);

impl Statistic<1> for StandardDeviation {
    type Summary = Powers<2>;

    fn over(n: usize) -> Self {
        Self(Variance::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Powers<2>, 1>) -> f64 {
        self.0.read(window).sqrt()
    }
}

/// Reads the z-score.
pub struct Score(Variance);

impl Statistic<1> for Score {
    type Summary = Powers<2>;

    fn over(n: usize) -> Self {
        Self(Variance::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Powers<2>, 1>) -> f64 {
        let spread = self.0.spread(window);
        let distance = (window.x[0] - window.newer_pivot[0]) - spread.mean;
        if spread.squares == 0.0 { 0.0 } else { distance / spread.squares.sqrt() }
    }
}

/// Means of (x − mean)ᵏ for k = 1 to K: each half is moved from its pivot to the mean.
#[inline(always)]
fn central<const K: usize>(window: &Halves<Powers<K>, 1>, n: f64, per_bar: f64) -> [f64; K] {
    let shift = window.shift(0);
    let sum = window.newer.0[0] + window.older.0[0] + window.n_older * shift;
    let mean = sum * per_bar;
    let newer = moved(window.newer, -mean, n - window.n_older);
    let older = moved(window.older, shift - mean, window.n_older);
    std::array::from_fn(|k| (newer[k] + older[k]) * per_bar)
}

/// Σ(d + b)ᵏ of `count` bars from their Σdᵏ, by the binomial theorem.
#[inline(always)]
fn moved<const K: usize>(Powers(sums): Powers<K>, b: f64, count: f64) -> [f64; K] {
    const BINOMIAL: [[f64; 5]; 5] = [
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0, 0.0],
        [1.0, 2.0, 1.0, 0.0, 0.0],
        [1.0, 3.0, 3.0, 1.0, 0.0],
        [1.0, 4.0, 6.0, 4.0, 1.0],
    ];
    std::array::from_fn(|k| {
        let order = k + 1;
        // Horner's scheme in b, from Σ1 = count up to Σdᵏ.
        (1..=order).fold(count, |value, j| value * b + BINOMIAL[order][j] * sums[j - 1])
    })
}

/// Reads the skewness: G₁ = √(n (n − 1)) / (n − 2) · m₃ / m₂^(3/2) (Joanes & Gill 1998,
/// "Comparing measures of sample skewness and kurtosis").
pub struct Skewness {
    n: f64,
    per_bar: f64,
    correction: f64,
}

impl Statistic<1> for Skewness {
    type Summary = Powers<3>;

    fn over(n: usize) -> Self {
        let enough = n >= 3;
        let n = n as f64;
        let correction = (n * (n - 1.0)).sqrt() / (n - 2.0);
        Self { n, per_bar: 1.0 / n, correction: if enough { correction } else { f64::NAN } }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Powers<3>, 1>) -> f64 {
        let [_, m2, m3] = central(window, self.n, self.per_bar);
        let shape = if m2 <= 0.0 { 0.0 } else { m3 / (m2 * m2.sqrt()) };
        self.correction * shape
    }
}

/// Reads the excess kurtosis: G₂ = (n − 1) / ((n − 2)(n − 3)) · ((n + 1) m₄ / m₂² − 3 (n − 1))
/// (Joanes & Gill 1998).
pub struct Kurtosis {
    n: f64,
    per_bar: f64,
    correction: f64,
}

impl Statistic<1> for Kurtosis {
    type Summary = Powers<4>;

    fn over(n: usize) -> Self {
        let enough = n >= 4;
        let n = n as f64;
        let correction = (n - 1.0) / ((n - 2.0) * (n - 3.0));
        Self { n, per_bar: 1.0 / n, correction: if enough { correction } else { f64::NAN } }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Powers<4>, 1>) -> f64 {
        let [_, m2, _, m4] = central(window, self.n, self.per_bar);
        let shape = (self.n + 1.0) * (m4 / (m2 * m2)) - 3.0 * (self.n - 1.0);
        self.correction * if m2 <= 0.0 { 0.0 } else { shape }
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{
        Noise, Value, any_rows, assert_twin, assert_twin_everywhere, column, run,
    };
    use super::*;
    use proptest::prelude::*;

    /// Mean of (x − mean)ᵏ, in two passes.
    fn moment(window: &[[f64; 1]], k: i32) -> f64 {
        let n = window.len() as f64;
        let mean = window.iter().map(|[x]| x - window[0][0]).sum::<f64>() / n;
        window.iter().map(|[x]| (x - window[0][0] - mean).powi(k)).sum::<f64>() / n
    }

    fn var(window: &[[f64; 1]]) -> Value {
        let n = window.len() as f64;
        let var = moment(window, 2) * n / (n - 1.0);
        (if n > 1.0 { var } else { f64::NAN }, var)
    }

    fn std(window: &[[f64; 1]]) -> Value {
        let (var, _) = var(window);
        (var.sqrt(), var.sqrt())
    }

    fn score(window: &[[f64; 1]]) -> Value {
        let n = window.len();
        let origin = window[0][0];
        let mean = window.iter().map(|[x]| x - origin).sum::<f64>() / n as f64;
        let constant = window.iter().all(|x| *x == window[0]);
        match (n, constant) {
            (1, _) => (f64::NAN, 1.0),
            (_, true) => (0.0, 0.0),
            _ => ((window[n - 1][0] - origin - mean) / std(window).0, 1.0),
        }
    }

    fn shape(window: &[[f64; 1]], least: usize, of: impl Fn(f64) -> f64) -> Value {
        let constant = window.iter().all(|x| *x == window[0]);
        match (window.len(), constant) {
            (n, _) if n < least => (f64::NAN, 1.0),
            (_, true) => (0.0, 0.0),
            (n, _) => (of(n as f64), n as f64),
        }
    }

    fn skew(window: &[[f64; 1]]) -> Value {
        shape(window, 3, |n| {
            (n * (n - 1.0)).sqrt() / (n - 2.0) * moment(window, 3)
                / libm::pow(moment(window, 2), 1.5)
        })
    }

    fn kurt(window: &[[f64; 1]]) -> Value {
        shape(window, 4, |n| {
            let ratio = moment(window, 4) / moment(window, 2).powi(2);
            (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * ratio - 3.0 * (n - 1.0))
        })
    }

    #[test]
    fn six_bars_as_pandas_has_them() {
        let rows = column(&[2.0, 3.0, 5.0, 9.0, 1.0, 4.0]);
        let last = |out: Vec<f64>| out[5];
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-14, "{got} {want}");
        near(last(run(&mut Var::new(6), &rows)), 8.0);
        near(last(run(&mut Std::new(6), &rows)), 8.0f64.sqrt());
        near(last(run(&mut ZScore::new(6), &rows)), 0.0);
        near(last(run(&mut Skew::new(6), &rows)), 1.1932426932522988);
        near(last(run(&mut Kurt::new(6), &rows)), 1.66875);
    }

    #[test]
    fn moments_are_those_of_the_window() {
        assert_twin_everywhere(Var::new, 1e-12, var);
        assert_twin_everywhere(Std::new, 1e-12, std);
        assert_twin_everywhere(ZScore::new, 1e-12, score);
        assert_twin_everywhere(Skew::new, 1e-11, skew);
        assert_twin_everywhere(Kurt::new, 1e-11, kurt);
    }

    #[test]
    fn a_constant_window_has_no_spread_at_all() {
        let rows = column(&[0.1; 60]);
        for n in [2, 7, 20] {
            assert!(run(&mut Std::new(n), &rows)[n - 1..].iter().all(|v| *v == 0.0));
            assert!(run(&mut ZScore::new(n), &rows)[n - 1..].iter().all(|v| *v == 0.0));
        }
        assert!(run(&mut Skew::new(7), &rows)[6..].iter().all(|v| *v == 0.0));
        assert!(run(&mut Kurt::new(7), &rows)[6..].iter().all(|v| *v == 0.0));
    }

    #[test]
    fn a_million_bars_do_not_drift() {
        let mut noise = Noise(2);
        let rows: Vec<[f64; 1]> = (0..1_000_000).map(|_| [noise.price()]).collect();
        let out = run(&mut Std::new(288), &rows);
        for i in (999_000..1_000_000).step_by(7) {
            let want = std(&rows[i - 287..=i]).0;
            assert!((out[i] / want - 1.0).abs() < 1e-12, "bar {i}: {} against {want}", out[i]);
        }
    }

    proptest! {
        #[test]
        fn moments_hold_for_any_data((n, rows) in any_rows()) {
            assert_twin(Var::new(n), &rows, 1e-12, var);
            assert_twin(ZScore::new(n), &rows, 1e-12, score);
            assert_twin(Skew::new(n), &rows, 1e-11, skew);
            assert_twin(Kurt::new(n), &rows, 1e-11, kurt);
        }
    }
}
