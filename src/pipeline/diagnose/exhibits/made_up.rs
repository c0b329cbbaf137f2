//! A horizon for tests: predictions that know a part of what comes, and claim twice of it.

use crate::learn::conformal::Interval;
use crate::pipeline::diagnose::OfHorizon;
use crate::report::diagnose::by_fold::by_fold;
use crate::report::diagnose::claims::claims;
use crate::report::diagnose::coverage::coverage;
use crate::report::diagnose::ic::ic;
use crate::report::diagnose::quantiles::quantiles;
use crate::report::diagnose::rolling::rolling;
use crate::report::diagnose::{Bootstrap, Judged, Rows};
use crate::rng::Rng;
use crate::units::{HOUR_US, Ts};

pub const N_ROWS: usize = 2000;

pub fn horizon(bars: u32) -> OfHorizon {
    let mut rng = Rng::stream(7, "made-up horizon", &[]);
    let predicted: Vec<f64> = (0..N_ROWS).map(|_| rng.normal()).collect();
    let outcome: Vec<f64> = predicted.iter().map(|x| 0.5 * x + rng.normal()).collect();
    let ts: Vec<Ts> = (0..N_ROWS as i64).map(|row| Ts(row * HOUR_US)).collect();
    let fold: Vec<u32> = (0..N_ROWS).map(|row| (row / 500) as u32).collect();
    let rows = Rows::new(&Judged {
        ts: &ts,
        symbol: &[0; N_ROWS],
        fold: &fold,
        predicted: &predicted,
        outcome_bps: &outcome,
        horizon: 1,
    })
    .unwrap();
    // Too narrow by far.
    let intervals = vec![Some(Interval { low: -1.0, high: 1.0 }); N_ROWS];
    let scale: Vec<f64> = (0..N_ROWS).map(|row| row as f64).collect();
    let bootstrap = Bootstrap { draws: 0, seed: 1 };
    OfHorizon {
        horizon: bars,
        ic: ic(&rows, bootstrap),
        by_fold: by_fold(&rows),
        rolling: rolling(&rows, 500, 250),
        quantiles: quantiles(&rows, 10, bootstrap),
        coverage: coverage(&rows, &intervals, &scale, 0.9).unwrap(),
        claims: claims(&rows, 10),
        n_silent_folds: 0,
    }
}
