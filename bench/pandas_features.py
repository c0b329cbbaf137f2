"""The 53 default columns in pandas, written twice.

`column_by_column` computes each column from the bars, as one writes a list of features down;
`shared_by_hand` is the same with every common part found by eye and computed once, which is what
edgewalk does by itself.
"""

import numpy as np
import pandas as pd


def rma(x, n):
    return x.ewm(alpha=1 / n, adjust=False).mean()


def ema(x, n):
    return x.ewm(span=n, adjust=False).mean()


def ratio(a, b, if_zero):
    return (a / b).where(b != 0, if_zero).where(a.notna() & b.notna())


def true_range(d):
    before = d.close.shift()
    return np.maximum(d.high, before) - np.minimum(d.low, before).where(before.notna())


def rsi(x, n):
    move = x.diff()
    return ratio(100 * rma(move.clip(lower=0), n), rma(move.abs(), n), 50.0)


def core(d, out):
    c = d.close
    out["ema_10"] = ema(c, 10)
    out["sma_10"] = c.rolling(10).mean()
    out["rsi_14"] = rsi(c, 14)
    middle, sd = c.rolling(20).mean(), c.rolling(20).std(ddof=0)
    out["bb_upper"], out["bb_middle"], out["bb_lower"] = middle + 2 * sd, middle, middle - 2 * sd
    out["bb_width"] = 4 * sd / middle
    out["bb_position"] = 0.5 + ratio(c - middle, 4 * sd, 0.0)
    out["macd"] = ema(c, 12) - ema(c, 26)
    out["macd_signal"] = ema(out["macd"], 9)
    out["macd_hist"] = out["macd"] - out["macd_signal"]
    out["ret_1"] = c / c.shift(1) - 1
    for lag in (1, 2, 3, 6):
        out[f"ret_lag_{lag}"] = out["ret_1"].shift(lag)


def momentum(d, out):
    c = d.close
    for n in (3, 6, 12, 36):
        out[f"ret_{n}"] = c / c.shift(n) - 1
    top, bottom = d.high.rolling(14).max(), d.low.rolling(14).min()
    out["stoch_k_14"] = ratio(100 * (c - bottom), top - bottom, 50.0).rolling(3).mean()
    out["stoch_d_14"] = out["stoch_k_14"].rolling(3).mean()
    out["williams_r_14"] = ratio(-100 * (top - c), top - bottom, -50.0)
    typical = (d.high + d.low + c) / 3
    windows = np.lib.stride_tricks.sliding_window_view(typical.to_numpy(), 20)
    deviation = np.full(len(d), np.nan)
    deviation[19:] = np.abs(windows - windows.mean(axis=1, keepdims=True)).mean(axis=1)
    mean_dev = pd.Series(deviation, d.index)
    out["cci_20"] = ratio(typical - typical.rolling(20).mean(), 0.015 * mean_dev, 0.0)
    up, down = d.high.diff(), -d.low.diff()
    plus = up.where((up > down) & (up > 0), 0.0).where(up.notna())
    minus = down.where((down > up) & (down > 0), 0.0).where(up.notna())
    tr = rma(true_range(d), 14)
    plus_di, minus_di = ratio(100 * rma(plus, 14), tr, 0.0), ratio(100 * rma(minus, 14), tr, 0.0)
    dx = ratio(100 * (plus_di - minus_di).abs(), plus_di + minus_di, 0.0)
    out["adx_14"] = rma(dx, 14)
    out["di_spread_14"] = plus_di - minus_di
    out["zscore_96"] = ratio(c - c.rolling(96).mean(), c.rolling(96).std(), 0.0)


def volatility(d, out):
    c = d.close
    out["natr_14"] = rma(true_range(d), 14) / c
    log_ret = np.log(c / c.shift())
    for n in (12, 48, 288):
        out[f"volatility_{n}"] = log_ret.rolling(n).std()
    out["volatility_ratio"] = ratio(out["volatility_12"], out["volatility_288"], 1.0)
    squared = np.log(d.high / d.low) ** 2
    body = np.log(c / d.open) ** 2
    out["parkinson_48"] = np.sqrt(squared.rolling(48).mean() / (4 * np.log(2)))
    inner = (0.5 * squared - (2 * np.log(2) - 1) * body).rolling(48).mean()
    out["garman_klass_48"] = np.sqrt(inner.clip(lower=0))
    top, bottom = d.high.rolling(48).max(), d.low.rolling(48).min()
    out["donchian_position_48"] = ratio(c - bottom, top - bottom, 0.5)
    out["close_position"] = ratio(c - d.low, d.high - d.low, 0.5)
    out["skew_96"] = log_ret.rolling(96).skew()


