//! The windows, as people read them.

use super::super::sweep::short;
use super::{Choice, Optimized, Step};
use crate::report::page::{Grid, percent, told};
use crate::search::Dimension;

impl Optimized {
    /// What the last windows chose, and what came of it.
    pub fn chosen(&self, most: usize) -> Grid {
        let names: Vec<&str> = self.space.axes().map(|(name, _)| name).collect();
        let has_regimes = self.windows.iter().any(|step| step.regime.is_some());
        let mut header = vec!["window", "tried from"];
        header.extend(["regime"].iter().filter(|_| has_regimes));
        header.extend(&names);
        header.extend(["score before", "plateau", "score", "trades", "net before", "net"]);
        let left_out = self.windows.len().saturating_sub(most);
        let rows = self.windows.iter().skip(left_out).map(|step| row(step, &names));
        let before = match left_out {
            0 => String::new(),
            n => format!("{} rows before these are in champions.csv. ", told(Some(n as f64), 0)),
        };
        Grid {
            title: "The setting of each window".to_owned(),
            header: header.into_iter().map(str::to_owned).collect(),
            sides: "rl",
            rows: rows.collect(),
            note: before + WORDS,
        }
    }
}

impl Optimized {
    /// Windows, however many regimes each has.
    pub fn n_windows(&self) -> usize {
        self.windows.last().map_or(0, |step| step.window + 1)
    }

    /// What was searched, name by name.
    pub fn searched(&self) -> String {
        let axis = |(name, dimension): (&str, &Dimension)| {
            let n = dimension.n_values().filter(|n| *n <= MOST_VALUES);
            let all = |n| (0..n).map(|k| short(&dimension.nth(k))).collect::<Vec<_>>().join(" ");
            format!("{name}: {}", n.map_or_else(|| range(dimension), all))
        };
        let axes: Vec<String> = self.space.axes().map(axis).collect();
        let fixed = self.space.params().0.iter().filter_map(|(name, dimension)| {
            Some(format!("{name}: {}", short(dimension.fixed.as_ref()?)))
        });
        let fixed: Vec<String> = fixed.collect();
        let fixed = if fixed.is_empty() {
            fixed.concat()
        } else {
            format!("; fixed: {}", fixed.join("; "))
        };
        format!(
            "searched: {}{fixed}; all else by default (`edgewalk strategies exits`)",
            axes.join("; ")
        )
    }
}

/// `0..6 step 0.5`
fn range(dimension: &Dimension) -> String {
    let value = |k: u64| short(&dimension.nth(k));
    match dimension {
        Dimension::Float { low, high, .. } => format!("{low}..{high}"),
        Dimension::Steps { step, n, .. } => format!("{}..{} step {step}", value(0), value(n - 1)),
        Dimension::Int { step, n, .. } => format!("{}..{} step {step}", value(0), value(n - 1)),
        Dimension::Choice(values) => format!("{} words", values.len()),
        Dimension::Fixed(value) => short(value),
    }
}

/// As many values of a parameter are told.
const MOST_VALUES: u64 = 12;

const WORDS: &str = "Each window alone, begun and ended flat: in the account a position may go on into the next, so \
                     that they do not add up to it. –: nothing was good enough, and it stayed out of the market. Before: on the window it was chosen on; plateau: the mean score there of the settings \
                     one step away along one parameter or two, as a part of its own.";

fn row(step: &Step, names: &[&str]) -> Vec<String> {
    let mut cells = vec![step.window.to_string(), step.test.start.to_string()];
    cells.extend(step.regime.map(str::to_owned));
    let Some(Choice { point, train, test, plateau }) = &step.chosen else {
        cells.extend(names.iter().map(|_| "–".to_owned()));
        cells.extend((0..6).map(|_| "–".to_owned()));
        return cells;
    };
    cells.extend(names.iter().map(|name| point.get(*name).map_or_else(String::new, short)));
    cells.extend([
        told(train.score, 2),
        told(plateau.map(|plateau| plateau.score), 2),
        told(test.score, 2),
        told(Some(f64::from(test.trades)), 0),
        percent(Some(train.net_return)),
        percent(Some(test.net_return)),
    ]);
    cells
}
