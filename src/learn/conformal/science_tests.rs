//! Simulated markets: do 90 % intervals hold 90 %?

use super::*;
use crate::rng::Rng;

struct Market {
    outcome: Vec<f64>,
    scale: Vec<f64>,
}

/// Labels of `horizon` bars over Student returns of 4 degrees of freedom whose log volatility is an
/// AR(1) of the given spread; the scale is the exponentially weighted volatility known at the row.
fn market(seed: u64, n: usize, horizon: usize, vol_spread: f64) -> Market {
    const WARM_UP: usize = 500;
    let mut rng = Rng::new(seed);
    let (mut log_vol, mut square) = (0.0, 100.0);
    let (mut steps, mut known) = (Vec::new(), Vec::new());
    for _ in 0..n + horizon + WARM_UP {
        log_vol = 0.99 * log_vol + vol_spread * (1.0_f64 - 0.99 * 0.99).sqrt() * rng.normal();
        let step = 10.0 * libm::exp(log_vol) * rng.student_t(4.0) / 2.0_f64.sqrt();
        square += (step * step - square) / 50.0;
        steps.push(step);
        known.push(square.sqrt());
    }
    let outcome = |i: usize| steps[i + 1..=i + horizon].iter().sum();
    let rows = WARM_UP..WARM_UP + n;
    Market { outcome: rows.clone().map(outcome).collect(), scale: known[rows].to_vec() }
}

/// A whole slice, row by row; the outcome of a row is known `delay` rows later.
fn follow(adaptive: Adaptive, rows: &ConformalRows<'_>, delay: usize) -> Vec<Option<Interval>> {
    let mut stream = Stream::new(adaptive);
    let row = |i: usize| {
        if let Some(known) = i.checked_sub(delay) {
            stream.settle(rows.outcome[known]);
        }
        stream.issue(rows.expected[i], rows.scale[i])
    };
    (0..rows.expected.len()).map(row).collect()
}

/// Fitted on 3,000 rows, a gap, then 3,000 more; the report of all seeds together.
fn report(horizon: usize, vol_spread: f64, rate: f64) -> CoverageReport {
    const SLICE: usize = 3_000;
    let (mut intervals, mut outcome, mut scale) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..20 {
        let all = market(seed, 2 * SLICE + horizon, horizon, vol_spread);
        let zeros = vec![0.0; SLICE];
        let slice = |from: usize| ConformalRows {
            expected: &zeros,
            outcome: &all.outcome[from..from + SLICE],
            scale: &all.scale[from..from + SLICE],
        };
        let fitted = SplitConformal::fit(&slice(0), 0.9).unwrap();
        let test = slice(SLICE + horizon);
        intervals.extend(follow(Adaptive::new(fitted, rate), &test, horizon + 1));
        outcome.extend_from_slice(test.outcome);
        scale.extend_from_slice(test.scale);
    }
    coverage(&intervals, &outcome, &scale).unwrap()
}

fn assert_holds_what_it_says(report: &CoverageReport) {
    assert!((0.88..=0.92).contains(&report.overall.held), "{report:?}");
    for third in report.by_volatility {
        assert!((third.unwrap().held - 0.9).abs() < 0.05, "{report:?}");
    }
}

#[test]
fn nine_tenths_are_held_on_stationary_data_with_heavy_tails() {
    for rate in [0.0, 0.005] {
        assert_holds_what_it_says(&report(1, 0.0, rate));
        assert_holds_what_it_says(&report(12, 0.0, rate));
    }
}

#[test]
fn nine_tenths_are_held_in_each_third_when_volatility_clusters() {
    for rate in [0.0, 0.005] {
        assert_holds_what_it_says(&report(1, 0.5, rate));
        assert_holds_what_it_says(&report(12, 0.5, rate));
    }
}

#[test]
fn without_the_scale_wild_rows_would_be_missed() {
    let all = market(1, 20_000, 1, 0.5);
    let (zeros, ones) = (vec![0.0; 10_000], vec![1.0; 10_000]);
    let rows = ConformalRows { expected: &zeros, outcome: &all.outcome[..10_000], scale: &ones };
    let fitted = SplitConformal::fit(&rows, 0.9).unwrap();
    let intervals: Vec<_> = (0..10_000).map(|_| fitted.interval(0.0, 1.0)).collect();
    let report = coverage(&intervals, &all.outcome[10_000..], &all.scale[10_000..]).unwrap();
    let [calm, _, wild] = report.by_volatility.map(|third| third.unwrap().held);
    assert!(calm > 0.95 && wild < 0.86, "{report:?}");
}

#[test]
fn the_adaptive_update_follows_a_market_whose_law_changes() {
    let calm = market(2, 3_000, 1, 0.0);
    let wild: Vec<f64> = market(3, 10_000, 1, 0.0).outcome.iter().map(|y| 1.6 * y).collect();
    let fixed = [10.0; 10_000]; // a scale that does not notice
    let zeros = [0.0; 10_000];
    let rows =
        ConformalRows { expected: &zeros[..3_000], outcome: &calm.outcome, scale: &fixed[..3_000] };
    let fitted = SplitConformal::fit(&rows, 0.9).unwrap();
    let held = |rate: f64| {
        let test = ConformalRows { expected: &zeros, outcome: &wild, scale: &fixed };
        let intervals = follow(Adaptive::new(fitted.clone(), rate), &test, 2);
        coverage(&intervals, &wild, &fixed).unwrap().overall.held
    };
    assert!(held(0.0) < 0.8, "{}", held(0.0));
    assert!((held(0.005) - 0.9).abs() < 0.01, "{}", held(0.005));
}
