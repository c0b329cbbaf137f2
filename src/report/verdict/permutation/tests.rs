use super::*;

const SHIFTS: Shifts = Shifts { n: 199, min_bars: 20, seed: 4 };

struct Made {
    ts: Vec<Ts>,
    symbols: Vec<u32>,
    predictions: Vec<f64>,
    outcomes: Vec<f64>,
}

impl Made {
    fn rows(&self) -> Rows<'_> {
        let Self { ts, symbols, predictions, outcomes } = self;
        Rows { ts, symbols, predictions, outcomes }
    }

    fn one(predictions: Vec<f64>, outcomes: Vec<f64>) -> Self {
        let n = outcomes.len();
        let ts = (0..n as i64).map(Ts).collect();
        Self { ts, symbols: vec![0; n], predictions, outcomes }
    }

    /// Predictions that persist, outcomes that overlap over ten bars and lean on a drift;
    /// `effect` ties them.
    fn market(seed: u64, n: usize, effect: f64) -> Self {
        let mut rng = Rng::stream(seed, "made", &[]);
        let mut x = 0.0;
        let mut next = || {
            x = 0.97 * x + 0.243 * rng.normal();
            (x, 0.02 + effect * x + rng.student_t(4.0))
        };
        let (xs, returns): (Vec<f64>, Vec<f64>) = (0..n + 10).map(|_| next()).unzip();
        let outcomes = (0..n).map(|t| returns[t..t + 10].iter().sum()).collect();
        Self::one(xs[..n].to_vec(), outcomes)
    }
}

fn p(made: &Made, statistic: Statistic) -> f64 {
    permutation(&made.rows(), statistic, &SHIFTS).unwrap().p_value
}

#[test]
fn every_shift_by_hand() {
    let made = Made::one(vec![1.0, -2.0, 0.0, 3.0], vec![2.0, -1.0, 5.0, 4.0]);
    let shifts = Shifts { n: 100, min_bars: 1, seed: 0 };
    let found = permutation(&made.rows(), Statistic::SignedOutcome, &shifts).unwrap();
    // Signs + − 0 +. In place: 2 + 1 + 4 = 7; later by one: −1 − 5 + 2 = −4; by two: 5 − 4 − 1 = 0;
    // by three: 4 − 2 + 5 = 7, which is as good as in place.
    assert_eq!((found.n_shifts, found.n_rows), (3, 4));
    assert!((found.observed - 7.0 / 4.0).abs() < 1e-15);
    assert!((found.null_mean.unwrap() - 3.0 / 12.0).abs() < 1e-15);
    assert_eq!(found.p_value, 2.0 / 4.0);
}

#[test]
fn the_rank_statistic_is_spearmans() {
    let made = Made::market(1, 300, 0.1);
    let found = permutation(&made.rows(), Statistic::RankIc, &SHIFTS).unwrap();
    let expected = stats::spearman(&made.predictions, &made.outcomes).unwrap();
    assert!((found.observed - expected).abs() < 1e-12);
    let panel = Panel::new(&made.rows(), Statistic::RankIc).unwrap();
    let mut later = made.outcomes.clone();
    later.rotate_left(37);
    let expected = stats::spearman(&made.predictions, &later).unwrap();
    assert!((panel.shifted(37) - expected).abs() < 1e-12);
}

#[test]
fn what_persists_without_being_tied_is_not_significant() {
    for statistic in [Statistic::SignedOutcome, Statistic::RankIc] {
        let of = |seed| p(&Made::market(seed, 1500, 0.0), statistic);
        let found: Vec<f64> = (0..200).map(of).collect();
        for level in [0.05, 0.5] {
            let share = found.iter().filter(|p| **p <= level).count() as f64 / 200.0;
            assert!((share - level).abs() < 0.25 * level + 0.04, "{statistic:?} {level}: {share}");
        }
    }
}

#[test]
fn what_is_tied_is_found() {
    for statistic in [Statistic::SignedOutcome, Statistic::RankIc] {
        let of = |seed| p(&Made::market(seed, 1500, 0.2), statistic);
        let found = (0..20).filter(|seed| of(*seed) <= 0.05).count();
        assert!(found >= 18, "{statistic:?}: {found}");
    }
}

/// Both symbols move as one: with symbols shifted apart, or rows shuffled, the common move would
/// look like twice the evidence.
#[test]
fn symbols_shift_together() {
    let mut small = 0;
    for seed in 0..100 {
        let one = Made::market(seed, 800, 0.0);
        let twice = |column: &[f64]| column.iter().flat_map(|x| [*x, *x]).collect::<Vec<f64>>();
        let two = Made {
            ts: one.ts.iter().flat_map(|ts| [*ts, *ts]).collect(),
            symbols: [3, 8].repeat(800),
            predictions: twice(&one.predictions),
            outcomes: twice(&one.outcomes),
        };
        let statistic = Statistic::SignedOutcome;
        assert_eq!(p(&one, statistic), p(&two, statistic));
        small += usize::from(p(&two, statistic) <= 0.05);
    }
    assert!(small <= 12, "{small}");
}

#[test]
fn rows_that_are_missing_are_no_evidence() {
    let share = |effect: f64| {
        let of = |seed: u64| {
            let mut made = Made::market(seed, 1500, effect);
            let mut rng = Rng::stream(seed, "holes", &[]);
            made.outcomes.iter_mut().for_each(|y| *y += 3.0);
            (0..1500).filter(|_| rng.chance(0.3)).for_each(|at| made.outcomes[at] = f64::NAN);
            // A second symbol keeps the times.
            made.ts.extend(made.ts.clone());
            made.symbols.extend([1; 1500]);
            let other = Made::market(seed + 1000, 1500, effect);
            made.predictions.extend(other.predictions);
            made.outcomes.extend(other.outcomes);
            p(&made, Statistic::SignedOutcome)
        };
        (0..100).filter(|seed| of(*seed) <= 0.05).count()
    };
    assert!(share(0.0) <= 13, "{}", share(0.0));
    assert!(share(0.2) >= 90, "{}", share(0.2));
}

#[test]
fn a_seed_means_the_same_shifts_on_any_number_of_threads() {
    let made = Made::market(9, 3000, 0.02);
    let with = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| permutation(&made.rows(), Statistic::RankIc, &SHIFTS))
    };
    assert_eq!(with(1), with(2));
    let other = Shifts { seed: 5, ..SHIFTS };
    assert_ne!(with(1), permutation(&made.rows(), Statistic::RankIc, &other));
}

#[test]
fn without_rows_shifts_or_spread_there_is_no_test() {
    let none = |made: &Made, shifts: Shifts| {
        permutation(&made.rows(), Statistic::SignedOutcome, &shifts).is_none()
    };
    let ten = Made::one(vec![1.0; 10], (0..10).map(f64::from).collect());
    assert!(!none(&ten, Shifts { n: 9, min_bars: 5, seed: 0 }));
    assert!(none(&ten, Shifts { n: 9, min_bars: 6, seed: 0 }));
    assert!(none(&ten, Shifts { n: 0, min_bars: 1, seed: 0 }));
    assert!(none(&Made::one(vec![], vec![]), SHIFTS));
    assert!(none(&Made::one(vec![f64::NAN; 90], vec![1.0; 90]), SHIFTS));
    assert!(none(&Made::one(vec![1.0; 90], vec![1.0; 90]), SHIFTS));
}
