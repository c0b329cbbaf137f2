//! Rule strategies as declarations: parameters, and two expressions of the feature language.
//!
//! Nothing here computes an indicator or walks over bars: the feature engine does, which computes
//! what several parameter values share once, gives the same bits live, and sees no future.

mod value; // one parameter's value, and a point of them
mod param; // what a parameter is: its range, default and help
mod fault; // names that are not, values that cannot be
mod template; // text with holes for parameters
mod spec; // a strategy's declaration, and a strategy at a point
mod rules; // the strategies, one a file
mod layers; // gates that any strategy can stand behind
mod exits; // distances of stops and targets
mod signals; // conditions → bits
mod ensemble; // strategies that confirm each other
#[cfg(test)]
mod tests;

pub use ensemble::{CONFIRM_BARS, Ensemble, Rule, draw, random_point, vote};
pub use exits::{Distances, ExitRule, Unit, Units};
pub use fault::BadChoice;
pub use layers::{Gate, LAYERS, Layer};
pub use param::{Param, Range};
pub use rules::{ALL, find};
pub use signals::{Bits, Entries, warm_up};
pub use spec::{Member, Sides, Strategy};
pub use template::{Frame, Outline};
pub use value::{Point, Value};
