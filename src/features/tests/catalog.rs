//! The built-in sets on ordinary and on degenerate bars.

use super::{bars, column, flat, rich, shape, walk};
use crate::features::catalog::SETS;
use crate::features::{FeatureTable, Shape, Wanted, compile};

fn every_set() -> Wanted {
    Wanted { sets: SETS.iter().map(|set| set.name.to_owned()).collect(), expressions: vec![] }
}

#[test]
fn a_set_needs_just_the_columns_that_it_names() {
    for set in &SETS {
        let wanted = Wanted { sets: vec![set.name.to_owned()], expressions: vec![] };
        let needs: Vec<String> = set.needs.iter().map(|name| (*name).to_owned()).collect();
        let with = |extra: Vec<String>| compile(&wanted, &Shape { extra, ..shape("5m") });
        assert!(with(needs.clone()).is_ok() && set.lacks(&needs).is_none(), "{}", set.name);
        for at in 0..needs.len() {
            let mut fewer = needs.clone();
            let left_out = fewer.remove(at);
            assert_eq!(set.lacks(&fewer), Some(left_out.as_str()));
            let fault = &with(fewer).unwrap_err()[0].fault;
            assert!(fault.message.ends_with(&format!("the bars have no column `{left_out}`")));
        }
    }
}

/// By hand: 8 of 10 bought, in 4 trades worth 1020, 820 of it bought; then nothing.
#[test]
fn the_order_flow_of_a_known_bar_and_of_one_without_trades() {
    let mut columns = flat(2).into_columns();
    for prices in [&mut columns.open, &mut columns.high, &mut columns.low, &mut columns.close] {
        prices.fill(102.0);
    }
    columns.volume[0] = 10.0;
    let extra = [
        ("count", [4.0, 0.0]),
        ("quote_volume", [1020.0, 0.0]),
        ("taker_buy_quote_volume", [820.0, 0.0]),
        ("taker_buy_volume", [8.0, 0.0]),
    ];
    columns.extra = extra.map(|(name, values)| (name.to_owned(), values.to_vec())).into();
    let wanted = Wanted { sets: vec!["order_flow".to_owned()], expressions: vec![] };
    let program = compile(&wanted, &rich("5m")).unwrap();
    let table = program.evaluate_raw(bars(columns).columns());
    let value =
        |name: &str| table[program.features().iter().position(|f| f.name == name).unwrap()].clone();
    assert_eq!(value("buy_share"), [0.8, 0.5]);
    assert_eq!(value("traded_price_gap"), [0.0, 0.0]);
    let premium = value("buy_premium");
    assert!((premium[0] - (102.5 / 102.0 - 1.0)).abs() < 1e-15 && premium[1] == 0.0, "{premium:?}");
}

#[test]
fn every_built_in_feature_compiles_on_every_timeframe() {
    let odd = ["7m", "45m", "3h", "2d", "3d", "1w", "2w"];
    for timeframe in ["1m", "5m", "15m", "1h", "4h", "1d"].into_iter().chain(odd) {
        let compiled = compile(&every_set(), &rich(timeframe));
        assert!(compiled.is_ok(), "{timeframe}: {}", compiled.unwrap_err()[0]);
    }
}

#[test]
fn no_built_in_feature_depends_on_the_first_bar_for_ever() {
    let program = compile(&every_set(), &rich("5m")).unwrap();
    for feature in program.features() {
        assert!(!program.lookback(feature).unbounded, "{}", feature.name);
    }
}

#[test]
fn on_an_ordinary_market_every_feature_has_a_value_once_it_is_settled() {
    let program = compile(&every_set(), &rich("5m")).unwrap();
    let bars = walk(9000, 11);
    let table = FeatureTable::build(&program, &bars);
    for (at, column) in table.columns.iter().enumerate() {
        let settled = table.lookbacks[at].warm_up();
        let hole = column[settled..].iter().position(|v| !v.is_finite());
        assert_eq!(hole, None, "{} after {settled}", table.names[at]);
    }
}

