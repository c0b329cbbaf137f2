//! The built-in features: named expressions in sets that `features.set` switches on.

mod alpha158;
mod order_flow;
mod sets;

use std::collections::BTreeMap;

use crate::market::Timeframe;

/// A set's name, what it holds, and its features for bars of a timeframe.
pub struct Set {
    pub name: &'static str,
    pub help: &'static str,
    /// Columns that it reads beside the five of price and volume; not all bars have them.
    pub needs: &'static [&'static str],
    pub features: fn(Timeframe) -> Vec<(String, String)>,
}

/// In the order in which their columns stand in the table.
pub static SETS: [Set; 8] = [
    Set {
        name: "core",
        help: "the classic columns: averages, RSI, Bollinger, MACD, returns and their lags",
        needs: &[],
        features: |_| sets::owned(sets::CORE),
    },
    Set {
        name: "momentum",
        help: "returns over longer spans, stochastic, Williams, CCI, ADX",
        needs: &[],
        features: |_| sets::owned(sets::MOMENTUM),
    },
    Set {
        name: "volatility",
        help: "ATR, close, range and candle volatility, channels, skew",
        needs: &[],
        features: |_| sets::owned(sets::VOLATILITY),
    },
    Set {
        name: "volume",
        help: "unusual volume, money flow, VWAP distance, illiquidity",
        needs: &[],
        features: |_| sets::owned(sets::VOLUME),
    },
    Set {
        name: "calendar",
        help: "hour, weekday, Asia, London and New York sessions",
        needs: &[],
        features: |_| sets::owned(sets::CALENDAR),
    },
    Set {
        name: "higher_timeframe",
        help: "trend, RSI and volatility of closed bars of two higher timeframes",
        needs: &[],
        features: sets::higher_timeframe,
    },
    Set {
        name: "alpha158",
        help: "158 price-volume expressions in the spirit of qlib's Alpha158",
        needs: &[],
        features: |_| alpha158::features(),
    },
    Set {
        name: "order_flow",
        help: "who was in a hurry: taker buying, number and size of trades, traded prices",
        needs: order_flow::NEEDS,
        features: |_| sets::owned(order_flow::FEATURES),
    },
];

impl Set {
    /// The first column that it needs and that is not among `extra`, those beside price and volume.
    pub fn lacks(&self, extra: &[String]) -> Option<&'static str> {
        self.needs.iter().copied().find(|needed| !extra.iter().any(|have| have == needed))
    }
}

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
