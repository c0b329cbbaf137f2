//! Tables of what the trades made of the predictions, and of the verdict.

use super::super::evidence::AtCosts;
use super::super::fold_trades::FoldTrades;
use super::Findings;
use super::sheet::Sheet;
use crate::backtest::metrics::Metrics;
use crate::backtest::metrics::tables::Row;
use crate::failure::Failure;
use crate::report::diagnose::histogram::Histogram;
use crate::report::diagnose::trades::Distributions;
use crate::signal::waterfall::Earned;
use crate::store::{Table, Values};
use crate::units::Ts;

pub fn flat(of: Findings<'_>) -> Result<Vec<(&'static str, Table)>, Failure> {
    Ok(vec![
        ("z_thresholds", z_thresholds(of)?),
        ("costs", costs(of)?),
        ("equity_at_costs", equity(of.costs)?),
        ("gates", gates(of)?),
        ("trades_by", trades_by(of.costs)?),
        ("trades_spread", spread(&of.tables.trades)?),
        ("trades_histogram", histograms(&of.tables.trades)?),
        ("drawdown", drawdown(of.costs)?),
        ("trades_by_fold", by_fold(&of.tables.fold_trades)?),
        ("evidence", evidence(of)?),
        ("verdict", verdict(of)?),
    ])
}

fn z_thresholds(of: Findings<'_>) -> Result<Table, Failure> {
    Sheet::of(&of.tables.z_thresholds)
        .number("z_threshold", |step| Some(step.z_threshold))
        .number("sharpe", |step| step.sharpe)
        .number("turnover_per_year", |step| step.turnover_per_year)
        .count("trades", |step| step.trades as u64)
        .table()
}

fn costs(of: Findings<'_>) -> Result<Table, Failure> {
    Sheet::of(of.costs)
        .number("multiple", |at| Some(at.multiple))
        .number("gross_cash", |at| Some(at.metrics.money.gross_cash))
        .number("costs_cash", |at| Some(at.metrics.money.costs_cash))
        .number("net_cash", |at| Some(at.metrics.money.net_cash))
        .number("sharpe", |at| at.metrics.sharpe.sharpe)
        .number("sharpe_se_hac", |at| at.metrics.sharpe.se_hac)
        .number("max_drawdown", |at| at.metrics.drawdown.max_drawdown)
        .count("trades", |at| at.metrics.trades.trades)
        .table()
}

/// A column for each multiple of the costs; all go by the same bars.
fn equity(costs: &[AtCosts]) -> Result<Table, Failure> {
    let Some(first) = costs.first() else { return Ok(Table::default()) };
    let ts = ("ts".to_owned(), Values::Ts(first.ledger.ts.clone()));
    let fits = |at: &&AtCosts| at.ledger.ts == first.ledger.ts;
    let column = |at: &AtCosts| {
        let name = format!("equity_at_{}", at.multiple).replace('.', "_");
        (name, Values::F64(at.ledger.equity.clone()))
    };
    let columns = std::iter::once(ts).chain(costs.iter().filter(fits).map(column));
    Table::new(columns.collect()).map_err(Failure::world)
}

/// A gate of a symbol, in the order they are met.
struct Gate<'a> {
    symbol: &'a str,
    name: &'static str,
    before: usize,
    refused: usize,
    earned: Earned,
}

fn gates(of: Findings<'_>) -> Result<Table, Failure> {
    let gates = of.traded.decided.iter().flat_map(|one| {
        let (symbol, waterfall) = (one.told.symbol.as_str(), &one.told.waterfall);
        let stages = waterfall.stages.iter().map(move |stage| Gate {
            symbol,
            name: stage.reason.name(),
            before: stage.before,
            refused: stage.refused,
            earned: stage.earned,
        });
        let (before, earned) = (waterfall.n_taken, waterfall.taken);
        stages.chain([Gate { symbol, name: "taken", before, refused: 0, earned }])
    });
    Sheet::of(gates)
        .text("symbol", |gate| gate.symbol.to_owned())
        .text("gate", |gate| gate.name.to_owned())
        .count("signals", |gate| gate.before as u64)
        .count("refused", |gate| gate.refused as u64)
        .count("with_outcome", |gate| gate.earned.count as u64)
        .number("gross_bps", |gate| Some(gate.earned.gross?.bps))
        .number("gross_bps_se", |gate| gate.earned.gross?.error)
        .number("net_bps", |gate| Some(gate.earned.net?.bps))
        .number("net_bps_se", |gate| gate.earned.net?.error)
        .table()
}

