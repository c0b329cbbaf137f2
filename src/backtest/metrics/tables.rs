//! Trades by side, exit, hour, weekday and whatever the caller sorts them by.

use serde::Serialize;

use super::Keys;
use super::expectancy::{expectancy_bps, expectancy_cash, expectancy_r};
use super::profit_factor::profit_factor;
use super::ratio;
use super::tally::Tally;
use super::win_rate::win_rate;
use crate::backtest::intent::Side;
use crate::backtest::ledger::Trade;
use crate::units::{DAY_US, HOUR_US, Ts};

/// Some of the trades. Rows without trades are left out; the others' sums are those of all trades.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub label: String,
    pub trades: u64,
    pub wins: u64,
    pub win_rate: Option<f64>,
    pub gross_cash: f64,
    pub costs_cash: f64,
    pub net_cash: f64,
    pub profit_factor: Option<f64>,
    pub expectancy_cash: Option<f64>,
    pub expectancy_bps: Option<f64>,
    pub expectancy_r: Option<f64>,
    pub mean_hold_bars: Option<f64>,
}

const SIDES: [&str; 2] = ["long", "short"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const N_HOURS: usize = 24;
/// In the order of [`crate::backtest::ledger::FillRule`].
pub const RULES: [&str; 15] = [
    "entry",
    "entry_rest",
    "stop",
    "stop_gap",
    "trailing_stop",
    "trailing_stop_gap",
    "target",
    "target_gap",
    "timed_exit",
    "opposite",
    "stop_rest",
    "target_rest",
    "exit_rest",
    "ruin",
    "end_of_data",
];
/// Trades whose key is none of the labels.
const UNSORTED: &str = "none";

/// The tables that need nothing but the trades.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixed {
    pub total: Tally,
    pub by_side: Vec<Row>,
    pub by_exit: Vec<Row>,
    pub by_hour: Vec<Row>,
    pub by_weekday: Vec<Row>,
}

impl Fixed {
    pub fn new(trades: &[Trade]) -> Self {
        // Two sums a trade make five tables: each cell is one of both its row's and its column's.
        let mut exits = vec![Tally::default(); SIDES.len() * RULES.len()];
        let mut hours = vec![Tally::default(); WEEKDAYS.len() * N_HOURS];
        for trade in trades {
            exits[side_of(trade) * RULES.len() + trade.exit_rule as usize].add(trade);
            hours[hour_of_week(trade.entry_ts)].add(trade);
        }
        let hour_labels: Vec<String> = (0..N_HOURS).map(|hour| format!("{hour:02}")).collect();
        let column = |cells: &[Tally], width: usize, at: usize| -> Tally {
            Tally::of(cells.iter().skip(at).step_by(width))
        };
        let by_side: Vec<Tally> = exits.chunks(RULES.len()).map(Tally::of).collect();
        let by_exit: Vec<Tally> =
            (0..RULES.len()).map(|at| column(&exits, RULES.len(), at)).collect();
        let by_hour: Vec<Tally> = (0..N_HOURS).map(|at| column(&hours, N_HOURS, at)).collect();
        let by_weekday: Vec<Tally> = hours.chunks(N_HOURS).map(Tally::of).collect();
        Self {
            total: Tally::of(&by_side),
            by_side: rows(&SIDES, &by_side),
            by_exit: rows(&RULES, &by_exit),
            by_hour: rows(&hour_labels, &by_hour),
            by_weekday: rows(&WEEKDAYS, &by_weekday),
        }
    }
}

/// Trades as the caller sorts them; those that belong nowhere in a last row.
pub fn by_keys(trades: &[Trade], keys: Keys<'_>) -> Vec<Row> {
    let unsorted = keys.labels.len();
    let mut tallies = vec![Tally::default(); unsorted + 1];
    for trade in trades {
        let key = (keys.key_of)(trade).unwrap_or(unsorted);
        tallies[key.min(unsorted)].add(trade);
    }
    let labels: Vec<&str> = keys.labels.iter().copied().chain([UNSORTED]).collect();
    rows(&labels, &tallies)
}

