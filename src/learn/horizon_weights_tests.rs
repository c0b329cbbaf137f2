use proptest::prelude::*;

use super::*;
use crate::rng::Rng;

fn ics(values: &[f64], error: f64) -> Vec<Option<Ic>> {
    values.iter().map(|&value| Some(Ic { value, error })).collect()
}

fn near(weights: &[f64], expected: &[f64]) {
    assert_eq!(weights.len(), expected.len());
    assert!(weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{weights:?}");
}

#[test]
fn weights_go_by_the_coefficient_and_negative_ones_weigh_nothing() {
    let found = HorizonWeights::of(&WeightMethod::ByIc, &ics(&[0.03, -0.02, 0.01], 0.01));
    near(&found.weights, &[0.75, 0.0, 0.25]);
    let mut some = ics(&[0.03, 0.01], 0.01);
    some.push(None);
    near(&HorizonWeights::of(&WeightMethod::ByIc, &some).weights, &[0.75, 0.25, 0.0]);
}

#[test]
fn noise_pulls_the_weights_towards_equal() {
    // Mean 0.02, Σ(ρ − ρ̄)² = 2e-4; noise 2·se²·½ = se².
    let found = HorizonWeights::of(&WeightMethod::ByShrunkenIc, &ics(&[0.03, 0.01], 0.01));
    assert!((found.shrinkage.unwrap() - 0.5).abs() < 1e-12);
    near(&found.weights, &[0.625, 0.375]); // 0.025 and 0.015
    let noisy = HorizonWeights::of(&WeightMethod::ByShrunkenIc, &ics(&[0.03, 0.01], 0.02));
    near(&noisy.weights, &[0.5, 0.5]);
    let sure = HorizonWeights::of(&WeightMethod::ByShrunkenIc, &ics(&[0.03, 0.01], 0.0));
    near(&sure.weights, &[0.75, 0.25]);
}

#[test]
fn no_good_coefficient_means_equal_weights_and_says_so() {
    for method in [WeightMethod::ByIc, WeightMethod::ByShrunkenIc] {
        let bad = ics(&[-0.03, -0.01, 0.0, -0.2], 0.01);
        let cases = [(bad, WeightRemark::NoPositiveIc), (vec![None; 4], WeightRemark::NoIc)];
        for (bad, remark) in cases {
            let found = HorizonWeights::of(&method, &bad);
            near(&found.weights, &[0.25; 4]);
            assert_eq!(found.remark, Some(remark));
        }
    }
}

#[test]
fn fixed_weights_are_shared_out_and_useless_ones_reported() {
    let of = |given: &[f64]| HorizonWeights::of(&WeightMethod::Fixed(given.to_vec()), &[None; 2]);
    near(&of(&[3.0, 1.0]).weights, &[0.75, 0.25]);
    for useless in [vec![0.0, 0.0], vec![1.0], vec![1.0, -1.0], vec![f64::NAN, 1.0]] {
        assert_eq!(of(&useless).remark, Some(WeightRemark::FixedUnusable));
        near(&of(&useless).weights, &[0.5, 0.5]);
    }
    near(&HorizonWeights::of(&WeightMethod::Equal, &[None; 4]).weights, &[0.25; 4]);
}

#[test]
fn the_error_of_a_coefficient_is_what_repeated_draws_show() {
    for horizon in [1, 12] {
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for trial in 0..200 {
            let mut rng = Rng::stream(4, "ic", &[trial]);
            let mut signal = 0.0;
            let mut slow = |rng: &mut Rng| {
                signal = 0.9 * signal + rng.normal();
                signal
            };
            let predicted: Vec<f64> = (0..1_500).map(|_| slow(&mut rng)).collect();
            let steps: Vec<f64> = (0..1_500 + horizon).map(|_| rng.normal()).collect();
            let outcome: Vec<f64> =
                steps.windows(horizon).take(1_500).map(|w| w.iter().sum()).collect();
            let ic = ic_with_error(&predicted, &outcome, horizon).unwrap();
            values.push(ic.value);
            errors.push(ic.error);
        }
        let ratio = stats::mean(&errors).unwrap() / stats::sd(&values).unwrap();
        assert!((0.8..1.2).contains(&ratio), "{horizon}: {ratio}");
    }
}

#[test]
fn shrunken_weights_are_closer_to_the_best_than_raw_ones() {
    let truth = [0.05, 0.04, 0.03, 0.02];
    let best = HorizonWeights::of(&WeightMethod::ByIc, &ics(&truth, 0.0)).weights;
    let mut distance = [0.0, 0.0];
    for trial in 0..300 {
        let mut rng = Rng::stream(6, "weights", &[trial]);
        let seen = truth.map(|value| value + 0.02 * rng.normal());
        for (k, method) in [WeightMethod::ByIc, WeightMethod::ByShrunkenIc].iter().enumerate() {
            let weights = HorizonWeights::of(method, &ics(&seen, 0.02)).weights;
            distance[k] += weights.iter().zip(&best).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        }
    }
    assert!(distance[1] < 0.6 * distance[0], "{distance:?}");
}

proptest! {
    #[test]
    fn weights_are_a_share_each(
        given in prop::collection::vec(prop::option::of((-1.0..1.0_f64, 0.0..0.3_f64)), 1..9),
    ) {
        let ics: Vec<Option<Ic>> =
            given.iter().map(|g| g.map(|(value, error)| Ic { value, error })).collect();
        let fixed: Vec<f64> = given.iter().map(|g| g.map_or(0.0, |(v, _)| v.abs() * 1e300)).collect();
        let methods = [
            WeightMethod::Equal,
            WeightMethod::Fixed(fixed),
            WeightMethod::ByIc,
            WeightMethod::ByShrunkenIc,
        ];
        for method in methods {
            let weights = HorizonWeights::of(&method, &ics).weights;
            prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
        }
    }
}