fn trades_by(costs: &[AtCosts]) -> Result<Table, Failure> {
    let own = costs.iter().find(|at| at.multiple == 1.0).map(|at| &at.metrics);
    let groups = own.map(groups).unwrap_or_default();
    Sheet::of(groups.iter().flat_map(|(by, rows)| rows.iter().map(move |row| (by, row))))
        .text("sorted_by", |(by, _)| (**by).to_owned())
        .text("label", |(_, row)| row.label.clone())
        .count("trades", |(_, row)| row.trades)
        .count("wins", |(_, row)| row.wins)
        .number("win_rate", |(_, row)| row.win_rate)
        .number("gross_cash", |(_, row)| Some(row.gross_cash))
        .number("costs_cash", |(_, row)| Some(row.costs_cash))
        .number("net_cash", |(_, row)| Some(row.net_cash))
        .number("profit_factor", |(_, row)| row.profit_factor)
        .number("expectancy_bps", |(_, row)| row.expectancy_bps)
        .number("expectancy_r", |(_, row)| row.expectancy_r)
        .number("mean_hold_bars", |(_, row)| row.mean_hold_bars)
        .table()
}

/// Quantiles of what trades brought, in bps.
fn spread(trades: &Distributions) -> Result<Table, Failure> {
    let always = [("exit", &trades.by_exit[..]), ("hour", &trades.by_hour)];
    let known = trades.by_session.iter().map(|rows| ("session", &rows[..]));
    let all = always.into_iter().chain(known);
    Sheet::of(all.flat_map(|(by, rows)| rows.iter().map(move |row| (by, row))))
        .text("sorted_by", |(by, _)| (*by).to_owned())
        .text("label", |(_, row)| row.label.clone())
        .count("trades", |(_, row)| row.n_trades)
        .number("mean_bps", |(_, row)| Some(row.mean_bps))
        .number("low_5_bps", |(_, row)| Some(row.low_5_bps))
        .number("low_25_bps", |(_, row)| Some(row.low_25_bps))
        .number("median_bps", |(_, row)| Some(row.median_bps))
        .number("high_75_bps", |(_, row)| Some(row.high_75_bps))
        .number("high_95_bps", |(_, row)| Some(row.high_95_bps))
        .table()
}

/// How results, holding times and excursions are spread: a row a bin; what lies beyond the bins has
/// one open end.
fn histograms(trades: &Distributions) -> Result<Table, Failure> {
    let all = [
        ("net_cash", &trades.net_cash),
        ("net_bps", &trades.net_bps),
        ("hold_bars", &trades.hold_bars),
        ("won_mfe_bps", &trades.won_mfe_bps),
        ("lost_mfe_bps", &trades.lost_mfe_bps),
        ("won_mae_bps", &trades.won_mae_bps),
        ("lost_mae_bps", &trades.lost_mae_bps),
    ];
    let known = all.into_iter().filter_map(|(what, found)| Some((what, found.as_ref()?)));
    Sheet::of(known.flat_map(|(what, found)| bins(found).into_iter().map(move |bin| (what, bin))))
        .text("what", |(what, _)| (*what).to_owned())
        .number("low", |(_, bin)| bin.0)
        .number("high", |(_, bin)| bin.1)
        .count("n", |(_, bin)| bin.2)
        .table()
}

/// From, to, and how many.
type Bin = (Option<f64>, Option<f64>, u64);

fn bins(found: &Histogram) -> Vec<Bin> {
    let inside = found.edges.windows(2).zip(&found.counts);
    let inside = inside.map(|(edges, n)| (Some(edges[0]), Some(edges[1]), *n));
    let below = (None, found.edges.first().copied(), found.n_below);
    let above = (found.edges.last().copied(), None, found.n_above);
    let ends = |bin: &Bin| bin.2 > 0;
    let (below, above) = (Some(below).filter(ends), Some(above).filter(ends));
    below.into_iter().chain(inside).chain(above).collect()
}

