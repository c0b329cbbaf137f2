//! The market is what it says it is: nothing to find where nothing was planted, and exactly what
//! was planted where something was.

use super::*;
use crate::units::{DAY_US, HOUR_US};

fn null(bars: usize) -> Params {
    Params { bars, ..Params::null() }
}

/// One bell-shaped return after another, and nothing else.
fn bare(bars: usize) -> Params {
    let base = null(bars);
    Params { clustering: None, tails_dof: None, seasonality: 0.0, common_factor: 0.0, ..base }
}

/// What a user measures: `x` at each close against the open-to-open return over `h` bars after it.
fn user_ic(x: &[f64], opens: &[f64], h: usize) -> f64 {
    let n = opens.len() - h - 1;
    let forward: Vec<f64> = (0..n).map(|i| libm::log(opens[i + 1 + h] / opens[i + 1])).collect();
    stats::pearson(&x[..n], &forward).unwrap()
}

#[test]
fn what_was_planted_is_found_in_the_taker_share() {
    let planted = Planted { ic: 0.05, ..Params::null().planted };
    let Market { bars, truth } = make(&Params { planted, ..null(200_000) }, 2, 11);
    assert!((truth.expected_ic[5] - 0.05).abs() < 1e-12);
    for (bars, symbol) in bars.iter().zip(&truth.symbols) {
        let share = taker_share(bars);
        for h in [1, 3, 6, 12] {
            let found = user_ic(&share, &bars.columns().open, h);
            let error = symbol.standard_error[h - 1].unwrap();
            assert!(error < 0.007, "{h}: {error}");
            assert!((found - truth.expected_ic[h - 1]).abs() < 3.0 * error, "{h}: {found}");
            assert!((found - symbol.realised_ic[h - 1].unwrap()).abs() < 1e-6);
        }
    }
}

/// Many symbols, a strong signal, regimes, bounce and gaps: the closed form must hold on average.
#[test]
fn the_expected_correlation_has_no_bias() {
    for ic in [0.15, -0.15] {
        let params = Params {
            bars: 60_000,
            bounce_bps: 10.0,
            gaps: Gaps { per_100k_bars: 100.0, mean_bars: 6.0 },
            planted: Planted { ic, horizon: 12, half_life_bars: 8.0, flow_share: 0.2 },
            ..Params::default()
        };
        let truth = make(&params, 6, 5).truth;
        for h in [1, 12, 24] {
            let realised: Vec<f64> =
                truth.symbols.iter().map(|s| s.realised_ic[h - 1].unwrap()).collect();
            let error = truth.symbols[0].standard_error[h - 1].unwrap() / 6.0_f64.sqrt();
            let off = stats::mean(&realised).unwrap() - truth.expected_ic[h - 1];
            assert!(off.abs() < 3.0 * error, "{ic} {h}: {off} {error} {realised:?}");
        }
    }
}

#[test]
fn past_returns_know_a_little_of_what_was_planted() {
    let planted = Planted { ic: 0.15, flow_share: 0.2, ..Params::null().planted };
    let market = make(&Params { planted, ..null(200_000) }, 1, 2);
    let closes = &market.bars[0].columns().close;
    let past: Vec<f64> =
        (0..closes.len()).map(|i| libm::log(closes[i] / closes[i.saturating_sub(6)])).collect();
    let momentum = user_ic(&past, &market.bars[0].columns().open, 6);
    assert!((0.03..0.1).contains(&momentum), "{momentum}");
}

