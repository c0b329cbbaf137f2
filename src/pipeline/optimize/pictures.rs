//! A walk of rules as pictures.

use std::collections::BTreeMap;

use super::super::exhibits::Draft;
use super::super::sweep::short;
use super::{Choice, Optimized};
use crate::optimize::Explored;
use crate::report::plot::{
    Across, Chart, Cloud, HeatMap, Line, Lines, Overview, Palette, Scatter, Shape, Titles,
};
use crate::search::{Dimension, Value};
use crate::stats;

/// What the pictures are drawn from.
pub struct Scene<'a> {
    done: &'a Optimized,
    tests: &'a Explored,
    ts: Vec<i64>,
    moves: Moves,
    pub subject: String,
}

impl<'a> Scene<'a> {
    pub fn of(done: &'a Optimized, tests: &'a Explored) -> Self {
        let ts = done.ledger.ts.iter().map(|ts| ts.0).collect();
        Self { done, tests, ts, moves: Moves::of(done), subject: subject(done) }
    }

    pub fn panels(&self) -> Vec<Lines<'_>> {
        self.moves.panels()
    }

    /// `panels`: a parameter each.
    pub fn drafts<'b>(&'b self, panels: &'b [Lines<'b>]) -> Vec<Draft<'b>> {
        let Self { done, tests, ts, subject, .. } = self;
        let mut drafts = vec![
            Draft {
                name: "equity",
                heading: "The account, out of sample",
                how_to_read: "Test windows one after the other, in one account, costs paid. Good: it rises \
                              all along. Bad: it falls, or one stretch makes all of it.",
                chart: Box::new(equity(done, ts, subject)),
            },
            Draft {
                name: "before_and_after",
                heading: "Where it was chosen, and where it was tried",
                how_to_read: "A point a window (or regime of it), alone: right is what its setting earned on the bars it was chosen \
                              on, up what it earned on the bars after them. Good: most points above 0. Bad: \
                              all to the right of 0 and as many below as above, which is what choosing \
                              among noise gives.",
                chart: Box::new(before_and_after(done, subject)),
            },
            Draft {
                name: "parameters",
                heading: "The setting of each window",
                how_to_read: "What each parameter was set to, a point a window. Good: it stays or wanders \
                              slowly. Bad: it jumps from end to end, as noise does.",
                chart: Box::new(parameters(done, panels, subject)),
            },
        ];
        drafts.extend(pair(done, tests, subject).map(|chart| Draft {
            name: "pair",
            heading: "Two parameters against each other, out of sample",
            how_to_read: "Every setting, chosen or not, on the test windows. Good: a broad area of one \
                          colour, so that a neighbour would have done as well. Bad: single bright cells.",
            chart: Box::new(chart),
        }));
        drafts
    }
}

fn subject(done: &Optimized) -> String {
    format!("{} {}, {}", done.symbol, done.timeframe, done.setup.ensemble.outline())
}

fn equity<'a>(done: &'a Optimized, ts: &'a [i64], subject: &str) -> Lines<'a> {
    let finding = format!(
        "{} windows, each traded by the setting that was best on the bars before it; costs included.",
        done.windows.len()
    );
    let line = Line {
        name: "equity",
        x: Across::Time(ts),
        y: &done.ledger.equity,
        band: None,
        shape: Shape::Line,
    };
    Lines {
        titles: Titles::new(format!("Out-of-sample equity. {subject}"), finding),
        x_label: String::new(),
        y_label: "equity (account currency)".to_owned(),
        lines: vec![line],
        uprights: Vec::new(),
        with_zero: false,
        is_log: false,
    }
}

/// A point a window.
fn before_and_after(done: &Optimized, subject: &str) -> Scatter {
    let chosen: Vec<&Choice> = done.windows.iter().filter_map(|s| s.chosen.as_ref()).collect();
    let of =
        |pick: fn(&Choice) -> f64| chosen.iter().map(|c| 100.0 * pick(c)).collect::<Vec<f64>>();
    let (x, y) = (of(|c| c.train.net_return), of(|c| c.test.net_return));
    let won = y.iter().filter(|net| **net > 0.0).count();
    let traded = chosen.iter().filter(|choice| choice.test.trades > 0).count();
    let told = |values: &[f64]| stats::mean(values).unwrap_or_default();
    let finding = format!(
        "{won} of {traded} that traded earned afterwards, each alone; mean {:.1} % before, {:.1} % after.",
        told(&x),
        told(&y)
    );
    Scatter {
        titles: Titles::new(
            format!("Net return where it was chosen, and where it was tried. {subject}"),
            finding,
        ),
        x_label: "in sample: net return of the chosen setting (%)".to_owned(),
        y_label: "out of sample: net return (%)".to_owned(),
        clouds: vec![Cloud {
            name: "windows".to_owned(),
            x,
            y,
            labels: Vec::new(),
            is_joined: false,
        }],
        with_zero: true,
    }
}

