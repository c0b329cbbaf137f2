use super::*;
use crate::rng::Rng;

const ASKED: Bootstrap = Bootstrap { n_samples: 199, block_length: Some(3.0), seed: 7 };

fn of(trials: &[Vec<f64>], asked: &Bootstrap) -> Option<Superiority> {
    let tried: Vec<Tried<'_>> =
        trials.iter().map(|returns| Tried { returns, swing: 0.0 }).collect();
    superiority(&tried, asked)
}

/// `n` trials that share a part of every day, the k-th with the mean `mean(k)`; days remember
/// `phi` of the one before.
fn market(seed: u64, (n, days): (usize, usize), phi: f64, mean: fn(usize) -> f64) -> Vec<Vec<f64>> {
    let noise = |which: u64| -> Vec<f64> {
        let (mut rng, mut x) = (Rng::stream(seed, "superiority", &[which]), 0.0);
        let mut next = || {
            x = phi * x + rng.normal();
            x
        };
        (0..days).map(|_| next()).collect()
    };
    let shared = noise(u64::MAX);
    let trial = |k: usize| -> Vec<f64> {
        noise(k as u64).iter().zip(&shared).map(|(own, all)| mean(k) + own + all).collect()
    };
    (0..n).map(trial).collect()
}

/// The definitions, slowly: resampled means one by one.
fn by_hand(trials: &[Vec<f64>], asked: &Bootstrap) -> [f64; 4] {
    let (n, length) = (trials[0].len(), asked.block_length.unwrap());
    let samples = Samples::draw(n, asked.n_samples, length, asked.seed);
    let root = (n as f64).sqrt();
    let means: Vec<f64> = trials.iter().map(|t| stats::mean(t).unwrap()).collect();
    let deviations = |k: usize| trials[k].iter().map(|r| r - means[k]).collect::<Vec<f64>>();
    let variance = |k: usize| deviations(k).iter().map(|x| x * x).sum::<f64>() / n as f64;
    let factor = |k: usize| variance_of_mean(&deviations(k), length).unwrap() / variance(k);
    let memory = (0..trials.len()).map(factor).sum::<f64>() / trials.len() as f64;
    let omega = |k: usize| (memory * variance(k)).sqrt();
    let t: Vec<f64> = (0..trials.len()).map(|k| root * means[k] / omega(k)).collect();
    let bound = -(2.0 * libm::log(libm::log(n as f64))).sqrt();
    let taken_off: [&dyn Fn(usize) -> f64; 3] =
        [&|k| means[k].max(0.0), &|k| if t[k] >= bound { means[k] } else { 0.0 }, &|k| means[k]];
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
    let observed = largest(&mut t.iter().copied()).max(0.0);
    let most = largest(&mut means.iter().copied());
    let mut reached = [1.0; 4];
    for (panel, lane) in samples.panels().flat_map(|p| (0..LANES).map(move |l| (p, l))).take(199) {
        let mean = |k: usize| -> f64 {
            trials[k].iter().zip(panel).map(|(r, counts)| r * counts[lane]).sum::<f64>() / n as f64
        };
        let best = largest(&mut (0..trials.len()).map(|k| mean(k) - means[k]));
        reached[0] += f64::from(u8::from(best >= most));
        for (reached, g) in reached[1..].iter_mut().zip(taken_off) {
            let z = |k: usize| root * (mean(k) - g(k)) / omega(k);
            let best = largest(&mut (0..trials.len()).map(z)).max(0.0);
            *reached += f64::from(u8::from(best >= observed));
        }
    }
    reached.map(|count| count / 200.0)
}

#[test]
fn products_of_tiles_are_the_definition() {
    // Good, bad and very bad ones, some of which are out of the consistent test.
    let trials = market(3, (9, 60), 0.0, |k| 0.15 - 0.12 * k as f64);
    let found = of(&trials, &ASKED).unwrap();
    let expected = by_hand(&trials, &ASKED);
    let Spa { lower_p, consistent_p, upper_p } = found.spa;
    assert_eq!([found.reality_check_p, lower_p, consistent_p, upper_p], expected);
    assert!(lower_p < consistent_p && consistent_p < upper_p, "{found:?}");
}

