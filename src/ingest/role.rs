//! What a column is, by its name: the spellings in use.

/// The part a column plays in a bar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// With its rank: of several time columns the one of least rank is taken.
    Time(usize),
    Symbol,
    /// Index into [`PRICES`].
    Price(usize),
    /// A volume in money that is not known to be quoted in: of two, the first is the base.
    MoneyVolume,
    /// Kept under this name.
    Extra(&'static str),
    /// Known, and of no use: the close time follows from the open.
    Nothing,
}

pub(super) const PRICES: [&str; 5] = ["open", "high", "low", "close", "volume"];

pub(super) const VOLUME: usize = 4;

/// Spellings without case, blanks or signs, the surest first.
const TIMES: [&str; 19] = [
    "ts",
    "opentime",
    "timestamp",
    "unix",
    "unixtimestamp",
    "unixtime",
    "epoch",
    "datetime",
    "dateutc",
    "gmttime",
    "utctime",
    "timeutc",
    "localtime",
    "time",
    "date",
    "day",
    "indexlevel0",
    "index",
    "",
];

const SYMBOLS: [&str; 7] = ["symbol", "ticker", "pair", "instrument", "asset", "sym", "tic"];

const PRICE_SPELLINGS: [&[&str]; 5] = [
    &["open", "openprice", "o"],
    &["high", "highprice", "h"],
    &["low", "lowprice", "l"],
    &["close", "closeprice", "c"],
    &["volume", "vol", "v", "basevolume", "volumebase", "volumefrom"],
];

const EXTRAS: [(&str, &[&str]); 12] = [
    (
        "count",
        &[
            "count",
            "trades",
            "tradecount",
            "tradescount",
            "numberoftrades",
            "numtrades",
            "ntrades",
            "nooftrades",
            "transactions",
            "n",
        ],
    ),
    ("vwap", &["vwap", "weightedprice", "volumeweightedaverage", "averageprice", "vw"]),
    (
        "quote_volume",
        &[
            "quotevolume",
            "quoteassetvolume",
            "quotevol",
            "volumequote",
            "volumeto",
            "volumecurrency",
            "turnover",
        ],
    ),
    (
        "taker_buy_volume",
        &[
            "takerbuyvolume",
            "takerbuybasevolume",
            "takerbuybaseassetvolume",
            "takerbuyvol",
            "takerbuybase",
            "takerbasevol",
        ],
    ),
    (
        "taker_buy_quote_volume",
        &[
            "takerbuyquotevolume",
            "takerbuyquoteassetvolume",
            "takerbuyquotevol",
            "takerbuyquote",
            "takerquotevol",
        ],
    ),
    ("adj_close", &["adjclose", "adjustedclose", "closeadj", "adjcloseprice"]),
    ("dividend_amount", &["dividendamount", "dividends", "dividend"]),
    ("split_coefficient", &["splitcoefficient", "stocksplits", "splitratio"]),
    ("open_interest", &["openinterest", "oi", "sumopeninterest"]),
    ("funding_rate", &["fundingrate"]),
    ("spread", &["spread"]),
    ("tick_volume", &["tickvolume", "tickvol"]),
];

const NOTHING: [&str; 3] = ["closetime", "ignore", "unused"];

/// Money that volumes are quoted in, rather than traded.
const QUOTES: [&str; 14] = [
    "usd", "usdt", "usdc", "busd", "tusd", "fdusd", "dai", "eur", "gbp", "jpy", "krw", "try",
    "currency", "quote",
];

/// `None` for a name that says nothing to us.
pub(super) fn role_of(name: &str) -> Option<Role> {
    let plain = plain(name);
    let is = |spellings: &[&str]| spellings.contains(&plain.as_str());
    if let Some(index) = PRICE_SPELLINGS.iter().position(|s| is(s)) {
        return Some(Role::Price(index));
    }
    if let Some(rank) = TIMES.iter().position(|t| *t == plain) {
        return Some(Role::Time(rank));
    }
    if let Some((name, _)) = EXTRAS.iter().find(|(_, s)| is(s)) {
        return Some(Role::Extra(name));
    }
    match plain.as_str() {
        p if SYMBOLS.contains(&p) => Some(Role::Symbol),
        p if NOTHING.contains(&p) => Some(Role::Nothing),
        p => volume_in(p.strip_prefix("volume")?),
    }
}

/// `Volume BTC`, `Volume USDT`, `Volume_(Currency)`.
fn volume_in(money: &str) -> Option<Role> {
    if QUOTES.contains(&money) {
        Some(Role::Extra("quote_volume"))
    } else {
        Some(Role::MoneyVolume)
    }
}

/// What `BTC_close` says: whose, and what. Names that are known as a whole do not come here.
pub(super) fn prefixed(name: &str) -> Option<(&str, Role)> {
    let cuts = name.char_indices().filter(|(_, c)| matches!(c, '_' | '-' | '.' | ' ' | ':'));
    cuts.map(|(at, c)| (&name[..at], &name[at + c.len_utf8()..])).find_map(|(whose, what)| {
        let kept = |role: &Role| matches!(role, Role::Price(_) | Role::Extra(_));
        let role = role_of(what).filter(kept)?;
        (what.len() > 1 && !whose.is_empty()).then_some((whose, role))
    })
}

/// Without case, blanks and signs: `Open Time`, `open_time` and `openTime` are one name.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_known() {
        for (name, role) in [
            ("Open time", Role::Time(1)),
            ("<DATE>", Role::Time(14)),
            ("Close", Role::Price(3)),
            (" Vol ", Role::Price(4)),
            ("Volume BTC", Role::MoneyVolume),
            ("Volume USDT", Role::Extra("quote_volume")),
            ("Volume_(Currency)", Role::Extra("quote_volume")),
            ("Weighted_Price", Role::Extra("vwap")),
            ("Taker buy base asset volume", Role::Extra("taker_buy_volume")),
            ("number_of_trades", Role::Extra("count")),
            ("Adj Close", Role::Extra("adj_close")),
            ("closeTime", Role::Nothing),
        ] {
            assert_eq!(role_of(name), Some(role), "{name}");
        }
        assert_eq!(role_of("sma_20"), None);
    }

    #[test]
    fn a_prefix_is_a_symbol_and_the_rest_a_role() {
        assert_eq!(prefixed("BTC_close"), Some(("BTC", Role::Price(3))));
        assert_eq!(
            prefixed("BTC-USDT_quote_volume"),
            Some(("BTC-USDT", Role::Extra("quote_volume")))
        );
        assert_eq!(prefixed("ETH Volume"), Some(("ETH", Role::Price(4))));
        assert_eq!(prefixed("sma_20"), None);
        assert_eq!(prefixed("vitamin_c"), None);
    }
}
