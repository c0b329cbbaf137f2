//! The functions that are kernels, a row each: name, parameters, result, cost, kernel, help.

mod bar;
mod calendar;
mod windows;

use super::functions::{Function, Made};
use crate::features::kernels::{Memory, PerBar, Remembers, Step};
use crate::features::lookback::Lookback;

pub static TABLES: [&[Function]; 6] = [
    bar::ELEMENTWISE,
    bar::CONDITIONS,
    bar::PAST,
    windows::WINDOWS,
    windows::SMOOTHERS,
    calendar::CALENDAR,
];

/// One row of a table.
macro_rules! kernel {
    ($name:literal, [$($param:expr),*], $gives:ident, $cost:literal, $make:expr, $help:literal) => {
        Function {
            name: $name,
            params: &[$($param),*],
            gives: Kind::$gives,
            help: $help,
            body: Body::Kernel { make: $make, cost: $cost },
        }
    };
}
use kernel;

/// A kernel with the look-back that its memory asks for.
pub fn made<S: Step<N> + Remembers + 'static, const N: usize>(step: S) -> Made {
    let lookback = match step.memory() {
        Memory::Bars(n) => Lookback::bars(n),
        Memory::Decay { per_bar } => Lookback::fading(per_bar),
        Memory::Unbounded => Lookback::UNBOUNDED,
    };
    Made { kernel: Box::new(PerBar(step)), lookback }
}
