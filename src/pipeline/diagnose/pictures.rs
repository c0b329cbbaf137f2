//! The tables as pictures, and the six that matter on one page.

use std::path::{Path, PathBuf};

use super::super::backtest::Traded;
use super::super::explain::save;
use super::super::stored::StoredRun;
use super::Tables;
use super::evidence::AtCosts;
use crate::failure::Failure;
use crate::report::diagnose::{self, Rate};
use crate::report::plot::{
    Across, Band, BarSeries, Chart, Estimate, GroupedBars, Line, Lines, Overview, Shape, Titles,
};

/// Equity and what it lost from its highest, bar by bar.
struct Paths {
    ts: Vec<i64>,
    net: Vec<f64>,
    free: Vec<f64>,
    under: Vec<f64>,
}

pub fn pictures(
    run: &StoredRun,
    tables: &Tables,
    (traded, costs): (&Traded, &[AtCosts]),
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let subject = run.subject();
    let paths = Paths::new(traded, costs);
    let rolling = Rolling::new(tables);
    let charts: Vec<(&str, Box<dyn Chart + '_>)> = vec![
        ("equity", Box::new(paths.equity(&subject))),
        ("drawdown", Box::new(paths.drawdown(&subject))),
        ("ic_rolling", Box::new(rolling.chart(&subject))),
        ("ic_by_fold", Box::new(ic_by_fold(tables, &subject))),
        ("ic_by_horizon", Box::new(ic_by_horizon(tables, &subject))),
        ("ic_decay", Box::new(decay(tables, &subject))),
        ("quantile_returns", Box::new(quantiles(tables, &subject))),
        ("hit_rate", Box::new(hits(tables, &subject))),
        ("z_thresholds", Box::new(z_thresholds(tables, &subject))),
        ("costs", Box::new(at_costs(costs, &subject))),
    ];
    let mut files = Vec::new();
    for (name, chart) in &charts {
        files.extend(save(chart.as_ref(), folder.join(format!("{name}.png")))?);
    }
    let six = ["equity", "ic_rolling", "ic_decay", "quantile_returns", "hit_rate", "costs"];
    let panel = |name: &&str| charts.iter().find(|(known, _)| known == name);
    let overview = Overview {
        titles: titles(format!("{subject}: out of sample, at a glance"), finding(tables)),
        panels: six.iter().filter_map(panel).map(|(_, chart)| chart.as_ref()).collect(),
    };
    files.extend(save(&overview, folder.join("overview.png"))?);
    Ok(files)
}

fn titles(title: String, finding: String) -> Titles {
    Titles { title, finding }
}

fn ahead(bars: u32) -> String {
    if bars == 1 { "1 bar ahead".to_owned() } else { format!("{bars} bars ahead") }
}

fn finding(tables: &Tables) -> String {
    let evidence = &tables.evidence;
    let net = evidence.net_cash().map_or("–".to_owned(), |net| format!("{net:.0}"));
    format!("{} trades on {} days, net {net}.", evidence.n_trades, evidence.n_days)
}

impl Paths {
    fn new(traded: &Traded, costs: &[AtCosts]) -> Self {
        let free = costs.iter().find(|at| at.multiple == 0.0).map(|at| at.ledger.equity.clone());
        let ledger = &traded.ledger;
        let mut peak = traded.rules.cash;
        let under = |equity: &f64| {
            peak = peak.max(*equity);
            100.0 * (equity / peak - 1.0)
        };
        Self {
            ts: ledger.ts.iter().map(|ts| ts.0).collect(),
            under: ledger.equity.iter().map(under).collect(),
            net: ledger.equity.clone(),
            free: free.unwrap_or_default(),
        }
    }

    fn equity(&self, subject: &str) -> Lines<'_> {
        let line =
            |name, y| Line { name, x: Across::Time(&self.ts), y, band: None, shape: Shape::Line };
        let ends = self.net.first().zip(self.net.last());
        let finding = ends.map_or_else(String::new, |(first, last)| {
            format!("{:+.1} % after costs, all folds as one account.", 100.0 * (last / first - 1.0))
        });
        let mut lines = vec![line("after costs", &self.net)];
        if self.free.len() == self.ts.len() {
            lines.push(line("the same trades without costs", &self.free));
        }
        Lines {
            titles: titles(format!("Equity. {subject}"), finding),
            x_label: String::new(),
            y_label: "equity, in the account's money".to_owned(),
            lines,
            uprights: Vec::new(),
            with_zero: false,
            is_log: false,
        }
    }

    fn drawdown(&self, subject: &str) -> Lines<'_> {
        let worst = self.under.iter().copied().fold(0.0, f64::min);
        let line = Line {
            name: "below the highest so far",
            x: Across::Time(&self.ts),
            y: &self.under,
            band: None,
            shape: Shape::Filled,
        };
        Lines {
            titles: titles(format!("Drawdown. {subject}"), format!("At worst {worst:.1} %.")),
            x_label: String::new(),
            y_label: "%".to_owned(),
            lines: vec![line],
            uprights: Vec::new(),
            with_zero: true,
            is_log: false,
        }
    }
}

