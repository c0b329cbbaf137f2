//! How the trades are spread.

use super::estimates::grouped;
use super::{Draft, Material};
use crate::backtest::ledger::Trade;
use crate::backtest::metrics::tally::bps_of;
use crate::report::diagnose::trades::Spread;
use crate::report::plot::{
    BoxRow, Boxes, Canvas, Chart, Cloud, Histogram, PlotFault, Sample, Scatter, Titles, Upright,
};
use crate::stats;

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    [of_trades(of), by_group(of)].into_iter().flatten().collect()
}

fn of_trades<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let (trades, subject) = (&of.traded.ledger.trades[..], &of.subject);
    vec![
        Draft {
            name: "trades_pnl",
            heading: "Profit and loss of the trades",
            how_to_read: "How the trades' net results are spread, in bps of what was entered: good \
                          has more weight right of 0, and no long tail on the left.",
            chart: Box::new(Spreads::results(trades, subject)),
        },
        Draft {
            name: "trades_hold",
            heading: "How long trades were held",
            how_to_read: "Bars from entry to exit: a spike at the limit is exits by time, much at \
                          very few bars is stops that lie too near.",
            chart: Box::new(Spreads::holds(trades, subject)),
        },
        Draft {
            name: "trades_excursions",
            heading: "Excursions of the trades",
            how_to_read: "How far each trade went against (right) and for it (up) before it ended: \
                          losers high up would have paid with a nearer target, winners far right \
                          needed their stop that wide.",
            chart: Box::new(excursions(trades, subject)),
        },
    ]
}

fn by_group<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let (found, subject) = (&of.tables.trades, &of.subject);
    let sessions = found.by_session.as_deref().unwrap_or_default();
    let spread = |name, heading, how_to_read, chart: Boxes| Draft {
        name,
        heading,
        how_to_read,
        chart: Box::new(chart),
    };
    vec![
        spread(
            "trades_by_exit",
            "Trades by exit",
            "Net results by the rule that ended the trade: targets should pay for the stops; the \
             number of trades is in brackets.",
            groups(&found.by_exit, ("exit", "exit"), subject),
        ),
        spread(
            "trades_by_hour",
            "Trades by hour",
            "Net results by UTC hour of entry: hours that stand out with few trades are luck; many \
             trades below 0 are hours to leave out.",
            groups(&all_hours(&found.by_hour), ("hour of entry, UTC", "hour"), subject),
        ),
        spread(
            "trades_by_session",
            "Trades by session",
            "Net results by the market session of entry: a session whose box lies below 0 costs \
             money.",
            groups(sessions, ("session of entry", "session"), subject),
        ),
    ]
}

/// A histogram that owns its values.
struct Spreads {
    titles: Titles,
    x_label: &'static str,
    samples: Vec<(&'static str, Vec<f64>)>,
    uprights: Vec<(f64, String)>,
}

impl Spreads {
    fn results(trades: &[Trade], subject: &str) -> Self {
        let bps: Vec<f64> = trades.iter().map(bps_of).collect();
        let won = bps.iter().filter(|bps| **bps > 0.0).count();
        let mean = stats::mean(&bps);
        let finding = format!(
            "{won} of {} trades won; {} bps in the mean.",
            bps.len(),
            mean.map_or("–".to_owned(), |mean| format!("{mean:.1}"))
        );
        Self {
            titles: Titles::new(format!("Net result of the trades (bps). {subject}"), finding),
            x_label: "net result, bps of what was entered",
            samples: vec![("trades", bps)],
            uprights: mean.map(|mean| (mean, format!("mean {mean:.1}"))).into_iter().collect(),
        }
    }

