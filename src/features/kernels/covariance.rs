//! Two columns over a window: covariance, correlation, slope of one on the other.
//!
//! A constant column has correlation 0 with anything, and nothing has a slope on it: beta 0. One
//! bar alone has neither: missing.

use super::window::{Halves, Rolling, Statistic, Summary};

/// Sample covariance of two columns, with n − 1.
pub type Cov = Rolling<Covariance, 2>;

/// Pearson's correlation of two columns, −1 to 1.
pub type Corr = Rolling<Correlation, 2>;

/// Slope of the first column on the second: their covariance over the second's variance.
pub type Beta = Rolling<SlopeOn, 2>;

/// Sums of products about a pair of pivots (the co-moments of Pébay 2008, "Formulas for robust,
/// one-pass parallel computation of covariances and arbitrary-order statistical moments").
#[derive(Debug, Clone, Copy)]
pub struct Pairs {
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Summary<2> for Pairs {
    const EMPTY: Self = Self { x: 0.0, y: 0.0, xx: 0.0, yy: 0.0, xy: 0.0 };

    #[inline(always)]
    fn newer(self, [x, y]: [f64; 2], pivot: [f64; 2], _: f64) -> Self {
        let (x, y) = (x - pivot[0], y - pivot[1]);
        Self {
            x: self.x + x,
            y: self.y + y,
            xx: self.xx + x * x,
            yy: self.yy + y * y,
            xy: self.xy + x * y,
        }
    }

    #[inline(always)]
    fn older(self, x: [f64; 2], pivot: [f64; 2], place: f64) -> Self {
        self.newer(x, pivot, place)
    }
}

/// Σ(x − x̄)², Σ(y − ȳ)², Σ(x − x̄)(y − ȳ).
struct Central {
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Central {
    #[inline(always)]
    fn of(window: &Halves<Pairs, 2>, per_bar: f64) -> Self {
        let (older, newer) = (window.older, window.newer);
        let count = window.n_older;
        let (by_x, by_y) = (window.shift(0), window.shift(1));
        let x = newer.x + older.x + count * by_x;
        let y = newer.y + older.y + count * by_y;
        let xx = newer.xx + (older.xx + by_x * (2.0 * older.x + count * by_x));
        let yy = newer.yy + (older.yy + by_y * (2.0 * older.y + count * by_y));
        let xy = newer.xy + (older.xy + by_y * older.x + by_x * (older.y + count * by_y));
        let (mean_x, mean_y) = (x * per_bar, y * per_bar);
        Self { xx: (xx - x * mean_x).max(0.0), yy: (yy - y * mean_y).max(0.0), xy: xy - x * mean_y }
    }
}

/// Reads the covariance.
pub struct Covariance {
    per_bar: f64,
    per_freedom: f64,
}

impl Statistic<2> for Covariance {
    type Summary = Pairs;

    fn over(n: usize) -> Self {
        // One bar has no spread: 0 · ∞ is missing.
        Self { per_bar: 1.0 / n as f64, per_freedom: 1.0 / (n as f64 - 1.0) }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Pairs, 2>) -> f64 {
        Central::of(window, self.per_bar).xy * self.per_freedom
    }
}

/// Reads the correlation.
pub struct Correlation(Covariance);

impl Statistic<2> for Correlation {
    type Summary = Pairs;

    fn over(n: usize) -> Self {
        Self(Covariance::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Pairs, 2>) -> f64 {
        let Central { xx, yy, xy } = Central::of(window, self.0.per_bar);
        let correlation = (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0);
        if (xx == 0.0) | (yy == 0.0) { self.0.undefined_or_zero() } else { correlation }
    }
}

/// Reads the slope of the first column on the second.
pub struct SlopeOn(Covariance);

impl Statistic<2> for SlopeOn {
    type Summary = Pairs;

