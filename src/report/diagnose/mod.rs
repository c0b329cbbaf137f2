//! What out-of-sample predictions were worth.
//!
//! [`Judged`] is one horizon's predictions with what came of them; checked they are [`Rows`], which
//! everything else reads. Labels that reach over several bars share their future with their
//! neighbours, and symbols of one instant share a market: every error here comes plain, as if each
//! row were a draw of its own, and HAC, which knows better.

mod judged;
mod instants; // what happens at one time
mod blocks; // bootstraps that keep neighbours together
mod estimate; // a number, and how well it is known
mod influence; // what each row contributes to a correlation
mod rate; // shares, and how well they are known
pub mod ic; // information coefficient
pub mod decay; // … against returns ever farther ahead
pub mod by_fold; // … fold by fold
pub mod rolling; // … over time
pub mod paired; // … of one policy less another's
pub mod hits; // how often the sign was right
pub mod quantiles; // what came of low and of high predictions
pub mod claims; // whether expected bps come true
pub mod coverage; // how many outcomes the intervals held
pub mod drift; // whether columns are still what they were
pub mod histogram;
pub mod trades; // how trades spread

#[cfg(test)]
mod made_up;
#[cfg(test)]
mod science_tests;

pub use blocks::{Band, Bootstrap};
pub use estimate::Estimate;
pub use ic::{Correlations, Ic};
pub use judged::{Dates, Judged, JudgedFault, Rows};
pub use rate::Rate;
