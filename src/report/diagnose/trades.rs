//! How trades spread. Sums by exit, hour and session are among the metrics of the backtest
//! ([`crate::backtest::metrics::tables`]); here is what sums hide.

use serde::Serialize;

use super::histogram::Histogram;
use crate::backtest::ledger::Trade;
use crate::backtest::metrics::Keys;
use crate::backtest::metrics::columns::Columns;
use crate::backtest::metrics::tables::RULES;
use crate::backtest::metrics::tally::bps_of;
use crate::stats;
use crate::units::{DAY_US, HOUR_US};

/// Histograms are `None` without trades.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distributions {
    pub n_trades: u64,
    pub net_cash: Option<Histogram>,
    /// Of what was entered.
    pub net_bps: Option<Histogram>,
    pub hold_bars: Option<Histogram>,
    /// How far for, and how far against: of trades that won, and of those that did not. Where a
    /// stop or a target would have changed something is seen here.
    pub won_mfe_bps: Option<Histogram>,
    pub lost_mfe_bps: Option<Histogram>,
    pub won_mae_bps: Option<Histogram>,
    pub lost_mae_bps: Option<Histogram>,
    pub by_exit: Vec<Spread>,
    /// UTC hours of the entry.
    pub by_hour: Vec<Spread>,
    pub by_session: Option<Vec<Spread>>,
}

/// Net results in bps of what was entered, of some of the trades: five numbers and the mean. Groups
/// without trades are left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    pub label: String,
    pub n_trades: u64,
    pub mean_bps: f64,
    pub low_5_bps: f64,
    pub low_25_bps: f64,
    pub median_bps: f64,
    pub high_75_bps: f64,
    pub high_95_bps: f64,
}

/// Trades that are in none of the caller's groups.
const UNSORTED: &str = "none";
const N_HOURS: usize = 24;

pub fn distributions(trades: &[Trade], sessions: Option<Keys<'_>>) -> Distributions {
    let columns = Columns::new(trades);
    let holds: Vec<f64> = columns.hold_bars.iter().map(|bars| f64::from(*bars)).collect();
    let bps: Vec<f64> = trades.iter().map(bps_of).collect();
    let excursion = |column: &[f64], won: bool| {
        let mine = column.iter().zip(&columns.nets).filter(|(_, net)| (**net > 0.0) == won);
        Histogram::new(&mine.map(|(value, _)| *value).collect::<Vec<_>>(), 0.0)
    };
    let hours: Vec<String> = (0..N_HOURS).map(|hour| format!("{hour:02}")).collect();
    let grouped = |labels: &[&str], key_of: &dyn Fn(&Trade) -> usize| {
        spreads(labels, trades.iter().map(key_of).zip(bps.iter().copied()))
    };
    let by_session = |keys: Keys<'_>| {
        let unsorted = keys.labels.len();
        let labels: Vec<&str> = keys.labels.iter().copied().chain([UNSORTED]).collect();
        grouped(&labels, &|trade| (keys.key_of)(trade).unwrap_or(unsorted).min(unsorted))
    };
    Distributions {
        n_trades: trades.len() as u64,
        net_cash: Histogram::new(&columns.nets, 0.0),
        net_bps: Histogram::new(&bps, 0.0),
        hold_bars: Histogram::new(&holds, 1.0),
        won_mfe_bps: excursion(&columns.mfe_bps, true),
        lost_mfe_bps: excursion(&columns.mfe_bps, false),
        won_mae_bps: excursion(&columns.mae_bps, true),
        lost_mae_bps: excursion(&columns.mae_bps, false),
        by_exit: grouped(&RULES, &|trade| trade.exit_rule as usize),
        by_hour: grouped(&hours.iter().map(String::as_str).collect::<Vec<_>>(), &hour_of),
        by_session: sessions.map(by_session),
    }
}

const fn hour_of(trade: &Trade) -> usize {
    (trade.entry_ts.0.rem_euclid(DAY_US) / HOUR_US) as usize
}

fn spreads(labels: &[&str], trades: impl Iterator<Item = (usize, f64)>) -> Vec<Spread> {
    let mut groups = vec![Vec::new(); labels.len()];
    trades.for_each(|(key, bps)| groups[key].push(bps));
    let pairs = labels.iter().zip(&groups);
    pairs.filter_map(|(label, bps)| Spread::new(label, bps)).collect()
}

impl Spread {
    /// A group without trades.
    pub fn unknown(label: String) -> Self {
        let unknown = f64::NAN;
        Self {
            label,
            n_trades: 0,
            mean_bps: unknown,
            low_5_bps: unknown,
            low_25_bps: unknown,
            median_bps: unknown,
            high_75_bps: unknown,
            high_95_bps: unknown,
        }
    }

