//! Who survived, what the champions earned, and what was left of it out of sample.

use std::collections::BTreeMap;

use super::super::exhibits::Draft;
use super::{Fold, Tourney};
use crate::optimize::{Candidate, Played};
use crate::report::plot::{Across, Cloud, HeatMap, Line, Lines, Palette, Scatter, Shape, Titles};

/// Candidates and folds in the picture of who survived.
const MOST_ROWS: usize = 24;
const MOST_COLUMNS: usize = 30;

/// What the pictures are drawn from.
pub struct Scene<'a> {
    pub done: &'a Tourney,
    pub folds: &'a [Played],
    pub candidates: &'a [Candidate],
    /// The equity of each rank's account.
    pub ranks: &'a [&'a [f64]],
    /// Times and names of these.
    ts: Vec<i64>,
    names: Vec<String>,
    pub subject: String,
}

impl<'a> Scene<'a> {
    pub fn of(
        done: &'a Tourney,
        (folds, candidates): (&'a [Played], &'a [Candidate]),
        ranks: &'a [&'a [f64]],
    ) -> Self {
        let name = |rank: usize| match rank {
            1 => "the best of each fold".to_owned(),
            rank => format!("number {rank}"),
        };
        Self {
            done,
            folds,
            candidates,
            ranks,
            ts: done.ledger.ts.iter().map(|ts| ts.0).collect(),
            names: (1..=ranks.len()).map(name).collect(),
            subject: format!("{}, {}", done.symbol, done.timeframe),
        }
    }

    pub fn drafts(&self) -> Vec<Draft<'_>> {
        let subject = &self.subject;
        vec![
            Draft {
                name: "tournament_equity",
                heading: "Champions out of sample",
                how_to_read: "Each rank one account, costs paid: on each fold it trades the champion of that \
                              rank. Good: all rise, the first most. Bad: they fall together, or only one \
                              rises, which is luck.",
                chart: Box::new(self.equity()),
            },
            Draft {
                name: "tournament_in_and_out_of_sample",
                heading: "What was left of it",
                how_to_read: "A point a champion: right is what it earned a day where it was chosen, up what \
                              it earned afterwards. Good: most points above 0. Bad: all to the right of 0 \
                              and as many below as above.",
                chart: Box::new(scatter(&self.done.folds, subject)),
            },
            Draft {
                name: "tournament_survival",
                heading: "Who survives",
                how_to_read: "How many rounds each candidate stayed in, fold by fold; those that came \
                              farthest on top. Good: rows of one colour, the same rules win again. Bad: a \
                              chequered pattern, other rules each time.",
                chart: Box::new(survival((self.folds, self.candidates), subject)),
            },
        ]
    }

    fn equity(&self) -> Lines<'_> {
        let last = |equity: &&[f64]| equity.last().zip(equity.first()).map(|(b, a)| b / a - 1.0);
        let won = self.ranks.iter().filter_map(last).filter(|change| *change > 0.0).count();
        let lines = self.names.iter().zip(self.ranks).map(|(name, y)| Line {
            name,
            x: Across::Time(&self.ts),
            y,
            band: None,
            shape: Shape::Line,
        });
        Lines {
            titles: Titles::new(
                format!("Champions out of sample, each rank as one account. {}", self.subject),
                format!(
                    "{won} of {} ranks ended with more than they began with.",
                    self.ranks.len()
                ),
            ),
            x_label: String::new(),
            y_label: "equity (account currency)".to_owned(),
            lines: lines.collect(),
            uprights: Vec::new(),
            with_zero: false,
            is_log: false,
        }
    }
}

/// How far each of those candidates came that came farthest, fold by fold.
fn survival((folds, candidates): (&[Played], &[Candidate]), subject: &str) -> HeatMap {
    let shown = &folds[folds.len().saturating_sub(MOST_COLUMNS)..];
    let mut reached: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (at, fold) in shown.iter().enumerate() {
        let n_rounds = fold.rounds.len() as f64;
        for attempt in &fold.attempts {
            let mine = reached.entry(attempt.candidate).or_insert_with(|| vec![0.0; shown.len()]);
            mine[at] = mine[at].max(attempt.round.map_or(n_rounds + 1.0, f64::from));
        }
    }
    let n_candidates = reached.len();
    let mut order: Vec<(&u32, &Vec<f64>)> = reached.iter().collect();
    let total = |rounds: &Vec<f64>| rounds.iter().sum::<f64>();
    order.sort_by(|a, b| total(b.1).total_cmp(&total(a.1)).then(a.0.cmp(b.0)));
    order.truncate(MOST_ROWS);
    let name = |at: u32| candidates.get(at as usize).map_or_else(String::new, label);
    let n_rounds = shown.iter().map(|fold| fold.rounds.len()).max().unwrap_or(0);
    let crowned =
        |(_, rounds): &&(&u32, &Vec<f64>)| rounds.iter().any(|round| *round > n_rounds as f64);
    let finding = format!(
        "The {} of {n_candidates} candidates that came farthest on these {} folds, by the round that each \
         came to; {} is a champion. {} of them were champions at least once.",
        order.len(),
        shown.len(),
        n_rounds + 1,
        order.iter().filter(crowned).count(),
    );
    let first = folds.len() - shown.len();
    HeatMap {
        titles: Titles::new(format!("Who survives. {subject}"), finding),
        x_label: "fold".to_owned(),
        y_label: "candidate".to_owned(),
        columns: (first..folds.len()).map(|fold| fold.to_string()).collect(),
        rows: order.iter().map(|(at, _)| format!("{at}: {}", name(**at))).collect(),
        values: order.iter().flat_map(|(_, rounds)| rounds.iter().copied()).collect(),
        palette: Palette::FromZero,
        measure: "round".to_owned(),
    }
}

/// Without weights, which leave no room for the names.
fn label(candidate: &Candidate) -> String {
    let outline = candidate.ensemble().outline();
    let weighed = outline.split_once(" of the weights ");
    let short = weighed.and_then(|(share, rest)| Some((share, rest.rsplit_once(" of ")?.1)));
    short.map_or_else(|| outline.clone(), |(share, names)| format!("{share} by weight of {names}"))
}

fn scatter(folds: &[Fold], subject: &str) -> Scatter {
    let mut clouds = ["the best of its fold", "other champions"]
        .map(|name| Cloud { name: name.to_owned(), ..Cloud::default() });
    for fold in folds {
        for (rank, champion) in fold.champions.iter().enumerate() {
            let [inside, outside] = fold.per_day(champion);
            let cloud = &mut clouds[rank.min(1)];
            cloud.x.push(1e4 * inside);
            cloud.y.push(1e4 * outside);
        }
    }
    let all = clouds.iter().map(|cloud| cloud.y.len()).sum::<usize>();
    let won = clouds.iter().flat_map(|cloud| &cloud.y).filter(|y| **y > 0.0).count();
    Scatter {
        titles: Titles::new(
            format!("Champions in sample and out of sample. {subject}"),
            format!("{won} of {all} champions earned out of sample."),
        ),
        x_label: "net return a day in sample, bps".to_owned(),
        y_label: "net return a day out of sample, bps".to_owned(),
        clouds: clouds.into_iter().filter(|cloud| !cloud.x.is_empty()).collect(),
        with_zero: true,
    }
}