/// The deepest spells below the highest equity, after costs.
fn drawdown(costs: &[AtCosts]) -> Result<Table, Failure> {
    let own = costs.iter().find(|at| at.multiple == 1.0);
    let spells = own.into_iter().flat_map(|own| &own.metrics.drawdown.worst);
    let time = |at: Option<Ts>| at.map_or_else(String::new, |ts| ts.to_string());
    Sheet::of(spells)
        .number("depth", |spell| Some(spell.depth))
        .text("start", |spell| time(spell.start))
        .text("trough", |spell| time(spell.trough))
        .text("recovery", |spell| time(spell.recovery))
        .count("length_bars", |spell| spell.length_bars)
        .number("length_days", |spell| Some(spell.length_days))
        .table()
}

/// Each fold's weeks with money of their own, and as a part of the one account.
fn by_fold(folds: &[FoldTrades]) -> Result<Table, Failure> {
    Sheet::of(folds)
        .count("fold", |fold| u64::from(fold.fold))
        .time("from_ts", |fold| fold.dates.from)
        .time("to_ts", |fold| fold.dates.to)
        .count("alone_trades", |fold| fold.alone.n_trades)
        .number("alone_net_cash", |fold| fold.alone.net_cash)
        .number("alone_net_return", |fold| fold.alone.net_return)
        .number("alone_sharpe", |fold| fold.alone.sharpe)
        .count("stitched_trades", |fold| fold.stitched.n_trades)
        .number("stitched_net_cash", |fold| fold.stitched.net_cash)
        .number("stitched_net_return", |fold| fold.stitched.net_return)
        .number("stitched_sharpe", |fold| fold.stitched.sharpe)
        .table()
}

/// By what trades are sorted.
pub fn groups(metrics: &Metrics) -> Vec<(&'static str, &[Row])> {
    let always = [
        ("side", &metrics.by_side),
        ("exit", &metrics.by_exit),
        ("hour", &metrics.by_hour),
        ("weekday", &metrics.by_weekday),
    ];
    let known = [("session", &metrics.by_session), ("regime", &metrics.by_regime)];
    let known = known.into_iter().filter_map(|(by, rows)| Some((by, rows.as_ref()?)));
    always.into_iter().chain(known).map(|(by, rows)| (by, &rows[..])).collect()
}

/// Every number of the verdict's evidence, by its place there.
fn evidence(of: Findings<'_>) -> Result<Table, Failure> {
    let all = serde_json::to_value(&of.tables.evidence).map_err(Failure::world)?;
    let mut leaves = Vec::new();
    collect("", &all, &mut leaves);
    Sheet::of(leaves)
        .text("name", |(name, _)| name.clone())
        .number("value", |(_, value)| Some(*value))
        .table()
}

fn collect(place: &str, value: &serde_json::Value, into: &mut Vec<(String, f64)>) {
    let below =
        |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match value {
        serde_json::Value::Object(entries) => {
            entries.iter().for_each(|(name, value)| collect(&below(name), value, into));
        }
        serde_json::Value::Array(values) => {
            let numbered = values.iter().enumerate();
            numbered.for_each(|(at, value)| collect(&below(&at.to_string()), value, into));
        }
        value => into.extend(value.as_f64().map(|value| (place.to_owned(), value))),
    }
}

fn verdict(of: Findings<'_>) -> Result<Table, Failure> {
    Sheet::of(&of.verdict.checks)
        .text("check", |check| check.name.title().to_owned())
        .text("weight", |check| if check.must { "must" } else { "note" }.to_owned())
        .text("asked", |check| check.asked.clone())
        .text("found", |check| check.found.clone())
        .text("outcome", |check| check.outcome.word().to_owned())
        .text("words", |check| check.words.clone())
        .table()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trade_is_in_one_bin_and_open_ends_are_there_where_they_hold_any() {
        let mut values: Vec<f64> = (0..1000).map(|i| f64::from(i % 50)).collect();
        values.push(1e6);
        let found = Histogram::new(&values, 1.0).unwrap();
        let bins = bins(&found);
        assert_eq!(bins.iter().map(|bin| bin.2).sum::<u64>(), 1001);
        assert_eq!((bins[0].0, bins[bins.len() - 1]), (Some(0.0), (Some(50.0), None, 1)));
    }
}
