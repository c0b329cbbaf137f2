//! The champions, as people read them.

use super::{Crowned, Fold, Tourney};
use crate::optimize::Plan;
use crate::report::page::{Grid, percent, told};

const HEADER: [&str; 9] = [
    "fold",
    "tried from",
    "rank",
    "champion",
    "score before",
    "score",
    "trades",
    "net before",
    "net",
];

impl Tourney {
    /// Those of the last folds.
    pub fn crowned(&self, most: usize) -> Grid {
        let left_out = self.folds.len().saturating_sub(most);
        let of = |fold: &Fold| -> Vec<Vec<String>> {
            fold.champions.iter().enumerate().map(|(rank, c)| row(fold, rank, c)).collect()
        };
        let before = match left_out {
            0 => String::new(),
            n => format!(
                "{} folds before these are in hybrid_optimization_champions.csv. ",
                told(Some(n as f64), 0)
            ),
        };
        Grid {
            title: "The champions of each fold".to_owned(),
            header: HEADER.map(str::to_owned).into(),
            sides: "rlrlr",
            rows: self.folds[left_out..].iter().flat_map(of).collect(),
            note: before + "Before: on the window it was chosen on.",
        }
    }
}

/// `all of rsi + macd behind trend`
fn behind(plan: &Plan) -> String {
    let layers = plan.entries.layers();
    let behind = if layers.is_empty() { "" } else { " behind " };
    plan.entries.outline() + behind + &layers.join(" + ")
}

fn row(fold: &Fold, rank: usize, champion: &Crowned) -> Vec<String> {
    let first = |text: String| if rank == 0 { text } else { String::new() };
    vec![
        first(fold.number.to_string()),
        first(fold.test.start.to_string()),
        (rank + 1).to_string(),
        behind(&champion.plan),
        told(champion.train.score, 2),
        told(champion.test.score, 2),
        told(Some(f64::from(champion.test.trades)), 0),
        percent(Some(champion.train.net_return)),
        percent(Some(champion.test.net_return)),
    ]
}