/// `arch.bootstrap.SPA` of Python's arch 8.0 has the reality check as its upper value, as it does not
/// divide by ω; Hansen's three are the definition in NumPy. 20,000 samples and more.
#[test]
fn twelve_waves_as_arch_and_numpy_have_them() {
    let wave = |k: u32, t: u32| {
        let (k, t) = (f64::from(k), f64::from(t));
        let own = libm::sin(12.9898 * (t + 1.0) * (k + 1.37) + 0.001 * t * t * (k + 1.0));
        let level = if k == 4.0 { 0.0 } else { 0.03 - 0.01 * k };
        own + 0.5 * libm::sin(0.371 * t * t * t + 1.0) + level
    };
    let trials: Vec<Vec<f64>> = (0..12).map(|k| (0..240).map(|t| wave(k, t)).collect()).collect();
    let asked = Bootstrap { n_samples: 10_000, block_length: Some(4.0), seed: 1 };
    let found = of(&trials, &asked).unwrap();
    assert!((found.best_t - 1.983_340_667_493_021_8).abs() < 1e-9, "{found:?}");
    // Three standard errors.
    let near = |a: f64, b: f64| assert!((a - b).abs() < 0.015, "{a} is not {b}");
    near(found.reality_check_p, 0.2493);
    near(found.spa.lower_p, 0.1596);
    near(found.spa.consistent_p, 0.2161);
    near(found.spa.upper_p, 0.2455);
}

#[test]
fn the_best_is_the_surest_and_not_the_luckiest() {
    let quiet: Vec<f64> = (0..40).map(|t| 0.1 + f64::from(t % 2) * 0.2).collect();
    let loud: Vec<f64> = (0..40).map(|t| if t == 7 { 40.0 } else { 0.0 }).collect();
    let found = of(&[loud, quiet, vec![0.0; 40]], &ASKED).unwrap();
    assert_eq!((found.best, found.n_trials, found.n_idle, found.n_periods), (1, 3, 1, 40));
    // The reality check sees but the loud one, of whose samples one in three has that day not once.
    assert!(found.reality_check_p > 0.2, "{found:?}");
    assert_eq!(found.spa.upper_p, found.spa.consistent_p);
    assert_eq!(found.spa.consistent_p, 1.0 / 200.0);
}

#[test]
fn where_all_lose_the_chance_is_one() {
    let trials = market(5, (6, 80), 0.0, |_| -0.8);
    let found = of(&trials, &ASKED).unwrap();
    assert!(found.best_t < 0.0);
    assert_eq!((found.spa.lower_p, found.spa.consistent_p, found.spa.upper_p), (1.0, 1.0, 1.0));
    assert!(found.reality_check_p > 0.95, "{found:?}");
}

/// Trials are alike, and there are many: a test of the winner alone would be wrong half the time.
#[test]
fn of_worthless_trials_few_are_called_good() {
    let mut wrong = [0; 3];
    for seed in 0..200 {
        let asked = Bootstrap { n_samples: 99, block_length: None, seed };
        let found = of(&market(seed, (30, 100), 0.0, |_| 0.0), &asked).unwrap();
        let is_wrong = [found.reality_check_p, found.spa.consistent_p, found.spa.upper_p];
        wrong.iter_mut().zip(is_wrong).for_each(|(n, p)| *n += usize::from(p <= 0.05));
    }
    // 10 of 200 at the nominal rate; 19 or more come once in 200 such tests.
    assert!(wrong.iter().all(|n| *n < 19), "{wrong:?}");
    assert!(wrong.iter().all(|n| *n > 1), "{wrong:?}");
}

#[test]
fn days_that_remember_are_allowed_for() {
    let wrong = |block_length: Option<f64>| {
        let is_wrong = |seed: &u64| {
            let asked = Bootstrap { n_samples: 99, block_length, seed: *seed };
            let trials = market(*seed, (10, 250), 0.4, |_| 0.0);
            of(&trials, &asked).unwrap().spa.consistent_p <= 0.05
        };
        (0..100).filter(is_wrong).count()
    };
    let (own, single) = (wrong(None), wrong(Some(1.0)));
    assert!(own <= 14, "{own}");
    assert!(single > own + 5, "{single} {own}");
}