#[test]
fn nothing_predicts_anything_where_nothing_was_planted() {
    let Market { bars, truth } = make(&null(200_000), 1, 1);
    assert_eq!(truth.predictability, []);
    assert!(truth.expected_ic.iter().all(|ic| *ic == 0.0));
    let returns = closes(&bars[0]);
    let sizes: Vec<f64> = returns.iter().map(|r| r.abs()).collect();
    let (signal, volume) = (&truth.symbols[0].signal[1..], &bars[0].columns().volume[1..]);
    let [returns, sizes, signal, volume] = [&returns[..], &sizes, signal, volume].map(stats::ranks);
    let three_errors = 3.0 / (returns.len() as f64).sqrt();
    let rank_ic =
        |x: &[f64], lag: usize| stats::pearson(&x[..x.len() - lag], &returns[lag..]).unwrap();
    for lag in 1..=6 {
        for known in [&returns, &sizes, &signal, &volume] {
            let found = rank_ic(known, lag);
            assert!(found.abs() < three_errors, "{lag}: {found}");
        }
    }
    // The control is fair: the share still moves with the return of its own bar.
    assert!(rank_ic(&signal, 0) > 0.05);
}

#[test]
fn tails_are_fat_only_where_asked_for() {
    let kurtosis = |tails_dof, seed| {
        let market = make(&Params { tails_dof, ..bare(100_000) }, 1, seed);
        stats::excess_kurtosis(&closes(&market.bars[0])).unwrap()
    };
    let four_errors = 4.0 * (24.0 / 100_000.0_f64).sqrt();
    assert!(kurtosis(None, 1).abs() < four_errors);
    assert!(kurtosis(Some(5.0), 1) > 2.0);
    // The flow, 0.09 of the variance, is normal: 6 / (9 − 4)·0.91².
    assert!(
        (kurtosis(Some(9.0), 1) - 1.2 * 0.91 * 0.91).abs() < 0.25,
        "{}",
        kurtosis(Some(9.0), 1)
    );
}

#[test]
fn the_volatility_is_the_one_asked_for() {
    for timeframe in ["1m", "5m", "1h"] {
        let timeframe: Timeframe = timeframe.parse().unwrap();
        let market = make(&Params { timeframe, ..bare(50_000) }, 1, 4);
        let opens = log_changes(&market.bars[0].columns().open);
        let per_day = stats::sd(&opens).unwrap() * (DAY_US as f64 / timeframe.us() as f64).sqrt();
        assert!((per_day / 0.03 - 1.0).abs() < 0.013, "{per_day}"); // 4 / √(2n)
    }
}

#[test]
fn volatility_clusters_only_where_asked_for() {
    let memory = |clustering| {
        let market = make(&Params { clustering, ..bare(100_000) }, 1, 2);
        let sizes: Vec<f64> = closes(&market.bars[0]).iter().map(|r| r.abs()).collect();
        [1, 50].map(|lag| stats::autocorrelation(&sizes, lag).unwrap())
    };
    let [next, later] = memory(Params::default().clustering);
    assert!(next > 0.1 && later > 0.05 && later < next, "{next} {later}");
    assert!(memory(None).iter().all(|a| a.abs() < 4.0 / 100_000.0_f64.sqrt()));
}

#[test]
fn the_day_has_its_rhythm_in_volatility_and_volume() {
    let ratios = |seasonality| {
        let market = make(&Params { seasonality, ..bare(100_000) }, 1, 3);
        let c = market.bars[0].columns();
        let in_hour = |hour: i64, value: &dyn Fn(usize) -> f64| {
            let at = |i: &usize| c.ts[*i].0.rem_euclid(DAY_US) / HOUR_US == hour;
            stats::mean(&(0..c.len()).filter(at).map(value).collect::<Vec<_>>()).unwrap()
        };
        let square = |i: usize| libm::log(c.close[i] / c.open[i]).powi(2);
        let volume = |i: usize| c.volume[i];
        [
            (in_hour(14, &square) / in_hour(21, &square)).sqrt(),
            in_hour(14, &volume) / in_hour(21, &volume),
        ]
    };
    let [volatility, volume] = ratios(1.0);
    assert!((1.9..2.8).contains(&volatility) && volume > 3.0, "{volatility} {volume}");
    assert!(ratios(0.0).iter().all(|ratio| (ratio - 1.0).abs() < 0.06));
}

