//! Each strategy on a market whose entries are worked out by hand. The calm before the tape goes to
//! and fro between 99 and 101: its mean is 100, its average true range 2, and its last close 101.

use super::tape::{after_calm, case, closes};
use crate::market::{Bars, Timeframe};

fn tape(prices: &[f64]) -> Bars {
    after_calm(Timeframe::M5, &closes(prices))
}

/// Averages of alpha 1/5: gains are 1.11 at the end of the calm, and moves 2. Four falls of 3 bring
/// them to 0.89 0.71 0.57 0.46 and 2.2 2.36 2.49 2.59: the index to 40, 30.1, 22.9, 17.6. Up 5:
/// 1.36 of 3.07 is 44. Up 10: 3.09 of 4.46 is 69.3; up 3 more: 3.07 of 4.17 is 73.8. Down 3: 2.46
/// of 3.93 is 62.
#[test]
fn rsi_comes_back_from_its_extremes() {
    let bars = tape(&[98.0, 95.0, 92.0, 89.0, 94.0, 104.0, 107.0, 104.0]);
    case("rsi", &[("period", 5.0), ("oversold", 30.0)], &bars).enters(&[4], &[7]);
}

/// Ten and more bars of 100, then 101: 100.2 over 100.1. Then 96: 99.4 under 99.7.
#[test]
fn ma_cross_follows_the_fast_average() {
    let bars = tape(&[&[100.0; 12][..], &[101.0, 96.0]].concat());
    let point = [("fast", 5.0), ("ratio", 2.0)];
    case("ma_cross", &point, &bars).since(12).enters(&[12], &[13]);
}

/// Two hundred bars of 100, then 101: 100.33 over 100.18. Then 97: 99.22 under 99.60.
#[test]
fn ema_cross_follows_the_fast_average() {
    let bars = tape(&[&[100.0; 300][..], &[101.0, 97.0]].concat());
    let point = [("fast", 5.0), ("ratio", 2.0)];
    case("ema_cross", &point, &bars).since(300).enters(&[300], &[301]);
}

/// Of 6, 12 and 5 bars, from 100 to 93 and back: the line is -0.923, -0.517, -0.249 and its signal
/// -0.308, -0.378, -0.335.
#[test]
fn macd_crosses_its_signal() {
    let bars = tape(&[&[100.0; 300][..], &[93.0, 100.0, 100.0]].concat());
    let point = [("fast", 6.0), ("ratio", 2.0), ("signal", 5.0)];
    case("macd", &point, &bars).since(300).enters(&[302], &[300]);
}

/// Ten closes: 5 × 101, 4 × 99 and 95 have the mean 99.6 and the deviation 1.8, so 95 is under the
/// band at 96; the next close of 99 is above it. With 106 the mean is 100.1, the deviation 2.62,
/// the band at 105.3; 101 is below it again.
#[test]
fn bollinger_reversion_waits_for_the_way_back() {
    let bars = tape(&[95.0, 99.0, 106.0, 101.0]);
    case("bollinger_reversion", &[("period", 10.0), ("width", 2.0)], &bars).enters(&[1], &[3]);
}

/// With 106 the mean is 100.7 and the deviation 2: the close is above the band at 104.7. The fall
/// to 94 is below the band at 94.3, but the bands are not narrow any more: they are at 0.080 when
/// their average is 0.040.
#[test]
fn bollinger_breakout_wants_a_squeeze() {
    let bars = tape(&[106.0, 94.0]);
    let point = [("period", 10.0), ("width", 2.0), ("squeeze", 1.5)];
    case("bollinger_breakout", &point, &bars).enters(&[0], &[]);
}

/// Three falls bring %K to 0 three times and %D with it; 95 in a range from 94 to 101 makes %K 14
/// and %D 5.
#[test]
fn stochastic_crosses_while_oversold() {
    let bars = tape(&[97.0, 95.0, 94.0, 95.0]);
    case("stochastic", &[("period", 5.0), ("smooth", 1.0), ("oversold", 20.0)], &bars)
        .enters(&[3], &[]);
}

/// Five falls of 2 leave no money that came in; after one rise it is 92 of 471, after two 187 of
/// 468.
#[test]
fn mfi_comes_back_from_its_extremes() {
    let bars = tape(&[99.0, 97.0, 95.0, 93.0, 91.0, 93.0, 95.0]);
    case("mfi", &[("period", 5.0), ("oversold", 30.0)], &bars).enters(&[6], &[]);
}

/// 102 is above the calm's 101; 103 is above too, but no event; 104 is, after a bar that was not.
#[test]
fn donchian_enters_where_the_close_comes_out() {
    let bars = tape(&[102.0, 103.0, 102.0, 104.0, 98.0]);
    case("donchian", &[("period", 10.0)], &bars).enters(&[0, 3], &[4]);
}

/// The calm has no directional movement. Two rises of 2 make the index 14.3 and 26.5. The fall to
/// 90 makes -DI 1.86 and +DI 0.45 (of 7 bars' averages), and the index 31.4.
#[test]
fn adx_trend_waits_for_the_trend() {
    let bars = tape(&[103.0, 105.0, 90.0]);
    case("adx_trend", &[("period", 7.0), ("threshold", 20.0)], &bars).enters(&[1], &[2]);
}