/// A trial's own variance of its mean is the noisier the longer the blocks.
#[test]
fn long_blocks_do_not_make_luck_significant() {
    let is_wrong = |seed: &u64| {
        let asked = Bootstrap { n_samples: 99, block_length: Some(10.0), seed: *seed };
        let trials = market(*seed, (60, 120), 0.0, |_| 0.0);
        of(&trials, &asked).unwrap().spa.consistent_p <= 0.05
    };
    let wrong = (0..100).filter(is_wrong).count();
    assert!(wrong <= 11, "{wrong}");
}

#[test]
fn one_good_trial_among_many_is_found_however_bad_the_others() {
    let found = |mean: fn(usize) -> f64, p: fn(&Superiority) -> f64| {
        let is_found = |seed: &u64| {
            let asked = Bootstrap { n_samples: 99, block_length: None, seed: *seed };
            let found = of(&market(*seed, (30, 150), 0.0, mean), &asked).unwrap();
            found.best == 11 && p(&found) <= 0.05
        };
        (0..40).filter(is_found).count()
    };
    assert!(found(|k| if k == 11 { 0.5 } else { 0.0 }, |s| s.spa.consistent_p) >= 34);
    // Bad ones that also swing more blind the reality check, and not Hansen's.
    assert!(found(|k| if k == 11 { 0.5 } else { -1.0 }, |s| s.spa.consistent_p) >= 38);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let trials = market(1, (300, 64), 0.1, |k| 0.0005 * k as f64);
    let with = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| of(&trials, &Bootstrap { block_length: None, ..ASKED }))
    };
    assert!(with(1).is_some());
    assert_eq!(with(1), with(2));
    assert_ne!(with(1), of(&trials, &Bootstrap { block_length: None, seed: 8, ..ASKED }));
}

#[test]
fn what_cannot_be_tested_has_no_answer() {
    let trials = market(1, (2, 16), 0.0, |_| 0.0);
    assert!(of(&trials, &ASKED).is_some());
    assert!(of(&trials[..1], &ASKED).is_some());
    assert_eq!(of(&[], &ASKED), None);
    assert_eq!(of(&[trials[0][..15].to_vec()], &ASKED), None);
    assert_eq!(of(&[trials[0].clone(), trials[1][1..].to_vec()], &ASKED), None);
    assert_eq!(of(&[vec![f64::NAN; 20]], &ASKED), None);
    assert_eq!(of(&[vec![0.0; 20], vec![0.25; 20]], &ASKED), None);
    for asked in [
        Bootstrap { n_samples: 0, ..ASKED },
        Bootstrap { block_length: Some(0.5), ..ASKED },
        Bootstrap { block_length: Some(f64::NAN), ..ASKED },
        Bootstrap { block_length: Some(8.5), ..ASKED },
    ] {
        assert_eq!(of(&trials, &asked), None, "{asked:?}");
    }
}

/// A position on a day of four, unless there is one: it is closed as soon as it is a step ahead, and never
/// at a loss. Returns, and the swing of a day.
fn small_wins(rng: &mut Rng) -> (Vec<f64>, f64) {
    const DAYS: usize = 60;
    let (mut returns, mut swing, mut open) = (Vec::new(), 0.0, None);
    for _ in 0..DAYS {
        // The upper quartile.
        open = open.or((rng.normal() > 0.6745).then_some(0.0_f64));
        let begun = open.unwrap_or(0.0);
        let mut end = begun;
        for _ in 0..200 {
            let Some(stand) = open else { break };
            let step = 0.001 * rng.normal();
            (end, swing) = (stand + step, swing + step * step);
            open = (end < 0.001).then_some(end);
        }
        returns.push(end - begun);
    }
    (returns, swing / DAYS as f64)
}

#[test]
fn small_profits_without_a_stop_are_not_called_skill() {
    let called = |part: f64| {
        let of = |market: u64| {
            let trial = |k: u64| small_wins(&mut Rng::stream(market, "small wins", &[k]));
            let trials: Vec<(Vec<f64>, f64)> = (0..150).map(trial).collect();
            let tried = trials.iter().map(|(returns, s)| Tried { returns, swing: part * s });
            superiority(&tried.collect::<Vec<_>>(), &ASKED).unwrap().spa.consistent_p < 0.05
        };
        (0..8).filter(|market| of(*market)).count()
    };
    let (with, without) = (called(1.0), called(0.0));
    assert!(with <= 1 && without >= 6, "{with} {without}");
}