    fn holds(trades: &[Trade], subject: &str) -> Self {
        let of = |won: bool| -> Vec<f64> {
            let mine = trades.iter().filter(|trade| (trade.net > 0.0) == won);
            mine.map(|trade| f64::from(trade.exit_bar - trade.entry_bar)).collect()
        };
        let (won, lost) = (of(true), of(false));
        let median = stats::quantile(&[&won[..], &lost[..]].concat(), 0.5);
        let finding =
            median.map_or_else(String::new, |bars| format!("Half of them {bars:.0} bars or less."));
        Self {
            titles: Titles::new(format!("Time in the trade (bars). {subject}"), finding),
            x_label: "bars from entry to exit",
            samples: vec![("won", won), ("lost", lost)],
            uprights: Vec::new(),
        }
    }
}

impl Chart for Spreads {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let samples = self.samples.iter().filter(|(_, values)| !values.is_empty());
        let uprights = self.uprights.iter();
        Histogram {
            titles: self.titles.clone(),
            x_label: self.x_label.to_owned(),
            samples: samples.map(|(name, values)| Sample { name, values }).collect(),
            uprights: uprights.map(|(at, label)| Upright { at: *at, label }).collect(),
        }
        .draw(canvas)
    }
}

fn excursions(trades: &[Trade], subject: &str) -> Scatter {
    let bps = |trade: &Trade, distance: f64| 1e4 * distance / trade.entry_reference;
    let cloud = |name: &str, won: bool| {
        let mine = || trades.iter().filter(move |trade| (trade.net > 0.0) == won);
        Cloud {
            name: name.to_owned(),
            x: mine().map(|trade| -bps(trade, trade.mae)).collect(),
            y: mine().map(|trade| bps(trade, trade.mfe)).collect(),
            ..Cloud::default()
        }
    };
    let lost = cloud("lost", false);
    let were_up = lost.x.iter().zip(&lost.y).filter(|(down, up)| up > down).count();
    let finding = format!(
        "{were_up} of {} losers had gone farther for the trade than against it.",
        lost.x.len()
    );
    Scatter {
        titles: Titles::new(
            format!("How far trades went for and against (bps). {subject}"),
            finding,
        ),
        x_label: "farthest against the trade (MAE), bps".to_owned(),
        y_label: "farthest for the trade (MFE), bps".to_owned(),
        clouds: vec![cloud("won", true), lost],
        with_zero: true,
    }
}

/// Hours without trades have their place, too.
fn all_hours(found: &[Spread]) -> Vec<Spread> {
    let hour = |hour: u32| {
        let label = format!("{hour:02}");
        let known = found.iter().find(|spread| spread.label == label).cloned();
        known.unwrap_or_else(|| Spread::unknown(label))
    };
    if found.is_empty() { Vec::new() } else { (0..24).map(hour).collect() }
}

/// A label as people write it.
fn shown(label: &str) -> String {
    let name = match label {
        "london_new_york" => "London and New York",
        "new_york" => "New York",
        "london" => "London",
        "asia" => "Asia",
        "none" => "other hours",
        other => return other.replace('_', " "),
    };
    name.to_owned()
}