#[test]
fn symbols_correlate_by_their_loading_squared() {
    for common_factor in [0.0, 0.6, 0.9] {
        let market = make(&Params { common_factor, ..null(100_000) }, 3, 6);
        let returns: Vec<Vec<f64>> =
            market.bars.iter().map(|bars| log_changes(&bars.columns().open)).collect();
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let found = stats::pearson(&returns[a], &returns[b]).unwrap();
            let asked = common_factor * common_factor;
            assert!((found - asked).abs() < 0.03, "{common_factor}: {found}");
        }
    }
}

/// Parkinson 1980, "The extreme value method for estimating the variance of the rate of return".
#[test]
fn ranges_are_consistent_with_volatility() {
    let measure = |params: &Params| {
        let market = make(params, 1, 9);
        let c = market.bars[0].columns();
        let of = |a: &[f64], b: &[f64]| {
            let squares = a.iter().zip(b).map(|(a, b)| libm::log(a / b).powi(2));
            squares.sum::<f64>() / a.len() as f64
        };
        [of(&c.high, &c.low) / (4.0 * std::f64::consts::LN_2), of(&c.close, &c.open)]
    };
    let bare = bare(100_000);
    let asked = 0.03 * 0.03 / 288.0 * (1.0 - bare.open_jump_share);
    assert!((measure(&bare)[0] / asked - 1.0).abs() < 0.01);
    let [range, body] = measure(&null(100_000));
    assert!((range / body - 1.0).abs() < 0.04, "{range} {body}");
}

/// Roll 1984: the covariance of successive changes is −spread²/4.
#[test]
fn bounce_is_the_spread_asked_for() {
    for bounce_bps in [0.0, 20.0] {
        let market = make(&Params { bounce_bps, ..bare(200_000) }, 1, 8);
        let changes: Vec<f64> = closes(&market.bars[0]).iter().map(|r| r * 1e4).collect();
        let covariance =
            stats::autocorrelation(&changes, 1).unwrap() * stats::variance(&changes).unwrap();
        let asked = -bounce_bps * bounce_bps / 4.0;
        assert!((covariance - asked).abs() < 5.0, "{bounce_bps}: {covariance}");
    }
}

#[test]
fn regimes_have_their_drift_and_volatility() {
    let market =
        make(&Params { planted: no_ic(), ..Params { bars: 200_000, ..Params::default() } }, 1, 1);
    let c = market.bars[0].columns();
    let regimes: Vec<Regime> = (market.truth.symbols[0].regimes.iter())
        .flat_map(|run| std::iter::repeat_n(run.regime, run.bars))
        .collect();
    let returns = |of: Regime| -> Vec<f64> {
        let at = (0..c.len()).filter(|&i| regimes[i] == of);
        at.map(|i| libm::log(c.close[i] / c.open[i]) * 1e4).collect()
    };
    for (regime, drift_bps) in [
        (Regime::TrendUp, 200.0 / 288.0),
        (Regime::TrendDown, -200.0 / 288.0),
        (Regime::Volatile, 0.0),
    ] {
        let bars = returns(regime);
        let error = stats::sd(&bars).unwrap() / (bars.len() as f64).sqrt();
        let mean = stats::mean(&bars).unwrap();
        assert!((mean - drift_bps).abs() < 3.0 * error, "{regime:?}: {mean} {error}");
    }
    let sd = |regime| stats::sd(&returns(regime)).unwrap();
    assert!(sd(Regime::Range) < sd(Regime::TrendUp));
    assert!(sd(Regime::TrendUp) < 0.8 * sd(Regime::Volatile));
}

#[test]
fn volume_knows_of_the_bars_size() {
    let market = make(&Params { seasonality: 0.0, ..null(50_000) }, 1, 1);
    let c = market.bars[0].columns();
    let sizes: Vec<f64> = (0..c.len()).map(|i| libm::log(c.close[i] / c.open[i]).abs()).collect();
    let ranges: Vec<f64> = (0..c.len()).map(|i| libm::log(c.high[i] / c.low[i])).collect();
    let (by_size, by_range) =
        (stats::spearman(&c.volume, &sizes).unwrap(), stats::spearman(&c.volume, &ranges).unwrap());
    assert!(by_size > 0.2 && by_range > by_size + 0.1, "{by_size} {by_range}");
}
