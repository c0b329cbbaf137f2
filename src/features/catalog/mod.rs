//! The built-in features: named expressions in sets that `features.set` switches on.

mod alpha158;
mod sets;

use std::collections::BTreeMap;

use crate::market::Timeframe;

/// A set's name, what it holds, and its features for bars of a timeframe.
pub struct Set {
    pub name: &'static str,
    pub help: &'static str,
    pub features: fn(Timeframe) -> Vec<(String, String)>,
}

/// In the order in which their columns stand in the table.
pub static SETS: [Set; 7] = [
    Set {
        name: "core",
        help: "the classic columns: averages, RSI, Bollinger, MACD, returns and their lags",
        features: |_| sets::owned(sets::CORE),
    },
    Set {
        name: "momentum",
        help: "returns over longer spans, stochastic, Williams, CCI, ADX",
        features: |_| sets::owned(sets::MOMENTUM),
    },
    Set {
        name: "volatility",
        help: "ATR, close, range and candle volatility, channels, skew",
        features: |_| sets::owned(sets::VOLATILITY),
    },
    Set {
        name: "volume",
        help: "unusual volume, money flow, VWAP distance, illiquidity",
        features: |_| sets::owned(sets::VOLUME),
    },
    Set {
        name: "calendar",
        help: "hour, weekday, Asia, London and New York sessions",
        features: |_| sets::owned(sets::CALENDAR),
    },
    Set {
        name: "higher_timeframe",
        help: "trend, RSI and volatility of closed bars of two higher timeframes",
        features: sets::higher_timeframe,
    },
    Set {
        name: "alpha158",
        help: "158 price-volume expressions in the spirit of qlib's Alpha158",
        features: |_| alpha158::features(),
    },
];

pub fn find(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}

/// Every built-in feature by name, for expressions that refer to one.
pub fn all(timeframe: Timeframe) -> BTreeMap<String, String> {
    SETS.iter().flat_map(|set| (set.features)(timeframe)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_over_all_sets() {
        let names: Vec<String> =
            SETS.iter().flat_map(|s| (s.features)(Timeframe::M5)).map(|(name, _)| name).collect();
        let unique: BTreeSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }

    #[test]
    fn the_default_sets_are_53_columns_and_alpha158_has_158() {
        let count = |set: &Set| (set.features)(Timeframe::M5).len();
        assert_eq!(SETS[..6].iter().map(count).sum::<usize>(), 53);
        assert_eq!(count(&SETS[6]), 158);
    }
}