const fn side_of(trade: &Trade) -> usize {
    match trade.side {
        Side::Long => 0,
        Side::Short => 1,
    }
}

/// UTC, from Monday's midnight; 1970 began on a Thursday.
const fn hour_of_week(ts: Ts) -> usize {
    let since_monday = ts.0 + 3 * DAY_US;
    since_monday.rem_euclid(7 * DAY_US).div_euclid(HOUR_US) as usize
}

fn rows<L: ToString>(labels: &[L], tallies: &[Tally]) -> Vec<Row> {
    let pairs = labels.iter().zip(tallies).filter(|(_, tally)| tally.trades > 0.0);
    pairs.map(|(label, tally)| row(label.to_string(), tally)).collect()
}

fn row(label: String, tally: &Tally) -> Row {
    Row {
        label,
        trades: tally.trades as u64,
        wins: tally.wins as u64,
        win_rate: win_rate(tally),
        gross_cash: tally.gross,
        costs_cash: tally.costs(),
        net_cash: tally.net(),
        profit_factor: profit_factor(tally),
        expectancy_cash: expectancy_cash(tally),
        expectancy_bps: expectancy_bps(tally),
        expectancy_r: expectancy_r(tally),
        mean_hold_bars: ratio(tally.bars, tally.trades),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::trade;
    use super::*;
    use crate::backtest::ledger::FillRule;

    fn four() -> Vec<Trade> {
        let at = |text: &str, net: f64| Trade { entry_ts: text.parse().unwrap(), ..trade(net) };
        vec![
            // A Monday, a Sunday.
            Trade { exit_rule: FillRule::Stop, ..at("2024-01-01 00:05", -12.0) },
            Trade { side: Side::Short, ..at("2024-01-07 23:59", 8.0) },
            Trade { exit_rule: FillRule::Target, ..at("2024-01-07 09:00", 28.0) },
            Trade { exit_rule: FillRule::Stop, side: Side::Short, ..at("1969-12-29 09:30", -2.0) },
        ]
    }

    fn nets(rows: &[Row]) -> Vec<(&str, u64, f64)> {
        rows.iter().map(|row| (row.label.as_str(), row.trades, row.net_cash)).collect()
    }

    #[test]
    fn four_trades_by_hand() {
        let found = Fixed::new(&four());
        assert_eq!(nets(&found.by_side), [("long", 2, 16.0), ("short", 2, 6.0)]);
        let exits = [("stop", 2, -14.0), ("target", 1, 28.0), ("timed_exit", 1, 8.0)];
        assert_eq!(nets(&found.by_exit), exits);
        assert_eq!(nets(&found.by_hour), [("00", 1, -12.0), ("09", 2, 26.0), ("23", 1, 8.0)]);
        assert_eq!(nets(&found.by_weekday), [("Mon", 2, -14.0), ("Sun", 2, 36.0)]);
        let long = &found.by_side[0];
        assert_eq!((long.gross_cash, long.costs_cash, long.wins), (20.0, 4.0, 1));
        assert_eq!((long.win_rate, long.expectancy_cash), (Some(0.5), Some(8.0)));
        assert_eq!((long.expectancy_r, long.mean_hold_bars), (None, Some(3.0)));
        assert_eq!((found.total.net(), found.total.trades), (22.0, 4.0));
    }

    #[test]
    fn trades_without_a_key_stand_in_a_row_of_their_own() {
        let key_of = |trade: &Trade| match trade.exit_rule {
            FillRule::Stop => Some(1),
            FillRule::Target => Some(7),
            _ => None,
        };
        let rows = by_keys(&four(), Keys { labels: &["calm", "wild"], key_of: &key_of });
        assert_eq!(nets(&rows), [("wild", 2, -14.0), ("none", 2, 36.0)]);
    }

    #[test]
    fn the_names_of_exits_are_those_of_the_rules() {
        let last = FillRule::EndOfData;
        assert_eq!(last as usize + 1, RULES.len());
        for rule in [FillRule::Entry, FillRule::TrailingStopGap, FillRule::TargetRest, last] {
            let name = serde_json::to_value(rule).unwrap();
            assert_eq!(name, RULES[rule as usize]);
        }
    }
}
