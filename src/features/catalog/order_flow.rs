//! Who was in a hurry: what the columns beside price and volume tell, where a source brings them.
//! All are free of the price level. A bar without trades counts as balanced.

use super::sets::Features;

pub const NEEDS: &[&str] = &["count", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume"];

/// The taker is who crosses the spread; what takers did not buy they sold. Signed imbalance is what
/// they bought less what they sold, over what was traded (order imbalance: Chordia, Roll and
/// Subrahmanyam 2002).
pub const FEATURES: Features = &[
    ("buy_share", "taker_ratio"),
    ("buy_share_zscore_96", "zscore(taker_ratio, 96)"),
    ("order_flow_12", "order_flow(12)"),
    ("order_flow_48", "order_flow(48)"),
    ("order_flow_288", "order_flow(288)"),
    ("flow_zscore_96", "zscore(2 * taker_buy_volume - volume, 96)"),
    ("flow_return_corr_48", "corr(2 * taker_buy_volume - volume, ret, 48)"),
    ("count_zscore_96", "zscore(log(count + 1), 96)"),
    ("trade_size_zscore_96", "zscore(log(ratio(volume, count, 0) + 1), 96)"),
    ("traded_price_gap", "ratio(close * volume, quote_volume, 1) - 1"),
    ("traded_price_gap_48", "ratio(close * sum(volume, 48), sum(quote_volume, 48), 1) - 1"),
    (
        "buy_premium",
        "ratio(taker_buy_quote_volume * volume, taker_buy_volume * quote_volume, 1) - 1",
    ),
];
