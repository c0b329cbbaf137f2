use super::learn::Learnt;
use super::*;
use crate::rng::Rng;

/// Two interleaved waves, and a model to begin with.
fn waves() -> (Vec<[f64; 2]>, Model) {
    let wave = |t: u32| {
        let (x, is_odd) = (f64::from(t * t), (t / 40) % 2 == 1);
        let (size, level) = if is_odd { (1.6, 0.8) } else { (0.5, -0.7) };
        [libm::sin(0.9 * x) * size, libm::cos(1.7 * x) * 0.6 + level]
    };
    let pair = |a: [f64; 2], b: [f64; 2]| [a, b, [0.0; 2], [1.0; 2]];
    let model = Model {
        n_states: 2,
        start: [0.5, 0.5, 0.0, 0.0],
        transition: [[0.9, 0.1, 0.0, 0.0], [0.2, 0.8, 0.0, 0.0], [0.0; 4], [0.0; 4]],
        mean: pair([0.0, -0.5], [0.1, 0.5]),
        variance: pair([0.5, 1.0], [1.5, 1.0]),
    };
    ((0..400).map(wave).collect(), model)
}

/// Of single bars.
fn plain() -> Markov {
    Markov { window: 1, ..Markov::default() }
}

/// `hmmlearn.hmm.GaussianHMM(2, "diag")` 0.3.3 with flat priors, from the same start.
#[test]
fn two_waves_as_hmmlearn_learns_them() {
    let (observed, model) = waves();
    let study =
        Study { observed: &observed, asked: &Markov { n_states: 2, tolerance: -1.0, ..plain() } };
    let learnt = study.climb(Learnt::at(model), 6);
    let expected = [
        -935.215_148_125_330_4,
        -668.911_213_237_339_1,
        -643.689_819_979_911_4,
        -643.675_667_806_556_2,
        -643.675_658_346_372_2,
        -643.675_658_337_531_4,
    ];
    for (found, expected) in learnt.log_likelihoods.iter().zip(expected) {
        assert!((found - expected).abs() < 2e-7, "{found} is not {expected}");
    }
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-5, "{a} is not {b}");
    near(learnt.model.mean[0][0], -0.032_122_364);
    near(learnt.model.mean[1][1], 0.787_823_150);
    near(learnt.model.variance[0][0], 0.125_066_223);
    near(learnt.model.variance[1][1], 0.168_057_200);
    near(learnt.model.transition[0][1], 0.024_999_740);
    near(learnt.model.transition[1][0], 0.020_156_533);
}

#[test]
fn the_likelihood_is_the_sum_over_all_paths() {
    let (observed, model) = waves();
    let (seen, ready) = (&observed[38..43], Ready::new(model));
    let density = |k: usize, x: &[f64; 2]| -> f64 {
        let of = |d: usize| {
            let sd = model.variance[k][d].sqrt();
            crate::stats::normal_density((x[d] - model.mean[k][d]) / sd) / sd
        };
        of(0) * of(1)
    };
    // By path, and by path that ends in state 1.
    let (mut all, mut ends) = (0.0, 0.0);
    for path in 0..1_usize << seen.len() {
        let state = |at: usize| path >> at & 1;
        let mut p = model.start[state(0)] * density(state(0), &seen[0]);
        for (at, x) in seen.iter().enumerate().skip(1) {
            p *= model.transition[state(at - 1)][state(at)] * density(state(at), x);
        }
        all += p;
        ends += if state(seen.len() - 1) == 1 { p } else { 0.0 };
    }
    let (mut filtered, mut log_likelihood) = (None, 0.0);
    for x in seen {
        let step = ready.step(filtered.as_ref(), x);
        (filtered, log_likelihood) = (Some(step.filtered), log_likelihood + step.log_likelihood);
    }
    assert!((log_likelihood - libm::log(all)).abs() < 1e-13);
    assert!((filtered.unwrap()[1] - ends / all).abs() < 1e-13);
}

