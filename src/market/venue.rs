//! Where bars were traded: the same symbol is another thing elsewhere.

use std::fmt;
use std::str::FromStr;

/// What was traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    Spot,
    /// USD-margined futures and perpetuals.
    Futures,
    /// Coin-margined ones, whose volume is in contracts.
    CoinFutures,
}

/// An exchange and what it trades, as far as either is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Venue {
    pub exchange: Option<String>,
    pub product: Option<Product>,
}

impl Product {
    const ALL: [Self; 3] = [Self::Spot, Self::Futures, Self::CoinFutures];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Futures => "futures",
            Self::CoinFutures => "coin-futures",
        }
    }
}

impl FromStr for Product {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|product| product.name() == text).ok_or(())
    }
}

impl Venue {
    pub fn new(exchange: &str, product: Product) -> Self {
        Self { exchange: Some(exchange.to_owned()), product: Some(product) }
    }

    /// What both know; `None` where they cannot be the same. What is unknown contradicts nothing.
    pub fn joined(&self, other: &Self) -> Option<Self> {
        let exchange = agreed(self.exchange.as_ref(), other.exchange.as_ref())?;
        let product = agreed(self.product.as_ref(), other.product.as_ref())?;
        Some(Self { exchange: exchange.cloned(), product: product.copied() })
    }
}

/// `Some(None)` where neither is known.
fn agreed<'a, T: PartialEq>(a: Option<&'a T>, b: Option<&'a T>) -> Option<Option<&'a T>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => None,
        _ => Some(a.or(b)),
    }
}

impl fmt::Display for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let product = self.product.map(Product::name);
        let words: Vec<&str> = self.exchange.as_deref().into_iter().chain(product).collect();
        f.pad(&if words.is_empty() { "–".to_owned() } else { words.join(" ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_of_both_can_contradict() {
        let spot = Venue::new("binance", Product::Spot);
        let futures = Venue { exchange: None, product: Some(Product::Futures) };
        let binance = Venue { exchange: Some("binance".to_owned()), product: None };
        assert_eq!(spot.joined(&futures), None);
        assert_eq!(spot.joined(&Venue::new("kraken", Product::Spot)), None);
        assert_eq!(spot.joined(&Venue::default()), Some(spot.clone()));
        assert_eq!(futures.joined(&binance), Some(Venue::new("binance", Product::Futures)));
        assert_eq!(spot.to_string(), "binance spot");
        assert_eq!(Venue::default().to_string(), "–");
    }

    #[test]
    fn a_product_is_called_what_it_is_called() {
        for product in Product::ALL {
            assert_eq!(product.name().parse(), Ok(product));
        }
    }
}
