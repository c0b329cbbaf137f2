//! Indicators as formulas over kernels, in the feature language itself: what is printed by
//! `edgewalk features functions` is what runs. Where a denominator can be zero (a flat window, no
//! volume, no movement) the formula names the value that then holds.

use super::functions::{Body, Function, Kind, Param};
use crate::market::Session;

pub static TABLES: [&[Function]; 7] =
    [EVENTS, RETURNS, TREND, OSCILLATORS, VOLATILITY, VOLUME, SESSIONS];

const X: Param = Param::new("x", Kind::Series).or("close");
const VALUE: Param = Param::new("x", Kind::Series);
const A: Param = Param::new("a", Kind::Value);
const B: Param = Param::new("b", Kind::Value);
const P: Param = Param::new("p", Kind::Flag);
const N: Param = Param::new("n", Kind::Window);
const FAST: Param = Param::new("fast", Kind::Window).or("12");
const SLOW: Param = Param::new("slow", Kind::Window).or("26");
const SIGNAL: Param = Param::new("signal", Kind::Window).or("9");
const K: Param = Param::new("k", Kind::Number).or("2");
const N14: Param = N.or("14");
const N20: Param = N.or("20");
const N288: Param = N.or("288").at_least(2.0);
const SESSION: Param = Param::new("session", Kind::Choice(&Session::NAMES));
const STEPS: Param = N.or("1");

const fn formula(
    name: &'static str,
    params: &'static [Param],
    body: &'static str,
    help: &'static str,
) -> Function {
    Function { name, params, gives: Kind::Series, help, body: Body::Formula(body) }
}

const fn condition(
    name: &'static str,
    params: &'static [Param],
    body: &'static str,
    help: &'static str,
) -> Function {
    Function { name, params, gives: Kind::Flag, help, body: Body::Formula(body) }
}

const EVENTS: &[Function] = &[
    condition(
        "becomes",
        &[P],
        "p and lag(p, 1) == 0",
        "p comes true on this bar; missing where it was missing a bar ago",
    ),
    condition("crosses_up", &[A, B], "becomes(a > b)", "a comes above b on this bar"),
    condition("crosses_down", &[A, B], "becomes(a < b)", "a comes below b on this bar"),
];

const RETURNS: &[Function] = &[
    formula("ret", &[X, STEPS], "x / lag(x, n) - 1", "simple return over n bars"),
    formula("log_ret", &[X, STEPS], "log(x / lag(x, n))", "logarithmic return over n bars"),
    formula(
        "clip",
        &[VALUE, Param::new("lo", Kind::Number), Param::new("hi", Kind::Number)],
        "least(greatest(x, lo), hi)",
        "x kept between lo and hi",
    ),
    formula("typical", &[], "(high + low + close) / 3", "typical price"),
    formula(
        "body",
        &[],
        "ratio(close - open, high - low, 0)",
        "candle body over its range, -1 to 1",
    ),
    formula(
        "upper_wick",
        &[],
        "ratio(high - greatest(open, close), high - low, 0)",
        "upper wick over the bar's range",
    ),
    formula(
        "lower_wick",
        &[],
        "ratio(least(open, close) - low, high - low, 0)",
        "lower wick over the bar's range",
    ),
    formula(
        "close_position",
        &[],
        "ratio(close - low, high - low, 0.5)",
        "place of the close in the bar's range; 0.5 in a flat bar",
    ),
];

