//! Purged k-fold and combinatorial purged cross-validation, for tuning inside a train slice.
//!
//! López de Prado, Advances in Financial Machine Learning (2018), chapters 7 and 12: the rows are
//! cut into N groups of equal time; every choice of k groups is tested once on a model trained on
//! the others. With k = 1 that is purged k-fold.

use super::fault::FoldFault;
use super::rows::{RowSet, Rows};
use crate::labels::{BadParam, Faults, Interval};
use crate::units::Ts;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossValidationParams {
    /// N: how many groups of equally many bars.
    pub groups: u32,
    /// k: how many of them are tested at a time; 1 is k-fold.
    pub test_groups: u32,
    /// Bars behind the last label of a test group that are not trained on either: their features
    /// look back on what was tested.
    pub embargo_bars: u32,
}

/// [`CrossValidationParams`] that can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossValidation(CrossValidationParams);

/// One bit a group.
const MAX_GROUPS: u32 = 64;
/// Each split is a training; more than this is a mistake.
const MAX_SPLITS: u64 = 10_000;

impl CrossValidationParams {
    /// Purged k-fold.
    pub fn k_fold(groups: u32, embargo_bars: u32) -> Self {
        Self { groups, test_groups: 1, embargo_bars }
    }

    pub fn check(self) -> Result<CrossValidation, Vec<BadParam>> {
        let mut faults = Faults::default();
        let groups = (2..=MAX_GROUPS).contains(&self.groups);
        faults.require(groups, "groups", (self.groups, "it must be from 2 to 64"));
        let k = self.test_groups;
        let some = (1..self.groups.max(2)).contains(&k);
        let key = "test_groups";
        faults.require(some, key, (k, "it must be at least 1 and below `groups`"));
        let few = !(groups && some) || choose(self.groups, k).is_some_and(|n| n <= MAX_SPLITS);
        faults.require(few, key, (k, "that makes more than 10000 splits"));
        faults.or(CrossValidation(self))
    }
}

/// Rows decided next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// From the first decision to the end of the last label.
    pub hull: Interval,
    pub rows: RowSet,
}

/// One training and what it is tested on. Only [`CrossValidation::split`] makes one, so that it is
/// purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    test_groups: Vec<u32>,
    train: RowSet,
    test: RowSet,
    purged: u32,
    embargoed: u32,
}

impl Split {
    /// The groups tested, ascending.
    pub fn test_groups(&self) -> &[u32] {
        &self.test_groups
    }

    pub fn train(&self) -> &RowSet {
        &self.train
    }

    pub fn test(&self) -> &RowSet {
        &self.test
    }

    /// Rows left out because their label touches a tested one.
    pub fn purged_rows(&self) -> u32 {
        self.purged
    }

    /// Rows left out besides, because they follow a test group too closely.
    pub fn embargoed_rows(&self) -> u32 {
        self.embargoed
    }
}

/// All splits, in the lexicographic order of their test groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits {
    groups: Vec<Group>,
    splits: Vec<Split>,
}

impl Splits {
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// The backtest paths: each goes through all groups once and names, for each group, the split
    /// whose test gives that stretch. There are φ = k/N · C(N, k) = C(N − 1, k − 1) of them
    /// (section 12.4); path `p` takes the `p`-th split that tests the group.
    pub fn paths(&self) -> Vec<Vec<usize>> {
        let testing = |group: u32| -> Vec<usize> {
            let tests = |split: &Split| split.test_groups.contains(&group);
            (0..self.splits.len()).filter(|&s| tests(&self.splits[s])).collect()
        };
        let by_group: Vec<Vec<usize>> = (0..self.groups.len() as u32).map(testing).collect();
        let n_paths = by_group.first().map_or(0, Vec::len);
        (0..n_paths).map(|p| by_group.iter().map(|splits| splits[p]).collect()).collect()
    }
}

impl CrossValidation {
    /// Splits `subset`, say a fold's train rows; no other row is looked at.
    pub fn split(&self, rows: &Rows<'_>, subset: &RowSet) -> Result<Splits, FoldFault> {
        let params = &self.0;
        let groups = self.groups(rows, subset)?;
        let bans: Vec<Ban> = groups
            .iter()
            .map(|group| Ban {
                hull: group.hull,
                until: rows.bars_after(group.hull.t1, params.embargo_bars),
            })
            .collect();
        let marked = mark(rows, &groups, &bans);
        let combinations = combinations(params.groups, params.test_groups);
        let n_splits = combinations.len();
        let mut splits = Vec::with_capacity(n_splits);
        for test_groups in combinations {
            let split = split_by(&marked, test_groups);
            if split.train.is_empty() {
                let (split, groups) = (splits.len(), params.groups);
                return Err(FoldFault::EmptySplit { split, splits: n_splits, groups });
            }
            splits.push(split);
        }
        Ok(Splits { groups, splits })
    }

