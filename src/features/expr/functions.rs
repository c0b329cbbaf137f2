//! What a function is: its parameters, and either a kernel or a formula over other functions.

use std::fmt;

use super::{indicators, operators};
use crate::features::kernels::Kernel;
use crate::features::kernels::smooth::Smoother;
use crate::features::lookback::Lookback;
use crate::market::Timeframe;

/// The longest window: some 19 years of daily bars times a thousand; a guard against typos.
pub const MAX_WINDOW: f64 = 1_000_000.0;

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that changes from bar to bar.
    Series,
    /// A series or a number.
    Value,
    /// A series of yes and no.
    Flag,
    /// A whole number of bars.
    Window,
    /// A plain number.
    Number,
    /// One of these words.
    Choice(&'static [&'static str]),
}

#[derive(Debug, Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    /// The expression used where the argument is left out.
    pub default: Option<&'static str>,
    /// The smallest number that means something …
    pub least: f64,
    /// … and the largest.
    pub most: f64,
}

/// The numbers a kernel is made with.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub numbers: &'a [f64],
    pub timeframe: Timeframe,
}

pub enum Body {
    /// `cost` is what a bar costs, in nanoseconds as measured; it levels the threads' loads.
    Kernel { make: fn(&Setting) -> Made, cost: f64 },
    /// A kernel of which the engine runs several at once.
    Smoother(fn(&Setting) -> Smoother),
    /// An expression over the parameters.
    Formula(&'static str),
}

/// A kernel, ready for the first bar.
pub struct Made {
    pub kernel: Box<dyn Kernel>,
    pub lookback: Lookback,
}

pub struct Function {
    pub name: &'static str,
    pub params: &'static [Param],
    pub gives: Kind,
    pub help: &'static str,
    pub body: Body,
}

impl Param {
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        let (least, most) = match kind {
            Kind::Window => (1.0, MAX_WINDOW),
            _ => (f64::MIN, f64::MAX),
        };
        Self { name, kind, default: None, least, most }
    }

    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub const fn at_least(mut self, least: f64) -> Self {
        self.least = least;
        self
    }

    pub const fn between(mut self, least: f64, most: f64) -> Self {
        (self.least, self.most) = (least, most);
        self
    }

    pub fn is_optional(&self) -> bool {
        self.default.is_some()
    }
}

impl Setting<'_> {
    /// The `at`-th number as a window; the compiler has checked that it is one.
    pub fn window(&self, at: usize) -> usize {
        self.numbers[at] as usize
    }

    /// Bars in one day of trading round the clock.
    pub fn bars_per_day(&self) -> u64 {
        (crate::units::DAY_US / self.timeframe.us()).unsigned_abs().max(1)
    }
}

impl Function {
    /// Whether only the built-in formulas may call it: its look-back holds for their use alone.
    pub fn is_inner(&self) -> bool {
        self.name.starts_with('_')
    }

    /// How to call it: `rsi(x = close, n = 14)`.
    pub fn usage(&self) -> String {
        let show = |p: &Param| match p.default {
            Some(default) => format!("{} = {default}", p.name),
            None => p.name.to_owned(),
        };
        let params: Vec<String> = self.params.iter().map(show).collect();
        if params.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}({})", self.name, params.join(", "))
        }
    }

    /// A fresh kernel; none for a formula.
    pub fn make(&self, setting: &Setting) -> Option<Made> {
        match self.body {
            Body::Kernel { make, .. } => Some(make(setting)),
            Body::Smoother(make) => Some(operators::made(make(setting))),
            Body::Formula(_) => None,
        }
    }
}

/// What an expression may use: kernels first, then the indicators made of them.
pub fn all_functions() -> impl Iterator<Item = &'static Function> {
    every_function().filter(|f| !f.is_inner())
}

/// Those that only formulas may use as well.
fn every_function() -> impl Iterator<Item = &'static Function> {
    let tables = operators::TABLES.iter().chain(&indicators::TABLES).chain(EXTRA);
    tables.flat_map(|table| table.iter())
}

#[cfg(not(test))]
const EXTRA: &[&[Function]] = &[];
#[cfg(test)]
const EXTRA: &[&[Function]] = &[super::cheats::TABLE];

pub fn find(name: &str) -> Option<&'static Function> {
    every_function().find(|f| f.name == name)
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.usage())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Series => f.write_str("a series such as `close`"),
            Self::Value => f.write_str("a series or a number"),
            Self::Flag => f.write_str("a condition such as `close > open`"),
            Self::Window => f.write_str("a number of bars"),
            Self::Number => f.write_str("a number"),
            Self::Choice(words) => write!(f, "one of \"{}\"", words.join("\", \"")),
        }
    }
}
