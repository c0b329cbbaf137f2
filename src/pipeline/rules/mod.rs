//! What `optimize` and `tournament` share: rules are tried by the same conduct, on the same windows,
//! and walked in the same account.

mod account; // what was walked, and its files
mod evidence; // what a record is worth
mod ground; // conduct and windows
mod identity; // what a walk is called, and what a setting counts as
mod page; // report.html
mod publish; // verdict, pictures, page, manifest
mod refusals; // why not
mod standing; // what the best of them is worth among all
mod trials; // the record of all that was tried

pub use account::{Account, Walked, measured, sigma, traded};
pub use evidence::evidence;
pub use ground::{conduct, reach, settled, windows};
pub use identity::{id, told};
pub use publish::{Paper, Published, days, fingerprint, publish};
pub use refusals::{impossible, refuse};
pub use standing::standing;
pub use trials::{Searched, Tried, put_on_record};

use crate::config::Config;
use crate::market::Symbol;

/// What is asked for.
pub struct AskedRules<'a> {
    pub config: &'a Config,
    pub symbol: &'a Symbol,
    /// What is under way, how much of it, of how much.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}
