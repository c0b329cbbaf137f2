//! What the trades made of the money.

use super::curves::{Curve, Curves, Panels, Places};
use super::estimates::{bars, plain, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::fold_trades::{FoldTrades, Weeks};
use crate::report::plot::{Chart, GroupedBars, Shape, Titles};

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    vec![
        Draft {
            name: "equity",
            heading: "Equity",
            how_to_read: "Money over time, bar by bar: a steady rise after costs is good; where only \
                          the line without costs rises, costs eat what is found.",
            chart: Box::new(equity(of)),
        },
        Draft {
            name: "drawdown",
            heading: "Drawdown",
            how_to_read: "How far equity stood below its highest until then, in percent over time: \
                          short and shallow is good, deep or never ending is bad.",
            chart: Box::new(drawdown(of)),
        },
        Draft {
            name: "costs",
            heading: "Costs",
            how_to_read: "Net profit when the same trades cost nothing, half, what is configured, \
                          and twice that: good stays above 0 at twice the costs.",
            chart: Box::new(at_costs_chart(of)),
        },
        Draft {
            name: "folds",
            heading: "Each fold's weeks",
            how_to_read: "What each fold's test weeks brought, alone and as part of the one account: \
                          good is above 0 in most folds, one fold that carries all is luck.",
            chart: Box::new(folds(&of.tables.fold_trades, &of.subject)),
        },
    ]
}

fn equity(of: &Material<'_>) -> Curves {
    let ledger = &of.traded.ledger;
    let ts: Vec<i64> = ledger.ts.iter().map(|ts| ts.0).collect();
    let line = |name: &str, y: &[f64]| Curve::line(name, Places::Time(ts.clone()), y.to_vec());
    let ends = ledger.equity.first().zip(ledger.equity.last());
    let finding = ends.map_or_else(String::new, |(first, last)| {
        format!("{:+.1} % after costs, all folds as one account.", 100.0 * (last / first - 1.0))
    });
    let mut curves = vec![line("after costs", &ledger.equity)];
    let free = of.costs.iter().find(|at| at.multiple == 0.0).map(|at| &at.ledger.equity);
    if let Some(free) = free.filter(|free| free.len() == ts.len()) {
        curves.push(line("the same trades without costs", free));
    }
    Curves {
        titles: Titles::new(format!("Equity. {}", of.subject), finding),
        x_label: String::new(),
        y_label: format!("equity ({MONEY})"),
        curves,
        uprights: Vec::new(),
        with_zero: false,
    }
}

fn drawdown(of: &Material<'_>) -> Curves {
    let ledger = &of.traded.ledger;
    let mut peak = of.traded.rules.cash;
    let under = |equity: &f64| {
        peak = peak.max(*equity);
        100.0 * (equity / peak - 1.0)
    };
    let under: Vec<f64> = ledger.equity.iter().map(under).collect();
    let worst = under.iter().copied().fold(0.0, f64::min);
    let ts = Places::Time(ledger.ts.iter().map(|ts| ts.0).collect());
    let line = Curve::line("below the highest so far", ts, under);
    Curves {
        titles: Titles::new(format!("Drawdown. {}", of.subject), format!("At worst {worst:.1} %.")),
        x_label: String::new(),
        y_label: "%".to_owned(),
        curves: vec![Curve { shape: Shape::Filled, ..line }],
        uprights: Vec::new(),
        with_zero: true,
    }
}

fn at_costs_chart(of: &Material<'_>) -> GroupedBars {
    let values = of.costs.iter().map(|at| plain(Some(at.metrics.money.net_cash))).collect();
    let chart = bars(
        Titles::new(
            format!("Profit at multiples of the costs. {}", of.subject),
            "The same decisions, paid for otherwise.",
        ),
        ("multiple of the configured costs", &format!("net profit ({MONEY})")),
        of.costs.iter().map(|at| format!("{}×", at.multiple)).collect(),
        (vec![series("net profit", values)], ""),
    );
    GroupedBars { with_values: true, ..chart }
}

const MONEY: &str = "account currency";

