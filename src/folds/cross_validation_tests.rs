use super::*;

/// A decision a tick, each label over `life` ticks.
fn ticks(n: i64, life: i64) -> Vec<Interval> {
    (0..n).map(|t| Interval { t0: Ts(t), t1: Ts(t + life) }).collect()
}

fn split(params: CrossValidationParams, intervals: &[Interval]) -> Splits {
    let rows = Rows::new(intervals).unwrap();
    let subset = RowSet::from(0..intervals.len() as u32);
    params.check().unwrap().split(&rows, &subset).unwrap()
}

#[test]
fn k_fold_purges_on_both_sides_and_embargoes_behind() {
    let cut = split(CrossValidationParams::k_fold(3, 2), &ticks(30, 3));
    let middle = &cut.splits()[1];
    assert_eq!(*middle.test(), RowSet::from(10..20));
    // Rows 7 to 9 end at 10 to 12. The last tested label, row 19, ends at 22: rows 20 to 22 touch
    // it, rows 23 and 24 are the embargo.
    assert_eq!(middle.train().ranges(), [0..7, 25..30]);
    assert_eq!((middle.purged_rows(), middle.embargoed_rows()), (6, 2));
    assert_eq!(*cut.splits()[2].train(), RowSet::from(0..17), "nothing follows the last group");
    assert_eq!(cut.paths(), [[0, 1, 2]], "k-fold has one path");
}

#[test]
fn neighbouring_test_groups_do_not_purge_each_other() {
    let params = CrossValidationParams { groups: 4, test_groups: 2, embargo_bars: 0 };
    let cut = split(params, &ticks(40, 2));
    let first = &cut.splits()[0];
    assert_eq!(first.test_groups(), [0, 1]);
    assert_eq!(*first.test(), RowSet::from(0..20));
    assert_eq!(*first.train(), RowSet::from(22..40));
    assert_eq!(first.purged_rows(), 2);
}

/// Figure 12.1 and 12.2 of the source: six groups, two of them tested, 15 splits, 5 paths.
#[test]
fn six_groups_two_tested_make_fifteen_splits_and_five_paths() {
    let params = CrossValidationParams { groups: 6, test_groups: 2, embargo_bars: 0 };
    let cut = split(params, &ticks(60, 1));
    assert_eq!(cut.splits().len(), 15);
    let paths = cut.paths();
    assert_eq!(paths.len(), 5);
    // The first path: group 0 from split (0, 1), group 1 from it too, group 2 from (0, 2), …
    assert_eq!(paths[0], [0, 0, 1, 2, 3, 4]);
    assert_eq!(paths[4], [4, 8, 11, 13, 14, 14]);
    for (group, split) in paths.iter().flat_map(|path| path.iter().enumerate()) {
        assert!(cut.splits()[*split].test_groups().contains(&(group as u32)));
    }
}

#[test]
fn groups_share_out_the_bars_evenly_and_keep_symbols_together() {
    // Two symbols on ticks 0 to 9, one more from tick 5 on.
    let mut intervals: Vec<Interval> = Vec::new();
    for t in 0..10 {
        let n_symbols = if t < 5 { 2 } else { 3 };
        intervals.extend(vec![Interval { t0: Ts(t), t1: Ts(t) }; n_symbols]);
    }
    let cut = split(CrossValidationParams::k_fold(2, 0), &intervals);
    let rows: Vec<_> = cut.groups().iter().map(|group| group.rows.clone()).collect();
    assert_eq!(rows, [0..10, 10..25].map(RowSet::from));
    assert_eq!(cut.groups()[0].hull, Interval { t0: Ts(0), t1: Ts(4) });
}

#[test]
fn what_cannot_be_split_is_refused_in_words() {
    let intervals = ticks(5, 1);
    let rows = Rows::new(&intervals).unwrap();
    let try_split = |params: CrossValidationParams, end: u32| {
        params.check().unwrap().split(&rows, &RowSet::from(0..end)).unwrap_err().to_string()
    };
    assert_eq!(
        try_split(CrossValidationParams::k_fold(6, 0), 5),
        "`groups` is `6`, but there are only 5 bars to share out"
    );
    assert_eq!(
        try_split(CrossValidationParams::k_fold(2, 9), 5),
        "split 0 of 2 has no rows left to train on: labels and `embargo_bars` reach too far for \
         `groups` = 2"
    );
    let keys = |groups, test_groups| {
        let params = CrossValidationParams { groups, test_groups, embargo_bars: 0 };
        let faults = params.check().map_or_else(|faults| faults, |_| Vec::new());
        faults.iter().map(|fault| fault.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(1, 1), ["groups"]);
    assert_eq!(keys(4, 4), ["test_groups"]);
    assert_eq!(keys(4, 0), ["test_groups"]);
    assert_eq!(keys(40, 20), ["test_groups"], "137 billion splits");
    assert!(keys(10, 2).is_empty());
}

#[test]
fn combinations_come_in_lexicographic_order() {
    assert_eq!(combinations(4, 2), [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
    for (n, k) in [(2, 1), (6, 2), (10, 5), (64, 2)] {
        assert_eq!(combinations(n, k).len() as u64, choose(n, k).unwrap());
    }
}

#[test]
fn few_splits_are_counted_though_many_groups_are_tested_at_once() {
    assert_eq!(choose(64, 62), Some(2016));
    assert_eq!((choose(3, 0), choose(3, 3)), (Some(1), Some(1)));
}