/// What each parameter was set to, window by window, by regime.
struct Moves {
    /// Name and windows' beginnings of each regime.
    regimes: Vec<(&'static str, Vec<i64>)>,
    /// Name, and the values of each regime.
    values: Vec<(String, Vec<Vec<f64>>)>,
}

impl Moves {
    fn of(done: &Optimized) -> Self {
        let mut names: Vec<Option<&'static str>> = done.windows.iter().map(|s| s.regime).collect();
        names.sort_unstable();
        names.dedup();
        let of = |regime: &Option<&'static str>| -> Vec<(i64, &Choice)> {
            let steps = done.windows.iter().filter(|step| step.regime == *regime);
            steps.filter_map(|step| Some((step.test.start.0, step.chosen.as_ref()?))).collect()
        };
        let chosen: Vec<Vec<(i64, &Choice)>> = names.iter().map(of).collect();
        let values = |(name, dimension): (&str, &Dimension)| {
            // Words by their number.
            let at = |value: &Value| {
                value.as_f64().or_else(|| dimension.index(value).map(|index| index as f64))
            };
            let value = |(_, choice): &(i64, &Choice)| {
                choice.point.get(name).and_then(at).unwrap_or(f64::NAN)
            };
            (name.to_owned(), chosen.iter().map(|own| own.iter().map(value).collect()).collect())
        };
        let times = |own: &Vec<(i64, &Choice)>| own.iter().map(|(ts, _)| *ts).collect();
        let names = names.iter().map(|name| name.unwrap_or("windows"));
        Self {
            regimes: names.zip(chosen.iter().map(times)).collect(),
            values: done.space.axes().map(values).collect(),
        }
    }

    /// A parameter each.
    fn panels(&self) -> Vec<Lines<'_>> {
        self.values
            .iter()
            .take(MOST_PANELS)
            .map(|(name, values)| self.panel(name, values))
            .collect()
    }

    fn panel<'a>(&'a self, name: &'a str, values: &'a [Vec<f64>]) -> Lines<'a> {
        let line = |((regime, ts), y): (&'a (&'static str, Vec<i64>), &'a Vec<f64>)| Line {
            name: regime,
            x: Across::Time(ts),
            y,
            band: None,
            shape: Shape::Points,
        };
        Lines {
            titles: Titles::new(name, String::new()),
            x_label: String::new(),
            y_label: String::new(),
            lines: self.regimes.iter().zip(values).map(line).collect(),
            uprights: Vec::new(),
            with_zero: false,
            is_log: false,
        }
    }
}

/// More cannot be told apart.
const MOST_PANELS: usize = 9;

fn parameters<'a>(done: &Optimized, panels: &'a [Lines<'a>], subject: &str) -> Overview<'a> {
    let finding = match done.selection.drift.as_ref().and_then(|drift| drift.ratio) {
        Some(ratio) => format!(
            "From window to window the choice moves {:.0} % as far as if it were drawn by lot.",
            100.0 * ratio
        ),
        None => String::new(),
    };
    Overview {
        titles: Titles::new(format!("The setting of each window. {subject}"), finding),
        panels: panels.iter().map(|panel| panel as &dyn Chart).collect(),
        n_columns: None,
    }
}

/// The mean out-of-sample net return over windows, by the two parameters with most values; `None`
/// where there are not two, not all settings were tested, or most pairs were not among them.
fn pair(done: &Optimized, tests: &Explored, subject: &str) -> Option<HeatMap> {
    let mut axes: Vec<(&str, &Dimension)> =
        done.space.axes().filter(|(_, d)| d.n_values().is_some_and(|n| n <= 40)).collect();
    axes.sort_by_key(|(_, dimension)| std::cmp::Reverse(dimension.n_values()));
    let [(across, x), (up, y)] = *axes.get(..2)? else { return None };
    let place = |setting: usize| {
        let point = &tests.settings.points[setting];
        Some((x.index(point.get(across)?)?, y.index(point.get(up)?)?))
    };
    let mut sums: BTreeMap<(u64, u64), (f64, u32)> = BTreeMap::new();
    for tried in &tests.tries {
        let sum = sums.entry(place(tried.setting as usize)?).or_insert((0.0, 0));
        *sum = (sum.0 + tried.cell.net_return, sum.1 + 1);
    }
    let (n_x, n_y) = (x.n_values()?, y.n_values()?);
    let is_whole = tests.tries.len() == tests.settings.len() * done.windows.len();
    if !is_whole || 2 * (sums.len() as u64) < n_x * n_y {
        return None;
    }
    let value = |(row, column): (u64, u64)| {
        sums.get(&(column, row)).map_or(f64::NAN, |(sum, n)| 100.0 * sum / f64::from(*n))
    };
    // The highest value on top.
    let cells = (0..n_y).rev().flat_map(|row| (0..n_x).map(move |column| (row, column)));
    let named = |d: &Dimension, k: u64| short(&d.nth(k) as &Value);
    Some(HeatMap {
        titles: Titles::new(
            format!("Mean out-of-sample net return of a window (%). {subject}"),
            "All settings, over all other parameters and all windows; not only those chosen."
                .to_owned(),
        ),
        x_label: across.to_owned(),
        y_label: up.to_owned(),
        columns: (0..n_x).map(|k| named(x, k)).collect(),
        rows: (0..n_y).rev().map(|k| named(y, k)).collect(),
        values: cells.map(value).collect(),
        palette: Palette::Diverging,
        measure: "%".to_owned(),
    })
}
