//! What is asked for is what is made: shape, bytes, columns, refusals.

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::tape::TAKER_TILT;
use super::*;
use crate::market::Timeframe;
use crate::stats;
use crate::units::Ts;

mod science;

/// `S0`, `S1`, …
fn symbols(n: usize) -> Vec<Symbol> {
    (0..n).map(|k| format!("S{k}").parse().unwrap()).collect()
}

fn make(params: &Params, n_symbols: usize, seed: u64) -> Market {
    generate(params, &symbols(n_symbols), seed).unwrap()
}

fn closes(bars: &Bars) -> Vec<f64> {
    log_changes(&bars.columns().close)
}

fn log_changes(prices: &[f64]) -> Vec<f64> {
    prices.windows(2).map(|w| libm::log(w[1] / w[0])).collect()
}

fn short() -> Params {
    Params { bars: 2_000, ..Params::default() }
}

#[test]
fn the_same_seed_gives_the_same_bytes_at_any_thread_count() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| make(&short(), 3, 7))
    };
    assert_eq!(on(1), on(2));
    assert_ne!(on(1).bars, make(&short(), 3, 8).bars);
}

/// Frozen: if this number changes, results made with the synthetic market cannot be made again.
#[test]
fn the_bytes_never_change() {
    let market = make(&short(), 2, 42);
    let mut hasher = blake3::Hasher::new();
    for bars in &market.bars {
        let columns = bars.columns();
        let prices = columns.prices().into_iter().map(|(_, values)| values);
        for values in prices.chain(columns.extra.values().map(Vec::as_slice)) {
            for x in values {
                hasher.update(&x.to_le_bytes());
            }
        }
    }
    assert_eq!(&hasher.finalize().to_hex()[..16], "c80e4850c6d10a25");
}

#[test]
fn a_symbols_path_does_not_depend_on_the_others() {
    let (few, many) = (make(&short(), 2, 1), make(&short(), 5, 1));
    assert_eq!(few.bars[..], many.bars[..2]);
    assert_eq!(few.truth.symbols[..], many.truth.symbols[..2]);
    let alone = generate(&short(), &symbols(5)[4..], 1).unwrap();
    assert_eq!(alone.bars[0], many.bars[4]);
}

#[test]
fn more_bars_continue_the_fewer() {
    let more = Params { bars: 3_000, ..short() };
    assert_eq!(make(&more, 1, 1).bars[0].prefix(2_000), make(&short(), 1, 1).bars[0]);
}

#[test]
fn bounce_and_gaps_change_nothing_but_themselves() {
    let plain = make(&short(), 1, 1);
    let gaps = Gaps { per_100k_bars: 2_000.0, mean_bars: 5.0 };
    let holed = make(&Params { gaps, ..short() }, 1, 1);
    let by_time = |bars: &Bars, i: usize| (bars.ts()[i], bars.columns().close[i]);
    let all: Vec<_> = (0..plain.bars[0].len()).map(|i| by_time(&plain.bars[0], i)).collect();
    assert!(holed.bars[0].len() < all.len());
    assert!((0..holed.bars[0].len()).all(|i| all.contains(&by_time(&holed.bars[0], i))));
    // The signal moves the price as before; only the prints differ.
    let bounced = make(&Params { bounce_bps: 10.0, planted: no_ic(), ..short() }, 1, 1);
    let still = make(&Params { planted: no_ic(), ..short() }, 1, 1);
    assert_eq!(bounced.bars[0].columns().volume, still.bars[0].columns().volume);
    assert_ne!(bounced.bars[0].columns().close, still.bars[0].columns().close);
}

fn no_ic() -> Planted {
    Planted { ic: 0.0, ..Params::default().planted }
}

#[test]
fn gaps_come_at_the_rate_and_length_asked_for() {
    let gaps = Gaps { per_100k_bars: 500.0, mean_bars: 8.0 };
    let params = Params { bars: 100_000, gaps, planted: no_ic(), ..Params::default() };
    let Market { bars, truth } = make(&params, 1, 3);
    let us = params.timeframe.us();
    let missing: Vec<f64> = (bars[0].ts().windows(2))
        .map(|w| ((w[1].0 - w[0].0) / us - 1) as f64)
        .filter(|&bars| bars > 0.0)
        .collect();
    // Expected: 0.005 for each bar there is; both within four standard errors.
    let expected = bars[0].len() as f64 * 0.005;
    assert!((missing.len() as f64 - expected).abs() < 4.0 * expected.sqrt(), "{}", missing.len());
    let mean = stats::mean(&missing).unwrap();
    assert!((mean - 8.0).abs() < 4.0 * 7.5 / expected.sqrt(), "{mean}");
    // Truth is row by row: as many signals as bars, and as many bars in runs.
    let symbol = &truth.symbols[0];
    assert_eq!(symbol.signal.len(), bars[0].len());
    assert_eq!(symbol.regimes.iter().map(|run| run.bars).sum::<usize>(), bars[0].len());
    let share: Vec<f64> = taker_share(&bars[0]);
    assert!(share.iter().zip(&symbol.signal).all(|(share, s)| (share - tilt(*s)).abs() < 1e-6));
}

fn taker_share(bars: &Bars) -> Vec<f64> {
    let bought = bars.columns().column("taker_buy_volume").unwrap();
    bought.iter().zip(&bars.columns().volume).map(|(b, v)| b / v).collect()
}

fn tilt(signal: f64) -> f64 {
    0.5 + TAKER_TILT * signal
}

