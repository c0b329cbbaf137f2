//! What a walk is called, and what a setting counts as among all trials, whoever tries it.

use super::super::BUILD;
use crate::market::Bars;
use crate::optimize::{Conduct, Plan};
use crate::store;

/// `optimize-rsi-btcusdt-5m-` and the hash of all that a walk depends on: `read`, and its bars.
pub fn id(kind: &str, bars: &Bars, read: &str) -> String {
    let parts = [BUILD, &store::fingerprint(bars), read].join("\n");
    let (hash, symbol) = (blake3::hash(parts.as_bytes()).to_hex(), bars.symbol().as_str());
    format!("{kind}-{}-{}-{}", symbol.to_lowercase(), bars.timeframe(), &hash[..10])
}

/// All that a score depends on beside setting and bars.
pub fn told(conduct: &Conduct) -> String {
    // Debug shows every bit of a number.
    format!("{conduct:?}")
}

/// `conduct`: as it is [`told`].
pub fn identity_of(plan: &Plan, conduct: &str) -> String {
    blake3::hash(format!("{plan} {conduct}").as_bytes()).to_hex()[..32].to_owned()
}