fn groups(found: &[Spread], (x_label, what): (&str, &str), subject: &str) -> Boxes {
    let row = |spread: &Spread| BoxRow {
        name: shown(&spread.label),
        n: spread.n_trades,
        mean: spread.mean_bps,
        five: [
            spread.low_5_bps,
            spread.low_25_bps,
            spread.median_bps,
            spread.high_75_bps,
            spread.high_95_bps,
        ],
    };
    let by_mean = |a: &&Spread, b: &&Spread| a.mean_bps.total_cmp(&b.mean_bps);
    let known = || found.iter().filter(|spread| spread.n_trades > 0);
    let best = known().max_by(by_mean).zip(known().min_by(by_mean));
    let told = |spread: &Spread| {
        let n = spread.n_trades;
        let trades = if n == 1 { "1 trade".to_owned() } else { format!("{} trades", grouped(n)) };
        format!("{:.1} bps ({}, {trades})", spread.mean_bps, shown(&spread.label))
    };
    let finding = best.map_or_else(String::new, |(best, worst)| {
        format!("Means from {} to {}.", told(worst), told(best))
    });
    Boxes {
        titles: Titles::new(
            format!("Net result of the trades by {what} (bps). {subject}"),
            finding,
        ),
        x_label: format!("{x_label} (trades)"),
        y_label: "net result, bps of what was entered".to_owned(),
        rows: found.iter().map(row).collect(),
        five: "whiskers: 5 and 95 % of the trades".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::intent::Side;
    use crate::backtest::ledger::FillRule;
    use crate::units::Ts;

    fn trade(net: f64, bars: u32, (mfe, mae): (f64, f64)) -> Trade {
        Trade {
            symbol: 0,
            side: Side::Long,
            decided_bar: 0,
            entry_bar: 1,
            exit_bar: 1 + bars,
            entry_ts: Ts(0),
            exit_ts: Ts(1),
            qty: 10.0,
            entry_reference: 100.0,
            exit_reference: 100.0,
            entry_price: 100.0,
            exit_price: 100.0,
            exit_rule: FillRule::Stop,
            gross: net,
            commission: 0.0,
            impact: 0.0,
            carry: 0.0,
            net,
            mfe,
            mae,
            stop: 1.0,
            ambiguous: false,
        }
    }

    #[test]
    fn results_holds_and_excursions_are_those_of_the_trades() {
        let trades = [
            trade(10.0, 4, (2.0, -0.5)),
            trade(-5.0, 2, (1.0, -0.75)),
            trade(-1.0, 9, (0.0, -1.0)),
        ];
        let results = Spreads::results(&trades, "X");
        assert_eq!(results.samples[0].1, [100.0, -50.0, -10.0]);
        assert!(results.titles.finding.starts_with("1 of 3 trades won; 13.3 bps"));
        let holds = Spreads::holds(&trades, "X");
        assert_eq!(holds.samples, [("won", vec![4.0]), ("lost", vec![2.0, 9.0])]);
        let chart = excursions(&trades, "X");
        assert_eq!((&chart.clouds[0].x, &chart.clouds[0].y), (&vec![50.0], &vec![200.0]));
        assert_eq!(
            (&chart.clouds[1].x, &chart.clouds[1].y),
            (&vec![75.0, 100.0], &vec![100.0, 0.0])
        );
        assert!(chart.titles.finding.starts_with("1 of 2 losers"));
    }

    #[test]
    fn a_group_has_its_five_numbers_and_the_best_and_worst_are_named() {
        let spread = |label: &str, n_trades, mean_bps| Spread {
            label: label.to_owned(),
            n_trades,
            mean_bps,
            low_5_bps: -4.0,
            low_25_bps: -2.0,
            median_bps: 0.5,
            high_75_bps: 2.0,
            high_95_bps: 4.0,
        };
        let chart = groups(
            &[spread("stop_gap", 1, -3.0), spread("target", 1200, 2.5)],
            ("exit", "exit"),
            "X",
        );
        assert_eq!(
            (chart.rows[0].name.as_str(), chart.rows[0].five),
            ("stop gap", [-4.0, -2.0, 0.5, 2.0, 4.0])
        );
        let told = "Means from -3.0 bps (stop gap, 1 trade) to 2.5 bps (target, 1,200 trades).";
        assert_eq!(chart.titles.finding, told);
        let hours = all_hours(&[spread("07", 3, 1.0)]);
        assert_eq!((hours.len(), hours[7].n_trades, hours[8].n_trades), (24, 3, 0));
        let chart = groups(&hours, ("hour", "hour"), "X");
        assert!(chart.titles.finding.ends_with("to 1.0 bps (07, 3 trades)."));
        assert!(all_hours(&[]).is_empty());
        assert_eq!(
            ["new_york", "none", "timed_exit"].map(shown),
            ["New York", "other hours", "timed exit"]
        );
    }
}
