//! What a setting of rules counts as among all trials, whoever tries it.

use crate::optimize::{Conduct, Plan};

/// All that a score depends on beside setting and bars.
pub fn told(conduct: &Conduct) -> String {
    // Debug shows every bit of a number.
    format!("{conduct:?}")
}

/// `conduct`: as it is [`told`].
pub fn identity_of(plan: &Plan, conduct: &str) -> String {
    blake3::hash(format!("{plan} {conduct}").as_bytes()).to_hex()[..32].to_owned()
}
