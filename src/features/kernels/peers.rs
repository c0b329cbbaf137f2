//! Against ta-lib, an independent implementation, wherever it defines the same thing.
//!
//! It keeps running sums of prices near 100: the tolerance is for its own rounding.

use ta_lib::{Core, OutRange, RetCode};

use super::twins::{Noise, column, run};
use super::{Step, covariance, extremes, moments, regression, smooth, sums};

const BARS: usize = 3_000;

/// A random walk, as a price.
fn walk(seed: u64) -> Vec<f64> {
    let mut noise = Noise(seed);
    let mut price = 100.0;
    (0..BARS)
        .map(|_| {
            price *= 1.0 + 0.02 * (noise.unit() - 0.5);
            price
        })
        .collect()
}

type Answer = Result<OutRange, RetCode>;

/// Asserts that `ours` equals theirs from the first bar they answer, or from `settled` on.
fn assert_agree(ours: &[f64], settled: usize, theirs: impl FnOnce(&Core, &mut [f64]) -> Answer) {
    let mut out = vec![0.0; BARS];
    let range = theirs(&Core::new(), &mut out).expect("parameters are in range");
    assert!(range.count > 0);
    for (i, want) in (range.beg_idx..).zip(&out[..range.count]).skip_while(|(i, _)| *i < settled) {
        let near = (ours[i] - want).abs() <= 1e-9 * want.abs().max(0.1);
        assert!(near, "bar {i}: {} here, {want} there", ours[i]);
    }
}

fn ours(mut kernel: impl Step<1>, values: &[f64]) -> Vec<f64> {
    run(&mut kernel, &column(values))
}

const PERIODS: [i32; 4] = [2, 5, 20, 250];
const LAST: usize = BARS - 1;

#[test]
fn averages_agree() {
    let x = walk(1);
    for n in PERIODS {
        let bars = n as usize;
        assert_agree(&ours(sums::Mean::new(bars), &x), 0, |c, out| c.sma(0, LAST, &x, n, out));
        assert_agree(&ours(sums::Sum::new(bars), &x), 0, |c, out| c.sum(0, LAST, &x, n, out));
        assert_agree(&ours(smooth::Wma::new(bars), &x), 0, |c, out| c.wma(0, LAST, &x, n, out));
    }
}

#[test]
fn extremes_agree() {
    let x = walk(2);
    for n in PERIODS {
        let bars = n as usize;
        assert_agree(&ours(extremes::RollMin::new(bars), &x), 0, |c, out| {
            c.min(0, LAST, &x, n, out)
        });
        assert_agree(&ours(extremes::RollMax::new(bars), &x), 0, |c, out| {
            c.max(0, LAST, &x, n, out)
        });
    }
}

#[test]
fn spread_and_slope_agree() {
    let x = walk(3);
    for n in PERIODS {
        let bars = n as usize;
        // Theirs is the population's.
        let to_sample = (f64::from(n) / (f64::from(n) - 1.0)).sqrt();
        let std = ours(moments::Std::new(bars), &x);
        assert_agree(&std, 0, |c, out| c.stddev(0, LAST, &x, n, to_sample, out));
        let slope = ours(regression::Slope::new(bars), &x);
        assert_agree(&slope, 0, |c, out| c.linearreg_slope(0, LAST, &x, n, out));
    }
}

#[test]
fn correlations_agree() {
    let (x, y) = (walk(4), walk(5));
    let rows: Vec<[f64; 2]> = x.iter().zip(&y).map(|(x, y)| [*x, *y]).collect();
    for n in [5, 20, 250] {
        let corr = run(&mut covariance::Corr::new(n as usize), &rows);
        assert_agree(&corr, 0, |c, out| c.correl(0, LAST, &x, &y, n, out));
    }
}

/// They begin with the mean of the first n; that has decayed to nothing after 2,000 bars.
#[test]
fn exponential_averages_agree_once_their_beginnings_are_forgotten() {
    let x = walk(6);
    for n in [2, 5, 20, 50] {
        assert_agree(&ours(smooth::Smoother::exponential(n as usize), &x), 2_000, |c, out| {
            c.ema(0, LAST, &x, n, out)
        });
    }
}

#[test]
fn wilders_average_of_the_true_range_agrees() {
    let close = walk(7);
    let mut noise = Noise(8);
    let high: Vec<f64> = close.iter().map(|p| p * (1.0 + 0.01 * noise.unit())).collect();
    let low: Vec<f64> = close.iter().map(|p| p * (1.0 - 0.01 * noise.unit())).collect();
    let range: Vec<f64> =
        (1..BARS).map(|i| high[i].max(close[i - 1]) - low[i].min(close[i - 1])).collect();
    let mut atr = vec![f64::NAN];
    atr.extend(ours(smooth::Smoother::wilder(14), &range));
    assert_agree(&atr, 2_000, |c, out| c.atr(0, LAST, &high, &low, &close, 14, out));
}
