//! What holds whatever the ledger.

use proptest::prelude::*;

use super::samples::ledger;
use super::tables::Row;
use super::{Input, Keys, Metrics};
use crate::backtest::ledger::{Ledger, Trade};
use crate::market::Timeframe;

fn metrics(ledger: &Ledger, cash: f64) -> Metrics {
    let (sessions, regimes) = (None, None);
    Metrics::new(&Input { ledger, cash, timeframe: Timeframe::H1, sessions, regimes })
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// All numbers by name, in their order.
fn numbers(value: &serde_json::Value, name: &str, found: &mut Vec<(String, Option<f64>)>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                numbers(value, &format!("{name}.{key}"), found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| numbers(item, name, found)),
        other => found.push((name.to_owned(), other.as_f64())),
    }
}

fn flat(metrics: &Metrics) -> Vec<(String, Option<f64>)> {
    let mut found = Vec::new();
    numbers(&serde_json::to_value(metrics).unwrap(), "", &mut found);
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn money_scales_with_money_and_nothing_else_does(seed in 0_u64..10_000, scale in 0.01..100.0) {
        let (one, cash) = ledger(seed, 3000, 1.0);
        let (many, more_cash) = ledger(seed, 3000, scale);
        let (one, many) = (flat(&metrics(&one, cash)), flat(&metrics(&many, more_cash)));
        prop_assert_eq!(one.len(), many.len());
        for ((name, a), (_, b)) in one.iter().zip(&many) {
            let factor = if name.ends_with("_cash") { scale } else { 1.0 };
            let near = a.zip(*b).is_none_or(|(a, b)| is_near(a * factor / scale, b / scale));
            prop_assert!(a.is_some() == b.is_some() && near, "{}: {:?} and {:?}", name, a, b);
        }
    }

    #[test]
    fn a_fee_never_helps(seed in 0_u64..10_000, fee in 0.0..5.0) {
        let (before, cash) = ledger(seed, 2000, 1.0);
        let mut after = before.clone();
        for trade in &mut after.trades {
            trade.commission += fee;
            trade.net -= fee;
            after.equity[trade.exit_bar as usize..].iter_mut().for_each(|equity| *equity -= fee);
        }
        let (before, after) = (metrics(&before, cash), metrics(&after, cash));
        let rounding = 1e-9;
        for (x, y) in [
            (Some(before.money.net_cash), Some(after.money.net_cash)),
            (before.growth.total_return, after.growth.total_return),
            (before.growth.cagr, after.growth.cagr),
            (before.trades.profit_factor, after.trades.profit_factor),
            (before.trades.win_rate, after.trades.win_rate),
            (before.trades.expectancy_bps, after.trades.expectancy_bps),
            (after.money.cost_share, before.money.cost_share),
        ] {
            let is_no_better = |(x, y): (f64, f64)| y <= x + rounding * x.abs();
            prop_assert!(x.zip(y).is_none_or(is_no_better), "{:?} {:?}", x, y);
        }
    }

    /// The ratio is that of the mean and the spread, and both are multiplied. Of an account that is
    /// not rebalanced this holds to the first order only: here a day moves 1e-4 of the money.
    #[test]
    fn leverage_leaves_the_sharpe_ratio_of_small_returns(seed in 0_u64..10_000, k in 1.0..3.0) {
        let (mut small, cash) = ledger(seed, 3000, 1.0);
        let lift = |equity: &mut f64| *equity += 99.0 * cash;
        small.equity.iter_mut().for_each(lift);
        let cash = 100.0 * cash;
        let mut levered = small.clone();
        levered.equity.iter_mut().for_each(|equity| *equity = cash + k * (*equity - cash));
        let (one, many) = (metrics(&small, cash), metrics(&levered, cash));
        let (one, many) = (one.sharpe, many.sharpe);
        for (a, b) in [(one.sharpe, many.sharpe), (one.se_hac, many.se_hac)] {
            let (a, b) = (a.unwrap(), b.unwrap());
            prop_assert!((a - b).abs() < 0.01 * (1.0 + a.abs()), "{} and {}", a, b);
        }
    }

    #[test]
    fn a_solvent_account_loses_at_most_everything(seed in 0_u64..10_000, n in 1_usize..2000) {
        let (ledger, cash) = ledger(seed, n, 1.0);
        prop_assume!(ledger.equity.iter().all(|equity| *equity > 0.0));
        let drawdown = metrics(&ledger, cash).drawdown;
        let (deepest, ulcer) = (drawdown.max_drawdown.unwrap(), drawdown.ulcer_index.unwrap());
        prop_assert!((0.0..=1.0).contains(&deepest) && (0.0..=deepest).contains(&ulcer));
        prop_assert!(drawdown.worst.windows(2).all(|pair| pair[0].depth >= pair[1].depth));
    }

    #[test]
    fn tables_sum_to_the_totals(seed in 0_u64..10_000, n in 100_usize..3000) {
        let (ledger, cash) = ledger(seed, n, 1.0);
        let labels = ["a", "b", "c"];
        let key_of = |trade: &Trade| Some((trade.entry_bar % 4) as usize);
        let keys = Some(Keys { labels: &labels, key_of: &key_of });
        let (timeframe, ledger) = (Timeframe::H1, &ledger);
        let all = Metrics::new(&Input { ledger, cash, timeframe, sessions: keys, regimes: keys });
        let tables: [&[Row]; 6] = [
            &all.by_side,
            &all.by_exit,
            &all.by_hour,
            &all.by_weekday,
            all.by_session.as_ref().unwrap(),
            all.by_regime.as_ref().unwrap(),
        ];
        for table in tables {
            let sum = |of: fn(&Row) -> f64| table.iter().map(of).sum::<f64>();
            prop_assert_eq!(sum(|row| row.trades as f64), all.trades.trades as f64);
            prop_assert_eq!(sum(|row| row.wins as f64), all.trades.wins as f64);
            prop_assert!(is_near(sum(|row| row.gross_cash), all.money.gross_cash));
            prop_assert!(is_near(sum(|row| row.costs_cash), all.money.costs_cash));
            prop_assert!(is_near(sum(|row| row.net_cash), all.money.net_cash));
        }
        let money = all.money;
        prop_assert!(is_near(money.gross_cash - money.costs_cash, money.net_cash));
        prop_assert!(is_near(money.net_cash / cash, all.growth.total_return.unwrap()));
        for year in &all.by_month {
            let compound: f64 = year.months.iter().flatten().map(|month| 1.0 + month).product();
            prop_assert!(is_near(compound - 1.0, year.total.unwrap()));
        }
        let total: f64 = all.by_month.iter().filter_map(|year| Some(1.0 + year.total?)).product();
        prop_assert!(is_near(total - 1.0, all.growth.total_return.unwrap()));
    }
}