const TREND: &[Function] = &[
    formula("sma", &[X, N], "mean(x, n)", "simple moving average"),
    formula("macd", &[X, FAST, SLOW], "ema(x, fast) - ema(x, slow)", "MACD line (Appel)"),
    formula(
        "macd_signal",
        &[X, FAST, SLOW, SIGNAL],
        "ema(macd(x, fast, slow), signal)",
        "MACD signal line",
    ),
    formula(
        "macd_hist",
        &[X, FAST, SLOW, SIGNAL],
        "macd(x, fast, slow) - macd_signal(x, fast, slow, signal)",
        "MACD histogram",
    ),
    formula(
        "plus_dm",
        &[],
        "where(diff(high) > -diff(low) and diff(high) > 0, diff(high), 0)",
        "upward directional movement (Wilder 1978)",
    ),
    formula(
        "minus_dm",
        &[],
        "where(-diff(low) > diff(high) and diff(low) < 0, -diff(low), 0)",
        "downward directional movement (Wilder 1978)",
    ),
    formula(
        "plus_di",
        &[N14],
        "ratio(100 * rma(plus_dm, n), rma(true_range, n), 0)",
        "+DI; 0 where nothing moved",
    ),
    formula(
        "minus_di",
        &[N14],
        "ratio(100 * rma(minus_dm, n), rma(true_range, n), 0)",
        "-DI; 0 where nothing moved",
    ),
    formula(
        "adx",
        &[N14],
        "rma(ratio(100 * abs(plus_di(n) - minus_di(n)), plus_di(n) + minus_di(n), 0), n)",
        "average directional index (Wilder 1978)",
    ),
    formula(
        "aroon_up",
        &[N.or("25")],
        "100 * (1 - argmax(high, n + 1) / n)",
        "Aroon up: how fresh the highest high is",
    ),
    formula(
        "aroon_down",
        &[N.or("25")],
        "100 * (1 - argmin(low, n + 1) / n)",
        "Aroon down: how fresh the lowest low is",
    ),
    formula(
        "efficiency",
        &[X, N],
        "ratio(abs(diff(x, n)), sum(abs(diff(x)), n), 0)",
        "Kaufman's efficiency ratio; 0 where nothing moved",
    ),
    formula(
        "hurst",
        &[X, N288],
        "where(spread_log2(x, 1, n) > -100 and spread_log2(x, 16, n) > -100, \
         0.2 * (spread_log2(x, 16, n) - spread_log2(x, 1, n)) \
         + 0.1 * (spread_log2(x, 8, n) - spread_log2(x, 2, n)), 0.5)",
        "Hurst exponent: least-squares slope of log2 sd of 1, 2, 4, 8, 16-bar log moves on log2 of \
         their length; 0.5 in a flat window",
    ),
    formula(
        "spread_log2",
        &[X, Param::new("lag", Kind::Window), N288],
        "log(greatest(std(diff(log(x), lag), n), 1e-40)) / log(2)",
        "log2 of the sd of `lag`-bar log moves",
    ),
];

const OSCILLATORS: &[Function] = &[
    formula(
        "mean_dev",
        &[VALUE, N],
        "_mean_dev(x, mean(x, n), n)",
        "mean distance from the mean of n bars",
    ),
    formula(
        "rsi",
        &[X, N14],
        "ratio(100 * rma(greatest(diff(x), 0), n), rma(abs(diff(x)), n), 50)",
        "relative strength index (Wilder 1978); 50 where nothing moved",
    ),
    formula(
        "stoch_raw",
        &[N14],
        "ratio(100 * (close - min(low, n)), max(high, n) - min(low, n), 50)",
        "stochastic %K, unsmoothed; 50 in a flat window",
    ),
    formula(
        "stoch_k",
        &[N14, Param::new("smooth", Kind::Window).or("3")],
        "mean(stoch_raw(n), smooth)",
        "stochastic %K (Lane), smoothed",
    ),
    formula(
        "stoch_d",
        &[N14, Param::new("smooth", Kind::Window).or("3"), Param::new("d", Kind::Window).or("3")],
        "mean(stoch_k(n, smooth), d)",
        "stochastic %D",
    ),
    formula(
        "williams_r",
        &[N14],
        "ratio(-100 * (max(high, n) - close), max(high, n) - min(low, n), -50)",
        "Williams %R; -50 in a flat window",
    ),
    formula(
        "cci",
        &[N20],
        "ratio(typical - mean(typical, n), 0.015 * mean_dev(typical, n), 0)",
        "commodity channel index (Lambert); 0 in a flat window",
    ),
    formula(
        "mfi",
        &[N14],
        "ratio(100 * sum(where(diff(typical) > 0, typical * volume, 0), n), \
         sum(where(diff(typical) != 0, typical * volume, 0), n), 50)",
        "money flow index (Quong and Soudack); 50 where no money flowed",
    ),
];

