//! The money that all symbols share.

use crate::units::Ts;

/// Relative to the largest equity: what rounding may leave between two ways of counting.
const TOLERANCE: f64 = 1e-9;

/// Cash, and what has been earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub cash: f64,
    start: f64,
    /// Net profit of closed trades.
    net: f64,
    /// The most it ever was between trades.
    largest: f64,
    /// When equity went.
    pub ruined: Option<Ts>,
}

/// Money that does not add up: a fault of the engine, never of its user.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("trades made `{net}`, but cash went from `{start}` to `{cash}` with `{equity}` of equity")]
pub struct MoneyFault {
    pub net: f64,
    pub start: f64,
    pub cash: f64,
    pub equity: f64,
}

impl Account {
    pub const fn new(cash: f64) -> Self {
        Self { cash, start: cash, net: 0.0, largest: cash, ruined: None }
    }

    /// A trade has ended.
    pub fn earn(&mut self, net: f64) {
        self.net += net;
        self.largest = self.largest.max(self.cash);
    }

    /// Equity at a time, once a time.
    pub fn mark(&mut self, ts: Ts, equity: f64) {
        if equity <= 0.0 && self.ruined.is_none() {
            self.ruined = Some(ts);
        }
    }

    /// With everything closed: cash is equity, and it changed by what the trades made.
    pub fn check(&self, equity: f64) -> Result<(), MoneyFault> {
        let Self { net, start, cash, .. } = *self;
        let allowed = TOLERANCE * self.largest.max(equity.abs());
        let adds_up = (cash - start - net).abs() <= allowed && (equity - cash).abs() <= allowed;
        if adds_up { Ok(()) } else { Err(MoneyFault { net, start, cash, equity }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_from_nowhere_is_a_fault() {
        let mut account = Account::new(1000.0);
        account.cash += 5.0;
        account.earn(5.0);
        assert_eq!(account.check(1005.0), Ok(()));
        account.cash += 1e-5;
        let fault = account.check(account.cash).unwrap_err();
        assert!(fault.to_string().contains("trades made `5`"), "{fault}");
        account.cash -= 1e-5;
        assert!(account.check(1004.0).is_err());
    }

    #[test]
    fn ruin_is_told_once() {
        let mut account = Account::new(1.0);
        for (ts, equity) in [(1, 0.5), (2, 0.0), (3, -1.0)] {
            account.mark(Ts(ts), equity);
        }
        assert_eq!(account.ruined, Some(Ts(2)));
    }
}
