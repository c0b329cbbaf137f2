use proptest::prelude::*;

use super::*;

const PLATT: ProbabilityParams = ProbabilityParams {
    method: ProbabilityMethod::Platt,
    kind: ScoreKind::Bps,
    shrinkage: Shrinkage::Fixed(0.0),
    min_rows: 2,
};
const METHODS: [ProbabilityMethod; 3] =
    [ProbabilityMethod::Platt, ProbabilityMethod::Isotonic, ProbabilityMethod::Beta];

fn fit_rows(xs: &[f64], ys: &[f64], params: &ProbabilityParams) -> Fitted<ProbabilityCalibrator> {
    let weights = vec![1.0; xs.len()];
    ProbabilityCalibrator::fit(&Rows::new(xs, ys, &weights, 1).unwrap(), params)
}

#[test]
fn platt_fits_the_smoothed_table() {
    // 1 of 4 up at 0, 3 of 4 at 1; targets 5/6 and 1/6, so 1/3 and 2/3 at the two scores.
    let xs = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    let ys = [9.0, -1.0, -2.0, -3.0, 4.0, 5.0, 6.0, -7.0];
    let calibrator = fit_rows(&xs, &ys, &PLATT).calibrator;
    assert!((calibrator.apply(0.0) - 1.0 / 3.0).abs() < 1e-8);
    assert!((calibrator.apply(1.0) - 2.0 / 3.0).abs() < 1e-8);
    let ProbabilityCalibrator::Platt { line, .. } = calibrator else { panic!("not platt") };
    assert!((line.slope - libm::log(4.0)).abs() < 1e-7); // odds 2 against 1/2
}

#[test]
fn a_probability_that_is_right_is_left_alone_by_platt_and_beta() {
    let levels = [0.2, 0.4, 0.6, 0.8];
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for i in 0..4_000_u32 {
        let p = levels[(i % 4) as usize];
        xs.push(p);
        ys.push(if f64::from(i / 4) < 1000.0 * p { 1.0 } else { -1.0 });
    }
    for method in [ProbabilityMethod::Platt, ProbabilityMethod::Beta] {
        let params = ProbabilityParams { method, kind: ScoreKind::Probability, ..PLATT };
        let calibrator = fit_rows(&xs, &ys, &params).calibrator;
        for p in levels {
            assert!((calibrator.apply(p) - p).abs() < 2e-3, "{calibrator:?}");
        }
    }
}

#[test]
fn what_cannot_be_fitted_falls_back_with_a_reason() {
    for method in METHODS {
        let params = ProbabilityParams { method, ..PLATT };
        let few = ProbabilityParams { min_rows: 500, ..params };
        let few = fit_rows(&[1.0, 2.0, 3.0], &[-2.0, 0.0, 2.0], &few);
        assert_eq!(few.remark, Some(Remark::TooFewRows { rows: 3, min_rows: 500 }));
        assert_eq!(few.calibrator.apply(0.0), 0.5);
        assert!((few.calibrator.apply(2.0) - 0.841_344_746).abs() < 1e-8); // one spread
        let rising = fit_rows(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], &params);
        assert_eq!(rising.remark, Some(Remark::OneClass));
        assert_eq!(rising.calibrator, ProbabilityCalibrator::Flat { probability: 0.8 });
        let constant = fit_rows(&[2.0; 4], &[1.0, -1.0, 1.0, -1.0], &params);
        assert_eq!(constant.remark, Some(Remark::ConstantPredictions));
        assert_eq!(constant.calibrator.apply(2.0), 0.5);
        let against = fit_rows(&[1.0, 2.0, 3.0, 4.0], &[1.0, 1.0, -1.0, -1.0], &params);
        assert_eq!(against.remark, Some(Remark::Against));
        assert_eq!(against.calibrator.apply(-9.0), against.calibrator.apply(9.0));
    }
}

#[test]
fn a_log_odds_score_at_its_word_is_its_own_probability() {
    let neutral = |kind, score| ProbabilityCalibrator::Neutral { kind, spread: 0.0 }.apply(score);
    assert!((neutral(ScoreKind::LogOdds, libm::log(3.0)) - 0.75).abs() < 1e-15);
    assert!((neutral(ScoreKind::Probability, 0.3) - 0.3).abs() < 1e-15);
    assert_eq!(neutral(ScoreKind::Bps, 7.0), 0.5);
}

#[test]
fn a_level_that_the_slice_is_sure_of_is_kept() {
    // Four in five are up, at every score alike.
    let xs: Vec<f64> =
        (0..2_000).map(|i| f64::from(i % 7) - 3.0 + f64::from(i % 5) * 1e-3).collect();
    let ys: Vec<f64> = (0..2_000).map(|i| if i % 5 == 0 { -1.0 } else { 1.0 }).collect();
    for method in METHODS {
        let params = ProbabilityParams { method, shrinkage: Shrinkage::Estimated, ..PLATT };
        let p = fit_rows(&xs, &ys, &params).calibrator.apply(0.0);
        assert!((p - 0.8).abs() < 0.02, "{method:?}: {p}");
    }
}

proptest! {
    #[test]
    fn probabilities_stay_inside_and_never_fall(
        rows in prop::collection::vec((-50.0..50.0_f64, -9.0..9.0_f64), 2..80),
        (a, b) in (-1e4..1e4_f64, -60.0..60.0_f64),
        kind in prop::sample::select(vec![ScoreKind::Bps, ScoreKind::LogOdds, ScoreKind::Probability]),
        pull in prop::option::of(0.0..1.0_f64),
    ) {
        let squash = |x: f64| if kind == ScoreKind::Probability { sigmoid(x) } else { x };
        let xs: Vec<f64> = rows.iter().map(|r| squash(r.0)).collect();
        let ys: Vec<f64> = rows.iter().map(|r| r.1).collect();
        let shrinkage = pull.map_or(Shrinkage::Estimated, Shrinkage::Fixed);
        for method in METHODS {
            let params = ProbabilityParams { method, kind, shrinkage, min_rows: 2 };
            let calibrator = fit_rows(&xs, &ys, &params).calibrator;
            let low = calibrator.apply(squash(a.min(b)));
            let high = calibrator.apply(squash(a.max(b)));
            prop_assert!(low > 0.0 && high < 1.0);
            prop_assert!(low <= high, "{low} {high} {calibrator:?}");
        }
    }
}

#[test]
fn a_line_is_not_drawn_beyond_the_scores_it_was_fitted_to() {
    let xs: Vec<f64> = (0..1001).map(f64::from).collect();
    let ys: Vec<f64> = (0..1001).map(|i| if (i * 7) % 1001 < i { 1.0 } else { -1.0 }).collect();
    let calibrator = fit_rows(&xs, &ys, &PLATT).calibrator;
    assert_eq!(calibrator.apply(-1e6), calibrator.apply(10.0));
    assert_eq!(calibrator.apply(1e6), calibrator.apply(990.0));
    assert!(calibrator.apply(989.0) < calibrator.apply(990.0));
}
