//! What one fill costs: the arithmetic that engine and screen share, to the last bit.

use super::costs::{Conditions, Costs};
use super::intent::Side;
use super::ledger::{FillRule, Refusal};
use super::lots::Lots;
use super::quote::Quote;
use super::rules::Rules;

pub const BPS: f64 = 1e-4;
/// A market order moves no price further than this part of it, so that none falls below zero.
const MOST_IMPACT: f64 = 0.9;

/// Less room than this part of what there could be is what rounding has left.
const ROUNDING: f64 = 1e-9;

/// Which way money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Buy,
    Sell,
}

impl Way {
    pub const fn into(side: Side) -> Self {
        match side {
            Side::Long => Self::Buy,
            Side::Short => Self::Sell,
        }
    }

    pub const fn out_of(side: Side) -> Self {
        Self::into(side.opposite())
    }
}

/// How an order meets the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Market,
    Limit,
}

impl Kind {
    /// Targets rest in the book; everything else takes from it.
    pub const fn of(rule: FillRule) -> Self {
        match rule {
            FillRule::Target | FillRule::TargetGap => Self::Limit,
            _ => Self::Market,
        }
    }
}

/// An order that fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    pub way: Way,
    pub kind: Kind,
    pub qty: f64,
    pub reference: f64,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Execution {
    pub price: f64,
    pub commission: f64,
    pub impact: f64,
    /// What comes into cash; negative: what goes out.
    pub proceeds: f64,
}

impl Execution {
    pub fn of(order: &Order, costs: &Costs, quote: &Quote) -> Self {
        let Order { way, kind, qty, reference } = *order;
        let (price, fee_bps) = match kind {
            Kind::Market => {
                let market = conditions(quote, reference, quote.share(qty));
                (market_price(way, costs, &market), costs.taker_bps)
            }
            Kind::Limit => (reference, costs.maker_bps),
        };
        let value = qty * price;
        let commission = value * (fee_bps * BPS);
        let proceeds = match way {
            Way::Buy => -(value + commission),
            Way::Sell => value - commission,
        };
        Self { price, commission, impact: qty * (price - reference).abs(), proceeds }
    }
}

fn conditions(quote: &Quote, reference: f64, share: f64) -> Conditions {
    Conditions { reference, range: quote.high - quote.low, sigma: quote.sigma, share }
}

fn market_price(way: Way, costs: &Costs, market: &Conditions) -> f64 {
    let impact = (costs.impact_bps(market) * BPS).min(MOST_IMPACT);
    match way {
        Way::Buy => market.reference * (1.0 + impact),
        Way::Sell => market.reference * (1.0 - impact),
    }
}

/// An entry that asks for its size.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    pub side: Side,
    /// Fraction of equity.
    pub size: f64,
    pub equity: f64,
    /// Value of the other positions, without sign.
    pub others: f64,
}

impl Ask {
    /// How many units it gets before the volume cap, at the open of a bar.
    pub fn units(&self, costs: &Costs, quote: &Quote, rules: &Rules) -> Result<f64, Refusal> {
        let Self { side, size, equity, others } = *self;
        let likely = (size * equity / quote.open).min(rules.max_participation * quote.volume);
        let market = conditions(quote, quote.open, quote.share(likely));
        let price = market_price(Way::into(side), costs, &market);
        let asked = size * equity / price;
        let most = rules.max_leverage * equity;
        let left = most - others;
        let room = if left > ROUNDING * most { left } else { 0.0 };
        let affordable = (room / (price * (1.0 + costs.taker_bps * BPS))).max(0.0);
        if size < rules.min_trade_size {
            return Err(Refusal::BelowMinTradeSize);
        }
        let too_little = affordable * price < rules.min_trade_size * equity;
        if affordable <= 0.0 || (affordable < asked && too_little) {
            return Err(Refusal::NotEnoughCash);
        }
        let units = Lots::of(rules.lot_size).down(asked.min(affordable));
        if units > 0.0 { Ok(units) } else { Err(Refusal::LotRoundsToZero) }
    }
}

/// Most units that one fill may take of a bar.
pub fn cap(quote: &Quote, rules: &Rules) -> f64 {
    Lots::of(rules.lot_size).down(rules.max_participation * quote.volume)
}
