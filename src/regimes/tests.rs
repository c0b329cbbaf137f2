use super::*;
use crate::rng::Rng;

struct Walk {
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
}

impl Walk {
    /// Quarters of the bars: quiet and aimless, quiet and rising, wild, quiet and aimless.
    fn new(seed: u64, n: usize) -> Self {
        let mut rng = Rng::stream(seed, "walk", &[]);
        let (mut close, mut walk) = (100.0, Self { high: vec![], low: vec![], close: vec![] });
        for bar in 0..n {
            let (drift, sd) =
                [(0.0, 0.001), (0.0007, 0.001), (0.0, 0.005), (0.0, 0.001)][4 * bar / n];
            let open = close;
            close *= libm::exp(drift + sd * rng.normal());
            let wick = |rng: &mut Rng| libm::exp(sd * rng.exponential());
            walk.high.push(f64::max(open, close) * wick(&mut rng));
            walk.low.push(f64::min(open, close) / wick(&mut rng));
            walk.close.push(close);
        }
        walk
    }

    fn rows(&self, rows: Range<usize>) -> Prices<'_> {
        let (high, low) = (&self.high[rows.clone()], &self.low[rows.clone()]);
        Prices { high, low, close: &self.close[rows] }
    }
}

fn methods() -> [Method; 3] {
    [
        Method::Rules(Rules { window: 40, ..Rules::default() }),
        Method::Markov(Markov { window: 1, ..Markov::default() }),
        Method::Markov(Markov { n_states: 2, window: 20, ..Markov::default() }),
    ]
}

fn share(regimes: &[Option<u8>], which: u8) -> f64 {
    regimes.iter().filter(|regime| **regime == Some(which)).count() as f64 / regimes.len() as f64
}

#[test]
fn rules_tell_quiet_trending_and_wild_quarters() {
    let walk = Walk::new(1, 8_000);
    let Fitted { training, detector } = methods()[0].fit(&walk.rows(0..8_000)).unwrap();
    assert_eq!(detector.names(), ["ranging", "trending", "volatile"]);
    assert!(training[..40].iter().all(Option::is_none) && training[40].is_some());
    // A fifth of all, and all of it in the wild quarter.
    assert!((share(&training, 2) - 0.2).abs() < 0.01);
    assert!(share(&training[4_040..6_000], 2) > 0.75);
    assert!((share(&training, 1) - 0.8 / 3.0).abs() < 0.01);
    assert!(share(&training[2_040..4_000], 1) > 0.6, "{}", share(&training[2_040..4_000], 1));
    assert!(share(&training[6_040..], 0) > 0.7, "{}", share(&training[6_040..], 0));
}

#[test]
fn a_market_that_mostly_stands_still_ranges() {
    let mut walk = Walk::new(7, 1_000);
    for prices in [&mut walk.high, &mut walk.low, &mut walk.close] {
        prices[300..].fill(100.0);
    }
    let rules = Rules { window: 10, volatile_share: 0.1, ..Rules::default() };
    let found = Method::Rules(rules).fit(&walk.rows(0..1_000)).unwrap().training;
    assert!(found[320..].iter().all(|regime| *regime == Some(0)), "{found:?}");
    assert!(share(&found[..300], 1) > 0.3, "{}", share(&found[..300], 1));
}

#[test]
fn a_chain_tells_quiet_and_wild_quarters() {
    let walk = Walk::new(2, 4_000);
    for method in &methods()[1..] {
        let Fitted { training, detector } = method.fit(&walk.rows(0..4_000)).unwrap();
        let wild = detector.names().len() as u8 - 1;
        assert!(share(&training[2_050..3_000], wild) > 0.8, "{method:?}");
        assert!(share(&training[..2_000], wild) < 0.05, "{method:?}");
    }
}

