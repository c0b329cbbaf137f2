//! 158 expressions in the spirit of the Alpha158 set of Microsoft's qlib: nine of the candle, four
//! of the price against the close, and 29 rolling ones over five windows. Where qlib adds 1e-12 to
//! a denominator, a flat window has a stated value here.

const WINDOWS: [u32; 5] = [5, 10, 20, 30, 60];

const CANDLE: [(&str, &str); 13] = [
    ("kmid", "(close - open) / open"),
    ("klen", "(high - low) / open"),
    ("kmid2", "ratio(close - open, high - low, 0)"),
    ("kup", "(high - greatest(open, close)) / open"),
    ("kup2", "ratio(high - greatest(open, close), high - low, 0)"),
    ("klow", "(least(open, close) - low) / open"),
    ("klow2", "ratio(least(open, close) - low, high - low, 0)"),
    ("ksft", "(2 * close - high - low) / open"),
    ("ksft2", "ratio(2 * close - high - low, high - low, 0)"),
    ("open0", "open / close"),
    ("high0", "high / close"),
    ("low0", "low / close"),
    ("vwap0", "typical / close"),
];

/// `{n}` is the window.
const ROLLING: [(&str, &str); 29] = [
    ("roc", "lag(close, {n}) / close"),
    ("ma", "mean(close, {n}) / close"),
    ("std", "std(close, {n}) / close"),
    ("beta", "slope(close, {n}) / close"),
    ("rsqr", "r2(close, {n})"),
    ("resi", "residual(close, {n}) / close"),
    ("max", "max(high, {n}) / close"),
    ("min", "min(low, {n}) / close"),
    ("qtlu", "quantile(close, {n}, 0.8) / close"),
    ("qtld", "quantile(close, {n}, 0.2) / close"),
    ("rank", "rank(close, {n})"),
    ("rsv", "ratio(close - min(low, {n}), max(high, {n}) - min(low, {n}), 0.5)"),
    ("imax", "1 - argmax(high, {n}) / {n}"),
    ("imin", "1 - argmin(low, {n}) / {n}"),
    ("imxd", "(argmin(low, {n}) - argmax(high, {n})) / {n}"),
    ("corr", "corr(close, log(volume + 1), {n})"),
    ("cord", "corr(close / lag(close, 1), log(ratio(volume, lag(volume, 1), 1) + 1), {n})"),
    ("cntp", "mean(close > lag(close, 1), {n})"),
    ("cntn", "mean(close < lag(close, 1), {n})"),
    ("cntd", "mean(close > lag(close, 1), {n}) - mean(close < lag(close, 1), {n})"),
    ("sump", "ratio(sum(greatest(diff(close), 0), {n}), sum(abs(diff(close)), {n}), 0.5)"),
    ("sumn", "ratio(sum(greatest(-diff(close), 0), {n}), sum(abs(diff(close)), {n}), 0.5)"),
    ("sumd", "ratio(diff(close, {n}), sum(abs(diff(close)), {n}), 0)"),
    ("vma", "ratio(mean(volume, {n}), volume, 1)"),
    ("vstd", "ratio(std(volume, {n}), volume, 1)"),
    ("wvma", "ratio(std(abs(ret) * volume, {n}), mean(abs(ret) * volume, {n}), 0)"),
    ("vsump", "ratio(sum(greatest(diff(volume), 0), {n}), sum(abs(diff(volume)), {n}), 0.5)"),
    ("vsumn", "ratio(sum(greatest(-diff(volume), 0), {n}), sum(abs(diff(volume)), {n}), 0.5)"),
    ("vsumd", "ratio(diff(volume, {n}), sum(abs(diff(volume)), {n}), 0)"),
];

pub fn features() -> Vec<(String, String)> {
    let candle = CANDLE.iter().map(|(name, text)| (format!("a_{name}"), (*text).to_owned()));
    let rolling = ROLLING.iter().flat_map(|(name, text)| {
        WINDOWS.iter().map(move |n| (format!("a_{name}{n}"), text.replace("{n}", &n.to_string())))
    });
    candle.chain(rolling).collect()
}