#[test]
fn an_empty_ledger_has_no_figures_and_no_nan() {
    let found = flat(&metrics(&Ledger::default(), 1000.0));
    assert!(found.iter().all(|(_, value)| value.is_none_or(|value| value == 0.0)), "{found:#?}");
    let text = serde_json::to_string(&metrics(&Ledger::default(), 1000.0)).unwrap();
    assert!(text.starts_with(r#"{"period":{"start":null,"end":null,"bars":0"#), "{text}");
}

#[test]
fn a_ledger_without_trades_is_a_flat_line() {
    let (mut ledger, cash) = ledger(1, 1000, 1.0);
    ledger.trades.clear();
    ledger.equity.fill(cash);
    ledger.exposure.fill(0.0);
    let found = metrics(&ledger, cash);
    assert_eq!((found.growth.total_return, found.growth.cagr), (Some(0.0), Some(0.0)));
    assert_eq!((found.sharpe.sharpe, found.sortino, found.calmar), (None, None, None));
    assert_eq!(
        (found.drawdown.max_drawdown, found.exposure.time_in_market),
        (Some(0.0), Some(0.0))
    );
    assert_eq!((found.money.turnover_per_year, found.trades.win_rate), (Some(0.0), None));
}

#[test]
fn an_account_that_is_gone_is_told_without_extremes() {
    let (mut ledger, cash) = ledger(2, 1000, 1.0);
    ledger.equity[500..].fill(-1.0);
    let found = metrics(&ledger, cash);
    assert_eq!((found.growth.cagr, found.calmar), (None, None));
    assert!(found.drawdown.max_drawdown.unwrap() > 1.0);
    assert!(found.growth.worst_day.unwrap() < -1.0 && found.sharpe.sharpe.unwrap() < 0.0);
}
