//! Least squares over a window: the value against time, per bar.
//!
//! A constant window has slope 0 and r² 0. One bar alone fits no line: missing.

pub use super::covariance::{Beta, Corr, Cov};
use super::window::{Halves, Rolling, Statistic, Summary};

/// Slope of the least-squares line through the last `n` bars, per bar.
pub type Slope = Rolling<LineSlope, 1>;

/// Share of the window's variance that its least-squares line explains, 0 to 1.
pub type R2 = Rolling<LineFit, 1>;

/// How far this bar is above the least-squares line through the last `n` bars, itself included.
pub type Residual = Rolling<LineResidual, 1>;

/// Σ(x − pivot), and the same with weights: in the older half 1, 2, … from its oldest bar, in the
/// newer half 0, 1, … from its pivot. So weights only grow and no sum is ever taken off another.
#[derive(Debug, Clone, Copy)]
pub struct Trend {
    sum: f64,
    weighted: f64,
}

impl Summary<1> for Trend {
    const EMPTY: Self = Self { sum: 0.0, weighted: 0.0 };

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], [pivot]: [f64; 1], place: f64) -> Self {
        let deviation = x - pivot;
        Self { sum: self.sum + deviation, weighted: self.weighted + place * deviation }
    }

    /// Every bar there gains one in weight, and the newcomer has 1.
    #[inline(always)]
    fn older(self, [x]: [f64; 1], [pivot]: [f64; 1], _: f64) -> Self {
        let sum = self.sum + (x - pivot);
        Self { sum, weighted: self.weighted + sum }
    }
}

/// Of a whole window: Σ(x − p) and Σ w (x − p) with w = 1 … n and the newer pivot p.
pub struct Weighted {
    pub sum: f64,
    pub weighted: f64,
}

impl Weighted {
    #[inline(always)]
    pub fn of(window: &Halves<Trend, 1>) -> Self {
        let n_older = window.n_older;
        let moved = n_older * window.shift(0);
        let (older, newer) = (window.older, window.newer);
        Self {
            sum: older.sum + newer.sum + moved,
            weighted: (older.weighted + 0.5 * (n_older + 1.0) * moved)
                + (newer.weighted + (n_older + 1.0) * newer.sum),
        }
    }

    /// Σ(w − w̄)(x − x̄).
    #[inline(always)]
    fn against_time(&self, time: Time) -> f64 {
        self.weighted - time.middle * self.sum
    }
}

/// The weights 1 … n as a column of its own.
#[derive(Debug, Clone, Copy)]
struct Time {
    n: f64,
    /// Their mean, (n + 1) / 2.
    middle: f64,
    /// One over their Σ(w − w̄)² = n (n² − 1) / 12; infinite for one bar, which has no line.
    per_square: f64,
    per_bar: f64,
}

impl Time {
    fn over(n: usize) -> Self {
        let n = n as f64;
        let per_square = 12.0 / (n * (n * n - 1.0));
        Self { n, middle: 0.5 * (n + 1.0), per_square, per_bar: 1.0 / n }
    }
}

/// Reads the slope.
pub struct LineSlope(Time);

impl Statistic<1> for LineSlope {
    type Summary = Trend;

    fn over(n: usize) -> Self {
        Self(Time::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Trend, 1>) -> f64 {
        Weighted::of(window).against_time(self.0) * self.0.per_square
    }
}

/// Reads the residual of the newest bar.
pub struct LineResidual(Time);

impl Statistic<1> for LineResidual {
    type Summary = Trend;

    fn over(n: usize) -> Self {
        Self(Time::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Trend, 1>) -> f64 {
        let weighted = Weighted::of(window);
        let slope = weighted.against_time(self.0) * self.0.per_square;
        let fitted = weighted.sum * self.0.per_bar + slope * (self.0.n - self.0.middle);
        (window.x[0] - window.newer_pivot[0]) - fitted
    }
}

/// [`Trend`] and Σ(x − pivot)².
#[derive(Debug, Clone, Copy)]
pub struct TrendAndSquares {
    trend: Trend,
    squares: f64,
}

impl Summary<1> for TrendAndSquares {
    const EMPTY: Self = Self { trend: Trend::EMPTY, squares: 0.0 };

    #[inline(always)]
    fn newer(self, x: [f64; 1], pivot: [f64; 1], place: f64) -> Self {
        let deviation = x[0] - pivot[0];
        Self {
            trend: self.trend.newer(x, pivot, place),
            squares: self.squares + deviation * deviation,
        }
    }

