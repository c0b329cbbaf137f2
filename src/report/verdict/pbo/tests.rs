use super::*;
use crate::rng::Rng;
use crate::stats;

fn of(trials: &[Vec<f64>], n_blocks: usize) -> Option<Overfitting> {
    let trials: Vec<&[f64]> = trials.iter().map(Vec::as_slice).collect();
    Overfitting::of(&trials, n_blocks)
}

/// `n` trials of `days` normal returns, the k-th with the mean `mean(k)`.
fn noise(seed: u64, (n, days): (usize, usize), mean: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
    let trial = |k: usize| -> Vec<f64> {
        let mut rng = Rng::stream(seed, "pbo", &[k as u64]);
        (0..days).map(|_| mean(k) + rng.normal()).collect()
    };
    (0..n).map(trial).collect()
}

/// The definition, slowly: returns of both halves laid end to end.
fn by_hand(trials: &[Vec<f64>], n_blocks: usize) -> Vec<Split> {
    let days = trials[0].len();
    let sharpe = |trial: &[f64], mask: u32| -> f64 {
        let block = |day: usize| (0..n_blocks).rfind(|b| b * days / n_blocks <= day).unwrap();
        let part: Vec<f64> =
            (0..days).filter(|d| mask >> block(*d) & 1 == 1).map(|d| trial[d]).collect();
        stats::mean(&part).unwrap() / stats::sd(&part).unwrap()
    };
    let halves = (0..1_u32 << n_blocks).filter(|m| m.count_ones() as usize == n_blocks / 2);
    let split = |mask: u32| {
        let all = |mask| trials.iter().map(|t| sharpe(t, mask)).collect::<Vec<f64>>();
        let (inside, outside) = (all(mask), all(!mask));
        let best = (0..trials.len()).max_by(|a, b| inside[*a].total_cmp(&inside[*b])).unwrap();
        let omega = stats::ranks(&outside)[best] / (trials.len() as f64 + 1.0);
        let logit = libm::log(omega / (1.0 - omega));
        Split { inside: inside[best], outside: outside[best], logit }
    };
    halves.map(split).collect()
}

#[test]
fn sums_of_blocks_are_the_definition() {
    let trials = noise(3, (7, 101), |k| 0.02 * k as f64);
    let slices: Vec<&[f64]> = trials.iter().map(Vec::as_slice).collect();
    let (fast, slow) = (splits(&slices, 6).unwrap(), by_hand(&trials, 6));
    assert_eq!(fast.len(), 20);
    for (a, b) in fast.iter().zip(&slow) {
        assert!((a.inside - b.inside).abs() < 1e-12 && (a.outside - b.outside).abs() < 1e-12);
        assert!((a.logit - b.logit).abs() < 1e-12);
    }
}

/// The same in NumPy and SciPy: `itertools.combinations`, `rankdata`, `linregress`.
#[test]
fn nine_waves_as_scipy_has_them() {
    let wave = |k: usize| -> Vec<f64> {
        let (rate, level) = (0.7 * (k as f64 + 1.0), 0.03 * k as f64 - 0.1);
        (0..200).map(|t| libm::sin(rate * f64::from(t) + (k * k) as f64) + level).collect()
    };
    let found = of(&(0..9).map(wave).collect::<Vec<_>>(), 8).unwrap();
    assert_eq!((found.n_splits, found.probability_of_loss), (70, 8.0 / 70.0));
    // Eight splits overfit, and two with the best in the very middle.
    assert!((found.pbo - 9.0 / 70.0).abs() < 1e-15, "{found:?}");
    assert!((found.median_logit.unwrap() - 2.197_224_577_336_22).abs() < 1e-12);
    assert!((found.slope.unwrap() + 0.324_563_203_870_554_26).abs() < 1e-9, "{found:?}");
    assert!((found.intercept.unwrap() - 0.486_761_286_632_476_4).abs() < 1e-9, "{found:?}");
}

#[test]
fn two_trials_that_take_turns_are_all_overfit() {
    // Each is good in two of four blocks. Halves that mix have two trials alike.
    let wave = |up: f64| [up, up, -up, -up].map(|x| [x + 0.1, x - 0.1]).concat();
    let found = of(&[wave(1.0), wave(-1.0)], 4).unwrap();
    // Of six splits two put the good blocks together: the worse one in the other half, logit −ln 2.
    // The other four have equal halves: both trials have ratio 0, the first is chosen, ties: ½.
    assert_eq!((found.n_splits, found.n_trials), (6, 2));
    assert!((found.pbo - 4.0 / 6.0).abs() < 1e-15, "{found:?}");
    assert!((found.slope.unwrap() + 1.0).abs() < 1e-12);
    assert!((found.probability_of_loss - 2.0 / 6.0).abs() < 1e-15);
}

#[test]
fn one_good_trial_stays_good_and_of_worthless_ones_the_best_is_anything() {
    let many = |mean: fn(usize) -> f64| -> Vec<f64> {
        (0..30).map(|seed| of(&noise(seed, (20, 400), mean), 8).unwrap().pbo).collect()
    };
    let good = stats::mean(&many(|k| if k == 4 { 0.3 } else { 0.0 })).unwrap();
    assert!(good < 0.02, "{good}");
    // A best half leaves a worse half: of a fixed sample the mean is a little above one half.
    let worthless = stats::mean(&many(|_| 0.0)).unwrap();
    assert!((0.4..0.7).contains(&worthless), "{worthless}");
}

#[test]
fn equal_trials_are_neither_good_nor_bad_choices() {
    let trial = noise(1, (1, 64), |_| 0.0).remove(0);
    let found = of(&vec![trial; 5], 8).unwrap();
    assert_eq!((found.pbo, found.median_logit), (0.5, Some(0.0)));
}

#[test]
fn a_trial_that_never_trades_earns_nothing() {
    let found = of(&[vec![0.0; 40], noise(2, (1, 40), |_| -1.0).remove(0)], 4).unwrap();
    assert_eq!((found.pbo, found.probability_of_loss, found.slope), (0.0, 0.0, None));
}

#[test]
fn what_cannot_be_split_has_no_answer() {
    let two = noise(1, (2, 30), |_| 0.0);
    assert!(of(&two, 4).is_some());
    assert_eq!(of(&two[..1], 4), None);
    assert_eq!(of(&[], 4), None);
    for n_blocks in [0, 5, 16, 22] {
        assert_eq!(of(&two, n_blocks), None, "{n_blocks}");
    }
    assert_eq!(of(&[two[0].clone(), two[1][1..].to_vec()], 4), None);
    assert_eq!(of(&[two[0].clone(), vec![f64::NAN; 30]], 4), None);
}