/// Return, Sharpe ratio and trades below each other.
fn folds(found: &[FoldTrades], subject: &str) -> Panels {
    let panel = |name: &str, pick: fn(&Weeks) -> Option<f64>| -> Box<dyn Chart> {
        Box::new(by_fold(found, name, pick))
    };
    let earned = found.iter().filter(|fold| fold.stitched.net_cash.is_some_and(|net| net > 0.0));
    let traded = found.iter().filter(|fold| fold.stitched.n_trades > 0).count();
    let finding =
        format!("{} of {} folds earned; {traded} had trades.", earned.count(), found.len());
    Panels {
        titles: Titles::new(format!("Each fold's test weeks, traded. {subject}"), finding),
        n_columns: Some(1),
        panels: vec![
            panel("Net return (%)", |weeks| weeks.net_return.map(|net| 100.0 * net)),
            panel("Sharpe ratio, a year", |weeks| weeks.sharpe),
            panel("Trades", |weeks| Some(weeks.n_trades as f64)),
        ],
    }
}

fn by_fold(found: &[FoldTrades], name: &str, pick: fn(&Weeks) -> Option<f64>) -> GroupedBars {
    let of = |weeks: fn(&FoldTrades) -> &Weeks| {
        found.iter().map(|fold| plain(pick(weeks(fold)))).collect()
    };
    let both = vec![
        series("within the one account", of(|fold| &fold.stitched)),
        series("alone", of(|fold| &fold.alone)),
    ];
    let groups = found.iter().map(|fold| fold.fold.to_string()).collect();
    // Panels above each other begin at one place.
    GroupedBars {
        left_letters: 4.5,
        ..bars(Titles::new(name, ""), ("fold", ""), groups, (both, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{at_costs, tables, traded};
    use super::*;
    use crate::report::diagnose::Dates;
    use crate::units::Ts;

    const EQUITY: [f64; 4] = [1000.0, 1200.0, 900.0, 1100.0];

    #[test]
    fn equity_drawdown_and_costs_are_those_of_the_account() {
        let (tables, traded) = (tables(), traded(&EQUITY));
        let free = [1000.0, 1300.0, 1250.0, 1500.0];
        let costs = [at_costs(0.0, &free), at_costs(1.0, &EQUITY), at_costs(2.0, &[1000.0; 4])];
        let of = Material {
            tables: &tables,
            traded: &traded,
            costs: &costs,
            headline: "",
            subject: "X".to_owned(),
        };
        let chart = equity(&of);
        let lines: Vec<&[f64]> = chart.curves.iter().map(|curve| &curve.y[..]).collect();
        assert_eq!(lines, [&EQUITY[..], &free]);
        assert!(matches!(&chart.curves[0].x, Places::Time(ts) if ts[1] == crate::units::HOUR_US));
        assert!(chart.titles.finding.starts_with("+10.0 % after costs"), "{:?}", chart.titles);
        // Below the highest of 1,200: a quarter, then a twelfth.
        let chart = drawdown(&of);
        let under = &chart.curves[0].y;
        assert_eq!((under[0], under[1], under[2]), (0.0, 0.0, -25.0));
        assert!((under[3] + 100.0 / 12.0).abs() < 1e-9, "{under:?}");
        assert_eq!(chart.titles.finding, "At worst -25.0 %.");
        let chart = at_costs_chart(&of);
        assert_eq!(chart.groups, ["0×", "1×", "2×"]);
        let net: Vec<f64> = chart.series[0].values.iter().map(|value| value.value).collect();
        assert_eq!((net.as_slice(), chart.with_values), (&[500.0, 100.0, 0.0][..], true));
    }

    fn fold(fold: u32, alone: Weeks, stitched: Weeks) -> FoldTrades {
        FoldTrades { fold, dates: Dates { from: Ts(0), to: Ts(1) }, alone, stitched }
    }

    #[test]
    fn a_folds_weeks_stand_beside_what_they_brought_within_the_account() {
        let weeks = |n_trades, net: f64| Weeks {
            n_trades,
            net_cash: Some(net),
            net_return: Some(net / 1000.0),
            sharpe: None,
        };
        let found = [fold(0, weeks(2, 5.0), weeks(3, -4.0)), fold(1, weeks(0, 0.0), weeks(1, 9.0))];
        let chart = by_fold(&found, "Trades", |weeks| Some(weeks.n_trades as f64));
        let values =
            |at: usize| chart.series[at].values.iter().map(|v| v.value).collect::<Vec<_>>();
        assert_eq!((values(0), values(1)), (vec![3.0, 1.0], vec![2.0, 0.0]));
        let none = by_fold(&found, "Sharpe", |weeks| weeks.sharpe);
        assert!(none.series[0].values.iter().all(|v| v.value.is_nan()));
        assert_eq!(folds(&found, "X").titles.finding, "1 of 2 folds earned; 2 had trades.");
    }
}