    #[inline(always)]
    fn older(self, x: [f64; 1], pivot: [f64; 1], place: f64) -> Self {
        let deviation = x[0] - pivot[0];
        Self {
            trend: self.trend.older(x, pivot, place),
            squares: self.squares + deviation * deviation,
        }
    }
}

/// Reads r².
pub struct LineFit(Time);

impl Statistic<1> for LineFit {
    type Summary = TrendAndSquares;

    fn over(n: usize) -> Self {
        Self(Time::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<TrendAndSquares, 1>) -> f64 {
        let shift = window.shift(0);
        let moved = window.n_older * shift;
        let weighted = Weighted::of(&window.map(|half| half.trend));
        let squares = window.newer.squares
            + (window.older.squares + shift * (2.0 * window.older.trend.sum + moved));
        let central = squares - weighted.sum * weighted.sum * self.0.per_bar;
        let explained = weighted.against_time(self.0);
        let explained = explained * (explained * self.0.per_square);
        // A constant explains nothing; of one bar 0 · ∞ is missing, as it should be.
        if central <= 0.0 { 0.0 * self.0.per_square } else { (explained / central).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{
        Noise, Value, any_rows, assert_twin, assert_twin_everywhere, central_sums, column, run,
    };
    use super::*;
    use proptest::prelude::*;

    fn against_time(window: &[[f64; 1]]) -> Vec<(f64, f64)> {
        window.iter().enumerate().map(|(t, [x])| (t as f64, *x)).collect()
    }

    fn slope(window: &[[f64; 1]]) -> Value {
        let (tt, xx, tx) = central_sums(&against_time(window));
        (tx / tt, (xx / tt).sqrt())
    }

    fn r2(window: &[[f64; 1]]) -> Value {
        let (tt, xx, tx) = central_sums(&against_time(window));
        let constant = window.iter().all(|x| *x == window[0]);
        (if constant && window.len() > 1 { 0.0 } else { (tx / tt) * (tx / xx) }, 1.0)
    }

    fn residual(window: &[[f64; 1]]) -> Value {
        let n = window.len() as f64;
        let mean = window.iter().map(|[x]| x - window[0][0]).sum::<f64>() / n;
        let last = window[window.len() - 1][0] - window[0][0];
        let (_, xx, _) = central_sums(&against_time(window));
        (last - mean - slope(window).0 * 0.5 * (n - 1.0), xx.sqrt())
    }

    #[test]
    fn four_bars_by_hand() {
        // Time 0 … 3, values 1 2 4 3: x̄ = 2.5, Σ(t − t̄)(x − x̄) = 4, Σ(t − t̄)² = 5, Σ(x − x̄)² = 5.
        let rows = column(&[1.0, 2.0, 4.0, 3.0]);
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-15, "{got} {want}");
        near(run(&mut Slope::new(4), &rows)[3], 0.8);
        near(run(&mut R2::new(4), &rows)[3], 0.64);
        near(run(&mut Residual::new(4), &rows)[3], -0.7);
    }

    #[test]
    fn flat_windows_have_no_line_to_speak_of() {
        let (flat, rising) = ([0.1; 30], std::array::from_fn::<f64, 30, _>(|i| i as f64));
        assert!(run(&mut Slope::new(7), &column(&flat))[6..].iter().all(|v| *v == 0.0));
        assert!(run(&mut R2::new(7), &column(&flat))[6..].iter().all(|v| *v == 0.0));
        assert!(run(&mut Residual::new(7), &column(&flat))[6..].iter().all(|v| *v == 0.0));
        assert!(run(&mut R2::new(7), &column(&rising))[6..].iter().all(|v| *v == 1.0));
    }

    #[test]
    fn lines_are_those_of_the_window() {
        assert_twin_everywhere(Slope::new, 1e-12, slope);
        assert_twin_everywhere(R2::new, 1e-12, r2);
        assert_twin_everywhere(Residual::new, 1e-12, residual);
    }

    #[test]
    fn a_million_bars_do_not_drift() {
        let mut noise = Noise(5);
        let rows: Vec<[f64; 1]> = (0..1_000_000).map(|_| [noise.price()]).collect();
        let out = run(&mut Slope::new(288), &rows);
        for i in (999_000..1_000_000).step_by(7) {
            let (want, size) = slope(&rows[i - 287..=i]);
            assert!((out[i] - want).abs() < 1e-12 * size, "bar {i}: {} against {want}", out[i]);
        }
    }

    proptest! {
        #[test]
        fn lines_hold_for_any_data((n, rows) in any_rows()) {
            assert_twin(Slope::new(n), &rows, 1e-12, slope);
            assert_twin(R2::new(n), &rows, 1e-11, r2);
            assert_twin(Residual::new(n), &rows, 1e-12, residual);
        }
    }
}
