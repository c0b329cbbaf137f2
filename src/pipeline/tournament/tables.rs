//! Champions, rounds and tries as tables.

use super::listed::Listed;
use super::{Crowned, Fold};
use crate::failure::Failure;
use crate::optimize::{Attempt, Cell, Played, Round};
use crate::report::selection::transfer::overfit_ratio;
use crate::store::{Table, Values};
use crate::units::Ts;

fn table(columns: Vec<(&str, Values)>) -> Result<Table, Failure> {
    let named = columns.into_iter().map(|(name, values)| (name.to_owned(), values));
    Table::new(named.collect()).map_err(Failure::world)
}

/// A row a champion: what it was chosen for, and what came of it.
pub fn champions(folds: &[Fold]) -> Result<Table, Failure> {
    let of = |fold| move |(rank, crowned)| (fold, rank + 1, crowned);
    let rows: Vec<(&Fold, usize, &Crowned)> =
        folds.iter().flat_map(|f| f.champions.iter().enumerate().map(of(f))).collect();
    let whole = |of: &dyn Fn(&Crowned) -> u32| {
        Values::I64(rows.iter().map(|(_, _, c)| i64::from(of(c))).collect())
    };
    let number =
        |of: &dyn Fn(&Crowned) -> f64| Values::F64(rows.iter().map(|(_, _, c)| of(c)).collect());
    let text = |of: &dyn Fn(&Crowned) -> String| {
        Values::Text(rows.iter().map(|(_, _, c)| of(c)).collect())
    };
    let time = |of: &dyn Fn(&Fold) -> Ts| Values::Ts(rows.iter().map(|(f, _, _)| of(f)).collect());
    let score = |cell: &Cell| cell.score.unwrap_or(f64::NAN);
    let kept = |(fold, _, c): &(&Fold, usize, &Crowned)| {
        let [inside, outside] = fold.per_day(c);
        overfit_ratio(inside, outside).unwrap_or(f64::NAN)
    };
    table(vec![
        ("fold", Values::I64(rows.iter().map(|(f, _, _)| f.number as i64).collect())),
        ("rank", Values::I64(rows.iter().map(|(_, rank, _)| *rank as i64).collect())),
        ("candidate", whole(&|c| c.candidate)),
        ("strategy", text(&|c| c.plan.entries.outline())),
        ("layers", text(&|c| c.plan.entries.layers().join(" + "))),
        ("ensemble", text(&|c| c.plan.entries.to_string())),
        ("exits", text(&|c| c.plan.exits.to_string())),
        ("train_from", time(&|f| f.train.start)),
        ("test_from", time(&|f| f.test.start)),
        ("test_until", time(&|f| f.test.end)),
        ("in_sample_score", number(&|c| score(&c.train))),
        ("in_sample_trades", whole(&|c| c.train.trades)),
        ("in_sample_net_return", number(&|c| c.train.net_return)),
        ("out_of_sample_score", number(&|c| score(&c.test))),
        ("out_of_sample_trades", whole(&|c| c.test.trades)),
        ("out_of_sample_net_return", number(&|c| c.test.net_return)),
        ("overfit_ratio", Values::F64(rows.iter().map(kept).collect())),
    ])
}

/// A row a fold and round.
pub fn survival(folds: &[Played]) -> Result<Table, Failure> {
    let of = |(fold, played): (usize, &'_ Played)| {
        let rounds = played.rounds.iter().cloned().enumerate();
        rounds.map(move |(at, round)| (fold, at + 1, round)).collect::<Vec<_>>()
    };
    let rows: Vec<(usize, usize, Round)> = folds.iter().enumerate().flat_map(of).collect();
    let whole = |of: &dyn Fn(&Round) -> u32| {
        Values::I64(rows.iter().map(|(_, _, r)| i64::from(of(r))).collect())
    };
    let number =
        |of: &dyn Fn(&Round) -> f64| Values::F64(rows.iter().map(|(_, _, r)| of(r)).collect());
    table(vec![
        ("fold", Values::I64(rows.iter().map(|(fold, _, _)| *fold as i64).collect())),
        ("round", Values::I64(rows.iter().map(|(_, round, _)| *round as i64).collect())),
        ("candidates", whole(&|r| r.entered)),
        ("bars", whole(&|r| r.bars)),
        ("share", number(&|r| r.share)),
        ("dropped", whole(&|r| r.entered - r.left)),
        ("best_score", number(&|r| r.best.unwrap_or(f64::NAN))),
        ("last_score_kept", number(&|r| r.last.unwrap_or(f64::NAN))),
    ])
}

/// A row a setting, by the number that tries name it by.
pub fn settings(listed: &Listed<'_>) -> Result<Table, Failure> {
    let plans = &listed.plans;
    table(vec![
        ("setting", Values::I64((0..plans.len() as i64).collect())),
        ("candidate", Values::I64(listed.settings.iter().map(|(c, _)| i64::from(*c)).collect())),
        ("ensemble", Values::Text(plans.iter().map(|p| p.entries.to_string()).collect())),
        ("exits", Values::Text(plans.iter().map(|p| p.exits.to_string()).collect())),
    ])
}

/// A row a setting and window, in the order in which they were tried.
pub fn runs(folds: &[Played], listed: &Listed<'_>) -> Result<Table, Failure> {
    let of = |(fold, played): (usize, &'_ Played)| (fold, played.attempts.len());
    let numbers = folds.iter().enumerate().map(of);
    let folds_of = numbers.flat_map(|(fold, n)| std::iter::repeat_n(fold as i64, n)).collect();
    let rows: Vec<&Attempt> = folds.iter().flat_map(|played| &played.attempts).collect();
    let whole = |of: &dyn Fn(&Attempt) -> i64| Values::I64(rows.iter().map(|a| of(a)).collect());
    let number = |of: &dyn Fn(&Attempt) -> f64| Values::F64(rows.iter().map(|a| of(a)).collect());
    let text = |of: &dyn Fn(&Attempt) -> String| Values::Text(rows.iter().map(|a| of(a)).collect());
    let stage = |a: &Attempt| match a.round {
        Some(round) => format!("round {round}"),
        None => "champion".to_owned(),
    };
    let judge = |a: &Attempt| if a.by_engine { "engine" } else { "screen" }.to_owned();
    table(vec![
        ("fold", Values::I64(folds_of)),
        ("stage", text(&stage)),
        ("candidate", whole(&|a| i64::from(a.candidate))),
        ("setting", whole(&|a| listed.number(a) as i64)),
        ("bars", whole(&|a| i64::from(a.bars))),
        ("score", number(&|a| a.cell.score.unwrap_or(f64::NAN))),
        ("trades", whole(&|a| i64::from(a.cell.trades))),
        ("net_return", number(&|a| a.cell.net_return)),
        ("judge", text(&judge)),
    ])
}

/// What the account of each rank was worth at the bars' close.
pub fn equity(ts: &[Ts], ranks: &[&[f64]]) -> Result<Table, Failure> {
    let named = ranks.iter().enumerate();
    let ranks =
        named.map(|(at, equity)| (format!("rank_{}", at + 1), Values::F64(equity.to_vec())));
    let time = ("ts".to_owned(), Values::Ts(ts.to_vec()));
    Table::new(std::iter::once(time).chain(ranks).collect()).map_err(Failure::world)
}