def volume(d, out):
    c, v = d.close, d.volume
    out["volume_zscore_96"] = ratio(v - v.rolling(96).mean(), v.rolling(96).std(), 0.0)
    out["volume_ratio_12"] = ratio(v, v.rolling(12).mean(), 1.0)
    typical = (d.high + d.low + c) / 3
    move, money = typical.diff(), typical * v
    up = money.where(move > 0, 0.0).where(move.notna()).rolling(14).sum()
    both = money.where(move != 0, 0.0).where(move.notna()).rolling(14).sum()
    out["mfi_14"] = ratio(100 * up, both, 50.0)
    signed = (np.sign(c.diff()) * v).rolling(48).sum()
    out["obv_ratio_48"] = ratio(signed, v.rolling(48).sum(), 0.0)
    vwap = money.rolling(48).sum() / v.rolling(48).sum()
    out["vwap_distance_48"] = c / vwap - 1
    ret = c / c.shift() - 1
    out["amihud_48"] = 1e6 * ratio(ret.abs(), c * v, 0.0).rolling(48).mean()
    out["return_volume_corr_48"] = ret.rolling(48).corr(v)


def calendar(d, out):
    utc = d.index
    out["hour"] = pd.Series(utc.hour, utc)
    out["day_of_week"] = pd.Series(utc.day_of_week, utc)
    for name, zone, first, last in (
        ("in_asia", "Asia/Tokyo", 9, 18),
        ("in_london", "Europe/London", 8, 17),
        ("in_new_york", "America/New_York", 8, 17),
    ):
        hour = utc.tz_convert(zone).hour
        out[name] = pd.Series((hour >= first) & (hour < last), utc).astype(float)


def closed(d, rule, length):
    """Bars of `rule`, shown from the base bar at whose close they are over."""
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    bars = d.resample(rule).agg(how).dropna(subset=["close"])
    return bars, bars.index + pd.Timedelta(length) - pd.Timedelta("5min")


def spread(values, seen_at, index):
    known = pd.Series(values.to_numpy(), seen_at)
    return known.reindex(index, method="ffill")


def higher_timeframe(d, out):
    hour, seen = closed(d, "1h", "1h")
    out["tf_1h_rsi_14"] = spread(rsi(hour.close, 14), seen, d.index)
    out["tf_1h_trend_20"] = spread(hour.close / ema(hour.close, 20) - 1, seen, d.index)
    out["tf_1h_natr_14"] = spread(rma(true_range(hour), 14) / hour.close, seen, d.index)
    four, seen = closed(d, "4h", "4h")
    out["tf_4h_trend_20"] = spread(four.close / ema(four.close, 20) - 1, seen, d.index)


def shared_by_hand(d):
    out = {}
    for part in (core, momentum, volatility, volume, calendar, higher_timeframe):
        part(d, out)
    return pd.DataFrame(out)


def typical(d):
    return (d.high + d.low + d.close) / 3


def log_ret(d):
    return np.log(d.close / d.close.shift())


def ret(d, n=1):
    return d.close / d.close.shift(n) - 1


def directional(d, sign):
    up, down = d.high.diff(), -d.low.diff()
    this, other = (up, down) if sign > 0 else (down, up)
    moved = this.where((this > other) & (this > 0), 0.0).where(up.notna())
    return ratio(100 * rma(moved, 14), rma(true_range(d), 14), 0.0)


def adx(d):
    plus, minus = directional(d, 1), directional(d, -1)
    return rma(ratio(100 * (plus - minus).abs(), plus + minus, 0.0), 14)


def stoch_k(d):
    top, bottom = d.high.rolling(14).max(), d.low.rolling(14).min()
    return ratio(100 * (d.close - bottom), top - bottom, 50.0).rolling(3).mean()


def williams_r(d):
    top, bottom = d.high.rolling(14).max(), d.low.rolling(14).min()
    return ratio(-100 * (top - d.close), top - bottom, -50.0)


def cci(d):
    x = typical(d)
    windows = np.lib.stride_tricks.sliding_window_view(x.to_numpy(), 20)
    deviation = np.full(len(d), np.nan)
    deviation[19:] = np.abs(windows - windows.mean(axis=1, keepdims=True)).mean(axis=1)
    return ratio(x - x.rolling(20).mean(), 0.015 * pd.Series(deviation, d.index), 0.0)


def bands(d, k):
    return d.close.rolling(20).mean() + k * d.close.rolling(20).std(ddof=0)


def zscore(x, n):
    return ratio(x - x.rolling(n).mean(), x.rolling(n).std(), 0.0)


def macd(d):
    return ema(d.close, 12) - ema(d.close, 26)


def parkinson(d):
    return np.sqrt((np.log(d.high / d.low) ** 2).rolling(48).mean() / (4 * np.log(2)))


def garman_klass(d):
    inner = 0.5 * np.log(d.high / d.low) ** 2
    inner = inner - (2 * np.log(2) - 1) * np.log(d.close / d.open) ** 2
    return np.sqrt(inner.rolling(48).mean().clip(lower=0))