/// Thresholds and states are the training slice's: bars behind it, whatever they are, change none of
/// the regimes before them.
#[test]
fn the_future_changes_nothing() {
    let (walk, mut other) = (Walk::new(3, 3_000), Walk::new(3, 3_000));
    for prices in [&mut other.high, &mut other.low, &mut other.close] {
        prices[2_500..].iter_mut().enumerate().for_each(|(k, p)| *p *= 1.0 + (k % 7) as f64);
    }
    for method in methods() {
        let (one, two) = (method.fit(&walk.rows(0..2_000)), method.fit(&other.rows(0..2_000)));
        let (mut one, mut two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.training, two.training);
        let all = one.detector.run(&walk.rows(2_000..3_000));
        assert_eq!(all[..500], two.detector.run(&other.rows(2_000..3_000))[..500]);
        assert!(all.iter().all(Option::is_some));
    }
}

#[test]
fn of_a_prefix_the_probabilities_are_the_prefix_and_live_is_batch() {
    let walk = Walk::new(4, 2_400);
    let markov = Markov { window: 1, ..Markov::default() };
    let fresh = || markov.fit(&walk.rows(0..1_200)).unwrap();
    let bits = |filter: &mut Filter, rows: Range<usize>| -> Vec<Option<[u64; 4]>> {
        let prices = walk.rows(rows);
        prices.candles().map(|c| filter.step(c).map(|p| p.map(f64::to_bits))).collect()
    };
    let all = bits(&mut fresh(), 0..2_400);
    for cut in [1, 2, 700, 1_200, 1_999] {
        let mut filter = fresh();
        assert_eq!(bits(&mut filter, 0..cut), all[..cut]);
        // Taken up again later, from where it stood.
        let mut later = filter.clone();
        assert_eq!(bits(&mut later, cut..2_400), all[cut..]);
    }
    for method in methods() {
        let fitted = method.fit(&walk.rows(0..1_200)).unwrap();
        let batch = fitted.detector.clone().run(&walk.rows(1_200..2_400));
        let mut live = fitted.detector.clone();
        let one_by_one: Vec<Option<u8>> =
            walk.rows(1_200..2_400).candles().map(|candle| live.step(candle)).collect();
        assert_eq!(batch, one_by_one);
    }
}

/// Filtered, not smoothed: at the first wild bar nobody knows that many will follow.
#[test]
fn a_regime_is_told_only_once_it_shows() {
    let walk = Walk::new(5, 4_000);
    let mut filter =
        Markov { n_states: 2, window: 1, ..Markov::default() }.fit(&walk.rows(0..4_000)).unwrap();
    let wild: Vec<f64> =
        walk.rows(0..4_000).candles().filter_map(|c| filter.step(c)).map(|p| p[1]).collect();
    // Bar 0 has no return: probability k is of bar k + 1.
    assert!(wild[1_990..1_998].iter().all(|p| *p < 0.2), "{:?}", &wild[1_990..2_010]);
    let later = crate::stats::mean(&wild[2_005..2_100]).unwrap();
    assert!(later > 0.95, "{later}");
}

#[test]
fn what_has_no_regimes_is_named() {
    let walk = Walk::new(6, 500);
    let told = |rules: Rules, n: usize| {
        Method::Rules(rules).fit(&walk.rows(0..n)).map(|_| ()).unwrap_err().to_string()
    };
    let usual = Rules::default();
    assert_eq!(told(usual, 147), "`147` bars are too few to tell regimes: 148 are needed");
    assert!(Method::Rules(usual).fit(&walk.rows(0..148)).is_ok());
    assert_eq!(told(Rules { window: 1, ..usual }, 500), "`window` is `1`, and has to be 2 or more");
    let all = Rules { trending_share: 1.0, ..usual };
    assert_eq!(told(all, 500), "`trending_share` is `1`, and has to be between 0 and 1");
    let flat = [7.0; 300];
    let prices = Prices { high: &flat, low: &flat, close: &flat };
    let fault = Method::Rules(usual).fit(&prices).unwrap_err();
    assert_eq!(fault, Unfit::NoSpread { what: "volatility" });
}