/// The rolling IC of the horizon that is predicted best.
#[derive(Default)]
struct Rolling {
    horizon: u32,
    ts: Vec<i64>,
    ic: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Rolling {
    fn new(tables: &Tables) -> Self {
        let clarity = |ic: &diagnose::Estimate| ic.t_hac.unwrap_or(f64::NEG_INFINITY);
        let best = tables
            .horizons
            .iter()
            .max_by(|a, b| clarity(&a.ic.all.rank).total_cmp(&clarity(&b.ic.all.rank)));
        let Some(best) = best else { return Self::default() };
        let mut rolling = Self { horizon: best.horizon, ..Self::default() };
        for window in &best.rolling {
            let rank = window.ic.rank;
            let [low, high] = rank.band_hac.unwrap_or([f64::NAN; 2]);
            rolling.ts.push(window.dates.to.0);
            rolling.ic.push(rank.value.unwrap_or(f64::NAN));
            rolling.low.push(low);
            rolling.high.push(high);
        }
        rolling
    }

    fn chart(&self, subject: &str) -> Lines<'_> {
        let above = self.ic.iter().filter(|ic| **ic > 0.0).count();
        let finding = format!("Above 0 in {above} of {} windows of 28 days.", self.ic.len());
        let band = Band { name: "95 % interval (HAC)", low: &self.low, high: &self.high };
        let line = Line {
            name: "rank IC of 28 days",
            x: Across::Time(&self.ts),
            y: &self.ic,
            band: Some(band),
            shape: Shape::Line,
        };
        let title = format!("Rolling IC, {}. {subject}", ahead(self.horizon));
        Lines {
            titles: titles(title, finding),
            x_label: String::new(),
            y_label: "rank IC".to_owned(),
            lines: vec![line],
            uprights: Vec::new(),
            with_zero: true,
            is_log: false,
        }
    }
}

fn estimate(found: &diagnose::Estimate) -> Estimate {
    let interval = found.band_hac.map(|[low, high]| (low, high));
    Estimate { value: found.value.unwrap_or(f64::NAN), interval }
}

fn share(rate: &Rate) -> Estimate {
    let percent = |share: f64| 100.0 * share;
    let band = rate.wilson_effective.or(rate.wilson);
    let interval = band.map(|[low, high]| (percent(low), percent(high)));
    Estimate { value: rate.rate.map_or(f64::NAN, percent), interval }
}

fn bars(
    titles: Titles,
    (x_label, y_label): (&str, &str),
    groups: Vec<String>,
    (series, interval): (Vec<BarSeries>, &str),
) -> GroupedBars {
    let (x_label, y_label) = (x_label.to_owned(), y_label.to_owned());
    GroupedBars { titles, x_label, y_label, groups, series, interval: interval.to_owned() }
}

const HAC: &str = "95 % interval, HAC";

fn ic_by_horizon(tables: &Tables, subject: &str) -> GroupedBars {
    let series = |name: &str, pick: fn(&diagnose::Correlations) -> diagnose::Estimate| BarSeries {
        name: name.to_owned(),
        values: tables.horizons.iter().map(|h| estimate(&pick(&h.ic.all))).collect(),
    };
    let clear = tables.horizons.iter().filter(|h| h.ic.all.rank.t_hac.is_some_and(|t| t > 1.96));
    let finding =
        format!("{} of {} horizons stand out of the noise.", clear.count(), tables.horizons.len());
    bars(
        titles(format!("IC by horizon. {subject}"), finding),
        ("bars ahead", "IC"),
        tables.horizons.iter().map(|h| h.horizon.to_string()).collect(),
        (vec![series("rank", |ic| ic.rank), series("Pearson", |ic| ic.pearson)], HAC),
    )
}

fn ic_by_fold(tables: &Tables, subject: &str) -> GroupedBars {
    let best = Rolling::new(tables).horizon;
    let folds = tables.horizons.iter().find(|h| h.horizon == best).map(|h| &h.by_fold);
    let Some(folds) = folds else {
        return bars(
            titles("IC by fold".to_owned(), String::new()),
            ("", ""),
            Vec::new(),
            (Vec::new(), HAC),
        );
    };
    let values = folds.folds.iter().map(|fold| estimate(&fold.ic.rank)).collect();
    let finding = format!("Above 0 in {} of {} folds.", folds.rank.n_positive, folds.rank.n_folds);
    bars(
        titles(format!("Rank IC by fold, {}. {subject}", ahead(best)), finding),
        ("fold", "rank IC"),
        folds.folds.iter().map(|fold| fold.fold.to_string()).collect(),
        (vec![BarSeries { name: "rank IC".to_owned(), values }], HAC),
    )
}