    fn over(n: usize) -> Self {
        Self(Covariance::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Pairs, 2>) -> f64 {
        let Central { yy, xy, .. } = Central::of(window, self.0.per_bar);
        if yy == 0.0 { self.0.undefined_or_zero() } else { xy / yy }
    }
}

impl Covariance {
    /// Without spread: missing for one bar, else 0.
    fn undefined_or_zero(&self) -> f64 {
        0.0 * self.per_freedom
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{
        Noise, Value, any_rows, assert_twin, assert_twin_everywhere, central_sums, run,
    };
    use super::*;
    use proptest::prelude::*;

    fn pairs(window: &[[f64; 2]]) -> Vec<(f64, f64)> {
        window.iter().map(|[x, y]| (*x, *y)).collect()
    }

    fn cov(window: &[[f64; 2]]) -> Value {
        let (xx, yy, xy) = central_sums(&pairs(window));
        let freedom = window.len() as f64 - 1.0;
        (xy / freedom, (xx * yy).sqrt() / freedom)
    }

    fn constant(window: &[[f64; 2]], k: usize) -> bool {
        window.len() > 1 && window.iter().all(|row| row[k] == window[0][k])
    }

    fn corr(window: &[[f64; 2]]) -> Value {
        let (xx, yy, xy) = central_sums(&pairs(window));
        let flat = constant(window, 0) || constant(window, 1);
        (if flat { 0.0 } else { xy / (xx * yy).sqrt() }, 1.0)
    }

    fn beta(window: &[[f64; 2]]) -> Value {
        let (xx, yy, xy) = central_sums(&pairs(window));
        if constant(window, 1) { (0.0, 0.0) } else { (xy / yy, (xx / yy).sqrt()) }
    }

    #[test]
    fn two_columns_as_pandas_has_them() {
        let rows = [[1.0, 2.0], [2.0, 1.0], [4.0, 3.0], [3.0, 5.0], [7.0, 4.0]];
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-15, "{got} {want}");
        near(run(&mut Cov::new(4), &rows)[4], 5.0 / 3.0);
        near(run(&mut Corr::new(4), &rows)[4], 0.45175395145262565);
        // Var(y) of 1 3 5 4 is 35 / 12.
        near(run(&mut Beta::new(4), &rows)[4], 5.0 / 3.0 / (35.0 / 12.0));
    }

    #[test]
    fn covariances_are_those_of_the_window() {
        assert_twin_everywhere(Cov::new, 1e-12, cov);
        assert_twin_everywhere(Corr::new, 1e-11, corr);
        assert_twin_everywhere(Beta::new, 1e-11, beta);
    }

    #[test]
    fn with_a_constant_nothing_goes_together() {
        let rows: Vec<[f64; 2]> = (0..30).map(|i| [f64::from(i), 0.1]).collect();
        assert!(run(&mut Corr::new(7), &rows)[6..].iter().all(|v| *v == 0.0));
        assert!(run(&mut Beta::new(7), &rows)[6..].iter().all(|v| *v == 0.0));
        assert!(run(&mut Cov::new(7), &rows)[6..].iter().all(|v| *v == 0.0));
    }

    #[test]
    fn a_million_bars_do_not_drift() {
        let mut noise = Noise(5);
        let rows: Vec<[f64; 2]> = (0..1_000_000).map(|_| [noise.price(), noise.price()]).collect();
        let out = run(&mut Corr::new(288), &rows);
        for i in (999_000..1_000_000).step_by(7) {
            assert!((out[i] - corr(&rows[i - 287..=i]).0).abs() < 1e-12, "bar {i}");
        }
    }

    proptest! {
        #[test]
        fn covariances_hold_for_any_data((n, rows) in any_rows()) {
            assert_twin(Cov::new(n), &rows, 1e-12, cov);
            assert_twin(Corr::new(n), &rows, 1e-11, corr);
            assert_twin(Beta::new(n), &rows, 1e-11, beta);
        }
    }
}