/// The average goes from 100.1 to 101.4 and the true range to 2.4: 107 is above 106.2. It stays
/// above 106.7. Then 100.1 less twice 3.64 is 92.8, and 90 is below.
#[test]
fn atr_channel_is_left() {
    let bars = tape(&[107.0, 107.0, 90.0]);
    case("atr_channel", &[("period", 10.0), ("width", 2.0)], &bars).enters(&[0], &[2]);
}

/// 92 is 7.8 below the average, 3.4 true ranges; 97 is 2.6 below, 1.1 true ranges.
#[test]
fn vwap_reversion_comes_back_from_far() {
    let bars = tape(&[92.0, 97.0]);
    case("vwap_reversion", &[("period", 24.0), ("depth", 2.0)], &bars).enters(&[1], &[]);
}

/// 95 is 4.6 below the mean of ten, 2.4 sample deviations; 99 is 0.4 below.
#[test]
fn zscore_reversion_comes_back_from_far() {
    let bars = tape(&[95.0, 99.0]);
    case("zscore_reversion", &[("period", 10.0), ("depth", 2.0)], &bars).enters(&[1], &[]);
}

/// Bar 2 leaves a gap from 102 to 105, more than 0.3 true ranges of some 2.4. Bar 3 stays above it,
/// bar 4 dips into it and closes above 102. Bar 5 does not touch it, and bar 6 falls through.
#[test]
fn fair_value_gap_is_bought_on_the_way_back() {
    let bars = [
        [101.0, 102.0, 100.0, 102.0, 1.0],
        [102.0, 106.0, 101.0, 106.0, 1.0],
        [106.0, 108.0, 105.0, 107.0, 1.0],
        [107.0, 109.0, 106.0, 108.0, 1.0],
        [108.0, 108.0, 104.0, 106.0, 1.0],
        [106.0, 108.0, 105.5, 107.0, 1.0],
        [107.0, 107.0, 101.0, 101.0, 1.0],
    ];
    let bars = after_calm(Timeframe::M5, &bars);
    case("fair_value_gap", &[("size", 0.3), ("wait", 20.0)], &bars).enters(&[4], &[]);
}

const SWEEP: [[f64; 5]; 4] = [
    [101.0, 101.0, 97.0, 100.0, 3.0],
    [100.0, 100.5, 100.0, 100.5, 1.0],
    [100.5, 102.0, 100.5, 102.0, 1.0],
    [102.0, 103.0, 102.0, 103.0, 1.0],
];

/// Bar 0 goes 2 below the calm's 99, about a true range, and closes above it at three times the
/// volume, three quarters of it wick. Bar 2 is the first close above the 101 of the bars about it.
#[test]
fn liquidity_sweep_waits_for_the_break_of_structure() {
    let bars = after_calm(Timeframe::M5, &SWEEP);
    let point = [("swing", 10.0), ("structure", 3.0), ("confirm", 3.0)];
    case("liquidity_sweep", &point, &bars).enters(&[2], &[]);
}

/// Without depth, wick or volume there is no sweep.
#[test]
fn liquidity_sweep_rejects_sweeps_of_low_quality() {
    let bars = after_calm(Timeframe::M5, &SWEEP);
    for odd in [("depth", 1.0), ("volume", 3.0)] {
        case("liquidity_sweep", &[("swing", 10.0), odd], &bars).enters(&[], &[]);
    }
    // Half of the bar is wick.
    let mut bars = SWEEP;
    bars[0][3] = 99.5;
    bars[0][2] = 97.5;
    let bars = after_calm(Timeframe::M5, &bars);
    case("liquidity_sweep", &[("swing", 10.0), ("wick", 0.5)], &bars).enters(&[2], &[]);
    case("liquidity_sweep", &[("swing", 10.0), ("wick", 0.6)], &bars).enters(&[], &[]);
}

/// Hourly bars from midnight: Asia is over at 9, London goes from 8. Asia's high is 103. At 9 the
/// close of 103.1 lacks the buffer, at 10 that of 104 is beyond; at 13 it is again, but London's
/// first four hours are over.
#[test]
fn session_breakout_is_of_londons_first_hours() {
    let day = [
        101.0, 99.0, 101.0, 103.0, 101.0, 99.0, 101.0, 99.0, 101.0, 103.1, 104.0, 101.0, 99.0,
        105.0,
    ];
    let bars = after_calm(Timeframe::H1, &closes(&day));
    case("session_breakout", &[("hours", 4.0), ("buffer", 0.1)], &bars).enters(&[10], &[]);
    case("session_breakout", &[("hours", 6.0), ("buffer", 0.1)], &bars).enters(&[10, 13], &[]);
}

/// The return over 24 bars, from 99 to 106, is 0.068, when their deviation is 0.110; from 99 to 90
/// it is -0.095, when it is 0.166.
#[test]
fn time_series_momentum_is_in_deviations() {
    let bars = tape(&[106.0, 101.0, 90.0]);
    case("time_series_momentum", &[("lookback", 24.0), ("threshold", 0.5)], &bars)
        .enters(&[0], &[2]);
}

/// A rise of 3.5 is more than 1.5 times 2; one of 2.5 is not; a fall of 4 is more than 1.5 times
/// 2.34.
#[test]
fn volatility_breakout_follows_a_large_bar() {
    let bars = tape(&[104.5, 107.0, 103.0]);
    case("volatility_breakout", &[("period", 5.0), ("size", 1.5)], &bars).enters(&[0], &[2]);
}