    /// Cut by bars: the symbols of one instant stay together, and a group has as much time where
    /// there are few symbols as where there are many.
    fn groups(&self, rows: &Rows<'_>, subset: &RowSet) -> Result<Vec<Group>, FoldFault> {
        let mut instants: Vec<Ts> = subset.iter().map(|row| rows.interval(row).t0).collect();
        instants.dedup();
        let (n_groups, n_bars) = (self.0.groups as usize, instants.len());
        if n_bars < n_groups {
            return Err(FoldFault::TooFewBars { groups: self.0.groups, bars: n_bars });
        }
        let group = |g: usize| {
            let from = instants[g * n_bars / n_groups];
            let until = instants.get((g + 1) * n_bars / n_groups).copied().unwrap_or(Ts(i64::MAX));
            let inside = rows.between(from, until);
            let rows_in = subset.filter(|row| inside.contains(&row));
            let hull = rows_in
                .iter()
                .map(|row| rows.interval(row))
                .fold(Interval { t0: from, t1: from }, Interval::hull);
            Group { hull, rows: rows_in }
        };
        Ok((0..n_groups).map(group).collect())
    }
}

/// The stretch a tested group forbids to train on.
struct Ban {
    hull: Interval,
    /// Where its embargo ends.
    until: Ts,
}

/// For one row, a bit for each group: it is of that group, or banned by it.
struct Marks {
    row: u32,
    own: u64,
    purged_by: u64,
    embargoed_by: u64,
}

/// The marks of every row of the groups, in row order. A group's rows are neighbours in time, so
/// that a row outside touches one of its labels exactly if it touches their hull.
fn mark(rows: &Rows<'_>, groups: &[Group], bans: &[Ban]) -> Vec<Marks> {
    let mut marked = Vec::new();
    for (g, group) in groups.iter().enumerate() {
        for row in group.rows.iter() {
            let interval = rows.interval(row);
            let mut marks = Marks { row, own: 1 << g, purged_by: 0, embargoed_by: 0 };
            for (other, ban) in bans.iter().enumerate().filter(|(other, _)| *other != g) {
                if interval.touches(ban.hull) {
                    marks.purged_by |= 1 << other;
                } else if interval.t0 > ban.hull.t1 && interval.t0 < ban.until {
                    marks.embargoed_by |= 1 << other;
                }
            }
            marked.push(marks);
        }
    }
    marked
}

fn split_by(marked: &[Marks], test_groups: Vec<u32>) -> Split {
    let tested: u64 = test_groups.iter().map(|g| 1_u64 << g).sum();
    let (mut train, mut test) = (RowSet::default(), RowSet::default());
    let (mut purged, mut embargoed) = (0, 0);
    for marks in marked {
        if marks.own & tested != 0 {
            test.push(marks.row);
        } else if marks.purged_by & tested != 0 {
            purged += 1;
        } else if marks.embargoed_by & tested != 0 {
            embargoed += 1;
        } else {
            train.push(marks.row);
        }
    }
    Split { test_groups, train, test, purged, embargoed }
}

/// C(n, k), where it fits.
fn choose(n: u32, k: u32) -> Option<u64> {
    let k = k.min(n.saturating_sub(k));
    // Each partial product is itself a binomial coefficient, so that the division leaves no rest.
    (0..u64::from(k)).try_fold(1_u64, |c, i| Some(c.checked_mul(u64::from(n) - i)? / (i + 1)))
}

/// All ascending choices of `k` out of `0..n`, in lexicographic order.
fn combinations(n: u32, k: u32) -> Vec<Vec<u32>> {
    let mut choice: Vec<u32> = (0..k).collect();
    let mut all = vec![choice.clone()];
    // The rightmost place that can still move up does, and those behind it follow closely.
    while let Some(place) = (0..k as usize).rev().find(|&i| choice[i] < n - k + i as u32) {
        choice[place] += 1;
        for i in place + 1..k as usize {
            choice[i] = choice[i - 1] + 1;
        }
        all.push(choice.clone());
    }
    all
}

#[cfg(test)]
#[path = "cross_validation_tests.rs"]
mod tests;