/// The classic traps: nothing moves, nothing trades.
#[test]
fn a_dead_market_has_stated_values() {
    let bars = flat(600);
    let last = |text: &str| *column(text, &bars).last().unwrap();
    for (text, value) in [
        ("rsi(close, 14)", 50.0),
        ("mfi(14)", 50.0),
        ("stoch_k(14, 3)", 50.0),
        ("stoch_d(14, 3, 3)", 50.0),
        ("williams_r(14)", -50.0),
        ("cci(20)", 0.0),
        ("adx(14)", 0.0),
        ("plus_di(14)", 0.0),
        ("bb_position(close, 20, 2)", 0.5),
        ("bb_width(close, 20, 2)", 0.0),
        ("keltner_position(20, 2)", 0.5),
        ("donchian_position(20)", 0.5),
        ("zscore(close, 20)", 0.0),
        ("skew(close, 20)", 0.0),
        ("kurt(close, 20)", 0.0),
        ("corr(close, volume, 20)", 0.0),
        ("slope(close, 20)", 0.0),
        ("r2(close, 20)", 0.0),
        ("vwap(20)", 5.0),
        ("obv_ratio(20)", 0.0),
        ("volume_ratio(20)", 1.0),
        ("amihud(20)", 0.0),
        ("efficiency(close, 20)", 0.0),
        ("hurst(close, 100)", 0.5),
        ("close_position", 0.5),
        ("garman_klass(20)", 0.0),
        ("macd_hist(close, 12, 26, 9)", 0.0),
    ] {
        assert_eq!(last(text), value, "{text}");
    }
    assert!(last("close / volume").is_nan());
    assert!(last("log(volume)").is_nan());
}

#[test]
fn no_feature_is_ever_infinite() {
    // Half of the market is dead: every denominator passes through zero.
    let mut columns = walk(6000, 2).into_columns();
    for i in 2000..4000 {
        let price = columns.close[1999];
        columns.volume[i] = 0.0;
        (columns.open[i], columns.close[i]) = (price, price);
        (columns.high[i], columns.low[i]) = (price, price);
    }
    let program = compile(&every_set(), &rich("5m")).unwrap();
    for (at, column) in program.evaluate_raw(bars(columns).columns()).iter().enumerate() {
        let name = &program.features()[at].name;
        assert!(column.iter().all(|v| !v.is_infinite()), "{name}");
    }
}

/// Garman and Klass 1980, Parkinson 1980: by hand for one bar of open 100, high 110, low 95, close 105.
#[test]
fn range_volatilities_of_a_known_bar() {
    let mut columns = flat(1).into_columns();
    (columns.open[0], columns.high[0]) = (100.0, 110.0);
    (columns.low[0], columns.close[0]) = (95.0, 105.0);
    let bars = bars(columns);
    // ln(110/95) = 0.146603474, ln(105/100) = 0.048790164
    assert!((column("parkinson(1)", &bars)[0] - 0.088_044_359).abs() < 1e-7);
    assert!((column("garman_klass(1)", &bars)[0] - 0.099_129_830).abs() < 1e-7);
}

/// A walk's moves grow with the root of time; a trend's grow with time.
#[test]
fn the_hurst_exponent_tells_a_walk_from_a_wave() {
    let mean = |text: &str, bars: &crate::market::Bars| {
        let settled: Vec<f64> = column(text, bars).into_iter().filter(|v| !v.is_nan()).collect();
        settled.iter().sum::<f64>() / settled.len() as f64
    };
    let walk_exponent = mean("hurst(close, 1000)", &walk(6000, 4));
    assert!((0.45..0.55).contains(&walk_exponent), "{walk_exponent}");
    let mut wave = flat(6000).into_columns();
    for i in 0..6000 {
        let price = libm::exp(0.1 * libm::sin(i as f64 / 200.0));
        (wave.open[i], wave.close[i], wave.high[i], wave.low[i]) = (price, price, price, price);
    }
    let wave_exponent = mean("hurst(close, 1000)", &bars(wave));
    assert!(wave_exponent > 0.95, "{wave_exponent}");
}

/// A year of hours, or three of days, must leave room to train and test in.
#[test]
fn the_default_sets_settle_within_a_fraction_of_a_usual_history() {
    let sets = SETS[..6].iter().map(|set| set.name.to_owned()).collect();
    let wanted = Wanted { sets, expressions: vec![] };
    let warm_up = |timeframe| compile(&wanted, &shape(timeframe)).unwrap().warm_up();
    assert!(warm_up("1m") < 8 * 1440, "{}", warm_up("1m"));
    assert!(warm_up("5m") < 20 * 288, "{}", warm_up("5m"));
    assert!(warm_up("1h") < 100 * 24, "{}", warm_up("1h"));
    assert!(warm_up("1d") < 1000, "{}", warm_up("1d"));
}

/// One column that rests on the first bar for ever leaves the others' warm-up as it is.
#[test]
fn a_running_total_does_not_hide_the_other_columns_warm_up() {
    let expressions = vec![
        ("total".to_owned(), "obv".to_owned()),
        ("mean".to_owned(), "mean(close, 300)".to_owned()),
    ];
    let program = compile(&Wanted { sets: vec![], expressions }, &shape("5m")).unwrap();
    assert_eq!(program.warm_up(), 299);
}
