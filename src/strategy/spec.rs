//! A strategy's declaration, and a strategy at a point of its parameters.

use serde::Serialize;

use super::fault::BadChoice;
use super::param::{Param, complete};
use super::rules;
use super::template::{Filling, Frame, Outline};
use super::value::Point;

/// Something for longs and the same for shorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sides<T> {
    pub long: T,
    pub short: T,
}

impl<T> Sides<T> {
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sides<U> {
        Sides { long: f(self.long), short: f(self.short) }
    }

    pub fn as_ref(&self) -> Sides<&T> {
        Sides { long: &self.long, short: &self.short }
    }
}

/// A strategy as it is declared. Its templates are of the feature language, with a hole `{name}`
/// for each parameter and each named part.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Strategy {
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Whose idea it is.
    pub source: &'static str,
    pub params: &'static [Param],
    /// Parts of the templates by name; each may use those before it.
    #[serde(skip)]
    pub parts: &'static [(&'static str, &'static str)],
    /// True on the bars at whose close one enters: where the condition comes true.
    #[serde(skip)]
    pub entry: Sides<&'static str>,
    /// How strong an entry is, 0 to 1, for the `confidence` layer; none: as strong as can be.
    #[serde(skip)]
    pub strength: Option<Sides<&'static str>>,
}

/// Strategies are told apart by their names.
impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A strategy at a point that is checked and whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    strategy: &'static Strategy,
    point: Point,
}

impl Member {
    /// Defaults where the point says nothing.
    pub fn new(strategy: &'static Strategy, point: &Point) -> Result<Self, Vec<BadChoice>> {
        let point = complete(strategy.name, strategy.params, point)?;
        Ok(Self { strategy, point })
    }

    /// By the strategy's name.
    pub fn named(name: &str, point: &Point) -> Result<Self, Vec<BadChoice>> {
        Self::new(rules::find(name).map_err(|fault| vec![fault])?, point)
    }

    pub fn strategy(&self) -> &'static Strategy {
        self.strategy
    }

    pub fn point(&self) -> &Point {
        &self.point
    }

    /// The conditions of its entries.
    pub fn entry(&self, frame: &Frame) -> Sides<String> {
        let filling = self.filling(frame);
        self.strategy.entry.map(|template| filling.fill(template))
    }

    /// The same for a person to read.
    pub fn outline(&self, frame: &Frame) -> Outline {
        let filling = Filling::new(&self.point, frame);
        Outline::new(filling, self.strategy.parts, self.strategy.entry)
    }

    /// How strong its entries are, for a person to read, where it says so; its parts are those of
    /// [`Self::outline`].
    pub fn strength_outline(&self, frame: &Frame) -> Option<Sides<String>> {
        let filling = Filling::new(&self.point, frame);
        let templates = self.strategy.strength?;
        Some(Outline::new(filling, self.strategy.parts, templates).conditions)
    }

    /// How strong its entries are, as expressions.
    pub fn strength(&self, frame: &Frame) -> Sides<String> {
        let filling = self.filling(frame);
        let templates = self.strategy.strength.unwrap_or(Sides { long: "1", short: "1" });
        templates.map(|template| filling.fill(template))
    }

    fn filling(&self, frame: &Frame) -> Filling {
        let mut filling = Filling::new(&self.point, frame);
        for (name, part) in self.strategy.parts {
            filling.name(name, part);
        }
        filling
    }
}

/// `rsi(oversold=30, period=14)`: names it in ledgers and tables.
impl std::fmt::Display for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        super::value::write_call(f, self.strategy.name, &self.point)
    }
}
