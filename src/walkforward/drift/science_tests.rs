//! How often the detectors cry wolf, and how soon they see one.

use super::*;
use crate::rng::Rng;

const DAY: usize = 288;

/// Squared errors of a model whose errors have fat tails; from `change` on larger by `factor`.
fn losses(seed: u64, change: usize, factor: f64) -> impl Iterator<Item = f64> {
    let mut rng = Rng::stream(seed, "losses", &[]);
    (0..).map(move |t| {
        let error = rng.student_t(6.0);
        error.abs() * if t < change { 1.0 } else { factor }
    })
}

/// The first alarm.
fn page_hinkley(losses: impl Iterator<Item = f64>, n: usize) -> Option<usize> {
    let mut test = PageHinkley::new(PageHinkleyRules::default());
    losses.take(n).position(|loss| test.step(loss).is_some())
}

fn adwin(losses: impl Iterator<Item = f64>, n: usize) -> Option<usize> {
    let mut window = Adwin::new(AdwinRules::up_to(4.0));
    let is_rise = |change: Change| change.direction == Direction::Rise;
    losses.take(n).position(|loss| window.step(loss).is_some_and(is_rise))
}

#[test]
fn without_a_change_alarms_are_rare() {
    let n = 30 * DAY;
    for (name, detector) in [
        ("Page–Hinkley", page_hinkley as fn(_, _) -> _),
        ("ADWIN", adwin as fn(_, _) -> Option<usize>),
    ] {
        let alarms = (0..60).filter(|seed| detector(losses(*seed, n, 1.0), n).is_some()).count();
        assert!(alarms <= 4, "{name}: {alarms}");
    }
}

#[test]
fn a_rise_is_seen_within_a_day_or_two() {
    let (start, n) = (10 * DAY, 20 * DAY);
    for (name, detector) in [
        ("Page–Hinkley", page_hinkley as fn(_, _) -> _),
        ("ADWIN", adwin as fn(_, _) -> Option<usize>),
    ] {
        let seen = |seed| detector(losses(seed, start, 1.5), n).filter(|at| *at >= start);
        let mut delays: Vec<usize> = (0..40).filter_map(seen).map(|at| at - start).collect();
        delays.sort_unstable();
        assert!(delays.len() >= 38, "{name}: {}", delays.len());
        assert!(delays[delays.len() / 2] < DAY, "{name}: {delays:?}");
        assert!(delays[delays.len() - 1] < 3 * DAY, "{name}: {delays:?}");
    }
}

#[test]
fn a_fall_is_no_alarm() {
    let (start, n) = (10 * DAY, 20 * DAY);
    for seed in 0..20 {
        assert_eq!(page_hinkley(losses(seed, start, 0.5), n), None);
        assert_eq!(adwin(losses(seed, start, 0.5), n), None);
    }
}

/// Volatility that persists: losses of one bar say much about those of the next.
fn remembering(seed: u64, change: usize, factor: f64) -> impl Iterator<Item = f64> {
    let mut rng = Rng::stream(seed, "remembering", &[]);
    let mut x = 0.0;
    (0..).map(move |t| {
        x = 0.9 * x + 0.19_f64.sqrt() * rng.normal();
        let volatility = crate::rng::exp(0.5 * x);
        volatility * rng.normal().abs() * if t < change { 1.0 } else { factor }
    })
}

#[test]
fn losses_that_remember_need_their_memory_told() {
    let (start, n) = (30 * DAY, 45 * DAY);
    // 1 + 2 Σ of the autocorrelations of 50,000 such losses is 5.9.
    let alarms = |memory: f64, factor: f64| {
        let first = |seed: u64| {
            let mut test = PageHinkley::new(PageHinkleyRules { memory, ..Default::default() });
            let mut window = Adwin::new(AdwinRules { memory, ..AdwinRules::up_to(4.0) });
            let is_rise = |change: Change| change.direction == Direction::Rise;
            let mut found = [None; 2];
            for (at, loss) in remembering(seed, start, factor).take(n).enumerate() {
                let alarms = [test.step(loss).is_some(), window.step(loss).is_some_and(is_rise)];
                for (found, alarm) in found.iter_mut().zip(alarms) {
                    *found = found.or(alarm.then_some(at));
                }
            }
            found
        };
        let all: Vec<[Option<usize>; 2]> = (0..30).map(first).collect();
        let count = |is: fn(usize) -> bool| {
            [0, 1].map(|k| all.iter().filter(|found| found[k].is_some_and(is)).count())
        };
        [count(|at| at < 30 * DAY), count(|at| at >= 30 * DAY)]
    };
    let [untold, _] = alarms(1.0, 1.0);
    assert!(untold.iter().all(|wrong| *wrong > 10), "{untold:?}");
    let [wrong, right] = alarms(5.9, 1.5);
    assert!(wrong.iter().all(|wrong| *wrong <= 2), "{wrong:?}");
    assert!(right.iter().all(|right| *right >= 27), "{right:?}");
}

/// One look at each of many windows that do not overlap.
#[test]
fn inputs_that_have_not_changed_exceed_the_threshold_as_often_as_asked() {
    let mut rng = Rng::stream(8, "inputs", &[]);
    let (mut looks, mut beyond) = (0, 0);
    for _ in 0..60 {
        let training: Vec<f64> = (0..4000).map(|_| rng.normal()).collect();
        let mut drift = InputDrift::new(Reference::new(&training, 10).unwrap(), 500);
        for row in 1..=5000 {
            let Some(psi) = drift.step(rng.normal()) else { continue };
            if row % 500 == 0 {
                looks += 1;
                beyond += usize::from(psi.psi > drift.critical(&psi, 0.05, 1.0).unwrap());
            }
        }
    }
    assert_eq!(looks, 600);
    // 30 are expected.
    assert!((10..55).contains(&beyond), "{beyond}");
}

#[test]
fn inputs_that_have_shifted_are_found_before_the_window_is_new() {
    let mut rng = Rng::stream(9, "inputs", &[]);
    for shift in [0.5, -0.5] {
        let training: Vec<f64> = (0..4000).map(|_| rng.normal()).collect();
        let mut drift = InputDrift::new(Reference::new(&training, 10).unwrap(), 500);
        (0..500).for_each(|_| {
            drift.step(rng.normal());
        });
        let mut is_beyond = |value: f64| {
            let psi = drift.step(value)?;
            Some(psi.psi > drift.critical(&psi, 1e-4, 1.0)?)
        };
        let delay = (0..1000).position(|_| is_beyond(shift + rng.normal()) == Some(true));
        assert!(delay.is_some_and(|delay| delay < 450), "{shift}: {delay:?}");
    }
}