const VOLATILITY: &[Function] = &[
    formula(
        "true_range",
        &[],
        "greatest(high, lag(close, 1)) - least(low, lag(close, 1))",
        "true range (Wilder 1978)",
    ),
    formula("atr", &[N14], "rma(true_range, n)", "average true range (Wilder 1978)"),
    formula("natr", &[N14], "atr(n) / close", "average true range over the close"),
    formula(
        "std_pop",
        &[X, N],
        "std(x, n) * sqrt((n - 1) / n)",
        "population standard deviation of the last n values",
    ),
    formula("bb_middle", &[X, N20], "mean(x, n)", "Bollinger middle band"),
    formula("bb_upper", &[X, N20, K], "mean(x, n) + k * std_pop(x, n)", "Bollinger upper band"),
    formula("bb_lower", &[X, N20, K], "mean(x, n) - k * std_pop(x, n)", "Bollinger lower band"),
    formula(
        "bb_width",
        &[X, N20, K],
        "2 * k * std_pop(x, n) / mean(x, n)",
        "distance of the bands over the middle band",
    ),
    formula(
        "bb_position",
        &[X, N20, K],
        "0.5 + ratio(x - mean(x, n), 2 * k * std_pop(x, n), 0)",
        "place between the bands, 0 to 1; 0.5 in a flat window",
    ),
    formula(
        "keltner_upper",
        &[N20, K],
        "ema(close, n) + k * atr(n)",
        "Keltner upper band: ema and average true range",
    ),
    formula("keltner_lower", &[N20, K], "ema(close, n) - k * atr(n)", "Keltner lower band"),
    formula(
        "keltner_position",
        &[N20, K],
        "0.5 + ratio(close - ema(close, n), 2 * k * atr(n), 0)",
        "place between the Keltner bands; 0.5 where nothing moved",
    ),
    formula("donchian_upper", &[N20], "max(high, n)", "Donchian upper band"),
    formula("donchian_lower", &[N20], "min(low, n)", "Donchian lower band"),
    formula(
        "donchian_position",
        &[N20],
        "ratio(close - min(low, n), max(high, n) - min(low, n), 0.5)",
        "place in the Donchian channel; 0.5 in a flat window",
    ),
    formula("volatility", &[N20], "std(log_ret, n)", "sample sd of log returns, per bar"),
    formula(
        "realized_vol",
        &[N20],
        "sqrt(mean(log_ret ^ 2, n))",
        "root mean square of log returns, per bar",
    ),
    formula(
        "parkinson",
        &[N20],
        "sqrt(mean(log(high / low) ^ 2, n) / (4 * log(2)))",
        "range volatility per bar (Parkinson 1980)",
    ),
    formula(
        "garman_klass",
        &[N20],
        "sqrt(greatest(mean(0.5 * log(high / low) ^ 2 \
         - (2 * log(2) - 1) * log(close / open) ^ 2, n), 0))",
        "open-high-low-close volatility per bar (Garman and Klass 1980)",
    ),
    formula(
        "rogers_satchell",
        &[N20],
        "sqrt(greatest(mean(log(high / close) * log(high / open) \
         + log(low / close) * log(low / open), n), 0))",
        "drift-free volatility per bar (Rogers and Satchell 1991)",
    ),
];

const VOLUME: &[Function] = &[
    formula(
        "obv",
        &[],
        "cumsum(sign(diff(close)) * volume)",
        "on-balance volume since the first bar (Granville); its level depends on that bar",
    ),
    formula(
        "obv_ratio",
        &[N20],
        "ratio(sum(sign(diff(close)) * volume, n), sum(volume, n), 0)",
        "on-balance volume of n bars over their volume, -1 to 1",
    ),
    formula(
        "vwap",
        &[N20],
        "ratio(sum(typical * volume, n), sum(volume, n), 0) + where(sum(volume, n) > 0, 0, mean(typical, n))",
        "rolling volume-weighted average price; the plain average where nothing traded",
    ),
    formula("volume_ratio", &[N20], "ratio(volume, mean(volume, n), 1)", "volume over its average"),
    formula(
        "amihud",
        &[N20],
        "1e6 * mean(ratio(abs(ret), close * volume, 0), n)",
        "illiquidity: absolute return per million traded (Amihud 2002); 0 where nothing traded",
    ),
    formula(
        "cmf",
        &[N20],
        "ratio(sum((2 * close_position - 1) * volume, n), sum(volume, n), 0)",
        "Chaikin money flow; 0 where nothing traded",
    ),
    formula(
        "taker_ratio",
        &[],
        "ratio(taker_buy_volume, volume, 0.5)",
        "share bought by takers; 0.5 where nothing traded (needs `taker_buy_volume`)",
    ),
    formula(
        "order_flow",
        &[N20],
        "ratio(sum(2 * taker_buy_volume - volume, n), sum(volume, n), 0)",
        "net taker volume of n bars over their volume, -1 to 1 (needs `taker_buy_volume`)",
    ),
    formula(
        "trade_size",
        &[N20],
        "ratio(sum(volume, n), sum(count, n), 0)",
        "average volume of a trade (needs `count`)",
    ),
];

const SESSIONS: &[Function] = &[
    formula(
        "session_max",
        &[VALUE, SESSION],
        "_session_max(x, session_id(session))",
        "highest x since the session began; missing outside",
    ),
    formula(
        "session_min",
        &[VALUE, SESSION],
        "_session_min(x, session_id(session))",
        "lowest x since the session began; missing outside",
    ),
    formula(
        "session_first",
        &[VALUE, SESSION],
        "_session_first(x, session_id(session))",
        "x on the session's first bar; missing outside",
    ),
    formula(
        "session_vwap",
        &[SESSION],
        "_session_mean(typical, volume, session_id(session))",
        "volume-weighted average price since the session began; missing outside",
    ),
    formula(
        "last_session_max",
        &[VALUE, SESSION],
        "_last_session_max(x, session_id(session))",
        "highest x of the last finished session, such as Asia's range in London hours",
    ),
    formula(
        "last_session_min",
        &[VALUE, SESSION],
        "_last_session_min(x, session_id(session))",
        "lowest x of the last finished session",
    ),
    formula(
        "last_session_close",
        &[VALUE, SESSION],
        "_last_session_close(x, session_id(session))",
        "last x of the last finished session",
    ),
];