def donchian_position(d):
    top, bottom = d.high.rolling(48).max(), d.low.rolling(48).min()
    return ratio(d.close - bottom, top - bottom, 0.5)


def mfi(d):
    move, money = typical(d).diff(), typical(d) * d.volume
    up = money.where(move > 0, 0.0).where(move.notna()).rolling(14).sum()
    both = money.where(move != 0, 0.0).where(move.notna()).rolling(14).sum()
    return ratio(100 * up, both, 50.0)


def obv_ratio(d):
    signed = np.sign(d.close.diff()) * d.volume
    return ratio(signed.rolling(48).sum(), d.volume.rolling(48).sum(), 0.0)


def vwap_distance(d):
    money = (typical(d) * d.volume).rolling(48).sum()
    return d.close / (money / d.volume.rolling(48).sum()) - 1


def in_session(d, zone, first, last):
    hour = d.index.tz_convert(zone).hour
    return pd.Series((hour >= first) & (hour < last), d.index).astype(float)


def on_closed(d, rule, column):
    bars, seen = closed(d, rule, rule)
    return spread(column(bars), seen, d.index)


def trend(bars):
    return bars.close / ema(bars.close, 20) - 1


def natr(d):
    return rma(true_range(d), 14) / d.close


COLUMNS = {
    "ema_10": lambda d: ema(d.close, 10),
    "sma_10": lambda d: d.close.rolling(10).mean(),
    "rsi_14": lambda d: rsi(d.close, 14),
    "bb_upper": lambda d: bands(d, 2),
    "bb_middle": lambda d: bands(d, 0),
    "bb_lower": lambda d: bands(d, -2),
    "bb_width": lambda d: 4 * d.close.rolling(20).std(ddof=0) / d.close.rolling(20).mean(),
    "bb_position": lambda d: 0.5 + ratio(
        d.close - d.close.rolling(20).mean(), 4 * d.close.rolling(20).std(ddof=0), 0.0),
    "macd": macd,
    "macd_signal": lambda d: ema(macd(d), 9),
    "macd_hist": lambda d: macd(d) - ema(macd(d), 9),
    "ret_1": ret,
    **{f"ret_lag_{n}": lambda d, n=n: ret(d).shift(n) for n in (1, 2, 3, 6)},
    **{f"ret_{n}": lambda d, n=n: ret(d, n) for n in (3, 6, 12, 36)},
    "stoch_k_14": stoch_k,
    "stoch_d_14": lambda d: stoch_k(d).rolling(3).mean(),
    "williams_r_14": williams_r,
    "cci_20": cci,
    "adx_14": adx,
    "di_spread_14": lambda d: directional(d, 1) - directional(d, -1),
    "zscore_96": lambda d: zscore(d.close, 96),
    "natr_14": natr,
    **{f"volatility_{n}": lambda d, n=n: log_ret(d).rolling(n).std() for n in (12, 48, 288)},
    "volatility_ratio": lambda d: ratio(
        log_ret(d).rolling(12).std(), log_ret(d).rolling(288).std(), 1.0),
    "parkinson_48": parkinson,
    "garman_klass_48": garman_klass,
    "donchian_position_48": donchian_position,
    "close_position": lambda d: ratio(d.close - d.low, d.high - d.low, 0.5),
    "skew_96": lambda d: log_ret(d).rolling(96).skew(),
    "volume_zscore_96": lambda d: zscore(d.volume, 96),
    "volume_ratio_12": lambda d: ratio(d.volume, d.volume.rolling(12).mean(), 1.0),
    "mfi_14": mfi,
    "obv_ratio_48": obv_ratio,
    "vwap_distance_48": vwap_distance,
    "amihud_48": lambda d: 1e6 * ratio(ret(d).abs(), d.close * d.volume, 0.0).rolling(48).mean(),
    "return_volume_corr_48": lambda d: ret(d).rolling(48).corr(d.volume),
    "hour": lambda d: pd.Series(d.index.hour, d.index),
    "day_of_week": lambda d: pd.Series(d.index.day_of_week, d.index),
    "in_asia": lambda d: in_session(d, "Asia/Tokyo", 9, 18),
    "in_london": lambda d: in_session(d, "Europe/London", 8, 17),
    "in_new_york": lambda d: in_session(d, "America/New_York", 8, 17),
    "tf_1h_rsi_14": lambda d: on_closed(d, "1h", lambda b: rsi(b.close, 14)),
    "tf_1h_trend_20": lambda d: on_closed(d, "1h", trend),
    "tf_1h_natr_14": lambda d: on_closed(d, "1h", natr),
    "tf_4h_trend_20": lambda d: on_closed(d, "4h", trend),
}


def column_by_column(d):
    return pd.DataFrame({name: column(d) for name, column in COLUMNS.items()})
