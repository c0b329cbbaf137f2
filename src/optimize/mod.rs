//! Walk-forward optimisation of rules: on each window the best of many settings, tried on the bars
//! after it.
//!
//! No model is learnt here, so nothing but the choice itself can be overfitted. A window's setting is
//! chosen by what it did on that window's bars alone, and no bar behind them has a say.

mod setup; // what a strategy can be set to, by the names that users know
mod plan; // one setting: entries and exits
mod stretch; // windows, or what of them is of one regime
mod arena; // settings on windows
mod days; // a setting's days, and how far its positions swung
mod alone; // one setting on one window
mod choice; // which setting a window takes
mod settings; // all that were tried, each once
mod explore; // which settings are tried on which window
mod stitched; // the entries of one walk
mod tournament; // ensembles against each other, on one window

pub use arena::{Arena, ArenaFault, Cell, Conduct, Exact};
pub use choice::{Neighbours, Pick};
pub use days::Days;
pub use explore::{Bracket, ExploreFault, Explored, Field, How, Try, explore};
pub use plan::Plan;
pub use settings::Settings;
pub use setup::{BadSetup, Setup};
pub use stitched::stitched;
pub use stretch::{Kind, Stretch, kinds};
pub use tournament::{
    Attempt, Candidate, Champion, Doing, Leaving, Played, Round, Terms, Tournament, TournamentFault,
};

#[cfg(test)]
mod tests;