fn decay(tables: &Tables, subject: &str) -> GroupedBars {
    let ahead = &tables.together.decay;
    let series = |name: &str, values: Vec<Estimate>| BarSeries { name: name.to_owned(), values };
    let whole = ahead.iter().map(|one| estimate(&one.whole.rank)).collect();
    let alone = ahead.iter().map(|one| estimate(&one.alone.rank)).collect();
    let finding = "Where the bars alone fall to 0, holding longer brings nothing.".to_owned();
    bars(
        titles(format!("IC decay. {subject}"), finding),
        ("bars ahead", "rank IC of z and return"),
        ahead.iter().map(|one| one.bars.to_string()).collect(),
        (vec![series("return so far", whole), series("that bar alone", alone)], HAC),
    )
}

fn quantiles(tables: &Tables, subject: &str) -> GroupedBars {
    let best = Rolling::new(tables).horizon;
    let found = tables.horizons.iter().find(|h| h.horizon == best).map(|h| &h.quantiles);
    let rows = found.map(|found| &found.quantiles[..]).unwrap_or_default();
    let spread = found.and_then(|found| Some((found.spread_bps.value?, found.spread_bps.se_hac?)));
    let finding = spread.map_or_else(String::new, |(spread, se)| {
        format!("The highest tenth less the lowest: {spread:.2} ± {se:.2} bps.")
    });
    let values = rows.iter().map(|row| estimate(&row.outcome_bps)).collect();
    bars(
        titles(format!("Returns by tenth of the predictions, {}. {subject}", ahead(best)), finding),
        ("tenth of the predictions, lowest first", "mean return, bps"),
        rows.iter().map(|row| row.quantile.to_string()).collect(),
        (vec![BarSeries { name: "mean return".to_owned(), values }], HAC),
    )
}

fn hits(tables: &Tables, subject: &str) -> GroupedBars {
    let hits = &tables.together.hits;
    let rate = hits.all.rate.map_or("–".to_owned(), |rate| format!("{:.1} %", 100.0 * rate));
    let chance = hits.by_chance.map_or("–".to_owned(), |rate| format!("{:.1} %", 100.0 * rate));
    let finding = format!("{rate} of the signs were right; {chance} would be by chance.");
    // Above one half is what counts.
    let over = |rate: &Rate| {
        let found = share(rate);
        let less = |value: f64| value - 50.0;
        let interval = found.interval.map(|(low, high)| (less(low), less(high)));
        Estimate { value: less(found.value), interval }
    };
    let values = hits.deciles.iter().map(|decile| over(&decile.hits)).collect();
    bars(
        titles(format!("Hit rate by strength of the signal. {subject}"), finding),
        ("tenth of |z|, weakest first", "hit rate less 50, %"),
        hits.deciles.iter().map(|decile| decile.decile.to_string()).collect(),
        (vec![BarSeries { name: "hit rate".to_owned(), values }], "95 % interval, Wilson"),
    )
}

fn z_thresholds(tables: &Tables, subject: &str) -> GroupedBars {
    let steps = &tables.z_thresholds;
    let plain = |value: Option<f64>| Estimate { value: value.unwrap_or(f64::NAN), interval: None };
    let name = |step: &super::Step| {
        let turnover = step.turnover_per_year.map_or("–".to_owned(), |t| format!("{t:.0}×"));
        format!("{} ({turnover})", step.z_threshold)
    };
    let values = steps.iter().map(|step| plain(step.sharpe)).collect();
    bars(
        titles(
            format!("Sharpe ratio by z-threshold and turnover. {subject}"),
            "What stands only at one threshold is likely luck.".to_owned(),
        ),
        ("z-threshold (turnover a year)", "Sharpe ratio after costs"),
        steps.iter().map(name).collect(),
        (vec![BarSeries { name: "Sharpe ratio".to_owned(), values }], ""),
    )
}

fn at_costs(costs: &[AtCosts], subject: &str) -> GroupedBars {
    let value = |at: &AtCosts| Estimate { value: at.metrics.money.net_cash, interval: None };
    bars(
        titles(
            format!("Profit at multiples of the costs. {subject}"),
            "The same decisions, paid for otherwise.".to_owned(),
        ),
        ("multiple of the configured costs", "net profit"),
        costs.iter().map(|at| format!("{}×", at.multiple)).collect(),
        (
            vec![BarSeries {
                name: "net profit".to_owned(),
                values: costs.iter().map(value).collect(),
            }],
            "",
        ),
    )
}
