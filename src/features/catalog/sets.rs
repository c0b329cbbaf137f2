//! The six default sets. `core` carries the names its users know, levels included; all others are
//! free of the price level, so that a model can meet a price it was not trained at.

use crate::market::Timeframe;

pub type Features = &'static [(&'static str, &'static str)];

pub const CORE: Features = &[
    ("ema_10", "ema(close, 10)"),
    ("sma_10", "sma(close, 10)"),
    ("rsi_14", "rsi(close, 14)"),
    ("bb_upper", "bb_upper(close, 20, 2)"),
    ("bb_middle", "bb_middle(close, 20)"),
    ("bb_lower", "bb_lower(close, 20, 2)"),
    ("bb_width", "bb_width(close, 20, 2)"),
    ("bb_position", "bb_position(close, 20, 2)"),
    ("macd", "macd(close, 12, 26)"),
    ("macd_signal", "macd_signal(close, 12, 26, 9)"),
    ("macd_hist", "macd_hist(close, 12, 26, 9)"),
    ("ret_1", "ret(close, 1)"),
    ("ret_lag_1", "lag(ret(close, 1), 1)"),
    ("ret_lag_2", "lag(ret(close, 1), 2)"),
    ("ret_lag_3", "lag(ret(close, 1), 3)"),
    ("ret_lag_6", "lag(ret(close, 1), 6)"),
];

pub const MOMENTUM: Features = &[
    ("ret_3", "ret(close, 3)"),
    ("ret_6", "ret(close, 6)"),
    ("ret_12", "ret(close, 12)"),
    ("ret_36", "ret(close, 36)"),
    ("stoch_k_14", "stoch_k(14, 3)"),
    ("stoch_d_14", "stoch_d(14, 3, 3)"),
    ("williams_r_14", "williams_r(14)"),
    ("cci_20", "cci(20)"),
    ("adx_14", "adx(14)"),
    ("di_spread_14", "plus_di(14) - minus_di(14)"),
    ("zscore_96", "zscore(close, 96)"),
];

pub const VOLATILITY: Features = &[
    ("natr_14", "natr(14)"),
    ("volatility_12", "volatility(12)"),
    ("volatility_48", "volatility(48)"),
    ("volatility_288", "volatility(288)"),
    ("volatility_ratio", "ratio(volatility(12), volatility(288), 1)"),
    ("parkinson_48", "parkinson(48)"),
    ("garman_klass_48", "garman_klass(48)"),
    ("donchian_position_48", "donchian_position(48)"),
    ("close_position", "close_position"),
    ("skew_96", "skew(log_ret, 96)"),
];

pub const VOLUME: Features = &[
    ("volume_zscore_96", "zscore(volume, 96)"),
    ("volume_ratio_12", "volume_ratio(12)"),
    ("mfi_14", "mfi(14)"),
    ("obv_ratio_48", "obv_ratio(48)"),
    ("vwap_distance_48", "close / vwap(48) - 1"),
    ("amihud_48", "amihud(48)"),
    ("return_volume_corr_48", "corr(ret, volume, 48)"),
];

pub const CALENDAR: Features = &[
    ("hour", "hour"),
    ("day_of_week", "day_of_week"),
    ("in_asia", "in_session(\"asia\")"),
    ("in_london", "in_session(\"london\")"),
    ("in_new_york", "in_session(\"new_york\")"),
];

pub fn owned(features: Features) -> Vec<(String, String)> {
    features.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Two longer timeframes, near enough that a few months of bars settle them. From four-hour bars on
/// there is one, the day or the week, seen over two spans. Where bars do not fill one (45m and 4h),
/// the next stands in for it; bars that fill none, such as weeks, have no such features.
pub fn higher_timeframe(base: Timeframe) -> Vec<(String, String)> {
    let (near, far) = match base {
        _ if base < Timeframe::M5 => ("15m", "1h"),
        _ if base < Timeframe::M15 => ("1h", "4h"),
        _ if base < Timeframe::H4 => ("4h", "1d"),
        _ if base < Timeframe::D1 => ("1d", "1d"),
        _ => ("1w", "1w"),
    };
    let (Some(near), Some(far)) = (filled_from(base, near), filled_from(base, far)) else {
        return Vec::new();
    };
    let n = if near == far { 10 } else { 20 };
    let feature = |tf: &str, name: &str, text: &str| {
        (format!("tf_{tf}_{name}"), format!("tf(\"{tf}\", {text})"))
    };
    let trend = format!("close / ema(close, {n}) - 1");
    vec![
        feature(near, "rsi_14", "rsi(close, 14)"),
        feature(near, "trend_20", "close / ema(close, 20) - 1"),
        feature(near, "natr_14", "natr(14)"),
        feature(far, &format!("trend_{n}"), &trend),
    ]
}

/// The first of the usual timeframes, from one on, that whole bars fill.
fn filled_from(base: Timeframe, first: &str) -> Option<&'static str> {
    let usual = ["15m", "1h", "4h", "12h", "1d", "1w"];
    let is_filled = |name: &&str| {
        let longer = name.parse::<Timeframe>();
        longer.is_ok_and(|longer| longer > base && longer.is_multiple_of(base))
    };
    usual.into_iter().skip_while(|name| *name != first).find(is_filled)
}