    fn new(label: &str, bps: &[f64]) -> Option<Self> {
        let at = |p: f64| stats::quantile(bps, p);
        Some(Self {
            label: label.to_owned(),
            n_trades: bps.len() as u64,
            mean_bps: stats::mean(bps)?,
            low_5_bps: at(0.05)?,
            low_25_bps: at(0.25)?,
            median_bps: at(0.5)?,
            high_75_bps: at(0.75)?,
            high_95_bps: at(0.95)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::intent::Side;
    use crate::backtest::ledger::FillRule;
    use crate::units::Ts;

    /// Ten units at 100, held three bars.
    fn trade(net: f64, hour: i64, exit_rule: FillRule) -> Trade {
        Trade {
            symbol: 0,
            side: Side::Long,
            decided_bar: 0,
            entry_bar: 1,
            exit_bar: 4,
            entry_ts: Ts(hour * HOUR_US),
            exit_ts: Ts((hour + 3) * HOUR_US),
            qty: 10.0,
            entry_reference: 100.0,
            exit_reference: 100.0 + net / 10.0,
            entry_price: 100.0,
            exit_price: 100.0 + net / 10.0,
            exit_rule,
            gross: net,
            commission: 0.0,
            impact: 0.0,
            carry: 0.0,
            net,
            mfe: 1.0 + net.max(0.0) / 10.0,
            mae: net.min(0.0) / 10.0 - 1.0,
            stop: f64::INFINITY,
            ambiguous: false,
        }
    }

    fn four() -> Vec<Trade> {
        vec![
            trade(-10.0, 1, FillRule::Stop),
            trade(30.0, 25, FillRule::Target),
            trade(-30.0, -1, FillRule::Stop),
            trade(20.0, 5, FillRule::Target),
        ]
    }

    #[test]
    fn four_trades_by_hand() {
        let found = distributions(&four(), None);
        let exits: Vec<_> =
            found.by_exit.iter().map(|s| (s.label.as_str(), s.n_trades, s.mean_bps)).collect();
        // Of 1,000 entered each.
        assert_eq!(exits, [("stop", 2, -200.0), ("target", 2, 250.0)]);
        let stop = &found.by_exit[0];
        assert_eq!((stop.low_25_bps, stop.median_bps, stop.high_75_bps), (-250.0, -200.0, -150.0));
        assert!((stop.low_5_bps + 290.0).abs() < 1e-9 && (stop.high_95_bps + 110.0).abs() < 1e-9);
        let hours: Vec<_> = found.by_hour.iter().map(|s| (s.label.as_str(), s.n_trades)).collect();
        assert_eq!(hours, [("01", 2), ("05", 1), ("23", 1)]);
        assert_eq!((found.n_trades, &found.by_session), (4, &None));
        let count = |histogram: &Option<Histogram>| {
            histogram.as_ref().map(|h| h.counts.iter().sum::<u64>() + h.n_below + h.n_above)
        };
        assert_eq!((count(&found.net_cash), count(&found.net_bps)), (Some(4), Some(4)));
        assert_eq!((count(&found.won_mae_bps), count(&found.lost_mfe_bps)), (Some(2), Some(2)));
        // Winners went 400 and 300 bps for, losers 200 and 400 against.
        let won = found.won_mfe_bps.unwrap();
        assert!((won.least - 300.0).abs() < 1e-9 && (won.greatest - 400.0).abs() < 1e-9);
        let lost = found.lost_mae_bps.unwrap();
        assert!((lost.least + 400.0).abs() < 1e-9 && (lost.greatest + 200.0).abs() < 1e-9);
        assert_eq!(found.hold_bars.unwrap().counts.iter().sum::<u64>(), 4);
    }

    #[test]
    fn trades_without_a_session_stand_apart() {
        let key_of = |trade: &Trade| match trade.net {
            net if net > 25.0 => Some(1),
            net if net > 0.0 => Some(9),
            _ => None,
        };
        let sessions = Keys { labels: &["asia", "london"], key_of: &key_of };
        let found = distributions(&four(), Some(sessions)).by_session.unwrap();
        let rows: Vec<_> = found.iter().map(|s| (s.label.as_str(), s.n_trades)).collect();
        assert_eq!(rows, [("london", 1), ("none", 3)]);
    }

    #[test]
    fn without_trades_there_is_nothing() {
        let found = distributions(&[], None);
        assert_eq!((found.n_trades, found.net_cash, found.won_mae_bps), (0, None, None));
        assert_eq!((found.by_exit, found.by_hour), (vec![], vec![]));
    }
}
