//! What the trades made of the predictions.

use super::super::evidence::{AtCosts, Step};
use super::super::flat::{Findings, groups};
use super::super::fold_trades::{FoldTrades, Weeks};
use super::header;
use crate::backtest::metrics::drawdown::Spell;
use crate::backtest::metrics::tables::Row;
use crate::report::page::{Grid, percent, told, with_error};
use crate::signal::waterfall::{Earned, Mean};
use crate::units::Ts;

pub fn grids(of: Findings<'_>) -> Vec<Grid> {
    let mut grids = vec![costs(of.costs), z_thresholds(&of.tables.z_thresholds)];
    grids.extend(of.costs.iter().filter(|at| at.multiple == 1.0).map(drawdown));
    grids.push(by_fold(&of.tables.fold_trades));
    grids.extend(of.traded.decided.iter().map(|one| gates(&one.told)));
    let own = of.costs.iter().find(|at| at.multiple == 1.0);
    let groups = own.map(|own| groups(&own.metrics)).unwrap_or_default();
    grids.extend(groups.into_iter().map(|(by, rows)| trades_by(by, rows)));
    grids
}

fn costs(costs: &[AtCosts]) -> Grid {
    let row = |at: &AtCosts| {
        let metrics = &at.metrics;
        vec![
            format!("{}×", at.multiple),
            told(Some(metrics.trades.trades as f64), 0),
            told(Some(metrics.money.gross_cash), 0),
            told(Some(metrics.money.costs_cash), 0),
            told(Some(metrics.money.net_cash), 0),
            percent(metrics.growth.total_return),
            with_error(metrics.sharpe.sharpe, metrics.sharpe.se_hac, 2),
            percent(metrics.drawdown.max_drawdown),
        ]
    };
    let names =
        ["costs", "trades", "gross", "paid", "net", "return", "Sharpe ratio", "worst drawdown"];
    Grid {
        title: "Profit at multiples of the costs".to_owned(),
        header: header(&names),
        sides: "lrrrrrrr",
        rows: costs.iter().map(row).collect(),
        note: "The same decisions, paid for otherwise. Gross: of these trades, before what they paid; at \
               0× positions grow with an account that pays nothing, so that its gross is another. ± one \
               standard error (HAC)."
            .to_owned(),
    }
}

fn drawdown(own: &AtCosts) -> Grid {
    let time = |at: Option<Ts>| at.map_or("–".to_owned(), |ts| ts.to_string());
    let row = |spell: &Spell| {
        vec![
            percent(Some(spell.depth)),
            time(spell.start),
            time(spell.trough),
            time(spell.recovery),
            told(Some(spell.length_days), 1),
        ]
    };
    Grid {
        title: "Drawdowns".to_owned(),
        header: header(&["depth", "from the peak of", "lowest at", "back at", "days"]),
        sides: "rlllr",
        rows: own.metrics.drawdown.worst.iter().map(row).collect(),
        note: "The deepest, after costs. –: not back by the end.".to_owned(),
    }
}

fn z_thresholds(steps: &[Step]) -> Grid {
    let row = |step: &Step| {
        vec![
            told(Some(step.z_threshold), 1),
            told(Some(step.trades as f64), 0),
            told(step.turnover_per_year, 0) + "×",
            told(step.sharpe, 2),
        ]
    };
    Grid {
        title: "Sharpe ratio by z-threshold".to_owned(),
        header: header(&["z-threshold", "trades", "turnover a year", "Sharpe ratio"]),
        sides: "rrrr",
        rows: steps.iter().map(row).collect(),
        note: "After costs. What stands only at one threshold is likely luck.".to_owned(),
    }
}

fn by_fold(folds: &[FoldTrades]) -> Grid {
    let cells = |weeks: &Weeks| {
        let trades = told(Some(weeks.n_trades as f64), 0);
        [trades, told(weeks.net_cash, 0), percent(weeks.net_return), told(weeks.sharpe, 2)]
    };
    let row = |fold: &FoldTrades| {
        let head = [fold.fold.to_string(), fold.dates.from.to_string()];
        head.into_iter().chain(cells(&fold.alone)).chain(cells(&fold.stitched)).collect()
    };
    let names = [
        "fold",
        "from",
        "alone: trades",
        "net",
        "return",
        "Sharpe",
        "in the account: trades",
        "net",
        "return",
        "Sharpe",
    ];
    Grid {
        title: "Trades by fold".to_owned(),
        header: header(&names),
        sides: "rlrrrrrrrr",
        rows: folds.iter().map(row).collect(),
        note: "Alone: each fold's weeks with money of their own. In the account: as a part of the one \
               history, with positions carried across boundaries. A few days' Sharpe ratio is a hint."
            .to_owned(),
    }
}

fn gates(told_of: &super::super::super::backtest::Told) -> Grid {
    let mean = |mean: Option<Mean>| with_error(mean.map(|m| m.bps), mean.and_then(|m| m.error), 2);
    let row = |name: &str, before: usize, refused: usize, earned: &Earned| {
        vec![
            name.to_owned(),
            told(Some(before as f64), 0),
            told(Some(refused as f64), 0),
            mean(earned.gross),
            mean(earned.net),
        ]
    };
    let waterfall = &told_of.waterfall;
    let stages = waterfall.stages.iter().filter(|stage| stage.refused > 0);
    let refused = stages.map(|one| row(one.reason.name(), one.before, one.refused, &one.earned));
    let taken = row("taken", waterfall.n_taken, 0, &waterfall.taken);
    let names = ["gate", "signals", "refused", "would have earned, bps", "after costs, bps"];
    Grid {
        title: format!("What the gates refused, {}", told_of.symbol),
        header: header(&names),
        sides: "lrrrr",
        rows: refused.chain([taken]).collect(),
        note: "Of the bars refused, in the direction of their z, over the model's horizon; ± standard \
               error."
            .to_owned(),
    }
}

fn trades_by(by: &str, rows: &[Row]) -> Grid {
    let row = |row: &Row| {
        vec![
            row.label.clone(),
            told(Some(row.trades as f64), 0),
            percent(row.win_rate),
            told(Some(row.gross_cash), 0),
            told(Some(row.costs_cash), 0),
            told(Some(row.net_cash), 0),
            told(row.expectancy_bps, 2),
            told(row.mean_hold_bars, 1),
        ]
    };
    let names = [by, "trades", "won", "gross", "costs", "net", "a trade, bps", "bars held"];
    let note = match by {
        "hour" | "weekday" => "Of the entry, in UTC.",
        _ => "",
    };
    Grid {
        title: format!("Trades by {by}"),
        header: header(&names),
        sides: "lrrrrrrr",
        rows: rows.iter().filter(|row| row.trades > 0).map(row).collect(),
        note: note.to_owned(),
    }
}
