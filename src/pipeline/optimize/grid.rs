//! The windows, as people read them.

use super::super::sweep::short;
use super::{Choice, Optimized, Step};
use crate::report::page::{Grid, percent, told};

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
            n => format!("{} windows before these are in champions.csv. ", told(Some(n as f64), 0)),
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

const WORDS: &str = "Before: on the window it was chosen on; plateau: the mean score there of the settings \
                     one step away, as a part of its own.";

fn row(step: &Step, names: &[&str]) -> Vec<String> {
    let mut cells = vec![step.window.to_string(), step.test.start.to_string()];
    cells.extend(step.regime.map(str::to_owned));
    let Some(Choice { point, train, test, plateau }) = &step.chosen else {
        cells.push("nothing good enough: out of the market".to_owned());
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