#[test]
fn trade_columns_agree_with_each_other() {
    let market = make(&Params { bars: 20_000, ..Params::default() }, 1, 1);
    let c = market.bars[0].columns();
    let column = |name: &str| c.column(name).unwrap();
    let (quote, bought) = (column("quote_volume"), column("taker_buy_volume"));
    let (bought_quote, count) = (column("taker_buy_quote_volume"), column("count"));
    for i in 0..c.len() {
        let within =
            |price: f64| price >= c.low[i] * (1.0 - 1e-12) && price <= c.high[i] * (1.0 + 1e-12);
        assert!(within(quote[i] / c.volume[i]), "the vwap of bar {i}");
        assert!(within(bought_quote[i] / bought[i]), "the buyers' vwap of bar {i}");
        assert!(bought[i] > 0.0 && bought[i] < c.volume[i]);
        assert!(count[i] >= 1.0 && count[i].fract() == 0.0);
    }
    let without = make(&Params { trade_columns: false, ..short() }, 1, 1);
    assert!(without.bars[0].columns().extra.is_empty());
    assert_eq!(without.bars[0].columns().close, make(&short(), 1, 1).bars[0].columns().close);
}

#[test]
fn prices_look_like_prices() {
    let market = make(&Params { tick: 0.5, ..short() }, 1, 1);
    let c = market.bars[0].columns();
    assert_eq!(c.open[0], 30_000.0);
    assert!(c.prices()[..4].iter().all(|(_, v)| v.iter().all(|p| (p * 2.0).fract() == 0.0)));
    // The next open is near the close: 0.0001 of the variance is 0.18 bps, the rounding 0.07.
    let jumps: Vec<f64> =
        (1..c.len()).map(|i| libm::log(c.open[i] / c.close[i - 1]) * 1e4).collect();
    let sd = stats::sd(&jumps).unwrap();
    assert!((0.1..0.35).contains(&sd), "{sd}");
}

#[test]
fn truth_is_written_with_its_names() {
    let json = serde_json::to_value(make(&short(), 1, 5).truth).unwrap();
    assert_eq!(json["seed"], 5);
    assert_eq!(json["params"]["timeframe"], "5m");
    assert_eq!(json["predictability"], serde_json::json!(["planted", "trend_drift", "range_pull"]));
    assert_eq!(json["expected_ic"].as_array().unwrap().len(), 12);
    assert_eq!(json["symbols"][0]["symbol"], "S0");
    assert!(json["symbols"][0]["regimes"][0]["regime"].is_string());
    assert_eq!(json["symbols"][0]["signal"].as_array().unwrap().len(), 2_000);
    assert_eq!(make(&Params { bars: 50, ..Params::null() }, 1, 1).truth.predictability, []);
}

#[test]
fn the_impossible_is_refused_by_name() {
    let error = generate(&Params { price: -1.0, ..short() }, &symbols(1), 1).unwrap_err();
    assert!(error.to_string().starts_with("`price` is `-1`: expected"), "{error}");
}

#[test]
fn a_single_bar_is_a_market_with_nothing_to_measure() {
    let market = make(&Params { bars: 1, ..Params::default() }, 1, 1);
    assert_eq!(market.bars[0].len(), 1);
    assert_eq!(market.truth.symbols[0].realised_ic, [None; 12]);
    assert!(generate(&short(), &[], 1).unwrap().bars.is_empty());
}

fn any_params() -> impl Strategy<Value = Params> {
    let frames =
        prop_oneof![Just("1s"), Just("1m"), Just("7m"), Just("1h"), Just("1d"), Just("1w")];
    let shape = (frames, 2.01..30.0_f64, 1e-6..1.0_f64, 0.0..10.0_f64, any::<bool>());
    let extras = (0.0..50_000.0_f64, 1.0..50.0_f64, 0.0..1000.0_f64, -0.99..0.99_f64);
    let planted = (-1.0..1.0_f64, 1..50_usize, 0.1..500.0_f64, 0.0..0.5_f64);
    let price = (1e-9..1e6_f64, prop_oneof![Just(0.0), 1e-4..1.0_f64]);
    (shape, extras, planted, price).prop_map(|(shape, extras, planted, (price, tick))| {
        let timeframe: Timeframe = shape.0.parse().unwrap();
        let (ic, horizon, half_life_bars, flow_share) = planted;
        let base = Params::default();
        Params {
            timeframe,
            start: timeframe.open_of(Ts(0)),
            bars: 300,
            price,
            tick: tick * price / 1000.0,
            tails_dof: Some(shape.1),
            volatility_per_day: shape.2,
            seasonality: shape.3,
            regimes: shape.4.then(Regimes::default),
            gaps: Gaps { per_100k_bars: extras.0, mean_bars: extras.1 },
            bounce_bps: extras.2,
            common_factor: extras.3,
            planted: Planted { ic, horizon, half_life_bars, flow_share },
            ..base
        }
    })
}

proptest! {
    /// `Bars::new` is the judge: generation fails if a bar is impossible.
    #[test]
    fn whatever_is_possible_gives_good_bars(params in any_params(), seed in any::<u64>()) {
        match generate(&params, &symbols(2), seed) {
            Ok(Market { bars, truth }) => {
                prop_assert_eq!(params.check(), Ok(()));
                prop_assert!(truth.expected_ic.iter().all(|ic| ic.abs() < 1.0));
                prop_assert!((truth.expected_ic[params.planted.horizon - 1] - params.planted.ic).abs() < 1e-9);
                prop_assert!(bars.iter().all(|b| b.ts().first() == Some(&params.start)));
            }
            Err(Unmade::Params(bad)) => prop_assert_eq!(params.check(), Err(bad)),
            Err(Unmade::Bars(fault)) => prop_assert!(false, "{}", fault),
        }
    }
}
