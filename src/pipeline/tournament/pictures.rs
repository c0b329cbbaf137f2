//! Who survived, what the champions earned, and what was left of it out of sample.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::explain::save;
use super::{Fold, Tourney, outline};
use crate::failure::Failure;
use crate::optimize::{Candidate, Played};
use crate::report::plot::{Across, Cloud, HeatMap, Line, Lines, Palette, Scatter, Shape, Titles};
use crate::units::Ts;

/// Candidates and folds in the picture of who survived.
const MOST_ROWS: usize = 24;
const MOST_COLUMNS: usize = 30;

pub fn pictures(
    done: &Tourney,
    (folds, candidates): (&[Played], &[Candidate]),
    ranks: &[&[f64]],
) -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new("logs").join("diagnostics").join(&done.id);
    let subject = format!("{}, {}", done.symbol, done.timeframe);
    let at = |name: &str| folder.join(format!("tournament_{name}.png"));
    let charts: [Option<PathBuf>; 3] = [
        save(&survival((folds, candidates), &subject), at("survival"))?,
        equity(&done.ledger.ts, ranks, (&subject, at("equity")))?,
        save(&scatter(&done.folds, &subject), at("in_and_out_of_sample"))?,
    ];
    Ok(charts.into_iter().flatten().collect())
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
    let mut order: Vec<(&u32, &Vec<f64>)> = reached.iter().collect();
    let total = |rounds: &Vec<f64>| rounds.iter().sum::<f64>();
    order.sort_by(|a, b| total(b.1).total_cmp(&total(a.1)).then(a.0.cmp(b.0)));
    order.truncate(MOST_ROWS);
    let name =
        |at: u32| candidates.get(at as usize).map_or_else(String::new, |c| outline(&c.ensemble));
    let n_rounds = shown.iter().map(|fold| fold.rounds.len()).max().unwrap_or(0);
    let crowned =
        |(_, rounds): &&(&u32, &Vec<f64>)| rounds.iter().any(|round| *round > n_rounds as f64);
    let finding = format!(
        "Rounds that each of the {} came to; {} is a champion. {} of the {} that came farthest were \
         champions in some fold.",
        order.len(),
        n_rounds + 1,
        order.iter().filter(crowned).count(),
        order.len(),
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

fn equity(
    ts: &[Ts],
    ranks: &[&[f64]],
    (subject, to): (&str, PathBuf),
) -> Result<Option<PathBuf>, Failure> {
    let name = |rank: usize| match rank {
        1 => "the best of each fold".to_owned(),
        rank => format!("number {rank}"),
    };
    let names: Vec<String> = (1..=ranks.len()).map(name).collect();
    let us: Vec<i64> = ts.iter().map(|ts| ts.0).collect();
    let last = |equity: &&[f64]| equity.last().zip(equity.first()).map(|(b, a)| b / a - 1.0);
    let won = ranks.iter().filter_map(last).filter(|change| *change > 0.0).count();
    let lines = names.iter().zip(ranks).map(|(name, y)| Line {
        name,
        x: Across::Time(&us),
        y,
        band: None,
        shape: Shape::Line,
    });
    let chart = Lines {
        titles: Titles::new(
            format!("Champions out of sample, each rank as one account. {subject}"),
            format!("{won} of {} ranks ended with more than they began with.", ranks.len()),
        ),
        x_label: String::new(),
        y_label: "equity".to_owned(),
        lines: lines.collect(),
        uprights: Vec::new(),
        with_zero: false,
        is_log: false,
    };
    save(&chart, to)
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