#[test]
fn a_bar_far_out_of_all_states_still_has_probabilities() {
    let ready = Ready::new(waves().1);
    let step = ready.step(None, &[1e6, -1e6]);
    assert!((step.filtered.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    assert!(step.log_likelihood.is_finite());
}

/// A chain of `n` bars in natural units: log returns of means `mean` and deviations `sd`, ranges
/// that go with the deviations.
fn chain(seed: u64, n: usize, states: &[(f64, f64, f64)]) -> (Vec<Candle>, Vec<usize>) {
    let mut rng = Rng::stream(seed, "chain", &[]);
    let (mut state, mut close) = (0, 100.0);
    let mut next = || {
        if !rng.chance(states[state].2) {
            state = (state + 1 + rng.index(0..states.len() - 1)) % states.len();
        }
        let (mean, sd, _) = states[state];
        close *= libm::exp(mean + sd * rng.normal());
        let range = sd * libm::exp(0.5 + 0.3 * rng.normal());
        (Candle { high: close * libm::exp(range), low: close, close }, state)
    };
    (0..n).map(|_| next()).unzip()
}

fn fit(markov: &Markov, candles: &[Candle]) -> Result<Filter, Unfit> {
    let column = |of: fn(&Candle) -> f64| candles.iter().map(of).collect::<Vec<f64>>();
    let (high, low, close) = (column(|c| c.high), column(|c| c.low), column(|c| c.close));
    markov.fit(&Prices { high: &high, low: &low, close: &close })
}

const THREE: [(f64, f64, f64); 3] = [(1e-4, 0.001, 0.98), (0.0, 0.003, 0.95), (-1e-3, 0.01, 0.9)];

#[test]
fn planted_states_are_found() {
    let (candles, truth) = chain(1, 12_000, &THREE);
    let mut filter = fit(&plain(), &candles).unwrap();
    let states = filter.states();
    assert!(filter.quality().converged);
    for (state, (mean, sd, stays)) in states.iter().zip(THREE) {
        let [found_mean, found_sd] = state.log_return;
        assert!((found_mean - mean).abs() < 0.1 * sd, "{state:?}");
        assert!((found_sd / sd - 1.0).abs() < 0.06, "{state:?}");
        // The range of sd has ln(sd) + ½ as its mean log, and 0.3 as its deviation.
        assert!((state.log_range[0] - libm::log(sd) - 0.5).abs() < 0.05, "{state:?}");
        assert!((state.log_range[1] - 0.3).abs() < 0.05, "{state:?}");
        assert!((state.stays - stays).abs() < 0.015, "{state:?}");
        assert!((state.mean_bars * (1.0 - state.stays) - 1.0).abs() < 1e-12);
    }
    assert_eq!(states.iter().map(|s| s.name).collect::<Vec<_>>(), ["calm", "normal", "wild"]);
    let right = candles.iter().zip(&truth).filter(|(candle, truth)| {
        filter.step(**candle).is_some_and(|p| usize::from(super::super::most_likely(&p)) == **truth)
    });
    let share = right.count() as f64 / truth.len() as f64;
    assert!(share > 0.95, "{share}");
}

#[test]
fn no_iteration_loses_likelihood_and_any_start_ends_alike() {
    let (candles, _) = chain(2, 3_000, &THREE);
    let of = |n_states: usize, seed: u64| {
        let markov = Markov { n_states, seed, tolerance: 1e-7, ..plain() };
        fit(&markov, &candles).unwrap().quality().clone()
    };
    for n_states in 2..=4 {
        let quality = of(n_states, 0);
        for pair in quality.log_likelihoods.windows(2) {
            // Sums of 3,000 logs round to this.
            assert!(pair[1] >= pair[0] - 1e-8, "{n_states}: {pair:?}");
        }
        assert!(quality.log_likelihoods.len() > 5);
    }
    let last = |seed| *of(3, seed).log_likelihoods.last().unwrap();
    let (one, other) = (last(1), last(2));
    assert!((one - other).abs() < 0.5, "{one} {other}");
}

#[test]
fn states_have_one_order_whatever_the_start() {
    let (candles, _) = chain(3, 2_000, &THREE);
    for seed in 0..6 {
        let markov = Markov { seed, n_starts: 3, ..plain() };
        let states = fit(&markov, &candles).unwrap().states();
        assert!(states.windows(2).all(|pair| pair[0].log_range[0] < pair[1].log_range[0]));
    }
}

#[test]
fn the_same_model_on_any_number_of_threads() {
    let (candles, _) = chain(4, 1_000, &THREE);
    let with = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| fit(&plain(), &candles).unwrap().ready.model)
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn what_cannot_be_learnt_is_named() {
    let (candles, _) = chain(5, 400, &THREE);
    let told = |markov: &Markov, candles: &[Candle]| fit(markov, candles).unwrap_err().to_string();
    let usual = plain();
    assert_eq!(
        told(&usual, &candles[..300]),
        "`300` bars are too few to tell regimes: 301 are needed"
    );
    assert!(fit(&usual, &candles[..301]).is_ok());
    let flat = vec![Candle { high: 5.0, low: 5.0, close: 5.0 }; 400];
    assert_eq!(told(&usual, &flat), "the range of the bars does not vary");
    let still: Vec<Candle> =
        candles.iter().map(|c| Candle { high: 6.0 + c.high, low: 5.0, close: 5.0 }).collect();
    assert_eq!(told(&usual, &still), "the return of the bars does not vary");
    let five = Markov { n_states: 5, ..usual.clone() };
    assert_eq!(told(&five, &candles), "`n_states` is `5`, and has to be 2, 3 or 4");
    assert!(told(&Markov { window: 0, ..usual.clone() }, &candles).contains("`window` is `0`"));
    // One kind of bars, and four of another.
    let mut few = chain(6, 400, &[(0.0, 0.001, 1.0)]).0;
    few.iter_mut().step_by(100).for_each(|candle| candle.high *= 2.0);
    let one_start = Markov { n_states: 2, n_starts: 1, ..usual };
    assert_eq!(told(&one_start, &few), "the bars do not fall into `2` states: fewer would do");
}
